"""The landing chances of a window's best flight, one by one, and the sky over the site about the time of landing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.orientation import ME_FROM_PA
from sim.constants import R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.station.contact import relay_elevation
from sim.station.elements import relays_of
from sim.station.horizon import HorizonMask
from sim.station.place import geometry_of
from sim.station.site import SiteGeometry, site_ephemeris
from sim.transfer.flight import Transfer
from sim.transfer.insertion import plane_change_at_perilune
from sim.transfer.landing import CONDITIONS, Passes, passes_between, staged_flights
from sim.transfer.landing_light import LightTable
from sim.units import DAY_S, DEG, HOUR_S
from sim.window.chance import SAME_PLANE_RAD, landing_rule
from sim.window.types import LandingList, SkyTrack, Window

FloatArray = NDArray[np.float64]

BEYOND_S = 3.0 * DAY_S
"""How far past the longest wait chances are listed."""

SKY_MARGIN_S = 1.0 * DAY_S
SKY_STEP_S = 2.0 * HOUR_S

NAMES = dict(
    zip(
        CONDITIONS,
        ("cross_range", "sun_at_landing", "light_after_landing", "contact_at_landing", "loiter"),
        strict=True,
    )
)
"""Names of the constraints, as ``closed_by`` says them."""


@dataclass(frozen=True, slots=True)
class SiteLook:
    """Directions seen from a site at the epochs of landings, arrays (K,)."""

    sun_azimuth_rad: FloatArray
    earth_azimuth_rad: FloatArray
    earth_above_rad: FloatArray
    relay_above_rad: FloatArray


def landing_list(
    lane: ResolvedLane,
    window: Window,
    light: LightTable,
    staged_state_icrf: FloatArray | None = None,
    beyond_s: float = BEYOND_S,
) -> LandingList:
    """Every landing chance of the window's best flight, from the shortest wait to the longest and a little beyond.

    Parameters
    ----------
    lane : ResolvedLane
    window : Window
    light : LightTable
        Of the landing site, made with the lane's landing rule.
    staged_state_icrf : ndarray (6,), optional
        State at perilune in the plane of the staging orbit; left out: made from the flight's arrival.
    beyond_s : float
    """
    passes = _passes(lane, window, light, staged_state_icrf, beyond_s)
    known = np.isfinite(passes.landing_tdb_s[0])
    epochs = passes.landing_tdb_s[0, known]
    look = _look(lane, geometry_of(lane.landing_site, calibrate=True), epochs)
    return LandingList(
        lane=lane.id,
        window=window.index,
        landing_tdb_s=epochs,
        loiter_s=passes.loiter_s[0, known],
        revolution=passes.revolution[0, known].astype(np.int64),
        cross_range_rad=passes.cross_range_rad[0, known],
        sun_azimuth_rad=look.sun_azimuth_rad,
        sun_elevation_rad=passes.sun_elevation_rad[0, known],
        sun_above_horizon_rad=passes.sun_above_horizon_rad[0, known],
        light_left_s=passes.light_left_s[0, known],
        earth_azimuth_rad=look.earth_azimuth_rad,
        earth_elevation_rad=look.earth_above_rad,
        relay_elevation_rad=look.relay_above_rad,
        closed_by=_closed_by(passes.margins[:, 0, known]),
        taken=_nearest(epochs, window.best.landing_tdb_s),
    )


def sky_over_landing(lane: ResolvedLane, window: Window, chances: LandingList | None = None) -> SkyTrack:
    """Tracks of Sun and Earth over the site from arrival to a day after the last landing chance, and its horizon."""
    site = geometry_of(lane.landing_site, calibrate=True)
    last = window.best.landing_tdb_s
    if chances is not None and len(chances.landing_tdb_s):
        last = max(last, float(chances.landing_tdb_s[-1]))
    epochs = np.arange(window.best.transfer.arrival_tdb_s, last + SKY_MARGIN_S, SKY_STEP_S)
    sky = site_ephemeris(site, epochs)
    mask = site.horizon or HorizonMask(np.array([0.0, 359.0]), np.zeros(2), "")
    return SkyTrack(
        lane=lane.id,
        window=window.index,
        t_tdb_s=epochs,
        sun_azimuth_rad=sky.sun_azimuth_rad,
        sun_elevation_rad=sky.sun_elevation_rad,
        earth_azimuth_rad=sky.earth_azimuth_rad,
        earth_elevation_rad=sky.earth_elevation_rad,
        mask_azimuth_rad=np.radians(mask.azimuth_deg),
        mask_elevation_rad=np.radians(mask.elevation_deg),
        mask_source=mask.source,
    )


def _passes(
    lane: ResolvedLane, window: Window, light: LightTable, staged_state_icrf: FloatArray | None, beyond_s: float
) -> Passes:
    flight, staging = window.best.transfer, lane.staging_orbit
    state = staged_state(lane, flight) if staged_state_icrf is None else staged_state_icrf
    flights = staged_flights(
        np.array([flight.arrival_tdb_s]),
        state[None, :],
        _moon_pole(flight),
        R_MOON_KM + staging.perilune_altitude_km,
        R_MOON_KM + staging.apolune_altitude_km,
        light,
    )
    return passes_between(flights, light, landing_rule(lane), beyond_s)


def staged_state(lane: ResolvedLane, flight: Transfer) -> FloatArray:
    """State at perilune (6,), its velocity turned into the plane of the lane's staging orbit where that is another."""
    wanted = lane.staging_orbit.inclination_deg * DEG
    if abs(wanted - flight.lunar_inclination_rad) <= SAME_PLANE_RAD:
        return flight.perilune_state_icrf
    state = flight.perilune_state_icrf[None, :]
    turned: FloatArray = plane_change_at_perilune(state, _moon_pole(flight)[None, :], wanted).state_icrf[0]
    return turned


def _moon_pole(flight: Transfer) -> FloatArray:
    pole: FloatArray = ME_FROM_PA[2] @ flight.moon_pa_axes_icrf
    return pole


def _look(lane: ResolvedLane, site: SiteGeometry, t_tdb_s: FloatArray) -> SiteLook:
    sky = site_ephemeris(site, t_tdb_s)
    return SiteLook(
        sky.sun_azimuth_rad,
        sky.earth_azimuth_rad,
        sky.earth_above_horizon_rad,
        relay_elevation(site, relays_of(lane), t_tdb_s),
    )


def _closed_by(margins: FloatArray) -> tuple[str, ...]:
    """What closes each chance, joined with ``;``; margins (5, K) by ``CONDITIONS``."""
    names = [NAMES[condition] for condition in CONDITIONS]
    return tuple(
        ";".join(name for name, short in zip(names, column, strict=True) if short) for column in (margins < 0.0).T
    )


def _nearest(epochs: FloatArray, t_tdb_s: float) -> int:
    """Number of the chance that is flown; -1 where there is none."""
    return int(np.argmin(np.abs(epochs - t_tdb_s))) if len(epochs) and np.isfinite(t_tdb_s) else -1
