"""When Sun and Earth stand close together in a sky at the Moon, and when the Sun stands behind a craft there.

An antenna that looks at its partner then looks into the Sun: the station's at a full Moon (``at="path"``), the ground
stations' at a new Moon (``at="earth"``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, greatest_in, spans_where
from sim.astro.limb import angle_rad
from sim.astro.sky import moon_from_earth_km, sun_from_earth_km, sun_from_moon_km
from sim.astro.spans import Spans
from sim.station.lunar_path import LunarPath, path_step_s
from sim.units import DEG

FloatArray = NDArray[np.float64]
At = Literal["path", "earth"]

LIMIT_RAD = 3.0 * DEG
"""Separation below which the Sun disturbs a dish of some metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Conjunctions:
    """Conjunctions with the Sun.

    Attributes
    ----------
    at : {"path", "earth"}
        Who looks into the Sun: the one at the Moon towards the Earth, or the Earth towards it.
    limit_rad : float
    close : Spans
        Where the separation is at most the limit (M of them).
    nearest_tdb_s, separation_rad : ndarray (M,)
        When it is least, and what it is then.
    """

    at: At
    limit_rad: float
    close: Spans
    nearest_tdb_s: FloatArray
    separation_rad: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.close)


def conjunctions(
    path: LunarPath,
    at: At,
    start_tdb_s: float,
    stop_tdb_s: float,
    limit_rad: float = LIMIT_RAD,
    step_s: float | None = None,
) -> Conjunctions:
    """Conjunctions with the Sun between two epochs, whether or not Earth and Sun are above a horizon."""
    step = path_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    near = closeness_signal(path, at, limit_rad, step)
    close = spans_where(near, start_tdb_s, stop_tdb_s)
    nearest, below = greatest_in(near, close)
    return Conjunctions(at, limit_rad, close, nearest, limit_rad - below)


def closeness_signal(path: LunarPath, at: At, limit_rad: float, step_s: float) -> Signal:
    """How far the separation from the Sun is below a limit, rad."""

    def below(t: FloatArray) -> FloatArray:
        return limit_rad - separation_rad(path, at, t)

    return Signal(below, step_s)


def separation_rad(path: LunarPath, at: At, t_tdb_s: FloatArray) -> FloatArray:
    """Angle (...) between Sun and Earth as a path sees them, or between Sun and path as the Earth's centre does."""
    position_km, moon_km = path.position_icrf_km(t_tdb_s), moon_from_earth_km(t_tdb_s)
    if at == "earth":
        return angle_rad(sun_from_earth_km(t_tdb_s), moon_km + position_km)
    return angle_rad(sun_from_moon_km(t_tdb_s) - position_km, -moon_km - position_km)
