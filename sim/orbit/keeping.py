"""Upkeep of an orbit by impulses: bands for its apsides, and the burns that bring it back when it leaves them.

Two laws, both of impulses along the motion, where they do most:

*Eccentricity vector*, for low orbits. The vector e (cos w, sin w) is drawn along by the odd harmonics. When an apsis
leaves its band, two burns half a revolution apart move it to the far side of the band, against the drift seen since the
last pair, and restore the semi-major axis. A burn dv at argument of latitude u changes the vector of a near-circular
orbit by 2 dv/v (cos u, sin u) and the axis by 2 a dv/v (Vallado 2013, eq. 9-25 for e = 0), so the pair stands where the
wanted change points and opposite it, and costs v |de|/2: what a drift in a straight line costs a year does not hang on
the band.

*Apsides*, for eccentric orbits. Perilune goes back to its middle by a burn at apolune. The argument goes back by two
opposite burns at the ends of the minor axis: by Gauss's equations a burn dv along the motion turns it by 2 sin f dv /
(e v), which is dearest to gain at sin f / v's maximum, there; eccentricity and axis end as they were, and the pair
costs half of a radial burn where old and new ellipse cross. Inclination and node are left to drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.errors import UsageError
from sim.orbit.elements import KeplerOrbit
from sim.units import DEG

FloatArray = NDArray[np.float64]
Law = Literal["eccentricity_vector", "apsides"]
Place = Literal["latitude", "apolune", "ahead_of_perilune", "behind_perilune"]
Band = tuple[float, float]

LOW_ECCENTRICITY = 0.15
"""Up to here the eccentricity vector's law, linear in e, is taken by default."""

DEFAULT_ALTITUDE_BAND_KM = 20.0
DEFAULT_PERILUNE_BAND_SHARE = 0.2
"""Of a low orbit's apsides, and of an eccentric orbit's perilune altitude: half widths of the default bands."""

DEFAULT_ARGUMENT_BAND_RAD = 15.0 * DEG

_FAR_SIDE = 0.8
"""Share of the band's half width to which the eccentricity vector is set back."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Bands to keep an orbit in, and how.

    Attributes
    ----------
    law : str
        eccentricity_vector or apsides.
    perilune_altitude_km : (float, float)
        Least and greatest altitude of perilune.
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
        Along the motion; NaN: whatever sets perilune to ``perilune_radius_km``.
    argument_of_latitude_rad, perilune_radius_km : float
    """

    place: Place
    along_km_s: float = np.nan
    argument_of_latitude_rad: float = 0.0
    perilune_radius_km: float = np.nan


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
    altitude, unless said), beyond it that of the apsides (perilune within a fifth of its altitude, argument within 15
    degrees).

    Raises
    ------
    UsageError
        Where the band reaches into the ground.
    """
    perilune_km, apolune_km = orbit.perilune_altitude_km, orbit.apolune_altitude_km
    if orbit.eccentricity <= LOW_ECCENTRICITY:
        half_km = perilune_band_km or min(DEFAULT_ALTITUDE_BAND_KM, 0.5 * perilune_km)
        above_km = apolune_band_km or half_km
        keeping = Keeping("eccentricity_vector", _band(perilune_km, half_km), _band(apolune_km, above_km))
    else:
        half_km = perilune_band_km or DEFAULT_PERILUNE_BAND_SHARE * perilune_km
        turn_rad = argument_band_rad or DEFAULT_ARGUMENT_BAND_RAD
        keeping = Keeping(
            "apsides",
            _band(perilune_km, half_km),
            argument_of_perilune_rad=_band(orbit.argument_of_perilune_rad, turn_rad),
        )
    check_keeping(orbit, keeping)
    return keeping


def check_keeping(orbit: KeplerOrbit, keeping: Keeping) -> None:
    """Raise UsageError where an orbit's bands reach into the ground or leave out the orbit itself."""
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


def _band(middle: float, half: float) -> Band:
    return middle - half, middle + half


# --- what to do ----------------------------------------------------------------------------------------------------


