"""The circular restricted three-body problem of Earth and Moon: points, Jacobi constant, flight with its sensitivity.

Szebehely 1967, Theory of Orbits, chapters 1 and 4. Axes are barycentric and turn with Earth (x = -mu) and Moon
(x = 1 - mu); units are the distance of the two and the inverse of their angular speed, so a month lasts 2 pi.

A flight is computed from the Moon on axes that do not turn: the force there depends on place and time alone, so that
the integrator of `sim.astro.rkn` serves, and the distance to which it holds its error is that to the Moon.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.rkn import ARRIVED, make_integrator, make_variational_integrator
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2
from sim.errors import UsageError
from sim.jit import jit

FloatArray = NDArray[np.float64]

MASS_RATIO: Final = GM_MOON_KM3_S2 / (GM_EARTH_KM3_S2 + GM_MOON_KM3_S2)
"""The Moon's share of the mass of both, mu = 0.0121505844."""

LENGTH_KM: Final = 384400.0
"""Kilometres in a unit of length: the Moon's mean distance in round figures, the scale most published near-rectilinear
halos are quoted in (their 9:2 member then takes 6.562 d, 2/9 of a synodic month). The distance for which the
unit of time is a month is 384 748 km, and JPL's catalogue takes 389 703 km."""

TIME_S: Final = float(np.sqrt(LENGTH_KM**3 / (GM_EARTH_KM3_S2 + GM_MOON_KM3_S2)))
"""Seconds in a unit of time, by Kepler's third law from the length: 375 190.26 s = 4.3425 d."""

SPEED_KM_S: Final = LENGTH_KM / TIME_S
"""km/s in a unit of speed."""

TOLERANCE: Final = 1e-14
"""Of a step, position over the distance to the Moon and velocity over speed: a period then ends within what rounding
alone leaves (tests/truth/test_periodic_orbits.py)."""

_KEPT: Final = 1e-8
"""Change of the Jacobi constant at which a flight counts as lost; others keep it to 1e-12."""

_SPIN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
_ONE = 1.0 + 0.0j


class LibrationPoint(NamedTuple):
    """Place and Jacobi constant of a point at which a body stays at rest; z is 0."""

    x: float
    y: float
    jacobi: float


# --- points and constants ------------------------------------------------------------------------------------------


def libration_points(mass_ratio: float = MASS_RATIO) -> dict[str, LibrationPoint]:
    """Return the points L1 (between), L2 (beyond the Moon), L3 (beyond the Earth), L4 (ahead of the Moon) and L5."""
    mu = mass_ratio
    near = (mu / 3.0) ** (1.0 / 3.0)
    on_line = {"L1": 1.0 - mu - near, "L2": 1.0 - mu + near, "L3": -1.0 - 5.0 * mu / 12.0}
    places = {name: (_point_on_line(guess, mu), 0.0) for name, guess in on_line.items()}
    height = np.sqrt(3.0) / 2.0
    places |= {"L4": (0.5 - mu, height), "L5": (0.5 - mu, -height)}
    return {
        name: LibrationPoint(float(x), float(y), float(jacobi_constant([x, y, 0.0, 0.0, 0.0, 0.0], mu)))
        for name, (x, y) in places.items()
    }


def _point_on_line(x: float, mu: float) -> float:
    """Newton's method on the balance of pulls along the line of the two bodies, until it stands."""
    for _ in range(50):
        earth, moon = x + mu, x - 1.0 + mu
        pull = x - (1.0 - mu) * earth / abs(earth) ** 3 - mu * moon / abs(moon) ** 3
        step = pull / (1.0 + 2.0 * (1.0 - mu) / abs(earth) ** 3 + 2.0 * mu / abs(moon) ** 3)
        x -= step
        if abs(step) < 1e-16:
            break
    return x


