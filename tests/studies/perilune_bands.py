"""How wide the band of an eccentric orbit's perilune must be for the Earth's swing not to be burnt against.

    python -m tests.studies.perilune_bands

Prints, by orbit, the swing by formula, and what a year of upkeep costs, m/s with the number of burns, by the height of
the band above the orbit's perilune (as far as below, or so many amplitudes of the swing), by the half width of the band
of the argument, and by the day on which the orbit begins, which is where in its swing. Conclusion: with 200 x 16 000 km
a band as high as deep costs 540 m/s a year; two amplitudes hold the swing just so (6 to 12 burns, up to 50 m/s), three
and four hold it (1 to 3 burns, 17 to 27 m/s). The longer orbit of 119 degrees: 280, 20 and none. Where the swing is
small beside half the altitude it changes nothing (70 and 32 m/s). Arguments within 15 and 30 degrees cost the same.
"""

from __future__ import annotations

import sys

from sim.astro.time import tdb_s_from_utc
from sim.orbit.elements import KeplerOrbit, orbit_from_apsis_altitudes, orbit_from_apsis_radii
from sim.orbit.keeping import Keeping
from sim.orbit.lunar_flight import fly_orbit
from sim.orbit.monthly_swing import perilune_swing_km
from sim.units import DAY_S, DEG, YEAR_S

START = float(tdb_s_from_utc("2029-02-25T12:00:00"))
PLANE = "earth_orbit_plane"
DEGREE = 12
DAYS = (0.0, 5.0, 9.0)
SWINGS = (0.0, 2.0, 3.0, 4.0)
ARGUMENTS_DEG = (15.0, 30.0)


def orbits(epoch_tdb_s):
    return {
        "200 x 16 000 km, 62.4 deg": orbit_from_apsis_altitudes(
            PLANE, 200.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=epoch_tdb_s
        ),
        "radii 1991.69 x 18 678.5 km, 119.25 deg": orbit_from_apsis_radii(
            PLANE, 1991.69, 18_678.5, 119.25 * DEG, epoch_tdb_s=epoch_tdb_s
        ),
        "5737.4 km, e 0.61, 57.82 deg": KeplerOrbit(
            PLANE, 5737.4, 0.61, 57.82 * DEG, 90.0 * DEG, 0.0, 0.0, epoch_tdb_s
        ),
        "6541.4 km, e 0.6, 56.2 deg": KeplerOrbit(PLANE, 6541.4, 0.6, 56.2 * DEG, 90.0 * DEG, 0.0, 0.0, epoch_tdb_s),
    }


def upkeep(orbit, swings, argument_deg):
    middle_km = orbit.perilune_altitude_km
    above_km = max(0.5 * middle_km, swings * perilune_swing_km(orbit))
    argument = tuple(orbit.argument_of_perilune_rad + side * argument_deg * DEG for side in (-1.0, 1.0))
    keeping = Keeping("apsides", (0.5 * middle_km, middle_km + above_km), argument_of_perilune_rad=argument)
    start = orbit.epoch_tdb_s
    flight = fly_orbit(orbit, "study", start, start + YEAR_S, degree=DEGREE, keeping=keeping)
    ended = "" if flight.end == "horizon" else f" {flight.end}"
    return f"{flight.upkeep_m_s_per_year:7.1f} ({len(flight.burns)}){ended}"


def main():
    for name, orbit in orbits(START).items():
        swing_km = perilune_swing_km(orbit)
        sys.stdout.write(f"{name}: perilune at {orbit.perilune_altitude_km:.0f} km swings by {swing_km:.0f} km\n")
        for argument_deg in ARGUMENTS_DEG:
            for swings in SWINGS:
                costs = [upkeep(orbits(START + day * DAY_S)[name], swings, argument_deg) for day in DAYS]
                sys.stdout.write(f"  argument {argument_deg:2.0f} deg, swings {swings:g}: " + "".join(costs) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
