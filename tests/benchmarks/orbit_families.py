"""Time of families of periodic orbits, of one member, and of one flight with its sensitivity.

    python -m tests.benchmarks.orbit_families

Kernels are compiled before; times are seconds of one core, the least of three. The miss is the largest of a family's
states a whole period on, flown once more.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from sim.orbit.crtbp import flown, flown_with_transition
from sim.orbit.families import dro_family, halo_family, halo_orbit
from sim.orbit.periodic import PeriodicOrbit
from sim.units import DAY_S

REPEATS = 3


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def least_s(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        for cached in (halo_family, dro_family, halo_orbit):
            cached.cache_clear()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def miss(orbit: PeriodicOrbit) -> float:
    return float(np.abs(flown(orbit.state, [orbit.period])[0] - orbit.state).max())


def main() -> None:
    nrho = halo_orbit("L2", "south", resonance="9:2")
    families: dict[str, Callable[[], tuple[PeriodicOrbit, ...]]] = {
        "L1 halos": lambda: halo_family("L1", "south"),
        "L2 halos": lambda: halo_family("L2", "south"),
        "distant retrograde": dro_family,
    }
    for name, family in families.items():
        members = family()
        say(f"{name:20s} {least_s(family):6.2f} s  {len(members):4d} members, miss {max(map(miss, members)):.0e}")
    members = halo_family("L2", "south")
    begun = time.process_time()
    for days in np.linspace(6.0, 14.0, 20):
        halo_orbit("L2", "south", period_s=days * DAY_S)
    say(f"{'one member':20s} {(time.process_time() - begun) / 20 * 1e3:6.1f} ms, of {len(members)}")
    flight = least_s(lambda: [flown_with_transition(nrho.state, nrho.period) for _ in range(100)]) / 100
    say(f"{'9:2, transition':20s} {flight * 1e6:6.0f} us a period")


if __name__ == "__main__":
    main()
