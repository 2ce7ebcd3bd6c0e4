"""Orbits of the station's elements about the Moon, the Moon to scale: in fixed, turning and Moon-fixed axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from plots.style import BURN_COLOUR, EARTH_COLOUR, FAINT, INK, MOON_COLOUR, MUTED, RUN_COLOURS
from sim.constants import R_MOON_KM
from sim.units import DAY_S

FloatArray = NDArray[np.float64]

KM_PER_TICK = 1000.0
Line = Literal["-"] | tuple[float, Sequence[float]]
LINES: tuple[Line, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
FEW_DAYS = 10
"""So few points are marked one by one."""
LONG_D, FORTNIGHT = 400, 14
"""Days from which on fortnights are drawn."""
SMOOTHER, SMOOTHER_BELOW = 5, 20
"""Points drawn for each point of a path; of a ground track, which turns fast by a pole."""


@dataclass(frozen=True, slots=True)
class OrbitView:
    """How a path is laid on the page: its variable, the two axes drawn, the way to who looks, their names."""

    variable: str
    axes: tuple[int, int]
    towards: tuple[float, float, float]
    x_label: str
    y_label: str
    earth: bool


VIEWS = {
    "inertial": OrbitView("track_icrf_km", (0, 2), (0.0, -1.0, 0.0), "x ICRF, 1000 km", "z ICRF, 1000 km", earth=False),
    "rotating": OrbitView(
        "track_rotating_km",
        (0, 2),
        (0.0, -1.0, 0.0),
        "away from the Earth, 1000 km",
        "north of the Moon's orbit, 1000 km",
        earth=True,
    ),
    "rotating_above": OrbitView(
        "track_rotating_km",
        (0, 1),
        (0.0, 0.0, 1.0),
        "away from the Earth, 1000 km",
        "along the Moon's motion, 1000 km",
        earth=True,
    ),
    "moon_me": OrbitView(
        "track_moon_me_km",
        (1, 2),
        (1.0, 0.0, 0.0),
        "east, 1000 km, seen from the Earth's side",
        "north, 1000 km",
        earth=False,
    ),
}
TITLES = {
    "inertial": "Fixed axes (ICRF)",
    "rotating": "Axes that turn with the Earth, from the side",
    "rotating_above": "Axes that turn with the Earth, from north",
    "moon_me": "Axes of the Moon (mean Earth)",
}


def draw_orbits(ax: Axes, station: xr.Dataset, frame: str) -> None:
    """Draw the path of every element in one of ``VIEWS``, the Moon to scale, where each stands at first."""
    view = VIEWS[frame]
    ax.add_patch(Circle((0.0, 0.0), R_MOON_KM / KM_PER_TICK, facecolor=MOON_COLOUR, edgecolor=INK, linewidth=0.5))
    for number, name in enumerate(station["orbit"].values):
        path = in_front(smooth_path(station[view.variable].values[number]), view) / KM_PER_TICK
        colour, line = orbit_style(number)
        ax.plot(*path.T, color=colour, linestyle=line, linewidth=0.8, label=str(name), zorder=2)
        first = station[view.variable].values[number][0, list(view.axes)] / KM_PER_TICK
        ax.plot(*first, marker="o", markersize=4, color=colour, markeredgecolor=INK, markeredgewidth=0.5, zorder=3)
    if view.earth:
        ax.annotate(
            "to the Earth",
            (0.02, 0.02),
            xycoords="axes fraction",
            xytext=(52, 0),
            textcoords="offset points",
            fontsize=8,
            color=EARTH_COLOUR,
            va="center",
            arrowprops={"arrowstyle": "->", "color": EARTH_COLOUR},
        )
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.08)
    ax.set_xlabel(view.x_label)
    ax.set_ylabel(view.y_label)
    ax.grid(visible=True, color=FAINT, linewidth=0.3)


def smooth_path(r_km: NDArray[np.float32], smoother: int = SMOOTHER) -> FloatArray:
    """Points of a path (K, 3), even in time and NaN beyond its end, closer together: perilune takes few of them."""
    known = r_km[np.isfinite(r_km[:, 0])].astype(float)
    if len(known) < 4:
        return known
    steps = np.arange(len(known))
    fine: FloatArray = CubicSpline(steps, known)(np.linspace(0.0, steps[-1], smoother * steps[-1] + 1))
    return fine


def in_front(r_km: FloatArray, view: OrbitView) -> FloatArray:
    """Lay a path (K, 3) on the page (K, 2); what the Moon hides is NaN."""
    page: FloatArray = r_km[:, list(view.axes)].copy()
    is_hidden = (r_km @ np.array(view.towards) < 0.0) & (np.hypot(*page.T) < R_MOON_KM)
    page[is_hidden] = np.nan
    return page


def orbit_style(number: int) -> tuple[str, Line]:
    """Colour and line of an element: the line changes with each round of colours, for print in grey."""
    return RUN_COLOURS[number % len(RUN_COLOURS)], LINES[number % len(LINES)]


def draw_ground_tracks(ax: Axes, station: xr.Dataset) -> None:
    """Draw where each element stands overhead, longitude against latitude on the Moon; the far side is shaded."""
    for left, right in ((-180.0, -90.0), (90.0, 180.0)):
        ax.axvspan(left, right, color=FAINT, alpha=0.35, linewidth=0.0, zorder=0)
    for number, name in enumerate(station["orbit"].values):
        longitude, latitude = overhead_deg(smooth_path(station["track_moon_me_km"].values[number], SMOOTHER_BELOW))
        colour, line = orbit_style(number)
        ax.plot(longitude, latitude, color=colour, linestyle=line, linewidth=0.7, label=str(name))
    ax.set(xlim=(-180.0, 180.0), ylim=(-90.0, 90.0))
    ax.set_xticks(range(-180, 181, 45))
    ax.set_yticks(range(-90, 91, 30))
    ax.set_xlabel("east longitude, °")
    ax.set_ylabel("latitude, °")
    ax.grid(visible=True, color=FAINT, linewidth=0.4)


def mark_places(ax: Axes, places: Sequence[tuple[str, float, float]]) -> None:
    """Mark places (name, latitude, east longitude in degrees) on a page of ground tracks."""
    for name, latitude, longitude in places:
        at = (longitude + 180.0) % 360.0 - 180.0
        is_right, is_low = at > 120.0, latitude < -80.0
        ax.plot(at, latitude, marker="o", markersize=5.0, color=BURN_COLOUR, markeredgecolor="white", zorder=5)
        ax.annotate(
            name,
            (at, latitude),
            (-6 if is_right else 6, 6 if is_low else -6 if latitude > 80.0 else 0),
            textcoords="offset points",
            ha="right" if is_right else "left",
            va="center",
            fontsize=8,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            zorder=6,
        )


def overhead_deg(r_me_km: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude of a path (K, 3), broken where it crosses 180 degrees, and carried on to there."""
    longitude = np.degrees(np.arctan2(r_me_km[:, 1], r_me_km[:, 0]))
    latitude = np.degrees(np.arctan2(r_me_km[:, 2], np.hypot(r_me_km[:, 0], r_me_km[:, 1])))
    jump = np.flatnonzero(np.abs(np.diff(longitude)) > 180.0) + 1
    side = 180.0 * np.sign(longitude[jump - 1])
    share = (side - longitude[jump - 1]) / (longitude[jump] + 2.0 * side - longitude[jump - 1])
    at_edge = latitude[jump - 1] + share * (latitude[jump] - latitude[jump - 1])
    nothing = np.full(len(jump), np.nan)
    places = np.repeat(jump, 3)
    edges = np.stack([side, nothing, -side], axis=-1).ravel()
    heights = np.stack([at_edge, nothing, at_edge], axis=-1).ravel()
    return np.insert(longitude, places, edges), np.insert(latitude, places, heights)


