"""How much of what can be reached is found, at Earth and Moon, without and with stage 3.

    python -m tests.studies.edge_of_reach

A year of half-day steps from 2026-01-01, 21 times of flight from 2.5 to 7.5 days, four branches. "Reachable" counts the
items that fly after stage 3 and those it leaves open; "twice" counts pairs of branches that hold one and the same
flight; "past" is the greatest excess of the declination, as the guess has it, over the inclination of a flight found.

    parking, lunar deg   found of reachable, stages 1-2   1-3       twice, 1-2   1-3   past, deg
    51.8    90           1.00000                          1.00000        0        0     0
    28.5    90           0.99766                          1.00000       21        0     0.10
    19.6    90           0.99098                          1.00000        9        0     0.48
    15.0    90           0.98537                          1.00000        0        0     0.57
    51.8    30, 150      1.00000                          1.00000        0        0     0
    51.8    10, 170      0.99822, 0.99846                 1.00000       20, 15    0     0.12, 0.10
    28.5    30, 150      0.99819, 0.99875                 1.00000       49, 11    0     0.03, 0.05

Conclusion: stage 3 leaves nothing open and nothing twice. The guess's limit is off by up to 0.57°, so ``EDGE_RAD`` is
0.75°. Stage 3 adds about a third to the time of maps that touch a limit and nothing to those that do not.
"""

import sys

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.transfer.edge import margin_rad
from sim.transfer.solve import DIVERGED, STAGE_1, STAGE_2, map_flights, solve_flights
from sim.units import DAY_S, DEG

RADII_KM = R_EARTH_KM + 185.0, R_MOON_KM + 100.0
LIMITS_DEG = [
    (51.8, 90.0),
    (28.5, 90.0),
    (19.6, 90.0),
    (15.0, 90.0),
    (51.8, 30.0),
    (51.8, 150.0),
    (51.8, 10.0),
    (51.8, 170.0),
    (28.5, 30.0),
    (28.5, 150.0),
]


def twice(solutions):
    states, flies = solutions.tli_state_icrf.reshape(-1, 4, 6), solutions.converged.reshape(-1, 4)
    count = 0
    for a, b in ((0, 2), (1, 3), (0, 1), (2, 3)):
        apart_km = np.linalg.norm(states[:, a, :3] - states[:, b, :3], axis=1)
        count += int((flies[:, a] & flies[:, b] & (apart_km < 0.05)).sum())
    return count


def past_deg(flights, solutions):
    wanted = (flights.parking_inclination_rad, flights.lunar_inclination_rad)
    margins = [margin_rad(angle, short) for angle, short in zip(wanted, solutions.reach_short.T, strict=True)]
    return max(0.0, -float(np.min(np.array(margins)[:, solutions.converged])) / DEG)


def main():
    departures = tdb_s_from_utc("2026-01-01T00:00:00 TDB") + 0.5 * DAY_S * np.arange(730)
    times = np.linspace(2.5, 7.5, 21) * DAY_S
    sys.stdout.write("parking lunar   items   fly      of reachable: stages 1-2, 1-3   twice: 1-2, 1-3   past deg\n")
    for parking_deg, lunar_deg in LIMITS_DEG:
        flights = map_flights(departures, times, parking_deg * DEG, lunar_deg * DEG)
        two = solve_flights(flights, *RADII_KM, stages=(STAGE_1, STAGE_2))
        three = solve_flights(flights, *RADII_KM)
        reachable = int(three.converged.sum() + (three.status == DIVERGED).sum())
        shares = [(found.converged.sum() - twice(found)) / reachable for found in (two, three)]
        sys.stdout.write(
            f"{parking_deg:7.1f} {lunar_deg:5.1f} {len(two.status):7d} {three.converged.sum():6d}"
            f"{shares[0]:18.5f} {shares[1]:8.5f} {twice(two):17d} {twice(three):4d} {past_deg(flights, three):12.3f}\n"
        )


if __name__ == "__main__":
    main()
