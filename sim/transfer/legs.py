"""The reference conic of a leg: state and variations at the nodes and where the leg ends.

The Earth leg's is an ellipse from perigee, the Moon leg's a hyperbola backwards from perilune (sim.transfer.collocation
says what they are for). Variations, in perifocal axes: u1 = v, u2 = (−y, x), u4 = ∂r/∂e at fixed semi-major axis and
mean anomaly, u3 = 2r − 3τv + κu4 = 2a ∂r/∂a + κ ∂r/∂e with κ = (1 − e²)/e and τ the time from the apsis.
"""

from __future__ import annotations

import numpy as np

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2
from sim.jit import jit
from sim.transfer.lanes import ARRIVAL, EARTH_LEG, INJECTION, LANES, MATCH_BEFORE_ARRIVAL_S, row, rows
from sim.transfer.series import sin_cos, sinh_cosh

# Rows of a leg's conic table.
ECCENTRICITY, SEMI_MAJOR, MEAN_MOTION, KAPPA, END_ANOMALY, M_FACTOR, K_FACTOR, INVERSE_H = rows(0, 8)
SPEED_TO_C3, SPEED_TO_C4 = rows(8, 2)  # start offsets per km/s of apsis speed
SPEED_OFFSET = row(10)  # apsis speed minus that of the reference conic
END_X, END_Y, END_VX, END_VY, END_X3, END_Y3, END_X4, END_Y4 = rows(11, 8)  # basis where the leg ends
END_AX, END_AY, END_VX3, END_VY3, END_VX4, END_VY4 = rows(19, 6)
CONIC_SIZE = row(25)

# Rows of a node; nodes follow one another.
X, Y, VX, VY, X3, Y3, X4, Y4 = rows(0, 8)
REF_GRAVITY, REF_RADIAL = rows(8, 2)  # μ/r³ and 3/r² of the reference
TIME_RATE = row(10)  # dt/ds
MOON_X, MOON_Y, MOON_Z = rows(11, 3)  # geocentric Moon
SUN_X, SUN_Y, SUN_Z, SUN_INVERSE_SQUARE, SUN_GRAVITY = rows(14, 5)  # Sun from the leg's centre
FIXED_X, FIXED_Y, FIXED_Z = rows(19, 3)  # acceleration that does not depend on the flight's position
QXX, QYY, QZZ, QXY, QXZ, QYZ = rows(22, 6)
NODE_SIZE = row(28)


@jit(fastmath=True)
def ellipse(e, a, n, kappa, anomaly):
    """Perifocal state and variations at eccentric anomaly: (D, x, y, vx, vy, x3, y3, x4, y4, t); D = r/a."""
    s, c = sin_cos(anomaly)
    q = np.sqrt(1.0 - e * e)
    d = 1.0 - e * c
    x, y = a * (c - e), a * q * s
    vx, vy = -a * n * s / d, a * n * q * c / d
    t = (anomaly - e * s) / n
    x4 = -a - a * s * s / d
    y4 = -a * e * s / q + a * q * c * s / d
    return d, x, y, vx, vy, 2.0 * x - 3.0 * t * vx + kappa * x4, 2.0 * y - 3.0 * t * vy + kappa * y4, x4, y4, t


@jit(fastmath=True)
def hyperbola(e, a, n, kappa, anomaly):
    """The same for a hyperbola; ``a`` is |a|, D = r/|a|."""
    s, c = sinh_cosh(anomaly)
    q = np.sqrt(e * e - 1.0)
    d = e * c - 1.0
    x, y = a * (e - c), a * q * s
    vx, vy = -a * n * s / d, a * n * q * c / d
    t = (e * s - anomaly) / n
    x4 = a + a * s * s / d
    y4 = a * e * s / q - a * q * c * s / d
    return d, x, y, vx, vy, 2.0 * x - 3.0 * t * vx + kappa * x4, 2.0 * y - 3.0 * t * vy + kappa * y4, x4, y4, t


