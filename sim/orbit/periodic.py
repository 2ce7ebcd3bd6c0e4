"""Periodic orbits of the circular restricted three-body problem, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Family = Literal["halo", "dro"]
Point = Literal["L1", "L2"]
Branch = Literal["north", "south"]


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicOrbit:
    """One member of a family, symmetric about the plane y = 0.

    Attributes
    ----------
    family : str
        halo (near-rectilinear ones included) or dro.
    point : str or None
        L1 or L2, of a halo.
    branch : str or None
        north or south, of a halo: where its furthest point from the Moon lies.
    state : ndarray (6,)
        At a perpendicular crossing of y = 0, barycentric axes that turn with Earth (x = -mu) and Moon (x = 1 - mu),
        in units of their distance and of the inverse of their angular speed.
    period : float
        In the same unit of time.
    jacobi : float
        C = x^2 + y^2 + 2 (1 - mu)/r1 + 2 mu/r2 - v^2.
    stability_index : float
        (|lambda| + 1/|lambda|)/2 of the largest eigenvalue of the monodromy matrix; 1 is stable.
    """

    family: Family
    point: Point | None
    branch: Branch | None
    state: FloatArray
    period: float
    jacobi: float
    stability_index: float
