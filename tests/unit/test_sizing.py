"""Sizes of arrays and batteries against cases worked by hand and against brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import UsageError
from sim.station.power import simulate_power
from sim.station.power_types import Isotope, Loads, Panels, PoweredElement, Store, Sunlight
from sim.station.sizing import (
    Fit,
    NoFit,
    SizingProblem,
    SpecificMass,
    grid_sizing,
    lightest_pair,
    served_time,
    smallest_array,
    smallest_battery,
    trade_curve,
)
from sim.station.solar import SOLAR_CONSTANT_KW_M2
from sim.units import HOUR_S


def month_light(step_h=1.0, months=3, day_h=354.0, night_h=354.0):
    """Days and nights of 14.75 days each, as at the equator, with slopes of one step."""
    t = np.arange(int(months * (day_h + night_h) / step_h) + 1) * step_h
    fraction = (t % (day_h + night_h) < day_h).astype(float)
    return Sunlight(t * HOUR_S, fraction, np.zeros(len(t)), np.zeros(len(t)))


MASS = SpecificMass(4.0, 160.0, 0.8)


def problem_of(load=1.0, efficiency=1.0, **store):
    light = month_light()
    per_m2 = SOLAR_CONSTANT_KW_M2 * 0.3 * light.sun_fraction
    flat = np.zeros(len(per_m2))
    return SizingProblem(1.0, flat + load, flat, per_m2, Store(1.0, efficiency, efficiency, **store), MASS)


def brute_force_short(net, capacity, eta):
    """Steps short, by thousandths of a step: no closed form of the crossing."""
    held, short = capacity, 0
    for first, last in pairwise(net):
        unmet = 0.0
        for share in (np.arange(1000) + 0.5) / 1000.0:
            power = first + (last - first) * share
            held += (power * eta if power > 0.0 else power / eta) / 1000.0
            unmet += max(-held, 0.0)
            held = min(max(held, 0.0), capacity)
        short += unmet > 5e-3
    return short


class TestSmallestBattery:
    def test_a_night_of_one_kilowatt_with_its_slopes(self):
        # 353 h dark (hourly epochs 354 to 707), and two slopes of 1 h in which the array passes 1 kW: with area a
        # giving 10 kW the deficit of a slope is 1/2 x 1 kW x (1/10) h.
        area = 10.0 / (SOLAR_CONSTANT_KW_M2 * 0.3)
        fit = smallest_battery(problem_of(), area)
        assert fit.usable_kwh == pytest.approx(353.0 + 2.0 * 0.05, rel=1e-12)
        assert fit.served_time == 1.0

    def test_losses_of_both_ways_make_it_larger_only_by_the_way_out(self):
        area = 10.0 / (SOLAR_CONSTANT_KW_M2 * 0.3)
        assert smallest_battery(problem_of(efficiency=0.8), area).usable_kwh == pytest.approx(353.1 / 0.8, rel=1e-12)

    def test_too_small_an_array_is_no_fit_whatever_the_battery(self):
        assert isinstance(smallest_battery(problem_of(), 2.0), NoFit)
        assert "less than the loads take" in smallest_battery(problem_of(), 2.0).reason

    def test_no_battery_where_the_sources_carry_the_load(self):
        light = month_light()
        hut = PoweredElement("hut", Loads(1.0, 1.0), panels=Panels(1.0), isotope=Isotope(2.0))
        problem = grid_sizing([hut], light, Store(), MASS)
        assert smallest_battery(problem, 0.0).usable_kwh == 0.0
        fit, _ = lightest_pair(problem)
        assert (fit.area_m2, fit.usable_kwh, fit.mass_kg) == (0.0, 0.0, 0.0)

    def test_self_discharge_asks_for_more(self):
        area = 10.0 / (SOLAR_CONSTANT_KW_M2 * 0.3)
        without = smallest_battery(problem_of(), area).usable_kwh
        leaking = smallest_battery(problem_of(self_discharge_per_yr=0.24), area).usable_kwh
        # Continuous: C = (e^(rT) - 1)/r for 1 kW over T = 353.1 h at r = 0.24/yr; steps of an hour leave rT/353.
        rate = 0.24 / 8766.0
        assert leaking == pytest.approx((np.exp(rate * 353.1) - 1.0) / rate, rel=3e-5)
        assert leaking > without

    def test_a_reserve_that_is_never_touched_makes_it_larger(self):
        area = 10.0 / (SOLAR_CONSTANT_KW_M2 * 0.3)
        assert smallest_battery(problem_of(reserve=0.2), area).usable_kwh == pytest.approx(353.1 / 0.8, rel=1e-12)

    def test_a_battery_that_fades_is_sized_for_its_last_night(self):
        area = 10.0 / (SOLAR_CONSTANT_KW_M2 * 0.3)
        fit = smallest_battery(problem_of(fade_per_yr=0.1), area)
        # Three nights; at the end of the last one, after 2123 h, the battery holds what the night has taken and no
        # more: what it could still hold then is more than nothing, so only its begin, after 1770 h, counts.
        assert fit.usable_kwh == pytest.approx(353.1 * 0.9 ** (-1770.0 / 8766.0), rel=1e-4)

    def test_half_the_time_served_needs_none(self):
        assert smallest_battery(problem_of(), 10.0, served=0.45).usable_kwh == 0.0


class TestSmallestArray:
    def test_it_and_the_smallest_battery_agree(self):
        problem = problem_of(efficiency=0.9)
        battery = smallest_battery(problem, 12.0)
        # The smallest array for that battery is at most the array it was sized for.
        array = smallest_array(problem, battery.usable_kwh + 1e-6)
        assert array.area_m2 <= 12.0 * (1.0 + 2e-6)
        assert served_time(problem, array.area_m2, array.usable_kwh) == 1.0
        assert served_time(problem, array.area_m2 * 0.999, array.usable_kwh) < 1.0

    def test_a_battery_that_ends_in_the_dark_fits_no_array(self):
        assert "from light to light" in smallest_array(problem_of(), 300.0).reason
        assert "without a battery" in smallest_array(problem_of(), 0.0).reason

    def test_without_light_there_is_no_array(self):
        flat = np.zeros(20)
        assert "no light" in smallest_array(SizingProblem(1.0, flat + 1.0, flat, flat, Store(), MASS), 5.0).reason


@settings(max_examples=15)
@given(st.lists(st.floats(-2.0, 4.0), min_size=4, max_size=25), st.sampled_from((1.0, 0.8)))
def test_batteries_match_brute_force(net, eta):
    net = np.array([max(net), *net, 4.0, 4.0])
    flat = np.zeros(len(net))
    problem = SizingProblem(1.0, -net, flat, flat, Store(1.0, eta, eta), MASS)
    fit = smallest_battery(problem, 0.0)
    if isinstance(fit, Fit):
        # Brute force works in thousandths of an hour: a few 1e-3 kWh at up to 4 kW.
        assert brute_force_short(net, fit.usable_kwh + 0.01, eta) == 0
        assert fit.usable_kwh < 0.05 or brute_force_short(net, fit.usable_kwh - 0.02, eta) > 0


@pytest.mark.parametrize("store", [Store(1.0, 0.95, 0.95), Store(1.0, 0.95, 0.95, 0.24, 0.02, 0.2)])
def test_sizing_agrees_with_the_balance_of_the_station(store):
    """A station with the sizes found never falls short; with 0.1 % less of either it does."""
    light = month_light()
    plant = PoweredElement("plant", panels=Panels(15.0, mounting="tracking", degradation_per_yr=0.01), grid="main")
    hut = PoweredElement("hut", Loads(3.0, 1.0, 0.2, 0.2), grid="main")
    fit = smallest_battery(grid_sizing([plant, hut], light, store, MASS), 15.0)

    def misses(usable):
        there = replace(plant, store=replace(store, usable_kwh=usable))
        return float(simulate_power([there, hut], light).grid_missing_kw.sum())

    assert misses(fit.usable_kwh) == pytest.approx(0.0, abs=1e-9)
    assert misses(fit.usable_kwh * 0.999) > 0.1


def test_an_array_on_a_mast_is_sized_by_its_own_light():
    light = month_light()
    longer = month_light(day_h=534.0, night_h=174.0).sun_fraction
    hut = PoweredElement("hut", Loads(1.0, 1.0), panels=Panels(12.0, mounting="tracking"))
    mast = replace(hut, panels=replace(hut.panels, sun_fraction=longer))
    low, high = (smallest_battery(grid_sizing([each], light, Store(), MASS), 12.0) for each in (hut, mast))
    # A night is 180 h shorter up there, at 1 kW.
    assert low.usable_kwh - high.usable_kwh == pytest.approx(180.0, rel=1e-9)


def test_the_trade_curve_falls_and_names_its_lightest():
    problem = problem_of(efficiency=0.95)
    curve = trade_curve(problem, np.linspace(2.0, 30.0, 15))
    assert np.isnan(curve.usable_kwh[0])
    assert np.all(np.diff(curve.usable_kwh[~np.isnan(curve.usable_kwh)]) <= 1e-9)
    best = curve.lightest
    assert curve.mass_kg[best] == np.nanmin(curve.mass_kg)
    # 160 Wh/kg used to 80 %: 128 Wh of each kilogram.
    assert curve.battery_kg[best] == pytest.approx(curve.usable_kwh[best] / 0.128, rel=1e-12)
    assert trade_curve(problem, [0.5]).lightest is None


@pytest.mark.parametrize("array_kg_per_m2", [4.0, 400.0])
def test_the_lightest_pair_is_that_of_a_fine_search(array_kg_per_m2):
    problem = replace(problem_of(efficiency=0.95), mass=replace(MASS, array_kg_per_m2=array_kg_per_m2))
    fit, curve = lightest_pair(problem)
    fine = trade_curve(problem, np.linspace(0.5, 80.0, 4000))
    assert fit.mass_kg == pytest.approx(fine.mass_kg[fine.lightest], rel=2e-3)
    assert np.all(np.diff(curve.area_m2) > 0.0)
    assert np.nanmin(curve.mass_kg) == fit.mass_kg


def test_the_lightest_pair_of_what_may_be_short_needs_no_battery():
    fit, _ = lightest_pair(problem_of(), served=0.4)
    assert fit.usable_kwh == 0.0
    assert fit.area_m2 == pytest.approx(1.0 / (SOLAR_CONSTANT_KW_M2 * 0.3), rel=1e-4)


def test_without_light_there_is_no_pair():
    flat = np.zeros(20)
    fit, curve = lightest_pair(SizingProblem(1.0, flat + 1.0, flat, flat, Store(), MASS))
    assert "no light" in fit.reason
    assert len(curve.area_m2) == 0


def test_a_share_of_time_beyond_one_is_refused():
    with pytest.raises(UsageError, match="above 0 and up to 1"):
        smallest_battery(problem_of(), 10.0, served=1.5)
    with pytest.raises(UsageError, match="no array to size"):
        grid_sizing([PoweredElement("hut", Loads(1.0))], month_light(), Store(), MASS)
