"""Upkeep of an orbit by impulses: bands for its apsides, and the burns that bring it back when it leaves them.

Two laws, both of impulses along the motion where they do most, and both looking ahead: the path that the elements
would take without burns over the next month or two is flown, and the orbit is set to where that path stays within the
bands for longest. So what comes and goes by itself, with the month, is not burnt against.

*Eccentricity vector*, for low orbits. The vector e (cos w, sin w) is drawn along by the odd harmonics. When an apsis
leaves its band, two burns half a revolution apart move the vector and restore the semi-major axis. A burn dv at an
argument of latitude u changes the vector of a near-circular orbit by 2 dv/v (cos u, sin u) and the axis by 2 a dv/v
(Gauss's equations for e = 0), so the pair stands where the wanted change points and opposite it, and costs v |de|/2.
The burn that raises comes first: perilune never sinks on the way, apolune may overshoot its band for half a revolution.

*Apsides*, for eccentric orbits. Perilune is moved by a burn at apolune. The argument is moved by two opposite burns at
the ends of the minor axis: by Gauss's equations a burn dv along the motion turns it by 2 sin f dv / (e v), and
sin f / v is greatest there; eccentricity and axis end as they were, and the pair costs half of a radial burn where old
and new ellipse cross. Inclination and node are left to drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.errors import UsageError
from sim.orbit.elements import KeplerOrbit
from sim.orbit.monthly_swing import perilune_swing_km
from sim.units import DAY_S, DEG

FloatArray = NDArray[np.float64]
Law = Literal["eccentricity_vector", "apsides"]
Place = Literal["latitude", "apolune", "ahead_of_perilune", "behind_perilune"]
Band = tuple[float, float]

LOW_ECCENTRICITY = 0.15
"""Up to here the eccentricity vector's law, linear in e, is taken by default."""

DEFAULT_ALTITUDE_BAND_KM = 20.0
DEFAULT_PERILUNE_BAND_SHARE = 0.5
"""Half widths of the default bands: of a low orbit's apsides; of an eccentric orbit's perilune, as a share of its
altitude (upwards at least)."""

DEFAULT_PERILUNE_SWINGS = 3.0
"""How far above its altitude an eccentric orbit's perilune may rise by default, in amplitudes of the swing that the
Earth gives it twice a month (``monthly_swing``). The whole swing takes two and a quarter of them, wherever the orbit
begins in it; the rest is for what drifts in months. Tried in tests/studies/perilune_bands.py.
"""

DEFAULT_ARGUMENT_BAND_RAD = 15.0 * DEG

LOOK_AHEAD_S = {"eccentricity_vector": 28.0 * DAY_S, "apsides": 55.0 * DAY_S}
"""By law: one and two turns of the Moon under the orbit."""

_INSIDE = 0.9
"""Share of a band's half width in which the path ahead is to fit: osculating apsides swing by a kilometre or two."""

LEAST_BAND_KM = 8.0
_BALL_STEPS = 300


@dataclass(frozen=True, slots=True)
class Keeping:
    """Bands to keep an orbit in, and how.

    Attributes
    ----------
    law : str
        eccentricity_vector or apsides.
    perilune_altitude_km : (float, float)
        Least and greatest altitude of perilune. Not always as far below the orbit's own as above it: by default an
        eccentric orbit has room above for the swing that the Earth gives its perilune twice a month.
    apolune_altitude_km : (float, float) or None
        Of apolune; None leaves it alone. Only with the law eccentricity_vector.
    argument_of_perilune_rad : (float, float) or None
        In the orbit's frame; None leaves it alone. Only with the law apsides.
    """

    law: Law
    perilune_altitude_km: Band
    apolune_altitude_km: Band | None = None
    argument_of_perilune_rad: Band | None = None


@dataclass(frozen=True, slots=True)
class Impulse:
    """A burn to come: where, and what it is to do.

    Attributes
    ----------
    place : str
        At an argument of latitude, at apolune, or at an end of the minor axis (after or before perilune).
    along_km_s : float
        Along the motion; NaN: whatever moves perilune by ``perilune_change_km``.
    argument_of_latitude_rad, perilune_change_km : float
    """

    place: Place
    along_km_s: float = np.nan
    argument_of_latitude_rad: float = 0.0
    perilune_change_km: float = np.nan


