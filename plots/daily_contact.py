"""Contact day by day: a strip for each place and way, lighter the longer it lasts, and the data of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from numpy.typing import NDArray

from plots.dates import show_days
from plots.marks import draw_steps
from plots.style import FAINT, MAP, PAPER, RUN_COLOURS

FloatArray = NDArray[np.float64]

STRIP_IN = 0.26
"""Height of a strip, for who lays out the page."""
LONG_D = 400.0
"""From here on the volume is drawn as means over a month, over faint days."""
MONTH_D = 27
LINES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class ContactStrip:
    """Share of each day (D,) with contact of one place by one way, in words; ``whole`` is that of all days."""

    label: str
    share: FloatArray
    whole: float


def draw_contact_strips(
    ax: Axes, edge_d: FloatArray, strips: Sequence[ContactStrip], groups: Sequence[int]
) -> QuadMesh:
    """Draw strips below each other, days (D + 1,) to the right; the mesh is for a colour bar.

    ``groups`` are the numbers of the strips before which another place begins.
    """
    mesh = ax.pcolormesh(
        edge_d,
        np.arange(len(strips) + 1.0),
        np.stack([strip.share for strip in strips]),
        cmap=MAP,
        vmin=0.0,
        vmax=1.0,
        rasterized=True,
    )
    for row in range(1, len(strips)):
        ax.axhline(row, color=PAPER, linewidth=4.0 if row in groups else 1.5)
    middles = np.arange(len(strips)) + 0.5
    ax.set_ylim(len(strips), 0.0)
    ax.set_yticks(middles, labels=[strip.label for strip in strips])
    for middle, strip in zip(middles, strips, strict=True):
        ax.text(1.006, middle, share_words(strip.whole), transform=ax.get_yaxis_transform(), va="center", fontsize=8)
    ax.tick_params(axis="y", length=0.0)
    ax.spines[:].set_visible(False)
    show_days(ax, float(edge_d[0]), float(edge_d[-1]))
    return mesh


def share_words(share: float) -> str:
    """Write a share as per cent; only what is whole reads 100 %, only nothing 0 %."""
    if share <= 0.0:
        return "never"
    return f"{float(np.clip(100.0 * share, 0.1, 100.0 if share >= 1.0 else 99.9)):.1f} %"


def draw_daily_volume(ax: Axes, edge_d: FloatArray, names: Sequence[str], volume_gbit: FloatArray) -> None:
    """Draw the data of each day (P, D) as a line for each place; over years their running mean over a month."""
    is_long = edge_d[-1] - edge_d[0] > LONG_D
    for number, (name, volume) in enumerate(zip(names, volume_gbit, strict=True)):
        colour, line = RUN_COLOURS[number % len(RUN_COLOURS)], LINES[number % len(LINES)]
        if is_long:
            draw_steps(ax, volume, edge_d, color=colour, alpha=0.3, linewidth=0.4)
            mean = np.convolve(volume, np.full(MONTH_D, 1.0 / MONTH_D), "valid")
            first = edge_d[MONTH_D // 2 :][: len(mean)] + 0.5
            ax.plot(first, mean, color=colour, linewidth=1.4, linestyle=line, label=f"{name}, mean of {MONTH_D} days")
        else:
            draw_steps(ax, volume, edge_d, color=colour, linewidth=1.0, linestyle=line, label=name)
    ax.set_ylim(0.0, 1.08 * max(float(volume_gbit.max(initial=0.0)), 1e-9))
    ax.set_ylabel("data of the day, Gbit")
    show_days(ax, float(edge_d[0]), float(edge_d[-1]))
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, fontsize=8, borderaxespad=0.1)
