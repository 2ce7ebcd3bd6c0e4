"""Array against battery: the smallest battery for each array, and what both weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from plots.style import BURN_COLOUR, FAINT, INK, MUTED

FloatArray = NDArray[np.float64]

BATTERY_COLOUR = "#0072b2"
HIGHEST = 3.0
"""Times the value of the lightest pair that is shown."""
RIGHT = 0.6
"""Share of the width from which on words stand at the left of a spot."""


@dataclass(frozen=True, slots=True, eq=False)
class SizingView:
    """Curve of sizes: areas (m,), usable capacities (m,), NaN where none fits, masses (m,); what there is, if told."""

    area_m2: FloatArray
    usable_kwh: FloatArray
    array_kg: FloatArray
    battery_kg: FloatArray
    own_area_m2: float = np.nan
    own_usable_kwh: float = np.nan


def draw_trade_curve(capacity_ax: Axes, mass_ax: Axes, view: SizingView) -> None:
    """Draw the smallest battery over the area, and beside it (or below) the masses; the lightest pair is marked."""
    fits = ~np.isnan(view.usable_kwh)
    capacity_ax.plot(view.area_m2[fits], view.usable_kwh[fits], color=BATTERY_COLOUR, linewidth=1.6)
    capacity_ax.set_ylabel("usable battery, kWh")
    mass = view.array_kg + view.battery_kg
    battery, both = view.battery_kg[fits], mass[fits]
    mass_ax.fill_between(view.area_m2[fits], 0.0, battery, color="#a9c4de", linewidth=0.0, label="battery")
    mass_ax.fill_between(
        view.area_m2[fits],
        battery,
        both,
        facecolor="#f5e3b0",
        hatch="////",
        edgecolor="#c9a646",
        linewidth=0.0,
        label="array",
    )
    mass_ax.plot(view.area_m2[fits], both, color=INK, linewidth=1.2, label="both")
    mass_ax.set_ylabel("mass, kg")
    for ax in (capacity_ax, mass_ax):
        ax.set_xlabel("area of the array, m²")
        ax.set_xlim(float(view.area_m2.min()), float(view.area_m2.max()))
        ax.grid(visible=True, color=FAINT, linewidth=0.4)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    if not fits.any():
        for ax in (capacity_ax, mass_ax):
            ax.text(0.5, 0.5, "no battery fits", transform=ax.transAxes, ha="center", color=MUTED)
        return
    best = int(np.nanargmin(mass))
    _mark(
        capacity_ax,
        view,
        best,
        view.usable_kwh[best],
        f"lightest: {view.area_m2[best]:.0f} m², {view.usable_kwh[best]:.0f} kWh",
    )
    _mark(mass_ax, view, best, mass[best], f"{mass[best]:.0f} kg")
    capacity_ax.set_ylim(0.0, _top(view.usable_kwh, best))
    mass_ax.set_ylim(0.0, _top(mass, best))
    mass_ax.legend(loc="upper right", ncols=3, fontsize=8)
    _mark_own(capacity_ax, view)


def _mark_own(ax: Axes, view: SizingView) -> None:
    """Mark the array and the battery that there are: on the curve or above they serve."""
    across, height = view.own_area_m2, view.own_usable_kwh
    if np.isnan(across) or np.isnan(height):
        return
    is_in = height <= ax.get_ylim()[1]
    shown = height if is_in else ax.get_ylim()[1]
    look = {"color": "white", "markeredgecolor": INK, "markeredgewidth": 1.6, "clip_on": False, "zorder": 4.0}
    ax.plot(across, shown, marker="o" if is_in else "^", markersize=6.5, **look)
    _write(ax, view, across, shown, f"as it is: {across:.0f} m², {height:.0f} kWh", above=is_in)


def _top(values: FloatArray, best: int) -> float:
    """Height that shows the lightest well: at the foot of the curve batteries grow without bounds."""
    return max(1e-3, 1.15 * min(float(np.nanmax(values)), HIGHEST * float(values[best])))


def _mark(ax: Axes, view: SizingView, best: int, height: float, text: str) -> None:
    across = view.area_m2[best]
    ax.plot(across, height, marker="D", markersize=6.0, color=BURN_COLOUR, markeredgecolor="white", zorder=4.0)
    # The curve falls: there is room below it at the left, above it at the right.
    _write(ax, view, across, height, text, above=not _is_right(view, across))


def _is_right(view: SizingView, across: float) -> bool:
    return bool(across > view.area_m2.min() + RIGHT * (view.area_m2.max() - view.area_m2.min()))


def _write(ax: Axes, view: SizingView, across: float, height: float, text: str, *, above: bool = True) -> None:
    """Write beside a spot, on the side that has room."""
    is_right = _is_right(view, across)
    ax.annotate(
        text,
        (across, height),
        (-8 if is_right else 8, 8 if above else -13),
        textcoords="offset points",
        ha="right" if is_right else "left",
        fontsize=8.5,
        color=INK,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
        zorder=5.0,
    )
