"""A lane with one constraint relaxed: what changes, by how much, and where there is nothing to change."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from sim.catalog.days import DaySpan, Season
from sim.catalog.performance import injected_mass_kg
from sim.scenario.resolve import ResolvedLane
from sim.units import DAY_S, MINUTE_S
from sim.window.constraints import CONSTRAINTS, constraints_of
from sim.window.relax import RELAXED, relaxed
from tests.launch_cases import changed, lane, scenario

STATIONS = scenario("ilrs_2026").catalog.ground_stations


def limited():
    """Return a lane with a limit of every kind that can be relaxed."""
    limits = {
        "max_insertion_dv_m_s": 850.0,
        "max_c3_km2_s2": -1.5,
        "min_landed_payload_kg": 200.0,
        "sun_elevation_deg": (1.0, 10.0),
        "sun_above_horizon_deg": (0.5, 20.0),
        "lit_after_landing_s": 7.0 * DAY_S,
        "max_eclipse_s": 30.0 * MINUTE_S,
        "days_between_launches_s": 20.0 * DAY_S,
        "coast_s": (600.0, 5400.0),
        "cross_range_deg": 2.0,
    }
    one = changed(
        lane("heavy_cargo", "ilrs_2026"),
        constraints=limits,
        transfer={"time_of_flight_s": (3.5 * DAY_S, 6.0 * DAY_S)},
        staging={"loiter_s": (1.0 * DAY_S, 4.0 * DAY_S)},
        launch_site={
            "seasons": (Season(start="11-01", end="03-31"),),
            "blackout": (DaySpan(start=date(2031, 2, 1), end=date(2031, 2, 10)),),
            "turnaround_s": 10.0 * DAY_S,
            "azimuth_range_deg": (90.0, 175.0),
        },
        launcher={"turnaround_s": 5.0 * DAY_S, "available_from": date(2029, 1, 10)},
        available_until=date(2033, 5, 1),
        blackout=(DaySpan(start=date(2031, 5, 1), end=date(2031, 5, 3)),),
    )
    return replace(one, injection_stations=(STATIONS["kiruna"],))


def asked(one, name):
    return getattr(one.lane.constraints, name)


def time_of_flight_d(one):
    return tuple(each / DAY_S for each in one.lane.transfer.time_of_flight_s)


# Constraint, amount, how the limit is read, what it is then.
CHANGES = [
    ("availability", 3.0, lambda one: (one.available_from, one.available_until), (date(2029, 1, 7), date(2033, 5, 4))),
    ("turnaround", 4.0, lambda one: one.turnaround_s / DAY_S, 6.0),
    ("turnaround", 400.0, lambda one: one.turnaround_s, 0.0),
    ("days_between_launches", 5.0, lambda one: asked(one, "days_between_launches_s") / DAY_S, 15.0),
    ("season", 2.0, lambda one: one.launch_site.seasons, (Season(start="10-30", end="04-02"),)),
    ("season", 120.0, lambda one: one.launch_site.seasons, (Season(start="01-01", end="12-31"),)),
    (
        "blackout",
        2.0,
        lambda one: (*one.launch_site.blackout, *one.lane.blackout),
        (DaySpan(start=date(2031, 2, 3), end=date(2031, 2, 8)),),
    ),
    ("azimuth", 5.0, lambda one: one.launch_site.azimuth_range_deg, (85.0, 180.0)),
    ("azimuth", 100.0, lambda one: one.launch_site.azimuth_range_deg, (350.0, 275.0)),
    ("azimuth", 140.0, lambda one: one.launch_site.azimuth_range_deg, (0.0, 360.0)),
    ("coast", 5.0, lambda one: one.coast_s, (300.0, 5700.0)),
    ("coast", 30.0, lambda one: one.coast_s, (0.0, 7200.0)),
    ("time_of_flight", 0.5, time_of_flight_d, (3.0, 6.5)),
    ("time_of_flight", 9.0, time_of_flight_d, (2.2, 9.0)),
    ("injection_energy", 0.25, lambda one: asked(one, "max_c3_km2_s2"), -1.25),
    ("insertion_dv", 30.0, lambda one: asked(one, "max_insertion_dv_m_s"), 880.0),
    ("landed_mass", 50.0, lambda one: asked(one, "min_landed_payload_kg"), 150.0),
    ("eclipse_in_transit", 10.0, lambda one: asked(one, "max_eclipse_s"), 2400.0),
    ("injection_in_sight", 2.0, lambda one: one.injection_stations[0].min_elevation_deg, 3.0),
    ("cross_range", 1.5, lambda one: one.cross_range_deg, 3.5),
    ("cross_range", 100.0, lambda one: one.cross_range_deg, 90.0),
    ("loiter", 2.0, lambda one: one.lane.staging.loiter_s, (1.0 * DAY_S, 6.0 * DAY_S)),
    (
        "sun_at_landing",
        0.5,
        lambda one: (asked(one, "sun_elevation_deg"), asked(one, "sun_above_horizon_deg")),
        ((0.5, 10.5), (0.0, 20.5)),
    ),
    ("light_after_landing", 3.0, lambda one: asked(one, "lit_after_landing_s"), 4.0 * DAY_S),
]


@pytest.mark.parametrize(("name", "amount", "read", "then"), CHANGES)
def test_the_limit_moves_by_the_amount(name, amount, read, then):
    before = limited()
    after = relaxed(before, name, amount)
    assert read(before) != then
    assert read(after) == then or read(after) == pytest.approx(then)


@pytest.mark.parametrize(("name", "amount"), {name: amount for name, amount, *_ in CHANGES}.items())
def test_nothing_else_changes(name, amount):
    before, after = limited(), relaxed(limited(), name, amount)
    untouched = [field.name for field in fields(ResolvedLane) if field.name not in PARTS.get(name, {"lane"})]
    assert all(getattr(before, part) == getattr(after, part) for part in untouched)
    kept = set(type(before.lane.constraints).model_fields) - KEYS.get(name, set())
    assert all(asked(before, key) == asked(after, key) for key in kept)


PARTS = {
    "availability": {"lane", "launcher", "lander"},
    "turnaround": {"launcher", "launch_site"},
    "season": {"launch_site", "lane"},
    "blackout": {"launch_site", "lane"},
    "azimuth": {"launch_site"},
    "injection_in_sight": {"injection_stations"},
}
KEYS = {
    "days_between_launches": {"days_between_launches_s"},
    "coast": {"coast_s"},
    "injection_energy": {"max_c3_km2_s2"},
    "insertion_dv": {"max_insertion_dv_m_s"},
    "landed_mass": {"min_landed_payload_kg"},
    "eclipse_in_transit": {"max_eclipse_s"},
    "cross_range": {"cross_range_deg"},
    "sun_at_landing": {"sun_elevation_deg", "sun_above_horizon_deg"},
    "light_after_landing": {"lit_after_landing_s"},
}


def test_every_relaxation_has_its_case():
    apart = {"declination_reach", "launcher_mass", "propellant"}
    assert {name for name, *_ in CHANGES} == set(RELAXED) - apart
    assert set(RELAXED) <= {each.name for each in CONSTRAINTS}


def test_what_has_no_limit_to_move_is_not_relaxed():
    named = {each.name: each for each in CONSTRAINTS}
    for name in set(named) - set(RELAXED):
        assert relaxed(limited(), name, 1.0) is None
        assert named[name].most(limited()) == 0.0, name


def test_a_limit_that_is_not_there_is_not_relaxed():
    free = changed(lane("scout", "ilrs_2026"), constraints={"sun_above_horizon_deg": None})
    for name in ("azimuth", "injection_energy", "insertion_dv", "landed_mass", "light_after_landing"):
        assert relaxed(free, name, 1.0) is None
    assert relaxed(free, "eclipse_in_transit", 1.0) is None
    assert relaxed(free, "days_between_launches", 1.0) is None
    assert relaxed(limited(), "declination_reach", 1.0) is None
    assert not {each.name for each in constraints_of(free)} & {"azimuth", "injection_energy", "eclipse_in_transit"}


def test_no_less_than_nothing_is_landed():
    assert relaxed(limited(), "landed_mass", 200.0).lane.constraints.min_landed_payload_kg == 0.0
    assert relaxed(limited(), "landed_mass", 200.1) is None


def test_less_than_a_day_moves_no_date():
    for name in ("availability", "season", "blackout"):
        assert relaxed(limited(), name, 0.99) == limited()
        assert relaxed(limited(), name, 2.9) == relaxed(limited(), name, 2.0)


def test_blackouts_that_touch_shrink_as_one():
    touching = changed(limited(), launch_site={"blackout": (DaySpan(start=date(2031, 3, 1), end=date(2031, 3, 5)),)})
    both = changed(touching, blackout=(DaySpan(start=date(2031, 3, 6), end=date(2031, 3, 15)),))
    assert relaxed(both, "blackout", 1.0).lane.blackout == (DaySpan(start=date(2031, 3, 2), end=date(2031, 3, 14)),)
    assert relaxed(both, "blackout", 8.0).lane.blackout == ()


def test_a_full_circle_of_azimuths_gets_no_wider():
    assert relaxed(changed(limited(), launch_site={"azimuth_range_deg": (0.0, 360.0)}), "azimuth", 1.0) is None


@pytest.mark.parametrize("name", ["long_march_10", "ariane_64", "angara_a5"])
def test_the_launcher_carries_more_at_every_energy(name):
    # With and without stage data, below, between and above the points of its table.
    launcher = scenario().catalog.launchers[name]
    one = replace(limited(), launcher=launcher)
    c3 = np.linspace(-3.0, 0.5, 71)
    for level in ("value", "low", "high"):
        more = injected_mass_kg(relaxed(one, "launcher_mass", 250.0).launcher, c3, level)
        # Chords of the rocket equation: a tenth of a kilogram.
        np.testing.assert_allclose(more - injected_mass_kg(launcher, c3, level), 250.0, atol=0.1)


def test_every_tank_takes_more():
    before, after = limited().lander, relaxed(limited(), "propellant", 40.0).lander
    for old, new in zip(before.stages, after.stages, strict=True):
        assert new.propellant.value == old.propellant.value + 40.0
        assert new.propellant.low == old.propellant.low + 40.0
        assert new.propellant.high == old.propellant.high + 40.0
        assert new.dry_mass == old.dry_mass


def test_a_pad_of_fixed_inclinations_gains_a_steeper_one():
    before = lane("scout", "ilrs_2026")
    allowed = before.launch_site.allowed_inclinations_deg
    steeper = relaxed(before, "declination_reach", 2.0).launch_site.allowed_inclinations_deg
    assert allowed == (51.7, 64.8, 98.0)  # the last is 82 deg the other way round
    assert steeper == pytest.approx((*allowed, 84.0))
    assert max(relaxed(before, "declination_reach", 500.0).launch_site.allowed_inclinations_deg[3:]) == 90.0


@pytest.mark.parametrize(
    ("season", "days", "longer"),
    [
        (("03-01", "11-15"), 50, ("01-10", "01-04")),
        (("02-29", "02-29"), 1, ("02-28", "03-01")),
        (("12-20", "01-05"), 10, ("12-10", "01-15")),
        (("01-01", "12-30"), 1, ("01-01", "12-31")),
    ],
)
def test_seasons_grow_at_both_ends(season, days, longer):
    grown = Season(start=season[0], end=season[1]).longer(days)
    assert (grown.start, grown.end) == longer
