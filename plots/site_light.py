"""Figures of a place's light through years: the calendar, dark gaps, seasons, the horizon with Sun and Earth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from plots.light_seasons import draw_seasons, season_handles
from plots.station_figures import WIDTH_IN, dark_gaps_figure, horizon_figure, light_figure
from plots.station_timeline import days_of
from plots.style import moonport_style, new_figure, save_figure, words, write_title

LEAST_SEASONS = 4
"""Two of them are cut by the dates."""
LEAST_CONTRAST = 0.05
"""Where summers have no more light than winters by this, seasons tell nothing."""
PER_CENT_TOP = 115.0


def draw_site_light(data: xr.Dataset, folder: Path) -> list[Path]:
    """Draw the figures of a place's light (`sim.results.site_light`) into a folder."""
    paths: list[Path] = []
    with moonport_style():
        for stem, make in FIGURES.items():
            figure = make(str(data.attrs["name"]), data)
            if figure is not None:
                paths += save_figure(figure, folder, stem)
    return paths


def seasons_figure(name: str, data: xr.Dataset) -> Figure | None:
    """Average light and the longest dark of each lunar season; None where seasons tell nothing."""
    rows = np.flatnonzero(data["light_kind"].values == "season")
    summer = np.array([str(span).startswith("summer") for span in data["light_span"].values[rows]])
    light = data["light_average_light"].values[rows]
    whole = slice(1, -1)
    if len(rows) < LEAST_SEASONS:
        return None
    if light[whole][summer[whole]].mean() - light[whole][~summer[whole]].mean() < LEAST_CONTRAST:
        return None
    starts, stops = (days_of(data[f"light_{end}_utc"].values[rows]) for end in ("start", "stop"))
    edges_d = np.append(starts, stops[-1])
    figure = new_figure(WIDTH_IN, 5.6)
    write_title(
        figure,
        f"Light by lunar season at {words(str(data.attrs['site']))}: {name}",
        "summer: the Sun over the place's own hemisphere, half of a draconic year of 347 d; hollow: cut by the dates",
    )
    upper, lower = figure.subplots(2, 1, sharex=True)
    draw_seasons(upper, edges_d, 100.0 * light, summer, "disc in view, mean, %", PER_CENT_TOP)
    upper.set_yticks(range(0, 101, 25))
    draw_seasons(lower, edges_d, data["light_longest_dark_d"].values[rows], summer, "longest dark, d")
    figure.legend(handles=season_handles(), loc="outside upper right", ncols=2, fontsize=8.5)
    return figure


FIGURES = {
    "light_calendar": light_figure,
    "dark_gaps": dark_gaps_figure,
    "seasons": seasons_figure,
    "horizon": horizon_figure,
}
"""By the stem of their file; one with nothing to show is not made."""
