"""Eclipses over the station: the Sun behind the Moon or the Earth for orbiters, behind the Earth at the site.

Shadows are the cones of `sim.astro.shadow`, which flights to the Moon are judged by too. Edges are closed in on to the
second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.events import Signal, spans_where
from sim.astro.shadow import R_SUN_KM, Part, length, moon_geocentric_km, shadow_height_km, sun_geocentric_km
from sim.astro.spans import Spans
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.station.light import LightSeries
from sim.station.site import SiteGeometry, site_ephemeris, site_unit_icrf
from sim.units import DEG, HOUR_S

FloatArray = NDArray[np.float64]
Body = Literal["moon", "earth"]

BESIDE_RAD = 3.0 * DEG
"""Sun and Earth nearer to each other than this: the Sun warms the ground station's receiver (assumed)."""

_SAMPLES = 33
"""Looks at each eclipse for the greatest covered share."""

_LONGEST_STEP_S = 1200.0

class Path(Protocol):
    """What eclipses ask of an orbiter."""

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes; NaN where it is not there."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ShadowSpans:
    """Eclipses in order of time: when, and the greatest part of the Sun's disc that is covered (M,)."""

    spans: Spans
    covered_share: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.spans)


def orbiter_eclipses(
    path: Path, body: Body, start_tdb_s: float, stop_tdb_s: float, period_s: float, part: Part = "penumbra"
) -> ShadowSpans:
    """Find when an orbiter is in the shadow of the Moon or of the Earth.

    Parameters
    ----------
    path : Path
    body : str
        Whose shadow.
    start_tdb_s, stop_tdb_s : float
    period_s : float
        Of its revolution: the Moon's shadow is looked at often enough for a circular orbit so long, near the ground.
    part : str
        ``penumbra``: any of the disc covered; ``umbra``: all of it.
    """

    def depth(t: FloatArray) -> FloatArray:
        return -_height_km(path.position_icrf_km(t), t, body, part)

    step_s = _LONGEST_STEP_S if body == "earth" else min(_LONGEST_STEP_S, period_s / 60.0)
    found = spans_where(Signal(depth, step_s), start_tdb_s, stop_tdb_s)
    return ShadowSpans(found, _most_covered(found, path.position_icrf_km, body))


def site_eclipses(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> ShadowSpans:
    """Find when the Earth covers part of the Sun as seen from a site: lunar eclipses, told from the Moon."""

    def place_icrf_km(t: ArrayLike) -> FloatArray:
        place: FloatArray = (R_MOON_KM + site.height_km) * site_unit_icrf(site, t)
        return place

    def depth(t: FloatArray) -> FloatArray:
        return -_height_km(place_icrf_km(t), t, "earth", "penumbra")

    found = spans_where(Signal(depth, HOUR_S), start_tdb_s, stop_tdb_s)
    return ShadowSpans(found, _most_covered(found, place_icrf_km, "earth"))


def eclipsed_light(series: LightSeries, eclipses: ShadowSpans) -> FloatArray:
    """Return a site's light (K,) with what the Earth covers of the Sun taken off."""
    t, light = series.epochs_tdb_s, series.sun_fraction.copy()
    inside = eclipses.spans.contain(t)
    if inside.any():
        place_km = (R_MOON_KM + series.site.height_km) * site_unit_icrf(series.site, t[inside])
        light[inside] *= 1.0 - covered_share(place_km, t[inside], "earth")
    return light


def sun_beside_earth(
    site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float, within_rad: float = BESIDE_RAD
) -> Spans:
    """Find when Sun and Earth stand close together in a site's sky."""

    def nearness(t: FloatArray) -> FloatArray:
        sky = site_ephemeris(site, t)
        sun = _unit(sky.sun_azimuth_rad, sky.sun_elevation_rad)
        earth = _unit(sky.earth_azimuth_rad, sky.earth_elevation_rad)
        return within_rad - np.arccos(np.clip(np.sum(sun * earth, axis=-1), -1.0, 1.0))

    return spans_where(Signal(nearness, HOUR_S), start_tdb_s, stop_tdb_s)


def covered_share(position_icrf_km: FloatArray, t_tdb_s: FloatArray, body: Body) -> FloatArray:
    """Part of the Sun's disc (n,) that a body's disc covers, seen from places (n, 3) given from the Moon's centre.

    The overlap of two circles, Montenbruck & Gill 2000, Satellite Orbits, eq. 3.85 to 3.94.
    """
    moon_km = moon_geocentric_km(t_tdb_s)
    to_sun = sun_geocentric_km(t_tdb_s) - moon_km - position_icrf_km
    to_body = -position_icrf_km - (moon_km if body == "earth" else 0.0)
    sun = np.arcsin(R_SUN_KM / length(to_sun))
    disc = np.arcsin(np.minimum(1.0, _radius_km(body) / length(to_body)))
    cosine = np.sum(to_sun * to_body, axis=-1) / (length(to_sun) * length(to_body))
    apart = np.arccos(np.clip(cosine, -1.0, 1.0))
    x = np.clip((apart**2 + sun**2 - disc**2) / (2.0 * np.maximum(apart, 1e-12)), -sun, sun)
    y = np.sqrt(np.maximum(sun**2 - x**2, 0.0))
    lens = sun**2 * np.arccos(x / sun) + disc**2 * np.arccos(np.clip((apart - x) / disc, -1.0, 1.0)) - apart * y
    partly = lens / (np.pi * sun**2)
    inside = np.where(disc >= sun, 1.0, (disc / sun) ** 2)
    share: FloatArray = np.where(apart >= sun + disc, 0.0, np.where(apart <= np.abs(disc - sun), inside, partly))
    return share


def _most_covered(found: Spans, position_icrf_km: Callable[[FloatArray], FloatArray], body: Body) -> FloatArray:
    if not len(found):
        return np.empty(0)
    looks = np.linspace(found.start_tdb_s, found.stop_tdb_s, _SAMPLES, axis=-1)
    flat = looks.ravel()
    share: FloatArray = covered_share(position_icrf_km(flat), flat, body).reshape(looks.shape).max(axis=-1)
    return share


def _height_km(position_icrf_km: FloatArray, t_tdb_s: FloatArray, body: Body, part: Part) -> FloatArray:
    """Height (n,) above the edge of a shadow; NaN where there is no position."""
    moon_km, sun_km = moon_geocentric_km(t_tdb_s), sun_geocentric_km(t_tdb_s)
    if body == "moon":
        return shadow_height_km(position_icrf_km, sun_km - moon_km, R_MOON_KM, part)
    return shadow_height_km(position_icrf_km + moon_km, sun_km, R_EARTH_KM, part)


def _radius_km(body: Body) -> float:
    return R_MOON_KM if body == "moon" else R_EARTH_KM


def _unit(azimuth_rad: FloatArray, elevation_rad: FloatArray) -> FloatArray:
    level = np.cos(elevation_rad)
    return np.stack([level * np.sin(azimuth_rad), level * np.cos(azimuth_rad), np.sin(elevation_rad)], axis=-1)
