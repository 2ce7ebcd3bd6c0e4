"""Two-body relays against boinor, and where their elements put them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.time import tdb_s_from_utc
from sim.astro.twobody import state_from_orbit, two_body_state
from sim.orbit.elements import eccentric_anomaly_rad, frame_axes_icrf, orbit_from_apsis_altitudes
from sim.station.relay import RelayOrbit
from tests.two_body_relay import kepler_relay

HOUR_S, DEG = 3600.0, np.pi / 180.0
START = tdb_s_from_utc("2029-01-01")


def relay(frame="moon_me", perilune=200.0, apolune=16_000.0, inclination=119.0, **elements):
    angles = {name.replace("_deg", "_rad"): value * DEG for name, value in elements.items() if name.endswith("_deg")}
    epoch = elements.get("epoch_tdb_s", START)
    orbit = orbit_from_apsis_altitudes(frame, perilune, apolune, inclination * DEG, epoch_tdb_s=epoch, **angles)
    return kepler_relay("relay", orbit)


@settings(deadline=None, derandomize=True)
@given(st.floats(-np.pi, np.pi), st.floats(0.0, 0.97))
def test_eccentric_anomaly_solves_keplers_equation(mean, eccentricity):
    anomaly = eccentric_anomaly_rad(np.array([mean]), eccentricity)[0]
    # Rounding of the sine and the sum alone: a few 1e-16 of pi.
    assert anomaly - eccentricity * np.sin(anomaly) == pytest.approx(mean, abs=2e-15)


@pytest.mark.parametrize("hours", [-30.0, 0.0, 5.0, 100.0])
def test_positions_are_those_of_boinors_propagation(hours):
    one = relay(node_deg=40.0, mean_anomaly_deg=75.0, frame="icrf")
    begin = one.state_icrf(START)
    expected = two_body_state(begin, hours * HOUR_S, "moon")
    # Farnocchia's solver stops at 1e-10 rad or so of anomaly on an orbit of 10 000 km: micrometres to millimetres.
    np.testing.assert_allclose(one.position_icrf_km(START + hours * HOUR_S), expected[:3], atol=1e-5)
    np.testing.assert_allclose(one.state_icrf(START + hours * HOUR_S), expected, atol=1e-5)


def test_it_goes_out_as_a_boinor_orbit():
    one = relay(node_deg=10.0, mean_anomaly_deg=20.0)
    later = START + 7.0 * HOUR_S
    epoch, state = state_from_orbit(one.to_boinor(later))
    # A Julian date in two parts carries microseconds.
    assert epoch == pytest.approx(later, abs=1e-4)
    np.testing.assert_allclose(state, one.state_icrf(later), rtol=1e-12)


def test_the_planned_orbit_of_queqiao_2_takes_24_hours():
    # 200 x 16 000 km of altitude, 24 h: CNSA, Queqiao-2 mission orbit (2024); Kepler gives 24.3 h.
    assert 2.0 * np.pi / relay().mean_motion_rad_s == pytest.approx(24.3 * HOUR_S, abs=0.05 * HOUR_S)


@pytest.mark.parametrize(("argument", "south"), [(90.0, True), (270.0, False)])
def test_apolune_stands_over_the_south_for_an_argument_of_90_degrees(argument, south):
    one = relay(argument_of_perilune_deg=argument, mean_anomaly_deg=180.0)
    place_me = icrf_to_moon_me(START) @ one.position_icrf_km(START)
    assert np.linalg.norm(place_me) == pytest.approx(1737.4 + 16_000.0, abs=1e-6)
    assert (place_me[2] < 0.0) == south
    # At apolune a quarter of a turn from the node the latitude is the inclination's distance from 180 degrees: 61.
    assert abs(np.arcsin(place_me[2] / np.linalg.norm(place_me))) == pytest.approx(61.0 * DEG, abs=1e-9)


def test_frames_are_right_handed_and_where_they_are_said_to_be():
    earth_km, earth_km_s = (-vector for vector in Ephemeris.de440().moon_geocentric(START))
    for frame in ("icrf", "moon_me", "earth_orbit_plane"):
        axes = frame_axes_icrf(frame, START)
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(axes) == pytest.approx(1.0, abs=1e-14)
    plane = frame_axes_icrf("earth_orbit_plane", START)
    np.testing.assert_allclose(plane @ earth_km / np.linalg.norm(earth_km), [1.0, 0.0, 0.0], atol=1e-14)
    assert (plane @ earth_km_s)[1] > 0.9  # the Earth moves at 1 km/s about the Moon, ahead along y
    # The Moon's equator lies 6.7 degrees off its orbit's plane (Cassini's laws), by the lunar month up to 0.2 more.
    tilt = np.arccos(plane[2] @ icrf_to_moon_me(START)[2]) / DEG
    assert tilt == pytest.approx(6.7, abs=0.3)


def test_an_epoch_of_its_own_moves_it_along_its_orbit():
    own = relay(frame="icrf", epoch_tdb_s=tdb_s_from_utc("2029-01-02"))
    same = relay(frame="icrf")
    later = tdb_s_from_utc("2029-01-02")  # not a day of TDB later: its rate swings by 3e-10 about that of UTC
    np.testing.assert_allclose(own.position_icrf_km(later), same.position_icrf_km(START), atol=1e-6)


def test_it_is_what_coverage_asks_of_an_orbit():
    one: RelayOrbit = relay()
    assert one.name == "relay"
    assert one.position_icrf_km(START + np.zeros((2, 3))).shape == (2, 3, 3)
