"""The launch window of one day: lift-off time against azimuth, coast and injection, at even lift-off times."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.time import utc_days
from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import LaunchProblem, parking_rates_rad_s, picked, solve_launches
from sim.transfer.pad import Headings, headings_at, site_headings, spread_azimuths_rad
from sim.transfer.steering import steered, steering_limits_rad
from sim.units import DAY_S
from sim.window.candidates import Candidates, all_flights, flies
from sim.window.choose import best_of_groups, cost
from sim.window.constraints import constraints_of, margins
from sim.window.evaluate import evaluate
from sim.window.explain import judge_days, trouble
from sim.window.fine import stacked
from sim.window.launch_lines import (
    COAST_DRIFT_S,
    SAME_HEADING_RAD,
    Points,
    Way,
    at_even_liftoffs,
    find_lines,
    joined,
    with_ends,
    with_limits,
)
from sim.window.plan import LONGEST_FLIGHT_S, launch_problem, times_of_flight
from sim.window.relax import SHORTEST_FLIGHT_S
from sim.window.search import search_lanes
from sim.window.short_window import climb_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CURVE_AZIMUTHS = 41
"""Headings across a pad's range from which a line starts."""

CURVE_SHIFTS = 9
"""Lift-offs across the short window of a single azimuth from which a line starts."""

LIFTOFF_TO_INJECTION_S = 3600.0
"""Roughly, where a fixed arrival needs a time of flight to start from."""


@dataclass(frozen=True, slots=True)
class LaunchCurve:
    """Launches of a day in order of lift-off, with what closes each; ``day_closed_by`` where there is none at all.

    ``revolution`` is that of the parking orbit in which the injection is made, from lift-off: 1 is the first.
    ``limit`` names what a launch stands at the limit of: a constraint, ``azimuth`` (the pad's range), ``steering``
    (the reserve of a pad with one azimuth), ``reach`` (the Moon's declination), ``date`` (midnight); empty for the
    even lift-offs.
    """

    flights: Candidates
    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    day_closed_by: str
    revolution: IntArray
    limit: tuple[str, ...]


def no_launch(closed_by: str) -> LaunchCurve:
    """Return the curve of a day without any launch."""
    nothing: Any = np.zeros(0)
    empty = Candidates(**{field.name: nothing for field in fields(Candidates)})
    return LaunchCurve(empty, np.zeros(0, bool), (), closed_by, np.zeros(0, np.int64), ())


def launch_curve(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: LightTable,
    step_s: float,
    arrival_tdb_s: float | None = None,
) -> LaunchCurve:
    """Launch window of ``day`` (1,): lift-offs at multiples of ``step_s`` from 00:00 UTC, and those at every limit.

    The time of flight (and the number of phasing revolutions) is that of the day's best flight as the search of days
    finds it, or of the least closed on a closed day; or the flight ends at ``arrival_tdb_s``. Each injection and each
    revolution of the parking orbit that the coast allows has a line of its own, in the approach that has its best
    launch; one goes through the day's best flight. Limits are found within half a second of lift-off.
    """
    best = None if arrival_tdb_s is not None else _best_of_day(lane, day, day_tdb_s, light)
    problem, closed_by = _day_problem(lane, day, day_tdb_s, light, arrival_tdb_s, best)
    parts = [_way_points(lane, day, light, way, step_s, best) for way in _ways(lane, problem)]
    parts = [part for part in parts if len(part.line)]
    if not parts:
        return no_launch(closed_by)
    return _judged(lane, day, parts)


def _best_of_day(
    lane: ResolvedLane, day: NDArray[np.datetime64], day_tdb_s: FloatArray, light: LightTable
) -> Candidates | None:
    """Best flight (1,) of the day as the search of days finds it; None on a closed day."""
    found = search_lanes([lane], day, day_tdb_s, {lane.id: light}, lambda *_: None)[lane.id]
    return found.best if len(found.best_day) else None


def _day_problem(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: LightTable,
    arrival_tdb_s: float | None,
    best: Candidates | None,
) -> tuple[LaunchProblem, str]:
    """Problem with the one time of flight, and phasing, of the day's best flight; what closes the day, in words."""
    if best is not None:
        return _at_one_time(launch_problem(lane, day_tdb_s, times_of_flight(lane)), int(best.time[0])), ""
    times = times_of_flight(lane)
    if arrival_tdb_s is not None:
        times = np.clip([arrival_tdb_s - day_tdb_s[0] - _spent_s(lane)], times[0], times[-1])
    problem = launch_problem(lane, day_tdb_s, times, arrival_tdb_s=arrival_tdb_s)
    if arrival_tdb_s is not None:
        problem = _timely(problem, arrival_tdb_s - day_tdb_s[0] - _spent_s(lane))
    index = all_flights(problem, np.arange(len(problem.time_of_flight_s)))
    flights = evaluate(lane, problem, picked(solve_launches(problem), index), index, light)
    margin = margins(lane, day, flights)
    broken = trouble(margin, constraints_of(lane))
    least = best_of_groups(lane.lane.objective, flights, flights.day, flies(flights) & (broken == broken.min()))
    middle = len(problem.time_of_flight_s) // 2
    time = int(flights.time[least[0]]) if len(least) else middle
    closed_by = judge_days(flights.day, 1, margin, constraints_of(lane), there=flies(flights)).closed_by[0]
    return _at_one_time(problem, time), closed_by


