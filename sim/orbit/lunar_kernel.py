"""Kernel of long flights about the Moon: the integrator's own steps, what lies between them, and what ends them.

Between the ends of a step runs the Kepler arc of its start plus the polynomial of degree five that meets place,
velocity and acceleration of the deviation at both ends: no step is taken for the sake of a sample or an event.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from sim.astro.forces import general_acceleration
from sim.astro.rkn import MAXIMUM_STEPS, STAGES, first_step_s, make_step, next_step_factor, relative_error
from sim.jit import jit

REACHED, IMPACT, ESCAPE, PERILUNE, APOLUNE, FULL, LOST = range(7)
"""Why ``fly`` stopped: at the time asked for; on the floor; at the ceiling; at an apsis out of its band; with as many
perilunes passed as there is room for; nowhere."""

TIME, STEP, STATE = 0, 1, 2
"""Places in a flight's array (8,): time from the start and next step, s; then position and velocity."""

PASSAGE_TIME, PASSAGE_STATE, PASSAGE_DONE, PASSAGE_FLIGHT, PASSAGE_SIZE = 0, 1, 7, 8, 16
"""Places in a passage's array (16,): time and state at perilune, then how to go on from there: states sampled, and the
flight, both at the end of the step that holds it."""

_SMALLEST_STEP_S: Final = 1e-6
_ROOT_STEPS: Final = 60
_KEPLER_STEPS: Final = 30

_step = make_step(general_acceleration)


class Watch(NamedTuple):
    """Distances from the Moon's centre, km, that stop a flight: floor and ceiling, and bands of its apsides."""

    floor_km: float
    ceiling_km: float
    least_perilune_km: float
    most_perilune_km: float
    least_apolune_km: float
    most_apolune_km: float


class Samples(NamedTuple):
    """Even times to give states at: the first, from the flight's start, and their step, s."""

    first_s: float
    step_s: float


@jit()
def fly(
    force: Any,
    flight: Any,
    stop_s: float,
    exactly: bool,
    tolerance: float,
    watch: Any,
    even: Any,
    out: Any,
    done: int,
    passages: Any,
) -> Any:
    """Fly until a time is reached or passed, or something stops the flight.

    Parameters
    ----------
    force : GeneralForce
    flight : ndarray (8,)
        Changed in place: time, next step (0: not yet known), state. After an apsis it stands at the end of the step
        that holds it.
    stop_s : float
        Before or after the flight's time; ``exactly`` cuts the last step there, otherwise steps are the same whatever
        the stops.
    tolerance : float
    watch : Watch
    even : Samples
    out : ndarray (N, 6)
        States at the even times, from index ``done`` on; only forwards.
    passages : ndarray (P, 16)
        Filled with the perilunes passed; where it is full the flight stops, unless P is 0.

    Returns
    -------
    outcome : int
    done : int
        States written so far.
    event : ndarray (7,)
        Time and state of what stopped the flight.
    passed : int
        Passages written.
    """
    g, after, event, arc = np.zeros((STAGES, 3)), np.empty(6), np.empty(7), np.empty(14)
    state, passed = flight[STATE:], 0
    sign = 1.0 if stop_s >= flight[TIME] else -1.0
    ax, ay, az = general_acceleration(flight[TIME], state[0], state[1], state[2], force)
    if flight[STEP] == 0.0:
        flight[STEP] = sign * first_step_s(state, ax, ay, az)
    for _ in range(MAXIMUM_STEPS):
        if (flight[TIME] - stop_s) * sign >= 0.0:
            return REACHED, done, event, passed
        t, h = flight[TIME], flight[STEP]
        cut = exactly and (t + h - stop_s) * sign >= 0.0
        if cut:
            h = stop_s - t
        _step(force, t, h, state, g, after)
        error = relative_error(h, state, g)
        factor = next_step_factor(error, tolerance)
        if not error <= tolerance and abs(h) > _SMALLEST_STEP_S:
            flight[STEP] = h * factor
            continue
        if not np.isfinite(error):
            break
        end = stop_s if cut else t + h
        bx, by, bz = general_acceleration(end, after[0], after[1], after[2], force)
        _set_arc(arc, force.gm_moon_km3_s2, h, state, (g[0, 0], g[0, 1], g[0, 2]), after, (bx, by, bz))
        outcome, moment = _happening(arc, state, after, sign, watch)
        last = t + moment if outcome in {IMPACT, ESCAPE} else end
        done = _sample(arc, state, t, last, even, out, done)
        passes = outcome == REACHED and _passes(state, after, len(passages) - passed)
        if passes or outcome != REACHED:
            event[0] = t + moment
            _state_on_arc(arc, state, moment, event[1:])
        flight[TIME] = end
        state[:] = after
        # A step cut short says nothing about the next one.
        flight[STEP] = flight[STEP] if cut else h * factor
        if passes:
            passed, outcome = _note_passage(passages, passed, event, done, flight)
        if outcome != REACHED:
            return outcome, done, event, passed
    return LOST, done, event, passed


