"""Paths on even epochs against the Kepler orbits they are made of."""

import numpy as np
import pytest

from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.errors import UsageError
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from tests.two_body_relay import TwoBodyRelay

START = 9.0e8


def kepler(perilune_km, apolune_km):
    """An orbit by its altitudes, at perilune at the start."""
    inner, outer = R_MOON_KM + perilune_km, R_MOON_KM + apolune_km
    return TwoBodyRelay("craft", 0.5 * (inner + outer), (outer - inner) / (outer + inner), np.eye(3), START, 0.0)


def ephemeris(orbit, periods=2.0):
    state = orbit.state_icrf(START)
    step = even_step_s(float(np.linalg.norm(state[:3])), float(np.linalg.norm(state[3:])))
    count = int(periods * 2.0 * np.pi / orbit.mean_motion_rad_s / step) + 1
    return LunarEphemeris("craft", START, step, orbit.state_icrf(START + step * np.arange(max(count, 4))))


@pytest.mark.parametrize("altitudes_km", [(100.0, 100.0), (200.0, 16_000.0), (1_500.0, 70_000.0), (5_000.0, 5_000.0)])
def test_a_path_keeps_to_its_orbit(altitudes_km):
    orbit = kepler(*altitudes_km)
    path = ephemeris(orbit)
    t = np.linspace(path.start_tdb_s, path.stop_tdb_s, 5000)
    error = path.state_icrf(t) - orbit.state_icrf(t)
    apart = np.linalg.norm(error[:, :3], axis=1)
    inside = (t > path.start_tdb_s + path.step_s) & (t < path.stop_tdb_s - path.step_s)
    # Hermite's remainder f(8)/8! (s (s - 1) (s - 2) (s - 3))^2 is 0.32 f(8)/8! amidst four epochs and 1.0 f(8)/8! in
    # the first and the last step; measured at perilune 0.15 m and 0.36 m at most, 0.05 and 0.12 m on 200 x 16 000 km.
    assert apart[inside].max() < 1.6e-4
    assert apart.max() < 4e-4
    # One order less: the same over a tenth of the step.
    assert np.linalg.norm(error[inside, 3:], axis=1).max() < 1.6e-4 / (0.1 * path.step_s)


def test_the_states_given_are_given_back():
    path = ephemeris(kepler(200.0, 16_000.0))
    np.testing.assert_allclose(path.state_icrf(path.epochs_tdb_s), path.states_icrf, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(path.state_icrf(path.start_tdb_s), path.states_icrf[0], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(path.state_icrf(path.stop_tdb_s), path.states_icrf[-1], rtol=1e-12, atol=1e-9)


def test_there_is_nothing_outside():
    path = ephemeris(kepler(100.0, 100.0))
    outside = np.array([path.start_tdb_s - 1.0, path.stop_tdb_s + 1.0, np.nan, np.inf, -np.inf])
    assert np.isnan(path.state_icrf(outside)).all()
    assert np.isfinite(path.position_icrf_km([path.start_tdb_s, path.stop_tdb_s])).all()


def test_shapes():
    path = ephemeris(kepler(100.0, 100.0))
    assert path.position_icrf_km(path.start_tdb_s).shape == (3,)
    assert path.state_icrf(np.full((2, 5), path.start_tdb_s)).shape == (2, 5, 6)
    assert path.position_icrf_km(np.empty(0)).shape == (0, 3)


@pytest.mark.parametrize(("count", "step_s"), [(3, 60.0), (0, 60.0), (8, 0.0), (8, np.nan)])
def test_too_few_states_are_an_error(count, step_s):
    with pytest.raises(UsageError, match="at least 4"):
        LunarEphemeris("short", START, step_s, np.zeros((count, 6)))


def test_four_states_are_enough():
    orbit = kepler(100.0, 100.0)
    path = LunarEphemeris("four", START, 60.0, orbit.state_icrf(START + 60.0 * np.arange(4)))
    middle = START + 90.0
    assert np.linalg.norm(path.position_icrf_km(middle) - orbit.position_icrf_km(middle)) < 1e-6


def test_steps_are_whole_minutes_and_a_third_of_a_radian():
    # 1837.4 km and 1.633 km/s: 0.3 x 1837.4 / 1.633 = 337.5 s, 5 whole minutes.
    radius = R_MOON_KM + 100.0
    assert even_step_s(radius, np.sqrt(GM_MOON_KM3_S2 / radius)) == 300.0
    assert even_step_s(70_000.0, 0.1) == 3600.0
    assert even_step_s(100.0, 1.0) == pytest.approx(30.0)
