"""Made elevation models with known horizons: PDS3 files in the manner of LOLA, and GeoTIFFs.

By hand: ``python -m tests.dems FOLDER`` writes a crater at the south pole, fine and coarse, to try commands with.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.constants import R_MOON_KM
from sim.terrain.grid import CYLINDRICAL, MapGrid, latitude_longitude_deg, unit_vector_me
from sim.units import DEG, M_PER_KM

LABEL = """PDS_VERSION_ID            = "PDS3"
/*** made for a test ***/
PRODUCT_ID                = "{name}"
TARGET_NAME               = MOON
RECORD_TYPE               = FIXED_LENGTH
RECORD_BYTES              = {record_bytes}
FILE_RECORDS              = {lines}
^IMAGE                    = "{name}.IMG"
OBJECT                    = IMAGE
  NAME                    = HEIGHT
  DESCRIPTION             = "Each sample represents height relative to a
    reference radius (OFFSET) and is generated for a test."
  LINES                   = {lines}
  LINE_SAMPLES            = {samples}
  SAMPLE_TYPE             = {sample_type}
  SAMPLE_BITS             = {bits}
  UNIT                    = {unit}
  SCALING_FACTOR          = {scale}
  OFFSET                  = {offset}
  MISSING_CONSTANT        = {missing}
END_OBJECT                = IMAGE
OBJECT                    = IMAGE_MAP_PROJECTION
  ^DATA_SET_MAP_PROJECTION = "DSMAP.CAT"
  MAP_PROJECTION_TYPE     = "{projection}"
  MAP_RESOLUTION          = {resolution:.9f} <pix/deg>
  A_AXIS_RADIUS           = 1737.4 <km>
  B_AXIS_RADIUS           = 1737.4 <km>
  C_AXIS_RADIUS           = 1737.4 <km>
  POSITIVE_LONGITUDE_DIRECTION = "EAST"
  CENTER_LATITUDE         = {centre_latitude} <deg>
  CENTER_LONGITUDE        = {centre_longitude} <deg>
  LINE_FIRST_PIXEL        = 1
  LINE_LAST_PIXEL         = {lines}
  SAMPLE_FIRST_PIXEL      = 1
  SAMPLE_LAST_PIXEL       = {samples}
  MAP_SCALE               = {map_scale:.9g} <m/pix>
  LINE_PROJECTION_OFFSET  = {line_offset} <pix>
  SAMPLE_PROJECTION_OFFSET = {sample_offset} <pix>
  COORDINATE_SYSTEM_NAME  = "MEAN EARTH/POLAR AXIS OF DE421"
END_OBJECT                = IMAGE_MAP_PROJECTION
END
"""
TYPES = {"<i2": ("LSB_INTEGER", 16), ">i2": ("MSB_INTEGER", 16), "<i4": ("LSB_INTEGER", 32), "<f4": ("PC_REAL", 32)}


def polar_grid(pixels, size_m, pole=-1):
    """A square map about a pole."""
    per_unit = M_PER_KM * R_MOON_KM / size_m
    return MapGrid(pole, 0.0, (pixels - 1) / 2, (pixels - 1) / 2, -per_unit, per_unit)


def cylindrical_grid(per_degree, centre_longitude_deg=180.0):
    """A map of the whole Moon."""
    per_rad = per_degree / DEG
    centre = centre_longitude_deg * DEG
    return MapGrid(CYLINDRICAL, centre, 90 * per_degree - 0.5, 180 * per_degree - 0.5, -per_rad, per_rad)


def heights_on(grid, shape, height_m):
    """Heights at all pixel centres; ``height_m`` takes unit vectors (..., 3)."""
    found = np.empty(shape)
    columns = np.arange(shape[1])
    for line in range(shape[0]):
        latitude, longitude = latitude_longitude_deg(grid, float(line), columns)
        found[line] = height_m(unit_vector_me(latitude * DEG, longitude * DEG))
    return found


def write_pds(folder, name, grid, heights_m, dtype="<i2", *, image=None, **changes):
    """Write NAME.LBL and NAME.IMG; ``changes`` replace what the label says. Returns the label's path."""
    kind, bits = TYPES[dtype]
    real = dtype.endswith("f4")
    lines, samples = heights_m.shape
    scale, offset = (1.0, 0.0) if real else (0.5, 1737400.0)
    missing = -3.4e38 if real else -32768
    per_degree = abs(grid.columns_per_unit) * DEG
    said = {
        "name": name, "lines": lines, "samples": samples, "record_bytes": samples * bits // 8, "sample_type": kind,
        "bits": bits, "unit": "METER", "scale": scale, "offset": offset, "missing": missing,
        "projection": "POLAR STEREOGRAPHIC" if grid.pole else "SIMPLE CYLINDRICAL", "resolution": per_degree,
        "centre_latitude": 90 * grid.pole, "centre_longitude": grid.centre_longitude_rad / DEG,
        "map_scale": grid.resolution_m, "line_offset": grid.origin_line, "sample_offset": grid.origin_column,
    }  # fmt: skip
    label = Path(folder) / f"{name}.LBL"
    label.write_text(LABEL.format(**{**said, **changes}))
    numbers = np.where(np.isnan(heights_m), missing, heights_m / scale if real else np.rint(heights_m / scale))
    (Path(folder) / f"{name}.IMG").write_bytes(numbers.astype(dtype).tobytes() if image is None else image)
    return label


def arc_to(direction, latitude_deg, longitude_deg):
    """Angle at the Moon's centre from a place to directions (..., 3)."""
    spot = unit_vector_me(latitude_deg * DEG, longitude_deg * DEG)
    return 2.0 * np.arcsin(np.linalg.norm(direction - spot, axis=-1) / 2.0)


def elevation_deg(height_m, arc_rad, eye_m):
    """Elevation of a point at a height and an angle from an eye at a height, both above 1737.4 km."""
    point, eye = R_MOON_KM + height_m / M_PER_KM, R_MOON_KM + eye_m / M_PER_KM
    return np.arctan2(point * np.cos(arc_rad) - eye, point * np.sin(arc_rad)) / DEG


def crater(height_m, rim_km, slope, latitude_deg=-90.0, longitude_deg=0.0):
    """Heights of a rim around a place: a ridge round it whose flanks fall by ``slope``, on level ground."""

    def heights(direction):
        away_m = M_PER_KM * np.abs(R_MOON_KM * arc_to(direction, latitude_deg, longitude_deg) - rim_km)
        return np.maximum(0.0, height_m - slope * away_m)

    return heights


def main(folder):
    """Write the models to try commands with."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    labels = []
    for name, pixels, size_m in (("made_fine", 600, 100.0), ("made_coarse", 1500, 400.0)):
        grid = polar_grid(pixels, size_m)
        rim = crater(1500.0, 15.0, 0.3, -89.9, 20.0)
        labels.append(write_pds(folder, name, grid, heights_on(grid, (pixels, pixels), rim)))
    dems = " ".join(f"--dem {label}" for label in labels)
    sys.stdout.write(f"moonport site -89.9,20 --start 2030-01-01 --stop 2030-01-02 {dems}\n")


if __name__ == "__main__":
    main(sys.argv[1])
