"""Whole figures of a station's orbits: paths in four frames, ground tracks, and whether the orbits last."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from plots.dates import show_days
from plots.orbits import (
    LONG_D,
    TITLES,
    VIEWS,
    draw_argument_picture,
    draw_ground_tracks,
    draw_orbits,
    draw_perilune_history,
    mark_places,
    orbit_style,
)
from plots.station_timeline import days_of
from plots.station_views import day_words, sites_of, span_days
from plots.style import new_figure, shorten, words, write_title

WIDTH_IN = 12.0


def orbits_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Orbits in four frames, the Moon to scale."""
    if "track_icrf_km" not in station:
        return None
    figure = new_figure(WIDTH_IN, 10.6 + 0.2 * station.sizes["orbit"])
    write_title(
        figure,
        f"Orbits about the Moon: {name}",
        "Moon to scale, what lies behind it left out; a dot where each element is at first",
    )
    panels = figure.subplots(2, 2).ravel()
    for panel, frame in zip(panels, VIEWS, strict=True):
        draw_orbits(panel, station, frame)
        panel.set_title(TITLES[frame])
    orbit_legend(figure, station)
    return figure


def orbit_legend(figure: Figure, station: xr.Dataset) -> None:
    """Name elements below the panels, with their orbit and the span that is drawn."""
    handles = []
    for number, element in enumerate(station["orbit"].values):
        colour, line = orbit_style(number)
        orbit = words(str(station["orbit_words"].values[number]))
        said = f"{words(str(element))}: {orbit}; {drawn_words(station, number)}"
        handles.append(Line2D([], [], color=colour, linestyle=line, label=shorten(said, 150)))
    figure.legend(handles=handles, loc="outside lower left", ncols=1, fontsize=8, handlelength=3.0)


def drawn_words(station: xr.Dataset, number: int) -> str:
    """Say which part of an element's flight is drawn."""
    epochs = station["track_utc"].values[number]
    known = days_of(epochs[~np.isnat(epochs)])
    if len(known) < 2:
        return "never in service"
    return f"drawn: {known[-1] - known[0]:.1f} d from {day_words(float(np.floor(known[0] + 1e-6)))}"


def ground_tracks_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Where the elements stand overhead."""
    if "track_moon_me_km" not in station:
        return None
    figure = new_figure(WIDTH_IN, 6.6 + 0.2 * station.sizes["orbit"])
    write_title(figure, f"Ground tracks: {name}", "the point of the Moon below each element; shaded: the far side")
    ax = figure.add_subplot()
    draw_ground_tracks(ax, station)
    mark_places(ax, sites_of(station))
    orbit_legend(figure, station)
    return figure


def perilunes_figure(name: str, station: xr.Dataset) -> Figure | None:
    """Perilune altitude through the horizon; eccentricity against argument of perilune where there are ellipses."""
    if "day_perilune_altitude_km" not in station or not np.isfinite(station["day_perilune_altitude_km"].values).any():
        return None
    has_ellipses = bool(np.isfinite(station["day_eccentricity"].values).any())
    figure = new_figure(WIDTH_IN, (4.6 if has_ellipses else 4.2) + 0.2 * station.sizes["orbit"])
    said = ["of ellipses: of the one flown at noon of each day", "of halos: the least height over a revolution"]
    if station.sizes["orbit_day"] > LONG_D:
        said.append("line: mean of a fortnight, band: least and most")
    write_title(figure, f"How the orbits last: {name}", "; ".join(said if has_ellipses else said[1:]))
    columns = figure.subplots(1, 2 if has_ellipses else 1, squeeze=False, width_ratios=[2.2, 1.0][: 1 + has_ellipses])
    draw_perilune_history(columns[0, 0], station)
    show_days(columns[0, 0], *span_days(station))
    columns[0, 0].set_title("Perilune altitude")
    if has_ellipses:
        draw_argument_picture(columns[0, 1], station)
        columns[0, 1].set_title("Shape and direction of the ellipse")
    orbit_names_legend(figure, station)
    return figure


def orbit_names_legend(figure: Figure, station: xr.Dataset) -> None:
    """Name elements below the panels."""
    styles = [orbit_style(number) for number in range(station.sizes["orbit"])]
    handles = [
        Line2D([], [], color=colour, linestyle=line, label=words(str(element)))
        for element, (colour, line) in zip(station["orbit"].values, styles, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=6, fontsize=8, handlelength=3.0)
