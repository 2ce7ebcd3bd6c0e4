"""From a landing site of the catalogue to its geometry: coordinates, and the horizon that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.catalog.masks import masks_by_height
from sim.catalog.models import LandingSite, Terrain
from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.station.horizon import HorizonMask, load_horizon_csv, packaged_horizon, packaged_horizons
from sim.station.light import NODE_PERIOD_S
from sim.station.site import SiteGeometry, calibrated_horizon, site_axes_moon_me, site_geometry
from sim.station.terrain import terrain_masks

LEVEL = "level horizon at 0 deg (no mask)"
"""What outputs say of a site without a mask."""

_NEAR_KM = 60.0
"""An outline from further away has nothing to do with the spot; a level one serves as well."""


def geometry_of(site: LandingSite, *, calibrate: bool = False) -> SiteGeometry:
    """Coordinates of a landing site with its horizon mask.

    Parameters
    ----------
    site : LandingSite
        Its horizon is a mask of the catalogue or the absolute path of a file; or its terrain names elevation models,
        from which the mask is found, and the height of the ground where the site says none.
    calibrate : bool
        For a site without a mask whose average light is published: whether to stand in an outline shifted until it
        meets that average (see ``calibrated_horizon``). Otherwise such a site has a level horizon.

    Raises
    ------
    DataMissingError, UsageError
        For a mask that is missing or damaged.
    """
    bare = site_geometry(site.latitude_deg, site.longitude_deg, site.height_m)
    if site.horizon is not None:
        mask = load_horizon_csv(site.horizon) if Path(site.horizon).is_absolute() else packaged_horizon(site.horizon)
        return site_geometry(site.latitude_deg, site.longitude_deg, site.height_m, mask)
    if site.terrain is not None:
        return _on_terrain(site, site.terrain)
    if calibrate and site.average_light is not None:
        return _calibrated(bare, site.latitude_deg, site.longitude_deg, site.height_m, site.average_light)
    return bare


def _on_terrain(site: LandingSite, terrain: Terrain) -> SiteGeometry:
    place = (site.latitude_deg, site.longitude_deg)
    (mask,) = terrain_masks(terrain.dem, *place, (terrain.mast_height_m,), terrain.range_km)
    ground_m = mask.viewpoint.terrain_height_m if mask.viewpoint is not None else 0.0
    return site_geometry(*place, site.height_m or ground_m, mask)


def mast_masks(site: LandingSite, heights_m: Sequence[float]) -> tuple[HorizonMask, ...]:
    """Return the horizons of a landing site as seen from heights above its ground, m.

    They are found from its elevation models, or are masks made at its spot for exactly these heights. An outline that
    is calibrated to an average of light is none of either: it holds for the height of that average alone.

    Raises
    ------
    DataMissingError, UsageError
        For a damaged file, and a height at which no horizon is known.
    """
    if not heights_m:
        return ()
    if site.terrain is not None:
        place = (site.latitude_deg, site.longitude_deg)
        return terrain_masks(site.terrain.dem, *place, heights_m, site.terrain.range_km)
    known = masks_by_height(site)
    missing = [f"{height:g} m" for height in heights_m if height not in known]
    if missing:
        message = f"no horizon is known {', '.join(missing)} above {site.id}: give the site terrain"
        raise UsageError(message)
    return tuple(load_horizon_csv(known[height]) for height in heights_m)


def horizon_source(site: SiteGeometry) -> str:
    """Say in words what the site's horizon rests on."""
    return site.horizon.source if site.horizon is not None else LEVEL


def nearest_outline(site: SiteGeometry) -> HorizonMask:
    """Return the packaged mask made nearest to a site, or a level one where none is within 60 km."""
    level = HorizonMask(np.array([0.0, 180.0]), np.array([0.0, 0.0]), "level outline")
    known = [mask for mask in packaged_horizons() if mask.viewpoint is not None]
    nearest = min(known, key=lambda mask: _distance_km(site, mask), default=level)
    return nearest if _distance_km(site, nearest) < _NEAR_KM else level


def _distance_km(site: SiteGeometry, mask: HorizonMask) -> float:
    if mask.viewpoint is None:
        return np.inf
    spot = site_geometry(mask.viewpoint.latitude_deg, mask.viewpoint.longitude_deg)
    return float(R_MOON_KM * np.linalg.norm(site_axes_moon_me(site)[2] - site_axes_moon_me(spot)[2]))


@cache
def _calibrated(
    bare: SiteGeometry, latitude_deg: float, longitude_deg: float, height_m: float, average_light: float
) -> SiteGeometry:
    # A node period from 2025 on by 7.3 hours: 22 000 epochs, spread over all hours of the lunar day.
    epochs = tdb_s_from_utc("2025-01-01") + np.arange(0.0, NODE_PERIOD_S, 7.3 * 3600.0)
    mask = calibrated_horizon(bare, nearest_outline(bare), average_light, epochs)
    return site_geometry(latitude_deg, longitude_deg, height_m, mask)
