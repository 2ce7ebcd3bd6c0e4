"""Several architectures side by side: their open days on one axis, and their metrics as bars."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.dates import show_days
from plots.landed_mass import never_open_sentence
from plots.lane import LaneView, view_lane
from plots.marks import add_rectangles, runs_of_equal
from plots.style import FAINT, GROUND, INK, MUTED, RUN_COLOURS, RUN_HATCHES
from sim.results.compare import Comparison, MetricRow, unique_names
from sim.results.run import Run

ROW_IN = 0.36
HEADER_ROWS = 0.8
LABEL_WIDTH = 28
BAR = 0.72

BAR_TITLES = {
    "days_open": "days with some lane open",
    "windows": "windows of all lanes",
    "longest_closed_d": "longest wait with every\nlane closed, days",
    "lanes_delivering": "lanes that ever open",
    "best_landed_payload_kg": "most cargo in one landing, kg",
    "median_landed_payload_kg": "cargo on the median\nopen day, kg",
    "landed_per_year_kg": "cargo a year, were every\nwindow used once, kg",
    "largest_partner_share": "largest partner's share\nof that cargo",
}
"""Metrics of `sim.results.summary` that are drawn; dates and counts of the input are left to the table."""


def draw_compare_calendar(ax: Axes, runs: Sequence[Run]) -> None:
    """Draw a block for each lane with a row for each run: strokes where the lane is open, by launch day.

    A run keeps its colour everywhere; a lane that a run has not says so.
    """
    row = 0.0
    names = unique_names(runs)
    labels: dict[float, str] = {}
    for lane in lane_names(runs):
        ax.text(0.0, row + HEADER_ROWS - 0.2, lane, transform=ax.get_yaxis_transform(), fontweight="bold", va="bottom")
        row += HEADER_ROWS
        for number, run in enumerate(runs):
            labels[row + 0.5] = row_label(names[number])
            _draw_row(ax, _view_of(run, lane), row, RUN_COLOURS[number % len(RUN_COLOURS)])
            row += 1.0
    _dress_calendar(ax, runs, row, labels)


def draw_metric_bars(figure: Figure, comparison: Comparison) -> None:
    """Draw a panel for each metric that is a number in some run, and a bar for each run, on a figure of any size."""
    shown = [row for row in comparison.rows if row.metric in BAR_TITLES and set(row.values) != {None}]
    columns = min(4, len(shown))
    panels = figure.subplots(-(-len(shown) // columns), columns, squeeze=False, sharey=True).ravel()
    for panel, row in zip(panels, shown, strict=False):
        draw_metric(panel, row, comparison.architectures, BAR_TITLES[row.metric])
    for panel in panels[len(shown) :]:
        panel.set_visible(False)


def draw_metric(ax: Axes, row: MetricRow, names: Sequence[str], title: str) -> None:
    """Draw one metric: a bar for each run, its value written at the end, the better direction below."""
    lengths = [float(value) if isinstance(value, int | float) else 0.0 for value in row.values]
    for number, length in enumerate(lengths):
        colour, hatch = RUN_COLOURS[number % len(RUN_COLOURS)], RUN_HATCHES[number % len(RUN_HATCHES)]
        ax.barh(number, length, height=0.66, edgecolor="white", linewidth=0.0, color=colour, hatch=hatch)
        text = "–" if row.values[number] is None else number_text(length)
        weight = "bold" if number in row.best else "normal"
        ax.annotate(text, (length, number), (4, 0), textcoords="offset points", va="center", fontsize=8, weight=weight)
    ax.set_xlim(0.0, max([*lengths, 1e-9]) * 1.3)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_yticks(range(len(names)), labels=[row_label(name) for name in names])
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    ax.set_title(title, fontsize=8.5)
    ax.set_xlabel(f"{row.better} is better" if row.better else "", fontsize=7.5, color=MUTED, loc="left")


def row_label(name: str) -> str:
    """Break a run's name into two lines at most."""
    return "\n".join(textwrap.wrap(name, LABEL_WIDTH, max_lines=2, placeholder="…"))


def lane_names(runs: Sequence[Run]) -> list[str]:
    """Ids of all lanes, in the order they first appear."""
    return list(dict.fromkeys(lane.lane for run in runs for lane in run.lanes))


def compare_height_in(runs: Sequence[Run]) -> float:
    """Height of the compared calendars, in inches."""
    return 1.3 + ROW_IN * len(lane_names(runs)) * (len(runs) + HEADER_ROWS)


def metrics_height_in(runs: Sequence[Run]) -> float:
    """Height of the page of metric bars, in inches."""
    return 1.0 + 2.0 * (0.95 + 0.3 * len(runs))


def number_text(value: float) -> str:
    """Write a number as people read it: thousands apart, three figures below a hundred."""
    if value == int(value) or abs(value) >= 100.0:
        return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:.3g}"


def _view_of(run: Run, lane: str) -> LaneView | None:
    return next((view_lane(found) for found in run.lanes if found.lane == lane), None)


def _draw_row(ax: Axes, view: LaneView | None, row: float, colour: str) -> None:
    if view is None:
        ax.text(
            0.006, row + 0.5, "no such lane", transform=ax.get_yaxis_transform(), va="center", color=MUTED, fontsize=8
        )
        return
    days = view.day.astype(float)
    top, bottom = row + (1.0 - BAR) / 2.0, row + (1.0 + BAR) / 2.0
    add_rectangles(ax, [(days[0], top, days[-1] + 1.0, bottom)], GROUND)
    spans = [(first, stop) for first, stop in runs_of_equal(view.is_open.tolist()) if view.is_open[first]]
    add_rectangles(ax, [(days[first], top, days[stop - 1] + 1.0, bottom) for first, stop in spans], colour)
    across = ax.get_yaxis_transform()
    said = f"{int(view.is_open.sum())} d" if spans else "never"
    ax.text(1.006, row + 0.5, said, transform=across, va="center", fontsize=8, color=INK)
    if not spans:
        ground = {"facecolor": GROUND, "edgecolor": "none", "pad": 1.5}
        why = never_open_sentence(view)
        ax.text(0.006, row + 0.5, why, transform=across, va="center", fontsize=8, color=INK, bbox=ground, zorder=4)


def _dress_calendar(ax: Axes, runs: Sequence[Run], bottom: float, labels: Mapping[float, str]) -> None:
    days = np.concatenate(
        [lane.data["day"].values.astype("datetime64[D]").astype(float) for run in runs for lane in run.lanes]
    )
    show_days(ax, days.min(), days.max() + 1.0)
    ax.set_ylim(bottom + 0.2, 0.0)
    ax.set_yticks(list(labels), labels=list(labels.values()))
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.5)
    ax.set_axisbelow(False)
    ax.spines[["left", "right", "top"]].set_visible(False)
