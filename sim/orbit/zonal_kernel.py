"""Kernel of the Moon's zonal harmonics averaged over an orbit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.jit import jit

NODES: Final = 128
"""Of the mean over the true anomaly, a trigonometric sum of degree 2n - 1 for harmonic n: exact to degree 64."""


@jit()
def averaged_zonals(
    a_km: float, e: Any, inclination: Any, argument: Any, coefficients: Any, reference_km: float, out: Any
) -> None:
    """Write sum of C_n0 (R/r)^(n+1) P_n(sin latitude) averaged over the mean anomaly, in units of GM/R, into ``out``.

    All of ``e``, ``inclination``, ``argument`` and ``out`` are (N,); ``coefficients`` (n + 1,) are unnormalised.
    dM = (r/a)^2 / sqrt(1 - e^2) df, and the sine of the latitude is sin i sin(w + f).
    """
    for k in range(len(out)):
        flat = 1.0 - e[k] * e[k]
        total = 0.0
        for node in range(NODES):
            f = 2.0 * np.pi * node / NODES
            r_km = a_km * flat / (1.0 + e[k] * np.cos(f))
            sine = np.sin(inclination[k]) * np.sin(argument[k] + f)
            ratio = reference_km / r_km
            older, old, power, here = 1.0, sine, ratio * ratio, 0.0
            for n in range(2, len(coefficients)):
                older, old = old, ((2 * n - 1) * sine * old - (n - 1) * older) / n
                power *= ratio
                here += coefficients[n] * power * old
            total += here * r_km * r_km
        out[k] = total / (NODES * a_km * a_km * np.sqrt(flat))
