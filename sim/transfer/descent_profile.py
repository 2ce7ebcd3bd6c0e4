"""A powered descent laid out over time: braking and the legs after it, end to end."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.transfer.powered_descent import STEPS, Braking, Leg, fly, linear_tangent
from sim.units import M_PER_KM

FloatArray = NDArray[np.float64]

_POINTS = 13


@dataclass(frozen=True, slots=True)
class PoweredDescent:
    """A powered descent over time, arrays (K,), from ignition of braking to touchdown.

    ``downrange_km`` is what is left to the landing place along the ground; ``speed_km_s`` relative to the Moon's centre
    (not turning); ``pitch_rad`` the thrust's angle above the local horizontal, against the motion (beyond a right
    angle: leaning forward); ``dv_km_s`` spent since ignition. Where the thrust jumps an epoch stands twice.
    """

    time_s: FloatArray
    altitude_km: FloatArray
    downrange_km: FloatArray
    speed_km_s: FloatArray
    vertical_speed_km_s: FloatArray
    pitch_rad: FloatArray
    thrust_n: FloatArray
    mass_kg: FloatArray
    dv_km_s: FloatArray
    phase: tuple[str, ...]


def descent_over_time(
    braking: Braking,
    start_radius_km: float,
    start_speed_km_s: float,
    mass_kg: float,
    legs: tuple[Leg, ...],
    landing_exhaust_km_s: float,
    dropped_kg: float = 0.0,
) -> PoweredDescent:
    """Lay a solved braking burn (K = 1) and the legs after it end to end.

    ``mass_kg`` is that at ignition, ``dropped_kg`` what is left behind at the gate (a braking stage).
    """
    parts = [_braking_part(braking, np.array([start_radius_km, 0.0, start_speed_km_s, 0.0]), mass_kg)]
    for leg in legs:
        left_behind = dropped_kg if len(parts) == 1 else 0.0
        parts.append(_leg_part(leg, parts[-1], landing_exhaust_km_s, left_behind))
    return _joined(parts)


def _braking_part(braking: Braking, start: FloatArray, mass_kg: float) -> PoweredDescent:
    """Braking at the steps of its integration; ``downrange_km`` is what has been flown."""
    steer = linear_tangent(braking.tan_start, braking.tan_change)
    states = fly(start[:, None], braking.acceleration_km_s2, braking.exhaust_km_s, braking.time_s, steer)[:, :, 0]
    share = np.linspace(0.0, 1.0, STEPS + 1)
    time = share * braking.time_s
    mass = mass_kg * (1.0 - braking.acceleration_km_s2 * time / braking.exhaust_km_s)
    return PoweredDescent(
        time_s=time,
        altitude_km=states[:, 0] - R_MOON_KM,
        downrange_km=R_MOON_KM * states[:, 3],
        speed_km_s=np.hypot(states[:, 1], states[:, 2]),
        vertical_speed_km_s=states[:, 1],
        pitch_rad=np.arctan(braking.tan_start + braking.tan_change * share),
        thrust_n=np.full(STEPS + 1, float(braking.acceleration_km_s2[0]) * mass_kg * M_PER_KM),
        mass_kg=mass,
        dv_km_s=-braking.exhaust_km_s * np.log(mass / mass_kg),
        phase=("braking",) * (STEPS + 1),
    )


def _leg_part(leg: Leg, before: PoweredDescent, exhaust_km_s: float, left_behind_kg: float) -> PoweredDescent:
    """One leg, begun where the part before it ends."""
    time = np.linspace(0.0, leg.time_s, _POINTS)
    rise, slow = leg.acceleration_km_s2
    climb, level = leg.climb_km_s + rise * time, leg.level_speed_km_s - slow * time
    mass = (before.mass_kg[-1] - left_behind_kg) * np.exp(-leg.thrust_km_s2 * time / exhaust_km_s)
    return PoweredDescent(
        time_s=before.time_s[-1] + time,
        altitude_km=before.altitude_km[-1] + (leg.climb_km_s + 0.5 * rise * time) * time,
        downrange_km=before.downrange_km[-1] + (leg.level_speed_km_s - 0.5 * slow * time) * time,
        speed_km_s=np.hypot(climb, level),
        vertical_speed_km_s=climb,
        pitch_rad=np.full(_POINTS, leg.pitch_rad),
        thrust_n=leg.thrust_km_s2 * mass * M_PER_KM,
        mass_kg=mass,
        dv_km_s=before.dv_km_s[-1] + leg.thrust_km_s2 * time,
        phase=(leg.phase,) * _POINTS,
    )


def _joined(parts: list[PoweredDescent]) -> PoweredDescent:
    """Parts end to end; what has been flown becomes what is left."""
    names = [field.name for field in fields(PoweredDescent) if field.name != "phase"]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    joined["downrange_km"] = joined["downrange_km"][-1] - joined["downrange_km"]
    return PoweredDescent(**joined, phase=tuple(name for part in parts for name in part.phase))
