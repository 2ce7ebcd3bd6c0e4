"""Mass a launcher sends to the Moon, against the energy asked for."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import Launcher
from sim.constants import G0_KM_S2, GM_EARTH_KM3_S2, R_EARTH_KM

FloatArray = NDArray[np.float64]
Level = Literal["value", "low", "high"]

TYPICAL_C3_KM2_S2 = -1.8
"""Of a direct flight of four to five days; used where one figure must do."""

TABLE_MARGIN_KM2_S2 = 1.0
"""A table without stage data is held constant this far beyond its ends; further out there is no figure."""


def injected_mass_kg(launcher: Launcher, c3_km2_s2: ArrayLike, level: Level = "value") -> FloatArray:
    """Mass that ``launcher`` injects to ``c3_km2_s2`` (any shape), kg; NaN where nothing is known.

    Between the points of a table: linear in C3. From a single point, and beyond the ends of a table whose launcher
    has stage data: the rocket equation with the mass in the parking orbit before the burn held constant.
    """
    c3 = np.asarray(c3_km2_s2, dtype=np.float64)
    points = np.array([(point.c3_km2_s2, point.mass.at(level)) for point in launcher.tli])
    mass = np.interp(c3, points[:, 0], points[:, 1])
    for end, outside in ((points[0], c3 < points[0, 0]), (points[-1], c3 > points[-1, 0])):
        mass = np.where(outside, _beyond(launcher, c3, end, level), mass)
    return np.asarray(np.maximum(mass, 0.0))


def injection_dv_km_s(parking_altitude_km: float, c3_km2_s2: ArrayLike) -> Any:
    """Tangential impulse from a circular parking orbit to ``c3_km2_s2``, km/s (two bodies, vis-viva)."""
    gm_per_radius = GM_EARTH_KM3_S2 / (R_EARTH_KM + parking_altitude_km)
    return np.sqrt(np.asarray(c3_km2_s2, dtype=np.float64) + 2.0 * gm_per_radius) - np.sqrt(gm_per_radius)


def _beyond(launcher: Launcher, c3: FloatArray, end: FloatArray, level: Level) -> FloatArray:
    stage = launcher.upper_stage
    if stage is None:
        return np.where(np.abs(c3 - end[0]) <= TABLE_MARGIN_KM2_S2, end[1], np.nan)
    exhaust_km_s = G0_KM_S2 * stage.isp.value
    dry_kg = stage.dry_mass.value
    dv_more = injection_dv_km_s(launcher.parking_altitude_km, c3) - injection_dv_km_s(
        launcher.parking_altitude_km, end[0]
    )
    return np.asarray((end[1] + dry_kg) * np.exp(-dv_more / exhaust_km_s) - dry_kg)
