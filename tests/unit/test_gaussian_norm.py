"""Length of a Gaussian vector against closed forms, an inverted Laplace transform, and its symmetries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import halfnorm, maxwell, rayleigh

from sim.transfer.gaussian_norm import chance_within, quantile, root_mean_square

BOUNDS = np.linspace(0.01, 5.0, 60)
SIZES = st.floats(1e-3, 10.0)


def inverted(axes, bound, terms=24):
    """Chance that the sum of axes z^2 is at most the bound's square, from its Laplace transform.

    Fixed Talbot contour: Abate & Valko 2004, International Journal for Numerical Methods in Engineering 60:979, eq. 20;
    good to 0.6 digits a term, here 1e-9 by rounding.
    """
    square = bound**2
    angle = np.arange(1, terms) * np.pi / terms
    r, cotangent = 0.4 * terms / square, 1.0 / np.tan(angle)
    s = np.concatenate([[r + 0j], r * angle * (cotangent + 1j)])
    slope = np.concatenate([[0.5 + 0j], 1.0 + 1j * (angle + (angle * cotangent - 1.0) * cotangent)])
    transform = np.prod((1.0 + 2.0 * np.asarray(axes)[:, None] * s) ** -0.5, axis=0) / s
    return r / terms * np.sum(np.real(np.exp(square * s) * transform * slope))


@pytest.mark.parametrize(
    ("axes", "law", "error"),
    [
        ((1.0, 1.0, 1.0), maxwell, 1e-12),  # rounding
        ((1.0, 0.0, 0.0), halfnorm, 1e-12),
        ((1.0, 1.0, 0.0), rayleigh, 3e-5),  # the quadrature's worst case: a root at the axis that vanishes
    ],
)
def test_closed_forms(axes, law, error):
    assert chance_within(np.diag(axes), BOUNDS) == pytest.approx(law.cdf(BOUNDS), abs=error)


@pytest.mark.parametrize("bound", [0.3, 0.7, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("axes", [(1.0, 0.3, 0.1), (1.0, 0.9, 0.01), (1.0, 0.03, 1e-5), (1.0, 1.0, 1.0)])
def test_unequal_axes_against_the_laplace_transform(axes, bound):
    assert chance_within(np.diag(axes), bound) == pytest.approx(inverted(axes, bound), abs=1e-6)


@given(sizes=st.tuples(SIZES, SIZES, SIZES), seed=st.integers(0, 1000), share=st.floats(0.01, 0.999))
def test_quantile_inverts_the_chance_in_any_axes(sizes, seed, share):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    covariance = turn @ np.diag(np.square(sizes)) @ turn.T
    length = quantile(covariance, share)
    # 12 rms / 16^5 / 2 is the quantile's resolution, 6e-6 rms; the density stays below 0.8 over the largest axis
    assert chance_within(covariance, length) == pytest.approx(share, abs=3e-5)
    straight = chance_within(np.diag(np.square(sizes)), length)
    assert chance_within(covariance, length) == pytest.approx(straight, abs=1e-6)  # eigenvalues of 1e-6 beside 100


@given(sizes=st.tuples(SIZES, SIZES, SIZES))
def test_chance_rises_from_nought_to_one(sizes):
    covariance = np.diag(np.square(sizes))
    chance = chance_within(covariance, root_mean_square(covariance) * np.linspace(0.0, 9.0, 40))
    assert chance[0] == 0.0
    assert np.all(np.diff(chance) > -1e-5)  # the quadrature's error
    assert chance[-1] == pytest.approx(1.0, abs=1e-9)


def test_no_spread_is_certain():
    assert chance_within(np.zeros((3, 3)), [-1.0, 0.0, 1.0]).tolist() == [0.0, 1.0, 1.0]
    assert quantile(np.zeros((3, 3)), 0.99) == 0.0


def test_root_mean_square():
    assert root_mean_square(np.diag([1.0, 4.0, 4.0])) == 3.0
