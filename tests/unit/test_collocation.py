"""The pieces of the transfer kernel, each against what it is defined as."""

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2
from sim.transfer import collocation as col
from sim.transfer import legs
from sim.transfer.guess import plane_normal
from sim.transfer.kernel import invert
from sim.transfer.lanes import LANES
from sim.transfer.quadrature import integration_matrix, leg_quadrature
from sim.transfer.series import sin_cos, sinh_cosh, small_sin_versine

PERIGEE_KM, PERILUNE_KM = 6563.1366, 1837.4  # 185 km and 100 km up
EARTH = (GM_EARTH_KM3_S2, PERIGEE_KM, 10.94)  # an ellipse of 6.5 days to the Moon's distance and back
MOON = (GM_MOON_KM3_S2, PERILUNE_KM, 2.48)  # a hyperbola of 0.9 km/s at infinity


# --- Kepler's problem written for this test ------------------------------------------------------------------------


def elements(mu, radius, speed):
    """Eccentricity and (signed) semi-major axis from an apsis."""
    return radius * speed**2 / mu - 1.0, 1.0 / (2.0 / radius - speed**2 / mu)


def anomaly_at(mu, e, a, t):
    mean = np.sqrt(mu / abs(a) ** 3) * t
    if a > 0.0:
        return brentq(lambda x: x - e * np.sin(x) - mean, -7.0, 7.0, xtol=1e-15, rtol=1e-15)
    return brentq(lambda x: e * np.sinh(x) - x - mean, -7.0, 7.0, xtol=1e-15, rtol=1e-15)


def position(mu, e, a, t):
    """Perifocal position (2,)."""
    x = anomaly_at(mu, e, a, t)
    if a > 0.0:
        return np.array([a * (np.cos(x) - e), a * np.sqrt(1.0 - e * e) * np.sin(x)])
    return np.array([-a * (e - np.cosh(x)), -a * np.sqrt(e * e - 1.0) * np.sinh(x)])


def derivative(function, at, step):
    """Fourth-order central difference."""
    near, far = function(at + step) - function(at - step), function(at + 2.0 * step) - function(at - 2.0 * step)
    return (8.0 * near - far) / (12.0 * step)


CASES = [(EARTH, legs.ellipse, legs.ellipse_rates, 2.3e5), (MOON, legs.hyperbola, legs.hyperbola_rates, -1.0e5)]


@pytest.fixture(params=CASES, ids=["ellipse", "hyperbola"])
def conic(request):
    (mu, radius, speed), basis, rates, t = request.param
    e, a = elements(mu, radius, speed)
    n, kappa = np.sqrt(mu / abs(a) ** 3), (1.0 - e * e) / e
    anomaly = anomaly_at(mu, e, a, t)
    return mu, e, a, n, kappa, t, anomaly, basis(e, abs(a), n, kappa, anomaly), rates(e, abs(a), n, anomaly)


def test_reference_state_is_keplers(conic):
    mu, e, a, _, _, t, _, (d, x, y, vx, vy, *_, time), _ = conic
    r = position(mu, e, a, t)
    np.testing.assert_allclose([x, y], r, rtol=1e-12)
    np.testing.assert_allclose([vx, vy], derivative(lambda s: position(mu, e, a, s), t, 30.0), rtol=1e-9)
    assert d * abs(a) == pytest.approx(np.linalg.norm(r), rel=1e-12)
    assert time == pytest.approx(t, rel=1e-11)


def test_variations_are_derivatives_by_the_elements(conic):
    """u4 = ∂r/∂e and u3 = 2a ∂r/∂a + κ ∂r/∂e, the latter at fixed time, the former at fixed mean anomaly."""
    mu, e, a, _, kappa, t, _, (_, _, _, _, _, x3, y3, x4, y4, _), _ = conic
    by_e = derivative(lambda s: position(mu, s, a, t), e, 1e-5)
    by_a = derivative(lambda s: position(mu, e, s, t), a, abs(a) * 1e-5)
    np.testing.assert_allclose([x4, y4], by_e, rtol=1e-7)  # difference: step^4 and rounding / step
    np.testing.assert_allclose([x3, y3], 2.0 * a * by_a + kappa * by_e, rtol=1e-7)


def test_rates_of_the_variation_are_its_time_derivative(conic):
    mu, e, a, n, kappa, t, _, _, rates = conic
    basis = legs.ellipse if a > 0.0 else legs.hyperbola

    def u4(s):
        return np.array(basis(e, abs(a), n, kappa, anomaly_at(mu, e, a, s))[7:9])

    np.testing.assert_allclose(rates, derivative(u4, t, 30.0), rtol=1e-8)


