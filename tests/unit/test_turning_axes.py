"""Periodic orbits laid along the Moon's path."""

import numpy as np
import pytest

from sim.astro.ephemeris import Ephemeris
from sim.orbit.crtbp import LENGTH_KM, MASS_RATIO, TIME_S
from sim.orbit.turning_axes import from_moon_icrf, moon_distance_km, reference_states, to_moon_icrf
from tests.periodic_orbits import DRO_70000, HALO_L2, NRHO_9_2, START_TDB_S

ORBITS = pytest.mark.parametrize("orbit", [NRHO_9_2, HALO_L2, DRO_70000], ids=["9:2", "halo", "dro"])


@ORBITS
def test_phase_nought_is_the_far_crossing(orbit):
    phases = np.linspace(0.0, 1.0, 201)
    states = reference_states(orbit, phases)
    start = states[0]
    assert start[[1, 3, 5]] == pytest.approx(np.zeros(3), abs=1e-12)
    half = states[100]
    # perpendicular too. The catalogue's Moon pulls by 1.1e-7 more, so half a period is 3e-8 off, and at the 9:2 orbit's
    # perilune (0.0085 from the Moon) velocity turns by 170 a unit of time: 5.5e-6 measured
    assert np.abs(half[[1, 3, 5]]).max() < 1e-5
    assert np.linalg.norm(start[:3]) > np.linalg.norm(half[:3])
    # closes: to 1e-9 of the mass ratio times the growth of a revolution
    assert states[-1] == pytest.approx(start, abs=1e-6)


def test_a_phase_is_the_same_a_revolution_later():
    assert np.array_equal(
        reference_states(NRHO_9_2, [[0.25, 1.25], [2.25, -0.75]]).reshape(4, 6)[0], reference_states(NRHO_9_2, 3.25)
    )


@ORBITS
def test_velocity_is_the_rate_of_position(orbit):
    t, phase, step_s = START_TDB_S, 0.2, 30.0
    shift = step_s / (orbit.period * TIME_S)
    states = reference_states(orbit, [phase - shift, phase, phase + shift])
    before, here, after = to_moon_icrf(t + step_s * np.array([-1.0, 0.0, 1.0]), states)
    # central difference: the third derivative times 150 s^2
    assert here[3:] == pytest.approx((after[:3] - before[:3]) / (2.0 * step_s), abs=2e-6)


def test_there_and_back():
    t = START_TDB_S + np.arange(3) * 1e6
    states = reference_states(NRHO_9_2, [0.0, 0.3, 0.6])
    assert from_moon_icrf(t, to_moon_icrf(t, states)[:, :3]) == pytest.approx(states[:, :3], abs=1e-14)


def test_the_earth_stands_on_the_axis():
    t = START_TDB_S + np.arange(5) * 3e5
    earth = from_moon_icrf(t, -Ephemeris.de440().moon_geocentric(t)[0])
    assert earth == pytest.approx(np.tile([-1.0, 0.0, 0.0], (5, 1)), abs=1e-12)
    assert moon_distance_km(t) == pytest.approx(np.full(5, 384400.0), rel=0.07)  # 356 400 to 406 700 km


def test_the_unit_of_time_is_a_sidereal_month_over_a_turn():
    # 27.3217 days (sidereal month); the mean distance of 384 400 km is that of Kepler's law to 0.3 % in time
    assert 2.0 * np.pi * TIME_S / 86400.0 == pytest.approx(27.3217, rel=3e-3)
    assert pytest.approx(0.01215058560962404, abs=2e-9) == MASS_RATIO  # JPL's catalogue
    assert LENGTH_KM == 384400.0
