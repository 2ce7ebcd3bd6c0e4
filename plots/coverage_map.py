"""Maps of coverage: the whole Moon by latitude and longitude, and the surroundings of a pole.

Arrays are plain: latitudes (A,) and east longitudes (B,) of the middles of cells, degrees ascending, values (A, B):
shares from 0 to 1, or hours of the longest gap. The better, the lighter; lines of equal value say the same in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.patches import Circle
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray

from plots.style import BURN_COLOUR, INK, MAP, MAP_REVERSED, MUTED

FloatArray = NDArray[np.float64]
Site = tuple[str, float, float]
"""Name, latitude and east longitude in degrees."""

FLAT = 1e-3
"""Of a scale's range: values that differ by less have no lines."""
GRATICULE_STEPS = ((2.0, 8.0), (5.0, 20.0), (10.0, 50.0), (15.0, 90.0))
"""Degrees between circles of latitude about a pole, up to how wide a map."""
LIMB_DEG = 90.0
"""Longitude at which the near side ends, libration apart."""


@dataclass(frozen=True, slots=True)
class MapScale:
    """How values become colours and lines: map of colours, range, levels with a line, their words.

    ``pale`` says which lines lie on dark ground and are white.
    """

    colours: str
    least: float
    most: float
    levels: tuple[float, ...]
    write: Callable[[float], str]
    pale: Callable[[float], bool]
    is_log: bool = False

    @property
    def norm(self) -> Normalize:
        """Values to the range of the colours."""
        return LogNorm(self.least, self.most, clip=True) if self.is_log else Normalize(self.least, self.most)


def percent_words(share: float) -> str:
    """Write a share as per cent."""
    return f"{100.0 * share:.0f} %"


def hour_words(hours: float) -> str:
    """Write hours in their natural unit."""
    if hours < 1.0:
        return f"{60.0 * hours:.0f} min"
    return f"{hours:g} h" if hours < 48.0 else f"{hours / 24.0:.0f} d"


SHARES = MapScale(MAP, 0.0, 1.0, (0.5, 0.9, 0.99), percent_words, lambda share: share < 0.9)
GAPS_H = MapScale(
    MAP_REVERSED, 0.5, 336.0, (2.0, 6.0, 24.0, 168.0), hour_words, lambda hours: hours > 20.0, is_log=True
)
"""Half an hour to fourteen days; what is shorter looks as half an hour does, what is longer as fourteen days."""

_HALO: list[AbstractPathEffect] = [withStroke(linewidth=2.0, foreground="white")]


def draw_global_coverage(
    ax: Axes,
    latitude_deg: FloatArray,
    longitude_deg: FloatArray,
    values: FloatArray,
    sites: Sequence[Site] = (),
    scale: MapScale = SHARES,
) -> QuadMesh:
    """Draw values over the whole Moon, the near side in the middle; the mesh is for a colour bar."""
    mesh = ax.pcolormesh(
        _edges(longitude_deg), _edges(latitude_deg), values, cmap=scale.colours, norm=scale.norm, rasterized=True
    )
    _write_levels(ax, longitude_deg, latitude_deg, values, scale)
    for limb in (-LIMB_DEG, LIMB_DEG):
        ax.axvline(limb, color="white", linewidth=0.9, linestyle=(0, (5, 3)))
    for longitude, words in ((0.0, "near side"), (-135.0, "far side"), (135.0, "far side")):
        ax.annotate(
            words, (longitude, 1.0), (0, 3), ("data", "axes fraction"), "offset points",
            ha="center", va="bottom", fontsize=8, color=MUTED,
        )  # fmt: skip
    for name, latitude, longitude in sites:
        # Names of places at a pole stay off the frame.
        lift = -7.0 * np.sign(latitude) if abs(latitude) > 86.0 else 0.0
        _mark_site(ax, name, (_signed(longitude), latitude), _signed(longitude) > 120.0, lift)
    ax.set_xlim(-180.0, 180.0)
    ax.set_ylim(-90.0, 90.0)
    ax.set_xticks(range(-180, 181, 45), labels=[_longitude_words(lon) for lon in range(-180, 181, 45)])
    ax.set_yticks(range(-90, 91, 30), labels=[_latitude_words(lat) for lat in range(-90, 91, 30)])
    ax.grid(visible=True, color="white", linewidth=0.3, alpha=0.5)
    ax.set_aspect("equal")
    return mesh


