"""From judged flights to days: the best flight, when its launch window opens and closes, strips, porkchop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.transfer.launch import NO_LIFTOFF
from sim.transfer.solve import CONVERGED, DECLINATION, REASONS
from sim.window.candidates import Candidates, flies, kinds
from sim.window.choose import best_of_groups
from sim.window.fine import FineFlights
from sim.window.span import launch_span

FloatArray = NDArray[np.float64]

PORKCHOP_REASONS = (*REASONS, "no lift-off on this date")
PORKCHOP = ("tli_dv_km_s", "loi_dv_km_s", "c3_km2_s2", "landed_payload_kg")


def strips(day: NDArray[np.int64], days: int, margin: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Best margin of any flight of the day, (C, N), and whether some flight satisfies the constraint."""
    starts = np.searchsorted(day, np.arange(days))
    per_day = np.maximum.reduceat(np.where(np.isnan(margin), -np.inf, margin), starts, axis=1)
    return np.where(np.isneginf(per_day), np.nan, per_day), per_day >= 0.0


def spans(fine: FineFlights, margin: FloatArray, best: Candidates) -> FloatArray:
    """Lift-off and azimuth at opening and closing of each day's launch window along a range of azimuths, (4, B).

    An instant where no fine headings are of the best flight's kind.
    """
    found = np.stack([best.liftoff_tdb_s, best.liftoff_tdb_s, best.azimuth_rad, best.azimuth_rad])
    flights, count = fine.flights, fine.headings
    rows = {kind: k * count for k, kind in enumerate(kinds(flights)[::count])} if count else {}
    for item, kind in enumerate(kinds(best)):
        first = rows.get(kind)
        if first is None:
            continue
        part = slice(first, first + count)
        azimuth = np.unwrap(flights.azimuth_rad[part])
        near = int(np.argmin(np.abs(np.angle(np.exp(1j * (azimuth - best.azimuth_rad[item]))))))
        if np.all(margin[:, part][:, near] >= 0.0):
            opens, closes, *angles = launch_span(flights.liftoff_tdb_s[part], azimuth, margin[:, part], near)
            mine, angle = float(best.liftoff_tdb_s[item]), float(best.azimuth_rad[item])
            ends = sorted([(opens, angles[0]), (closes, angles[1]), (mine, angle)])
            found[:, item] = ends[0][0], ends[-1][0], ends[0][1], ends[-1][1]
    return found


def porkchop(flights: Candidates, days: int, column: NDArray[np.int64], columns: int) -> dict[str, NDArray[Any]]:
    """Cheapest flight of each day and time of flight, whatever else closes the day; a reason where none flies.

    ``column`` (T,) gives the column of each item of the problem's time-of-flight axis.
    """
    cell = flights.day * columns + column[flights.time]
    cheapest = best_of_groups("landed_payload", flights, cell, flies(flights))
    grids: dict[str, NDArray[Any]] = {}
    for name in PORKCHOP:
        grid = np.full(days * columns, np.nan)
        grid[cell[cheapest]] = getattr(flights, name)[cheapest]
        grids[name] = grid.reshape(days, columns)
    code = np.where(flights.status == NO_LIFTOFF, len(REASONS), flights.status)
    # The reason of the cell's item that came nearest: no lift-off, then no solution, then out of reach.
    rank = np.select([code == CONVERGED, code == len(REASONS), code == DECLINATION], [0, 1, 3], 2)
    reason = np.zeros(days * columns, np.int8)
    for value in (3, 2, 1, 0):
        reason[cell[rank == value]] = code[rank == value]
    grids["reason"] = reason.reshape(days, columns)
    return grids
