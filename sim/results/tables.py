"""Outcomes as CSV tables: the first line the header, UTC times to the millisecond, fixed decimals, nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.time import utc_text
from sim.results.columns import CONSTRAINTS, TABLES, WINDOWS, Column
from sim.results.planning import closure_values, day_values, landing_values, robustness_values, window_extras
from sim.window.types import BestFlight, ConstraintStrip, LaneOutcome, Window

Values = Mapping[str, Any]
FloatArray = NDArray[np.float64]


def write_tables(folder: Path, outcomes: Sequence[LaneOutcome], conventions: Mapping[str, Any]) -> None:
    """Write the tables of a run (``TABLES``) and ``columns.json`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables_text(outcomes).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    document = columns_document(conventions, {outcome.lane: outcome.assumed for outcome in outcomes})
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (folder / "columns.json").write_text(text, encoding="utf-8", newline="")


def tables_text(outcomes: Sequence[LaneOutcome]) -> dict[str, str]:
    """Return every table of a run as CSV text, by file name."""
    values = {
        "windows.csv": window_values,
        "launches.csv": launch_values,
        "constraints.csv": constraint_values,
        "closures.csv": closure_values,
        "landings.csv": landing_values,
        "robustness.csv": robustness_values,
    }
    return {name: csv_text(TABLES[name], map(values[name], outcomes)) for name in TABLES}


def csv_text(columns: Sequence[Column], blocks: Iterable[Values]) -> str:
    """Return a CSV table of blocks of rows one after the other.

    Parameters
    ----------
    columns : sequence of Column
    blocks : iterable of mapping
        Each maps a column's ``source`` to N values; a column without values is left empty. NaN is an empty cell.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for values in blocks:
        count = max(len(each) for each in values.values())
        writer.writerows(zip(*(column_texts(column, values, count) for column in columns), strict=True))
    return stream.getvalue()


def column_texts(column: Column, values: Values, count: int) -> list[str]:
    """Return the N cells of a column as text."""
    if column.source not in values:
        return [""] * count
    found = values[column.source]
    if column.kind == "text":
        return [str(value) for value in found]
    if column.kind == "boolean":
        return ["true" if value else "false" for value in found]
    if column.kind == "date":
        return date_texts(np.asarray(found, dtype="datetime64[D]"))
    if column.kind == "utc":
        return utc_texts(np.asarray(found, dtype=np.float64))
    decimals = 0 if column.kind == "integer" else column.decimals
    return number_texts(np.asarray(found, dtype=np.float64) * column.factor, decimals)


def number_texts(values: FloatArray, decimals: int) -> list[str]:
    """Return fixed-point texts of (N,); not finite is empty, and zero has no sign."""
    finite = np.isfinite(values).tolist()
    return [f"{value:z.{decimals}f}" if good else "" for value, good in zip(values.tolist(), finite, strict=True)]


def date_texts(day: NDArray[np.datetime64]) -> list[str]:
    """Return dates of (N,) as text; empty for NaT."""
    texts: list[str] = np.where(np.isnat(day), "", np.datetime_as_string(day, unit="D")).tolist()
    return texts


def utc_texts(t_tdb_s: FloatArray) -> list[str]:
    """Return UTC texts of (N,); empty for NaN, which many closed days make worth skipping."""
    texts = np.full(t_tdb_s.shape, "", dtype="U24")
    known = np.isfinite(t_tdb_s)
    texts[known] = utc_text(t_tdb_s[known])
    return [str(text) for text in texts.tolist()]


def launch_values(outcome: LaneOutcome) -> dict[str, Any]:
    """Return the rows of ``launches.csv`` of one lane: source name → N values, inside units."""
    launches = dict(outcome.launches)
    launches.setdefault("loiter_s", launches["landing_tdb_s"] - launches["arrival_tdb_s"])
    rows = len(outcome.day)
    words = {
        "lane": [outcome.lane] * rows,
        "day": np.datetime_as_string(outcome.day, unit="D").tolist(),
        "feasible": outcome.feasible.tolist(),
        "closed_by": outcome.closed_by,
        "relaxation": outcome.relaxation,
        "assumed": [";".join(outcome.assumed)] * rows,
    }
    return launches | words | day_values(outcome)


def window_values(outcome: LaneOutcome) -> dict[str, Any]:
    """Return the rows of ``windows.csv`` of one lane: source name → values, inside units."""
    assumed = ";".join(outcome.assumed)
    rows = [window_row(window) | {"assumed": assumed} | window_extras(outcome, window) for window in outcome.windows]
    if not rows:
        return {column.source: [] for column in WINDOWS}
    return {name: [row[name] for row in rows] for name in rows[0]}


def window_row(window: Window) -> dict[str, Any]:
    """Return one window and its best flight under the sources of the columns."""
    best = window.best
    span = {
        "lane": window.lane,
        "window": window.index,
        "open_tdb_s": window.open_tdb_s,
        "close_tdb_s": window.close_tdb_s,
        "days": window.days,
    }
    return span | flight_row(best)


def flight_row(best: BestFlight) -> dict[str, Any]:
    """Return a best flight under the sources of the columns."""
    same_name = (
        "c3_km2_s2",
        "tli_dv_km_s",
        "loi_dv_km_s",
        "descent_dv_km_s",
        "landed_payload_kg",
        "landed_payload_low_kg",
        "landed_payload_high_kg",
        "sun_elevation_rad",
        "sun_above_horizon_rad",
        "coast_s",
        "injected_mass_kg",
        "landing_tdb_s",
    )
    flight = best.transfer
    renamed = {
        "best_liftoff_tdb_s": best.liftoff_tdb_s,
        "best_azimuth_rad": best.azimuth_rad,
        "tli_tdb_s": flight.tli_tdb_s,
        "arrival_tdb_s": flight.arrival_tdb_s,
        "tof_s": flight.time_of_flight_s,
        "loiter_s": best.landing_tdb_s - flight.arrival_tdb_s,
        "parking_inclination_rad": flight.parking_inclination_rad,
        "branch": flight.branch,
        "propellant_kg": ";".join(f"{stage}={kg:.3f}" for stage, kg in best.propellant_kg.items()),
    }
    return {name: getattr(best, name) for name in same_name} | renamed


def constraint_values(outcome: LaneOutcome) -> dict[str, Any]:
    """Return the rows of ``constraints.csv`` of one lane; what closes days without a mask of its own comes last."""
    masked = [strip.name for strip in outcome.constraints]
    others = [name for name in named_reasons(outcome.closed_by) if name not in masked]
    rows = [constraint_row(outcome, strip) for strip in outcome.constraints]
    rows += [closing_row(outcome, name) for name in others]
    sources = [column.source for column in CONSTRAINTS]
    blank = dict.fromkeys(sources, np.nan) | {"margin_unit": "", "description": ""}
    filled = [blank | row for row in rows]
    return {source: [row[source] for row in filled] for source in sources}


def constraint_row(outcome: LaneOutcome, strip: ConstraintStrip) -> dict[str, Any]:
    """Return a constraint's day counts and margins."""
    known = strip.margin[np.isfinite(strip.margin)]
    days_open = int(np.count_nonzero(strip.open))
    return closing_row(outcome, strip.name) | {
        "days_open": days_open,
        "days_closed": strip.open.size - days_open,
        "worst_margin": float(known.min()) if known.size else np.nan,
        "median_margin": float(np.median(known)) if known.size else np.nan,
        "margin_unit": strip.unit,
        "description": strip.description,
    }


def closing_row(outcome: LaneOutcome, name: str) -> dict[str, Any]:
    """Return how often a reason is named, and named alone."""
    return {"lane": outcome.lane, "constraint": name} | closing_days(outcome.closed_by, name)


def closing_days(closed_by: Iterable[str], name: str) -> dict[str, int]:
    """Return the days whose reasons (joined with ``;``) hold ``name``, and those that hold nothing else."""
    days = Counter(closed_by)
    named = sum(count for reasons, count in days.items() if name in reasons.split(";"))
    return {"days_named": named, "closes_alone": days[name]}


def named_reasons(closed_by: Iterable[str]) -> tuple[str, ...]:
    """Return every reason that closes some day, in order of first appearance."""
    names = (name for words in dict.fromkeys(closed_by) for name in words.split(";") if name)
    return tuple(dict.fromkeys(names))


def columns_document(conventions: Mapping[str, Any], assumed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return ``columns.json``: the conventions of the tables, and name, unit and meaning of each column."""
    return {
        "conventions": dict(conventions),
        "assumed": {lane: list(figures) for lane, figures in assumed.items()},
        "tables": {name: [column_entry(column) for column in columns] for name, columns in TABLES.items()},
    }


def column_entry(column: Column) -> dict[str, Any]:
    """Return one column's entry in ``columns.json``."""
    entry: dict[str, Any] = {"name": column.name, "type": column.kind, "unit": column.unit, "meaning": column.meaning}
    return entry | ({"decimals": column.decimals} if column.kind == "number" else {})
