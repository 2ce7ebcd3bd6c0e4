"""What can close a launch day, each constraint a margin per flight: zero or more is satisfied.

A constraint is a name, a unit, and a function ``(lane, days, candidates) -> margin (M,)`` in that unit; NaN where the
flight never gets far enough to be judged. Adding one is a few lines here and an entry in ``CONSTRAINTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_EARTH_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.launch import NO_LIFTOFF
from sim.transfer.pad import azimuth_inside_deg, azimuths_reaching, pad_of
from sim.transfer.solve import CONVERGED, DECLINATION, DIVERGED, LUNAR_LATITUDE
from sim.units import DAY_S, DEG, M_PER_KM, MINUTE_S
from sim.window import launch_rules as rules
from sim.window import sight
from sim.window.candidates import Candidates, flies
from sim.window.plan import LONGEST_FLIGHT_S
from sim.window.relax import SHORTEST_FLIGHT_S

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]
Margin = Callable[[ResolvedLane, Days, Candidates], FloatArray]
Applies = Callable[[ResolvedLane], bool]
Most = Callable[[ResolvedLane], float]

NO_MASS_KG = -1e6
"""Margin where the launcher has no figure for the energy asked for."""


def _without_end(lane: ResolvedLane) -> float:
    return np.inf


def _not_at_all(lane: ResolvedLane) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that can close a day.

    ``scale`` is a relaxation a planner would call small, in ``unit``: it weighs relaxations of different constraints
    against each other. ``most`` tells by how much
    a lane's limit can be relaxed at all: not at all where there is no limit to move.
    """

    name: str
    description: str
    unit: str
    scale: float
    margin: Margin
    applies: Applies
    most: Most = _without_end


def _always(lane: ResolvedLane) -> bool:
    return True


def _lands(lane: ResolvedLane) -> bool:
    return lane.lands


def _has_azimuth_range(lane: ResolvedLane) -> bool:
    return lane.launch_site.azimuth_range_deg is not None


def _has_fixed_inclinations(lane: ResolvedLane) -> bool:
    return lane.launch_site.azimuth_range_deg is None


