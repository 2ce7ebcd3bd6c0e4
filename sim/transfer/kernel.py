"""Solve many flights at once: blocks of lanes, fixed work, threads over chunks of blocks.

A *flight* is an injection epoch and an arrival epoch; an *item* is one branch of a flight with its inclinations. Items
of one flight stand next to each other and share its ephemeris fit. Blocks are cut by item number alone, so digits do
not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

from sim.jit import jit
from sim.transfer.bodies import set_earth_bodies, set_moon_bodies
from sim.transfer.collocation import (
    BY_NODE,
    C_SIZE,
    STATE_SIZE,
    end_state,
    integrate,
    sweep,
    turn_frame,
)
from sim.transfer.flight_ephemeris import (
    AXES,
    EARTH_HINGE,
    FIT_WORK_SIZE,
    MOON_HINGE,
    TABLE_SIZE,
    copy_column,
    fit_flight,
    moon_states,
    set_axes,
)
from sim.transfer.guess import (
    EARTH_SHORT,
    MOON_RX,
    MOON_SHORT,
    WORK_SIZE,
    guess_block,
    hold_headings,
)
from sim.transfer.lanes import (
    APPROACH_SIDE,
    ARRIVAL,
    COS_LUNAR,
    COS_PARKING,
    DURATION,
    EARTH_LEG,
    FRAME_SIZE,
    INJECTION,
    INJECTION_SIDE,
    LANES,
    LUNAR_HEADING,
    MATCH,
    MATCH_BEFORE_ARRIVAL_S,
    PARKING_HEADING,
    VALUES_SIZE,
    aligned,
    row,
)
from sim.transfer.legs import (
    CONIC_SIZE,
    NODE_SIZE,
    SPEED_OFFSET,
    set_earth_leg,
    set_moon_leg,
)

BLOCKS_PER_CHUNK = 64
POSITION_GAP_KM = 1e-4
SPEED_GAP_KM_S = 1e-8
ANGLE_CAP, EARTH_SPEED_CAP, MOON_SPEED_CAP = 0.3, 0.15, 0.3
EDGE_RAD = 0.75 * np.pi / 180.0  # flights were found up to 0.57° past the guess's limit: tests/studies/edge_of_reach.py

EARTH_SPEED_STEP, MOON_SPEED_STEP = row(2), row(5)

CONVERGED, DECLINATION, LUNAR_LATITUDE, DIVERGED = 0, 1, 2, 3
RUNNING = 4


@jit(fastmath=True)
def invert(a, pivots):
    """Invert a 6 × 6 matrix in place: Gauss–Jordan with row pivots."""
    for k in range(6):
        pivot = k
        for i in range(k + 1, 6):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        pivots[k] = pivot
        scale = 1.0 / a[pivot, k]
        a[pivot, k] = 1.0
        for j in range(6):
            value = a[pivot, j] * scale
            a[pivot, j] = a[k, j]
            a[k, j] = value
        for i in range(6):
            if i != k:
                factor = a[i, k]
                a[i, k] = 0.0
                for j in range(6):
                    a[i, j] -= factor * a[k, j]
    for k in range(5, -1, -1):
        if pivots[k] != k:
            for i in range(6):
                a[i, k], a[i, pivots[k]] = a[i, pivots[k]], a[i, k]


@jit(fastmath=True)
def invert_jacobian(earth_end, moon_end, matrix, pivots, newton, lanes):
    """Minus the inverse of the gap's Jacobian into ``newton``, 36 rows."""
    for l in range(lanes):
        for i in range(6):
            for j in range(3):
                matrix[i, j] = earth_end[BY_NODE + (6 * j + i) * LANES + l]
                matrix[i, 3 + j] = -moon_end[BY_NODE + (6 * j + i) * LANES + l]
        invert(matrix, pivots)
        for i in range(6):
            for j in range(6):
                newton[(6 * i + j) * LANES + l] = -matrix[i, j]


@jit(fastmath=True)
def measure_gap(earth_end, moon_end, moon_match, gap, gap2, lanes):
    """Gap of the two legs' ends, and its squares in position and velocity."""
    for i in range(6 * lanes):
        gap[i] = earth_end[i] - moon_end[i] - moon_match[i]
    for l in range(lanes):
        x, y, z = gap[l], gap[LANES + l], gap[2 * LANES + l]
        vx, vy, vz = gap[3 * LANES + l], gap[4 * LANES + l], gap[5 * LANES + l]
        gap2[l] = x * x + y * y + z * z
        gap2[LANES + l] = vx * vx + vy * vy + vz * vz


