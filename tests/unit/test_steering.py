"""Lift-offs beside the moment of a plane, against vectors and an ascent integrated step by step."""

import numpy as np
import pytest

from sim.catalog.loader import load_catalog
from sim.constants import EARTH_ROTATION_RAD_S, R_EARTH_KM
from sim.transfer.pad import headings_at, pad_of, parking_speed_km_s, site_headings
from sim.transfer.steering import (
    FIRST_STAGE_SHARE,
    STEERING_RESERVE_KM_S,
    Climb,
    _beside,
    steered,
    steering_limits_rad,
    steering_loss_km_s,
)
from sim.units import DEG, MINUTE_S

SITES = load_catalog().launch_sites
RADIUS_KM = R_EARTH_KM + 200.0
CLIMB = Climb(RADIUS_KM, parking_speed_km_s(RADIUS_KM), 540.0, 18.0 * DEG)
VOSTOCHNY = site_headings(SITES["vostochny"], RADIUS_KM, 1)


def test_nothing_is_lost_at_the_plane_s_own_moment():
    still = np.zeros(len(VOSTOCHNY))
    assert steering_loss_km_s(VOSTOCHNY, CLIMB, still) == pytest.approx(0.0, abs=1e-15)
    same = steered(VOSTOCHNY, CLIMB, still)
    assert same.argument_rad == pytest.approx(VOSTOCHNY.argument_rad, abs=1e-12)
    assert same.node_offset_rad == pytest.approx(VOSTOCHNY.node_offset_rad, abs=0.0)


def test_both_ends_of_the_short_window_spend_the_reserve():
    early, late = steering_limits_rad(VOSTOCHNY, CLIMB)
    for shift in (early, late):
        assert steering_loss_km_s(VOSTOCHNY, CLIMB, shift) == pytest.approx(STEERING_RESERVE_KM_S, rel=1e-6)
        assert steered(VOSTOCHNY, CLIMB, shift).speed_loss_km_s - VOSTOCHNY.speed_loss_km_s == pytest.approx(
            STEERING_RESERVE_KM_S, rel=1e-6
        )
    assert np.all(early < 0.0)
    assert np.all(late > 0.0)


def test_windows_to_the_station_are_minutes_long():
    heads = headings_at(pad_of(SITES["ksc_lc39"]), 42.8 * DEG, RADIUS_KM)
    assert heads.inclination_rad[0] / DEG == pytest.approx(51.6, abs=0.2)
    early, late = (shift[0] / EARTH_ROTATION_RAD_S / MINUTE_S for shift in steering_limits_rad(heads, CLIMB))
    # The Shuttle's planar windows to this inclination were quoted as five minutes to either side; what a rocket keeps
    # for it differs by a factor of two, the square root of which the window goes with.
    assert -7.0 < early < -3.5
    assert 3.5 < late < 7.0


def test_steered_place_lies_in_the_wanted_plane_below_the_unsteered_one():
    shift = np.full(len(VOSTOCHNY), 0.03)
    offset, _, argument = _beside(VOSTOCHNY, CLIMB, shift)
    u, i = VOSTOCHNY.argument_rad + CLIMB.downrange_rad, VOSTOCHNY.inclination_rad
    place = np.stack([np.cos(u), np.sin(u) * np.cos(i), np.sin(u) * np.sin(i)], -1)
    # The same point rebuilt in the wanted plane, its node 0.03 rad west, and lifted off it by the offset.
    c, s = np.cos(-0.03), np.sin(-0.03)
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    there = np.stack([np.cos(argument), np.sin(argument) * np.cos(i), np.sin(argument) * np.sin(i)], -1) @ turned.T
    assert np.linalg.norm(np.cross(there, place), axis=1) == pytest.approx(np.abs(offset), abs=1e-12)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_yaw_law_brings_an_integrated_ascent_into_the_plane(which):
    """Constant acceleration sideways to the plane, summed in small steps, against offset and heading to make up."""
    shift = np.full(len(VOSTOCHNY), 0.01)
    offset, heading, _ = (values[which] for values in _beside(VOSTOCHNY, CLIMB, shift))
    share = 1.0 - FIRST_STAGE_SHARE
    speed, time = share * CLIMB.speed_km_s, share * CLIMB.time_s
    alpha = -heading / share
    kappa = 6.0 * (-offset * RADIUS_KM / (speed * time) - 0.5 * alpha)
    steps = 20_000
    dt = time / steps
    t = (np.arange(steps) + 0.5) * dt
    yaw = alpha + kappa * (1.0 - 2.0 * t / time)
    sideways = np.cumsum(speed / time * yaw * dt)
    # 1e-4: of the sum's steps; the law itself is exact for small angles.
    assert sideways[-1] == pytest.approx(-heading * CLIMB.speed_km_s, rel=1e-4, abs=1e-7)
    assert np.sum(sideways * dt) == pytest.approx(-offset * RADIUS_KM, rel=1e-3)
    loss = np.sum(speed / time * (1.0 - np.cos(yaw)) * dt)
    assert steering_loss_km_s(VOSTOCHNY, CLIMB, shift)[which] == pytest.approx(loss, rel=0.01)  # cosines, not squares
