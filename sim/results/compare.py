"""Architectures side by side: one row a metric, one column a run."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.errors import UsageError
from sim.results.provenance import provenance_document
from sim.results.run import PROVENANCE, Run, write_json
from sim.results.station_summary import StationMetric, station_metrics
from sim.results.summary import MANY_LANES, METRICS, Metric, Value

COMPARISON = "comparison"
LEGEND = "* best of its row; unit 1: a plain number, a count or a share of 1"
LANE_METRICS = tuple(metric for metric in METRICS if metric.name not in MANY_LANES)


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of every architecture; ``best`` are the columns (indices) that do best, none where all are equal."""

    metric: str
    unit: str
    meaning: str
    better: str
    decimals: int
    values: tuple[Value, ...]
    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One lane of one architecture; ``values`` follow ``Comparison.lane_metrics``."""

    architecture: str
    lane: str
    launcher: str
    launch_site: str
    lander: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Architectures (unique names, in the order given), their metrics, their lanes, and what to beware of."""

    architectures: tuple[str, ...]
    rows: tuple[MetricRow, ...]
    lane_metrics: tuple[str, ...]
    lanes: tuple[LaneRow, ...]
    notes: tuple[str, ...]


def compare(runs: Sequence[Run]) -> Comparison:
    """Return runs side by side; `UsageError` for fewer than two."""
    if len(runs) < 2:
        message = "a comparison needs two runs or more"
        raise UsageError(message)
    names = unique_names(runs)
    lanes = tuple(row for name, run in zip(names, runs, strict=True) for row in lane_rows(name, run))
    rows = (*lane_metric_rows(runs), *station_rows(runs))
    return Comparison(names, rows, tuple(metric.name for metric in LANE_METRICS), lanes, notes(names, runs))


def unique_names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the runs' names, numbered from the second of the same name on."""
    seen: Counter[str] = Counter()
    names = []
    for run in runs:
        seen[run.name] += 1
        names.append(run.name if seen[run.name] == 1 else f"{run.name} ({seen[run.name]})")
    return tuple(names)


def metric_row(metric: Metric, runs: Sequence[Run]) -> MetricRow:
    """Return one metric of every run; None of a run without lanes but for their number."""
    values = tuple(
        metric.of([lane.data for lane in run.lanes]) if run.lanes or metric.name == "lanes" else None for run in runs
    )
    best = best_columns(metric, values) if can_be_ranked(metric, runs) else ()
    return MetricRow(metric.name, metric.unit, metric.meaning, metric.better, metric.decimals, values, best)


def lane_metric_rows(runs: Sequence[Run]) -> tuple[MetricRow, ...]:
    """Return the metrics of all lanes together; none where no run has a lane."""
    return tuple(metric_row(metric, runs) for metric in METRICS) if any(run.lanes for run in runs) else ()


def station_rows(runs: Sequence[Run]) -> tuple[MetricRow, ...]:
    """Return the metrics of the stations over time that some run has."""
    rows = []
    for metric in station_metrics([run.station for run in runs]):
        values = tuple(metric.of(run.station) for run in runs)
        best = best_columns(metric, values) if stations_can_be_ranked(runs) else ()
        rows.append(MetricRow(metric.name, metric.unit, metric.meaning, metric.better, metric.decimals, values, best))
    return tuple(rows)


def can_be_ranked(metric: Metric, runs: Sequence[Run]) -> bool:
    """Whether the runs' horizons allow to rank a metric: counts and totals need equal lengths, dates equal horizons."""
    horizons = {(run.header.start, run.header.end) for run in runs}
    if metric.better == "earlier":
        return len(horizons) == 1
    return not metric.grows or len({np.datetime64(end) - np.datetime64(start) for start, end in horizons}) == 1


def stations_can_be_ranked(runs: Sequence[Run]) -> bool:
    """Whether stations can be ranked: over one horizon."""
    return len({(run.header.start, run.header.end) for run in runs if run.station is not None}) <= 1


def best_columns(metric: Metric | StationMetric, values: Sequence[Value]) -> tuple[int, ...]:
    """Return the indices of the best values; none where no way is better or all that are known agree."""
    known: list[Any] = [value for value in values if value is not None]
    if not metric.better or len(set(known)) < 2:
        return ()
    best = max(known) if metric.better == "more" else min(known)
    return tuple(index for index, value in enumerate(values) if value == best)


def lane_rows(name: str, run: Run) -> list[LaneRow]:
    """Return the lanes of one run."""
    return [
        LaneRow(name, lane.lane, lane.launcher, lane.launch_site, lane.lander, lane_values(lane.data))
        for lane in run.lanes
    ]


def lane_values(data: xr.Dataset) -> tuple[Value, ...]:
    """Return the metrics of one lane alone."""
    return tuple(metric.of([data]) for metric in LANE_METRICS)


