"""Lines of launches of one day: lift-offs that hang together, for one way of leaving the pad.

A line is one injection, approach and revolution of the parking orbit. Along it runs one parameter: the azimuth, or,
where the pad has only one, how far the Earth has turned past the plane's own moment (sim.transfer.steering). Lift-off,
coast and injection follow; every limit on the way is found by closing in on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import (
    NO_LIFTOFF,
    Launches,
    LaunchProblem,
    parking_rates_rad_s,
    refine_from,
    solve_launches,
)
from sim.transfer.pad import Headings
from sim.transfer.solve import CONVERGED, DECLINATION
from sim.units import DEG
from sim.window.candidates import Candidates, flies
from sim.window.constraints import constraints_of, margins
from sim.window.evaluate import evaluate
from sim.window.fine import stacked

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CLOSE_S = 0.5
"""A limit is found when the launches to either side of it lift off within so many seconds."""

LIMIT_ROUNDS = 26
NARROW = 1e-7
"""An end of a line is found when it is known within this share of the step between headings."""

SECANT_ROUNDS = 8
REACH_RAD = 0.3 * DEG
"""This near its limit the reach is what ends a line, even where the search gives up first."""

EVEN_WITHIN_S = 1e-4
SAME_HEADING_RAD = 1e-4
"""A flight's azimuth this near a heading that is there already needs none of its own."""

COAST_DRIFT_S = 300.0
"""By so much the coast of another revolution may differ from a whole revolution more."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of leaving the pad: the parameter's values to start from, the headings at any, the names of its ends."""

    problem: LaunchProblem
    headings: Callable[[FloatArray], Headings]
    parameter: FloatArray
    end_name: str


@dataclass(frozen=True, slots=True)
class Task:
    """Lines (L,) to follow: of a lane on a day, by one way, each with its injection and approach."""

    lane: ResolvedLane
    day: NDArray[np.datetime64]
    light: LightTable
    way: Way
    injection: IntArray
    approach: IntArray


@dataclass(frozen=True, slots=True)
class Points:
    """Launches (M,) by line and parameter; ``limit`` names what they stand at the edge of, empty for others."""

    flights: Candidates
    line: IntArray
    parameter: FloatArray
    limit: NDArray[np.str_]

    def take(self, which: IntArray | BoolArray) -> Points:
        """Return some of them."""
        return Points(self.flights.take(which), self.line[which], self.parameter[which], self.limit[which])


def joined(parts: Sequence[Points]) -> Points:
    """Put points one behind the other."""
    return Points(
        stacked([part.flights for part in parts]),
        np.concatenate([part.line for part in parts]),
        np.concatenate([part.parameter for part in parts]),
        np.concatenate([part.limit for part in parts]),
    )


def find_lines(
    lane: ResolvedLane, day: NDArray[np.datetime64], light: LightTable, way: Way, best: Candidates | None = None
) -> tuple[Task, Points]:
    """Lines of a way at its first parameters, those of every revolution that the lane's coast allows.

    ``best`` (1,) is a flight through which a line has to go if its heading is among those of the way.
    """
    problem = replace(way.problem, headings=way.headings(way.parameter))
    launches = solve_launches(problem)
    if best is not None:
        _put_launch(problem, launches, best)
    seeds = _seeds(lane, problem, launches)
    count = len(seeds)
    task = Task(lane, day, light, way, np.array([s.injection for s in seeds]), np.array([s.approach for s in seeds]))
    if count == 0:
        return task, _no_points(task)
    line = np.repeat(np.arange(count), [len(s.heading) for s in seeds])
    heading, start = np.concatenate([s.heading for s in seeds]), np.concatenate([s.start for s in seeds], axis=1)
    points = _solve(task, line, way.parameter[heading], start)
    points = points.take(flies(points.flights))
    return task, points.take(np.isin(points.line, _lines_to_keep(task, points)))


