"""Lift-off, azimuth, coast and injection that belong together.

On a given day a pad passes under the plane of a parking orbit at one moment for each heading; that moment fixes the
plane, ascent and coast fix the injection, and injection and arrival fix the plane that is needed: one unknown, the
injection epoch t0, in one equation t0 = lift-off(node(t0)) + ascent + coast(argument(t0)) [+ phasing]. The Moon drags
the node by half a degree an hour, so plain iteration contracts by about 0.05; Newton with the slope seen does the rest.

The circular parking orbit turns at the mean rates of J2 (Kaula 1966, eq. 3.74; Vallado 2013, eq. 9-41): node
−3/2 n J2 (R/r)² cos i, argument of latitude n [1 + 3/2 J2 (R/r)² (4 cos² i − 1)].
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_rotation_angle, pole_and_intermediate
from sim.constants import EARTH_ROTATION_RAD_S, GM_EARTH_KM3_S2, J2_EARTH, R_EARTH_KM
from sim.transfer.launch_types import APPROACHES, NO_LIFTOFF, Launches, LaunchProblem, phased, picked
from sim.transfer.solve import (
    ALL_STAGES,
    CHECK_NODES,
    CONVERGED,
    DIVERGED,
    MAP_NODES,
    Effort,
    FlightSet,
    Nodes,
    Solutions,
    solve_flights,
)
from sim.transfer.timing import guess_tli_states
from sim.units import DAY_S, HOUR_S

__all__ = [
    "NO_LIFTOFF",
    "LaunchProblem",
    "Launches",
    "parking_rates_rad_s",
    "phased",
    "picked",
    "refine_from",
    "refine_launches",
    "solve_launches",
]

FloatArray = NDArray[np.float64]

TIMING = (Effort(guess_passes=3, sweeps=4, fresh_jacobians=2),)
"""Sweeps that leave the planes right to an arc second or so: enough to time a launch to some hundredths of a second."""
GUESS_ROUNDS = 3
MOST_SLOPE, USUAL_SLOPE = 0.6, 0.04
MOST_MISMATCH_S = 20.0
COAST_SLACK_S = 0.5
"""A coast this much below the shortest is still the first that is long enough."""


@dataclass(frozen=True, slots=True)
class _Items:
    """What is to be solved: all items of a problem, or picked ones; arrays broadcast to ``shape``.

    The second group turns a node into a lift-off: noon of the day, the pad's right ascension then, the axes of date
    (rows x, y, pole), the pad's place in the plane, the rates of the parking orbit. The third: ascent and phasing
    together, what the phasing ellipse turns.
    """

    shape: tuple[int, ...]
    branch: NDArray[np.int64]
    inclination_rad: FloatArray
    time_of_flight_s: FloatArray

    noon_tdb_s: FloatArray
    noon_angle_rad: FloatArray
    axes: FloatArray
    node_offset_rad: FloatArray
    start_argument_rad: FloatArray
    node_rate_rad_s: FloatArray
    argument_rate_rad_s: FloatArray

    delay_s: FloatArray
    phasing_node_rad: FloatArray
    phasing_argument_rad: FloatArray


def parking_rates_rad_s(parking_radius_km: float, inclination_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean rates of node and argument of latitude of the circular parking orbit, with J2."""
    n = np.sqrt(GM_EARTH_KM3_S2 / parking_radius_km**3)
    k = 1.5 * J2_EARTH * (R_EARTH_KM / parking_radius_km) ** 2
    cos_i = np.cos(inclination_rad)
    return -k * n * cos_i, n * (1.0 + k * (4.0 * cos_i**2 - 1.0))


def _wrapped(angle: FloatArray) -> FloatArray:
    """Into [−π, π)."""
    wrapped: FloatArray = (angle + np.pi) % (2.0 * np.pi) - np.pi
    return wrapped


