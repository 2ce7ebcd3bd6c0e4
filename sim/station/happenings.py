"""All that happens to a station, as one list of events in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sim.astro.spans import Spans
from sim.station.eclipses import Eclipses
from sim.station.outcome import (
    Arrival,
    ContactRecord,
    Event,
    EventKind,
    LightRecord,
    MoonEvent,
    OrbitRecord,
    StateRecord,
    TaskRecord,
)
from sim.station.shortfall import Shortfall


def span_events(kind: EventKind, subject: str, found: Spans) -> Iterator[Event]:
    """Make an event of each span."""
    for start, stop in zip(found.start_tdb_s.tolist(), found.stop_tdb_s.tolist(), strict=True):
        yield Event(kind, subject, start, stop)


def light_events(light: LightRecord, start_tdb_s: float, stop_tdb_s: float) -> Iterator[Event]:
    """List the dark gaps, and when the Earth is below the terrain."""
    yield from span_events("dark", light.site, light.dark)
    yield from span_events("earth_below_horizon", light.site, light.earth_up.gaps(start_tdb_s, stop_tdb_s))


def contact_events(contact: ContactRecord, start_tdb_s: float, stop_tdb_s: float, *, relays: bool) -> Iterator[Event]:
    """List when a place has no relay (where there are relays at all), and when it has no contact."""
    if relays:
        yield from span_events("no_relay", contact.point, contact.spans["relayed"].gaps(start_tdb_s, stop_tdb_s))
    yield from span_events("no_contact", contact.point, contact.spans["any"].gaps(start_tdb_s, stop_tdb_s))


def eclipse_events(kind: EventKind, subject: str, found: Eclipses) -> Iterator[Event]:
    """List eclipses, penumbra included, with the greatest part of the Sun's disc that is covered."""
    spans = found.penumbra
    rows = zip(spans.start_tdb_s.tolist(), spans.stop_tdb_s.tolist(), found.covered_share.tolist(), strict=True)
    for start, stop, covered in rows:
        yield Event(kind, subject, start, stop, covered, "1", "greatest part of the Sun's disc covered")


def moon_eclipse_events(course: Sequence[MoonEvent]) -> Iterator[Event]:
    """List the eclipses of the Moon, as the Earth sees them."""
    for each in course:
        if each.kind == "lunar_eclipse":
            yield Event("lunar_eclipse", "Moon", each.start_tdb_s, each.stop_tdb_s, each.size, each.unit, each.what)


def orbit_events(orbit: OrbitRecord, stop_tdb_s: float) -> Iterator[Event]:
    """List the burns that keep an orbit, and the end of its service."""
    for t, dv in zip(orbit.burn_tdb_s.tolist(), orbit.burn_m_s.tolist(), strict=True):
        yield Event("upkeep_burn", orbit.element, t, t, dv, "m/s")
    if orbit.end != "horizon" and orbit.end_tdb_s < stop_tdb_s:
        what = f"{orbit.end} {orbit.note}".strip()
        yield Event("end_of_life", orbit.element, orbit.end_tdb_s, orbit.end_tdb_s, what=what)


def power_events(short: Sequence[Shortfall], states: Sequence[StateRecord]) -> Iterator[Event]:
    """List what loads go short of, and elements that are lost."""
    for each in short:
        what = f"up to {each.peak_kw:.3g} kW missing; lowest state {each.worst.name.lower()}"
        yield Event("power_shortfall", each.grid, each.start_tdb_s, each.stop_tdb_s, each.missing_kwh, "kWh", what)
    for state in states:
        if np.isfinite(state.died_tdb_s):
            yield Event("element_dead", state.element, state.died_tdb_s, state.died_tdb_s)


def task_events(tasks: Sequence[TaskRecord]) -> Iterator[Event]:
    """List when tasks are done."""
    for task in tasks:
        if np.isfinite(task.done_tdb_s):
            yield Event("task_done", task.task, task.done_tdb_s, task.done_tdb_s, task.work_h, "h")


def delivery_events(arrivals: Sequence[Arrival], launches: Mapping[str, Spans], stop_tdb_s: float) -> Iterator[Event]:
    """List landings until the end of the horizon, what they meet, and the open launch days of every lane."""
    for arrival in arrivals:
        t = arrival.landing_tdb_s
        if not t < stop_tdb_s:
            continue
        cargo = (", ".join(arrival.cargo) or "no cargo") + ("" if arrival.lands else ", in orbit")
        yield Event("arrival", arrival.delivery, t, t, what=f"{cargo}; {arrival.basis}")
        for conflict in arrival.conflicts:
            yield Event("arrival_conflict", arrival.delivery, t, t, what=conflict)
    for lane, found in launches.items():
        yield from span_events("window", lane, found)


def in_order_of_time(events: Iterator[Event]) -> tuple[Event, ...]:
    """Sort events by begin, end, kind and subject: the same order every time."""
    return tuple(sorted(events, key=lambda event: (event.start_tdb_s, event.stop_tdb_s, event.kind, event.subject)))
