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
GRANULE_TERMS = 13
AXES = 8  # three of the Moon, three of the Sun, two of padding: one vector register
FIT_ROWS = 28  # Moon and Sun, up to a multiple of four
NODE_INDICES = (FIT_NODES + FIT_ROWS) * AXES  # in the work table, after node values and coefficients
NODE_POLYNOMIALS = NODE_INDICES + FIT_NODES
FIT_WORK_SIZE = NODE_POLYNOMIALS + GRANULE_TERMS * FIT_NODES

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
def fit_matrices() -> tuple[FloatArray, FloatArray]:
    """Nodes (24,) on [−1, 1] and the pseudo-inverses that turn node values into monomial coefficients.

    In one matrix (28, 24): 15 rows for the Moon, 10 for the Sun, padding. The fit is made in Chebyshev polynomials,
    which is well conditioned, and its coefficients are then written as monomials.
    """
    nodes = np.cos(np.pi * (np.arange(FIT_NODES) + 0.5) / FIT_NODES)
    matrices = [_monomial_fit(nodes, terms) for terms in (MOON_TERMS, SUN_TERMS)]
    return nodes, np.vstack([*matrices, np.zeros((FIT_ROWS - MOON_TERMS - SUN_TERMS, FIT_NODES))])


def _monomial_fit(nodes: FloatArray, terms: int) -> FloatArray:
    to_chebyshev = np.linalg.pinv(chebyshev.chebvander(nodes, terms - 1))
    to_monomial = np.zeros((terms, terms))
    for k in range(terms):
        power = chebyshev.cheb2poly(np.eye(terms)[k])
        to_monomial[: len(power), k] = power
    fit: FloatArray = to_monomial @ to_chebyshev
    return fit


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
def node_values(centre, half, nodes, start, step, granules, work, count, width):
    """Positions at the ``count`` fit nodes into the first rows of ``work``, as ``granule_values`` gives them.

    The Chebyshev polynomials are computed for all nodes together.
    """
    size, last = GRANULE_TERMS * AXES, len(granules) // (GRANULE_TERMS * AXES) - 1
    index, t = work[NODE_INDICES:NODE_POLYNOMIALS], work[NODE_POLYNOMIALS:]
    per_step = 1.0 / step
    for i in range(count):
        place = ((centre - start) + half * nodes[i]) * per_step
        index[i] = min(max(np.floor(place), 0.0), last)
        t[i] = 1.0
        t[FIT_NODES + i] = 2.0 * (place - index[i]) - 1.0
    for k in range(2 * FIT_NODES, GRANULE_TERMS * FIT_NODES, FIT_NODES):
        here, below, two_below = t[k:], t[k - FIT_NODES :], t[k - 2 * FIT_NODES :]
        for i in range(count):
            here[i] = 2.0 * t[FIT_NODES + i] * below[i] - two_below[i]
    for i in range(count):
        c, value, p = granules[int(index[i]) * size :], work[i * AXES :], t[i:]
        p1, p2, p3, p4 = p[FIT_NODES], p[2 * FIT_NODES], p[3 * FIT_NODES], p[4 * FIT_NODES]
        p5, p6, p7, p8 = p[5 * FIT_NODES], p[6 * FIT_NODES], p[7 * FIT_NODES], p[8 * FIT_NODES]
        p9, p10, p11, p12 = p[9 * FIT_NODES], p[10 * FIT_NODES], p[11 * FIT_NODES], p[12 * FIT_NODES]
        for v in range(width):
            low = (p1 * c[AXES + v] + p2 * c[2 * AXES + v]) + (p3 * c[3 * AXES + v] + p4 * c[4 * AXES + v])
            middle = (p5 * c[5 * AXES + v] + p6 * c[6 * AXES + v]) + (p7 * c[7 * AXES + v] + p8 * c[8 * AXES + v])
            high = (p9 * c[9 * AXES + v] + p10 * c[10 * AXES + v]) + (p11 * c[11 * AXES + v] + p12 * c[12 * AXES + v])
            value[v] = c[v] + (low + (middle + high))


