"""Speed of light over years: prints a table. Run: ``python -m tests.benchmarks.light``."""

import sys
import time

from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.station.light import NODE_PERIOD_S, light_series
from sim.station.light_statistics import light_statistics
from sim.station.place import geometry_of


def best_of_three(function):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    ridge = geometry_of(load_catalog().landing_sites["connecting_ridge"])
    span = (tdb_s_from_utc("2027-01-01"), tdb_s_from_utc("2027-01-01") + NODE_PERIOD_S)
    series = light_series(ridge, *span)
    lines = {
        "Sun and Earth at a site": lambda: light_series(ridge, *span),
        "statistics of a site": lambda: light_statistics(series),
    }
    head = f"18.6 years hourly, {len(series.sun_fraction)} epochs\n"
    sys.stdout.write(head + "".join(f"{name:38s} {best_of_three(work):7.3f} s\n" for name, work in lines.items()))


if __name__ == "__main__":
    main()
