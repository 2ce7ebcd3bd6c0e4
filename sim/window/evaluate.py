"""A lane's flights carried from the launch through insertion, waiting and descent to landed kilograms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_EARTH_KM3_S2
from sim.scenario.resolve import ResolvedLane
from sim.transfer.direct_descent import direct_descent
from sim.transfer.insertion import insertion_to_orbit_dv_km_s, plane_change_at_perilune
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import Launches, LaunchProblem
from sim.transfer.pad import parking_speed_km_s
from sim.units import DEG
from sim.window.candidates import Candidates, Index
from sim.window.chance import (
    SAME_PLANE_RAD,
    Chance,
    first_chances,
    moon_poles,
    nearest_chances,
    site_unit_icrf,
    staging_radii_km,
)
from sim.window.landed import land

FloatArray = NDArray[np.float64]


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
    if lane.descends_straight:
        flights = _aimed_at_site(flights, light)
    return _with_landing(lane, flights, first_chances(lane, flights, light))


def evaluate_nearest(lane: ResolvedLane, flights: Candidates, light: LightTable, beyond_s: float) -> Candidates:
    """Give flights that cannot land the margins of the chance that is the least trouble.

    Chances up to ``beyond_s`` past the longest wait count, short of loiter.
    """
    return _with_landing(lane, flights, nearest_chances(lane, flights, light, beyond_s))


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
    "impact_speed_km_s",
    "incidence_rad",
    "incidence_margin_rad",
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


def _aimed_at_site(flights: Candidates, light: LightTable) -> Candidates:
    """Flights that come down where they arrive: no insertion, the asymptote of the solved flight onto the site."""
    path = direct_descent(flights.perilune_state_icrf, site_unit_icrf(light, flights.arrival_tdb_s))
    return replace(
        flights,
        loi_dv_km_s=0.0 * flights.loi_dv_km_s,
        impact_speed_km_s=path.impact_speed_km_s,
        incidence_rad=path.incidence_rad,
        incidence_margin_rad=path.incidence_margin_rad,
    )


def _insertion(lane: ResolvedLane, problem: LaunchProblem, launches: Launches) -> tuple[FloatArray, FloatArray]:
    """State at perilune in the staging orbit's plane (M, 6), and the impulsive insertion delta-v (M,)."""
    staging, state = lane.staging_orbit, launches.perilune_state_icrf
    wanted = staging.inclination_deg * DEG
    turn: FloatArray = np.zeros(len(state))
    if abs(wanted - problem.lunar_inclination_rad) > SAME_PLANE_RAD:
        change = plane_change_at_perilune(state, moon_poles(launches.arrival_tdb_s), wanted)
        state, turn = change.state_icrf, change.nearest_turn_rad
    speed = np.linalg.norm(launches.perilune_state_icrf[:, 3:], axis=1)
    perilune, apolune = staging_radii_km(lane)
    return state, insertion_to_orbit_dv_km_s(speed, problem.perilune_radius_km, perilune, apolune, turn)


def _with_landing(lane: ResolvedLane, flights: Candidates, chance: Chance) -> Candidates:
    """Flights with a landing chance each, and the masses that follow from it."""
    loi = flights.loi_dv_km_s - np.nan_to_num(flights.loi_loss_km_s)
    wait = chance.landing_tdb_s - flights.arrival_tdb_s
    landed = land(lane, flights, loi, wait, chance.cross_range_rad)
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
