"""The station's elements in orbit as they fly: each kind of orbit by the propagation that suits it.

Ellipses fly from their elements in the Moon's field, kept in their bands or free (`sim.orbit.lunar_flight`); halos and
distant retrograde orbits follow the member of their family through the real ephemeris (`sim.orbit.halo_flight`), and
their upkeep is tried by Monte Carlo (`sim.orbit.halo_upkeep`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.time import tdb_s_from_utc
from sim.catalog.orbits import LunarOrbit
from sim.errors import UsageError
from sim.jit import cache_root
from sim.orbit.crtbp import TIME_S
from sim.orbit.elements import KeplerOrbit
from sim.orbit.ephemeris import LunarEphemeris
from sim.orbit.families import distant_retrograde_orbit, halo_orbit
from sim.orbit.halo_flight import NoPeriodicFlight, PeriodicFlight, fly_periodic_orbit
from sim.orbit.halo_upkeep import Upkeep, UpkeepErrors, look_ahead_s, station_keeping
from sim.orbit.keeping import Keeping, keeping_of
from sim.orbit.lunar_flight import LunarFlight, fly_orbit
from sim.orbit.periodic import PeriodicOrbit
from sim.scenario.model import OrbitElement, Scenario
from sim.scenario.resolve import ResolvedLane, flights_until, orbit_elements
from sim.threads import map_threads
from sim.units import DAY_S, DEG, YEAR_S

FloatArray = NDArray[np.float64]

UPKEEP_TRIALS = 5
"""Flights with errors by which the upkeep of a halo is tried, over the whole of its service."""

LEAST_TRIED_S = 60.0 * DAY_S
"""A shorter service is tried for so long all the same: a few manoeuvres say nothing of a year."""

COUNTED_S, COUNTED_REVOLUTIONS = 5.0 * YEAR_S, 2500
"""The burns of an ellipse are counted for so long, whichever ends first, where its service is shorter: they are few,
and the first often only brings the orbit into its bands."""

FAST_GROWTH_INDEX = 5.0
"""Stability index above which errors grow tenfold a revolution and more: such an orbit is navigated more closely."""

CLOSE_NAVIGATION = UpkeepErrors(position_km=1.0, velocity_km_s=1e-5)
"""3 km and 3 cm/s (3 sigma), assumed: with the 10 km and 10 cm/s usual for the 9:2 orbit, most trials on a halo of 15
days leave it. The cost follows this choice."""


@dataclass(frozen=True, slots=True, eq=False)
class ElementFlight:
    """One element in orbit over its service.

    Attributes
    ----------
    item : OrbitElement
    ephemeris : LunarEphemeris
        Its path; nothing before service or after its end.
    period_s : float
    moon_degree : int
    forces, frame : str
        The force model in words; axes its elements are told in.
    start_tdb_s, end_tdb_s : float
    end : str
        horizon, retired, impact, escape, propellant or undelivered.
    end_latitude_rad, end_longitude_rad : float
        Where it fell; NaN where it did not.
    upkeep_m_s_per_year, upkeep_spread_m_s : float
        NaN where it flies free.
    upkeep, note : str
    burn_tdb_s, burn_m_s : ndarray (B,)
    """

    item: OrbitElement
    ephemeris: LunarEphemeris
    period_s: float
    moon_degree: int
    forces: str
    frame: str
    start_tdb_s: float
    end_tdb_s: float
    end: str
    end_latitude_rad: float = np.nan
    end_longitude_rad: float = np.nan
    upkeep_m_s_per_year: float = np.nan
    upkeep_spread_m_s: float = np.nan
    upkeep: str = "flies free"
    note: str = ""
    burn_tdb_s: FloatArray = field(default_factory=lambda: np.empty(0))
    burn_m_s: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def name(self) -> str:
        """Id in the scenario."""
        return self.item.id

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre; NaN where it is not in service."""
        t = np.asarray(t_tdb_s, dtype=np.float64)
        position = self.ephemeris.position_icrf_km(t)
        position[(t < self.start_tdb_s) | (t > self.end_tdb_s)] = np.nan
        return position


def fly_elements(items: Sequence[OrbitElement], start: date, stop: date) -> tuple[ElementFlight, ...]:
    """Fly elements from the start of one UTC day to the start of another, several at a time.

    A flight is kept in memory: the same one asked for again costs nothing.

    Raises
    ------
    UsageError
        For an orbit that cannot be flown, naming its element.
    DataMissingError
        Where the ephemeris does not reach.
    """
    return tuple(map_threads(lambda item: _flown(item, start, stop), items))