def azimuth(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Degrees of azimuth inside the pad's range; of the azimuth needed where the Moon is out of reach of this one."""
    limits = lane.launch_site.azimuth_range_deg or (0.0, 360.0)
    radius = R_EARTH_KM + lane.launcher.parking_altitude_km
    inclination = np.arccos(np.abs(np.cos(flights.inclination_rad))) - flights.reach_margin_rad
    needed = azimuths_reaching(pad_of(lane.launch_site), inclination, flights.azimuth_rad, radius)
    # An azimuth at the very end of the range may lose its last digit on the way through radians.
    inside = azimuth_inside_deg(flights.azimuth_rad, limits) + 1e-9
    short = np.minimum(azimuth_inside_deg(needed, limits), -1e-9)
    return np.where(flights.status == DECLINATION, short, inside)


def reach(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Parking inclination less the declination of the Moon (its aim point), degrees."""
    margin = flights.reach_margin_rad / DEG
    # The solver decides within half a degree of the limit.
    margin = np.where(flights.status == DECLINATION, np.minimum(margin, -1e-9), margin)
    return np.where(flights.status == CONVERGED, np.maximum(margin, 0.0), margin)


def liftoff(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Whether the pad passes under the plane on this date: about once a month it does so just before and just after."""
    return np.where(flights.status == NO_LIFTOFF, -1.0, np.where(flights.status == DECLINATION, np.nan, 0.0))


def injection_arc(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Whether the injection is on the arc asked for."""
    asked = {"ascending": 0, "descending": 1}.get(lane.lane.transfer.injection)
    return np.where(flies(flights), np.where(flights.injection == asked, 0.0, -1.0), np.nan)


def transfer(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Whether a flight was found."""
    bad = (flights.status == DIVERGED) | (flights.status == LUNAR_LATITUDE)
    return np.where(bad, -1.0, np.where(flies(flights), 0.0, np.nan))


def coast(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Minutes inside the coast range."""
    low, high = lane.coast_s
    # The search takes the first coast that is long enough; a second of slack covers its last iteration.
    return np.minimum(flights.coast_s - low + 1.0, high - flights.coast_s) / MINUTE_S


def time_of_flight(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days inside the range of times of flight; only a fixed arrival can leave it."""
    low, high = lane.lane.transfer.time_of_flight_s
    duration = flights.arrival_tdb_s - flights.tli_tdb_s
    return (np.minimum(duration - low, high - duration) + 1e-3) / DAY_S


def injection_energy(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """C3 allowed less C3, km2/s2."""
    limit = lane.lane.constraints.max_c3_km2_s2
    return (np.inf if limit is None else limit) - flights.c3_km2_s2


def launcher_mass(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Mass the launcher injects less the mass of a lander that always weighs the same, kg."""
    needed = lane.lander.launch_mass.value if lane.lander.sizing == "fixed" else 0.0
    margin = flights.injected_mass_kg - needed
    return np.where(flies(flights) & np.isnan(flights.injected_mass_kg), NO_MASS_KG, margin)


def insertion_dv(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Insertion delta-v allowed less what is needed, m/s."""
    limit = lane.lane.constraints.max_insertion_dv_m_s
    return (np.inf if limit is None else limit) - flights.loi_dv_km_s * M_PER_KM


def landing_thrust(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """How much heavier the lander could be at ignition of braking, kg."""
    return flights.thrust_margin_kg


def propellant(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Margin of the tightest tank, kg."""
    return flights.propellant_margin_kg + 1e-6


def landed_mass(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Cargo landed less the least that is asked for (left out: more than nothing), kg."""
    least = lane.lane.constraints.min_landed_payload_kg
    return flights.landed_payload_kg - (1e-6 if least is None else least)


def cross_range(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Best of (limit − cross-range) over the passes of the loiter range, degrees."""
    return flights.cross_range_margin_rad / DEG


def sun(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """How far inside the asked bands the Sun stands at landing, or comes while the lander can wait, degrees."""
    margin = flights.light_margin_rad / DEG
    return np.where(flies(flights) & (flights.landing_reason == 0), np.maximum(margin, 0.0), margin)


def loiter(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days of waiting left at the landing chance; negative: so much longer it would have to wait for one."""
    return flights.loiter_margin_s / DAY_S


def light_after(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Sunlight left after landing beyond what is asked, days."""
    return flights.light_left_margin_s / DAY_S


def contact(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Elevation of Earth or relay above the local horizon through descent and landing, degrees."""
    return flights.contact_margin_rad / DEG


def _asks_for_sun(lane: ResolvedLane) -> bool:
    asked = lane.lane.constraints
    return asked.sun_elevation_deg is not None or asked.sun_above_horizon_deg is not None


def _most_time_of_flight(lane: ResolvedLane) -> float:
    low, high = lane.lane.transfer.time_of_flight_s
    return max(low - SHORTEST_FLIGHT_S, LONGEST_FLIGHT_S - high) / DAY_S


def _most_turnaround(lane: ResolvedLane) -> float:
    return max(lane.turnaround_s / DAY_S, 1.0) - 1.0


def _most_launch_gap(lane: ResolvedLane) -> float:
    return (lane.lane.constraints.days_between_launches_s or 0.0) / DAY_S


def _most_payload(lane: ResolvedLane) -> float:
    return lane.lane.constraints.min_landed_payload_kg or 0.0


def _most_mass(lane: ResolvedLane) -> float:
    return 0.1 * -NO_MASS_KG


def _most_light_after(lane: ResolvedLane) -> float:
    return (lane.lane.constraints.lit_after_landing_s or 0.0) / DAY_S


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint("availability", "lane, launcher and lander exist", "d", 30.0, rules.availability, _always),
    Constraint("turnaround", "pad free of booked launches", "d", 3.0, rules.turnaround, _always, _most_turnaround),
    Constraint(
        "days_between_launches",
        "days to the lane's dated launches and the pad's booked ones as asked",
        "d",
        3.0,
        rules.days_between_launches,
        lambda lane: lane.lane.constraints.days_between_launches_s is not None,
        _most_launch_gap,
    ),
    Constraint(
        "season",
        "inside the launch seasons of pad and lane",
        "d",
        3.0,
        rules.season,
        lambda lane: bool(lane.launch_site.seasons or lane.lane.seasons),
    ),
    Constraint(
        "blackout",
        "outside the blackout dates of pad and lane",
        "d",
        3.0,
        rules.blackout,
        lambda lane: bool(lane.launch_site.blackout or lane.lane.blackout),
    ),
    Constraint(
        "azimuth",
        "an azimuth inside the pad's range reaches the Moon's declination",
        "deg",
        2.0,
        azimuth,
        _has_azimuth_range,
    ),
    Constraint(
        "declination_reach",
        "an allowed inclination reaches the Moon's declination",
        "deg",
        1.0,
        reach,
        _has_fixed_inclinations,
    ),
    Constraint("liftoff", "the pad passes under the plane on this date", "", 1.0, liftoff, _always, _not_at_all),
    Constraint(
        "liftoff_light",
        "Sun up (down, for a night launch) at the pad at lift-off",
        "deg",
        1.0,
        rules.liftoff_light,
        lambda lane: lane.lane.constraints.liftoff_light is not None,
        _not_at_all,
    ),
    Constraint("transfer", "a flight was found", "", 1.0, transfer, _always, _not_at_all),
    Constraint(
        "injection_arc",
        "injection on the arc asked for, ascending or descending",
        "",
        1.0,
        injection_arc,
        lambda lane: lane.lane.transfer.injection != "any",
        _not_at_all,
    ),
    Constraint("coast", "coast in the parking orbit within its range", "min", 10.0, coast, _always),
    Constraint(
        "time_of_flight",
        "time of flight within its range",
        "d",
        0.25,
        time_of_flight,
        _always,
        _most_time_of_flight,
    ),
    Constraint(
        "injection_energy",
        "C3 within the lane's limit",
        "km2/s2",
        0.1,
        injection_energy,
        lambda lane: lane.lane.constraints.max_c3_km2_s2 is not None,
    ),
    Constraint(
        "injection_in_sight",
        "a ground station asked for sees the injection",
        "deg",
        2.0,
        sight.injection_in_sight,
        sight.watches_injection,
    ),
    Constraint(
        "eclipse_in_transit",
        "longest eclipse on the way within the lane's limit",
        "min",
        5.0,
        sight.eclipse,
        sight.has_eclipse_limit,
    ),
    Constraint(
        "insertion_in_sight",
        "a ground station asked for sees the insertion",
        "deg",
        2.0,
        sight.insertion_in_sight,
        sight.watches_insertion,
        _not_at_all,
    ),
    Constraint("launcher_mass", "the launcher carries the lander", "kg", 100.0, launcher_mass, _always, _most_mass),
    Constraint(
        "insertion_dv",
        "insertion delta-v within the lane's limit",
        "m/s",
        10.0,
        insertion_dv,
        lambda lane: lane.lane.constraints.max_insertion_dv_m_s is not None,
    ),
    Constraint(
        "landing_thrust",
        "the lander's thrust can land its mass",
        "kg",
        50.0,
        landing_thrust,
        lambda lane: lane.lands and lane.lander.descent_is_integrated,
        _not_at_all,
    ),
    Constraint("propellant", "every stage holds the propellant it needs", "kg", 50.0, propellant, _always),
    Constraint("landed_mass", "cargo landed at least as asked", "kg", 50.0, landed_mass, _always, _most_payload),
    Constraint(
        "cross_range", "site within reach of the staging orbit's plane while waiting", "deg", 0.5, cross_range, _lands
    ),
    Constraint("loiter", "a landing chance within the loiter range", "d", 1.0, loiter, _lands),
    Constraint(
        "sun_at_landing", "Sun as asked at a landing chance inside the loiter range", "deg", 0.5, sun, _asks_for_sun
    ),
    Constraint(
        "light_after_landing",
        "sunlight left after landing at least as asked",
        "d",
        0.5,
        light_after,
        lambda lane: lane.lane.constraints.lit_after_landing_s is not None,
        _most_light_after,
    ),
    Constraint(
        "contact_at_landing",
        "Earth or relay above the horizon through descent and landing",
        "deg",
        1.0,
        contact,
        lambda lane: lane.lane.constraints.contact_at_landing is not None,
        _not_at_all,
    ),
)


CALENDAR = frozenset({"availability", "turnaround", "days_between_launches", "season", "blackout"})
"""Constraints that depend on the date alone."""

LANDING = frozenset({"cross_range", "loiter", "sun_at_landing", "light_after_landing", "contact_at_landing"})
"""Constraints that depend on which landing chance is taken."""


def constraints_of(lane: ResolvedLane) -> tuple[Constraint, ...]:
    """Return the constraints that can close a day of this lane."""
    return tuple(constraint for constraint in CONSTRAINTS if constraint.applies(lane))


def most_of(lane: ResolvedLane) -> FloatArray:
    """How far each constraint of the lane can be relaxed, (C,), in its unit."""
    return np.array([constraint.most(lane) for constraint in constraints_of(lane)])


def margins(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Margins (C, M) of the lane's constraints."""
    return np.stack([constraint.margin(lane, days, flights) for constraint in constraints_of(lane)])
