"""Families of periodic orbits: their paths about the Moon, their stability and their periods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from plots.style import (
    BURN_COLOUR,
    FAINT,
    INK,
    MAP,
    MOON_COLOUR,
    MUTED,
    PAPER,
    moonport_style,
    new_figure,
    save_figure,
    write_title,
)
from sim.constants import R_MOON_KM
from sim.results.orbit_family import FamilySheet, Mark

FloatArray = NDArray[np.float64]

WIDTH_IN, HEIGHT_IN = 11.0, 9.6
THOUSAND = 1e-3
MARGIN_KM = 6000.0
NORTHWARD, OUTWARD = "z, thousand km north", "x, thousand km away from the Earth"


def draw_family(sheet: FamilySheet, folder: Path) -> list[Path]:
    """Draw the figure of a family (from `sim.results.orbit_family.family_sheet`) into a folder."""
    with moonport_style():
        figure = halo_figure(sheet) if sheet.kind == "halo" else retrograde_figure(sheet)
        return save_figure(figure, folder, f"family_{sheet.kind}")


def halo_figure(sheet: FamilySheet) -> Figure:
    """Make the figure of halos: paths from the side and from above, then index and period against perilune."""
    figure = new_figure(WIDTH_IN, HEIGHT_IN)
    (side, above), (index, period) = figure.subplots(2, 2, height_ratios=(1.5, 1.0))
    write_title(figure, f"The {sheet.name}", _halo_subtitle(sheet))
    figure.set_layout_engine("constrained", h_pad=0.06, w_pad=0.06)
    norm = LogNorm(1.0, float(sheet.values["stability_index"].max()))
    for ax, axis in ((side, 2), (above, 1)):
        draw_paths(ax, sheet, axis, sheet.values["stability_index"], norm)
    bar = figure.colorbar(ScalarMappable(norm, MAP), ax=[side, above], pad=0.01, aspect=30)
    bar.set_label("stability index (1: stable)", fontsize=8)
    _plain_log(bar.ax.yaxis)
    side.set_title("seen along the Moon's path")
    above.set_title("seen from the north")
    draw_index(index, sheet)
    draw_period(period, sheet)
    return figure


def retrograde_figure(sheet: FamilySheet) -> Figure:
    """Make the figure of distant retrograde orbits: paths from above, then period against half length."""
    figure = new_figure(WIDTH_IN, 6.4)
    above, period = figure.subplots(1, 2, width_ratios=(1.0, 1.1))
    low, high = (f"{value:.3g}" for value in sheet.values["period_d"][[0, -1]])
    note = f"three-body problem of Earth and Moon; periods {low} to {high} d; all stable (index 1)"
    write_title(figure, f"The {sheet.name}", note)
    figure.set_layout_engine("constrained", h_pad=0.06, w_pad=0.06)
    norm = Normalize(0.0, float(sheet.values["period_d"].max()))
    draw_paths(above, sheet, 1, sheet.values["period_d"], norm)
    above.set_title("seen from the north")
    figure.colorbar(ScalarMappable(norm, MAP), ax=above, pad=0.02, aspect=30).set_label("period, d", fontsize=8)
    size = sheet.values["amplitude_km"] * THOUSAND
    period.plot(size, sheet.values["period_d"], color=INK, linewidth=1.4)
    for mark in sheet.marks:
        _point_out(period, mark, mark.values["amplitude_km"] * THOUSAND, mark.values["period_d"], (8, -10))
    _dress(period, "half length along the line to the Earth, thousand km", "period, d")
    return figure


def _halo_subtitle(sheet: FamilySheet) -> str:
    period = sheet.values["period_d"]
    size = sheet.values["amplitude_km"]
    return (
        f"three-body problem of Earth and Moon, axes that turn with them; periods {period.min():.2f} to "
        f"{period.max():.2f} d, up to {size.max():,.0f} km from the plane; the last touches the Moon"
    )


def draw_paths(ax: Axes, sheet: FamilySheet, axis: int, shade: FloatArray, norm: Normalize) -> None:
    """Draw members in x and another coordinate (1: y, 2: z), the Moon to scale, libration points, marked members."""
    paths = sheet.paths_km[:, :, [0, axis]] * THOUSAND
    lines = LineCollection(list(paths), array=shade[sheet.drawn], cmap=MAP, norm=norm, linewidths=0.9)
    ax.add_collection(lines)
    ax.add_patch(
        Circle((0.0, 0.0), R_MOON_KM * THOUSAND, facecolor=MOON_COLOUR, edgecolor=INK, linewidth=0.5, zorder=4)
    )
    for mark in sheet.marks[:1]:
        place = (mark.path_km[:, [0, axis]] * THOUSAND).T
        ax.plot(*place, color=BURN_COLOUR, linewidth=1.6, linestyle=(0, (5, 2)), label=f"{mark.resonance} resonance")
        ax.legend(loc="lower left" if sheet.point == "L1" else "lower right", fontsize=8)
    corners = np.concatenate([paths.reshape(-1, 2), [[0.0, 0.0]]])
    low, high = corners.min(axis=0) - MARGIN_KM * THOUSAND, corners.max(axis=0) + MARGIN_KM * THOUSAND
    for name, x_km in sheet.points_km.items():
        if low[0] < x_km * THOUSAND < high[0]:
            ax.plot(x_km * THOUSAND, 0.0, marker="x", color=INK, markersize=6, zorder=5)
            _name(ax, name, x_km, "left" if x_km > 0.0 else "right", 5)
    _name(ax, "Moon", 0.0, "right" if sheet.point == "L2" else "left", -12)
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    ax.set_aspect("equal")
    _dress(ax, OUTWARD, "y, thousand km along the Moon's path" if axis == 1 else NORTHWARD)


def _name(ax: Axes, name: str, x_km: float, side: str, up_points: int) -> None:
    """Name a place on the line from Earth to Moon, readable over paths."""
    offset = (6 if side == "left" else -6, up_points)
    ax.annotate(
        name,
        (x_km * THOUSAND, 0.0),
        offset,
        textcoords="offset points",
        fontsize=8,
        ha=side,
        zorder=6,
        path_effects=[withStroke(linewidth=2.0, foreground=PAPER)],
    )


def draw_index(ax: Axes, sheet: FamilySheet) -> None:
    """Draw the stability index against perilune, marked members pointed out."""
    radius, index = _perilune(sheet.values["perilune_altitude_km"]), sheet.values["stability_index"]
    ax.plot(radius, index, color=INK, linewidth=1.4)
    ax.set_yscale("log")
    ax.set_ylim(0.55, 1.6 * index.max())
    _plain_log(ax.yaxis)
    for mark in sheet.marks:
        _point_out(ax, mark, _perilune(mark.values["perilune_altitude_km"]), mark.values["stability_index"], (3, -14))
    _dress(ax, "perilune radius, thousand km", "stability index")


def draw_period(ax: Axes, sheet: FamilySheet) -> None:
    """Draw the period against perilune, marked members pointed out."""
    ax.plot(_perilune(sheet.values["perilune_altitude_km"]), sheet.values["period_d"], color=INK, linewidth=1.4)
    for mark in sheet.marks:
        _point_out(ax, mark, _perilune(mark.values["perilune_altitude_km"]), mark.values["period_d"], (8, -10))
    _dress(ax, "perilune radius, thousand km", "period, d")


def _perilune(altitude_km: FloatArray | float) -> FloatArray:
    return np.asarray((altitude_km + R_MOON_KM) * THOUSAND)


def _point_out(ax: Axes, mark: Mark, x: FloatArray | float, y: float, offset: tuple[int, int]) -> None:
    ax.plot(x, y, marker="o", markersize=5.5, color=BURN_COLOUR, markeredgecolor=INK, markeredgewidth=0.6, zorder=5)
    ax.annotate(mark.resonance, (float(x), y), offset, textcoords="offset points", fontsize=8.5, color=INK)


def _plain_log(axis: object) -> None:
    """Write 1, 10, 100 rather than powers."""
    axis.set_major_locator(LogLocator(10.0))  # type: ignore[attr-defined]
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))  # type: ignore[attr-defined]
    axis.set_minor_formatter(NullFormatter())  # type: ignore[attr-defined]


def _dress(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, fontsize=8.5)
    ax.set_ylabel(y, fontsize=8.5)
    ax.tick_params(labelsize=8, length=2.5)
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(MUTED)
