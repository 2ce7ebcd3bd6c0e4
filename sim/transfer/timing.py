"""Planes of many flights by the pseudostate guess alone: a degree off, ten times cheaper, to time launches.

The guess needs of the ephemeris only where the Moon is at arrival and how it moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.jit import jit
from sim.threads import for_ranges
from sim.transfer.flight_ephemeris import AXES, EARTH_POLE, MOON_POLE, TABLE_SIZE, granule_values
from sim.transfer.guess import MOON_RX, WORK_SIZE, guess_block
from sim.transfer.lanes import (
    APPROACH_SIDE,
    COS_LUNAR,
    COS_PARKING,
    DURATION,
    FRAME_SIZE,
    INJECTION_SIDE,
    LANES,
    VALUES_SIZE,
)
from sim.transfer.solve import FlightSet, kernel_ephemeris, owned

FloatArray = NDArray[np.float64]

PASSES = 3
DIFFERENCE_S = 600.0
"""Half step of the difference that gives the Moon's velocity: good to a micrometre a second."""

BLOCKS_PER_PART = 64


def guess_tli_states(flights: FlightSet, parking_radius_km: float, perilune_radius_km: float) -> FloatArray:
    """Geocentric states (n, 6) just after injection by the guess; where a plane cannot be had, of the nearest one."""
    which = (
        flights.flight,
        flights.branch,
        np.cos(flights.parking_inclination_rad),
        np.cos(flights.lunar_inclination_rad),
    )
    t0, tp = owned(flights.tli_tdb_s), owned(flights.arrival_tdb_s)
    poles, moon_poles = owned(earth_pole(t0)), owned(ME_FROM_PA[2] @ icrf_to_moon_pa(tp))
    ephemeris = kernel_ephemeris(float(tp.min()) - DIFFERENCE_S, float(tp.max()) + DIFFERENCE_S)
    states = np.empty((len(flights.flight), 6))
    size = LANES * BLOCKS_PER_PART

    def guess(first: int, stop: int) -> None:
        part = (first * size, min(stop * size, len(states)))
        _guess_items(
            part, which, (t0, tp, poles, moon_poles), ephemeris, (parking_radius_km, perilune_radius_km), LANES, states
        )

    for_ranges(guess, -(-len(states) // size))
    return states


@jit(fastmath=True)
def _load(first, stop, which, flights, ephemeris, scratch, table, work, values, width):
    """Fill the lanes of a block; lanes past ``stop`` repeat its last item."""
    number, branch, cos_i, cos_im = which
    t0, tp, poles, moon_poles = flights
    start, step, granules = ephemeris
    chebyshev_t, here, before, after = (
        scratch[: 2 * AXES],
        scratch[2 * AXES :],
        scratch[3 * AXES :],
        scratch[4 * AXES :],
    )
    for l in range(LANES):
        item = min(first + l, stop - 1)
        flight = number[item]
        granule_values(tp[flight], start, step, granules, chebyshev_t, here, width)
        granule_values(tp[flight] - DIFFERENCE_S, start, step, granules, chebyshev_t, before, width)
        granule_values(tp[flight] + DIFFERENCE_S, start, step, granules, chebyshev_t, after, width)
        for j in range(3):
            work[MOON_RX + j * LANES + l] = here[j]
            work[MOON_RX + (3 + j) * LANES + l] = (after[j] - before[j]) / (2.0 * DIFFERENCE_S)
            table[EARTH_POLE + j * LANES + l] = poles[flight, j]
            table[MOON_POLE + j * LANES + l] = moon_poles[flight, j]
        values[DURATION + l] = tp[flight] - t0[flight]
        values[COS_PARKING + l], values[COS_LUNAR + l] = cos_i[item], cos_im[item]
        values[INJECTION_SIDE + l] = -1.0 if branch[item] // 2 == 0 else 1.0
        values[APPROACH_SIDE + l] = -1.0 if branch[item] % 2 == 0 else 1.0


@jit()
def _guess_items(part, which, flights, ephemeris, radii, lanes, states):
    """Guess the items from ``part[0]`` to ``part[1]``; ``lanes`` is LANES, given at run time on purpose."""
    table, work, values, scratch = np.zeros(TABLE_SIZE), np.zeros(WORK_SIZE), np.zeros(VALUES_SIZE), np.zeros(5 * AXES)
    earth_frame, earth_speed = np.zeros(FRAME_SIZE), np.zeros(LANES)
    moon_frame, moon_speed = np.zeros(FRAME_SIZE), np.zeros(LANES)
    for first in range(part[0], part[1], LANES):
        _load(first, part[1], which, flights, ephemeris, scratch, table, work, values, lanes)
        guess_block(work, table, values, radii, PASSES, earth_frame, earth_speed, moon_frame, moon_speed, lanes)
        for l in range(min(LANES, part[1] - first)):
            for j in range(3):
                states[first + l, j] = radii[0] * earth_frame[j * LANES + l]
                states[first + l, 3 + j] = earth_speed[l] * earth_frame[(3 + j) * LANES + l]
