"""Gravity of a body as a sum of solid spherical harmonics, without a singularity at the poles.

A solid harmonic and its gradient obey the same recursions, and the gradient of one of degree n is a sum of harmonics
of degree n + 1 (Cunningham 1970, Celest. Mech. 2:207; Montenbruck & Gill 2000, Satellite Orbits, section 3.2.5).
So the coefficients of the acceleration are made once from those of the potential, in the fully normalised form, and
the kernel sums three series in one sweep down each column of the recursion. That form is stable to high degree
(Holmes & Featherstone 2002, J. Geodesy 76:279, the standard forward columns) and knows no latitude, so no pole.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.gravity_file import GravityCoefficients, read_gravity_file
from sim.errors import UsageError
from sim.jit import jit

FloatArray = NDArray[np.float64]

GRGM660PRIM_PATH = Path(__file__).parent / "data" / "moon_grgm660prim_degree50.txt"

_NEGLIGIBLE_RATIO = 1e-14
"""A degree n counts while (R/r)^n is above this: with coefficients near 1e-5 the rest is under 1e-18 of the whole."""


@dataclass(frozen=True, slots=True)
class GravityField:
    """A body's gravity in its principal axes, ready for the kernel.

    Attributes
    ----------
    name : str
    gm_km3_s2, reference_radius_km : float
    degree : int
        Highest degree kept.
    series : ndarray (degree + 2, degree + 2, 8)
        By order m and degree n: the two recursion factors, then the cosine and sine coefficient of the acceleration
        along x, y and z, in units of GM/R^2.
    """

    name: str
    gm_km3_s2: float
    reference_radius_km: float
    degree: int
    series: FloatArray


def gravity_field(coefficients: GravityCoefficients, degree: int | None = None) -> GravityField:
    """Return the field up to ``degree`` (all of it when None); raises UsageError above what the source holds."""
    available = coefficients.cosine.shape[0] - 1
    wanted = available if degree is None else degree
    if not 0 <= wanted <= available:
        message = f"{coefficients.name} is known to degree {available}, not {wanted}: give 0 to {available}, or a file"
        raise UsageError(message)
    keep = slice(wanted + 1)
    series = _gradient_series(coefficients.cosine[keep, keep], coefficients.sine[keep, keep])
    return GravityField(
        name=coefficients.name,
        gm_km3_s2=coefficients.gm_km3_s2,
        reference_radius_km=coefficients.reference_radius_km,
        degree=wanted,
        series=series,
    )


@functools.lru_cache(maxsize=1)
def _grgm660prim_coefficients() -> GravityCoefficients:
    return read_gravity_file(GRGM660PRIM_PATH, name="GRGM660PRIM")


@functools.lru_cache(maxsize=8)
def grgm660prim(degree: int) -> GravityField:
    """Return the Moon's field from GRAIL to degree 50 at most, in DE421 principal axes (Lemoine et al. 2013)."""
    return gravity_field(_grgm660prim_coefficients(), degree)


def _gradient_series(cosine: FloatArray, sine: FloatArray) -> FloatArray:
    """Coefficients of the acceleration from those of the potential, both fully normalised.

    Montenbruck & Gill eq. 3.33, with the ratios of the normalisation factors of (n, m) and (n + 1, m') worked in.
    The central term is left to the kernel.
    """
    size = cosine.shape[0] + 1
    series = np.zeros((size, size, 8))
    for order in range(size):
        for degree in range(order, size):
            series[order, degree, :2] = _recursion_factors(degree, order)
    for degree in range(1, size - 1):
        for order in range(degree + 1):
            _add_gradient(series, degree, order, cosine[degree, order], sine[degree, order])
    return series


def _recursion_factors(degree: int, order: int) -> tuple[float, float]:
    """Factors of one step down a column; for degree = order the diagonal step and zero (normalised M&G 3.29, 3.30)."""
    n, m = float(degree), float(order)
    if degree == order:
        return (float(np.sqrt((2 * m + 1) / (2 * m) * (2.0 if order == 1 else 1.0))) if order else 1.0), 0.0
    both = (n - m) * (n + m)
    first = np.sqrt((2 * n + 1) * (2 * n - 1) / both)
    second = np.sqrt((2 * n + 1) * (n + m - 1) * (n - m - 1) / ((2 * n - 3) * both)) if degree > order + 1 else 0.0
    return float(first), float(second)