@jit(fastmath=True)
def newton_step(newton, gap, step, lanes):
    """Capped step, six rows: node, argument, speed of the Earth leg, then of the Moon leg."""
    for i in range(6):
        at = 6 * i * LANES
        for l in range(lanes):
            step[i * LANES + l] = (
                newton[at + l] * gap[l]
                + newton[at + LANES + l] * gap[LANES + l]
                + newton[at + 2 * LANES + l] * gap[2 * LANES + l]
            ) + (
                newton[at + 3 * LANES + l] * gap[3 * LANES + l]
                + newton[at + 4 * LANES + l] * gap[4 * LANES + l]
                + newton[at + 5 * LANES + l] * gap[5 * LANES + l]
            )
    for l in range(lanes):
        angle = max(max(abs(step[l]), abs(step[LANES + l])), max(abs(step[3 * LANES + l]), abs(step[4 * LANES + l])))
        factor = min(1.0, ANGLE_CAP / (angle + 1e-30))
        factor = min(factor, EARTH_SPEED_CAP / (abs(step[EARTH_SPEED_STEP + l]) + 1e-30))
        factor = min(factor, MOON_SPEED_CAP / (abs(step[MOON_SPEED_STEP + l]) + 1e-30))
        for i in range(0, 6 * LANES, LANES):
            step[i + l] *= factor


@jit(fastmath=True)
def apply_step(step, table, earth_conic, earth_frame, moon_conic, moon_frame, lanes):
    """Turn the frames and shift the apsis speeds."""
    turn_frame(earth_frame, table, EARTH_HINGE, step, 0, lanes)
    turn_frame(moon_frame, table, MOON_HINGE, step, 3 * LANES, lanes)
    for l in range(lanes):
        earth_conic[SPEED_OFFSET + l] += step[EARTH_SPEED_STEP + l]
        moon_conic[SPEED_OFFSET + l] += step[MOON_SPEED_STEP + l]


@jit()
def mark_converged(gap2, status, sweeps, count):
    """Note the lanes whose gap is closed; returns whether none is left running."""
    finished = True
    for l in range(LANES):
        closed = gap2[l] < POSITION_GAP_KM**2 and gap2[LANES + l] < SPEED_GAP_KM_S**2
        if status[l] == RUNNING and closed:
            status[l] = CONVERGED
            sweeps[l] = count
        if status[l] == RUNNING:
            finished = False
    return finished


@jit()
def reach_status(work, values, status):
    """Give up lanes whose guessed plane cannot have its inclination, unless a heading is held in its place.

    Such a plane has the inclination nearest to the one wanted and would keep it: within ``EDGE_RAD`` the lane stays
    open for sim.transfer.edge, beyond it gets the reason.
    """
    for l in range(LANES):
        earth, moon = work[EARTH_SHORT + l], work[MOON_SHORT + l]
        held = not (np.isnan(values[PARKING_HEADING + l]) and np.isnan(values[LUNAR_HEADING + l]))
        if held or (earth <= 0.0 and moon <= 0.0):
            status[l] = RUNNING
        elif earth > 0.0 and shortfall(values[COS_PARKING + l], earth) > EDGE_RAD:
            status[l] = DECLINATION
        elif moon > 0.0 and shortfall(values[COS_LUNAR + l], moon) > EDGE_RAD:
            status[l] = LUNAR_LATITUDE
        else:
            status[l] = DIVERGED


@jit()
def shortfall(cos_i, short):
    """Declination less inclination, from |cos i| − cos(declination) = ``short``."""
    return np.arccos(abs(cos_i) - short) - np.arccos(abs(cos_i))


@jit()
def load_flight(flight, previous, lane, flights, me_of_pa, ephemeris, fit, table, fit_work, width):
    """Ephemeris of ``flight`` into ``lane``: fitted, or copied where the lane before has the same flight."""
    if flight == previous:
        copy_column(table, lane - 1, lane)
        return
    t0, tp, poles, axes = flights
    start, step, granules = ephemeris
    nodes, matrix = fit
    fit_flight(t0[flight], tp[flight], start, step, granules, nodes, matrix, fit_work, table, lane, width)
    moon_pole = fit_work[:AXES]
    for j in range(3):
        moon_pole[j] = 0.0
        for k in range(3):
            moon_pole[j] += me_of_pa[k] * axes[flight, k, j]
    set_axes(poles[flight], axes[flight], moon_pole, table, lane)


