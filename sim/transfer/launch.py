"""Lift-off, azimuth, coast and injection that belong together.

On a given day a pad passes under the plane of a parking orbit at one moment for each heading; that moment fixes the
plane, ascent and coast fix the injection, and injection and arrival fix the plane that is needed: one unknown, the
injection epoch t0, in one equation t0 = lift-off(node(t0)) + ascent + coast(argument(t0)). The Moon drags the node by
half a degree an hour, so plain iteration contracts by about 0.05; Newton with the slope seen does the rest.

The circular parking orbit turns at the mean rates of J2 (Kaula 1966, eq. 3.74; Vallado 2013, eq. 9-41): node
−3/2 n J2 (R/r)² cos i, argument of latitude n [1 + 3/2 J2 (R/r)² (4 cos² i − 1)].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_rotation_angle, pole_and_intermediate
from sim.constants import EARTH_ROTATION_RAD_S, GM_EARTH_KM3_S2, J2_EARTH, R_EARTH_KM
from sim.transfer.pad import Headings, Pad
from sim.transfer.solve import CONVERGED, DIVERGED, STAGE_1, STAGE_2, Effort, FlightSet, Solutions, solve_flights
from sim.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]

NO_LIFTOFF = -1
"""Status of an item whose lift-off falls on another date; other statuses are those of sim.transfer.solve."""

GUESS_ONLY = (Effort(guess_passes=3, sweeps=0, fresh_jacobians=0),)
GUESS_ROUNDS = 3
MOST_SLOPE = 0.6
MOST_MISMATCH_S = 20.0

INJECTIONS, APPROACHES = 2, 2


@dataclass(frozen=True, slots=True)
class LaunchProblem:
    """Days × headings × times of flight from one pad.

    ``arrival_tdb_s``, where given, fixes the perilune passage for all items; ``time_of_flight_s`` then only starts the
    search. ``least_coast_s`` chooses the revolution: the coast is the first that is at least so long.
    """

    day_tdb_s: FloatArray
    pad: Pad
    headings: Headings
    time_of_flight_s: FloatArray
    parking_radius_km: float
    perilune_radius_km: float
    lunar_inclination_rad: float
    ascent_s: float
    downrange_rad: float
    least_coast_s: float
    arrival_tdb_s: float | None = None

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Days, headings, injections, times of flight, approaches."""
        return (len(self.day_tdb_s), len(self.headings), INJECTIONS, len(self.time_of_flight_s), APPROACHES)


@dataclass(frozen=True, slots=True)
class Launches:
    """What was found, arrays of shape ``LaunchProblem.shape`` (states with a last axis of 6).

    ``status`` is ``NO_LIFTOFF`` or a status of sim.transfer.solve; other values are NaN where it is not 0.
    ``mismatch_s`` is what is left of the closing equation, seconds.
    """

    status: NDArray[np.int8]
    liftoff_tdb_s: FloatArray
    coast_s: FloatArray
    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    mismatch_s: FloatArray


@dataclass(frozen=True, slots=True)
class _Clock:
    """What turns a node into a lift-off, broadcast against the items."""

    noon_tdb_s: FloatArray
    noon_angle_rad: FloatArray
    axes: FloatArray
    node_offset_rad: FloatArray
    start_argument_rad: FloatArray
    node_rate_rad_s: FloatArray
    argument_rate_rad_s: FloatArray


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


def _clock(problem: LaunchProblem) -> _Clock:
    noon = problem.day_tdb_s + 0.5 * DAY_S
    by_day = (slice(None), None, None, None, None)
    by_heading = (None, slice(None), None, None, None)
    heads = problem.headings
    node_rate, argument_rate = parking_rates_rad_s(problem.parking_radius_km, heads.inclination_rad)
    return _Clock(
        noon_tdb_s=noon[by_day],
        noon_angle_rad=(earth_rotation_angle(noon) + problem.pad.longitude_rad)[by_day],
        axes=pole_and_intermediate(noon)[1][:, None, None, None, None, :, :],
        node_offset_rad=heads.node_offset_rad[by_heading],
        start_argument_rad=(heads.argument_rad + problem.downrange_rad)[by_heading],
        node_rate_rad_s=node_rate[by_heading],
        argument_rate_rad_s=argument_rate[by_heading],
    )


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


