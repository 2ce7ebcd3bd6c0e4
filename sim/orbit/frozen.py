"""Frozen orbits: where the averaged pull of Earth and Moon leaves eccentricity and argument of perilune alone.

The disturbing function is averaged over the orbit and, for the Earth, over a month: a quadrupole of the Earth on an
inclined circle (Ely & Lieb 2006, J. Astronaut. Sci. 54, 53; Folta & Quinn 2006, AIAA 2006-6749) and the Moon's zonal
harmonics (Abad, Elipe & Tresaco 2009, J. Guid. Control Dyn. 32, 1888). The Moon's equator and the plane of the Earth's
path are taken as one; they are 6.7 degrees apart. Semi-major axis and c = sqrt(1 - e^2) cos i then stay, and e and
argument run along the contours of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from sim.astro.gravity import GRGM660PRIM_PATH
from sim.astro.gravity_file import read_gravity_file
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, R_MOON_KM
from sim.errors import UsageError
from sim.orbit.elements import Frame, KeplerOrbit, elements_of
from sim.orbit.lunar_flight import LunarFlight, fly_orbit
from sim.orbit.zonal_kernel import averaged_zonals
from sim.units import DAY_S, DEG

FloatArray = NDArray[np.float64]

EARTH_DISTANCE_KM = 384_399.0
"""Semi-major axis of the Moon's orbit (Chapront & Chapront-Touze 1991)."""

EARTH_ECCENTRICITY = 0.0549
"""Its mean eccentricity."""

MOST_ZONAL = 50

_STEP = 1e-4
_GRID_DEG = 0.25
_REFINE_DAYS = 90.0
_REFINE_STEPS = 6
_REFINE_WITHIN_RAD = 0.005 * DEG


@dataclass(frozen=True, slots=True)
class FrozenOrbit:
    """An orbit whose averaged eccentricity and argument of perilune stay.

    Attributes
    ----------
    semi_major_axis_km, eccentricity, inclination_rad, argument_of_perilune_rad : float
        To the plane of the Earth's path for a high orbit, to the Moon's equator for a low one.
    is_stable : bool
        Whether neighbours circle about it, or run away.
    libration_s : float
        Period of a small circle about it; NaN where it is not stable.
    """

    semi_major_axis_km: float
    eccentricity: float
    inclination_rad: float
    argument_of_perilune_rad: float
    is_stable: bool
    libration_s: float


@dataclass(frozen=True, slots=True, eq=False)
class StabilityPicture:
    """Contours along which e and argument of perilune run, for one semi-major axis and c = sqrt(1 - e^2) cos i.

    Attributes
    ----------
    semi_major_axis_km, c : float
    argument_rad : ndarray (N,)
    eccentricity : ndarray (M,)
        From 0 to where perilune meets the ground, or the orbit lies in the plane (i = 0 or 180 deg).
    inclination_rad : ndarray (M,)
        That goes with each eccentricity.
    hamiltonian : ndarray (M, N)
        km^2/s^2; constant along a path.
    ground_eccentricity : float
        From here on perilune lies in the ground.
    frozen : tuple of FrozenOrbit
        With this axis and c.
    """

    semi_major_axis_km: float
    c: float
    argument_rad: FloatArray
    eccentricity: FloatArray
    inclination_rad: FloatArray
    hamiltonian: FloatArray
    ground_eccentricity: float
    frozen: tuple[FrozenOrbit, ...]


# --- the averaged potential ----------------------------------------------------------------------------------------


def averaged_potential(
    semi_major_axis_km: float, e: ArrayLike, inclination_rad: ArrayLike, argument_rad: ArrayLike, zonals: int = 2
) -> FloatArray:
    """Disturbing function, km^2/s^2, averaged over orbit and month; e, inclination and argument broadcast together.

    ``zonals`` is the highest zonal harmonic of the Moon, 0 to 50.
    """
    e, i, w = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (e, inclination_rad, argument_rad)))
    total: FloatArray = _earth(semi_major_axis_km, e, i, w) + _zonals(semi_major_axis_km, e, i, w, zonals)
    return total


