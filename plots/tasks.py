"""Science tasks over time: how much of each is done, when it was, and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import Normalize
from matplotlib.dates import num2date
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from plots.dates import show_days
from plots.style import FAINT, INK, MUTED, words

FloatArray = NDArray[np.float64]

DONE_COLOUR = "#08264d"
PACE_MAP = "Blues"
HEIGHT = 0.7
LATE = 0.7
"""Share of the width from which on words stand at the left of a mark."""
MOST_COLUMNS = 220
"""Columns of the strip of a task: more are not seen."""

LIMIT_LOOKS: dict[str, tuple[str, str, str, str]] = {
    "arrival": ("not yet there", "#e4e7ea", "", "none"),
    "element": ("element asleep or dead", "#1c2733", "", "none"),
    "light": ("light", "#e0a100", "", "none"),
    "contact": ("contact", "#0072b2", "////", "#cfe3f2"),
    "sky": ("sky", "#56b4e9", "....", "#0b3d5c"),
    "power": ("power", "#d55e00", "\\\\\\\\", "#ffe3d1"),
    "crew": ("crew", "#009e73", "xxxx", "#d5f0e6"),
}
"""Words, face, hatch and its colour of what keeps a task from being worked on."""


@dataclass(frozen=True, slots=True, eq=False)
class TaskView:
    """Progress of tasks.

    Attributes
    ----------
    tasks : tuple of str
    edge_d : ndarray (n,)
        Edges of the steps, days since 1970-01-01.
    done_share : ndarray (T, n - 1)
        Done by the end of each step.
    done_d : ndarray (T,)
        Day on which it was done, NaN where it is not.
    work_h : ndarray (T,)
    limits : tuple of str
        Names of what may hold a task back.
    waited_h : ndarray (T, L)
        Hours in which each of them did not hold, until the task was done; they overlap.
    """

    tasks: tuple[str, ...]
    edge_d: FloatArray
    done_share: FloatArray
    done_d: FloatArray
    work_h: FloatArray
    limits: tuple[str, ...]
    waited_h: FloatArray


def draw_task_progress(ax: Axes, view: TaskView) -> None:
    """Draw a row for each task: darker where it is worked on more, a line that climbs from nothing to done."""
    for row in range(len(view.tasks)):
        _draw_pace(ax, view, row)
        _draw_climb(ax, view, row)
        _write_end(ax, view, row)
    ax.set_ylim(len(view.tasks) - 0.5, -0.5)
    ax.set_yticks(range(len(view.tasks)), [words(name) for name in view.tasks])
    ax.tick_params(axis="y", length=0.0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    show_days(ax, float(view.edge_d[0]), float(view.edge_d[-1]))


def pace_colours() -> ScalarMappable:
    """Colours of the pace, for a colour bar: share of the time worked."""
    return ScalarMappable(Normalize(0.0, 1.0), PACE_MAP)


def draw_task_limits(ax: Axes, view: TaskView) -> None:
    """Draw, for each task, a thin bar for every need: the days on which it did not hold. Several may lack at once."""
    shown = [column for column in range(len(view.limits)) if np.any(view.waited_h[:, column] > 0.0)]
    thick = HEIGHT / max(1, len(shown))
    for place, column in enumerate(shown):
        _, face, hatch, hatch_colour = LIMIT_LOOKS[view.limits[column]]
        top = np.arange(len(view.tasks)) - HEIGHT / 2.0 + (place + 0.5) * thick
        ax.barh(
            top, view.waited_h[:, column] / 24.0, thick, color=face, hatch=hatch, edgecolor=hatch_colour, linewidth=0.0
        )
    ax.set_ylim(len(view.tasks) - 0.5, -0.5)
    ax.set_yticks(range(len(view.tasks)), [""] * len(view.tasks))
    ax.tick_params(axis="y", length=0.0)
    ax.set_xlim(0.0, max(1.0, 1.04 * float(view.waited_h.max(initial=0.0)) / 24.0))
    ax.set_xlabel("days without it, until done (they overlap)")
    ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)


def limit_legend(view: TaskView) -> list[Patch]:
    """Patches for the legend: what ever lacked."""
    return [
        Patch(facecolor=face, hatch=hatch, edgecolor=hatch_colour, linewidth=0.0, label=label)
        for name, (label, face, hatch, hatch_colour) in LIMIT_LOOKS.items()
        if name in view.limits and np.any(view.waited_h[:, view.limits.index(name)] > 0.0)
    ]


def _draw_pace(ax: Axes, view: TaskView, row: int) -> None:
    """Colour the share of the time worked, in at most so many columns."""
    steps = view.done_share.shape[1]
    first = np.unique(np.linspace(0, steps, min(MOST_COLUMNS, steps) + 1).astype(int))
    reached_h = np.concatenate([[0.0], view.done_share[row]])[first] * view.work_h[row]
    day = view.edge_d[first]
    pace = np.diff(reached_h) / (24.0 * np.diff(day))
    boxes = [Rectangle((day[i], row - HEIGHT / 2.0), day[i + 1] - day[i], HEIGHT) for i in np.flatnonzero(pace > 0.0)]
    if boxes:
        colours = pace_colours().to_rgba(pace[pace > 0.0])
        ax.add_collection(PatchCollection(boxes, facecolors=colours, linewidth=0.0, zorder=1.0))
    ax.hlines(row + HEIGHT / 2.0, view.edge_d[0], view.edge_d[-1], color=FAINT, linewidth=0.6, zorder=0.9)


def _draw_climb(ax: Axes, view: TaskView, row: int) -> None:
    """Draw the share done as a line from the foot of the row to its top."""
    share = np.concatenate([[0.0], view.done_share[row]])
    until = len(share) if np.isnan(view.done_d[row]) else int(np.searchsorted(view.edge_d, view.done_d[row])) + 1
    ax.plot(view.edge_d[:until], row + HEIGHT * (0.5 - share[:until]), color=DONE_COLOUR, linewidth=1.3, zorder=2.0)


def _write_end(ax: Axes, view: TaskView, row: int) -> None:
    """Write when a task was done, or at the right edge how much of it is."""
    work = f"{view.work_h[row]:.0f} h"
    day, last = view.done_d[row], view.edge_d[-1]
    if np.isnan(day):
        _write(ax, f"{view.done_share[row, -1]:.0%} of {work}", (last, row), "right", MUTED)
        return
    ax.plot(day, row - HEIGHT / 2.0, marker="D", markersize=5.0, color=DONE_COLOUR, zorder=3.0, clip_on=False)
    is_late = day > view.edge_d[0] + LATE * (last - view.edge_d[0])
    _write(ax, f"{work} done {num2date(day):%d %b %Y}", (day, row), "right" if is_late else "left", INK)


def _write(ax: Axes, text: str, spot: tuple[float, float], side: Literal["left", "right"], colour: str) -> None:
    ax.annotate(
        text,
        spot,
        (8 if side == "left" else -8, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        fontsize=8,
        color=colour,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
        zorder=4.0,
    )
