"""Light and contact at the landing sites of a scenario over its whole horizon, computed once a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.station.contact import contact_over_descent
from sim.station.eclipses import sun_centre_covered
from sim.station.elements import relays_of
from sim.station.light import light_series
from sim.station.place import geometry_of
from sim.station.site import SiteGeometry, site_unit_icrf
from sim.transfer.landing import table_for
from sim.transfer.landing_light import LONGEST_LIGHT_LEFT_S, LightTable, SiteLight
from sim.units import DAY_S
from sim.window.chance import landing_rule
from sim.window.plan import last_epoch_tdb_s

FloatArray = NDArray[np.float64]

STEP_S = 1800.0


@dataclass(frozen=True, slots=True, eq=False)
class SiteSky:
    """A site with its light, and the Earth's height above its horizon at the same epochs (K,)."""

    site: SiteGeometry
    light: SiteLight
    earth_above_rad: FloatArray


def site_sky(site: SiteGeometry, start_tdb_s: float, stop_tdb_s: float) -> SiteSky:
    """Sun and Earth at a site every half hour from start to stop."""
    series = light_series(site, np.floor(start_tdb_s / STEP_S) * STEP_S, stop_tdb_s, STEP_S)
    light = SiteLight(
        series.start_tdb_s,
        series.step_s,
        site_unit_icrf(site, series.epochs_tdb_s),
        series.sun_elevation_rad,
        series.sun_above_horizon_rad,
        is_eclipsed=_eclipsed_cells(site, series.epochs_tdb_s),
    )
    return SiteSky(site, light, series.earth_above_horizon_rad)


def _eclipsed_cells(site: SiteGeometry, epochs_tdb_s: FloatArray) -> NDArray[np.bool_]:
    """Tell between which epochs (K,) the Earth covers the Sun's centre at a site for a while (K - 1,)."""
    covered = sun_centre_covered(site, float(epochs_tdb_s[0]), float(epochs_tdb_s[-1]))
    is_eclipsed: NDArray[np.bool_] = np.diff(covered.total_before_s(epochs_tdb_s)) > 0.0
    return is_eclipsed


def light_tables(lanes: Sequence[ResolvedLane], day_tdb_s: FloatArray) -> dict[str, LightTable]:
    """Light and contact at each lane's site, indexed for its landing rule; lanes of one site share the ephemeris.

    The dates reach past the last landing as far as light left is told.
    """
    asked_s = max(lane.lane.constraints.lit_after_landing_s or 0.0 for lane in lanes)
    stop = max(last_epoch_tdb_s(lane, float(day_tdb_s[-1])) for lane in lanes) + max(asked_s, LONGEST_LIGHT_LEFT_S)
    skies: dict[str, SiteSky] = {}
    tables = {}
    for lane in lanes:
        name = lane.landing_site.model_dump_json()
        if name not in skies:
            skies[name] = site_sky(geometry_of(lane.landing_site, calibrate=True), float(day_tdb_s[0]) - DAY_S, stop)
        tables[lane.id] = lane_table(lane, skies[name])
    return tables


def lane_table(lane: ResolvedLane, sky: SiteSky) -> LightTable:
    """Light of a site indexed for what a lane asks of it; contact is computed only where it is asked."""
    rule, light = landing_rule(lane), sky.light
    if rule.contact is not None:
        points = len(light.sun_elevation_rad)
        contact_rad, step_s = contact_over_descent(
            sky.site, rule.contact, relays_of(lane), light.start_tdb_s, light.step_s, points, sky.earth_above_rad
        )
        light = replace(light, contact_rad=contact_rad, contact_step_s=step_s)
    return table_for(light, rule)
