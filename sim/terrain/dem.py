"""Digital elevation models: one frozen type for all file formats, and the look at its numbers that catches mix-ups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.rotations import east_north_up
from sim.constants import R_MOON_KM
from sim.errors import DataMissingError, UsageError
from sim.terrain.grid import CYLINDRICAL, MapGrid, latitude_longitude_deg, unit_vector_me
from sim.terrain.march import heights_m
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]

LOWEST_M, HIGHEST_M = -9_200.0, 10_800.0
"""The Moon's heights above 1737.4 km, with some metres to spare (LOLA: -9.13 km in Antoniadi, 10.78 km at 5.4 N
158.6 W)."""

_OTHER_POLE = 1e-12
"""Of 1 + sin(latitude) away from a map's pole: the other pole lies at no finite place of it."""

_FLAT_M, _WIDE_KM = 25.0, 100.0
"""No part of the Moon this wide is that flat: its numbers are kilometres. One without any relief is made on purpose."""

_RASTER_SUFFIXES = {".tif", ".tiff", ".jp2"}
_PDS_SUFFIXES = {".lbl", ".img"}
_MOST_BYTES = 4e9


@dataclass(frozen=True, slots=True)
class Scaling:
    """What a pixel's number means: height above 1737.4 km = offset_m + scale_m * number; ``missing`` or NaN is none."""

    scale_m: float
    offset_m: float
    missing: float = np.nan

    def row(self) -> FloatArray:
        """Return the figures as kernels take them (3,)."""
        return np.array([self.scale_m, self.offset_m, self.missing])

    def heights_m(self, numbers: NDArray[Any]) -> FloatArray:
        """Heights (...), m, of numbers as they stand in the file; NaN where missing."""
        values = numbers.astype(np.float64)
        return np.where(values == self.missing, np.nan, self.offset_m + self.scale_m * values)


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixels of a part of a file in this machine's byte order (lines, columns), and where the part begins."""

    numbers: NDArray[Any]
    first_line: int = 0
    first_column: int = 0


Part = tuple[int, int, int, int]
"""First line, last line, first column, last column; the last ones are not included."""


@dataclass(frozen=True, slots=True, eq=False)
class Dem:
    """A digital elevation model: heights in metres above 1737.4 km, read when they are asked for.

    Attributes
    ----------
    path : Path
        The file that was named.
    files : tuple of Path
        All files it rests on.
    grid : MapGrid
    shape : tuple of int
        Lines and columns.
    scaling : Scaling
    read : callable
        Gives the ``Pixels`` of a ``Part``, or of more where that costs nothing.
    some : callable
        Gives a few thousand numbers from all over the map.
    kind : str
        Format and projection in words.
    reading_copies : bool
        Whether reading fills memory; a mapped file does not.
    label_line : int
        Line of the label that says the scaling, 0 where there is none.
    """

    path: Path
    files: tuple[Path, ...]
    grid: MapGrid
    shape: tuple[int, int]
    scaling: Scaling
    read: Callable[[Part], Pixels]
    some: Callable[[], NDArray[Any]]
    kind: str
    reading_copies: bool = True
    label_line: int = 0

    @property
    def resolution_m(self) -> float:
        """Size of a pixel, at the map's centre."""
        return self.grid.resolution_m

    @property
    def name(self) -> str:
        """Name of the file, as outputs say it."""
        return self.path.name

    @property
    def words(self) -> str:
        """File and resolution in words."""
        return f"{self.name} ({self.resolution_m:.4g} m)"


def open_dem(path: Path | str) -> Dem:
    """Open an elevation model: a PDS3 label or image (``.lbl``, ``.img``), a GeoTIFF or a JPEG 2000.

    Heights are looked at, a few thousand of them: a wrong scale or byte order is found here.

    Raises
    ------
    DataMissingError
        Where there is no such file, or rasterio is needed and missing.
    UsageError
        For a damaged file or one that is no elevation model of the Moon, with the remedy.
    """
    return checked(opened(path))


def opened(path: Path | str) -> Dem:
    """Open an elevation model as ``open_dem`` does, without a look at its heights."""
    path = Path(path)
    if not path.is_file():
        message = f"there is no elevation model {path} — name a PDS3 label (.lbl), a GeoTIFF or a JPEG 2000"
        raise DataMissingError(message)
    suffix = path.suffix.lower()
    if suffix in _PDS_SUFFIXES:
        from sim.terrain.pds import open_pds

        return open_pds(path)
    if suffix in _RASTER_SUFFIXES:
        from sim.terrain.raster import open_raster

        return open_raster(path)
    message = f"{path}: {suffix or 'a file without suffix'} is not read here — give .lbl, .img, .tif or .jp2"
    raise UsageError(message)


