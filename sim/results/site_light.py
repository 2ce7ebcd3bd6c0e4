"""Light of a place through years on disc: a folder of kind ``light`` with tables, one labelled file and a summary.

``light.nc`` holds what the figures show, named as in the group ``station`` of a run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from sim.astro.time import utc_text
from sim.results.columns import Column, integer
from sim.results.dataset import ENGINE, encodings
from sim.results.horizon_words import horizon_words
from sim.results.provenance import conventions
from sim.results.report_station import share_text
from sim.results.run import PROVENANCE, SUMMARY, TABLES, write_json
from sim.results.station import dark_values, light_values
from sim.results.station_columns import DARK, LIGHT
from sim.results.station_dataset import light_dataset
from sim.results.tables import column_entry, csv_text
from sim.station.light_statistics import gaps_by_year
from sim.station.outcome import LightPeriod, LightRecord
from sim.units import DAY_S

KIND = "light"
DATASET = "light.nc"

GAPS_BY_YEAR = (
    integer("year", "UTC year in which the gaps begin"),
    integer("count", "dark gaps: spans without any of the Sun's disc"),
    Column("total_d", "their length together", "number", "total_s", "d", 1.0 / DAY_S, 4),
    Column("longest_d", "length of the longest", "number", "longest_s", "d", 1.0 / DAY_S, 4),
)
COLUMNS = {"light.csv": LIGHT, "dark_gaps.csv": DARK, "dark_gaps_by_year.csv": GAPS_BY_YEAR}


def write_site_light(folder: Path, light: LightRecord, place: str, provenance: Mapping[str, Any]) -> xr.Dataset:
    """Write tables, dataset, summary and provenance of a place's light into an existing folder; return the dataset."""
    summary = summary_document(light, place)
    data = light_dataset(light).assign_attrs(name=f"{summary['start'][:10]} to {summary['stop'][:10]}")
    data.to_netcdf(folder / DATASET, mode="w", engine=ENGINE, encoding=encodings(data))
    tables = folder / TABLES
    tables.mkdir(parents=True, exist_ok=True)
    years = gaps_by_year(light.dark, float(light.t_tdb_s[0]), float(light.t_tdb_s[-1]) - 1.0)
    values = {
        "light.csv": light_values(light),
        "dark_gaps.csv": dark_values(light),
        "dark_gaps_by_year.csv": {name: getattr(years, name) for name in ("year", "count", "total_s", "longest_s")},
    }
    for name, columns in COLUMNS.items():
        (tables / name).write_text(csv_text(columns, [values[name]]), encoding="utf-8", newline="")
    documents = {name: [column_entry(column) for column in columns] for name, columns in COLUMNS.items()}
    write_json(tables / "columns.json", {"conventions": conventions(), "tables": documents})
    write_json(folder / SUMMARY, summary)
    write_json(folder / PROVENANCE, provenance)
    return data


def summary_document(light: LightRecord, place: str) -> dict[str, Any]:
    """Return ``summary.json``: averages of the whole, of its summers and winters, the longest dark and lit spans."""
    whole = next(period for period in light.periods if period.kind == "all")
    lit = light.dark.gaps(whole.start_tdb_s, whole.stop_tdb_s)
    spans = {
        name: None
        if not len(found)
        else {
            "days": round(float(found.duration_s[0]) / DAY_S, 4),
            "start": utc_text(float(found.start_tdb_s[0])),
            "stop": utc_text(float(found.stop_tdb_s[0])),
        }
        for name, found in (("longest_dark", light.dark.longest), ("longest_lit", lit.longest))
    }
    return {
        "place": place,
        "horizon": light.horizon,
        "start": utc_text(whole.start_tdb_s),
        "stop": utc_text(whole.stop_tdb_s),
        "average_light": round(whole.average_light, 6),
        "sun_up_share": round(whole.sun_up_share, 6),
        "lit_share": round(whole.lit_share, 6),
        "earth_up_share": round(whole.earth_up_share, 6),
        "summer_average_light": _mean(light, "summer"),
        "winter_average_light": _mean(light, "winter"),
        "dark_gaps": whole.dark_spans,
        **spans,
    }


def _mean(light: LightRecord, season: str) -> float | None:
    """Return the average light of all summers or winters together."""
    some: list[LightPeriod] = [each for each in light.periods if each.kind == "season" and each.name.startswith(season)]
    length_s = sum(each.stop_tdb_s - each.start_tdb_s for each in some)
    lit_s = sum(each.average_light * (each.stop_tdb_s - each.start_tdb_s) for each in some)
    return round(lit_s / length_s, 6) if some else None


def summary_text(document: Mapping[str, Any]) -> str:
    """Return a summary as lines for the screen."""
    seasons = [
        f"{share_text(document[f'{season}_average_light'])} in {season}"
        for season in ("summer", "winter")
        if document[f"{season}_average_light"] is not None
    ]
    shown = {
        name: share_text(document[name]) for name in ("average_light", "sun_up_share", "lit_share", "earth_up_share")
    }
    lines = [
        f"{document['place']}, {document['start'][:10]} to {document['stop'][:10]}",
        f"Sun's disc in view  {shown['average_light']} on average; {', '.join(seasons)}",
        f"Sun's centre up     {shown['sun_up_share']} of the time; some of its disc {shown['lit_share']}",
        f"Earth's centre up   {shown['earth_up_share']} of the time",
    ]
    for name, words in (("longest_dark", "longest dark      "), ("longest_lit", "longest lit       ")):
        found = document[name]
        said = "none" if found is None else f"{found['days']:.1f} d, from {found['start'][:16]} to {found['stop'][:16]}"
        lines.append(f"{words}  {said}")
    lines += [
        f"dark gaps           {document['dark_gaps']}",
        f"horizon             {horizon_words(document['horizon']).removeprefix('horizon: ')}",
    ]
    return "\n".join(lines) + "\n"


def read_summary(folder: Path) -> dict[str, Any]:
    """Return ``summary.json`` of a folder."""
    document: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return document
