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
VALUES = FIT_NODES * AXES
FIT_WORK_SIZE = VALUES + 3 * AXES

# Rows of the ephemeris table of a block.
CENTRE_TIME, INVERSE_HALF, ARRIVAL_TIME = rows(0, 3)
EARTH_POLE, MOON_POLE = row(3), row(6)
EARTH_HINGE, MOON_HINGE = row(9), row(12)  # axes that the planes of the legs are turned about
QUADRUPOLE, QUADRUPOLE_COS, QUADRUPOLE_SIN = row(15), row(21), row(27)  # each xx, yy, zz, xy, xz, yz
MOON = row(33)
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
    """Chebyshev granules (n, 13, 6) of Moon and Sun, padded to (n, 13, 8) and flat."""
    padded = np.zeros((*coefficients.shape[:2], AXES))
    padded[..., : coefficients.shape[2]] = coefficients
    return padded.ravel()


@jit(fastmath=True)
def granule_values(t, start, step, granules, chebyshev_t, values, width):
    """Positions of Moon and Sun at epoch ``t`` (TDB s) into ``values`` (8,), km, from the Chebyshev granules.

    ``granules`` is flat, 13 rows of eight numbers each granule; ``width`` is 8.
    """
    size = GRANULE_TERMS * AXES
    g = min(max(int((t - start) / step), 0), len(granules) // size - 1)
    x = 2.0 * ((t - start) - g * step) / step - 1.0
    chebyshev_t[0] = 1.0
    chebyshev_t[1] = x
    for k in range(2, GRANULE_TERMS):
        chebyshev_t[k] = 2.0 * x * chebyshev_t[k - 1] - chebyshev_t[k - 2]
    c = granules[g * size : (g + 1) * size]
    values[:width] = 0.0
    for k in range(1, GRANULE_TERMS, 4):
        t0, t1, t2, t3 = chebyshev_t[k], chebyshev_t[k + 1], chebyshev_t[k + 2], chebyshev_t[k + 3]
        b = c[k * AXES : (k + 4) * AXES]
        for v in range(width):
            values[v] += (t0 * b[v] + t1 * b[AXES + v]) + (t2 * b[2 * AXES + v] + t3 * b[3 * AXES + v])
    for v in range(width):
        values[v] += c[v]


@jit(fastmath=True)
def fit_flight(t0, tp, start, step, granules, nodes, fit_moon, fit_sun, work, table, lane, width):
    """Fit Moon and Sun over [t0, tp] into column ``lane`` of ``table``. ``work`` is scratch, ``width`` is 8."""
    centre = 0.5 * (t0 + tp)
    half = 0.5 * (tp - t0)
    table[CENTRE_TIME + lane] = centre
    table[INVERSE_HALF + lane] = 1.0 / half
    table[ARRIVAL_TIME + lane] = tp
    values, chebyshev_t, coefficient = work[:VALUES], work[VALUES : VALUES + 2 * AXES], work[VALUES + 2 * AXES :]
    for i in range(FIT_NODES):
        t = centre + half * nodes[i]
        granule_values(t, start, step, granules, chebyshev_t, values[i * AXES : (i + 1) * AXES], width)
    for k in range(MOON_TERMS):
        combine(fit_moon[k], values, coefficient, width)
        for j in range(3):
            table[MOON + (j * MOON_TERMS + k) * LANES + lane] = coefficient[j]
            if k >= 2:
                pull = k * (k - 1) * coefficient[j] / (half * half)
                table[MOON_PULL + (j * MOON_TERMS + k - 2) * LANES + lane] = pull
    for k in range(SUN_TERMS):
        combine(fit_sun[k], values, coefficient, width)
        for j in range(3):
            table[SUN + (j * SUN_TERMS + k) * LANES + lane] = coefficient[3 + j]


@jit(fastmath=True)
def combine(weights, rows, total, width):
    """Weighted sum of the first ``FIT_NODES`` rows into ``total`` (width,)."""
    total[:width] = 0.0
    for i in range(0, FIT_NODES, 8):
        w, r = weights[i : i + 8], rows[i * AXES : (i + 8) * AXES]
        w0, w1, w2, w3, w4, w5, w6, w7 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
        for v in range(width):
            total[v] += ((w0 * r[v] + w1 * r[AXES + v]) + (w2 * r[2 * AXES + v] + w3 * r[3 * AXES + v])) + (
                (w4 * r[4 * AXES + v] + w5 * r[5 * AXES + v]) + (w6 * r[6 * AXES + v] + w7 * r[7 * AXES + v])
            )


@jit(fastmath=True)
def copy_column(table, source, lane):
    """Give ``lane`` the ephemeris of ``source``: two branches of one flight."""
    for at in range(0, TABLE_SIZE, LANES):
        table[at + lane] = table[at + source]


@jit(fastmath=True)
def set_axes(earth_pole, moon_axes, moon_pole, table, lane):
    """Poles and quadrupole of a flight: Q(t) = Q0 + Qc cos 2θ + Qs sin 2θ, θ the Moon's turn since arrival.

    Planes turn about the poles, which keeps their inclinations, unless ``hold_headings`` says otherwise.
    ``moon_axes`` (3, 3) rows: principal axes at arrival. From the degree-2 potential with unnormalised C20, C22:
    Q0 = μR²C20(3/2 zzᵀ − I/2), Qc = 3μR²C22(xxᵀ − yyᵀ), Qs = 3μR²C22(xyᵀ + yxᵀ).
    """
    for j in range(3):
        table[EARTH_POLE + j * LANES + lane] = table[EARTH_HINGE + j * LANES + lane] = earth_pole[j]
        table[MOON_POLE + j * LANES + lane] = table[MOON_HINGE + j * LANES + lane] = moon_pole[j]
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
def evaluate(coefficients, terms, x, value, lanes):
    """Three polynomials of ``terms`` terms at x (lanes,), Horner's rule, five terms a step; three rows of ``value``."""
    value[:VECTOR] = 0.0
    axis = terms * LANES
    for k in range(terms - GROUP, -1, -GROUP):
        a = coefficients[k * LANES : (k + GROUP) * LANES]
        b = coefficients[axis + k * LANES : axis + (k + GROUP) * LANES]
        c = coefficients[2 * axis + k * LANES : 2 * axis + (k + GROUP) * LANES]
        for l in range(lanes):
            p = x[l]
            u = (value[l] * p + a[4 * LANES + l]) * p + a[3 * LANES + l]
            v = (value[LANES + l] * p + b[4 * LANES + l]) * p + b[3 * LANES + l]
            w = (value[2 * LANES + l] * p + c[4 * LANES + l]) * p + c[3 * LANES + l]
            value[l] = ((u * p + a[2 * LANES + l]) * p + a[LANES + l]) * p + a[l]
            value[LANES + l] = ((v * p + b[2 * LANES + l]) * p + b[LANES + l]) * p + b[l]
            value[2 * LANES + l] = ((w * p + c[2 * LANES + l]) * p + c[LANES + l]) * p + c[l]


@jit(fastmath=True)
def evaluate_rate(coefficients, terms, x, scale, value, lanes):
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
def moon_states(table, epochs, x, value, lanes):
    """Geocentric Moon at ``epochs`` (lanes,): six rows of ``value``, km and km/s; ``x`` is scratch."""
    for l in range(lanes):
        x[l] = (epochs[l] - table[CENTRE_TIME + l]) * table[INVERSE_HALF + l]
    evaluate(table[MOON:SUN], MOON_TERMS, x, value[:VECTOR], lanes)
    evaluate_rate(table[MOON:SUN], MOON_TERMS, x, table[INVERSE_HALF:ARRIVAL_TIME], value[VECTOR : 2 * VECTOR], lanes)
