"""Light at a landing site over time, indexed so that a search of landings never has to walk through the dark.

The Sun's elevation is linear between the points of an even grid. The *light margin* at an epoch is how far inside the
asked bands the Sun stands (radians, negative: outside); between two grid points it is the least of four straight
lines, hence concave, and its highest value in any part of a cell is found exactly from eight candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Vector = tuple[float, float, float]
Band = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class SiteLight:
    """A landing site and the Sun there on an even time grid of K points.

    Attributes
    ----------
    start_tdb_s, step_s : float
        Epoch of the first point, TDB seconds past J2000, and the distance of the points (1800 s is plenty: the Sun
        moves 0.25 degrees, the site 0.28 degrees of the Moon's turn, whose chord is off by 3e-6).
    site_unit_icrf : ndarray (K, 3)
        Unit vector from the Moon's centre to the site, ICRF axes.
    sun_elevation_rad, sun_above_horizon_rad : ndarray (K,)
        Centre of the Sun above the level plane, and above the local horizon below it.
    """

    start_tdb_s: float
    step_s: float
    site_unit_icrf: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray

    @property
    def stop_tdb_s(self) -> float:
        """Epoch of the last grid point."""
        return self.start_tdb_s + self.step_s * (len(self.sun_elevation_rad) - 1)


class LightTable(NamedTuple):
    """A ``SiteLight`` with its bands and indices, as the kernels take it. A cell lies between two grid points.

    ``bands_rad`` is (middle, half width) of the Sun's elevation, then of its height above the horizon.
    ``next_lit[j]`` is the first cell from j on with light as asked anywhere in it (K - 1 when none).
    ``range_best[p, j]`` is the best light margin in the cells j to j + 2**p - 1. ``site_rate_rad_s`` bounds the speed
    of the site about the Moon's centre.
    """

    start_tdb_s: float
    step_s: float
    site_unit_icrf: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    bands_rad: FloatArray
    next_lit: IntArray
    range_best: FloatArray
    site_rate_rad_s: float


def light_table(light: SiteLight, sun_elevation_rad: Band, sun_above_horizon_rad: Band) -> LightTable:
    """Index a site's light for the bands asked (None: not asked).

    Raises
    ------
    ValueError
        When the grid has fewer than two points, unequal lengths or values that are not finite.
    """
    _check_grid(light)
    elevation = np.ascontiguousarray(light.sun_elevation_rad, dtype=np.float64)
    above = np.ascontiguousarray(light.sun_above_horizon_rad, dtype=np.float64)
    bands = np.array([*_middle_and_half(sun_elevation_rad), *_middle_and_half(sun_above_horizon_rad)])
    best = _best_of_cells(elevation, above, bands)
    return LightTable(
        start_tdb_s=float(light.start_tdb_s),
        step_s=float(light.step_s),
        site_unit_icrf=np.ascontiguousarray(light.site_unit_icrf, dtype=np.float64),
        sun_elevation_rad=elevation,
        sun_above_horizon_rad=above,
        bands_rad=bands,
        next_lit=_next_at_least_zero(best),
        range_best=_range_best(best),
        site_rate_rad_s=_site_rate_rad_s(light),
    )


def _site_rate_rad_s(light: SiteLight) -> float:
    """Fastest motion between neighbouring points; a chord falls short of its arc by 1e-6."""
    chords = np.linalg.norm(np.diff(light.site_unit_icrf, axis=0), axis=-1)
    return float(chords.max()) / light.step_s * (1.0 + 1e-5)


def _check_grid(light: SiteLight) -> None:
    count = len(light.sun_elevation_rad)
    shapes = light.site_unit_icrf.shape == (count, 3) and light.sun_above_horizon_rad.shape == (count,)
    if count < 2 or not shapes:
        message = f"light grid: {count} elevations, sites {light.site_unit_icrf.shape}; need K >= 2 and (K, 3)"
        raise ValueError(message)
    arrays = (light.site_unit_icrf, light.sun_elevation_rad, light.sun_above_horizon_rad)
    if not all(bool(np.isfinite(array).all()) for array in arrays):
        message = "light grid holds values that are not finite"
        raise ValueError(message)


def _middle_and_half(band: Band) -> tuple[float, float]:
    if band is None:
        return 0.0, np.inf
    low, high = max(band[0], -pi), min(band[1], pi)
    return 0.5 * (low + high), 0.5 * (high - low)


def _range_best(best: FloatArray) -> FloatArray:
    """Sparse table of the maximum: row p covers 2**p cells; positions without that many cells repeat the row above."""
    rows = [best]
    for power in range(int(np.log2(len(best)))):
        half = 1 << power
        row = rows[-1].copy()
        row[:-half] = np.maximum(rows[-1][:-half], rows[-1][half:])
        rows.append(row)
    return np.array(rows)


@jit()
def _next_at_least_zero(values: FloatArray) -> IntArray:
    """First index from each one on whose value is not negative; the length where there is none."""
    count = values.size
    following = np.empty(count, np.int64)
    nearest = count
    for index in range(count - 1, -1, -1):
        if values[index] >= 0.0:
            nearest = index
        following[index] = nearest
    return following


@jit()
def light_margin(bands: FloatArray, elevation: float, above: float) -> float:
    """How far inside both bands the Sun stands, rad; infinite where no band is asked."""
    margin: float = min(bands[1] - abs(elevation - bands[0]), bands[3] - abs(above - bands[2]))
    return margin


@jit()
def _best_in_cell(bands: FloatArray, e0: float, e1: float, a0: float, a1: float, x_from: float, x_to: float) -> float:
    """Best light margin for x in [x_from, x_to], elevation e0 + x (e1 - e0) and height above horizon a0 + x (a1 - a0).

    The margin is the least of lines, so its top is at an end, where one quantity meets the middle of its band, or
    where a side of one band's roof crosses a side of the other's.
    """
    de, da = e1 - e0, a1 - a0
    best = max(
        light_margin(bands, e0 + x_from * de, a0 + x_from * da), light_margin(bands, e0 + x_to * de, a0 + x_to * da)
    )
    for candidate in range(6):
        if candidate == 0:
            x = (bands[0] - e0) / de
        elif candidate == 1:
            x = (bands[2] - a0) / da
        else:
            side_e = 1.0 if candidate % 2 == 0 else -1.0
            side_a = 1.0 if candidate < 4 else -1.0
            roof = bands[1] - side_e * (e0 - bands[0]) - bands[3] + side_a * (a0 - bands[2])
            x = roof / (side_e * de - side_a * da)
        if x_from < x < x_to:
            best = max(best, light_margin(bands, e0 + x * de, a0 + x * da))
    return best


@jit()
def _best_of_cells(elevation: FloatArray, above: FloatArray, bands: FloatArray) -> FloatArray:
    """Best light margin (K - 1,) inside each cell."""
    best = np.empty(elevation.size - 1)
    for j in range(best.size):
        best[j] = _best_in_cell(bands, elevation[j], elevation[j + 1], above[j], above[j + 1], 0.0, 1.0)
    return best


@jit()
def _best_in_part(light: LightTable, cell: int, x_from: float, x_to: float) -> float:
    elevation, above = light.sun_elevation_rad, light.sun_above_horizon_rad
    return _best_in_cell(
        light.bands_rad, elevation[cell], elevation[cell + 1], above[cell], above[cell + 1], x_from, x_to
    )


@jit()
def cell_of(light: LightTable, t_tdb_s: float) -> tuple[int, float]:
    """Cell of an epoch, clamped to the grid, and the fraction of the cell that has passed."""
    x = (t_tdb_s - light.start_tdb_s) / light.step_s
    cell = min(max(int(np.floor(x)), 0), light.next_lit.size - 1)
    return cell, x - cell


@jit()
def best_of_cell_range(light: LightTable, first: int, last: int) -> float:
    """Best light margin in the cells first..last inclusive, in constant time; -inf when there are none."""
    if last < first:
        return -np.inf
    power = 0
    while (2 << power) <= last - first + 1:
        power += 1
    best: float = max(light.range_best[power, first], light.range_best[power, last + 1 - (1 << power)])
    return best


@jit()
def best_light_between(light: LightTable, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Best light margin at any epoch from start to stop, exactly."""
    first, x_first = cell_of(light, start_tdb_s)
    last, x_last = cell_of(light, stop_tdb_s)
    if first == last:
        return _best_in_part(light, first, x_first, x_last)
    ends = max(_best_in_part(light, first, x_first, 1.0), _best_in_part(light, last, 0.0, x_last))
    return max(ends, best_of_cell_range(light, first + 1, last - 1))


@jit()
def light_at(light: LightTable, t_tdb_s: float) -> tuple[float, float]:
    """Sun's elevation and height above the horizon at an epoch, linear between grid points."""
    cell, x = cell_of(light, t_tdb_s)
    elevation, above = light.sun_elevation_rad, light.sun_above_horizon_rad
    return (
        elevation[cell] + x * (elevation[cell + 1] - elevation[cell]),
        above[cell] + x * (above[cell + 1] - above[cell]),
    )


@jit()
def site_at(light: LightTable, t_tdb_s: float) -> Vector:
    """Site vector at an epoch, linear between grid points, as three numbers."""
    cell, x = cell_of(light, t_tdb_s)
    a, b = light.site_unit_icrf[cell], light.site_unit_icrf[cell + 1]
    return a[0] + x * (b[0] - a[0]), a[1] + x * (b[1] - a[1]), a[2] + x * (b[2] - a[2])