def correction(orbit: KeplerOrbit, keeping: Keeping, now: KeplerOrbit, after_last: FloatArray) -> tuple[Impulse, ...]:
    """Return the impulses that bring an orbit back into its bands; none where it is within them.

    Parameters
    ----------
    orbit : KeplerOrbit
        As wanted.
    keeping : Keeping
    now : KeplerOrbit
        Osculating, in the same frame.
    after_last : ndarray (2,)
        Eccentricity vector after the last correction.
    """
    if keeping.law == "eccentricity_vector":
        return _move_eccentricity(orbit, keeping, now, after_last)
    return _restore_perilune(keeping, now) + _restore_argument(keeping, now)


def eccentricity_vector(orbit: KeplerOrbit) -> FloatArray:
    """E (cos w, sin w), from the node and a quarter of a turn ahead of it."""
    argument = orbit.argument_of_perilune_rad
    return orbit.eccentricity * np.array([np.cos(argument), np.sin(argument)])


def _move_eccentricity(
    orbit: KeplerOrbit, keeping: Keeping, now: KeplerOrbit, after_last: FloatArray
) -> tuple[Impulse, ...]:
    current = eccentricity_vector(now)
    drift = current - after_last
    half = _half_width_km(keeping) / orbit.semi_major_axis_km
    target = eccentricity_vector(orbit) - _FAR_SIDE * half * drift / max(float(np.linalg.norm(drift)), 1e-12)
    change = target - current
    size = float(np.linalg.norm(change))
    axis = (orbit.semi_major_axis_km - now.semi_major_axis_km) / now.semi_major_axis_km
    quarter = 0.25 * np.sqrt(GM_MOON_KM3_S2 / now.semi_major_axis_km)
    towards = float(np.arctan2(change[1], change[0]))
    return (
        Impulse("latitude", quarter * (axis + size), argument_of_latitude_rad=towards),
        Impulse("latitude", quarter * (axis - size), argument_of_latitude_rad=towards + np.pi),
    )


def _half_width_km(keeping: Keeping) -> float:
    bands = [keeping.perilune_altitude_km, keeping.apolune_altitude_km]
    return min(0.5 * (band[1] - band[0]) for band in bands if band is not None)


def _restore_perilune(keeping: Keeping, now: KeplerOrbit) -> tuple[Impulse, ...]:
    low_km, high_km = keeping.perilune_altitude_km
    if low_km <= now.perilune_altitude_km <= high_km:
        return ()
    return (Impulse("apolune", perilune_radius_km=R_MOON_KM + 0.5 * (low_km + high_km)),)


def _restore_argument(keeping: Keeping, now: KeplerOrbit) -> tuple[Impulse, ...]:
    if keeping.argument_of_perilune_rad is None:
        return ()
    low, high = keeping.argument_of_perilune_rad
    turn = np.mod(0.5 * (low + high) - now.argument_of_perilune_rad + np.pi, 2.0 * np.pi) - np.pi
    if abs(turn) <= 0.5 * (high - low):
        return ()
    e = now.eccentricity
    speed = np.sqrt(GM_MOON_KM3_S2 / now.semi_major_axis_km)
    along = float(e * speed * turn / (4.0 * np.sqrt(1.0 - e * e)))
    return Impulse("ahead_of_perilune", along), Impulse("behind_perilune", -along)


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
    r, v = state[:3], state[3:]
    speed = float(np.linalg.norm(v))
    along = impulse.along_km_s
    if np.isnan(along):
        along = _speed_for_perilune_km_s(float(np.linalg.norm(r)), impulse.perilune_radius_km, r, v) - speed
    dv: FloatArray = along / speed * v
    return dv


def _speed_for_perilune_km_s(distance_km: float, perilune_km: float, r: FloatArray, v: FloatArray) -> float:
    """Speed at which the orbit from here, in the same direction, has a given perilune.

    With the flight path's cosine c to the horizontal: (r c v)^2 = rp^2 (v^2 + 2 GM (1/rp - 1/r)).
    """
    cosine = float(np.linalg.norm(np.cross(r, v))) / (distance_km * float(np.linalg.norm(v)))
    energy = 2.0 * GM_MOON_KM3_S2 * (1.0 / perilune_km - 1.0 / distance_km)
    return float(np.sqrt(energy / ((distance_km * cosine / perilune_km) ** 2 - 1.0)))