def draw_polar_coverage(
    ax: Axes,
    latitude_deg: FloatArray,
    longitude_deg: FloatArray,
    values: FloatArray,
    pole: Literal["south", "north"] = "south",
    sites: Sequence[Site] = (),
    scale: MapScale = SHARES,
) -> QuadMesh:
    """Draw values about a pole in polar stereographic projection, seen from above the ground.

    The near side lies at the top of a southern map and at the bottom of a northern one, east longitudes at the right of
    both. The mesh is for a colour bar.
    """
    edge_lat, edge_lon = np.clip(_edges(latitude_deg), -90.0, 90.0), _edges(longitude_deg)
    corner_latitude, corner_longitude = np.meshgrid(edge_lat, edge_lon, indexing="ij")
    mesh = ax.pcolormesh(
        *_on_page(corner_latitude, corner_longitude, pole),
        values,
        cmap=scale.colours,
        norm=scale.norm,
        rasterized=True,
    )
    # The circle is closed: the last meridian again at the first.
    around = np.append(longitude_deg, longitude_deg[0] + 360.0)
    middle_latitude, middle_longitude = np.meshgrid(latitude_deg, around, indexing="ij")
    places = _on_page(middle_latitude, middle_longitude, pole)
    _write_levels(ax, *places, np.concatenate([values, values[:, :1]], axis=1), scale)
    outer = float(np.min(np.abs(edge_lat)))
    _draw_graticule(ax, outer, pole)
    for name, latitude, longitude in sites:
        if np.sign(latitude) == (-1.0 if pole == "south" else 1.0) and abs(latitude) >= outer:
            x, y = _on_page(np.array(latitude), np.array(longitude), pole)
            _mark_site(ax, name, (float(x), float(y)), bool(float(x) > 0.5 * float(_radius(outer))))
    reach = 1.2 * float(_radius(outer))
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-reach, reach)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return mesh


def _write_levels(ax: Axes, x: FloatArray, y: FloatArray, values: FloatArray, scale: MapScale) -> None:
    """Draw lines of equal value with their numbers, where values differ enough to have any."""
    margin = FLAT * (scale.most - scale.least) if not scale.is_log else 0.0
    levels = [level for level in scale.levels if values.min() + margin < level < values.max() - margin]
    if not levels:
        return
    colours = ["white" if scale.pale(level) else INK for level in levels]
    lines: QuadContourSet = ax.contour(x, y, values, levels=levels, colors=colours, linewidths=0.9)
    longest = [max(pieces, key=lambda piece: _along(piece)[-1]) for pieces in lines.allsegs if pieces]
    # Numbers of neighbouring lines stand at different parts of them.
    spots = [_spot(piece, 0.15 + 0.2 * number) for number, piece in enumerate(longest)]
    for text in ax.clabel(lines, fmt=scale.write, fontsize=7.5, manual=spots, colors=INK):
        text.set_rotation(0.0)
        text.set_path_effects(_HALO)


