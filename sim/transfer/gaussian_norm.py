"""Length of a Gaussian vector in space: how likely it stays below a bound, and its quantiles.

With the covariance's axes turned out, the squared length is the sum of l_i z_i^2 of independent normal z: a weighted
chi-square. Here the largest axis is integrated by the error function and the other two in polar coordinates, which is
exact to the quadrature: 2e-5 where one axis vanishes beside two equal ones, 1e-6 or better elsewhere (tests/unit/
test_gaussian_norm.py, against closed forms and an inverted Laplace transform).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

RADII = 32
ANGLES = 16
_FARTHEST = 45.0
"""Half the squared radius at which the two smaller axes are cut: exp(-45) = 3e-20."""
_PASSES = 5
_PARTS = 16


def root_mean_square(covariance: FloatArray) -> float:
    """Root mean square length of a vector of covariance (3, 3) and zero mean, in the unit of the covariance's root."""
    return float(np.sqrt(max(np.trace(covariance), 0.0)))


def chance_within(covariance: FloatArray, bound: ArrayLike) -> FloatArray:
    """Chance (...) that a Gaussian vector of covariance (3, 3) and zero mean is at most ``bound`` (...) long."""
    from scipy.special import erf

    limits = np.asarray(bound, dtype=np.float64)
    axes = np.maximum(np.linalg.eigvalsh(covariance), 0.0)
    largest = axes[2]
    if largest == 0.0:
        return np.where(limits >= 0.0, 1.0, 0.0)
    root, weight, cosine2, sine2, share = _nodes()
    squared = (np.maximum(limits, 0.0) ** 2 / largest)[..., None, None]
    width = 2.0 * (axes[0] * cosine2 + axes[1] * sine2)[:, None] / largest
    farthest = np.minimum(squared / np.maximum(width, 1e-300), _FARTHEST)
    # s = farthest (1 - x^2): the edge where nothing is left for the largest axis is a root, and x takes it out.
    s = farthest * (1.0 - root**2)
    left = np.maximum(squared - width * s, 0.0)
    inside = 2.0 * farthest * root * np.exp(-s) * erf(np.sqrt(0.5 * left))
    chance: FloatArray = np.sum(weight * inside, axis=-1) @ share
    return chance


def quantile(covariance: FloatArray, share: float) -> float:
    """Length that a Gaussian vector of covariance (3, 3) and zero mean stays within with chance ``share`` below 1."""
    low, high = 0.0, 12.0 * root_mean_square(covariance)
    for _ in range(_PASSES if high > 0.0 else 0):
        lengths = np.linspace(low, high, _PARTS + 1)
        above = int(np.clip(np.searchsorted(chance_within(covariance, lengths), share), 1, _PARTS))
        low, high = float(lengths[above - 1]), float(lengths[above])
    return 0.5 * (low + high)


@cache
def _nodes() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Gauss-Legendre: roots and weights on 0..1; squared cosines, sines and weights of angles over a quarter turn."""
    (root, weight), (place, share) = (np.polynomial.legendre.leggauss(count) for count in (RADII, ANGLES))
    angle = 0.25 * np.pi * (place + 1.0)
    return 0.5 * (root + 1.0), 0.5 * weight, np.cos(angle) ** 2, np.sin(angle) ** 2, 0.5 * share
