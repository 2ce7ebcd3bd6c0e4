"""Power of the station's elements over the light, out of a scenario, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.constants import AU_KM, R_SUN_KM
from sim.scenario.model import SurfaceElement
from sim.station.light import LightSeries
from sim.station.outcome import GridRecord, StateRecord
from sim.station.power import PowerHistory, simulate_power
from sim.station.power_inputs import panels_of, powered_element
from sim.station.power_types import PoweredElement, Sunlight
from sim.station.shortfall import PowerSummary, power_summaries
from sim.station.sizing import Fit, grid_sizing, smallest_battery
from sim.station.solar import age_yr, solar_power_kw

FloatArray = NDArray[np.float64]

WANTED_SERVICE = 1.0
"""Share of time in which the battery that is told as fitting meets every load."""


@dataclass(frozen=True, slots=True, eq=False)
class StationPower:
    """The balance of all elements, and what is told of its cables and elements; None without a powered element."""

    history: PowerHistory
    grids: tuple[GridRecord, ...]
    states: tuple[StateRecord, ...]


def station_power(
    surface: Sequence[SurfaceElement],
    arrival_tdb_s: Mapping[str, float],
    series: LightSeries,
    sun_fraction: FloatArray,
) -> StationPower | None:
    """Balance the power of a scenario's surface elements over a light series; ``sun_fraction`` is eclipsed light."""
    powered = [item for item in surface if item.has_power]
    if not powered:
        return None
    elements = [
        powered_element(item.id, item.power, item.heat, item.source, item.battery, item.grid, arrival_tdb_s[item.id])
        for item in powered
    ]
    distance_au = R_SUN_KM / np.sin(series.sun_radius_rad) / AU_KM
    light = Sunlight(series.epochs_tdb_s, sun_fraction, series.sun_azimuth_rad, series.sun_elevation_rad, distance_au)
    history = simulate_power(elements, light)
    summaries = {summary.grid: summary for summary in power_summaries(history)}
    grids = tuple(
        _grid(history, number, summaries[name], _sizing(name, powered, elements, light))
        for number, name in enumerate(history.grids)
    )
    states = tuple(_states(history, number, elements[number]) for number in range(len(elements)))
    return StationPower(history, grids, states)


def _grid(history: PowerHistory, number: int, summary: PowerSummary, sizing: str) -> GridRecord:
    members = tuple(
        name for name, grid in zip(history.elements, history.grid_of, strict=True) if grid == history.grids[number]
    )
    return GridRecord(
        grid=history.grids[number],
        elements=members,
        assumed=("loads", "sources", "batteries"),
        t_tdb_s=history.t_tdb_s,
        supply_kw=_on_epochs(history.supply_kw[number]),
        load_kw=_on_epochs(history.grid_wanted_kw[number]),
        unmet_kw=_on_epochs(history.grid_missing_kw[number]),
        stored_kwh=_on_epochs(history.stored_kwh[number]),
        capacity_kwh=float(history.capacity_kwh[number].max(initial=0.0)),
        served_share=summary.served_time,
        unmet_kwh=summary.missing_kwh,
        sizing=sizing,
    )


def _on_epochs(steps: FloatArray) -> FloatArray:
    """Means of steps (n - 1,) as values at epochs (n,): each at the begin of its step, the last one twice."""
    values: FloatArray = np.append(steps, steps[-1:])
    return values


def _states(history: PowerHistory, number: int, element: PoweredElement) -> StateRecord:
    return StateRecord(
        element=element.name,
        grid=element.grid_name,
        arrival_tdb_s=max(element.arrival_tdb_s, float(history.t_tdb_s[0])),
        died_tdb_s=float(history.died_tdb_s[number]),
        state=np.append(history.state[number], history.state[number][-1:]),
        step_h=history.step_h,
    )


def _sizing(grid: str, items: Sequence[SurfaceElement], elements: Sequence[PoweredElement], light: Sunlight) -> str:
    """Say what battery, with the cable's own arrays, would meet every load with all of it there from the start."""
    members = [(item, element) for item, element in zip(items, elements, strict=True) if element.grid_name == grid]
    arrays = [item.source.solar for item, _ in members if item.source is not None and item.source.solar is not None]
    if not arrays:
        return ""
    area_m2 = sum(array.area_m2 for array in arrays)
    there = [replace(element, arrival_tdb_s=-np.inf) for _, element in members]
    age = age_yr(-np.inf, light.t_tdb_s)
    per_m2_kw = np.sum([solar_power_kw(panels_of(array), light, age) for array in arrays], axis=0) / area_m2
    problem = replace(grid_sizing(there, light, panels_of(arrays[0])), per_m2_kw=per_m2_kw)
    batteries = [item.battery for item, _ in members if item.battery is not None]
    if batteries:
        efficiencies = batteries[0].charge_efficiency, batteries[0].discharge_efficiency
        problem = replace(problem, charge_efficiency=efficiencies[0], discharge_efficiency=efficiencies[1])
    fit = smallest_battery(problem, area_m2, WANTED_SERVICE)
    if isinstance(fit, Fit):
        return f"{area_m2:.0f} m2 of array want {fit.usable_kwh:.0f} kWh usable for every load at all times"
    return f"no battery makes {area_m2:.0f} m2 of array enough: {fit.reason}"
