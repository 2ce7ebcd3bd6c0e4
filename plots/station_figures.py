"""Whole figures of a station over time: what becomes of its orbits, contact, light, power and tasks.

A figure with nothing to show is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from plots.coverage_map import GAPS_H, SHARES, MapScale, draw_global_coverage, draw_polar_coverage
from plots.daily_contact import STRIP_IN, ContactStrip, draw_contact_strips, draw_daily_volume
from plots.dark_gaps import draw_dark_gaps
from plots.gaps import draw_gap_histogram
from plots.light_calendar import ROW_IN, Row, draw_light_calendar, row_starts_d
from plots.polar_horizon import draw_polar_horizon
from plots.station_orbit_figures import ground_tracks_figure, orbits_figure, perilunes_figure
from plots.station_timeline import days_of, draw_station_timeline, time_note, timeline_height_in, timeline_rows
from plots.station_views import (
    A_MOMENT_D,
    cap_of,
    dark_spans,
    earth_track,
    floats,
    gap_minutes,
    paths_of,
    site_latitude_deg,
    sites_of,
    span_days,
    sun_tracks,
    view_map,
)
from plots.station_work_figures import power_figures, sizing_figures, tasks_figure
from plots.style import new_figure, words, write_title
from sim.results.horizon_words import horizon_words
from sim.results.run import Run

WIDTH_IN = 12.0
YEARS_FROM_D = 400.0
"""Longer horizons have a row for each year in the calendar of light, shorter ones for each month."""
OUTLINED_D = {"year": 3.0, "month": 1.0}
"""Dark spans longer than this are outlined and counted."""


def station_figures(run: Run) -> Iterator[tuple[str, Figure]]:
    """Make the figures of a run's station that have something to show, each with the stem of its file."""
    station = run.station
    if station is None:
        return
    for stem, make in FIGURES.items():
        figure = make(run.name, station)
        if figure is not None:
            yield stem, figure
    yield from power_figures(run.name, station)
    yield from sizing_figures(run.name, station)
    tasks = tasks_figure(run.name, station)
    if tasks is not None:
        yield "station_tasks", tasks


def timeline_figure(name: str, station: xr.Dataset) -> Figure | None:
    """All that happens, on one axis."""
    rows = timeline_rows(station)
    if not rows:
        return None
    figure = new_figure(WIDTH_IN, timeline_height_in(rows) + 0.3)
    write_title(figure, f"The station over time: {name}", f"UTC; {time_note()}")
    draw_station_timeline(figure.add_subplot(), station, rows)
    return figure


def global_coverage_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Maps of the whole Moon: share of time with a relay, longest gap without any contact."""
    found = view_map(station)
    if found is None:
        return None
    figure = new_figure(WIDTH_IN, 10.8)
    write_title(figure, f"Contact over the Moon: {name}", f"{map_words(station)}; dashed: limb of the near side")
    panels = figure.subplots(2, 1)
    axes = (found.latitude_deg, found.longitude_deg)
    for panel, values, scale in zip(panels, (found.relayed_share, found.longest_gap_h), (SHARES, GAPS_H), strict=True):
        mesh = draw_global_coverage(panel, *axes, values, sites_of(station), scale)
        map_bar(figure, panel, mesh, scale)
    return figure


def pole_coverage_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Maps about the pole nearer the site."""
    found = view_map(station)
    if found is None:
        return None
    latitude = site_latitude_deg(station)
    pole: Literal["south", "north"] = "north" if latitude > 0.0 else "south"
    sites = sites_of(station)
    cap = cap_of(found, pole, sites)
    figure = new_figure(WIDTH_IN, 7.0)
    write_title(figure, f"Contact about the {pole} pole: {name}", map_words(station))
    panels = figure.subplots(1, 2)
    axes = (cap.latitude_deg, cap.longitude_deg)
    for panel, values, scale in zip(panels, (cap.relayed_share, cap.longest_gap_h), (SHARES, GAPS_H), strict=True):
        mesh = draw_polar_coverage(panel, *axes, values, pole, sites, scale)
        map_bar(figure, panel, mesh, scale, is_below=True)
    return figure


MAP_TITLES = {SHARES: "Share of time with a relay that reaches the Earth", GAPS_H: "Longest time without any contact"}


def map_bar(figure: Figure, panel: Axes, mesh: QuadMesh, scale: MapScale, *, is_below: bool = False) -> None:
    """Title and colour bar of a map."""
    if not is_below:
        panel.set_title(MAP_TITLES[scale], pad=16.0)
    ticks = (0.5, 2.0, 6.0, 24.0, 72.0, 168.0, 336.0) if scale.is_log else tuple(np.linspace(0.0, 1.0, 6))
    place = "bottom" if is_below else "right"
    bar = figure.colorbar(
        mesh, ax=panel, location=place, pad=0.02, aspect=30, shrink=0.8, extend="both" if scale.is_log else "neither"
    )
    bar.set_ticks(list(ticks), labels=[scale.write(tick) for tick in ticks])
    bar.minorticks_off()
    if is_below:
        bar.set_label(MAP_TITLES[scale], fontweight="bold", fontsize=10)


def map_words(station: xr.Dataset) -> str:
    """Say what the maps count."""
    given = station.attrs
    return (
        f"{given['map_days']:.0f} days from {given['map_start']}, every {given['map_step_s'] / 60.0:.0f} min, "
        f"level horizon, from {given['map_min_elevation_deg']:g}° up"
    )


