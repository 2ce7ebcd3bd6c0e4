"""The porkchop: launch day across, time of flight up, delta-v or landed kilograms as colour, reasons in the holes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from plots.dates import show_days
from plots.lane import LaneView
from plots.marks import Box, add_rectangles, runs_of_equal
from plots.reasons import ReasonStyle, reason_styles
from plots.style import GROUND, INK, MAP, MAP_REVERSED, MUTED, OPEN_SHADES

FloatArray = NDArray[np.float64]
Span = slice


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a porkchop shows, its unit, and whether little is good."""

    title: str
    unit: str
    little_is_good: bool


CONSTANT_ROOM = 0.01
CONSTANT_SHARE = 1e-6
"""Values that differ by less are one value: a milligram per kilogram."""
FIRST_REASON_NOTE = "a closed day wears the first constraint that closes it"
NO_CARGO = -1
NO_CARGO_NAME = "no cargo landed"
NO_CARGO_LABEL = "no cargo lands"

QUANTITIES = {
    "total_dv": Quantity("Injection and insertion delta-v", "m/s", little_is_good=True),
    "landed_payload": Quantity("Landed payload on open days", "kg", little_is_good=False),
}


def draw_porkchop(
    ax: Axes, view: LaneView, quantity: str = "total_dv", span: Span | None = None, hatched: bool = True
) -> QuadMesh:
    """Draw one quantity over launch day and time of flight; cells without a value wear their reason's colour.

    Delta-v is shown of every transfer there is, payload on open days only: a closed day wears the first
    constraint that closes it.
    ``span`` picks launch days (all by default). ``hatched`` is for spans short enough to show a hatch.
    Returns the mesh, for a colour bar.
    """
    days = span or slice(None)
    values = porkchop_values(view, quantity)
    edges = _edges(view, days)
    ax.set_facecolor(GROUND)
    _draw_holes(ax, hole_codes(view, quantity)[days].T, hole_styles(view), edges, hatched)
    if quantity == "landed_payload":
        _draw_closed_days(ax, view, days, edges)
    low, high = colour_limits(values)
    mesh = ax.pcolormesh(
        *edges,
        values[days].T,
        cmap=_colours(values, QUANTITIES[quantity]),
        vmin=low,
        vmax=high,
        shading="flat",
        rasterized=True,
        zorder=2,
    )
    _dress_axis(ax, *edges)
    return mesh


def _colours(values: FloatArray, shown: Quantity) -> str | ListedColormap:
    """Colours of a quantity: the darker the better, or one plain colour where it never changes."""
    if constant_words(values, shown.unit):
        return ListedColormap([OPEN_SHADES[0]])
    return MAP_REVERSED if shown.little_is_good else MAP


def mark_best_flights(ax: Axes, view: LaneView, span: Span) -> None:
    """Mark the best flight of each window that lies in the span."""
    first, last = view.day[span][0], view.day[span][-1]
    shown = [window for window in view.windows if first <= window.best_day <= last]
    days = [window.best_day.astype(float) + 0.5 for window in shown]
    flight = [window.tof_d for window in shown]
    ax.plot(
        days,
        flight,
        linestyle="none",
        marker="o",
        markersize=5.0,
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=0.9,
        zorder=4,
        label="best flight of a window",
    )


def porkchop_values(view: LaneView, quantity: str) -> FloatArray:
    """Return (N, T) in the units people read, NaN where there is nothing to show.

    Delta-v (m/s) is shown of every transfer there is, payload (kg) on open days only.
    """
    if quantity == "total_dv":
        return view.total_dv_m_s
    lands = (view.reason == 0) & (view.porkchop_payload_kg > 0.0)
    return np.where(lands & view.is_open[:, None], view.porkchop_payload_kg, np.nan)


def colour_limits(values: FloatArray) -> tuple[float, float]:
    """Limits that hold 1 to 99 % of the finite values, so that a few edge cells do not wash out the rest.

    A quantity that never changes gets a little room on both sides.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = np.quantile(finite, [0.01, 0.99]).tolist()
    room = 0.0 if high > low else max(CONSTANT_ROOM * abs(low), 0.5)
    return low - room, high + room


def best_year(view: LaneView) -> Span:
    """Return the calendar year with most open days (the first of equals; most transfers where no day is open)."""
    year = view.day.astype("datetime64[Y]").astype(int)
    flies = (view.reason == 0).sum(axis=1)
    score = view.is_open.astype(float) if view.is_open.any() else flies.astype(float)
    years, where = np.unique(year, return_inverse=True)
    chosen = int(np.argmax(np.bincount(where, weights=score)))
    inside = np.flatnonzero(year == years[chosen])
    return slice(int(inside[0]), int(inside[-1]) + 1)


def best_year_words(view: LaneView) -> str:
    """Say why `best_year` chose its year."""
    return f"the year with the most {'open days' if view.is_open.any() else 'flights found'}"


def span_words(view: LaneView, span: Span) -> str:
    """Name the days shown: the whole horizon, or the year."""
    return "whole horizon" if view.day[span].size == view.day.size else str(view.day[span][0].astype("datetime64[Y]"))


def constant_words(values: FloatArray, unit: str) -> str:
    """Say the one value there is, ``500 kg``; empty where values differ."""
    finite = values[np.isfinite(values)]
    if not finite.size or np.ptp(finite) > CONSTANT_SHARE * np.max(np.abs(finite)):
        return ""
    return f"{finite[0]:.0f} {unit}"


def hole_codes(view: LaneView, quantity: str) -> NDArray[np.int64]:
    """Return (N, T): why a cell has no value, 0 where it has; ``NO_CARGO`` where a flight lands nothing."""
    if quantity == "total_dv":
        return view.reason
    return np.where((view.reason == 0) & ~(view.porkchop_payload_kg > 0.0), NO_CARGO, view.reason)


def hole_styles(view: LaneView) -> dict[int, ReasonStyle]:
    """Look of each code that occurs among the lane's holes; 0 (flies) has none."""
    codes = [int(code) for code in np.unique(hole_codes(view, "landed_payload")) if code != 0]
    names = {code: NO_CARGO_NAME if code == NO_CARGO else view.reasons[code] for code in codes}
    styles = reason_styles(names.values())
    return {code: styles[name] for code, name in names.items()}