def notes(names: Sequence[str], runs: Sequence[Run]) -> tuple[str, ...]:
    """Return what makes the runs less comparable than they look, and what is not ranked for it."""
    asked = {
        "horizons": [f"{run.header.start} to {run.header.end}" for run in runs],
        "landing sites": [landing_sites(run) for run in runs],
        "Moonport versions": [str(run.provenance.get("moonport")) for run in runs],
    }
    found = [
        f"{what} differ: " + "; ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
        for what, values in asked.items()
        if len(set(values)) > 1
    ]
    unranked = [metric.name for metric in METRICS if metric.better and not can_be_ranked(metric, runs)]
    if unranked and any(run.lanes for run in runs):
        found.append(f"no best is marked where the horizon decides: {', '.join(unranked)}")
    told = [metric.name for metric in station_metrics([run.station for run in runs]) if metric.better]
    if told and not stations_can_be_ranked(runs):
        found.append(f"no best is marked where horizons differ: {', '.join(told)}")
    return tuple(found)


def landing_sites(run: Run) -> str:
    """Return the sites the run's lanes land at, joined with a comma: the station's where none is flown to."""
    if not run.lanes:
        return run.header.site
    return ", ".join(dict.fromkeys(lane.landing_site for lane in run.lanes if lane.lands)) or "none"


def comparison_text(comparison: Comparison) -> str:
    """Return the metric table for a screen: aligned, the best value of a row marked with an asterisk."""
    head = ("metric", "unit", *comparison.architectures)
    body = [(row.metric, row.unit, *marked_cells(row)) for row in comparison.rows]
    widths = [max(len(line[i]) for line in (head, *body)) for i in range(len(head))]
    lines = [aligned(line, widths) for line in (head, tuple("-" * width for width in widths), *body)]
    return "\n".join([*lines, LEGEND, *(f"note: {note}" for note in comparison.notes)]) + "\n"


def aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line of the table: words to the left, values to the right."""
    cells = [cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
    return "  ".join(cells).rstrip()


def marked_cells(row: MetricRow) -> tuple[str, ...]:
    """Return a row's values as text of equal right edge, the best ones marked."""
    return tuple(cell(value, row.decimals) + ("*" if i in row.best else " ") for i, value in enumerate(row.values))


def cell(value: Value, decimals: int) -> str:
    """Return a value as text; None is empty."""
    if isinstance(value, float):
        return f"{value:.{decimals}f}"
    return "" if value is None else str(value)


def comparison_csv(comparison: Comparison) -> str:
    """Return ``comparison.csv``: metric, unit, one column an architecture."""
    rows = [[row.metric, row.unit, *(cell(value, row.decimals) for value in row.values)] for row in comparison.rows]
    return csv_lines(["metric", "unit", *comparison.architectures], rows)


def lanes_csv(comparison: Comparison) -> str:
    """Return ``lanes.csv``: one row a lane of an architecture, its metrics as columns."""
    decimals = [metric.decimals for metric in LANE_METRICS]
    rows = [
        [row.architecture, row.lane, row.launcher, row.launch_site, row.lander]
        + [cell(value, digits) for value, digits in zip(row.values, decimals, strict=True)]
        for row in comparison.lanes
    ]
    return csv_lines(["architecture", "lane", "launcher", "launch_site", "lander", *comparison.lane_metrics], rows)


def csv_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return CSV text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue()


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return ``comparison.json``."""
    names = comparison.architectures
    return {
        "architectures": list(names),
        "metrics": {
            row.metric: {
                "unit": row.unit,
                "meaning": row.meaning,
                "better": row.better,
                "values": dict(zip(names, row.values, strict=True)),
                "best": [names[index] for index in row.best],
            }
            for row in comparison.rows
        },
        "lanes": [
            {
                "architecture": row.architecture,
                "lane": row.lane,
                "launcher": row.launcher,
                "launch_site": row.launch_site,
                "lander": row.lander,
            }
            | dict(zip(comparison.lane_metrics, row.values, strict=True))
            for row in comparison.lanes
        ],
        "notes": list(comparison.notes),
    }


def write_comparison(folder: Path, comparison: Comparison, runs: Sequence[Run]) -> None:
    """Write the comparison into an existing folder; figures are drawn beside it by others."""
    write_json(folder / f"{COMPARISON}.json", comparison_document(comparison))
    texts = {f"{COMPARISON}.csv": comparison_csv(comparison), "lanes.csv": lanes_csv(comparison)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    hashes = {
        name: run.provenance.get("scenario_sha256") for name, run in zip(comparison.architectures, runs, strict=True)
    }
    document = provenance_document("", kind=COMPARISON, extra={"scenario_sha256": hashes})
    write_json(folder / PROVENANCE, document)
