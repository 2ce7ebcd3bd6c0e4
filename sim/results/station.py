"""The station's outcome as rows of tables: each function maps the sources of columns to values in inside units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans
from sim.results.station_columns import STATION_TABLES
from sim.results.tables import column_entry, csv_text
from sim.station.gaps import gap_statistics
from sim.station.outcome import EVENT_MEANINGS, PATHS, STATES, ContactRecord, LightRecord, StationOutcome
from sim.station.sizing_record import sizing_words

FloatArray = NDArray[np.float64]
Values = dict[str, Any]


def write_station_tables(folder: Path, outcome: StationOutcome) -> None:
    """Write the station's tables into the folder of tables, and what their columns mean beside those of the others."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in station_tables_text(outcome).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    place = folder / "columns.json"
    document = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {"tables": {}}
    for name, columns in STATION_TABLES.items():
        document["tables"][name] = [column_entry(column) for column in columns]
    document["event_kinds"] = dict(EVENT_MEANINGS)
    place.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="")


def station_tables_text(outcome: StationOutcome) -> dict[str, str]:
    """Return every table of the station as CSV text, by file name."""
    blocks = {
        "station_events.csv": [event_values(outcome)],
        "station_orbits.csv": [orbit_values(outcome)],
        "orbit_elements.csv": element_blocks(outcome),
        "upkeep_burns.csv": [burn_values(outcome)],
        "passes.csv": pass_blocks(outcome),
        "occultations.csv": occultation_blocks(outcome),
        "moon_events.csv": [moon_values(outcome)],
        "contact.csv": [contact_values(outcome)],
        "contact_gaps.csv": [gap_values(outcome)],
        "light.csv": [light_values(outcome.light)],
        "dark_gaps.csv": [dark_values(outcome.light)],
        "power.csv": [power_values(outcome)],
        "sizing.csv": [sizing_values(outcome)],
        "sizing_curve.csv": [sizing_curve_values(outcome)],
        "surface_elements.csv": [surface_values(outcome)],
        "tasks.csv": [task_values(outcome)],
        "arrivals.csv": [arrival_values(outcome)],
    }
    return {name: csv_text(STATION_TABLES[name], blocks[name]) for name in STATION_TABLES}


def rows(names: Sequence[str], found: Sequence[dict[str, Any]]) -> Values:
    """Return rows as columns: name to values, also without a row."""
    return {name: [row[name] for row in found] for name in names}


def event_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``station_events.csv``, in order of time."""
    names = ("kind", "subject", "start_tdb_s", "stop_tdb_s", "size", "unit", "what")
    values = {name: [getattr(event, name) for event in outcome.events] for name in names}
    return values | {"duration_s": [event.stop_tdb_s - event.start_tdb_s for event in outcome.events]}


def orbit_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``station_orbits.csv``."""
    names = (
        *("element", "kind", "orbit", "status", "frame", "forces", "moon_degree", "period_s", "start_tdb_s"),
        *("end_tdb_s", "end", "end_latitude_rad", "end_longitude_rad", "upkeep_m_s_per_year", "upkeep_spread_m_s"),
        *("upkeep", "note"),
    )
    values = {name: [getattr(orbit, name) for orbit in outcome.orbits] for name in names}
    return values | {
        "burns": [len(orbit.burn_tdb_s) for orbit in outcome.orbits],
        "earth_hidden_share": [sight.hidden_share for sight in outcome.sights],
        "tracked_share": [sight.tracked_share for sight in outcome.sights],
    }


ELEMENT_ARRAYS = (
    "day_tdb_s",
    "semi_major_axis_km",
    "eccentricity",
    "inclination_rad",
    "argument_of_perilune_rad",
    "node_rad",
    "perilune_altitude_km",
    "apolune_altitude_km",
)


def element_blocks(outcome: StationOutcome) -> list[Values]:
    """Return the rows of ``orbit_elements.csv``, element by element, the days it is in service."""
    blocks = []
    for orbit in outcome.orbits:
        known = np.isfinite(orbit.perilune_altitude_km)
        arrays = {name: getattr(orbit, name)[known] for name in ELEMENT_ARRAYS}
        blocks.append({"element": [orbit.element] * int(known.sum())} | arrays)
    return blocks


