"""Power of the station: mountings in closed form, nights worked by hand, who sleeps first, who dies."""

from __future__ import annotations

import numpy as np
import pytest

from sim.astro.spans import spans
from sim.astro.time import tdb_s_from_utc
from sim.errors import UsageError
from sim.station.horizon import packaged_horizon
from sim.station.power import electric_heat_kw, simulate_power, source_kw
from sim.station.power_types import (
    Isotope,
    Loads,
    Panels,
    PoweredElement,
    Reactor,
    State,
    Store,
    Sunlight,
)
from sim.station.site import site_ephemeris, site_epochs, site_geometry
from sim.station.solar import SOLAR_CONSTANT_KW_M2, solar_power_kw
from sim.units import DEG, HOUR_S, YEAR_S


def light_of(fraction, step_h=1.0, elevation_deg=0.0, azimuth_deg=0.0):
    fraction = np.asarray(fraction, dtype=float)
    t = np.arange(len(fraction)) * step_h * HOUR_S
    flat = np.zeros(len(t))
    return Sunlight(t, fraction, flat + azimuth_deg * DEG, flat + elevation_deg * DEG)


def day_and_night(days=14.0, nights=14.0, step_h=1.0):
    """Full light for some days, then dark."""
    steps = round((days + nights) * 24.0 / step_h)
    return light_of(np.where(np.arange(steps + 1) * step_h <= days * 24.0, 1.0, 0.0), step_h)


DARK = light_of(np.zeros(14 * 24 + 1))
PANELS_OF_2_KW = Panels(2.0 / 1.361 / 0.3, mounting="tracking")


class TestPanels:
    def test_a_tracking_array_gives_area_times_efficiency_times_the_solar_constant(self):
        power = solar_power_kw(Panels(10.0, 0.3, "tracking"), light_of([1.0, 0.5], elevation_deg=40.0))
        assert power == pytest.approx([4.083, 2.0415], rel=1e-12)

    def test_an_upright_array_on_a_mast_takes_the_cosine_of_the_elevation(self):
        power = solar_power_kw(Panels(10.0, 0.3, "vertical_mast"), light_of([1.0, 1.0], elevation_deg=60.0))
        assert power == pytest.approx(4.083 * 0.5, rel=1e-12)

    @pytest.mark.parametrize(("tilt", "expected"), [(0.0, 0.5), (90.0, np.cos(30.0 * DEG)), (60.0, 1.0)])
    def test_a_fixed_array_takes_the_cosine_to_its_normal(self, tilt, expected):
        panels = Panels(10.0, 0.3, "fixed", tilt_rad=tilt * DEG, azimuth_rad=20.0 * DEG)
        power = solar_power_kw(panels, light_of([1.0, 1.0], elevation_deg=30.0, azimuth_deg=20.0))
        assert power == pytest.approx(4.083 * expected, rel=1e-12)

    def test_the_back_of_a_fixed_array_counts_only_with_cells_on_it(self):
        light = light_of([1.0, 1.0], azimuth_deg=180.0)
        one, two = (Panels(10.0, 0.3, "fixed", tilt_rad=90.0 * DEG, sides=sides) for sides in (1, 2))
        assert solar_power_kw(one, light) == pytest.approx(0.0, abs=1e-12)
        assert solar_power_kw(two, light) == pytest.approx(4.083, rel=1e-12)

    def test_fixed_upright_arrays_average_one_over_pi_and_two_over_pi_as_the_sun_goes_round(self):
        azimuth = np.linspace(0.0, 2.0 * np.pi, 3601)
        light = Sunlight(azimuth, np.ones(3601), azimuth, np.zeros(3601))
        for sides, mean in ((1, 1.0 / np.pi), (2, 2.0 / np.pi)):
            power = solar_power_kw(Panels(1.0 / 1.361, 1.0, "fixed", 90.0 * DEG, 0.0, sides), light)
            # Trapezoid with 3600 steps: error 1e-7 at the kinks.
            assert np.mean(0.5 * (power[1:] + power[:-1])) == pytest.approx(mean, rel=1e-6)

    def test_distance_age_and_dust(self):
        near = Sunlight(np.array([0.0, 1.0]), np.ones(2), np.zeros(2), np.zeros(2), np.array([0.5, 2.0]))
        panels = Panels(10.0, 0.3, "tracking", degradation_per_yr=0.1, dust=0.2)
        assert solar_power_kw(panels, near, 2.0) == pytest.approx(4.083 * 0.8 * 0.81 * np.array([4.0, 0.25]), rel=1e-12)

    def test_an_array_on_a_mast_sees_its_own_light(self):
        panels = Panels(10.0, 0.3, "tracking", sun_fraction=np.array([0.25, 1.0]))
        assert solar_power_kw(panels, light_of([0.0, 0.0])) == pytest.approx([1.02075, 4.083], rel=1e-12)