def _put_launch(problem: LaunchProblem, launches: Launches, best: Candidates) -> None:
    """Start from a known flight (1,) at its heading where no launch was found at that."""
    headings = problem.headings
    turn = (headings.azimuth_rad - best.azimuth_rad + np.pi) % (2.0 * np.pi) - np.pi
    off = np.abs(turn) + np.abs(headings.inclination_rad - best.inclination_rad)
    heading = int(np.argmin(off))
    cell = (0, heading, int(best.injection[0]), 0, int(best.approach[0]))
    if off[heading] > 2.0 * SAME_HEADING_RAD or launches.status[cell] == CONVERGED:
        return
    launches.status[cell] = CONVERGED
    launches.tli_tdb_s[cell], launches.liftoff_tdb_s[cell] = best.tli_tdb_s[0], best.liftoff_tdb_s[0]
    launches.coast_s[cell], launches.mismatch_s[cell] = best.coast_s[0], 0.0


@dataclass(frozen=True, slots=True)
class _Seed:
    """A line before it is solved: headings (H,) that fly, injection, lift-off and coast (3, H) to start from."""

    injection: int
    approach: int
    heading: IntArray
    start: FloatArray


def _seeds(lane: ResolvedLane, problem: LaunchProblem, launches: Launches) -> list[_Seed]:
    _, rate = parking_rates_rad_s(problem.parking_radius_km, problem.headings.inclination_rad)
    low, high = lane.coast_s
    seeds = []
    for injection, approach in ((0, 0), (0, 1), (1, 0), (1, 1)):
        cell = (0, slice(None), injection, 0, approach)
        heading = np.flatnonzero(launches.status[cell] == CONVERGED)
        if len(heading) == 0:
            continue
        tli, liftoff = launches.tli_tdb_s[cell][heading], launches.liftoff_tdb_s[cell][heading]
        coast, period = (launches.coast_s - launches.mismatch_s)[cell][heading], 2.0 * np.pi / rate[heading]
        # The first coast long enough jumps by a revolution from heading to heading; a line goes on without.
        whole = np.concatenate([[0.0], -np.cumsum(np.round(np.diff(coast) / period[1:]))])
        even = coast + whole * period
        first = np.ceil((low - COAST_DRIFT_S - even.max()) / period.mean())
        last = np.floor((high + COAST_DRIFT_S - even.min()) / period.mean())
        for more in np.arange(first, last + 1) if last >= first else [0.0]:
            later = (whole + more) * period
            seeds.append(_Seed(injection, approach, heading, np.stack([tli + later, liftoff, coast + later])))
    return seeds


def _lines_to_keep(task: Task, points: Points) -> IntArray:
    """Lines with a coast in range somewhere; of an injection and approach without such, the one that comes nearest."""
    low, high = task.lane.coast_s
    inside = np.minimum(points.flights.coast_s - low, high - points.flights.coast_s)
    best = np.full(len(task.injection), -np.inf)
    np.maximum.at(best, points.line, inside)
    keep: list[int] = []
    for injection, approach in ((0, 0), (0, 1), (1, 0), (1, 1)):
        mine = np.flatnonzero((task.injection == injection) & (task.approach == approach))
        good = mine[best[mine] >= 0.0]
        keep.extend(good if len(good) else mine[best[mine] == best[mine].max()] if len(mine) else [])
    return np.array(keep, np.int64)


def _solve(task: Task, line: IntArray, parameter: FloatArray, start: FloatArray, rounds: int = 3) -> Points:
    """Launches (M,) of lines at parameters, from injection, lift-off and coast (3, M) near by."""
    there = replace(task.way.problem, headings=task.way.headings(parameter))
    nought = np.zeros(len(line), np.int64)
    index = (nought, np.arange(len(line)), task.injection[line], nought, task.approach[line])
    launches = refine_from(there, index, start[0], start[1], start[2], rounds)
    flights = evaluate(task.lane, there, launches, index, task.light)
    return Points(flights, line, parameter, _unnamed(len(line)))


def _unnamed(count: int) -> NDArray[np.str_]:
    return np.full(count, "", dtype="U32")


def _no_points(task: Task) -> Points:
    nothing: Any = np.zeros(0)
    empty = Candidates(**{field.name: nothing for field in fields(Candidates)})
    return Points(empty, np.zeros(0, np.int64), np.zeros(0), _unnamed(0))


def _start(points: Points) -> FloatArray:
    flights = points.flights
    return np.stack([flights.tli_tdb_s, flights.liftoff_tdb_s, flights.coast_s])


def _put(points: Points, where: IntArray, found: Points) -> None:
    """Overwrite some points, but for their limits' names."""
    for field in fields(Candidates):
        getattr(points.flights, field.name)[where] = getattr(found.flights, field.name)
    points.parameter[where] = found.parameter


