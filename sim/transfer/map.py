"""A map of flights: every departure and time of flight, in all four branches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import GM_EARTH_KM3_S2
from sim.transfer.solve import BRANCHES, FlightSet, Solutions, map_flights, solve_flights

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TransferMap:
    """Flights over D departures, T times of flight and four branches.

    ``status`` (D, T, 4) indexes ``sim.transfer.solve.REASONS`` (0 flies); the other grids are NaN where none flies.
    ``flights`` and ``solutions`` are the same items in a row, for ``as_transfer``.
    """

    departure_tdb_s: FloatArray
    time_of_flight_s: FloatArray
    status: NDArray[np.int8]
    c3_km2_s2: FloatArray
    tli_dv_km_s: FloatArray
    perilune_speed_km_s: FloatArray
    flights: FlightSet
    solutions: Solutions


def transfer_map(
    departures_tdb_s: ArrayLike,
    times_of_flight_s: ArrayLike,
    *,
    parking_radius_km: float,
    parking_inclination_rad: float,
    perilune_radius_km: float,
    lunar_inclination_rad: float,
) -> TransferMap:
    """Solve all branches of all departures and times of flight.

    Parameters
    ----------
    departures_tdb_s, times_of_flight_s : array_like (D,), (T,)
        Injection epochs, TDB s past J2000; injection to perilune, 2.2 to 9 days.
    parking_radius_km, perilune_radius_km : float
        Radii, not altitudes.
    parking_inclination_rad, lunar_inclination_rad : float
        To the Earth's equator of date and to the Moon's equator (ME).
    """
    departures, durations = (
        np.atleast_1d(np.asarray(departures_tdb_s, float)),
        np.atleast_1d(np.asarray(times_of_flight_s, float)),
    )
    flights = map_flights(departures, durations, parking_inclination_rad, lunar_inclination_rad)
    solutions = solve_flights(flights, parking_radius_km, perilune_radius_km)
    shape = (len(departures), len(durations), BRANCHES)
    speed = np.where(solutions.converged, np.linalg.norm(solutions.tli_state_icrf[:, 3:], axis=1), np.nan).reshape(
        shape
    )
    arrival = np.where(solutions.converged, np.linalg.norm(solutions.perilune_state_icrf[:, 3:], axis=1), np.nan)
    return TransferMap(
        departure_tdb_s=departures,
        time_of_flight_s=durations,
        status=solutions.status.reshape(shape).astype(np.int8),
        c3_km2_s2=speed**2 - 2.0 * GM_EARTH_KM3_S2 / parking_radius_km,
        tli_dv_km_s=speed - np.sqrt(GM_EARTH_KM3_S2 / parking_radius_km),
        perilune_speed_km_s=arrival.reshape(shape),
        flights=flights,
        solutions=solutions,
    )
