"""How long contact is missing: gaps of several architectures by their length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from plots.style import FAINT, INK, RUN_COLOURS, shorten, words

FloatArray = NDArray[np.float64]

BINS_PER_DECADE = 5
SHORTEST_MIN = 1.0
"""Shorter gaps stand in the first bin."""
LEGEND_COLUMNS = 2
LEGEND_ROOM = 0.12
"""Of the height of the counts, for each row of names above them."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
TICKS_MIN = {
    1.0: "1 min",
    10.0: "10 min",
    60.0: "1 h",
    360.0: "6 h",
    1440.0: "1 d",
    5760.0: "4 d",
    20160.0: "14 d",
    86400.0: "60 d",
    525960.0: "1 yr",
}


def draw_gap_histogram(
    ax: Axes, gaps_by_architecture: Mapping[str, FloatArray], looks: Sequence[int] | None = None
) -> None:
    """Draw how many gaps last how long, an outline for each architecture and a triangle at its longest.

    Parameters
    ----------
    ax : Axes
    gaps_by_architecture : mapping of str to ndarray
        Lengths of gaps in minutes; an architecture without gaps is named and has no outline.
    looks : sequence of int, optional
        Number of each one's colour and dashes, where not all of a row are shown.
    """
    looks = range(len(gaps_by_architecture)) if looks is None else looks
    names = list(gaps_by_architecture)
    lengths = [np.maximum(np.asarray(gaps_by_architecture[name], dtype=float), SHORTEST_MIN) for name in names]
    edges = _edges(max((float(length.max(initial=SHORTEST_MIN)) for length in lengths), default=SHORTEST_MIN))
    counts = [np.histogram(length, edges)[0] for length in lengths]
    _draw_steps(ax, names, looks, lengths, counts, edges)
    for number, length in zip(looks, lengths, strict=True):
        if length.size:
            ax.plot(
                length.max(), 0.0, marker="v", markersize=8.0, color=_colour(number), markeredgecolor=INK,
                markeredgewidth=0.6, clip_on=False, zorder=4,
            )  # fmt: skip
    top = max((int(count.max(initial=0)) for count in counts), default=0)
    rows = -(-len(names) // LEGEND_COLUMNS)
    ax.set_xscale("log")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0.0, (1.06 + LEGEND_ROOM * rows) * max(top, 1))
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_locator(FixedLocator([tick for tick in TICKS_MIN if edges[0] <= tick <= edges[-1]]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: TICKS_MIN.get(tick, "")))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("time without contact")
    ax.set_ylabel("gaps")
    ax.grid(visible=True, axis="y", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", fontsize=8, ncols=LEGEND_COLUMNS)


def duration_words(minutes: float) -> str:
    """Write a length of time in its natural unit: ``42 min``, ``3.4 h``, ``2.6 d``."""
    if minutes < 99.5:
        return f"{minutes:.0f} min"
    return f"{minutes / 60.0:.1f} h" if minutes < 2880.0 else f"{minutes / 1440.0:.1f} d"


def _edges(longest_min: float) -> FloatArray:
    """Edges of bins, evenly by decades from a minute to beyond the longest."""
    bins = max(BINS_PER_DECADE, int(np.floor(BINS_PER_DECADE * np.log10(longest_min / SHORTEST_MIN))) + 1)
    edges: FloatArray = SHORTEST_MIN * 10.0 ** (np.arange(bins + 1) / BINS_PER_DECADE)
    return edges


def _draw_steps(
    ax: Axes,
    names: list[str],
    looks: Sequence[int],
    lengths: list[FloatArray],
    counts: list[NDArray[np.int64]],
    edges: FloatArray,
) -> None:
    """Draw the counts of all architectures over the same bins: outlines over each other, faintly filled."""
    for number, (name, length, count) in enumerate(zip(names, lengths, counts, strict=True)):
        colour, dashes = _colour(looks[number]), DASHES[looks[number] % len(DASHES)]
        ax.stairs(count, edges, fill=True, color=colour, alpha=0.16, linewidth=0.0, zorder=2.0)
        ax.stairs(
            count, edges, color=colour, linestyle=dashes, linewidth=2.0, zorder=3.0,
            label=f"{shorten(words(name), 40)}: {_note(length)}",
        )  # fmt: skip


def _note(length_min: FloatArray) -> str:
    if not length_min.size:
        return "no gap"
    number = "1 gap of" if length_min.size == 1 else f"{length_min.size} gaps, longest"
    return f"{number} {duration_words(float(length_min.max()))}"


def _colour(number: int) -> str:
    return RUN_COLOURS[number % len(RUN_COLOURS)]