def gaps_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Gaps by their length, a panel for each place, bars for each way of contact."""
    if "point" not in station or "gap_duration_h" not in station:
        return None
    rows = [row for row, point in enumerate(station["point"].values) if np.any(station["gap_point"].values == point)]
    figure = new_figure(WIDTH_IN, 1.0 + 2.9 * len(rows))
    write_title(figure, f"Time without contact: {name}", "how many spans last how long; a triangle at the longest")
    panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for panel, row in zip(panels, rows, strict=True):
        point, ways = str(station["point"].values[row]), paths_of(station, row)
        looks = [list(PATH_WORDS).index(way) for way in ways]
        draw_gap_histogram(panel, {PATH_WORDS[way]: gap_minutes(station, point, way) for way in ways}, looks)
        panel.set_title(sites_of(station)[row][0])
    return figure


PATH_WORDS = {"direct": "directly", "relayed": "by relay", "any": "either"}


def contact_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Contact and data day by day."""
    if "contact_daily_share" not in station:
        return None
    edge_d = np.append(days_of(station["contact_day"].values), span_days(station)[1])
    strips, groups = contact_strips(station)
    has_volume = "contact_daily_volume_gbit" in station and bool(station["contact_daily_volume_gbit"].max() > 0.0)
    strips_in = STRIP_IN * len(strips)
    figure = new_figure(WIDTH_IN, 1.6 + strips_in + (2.6 if has_volume else 0.0))
    write_title(figure, f"Contact day by day: {name}", "share of each day with contact; at the right that of all days")
    rows = figure.subplots(1 + has_volume, 1, squeeze=False, height_ratios=[strips_in, 2.0][: 1 + has_volume])[:, 0]
    mesh = draw_contact_strips(rows[0], edge_d, strips, groups)
    bar = figure.colorbar(mesh, ax=rows[0], location="right", pad=0.01, aspect=8)
    bar.set_ticks([0.0, 0.5, 1.0], labels=["0 %", "50 %", "100 %"])
    if has_volume:
        names = [site for site, *_ in sites_of(station)]
        draw_daily_volume(rows[1], edge_d, names, floats(station["contact_daily_volume_gbit"].values))
    return figure


def contact_strips(station: xr.Dataset) -> tuple[list[ContactStrip], list[int]]:
    """Strips of every place by its ways of contact, and where another place begins."""
    strips: list[ContactStrip] = []
    groups = []
    paths = [str(path) for path in station["path"].values]
    for row, (place, *_) in enumerate(sites_of(station)):
        groups.append(len(strips))
        for path in paths_of(station, row):
            column = paths.index(path)
            share = floats(station["contact_daily_share"].values[row, column])
            whole = float(station["contact_share"].values[row, column])
            strips.append(ContactStrip(f"{place} · {PATH_WORDS[path]}", share, whole))
    return strips, groups


def light_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Light of the whole horizon, a row for each year or month."""
    first_d, stop_d = span_days(station)
    row: Row = "year" if stop_d - first_d > YEARS_FROM_D else "month"
    time_d = days_of(station["time"].values)
    # A sample at the end of the horizon would begin a row of its own.
    is_inside = time_d < stop_d - A_MOMENT_D
    time_d, light = time_d[is_inside], floats(station["sun_fraction"].values)[is_inside]
    start_d, length_d = dark_spans(station)
    figure = new_figure(WIDTH_IN, 1.6 + ROW_IN[row] * len(row_starts_d(time_d, row)))
    write_title(
        figure,
        f"Light at {words(str(station.attrs['site']))}: {name}",
        f"part of the Sun's disc above the horizon; outlined: dark for more than {OUTLINED_D[row]:g} d, with its days",
    )
    ax = figure.add_subplot()
    image = draw_light_calendar(
        ax, time_d, light, np.stack([start_d, start_d + length_d], axis=-1), OUTLINED_D[row], row
    )
    figure.colorbar(image, ax=ax, label="disc in view", pad=0.01, aspect=14)
    return figure


def horizon_figure(name: str, station: xr.Dataset) -> Figure | None:
    """The horizon all around with the ways of Sun and Earth."""
    if "mask_azimuth_deg" not in station:
        return None
    figure = new_figure(WIDTH_IN, 9.4)
    write_title(
        figure,
        f"Sun and Earth over the horizon of {words(str(station.attrs['site']))}: {name}",
        f"elevation grows inwards; filled: the ground; dashed circle: level   ·   "
        f"{horizon_words(str(station.attrs['horizon']))}",
    )
    ax = figure.add_subplot(projection="polar")
    mask = (station["mask_azimuth_deg"].values, station["mask_elevation_deg"].values)
    draw_polar_horizon(ax, *mask, sun_tracks(station), [earth_track(station)])
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8.5, handlelength=4.0)
    return figure


def dark_gaps_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Dark gaps along the horizon."""
    start_d, length_d = dark_spans(station)
    if not len(start_d):
        return None
    figure = new_figure(WIDTH_IN, 4.0)
    write_title(
        figure,
        f"Spans without light at {words(str(station.attrs['site']))}: {name}",
        f"each where it begins (UTC); {len(start_d)} in all, {length_d.sum():.0f} d together",
    )
    draw_dark_gaps(figure.add_subplot(), start_d, length_d, span_days(station))
    return figure


FIGURES = {
    "station_timeline": timeline_figure,
    "station_orbits": orbits_figure,
    "station_ground_tracks": ground_tracks_figure,
    "station_perilunes": perilunes_figure,
    "station_coverage_global": global_coverage_figure,
    "station_coverage_pole": pole_coverage_figure,
    "station_gaps": gaps_figure,
    "station_contact": contact_figure,
    "station_light_calendar": light_figure,
    "station_horizon": horizon_figure,
    "station_dark_gaps": dark_gaps_figure,
}
"""Figures by the stem of their file, in the order of the page; those of power and tasks follow."""