@pytest.mark.parametrize(("mu", "radius", "speed", "t"), [(*EARTH, 2.3e5), (*MOON, -1.0e5)])
def test_start_offset_is_the_derivative_by_the_apsis_speed(mu, radius, speed, t):
    table = np.zeros(legs.CONIC_SIZE)
    legs.set_conic(table, mu, radius, np.full(LANES, speed), LANES)
    e, a, n = table[legs.ECCENTRICITY], table[legs.SEMI_MAJOR], table[legs.MEAN_MOTION]
    basis = legs.ellipse if e < 1.0 else legs.hyperbola
    signed = a if e < 1.0 else -a
    _, _, _, _, _, x3, y3, x4, y4, _ = basis(e, a, n, table[legs.KAPPA], anomaly_at(mu, e, signed, t))
    c3, c4 = table[legs.SPEED_TO_C3], table[legs.SPEED_TO_C4]
    expected = derivative(lambda v: position(mu, *elements(mu, radius, v), t), speed, 1e-5)
    np.testing.assert_allclose([c3 * x3 + c4 * x4, c3 * y3 + c4 * y4], expected, rtol=1e-6)


# --- quadrature ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", [4, 16, 32])
def test_integration_is_exact_on_polynomials(nodes):
    s, matrix = integration_matrix(nodes)
    for degree in range(nodes):
        expected = np.append(s, 1.0) ** (degree + 1) / (degree + 1)
        np.testing.assert_allclose(matrix @ s**degree, expected, rtol=0.0, atol=2e-15 * nodes)


def test_whole_interval_is_gausss_rule():
    s, matrix = integration_matrix(16)
    assert matrix[-1] @ s**31 == pytest.approx(1.0 / 32.0, rel=1e-13)  # n nodes are exact to degree 2n − 1


def test_warp_ends_at_one_and_its_rate_is_its_derivative():
    rule = leg_quadrature(32, 0.6)
    s, _ = integration_matrix(32)
    np.testing.assert_allclose(rule.warp_rate, derivative(lambda x: x + 0.6 * x * (x - 1.0), s, 1e-3), rtol=1e-10)
    weights = np.concatenate([rule.weights, rule.weights[::-1]])
    assert weights @ rule.warp_rate == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("nodes", [16, 32, 40])
def test_halves_integrate_like_the_whole_matrix(nodes):
    """The kernel's odd and even halves against the matrix, on rates of all lanes."""
    rule = leg_quadrature(nodes, 0.6)
    rates = np.random.default_rng(nodes).normal(size=(nodes, col.C_SIZE))
    c = np.empty((nodes + 1, col.C_SIZE))
    parts = (rule.odd, rule.even, rule.weights, rule.warp, rule.warp_rate)
    col.integrate(parts, rates.copy().ravel(), c.ravel(), col.C_SIZE)
    np.testing.assert_allclose(c, integration_matrix(nodes)[1] @ rates, rtol=0.0, atol=1e-14)


# --- series --------------------------------------------------------------------------------------------------------


def test_series_agree_with_the_library():
    for x in np.linspace(-5.0, 5.0, 401):
        # the anomalies of a flight stay within 3 rad, the Moon's turn within 3.5, the guess's iterates within 5
        bound = 5e-15 if abs(x) <= 3.0 else 5e-14 if abs(x) <= 3.5 else 1e-11
        np.testing.assert_allclose(sin_cos(x), (np.sin(x), np.cos(x)), rtol=0.0, atol=bound)
    for x in np.linspace(-6.0, 6.0, 401):
        bound = 2e-14 if abs(x) <= 4.0 else 1e-12
        np.testing.assert_allclose(sinh_cosh(x), (np.sinh(x), np.cosh(x)), rtol=bound, atol=1e-15)
    for x in np.linspace(-0.3, 0.3, 101):
        expected = np.sin(x), 2.0 * np.sin(0.5 * x) ** 2
        np.testing.assert_allclose(small_sin_versine(x), expected, rtol=2e-13, atol=1e-18)


# --- guess and linear algebra --------------------------------------------------------------------------------------


def test_plane_normal_has_the_inclination_and_holds_the_point():
    pole = np.array([0.02, -0.05, 0.998])
    pole /= np.linalg.norm(pole)
    point = np.array([0.7, 0.6, 0.3])
    point /= np.linalg.norm(point)
    for sign in (-1.0, 1.0):
        *normal, short = plane_normal(*point, *pole, np.cos(0.9), sign)
        assert short < 0.0
        assert np.dot(normal, point) == pytest.approx(0.0, abs=1e-15)
        assert np.dot(normal, pole) == pytest.approx(np.cos(0.9), abs=1e-15)
        # ascending (−1): the motion normal × point goes north
        assert np.sign(np.dot(np.cross(normal, point), pole)) == -sign


def test_plane_out_of_reach_is_the_nearest_one():
    """A point at declination 0.5 rad and an inclination of 0.3: short by cos 0.3 − cos 0.5, motion due east."""
    point = np.array([np.cos(0.5), 0.0, np.sin(0.5)])
    *normal, short = plane_normal(*point, 0.0, 0.0, 1.0, np.cos(0.3), -1.0)
    assert short == pytest.approx(np.cos(0.3) - np.cos(0.5), abs=1e-15)
    np.testing.assert_allclose(np.cross(normal, point), [0.0, 1.0, 0.0], atol=1e-15)


def test_inverse_of_a_matrix_that_needs_pivots():
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(6, 6))
    matrix[0, 0] = matrix[2, 1] = 0.0
    inverse = matrix.copy()
    invert(inverse, np.zeros(6, np.int64))
    np.testing.assert_allclose(inverse @ matrix, np.eye(6), atol=1e-12)
