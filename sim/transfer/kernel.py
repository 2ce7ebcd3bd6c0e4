"""Solve many flights at once: blocks of lanes, fixed work, threads over chunks of blocks.

A *flight* is an injection epoch and an arrival epoch; an *item* is one branch of a flight with its inclinations. Items
of one flight stand next to each other and share its ephemeris fit. Blocks are cut by item number alone, so digits do
not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

from sim.jit import jit, prange
from sim.transfer.collocation import (
    CONIC_ROWS,
    NODE_FIELDS,
    SPEED_OFFSET,
    end_state,
    integrate,
    set_bodies,
    set_earth_leg,
    set_moon_leg,
    sweep,
    turn_frame,
)
from sim.transfer.flight_ephemeris import (
    AXES,
    EARTH_POLE,
    FIT_NODES,
    LANES,
    MOON_POLE,
    ROWS,
    copy_column,
    fit_flight,
    moon_state,
    set_axes,
)
from sim.transfer.guess import EARTH_SHORT, MOON_SHORT, MOON_STATE, WORK_ROWS, guess_block

MATCH_BEFORE_ARRIVAL_S = 28.0 * 3600.0
BLOCKS_PER_CHUNK = 64
POSITION_GAP_KM = 1e-4
SPEED_GAP_KM_S = 1e-8
ANGLE_CAP, EARTH_SPEED_CAP, MOON_SPEED_CAP = 0.3, 0.15, 0.3
EDGE_RAD = 0.5 * np.pi / 180.0

CONVERGED, DECLINATION, LUNAR_LATITUDE, DIVERGED = 0, 1, 2, 3
RUNNING = 4


@jit()
def invert(matrix, inverse):  # type: ignore[no-untyped-def]
    """Inverse of a 6 × 6 matrix by Gauss–Jordan with row pivots; ``matrix`` is destroyed."""
    for i in range(6):
        for j in range(6):
            inverse[i, j] = 1.0 if i == j else 0.0
    for k in range(6):
        pivot = k
        for i in range(k + 1, 6):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(6):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
                inverse[k, j], inverse[pivot, j] = inverse[pivot, j], inverse[k, j]
        scale = 1.0 / matrix[k, k]
        for j in range(6):
            matrix[k, j] *= scale
            inverse[k, j] *= scale
        for i in range(6):
            factor = matrix[i, k]
            if i != k:
                for j in range(6):
                    matrix[i, j] -= factor * matrix[k, j]
                    inverse[i, j] -= factor * inverse[k, j]


@jit(fastmath=True)
def invert_jacobian(earth_end, moon_end, matrix, inverse, newton, lanes):  # type: ignore[no-untyped-def]
    """Minus the inverse of the gap's Jacobian into ``newton`` [36, lane]."""
    for l in range(lanes):
        for i in range(6):
            for j in range(3):
                matrix[i, j] = earth_end[6 + 6 * j + i, l]
                matrix[i, 3 + j] = -moon_end[6 + 6 * j + i, l]
        invert(matrix, inverse)
        for i in range(6):
            for j in range(6):
                newton[6 * i + j, l] = -inverse[i, j]


@jit(fastmath=True)
def measure_gap(earth_end, moon_end, moon_match, gap, gap2, lanes):  # type: ignore[no-untyped-def]
    """Gap of the two legs' ends, and its squares in position and velocity."""
    for l in range(lanes):
        for j in range(6):
            gap[j, l] = earth_end[j, l] - moon_end[j, l] - moon_match[j, l]
        gap2[0, l] = gap[0, l] * gap[0, l] + gap[1, l] * gap[1, l] + gap[2, l] * gap[2, l]
        gap2[1, l] = gap[3, l] * gap[3, l] + gap[4, l] * gap[4, l] + gap[5, l] * gap[5, l]