def _items(problem: LaunchProblem, index: tuple[NDArray[np.int64], ...], shape: tuple[int, ...]) -> _Items:
    """Items whose day, heading, injection, time of flight and approach are given by broadcastable index arrays."""
    day, heading, injection, time, approach = index
    noon = problem.day_tdb_s + 0.5 * DAY_S
    heads = problem.headings
    node_rate, argument_rate = parking_rates_rad_s(problem.parking_radius_km, heads.inclination_rad)
    ellipse = problem.phasing_orbit
    turning = (np.zeros(len(heads)),) * 2 if ellipse is None else ellipse.rates_rad_s(heads.inclination_rad)
    phasing = problem.phasing_s[time]
    return _Items(
        shape=shape,
        branch=2 * injection + approach,
        inclination_rad=heads.inclination_rad[heading],
        time_of_flight_s=problem.time_of_flight_s[time],
        noon_tdb_s=noon[day],
        noon_angle_rad=(earth_rotation_angle(noon) + problem.pad.longitude_rad)[day],
        axes=pole_and_intermediate(noon)[1][day],
        node_offset_rad=heads.node_offset_rad[heading],
        start_argument_rad=(heads.argument_rad + problem.downrange_rad)[heading],
        node_rate_rad_s=node_rate[heading],
        argument_rate_rad_s=argument_rate[heading],
        delay_s=problem.ascent_s + phasing,
        phasing_node_rad=turning[0][heading] * phasing,
        phasing_argument_rad=turning[1][heading] * phasing,
    )


def _grid_items(problem: LaunchProblem, approaches: int = APPROACHES) -> _Items:
    """All items of a problem, or those of the first approach alone."""
    shape = (*problem.shape[:-1], approaches)
    return _items(problem, tuple(np.indices(shape, sparse=True)), shape)


