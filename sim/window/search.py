"""Search the launch days of all lanes: solve, judge, keep the best of each day.

Days are solved in chunks fixed by the grid, lanes that share pad and flight share the solutions. Nothing here depends
on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.threads import map_threads
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import NO_LIFTOFF, Launches, LaunchProblem, picked, refine_launches, solve_launches
from sim.transfer.solve import CONVERGED, DECLINATION, REASONS
from sim.window.candidates import Candidates, Index, all_flights, evaluate, flies
from sim.window.choose import best_of_groups
from sim.window.constraints import constraints_of, margins
from sim.window.explain import DayVerdict, judge_days
from sim.window.plan import AZIMUTHS, FlightGroup, days_chunk, flight_groups, launch_problem, times_of_flight
from sim.window.span import launch_spans

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
    flights = evaluate(lane, problem, picked(launches, index), index, light)
    margin = margins(lane, day, flights)
    best, refined = _best_flights(lane, problem, launches, day, (flights, index, margin), light)
    verdict = judge_days(flights.day, len(day), margin, constraints_of(lane))
    strip_margin, strip_open = _strips(flights.day, len(day), margin)
    shape = (*problem.shape[:3], len(times), problem.shape[4])
    return DayRange(
        best=refined,
        best_day=flights.day[best],
        span=_with_best(_span(lane, flights, best, margin, shape), refined),
        verdict=verdict,
        strip_margin=strip_margin,
        strip_open=strip_open,
        porkchop=_porkchop(flights, len(day), times),
    )


def _best_flights(
    lane: ResolvedLane,
    problem: LaunchProblem,
    launches: Launches,
    day: NDArray[np.datetime64],
    grid: tuple[Candidates, Index, FloatArray],
    light: LightTable,
) -> tuple[NDArray[np.int64], Candidates]:
    """Best flight of every open day, refined; the margins of ``grid`` take the refined values.

    Refining moves a flight by seconds. One that this pushes over a limit gives way to the next best of its day.
    """
    flights, index, margin = grid
    while True:
        best = best_of_groups(lane.lane.objective, flights, flights.day, np.all(margin >= 0.0, axis=0))
        part = tuple(axis[best] for axis in index)
        refined = evaluate(lane, problem, refine_launches(problem, part, launches), part, light)
        margin[:, best] = margins(lane, day, refined)
        if np.all(margin[:, best] >= 0.0):
            return best, refined


def _strips(day: NDArray[np.int64], days: int, margin: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Best margin of any flight of the day, (C, N), and whether some flight satisfies the constraint."""
    per_day = np.where(np.isnan(margin), -np.inf, margin).reshape(len(margin), days, -1).max(axis=2)
    return np.where(np.isneginf(per_day), np.nan, per_day), per_day >= 0.0


def _span(lane: ResolvedLane, flights: Candidates, best: NDArray[np.int64], margin: FloatArray,
          shape: tuple[int, ...]) -> FloatArray:
    """Opening and closing of the day's launch window around each best flight."""
    scales = np.array([constraint.scale for constraint in constraints_of(lane)])
    return launch_spans(flights, best, np.min(margin / scales[:, None], axis=0), shape,
                        lane.launch_site.azimuth_range_deg is not None)


def _with_best(spans: FloatArray, best: Candidates) -> FloatArray:
    """Spans that hold the best flight, which is refined: its lift-off may leave the grid's by some seconds."""
    liftoff = best.liftoff_tdb_s
    opens = np.where(spans[2] == best.azimuth_rad, liftoff, np.fmin(spans[0], liftoff))
    closes = np.where(spans[3] == best.azimuth_rad, liftoff, np.fmax(spans[1], liftoff))
    return np.stack([opens, closes, spans[2], spans[3]])


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
    names = [field.name for field in fields(Candidates)]
    best = Candidates(**{name: np.concatenate([getattr(part.best, name) for part in parts]) for name in names})
    return DayRange(
        best=best,
        best_day=np.concatenate([part.best_day + offset for part, offset in zip(parts, offsets[:-1], strict=True)]),
        span=np.concatenate([part.span for part in parts], axis=1),
        verdict=DayVerdict(
            np.concatenate([part.verdict.feasible for part in parts]),
            tuple(name for part in parts for name in part.verdict.closed_by),
            tuple(text for part in parts for text in part.verdict.relaxation),
        ),
        strip_margin=np.concatenate([part.strip_margin for part in parts], axis=1),
        strip_open=np.concatenate([part.strip_open for part in parts], axis=1),
        porkchop={key: np.concatenate([part.porkchop[key] for part in parts]) for key in parts[0].porkchop},
    )
