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
def compiling_beside(jobs: int) -> Iterator[None]:
    """Keep the second process beside a work, where nothing is compiled yet and there is a core for it."""
    helper = None
    if jobs > 1 and not kernels_are_cached():
        quiet = subprocess.DEVNULL
        helper = subprocess.Popen([sys.executable, "-m", "sim.warm"], stdin=quiet, stdout=quiet, stderr=quiet)
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


if __name__ == "__main__":
    compile_landing_and_flight()
