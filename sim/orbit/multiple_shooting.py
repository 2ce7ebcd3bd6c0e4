"""A path through many patch points made one flight: multiple shooting by least corrections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from sim.astro.nbody import ForceModel
from sim.astro.segments import fly_segments

FloatArray = NDArray[np.float64]

def gaps_of(epochs, states, forces, tolerance):
    ends, partials = fly_segments(states[:-1], epochs[:-1], epochs[1:], forces, tolerance=tolerance)
    return ends - states[1:], partials

def least_correction(partials, gaps, weight):
    """min |dx/w| with Phi_k dx_k - dx_{k+1} = -gap_k."""
    n = len(gaps)
    # variables u = dx / w ; A_k = Phi_k W_k ; B = -W_{k+1}; row scale 1/W_{k+1}
    A = partials * weight[:-1, None, :] / weight[1:, :, None]
    f = -gaps / weight[1:]
    diag = A @ A.transpose(0, 2, 1) + np.eye(6)
    off = -A[1:].transpose(0,2,1)  # block (k, k+1): B_k' A_{k+1}^T with B=-I
    size = 6 * n
    band = np.zeros((12, size))   # upper form: band[11 + i - j, j]
    j = np.arange(6)
    for a in range(6):
        for b in range(6):
            cols = 6 * np.arange(n) + b
            if b >= a:
                band[11 + a - b, cols] = diag[:, a, b]
            cols2 = 6 * np.arange(1, n) + b
            d = a - b - 6
            band[11 + d, cols2] = off[:, a, b] if n > 1 else 0
    lam = solveh_banded(band, f.ravel()).reshape(n, 6)
    u = np.zeros((n + 1, 6))
    u[:-1] += np.einsum("kij,ki->kj", A, lam)
    u[1:] -= lam
    return u * weight
