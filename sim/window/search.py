"""Search the launch days of all lanes: solve, judge, keep the best of each day.

Days are solved in chunks fixed by the grid, lanes that share pad and flight share the solutions. Nothing here depends
on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.threads import map_threads
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem, picked, refine_from, solve_launches
from sim.window.candidates import Candidates, all_flights, flies
from sim.window.choose import best_of_groups
from sim.window.constraints import CALENDAR, constraints_of, margins, most_of
from sim.window.evaluate import evaluate
from sim.window.explain import DayVerdict, as_large, judge_days, smaller
from sim.window.fine import fine_flights, fine_picks, missing_kinds, stacked
from sim.window.per_day import porkchop, spans, strips
from sim.window.plan import AZIMUTHS, FlightGroup, days_chunk, flight_groups, launch_problem, times_of_flight
from sim.window.sharpen import by_day, nearly_open, roughly, settled, sharpened
from sim.window.short_window import short_spans
from sim.window.types import Relaxation
from sim.window.widened import smallest_azimuth_deg, smallest_time_d

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]


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
    return days_chunk(days, headings, len(group.time_of_flight_s) * group.key.phasings)


def _search_chunk(
    lane: ResolvedLane, problem: LaunchProblem, launches: Launches, day: NDArray[np.datetime64], light: LightTable
) -> DayRange:
    own_times = times_of_flight(lane)
    index = all_flights(problem, np.flatnonzero(np.isin(problem.time_of_flight_s, own_times)))
    grid = evaluate(lane, problem, picked(launches, index), index, light)
    cells = porkchop(grid, len(day), np.searchsorted(own_times, problem.time_of_flight_s), len(own_times))
    known = sharpened(lane, day, roughly(grid, margins(lane, day, grid)), light)
    picks = fine_picks(lane, grid, known.margin, nearly_open(lane, len(day), known))
    fine = fine_flights(lane, problem, grid, picks, light)
    fine_margin = margins(lane, day, fine.flights)
    judged = by_day([known, roughly(fine.flights, fine_margin)])
    judged = settled(lane, fine.problem, day, sharpened(lane, day, judged, light), light)
    flights, margin = judged.flights, judged.margin
    best, refined = _best_flights(lane, fine.problem, day, flights, margin, light)
    strip_margin, strip_open = strips(flights.day, len(day), margin)
    verdict = judge_days(
        flights.day, len(day), margin, constraints_of(lane), judged.exact, most_of(lane), flies(flights)
    )
    if lane.launch_site.azimuth_range_deg is None:
        span = spans(fine, fine_margin, refined)
        span[0], span[1] = short_spans(lane, problem, day, refined)
    else:
        more = fine_flights(lane, problem, grid, missing_kinds(grid, refined, fine.flights), light)
        whole = replace(fine, flights=stacked([fine.flights, more.flights]))
        span = spans(whole, np.concatenate([fine_margin, margins(lane, day, more.flights)], axis=1), refined)
    return DayRange(
        best=refined,
        best_day=flights.day[best],
        span=span,
        verdict=_with_wider_ranges(lane, day, problem.day_tdb_s, verdict, light),
        strip_margin=strip_margin,
        strip_open=strip_open,
        porkchop=cells,
    )


def _with_wider_ranges(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    verdict: DayVerdict,
    light: LightTable,
) -> DayVerdict:
    """Verdict that also knows what wider ranges of azimuth and of times of flight would open."""
    closed_by = [set(names.split(";")) for names in verdict.closed_by]
    asked = ~verdict.feasible & np.array([not names & CALENDAR for names in closed_by], bool)
    turned = asked & np.array([bool(names & TURNED_OPEN) for names in closed_by], bool)
    relaxations = list(verdict.relaxations)
    constraints = constraints_of(lane)
    for which, name, unit, smallest in (
        (np.flatnonzero(turned), "azimuth", "deg", smallest_azimuth_deg),
        (np.flatnonzero(asked), "time_of_flight", "d", smallest_time_d),
    ):
        worth = np.array([as_large(relaxations[number], name, constraints) for number in which])
        amounts = smallest(lane, day[which], day_tdb_s[which], light, worth)
        for number, amount in zip(which[np.isfinite(amounts)], amounts[np.isfinite(amounts)], strict=True):
            found = Relaxation(name, float(amount), unit)
            relaxations[number] = smaller(relaxations[number], found, constraints)
    return replace(verdict, relaxations=tuple(relaxations))


TURNED_OPEN = {"azimuth", "coast", "liftoff", "transfer"}
"""Constraints that other azimuths can satisfy."""


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
