"""Frozen orbits against closed forms, published inclinations and flights."""

from __future__ import annotations

import numpy as np
import pytest

from sim.astro.gravity import GRGM660PRIM_PATH
from sim.astro.gravity_file import read_gravity_file
from sim.astro.time import tdb_s_from_utc
from sim.constants import GM_MOON_KM3_S2
from sim.errors import UsageError
from sim.orbit.elements import KeplerOrbit, orbit_from_apsis_altitudes
from sim.orbit.frozen import (
    argument_rate_rad_s,
    averaged_potential,
    frozen_orbits,
    natural_frame,
    refined,
    stability_picture,
    third_body_inclination_rad,
    track,
)
from sim.orbit.lunar_flight import fly_orbit
from sim.units import DAY_S, DEG

START = float(tdb_s_from_utc("2029-02-25T12:00:00"))
J2, R_KM = 2.032203952770473e-4, 1738.0  # GRGM660PRIM


def inclinations_deg(orbits, argument_deg):
    return [
        orbit.inclination_rad / DEG
        for orbit in orbits
        if abs(orbit.argument_of_perilune_rad - argument_deg * DEG) < 1e-9
    ]


def test_under_the_earth_alone_eccentricity_and_inclination_go_together():
    """e^2 + 5/3 cos^2 i = 1 at argument 90 and 270 deg (Kozai 1962; Ely 2005): e 0.6 gives 51.7 deg."""
    assert third_body_inclination_rad(0.6) / DEG == pytest.approx(51.7, abs=0.05)
    for argument in (90.0, 270.0):
        found = inclinations_deg(frozen_orbits(6541.4, 0.6, zonals=0), argument)
        # The derivative along e is a difference over 1e-4: 1e-7 deg.
        assert found == pytest.approx([51.7074, 128.2926], abs=1e-4)


def test_the_oblateness_turns_perilune_as_brouwer_says():
    """Far below the Earth's reach: dw/dt = 3/4 n J2 (R/a)^2 (5 cos^2 i - 1)/(1 - e^2)^2 (Brouwer 1959)."""
    a_km, e, inclination = 2500.0, 0.2, 40.0 * DEG
    motion = np.sqrt(GM_MOON_KM3_S2 / a_km**3)
    expected = 0.75 * motion * J2 * (R_KM / a_km) ** 2 * (5.0 * np.cos(inclination) ** 2 - 1.0) / (1.0 - e * e) ** 2
    rates = [argument_rate_rad_s(a_km, e, inclination, 1.0, zonals) for zonals in (0, 2)]
    assert rates[1] - rates[0] == pytest.approx(expected, rel=1e-6)


def test_the_third_harmonic_pulls_as_the_closed_form():
    """Averaged J3: R = 3/2 GM J3 R^3/a^4 e (1 - e^2)^(-5/2) sin i sin w (1 - 5/4 sin^2 i) (Kozai 1959)."""
    a_km, e, inclination, argument = 1900.0, 0.05, 70.0 * DEG, 35.0 * DEG
    with_third = averaged_potential(a_km, e, inclination, argument, 3)
    third = with_third - averaged_potential(a_km, e, inclination, argument, 2)
    j3 = -np.sqrt(7.0) * read_gravity_file(GRGM660PRIM_PATH).cosine[3, 0]
    sine = np.sin(inclination)
    expected = (
        1.5 * GM_MOON_KM3_S2 * j3 * R_KM**3 / a_km**4 * e * (1.0 - e * e) ** -2.5
        * sine * np.sin(argument) * (1.0 - 1.25 * sine * sine)
    )  # fmt: skip
    assert third == pytest.approx(expected, rel=1e-6)


def test_low_frozen_inclinations_are_the_known_ones():
    """27, 50, 76 and 86 deg ("Bizarre lunar orbits", NASA Science 2006), of near-circular low orbits."""
    orbits = frozen_orbits(1787.4, 0.005, zonals=50)
    found = np.array([one for argument in (90.0, 270.0) for one in inclinations_deg(orbits, argument)])
    # Whole degrees, another field (LP150Q), and the height is not said: within 2 deg.
    for known in (27.0, 50.0, 76.0, 86.0):
        assert np.abs(found - known).min() < 2.0


def test_frozen_low_orbits_outlive_their_neighbours_in_flight():
    """60 days at 100 km in the field of degree 50: perilune sinks far less at 86 than at 65 deg."""
    sunk_km = []
    for inclination in (86.0, 65.0):
        orbit = orbit_from_apsis_altitudes("moon_me", 100.0, 100.0, inclination * DEG, epoch_tdb_s=START)
        path = fly_orbit(orbit, "low", START, START + 60.0 * DAY_S, degree=30).ephemeris
        sunk_km.append(100.0 - (np.linalg.norm(path.states_icrf[:, :3], axis=1).min() - 1737.4))
    assert sunk_km[0] < 0.7 * sunk_km[1]


def test_the_frozen_orbit_stays_in_flight():
    """Flown from the averaged inclination, argument and eccentricity stay near by for half a year."""
    (orbit, *_) = frozen_orbits(6541.4, 0.6, zonals=12)
    flown = KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, orbit.inclination_rad, 0.5 * np.pi, 0.0, 0.0, START)
    _, elements = track(fly_orbit(flown, "frozen", START, START + 180.0 * DAY_S), flown)
    assert orbit.is_stable
    # What the average leaves out swings e by 0.03 and the argument by 4 deg (the month, the equator's 6.7 deg).
    assert np.abs(elements[:, 0] - 0.6).max() < 0.05
    assert np.abs(elements[:, 1] / DEG - 90.0).max() < 7.0


def test_refining_stops_the_argument_in_flight():
    start = KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, 52.4 * DEG, 0.5 * np.pi, 0.0, 0.0, START)
    slopes = []
    better = refined(start, days=60.0)
    for orbit in (start, better):
        t, elements = track(fly_orbit(orbit, "one", START, START + 60.0 * DAY_S), orbit)
        slopes.append(np.polyfit(t - t[0], elements[:, 1], 1)[0] * DAY_S / DEG)
    assert abs(better.inclination_rad - start.inclination_rad) < 5.0 * DEG
    assert abs(slopes[1]) < 0.1 * abs(slopes[0])


def test_the_picture_shows_elys_orbit_circling_its_frozen_one():
    picture = stability_picture(6541.4, 0.6, 56.2 * DEG)
    centres = [(orbit.eccentricity, orbit.argument_of_perilune_rad / DEG) for orbit in picture.frozen]
    # Ely's e stays between 0.55 and 0.70, its argument within 15 deg of 90: about 0.645 and 90.
    assert centres[0] == pytest.approx((0.645, 90.0), abs=0.005)
    assert all(orbit.is_stable for orbit in picture.frozen)
    row = np.searchsorted(picture.eccentricity, 0.6)
    assert picture.inclination_rad[row] / DEG == pytest.approx(56.2, abs=0.5)
    np.testing.assert_allclose(
        picture.hamiltonian[row, [0, 60]], -averaged_potential(6541.4, picture.eccentricity[row],
        picture.inclination_rad[row], picture.argument_rad[[0, 60]]), rtol=1e-12,
    )  # fmt: skip


def test_a_circle_between_the_two_pulls_has_its_own_frame():
    assert natural_frame(1837.4) == "moon_me"
    assert natural_frame(6541.4) == "earth_orbit_plane"


def test_perilune_in_the_ground_is_refused():
    with pytest.raises(UsageError, match="no perilune above the ground"):
        frozen_orbits(6541.4, 0.8)
