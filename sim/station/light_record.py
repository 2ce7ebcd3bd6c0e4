"""What is told of light and of the Earth at the station's site."""

from __future__ import annotations

import numpy as np

from sim.station.light import LightSeries
from sim.station.light_statistics import light_statistics
from sim.station.outcome import LightRecord
from sim.station.place import horizon_source
from sim.units import DEG


def light_record(name: str, series: LightSeries) -> LightRecord:
    """Tell of a site's light over its series."""
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
        average_light=found.average_fraction,
        sun_up_share=found.sun_up_share,
        earth_up_share=found.earth_share,
        longest_lit_s=found.lit.longest_s,
    )
