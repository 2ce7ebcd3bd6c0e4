"""The constraint stack: the days each constraint closes as a strip, and below them the days one flight keeps all."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots.dates import show_days
from plots.lane import LaneView
from plots.marks import Box, add_rectangles, runs_of_equal
from plots.reasons import ReasonStyle
from plots.style import INK, MUTED, OPEN_SHADES, words

STRIP = 0.78
ALL = "all, by one flight"
LINE_LENGTH = 128
APART_COLOUR = "#b4bec7"
APART_LABEL = "closed: each is kept by some flight, all by none"
LEFT_LABEL = "day not closed by it"
LEFT_COLOUR = OPEN_SHADES[0]
ALL_COLOUR = OPEN_SHADES[-1]


def draw_constraint_stack(ax: Axes, view: LaneView, span: slice, styles: Mapping[str, ReasonStyle]) -> None:
    """Draw the strips of the constraints that close some day of ``span``; the others are named in a line below."""
    days = view.day[span].astype(float)
    closing = closing_constraints(view, span)
    for row, name in enumerate(closing):
        closed = named_days(view, span, name)
        add_rectangles(ax, strip_boxes(~closed, days[0], row), LEFT_COLOUR)
        style = styles[name]
        add_rectangles(ax, strip_boxes(closed, days[0], row), style.face, style.hatch, style.hatch_colour)
        _write_count(ax, ~closed, row)
    _draw_all(ax, view, span, len(closing))
    _dress_axis(ax, [words(name) for name in closing])
    show_days(ax, days[0], days[-1] + 1.0)
    ax.set_xlabel("\n".join(never_lines(view, span)), loc="left", fontsize=8, color=MUTED)


def closing_constraints(view: LaneView, span: slice) -> list[str]:
    """Names of what closes some day in ``span``, alone or with others, in the order the lane asks."""
    named = {name for closed in set(view.closed_by[span]) for name in closed.split(";") if name}
    return [name for name in view.constraints if name in named] + sorted(named.difference(view.constraints))


def named_days(view: LaneView, span: slice, name: str) -> NDArray[np.bool_]:
    """Days (N,) of ``span`` that a constraint closes, alone or with others."""
    return np.array([name in closed.split(";") for closed in view.closed_by[span]], dtype=bool)


def never_lines(view: LaneView, span: slice) -> list[str]:
    """Name the constraints that close no day of ``span``, in lines that leave room for the year at the right."""
    closing = closing_constraints(view, span)
    never = [words(name) for name in view.constraints if name not in closing]
    return textwrap.wrap(f"close no day here: {', '.join(never)}", LINE_LENGTH) if never else []


def strip_boxes(mask: NDArray[np.bool_], first_day: float, row: float) -> list[Box]:
    """Boxes of the runs of true days, in a row."""
    top = row + (1.0 - STRIP) / 2.0
    runs = [(first, stop) for first, stop in runs_of_equal(mask.tolist()) if mask[first]]
    return [(first_day + first, top, first_day + stop, top + STRIP) for first, stop in runs]


def _draw_all(ax: Axes, view: LaneView, span: slice, row: int) -> None:
    first = float(view.day[span][0].astype(float))
    is_open = view.is_open[span]
    apart = view.constraint_open[:, span].all(axis=0) & ~is_open
    add_rectangles(ax, strip_boxes(apart, first, row + 0.25), APART_COLOUR)
    add_rectangles(ax, strip_boxes(is_open, first, row + 0.25), ALL_COLOUR)
    _write_count(ax, is_open, row + 0.25)


def _write_count(ax: Axes, mask: NDArray[np.bool_], row: float) -> None:
    ax.annotate(
        f"{int(mask.sum())} d",
        (1.0, row + 0.5),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=INK,
        annotation_clip=False,
    )


def _dress_axis(ax: Axes, names: list[str]) -> None:
    rows = [*(number + 0.5 for number in range(len(names))), len(names) + 0.75]
    ax.set_yticks(rows, labels=[*names, ALL])
    ax.set_ylim(len(names) + 1.3, -0.1)
    ax.axhline(len(names) + 0.12, color=MUTED, linewidth=0.6)
    ax.tick_params(axis="y", length=0)
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.spines[["top", "right", "left"]].set_visible(False)
