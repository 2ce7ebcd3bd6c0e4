r"""Lines of sight: above a local horizon, and past the Moon's limb.

Of the limb two angles tell the same thing, each where it is of use; they have the same sign always. One lies at the
craft, between the limb and what it looks at: how far an antenna's line may turn. The other lies at the Moon's centre:
how far a craft that flies straight on around the Moon has left.

::

          craft            at the craft: angle (Moon's centre, craft, target) - arcsin(R / r)
         /     \          at the Moon:  arccos(R / r) + arccos(R / D) - angle (craft, Moon's centre, target)
      limb    target       R the Moon's radius, r and D the distances of craft and target from its centre
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.station.horizon import HorizonMask

FloatArray = NDArray[np.float64]

NO_LEAST_RAD = -0.5 * np.pi
"""Least elevation where none is asked for: the horizon alone counts."""


def elevation_rad(east_north_up: FloatArray) -> FloatArray:
    """Elevation of directions (..., 3) of any length, rad; NaN gives NaN."""
    east, north, up = np.moveaxis(east_north_up, -1, 0)
    elevation: FloatArray = np.arctan2(up, np.hypot(east, north))
    return elevation


def horizon_below_rad(east_north_up: FloatArray, horizon: HorizonMask) -> FloatArray:
    """Elevation of a horizon in the azimuths of directions (..., 3), rad."""
    return horizon.elevation_at(np.arctan2(east_north_up[..., 0], east_north_up[..., 1]))


def height_above_horizon_rad(
    east_north_up: FloatArray, horizon: HorizonMask | None, least_rad: float = NO_LEAST_RAD
) -> FloatArray:
    """Elevation of directions (..., 3) above a horizon, or above a least elevation where that is higher (...), rad.

    Without a horizon it is level, at 0.
    """
    floor = 0.0 if horizon is None else horizon_below_rad(east_north_up, horizon)
    return elevation_rad(east_north_up) - np.maximum(floor, least_rad)


def limb_at_craft_rad(craft_km: FloatArray, target_km: FloatArray) -> FloatArray:
    """Angle at a craft from the Moon's limb to a target beyond it (...), rad: negative where the Moon is in between.

    Vectors (..., 3) from the Moon's centre, on any axes; the target is farther from the Moon than the craft's horizon.
    """
    to_target = target_km - craft_km
    distance = np.linalg.norm(craft_km, axis=-1)
    cosine = -np.sum(to_target * craft_km, axis=-1) / (distance * np.linalg.norm(to_target, axis=-1))
    from_moon = np.arccos(np.clip(cosine, -1.0, 1.0))
    clearance: FloatArray = from_moon - np.arcsin(np.minimum(1.0, R_MOON_KM / distance))
    return clearance