@jit(fastmath=True)
def newton_step(newton, gap, step, lanes):  # type: ignore[no-untyped-def]
    """Capped step [6, lane]: node, argument, speed of the Earth leg, then of the Moon leg."""
    for i in range(6):
        for l in range(lanes):
            step[i, l] = (
                newton[6 * i, l] * gap[0, l] + newton[6 * i + 1, l] * gap[1, l] + newton[6 * i + 2, l] * gap[2, l]
            ) + (newton[6 * i + 3, l] * gap[3, l] + newton[6 * i + 4, l] * gap[4, l] + newton[6 * i + 5, l] * gap[5, l])
    for l in range(lanes):
        angle = max(max(abs(step[0, l]), abs(step[1, l])), max(abs(step[3, l]), abs(step[4, l])))
        factor = min(1.0, ANGLE_CAP / (angle + 1e-30))
        factor = min(factor, EARTH_SPEED_CAP / (abs(step[2, l]) + 1e-30))
        factor = min(factor, MOON_SPEED_CAP / (abs(step[5, l]) + 1e-30))
        for i in range(6):
            step[i, l] *= factor


@jit(fastmath=True)
def apply_step(step, table, earth_conic, earth_frame, moon_conic, moon_frame, lanes):  # type: ignore[no-untyped-def]
    """Turn the frames and shift the apsis speeds."""
    turn_frame(earth_frame, table, EARTH_POLE, step, 0, lanes)
    turn_frame(moon_frame, table, MOON_POLE, step, 3, lanes)
    for l in range(lanes):
        earth_conic[SPEED_OFFSET, l] += step[2, l]
        moon_conic[SPEED_OFFSET, l] += step[5, l]


@jit()
def mark_converged(gap2, status, sweeps, count, lanes):  # type: ignore[no-untyped-def]
    """Note the lanes whose gap is closed; returns whether none is left running."""
    finished = True
    for l in range(lanes):
        closed = gap2[0, l] < POSITION_GAP_KM**2 and gap2[1, l] < SPEED_GAP_KM_S**2
        if status[l] == RUNNING and closed:
            status[l] = CONVERGED
            sweeps[l] = count
        if status[l] == RUNNING:
            finished = False
    return finished


@jit()
def reach_status(work, cos_i, cos_im, status, lanes):  # type: ignore[no-untyped-def]
    """Give up lanes whose plane misses by more than half a degree."""
    for l in range(lanes):
        status[l] = RUNNING
        earth, moon = work[EARTH_SHORT, l], work[MOON_SHORT, l]
        if earth > 0.0 and np.arccos(abs(cos_i[l]) - earth) - np.arccos(abs(cos_i[l])) > EDGE_RAD:
            status[l] = DECLINATION
        elif moon > 0.0 and np.arccos(abs(cos_im[l]) - moon) - np.arccos(abs(cos_im[l])) > EDGE_RAD:
            status[l] = LUNAR_LATITUDE


@jit()
def load_flight(flight, previous, lane, t0, tp, poles, axes, me_of_pa, ephemeris, fit, table, fit_work):  # type: ignore[no-untyped-def]
    """Ephemeris of ``flight`` into ``lane``: fitted, or copied where the lane before has the same flight."""
    if flight == previous:
        copy_column(table, lane - 1, lane)
        return
    start, step, granules = ephemeris
    nodes, fit_moon, fit_sun = fit
    fit_flight(t0[flight], tp[flight], start, step, granules, nodes, fit_moon, fit_sun, fit_work, table, lane)
    moon_pole = fit_work[FIT_NODES]
    for j in range(3):
        moon_pole[j] = me_of_pa[0] * axes[flight, 0, j] + me_of_pa[1] * axes[flight, 1, j] + me_of_pa[2] * axes[flight, 2, j]
    set_axes(poles[flight], axes[flight], moon_pole, table, lane)


@jit()
def load_block(first, items, t0, tp, poles, axes, me_of_pa, ephemeris, fit, table, fit_work, work, lane_values):  # type: ignore[no-untyped-def]
    """Fill all lanes of a block from ``first`` on; lanes past the last item repeat it."""
    flights, branches, cos_i, cos_im = items
    previous = -1
    for l in range(LANES):
        item = min(first + l, len(flights) - 1)
        flight = flights[item]
        load_flight(flight, previous, l, t0, tp, poles, axes, me_of_pa, ephemeris, fit, table, fit_work)
        previous = flight
        x, y, z, vx, vy, vz = moon_state(table, tp[flight], l)
        work[MOON_STATE, l], work[MOON_STATE + 1, l], work[MOON_STATE + 2, l] = x, y, z
        work[MOON_STATE + 3, l], work[MOON_STATE + 4, l], work[MOON_STATE + 5, l] = vx, vy, vz
        lane_values[0, l], lane_values[1, l] = t0[flight], tp[flight]
        lane_values[2, l], lane_values[3, l] = tp[flight] - t0[flight], tp[flight] - t0[flight] - MATCH_BEFORE_ARRIVAL_S
        lane_values[4, l], lane_values[5, l] = cos_i[item], cos_im[item]
        lane_values[6, l] = -1.0 if branches[item] // 2 == 0 else 1.0
        lane_values[7, l] = -1.0 if branches[item] % 2 == 0 else 1.0


