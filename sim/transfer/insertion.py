"""Lunar orbit insertion: impulses at the apsides, from the arrival hyperbola into the staging orbit.

Impulsive and tangential. A real burn of length T about perilune costs more by the share (mu / r^3) T^2 / 24, to second
order (Robbins 1966, AIAA Journal 4(8), pp. 1417-1423): 0.4 % for the 6 minutes of Apollo 11, 3 % for the 17 minutes of
Chang'e-5; beyond half an hour the series overstates it and the burn is split. ``finite_burn_loss_km_s`` gives it;
nothing here adds it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import G0_KM_S2, GM_MOON_KM3_S2

FloatArray = NDArray[np.float64]


def _array(value: ArrayLike) -> FloatArray:
    return np.asarray(value, dtype=np.float64)


def apsis_speed_km_s(radius_km: ArrayLike, other_radius_km: ArrayLike) -> FloatArray:
    """Speed at one apsis of a lunar orbit, given the radii of this and the other apsis (vis-viva)."""
    here, there = _array(radius_km), _array(other_radius_km)
    speed: FloatArray = np.sqrt(2.0 * GM_MOON_KM3_S2 * there / (here * (here + there)))
    return speed


def perilune_speed_km_s(excess_speed_km_s: ArrayLike, perilune_radius_km: ArrayLike) -> FloatArray:
    """Speed at perilune of the hyperbola with a given speed far away (vis-viva)."""
    speed: FloatArray = np.sqrt(_array(excess_speed_km_s) ** 2 + 2.0 * GM_MOON_KM3_S2 / _array(perilune_radius_km))
    return speed


def insertion_dv_km_s(
    perilune_speed_km_s: ArrayLike,
    perilune_radius_km: ArrayLike,
    apolune_radius_km: ArrayLike,
    plane_change_rad: ArrayLike = 0.0,
) -> FloatArray:
    """Impulse at perilune into the ellipse from there to an apolune; shapes broadcast, NaN stays NaN.

    A plane change made with it turns the velocity about the radius: law of cosines of the two speeds.
    """
    before, turn = _array(perilune_speed_km_s), _array(plane_change_rad)
    after = apsis_speed_km_s(perilune_radius_km, apolune_radius_km)
    dv: FloatArray = np.sqrt((before - after) ** 2 + 4.0 * before * after * np.sin(0.5 * turn) ** 2)
    return dv


def insertion_to_orbit_dv_km_s(
    perilune_speed_km_s: ArrayLike,
    arrival_radius_km: ArrayLike,
    perilune_radius_km: ArrayLike,
    apolune_radius_km: ArrayLike,
    plane_change_rad: ArrayLike = 0.0,
) -> FloatArray:
    """Insert by two impulses, half a turn apart, where the arrival's perilune is not that of the staging orbit.

    The first, at the arrival's perilune, sets the opposite apsis to the staging orbit's apolune; the second, there,
    moves the arrival's apsis to the staging orbit's perilune. Equal radii make the second vanish.
    """
    first = insertion_dv_km_s(perilune_speed_km_s, arrival_radius_km, apolune_radius_km, plane_change_rad)
    second = apsis_speed_km_s(apolune_radius_km, arrival_radius_km) - apsis_speed_km_s(
        apolune_radius_km, perilune_radius_km
    )
    dv: FloatArray = first + np.abs(second)
    return dv


def burn_time_s(dv_km_s: ArrayLike, mass_kg: ArrayLike, isp_s: float, thrust_n: float) -> FloatArray:
    """Length of a burn at constant thrust from an initial mass: propellant of the rocket equation over its flow."""
    exhaust_km_s = isp_s * G0_KM_S2
    propellant_kg = -_array(mass_kg) * np.expm1(-_array(dv_km_s) / exhaust_km_s)
    time: FloatArray = propellant_kg * exhaust_km_s * 1000.0 / thrust_n
    return time


def finite_burn_loss_km_s(dv_km_s: ArrayLike, burn_s: ArrayLike, radius_km: ArrayLike) -> FloatArray:
    """Extra delta-v of a burn of finite length about an apsis: (mu / r^3) T^2 / 24 of it.

    Robbins 1966, AIAA Journal 4(8), pp. 1417-1423. Good to second order in the angle sqrt(mu / r^3) T.
    """
    loss: FloatArray = _array(dv_km_s) * GM_MOON_KM3_S2 / _array(radius_km) ** 3 * _array(burn_s) ** 2 / 24.0
    return loss
