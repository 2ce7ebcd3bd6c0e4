"""Whole figures of what a station lives and works by: power of each cable, and the science tasks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from plots.power_timeline import (
    LINES_UP_TO_D,
    GridView,
    between,
    draw_power_timeline,
    draw_states,
    state_legend,
    states_between,
)
from plots.sizing import SizingView, draw_trade_curve
from plots.station_views import day_words, view_grids, view_sizing, view_states, view_tasks, worst_span
from plots.style import new_figure, words, write_title
from plots.tasks import draw_task_limits, draw_task_progress, limit_legend, pace_colours
from sim.results.report import file_stem
from sim.results.report_station import share_text

WIDTH_IN = 12.0
MOST_GRIDS = 6
"""Cables with a figure: those that lack most."""


def power_figures(name: str, station: xr.Dataset) -> Iterator[tuple[str, Figure]]:
    """Make a figure of each cable on which anything ever flows or is asked."""
    for view in worst_grids(station):
        yield f"station_power_{file_stem(view.grid)}", power_figure(name, station, view)


def worst_grids(station: xr.Dataset) -> list[GridView]:
    """Cables on which anything ever flows or is asked, in their order: those that lack most where they are many."""
    unmet = (
        dict(zip(station["grid"].values, station["grid_unmet_kwh"].values, strict=True)) if "grid" in station else {}
    )
    used = [view for view in view_grids(station) if view.supply_kw.any() or view.wanted_kw.any()]
    worst = sorted(used, key=lambda view: -np.nan_to_num(unmet[view.grid]))[:MOST_GRIDS]
    return [view for view in used if view in worst]


def power_figure(name: str, station: xr.Dataset, view: GridView) -> Figure:
    """Power of a cable: the whole horizon, and where that is long what goes on around the worst gap."""
    states = view_states(station, view.grid)
    zoom = worst_span(view)
    parts: list[tuple[str, tuple[float, float] | None]] = [("Whole horizon", None)]
    if view.edge_d[-1] - view.edge_d[0] > LINES_UP_TO_D:
        parts.append((f"{zoom_words(view)}, {day_words(zoom[0])} to {day_words(zoom[1])}", zoom))
    heights = [1.5, 1.2, 0.18, *([] if states is None else [0.3 + 0.26 * len(states.elements)])]
    figure = new_figure(WIDTH_IN, 1.5 + len(parts) * (0.2 + 1.1 * sum(heights)))
    row = int(np.flatnonzero(station["grid"].values == view.grid)[0])
    write_title(figure, f"Power, {words(view.grid)}: {name}", power_words(station, row))
    for part, (title, cut) in zip(figure.subfigures(len(parts), 1, squeeze=False)[:, 0], parts, strict=True):
        axes = part.subplots(len(heights), 1, height_ratios=heights)
        draw_power_timeline(axes[:3], view if cut is None else between(view, *cut))
        axes[0].set_title(title, pad=20.0)
        if states is not None:
            draw_states(axes[3], states if cut is None else states_between(states, *cut))
            axes[2].tick_params(labelbottom=False)
            axes[2].xaxis.get_offset_text().set_visible(False)
    if states is not None:
        figure.legend(handles=state_legend(states), loc="outside lower left", ncols=6, fontsize=8)
    return figure


def sizing_figures(name: str, station: xr.Dataset) -> Iterator[tuple[str, Figure]]:
    """Make a figure of each cable that has a power figure and an array that could be larger or smaller."""
    for view in worst_grids(station):
        sizes = view_sizing(station, view.grid)
        if sizes is not None:
            yield f"station_sizing_{file_stem(view.grid)}", sizing_figure(name, station, view.grid, sizes)


def sizing_figure(name: str, station: xr.Dataset, grid: str, view: SizingView) -> Figure:
    """Array against battery: the smallest battery for each area, and what both weigh."""
    figure = new_figure(WIDTH_IN, 4.8)
    row = int(np.flatnonzero(station["grid"].values == grid)[0])
    write_title(figure, f"Array and battery, {words(grid)}: {name}", str(station["grid_sizing"].values[row]))
    capacity, mass = figure.subplots(1, 2)
    draw_trade_curve(capacity, mass, view)
    capacity.set_title("Smallest battery for each array")
    mass.set_title("What both weigh")
    return figure


def zoom_words(view: GridView) -> str:
    """Say what the larger panels show."""
    return "Around the worst shortfall" if np.any(view.wanted_kw - view.used_kw > 1e-6) else "Around the lowest supply"


def power_words(station: xr.Dataset, row: int) -> str:
    """Say how well a cable serves."""
    served, unmet = (float(station[f"grid_{name}"].values[row]) for name in ("served_share", "unmet_kwh"))
    said = "nothing ever arrives" if np.isnan(served) else f"every load is met {share_text(served)} of the time"
    return "; ".join(part for part in (said, f"{unmet:,.0f} kWh are missing" if unmet > 0.0 else "") if part)


def tasks_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Progress of the science tasks and what they wait for."""
    view = view_tasks(station)
    if view is None:
        return None
    figure = new_figure(WIDTH_IN, 1.8 + 0.55 * len(view.tasks))
    write_title(
        figure, f"Science tasks: {name}", "darker: worked on for more of the time; the line climbs from nothing to done"
    )
    progress, waits = figure.subplots(1, 2, width_ratios=(2.4, 1.0))
    draw_task_progress(progress, view)
    draw_task_limits(waits, view)
    progress.set_title("Progress")
    waits.set_title("What they wait for")
    figure.colorbar(pace_colours(), ax=progress, label="share of time", pad=0.01, aspect=14)
    if handles := limit_legend(view):
        figure.legend(handles=handles, loc="outside lower right", ncols=7, fontsize=8)
    return figure
