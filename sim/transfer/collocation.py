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

Tables hold ``LANES`` flights side by side (sim.transfer.lanes); loops over lanes are what the compiler vectorises. The
number of lanes is an argument of each kernel: as a literal it would be unrolled into scalar code.
"""

from __future__ import annotations

import numpy as np

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, J2_EARTH, R_EARTH_KM
from sim.jit import jit
from sim.transfer.flight_ephemeris import EARTH_POLE
from sim.transfer.lanes import (
    LANES,
    PX,
    PY,
    PZ,
    QX,
    QY,
    QZ,
    VECTOR,
    WX,
    WY,
    WZ,
    row,
    rows,
)
from sim.transfer.legs import (
    END_AX,
    END_AY,
    END_VX,
    END_VX3,
    END_VX4,
    END_VY,
    END_VY3,
    END_VY4,
    END_X,
    END_X3,
    END_X4,
    END_Y,
    END_Y3,
    END_Y4,
    FIXED_X,
    FIXED_Y,
    FIXED_Z,
    INVERSE_H,
    K_FACTOR,
    M_FACTOR,
    MOON_X,
    MOON_Y,
    MOON_Z,
    NODE_SIZE,
    QXX,
    QXY,
    QXZ,
    QYY,
    QYZ,
    QZZ,
    REF_GRAVITY,
    REF_RADIAL,
    SPEED_OFFSET,
    SPEED_TO_C3,
    SPEED_TO_C4,
    SUN_GRAVITY,
    SUN_INVERSE_SQUARE,
    SUN_X,
    SUN_Y,
    SUN_Z,
    TIME_RATE,
    VX,
    VY,
    X3,
    X4,
    Y3,
    Y4,
    X,
    Y,
)
from sim.transfer.series import small_sin_versine

J2_SCALE = 1.5 * GM_EARTH_KM3_S2 * J2_EARTH * R_EARTH_KM**2

# Rows of a node's coefficients and of their rates.
C1, C2, C3, C4, C5, C6 = rows(0, 6)
C_SIZE = row(6)

# Rows of the state where the legs meet: position, velocity and their derivatives by node, argument and speed.
BY_NODE, BY_ARGUMENT, BY_SPEED = row(6), row(12), row(18)
STATE_SIZE = row(24)


@jit(fastmath=True)
def sweep(nodes, count, conic, frame, table, c, rates, moon_centred, lanes):
    """Rates c' dt/ds of the coefficients at every node, from the full force on the present path.

    ``c`` holds the coefficients without the start offset.
    The Earth's J2 and the Moon's quadrupole act on both legs. The Sun acts as a tide by Battin's series in q.
    """
    for i in range(count):
        node, at = nodes[i * NODE_SIZE : (i + 1) * NODE_SIZE], i * C_SIZE
        for l in range(lanes):
            offset = conic[SPEED_OFFSET + l]
            c1, c2 = c[at + C1 + l], c[at + C2 + l]
            c3 = c[at + C3 + l] + offset * conic[SPEED_TO_C3 + l]
            c4 = c[at + C4 + l] + offset * conic[SPEED_TO_C4 + l]
            x, y, vx, vy = node[X + l], node[Y + l], node[VX + l], node[VY + l]
            x3, y3, x4, y4 = node[X3 + l], node[Y3 + l], node[X4 + l], node[Y4 + l]
            dx = c1 * vx - c2 * y + c3 * x3 + c4 * x4
            dy = c1 * vy + c2 * x + c3 * y3 + c4 * y4
            dz = c[at + C5 + l] * x + c[at + C6 + l] * y
            # Position from the leg's centre on ICRF axes, then from Earth (e) and from Moon (d).
            p, q = x + dx, y + dy
            rx = frame[PX + l] * p + frame[QX + l] * q + frame[WX + l] * dz
            ry = frame[PY + l] * p + frame[QY + l] * q + frame[WY + l] * dz
            rz = frame[PZ + l] * p + frame[QZ + l] * q + frame[WZ + l] * dz
            mx, my, mz = node[MOON_X + l], node[MOON_Y + l], node[MOON_Z + l]
            geocentric = moon_centred
            selenocentric = moon_centred - 1.0
            ex, ey, ez = rx + geocentric * mx, ry + geocentric * my, rz + geocentric * mz
            mdx, mdy, mdz = rx + selenocentric * mx, ry + selenocentric * my, rz + selenocentric * mz
            # Earth with J2 about the pole of date.
            kx, ky, kz = table[EARTH_POLE + l], table[EARTH_POLE + LANES + l], table[EARTH_POLE + 2 * LANES + l]
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
            qx = node[QXX + l] * mdx + node[QXY + l] * mdy + node[QXZ + l] * mdz
            qy = node[QXY + l] * mdx + node[QYY + l] * mdy + node[QYZ + l] * mdz
            qz = node[QXZ + l] * mdx + node[QYZ + l] * mdy + node[QZZ + l] * mdz
            moon = GM_MOON_KM3_S2 * m3 + 5.0 * m5 * m2 * (mdx * qx + mdy * qy + mdz * qz)
            quad = 2.0 * m5
            # Sun's tide about the leg's centre.
            sx, sy, sz = node[SUN_X + l], node[SUN_Y + l], node[SUN_Z + l]
            b = (rx * rx + ry * ry + rz * rz - 2.0 * (rx * sx + ry * sy + rz * sz)) * node[SUN_INVERSE_SQUARE + l]
            f = b * (-1.5 + b * (1.875 + b * (-2.1875 + b * (2.4609375 + b * (-2.70703125)))))
            sun = node[SUN_GRAVITY + l] * f
            tide = node[SUN_GRAVITY + l] + sun
            ax = node[FIXED_X + l] - earth * ex - along_pole * kx - moon * mdx + quad * qx + sun * sx - tide * rx
            ay = node[FIXED_Y + l] - earth * ey - along_pole * ky - moon * mdy + quad * qy + sun * sy - tide * ry
            az = node[FIXED_Z + l] - earth * ez - along_pole * kz - moon * mdz + quad * qz + sun * sz - tide * rz
            # What is left when the linear motion about the reference is taken away, in perifocal axes.
            g = node[REF_GRAVITY + l]
            scale = 1.0 - (x * dx + y * dy) * node[REF_RADIAL + l]
            dt = node[TIME_RATE + l]
            nx = (frame[PX + l] * ax + frame[PY + l] * ay + frame[PZ + l] * az + g * (scale * x + dx)) * dt
            ny = (frame[QX + l] * ax + frame[QY + l] * ay + frame[QZ + l] * az + g * (scale * y + dy)) * dt
            nz = (frame[WX + l] * ax + frame[WY + l] * ay + frame[WZ + l] * az + g * dz) * dt * conic[INVERSE_H + l]
            m, k = conic[M_FACTOR + l], conic[K_FACTOR + l]
            rates[at + C1 + l] = -m * (x3 * nx + y3 * ny)
            rates[at + C2 + l] = k * (x4 * nx + y4 * ny)
            rates[at + C3 + l] = m * (vx * nx + vy * ny)
            rates[at + C4 + l] = k * (y * nx - x * ny)
            rates[at + C5 + l] = -y * nz
            rates[at + C6 + l] = x * nz


@jit(fastmath=True)
def integrate(rule, rates, c, width):
    """Coefficients ``c`` at all nodes, and in one row more at the end, from their rates, which are used up.

    By odd and even halves (sim.transfer.quadrature.LegQuadrature), both in place: the odd half of a pair of nodes
    stands where the first node's row is, the even half at the second's. ``width`` = 6 × lanes numbers a row.
    """
    odd, even, weights, _, _ = rule
    half = len(weights)
    last = 2 * half - 1
    end = c[(last + 1) * C_SIZE :]
    end[:] = 0.0
    for j in range(half):
        near, far, weight = rates[j * C_SIZE :], rates[(last - j) * C_SIZE :], weights[j]
        for w in range(width):
            total, difference = near[w] + far[w], near[w] - far[w]
            near[w] = difference
            far[w] = total
            end[w] += weight * total
    multiply(odd, rates, c, 0, width)
    multiply(even, rates, c, half, width)
    for i in range(half):
        near, far = c[i * C_SIZE :], c[(last - i) * C_SIZE :]
        for w in range(width):
            p, m = near[w], far[w]
            near[w] = p + m
            far[w] = end[w] + p - m


@jit(fastmath=True)
def multiply(matrix, rates, c, first, width):
    """Matrix product into rows of ``c`` from ``first`` on, of rows of ``rates`` from there on.

    Rows hold ``width`` numbers; rows and columns go in fours, so that every number that is loaded serves four times.
    """
    size = len(matrix) * C_SIZE
    x, y = rates[first * C_SIZE : first * C_SIZE + size], c[first * C_SIZE : first * C_SIZE + size]
    y[:] = 0.0
    for i in range(0, matrix.shape[0], 4):
        t = y[i * C_SIZE : (i + 4) * C_SIZE]
        for j in range(0, matrix.shape[1], 4):
            a0, a1, a2, a3 = matrix[i, j], matrix[i, j + 1], matrix[i, j + 2], matrix[i, j + 3]
            b0, b1, b2, b3 = matrix[i + 1, j], matrix[i + 1, j + 1], matrix[i + 1, j + 2], matrix[i + 1, j + 3]
            c0, c1, c2, c3 = matrix[i + 2, j], matrix[i + 2, j + 1], matrix[i + 2, j + 2], matrix[i + 2, j + 3]
            d0, d1, d2, d3 = matrix[i + 3, j], matrix[i + 3, j + 1], matrix[i + 3, j + 2], matrix[i + 3, j + 3]
            g = x[j * C_SIZE : (j + 4) * C_SIZE]
            for w in range(width):
                g0, g1, g2, g3 = g[w], g[C_SIZE + w], g[2 * C_SIZE + w], g[3 * C_SIZE + w]
                t[w] += (a0 * g0 + a1 * g1) + (a2 * g2 + a3 * g3)
                t[C_SIZE + w] += (b0 * g0 + b1 * g1) + (b2 * g2 + b3 * g3)
                t[2 * C_SIZE + w] += (c0 * g0 + c1 * g1) + (c2 * g2 + c3 * g3)
                t[3 * C_SIZE + w] += (d0 * g0 + d1 * g1) + (d2 * g2 + d3 * g3)


@jit(fastmath=True)
def end_state(c, last, conic, frame, table, pole, state, lanes):
    """State where the legs meet and its derivatives by the conic alone.

    ``state`` rows: position and velocity; ∂/∂node = pole × (r, v); ∂/∂argument = h × (r, v); ∂/∂speed. ``last`` is the
    offset of the last row of the integrated coefficients, ``pole`` the row of the pole in ``table``.
    """
    for l in range(lanes):
        to_c3, to_c4, offset = conic[SPEED_TO_C3 + l], conic[SPEED_TO_C4 + l], conic[SPEED_OFFSET + l]
        c1, c2, c5, c6 = c[last + C1 + l], c[last + C2 + l], c[last + C5 + l], c[last + C6 + l]
        c3, c4 = c[last + C3 + l] + offset * to_c3, c[last + C4 + l] + offset * to_c4
        x, y, vx, vy = conic[END_X + l], conic[END_Y + l], conic[END_VX + l], conic[END_VY + l]
        x3, y3, x4, y4 = conic[END_X3 + l], conic[END_Y3 + l], conic[END_X4 + l], conic[END_Y4 + l]
        ax, ay, vx3, vy3 = conic[END_AX + l], conic[END_AY + l], conic[END_VX3 + l], conic[END_VY3 + l]
        vx4, vy4 = conic[END_VX4 + l], conic[END_VY4 + l]
        p, q = x + c1 * vx - c2 * y + c3 * x3 + c4 * x4, y + c1 * vy + c2 * x + c3 * y3 + c4 * y4
        vp, vq = vx + c1 * ax - c2 * vy + c3 * vx3 + c4 * vx4, vy + c1 * ay + c2 * vx + c3 * vy3 + c4 * vy4
        to_icrf(state, 0, frame, p, q, c5 * x + c6 * y, l)
        to_icrf(state, VECTOR, frame, vp, vq, c5 * vx + c6 * vy, l)
        to_icrf(state, BY_SPEED, frame, to_c3 * x3 + to_c4 * x4, to_c3 * y3 + to_c4 * y4, 0.0, l)
        to_icrf(state, BY_SPEED + VECTOR, frame, to_c3 * vx3 + to_c4 * vx4, to_c3 * vy3 + to_c4 * vy4, 0.0, l)
    for l in range(lanes):
        kx, ky, kz = table[pole + l], table[pole + LANES + l], table[pole + 2 * LANES + l]
        hx, hy, hz = frame[WX + l], frame[WY + l], frame[WZ + l]
        cross(state, BY_NODE, kx, ky, kz, 0, l)
        cross(state, BY_NODE + VECTOR, kx, ky, kz, VECTOR, l)
        cross(state, BY_ARGUMENT, hx, hy, hz, 0, l)
        cross(state, BY_ARGUMENT + VECTOR, hx, hy, hz, VECTOR, l)


@jit(fastmath=True)
def to_icrf(state, at, frame, p, q, w, l):
    """Write a perifocal vector on ICRF axes."""
    state[at + l] = frame[PX + l] * p + frame[QX + l] * q + frame[WX + l] * w
    state[at + LANES + l] = frame[PY + l] * p + frame[QY + l] * q + frame[WY + l] * w
    state[at + 2 * LANES + l] = frame[PZ + l] * p + frame[QZ + l] * q + frame[WZ + l] * w


@jit(fastmath=True)
def cross(state, at, ax, ay, az, source, l):
    """Write a × the vector that stands at row ``source``."""
    bx, by, bz = state[source + l], state[source + LANES + l], state[source + 2 * LANES + l]
    state[at + l] = ay * bz - az * by
    state[at + LANES + l] = az * bx - ax * bz
    state[at + 2 * LANES + l] = ax * by - ay * bx


@jit(fastmath=True)
def turn_frame(frame, table, pole, step, first, lanes):
    """Turn each lane's frame about the pole by the step in row ``first`` and about its own w by the next row."""
    for l in range(lanes):
        s, o = small_sin_versine(step[first + l])
        kx, ky, kz = table[pole + l], table[pole + LANES + l], table[pole + 2 * LANES + l]
        px, py, pz = rotated(frame[PX + l], frame[PY + l], frame[PZ + l], kx, ky, kz, s, o)
        qx, qy, qz = rotated(frame[QX + l], frame[QY + l], frame[QZ + l], kx, ky, kz, s, o)
        frame[WX + l], frame[WY + l], frame[WZ + l] = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
        s, o = small_sin_versine(step[first + LANES + l])
        c = 1.0 - o
        frame[PX + l], frame[PY + l], frame[PZ + l] = c * px + s * qx, c * py + s * qy, c * pz + s * qz
        frame[QX + l], frame[QY + l], frame[QZ + l] = c * qx - s * px, c * qy - s * py, c * qz - s * pz


@jit(fastmath=True)
def rotated(x, y, z, kx, ky, kz, s, o):
    """Rodrigues' rotation about the unit vector k; s = sin, o = 1 − cos."""
    dot = o * (kx * x + ky * y + kz * z)
    c = 1.0 - o
    return (
        c * x + s * (ky * z - kz * y) + dot * kx,
        c * y + s * (kz * x - kx * z) + dot * ky,
        c * z + s * (kx * y - ky * x) + dot * kz,
    )
