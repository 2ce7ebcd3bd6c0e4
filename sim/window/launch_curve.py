"""The launch window of one day: lift-off time against azimuth, coast and injection, at even lift-off times."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem, picked, refine_launches, solve_launches
from sim.transfer.pad import headings_at, spread_azimuths_rad
from sim.window.candidates import Candidates, all_flights, evaluate, flies
from sim.window.choose import best_of_groups, cost
from sim.window.constraints import constraints_of, margins
from sim.window.explain import judge_days, trouble
from sim.window.fine import stacked
from sim.window.plan import launch_problem, times_of_flight

FloatArray = NDArray[np.float64]

CURVE_AZIMUTHS = 41
"""Headings across a pad's range from which the curve starts."""

SECANT_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class LaunchCurve:
    """Launches of a day in order of lift-off, with what closes each; ``day_closed_by`` where there is none at all."""

    flights: Candidates
    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    day_closed_by: str


def no_launch(closed_by: str) -> LaunchCurve:
    """Return the curve of a day without any launch."""
    nothing: Any = np.zeros(0)
    empty = Candidates(**{field.name: nothing for field in fields(Candidates)})
    return LaunchCurve(empty, np.zeros(0, bool), (), closed_by)


def launch_curve(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: LightTable,
    step_s: float,
    arrival_tdb_s: float | None = None,
) -> LaunchCurve:
    """Launch window of ``day`` (1,): lift-offs at multiples of ``step_s`` from 00:00 UTC, and its opening and closing.

    The time of flight is that of the day's best flight (of the least closed, on a closed day), or ends at
    ``arrival_tdb_s``. Each of the two injections has its own branch of the curve, in the approach
    that has its best launch.
    """
    duration = np.array([_duration(lane, day, day_tdb_s, light, arrival_tdb_s)])
    problem = launch_problem(lane, day_tdb_s, duration, _azimuths(lane), arrival_tdb_s)
    launches = solve_launches(problem)
    index = all_flights(problem, np.arange(1))
    flights = evaluate(lane, problem, picked(launches, index), index, light)
    if not flies(flights).any():
        verdict = judge_days(flights.day, 1, margins(lane, day, flights), constraints_of(lane))
        return no_launch(verdict.closed_by[0])
    kinds = [(injection, approach) for injection in (0, 1) for approach in (0, 1)]
    parts = [_branch(lane, problem, launches, flights, kind, light, step_s) for kind in kinds]
    return _judged(lane, day, parts)


def _azimuths(lane: ResolvedLane) -> FloatArray | None:
    """Fine headings across a range; None leaves allowed inclinations as they are."""
    if lane.launch_site.azimuth_range_deg is None:
        return None
    return spread_azimuths_rad(lane.launch_site.azimuth_range_deg, CURVE_AZIMUTHS)


def _duration(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: LightTable,
    arrival_tdb_s: float | None,
) -> float:
    """Time of flight of the day's best flight; where the day is closed, of the one nearest to flying."""
    if arrival_tdb_s is not None:
        return float(np.clip(arrival_tdb_s - day_tdb_s[0] - 43200.0, *lane.lane.transfer.time_of_flight_s))
    times = times_of_flight(lane)
    problem = launch_problem(lane, day_tdb_s, times)
    launches = solve_launches(problem)
    index = all_flights(problem, np.arange(len(times)))
    flights = evaluate(lane, problem, picked(launches, index), index, light)
    broken = trouble(margins(lane, day, flights), constraints_of(lane))
    best = best_of_groups(lane.lane.objective, flights, flights.day, flies(flights) & (broken == broken.min()))
    return float(times[flights.time[best[0]]] if len(best) else times.mean())


def _branch(
    lane: ResolvedLane,
    problem: LaunchProblem,
    launches: Launches,
    flights: Candidates,
    kind: tuple[int, int],
    light: LightTable,
    step_s: float,
) -> Candidates:
    """Launches of one injection and approach: the ends of their curve and the even lift-offs between them."""
    mine = flies(flights) & (flights.injection == kind[0]) & (flights.approach == kind[1])
    if not mine.any():
        return flights.take(slice(0, 0))
    curve = flights.take(np.flatnonzero(mine))
    ends = _refined(lane, problem, launches, curve, light)
    if lane.launch_site.azimuth_range_deg is None:
        return ends
    wanted, low, high = _even_liftoffs(ends, float(problem.day_tdb_s[0]), step_s)
    inside = _solve_liftoffs(lane, problem, ends, wanted, low, high, light)
    first, last = int(np.argmin(ends.liftoff_tdb_s)), int(np.argmax(ends.liftoff_tdb_s))
    return stacked([ends.take(np.unique([first, last])), inside])


def _refined(
    lane: ResolvedLane, problem: LaunchProblem, launches: Launches, flights: Candidates, light: LightTable
) -> Candidates:
    index = (flights.day, flights.heading, flights.injection, flights.time, flights.approach)
    found = evaluate(lane, problem, refine_launches(problem, index, launches), index, light)
    return found.take(np.flatnonzero(flies(found)))


