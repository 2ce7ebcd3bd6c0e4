"""When Earth or Moon cover the Sun: for an orbiter of the Moon and for a place on its surface.

The shadows are the cones of ``sim.astro.shadow``, of the apparent Sun, so light time and aberration are in; left out
are the Earth's atmosphere (some 100 km of umbra) and oblateness (21 km), and the Moon's mountains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, greatest_in, spans_where, spans_within
from sim.astro.forces import sun_fraction
from sim.astro.limb import angle_rad
from sim.astro.shadow import Part, shadow_height_km
from sim.astro.sky import moon_from_earth_km, sun_from_earth_km, sun_from_moon_km
from sim.astro.spans import Spans, length_in_each_s
from sim.constants import R_EARTH_KM, R_MOON_KM, R_SUN_KM
from sim.station.light import LightSeries
from sim.station.lunar_path import LONGEST_STEP_S, LunarPath, SitePath, path_step_s
from sim.station.site import SiteGeometry, site_ephemeris

FloatArray = NDArray[np.float64]
Body = Literal["earth", "moon"]


@dataclass(frozen=True, slots=True, eq=False)
class Eclipses:
    """Eclipses of the Sun by one body.

    Attributes
    ----------
    body : {"earth", "moon"}
        Which covers the Sun.
    penumbra, umbra : Spans
        Where any of the Sun is covered (M of them), and where all of it is.
    greatest_tdb_s : ndarray (M,)
        When each is greatest.
    covered_share : ndarray (M,)
        Part of the Sun's disc that is covered then, 0 to 1.
    umbra_s : ndarray (M,)
        How long all of it is covered.
    """

    body: Body
    penumbra: Spans
    umbra: Spans
    greatest_tdb_s: FloatArray
    covered_share: FloatArray
    umbra_s: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.penumbra)


@dataclass(frozen=True, slots=True, eq=False)
class SiteEclipses:
    """Eclipses of the Sun by the Earth at a place (an eclipse of the Moon, seen from there).

    Attributes
    ----------
    eclipses : Eclipses
        Whether or not the Sun is above the place's horizon.
    in_sight : Spans
        The parts of their penumbra during which some of the Sun's disc is above it.
    sun_up : ndarray (M,) of bool
        Whether the Sun's centre is above it when the eclipse is greatest.
    """

    eclipses: Eclipses
    in_sight: Spans
    sun_up: NDArray[np.bool_]


def orbit_eclipses(
    path: LunarPath, body: Body, start_tdb_s: float, stop_tdb_s: float, step_s: float | None = None
) -> Eclipses:
    """Eclipses of the Sun by Earth or Moon on a path, between two epochs.

    Parameters
    ----------
    path : LunarPath
    body : {"earth", "moon"}
    start_tdb_s, stop_tdb_s : float
        Spans are cut there; the greatest of a cut eclipse may lie at the cut.
    step_s : float, optional
        Of the search; left out, from the path's greatest speed (``path_step_s``).
    """
    step = path_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    penumbra = spans_where(eclipse_signal(path, body, "penumbra", step), start_tdb_s, stop_tdb_s)
    greatest, _ = greatest_in(magnitude_signal(path, body, step), penumbra)
    umbra = spans_within(eclipse_signal(path, body, "umbra", step), penumbra)
    position, sun = from_body_km(path, body, greatest)
    covered = covered_share(position, sun, body)
    return Eclipses(body, penumbra, umbra, greatest, covered, length_in_each_s(umbra, penumbra))


def site_eclipses(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> SiteEclipses:
    """Eclipses of the Sun by the Earth at a place on the Moon, between two epochs."""
    eclipses = orbit_eclipses(SitePath(site), "earth", start_tdb_s, stop_tdb_s)
    in_sight = spans_within(sun_up_signal(site), eclipses.penumbra)
    centre_up = site_ephemeris(site, eclipses.greatest_tdb_s).sun_above_horizon_rad > 0.0
    return SiteEclipses(eclipses, in_sight, centre_up)


def sun_centre_covered(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> Spans:
    """Spans in which the Earth covers the Sun's centre at a place on the Moon, the Sun up or not."""
    path = SitePath(site)
    step = path_step_s(path, start_tdb_s, stop_tdb_s)
    penumbra = spans_where(eclipse_signal(path, "earth", "penumbra", step), start_tdb_s, stop_tdb_s)
    magnitude = magnitude_signal(path, "earth", step)
    return spans_within(Signal(lambda t: magnitude.value(t) - 0.5, step), penumbra)


def eclipsed_light(series: LightSeries, eclipses: SiteEclipses) -> FloatArray:
    """Return a site's light (K,) without what the Earth covers of the Sun."""
    t, light = series.epochs_tdb_s, series.sun_fraction.copy()
    inside = eclipses.eclipses.penumbra.contain(t)
    position, sun = from_body_km(SitePath(series.site), "earth", t[inside])
    light[inside] *= 1.0 - covered_share(position, sun, "earth")
    return light


def covered_share(position_km: FloatArray, sun_km: FloatArray, body: Body) -> FloatArray:
    """Part of the Sun's disc (n,) that a body covers, seen from places (n, 3); the Sun (n, 3); from its centre."""
    radius = _radius_km(body)
    shares = [1.0 - float(sun_fraction(at, at - to, radius)) for at, to in zip(position_km, sun_km, strict=True)]
    return np.array(shares, dtype=np.float64)


def eclipse_signal(path: LunarPath, body: Body, part: Part, step_s: float) -> Signal:
    """How deep a path is in a body's shadow, km: not negative within."""

    def depth_km(t: FloatArray) -> FloatArray:
        return -shadow_height_km(*from_body_km(path, body, t), _radius_km(body), part)

    return Signal(depth_km, step_s)


def magnitude_signal(path: LunarPath, body: Body, step_s: float) -> Signal:
    """Part of the Sun's diameter that a body covers, on past one in the umbra and below zero outside."""

    def magnitude(t: FloatArray) -> FloatArray:
        position, sun = from_body_km(path, body, t)
        return _magnitude(position, sun, _radius_km(body))

    return Signal(magnitude, step_s)


def sun_up_signal(site: SiteGeometry, step_s: float = LONGEST_STEP_S) -> Signal:
    """Height of the Sun's upper limb above a place's horizon, rad."""

    def height_rad(t: FloatArray) -> FloatArray:
        radius = R_SUN_KM / np.linalg.norm(sun_from_moon_km(t), axis=-1)
        height: FloatArray = site_ephemeris(site, t).sun_above_horizon_rad + radius
        return height

    return Signal(height_rad, step_s)


def from_body_km(path: LunarPath, body: Body, t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Position on a path and the apparent Sun (..., 3), both from the centre of Earth or Moon."""
    position = path.position_icrf_km(t_tdb_s)
    if body == "moon":
        return position, sun_from_moon_km(t_tdb_s)
    return position + moon_from_earth_km(t_tdb_s), sun_from_earth_km(t_tdb_s)


def _radius_km(body: Body) -> float:
    return R_EARTH_KM if body == "earth" else R_MOON_KM


def _magnitude(position_km: FloatArray, sun_km: FloatArray, radius_km: float) -> FloatArray:
    to_sun = sun_km - position_km
    sun = np.arcsin(R_SUN_KM / np.linalg.norm(to_sun, axis=-1))
    body = np.arcsin(np.minimum(radius_km / np.linalg.norm(position_km, axis=-1), 1.0))
    magnitude: FloatArray = (sun + body - angle_rad(-position_km, to_sun)) / (2.0 * sun)
    return magnitude
