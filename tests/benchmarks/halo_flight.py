"""Speed and nearness of periodic orbits flown in DE440, and the cost of keeping them.

    python -m tests.benchmarks.halo_flight [--years N ...] [--trials N]

For every orbit and length: seconds by the clock and of the processor, the largest gap, the departure from the reference
curve and the perilunes; then what a year of station-keeping costs with the usual errors.
"""

from __future__ import annotations

import argparse
import sys
import time

from sim.orbit.halo_flight import NoPeriodicFlight, fly_periodic_orbit
from sim.orbit.halo_upkeep import look_ahead_s, station_keeping
from sim.units import YEAR_S
from tests.periodic_orbits import DRO_31600, DRO_70000, HALO_L2, NRHO_9_2, QUEQIAO_LIKE, START_TDB_S

ORBITS = {
    "9:2": NRHO_9_2,
    "halo 13.1 d": HALO_L2,
    "halo 14.8 d": QUEQIAO_LIKE,
    "dro 31 600 km": DRO_31600,
    "dro 70 000 km": DRO_70000,
}


def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    return result, f"{time.perf_counter() - wall:7.2f} s, {time.process_time() - cpu:6.2f} s of processor"


def flight_line(orbit, years):
    flight, took = timed(lambda: fly_periodic_orbit(orbit, "x", START_TDB_S, START_TDB_S + years * YEAR_S))
    if isinstance(flight, NoPeriodicFlight):
        return f"{took}  none: {flight.reason}"
    low, high = flight.perilune_radius_km
    return (
        f"{took}  gap {flight.gap_m:.0e} m  departure {flight.departure_km:6.0f} km {flight.departure_share:6.1%}"
        f"  perilune {low:6.0f} to {high:6.0f} km  {len(flight.ephemeris.states_icrf)} states"
    )


def upkeep_line(orbit, trials):
    flight = fly_periodic_orbit(orbit, "x", START_TDB_S, START_TDB_S + YEAR_S + look_ahead_s(orbit))
    upkeep, took = timed(lambda: station_keeping(flight, trials=trials))
    return f"{took}  {upkeep.mean_m_s_year:6.2f} ± {upkeep.spread_m_s_year:.2f} m/s a year  lost {upkeep.lost}/{trials}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, nargs="*", default=[1.0, 10.0])
    parser.add_argument("--trials", type=int, default=8)
    options = parser.parse_args()
    flight_line(NRHO_9_2, 0.1)
    upkeep_line(DRO_70000, 1)
    for name, orbit in ORBITS.items():
        for years in options.years:
            sys.stdout.write(f"{name:14} {years:4g} years  {flight_line(orbit, years)}\n")
    for name, orbit in ORBITS.items():
        sys.stdout.write(f"{name:14} upkeep      {upkeep_line(orbit, options.trials)}\n")


if __name__ == "__main__":
    main()
