"""Sun and Earth in the sky of a place on the Moon.

Directions are topocentric (from the place, not the Moon's centre) and geometric with light time: where the light that
arrives now was sent from, without stellar aberration (at most 0.006 degrees). Azimuth runs clockwise from north; north
and up are those of the mean Earth / polar axis frame on a sphere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.rotations import east_north_up, rotated, rotated_back
from sim.astro.time import tdb_s_from_utc_datetime64, utc_datetime64, utc_text
from sim.constants import R_MOON_KM, R_SUN_KM, SPEED_OF_LIGHT_KM_S
from sim.errors import UsageError
from sim.station.horizon import HorizonMask
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]

_MOST_ROWS = 5_000_000

COLUMNS = (
    "utc",
    "sun_azimuth_deg",
    "sun_elevation_deg",
    "horizon_at_sun_deg",
    "sun_fraction",
    "earth_azimuth_deg",
    "earth_elevation_deg",
    "earth_visible",
    "sub_earth_lat_deg",
    "sub_earth_lon_deg",
    "sub_solar_lat_deg",
    "sub_solar_lon_deg",
)
"""Columns of the site table."""


@dataclass(frozen=True, slots=True)
class SiteGeometry:
    """A place on the Moon: selenographic latitude and east longitude (ME), height above 1737.4 km, and its horizon.

    Without a mask the horizon is flat at 0 degrees.
    """

    latitude_rad: float
    longitude_rad: float
    height_km: float = 0.0
    horizon: HorizonMask | None = None


@dataclass(frozen=True, slots=True)
class SiteEphemeris:
    """Sun and Earth at a site, arrays of the shape of the epochs; angles in rad; NaN where the epoch is NaN.

    Attributes
    ----------
    sun_azimuth_rad, sun_elevation_rad : ndarray
        Of the Sun's centre.
    horizon_at_sun_rad : ndarray
        Elevation of the local horizon below the Sun.
    sun_radius_rad : ndarray
        Half the width of its disc.
    sun_fraction : ndarray
        Part of the Sun's disc above the local horizon, 0 to 1.
    earth_azimuth_rad, earth_elevation_rad : ndarray
        Of the Earth's centre.
    horizon_at_earth_rad : ndarray
        Elevation of the local horizon below the Earth.
    sub_earth_lat_rad, sub_earth_lon_rad, sub_solar_lat_rad, sub_solar_lon_rad : ndarray
        Where Earth and Sun stand overhead (ME; longitudes east, -pi to pi).
    """

    sun_azimuth_rad: FloatArray
    sun_elevation_rad: FloatArray
    horizon_at_sun_rad: FloatArray
    sun_radius_rad: FloatArray
    sun_fraction: FloatArray
    earth_azimuth_rad: FloatArray
    earth_elevation_rad: FloatArray
    horizon_at_earth_rad: FloatArray
    sub_earth_lat_rad: FloatArray
    sub_earth_lon_rad: FloatArray
    sub_solar_lat_rad: FloatArray
    sub_solar_lon_rad: FloatArray

    @property
    def sun_above_horizon_rad(self) -> FloatArray:
        """Elevation of the Sun's centre above the local horizon."""
        return self.sun_elevation_rad - self.horizon_at_sun_rad

    @property
    def earth_above_horizon_rad(self) -> FloatArray:
        """Elevation of the Earth's centre above the local horizon."""
        return self.earth_elevation_rad - self.horizon_at_earth_rad

    @property
    def earth_visible(self) -> NDArray[np.bool_]:
        """Whether the Earth's centre is above the local horizon."""
        return self.earth_elevation_rad > self.horizon_at_earth_rad


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A body from the Moon's centre (km), and its velocity about the solar-system barycentre (km/s); any axes."""

    r_km: FloatArray
    v_ssb_km_s: FloatArray

    def turned(self, matrix: FloatArray) -> Source:
        """Return the same on other axes, by matrices (..., 3, 3)."""
        return Source(rotated(matrix, self.r_km), rotated(matrix, self.v_ssb_km_s))

    def seen_from(self, place_km: FloatArray | float) -> FloatArray:
        """Vectors (..., 3) from a place to where the body was when the light left that arrives there now.

        The body is set back along its velocity; its acceleration leaves centimetres out.
        """
        now_km = self.r_km - place_km
        then_km = now_km - self.v_ssb_km_s * _light_time_s(now_km)
        set_back: FloatArray = now_km - self.v_ssb_km_s * _light_time_s(then_km)
        return set_back


@dataclass(frozen=True, slots=True, eq=False)
class MoonSky:
    """Sun and Earth from the Moon's centre on ME axes, at epochs (...)."""

    sun: Source
    earth: Source


