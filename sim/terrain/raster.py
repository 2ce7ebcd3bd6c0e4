"""Elevation models in GeoTIFF and JPEG 2000, read by rasterio, which is not installed with Moonport by itself.

Map and sphere come from the file's coordinate system (WKT 1), heights from its scale and offset; of an image beside a
PDS3 label both come from the label. Parts are read when they are asked for.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.errors import DataMissingError, UsageError
from sim.terrain.dem import Dem, Part, Pixels, Scaling
from sim.terrain.grid import CYLINDRICAL, NORTH, SOUTH, MapGrid
from sim.terrain.pds import grid_of, scaling_of, sibling
from sim.terrain.pds_label import PdsLabel, read_label
from sim.units import DEG, M_PER_KM

_UNIT_M = {"": 1.0, "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "km": 1e3, "kilometre": 1e3}
_SPHERE_M = M_PER_KM * R_MOON_KM
_PATCH = 128


def open_raster(path: Path) -> Dem:
    """Open a GeoTIFF or JPEG 2000; where a PDS3 label stands beside it, that says map and heights.

    Raises
    ------
    DataMissingError
        Without rasterio, or for a JPEG 2000 that nothing explains.
    UsageError
        For a file that cannot be read, and a map that is not of the Moon or of another projection.
    """
    label = sibling(path, {f"{path.stem}.lbl", f"{path.stem}_jp2.lbl"})
    if label is not None:
        return labelled_raster(path, path, read_label(label))
    about = _about(path)
    if path.suffix.lower() == ".jp2" and about["kind"] in "iu" and about["scale"] == 1.0:
        message = f"{path}: nothing says what its whole numbers mean — put the label {path.stem}.LBL beside it"
        raise DataMissingError(message)
    grid, projection = _grid(path, about)
    missing = np.nan if about["nodata"] is None else float(about["nodata"])
    unit = _UNIT_M.get((about["unit"] or "").lower(), 1.0)
    scaling = Scaling(about["scale"] * unit, about["offset"] * unit, missing)
    return _dem(path, (path,), path, grid, scaling, about, f"{path.suffix[1:].upper()}, {projection}")


def labelled_raster(path: Path, image: Path, label: PdsLabel) -> Dem:
    """Open an image whose map and heights a PDS3 label says; ``path`` is the file that was named."""
    about = _about(image)
    said = (label.count("LINES"), label.count("LINE_SAMPLES"))
    if said != about["shape"]:
        what = (
            f"{image.name} has {about['shape'][0]} lines of {about['shape'][1]}, the label says {said[0]} of {said[1]}"
        )
        label.refuse("LINES", what, "it is another image's label: fetch both again")
    scaling = scaling_of(label, about["kind"] == "f")
    kind = f"{image.suffix[1:].upper()} with PDS3 label, {label.text('MAP_PROJECTION_TYPE').lower()}"
    line = label.line_of("SCALING_FACTOR")
    return _dem(path, (label.path, image), image, grid_of(label), scaling, about, kind, line)


def _dem(
    path: Path,
    files: tuple[Path, ...],
    image: Path,
    grid: MapGrid,
    scaling: Scaling,
    about: dict[str, Any],
    kind: str,
    label_line: int = 0,
) -> Dem:
    def read(part: Part) -> Pixels:
        return Pixels(_read(image, [part])[0], part[0], part[2])

    def some() -> NDArray[Any]:
        return np.concatenate([numbers.ravel() for numbers in _read(image, _patches(about["shape"]))])

    return Dem(path, files, grid, about["shape"], scaling, read, some, kind, label_line=label_line)


def _patches(shape: tuple[int, int]) -> list[Part]:
    """Nine squares spread over the map: whole blocks of a file are read for each pixel, and these are few."""
    corners = [np.linspace(0, max(0, count - _PATCH), 3).astype(int).tolist() for count in shape]
    return [
        (line, min(line + _PATCH, shape[0]), column, min(column + _PATCH, shape[1]))
        for line in corners[0]
        for column in corners[1]
    ]


def _rasterio(path: Path) -> Any:
    try:
        import rasterio
    except ImportError:
        message = f"{path} is read by rasterio, which is not installed — pip install 'moonport[terrain]'"
        raise DataMissingError(message) from None
    return rasterio


def _opened(path: Path) -> Any:
    rasterio = _rasterio(path)
    try:
        with warnings.catch_warnings():
            # A file without a map is told of below, in our own words.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            return rasterio.open(path)
    except rasterio.errors.RasterioError as error:
        message = f"{path} cannot be read ({error}) — fetch it again"
        raise UsageError(message) from None


def _about(path: Path) -> dict[str, Any]:
    """Gather what is asked of a file, so that it need not stay open."""
    with _opened(path) as source:
        if source.count != 1:
            message = f"{path} has {source.count} bands — an elevation model has one"
            raise UsageError(message)
        return {
            "shape": (source.height, source.width),
            "kind": np.dtype(source.dtypes[0]).kind,
            "scale": float(source.scales[0]),
            "offset": float(source.offsets[0]),
            "unit": source.units[0],
            "nodata": source.nodata,
            "transform": source.transform,
            "wkt": source.crs.to_wkt(version="WKT1_GDAL") if source.crs else "",
        }


def _read(path: Path, parts: Sequence[Part]) -> list[NDArray[Any]]:
    rasterio = _rasterio(path)
    with _opened(path) as source:
        try:
            return [np.ascontiguousarray(source.read(1, window=_window(rasterio, part))) for part in parts]
        except rasterio.errors.RasterioError as error:
            message = f"{path}: its pixels cannot be read ({error}) — it is cut short: fetch it again"
            raise UsageError(message) from None


def _window(rasterio: Any, part: Part) -> Any:
    return rasterio.windows.Window(part[2], part[0], part[3] - part[2], part[1] - part[0])


def _grid(path: Path, about: dict[str, Any]) -> tuple[MapGrid, str]:
    """Projection and pixels, from coordinate system and transform; a transform counts from a pixel's corner."""
    wkt, transform = about["wkt"], about["transform"]
    if not wkt:
        _refuse(path, "the file does not say its map projection", "take one with a coordinate system of the Moon")
    _check_sphere(path, wkt)
    if transform.b or transform.d:
        _refuse(path, "the map is turned", "take one with its lines along a map axis")
    x, y = transform.c + transform.a / 2.0, transform.f + transform.e / 2.0
    pole, longitude, per_x, per_y = _projection(path, wkt)
    x, y = x - _parameter(wkt, "false_easting"), y - _parameter(wkt, "false_northing")
    grid = MapGrid(pole, longitude * DEG, -y / transform.e, -x / transform.a, per_y / transform.e, per_x / transform.a)
    return grid, "cylindrical" if pole == CYLINDRICAL else "polar stereographic"


