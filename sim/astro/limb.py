"""Lines of sight past the limb of a sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def limb_clearance_rad(first_km: FloatArray, second_km: FloatArray, radius_km: float) -> FloatArray:
    """How far two places are from losing sight of one another behind a sphere, (...): negative where it is between.

    An angle at the sphere's centre: what one place may move on along a circle, straight away from the other, before
    the line between them touches the sphere, or is so far beyond that. Both tangents,
    arccos(R/r1) + arccos(R/r2), less the angle between the places; one on the ground, or under it, counts as standing
    on the sphere.

    Parameters
    ----------
    first_km, second_km : ndarray (..., 3)
        From the sphere's centre; finite distances both, no need for one to be far.
    radius_km : float
    """
    limb = _reach(first_km, radius_km) + _reach(second_km, radius_km)
    clearance: FloatArray = limb - angle_rad(first_km, second_km)
    return clearance


def angle_rad(a: FloatArray, b: FloatArray) -> FloatArray:
    """Angle between vectors (..., 3), good for small ones and those near pi too."""
    angle: FloatArray = np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1))
    return angle


def _reach(place_km: FloatArray, radius_km: float) -> FloatArray:
    reach: FloatArray = np.arccos(np.minimum(radius_km / np.linalg.norm(place_km, axis=-1), 1.0))
    return reach