def _node_and_argument(states: FloatArray, axes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Node and argument of latitude on the axes of date (rows of ``axes``: x, y, pole)."""
    r, v = states[..., :3], states[..., 3:]
    h = np.cross(r, v)
    hx, hy, hz = (np.sum(h * axes[..., k, :], -1) for k in range(3))
    rx, ry, rz = (np.sum(r * axes[..., k, :], -1) for k in range(3))
    node = np.arctan2(hx, -hy)
    cos_n, sin_n = np.cos(node), np.sin(node)
    size = np.sqrt(hx * hx + hy * hy + hz * hz)
    across = np.sqrt(hx * hx + hy * hy) / size
    # Along the node and, in the plane, ninety degrees ahead of it.
    along = rx * cos_n + ry * sin_n
    ahead = (-rx * sin_n + ry * cos_n) * hz / size + rz * across
    return node, np.arctan2(ahead, along)


def _implied(
    problem: LaunchProblem, items: _Items, states: FloatArray, liftoff: FloatArray, coast: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Lift-off (nearest to ``liftoff``) and coast (nearest to ``coast``, else the first long enough) of the planes."""
    node, argument = _node_and_argument(states, items.axes)
    angle = argument - items.phasing_argument_rad - items.start_argument_rad
    if coast is None:
        least = items.argument_rate_rad_s * problem.least_coast_s
        angle = least + (angle - least) % (2.0 * np.pi)
    else:
        there = items.argument_rate_rad_s * coast
        angle = there + _wrapped(angle - there)
    new_coast = angle / items.argument_rate_rad_s
    pad_angle = items.noon_angle_rad + EARTH_ROTATION_RAD_S * (liftoff - items.noon_tdb_s)
    wanted = node - items.phasing_node_rad - items.node_rate_rad_s * new_coast + items.node_offset_rad
    return liftoff + _wrapped(wanted - pad_angle) / EARTH_ROTATION_RAD_S, new_coast


def _arrivals(problem: LaunchProblem, items: _Items, t0: FloatArray) -> FloatArray:
    if problem.arrival_tdb_s is not None:
        return np.full(t0.shape, problem.arrival_tdb_s)
    arrivals: FloatArray = t0 + items.time_of_flight_s
    return arrivals


def _flight_set(problem: LaunchProblem, items: _Items, t0: FloatArray) -> FlightSet:
    """Items at injection epochs ``t0``: where one epoch serves both approaches they share a flight."""
    count = int(np.prod(items.shape))

    def flat(values: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(np.broadcast_to(values, items.shape)).ravel()

    return FlightSet(
        tli_tdb_s=t0.ravel(),
        arrival_tdb_s=np.broadcast_to(_arrivals(problem, items, t0), t0.shape).ravel(),
        flight=np.arange(count) // max(1, count // max(1, t0.size)),
        branch=flat(items.branch),
        parking_inclination_rad=flat(items.inclination_rad),
        lunar_inclination_rad=np.full(count, problem.lunar_inclination_rad),
    )


def _solve(
    problem: LaunchProblem, items: _Items, t0: FloatArray, stages: tuple[Effort, ...], nodes: Nodes = MAP_NODES
) -> Solutions:
    flights = _flight_set(problem, items, t0)
    return solve_flights(flights, problem.parking_radius_km, problem.perilune_radius_km, nodes, stages)


def _guess(problem: LaunchProblem, items: _Items, t0: FloatArray) -> FloatArray:
    flights = _flight_set(problem, items, t0)
    return guess_tli_states(flights, problem.parking_radius_km, problem.perilune_radius_km).reshape(*items.shape, 6)


@dataclass(frozen=True, slots=True)
class _Timing:
    """Where the iteration stands: injection epoch, lift-off and coast that it implies, slope of the map t0 → t0."""

    tli_tdb_s: FloatArray
    liftoff_tdb_s: FloatArray
    coast_s: FloatArray
    slope: FloatArray

    def better_tli(self, delay_s: FloatArray) -> FloatArray:
        """Newton's next injection epoch; ``delay_s`` is ascent and phasing."""
        implied = self.liftoff_tdb_s + delay_s + self.coast_s
        better: FloatArray = self.tli_tdb_s + (implied - self.tli_tdb_s) / (1.0 - self.slope)
        return better


def _timed_by_guess(problem: LaunchProblem, items: _Items) -> _Timing:
    """Time the injection with the pseudostate guess alone; ``items`` are of the first approach, for both."""
    liftoff = np.array(np.broadcast_to(items.noon_tdb_s, items.shape))
    t0 = liftoff + items.delay_s + 0.75 * HOUR_S
    states = _guess(problem, items, t0)
    timing = _Timing(t0, *_implied(problem, items, states, liftoff, None), np.zeros(items.shape))
    for _ in range(GUESS_ROUNDS - 1):
        t0 = timing.better_tli(items.delay_s)
        states = _guess(problem, items, t0)
        timing = _next_timing(problem, items, timing, t0, states)
    return timing


def _next_timing(problem: LaunchProblem, items: _Items, last: _Timing, t0: FloatArray, states: FloatArray) -> _Timing:
    """Lift-off and coast of new planes, and the slope seen since the last ones."""
    liftoff, coast = _implied(problem, items, states, last.liftoff_tdb_s, last.coast_s)
    moved, change = t0 - last.tli_tdb_s, (liftoff + coast) - (last.liftoff_tdb_s + last.coast_s)
    seen = np.clip(change / np.where(np.abs(moved) > 1.0, moved, np.inf), -MOST_SLOPE, MOST_SLOPE)
    return _Timing(t0, liftoff, coast, np.where(np.abs(moved) > 1.0, seen, last.slope))


def solve_launches(problem: LaunchProblem) -> Launches:
    """Solve every day, heading, injection, time of flight and approach.

    The timing comes from the guess and one rough solution, then a full one follows, which leaves ``mismatch_s`` at
    some hundredths of a second, more at the edge of reach. Items that miss by more than
    ``MOST_MISMATCH_S`` count as not solved.
    """
    index = tuple(np.indices(problem.shape, sparse=True))
    return _solved(problem, index, _items(problem, index, problem.shape), _grid_items(problem, 1))


def solve_picked(problem: LaunchProblem, index: tuple[NDArray[np.int64], ...]) -> Launches:
    """Solve items (M,) given by day, heading, injection, time of flight and approach as ``solve_launches`` does."""
    shape = (len(index[0]),)
    first = (*index[:4], np.zeros_like(index[4]))
    return _solved(problem, index, _items(problem, index, shape), _items(problem, first, shape))


def _solved(
    problem: LaunchProblem, index: tuple[NDArray[np.int64], ...], items: _Items, first_approach: _Items
) -> Launches:
    timing = _timed_by_guess(problem, first_approach)
    t0 = timing.better_tli(items.delay_s)
    states = _solve(problem, items, t0, TIMING).tli_state_icrf.reshape(*items.shape, 6)
    # The first full solution replaces the guess, whose planes are a degree off: the guess's slope is kept.
    timing = _Timing(t0, *_implied(problem, items, states, timing.liftoff_tdb_s, timing.coast_s), timing.slope)
    t0 = timing.better_tli(items.delay_s)
    solutions = _solve(problem, items, t0, ALL_STAGES)
    states = solutions.tli_state_icrf.reshape(*items.shape, 6)
    timing = _next_timing(problem, items, timing, t0, states)
    launches = _launches(problem, items, timing, solutions)
    return _with_first_coasts(problem, (index, items), timing, launches, solutions)


def _with_first_coasts(
    problem: LaunchProblem,
    picked_items: tuple[tuple[NDArray[np.int64], ...], _Items],
    timing: _Timing,
    launches: Launches,
    solutions: Solutions,
) -> Launches:
    """Solve again what is a revolution off: the guess chose it, whose plane is some degrees (a minute of coast) off."""
    index, items = picked_items
    coast = timing.tli_tdb_s - timing.liftoff_tdb_s - items.delay_s
    revolution = 2.0 * np.pi / np.broadcast_to(items.argument_rate_rad_s, items.shape)
    least = problem.least_coast_s - COAST_SLACK_S
    sound = solutions.converged.reshape(items.shape) & (np.abs(coast - timing.coast_s) < MOST_MISMATCH_S)
    more = np.where(coast < least, 1, np.where(coast >= least + revolution, -1, 0)) * sound
    where = np.nonzero(more)
    if len(where[0]) == 0:
        return launches
    asked = tuple(np.broadcast_to(part, items.shape)[where] for part in index)
    wanted = (timing.coast_s + more * revolution)[where]
    found = refine_from(problem, asked, timing.tli_tdb_s[where], timing.liftoff_tdb_s[where], wanted, nodes=MAP_NODES)
    # A revolution less only where that coast is long enough.
    better = (more[where] > 0) | (found.coast_s >= least)
    there = tuple(part[better] for part in where)
    for field in fields(Launches):
        getattr(launches, field.name)[there] = getattr(found, field.name)[better]
    return launches


def refine_launches(
    problem: LaunchProblem, index: tuple[NDArray[np.int64], ...], launches: Launches, rounds: int = 3
) -> Launches:
    """Solve picked items again, more finely, until lift-off, coast and injection close to some microseconds.

    ``index`` are five arrays (M,) into the problem's shape, ``launches`` what ``solve_launches`` found; the result's
    arrays are (M,).
    """
    wanted = (launches.coast_s - launches.mismatch_s)[index]
    return refine_from(problem, index, launches.tli_tdb_s[index], launches.liftoff_tdb_s[index], wanted, rounds)


def refine_from(
    problem: LaunchProblem,
    index: tuple[NDArray[np.int64], ...],
    tli_tdb_s: FloatArray,
    liftoff_tdb_s: FloatArray,
    coast_s: FloatArray,
    rounds: int = 3,
    nodes: Nodes = CHECK_NODES,
) -> Launches:
    """Solve items from launches near by: injection, lift-off and coast (M,), of this or a neighbouring heading."""
    items = _items(problem, index, (len(index[0]),))
    timing = _Timing(tli_tdb_s, liftoff_tdb_s, coast_s, np.full(items.shape, USUAL_SLOPE))
    for _ in range(rounds):
        better = timing.better_tli(items.delay_s)
        t0 = np.where(np.isfinite(better), better, tli_tdb_s)
        solutions = _solve(problem, items, t0, ALL_STAGES, nodes)
        timing = _next_timing(problem, items, timing, t0, solutions.tli_state_icrf)
    return _launches(problem, items, timing, solutions)


def _reach_margin(items: _Items, solutions: Solutions) -> FloatArray:
    """Inclination (or its supplement) less the declination of the aim point."""
    cos_i = np.abs(np.cos(items.inclination_rad))
    cos_declination = np.clip(cos_i - solutions.reach_short[:, 0].reshape(items.shape), -1.0, 1.0)
    margin: FloatArray = np.arccos(cos_i) - np.arccos(cos_declination)
    return margin


def _launches(problem: LaunchProblem, items: _Items, timing: _Timing, solutions: Solutions) -> Launches:
    """Gather the results; the coast is the time that is there, the mismatch what the orbit would want beside it."""
    t0 = timing.tli_tdb_s
    available = t0 - timing.liftoff_tdb_s - items.delay_s
    mismatch = available - timing.coast_s
    status = solutions.status.reshape(items.shape).astype(np.int8)
    status = np.where((status == CONVERGED) & (np.abs(mismatch) > MOST_MISMATCH_S), np.int8(DIVERGED), status)
    status = np.where(np.abs(timing.liftoff_tdb_s - items.noon_tdb_s) > 0.5 * DAY_S, np.int8(NO_LIFTOFF), status)
    flies = status == CONVERGED

    def kept(values: FloatArray) -> FloatArray:
        return np.where(flies, values, np.nan)

    return Launches(
        status=status,
        liftoff_tdb_s=kept(timing.liftoff_tdb_s),
        coast_s=kept(available),
        tli_tdb_s=kept(t0),
        arrival_tdb_s=kept(_arrivals(problem, items, t0)),
        tli_state_icrf=np.where(flies[..., None], solutions.tli_state_icrf.reshape(*items.shape, 6), np.nan),
        perilune_state_icrf=np.where(flies[..., None], solutions.perilune_state_icrf.reshape(*items.shape, 6), np.nan),
        reach_margin_rad=_reach_margin(items, solutions),
        mismatch_s=kept(mismatch),
    )