def burn_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``upkeep_burns.csv``."""
    found = [
        {"element": orbit.element, "t_tdb_s": t, "dv_m_s": dv}
        for orbit in outcome.orbits
        for t, dv in zip(orbit.burn_tdb_s, orbit.burn_m_s, strict=True)
    ]
    return rows(("element", "t_tdb_s", "dv_m_s"), found)


def pass_blocks(outcome: StationOutcome) -> list[Values]:
    """Return the rows of ``passes.csv``, element by element and place by place."""
    return [
        {
            "element": [sight.element] * len(found.above),
            "point": [found.point] * len(found.above),
            "culmination_tdb_s": found.culmination_tdb_s,
            "culmination_rad": found.culmination_rad,
            "range_km": found.range_km,
        }
        | span_columns(found.above)
        for sight in outcome.sights
        for found in sight.passes
    ]


def occultation_blocks(outcome: StationOutcome) -> list[Values]:
    """Return the rows of ``occultations.csv``, element by element."""
    return [{"element": [sight.element] * len(sight.hidden)} | span_columns(sight.hidden) for sight in outcome.sights]


def span_columns(found: Spans) -> Values:
    """Return start, stop and duration of spans as columns."""
    return {"start_tdb_s": found.start_tdb_s, "stop_tdb_s": found.stop_tdb_s, "duration_s": found.duration_s}


def moon_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``moon_events.csv``, in order of time."""
    names = ("kind", "start_tdb_s", "stop_tdb_s", "size", "unit", "what")
    return {name: [getattr(event, name) for event in outcome.moon] for name in names}


CONTACT_FIGURES = (
    *("point", "latitude_rad", "longitude_rad", "relays_in_view_mean", "relays_in_view_most", "double_share"),
    *("range_mean_km", "range_most_km", "greatest_store_gbit", "horizon", "link"),
)
GAP_FIGURES = ("share", "gaps", "longest_gap_s", "gap_95_s", "mean_gap_s", "wait_95_s")


def contact_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``contact.csv``: each place by each path."""
    found = [
        {name: getattr(contact, name) for name in CONTACT_FIGURES}
        | {"path": path}
        | gap_figures(contact.spans[path], outcome.start_tdb_s, outcome.stop_tdb_s)
        | volume_figures(contact, path)
        for contact in outcome.contacts
        for path in PATHS
    ]
    return rows((*CONTACT_FIGURES, "path", *GAP_FIGURES, "volume_mean_gbit", "volume_least_gbit"), found)


def gap_figures(contact: Spans, start_tdb_s: float, stop_tdb_s: float) -> dict[str, float]:
    """Return share of time with contact, and the figures of the gaps between."""
    gaps = gap_statistics(contact, start_tdb_s, stop_tdb_s)
    return {
        "share": 1.0 - gaps.total_s / (stop_tdb_s - start_tdb_s),
        "gaps": gaps.count,
        "longest_gap_s": gaps.longest_s,
        "gap_95_s": gaps.p95_s,
        "mean_gap_s": gaps.mean_s,
        "wait_95_s": gaps.wait_p95_s,
    }


def volume_figures(contact: ContactRecord, path: str) -> dict[str, float]:
    """Return mean and least data a day that go by a path."""
    volume = contact.volume_gbit[path]
    return {"volume_mean_gbit": float(volume.mean()), "volume_least_gbit": float(volume.min())}


def gap_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``contact_gaps.csv``: every span without contact of a place by a path."""
    found = []
    for contact in outcome.contacts:
        for path in PATHS:
            gaps = contact.spans[path].gaps(outcome.start_tdb_s, outcome.stop_tdb_s)
            found += [row | {"point": contact.point, "path": path} for row in span_rows(gaps)]
    return rows(("point", "path", "start_tdb_s", "stop_tdb_s", "duration_s"), found)


def span_rows(spans: Spans) -> list[dict[str, Any]]:
    """Return start, stop and duration of each span."""
    columns = (spans.start_tdb_s.tolist(), spans.stop_tdb_s.tolist(), spans.duration_s.tolist())
    return [
        {"start_tdb_s": start, "stop_tdb_s": stop, "duration_s": length}
        for start, stop, length in zip(*columns, strict=True)
    ]


