"""Passes of an orbiter over a place on the Moon: rise above its horizon, culmination, set.

Angles are geometric (light is under way for milliseconds, 0.3 s at most).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, greatest_in, spans_where
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.spans import Spans
from sim.constants import R_MOON_KM
from sim.station.lunar_path import LunarPath, path_step_s
from sim.station.site import SiteGeometry, direction, horizon_at, site_axes_moon_me

FloatArray = NDArray[np.float64]

_FINER = 1.0 / 3.0
"""Of the step that finds shadows: an orbiter at 100 km is above a place for eleven minutes at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """Passes of one orbiter over one place.

    Attributes
    ----------
    above : Spans
        From rise to set (M of them); a peak of the horizon that hides the orbiter for a while parts a pass in two.
    culmination_tdb_s, culmination_rad : ndarray (M,)
        When the orbiter stands highest between them, and its elevation then.
    """

    above: Spans
    culmination_tdb_s: FloatArray
    culmination_rad: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.above)


def passes(
    site: SiteGeometry,
    path: LunarPath,
    start_tdb_s: float,
    stop_tdb_s: float,
    step_s: float | None = None,
    least_elevation_rad: float = -0.5 * np.pi,
) -> Passes:
    """Passes of an orbiter above a place's horizon between two epochs, those under way cut there.

    Below ``least_elevation_rad`` it does not count, whatever the horizon.
    ``step_s`` of the search is a third of ``path_step_s`` where it is left out: peaks of the horizon that hide the
    orbiter for less are missed.
    """
    step = _FINER * path_step_s(path, start_tdb_s, stop_tdb_s) if step_s is None else step_s
    above = spans_where(above_horizon_signal(site, path, step, least_elevation_rad), start_tdb_s, stop_tdb_s)
    return Passes(above, *greatest_in(elevation_signal(site, path, step), above))


def above_horizon_signal(
    site: SiteGeometry, path: LunarPath, step_s: float, least_elevation_rad: float = -0.5 * np.pi
) -> Signal:
    """Elevation of an orbiter less that of the horizon below it, or the least that counts, rad."""

    def height_rad(t: FloatArray) -> FloatArray:
        azimuth, elevation, _ = look(site, path, t)
        height: FloatArray = elevation - np.maximum(horizon_at(site, azimuth), least_elevation_rad)
        return height

    return Signal(height_rad, step_s)


def elevation_signal(site: SiteGeometry, path: LunarPath, step_s: float) -> Signal:
    """Elevation of an orbiter above the level plane of a place, rad."""
    return Signal(lambda t: look(site, path, t)[1], step_s)


def look(site: SiteGeometry, path: LunarPath, t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Azimuth, elevation (rad) and distance (km) of an orbiter from a place, (...) each, at epochs (...)."""
    to_me, axes = icrf_to_moon_me(t_tdb_s), site_axes_moon_me(site)
    to_site = axes @ to_me
    place_km = (R_MOON_KM + site.height_km) * to_site[..., 2, :]
    return direction(to_site, path.position_icrf_km(t_tdb_s) - place_km)