def station_flights(scenario: Scenario, arrival_tdb_s: Mapping[str, float] | None = None) -> tuple[ElementFlight, ...]:
    """Fly all elements of a scenario's station, and tell of them over its horizon.

    ``arrival_tdb_s`` tells when deliveries bring elements, NaN: never. Those serve no sooner, on the orbit that they
    would have had from their ``since`` on.
    """
    stop_tdb_s = tdb_s_from_utc((scenario.horizon.end + timedelta(days=1)).isoformat())
    flights = fly_elements(orbit_elements(scenario), scenario.horizon.start, flights_until(scenario))
    brought = arrival_tdb_s or {}
    told = (_cut(flight, stop_tdb_s) for flight in flights)
    return tuple(_brought(flight, brought[flight.name]) if flight.name in brought else flight for flight in told)


def _brought(flight: ElementFlight, arrival_tdb_s: float) -> ElementFlight:
    """Begin a flight's service when a delivery has brought it; one that comes too late, or never, does not serve."""
    if arrival_tdb_s <= flight.start_tdb_s:
        return flight
    if not arrival_tdb_s < flight.end_tdb_s:
        never = _absent(flight.item, flight.start_tdb_s)
        return replace(never, end="undelivered", note="no delivery brings it within its service")
    after = flight.burn_tdb_s >= arrival_tdb_s
    return replace(
        flight,
        start_tdb_s=arrival_tdb_s,
        burn_tdb_s=flight.burn_tdb_s[after],
        burn_m_s=flight.burn_m_s[after],
        note="; ".join(filter(None, (flight.note, "serves from its delivery on"))),
    )


def relays_of(lane: ResolvedLane) -> tuple[ElementFlight, ...]:
    """Relays that a lane's lander can use: the flights that the station is told by."""
    return fly_elements(lane.relays, lane.horizon_start, lane.flights_until)


def _cut(flight: ElementFlight, stop_tdb_s: float) -> ElementFlight:
    """End a flight's service at the end of the horizon, where it reaches beyond."""
    if flight.end_tdb_s < stop_tdb_s or flight.end_tdb_s <= flight.start_tdb_s:
        return flight
    inside = flight.burn_tdb_s <= stop_tdb_s
    return replace(
        flight,
        end_tdb_s=stop_tdb_s,
        end="horizon",
        end_latitude_rad=np.nan,
        end_longitude_rad=np.nan,
        note="" if flight.end == "impact" else flight.note,
        burn_tdb_s=flight.burn_tdb_s[inside],
        burn_m_s=flight.burn_m_s[inside],
    )


@lru_cache(maxsize=64)
def _flown(item: OrbitElement, start: date, stop: date) -> ElementFlight:
    orbit = item.orbit
    if not isinstance(orbit, LunarOrbit):
        message = f"{item.id} has no orbit to fly"
        raise UsageError(message)
    first = tdb_s_from_utc(max(start, item.since or start).isoformat())
    last = tdb_s_from_utc(min(stop, item.until + timedelta(days=1) if item.until else stop).isoformat())
    if last <= first:
        return _absent(item, first)
    try:
        return _ellipse(item, orbit, first, last) if orbit.kind == "kepler" else _family(item, orbit, first, last)
    except UsageError as error:
        message = f"station.orbit {item.id}: {error}"
        raise UsageError(message) from error


def _absent(item: OrbitElement, t_tdb_s: float) -> ElementFlight:
    """Give an element that is never in service within the horizon."""
    nowhere = LunarEphemeris(item.id, t_tdb_s, DAY_S, np.full((4, 6), np.nan))
    return ElementFlight(item, nowhere, np.nan, 0, "", "", t_tdb_s, t_tdb_s, "retired", upkeep="never in service")


# --- ellipses ------------------------------------------------------------------------------------------------------


def kepler_orbit(item: OrbitElement, orbit: LunarOrbit, service_tdb_s: float) -> KeplerOrbit:
    """Give an element's ellipse with its epoch; the element's own phase is added to the mean anomaly."""
    perilune_km, apolune_km = orbit.apsis_radii_km
    return KeplerOrbit(
        frame=orbit.frame or "moon_me",
        semi_major_axis_km=0.5 * (perilune_km + apolune_km),
        eccentricity=(apolune_km - perilune_km) / (apolune_km + perilune_km),
        inclination_rad=(orbit.inclination_deg or 0.0) * DEG,
        argument_of_perilune_rad=orbit.argument_of_perilune_deg * DEG,
        node_rad=orbit.node_deg * DEG,
        mean_anomaly_rad=orbit.mean_anomaly_deg * DEG + 2.0 * np.pi * item.phase,
        epoch_tdb_s=service_tdb_s if orbit.epoch is None else tdb_s_from_utc(orbit.epoch),
    )