@dataclass(frozen=True, slots=True)
class Burn:
    """An impulse flown: epoch, and change of velocity (3,) km/s on ICRF axes."""

    t_tdb_s: float
    dv_icrf_km_s: FloatArray

    @property
    def dv_m_s(self) -> float:
        """Its size, m/s."""
        return 1e3 * float(np.linalg.norm(self.dv_icrf_km_s))


def keeping_of(
    orbit: KeplerOrbit,
    *,
    perilune_band_km: float | None = None,
    apolune_band_km: float | None = None,
    argument_band_rad: float | None = None,
) -> Keeping:
    """Return the keeping that suits an orbit: the given half widths about its own elements, or default ones.

    Up to eccentricity 0.15 the law is that of the eccentricity vector (apsides within 20 km, at most half the perilune
    altitude, unless said), beyond it that of the apsides: perilune from half its altitude up to half as much again, or
    to three amplitudes of its swing under the Earth (``monthly_swing.perilune_swing_km``) above it where that is more;
    argument within 15 degrees. A band of perilune given by hand lies evenly about the orbit's own.

    Raises
    ------
    UsageError
        Where a band reaches into the ground, is too narrow, or is none that the orbit's law keeps.
    """
    perilune_km = orbit.perilune_altitude_km
    if orbit.eccentricity <= LOW_ECCENTRICITY:
        _refuse(argument_band_rad, "the argument of a low orbit follows from its apsides: give their bands alone")
        half_km = _or(perilune_band_km, min(DEFAULT_ALTITUDE_BAND_KM, 0.5 * perilune_km))
        apolune = _band(orbit.apolune_altitude_km, _or(apolune_band_km, half_km))
        keeping = Keeping("eccentricity_vector", _band(perilune_km, half_km), apolune)
    else:
        _refuse(apolune_band_km, "of an eccentric orbit perilune and argument are kept: give no band of apolune")
        perilune = _default_perilune_band(orbit) if perilune_band_km is None else _band(perilune_km, perilune_band_km)
        argument = _band(orbit.argument_of_perilune_rad, _or(argument_band_rad, DEFAULT_ARGUMENT_BAND_RAD))
        keeping = Keeping("apsides", perilune, argument_of_perilune_rad=argument)
    check_keeping(orbit, keeping)
    return keeping


def _default_perilune_band(orbit: KeplerOrbit) -> Band:
    middle_km = orbit.perilune_altitude_km
    half_km = DEFAULT_PERILUNE_BAND_SHARE * middle_km
    return middle_km - half_km, middle_km + max(half_km, DEFAULT_PERILUNE_SWINGS * perilune_swing_km(orbit))


def _or(given: float | None, default: float) -> float:
    return default if given is None else given


def _refuse(given: float | None, message: str) -> None:
    if given is not None:
        raise UsageError(message)


def check_keeping(orbit: KeplerOrbit, keeping: Keeping) -> None:
    """Raise UsageError where an orbit's bands reach into the ground, leave out the orbit itself or are too narrow."""
    low_km, high_km = keeping.perilune_altitude_km
    if low_km <= 0.0:
        message = f"the band of perilune reaches down to {low_km:g} km: make it narrower than the altitude of perilune"
        raise UsageError(message)
    if not low_km < orbit.perilune_altitude_km < high_km:
        message = (
            f"perilune at {orbit.perilune_altitude_km:g} km lies outside its band of {low_km:g} to {high_km:g} km: "
            "put the band about it"
        )
        raise UsageError(message)
    for low_km, high_km in (keeping.perilune_altitude_km, keeping.apolune_altitude_km or (0.0, np.inf)):
        if high_km - low_km < LEAST_BAND_KM:
            message = (
                f"a band of {high_km - low_km:g} km is narrower than the apsides swing in days by themselves: give at "
                f"least {LEAST_BAND_KM:g} km from edge to edge"
            )
            raise UsageError(message)


def _band(middle: float, half: float) -> Band:
    return middle - half, middle + half


