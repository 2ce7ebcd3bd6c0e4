"""Periodic orbits of the circular restricted three-body problem, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import UsageError
from sim.orbit.crtbp import (
    LENGTH_KM,
    MASS_RATIO,
    SPEED_KM_S,
    TIME_S,
    flown,
    flown_with_transition,
    jacobi_constant,
    monodromy,
    stability_index,
    state_rate,
)

FloatArray = NDArray[np.float64]
Family = Literal["halo", "dro"]
Point = Literal["L1", "L2"]
Branch = Literal["north", "south"]
Held = Literal["x", "z", "vy", "period"]

HELD: Final[tuple[Held, ...]] = ("x", "z", "vy", "period")
"""What a perpendicular crossing and its period leave free: the unknowns of a correction, in this order."""

_NEWTON_STEPS: Final = 12
_SETTLED: Final = 1e-11
"""Newton's step after which the next would be lost in rounding: its error is about the square."""
_CLOSED: Final = 1e-9
"""Largest miss of the crossing half a period on that counts as closed; found ones miss by 1e-12."""
_SHORTEST_PERIOD: Final = 1e-3
"""Less is no revolution (one on the Moon's surface takes 0.017) but the start, which crosses perpendicularly itself."""
_RADIUS_SAMPLES: Final = 257


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicOrbit:
    """One member of a family, symmetric about the plane y = 0.

    Attributes
    ----------
    family : str
        halo (near-rectilinear ones included) or dro.
    point : str or None
        L1 or L2, of a halo.
    branch : str or None
        north or south, of a halo: where its furthest point from the Moon lies.
    state : ndarray (6,)
        At a perpendicular crossing of y = 0, barycentric axes that turn with Earth (x = -mu) and Moon (x = 1 - mu),
        in units of their distance and of the inverse of their angular speed. Of a halo the crossing further from the
        Moon; of a distant retrograde orbit the one between Earth and Moon.
    period : float
        In the same unit of time.
    jacobi : float
        C = x^2 + y^2 + 2 (1 - mu)/r1 + 2 mu/r2 - v^2.
    stability_index : float
        (|lambda| + 1/|lambda|)/2 of the largest eigenvalue of the monodromy matrix; 1 is stable.
    mass_ratio : float
        mu, the Moon's share of the mass of both.
    """

    family: Family
    point: Point | None
    branch: Branch | None
    state: FloatArray
    period: float
    jacobi: float
    stability_index: float
    mass_ratio: float = MASS_RATIO

    @property
    def period_s(self) -> float:
        """Seconds of a revolution, with `sim.orbit.crtbp.TIME_S`."""
        return self.period * TIME_S


@dataclass(frozen=True, slots=True)
class NotPeriodic:
    """Why no periodic orbit was found near a guess."""

    reason: str


# --- correction ----------------------------------------------------------------------------------------------------


def corrected(
    family: Family,
    state: ArrayLike,
    period: float,
    *,
    point: Point | None = None,
    branch: Branch | None = None,
    hold: Held | None = None,
    mass_ratio: float = MASS_RATIO,
) -> PeriodicOrbit | NotPeriodic:
    """Correct a guess to a periodic orbit that crosses y = 0 perpendicularly, at its start and half a period on.

    Howell 1984, Three-dimensional, periodic, halo orbits, Celest. Mech. 32:53. What of x, z and vy at the start and
    the period is not held is changed by Newton's method until y, vx and vz half a period on are 0.

    Parameters
    ----------
    family : str
    state : array_like (6,)
        Guess as in `PeriodicOrbit`; y, vx and vz are taken as 0. With z = 0 the orbit stays in the plane.
    period : float
    point, branch : str, optional
        Labels of a halo.
    hold : str, optional
        x, z, vy or period; by default z, of a planar orbit x.
    mass_ratio : float
    """
    x, _, z, _, vy, _ = np.asarray(state, dtype=np.float64)
    held = HELD.index(hold or ("z" if z else "x"))
    found = crossing_on_plane(np.array([x, z, vy, period]), np.eye(4)[held], mass_ratio)
    return found if isinstance(found, NotPeriodic) else orbit_of(found, family, point, branch, mass_ratio)


def orbit_of(
    unknowns: FloatArray, family: Family, point: Point | None, branch: Branch | None, mass_ratio: float
) -> PeriodicOrbit:
    """Return the orbit of a solved crossing: unknowns (4,) as in ``HELD``."""
    state, period = _state_of(unknowns), float(unknowns[3])
    state.setflags(write=False)
    index = stability_index(monodromy(state, period, mass_ratio))
    jacobi = float(jacobi_constant(state, mass_ratio))
    return PeriodicOrbit(family, point, branch, state, period, jacobi, index, mass_ratio)


def unknowns_of(orbit: PeriodicOrbit) -> FloatArray:
    """Return x, z, vy and period (4,) of an orbit, the order of ``HELD``."""
    return np.array([orbit.state[0], orbit.state[2], orbit.state[4], orbit.period])


