"""Elevation models of the Planetary Data System, version 3: the gridded data records of LOLA and their like.

Pixels, in the words of the archive (LRO-L-LOLA-4-GDR-V1.0, DSMAP.CAT and DSMAP_POLAR.CAT), lines and samples from 1:
longitude = centre + (sample - SAMPLE_PROJECTION_OFFSET - 1) / MAP_RESOLUTION, latitude = centre - (line -
LINE_PROJECTION_OFFSET - 1) / MAP_RESOLUTION of a simple cylindrical map; the same with x and y over MAP_SCALE of a
polar stereographic one, which is true to scale at its pole. Heights: radius = OFFSET + SCALING_FACTOR * number.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.errors import DataMissingError
from sim.terrain.dem import Dem, Part, Pixels, Scaling
from sim.terrain.grid import CYLINDRICAL, NORTH, SOUTH, MapGrid
from sim.terrain.pds_label import PdsLabel, read_label
from sim.units import DEG, M_PER_KM

_TYPES = {
    ("LSB INTEGER", 16): "<i2", ("PC INTEGER", 16): "<i2", ("VAX INTEGER", 16): "<i2", ("LSB INTEGER", 32): "<i4",
    ("PC INTEGER", 32): "<i4", ("VAX INTEGER", 32): "<i4", ("MSB INTEGER", 16): ">i2", ("INTEGER", 16): ">i2",
    ("MSB INTEGER", 32): ">i4", ("INTEGER", 32): ">i4", ("LSB UNSIGNED INTEGER", 16): "<u2",
    ("MSB UNSIGNED INTEGER", 16): ">u2", ("PC REAL", 32): "<f4", ("IEEE REAL", 32): ">f4", ("REAL", 32): ">f4",
}  # fmt: skip
_TO_M = {"": 1.0, "M": 1.0, "METER": 1.0, "METERS": 1.0, "KM": 1e3, "KILOMETER": 1e3, "KILOMETERS": 1e3}
_TO_M_PER_PIXEL = {
    "M/PIX": 1.0, "M/PIXEL": 1.0, "METER/PIXEL": 1.0, "METERS/PIXEL": 1.0, "KM/PIX": 1e3, "KM/PIXEL": 1e3,
    "KILOMETERS/PIXEL": 1e3,
}  # fmt: skip
_TO_KM = {"KM": 1.0, "KILOMETER": 1.0, "KILOMETERS": 1.0, "M": 1e-3, "METER": 1e-3, "METERS": 1e-3, "": 1.0}
_DEGREES = {"": 1.0, "DEG": 1.0, "DEGREE": 1.0, "DEGREES": 1.0}
_PIXELS_PER_DEGREE = {"": 1.0, "PIX/DEG": 1.0, "PIXEL/DEG": 1.0, "PIXELS/DEGREE": 1.0, "PIXEL/DEGREE": 1.0}
_LENGTHS = {"": 1.0, "PIX": 1.0, "PIXEL": 1.0, "PIXELS": 1.0}

_RADIUS_WITHIN_M = 100e3
"""An OFFSET this near the Moon's radius means that the numbers stand for radii."""

_COMPRESSED = {".jp2", ".tif", ".tiff"}


def open_pds(path: Path) -> Dem:
    """Open an elevation model by its label, or by its image: labelled at its beginning or by a file beside it.

    Raises
    ------
    DataMissingError
        Where label or image are not there.
    UsageError
        Naming the label's line: a key missing or not understood, or an image shorter than the label says.
    """
    label = read_label(path if path.suffix.lower() == ".lbl" else label_of(path))
    image, skipped = _image_of(label)
    if image.suffix.lower() in _COMPRESSED:
        from sim.terrain.raster import labelled_raster

        return labelled_raster(path, image, label)
    shape = (label.count("LINES"), label.count("LINE_SAMPLES"))
    dtype = _dtype(label)
    _check_layout(label)
    _check_size(label, image, skipped, shape, dtype)
    # Mapped privately: the kernels take arrays that may be written to.
    numbers: NDArray[Any] = np.asarray(np.memmap(image, dtype, mode="c", offset=skipped, shape=shape))
    files = (label.path,) if label.path == image else (label.path, image)
    return Dem(
        path=path,
        files=files,
        grid=grid_of(label),
        shape=shape,
        scaling=scaling_of(label, dtype.kind == "f"),
        read=lambda part: _pixels(numbers, part),
        some=lambda: _some(numbers),
        kind=f"PDS3, {label.text('MAP_PROJECTION_TYPE').lower()}",
        reading_copies=not dtype.isnative,
        label_line=label.line_of("SCALING_FACTOR"),
    )


