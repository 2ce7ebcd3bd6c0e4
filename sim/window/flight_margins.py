"""Margins of flights, one function a constraint: ``(lane, days, flights) -> (M,)``, zero or more is satisfied.

NaN where a flight never gets far enough to be judged. Launch-day rules are in ``launch_rules``, shadow and sight in
``sight``; ``constraints`` names them all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_EARTH_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.launch import NO_LIFTOFF
from sim.transfer.pad import azimuth_inside_deg, azimuths_reaching, pad_of
from sim.transfer.solve import CONVERGED, DECLINATION, DIVERGED, LUNAR_LATITUDE
from sim.units import DAY_S, DEG, M_PER_KM, MINUTE_S
from sim.window.candidates import Candidates, flies

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]

NO_MASS_KG = -1e6
"""Margin where the launcher has no figure for the energy asked for."""


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


def incidence(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Angle from the vertical allowed to a descent straight from the arrival, less that of the flight, degrees."""
    return flights.incidence_margin_rad / DEG


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
