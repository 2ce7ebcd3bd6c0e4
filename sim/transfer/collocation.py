"""Gauss collocation of a flight's two legs, as deviations from two fixed conics.

The Earth leg starts at perigee on an ellipse about the Earth, the Moon leg runs backwards from perilune on a hyperbola
about the Moon; they meet 28 hours before perilune. In the perifocal frame of its conic (x to the apsis, y along the
velocity there, z along the angular momentum) a leg's position is r_ref + d with

    d = c1 u1 + c2 u2 + c3 u3 + c4 u4,   z = c5 x + c6 y,

u1 = v, u2 = (−y, x), u4 = ∂r/∂e at fixed semi-major axis and mean anomaly, u3 = 2r − 3τv + κu4, κ = (1 − e²)/e: the
variations of the conic. Variation of parameters (Battin 1999, ch. 10; Gauss's equations in this basis) gives

    c1' = −m u3·N,  c2' = k u4·N,  c3' = m u1·N,  c4' = −k u2·N,  c5' = −y N_z/h,  c6' = x N_z/h,

m = a/μ, k = h/(μae), N the acceleration left over when the linear motion about the conic is taken away. The c are
integrated over Gauss nodes at fixed anomalies, so node epochs never change and Moon, Sun and quadrupole are evaluated
once per flight. A change of the apsis speed by δ is a start offset c3(0) = m v δ, c4(0) = −k r δ that acts at once on
all nodes; a change of node or argument turns the frame.

Arrays hold ``LANES`` flights side by side, the lane index last; loops over lanes are what the compiler vectorises.
The number of lanes is an argument: as a literal it would be unrolled into scalar code.
"""

from __future__ import annotations

import numpy as np

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, GM_SUN_KM3_S2, J2_EARTH, R_EARTH_KM
from sim.jit import jit
from sim.transfer.flight_ephemeris import (
    CENTRE_TIME,
    EARTH_POLE,
    INVERSE_HALF,
    MOON,
    MOON_TERMS,
    QUADRUPOLE,
    SUN,
    SUN_TERMS,
    polynomial,
    polynomial_curvature,
    turn_cosines,
)
from sim.transfer.series import sin_cos, sinh_cosh, small_sin_versine

J2_SCALE = 1.5 * GM_EARTH_KM3_S2 * J2_EARTH * R_EARTH_KM**2

# Rows of a leg's conic table [row, lane].
ECCENTRICITY, SEMI_MAJOR, MEAN_MOTION, KAPPA, END_ANOMALY = 0, 1, 2, 3, 4
M_FACTOR, K_FACTOR, INVERSE_H = 5, 6, 7
SPEED_TO_C3, SPEED_TO_C4 = 8, 9  # start offsets per km/s of apsis speed
SPEED_OFFSET = 10  # apsis speed minus that of the reference conic
END = 11  # 14 rows: x y vx vy x3 y3 x4 y4 ax ay vx3 vy3 vx4 vy4 at the end of the leg
CONIC_ROWS = END + 14

# Fields of a node [node, field, lane].
X, Y, VX, VY, X3, Y3, X4, Y4 = 0, 1, 2, 3, 4, 5, 6, 7
REF_GRAVITY, REF_RADIAL = 8, 9  # μ/r³ and 3/r² of the reference
TIME_RATE = 10  # dt/ds
MOON_X, MOON_Y, MOON_Z = 11, 12, 13  # geocentric Moon
SUN_X, SUN_Y, SUN_Z, SUN_INVERSE_SQUARE, SUN_GRAVITY = 14, 15, 16, 17, 18  # Sun from the leg's centre
FIXED_X, FIXED_Y, FIXED_Z = 19, 20, 21  # acceleration that does not depend on the flight's position
QXX, QYY, QZZ, QXY, QXZ, QYZ = 22, 23, 24, 25, 26, 27
NODE_FIELDS = 28