def _spent_s(lane: ResolvedLane) -> float:
    """Usual time from midnight to the end of the parking orbit."""
    return 0.5 * DAY_S + lane.launcher.ascent_time_s + LIFTOFF_TO_INJECTION_S


def _timely(problem: LaunchProblem, left_s: float) -> LaunchProblem:
    """Keep the phasing revolutions that leave time to fly; the one nearest to that where there is none."""
    flight = left_s - problem.phasing_s
    can = (flight > SHORTEST_FLIGHT_S - DAY_S) & (flight < LONGEST_FLIGHT_S + DAY_S)
    if problem.phasing_revolutions is None or can.all():
        return problem
    if not can.any():
        can[int(np.argmin(np.abs(flight - SHORTEST_FLIGHT_S)))] = True
    return replace(
        problem,
        time_of_flight_s=np.clip(flight[can], SHORTEST_FLIGHT_S, LONGEST_FLIGHT_S),
        phasing_revolutions=problem.phasing_revolutions[can],
    )


def _at_one_time(problem: LaunchProblem, time: int) -> LaunchProblem:
    chosen = problem.phasing_revolutions
    return replace(
        problem,
        time_of_flight_s=problem.time_of_flight_s[time : time + 1],
        phasing_revolutions=None if chosen is None else chosen[time : time + 1],
    )


def _ways(lane: ResolvedLane, problem: LaunchProblem) -> list[Way]:
    """Ways of leaving a lane's pad: across its azimuths, or around the moment of each single one."""
    site, radius = lane.launch_site, problem.parking_radius_km
    if site.azimuth_range_deg is not None:
        azimuths = np.unwrap(spread_azimuths_rad(site.azimuth_range_deg, CURVE_AZIMUTHS))
        if len(azimuths) > 1:
            return [Way(problem, lambda azimuth: headings_at(problem.pad, azimuth, radius), azimuths, "azimuth")]
    singles = site_headings(site, radius, 1)
    return [_short_window(problem, singles, number) for number in range(len(singles))]


def _short_window(problem: LaunchProblem, singles: Headings, number: int) -> Way:
    climb = climb_of(problem)

    def at(shift: FloatArray) -> Headings:
        return steered(singles.take(np.full(len(shift), number)), climb, shift)

    early, late = steering_limits_rad(singles, climb)
    return Way(problem, at, np.linspace(early[number], late[number], CURVE_SHIFTS), "steering")


def _through(way: Way, best: Candidates) -> Way:
    """Return the way with a parameter at which it leaves as a flight (1,) does; unchanged where it never does."""
    grid = way.parameter
    if way.end_name == "azimuth":
        past = (best.azimuth_rad - grid[0] + SAME_HEADING_RAD) % (2.0 * np.pi) - SAME_HEADING_RAD
        more = grid[0] + past[past < grid[-1] - grid[0]]
    else:
        more = np.zeros(1)
    more = more[np.abs(more[:, None] - grid).min(axis=1) > SAME_HEADING_RAD]
    return replace(way, parameter=np.sort(np.concatenate([grid, more])))


@dataclass(frozen=True, slots=True)
class _Shown:
    """Launches (M,) to show of one way: their group (one injection and revolution) and the limit they stand at.

    ``best_line`` is the line through the day's best flight, -1 where none is.
    """

    flights: Candidates
    line: IntArray
    group: IntArray
    revolution: IntArray
    limit: NDArray[np.str_]
    best_line: int


def _way_points(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    light: LightTable,
    way: Way,
    step_s: float,
    best: Candidates | None,
) -> _Shown:
    """Even lift-offs and limits of all lines of a way."""
    task, points = find_lines(lane, day, light, way if best is None else _through(way, best), best)
    best_line = -1 if best is None else _line_of(points, best)
    if len(points.line):
        points = with_limits(task, with_ends(task, points))
        even = at_even_liftoffs(task, points, float(way.problem.day_tdb_s[0]), step_s * _utc_rate(day))
        points = joined([points.take(points.limit != ""), even])
        points = points.take(_has_its_place(lane, way.problem, points.flights))
    revolutions = _turns(way.problem, points.flights)
    return _Shown(
        flights=points.flights,
        line=points.line,
        group=_groups(points.line, points.flights.injection, revolutions),
        revolution=np.floor(revolutions).astype(np.int64) + 1,
        limit=points.limit,
        best_line=best_line,
    )


