"""Windows of a short horizon: runs of open days, invariants of what a lane comes to, relaxations that open a day."""

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc, utc_text
from sim.pipeline import silent
from sim.units import DAY_S, DEG, M_PER_KM
from sim.window.light import light_tables
from sim.window.plan import AZIMUTHS, flight_groups, launch_problem, times_of_flight
from sim.window.search import search_lanes
from sim.window.windows import lane_outcome, runs
from tests.launch_cases import changed, days, lane

COUNT = 45
LANES = ("heavy_cargo", "explorer", "scout", "europe")


def found(lanes, start="2031-01-01", count=COUNT):
    """Search lanes over some days; outcomes by id."""
    day, epochs = days(start, count)
    ranges = search_lanes(lanes, day, epochs, light_tables(lanes, epochs), silent)
    return {each.id: lane_outcome(each, day, epochs, ranges[each.id]) for each in lanes}


@pytest.fixture(scope="module")
def outcomes():
    return found([lane(name) for name in LANES])


def test_runs():
    assert list(runs(np.array([], bool))) == []
    assert list(runs(np.array([False, False]))) == []
    assert list(runs(np.array([True]))) == [(0, 0)]
    assert list(runs(np.array([True, True, False, True, False, False, True]))) == [(0, 1), (3, 3), (6, 6)]


@pytest.mark.parametrize("name", LANES)
def test_windows_are_the_runs_of_open_days(outcomes, name):
    one = outcomes[name]
    assert [(each.first_day, each.last_day) for each in one.windows] == list(runs(one.feasible))
    assert [each.index for each in one.windows] == list(range(1, len(one.windows) + 1))
    for window in one.windows:
        assert window.first_day <= window.best_day <= window.last_day
        assert one.day_tdb_s[window.first_day] <= window.open_tdb_s <= window.best.liftoff_tdb_s
        assert window.best.liftoff_tdb_s <= window.close_tdb_s < one.day_tdb_s[window.last_day] + DAY_S


@pytest.mark.parametrize("name", LANES)
def test_open_days_have_a_flight_and_closed_ones_a_reason(outcomes, name):
    one = outcomes[name]
    for column, values in one.launches.items():
        assert values.shape == (COUNT,), column
        assert np.isfinite(values[one.feasible]).all(), column
        assert np.isnan(values[~one.feasible]).all(), column
    assert all(bool(why) != flies for why, flies in zip(one.closed_by, one.feasible, strict=True))
    assert all(not words for words, flies in zip(one.relaxation, one.feasible, strict=True) if flies)
    names = {strip.name for strip in one.constraints}
    assert {word for why in one.closed_by for word in why.split(";") if why} <= names


@pytest.mark.parametrize("name", LANES)
def test_an_open_day_is_open_in_every_strip(outcomes, name):
    one = outcomes[name]
    for strip in one.constraints:
        assert strip.open[one.feasible].all()
        np.testing.assert_array_equal(strip.open, np.nan_to_num(strip.margin, nan=-1.0) >= 0.0)


@pytest.mark.parametrize("name", LANES)
def test_epochs_of_a_day_follow_one_another(outcomes, name):
    one = outcomes[name]
    rows = {key: values[one.feasible] for key, values in one.launches.items()}
    order = ("liftoff_open_tdb_s", "best_liftoff_tdb_s", "liftoff_close_tdb_s")
    assert np.all(rows[order[0]] <= rows[order[1]])
    assert np.all(rows[order[1]] <= rows[order[2]])
    assert np.all(rows["best_liftoff_tdb_s"] < rows["tli_tdb_s"])
    assert np.all(rows["arrival_tdb_s"] < rows["landing_tdb_s"])
    loiter = rows["landing_tdb_s"] - rows["arrival_tdb_s"]
    low, high = lane(name).lane.staging.loiter_s
    assert np.all((loiter >= low - 1.0) & (loiter <= high + 1.0))
    assert np.all(rows["landed_payload_low_kg"] <= rows["landed_payload_kg"])
    assert np.all(rows["landed_payload_kg"] <= rows["landed_payload_high_kg"])


def test_every_open_day_keeps_the_limits_of_its_lane(outcomes):
    explorer = outcomes["explorer"]
    assert explorer.feasible.any()
    assert np.nanmax(explorer.launches["loi_dv_km_s"]) * M_PER_KM <= 850.0
    assert np.nanmin(outcomes["heavy_cargo"].launches["landed_payload_kg"]) >= 4450.0
    for one in outcomes.values():
        if one.feasible.any():
            # The Sun's band of the scenarios; a degree made of radians may lose its last digit.
            assert np.nanmin(one.launches["sun_above_horizon_rad"]) >= 0.5 * DEG * (1.0 - 1e-12)


def test_best_flight_of_a_window_is_its_day_of_the_table(outcomes):
    for one in outcomes.values():
        payload = one.launches["landed_payload_kg"]
        for window in one.windows:
            assert window.best.landed_payload_kg == payload[window.best_day]
            inside = payload[window.first_day : window.last_day + 1]
            assert window.best.landed_payload_kg >= np.nanmax(inside) - 1e-8
            assert window.best.transfer.tli_tdb_s == one.launches["tli_tdb_s"][window.best_day]
            burnt = sum(window.best.propellant_kg.values())
            assert 0.4 < burnt / window.best.injected_mass_kg < 0.8


