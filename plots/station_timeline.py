"""One axis for all that happens to a station: light, Earth, relays, power, eclipses, windows and arrivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots.dates import show_days
from plots.marks import add_rectangles
from plots.style import FAINT, GROUND, INK, words

FloatArray = NDArray[np.float64]

DAY_MS = 86_400_000.0
BAR = 0.62
MOMENT = 2.5
"""Strokes of moments are so many times as wide as the shortest bar."""
SHORTEST_SHARE = 0.0009
"""Of the width: a shorter event is drawn so wide, to be seen at all."""


@dataclass(frozen=True, slots=True)
class RowLook:
    """How one kind of event is drawn: name of its row, face, hatch, the hatch's colour, and whether as moments."""

    label: str
    face: str
    hatch: str = ""
    hatch_colour: str = "none"
    moments: bool = False


LOOKS = {
    "window": RowLook("open launch days", "#24568c"),
    "arrival": RowLook("arrivals", INK, moments=True),
    "dark": RowLook("dark", "#31393f"),
    "sun_eclipsed_by_earth": RowLook("Sun eclipsed by the Earth", "#d55e00", moments=True),
    "lunar_eclipse": RowLook("eclipse of the Moon", "#b2182b", moments=True),
    "earth_below_horizon": RowLook("Earth below the terrain", "#8d949a"),
    "sun_beside_earth": RowLook("Sun beside the Earth", "#e69f00", moments=True),
    "moon_beside_sun": RowLook("beside the Sun, from the Earth", "#8c6d1f", moments=True),
    "no_relay": RowLook("no relay", "#b9cfe0", "////", "#56b4e9"),
    "no_contact": RowLook("no contact at all", "#cc79a7"),
    "orbiter_eclipse_by_earth": RowLook("orbiter in the Earth's shadow", "#6a5acd", moments=True),
    "orbiter_eclipse_by_moon": RowLook("orbiter in the Moon's shadow", "#a39bdc"),
    "orbiter_behind_moon": RowLook("orbiter behind the Moon", "#c9b8a0"),
    "upkeep_burn": RowLook("upkeep burns", "#009e73", moments=True),
    "power_shortfall": RowLook("power short", "#d55e00", "xx", "#7a3600"),
    "element_dead": RowLook("elements lost", "#000000", moments=True),
    "end_of_life": RowLook("end of life in orbit", "#000000", moments=True),
    "task_done": RowLook("tasks done", "#009e73", moments=True),
    "arrival_conflict": RowLook("landings in conflict", "#d55e00", moments=True),
}
"""Rows from top to bottom; one for each subject where several have events of the kind."""

MOST_APART = 220
"""More events than this in a row, short as they are drawn, would run together: their share of the time is drawn."""

DAILY_RATE, FEW_DAYS = 0.7, 60.0
"""So do more events a day than this on an axis of more days than that."""
TOGETHER = {"arrival", "task_done", "end_of_life", "element_dead", "arrival_conflict", "upkeep_burn", "lunar_eclipse"}
"""Kinds with one row for all subjects."""
STATION = "station"
"""Name of the site among the places of contact."""
MOST_BINS = 400
"""Of a row of daily events."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Events of one kind and subject: starts and stops (N,), days since 1970."""

    kind: str
    subject: str
    start_day: FloatArray
    stop_day: FloatArray

    @property
    def label(self) -> str:
        """Name of the row."""
        return f"{LOOKS[self.kind].label} · {words(self.subject)}" if self.subject else LOOKS[self.kind].label


def timeline_rows(station: xr.Dataset) -> list[TimelineRow]:
    """Sort a station's events into rows, in the order of ``LOOKS``."""
    if "event_kind" not in station:
        return []
    kinds, subjects = station["event_kind"].values.astype(str), station["event_subject"].values.astype(str)
    start, stop = (days_of(station[f"event_{end}_utc"].values) for end in ("start", "stop"))
    first, last = days_of(station["time"].values[[0, -1]])
    is_shown = (start <= last) & (stop >= first)
    rows = []
    for kind in LOOKS:
        of_kind = (kinds == kind) & is_shown
        for subject in [""] if kind in TOGETHER else dict.fromkeys(subjects[of_kind]):
            chosen = of_kind & ((subjects == subject) | (subject == ""))
            if chosen.any():
                name = str(station.attrs["site"]) if subject == STATION else str(subject)
                rows.append(TimelineRow(kind, name, start[chosen], stop[chosen]))
    return rows


