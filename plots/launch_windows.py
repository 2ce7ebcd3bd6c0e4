"""The daily launch window through a month: lift-off time of day against date, a bar from open to close by azimuth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.dates import DateFormatter, DayLocator
from numpy.typing import NDArray

from plots.dates import FEW_DAYS
from plots.lane import LaneView
from plots.marks import Box, add_rectangles, runs_of_equal
from plots.planning import LaunchView
from plots.reasons import ReasonStyle
from plots.style import FAINT, INK, MAP, MUTED

FloatArray = NDArray[np.float64]

HOURS = 24.0
PIECES = 24
"""Of a bar, each in the colour of its azimuth."""
BAR = 0.78
REASON_SHARE = 0.1
"""Of the height, below the hours, in which closed days say why."""
TICK_STEPS = ((8.0, 1.0), (16.0, 2.0))
"""Hours shown up to the first of each, and the hours from tick to tick; three beyond."""


def draw_launch_windows(
    ax: Axes,
    view: LaneView,
    launches: LaunchView,
    span: slice,
    azimuths_deg: tuple[float, float],
    styles: Mapping[str, ReasonStyle],
) -> PolyCollection:
    """Draw the launch windows of the days in ``span``; closed days say below the hours what closes them.

    Returns the bars, for a colour bar over ``azimuths_deg``.
    """
    first = float(view.day[span.start].astype(float))
    bars = window_bars(launches, span)
    drawn = PolyCollection(
        bars[0] + np.array([first, 0.0]), array=bars[1], cmap=MAP, norm=Normalize(*azimuths_deg), linewidths=0.0
    )
    ax.add_collection(drawn)
    _mark_best(ax, launches, span, first, azimuths_deg)
    low, high = hour_limits(launches, span)
    _draw_reasons(ax, view, span, (low - REASON_SHARE * (high - low), low), styles)
    _dress_axis(ax, (first, first + span.stop - span.start), (low, high))
    return drawn


def best_month(view: LaneView) -> slice:
    """Days of the month with the most open days, of equals the one that lands most; the first month if none opens."""
    months = view.day.astype("datetime64[M]")
    kinds, starts = np.unique(months, return_index=True)
    stops = [*starts[1:].tolist(), view.day.size]
    payload = np.where(view.is_open, np.nan_to_num(view.landed_payload_kg), 0.0)
    spans = [slice(int(first), int(stop)) for first, stop in zip(starts, stops, strict=True)]
    worth = [(int(view.is_open[s].sum()), float(payload[s].sum())) for s in spans]
    return spans[max(range(len(kinds)), key=worth.__getitem__)]


def azimuth_limits(launches: LaunchView, span: slice) -> tuple[float, float]:
    """Least and greatest azimuth of the days in ``span``, degrees."""
    ends = [launches.open_azimuth_deg[span], azimuths_at_close(launches)[span], launches.best_azimuth_deg[span]]
    known = np.concatenate(ends)
    known = known[np.isfinite(known)]
    if not known.size:
        return 0.0, 1.0
    return float(known.min()), float(known.max())


def azimuths_at_close(launches: LaunchView) -> FloatArray:
    """Azimuths at closing, counted on from those at opening without a jump at north."""
    turn = (launches.close_azimuth_deg - launches.open_azimuth_deg + 180.0) % 360.0 - 180.0
    found: FloatArray = launches.open_azimuth_deg + turn
    return found


def window_bars(launches: LaunchView, span: slice) -> tuple[FloatArray, FloatArray]:
    """Corners (K, 4, 2) of the pieces of all bars (days after the first, hours), and their azimuths (K,), degrees."""
    known = np.flatnonzero(np.isfinite(launches.open_h[span]))
    opens, closes = launches.open_h[span][known], launches.close_h[span][known]
    shares = np.linspace(0.0, 1.0, PIECES + 1)
    hours = opens[:, None] + shares * (closes - opens)[:, None]
    left = np.repeat(known + (1.0 - BAR) / 2.0, PIECES)
    low, high = hours[:, :-1].ravel(), hours[:, 1:].ravel()
    corners = [(left, low), (left + BAR, low), (left + BAR, high), (left, high)]
    begin, end = launches.open_azimuth_deg[span][known], azimuths_at_close(launches)[span][known]
    middles = (shares[:-1] + shares[1:]) / 2.0
    azimuth = begin[:, None] + middles * (end - begin)[:, None]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1), azimuth.ravel()


def hour_limits(launches: LaunchView, span: slice) -> tuple[float, float]:
    """Whole hours that hold every launch window of ``span``; room around it as far as the day goes."""
    ends = np.concatenate([launches.open_h[span], launches.close_h[span], launches.best_h[span]])
    known = ends[np.isfinite(ends)]
    if not known.size:
        return 0.0, HOURS
    low, high = float(np.floor(known.min() - 0.3)), float(np.ceil(known.max() + 0.3))
    room = max(0.0, np.ceil((6.0 - (high - low)) / 2.0))
    floor = 0.0 if known.min() >= 0.0 else -np.inf
    ceiling = HOURS if known.max() <= HOURS else np.inf
    return max(low - room, floor), min(high + room, ceiling)


def _mark_best(ax: Axes, launches: LaunchView, span: slice, first: float, azimuths_deg: tuple[float, float]) -> None:
    """Ring the best lift-off of each day, filled with its azimuth: a window of no length is seen by it alone."""
    hours = launches.best_h[span]
    known = np.flatnonzero(np.isfinite(hours))
    day = first + known + 0.5
    ax.scatter(day, hours[known], s=42.0, color="white", linewidths=0.0, zorder=3, clip_on=False)
    ax.scatter(
        day,
        hours[known],
        c=launches.best_azimuth_deg[span][known],
        cmap=MAP,
        norm=Normalize(*azimuths_deg),
        s=18.0,
        edgecolors=INK,
        linewidths=0.9,
        zorder=3.1,
        clip_on=False,
    )


def _draw_reasons(
    ax: Axes, view: LaneView, span: slice, row: tuple[float, float], styles: Mapping[str, ReasonStyle]
) -> None:
    """Say in a row between two hours what closes each closed day, several reasons one above the other."""
    first = float(view.day[span.start].astype(float))
    bottom, top = row[0], row[1] - 0.15 * (row[1] - row[0])
    boxes: dict[str, list[Box]] = {}
    for start, stop in runs_of_equal(view.closed_by[span]):
        names = [name for name in view.closed_by[span][start].split(";") if name]
        part = (top - bottom) / max(len(names), 1)
        for place, name in enumerate(names):
            box = (first + start, top - (place + 1) * part, first + stop, top - place * part)
            boxes.setdefault(name, []).append(box)
    for name, found in boxes.items():
        add_rectangles(ax, found, styles[name].face, styles[name].hatch, styles[name].hatch_colour)


def _dress_axis(ax: Axes, days: tuple[float, float], hours: tuple[float, float]) -> None:
    low, high = hours
    ax.set_xlim(*days)
    ax.set_ylim(low - 1.1 * REASON_SHARE * (high - low), high)
    step = next((step for most, step in TICK_STEPS if high - low <= most), 3.0)
    ticks = np.arange(np.ceil(low / step) * step, high + 0.1, step)
    ax.set_yticks(ticks, labels=[hour_label(tick) for tick in ticks])
    many = days[1] - days[0] > FEW_DAYS
    ax.xaxis.set_major_locator(DayLocator(bymonthday=(1, 5, 10, 15, 20, 25)) if many else DayLocator())
    ax.xaxis.set_major_formatter(DateFormatter("%d %b"))
    ax.xaxis.set_minor_locator(DayLocator())
    ax.set_ylabel("lift-off, UTC")
    ax.grid(visible=True, axis="y", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.axhline(low, color=MUTED, linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)


def hour_label(hour: float) -> str:
    """Time of day of an hour after midnight; hours of another day say so."""
    over = int((hour - (hour > 0.0) * 1e-9) // HOURS)
    clock = f"{int(hour - HOURS * over):02d}:00"
    return clock if over == 0 else f"{clock} {over:+d} d"


def azimuth_words(limits_deg: tuple[float, float]) -> str:
    """Say the one azimuth there is."""
    return f"azimuth {sum(limits_deg) / 2.0:.1f}°"