@jit()
def match_state(table, tp, match, lanes):  # type: ignore[no-untyped-def]
    """Geocentric Moon where the legs meet."""
    for l in range(lanes):
        x, y, z, vx, vy, vz = moon_state(table, tp[l] - MATCH_BEFORE_ARRIVAL_S, l)
        match[0, l], match[1, l], match[2, l], match[3, l], match[4, l], match[5, l] = x, y, z, vx, vy, vz


@jit()
def store_block(first, radii, earth_conic, earth_frame, earth_speed, moon_conic, moon_frame, moon_speed, gap2, status,
                sweeps, work, out):  # type: ignore[no-untyped-def]
    """Write states and status of a block's items."""
    tli, perilune, gaps, out_status, out_sweeps, short = out
    for l in range(min(LANES, len(out_status) - first)):
        item = first + l
        v0 = earth_speed[l] + earth_conic[SPEED_OFFSET, l]
        v1 = moon_speed[l] + moon_conic[SPEED_OFFSET, l]
        for j in range(3):
            tli[item, j], tli[item, 3 + j] = radii[0] * earth_frame[j, l], v0 * earth_frame[3 + j, l]
            perilune[item, j], perilune[item, 3 + j] = radii[1] * moon_frame[j, l], v1 * moon_frame[3 + j, l]
        gaps[item] = np.sqrt(gap2[0, l])
        out_status[item] = status[l] if status[l] != RUNNING else DIVERGED
        out_sweeps[item] = sweeps[l]
        short[item, 0], short[item, 1] = work[EARTH_SHORT, l], work[MOON_SHORT, l]


@jit(parallel=True)
def solve_items(items, t0, tp, poles, axes, me_of_pa, ephemeris, fit, radii, earth_rule, moon_rule, passes, max_sweeps,
                jacobian_sweeps, lanes, out):  # type: ignore[no-untyped-def]
    """Solve all items.

    Parameters
    ----------
    items : tuple of arrays (n,)
        Flight number, branch, cosines of parking and lunar inclination.
    t0, tp : ndarray (f,)
        Injection and arrival, TDB s.
    poles, axes : ndarray (f, 3), (f, 3, 3)
        Earth's pole of date; the Moon's principal axes at arrival (rows).
    me_of_pa : ndarray (3,)
        The ME pole in principal axes.
    ephemeris, fit : tuples
        (start, step, padded granules); (nodes, Moon fit, Sun fit).
    radii : tuple
        Parking orbit and perilune radius, km.
    earth_rule, moon_rule : tuples
        (integration matrix, warp, warp rate) of each leg.
    passes, max_sweeps, jacobian_sweeps, lanes : int
        ``lanes`` is always LANES, given at run time on purpose.
    out : tuple of arrays (n, ...)
        TLI states, perilune states, gaps, status, sweeps, shortfalls of reach; written in place.
    """
    count = len(items[0])
    blocks = (count + LANES - 1) // LANES
    chunks = (blocks + BLOCKS_PER_CHUNK - 1) // BLOCKS_PER_CHUNK
    for chunk in prange(chunks):
        solve_chunk(chunk, blocks, items, t0, tp, poles, axes, me_of_pa, ephemeris, fit, radii, earth_rule, moon_rule,
                    passes, max_sweeps, jacobian_sweeps, lanes, out)


