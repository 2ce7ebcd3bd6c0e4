"""When the Moon stands between a path about it and the Earth, or between it and a ground station.

Geometric, past a sphere of 1737.4 km: in axes that move with the Moon the Earth shifts by 0.7 arcseconds while light
is under way (0.2 s of an orbit 60 000 km out). Mountains on the limb (up to 8 km) move the edges by seconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, spans_where
from sim.astro.limb import limb_clearance_rad
from sim.astro.sky import moon_from_earth_km
from sim.astro.spans import Spans
from sim.catalog.models import GroundStation
from sim.constants import R_MOON_KM
from sim.station.ground import elevations_rad, limb_clearances_rad
from sim.station.lunar_path import LunarPath, path_step_s
from sim.units import DEG

FloatArray = NDArray[np.float64]


def earth_hidden(
    path: LunarPath,
    start_tdb_s: float,
    stop_tdb_s: float,
    station: GroundStation | None = None,
    step_s: float | None = None,
) -> Spans:
    """Spans between two epochs in which the Moon hides the Earth's centre, or a ground station, from a path.

    ``step_s`` of the search is taken from the path's greatest speed where it is left out (``path_step_s``).
    """
    step = path_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    return spans_where(hidden_signal(path, step, station), start_tdb_s, stop_tdb_s)


def tracked(
    path: LunarPath,
    station: GroundStation,
    start_tdb_s: float,
    stop_tdb_s: float,
    step_s: float | None = None,
) -> Spans:
    """Spans between two epochs in which a ground station sees a path: high enough, not behind the Moon."""
    step = path_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    return spans_where(tracked_signal(path, station, step), start_tdb_s, stop_tdb_s)


def hidden_signal(path: LunarPath, step_s: float, station: GroundStation | None = None) -> Signal:
    """How far behind the Moon's limb the Earth's centre or a ground station is, rad (``limb_clearance_rad``)."""

    def behind_rad(t: FloatArray) -> FloatArray:
        return -_clearance_rad(path, t, station)

    return Signal(behind_rad, step_s)


def tracked_signal(path: LunarPath, station: GroundStation, step_s: float) -> Signal:
    """Elevation above the station's least, or clearance from the Moon's limb, rad, whichever is less."""

    def seen_rad(t: FloatArray) -> FloatArray:
        position_gcrs_km = path.position_icrf_km(t) + moon_from_earth_km(t)
        elevation = elevations_rad([station], t, position_gcrs_km)[0]
        seen: FloatArray = np.minimum(elevation - station.min_elevation_deg * DEG, _clearance_rad(path, t, station))
        return seen

    return Signal(seen_rad, step_s)


def _clearance_rad(path: LunarPath, t: FloatArray, station: GroundStation | None) -> FloatArray:
    position_km, moon_km = path.position_icrf_km(t), moon_from_earth_km(t)
    if station is None:
        return limb_clearance_rad(-moon_km, position_km, R_MOON_KM)
    clearance: FloatArray = limb_clearances_rad([station], t, position_km + moon_km, moon_km)[0]
    return clearance
