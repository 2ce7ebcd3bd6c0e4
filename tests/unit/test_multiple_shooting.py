"""Least corrections against dense algebra; paths that close, and that cannot."""

import numpy as np
import pytest

from sim.astro.nbody import ForceModel, propagate
from sim.orbit.multiple_shooting import FreePath, NoFreePath, free_path, least_correction
from tests.periodic_orbits import START_TDB_S

WEIGHT = np.repeat([384400.0, np.sqrt(403503.235625 / 384400.0)], 3)
STATE = np.array([-7340.9, 1235.4, -34485.6, -0.0274, 0.1626, -0.3767])


def random_case(count=5):
    draws = np.random.default_rng(1)
    partials = np.eye(6) + 0.5 * draws.standard_normal((count, 6, 6))
    return partials * WEIGHT[:, None] / WEIGHT, draws.standard_normal((count, 6)) * WEIGHT * 0.01


def dense(partials):
    """Jacobian (6n, 6n + 6) in units of the weights."""
    count = len(partials)
    matrix = np.zeros((6 * count, 6 * count + 6))
    for k in range(count):
        matrix[6 * k : 6 * k + 6, 6 * k : 6 * k + 6] = partials[k] * WEIGHT / WEIGHT[:, None]
        matrix[6 * k : 6 * k + 6, 6 * k + 6 : 6 * k + 12] = -np.eye(6)
    return matrix


@pytest.mark.parametrize("count", [1, 5])
def test_the_least_correction_is_that_of_the_pseudoinverse(count):
    partials, gaps = random_case(count)
    expected = np.linalg.pinv(dense(partials)) @ -(gaps / WEIGHT).ravel()
    assert (least_correction(partials, gaps) / WEIGHT).ravel() == pytest.approx(expected, abs=1e-12)


def test_slack_is_a_price_on_what_stays_open():
    partials, gaps = random_case()
    matrix, slack = dense(partials), 0.3
    both = np.vstack([np.eye(matrix.shape[1]), matrix / np.sqrt(slack)])
    wanted = np.concatenate([np.zeros(matrix.shape[1]), -(gaps / WEIGHT).ravel() / np.sqrt(slack)])
    expected = np.linalg.lstsq(both, wanted, rcond=None)[0]
    assert (least_correction(partials, gaps, slack) / WEIGHT).ravel() == pytest.approx(expected, abs=1e-12)


def test_a_disturbed_flight_is_found_again():
    t = START_TDB_S + np.linspace(0.0, 8e5, 6)
    true = propagate(STATE, t[0], t[-1], ForceModel(), "moon", sample_tdb_s=t).states_icrf
    guess = true + np.random.default_rng(2).standard_normal(true.shape) * np.repeat([300.0, 1e-3], 3)
    path = free_path(t, guess, ForceModel())
    assert isinstance(path, FreePath)
    assert path.gap_km < 1e-4
    assert path.gap_km_s < 1e-7
    end = propagate(path.states_icrf[0], t[0], t[1], ForceModel(), "moon").states_icrf[-1]
    assert end == pytest.approx(path.states_icrf[1], abs=2e-4)
    # no further from the guess than the flight it was made from, but for what is not linear
    off = np.linalg.norm((path.states_icrf - guess) / WEIGHT)
    assert off < 1.1 * np.linalg.norm((true - guess) / WEIGHT)


def test_no_flight_is_a_value_with_a_reason():
    t = START_TDB_S + np.linspace(0.0, 8e5, 6)
    guess = np.tile(STATE, (6, 1))
    guess[1::2] *= -3.0
    found = free_path(t, guess, ForceModel())
    assert isinstance(found, NoFreePath)
    assert found.reason
    assert found.gap_km > 1.0