@jit(fastmath=True)
def ellipse_rates(e, a, n, anomaly):
    """Velocity of the variation u4 on an ellipse: (vx4, vy4)."""
    s, c = sin_cos(anomaly)
    q = np.sqrt(1.0 - e * e)
    d = 1.0 - e * c
    de = s / d
    dd = -c + e * s * de
    vx4 = -a * n * (c * de - s * dd / d) / d
    vy4 = a * n * (-e / q * c + q * (-s * de - c * dd / d)) / d
    return vx4, vy4


@jit(fastmath=True)
def hyperbola_rates(e, a, n, anomaly):
    """Velocity of the variation u4 on a hyperbola: (vx4, vy4)."""
    s, c = sinh_cosh(anomaly)
    q = np.sqrt(e * e - 1.0)
    d = e * c - 1.0
    de = -s / d
    dd = c + e * s * de
    vx4 = -a * n * (c * de - s * dd / d) / d
    vy4 = a * n * (e / q * c + q * (s * de - c * dd / d)) / d
    return vx4, vy4


@jit(fastmath=True)
def set_conic(conic, mu, radius, speed, lanes):
    """Elements and factors of the reference conic from its apsis radius and speed (lanes,)."""
    for l in range(lanes):
        v = speed[l]
        e = radius * v * v / mu - 1.0
        a = radius / (1.0 - e)
        h = radius * v
        m, k = a / mu, h / (mu * a * e)
        conic[ECCENTRICITY + l] = e
        conic[SEMI_MAJOR + l] = abs(a)
        conic[MEAN_MOTION + l] = np.sqrt(mu / abs(a)) / abs(a)
        conic[KAPPA + l] = (1.0 - e * e) / e
        conic[M_FACTOR + l] = m
        conic[K_FACTOR + l] = k
        conic[INVERSE_H + l] = 1.0 / h
        conic[SPEED_TO_C3 + l] = m * v
        conic[SPEED_TO_C4 + l] = -k * radius
        conic[SPEED_OFFSET + l] = 0.0


@jit(fastmath=True)
def solve_ellipse_end(conic, values, lanes):
    """End anomaly of the Earth leg from Kepler's equation (Newton, from M + 0.85 e)."""
    for l in range(lanes):
        mean = conic[MEAN_MOTION + l] * values[EARTH_LEG + l]
        conic[END_ANOMALY + l] = min(mean + 0.85 * conic[ECCENTRICITY + l], 3.0)
    for _ in range(6):
        for l in range(lanes):
            e, anomaly = conic[ECCENTRICITY + l], conic[END_ANOMALY + l]
            s, c = sin_cos(anomaly)
            mean = conic[MEAN_MOTION + l] * values[EARTH_LEG + l]
            conic[END_ANOMALY + l] = anomaly - (anomaly - e * s - mean) / (1.0 - e * c)


@jit(fastmath=True)
def solve_hyperbola_end(conic, lanes):
    """End anomaly of the Moon leg, which runs backwards: negative."""
    for l in range(lanes):
        mean = conic[MEAN_MOTION + l] * MATCH_BEFORE_ARRIVAL_S
        conic[END_ANOMALY + l] = np.log(2.0 * mean / conic[ECCENTRICITY + l] + 1.8)
    for _ in range(6):
        for l in range(lanes):
            e, anomaly = conic[ECCENTRICITY + l], conic[END_ANOMALY + l]
            s, c = sinh_cosh(anomaly)
            mean = conic[MEAN_MOTION + l] * MATCH_BEFORE_ARRIVAL_S
            conic[END_ANOMALY + l] = anomaly - (e * s - anomaly - mean) / (e * c - 1.0)
    for l in range(lanes):
        conic[END_ANOMALY + l] = -conic[END_ANOMALY + l]


@jit(fastmath=True)
def store_end(conic, mu, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l):
    """Keep the basis at the end of the leg, with its velocities: where the legs meet."""
    gravity = mu / (x * x + y * y) ** 1.5
    ax, ay = -gravity * x, -gravity * y
    kappa = conic[KAPPA + l]
    conic[END_X + l], conic[END_Y + l], conic[END_VX + l], conic[END_VY + l] = x, y, vx, vy
    conic[END_X3 + l], conic[END_Y3 + l], conic[END_X4 + l], conic[END_Y4 + l] = x3, y3, x4, y4
    conic[END_AX + l], conic[END_AY + l] = ax, ay
    conic[END_VX3 + l] = -vx - 3.0 * t * ax + kappa * vx4
    conic[END_VY3 + l] = -vy - 3.0 * t * ay + kappa * vy4
    conic[END_VX4 + l], conic[END_VY4 + l] = vx4, vy4


