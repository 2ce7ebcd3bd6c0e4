"""What is told of a station's power: cables, elements without power, assumed keys, sizes in words."""

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.results.station import power_values, sizing_values
from sim.scenario.model import Station, SurfaceElement
from sim.scenario.power import Battery, Power, PowerService, SolarArray, Source
from sim.station.light import LightSeries
from sim.station.mast import MastLight
from sim.station.outcome import NO_POWER
from sim.station.power_record import assumed_keys, station_power, surface_states
from sim.station.site import site_geometry
from sim.station.sizing_record import pooled_store, sizing_words, specific_mass
from sim.units import DEG, HOUR_S
from tests.station_outcomes import made_up_station

START = tdb_s_from_utc("2030-01-01")
HOURS = 24 * 90


def days_and_nights():
    """Ninety days of twelve hours of light and twelve of dark; the Sun at its mean distance, on the horizon."""
    t = np.arange(HOURS + 1)
    flat = np.zeros(len(t))
    radius = flat + 959.63 / 3600.0 * DEG  # at 1 au
    fraction = (t % 24 < 12).astype(float)
    return LightSeries(site_geometry(-89.0, 0.0), START, HOUR_S, flat, flat, flat, radius, fraction, flat, flat, flat)


def element(name, **more):
    return SurfaceElement(id=name, mass_kg=100.0, **more)


def plant(name, area_m2=20.0, capacity_kwh=40.0, **more):
    source = Source(solar=SolarArray(area_m2=area_m2, mounting="tracking", **more))
    battery = Battery(capacity_kwh=capacity_kwh)
    return element(name, power=Power(active_kw=1.0, night_kw=1.0, dormant_kw=0.1), source=source, battery=battery)


def power_of(*surface, arrivals=None, masts=None, availability=1.0):
    series = days_and_nights()
    station = Station(site="somewhere", surface=surface, power=PowerService(availability=availability))
    there = {item.id: START for item in surface} | (arrivals or {})
    return station_power(station, there, series, series.sun_fraction, masts or {})


def test_the_battery_that_is_told_serves_a_run_to_the_end_and_less_does_not():
    (grid,) = power_of(plant("hut")).grids
    size = grid.sizing.sizes[0]
    assert (size.what, size.area_m2, size.served_share, size.note) == ("own_array", 20.0, 1.0, "")
    assert grid.usable_kwh == pytest.approx(0.8 * 40.0)
    for share, serves in ((1.0, True), (0.99, False)):
        (again,) = power_of(plant("hut", capacity_kwh=share * size.nameplate_kwh)).grids
        assert (again.served_share == 1.0) is serves
    # Eleven hours of 1 kW, and on each side the part of an hour in which the array gives less (8.2 kW in full light);
    # 95 % of what is taken out arrives, a fifth stays in reserve, 2 %/yr fade in 90 days.
    night_h = 11.0 + 1.0 / (1.361 * 0.3 * 20.0)
    assert size.usable_kwh == pytest.approx(night_h / 0.95 / 0.8 / 0.98 ** (90.0 / 365.25), rel=2e-3)


def test_a_smaller_availability_asks_for_less():
    all_of_it, most = (power_of(plant("hut"), availability=share).grids[0].sizing for share in (1.0, 0.75))
    assert most.sizes[0].usable_kwh < 0.7 * all_of_it.sizes[0].usable_kwh
    assert most.sizes[0].served_share >= 0.75
    assert sizing_words(most).startswith("75 % of the time: its 20 m2 of array want ")


def test_a_cable_without_an_array_has_no_sizes():
    (grid,) = power_of(element("box", power=Power(active_kw=0.1), battery=Battery(capacity_kwh=1.0))).grids
    assert grid.sizing is None
    assert sizing_words(grid.sizing) == ""
    assert np.isnan(grid.array_light)


