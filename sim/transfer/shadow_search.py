"""Which flights may meet a shadow far from both ends: by rough conics and wide margins, without missing one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.astro.shadow import (
    FloatArray,
    dot,
    height_behind_km,
    length,
    moon_geocentric_km,
    sun_geocentric_km,
)
from sim.constants import AU_KM, GM_EARTH_KM3_S2, R_EARTH_KM, R_MOON_KM, R_SUN_KM
from sim.transfer.end_legs import (
    EARTH_LEG_KM,
    MOON_LEG_KM,
    Conic,
    Flights,
    ShadowTrack,
    behind_km,
    earth_conic,
    inward_km,
    moon_conic,
)
from sim.units import HOUR_S

BoolArray = NDArray[np.bool_]

_ROUGH_NODES = 16
_ROUGH_MOON_KM = 90_000.0
"""Where the rough way changes from the conic about the Earth to that about the Moon, a day or so before arrival."""

_EDGE_KM, _NEAR_KM, _NEAR_SHARE = 500.0, 1500.0, 0.02
"""How far from a shadow a flight is looked at more closely: at the end of a leg; on the rough way, by so much and so
much of the distance from the body. The conics are off by 0.5 % of it at most, and 1.5 % at the change."""


def may_be_shaded_between(flights: Flights, departure: ShadowTrack, arrival: ShadowTrack) -> BoolArray:
    """Which flights come near a shadow between the legs, by rough conics and a wide margin."""
    near: BoolArray = (departure.earth_km[-1] < _EDGE_KM) | (arrival.moon_km[0] < _EDGE_KM)
    near |= _near_on_the_way_out(flights)
    near |= _near_on_the_way_in(flights)
    return near


def _near_on_the_way_out(flights: Flights) -> BoolArray:
    """By the conic about the Earth: its shadow from 60 000 km on, and that of the Moon (a solar eclipse).

    A flight whose conic does not lead so far counts as near: it is looked at closely.
    """
    conic = earth_conic(flights)
    with np.errstate(invalid="ignore"):
        t, x, y = _rough_way_out(conic, flights)
    sun = sun_geocentric_km(t[len(t) // 2])
    behind, distance = behind_km(conic, x, y, sun), np.sqrt(x**2 + y**2)
    height = height_behind_km(behind, distance**2, length(sun), R_EARTH_KM, "penumbra")
    near = (behind > 0.0) & (distance > EARTH_LEG_KM) & (height < _NEAR_KM + _NEAR_SHARE * distance)
    some = slice(None, None, 2)
    position = x[some, :, None] * conic.to_apsis + y[some, :, None] * conic.along
    moon = moon_geocentric_km(t[some])
    astray = np.isnan(t).any(axis=0)
    found: BoolArray = astray | np.any(near, axis=0) | _near_a_shadow(position - moon, sun - moon, R_MOON_KM)
    return found


def _near_on_the_way_in(flights: Flights) -> BoolArray:
    """By the hyperbola about the Moon, from 90 000 to 10 000 km: its shadow, and that of the Earth (full Moon)."""
    conic = moon_conic(flights)
    r_km = np.geomspace(_ROUGH_MOON_KM, MOON_LEG_KM, _ROUGH_NODES)[:, None] + 0.0 * conic.radius_km
    x, y = conic.plane_km(r_km)
    moment = flights.arrival_tdb_s - HOUR_S
    sun = sun_geocentric_km(moment) - moon_geocentric_km(moment)
    behind = behind_km(conic, x, -y, sun)
    height = height_behind_km(behind, r_km**2, length(sun), R_MOON_KM, "penumbra")
    near = (behind > 0.0) & (height < _NEAR_KM + _NEAR_SHARE * r_km)
    some = slice(None, None, 5)
    t = flights.arrival_tdb_s - conic.time_s(r_km[some])
    found: BoolArray = np.any(near, axis=0) | _near_a_shadow(
        inward_km(conic, r_km[some]) + moon_geocentric_km(t), sun_geocentric_km(moment), R_EARTH_KM
    )
    return found


def _near_a_shadow(position_km: FloatArray, sun_km: FloatArray, radius_km: float) -> BoolArray:
    """Whether a body's shadow is near any of the lines between positions (K, N, 3) from it, few and far between."""
    to_sun = sun_km / length(sun_km)[..., None]
    behind = -dot(position_km, to_sun)
    across = position_km + behind[..., None] * to_sun
    step = np.diff(across, axis=0)
    share = np.clip(-dot(across[:-1], step) / dot(step, step), 0.0, 1.0)
    furthest = np.maximum(behind[:-1], behind[1:])
    closest = length(across[:-1] + share[..., None] * step)
    near = closest < radius_km + 2.0 * _NEAR_KM + (R_SUN_KM / AU_KM + 1.5 * _NEAR_SHARE) * furthest
    found: BoolArray = np.any(near & (furthest > 0.0), axis=0)
    return found


def _rough_way_out(conic: Conic, flights: Flights) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Epochs and coordinates in the plane (K, N), from within the first leg until about a day before arrival."""
    size = conic.radius_km / (1.0 - conic.eccentricity)
    rate = np.sqrt(GM_EARTH_KM3_S2 / size**3)
    stop_s = flights.arrival_tdb_s - flights.tli_tdb_s - moon_conic(flights).time_s(np.full_like(size, _ROUGH_MOON_KM))
    first = 0.2 * np.arccos(np.clip((1.0 - EARTH_LEG_KM / size) / conic.eccentricity, -1.0, 1.0))
    anomaly = _spread(first, _eccentric_anomaly(rate * stop_s, conic.eccentricity))
    cosine, sine = np.cos(anomaly), np.sin(anomaly)
    y = size * np.sqrt(1.0 - conic.eccentricity**2) * sine
    t = flights.tli_tdb_s + (anomaly - conic.eccentricity * sine) / rate
    return t, size * (cosine - conic.eccentricity), y


def _spread(first: FloatArray, last: FloatArray) -> FloatArray:
    spread: FloatArray = first + (last - first) * np.linspace(0.0, 1.0, _ROUGH_NODES)[:, None]
    return spread


def _eccentric_anomaly(mean: FloatArray, eccentricity: FloatArray) -> FloatArray:
    """Kepler's equation by Newton's method, from pi: safe on the way out and beyond apogee, where flights end."""
    anomaly = np.full_like(mean, np.pi)
    for _ in range(6):
        step = (anomaly - eccentricity * np.sin(anomaly) - mean) / (1.0 - eccentricity * np.cos(anomaly))
        anomaly = np.clip(anomaly - step, 0.5, 5.5)
    return anomaly
