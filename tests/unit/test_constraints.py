"""Every constraint closes a flight, and opens it again: by hand-made flights, one thing changed at a time."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from sim.catalog.models import DaySpan, Season
from sim.transfer.launch import NO_LIFTOFF
from sim.transfer.solve import CONVERGED, DECLINATION, DIVERGED, LUNAR_LATITUDE
from sim.units import DAY_S, DEG
from sim.window.constraints import CONSTRAINTS, constraints_of, margins
from sim.window.flight_margins import NO_MASS_KG
from sim.window.sight import eclipse_s
from tests.candidates import GOOD, candidates
from tests.launch_cases import changed, lane, scenario
from tests.tight_lanes import searched

DAYS = np.arange("2031-01-01", "2031-01-11", dtype="datetime64[D]")
FIRST = date(2031, 1, 1)
NAN = float("nan")


SEASON = Season(start="11-01", end="03-31")
BLACKOUT = DaySpan(start=date(2031, 2, 1), end=date(2031, 2, 10))


def open_lane():
    """Return a lane to which all constraints apply that hand-made flights can be judged by; the good one keeps them."""
    limits = {
        "max_insertion_dv_m_s": 850.0,
        "max_c3_km2_s2": -1.5,
        "min_landed_payload_kg": 200.0,
        "days_between_launches_s": 20.0 * DAY_S,
        "liftoff_light": "day",
        "lit_after_landing_s": 7.0 * DAY_S,
        "contact_at_landing": "earth",
    }
    entries = {"lander": {"sizing": "fixed"}, "launcher": {"available_from": None}}
    rules = {"launch_site": {"seasons": (SEASON,), "blackout": (BLACKOUT,)}, "transfer": {"injection": "ascending"}}
    return changed(lane("heavy_cargo"), constraints=limits, **entries, **rules)


def weighing(mass_kg):
    lander = open_lane().lander
    mass = lander.launch_mass.model_copy(update={"value": mass_kg, "low": mass_kg, "high": mass_kg})
    return changed(open_lane(), lander={"launch_mass": mass})


def base_lane():
    return weighing(8500.0)


def margin_of(name, resolved, flights):
    constraint = next(each for each in CONSTRAINTS if each.name == name)
    return constraint.margin(resolved, DAYS, flights)


# Name; change of the lane; change of the flight; margin, in the constraint's unit.
CLOSING = [
    ("availability", {"available_from": FIRST + timedelta(days=4)}, {}, -4.0),
    ("availability", {"available_until": FIRST - timedelta(days=2)}, {}, -2.0),
    ("availability", {"launcher": {"available_from": FIRST + timedelta(days=400)}}, {}, -400.0),
    ("turnaround", {"launch_site": {"booked": (FIRST + timedelta(days=3),)}}, {}, -87.0),  # 90 d of Long March 10
    ("days_between_launches", {"launched": (FIRST + timedelta(days=13),)}, {}, -7.0),
    ("days_between_launches", {"launch_site": {"booked": (FIRST - timedelta(days=19),)}}, {}, -1.0),
    ("season", {"launch_site": {"seasons": (Season(start="01-04", end="06-30"),)}}, {}, -3.0),
    ("season", {"seasons": (Season(start="09-01", end="12-30"),)}, {}, -2.0),  # the 30th of December is two days off
    ("blackout", {"launch_site": {"blackout": (DaySpan(start=FIRST, end=FIRST + timedelta(days=9)),)}}, {}, -1.0),
    ("blackout", {"blackout": (DaySpan(start=date(2030, 12, 25), end=FIRST + timedelta(days=2)),)}, {}, -3.0),
    ("azimuth", {"launch_site": {"azimuth_range_deg": (90.0, 97.0)}}, {}, -3.0),
    ("azimuth", {"launch_site": {"azimuth_range_deg": (104.0, 150.0)}}, {}, -4.0),
    ("azimuth", {}, {"reach_margin_rad": 0.2 * DEG, "status": DECLINATION}, -1e-9),
    ("liftoff", {}, {"status": NO_LIFTOFF}, -1.0),
    ("transfer", {}, {"status": DIVERGED}, -1.0),
    ("transfer", {}, {"status": LUNAR_LATITUDE}, -1.0),
    ("injection_arc", {"transfer": {"injection": "descending"}}, {}, -1.0),
    ("injection_arc", {}, {"injection": 1}, -1.0),
    ("coast", {"constraints": {"coast_s": (2400.0, 5400.0)}}, {}, -599.0 / 60.0),
    ("coast", {"constraints": {"coast_s": (300.0, 1500.0)}}, {}, -5.0),
    ("time_of_flight", {"transfer": {"time_of_flight_s": (5.0 * DAY_S, 6.0 * DAY_S)}}, {}, -0.5),
    ("time_of_flight", {"transfer": {"time_of_flight_s": (3.0 * DAY_S, 4.0 * DAY_S)}}, {}, -0.5),
    ("injection_energy", {"constraints": {"max_c3_km2_s2": -2.25}}, {}, -0.25),
    ("launcher_mass", {}, {"injected_mass_kg": 8000.0}, -500.0),
    ("launcher_mass", {}, {"injected_mass_kg": NAN}, NO_MASS_KG),
    ("insertion_dv", {"constraints": {"max_insertion_dv_m_s": 800.0}}, {}, -40.0),
    ("landing_thrust", {}, {"thrust_margin_kg": -40.0}, -40.0),
    ("propellant", {}, {"propellant_margin_kg": -30.0}, -30.0),
    ("landed_mass", {"constraints": {"min_landed_payload_kg": 600.0}}, {}, -100.0),
    ("landed_mass", {"constraints": {"min_landed_payload_kg": None}}, {"landed_payload_kg": 0.0}, -1e-6),
    ("cross_range", {}, {"cross_range_margin_rad": -3.0 * DEG}, -3.0),
    ("loiter", {}, {"loiter_margin_s": -0.25 * DAY_S}, -0.25),
    ("light_after_landing", {}, {"light_left_margin_s": -1.5 * DAY_S}, -1.5),
    ("contact_at_landing", {}, {"contact_margin_rad": -2.0 * DEG}, -2.0),
    ("sun_at_landing", {}, {"light_margin_rad": -0.5 * DEG, "landing_reason": 1}, -0.5),
]


@pytest.mark.parametrize(("name", "lane_change", "flight_change", "margin"), CLOSING)
def test_constraint_closes_and_opens(name, lane_change, flight_change, margin):
    assert margin_of(name, base_lane(), candidates())[0] >= 0.0
    closed = margin_of(name, changed(base_lane(), **lane_change), candidates(**flight_change))[0]
    assert closed == pytest.approx(margin, abs=2e-6)


ALONE = {"declination_reach", "liftoff_light", "incidence"}
"""Constraints with a test of their own below."""

SEEN = {"injection_in_sight", "eclipse_in_transit", "insertion_in_sight"}
"""Constraints that need the path of a real flight."""


def test_every_constraint_has_its_case():
    assert {name for name, *_ in CLOSING} == {each.name for each in CONSTRAINTS} - ALONE - SEEN


@pytest.fixture(scope="module")
def flown():
    """Return a lane that asks for sight and short eclipses, its days, and its best flight of one of them."""
    stations = scenario("ilrs_2026").catalog.ground_stations
    asking = changed(lane("scout", "ilrs_2026"), constraints={"max_eclipse_s": 7200.0, "sun_above_horizon_deg": None})
    seen = replace(
        asking,
        # The injection falls over the South Atlantic or south of it, from where some of these see it low.
        injection_stations=tuple(
            lowered(stations[key]) for key in ("malargue", "swakopmund", "zapala", "kourou_station")
        ),
        insertion_stations=tuple(stations.values()),
    )
    day, found = searched(seen, "2031-01-15", 1)
    assert found.verdict.feasible[0]
    return seen, day, found.best


def lowered(station, by_deg=90.0):
    return station.model_copy(update={"min_elevation_deg": station.min_elevation_deg - by_deg})


@pytest.mark.parametrize("name", ["injection_in_sight", "insertion_in_sight"])
def test_stations_that_ask_for_more_height_close_and_open(name, flown):
    one, day, flights = flown
    constraint = next(each for each in constraints_of(one) if each.name == name)
    margin = constraint.margin(one, day, flights)[0]
    assert margin >= 0.0
    attribute = name.replace("in_sight", "stations")

    def higher(by_deg):
        return replace(one, **{attribute: tuple(lowered(each, -by_deg) for each in getattr(one, attribute))})

    # No station sees a craft more than 90 deg up: asked for that much more, the best height is short degree by degree.
    short = [constraint.margin(higher(by_deg), day, flights)[0] for by_deg in (180.0, 181.0)]
    assert short[0] < 0.0
    assert short[1] == pytest.approx(short[0] - 1.0, abs=1e-9)


def test_a_shorter_eclipse_limit_closes_and_opens(flown):
    one, day, flights = flown
    constraint = next(each for each in constraints_of(one) if each.name == "eclipse_in_transit")
    longest_s = float(eclipse_s(flights)[0])
    for limit_s in (longest_s + 300.0, longest_s - 300.0):
        asked = changed(one, constraints={"max_eclipse_s": limit_s})
        # Five minutes more, five minutes less.
        assert constraint.margin(asked, day, flights)[0] == pytest.approx((limit_s - longest_s) / 60.0, abs=1e-9)


def test_lift_off_by_day_or_by_night():
    # 9 July 2028, about 03:20 UTC at Wenchang (19.6 N 111.0 E): an hour before noon; the Sun is at 22 deg N.
    by_day, by_night = base_lane(), changed(base_lane(), constraints={"liftoff_light": "night"})
    flights = candidates(liftoff_tdb_s=GOOD["liftoff_tdb_s"] + np.array([0.0, 12.0 * 3600.0]), count=2)
    day, night = (margin_of("liftoff_light", one, flights) for one in (by_day, by_night))
    np.testing.assert_allclose(night, -day)
    # Noon height 87 deg, less what an hour from noon costs; at midnight as far below as 70 - 22 less that.
    assert 65.0 < day[0] < 85.0
    assert -55.0 < day[1] < -40.0


def test_an_arrival_too_flat_closes_a_descent_straight_from_it():
    straight = changed(base_lane(), transfer={"kind": "direct_descent"})
    assert "incidence" in [each.name for each in constraints_of(straight)]
    assert "incidence" not in [each.name for each in constraints_of(base_lane())]
    assert margin_of("incidence", straight, candidates(incidence_margin_rad=2.0 * DEG))[0] == pytest.approx(2.0)
    assert margin_of("incidence", straight, candidates(incidence_margin_rad=-3.0 * DEG))[0] == pytest.approx(-3.0)


def test_declination_reach_is_the_azimuth_of_fixed_inclinations():
    fixed = lane("scout")
    names = [each.name for each in constraints_of(fixed)]
    assert "declination_reach" in names
    assert "azimuth" not in names
    assert margin_of("declination_reach", fixed, candidates())[0] == pytest.approx(5.0)
    out = candidates(status=DECLINATION, reach_margin_rad=-1.0 * DEG)
    assert margin_of("declination_reach", fixed, out)[0] == pytest.approx(-1.0)


def test_the_good_flight_satisfies_all_of_them():
    resolved = base_lane()
    names = [each.name for each in constraints_of(resolved)]
    assert names == [each.name for each in CONSTRAINTS if each.name not in SEEN | {"declination_reach", "incidence"}]
    assert np.all(margins(resolved, DAYS, candidates(3)) >= 0.0)


def test_limits_that_are_not_asked_for_do_not_apply():
    plain = changed(
        base_lane(),
        constraints={
            "max_insertion_dv_m_s": None,
            "max_c3_km2_s2": None,
            "sun_elevation_deg": None,
            "sun_above_horizon_deg": None,
        },
    )
    names = {each.name for each in constraints_of(plain)}
    assert not names & {"insertion_dv", "injection_energy", "sun_at_landing"}
    assert "landed_mass" in names  # more than nothing is always asked for


def test_margins_at_the_limit_are_open():
    resolved = changed(base_lane(), constraints={"max_insertion_dv_m_s": 840.0, "min_landed_payload_kg": 500.0})
    flights = candidates(loi_dv_km_s=0.84, coast_s=300.0)
    assert margin_of("insertion_dv", resolved, flights)[0] == pytest.approx(0.0, abs=1e-9)
    assert margin_of("landed_mass", resolved, flights)[0] == 0.0
    assert margin_of("coast", resolved, flights)[0] >= 0.0
    last = changed(resolved, available_until=FIRST)
    assert list(margin_of("availability", last, candidates(2))) == [0.0, -1.0]


def test_days_next_to_a_booked_launch_are_closed_for_the_turnaround():
    booked = changed(
        base_lane(),
        launch_site={"booked": (FIRST + timedelta(days=4),), "turnaround_s": 3.0 * DAY_S},
        launcher={"turnaround_s": 0.0},
    )
    margin = margin_of("turnaround", booked, candidates(10))
    assert list(margin) == [1.0, 0.0, -1.0, -2.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0]
    slow = changed(booked, launcher={"turnaround_s": 20.0 * DAY_S})
    assert (margin_of("turnaround", slow, candidates(10)) < 0.0).all()


def test_a_booked_day_is_taken_even_without_turnaround():
    booked = changed(base_lane(), launch_site={"booked": (FIRST,), "turnaround_s": 0.0}, launcher={"turnaround_s": 0.0})
    assert list(margin_of("turnaround", booked, candidates(3))) == [-1.0, 0.0, 1.0]


def test_what_never_flew_is_not_judged_further():
    heading = {"azimuth_rad", "inclination_rad", "reach_margin_rad"}
    nothing = {name: NAN for name in GOOD if name not in heading}
    flights = candidates(status=DECLINATION, **nothing | {"reach_margin_rad": -3.0 * DEG})
    resolved = changed(base_lane(), launch_site={"azimuth_range_deg": (90.0, 105.0)})
    names = [each.name for each in constraints_of(resolved)]
    found = dict(zip(names, margins(resolved, DAYS, flights)[:, 0], strict=True))
    # Needed is an inclination of 25 + 3 deg. sin A_in = cos 28 / cos 19.5 = 0.937; tan A = (7.79 x 0.937 - 0.44) /
    # (7.79 x -0.350), in km/s: azimuth 111.7 deg, 6.7 beyond the range.
    assert found["azimuth"] == pytest.approx(-6.7, abs=0.2)
    calendar = {"availability", "turnaround", "days_between_launches", "season", "blackout"}
    for name, value in found.items():
        if name in calendar:
            assert value >= 0.0
        elif name != "azimuth":
            assert np.isnan(value), name


def test_a_flight_that_came_through_at_the_edge_of_reach_counts_as_reached():
    reached = margin_of("azimuth", base_lane(), candidates(status=CONVERGED, reach_margin_rad=-0.2 * DEG))[0]
    assert reached == pytest.approx(10.0)  # degrees from 100 to the end of the pad's range, 90


def test_a_lander_that_fits_its_launcher_weighs_nothing_against_it():
    fitting = changed(base_lane(), lander={"sizing": "fits_launcher"})
    assert margin_of("launcher_mass", fitting, candidates(injected_mass_kg=100.0))[0] == 100.0


def test_names_and_scales():
    names = [each.name for each in CONSTRAINTS]
    assert len(set(names)) == len(names)
    assert all(each.scale > 0.0 and each.description for each in CONSTRAINTS)
