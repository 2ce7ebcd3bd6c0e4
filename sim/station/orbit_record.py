"""What is told of an element in orbit: its elements day by day, and the path that is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.astro.frames import icrf_to_earth_moon
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.rotations import rotated
from sim.catalog.orbits import LunarOrbit
from sim.constants import R_MOON_KM
from sim.orbit.elements import elements_of
from sim.station.elements import ElementFlight
from sim.station.outcome import OrbitRecord
from sim.units import DAY_S

FloatArray = NDArray[np.float64]

DRAWN_REVOLUTIONS = 15.0
LONGEST_DRAWN_S = 28.0 * DAY_S
DRAWN_PER_REVOLUTION = 180
"""Points of the path drawn."""


FRAME_WORDS = {
    "moon_me": "the Moon's equator (ME)",
    "moon_pa": "the Moon's equator (PA)",
    "earth_orbit_plane": "the plane of the Earth's path",
    "icrf": "the ICRF's equator",
}


def orbit_record(flight: ElementFlight, day_tdb_s: FloatArray) -> OrbitRecord:
    """Tell of one element: ``day_tdb_s`` (D,) are the epochs of its daily elements."""
    orbit = flight.item.orbit
    is_ellipse = isinstance(orbit, LunarOrbit) and orbit.kind == "kepler"
    elements = _osculating(flight, day_tdb_s) if is_ellipse else _heights(flight, day_tdb_s)
    track_tdb_s = _drawn_epochs(flight)
    states = flight.ephemeris.state_icrf(track_tdb_s)
    track_icrf_km = states[:, :3]
    return OrbitRecord(
        element=flight.name,
        kind=flight.item.kind,
        orbit=orbit_words(orbit),
        status=orbit.status if isinstance(orbit, LunarOrbit) else "",
        frame=flight.frame,
        forces=flight.forces,
        moon_degree=flight.moon_degree,
        period_s=flight.period_s,
        start_tdb_s=flight.start_tdb_s,
        end_tdb_s=flight.end_tdb_s,
        end=flight.end,
        end_latitude_rad=flight.end_latitude_rad,
        end_longitude_rad=flight.end_longitude_rad,
        upkeep_m_s_per_year=flight.upkeep_m_s_per_year,
        upkeep_spread_m_s=flight.upkeep_spread_m_s,
        upkeep=flight.upkeep,
        burn_tdb_s=flight.burn_tdb_s,
        burn_m_s=flight.burn_m_s,
        note=flight.note,
        day_tdb_s=day_tdb_s,
        **elements,
        track_tdb_s=track_tdb_s,
        track_icrf_km=track_icrf_km,
        track_velocity_icrf_km_s=states[:, 3:],
        track_rotating_km=rotated(icrf_to_earth_moon(track_tdb_s), track_icrf_km),
        track_moon_me_km=rotated(icrf_to_moon_me(track_tdb_s), track_icrf_km),
    )


def orbit_words(orbit: LunarOrbit | str | None) -> str:
    """Say which orbit it is: its name, and what sizes it."""
    if not isinstance(orbit, LunarOrbit):
        return ""
    name = f"{orbit.name}: " if orbit.name else ""
    if orbit.kind == "kepler":
        low, high = (radius - R_MOON_KM for radius in orbit.apsis_radii_km)
        plane = FRAME_WORDS[orbit.frame or "moon_me"]
        return f"{name}{low:.0f} x {high:.0f} km of altitude, {orbit.inclination_deg:g} deg to {plane}"
    size = f"{orbit.amplitude_km:g} km" if orbit.amplitude_km is not None else ""
    size = f"{orbit.period_s / DAY_S:.3g} d" if orbit.period_s is not None else size
    family = f"{orbit.point} {orbit.branch} halo" if orbit.kind == "halo" else "distant retrograde orbit"
    return f"{name}{family}, {orbit.resonance or size}"


def _osculating(flight: ElementFlight, t_tdb_s: FloatArray) -> dict[str, FloatArray]:
    """Elements of the osculating ellipse at epochs (D,), NaN where the element is not there."""
    states = flight.ephemeris.state_icrf(t_tdb_s)
    here = np.isfinite(states).all(axis=-1) & (t_tdb_s >= flight.start_tdb_s) & (t_tdb_s <= flight.end_tdb_s)
    names = ("semi_major_axis_km", "eccentricity", "inclination_rad", "argument_of_perilune_rad", "node_rad")
    told = {name: np.full(len(t_tdb_s), np.nan) for name in (*names, "perilune_altitude_km", "apolune_altitude_km")}
    if not here.any():
        return told
    found = elements_of(states[here], t_tdb_s[here], flight.frame)  # type: ignore[arg-type]
    for name in names:
        told[name][here] = getattr(found, name)
    told["perilune_altitude_km"][here] = found.semi_major_axis_km * (1.0 - found.eccentricity) - R_MOON_KM
    told["apolune_altitude_km"][here] = found.semi_major_axis_km * (1.0 + found.eccentricity) - R_MOON_KM
    return told


def _heights(flight: ElementFlight, t_tdb_s: FloatArray) -> dict[str, FloatArray]:
    """Least and greatest height over a revolution about each epoch; ellipses about the Moon mean nothing here."""
    nothing = np.full(len(t_tdb_s), np.nan)
    names = ("semi_major_axis_km", "eccentricity", "inclination_rad", "argument_of_perilune_rad", "node_rad")
    told = {name: nothing.copy() for name in (*names, "perilune_altitude_km", "apolune_altitude_km")}
    if flight.end_tdb_s <= flight.start_tdb_s:
        return told
    epochs = np.linspace(flight.start_tdb_s, flight.end_tdb_s, _points(flight))
    height = np.linalg.norm(flight.position_icrf_km(epochs), axis=-1) - R_MOON_KM
    first, last = (np.searchsorted(epochs, t_tdb_s + side * 0.5 * flight.period_s) for side in (-1.0, 1.0))
    for day in np.flatnonzero((t_tdb_s >= flight.start_tdb_s) & (t_tdb_s <= flight.end_tdb_s)):
        around = height[first[day] : max(last[day], first[day] + 1)]
        told["perilune_altitude_km"][day] = np.nanmin(around)
        told["apolune_altitude_km"][day] = np.nanmax(around)
    return told


def _points(flight: ElementFlight) -> int:
    return max(4, int((flight.end_tdb_s - flight.start_tdb_s) / flight.period_s * DRAWN_PER_REVOLUTION))


def _drawn_epochs(flight: ElementFlight) -> FloatArray:
    """Epochs of the path drawn: some revolutions from the start of service."""
    if flight.end_tdb_s <= flight.start_tdb_s:
        return np.array([flight.start_tdb_s])
    length_s = min(LONGEST_DRAWN_S, DRAWN_REVOLUTIONS * flight.period_s, flight.end_tdb_s - flight.start_tdb_s)
    count = max(2, int(np.ceil(length_s / flight.period_s * DRAWN_PER_REVOLUTION)))
    return np.linspace(flight.start_tdb_s, flight.start_tdb_s + length_s, count)
