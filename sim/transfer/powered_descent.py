r"""Powered descent over a round Moon that does not turn: two-dimensional polar equations, integrated.

From perilune of the deorbit ellipse (vertical speed zero) an engine of constant thrust brakes to the high gate; from
there the lander glides on a straight line to a halt low over the ground, hovers, goes aside, and sinks::

    perilune 15 km  --------___   braking: constant thrust, linear tangent steering
                               \.
                     high gate   \  2 km, 45 degrees    approach: constant deceleration along the glide
                                  \____  30 m           hover, divert, touchdown

*Braking.* The thrust's angle psi above the local horizontal, against the motion, follows tan psi = a + b t / T, the law
that is optimal over a flat Moon (Lawden 1963, Optimal Trajectories for Space Navigation; Bryson & Ho 1975, Applied
Optimal Control, section 2.7). The three unknowns a, b and the burn time T meet the three conditions at the gate:
height, vertical and horizontal speed. The equations, with A = A0 / (1 - A0 t / c)::

    r' = u,   u' = w^2 / r - mu / r^2 + A sin psi,   w' = -u w / r - A cos psi,   angle' = w / r

Fourth-order Runge-Kutta in 32 steps: the delta-v is within 1e-4 m/s of that of 256 steps. The best steering there is
would save 0.4 m/s at 1.2 lunar weights of thrust, 0.1 m/s at 2.5 (tests/truth/test_descent_truth.py).

*Phases.* Chang'e-3 braked from 15 km, approached at 45 degrees, looked for a clear spot below 100 m and sank at 2 m/s
from 30 m (Sun, Zhang, Zhang 2014, Science China Technological Sciences 57, p. 2346; recalled). Apollo's high gate stood
at 7 000 ft (press kit of Apollo 11). Heights count from the landing place; the Moon's rotation, at most 4.6 m/s, is
left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]

GRAVITY_KM_S2 = GM_MOON_KM3_S2 / R_MOON_KM**2

GATE_ALTITUDE_KM = 2.0
GLIDE_RAD = 45.0 * DEG
APPROACH_DECELERATION_KM_S2 = 1e-3
HOVER_ALTITUDE_KM = 0.03
TOUCHDOWN_SPEED_KM_S = 2e-3
DIVERT_TILT_RAD = 30.0 * DEG

STEPS = 32
_NEWTON_ROUNDS = 30
_CONVERGED = 1e-9
_STEP_OF_DIFFERENCE = 1e-5
_CAP = np.array([0.5, 0.7, 0.15])
"""Most a Newton step changes the two tangents, and the burn time by share."""
_LONGEST_SHARE = 0.98
"""Of the time in which the whole mass would be burnt."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where braking ends and the approach begins: radius, rate of climb, horizontal speed."""

    radius_km: float
    climb_km_s: float
    level_speed_km_s: float


