"""From the lanes of a scenario to the flights that have to be solved: what is searched, and what lanes can share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.launch import LaunchProblem, phased
from sim.transfer.pad import Headings, azimuth_span_deg, headings_at, pad_of, site_headings, spread_azimuths_rad
from sim.transfer.phasing import phasing_period_s
from sim.units import DAY_S, DEG, HOUR_S

FloatArray = NDArray[np.float64]

TIME_OF_FLIGHT_STEP_S = 6.0 * HOUR_S
"""Grid of times of flight: delta-v is smooth on half a day (tests/studies/time_of_flight_step.py)."""

AZIMUTHS = 5
"""Headings across a pad's azimuth range at which all flights are solved."""

LONGEST_FLIGHT_S = 9.0 * DAY_S
"""Longest time of flight that is solved."""

BEYOND_LOITER_S = 30.0 * DAY_S
"""How far past the longest wait a landing chance is looked for, to say how much longer it would have to be."""

FINE_AZIMUTH_DEG = 4.5
"""Widest step of headings at which each day's best, or least closed, flight is solved again."""


@dataclass(frozen=True, slots=True)
class PadKey:
    """What two lanes must have in common to share their flights."""

    launch_site: str
    parking_altitude_km: float
    perilune_altitude_km: float
    lunar_inclination_deg: float
    ascent_s: float
    downrange_deg: float
    least_coast_s: float
    phasing_period_s: float | None = None
    phasing_revolutions: tuple[int, int] = (0, 0)

    @property
    def phasings(self) -> int:
        """How many numbers of phasing revolutions there are to choose from."""
        return self.phasing_revolutions[1] - self.phasing_revolutions[0] + 1


@dataclass(frozen=True, slots=True)
class FlightGroup:
    """Lanes that fly the same grid; ``time_of_flight_s`` is the union of theirs."""

    key: PadKey
    lanes: tuple[ResolvedLane, ...]
    time_of_flight_s: FloatArray


def times_of_flight(lane: ResolvedLane) -> FloatArray:
    """Times of flight a lane is searched at: multiples of the step inside its range, and the range's ends."""
    low, high = lane.lane.transfer.time_of_flight_s
    inside = np.arange(np.ceil(low / TIME_OF_FLIGHT_STEP_S), np.floor(high / TIME_OF_FLIGHT_STEP_S) + 1)
    return np.unique(np.concatenate([[low], inside * TIME_OF_FLIGHT_STEP_S, [high]]))


def pad_key(lane: ResolvedLane) -> PadKey:
    """Return what fixes the flights of a lane beside its days and times of flight."""
    phasing = lane.lane.transfer.phasing
    return PadKey(
        launch_site=lane.launch_site.id,
        parking_altitude_km=lane.launcher.parking_altitude_km,
        perilune_altitude_km=lane.lane.transfer.perilune_altitude_km,
        lunar_inclination_deg=lane.approach_inclination_deg,
        ascent_s=lane.launcher.ascent_time_s,
        downrange_deg=lane.launcher.ascent_downrange_deg,
        least_coast_s=lane.coast_s[0],
        phasing_period_s=phasing_orbit_period_s(lane),
        phasing_revolutions=(0, 0) if phasing is None else phasing.revolutions,
    )


def phasing_orbit_period_s(lane: ResolvedLane) -> float | None:
    """Period of the ellipse before the injection, None where there is none."""
    phasing = lane.lane.transfer.phasing
    if phasing is None or phasing.period_s is not None:
        return None if phasing is None else phasing.period_s
    perigee_km = R_EARTH_KM + lane.launcher.parking_altitude_km
    return phasing_period_s(perigee_km, R_EARTH_KM + (phasing.apogee_altitude_km or 0.0))


def phasing_range_s(lane: ResolvedLane) -> tuple[float, float]:
    """Shortest and longest time in the ellipse before the injection."""
    period, key = phasing_orbit_period_s(lane) or 0.0, pad_key(lane)
    return period * key.phasing_revolutions[0], period * key.phasing_revolutions[1]


def flight_groups(lanes: Sequence[ResolvedLane]) -> tuple[FlightGroup, ...]:
    """Group lanes that can share flights, in order of their first lane."""
    members: dict[PadKey, list[ResolvedLane]] = {}
    for lane in lanes:
        members.setdefault(pad_key(lane), []).append(lane)
    return tuple(
        FlightGroup(key, tuple(group), np.unique(np.concatenate([times_of_flight(lane) for lane in group])))
        for key, group in members.items()
    )


def launch_problem(
    lane: ResolvedLane,
    day_tdb_s: FloatArray,
    time_of_flight_s: FloatArray,
    azimuth_rad: FloatArray | None = None,
    arrival_tdb_s: float | None = None,
    headings: int = AZIMUTHS,
) -> LaunchProblem:
    """Flights of a lane's pad on given days; ``azimuth_rad`` replaces the ``headings`` spread over its range."""
    key = pad_key(lane)
    parking_radius = R_EARTH_KM + key.parking_altitude_km
    pad = pad_of(lane.launch_site)
    directions: Headings = (
        site_headings(lane.launch_site, parking_radius, headings)
        if azimuth_rad is None
        else headings_at(pad, azimuth_rad, parking_radius)
    )
    problem = LaunchProblem(
        day_tdb_s=day_tdb_s,
        pad=pad,
        headings=directions,
        time_of_flight_s=time_of_flight_s,
        parking_radius_km=parking_radius,
        perilune_radius_km=R_MOON_KM + key.perilune_altitude_km,
        lunar_inclination_rad=key.lunar_inclination_deg * DEG,
        ascent_s=key.ascent_s,
        downrange_rad=key.downrange_deg * DEG,
        least_coast_s=key.least_coast_s,
        arrival_tdb_s=arrival_tdb_s,
    )
    if key.phasing_period_s is None:
        return problem
    first, last = key.phasing_revolutions
    return phased(problem, key.phasing_period_s, range(first, last + 1))


def fine_azimuths(lane: ResolvedLane) -> FloatArray:
    """Fine headings (F,) across the pad's azimuth range, rad; none where the pad flies fixed inclinations."""
    limits = lane.launch_site.azimuth_range_deg
    if limits is None:
        return np.zeros(0)
    return spread_azimuths_rad(limits, int(np.ceil(azimuth_span_deg(limits) / FINE_AZIMUTH_DEG)) + 1)


def days_chunk(count: int, headings: int, times: int) -> int:
    """Days that are solved in one call: fixed by the grid alone, small enough for the memory of a laptop."""
    items_per_day = max(1, headings * 4 * times)
    return int(min(count, max(16, 60_000 // items_per_day)))


def last_epoch_tdb_s(lane: ResolvedLane, last_day_tdb_s: float) -> float:
    """Latest epoch a lane's landing can fall on."""
    longest = phasing_range_s(lane)[1] + LONGEST_FLIGHT_S + lane.lane.staging.loiter_s[1] + BEYOND_LOITER_S
    return last_day_tdb_s + 3.0 * DAY_S + longest
