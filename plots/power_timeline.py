"""Power over time: supply against load, charge of the batteries, light; and what each element does.

Over months the lines of a month would be one smear. There each day is one step: the mean of its power, the least and
the most of its charge, its worst state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from plots.dates import show_days
from plots.marks import add_rectangles, draw_steps, fill_steps, runs_of_equal
from plots.style import BURN_COLOUR, FAINT, INK, MUTED, words

FloatArray = NDArray[np.float64]

LINES_UP_TO_D = 75.0
"""Longer spans are drawn by days."""

SUPPLY_COLOUR = "#e0a100"
LOAD_COLOUR = INK
CHARGE_COLOUR = "#0072b2"
CHARGE_BAND = "#a9c4de"
SUPPLY_BAND = "#f5e3b0"

LIGHT_MAP = "gray"

STATE_LOOKS: dict[int, tuple[str, str, str, str]] = {
    5: ("at work", "#0072b2", "", "none"),
    4: ("night load", "#8fbbdc", "", "none"),
    3: ("asleep", "#f2dfa7", "////", "#a88a2a"),
    2: ("without power", "#d55e00", "xxxx", "#5e2a00"),
    1: ("dead", "#1c2733", "", "none"),
}
"""Words, face, hatch and its colour of each state (code of `sim.station.power_types.State`); what is not yet there is
left white."""

STRIP = 0.74
RUG = (0.95, 0.99)
"""Where the marks of short days stand, as shares of the height."""
SHORT_KW = 1e-6
"""A milliwatt missing is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class GridView:
    """Power of one grid by step.

    Attributes
    ----------
    grid : str
    edge_d : ndarray (n,)
        Edges of the steps, days since 1970-01-01.
    light : ndarray (n - 1,)
        Part of the Sun's disc in sight, 0 to 1.
    supply_kw, wanted_kw, used_kw : ndarray (n - 1,)
        Of the sources; asked for full service; met.
    stored_kwh, capacity_kwh : ndarray (n - 1,)
        In the batteries at the end of the step; most they hold.
    """

    grid: str
    edge_d: FloatArray
    light: FloatArray
    supply_kw: FloatArray
    wanted_kw: FloatArray
    used_kw: FloatArray
    stored_kwh: FloatArray
    capacity_kwh: FloatArray

    @property
    def middle_d(self) -> FloatArray:
        """Middles of the steps (n - 1,)."""
        return 0.5 * (self.edge_d[1:] + self.edge_d[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class StateView:
    """States of elements by step: ``edge_d`` (n,) days since 1970-01-01, ``state`` (E, n - 1)."""

    elements: tuple[str, ...]
    edge_d: FloatArray
    state: NDArray[np.int8]


def between(view: GridView, first_d: float, stop_d: float) -> GridView:
    """Cut a view to the steps that lie in part of its time."""
    steps = np.flatnonzero((view.edge_d[1:] > first_d) & (view.edge_d[:-1] < stop_d))
    cut = slice(int(steps[0]), int(steps[-1]) + 1)
    names = ("light", "supply_kw", "wanted_kw", "used_kw", "stored_kwh", "capacity_kwh")
    parts = {name: getattr(view, name)[cut] for name in names}
    return replace(view, edge_d=view.edge_d[cut.start : cut.stop + 1], **parts)


def states_between(view: StateView, first_d: float, stop_d: float) -> StateView:
    """Cut states to the steps that lie in part of their time."""
    steps = np.flatnonzero((view.edge_d[1:] > first_d) & (view.edge_d[:-1] < stop_d))
    return replace(view, edge_d=view.edge_d[steps[0] : steps[-1] + 2], state=view.state[:, steps[0] : steps[-1] + 1])


def draw_power_timeline(axes: Sequence[Axes], view: GridView) -> None:
    """Draw power, charge and light on three axes, one below the other; the caller makes the last one low."""
    power, charge, light = axes
    if view.edge_d[-1] - view.edge_d[0] > LINES_UP_TO_D:
        _draw_power_by_days(power, view)
        _draw_charge_by_days(charge, view)
    else:
        _draw_power(power, view)
        _draw_charge(charge, view)
    _draw_light(light, view)
    for ax in axes:
        show_days(ax, float(view.edge_d[0]), float(view.edge_d[-1]))
    for ax in (power, charge):
        ax.tick_params(labelbottom=False)
        ax.xaxis.get_offset_text().set_visible(False)
        ax.grid(visible=True, color=FAINT, linewidth=0.4)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)


def draw_states(ax: Axes, view: StateView) -> None:
    """Draw a strip for each element; over months each day shows the worst state of it."""
    edge_d, state = view.edge_d, view.state
    if edge_d[-1] - edge_d[0] > LINES_UP_TO_D:
        first = _days(edge_d)
        edge_d, state = np.append(edge_d[first], edge_d[-1]), np.minimum.reduceat(state, first, axis=1)
    for code, (_, face, hatch, hatch_colour) in STATE_LOOKS.items():
        boxes = [
            (edge_d[start], row - STRIP / 2.0, edge_d[stop], row + STRIP / 2.0)
            for row in range(len(view.elements))
            for start, stop in runs_of_equal(state[row].tolist())
            if state[row, start] == code
        ]
        add_rectangles(ax, boxes, face, hatch, hatch_colour)
    ax.set_ylim(len(view.elements) - 0.5, -0.5)
    ax.set_yticks(range(len(view.elements)), [words(name) for name in view.elements])
    ax.tick_params(axis="y", length=0.0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    show_days(ax, float(edge_d[0]), float(edge_d[-1]))


def state_legend(view: StateView) -> list[Patch]:
    """Patches for the legend: the states that occur."""
    return [
        Patch(facecolor=face, hatch=hatch, edgecolor=hatch_colour, linewidth=0.0, label=label)
        for code, (label, face, hatch, hatch_colour) in STATE_LOOKS.items()
        if np.any(view.state == code)
    ]


def _draw_power(ax: Axes, view: GridView) -> None:
    draw_steps(ax, view.supply_kw, view.edge_d, color=SUPPLY_COLOUR, linewidth=1.4, label="sources could give")
    fill_steps(ax, view.used_kw, view.edge_d, color=CHARGE_BAND, linewidth=0.0, label="load met", zorder=0.6)
    _draw_missing(ax, view)
    draw_steps(ax, view.wanted_kw, view.edge_d, color=LOAD_COLOUR, linewidth=1.1, label="load of full service")
    _dress_power(ax, view)


def _draw_missing(ax: Axes, view: GridView) -> None:
    """Hatch between what is asked and what is met, where that is less."""
    if not np.any(view.wanted_kw - view.used_kw > SHORT_KW):
        return
    fill_steps(
        ax,
        view.wanted_kw,
        view.edge_d,
        view.used_kw,
        facecolor="#f6c9a8",
        edgecolor=BURN_COLOUR,
        hatch="////",
        linewidth=0.0,
        label="missing",
        zorder=0.8,
    )


def _draw_power_by_days(ax: Axes, view: GridView) -> None:
    first = _days(view.edge_d)
    day = np.append(view.edge_d[first], view.edge_d[-1])
    supply, wanted = _daily_mean(view.supply_kw, first), _daily_mean(view.wanted_kw, first)
    fill_steps(ax, supply, day, color=SUPPLY_BAND, linewidth=0.0, label="sources, mean of a day")
    draw_steps(ax, supply, day, color=SUPPLY_COLOUR, linewidth=0.5)
    draw_steps(ax, wanted, day, color=LOAD_COLOUR, linewidth=0.9, label="load of full service, mean of a day")
    _dress_power(ax, view)
    is_short = np.maximum.reduceat(view.wanted_kw - view.used_kw, first) > SHORT_KW
    low, high = (level * ax.get_ylim()[1] for level in RUG)
    boxes = [(day[start], low, day[stop], high) for start, stop in runs_of_equal(is_short.tolist()) if is_short[start]]
    if add_rectangles(ax, boxes, BURN_COLOUR) is not None:
        ax.fill_between([], [], color=BURN_COLOUR, linewidth=0.0, label="days on which power is missing")
        _write_legend(ax)


def _dress_power(ax: Axes, view: GridView) -> None:
    top = max(float(view.supply_kw.max(initial=0.0)), float(view.wanted_kw.max(initial=0.0)), 0.1)
    ax.set_ylim(0.0, 1.1 * top)
    ax.set_ylabel("power, kW")
    _write_legend(ax)


def _write_legend(ax: Axes) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=5, fontsize=8, borderaxespad=0.1, handlelength=1.6)


def _draw_charge(ax: Axes, view: GridView) -> None:
    fill_steps(ax, view.stored_kwh, view.edge_d, color=CHARGE_BAND, linewidth=0.0)
    draw_steps(ax, view.stored_kwh, view.edge_d, color=CHARGE_COLOUR, linewidth=1.2)
    _dress_charge(ax, view)


def _draw_charge_by_days(ax: Axes, view: GridView) -> None:
    first = _days(view.edge_d)
    day = np.append(view.edge_d[first], view.edge_d[-1])
    low, high = np.minimum.reduceat(view.stored_kwh, first), np.maximum.reduceat(view.stored_kwh, first)
    fill_steps(ax, low, day, color=CHARGE_BAND, linewidth=0.0)
    fill_steps(ax, high, day, low, color=CHARGE_COLOUR, linewidth=0.0)
    draw_steps(ax, low, day, color=CHARGE_COLOUR, linewidth=0.8)
    _dress_charge(ax, view)


def _dress_charge(ax: Axes, view: GridView) -> None:
    capacity = float(view.capacity_kwh.max(initial=0.0))
    ax.set_ylabel("charge, kWh")
    ax.set_ylim(0.0, 1.08 * capacity if capacity > 0.0 else 1.0)
    if capacity > 0.0:
        draw_steps(ax, view.capacity_kwh, view.edge_d, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
    else:
        ax.text(0.5, 0.5, "no battery", transform=ax.transAxes, ha="center", va="center", color=MUTED)


def _draw_light(ax: Axes, view: GridView) -> None:
    """Draw the part of the Sun's disc in sight as a strip from black to white."""
    edge_d, light = view.edge_d, view.light
    if edge_d[-1] - edge_d[0] > LINES_UP_TO_D:
        first = _days(edge_d)
        edge_d, light = np.append(edge_d[first], edge_d[-1]), _daily_mean(light, first)
    ax.pcolormesh(edge_d, [0.0, 1.0], light[None, :], cmap=LIGHT_MAP, vmin=-0.25, vmax=1.0, rasterized=True)
    ax.set_yticks([0.5], ["light"])
    ax.tick_params(axis="y", length=0.0)


def _days(edge_d: FloatArray) -> NDArray[np.intp]:
    """First step of each day; a first day cut short joins none."""
    # A millisecond before midnight is midnight: epochs in UTC are rounded.
    day = np.floor(edge_d[:-1] + 1e-8)
    return np.concatenate([[0], np.flatnonzero(day[1:] != day[:-1]) + 1])


def _daily_mean(values: FloatArray, first: NDArray[np.intp]) -> FloatArray:
    counts = np.diff(np.append(first, len(values)))
    mean: FloatArray = np.add.reduceat(values, first) / counts
    return mean
