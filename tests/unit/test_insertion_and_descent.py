from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalog.loader import load_catalog
from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.transfer.descent import descent_dv_km_s, impulsive_descent_km_s, plane_turn_dv_km_s
from sim.transfer.insertion import (
    apsis_speed_km_s,
    burn_time_s,
    finite_burn_loss_km_s,
    insertion_dv_km_s,
    insertion_to_orbit_dv_km_s,
    perilune_speed_km_s,
)

radii = st.floats(1750.0, 20000.0)


@given(radii, radii)
def test_apsis_speeds_conserve_energy_and_angular_momentum(a_km, b_km):
    va, vb = apsis_speed_km_s(a_km, b_km), apsis_speed_km_s(b_km, a_km)
    assert va * a_km == pytest.approx(vb * b_km, rel=1e-13)
    energy = va**2 / 2 - GM_MOON_KM3_S2 / a_km
    assert energy == pytest.approx(-GM_MOON_KM3_S2 / (a_km + b_km), rel=1e-11)


@given(st.floats(0.3, 2.0), radii)
def test_hyperbola_keeps_its_excess_speed(excess, radius_km):
    v = perilune_speed_km_s(excess, radius_km)
    assert np.sqrt(v**2 - 2 * GM_MOON_KM3_S2 / radius_km) == pytest.approx(excess, rel=1e-9)


def test_insertion_into_low_circles():
    # Vis-viva by hand for excess 0.7 and 1.0 km/s, rounded to 1 m/s: 100 km 780 and 884, 200 km 765 and 871.
    for height, low, high in ((100.0, 0.780, 0.884), (200.0, 0.765, 0.871)):
        radius = R_MOON_KM + height
        dv = insertion_dv_km_s(perilune_speed_km_s([0.7, 1.0], radius), radius, radius)
        np.testing.assert_allclose(dv, [low, high], atol=1.5e-3)


def test_plane_change_costs_what_the_law_of_cosines_says():
    circle = apsis_speed_km_s(1837.4, 1837.4)
    assert insertion_dv_km_s(circle, 1837.4, 1837.4, np.pi / 3) == pytest.approx(circle)  # an equilateral triangle
    assert insertion_dv_km_s(2.45, 1837.4, 1837.4, 0.0) == pytest.approx(2.45 - circle)


def test_two_burns_are_one_where_the_perilunes_agree():
    one = insertion_dv_km_s(2.45, 1837.4, 4837.4)
    assert insertion_to_orbit_dv_km_s(2.45, 1837.4, 1837.4, 4837.4) == pytest.approx(one, rel=1e-15)
    assert insertion_to_orbit_dv_km_s(2.45, 1837.4, 1937.4, 1937.4) > insertion_dv_km_s(2.45, 1837.4, 1937.4)


def test_nan_stays_nan_and_shapes_broadcast():
    dv = insertion_dv_km_s(np.array([[2.4], [np.nan]]), 1837.4, np.array([1837.4, 3000.0]))
    assert dv.shape == (2, 2)
    assert np.all(np.isnan(dv[1]))
    assert np.all(dv[0] > 0)


def test_finite_burn_of_chang_e_5_costs_three_percent():
    # 17 minutes near 100 km: (mu / r^3) T^2 / 24 = 7.90e-7 * 1020^2 / 24 = 3.4 %.
    assert finite_burn_loss_km_s(1.0, 1020.0, 1837.4) == pytest.approx(0.0343, abs=2e-4)
    # 8.2 t, 3 kN at 310 s for 810 m/s: 1918 kg at 0.987 kg/s.
    assert burn_time_s(0.810, 8200.0, 310.0, 3000.0) == pytest.approx(1943.0, rel=5e-3)


def test_descent_from_the_reference_circle_is_the_catalogue_figure():
    catalog = load_catalog()
    lander, orbit = catalog.landers["storable_heavy"], catalog.staging_orbits["llo_polar_100"]
    assert descent_dv_km_s(lander, orbit, 0.0) == pytest.approx(lander.descent_dv.value / 1000.0, rel=1e-15)
    assert descent_dv_km_s(lander, orbit, 0.0, "low") == pytest.approx(lander.descent_dv.high / 1000.0)
    assert descent_dv_km_s(lander, orbit, 0.0, "high") == pytest.approx(lander.descent_dv.low / 1000.0)


def test_descent_from_other_orbits_differs_by_the_impulses():
    catalog = load_catalog()
    lander, reference = catalog.landers["storable_heavy"], catalog.staging_orbits["llo_polar_100"]
    ellipse, higher = catalog.staging_orbits["polar_ellipse_100_3000"], catalog.staging_orbits["llo_polar_200"]
    base = descent_dv_km_s(lander, reference, 0.0)
    drop = apsis_speed_km_s(1837.4, 4737.4) - apsis_speed_km_s(1837.4, 1837.4)
    assert descent_dv_km_s(lander, ellipse, 0.0) - base == pytest.approx(drop)
    # From 200 km: deorbit 41 instead of 19 m/s, 21 m/s more speed at 15 km, circles by vis-viva: 44 m/s in all.
    assert descent_dv_km_s(lander, higher, 0.0) - base == pytest.approx(0.0434, abs=2e-3)


def test_a_perilune_below_braking_height_is_braked_from_directly():
    assert impulsive_descent_km_s(10.0, 100.0) == pytest.approx(apsis_speed_km_s(1747.4, 1837.4))


def test_cross_range_costs_a_plane_turn():
    # 2 v sin(chi/2) at 1.6335 km/s: 1 degree 28.5 m/s.
    np.testing.assert_allclose(plane_turn_dv_km_s(100.0, np.radians([0.0, 1.0, -1.0])), [0, 0.0285, 0.0285], atol=5e-5)
