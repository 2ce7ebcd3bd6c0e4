"""Node cycles: best landed mass and coast on every day of years, a row for each launch site.

Months run to the right and the days of a month upwards, so that the Moon's month makes stripes and its node the slow
change from left to right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from plots.style import (
    EARTH_COLOUR,
    FAINT,
    GROUND,
    INK,
    MAP,
    MUTED,
    PAPER,
    moonport_style,
    new_figure,
    save_figure,
    shorten,
    words,
    write_title,
)

FloatArray = NDArray[np.float64]

STEM = "node_cycle"
WIDTH_IN, HEAD_IN, SKY_IN, MAP_IN, STRIP_IN, GAP_IN = 11.0, 0.9, 0.85, 1.35, 0.34, 0.72
DAYS_OF_MONTH = 31
HALF_MONTH = 0.5 / 12.0
LEAST_SHARE_OF_DAYS = 1.0
"""Percentage of the days that share the darkest colour, so that a few poor ones do not hide the rest."""
DECLINATIONS_DEG = (12.0, 31.0)


def draw_node_cycle(data: xr.Dataset, folder: Path) -> list[Path]:
    """Draw the figure of node cycles (from `sim.results.node_cycle.load_node_cycle`) into a folder."""
    with moonport_style():
        return save_figure(node_cycle_figure(data), folder, STEM)


def node_cycle_figure(data: xr.Dataset) -> Figure:
    """Make the figure: the Moon's declination above, then for each site two maps of days and two strips of months."""
    sites = [data.isel(site=number) for number in range(data.sizes["site"])]
    figure = new_figure(WIDTH_IN, HEAD_IN + SKY_IN + (MAP_IN + STRIP_IN + GAP_IN) * len(sites))
    heights = [SKY_IN] + [MAP_IN, STRIP_IN] * len(sites)
    axes = figure.subplots(len(heights), 2, sharex=True, height_ratios=heights)
    first, last = np.datetime_as_string(data["day"].values[[0, -1]].astype("datetime64[D]"))
    write_title(
        figure,
        "What launch sites can land through the cycle of the Moon's node",
        f"launch days {first} to {last}, {data.attrs['flights_a_day']} flights each in a coarse map; "
        "a storable lander at a pole, no light asked for",
    )
    figure.set_layout_engine("constrained", h_pad=0.02, hspace=0.0)
    for ax in axes[0]:
        draw_declination(ax, data)
    for number, one in enumerate(sites):
        _draw_site(figure, axes[1 + 2 * number : 3 + 2 * number], one)
    _dress_years(axes, data)
    return figure


def draw_declination(ax: Axes, data: xr.Dataset) -> None:
    """Draw the Moon's greatest declination of each month, and the least inclinations that it passes."""
    years = month_years(data)
    declination = data["month_greatest_declination_deg"].values[0]
    ax.fill_between(years, declination, color=GROUND)
    ax.plot(years, declination, color=INK, linewidth=1.3)
    ax.set_ylim(*DECLINATIONS_DEG)
    ax.set_ylabel("deg", fontsize=8)
    ax.set_title("Moon's greatest declination; dashed: least inclination of a site", fontsize=8.5, fontweight="normal")
    for number, (sites, inclination) in enumerate(_low_inclinations(data)):
        ax.axhline(inclination, color=EARTH_COLOUR, linewidth=0.9, linestyle=(0, (4, 3)))
        at, side = ((0.008, "left"), (0.992, "right"))[number % 2]
        ax.text(
            at,
            inclination,
            sites,
            transform=ax.get_yaxis_transform(),
            ha=side,
            va="top",
            fontsize=7,
            color=EARTH_COLOUR,
        )


def _low_inclinations(data: xr.Dataset) -> list[tuple[str, float]]:
    """Sites whose least inclination lies where the Moon's greatest declination goes, joined where they are alike."""
    joined: dict[int, tuple[str, float]] = {}
    for site, inclination in zip(data["site"].values, data["least_inclination_deg"].values, strict=True):
        if DECLINATIONS_DEG[0] < inclination < DECLINATIONS_DEG[1]:
            name, value = joined.get(round(float(inclination)), ("", float(inclination)))
            joined[round(float(inclination))] = (f"{name}, {words(str(site))}" if name else words(str(site)), value)
    return [joined[key] for key in sorted(joined)]


