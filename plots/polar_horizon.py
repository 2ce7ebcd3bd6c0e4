"""The whole horizon around a site on a polar axis, with the tracks of Sun and Earth over it.

North is up and azimuth runs clockwise, as on a map; elevation grows towards the middle, so that the ground lies around
the rim, as it does around someone who looks up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots.sky import GROUND_COLOUR, SUN_COLOUR, whole_circle
from plots.style import EARTH_COLOUR, FAINT, INK, MUTED

FloatArray = NDArray[np.float64]

DASHES: tuple[str | tuple[float, tuple[float, ...]], ...] = ("solid", (0, (6, 2)), (0, (1.5, 1.5)))
HOLE_SHARE = 0.22
"""Of the radius, left free in the middle: there the highest elevations would run together."""
RIM_ROOM_DEG = 0.6
COMPASS = ("N", "45°", "E", "135°", "S", "225°", "W", "315°")


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A way over the sky (n,), degrees; the name stands in the legend."""

    name: str
    azimuth_deg: FloatArray
    elevation_deg: FloatArray


def draw_polar_horizon(
    ax: Axes,
    mask_azimuth_deg: FloatArray,
    mask_elevation_deg: FloatArray,
    sun: Sequence[Track],
    earth: Sequence[Track] = (),
) -> None:
    """Draw a mask, filled, and tracks of the Sun (by season, in dashes of their own) and of the Earth.

    Raises
    ------
    TypeError
        For an axis that is not polar.
    """
    if not isinstance(ax, PolarAxes):
        message = "draw_polar_horizon takes an axis made with projection='polar'"
        raise TypeError(message)
    azimuth, ground = whole_circle(mask_azimuth_deg, mask_elevation_deg)
    low, high = _limits(ground, [*sun, *earth])
    ax.set_theta_zero_location("N")
    ax.set_theta_direction(-1)
    # A turned axis: its origin, where high elevations meet, lies beyond the highest one shown.
    ax.set_ylim(high, low)
    ax.set_rorigin(high + HOLE_SHARE / (1.0 - HOLE_SHARE) * (high - low))
    # Short chords: the rim and the ridge bend with the circle.
    fine = np.arange(azimuth[0], azimuth[-1] + 0.25, 0.25)
    ridge = np.interp(fine, azimuth, ground)
    ax.fill_between(np.radians(fine), low, ridge, color=GROUND_COLOUR, linewidth=0.0, zorder=1)
    ax.plot(np.radians(fine), ridge, color=MUTED, linewidth=0.8, zorder=1.1)
    ax.plot(
        np.linspace(0.0, 2.0 * np.pi, 361), np.zeros(361), color=INK, linewidth=0.5, linestyle=(0, (4, 3)), zorder=1.2
    )
    for tracks, colour, width in ((earth, EARTH_COLOUR, 0.8), (sun, SUN_COLOUR, 1.3)):
        for number, track in enumerate(tracks):
            seen = np.where((track.elevation_deg >= low) & (track.elevation_deg <= high), track.elevation_deg, np.nan)
            ax.plot(
                np.unwrap(np.radians(track.azimuth_deg)),
                seen,
                color=colour,
                linewidth=width,
                linestyle=DASHES[number % len(DASHES)],
                label=track.name,
                zorder=2,
            )
    _dress(ax, low, high)


def _limits(ground: FloatArray, tracks: Sequence[Track]) -> tuple[float, float]:
    """Elevations at the rim and nearest the middle: all of the ground, and all that the tracks show above it."""
    tops = [float(np.max(track.elevation_deg, initial=0.0)) for track in tracks]
    low = float(np.min(ground, initial=0.0)) - RIM_ROOM_DEG
    high = max([float(np.max(ground, initial=0.0)), *tops])
    return low, high + 0.05 * (high - low)


def _dress(ax: PolarAxes, low: float, high: float) -> None:
    ax.set_xticks(np.radians(np.arange(0.0, 360.0, 45.0)), labels=COMPASS)
    levels = [level for level in MaxNLocator(5).tick_values(low, high) if low < level < high]
    ax.set_yticks(levels, labels=[])
    for level in levels:
        ax.text(
            np.radians(22.5),
            level,
            f"{level:g}°".replace("-", "−"),
            fontsize=7.0,
            color=MUTED,
            ha="center",
            va="center",
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
            zorder=3,
        )
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines["inner"].set_visible(False)