def _earth(a_km: float, e: FloatArray, i: FloatArray, w: FloatArray) -> FloatArray:
    """GM a^2 / (16 d^3) [(2 + 3 e^2)(3 cos^2 i - 1) + 15 e^2 sin^2 i cos 2w], with the mean of d^-3 on the ellipse."""
    d3 = EARTH_DISTANCE_KM**3 * (1.0 - EARTH_ECCENTRICITY**2) ** 1.5
    turning = 15.0 * e**2 * np.sin(i) ** 2 * np.cos(2.0 * w)
    mean: FloatArray = (
        GM_EARTH_KM3_S2 * a_km**2 / (16.0 * d3) * ((2.0 + 3.0 * e**2) * (3.0 * np.cos(i) ** 2 - 1.0) + turning)
    )
    return mean


def _zonals(a_km: float, e: FloatArray, i: FloatArray, w: FloatArray, highest: int) -> FloatArray:
    coefficients, reference_km = _zonal_coefficients()
    mean = np.empty(e.size)
    averaged_zonals(a_km, e.ravel(), i.ravel(), w.ravel(), coefficients[: highest + 1], reference_km, mean)
    return (GM_MOON_KM3_S2 / reference_km * mean).reshape(e.shape)


@cache
def _zonal_coefficients() -> tuple[FloatArray, float]:
    """Unnormalised C_n0 (51,) of GRGM660PRIM and its reference radius: sqrt(2n + 1) of the normalised."""
    field = read_gravity_file(GRGM660PRIM_PATH, name="GRGM660PRIM")
    degree = np.arange(len(field.cosine))
    return np.sqrt(2.0 * degree + 1.0) * field.cosine[:, 0], field.reference_radius_km


def argument_rate_rad_s(a_km: float, e: float, inclination_rad: float, argument_rad: float, zonals: int = 2) -> float:
    """Averaged rate of the argument of perilune: Lagrange's equation eta/(n a^2 e) dR/de at constant c.

    At constant c = sqrt(1 - e^2) cos i, so that the derivative holds the inclination's part too.
    """
    by_e, _ = _slopes(a_km, e, inclination_rad, argument_rad, zonals)
    return float(_turn_factor(a_km, e) * by_e)


def _turn_factor(a_km: float, e: float) -> float:
    return float(np.sqrt(1.0 - e * e) / (np.sqrt(GM_MOON_KM3_S2 * a_km) * e))


def _slopes(a_km: float, e: float, inclination_rad: float, argument_rad: float, zonals: int) -> tuple[float, float]:
    """First and second derivative of the potential by e at constant c."""
    c = np.sqrt(1.0 - e * e) * np.cos(inclination_rad)
    step = min(_STEP, 0.1 * e, 0.1 * (1.0 - e))
    near = e + step * np.array([-1.0, 0.0, 1.0])
    cosine = np.clip(c / np.sqrt(1.0 - near**2), -1.0, 1.0)
    low, here, high = averaged_potential(a_km, near, np.arccos(cosine), argument_rad, zonals)
    return float((high - low) / (2.0 * step)), float((high - 2.0 * here + low) / step**2)


# --- frozen orbits -------------------------------------------------------------------------------------------------


def natural_frame(semi_major_axis_km: float) -> Frame:
    """Return the frame whose equator the stronger pull counts from: the Moon's own for an orbit low enough.

    Where the Moon's J2 and the Earth turn the line of apsides alike, a^5 = 2 J2 R^2 d^3 GM of the Moon / of the Earth:
    some 3800 km.
    """
    zonals, reference_km = _zonal_coefficients()
    fifth = -2.0 * zonals[2] * reference_km**2 * GM_MOON_KM3_S2 / GM_EARTH_KM3_S2 * EARTH_DISTANCE_KM**3
    return "moon_me" if semi_major_axis_km < fifth**0.2 else "earth_orbit_plane"


