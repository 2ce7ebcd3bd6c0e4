"""Launches rebuilt with vectors in the inertial frame: no spherical trigonometry, no code of sim.transfer."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from sim.astro.earth import earth_rotation_gcrs_rad_s, gcrs_to_itrs, geodetic_to_itrs
from sim.constants import GM_EARTH_KM3_S2, J2_EARTH, R_EARTH_KM


@dataclass(frozen=True, slots=True)
class Ascent:
    """Unit vectors in GCRS at lift-off: the pad's vertical, normal of the plane that is flown, the Earth's axis."""

    up: np.ndarray
    normal: np.ndarray
    pole: np.ndarray
    relative_speed_km_s: float

    @property
    def inclination_rad(self):
        return float(np.arccos(self.normal @ self.pole))


def ascent(site, liftoff_tdb_s, azimuth_rad, parking_radius_km):
    """Plane of a lift-off: velocity of the pad plus that along the azimuth, together the parking orbit's speed."""
    place = gcrs_to_itrs(liftoff_tdb_s).T @ geodetic_to_itrs(site.latitude_deg, site.longitude_deg, site.height_m)
    turning = earth_rotation_gcrs_rad_s(liftoff_tdb_s)
    pole, up = turning / np.linalg.norm(turning), place / np.linalg.norm(place)
    east = np.cross(pole, up) / np.linalg.norm(np.cross(pole, up))
    heading = np.sin(azimuth_rad) * east + np.cos(azimuth_rad) * np.cross(up, east)
    carried = np.cross(turning, place)
    along = heading @ carried
    relative = -along + np.sqrt(along**2 + GM_EARTH_KM3_S2 / parking_radius_km - carried @ carried)
    normal = np.cross(up, carried + relative * heading)
    return Ascent(up, normal / np.linalg.norm(normal), pole, float(relative))


def injection_place_km(start, problem, coast_s):
    """Where ascent and coast lead (3,), GCRS: mean rates of J2 on a circle, as Vallado 2013, eq. 9-41, has them."""
    radius = problem.parking_radius_km
    motion = np.sqrt(GM_EARTH_KM3_S2 / radius**3)
    k = 1.5 * J2_EARTH * (R_EARTH_KM / radius) ** 2
    cos_i = start.normal @ start.pole
    angle = problem.downrange_rad + motion * (1.0 + k * (4.0 * cos_i**2 - 1.0)) * coast_s
    flown = Rotation.from_rotvec(start.normal * angle).apply(start.up)
    return radius * Rotation.from_rotvec(-start.pole * k * motion * cos_i * coast_s).apply(flown)
