"""Landing straight from the arrival hyperbola, without an orbit, as Luna 9 and Surveyor did.

Far from the Moon the flight comes along its asymptote with the excess speed v; through that asymptote and the landing
site goes one plane, and in it one hyperbola that hits the site. With the angle eta at the Moon's centre between the
direction the flight comes from and the site, u = 1/r obeys Binet's equation, and from u = 0, du/d eta = v/h far away::

    1/r = mu/h^2 (1 - cos eta) + (v/h) sin eta
    h = R/2 [v sin eta + sqrt(v^2 sin^2 eta + 4 mu (1 - cos eta)/R)]         momentum of the one that hits, at r = R
    climb = -(mu/h sin eta + v cos eta),  level speed = h/R                  speed there: vis-viva

(Battin 1999, An Introduction to the Mathematics and Methods of Astrodynamics, ch. 3 and 4; patched conics: the Earth's
pull inside the last day is in the flight's state, not in this step.) The angle of incidence is between the path and
the vertical at the site: Surveyor's landing was built for up to 45 degrees (Surveyor Program Results, NASA SP-184,
1969; recalled), and Luna 9 came straight down, which chose its place.

*Braking.* Constant thrust against the velocity (a gravity turn) from the height where it brings the lander to a glide
straight down from 2 km; integrated, height of ignition and length of the burn solved for. An engine that is too strong
throttles down to ``STRONGEST`` lunar weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import Lander
from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.transfer.descent import DescentBurns, landing_engine
from sim.transfer.levels import Level
from sim.transfer.powered_descent import (
    APPROACH_DECELERATION_KM_S2,
    GATE_ALTITUDE_KM,
    GRAVITY_KM_S2,
    HOVER_ALTITUDE_KM,
    fly,
    landing_legs,
)
from sim.units import DEG, M_PER_KM

if TYPE_CHECKING:
    from scipy.interpolate import RegularGridInterpolator

FloatArray = NDArray[np.float64]

MOST_INCIDENCE_RAD = 45.0 * DEG
FLATTEST_RAD = 70.0 * DEG
WEAKEST, STRONGEST = 1.2, 25.0
"""Thrust over weight on the Moon at ignition; a stronger engine is throttled."""

_WEIGHTS = np.geomspace(WEAKEST, STRONGEST, 40)
_IMPACT_SPEEDS = np.array([2.38, 2.6, 2.85])
_INCIDENCES = np.linspace(0.0, FLATTEST_RAD, 15)

_STEPS = 64
_ROUNDS = 40
_STEP_OF_DIFFERENCE = 1e-6
_CONVERGED = 1e-8
_CAP = 0.2


@dataclass(frozen=True, slots=True)
class DirectDescent:
    """N direct descents onto a site, arrays (N,).

    ``incidence_rad`` is from the vertical at the site, unbraked (a right angle and more: the flight passes the Moon
    before it comes to the site); ``incidence_margin_rad`` what the limit leaves; ``impact_speed_km_s`` without braking.
    """

    angle_from_asymptote_rad: FloatArray
    excess_speed_km_s: FloatArray
    impact_speed_km_s: FloatArray
    incidence_rad: FloatArray
    incidence_margin_rad: FloatArray


def incoming_asymptote_icrf(perilune_state_icrf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Unit vectors (..., 3) along the incoming asymptote (the way the flight moves) and excess speeds (...), km/s.

    From states (..., 6) at perilune of hyperbolas about the Moon; NaN where the orbit is closed. With p to perilune, s
    along the motion there and e the eccentricity, the asymptote lies at cos(angle) = -1/e from p.
    """
    r, v = perilune_state_icrf[..., :3], perilune_state_icrf[..., 3:]
    radius, speed = np.linalg.norm(r, axis=-1), np.linalg.norm(v, axis=-1)
    eccentricity = radius * speed**2 / GM_MOON_KM3_S2 - 1.0
    hyperbolic = np.where(eccentricity > 1.0, eccentricity, np.nan)
    cosine = 1.0 / hyperbolic
    sine = np.sqrt(1.0 - cosine**2)
    along = cosine[..., None] * r / radius[..., None] + sine[..., None] * v / speed[..., None]
    return along, np.sqrt(speed**2 - 2.0 * GM_MOON_KM3_S2 / radius + 0.0 * hyperbolic)


def direct_descent(
    perilune_state_icrf: FloatArray, site_icrf: FloatArray, most_incidence_rad: float = MOST_INCIDENCE_RAD
) -> DirectDescent:
    """Send N flights straight onto a site along the asymptotes they arrive by.

    Parameters
    ----------
    perilune_state_icrf : ndarray (N, 6)
        Moon-centred states at perilune of the flights as solved, km and km/s: their asymptote hardly depends on it.
    site_icrf : ndarray (N, 3)
        Unit vectors to the site at arrival.
    """
    along, excess = incoming_asymptote_icrf(perilune_state_icrf)
    cos_angle = -np.sum(along * site_icrf, axis=-1)
    angle = np.arctan2(np.linalg.norm(np.cross(along, site_icrf), axis=-1), cos_angle)
    climb, level = impact_velocity_km_s(excess, angle)
    incidence = np.arctan2(level, -climb)
    return DirectDescent(angle, excess, np.hypot(climb, level), incidence, most_incidence_rad - incidence)


