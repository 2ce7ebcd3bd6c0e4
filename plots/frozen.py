"""Long-term stability of an orbit about the Moon: eccentricity against argument of perilune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from plots.style import (
    BURN_COLOUR,
    FAINT,
    INK,
    MOON_COLOUR,
    MUTED,
    RUN_COLOURS,
    moonport_style,
    new_figure,
    save_figure,
    write_title,
)

if TYPE_CHECKING:
    from sim.orbit.frozen import StabilityPicture

FloatArray = NDArray[np.float64]

STEM = "frozen"
WIDTH_IN, HEIGHT_IN = 8.6, 5.6
CONTOURS = 26
FEW_DEG = 1.0
TRACK_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


@dataclass(frozen=True, slots=True, eq=False)
class FlownTrack:
    """Means of each revolution of a flight: a name, and e and argument of perilune (M, 2), radians."""

    name: str
    elements: FloatArray


def draw_frozen(picture: StabilityPicture, tracks: Sequence[FlownTrack], subtitle: str, folder: Path) -> list[Path]:
    """Draw the figure as PNG and SVG into a folder."""
    with moonport_style():
        return save_figure(frozen_figure(picture, tracks, subtitle), folder, STEM)


def frozen_figure(picture: StabilityPicture, tracks: Sequence[FlownTrack], subtitle: str) -> Figure:
    """Make the figure: contours, frozen orbits and flown tracks."""
    figure = new_figure(WIDTH_IN, HEIGHT_IN)
    write_title(figure, f"Where orbits of {picture.semi_major_axis_km:,.0f} km about the Moon go in years", subtitle)
    draw_stability(figure.add_subplot(), picture, tracks)
    return figure


def draw_stability(ax: Axes, picture: StabilityPicture, tracks: Sequence[FlownTrack] = ()) -> None:
    """Draw the paths of the averaged orbit, its frozen orbits, the ground, and flown tracks."""
    highest = 1.08 * float(picture.eccentricity[-1])
    ax.contour(
        np.degrees(picture.argument_rad),
        picture.eccentricity,
        picture.hamiltonian,
        levels=_levels(picture.hamiltonian),
        colors=MUTED,
        linewidths=0.6,
        linestyles="solid",
    )
    if picture.ground_eccentricity < highest:
        ax.axhspan(picture.ground_eccentricity, highest, color=MOON_COLOUR, alpha=0.55, linewidth=0.0)
        middle = 0.5 * (picture.ground_eccentricity + highest)
        ax.text(180.0, middle, "perilune in the ground", ha="center", va="center", fontsize=8, color=INK)
    for number, track in enumerate(tracks):
        colour, style = RUN_COLOURS[number % len(RUN_COLOURS)], TRACK_STYLES[number % len(TRACK_STYLES)]
        ax.plot(*_folded(track.elements), color=colour, linestyle=style, linewidth=0.9, label=track.name)
    _draw_frozen_orbits(ax, picture)
    _dress(ax, picture, highest)


def _levels(hamiltonian: FloatArray) -> FloatArray:
    """Levels with equal shares of the plane between them, so that flat parts are not left empty."""
    levels: FloatArray = np.unique(np.quantile(hamiltonian, np.linspace(0.01, 0.99, CONTOURS)))
    return levels


def _folded(elements: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Argument in [0, 360) deg and eccentricity, broken where the argument passes a full turn."""
    turns = np.degrees(elements[:, 1])
    argument, e = np.mod(turns, 360.0), elements[:, 0]
    jumps = np.flatnonzero(np.abs(np.diff(argument)) > 180.0) + 1
    return np.insert(argument, jumps, np.nan), np.insert(e, jumps, np.nan)


def _draw_frozen_orbits(ax: Axes, picture: StabilityPicture) -> None:
    for is_stable, marker, label in ((True, "o", "frozen, stable"), (False, "X", "frozen, unstable")):
        some = [orbit for orbit in picture.frozen if orbit.is_stable == is_stable]
        if some:
            ax.plot(
                [np.degrees(orbit.argument_of_perilune_rad) for orbit in some],
                [orbit.eccentricity for orbit in some],
                linestyle="none",
                marker=marker,
                markersize=8.0,
                color=BURN_COLOUR,
                markeredgecolor="white",
                label=label,
                zorder=5,
            )


def _dress(ax: Axes, picture: StabilityPicture, highest: float) -> None:
    ax.set_xlim(0.0, 360.0)
    ax.set_ylim(0.0, highest)
    ax.set_xticks(range(0, 361, 45))
    ax.set_xlabel("argument of perilune, °  (90: apolune over the south, 270: over the north)")
    ax.set_ylabel("eccentricity")
    ax.grid(visible=True, color=FAINT, linewidth=0.3)
    inclination = ax.secondary_yaxis("right")
    ticks = np.array([tick for tick in ax.get_yticks() if 0.0 <= tick <= picture.eccentricity[-1]])
    inclination.set_yticks(ticks, labels=_inclination_words(picture, ticks))
    inclination.set_ylabel("inclination that goes with it, °")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, fontsize=8)


def _inclination_words(picture: StabilityPicture, eccentricity: FloatArray) -> list[str]:
    inclination_deg = np.degrees(np.interp(eccentricity, picture.eccentricity, picture.inclination_rad))
    digits = 1 if np.ptp(inclination_deg) > FEW_DEG else 3
    return [f"{one:.{digits}f}" for one in inclination_deg]
