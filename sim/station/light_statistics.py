"""Light at a site counted: averages, longest spans, months, years and lunar seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, spans_where
from sim.astro.spans import Spans
from sim.astro.time import tdb_s_from_utc_datetime64, utc_datetime64
from sim.station.light import EDGE_S, LightSeries, earth_spans, lit_spans, sun_up_spans
from sim.station.site import SiteGeometry, sub_solar_latitude_rad
from sim.units import DAY_S

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Seasons:
    """Lunar summers and winters of a hemisphere, in order: half a draconic year (173.3 d) each.

    They change as the Sun passes over the Moon's equator; the first and the last are cut by the dates asked for.

    Attributes
    ----------
    start_tdb_s, stop_tdb_s : ndarray (S,)
    is_summer : ndarray (S,) of bool
        Whether the Sun stands over the site's own hemisphere.
    """

    start_tdb_s: FloatArray
    stop_tdb_s: FloatArray
    is_summer: NDArray[np.bool_]


def seasons(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> Seasons:
    """Lunar seasons of a site's hemisphere between two epochs (on the equator, of the northern one)."""
    over_us = -1.0 if site.latitude_rad < 0.0 else 1.0
    summer = spans_where(Signal(lambda t: over_us * sub_solar_latitude_rad(t), DAY_S), start_tdb_s, stop_tdb_s, EDGE_S)
    winter = summer.gaps(start_tdb_s, stop_tdb_s)
    start = np.sort(np.concatenate([summer.start_tdb_s, winter.start_tdb_s]))
    stop = np.sort(np.concatenate([summer.stop_tdb_s, winter.stop_tdb_s]))
    return Seasons(start, stop, summer.contain(0.5 * (start + stop)))


def calendar_edges_tdb_s(start_tdb_s: float, stop_tdb_s: float, unit: str) -> FloatArray:
    """Start, the starts of UTC months (``unit`` "M") or years ("Y") in between, and stop."""
    first, last = (
        int(day.astype(f"datetime64[{unit}]").astype(int)) for day in utc_datetime64([start_tdb_s, stop_tdb_s])
    )
    inner = np.arange(first + 1, last + 1).astype(f"datetime64[{unit}]").astype("datetime64[ms]")
    edges = tdb_s_from_utc_datetime64(inner)
    return np.concatenate([[start_tdb_s], edges[(edges > start_tdb_s) & (edges < stop_tdb_s)], [stop_tdb_s]])


@dataclass(frozen=True, slots=True, eq=False)
class LightByPeriod:
    """Light in periods one by one (P,).

    Attributes
    ----------
    start_tdb_s, stop_tdb_s : ndarray (P,)
    average_fraction : ndarray (P,)
        Mean part of the Sun's disc above the horizon.
    sun_up_share, lit_share, earth_share : ndarray (P,)
        Of the time: the Sun's centre up; any of its disc; the Earth's centre.
    longest_dark_s, longest_lit_s : ndarray (P,)
        Of what lies within the period.
    dark_spans : ndarray (P,) of int
        How many lie in it, in part at least.
    """

    start_tdb_s: FloatArray
    stop_tdb_s: FloatArray
    average_fraction: FloatArray
    sun_up_share: FloatArray
    lit_share: FloatArray
    earth_share: FloatArray
    longest_dark_s: FloatArray
    longest_lit_s: FloatArray
    dark_spans: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LightStatistics:
    """Light and sight of the Earth at a site from start to stop.

    Attributes
    ----------
    lit, dark, earth : Spans
        Any of the Sun's disc in view, none; the Earth's centre in view.
    whole : LightByPeriod
        One period.
    by_month, by_year : LightByPeriod
        Of the UTC calendar, the first and last cut by the dates.
    seasons : Seasons
    by_season : LightByPeriod
        In their order.
    """

    lit: Spans
    dark: Spans
    earth: Spans
    whole: LightByPeriod
    by_month: LightByPeriod
    by_year: LightByPeriod
    seasons: Seasons
    by_season: LightByPeriod


def light_statistics(series: LightSeries) -> LightStatistics:
    """Averages, spans and calendars of a series, over all of it."""
    start, stop = series.start_tdb_s, series.stop_tdb_s
    light = _Light(series, lit_spans(series), sun_up_spans(series), earth_spans(series))
    months, years = (calendar_edges_tdb_s(start, stop, unit) for unit in ("M", "Y"))
    season = seasons(series.site, start, stop)
    return LightStatistics(
        light.lit,
        light.lit.gaps(start, stop),
        light.earth,
        _by_period(light, np.array([start]), np.array([stop])),
        _by_period(light, months[:-1], months[1:]),
        _by_period(light, years[:-1], years[1:]),
        season,
        _by_period(light, season.start_tdb_s, season.stop_tdb_s),
    )


@dataclass(frozen=True, slots=True, eq=False)
class GapsByYear:
    """Dark gaps counted by the UTC year in which they begin (Y,)."""

    year: NDArray[np.int64]
    count: NDArray[np.int64]
    total_s: FloatArray
    longest_s: FloatArray


def gaps_by_year(gaps: Spans, start_tdb_s: float, stop_tdb_s: float) -> GapsByYear:
    """Count gaps by each year from that of the start to that of the stop."""
    first, last = _utc_year(np.array([start_tdb_s, stop_tdb_s]))
    year = np.arange(first, last + 1)
    line = _utc_year(gaps.start_tdb_s) - first
    longest, total = np.zeros((2, len(year)))
    np.add.at(total, line, gaps.duration_s)
    np.maximum.at(longest, line, gaps.duration_s)
    return GapsByYear(
        year,
        np.bincount(line, minlength=len(year)),
        total,
        longest,
    )


def _utc_year(t_tdb_s: FloatArray) -> NDArray[np.int64]:
    return 1970 + utc_datetime64(t_tdb_s).astype("datetime64[Y]").astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Light:
    series: LightSeries
    lit: Spans
    sun_up: Spans
    earth: Spans


def _by_period(light: _Light, start: FloatArray, stop: FloatArray) -> LightByPeriod:
    duration = stop - start
    gained = _gained_before_s(light.series, stop) - _gained_before_s(light.series, start)
    sun_up, lit, earth = (
        (held.total_before_s(stop) - held.total_before_s(start)) / duration
        for held in (light.sun_up, light.lit, light.earth)
    )
    inside = [light.lit.within(*ends) for ends in zip(start, stop, strict=True)]
    dark = [part.gaps(*ends) for part, *ends in zip(inside, start, stop, strict=True)]
    return LightByPeriod(
        start,
        stop,
        gained / duration,
        sun_up,
        lit,
        earth,
        np.array([part.longest_s for part in dark]),
        np.array([part.longest_s for part in inside]),
        np.array([len(part) for part in dark]),
    )


def _gained_before_s(series: LightSeries, t_tdb_s: FloatArray) -> FloatArray:
    """Integral of the visible part of the disc from the first epoch to others, by the trapezoidal rule."""
    middle = 0.5 * (series.sun_fraction[1:] + series.sun_fraction[:-1]) * series.step_s
    gained: FloatArray = np.interp(t_tdb_s, series.epochs_tdb_s, np.concatenate([[0.0], np.cumsum(middle)]))
    return gained