def _ellipse(item: OrbitElement, orbit: LunarOrbit, start_tdb_s: float, stop_tdb_s: float) -> ElementFlight:
    ellipse = kepler_orbit(item, orbit, start_tdb_s)
    keeping = _keeping(item, ellipse)
    until_tdb_s = stop_tdb_s if keeping is None else _counted_until(ellipse, start_tdb_s, stop_tdb_s)
    kept = _checkpoint(item, start_tdb_s, until_tdb_s)
    flight = fly_orbit(
        ellipse, item.id, start_tdb_s, until_tdb_s, srp_m2_kg=item.sunlight_m2_kg, keeping=keeping, checkpoint=kept
    )
    kept.unlink(missing_ok=True)
    end, end_tdb_s = _end_of_service(item, flight, stop_tdb_s)
    burns = [burn for burn in flight.burns if burn.t_tdb_s < end_tdb_s]  # the one that empties the tanks is not made
    ground = flight.ground if end == "impact" else None
    return ElementFlight(
        item,
        flight.ephemeris,
        ellipse.period_s,
        flight.degree,
        flight.forces,
        ellipse.frame,
        start_tdb_s,
        end_tdb_s,
        end,
        ground.latitude_rad if ground else np.nan,
        ground.longitude_rad if ground else np.nan,
        _upkeep_a_year(flight, start_tdb_s) if keeping else np.nan,
        upkeep=_keeping_words(keeping, flight.end_tdb_s - start_tdb_s) if keeping else "flies free",
        note=flight.end_reason if end == flight.end != "horizon" else "",
        burn_tdb_s=np.array([burn.t_tdb_s for burn in burns]),
        burn_m_s=np.array([burn.dv_m_s for burn in burns]),
    )


def _counted_until(ellipse: KeplerOrbit, start_tdb_s: float, stop_tdb_s: float) -> float:
    """How long a kept orbit is flown, so that its upkeep can be told: beyond its service, if that is not very short."""
    if stop_tdb_s - start_tdb_s < LEAST_TRIED_S:
        return stop_tdb_s
    long_s = min(COUNTED_S, COUNTED_REVOLUTIONS * ellipse.period_s)
    return max(stop_tdb_s, min(start_tdb_s + long_s, Ephemeris.de440().coverage_tdb_s[1] - YEAR_S))


def _upkeep_a_year(flight: LunarFlight, start_tdb_s: float) -> float:
    """Cost of a year of keeping; NaN for a flight too short to tell, where one burn more or less would decide."""
    flown_s = flight.end_tdb_s - start_tdb_s
    return flight.upkeep_m_s_per_year if flown_s >= LEAST_TRIED_S else np.nan


def _checkpoint(item: OrbitElement, start_tdb_s: float, stop_tdb_s: float) -> Path:
    """File in which a long flight keeps what it has done; an interrupted run goes on from it."""
    asked = f"{item.model_dump_json()} {start_tdb_s!r} {stop_tdb_s!r}"
    return cache_root() / "flights" / f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.npz"


def _keeping(item: OrbitElement, ellipse: KeplerOrbit) -> Keeping | None:
    if item.keeping == "none":
        return None
    asked = item.keeping
    return keeping_of(
        ellipse,
        perilune_band_km=asked.perilune_band_km,
        argument_band_rad=None if asked.argument_band_deg is None else asked.argument_band_deg * DEG,
    )


def _keeping_words(keeping: Keeping, counted_s: float) -> str:
    low, high = keeping.perilune_altitude_km
    words = f"perilune kept within {low:.0f} to {high:.0f} km of altitude"
    if keeping.argument_of_perilune_rad is not None:
        first, last = (angle / DEG for angle in keeping.argument_of_perilune_rad)
        words += f", its argument within {first:.0f} to {last:.0f} deg"
    return words if counted_s < LEAST_TRIED_S else f"{words}; burns of {counted_s / YEAR_S:.1f} years counted"


