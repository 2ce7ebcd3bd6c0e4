"""When deliveries land: each by the first open launch day that is left for it, in the order they wait for each other.

This places deliveries one by one and as early as it can; it weighs nothing against anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans, spans
from sim.scenario.model import Delivery, Scenario
from sim.scenario.resolve import resolve_lane
from sim.station.arrivals import in_order
from sim.station.outcome import Arrival
from sim.units import DAY_S
from sim.window.types import LaneOutcome


def placed_arrivals(scenario: Scenario, outcomes: Sequence[LaneOutcome]) -> tuple[Arrival, ...]:
    """Place every delivery of a scenario on the open launch days that were found, in the order of the file.

    A delivery takes the first open day of its lane that is not before its date, lands after those it waits for, and
    leaves lane and pad their time between launches. Where none is left its landing is NaN, and so are the landings of
    those that wait for it.
    """
    by_lane = {outcome.lane: outcome for outcome in outcomes}
    taken: dict[str, list[float]] = {lane: [] for lane in by_lane}
    landed: dict[str, Arrival] = {}
    for delivery in in_order(scenario.deliveries):
        after = [landed[name].landing_tdb_s for name in delivery.after if name in landed]
        turnaround_s = resolve_lane(scenario, delivery.lane).turnaround_s
        landed[delivery.id] = _placed(delivery, by_lane[delivery.lane], after, taken[delivery.lane], turnaround_s)
    return tuple(landed[delivery.id] for delivery in scenario.deliveries)


def _placed(
    delivery: Delivery, outcome: LaneOutcome, after_tdb_s: Sequence[float], taken: list[float], turnaround_s: float
) -> Arrival:
    liftoff = outcome.launches["best_liftoff_tdb_s"]
    landing = outcome.launches["landing_tdb_s"]
    free: NDArray[np.bool_] = outcome.feasible & np.isfinite(landing)
    if delivery.not_before is not None:
        free &= outcome.day >= np.datetime64(delivery.not_before)
    for earlier in after_tdb_s:
        free &= landing > earlier  # NaN of one that never lands compares false
    for other in taken:
        free &= np.abs(liftoff - other) >= max(turnaround_s, DAY_S)
    if not free.any():
        return Arrival(delivery.id, delivery.lane, np.nan, delivery.cargo, "no open launch day is left for it")
    day = int(np.argmax(free))
    taken.append(float(liftoff[day]))
    basis = f"best flight of {outcome.day[day]}"
    return Arrival(delivery.id, delivery.lane, float(landing[day]), delivery.cargo, basis)


def launch_spans(outcomes: Sequence[LaneOutcome]) -> dict[str, Spans]:
    """Return the open launch days of each lane as spans, window by window."""
    return {
        outcome.lane: spans(
            [outcome.day_tdb_s[window.first_day] for window in outcome.windows],
            [outcome.day_tdb_s[window.last_day] + DAY_S for window in outcome.windows],
        )
        for outcome in outcomes
    }
