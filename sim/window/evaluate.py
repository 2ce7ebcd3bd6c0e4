"""A lane's flights carried from the launch through insertion, waiting and descent to landed kilograms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.catalog.performance import injected_mass_kg
from sim.constants import GM_EARTH_KM3_S2, R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.descent import descent_table
from sim.transfer.insertion import insertion_to_orbit_dv_km_s, plane_change_at_perilune
from sim.transfer.lander_flight import LanderFlight, fly_to_ground
from sim.transfer.landing import LandingChances, LandingRule, NearestLanding, first_landing, nearest_landing
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem
from sim.transfer.levels import Level
from sim.transfer.mass_budget import Burns, flown_mass_kg, loiter_upkeep_dv_km_s, mass_before_kg
from sim.transfer.pad import parking_speed_km_s
from sim.units import DEG, M_PER_KM
from sim.window.candidates import Candidates, Index

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


@dataclass(frozen=True, slots=True)
class Landed:
    """Mass (M,) the launcher injects, the lander's flight with it, its mass at braking, the most its thrust lands."""

    injected_mass_kg: FloatArray
    flown: LanderFlight
    braking_mass_kg: FloatArray
    heaviest_kg: float


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
    flights = _inserted(lane, problem, launches, index)
    return _with_landing(lane, flights, _first_chances(lane, flights, light))


def evaluate_nearest(lane: ResolvedLane, flights: Candidates, light: LightTable, beyond_s: float) -> Candidates:
    """Give flights that cannot land the margins of the chance that is the least trouble.

    Chances up to ``beyond_s`` past the longest wait count, short of loiter.
    """
    return _with_landing(lane, flights, _nearest_chances(lane, flights, light, beyond_s))


def reweighed(lane: ResolvedLane, flights: Candidates, c3_for_mass_km2_s2: FloatArray) -> Candidates:
    """Flights at the same landing chances with another energy (M,) that the launcher feels: masses worked out again."""
    chance = Chance(**{name: getattr(flights, name) for name in Chance.__dataclass_fields__})
    return _with_landing(lane, replace(flights, c3_for_mass_km2_s2=c3_for_mass_km2_s2), chance)


def _inserted(lane: ResolvedLane, problem: LaunchProblem, launches: Launches, index: Index) -> Candidates:
    """Flights up to the staging orbit; what follows is NaN."""
    day, heading, injection, time, approach = index
    heads, arrival = problem.headings, launches.arrival_tdb_s
    speed = np.linalg.norm(launches.tli_state_icrf[:, 3:], axis=1)
    escape2 = 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km
    staged, loi = _insertion(lane, problem, launches)
    own, launched = _injection_split(lane, problem, speed)
    unknown = np.full(len(day), np.nan)
    return Candidates(
        day=day,
        heading=heading,
        injection=injection,
        time=time,
        approach=approach,
        phasing=np.zeros(len(day), np.int64)
        if problem.phasing_revolutions is None
        else problem.phasing_revolutions[time],
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
        staged_state_icrf=staged,
        c3_km2_s2=speed**2 - escape2,
        c3_for_mass_km2_s2=(launched + heads.speed_loss_km_s[heading]) ** 2 - escape2,
        tli_dv_km_s=speed - parking_speed_km_s(problem.parking_radius_km),
        own_tli_dv_km_s=own,
        loi_dv_km_s=loi,
        landing_reason=np.zeros(len(day), np.int8),
        **dict.fromkeys(_LATER, unknown),
    )


_LATER = (
    "loi_loss_km_s",
    "descent_dv_km_s",
    "landing_tdb_s",
    "sun_elevation_rad",
    "sun_above_horizon_rad",
    "light_margin_rad",
    "cross_range_rad",
    "cross_range_margin_rad",
    "loiter_margin_s",
    "light_left_s",
    "light_left_margin_s",
    "contact_rad",
    "contact_margin_rad",
    "injected_mass_kg",
    "launch_mass_kg",
    "thrust_margin_kg",
    "propellant_margin_kg",
    "landed_payload_kg",
    "spare_kg",
)


