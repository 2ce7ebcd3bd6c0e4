"""Positions of Moon, Earth and Sun against JPL Horizons; see the heads of the tables for sources and tolerances."""

from pathlib import Path

import numpy as np
import pytest

from sim.astro.ephemeris import Ephemeris
from sim.units import DAY_S

DATA = Path(__file__).parent.parent / "data"


def horizons(name):
    table = np.loadtxt(DATA / name, delimiter=",", skiprows=5 - 1)
    return (table[:, 0] - 2451545.0) * DAY_S, table[:, 1:4], table[:, 4:7]


@pytest.mark.parametrize(
    ("name", "method", "tolerance_km", "tolerance_km_s"),
    [
        ("horizons_moon_geocentric.csv", "moon_geocentric", 5e-3, 2e-8),
        ("horizons_earth_ssb.csv", "earth_ssb", 1e-4, 1e-9),
        ("horizons_sun_ssb.csv", "sun_ssb", 1e-5, 1e-10),
    ],
)
def test_states_agree_with_horizons(name, method, tolerance_km, tolerance_km_s):
    t_tdb_s, r_km, v_km_s = horizons(name)
    ours_km, ours_km_s = getattr(Ephemeris.de440(), method)(t_tdb_s)
    assert np.linalg.norm(ours_km - r_km, axis=1).max() < tolerance_km
    assert np.linalg.norm(ours_km_s - v_km_s, axis=1).max() < tolerance_km_s


def test_geocentric_sun_is_the_difference_of_the_two_horizons_tables():
    t_tdb_s, earth_km, _ = horizons("horizons_earth_ssb.csv")
    ephemeris = Ephemeris.de440()
    sun_km = ephemeris.sun_geocentric(t_tdb_s)[0]
    # 0.1 m as for the Earth; the Sun's own place is checked above.
    assert np.linalg.norm(sun_km + earth_km - ephemeris.sun_ssb(t_tdb_s)[0], axis=1).max() < 1e-4
