from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.transfer.landing_light import SiteLight, light_table
from sim.transfer.landing_query import best_light_between, best_of_cell_range

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
