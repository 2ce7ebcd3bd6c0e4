"""The best flights of all windows, flown again by integration: tracks for figures, OEM files for other tools.

The station's elements in orbit go out as OEM files too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.results.oem import OemSegment, write_oem
from sim.results.tracks import Burn, FlightTrack
from sim.station.outcome import OrbitRecord
from sim.transfer.flight import Transfer
from sim.transfer.sample import sample_transfer
from sim.window.types import BestFlight

FloatArray = NDArray[np.float64]

OEM_COMMENTS = (
    "Direct flight from just after the injection impulse to perilune, before insertion.",
    "Forces: Earth point mass and J2 (pole of date), Moon point mass, C20 and C22 (GRGM660PRIM), Sun; JPL DE440.",
    "Lift-off, insertion and descent are not part of this file.",
)


def flight_track(best: BestFlight) -> FlightTrack:
    """Fly a window's best flight from injection to arrival."""
    transfer = best.transfer
    path = sample_transfer(transfer)
    epochs = path.t_tdb_s
    moon, moon_velocity = Ephemeris.de440().moon_geocentric(epochs)
    burns = (
        Burn("TLI", transfer.tli_tdb_s, best.tli_dv_km_s, path.states_icrf[0, :3], moon[0]),
        Burn("LOI", transfer.arrival_tdb_s, best.loi_dv_km_s, path.states_icrf[-1, :3], moon[-1]),
    )
    return FlightTrack(
        best.lane, best.window, epochs, path.states_icrf[:, :3], path.states_icrf[:, 3:], moon, moon_velocity, burns
    )


def oem_name(track: FlightTrack) -> str:
    """File name of a window's best flight."""
    return f"{track.lane}_window_{track.window:03d}.oem"


def write_flight_oem(folder: Path, track: FlightTrack) -> Path:
    """Write a track as CCSDS OEM: geocentric, ICRF, UTC."""
    path = folder / oem_name(track)
    states = np.hstack([track.position_icrf_km, track.velocity_icrf_km_s])
    _write_oem(path, f"{track.lane} window {track.window}", f"{track.lane}-{track.window}", track.t_tdb_s, states)
    return path


def write_orbit_oem(folder: Path, orbit: OrbitRecord) -> Path | None:
    """Write the first revolutions of an element's orbit as CCSDS OEM: from the Moon's centre, ICRF, UTC.

    None, and no file, for an element that is never in service.
    """
    if len(orbit.track_tdb_s) < 2:
        return None
    path = folder / f"{orbit.element}.oem"
    states = np.hstack([orbit.track_icrf_km, orbit.track_velocity_icrf_km_s])
    segment = OemSegment(orbit.element, orbit.element, "MOON", "ICRF", "UTC", orbit.track_tdb_s, states)
    comments = (f"{orbit.orbit}.", f"Forces: {orbit.forces}.", "The first revolutions in service; burns are impulses.")
    write_oem(path, [segment], comments=comments)
    return path


def write_transfer_oem(path: Path | str, transfer: Transfer, name: str = "TRANSFER") -> None:
    """Write one solved flight as CCSDS OEM: geocentric, ICRF, UTC, from injection to perilune."""
    flown = sample_transfer(transfer)
    _write_oem(Path(path), name, name, flown.t_tdb_s, flown.states_icrf)


def _write_oem(path: Path, name: str, identifier: str, t_tdb_s: FloatArray, states: FloatArray) -> None:
    segment = OemSegment(name, identifier, "EARTH", "ICRF", "UTC", t_tdb_s, states)
    write_oem(path, [segment], comments=OEM_COMMENTS)