def pixel_of(dem: Dem, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Line and column (...), not rounded, counted from 0 at the centre of the first pixel; also outside the map."""
    grid = dem.grid
    x, y, z = np.moveaxis(unit_vector_me(np.asarray(latitude_deg) * DEG, np.asarray(longitude_deg) * DEG), -1, 0)
    turned = grid.centre_longitude_rad
    near, aside = x * np.cos(turned) + y * np.sin(turned), y * np.cos(turned) - x * np.sin(turned)
    if grid.pole == CYLINDRICAL:
        map_x, map_y = np.arctan2(aside, near), np.arcsin(z)
    else:
        f = 2.0 / np.maximum(1.0 + grid.pole * z, _OTHER_POLE)
        map_x, map_y = f * aside, -grid.pole * f * near
    return grid.origin_line + grid.lines_per_unit * map_y, grid.origin_column + grid.columns_per_unit * map_x


def terrain_heights_m(dem: Dem, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    """Heights (...), m above 1737.4 km, bilinear between pixel centres; NaN off the map and beside missing pixels."""
    directions = unit_vector_me(np.asarray(latitude_deg) * DEG, np.asarray(longitude_deg) * DEG)
    line, column = pixel_of(dem, latitude_deg, longitude_deg)
    pixels, grid = window(dem, _part_about(dem, line, column))
    found: FloatArray = heights_m(pixels, dem.scaling.row(), grid.row(), directions.reshape(-1, 3))
    return found.reshape(directions.shape[:-1])


def window(dem: Dem, part: Part) -> tuple[NDArray[Any], MapGrid]:
    """Pixels of a part, and their grid."""
    size = (part[1] - part[0]) * (part[3] - part[2]) * 4.0
    if dem.reading_copies and size > _MOST_BYTES:
        message = (
            f"{dem.path}: the part within range takes {size / 1e9:.1f} GB of memory"
            " — ask for a shorter range, or add a coarser elevation model for what is far"
        )
        raise UsageError(message)
    pixels = dem.read(part)
    return pixels.numbers, dem.grid.shifted(pixels.first_line, pixels.first_column)


def part_within(dem: Dem, latitude_deg: float, longitude_deg: float, range_km: float) -> Part:
    """Part of the map that holds all pixels within a range of a place; empty where there is none."""
    lines, columns = dem.shape
    arc_deg = range_km / R_MOON_KM / DEG
    if dem.grid.pole == CYLINDRICAL:
        ends, _ = pixel_of(dem, np.clip([latitude_deg - arc_deg, latitude_deg + arc_deg], -90.0, 90.0), longitude_deg)
        return (*_clipped(ends, lines), 0, columns)
    # A circle on the sphere is a circle on this map: its outline bounds it.
    line, column = pixel_of(dem, *_circle_deg(latitude_deg, longitude_deg, arc_deg))
    return (*_clipped(line, lines), *_clipped(column, columns))


def reach_km(dem: Dem, latitude_deg: float, longitude_deg: float) -> float:
    """Least distance along the ground from a place to the border of the map; 0 for a place outside."""
    lines, columns = dem.shape
    line, column = (float(value) for value in pixel_of(dem, latitude_deg, longitude_deg))
    whole_turn = dem.grid.pole == CYLINDRICAL and columns + 0.5 > 2.0 * np.pi * abs(dem.grid.columns_per_unit)
    if not (-0.5 <= line <= lines - 0.5 and (whole_turn or -0.5 <= column <= columns - 0.5)):
        return 0.0
    along = np.linspace(0.0, 1.0, 721)
    edges = [(along * (lines - 1), side + 0.0 * along) for side in (0.0, columns - 1.0) if not whole_turn]
    edges += [(side + 0.0 * along, along * (columns - 1)) for side in (0.0, lines - 1.0)]
    border = np.concatenate([np.stack(latitude_longitude_deg(dem.grid, *edge), axis=-1) for edge in edges])
    if whole_turn:
        # A border at a pole is a point of the map like any other.
        border = border[np.abs(border[:, 0]) < 90.0 - 1.5 / abs(dem.grid.lines_per_unit) / DEG]
    if len(border) == 0:
        return np.pi * R_MOON_KM
    towards = unit_vector_me(border[:, 0] * DEG, border[:, 1] * DEG)
    chord = np.linalg.norm(towards - unit_vector_me(latitude_deg * DEG, longitude_deg * DEG), axis=-1)
    return float(2.0 * R_MOON_KM * np.arcsin(np.min(chord) / 2.0))


def checked(dem: Dem) -> Dem:
    """Give back an elevation model whose numbers are heights of the Moon.

    Raises
    ------
    UsageError
        Where no pixel holds a height, or some are beyond every height there is on the Moon.
    """
    numbers = dem.some()
    heights = dem.scaling.heights_m(numbers)
    heights = heights[np.isfinite(heights)]
    if heights.size == 0:
        _refuse(dem, "no pixel holds a height, all are marked as missing", "take another file or tile")
    low, high = float(np.min(heights)), float(np.max(heights))
    if low < LOWEST_M or high > HIGHEST_M:
        what = f"its heights go from {low:.0f} to {high:.0f} m, those of the Moon from {LOWEST_M:g} to {HIGHEST_M:g} m"
        _refuse(dem, what, _likely(dem, numbers))
    width_km = max(dem.shape) * dem.resolution_m / M_PER_KM
    if 0.0 < high - low < _FLAT_M and width_km > _WIDE_KM:
        what = f"its heights go from {low:.4g} to {high:.4g} m over {width_km:.0f} km: too flat for the Moon"
        _refuse(dem, what, "they look like kilometres: say so (UNIT = KILOMETER in the label), or scale them to metres")
    return dem


def _refuse(dem: Dem, what: str, remedy: str) -> NoReturn:
    place = f"{dem.path}:{dem.label_line}" if dem.label_line else str(dem.path)
    message = f"{place}: {what} — {remedy}"
    raise UsageError(message)


def _likely(dem: Dem, numbers: NDArray[Any]) -> str:
    """Say which slip explains heights that are none."""
    scale, offset, missing = dem.scaling.scale_m, dem.scaling.offset_m, dem.scaling.missing
    with np.errstate(all="ignore"):  # swapped floats may be anything
        return _likely_slip(dem, numbers, scale, offset, missing)


def _likely_slip(dem: Dem, numbers: NDArray[Any], scale: float, offset: float, missing: float) -> str:
    if numbers.dtype.itemsize > 1 and _plausible(dem.scaling.heights_m(numbers.byteswap())):
        return "the byte order looks swapped: MSB and LSB in SAMPLE_TYPE"
    if _plausible(Scaling(scale, offset - M_PER_KM * R_MOON_KM, missing).heights_m(numbers)):
        return "they look like radii: the label needs OFFSET = 1737400, a raster heights above 1737.4 km"
    for factor, slip in ((1e-3, "metres taken as kilometres"), (1e3, "kilometres taken as metres")):
        if _plausible(factor * dem.scaling.heights_m(numbers)):
            return f"they look like {slip}: mend UNIT and SCALING_FACTOR"
    return "see to scale, offset, byte order, and the mark of missing pixels"


def _plausible(heights_m: FloatArray) -> bool:
    known = heights_m[np.isfinite(heights_m)]
    return bool(known.size and np.min(known) >= LOWEST_M and np.max(known) <= HIGHEST_M and np.ptp(known) > _FLAT_M)


def _clipped(values: FloatArray, count: int) -> tuple[int, int]:
    """First pixel and the one after the last, with one to spare for the interpolation."""
    first, last = int(np.floor(np.min(values))) - 1, int(np.ceil(np.max(values))) + 2
    return min(max(first, 0), count), min(max(last, 0), count)


def _part_about(dem: Dem, line: FloatArray, column: FloatArray) -> Part:
    columns = (0, dem.shape[1]) if dem.grid.pole == CYLINDRICAL else _clipped(column, dem.shape[1])
    part = (*_clipped(line, dem.shape[0]), *columns)
    return part if part[0] < part[1] and part[2] < part[3] else (0, 1, 0, 1)


def _circle_deg(latitude_deg: float, longitude_deg: float, arc_deg: float) -> tuple[FloatArray, FloatArray]:
    east, north, up = east_north_up(latitude_deg * DEG, longitude_deg * DEG)
    around = np.linspace(0.0, 2.0 * np.pi, 721)[:, None]
    ahead = np.sin(around) * east + np.cos(around) * north
    x, y, z = np.moveaxis(np.cos(arc_deg * DEG) * up + np.sin(arc_deg * DEG) * ahead, -1, 0)
    return np.arcsin(np.clip(z, -1.0, 1.0)) / DEG, np.arctan2(y, x) / DEG
