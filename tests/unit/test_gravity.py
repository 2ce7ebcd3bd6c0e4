"""Harmonics of the Moon: against their own potential, at the poles, far away; reading a field from a file."""

from math import factorial

import numpy as np
import pytest
from scipy.special import lpmv

from sim.astro.gravity import GRGM660PRIM_PATH, field_acceleration, gravity_field, grgm660prim
from sim.astro.gravity_file import read_gravity_file
from sim.constants import C20_MOON, C22_MOON, R_MOON_GRAVITY_KM
from sim.errors import ScenarioError, UsageError

PLACES_KM = np.array(
    [
        [1200.0, 900.0, 1100.0],
        [10.0, -5.0, 1800.0],
        [3000.0, -2500.0, -4000.0],
        [0.0, 0.0, 1850.0],
        [0.0, 0.0, -1900.0],
        [-1750.0, 3.0, 0.0],
    ]
)
HEADER = "# GM_m3_s2 4.9028e12   R_ref_m 1738000.0\n"


def acceleration(field, place_km, degree=None):
    return np.array(
        field_acceleration(
            *place_km,
            field.gm_km3_s2,
            field.reference_radius_km,
            field.degree if degree is None else degree,
            field.series,
        )
    )


def potential(coefficients, degree, place_km):
    """The series as a textbook writes it, with scipy's Legendre functions: the oracle."""
    x, y, z = place_km
    r = np.linalg.norm(place_km)
    longitude, sine = np.arctan2(y, x), z / r
    total = 0.0
    for n in range(degree + 1):
        for m in range(n + 1):
            norm = np.sqrt((2 - (m == 0)) * (2 * n + 1) * factorial(n - m) / factorial(n + m))
            term = coefficients.cosine[n, m] * np.cos(m * longitude) + coefficients.sine[n, m] * np.sin(m * longitude)
            total += (coefficients.reference_radius_km / r) ** n * (-1) ** m * lpmv(m, n, sine) * norm * term
    return coefficients.gm_km3_s2 / r * total


def gradient(coefficients, degree, place_km, step_km=0.5):
    """Sixth-order central differences of the potential."""
    result = np.zeros(3)
    for axis in range(3):
        e = np.eye(3)[axis] * step_km
        for k, weight in ((1, 45.0), (2, -9.0), (3, 1.0)):
            ahead = potential(coefficients, degree, place_km + k * e)
            result[axis] += weight * (ahead - potential(coefficients, degree, place_km - k * e)) / (60.0 * step_km)
    return result


@pytest.mark.parametrize("place_km", PLACES_KM)
@pytest.mark.parametrize("degree", [0, 1, 2, 8, 20, 50])
def test_acceleration_is_the_gradient_of_the_potential(degree, place_km):
    coefficients = read_gravity_file(GRGM660PRIM_PATH)
    expected = gradient(coefficients, degree, place_km)
    actual = acceleration(grgm660prim(degree), place_km)
    # 5e-11: rounding of the differences, 1e-16 of the potential over a step of 3e-4 of the radius
    assert np.abs(actual - expected).max() < 5e-11 * np.linalg.norm(expected)


def test_first_degree_shifts_the_centre(tmp_path):
    """Cbar10 and Cbar11 move the centre of mass: sqrt(3) R Cbar, to first order."""
    path = tmp_path / "shifted.txt"
    path.write_text(HEADER + "1 0 1e-7 0\n1 1 2e-7 -3e-7\n")
    field = gravity_field(read_gravity_file(path))
    place_km = np.array([2000.0, 1000.0, -500.0])
    shift_km = np.sqrt(3.0) * 1738.0 * np.array([2e-7, -3e-7, 1e-7])
    d = place_km - shift_km
    expected = -4902.8 * d / np.linalg.norm(d) ** 3
    np.testing.assert_allclose(acceleration(field, place_km), expected, rtol=1e-12)


def test_nothing_special_happens_at_the_pole():
    at_pole = acceleration(grgm660prim(50), np.array([0.0, 0.0, 1800.0]))
    beside = acceleration(grgm660prim(50), np.array([1e-7, -1e-7, 1800.0]))
    np.testing.assert_allclose(at_pole, beside, rtol=0.0, atol=2e-13)  # 0.1 mm aside turns the pull by 6e-11


