"""When deliveries land: each by the first open launch day that is left for it, in the order they wait for each other.

This places deliveries one by one and as early as it can; it weighs nothing against anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans, spans
from sim.scenario.model import Delivery, Lane, Scenario
from sim.scenario.resolve import ResolvedLane, resolve_lane
from sim.station.arrivals import BETWEEN_LANDINGS_S, in_order
from sim.station.conflicts import Forbidden, Landing, arrival_conflicts, sun_eclipsed
from sim.station.eclipses import site_eclipses
from sim.station.outcome import Arrival
from sim.station.place import geometry_of
from sim.units import DAY_S
from sim.window.types import LaneOutcome


def placed_arrivals(scenario: Scenario, outcomes: Sequence[LaneOutcome]) -> tuple[Arrival, ...]:
    """Place every delivery of a scenario on the open launch days that were found, in the order of the file.

    A delivery takes the first open day of its lane that is not before its date, leaves launcher and pad their time
    between launches, whichever lanes share them, lands after those it waits for, a day from any other landing at its
    site, and not while the Earth eclipses the Sun there. Where no day is left its landing is NaN, and so are the
    landings of those that wait for it.
    """
    by_lane = {outcome.lane: outcome for outcome in outcomes}
    lanes = {item.lane: resolve_lane(scenario, item.lane) for item in scenario.deliveries}
    forbidden = _eclipses([(lane, by_lane[name]) for name, lane in lanes.items()])
    taken: list[tuple[float, Lane]] = []
    landings: list[Landing] = []
    landed: dict[str, Arrival] = {}
    for delivery in in_order(scenario.deliveries):
        lane, outcome = lanes[delivery.lane], by_lane[delivery.lane]
        liftoff = outcome.launches["best_liftoff_tdb_s"]
        free = _free_days(delivery, outcome, landed)
        for liftoff_tdb_s, other in taken:
            free &= np.abs(liftoff - liftoff_tdb_s) >= _between_launches_s(lane, other)
        days: Iterator[int] = (int(day) for day in np.flatnonzero(free))
        if lane.lands:
            days = (day for day in days if not _collides(_landing(delivery, lane, outcome, day), landings, forbidden))
        day = next(days, None)
        landed[delivery.id] = _arrival(delivery, lane, outcome, day)
        if day is not None:
            taken.append((float(liftoff[day]), lane.lane))
            landings += [_landing(delivery, lane, outcome, day)] if lane.lands else []
    return tuple(landed[delivery.id] for delivery in scenario.deliveries)


def _eclipses(lanes: Sequence[tuple[ResolvedLane, LaneOutcome]]) -> tuple[Forbidden, ...]:
    """Eclipses of the Sun by the Earth at each site, over the landings of all lanes."""
    landing = [outcome.launches["landing_tdb_s"] for lane, outcome in lanes if lane.lands]
    known = np.concatenate(landing or [np.empty(0)])
    known = known[np.isfinite(known)]
    if not len(known):
        return ()
    sites = {lane.landing_site.id: lane.landing_site for lane, _ in lanes if lane.lands}
    span = float(known.min()) - DAY_S, float(known.max()) + DAY_S
    return tuple(
        sun_eclipsed(site_eclipses(geometry_of(site, calibrate=True), *span).in_sight, name)
        for name, site in sites.items()
    )


def _free_days(delivery: Delivery, outcome: LaneOutcome, landed: Mapping[str, Arrival]) -> NDArray[np.bool_]:
    """Open launch days (n,) whose landing comes in the wanted order."""
    landing = outcome.launches["landing_tdb_s"]
    free: NDArray[np.bool_] = outcome.feasible & np.isfinite(landing)
    if delivery.not_before is not None:
        free &= outcome.day >= np.datetime64(delivery.not_before)
    for name in delivery.after:
        if name in landed:  # NaN of one that never lands compares false
            free &= landing >= landed[name].landing_tdb_s + BETWEEN_LANDINGS_S
    return free


def _between_launches_s(lane: ResolvedLane, other: Lane) -> float:
    """Least time between the launches of two lanes, by what they share."""
    pad_s = lane.launch_site.turnaround_s if lane.lane.launch_site == other.launch_site else 0.0
    launcher_s = lane.launcher.turnaround_s if lane.lane.launcher == other.launcher else 0.0
    return max(pad_s, launcher_s, DAY_S if lane.lane == other else 0.0)


def _landing(delivery: Delivery, lane: ResolvedLane, outcome: LaneOutcome, day: int) -> Landing:
    t_tdb_s = float(outcome.launches["landing_tdb_s"][day])
    return Landing(delivery.id, lane.landing_site.id, t_tdb_s, t_tdb_s)


def _collides(landing: Landing, others: Sequence[Landing], forbidden: Sequence[Forbidden]) -> bool:
    return bool(arrival_conflicts([landing, *others], forbidden, BETWEEN_LANDINGS_S)[0])


def _arrival(delivery: Delivery, lane: ResolvedLane, outcome: LaneOutcome, day: int | None) -> Arrival:
    if day is None:
        basis = "no open launch day is left for it"
        return Arrival(delivery.id, delivery.lane, np.nan, delivery.cargo, basis, lane.lands)
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
