"""When Earth or Moon cover the Sun: for an orbiter of the Moon and for a place on its surface.

The shadows are the cones of ``sim.astro.shadow``, of the apparent Sun, so light time and aberration are in; left out
are the Earth's atmosphere (some 100 km of umbra) and oblateness (21 km), and the Moon's mountains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.events import Signal, greatest_in, spans_where, spans_within
from sim.astro.forces import sun_fraction
from sim.astro.limb import angle_rad
from sim.astro.shadow import Part, shadow_height_km
from sim.astro.sky import moon_from_earth_km, sun_from_earth_km, sun_from_moon_km
from sim.astro.spans import Spans
from sim.constants import R_EARTH_KM, R_MOON_KM, R_SUN_KM
from sim.station.site import SiteGeometry, site_ephemeris, site_unit_icrf
from sim.units import HOUR_S, MINUTE_S

FloatArray = NDArray[np.float64]
Body = Literal["earth", "moon"]

SITE_STEP_S = HOUR_S / 2.0
"""Step for a place on the Moon: the Earth's penumbra, 16 000 km wide, takes hours to pass it."""

_SHADOW_SHARE = 0.3
"""Of the Moon's radius that an orbiter may fly in a step."""

_LONGEST_STEP_S, _SPEED_STEP_S, _MOST_SPEEDS = 1200.0, 10.0 * MINUTE_S, 50_000


class LunarPath(Protocol):
    """Where something about the Moon is: a ``LunarEphemeris``, a relay, or a place (``SitePath``)."""

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes at epochs (...); NaN where it is nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class SitePath:
    """A place on the turning Moon as a path."""

    site: SiteGeometry

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes at epochs (...)."""
        place_km: FloatArray = (R_MOON_KM + self.site.height_km) * site_unit_icrf(self.site, t_tdb_s)
        return place_km


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
        Of the search; left out, from the path's greatest speed (``orbit_step_s``).
    """
    step = orbit_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    penumbra = spans_where(eclipse_signal(path, body, "penumbra", step), start_tdb_s, stop_tdb_s)
    greatest, _ = greatest_in(magnitude_signal(path, body, step), penumbra)
    umbra = spans_within(eclipse_signal(path, body, "umbra", step), penumbra)
    position, sun = from_body_km(path, body, greatest)
    share = [1.0 - float(sun_fraction(at, at - to, _radius_km(body))) for at, to in zip(position, sun, strict=True)]
    return Eclipses(body, penumbra, umbra, greatest, np.array(share, dtype=np.float64), _inside_s(umbra, penumbra))


def site_eclipses(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> SiteEclipses:
    """Eclipses of the Sun by the Earth at a place on the Moon, between two epochs."""
    eclipses = orbit_eclipses(SitePath(site), "earth", start_tdb_s, stop_tdb_s, SITE_STEP_S)
    in_sight = spans_within(sun_up_signal(site), eclipses.penumbra)
    centre_up = site_ephemeris(site, eclipses.greatest_tdb_s).sun_above_horizon_rad > 0.0
    return SiteEclipses(eclipses, in_sight, centre_up)


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


def sun_up_signal(site: SiteGeometry, step_s: float = SITE_STEP_S) -> Signal:
    """Height of the Sun's upper limb above a place's horizon, rad."""

    def height_rad(t: FloatArray) -> FloatArray:
        radius = R_SUN_KM / np.linalg.norm(sun_from_moon_km(t), axis=-1)
        height: FloatArray = site_ephemeris(site, t).sun_above_horizon_rad + radius
        return height

    return Signal(height_rad, step_s)


def orbit_step_s(path: LunarPath, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Step in which a path covers 0.3 of the Moon's radius where it is fastest: shadow and limb are not stepped over.

    Speeds are by differences over ten seconds, at most ten minutes apart over a year.
    """
    count = int(np.clip((stop_tdb_s - start_tdb_s) / _SPEED_STEP_S, 2, _MOST_SPEEDS))
    t = np.linspace(start_tdb_s, stop_tdb_s, count)
    moved_km = np.linalg.norm(path.position_icrf_km(t + 10.0) - path.position_icrf_km(t), axis=-1)
    fastest = float(np.nanmax(moved_km, initial=0.0)) / 10.0
    return min(_LONGEST_STEP_S, _SHADOW_SHARE * R_MOON_KM / fastest) if fastest > 0.0 else _LONGEST_STEP_S


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


def _inside_s(umbra: Spans, penumbra: Spans) -> FloatArray:
    """Length of the umbra in each penumbra."""
    index = np.searchsorted(penumbra.start_tdb_s, umbra.start_tdb_s, side="right") - 1
    return np.bincount(index, weights=umbra.duration_s, minlength=len(penumbra)).astype(np.float64)
