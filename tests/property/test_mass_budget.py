"""The mass budget: nothing is lost, and storable landers land what they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.catalog.loader import load_catalog
from sim.catalog.models import PHASES, Lander
from sim.transfer.mass_budget import Burns, flown_mass_kg, loiter_upkeep_dv_km_s, mass_budget

TYPICAL = Burns(0.03, np.array([0.80, 0.85, 0.90]), 0.001, 1.95)
landers = st.sampled_from(sorted(load_catalog().landers))
levels = st.sampled_from(("value", "low", "high"))


def figure(value):
    return {"value": value, "low": value, "high": value, "status": "assumed", "source": "made up"}


def stage(name, dry_kg, tank_kg, phases, residual=0.0, isp_s=315.0):
    return {
        "id": name,
        "dry_mass": figure(dry_kg),
        "propellant": figure(tank_kg),
        "isp": figure(isp_s),
        "phases": phases,
        "residual_fraction": residual,
    }


def made_up_lander(*stages, launch_kg=10000.0, sizing="fixed", payload_max=None):
    facts = {
        "id": "made_up",
        "name": "made up",
        "partner": "nobody",
        "launch_mass": figure(launch_kg),
        "sizing": sizing,
        "stages": stages,
        "descent_dv": figure(1950.0),
        "source": "made up",
        "status": "assumed",
    }
    return Lander.model_validate(facts if payload_max is None else facts | {"payload_max": figure(payload_max)})


ONE_STAGE = stage("lander", 1000.0, 9000.0, ("corrections", "insertion", "loiter", "descent"))


@settings(deadline=None, derandomize=True)
@given(landers, levels, st.floats(100.0, 60000.0), st.floats(0.6, 1.2), st.floats(0.0, 0.2), st.floats(1.7, 2.3))
def test_launched_is_burnt_plus_dropped_plus_landed(name, level, mass_kg, insertion, loiter, descent):
    budget = mass_budget(load_catalog().landers[name], mass_kg, Burns(0.03, insertion, loiter, descent), level)
    total = sum(budget.propellant_kg.values()) + budget.dropped_kg + budget.landed_kg
    assert total == pytest.approx(budget.launch_mass_kg, rel=1e-12)
    last = load_catalog().landers[name].stages[-1]
    dry = {"value": last.dry_mass.value, "low": last.dry_mass.high, "high": last.dry_mass.low}[level]
    parts = dry + budget.residual_kg[last.id] + budget.landed_payload_kg + budget.spare_kg
    assert parts == pytest.approx(budget.landed_kg, rel=1e-12, abs=1e-9)
    assert budget.spare_kg >= 0.0


@settings(deadline=None, derandomize=True)
@given(landers, st.floats(500.0, 60000.0), st.floats(0.7, 1.0))
def test_low_lands_least_and_high_most(name, injected_kg, insertion):
    lander = load_catalog().landers[name]
    burns = Burns(0.03, insertion, 0.001, 1.95)
    low, value, high = (
        mass_budget(lander, flown_mass_kg(lander, injected_kg, level), burns, level).landed_payload_kg
        for level in ("low", "value", "high")
    )
    assert low <= value <= high


def test_one_stage_is_the_rocket_equation():
    budget = mass_budget(made_up_lander(ONE_STAGE), 10000.0, TYPICAL)
    dv = 0.03 + TYPICAL.insertion_km_s + 0.001 + 1.95
    np.testing.assert_allclose(budget.landed_kg, 10000.0 * np.exp(-dv / (315.0 * 9.80665e-3)), rtol=1e-14)
    np.testing.assert_allclose(budget.landed_payload_kg, budget.landed_kg - 1000.0, rtol=1e-14)
    assert list(budget.mass_after_kg) == list(PHASES)
    assert np.all(budget.fits_tanks)


def test_storable_stages_land_two_fifths_of_what_is_injected():
    # Facts of the programme: 315 s, insertion 900 and descent 1950 m/s land 0.397; with 55 % of that lander, 8.35 t
    # land 1.5 t of cargo, 27 t 4.8 t and 50 t 8.9 t (rounded to 0.1 t).
    landed_share = np.exp(-2.85 / (315.0 * 9.80665e-3))
    for launch_kg, cargo_kg in ((8350.0, 1500.0), (27000.0, 4800.0), (50000.0, 8900.0)):
        dry = stage(
            "lander", 0.55 * landed_share * launch_kg, launch_kg, ("corrections", "insertion", "loiter", "descent")
        )
        budget = mass_budget(made_up_lander(dry), launch_kg, Burns(0.0, 0.9, 0.0, 1.95))
        assert budget.landed_kg / launch_kg == pytest.approx(0.397, abs=1e-3)
        assert budget.landed_payload_kg == pytest.approx(cargo_kg, abs=50.0)


def test_a_dropped_stage_takes_its_residuals_along():
    carrier = stage("carrier", 1500.0, 4000.0, ("corrections", "insertion", "loiter"), residual=0.02, isp_s=310.0)
    lander = made_up_lander(carrier, stage("lander", 1200.0, 4000.0, ("descent",), residual=0.01))
    budget = mass_budget(lander, 8200.0, Burns(0.03, 0.83, 0.001, 1.95))
    burnt = 8200.0 * (1.0 - np.exp(-0.861 / (310.0 * 9.80665e-3)))
    assert budget.propellant_kg["carrier"] == pytest.approx(burnt, rel=1e-12)
    assert budget.residual_kg["carrier"] == pytest.approx(0.02 * (burnt + budget.residual_kg["carrier"]), rel=1e-12)
    assert budget.dropped_kg == pytest.approx(1500.0 + burnt * 0.02 / 0.98, rel=1e-12)


@pytest.mark.parametrize("tank_kg", [3000.0, 5000.0, 6000.0])
def test_a_lander_that_fits_its_launcher_flies_no_heavier_than_its_tanks_allow(tank_kg):
    carrier = stage("carrier", 800.0, 2700.0, ("corrections", "insertion"), residual=0.02)
    lander = made_up_lander(carrier, stage("lander", 900.0, tank_kg, ("loiter", "descent")), sizing="fits_launcher")
    budget = mass_budget(lander, np.array([5000.0, 10000.0, 20000.0]), TYPICAL)
    assert np.all(budget.fits_tanks)
    np.testing.assert_allclose(budget.least_propellant_margin_kg[2], 0.0, atol=1e-8)  # the tighter tank is full
    assert budget.launch_mass_kg[0] == 5000.0  # small enough for every tank


def test_a_fixed_lander_keeps_its_mass_and_shows_what_its_tanks_lack():
    lander = made_up_lander(ONE_STAGE | {"propellant": figure(5000.0)})
    budget = mass_budget(lander, 10000.0, TYPICAL)
    np.testing.assert_array_equal(budget.launch_mass_kg, 10000.0)
    assert not np.any(budget.fits_tanks)
    np.testing.assert_allclose(budget.least_propellant_margin_kg, 5000.0 - (10000.0 - budget.landed_kg))


def test_cargo_stops_at_payload_max():
    budget = mass_budget(made_up_lander(ONE_STAGE, payload_max=500.0), 10000.0, TYPICAL)
    np.testing.assert_array_equal(budget.landed_payload_kg, 500.0)
    np.testing.assert_allclose(budget.spare_kg, budget.landed_kg - 1500.0)


def test_a_phase_no_stage_names_falls_to_the_stage_of_the_next():
    brief = made_up_lander(stage("lander", 1000.0, 9000.0, ("insertion", "descent")))
    assert mass_budget(brief, 10000.0, TYPICAL).landed_kg == pytest.approx(
        mass_budget(made_up_lander(ONE_STAGE), 10000.0, TYPICAL).landed_kg
    )


def test_flown_mass():
    fixed, fitted = made_up_lander(ONE_STAGE), made_up_lander(ONE_STAGE, sizing="fits_launcher")
    injected = np.array([8000.0, 12000.0, np.nan])
    np.testing.assert_array_equal(flown_mass_kg(fixed, injected), [10000.0, 10000.0, np.nan])
    np.testing.assert_array_equal(flown_mass_kg(fitted, injected), [8000.0, 10000.0, np.nan])
    assert np.isnan(mass_budget(fitted, np.nan, TYPICAL).landed_payload_kg).all()


def test_loiter_upkeep():
    orbit = load_catalog().staging_orbits["llo_polar_100"]
    days = loiter_upkeep_dv_km_s(orbit, np.array([0.0, 10.0]) * 86400.0)
    np.testing.assert_allclose(days, [0.0, orbit.upkeep_m_s_per_day.value * 10 / 1000.0])
    assert loiter_upkeep_dv_km_s(orbit, 86400.0, "low") > loiter_upkeep_dv_km_s(orbit, 86400.0, "high")
