"""The station of a scenario over its horizon: every part in its turn, out of it one outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans
from sim.astro.time import tdb_s_from_utc
from sim.scenario.model import Scenario
from sim.scenario.resolve import resolve_lane, station_site
from sim.scenario.station_checks import OWN_SITE
from sim.station.arrivals import BETWEEN_LANDINGS_S, arrival_of_elements
from sim.station.conflicts import Landing, arrival_conflicts, sun_eclipsed, without_contact
from sim.station.conjunctions import conjunctions
from sim.station.contact_record import contact_record, links_of, map_record, network_of, point_site
from sim.station.eclipses import Body, SiteEclipses, eclipsed_light, orbit_eclipses, site_eclipses
from sim.station.elements import ElementFlight, station_flights
from sim.station.happenings import (
    contact_events,
    delivery_events,
    eclipse_events,
    in_order_of_time,
    light_events,
    moon_eclipse_events,
    orbit_events,
    power_events,
    span_events,
    task_events,
)
from sim.station.light import light_series
from sim.station.light_record import light_record
from sim.station.lunar_path import SitePath
from sim.station.mast import mast_heights_m, mast_light
from sim.station.moon_course import moon_events
from sim.station.orbit_record import orbit_record
from sim.station.orbit_sight import Place, orbit_sight
from sim.station.outcome import (
    Arrival,
    ContactRecord,
    Event,
    LightRecord,
    OrbitRecord,
    OrbitSight,
    StationOutcome,
)
from sim.station.place import geometry_of
from sim.station.power_record import station_power, surface_states
from sim.station.shortfall import shortfalls
from sim.station.site import SiteGeometry
from sim.station.task_record import station_tasks
from sim.threads import map_threads
from sim.units import DAY_S, DEG, HOUR_S

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

STEP_S = HOUR_S
"""Of light and power."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What the parts share: the scenario, its span of time, its site, its elements in orbit as they fly."""

    scenario: Scenario
    start_tdb_s: float
    stop_tdb_s: float
    site: SiteGeometry
    flights: tuple[ElementFlight, ...]

    @property
    def step_s(self) -> float:
        """Of light and power: UTC days are not whole in TDB, by microseconds, and whole steps reach to the stop."""
        length_s = self.stop_tdb_s - self.start_tdb_s
        return length_s / round(length_s / STEP_S)

    @property
    def relays(self) -> tuple[ElementFlight, ...]:
        """Those that serve as relays."""
        return tuple(flight for flight in self.flights if flight.item.kind == "relay")


def simulate_station(
    scenario: Scenario, arrivals: Sequence[Arrival], launches: Mapping[str, Spans], progress: Progress
) -> StationOutcome:
    """Look at a scenario's station over its horizon.

    Parameters
    ----------
    scenario : Scenario
    arrivals : sequence of Arrival
        When the deliveries land.
    launches : mapping of str to Spans
        Open launch days by lane, where they were searched.
    progress : callable
        Told ``(label, done, total)``.

    Raises
    ------
    UsageError
        For an orbit that cannot be flown.
    DataMissingError
        Where a kernel ends before the horizon.
    """
    scene = _scene(scenario, arrivals, progress)
    series = light_series(scene.site, scene.start_tdb_s, scene.stop_tdb_s, scene.step_s)
    light = light_record(station_site(scenario).id, series)
    progress("contact", 0, 1)
    contacts = _contacts(scene)
    found_map = map_record(scenario, scene.relays, scene.start_tdb_s, scene.stop_tdb_s) if scene.relays else None
    progress("contact", 1, 1)
    days = np.arange(scene.start_tdb_s + 0.5 * DAY_S, scene.stop_tdb_s, DAY_S)
    orbits = tuple(orbit_record(flight, days) for flight in scene.flights)
    eclipses = site_eclipses(scene.site, scene.start_tdb_s, scene.stop_tdb_s)
    sights = _sights(scene)
    moon = moon_events(scene.start_tdb_s, scene.stop_tdb_s)
    there = arrival_of_elements(scenario, arrivals)
    masts = mast_light(station_site(scenario), mast_heights_m(scenario.station.surface), series, eclipses)
    power = station_power(scenario.station, there, series, eclipsed_light(series, eclipses), masts)
    states = surface_states(scenario.station.surface, there, series, power)
    tasks = station_tasks(scenario, there, series, light, contacts[0], power)
    told = _with_conflicts(scene, arrivals, eclipses, contacts[0])
    events = chain(
        _sky_events(scene, light, contacts, eclipses),
        moon_eclipse_events(moon),
        _orbit_events(scene, orbits, sights),
        power_events(shortfalls(power.history), states) if power else (),
        task_events(tasks),
        delivery_events(told, launches, scene.stop_tdb_s),
    )
    return StationOutcome(
        start_tdb_s=scene.start_tdb_s,
        stop_tdb_s=scene.stop_tdb_s,
        orbits=orbits,
        sights=tuple(sights),
        contacts=contacts,
        map=found_map,
        light=light,
        grids=power.grids if power else (),
        states=states,
        tasks=tasks,
        arrivals=told,
        moon=moon,
        events=in_order_of_time(events),
    )