def _ordered(points: Points) -> Points:
    return points.take(np.lexsort((points.parameter, points.line)))


def with_ends(task: Task, points: Points) -> Points:
    """Return the points and the ends of their lines, where the flight, the date or the way's own range stops.

    A line goes on through parameters at which it was not found at first, as near its reach.
    """
    while True:
        points = _stepped_on(task, points)
        good, beyond = _inner_ends(task, points)
        if len(good) == 0:
            break
        last = _last_flown(task, points.take(good), beyond)
        more = _beyond(task, last, beyond, 2.0 * NARROW * np.abs(beyond - points.parameter[good]))
        if len(more.line) == 0:
            points = joined([points, last])
            break
        points = _once(joined([points, more]))
    for end in task.way.parameter[[0, -1]]:
        points.limit[points.parameter == end] = task.way.end_name
    return _ordered(points)


def _inner_ends(task: Task, points: Points) -> tuple[IntArray, FloatArray]:
    """Numbers (K,) of points beside a first parameter at which their line was not found, and that parameter."""
    grid = task.way.parameter
    row = np.searchsorted(grid, points.parameter)
    flown = np.zeros((len(task.injection), len(grid)), bool)
    flown[points.line, row] = True
    inner = [
        np.flatnonzero((row + step >= 0) & (row + step < len(grid)) & ~flown[points.line, (row + step) % len(grid)])
        for step in (-1, 1)
    ]
    return np.concatenate(inner), np.concatenate([grid[row[inner[0]] - 1], grid[row[inner[1]] + 1]])


def _stepped_on(task: Task, points: Points) -> Points:
    """Points and those that the step to the next first parameter finds, again and again."""
    while True:
        good, beyond = _inner_ends(task, points)
        more = _beyond(task, points.take(good), beyond, np.full(len(good), np.inf))
        if len(more.line) == 0:
            return points
        points = _once(joined([points, more]))


def _beyond(task: Task, good: Points, beyond: FloatArray, within: FloatArray) -> Points:
    """Launches that fly at parameters ``beyond`` (K,), from good ones (K,) that are near enough."""
    near = np.abs(beyond - good.parameter) <= within
    if not near.any():
        return good.take(near)
    found = _solve(task, good.line[near], beyond[near], _start(good.take(near)), 4)
    return found.take(flies(found.flights))


def _once(points: Points) -> Points:
    """Leave out points that their line has already."""
    _, first = np.unique(np.stack([points.line, points.parameter]), axis=1, return_index=True)
    return points.take(np.sort(first))


def _last_flown(task: Task, good: Points, bad: FloatArray) -> Points:
    """Last launches (K,) that fly on the way from good ones to parameters (K,) that do not."""
    width = np.abs(bad - good.parameter)
    good.limit[:] = "transfer"
    for number in range(LIMIT_ROUNDS):
        middle = 0.5 * (good.parameter + bad)
        # The first steps are long ones, and a low plane's node runs fast near its end.
        found = _solve(task, good.line, middle, _start(good), 4 if number < 6 else 2)
        on = flies(found.flights)
        good.limit[~on] = _what_ends(found.flights)[~on]
        _put(good, np.flatnonzero(on), found.take(on))
        bad = np.where(on, bad, middle)
        if np.all(np.abs(bad - good.parameter) < NARROW * width):
            break
    return good


def _what_ends(beyond: Candidates) -> NDArray[np.str_]:
    """Name (K,) of what keeps launches just beyond the end of a line from flying."""
    unreached = (beyond.status == DECLINATION) | (np.abs(beyond.reach_margin_rad) < REACH_RAD)
    return np.select([beyond.status == NO_LIFTOFF, unreached], ["date", "reach"], "transfer")


def _neighbours(task: Task, points: Points) -> tuple[IntArray, IntArray]:
    """Pairs (P,) of ordered points next to each other on a line that is not torn between them."""
    one, other = np.arange(len(points.line) - 1), np.arange(1, len(points.line))
    grid = task.way.parameter
    between = np.searchsorted(grid, points.parameter[other]) - np.searchsorted(grid, points.parameter[one], "right")
    together = (points.line[one] == points.line[other]) & (between <= 0)
    return one[together], other[together]