@jit(fastmath=True)
def ellipse(e, a, n, kappa, anomaly):  # type: ignore[no-untyped-def]
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
def hyperbola(e, a, n, kappa, anomaly):  # type: ignore[no-untyped-def]
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
def ellipse_rates(e, a, n, anomaly):  # type: ignore[no-untyped-def]
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
def hyperbola_rates(e, a, n, anomaly):  # type: ignore[no-untyped-def]
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
def set_conic(conic, mu, radius, speed, lanes):  # type: ignore[no-untyped-def]
    """Elements and factors of the reference conic from its apsis radius and speed (lanes,)."""
    for l in range(lanes):
        v = speed[l]
        e = radius * v * v / mu - 1.0
        a = radius / (1.0 - e)
        h = radius * v
        m, k = a / mu, h / (mu * a * e)
        conic[ECCENTRICITY, l] = e
        conic[SEMI_MAJOR, l] = abs(a)
        conic[MEAN_MOTION, l] = np.sqrt(mu / abs(a)) / abs(a)
        conic[KAPPA, l] = (1.0 - e * e) / e
        conic[M_FACTOR, l] = m
        conic[K_FACTOR, l] = k
        conic[INVERSE_H, l] = 1.0 / h
        conic[SPEED_TO_C3, l] = m * v
        conic[SPEED_TO_C4, l] = -k * radius
        conic[SPEED_OFFSET, l] = 0.0


@jit(fastmath=True)
def solve_ellipse_end(conic, duration, lanes):  # type: ignore[no-untyped-def]
    """End anomaly of the Earth leg from Kepler's equation (Newton, from M + 0.85 e)."""
    for l in range(lanes):
        mean = conic[MEAN_MOTION, l] * duration[l]
        conic[END_ANOMALY, l] = min(mean + 0.85 * conic[ECCENTRICITY, l], 3.0)
    for _ in range(6):
        for l in range(lanes):
            e, anomaly = conic[ECCENTRICITY, l], conic[END_ANOMALY, l]
            s, c = sin_cos(anomaly)
            mean = conic[MEAN_MOTION, l] * duration[l]
            conic[END_ANOMALY, l] = anomaly - (anomaly - e * s - mean) / (1.0 - e * c)


@jit(fastmath=True)
def solve_hyperbola_end(conic, duration, lanes):  # type: ignore[no-untyped-def]
    """End anomaly of the Moon leg, which runs backwards: negative."""
    for l in range(lanes):
        mean = conic[MEAN_MOTION, l] * duration
        conic[END_ANOMALY, l] = np.log(2.0 * mean / conic[ECCENTRICITY, l] + 1.8)
    for _ in range(6):
        for l in range(lanes):
            e, anomaly = conic[ECCENTRICITY, l], conic[END_ANOMALY, l]
            s, c = sinh_cosh(anomaly)
            mean = conic[MEAN_MOTION, l] * duration
            conic[END_ANOMALY, l] = anomaly - (e * s - anomaly - mean) / (e * c - 1.0)
    for l in range(lanes):
        conic[END_ANOMALY, l] = -conic[END_ANOMALY, l]


@jit(fastmath=True)
def store_end(conic, mu, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l):  # type: ignore[no-untyped-def]
    """Keep the basis at the end of the leg, with its velocities: where the legs meet."""
    gravity = mu / (x * x + y * y) ** 1.5
    ax, ay = -gravity * x, -gravity * y
    kappa = conic[KAPPA, l]
    conic[END, l], conic[END + 1, l], conic[END + 2, l], conic[END + 3, l] = x, y, vx, vy
    conic[END + 4, l], conic[END + 5, l], conic[END + 6, l], conic[END + 7, l] = x3, y3, x4, y4
    conic[END + 8, l], conic[END + 9, l] = ax, ay
    conic[END + 10, l] = -vx - 3.0 * t * ax + kappa * vx4
    conic[END + 11, l] = -vy - 3.0 * t * ay + kappa * vy4
    conic[END + 12, l], conic[END + 13, l] = vx4, vy4


@jit(fastmath=True)
def store_node(node, mu, d, x, y, vx, vy, x3, y3, x4, y4, rate, l):  # type: ignore[no-untyped-def]
    """Keep the reference and its basis at a node."""
    inverse_square = 1.0 / (x * x + y * y)
    node[X, l], node[Y, l], node[VX, l], node[VY, l] = x, y, vx, vy
    node[X3, l], node[Y3, l], node[X4, l], node[Y4, l] = x3, y3, x4, y4
    node[REF_GRAVITY, l] = mu * inverse_square * np.sqrt(inverse_square)
    node[REF_RADIAL, l] = 3.0 * inverse_square
    node[TIME_RATE, l] = d * rate