@jit()
def load_block(first, items, flights, me_of_pa, ephemeris, fit, table, fit_work, work, values, width):
    """Fill all lanes of a block from ``first`` on; lanes past the last item repeat it."""
    number, branches, cos_i, cos_im, headings = items
    t0, tp, _, _ = flights
    previous = -1
    for l in range(LANES):
        item = min(first + l, len(number) - 1)
        flight = number[item]
        load_flight(flight, previous, l, flights, me_of_pa, ephemeris, fit, table, fit_work, width)
        previous = flight
        values[INJECTION + l], values[ARRIVAL + l] = t0[flight], tp[flight]
        values[MATCH + l] = tp[flight] - MATCH_BEFORE_ARRIVAL_S
        values[DURATION + l] = tp[flight] - t0[flight]
        values[EARTH_LEG + l] = tp[flight] - t0[flight] - MATCH_BEFORE_ARRIVAL_S
        values[COS_PARKING + l], values[COS_LUNAR + l] = cos_i[item], cos_im[item]
        values[INJECTION_SIDE + l] = -1.0 if branches[item] // 2 == 0 else 1.0
        values[APPROACH_SIDE + l] = -1.0 if branches[item] % 2 == 0 else 1.0
        values[PARKING_HEADING + l], values[LUNAR_HEADING + l] = headings[item, 0], headings[item, 1]


@jit()
def store_block(first, radii, earth, moon, gap2, status, sweeps, work, out):
    """Write states and status of a block's items."""
    tli, perilune, gaps, out_status, out_sweeps, short = out
    earth_conic, earth_frame, earth_speed = earth
    moon_conic, moon_frame, moon_speed = moon
    for l in range(min(LANES, len(out_status) - first)):
        item = first + l
        v0 = earth_speed[l] + earth_conic[SPEED_OFFSET + l]
        v1 = moon_speed[l] + moon_conic[SPEED_OFFSET + l]
        for j in range(3):
            p, q = j * LANES + l, (3 + j) * LANES + l
            tli[item, j], tli[item, 3 + j] = radii[0] * earth_frame[p], v0 * earth_frame[q]
            perilune[item, j], perilune[item, 3 + j] = radii[1] * moon_frame[p], v1 * moon_frame[q]
        gaps[item] = np.sqrt(gap2[l])
        out_status[item] = status[l] if status[l] != RUNNING else DIVERGED
        out_sweeps[item] = sweeps[l]
        short[item, 0], short[item, 1] = work[EARTH_SHORT + l], work[MOON_SHORT + l]


