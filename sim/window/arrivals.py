"""When deliveries land: each by the first open launch day that is left for it, in the order they wait for each other.

This places deliveries one by one and as early as it can; it weighs nothing against anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans, spans
from sim.scenario.model import Delivery, Lane, Scenario
from sim.scenario.resolve import ResolvedLane, resolve_lane
from sim.station.arrivals import BETWEEN_LANDINGS_S, in_order
from sim.station.outcome import Arrival
from sim.units import DAY_S
from sim.window.types import LaneOutcome


def placed_arrivals(scenario: Scenario, outcomes: Sequence[LaneOutcome]) -> tuple[Arrival, ...]:
    """Place every delivery of a scenario on the open launch days that were found, in the order of the file.

    A delivery takes the first open day of its lane that is not before its date, leaves launcher and pad their time
    between launches, whichever lanes share them, and lands a day from any other landing and from those it waits for
    on. Where none is left its landing is NaN, and so are the landings of
    those that wait for it.
    """
    by_lane = {outcome.lane: outcome for outcome in outcomes}
    taken: list[tuple[float, Lane]] = []
    landed: dict[str, Arrival] = {}
    for delivery in in_order(scenario.deliveries):
        lane, outcome = resolve_lane(scenario, delivery.lane), by_lane[delivery.lane]
        free = _free_days(delivery, outcome, lane, landed)
        for liftoff_tdb_s, other in taken:
            free &= np.abs(outcome.launches["best_liftoff_tdb_s"] - liftoff_tdb_s) >= _between_launches_s(lane, other)
        landed[delivery.id] = _first_of(free, delivery, outcome, lane)
        if free.any():
            taken.append((float(outcome.launches["best_liftoff_tdb_s"][np.argmax(free)]), lane.lane))
    return tuple(landed[delivery.id] for delivery in scenario.deliveries)


def _free_days(
    delivery: Delivery, outcome: LaneOutcome, lane: ResolvedLane, landed: Mapping[str, Arrival]
) -> NDArray[np.bool_]:
    """Open launch days (n,) whose landing comes in the wanted order, a day from every other."""
    landing = outcome.launches["landing_tdb_s"]
    free: NDArray[np.bool_] = outcome.feasible & np.isfinite(landing)
    if delivery.not_before is not None:
        free &= outcome.day >= np.datetime64(delivery.not_before)
    for name in delivery.after:
        if name in landed:  # NaN of one that never lands compares false
            free &= landing >= landed[name].landing_tdb_s + BETWEEN_LANDINGS_S
    for other in landed.values():
        if lane.lands and other.lands and np.isfinite(other.landing_tdb_s):
            free &= np.abs(landing - other.landing_tdb_s) >= BETWEEN_LANDINGS_S
    return free


def _between_launches_s(lane: ResolvedLane, other: Lane) -> float:
    """Least time between the launches of two lanes, by what they share."""
    pad_s = lane.launch_site.turnaround_s if lane.lane.launch_site == other.launch_site else 0.0
    launcher_s = lane.launcher.turnaround_s if lane.lane.launcher == other.launcher else 0.0
    return max(pad_s, launcher_s, DAY_S if lane.lane == other else 0.0)


def _first_of(free: NDArray[np.bool_], delivery: Delivery, outcome: LaneOutcome, lane: ResolvedLane) -> Arrival:
    if not free.any():
        basis = "no open launch day is left for it"
        return Arrival(delivery.id, delivery.lane, np.nan, delivery.cargo, basis, lane.lands)
    day = int(np.argmax(free))
    landing_tdb_s, basis = float(outcome.launches["landing_tdb_s"][day]), f"best flight of {outcome.day[day]}"
    return Arrival(delivery.id, delivery.lane, landing_tdb_s, delivery.cargo, basis, lane.lands)


def launch_spans(outcomes: Sequence[LaneOutcome]) -> dict[str, Spans]:
    """Return the open launch days of each lane as spans, window by window."""
    return {
        outcome.lane: spans(
            [outcome.day_tdb_s[window.first_day] for window in outcome.windows],
            [outcome.day_tdb_s[window.last_day] + DAY_S for window in outcome.windows],
        )
        for outcome in outcomes
    }
