"""Shipped scenarios of flights that flew: the dates that their planners had, from the scenario files as they are."""

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc, utc_days
from sim.pipeline import silent
from sim.scenario import resolve_lanes
from sim.units import DAY_S, MINUTE_S
from sim.window.light import light_tables
from sim.window.search import search_lanes
from sim.window.windows import lane_outcome
from tests.launch_cases import scenario


def outcomes(name, start=None, end=None):
    """Results of each lane of a shipped scenario."""
    whole = scenario(name)
    lanes = resolve_lanes(whole)
    day, epochs = utc_days(start or whole.horizon.start, end or whole.horizon.end)
    found = search_lanes(lanes, day, epochs, light_tables(lanes, epochs), silent)
    return {lane.id: lane_outcome(lane, day, epochs, found[lane.id]) for lane in lanes}


@pytest.fixture(scope="module")
def apollo():
    return outcomes("apollo_11")


@pytest.mark.parametrize(("lane", "day"), [("site_2", 16), ("site_3", 18), ("site_5", 21)])
def test_july_1969_has_one_date_for_each_site(apollo, lane, day):
    # NASA press kit of Apollo 11: 16 July for site 2, 18 July for site 3, 21 July for site 5.
    found = apollo[lane]
    assert [str(each) for each in found.day[found.feasible]] == [f"1969-07-{day}"]


def test_the_window_of_16_july_1969(apollo):
    # The flight's own targeting: 72 deg at 13:31:28 to 108 deg at 17:54:32 UTC. The goal is ten minutes; the times of
    # flight tried lie six hours apart, and the plane of the approach is not the flown one (some minutes).
    found = apollo["site_2"]
    (at,) = np.flatnonzero(found.feasible)
    opens, closes = (float(found.launches[f"liftoff_{end}_tdb_s"][at]) for end in ("open", "close"))
    assert opens == pytest.approx(float(tdb_s_from_utc("1969-07-16T13:31:28")), abs=10 * MINUTE_S)
    assert closes == pytest.approx(float(tdb_s_from_utc("1969-07-16T17:54:32")), abs=10 * MINUTE_S)


def test_change_6_could_fly_on_its_day():
    # Launched 2024-05-03, landed 2024-06-01 22:23 after 24.8 days in orbit (CNSA). The loiter asked for ends at 25 d,
    # and the node of the flown plane is not published: the landing lies within two days.
    found = outcomes("chang_e_6_like", "2024-05-03", "2024-05-03")["far_side"]
    assert found.feasible[0], found.closed_by
    landing = float(found.launches["landing_tdb_s"][0])
    assert landing == pytest.approx(float(tdb_s_from_utc("2024-06-01T22:23:16")), abs=2 * DAY_S)


def test_lro_could_fly_on_its_day_and_stays_in_orbit():
    # Launched 2009-06-18, 567 m/s at insertion (LROC news 147), its burn of 40 minutes included.
    found = outcomes("lro_like", "2009-06-18", "2009-06-18")["orbiter"]
    assert found.feasible[0], found.closed_by
    assert float(found.launches["descent_dv_km_s"][0]) == 0.0
    assert 0.47 < float(found.launches["loi_dv_km_s"][0]) < 0.60  # 497 m/s as an impulse, 16 % more by the long burn
