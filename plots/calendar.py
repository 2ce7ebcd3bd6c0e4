"""The delivery-window calendar: a block of rows for each lane, a row for each year, a cell for each launch day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Patch
from numpy.typing import NDArray

from plots.lane import LaneView
from plots.marks import Box, add_rectangles, runs_of_equal
from plots.reasons import ReasonStyle, reason_styles
from plots.style import DENSE_RECTANGLES, FAINT, INK, MUTED, OPEN_SHADES

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_STARTS: NDArray[np.int64] = np.cumsum([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Column of each month's first day; 29 February has a column of its own, empty in common years."""

DENSE_COLUMNS = 150
"""Days side by side from which on marks must be small to stand apart."""

EVERY_DAY = 45
"""So many days side by side have room for a number each."""
MOST_DAY_TICKS = 100
"""So many columns have room for numbers of days below them; more have names of months."""
WEEKLY_DAYS = (1, 8, 15, 22)
FEW_OF_A_MONTH = 8
"""A month of which less is shown goes without its name: the next one's is too near."""

HEADER_ROWS = 1.75
BAR = 0.86
LEGEND_NOTE = (
    "White dot: best day of a window. A day closed by several constraints shows them stacked. "
    "† rests on figures that are assumed."
)
NEARLY_OPEN_NOTE = "Dark dot: a small relaxation of one constraint would open the day."
SHADE_SHARES = (0.90, 0.95, 0.98, 0.99)
"""Shares of the lane's best payload between one open shade and the next: a mass budget varies by a few per cent."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a lane stands: its header's row and the row of each of its years."""

    view: LaneView
    top: float
    row_of_year: Mapping[int, float]


def draw_delivery_calendar(ax: Axes, views: Sequence[LaneView]) -> None:
    """Draw every launch day of every lane: open days dark by payload, closed days pale by reason.

    A day closed by several constraints shows them all, one above the other. White dots are the best days of windows,
    dark dots closed days that a small relaxation would open.
    """
    blocks, bottom = _place(views)
    asked = [name for view in views for name in view.constraints]
    styles = reason_styles([*asked, *closing_names(views)])
    as_image = sum(_count_changes(view) for view in views) > DENSE_RECTANGLES
    for block in blocks:
        _draw_block(ax, block, styles, as_image=as_image)
    _dress_axis(ax, views, blocks, bottom)
    nearly_open = any(view.nearly_open.any() for view in views)
    note = f"{LEGEND_NOTE}\n{NEARLY_OPEN_NOTE}" if nearly_open else LEGEND_NOTE
    _add_legend(ax, [styles[name] for name in closing_names(views)], note)


def calendar_height_in(views: Sequence[LaneView]) -> float:
    """Height that keeps a year's row readable, in inches."""
    _, rows = _place(views)
    return float(1.55 + rows * (0.19 if rows < 60 else 0.13))


def closing_names(views: Sequence[LaneView]) -> list[str]:
    """Names of the constraints that close any day, in the order the lanes keep them."""
    seen = {name for view in views for closed in set(view.closed_by) for name in closed.split(";") if name}
    ordered = dict.fromkeys(name for view in views for name in view.constraints)
    return [name for name in ordered if name in seen] + sorted(seen - ordered.keys())


