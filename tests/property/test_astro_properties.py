"""Round trips and invariants of time, frames and sky."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.frames import (
    state_gcrs_to_moon_me,
    state_gcrs_to_moon_pa,
    state_moon_me_to_gcrs,
    state_moon_pa_to_gcrs,
)
from sim.astro.rotations import euler_313, rotation_of_axes
from sim.astro.time import tdb_s_from_scale, tdb_s_from_utc, tdb_s_from_utc_datetime64, text_in_scale, utc_datetime64
from sim.station.site import disc_fraction, site_ephemeris, site_geometry

# 1972 (UTC as it is now) to 2100.
EPOCHS = st.floats(-8.8e8, 3.15e9)
SCALES = st.sampled_from(["UTC", "TAI", "TT", "TDB"])
STATES = st.tuples(*[st.floats(-5e5, 5e5)] * 3, *[st.floats(-12.0, 12.0)] * 3).map(np.array)
ANGLES = st.floats(-10.0, 10.0)

# The first call opens kernels and fills tables: no deadline.
unhurried = settings(deadline=None, max_examples=60)


@unhurried
@given(EPOCHS, SCALES)
def test_text_and_back(t_tdb_s, scale):
    # Half a nanosecond of text, and the last bit of 3e9 s: 0.5 microseconds.
    assert abs(tdb_s_from_scale(text_in_scale(t_tdb_s, scale, 9), scale) - t_tdb_s) < 1e-6


@unhurried
@given(EPOCHS)
def test_scales_differ_as_they_must(t_tdb_s):
    tt = tdb_s_from_scale(text_in_scale(t_tdb_s, "TT", 9), "TDB")
    tai = tdb_s_from_scale(text_in_scale(t_tdb_s, "TAI", 9), "TDB")
    assert abs(tt - t_tdb_s) < 2e-3
    assert abs(tt - tai - 32.184) < 2e-6


@unhurried
@given(st.integers(63_072_000_000, 4_000_000_000_000))
def test_datetime64_and_back(milliseconds):
    moment = np.datetime64(milliseconds, "ms")
    assert utc_datetime64(tdb_s_from_utc_datetime64(moment)) == moment
    assert abs(tdb_s_from_utc(str(moment)) - tdb_s_from_utc_datetime64(moment)) < 1e-6


@unhurried
@given(EPOCHS, STATES)
def test_frames_and_back(t_tdb_s, state):
    for there, back in (
        (state_gcrs_to_moon_me, state_moon_me_to_gcrs),
        (state_gcrs_to_moon_pa, state_moon_pa_to_gcrs),
    ):
        again = back(t_tdb_s, there(t_tdb_s, state))
        assert np.abs(again - state)[:3].max() < 1e-8
        assert np.abs(again - state)[3:].max() < 1e-13 * 1e3


@given(ANGLES, ANGLES, ANGLES)
def test_euler_angles_are_three_rotations(first, second, third):
    product = rotation_of_axes(2, third) @ rotation_of_axes(0, second) @ rotation_of_axes(2, first)
    assert np.abs(euler_313(first, second, third) - product).max() < 1e-14


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_disc_fraction_is_monotone_and_symmetric(low, high):
    low, high = min(low, high), max(low, high)
    fractions = disc_fraction(np.array([low, high, -low]), np.ones(3))
    assert fractions[0] <= fractions[1]
    assert abs(fractions[0] + fractions[2] - 1.0) < 1e-12


@unhurried
@given(EPOCHS, st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))
def test_sky_stays_in_range_and_is_opposite_for_the_antipode(t_tdb_s, latitude_deg, longitude_deg):
    here = site_ephemeris(site_geometry(latitude_deg, longitude_deg), t_tdb_s)
    there = site_ephemeris(site_geometry(-latitude_deg, longitude_deg + 180.0), t_tdb_s)
    assert 0.0 <= here.sun_azimuth_rad < 2.0 * np.pi
    # Sun's parallax over the Moon's diameter: 2.4e-5 rad.
    assert abs(here.sun_elevation_rad + there.sun_elevation_rad) < 3e-5
    assert not (here.earth_visible and there.earth_visible)