class TestSteadySources:
    def test_an_isotope_halves_with_its_half_life(self):
        light = Sunlight(np.array([0.0, 87.7 * YEAR_S]), np.zeros(2), np.zeros(2), np.zeros(2))
        element = PoweredElement("rover", isotope=Isotope(0.12, 2.0))
        assert source_kw(element, light) == pytest.approx([0.12, 0.06], rel=1e-12)

    def test_heat_of_isotopes_spares_electric_heat(self):
        light = light_of([0.0, 0.0, 0.5, 1.0])
        cold = PoweredElement("a", Loads(keep_alive_heat_kw=0.5))
        warm = PoweredElement("b", Loads(keep_alive_heat_kw=0.5), isotope=Isotope(heat_kw=0.4, half_life_yr=1e9))
        hot = PoweredElement("c", Loads(keep_alive_heat_kw=0.5), isotope=Isotope(heat_kw=0.6))
        assert electric_heat_kw(cold, light) == pytest.approx([0.5, 0.5, 0.25, 0.0])
        assert electric_heat_kw(warm, light) == pytest.approx([0.1, 0.1, 0.05, 0.0])
        assert electric_heat_kw(hot, light) == pytest.approx(np.zeros(4))

    def test_a_reactor_rests_in_its_outages(self):
        element = PoweredElement("reactor", reactor=Reactor(40.0, spans([HOUR_S], [3.0 * HOUR_S])))
        assert source_kw(element, light_of(np.zeros(5))).tolist() == [40.0, 0.0, 0.0, 40.0, 40.0]


class TestANight:
    def test_fourteen_days_at_one_kilowatt_take_336_kwh(self):
        hut = PoweredElement("hut", Loads(4.0, 1.0), store=Store(400.0))
        history = simulate_power([hut], DARK)
        assert history.stored_kwh[0, -1] == pytest.approx(400.0 - 336.0, rel=1e-12)
        assert np.all(history.state == State.NIGHT)
        assert history.grid_missing_kw == pytest.approx(0.0, abs=1e-12)

    def test_losses_on_the_way_out_are_paid_too(self):
        history = simulate_power([PoweredElement("hut", Loads(4.0, 1.0), store=Store(400.0, 0.9, 0.84))], DARK)
        assert history.stored_kwh[0, -1] == pytest.approx(0.0, abs=1e-9)
        assert history.lost_kw.sum() == pytest.approx(64.0, rel=1e-12)

    def test_a_battery_too_small_runs_dry_and_the_rest_is_missing(self):
        history = simulate_power([PoweredElement("hut", Loads(4.0, 1.0, 1.0), store=Store(300.0))], DARK)
        assert history.unmet_kw.sum() == pytest.approx(36.0, rel=1e-12)
        assert history.state[0, 299] == State.NIGHT
        assert history.state[0, 300] == State.UNPOWERED

    def test_the_day_fills_the_battery_and_the_rest_is_curtailed(self):
        hut = PoweredElement(
            "hut", Loads(1.0, 0.0), panels=PANELS_OF_2_KW, store=Store(90.0, 0.9, charge_on_arrival=0.0)
        )
        history = simulate_power([hut], light_of(np.ones(201)))
        assert history.stored_kwh[0, 99] == pytest.approx(90.0, rel=1e-12)
        assert history.curtailed_kw[0, 99] == pytest.approx(0.0, abs=1e-12)
        assert history.curtailed_kw[0, 100:] == pytest.approx(1.0, rel=1e-12)
        assert history.lost_kw.sum() == pytest.approx(10.0, rel=1e-12)

    def test_light_that_crosses_the_load_within_a_step_is_split_where_it_crosses(self):
        # 2 kW down to 0 in one step of an hour against 1 kW: 0.25 kWh in, then 0.25 kWh out.
        hut = PoweredElement(
            "hut", Loads(1.0, 1.0), panels=PANELS_OF_2_KW, store=Store(10.0, 0.8, 0.5, charge_on_arrival=0.5)
        )
        history = simulate_power([hut], light_of([1.0, 0.0]))
        assert history.stored_kwh[0, 0] == pytest.approx(5.0 + 0.25 * 0.8 - 0.25 / 0.5, rel=1e-12)

    def test_self_discharge_is_exponential_and_fading_spills(self):
        leaky = PoweredElement("leaky", store=Store(100.0, self_discharge_per_yr=0.24))
        fading = PoweredElement("fading", store=Store(100.0, fade_per_yr=0.02))
        light = light_of(np.zeros(367), step_h=24.0)
        history = simulate_power([leaky, fading], light)
        years = 366.0 / 365.25
        assert history.stored_kwh[0, -1] == pytest.approx(100.0 * np.exp(-0.24 * years), rel=1e-12)
        assert history.capacity_kwh[1, -1] == pytest.approx(100.0 * 0.98 ** (365.0 / 365.25), rel=1e-12)
        assert history.stored_kwh[1, -1] == pytest.approx(history.capacity_kwh[1, -1], rel=1e-12)


