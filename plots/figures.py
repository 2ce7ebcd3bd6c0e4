"""Whole figures out of runs: what to draw, on which page, under which file name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.calendar import calendar_height_in, draw_delivery_calendar
from plots.compare import compare_height_in, draw_compare_calendar, draw_metric_bars, metrics_height_in
from plots.compare_station import compare_station_figures
from plots.landed_mass import draw_landed_mass, never_open_sentence
from plots.lane import LaneView, best_window, flight_track, view_lanes
from plots.planning_figures import planning_figures
from plots.porkchop import (
    FIRST_REASON_NOTE,
    QUANTITIES,
    best_year,
    best_year_words,
    constant_words,
    draw_porkchop,
    hole_legend,
    mark_best_flights,
    porkchop_values,
    span_words,
)
from plots.station_figures import station_figures
from plots.style import moonport_style, new_figure, save_figure, words, write_title
from plots.trajectory import draw_trajectory
from sim.results.compare import compare
from sim.results.report import file_stem
from sim.results.run import Run, WindowRow
from sim.results.tracks import FlightTrack

WIDTH_IN = 12.0
LANE_PANEL_IN = 1.75
CLOSED_PANEL_IN = 0.7
FOLDED_DAYS = 400
"""Horizons shorter than this are shown whole in the porkchop, without the small panel of all years."""


def draw_run(run: Run, folder: Path) -> list[Path]:
    """Draw every figure of a run as PNG and SVG into ``folder``; return the files: the lanes', then the station's."""
    with moonport_style():
        paths = _draw_lanes(run, folder) if run.lanes else []
        for stem, figure in station_figures(run):
            paths += save_figure(figure, folder, stem)
    return paths


def _draw_lanes(run: Run, folder: Path) -> list[Path]:
    """Draw what a run's windows are about, calendar first."""
    views = view_lanes(run)
    paths = save_figure(calendar_figure(run, views), folder, "calendar")
    paths += save_figure(landed_mass_figure(run, views), folder, "landed_mass")
    for stem, figure in planning_figures(run, views):
        paths += save_figure(figure, folder, stem)
    for view in views:
        paths += save_figure(porkchop_figure(run, view), folder, f"porkchop_{file_stem(view.lane)}")
    for view in views:
        paths += _draw_best_trajectory(run, view, folder)
    return paths


def draw_compare(runs: Sequence[Run], folder: Path) -> list[Path]:
    """Draw the figures that set several runs side by side, as PNG and SVG, into ``folder``; return the files.

    Windows are compared where some run has lanes, stations where some run has one.
    """
    paths: list[Path] = []
    with moonport_style():
        if any(run.lanes for run in runs):
            paths += save_figure(compare_calendar_figure(runs), folder, "compare_calendar")
            paths += save_figure(compare_metrics_figure(runs), folder, "compare_metrics")
        for stem, figure in compare_station_figures(runs):
            paths += save_figure(figure, folder, stem)
    return paths


def calendar_figure(run: Run, views: Sequence[LaneView]) -> Figure:
    """Delivery-window calendar of all lanes."""
    figure = new_figure(WIDTH_IN, calendar_height_in(views))
    write_title(
        figure,
        f"Delivery windows by launch day: {run.name}",
        f"launch days in UTC, landing at {', '.join(dict.fromkeys(words(lane.landing_site) for lane in run.lanes))}",
    )
    draw_delivery_calendar(figure.add_subplot(), views)
    return figure


