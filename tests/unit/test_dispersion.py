"""Errors of an injection along a flight: matrices against integrated variational equations, covariance against flights.

Flights of 2.3, 4.5 and 8.5 days to a polar perilune at 100 km, January 2031.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import moon_quadrupoles, refly_many
from sim.astro.time import tdb_s_from_utc
from sim.constants import GM_MOON_KM3_S2, MOON_ROTATION_RAD_S, R_EARTH_KM, R_MOON_KM
from sim.transfer.dispersion import (
    FIRST_CORRECTION_S,
    BurnErrors,
    InjectionErrors,
    aim_point_km,
    arrival_state_icrf,
    correction_epoch_tdb_s,
    error_draws,
    flight_partials,
    flown_arrivals,
    linear_arrivals,
    linear_correction,
    perilune_passages,
    symplectic_inverse,
)
from sim.transfer.solve import TransferProblem, solve_transfer
from sim.units import DAY_S, DEG
from tests.independent import GM_EARTH, GM_MOON, GM_SUN, J2_R2, moon_and_sun

TIMES_OF_FLIGHT_D = (2.3, 4.5, 8.5)
ERRORS = InjectionErrors(position_km=1.0, velocity_km_s=1e-3)
NO_BURN_ERRORS = BurnErrors(0.0, 0.0)


@cache
def flight(days):
    start = float(tdb_s_from_utc("2031-01-12T06:00:00 TDB"))
    radii = R_EARTH_KM + 185.0, R_MOON_KM + 100.0
    return solve_transfer(
        TransferProblem(start, start + days * DAY_S, radii[0], 51.6 * DEG, radii[1], 90.0 * DEG, branch=0)
    )


@cache
def partials(days):
    return flight_partials(flight(days))


# --- matrices ------------------------------------------------------------------------------------------------------


def acceleration(transfer, t_tdb_s, r):
    """The map's force model, analytic in r, so that a complex step differentiates it."""

    def pull(gm, d):
        return -gm * d / np.sqrt(d @ d) ** 3

    moon, sun = moon_and_sun(t_tdb_s)
    pole, d = transfer.earth_pole_icrf, r - moon
    distance, height = np.sqrt(r @ r), r @ pole
    bulge = 1.5 * J2_R2 / distance**2
    k = -GM_EARTH / distance**3
    earth = k * (1.0 + bulge * (1.0 - 5.0 * height**2 / distance**2)) * r + 2.0 * k * bulge * height * pole
    angle = 2.0 * MOON_ROTATION_RAD_S * (t_tdb_s - transfer.arrival_tdb_s)
    q0, qc, qs = moon_quadrupoles(transfer.moon_pa_axes_icrf)
    q = q0 + qc * np.cos(angle) + qs * np.sin(angle)
    away = np.sqrt(d @ d)
    quadrupole = 2.0 * q @ d / away**5 - 5.0 * (d @ q @ d) * d / away**7
    third = pull(GM_MOON, d) + pull(GM_MOON, moon) + pull(GM_SUN, r - sun) + pull(GM_SUN, sun)
    return earth + quadrupole + third


def variational(transfer, state, start_tdb_s, stop_tdb_s):
    """State-transition matrix (6, 6) by DOP853 of the 42 variational equations."""

    def slope(t, y):
        r, matrix = y[:3], y[6:].reshape(6, 6)
        steps = [acceleration(transfer, t, r + 1e-20j * axis) for axis in np.eye(3)]
        gradient = np.stack([step.imag for step in steps], axis=1) / 1e-20
        return np.concatenate([y[3:6], steps[0].real, np.concatenate([matrix[3:], gradient @ matrix[:3]]).ravel()])

    y0 = np.concatenate([state, np.eye(6).ravel()])
    solution = solve_ivp(slope, (start_tdb_s, stop_tdb_s), y0, method="DOP853", rtol=1e-11, atol=1e-10)
    return solution.y[6:, -1].reshape(6, 6)


def relative(found, wanted):
    """Largest difference, each 3 by 3 block over its own size."""
    blocks = [(a, b) for a in (slice(0, 3), slice(3, 6)) for b in (slice(0, 3), slice(3, 6))]
    return max(np.linalg.norm(found[k] - wanted[k]) / np.linalg.norm(wanted[k]) for k in blocks)