def _add_gradient(series: FloatArray, degree: int, order: int, c: float, s: float) -> None:
    """Add the gradient of one harmonic to the coefficients of degree + 1; columns 2..7 are xc, xs, yc, ys, zc, zs."""
    n, m = float(degree), float(order)
    scale = (2 * n + 1) / (2 * n + 3)
    along = np.sqrt(scale * (n + m + 1) * (n - m + 1))
    series[order, degree + 1, 6:8] -= along * c, along * s
    up = 0.5 * np.sqrt(scale * (n + m + 2) * (n + m + 1) * (2.0 if order == 0 else 1.0))
    series[order + 1, degree + 1, 2:6] += -up * c, -up * s, up * s, -up * c
    if order > 0:
        down = 0.5 * np.sqrt(scale * (n - m + 2) * (n - m + 1) * (2.0 if order == 1 else 1.0))
        series[order - 1, degree + 1, 2:6] += down * c, down * s, down * s, -down * c


_UNDERGROUND_RATIO = 1.02
"""R/r above which a path is under every floor (34 km below the Moon's sphere): the series means nothing there."""


@jit()
def useful_degree(degree: int, radius_ratio: float) -> int:
    """Highest degree that can be felt where R/r is ``radius_ratio``; the rest is below rounding; 0 underground."""
    if radius_ratio > _UNDERGROUND_RATIO:
        return 0
    if radius_ratio >= 1.0:
        return degree
    return min(degree, int(np.log(_NEGLIGIBLE_RATIO) / np.log(radius_ratio)) + 1)


@jit()
def field_acceleration(
    x_km: float, y_km: float, z_km: float, gm_km3_s2: float, reference_radius_km: float, degree: int, series: Any
) -> Any:
    """Acceleration (km/s^2) at a point given in the body's principal axes, central term included, same axes.

    Parameters
    ----------
    x_km, y_km, z_km : float
        From the body's centre. Well below the reference sphere, where the series diverges, the body is a point mass:
        a path through the ground means nothing, but is followed to its end.
    gm_km3_s2, reference_radius_km : float
    degree : int
        At most that of ``series``; 0 is the point mass.
    series : ndarray
        ``GravityField.series``.
    """
    inverse_r2 = 1.0 / (x_km * x_km + y_km * y_km + z_km * z_km)
    inverse_r = np.sqrt(inverse_r2)
    central = -gm_km3_s2 * inverse_r2 * inverse_r
    ax, ay, az = central * x_km, central * y_km, central * z_km
    felt = useful_degree(degree, reference_radius_km * inverse_r)
    if felt == 0:
        return ax, ay, az
    u = x_km * reference_radius_km * inverse_r2
    v = y_km * reference_radius_km * inverse_r2
    w = z_km * reference_radius_km * inverse_r2
    rho = reference_radius_km * reference_radius_km * inverse_r2
    diagonal_c, diagonal_s = reference_radius_km * inverse_r, 0.0
    sx, sy, sz = 0.0, 0.0, 0.0
    for m in range(felt + 2):
        if m > 0:
            step = series[m, m, 0]
            diagonal_c, diagonal_s = (
                step * (u * diagonal_c - v * diagonal_s),
                step * (u * diagonal_s + v * diagonal_c),
            )
        c, s, older_c, older_s = diagonal_c, diagonal_s, 0.0, 0.0
        for n in range(m, felt + 2):
            if n > m:
                first, second = series[m, n, 0] * w, series[m, n, 1] * rho
                c, older_c = first * c - second * older_c, c
                s, older_s = first * s - second * older_s, s
            sx += series[m, n, 2] * c + series[m, n, 3] * s
            sy += series[m, n, 4] * c + series[m, n, 5] * s
            sz += series[m, n, 6] * c + series[m, n, 7] * s
    scale = gm_km3_s2 / (reference_radius_km * reference_radius_km)
    return ax + scale * sx, ay + scale * sy, az + scale * sz
