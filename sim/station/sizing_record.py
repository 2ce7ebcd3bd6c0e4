"""What is told of a cable's sizes: the array and the battery that would serve it for the wanted share of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.scenario.model import SurfaceElement
from sim.scenario.power import Battery, SolarArray
from sim.station.outcome import SIZES, SizeRecord, SizingRecord
from sim.station.power_inputs import store_of
from sim.station.power_types import PoweredElement, Store, Sunlight
from sim.station.sizing import Fit, NoFit, SpecificMass, grid_sizing, lightest_pair, smallest_array, smallest_battery

ONE_KWH = Battery(capacity_kwh=1.0)
"""Stands for the battery of a cable that has none."""


def sizing_record(
    items: Sequence[SurfaceElement], elements: Sequence[PoweredElement], light: Sunlight, availability: float
) -> SizingRecord | None:
    """Size the array and the battery of one cable's elements, all there from the start; None where it has no array."""
    arrays = [item.source.solar for item in items if item.source is not None and item.source.solar is not None]
    batteries = [item.battery for item in items if item.battery is not None]
    if not arrays:
        return None
    store, mass = pooled_store(batteries), specific_mass(arrays, batteries)
    problem = grid_sizing(elements, light, store, mass)
    area_m2, usable_kwh = sum(array.area_m2 for array in arrays), store.usable_kwh if batteries else 0.0
    lightest, curve = lightest_pair(problem, availability, area_m2)
    fits = (
        smallest_battery(problem, area_m2, availability),
        smallest_array(problem, usable_kwh, availability),
        lightest,
    )
    own = ((area_m2, np.nan), (np.nan, usable_kwh), (np.nan, np.nan))
    return SizingRecord(
        availability=availability,
        sizes=tuple(
            _size(what, fit, has, mass.depth_of_discharge) for what, fit, has in zip(SIZES, fits, own, strict=True)
        ),
        own_area_m2=area_m2,
        own_usable_kwh=usable_kwh,
        area_m2=curve.area_m2,
        usable_kwh=curve.usable_kwh,
        array_kg=curve.array_kg,
        battery_kg=curve.battery_kg,
    )


def _size(what: str, fit: Fit | NoFit, own: tuple[float, float], depth_of_discharge: float) -> SizeRecord:
    if isinstance(fit, NoFit):
        area_m2, usable_kwh = own
        return SizeRecord(what, area_m2, usable_kwh, usable_kwh / depth_of_discharge, *(np.nan,) * 3, fit.reason)
    nameplate_kwh = fit.usable_kwh / depth_of_discharge
    return SizeRecord(what, fit.area_m2, fit.usable_kwh, nameplate_kwh, fit.array_kg, fit.battery_kg, fit.served_time)


def pooled_store(batteries: Sequence[Battery]) -> Store:
    """Describe several batteries as one: shares and efficiencies weighted by usable capacity."""
    stores = [store_of(battery) for battery in batteries or (ONE_KWH,)]
    usable_kwh = sum(store.usable_kwh for store in stores)
    names = ("charge_efficiency", "discharge_efficiency", "self_discharge_per_yr", "fade_per_yr", "reserve")
    means = {name: sum(store.usable_kwh * getattr(store, name) for store in stores) / usable_kwh for name in names}
    return replace(stores[0], usable_kwh=usable_kwh, **means)


def specific_mass(arrays: Sequence[SolarArray], batteries: Sequence[Battery]) -> SpecificMass:
    """Weigh arrays and batteries of one cable by what its elements say; a cable without battery gets a usual one."""
    packs = batteries or (ONE_KWH,)
    capacity_kwh = sum(pack.capacity_kwh for pack in packs)
    return SpecificMass(
        sum(array.area_m2 * array.areal_mass_kg_per_m2 for array in arrays) / sum(array.area_m2 for array in arrays),
        capacity_kwh / sum(pack.capacity_kwh / pack.specific_energy_wh_per_kg for pack in packs),
        sum(pack.capacity_kwh * pack.depth_of_discharge for pack in packs) / capacity_kwh,
    )


def sizing_words(record: SizingRecord | None) -> str:
    """Say in a line what would be enough; nothing where there is no array to size."""
    if record is None:
        return ""
    when = "at all times" if record.availability == 1.0 else f"{100.0 * record.availability:g} % of the time"
    sizes = dict(zip(SIZES, record.sizes, strict=True))
    battery, array, pair = (sizes[what] for what in SIZES)
    parts = [
        f"its {_of(battery.area_m2, 'm2')} of array want {_of(battery.usable_kwh, 'kWh')} usable"
        if not battery.note
        else f"no battery makes its {_of(battery.area_m2, 'm2')} of array enough: {battery.note}"
    ]
    if record.own_usable_kwh > 0.0:
        parts.append(
            f"its {_of(array.usable_kwh, 'kWh')} want {_of(array.area_m2, 'm2')}"
            if not array.note
            else f"no array makes its {_of(array.usable_kwh, 'kWh')} enough"
        )
    if not pair.note:
        mass_kg = pair.array_kg + pair.battery_kg
        both = f"{_of(pair.area_m2, 'm2')} with {_of(pair.usable_kwh, 'kWh')}"
        parts.append(f"lightest: {both}, {_of(mass_kg, 'kg')}")
    return f"{when}: {'; '.join(parts)}"


def _of(value: float, unit: str) -> str:
    """Write a size with three figures at least."""
    return f"{value:.0f} {unit}" if value >= 100.0 else f"{value:.3g} {unit}"