@jit(fastmath=True)
def fit_rows(matrix, work, width):
    """Coefficients from node values: rows ``FIT_NODES`` and on of ``work`` = matrix · the rows before."""
    x, y = work[: FIT_NODES * AXES], work[FIT_NODES * AXES : (FIT_NODES + FIT_ROWS) * AXES]
    y[:] = 0.0
    for i in range(0, FIT_ROWS, 4):
        t = y[i * AXES : (i + 4) * AXES]
        for j in range(0, FIT_NODES, 4):
            a0, a1, a2, a3 = matrix[i, j], matrix[i, j + 1], matrix[i, j + 2], matrix[i, j + 3]
            b0, b1, b2, b3 = matrix[i + 1, j], matrix[i + 1, j + 1], matrix[i + 1, j + 2], matrix[i + 1, j + 3]
            c0, c1, c2, c3 = matrix[i + 2, j], matrix[i + 2, j + 1], matrix[i + 2, j + 2], matrix[i + 2, j + 3]
            d0, d1, d2, d3 = matrix[i + 3, j], matrix[i + 3, j + 1], matrix[i + 3, j + 2], matrix[i + 3, j + 3]
            g = x[j * AXES : (j + 4) * AXES]
            for v in range(width):
                g0, g1, g2, g3 = g[v], g[AXES + v], g[2 * AXES + v], g[3 * AXES + v]
                t[v] += (a0 * g0 + a1 * g1) + (a2 * g2 + a3 * g3)
                t[AXES + v] += (b0 * g0 + b1 * g1) + (b2 * g2 + b3 * g3)
                t[2 * AXES + v] += (c0 * g0 + c1 * g1) + (c2 * g2 + c3 * g3)
                t[3 * AXES + v] += (d0 * g0 + d1 * g1) + (d2 * g2 + d3 * g3)


@jit(fastmath=True)
def fit_flight(t0, tp, start, step, granules, nodes, matrix, work, table, lane, width):
    """Fit Moon and Sun over [t0, tp] into column ``lane`` of ``table``. ``work`` is scratch, ``width`` is 8."""
    centre = 0.5 * (t0 + tp)
    half = 0.5 * (tp - t0)
    table[CENTRE_TIME + lane] = centre
    table[INVERSE_HALF + lane] = 1.0 / half
    table[ARRIVAL_TIME + lane] = tp
    node_values(centre, half, nodes, start, step, granules, work, len(nodes), width)
    fit_rows(matrix, work, width)
    per_half2 = 1.0 / (half * half)
    for j in range(3):
        for k in range(MOON_TERMS):
            coefficient = work[(FIT_NODES + k) * AXES + j]
            table[MOON + (j * MOON_TERMS + k) * LANES + lane] = coefficient
            if k >= 2:
                pull = k * (k - 1) * coefficient * per_half2
                table[MOON_PULL + (j * MOON_TERMS + k - 2) * LANES + lane] = pull
        for k in range(SUN_TERMS):
            coefficient = work[(FIT_NODES + MOON_TERMS + k) * AXES + 3 + j]
            table[SUN + (j * SUN_TERMS + k) * LANES + lane] = coefficient


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
def five(c, k, l, x, above):
    """Five terms of a polynomial from the k-th on, in lane l; ``above`` is what the higher terms gave.

    By Estrin's scheme, so that the processor need not wait for each term before the next.
    """
    at, x2 = k * LANES + l, x * x
    low = (c[at] + x * c[at + LANES]) + x2 * (c[at + 2 * LANES] + x * c[at + 3 * LANES])
    return low + x2 * x2 * (c[at + 4 * LANES] + x * above)


@jit(fastmath=True)
def evaluate_moon(table, first, places, count, value, into, stride, lanes):
    """Three polynomials of ``MOON_TERMS`` = 15 terms, from row ``first`` of ``table``, at ``count`` rows of places.

    The k-th row's values go to ``value`` from ``into`` + k ``stride`` on. (Arrays are sliced here and not by the
    caller: as arguments, slices cost more than the polynomials.)
    """
    for axis in range(3):
        c = table[first + axis * MOON_TERMS * LANES :]
        for k in range(count):
            x, v = places[k * LANES :], value[into + k * stride + axis * LANES :]
            for l in range(lanes):
                v[l] = five(c, 0, l, x[l], five(c, 5, l, x[l], five(c, 10, l, x[l], 0.0)))


@jit(fastmath=True)
def evaluate_sun(table, first, places, count, value, into, stride, lanes):
    """The same for polynomials of ``SUN_TERMS`` = 10 terms."""
    for axis in range(3):
        c = table[first + axis * SUN_TERMS * LANES :]
        for k in range(count):
            x, v = places[k * LANES :], value[into + k * stride + axis * LANES :]
            for l in range(lanes):
                v[l] = five(c, 0, l, x[l], five(c, 5, l, x[l], 0.0))


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
    evaluate_moon(table, MOON, x, 1, value, 0, 0, lanes)
    evaluate_rate(table[MOON:SUN], MOON_TERMS, x, table[INVERSE_HALF:ARRIVAL_TIME], value[VECTOR : 2 * VECTOR], lanes)
