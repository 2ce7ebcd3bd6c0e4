"""Earth rotation, places on the Earth, and states in other frames."""

import erfa
import numpy as np
import pytest

from sim.astro import earth, frames
from sim.astro.earth import (
    earth_orientation_end_tdb_s,
    earth_pole,
    earth_rotation_angle,
    gcrs_to_itrs,
    geodetic_to_itrs,
    pole_and_intermediate,
)
from sim.astro.ephemeris import Ephemeris
from sim.astro.rotations import rotation_of_axes
from sim.astro.time import tdb_s_from_utc

T = np.array([tdb_s_from_utc("2020-11-23T21:06:00"), tdb_s_from_utc("2034-06-01T05:00:00")])


def test_pole_is_the_third_axis():
    pole, intermediate = pole_and_intermediate(T)
    assert np.array_equal(pole, earth_pole(T))
    assert intermediate[:, 2] == pytest.approx(pole, abs=1e-15)
    # Precession alone: 20 arcseconds a year from the pole of J2000.
    tilt_arcsec = np.degrees(np.arccos(pole[:, 2])) * 3600.0
    assert tilt_arcsec == pytest.approx([20.04 * 20.9, 20.04 * 34.4], abs=12.0)


def test_interpolated_pole_is_the_series_itself():
    t = np.random.default_rng(5).uniform(8e8, 1.1e9, 300)
    # 30 microarcseconds, a millimetre on the ground.
    assert np.abs(earth._POLE(t) - earth._pole_coordinates(t)).max() < 30e-6 / 206265.0


def test_one_matrix_serves_a_day():
    day = T[0]
    hours = day + np.arange(-12, 13) * 3600.0
    _, intermediate = pole_and_intermediate(day)
    cheap = rotation_of_axes(2, earth_rotation_angle(hours)) @ intermediate
    # 0.2 arcseconds a day at most.
    assert np.abs(cheap - gcrs_to_itrs(hours)).max() < 0.2 / 206265.0


def test_ut1_is_frozen_after_its_table():
    end = earth_orientation_end_tdb_s()
    assert end > tdb_s_from_utc("2024-01-01")
    turns = (earth_rotation_angle(end + 86400.0 * np.arange(1, 4000, 500))) / (2.0 * np.pi)
    days = np.arange(1, 4000, 500)
    # IERS TN 36, eq. 5.15: 0.00273781191135448 turns more than one a day of UT1; 1e-7 leaves room for TDB-TT.
    expected = (turns[0] + 0.00273781191135448 * (days - 1)) % 1.0
    assert np.abs((turns - expected + 0.5) % 1.0 - 0.5).max() < 1e-7


def test_geodetic_places():
    # WGS 84: equatorial and polar radius, NIMA TR8350.2.
    assert geodetic_to_itrs(0.0, 90.0) == pytest.approx([0.0, 6378.137, 0.0], abs=1e-9)
    assert geodetic_to_itrs(-90.0, 0.0, 1000.0) == pytest.approx([0.0, 0.0, -6357.752314245], abs=1.0 + 1e-8)
    assert geodetic_to_itrs(90.0, 0.0)[2] == pytest.approx(6356.752314245, abs=1e-8)
    # Kennedy, 28.608 N: geocentric latitude is 0.16 deg less.
    x, y, z = geodetic_to_itrs(28.608, -80.604)
    assert np.degrees(np.arctan2(z, np.hypot(x, y))) == pytest.approx(28.446, abs=1e-3)
    assert geodetic_to_itrs(np.zeros((2, 3)), np.zeros((2, 3))).shape == (2, 3, 3)


def test_rotation_agrees_with_erfa_in_one_step():
    whole, fraction = 2459177.0, 0.37916666666666665
    ut1_minus_utc_s = -0.17838  # IERS C04, between 2020-11-23 and 24
    tai = erfa.utctai(whole, fraction)
    tt = erfa.taitt(*tai)
    published = erfa.c2t06a(*tt, whole, fraction + ut1_minus_utc_s / 86400.0, 0.0, 0.0)
    # 2e-9 (1 cm): UT1 is given here to 10 microseconds.
    assert np.abs(gcrs_to_itrs(T[0]) - published).max() < 2e-9


@pytest.mark.parametrize("frame", ["me", "pa"])
def test_a_site_at_rest_has_no_velocity_in_turning_axes(frame):
    to_turning = getattr(frames, f"state_gcrs_to_moon_{frame}")
    back = getattr(frames, f"state_moon_{frame}_to_gcrs")
    site = np.array([100.0, -200.0, 1700.0, 0.0, 0.0, 0.0])
    ahead, behind = back(T[0] + 10.0, site), back(T[0] - 10.0, site)
    # 1e-8 km/s: the difference quotient leaves v'' h^2 / 6.
    assert (ahead[:3] - behind[:3]) / 20.0 == pytest.approx(back(T[0], site)[3:], abs=1e-8)
    assert to_turning(T[0], back(T[0], site)) == pytest.approx(site, abs=1e-9)


def test_the_moon_stands_on_the_x_axis():
    r_km, v_km_s = Ephemeris.de440().moon_geocentric(T)
    turned = frames.position_gcrs_to_earth_moon(T, r_km)
    assert turned[:, 0] == pytest.approx(np.linalg.norm(r_km, axis=1))
    assert np.abs(turned[:, 1:]).max() < 1e-9
    assert np.abs(np.einsum("nij,nj->ni", frames.icrf_to_earth_moon(T), v_km_s)[:, 2]).max() < 1e-12
    assert frames.position_earth_moon_to_gcrs(T, turned) == pytest.approx(r_km)
