"""A flight from the parking orbit to the Moon: in fixed axes, in axes turning with the Moon, and near the Moon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import NDArray

from plots.style import BURN_COLOUR, EARTH_COLOUR, FAINT, INK, MOON_COLOUR, MUTED
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.results.tracks import FlightTrack
from sim.units import DAY_S, M_PER_KM

FloatArray = NDArray[np.float64]

NEAR_MOON_KM = 6000.0
"""Half-height of the view near the Moon; it is wider than high by the next figure."""
NEAR_MOON_WIDE = 1.75

BURN_SHORT = {"translunar_injection": "TLI", "lunar_orbit_insertion": "LOI"}
KM_PER_TICK = 1000.0

BURN_OFFSETS: dict[str, tuple[tuple[int, int] | None, ...]] = {
    "inertial": ((8, 16), (-8, 18)),
    "rotating": ((10, -16), (-10, -16)),
    "near_moon": (None, (9, 4)),
}
"""Where the label of the first and of the later burns stands from its mark, in points: where flights leave room."""

DAY_LABEL_PT = 10.0
ROOM_SHARES = (0.16, 0.13)
CLEAR_SHARE = 0.06
"""Dots nearer to each other than this share of the Moon's distance are not both labelled."""


@dataclass(frozen=True, slots=True)
class View:
    """A flight on the page: points (S, 2) in the axis' unit, and the discs to draw.

    ``burns`` (B, 2) in the order of the track's burns. Day labels stand on the side away from ``labels_from`` (none: no
    labels). ``moon`` (S, 2) is the Moon's path, ``unit_km`` what one unit of
    the axis is at arrival.
    """

    path: FloatArray
    moon: FloatArray
    earth: FloatArray | None
    burns: FloatArray
    labels_from: tuple[float, float] | None
    unit_km: float
    x_label: str
    y_label: str


def draw_trajectory(ax: Axes, track: FlightTrack, frame: str) -> None:
    """Draw a flight in ``inertial``, ``rotating`` or ``near_moon`` axes, burns and days marked, bodies to scale."""
    view = VIEWS[frame](track)
    ax.set_aspect("equal", adjustable="box" if frame == "near_moon" else "datalim")
    _draw_bodies(ax, view)
    ax.plot(*view.path.T, color=INK, linewidth=1.3, zorder=3)
    _mark_days(ax, track, view)
    _mark_burns(ax, track, view, BURN_OFFSETS[frame])
    ax.set_xlabel(view.x_label)
    ax.set_ylabel(view.y_label)
    ax.grid(visible=True, color=FAINT, linewidth=0.3)
    if frame == "near_moon":
        half = NEAR_MOON_KM / view.unit_km
        ax.set(xlim=(-NEAR_MOON_WIDE * half, NEAR_MOON_WIDE * half), ylim=(-half, half))
    else:
        _leave_room(ax, view)


def _leave_room(ax: Axes, view: View) -> None:
    """Widen what is shown by a share of the Moon's distance on every side, for the labels."""
    room = np.array(ROOM_SHARES) * float(np.linalg.norm(view.moon[-1]))
    points = np.concatenate([view.path, view.moon, np.zeros((1, 2))])
    ax.update_datalim([points.min(axis=0) - room, points.max(axis=0) + room])
    ax.margins(0.0)
    ax.autoscale_view()


def inertial_view(track: FlightTrack) -> View:
    """Geocentric, axes fixed: x to the Moon at arrival, y along its motion then, seen from north of its orbit."""
    axes = _frame_axes(track.moon_icrf_km[-1], track.moon_velocity_icrf_km_s[-1])[:2]
    page = axes.T / KM_PER_TICK
    return View(
        path=track.position_icrf_km @ page,
        moon=track.moon_icrf_km @ page,
        earth=np.zeros(2),
        burns=np.array([burn.position_icrf_km @ page for burn in track.burns]).reshape(-1, 2),
        labels_from=(200.0, 2000.0),
        unit_km=KM_PER_TICK,
        x_label="toward the Moon at arrival, 1000 km",
        y_label="along the Moon's motion, 1000 km",
    )


def rotating_view(track: FlightTrack) -> View:
    """Geocentric, turning and breathing with the Moon: the Moon stands still at (1, 0)."""
    axes = _frame_axes(track.moon_icrf_km, track.moon_velocity_icrf_km_s)[:, :2]
    distance_km = np.linalg.norm(track.moon_icrf_km, axis=-1)
    rows = np.array([_nearest(track, burn.t_tdb_s) for burn in track.burns], dtype=int)
    burn_km = np.array([burn.position_icrf_km for burn in track.burns]).reshape(-1, 3)
    return View(
        path=np.einsum("sij,sj->si", axes, track.position_icrf_km) / distance_km[:, None],
        moon=np.array([[1.0, 0.0]]),
        earth=np.zeros(2),
        burns=np.einsum("sij,sj->si", axes[rows], burn_km) / distance_km[rows, None],
        labels_from=(0.5, 0.0),
        unit_km=float(distance_km[-1]),
        x_label="toward the Moon, Earth–Moon distances",
        y_label="along its motion",
    )


