"""From the keys of a scenario to what power and science are computed from."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import NONE, Spans, spans
from sim.astro.time import tdb_s_from_utc
from sim.catalog.models import DaySpan
from sim.scenario.power import Battery, Heat, Power, SolarArray, Source
from sim.station.power_types import Isotope, Loads, Panels, PoweredElement, Reactor, Store
from sim.units import DEG

FloatArray = NDArray[np.float64]


def powered_element(
    name: str,
    power: Power | None,
    heat: Heat | None = None,
    source: Source | None = None,
    battery: Battery | None = None,
    grid: str = "",
    arrival_tdb_s: float = -np.inf,
    array_sun_fraction: FloatArray | None = None,
) -> PoweredElement:
    """Describe a surface element to the energy balance.

    ``array_sun_fraction`` (n,) is the light that its array sees, where that differs from the station's.
    """
    source = source or Source()
    return PoweredElement(
        name,
        _loads(power, heat),
        arrival_tdb_s,
        None if source.solar is None else panels_of(source.solar, array_sun_fraction),
        _isotope(source),
        None if source.fission is None else Reactor(source.fission.power_kw, days_spans(source.fission.outages)),
        Store() if battery is None else store_of(battery),
        grid,
        0 if power is None else power.priority,
    )


def panels_of(array: SolarArray, sun_fraction: FloatArray | None = None) -> Panels:
    """Describe a solar array."""
    return Panels(
        array.area_m2,
        array.efficiency,
        array.mounting,
        array.tilt_deg * DEG,
        array.azimuth_deg * DEG,
        array.sides,
        array.degradation_per_yr,
        array.dust,
        sun_fraction,
    )


def store_of(battery: Battery) -> Store:
    """Describe a battery."""
    return Store(
        battery.capacity_kwh * battery.depth_of_discharge,
        battery.charge_efficiency,
        battery.discharge_efficiency,
        battery.self_discharge_per_yr,
        battery.fade_per_yr,
        battery.reserve,
        battery.charge_on_arrival,
    )


def days_spans(days: tuple[DaySpan, ...]) -> Spans:
    """Spans of whole UTC days, both ends included."""
    if not days:
        return NONE
    starts = [tdb_s_from_utc(each.start.isoformat()) for each in days]
    stops = [tdb_s_from_utc((each.end + timedelta(days=1)).isoformat()) for each in days]
    return spans(starts, stops)


def _loads(power: Power | None, heat: Heat | None) -> Loads:
    keep_alive_kw = 0.0 if heat is None else heat.keep_alive_kw
    if power is None:
        return Loads(keep_alive_heat_kw=keep_alive_kw)
    survives_s = np.inf if power.survives_without_s is None else power.survives_without_s
    return Loads(power.active_kw, power.night_kw, power.dormant_kw, keep_alive_kw, survives_s)


def _isotope(source: Source) -> Isotope | None:
    given = source.radioisotope
    if given is None:
        return None
    return Isotope(given.power_kw, given.heat_kw, given.half_life_yr, given.degradation_per_yr)
