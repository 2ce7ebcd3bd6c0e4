"""Landing chances: passes of the staging orbit, an orbiter's end, a descent straight from the arrival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.constants import R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing import (
    LandingChances,
    LandingRule,
    NearestLanding,
    band_margin_rad,
    first_landing,
    nearest_landing,
)
from sim.transfer.landing_light import LightTable
from sim.units import DEG
from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]

SAME_PLANE_RAD = 1e-4
"""Approaches nearer than this to the staging orbit's inclination are taken as they are."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What a landing chance is and by how much it keeps what is asked, arrays (M,) as in ``Candidates``."""

    landing_tdb_s: FloatArray
    landing_reason: NDArray[np.int8]
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    light_margin_rad: FloatArray
    cross_range_rad: FloatArray
    cross_range_margin_rad: FloatArray
    loiter_margin_s: FloatArray
    light_left_s: FloatArray
    light_left_margin_s: FloatArray
    contact_rad: FloatArray
    contact_margin_rad: FloatArray


def landing_rule(lane: ResolvedLane) -> LandingRule:
    """Return what the lane asks of a landing, in radians."""
    asked = lane.lane.constraints

    def band(degrees: tuple[float, float] | None) -> tuple[float, float] | None:
        return None if degrees is None else (degrees[0] * DEG, degrees[1] * DEG)

    return LandingRule(
        loiter_s=lane.lane.staging.loiter_s,
        cross_range_rad=lane.cross_range_deg * DEG,
        sun_elevation_rad=band(asked.sun_elevation_deg),
        sun_above_horizon_rad=band(asked.sun_above_horizon_deg),
        lit_after_s=asked.lit_after_landing_s,
        contact=asked.contact_at_landing,
    )


def first_chances(lane: ResolvedLane, flights: Candidates, light: LightTable) -> Chance:
    """First landing that can be taken, or the best that each condition could be."""
    if not lane.waits_in_orbit:
        return _at_arrival(lane, flights, light) if lane.lands else _in_orbit(lane, flights)
    found = _landings(first_landing, lane, flights, light)
    assert isinstance(found, LandingChances)
    longest = max(lane.lane.staging.loiter_s)
    return Chance(
        landing_tdb_s=found.landing_tdb_s,
        landing_reason=found.reason,
        sun_elevation_rad=found.sun_elevation_rad,
        sun_above_horizon_rad=found.sun_above_horizon_rad,
        light_margin_rad=found.light_margin_rad,
        cross_range_rad=found.cross_range_rad,
        cross_range_margin_rad=found.best_cross_range_margin_rad,
        loiter_margin_s=np.where(found.reason == 0, np.maximum(longest - found.loiter_s, 0.0), 0.0),
        light_left_s=found.light_left_s,
        light_left_margin_s=found.light_left_margin_s,
        contact_rad=found.contact_rad,
        contact_margin_rad=found.contact_margin_rad,
    )


def nearest_chances(lane: ResolvedLane, flights: Candidates, light: LightTable, beyond_s: float) -> Chance:
    """Chance that is the least trouble, up to ``beyond_s`` past the longest wait."""
    if not lane.waits_in_orbit:
        return first_chances(lane, flights, light)
    found = _landings(nearest_landing, lane, flights, light, beyond_s)
    assert isinstance(found, NearestLanding)
    return Chance(
        landing_tdb_s=found.landing_tdb_s,
        landing_reason=flights.landing_reason,
        sun_elevation_rad=found.sun_elevation_rad,
        sun_above_horizon_rad=found.sun_above_horizon_rad,
        light_margin_rad=found.light_margin_rad,
        cross_range_rad=found.cross_range_rad,
        cross_range_margin_rad=found.cross_range_margin_rad,
        loiter_margin_s=found.loiter_margin_s,
        light_left_s=found.light_left_s,
        light_left_margin_s=found.light_left_margin_s,
        contact_rad=found.contact_rad,
        contact_margin_rad=found.contact_margin_rad,
    )


def _landings(
    search: Callable[..., LandingChances | NearestLanding],
    lane: ResolvedLane,
    flights: Candidates,
    light: LightTable,
    *more: float,
) -> LandingChances | NearestLanding:
    arrival, radii = flights.arrival_tdb_s, staging_radii_km(lane)
    return search(arrival, flights.staged_state_icrf, moon_poles(arrival), *radii, light, landing_rule(lane), *more)