def third_body_inclination_rad(eccentricity: float) -> float:
    """Inclination at which the Earth alone leaves an orbit with argument 90 or 270 deg: e^2 + 5/3 cos^2 i = 1."""
    return float(np.arccos(np.sqrt(0.6 * (1.0 - eccentricity**2))))


def frozen_orbits(semi_major_axis_km: float, eccentricity: float, zonals: int = 2) -> tuple[FrozenOrbit, ...]:
    """Return every frozen orbit of an axis and eccentricity with its argument at 90 or 270 degrees.

    There the argument's derivative of the potential is nothing by symmetry, so only the argument's own rate has to be:
    its roots over inclination, in order of argument and inclination. For a low orbit ``zonals`` is to be 50.

    Raises
    ------
    UsageError
        For a perilune in the ground, and a circle (which has no perilune).
    """
    if not 0.0 < eccentricity < 1.0 or semi_major_axis_km * (1.0 - eccentricity) <= R_MOON_KM:
        message = (
            f"an orbit of {semi_major_axis_km:g} km and eccentricity {eccentricity:g} has no perilune above the ground:"
            " give a longer axis, or an eccentricity above 0 that leaves perilune beyond 1737.4 km"
        )
        raise UsageError(message)
    found = []
    for argument in (0.5 * np.pi, 1.5 * np.pi):
        found += _frozen_at(semi_major_axis_km, eccentricity, argument, zonals)
    return tuple(found)


def _frozen_at(a_km: float, e: float, argument: float, zonals: int) -> list[FrozenOrbit]:
    grid = DEG * np.arange(_GRID_DEG, 180.0, _GRID_DEG)

    def rate(inclination: float) -> float:
        return argument_rate_rad_s(a_km, e, inclination, argument, zonals)

    rates = np.array([rate(inclination) for inclination in grid])
    edges = np.flatnonzero(np.diff(np.sign(rates)) != 0)
    return [_described(a_km, e, float(brentq(rate, grid[k], grid[k + 1])), argument, zonals) for k in edges]


def _described(a_km: float, e: float, inclination: float, argument: float, zonals: int) -> FrozenOrbit:
    """Judge a frozen orbit by the bends of the potential along e (at constant c) and argument."""
    _, by_e = _slopes(a_km, e, inclination, argument, zonals)
    near = argument + _STEP * 10.0 * np.array([-1.0, 0.0, 1.0])
    low, here, high = averaged_potential(a_km, e, inclination, near, zonals)
    by_argument = (high - 2.0 * here + low) / (10.0 * _STEP) ** 2
    square = _turn_factor(a_km, e) ** 2 * by_e * by_argument
    period = 2.0 * np.pi / np.sqrt(square) if square > 0.0 else np.nan
    return FrozenOrbit(a_km, e, inclination, argument, bool(square > 0.0), float(period))


def refined(orbit: KeplerOrbit, days: float = _REFINE_DAYS) -> KeplerOrbit:
    """Return the orbit with its inclination set so that the flown argument of perilune, on average, does not move.

    By secants on the slope of the argument over ``days`` of flight, at the orbit's own frame, node and epoch. What is
    found hangs on these by a degree or two (measured): the Earth's distance and the tilt of its path come and go.

    Raises
    ------
    UsageError
        Where no inclination near by does it.
    """
    before, now = orbit, replace(orbit, inclination_rad=orbit.inclination_rad + 0.5 * DEG)
    slope_before = _flown_slope_rad_s(before, days)
    for _ in range(_REFINE_STEPS):
        slope = _flown_slope_rad_s(now, days)
        change = -slope * (now.inclination_rad - before.inclination_rad) / (slope - slope_before)
        if not abs(change) < 10.0 * DEG:
            break
        before, slope_before = now, slope
        now = replace(now, inclination_rad=now.inclination_rad + change)
        if abs(change) < _REFINE_WITHIN_RAD:
            return now
    message = (
        f"no inclination near {orbit.inclination_rad / DEG:.1f} deg keeps the argument of perilune over {days:g} days "
        "of flight: try another eccentricity or axis"
    )
    raise UsageError(message)


