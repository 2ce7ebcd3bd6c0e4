"""The ephemeris of one flight: Moon, Sun and the Moon's quadrupole as functions smooth over the whole flight.

Over [t0, tp] the geocentric Moon and Sun are fitted by one polynomial each in x = (t − t_c)/h ∈ [−1, 1], from values
of the DE440 granules at Chebyshev nodes (a least-squares fit with a precomputed pseudo-inverse). So no granule edge
falls inside a leg, and position, velocity and acceleration of the Moon belong to one function.

A block holds ``LANES`` flights side by side; its ephemeris is a table with the rows named below (sim.transfer.lanes).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from sim.constants import C20_MOON, C22_MOON, GM_MOON_KM3_S2, R_MOON_GRAVITY_KM
from sim.jit import jit
from sim.transfer.lanes import LANES, VECTOR, row, rows

FloatArray = NDArray[np.float64]

FIT_NODES = 24
MOON_TERMS = 15
SUN_TERMS = 10
GROUP = 5  # terms are multiples of it: Horner's rule runs five terms a step
GRANULE_TERMS = 13
AXES = 8  # three of the Moon, three of the Sun, two of padding: one vector register

# Rows of the ephemeris table of a block.
CENTRE_TIME, INVERSE_HALF, ARRIVAL_TIME = rows(0, 3)
EARTH_POLE, MOON_POLE = row(3), row(6)
QUADRUPOLE, QUADRUPOLE_COS, QUADRUPOLE_SIN = row(9), row(15), row(21)  # each xx, yy, zz, xy, xz, yz
MOON = row(27)
SUN = MOON + row(3 * MOON_TERMS)
MOON_PULL = SUN + row(3 * SUN_TERMS)  # acceleration of the Moon
TABLE_SIZE = MOON_PULL + row(3 * MOON_TERMS)

QUADRUPOLE_SCALE = GM_MOON_KM3_S2 * R_MOON_GRAVITY_KM**2


@lru_cache
def fit_matrices() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes (24,) on [−1, 1] and the pseudo-inverses that turn node values into monomial coefficients.

    Moon (15, 24) and Sun (10, 24). The fit is made in Chebyshev polynomials, which is well conditioned, and its
    coefficients are then written as monomials.
    """
    nodes = np.cos(np.pi * (np.arange(FIT_NODES) + 0.5) / FIT_NODES)
    matrices = []
    for terms in (MOON_TERMS, SUN_TERMS):
        to_chebyshev = np.linalg.pinv(chebyshev.chebvander(nodes, terms - 1))
        to_monomial = np.zeros((terms, terms))
        for k in range(terms):
            row = chebyshev.cheb2poly(np.eye(terms)[k])
            to_monomial[: len(row), k] = row
        matrices.append(np.ascontiguousarray(to_monomial @ to_chebyshev))
    return nodes, matrices[0], matrices[1]


def padded_granules(coefficients: FloatArray) -> FloatArray:
    """Chebyshev granules (n, 13, 6) of Moon and Sun, padded to (n, 13, 8)."""
    padded = np.zeros((*coefficients.shape[:2], AXES))
    padded[..., : coefficients.shape[2]] = coefficients
    return padded


@jit(fastmath=True)
def granule_values(t, start, step, granules, chebyshev_t, values):  # type: ignore[no-untyped-def]
    """Positions of Moon and Sun at epoch ``t`` (TDB s) into ``values`` (8,), km, from the Chebyshev granules."""
    g = min(max(int((t - start) / step), 0), granules.shape[0] - 1)
    x = 2.0 * ((t - start) - g * step) / step - 1.0
    chebyshev_t[0] = 1.0
    chebyshev_t[1] = x
    for k in range(2, GRANULE_TERMS):
        chebyshev_t[k] = 2.0 * x * chebyshev_t[k - 1] - chebyshev_t[k - 2]
    for v in range(AXES):
        values[v] = 0.0
    for k in range(GRANULE_TERMS):
        for v in range(AXES):
            values[v] += chebyshev_t[k] * granules[g, k, v]


@jit(fastmath=True)
def fit_flight(t0, tp, start, step, granules, nodes, fit_moon, fit_sun, work, table, lane):  # type: ignore[no-untyped-def]
    """Fit Moon and Sun over [t0, tp] into column ``lane`` of ``table``. ``work`` is scratch (26, 24 or more)."""
    centre = 0.5 * (t0 + tp)
    half = 0.5 * (tp - t0)
    table[CENTRE_TIME + lane] = centre
    table[INVERSE_HALF + lane] = 1.0 / half
    table[ARRIVAL_TIME + lane] = tp
    for i in range(FIT_NODES):
        granule_values(centre + half * nodes[i], start, step, granules, work[FIT_NODES], work[i])
    coefficient = work[FIT_NODES + 1]
    for k in range(MOON_TERMS):
        combine(fit_moon[k], work, coefficient)
        for j in range(3):
            table[MOON + (j * MOON_TERMS + k) * LANES + lane] = coefficient[j]
            if k >= 2:
                pull = k * (k - 1) * coefficient[j] / (half * half)
                table[MOON_PULL + (j * MOON_TERMS + k - 2) * LANES + lane] = pull
    for k in range(SUN_TERMS):
        combine(fit_sun[k], work, coefficient)
        for j in range(3):
            table[SUN + (j * SUN_TERMS + k) * LANES + lane] = coefficient[3 + j]


