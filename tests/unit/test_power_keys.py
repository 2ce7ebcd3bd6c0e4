"""Power, science and crew as a person writes them in YAML."""

from __future__ import annotations

import textwrap

from sim.document.bind import Binder
from sim.document.fields import Entry
from sim.document.reader import read_text
from sim.scenario.power import Battery, Heat, Power, Source
from sim.scenario.science import CrewStay, ScienceTask


class Page(Entry):
    """A scenario's part that these keys will stand in."""

    power: Power
    heat: Heat | None = None
    source: Source | None = None
    battery: Battery | None = None
    science: tuple[ScienceTask, ...] = ()
    crew: tuple[CrewStay, ...] = ()


def read(text):
    binder = Binder()
    page = binder.bind(read_text(textwrap.dedent(text), "page.yaml"), Page)
    return page, [str(problem) for problem in binder.problems]


def test_everything_can_be_written():
    page, problems = read(
        """
        power: {active: 4 kW, night: 1 kW, dormant: 100 W, priority: 2, survives_without: 72 h}
        heat: {keep_alive: 200 W}
        source:
          solar: {area: 40 m2, efficiency: 30 %, mounting: fixed, tilt: 90 deg, azimuth: 180 deg, sides: 2, dust: 5 %}
          radioisotope: {power: 120 W, heat: 2 kW, half_life: 87.7 yr, degradation: 1.5 %/yr}
          fission: {power: 40 kW, outages: [{start: 2032-01-01, end: 2032-01-20}]}
        battery: {capacity: 200 kWh, depth_of_discharge: 80 %, self_discharge: 2 %/month, specific_energy: 180 Wh/kg}
        science:
          - {id: low_frequency_array, at: observatory, work: 500 h, needs: {light: dark, sky: quiet, contact: none}}
        crew:
          - {id: first, count: 2, arrive: 2033-05-01, depart: 2033-05-20, work_per_day: 6 h, science: 40 %}
        """
    )
    assert problems == []
    assert page.power.survives_without_s == 72 * 3600.0
    assert page.source.solar.sides == 2
    assert page.source.radioisotope.degradation_per_yr == 0.015
    assert page.battery.self_discharge_per_yr == 0.24
    assert page.science[0].work_s == 1.8e6
    assert page.crew[0].work_per_day_s == 21600.0


def test_the_short_form_of_before_still_reads():
    page, problems = read("power: {active: 4 kW, night: 1 kW}")
    assert problems == []
    assert (page.power.active_kw, page.power.night_kw, page.power.survives_without_s) == (4.0, 1.0, None)


def test_wrong_units_and_choices_say_what_to_write():
    _, problems = read(
        """
        power: {active: 4 kWh}
        source: {solar: {area: 40 m, mounting: sail}}
        battery: {capacity: 200 kW}
        """
    )
    text = "\n".join(problems)
    assert "'4 kWh' is a stored energy, wanted is a power" in text
    assert "'40 m' is a length, wanted is an area" in text
    assert "'200 kW' is a power, wanted is a stored energy" in text
    assert "'sail' is not among the choices" in text