class TestShortage:
    def test_lower_priority_sleeps_first_and_of_equal_ones_the_later(self):
        load = Loads(1.0, 0.5, 0.1)
        plant = PoweredElement("plant", panels=Panels(2.2 / 1.361, 1.0, "tracking"), grid="main")
        elements = [
            plant,
            PoweredElement("first", load, grid="main"),
            PoweredElement("second", load, grid="main"),
            PoweredElement("extra", load, grid="main", priority=-1),
        ]
        state = simulate_power(elements, light_of(np.ones(3))).state[1:, 0]
        # 3 kW asked, 2.2 kW there: the extra falls to 0.5 kW, then the second to 0.5 kW.
        assert state.tolist() == [State.ACTIVE, State.NIGHT, State.NIGHT]

    def test_below_the_reserve_all_sleep(self):
        hut = PoweredElement("hut", Loads(4.0, 1.0, 0.1), store=Store(100.0, reserve=0.2))
        history = simulate_power([hut], DARK)
        assert history.state[0, 79] == State.NIGHT
        assert history.state[0, 80] == State.DORMANT
        assert history.stored_kwh[0, 89] == pytest.approx(20.0 - 1.0, rel=1e-9)
        assert history.state[0, 280] == State.UNPOWERED

    def test_what_lacks_is_taken_from_those_of_low_priority(self):
        low = PoweredElement("low", Loads(1.0, 1.0, 1.0), grid="main")
        high = PoweredElement(
            "high", Loads(1.0, 1.0, 1.0), isotope=Isotope(1.5, half_life_yr=1e9), grid="main", priority=1
        )
        history = simulate_power([low, high], light_of(np.zeros(2)))
        assert history.used_kw[:, 0] == pytest.approx([0.5, 1.0], rel=1e-6)

    def test_the_dead_stay_dead_when_the_light_returns(self):
        light = light_of(np.r_[np.ones(25), np.zeros(48), np.ones(49)])
        hut = PoweredElement("hut", Loads(1.0, 0.5, 0.1, survives_without_s=10.0 * HOUR_S), panels=PANELS_OF_2_KW)
        lasting = PoweredElement("lasting", Loads(1.0, 0.5, 0.1), panels=PANELS_OF_2_KW)
        history = simulate_power([hut, lasting], light)
        assert np.all(history.state[0, 40:] == State.DEAD)
        assert np.all(history.supply_kw[0, 40:] == 0.0)
        assert history.state[1, -1] == State.ACTIVE
        assert np.isnan(history.died_tdb_s[1])
        # Short from the step in which the light fades below the dormant load (from epoch 24); it lasts ten such steps.
        assert history.died_tdb_s[0] == 35.0 * HOUR_S

    def test_a_dormant_load_that_is_met_keeps_it_alive(self):
        hut = PoweredElement("hut", Loads(1.0, 0.5, 0.1, survives_without_s=0.0), isotope=Isotope(0.11))
        history = simulate_power([hut], DARK)
        assert np.all(history.state == State.DORMANT)

    def test_heat_not_met_kills(self):
        hut = PoweredElement("hut", Loads(1.0, 0.0, 0.0, 0.2, survives_without_s=5.0 * HOUR_S))
        assert simulate_power([hut], DARK).died_tdb_s[0] == 6.0 * HOUR_S