def days_of(epochs: NDArray[np.datetime64]) -> FloatArray:
    """Days since 1970 of UTC epochs."""
    return epochs.astype("datetime64[ms]").astype(np.float64) / DAY_MS


def timeline_height_in(rows: Sequence[TimelineRow]) -> float:
    """Height of the timeline, in inches."""
    return 1.2 + 0.27 * len(rows)


def draw_station_timeline(ax: Axes, station: xr.Dataset, rows: Sequence[TimelineRow]) -> None:
    """Draw a row for each kind and subject: bars for spans, strokes for moments, names of arrivals beside them."""
    first, last = days_of(station["time"].values[[0, -1]])
    shortest = SHORTEST_SHARE * (last - first)
    for number, row in enumerate(rows):
        look, top, bottom = LOOKS[row.kind], number + (1.0 - BAR) / 2.0, number + (1.0 + BAR) / 2.0
        add_rectangles(ax, [(first, top, last, bottom)], GROUND)
        if is_crowded(row, last - first):
            _draw_share(ax, row, look, (top, bottom), (first, last))
        else:
            _draw_spans(ax, row, look, (top, bottom), shortest * (MOMENT if look.moments else 1.0))
    ax.set_ylim(len(rows) + 0.1, -0.1)
    ax.set_yticks(np.arange(len(rows)) + 0.5, labels=[row.label for row in rows])
    for number, row in enumerate(rows):
        said = _count_words(row, (first, last))
        ax.text(1.006, number + 0.5, said, transform=ax.get_yaxis_transform(), va="center", fontsize=7.5)
    show_days(ax, first, last)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.5)
    ax.set_axisbelow(False)
    ax.spines[["left", "right", "top"]].set_visible(False)


def is_crowded(row: TimelineRow, length: float) -> bool:
    """Whether so many events of a row come so close that they would run together."""
    short = int(np.count_nonzero(row.stop_day - row.start_day < SHORTEST_SHARE * length))
    return short > MOST_APART or (length > FEW_DAYS and len(row.start_day) > DAILY_RATE * length)


def _draw_spans(ax: Axes, row: TimelineRow, look: RowLook, sides: tuple[float, float], shortest: float) -> None:
    """Draw a bar for each event, wide enough to be seen."""
    ends = [(a, max(b, a + shortest)) for a, b in zip(row.start_day, row.stop_day, strict=True)]
    boxes = [(a, sides[0], b, sides[1]) for a, b in ends]
    add_rectangles(ax, boxes, look.face, look.hatch if not look.moments else "", look.hatch_colour)


def _draw_share(
    ax: Axes, row: TimelineRow, look: RowLook, sides: tuple[float, float], ends: tuple[float, float]
) -> None:
    """Draw a strip whose height is the events' share of the time, or their number; the most fills the row."""
    edges, share = share_in_bins(row, ends)
    heights = sides[1] - share / max(float(share.max()), 1e-9) * (sides[1] - sides[0])
    ax.fill_between(np.repeat(edges, 2)[1:-1], np.repeat(heights, 2), sides[1], color=look.face, linewidth=0.0)


def share_in_bins(row: TimelineRow, ends: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Bins of whole days, at most so many, and the share of each that events cover; of moments how many a day."""
    width = np.ceil((ends[1] - ends[0]) / MOST_BINS)
    edges = np.append(np.arange(ends[0], ends[1] - 1e-6, width), ends[1])
    if not np.any(row.stop_day > row.start_day):
        return edges, np.histogram(row.start_day, edges)[0] / np.diff(edges)
    bounds = np.stack([row.start_day, row.stop_day], axis=1).ravel()
    covered = np.repeat(np.append(0.0, np.cumsum(row.stop_day - row.start_day)), 2)[1:-1]
    return edges, np.diff(np.interp(edges, bounds, covered)) / np.diff(edges)


def _count_words(row: TimelineRow, ends: tuple[float, float]) -> str:
    """Say how many there are, how long the longest, and what a full height means where there is one."""
    said = f"{len(row.start_day)}"
    longest = float((row.stop_day - row.start_day).max())
    if not LOOKS[row.kind].moments and longest > 0.0:
        said += f", to {longest:.1f} d" if longest >= 1.0 else f", to {24.0 * longest:.1f} h"
    if is_crowded(row, ends[1] - ends[0]):
        top = float(share_in_bins(row, ends)[1].max())
        said += f"; top: {top:.0%}" if longest > 0.0 else f"; top: {top:.1f} a day"
    return said


def time_note() -> str:
    """Say how to read the rows."""
    return "at the right: how many, and the longest; where too many for bars: their share of the time, full at “top”"