def _implied(problem: LaunchProblem, clock: _Clock, states: FloatArray, liftoff: FloatArray,
             coast: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Lift-off (nearest to ``liftoff``) and coast (nearest to ``coast``, else the first long enough) of the planes."""
    node, argument = _node_and_argument(states, clock.axes)
    angle = argument - clock.start_argument_rad
    if coast is None:
        least = clock.argument_rate_rad_s * problem.least_coast_s
        angle = least + (angle - least) % (2.0 * np.pi)
    else:
        there = clock.argument_rate_rad_s * coast
        angle = there + _wrapped(angle - there)
    new_coast = angle / clock.argument_rate_rad_s
    pad_angle = clock.noon_angle_rad + EARTH_ROTATION_RAD_S * (liftoff - clock.noon_tdb_s)
    wanted = node - clock.node_rate_rad_s * new_coast + clock.node_offset_rad
    return liftoff + _wrapped(wanted - pad_angle) / EARTH_ROTATION_RAD_S, new_coast


def _arrivals(problem: LaunchProblem, t0: FloatArray) -> FloatArray:
    if problem.arrival_tdb_s is not None:
        return np.full(t0.shape, problem.arrival_tdb_s)
    arrivals: FloatArray = t0 + problem.time_of_flight_s[:, None]
    return arrivals


def _solve(problem: LaunchProblem, t0: FloatArray, stages: tuple[Effort, ...], approaches: int = APPROACHES) -> Solutions:
    """Solve at injection epochs ``t0`` (N, A, 2, T, 2 or 1): where one serves both approaches they share a flight.

    ``approaches`` 1 solves the first approach alone.
    """
    shape = (*problem.shape[:-1], approaches)
    sharing = approaches // t0.shape[-1]
    count = int(np.prod(shape))
    tp = _arrivals(problem, t0)
    branch = np.broadcast_to(2 * np.arange(INJECTIONS)[:, None, None] + np.arange(approaches), shape)
    inclination = np.broadcast_to(problem.headings.inclination_rad[None, :, None, None, None], shape)
    flights = FlightSet(
        tli_tdb_s=t0.ravel(),
        arrival_tdb_s=tp.ravel(),
        flight=np.arange(count) // sharing,
        branch=np.ascontiguousarray(branch).ravel(),
        parking_inclination_rad=np.ascontiguousarray(inclination).ravel(),
        lunar_inclination_rad=np.full(count, problem.lunar_inclination_rad),
    )
    return solve_flights(flights, problem.parking_radius_km, problem.perilune_radius_km, stages=stages)


@dataclass(frozen=True, slots=True)
class _Timing:
    """Where the iteration stands: injection epoch, lift-off and coast that it implies, slope of the map t0 → t0."""

    tli_tdb_s: FloatArray
    liftoff_tdb_s: FloatArray
    coast_s: FloatArray
    slope: FloatArray

    def better_tli(self, ascent_s: float) -> FloatArray:
        """Newton's next injection epoch."""
        implied = self.liftoff_tdb_s + ascent_s + self.coast_s
        better: FloatArray = self.tli_tdb_s + (implied - self.tli_tdb_s) / (1.0 - self.slope)
        return better


def _timed_by_guess(problem: LaunchProblem, clock: _Clock) -> _Timing:
    """Time the injection with the pseudostate guess alone, one approach for both: last axis of length 1."""
    shape = (*problem.shape[:-1], 1)
    liftoff = np.array(np.broadcast_to(clock.noon_tdb_s, shape))
    t0 = liftoff + problem.ascent_s + 0.75 * HOUR_S
    states = _solve(problem, t0, GUESS_ONLY, 1).tli_state_icrf.reshape(*shape, 6)
    timing = _Timing(t0, *_implied(problem, clock, states, liftoff, None), np.zeros(shape))
    for _ in range(GUESS_ROUNDS - 1):
        t0 = timing.better_tli(problem.ascent_s)
        states = _solve(problem, t0, GUESS_ONLY, 1).tli_state_icrf.reshape(*shape, 6)
        timing = _next_timing(problem, clock, timing, t0, states)
    return timing


def _next_timing(problem: LaunchProblem, clock: _Clock, last: _Timing, t0: FloatArray, states: FloatArray) -> _Timing:
    """Lift-off and coast of new planes, and the slope seen since the last ones."""
    liftoff, coast = _implied(problem, clock, states, last.liftoff_tdb_s, last.coast_s)
    moved, change = t0 - last.tli_tdb_s, (liftoff + coast) - (last.liftoff_tdb_s + last.coast_s)
    seen = np.clip(change / np.where(np.abs(moved) > 1.0, moved, np.inf), -MOST_SLOPE, MOST_SLOPE)
    return _Timing(t0, liftoff, coast, np.where(np.abs(moved) > 1.0, seen, last.slope))


def solve_launches(problem: LaunchProblem, polish: int = 0) -> Launches:
    """Solve every day, heading, injection, time of flight and approach.

    The timing comes from the guess, then two full solutions follow, which leave ``mismatch_s`` at some hundredths of a
    second, more at the edge of reach; each round of ``polish`` squares it. Items that miss by more than
    ``MOST_MISMATCH_S`` count as not solved.
    """
    clock = _clock(problem)
    timing = _timed_by_guess(problem, clock)
    for number in range(2 + polish):
        t0 = timing.better_tli(problem.ascent_s)
        last = number == 1 + polish
        solutions = _solve(problem, t0, (STAGE_1, STAGE_2) if last else (STAGE_1,))
        states = solutions.tli_state_icrf.reshape(*problem.shape, 6)
        # The first full solution replaces the guess, whose planes are a degree off: its slope is kept.
        timing = _next_timing(problem, clock, timing, t0, states) if number else _Timing(
            t0, *_implied(problem, clock, states, timing.liftoff_tdb_s, timing.coast_s), timing.slope
        )
    return _launches(problem, clock, timing, solutions)


def _launches(problem: LaunchProblem, clock: _Clock, timing: _Timing, solutions: Solutions) -> Launches:
    """Gather the results; the coast is the time that is there, the mismatch what the orbit would want beside it."""
    shape = problem.shape
    t0 = np.broadcast_to(timing.tli_tdb_s, shape)
    available = t0 - timing.liftoff_tdb_s - problem.ascent_s
    mismatch = available - timing.coast_s
    status = solutions.status.reshape(shape).astype(np.int8)
    status = np.where((status == CONVERGED) & (np.abs(mismatch) > MOST_MISMATCH_S), np.int8(DIVERGED), status)
    status = np.where(np.abs(timing.liftoff_tdb_s - clock.noon_tdb_s) > 0.5 * DAY_S, np.int8(NO_LIFTOFF), status)
    flies = status == CONVERGED

    def kept(values: FloatArray) -> FloatArray:
        return np.where(flies, values, np.nan)

    return Launches(
        status=status,
        liftoff_tdb_s=kept(timing.liftoff_tdb_s),
        coast_s=kept(available),
        tli_tdb_s=kept(t0),
        arrival_tdb_s=kept(_arrivals(problem, t0)),
        tli_state_icrf=np.where(flies[..., None], solutions.tli_state_icrf.reshape(*shape, 6), np.nan),
        perilune_state_icrf=np.where(flies[..., None], solutions.perilune_state_icrf.reshape(*shape, 6), np.nan),
        mismatch_s=kept(mismatch),
    )
