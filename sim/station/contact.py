"""Contact of a place on the Moon: the Earth, or a relay that itself sees the Earth, above the local horizon.

Angles only: range and antennas are not looked at (see sim.station.links). Landings ask at once over all epochs
(``contact_over_descent``), coverage over years (sim.station.coverage); both stand on ``direct_height_rad`` and
``relay_view``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.rotations import rotated
from sim.constants import R_MOON_KM
from sim.station.relay import RelayOrbit
from sim.station.scene import ABSENT_RAD, Scene, present, scene_of
from sim.station.sightline import NO_LEAST_RAD, height_above_horizon_rad
from sim.station.site import SiteGeometry, site_axes_moon_me, site_ephemeris
from sim.units import MINUTE_S

FloatArray = NDArray[np.float64]
Contact = Literal["earth", "relay", "earth_or_relay"]

DESCENT_S = 15.0 * MINUTE_S
"""Contact is asked for over this time before touchdown: braking to standstill takes 10 to 13 minutes."""

RELAY_STEP_S = 300.0
"""Step at which relays are looked at: a relay on 200 x 16 000 km moves 0.3 rad in it at perilune, seen by few sites
and soon gone, and less than 0.02 rad on the outer half of its orbit, where it serves."""

_EPOCHS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class RelayView:
    """Relays as a site sees them: arrays (R, ...) by relay and epoch.

    ``elevation_rad`` is above the local horizon; ``earth_clearance_rad`` how far the relay's own line to the Earth is
    from being cut (``Scene.backhaul_rad``: without ground stations the angle, at the relay, from the Moon's limb to the
    Earth's centre). Both are -pi/2 where the relay is not there.
    """

    elevation_rad: FloatArray
    earth_clearance_rad: FloatArray

    @property
    def contact_rad(self) -> FloatArray:
        """The lesser of both (R, ...): not negative where the site reaches the Earth by way of the relay."""
        return np.minimum(self.elevation_rad, self.earth_clearance_rad)


def direct_height_rad(site: SiteGeometry, scene: Scene, least_rad: float = NO_LEAST_RAD) -> FloatArray:
    """How far a site's own line to the Earth is from being cut, at the scene's epochs (n,), rad; negative where it is.

    Of the Earth's centre its height above the site's horizon; where the scene has ground stations, the best over them
    of the station's height there and the site's height above what the station's antenna can follow.
    ``least_rad`` is the least elevation at the site, where its horizon is lower.
    """
    axes = site_axes_moon_me(site)
    centre_km = scene.earth.seen_from((R_MOON_KM + site.height_km) * axes[2])
    if not scene.stations:
        return height_above_horizon_rad(rotated(axes, centre_km), site.horizon, least_rad)
    heights = []
    for station in scene.stations:
        line_km = centre_km + station.offset_me_km
        here = height_above_horizon_rad(rotated(axes, line_km), site.horizon, least_rad)
        heights.append(np.minimum(here, station.height_rad(-line_km)))
    best: FloatArray = np.max(heights, axis=0)
    return best


def relays_in_view(site: SiteGeometry, scene: Scene, least_rad: float = NO_LEAST_RAD) -> RelayView:
    """How a site sees the scene's relays (R, n), and how these see the Earth."""
    axes = site_axes_moon_me(site)
    site_km = (R_MOON_KM + site.height_km) * axes[2]
    elevation = np.empty(scene.backhaul_rad.shape)
    for number, relay_km in enumerate(scene.relays_me_km):
        east_north_up = rotated(axes, relay_km - site_km)
        elevation[number] = present(height_above_horizon_rad(east_north_up, site.horizon, least_rad))
    return RelayView(elevation, scene.backhaul_rad)


def earth_elevation(site: SiteGeometry, t_tdb_s: ArrayLike) -> FloatArray:
    """Height of the Earth's centre above the local horizon (...), rad, at epochs (...)."""
    return site_ephemeris(site, t_tdb_s).earth_above_horizon_rad


def relay_view(site: SiteGeometry, relays: Sequence[RelayOrbit], t_tdb_s: ArrayLike) -> RelayView:
    """How a site sees relays (R of them), and how these see the Earth's centre, at epochs (...)."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    view = relays_in_view(site, scene_of(relays, (), t.ravel()))
    shape = (len(relays), *t.shape)
    return RelayView(view.elevation_rad.reshape(shape), view.earth_clearance_rad.reshape(shape))


def relay_elevation(site: SiteGeometry, relays: Sequence[RelayOrbit], t_tdb_s: ArrayLike) -> FloatArray:
    """Elevation above the local horizon (...), rad, of the best relay that sees the Earth.

    Where none does, that which comes nearest: the lesser of its elevation and its clearance, negative. NaN without
    relays.
    """
    if not relays:
        return np.full(np.shape(t_tdb_s), np.nan)
    view = relay_view(site, relays, t_tdb_s)
    seen = np.where(view.earth_clearance_rad >= 0.0, view.elevation_rad, view.contact_rad)
    best: FloatArray = np.max(seen, axis=0)
    return best


def contact_over_descent(
    site: SiteGeometry,
    asked: Contact,
    relays: Sequence[RelayOrbit],
    start_tdb_s: float,
    step_s: float,
    points: int,
    earth_above_rad: FloatArray | None = None,
) -> tuple[FloatArray, float]:
    """Least height of what is asked over the 15 minutes before each epoch of an even grid.

    With both asked, the better of the Earth throughout and one relay throughout: nothing is handed over on the way
    down.

    Parameters
    ----------
    site : SiteGeometry
    asked : {"earth", "relay", "earth_or_relay"}
    relays : sequence of RelayOrbit
    start_tdb_s, step_s : float
    points : int
        Of the grid, whose first epoch is ``start_tdb_s``.
    earth_above_rad : ndarray (points,), optional
        The Earth's height above the horizon at the grid's epochs, where it is known already.

    Returns
    -------
    contact_rad : ndarray
        At the points of the grid, or where a relay is asked at a finer one from the first to the last point.
    step_s : float
        Of that grid.
    """
    epochs = start_tdb_s + step_s * np.arange(points)
    earth = None
    if asked != "relay":
        above = earth_elevation(site, epochs) if earth_above_rad is None else earth_above_rad
        earth = np.minimum(above, _earlier(above, DESCENT_S / step_s))
        if asked == "earth":
            return earth, step_s
    step = step_s / max(1, round(step_s / RELAY_STEP_S))
    fine = np.asarray(start_tdb_s + step * np.arange(round(step_s / step) * (points - 1) + 1), dtype=np.float64)
    best = _relays_over_descent(site, relays, fine, step)
    return best if earth is None else np.maximum(best, np.interp(fine, epochs, earth)), step


def _earlier(values: FloatArray, steps: float) -> FloatArray:
    """Values of an even grid some steps before, linear between points; at the start the first one."""
    at = np.arange(len(values))
    earlier: FloatArray = np.interp(at - steps, at, values)
    return earlier


def _relays_over_descent(
    site: SiteGeometry, relays: Sequence[RelayOrbit], epochs: FloatArray, step_s: float
) -> FloatArray:
    """Best over the relays of the least contact in the 15 minutes before each epoch; -pi/2 without relays."""
    best = np.full(len(epochs), ABSENT_RAD)
    back = int(np.ceil(DESCENT_S / step_s))
    for first in range(0, len(epochs), _EPOCHS_AT_ONCE):
        part = slice(first, min(first + _EPOCHS_AT_ONCE, len(epochs)))
        before = epochs[first] - step_s * np.arange(back, 0, -1)
        contact = relay_view(site, relays, np.concatenate([before, epochs[part]])).contact_rad
        count = part.stop - first
        least = np.min([contact[:, shift : shift + count] for shift in range(back + 1)], axis=0)
        best[part] = np.max(least, axis=0, initial=ABSENT_RAD)
    return best