def gate_above_a_glide(glide_rad: float = GLIDE_RAD) -> Gate:
    """Return the gate from which a constant deceleration along the glide ends at the hover."""
    length_km = (GATE_ALTITUDE_KM - HOVER_ALTITUDE_KM) / np.sin(glide_rad)
    speed = float(np.sqrt(2.0 * APPROACH_DECELERATION_KM_S2 * length_km))
    return Gate(R_MOON_KM + GATE_ALTITUDE_KM, -speed * float(np.sin(glide_rad)), speed * float(np.cos(glide_rad)))


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the descent after the gate, flown at a constant acceleration: seconds and km/s.

    ``thrust_km_s2`` is the engine's acceleration, ``pitch_rad`` its angle above the horizontal, against the motion;
    ``climb_km_s`` and ``level_speed_km_s`` are the speeds at its start.
    """

    phase: str
    time_s: float
    thrust_km_s2: float
    pitch_rad: float
    climb_km_s: float = 0.0
    level_speed_km_s: float = 0.0

    @property
    def dv_km_s(self) -> float:
        """What it takes."""
        return self.time_s * self.thrust_km_s2

    @property
    def acceleration_km_s2(self) -> tuple[float, float]:
        """Of the lander, gravity counted: upwards, and against the motion."""
        up, back = self.thrust_km_s2 * np.sin(self.pitch_rad), self.thrust_km_s2 * np.cos(self.pitch_rad)
        return float(up) - GRAVITY_KM_S2, float(back)


def approach_leg(glide_rad: float = GLIDE_RAD) -> Leg:
    """Return the glide: thrust carries the weight and decelerates along the path; gravity as at the ground."""
    gate = gate_above_a_glide(glide_rad)
    speed = float(np.hypot(gate.climb_km_s, gate.level_speed_km_s))
    up = GRAVITY_KM_S2 + APPROACH_DECELERATION_KM_S2 * float(np.sin(glide_rad))
    back = APPROACH_DECELERATION_KM_S2 * float(np.cos(glide_rad))
    thrust, pitch = float(np.hypot(up, back)), float(np.arctan2(up, back))
    time_s = speed / APPROACH_DECELERATION_KM_S2
    return Leg("approach", time_s, thrust, pitch, gate.climb_km_s, gate.level_speed_km_s)


def hover_leg(hover_s: float) -> Leg:
    """Return the hover: thrust equals weight."""
    return Leg("hover", hover_s, GRAVITY_KM_S2, 0.5 * np.pi)


def divert_legs(divert_m: float) -> tuple[Leg, Leg]:
    """Return level flight from rest to rest: half the way tilted forward, half back, the weight carried."""
    aside_km_s2 = GRAVITY_KM_S2 * float(np.tan(DIVERT_TILT_RAD))
    half_s = float(np.sqrt(divert_m / M_PER_KM / aside_km_s2))
    thrust = GRAVITY_KM_S2 / float(np.cos(DIVERT_TILT_RAD))
    forward = Leg("divert", half_s, thrust, 0.5 * np.pi + DIVERT_TILT_RAD)
    back = Leg("divert", half_s, thrust, 0.5 * np.pi - DIVERT_TILT_RAD, 0.0, aside_km_s2 * half_s)
    return forward, back


def touchdown_leg() -> Leg:
    """Return the last metres, straight down at constant speed."""
    time_s = HOVER_ALTITUDE_KM / TOUCHDOWN_SPEED_KM_S
    return Leg("touchdown", time_s, GRAVITY_KM_S2, 0.5 * np.pi, -TOUCHDOWN_SPEED_KM_S)


def landing_legs(hover_s: float, divert_m: float, glide_rad: float = GLIDE_RAD) -> tuple[Leg, ...]:
    """Return all that comes after braking, in order."""
    return (approach_leg(glide_rad), hover_leg(hover_s), *divert_legs(divert_m), touchdown_leg())


@dataclass(frozen=True, slots=True)
class Braking:
    """Braking burns, arrays (K,): from an orbit's perilune to the gate.

    ``acceleration_km_s2`` is thrust over mass at ignition; ``tan_start`` and ``tan_change`` steer; ``highest_km`` is
    the greatest height on the way; all NaN where no such burn exists.
    """

    acceleration_km_s2: FloatArray
    exhaust_km_s: float
    tan_start: FloatArray
    tan_change: FloatArray
    time_s: FloatArray
    dv_km_s: FloatArray
    downrange_rad: FloatArray
    highest_km: FloatArray


Steering = Callable[[float, FloatArray], tuple[FloatArray, FloatArray]]
"""From the share of the burn and the state (4, ...) to the cosine against the motion and the sine upwards."""


def polar_rates(
    state: FloatArray, thrust_km_s2: FloatArray, back: FloatArray | float, up: FloatArray | float
) -> FloatArray:
    """Derivative of (radius, climb, horizontal speed, angle) (4, ...), km and s."""
    r, climb, level, _ = state
    rise = level * level / r - GM_MOON_KM3_S2 / r**2 + thrust_km_s2 * up
    return np.stack((climb, rise, -climb * level / r - thrust_km_s2 * back, level / r))


def fly(
    start: FloatArray,
    acceleration_km_s2: FloatArray,
    exhaust_km_s: float,
    time_s: FloatArray,
    steer: Steering,
    steps: int = STEPS,
) -> FloatArray:
    """Burn at constant thrust: states (steps + 1, 4, ...) at even shares of the burn, start included."""

    def rate(share: float, state: FloatArray) -> FloatArray:
        thrust = acceleration_km_s2 / (1.0 - acceleration_km_s2 * time_s * share / exhaust_km_s)
        return polar_rates(state, thrust, *steer(share, state)) * time_s

    states = np.empty((steps + 1, *start.shape))
    states[0] = state = start
    h = 1.0 / steps
    for k in range(steps):
        k1 = rate(k * h, state)
        k2 = rate((k + 0.5) * h, state + 0.5 * h * k1)
        k3 = rate((k + 0.5) * h, state + 0.5 * h * k2)
        k4 = rate((k + 1) * h, state + h * k3)
        states[k + 1] = state = state + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return states


def linear_tangent(tan_start: FloatArray, tan_change: FloatArray) -> Steering:
    """Return the law tan psi = start + change * share."""

    def steer(share: float, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        tangent = tan_start + tan_change * share
        back = 1.0 / np.sqrt(1.0 + tangent * tangent)
        return back, back * tangent

    return steer


def solve_braking(
    acceleration_km_s2: FloatArray, exhaust_km_s: float, start_radius_km: float, start_speed_km_s: float, gate: Gate
) -> Braking:
    """Solve the burns (K,) from level flight at a radius and speed to the gate, by Newton's method on (a, b, T).

    Parameters
    ----------
    acceleration_km_s2 : ndarray (K,)
        Thrust over mass at ignition.
    exhaust_km_s : float
        Isp times standard gravity.
    """
    accelerations = np.asarray(acceleration_km_s2, dtype=np.float64)
    start = np.array([start_radius_km, 0.0, start_speed_km_s, 0.0])
    unknowns, gap, states = _newton(accelerations, exhaust_km_s, start, gate)
    met = np.max(np.abs(gap), axis=0) < _CONVERGED
    above = np.min(states[:, 0], axis=0) >= gate.radius_km - 1e-6
    tan_start, tan_change, time = np.where(met & above, unknowns, np.nan)
    lost = np.where(met & above, 0.0, np.nan)
    return Braking(
        acceleration_km_s2=accelerations,
        exhaust_km_s=exhaust_km_s,
        tan_start=tan_start,
        tan_change=tan_change,
        time_s=time,
        dv_km_s=-exhaust_km_s * np.log1p(-accelerations * time / exhaust_km_s),
        downrange_rad=states[-1, 3] + lost,
        highest_km=np.max(states[:, 0], axis=0) - R_MOON_KM + lost,
    )


def _newton(
    accelerations: FloatArray, exhaust_km_s: float, start: FloatArray, gate: Gate
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unknowns (3, K) that meet the gate, the gaps (3, K) left, and the states (STEPS + 1, 4, K)."""
    longest_s = exhaust_km_s / accelerations
    one = np.ones_like(accelerations)
    unknowns = np.stack((0.0 * one, 0.3 * one, -np.expm1(-start[2] / exhaust_km_s) * longest_s))
    offsets = np.concatenate((np.zeros((3, 1)), np.eye(3)), axis=1)[:, :, None]
    for _ in range(_NEWTON_ROUNDS):
        sizes = np.stack((one, one, unknowns[2]))
        tried = unknowns[:, None] + offsets * _STEP_OF_DIFFERENCE * sizes[:, None]
        states, gaps = _gaps(tried, accelerations, exhaust_km_s, start, gate)
        if np.max(np.abs(gaps[:, 0])) < 0.1 * _CONVERGED:
            break
        jacobian = (gaps[:, 1:] - gaps[:, :1]) / (_STEP_OF_DIFFERENCE * sizes)
        change = _solved(jacobian, -gaps[:, 0])
        change *= np.minimum(1.0, np.min(_CAP[:, None] * sizes / np.abs(change), axis=0))
        unknowns = unknowns + change
        unknowns[2] = np.minimum(unknowns[2], _LONGEST_SHARE * longest_s)
    return unknowns, gaps[:, 0], states[:, :, 0]


def _gaps(
    tried: FloatArray, accelerations: FloatArray, exhaust_km_s: float, start: FloatArray, gate: Gate
) -> tuple[FloatArray, FloatArray]:
    """States (STEPS + 1, 4, 4, K) and gaps at the gate (3, 4, K) of unknowns (3, 4, K)."""
    shape = tried.shape[1:]
    begin = np.broadcast_to(start[:, None, None], (4, *shape))
    wide = np.broadcast_to(accelerations, shape)
    states = fly(begin, wide, exhaust_km_s, tried[2], linear_tangent(tried[0], tried[1]))
    wanted = np.array([gate.radius_km, gate.climb_km_s, gate.level_speed_km_s])
    return states, states[-1, :3] - wanted[:, None, None]


def _solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve K systems: matrix (3, 3, K), right side (3, K)."""
    solution = np.linalg.solve(np.moveaxis(matrix, 2, 0), right.T[:, :, None])[:, :, 0].T
    return np.asarray(solution, dtype=np.float64)
