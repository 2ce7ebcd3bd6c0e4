"""What a launch pad can reach: azimuth, inclination, and how its plane lies to the pad.

A lift-off at pad azimuth A, relative to the turning Earth, gives the inertial azimuth A_in by the velocity triangle

    v sin A_in = v_rel sin A + ω R cos φ,   v cos A_in = v_rel cos A,

with v the parking orbit's speed and φ the geocentric latitude; then cos i = cos φ sin A_in, and by spherical
trigonometry the node lies west of the pad by atan2(sin φ sin A_in, cos A_in) and the pad has the argument of latitude
atan2(sin φ, cos φ cos A_in) (Bate, Mueller & White 1971, sections 3.4 and 6.4).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.earth import geodetic_to_itrs
from sim.catalog.models import LaunchSite
from sim.constants import EARTH_ROTATION_RAD_S, GM_EARTH_KM3_S2
from sim.units import DEG

FloatArray = NDArray[np.float64]

DUE_EAST_WITHIN_RAD = 0.3 * DEG
"""An allowed inclination this near the latitude is flown due east (its supplement due west): such figures are quoted
rounded, or for the geodetic latitude."""


@dataclass(frozen=True, slots=True)
class Pad:
    """A launch pad as geometry: geocentric latitude, east longitude, distance from the Earth's axis."""

    latitude_rad: float
    longitude_rad: float
    axis_distance_km: float

    @property
    def turning_speed_km_s(self) -> float:
        """Eastward speed that the Earth gives."""
        return EARTH_ROTATION_RAD_S * self.axis_distance_km


@dataclass(frozen=True, slots=True)
class Headings:
    """Directions of launch from a pad, arrays (A,).

    Attributes
    ----------
    azimuth_rad : of the pad, clockwise from north, relative to the turning Earth.
    inclination_rad : of the parking orbit to the equator of date.
    node_offset_rad : right ascension of the pad minus that of the node.
    argument_rad : argument of latitude of the pad.
    speed_loss_km_s : speed the rocket has to make beyond a launch due east from the same pad.
    """

    azimuth_rad: FloatArray
    inclination_rad: FloatArray
    node_offset_rad: FloatArray
    argument_rad: FloatArray
    speed_loss_km_s: FloatArray

    def __len__(self) -> int:
        """Return the number of directions."""
        return len(self.azimuth_rad)

    def take(self, which: NDArray[np.int64]) -> Headings:
        """Return some of them."""
        return Headings(*(getattr(self, field.name)[which] for field in fields(self)))


def pad_of(site: LaunchSite) -> Pad:
    """Geometry of a launch site, WGS 84."""
    x, y, z = geodetic_to_itrs(site.latitude_deg, site.longitude_deg, site.height_m)
    axis_distance = float(np.hypot(x, y))
    return Pad(float(np.arctan2(z, axis_distance)), float(np.arctan2(y, x)), axis_distance)


def parking_speed_km_s(parking_radius_km: float) -> float:
    """Speed in the circular parking orbit."""
    return float(np.sqrt(GM_EARTH_KM3_S2 / parking_radius_km))


def headings_at(pad: Pad, azimuth_rad: ArrayLike, parking_radius_km: float) -> Headings:
    """Headings of given pad azimuths."""
    azimuth = np.atleast_1d(np.asarray(azimuth_rad, float)) % (2.0 * np.pi)
    speed, turning = parking_speed_km_s(parking_radius_km), pad.turning_speed_km_s
    east, north = np.sin(azimuth), np.cos(azimuth)
    relative = -turning * east + np.sqrt(speed**2 - (turning * north) ** 2)
    inertial = np.arctan2(relative * east + turning, relative * north)
    sin_lat, cos_lat = np.sin(pad.latitude_rad), np.cos(pad.latitude_rad)
    return Headings(
        azimuth_rad=azimuth,
        inclination_rad=np.arccos(cos_lat * np.sin(inertial)),
        node_offset_rad=np.arctan2(sin_lat * np.sin(inertial), np.cos(inertial)),
        argument_rad=np.arctan2(sin_lat, cos_lat * np.cos(inertial)),
        speed_loss_km_s=relative - (speed - turning),
    )


