"""Crossing control: its rules, and what it does without errors."""

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.nbody import ForceModel
from sim.errors import UsageError
from sim.orbit.halo_flight import fly_periodic_orbit
from sim.orbit.halo_upkeep import CrossingControl, UpkeepErrors, look_ahead_s, station_keeping, usual_control
from tests.periodic_orbits import DRO_70000, HALO_L2, NRHO_9_2, QUEQIAO_LIKE, START_TDB_S

DAY_S = 86400.0
NEAR = CrossingControl(every=2, ahead=3)


@pytest.fixture(scope="module")
def flight():
    sunlit = ForceModel(srp_m2_kg=0.02)
    return fly_periodic_orbit(NRHO_9_2, "station", START_TDB_S, START_TDB_S + 60 * DAY_S, forces=sunlit)


def test_control_suits_the_growth_of_errors():
    aims = [usual_control(o.stability_index) for o in (DRO_70000, NRHO_9_2, HALO_L2, QUEQIAO_LIKE)]
    assert [(aim.every, aim.ahead) for aim in aims] == [(8, 13), (2, 13), (1, 2), (1, 4)]


def test_without_errors_there_is_nothing_to_do(flight):
    nothing = UpkeepErrors(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    upkeep = station_keeping(flight, control=NEAR, errors=nothing, trials=1)
    assert upkeep.mean_m_s_year == 0.0
    assert upkeep.lost == 0
    assert upkeep.trial_departure_km[0] < 0.05  # interpolation of the start and the flights' tolerance, grown


def test_a_trial_does_not_depend_on_the_others(flight):
    many = station_keeping(flight, control=NEAR, trials=3, seed=5)
    few = station_keeping(flight, control=NEAR, trials=2, seed=5)
    other = station_keeping(flight, control=NEAR, trials=2, seed=6)
    assert np.array_equal(many.manoeuvre_dv_m_s[:2], few.manoeuvre_dv_m_s)
    assert not np.array_equal(few.manoeuvre_dv_m_s, other.manoeuvre_dv_m_s)


def test_better_navigation_costs_less(flight):
    poor = station_keeping(flight, control=NEAR, trials=4)
    good = station_keeping(flight, control=NEAR, trials=4, errors=UpkeepErrors(0.33, 3.3e-6))
    assert good.mean_m_s_year < 0.5 * poor.mean_m_s_year
    assert poor.lost == good.lost == 0


def test_unexpected_sunlight_moves_the_vehicle(flight):
    only = UpkeepErrors(0.0, 0.0, 0.0, 0.0, 0.0, sunlight_share=0.1)
    idle = replace(NEAR, least_dv_km_s=1.0)
    upkeep = station_keeping(flight, control=idle, errors=only, trials=2)
    # 4.56e-6 N/m^2 x 0.02 m^2/kg x 0.1 = 9e-12 km/s^2 for 40 days falls freely through 54 km; the orbit turns it about
    assert 0.1 < upkeep.trial_departure_km.max() < 500.0


def test_manoeuvres_and_their_time(flight):
    upkeep = station_keeping(flight, control=NEAR, trials=2)
    count = upkeep.manoeuvre_dv_m_s.shape[1]
    assert upkeep.span_s == pytest.approx(count * flight.period_s, rel=0.01)
    yearly = upkeep.manoeuvre_dv_m_s.sum(axis=1) * 365.25 * DAY_S / upkeep.span_s
    assert upkeep.trial_dv_m_s_year == pytest.approx(yearly)
    assert np.isfinite(upkeep.spread_m_s_year)


def test_a_reference_that_looks_ahead_is_kept_for_all_its_time():
    stop = START_TDB_S + 40 * DAY_S + look_ahead_s(HALO_L2)
    upkeep = station_keeping(fly_periodic_orbit(HALO_L2, "relay", START_TDB_S, stop), trials=1)
    assert upkeep.span_s >= 40 * DAY_S


def test_a_reference_too_short_is_an_error(flight):
    with pytest.raises(UsageError, match="fly it for longer"):
        station_keeping(flight, control=CrossingControl(every=2, ahead=40))
