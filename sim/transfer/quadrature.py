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

    The nodes are symmetric about the middle, so integration splits into an even and an odd half of a quarter of the
    work each: with i' = n − 1 − i, A_i'j = w_j − A_ij', and for rates g with odd part g_j − g_j' and even part
    g_j + g_j', c_i = p_i + m_i and c_i' = c(1) + p_i − m_i, where p = odd·(g_j − g_j') and m = even·(g_j + g_j').

    Attributes
    ----------
    odd, even : ndarray (n/2, n/2)
        (A_ij − A_ij')/2 and (A_ij + A_ij')/2 for the first half of the nodes; rows and columns of ``even`` in reverse,
        so that its results stand in the order of the second half.
    weights : ndarray (n/2,)
        Weights of the whole interval: c(1) = Σ w_j (g_j + g_j').
    warp, warp_rate : ndarray (n,)
        w(s) and w'(s) at the nodes: anomaly = end anomaly × w(s), w(s) = s + bunching·s(s − 1), so that nodes crowd
        towards the apsis where the force changes fastest.
    """

    odd: FloatArray
    even: FloatArray
    weights: FloatArray
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
    """Quadrature of a leg with ``nodes`` Gauss nodes (a multiple of eight) and warp w(s) = s + bunching·s(s − 1)."""
    s, matrix = integration_matrix(nodes)
    half = nodes // 2
    first, mirrored = matrix[:half, :half], matrix[:half, : half - 1 : -1]
    return LegQuadrature(
        odd=0.5 * (first - mirrored),
        even=np.ascontiguousarray(0.5 * (first + mirrored)[::-1, ::-1]),
        weights=np.ascontiguousarray(matrix[-1, :half]),
        warp=s + bunching * s * (s - 1.0),
        warp_rate=1.0 + bunching * (2.0 * s - 1.0),
    )
