"""What a search of delivery windows finds: plain frozen values, the source of every table and figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.transfer.flight import Transfer

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BestFlight:
    """The best flight of a window, from lift-off to touchdown.

    Masses in kg; ``landed_payload_*`` is cargo without the lander's dry mass at the nominal, low and high figures.
    ``propellant_kg`` maps stage id to the nominal propellant burnt.
    """

    lane: str
    window: int
    transfer: Transfer
    liftoff_tdb_s: float
    azimuth_rad: float
    coast_s: float
    landing_tdb_s: float
    c3_km2_s2: float
    tli_dv_km_s: float
    loi_dv_km_s: float
    descent_dv_km_s: float
    injected_mass_kg: float
    landed_payload_kg: float
    landed_payload_low_kg: float
    landed_payload_high_kg: float
    propellant_kg: Mapping[str, float]
    sun_elevation_rad: float
    sun_above_horizon_rad: float


@dataclass(frozen=True, slots=True)
class Window:
    """A run of consecutive launch days, ``first_day`` to ``last_day`` inclusive (indices into the lane's days)."""

    lane: str
    index: int
    first_day: int
    last_day: int
    best_day: int
    open_tdb_s: float
    close_tdb_s: float
    best: BestFlight

    @property
    def days(self) -> int:
        """Number of launch days in the window."""
        return self.last_day - self.first_day + 1


@dataclass(frozen=True, slots=True)
class ConstraintStrip:
    """One constraint over the days: ``open`` where some flight of the day satisfies it.

    ``margin`` (N,) is the best margin of any flight of the day in ``unit`` (negative: short by that much, NaN: no
    flight to ask).
    """

    name: str
    description: str
    unit: str
    open: NDArray[np.bool_]
    margin: FloatArray


@dataclass(frozen=True, slots=True)
class LaneOutcome:
    """All that was found for one lane over N launch days and T times of flight.

    Attributes
    ----------
    lane, launcher, launch_site, lander, landing_site, staging_orbit : str
        Ids.
    assumed : tuple of str
        Figures with status ``assumed`` that the lane's numbers rest on, e.g. ``launcher.tli``.
    day : ndarray (N,) datetime64[D]
        UTC date of lift-off; ``day_tdb_s`` its 00:00 UTC.
    launches : mapping of str to ndarray (N,)
        The best launch of each day, NaN where there is none: ``liftoff_open_tdb_s liftoff_close_tdb_s
        azimuth_open_rad azimuth_close_rad best_liftoff_tdb_s best_azimuth_rad parking_inclination_rad coast_s tli_tdb_s
        arrival_tdb_s landing_tdb_s tof_s c3_km2_s2 tli_dv_km_s loi_dv_km_s descent_dv_km_s landed_payload_kg``.
    feasible : ndarray (N,) bool
    closed_by : tuple of str, length N
        Names of the constraints that close the day joined with ``;`` (empty where feasible).
    relaxation : tuple of str, length N
        The smallest single relaxation that opens the day, in words (empty where feasible or none alone would do).
    time_of_flight_s : ndarray (T,)
    porkchop : mapping of str to ndarray (N, T)
        Best over azimuth and branch at that time of flight, NaN where none: ``tli_dv_km_s loi_dv_km_s c3_km2_s2
        landed_payload_kg`` and ``reason`` (int8: 0 flies, otherwise index into ``reasons``).
    reasons : tuple of str
        Meaning of the reason codes.
    constraints : tuple of ConstraintStrip
    windows : tuple of Window
    """

    lane: str
    launcher: str
    launch_site: str
    lander: str
    landing_site: str
    staging_orbit: str
    assumed: tuple[str, ...]
    day: NDArray[np.datetime64]
    day_tdb_s: FloatArray
    launches: Mapping[str, NDArray[Any]]
    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    relaxation: tuple[str, ...]
    time_of_flight_s: FloatArray
    porkchop: Mapping[str, NDArray[Any]]
    reasons: tuple[str, ...]
    constraints: tuple[ConstraintStrip, ...]
    windows: tuple[Window, ...]
