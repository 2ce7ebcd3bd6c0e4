"""Many segments in one call: ends and partial derivatives against single flights."""

import numpy as np
import pytest

from sim.astro.nbody import ForceModel, propagate
from sim.astro.segments import accelerations, fly_segments, sample_segments
from tests.independent import GM_EARTH, GM_MOON, GM_SUN, moon_and_sun, pull

T0_TDB_S = 8.2e8
FORCES = ForceModel()
STATES = np.array(
    [
        [-5838.14, 2538.92, 1055.57, -0.6856, 0.7513, -0.6219],  # NASA NESC lunar check case 8, near perilune
        [-7340.9, 1235.4, -34485.6, -0.0274, 0.1626, -0.3767],
        [20000.0, -50000.0, 10000.0, 0.2, 0.1, 0.1],
    ]
)
STARTS = T0_TDB_S + np.array([0.0, 3e5, 9e5])
STOPS = STARTS + np.array([1.2e5, -1.5e5, 2e5])


def flown(state, start, stop, centre="moon"):
    return propagate(state, start, stop, FORCES, centre, tolerance=1e-12).states_icrf[-1]


def test_each_is_the_single_flight():
    ends, _ = fly_segments(STATES, STARTS, STOPS, FORCES)
    for end, *flight in zip(ends, STATES, STARTS, STOPS, strict=True):
        # the same steps but for the rounding of time in other tables
        assert end == pytest.approx(flown(*flight), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("degree", [0, 8])
def test_partials_are_differences(degree):
    forces = ForceModel(moon_degree=degree)
    _, partials = fly_segments(STATES, STARTS, STOPS, forces)
    size = np.repeat([1e-2, 1e-7], 3)
    for column in range(6):
        moved = size[column] * np.eye(6)[column]
        above, below = (fly_segments(STATES + sign * moved, STARTS, STOPS, forces)[0] for sign in (1.0, -1.0))
        expected = (above - below) / (2.0 * size[column])
        scale = np.abs(partials[:, :, column]).max(axis=1, keepdims=True)
        # the Earth's bulge and far harmonics are left out of the partials (1e-5); differences are good to 1e-6
        assert np.abs((partials[:, :, column] - expected) / scale).max() < 3e-5


def test_into_the_moon_is_not_a_number():
    state = np.array([[100.0, 0.0, 0.0, -1e-3, 0.0, 0.0]])
    ends, partials = fly_segments(state, [T0_TDB_S], [T0_TDB_S + 1e6], ForceModel(bodies=("moon",), moon_degree=0))
    assert np.isnan(ends).all()
    assert np.isnan(partials).all()


def test_samples_come_from_the_patch_before_them():
    edges = np.array([T0_TDB_S, T0_TDB_S + 5e4])
    t = T0_TDB_S + np.array([-1e3, 0.0, 4.9e4, 5e4, 6e4])
    samples = sample_segments(STATES[:2], edges, t, FORCES)
    for sample, epoch in zip(samples, t, strict=True):
        patch = 0 if epoch < edges[1] else 1
        expected = STATES[patch] if epoch == edges[patch] else flown(STATES[patch], edges[patch], epoch)
        assert sample == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_accelerations_by_a_second_hand():
    forces = ForceModel(earth_j2=False, moon_degree=0)
    for state, epoch in zip(STATES, STARTS, strict=True):
        moon, sun = moon_and_sun(epoch)
        r = state[:3]
        earth = pull(GM_EARTH, r + moon) - pull(GM_EARTH, moon)
        sunward = pull(GM_SUN, r + moon - sun) - pull(GM_SUN, moon - sun)
        found = accelerations(state[None], [epoch], forces)[0]
        assert found == pytest.approx(pull(GM_MOON, r) + earth + sunward, rel=1e-10)
