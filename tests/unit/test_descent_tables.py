"""Tables of integrated descents, their split into burns, and flights of landers to the ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.catalog.loader import load_catalog
from sim.catalog.models import Lander
from sim.transfer.descent import (
    descent_burns,
    descent_dv_km_s,
    descent_profile,
    descent_table,
    impulsive_descent_km_s,
    plane_turn_dv_km_s,
    why_it_cannot_land,
)
from sim.transfer.lander_flight import fly_to_ground
from sim.transfer.mass_budget import Burns, mass_before_kg, mass_budget
from sim.transfer.powered_descent import GRAVITY_KM_S2, gate_above_a_glide, landing_legs, solve_braking

CATALOG = load_catalog()
CIRCLE, ELLIPSE = CATALOG.staging_orbits["llo_polar_100"], CATALOG.staging_orbits["polar_ellipse_100_3000"]
ISP_S, G0 = 315.0, 9.80665e-3


def figure(value):
    return {"value": value, "low": 0.95 * value, "high": 1.05 * value, "status": "assumed", "source": "made up"}


def stage(name, phases, dry_kg=1000.0, tank_kg=9000.0, thrust_n=16000.0, isp_s=ISP_S):
    facts = {
        "id": name,
        "dry_mass": figure(dry_kg),
        "propellant": figure(tank_kg),
        "isp": {"value": isp_s, "low": isp_s - 5.0, "high": isp_s + 5.0, "status": "assumed", "source": "made up"},
        "phases": phases,
        "residual_fraction": 0.0,
    }
    return facts if thrust_n is None else facts | {"thrust": figure(thrust_n)}


WHOLE_WAY = ("corrections", "insertion", "loiter", "descent")


def made_up(*stages, **facts):
    given_facts = {
        "id": "made_up",
        "name": "made up",
        "partner": "nobody",
        "launch_mass": figure(10000.0),
        "stages": stages or (stage("lander", WHOLE_WAY),),
        "source": "made up",
        "status": "assumed",
    }
    return Lander.model_validate(given_facts | facts)


def test_the_table_gives_what_single_burns_give():
    lander = made_up()
    table = descent_table(lander, CIRCLE)
    masses = np.linspace(table.throttled_below_kg, table.heaviest_kg, 57)[1:-1]
    speed = np.sqrt(2 * 4902.800118 * 1837.4 / (1752.4 * (1752.4 + 1837.4)))  # perilune of the 15 x 100 km ellipse
    single = solve_braking(16.0 / masses, ISP_S * G0, 1752.4, float(speed), gate_above_a_glide())
    # Between burns by splines, between rows linear: 0.1 m/s is asked, a tenth of that kept.
    np.testing.assert_allclose(table.braking_dv_of_km_s(masses), single.dv_km_s, atol=1e-5)
    np.testing.assert_allclose(table.time_of_s(masses) - table.descent_time_s, single.time_s, atol=0.02)


def test_a_light_lander_throttles_to_the_best_thrust():
    table = descent_table(made_up(), CIRCLE)
    light = table.braking_dv_of_km_s([1.0, 0.5 * table.throttled_below_kg, table.throttled_below_kg])
    np.testing.assert_array_equal(light, light[0])
    assert np.all(np.diff(table.braking_dv_km_s) >= -1e-9)  # more mass never brakes cheaper
    # The best thrust lies between three and five lunar weights (least delta-v of single burns).
    assert 3.0 < 16.0 / table.throttled_below_kg / GRAVITY_KM_S2 < 5.0


def test_too_heavy_to_land_says_why():
    lander = made_up(stage("lander", WHOLE_WAY, thrust_n=6000.0))
    table = descent_table(lander, CIRCLE)
    # The approach needs 2.436 m/s^2 at the gate: weight 1.624, glide deceleration 1 at 45 degrees.
    at_gate = table.heaviest_kg * np.exp(-table.braking_dv_of_km_s(table.heaviest_kg) / (ISP_S * G0))
    assert at_gate == pytest.approx(6.0 / np.hypot(1.62422e-3 + np.sqrt(0.5) * 1e-3, np.sqrt(0.5) * 1e-3), rel=3e-3)
    assert np.isnan(table.braking_dv_of_km_s(table.heaviest_kg * 1.01))
    assert np.isnan(table.time_of_s(table.heaviest_kg * 1.01))
    assert why_it_cannot_land(lander, CIRCLE, table.heaviest_kg) is None
    said = why_it_cannot_land(lander, CIRCLE, table.heaviest_kg + 100.0)
    assert said is not None
    assert said.startswith("thrust too small for the approach: 100 kg over")
    assert descent_profile(lander, CIRCLE, table.heaviest_kg + 100.0) is None


def test_a_landing_stage_too_weak_for_any_braked_mass_lands_only_what_it_can_carry():
    stages = (stage("brake", ("insertion", "braking"), thrust_n=60000.0), stage("down", ("descent",), thrust_n=3000.0))
    table = descent_table(made_up(*stages), CIRCLE)
    assert table.heaviest_kg < table.throttled_below_kg
    assert np.isfinite(table.braking_dv_of_km_s(table.heaviest_kg))
    assert np.isnan(table.braking_dv_of_km_s(table.throttled_below_kg))


def test_burns_of_an_integrated_descent():
    lander = made_up()
    table = descent_table(lander, ELLIPSE)
    burns = descent_burns(lander, ELLIPSE, np.array([5000.0, 6000.0]), np.radians([0.0, 1.0]))
    np.testing.assert_allclose(np.diff(burns.deorbit_km_s), plane_turn_dv_km_s(100.0, np.radians(1.0)), rtol=1e-12)
    # From the ellipse: the drop to the circle at perilune, then as from the circle.
    drop = impulsive_descent_km_s(100.0, 3000.0) - impulsive_descent_km_s(100.0, 100.0)
    assert table.deorbit_dv_km_s - descent_table(lander, CIRCLE).deorbit_dv_km_s == pytest.approx(drop, rel=1e-12)
    assert burns.descent_km_s[0] == pytest.approx(sum(leg.dv_km_s for leg in landing_legs(30.0, 200.0)))
    total = burns.deorbit_km_s + burns.braking_km_s + burns.descent_km_s
    np.testing.assert_array_equal(burns.total_km_s, total)


def test_allowances_cost_what_closed_forms_say():
    plain, more = made_up(hover_s=0.0, divert_m=0.0), made_up(hover_s=60.0, divert_m=0.0)
    hover = descent_table(more, CIRCLE).descent_dv_km_s - descent_table(plain, CIRCLE).descent_dv_km_s
    assert hover == pytest.approx(60.0 * 1.62422e-3, rel=1e-5)  # weight for a minute
    aside = descent_table(made_up(hover_s=0.0, divert_m=500.0), CIRCLE).descent_dv_km_s
    # 500 m from rest to rest at 30 degrees of tilt: 2 sqrt(s / (g tan 30)) seconds of g / cos 30.
    time_s = 2.0 * np.sqrt(0.5 / (1.62422e-3 * np.tan(np.pi / 6)))
    by_hand = time_s * 1.62422e-3 / np.cos(np.pi / 6)
    assert aside - descent_table(plain, CIRCLE).descent_dv_km_s == pytest.approx(by_hand, rel=1e-5)


def test_low_lands_with_less_thrust_and_isp():
    lander = made_up()
    low, value, high = (descent_table(lander, CIRCLE, level) for level in ("low", "value", "high"))
    assert low.heaviest_kg < value.heaviest_kg < high.heaviest_kg
    at = np.array([5500.0])
    assert low.braking_dv_of_km_s(at) > value.braking_dv_of_km_s(at) > high.braking_dv_of_km_s(at)


def test_a_figure_is_split_into_the_same_burns():
    lander = CATALOG.landers["chang_e_3"].model_copy(update={"descent": "figure"})
    aside = np.radians([0.0, 0.7])
    burns = descent_burns(lander, ELLIPSE, 2000.0, aside)
    np.testing.assert_allclose(burns.total_km_s, descent_dv_km_s(lander, ELLIPSE, aside), rtol=1e-14)
    assert np.all(burns.braking_km_s > 1.5)


def test_without_thrust_there_is_no_table():
    lander = made_up(stage("lander", WHOLE_WAY, thrust_n=None), descent_dv=figure(1950.0))
    with pytest.raises(ValueError, match="no thrust"):
        descent_table(lander, CIRCLE)
    assert why_it_cannot_land(lander, CIRCLE, 1e6) is None


def test_the_profile_is_the_table_flown():
    lander = made_up()
    profile = descent_profile(lander, CIRCLE, 5000.0)
    assert profile is not None
    burns = descent_burns(lander, CIRCLE, 5000.0, 0.0)
    assert profile.dv_km_s[-1] == pytest.approx(float(burns.braking_km_s + burns.descent_km_s), abs=1e-5)
    assert profile.time_s[-1] == pytest.approx(float(descent_table(lander, CIRCLE).time_of_s(5000.0)), abs=0.02)
    assert profile.mass_kg[-1] == pytest.approx(5000.0 * np.exp(-profile.dv_km_s[-1] / (ISP_S * G0)), rel=1e-12)
    assert profile.altitude_km[0] == pytest.approx(15.0)
    assert profile.altitude_km[-1] == pytest.approx(0.0, abs=1e-9)
    assert profile.downrange_km[-1] == 0.0
    assert np.all(np.diff(profile.time_s) >= 0.0)
    assert profile.thrust_n.max() == pytest.approx(16000.0)
    assert list(dict.fromkeys(profile.phase)) == ["braking", "approach", "hover", "divert", "touchdown"]
    # The gate is reached without a jump in height, place or speed.
    gate = profile.phase.index("approach")
    for name in ("time_s", "altitude_km", "downrange_km", "speed_km_s", "vertical_speed_km_s", "mass_kg"):
        assert getattr(profile, name)[gate] == pytest.approx(getattr(profile, name)[gate - 1], rel=1e-6), name


def test_a_braking_stage_is_left_at_the_gate():
    stages = (stage("brake", ("insertion", "deorbit", "braking"), dry_kg=700.0), stage("down", ("descent",)))
    profile = descent_profile(made_up(*stages), CIRCLE, 6000.0)
    assert profile is not None
    gate = profile.phase.index("approach")
    assert profile.mass_kg[gate - 1] - profile.mass_kg[gate] == pytest.approx(700.0)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.sampled_from(("fixed", "fits_launcher")), st.floats(4000.0, 14000.0), st.floats(0.7, 1.0))
def test_a_flight_to_the_ground_agrees_with_itself(sizing, launch_kg, insertion_km_s):
    lander = made_up(stage("lander", WHOLE_WAY, tank_kg=6000.0), sizing=sizing)
    flight = fly_to_ground(lander, CIRCLE, launch_kg, Burns(0.03, insertion_km_s, 0.001, 0.0), 1837.4, 0.01)
    mass = mass_before_kg(lander, launch_kg, flight.burns, "braking")
    burns = descent_burns(lander, CIRCLE, mass, 0.01)
    if np.isnan(flight.descent.braking_km_s):
        assert mass > descent_table(lander, CIRCLE).heaviest_kg or np.isnan(mass)
        return
    # What is flown is the table's braking at the mass it has there: settled to a hundredth of the 0.1 m/s asked.
    assert flight.descent.total_km_s == pytest.approx(burns.total_km_s, abs=1e-6)
    total = sum(flight.budget.propellant_kg.values()) + flight.budget.dropped_kg + flight.budget.landed_kg
    assert total == pytest.approx(flight.budget.launch_mass_kg, rel=1e-12)
    assert flight.insertion_loss_km_s > 0.0
    if sizing == "fits_launcher":
        assert flight.budget.fits_tanks


def test_margin_is_added_to_insertion_upkeep_and_descent_only():
    burns = Burns(0.03, 0.8, 0.01, 0.3, injection_km_s=0.5, deorbit_km_s=0.02, braking_km_s=1.7, margin=0.1)
    flown = [float(burns.of(phase)) for phase in ("injection", "corrections", "insertion", "loiter")]
    assert flown == pytest.approx([0.5, 0.03, 0.88, 0.011])
    assert [float(burns.of(phase)) for phase in ("deorbit", "braking", "descent")] == pytest.approx([0.022, 1.87, 0.33])


def test_mass_before_a_phase_is_what_the_budget_has_after_the_one_before():
    carrier = stage("carrier", ("injection", "corrections", "insertion", "loiter"), dry_kg=800.0)
    lander = made_up(carrier, stage("down", ("deorbit", "braking", "descent")))
    burns = Burns(0.03, 0.8, 0.01, 0.3, injection_km_s=0.2, deorbit_km_s=0.02, braking_km_s=1.7)
    budget = mass_budget(lander, 12000.0, burns)
    assert mass_before_kg(lander, 12000.0, burns, "injection") == 12000.0
    assert mass_before_kg(lander, 12000.0, burns, "insertion") == pytest.approx(budget.mass_after_kg["corrections"])
    dropped = budget.mass_after_kg["loiter"] - 800.0  # no residuals here
    assert mass_before_kg(lander, 12000.0, burns, "deorbit") == pytest.approx(dropped)


def test_an_orbiter_ends_in_its_orbit():
    orbiter = made_up(stage("bus", ("corrections", "insertion", "loiter"), dry_kg=1018.0))
    flight = fly_to_ground(orbiter, CIRCLE, 1916.0, Burns(0.03, 0.9, 0.0, 0.0), 1837.4, np.array([0.0, np.nan]))
    assert np.all(flight.descent.total_km_s == 0.0)
    spent = 0.93 + flight.insertion_loss_km_s
    np.testing.assert_allclose(flight.budget.landed_kg, 1916.0 * np.exp(-spent / (ISP_S * G0)), rtol=1e-12)
    with pytest.raises(ValueError, match="flies no descent"):
        mass_before_kg(orbiter, 1916.0, flight.burns, "descent")
