"""Speed of the event search: prints a table. Run: ``python -m tests.benchmarks.events``."""

import sys
import time

import numpy as np

from sim.astro.moon_events import apsides, lunar_eclipses, node_passages
from sim.astro.time import tdb_s_from_utc
from sim.constants import R_MOON_KM
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from sim.station.eclipses import orbit_eclipses
from sim.station.occultations import earth_hidden
from sim.units import DEG, YEAR_S
from tests.two_body_relay import TwoBodyRelay


def relay_year(start_tdb_s):
    """A relay on 200 x 16 000 km in a plane that holds the Sun twice a year, as an ephemeris of a year."""
    axes = np.array([[0.0, 0.0, 1.0], [np.cos(30.0 * DEG), np.sin(30.0 * DEG), 0.0], [0.0, 0.0, 0.0]])
    axes[2] = np.cross(axes[0], axes[1])
    relay = TwoBodyRelay("relay", R_MOON_KM + 8100.0, 7900.0 / (R_MOON_KM + 8100.0), axes, start_tdb_s, 0.0)
    perilune = relay.state_icrf(start_tdb_s)
    step = even_step_s(float(np.linalg.norm(perilune[:3])), float(np.linalg.norm(perilune[3:])))
    return LunarEphemeris("relay", start_tdb_s, step, relay.state_icrf(start_tdb_s + np.arange(0.0, YEAR_S, step)))


def seconds(function):
    """Return how long a call takes, and what it returns."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def main():
    start = tdb_s_from_utc("2030-01-01T00:00:00")
    path = relay_year(start)
    path.position_icrf_km(start)
    stop, later = path.stop_tdb_s, start + 20.0 * YEAR_S
    lines = {
        "a relay's year, eclipses by the Moon": lambda: orbit_eclipses(path, "moon", start, stop),
        "a relay's year, eclipses by the Earth": lambda: orbit_eclipses(path, "earth", start, stop),
        "a relay's year, Earth behind the Moon": lambda: earth_hidden(path, start, stop),
        "apsides of 20 years": lambda: apsides(start, later),
        "node passages of 20 years": lambda: node_passages(start, later),
        "eclipses of the Moon of 20 years": lambda: lunar_eclipses(start, later),
    }
    for name, function in lines.items():
        duration, found = seconds(function)
        sys.stdout.write(f"{name:40s} {duration:7.3f} s, {len(found)} found\n")


if __name__ == "__main__":
    main()
