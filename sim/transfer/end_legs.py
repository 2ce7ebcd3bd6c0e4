"""Both ends of a flight as conics, about the Earth from injection and about the Moon to perilune, in their shadows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.shadow import (
    FloatArray,
    Part,
    dot,
    height_behind_km,
    length,
    moon_geocentric_km,
    shadow_height_km,
    sun_geocentric_km,
)
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, J2_EARTH, R_EARTH_KM, R_MOON_KM
from sim.units import HOUR_S

EARTH_LEG_KM, MOON_LEG_KM = 60_000.0, 10_000.0
"""Where the conics end, off by 60 km and 6 km at most."""

_LEG_NODES = 40


@dataclass(frozen=True, slots=True)
class Flights:
    """Flights by their two ends, as ``longest_eclipse_s`` takes them."""

    tli_state_icrf: FloatArray
    tli_tdb_s: FloatArray
    perilune_state_icrf: FloatArray
    arrival_tdb_s: FloatArray

    def take(self, which: NDArray[np.bool_]) -> Flights:
        """Return some of them."""
        return Flights(
            self.tli_state_icrf[which],
            self.tli_tdb_s[which],
            self.perilune_state_icrf[which],
            self.arrival_tdb_s[which],
        )


@dataclass(frozen=True, slots=True)
class ShadowTrack:
    """Heights above the shadows of Earth and Moon at K epochs of each flight, arrays (K, N)."""

    t_tdb_s: FloatArray
    earth_km: FloatArray
    moon_km: FloatArray


@dataclass(frozen=True, slots=True)
class Conic:
    """Conics (N,) by their apsis: GM, radius, eccentricity, and the directions to the apsis and of the motion there."""

    gm_km3_s2: float
    radius_km: FloatArray
    eccentricity: FloatArray
    to_apsis: FloatArray
    along: FloatArray

    def plane_km(self, r_km: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coordinates towards the apsis and along the motion, at radii (K, N) on the way out."""
        x = (self.radius_km * (1.0 + self.eccentricity) - r_km) / self.eccentricity
        return x, np.sqrt(np.maximum(r_km**2 - x**2, 0.0))

    def time_s(self, r_km: FloatArray) -> FloatArray:
        """Time from the apsis to radii (K, N): Kepler's equation of the ellipse or the hyperbola."""
        size = np.abs(self.radius_km / (1.0 - self.eccentricity))
        rate = np.sqrt(self.gm_km3_s2 / size**3)
        sign = np.where(self.eccentricity < 1.0, -1.0, 1.0)
        mean = _mean_anomaly((1.0 + sign * r_km / size) / self.eccentricity, self.eccentricity)
        time: FloatArray = mean / rate
        return time


def _mean_anomaly(cosine: FloatArray, eccentricity: FloatArray) -> FloatArray:
    """Mean anomaly from the cosine (hyperbolic: the hyperbolic one) of the eccentric anomaly."""
    bound = eccentricity < 1.0
    if np.all(bound) or not np.any(bound):
        return _ellipse(cosine, eccentricity) if np.all(bound) else _hyperbola(cosine, eccentricity)
    return np.where(bound, _ellipse(cosine, eccentricity), _hyperbola(cosine, eccentricity))


def _ellipse(cosine: FloatArray, eccentricity: FloatArray) -> FloatArray:
    cosine = np.clip(cosine, -1.0, 1.0)
    mean: FloatArray = np.arccos(cosine) - eccentricity * np.sqrt(1.0 - cosine**2)
    return mean


def _hyperbola(cosine: FloatArray, eccentricity: FloatArray) -> FloatArray:
    cosine = np.maximum(cosine, 1.0)
    mean: FloatArray = eccentricity * np.sqrt(cosine**2 - 1.0) - np.arccosh(cosine)
    return mean


def _conic(gm_km3_s2: float, state: FloatArray, potential_km2_s2: FloatArray | float = 0.0) -> Conic:
    """Conic of states (N, 6) at an apsis, with the energy that is left of it far away."""
    radius, speed = length(state[:, :3]), length(state[:, 3:])
    eccentricity = radius * (speed**2 + 2.0 * potential_km2_s2) / gm_km3_s2 - 1.0
    return Conic(gm_km3_s2, radius, eccentricity, state[:, :3] / radius[:, None], state[:, 3:] / speed[:, None])


