"""Lunar orbit insertion: impulses at the apsides, from the arrival hyperbola into the staging orbit.

Impulsive and tangential, a turn of the plane included where the approach cannot give the inclination. A real burn of
length T about perilune costs more by the share (mu / r^3) T^2 / 24, to second order (Robbins 1966, AIAA Journal 4(8),
pp. 1417-1423): 0.4 % for the 6 minutes of Apollo 11, 3 % for the 17 minutes of Chang'e-5. Integrated burns held in
inertial axes lose 0.5, 3 and 10 % less than that at 6, 17 and 28 minutes (tests/truth/test_insertion_burns.py). Beyond
half an hour flights split the burn over several perilunes: ``insertion_loss_km_s`` charges each part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import G0_KM_S2, GM_MOON_KM3_S2

FloatArray = NDArray[np.float64]

LONGEST_BURN_S = 1800.0
"""A longer insertion is split over several perilunes."""


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


def insertion_loss_km_s(
    dv_km_s: ArrayLike, mass_kg: ArrayLike, isp_s: float, thrust_n: float | None, radius_km: ArrayLike
) -> FloatArray:
    """Finite-burn loss of insertions (N,) by stages of a given thrust, at perilunes of a given radius.

    A burn of more than half an hour is split into equal parts no longer than that, one at each perilune; no thrust: no
    loss. NaN stays NaN.
    """
    if thrust_n is None:
        return 0.0 * _array(dv_km_s)
    burn_s = burn_time_s(dv_km_s, mass_kg, isp_s, thrust_n)
    return finite_burn_loss_km_s(dv_km_s, burn_s / np.maximum(1.0, np.ceil(burn_s / LONGEST_BURN_S)), radius_km)


@dataclass(frozen=True, slots=True)
class PlaneChange:
    """A turn of the velocity about the radius at perilune, arrays (...).

    Attributes
    ----------
    turn_rad : ndarray (...)
        The least that gives the inclination asked for, positive from the pole's side (right-handed about the radius);
        NaN where perilune lies at a higher latitude than the inclination.
    nearest_turn_rad : ndarray (...)
        The same, and where it cannot be reached the least turn to the nearest inclination.
    inclination_rad : ndarray (...)
        Reached with the nearest turn.
    state_icrf : ndarray (..., 6)
        At perilune, the velocity turned (its length kept) by the nearest turn.
    """

    turn_rad: FloatArray
    nearest_turn_rad: FloatArray
    inclination_rad: FloatArray
    state_icrf: FloatArray


def plane_change_at_perilune(
    perilune_state_icrf: FloatArray, moon_pole_icrf: FloatArray, inclination_rad: ArrayLike
) -> PlaneChange:
    """Turn the velocity about the radius at perilune so that the orbit gets an inclination to the Moon's equator.

    Parameters
    ----------
    perilune_state_icrf : ndarray (..., 6)
        Moon-centred states at perilune, km and km/s.
    moon_pole_icrf : ndarray (..., 3)
        Unit vector to the Moon's north pole.
    inclination_rad : array_like (...)
        Asked for.

    Notes
    -----
    With the pole k, the normal h and q = p x h (p the unit radius), a turn x about p gives
    cos i = k.h cos x + k.q sin x = cos(latitude) cos(x - x0): two turns, or none where |cos i| > cos(latitude).
    """
    r, v = perilune_state_icrf[..., :3], perilune_state_icrf[..., 3:]
    normal, radial = _unit(np.cross(r, v)), _unit(r)
    along_normal = np.sum(moon_pole_icrf * normal, axis=-1)
    along_ahead = np.sum(moon_pole_icrf * np.cross(radial, normal), axis=-1)
    cos_latitude = np.hypot(along_normal, along_ahead)
    cosine = np.cos(_array(inclination_rad)) / cos_latitude
    middle, half = np.arctan2(along_ahead, along_normal), np.arccos(np.clip(cosine, -1.0, 1.0))
    first, second = _within_half_turn(middle + half), _within_half_turn(middle - half)
    turn: FloatArray = np.where(np.abs(first) <= np.abs(second), first, second)
    reached = np.arccos(np.clip(cos_latitude * np.cos(turn - middle), -1.0, 1.0))
    turned = np.cos(turn)[..., None] * v + np.sin(turn)[..., None] * np.cross(radial, v)
    state = np.concatenate(np.broadcast_arrays(r, turned), axis=-1)
    return PlaneChange(np.where(np.abs(cosine) <= 1.0, turn, np.nan), turn, reached, state)


def plane_change_at_perilune_rad(
    perilune_state_icrf: FloatArray, moon_pole_icrf: FloatArray, inclination_rad: ArrayLike
) -> FloatArray:
    """Return the least turn (...) of ``plane_change_at_perilune``, NaN where the inclination is out of reach."""
    return plane_change_at_perilune(perilune_state_icrf, moon_pole_icrf, inclination_rad).turn_rad


def _unit(vector: FloatArray) -> FloatArray:
    unit: FloatArray = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return unit


def _within_half_turn(angle_rad: FloatArray) -> FloatArray:
    """Into [-pi, pi)."""
    wrapped: FloatArray = (angle_rad + np.pi) % (2.0 * np.pi) - np.pi
    return wrapped