def _flown_slope_rad_s(orbit: KeplerOrbit, days: float) -> float:
    flight = fly_orbit(orbit, "frozen", orbit.epoch_tdb_s, orbit.epoch_tdb_s + days * DAY_S)
    if flight.end != "horizon":
        after_d = (flight.end_tdb_s - orbit.epoch_tdb_s) / DAY_S
        message = (
            f"flown, the orbit ends after {after_d:.1f} d ({flight.end}): raise its perilune, or take another axis"
        )
        raise UsageError(message)
    t_tdb_s, elements = track(flight, orbit)
    return float(np.polyfit(t_tdb_s - t_tdb_s[0], elements[:, 1], 1)[0])


# --- pictures ------------------------------------------------------------------------------------------------------


def stability_picture(
    semi_major_axis_km: float, eccentricity: float, inclination_rad: float, zonals: int = 2, points: int = 121
) -> StabilityPicture:
    """Return the contours that an orbit lives on, and the frozen orbits of the same axis and c."""
    c = float(np.sqrt(1.0 - eccentricity**2) * np.cos(inclination_rad))
    ground = 1.0 - R_MOON_KM / semi_major_axis_km
    e = np.linspace(0.0, min(ground, 0.999 * np.sqrt(1.0 - c * c)), points)
    inclination = np.arccos(np.clip(c / np.sqrt(1.0 - e**2), -1.0, 1.0))
    argument = np.linspace(0.0, 2.0 * np.pi, 2 * points - 1)
    hamiltonian = -averaged_potential(semi_major_axis_km, e[:, None], inclination[:, None], argument, zonals)
    return StabilityPicture(
        semi_major_axis_km=semi_major_axis_km,
        c=c,
        argument_rad=argument,
        eccentricity=e,
        inclination_rad=inclination,
        hamiltonian=hamiltonian,
        ground_eccentricity=ground,
        frozen=_frozen_with(semi_major_axis_km, c, e[1:-1], zonals),
    )


def _frozen_with(a_km: float, c: float, e: FloatArray, zonals: int) -> tuple[FrozenOrbit, ...]:
    """Frozen orbits of an axis and c whose eccentricities lie between those given."""

    def inclination(one: float) -> float:
        return float(np.arccos(np.clip(c / np.sqrt(1.0 - one * one), -1.0, 1.0)))

    found = []
    for argument in (0.5 * np.pi, 1.5 * np.pi):

        def rate(one: float, argument: float = argument) -> float:
            return argument_rate_rad_s(a_km, one, inclination(one), argument, zonals)

        rates = np.array([rate(one) for one in e])
        for k in np.flatnonzero(np.diff(np.sign(rates)) != 0):
            root = float(brentq(rate, e[k], e[k + 1]))
            found.append(_described(a_km, root, inclination(root), argument, zonals))
    return tuple(found)


def track(flight: LunarFlight, orbit: KeplerOrbit) -> tuple[FloatArray, FloatArray]:
    """Return the means of each revolution of a flown orbit: epochs (M,), and e and argument (M, 2) in its frame."""
    path = flight.ephemeris
    t = path.epochs_tdb_s
    found = elements_of(path.states_icrf, t, orbit.frame)
    size = max(1, round(orbit.period_s / path.step_s))
    whole = len(t) // size * size

    def means(values: FloatArray) -> FloatArray:
        by_revolution: FloatArray = values[:whole].reshape(-1, size).mean(axis=1)
        return by_revolution

    return means(t), np.stack([means(found.eccentricity), means(found.argument_of_perilune_rad)], axis=-1)