def light_values(light: LightRecord) -> Values:
    """Return the rows of ``light.csv``: each UTC year and lunar season, and all of the time."""
    names = (
        *("kind", "name", "start_tdb_s", "stop_tdb_s", "average_light", "sun_up_share", "lit_share", "earth_up_share"),
        *("longest_dark_s", "longest_lit_s", "dark_spans"),
    )
    values = {name: [getattr(period, name) for period in light.periods] for name in names}
    return values | {"site": [light.site] * len(light.periods), "horizon": [light.horizon] * len(light.periods)}


def dark_values(light: LightRecord) -> Values:
    """Return the rows of ``dark_gaps.csv``."""
    return {"site": [light.site] * len(light.dark)} | span_columns(light.dark)


def power_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``power.csv``."""
    found = [
        {
            "grid": grid.grid,
            "elements": ";".join(grid.elements),
            "served_share": grid.served_share,
            "unmet_kwh": grid.unmet_kwh,
            "usable_kwh": grid.usable_kwh,
            "lowest_kwh": grid.lowest_kwh,
            "mean_supply_kw": float(grid.supply_kw.mean()),
            "mean_load_kw": float(grid.load_kw.mean()),
            "array_light": grid.array_light,
            "array_horizon": grid.array_horizon,
            "sizing": sizing_words(grid.sizing),
            "assumed": ";".join(grid.assumed),
        }
        for grid in outcome.grids
    ]
    return rows([column.source for column in STATION_TABLES["power.csv"]], found)


def sizing_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``sizing.csv``: three of each cable that has an array."""
    found = [
        asdict(size)
        | {
            "grid": grid.grid,
            "availability": grid.sizing.availability,
            "mass_kg": size.array_kg + size.battery_kg,
        }
        for grid in outcome.grids
        if grid.sizing is not None
        for size in grid.sizing.sizes
    ]
    return rows([column.source for column in STATION_TABLES["sizing.csv"]], found)


CURVE_ARRAYS = ("area_m2", "usable_kwh", "array_kg", "battery_kg")


def sizing_curve_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``sizing_curve.csv``, cable by cable."""
    sized = [(grid.grid, grid.sizing) for grid in outcome.grids if grid.sizing is not None]
    arrays = {name: np.concatenate([np.empty(0), *(getattr(each, name) for _, each in sized)]) for name in CURVE_ARRAYS}
    return {"grid": [grid for grid, sizing in sized for _ in sizing.area_m2]} | arrays


def surface_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``surface_elements.csv``."""
    found = [
        {
            "element": record.element,
            "grid": record.grid,
            "arrival_tdb_s": record.arrival_tdb_s if np.isfinite(record.arrival_tdb_s) else np.nan,
            "died_tdb_s": record.died_tdb_s,
        }
        | {
            f"{name}_h": float(np.count_nonzero(record.state[:-1] == code)) * record.step_h if record.grid else np.nan
            for code, name in enumerate(STATES)
        }
        for record in outcome.states
    ]
    return rows([column.source for column in STATION_TABLES["surface_elements.csv"]], found)


def task_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``tasks.csv``."""
    found = [
        {
            "task": task.task,
            "name": task.name,
            "element": task.element,
            "work_h": task.work_h,
            "done_h": float(task.done_h[-1]),
            "done_share": float(task.done_h[-1]) / task.work_h,
            "done_tdb_s": task.done_tdb_s,
            "waited_for": ";".join(f"{need}={lost:.1f}" for need, lost in task.waited_for),
        }
        for task in outcome.tasks
    ]
    return rows([column.source for column in STATION_TABLES["tasks.csv"]], found)


def arrival_values(outcome: StationOutcome) -> Values:
    """Return the rows of ``arrivals.csv``."""
    found = [
        {
            "delivery": arrival.delivery,
            "lane": arrival.lane,
            "landing_tdb_s": arrival.landing_tdb_s,
            "cargo": ";".join(arrival.cargo),
            "basis": arrival.basis,
            "conflicts": ";".join(arrival.conflicts),
            "placed": bool(arrival.landing_tdb_s < outcome.stop_tdb_s),
        }
        for arrival in outcome.arrivals
    ]
    return rows([column.source for column in STATION_TABLES["arrivals.csv"]], found)
