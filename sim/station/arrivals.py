"""The order of deliveries, when they are planned, and from when on each element is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.scenario.model import Delivery, Scenario
from sim.scenario.resolve import resolve_lane
from sim.station.outcome import Arrival
from sim.units import DAY_S

PLANNED_JOURNEY_S = 10.0 * DAY_S
"""Lift-off to landing where no flight was searched: five days of flight and five of waiting (assumed)."""

BETWEEN_LANDINGS_S = DAY_S
"""Least time between two landings at the station: crews and tracking follow one at a time (assumed)."""


def in_order(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Return deliveries so that each comes after those it waits for, otherwise as in the file."""
    left, done, ordered = list(deliveries), set[str](), list[Delivery]()
    known = {delivery.id for delivery in deliveries}
    while left:
        ready = next((item for item in left if set(item.after) & known <= done), left[0])
        left.remove(ready)
        done.add(ready.id)
        ordered.append(ready)
    return ordered


def planned_arrivals(scenario: Scenario) -> tuple[Arrival, ...]:
    """Return arrivals by the dates of the file: a journey of ten days after not-before, and a day after any other."""
    start = tdb_s_from_utc(scenario.horizon.start.isoformat())
    landed: dict[str, Arrival] = {}
    for delivery in in_order(scenario.deliveries):
        day = scenario.horizon.start if delivery.not_before is None else delivery.not_before
        earliest = max(start, tdb_s_from_utc(day.isoformat())) + PLANNED_JOURNEY_S
        after = [landed[name].landing_tdb_s + BETWEEN_LANDINGS_S for name in delivery.after if name in landed]
        lands = resolve_lane(scenario, delivery.lane).lands
        landing = max([earliest, *after])
        for other in sorted(item.landing_tdb_s for item in landed.values() if item.lands) if lands else ():
            if abs(landing - other) < BETWEEN_LANDINGS_S:
                landing = other + BETWEEN_LANDINGS_S
        basis = "planned date of the file"
        landed[delivery.id] = Arrival(delivery.id, delivery.lane, landing, delivery.cargo, basis, lands)
    return tuple(landed[delivery.id] for delivery in scenario.deliveries)


def arrival_of_elements(scenario: Scenario, arrivals: Sequence[Arrival]) -> Mapping[str, float]:
    """Return from when on each surface element is there: with its delivery, or from the start; inf where never."""
    start = tdb_s_from_utc(scenario.horizon.start.isoformat())
    brought = {name: arrival.landing_tdb_s for arrival in arrivals for name in arrival.cargo}
    epochs = {item.id: brought.get(item.id, start) for item in scenario.station.surface}
    return {name: float(np.where(np.isnan(epoch), np.inf, epoch)) for name, epoch in epochs.items()}
