"""Launch day against landing day, with the loiter between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import num2date
from numpy.typing import NDArray

from plots.dates import show_days, show_days_upwards
from plots.lane import LaneView, best_window
from plots.planning import ChanceView, LaunchView
from plots.style import BURN_COLOUR, FAINT, INK, MUTED

FloatArray = NDArray[np.float64]

SHOWN_DAYS = 92
"""Launch days shown around the lane's best flight: more, and a loiter of a week is lost on the diagonal."""

ROOM_DAYS = 4
"""Closed days shown before the first open one and after the last."""

FEW_LANDINGS = 6
"""Up to so many have room for their times in words."""

CHANCE_PT = 9.0
"""Width of a chance's stroke: it must stand out on both sides of the landing's dot."""

LOITER_COLOUR = "#a9c4de"
LANDING_COLOUR = "#08264d"


def draw_landing_days(
    ax: Axes, view: LaneView, launches: LaunchView, chances: Sequence[ChanceView], span: slice
) -> None:
    """Draw arrival, loiter and landing of every open day in ``span``, and the chances of the windows' best flights."""
    shown = np.flatnonzero(view.is_open[span] & np.isfinite(launches.landing_d[span])) + (span.start or 0)
    day = view.day[shown].astype(float) + 0.5
    arrival, landing = launches.arrival_d[shown], launches.landing_d[shown]
    ax.vlines(day, arrival, landing, color=LOITER_COLOUR, linewidth=1.6, zorder=2, label="loiter in lunar orbit")
    latest = _draw_chances(ax, view, chances, span)
    ax.plot(day, arrival, linestyle="none", marker="_", markersize=3.5, color=MUTED, zorder=3, label="arrival")
    ax.plot(day, landing, linestyle="none", marker="o", markersize=2.4, color=LANDING_COLOUR, zorder=4, label="landing")
    show_days(ax, float(view.day[span][0].astype(float)), float(view.day[span][-1].astype(float)) + 1.0)
    if shown.size:
        show_days_upwards(ax, float(arrival.min()) - 1.5, max(float(landing.max()), latest) + 1.5)
    if shown.size <= FEW_LANDINGS:
        _write_landings(ax, day, arrival, landing)
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_ylabel("landing day")


def _write_landings(ax: Axes, day: FloatArray, arrival_d: FloatArray, landing_d: FloatArray) -> None:
    for across, arrival, landing in zip(day, arrival_d, landing_d, strict=True):
        ax.annotate(
            f"{num2date(landing):%d %b %H:%M} after {landing - arrival:.2f} d",
            (across, (arrival + landing) / 2.0),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK,
        )


def days_around_best(view: LaneView) -> slice:
    """Open days around the lane's best flight with a few closed ones; the first days where it never opens."""
    best = best_window(view)
    middle = 0 if best is None else int((best.best_day - view.day[0]).astype(int))
    first = max(0, min(middle - SHOWN_DAYS // 2, view.day.size - SHOWN_DAYS))
    stop = min(first + SHOWN_DAYS, view.day.size)
    is_open = np.flatnonzero(view.is_open[first:stop])
    if not is_open.size:
        return slice(first, stop)
    return slice(max(first, first + int(is_open[0]) - ROOM_DAYS), min(stop, first + int(is_open[-1]) + 1 + ROOM_DAYS))


def _draw_chances(ax: Axes, view: LaneView, chances: Sequence[ChanceView], span: slice) -> float:
    """Strokes at the best day of each window: the landing chances that its flight could take; return the last one."""
    best_days = {window.window: window.best_day for window in view.windows}
    first, last = view.day[span][0], view.day[span][-1]
    points = [
        (best_days[each.window].astype(float) + 0.5, landing)
        for each in chances
        if each.window in best_days and first <= best_days[each.window] <= last
        for landing, closed in zip(each.landing_d, each.closed_by, strict=True)
        if not closed
    ]
    if not points:
        return -np.inf
    ax.plot(
        *np.array(points).T,
        linestyle="none",
        marker="_",
        markersize=CHANCE_PT,
        markeredgewidth=0.9,
        color=BURN_COLOUR,
        zorder=3.5,
        label="landing chance of a window's best flight",
    )
    return float(max(landing for _, landing in points))