def _scene(scenario: Scenario, arrivals: Sequence[Arrival], progress: Progress) -> _Scene:
    progress("orbits of the station", 0, 1)
    flights = station_flights(scenario, {name: each.landing_tdb_s for each in arrivals for name in each.cargo})
    progress("orbits of the station", 1, 1)
    start = tdb_s_from_utc(scenario.horizon.start.isoformat())
    stop = tdb_s_from_utc((scenario.horizon.end + timedelta(days=1)).isoformat())
    return _Scene(scenario, start, stop, geometry_of(station_site(scenario), calibrate=True), flights)


def _places(scene: _Scene) -> tuple[Place, ...]:
    """Return the station's site and the scenario's points, each with the least elevation that counts there."""
    points = scene.scenario.coverage.points.items()
    own = Place(OWN_SITE, scene.site, network_of(scene.scenario, ()).least_elevation_rad)
    return (own, *(Place(name, point_site(point), point.min_elevation_deg * DEG) for name, point in points))


def _contacts(scene: _Scene) -> tuple[ContactRecord, ...]:
    """Contact of the station's site and of the scenario's points."""
    span = scene.start_tdb_s, scene.stop_tdb_s, scene.scenario.coverage.step_s
    links = links_of(scene.scenario)
    return tuple(
        contact_record(
            place.name,
            place.site,
            network_of(scene.scenario, scene.relays, place.least_elevation_rad),
            links,
            *span,
        )
        for place in _places(scene)
    )


def _sights(scene: _Scene) -> list[OrbitSight]:
    """Passes of the elements in orbit, and when the Moon hides them."""
    asked, places = scene.scenario.coverage.ground_stations, _places(scene)
    stations = [scene.scenario.catalog.ground_stations[key] for key in asked]
    return map_threads(lambda flight: orbit_sight(flight, places, stations), scene.flights)


def _with_conflicts(
    scene: _Scene, arrivals: Sequence[Arrival], eclipses: SiteEclipses, contact: ContactRecord
) -> tuple[Arrival, ...]:
    """Say of each landing what it meets: another within a day; at the station's site, an eclipse or no contact."""
    landing = [arrival for arrival in arrivals if arrival.lands and np.isfinite(arrival.landing_tdb_s)]
    site = station_site(scene.scenario).id
    silent = contact.spans["any"].gaps(scene.start_tdb_s, scene.stop_tdb_s)
    forbidden = (sun_eclipsed(eclipses.in_sight, site), without_contact(silent, site))
    landings = [
        Landing(
            item.delivery,
            resolve_lane(scene.scenario, item.lane).landing_site.id,
            item.landing_tdb_s,
            item.landing_tdb_s,
        )
        for item in landing
    ]
    met = arrival_conflicts(landings, forbidden, BETWEEN_LANDINGS_S)
    words = {
        item.delivery: tuple(f"{each.reason} ({each.other})" if each.other else each.reason for each in found)
        for item, found in zip(landing, met, strict=True)
    }
    return tuple(replace(arrival, conflicts=words.get(arrival.delivery, ())) for arrival in arrivals)


def _sky_events(
    scene: _Scene, light: LightRecord, contacts: Sequence[ContactRecord], eclipses: SiteEclipses
) -> Iterator[Event]:
    start, stop = scene.start_tdb_s, scene.stop_tdb_s
    yield from light_events(light, start, float(light.t_tdb_s[-1]))
    yield from eclipse_events("sun_eclipsed_by_earth", light.site, eclipses.eclipses)
    path = SitePath(scene.site)
    yield from span_events("sun_beside_earth", light.site, conjunctions(path, "path", start, stop).close)
    yield from span_events("moon_beside_sun", light.site, conjunctions(path, "earth", start, stop).close)
    for contact in contacts:
        yield from contact_events(contact, start, stop, relays=bool(scene.relays))


def _orbit_events(scene: _Scene, orbits: Sequence[OrbitRecord], sights: Sequence[OrbitSight]) -> Iterator[Event]:
    for flight, orbit, sight in zip(scene.flights, orbits, sights, strict=True):
        yield from orbit_events(orbit, scene.stop_tdb_s)
        yield from span_events("orbiter_behind_moon", flight.name, sight.hidden)
        if flight.end_tdb_s <= flight.start_tdb_s:
            continue
        bodies: tuple[Body, ...] = ("earth", "moon")
        by_earth, by_moon = (orbit_eclipses(flight, body, flight.start_tdb_s, flight.end_tdb_s) for body in bodies)
        yield from eclipse_events("orbiter_eclipse_by_earth", flight.name, by_earth)
        yield from eclipse_events("orbiter_eclipse_by_moon", flight.name, by_moon)