@jit(fastmath=True)
def set_earth_leg(conic, nodes, times, start, duration, radius, speed, warp, warp_rate, lanes):  # type: ignore[no-untyped-def]
    """Reference ellipse from perigee: basis at the end and at all nodes; node epochs into ``times`` [node, lane]."""
    set_conic(conic, GM_EARTH_KM3_S2, radius, speed, lanes)
    solve_ellipse_end(conic, duration, lanes)
    for l in range(lanes):
        e, a, n, end = conic[ECCENTRICITY, l], conic[SEMI_MAJOR, l], conic[MEAN_MOTION, l], conic[END_ANOMALY, l]
        d, x, y, vx, vy, x3, y3, x4, y4, t = ellipse(e, a, n, conic[KAPPA, l], end)
        vx4, vy4 = ellipse_rates(e, a, n, end)
        store_end(conic, GM_EARTH_KM3_S2, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l)
    for i in range(len(warp)):
        node = nodes[i]
        for l in range(lanes):
            e, a, n, end = conic[ECCENTRICITY, l], conic[SEMI_MAJOR, l], conic[MEAN_MOTION, l], conic[END_ANOMALY, l]
            d, x, y, vx, vy, x3, y3, x4, y4, t = ellipse(e, a, n, conic[KAPPA, l], end * warp[i])
            store_node(node, GM_EARTH_KM3_S2, d, x, y, vx, vy, x3, y3, x4, y4, end * warp_rate[i] / n, l)
            times[i, l] = start[l] + t


@jit(fastmath=True)
def set_moon_leg(conic, nodes, times, start, duration, radius, speed, warp, warp_rate, lanes):  # type: ignore[no-untyped-def]
    """Reference hyperbola backwards from perilune."""
    set_conic(conic, GM_MOON_KM3_S2, radius, speed, lanes)
    solve_hyperbola_end(conic, duration, lanes)
    for l in range(lanes):
        e, a, n, end = conic[ECCENTRICITY, l], conic[SEMI_MAJOR, l], conic[MEAN_MOTION, l], conic[END_ANOMALY, l]
        d, x, y, vx, vy, x3, y3, x4, y4, t = hyperbola(e, a, n, conic[KAPPA, l], end)
        vx4, vy4 = hyperbola_rates(e, a, n, end)
        store_end(conic, GM_MOON_KM3_S2, x, y, vx, vy, x3, y3, x4, y4, t, vx4, vy4, l)
    for i in range(len(warp)):
        node = nodes[i]
        for l in range(lanes):
            e, a, n, end = conic[ECCENTRICITY, l], conic[SEMI_MAJOR, l], conic[MEAN_MOTION, l], conic[END_ANOMALY, l]
            d, x, y, vx, vy, x3, y3, x4, y4, t = hyperbola(e, a, n, conic[KAPPA, l], end * warp[i])
            store_node(node, GM_MOON_KM3_S2, d, x, y, vx, vy, x3, y3, x4, y4, end * warp_rate[i] / n, l)
            times[i, l] = start[l] + t


@jit(fastmath=True)
def set_bodies(nodes, times, table, moon_centred, lanes):  # type: ignore[no-untyped-def]
    """Moon, Sun, quadrupole and fixed accelerations at all nodes; ``moon_centred`` 0.0 (Earth leg) or 1.0."""
    for i in range(len(nodes)):
        node = nodes[i]
        for l in range(lanes):
            rate = table[INVERSE_HALF, l]
            x = (times[i, l] - table[CENTRE_TIME, l]) * rate
            mx = polynomial(table, MOON, MOON_TERMS, x, l)
            my = polynomial(table, MOON + MOON_TERMS, MOON_TERMS, x, l)
            mz = polynomial(table, MOON + 2 * MOON_TERMS, MOON_TERMS, x, l)
            sx = polynomial(table, SUN, SUN_TERMS, x, l)
            sy = polynomial(table, SUN + SUN_TERMS, SUN_TERMS, x, l)
            sz = polynomial(table, SUN + 2 * SUN_TERMS, SUN_TERMS, x, l)
            store_bodies(node, mx, my, mz, sx, sy, sz, moon_centred, l)
        if moon_centred > 0.0:
            add_moon_acceleration(node, times[i], table, lanes)
        for l in range(lanes):
            s, c = turn_cosines(table, times[i, l], l)
            for j in range(6):
                node[QXX + j, l] = (
                    table[QUADRUPOLE + j, l] + c * table[QUADRUPOLE + 6 + j, l] + s * table[QUADRUPOLE + 12 + j, l]
                )