@pytest.mark.parametrize("days", TIMES_OF_FLIGHT_D)
def test_matrices_are_those_of_the_variational_equations(days):
    transfer, found = flight(days), partials(days)
    there = variational(transfer, transfer.tli_state_icrf, transfer.tli_tdb_s, found.correction_tdb_s)
    back = variational(transfer, arrival_state_icrf(transfer), transfer.arrival_tdb_s, found.correction_tdb_s)
    # measured: 7e-10 and 3e-7, truncation and rounding of the differences, and the reference's tolerance
    assert relative(found.to_correction, there) < 1e-8
    assert relative(symplectic_inverse(found.to_arrival), back) < 1e-6


@given(seed=st.integers(0, 500))
def test_symplectic_inverse(seed):
    random = np.random.default_rng(seed).standard_normal((3, 3, 3))
    lower, upper = (np.eye(6), np.eye(6))
    lower[3:, :3], upper[:3, 3:] = random[0] + random[0].T, random[1] + random[1].T
    matrix = lower @ upper
    assert symplectic_inverse(matrix) @ matrix == pytest.approx(np.eye(6), abs=1e-11)  # rounding of entries near 100


def test_the_first_correction_is_a_day_after_injection_or_half_way():
    transfer = flight(2.3)
    assert correction_epoch_tdb_s(transfer) == transfer.tli_tdb_s + FIRST_CORRECTION_S
    assert correction_epoch_tdb_s(transfer, 3.0 * DAY_S) == transfer.tli_tdb_s + 1.15 * DAY_S


# --- covariance and flights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", TIMES_OF_FLIGHT_D)
def test_true_flights_agree_with_the_covariance(days):
    """200 flown corrections against the matrices with the same errors, and the spread of many draws."""
    transfer, draws = flight(days), error_draws(20_000, (7,))
    linear = linear_arrivals(transfer, partials(days), ERRORS, BurnErrors(), draws)
    flown = flown_arrivals(transfer, partials(days), ERRORS, BurnErrors(), draws[:200])
    correction = linear_correction(transfer, partials(days), ERRORS)
    # one axis carries nearly all: the root mean square of n draws scatters by 1 / sqrt(2 n) = 0.5 %, taken three times
    assert np.sqrt(np.mean(linear.correction_km_s**2)) == pytest.approx(correction.rms_km_s, rel=0.015)
    # beyond the quantile 200 of 20 000 draws: a scatter of 7 % of 1 %, hence of 1 % in length, taken three times
    assert np.quantile(linear.correction_km_s, 0.99) == pytest.approx(correction.p99_km_s, rel=0.03)
    assert np.isfinite(flown.state_icrf).all()
    # second order: errors of 1e-4 of the speed, enlarged along the flight; corrections under 1 m/s stay out of sight
    assert flown.correction_km_s == pytest.approx(linear.correction_km_s[:200], rel=0.02, abs=2e-5)
    spread = [np.std(each, axis=0) for each in (flown.state_icrf, linear.state_icrf[:200])]
    assert spread[0] == pytest.approx(spread[1], rel=0.1)  # likewise at arrival, where the Moon bends most


@pytest.mark.parametrize("days", TIMES_OF_FLIGHT_D)
def test_without_burn_errors_every_flight_meets_the_perilune(days):
    transfer = flight(days)
    draws = error_draws(20, (3,))
    flown = flown_arrivals(transfer, partials(days), ERRORS, NO_BURN_ERRORS, draws)
    linear = linear_arrivals(transfer, partials(days), ERRORS, NO_BURN_ERRORS, draws)
    # Newton stops at 1 m at the correction, which is some 10 m at the Moon
    assert flown.state_icrf[:, :3] == pytest.approx(np.tile(transfer.perilune_state_icrf[:3], (20, 1)), abs=0.05)
    # the solved inverse makes this zero but for rounding of entries of 1e6 s
    assert linear.state_icrf[:, :3] == pytest.approx(np.tile(transfer.perilune_state_icrf[:3], (20, 1)), abs=1e-4)


def test_errors_and_corrections_scale():
    transfer, found = flight(4.5), partials(4.5)
    one = linear_correction(transfer, found, ERRORS)
    two = linear_correction(transfer, found, InjectionErrors(2.0, 2e-3))
    none = linear_correction(transfer, found, InjectionErrors(0.0, 0.0))
    assert (two.rms_km_s, two.p99_km_s, two.miss_km) == pytest.approx(
        (2.0 * one.rms_km_s, 2.0 * one.p99_km_s, 2.0 * one.miss_km), rel=1e-9
    )
    assert (none.rms_km_s, none.p99_km_s, none.miss_km, none.chance_within(0.0)) == (0.0, 0.0, 0.0, 1.0)
    assert one.chance_within(one.p99_km_s) == pytest.approx(0.99, abs=3e-5)


