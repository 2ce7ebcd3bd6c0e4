"""Kernels of station-keeping by crossing control: many flights of one trial, manoeuvre after manoeuvre."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.astro.forces import GeneralForce
from sim.astro.nbody import integrate_general
from sim.astro.rkn import ARRIVED
from sim.astro.segments import from_time
from sim.jit import jit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_TOLERANCE: Final = 1e-10
"""Of the flights: some metres at the target, against kilometres of navigation."""

_MOST_CORRECTIONS: Final = 12
_MOST_LOOKS: Final = 30
_CROSSED_S: Final = 1e-3
_LOST_SHARE: Final = 0.3
"""A vehicle this part of its distance from the Moon off the reference has left it."""


class Crossings(NamedTuple):
    """Crossings of y = 0 along the reference, in order of time.

    Attributes
    ----------
    t_s : ndarray (K,)
        From the epoch that the force's time counts from.
    states : ndarray (K, 6)
        Of the reference, from the Moon's centre on ICRF axes.
    x, y, x_rate, y_rate : ndarray (K, 3)
        The turning axes at the crossing, and their rates, 1/s.
    speed_km_s : ndarray (K,)
        Reference's velocity along x relative to the turning axes.
    window_s : float
        A crossing is looked for this long before and after the reference's.
    """

    t_s: FloatArray
    states: FloatArray
    x: FloatArray
    y: FloatArray
    x_rate: FloatArray
    y_rate: FloatArray
    speed_km_s: FloatArray
    window_s: float


class Targets(NamedTuple):
    """Manoeuvres and what each aims for.

    Attributes
    ----------
    at : ndarray (M,)
        Crossing of the manoeuvre; it aims for the J-th after it.
    slope : ndarray (M, J, 3)
        Derivative of the speed along x at each of the J crossings after it by the manoeuvre's velocity, the time of
        crossing free.
    """

    at: IntArray
    slope: FloatArray


class Rules(NamedTuple):
    """When a target counts as met, the least manoeuvre that is made, and the execution's errors (one sigma)."""

    met_km_s: float
    least_km_s: float
    size_sigma: float
    direction_sigma_rad: float
    fixed_sigma_km_s: float


@jit()
def _fly(force: GeneralForce, state: Any, start_s: float, duration_s: float) -> bool:
    """Fly in place; False where it cannot be followed."""
    if duration_s == 0.0:
        return True
    none, nowhere = np.empty(0), np.empty((0, 6))
    status, _ = integrate_general(from_time(force, start_s), state, duration_s, _TOLERANCE, none, nowhere)
    return bool(status == ARRIVED)


@jit()
def _speed_at_crossing(force: GeneralForce, state: Any, crossings: Crossings, at: int, aim: int) -> Any:
    """Velocity along x where a flight from one crossing crosses y = 0 near another; NaN where it does not.

    ``state`` is spent. Newton's steps in time, kept between an epoch known to be before the crossing and one known to
    be after: close to the Moon the straight line through one state tells little of hours later. Near the crossing the
    axes turn uniformly.
    """
    t, x_rate, y_rate = crossings.t_s[aim], crossings.x_rate[aim], crossings.y_rate[aim]
    there = crossings.states[aim]
    rises = crossings.y[aim] @ there[3:] + y_rate @ there[:3] > 0.0
    if not _fly(force, state, crossings.t_s[at], t - crossings.t_s[at]):
        return np.nan
    late_s, before_s, after_s = 0.0, -crossings.window_s, crossings.window_s
    for _ in range(_MOST_LOOKS):
        y = crossings.y[aim] + late_s * y_rate
        height = y @ state[:3]
        if (height > 0.0) == rises:
            after_s = late_s
        else:
            before_s = late_s
        next_s = late_s - height / (y @ state[3:] + y_rate @ state[:3])
        if abs(next_s - late_s) < _CROSSED_S:
            return (crossings.x[aim] + late_s * x_rate) @ state[3:] + x_rate @ state[:3]
        if not (before_s < next_s < after_s):
            next_s = 0.5 * (before_s + after_s)
        if after_s - before_s < _CROSSED_S or not _fly(force, state, t + late_s, next_s - late_s):
            return np.nan
        late_s = next_s
    return np.nan


