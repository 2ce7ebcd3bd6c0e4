"""What can close a launch day, each constraint a margin per flight: zero or more is satisfied.

A constraint is a name, a unit, and a function ``(lane, days, candidates) -> margin (M,)`` in that unit; NaN where the
flight never gets far enough to be judged. Adding one takes such a function and an entry in ``CONSTRAINTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.units import DAY_S
from sim.window import flight_margins as flight
from sim.window import launch_rules as rules
from sim.window import sight
from sim.window.candidates import Candidates
from sim.window.plan import LONGEST_FLIGHT_S
from sim.window.relax import SHORTEST_FLIGHT_S

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]
Margin = Callable[[ResolvedLane, Days, Candidates], FloatArray]
Applies = Callable[[ResolvedLane], bool]
Most = Callable[[ResolvedLane], float]


def _without_end(lane: ResolvedLane) -> float:
    return np.inf


def _not_at_all(lane: ResolvedLane) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that can close a day.

    ``scale`` is a relaxation a planner would call small, in ``unit``: it weighs relaxations of different constraints
    against each other. ``most`` tells by how much a lane's limit can be moved: 0 where there is none.
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


def _waits_in_orbit(lane: ResolvedLane) -> bool:
    return lane.waits_in_orbit


def _has_azimuth_range(lane: ResolvedLane) -> bool:
    return lane.launch_site.azimuth_range_deg is not None


def _has_fixed_inclinations(lane: ResolvedLane) -> bool:
    return lane.launch_site.azimuth_range_deg is None


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
    return 0.1 * -flight.NO_MASS_KG


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
        flight.azimuth,
        _has_azimuth_range,
    ),
    Constraint(
        "declination_reach",
        "an allowed inclination reaches the Moon's declination",
        "deg",
        1.0,
        flight.reach,
        _has_fixed_inclinations,
    ),
    Constraint("liftoff", "the pad passes under the plane on this date", "", 1.0, flight.liftoff, _always, _not_at_all),
    Constraint(
        "liftoff_light",
        "Sun up (down, for a night launch) at the pad at lift-off",
        "deg",
        1.0,
        rules.liftoff_light,
        lambda lane: lane.lane.constraints.liftoff_light is not None,
        _not_at_all,
    ),
    Constraint("transfer", "a flight was found", "", 1.0, flight.transfer, _always, _not_at_all),
    Constraint(
        "injection_arc",
        "injection on the arc asked for, ascending or descending",
        "",
        1.0,
        flight.injection_arc,
        lambda lane: lane.lane.transfer.injection != "any",
        _not_at_all,
    ),
    Constraint("coast", "coast in the parking orbit within its range", "min", 10.0, flight.coast, _always),
    Constraint(
        "time_of_flight",
        "time of flight within its range",
        "d",
        0.25,
        flight.time_of_flight,
        _always,
        _most_time_of_flight,
    ),
    Constraint(
        "injection_energy",
        "C3 within the lane's limit",
        "km2/s2",
        0.1,
        flight.injection_energy,
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
    Constraint(
        "launcher_mass", "the launcher carries the lander", "kg", 100.0, flight.launcher_mass, _always, _most_mass
    ),
    Constraint(
        "insertion_dv",
        "insertion delta-v within the lane's limit",
        "m/s",
        10.0,
        flight.insertion_dv,
        lambda lane: lane.lane.constraints.max_insertion_dv_m_s is not None,
    ),
    Constraint(
        "landing_thrust",
        "the lander's thrust can land its mass",
        "kg",
        50.0,
        flight.landing_thrust,
        lambda lane: lane.lands and lane.lander.descent_is_integrated,
        _not_at_all,
    ),
    Constraint(
        "incidence",
        "the arrival comes down steeply enough onto the site",
        "deg",
        2.0,
        flight.incidence,
        lambda lane: lane.descends_straight,
        _not_at_all,
    ),
    Constraint("propellant", "every stage holds the propellant it needs", "kg", 50.0, flight.propellant, _always),
    Constraint("landed_mass", "cargo landed at least as asked", "kg", 50.0, flight.landed_mass, _always, _most_payload),
    Constraint(
        "cross_range",
        "site within reach of the staging orbit's plane while waiting",
        "deg",
        0.5,
        flight.cross_range,
        _waits_in_orbit,
    ),
    Constraint("loiter", "a landing chance within the loiter range", "d", 1.0, flight.loiter, _waits_in_orbit),
    Constraint(
        "sun_at_landing",
        "Sun as asked at a landing chance inside the loiter range",
        "deg",
        0.5,
        flight.sun,
        _asks_for_sun,
    ),
    Constraint(
        "light_after_landing",
        "sunlight left after landing at least as asked",
        "d",
        0.5,
        flight.light_after,
        lambda lane: lane.lane.constraints.lit_after_landing_s is not None,
        _most_light_after,
    ),
    Constraint(
        "contact_at_landing",
        "Earth or relay above the horizon through descent and landing",
        "deg",
        1.0,
        flight.contact,
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