def test_the_miss_is_that_of_flights_whose_errors_are_small():
    """Uncorrected flights of 1 m and 1 mm/s, their aim points against the matrices' root mean square."""
    transfer, count, small = flight(4.5), 400, InjectionErrors(1e-3, 1e-6)
    draws = error_draws(count, (11,))
    rows = np.vstack([np.zeros(6), draws[:, :6] * small.sigma])
    ends = refly_many(
        transfer.tli_state_icrf + rows,
        np.full(count + 1, transfer.tli_tdb_s),
        np.full(count + 1, transfer.arrival_tdb_s),
        np.tile(transfer.earth_pole_icrf, (count + 1, 1)),
        np.tile(transfer.moon_pa_axes_icrf, (count + 1, 1, 1)),
    )
    aim = aim_point_km(ends - np.concatenate(Ephemeris.de440().moon_geocentric(transfer.arrival_tdb_s)))
    miss = np.sqrt(np.mean(np.sum((aim[1:] - aim[0]) ** 2, axis=1)))
    wanted = linear_correction(transfer, partials(4.5), small).miss_km
    assert miss == pytest.approx(wanted, rel=0.11)  # 400 draws, one axis: 1 / sqrt(800), taken three times


def test_draws_do_not_depend_on_their_number():
    assert np.array_equal(error_draws(5, (1, 2)), error_draws(50, (1, 2))[:5])
    assert not np.array_equal(error_draws(5, (1, 2)), error_draws(5, (1, 3)))


# --- hyperbolas ----------------------------------------------------------------------------------------------------

PERILUNE_KM, EXCESS_KM_S = st.floats(1000.0, 9000.0), st.floats(0.5, 2.0)


def at_perilune(radius_km, excess_km_s, seed):
    """State at perilune in random axes, and those axes: towards, along, normal."""
    axes = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0].T
    speed = np.sqrt(excess_km_s**2 + 2.0 * GM_MOON_KM3_S2 / radius_km)
    return np.concatenate([radius_km * axes[0], speed * axes[1]]), axes


def kepler(state, seconds):
    """Two-body flight by DOP853, Moon-centred."""
    solution = solve_ivp(
        lambda _, y: np.concatenate([y[3:], -GM_MOON_KM3_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3]),
        (0.0, seconds),
        state,
        method="DOP853",
        rtol=1e-12,
        atol=1e-9,
    )
    return solution.y[:, -1]


@given(radius_km=PERILUNE_KM, excess_km_s=EXCESS_KM_S, seed=st.integers(0, 99), minutes=st.floats(-40.0, 40.0))
def test_perilune_of_a_hyperbola_from_any_state_on_it(radius_km, excess_km_s, seed, minutes):
    state, _ = at_perilune(radius_km, excess_km_s, seed)
    epochs, passages = perilune_passages(1e3, kepler(state, 60.0 * minutes)[None])
    assert epochs[0] == pytest.approx(1e3 - 60.0 * minutes, abs=1e-4)  # the integration's 1e-9 km over km/s
    assert passages[0, :3] == pytest.approx(state[:3], abs=1e-4)
    assert passages[0, 3:] == pytest.approx(state[3:], abs=1e-7)


def test_a_bound_state_passes_no_perilune():
    epochs, passages = perilune_passages(0.0, np.array([[2000.0, 0.0, 0.0, 0.0, 1.5, 0.0]]))
    assert np.isnan(epochs).all()
    assert np.isnan(passages).all()


@given(radius_km=PERILUNE_KM, excess_km_s=EXCESS_KM_S, seed=st.integers(0, 99))
def test_aim_point_lies_where_the_asymptote_comes_in(radius_km, excess_km_s, seed):
    state, axes = at_perilune(radius_km, excess_km_s, seed)
    aim = aim_point_km(state)
    # impact parameter by conservation of angular momentum, h = b v_infinity
    assert np.linalg.norm(aim) == pytest.approx(radius_km * np.linalg.norm(state[3:]) / excess_km_s, rel=1e-9)
    assert aim @ axes[2] == pytest.approx(0.0, abs=1e-8)
    eccentricity = 1.0 + radius_km * excess_km_s**2 / GM_MOON_KM3_S2
    # direction of flight long before perilune: the true anomaly there has the cosine -1 / e
    before = np.array([1.0, np.sqrt(eccentricity**2 - 1.0)]) / eccentricity @ axes[:2]
    assert aim @ before == pytest.approx(0.0, abs=1e-8)
    assert aim @ state[:3] > 0.0  # the Moon bends the flight towards itself