def label_of(image: Path) -> Path:
    """Find the label of an image: at its beginning, or the file of the same name beside it."""
    with image.open("rb") as file:
        if file.read(14) == b"PDS_VERSION_ID":
            return image
    found = sibling(image, {f"{image.stem}.lbl", f"{image.stem}_jp2.lbl"})
    if found is None:
        message = f"{image} has no label — put {image.stem}.LBL beside it: it says what the numbers mean"
        raise DataMissingError(message)
    return found


def sibling(path: Path, names: set[str]) -> Path | None:
    """Find a file beside another by its name, in capitals or not."""
    wanted = {name.lower() for name in names}
    return next((other for other in sorted(path.parent.iterdir()) if other.name.lower() in wanted), None)


def grid_of(label: PdsLabel) -> MapGrid:
    """Read projection and pixels of a label."""
    _check_body(label)
    line, column = (label.number(f"{way}_PROJECTION_OFFSET", _LENGTHS) for way in ("LINE", "SAMPLE"))
    longitude = label.number("CENTER_LONGITUDE", _DEGREES) * DEG
    projection = label.text("MAP_PROJECTION_TYPE")
    if projection == "POLAR STEREOGRAPHIC":
        pixels = M_PER_KM * R_MOON_KM / _positive(label, "MAP_SCALE", _TO_M_PER_PIXEL)
        return MapGrid(_pole(label), longitude, line, column, -pixels, pixels)
    if projection in {"SIMPLE CYLINDRICAL", "EQUIRECTANGULAR"}:
        pixels = _positive(label, "MAP_RESOLUTION", _PIXELS_PER_DEGREE) / DEG
        line += pixels * label.number("CENTER_LATITUDE", _DEGREES) * DEG
        _check_top(label, line, pixels)
        return MapGrid(CYLINDRICAL, longitude, line, column, -pixels, pixels)
    what = f"the map projection {projection!r} is not read here"
    label.refuse("MAP_PROJECTION_TYPE", what, "take a polar stereographic or simple cylindrical product")


def scaling_of(label: PdsLabel, real: bool) -> Scaling:
    """Read what the numbers mean; real numbers are heights as they stand where the label does not say otherwise."""
    unit = label.text("UNIT") if label.has("UNIT") else ""
    if unit not in _TO_M:
        label.refuse("UNIT", f"UNIT = {unit} is no unit of height", "write METER or KILOMETER")
    scale = label.number("SCALING_FACTOR") if label.has("SCALING_FACTOR") or not real else 1.0
    if not (np.isfinite(scale) and scale != 0.0):
        label.refuse(
            "SCALING_FACTOR", f"SCALING_FACTOR = {scale:g} leaves no heights", "mend it, or fetch the label again"
        )
    offset = label.number("OFFSET") if label.has("OFFSET") or not real else 0.0
    offset_m = offset * _TO_M[unit]
    sphere_m = M_PER_KM * R_MOON_KM
    if abs(offset_m - sphere_m) < _RADIUS_WITHIN_M:
        offset_m -= sphere_m
    keys = [key for key in ("MISSING_CONSTANT", "CORE_NULL", "MISSING") if label.has(key)]
    missing = _missing(label, keys[0], real) if keys else np.nan
    return Scaling(scale * _TO_M[unit], offset_m, missing)


def _missing(label: PdsLabel, key: str, real: bool) -> float:
    text = label.value(key).text
    bits = re.fullmatch(r"16#([0-9A-Fa-f]{8})#", text)
    if bits is not None:
        return float(np.array([int(bits[1], 16)], dtype=np.uint32).view(np.float32 if real else np.int32)[0])
    number = label.number(key)
    return float(np.float32(number)) if real else number


def _image_of(label: PdsLabel) -> tuple[Path, int]:
    """File and first byte of the image."""
    text = label.value("^IMAGE").text.strip("() ")
    name, _, start = text.rpartition(",") if "," in text else ("", "", text)
    if not name and re.search(r"\.\w", start):
        name, start = start, "1"
    image = label.path if not name else sibling(label.path, {name.strip().strip("\"'")})
    if image is None:
        message = f"{label.path}:{label.line_of('^IMAGE')}: there is no image {name.strip()} — put it beside its label"
        raise DataMissingError(message)
    return image, _first_byte(label, start.strip().strip("\"'"))


def _first_byte(label: PdsLabel, start: str) -> int:
    match = re.fullmatch(r"(\d+)\s*(<BYTES?>)?", start, re.IGNORECASE)
    if match is None or int(match[1]) < 1:
        label.refuse("^IMAGE", f"^IMAGE points to {start!r}", 'write "FILE.IMG" or the number of a record')
    if match[2]:
        return int(match[1]) - 1
    return 0 if match[1] == "1" else (int(match[1]) - 1) * label.count("RECORD_BYTES")


