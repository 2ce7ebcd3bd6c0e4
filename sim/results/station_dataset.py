"""The station's outcome as the group ``station`` of ``results.nc``, which figures and comparisons read.

Dimensions: ``orbit`` (elements in orbit), ``orbit_day``, ``track`` and ``axis``; ``pass``; ``point`` and ``path``
(contact), ``gap``; ``latitude`` and ``longitude`` (map); ``time`` (light and power), ``light`` (its years), ``mask``
(terrain), ``dark``; ``grid``, ``sizing`` and ``curve`` (its sizes), ``element`` (on the surface); ``task``; ``event``;
``arrival``; ``burn``; ``moon`` (its own course). What a scenario has not has no variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.astro.time import utc_text
from sim.results.columns import Column
from sim.results.labels import Variables, axis, labelled, utc_moments, words
from sim.results.station import (
    GAP_FIGURES,
    arrival_values,
    burn_values,
    contact_values,
    dark_values,
    event_values,
    gap_values,
    light_values,
    moon_values,
    orbit_values,
    pass_blocks,
    power_values,
    sizing_curve_values,
    sizing_values,
    surface_values,
    task_values,
)
from sim.results.station_columns import (
    ARRIVALS,
    BURNS,
    CONTACT,
    DARK,
    ELEMENTS,
    EVENTS,
    GAPS,
    GRID,
    LIGHT,
    MAP,
    MOON_EVENTS,
    ORBITS,
    PASSES,
    POWER,
    SIZING,
    SIZING_CURVE,
    SKY,
    SURFACE,
    TASKS,
)
from sim.station.outcome import PATHS, STATES, LightRecord, MapRecord, OrbitRecord, StationOutcome
from sim.units import DAY_S, DEG

FloatArray = NDArray[np.float64]

TRACKS = {
    "track_icrf_km": "from the Moon's centre, ICRF axes",
    "track_rotating_km": "from the Moon's centre: x away from the Earth, z along the normal of the Moon's orbit",
    "track_moon_me_km": "from the Moon's centre, the Moon's mean-Earth axes",
}


def station_dataset(outcome: StationOutcome) -> xr.Dataset:
    """Return a station's outcome as one labelled dataset."""
    variables = (
        orbit_variables(outcome)
        | rows_variables("pass", PASSES, joined(pass_blocks(outcome)))
        | rows_variables("moon", MOON_EVENTS, moon_values(outcome))
        | contact_variables(outcome)
        | map_variables(outcome.map)
        | power_variables(outcome)
        | rows_variables("sizing", SIZING, sizing_values(outcome))
        | rows_variables("curve", SIZING_CURVE, sizing_curve_values(outcome))
        | state_variables(outcome)
        | task_variables(outcome)
        | rows_variables("event", EVENTS, event_values(outcome))
        | rows_variables("arrival", ARRIVALS, arrival_values(outcome))
    )
    return light_dataset(outcome.light).assign(variables).assign_attrs(map_attributes(outcome.map))


def rows_variables(
    dim: str, columns: Sequence[Column], values: Mapping[str, Any], skip: Sequence[str] = ()
) -> Variables:
    """Return the columns of a table along one dimension, ``event_kind`` and the like; none without rows."""
    kept = [column for column in columns if column.name not in skip and column.source in values]
    if not kept or len(values[kept[0].source]) == 0:
        return {}
    names = {column.name: column.name if column.name == dim else f"{dim}_{column.name}" for column in kept}
    return {names[column.name]: labelled((dim,), column, values[column.source]) for column in kept}


