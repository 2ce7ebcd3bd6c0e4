"""How high a degree of the Moon's field an orbit needs: flights at lower degrees against degree 50.

    python -m tests.studies.lunar_degree

Prints, by orbit and degree, what is left out at perilune (``field_degree.left_out_mgal``) and how far the flight ends
from that at degree 50: place, perilune height, argument of perilune. Conclusion: with no more than 0.05 mGal left out,
perilune after a year is right to a kilometre and the place to some kilometres along the path; 8 x 8 leaves 0.24 mGal at
880 km and 1.6 mGal at 500 km, and 60 and 260 km.
"""

from __future__ import annotations

import sys

import numpy as np

from sim.astro.nbody import ForceModel, propagate
from sim.astro.time import tdb_s_from_utc
from sim.orbit.elements import KeplerOrbit, orbit_from_apsis_altitudes, orbit_of, state_icrf
from sim.orbit.field_degree import degree_for, left_out_mgal
from sim.units import DAY_S, DEG

START = float(tdb_s_from_utc("2029-02-25"))
ORBITS = (
    ("880 x 8730 km", KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, 56.2 * DEG, 90.0 * DEG, 0.0, 0.0, START), 365.0),
    ("500 x 8000 km", orbit_from_apsis_altitudes("moon_me", 500.0, 8000.0, 60.0 * DEG, epoch_tdb_s=START), 365.0),
    ("1000 km circle", orbit_from_apsis_altitudes("moon_me", 1000.0, 1000.0, 60.0 * DEG, epoch_tdb_s=START), 365.0),
    ("300 km circle", orbit_from_apsis_altitudes("moon_me", 300.0, 300.0, 86.0 * DEG, epoch_tdb_s=START), 30.0),
)
DEGREES = (6, 8, 10, 12, 16, 20, 30)


def flown(orbit, days, degree):
    end = START + days * DAY_S
    forces = ForceModel(moon_degree=degree)
    state = propagate(state_icrf(orbit), START, end, forces, "moon", tolerance=1e-12).states_icrf[-1]
    return state, orbit_of(state, end, orbit.frame)


def main():
    lines = []
    for name, orbit, days in ORBITS:
        chosen = degree_for(orbit.perilune_altitude_km)
        lines += [f"{name}, {days:g} days; the rule takes degree {chosen}"]
        best, best_elements = flown(orbit, days, 50)
        for degree in DEGREES:
            state, elements = flown(orbit, days, degree)
            off_km = np.linalg.norm((state - best)[:3])
            lower_km = elements.perilune_altitude_km - best_elements.perilune_altitude_km
            turned = (elements.argument_of_perilune_rad - best_elements.argument_of_perilune_rad) / DEG
            lines += [
                f"  {degree:3d}  {left_out_mgal(orbit.perilune_altitude_km)[degree]:9.4f} mGal  "
                f"place {off_km:9.3f} km  perilune {lower_km:8.3f} km  argument {turned:8.3f} deg"
            ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