def impact_velocity_km_s(excess_speed_km_s: ArrayLike, angle_rad: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rate of climb and horizontal speed (km/s) on the ground, at an angle from the direction the flight comes from."""
    v, angle = np.asarray(excess_speed_km_s, dtype=np.float64), np.asarray(angle_rad, dtype=np.float64)
    across, depth = v * np.sin(angle), 4.0 * GM_MOON_KM3_S2 * (1.0 - np.cos(angle)) / R_MOON_KM
    level = 0.5 * (across + np.sqrt(across**2 + depth))
    energy2 = v**2 + 2.0 * GM_MOON_KM3_S2 / R_MOON_KM
    outward = np.where(level > 0.0, np.sin(angle) * GM_MOON_KM3_S2 / R_MOON_KM / np.maximum(level, 1e-12), 0.0)
    sign = np.where(outward + v * np.cos(angle) >= 0.0, -1.0, 1.0)
    return sign * np.sqrt(np.maximum(energy2 - level**2, 0.0)), level


@dataclass(frozen=True, slots=True)
class DirectBraking:
    """Gravity turns (K,) from the hyperbola to the gate 2 km up, and the glide on from there to the hover.

    ``ignition_altitude_km`` is where braking starts; NaN where no such burn exists.
    """

    ignition_altitude_km: FloatArray
    time_s: FloatArray
    braking_dv_km_s: FloatArray
    approach_dv_km_s: FloatArray
    approach_time_s: FloatArray


def solve_direct_braking(
    acceleration_km_s2: FloatArray, exhaust_km_s: float, impact_speed_km_s: FloatArray, incidence_rad: FloatArray
) -> DirectBraking:
    """Solve for ignition and length of the burns (K,) that end at the gate with the speed the glide can take away.

    Thrust over mass at ignition, speed and angle from the vertical of the unbraked fall at the ground: arrays (K,).
    """
    acceleration, fall = np.asarray(acceleration_km_s2, dtype=np.float64), (impact_speed_km_s, incidence_rad)
    unknowns = _first_guess(acceleration, exhaust_km_s, *fall)
    offsets = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])[:, :, None] * _STEP_OF_DIFFERENCE
    for _ in range(_ROUNDS):
        sizes = unknowns.copy()
        tried = unknowns[:, None] + offsets * sizes[:, None]
        gaps, end = _gate_gaps(tried, acceleration, exhaust_km_s, fall)
        if np.nanmax(np.abs(gaps[:, 0])) < _CONVERGED:
            break
        slope = (gaps[:, 1:] - gaps[:, :1]) / (_STEP_OF_DIFFERENCE * sizes)
        determinant = slope[0, 0] * slope[1, 1] - slope[0, 1] * slope[1, 0]
        first = (gaps[1, 0] * slope[0, 1] - gaps[0, 0] * slope[1, 1]) / determinant
        second = (gaps[0, 0] * slope[1, 0] - gaps[1, 0] * slope[0, 0]) / determinant
        unknowns = unknowns + np.clip(np.stack((first, second)), -_CAP * sizes, _CAP * sizes)
        unknowns[1] = np.minimum(unknowns[1], 0.98 * exhaust_km_s / acceleration)
    met = np.max(np.abs(gaps[:, 0]), axis=0) < _CONVERGED
    height, time_s = np.where(met, unknowns, np.nan)
    glide_s, glide_dv = _glide(end[1, 0], end[2, 0])
    return DirectBraking(
        ignition_altitude_km=height,
        time_s=time_s,
        braking_dv_km_s=-exhaust_km_s * np.log1p(-acceleration * time_s / exhaust_km_s),
        approach_dv_km_s=np.where(met, glide_dv, np.nan),
        approach_time_s=np.where(met, glide_s, np.nan),
    )


def _glide(climb_km_s: FloatArray, level_km_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Time and delta-v of the glide from the gate, straight on at constant deceleration, the weight carried."""
    speed = np.hypot(climb_km_s, level_km_s)
    up = GRAVITY_KM_S2 - APPROACH_DECELERATION_KM_S2 * climb_km_s / speed
    back = APPROACH_DECELERATION_KM_S2 * level_km_s / speed
    time_s = speed / APPROACH_DECELERATION_KM_S2
    return time_s, time_s * np.hypot(up, back)


def _first_guess(
    acceleration: FloatArray, exhaust_km_s: float, impact_speed_km_s: FloatArray, incidence_rad: FloatArray
) -> FloatArray:
    """Height of ignition and burn time (2, K), rather too short: a burn too long has turned the motion round."""
    time_s = np.zeros(np.broadcast(acceleration, impact_speed_km_s).shape)
    for _ in range(8):
        dv = 0.97 * impact_speed_km_s + 0.2 * GRAVITY_KM_S2 * time_s
        time_s = -exhaust_km_s / acceleration * np.expm1(-dv / exhaust_km_s)
    return np.stack((GATE_ALTITUDE_KM + 0.55 * impact_speed_km_s * time_s * np.cos(incidence_rad), time_s))


def _gate_gaps(
    tried: FloatArray, acceleration: FloatArray, exhaust_km_s: float, fall: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Gaps (2, 3, K) of height and of speed times climb at the gate, and the states there (4, 3, K)."""
    impact_speed, incidence = fall
    radius = R_MOON_KM + tried[0]
    speed2 = impact_speed**2 - 2.0 * GM_MOON_KM3_S2 * (1.0 / R_MOON_KM - 1.0 / radius)
    level = impact_speed * np.sin(incidence) * R_MOON_KM / radius
    climb = -np.sqrt(np.maximum(speed2 - level**2, 0.0))
    start = np.stack((radius, climb, level, 0.0 * radius))
    end = fly(start, np.broadcast_to(acceleration, radius.shape), exhaust_km_s, tried[1], _against_motion, _STEPS)[-1]
    wanted = 2.0 * APPROACH_DECELERATION_KM_S2 * (GATE_ALTITUDE_KM - HOVER_ALTITUDE_KM)
    return np.stack((end[0] - R_MOON_KM - GATE_ALTITUDE_KM, -end[1] * np.hypot(end[1], end[2]) - wanted)), end


def _against_motion(share: float, state: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Steer against the velocity."""
    speed = np.hypot(state[1], state[2])
    return state[2] / speed, -state[1] / speed


def direct_descent_burns(
    lander: Lander, flights: DirectDescent, braking_mass_kg: ArrayLike, level: Level = "value"
) -> DescentBurns:
    """Burns (N,) of direct descents by landers with a mass at ignition of braking (N,); no deorbit.

    Interpolated in a table made once for an Isp, within 0.6 m/s. NaN for landers too heavy for their thrust (below
    ``WEAKEST`` lunar weights) and paths flatter than ``FLATTEST_RAD``. Raises ValueError for a lander without thrust.
    """
    engine = landing_engine(lander, level)
    with np.errstate(divide="ignore"):
        weights = engine.braking_thrust_n / M_PER_KM / np.asarray(braking_mass_kg, dtype=np.float64) / GRAVITY_KM_S2
    speed = np.clip(flights.impact_speed_km_s, _IMPACT_SPEEDS[0], _IMPACT_SPEEDS[-1])
    where = np.stack(np.broadcast_arrays(np.log(np.minimum(weights, STRONGEST)), speed, flights.incidence_rad), axis=-1)
    braking, approach = _direct_table(engine.braking_exhaust_km_s)
    burnt = braking(where) + flights.impact_speed_km_s
    rest = sum(leg.dv_km_s for leg in landing_legs(engine.hover_s, engine.divert_m)[1:])
    return DescentBurns(np.zeros(burnt.shape), burnt, approach(where) + rest)


def heaviest_direct_kg(lander: Lander, level: Level = "value") -> float:
    """Mass at ignition above which a direct descent cannot be braked."""
    return landing_engine(lander, level).braking_thrust_n / M_PER_KM / (WEAKEST * GRAVITY_KM_S2)


@lru_cache(maxsize=16)
def _direct_table(exhaust_km_s: float) -> tuple[RegularGridInterpolator, RegularGridInterpolator]:
    """Gravity loss of braking (less what the glide takes over), and the glide's delta-v, over the table's axes."""
    axes = (np.log(_WEIGHTS), _IMPACT_SPEEDS, _INCIDENCES)
    weights, speed, incidence = np.meshgrid(_WEIGHTS, _IMPACT_SPEEDS, _INCIDENCES, indexing="ij")
    burns = solve_direct_braking(GRAVITY_KM_S2 * weights.ravel(), exhaust_km_s, speed.ravel(), incidence.ravel())
    loss = burns.braking_dv_km_s.reshape(speed.shape) - speed
    approach = burns.approach_dv_km_s.reshape(speed.shape)
    return _interpolator(axes, loss), _interpolator(axes, approach)


def _interpolator(axes: tuple[FloatArray, ...], values: FloatArray) -> RegularGridInterpolator:
    from scipy.interpolate import RegularGridInterpolator

    return RegularGridInterpolator(axes, values, bounds_error=False, fill_value=np.nan)