def test_porkchop_cells_fly_or_have_a_reason(outcomes):
    for name, one in outcomes.items():
        reason = one.porkchop["reason"]
        assert reason.shape == (COUNT, len(times_of_flight(lane(name))))
        assert reason.min() >= 0
        assert reason.max() < len(one.reasons)
        flies = reason == 0
        np.testing.assert_array_equal(flies, np.isfinite(one.porkchop["tli_dv_km_s"]))
        np.testing.assert_array_equal(flies, np.isfinite(one.porkchop["c3_km2_s2"]))
        assert np.all(flies.any(axis=1)[one.feasible])


def test_the_ten_tonnes_of_argonaut_close_every_day_of_ariane_64(outcomes):
    europe = outcomes["europe"]
    assert not europe.feasible.any()
    assert europe.windows == ()
    assert all("launcher_mass" in why for why in europe.closed_by)


def test_days_do_not_depend_on_the_horizon_they_are_searched_in(outcomes):
    alone = found([lane("scout")], "2031-01-11", 5)["scout"]
    np.testing.assert_array_equal(alone.feasible, outcomes["scout"].feasible[10:15])
    for name, values in alone.launches.items():
        # The light table starts on another day: its interpolation rounds otherwise.
        np.testing.assert_allclose(values, outcomes["scout"].launches[name][10:15], rtol=1e-12, err_msg=name)


def test_lanes_do_not_depend_on_their_neighbours(outcomes):
    alone = found([lane("heavy_cargo")])["heavy_cargo"]
    np.testing.assert_array_equal(alone.launches["tli_tdb_s"], outcomes["heavy_cargo"].launches["tli_tdb_s"])
    assert alone.closed_by == outcomes["heavy_cargo"].closed_by
    assert alone.relaxation == outcomes["heavy_cargo"].relaxation


def test_times_of_flight_are_a_grid_with_the_ends_of_the_range():
    odd = changed(lane("scout"), transfer={"time_of_flight_s": (4.1 * DAY_S, 4.6 * DAY_S)})
    assert times_of_flight(odd) / DAY_S == pytest.approx([4.1, 4.25, 4.5, 4.6])
    one = changed(lane("scout"), transfer={"time_of_flight_s": (4.5 * DAY_S, 4.5 * DAY_S)})
    assert times_of_flight(one) / DAY_S == pytest.approx([4.5])


def test_lanes_that_fly_alike_share_their_flights():
    scout = lane("scout")
    other = replace(changed(scout, transfer={"time_of_flight_s": (3.5 * DAY_S, 4.0 * DAY_S)}), id="other")
    groups = flight_groups([scout, lane("heavy_cargo"), other])
    assert [[each.id for each in group.lanes] for group in groups] == [["scout", "other"], ["heavy_cargo"]]
    assert set(times_of_flight(other)) | set(times_of_flight(scout)) == set(groups[0].time_of_flight_s)
    _, epochs = days("2031-01-01", 2)
    problem = launch_problem(lane("heavy_cargo"), epochs, groups[1].time_of_flight_s)
    assert problem.shape == (2, AZIMUTHS, 2, len(groups[1].time_of_flight_s), 2)


def test_availability_closes_days_by_their_distance_to_it():
    late = changed(lane("scout"), available_from=tomorrow("2031-01-01", 3), constraints={"sun_above_horizon_deg": None})
    one = found([late], count=6)["scout"]
    assert not one.feasible[:3].any()
    assert all(why.startswith("availability") for why in one.closed_by[:3])
    assert one.relaxation[0] == "availability by 3 d"
    assert one.feasible[3:].sum() >= 2


def tomorrow(day, count):
    return (np.datetime64(day) + count).astype(object)


def test_a_launch_day_is_a_utc_day(outcomes):
    one = outcomes["scout"]
    assert utc_text(one.day_tdb_s[0]) == "2031-01-01T00:00:00.000Z"
    assert one.day_tdb_s[0] == pytest.approx(float(tdb_s_from_utc("2031-01-01")), abs=1e-6)
    for row in np.flatnonzero(one.feasible):
        assert utc_text(one.launches["best_liftoff_tdb_s"][row])[:10] == str(one.day[row])


def test_a_flight_that_refining_pushes_over_a_limit_gives_way_to_the_next_best():
    # On this day the best of the grid's flights keeps the Sun's band by less than its last seconds move it.
    one = found([lane("heavy_cargo", "ilrs_2026")], "2030-02-06", 5)["heavy_cargo"]
    assert one.feasible[2]
    for column, values in one.launches.items():
        assert np.isfinite(values[one.feasible]).all(), column
    assert np.nanmin(one.launches["sun_above_horizon_rad"]) >= 0.5 * DEG * (1.0 - 1e-12)
