"""The integrator: the pair's order conditions in exact fractions, its order in practice, its step control."""

from fractions import Fraction

import numpy as np
import pytest

from sim.astro.rkn import ARRIVED, NOT_FINITE, make_integrator, read_table
from sim.jit import jit


@jit()
def spring(t_s, x, y, z, context):
    return -x, -4.0 * y, -9.0 * z


@jit()
def kepler(t_s, x, y, z, gm):
    r2 = x * x + y * y + z * z
    k = -gm / (r2 * np.sqrt(r2))
    return k * x, k * y, k * z


_spring = make_integrator(spring)
_kepler = make_integrator(kepler)


@jit()
def fly_spring(state, duration_s, tolerance, sample_s):
    samples = np.empty((sample_s.size, 6))
    outcome, steps = _spring(0.0, state, duration_s, tolerance, sample_s, samples)
    return outcome, steps, samples


@jit()
def fly_kepler(state, duration_s, tolerance, sample_s):
    samples = np.empty((sample_s.size, 6))
    outcome, steps = _kepler(398600.435507, state, duration_s, tolerance, sample_s, samples)
    return outcome, steps, samples


TABLE = read_table()
NONE = np.empty(0)
START = np.array([1.0, 0.5, -0.25, 0.1, -0.2, 0.3])


def spring_solution(t_s):
    frequency = np.array([1.0, 2.0, 3.0])
    r = START[:3] * np.cos(frequency * t_s) + START[3:] / frequency * np.sin(frequency * t_s)
    v = -START[:3] * frequency * np.sin(frequency * t_s) + START[3:] * np.cos(frequency * t_s)
    return np.concatenate([r, v])


def test_every_stage_is_consistent():
    """Sum over j of a_ij = c_i^2 / 2 (Dormand, El-Mikkawy & Prince 1987); four rows are published to 53 digits."""
    for row, c in zip(TABLE["a"], TABLE["c"], strict=True):
        assert abs(sum(row, Fraction(0)) - c * c / 2) < Fraction(1, 10**50)


@pytest.mark.parametrize("power", range(12))
def test_velocity_weights_integrate_powers_exactly(power):
    """Sum of bp_i c_i^k = 1/(k + 1) up to order 12."""
    assert sum(w * c**power for w, c in zip(TABLE["bp"], TABLE["c"], strict=True)) == Fraction(1, power + 1)


@pytest.mark.parametrize("power", range(11))
def test_position_weights_integrate_powers_exactly(power):
    """Sum of b_i c_i^k = 1/((k + 1)(k + 2)) up to order 12."""
    expected = Fraction(1, (power + 1) * (power + 2))
    assert sum(w * c**power for w, c in zip(TABLE["b"], TABLE["c"], strict=True)) == expected


@pytest.mark.parametrize("name", ["btilde", "bptilde"])
def test_error_weights_see_nothing_below_order_ten(name):
    for power in range(9):
        assert sum(w * c**power for w, c in zip(TABLE[name], TABLE["c"], strict=True)) == 0


def test_spring_is_followed_to_rounding():
    state = START.copy()
    outcome, steps, _ = fly_spring(state, 20.0, 1e-14, NONE)
    assert outcome == ARRIVED
    np.testing.assert_allclose(state, spring_solution(20.0), atol=2e-13)  # 1e-14 a step
    assert steps < 200  # ten turns of the fastest of three


def test_error_falls_with_the_tolerance():
    errors = []
    for tolerance in (1e-6, 1e-9, 1e-12):
        state = START.copy()
        fly_spring(state, 20.0, tolerance, NONE)
        errors.append(np.abs(state - spring_solution(20.0)).max())
    assert errors[0] > 10.0 * errors[1] > 100.0 * errors[2]


def test_samples_are_as_good_as_the_end_and_change_nothing():
    times = np.linspace(0.0, 20.0, 37)
    plain, sampled = START.copy(), START.copy()
    fly_spring(plain, 20.0, 1e-14, NONE)
    _, _, samples = fly_spring(sampled, 20.0, 1e-14, times)
    np.testing.assert_array_equal(plain, sampled)
    np.testing.assert_array_equal(samples[-1], sampled)
    np.testing.assert_array_equal(samples[0], START)
    np.testing.assert_allclose(samples, [spring_solution(t) for t in times], atol=2e-13)


def test_it_flies_backwards():
    state, times = START.copy(), np.array([-1.0, -3.0])
    outcome, _, samples = fly_spring(state, -5.0, 1e-14, times)
    assert outcome == ARRIVED
    np.testing.assert_allclose(state, spring_solution(-5.0), atol=1e-13)
    np.testing.assert_allclose(samples, [spring_solution(t) for t in times], atol=1e-13)


def test_no_time_at_all_changes_nothing():
    state = START.copy()
    outcome, _, samples = fly_spring(state, 0.0, 1e-12, np.zeros(1))
    assert outcome == ARRIVED
    np.testing.assert_array_equal(state, START)
    np.testing.assert_array_equal(samples[0], START)


def test_a_fall_into_the_centre_ends_with_its_reason():
    state = np.array([7000.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    outcome, steps, _ = fly_kepler(state, 1e5, 1e-12, NONE)
    assert outcome == NOT_FINITE
    assert steps < 5000


def test_ellipse_closes_and_keeps_energy():
    """An ellipse of eccentricity 0.9 comes back after its period: 2 pi sqrt(a^3 / GM)."""
    gm, a_km, eccentricity = 398600.435507, 70000.0, 0.9
    state = np.array(
        [a_km * (1 - eccentricity), 0.0, 0.0, 0.0, np.sqrt(gm / a_km * (1 + eccentricity) / (1 - eccentricity)), 0.0]
    )
    start = state.copy()
    fly_kepler(state, 2 * np.pi * np.sqrt(a_km**3 / gm), 1e-13, NONE)
    np.testing.assert_allclose(state[:3], start[:3], atol=1e-6)  # km: about 60 steps of 1e-13, stretched by e = 0.9
    energy = [0.5 * s[3:] @ s[3:] - gm / np.linalg.norm(s[:3]) for s in (start, state)]
    assert energy[1] == pytest.approx(energy[0], rel=1e-12)


def test_speed_of_convergence_is_that_of_order_twelve():
    """Twice the steps, 2^12 times less error: from two tolerances, error against number of steps."""
    errors, counts = [], []
    for tolerance in (1e-5, 1e-9):
        state = START.copy()
        _, steps, _ = fly_spring(state, 200.0, tolerance, NONE)
        errors.append(np.abs(state - spring_solution(200.0)).max())
        counts.append(steps)
    order = np.log(errors[0] / errors[1]) / np.log(counts[1] / counts[0])
    assert 10.0 < order < 15.0
