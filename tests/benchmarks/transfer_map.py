"""Speed and accuracy of a year's transfer map, and how many times faster than boinor it is.

    python -m tests.benchmarks.transfer_map [--json] [--boinor N] [--no-boinor]

The map: 1460 injection epochs (every six hours of a year from 2026-01-01 TDB) × 25 times of flight (2.5 to 7.5 days) ×
4 branches, parking orbit 185 km at 51.8°, perilune 100 km at 90°. Kernels are warmed; then five maps; figures are
medians.

* ``converged_per_s_core``: converged transfers over CPU seconds of the process, all threads, from epochs to states:
  poles and axes, ephemeris fit, guess, all stages.
* ``perilune_error_*``, ``time_error_*``, ``inclination_error_*``: one transfer in a hundred flown again from injection
  by RKN12(10)17M on DE440's own polynomials.
* ``peak_rss_mb``: of the process after the maps, before boinor is imported.
* ``ratio_to_boinor``: ``converged_per_s_core`` over boinor's converged flights per CPU second on a random sample of the
  same map, boinor used as documented; ``_core`` and ``_our_force`` make the most of it: its core function with a
  compiled ephemeris, and with Moonport's whole compiled force (tests/benchmarks/boinor_side.py).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

import numpy as np

from sim.astro.earth import earth_pole
from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_utc
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.transfer.solve import guess_flights, map_flights, solve_flights
from sim.units import DAY_S, DEG
from tests.reflight import perilune_misses

EPOCHS, STEP_S = 1460, 21600.0
TIMES_OF_FLIGHT_S = np.linspace(2.5, 7.5, 25) * DAY_S
RADII_KM = R_EARTH_KM + 185.0, R_MOON_KM + 100.0
REPEATS = 5
SAMPLE_STEP = 99  # about one in a hundred; odd, so that branches and times of flight take turns


def year_map(epochs=EPOCHS):
    start = tdb_s_from_utc("2026-01-01T00:00:00 TDB")
    return map_flights(start + STEP_S * np.arange(epochs), TIMES_OF_FLIGHT_S, 51.8 * DEG, 90.0 * DEG)


def timed_map(flights):
    wall, cpu = time.perf_counter(), time.process_time()
    solutions = solve_flights(flights, *RADII_KM)
    return solutions, time.perf_counter() - wall, time.process_time() - cpu


def measure_map():
    """Figures of the map itself, and the flights."""
    solve_flights(year_map(8), *RADII_KM)
    flights = year_map()
    runs = [timed_map(flights) for _ in range(REPEATS)]
    solutions = runs[0][0]
    converged = int(solutions.converged.sum())
    figures = {
        "transfers": len(flights.flight),
        "converged_per_s_core": round(converged / float(np.median([cpu for _, _, cpu in runs]))),
        "converged_fraction": converged / len(flights.flight),
        "map_wall_s": round(float(np.median([wall for _, wall, _ in runs])), 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "sweeps_mean": round(float(solutions.sweeps.mean()), 3),
    }
    return figures, flights, solutions


def measure_accuracy(flights, solutions):
    items = np.flatnonzero(solutions.converged)[::SAMPLE_STEP]
    misses = perilune_misses(flights, solutions, items, RADII_KM[1])
    radius_m, time_s = np.abs(misses.radius_m), np.abs(misses.time_s)
    return {
        "reflown": len(items),
        "perilune_error_p95_m": round(float(np.percentile(radius_m, 95)), 5),
        "perilune_error_worst_m": round(float(radius_m.max()), 5),
        "time_error_worst_ms": round(float(time_s.max()) * 1e3, 6),
        "inclination_error_worst_deg": float(f"{np.abs(misses.inclination_deg).max():.3g}"),
    }


def boinor_problems(flights, count):
    """A random sample of the map, as boinor gets it."""
    from tests.benchmarks.boinor_side import Problem

    guesses = guess_flights(flights, *RADII_KM)
    items = np.random.default_rng(20260101).choice(len(flights.flight), count, replace=False)
    for item in items:
        t0, tp = (float(t[flights.flight[item]]) for t in (flights.tli_tdb_s, flights.arrival_tdb_s))
        axes = icrf_to_moon_pa(tp)
        guess = guesses.tli_state_icrf[item], guesses.perilune_state_icrf[item]
        yield Problem(t0, tp, *guess, earth_pole(t0), ME_FROM_PA[2] @ axes, axes)


def measure_boinor(flights, count, per_s_core):
    from tests.benchmarks.boinor_side import CORE, DOCUMENTED, KERNEL, solve

    problems = list(boinor_problems(flights, count))
    figures = {"boinor_flights": count}
    for way, suffix in ((DOCUMENTED, ""), (CORE, "_core"), (KERNEL, "_our_force")):
        solve(problems[0], way)
        answers = [solve(problem, way) for problem in problems]
        converged = sum(answer.converged for answer in answers)
        rate = converged / sum(answer.cpu_s for answer in answers)
        figures[f"boinor_converged{suffix}"] = converged
        figures[f"boinor_per_s_core{suffix}"] = round(rate, 3)
        figures[f"ratio_to_boinor{suffix}"] = round(per_s_core / rate)
    return figures


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--boinor", type=int, default=24, metavar="N", help="flights solved with boinor (default 24)")
    parser.add_argument("--no-boinor", action="store_true", help="leave boinor out")
    options = parser.parse_args(arguments)
    figures, flights, solutions = measure_map()
    figures |= measure_accuracy(flights, solutions)
    if not options.no_boinor:
        figures |= measure_boinor(flights, options.boinor, figures["converged_per_s_core"])
    lines = [json.dumps(figures)] if options.json else [f"{name:30s} {value}" for name, value in figures.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
