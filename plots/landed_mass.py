"""Landed payload across the horizon: every open day, and the best of each window with its low and high figures."""

from __future__ import annotations

from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots.dates import show_days
from plots.lane import LaneView
from plots.style import BURN_COLOUR, FAINT, GROUND, INK, MUTED, words

FloatArray = NDArray[np.float64]

KG_PER_T = 1000.0
EDGE_SHARE = 0.004
"""Room before the first and after the last day, so that their marks stand clear of the frame."""
DAY_COLOUR = "#7ba7cf"
BEST_COLOUR = "#08264d"


def draw_landed_mass(ax: Axes, view: LaneView) -> None:
    """Draw one lane: pale dots for open days, dark dots with low to high bars for the best flights of windows.

    A lane that never opens gets a sentence in place of an empty panel.
    """
    days = view.day.astype(float)
    edge = EDGE_SHARE * days.size
    show_days(ax, days[0] - edge, days[-1] + 1.0 + edge)
    _dress_axis(ax)
    if not view.is_open.any():
        _say_why_empty(ax, view)
        return
    shown = view.is_open & np.isfinite(view.landed_payload_kg)
    ax.plot(
        days[shown] + 0.5,
        view.landed_payload_kg[shown] / KG_PER_T,
        linestyle="none",
        marker="o",
        markersize=1.8,
        markeredgewidth=0.0,
        color=DAY_COLOUR,
        label="open launch day, nominal",
        rasterized=True,
    )
    highest = _draw_window_bests(ax, view)
    _draw_best_line(ax, view)
    _note_low_case(ax, view)
    ax.set_ylim(0.0, highest * 1.12)


def never_open_sentence(view: LaneView, most: int = 3) -> str:
    """Say that a lane never opens, and what closes most of its days: at most so many constraints."""
    counts = Counter(name for closed in view.closed_by for name in closed.split(";") if name)
    if not counts:
        return "no launch day is open"
    said = [f"{words(name)} on {100.0 * number / view.day.size:.0f} %" for name, number in counts.most_common(most)]
    return f"no launch day is open. Closed by {', '.join(said)} of days"


def _draw_window_bests(ax: Axes, view: LaneView) -> float:
    """Draw the best flights with error bars; return the highest payload in tonnes."""
    day = np.array([window.best_day.astype(float) + 0.5 for window in view.windows])
    nominal, low, high = (
        np.array([getattr(window, f"landed_payload_{name}kg") for window in view.windows]) / KG_PER_T
        for name in ("", "low_", "high_")
    )
    ax.errorbar(
        day,
        nominal,
        yerr=np.maximum([nominal - low, high - nominal], 0.0),
        fmt="o",
        markersize=3.0,
        color=BEST_COLOUR,
        ecolor=MUTED,
        elinewidth=0.8,
        capsize=0.0,
        label="best of a window, low to high",
    )
    return float(np.nanmax(np.concatenate([high, nominal])))


def _draw_best_line(ax: Axes, view: LaneView) -> None:
    best = float(np.nanmax(view.landed_payload_kg[view.is_open])) / KG_PER_T
    ax.axhline(best, color=BURN_COLOUR, linewidth=0.7, linestyle=(0, (5, 3)), zorder=1)
    ax.annotate(
        f"{best:.2f} t",
        (1.0, best),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        color=BURN_COLOUR,
        fontsize=8,
        va="center",
        annotation_clip=False,
    )


def low_case_sentence(view: LaneView) -> str:
    """Say of how many windows the low figures land nothing; empty where they land something in all."""
    count = sum(1 for window in view.windows if window.landed_payload_low_kg <= 0.0)
    if not count:
        return ""
    whose = "any window" if count == len(view.windows) else f"{count} of {len(view.windows)} windows"
    return f"low figures land nothing in {whose}: bars reach down to 0"


def _note_low_case(ax: Axes, view: LaneView) -> None:
    ax.annotate(
        low_case_sentence(view),
        (1.0, 1.0),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=8,
        color=MUTED,
    )


def _say_why_empty(ax: Axes, view: LaneView) -> None:
    ax.set_facecolor(GROUND)
    ax.set_yticks([])
    ax.set_ylabel("")
    ax.text(0.5, 0.5, never_open_sentence(view), transform=ax.transAxes, ha="center", va="center", color=INK)


def _dress_axis(ax: Axes) -> None:
    ax.grid(visible=True, axis="both", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_ylabel("landed, t")
