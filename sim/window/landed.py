"""What lands of each flight: burns and masses from the launcher to the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.catalog.performance import injected_mass_kg
from sim.constants import R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.descent import descent_table
from sim.transfer.direct_descent import DirectDescent, heaviest_direct_kg
from sim.transfer.lander_flight import LanderFlight, fly_straight_down, fly_to_ground
from sim.transfer.levels import Level
from sim.transfer.mass_budget import Burns, flown_mass_kg, loiter_upkeep_dv_km_s, mass_before_kg
from sim.units import M_PER_KM
from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Landed:
    """Mass (M,) the launcher injects, the lander's flight with it, its mass at braking, the most its thrust lands."""

    injected_mass_kg: FloatArray
    flown: LanderFlight
    braking_mass_kg: FloatArray
    heaviest_kg: float


def land(
    lane: ResolvedLane,
    flights: Candidates,
    loi_dv_km_s: FloatArray,
    loiter_s: FloatArray,
    cross_range_rad: FloatArray,
    level: Level = "value",
) -> Landed:
    """Burns and masses of flights (M,), the insertion given as impulses.

    A flight without a landing chance is given the shortest wait and no cross-range: what it would land in the right
    light is known, so that the day can say what closes it.
    """
    wait = np.where(np.isnan(loiter_s), lane.lane.staging.loiter_s[0], loiter_s)
    aside = np.where(np.isnan(cross_range_rad), 0.0, cross_range_rad)
    injected = injected_mass_kg(lane.launcher, flights.c3_for_mass_km2_s2, level)
    burns = Burns(
        injection_km_s=flights.own_tli_dv_km_s,
        corrections_km_s=lane.lane.corrections_dv_m_s / M_PER_KM,
        insertion_km_s=loi_dv_km_s,
        loiter_km_s=loiter_upkeep_dv_km_s(lane.staging_orbit, wait, level),
        descent_km_s=0.0,
        margin=lane.lane.delta_v_margin,
    )
    launch_mass = flown_mass_kg(lane.lander, injected, level)
    if lane.descends_straight:
        return _straight_down(lane, flights, injected, launch_mass, burns, level)
    insertion_radius = R_MOON_KM + lane.lane.transfer.perilune_altitude_km
    flown = fly_to_ground(lane.lander, lane.staging_orbit, launch_mass, burns, insertion_radius, aside, level)
    if not lane.lander.lands:
        return Landed(injected, flown, np.full(len(wait), np.nan), np.inf)
    braking = _braking_mass_kg(lane, launch_mass, flown, level)
    is_limited = lane.lander.descent_is_integrated
    heaviest = descent_table(lane.lander, lane.staging_orbit, level).heaviest_kg if is_limited else np.inf
    return Landed(injected, flown, braking, heaviest)


def _straight_down(
    lane: ResolvedLane,
    flights: Candidates,
    injected_kg: FloatArray,
    launch_mass_kg: FloatArray,
    burns: Burns,
    level: Level,
) -> Landed:
    """Masses of descents straight from the arrival; the incidence is that of the solved flight's asymptote."""
    unknown = np.full(len(injected_kg), np.nan)
    paths = DirectDescent(unknown, unknown, flights.impact_speed_km_s, flights.incidence_rad, unknown)
    flown = fly_straight_down(lane.lander, paths, launch_mass_kg, burns, level)
    braking = _braking_mass_kg(lane, launch_mass_kg, flown, level)
    return Landed(injected_kg, flown, braking, heaviest_direct_kg(lane.lander, level))


def _braking_mass_kg(lane: ResolvedLane, launch_mass_kg: FloatArray, flown: LanderFlight, level: Level) -> FloatArray:
    """Mass (M,) at ignition of braking, also of a lander that is too heavy for its thrust."""
    known = replace(flown.burns, braking_km_s=np.nan_to_num(flown.burns.braking_km_s))
    return mass_before_kg(lane.lander, launch_mass_kg, known, "braking", level)


def landed_at(lane: ResolvedLane, best: Candidates, level: Level = "value") -> Landed:
    """Masses (B,) of flights that land, with the figures at one level."""
    wait = best.landing_tdb_s - best.arrival_tdb_s
    return land(lane, best, best.loi_dv_km_s - best.loi_loss_km_s, wait, best.cross_range_rad, level)
