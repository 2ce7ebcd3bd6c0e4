"""Search the launch days of all lanes: solve, judge, keep the best of each day.

Days are solved in chunks fixed by the grid, lanes that share pad and flight share the solutions. Nothing here depends
on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.threads import map_threads
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import NO_LIFTOFF, Launches, LaunchProblem, picked, refine_from, solve_launches
from sim.transfer.solve import CONVERGED, DECLINATION, REASONS
from sim.window.candidates import Candidates, all_flights, evaluate, flies
from sim.window.choose import best_of_groups
from sim.window.constraints import constraints_of, margins, most_of
from sim.window.explain import DayVerdict, judge_days, trouble
from sim.window.fine import FineFlights, fine_flights, stacked
from sim.window.plan import AZIMUTHS, FlightGroup, days_chunk, flight_groups, launch_problem, times_of_flight
from sim.window.span import launch_span

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

PORKCHOP_REASONS = (*REASONS, "no lift-off on this date")
PORKCHOP = ("tli_dv_km_s", "loi_dv_km_s", "c3_km2_s2", "landed_payload_kg")


@dataclass(frozen=True, slots=True)
class DayRange:
    """What was found of one lane on a run of days: the best flight of each, verdict, strips, porkchop.

    ``best`` holds one flight for each feasible day, ``best_day`` its day; ``span`` (4, B) lift-off and azimuth at the
    opening and closing of that day's launch window. Strips are (C, N), porkchop (N, T).
    """

    best: Candidates
    best_day: NDArray[np.int64]
    span: FloatArray
    verdict: DayVerdict
    strip_margin: FloatArray
    strip_open: NDArray[np.bool_]
    porkchop: dict[str, NDArray[Any]]


def search_lanes(
    lanes: Sequence[ResolvedLane],
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: dict[str, LightTable],
    progress: Progress,
) -> dict[str, DayRange]:
    """Search all lanes over all days; results by lane id."""
    tasks = [
        (group, slice(start, start + chunk))
        for group in flight_groups(lanes)
        for chunk in [_chunk(group, len(day))]
        for start in range(0, len(day), chunk)
    ]

    def search(task: tuple[FlightGroup, slice]) -> dict[str, DayRange]:
        group, part = task
        problem = launch_problem(group.lanes[0], day_tdb_s[part], group.time_of_flight_s)
        launches = solve_launches(problem)
        return {lane.id: _search_chunk(lane, problem, launches, day[part], light[lane.id]) for lane in group.lanes}

    parts = map_threads(search, tasks, lambda done: progress("searching the launch days", done, len(tasks)))
    return {lane.id: _joined([part[lane.id] for part in parts if lane.id in part]) for lane in lanes}


def _chunk(group: FlightGroup, days: int) -> int:
    site = group.lanes[0].launch_site
    headings = AZIMUTHS if site.azimuth_range_deg is not None else len(site.allowed_inclinations_deg or ())
    return days_chunk(days, headings, len(group.time_of_flight_s))


def _search_chunk(
    lane: ResolvedLane, problem: LaunchProblem, launches: Launches, day: NDArray[np.datetime64], light: LightTable
) -> DayRange:
    times = np.flatnonzero(np.isin(problem.time_of_flight_s, times_of_flight(lane)))
    index = all_flights(problem, times)
    grid = evaluate(lane, problem, picked(launches, index), index, light)
    grid_margin = margins(lane, day, grid)
    fine = fine_flights(lane, problem, grid, trouble(grid_margin, constraints_of(lane)), light)
    fine_margin = margins(lane, day, fine.flights)
    flights, margin = _by_day([grid, fine.flights], [grid_margin, fine_margin])
    best, refined = _best_flights(lane, fine.problem, day, flights, margin, light)
    strip_margin, strip_open = _strips(flights.day, len(day), margin)
    return DayRange(
        best=refined,
        best_day=flights.day[best],
        span=_spans(fine, fine_margin, refined),
        verdict=judge_days(flights.day, len(day), margin, constraints_of(lane), most=most_of(lane)),
        strip_margin=strip_margin,
        strip_open=strip_open,
        porkchop=_porkchop(grid, len(day), times),
    )


def _by_day(parts: list[Candidates], margin: list[FloatArray]) -> tuple[Candidates, FloatArray]:
    """Flights and margins of several searches in order of day."""
    flights = stacked(parts)
    order = np.argsort(flights.day, kind="stable")
    return flights.take(order), np.concatenate(margin, axis=1)[:, order]


def _best_flights(
    lane: ResolvedLane,
    problem: LaunchProblem,
    day: NDArray[np.datetime64],
    flights: Candidates,
    margin: FloatArray,
    light: LightTable,
) -> tuple[NDArray[np.int64], Candidates]:
    """Best flight of every open day, refined; ``margin`` takes the refined values.

    Refining moves a flight by seconds. One that this pushes over a limit gives way to the next best of its day.
    """
    while True:
        best = best_of_groups(lane.lane.objective, flights, flights.day, np.all(margin >= 0.0, axis=0))
        part = flights.take(best)
        index = (part.day, part.heading, part.injection, part.time, part.approach)
        launches = refine_from(problem, index, part.tli_tdb_s, part.liftoff_tdb_s, part.coast_s)
        refined = evaluate(lane, problem, launches, index, light)
        margin[:, best] = margins(lane, day, refined)
        if np.all(margin[:, best] >= 0.0):
            return best, refined


def _strips(day: NDArray[np.int64], days: int, margin: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Best margin of any flight of the day, (C, N), and whether some flight satisfies the constraint."""
    starts = np.searchsorted(day, np.arange(days))
    per_day = np.maximum.reduceat(np.where(np.isnan(margin), -np.inf, margin), starts, axis=1)
    return np.where(np.isneginf(per_day), np.nan, per_day), per_day >= 0.0