def with_limits(task: Task, points: Points) -> Points:
    """Return ordered points and, wherever a constraint opens or closes between two, the last launch it allows."""
    margin = margins(task.lane, task.day, points.flights)
    names = np.array([constraint.name for constraint in constraints_of(task.lane)])
    one, other = _neighbours(task, points)
    which, pair = np.nonzero((margin[:, one] >= 0.0) != (margin[:, other] >= 0.0))
    known = np.isfinite(margin[which, one[pair]]) & np.isfinite(margin[which, other[pair]])
    which, pair = which[known], pair[known]
    if len(which) == 0:
        return points
    swap = margin[which, one[pair]] < 0.0
    inner, outer = np.where(swap, other[pair], one[pair]), np.where(swap, one[pair], other[pair])
    good, bad = points.take(inner), points.take(outer)
    good.limit[:] = names[which]
    _close_in(task, which, good, bad, margin[which, inner], margin[which, outer])
    return _ordered(joined([points, good]))


def _close_in(task: Task, which: IntArray, good: Points, bad: Points, inside: FloatArray, outside: FloatArray) -> None:
    """Move both ends (K,) to where constraint ``which`` (K,) meets its limit; margins ``inside`` >= 0 > ``outside``."""
    for number in range(LIMIT_ROUNDS):
        apart = np.abs(good.flights.liftoff_tdb_s - bad.flights.liftoff_tdb_s) > CLOSE_S
        left = np.flatnonzero(apart)
        if len(left) == 0:
            return
        # By turns the secant and the middle, which also closes in on a jump.
        share = inside[left] / (inside[left] - outside[left]) if number % 2 == 0 else np.full(len(left), 0.5)
        share = np.clip(np.where(np.isfinite(share), share, 0.5), 0.02, 0.98)
        here = good.parameter[left] + share * (bad.parameter[left] - good.parameter[left])
        found = _solve(task, good.line[left], here, _start(good.take(left)))
        margin = margins(task.lane, task.day, found.flights)[which[left], np.arange(len(left))]
        allowed = (margin >= 0.0) & flies(found.flights)
        _put(good, left[allowed], found.take(allowed))
        _put(bad, left[~allowed], found.take(~allowed))
        inside[left[allowed]], outside[left[~allowed]] = margin[allowed], margin[~allowed]


def at_even_liftoffs(task: Task, points: Points, midnight_tdb_s: float, step_s: float) -> Points:
    """Launches at multiples of a step from 00:00 UTC, wherever two ordered points stand before and after."""
    one, other = _neighbours(task, points)
    t_one, t_other = points.flights.liftoff_tdb_s[one], points.flights.liftoff_tdb_s[other]
    start, stop = np.minimum(t_one, t_other), np.maximum(t_one, t_other)
    first = np.ceil((start - midnight_tdb_s) / step_s).astype(np.int64)
    count = np.maximum(0, np.floor((stop - midnight_tdb_s) / step_s).astype(np.int64) - first + 1)
    pair = np.repeat(np.arange(len(one)), count)
    number = first[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    wanted = midnight_tdb_s + step_s * number
    return _at_liftoffs(task, points.take(one[pair]), points.take(other[pair]), wanted)


def _at_liftoffs(task: Task, before: Points, after: Points, wanted: FloatArray) -> Points:
    """Launches (K,) at wanted lift-offs between two: secants, all at once."""
    found = before
    a, b = before.parameter.copy(), after.parameter.copy()
    t_a, t_b = before.flights.liftoff_tdb_s.copy(), after.flights.liftoff_tdb_s.copy()
    for _ in range(SECANT_ROUNDS if len(wanted) else 0):
        slope = np.where(t_b == t_a, np.inf, t_b - t_a)
        here = a + np.clip((wanted - t_a) / slope, -1.0, 2.0) * (b - a)
        found = _solve(task, before.line, here, _start(before))
        solved = flies(found.flights)
        nearer = np.abs(t_a - wanted) > np.abs(t_b - wanted)
        a, t_a = np.where(nearer, b, a), np.where(nearer, t_b, t_a)
        b, t_b = np.where(solved, here, b), np.where(solved, found.flights.liftoff_tdb_s, t_b)
        if np.all(np.abs(found.flights.liftoff_tdb_s - wanted)[solved] < EVEN_WITHIN_S):
            break
    return found.take(flies(found.flights) & (np.abs(found.flights.liftoff_tdb_s - wanted) < 1.0))