def _even_liftoffs(
    curve: Candidates, day_tdb_s: float, step_s: float
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Even lift-offs that neighbours in heading bracket: epochs, and the two neighbours' numbers."""
    wanted: list[float] = []
    low: list[int] = []
    high: list[int] = []
    order = np.argsort(curve.heading)
    for one, other in pairwise(order):
        if abs(curve.heading[other] - curve.heading[one]) != 1:
            continue
        start, stop = sorted((curve.liftoff_tdb_s[one], curve.liftoff_tdb_s[other]))
        first, last = np.ceil((start - day_tdb_s) / step_s), np.floor((stop - day_tdb_s) / step_s)
        for number in np.arange(first, last + 1):
            wanted.append(day_tdb_s + number * step_s)
            low.append(int(one))
            high.append(int(other))
    return np.array(wanted), np.array(low, np.int64), np.array(high, np.int64)


def _solve_liftoffs(
    lane: ResolvedLane,
    problem: LaunchProblem,
    curve: Candidates,
    wanted: FloatArray,
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    light: LightTable,
) -> Candidates:
    """Azimuths whose lift-offs are the wanted ones: secants from the bracketing headings, all at once."""
    if len(wanted) == 0:
        return curve.take(slice(0, 0))
    before, after = curve.azimuth_rad[low], curve.azimuth_rad[high]
    after = before + (after - before + np.pi) % (2.0 * np.pi) - np.pi
    t_before, t_after = curve.liftoff_tdb_s[low], curve.liftoff_tdb_s[high]
    found = curve.take(slice(0, 0))
    for _ in range(SECANT_ROUNDS):
        slope = np.where(t_after == t_before, np.inf, t_after - t_before)
        azimuth = before + np.clip((wanted - t_before) / slope, -1.0, 2.0) * (after - before)
        found = _at_azimuths(lane, problem, curve, azimuth, low, light)
        nearer_after = np.abs(t_before - wanted) > np.abs(t_after - wanted)
        before, t_before = np.where(nearer_after, after, before), np.where(nearer_after, t_after, t_before)
        solved = flies(found)
        after, t_after = np.where(solved, azimuth, after), np.where(solved, found.liftoff_tdb_s, t_after)
    return found.take(np.flatnonzero(flies(found) & (np.abs(found.liftoff_tdb_s - wanted) < 1.0)))


def _at_azimuths(
    lane: ResolvedLane,
    problem: LaunchProblem,
    curve: Candidates,
    azimuth_rad: FloatArray,
    near: NDArray[np.int64],
    light: LightTable,
) -> Candidates:
    """Launches at given azimuths, started from those of the curve near by."""
    there = replace(problem, headings=headings_at(problem.pad, azimuth_rad, problem.parking_radius_km))
    count = len(azimuth_rad)
    index = (
        np.zeros(count, np.int64),
        np.arange(count),
        curve.injection[near],
        np.zeros(count, np.int64),
        curve.approach[near],
    )
    start = _as_launches(curve.take(near), there.shape, index)
    return evaluate(lane, there, refine_launches(there, index, start), index, light)


def _as_launches(flights: Candidates, shape: tuple[int, ...], index: tuple[NDArray[np.int64], ...]) -> Launches:
    """Flights as a launch grid that holds them at ``index``: what a refinement starts from."""

    def grid(values: FloatArray) -> FloatArray:
        full = np.full((*shape, *values.shape[1:]), np.nan)
        full[index] = values
        return full

    return Launches(
        status=np.zeros(shape, np.int8),
        liftoff_tdb_s=grid(flights.liftoff_tdb_s),
        coast_s=grid(flights.coast_s),
        tli_tdb_s=grid(flights.tli_tdb_s),
        arrival_tdb_s=grid(flights.arrival_tdb_s),
        tli_state_icrf=grid(flights.tli_state_icrf),
        perilune_state_icrf=grid(flights.perilune_state_icrf),
        reach_margin_rad=grid(flights.reach_margin_rad),
        mismatch_s=np.zeros(shape),
    )


def _judged(lane: ResolvedLane, day: NDArray[np.datetime64], parts: list[Candidates]) -> LaunchCurve:
    flights = stacked(parts)
    margin = margins(lane, day, flights)
    constraints = constraints_of(lane)
    keep = _better_approaches(lane, flights, trouble(margin, constraints))
    keep = keep[np.argsort(flights.liftoff_tdb_s[keep], kind="stable")]
    flights, margin = flights.take(keep), margin[:, keep]
    feasible = np.all(margin >= 0.0, axis=0)
    closed = tuple(
        ";".join(constraint.name for k, constraint in enumerate(constraints) if margin[k, item] < 0.0)
        for item in range(len(feasible))
    )
    verdict = judge_days(flights.day, 1, margin, constraints)
    return LaunchCurve(flights, feasible, closed, verdict.closed_by[0])


def _better_approaches(lane: ResolvedLane, flights: Candidates, broken: FloatArray) -> NDArray[np.int64]:
    """Numbers of the flights to show: those of each injection in the approach of its best launch."""
    order = np.lexsort((cost(lane.lane.objective, flights), broken))
    chosen: dict[int, int] = {}
    for item in order:
        chosen.setdefault(int(flights.injection[item]), int(flights.approach[item]))
    shown = [item for item in range(len(order)) if chosen[int(flights.injection[item])] == flights.approach[item]]
    return np.array(shown, np.int64)
