"""boinor and astropy objects out of states: the only door to boinor."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.astro.twobody import (
    cartesian,
    orbit_from_state,
    sky_coordinates,
    state_from_orbit,
    transfer_orbits,
    two_body_state,
)
from sim.errors import UsageError

PARKING_STATE = np.array([6563.1366, 0.0, 0.0, 0.0, 5.0, 6.0])
T_TDB_S = 9.2e8


def test_orbit_carries_the_state_the_epoch_and_our_gm():
    orbit = orbit_from_state(PARKING_STATE, T_TDB_S)
    t_tdb_s, state = state_from_orbit(orbit)
    np.testing.assert_allclose(state, PARKING_STATE, rtol=1e-15)
    assert t_tdb_s == pytest.approx(T_TDB_S, abs=2e-6)  # the resolution of a Julian date in two doubles, and of ours
    assert orbit.attractor.k.to_value("km3/s2") == pytest.approx(398600.435507, rel=1e-14)  # DE440


def test_lunar_circle_has_its_period():
    radius_km = 1837.4
    speed_km_s = np.sqrt(4902.800118 / radius_km)
    orbit = orbit_from_state([radius_km, 0.0, 0.0, 0.0, speed_km_s, 0.0], T_TDB_S, "moon")
    assert float(orbit.ecc) == pytest.approx(0.0, abs=1e-12)
    assert orbit.period.to_value("s") == pytest.approx(2 * np.pi * np.sqrt(radius_km**3 / 4902.800118), rel=1e-12)


def test_two_body_motion_returns_after_a_period():
    orbit = orbit_from_state(PARKING_STATE, T_TDB_S)
    again = two_body_state(PARKING_STATE, orbit.period.to_value("s"))
    np.testing.assert_allclose(again, PARKING_STATE, atol=1e-5)  # km; boinor's Kepler iteration stops near 1e-9 rad


def test_transfer_gives_an_orbit_about_each_body():
    flight = SimpleNamespace(
        tli_tdb_s=T_TDB_S,
        arrival_tdb_s=T_TDB_S + 4e5,
        tli_state_icrf=np.array([6563.1366, 0.0, 0.0, 0.0, 8.0, 7.4]),
        perilune_state_icrf=np.array([0.0, 1837.4, 0.0, 0.0, 0.0, 2.45]),
    )
    departure, arrival = transfer_orbits(flight)
    assert departure.attractor.name == "Earth"
    assert arrival.attractor.name == "Moon"
    assert 0.9 < float(departure.ecc) < 1.0
    assert float(arrival.ecc) > 1.0
    assert arrival.r_p.to_value("km") == pytest.approx(1837.4, rel=1e-9)


def test_astropy_objects_keep_every_number():
    states = np.arange(12.0).reshape(2, 6) + 7000.0
    there = cartesian(states)
    np.testing.assert_allclose(there.get_xyz(xyz_axis=-1).to_value("km"), states[:, :3])
    np.testing.assert_allclose(there.differentials["s"].get_d_xyz(xyz_axis=-1).to_value("km/s"), states[:, 3:])
    sky = sky_coordinates(np.array([T_TDB_S, T_TDB_S + 60.0]), states)
    assert sky.frame.name == "gcrs"
    np.testing.assert_allclose(sky.cartesian.get_xyz(xyz_axis=-1).to_value("km"), states[:, :3])


def test_a_wrong_shape_is_said():
    with pytest.raises(UsageError, match="six numbers"):
        orbit_from_state([1.0, 2.0, 3.0], T_TDB_S)
