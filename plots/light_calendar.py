"""The light of years on one page: a row for each year (or month), dark gaps outlined and counted in days.

Time is days since 1970-01-01, as matplotlib counts them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from plots.style import BURN_COLOUR, FAINT, MAP, PAPER

FloatArray = NDArray[np.float64]
Row = Literal["year", "month"]

LONGEST_ROW_D = {"year": 366, "month": 31}
MOST_CELLS_A_DAY = {"year": 4, "month": 24}
ROW_IN = {"year": 0.24, "month": 0.28}
"""Height of a row, for who lays out the page."""
ROOM_FOR_NUMBER = 0.012
"""Share of the width that the number of days takes."""
OUTLINE_COLOUR = BURN_COLOUR
_JITTER_D = 1e-5
"""Even steps of one clock are a second off those of another: a sample just before a cell belongs to it."""


def draw_light_calendar(
    ax: Axes,
    time_d: FloatArray,
    sun_fraction: FloatArray,
    gaps_d: FloatArray | None = None,
    longer_than_d: float = 0.0,
    row: Row = "year",
) -> AxesImage:
    """Draw the visible part of the Sun's disc, dark to light, and outline gaps (G, 2) from start to stop.

    Samples (K,) stand at even times; each cell shows the mean of those in it. Only gaps longer than ``longer_than_d``
    are outlined. Returns the image, for a colour bar.
    """
    grid = by_row_and_day(time_d, sun_fraction, row)
    extent = (0.0, float(LONGEST_ROW_D[row]), len(grid) - 0.5, -0.5)
    image = ax.imshow(grid, extent=extent, aspect="auto", interpolation="nearest", cmap=MAP, vmin=0.0, vmax=1.0)
    ax.set_facecolor(FAINT)
    starts_d = row_starts_d(time_d, row)
    for start_d, stop_d in np.empty((0, 2)) if gaps_d is None else gaps_d:
        if stop_d - start_d > longer_than_d:
            _outline(ax, start_d, stop_d, starts_d)
    _name_rows(ax, starts_d, row)
    _name_days(ax, row)
    ax.tick_params(length=2.5)
    ax.spines[:].set_visible(False)
    return image


def by_row_and_day(time_d: FloatArray, values: FloatArray, row: Row) -> FloatArray:
    """Arrange samples (K,) by year (or month) and time in it (rows, cells); NaN where there are none."""
    per_day = int(np.clip(round(1.0 / float(np.median(np.diff(time_d)))), 1, MOST_CELLS_A_DAY[row]))
    starts_d = row_starts_d(time_d, row)
    time_d = time_d + _JITTER_D
    line = np.searchsorted(starts_d, time_d, side="right") - 1
    cell = ((time_d - starts_d[line]) * per_day).astype(np.int64)
    shape = (len(starts_d), LONGEST_ROW_D[row] * per_day)
    flat = line * shape[1] + cell
    count = np.bincount(flat, minlength=shape[0] * shape[1])
    total = np.bincount(flat, values, minlength=shape[0] * shape[1])
    mean: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.reshape(shape)


def row_starts_d(time_d: FloatArray, row: Row) -> FloatArray:
    """First days of the years (or months) that the samples lie in."""
    unit = "datetime64[Y]" if row == "year" else "datetime64[M]"
    first, last = np.floor(time_d[[0, -1]] + _JITTER_D).astype("datetime64[D]").astype(unit)
    return np.arange(first, last + 1).astype("datetime64[D]").astype(np.float64)


def _outline(ax: Axes, start_d: float, stop_d: float, starts_d: FloatArray) -> None:
    """Outline a gap in each row it touches; its days stand in the longest piece, where they fit."""
    first, last = np.maximum(np.searchsorted(starts_d, [start_d, stop_d], side="right") - 1, 0)
    ends_d = [*starts_d[1:], np.inf]
    pieces = [
        (line, max(start_d, starts_d[line]) - starts_d[line], min(stop_d, ends_d[line]) - starts_d[line])
        for line in range(first, last + 1)
    ]
    for line, left, right in pieces:
        ax.add_patch(
            Rectangle((left, line - 0.42), right - left, 0.84, fill=False, edgecolor=OUTLINE_COLOUR, linewidth=0.9)
        )
    line, left, right = max(pieces, key=lambda piece: piece[2] - piece[1])
    if right - left > ROOM_FOR_NUMBER * abs(np.subtract(*ax.get_xlim())):
        ax.text(
            0.5 * (left + right),
            line,
            f"{stop_d - start_d:.0f}",
            ha="center",
            va="center_baseline",
            fontsize=6.5,
            color=PAPER,
            clip_on=True,
        )


def _name_rows(ax: Axes, starts_d: FloatArray, row: Row) -> None:
    names = (
        starts_d.astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]" if row == "year" else "datetime64[M]")
    )
    ax.set_yticks(range(len(starts_d)), labels=names.astype(str).tolist(), fontsize=8)
    for edge in range(1, len(starts_d)):
        ax.axhline(edge - 0.5, color=PAPER, linewidth=1.0)


def _name_days(ax: Axes, row: Row) -> None:
    if row == "month":
        ax.set_xticks(np.arange(0, 31, 5), labels=[str(day + 1) for day in range(0, 31, 5)])
        ax.set_xlabel("day of month (UTC)")
        return
    months = np.arange("2027-01", "2028-01", dtype="datetime64[M]").astype("datetime64[D]")
    days = (months - months[0]).astype(np.int64)
    ax.set_xticks(days, labels=[month.item().strftime("%b") for month in months], ha="left")
