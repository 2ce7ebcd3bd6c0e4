"""Moon, Sun and the Moon's quadrupole at the nodes of a leg: evaluated once a flight, as node epochs never change."""

from __future__ import annotations

import numpy as np

from sim.constants import GM_MOON_KM3_S2, GM_SUN_KM3_S2, MOON_ROTATION_RAD_S
from sim.jit import jit
from sim.transfer.flight_ephemeris import (
    ARRIVAL_TIME,
    CENTRE_TIME,
    INVERSE_HALF,
    MOON,
    MOON_PULL,
    QUADRUPOLE,
    QUADRUPOLE_COS,
    QUADRUPOLE_SIN,
    SUN,
    evaluate_moon,
    evaluate_sun,
)
from sim.transfer.lanes import LANES
from sim.transfer.legs import (
    FIXED_X,
    FIXED_Y,
    FIXED_Z,
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
    SUN_GRAVITY,
    SUN_INVERSE_SQUARE,
    SUN_X,
    SUN_Y,
    SUN_Z,
)
from sim.transfer.series import sin_cos


@jit(fastmath=True)
def set_earth_bodies(nodes, count, times, table, scratch, lanes):
    """Moon, Sun and quadrupole at the nodes of the Earth leg; what does not depend on the path is −μ_M m/m³.

    The Sun's pull less that on the Earth enters as a tide later. ``scratch`` holds three rows a node.
    """
    place_bodies(nodes, count, times, table, scratch, lanes)
    for i in range(count):
        node = nodes[i * NODE_SIZE : (i + 1) * NODE_SIZE]
        for l in range(lanes):
            mx, my, mz = node[MOON_X + l], node[MOON_Y + l], node[MOON_Z + l]
            moon = -pull_of(GM_MOON_KM3_S2, 1.0 / (mx * mx + my * my + mz * mz))
            node[FIXED_X + l], node[FIXED_Y + l], node[FIXED_Z + l] = moon * mx, moon * my, moon * mz
            sx, sy, sz = node[SUN_X + l], node[SUN_Y + l], node[SUN_Z + l]
            inverse_square = 1.0 / (sx * sx + sy * sy + sz * sz)
            node[SUN_INVERSE_SQUARE + l] = inverse_square
            node[SUN_GRAVITY + l] = pull_of(GM_SUN_KM3_S2, inverse_square)


@jit(fastmath=True)
def set_moon_bodies(nodes, count, times, table, scratch, lanes):
    """The same for the Moon leg, Moon-centred.

    What does not depend on the path is −μ_M m/m³ plus the Sun's pull at the Moon less that on the Earth, from which the
    Moon's own acceleration, the second derivative of its polynomial, is taken away.
    """
    place_bodies(nodes, count, times, table, scratch, lanes)
    evaluate_moon(table, MOON_PULL, scratch, count, nodes, FIXED_X, NODE_SIZE, lanes)
    for i in range(count):
        node = nodes[i * NODE_SIZE : (i + 1) * NODE_SIZE]
        for l in range(lanes):
            mx, my, mz = node[MOON_X + l], node[MOON_Y + l], node[MOON_Z + l]
            sx, sy, sz = node[SUN_X + l], node[SUN_Y + l], node[SUN_Z + l]
            wx, wy, wz = sx - mx, sy - my, sz - mz
            inverse_square = 1.0 / (wx * wx + wy * wy + wz * wz)
            moon = pull_of(GM_MOON_KM3_S2, 1.0 / (mx * mx + my * my + mz * mz))
            earth = pull_of(GM_SUN_KM3_S2, 1.0 / (sx * sx + sy * sy + sz * sz))
            sun = pull_of(GM_SUN_KM3_S2, inverse_square)
            node[FIXED_X + l] = sun * wx - earth * sx - moon * mx - node[FIXED_X + l]
            node[FIXED_Y + l] = sun * wy - earth * sy - moon * my - node[FIXED_Y + l]
            node[FIXED_Z + l] = sun * wz - earth * sz - moon * mz - node[FIXED_Z + l]
            node[SUN_X + l], node[SUN_Y + l], node[SUN_Z + l] = wx, wy, wz
            node[SUN_INVERSE_SQUARE + l], node[SUN_GRAVITY + l] = inverse_square, sun


@jit(fastmath=True)
def place_bodies(nodes, count, times, table, scratch, lanes):
    """Geocentric Moon and Sun and the Moon's quadrupole at all nodes; places of the epochs into ``scratch``.

    Each loop is over all nodes and reads few rows: the compiler leaves longer ones scalar.
    """
    turns = count * LANES
    for i in range(count):
        epoch, x, turn = times[i * LANES :], scratch[i * LANES :], scratch[turns + 2 * i * LANES :]
        for l in range(lanes):
            x[l] = (epoch[l] - table[CENTRE_TIME + l]) * table[INVERSE_HALF + l]
            turn[l], turn[LANES + l] = sin_cos(2.0 * MOON_ROTATION_RAD_S * (epoch[l] - table[ARRIVAL_TIME + l]))
    evaluate_moon(table, MOON, scratch, count, nodes, MOON_X, NODE_SIZE, lanes)
    evaluate_sun(table, SUN, scratch, count, nodes, SUN_X, NODE_SIZE, lanes)
    for i in range(count):
        turn, node = scratch[turns + 2 * i * LANES :], nodes[i * NODE_SIZE :]
        for l in range(lanes):
            sine, cosine = turn[l], turn[LANES + l]
            node[QXX + l] = turned(table, 0 * LANES + l, cosine, sine)
            node[QYY + l] = turned(table, 1 * LANES + l, cosine, sine)
            node[QZZ + l] = turned(table, 2 * LANES + l, cosine, sine)
            node[QXY + l] = turned(table, 3 * LANES + l, cosine, sine)
            node[QXZ + l] = turned(table, 4 * LANES + l, cosine, sine)
            node[QYZ + l] = turned(table, 5 * LANES + l, cosine, sine)


@jit(fastmath=True)
def pull_of(gm, inverse_square):
    """GM/r³ from 1/r²."""
    return gm * inverse_square * np.sqrt(inverse_square)


@jit(fastmath=True)
def turned(table, k, cosine, sine):
    """One component of Q0 + Qc cos 2θ + Qs sin 2θ."""
    return table[QUADRUPOLE + k] + cosine * table[QUADRUPOLE_COS + k] + sine * table[QUADRUPOLE_SIN + k]
