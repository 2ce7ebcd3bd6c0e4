"""What ground stations on the Earth see of a craft bound for the Moon: its elevation, and whether the Moon hides it.

Directions are geometric, from a place on WGS 84 whose vertical is that of the ellipsoid: without refraction (0.15
degrees at 5 degrees of elevation, which lifts) and without light time (20 arcseconds of the Earth's turn).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.earth import gcrs_to_itrs, geodetic_to_itrs
from sim.astro.limb import limb_clearance_rad
from sim.astro.rotations import rotated, rotated_back
from sim.catalog.models import GroundStation
from sim.constants import R_MOON_KM
from sim.units import DEG

FloatArray = NDArray[np.float64]


def elevations_rad(stations: Sequence[GroundStation], t_tdb_s: ArrayLike, position_gcrs_km: FloatArray) -> FloatArray:
    """Elevation of a craft at ground stations.

    Parameters
    ----------
    stations : sequence of GroundStation, length S
    t_tdb_s : array_like (...)
        TDB seconds past J2000; NaN gives NaN.
    position_gcrs_km : ndarray (..., 3)

    Returns
    -------
    ndarray (S, ...)
        Above the plane that is level there on WGS 84.
    """
    craft_itrs_km = rotated(_to_itrs(t_tdb_s), position_gcrs_km)
    return np.array([_elevation(station, craft_itrs_km) for station in stations])


def limb_clearances_rad(
    stations: Sequence[GroundStation], t_tdb_s: ArrayLike, position_gcrs_km: FloatArray, moon_gcrs_km: FloatArray
) -> FloatArray:
    """How far a craft is from passing behind the Moon's limb, (S, ...): negative where the Moon hides it.

    An angle at the Moon's centre (``sim.astro.limb``): of its orbit about the Moon, a craft that flies straight away
    from the station's side has so much left before the limb, or is so far beyond it.
    """
    turn = _to_itrs(t_tdb_s)
    craft_km = position_gcrs_km - moon_gcrs_km
    places_km = [rotated_back(turn, station_place_itrs_km(station)) - moon_gcrs_km for station in stations]
    return np.array([limb_clearance_rad(place_km, craft_km, R_MOON_KM) for place_km in places_km])


def station_place_itrs_km(station: GroundStation) -> FloatArray:
    """Place of a ground station from the Earth's centre on the turning Earth's axes (3,)."""
    return geodetic_to_itrs(station.latitude_deg, station.longitude_deg, station.height_m)


def station_axes_itrs(station: GroundStation) -> FloatArray:
    """Rows east, north and up of the ellipsoid at a station, on the turning Earth's axes (3, 3)."""
    latitude, longitude = station.latitude_deg * DEG, station.longitude_deg * DEG
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    level = np.cos(latitude)
    up = np.array([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])
    return np.stack([east, np.cross(up, east), up])


def _to_itrs(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation to the turning Earth; quietly NaN where there is no epoch."""
    with np.errstate(invalid="ignore"):
        return gcrs_to_itrs(t_tdb_s)


def _elevation(station: GroundStation, craft_itrs_km: FloatArray) -> FloatArray:
    up = station_axes_itrs(station)[2]
    line = craft_itrs_km - station_place_itrs_km(station)
    height = line @ up
    elevation: FloatArray = np.arctan2(height, np.linalg.norm(line - height[..., None] * up, axis=-1))
    return elevation
