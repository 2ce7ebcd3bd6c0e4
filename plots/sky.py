"""Sun and Earth over a landing site's horizon, with the landing chances of a flight."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import num2date
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from plots.planning import ChanceView, SkyView
from plots.style import BURN_COLOUR, EARTH_COLOUR, FAINT, INK, MUTED

FloatArray = NDArray[np.float64]

GROUND_COLOUR = "#d9d3c7"
SUN_COLOUR = "#e0a100"
OPEN_COLOUR = "#08264d"
SHOWN_AROUND_D = 2.0
"""Days of the Sun's track before the first chance and after the last."""
MOST_DATES = 7
LONG_JUMP_DEG = 180.0
EDGE_SHARE = 0.05
"""Of the height, at its top, without dates: they would stand in the title."""
LAST_RIGHT_DEG = 340.0
"""Azimuth from which on a date at the right of its spot would run off the panel."""
NOT_IN_LEGEND = "_"
STEEP = 1.5
"""Share of the height that a track climbs to the share of the width it runs: from here on it is steep."""


def draw_sky(ax: Axes, sky: SkyView, chances: ChanceView | None) -> None:
    """Draw the tracks of Sun and Earth over the horizon; chances lie where the Sun then is."""
    shown = _shown(sky, chances)
    low, high = _limits(sky, shown)
    ground = whole_circle(sky.mask_azimuth_deg, sky.mask_elevation_deg)
    ax.fill_between(ground[0], low, ground[1], color=GROUND_COLOUR, linewidth=0.0, zorder=1)
    ax.plot(*ground, color=MUTED, linewidth=0.7, zorder=1.1)
    ax.axhline(0.0, color=MUTED, linewidth=0.5, linestyle=(0, (4, 3)), zorder=1.2)
    for azimuth, elevation, colour, name in (
        (sky.sun_azimuth_deg, sky.sun_elevation_deg, SUN_COLOUR, "Sun"),
        (sky.earth_azimuth_deg, sky.earth_elevation_deg, EARTH_COLOUR, "Earth"),
    ):
        label = name if np.any((elevation[shown] >= low) & (elevation[shown] <= high)) else NOT_IN_LEGEND
        ax.plot(*without_jumps(azimuth[shown], elevation[shown]), color=colour, linewidth=1.3, zorder=2, label=label)
    if chances is not None:
        _draw_chances(ax, chances, (low, high))
    _write_dates(ax, sky, shown, (low, high))
    ax.set_xlim(0.0, 360.0)
    ax.set_ylim(low, high)
    ax.set_xticks(range(0, 361, 45), labels=("N", "45°", "E", "135°", "S", "225°", "W", "315°", "N"))
    ax.set_ylabel("elevation, °")
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def whole_circle(azimuth_deg: FloatArray, elevation_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Carry a horizon that ends short of north on to where it began."""
    if not azimuth_deg.size or azimuth_deg[-1] >= 360.0:
        return azimuth_deg, elevation_deg
    return np.append(azimuth_deg, azimuth_deg[0] + 360.0), np.append(elevation_deg, elevation_deg[0])


def without_jumps(azimuth_deg: FloatArray, elevation_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Break a track with NaN where it passes through north, so that no line crosses the page."""
    jumps = np.flatnonzero(np.abs(np.diff(azimuth_deg)) > LONG_JUMP_DEG) + 1
    return np.insert(azimuth_deg, jumps, np.nan), np.insert(elevation_deg, jumps, np.nan)


def _shown(sky: SkyView, chances: ChanceView | None) -> NDArray[np.bool_]:
    """Part of the tracks around the chances; all of it without any."""
    if chances is None or not chances.landing_d.size:
        return np.ones(sky.time_d.size, dtype=bool)
    first, last = chances.landing_d.min() - SHOWN_AROUND_D, chances.landing_d.max() + SHOWN_AROUND_D
    inside: NDArray[np.bool_] = (sky.time_d >= first) & (sky.time_d <= last)
    return inside if inside.any() else np.ones(sky.time_d.size, dtype=bool)


def _limits(sky: SkyView, shown: NDArray[np.bool_]) -> tuple[float, float]:
    """Elevations to show: everything above the ground, and a little of what lies below."""
    above = [sky.sun_elevation_deg[shown], sky.earth_elevation_deg[shown], sky.mask_elevation_deg]
    high = max(float(np.max(values, initial=1.0)) for values in above)
    ground = float(np.min(sky.mask_elevation_deg, initial=0.0))
    low = max(min(float(np.min(values, initial=0.0)) for values in above), ground - 0.15 * (high - ground) - 1.0)
    room = 0.08 * (high - low)
    return low - room, high + 2.0 * room


def _draw_chances(ax: Axes, chances: ChanceView, limits_deg: tuple[float, float]) -> None:
    inside = (chances.sun_elevation_deg >= limits_deg[0]) & (chances.sun_elevation_deg <= limits_deg[1])
    is_open = np.array([not closed for closed in chances.closed_by], dtype=bool)
    spots = np.stack([chances.sun_azimuth_deg, chances.sun_elevation_deg], axis=-1)
    looks = (
        (~is_open, "x", 3.0, MUTED, "landing chance, closed"),
        (is_open, "o", 3.0, OPEN_COLOUR, "landing chance that can be taken"),
    )
    for which, marker, size, colour, label in looks:
        here = which & inside
        if here.any():
            ax.plot(
                *spots[here].T, linestyle="none", marker=marker, markersize=size, color=colour, label=label, zorder=3
            )
    if chances.taken >= 0 and inside[chances.taken]:
        ax.plot(
            *spots[chances.taken],
            linestyle="none",
            marker="D",
            markersize=7.0,
            color=BURN_COLOUR,
            markeredgecolor="white",
            label="landing flown",
            zorder=5,
        )


def _write_dates(ax: Axes, sky: SkyView, shown: NDArray[np.bool_], limits_deg: tuple[float, float]) -> None:
    """Write dates beside the Sun's track, at 00:00 UTC: above it where it runs along, at its right where it climbs.

    A date whose Sun stands outside the limits is left out.
    """
    along = np.nansum(np.abs(np.diff(without_jumps(sky.sun_azimuth_deg[shown], sky.sun_elevation_deg[shown])[0])))
    climb = np.sum(np.abs(np.diff(sky.sun_elevation_deg[shown])))
    low, high = limits_deg
    is_steep = climb / (high - low) > STEEP * along / 360.0
    offset, sideways, upwards = ((9, 0), "left", "center") if is_steep else ((0, 8), "center", "baseline")
    time_d = sky.time_d[shown]
    days = np.arange(np.ceil(time_d[0]), time_d[-1])
    for day in days[:: max(1, -(-days.size // MOST_DATES))]:
        row = int(np.argmin(np.abs(time_d - day)))
        spot = (sky.sun_azimuth_deg[shown][row], sky.sun_elevation_deg[shown][row])
        if not low <= spot[1] <= high - EDGE_SHARE * (high - low):
            continue
        ax.plot(*spot, marker="o", markersize=3.5, color="white", markeredgecolor=SUN_COLOUR, zorder=4)
        past_edge = is_steep and spot[0] > LAST_RIGHT_DEG
        ax.annotate(
            num2date(day).strftime("%d %b"),
            spot,
            (-offset[0], 0) if past_edge else offset,
            textcoords="offset points",
            ha="right" if past_edge else sideways,
            va=upwards,
            fontsize=7.5,
            color=INK,
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
            zorder=6,
        )
