"""Shortfalls, summaries, states as spans; and the scenario's keys as inputs of the balance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.catalog.models import DaySpan
from sim.document.quantity import format_quantity, parse_quantity
from sim.errors import UsageError
from sim.scenario.power import Battery, Fission, Heat, Power, Radioisotope, SolarArray, Source
from sim.scenario.science import CrewStay
from sim.station.power import simulate_power
from sim.station.power_inputs import powered_element
from sim.station.power_types import Isotope, Loads, PoweredElement, State, Store, Sunlight
from sim.station.shortfall import power_summaries, shortfalls, state_spans, surplus_kw
from sim.units import HOUR_S


def dark(hours):
    t = np.arange(hours + 1) * HOUR_S
    return Sunlight(t, np.zeros(len(t)), np.zeros(len(t)), np.zeros(len(t)))


@pytest.fixture(scope="module")
def history():
    """Twenty hours of 1 kW, then asleep at 0.5 kW for ten, then dark; beside it a grid with more than it needs."""
    hut = PoweredElement("hut", Loads(4.0, 1.0, 0.5, survives_without_s=5 * HOUR_S), store=Store(25.0, reserve=0.2))
    rover = PoweredElement("rover", Loads(0.1, 0.1), isotope=Isotope(0.5, half_life_yr=1e9))
    return simulate_power([hut, rover], dark(60))


class TestShortfalls:
    def test_one_shortfall_with_its_energy_and_peak(self, history):
        (only,) = shortfalls(history)
        assert (only.grid, only.start_tdb_s) == ("hut", 20 * HOUR_S)
        # Ten hours asleep miss 0.5 kW each, then six without power miss 1 kW: dead after more than five.
        assert only.stop_tdb_s == 36 * HOUR_S
        assert only.missing_kwh == pytest.approx(5.0 + 6.0, rel=1e-9)
        assert history.unmet_kw[0, 30:36].sum() == pytest.approx(3.0, rel=1e-9)
        assert only.peak_kw == pytest.approx(1.0, rel=1e-9)
        assert only.worst is State.UNPOWERED
        assert history.died_tdb_s[0] == only.stop_tdb_s

    def test_the_summary_counts_what_the_dead_would_ask(self, history):
        hut, rover = power_summaries(history)
        # Served for 20 hours of 60; 11 kWh are missing until it dies, and 24 hours of its night load of 1 kW after.
        assert hut.served_time == pytest.approx(20.0 / 60.0, rel=1e-12)
        assert hut.missing_kwh == pytest.approx(11.0 + 24.0, rel=1e-9)
        assert history.dead_kw[0].tolist() == [0.0] * 36 + [1.0] * 24
        assert (rover.served_time, rover.missing_kwh) == (1.0, 0.0)
        assert not history.dead_kw[1].any()

    def test_states_and_shortages_as_spans(self, history):
        assert state_spans(history, "hut").stop_tdb_s.tolist() == [20 * HOUR_S]
        assert state_spans(history, "hut", State.DORMANT).stop_tdb_s.tolist() == [30 * HOUR_S]
        assert surplus_kw(history, "rover") == pytest.approx(0.4, rel=1e-9)
        with pytest.raises(UsageError, match="not among the elements: hut, rover"):
            state_spans(history, "mill")

    def test_of_a_grid_that_never_lands_nothing_is_told(self):
        never = PoweredElement("never", Loads(1.0, 1.0), np.inf)
        (summary,) = power_summaries(simulate_power([never], dark(5)))
        assert np.isnan([summary.served_time, summary.missing_kwh]).all()

    def test_time_counts_from_the_first_arrival(self):
        late = PoweredElement("late", Loads(1.0, 1.0), 10 * HOUR_S, store=Store(5.0))
        (summary,) = power_summaries(simulate_power([late], dark(20)))
        assert summary.served_time == pytest.approx(0.5, rel=1e-12)
        assert summary.missing_kwh == pytest.approx(5.0, rel=1e-9)


class TestScenarioKeys:
    def test_an_element_with_everything(self):
        source = Source(
            solar=SolarArray(area_m2=40.0, mounting="fixed", tilt_deg=90.0, azimuth_deg=180.0, sides=2),
            radioisotope=Radioisotope(power_kw=0.12, heat_kw=2.0),
            fission=Fission(power_kw=40.0, outages=(DaySpan(start=date(2031, 1, 1), end=date(2031, 1, 2)),)),
        )
        element = powered_element(
            "hub", Power(active_kw=4.0, night_kw=1.0, priority=2), Heat(keep_alive_kw=0.2), source,
            Battery(capacity_kwh=200.0), "main", 5.0,
        )  # fmt: skip
        assert (element.grid_name, element.priority, element.arrival_tdb_s) == ("main", 2, 5.0)
        assert element.panels.tilt_rad == pytest.approx(np.pi / 2.0)
        assert element.store.usable_kwh == pytest.approx(160.0)
        assert element.isotope.half_life_yr == 87.7
        outage = element.reactor.outages
        assert outage.start_tdb_s[0] == tdb_s_from_utc("2031-01-01")
        assert outage.stop_tdb_s[0] == tdb_s_from_utc("2031-01-03")
        assert element.loads == Loads(4.0, 1.0, 0.0, 0.2, np.inf)

    def test_an_element_without_anything_draws_nothing(self):
        assert powered_element("flag", None).loads == Loads()

    def test_sleep_may_not_take_more_than_work(self):
        with pytest.raises(ValueError, match="dormant takes more"):
            Power(active_kw=1.0, dormant_kw=2.0)

    def test_a_crew_leaves_after_it_has_come(self):
        with pytest.raises(ValueError, match="swap the two"):
            CrewStay(id="one", count=2, arrive=date(2033, 2, 1), depart=date(2033, 1, 1))

    @pytest.mark.parametrize(
        ("text", "unit", "value"),
        [
            ("200 kWh", "kWh", 200.0),
            ("0.5 MWh", "kWh", 500.0),
            ("1 %/yr", "/yr", 0.01),
            ("2 %/month", "/yr", 0.24),
            ("40 m²", "m2", 40.0),
            ("87.7 years", "yr", 87.7),
            ("160 Wh/kg", "Wh/kg", 160.0),
            ("4 kg/m2", "kg/m2", 4.0),
            ("500 h", "s", 1.8e6),
        ],
    )
    def test_units_of_power_and_back(self, text, unit, value):
        assert parse_quantity(text, unit) == value
        assert parse_quantity(format_quantity(value, unit), unit) == value