def landed_mass_figure(run: Run, views: Sequence[LaneView]) -> Figure:
    """Landed payload across the horizon, a panel for each lane."""
    heights = [LANE_PANEL_IN if view.is_open.any() else CLOSED_PANEL_IN for view in views]
    figure = new_figure(WIDTH_IN, 1.3 + sum(heights))
    write_title(
        figure,
        f"Landed payload by launch day: {run.name}",
        "cargo without the lander's dry mass; † rests on assumed figures",
    )
    panels = figure.subplots(len(views), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, view in zip(panels, views, strict=True):
        draw_landed_mass(panel, view)
        panel.set_title(_lane_title(view))
    first = next((panel for panel in panels if panel.get_legend_handles_labels()[0]), None)
    if first is not None:
        figure.legend(
            *first.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8, markerscale=1.8
        )
    return figure


def porkchop_figure(run: Run, view: LaneView) -> Figure:
    """Porkchops of a lane: its best year large, its whole horizon small."""
    is_short = view.day.size <= FOLDED_DAYS
    span = slice(0, view.day.size) if is_short else best_year(view)
    shown = [name for name in QUANTITIES if name != "landed_payload" or view.is_open.any()]
    heights = [3.0] * len(shown) + ([] if is_short else [1.2])
    figure = new_figure(WIDTH_IN, 2.0 + 1.02 * sum(heights))
    panels = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    write_title(figure, f"{view.lane}, launch day against time of flight: {run.name}", _porkchop_subtitle(view, span))
    for panel, quantity in zip(panels, shown, strict=False):
        _draw_large_porkchop(figure, panel, view, quantity, span)
    if not is_short:
        draw_porkchop(panels[-1], view, "total_dv", hatched=False)
        panels[-1].set_title("Injection and insertion delta-v, whole horizon")
    _porkchop_legend(figure, view, span)
    return figure


def _draw_large_porkchop(figure: Figure, panel: Axes, view: LaneView, quantity: str, span: slice) -> None:
    """Draw one quantity with its title; a colour bar only where values differ."""
    values, meaning = porkchop_values(view, quantity), QUANTITIES[quantity]
    mesh = draw_porkchop(panel, view, quantity, span)
    mark_best_flights(panel, view, span)
    one = constant_words(values, meaning.unit)
    panel.set_title(f"{meaning.title}, {span_words(view, span)}{_constant_note(view, quantity, one)}")
    scale = figure.colorbar(mesh, ax=panel, label=meaning.unit, pad=0.01, aspect=14, extend="both")
    scale.ax.set_visible(bool(np.isfinite(values).any()) and not one)


def _constant_note(view: LaneView, quantity: str, one: str) -> str:
    """Write the one value behind a title; of open days only where the flights chosen land it too."""
    same = quantity == "landed_payload" and constant_words(view.landed_payload_kg[view.is_open], "kg") == one
    return f": {one} {'on every open day' if same else 'for every flight shown'}" if one else ""


def _porkchop_subtitle(view: LaneView, span: slice) -> str:
    """Vehicles, why this year, and what a closed day wears."""
    parts = [view.way]
    if view.day[span].size < view.day.size:
        parts.append(f"{span_words(view, span)} is {best_year_words(view)}")
    if not view.is_open.any():
        parts.append(never_open_sentence(view, most=1))
    elif not view.is_open[span].all():
        parts.append(FIRST_REASON_NOTE)
    return "; ".join(parts)


def trajectory_figure(run: Run, view: LaneView, window: WindowRow, track: FlightTrack) -> Figure:
    """Draw the best flight of a window in fixed axes, in turning axes and near the Moon."""
    figure = new_figure(WIDTH_IN, 7.2)
    write_title(figure, f"{view.lane}, best flight of window {window.window}: {run.name}", flight_sentence(window))
    panels = figure.subplot_mosaic(
        [["inertial", "rotating"], ["inertial", "near_moon"]], width_ratios=[1.2, 1.0], height_ratios=[1.0, 1.15]
    )
    titles = {
        "inertial": "Fixed axes, Earth at the centre, seen from north of the Moon's orbit",
        "rotating": "Axes turning with the Moon",
        "near_moon": "Near the Moon, in the plane of arrival",
    }
    for frame, panel in panels.items():
        draw_trajectory(panel, track, frame)
        panel.set_title(titles[frame])
    return figure


def compare_calendar_figure(runs: Sequence[Run]) -> Figure:
    """Open launch days of every lane of every run on one axis."""
    figure = new_figure(WIDTH_IN, compare_height_in(runs))
    write_title(figure, "Open launch days compared", "each stroke is an open launch day (UTC)")
    draw_compare_calendar(figure.add_subplot(), runs)
    return figure


def compare_metrics_figure(runs: Sequence[Run]) -> Figure:
    """Metrics of every run as bars, a panel for each metric."""
    figure = new_figure(WIDTH_IN, metrics_height_in(runs))
    draw_metric_bars(figure, compare(runs))
    write_title(figure, "Architectures compared", "whole horizon, all lanes together")
    return figure


def flight_sentence(window: WindowRow) -> str:
    """Dates and burns of a window's best flight in one line."""
    liftoff, arrival, landing = (
        np.datetime_as_string(epoch, unit="m").replace("T", " ")
        for epoch in (window.best_liftoff_utc, window.best_arrival_utc, window.best_landing_utc)
    )
    return (
        f"lift-off {liftoff}, perilune {arrival}, landing {landing} UTC; {window.tof_d:.2f} d of flight, "
        f"{window.landed_payload_kg:.0f} kg landed"
    )


def _draw_best_trajectory(run: Run, view: LaneView, folder: Path) -> list[Path]:
    window = best_window(view)
    track = None if window is None else flight_track(run, view.lane, window.window)
    if window is None or track is None:
        return []
    return save_figure(trajectory_figure(run, view, window, track), folder, f"trajectory_{file_stem(view.lane)}")


def _porkchop_legend(figure: Figure, view: LaneView, span: slice) -> None:
    rings = figure.axes[0].get_legend_handles_labels()[0] if view.windows else []
    handles = hole_legend(view, span)
    figure.legend(handles=[*rings, *handles], loc="outside lower center", ncols=4, fontsize=8)


def _lane_title(view: LaneView) -> str:
    return f"{view.lane}   ·   {view.way}{'†' if view.assumed else ''}"