@jit()
def _sample(arc: Any, state: Any, t_s: float, last_s: float, even: Any, out: Any, done: int) -> int:
    """Write the states at the even times of a step from ``t_s`` to ``last_s``; return how many there are now."""
    while done < len(out) and even.first_s + even.step_s * done <= last_s:
        _state_on_arc(arc, state, even.first_s + even.step_s * done - t_s, out[done])
        done += 1
    return done


@jit()
def _passes(state: Any, after: Any, room: int) -> bool:
    return room > 0 and _outward(state) < 0.0 <= _outward(after)


@jit()
def _note_passage(passages: Any, passed: int, event: Any, done: int, flight: Any) -> Any:
    """Write one more passage; return how many there are now, and FULL where that is all there is room for."""
    passage = passages[passed]
    passage[PASSAGE_TIME:PASSAGE_DONE] = event
    passage[PASSAGE_DONE] = done
    passage[PASSAGE_FLIGHT:] = flight
    return passed + 1, FULL if passed + 1 == len(passages) else REACHED


# --- what happens in a step ----------------------------------------------------------------------------------------


@jit()
def _happening(arc: Any, state: Any, after: Any, sign: float, watch: Any) -> Any:
    """Outcome of a step and its time from the step's start; an apsis in its band is REACHED, with its time."""
    outcome, moment = REACHED, arc[0]
    before_outward, after_outward = sign * _outward(state), sign * _outward(after)
    if before_outward < 0.0 <= after_outward:
        outcome, moment = _at_perilune(arc, state, watch)
    elif before_outward >= 0.0 > after_outward:
        outcome, moment = _at_apolune(arc, state, watch)
    if outcome != REACHED:
        return outcome, moment
    before_km, after_km = _distance(state), _distance(after)
    if after_km < watch.floor_km <= before_km:
        return IMPACT, _root_of_distance(arc, state, watch.floor_km, arc[0])
    if after_km > watch.ceiling_km >= before_km:
        return ESCAPE, _root_of_distance(arc, state, watch.ceiling_km, arc[0])
    return REACHED, moment


@jit()
def _at_perilune(arc: Any, state: Any, watch: Any) -> Any:
    apsis = _root_of_outward(arc, state)
    apsis_km = _distance_on_arc(arc, state, apsis)
    if apsis_km < watch.floor_km:
        return IMPACT, _root_of_distance(arc, state, watch.floor_km, apsis)
    if not watch.least_perilune_km <= apsis_km <= watch.most_perilune_km:
        return PERILUNE, apsis
    return REACHED, apsis


@jit()
def _at_apolune(arc: Any, state: Any, watch: Any) -> Any:
    apsis = _root_of_outward(arc, state)
    apsis_km = _distance_on_arc(arc, state, apsis)
    if apsis_km > watch.ceiling_km:
        return ESCAPE, _root_of_distance(arc, state, watch.ceiling_km, apsis)
    if not watch.least_apolune_km <= apsis_km <= watch.most_apolune_km:
        return APOLUNE, apsis
    return REACHED, apsis


@jit()
def _root_of_outward(arc: Any, state: Any) -> Any:
    """Time in a step at which the vehicle moves neither up nor down, by halving."""
    here = np.empty(6)
    low, high, rises = 0.0, arc[0], _outward(state) < 0.0
    for _ in range(_ROOT_STEPS):
        middle = 0.5 * (low + high)
        _state_on_arc(arc, state, middle, here)
        if (_outward(here) < 0.0) == rises:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@jit()
def _root_of_distance(arc: Any, state: Any, distance_km: float, until_s: float) -> Any:
    """Time from a step's start up to ``until_s`` at which a distance is crossed, by halving."""
    low, high, inside = 0.0, until_s, _distance(state) < distance_km
    for _ in range(_ROOT_STEPS):
        middle = 0.5 * (low + high)
        if (_distance_on_arc(arc, state, middle) < distance_km) == inside:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@jit()
def _distance_on_arc(arc: Any, state: Any, elapsed_s: float) -> Any:
    here = np.empty(6)
    _state_on_arc(arc, state, elapsed_s, here)
    return _distance(here)


@jit()
def _distance(state: Any) -> Any:
    return np.sqrt(state[0] * state[0] + state[1] * state[1] + state[2] * state[2])


@jit()
def _outward(state: Any) -> Any:
    """Position times velocity: below zero on the way down."""
    return state[0] * state[3] + state[1] * state[4] + state[2] * state[5]


