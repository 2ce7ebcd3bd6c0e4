"""The orbit a lander waits in: its plane after insertion and how that plane turns.

The plane is inertial but for the secular effect of the Moon's J2 about the Moon's pole. Left out: C22, the mascons, the
Earth. They move the node of a polar 100 km orbit by about a degree a month and change the eccentricity, which upkeep
holds; the landing passes inherit that as minutes in time and tenths of a degree in cross-range after some weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import C20_MOON, GM_MOON_KM3_S2, R_MOON_GRAVITY_KM

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StagingMotion:
    """Secular motion of N staging orbits.

    Attributes
    ----------
    turn_s : ndarray (N,)
        Time from perilune to perilune (anomalistic period).
    node_rate_rad_s, apsis_rate_rad_s : ndarray (N,)
        Of the node about the Moon's pole, and of perilune along the orbit.
    circle_rate_rad_s : ndarray (N,)
        Angular speed, from the node, on the circle at the height of perilune.
    """

    turn_s: FloatArray
    node_rate_rad_s: FloatArray
    apsis_rate_rad_s: FloatArray
    circle_rate_rad_s: FloatArray


def orbit_axes_icrf(perilune_state_icrf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the unit normal and the unit vector to perilune (..., 3) of Moon-centred states at perilune (..., 6)."""
    r, v = perilune_state_icrf[..., :3], perilune_state_icrf[..., 3:]
    normal = np.cross(r, v)
    return _unit(normal), _unit(r)


def _unit(vector: FloatArray) -> FloatArray:
    unit: FloatArray = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return unit


def secular_rates(
    semi_major_axis_km: float, eccentricity: float, cos_inclination: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rates of node, perilune and mean anomaly (rad/s, shape of ``cos_inclination``) under the Moon's J2.

    First order: Kaula 1966, Theory of Satellite Geodesy, eq. 3.74; Vallado 2013, eqs. 9-37, 9-39, 9-41.
    """
    n = float(np.sqrt(GM_MOON_KM3_S2 / semi_major_axis_km**3))
    parameter_km = semi_major_axis_km * (1.0 - eccentricity**2)
    k = -1.5 * C20_MOON * n * (R_MOON_GRAVITY_KM / parameter_km) ** 2
    sin2 = 1.0 - cos_inclination**2
    node = -k * cos_inclination
    apsis = k * (2.0 - 2.5 * sin2)
    anomaly = n + k * np.sqrt(1.0 - eccentricity**2) * (1.0 - 1.5 * sin2)
    return node, apsis, anomaly


def staging_motion(perilune_radius_km: float, apolune_radius_km: float, cos_inclination: FloatArray) -> StagingMotion:
    """Secular motion of the staging orbit at given inclinations (N,) to the Moon's equator."""
    semi_major_axis_km = 0.5 * (perilune_radius_km + apolune_radius_km)
    eccentricity = (apolune_radius_km - perilune_radius_km) / (apolune_radius_km + perilune_radius_km)
    node, apsis, anomaly = secular_rates(semi_major_axis_km, eccentricity, cos_inclination)
    _, circle_apsis, circle_anomaly = secular_rates(perilune_radius_km, 0.0, cos_inclination)
    return StagingMotion(2.0 * np.pi / anomaly, node, apsis, circle_apsis + circle_anomaly)
