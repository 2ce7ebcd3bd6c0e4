"""Gauss–Legendre collocation on [0, 1]: nodes, the matrix that integrates, and where nodes lie along a conic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LegQuadrature:
    """Nodes of one leg.

    Attributes
    ----------
    integration : ndarray (n + 2, n)
        Row i integrates a function given at the nodes from 0 to node i; the last row, from 0 to 1, stands twice (an
        even number of rows for the kernel).
    warp, warp_rate : ndarray (n,)
        w(s) and w'(s) at the nodes: anomaly = end anomaly × w(s), w(s) = s + bunching·s(s − 1), so that nodes crowd
        towards the apsis where the force changes fastest.
    """

    integration: FloatArray
    warp: FloatArray
    warp_rate: FloatArray

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.warp)


def integration_matrix(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes s (n,) on [0, 1] and A (n + 1, n) with A_ij = ∫₀^{s_i} ℓ_j ds, last row ∫₀¹.

    From the Legendre expansion of the Lagrange polynomials, ℓ_j(x) = w_j Σ_k (k + ½) P_k(x_j) P_k(x), which the
    Gauss rule makes exact, and ∫ P_k = (P_{k+1} − P_{k−1})/(2k + 1).
    """
    x, w = legendre.leggauss(nodes)
    ends = np.append(x, 1.0)
    values = legendre.legvander(x, nodes - 1)
    upper = legendre.legvander(ends, nodes)
    primitive = np.empty((nodes + 1, nodes))
    primitive[:, 0] = ends + 1.0
    orders = np.arange(1, nodes)
    primitive[:, 1:] = (upper[:, 2:] - upper[:, : nodes - 1]) / (2 * orders + 1)
    weights = (np.arange(nodes) + 0.5)[:, None] * values.T * w
    return (x + 1.0) / 2.0, primitive @ weights / 2.0


@lru_cache
def leg_quadrature(nodes: int, bunching: float) -> LegQuadrature:
    """Quadrature of a leg with ``nodes`` Gauss nodes and warp w(s) = s + bunching·s(s − 1)."""
    s, integration = integration_matrix(nodes)
    warp = s + bunching * s * (s - 1.0)
    integration = np.vstack([integration, integration[-1:]])
    return LegQuadrature(integration, warp, 1.0 + bunching * (2.0 * s - 1.0))
