"""What a slip costs, and what an injection's errors do to a window's best flight."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.astro.time import tdb_s_from_utc, utc_days
from sim.catalog.models import InjectionDispersion
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.scenario import load_scenario
from sim.scenario.resolve import resolve_lane
from sim.scenario.shipped import shipped_folder
from sim.transfer.solve import TransferProblem, solve_transfer
from sim.units import DAY_S, DEG
from sim.window.light import light_tables
from sim.window.robustness import (
    TYPICAL_INJECTION,
    days_to_next_open,
    dispersion_of,
    dispersions,
    injection_errors,
    slips,
)
from tests.factories import lane_outcome

# --- slips ---------------------------------------------------------------------------------------------------------


@given(feasible=st.lists(st.booleans(), min_size=1, max_size=40))
def test_days_to_the_next_open_one(feasible):
    wanted = [next((k for k, is_open in enumerate(feasible[day:]) if is_open), -1) for day in range(len(feasible))]
    assert days_to_next_open(np.array(feasible)).tolist() == wanted


def slips_of(feasible, best_day, payload=None):
    """Slips of one window of a made-up lane whose landings fall five days after launch."""
    window = replace(lane_outcome().windows[0], best_day=best_day)
    count = len(feasible)
    launches = {
        "landed_payload_kg": np.where(feasible, 1000.0 + np.arange(count) if payload is None else payload, np.nan),
        "landing_tdb_s": np.where(feasible, DAY_S * (np.arange(count) + 5.0), np.nan),
    }
    return slips([window], np.array(feasible), launches)


def test_a_slip_inside_the_window_costs_kilograms():
    one, two, fortnight = slips_of([True, True, False, *[False] * 11, True, True], 0, 1000.0 - 7.0 * np.arange(16))
    assert (one.days, one.feasible, one.payload_change_kg, one.landing_shift_s, one.wait_days) == (
        1,
        True,
        -7.0,
        DAY_S,
        0,
    )
    assert (two.days, two.feasible, two.wait_days) == (2, False, 12)
    assert np.isnan([two.payload_change_kg, two.landing_shift_s]).all()
    assert (fortnight.days, fortnight.feasible, fortnight.payload_change_kg) == (14, True, -98.0)


def test_a_slip_beyond_the_last_open_day_or_the_horizon_waits_for_nothing():
    one, two, fortnight = slips_of([True, True, False], 1)
    assert [each.wait_days for each in (one, two, fortnight)] == [-1, -1, -1]
    assert not any(each.feasible for each in (one, two, fortnight))
    assert [each.searched for each in (one, two, fortnight)] == [True, False, False]  # three days were searched


def test_every_window_has_its_slips():
    outcome = lane_outcome()
    found = slips(outcome.windows, outcome.feasible, outcome.launches)
    assert [(each.window, each.days) for each in found] == [
        (window.index, days) for window in outcome.windows for days in (1, 2, 14)
    ]
    assert all(each.feasible == (each.wait_days == 0) for each in found)


# --- dispersion ----------------------------------------------------------------------------------------------------


@cache
def case(loiter="[1 d, 10 d]", sun=None):
    """Lane of the starter scenario, a flight of it in January 2031, the light at its site."""
    changes = [f"lanes.cargo.staging.loiter={loiter}"]
    changes += [f"lanes.cargo.constraints.sun_elevation={sun}"] if sun else []
    lane = resolve_lane(load_scenario(shipped_folder() / "starter.yaml", changes).scenario, "cargo")
    start = float(tdb_s_from_utc("2031-01-12T06:00:00 TDB"))
    radii = R_EARTH_KM + lane.launcher.parking_altitude_km, R_MOON_KM + 100.0
    flight = solve_transfer(
        TransferProblem(start, start + 4.5 * DAY_S, radii[0], 51.6 * DEG, radii[1], 90.0 * DEG, branch=0)
    )
    _, day_tdb_s = utc_days("2031-01-10", "2031-01-14")
    best = replace(lane_outcome().windows[0].best, transfer=flight, window=1)
    return lane, best, light_tables([lane], day_tdb_s)[lane.id]


def with_errors(lane, position_km, velocity_m_s):
    own = InjectionDispersion(position_km=position_km, velocity_m_s=velocity_m_s, source="test", status="assumed")
    return replace(lane, launcher=lane.launcher.model_copy(update={"dispersion": own}))


def test_true_flights_agree_with_the_matrices():
    lane, best, light = case()
    found = dispersion_of(lane, best, light, samples=200)
    # 200 draws of what is nearly one axis: the root mean square scatters by 1 / sqrt(400) = 5 %, taken three times
    assert found.monte_carlo_rms_m_s == pytest.approx(found.correction_rms_m_s, rel=0.15)
    # 2 of 200 beyond: the quantile scatters by about 7 %, taken three times
    assert found.monte_carlo_p99_m_s == pytest.approx(found.correction_p99_m_s, rel=0.25)
    # shares of 500 and 200 draws, the latter among the former: at most 0.5 sqrt(1/200) = 3.5 %, taken three times
    assert found.monte_carlo_lit_share == pytest.approx(found.lit_share, abs=0.1)
    assert found.samples == 200
    assert 1000.0 < found.miss_km < 20_000.0  # 1 m/s at injection is some thousand kilometres at the Moon


def test_without_samples_there_is_no_monte_carlo():
    found = dispersion_of(*case())
    assert np.isnan([found.monte_carlo_rms_m_s, found.monte_carlo_p99_m_s, found.monte_carlo_lit_share]).all()
    assert found.samples == 0


def test_every_window_has_its_dispersion_and_some_are_sampled():
    lane, best, light = case()
    windows = [replace(lane_outcome().windows[0], index=k, best=replace(best, window=k)) for k in (1, 2, 3)]
    found = dispersions(lane, windows, light, sampled=[2], samples=5)
    assert [each.window for each in found] == [1, 2, 3]
    assert [each.samples for each in found] == [0, 5, 0]
    assert found[1] == dispersion_of(lane, windows[1].best, light, 5)  # whatever thread it ran on


def test_the_same_every_time():
    lane, best, light = case()
    assert dispersion_of(lane, best, light, samples=5) == dispersion_of(lane, best, light, samples=5)


def test_an_injection_without_errors_costs_nothing():
    lane, best, light = case()
    found = dispersion_of(with_errors(lane, 0.0, 0.0), best, light)
    assert (found.correction_rms_m_s, found.correction_p99_m_s, found.miss_km) == (0.0, 0.0, 0.0)
    assert found.budget_share == 1.0


def test_errors_beyond_the_allowance_lower_its_share():
    lane, best, light = case()
    shares = [dispersion_of(with_errors(lane, size, size), best, light).budget_share for size in (0.5, 1.0, 3.0)]
    assert shares[0] > shares[1] > shares[2]


def test_no_flight_lands_in_a_light_that_never_comes():
    # At 89.5 degrees south the Sun stands 2.1 degrees high at most.
    assert dispersion_of(*case(sun="[20 deg, 30 deg]")).lit_share == 0.0


def test_a_launcher_without_a_figure_takes_the_typical_one():
    lane, _, _ = case()
    assert injection_errors(replace(lane, launcher=lane.launcher.model_copy(update={"dispersion": None}))) == (
        TYPICAL_INJECTION
    )
    own = injection_errors(with_errors(lane, 2.0, 3.0))
    assert (own.position_km, own.velocity_km_s) == (2.0, 3e-3)


def test_an_orbiter_has_no_landing_to_be_lit():
    lane, best, light = case()
    stages = (lane.lander.stages[-1].model_copy(update={"phases": ("corrections", "insertion", "loiter")}),)
    orbiter = replace(lane, lander=lane.lander.model_copy(update={"stages": stages}))
    assert not orbiter.lands
    assert np.isnan(dispersion_of(orbiter, best, light).lit_share)


def test_an_insertion_that_turns_the_plane_lands_from_the_turned_one():
    """A flight planned over 60 degrees can still land at the pole, from the polar orbit it is turned into."""
    lane, best, light = case()
    start, end = best.transfer.tli_tdb_s, best.transfer.arrival_tdb_s
    radii = best.transfer.parking_radius_km, best.transfer.perilune_radius_km
    slanting = solve_transfer(TransferProblem(start, end, radii[0], 51.6 * DEG, radii[1], 60.0 * DEG, branch=0))
    assert dispersion_of(lane, replace(best, transfer=slanting), light).lit_share > 0.5
