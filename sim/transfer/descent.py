"""Delta-v from the staging orbit to touchdown.

The catalogue states a lander's descent from a circle of 100 km altitude, deorbit and hover included. From another
orbit the impulsive parts change and the rest stays: the drop from an ellipse to the circle at perilune, the deorbit
impulse that lowers the opposite side to 15 km, and the speed at 15 km that braking has to take away. A site beside the
plane adds a turn of the circle's plane by the cross-range, a quarter turn before the site: 2 v sin(chi / 2).

The 15 km: Chang'e-5 and -6 brake from a perilune of about 15 km (Xinhua 2020-12-02), as did Apollo (50 000 ft).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import Lander, StagingOrbit
from sim.constants import R_MOON_KM
from sim.transfer.insertion import apsis_speed_km_s
from sim.transfer.levels import Level, pessimistic_when_high
from sim.units import M_PER_KM

FloatArray = NDArray[np.float64]

REFERENCE_ALTITUDE_KM = 100.0
BRAKING_ALTITUDE_KM = 15.0


def impulsive_descent_km_s(perilune_altitude_km: ArrayLike, apolune_altitude_km: ArrayLike) -> FloatArray:
    """Delta-v of the impulsive parts of a descent: drop to the circle at perilune, deorbit, speed left at braking.

    A perilune below the braking altitude is braked from directly.
    """
    perilune = R_MOON_KM + np.asarray(perilune_altitude_km, dtype=np.float64)
    apolune = R_MOON_KM + np.asarray(apolune_altitude_km, dtype=np.float64)
    braking = np.minimum(R_MOON_KM + BRAKING_ALTITUDE_KM, perilune)
    drop_and_deorbit = apsis_speed_km_s(perilune, apolune) - apsis_speed_km_s(perilune, braking)
    total: FloatArray = drop_and_deorbit + apsis_speed_km_s(braking, perilune)
    return total


def plane_turn_dv_km_s(perilune_altitude_km: ArrayLike, cross_range_rad: ArrayLike) -> FloatArray:
    """Impulse that turns the circle at perilune's height by the cross-range; its sign does not matter."""
    radius = R_MOON_KM + np.asarray(perilune_altitude_km, dtype=np.float64)
    chi = np.abs(np.asarray(cross_range_rad, dtype=np.float64))
    dv: FloatArray = 2.0 * apsis_speed_km_s(radius, radius) * np.sin(0.5 * chi)
    return dv


def descent_dv_km_s(
    lander: Lander, staging_orbit: StagingOrbit, cross_range_rad: ArrayLike, level: Level = "value"
) -> FloatArray:
    """Delta-v (N,) from the staging orbit to touchdown for landings at given cross-ranges (N,).

    ``level`` "low" takes the figure that lands least: the highest delta-v.
    """
    if lander.descent_dv is None:
        return np.full(np.shape(cross_range_rad), np.nan)
    figure_km_s = pessimistic_when_high(lander.descent_dv, level) / M_PER_KM
    low, high = staging_orbit.perilune_altitude_km, staging_orbit.apolune_altitude_km
    moved = impulsive_descent_km_s(low, high) - impulsive_descent_km_s(REFERENCE_ALTITUDE_KM, REFERENCE_ALTITUDE_KM)
    dv: FloatArray = figure_km_s + moved + plane_turn_dv_km_s(low, cross_range_rad)
    return dv
