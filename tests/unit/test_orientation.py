"""The Moon's axes: sources, shapes, rates, and what stands in after 2051."""

import numpy as np
import pytest

from sim.astro import orientation
from sim.astro.orientation import (
    ME_FROM_PA,
    coverage_tdb_s,
    iau_icrf_to_moon_me,
    icrf_to_moon_me,
    icrf_to_moon_pa,
    moon_rotation_icrf_rad_s,
    orientation_source,
)
from sim.astro.time import tdb_s_from_utc
from sim.errors import DataMissingError

AFTER_KERNEL = tdb_s_from_utc("2055-06-01")


def test_matrices_are_rotations():
    matrix = icrf_to_moon_pa(np.linspace(-3e9, 3e9, 50).reshape(5, 10))
    assert matrix.shape == (5, 10, 3, 3)
    assert np.abs(matrix @ np.swapaxes(matrix, -1, -2) - np.eye(3)).max() < 1e-14
    assert np.linalg.det(matrix) == pytest.approx(np.ones((5, 10)))


def test_the_iau_series_stands_in_where_the_kernel_ends():
    t = np.linspace(-1e9, coverage_tdb_s()[1], 4001)
    gap_m = np.linalg.norm(icrf_to_moon_me(t) - iau_icrf_to_moon_me(t), axis=2).max(axis=1) * 1737400.0
    # The report of the IAU group promises about 150 m at the surface; 65 m in the mean for the pole.
    assert gap_m.max() < 160.0
    assert np.array_equal(
        icrf_to_moon_me(AFTER_KERNEL), ME_FROM_PA @ (ME_FROM_PA.T @ iau_icrf_to_moon_me(AFTER_KERNEL))
    )


def test_the_source_is_said():
    assert "DE421" in orientation_source(0.0)
    assert "IAU" not in orientation_source(0.0)
    assert orientation_source(AFTER_KERNEL).startswith("IAU")
    assert "IAU" in orientation_source(np.array([0.0, AFTER_KERNEL]))


def test_nan_gives_nan():
    matrix = icrf_to_moon_me(np.array([np.nan, 0.0]))
    assert np.isnan(matrix[0]).all()
    assert np.isfinite(matrix[1]).all()


def test_rotation_is_the_rate_of_the_axes():
    t = np.array([0.0, 5e8, 1.2e9, AFTER_KERNEL])
    step_s = 100.0
    rate = (icrf_to_moon_me(t + step_s) - icrf_to_moon_me(t - step_s)) / (2.0 * step_s)
    turning = -np.cross(moon_rotation_icrf_rad_s(t)[:, None], icrf_to_moon_me(t))
    # 1e-13 of 2.7e-6 rad/s: the difference quotient's own third-order term.
    assert np.abs(rate + turning).max() < 1e-13


def test_mean_earth_axis_points_to_the_earth():
    from sim.astro.ephemeris import Ephemeris

    t = np.linspace(0.0, 1.5e9, 5000)
    earth = -Ephemeris.de440().moon_geocentric(t)[0]
    along = np.einsum("nij,nj->ni", icrf_to_moon_me(t), earth / np.linalg.norm(earth, axis=1)[:, None])
    latitude, longitude = np.degrees(np.arcsin(along[:, 2])), np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    # Optical librations: 6.9 deg in latitude, 8.2 deg in longitude, none in the mean.
    assert np.abs(latitude).max() == pytest.approx(6.8, abs=0.15)
    assert np.abs(longitude).max() == pytest.approx(8.1, abs=0.2)
    assert longitude.mean() == pytest.approx(0.0, abs=0.1)


def test_a_missing_kernel_names_its_package(monkeypatch):
    monkeypatch.setattr(orientation, "find_spec", lambda name: None)
    with pytest.raises(DataMissingError, match="pip install lunarsky"):
        orientation.kernel_path()
