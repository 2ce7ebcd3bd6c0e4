"""Accelerations written a second time, in plain NumPy, sharing no code with the kernels: an oracle for tests."""

from __future__ import annotations

from math import factorial

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import lpmv

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_pa

GM_EARTH, GM_MOON, GM_SUN = 398600.435507, 4902.800118, 132712440041.279419  # DE440, Park et al. 2021, table 2
J2_R2 = 1.0826253e-3 * 6378.1366**2  # IERS TN 36


def pull(gm, d):
    return -gm * d / np.linalg.norm(d) ** 3


def bulge(gm, d, pole):
    """Gradient of -GM J2 R^2 P2(sin latitude) / r^3, written with the potential's chain rule."""
    r = np.linalg.norm(d)
    sine = d @ pole / r
    p2, dp2 = 1.5 * sine**2 - 0.5, 3.0 * sine
    along = 3.0 * gm * J2_R2 * p2 / r**4
    across = -gm * J2_R2 * dp2 / r**4
    return along * d / r + across * (pole - sine * d / r)


def harmonics(gm, radius_km, cosine, sine, degree, d):
    """Pull of the harmonics without the central term, in spherical coordinates (singular at the poles)."""
    r = np.linalg.norm(d)
    s = d[2] / r
    c = np.sqrt(1.0 - s * s)
    longitude = np.arctan2(d[1], d[0])
    radial = north = east = 0.0
    for n in range(2, degree + 1):
        scale = gm / r**2 * (radius_km / r) ** n
        for m in range(n + 1):
            norm = (-1) ** m * np.sqrt((2 - (m == 0)) * (2 * n + 1) * factorial(n - m) / factorial(n + m))
            value = norm * lpmv(m, n, s)
            slope = norm * ((n - m + 1) * lpmv(m, n + 1, s) - (n + 1) * s * lpmv(m, n, s)) / (s * s - 1.0) * c
            a, b = np.cos(m * longitude), np.sin(m * longitude)
            radial -= scale * (n + 1) * value * (cosine[n, m] * a + sine[n, m] * b)
            north += scale * slope * (cosine[n, m] * a + sine[n, m] * b)
            east += scale * m * value / c * (sine[n, m] * a - cosine[n, m] * b)
    up = d / r
    eastward = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    return radial * up + north * np.cross(up, eastward) + east * eastward


def moon_and_sun(t_tdb_s):
    ephemeris = Ephemeris.de440()
    return ephemeris.moon_geocentric(t_tdb_s)[0], ephemeris.sun_geocentric(t_tdb_s)[0]


def geocentric_third_bodies(t_tdb_s, r):
    moon, sun = moon_and_sun(t_tdb_s)
    return pull(GM_MOON, r - moon) + pull(GM_MOON, moon) + pull(GM_SUN, r - sun) + pull(GM_SUN, sun)


def moon_harmonics(t_tdb_s, d, coefficients, degree):
    axes = icrf_to_moon_pa(t_tdb_s)
    args = coefficients.gm_km3_s2, coefficients.reference_radius_km, coefficients.cosine, coefficients.sine
    return axes.T @ harmonics(*args, degree, axes @ d)


def dop853(acceleration, state, t0_tdb_s, t1_tdb_s, tolerance=1e-13):
    """Final state by scipy's eighth-order pair."""

    def slope(t, y):
        return np.concatenate([y[3:], acceleration(t0_tdb_s + t, y[:3])])

    scale = np.array([1e-3, 1e-3, 1e-3, 1e-7, 1e-7, 1e-7]) * 1e-3
    solution = solve_ivp(slope, (0.0, t1_tdb_s - t0_tdb_s), state, method="DOP853", rtol=tolerance, atol=scale)
    return solution.y[:, -1]