def site_geometry(
    latitude_deg: float, longitude_deg: float, height_m: float = 0.0, horizon: HorizonMask | None = None
) -> SiteGeometry:
    """Describe a place in degrees and metres.

    Raises
    ------
    UsageError
        For a latitude beyond 90 degrees, a longitude beyond 360, or a height that is none.
    """
    if not (abs(latitude_deg) <= 90.0 and abs(longitude_deg) <= 360.0 and abs(height_m) <= 20_000.0):
        message = (
            f"{latitude_deg:g}, {longitude_deg:g}, {height_m:g} m is no place on the Moon: "
            "latitude lies in -90..90 deg, longitude in -180..360 deg east, height in metres above 1737.4 km"
        )
        raise UsageError(message)
    return SiteGeometry(latitude_deg * DEG, longitude_deg * DEG, height_m / M_PER_KM, horizon)


def site_axes_moon_me(site: SiteGeometry) -> FloatArray:
    """Rows east, north and up of the site, on ME axes, (3, 3)."""
    return east_north_up(site.latitude_rad, site.longitude_rad)


def site_unit_icrf(site: SiteGeometry, t_tdb_s: ArrayLike) -> FloatArray:
    """Point from the Moon's centre to the site: unit vectors (..., 3) on ICRF axes."""
    return rotated_back(icrf_to_moon_me(t_tdb_s), site_axes_moon_me(site)[2])


def site_ephemeris(site: SiteGeometry, t_tdb_s: ArrayLike, ephemeris: Ephemeris | None = None) -> SiteEphemeris:
    """Sun and Earth at a site at epochs (...), TDB seconds past J2000.

    Raises
    ------
    DataMissingError
        For epochs outside the ephemeris.
    """
    return sky_over(site, moon_sky(t_tdb_s, ephemeris))


def moon_sky(t_tdb_s: ArrayLike, ephemeris: Ephemeris | None = None) -> MoonSky:
    """Sun and Earth from the Moon's centre at epochs (...): what all sites share, and nearly all of their cost.

    Raises
    ------
    DataMissingError
        For epochs outside the ephemeris.
    """
    moon_me = icrf_to_moon_me(t_tdb_s)
    sun, earth = _sun_and_earth_from_the_moon(t_tdb_s, ephemeris or Ephemeris.de440())
    return MoonSky(sun.turned(moon_me), earth.turned(moon_me))


def sky_over(site: SiteGeometry, sky: MoonSky) -> SiteEphemeris:
    """Sun and Earth as a site sees them, arrays of the shape of the sky's epochs."""
    axes = site_axes_moon_me(site)
    place_me_km = (R_MOON_KM + site.height_km) * axes[2]
    sun_azimuth, sun_elevation, sun_distance = direction(axes, sky.sun.seen_from(place_me_km))
    earth_azimuth, earth_elevation, _ = direction(axes, sky.earth.seen_from(place_me_km))
    horizon_at_sun, sun_radius = horizon_at(site, sun_azimuth), np.arcsin(R_SUN_KM / sun_distance)
    return SiteEphemeris(
        sun_azimuth,
        sun_elevation,
        horizon_at_sun,
        sun_radius,
        disc_fraction(sun_elevation - horizon_at_sun, sun_radius),
        earth_azimuth,
        earth_elevation,
        horizon_at(site, earth_azimuth),
        *_latitude_and_longitude(sky.earth.seen_from(0.0)),
        *_latitude_and_longitude(sky.sun.seen_from(0.0)),
    )


def sub_solar_latitude_rad(t_tdb_s: ArrayLike) -> FloatArray:
    """Latitude (...) at which the Sun stands overhead (ME), rad."""
    return _latitude_and_longitude(moon_sky(t_tdb_s).sun.seen_from(0.0))[0]