def _in_orbit(lane: ResolvedLane, flights: Candidates) -> Chance:
    """An orbiter's journey ends in the staging orbit after the shortest wait; nothing is asked of a landing."""
    unknown = np.full(len(flights.day), np.nan)
    flying = np.where(np.isnan(flights.arrival_tdb_s), np.nan, np.inf)
    return Chance(
        landing_tdb_s=flights.arrival_tdb_s + lane.lane.staging.loiter_s[0],
        landing_reason=np.where(np.isnan(flights.arrival_tdb_s), 4, 0).astype(np.int8),
        sun_elevation_rad=unknown,
        sun_above_horizon_rad=unknown,
        light_margin_rad=flying,
        cross_range_rad=np.where(np.isnan(flying), np.nan, 0.0),
        cross_range_margin_rad=flying,
        loiter_margin_s=flying,
        light_left_s=unknown,
        light_left_margin_s=flying,
        contact_rad=unknown,
        contact_margin_rad=flying,
    )


def _at_arrival(lane: ResolvedLane, flights: Candidates, light: LightTable) -> Chance:
    """A lander that descends straight from its arrival comes down as it arrives; it cannot choose its light."""
    t = flights.arrival_tdb_s
    elevation, above, margin = _light_at(light, t)
    left = np.where(above >= 0.0, light.dark_from_tdb_s[light.cells(t)] - t, 0.0 * t)
    contact = _contact_at(light, t)
    flying = np.where(np.isnan(t), np.nan, np.inf)
    keeps = (margin >= 0.0) & (left >= light.lit_after_s) & (contact >= 0.0)
    return Chance(
        landing_tdb_s=t,
        landing_reason=np.where(np.isnan(t), 4, np.where(keeps, 0, 1)).astype(np.int8),
        sun_elevation_rad=elevation,
        sun_above_horizon_rad=above,
        light_margin_rad=margin,
        cross_range_rad=np.where(np.isnan(t), np.nan, 0.0),
        cross_range_margin_rad=flying,
        loiter_margin_s=flying,
        light_left_s=left,
        light_left_margin_s=left - light.lit_after_s,
        contact_rad=contact,
        contact_margin_rad=contact,
    )


def _light_at(light: LightTable, t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sun's elevation, height above the horizon, and margin inside the bands asked, at epochs (M,)."""
    grid = light.start_tdb_s + light.step_s * np.arange(len(light.sun_elevation_rad))
    elevation = np.interp(t_tdb_s, grid, light.sun_elevation_rad)
    above = np.interp(t_tdb_s, grid, light.sun_above_horizon_rad)
    return elevation, above, band_margin_rad(light, t_tdb_s, elevation, above)


def _contact_at(light: LightTable, t_tdb_s: FloatArray) -> FloatArray:
    if light.contact_rad.size == 0:
        return np.where(np.isnan(t_tdb_s), np.nan, np.inf)
    grid = light.start_tdb_s + light.contact_step_s * np.arange(light.contact_rad.size)
    contact: FloatArray = np.interp(t_tdb_s, grid, light.contact_rad)
    return contact


def site_unit_icrf(light: LightTable, t_tdb_s: FloatArray) -> FloatArray:
    """Unit vectors (M, 3) to the site at epochs (M,)."""
    grid = light.start_tdb_s + light.step_s * np.arange(len(light.site_unit_icrf))
    place = np.stack([np.interp(t_tdb_s, grid, light.site_unit_icrf[:, axis]) for axis in range(3)], axis=-1)
    unit: FloatArray = place / np.linalg.norm(place, axis=-1, keepdims=True)
    return unit


def staging_radii_km(lane: ResolvedLane) -> tuple[float, float]:
    """Radii of perilune and apolune of the staging orbit."""
    staging = lane.staging_orbit
    return R_MOON_KM + staging.perilune_altitude_km, R_MOON_KM + staging.apolune_altitude_km


def moon_poles(arrival_tdb_s: FloatArray) -> FloatArray:
    """ME poles of arrivals; the first known one where no flight arrives."""
    known = np.isfinite(arrival_tdb_s)
    fallback = arrival_tdb_s[known][0] if known.any() else 0.0
    poles: FloatArray = ME_FROM_PA[2] @ icrf_to_moon_pa(np.where(known, arrival_tdb_s, fallback))
    return poles
