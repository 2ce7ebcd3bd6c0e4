"""Sine and cosine, circular and hyperbolic, as polynomials that the compiler can put into vector registers."""

from __future__ import annotations

from sim.jit import jit


@jit(fastmath=True)
def sin_cos(angle: float) -> tuple[float, float]:
    """Sine and cosine of ``angle`` (rad): Taylor series of a quarter of it, doubled twice.

    Good to 5e-15 for |angle| ≤ 3, 5e-14 to 3.5, 1e-11 to 5.
    """
    x = 0.25 * angle
    q = x * x
    s = x * (
        1.0
        + q
        * (
            -1.0 / 6.0
            + q
            * (
                1.0 / 120.0
                + q
                * (
                    -1.0 / 5040.0
                    + q * (1.0 / 362880.0 + q * (-1.0 / 39916800.0 + q * (1.0 / 6227020800.0 - q / 1307674368000.0)))
                )
            )
        )
    )
    c = 1.0 + q * (
        -1.0 / 2.0
        + q
        * (
            1.0 / 24.0
            + q
            * (
                -1.0 / 720.0
                + q * (1.0 / 40320.0 + q * (-1.0 / 3628800.0 + q * (1.0 / 479001600.0 - q / 87178291200.0)))
            )
        )
    )
    s, c = 2.0 * s * c, 1.0 - 2.0 * s * s
    return 2.0 * s * c, 1.0 - 2.0 * s * s


@jit(fastmath=True)
def sinh_cosh(x: float) -> tuple[float, float]:
    """Hyperbolic sine and cosine of ``x``: Taylor series of an eighth of it, doubled three times.

    Relative error 2e-14 for |x| ≤ 4, 1e-12 to 6.
    """
    y = 0.125 * x
    q = y * y
    s = y * (
        1.0
        + q
        * (
            1.0 / 6.0
            + q * (1.0 / 120.0 + q * (1.0 / 5040.0 + q * (1.0 / 362880.0 + q * (1.0 / 39916800.0 + q / 6227020800.0))))
        )
    )
    c = 1.0 + q * (
        1.0 / 2.0 + q * (1.0 / 24.0 + q * (1.0 / 720.0 + q * (1.0 / 40320.0 + q * (1.0 / 3628800.0 + q / 479001600.0))))
    )
    s, c = 2.0 * s * c, 1.0 + 2.0 * s * s
    s, c = 2.0 * s * c, 1.0 + 2.0 * s * s
    return 2.0 * s * c, 1.0 + 2.0 * s * s


@jit(fastmath=True)
def small_sin_versine(angle: float) -> tuple[float, float]:
    """Sine and 1 − cosine of a small ``angle`` (rad, |angle| ≤ 0.3), without cancellation; 2e-13."""
    q = angle * angle
    s = angle * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q / 362880.0))))
    v = q * (0.5 + q * (-1.0 / 24.0 + q * (1.0 / 720.0 + q * (-1.0 / 40320.0 + q / 3628800.0))))
    return s, v
