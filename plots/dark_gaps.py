"""Dark gaps along the years: how long each is, and which are the longest."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import num2date
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from plots.dates import show_days
from plots.style import BURN_COLOUR, FAINT, INK, MUTED, PAPER

FloatArray = NDArray[np.float64]

GAP_COLOUR = "#143e6e"
LABELLED = 3
ROOM_ABOVE = 1.18


def draw_dark_gaps(
    ax: Axes,
    start_d: FloatArray,
    length_d: FloatArray,
    span_d: tuple[float, float],
    bridged_d: float | None = None,
    labelled: int = LABELLED,
) -> None:
    """Draw gaps (G,) as stems where they begin, the longest with length and date.

    ``start_d`` and ``span_d`` count days since 1970-01-01; ``bridged_d`` is the length that batteries or heaters bear,
    drawn as a line, longer gaps in another colour and with open heads.
    """
    limit = np.inf if bridged_d is None else bridged_d
    for which, colour, face, label in (
        (length_d <= limit, GAP_COLOUR, GAP_COLOUR, "dark gap"),
        (length_d > limit, BURN_COLOUR, PAPER, "longer than can be bridged"),
    ):
        if which.any():
            ax.vlines(start_d[which], 0.0, length_d[which], color=colour, linewidth=0.7)
            ax.plot(
                start_d[which],
                length_d[which],
                linestyle="none",
                marker="o",
                markersize=2.6,
                color=colour,
                markerfacecolor=face,
                label=label,
            )
    high = max(float(length_d.max(initial=1.0)), 0.0 if bridged_d is None else bridged_d)
    show_days(ax, *span_d)
    ax.set_ylim(0.0, ROOM_ABOVE * high)
    if bridged_d is not None:
        ax.axhline(bridged_d, color=MUTED, linewidth=0.8, linestyle=(0, (5, 3)), zorder=0.9)
        ax.text(
            1.0,
            bridged_d,
            f"{bridged_d:g} d ",
            transform=ax.get_yaxis_transform(),
            ha="left",
            va="center",
            fontsize=7.5,
            color=MUTED,
        )
    for gap in _apart(start_d, length_d, labelled, 0.08 * (span_d[1] - span_d[0])):
        _write_gap(ax, float(start_d[gap]), float(length_d[gap]), span_d)
    ax.set_ylabel("length of gap, d")
    ax.grid(visible=True, axis="y", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def _apart(start_d: FloatArray, length_d: FloatArray, count: int, room_d: float) -> list[int]:
    """Longest gaps whose labels do not run into each other, longest first."""
    chosen: list[int] = []
    for gap in np.argsort(-length_d, kind="stable"):
        if len(chosen) < count and all(abs(start_d[gap] - start_d[other]) > room_d for other in chosen):
            chosen.append(int(gap))
    return chosen


def _write_gap(ax: Axes, start_d: float, length_d: float, span_d: tuple[float, float]) -> None:
    place = (start_d - span_d[0]) / (span_d[1] - span_d[0])
    ax.annotate(
        f"{length_d:.1f} d\n{num2date(start_d).strftime('%d %b %Y')}",
        (start_d, length_d),
        (0, 4),
        textcoords="offset points",
        ha="left" if place < 0.04 else "right" if place > 0.96 else "center",
        va="bottom",
        fontsize=7.5,
        color=INK,
        linespacing=1.1,
        path_effects=[withStroke(linewidth=2.0, foreground="white")],
    )
