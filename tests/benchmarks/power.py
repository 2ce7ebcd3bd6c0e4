"""Speed of power, tasks and sizing, hourly over 7 and 18.6 years.

    python -m tests.benchmarks.power [--years 7 18.6] [--elements 10]

The light is made up (a Sun that goes round once a month and sinks 1.5 deg below the horizon in winter): its ephemeris
is timed elsewhere. Seconds by the clock, best of three, after compiling.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from sim.astro.spans import spans_of_samples
from sim.station.power import simulate_power
from sim.station.power_types import Isotope, Loads, Panels, PoweredElement, Store, Sunlight
from sim.station.shortfall import power_summaries, shortfalls, surplus_kw
from sim.station.sizing import SpecificMass, grid_sizing, lightest_pair, smallest_array, smallest_battery
from sim.station.tasks import Stay, Task, schedule_tasks
from sim.units import DAY_S, DEG, HOUR_S, YEAR_S

MONTH_S = 29.530589 * DAY_S
TASKS = 20


def made_up_light(years: float) -> Sunlight:
    """Light of a ridge near a pole."""
    t = np.arange(int(years * YEAR_S / HOUR_S) + 1) * HOUR_S
    azimuth = 2.0 * np.pi * t / MONTH_S % (2.0 * np.pi)
    elevation = (1.5 * np.sin(2.0 * np.pi * t / YEAR_S) + 1.0 * np.cos(azimuth)) * DEG
    return Sunlight(t, np.clip(0.5 + elevation / (0.53 * DEG), 0.0, 1.0), azimuth, elevation)


def station(count: int) -> list[PoweredElement]:
    """Build elements on one cable and some on their own, with arrays, batteries and isotopes."""
    return [
        PoweredElement(
            f"element_{place}",
            Loads(4.0, 1.0, 0.2, 0.1),
            place * 30.0 * DAY_S,
            Panels(12.0, degradation_per_yr=0.01),
            Isotope(0.1, 0.1) if place % 2 else None,
            None,
            Store(150.0, 0.95, 0.95, 0.24, 0.02, 0.2),
            "main" if place % 3 else "",
        )
        for place in range(count)
    ]


def best_of_three(work):
    """Seconds of the quickest of three runs, and what it gave."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def rows(years: float, count: int):
    """Times of each part."""
    light, elements = made_up_light(years), station(count)
    yield "power", *best_of_three(lambda: simulate_power(elements, light))
    history = simulate_power(elements, light)
    yield "shortfalls and summaries", *best_of_three(lambda: (shortfalls(history), power_summaries(history)))
    lit = spans_of_samples(light.t_tdb_s, light.sun_fraction - 0.01)
    tasks = [
        Task(f"task_{place}", 2000.0, {"light": lit}, 0.5, "main", 0.1 * (place % 3), priority=place % 4)
        for place in range(TASKS)
    ]
    surplus = {"main": surplus_kw(history, "element_1")}
    stays = [Stay(4, year * YEAR_S, year * YEAR_S + 60 * DAY_S) for year in range(int(years))]
    yield f"{TASKS} tasks", *best_of_three(lambda: schedule_tasks(light.t_tdb_s, tasks, surplus, stays))
    problem = grid_sizing(elements, light, elements[0].store, SpecificMass(4.0, 160.0, 0.8))
    yield "smallest battery", *best_of_three(lambda: smallest_battery(problem, 400.0))
    yield "smallest battery, 99 %", *best_of_three(lambda: smallest_battery(problem, 400.0, 0.99))
    yield "smallest array, 99 %", *best_of_three(lambda: smallest_array(problem, 5000.0, 0.99))
    yield "lightest pair and its curve", *best_of_three(lambda: lightest_pair(problem))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, nargs="+", default=[7.0, 18.6])
    parser.add_argument("--elements", type=int, default=10)
    options = parser.parse_args()
    simulate_power(station(2), made_up_light(0.1))
    for years in options.years:
        for name, seconds, result in rows(years, options.elements):
            sys.stdout.write(f"{years:5.1f} yr  {name:28s} {seconds:8.3f} s\n")
            if name == "power":
                moved = np.abs(result.supply_kw).sum() * result.step_h
                worst = np.abs(result.imbalance_kwh()).max()
                sys.stdout.write(f"          largest imbalance {worst:.1e} of {moved:.3g} kWh\n")


if __name__ == "__main__":
    main()