@jit(fastmath=True)
def store_bodies(node, mx, my, mz, sx, sy, sz, moon_centred, l):  # type: ignore[no-untyped-def]
    """Geometry of Moon and Sun at a node, and the indirect terms.

    Earth leg: fixed = −μ_M m/m³; the Sun's pull enters as a tide about the Earth. Moon leg, Moon-centred: fixed =
    −μ_M m/m³ + tide of the Sun on the Moon about the Earth, from which the Moon's own acceleration is taken later.
    """
    wx, wy, wz = sx - moon_centred * mx, sy - moon_centred * my, sz - moon_centred * mz
    sun2 = 1.0 / (sx * sx + sy * sy + sz * sz)
    w2 = 1.0 / (wx * wx + wy * wy + wz * wz)
    moon2 = 1.0 / (mx * mx + my * my + mz * mz)
    moon3 = GM_MOON_KM3_S2 * moon2 * np.sqrt(moon2)
    w3 = GM_SUN_KM3_S2 * w2 * np.sqrt(w2)
    sun3 = GM_SUN_KM3_S2 * sun2 * np.sqrt(sun2)
    node[MOON_X, l], node[MOON_Y, l], node[MOON_Z, l] = mx, my, mz
    node[SUN_X, l], node[SUN_Y, l], node[SUN_Z, l] = wx, wy, wz
    node[SUN_INVERSE_SQUARE, l], node[SUN_GRAVITY, l] = w2, w3
    node[FIXED_X, l] = -moon3 * mx + moon_centred * (w3 * wx - sun3 * sx)
    node[FIXED_Y, l] = -moon3 * my + moon_centred * (w3 * wy - sun3 * sy)
    node[FIXED_Z, l] = -moon3 * mz + moon_centred * (w3 * wz - sun3 * sz)


@jit(fastmath=True)
def add_moon_acceleration(node, times, table, lanes):  # type: ignore[no-untyped-def]
    """Take the Moon's geocentric acceleration (second derivative of its polynomial) from the fixed terms."""
    for l in range(lanes):
        rate = table[INVERSE_HALF, l]
        x = (times[l] - table[CENTRE_TIME, l]) * rate
        square = rate * rate
        node[FIXED_X, l] -= square * polynomial_curvature(table, MOON, MOON_TERMS, x, l)
        node[FIXED_Y, l] -= square * polynomial_curvature(table, MOON + MOON_TERMS, MOON_TERMS, x, l)
        node[FIXED_Z, l] -= square * polynomial_curvature(table, MOON + 2 * MOON_TERMS, MOON_TERMS, x, l)


