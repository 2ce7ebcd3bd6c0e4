"""Array against battery: the smallest battery for each array, and what both weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots.style import BURN_COLOUR, FAINT, INK, MUTED

FloatArray = NDArray[np.float64]

BATTERY_COLOUR = "#0072b2"
HIGHEST = 3.0
"""Times the value of the lightest pair that is shown."""


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
    area, usable = view.area_m2[best], view.usable_kwh[best]
    _mark(capacity_ax, area, usable, f"lightest: {_written(area)} m², {_written(usable)} kWh")
    _mark(mass_ax, area, mass[best], f"lightest: {_written(mass[best])} kg")
    capacity_ax.set_ylim(0.0, _top(view.usable_kwh, best))
    mass_ax.set_ylim(0.0, _top(mass, best))
    _mark_own(capacity_ax, view)
    for ax in (capacity_ax, mass_ax):
        ax.legend(loc="upper right", fontsize=8.5)


def _mark(ax: Axes, across: float, height: float, text: str) -> None:
    ax.plot(
        across, height, color=BURN_COLOUR, label=text, marker="D", markersize=6.0, markeredgecolor="white",
        linestyle="none", zorder=4.0,
    )  # fmt: skip


def _mark_own(ax: Axes, view: SizingView) -> None:
    """Mark the array and the battery that there are: on the curve or above they serve."""
    across, height = view.own_area_m2, view.own_usable_kwh
    if np.isnan(across) or np.isnan(height):
        return
    bottom, top = ax.get_ylim()
    is_in = height <= top
    text = f"as it is: {_written(across)} m², {_written(height)} kWh"
    marker = "o" if is_in else "^"
    ax.plot(
        across, min(height, top), color="white", marker=marker, markeredgecolor=INK, label=text, markersize=6.5,
        markeredgewidth=1.6, linestyle="none", clip_on=False, zorder=4.0,
    )  # fmt: skip
    ax.set_ylim(bottom, top)


def _written(value: float) -> str:
    """Three figures at least."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"


def _top(values: FloatArray, best: int) -> float:
    """Height that shows the lightest well: at the foot of the curve batteries grow without bounds."""
    return max(1e-3, 1.15 * min(float(np.nanmax(values)), HIGHEST * float(values[best])))