@jit(fastmath=True)
def solve_chunk(chunk, blocks, items, t0, tp, poles, axes, me_of_pa, ephemeris, fit, radii, earth_rule, moon_rule, passes,
                max_sweeps, jacobian_sweeps, lanes, out):  # type: ignore[no-untyped-def]
    """Solve a chunk of blocks with one set of scratch arrays."""
    a_earth, warp_earth, rate_earth = earth_rule
    a_moon, warp_moon, rate_moon = moon_rule
    n_earth, n_moon = len(warp_earth), len(warp_moon)
    width = 6 * lanes
    table, fit_work, work = np.zeros((ROWS, LANES)), np.zeros((FIT_NODES + 2, 3 * AXES)), np.zeros((WORK_ROWS, LANES))
    lane_values = np.zeros((8, LANES))
    earth_nodes, moon_nodes = np.zeros((n_earth, NODE_FIELDS, LANES)), np.zeros((n_moon, NODE_FIELDS, LANES))
    times = np.zeros((max(n_earth, n_moon), LANES))
    earth_conic, moon_conic = np.zeros((CONIC_ROWS, LANES)), np.zeros((CONIC_ROWS, LANES))
    earth_frame, moon_frame = np.zeros((9, LANES)), np.zeros((9, LANES))
    earth_speed, moon_speed = np.zeros(LANES), np.zeros(LANES)
    earth_flat, moon_flat = np.zeros((n_earth + 1, 6 * LANES)), np.zeros((n_moon + 1, 6 * LANES))
    rates_flat = np.zeros((max(n_earth, n_moon), 6 * LANES))
    earth_c, moon_c = earth_flat.reshape(n_earth + 1, 6, LANES), moon_flat.reshape(n_moon + 1, 6, LANES)
    rates = rates_flat.reshape(max(n_earth, n_moon), 6, LANES)
    earth_end, moon_end, match = np.zeros((24, LANES)), np.zeros((24, LANES)), np.zeros((6, LANES))
    gap, gap2, step, newton = np.zeros((6, LANES)), np.zeros((2, LANES)), np.zeros((6, LANES)), np.zeros((36, LANES))
    matrix, inverse = np.zeros((6, 6)), np.zeros((6, 6))
    status, sweeps = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    for block in range(chunk * BLOCKS_PER_CHUNK, min(blocks, (chunk + 1) * BLOCKS_PER_CHUNK)):
        first = block * LANES
        load_block(first, items, t0, tp, poles, axes, me_of_pa, ephemeris, fit, table, fit_work, work, lane_values)
        guess_block(work, table, lane_values[2], radii[0], radii[1], lane_values[4], lane_values[5], lane_values[6],
                    lane_values[7], passes, earth_frame, earth_speed, moon_frame, moon_speed, lanes)
        reach_status(work, lane_values[4], lane_values[5], status, LANES)
        set_earth_leg(earth_conic, earth_nodes, times, lane_values[0], lane_values[3], radii[0], earth_speed, warp_earth,
                      rate_earth, lanes)
        set_bodies(earth_nodes, times, table, 0.0, lanes)
        set_moon_leg(moon_conic, moon_nodes, times, lane_values[1], MATCH_BEFORE_ARRIVAL_S, radii[1], moon_speed, warp_moon,
                     rate_moon, lanes)
        set_bodies(moon_nodes, times, table, 1.0, lanes)
        match_state(table, lane_values[1], match, lanes)
        earth_flat[:] = 0.0
        moon_flat[:] = 0.0
        sweeps[:] = 0
        for count in range(max_sweeps):
            sweep(earth_nodes, earth_conic, earth_frame, table, earth_c, rates, 0.0, lanes)
            integrate(a_earth, rates_flat, earth_flat, width)
            end_state(earth_c[n_earth], earth_conic, earth_frame, table, EARTH_POLE, earth_end, lanes)
            sweep(moon_nodes, moon_conic, moon_frame, table, moon_c, rates, 1.0, lanes)
            integrate(a_moon, rates_flat, moon_flat, width)
            end_state(moon_c[n_moon], moon_conic, moon_frame, table, MOON_POLE, moon_end, lanes)
            measure_gap(earth_end, moon_end, match, gap, gap2, lanes)
            finished = mark_converged(gap2, status, sweeps, count + 1, LANES)
            if count < jacobian_sweeps:
                invert_jacobian(earth_end, moon_end, matrix, inverse, newton, lanes)
            newton_step(newton, gap, step, lanes)
            apply_step(step, table, earth_conic, earth_frame, moon_conic, moon_frame, lanes)
            if finished:
                break
        store_block(first, radii, earth_conic, earth_frame, earth_speed, moon_conic, moon_frame, moon_speed, gap2, status,
                    sweeps, work, out)
