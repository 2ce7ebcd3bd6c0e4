"""Light at the landing sites of a scenario over its whole horizon, computed once a site."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.station.place import geometry_of
from sim.station.site import SiteGeometry, site_ephemeris, site_unit_icrf
from sim.transfer.landing_light import LightTable, SiteLight, light_table
from sim.units import DAY_S
from sim.window.candidates import landing_rule
from sim.window.plan import last_epoch_tdb_s

FloatArray = NDArray[np.float64]

STEP_S = 1800.0


def site_light(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> SiteLight:
    """Sun at a site every half hour from start to stop."""
    start = np.floor(start_tdb_s / STEP_S) * STEP_S
    epochs = start + STEP_S * np.arange(int(np.ceil((stop_tdb_s - start) / STEP_S)) + 1)
    sky = site_ephemeris(site, epochs)
    above = sky.sun_elevation_rad - sky.horizon_at_sun_rad
    return SiteLight(float(start), STEP_S, site_unit_icrf(site, epochs), sky.sun_elevation_rad, above)


def light_tables(lanes: Sequence[ResolvedLane], day_tdb_s: FloatArray) -> dict[str, LightTable]:
    """Light of each lane's site, indexed for its landing rule; lanes of one site share the ephemeris."""
    stop = max(last_epoch_tdb_s(lane, float(day_tdb_s[-1])) for lane in lanes)
    sites: dict[str, SiteLight] = {}
    tables = {}
    for lane in lanes:
        name = lane.landing_site.model_dump_json()
        if name not in sites:
            geometry = geometry_of(lane.landing_site, calibrate=True)
            sites[name] = site_light(geometry, float(day_tdb_s[0]) - DAY_S, stop)
        rule = landing_rule(lane)
        tables[lane.id] = light_table(sites[name], rule.sun_elevation_rad, rule.sun_above_horizon_rad)
    return tables