def closing_styles(view: LaneView) -> dict[str, ReasonStyle]:
    """Look of every constraint of the lane, the same as in the calendar."""
    named = [name for closed in sorted(set(view.closed_by)) for name in closed.split(";") if name]
    return reason_styles([*view.constraints, *named])


def hole_legend(view: LaneView, span: Span) -> list[Patch]:
    """Return handles that name the holes of a span, each look once; closed days only where payload is shown."""
    styles = closing_styles(view)
    closed = {first_reason(closed) for closed in view.closed_by[span]} if view.is_open.any() else set()
    said = [(f"day closed: {styles[name].label}", styles[name]) for name in styles if name in closed]
    shown = np.unique(hole_codes(view, "landed_payload")[span])
    for code, style in hole_styles(view).items():
        if code in shown:
            said.append((NO_CARGO_LABEL if code == NO_CARGO else f"no flight: {style.label}", style))
    once: dict[tuple[str, str, bool], tuple[str, ReasonStyle]] = {}
    for label, style in said:
        once.setdefault((style.face, style.hatch, label == NO_CARGO_LABEL), (label, style))
    return [
        Patch(facecolor=style.face, edgecolor=style.hatch_colour, hatch=style.hatch or None, linewidth=0.0, label=label)
        for label, style in once.values()
    ]


def _edges(view: LaneView, days: Span) -> tuple[FloatArray, FloatArray]:
    """Cell edges: dates as matplotlib counts them (days since 1970), times of flight in days."""
    number = view.day[days].astype(float)
    flight = view.time_of_flight_d
    if flight.size == 1:
        return np.append(number, number[-1] + 1.0), np.array([flight[0] - 0.5, flight[0] + 0.5])
    middle = (flight[1:] + flight[:-1]) / 2.0
    ends = (2.0 * flight[0] - middle[0], 2.0 * flight[-1] - middle[-1])
    return np.append(number, number[-1] + 1.0), np.concatenate([ends[:1], middle, ends[1:]])


def _draw_holes(
    ax: Axes,
    hole: NDArray[np.integer],
    styles: Mapping[int, ReasonStyle],
    edges: tuple[FloatArray, FloatArray],
    hatched: bool,
) -> None:
    if hatched:
        for code, style in styles.items():
            add_rectangles(ax, _code_boxes(hole == code, edges), style.face, style.hatch, style.hatch_colour)
        return
    if not styles:
        return
    codes = sorted(styles)
    shown = np.ma.masked_where(hole == 0, np.searchsorted(codes, hole))
    colours = ListedColormap([styles[code].face for code in codes])
    norm = BoundaryNorm(np.arange(len(codes) + 1) - 0.5, len(codes))
    ax.pcolormesh(*edges, shown, cmap=colours, norm=norm, shading="flat", rasterized=True, zorder=1)


def _draw_closed_days(ax: Axes, view: LaneView, days: Span, edges: tuple[FloatArray, FloatArray]) -> None:
    """Cover closed days, from the shortest to the longest flight, with the first constraint that closes them."""
    x, y = edges
    boxes: dict[str, list[Box]] = {}
    first_names = [first_reason(closed) for closed in view.closed_by[days]]
    for first, stop in runs_of_equal(first_names):
        if first_names[first]:
            boxes.setdefault(first_names[first], []).append((x[first], y[0], x[stop], y[-1]))
    styles = closing_styles(view)
    for name, places in boxes.items():
        add_rectangles(ax, places, styles[name].face, styles[name].hatch, styles[name].hatch_colour)


def first_reason(closed: str) -> str:
    """Return the first of the names joined with ``;``, empty for an open day."""
    return closed.split(";", maxsplit=1)[0]


def _code_boxes(inside: NDArray[np.bool_], edges: tuple[FloatArray, FloatArray]) -> list[Box]:
    """Boxes over the true cells of (T, N): neighbours in a row joined, equal rows above each other joined too."""
    x, y = edges
    boxes = []
    for bottom, top in runs_of_equal([row.tobytes() for row in inside]):
        for first, stop in runs_of_equal(inside[bottom].tolist()):
            if inside[bottom, first]:
                boxes.append((x[first], y[bottom], x[stop], y[top]))
    return boxes


def _dress_axis(ax: Axes, day_edges: FloatArray, flight_edges: FloatArray) -> None:
    show_days(ax, day_edges[0], day_edges[-1])
    ax.set_ylim(flight_edges[0], flight_edges[-1])
    ax.tick_params(labelcolor=MUTED)
    ax.set_ylabel("time of flight, d")
