"""Constraints of shadow and sight, as margins per flight: eclipses on the way, ground stations at the burns.

Each is a function ``(lane, days, flights) -> (M,)``, zero or more where it is satisfied and NaN where there is no
flight, as in sim.window.constraints.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.catalog.models import GroundStation
from sim.scenario.resolve import ResolvedLane
from sim.station.ground import elevations_rad, limb_clearances_rad
from sim.transfer.eclipse import longest_eclipse_s
from sim.units import DEG, MINUTE_S
from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]


def has_eclipse_limit(lane: ResolvedLane) -> bool:
    """Whether the lane limits eclipses."""
    return lane.lane.constraints.max_eclipse_s is not None


def watches_injection(lane: ResolvedLane) -> bool:
    """Whether a ground station must see the injection."""
    return bool(lane.injection_stations)


def watches_insertion(lane: ResolvedLane) -> bool:
    """Whether a ground station must see the insertion."""
    return bool(lane.insertion_stations)


def eclipse_s(flights: Candidates) -> FloatArray:
    """Longest single eclipse of each flight between injection and arrival, penumbra included, (M,)."""
    return longest_eclipse_s(
        flights.tli_state_icrf, flights.tli_tdb_s, flights.perilune_state_icrf, flights.arrival_tdb_s
    )


def eclipse(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Longest eclipse allowed less the longest of the flight, minutes."""
    limit = lane.lane.constraints.max_eclipse_s
    return (np.inf if limit is None else limit / MINUTE_S) - eclipse_s(flights) / MINUTE_S


def injection_in_sight(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Elevation of the injection at the station that sees it best, above that station's least, degrees."""
    heights = elevations_rad(lane.injection_stations, flights.tli_tdb_s, flights.tli_state_icrf[:, :3])
    return _best((heights / DEG).T - _least_deg(lane.injection_stations), len(flights.day))


def insertion_in_sight(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """The same at perilune; behind the Moon's limb, how far beyond it as an angle at the Moon's centre, degrees."""
    stations, t = lane.insertion_stations, flights.arrival_tdb_s
    moon, _ = Ephemeris.de440().moon_geocentric(t)
    position = moon + flights.perilune_state_icrf[:, :3]
    heights = (elevations_rad(stations, t, position) / DEG).T - _least_deg(stations)
    return _best(np.minimum(heights, (limb_clearances_rad(stations, t, position, moon) / DEG).T), len(flights.day))


def _least_deg(stations: Sequence[GroundStation]) -> FloatArray:
    return np.array([station.min_elevation_deg for station in stations])


def _best(margins_deg: FloatArray, count: int) -> FloatArray:
    """Greatest of (M, S) over the stations; no limit where none is asked for."""
    best: FloatArray = np.max(margins_deg, axis=1) if margins_deg.size else np.full(count, np.inf)
    return best