@jit(fastmath=True)
def sweep(nodes, conic, frame, table, c, rates, moon_centred, lanes):  # type: ignore[no-untyped-def]
    """Rates c' dt/ds of the coefficients at every node, from the full force on the present path.

    ``c`` [node, 6, lane] without the start offset; ``frame`` [9, lane]: the perifocal axes x, y, z as rows of ICRF.
    The Earth's J2 and the Moon's quadrupole act on both legs. The Sun acts as a tide by Battin's series in q.
    """
    for i in range(len(nodes)):
        node, ci, out = nodes[i], c[i], rates[i]
        for l in range(lanes):
            offset = conic[SPEED_OFFSET, l]
            c1, c2 = ci[0, l], ci[1, l]
            c3 = ci[2, l] + offset * conic[SPEED_TO_C3, l]
            c4 = ci[3, l] + offset * conic[SPEED_TO_C4, l]
            x, y, vx, vy = node[X, l], node[Y, l], node[VX, l], node[VY, l]
            x3, y3, x4, y4 = node[X3, l], node[Y3, l], node[X4, l], node[Y4, l]
            dx = c1 * vx - c2 * y + c3 * x3 + c4 * x4
            dy = c1 * vy + c2 * x + c3 * y3 + c4 * y4
            dz = ci[4, l] * x + ci[5, l] * y
            # Position from the leg's centre on ICRF axes, then from Earth (e) and from Moon (d).
            p, q = x + dx, y + dy
            rx = frame[0, l] * p + frame[3, l] * q + frame[6, l] * dz
            ry = frame[1, l] * p + frame[4, l] * q + frame[7, l] * dz
            rz = frame[2, l] * p + frame[5, l] * q + frame[8, l] * dz
            mx, my, mz = node[MOON_X, l], node[MOON_Y, l], node[MOON_Z, l]
            geocentric = moon_centred
            selenocentric = moon_centred - 1.0
            ex, ey, ez = rx + geocentric * mx, ry + geocentric * my, rz + geocentric * mz
            mdx, mdy, mdz = rx + selenocentric * mx, ry + selenocentric * my, rz + selenocentric * mz
            # Earth with J2 about the pole of date.
            kx, ky, kz = table[EARTH_POLE, l], table[EARTH_POLE + 1, l], table[EARTH_POLE + 2, l]
            e2 = 1.0 / (ex * ex + ey * ey + ez * ez)
            e3 = e2 * np.sqrt(e2)
            height = ex * kx + ey * ky + ez * kz
            j2 = J2_SCALE * e3 * e2
            earth = GM_EARTH_KM3_S2 * e3 + j2 * (1.0 - 5.0 * height * height * e2)
            along_pole = 2.0 * j2 * height
            # Moon with its quadrupole: a = −μd/d³ + 2Qd/d⁵ − 5(d·Qd)d/d⁷.
            m2 = 1.0 / (mdx * mdx + mdy * mdy + mdz * mdz)
            m3 = m2 * np.sqrt(m2)
            m5 = m3 * m2
            qx = node[QXX, l] * mdx + node[QXY, l] * mdy + node[QXZ, l] * mdz
            qy = node[QXY, l] * mdx + node[QYY, l] * mdy + node[QYZ, l] * mdz
            qz = node[QXZ, l] * mdx + node[QYZ, l] * mdy + node[QZZ, l] * mdz
            moon = GM_MOON_KM3_S2 * m3 + 5.0 * m5 * m2 * (mdx * qx + mdy * qy + mdz * qz)
            quad = 2.0 * m5
            # Sun's tide about the leg's centre.
            sx, sy, sz = node[SUN_X, l], node[SUN_Y, l], node[SUN_Z, l]
            b = (rx * rx + ry * ry + rz * rz - 2.0 * (rx * sx + ry * sy + rz * sz)) * node[SUN_INVERSE_SQUARE, l]
            f = b * (-1.5 + b * (1.875 + b * (-2.1875 + b * (2.4609375 + b * (-2.70703125)))))
            sun = node[SUN_GRAVITY, l] * f
            tide = node[SUN_GRAVITY, l] + sun
            ax = node[FIXED_X, l] - earth * ex - along_pole * kx - moon * mdx + quad * qx + sun * sx - tide * rx
            ay = node[FIXED_Y, l] - earth * ey - along_pole * ky - moon * mdy + quad * qy + sun * sy - tide * ry
            az = node[FIXED_Z, l] - earth * ez - along_pole * kz - moon * mdz + quad * qz + sun * sz - tide * rz
            # What is left when the linear motion about the reference is taken away, in perifocal axes.
            g = node[REF_GRAVITY, l]
            scale = 1.0 - (x * dx + y * dy) * node[REF_RADIAL, l]
            dt = node[TIME_RATE, l]
            nx = (frame[0, l] * ax + frame[1, l] * ay + frame[2, l] * az + g * (scale * x + dx)) * dt
            ny = (frame[3, l] * ax + frame[4, l] * ay + frame[5, l] * az + g * (scale * y + dy)) * dt
            nz = (frame[6, l] * ax + frame[7, l] * ay + frame[8, l] * az + g * dz) * dt * conic[INVERSE_H, l]
            m, k = conic[M_FACTOR, l], conic[K_FACTOR, l]
            out[0, l] = -m * (x3 * nx + y3 * ny)
            out[1, l] = k * (x4 * nx + y4 * ny)
            out[2, l] = m * (vx * nx + vy * ny)
            out[3, l] = k * (y * nx - x * ny)
            out[4, l] = -y * nz
            out[5, l] = x * nz


@jit(fastmath=True)
def integrate(integration, rates, c, width):  # type: ignore[no-untyped-def]
    """c = A rates, over flattened rows of ``width`` = 6 × lanes numbers; the number of nodes is a multiple of four."""
    nodes = integration.shape[1]
    for i in range(nodes + 1):
        row, total = integration[i], c[i]
        for w in range(width):
            total[w] = 0.0
        for j in range(0, nodes, 4):
            a0, a1, a2, a3 = row[j], row[j + 1], row[j + 2], row[j + 3]
            for w in range(width):
                total[w] += a0 * rates[j, w] + a1 * rates[j + 1, w] + a2 * rates[j + 2, w] + a3 * rates[j + 3, w]