# --- the path within a step ----------------------------------------------------------------------------------------


@jit()
def _set_arc(arc: Any, gm: float, h_s: float, state: Any, start_a: Any, after: Any, end_a: Any) -> None:
    """Write step, GM and the deviation's place, velocity and accelerations at the ends into ``arc`` (14,)."""
    kepler = np.empty(6)
    kepler_state(gm, state, h_s, kepler)
    pull, pull_end = gm / _distance(state) ** 3, gm / _distance(kepler) ** 3
    arc[0], arc[1] = h_s, gm
    for k in range(3):
        arc[2 + k] = after[k] - kepler[k]
        arc[5 + k] = h_s * (after[3 + k] - kepler[3 + k])
        arc[8 + k] = h_s * h_s * (start_a[k] + pull * state[k])
        arc[11 + k] = h_s * h_s * (end_a[k] + pull_end * kepler[k])


@jit()
def _state_on_arc(arc: Any, state: Any, elapsed_s: float, out: Any) -> None:
    """State at a time from a step's start: Kepler's, and the deviation by Hermite's quintic."""
    kepler_state(arc[1], state, elapsed_s, out)
    s, h = elapsed_s / arc[0], arc[0]
    s2 = s * s
    place = s2 * s * (10.0 + s * (6.0 * s - 15.0))
    slope = s2 * s * (-4.0 + s * (7.0 - 3.0 * s))
    bend = 0.5 * s2 * (1.0 + s * (-3.0 + s * (3.0 - s)))
    bend_end = 0.5 * s2 * s * (1.0 + s * (s - 2.0))
    place_rate = 30.0 * s2 * (1.0 + s * (s - 2.0))
    slope_rate = s2 * (-12.0 + s * (28.0 - 15.0 * s))
    bend_rate = 0.5 * s * (2.0 + s * (-9.0 + s * (12.0 - 5.0 * s)))
    bend_end_rate = 0.5 * s2 * (3.0 + s * (5.0 * s - 8.0))
    for k in range(3):
        p, v, a, b = arc[2 + k], arc[5 + k], arc[8 + k], arc[11 + k]
        out[k] += p * place + v * slope + a * bend + b * bend_end
        out[3 + k] += (p * place_rate + v * slope_rate + a * bend_rate + b * bend_end_rate) / h


@jit()
def kepler_state(gm: float, state: Any, elapsed_s: float, out: Any) -> None:
    """State (6,) after unperturbed motion, on ellipse and hyperbola alike.

    Universal variables with Stumpff's functions by their series, for less than a turn (Danby 1988, Fundamentals of
    Celestial Mechanics, section 6.9).
    """
    root = np.sqrt(gm)
    distance = _distance(state)
    outward = _outward(state) / root
    speed2 = state[3] ** 2 + state[4] ** 2 + state[5] ** 2
    alpha = 2.0 / distance - speed2 / gm
    x, c2, c3, now_km = root * elapsed_s / distance, 0.5, 1.0 / 6.0, distance
    for _ in range(_KEPLER_STEPS):
        c2, c3 = _stumpff(alpha * x * x)
        x2 = x * x
        inner = 1.0 - alpha * distance
        miss = outward * x2 * c2 + inner * x2 * x * c3 + distance * x - root * elapsed_s
        now_km = x2 * c2 + outward * x * (1.0 - alpha * x2 * c3) + distance * (1.0 - alpha * x2 * c2)
        change = miss / now_km
        x -= change
        if abs(change) <= 1e-12 * abs(x):
            break
    c2, c3 = _stumpff(alpha * x * x)
    x2 = x * x
    now_km = x2 * c2 + outward * x * (1.0 - alpha * x2 * c3) + distance * (1.0 - alpha * x2 * c2)
    f, g = 1.0 - x2 * c2 / distance, elapsed_s - x2 * x * c3 / root
    f_rate, g_rate = root * x * (alpha * x2 * c3 - 1.0) / (now_km * distance), 1.0 - x2 * c2 / now_km
    for k in range(3):
        place, velocity = state[k], state[3 + k]
        out[k] = f * place + g * velocity
        out[3 + k] = f_rate * place + g_rate * velocity


@jit()
def _stumpff(z: float) -> Any:
    """C2 and C3: sums of (-z)^k / (2k + 2)! and (-z)^k / (2k + 3)!."""
    second, third, c2, c3, k = 0.5, 1.0 / 6.0, 0.5, 1.0 / 6.0, 1.0
    while abs(second) > 1e-17:
        second *= -z / ((2.0 * k + 1.0) * (2.0 * k + 2.0))
        third *= -z / ((2.0 * k + 2.0) * (2.0 * k + 3.0))
        c2 += second
        c3 += third
        k += 1.0
    return c2, c3