def joined(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return blocks of rows as one."""
    names = blocks[0] if blocks else {}
    return {name: np.concatenate([np.asarray(block[name]) for block in blocks]) for name in names}


def light_dataset(light: LightRecord) -> xr.Dataset:
    """Return light alone as a dataset, with the variables that a station's has of it."""
    variables = (
        light_variables(light)
        | rows_variables("light", LIGHT, light_values(light), skip=("site", "horizon"))
        | rows_variables("dark", DARK, dark_values(light))
    )
    return xr.Dataset(variables, attrs={"site": light.site, "horizon": light.horizon})


def light_variables(light: LightRecord) -> Variables:
    """Return light and Earth over time, and the outline of the terrain."""
    found: Variables = {"time": (("time",), utc_moments(light.t_tdb_s), {"long_name": "epoch, UTC"})}
    found |= {column.name: small(labelled(("time",), column, getattr(light, column.source))) for column in SKY}
    degrees = {"azimuth": light.mask_azimuth_rad / DEG, "elevation": light.mask_elevation_rad / DEG}
    return found | {
        f"mask_{name}_deg": axis("mask", values, "deg", f"{name} of the terrain's outline")
        for name, values in degrees.items()
        if len(values)
    }


def small(variable: Any) -> Any:
    """Return a variable held in four bytes a number: enough for what is drawn."""
    dims, values, attributes = variable
    return dims, np.asarray(values, dtype=np.float32), attributes


def orbit_variables(outcome: StationOutcome) -> Variables:
    """Return elements in orbit: what they are, their daily elements, the path drawn, the burns."""
    orbits = outcome.orbits
    if not orbits:
        return {}
    found = {"orbit": axis("orbit", words(orbit.element for orbit in orbits), "", "element in orbit")}
    names = {column.name: "words" if column.name == "orbit" else column.name for column in ORBITS[1:]}
    values = orbit_values(outcome)
    found |= {f"orbit_{names[c.name]}": labelled(("orbit",), c, values[c.source]) for c in ORBITS[1:]}
    days = max((orbit.day_tdb_s for orbit in orbits), key=len)
    found["orbit_day"] = (("orbit_day",), utc_moments(days), {"long_name": "epoch of the elements, UTC"})
    for column in ELEMENTS[2:]:
        stacked = np.stack([getattr(orbit, column.source) for orbit in orbits])
        found[f"day_{column.name}"] = small(labelled(("orbit", "orbit_day"), column, stacked))
    return found | track_variables(orbits) | rows_variables("burn", BURNS, burn_values(outcome))


def track_variables(orbits: Sequence[OrbitRecord]) -> Variables:
    """Return the paths drawn, in three frames; shorter ones end in NaN."""
    most = max(len(orbit.track_tdb_s) for orbit in orbits)
    epochs = np.full((len(orbits), most), np.nan)
    for number, orbit in enumerate(orbits):
        epochs[number, : len(orbit.track_tdb_s)] = orbit.track_tdb_s
    found: Variables = {"track_utc": (("orbit", "track"), utc_moments(epochs), {"long_name": "epoch, UTC"})}
    for name, meaning in TRACKS.items():
        path = np.full((len(orbits), most, 3), np.nan, dtype=np.float32)
        for number, orbit in enumerate(orbits):
            path[number, : len(orbit.track_tdb_s)] = getattr(orbit, name)
        found[name] = (("orbit", "track", "axis"), path, {"units": "km", "long_name": meaning})
    return found


def contact_variables(outcome: StationOutcome) -> Variables:
    """Return contact by place and path, its share day by day, and every gap."""
    contacts = outcome.contacts
    if not contacts:
        return {}
    found = {
        "point": axis("point", words(contact.point for contact in contacts), "", "place on the Moon"),
        "path": axis("path", words(PATHS), "", "way of contact"),
    }
    values, shape = contact_values(outcome), (len(contacts), len(PATHS))
    for column in CONTACT[2:]:
        table = np.array(values[column.source], dtype=object if column.kind == "text" else None).reshape(shape)
        by_path = column.source in BY_PATH
        dims = ("point", "path") if by_path else ("point",)
        kept = table if by_path else table[:, PATHS.index("any")]
        name = f"contact_{column.name}"
        found[name] = labelled(dims, column, kept.tolist() if column.kind == "text" else kept)
    edges = day_edges(outcome)
    covered = [[contact.spans[path].covered_s(edges) for path in PATHS] for contact in contacts]
    daily = np.array(covered) / np.diff(edges)
    found["contact_day"] = (("contact_day",), utc_moments(edges[:-1]), {"long_name": "begin of the day, UTC"})
    found["contact_daily_share"] = small(
        (("point", "path", "contact_day"), daily, {"units": "1", "long_name": "share of the day with contact"})
    )
    volumes = [contact.volume_gbit["any"] for contact in contacts]
    if all(len(volume) == len(edges) - 1 for volume in volumes):
        meaning = {"units": "Gbit", "long_name": "data of the day, both ways together"}
        found["contact_daily_volume_gbit"] = small((("point", "contact_day"), np.array(volumes), meaning))
    return found | rows_variables("gap", GAPS, gap_values(outcome))


BY_PATH = frozenset({*GAP_FIGURES, "volume_mean_gbit", "volume_least_gbit"})


def day_edges(outcome: StationOutcome) -> FloatArray:
    """Return begins and end of the days of the horizon, counted from its start."""
    edges: FloatArray = np.append(np.arange(outcome.start_tdb_s, outcome.stop_tdb_s - 1.0, DAY_S), outcome.stop_tdb_s)
    return edges


def map_variables(found: MapRecord | None) -> Variables:
    """Return the maps of contact."""
    if found is None:
        return {}
    axes = {"latitude": found.latitude_rad / DEG, "longitude": found.longitude_rad / DEG}
    named = {name: axis(name, values, "deg", f"{name}, mean-Earth axes") for name, values in axes.items()}
    dims = ("latitude", "longitude")
    return named | {
        f"map_{column.name}": small(labelled(dims, column, getattr(found, column.source))) for column in MAP
    }


def map_attributes(found: MapRecord | None) -> dict[str, Any]:
    """Return what the maps count."""
    if found is None:
        return {}
    return {
        "map_start": utc_text(found.start_tdb_s + 1.0)[:10],
        "map_days": (found.stop_tdb_s - found.start_tdb_s) / DAY_S,
        "map_step_s": found.step_s,
        "map_min_elevation_deg": found.min_elevation_rad / DEG,
    }


def power_variables(outcome: StationOutcome) -> Variables:
    """Return supply, load, shortfall and store of each cable over time."""
    if not outcome.grids:
        return {}
    found = {"grid": axis("grid", words(grid.grid for grid in outcome.grids), "", "cable")}
    values = power_values(outcome)
    found |= {f"grid_{column.name}": labelled(("grid",), column, values[column.source]) for column in POWER[1:]}
    for column in GRID:
        stacked = np.stack([getattr(grid, column.source) for grid in outcome.grids])
        found[column.name] = small(labelled(("grid", "time"), column, stacked))
    return found


def state_variables(outcome: StationOutcome) -> Variables:
    """Return what each surface element does over time, and what the codes mean."""
    if not outcome.states:
        return {}
    coded = np.stack([record.state for record in outcome.states])
    meaning = {"units": "1", "long_name": "what the element does: index into state; -1: it has no power"}
    found: Variables = {
        "state": axis("state", words(STATES), "", "what a surface element does"),
        "element_state": (("element", "time"), coded, meaning),
    }
    values = surface_values(outcome)
    named = {column.name if column.name == "element" else f"element_{column.name}": column for column in SURFACE}
    return found | {name: labelled(("element",), column, values[column.source]) for name, column in named.items()}


def task_variables(outcome: StationOutcome) -> Variables:
    """Return the tasks, and the hours done of each, day by day."""
    if not outcome.tasks:
        return {}
    found = {"task": axis("task", words(task.task for task in outcome.tasks), "", "task")}
    values = task_values(outcome)
    found |= {f"task_{column.name}": labelled(("task",), column, values[column.source]) for column in TASKS[1:]}
    edges = day_edges(outcome)
    done = np.array([np.interp(edges, task.t_tdb_s, task.done_h) for task in outcome.tasks])
    meaning = {"units": "h", "long_name": "hours of the task that are done"}
    return found | {
        "task_day": (("task_day",), utc_moments(edges), {"long_name": "epoch, UTC"}),
        "task_progress_h": small((("task", "task_day"), done, meaning)),
    }