def _along(piece: FloatArray) -> FloatArray:
    """Length (n,) of a line (n, 2) up to each of its points."""
    steps = np.hypot(*np.diff(piece, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _spot(piece: FloatArray, share: float) -> tuple[float, float]:
    """Point of a line (n, 2) after a share of its length."""
    along = _along(piece)
    x, y = piece[np.searchsorted(along, share * along[-1])]
    return float(x), float(y)


def _draw_graticule(ax: Axes, outer_deg: float, pole: Literal["south", "north"]) -> None:
    sign = -1.0 if pole == "south" else 1.0
    rim = float(_radius(outer_deg))
    step = next(step for step, widest in GRATICULE_STEPS if 90.0 - outer_deg <= widest)
    for latitude in np.arange(np.ceil(outer_deg / step) * step, 90.0, step):
        ax.add_patch(Circle((0.0, 0.0), float(_radius(latitude)), fill=False, color="white", linewidth=0.5, alpha=0.8))
        if latitude <= outer_deg:
            continue
        x, y = _on_page(np.array(sign * latitude), np.array(45.0), pole)
        ax.text(
            float(x), float(y), _latitude_words(sign * latitude), fontsize=7, color=INK, ha="center", va="center",
            path_effects=_HALO,
        )  # fmt: skip
    ax.add_patch(Circle((0.0, 0.0), rim, fill=False, color=MUTED, linewidth=0.8))
    for longitude in range(-150, 181, 30):
        x, y = _on_page(np.full(2, sign * outer_deg), np.full(2, float(longitude)), pole)
        ax.plot([0.0, x[0]], [0.0, y[0]], color="white", linewidth=0.4, alpha=0.7)
        side = {0: "near side\n", 180: "far side\n"}.get(longitude, "")
        words = f"{side}{_longitude_words(longitude)}" if y[0] > 0 else _below(side, longitude)
        ax.text(
            1.05 * x[0], 1.05 * y[0], words, fontsize=8, color=MUTED, linespacing=1.1,
            ha="center" if abs(x[0]) < 0.3 * rim else ("left" if x[0] > 0 else "right"),
            va="center" if abs(y[0]) < 0.3 * rim else ("bottom" if y[0] > 0 else "top"),
        )  # fmt: skip


def _below(side: str, longitude: int) -> str:
    """Words under the map: the side's name below the number."""
    return f"{_longitude_words(longitude)}\n{side.strip()}" if side else _longitude_words(longitude)


def _mark_site(ax: Axes, name: str, spot: tuple[float, float], at_left: bool, lift: float = 0.0) -> None:
    ax.plot(*spot, marker="o", markersize=5.0, color=BURN_COLOUR, markeredgecolor="white", zorder=5, clip_on=False)
    ax.annotate(
        name, spot, (-6 if at_left else 6, lift), textcoords="offset points", ha="right" if at_left else "left",
        va="center", fontsize=8, color=INK, path_effects=_HALO, zorder=6,
    )  # fmt: skip


def _on_page(
    latitude_deg: FloatArray, longitude_deg: FloatArray, pole: Literal["south", "north"]
) -> tuple[FloatArray, FloatArray]:
    """Stereographic place on the page of places about a pole."""
    radius, longitude = _radius(np.abs(latitude_deg)), np.radians(longitude_deg)
    return radius * np.sin(longitude), (1.0 if pole == "south" else -1.0) * radius * np.cos(longitude)


def _radius(latitude_deg: FloatArray | float) -> FloatArray | float:
    """Distance from the pole on the page, near it in degrees."""
    return np.degrees(2.0 * np.tan(0.5 * np.radians(90.0 - np.asarray(latitude_deg))))


def _edges(middles: FloatArray) -> FloatArray:
    """Edges (n + 1,) of even cells from their middles (n,)."""
    half = 0.5 * (middles[1] - middles[0]) if middles.size > 1 else 0.5
    return np.append(middles - half, middles[-1] + half)


def _signed(longitude_deg: float) -> float:
    return (longitude_deg + 180.0) % 360.0 - 180.0


def _latitude_words(latitude_deg: float) -> str:
    if latitude_deg == 0.0:
        return "0°"
    return f"{abs(latitude_deg):g}° {'N' if latitude_deg > 0 else 'S'}"


def _longitude_words(longitude_deg: float) -> str:
    if longitude_deg % 180.0 == 0.0:
        return f"{abs(longitude_deg):g}°"
    return f"{abs(longitude_deg):g}° {'E' if longitude_deg > 0 else 'W'}"
