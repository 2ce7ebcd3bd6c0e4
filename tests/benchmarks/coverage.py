"""Speed of coverage: one site for a year minute by minute, and the whole Moon for a month.

    python -m tests.benchmarks.coverage [--two-body]

Three relays on 200 x 16 000 km, by paths on even epochs (``--two-body``: by Kepler's equation). Times are by the
clock and of the processor, of the second of two runs: the first compiles.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from sim.station.coverage import contact_spans, even_epochs
from sim.station.coverage_grid import global_coverage
from sim.station.data_volume import data_volume
from sim.station.links import USUAL_LINKS
from sim.station.paths import Network, paths_at
from sim.station.place import geometry_of
from sim.units import DAY_S, YEAR_S
from tests.unit.test_relay import relay

START = tdb_s_from_utc("2029-01-01")
STATIONS = ("goldstone", "madrid", "canberra")


def sampled(one, name):
    """A Kepler orbit as a path on even epochs, a day more than a year."""
    perilune = one.state_icrf(START - one.mean_anomaly_rad / one.mean_motion_rad_s)
    step = even_step_s(float(np.linalg.norm(perilune[:3])), float(np.linalg.norm(perilune[3:])))
    epochs = START - DAY_S + step * np.arange((YEAR_S + 2.0 * DAY_S) / step)
    return LunarEphemeris(name, float(epochs[0]), step, one.state_icrf(epochs))


def clock(task):
    task()
    begin = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--two-body", action="store_true")
    chosen = parser.parse_args(arguments)
    orbits = [relay(mean_anomaly_deg=120.0 * k) for k in range(3)]
    relays = tuple(orbits) if chosen.two_body else tuple(sampled(one, f"r{k}") for k, one in enumerate(orbits))
    catalog = load_catalog()
    site = geometry_of(catalog.landing_sites["connecting_ridge"])
    stations = tuple(catalog.ground_stations[name] for name in STATIONS)
    month, year = START + 28.0 * DAY_S, START + YEAR_S
    rows = []
    for words, network in (("Earth's centre", Network(relays)), ("3 ground stations", Network(relays, stations))):
        rows += [
            (
                f"1 site, 3 relays, 1 year by 60 s, {words}",
                clock(lambda n=network: contact_spans(site, n, START, year)),
            ),
            (
                f"90 x 180 places, 3 relays, 28 d by 300 s, {words}",
                clock(lambda n=network: global_coverage(n, START, month)),
            ),
        ]
    network = Network(relays)
    epochs = even_epochs(START, year, 60.0)
    paths, contact = paths_at(site, network, epochs), contact_spans(site, network, START, year)
    rows.append(("data of that year, from paths and spans", clock(lambda: data_volume(paths, contact, USUAL_LINKS))))
    for words, (seconds, processor) in rows:
        sys.stdout.write(f"{seconds:8.2f} s {processor:8.2f} s  {words}\n")


if __name__ == "__main__":
    main()
