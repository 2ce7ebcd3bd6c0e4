"""Coverage of many places with a level horizon: every place against every epoch, reduced at once to a few figures.

Places and directions are on the Moon's ME axes, km. An elevation is compared through its sine's signed square, which
asks for no root and no arc: ``up |up| >= sin|sin| r^2``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.jit import jit

DIRECT, RELAYED, ANY = 0, 1, 2
COUNT, TOTAL, LONGEST, P95 = 0, 1, 2, 3
MEAN_RELAYS, MOST_RELAYS, LEAST_RANGE, MEAN_RANGE, GREATEST_RANGE = 12, 13, 14, 15, 16
FIGURES: Final = 17
"""Columns of the result: four of gaps for each kind of path, in samples, then relays in view and ranges."""


@jit()
def cover_places(
    places: Any,
    earth: Any,
    stations: Any,
    station_ups: Any,
    station_floors: Any,
    relays: Any,
    carries: Any,
    floor: float,
    out: Any,
) -> None:
    """Reduce the paths of places over epochs to ``out`` (P, FIGURES).

    Parameters
    ----------
    places : (P, 3)
        On the ground; up is along them.
    earth : (n, 3)
        Its centre.
    stations, station_ups : (G, n, 3)
        Ground stations and their verticals; where G is zero the Earth's centre stands for them.
    station_floors : (G, n)
        Signed square of the sine of the elevation from which on a station follows.
    relays : (R, n, 3)
        NaN where one is not there.
    carries : (R, n) of bool
        Whether a relay reaches the Earth.
    floor : float
        The same of the places, signed square of a sine.
    """
    count = len(earth)
    gap = np.empty((3, count))
    for p in range(len(places)):
        x, y, z = places[p, 0], places[p, 1], places[p, 2]
        gaps, length = np.zeros(3, dtype=np.int64), np.zeros(3)
        seen, most, ranged = 0, 0, 0
        least_range, sum_range, greatest_range = np.inf, 0.0, 0.0
        for k in range(count):
            in_view, nearest = _relays(x, y, z, relays, carries, k, floor)
            seen += in_view
            most = max(most, in_view)
            relayed = nearest < np.inf
            if relayed:
                ranged += 1
                sum_range += nearest
                least_range, greatest_range = min(least_range, nearest), max(greatest_range, nearest)
            direct = _direct(x, y, z, earth, stations, station_ups, station_floors, k, floor)
            _count_gaps(direct, relayed, k == count - 1, length, gap, gaps)
        for kind in range(3):
            _gap_figures(gap[kind, : gaps[kind]], out[p, 4 * kind : 4 * kind + 4])
        out[p, MEAN_RELAYS] = seen / count
        out[p, MOST_RELAYS] = most
        out[p, LEAST_RANGE] = least_range if ranged else np.nan
        out[p, MEAN_RANGE] = sum_range / ranged if ranged else np.nan
        out[p, GREATEST_RANGE] = greatest_range if ranged else np.nan


@jit()
def _relays(x: float, y: float, z: float, relays: Any, carries: Any, k: int, floor: float) -> Any:
    """How many relays stand above the horizon, and how far the nearest of those is that reach the Earth (inf: none)."""
    in_view, nearest = 0, np.inf
    for r in range(len(relays)):
        dx, dy, dz = relays[r, k, 0] - x, relays[r, k, 1] - y, relays[r, k, 2] - z
        if _is_above(dx, dy, dz, x, y, z, floor):
            in_view += 1
            if carries[r, k]:
                nearest = min(nearest, dx * dx + dy * dy + dz * dz)
    return in_view, np.sqrt(nearest)


@jit()
def _direct(
    x: float, y: float, z: float, earth: Any, stations: Any, ups: Any, floors: Any, k: int, floor: float
) -> bool:
    """Whether the Earth, or a ground station that follows the place, stands above its horizon."""
    if len(stations) == 0:
        return _is_above(earth[k, 0] - x, earth[k, 1] - y, earth[k, 2] - z, x, y, z, floor)
    for g in range(len(stations)):
        dx, dy, dz = stations[g, k, 0] - x, stations[g, k, 1] - y, stations[g, k, 2] - z
        if _is_above(dx, dy, dz, x, y, z, floor) and _is_above(
            -dx, -dy, -dz, ups[g, k, 0], ups[g, k, 1], ups[g, k, 2], floors[g, k]
        ):
            return True
    return False


@jit()
def _is_above(dx: float, dy: float, dz: float, up_x: float, up_y: float, up_z: float, floor: float) -> bool:
    """Whether a direction stands above a floor; the vertical may have any length. Never where one of them is NaN."""
    height = dx * up_x + dy * up_y + dz * up_z
    square = (dx * dx + dy * dy + dz * dz) * (up_x * up_x + up_y * up_y + up_z * up_z)
    return height * abs(height) >= floor * square


@jit()
def _count_gaps(direct: bool, relayed: bool, last: bool, length: Any, gap: Any, gaps: Any) -> None:
    """Let the gaps of the three kinds of path grow by one sample, or end."""
    for kind in range(3):
        is_open = direct if kind == DIRECT else (relayed if kind == RELAYED else direct or relayed)
        if not is_open:
            length[kind] += 1.0
        if length[kind] > 0.0 and (is_open or last):
            gap[kind, gaps[kind]] = length[kind]
            gaps[kind] += 1
            length[kind] = 0.0


@jit()
def _gap_figures(lengths: Any, out: Any) -> None:
    """Count, sum, greatest and 95th percentile (linear between neighbours) of lengths; zeros where there are none."""
    out[:] = 0.0
    if len(lengths) == 0:
        return
    ordered = np.sort(lengths)
    place = 0.95 * (len(ordered) - 1)
    below = int(np.floor(place))
    above = min(below + 1, len(ordered) - 1)
    out[COUNT] = len(ordered)
    out[TOTAL] = np.sum(ordered)
    out[LONGEST] = ordered[-1]
    out[P95] = ordered[below] + (place - below) * (ordered[above] - ordered[below])