def azimuth_of_inclination(pad: Pad, inclination_rad: float, heading: str, parking_radius_km: float) -> float:
    """Pad azimuth that reaches an inclination, ``heading`` "north" or "south"; due east (west) where it just cannot.

    Raises
    ------
    ValueError
        Where the inclination lies further than ``DUE_EAST_WITHIN_RAD`` below the latitude.
    """
    reach = abs(pad.latitude_rad)
    if min(inclination_rad, np.pi - inclination_rad) < reach - DUE_EAST_WITHIN_RAD:
        message = f"inclination {inclination_rad / DEG:.2f} deg is below the pad's latitude {reach / DEG:.2f} deg"
        raise ValueError(message)
    if abs(inclination_rad - reach) <= DUE_EAST_WITHIN_RAD:
        return 0.5 * np.pi
    if abs(np.pi - inclination_rad - reach) <= DUE_EAST_WITHIN_RAD:
        return 1.5 * np.pi
    inertial = float(np.arcsin(np.cos(inclination_rad) / np.cos(pad.latitude_rad)))
    speed = parking_speed_km_s(parking_radius_km)
    east, north = speed * np.sin(inertial) - pad.turning_speed_km_s, speed * np.cos(inertial)
    return float(np.arctan2(east, north if heading == "north" else -north) % (2.0 * np.pi))


def azimuths_reaching(
    pad: Pad, inclination_rad: FloatArray, near_azimuth_rad: FloatArray, parking_radius_km: float
) -> FloatArray:
    """Pad azimuths (M,) that reach inclinations (M,), in the quadrants of other azimuths (M,); due east where none."""
    speed = parking_speed_km_s(parking_radius_km)
    sine = np.clip(np.cos(inclination_rad) / np.cos(pad.latitude_rad), -1.0, 1.0)
    east = speed * sine * np.where(np.sin(near_azimuth_rad) < 0.0, -1.0, 1.0) - pad.turning_speed_km_s
    north = speed * np.sqrt(1.0 - sine**2) * np.where(np.cos(near_azimuth_rad) < 0.0, -1.0, 1.0)
    azimuths: FloatArray = np.arctan2(east, north) % (2.0 * np.pi)
    return azimuths


def azimuth_inside_deg(azimuth_rad: FloatArray, azimuth_range_deg: tuple[float, float]) -> FloatArray:
    """Degrees by which azimuths lie inside a range, to its nearer end; negative outside, infinite in a full circle."""
    span = azimuth_span_deg(azimuth_range_deg)
    if span >= 360.0:
        return np.full(np.shape(azimuth_rad), np.inf)
    offset = (np.degrees(azimuth_rad) - azimuth_range_deg[0] + 180.0 - 0.5 * span) % 360.0 - 180.0
    inside: FloatArray = 0.5 * span - np.abs(offset)
    return inside


def azimuth_span_deg(azimuth_range_deg: tuple[float, float]) -> float:
    """Width of an azimuth range, which may cross north; 0 to 360 is the full circle."""
    low, high = azimuth_range_deg
    return 360.0 if high - low >= 360.0 else (high - low) % 360.0


def spread_azimuths_rad(azimuth_range_deg: tuple[float, float], count: int) -> FloatArray:
    """``count`` azimuths evenly across a range, its ends included; one where the range is a single azimuth."""
    span = azimuth_span_deg(azimuth_range_deg)
    return np.asarray(np.radians(azimuth_range_deg[0] + np.linspace(0.0, span, count if span > 0.0 else 1)))


def site_headings(site: LaunchSite, parking_radius_km: float, count: int) -> Headings:
    """Headings of a launch site: ``count`` azimuths across its range, or one for each allowed inclination."""
    pad = pad_of(site)
    if site.azimuth_range_deg is not None:
        return headings_at(pad, spread_azimuths_rad(site.azimuth_range_deg, count), parking_radius_km)
    azimuths = [
        azimuth_of_inclination(pad, inclination * DEG, site.heading, parking_radius_km)
        for inclination in site.allowed_inclinations_deg or ()
    ]
    return headings_at(pad, np.array(azimuths), parking_radius_km)