def direction(site_axes: FloatArray, r_km: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Azimuth in [0, 2 pi), elevation, and distance km, of vectors (..., 3) from the site.

    ``site_axes`` (..., 3, 3) leads from the vectors' axes to east, north and up.
    """
    east, north, up = np.moveaxis(rotated(site_axes, r_km), -1, 0)
    azimuth = np.arctan2(east, north) % (2.0 * np.pi)
    level = np.hypot(east, north)
    return azimuth, np.arctan2(up, level), np.hypot(level, up)


def disc_fraction(height_rad: FloatArray, radius_rad: FloatArray) -> FloatArray:
    """Part of a disc above a straight horizon, 0 to 1, from the height of its centre above that horizon."""
    x = np.clip(height_rad / radius_rad, -1.0, 1.0)
    # Half the disc, the sector between centre line and horizon, and the two triangles in it.
    fraction: FloatArray = 0.5 + (np.arcsin(x) + x * np.sqrt(1.0 - x**2)) / np.pi
    return fraction


def calibrated_horizon(
    site: SiteGeometry, outline: HorizonMask, average_light: float, t_tdb_s: FloatArray
) -> HorizonMask:
    """Lower or raise an outline until the Sun's centre is above it for a stated share of the epochs.

    A stand-in where a spot's average is published and its mask is not: it is not terrain, and its source says so.

    Parameters
    ----------
    site : SiteGeometry
        Its own horizon is not used.
    outline : HorizonMask
        Of a spot near by.
    average_light : float
        Between 0 and 1.
    t_tdb_s : ndarray (n,)
        Evenly spread epochs; years of them, or the season biases the result.
    """
    sky = site_ephemeris(site, t_tdb_s)
    above_deg = (sky.sun_elevation_rad - outline.elevation_at(sky.sun_azimuth_rad)) / DEG
    lower_deg = -float(np.quantile(above_deg, 1.0 - average_light))
    source = (
        f"calibrated, not terrain-derived: {outline.source.partition(':')[0]} lowered by {lower_deg:.2f} deg "
        f"so that the Sun's centre is up {100.0 * average_light:.1f} % of the time"
    )
    return outline.lowered(lower_deg, source)


def site_epochs(start_tdb_s: float, stop_tdb_s: float, step_s: float) -> FloatArray:
    """Epochs from start to stop by a step of UTC, both ends included where the step meets them.

    Equal start and stop give one epoch. UTC is taken to the millisecond.

    Raises
    ------
    UsageError
        For a stop before the start, a step below a millisecond, or more than five million epochs.
    """
    start, stop = utc_datetime64(np.array([start_tdb_s, stop_tdb_s]))
    if stop < start:
        message = "the stop is before the start"
        raise UsageError(message)
    if not step_s >= 1e-3:
        message = f"the step must be positive, not {step_s:g} s"
        raise UsageError(message)
    count = int((stop - start).astype(np.int64) / (step_s * 1e3) + 1e-9) + 1
    if count > _MOST_ROWS:
        message = f"{count} epochs are more than {_MOST_ROWS}: take a longer step"
        raise UsageError(message)
    milliseconds = np.rint(np.arange(count) * (step_s * 1e3)).astype(np.int64)
    return tdb_s_from_utc_datetime64(start + milliseconds.astype("timedelta64[ms]"))


def site_columns(site: SiteGeometry, t_tdb_s: FloatArray) -> dict[str, NDArray[Any]]:
    """Table of the site's sky at epochs (n,): each name of ``COLUMNS`` with its values (n,), angles in degrees."""
    sky = site_ephemeris(site, t_tdb_s)
    values = (
        utc_text(t_tdb_s),
        _azimuth_deg(sky.sun_azimuth_rad),
        sky.sun_elevation_rad / DEG,
        sky.horizon_at_sun_rad / DEG,
        sky.sun_fraction,
        _azimuth_deg(sky.earth_azimuth_rad),
        sky.earth_elevation_rad / DEG,
        sky.earth_visible,
        sky.sub_earth_lat_rad / DEG,
        sky.sub_earth_lon_rad / DEG,
        sky.sub_solar_lat_rad / DEG,
        sky.sub_solar_lon_rad / DEG,
    )
    return dict(zip(COLUMNS, values, strict=True))


def site_rows(site: SiteGeometry, t_tdb_s: FloatArray) -> Iterator[tuple[str, ...]]:
    """Rows of the site table as text, in the order of ``COLUMNS``: six decimals, ``true`` and ``false``."""
    texts = [_as_text(column).tolist() for column in site_columns(site, t_tdb_s).values()]
    return zip(*texts, strict=True)


def _azimuth_deg(azimuth_rad: FloatArray) -> FloatArray:
    """Degrees in [0, 360), also once they are rounded to six decimals."""
    degrees: FloatArray = azimuth_rad / DEG
    return np.where(degrees >= 360.0 - 0.5e-6, 0.0, degrees)


def _as_text(column: NDArray[Any]) -> NDArray[np.str_]:
    if column.dtype.kind == "b":
        return np.where(column, "true", "false")
    # Adding zero turns a rounded -0.000000 into 0.000000.
    return np.char.mod("%.6f", np.round(column, 6) + 0.0) if column.dtype.kind == "f" else column.astype(np.str_)


def _light_time_s(r_km: FloatArray) -> FloatArray:
    time_s: FloatArray = np.linalg.norm(r_km, axis=-1, keepdims=True) / SPEED_OF_LIGHT_KM_S
    return time_s


def _sun_and_earth_from_the_moon(t_tdb_s: ArrayLike, ephemeris: Ephemeris) -> tuple[Source, Source]:
    earth_km, earth_km_s = ephemeris.earth_ssb(t_tdb_s)
    sun_km, sun_km_s = ephemeris.sun_ssb(t_tdb_s)
    earth_to_moon_km, _ = ephemeris.moon_geocentric(t_tdb_s)
    return Source(sun_km - earth_km - earth_to_moon_km, sun_km_s), Source(-earth_to_moon_km, earth_km_s)


def horizon_at(site: SiteGeometry, azimuth_rad: FloatArray) -> FloatArray:
    """Elevation of the local horizon (...), rad, at azimuths (...)."""
    if site.horizon is None:
        return np.where(np.isnan(azimuth_rad), np.nan, 0.0)
    return site.horizon.elevation_at(azimuth_rad)


def _latitude_and_longitude(r_me_km: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y, z = np.moveaxis(r_me_km, -1, 0)
    return np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)