def year_columns(day: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split dates (N,) into years (N,) and columns (N,): 0 for 1 January, 60 for 1 March in every year."""
    month = day.astype("datetime64[M]")
    months = month.astype(np.int64)
    column = MONTH_STARTS[months % 12] + (day - month).astype(np.int64)
    return 1970 + months // 12, column


def payload_shade(payload_kg: float, best_kg: float) -> int:
    """Index into ``OPEN_SHADES`` by the share of the lane's best payload; the darkest where nothing can be compared."""
    share = payload_kg / best_kg if best_kg > 0.0 and np.isfinite(payload_kg) else 1.0
    return bisect_right(SHADE_SHARES, share)


def _place(views: Sequence[LaneView]) -> tuple[list[_Block], float]:
    blocks, row = [], 0.0
    for view in views:
        years = np.unique(year_columns(view.day)[0])
        rows = {int(year): row + HEADER_ROWS + number for number, year in enumerate(years)}
        blocks.append(_Block(view, row, rows))
        row += HEADER_ROWS + len(years)
    return blocks, row


def _count_changes(view: LaneView) -> int:
    """Count the runs of days that look the same: about the rectangles to draw."""
    return sum(1 for _ in runs_of_equal(_day_keys(view)))


def _draw_block(ax: Axes, block: _Block, styles: Mapping[str, ReasonStyle], *, as_image: bool) -> None:
    open_boxes, closed_boxes = _boxes(block)
    for name, boxes in closed_boxes.items():
        style = styles[name]
        add_rectangles(ax, boxes, style.face, style.hatch, style.hatch_colour, as_image=as_image)
    for shade, boxes in open_boxes.items():
        add_rectangles(ax, boxes, OPEN_SHADES[shade], as_image=as_image)
    _mark_nearly_open_days(ax, block)
    _mark_best_days(ax, block)


def _boxes(block: _Block) -> tuple[dict[int, list[Box]], dict[str, list[Box]]]:
    view = block.view
    year, column = year_columns(view.day)
    keys = _day_keys(view)
    jump = column - np.arange(column.size)
    open_boxes: dict[int, list[Box]] = {}
    closed_boxes: dict[str, list[Box]] = {}
    for first, stop in runs_of_equal(list(zip(keys, year.tolist(), jump.tolist(), strict=True))):
        left, right = float(column[first]), float(column[stop - 1] + 1)
        top = block.row_of_year[int(year[first])] + (1.0 - BAR) / 2.0
        key = keys[first]
        if isinstance(key, int):
            open_boxes.setdefault(key, []).append((left, top, right, top + BAR))
            continue
        part = BAR / len(key)
        for place, name in enumerate(key):
            closed_boxes.setdefault(name, []).append((left, top + place * part, right, top + (place + 1) * part))
    return open_boxes, closed_boxes


def _day_keys(view: LaneView) -> list[int | tuple[str, ...]]:
    """Return the shade of each open day, the names of what closes each other day."""
    payload = view.landed_payload_kg
    best = float(np.max(payload[view.is_open], initial=0.0))
    return [
        payload_shade(payload[i], best) if is_open else tuple(view.closed_by[i].split(";"))
        for i, is_open in enumerate(view.is_open.tolist())
    ]


def _mark_best_days(ax: Axes, block: _Block) -> None:
    view = block.view
    if not view.windows:
        return
    year, column = year_columns(np.array([window.best_day for window in view.windows], dtype="datetime64[D]"))
    rows = [block.row_of_year[int(y)] + 0.5 for y in year]
    ax.plot(column + 0.5, rows, linestyle="none", marker="o", markersize=2.1, color="white", markeredgewidth=0.0)


def _mark_nearly_open_days(ax: Axes, block: _Block) -> None:
    shown = block.view.day[block.view.nearly_open]
    if not shown.size:
        return
    year, column = year_columns(shown)
    rows = [block.row_of_year[int(y)] + 0.5 for y in year]
    is_dense = np.ptp(year_columns(block.view.day)[1]) > DENSE_COLUMNS
    ax.plot(
        column + 0.5,
        rows,
        linestyle="none",
        marker="o",
        markersize=1.9 if is_dense else 4.2,
        color=INK,
        markeredgecolor="white",
        markeredgewidth=0.0 if is_dense else 0.8,
        rasterized=True,
    )


def _dress_axis(ax: Axes, views: Sequence[LaneView], blocks: Sequence[_Block], bottom: float) -> None:
    left, right = _shown_columns(views)
    ax.set_xlim(left, right)
    ax.set_ylim(bottom + 0.2, 0.0)
    lines = MONTH_STARTS[(MONTH_STARTS >= left) & (MONTH_STARTS <= right)]
    ticks = _day_ticks(views) if right - left <= MOST_DAY_TICKS else _month_ticks(left, right)
    ax.set_xticks(lines, minor=False, labels=[])
    ax.set_xticks(list(ticks), labels=list(ticks.values()), minor=True)
    ax.tick_params(axis="x", which="minor", length=0, labeltop=right - left > MOST_DAY_TICKS, labelbottom=True)
    ax.tick_params(axis="x", which="major", length=0)
    ax.tick_params(axis="y", length=0)
    rows = {row + 0.5: str(year) for block in blocks for year, row in block.row_of_year.items()}
    ax.set_yticks(list(rows), labels=list(rows.values()))
    ax.spines[:].set_visible(False)
    ax.set_axisbelow(False)
    for block in blocks:
        _draw_month_lines(ax, block, lines)
        _write_header(ax, block, left, right)


def _shown_columns(views: Sequence[LaneView]) -> tuple[int, int]:
    """First column to show and the one after the last: the year, unless the horizon lies within one year."""
    ends = np.array([min(view.day[0] for view in views), max(view.day[-1] for view in views)])
    year, column = year_columns(ends)
    if year[0] != year[1]:
        return 0, int(MONTH_STARTS[-1])
    return int(column[0]), int(column[1]) + 1


def _month_ticks(left: int, right: int) -> dict[float, str]:
    """Name each month at the middle of what is shown of it."""
    ends = [(max(a, left), min(b, right)) for a, b in pairwise(MONTH_STARTS.tolist())]
    named = zip(ends, MONTHS, strict=True)
    return {float(a + b) / 2.0: month for (a, b), month in named if b - a > FEW_OF_A_MONTH}


def _day_ticks(views: Sequence[LaneView]) -> dict[float, str]:
    """Number the days: every one of a month or so, else 1, 8, 15 and 22; the first of each month names it."""
    day = np.arange(min(view.day[0] for view in views), max(view.day[-1] for view in views) + 1)
    number = (day - day.astype("datetime64[M]")).astype(int) + 1
    shown = np.isin(number, WEEKLY_DAYS) if day.size > EVERY_DAY else np.ones(day.size, dtype=bool)
    column, month = year_columns(day)[1], day.astype("datetime64[M]").astype(int) % 12
    ticks, named = {}, -1
    for k in np.flatnonzero(shown).tolist():
        ticks[float(column[k]) + 0.5] = f"{number[k]}" if month[k] == named else f"{number[k]}\n{MONTHS[month[k]]}"
        named = month[k]
    return ticks


def _draw_month_lines(ax: Axes, block: _Block, columns: NDArray[np.int64]) -> None:
    rows = list(block.row_of_year.values())
    ax.vlines(columns, min(rows), max(rows) + 1.0, color="white", linewidth=1.1, zorder=3)
    ax.vlines(columns, min(rows), max(rows) + 1.0, color=FAINT, linewidth=0.4, zorder=3.1)


def _write_header(ax: Axes, block: _Block, left: float, right: float) -> None:
    view = block.view
    row = block.top + HEADER_ROWS - 0.35
    ax.text(left, row, view.lane, fontsize=10, fontweight="bold", color=INK, va="bottom", ha="left")
    ax.text(right, row, lane_facts(view), fontsize=8, color=MUTED, va="bottom", ha="right")


def lane_facts(view: LaneView) -> str:
    """Vehicles, open days, windows and payload of a lane in one line; a dagger where figures are assumed."""
    days = f"{int(view.is_open.sum())} of {view.is_open.size} days open"
    parts = [view.way, days, f"{len(view.windows)} window{'' if len(view.windows) == 1 else 's'}"]
    payload = view.landed_payload_kg[view.is_open]
    if payload.size:
        parts.append(f"{payload.min() / 1000.0:.2f}–{payload.max() / 1000.0:.2f} t landed{assumed_mark(view)}")
    return "  ·  ".join(parts)


def assumed_mark(view: LaneView) -> str:
    """Return a dagger where the lane's numbers rest on assumed figures."""
    return "†" if view.assumed else ""


def _add_legend(ax: Axes, shown: Sequence[ReasonStyle], note: str) -> None:
    shades = tuple(Patch(facecolor=shade) for shade in OPEN_SHADES)
    handles: list[Any] = [shades] + [
        Patch(facecolor=style.face, edgecolor=style.hatch_colour, hatch=style.hatch or None, linewidth=0.0)
        for style in shown
    ]
    steps = ", ".join(f"{100.0 * share:.0f}" for share in SHADE_SHARES)
    labels = [f"open: below {steps} % of the lane's best payload, above"] + [
        f"closed: {style.label}" for style in shown
    ]
    ax.figure.legend(
        handles,
        labels,
        title=note,
        title_fontsize=8,
        alignment="left",
        loc="outside lower center",
        ncols=3,
        fontsize=8,
        handlelength=3.2,
        handleheight=1.3,
        columnspacing=1.6,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)},
    )
