"""What is told of light and of the Earth at a site."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.astro.time import utc_text
from sim.station.light import LightSeries
from sim.station.light_statistics import LightByPeriod, LightStatistics, light_statistics
from sim.station.outcome import LightPeriod, LightRecord
from sim.station.place import horizon_source
from sim.units import DEG


def light_record(name: str, series: LightSeries, *, by_month: bool = False) -> LightRecord:
    """Tell of a site's light over its series: by year, season and as a whole, and by month where that is asked."""
    found, mask = light_statistics(series), series.site.horizon
    nothing = np.empty(0)
    return LightRecord(
        site=name,
        horizon=horizon_source(series.site),
        t_tdb_s=series.epochs_tdb_s,
        sun_fraction=series.sun_fraction,
        sun_azimuth_rad=series.sun_azimuth_rad,
        sun_elevation_rad=series.sun_elevation_rad,
        sun_above_rad=series.sun_above_horizon_rad,
        earth_azimuth_rad=series.earth_azimuth_rad,
        earth_elevation_rad=series.earth_elevation_rad,
        earth_above_rad=series.earth_above_horizon_rad,
        mask_azimuth_rad=nothing if mask is None else mask.azimuth_deg * DEG,
        mask_elevation_rad=nothing if mask is None else mask.elevation_deg * DEG,
        dark=found.dark,
        earth_up=found.earth,
        periods=tuple(_periods(found, by_month=by_month)),
    )


def _periods(found: LightStatistics, *, by_month: bool) -> Iterator[LightPeriod]:
    """List the periods of a calendar in order of time, the whole last."""
    years, months, season = found.by_year, found.by_month, found.by_season
    yield from _of("year", years, [utc_text(t)[:4] for t in _inside(years)])
    names = ["summer" if is_summer else "winter" for is_summer in found.seasons.is_summer]
    begins = [utc_text(t)[:10] for t in _inside(season)]
    told = [f"{name} from {day}" for name, day in zip(names, begins, strict=True)]
    last = len(told) - 1
    yield from _of("season", season, [f"{name} (cut)" if n in {0, last} else name for n, name in enumerate(told)])
    if by_month:
        yield from _of("month", months, [utc_text(t)[:7] for t in _inside(months)])
    yield from _of("all", found.whole, ["horizon"])


def _inside(periods: LightByPeriod) -> list[float]:
    """Epochs a second after the begins: those of calendars are known to microseconds."""
    return [float(t) + 1.0 for t in periods.start_tdb_s]


def _of(kind: str, periods: LightByPeriod, names: list[str]) -> Iterator[LightPeriod]:
    for number, name in enumerate(names):
        yield LightPeriod(
            kind=kind,
            name=name,
            start_tdb_s=float(periods.start_tdb_s[number]),
            stop_tdb_s=float(periods.stop_tdb_s[number]),
            average_light=float(periods.average_fraction[number]),
            sun_up_share=float(periods.sun_up_share[number]),
            lit_share=float(periods.lit_share[number]),
            earth_up_share=float(periods.earth_share[number]),
            longest_dark_s=float(periods.longest_dark_s[number]),
            longest_lit_s=float(periods.longest_lit_s[number]),
            dark_spans=int(periods.dark_spans[number]),
        )
