"""Flights side by side: the layout that lets the compiler use vector registers.

A block of ``LANES`` flights keeps each quantity as a row of eight numbers in one flat array: quantity ``ROW`` of lane l
is ``table[ROW + l]``, with ``ROW`` a multiple of ``LANES`` known at compile time. (With a two-dimensional array the
distance between rows is a run-time value, and the compiler, unable to rule out overlap, leaves the loop scalar.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.jit import jit

LANES = 8


def row(number: int) -> int:
    """Offset of a row in a flat table."""
    return number * LANES


def rows(first: int, count: int) -> tuple[int, ...]:
    """Offsets of ``count`` consecutive rows."""
    return tuple(row(first + k) for k in range(count))


VECTOR = row(3)
"""Size of three rows: one vector a lane."""

# Rows of a perifocal frame: axes p (to the apsis), q (along the velocity there), w (angular momentum) on ICRF axes.
PX, PY, PZ, QX, QY, QZ, WX, WY, WZ = rows(0, 9)
FRAME_SIZE = row(9)

# Rows of a block's own values: epochs (TDB s), durations (s), cosines of the inclinations, sides (−1, +1), and the
# headings that are held in place of the inclinations (rad from due east, NaN where the inclination is).
INJECTION, MATCH, ARRIVAL, DURATION, EARTH_LEG, COS_PARKING, COS_LUNAR, INJECTION_SIDE, APPROACH_SIDE = rows(0, 9)
PARKING_HEADING, LUNAR_HEADING = rows(9, 2)
VALUES_SIZE = row(11)

MATCH_BEFORE_ARRIVAL_S = 28.0 * 3600.0
"""The legs meet this long before perilune: the Moon leg stays a hyperbola well inside the Moon's reach."""


@jit()
def aligned(size: int) -> Any:
    """Array of zeros that begins on a cache line, so that each row is one line and not parts of two."""
    buffer = np.zeros(size + LANES)
    start = -(buffer.ctypes.data // buffer.itemsize) % LANES
    return buffer[start : start + size]
