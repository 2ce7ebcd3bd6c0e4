"""By how much azimuth range or times of flight would have to widen to open a closed day.

Limits on what a flight does (delta-v, kilograms, the Sun) are asked of the flights at hand; a wider range asks for
flights that were not searched. They are solved on a coarse grid beyond the range; where one opens the day, the smallest
step is found by bisection along its own kind (injection, approach, and the other of heading and time).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem, picked, refine_from, solve_launches, solve_picked
from sim.transfer.pad import azimuth_span_deg, headings_at
from sim.transfer.solve import MAP_NODES
from sim.units import DAY_S, DEG
from sim.window.candidates import Candidates, all_flights
from sim.window.constraints import constraints_of, margins
from sim.window.evaluate import evaluate
from sim.window.plan import LONGEST_FLIGHT_S, launch_problem, times_of_flight
from sim.window.relax import SHORTEST_FLIGHT_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

AZIMUTH_STEPS_DEG = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0])
TIME_STEPS_D = np.array([0.25, 0.5, 1.0, 1.5, 2.0])
HEADINGS = 3
BISECTIONS = 10
MOST_KINDS = 6

EDGE_RAD = 2.0 * DEG
"""Nearer than this to the edge of reach, a flight known from a neighbour may be one that a search would not find (most
within half a degree): these are solved as a search solves them."""


@dataclass(frozen=True, slots=True)
class _Beyond:
    """Flights beyond one range: by how much, (M,), which side, and what they are."""

    problem: LaunchProblem
    flights: Candidates
    amount: FloatArray
    side: IntArray


def smallest_azimuth_deg(
    lane: ResolvedLane, day: NDArray[np.datetime64], day_tdb_s: FloatArray, light: LightTable, worth: FloatArray
) -> FloatArray:
    """Degrees by which the pad's azimuth range has to widen to open each day (N,); infinite where it does not help.

    Amounts above ``worth`` (N,) are not looked for.
    """
    limits = lane.launch_site.azimuth_range_deg
    if limits is None or len(day) == 0:
        return np.full(len(day), np.inf)
    steps = AZIMUTH_STEPS_DEG[2.0 * AZIMUTH_STEPS_DEG < 360.0 - azimuth_span_deg(limits)]
    if len(steps) == 0:
        return np.full(len(day), np.inf)
    azimuth_deg = np.concatenate([limits[0] - steps, limits[1] + steps])
    problem = launch_problem(lane, day_tdb_s, times_of_flight(lane), np.radians(azimuth_deg))
    flights = _all(lane, problem, light)
    side = flights.heading // len(steps)
    beyond = _Beyond(problem, flights, steps[flights.heading % len(steps)], side)

    def at(amount: FloatArray, which: IntArray) -> Candidates:
        edge = np.where(side[which] == 0, limits[0] - amount, limits[1] + amount)
        heads = headings_at(problem.pad, np.radians(edge), problem.parking_radius_km)
        return _again(lane, replace(problem, headings=heads), flights.take(which), "heading", light)

    return _smallest(lane, day, beyond, "azimuth", at, worth)


def smallest_time_d(
    lane: ResolvedLane, day: NDArray[np.datetime64], day_tdb_s: FloatArray, light: LightTable, worth: FloatArray
) -> FloatArray:
    """Days by which the range of times of flight has to widen to open each day (N,); infinite where it does not help.

    Headings are three across the pad's range, or its inclinations. Amounts above ``worth`` (N,) are not looked for.
    """
    found = np.full(len(day), np.inf)
    is_near = worth <= TIME_STEPS_D[0]
    for which, steps in ((is_near, TIME_STEPS_D[:1]), (~is_near, TIME_STEPS_D)):
        found[which] = _smallest_time_d(lane, day[which], day_tdb_s[which], light, worth[which], steps)
    return found


def _smallest_time_d(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    day_tdb_s: FloatArray,
    light: LightTable,
    worth: FloatArray,
    more_d: FloatArray,
) -> FloatArray:
    low, high = lane.lane.transfer.time_of_flight_s
    steps = np.concatenate([-more_d, more_d])
    times = np.where(steps < 0.0, low, high) + steps * DAY_S
    fit = (times >= SHORTEST_FLIGHT_S) & (times <= LONGEST_FLIGHT_S)
    if len(day) == 0 or not fit.any():
        return np.full(len(day), np.inf)
    problem = launch_problem(lane, day_tdb_s, np.sort(times[fit]), headings=HEADINGS)
    flights = _all(lane, problem, light)
    time = problem.time_of_flight_s[flights.time]
    amount = np.round(np.maximum(low - time, time - high) / DAY_S, 6)
    beyond = _Beyond(problem, flights, amount, (time > high).astype(np.int64))

    def at(amount: FloatArray, which: IntArray) -> Candidates:
        edge = np.where(beyond.side[which] == 0, low - amount * DAY_S, high + amount * DAY_S)
        revolutions = None if problem.phasing_revolutions is None else flights.phasing[which]
        there = replace(problem, time_of_flight_s=edge, phasing_revolutions=revolutions)
        return _again(lane, there, flights.take(which), "time", light)

    return _smallest(lane, day, beyond, "time_of_flight", at, worth)


def _all(lane: ResolvedLane, problem: LaunchProblem, light: LightTable) -> Candidates:
    index = all_flights(problem, np.arange(len(problem.time_of_flight_s)))
    return evaluate(lane, problem, picked(solve_launches(problem), index), index, light)


def _again(lane: ResolvedLane, problem: LaunchProblem, flights: Candidates, own: str, light: LightTable) -> Candidates:
    """Fly flights (M,) again, each at its own heading or time of flight: number k of ``own`` belongs to flight k."""
    names = ("day", "heading", "injection", "time", "approach")
    index = tuple(np.arange(len(flights.day)) if name == own else getattr(flights, name) for name in names)
    launches = refine_from(
        problem, index, flights.tli_tdb_s, flights.liftoff_tdb_s, flights.coast_s, rounds=3, nodes=MAP_NODES
    )
    near = np.flatnonzero(~(launches.reach_margin_rad > EDGE_RAD))
    if len(near):
        searched = solve_picked(problem, tuple(part[near] for part in index))
        for field in fields(Launches):
            getattr(launches, field.name)[near] = getattr(searched, field.name)
    return evaluate(lane, problem, launches, index, light)


def _smallest(
    lane: ResolvedLane,
    day: NDArray[np.datetime64],
    beyond: _Beyond,
    name: str,
    at: Callable[[FloatArray, IntArray], Candidates],
    worth: FloatArray,
) -> FloatArray:
    """Smallest amount a day: the nearest open flight beyond the range, then bisection towards the range."""
    which, bad = _nearest(beyond, _open_but_for(lane, day, beyond.flights, name))
    good = np.minimum(beyond.amount[which], worth[beyond.flights.day[which]])
    hopeful = good > bad
    asked = np.flatnonzero(hopeful & (good < beyond.amount[which]))
    if len(asked):
        hopeful[asked] = _open_but_for(lane, day, at(good[asked], which[asked]), name)
    which, good, bad = which[hopeful], good[hopeful], bad[hopeful]
    found = np.full(len(day), np.inf)
    if len(which) == 0:
        return found
    for _ in range(BISECTIONS):
        middle = 0.5 * (good + bad)
        opens = _open_but_for(lane, day, at(middle, which), name)
        good, bad = np.where(opens, middle, good), np.where(opens, bad, middle)
    np.minimum.at(found, beyond.flights.day[which], good)
    return found


def _open_but_for(lane: ResolvedLane, day: NDArray[np.datetime64], flights: Candidates, name: str) -> NDArray[np.bool_]:
    """Which flights (M,) satisfy all but one constraint."""
    others = [k for k, constraint in enumerate(constraints_of(lane)) if constraint.name != name]
    is_open: NDArray[np.bool_] = np.all(margins(lane, day, flights)[others] >= 0.0, axis=0)
    return is_open


def _nearest(beyond: _Beyond, is_open: NDArray[np.bool_]) -> tuple[IntArray, FloatArray]:
    """Open flights of each day with its smallest amount, the ``MOST_KINDS`` that land most; the next smaller amount."""
    which = np.flatnonzero(is_open)
    day, amount = beyond.flights.day[which], beyond.amount[which]
    order = np.lexsort((-beyond.flights.landed_payload_kg[which], amount, day))
    which, day, amount = which[order], day[order], amount[order]
    first = np.searchsorted(day, day)
    near = (amount == amount[first]) & (np.arange(len(day)) - first < MOST_KINDS)
    levels = np.concatenate([[0.0], np.unique(beyond.amount)])
    return which[near], levels[np.maximum(np.searchsorted(levels, amount[near]) - 1, 0)]