@jit()
def _met(
    force: GeneralForce, known: Any, crossings: Crossings, at: int, aim: int, slope: Any, given: Any, met_km_s: float
) -> Any:
    """Velocity change (3,) from ``given`` along ``slope`` that meets the aim, by secants; NaN where none was found."""
    along, nowhere = slope / (slope @ slope), np.full(3, np.nan)
    wanted = crossings.speed_km_s[aim]
    before, size = 0.0, 0.0
    last_miss = np.nan
    for _ in range(_MOST_CORRECTIONS):
        state = known.copy()
        state[3:] += given + size * along
        miss = _speed_at_crossing(force, state, crossings, at, aim) - wanted
        if abs(miss) < met_km_s:
            return given + size * along
        if np.isnan(miss):
            if size == before:
                return nowhere
            size = 0.5 * (before + size)
            continue
        step = -miss if np.isnan(last_miss) else -miss * (size - before) / (miss - last_miss)
        before, last_miss = size, miss
        size += step
    return nowhere


@jit()
def _manoeuvre(force: GeneralForce, known: Any, crossings: Crossings, targets: Targets, k: int, met_km_s: float) -> Any:
    """Velocity change (3,) that meets target ``k`` from a state as it is known; NaN where none was found.

    Where errors grow so much that the aim cannot be met at once, nearer ones are met first, each from what met the one
    before; the furthest that can be met counts.
    """
    at, furthest = targets.at[k], targets.slope.shape[1]
    change = np.zeros(3)
    direct = _met(force, known, crossings, at, at + furthest, targets.slope[k, furthest - 1], change, met_km_s)
    if not np.isnan(direct[0]):
        return direct
    found = False
    for ahead in range(1, furthest + 1):
        further = _met(force, known, crossings, at, at + ahead, targets.slope[k, ahead - 1], change, met_km_s)
        if np.isnan(further[0]):
            break
        change, found = further, True
    return change if found else direct


@jit()
def _executed(change: Any, rules: Rules, draws: Any) -> Any:
    """What is flown of a commanded velocity change: draws are size, three of direction, three fixed."""
    size = np.sqrt(change @ change)
    if size == 0.0:
        return change
    across = draws[1:4] - (draws[1:4] @ change) / (size * size) * change
    off = rules.direction_sigma_rad * size * across
    return change * (1.0 + rules.size_sigma * draws[0]) + off + rules.fixed_sigma_km_s * draws[4:7]


@jit()
def fly_trial(
    known_force: GeneralForce,
    true_force: GeneralForce,
    crossings: Crossings,
    targets: Targets,
    rules: Rules,
    errors: Any,
    draws: Any,
    spent_km_s: Any,
    off_km: Any,
) -> bool:
    """Fly one trial from the first manoeuvre to the last.

    Parameters
    ----------
    known_force, true_force : GeneralForce
        What the targeting believes, and what acts.
    errors : ndarray (M + 1, 6)
        Of the start, then of the state as known at each manoeuvre; km and km/s.
    draws : ndarray (M, 7)
        Standard normal, of the executions.
    spent_km_s, off_km : ndarray (M,)
        Become the size of each manoeuvre, and the distance from the reference before it.

    Returns
    -------
    bool
        Whether the vehicle stayed near the reference to the end.
    """
    true = crossings.states[targets.at[0]] + errors[0]
    for k in range(len(targets.at)):
        here = crossings.states[targets.at[k], :3]
        apart = true[:3] - here
        off_km[k] = np.sqrt(apart @ apart)
        if off_km[k] > _LOST_SHARE * np.sqrt(here @ here):
            return False
        change = _manoeuvre(known_force, true + errors[k + 1], crossings, targets, k, rules.met_km_s)
        if np.isnan(change[0]):
            return False
        if np.sqrt(change @ change) < rules.least_km_s:
            change[:] = 0.0
        flown = _executed(change, rules, draws[k])
        spent_km_s[k] = np.sqrt(flown @ flown)
        true[3:] += flown
        if k + 1 < len(targets.at):
            start_s = crossings.t_s[targets.at[k]]
            if not _fly(true_force, true, start_s, crossings.t_s[targets.at[k + 1]] - start_s):
                return False
    return True