def _injection_split(
    lane: ResolvedLane, problem: LaunchProblem, speed_km_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Delta-v that the lander burns itself at injection, and the perigee speed to which the launcher brings it."""
    ellipse, phasing = problem.phasing_orbit, lane.lane.transfer.phasing
    if ellipse is None or phasing is None or phasing.injection_by == "launcher":
        return np.zeros(len(speed_km_s)), speed_km_s
    launched = np.where(np.isnan(speed_km_s), np.nan, ellipse.perigee_speed_km_s)
    return speed_km_s - launched, launched


def _insertion(lane: ResolvedLane, problem: LaunchProblem, launches: Launches) -> tuple[FloatArray, FloatArray]:
    """State at perilune in the staging orbit's plane (M, 6), and the impulsive insertion delta-v (M,)."""
    staging, state = lane.staging_orbit, launches.perilune_state_icrf
    wanted = staging.inclination_deg * DEG
    turn: FloatArray = np.zeros(len(state))
    if abs(wanted - problem.lunar_inclination_rad) > SAME_PLANE_RAD:
        change = plane_change_at_perilune(state, _moon_poles(launches.arrival_tdb_s), wanted)
        state, turn = change.state_icrf, change.nearest_turn_rad
    speed = np.linalg.norm(launches.perilune_state_icrf[:, 3:], axis=1)
    perilune, apolune = _staging_radii_km(lane)
    return state, insertion_to_orbit_dv_km_s(speed, problem.perilune_radius_km, perilune, apolune, turn)


def _staging_radii_km(lane: ResolvedLane) -> tuple[float, float]:
    staging = lane.staging_orbit
    return R_MOON_KM + staging.perilune_altitude_km, R_MOON_KM + staging.apolune_altitude_km


def _first_chances(lane: ResolvedLane, flights: Candidates, light: LightTable) -> Chance:
    """First landing that can be taken, or the best that each condition could be."""
    if not lane.lands:
        return _in_orbit(lane, flights)
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


def _nearest_chances(lane: ResolvedLane, flights: Candidates, light: LightTable, beyond_s: float) -> Chance:
    if not lane.lands:
        return _in_orbit(lane, flights)
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
    arrival, radii = flights.arrival_tdb_s, _staging_radii_km(lane)
    return search(arrival, flights.staged_state_icrf, _moon_poles(arrival), *radii, light, landing_rule(lane), *more)


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


def _with_landing(lane: ResolvedLane, flights: Candidates, chance: Chance) -> Candidates:
    """Flights with a landing chance each, and the masses that follow from it."""
    loi = flights.loi_dv_km_s - np.nan_to_num(flights.loi_loss_km_s)
    landed = land(
        lane,
        flights.c3_for_mass_km2_s2,
        flights.own_tli_dv_km_s,
        loi,
        chance.landing_tdb_s - flights.arrival_tdb_s,
        chance.cross_range_rad,
    )
    budget, loss = landed.flown.budget, landed.flown.insertion_loss_km_s
    return replace(
        flights,
        **{name: getattr(chance, name) for name in Chance.__dataclass_fields__},
        loi_dv_km_s=loi + loss,
        loi_loss_km_s=loss,
        descent_dv_km_s=np.where(np.isnan(chance.landing_tdb_s), np.nan, landed.flown.descent.total_km_s),
        injected_mass_kg=landed.injected_mass_kg,
        thrust_margin_kg=landed.heaviest_kg - landed.braking_mass_kg,
        launch_mass_kg=budget.launch_mass_kg,
        propellant_margin_kg=budget.least_propellant_margin_kg,
        landed_payload_kg=budget.landed_payload_kg,
        spare_kg=budget.spare_kg,
    )


def land(
    lane: ResolvedLane,
    c3_for_mass_km2_s2: FloatArray,
    own_tli_dv_km_s: FloatArray,
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
    injected = injected_mass_kg(lane.launcher, c3_for_mass_km2_s2, level)
    burns = Burns(
        injection_km_s=own_tli_dv_km_s,
        corrections_km_s=lane.lane.corrections_dv_m_s / M_PER_KM,
        insertion_km_s=loi_dv_km_s,
        loiter_km_s=loiter_upkeep_dv_km_s(lane.staging_orbit, wait, level),
        descent_km_s=0.0,
        margin=lane.lane.delta_v_margin,
    )
    launch_mass = flown_mass_kg(lane.lander, injected, level)
    insertion_radius = R_MOON_KM + lane.lane.transfer.perilune_altitude_km
    flown = fly_to_ground(lane.lander, lane.staging_orbit, launch_mass, burns, insertion_radius, aside, level)
    if not lane.lander.lands:
        return Landed(injected, flown, np.full(len(wait), np.nan), np.inf)
    known = replace(flown.burns, braking_km_s=np.nan_to_num(flown.burns.braking_km_s))
    braking = mass_before_kg(lane.lander, launch_mass, known, "braking", level)
    is_limited = lane.lander.descent_is_integrated
    heaviest = descent_table(lane.lander, lane.staging_orbit, level).heaviest_kg if is_limited else np.inf
    return Landed(injected, flown, braking, heaviest)


def _moon_poles(arrival_tdb_s: FloatArray) -> FloatArray:
    """ME poles of arrivals; the first known one where no flight arrives."""
    known = np.isfinite(arrival_tdb_s)
    fallback = arrival_tdb_s[known][0] if known.any() else 0.0
    poles: FloatArray = ME_FROM_PA[2] @ icrf_to_moon_pa(np.where(known, arrival_tdb_s, fallback))
    return poles
