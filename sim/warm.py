"""Compile on two cores: a second process compiles what a run needs later, while the first compiles the transfers.

The compiler holds one lock a process, so only another process can use another core. Both write the same disk cache;
should the second be late or fail, the first compiles for itself and nothing else changes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from sim.jit import kernels_are_cached


@contextmanager
def compiling_beside(jobs: int, *, windows: bool = True) -> Iterator[None]:
    """Keep the second process beside a work, where nothing is compiled yet and there is a core for it.

    ``windows`` says whether the work searches windows first: then what flights and landings need is compiled before
    what the station needs.
    """
    helper = None
    if jobs > 1 and not kernels_are_cached():
        quiet, what = subprocess.DEVNULL, [] if windows else ["station"]
        helper = subprocess.Popen([sys.executable, "-m", "sim.warm", *what], stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        if helper is not None:
            helper.terminate()
            helper.wait()


def compile_landing_and_flight() -> None:
    """Call the landing search and the integrator once, with the types a run calls them with."""
    from sim.astro.nbody import refly_many, refly_samples
    from sim.transfer.landing import LandingRule, SiteLight, first_landing, nearest_landing
    from sim.transfer.landing_light import light_table

    count = 64
    light = SiteLight(0.0, 1800.0, np.tile([0.0, 0.0, -1.0], (count, 1)), np.zeros(count), np.zeros(count))
    table = light_table(light, None, (-1.0, 1.0))
    pole, perilune = np.array([[0.0, 0.0, 1.0]]), np.array([[1837.4, 0.0, 0.0, 0.0, 0.0, 2.5]])
    arrival, rule = np.array([1800.0]), LandingRule((0.0, 7200.0), 1.0)
    first_landing(arrival, perilune, pole, 1837.4, 1837.4, table, rule)
    nearest_landing(arrival, perilune, pole, 1837.4, 1837.4, table, rule, 7200.0)
    injection = np.array([[6563.0, 0.0, 0.0, 0.0, 10.9, 0.0]])
    span = np.array([0.0]), np.array([3600.0])
    refly_many(injection, *span, pole, np.eye(3)[None])
    refly_samples(injection[0], 0.0, 3600.0, pole[0], np.eye(3), np.linspace(0.0, 3600.0, 3))


def compile_station() -> None:
    """Call what a station over time needs once: maps of contact, power, tasks, and the flight of an orbit."""
    from sim.orbit.elements import orbit_from_apsis_altitudes
    from sim.orbit.ephemeris import LunarEphemeris
    from sim.orbit.keeping import keeping_of
    from sim.orbit.lunar_flight import fly_orbit
    from sim.station.coverage_grid import grid_coverage
    from sim.station.paths import Network
    from sim.station.power import simulate_power
    from sim.station.power_types import Loads, PoweredElement, Sunlight
    from sim.station.tasks import Task, schedule_tasks

    relay = LunarEphemeris("relay", 0.0, 600.0, np.tile([0.0, 0.0, -9e3, 0.5, 0.0, 0.0], (8, 1)))
    grid_coverage(np.array([-1.0]), np.array([0.0]), Network((relay,)), 0.0, 3600.0)
    hours = np.array([0.0, 3600.0, 7200.0, 10800.0])
    simulate_power([PoweredElement("one", Loads(1.0))], Sunlight(hours, np.ones(4), np.zeros(4), np.zeros(4)))
    schedule_tasks(hours, [Task("one", 1.0)])
    orbit = orbit_from_apsis_altitudes("earth_orbit_plane", 900.0, 8000.0, 0.98, epoch_tdb_s=0.0)
    fly_orbit(orbit, "one", 0.0, 86400.0, degree=8, keeping=keeping_of(orbit))


if __name__ == "__main__":
    if sys.argv[1:] != ["station"]:
        compile_landing_and_flight()
    compile_station()
