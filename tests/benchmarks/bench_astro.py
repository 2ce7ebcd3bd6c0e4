"""Speed and accuracy of time, ephemeris and site: prints a table. Run: ``python -m tests.benchmarks.bench_astro``."""

import sys
import time

import numpy as np

from sim.astro.earth import gcrs_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.time import tdb_s_from_utc, tdb_s_from_utc_datetime64, utc_text
from sim.station.place import geometry_of
from sim.station.site import site_ephemeris


def best_of_three(function):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    from sim.catalog.loader import load_catalog

    site = geometry_of(load_catalog().landing_sites["malapert_massif"])
    moments = np.datetime64("2026-01-01") + (np.arange(160_000) * 60_000).astype("timedelta64[ms]")
    t = tdb_s_from_utc_datetime64(moments)
    texts = utc_text(t)
    ephemeris = Ephemeris.de440()
    granules = ephemeris.granules(t[0], t[-1])
    moon_km, sun_km = granules.positions_km(t)
    lines = {
        "UTC datetime64 to TDB": lambda: tdb_s_from_utc_datetime64(moments),
        "UTC text to TDB": lambda: tdb_s_from_utc(texts),
        "TDB to UTC text": lambda: utc_text(t),
        "Moon and Sun": lambda: (ephemeris.moon_geocentric(t), ephemeris.sun_geocentric(t)),
        "Moon orientation": lambda: icrf_to_moon_me(t),
        "Earth orientation": lambda: gcrs_to_itrs(t),
        "Sun and Earth at a site": lambda: site_ephemeris(site, t),
    }
    out = [f"{name:28s} {best_of_three(function):7.3f} s for 160 000 epochs" for name, function in lines.items()]
    moon_mm = np.linalg.norm(moon_km - ephemeris.moon_geocentric(t)[0], axis=1).max() * 1e6
    sun_mm = np.linalg.norm(sun_km - ephemeris.sun_geocentric(t)[0], axis=1).max() * 1e6
    out += [f"granules against the kernel: Moon {moon_mm:.4f} mm, Sun {sun_mm:.3f} mm"]
    out += [f"text round trip: {np.abs(tdb_s_from_utc(utc_text(t, 9)) - t).max() * 1e6:.3f} microseconds"]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
