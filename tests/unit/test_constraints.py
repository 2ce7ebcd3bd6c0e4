"""Every constraint closes a flight, and opens it again: by hand-made flights, one thing changed at a time."""

from datetime import date, timedelta

import numpy as np
import pytest

from sim.transfer.launch import NO_LIFTOFF
from sim.transfer.solve import CONVERGED, DECLINATION, DIVERGED, LUNAR_LATITUDE
from sim.units import DAY_S, DEG
from sim.window.constraints import CONSTRAINTS, constraints_of, margins
from sim.window.flight_margins import NO_MASS_KG
from tests.candidates import GOOD, candidates
from tests.launch_cases import changed, lane

DAYS = np.arange("2031-01-01", "2031-01-11", dtype="datetime64[D]")
FIRST = date(2031, 1, 1)
NAN = float("nan")


def open_lane():
    """Return a lane whose every constraint applies and is satisfied by the good flight."""
    limits = {"max_insertion_dv_m_s": 850.0, "max_c3_km2_s2": -1.5, "min_landed_payload_kg": 200.0}
    entries = {"lander": {"sizing": "fixed"}, "launcher": {"available_from": None}}
    return changed(lane("heavy_cargo"), constraints=limits, **entries)


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
    ("azimuth", {"launch_site": {"azimuth_range_deg": (90.0, 97.0)}}, {}, -3.0),
    ("azimuth", {}, {"reach_margin_rad": 0.2 * DEG, "status": DECLINATION}, -1e-9),
    ("liftoff", {}, {"status": NO_LIFTOFF}, -1.0),
    ("transfer", {}, {"status": DIVERGED}, -1.0),
    ("transfer", {}, {"status": LUNAR_LATITUDE}, -1.0),
    ("coast", {"constraints": {"coast_s": (2400.0, 5400.0)}}, {}, -599.0 / 60.0),
    ("coast", {"constraints": {"coast_s": (300.0, 1500.0)}}, {}, -5.0),
    ("time_of_flight", {"transfer": {"time_of_flight_s": (5.0 * DAY_S, 6.0 * DAY_S)}}, {}, -0.5),
    ("time_of_flight", {"transfer": {"time_of_flight_s": (3.0 * DAY_S, 4.0 * DAY_S)}}, {}, -0.5),
    ("injection_energy", {"constraints": {"max_c3_km2_s2": -2.25}}, {}, -0.25),
    ("launcher_mass", {}, {"injected_mass_kg": 8000.0}, -500.0),
    ("launcher_mass", {}, {"injected_mass_kg": NAN}, NO_MASS_KG),
    ("insertion_dv", {"constraints": {"max_insertion_dv_m_s": 800.0}}, {}, -40.0),
    ("propellant", {}, {"propellant_margin_kg": -30.0}, -30.0),
    ("landed_mass", {"constraints": {"min_landed_payload_kg": 600.0}}, {}, -100.0),
    ("landed_mass", {"constraints": {"min_landed_payload_kg": None}}, {"landed_payload_kg": 0.0}, -1e-6),
    ("cross_range", {}, {"cross_range_margin_rad": -3.0 * DEG}, -3.0),
    ("sun_at_landing", {}, {"light_margin_rad": -0.5 * DEG, "landing_reason": 1}, -0.5),
]


@pytest.mark.parametrize(("name", "lane_change", "flight_change", "margin"), CLOSING)
def test_constraint_closes_and_opens(name, lane_change, flight_change, margin):
    assert margin_of(name, base_lane(), candidates())[0] >= 0.0
    closed = margin_of(name, changed(base_lane(), **lane_change), candidates(**flight_change))[0]
    assert closed == pytest.approx(margin, abs=2e-6)


def test_every_constraint_has_its_case():
    assert {name for name, *_ in CLOSING} == {each.name for each in CONSTRAINTS} - {"declination_reach"}


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
    assert names == [each.name for each in CONSTRAINTS if each.name != "declination_reach"]
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
    nothing = {name: NAN for name in GOOD if name != "reach_margin_rad"}
    flights = candidates(status=DECLINATION, **nothing | {"reach_margin_rad": -3.0 * DEG})
    resolved = base_lane()
    names = [each.name for each in constraints_of(resolved)]
    found = dict(zip(names, margins(resolved, DAYS, flights)[:, 0], strict=True))
    assert found["azimuth"] == pytest.approx(-3.0)
    assert found["availability"] >= 0.0
    for name in ("liftoff", "transfer", "coast", "launcher_mass", "landed_mass", "cross_range", "sun_at_landing"):
        assert np.isnan(found[name])


def test_a_flight_that_came_through_at_the_edge_of_reach_counts_as_reached():
    assert margin_of("azimuth", base_lane(), candidates(status=CONVERGED, reach_margin_rad=-0.2 * DEG))[0] == 0.0


def test_a_lander_that_fits_its_launcher_weighs_nothing_against_it():
    fitting = changed(base_lane(), lander={"sizing": "fits_launcher"})
    assert margin_of("launcher_mass", fitting, candidates(injected_mass_kg=100.0))[0] == 100.0


def test_names_and_scales():
    names = [each.name for each in CONSTRAINTS]
    assert len(set(names)) == len(names)
    assert all(each.scale > 0.0 and each.description for each in CONSTRAINTS)
