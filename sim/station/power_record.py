"""Power of the station's elements over the light, out of a scenario, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import AU_KM, R_SUN_KM
from sim.document.fields import Entry, yaml_key
from sim.scenario.model import Station, SurfaceElement
from sim.station.light import LightSeries
from sim.station.mast import MastLight
from sim.station.outcome import NO_POWER, GridRecord, SizingRecord, StateRecord
from sim.station.power import PowerHistory, simulate_power
from sim.station.power_inputs import powered_element
from sim.station.power_types import PoweredElement, Sunlight
from sim.station.shortfall import PowerSummary, power_summaries
from sim.station.sizing_record import sizing_record
from sim.units import HOUR_S

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StationPower:
    """The balance of all elements that have power, and what is told of its cables."""

    history: PowerHistory
    grids: tuple[GridRecord, ...]


def station_power(
    station: Station,
    arrival_tdb_s: Mapping[str, float],
    series: LightSeries,
    sun_fraction: FloatArray,
    masts: Mapping[float, MastLight],
) -> StationPower | None:
    """Balance the power of a station's surface elements over a light series; None without a powered element.

    Parameters
    ----------
    station : Station
    arrival_tdb_s : mapping of str to float
        From when on each element is there; infinity: never.
    series : LightSeries
    sun_fraction : ndarray (K,)
        The site's light, eclipses counted.
    masts : mapping of float to MastLight
        Light of arrays on masts, by their height in metres.
    """
    powered = [item for item in station.surface if item.has_power]
    if not powered:
        return None
    elements = [_element(item, arrival_tdb_s[item.id], masts) for item in powered]
    distance_au = R_SUN_KM / np.sin(series.sun_radius_rad) / AU_KM
    light = Sunlight(series.epochs_tdb_s, sun_fraction, series.sun_azimuth_rad, series.sun_elevation_rad, distance_au)
    history = simulate_power(elements, light)
    grids = []
    for number, summary in enumerate(power_summaries(history)):
        rows = [row for row, grid in enumerate(history.grid_of) if grid == summary.grid]
        items, members = [powered[row] for row in rows], [elements[row] for row in rows]
        sizing = sizing_record(items, members, light, station.power.availability)
        arrays = array_light(items, members, light, masts)
        grids.append(_grid(history, number, summary, items, arrays, sizing))
    return StationPower(history, tuple(grids))


def _element(item: SurfaceElement, arrival_tdb_s: float, masts: Mapping[float, MastLight]) -> PoweredElement:
    mast = _mast(item, masts)
    array_light = None if mast is None else mast.sun_fraction
    return powered_element(
        item.id, item.power, item.heat, item.source, item.battery, item.grid, arrival_tdb_s, array_light
    )


def _mast(item: SurfaceElement, masts: Mapping[float, MastLight]) -> MastLight | None:
    """Light of an element's array, where that stands on a mast of its own."""
    solar = None if item.source is None else item.source.solar
    return None if solar is None or solar.mast_height_m is None else masts[solar.mast_height_m]


def array_light(
    items: Sequence[SurfaceElement],
    members: Sequence[PoweredElement],
    light: Sunlight,
    masts: Mapping[float, MastLight],
) -> tuple[float, str]:
    """Return the mean part of the disc that arrays see, by area, NaN without any; what masts' horizons rest on."""
    panels = [member.panels for member in members if member.panels is not None]
    seen = [light.sun_fraction if each.sun_fraction is None else each.sun_fraction for each in panels]
    area_m2 = sum(each.area_m2 for each in panels)
    total = sum(each.area_m2 * float(fraction.mean()) for each, fraction in zip(panels, seen, strict=True))
    found = [mast.horizon for mast in (_mast(item, masts) for item in items) if mast is not None]
    return (total / area_m2 if panels else np.nan), "; ".join(dict.fromkeys(found))


def assumed_keys(items: Sequence[SurfaceElement]) -> tuple[str, ...]:
    """Return the keys of elements' arrays and batteries that nobody wrote and whose value the file format assumes."""
    found = []
    for item in items:
        solar = None if item.source is None else item.source.solar
        for name, entry in (("source.solar", solar), ("battery", item.battery)):
            found += [f"{name}.{key}" for key in _assumed_in(entry)] if entry is not None else []
    return tuple(dict.fromkeys(found))


def _assumed_in(entry: Entry) -> list[str]:
    """Keys left out whose description says that their value is assumed."""
    fields = type(entry).model_fields
    left_out = [name for name in fields if name not in entry.model_fields_set]
    return [yaml_key(name) for name in left_out if "Assumed" in (fields[name].description or "")]


def _grid(
    history: PowerHistory,
    number: int,
    summary: PowerSummary,
    items: Sequence[SurfaceElement],
    arrays: tuple[float, str],
    sizing: SizingRecord | None,
) -> GridRecord:
    dead_kw, stored_kwh = history.dead_kw[number], history.stored_kwh[number]
    has_battery = history.capacity_kwh[number] > 0.0
    return GridRecord(
        grid=summary.grid,
        elements=tuple(item.id for item in items),
        assumed=assumed_keys(items),
        t_tdb_s=history.t_tdb_s,
        supply_kw=_on_epochs(history.supply_kw[number]),
        load_kw=_on_epochs(history.grid_wanted_kw[number] + dead_kw),
        unmet_kw=_on_epochs(history.grid_missing_kw[number] + dead_kw),
        stored_kwh=_on_epochs(stored_kwh),
        usable_kwh=float(history.capacity_kwh[number].max(initial=0.0)),
        lowest_kwh=float(stored_kwh[has_battery].min()) if has_battery.any() else np.nan,
        served_share=summary.served_time,
        unmet_kwh=summary.missing_kwh,
        array_light=arrays[0],
        array_horizon=arrays[1],
        sizing=sizing,
    )


def _on_epochs(steps: FloatArray) -> FloatArray:
    """Means of steps (n - 1,) as values at epochs (n,): each at the begin of its step, the last one twice."""
    values: FloatArray = np.append(steps, steps[-1:])
    return values


def surface_states(
    surface: Sequence[SurfaceElement],
    arrival_tdb_s: Mapping[str, float],
    series: LightSeries,
    power: StationPower | None,
) -> tuple[StateRecord, ...]:
    """Tell of every surface element when it is there, and of those that have power what they do."""
    t = series.epochs_tdb_s
    nothing, step_h = np.full(len(t), NO_POWER, dtype=np.int8), series.step_s / HOUR_S
    return tuple(
        StateRecord(item.id, "", max(arrival_tdb_s[item.id], float(t[0])), np.nan, nothing, step_h)
        if power is None or item.id not in power.history.elements
        else _states(power.history, power.history.elements.index(item.id), arrival_tdb_s[item.id])
        for item in surface
    )


def _states(history: PowerHistory, row: int, arrival_tdb_s: float) -> StateRecord:
    return StateRecord(
        element=history.elements[row],
        grid=history.grid_of[row],
        arrival_tdb_s=max(arrival_tdb_s, float(history.t_tdb_s[0])),
        died_tdb_s=float(history.died_tdb_s[row]),
        state=np.append(history.state[row], history.state[row][-1:]),
        step_h=history.step_h,
    )