def _utc_rate(day: NDArray[np.datetime64]) -> float:
    """TDB seconds in a UTC second of a day: before 1972 UTC ran slow by a few parts in 1e8, 3 ms a day."""
    today = day[0].astype(object)
    _, midnights = utc_days(today, today + timedelta(days=1))
    length_s = float(midnights[1] - midnights[0])
    return length_s / DAY_S if abs(length_s - DAY_S) < 0.5 else 1.0


def _has_its_place(lane: ResolvedLane, problem: LaunchProblem, flights: Candidates) -> NDArray[np.bool_]:
    """Which launches (M,) to show: with a coast out of range only those that no other revolution brings into it."""
    _, rate = parking_rates_rad_s(problem.parking_radius_km, flights.inclination_rad)
    low, high = lane.coast_s
    coast, period = flights.coast_s, 2.0 * np.pi / rate
    inside = (coast >= low - 1.0) & (coast <= high)
    other = coast + np.ceil((low - coast) / period) * period <= high
    return inside | ((coast >= 0.0) & ~other)


def _line_of(points: Points, best: Candidates) -> int:
    """Line that goes through a flight (1,); -1 where none does."""
    flights = points.flights
    mine = (flights.injection == best.injection) & (flights.approach == best.approach)
    off = np.abs(flights.liftoff_tdb_s - best.liftoff_tdb_s) + np.abs(flights.coast_s - best.coast_s)
    off = np.where(mine, off, np.inf)
    return int(points.line[np.argmin(off)]) if off.min(initial=np.inf) < COAST_DRIFT_S else -1


def _turns(problem: LaunchProblem, flights: Candidates) -> FloatArray:
    """Revolutions about the Earth from lift-off to the end of the coast (M,)."""
    _, rate = parking_rates_rad_s(problem.parking_radius_km, flights.inclination_rad)
    turns: FloatArray = (problem.downrange_rad + rate * flights.coast_s) / (2.0 * np.pi)
    return turns


def _groups(line: IntArray, injection: IntArray, turns: FloatArray) -> IntArray:
    """Group (M,) of each launch: lines of one injection whose coasts differ by less than half a revolution."""
    middle = {int(one): float(np.median(turns[line == one])) for one in np.unique(line)}
    first: dict[int, float] = {}
    group = np.zeros(len(line), np.int64)
    for one, turn in middle.items():
        mine = line == one
        kind = int(injection[mine][0])
        group[mine] = 2 * round(turn - first.setdefault(kind, turn)) + kind
    return group


def _judged(lane: ResolvedLane, day: NDArray[np.datetime64], parts: list[_Shown]) -> LaunchCurve:
    constraints = constraints_of(lane)
    flights = stacked([part.flights for part in parts])
    margin = margins(lane, day, flights)
    keep = _better_approaches(lane, parts, flights, trouble(margin, constraints))
    keep = keep[np.argsort(flights.liftoff_tdb_s[keep], kind="stable")]
    verdict = judge_days(flights.day, 1, margin, constraints, there=flies(flights))
    feasible = np.all(margin[:, keep] >= 0.0, axis=0)
    closed = tuple(
        ";".join(constraint.name for k, constraint in enumerate(constraints) if margin[k, item] < 0.0) for item in keep
    )
    revolution, limit = (np.concatenate([getattr(part, name) for part in parts]) for name in ("revolution", "limit"))
    shown = flights.take(keep)
    return LaunchCurve(shown, feasible, closed, verdict.closed_by[0], revolution[keep], tuple(map(str, limit[keep])))


def _better_approaches(lane: ResolvedLane, parts: list[_Shown], flights: Candidates, broken: FloatArray) -> IntArray:
    """Numbers of the launches to show: of each way, injection and revolution the line that has the best launch.

    The line through the day's best flight is that of its group: between the even lift-offs it is better than they are.
    """
    line = np.concatenate([1000 * number + part.line for number, part in enumerate(parts)])
    group = np.concatenate([1000 * number + part.group for number, part in enumerate(parts)])
    through_best = np.isin(
        line, [1000 * number + part.best_line for number, part in enumerate(parts) if part.best_line >= 0]
    )
    chosen = dict(zip(group[through_best].tolist(), line[through_best].tolist(), strict=True))
    for item in np.lexsort((cost(lane.lane.objective, flights), broken)):
        chosen.setdefault(int(group[item]), int(line[item]))
    shown = [item for item in range(len(line)) if chosen[int(group[item])] == line[item]]
    return np.array(shown, np.int64)