def _projection(path: Path, wkt: str) -> tuple[int, float, float, float]:
    """Pole, central longitude in degrees, and map units to a unit of x and y on the sphere of radius one."""
    name = _first(wkt, r'PROJECTION\["([^"]*)"').lower()
    metre = float(_first(wkt, r'PARAMETER\[[^\]]*\],\s*UNIT\["[^"]*",\s*([\d.eE+-]+)') or 1.0)
    longitude = _parameter(wkt, "central_meridian")
    if not name:
        return CYLINDRICAL, 0.0, 1.0 / DEG, 1.0 / DEG
    if name == "equirectangular":
        parallel = _parameter(wkt, "standard_parallel_1")
        if _parameter(wkt, "latitude_of_origin"):
            _refuse(path, "its latitudes do not count from the equator", "take one with latitude_of_origin 0")
        return CYLINDRICAL, longitude, _SPHERE_M * np.cos(parallel * DEG) / metre, _SPHERE_M / metre
    if name not in {"polar_stereographic", "stereographic"}:
        what = f"the map projection {name!r} is not read here"
        _refuse(path, what, "take a polar stereographic or cylindrical one (gdalwarp turns one into the other)")
    latitude = _parameter(wkt, "latitude_of_origin")
    if name == "stereographic" and abs(latitude) != 90.0:
        _refuse(path, f"the map is centred at {latitude:g} deg", "take one centred on a pole")
    # True to scale at this latitude: Snyder 1987, eq. 21-7 with k0 = (1 + sin lat) / 2 on the sphere.
    scale = _parameter(wkt, "scale_factor", 1.0) * (1.0 + np.sin(abs(latitude) * DEG)) / 2.0
    pixels = _SPHERE_M * scale / metre
    return (NORTH if latitude > 0.0 else SOUTH), longitude, pixels, pixels


def _check_sphere(path: Path, wkt: str) -> None:
    match = re.search(r'SPHEROID\["([^"]*)",\s*([\d.]+),\s*([\d.]+)', wkt)
    if match is None:
        _refuse(path, "its coordinate system is of no body", "take one with a coordinate system of the Moon")
    name, axis_m, flattening = match[1], float(match[2]), float(match[3])
    if abs(axis_m - _SPHERE_M) > 1.0 or flattening != 0.0:
        what = f"its coordinate system is of {name} ({axis_m / M_PER_KM:.3f} km, 1/f {flattening:g}), not of the Moon"
        _refuse(path, what, f"take a map of the Moon on the sphere of {R_MOON_KM} km")


def _first(wkt: str, pattern: str) -> str:
    match = re.search(pattern, wkt)
    return match[1] if match else ""


def _parameter(wkt: str, name: str, default: float = 0.0) -> float:
    text = _first(wkt, rf'PARAMETER\["{name}",\s*([-\d.eE+]+)')
    return float(text) if text else default


def _refuse(path: Path, what: str, remedy: str) -> NoReturn:
    message = f"{path}: {what} — {remedy}"
    raise UsageError(message)
