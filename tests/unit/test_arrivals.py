"""Deliveries on the days that are left for them, or on planned ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.scenario import load_scenario
from sim.scenario.resolve import station_site
from sim.station.arrivals import PLANNED_JOURNEY_S, arrival_of_elements, in_order, planned_arrivals
from sim.station.eclipses import site_eclipses
from sim.station.place import geometry_of
from sim.units import DAY_S
from sim.window.arrivals import launch_spans, placed_arrivals
from tests.factories import lane_outcome


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("scenarios/ilrs_base.yaml").scenario


def test_planned_dates_keep_the_order(scenario):
    arrivals = {arrival.delivery: arrival for arrival in planned_arrivals(scenario)}
    first = arrivals["energy_first"]
    assert first.landing_tdb_s == pytest.approx(tdb_s_from_utc("2030-06-01") + PLANNED_JOURNEY_S)
    landings = [arrivals[f"ilrs_{number}"].landing_tdb_s for number in range(1, 6)]
    assert landings == sorted(landings)


def test_elements_are_there_from_their_delivery_on(scenario):
    there = arrival_of_elements(scenario, planned_arrivals(scenario))
    assert there["energy_1"] == pytest.approx(tdb_s_from_utc("2030-06-01") + PLANNED_JOURNEY_S)
    assert set(there) == {item.id for item in scenario.station.surface}
    never = [replace(arrival, landing_tdb_s=np.nan) for arrival in planned_arrivals(scenario)]
    assert np.isinf(arrival_of_elements(scenario, never)["energy_1"])


def test_deliveries_come_after_those_they_wait_for(scenario):
    mixed = tuple(reversed(scenario.deliveries))
    names = [delivery.id for delivery in in_order(mixed)]
    assert names.index("energy_first") < names.index("ilrs_1") < names.index("ilrs_5")


def test_each_takes_the_first_open_day_that_is_left(scenario):
    outcomes = [lane_outcome(lane) for lane in scenario.lanes]
    start = outcomes[0].day[0].astype("datetime64[D]").item()
    deliveries = tuple(
        item.model_copy(update={"not_before": start, "after": item.after if item.id != "ilrs_1" else ()})
        for item in scenario.deliveries
    )
    arrivals = placed_arrivals(scenario.model_copy(update={"deliveries": deliveries}), outcomes)
    placed = [arrival for arrival in arrivals if np.isfinite(arrival.landing_tdb_s)]
    assert placed
    landings = np.array([arrival.landing_tdb_s for arrival in placed if arrival.lane == "heavy_cargo"])
    assert np.all(np.diff(np.sort(landings)) > 0.0)
    first = next(arrival for arrival in arrivals if arrival.delivery == "energy_first")
    own = next(outcome for outcome in outcomes if outcome.lane == first.lane)
    open_days = own.feasible & np.isfinite(own.launches["landing_tdb_s"])
    assert first.landing_tdb_s == own.launches["landing_tdb_s"][int(np.argmax(open_days))]


def test_none_is_placed_where_no_day_is_open(scenario):
    outcomes = [lane_outcome(lane, closed=True) for lane in scenario.lanes]
    assert all(np.isnan(arrival.landing_tdb_s) for arrival in placed_arrivals(scenario, outcomes))


def test_open_days_as_spans():
    outcome = lane_outcome()
    found = launch_spans([outcome])[outcome.lane]
    assert found.total_s == pytest.approx(sum(window.days for window in outcome.windows) * DAY_S)


def test_landings_are_a_day_apart_and_pads_rest_whichever_lanes_share_them(scenario):
    first = scenario.deliveries[0]
    others = {item.lane for item in scenario.deliveries} - {first.lane}
    deliveries = (first, *(first.model_copy(update={"id": lane, "lane": lane, "cargo": ()}) for lane in sorted(others)))
    deliveries = tuple(item.model_copy(update={"not_before": None}) for item in deliveries)
    both = scenario.model_copy(update={"deliveries": deliveries})
    planned = sorted(arrival.landing_tdb_s for arrival in planned_arrivals(both))
    assert np.diff(planned) == pytest.approx(DAY_S)
    flights = [lane_outcome(lane) for lane in {item.lane for item in deliveries}]
    placed = sorted(arrival.landing_tdb_s for arrival in placed_arrivals(both, flights))
    assert np.diff(placed).min() >= DAY_S


def landing_at(lane, t_tdb_s):
    """A made-up outcome whose first open day lands at an epoch, and those after it half a day apart."""
    outcome = lane_outcome(lane)
    landing = np.where(outcome.feasible, t_tdb_s + 0.5 * DAY_S * (np.cumsum(outcome.feasible) - 1), np.nan)
    return replace(outcome, launches=outcome.launches | {"landing_tdb_s": landing})


def test_none_lands_while_the_earth_eclipses_the_sun(scenario):
    site = geometry_of(station_site(scenario), calibrate=True)
    span = tdb_s_from_utc("2029-01-01"), tdb_s_from_utc("2030-01-01")
    eclipse = site_eclipses(site, *span).in_sight
    assert len(eclipse)
    middle = float(0.5 * (eclipse.start_tdb_s + eclipse.stop_tdb_s)[0])
    only = scenario.deliveries[0].model_copy(update={"not_before": None, "after": ()})
    one = scenario.model_copy(update={"deliveries": (only,)})
    placed = placed_arrivals(one, [landing_at(only.lane, middle)])[0]
    assert placed.landing_tdb_s == middle + 0.5 * DAY_S
    clear = placed_arrivals(one, [landing_at(only.lane, middle + DAY_S)])[0]
    assert clear.landing_tdb_s == middle + DAY_S


def test_landings_at_other_sites_need_no_day_between(scenario):
    first = scenario.deliveries[0].model_copy(update={"not_before": None, "after": (), "cargo": ()})
    pad = scenario.lanes[first.lane].launch_site
    other = next(name for name, lane in scenario.lanes.items() if lane.launch_site != pad)
    deliveries = (first, first.model_copy(update={"id": "other", "lane": other}))
    moment = tdb_s_from_utc("2029-03-01")

    def landings(site):
        lanes = scenario.lanes | {other: scenario.lanes[other].model_copy(update={"site": site})}
        both = scenario.model_copy(update={"deliveries": deliveries, "lanes": lanes})
        placed = placed_arrivals(both, [landing_at(first.lane, moment), landing_at(other, moment)])
        return [arrival.landing_tdb_s for arrival in placed]

    here, there = landings(None), landings("malapert_massif")
    assert abs(here[1] - here[0]) >= DAY_S
    assert there == [moment, moment]
