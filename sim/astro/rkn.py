"""Integrator for position-only forces: the Runge-Kutta-Nystrom pair RKN12(10)17M with step control.

Dormand, El-Mikkawy & Prince 1987, IMA J. Numer. Anal. 7:423; coefficients are the exact rationals of the packaged
``rkn_12_10_17m.json``. A step of size h from r, v takes g_i = f(t + c_i h, r + c_i h v + h^2 sum_j a_ij g_j) and gives
r' = r + h v + h^2 sum b_i g_i and v' = v + h sum bp_i g_i, both of order 12; differences to order 10 steer the step.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit

FloatArray = NDArray[np.float64]

TABLE_PATH: Final = Path(__file__).parent / "data" / "rkn_12_10_17m.json"

ARRIVED: Final = 0
TOO_MANY_STEPS: Final = 1
NOT_FINITE: Final = 2

MAXIMUM_STEPS: Final = 5_000_000
_SAFETY: Final = 0.85
_SHRINK_MOST: Final = 0.15
_GROW_MOST: Final = 4.0
_EXPONENT: Final = -1.0 / 11.0
_FIRST_STEP: Final = 0.3
_SMALLEST_STEP_S: Final = 1e-6
_SLOWEST_KM_S: Final = 1e-4
"""Velocity errors are relative to the speed, or to this where the vehicle all but stands still."""


def read_table() -> dict[str, list[Fraction] | list[list[Fraction]]]:
    """Return the coefficients c, a, b, bp, btilde, bptilde as exact rationals."""
    table = json.loads(TABLE_PATH.read_text(encoding="utf-8"))
    vectors: dict[str, Any] = {
        name: [Fraction(word) for word in table[name]] for name in ("c", "b", "bp", "btilde", "bptilde")
    }
    vectors["a"] = [[Fraction(word) for word in row] for row in table["a"]]
    return vectors


def _as_floats() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes (17,), stage matrix (17, 17) and the four rows b, bp, btilde, bptilde (4, 17), nearest doubles."""
    table: dict[str, Any] = read_table()
    stages = len(table["c"])
    matrix = np.zeros((stages, stages))
    for i, row in enumerate(table["a"]):
        matrix[i, : len(row)] = [float(value) for value in row]
    weights = np.array([[float(v) for v in table[name]] for name in ("b", "bp", "btilde", "bptilde")])
    return np.array([float(v) for v in table["c"]]), matrix, weights


NODES, MATRIX, WEIGHTS = _as_floats()
STAGES: Final = len(NODES)


@jit()
def _weighted(weights: Any, g: Any, count: int) -> Any:
    """Sum of the first ``count`` stage accelerations, weighted."""
    x, y, z = 0.0, 0.0, 0.0
    for j in range(count):
        w = weights[j]
        x += w * g[j, 0]
        y += w * g[j, 1]
        z += w * g[j, 2]
    return x, y, z


@jit()
def _advance(h_s: float, state: Any, g: Any, out: Any) -> None:
    """State after a step of size ``h_s`` whose stage accelerations are ``g`` (17, 3)."""
    px, py, pz = _weighted(WEIGHTS[0], g, STAGES)
    vx, vy, vz = _weighted(WEIGHTS[1], g, STAGES)
    h2 = h_s * h_s
    out[0] = state[0] + (h_s * state[3] + h2 * px)
    out[1] = state[1] + (h_s * state[4] + h2 * py)
    out[2] = state[2] + (h_s * state[5] + h2 * pz)
    out[3], out[4], out[5] = state[3] + h_s * vx, state[4] + h_s * vy, state[5] + h_s * vz


@jit()
def _norm(x: float, y: float, z: float) -> Any:
    return np.sqrt(x * x + y * y + z * z)


@jit()
def relative_error(h_s: float, state: Any, g: Any) -> Any:
    """Local error of the step in ``g``: the larger of position over distance and velocity over speed."""
    ex, ey, ez = _weighted(WEIGHTS[2], g, STAGES)
    wx, wy, wz = _weighted(WEIGHTS[3], g, STAGES)
    distance = _norm(state[0], state[1], state[2])
    speed = max(_norm(state[3], state[4], state[5]), _SLOWEST_KM_S)
    return max(h_s * h_s * _norm(ex, ey, ez) / distance, abs(h_s) * _norm(wx, wy, wz) / speed)