@jit(fastmath=True)
def combine(weights, rows, total):  # type: ignore[no-untyped-def]
    """Weighted sum of the first ``FIT_NODES`` rows into ``total`` (8,)."""
    for v in range(AXES):
        total[v] = 0.0
    for i in range(0, FIT_NODES, 4):
        for v in range(AXES):
            total[v] += (weights[i] * rows[i, v] + weights[i + 1] * rows[i + 1, v]) + (
                weights[i + 2] * rows[i + 2, v] + weights[i + 3] * rows[i + 3, v]
            )


@jit(fastmath=True)
def copy_column(table, source, lane):  # type: ignore[no-untyped-def]
    """Give ``lane`` the ephemeris of ``source``: two branches of one flight."""
    for at in range(0, TABLE_SIZE, LANES):
        table[at + lane] = table[at + source]


@jit(fastmath=True)
def set_axes(earth_pole, moon_axes, moon_pole, table, lane):  # type: ignore[no-untyped-def]
    """Poles and quadrupole of a flight: Q(t) = Q0 + Qc cos 2θ + Qs sin 2θ, θ the Moon's turn since arrival.

    ``moon_axes`` (3, 3) rows: principal axes at arrival. From the degree-2 potential with unnormalised C20, C22:
    Q0 = μR²C20(3/2 zzᵀ − I/2), Qc = 3μR²C22(xxᵀ − yyᵀ), Qs = 3μR²C22(xyᵀ + yxᵀ).
    """
    for j in range(3):
        table[EARTH_POLE + j * LANES + lane] = earth_pole[j]
        table[MOON_POLE + j * LANES + lane] = moon_pole[j]
    zonal = QUADRUPOLE_SCALE * C20_MOON
    sectorial = 3.0 * QUADRUPOLE_SCALE * C22_MOON
    at = lane
    for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)):
        identity = 0.5 if i == j else 0.0
        xi, yi, zi = moon_axes[0, i], moon_axes[1, i], moon_axes[2, i]
        xj, yj, zj = moon_axes[0, j], moon_axes[1, j], moon_axes[2, j]
        table[QUADRUPOLE + at] = zonal * (1.5 * zi * zj - identity)
        table[QUADRUPOLE_COS + at] = sectorial * (xi * xj - yi * yj)
        table[QUADRUPOLE_SIN + at] = sectorial * (xi * yj + yi * xj)
        at += LANES


@jit(fastmath=True)
def evaluate(coefficients, terms, x, value, lanes):  # type: ignore[no-untyped-def]
    """Three polynomials of ``terms`` terms at x (lanes,), Horner's rule, five terms a step; three rows of ``value``."""
    for axis in range(3):
        v = value[axis * LANES : (axis + 1) * LANES]
        v[:] = 0.0
        for k in range(terms - GROUP, -1, -GROUP):
            at = (axis * terms + k) * LANES
            c = coefficients[at : at + GROUP * LANES]
            for l in range(lanes):
                p = x[l]
                high = (v[l] * p + c[4 * LANES + l]) * p + c[3 * LANES + l]
                v[l] = ((high * p + c[2 * LANES + l]) * p + c[LANES + l]) * p + c[l]


@jit(fastmath=True)
def evaluate_rate(coefficients, terms, x, scale, value, lanes):  # type: ignore[no-untyped-def]
    """Derivatives of three polynomials with respect to x, times ``scale`` (lanes,)."""
    for axis in range(3):
        v = value[axis * LANES : (axis + 1) * LANES]
        v[:] = 0.0
        for k in range(terms - 1, 0, -1):
            at = (axis * terms + k) * LANES
            for l in range(lanes):
                v[l] = v[l] * x[l] + k * coefficients[at + l]
        for l in range(lanes):
            v[l] *= scale[l]


@jit(fastmath=True)
def moon_states(table, epochs, x, value, lanes):  # type: ignore[no-untyped-def]
    """Geocentric Moon at ``epochs`` (lanes,): six rows of ``value``, km and km/s; ``x`` is scratch."""
    for l in range(lanes):
        x[l] = (epochs[l] - table[CENTRE_TIME + l]) * table[INVERSE_HALF + l]
    evaluate(table[MOON:SUN], MOON_TERMS, x, value[:VECTOR], lanes)
    evaluate_rate(table[MOON:SUN], MOON_TERMS, x, table[INVERSE_HALF:ARRIVAL_TIME], value[VECTOR : 2 * VECTOR], lanes)