def chunks_of(items):
    """Return the number of chunks that ``items`` make."""
    return -(-len(items[0]) // (LANES * BLOCKS_PER_CHUNK))


@jit()
def solve_items(
    first_chunk, stop_chunk, items, flights, me_of_pa, ephemeris, fit, radii, earth_rule, moon_rule, effort, lanes, out
):
    """Solve the items of some chunks.

    Parameters
    ----------
    first_chunk, stop_chunk : int
    items : tuple of arrays (n,)
        Flight number, branch, cosines of parking and lunar inclination, held headings (n, 2) or NaN.
    flights : tuple of arrays
        Injection and arrival (f,), TDB s; Earth's pole of date (f, 3); the Moon's principal axes at arrival (f, 3, 3).
    me_of_pa : ndarray (3,)
        The ME pole in principal axes.
    ephemeris, fit : tuples
        (start, step, padded granules); (nodes, matrix) of ``fit_matrices``.
    radii : tuple
        Parking orbit and perilune radius, km.
    earth_rule, moon_rule : tuples
        (odd, even, weights, warp, warp rate) of each leg: sim.transfer.quadrature.LegQuadrature.
    effort : tuple of int
        Guess passes, greatest number of sweeps, sweeps with a fresh Jacobian.
    lanes : int
        Always LANES, given at run time on purpose.
    out : tuple of arrays (n, ...)
        TLI states, perilune states, gaps, status, sweeps, shortfalls of reach; written in place.
    """
    # One function, not a loop around another: the compiler optimises everything below each level again.
    blocks = (len(items[0]) + LANES - 1) // LANES
    passes, max_sweeps, fresh_jacobians = effort
    _, _, _, warp_earth, rate_earth = earth_rule
    _, _, _, warp_moon, rate_moon = moon_rule
    n_earth, n_moon = len(warp_earth), len(warp_moon)
    n_most = max(n_earth, n_moon)
    table, fit_work = aligned(TABLE_SIZE), aligned(FIT_WORK_SIZE)
    work, values = aligned(WORK_SIZE), aligned(VALUES_SIZE)
    earth_conic, earth_frame, earth_speed = aligned(CONIC_SIZE), aligned(FRAME_SIZE), aligned(LANES)
    moon_conic, moon_frame, moon_speed = aligned(CONIC_SIZE), aligned(FRAME_SIZE), aligned(LANES)
    earth_nodes, moon_nodes = aligned(n_earth * NODE_SIZE), aligned(n_moon * NODE_SIZE)
    earth_c, moon_c = aligned((n_earth + 1) * C_SIZE), aligned((n_moon + 1) * C_SIZE)
    times, rates = aligned(n_most * LANES), aligned(n_most * C_SIZE)
    earth_end, moon_end, match = aligned(STATE_SIZE), aligned(STATE_SIZE), aligned(6 * LANES)
    gap, gap2, step, newton = aligned(6 * LANES), aligned(2 * LANES), aligned(6 * LANES), aligned(36 * LANES)
    matrix, pivots = np.zeros((6, 6)), np.zeros(6, np.int64)
    status, sweeps = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    width, scratch = 6 * lanes, aligned(3 * n_most * LANES)
    for block in range(first_chunk * BLOCKS_PER_CHUNK, min(blocks, stop_chunk * BLOCKS_PER_CHUNK)):
        first = block * LANES
        load_block(first, items, flights, me_of_pa, ephemeris, fit, table, fit_work, work, values, lanes)
        moon_states(table, values[ARRIVAL:], scratch, work[MOON_RX:], lanes)
        guess_block(work, table, values, radii, passes, earth_frame, earth_speed, moon_frame, moon_speed, lanes)
        hold_headings(work, table, values, radii, earth_frame, moon_frame)
        reach_status(work, values, status)
        sweeps[:] = 0
        if max_sweeps == 0:
            earth, moon = (earth_conic, earth_frame, earth_speed), (moon_conic, moon_frame, moon_speed)
            earth_conic[:] = 0.0
            moon_conic[:] = 0.0
            store_block(first, radii, earth, moon, gap2, status, sweeps, work, out)
            continue
        set_earth_leg(earth_conic, earth_nodes, times, values, radii[0], earth_speed, warp_earth, rate_earth, lanes)
        set_earth_bodies(earth_nodes, n_earth, times, table, scratch, lanes)
        set_moon_leg(moon_conic, moon_nodes, times, values, radii[1], moon_speed, warp_moon, rate_moon, lanes)
        set_moon_bodies(moon_nodes, n_moon, times, table, scratch, lanes)
        moon_states(table, values[MATCH:], scratch, match, lanes)
        earth_c[:] = 0.0
        moon_c[:] = 0.0
        for count in range(max_sweeps):
            sweep(earth_nodes, n_earth, earth_conic, earth_frame, table, earth_c, rates, 0.0, lanes)
            integrate(earth_rule, rates, earth_c, width)
            end_state(earth_c, n_earth * C_SIZE, earth_conic, earth_frame, table, EARTH_HINGE, earth_end, lanes)
            sweep(moon_nodes, n_moon, moon_conic, moon_frame, table, moon_c, rates, 1.0, lanes)
            integrate(moon_rule, rates, moon_c, width)
            end_state(moon_c, n_moon * C_SIZE, moon_conic, moon_frame, table, MOON_HINGE, moon_end, lanes)
            measure_gap(earth_end, moon_end, match, gap, gap2, lanes)
            finished = mark_converged(gap2, status, sweeps, count + 1)
            if count < fresh_jacobians:
                invert_jacobian(earth_end, moon_end, matrix, pivots, newton, lanes)
            newton_step(newton, gap, step, lanes)
            apply_step(step, table, earth_conic, earth_frame, moon_conic, moon_frame, lanes)
            if finished:
                break
        earth, moon = (earth_conic, earth_frame, earth_speed), (moon_conic, moon_frame, moon_speed)
        store_block(first, radii, earth, moon, gap2, status, sweeps, work, out)
