"""Turning the plane at perilune, and what a long insertion costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.transfer.insertion import (
    finite_burn_loss_km_s,
    insertion_loss_km_s,
    plane_change_at_perilune,
    plane_change_at_perilune_rad,
)

POLE = np.array([0.0, 0.0, 1.0])
DEG = np.pi / 180.0


def perilune_state(latitude_rad, heading_rad, longitude_rad=0.3):
    """State at perilune over a latitude, flying along a heading east of north, 1837.4 km and 2.4 km/s."""
    radial = np.array(
        [
            np.cos(latitude_rad) * np.cos(longitude_rad),
            np.cos(latitude_rad) * np.sin(longitude_rad),
            np.sin(latitude_rad),
        ]
    )
    east = np.array([-np.sin(longitude_rad), np.cos(longitude_rad), 0.0])
    north = np.cross(radial, east)
    return np.concatenate((1837.4 * radial, 2.4 * (np.cos(heading_rad) * north + np.sin(heading_rad) * east)))


def inclination_of(state):
    normal = np.cross(state[:3], state[3:])
    return np.arccos(np.clip(normal @ POLE / np.linalg.norm(normal), -1.0, 1.0))


angles = st.floats(-180.0, 180.0)


@settings(deadline=None, derandomize=True)
@given(st.floats(-80.0, 80.0), angles, st.floats(0.0, 180.0))
def test_the_turned_orbit_has_the_inclination(latitude_deg, heading_deg, inclination_deg):
    state = perilune_state(latitude_deg * DEG, heading_deg * DEG)
    change = plane_change_at_perilune(state, POLE, inclination_deg * DEG)
    turned = change.state_icrf
    np.testing.assert_array_equal(turned[:3], state[:3])
    assert np.linalg.norm(turned[3:]) == pytest.approx(2.4, rel=1e-12)
    assert turned[:3] @ turned[3:] == pytest.approx(0.0, abs=1e-8)
    # acos is good to 1e-8 near 0 and pi.
    assert inclination_of(turned) == pytest.approx(float(change.inclination_rad), abs=3e-8)
    angle = np.arccos(np.clip(turned[3:] @ state[3:] / 2.4**2, -1.0, 1.0))
    assert angle == pytest.approx(abs(float(change.nearest_turn_rad)), abs=3e-8)
    if np.isfinite(change.turn_rad):
        assert change.inclination_rad == pytest.approx(inclination_deg * DEG, abs=3e-8)
    else:
        assert min(inclination_deg, 180.0 - inclination_deg) < abs(latitude_deg) + 1e-6
        nearest = abs(latitude_deg) if inclination_deg < 90.0 else 180.0 - abs(latitude_deg)
        assert change.inclination_rad == pytest.approx(nearest * DEG, abs=3e-8)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.floats(-60.0, 60.0), angles, st.floats(61.0, 119.0))
def test_no_smaller_turn_gives_the_inclination(latitude_deg, heading_deg, inclination_deg):
    state = perilune_state(latitude_deg * DEG, heading_deg * DEG)
    least = abs(float(plane_change_at_perilune_rad(state, POLE, inclination_deg * DEG)))
    radial = state[:3] / 1837.4
    before = inclination_of(state) - inclination_deg * DEG
    for share in np.linspace(-0.999, 0.999, 81):
        turn = share * least
        v = np.cos(turn) * state[3:] + np.sin(turn) * np.cross(radial, state[3:])
        off = inclination_of(np.concatenate((state[:3], v))) - inclination_deg * DEG
        assert off * before > 0.0 or abs(before) < 1e-9  # never crosses the wanted inclination on the way


def test_over_the_equator_the_turn_is_the_difference():
    state = perilune_state(0.0, 30.0 * DEG)  # heading 30 deg east of north: inclination 60 deg
    assert plane_change_at_perilune_rad(state, POLE, 75.0 * DEG) == pytest.approx(15.0 * DEG)
    assert plane_change_at_perilune_rad(state, POLE, 50.0 * DEG) == pytest.approx(-10.0 * DEG)


def test_shapes_and_nan():
    states = np.stack([perilune_state(0.1, 0.2), np.full(6, np.nan)])
    change = plane_change_at_perilune(states, np.stack([POLE, POLE]), 90.0 * DEG)
    assert change.turn_rad.shape == (2,)
    assert np.isnan(change.turn_rad[1])
    assert np.all(np.isfinite(change.state_icrf[0]))


def test_a_long_insertion_is_split():
    # 8.2 t at 3 kN and 310 s for 810 m/s burn 1943 s: two burns of 971 s, each (mu / r^3) T^2 / 24 of its share.
    loss = insertion_loss_km_s(0.810, 8200.0, 310.0, 3000.0, 1837.4)
    assert loss == pytest.approx(float(finite_burn_loss_km_s(0.810, 971.5, 1837.4)), rel=2e-2)
    one = insertion_loss_km_s(0.810, 7000.0, 310.0, 3000.0, 1837.4)  # 1659 s: in one
    assert one == pytest.approx(0.810 * 7.904e-7 * 1659.0**2 / 24.0, rel=1e-2)
    assert insertion_loss_km_s(0.8, 8200.0, 310.0, None, 1837.4) == 0.0
    assert np.isnan(insertion_loss_km_s(np.nan, 8200.0, 310.0, 3000.0, 1837.4))
