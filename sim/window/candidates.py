"""Every flight of a lane on some days, carried through to the ground: the candidates that constraints judge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.catalog.performance import injected_mass_kg
from sim.constants import GM_EARTH_KM3_S2, R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.descent import descent_dv_km_s
from sim.transfer.insertion import insertion_to_orbit_dv_km_s
from sim.transfer.landing import LandingRule, first_landing
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem
from sim.transfer.levels import Level
from sim.transfer.mass_budget import Burns, MassBudget, flown_mass_kg, loiter_upkeep_dv_km_s, mass_budget
from sim.transfer.pad import parking_speed_km_s
from sim.transfer.solve import CONVERGED
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """M flights of one lane, arrays (M,), states (M, 6); NaN where a flight does not get that far.

    ``day``, ``heading``, ``injection``, ``time``, ``approach`` are indices into the launch problem's shape;
    ``status`` is that of the launch; ``c3_for_mass_km2_s2`` is the energy the launcher feels, with the speed it loses
    by not flying due east. Landing margins are those of sim.transfer.landing.
    """

    day: NDArray[np.int64]
    heading: NDArray[np.int64]
    injection: NDArray[np.int64]
    time: NDArray[np.int64]
    approach: NDArray[np.int64]
    status: NDArray[np.int8]
    reach_margin_rad: FloatArray
    liftoff_tdb_s: FloatArray
    azimuth_rad: FloatArray
    inclination_rad: FloatArray
    coast_s: FloatArray
    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    c3_km2_s2: FloatArray
    c3_for_mass_km2_s2: FloatArray
    tli_dv_km_s: FloatArray
    loi_dv_km_s: FloatArray
    descent_dv_km_s: FloatArray
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
    injected_mass_kg: FloatArray
    launch_mass_kg: FloatArray
    propellant_margin_kg: FloatArray
    landed_payload_kg: FloatArray
    spare_kg: FloatArray

    def take(self, which: Any) -> Candidates:
        """Return some of them."""
        return Candidates(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


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
    )


Index = tuple[NDArray[np.int64], ...]


def all_flights(problem: LaunchProblem, times: NDArray[np.int64]) -> Index:
    """Index of every flight of a problem at some of its times of flight, in order of day."""
    day, heading, injection, time, approach = np.indices((*problem.shape[:3], len(times), problem.shape[4])).reshape(
        5, -1
    )
    return day, heading, injection, times[time], approach


def evaluate(
    lane: ResolvedLane, problem: LaunchProblem, launches: Launches, index: Index, light: LightTable
) -> Candidates:
    """Carry flights through insertion, loiter and descent to landed kilograms.

    Parameters
    ----------
    lane : ResolvedLane
    problem : LaunchProblem
    launches : Launches
        Arrays (M,), of the flights that ``index`` names by day, heading, injection, time of flight and approach.
    light : LightTable
        Of the landing site, made with the lane's landing rule.
    """
    day, heading, injection, time, approach = index
    heads, staging, arrival = problem.headings, lane.staging_orbit, launches.arrival_tdb_s
    perilune, apolune = R_MOON_KM + staging.perilune_altitude_km, R_MOON_KM + staging.apolune_altitude_km
    speed = np.linalg.norm(launches.tli_state_icrf[:, 3:], axis=1)
    escape2 = 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km
    arrival_speed = np.linalg.norm(launches.perilune_state_icrf[:, 3:], axis=1)
    loi = insertion_to_orbit_dv_km_s(arrival_speed, problem.perilune_radius_km, perilune, apolune)
    rule = landing_rule(lane)
    chances = first_landing(arrival, launches.perilune_state_icrf, _moon_poles(arrival), perilune, apolune, light, rule)
    c3_for_mass = (speed + heads.speed_loss_km_s[heading]) ** 2 - escape2
    budget, injected, descent = land(lane, c3_for_mass, loi, chances.loiter_s, chances.cross_range_rad)
    lands = chances.reason == 0
    lit = np.where(chances.reason == 1, chances.best_light_margin_rad, chances.light_in_plane_margin_rad)
    return Candidates(
        day=day,
        heading=heading,
        injection=injection,
        time=time,
        approach=approach,
        status=launches.status,
        reach_margin_rad=launches.reach_margin_rad,
        liftoff_tdb_s=launches.liftoff_tdb_s,
        azimuth_rad=heads.azimuth_rad[heading],
        inclination_rad=heads.inclination_rad[heading],
        coast_s=launches.coast_s,
        tli_tdb_s=launches.tli_tdb_s,
        arrival_tdb_s=arrival,
        tli_state_icrf=launches.tli_state_icrf,
        perilune_state_icrf=launches.perilune_state_icrf,
        c3_km2_s2=speed**2 - escape2,
        c3_for_mass_km2_s2=c3_for_mass,
        tli_dv_km_s=speed - parking_speed_km_s(problem.parking_radius_km),
        loi_dv_km_s=loi,
        descent_dv_km_s=np.where(np.isnan(chances.landing_tdb_s), np.nan, descent),
        landing_tdb_s=chances.landing_tdb_s,
        landing_reason=chances.reason,
        sun_elevation_rad=chances.sun_elevation_rad,
        sun_above_horizon_rad=chances.sun_above_horizon_rad,
        light_margin_rad=lit,
        cross_range_rad=chances.cross_range_rad,
        cross_range_margin_rad=chances.best_cross_range_margin_rad,
        loiter_margin_s=np.maximum(rule.loiter_s[1] - np.where(lands, chances.loiter_s, rule.loiter_s[1]), 0.0),
        light_left_s=np.full(len(day), np.nan),
        light_left_margin_s=np.full(len(day), np.inf),
        contact_rad=np.full(len(day), np.nan),
        contact_margin_rad=np.full(len(day), np.inf),
        injected_mass_kg=injected,
        launch_mass_kg=budget.launch_mass_kg,
        propellant_margin_kg=budget.least_propellant_margin_kg,
        landed_payload_kg=budget.landed_payload_kg,
        spare_kg=budget.spare_kg,
    )


def land(
    lane: ResolvedLane,
    c3_for_mass: FloatArray,
    loi_dv_km_s: FloatArray,
    loiter_s: FloatArray,
    cross_range_rad: FloatArray,
    level: Level = "value",
) -> tuple[MassBudget, FloatArray, FloatArray]:
    """Mass budget, injected mass (kg) and descent delta-v (km/s).

    A flight without a landing chance is given the shortest wait and no cross-range: what it would land in the right
    light is known, so that the day can say what closes it.
    """
    wait = np.where(np.isnan(loiter_s), lane.lane.staging.loiter_s[0], loiter_s)
    aside = np.where(np.isnan(cross_range_rad), 0.0, cross_range_rad)
    descent = np.broadcast_to(descent_dv_km_s(lane.lander, lane.staging_orbit, aside, level), wait.shape)
    injected = injected_mass_kg(lane.launcher, c3_for_mass, level)
    burns = Burns(
        corrections_km_s=lane.lane.corrections_dv_m_s / M_PER_KM,
        insertion_km_s=loi_dv_km_s,
        loiter_km_s=loiter_upkeep_dv_km_s(lane.staging_orbit, wait, level),
        descent_km_s=descent,
    )
    return mass_budget(lane.lander, flown_mass_kg(lane.lander, injected, level), burns, level), injected, descent


def _moon_poles(arrival_tdb_s: FloatArray) -> FloatArray:
    """ME poles of arrivals; the first known one where no flight arrives."""
    known = np.isfinite(arrival_tdb_s)
    fallback = arrival_tdb_s[known][0] if known.any() else 0.0
    poles: FloatArray = ME_FROM_PA[2] @ icrf_to_moon_pa(np.where(known, arrival_tdb_s, fallback))
    return poles


def flies(candidates: Candidates) -> NDArray[np.bool_]:
    """Which candidates reach the Moon."""
    flying: NDArray[np.bool_] = candidates.status == CONVERGED
    return flying
