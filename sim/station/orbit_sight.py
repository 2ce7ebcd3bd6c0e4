"""What an element in orbit is seen by: its passes over places on the Moon, when the Moon hides the Earth from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.astro.spans import NONE, union
from sim.catalog.models import GroundStation
from sim.station.elements import ElementFlight
from sim.station.lunar_path import path_step_s
from sim.station.occultations import earth_hidden, tracked
from sim.station.outcome import OrbitSight, PassRecord
from sim.station.passes import look, passes
from sim.station.site import SiteGeometry


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place by name, and the elevation from which on it sees an element in orbit."""

    name: str
    site: SiteGeometry
    least_elevation_rad: float


def orbit_sight(flight: ElementFlight, places: Sequence[Place], stations: Sequence[GroundStation]) -> OrbitSight:
    """Look at one element over its service: from places on the Moon, from the Earth's centre, from ground stations."""
    start, stop = flight.start_tdb_s, flight.end_tdb_s
    if stop <= start:
        return OrbitSight(flight.name, (), NONE, np.nan, np.nan)
    step = path_step_s(flight, start, stop)
    hidden = earth_hidden(flight, start, stop, step_s=step)
    share = np.nan
    if stations:
        share = union(*(tracked(flight, station, start, stop, step) for station in stations)).total_s / (stop - start)
    records = tuple(_passes(flight, place) for place in places)
    return OrbitSight(flight.name, records, hidden, hidden.total_s / (stop - start), share)


def _passes(flight: ElementFlight, place: Place) -> PassRecord:
    span = flight.start_tdb_s, flight.end_tdb_s
    found = passes(place.site, flight, *span, least_elevation_rad=place.least_elevation_rad)
    _, _, distance_km = look(place.site, flight, found.culmination_tdb_s)
    return PassRecord(place.name, found.above, found.culmination_tdb_s, found.culmination_rad, distance_km)