def test_far_away_the_cut_degree_is_not_felt():
    """Degrees below (R/r)^n = 1e-14 are left out: no difference to a field of few degrees there."""
    place_km = np.array([250000.0, -150000.0, 90000.0])
    np.testing.assert_array_equal(acceleration(grgm660prim(50), place_km), acceleration(grgm660prim(10), place_km))


def test_the_cut_is_smooth_to_rounding():
    """Just inside and outside the distance where a degree drops out the pull differs by the step alone."""
    field = grgm660prim(50)
    radius_km = 1738.0 * 1e-14 ** (-1.0 / 20.0)
    inside, outside = (acceleration(field, np.array([0.6, 0.48, 0.64]) * radius_km * f) for f in (1 - 1e-12, 1 + 1e-12))
    np.testing.assert_allclose(inside, outside, rtol=1e-11)


def test_underground_the_moon_is_a_point():
    """The series diverges there; a path through the ground is still followed to its end."""
    inside = acceleration(grgm660prim(50), np.array([0.0, 300.0, 0.0]))
    np.testing.assert_allclose(inside, [0.0, -grgm660prim(50).gm_km3_s2 / 300.0**2, 0.0], rtol=1e-14)


def test_quadrupole_constants_are_those_of_the_packaged_field():
    coefficients = read_gravity_file(GRGM660PRIM_PATH)
    assert pytest.approx(C20_MOON, rel=1e-14) == np.sqrt(5.0) * coefficients.cosine[2, 0]
    assert pytest.approx(C22_MOON, rel=1e-14) == np.sqrt(5.0 / 12.0) * coefficients.cosine[2, 2]
    assert coefficients.reference_radius_km == R_MOON_GRAVITY_KM
    assert coefficients.gm_km3_s2 == pytest.approx(4902.79980693169, rel=1e-15)  # Lemoine et al. 2013


def test_a_degree_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="known to degree 50, not 51"):
        grgm660prim(51)


def test_a_file_brings_its_own_gm_and_radius(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text(
        "# GM_m3_s2: 4.9e12\n# R_ref_m = 1.7374D6\n2, 0, -9.1D-5, 0, 1e-9, 1e-9\n  4 2 1e-6 -2e-6  # note\n"
    )
    coefficients = read_gravity_file(path)
    assert coefficients.gm_km3_s2 == pytest.approx(4900.0)
    assert coefficients.reference_radius_km == pytest.approx(1737.4)
    assert coefficients.cosine.shape == (5, 5)
    assert coefficients.cosine[0, 0] == 1.0
    assert coefficients.cosine[2, 0] == -9.1e-5
    assert coefficients.sine[4, 2] == -2e-6
    assert coefficients.cosine[3].sum() == 0.0


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "does not say GM_m3_s2"),
        ("2 0 1e-4 0\n", 1, "does not say R_ref_m"),
        (HEADER, 1, "holds no coefficient"),
        (HEADER + "2 0 1e-4\n", 2, "3 columns"),
        (HEADER + "\n2 3 1e-4 0\n", 3, "order 3 is above degree 2"),
        (HEADER + "2.5 0 1e-4 0\n", 2, "whole numbers"),
        (HEADER + "-2 0 1e-4 0\n", 2, "whole numbers"),
        (HEADER + "2 0 nan 0\n", 2, "not finite"),
        (HEADER + "2 0 inf 0\n", 2, "not finite"),
        (HEADER + "2 0 abc 0\n", 2, "not finite"),
        (HEADER + "2 0 1 0\n", 2, "above 0.1"),
        (HEADER + "0 0 0.5 0\n", 2, "central coefficient"),
        (HEADER + "2 0 1e-4 0\n2 0 1e-4 0\n", 3, "stands in line 2 already"),
        (HEADER + "99999 0 1e-9 0\n", 2, "highest that is supported"),
        ("# GM_m3_s2 -5 R_ref_m 1738000\n2 0 1e-4 0\n", 1, "does not say|not a body"),
    ],
)
def test_a_damaged_file_is_said_with_its_line(tmp_path, text, line, what):
    path = tmp_path / "damaged.txt"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=what) as caught:
        read_gravity_file(path)
    assert any(problem.line == line and problem.file == str(path) for problem in caught.value.problems)


def test_a_file_that_is_no_text_or_not_there_is_said(tmp_path):
    path = tmp_path / "binary.txt"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ScenarioError, match="cannot be read as text"):
        read_gravity_file(path)
    with pytest.raises(UsageError, match="no such gravity file"):
        read_gravity_file(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="no such gravity file"):
        read_gravity_file(tmp_path)