def test_an_array_on_a_mast_sees_its_own_light():
    light = MastLight("a mask at 10 m", np.ones(HOURS + 1))
    low, high = power_of(plant("low"), plant("high", mast_height_m=10.0), masts={10.0: light}).grids
    assert low.array_light == pytest.approx(0.5, abs=1e-3)
    assert (high.array_light, high.array_horizon) == (1.0, "a mask at 10 m")
    assert high.supply_kw.mean() == pytest.approx(2.0 * low.supply_kw.mean(), rel=1e-3)
    assert (low.array_horizon, high.sizing.sizes[0].usable_kwh) == ("", 0.0)


def test_keys_that_nobody_wrote_are_assumed():
    told = plant("hut", **{name: 0.1 for name in ("degradation_per_yr", "dust", "efficiency")})
    written = Battery(
        capacity_kwh=1.0, depth_of_discharge=0.8, charge_efficiency=0.9, discharge_efficiency=0.9, fade_per_yr=0.0,
        self_discharge_per_yr=0.0, reserve=0.2, specific_energy_wh_per_kg=150.0,
    )  # fmt: skip
    assert assumed_keys([told.model_copy(update={"battery": written})]) == ("source.solar.areal_mass",)
    assert assumed_keys([element("flag")]) == ()
    left = assumed_keys([element("box", battery=Battery(capacity_kwh=1.0, fade_per_yr=0.0))])
    assert "battery.fade" not in left
    assert {"battery.depth_of_discharge", "battery.reserve", "battery.specific_energy"} <= set(left)


def test_the_lowest_charge_counts_from_the_first_battery():
    (late,) = power_of(plant("hut", capacity_kwh=100.0), arrivals={"hut": START + 480 * HOUR_S}).grids
    # A night takes 11.7 kWh of 80, and what is full leaks and fades by half a percent.
    assert 80.0 - 13.0 < late.lowest_kwh < 80.0 - 11.0
    (bare,) = power_of(element("box", power=Power(active_kw=0.1))).grids
    assert np.isnan(bare.lowest_kwh)
    assert bare.usable_kwh == 0.0


def test_of_elements_without_power_the_arrival_is_told():
    surface = (element("flag"), plant("hut"), element("never"))
    there = {"flag": START + 5 * HOUR_S, "hut": START, "never": np.inf}
    series = days_and_nights()
    flag, hut, never = surface_states(surface, there, series, power_of(*surface, arrivals=there))
    assert (flag.element, flag.grid, flag.arrival_tdb_s) == ("flag", "", START + 5 * HOUR_S)
    assert set(flag.state) == {NO_POWER}
    assert hut.grid == "hut"
    assert np.isinf(never.arrival_tdb_s)
    assert [each.grid for each in surface_states(surface[:1], there, series, None)] == [""]


def test_several_batteries_are_one_by_their_usable_parts():
    good = Battery(capacity_kwh=30.0, depth_of_discharge=1.0, charge_efficiency=1.0, specific_energy_wh_per_kg=300.0)
    poor = Battery(capacity_kwh=20.0, depth_of_discharge=0.5, charge_efficiency=0.8, specific_energy_wh_per_kg=100.0)
    store, mass = pooled_store([good, poor]), specific_mass([SolarArray(area_m2=1.0)], [good, poor])
    assert (store.usable_kwh, store.charge_efficiency) == pytest.approx((40.0, 0.75 * 1.0 + 0.25 * 0.8))
    assert float(mass.battery_kg(40.0)) == pytest.approx(30.0 / 0.3 + 20.0 / 0.1)
    assert mass.depth_of_discharge == pytest.approx(0.8)
    arrays = [SolarArray(area_m2=3.0, areal_mass_kg_per_m2=2.0), SolarArray(area_m2=1.0, areal_mass_kg_per_m2=6.0)]
    assert float(specific_mass(arrays, []).array_kg(8.0)) == pytest.approx(24.0)


def test_a_cable_where_nothing_arrives_is_not_served():
    (grid,) = power_of(plant("hut"), arrivals={"hut": np.inf}).grids
    assert np.isnan([grid.served_share, grid.unmet_kwh]).all()
    outcome = replace(made_up_station(days=40), grids=(grid,))
    assert np.isnan(power_values(outcome)["served_share"]).all()
    # Sizes are told all the same: they ask for all elements from the start.
    assert sizing_values(outcome)["what"] == ["own_array", "own_battery", "lightest"]