class TestGrids:
    def test_a_cable_joins_two(self):
        plant = PoweredElement("plant", panels=PANELS_OF_2_KW, store=Store(400.0), grid="main")
        hut = PoweredElement("hut", Loads(1.0, 1.0), grid="main")
        alone = PoweredElement("alone", Loads(1.0, 1.0))
        history = simulate_power([plant, hut, alone], day_and_night())
        assert history.grids == ("main", "alone")
        assert history.grid_missing_kw[0] == pytest.approx(0.0, abs=1e-12)
        assert history.grid_missing_kw[1] == pytest.approx(1.0, rel=1e-12)

    def test_an_element_is_absent_until_it_lands_and_brings_its_charge(self):
        late = PoweredElement("late", Loads(1.0, 1.0), 5.5 * HOUR_S, store=Store(100.0, charge_on_arrival=0.5))
        never = PoweredElement("never", Loads(1.0, 1.0), np.inf)
        history = simulate_power([late, never], light_of(np.zeros(13)))
        assert history.state[0, :7].tolist() == [State.ABSENT] * 6 + [State.NIGHT]
        assert history.stored_kwh[0, -1] == pytest.approx(50.0 - 6.0, rel=1e-12)
        assert np.all(history.state[1] == State.ABSENT)

    def test_a_battery_dies_with_its_element(self):
        dying = PoweredElement(
            "dying", Loads(1.0, 1.0, 1.0, survives_without_s=HOUR_S), store=Store(5.0), grid="main", priority=-1
        )
        other = PoweredElement("other", store=Store(5.0), grid="main")
        history = simulate_power([dying, other], light_of(np.zeros(20)))
        assert history.capacity_kwh[0, [0, -1]].tolist() == [10.0, 5.0]


def test_bad_input_says_what_is_wrong():
    with pytest.raises(UsageError, match="not even"):
        simulate_power([], Sunlight(np.array([0.0, 1.0, 3.0]), np.ones(3), np.ones(3), np.ones(3)))
    with pytest.raises(UsageError, match="at the 337 epochs"):
        simulate_power([PoweredElement("a", panels=Panels(1.0, sun_fraction=np.ones(5)))], DARK)
    with pytest.raises(UsageError, match="two elements are called a"):
        simulate_power([PoweredElement("a"), PoweredElement("a")], DARK)
    with pytest.raises(UsageError, match="no mounting: write tracking"):
        simulate_power([PoweredElement("a", panels=Panels(1.0, mounting="roof"))], DARK)


def test_a_polar_ridge_gives_what_its_light_averages():
    """A year at the connecting ridge: a tracking array gives its rating times the mean of the Sun's disc in sight."""
    t = site_epochs(tdb_s_from_utc("2031-01-01"), tdb_s_from_utc("2032-01-01"), 6.0 * HOUR_S)
    site = site_geometry(-89.53432, -150.05233, 1663.0, packaged_horizon("connecting-ridge_10m_1deg"))
    sky = site_ephemeris(site, t)
    light = Sunlight(t, sky.sun_fraction, sky.sun_azimuth_rad, sky.sun_elevation_rad)
    rating_kw = SOLAR_CONSTANT_KW_M2 * 10.0 * 0.3
    plants = [PoweredElement(name, panels=Panels(10.0, mounting=name)) for name in ("tracking", "vertical_mast")]
    tracking, mast = simulate_power(plants, light).supply_kw.mean(axis=1)
    steps = 0.5 * (light.sun_fraction[1:] + light.sun_fraction[:-1])
    assert tracking == pytest.approx(rating_kw * steps.mean(), rel=1e-12)
    # The Sun stands at most 2.1 deg high there (0.47 deg from the pole, 1.54 deg of obliquity): cos 2.1 deg = 0.99933.
    assert 0.9993 < mast / tracking < 1.0