def jacobi_constant(state: ArrayLike, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return C = x^2 + y^2 + 2 (1 - mu)/r1 + 2 mu/r2 - v^2 of states (..., 6), kept by every flight."""
    x, y, z, vx, vy, vz = np.moveaxis(np.asarray(state, dtype=np.float64), -1, 0)
    earth = np.sqrt((x + mass_ratio) ** 2 + y**2 + z**2)
    moon = np.sqrt((x - 1.0 + mass_ratio) ** 2 + y**2 + z**2)
    energy = 2.0 * (1.0 - mass_ratio) / earth + 2.0 * mass_ratio / moon
    return np.asarray(x**2 + y**2 + energy - (vx**2 + vy**2 + vz**2), dtype=np.float64)


def state_rate(state: ArrayLike, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return the rate (..., 6) of states (..., 6) on the turning axes: the equations of motion as they are written."""
    x, y, z, vx, vy, vz = np.moveaxis(np.asarray(state, dtype=np.float64), -1, 0)
    earth, moon = x + mass_ratio, x - 1.0 + mass_ratio
    to_earth = (1.0 - mass_ratio) / (earth**2 + y**2 + z**2) ** 1.5
    to_moon = mass_ratio / (moon**2 + y**2 + z**2) ** 1.5
    ax = 2.0 * vy + x - to_earth * earth - to_moon * moon
    ay = -2.0 * vx + y - (to_earth + to_moon) * y
    return np.stack([vx, vy, vz, ax, ay, -(to_earth + to_moon) * z], axis=-1)


# --- flight --------------------------------------------------------------------------------------------------------


@jit()
def _acceleration(t: float, x: float, y: float, z: float, mu: float) -> Any:
    """Pull of Moon and Earth less the Earth's on the Moon; the Earth stands at -(cos t, sin t, 0)."""
    c, s = np.cos(t), np.sin(t)
    moon = mu / (x * x + y * y + z * z) ** 1.5
    u, w = x + c, y + s
    earth = (1.0 - mu) / (u * u + w * w + z * z) ** 1.5
    return (1.0 - mu) * c - moon * x - earth * u, (1.0 - mu) * s - moon * y - earth * w, -(moon + earth) * z


@jit()
def _acceleration_and_gradient(t: float, x: float, y: float, z: float, mu: float) -> Any:
    c, s = np.cos(t), np.sin(t)
    u, w = x + c, y + s
    moon_r2, earth_r2 = x * x + y * y + z * z, u * u + w * w + z * z
    moon, earth = mu / moon_r2**1.5, (1.0 - mu) / earth_r2**1.5
    m, e, both = 3.0 * moon / moon_r2, 3.0 * earth / earth_r2, moon + earth
    return (
        (1.0 - mu) * c - moon * x - earth * u,
        (1.0 - mu) * s - moon * y - earth * w,
        -both * z,
        m * x * x + e * u * u - both,
        m * x * y + e * u * w,
        (m * x + e * u) * z,
        m * y * y + e * w * w - both,
        (m * y + e * w) * z,
        (m + e) * z * z - both,
    )


_integrate = make_integrator(_acceleration)
_integrate_variations = make_variational_integrator(_acceleration_and_gradient)


@jit()
def _fly(mu: float, state: Any, duration: float, tolerance: float, sample_t: Any) -> Any:
    samples = np.empty((sample_t.size, 6))
    outcome, _ = _integrate(mu, state, duration, tolerance, sample_t, samples)
    return samples, outcome


@jit()
def _fly_variations(mu: float, state: Any, duration: float, tolerance: float) -> Any:
    transition = np.empty((6, 6))
    outcome, _ = _integrate_variations(mu, state, duration, tolerance, transition)
    return transition, outcome


def flown(
    state: ArrayLike, times: ArrayLike, mass_ratio: float = MASS_RATIO, tolerance: float = TOLERANCE
) -> FloatArray:
    """Return the states (N, 6) that a state (6,) flies through at times (N,).

    Times count from the state, in the order of flight and of one sign. Raises `UsageError` where the flight runs into
    Earth or Moon.
    """
    sample_t = np.atleast_1d(np.asarray(times, dtype=np.float64))
    samples, outcome = _fly(mass_ratio, from_moon(state, mass_ratio), float(sample_t[-1]), tolerance, sample_t)
    passed = turned(samples, sample_t, mass_ratio)
    _require_arrival(outcome, state, passed[-1], mass_ratio)
    return passed


def flown_with_transition(
    state: ArrayLike, duration: float, mass_ratio: float = MASS_RATIO, tolerance: float = TOLERANCE
) -> tuple[FloatArray, FloatArray]:
    """Return the state (6,) after a duration and the transition matrix (6, 6), d end / d start on the turning axes."""
    end = from_moon(state, mass_ratio)
    transition, outcome = _fly_variations(mass_ratio, end, duration, tolerance)
    arrived = turned(end[None], np.array([duration]), mass_ratio)[0]
    _require_arrival(outcome, state, arrived, mass_ratio)
    return arrived, _turn(duration) @ transition @ _INTO_FIXED


def _require_arrival(outcome: int, start: ArrayLike, end: FloatArray, mass_ratio: float) -> None:
    """Refuse a flight that was not followed: through a centre the steps end at their smallest, and C is lost."""
    before, after = (float(jacobi_constant(state, mass_ratio)) for state in (start, end))
    if outcome != ARRIVED or not abs(after - before) < _KEPT * max(1.0, abs(before)):
        message = "the flight runs into the centre of Earth or Moon — start it elsewhere"
        raise UsageError(message)


_INTO_FIXED = np.block([[np.eye(3), np.zeros((3, 3))], [_SPIN, np.eye(3)]])
"""From turning axes to fixed ones that coincide: velocity gains spin x place."""


def _turn(angle: float) -> FloatArray:
    """From fixed axes (6, 6) to axes turned by ``angle`` about z and turning at rate 1."""
    c, s = np.cos(angle), np.sin(angle)
    back = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.block([[back, np.zeros((3, 3))], [-_SPIN @ back, back]])


def from_moon(state: ArrayLike, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return a state (6,) on fixed axes from the Moon that coincide with the turning ones at its time."""
    x, y, z, vx, vy, vz = np.asarray(state, dtype=np.float64)
    return np.array([x - 1.0 + mass_ratio, y, z, vx - y, vy + (x - 1.0 + mass_ratio), vz])


def turned(states: FloatArray, times: FloatArray, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return states (N, 6) from the Moon on fixed axes as barycentric ones on axes turned for times (N,)."""
    c, s = np.cos(times), np.sin(times)
    x, y, z, vx, vy, vz = states.T
    px, py = c * x + s * y, c * y - s * x
    return np.stack([px + (1.0 - mass_ratio), py, z, c * vx + s * vy + py, c * vy - s * vx - px, vz], axis=-1)


# --- stability -----------------------------------------------------------------------------------------------------


def monodromy(state: ArrayLike, period: float, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return the transition matrix (6, 6) over the period of an orbit."""
    return flown_with_transition(state, period, mass_ratio)[1]


def stability_index(monodromy_matrix: FloatArray) -> float:
    """Return (|lambda| + 1/|lambda|)/2 of the largest eigenvalue; 1 where none leaves the unit circle.

    Eigenvalues come in pairs lambda, 1/lambda, one pair being 1 exactly (Bray & Goudas 1967, Adv. Astron. Astrophys.
    5:71). Taking that pair out first leaves a quadratic for the half sums (lambda + 1/lambda)/2. An eigenvalue solver
    splits the double 1 instead, by the root of its rounding, and tells indices of 1.000005 for stable orbits.
    """
    first = np.trace(monodromy_matrix) - 2.0
    second = np.trace(monodromy_matrix @ monodromy_matrix) - 2.0
    # Half sums a, b: 2a + 2b = first, and of the squares (4a^2 - 2) + (4b^2 - 2) = second.
    half_sum = 0.25 * first
    root = np.sqrt(_ONE * (0.125 * (second + 4.0) - half_sum**2))
    largest = max(abs(_eigenvalue(half_sum + root)), abs(_eigenvalue(half_sum - root)))
    return float(0.5 * (largest + 1.0 / largest))


def _eigenvalue(half_sum: complex) -> complex:
    """Return the eigenvalue on or outside the unit circle whose half sum with its inverse is given."""
    root = np.sqrt(half_sum * half_sum - 1.0)
    one = half_sum + root
    return complex(one if abs(one) >= 1.0 else half_sum - root)
