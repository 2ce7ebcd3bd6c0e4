"""Speed of long flights about the Moon, dense ephemeris included, and of what lies between the steps.

    python -m tests.benchmarks.lunar_flight

One orbit-year of an elliptical frozen orbit with an 8x8 field is to take less than a second, kept half as much again.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from sim.astro.nbody import ForceModel, propagate
from sim.astro.time import tdb_s_from_utc
from sim.orbit.elements import KeplerOrbit, orbit_from_apsis_altitudes, state_icrf
from sim.orbit.keeping import keeping_of
from sim.orbit.lunar_flight import LunarFlightProblem, fly_orbit, fly_orbits
from sim.units import DAY_S, DEG, YEAR_S

START = float(tdb_s_from_utc("2030-01-01"))
ELY = KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, 56.2 * DEG, 90.0 * DEG, 0.0, 0.0, START)
RELAY = orbit_from_apsis_altitudes("earth_orbit_plane", 500.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=START)
LONG = orbit_from_apsis_altitudes("earth_orbit_plane", 200.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=START)
LOW = orbit_from_apsis_altitudes("moon_me", 100.0, 100.0, 86.0 * DEG, epoch_tdb_s=START)


def best_s(function):
    """Least of three times by the clock."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return min(times)


def flight_line(name, orbit, duration_s, degree, keeping=None):
    seconds = best_s(lambda: fly_orbit(orbit, name, START, START + duration_s, degree=degree, keeping=keeping))
    flight = fly_orbit(orbit, name, START, START + duration_s, degree=degree, keeping=keeping)
    states = len(flight.ephemeris.states_icrf)
    return f"{name:34} {flight.degree:6d} {(flight.end_tdb_s - START) / DAY_S:7.1f} d {states:8d} {seconds:8.3f} s"


def dense_line(name, orbit, duration_s):
    """Largest distance between the dense path and steps that end at its epochs."""
    flight = fly_orbit(orbit, name, START, START + duration_s)
    t = flight.ephemeris.epochs_tdb_s
    forces = ForceModel(moon_degree=flight.degree)
    direct = propagate(state_icrf(orbit), START, t[-1], forces, "moon", sample_tdb_s=t).states_icrf
    off_m = 1e3 * np.linalg.norm((flight.ephemeris.states_icrf - direct)[:, :3], axis=1)
    return f"{name:34} dense path off by at most {off_m.max():.4f} m"


def threads_line(count):
    problems = [LunarFlightProblem(ELY, f"{k}", START, START + YEAR_S) for k in range(count)]
    return f"{count} elliptical orbits side by side, a year: {best_s(lambda: fly_orbits(problems)):.3f} s"


def main():
    fly_orbit(ELY, "compile", START, START + DAY_S)
    lines = [
        f"{'orbit':34} degree   flown    states     time",
        flight_line("6541.4 km, e 0.6", ELY, YEAR_S, 8),
        flight_line("6541.4 km, e 0.6, kept", ELY, YEAR_S, 8, keeping_of(ELY)),
        flight_line("6541.4 km, e 0.6, by height", ELY, YEAR_S, None),
        flight_line("6541.4 km, e 0.6", ELY, YEAR_S, 50),
        flight_line("500 x 16 000 km, by height", RELAY, YEAR_S, None),
        flight_line("200 x 16 000 km, kept, by height", LONG, YEAR_S, None, keeping_of(LONG)),
        flight_line("100 km circle, by height", LOW, 30.0 * DAY_S, None),
        dense_line("6541.4 km, e 0.6, 30 d", ELY, 30.0 * DAY_S),
        dense_line("100 km circle, 1 d", LOW, DAY_S),
        threads_line(4),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
