"""How many Gauss nodes a flight needs, and how closely they crowd at the apsides.

    python -m tests.studies.node_placing

Each row solves a coarse year (51.8°, 2.5–7.5 days) and flies it again: perilune radius, 95 % and worst, m.

    Earth + Moon nodes, bunching     95 %     worst
    28 + 20,  0.6, 0.45              0.042    0.083    (a whole year's map: 0.077, 0.33)
    28 + 16,  0.6, 0.1               0.043    0.084
    32 + 16,  0.6, 0.1               0.010    0.013    (a whole year's map: 0.0065, 0.019)
    40 + 24,  0.6, 0.1               0.003    0.005

Conclusion: on the Earth leg a bunching of 0.6 to 0.65 is best for any number of nodes, and four more nodes gain a
factor of ten and more. The Moon leg wants hardly any bunching: with 16 nodes 0.1 is twenty times better than 0.45. So
32 + 16 nodes are ten times better than 28 + 20 at the same cost. What is left with 40 + 24 is the ephemeris fit.
"""

import sys

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.transfer.solve import Nodes, map_flights, solve_flights
from sim.units import DAY_S, DEG
from tests.reflight import perilune_misses

RADII_KM = R_EARTH_KM + 185.0, R_MOON_KM + 100.0
EARTH = [(earth, 24, bunching, 0.1) for earth in (24, 28, 32, 36) for bunching in (0.5, 0.6, 0.65, 0.7)]
MOON = [(40, moon, 0.6, bunching) for moon in (12, 16, 20) for bunching in (0.0, 0.1, 0.2, 0.45)]
CHOICES = [(28, 20, 0.6, 0.45), (28, 16, 0.6, 0.1), (32, 16, 0.6, 0.1), (40, 24, 0.6, 0.1)]


def main():
    departures = tdb_s_from_utc("2026-01-01T00:00:00 TDB") + 13.6 * DAY_S * np.arange(27)
    flights = map_flights(departures, np.linspace(2.5, 7.5, 9) * DAY_S, 51.8 * DEG, 90.0 * DEG)
    items = np.arange(0, len(flights.flight), 3)
    sys.stdout.write("earth moon  bunching       95 %      worst (m)  sweeps\n")
    for earth, moon, earth_bunching, moon_bunching in EARTH + MOON + CHOICES:
        solutions = solve_flights(flights, *RADII_KM, Nodes(earth, moon, earth_bunching, moon_bunching))
        miss_m = np.abs(perilune_misses(flights, solutions, items, RADII_KM[1]).radius_m)
        sys.stdout.write(
            f"{earth:5d} {moon:4d} {earth_bunching:5.2f} {moon_bunching:5.2f} {np.percentile(miss_m, 95):10.4f}"
            f" {miss_m.max():10.4f} {solutions.sweeps.mean():12.2f}\n"
        )


if __name__ == "__main__":
    main()
