"""Light and contact at a landing site over time, indexed so that a search of landings need not walk through the dark.

The Sun's elevation is linear between the points of an even grid. The *light margin* at an epoch is how far inside the
asked bands the Sun stands (radians, negative: outside); between two grid points it is the least of four straight
lines, hence concave, and its highest value in any part of a cell is found exactly from eight candidates.

Where the Earth covers the Sun, no margin is better than a value far below zero in the whole of the cell.

*Light left* is the time until the Sun's centre sinks below the local horizon: a straight line within each cell, down to
sunset. *Contact* is linear between the points of a grid of its own, a whole number of times finer: the Earth drifts by
degrees in a day, a relay crosses the sky in an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import crossings_of_samples
from sim.jit import jit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Vector = tuple[float, float, float]
Band = tuple[float, float] | None

LONGEST_LIGHT_LEFT_S = 30.0 * 86400.0
"""Light left is not told beyond this, or what is asked: "a month or more", on whatever day the site's grid ends."""

BROKEN = 1000.0
"""Trouble of one broken condition beside how far it is broken (in the scales below)."""

ECLIPSED_RAD = -0.5 * pi
"""Light margin where the Sun is covered: no band of the Sun's height that is asked instead would do."""

LIGHT_SCALE_RAD, LIGHT_LEFT_SCALE_S, CONTACT_SCALE_RAD = 0.5 * pi / 180.0, 0.5 * 86400.0, pi / 180.0
"""Shortfalls that a planner would call equally small."""


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
    contact_rad : ndarray (C,) or None
        Least height of what is asked to be in view (Earth, a relay that sees it) over the 15 minutes before each epoch,
        above the local horizon; its points stand ``contact_step_s`` apart, K of them at the epochs of the grid.
        None: not known.
    contact_step_s : float
        A whole part of ``step_s``; 0 means ``step_s`` itself.
    is_eclipsed : ndarray (K - 1,) of bool or None
        Cells in which the Earth covers the Sun's centre for a while; None: it never does.
    """

    start_tdb_s: float
    step_s: float
    site_unit_icrf: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    contact_rad: FloatArray | None = None
    contact_step_s: float = 0.0
    is_eclipsed: NDArray[np.bool_] | None = None

    @property
    def stop_tdb_s(self) -> float:
        """Epoch of the last grid point."""
        return self.start_tdb_s + self.step_s * (len(self.sun_elevation_rad) - 1)

    @property
    def epochs_tdb_s(self) -> FloatArray:
        """The grid (K,)."""
        epochs: FloatArray = self.start_tdb_s + self.step_s * np.arange(len(self.sun_elevation_rad), dtype=np.float64)
        return epochs


class SitePath(NamedTuple):
    """Part of a ``LightTable``: where the site is. Tables go by value from kernel to kernel, so the least is passed."""

    start_tdb_s: float
    step_s: float
    site_unit_icrf: FloatArray


class SunTrack(NamedTuple):
    """Part of a ``LightTable``: the Sun and what is asked of it."""

    start_tdb_s: float
    step_s: float
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    bands_rad: FloatArray
    most_margin_rad: FloatArray


class LightTable(NamedTuple):
    """A ``SiteLight`` with its bands and indices, as the kernels take it. A cell lies between two grid points.

    ``bands_rad`` is (middle, half width) of the Sun's elevation, then of its height above the horizon. A
    cell's light margin is at most its ``most_margin_rad``: infinite; below zero in an eclipse if a band is asked.
    ``next_lit[j]`` is the first cell from j on in which light and contact may be as asked (K - 1 when none).
    ``range_best[p, j]`` is the best light margin in the cells j to j + 2**p - 1. ``site_rate_rad_s`` bounds the speed
    of the site about the Moon's centre. ``dark_from_tdb_s[j]`` is the first sunset in or after cell j, ``lit_after_s``
    the light left that is asked (-inf: none), ``longest_left_s`` where telling it ends. ``contact_rad`` is empty where
    no contact is asked. ``range_left``, ``range_contact`` and ``range_merit`` are as ``range_best``, of light left,
    contact and an upper bound of ``landing_query.merit_of``; without conditions on them the first two are empty and the
    third is ``range_best``.
    """

    start_tdb_s: float
    step_s: float
    site_unit_icrf: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    bands_rad: FloatArray
    most_margin_rad: FloatArray
    next_lit: IntArray
    range_best: FloatArray
    site_rate_rad_s: float
    dark_from_tdb_s: FloatArray
    lit_after_s: float
    longest_left_s: float
    contact_rad: FloatArray
    contact_step_s: float
    range_left: FloatArray
    range_contact: FloatArray
    range_merit: FloatArray

    def cells(self, t_tdb_s: FloatArray) -> IntArray:
        """Return the cells (...) of epochs, the nearest one outside the grid, the first where one is not known."""
        x = (np.nan_to_num(t_tdb_s, nan=self.start_tdb_s) - self.start_tdb_s) / self.step_s
        return np.clip(x, 0, len(self.next_lit) - 1).astype(np.int64)

    @property
    def asks_more(self) -> bool:
        """Whether light left or contact is asked for."""
        return self.range_left.size > 0


def light_table(
    light: SiteLight,
    sun_elevation_rad: Band,
    sun_above_horizon_rad: Band,
    lit_after_s: float | None = None,
    contact: bool = False,
) -> LightTable:
    """Index a site's light for what is asked: bands of the Sun (None: any), light left, whether there is contact.

    Raises
    ------
    ValueError
        When the grid has fewer than two points, unequal lengths or values that are not finite; when contact is asked
        and the site's light does not know it.
    """
    _check_grid(light)
    contact_rad, contact_step_s = _contact_grid(light) if contact else (np.zeros(0), light.step_s)
    elevation = np.ascontiguousarray(light.sun_elevation_rad, dtype=np.float64)
    above = np.ascontiguousarray(light.sun_above_horizon_rad, dtype=np.float64)
    bands = np.array([*_middle_and_half(sun_elevation_rad), *_middle_and_half(sun_above_horizon_rad)])
    most = np.full(len(elevation) - 1, np.inf)
    if light.is_eclipsed is not None and (sun_elevation_rad is not None or sun_above_horizon_rad is not None):
        most[light.is_eclipsed] = ECLIPSED_RAD
    best = np.minimum(_best_of_cells(elevation, above, bands), most)
    lit, dark = _rises_and_sets(light)
    asked_s = -np.inf if lit_after_s is None else float(lit_after_s)
    longest_s = max(LONGEST_LIGHT_LEFT_S, asked_s)
    left, seen = _best_left_of_cells(light, lit, dark, longest_s), _best_contact_of_cells(contact_rad, len(best))
    more = lit_after_s is not None or contact
    merit = _merit_bound(best, left - asked_s, seen) if more else best
    range_best = _range_best(best)
    return LightTable(
        start_tdb_s=float(light.start_tdb_s),
        step_s=float(light.step_s),
        site_unit_icrf=np.ascontiguousarray(light.site_unit_icrf, dtype=np.float64),
        sun_elevation_rad=elevation,
        sun_above_horizon_rad=above,
        bands_rad=bands,
        most_margin_rad=most,
        next_lit=_next_at_least_zero(merit),
        range_best=range_best,
        site_rate_rad_s=_site_rate_rad_s(light),
        dark_from_tdb_s=dark,
        lit_after_s=asked_s,
        longest_left_s=longest_s,
        contact_rad=contact_rad,
        contact_step_s=contact_step_s,
        range_left=_range_best(left) if more else np.zeros((0, 0)),
        range_contact=_range_best(seen) if more else np.zeros((0, 0)),
        range_merit=_range_best(merit) if more else range_best,
    )


def _contact_grid(light: SiteLight) -> tuple[FloatArray, float]:
    """Contact and the step of its points, checked."""
    if light.contact_rad is None:
        message = "contact is asked for, but the site's light does not know it"
        raise ValueError(message)
    contact = np.ascontiguousarray(light.contact_rad, dtype=np.float64)
    step = light.contact_step_s or light.step_s
    finer = round(light.step_s / step)
    if contact.shape != (finer * (len(light.sun_elevation_rad) - 1) + 1,) or abs(finer * step - light.step_s) > 1e-6:
        message = f"contact grid: {contact.shape} points of {step:g} s do not fit cells of {light.step_s:g} s"
        raise ValueError(message)
    if not np.isfinite(contact).all():
        message = "contact grid holds values that are not finite"
        raise ValueError(message)
    return contact, step


def _rises_and_sets(light: SiteLight) -> tuple[FloatArray, FloatArray]:
    """Of each cell (K - 1,): its sunrise (NaN without), and the first sunset in or after it (without: the grid's end).

    Both by straight lines between the epochs.
    """
    cell, at, rises = crossings_of_samples(light.epochs_tdb_s, light.sun_above_horizon_rad)
    lit_from = np.full(len(light.sun_above_horizon_rad) - 1, np.nan)
    lit_from[cell[rises]] = at[rises]
    sets = np.full(len(lit_from), light.stop_tdb_s)
    sets[cell[~rises]] = at[~rises]
    dark_from: FloatArray = np.minimum.accumulate(sets[::-1])[::-1]
    return lit_from, dark_from


def _best_left_of_cells(
    light: SiteLight, lit_from_tdb_s: FloatArray, dark_from_tdb_s: FloatArray, longest_s: float
) -> FloatArray:
    """Most light left (K - 1,) anywhere in each cell: at its start, or at a sunrise in it."""
    starts_lit = light.sun_above_horizon_rad[:-1] >= 0.0
    lit_from = np.where(starts_lit, light.epochs_tdb_s[:-1], lit_from_tdb_s)
    left = np.minimum(dark_from_tdb_s - lit_from, longest_s)
    return np.where(np.isnan(lit_from), 0.0, left)


def _best_contact_of_cells(contact_rad: FloatArray, cells: int) -> FloatArray:
    """Best contact (cells,) anywhere in each cell; infinite where none is asked."""
    if contact_rad.size == 0:
        return np.full(cells, np.inf)
    finer = (contact_rad.size - 1) // cells
    inside = contact_rad[:-1].reshape(cells, finer).max(axis=1)
    best: FloatArray = np.maximum(inside, contact_rad[finer::finer])
    return best


def _merit_bound(light_rad: FloatArray, left_s: FloatArray, contact_rad: FloatArray) -> FloatArray:
    """No epoch of a cell has a better merit than its best margins together would give."""
    margins = (light_rad / LIGHT_SCALE_RAD, left_s / LIGHT_LEFT_SCALE_S, contact_rad / CONTACT_SCALE_RAD)
    trouble = np.sum([np.where(margin < 0.0, BROKEN - margin, 0.0) for margin in margins], axis=0)
    return np.where(trouble > 0.0, -trouble, light_rad)


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
def best_in_cell(bands: FloatArray, e0: float, e1: float, a0: float, a1: float, x_from: float, x_to: float) -> float:
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
        best[j] = best_in_cell(bands, elevation[j], elevation[j + 1], above[j], above[j + 1], 0.0, 1.0)
    return best