def near_moon_view(track: FlightTrack) -> View:
    """Moon-centred, axes fixed: the plane of arrival, x to perilune, y along the flight there."""
    from_moon_km = track.position_icrf_km - track.moon_icrf_km
    speed_km_s = track.velocity_icrf_km_s[-1] - track.moon_velocity_icrf_km_s[-1]
    page = _frame_axes(from_moon_km[-1], speed_km_s)[:2].T / KM_PER_TICK
    return View(
        path=from_moon_km @ page,
        moon=np.zeros((1, 2)),
        earth=None,
        burns=np.array([(burn.position_icrf_km - burn.moon_icrf_km) @ page for burn in track.burns]).reshape(-1, 2),
        labels_from=None,
        unit_km=KM_PER_TICK,
        x_label="toward perilune, 1000 km",
        y_label="along the flight there, 1000 km",
    )


VIEWS: dict[str, Callable[[FlightTrack], View]] = {
    "inertial": inertial_view,
    "rotating": rotating_view,
    "near_moon": near_moon_view,
}


def _frame_axes(position_km: FloatArray, velocity_km_s: FloatArray) -> FloatArray:
    """Return unit rows (..., 3, 3): along the position, along the motion across it, normal of the orbit."""
    normal = np.cross(position_km, velocity_km_s)
    x = position_km / np.linalg.norm(position_km, axis=-1, keepdims=True)
    z = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.stack([x, np.cross(z, x), z], axis=-2)


def _nearest(track: FlightTrack, t_tdb_s: float) -> int:
    return int(np.argmin(np.abs(track.t_tdb_s - t_tdb_s)))


def _draw_bodies(ax: Axes, view: View) -> None:
    radius = R_MOON_KM / view.unit_km
    ax.plot(*view.moon.T, color=MOON_COLOUR, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    ax.add_patch(Circle(tuple(view.moon[-1]), radius, facecolor=MOON_COLOUR, edgecolor=MUTED, linewidth=0.5, zorder=2))
    _name(ax, view.moon[-1], "Moon", (10, -3) if view.earth is not None else (0, 0))
    if view.earth is not None:
        disc = Circle(tuple(view.earth), R_EARTH_KM / view.unit_km, facecolor=EARTH_COLOUR, linewidth=0.0, zorder=2)
        ax.add_patch(disc)
        _name(ax, view.earth, "Earth", (-8, 8))


def _name(ax: Axes, where: FloatArray, name: str, offset: tuple[int, int]) -> None:
    side = {1: "left", 0: "center", -1: "right"}[int(np.sign(offset[0]))]
    centre = "center" if offset == (0, 0) else "baseline"
    ax.annotate(
        name,
        (where[0], where[1]),
        offset,
        textcoords="offset points",
        ha=side,
        va=centre,
        fontsize=8,
        color=INK,
        zorder=5,
    )


def _mark_days(ax: Axes, track: FlightTrack, view: View) -> None:
    """Dots at whole days after injection, and on the Moon's path at the same times."""
    elapsed_d = (track.t_tdb_s - track.t_tdb_s[0]) / DAY_S
    days = np.arange(1, int(elapsed_d[-1]) + 1)
    rows = np.searchsorted(elapsed_d, days)
    ax.plot(*view.path[rows].T, linestyle="none", marker="o", markersize=3.2, color=INK, zorder=4)
    if len(view.moon) > 1:
        ax.plot(*view.moon[rows].T, linestyle="none", marker="o", markersize=2.6, color=MOON_COLOUR, zorder=2)
    if view.labels_from is not None:
        _label_days(ax, view, days, view.path[rows], np.array(view.labels_from))


def _label_days(ax: Axes, view: View, days: NDArray[np.int64], points: FloatArray, labels_from: FloatArray) -> None:
    """Name the days whose dots stand clear of the one named before and of the Moon."""
    clear = CLEAR_SHARE * float(np.linalg.norm(view.moon[-1]))
    last = np.zeros(2)
    for day, point in zip(days, points, strict=True):
        if min(np.linalg.norm(point - last), np.linalg.norm(point - view.moon[-1])) < clear:
            continue
        away = (point - labels_from) / np.linalg.norm(point - labels_from) * DAY_LABEL_PT
        ax.annotate(
            f"{day} d",
            point,
            tuple(away),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=7,
            color=MUTED,
            zorder=5,
        )
        last = point


def _mark_burns(ax: Axes, track: FlightTrack, view: View, offsets: Sequence[tuple[int, int] | None]) -> None:
    """Mark the burns and say their size; those without an offset lie outside the view."""
    for number, (burn, point) in enumerate(zip(track.burns, view.burns, strict=True)):
        offset = offsets[min(number, len(offsets) - 1)]
        if offset is None:
            continue
        marker = "v" if number == 0 else "D"
        ax.plot(*point, marker=marker, markersize=6, color=BURN_COLOUR, markeredgecolor="white", zorder=6)
        name = BURN_SHORT.get(burn.name, burn.name.replace("_", " "))
        ax.annotate(
            f"{name} {burn.dv_km_s * M_PER_KM:.0f} m/s",
            point,
            offset,
            textcoords="offset points",
            ha="left" if offset[0] > 0 else "right",
            fontsize=8,
            fontweight="bold",
            color=BURN_COLOUR,
            zorder=6,
        )