def draw_day_map(ax: Axes, one: xr.Dataset, name: str, scale: float = 1.0) -> AxesImage:
    """Draw a quantity of a site by month and day of the month: closed days white, days that do not exist grey."""
    grid = by_month_and_day(one["day"].values, one[name].values * scale)
    is_day = by_month_and_day(one["day"].values, np.ones(one.sizes["day"]))
    known = grid[np.isfinite(grid)]
    low = float(np.percentile(known, LEAST_SHARE_OF_DAYS)) if known.size else 0.0
    high = float(known.max()) if known.size else 1.0
    years = month_years(one)
    extent = (years[0] - HALF_MONTH, years[-1] + HALF_MONTH, 0.5, DAYS_OF_MONTH + 0.5)
    ax.set_facecolor(FAINT)
    ax.imshow(
        is_day, origin="lower", extent=extent, aspect="auto", interpolation="nearest", cmap=ListedColormap([PAPER])
    )
    image = ax.imshow(grid, origin="lower", extent=extent, aspect="auto", interpolation="nearest", cmap=MAP)
    image.set_clim(low, high)
    ax.set_yticks([1, 11, 21, 31])
    ax.set_ylabel("day of month", fontsize=8)
    return image


def by_month_and_day(day: NDArray[np.datetime64], values: FloatArray) -> FloatArray:
    """Arrange values of consecutive days (N,) by day of the month and month (31, M), NaN where there is no day."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    column = (months - months[0]).astype(np.int64)
    grid = np.full((DAYS_OF_MONTH, int(column[-1]) + 1), np.nan)
    grid[(dates - months).astype(np.int64), column] = values
    return grid


def month_years(data: xr.Dataset) -> FloatArray:
    """Middles of the months (M,) in years."""
    months = data["month"].values.astype("datetime64[M]").astype(np.int64)
    return np.asarray(1970.0 + (months + 0.5) / 12.0, dtype=np.float64)


def _draw_site(figure: Figure, axes: NDArray[Any], one: xr.Dataset) -> None:
    """Draw a site's maps of landed mass and coast, and below them its open days and launch windows."""
    (mass, coast), (opened, window) = axes
    landed = one["landed_mass_kg"].values
    known = landed[np.isfinite(landed)]
    range_kg = f"{known.min():,.0f} to {known.max():,.0f} kg" if known.size else "no day open"
    title = f"{shorten(str(one['site_name'].values), 44)}, {one['launcher_name'].values}"
    mass.set_title(f"{title}\nlanded mass {range_kg}", fontsize=9)
    coast.set_title("coast of the flight that lands most, min", fontsize=9, fontweight="normal")
    for ax, name, scale, unit, extend in (
        (mass, "landed_mass_kg", 1e-3, "t", "min"),
        (coast, "coast_min", 1.0, "min", "min"),
    ):
        bar = figure.colorbar(draw_day_map(ax, one, name, scale), ax=ax, pad=0.01, aspect=14, extend=extend)
        bar.set_label(unit, fontsize=8)
        bar.ax.tick_params(labelsize=7)
    _draw_open_share(opened, one)
    _draw_windows(window, one)


def _draw_open_share(ax: Axes, one: xr.Dataset) -> None:
    share = 100.0 * one["month_open_share"].values
    ax.fill_between(month_years(one), share, step="mid", color=EARTH_COLOUR, linewidth=0.0)
    ax.set_ylim(0.0, 105.0)
    ax.set_yticks([0, 100])
    _name_strip(ax, "days open in a month, %")


def _draw_windows(ax: Axes, one: xr.Dataset) -> None:
    hours = one["month_median_window_h"].values
    _name_strip(ax, "launch window, hours a day")
    if not np.isfinite(hours).any():
        ax.set_yticks([])
        note = "fixed inclinations: minutes for each, by steering alone"
        ax.text(0.5, 0.5, note, transform=ax.transAxes, ha="center", va="center", fontsize=8, color=MUTED)
        return
    ax.plot(month_years(one), hours, color=INK, linewidth=1.0)
    ax.set_ylim(0.0, 1.15 * float(np.nanmax(hours)))
    ax.yaxis.set_major_locator(MaxNLocator(2, integer=True))


def _name_strip(ax: Axes, name: str) -> None:
    ax.set_title(name, fontsize=8, fontweight="normal", color=MUTED, pad=2)


def _dress_years(axes: NDArray[Any], data: xr.Dataset) -> None:
    years = month_years(data)
    axes[0, 0].set_xlim(years[0] - HALF_MONTH, years[-1] + HALF_MONTH)
    axes[0, 0].xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    for ax in axes.flat:
        ax.tick_params(labelsize=7.5, length=2.5)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[2::2].flat:
        ax.tick_params(labelbottom=True)
