"""Where the Moon and the Sun are and how Moon and Earth are turned, as Chebyshev tables that kernels evaluate.

All stand on DE440's own four-day granules. Moon and Sun are the kernel's polynomials themselves; the Moon's principal
axes and the Earth's pole are expanded on the same granules in 13 terms (to 1e-14; DE421's eight-day libration pieces
have their edges on granule edges).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import COEFFICIENTS, GRANULE_S, Ephemeris, Granules
from sim.astro.orientation import icrf_to_moon_pa
from sim.jit import jit

FloatArray = NDArray[np.float64]

TERMS: Final = COEFFICIENTS
MOON, SUN, MOON_AXES, EARTH_POLE, COLUMNS = 0, 3, 6, 15, 18
"""First columns of the table's quantities: km, km, rows of the axes in ICRF, unit vector."""


class Surroundings(NamedTuple):
    """Chebyshev tables of one flight; a tuple, so that kernels take it as it is.

    Attributes
    ----------
    table : ndarray (n, 13, 6 or 18)
        By granule, term and column.
    offset_s : float
        Start of the flight from the start of the first granule.
    step_s : float
        Length of a granule.
    """

    table: FloatArray
    offset_s: float
    step_s: float


def moon_and_sun(start_tdb_s: float, stop_tdb_s: float) -> Granules:
    """DE440's coefficients of geocentric Moon and Sun around the range given in either order."""
    return Ephemeris.de440().granules(min(start_tdb_s, stop_tdb_s), max(start_tdb_s, stop_tdb_s))


def surroundings(start_tdb_s: float, stop_tdb_s: float, *, moon_axes: bool, earth_pole_of_date: bool) -> Surroundings:
    """Tables for a flight from start to stop; what is not asked for is left zero."""
    granules = moon_and_sun(start_tdb_s, stop_tdb_s)
    count = len(granules.coefficients)
    table = _full_table(granules.start_tdb_s, count, moon_axes, earth_pole_of_date)
    return Surroundings(table, start_tdb_s - granules.start_tdb_s, granules.step_s)


@lru_cache(maxsize=8)
def _full_table(start_tdb_s: float, count: int, moon_axes: bool, earth_pole_of_date: bool) -> FloatArray:
    granules = _same_granules(start_tdb_s, count)
    table = np.zeros((count, TERMS, COLUMNS))
    table[..., MOON:MOON_AXES] = granules.coefficients
    nodes, to_coefficients = _nodes()
    t_tdb_s = start_tdb_s + (np.arange(count)[:, None] + 0.5 * (nodes + 1.0)) * granules.step_s
    if moon_axes:
        axes = icrf_to_moon_pa(t_tdb_s).reshape(count, TERMS, 9)
        table[..., MOON_AXES:EARTH_POLE] = to_coefficients @ axes
    if earth_pole_of_date:
        table[..., EARTH_POLE:] = to_coefficients @ earth_pole(t_tdb_s)
    table.flags.writeable = False
    return table


def _same_granules(start_tdb_s: float, count: int) -> Granules:
    """Exactly ``count`` granules from the start of one."""
    ephemeris = Ephemeris.de440()
    half = 0.5 * GRANULE_S
    return ephemeris.granules(start_tdb_s + half, start_tdb_s + half + (count - 1) * GRANULE_S)


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Chebyshev nodes (13,) and the matrix (13, 13) from values there to coefficients."""
    nodes = chebyshev.chebpts1(TERMS)
    to_coefficients = np.asarray(np.linalg.inv(chebyshev.chebvander(nodes, TERMS - 1)), dtype=np.float64)
    return nodes, to_coefficients


@jit()
def granule_position(t_s: float, offset_s: float, step_s: float, count: int) -> Any:
    """Index of the granule at a time from the flight's start, and the place in it from -1 to 1."""
    elapsed = (t_s + offset_s) / step_s
    index = min(max(int(np.floor(elapsed)), 0), count - 1)
    return index, 2.0 * (elapsed - index) - 1.0


@jit()
def three_columns(piece: Any, first: int, x: float) -> Any:
    """Three neighbouring columns of one granule (13, columns) at ``x``, by Clenshaw's recursion."""
    a1, b1, c1, a2, b2, c2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    double = 2.0 * x
    for k in range(TERMS - 1, 0, -1):
        a1, a2 = piece[k, first] + double * a1 - a2, a1
        b1, b2 = piece[k, first + 1] + double * b1 - b2, b1
        c1, c2 = piece[k, first + 2] + double * c1 - c2, c1
    return piece[0, first] + x * a1 - a2, piece[0, first + 1] + x * b1 - b2, piece[0, first + 2] + x * c1 - c2