def draw_perilune_history(ax: Axes, station: xr.Dataset) -> None:
    """Draw the perilune altitude of every element through the horizon, the ground as a line.

    Over years: the mean of each fortnight, in a band from its least to its most.
    """
    day = station["orbit_day"].values.astype("datetime64[s]").astype(float) / DAY_S
    for number, name in enumerate(station["orbit"].values):
        colour, line = orbit_style(number)
        altitude = station["day_perilune_altitude_km"].values[number].astype(float)
        known = np.isfinite(altitude)
        if len(day) > LONG_D and known.any():
            middle, mean, least, most = by_fortnight(day[known], altitude[known])
            ax.fill_between(middle, least, most, color=colour, alpha=0.25, linewidth=0.0)
            ax.plot(middle, mean, color=colour, linestyle=line, linewidth=1.3, label=str(name))
        else:
            few = "o" if known.sum() <= FEW_DAYS else ""
            ax.plot(
                day, altitude, color=colour, linestyle=line, linewidth=1.0, marker=few, markersize=5.0, label=str(name)
            )
    ax.axhline(0.0, color=INK, linewidth=0.8)
    ax.set_ylabel("perilune altitude, km")
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.spines[["top", "right"]].set_visible(False)


def by_fortnight(day: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Middles of fortnights, and mean, least and most of the days (K,) in each."""
    first = np.arange(0, len(day), FORTNIGHT)
    counts = np.diff(np.append(first, len(day)))
    mean, middle = (np.add.reduceat(each, first) / counts for each in (values, day))
    return middle, mean, np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)


def draw_argument_picture(ax: Axes, station: xr.Dataset) -> None:
    """Draw eccentricity against argument of perilune, day by day: what stays frozen goes round a point."""
    for number, name in enumerate(station["orbit"].values):
        colour, _ = orbit_style(number)
        argument = station["day_argument_of_perilune_deg"].values[number] % 360.0
        eccentricity = station["day_eccentricity"].values[number]
        size = 6.0 if len(argument) <= FEW_DAYS else 1.6
        ax.plot(argument, eccentricity, ".", color=colour, markersize=size, label=str(name))
    ax.set_xlabel("argument of perilune, °")
    ax.set_ylabel("eccentricity")
    ax.text(0.99, 0.02, "one dot a day", transform=ax.transAxes, ha="right", fontsize=8, color=MUTED)
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.spines[["top", "right"]].set_visible(False)
