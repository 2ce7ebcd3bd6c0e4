"""Light and the longest dark by lunar season: summers and winters of half a draconic year side by side.

Time is days since 1970-01-01, as matplotlib counts them.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from plots.dark_gaps import GAP_COLOUR
from plots.dates import show_days
from plots.sky import SUN_COLOUR
from plots.style import FAINT, INK, PAPER

FloatArray = NDArray[np.float64]

LOOKS = {True: ("summer", SUN_COLOUR), False: ("winter", GAP_COLOUR)}
MOST_LABELLED = 50
"""More bars than this stand without their numbers."""
LEAST_WHOLE = 10.0
"""Numbers from here on are told without decimals."""
ROOM_ABOVE = 1.15
GAP_SHARE = 0.08
"""Of a season's length, left free between bars."""


def draw_seasons(
    ax: Axes,
    edges_d: FloatArray,
    value: FloatArray,
    is_summer: NDArray[np.bool_],
    name: str,
    top: float | None = None,
) -> None:
    """Draw a bar for each season (S,) between edges (S + 1,), with its value; those that the dates cut are hollow.

    ``name`` stands at the axis; ``top`` is its upper end, by default a little above the highest bar.
    """
    length_d = np.diff(edges_d)
    ends_d, last = 0.5 * GAP_SHARE * length_d, len(value) - 1
    for season, (value_here, summer) in enumerate(zip(value.tolist(), is_summer.tolist(), strict=True)):
        colour, cut = LOOKS[summer][1], season in {0, last}
        ax.bar(
            edges_d[season] + ends_d[season],
            value_here,
            length_d[season] * (1.0 - GAP_SHARE),
            align="edge",
            facecolor=PAPER if cut else colour,
            edgecolor=colour,
            linewidth=0.8,
        )
        if len(value) <= MOST_LABELLED and not cut:
            middle_d = edges_d[season] + 0.5 * length_d[season]
            told = f"{value_here:.0f}" if value_here >= LEAST_WHOLE or not value_here else f"{value_here:.1f}"
            ax.text(middle_d, value_here, told, ha="center", va="bottom", fontsize=7.0, color=INK)
    show_days(ax, float(edges_d[0]), float(edges_d[-1]))
    ax.set_ylim(0.0, top or ROOM_ABOVE * float(value.max(initial=1.0)))
    ax.set_ylabel(name)
    ax.grid(visible=True, axis="y", color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def season_handles() -> list[Patch]:
    """Return what the legend shows."""
    return [Patch(facecolor=colour, label=name) for name, colour in LOOKS.values()]