def crossing_on_plane(guess: FloatArray, normal: FloatArray, mass_ratio: float) -> FloatArray | NotPeriodic:
    """Solve for a perpendicular crossing among the unknowns (4,) with the guess's value of ``normal . unknowns``.

    Planar guesses (z = 0) stay planar: z and the motion across the plane are left out of the system.
    """
    free, ends = _system(guess)
    unknowns = guess.copy()
    for _ in range(_NEWTON_STEPS):
        try:
            miss, slopes = half_period_miss(unknowns, mass_ratio)
        except UsageError as error:
            return NotPeriodic(str(error))
        if not np.isfinite(slopes).all():
            break
        system = np.vstack([slopes[ends][:, free], normal[free]])
        against = np.append(miss[ends], normal @ (unknowns - guess))
        step = np.linalg.solve(system, against)
        unknowns[free] -= step
        if unknowns[3] < _SHORTEST_PERIOD:
            break
        if np.abs(step).max() < _SETTLED and np.abs(miss[ends]).max() < _CLOSED:
            return unknowns
    return NotPeriodic("no periodic orbit was found near the guess — start nearer to one")


def half_period_miss(unknowns: FloatArray, mass_ratio: float) -> tuple[FloatArray, FloatArray]:
    """Return the state (6,) half a period on and its derivatives (6, 4) by x, z, vy and period."""
    end, transition = flown_with_transition(_state_of(unknowns), 0.5 * unknowns[3], mass_ratio)
    by_period = 0.5 * state_rate(end, mass_ratio)
    return end, np.column_stack([transition[:, [0, 2, 4]], by_period])


def curve_tangent(unknowns: FloatArray, scale: FloatArray, mass_ratio: float) -> FloatArray:
    """Return the unit vector (4,) along which solved crossings go on, in unknowns times ``scale``, of either sense."""
    free, ends = _system(unknowns)
    _, slopes = half_period_miss(unknowns, mass_ratio)
    tangent = np.zeros(4)
    tangent[free] = np.linalg.svd(slopes[ends][:, free] / scale[free])[2][-1]
    return tangent


def _system(unknowns: FloatArray) -> tuple[list[int], list[int]]:
    """Return which unknowns are free and which of the end's components must be 0; in the plane z and vz drop out."""
    return ([0, 2, 3], [1, 3]) if unknowns[1] == 0.0 else ([0, 1, 2, 3], [1, 3, 5])


def _state_of(unknowns: FloatArray) -> FloatArray:
    x, z, vy, _ = unknowns
    return np.array([x, 0.0, z, 0.0, vy, 0.0])


# --- what an orbit is like -----------------------------------------------------------------------------------------


def sampled(orbit: PeriodicOrbit, n: int) -> tuple[FloatArray, FloatArray]:
    """Return times (n,) from 0 to the period, both included, and the states (n, 6) then, turning axes and their units.

    The second half is the first one mirrored: so an unstable orbit closes to the last digit too.
    """
    t = np.linspace(0.0, orbit.period, n)
    first = t <= 0.5 * orbit.period
    states = np.empty((n, 6))
    states[first] = flown(orbit.state, t[first], orbit.mass_ratio)
    back = flown(orbit.state, (orbit.period - t[~first])[::-1], orbit.mass_ratio)[::-1]
    states[~first] = back * np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    return t, states


def moon_centred_km(states: ArrayLike, mass_ratio: float = MASS_RATIO) -> FloatArray:
    """Return states (..., 6) from the Moon on the turning axes, km and km/s; velocities are those seen there."""
    moon = np.array([1.0 - mass_ratio, 0.0, 0.0, 0.0, 0.0, 0.0])
    scale = np.repeat([LENGTH_KM, SPEED_KM_S], 3)
    return np.asarray((np.asarray(states, dtype=np.float64) - moon) * scale, dtype=np.float64)


def perilune_radius_km(orbit: PeriodicOrbit) -> float:
    """Return the least distance from the Moon's centre."""
    return radii_km(orbit)[0]


def apolune_radius_km(orbit: PeriodicOrbit) -> float:
    """Return the greatest distance from the Moon's centre; of small halos it lies beside the crossing."""
    return radii_km(orbit)[1]


def radii_km(orbit: PeriodicOrbit) -> tuple[float, float]:
    """Return the least and the greatest distance from the Moon's centre."""
    t = np.linspace(0.0, 0.5 * orbit.period, _RADIUS_SAMPLES)
    places = moon_centred_km(flown(orbit.state, t, orbit.mass_ratio), orbit.mass_ratio)[:, :3]
    distance = np.linalg.norm(places, axis=1)
    return -_highest(-distance), _highest(distance)


def _highest(values: FloatArray) -> float:
    """Return the top of even samples, between them by the parabola through three; at an end the end, by symmetry."""
    i = int(np.argmax(values))
    if i in {0, len(values) - 1}:
        return float(values[i])
    before, top, after = values[i - 1 : i + 2]
    return float(top + (after - before) ** 2 / (8.0 * (2.0 * top - before - after)))


def amplitude_km(orbit: PeriodicOrbit) -> float:
    """Return the size that members of a family are told by.

    Of a halo the greatest distance from the plane of the Moon's orbit, reached at the crossing further from the Moon;
    of a distant retrograde orbit half its length along the line from Earth to Moon.
    """
    if orbit.family == "halo":
        return abs(float(orbit.state[2])) * LENGTH_KM
    opposite = flown(orbit.state, [0.5 * orbit.period], orbit.mass_ratio)[0]
    return 0.5 * abs(float(opposite[0] - orbit.state[0])) * LENGTH_KM
