"""Degree of the Moon's field that an orbit needs: what is left out, by height."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from sim.astro.gravity import GRGM660PRIM_PATH
from sim.astro.gravity_file import read_gravity_file
from sim.constants import R_MOON_KM

FloatArray = NDArray[np.float64]

LEAST_DEGREE, MOST_DEGREE = 8, 50

LEFT_OUT_MGAL = 0.05
"""Root mean square of the acceleration left out at perilune, 1 mGal = 1e-8 km/s^2.

Measured in tests/studies/lunar_degree.py, against degree 50: a year of orbits from 500 km up then ends within 0.1 to 4
km along the path (8 x 8: 40 to 260 km) and within 1 km in perilune height. Kept orbits go by the same rule: 1 mGal
would cost them the same burns and a quarter less time to fly, but a kept 6541.4 km, e 0.6, would at 0.24 mGal be 400 km
off its place in the middle of a year, and see the south pole at other times by 4 per cent.
"""

_TAIL_AMPLITUDE = 3.3e-4
"""Beyond degree 50 the coefficients of a degree n are taken as this times sqrt(2n + 1)/n^2 together (Kaula's rule, with
GRGM660PRIM's own amplitude at degrees 40 to 50)."""

_TAIL_DEGREE = 660


def degree_for(perilune_altitude_km: float) -> int:
    """Return the least degree, from 8 up, that leaves out no more than 0.05 mGal at a height; 50 where none does."""
    left_out = left_out_mgal(perilune_altitude_km)
    enough = np.flatnonzero(left_out <= LEFT_OUT_MGAL)
    return int(np.clip(enough[0] if len(enough) else MOST_DEGREE, LEAST_DEGREE, MOST_DEGREE))


def left_out_mgal(altitude_km: float) -> FloatArray:
    """Root mean square over the sphere of what a field of degree 0 to 50 leaves out, (51,), at a height.

    By degree n: GM/r^2 (n + 1) (R/r)^n times the root of the sum of squares of its normalised coefficients, the radial
    part (Kaula 1966, Theory of Satellite Geodesy, section 1.4).
    """
    size, gm_km3_s2, reference_km = _sizes()
    radius_km = R_MOON_KM + altitude_km
    degree = np.arange(len(size))
    by_degree = gm_km3_s2 / radius_km**2 * (degree + 1.0) * (reference_km / radius_km) ** degree * size
    above = np.cumsum((by_degree**2)[::-1])[::-1]
    left: FloatArray = 1e8 * np.sqrt(above[1 : MOST_DEGREE + 2])
    return left


@functools.cache
def _sizes() -> tuple[FloatArray, float, float]:
    """Size of all coefficients of each degree (661,), GM and reference radius."""
    field = read_gravity_file(GRGM660PRIM_PATH, name="GRGM660PRIM")
    degree = np.arange(1.0, _TAIL_DEGREE + 1.0)
    size = np.concatenate([[0.0], _TAIL_AMPLITUDE * np.sqrt(2.0 * degree + 1.0) / degree**2])
    known = len(field.cosine)
    size[:known] = np.sqrt((field.cosine**2 + field.sine**2).sum(axis=1))
    return size, field.gm_km3_s2, field.reference_radius_km
