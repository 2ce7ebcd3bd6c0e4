from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.spans import spans_of_samples
from sim.transfer.landing_light import ECLIPSED_RAD, SiteLight, light_table
from sim.transfer.landing_query import (
    best_contact_between,
    best_left_between,
    best_light_between,
    best_of_cell_range,
    contact_at,
    light_at,
    light_left_at,
    light_margin_at,
    sun_of,
)

STEP_S = 1800.0


def table(elevation, above, elevation_band=None, above_band=None):
    count = len(elevation)
    site = np.tile([1.0, 0.0, 0.0], (count, 1))
    return light_table(SiteLight(0.0, STEP_S, site, np.array(elevation), np.array(above)), elevation_band, above_band)


def margin(light, t):
    grid = STEP_S * np.arange(len(light.sun_elevation_rad))
    values = np.interp(t, grid, light.sun_elevation_rad), np.interp(t, grid, light.sun_above_horizon_rad)
    middles, halves = light.bands_rad[::2], light.bands_rad[1::2]
    return np.min([half - np.abs(v - middle) for v, middle, half in zip(values, middles, halves, strict=True)], axis=0)


def test_light_not_asked_for_is_always_there():
    light = table([-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0])
    assert best_light_between(light, 0.0, 100.0) == np.inf
    np.testing.assert_array_equal(light.next_lit, [0, 1])


def test_next_lit_sees_light_between_two_dark_points():
    light = table([-1.0, -0.3, 0.3, 1.0], np.zeros(4), (-0.1, 0.1))
    np.testing.assert_array_equal(light.next_lit, [1, 1, 3])
    assert best_light_between(light, 0.0, 3 * STEP_S) == pytest.approx(0.1)
    assert best_light_between(light, 0.0, STEP_S) == pytest.approx(-0.2)


def test_no_light_is_as_asked_where_the_earth_covers_the_sun():
    light = SiteLight(0.0, STEP_S, np.tile([1.0, 0.0, 0.0], (4, 1)), np.full(4, 0.5), np.full(4, 0.5))
    eclipsed = replace(light, is_eclipsed=np.array([True, False, True]))
    asked = light_table(eclipsed, (0.1, 0.9), None)
    np.testing.assert_array_equal(asked.next_lit, [1, 1, 3])
    assert [light_margin_at(sun_of(asked), x * STEP_S) for x in (0.5, 1.5, 2.5)] == [ECLIPSED_RAD, 0.4, ECLIPSED_RAD]
    assert best_light_between(asked, 0.2 * STEP_S, 0.7 * STEP_S) == ECLIPSED_RAD
    assert best_light_between(asked, 0.2 * STEP_S, 2.7 * STEP_S) == pytest.approx(0.4)
    # What is told of the Sun stays true, and light left is that of the horizon.
    assert light_at(sun_of(asked), 0.5 * STEP_S) == (0.5, 0.5)
    assert light_left_at(asked, 0.5 * STEP_S) == light_left_at(light_table(light, (0.1, 0.9), None), 0.5 * STEP_S)
    assert light_margin_at(sun_of(light_table(eclipsed, None, None)), 0.5 * STEP_S) == np.inf


def test_best_of_cells_is_the_maximum_of_any_range():
    rng = np.random.default_rng(3)
    light = table(rng.normal(size=38), rng.normal(size=38), (-0.5, 0.5), (-0.4, 0.9))
    for first in range(37):
        for last in range(first, 37):
            assert best_of_cell_range(light.range_best, first, last) == light.range_best[0, first : last + 1].max()
    assert best_of_cell_range(light.range_best, 5, 4) == -np.inf


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.99), st.floats(0.0, 0.99))
def test_best_light_is_that_of_a_dense_scan(seed, a, b):
    rng = np.random.default_rng(seed)
    band = sorted(rng.uniform(-1, 1, 2))
    light = table(rng.uniform(-1, 1, 12), rng.uniform(-1, 1, 12), tuple(band), (-0.3, 0.4))
    start, stop = sorted((a * 11 * STEP_S, b * 11 * STEP_S))
    dense = margin(light, np.linspace(start, stop, 20001)).max()
    best = best_light_between(light, start, stop)
    # Values change by up to 2 a cell: a scan of 20001 points over 11 cells misses a peak by under 1e-3.
    assert dense - 1e-12 <= best <= dense + 1.2e-3


def test_light_left_runs_to_the_sunset_between_two_points():
    light = SiteLight(
        0.0, STEP_S, np.tile([1.0, 0.0, 0.0], (6, 1)), np.zeros(6), np.array([-1.0, 1.0, 3.0, 1.0, -1.0, 0.5])
    )
    # Sunset half way from point 3 to point 4; the last day outlasts the grid.
    left = spans_of_samples(light.epochs_tdb_s, light.sun_above_horizon_rad).left_s
    np.testing.assert_allclose(
        left(light.epochs_tdb_s), [0.0, 2.5 * STEP_S, 1.5 * STEP_S, 0.5 * STEP_S, 0.0, 0.0], atol=1e-6
    )
    asked = light_table(light, None, None, 2.0 * STEP_S)
    assert light_left_at(asked, 0.4 * STEP_S) == 0.0
    assert light_left_at(asked, 0.5 * STEP_S) == pytest.approx(3.0 * STEP_S)
    assert best_left_between(asked, 0.0, 3.0 * STEP_S) == pytest.approx(3.0 * STEP_S)  # at the sunrise
    assert best_left_between(asked, 0.75 * STEP_S, 3.0 * STEP_S) == pytest.approx(2.75 * STEP_S)
    assert best_left_between(asked, 3.6 * STEP_S, 4.5 * STEP_S) == 0.0
    np.testing.assert_array_equal(asked.next_lit, [0, 1, 5, 5, 5])
    for t in STEP_S * np.linspace(0.01, 4.99, 84):
        assert light_left_at(asked, t) == pytest.approx(float(left(t)), abs=1e-6)


def test_contact_that_is_asked_has_to_be_known_and_to_fit_the_grid():
    bare = SiteLight(0.0, STEP_S, np.tile([1.0, 0.0, 0.0], (4, 1)), np.zeros(4), np.zeros(4))
    with pytest.raises(ValueError, match="does not know it"):
        light_table(bare, None, None, None, contact=True)
    with pytest.raises(ValueError, match="contact grid"):
        light_table(replace(bare, contact_rad=np.zeros(5)), None, None, None, contact=True)
    with pytest.raises(ValueError, match="contact grid"):
        light_table(replace(bare, contact_rad=np.full(4, np.nan)), None, None, None, contact=True)
    fine = light_table(replace(bare, contact_rad=np.zeros(19), contact_step_s=300.0), None, None, None, contact=True)
    assert contact_at(fine, 700.0) == 0.0
    assert contact_at(light_table(bare, None, None), 700.0) == np.inf


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.999), st.floats(0.0, 0.999))
def test_best_contact_is_that_of_a_dense_scan(seed, a, b):
    contact = np.random.default_rng(seed).uniform(-1, 1, 37)
    light = SiteLight(0.0, STEP_S, np.tile([1.0, 0.0, 0.0], (13, 1)), np.zeros(13), np.zeros(13), contact, STEP_S / 3)
    asked = light_table(light, None, None, None, contact=True)
    start, stop = sorted((a * 12 * STEP_S, b * 12 * STEP_S))
    grid = STEP_S / 3 * np.arange(37)
    epochs = np.concatenate([[start, stop], grid[(grid >= start) & (grid <= stop)]])
    assert best_contact_between(asked, start, stop) == pytest.approx(np.interp(epochs, grid, contact).max(), abs=1e-12)
