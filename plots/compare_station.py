"""Stations of several architectures side by side: contact by place, upkeep, light, power and tasks; gaps by length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from plots.compare import draw_metric
from plots.gaps import draw_gap_histogram
from plots.station_views import gap_minutes
from plots.style import new_figure, words, write_title
from sim.results.compare import MetricRow, compare, unique_names
from sim.results.run import Run

FloatArray = NDArray[np.float64]

WIDTH_IN = 12.0
COLUMNS = 4

POINT_BARS = {
    "contact_share": "share of time in contact",
    "relayed_share": "share of time in contact\nby relay",
    "longest_gap_h": "longest time without\ncontact, h",
    "gap_95_h": "95 % of the gaps\nare shorter than, h",
}
"""Metrics of a place that are drawn, by the part of their name before its brackets."""

STATION_BARS = {
    "upkeep_m_s_per_year": "upkeep of all orbits,\nm/s a year",
    "orbiters_lost": "elements in orbit lost",
    "average_light": "mean part of the Sun's\ndisc in view at the site",
    "longest_dark_d": "longest time without\nlight, days",
    "elements_dead": "surface elements lost\nfor want of power",
    "power_served_share": "share of time with every\nload met, worst cable",
    "power_unmet_kwh": "load not met, kWh",
    "tasks_done_share": "share of the tasks'\nhours done",
}
"""Metrics of a whole station that are drawn."""


def compare_station_figures(runs: Sequence[Run]) -> Iterator[tuple[str, Figure]]:
    """Make the figures that compare stations, each with the stem of its file; none where no run has one."""
    if all(run.station is None for run in runs):
        return
    yield "compare_station", compare_station_figure(runs)
    points = [point for point in places_compared(runs) if any(len(gaps) for *_, gaps in gaps_at(runs, point))]
    if points:
        yield "compare_gaps", compare_gaps_figure(runs, points)


def compare_station_figure(runs: Sequence[Run]) -> Figure:
    """Bars: a row of panels for each place, then those of the whole station."""
    comparison = compare(runs)
    rows = bar_rows(comparison.rows)
    figure = new_figure(WIDTH_IN, 0.9 + len(rows) * (1.15 + 0.3 * len(runs)))
    write_title(figure, "Stations compared", "a row of panels for each place, then the station as a whole")
    panels = figure.subplots(len(rows), COLUMNS, squeeze=False, sharey=True)
    for line, (place, shown) in zip(panels, rows, strict=True):
        for panel, (row, title) in zip(line, shown, strict=False):
            draw_metric(panel, row, comparison.architectures, title)
        for panel in line[len(shown) :]:
            panel.set_visible(False)
        line[0].set_ylabel(place, fontweight="bold")
    return figure


def bar_rows(rows: Sequence[MetricRow]) -> list[tuple[str, list[tuple[MetricRow, str]]]]:
    """Sort metrics into lines of panels: by place, then what belongs to the whole station, four to a line."""
    places: dict[str, list[tuple[MetricRow, str]]] = {}
    whole: list[tuple[MetricRow, str]] = []
    for row in rows:
        kind, _, place = row.metric.rstrip("]").partition("[")
        if place and kind in POINT_BARS:
            places.setdefault(place, []).append((row, POINT_BARS[kind]))
        elif kind in STATION_BARS:
            whole.append((row, STATION_BARS[kind]))
    lines = [(words(place), shown) for place, shown in places.items()]
    return lines + [("as a whole", whole[first : first + COLUMNS]) for first in range(0, len(whole), COLUMNS)]


def places_compared(runs: Sequence[Run]) -> list[str]:
    """Places whose contact some run tells, in the order they first appear."""
    stations = [run.station for run in runs if run.station is not None and "point" in run.station]
    return list(dict.fromkeys(str(point) for station in stations for point in station["point"].values))


def gaps_at(runs: Sequence[Run], point: str) -> list[tuple[int, str, FloatArray]]:
    """Number and name of each run that tells of a place, and its gaps there in minutes."""
    return [
        (number, name, gap_minutes(run.station, point, "any"))
        for number, (name, run) in enumerate(zip(unique_names(runs), runs, strict=True))
        if run.station is not None and "point" in run.station and point in run.station["point"].values
    ]


def compare_gaps_figure(runs: Sequence[Run], points: Sequence[str]) -> Figure:
    """Gaps of every architecture by their length, a panel for each place."""
    figure = new_figure(WIDTH_IN, 1.0 + 3.1 * len(points))
    write_title(
        figure,
        "Time without contact, compared",
        "neither the Earth nor a relay that reaches it in view; how many spans last how long, triangle: the longest",
    )
    panels = figure.subplots(len(points), 1, squeeze=False)[:, 0]
    for panel, point in zip(panels, points, strict=True):
        told = gaps_at(runs, point)
        draw_gap_histogram(panel, {name: gaps for _, name, gaps in told}, [number for number, *_ in told])
        panel.set_title(words(point))
    return figure