def _spans(fine: FineFlights, margin: FloatArray, best: Candidates) -> FloatArray:
    """Lift-off and azimuth at opening and closing of each day's launch window, (4, B).

    An instant where the pad flies fixed inclinations, and where the best flight is of another kind than the day's fine
    headings.
    """
    spans = np.stack([best.liftoff_tdb_s, best.liftoff_tdb_s, best.azimuth_rad, best.azimuth_rad])
    flights, count = fine.flights, fine.headings
    rows = {int(number): k * count for k, number in enumerate(flights.day[::count])} if count else {}
    for item in range(len(best.day)):
        first = rows.get(int(best.day[item]))
        if first is None or not _same_kind(flights, first, best, item):
            continue
        part = slice(first, first + count)
        azimuth = np.unwrap(flights.azimuth_rad[part])
        near = int(np.argmin(np.abs(np.angle(np.exp(1j * (azimuth - best.azimuth_rad[item]))))))
        if np.all(margin[:, part][:, near] >= 0.0):
            opens, closes, *angles = launch_span(flights.liftoff_tdb_s[part], azimuth, margin[:, part], near)
            mine, angle = float(best.liftoff_tdb_s[item]), float(best.azimuth_rad[item])
            ends = sorted([(opens, angles[0]), (closes, angles[1]), (mine, angle)])
            spans[:, item] = ends[0][0], ends[-1][0], ends[0][1], ends[-1][1]
    return spans


def _same_kind(flights: Candidates, first: int, best: Candidates, item: int) -> bool:
    names = ("injection", "time", "approach")
    return all(getattr(flights, name)[first] == getattr(best, name)[item] for name in names)


def _porkchop(flights: Candidates, days: int, own: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Cheapest flight of each day and time of flight, whatever else closes the day; a reason where none flies."""
    times = len(own)
    cell = flights.day * times + np.searchsorted(own, flights.time)
    cheapest = best_of_groups("landed_payload", flights, cell, flies(flights))
    grids: dict[str, NDArray[Any]] = {}
    for name in PORKCHOP:
        grid = np.full(days * times, np.nan)
        grid[cell[cheapest]] = getattr(flights, name)[cheapest]
        grids[name] = grid.reshape(days, times)
    code = np.where(flights.status == NO_LIFTOFF, len(REASONS), flights.status)
    # The reason of the cell's item that came nearest: no lift-off, then no solution, then out of reach.
    rank = np.select([code == CONVERGED, code == len(REASONS), code == DECLINATION], [0, 1, 3], 2)
    reason = np.zeros(days * times, np.int8)
    for value in (3, 2, 1, 0):
        reason[cell[rank == value]] = code[rank == value]
    grids["reason"] = reason.reshape(days, times)
    return grids


def _joined(parts: list[DayRange]) -> DayRange:
    """Put the chunks of a lane together."""
    offsets = np.cumsum([0] + [len(part.verdict.feasible) for part in parts])
    return DayRange(
        best=stacked([part.best for part in parts]),
        best_day=np.concatenate([part.best_day + offset for part, offset in zip(parts, offsets[:-1], strict=True)]),
        span=np.concatenate([part.span for part in parts], axis=1),
        verdict=DayVerdict(
            np.concatenate([part.verdict.feasible for part in parts]),
            tuple(name for part in parts for name in part.verdict.closed_by),
            tuple(each for part in parts for each in part.verdict.relaxations),
        ),
        strip_margin=np.concatenate([part.strip_margin for part in parts], axis=1),
        strip_open=np.concatenate([part.strip_open for part in parts], axis=1),
        porkchop={key: np.concatenate([part.porkchop[key] for part in parts]) for key in parts[0].porkchop},
    )