# --- what to do ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class PathAhead:
    """What the elements would do without burns, by revolution.

    Attributes
    ----------
    semi_major_axis_km : float
        Mean of the first revolution.
    eccentricity_vector : ndarray (M, 2)
        e (cos w, sin w) from the node and a quarter of a turn ahead of it, means of a revolution each.
    perilune_altitude_km, argument_of_perilune_rad : ndarray (M,)
        At each perilune.
    """

    semi_major_axis_km: float
    eccentricity_vector: FloatArray
    perilune_altitude_km: FloatArray
    argument_of_perilune_rad: FloatArray


def correction(orbit: KeplerOrbit, keeping: Keeping, now: KeplerOrbit, ahead: PathAhead) -> tuple[Impulse, ...]:
    """Return the impulses that bring an orbit back into its bands.

    Parameters
    ----------
    orbit : KeplerOrbit
        As wanted.
    keeping : Keeping
    now : KeplerOrbit
        Osculating, in the same frame.
    ahead : PathAhead
        In the same frame.
    """
    if keeping.law == "eccentricity_vector":
        return _move_eccentricity(orbit, keeping, ahead)
    return _move_perilune(keeping, ahead) + _move_argument(keeping, now, ahead)


def out_of_bands(
    keeping: Keeping, perilune_altitude_km: FloatArray, argument_of_perilune_rad: FloatArray
) -> NDArray[np.bool_]:
    """Where perilune or argument, (M,) each, lie out of their bands (law apsides)."""
    return _perilune_out(keeping, perilune_altitude_km) | _argument_out(keeping, argument_of_perilune_rad)


def eccentricity_vector(eccentricity: FloatArray, argument_rad: FloatArray) -> FloatArray:
    """Components e cos w and e sin w, (..., 2)."""
    vector: FloatArray = eccentricity[..., None] * np.stack([np.cos(argument_rad), np.sin(argument_rad)], axis=-1)
    return vector


def stays_longest_about(path: FloatArray, radius: float) -> FloatArray:
    """Centre (d,) of a ball of a radius that holds the path (M, d) from its start for longest.

    The number of points is found by halving; the least ball of each by the steps of Badoiu & Clarkson 2003 (SODA),
    true to 1/300 of its radius.
    """
    held, out = 1, len(path) + 1
    centre = path[0]
    while out - held > 1:
        middle = (held + out) // 2
        candidate, reach = _least_ball(path[:middle])
        if reach <= radius:
            held, centre = middle, candidate
        else:
            out = middle
    return np.asarray(centre)


def _least_ball(points: FloatArray) -> tuple[FloatArray, float]:
    centre = points.mean(axis=0)
    for step in range(1, _BALL_STEPS + 1):
        furthest = points[np.argmax(np.sum((points - centre) ** 2, axis=1))]
        centre = centre + (furthest - centre) / (step + 1.0)
    return centre, float(np.sqrt(np.max(np.sum((points - centre) ** 2, axis=1))))


def _move_eccentricity(orbit: KeplerOrbit, keeping: Keeping, ahead: PathAhead) -> tuple[Impulse, ...]:
    a_km = ahead.semi_major_axis_km
    nominal = eccentricity_vector(np.array(orbit.eccentricity), np.array(orbit.argument_of_perilune_rad))
    bands = [keeping.perilune_altitude_km, keeping.apolune_altitude_km]
    half_km = min(0.5 * (band[1] - band[0]) for band in bands if band is not None)
    change = nominal - stays_longest_about(ahead.eccentricity_vector, _INSIDE * half_km / a_km)
    size = float(np.linalg.norm(change))
    axis = (orbit.semi_major_axis_km - a_km) / a_km
    quarter = 0.25 * np.sqrt(GM_MOON_KM3_S2 / a_km)
    towards = float(np.arctan2(change[1], change[0]))
    return (
        Impulse("latitude", quarter * (axis + size), argument_of_latitude_rad=towards),
        Impulse("latitude", quarter * (axis - size), argument_of_latitude_rad=towards + np.pi),
    )


def _perilune_out(keeping: Keeping, altitude_km: FloatArray) -> NDArray[np.bool_]:
    low_km, high_km = keeping.perilune_altitude_km
    return (altitude_km < low_km) | (altitude_km > high_km)