def _end_of_service(item: OrbitElement, flight: LunarFlight, stop_tdb_s: float) -> tuple[str, float]:
    """Why and when service ends: the flight's own end, the tanks, or the calendar."""
    budget = None if item.keeping == "none" else item.keeping.delta_v_m_s
    if budget is not None:
        spent = np.cumsum([burn.dv_m_s for burn in flight.burns])
        over = np.flatnonzero(spent > budget)
        if len(over) and flight.burns[int(over[0])].t_tdb_s < stop_tdb_s:
            return "propellant", flight.burns[int(over[0])].t_tdb_s
    if flight.end != "horizon" and flight.end_tdb_s < stop_tdb_s:
        return flight.end, flight.end_tdb_s
    return ("retired" if item.until is not None else "horizon"), min(stop_tdb_s, flight.end_tdb_s)


# --- families of periodic orbits -----------------------------------------------------------------------------------


def family_member(orbit: LunarOrbit) -> PeriodicOrbit:
    """Give the member of a family that a scenario names.

    Raises
    ------
    UsageError
        For a member that the family has not, with the family's range.
    """
    resonance, period_s, amplitude_km = orbit.resonance, orbit.period_s, orbit.amplitude_km
    if orbit.kind == "dro":
        return distant_retrograde_orbit(amplitude_km=amplitude_km, period_s=period_s, resonance=resonance)
    return halo_orbit(
        orbit.point or "L2",
        orbit.branch or "south",
        amplitude_km=amplitude_km,
        period_s=period_s,
        resonance=resonance,
    )


def _family(item: OrbitElement, orbit: LunarOrbit, start_tdb_s: float, stop_tdb_s: float) -> ElementFlight:
    member = family_member(orbit)
    epoch_tdb_s = start_tdb_s if orbit.epoch is None else tdb_s_from_utc(orbit.epoch)
    phase = _phase_at(item, orbit, member, start_tdb_s - epoch_tdb_s)
    flown_until = max(stop_tdb_s, start_tdb_s + LEAST_TRIED_S) + look_ahead_s(member)
    flight = fly_periodic_orbit(member, item.id, start_tdb_s, flown_until, phase=phase)
    if isinstance(flight, NoPeriodicFlight):
        message = f"{flight.reason} — this member does not hold in the real field; take another period or amplitude"
        raise UsageError(message)
    upkeep = None if item.keeping == "none" else _upkeep(flight)
    end, end_tdb_s = "retired" if item.until is not None else "horizon", stop_tdb_s
    budget = None if item.keeping == "none" else item.keeping.delta_v_m_s
    if upkeep is not None and budget is not None:
        lasts_s = budget / max(upkeep.mean_m_s_year, 1e-9) * YEAR_S
        if start_tdb_s + lasts_s < end_tdb_s:
            end, end_tdb_s = "propellant", start_tdb_s + lasts_s
    return ElementFlight(
        item,
        flight.ephemeris,
        flight.period_s,
        flight.forces.moon_degree,
        f"Moon to degree {flight.forces.moon_degree}, Earth with J2, Sun (DE440), without sunlight",
        "earth_orbit_plane",
        start_tdb_s,
        end_tdb_s,
        end,
        upkeep_m_s_per_year=np.nan if upkeep is None else upkeep.mean_m_s_year,
        upkeep_spread_m_s=np.nan if upkeep is None else upkeep.spread_m_s_year,
        upkeep="flies free" if upkeep is None else _upkeep_words(upkeep),
        note=_reference_words(flight),
    )


def _phase_at(item: OrbitElement, orbit: LunarOrbit, member: PeriodicOrbit, since_epoch_s: float) -> float:
    return float((orbit.phase + item.phase + since_epoch_s / (member.period * TIME_S)) % 1.0)


def _upkeep(flight: PeriodicFlight) -> Upkeep:
    grows_fast = flight.orbit.stability_index > FAST_GROWTH_INDEX
    return station_keeping(flight, errors=CLOSE_NAVIGATION if grows_fast else UpkeepErrors(), trials=UPKEEP_TRIALS)


def _upkeep_words(upkeep: Upkeep) -> str:
    every = {1: "each crossing", 2: "each revolution"}.get(upkeep.control.every, "some revolutions")
    trials, errors = len(upkeep.trial_dv_m_s_year), upkeep.errors
    return (
        f"x-axis crossing control at {every}, navigation to {3.0 * errors.position_km:.0f} km and "
        f"{3e5 * errors.velocity_km_s:.0f} cm/s (3 sigma); {trials - upkeep.lost} of {trials} trials stay"
    )


def _reference_words(flight: PeriodicFlight) -> str:
    return (
        f"within {flight.departure_km:.0f} km of the family's member, whole to "
        f"{flight.gap_m:.2g} m and {flight.gap_mm_s:.2g} mm/s at its patch points"
    )