@jit(fastmath=True)
def end_state(c, conic, frame, pole, pole_row, state, lanes):  # type: ignore[no-untyped-def]
    """State where the legs meet and its derivatives by the conic alone.

    ``state`` [24, lane]: rows 0-5 position and velocity; 6-11 ∂/∂node = pole × (r, v); 12-17 ∂/∂argument = h × (r, v);
    18-23 ∂/∂speed. ``c`` [6, lane] is the last row of the integrated coefficients.
    """
    for l in range(lanes):
        to_c3, to_c4, offset = conic[SPEED_TO_C3, l], conic[SPEED_TO_C4, l], conic[SPEED_OFFSET, l]
        c1, c2, c5, c6 = c[0, l], c[1, l], c[4, l], c[5, l]
        c3, c4 = c[2, l] + offset * to_c3, c[3, l] + offset * to_c4
        x, y, vx, vy = conic[END, l], conic[END + 1, l], conic[END + 2, l], conic[END + 3, l]
        x3, y3, x4, y4 = conic[END + 4, l], conic[END + 5, l], conic[END + 6, l], conic[END + 7, l]
        ax, ay, vx3, vy3 = conic[END + 8, l], conic[END + 9, l], conic[END + 10, l], conic[END + 11, l]
        vx4, vy4 = conic[END + 12, l], conic[END + 13, l]
        to_icrf(
            state, 0, frame,
            x + c1 * vx - c2 * y + c3 * x3 + c4 * x4, y + c1 * vy + c2 * x + c3 * y3 + c4 * y4, c5 * x + c6 * y, l,
        )
        to_icrf(
            state, 3, frame,
            vx + c1 * ax - c2 * vy + c3 * vx3 + c4 * vx4, vy + c1 * ay + c2 * vx + c3 * vy3 + c4 * vy4,
            c5 * vx + c6 * vy, l,
        )
        for half in range(0, 6, 3):
            rx, ry, rz = state[half, l], state[half + 1, l], state[half + 2, l]
            cross(state, 6 + half, pole[pole_row, l], pole[pole_row + 1, l], pole[pole_row + 2, l], rx, ry, rz, l)
            cross(state, 12 + half, frame[6, l], frame[7, l], frame[8, l], rx, ry, rz, l)
        to_icrf(state, 18, frame, to_c3 * x3 + to_c4 * x4, to_c3 * y3 + to_c4 * y4, 0.0, l)
        to_icrf(state, 21, frame, to_c3 * vx3 + to_c4 * vx4, to_c3 * vy3 + to_c4 * vy4, 0.0, l)


@jit(fastmath=True)
def to_icrf(state, row, frame, p, q, z, l):  # type: ignore[no-untyped-def]
    """Write a perifocal vector on ICRF axes."""
    for j in range(3):
        state[row + j, l] = frame[j, l] * p + frame[3 + j, l] * q + frame[6 + j, l] * z


@jit(fastmath=True)
def cross(state, row, ax, ay, az, bx, by, bz, l):  # type: ignore[no-untyped-def]
    """Write a × b."""
    state[row, l] = ay * bz - az * by
    state[row + 1, l] = az * bx - ax * bz
    state[row + 2, l] = ax * by - ay * bx


@jit(fastmath=True)
def turn_frame(frame, pole, pole_row, step, row, lanes):  # type: ignore[no-untyped-def]
    """Turn each lane's frame about the pole by ``step[row]`` and about its own z by ``step[row + 1]``."""
    for l in range(lanes):
        s, o = small_sin_versine(step[row, l])
        kx, ky, kz = pole[pole_row, l], pole[pole_row + 1, l], pole[pole_row + 2, l]
        rx, ry, rz = rotated(frame[0, l], frame[1, l], frame[2, l], kx, ky, kz, s, o)
        tx, ty, tz = rotated(frame[3, l], frame[4, l], frame[5, l], kx, ky, kz, s, o)
        frame[6, l], frame[7, l], frame[8, l] = ry * tz - rz * ty, rz * tx - rx * tz, rx * ty - ry * tx
        s, o = small_sin_versine(step[row + 1, l])
        c = 1.0 - o
        frame[0, l], frame[1, l], frame[2, l] = c * rx + s * tx, c * ry + s * ty, c * rz + s * tz
        frame[3, l], frame[4, l], frame[5, l] = c * tx - s * rx, c * ty - s * ry, c * tz - s * rz


@jit(fastmath=True)
def rotated(x, y, z, kx, ky, kz, s, o):  # type: ignore[no-untyped-def]
    """Rodrigues' rotation about the unit vector k; s = sin, o = 1 − cos."""
    dot = o * (kx * x + ky * y + kz * z)
    c = 1.0 - o
    return (
        c * x + s * (ky * z - kz * y) + dot * kx,
        c * y + s * (kz * x - kx * z) + dot * ky,
        c * z + s * (kx * y - ky * x) + dot * kz,
    )
