"""What every flight in the three-body problem keeps: the Jacobi constant, the symplectic form, its own reverse."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.orbit.crtbp import MASS_RATIO, flown, flown_with_transition, jacobi_constant

EYE, NONE = np.eye(3), np.zeros((3, 3))
SPIN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
CANONICAL = np.block([[NONE, EYE], [-EYE, NONE]])
TO_MOMENTA = np.block([[EYE, NONE], [SPIN, EYE]])
"""Momenta of the turning axes are v + spin x r."""

places = st.tuples(*[st.floats(-0.3, 0.3)] * 3)
speeds = st.tuples(*[st.floats(-0.4, 0.4)] * 3)
durations = st.floats(0.05, 2.0)


def flight(place, speed, duration):
    """A flight that stays 7700 km clear of the Moon's centre.

    Each pass loses digits of the transition matrix, whatever the tolerance: three down to 96 km leave it symplectic to
    5e-7 only, as its entries grow to a million in between.
    """
    state = np.array([*place, *speed]) + np.array([1.0 - MASS_RATIO, 0.0, 0.0, 0.0, 0.0, 0.0])
    assume(np.linalg.norm(place) > 0.03)
    t = np.linspace(0.0, duration, 600)  # 1400 km apart at most so near the Moon
    passed = flown(state, t)
    assume(np.linalg.norm(passed[:, :3] - [1.0 - MASS_RATIO, 0.0, 0.0], axis=1).min() > 0.02)
    return state, passed


@given(places, speeds, durations)
def test_jacobi_constant_is_kept(place, speed, duration):
    _, passed = flight(place, speed, duration)
    jacobi = jacobi_constant(passed)
    # Rounding: a step changes kinetic and potential energy, 2 mu / 0.02 = 1.2 at most, by its last digit.
    assert np.abs(jacobi - jacobi[0]).max() < 1e-12


@given(places, speeds, durations)
def test_transition_is_symplectic(place, speed, duration):
    state, _ = flight(place, speed, duration)
    _, transition = flown_with_transition(state, duration)
    in_momenta = TO_MOMENTA @ transition @ np.linalg.inv(TO_MOMENTA)
    size = max(1.0, np.abs(in_momenta).max()) ** 2
    # Products of two entries cancel to 0 or 1: rounding relative to their size.
    assert np.abs(in_momenta.T @ CANONICAL @ in_momenta - CANONICAL).max() < 1e-12 * size


@given(places, speeds, durations)
def test_reversal_flies_back(place, speed, duration):
    """Motion with y, vx and vz reversed runs backwards in time."""
    state, passed = flight(place, speed, duration)
    _, transition = flown_with_transition(state, duration)
    reversal = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    back = flown(passed[-1] * reversal, [duration])[0] * reversal
    assert np.abs(back - state).max() < 1e-13 * max(1.0, np.abs(transition).max()) ** 2