@jit()
def first_step_s(state: Any, ax: float, ay: float, az: float) -> Any:
    """Step to start with: a part of the time in which the force would turn the motion."""
    distance = _norm(state[0], state[1], state[2])
    speed = _norm(state[3], state[4], state[5])
    return _FIRST_STEP * min(np.sqrt(distance / _norm(ax, ay, az)), distance / max(speed, _SLOWEST_KM_S))


@jit()
def next_step_factor(error: float, tolerance: float) -> Any:
    """Factor on the step after an error: to just under the tolerance; hard back where the error is not a number."""
    if not np.isfinite(error):
        return _SHRINK_MOST
    factor = _SAFETY * (max(error, 1e-30) / tolerance) ** _EXPONENT
    return min(_GROW_MOST, max(_SHRINK_MOST, factor))


def make_integrator(acceleration: Any) -> Any:
    """Compile an integrator for one force.

    Parameters
    ----------
    acceleration : jitted function
        (t_s, x_km, y_km, z_km, context) -> (ax, ay, az) km/s^2, t from the start.

    Returns
    -------
    jitted function
        integrate(context, state, duration_s, tolerance, sample_s, samples) -> (outcome, steps), for use in a kernel.

        ``context`` is what the force needs. ``state`` (6,), km and km/s, is flown in place over ``duration_s`` of
        either sign. ``tolerance`` bounds each step's error, position over distance and velocity over speed.
        ``samples`` (S, 6) becomes the states at ``sample_s`` (S,), times from the start in the order of flight: each by
        a step of its own from the start of the step it falls in, so as accurate as the flight, which does not depend
        on the samples.
        The outcome is ARRIVED, TOO_MANY_STEPS or NOT_FINITE.
    """

    @jit()
    def step(context: Any, t_s: float, h_s: float, state: Any, g: Any, out: Any) -> None:
        for i in range(STAGES):
            c, h2 = NODES[i] * h_s, h_s * h_s
            dx, dy, dz = _weighted(MATRIX[i], g, i)
            x = state[0] + (c * state[3] + h2 * dx)
            y = state[1] + (c * state[4] + h2 * dy)
            z = state[2] + (c * state[5] + h2 * dz)
            g[i, 0], g[i, 1], g[i, 2] = acceleration(t_s + c, x, y, z, context)
        _advance(h_s, state, g, out)

    @jit()
    def integrate(
        context: Any, state: Any, duration_s: float, tolerance: float, sample_s: Any, samples: Any
    ) -> tuple[int, int]:
        g, sample_g, after = np.zeros((STAGES, 3)), np.zeros((STAGES, 3)), np.empty(6)
        sign = 1.0 if duration_s >= 0.0 else -1.0
        ax, ay, az = acceleration(0.0, state[0], state[1], state[2], context)
        t, h, sampled = 0.0, sign * first_step_s(state, ax, ay, az), 0
        for steps in range(1, MAXIMUM_STEPS + 1):
            last = (t + h - duration_s) * sign >= 0.0
            if last:
                h = duration_s - t
            step(context, t, h, state, g, after)
            error = relative_error(h, state, g)
            smallest = abs(h) < _SMALLEST_STEP_S
            if error <= tolerance or (smallest and np.isfinite(error)):
                end = duration_s if last else t + h
                while sampled < sample_s.size and (sample_s[sampled] - end) * sign <= 0.0:
                    step(context, t, sample_s[sampled] - t, state, sample_g, samples[sampled])
                    sampled += 1
                state[:] = after
                t = end
                if last:
                    return ARRIVED, steps
            elif smallest or np.isnan(h):
                return NOT_FINITE, steps
            h *= next_step_factor(error, tolerance)
        return TOO_MANY_STEPS, MAXIMUM_STEPS

    return integrate
