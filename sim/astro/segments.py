"""Many flights of one force model in one call, with what they would be from neighbouring starts.

The state flies as everywhere (sim.astro.rkn). Beside it, with the same steps, fly the six columns of its derivative by
the start: they obey d'' = G d, with G the gradient of the pull. Of G the Earth's bulge, sunlight, and the Moon's
harmonics beyond 200 000 km are left out (under 1e-6 of it; years of shooting converge no faster than G is true).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.forces import GeneralForce, general_acceleration, moon_field
from sim.astro.nbody import Centre, ForceModel, general_force, integrate_general
from sim.astro.rkn import (
    ARRIVED,
    MATRIX,
    NODES,
    NOT_FINITE,
    STAGES,
    TOO_MANY_STEPS,
    WEIGHTS,
    first_step_s,
    next_step_factor,
    relative_error,
)
from sim.astro.surroundings import MOON, SUN, Surroundings, granule_position, three_columns
from sim.jit import jit
from sim.threads import for_ranges

FloatArray = NDArray[np.float64]

_COLUMNS = 18
_FIELD_REACH_KM = 200_000.0
_DIFFERENCE = 1e-4
"""Of the distance: differences of the field are good to 1e-8."""
_MOST_STEPS = 100_000


def fly_segments(
    states_icrf: ArrayLike,
    start_tdb_s: ArrayLike,
    stop_tdb_s: ArrayLike,
    forces: ForceModel,
    centre: Centre = "moon",
    *,
    tolerance: float = 1e-12,
) -> tuple[FloatArray, FloatArray]:
    """Fly N states, each from its start to its stop, with their partial derivatives.

    Parameters
    ----------
    states_icrf : array_like (N, 6)
        km and km/s from ``centre``.
    start_tdb_s, stop_tdb_s : array_like (N,)
    forces : ForceModel
    centre : str
        earth or moon.
    tolerance : float
        Bound of a step's error, position over distance and velocity over speed.

    Returns
    -------
    ends : ndarray (N, 6)
        NaN where a flight cannot be followed (into a body's centre).
    partials : ndarray (N, 6, 6)
        d end / d start, rows by the end's component.
    """
    states = np.ascontiguousarray(states_icrf, dtype=np.float64)
    starts, stops = (np.asarray(t, dtype=np.float64) for t in (start_tdb_s, stop_tdb_s))
    base_tdb_s = float(np.minimum(starts, stops).min())
    force = general_force(forces, base_tdb_s, float(np.maximum(starts, stops).max()), centre)
    ends, partials = states.copy(), np.empty((len(states), 6, 6))

    def fly(first: int, last: int) -> None:
        part = slice(first, last)
        _fly_all(force, ends[part], starts[part] - base_tdb_s, (stops - starts)[part], tolerance, partials[part])

    for_ranges(fly, len(states))
    return ends, partials


def sample_segments(
    states_icrf: ArrayLike, edges_tdb_s: ArrayLike, t_tdb_s: ArrayLike, forces: ForceModel, *, tolerance: float = 1e-12
) -> FloatArray:
    """States (M, 6) from the Moon's centre at rising epochs (M,), each flown from the last patch before it.

    ``states_icrf`` (N, 6) stand at ``edges_tdb_s`` (N,), rising; epochs before the first are flown back to.
    """
    states = np.ascontiguousarray(states_icrf, dtype=np.float64)
    edges, t = np.asarray(edges_tdb_s, dtype=np.float64), np.asarray(t_tdb_s, dtype=np.float64)
    base_tdb_s = min(edges[0], t[0])
    force = general_force(forces, base_tdb_s, max(edges[-1], t[-1]), "moon")
    bounds = np.append(np.searchsorted(t, edges), len(t))
    bounds[0] = 0
    samples = np.empty((len(t), 6))

    def fly(low: int, high: int) -> None:
        for k in range(low, high):
            some = slice(bounds[k], bounds[k + 1])
            _sample(force, states[k], edges[k] - base_tdb_s, t[some] - edges[k], tolerance, samples[some])

    for_ranges(fly, len(edges))
    return samples


def accelerations(states_icrf: ArrayLike, t_tdb_s: ArrayLike, forces: ForceModel) -> FloatArray:
    """Accelerations (N, 3), km/s^2, relative to the Moon's centre, of states (N, 6) at epochs (N,)."""
    states, t = np.asarray(states_icrf, dtype=np.float64), np.asarray(t_tdb_s, dtype=np.float64)
    force = general_force(forces, t.min(), t.max(), "moon")
    pulls = np.empty((len(t), 3))
    _accelerate(force, states, t - t.min(), pulls)
    return pulls


@jit()
def _accelerate(force: Any, states: Any, t_s: Any, pulls: Any) -> None:
    for i in range(len(t_s)):
        pulls[i] = general_acceleration(t_s[i], states[i, 0], states[i, 1], states[i, 2], force)


@jit()
def from_time(force: GeneralForce, start_s: float) -> GeneralForce:
    """The same surroundings with time counted from ``start_s`` later."""
    around = force.around
    return GeneralForce(
        Surroundings(around.table, around.offset_s + start_s, around.step_s),
        force.moon_centred,
        force.gm_earth_km3_s2,
        force.gm_moon_km3_s2,
        force.gm_sun_km3_s2,
        force.j2_r2_km2,
        force.moon_radius_km,
        force.moon_degree,
        force.moon_series,
        force.light_km_s2,
        force.shadows,
    )


@jit()
def _sample(force: Any, state: Any, start_s: float, sample_s: Any, tolerance: float, samples: Any) -> None:
    if sample_s.size == 0:
        return
    here = from_time(force, start_s)
    now = state.copy()
    status, _ = integrate_general(here, now, sample_s[-1], tolerance, sample_s, samples)
    if status != ARRIVED:
        samples[:] = np.nan


@jit()
def _fly_all(force: Any, states: Any, start_s: Any, duration_s: Any, tolerance: float, partials: Any) -> None:
    for i in range(len(states)):
        status = _fly_with_partials(from_time(force, start_s[i]), states[i], duration_s[i], tolerance, partials[i])
        if status != ARRIVED:
            states[i] = np.nan
            partials[i] = np.nan


@jit()
def _fly_with_partials(force: Any, state: Any, duration_s: float, tolerance: float, partials: Any) -> int:
    """Fly ``state`` in place; ``partials`` (6, 6) becomes its derivative by the start."""
    place, rate = np.zeros(_COLUMNS), np.zeros(_COLUMNS)
    for axis in range(3):
        place[3 * axis + axis] = 1.0
        rate[3 * (3 + axis) + axis] = 1.0
    g, columns_g = np.zeros((STAGES, 3)), np.zeros((STAGES, _COLUMNS))
    positions, after = np.empty((STAGES, 3)), np.empty(6)
    ax, ay, az = general_acceleration(0.0, state[0], state[1], state[2], force)
    sign = 1.0 if duration_s >= 0.0 else -1.0
    t, h = 0.0, sign * first_step_s(state, ax, ay, az)
    for _ in range(_MOST_STEPS):
        last = (t + h - duration_s) * sign >= 0.0
        if last:
            h = duration_s - t
        _step(force, t, h, state, g, positions, after)
        error = relative_error(h, state, g)
        if error <= tolerance:
            _step_columns(force, t, h, place, rate, positions, columns_g)
            state[:] = after
            t += h
            if last:
                for column in range(6):
                    partials[:3, column] = place[3 * column : 3 * column + 3]
                    partials[3:, column] = rate[3 * column : 3 * column + 3]
                return ARRIVED
        elif abs(h) < 1e-6 or np.isnan(h):
            return NOT_FINITE
        h *= next_step_factor(error, tolerance)
    return TOO_MANY_STEPS


@jit()
def _step(force: Any, t_s: float, h_s: float, state: Any, g: Any, positions: Any, after: Any) -> None:
    """One step of the state; keeps where its stages stood."""
    h2 = h_s * h_s
    for i in range(STAGES):
        c = NODES[i] * h_s
        for axis in range(3):
            total = 0.0
            for j in range(i):
                total += MATRIX[i, j] * g[j, axis]
            positions[i, axis] = state[axis] + (c * state[3 + axis] + h2 * total)
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        g[i, 0], g[i, 1], g[i, 2] = general_acceleration(t_s + c, x, y, z, force)
    for axis in range(3):
        place, rate = 0.0, 0.0
        for i in range(STAGES):
            place += WEIGHTS[0, i] * g[i, axis]
            rate += WEIGHTS[1, i] * g[i, axis]
        after[axis] = state[axis] + (h_s * state[3 + axis] + h2 * place)
        after[3 + axis] = state[3 + axis] + h_s * rate


@jit(fastmath=True)
def _step_columns(force: Any, t_s: float, h_s: float, place: Any, rate: Any, positions: Any, g: Any) -> None:
    """One step of the six columns, in place, along the stages of the state."""
    here, h2 = np.empty(_COLUMNS), h_s * h_s
    for i in range(STAGES):
        c = NODES[i] * h_s
        here[:] = 0.0
        for j in range(i):
            weight = MATRIX[i, j]
            if weight != 0.0:
                for k in range(_COLUMNS):
                    here[k] += weight * g[j, k]
        for k in range(_COLUMNS):
            here[k] = place[k] + c * rate[k] + h2 * here[k]
        xx, xy, xz, yy, yz, zz = _gradient(t_s + c, positions[i, 0], positions[i, 1], positions[i, 2], force)
        for column in range(0, _COLUMNS, 3):
            dx, dy, dz = here[column], here[column + 1], here[column + 2]
            g[i, column] = xx * dx + xy * dy + xz * dz
            g[i, column + 1] = xy * dx + yy * dy + yz * dz
            g[i, column + 2] = xz * dx + yz * dy + zz * dz
    for k in range(_COLUMNS):
        moved, turned = 0.0, 0.0
        for i in range(STAGES):
            moved += WEIGHTS[0, i] * g[i, k]
            turned += WEIGHTS[1, i] * g[i, k]
        place[k] += h_s * rate[k] + h2 * moved
        rate[k] += h_s * turned


@jit()
def _gradient(t_s: float, x: float, y: float, z: float, force: GeneralForce) -> Any:
    """Gradient of the pull of Earth, Moon and Sun, 1/s^2: xx, xy, xz, yy, yz, zz."""
    table = force.around.table
    index, place = granule_position(t_s, force.around.offset_s, force.around.step_s, len(table))
    piece = table[index]
    mx, my, mz = three_columns(piece, MOON, place)
    sx, sy, sz = three_columns(piece, SUN, place)
    if force.moon_centred:
        x, y, z = x + mx, y + my, z + mz
    a = _point_gradient(force.gm_earth_km3_s2, x, y, z)
    b = _moon_gradient(force, piece, place, x - mx, y - my, z - mz)
    c = _point_gradient(force.gm_sun_km3_s2, x - sx, y - sy, z - sz)
    return (
        a[0] + b[0] + c[0],
        a[1] + b[1] + c[1],
        a[2] + b[2] + c[2],
        a[3] + b[3] + c[3],
        a[4] + b[4] + c[4],
        a[5] + b[5] + c[5],
    )


@jit()
def _moon_gradient(force: GeneralForce, piece: Any, place: float, x: float, y: float, z: float) -> Any:
    """Gradient of the Moon's pull: near it by differences of its field, which has neither curl nor sources."""
    r2 = x * x + y * y + z * z
    if force.moon_degree == 0 or r2 > _FIELD_REACH_KM * _FIELD_REACH_KM:
        return _point_gradient(force.gm_moon_km3_s2, x, y, z)
    h = _DIFFERENCE * np.sqrt(r2)
    ax, ay, az = moon_field(force, piece, place, x + h, y, z)
    bx, by, bz = moon_field(force, piece, place, x - h, y, z)
    _, cy, cz = moon_field(force, piece, place, x, y + h, z)
    _, dy, dz = moon_field(force, piece, place, x, y - h, z)
    k = 0.5 / h
    xx, xy, xz = k * (ax - bx), k * (ay - by), k * (az - bz)
    yy, yz = k * (cy - dy), k * (cz - dz)
    return xx, xy, xz, yy, yz, -xx - yy


@jit()
def _point_gradient(gm: float, x: float, y: float, z: float) -> Any:
    """GM (3 d d - r^2 I) / r^5."""
    r2 = x * x + y * y + z * z
    k = gm / (r2 * r2 * np.sqrt(r2))
    return (
        k * (3.0 * x * x - r2),
        3.0 * k * x * y,
        3.0 * k * x * z,
        k * (3.0 * y * y - r2),
        3.0 * k * y * z,
        k * (3.0 * z * z - r2),
    )
