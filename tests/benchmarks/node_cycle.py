"""Speed and error of the node cycle: 18.6 years, daily × 13 times of flight × 4 branches, of launch sites.

    python -m tests.benchmarks.node_cycle [SITE ...] [--days N] [--json]

For every site: seconds, by the clock and of the processor, for the whole cycle; the largest differences of one best
flight in 23 from the full solver (``check_cycle``); and of some days the best landed mass against a full search of all
headings, a degree apart, with the map's nodes and the closing of sim.transfer.launch. That search may land less, where
the heading that just reaches the Moon lies between its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date, timedelta

import numpy as np

from sim.astro.time import utc_days
from sim.catalog.loader import load_catalog
from sim.catalog.performance import injected_mass_kg
from sim.constants import GM_EARTH_KM3_S2
from sim.transfer.insertion import insertion_dv_km_s
from sim.transfer.launch import LaunchProblem, solve_launches
from sim.transfer.pad import Headings
from sim.window.cycle_flights import (
    HEADING_STEP_DEG,
    LUNAR_INCLINATION_RAD,
    PERILUNE_RADIUS_KM,
    cycle_problem,
)
from sim.window.node_cycle import NODE_CYCLE_YEARS, best_launcher, check_cycle, node_cycle

START = date(2026, 1, 1)
FULL_EVERY = 2  # headings: one degree
FULL_DAYS = 12


def full_search_kg(problem, day):
    """Most that lands on a day, by the full solver at headings a degree apart; -inf where none is open."""
    heads = problem.table.headings
    order = np.argsort(heads.azimuth_rad)[:: FULL_EVERY if problem.site.azimuth_range_deg else 1]
    some = Headings(**{name: getattr(heads, name)[order] for name in Headings.__slots__})
    launches = solve_launches(full_problem(problem, some, utc_days(day, day)[1]))
    speed = np.linalg.norm(launches.tli_state_icrf[..., 3:], axis=-1)
    arrival_speed = np.linalg.norm(launches.perilune_state_icrf[..., 3:], axis=-1)
    loi = insertion_dv_km_s(arrival_speed, PERILUNE_RADIUS_KM, PERILUNE_RADIUS_KM)
    spent = (speed + some.speed_loss_km_s[:, None, None, None]) ** 2
    injected = injected_mass_kg(problem.launcher, spent - 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km)
    is_open = (launches.status == 0) & (launches.coast_s <= problem.launcher.coast_s[1])
    return float(np.max(np.where(is_open, injected * problem.landing.landed_share(loi), -np.inf)))


def full_problem(problem, headings, day_tdb_s):
    return LaunchProblem(
        day_tdb_s=day_tdb_s,
        pad=problem.pad,
        headings=headings,
        time_of_flight_s=problem.time_of_flight_s,
        parking_radius_km=problem.parking_radius_km,
        perilune_radius_km=PERILUNE_RADIUS_KM,
        lunar_inclination_rad=LUNAR_INCLINATION_RAD,
        ascent_s=problem.launcher.ascent_time_s,
        downrange_rad=np.radians(problem.launcher.ascent_downrange_deg),
        least_coast_s=problem.launcher.coast_s[0],
    )


def measure(site, days):
    """Figures of one site."""
    catalog = load_catalog()
    problem = cycle_problem(catalog.launch_sites[site], best_launcher(catalog, site, START))
    node_cycle(problem, START, 0.1)
    wall, cpu = time.perf_counter(), time.process_time()
    cycle = node_cycle(problem, START, NODE_CYCLE_YEARS)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    check = check_cycle(problem, cycle)
    some = np.linspace(0, len(cycle.day) - 1, days).astype(int)
    full = np.array([full_search_kg(problem, START + timedelta(days=int(k))) for k in some])
    short = full / cycle.landed_mass_kg[some] - 1.0
    return {
        "site": site,
        "launcher": problem.launcher.id,
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "days": len(cycle.day),
        "days_open": int(cycle.open.sum()),
        "checked": check.flights,
        "lost": check.lost,
        "landed_mass_error_kg": round(check.landed_mass_kg, 3),
        "liftoff_error_s": round(check.liftoff_s, 1),
        "coast_error_s": round(check.coast_s, 1),
        "full_search_lands_more_percent": round(100.0 * float(short.max()), 3),
        "full_search_lands_less_percent": round(-100.0 * float(short.min()), 3),
        "heading_step_deg": HEADING_STEP_DEG,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="*", default=["wenchang", "vostochny", "kourou"])
    parser.add_argument("--days", type=int, default=FULL_DAYS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for site in options.sites:
        found = measure(site, options.days)
        lines = [json.dumps(found)] if options.json else [f"{key:32} {value}" for key, value in found.items()]
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
