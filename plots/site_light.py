"""Figures of a place's light through years: the calendar, the dark gaps, the horizon with the ways of Sun and Earth."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from plots.station_figures import dark_gaps_figure, horizon_figure, light_figure
from plots.style import moonport_style, save_figure

FIGURES = {"light_calendar": light_figure, "dark_gaps": dark_gaps_figure, "horizon": horizon_figure}
"""By the stem of their file; one with nothing to show is not made."""


def draw_site_light(data: xr.Dataset, folder: Path) -> list[Path]:
    """Draw the figures of a place's light (`sim.results.site_light`) into a folder."""
    paths: list[Path] = []
    with moonport_style():
        for stem, make in FIGURES.items():
            figure = make(str(data.attrs["name"]), data)
            if figure is not None:
                paths += save_figure(figure, folder, stem)
    return paths
