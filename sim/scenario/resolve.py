"""Lanes with the objects their ids stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from sim.catalog.models import GroundStation, Lander, LandingSite, Launcher, LaunchSite, StagingOrbit
from sim.scenario.model import Lane, OrbitElement, Scenario
from sim.units import DAY_S

LONGEST_PHASING_S = 10.0 * DAY_S
"""A phasing orbit given by its apogee turns once in at most so long."""

LOOKED_BEYOND_S = 31.0 * DAY_S
"""Landing chances are looked for so long after the longest wait, to say how much longer it would have to be."""

APPROACH_INCLINATIONS_DEG = (12.0, 168.0)
"""Approaches stay in this range: none can be flatter than its asymptote's latitude, at most about 10 deg (the Moon's
equator lies 6.7 deg off its orbit's plane, and the asymptote some degrees off that plane)."""


@dataclass(frozen=True, slots=True)
class ResolvedLane:
    """A lane and all it refers to, the scenario's overrides included.

    ``relays`` are the station's relays that have an orbit; they fly from ``horizon_start`` to ``flights_until``.
    """

    id: str
    lane: Lane
    launcher: Launcher
    launch_site: LaunchSite
    lander: Lander
    staging_orbit: StagingOrbit
    landing_site: LandingSite
    partner: str
    horizon_start: date
    flights_until: date
    relays: tuple[OrbitElement, ...] = ()
    injection_stations: tuple[GroundStation, ...] = ()
    insertion_stations: tuple[GroundStation, ...] = ()

    @property
    def available_from(self) -> date | None:
        """First UTC day on which lane, launcher and lander are all there."""
        return _latest(self.lane.available_from, self.launcher.available_from, self.lander.available_from)

    @property
    def available_until(self) -> date | None:
        """Last such day."""
        return _earliest(self.lane.available_until, self.launcher.available_until, self.lander.available_until)

    @property
    def turnaround_s(self) -> float:
        """Least time between two launches of the lane."""
        return max(self.launcher.turnaround_s, self.launch_site.turnaround_s)

    @property
    def coast_s(self) -> tuple[float, float]:
        """Shortest and longest coast in the parking orbit."""
        return self.lane.constraints.coast_s or self.launcher.coast_s

    @property
    def cross_range_deg(self) -> float:
        """Angle off its orbit's plane at which the lander may land."""
        own = self.lane.constraints.cross_range_deg
        return self.lander.cross_range_deg if own is None else own

    @property
    def lands(self) -> bool:
        """Whether its lander goes to the ground; an orbiter's flight ends in the staging orbit."""
        return self.lander.lands

    @property
    def descends_straight(self) -> bool:
        """Whether its lander goes from the arrival to the ground, without a lunar orbit."""
        return self.lands and self.lane.transfer.kind == "direct_descent"

    @property
    def waits_in_orbit(self) -> bool:
        """Whether its lander waits in the staging orbit for a landing chance."""
        return self.lands and not self.descends_straight

    @property
    def approach_inclination_deg(self) -> float:
        """Inclination of the approach to the Moon's equator; the insertion turns the plane to the staging orbit's."""
        asked = self.lane.transfer.inclination_deg
        low, high = APPROACH_INCLINATIONS_DEG
        return min(max(self.staging_orbit.inclination_deg, low), high) if asked is None else asked


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def station_site(scenario: Scenario) -> LandingSite:
    """Give the station's own site."""
    site = scenario.station.site
    return site if isinstance(site, LandingSite) else scenario.catalog.landing_sites[site]


def flights_until(scenario: Scenario) -> date:
    """Give the UTC day on which the last flight launched within the horizon has landed, or given up waiting."""
    longest_s = max((_longest_journey_s(lane) for lane in scenario.lanes.values()), default=0.0)
    return scenario.horizon.end + timedelta(days=1.0 + math.ceil(longest_s / DAY_S))


def _longest_journey_s(lane: Lane) -> float:
    phasing = lane.transfer.phasing
    turns_s = 0.0 if phasing is None else phasing.revolutions[1] * (phasing.period_s or LONGEST_PHASING_S)
    return turns_s + lane.transfer.time_of_flight_s[1] + lane.staging.loiter_s[1] + LOOKED_BEYOND_S


def orbit_elements(scenario: Scenario) -> tuple[OrbitElement, ...]:
    """Give the station's elements that have an orbit, ids of the catalogue looked up."""
    orbits = scenario.catalog.lunar_orbits
    return tuple(
        item.model_copy(update={"orbit": orbits[item.orbit]}) if isinstance(item.orbit, str) else item
        for item in scenario.station.orbit
        if item.orbit is not None
    )


def resolve_lane(scenario: Scenario, lane_id: str) -> ResolvedLane:
    """Look up what a lane refers to."""
    lane, catalog = scenario.lanes[lane_id], scenario.catalog
    launcher = catalog.launchers[lane.launcher]
    return ResolvedLane(
        id=lane_id,
        lane=lane,
        launcher=launcher,
        launch_site=catalog.launch_sites[lane.launch_site],
        lander=catalog.landers[lane.lander],
        staging_orbit=catalog.staging_orbits[lane.staging.orbit],
        landing_site=catalog.landing_sites[lane.site] if lane.site else station_site(scenario),
        partner=lane.partner or launcher.partner,
        horizon_start=scenario.horizon.start,
        flights_until=flights_until(scenario),
        relays=tuple(item for item in orbit_elements(scenario) if item.kind == "relay"),
        injection_stations=tuple(catalog.ground_stations[key] for key in lane.constraints.injection_in_sight_of),
        insertion_stations=tuple(catalog.ground_stations[key] for key in lane.constraints.insertion_in_sight_of),
    )


def resolve_lanes(scenario: Scenario) -> tuple[ResolvedLane, ...]:
    """Look up what each lane refers to, in the order of the file."""
    return tuple(resolve_lane(scenario, lane_id) for lane_id in scenario.lanes)