def _move_perilune(keeping: Keeping, ahead: PathAhead) -> tuple[Impulse, ...]:
    if not _perilune_out(keeping, ahead.perilune_altitude_km)[0]:
        return ()
    low_km, high_km = keeping.perilune_altitude_km
    path_km = ahead.perilune_altitude_km[:, None]
    centre_km = float(stays_longest_about(path_km, _INSIDE * 0.5 * (high_km - low_km))[0])
    return (Impulse("apolune", perilune_change_km=0.5 * (low_km + high_km) - centre_km),)


def _argument_out(keeping: Keeping, argument_rad: FloatArray) -> NDArray[np.bool_]:
    if keeping.argument_of_perilune_rad is None:
        return np.zeros(argument_rad.shape, dtype=bool)
    low, high = keeping.argument_of_perilune_rad
    return np.abs(_turned(argument_rad - 0.5 * (low + high))) > 0.5 * (high - low)


def _move_argument(keeping: Keeping, now: KeplerOrbit, ahead: PathAhead) -> tuple[Impulse, ...]:
    if keeping.argument_of_perilune_rad is None or not _argument_out(keeping, ahead.argument_of_perilune_rad)[0]:
        return ()
    low, high = keeping.argument_of_perilune_rad
    path = ahead.argument_of_perilune_rad[:, None]
    turn = float(_turned(0.5 * (low + high) - stays_longest_about(path, _INSIDE * 0.5 * (high - low)))[0])
    e, speed = now.eccentricity, np.sqrt(GM_MOON_KM3_S2 / now.semi_major_axis_km)
    along = float(e * speed * turn / (4.0 * np.sqrt(1.0 - e * e)))
    return Impulse("ahead_of_perilune", along), Impulse("behind_perilune", -along)


def _turned(angle_rad: FloatArray) -> FloatArray:
    return np.mod(angle_rad + np.pi, 2.0 * np.pi) - np.pi


# --- where and how much --------------------------------------------------------------------------------------------


def wait_s(impulse: Impulse, now: KeplerOrbit) -> float:
    """Time until an osculating orbit comes to the place of an impulse."""
    e = now.eccentricity
    if impulse.place == "latitude":
        true = impulse.argument_of_latitude_rad - now.argument_of_perilune_rad
        anomaly = 2.0 * np.arctan2(np.sqrt(1.0 - e) * np.sin(0.5 * true), np.sqrt(1.0 + e) * np.cos(0.5 * true))
    else:
        anomaly = {"apolune": np.pi, "ahead_of_perilune": 0.5 * np.pi, "behind_perilune": 1.5 * np.pi}[impulse.place]
    mean = anomaly - e * np.sin(anomaly) - now.mean_anomaly_rad
    return float(np.mod(mean, 2.0 * np.pi) / now.mean_motion_rad_s)


def delta_v_icrf_km_s(impulse: Impulse, state: FloatArray) -> FloatArray:
    """Change of velocity (3,) of an impulse at a state (6,), along the motion."""
    v = state[3:]
    speed = float(np.linalg.norm(v))
    along = impulse.along_km_s
    if np.isnan(along):
        along = _speed_for_perilune_km_s(state, impulse.perilune_change_km) - speed
    dv: FloatArray = along / speed * v
    return dv


def _speed_for_perilune_km_s(state: FloatArray, change_km: float) -> float:
    """Speed at which the orbit from here, in the same direction, has its perilune moved.

    With the flight path's cosine c to the horizontal: (r c v)^2 = rp^2 (v^2 + 2 GM (1/rp - 1/r)). Never below half of
    the Moon's radius, where a path through the ground would have it.
    """
    r_km, speed = float(np.linalg.norm(state[:3])), float(np.linalg.norm(state[3:]))
    h = float(np.linalg.norm(np.cross(state[:3], state[3:])))
    e2 = 1.0 - h * h / GM_MOON_KM3_S2 * (2.0 / r_km - speed * speed / GM_MOON_KM3_S2)
    perilune_km = h * h / GM_MOON_KM3_S2 / (1.0 + np.sqrt(max(0.0, e2)))
    wanted_km = max(perilune_km + change_km, 0.5 * R_MOON_KM)
    energy = 2.0 * GM_MOON_KM3_S2 * (1.0 / wanted_km - 1.0 / r_km)
    return float(np.sqrt(energy / ((h / (speed * wanted_km)) ** 2 - 1.0)))