def _dtype(label: PdsLabel) -> np.dtype[Any]:
    said = (label.text("SAMPLE_TYPE"), label.count("SAMPLE_BITS"))
    if said not in _TYPES:
        what = f"samples of type {said[0]} with {said[1]} bits are not read here"
        label.refuse("SAMPLE_TYPE", what, "take integers of 16 or 32 bits, or PC_REAL of 32")
    return np.dtype(_TYPES[said])


def _check_layout(label: PdsLabel) -> None:
    for key, wanted in (("BANDS", 1), ("LINE_PREFIX_BYTES", 0), ("LINE_SUFFIX_BYTES", 0)):
        if label.has(key) and label.number(key) != wanted:
            label.refuse(key, f"{key} = {label.number(key):g}", f"elevation models with {wanted} are read here")


def _check_size(label: PdsLabel, image: Path, skipped: int, shape: tuple[int, int], dtype: np.dtype[Any]) -> None:
    needed = skipped + shape[0] * shape[1] * dtype.itemsize
    there = image.stat().st_size
    if there < needed:
        what = f"{image.name} has {there} bytes, the label's {shape[0]} lines of {shape[1]} samples take {needed}"
        label.refuse("LINES", what, "it is cut short: fetch it again")


def _check_body(label: PdsLabel) -> None:
    if label.has("TARGET_NAME") and label.text("TARGET_NAME") not in {"MOON", "LUNA"}:
        label.refuse("TARGET_NAME", f"this is {label.text('TARGET_NAME')}", "take an elevation model of the Moon")
    radii_km = [label.number(key, _TO_KM) for key in ("A_AXIS_RADIUS", "C_AXIS_RADIUS") if label.has(key)]
    if not radii_km:
        label.value("A_AXIS_RADIUS")
    if any(abs(radius - R_MOON_KM) > 1e-3 for radius in radii_km):
        what = f"the map's sphere has {radii_km[0]:g} km, not {R_MOON_KM} km"
        label.refuse("A_AXIS_RADIUS", what, "take a map of the Moon on the sphere of 1737.4 km")
    if label.has("POSITIVE_LONGITUDE_DIRECTION") and label.text("POSITIVE_LONGITUDE_DIRECTION") != "EAST":
        label.refuse("POSITIVE_LONGITUDE_DIRECTION", "longitudes count to the west", "take a map that counts east")
    if label.has("COORDINATE_SYSTEM_NAME") and "PRINCIPAL" in label.text("COORDINATE_SYSTEM_NAME"):
        what = "the map lies on principal axes, up to 0.87 km from the mean-Earth axes used here"
        label.refuse("COORDINATE_SYSTEM_NAME", what, "take the product on mean-Earth axes (without _PA in its name)")


def _pole(label: PdsLabel) -> int:
    latitude = label.number("CENTER_LATITUDE", _DEGREES)
    if abs(latitude) != 90.0:
        what = f"a polar map with its centre at {latitude:g} deg is not read here"
        label.refuse("CENTER_LATITUDE", what, "take one centred on a pole")
    return NORTH if latitude > 0.0 else SOUTH


def _positive(label: PdsLabel, key: str, units: dict[str, float]) -> float:
    number = label.number(key, units)
    if not number > 0.0:
        label.refuse(key, f"{key} is not above nothing", "mend it, or fetch the label again")
    return number


def _check_top(label: PdsLabel, line_of_equator: float, lines_per_rad: float) -> None:
    """The upper edge of a cylindrical map, half a pixel above its first line, is its highest latitude."""
    if not label.has("MAXIMUM_LATITUDE"):
        return
    edge, said = (line_of_equator + 0.5) / lines_per_rad / DEG, label.number("MAXIMUM_LATITUDE", _DEGREES)
    if abs(edge - said) > 1.01 / lines_per_rad / DEG:
        what = f"LINE_PROJECTION_OFFSET puts the upper edge at {edge:.4f} deg, MAXIMUM_LATITUDE says {said:g}"
        label.refuse("LINE_PROJECTION_OFFSET", what, "mend the label, or fetch it again")


def _pixels(numbers: NDArray[Any], part: Part) -> Pixels:
    """A file in this machine's byte order is used as it is mapped; of another the part is turned round."""
    if numbers.dtype.isnative:
        return Pixels(numbers)
    first_line, last_line, first_column, last_column = part
    some = numbers[first_line:last_line, first_column:last_column]
    return Pixels(some.astype(some.dtype.newbyteorder("=")), first_line, first_column)


def _some(numbers: NDArray[Any]) -> NDArray[Any]:
    """Some forty lines, spread over the map, every few pixels of them."""
    lines = np.unique(np.linspace(0, numbers.shape[0] - 1, 41).astype(int))
    some: NDArray[Any] = numbers[lines][:, :: max(1, numbers.shape[1] // 500)].ravel()
    return some