@jit(fastmath=True)
def store_node(node, mu, a, d, x, y, vx, vy, x3, y3, x4, y4, rate, l):
    """Keep the reference and its basis at a node."""
    inverse = 1.0 / (d * a)
    inverse_square = inverse * inverse
    node[X + l], node[Y + l], node[VX + l], node[VY + l] = x, y, vx, vy
    node[X3 + l], node[Y3 + l], node[X4 + l], node[Y4 + l] = x3, y3, x4, y4
    node[REF_GRAVITY + l] = mu * inverse_square * inverse
    node[REF_RADIAL + l] = 3.0 * inverse_square
    node[TIME_RATE + l] = d * rate


@jit(fastmath=True)
def set_earth_leg(conic, nodes, times, values, radius, speed, warp, warp_rate, lanes):
    """Reference ellipse from perigee: basis at the end and at all nodes; node epochs into ``times``."""
    set_conic(conic, GM_EARTH_KM3_S2, radius, speed, lanes)
    solve_ellipse_end(conic, values, lanes)
    for l in range(lanes):
        e, a, n, end = conic[ECCENTRICITY + l], conic[SEMI_MAJOR + l], conic[MEAN_MOTION + l], conic[END_ANOMALY + l]
        d, x, y, vx, vy, x3, y3, x4, y4, t = ellipse(e, a, n, conic[KAPPA + l], end)
        vx4, vy4 = ellipse_rates(e, a, n, end)
        store_end(conic, GM_EARTH_KM3_S2, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l)
    for i in range(len(warp)):
        node, epoch = nodes[i * NODE_SIZE : (i + 1) * NODE_SIZE], times[i * LANES : (i + 1) * LANES]
        for l in range(lanes):
            e, a, n, end = (
                conic[ECCENTRICITY + l],
                conic[SEMI_MAJOR + l],
                conic[MEAN_MOTION + l],
                conic[END_ANOMALY + l],
            )
            d, x, y, vx, vy, x3, y3, x4, y4, t = ellipse(e, a, n, conic[KAPPA + l], end * warp[i])
            store_node(node, GM_EARTH_KM3_S2, a, d, x, y, vx, vy, x3, y3, x4, y4, end * warp_rate[i] / n, l)
            epoch[l] = values[INJECTION + l] + t


@jit(fastmath=True)
def set_moon_leg(conic, nodes, times, values, radius, speed, warp, warp_rate, lanes):
    """Reference hyperbola backwards from perilune."""
    set_conic(conic, GM_MOON_KM3_S2, radius, speed, lanes)
    solve_hyperbola_end(conic, lanes)
    for l in range(lanes):
        e, a, n, end = conic[ECCENTRICITY + l], conic[SEMI_MAJOR + l], conic[MEAN_MOTION + l], conic[END_ANOMALY + l]
        d, x, y, vx, vy, x3, y3, x4, y4, t = hyperbola(e, a, n, conic[KAPPA + l], end)
        vx4, vy4 = hyperbola_rates(e, a, n, end)
        store_end(conic, GM_MOON_KM3_S2, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l)
    for i in range(len(warp)):
        node, epoch = nodes[i * NODE_SIZE : (i + 1) * NODE_SIZE], times[i * LANES : (i + 1) * LANES]
        for l in range(lanes):
            e, a, n, end = (
                conic[ECCENTRICITY + l],
                conic[SEMI_MAJOR + l],
                conic[MEAN_MOTION + l],
                conic[END_ANOMALY + l],
            )
            d, x, y, vx, vy, x3, y3, x4, y4, t = hyperbola(e, a, n, conic[KAPPA + l], end * warp[i])
            store_node(node, GM_MOON_KM3_S2, a, d, x, y, vx, vy, x3, y3, x4, y4, end * warp_rate[i] / n, l)
            epoch[l] = values[ARRIVAL + l] + t
