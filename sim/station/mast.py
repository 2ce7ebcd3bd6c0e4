"""Light of solar arrays on masts of their own: over the horizon at their height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.catalog.models import LandingSite
from sim.scenario.model import SurfaceElement
from sim.station.eclipses import SiteEclipses, eclipsed_light
from sim.station.horizon import HorizonMask
from sim.station.light import LightSeries
from sim.station.place import mast_masks
from sim.station.site import disc_fraction

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MastLight:
    """What an array on a mast sees: what its horizon rests on, and the part of the disc (K,), eclipses counted."""

    horizon: str
    sun_fraction: FloatArray


def mast_heights_m(surface: Sequence[SurfaceElement]) -> tuple[float, ...]:
    """Return the heights of the masts that carry solar arrays, each once, ascending."""
    arrays = [item.source.solar for item in surface if item.source is not None and item.source.solar is not None]
    return tuple(sorted({array.mast_height_m for array in arrays if array.mast_height_m is not None}))


def mast_light(
    site: LandingSite, heights_m: Sequence[float], series: LightSeries, eclipses: SiteEclipses
) -> Mapping[float, MastLight]:
    """Return the light at heights above a site's ground, by height, on the epochs of the site's own light."""
    masks = mast_masks(site, heights_m)
    return {
        height_m: MastLight(_words(height_m, mask), eclipsed_light(over_mask(series, mask), eclipses))
        for height_m, mask in zip(heights_m, masks, strict=True)
    }


def _words(height_m: float, mask: HorizonMask) -> str:
    """Say a mast's height and where its horizon comes from, without the particulars of the file."""
    return f"{height_m:g} m: {mask.source.partition(':')[0]}"


def over_mask(series: LightSeries, mask: HorizonMask) -> LightSeries:
    """Return the Sun's light of a series over another horizon at the same spot; the Earth's stays over its own."""
    above = series.sun_elevation_rad - mask.elevation_at(series.sun_azimuth_rad)
    return replace(
        series,
        site=replace(series.site, horizon=mask),
        sun_above_horizon_rad=above,
        sun_fraction=disc_fraction(above, series.sun_radius_rad),
    )