def earth_conic(flights: Flights) -> Conic:
    """Conic after injection; J2's potential at perigee goes into its energy (without it the apogee is 3 % off)."""
    state = flights.tli_state_icrf
    radius = length(state[:, :3])
    sine = dot(state[:, :3], earth_pole(flights.tli_tdb_s)) / radius
    bulge = GM_EARTH_KM3_S2 * J2_EARTH * R_EARTH_KM**2 / radius**3 * (1.5 * sine**2 - 0.5)
    return _conic(GM_EARTH_KM3_S2, state, bulge)


def moon_conic(flights: Flights) -> Conic:
    """Hyperbola of the arrival."""
    return _conic(GM_MOON_KM3_S2, flights.perilune_state_icrf)


def radii_km(first_km: FloatArray, last_km: float, count: int = _LEG_NODES) -> FloatArray:
    """Radii (K, N) from an apsis out; their steps in time are nearly even at first."""
    share = np.linspace(0.0, 1.0, count)[:, None]
    radii: FloatArray = first_km + (last_km - first_km) * share**2
    return radii


def _inward_radii_km(conic: Conic) -> FloatArray:
    """Radii (K, N) from 10 000 km to perilune, or to the ground where that lies below."""
    return radii_km(np.maximum(conic.radius_km, 1.001 * R_MOON_KM), MOON_LEG_KM)[::-1]


def _leg_height(
    conic: Conic, r_km: FloatArray, out: float, sun_km: FloatArray, radius_km: float, part: Part
) -> FloatArray:
    """Height above the shadow of the conic's own body at radii (K, N), ``out`` = -1 on the way in."""
    x, y = conic.plane_km(r_km)
    return height_behind_km(behind_km(conic, x, out * y, sun_km), r_km**2, length(sun_km), radius_km, part)


def behind_km(conic: Conic, x_km: FloatArray, y_km: FloatArray, sun_km: FloatArray) -> FloatArray:
    """Distance behind the body, seen from the Sun, of places (K, N) in the plane of the conic."""
    distance = length(sun_km)
    sun_x, sun_y = dot(conic.to_apsis, sun_km) / distance, dot(conic.along, sun_km) / distance
    behind: FloatArray = -(x_km * sun_x + y_km * sun_y)
    return behind


def earth_leg(flights: Flights, part: Part) -> ShadowTrack:
    """From injection to 60 000 km, some four hours; the Sun stands where it is after one."""
    conic = earth_conic(flights)
    r_km = radii_km(conic.radius_km, EARTH_LEG_KM)
    height = _leg_height(conic, r_km, 1.0, sun_geocentric_km(flights.tli_tdb_s + HOUR_S), R_EARTH_KM, part)
    return ShadowTrack(flights.tli_tdb_s + conic.time_s(r_km), height, np.full_like(height, np.inf))


def moon_leg(flights: Flights, part: Part) -> ShadowTrack:
    """From 10 000 km about the Moon to perilune, some two hours; heights above the Earth's shadow are left open."""
    conic = moon_conic(flights)
    r_km = _inward_radii_km(conic)
    moment = flights.arrival_tdb_s - HOUR_S
    height = _leg_height(conic, r_km, -1.0, sun_geocentric_km(moment) - moon_geocentric_km(moment), R_MOON_KM, part)
    return ShadowTrack(flights.arrival_tdb_s - conic.time_s(r_km), np.full_like(height, np.inf), height)


def inward_km(conic: Conic, r_km: FloatArray) -> FloatArray:
    """Positions (K, N, 3) about the Moon at radii (K, N) on the way in."""
    x, y = conic.plane_km(r_km)
    position: FloatArray = x[..., None] * conic.to_apsis - y[..., None] * conic.along
    return position


def moon_shadow_on_earth_leg_km(flights: Flights, departure: ShadowTrack, part: Part) -> FloatArray:
    """Height above the Moon's shadow on the leg about the Earth: a solar eclipse seen on the way out."""
    conic = earth_conic(flights)
    x, y = conic.plane_km(radii_km(conic.radius_km, EARTH_LEG_KM))
    position = x[..., None] * conic.to_apsis + y[..., None] * conic.along
    moon = moon_geocentric_km(departure.t_tdb_s)
    return shadow_height_km(position - moon, sun_geocentric_km(departure.t_tdb_s) - moon, R_MOON_KM, part)


def earth_shadow_on_moon_leg_km(flights: Flights, arrival: ShadowTrack, part: Part) -> FloatArray:
    """Height above the Earth's shadow on the leg about the Moon."""
    conic = moon_conic(flights)
    position = inward_km(conic, _inward_radii_km(conic))
    return shadow_height_km(
        position + moon_geocentric_km(arrival.t_tdb_s), sun_geocentric_km(arrival.t_tdb_s), R_EARTH_KM, part
    )
