"""Errors of an injection along a flight: what the first correction costs, and how the flight arrives after it.

Linear part. Small errors go along a flight by its state-transition matrices. At the correction epoch the craft is off
by dr, dv; it aims again at the perilune position at the epoch planned (fixed-time-of-arrival guidance, Battin 1999, An
Introduction to the Mathematics and Methods of Astrodynamics, section 11.6)::

    0 = F_rr dr + F_rv (dv + correction)        F from the correction to perilune, in 3 by 3 blocks

so the correction is a matrix times the six errors at injection, its covariance follows, and its length is a weighted
chi-square. What is left at arrival is the changed velocity there, and the burn's own error carried on.

The burn's error has the same standard deviation on each axis: a share of the burn and a floor (Gates 1963, JPL TR
32-504, with equal errors of size and of direction). Left out: what tracking does not know of the orbit, and later
corrections. Those cost some tenths of a metre a second and would take out most of what the first one's error leaves,
so arrivals are here more spread than flown ones.

Sampling. ``flown_arrivals`` flies drawn errors in the map's full force model: to the correction epoch; back from the
perilune position, whose velocity is adjusted until the flight starts where the craft is, which gives the correction
without any linear step; and on to arrival with the burn's error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import MAP_TOLERANCE, refly_many
from sim.astro.rotations import rotation_of_axes
from sim.constants import GM_MOON_KM3_S2, MOON_ROTATION_RAD_S
from sim.transfer.flight import Transfer
from sim.transfer.gaussian_norm import chance_within, quantile, root_mean_square
from sim.units import DAY_S

FloatArray = NDArray[np.float64]

FIRST_CORRECTION_S = DAY_S
"""From injection: a day. LRO made its one a day after launch (2009-06-19 22:16 UTC, LROC news of 2009-06-20), Apollo 11
its only one 26.7 hours after lift-off (MSC-00171, Apollo 11 Mission Report)."""

STEP_KM, STEP_KM_S = 0.02, 2e-5
"""Half steps of the differences at injection; at perilune both are five times as long. The matrices are then good to
3e-7 of themselves or better (tests/unit/test_dispersion.py, against integrated variational equations)."""

SAMPLE_TOLERANCE = 1e-9
"""Of sampled flights: metres at the Moon."""

_LONGEST_CORRECTION_SHARE = 0.5
_NEWTON_STEPS = 8
_CLOSE_KM = 1e-3


@dataclass(frozen=True, slots=True)
class InjectionErrors:
    """Of the state after injection, 1 sigma on each axis, independent."""

    position_km: float
    velocity_km_s: float

    @property
    def sigma(self) -> FloatArray:
        """Standard deviations (6,), km and km/s."""
        return np.repeat([self.position_km, self.velocity_km_s], 3)


@dataclass(frozen=True, slots=True)
class BurnErrors:
    """Of a correction, 1 sigma on each axis: the root of the squares of a floor and of a share of the burn."""

    share: float = 0.01
    floor_km_s: float = 1e-5

    def sigma_km_s(self, burn_km_s: FloatArray) -> FloatArray:
        """Standard deviation (...) of burns (...)."""
        sigma: FloatArray = np.hypot(self.share * burn_km_s, self.floor_km_s)
        return sigma


@dataclass(frozen=True, slots=True)
class FlightPartials:
    """State-transition matrices (6, 6) of a flight, km and km/s: injection to correction, correction to arrival."""

    correction_tdb_s: float
    to_correction: FloatArray
    to_arrival: FloatArray

    @property
    def correction_gain(self) -> FloatArray:
        """Matrix (3, 6) from the errors at injection to the correction, km/s."""
        velocity_for_position = np.linalg.solve(self.to_arrival[:3, 3:], self.to_arrival[:3, :3])
        gain: FloatArray = -np.hstack([velocity_for_position, np.eye(3)]) @ self.to_correction
        return gain

    @property
    def corrected(self) -> FloatArray:
        """Matrix (6, 6) from the errors at injection to those at arrival after the correction; its position is 0."""
        at_correction = self.to_correction.copy()
        at_correction[3:] += self.correction_gain
        errors: FloatArray = self.to_arrival @ at_correction
        return errors


@dataclass(frozen=True, slots=True)
class Correction:
    """First correction by linear covariance.

    ``covariance_km2_s2`` (3, 3) ICRF; ``miss_km`` is the root mean square miss of the aim point in the plane square to
    the incoming asymptote (the B-plane), were nothing corrected.
    """

    covariance_km2_s2: FloatArray
    rms_km_s: float
    p99_km_s: float
    miss_km: float

    def chance_within(self, allowance_km_s: float) -> float:
        """Chance that an allowance covers it."""
        return float(chance_within(self.covariance_km2_s2, allowance_km_s))


@dataclass(frozen=True, slots=True)
class Arrivals:
    """N flights corrected once: the correction's size (N,), and the Moon-centred state (N, 6) at the planned epoch."""

    correction_km_s: FloatArray
    state_icrf: FloatArray


def correction_epoch_tdb_s(transfer: Transfer, after_s: float = FIRST_CORRECTION_S) -> float:
    """Epoch of the first correction: so long after injection, at most half the flight."""
    return transfer.tli_tdb_s + min(after_s, _LONGEST_CORRECTION_SHARE * transfer.time_of_flight_s)


# --- matrices ------------------------------------------------------------------------------------------------------


def flight_partials(transfer: Transfer, after_s: float = FIRST_CORRECTION_S) -> FlightPartials:
    """State-transition matrices by central differences of flights in the map's force model.

    The second is flown back from perilune, where flights differ smoothly, and inverted: the flow is symplectic.
    """
    correction = correction_epoch_tdb_s(transfer, after_s)
    steps = np.repeat([STEP_KM, STEP_KM_S], 3)
    start, end = transfer.tli_state_icrf, arrival_state_icrf(transfer)
    there = _differences(transfer, start, transfer.tli_tdb_s, correction, steps)
    back = _differences(transfer, end, transfer.arrival_tdb_s, correction, 5.0 * steps)
    return FlightPartials(correction, there, symplectic_inverse(back))


def symplectic_inverse(matrix: FloatArray) -> FloatArray:
    """Inverse of a symplectic matrix (6, 6) from its transposed blocks."""
    a, b, c, d = matrix[:3, :3], matrix[:3, 3:], matrix[3:, :3], matrix[3:, 3:]
    return np.block([[d.T, -b.T], [-c.T, a.T]])


def arrival_state_icrf(transfer: Transfer) -> FloatArray:
    """Geocentric state (6,) at perilune, before any burn."""
    return transfer.perilune_state_icrf + _moon_state_icrf(transfer)


def _moon_state_icrf(transfer: Transfer) -> FloatArray:
    return np.concatenate(Ephemeris.de440().moon_geocentric(transfer.arrival_tdb_s))


def _differences(
    transfer: Transfer, state_icrf: FloatArray, start_tdb_s: float, stop_tdb_s: float, steps: FloatArray
) -> FloatArray:
    """Partials (6, 6) of the state at the stop by that at the start."""
    offsets = np.concatenate([np.diag(steps), -np.diag(steps)])
    ends = _fly(transfer, state_icrf + offsets, start_tdb_s, stop_tdb_s, MAP_TOLERANCE)
    partials: FloatArray = ((ends[:6] - ends[6:]) / (2.0 * steps[:, None])).T
    return partials


def _fly(
    transfer: Transfer, states_icrf: FloatArray, start_tdb_s: float, stop_tdb_s: float, tolerance: float
) -> FloatArray:
    """Fly geocentric states (N, 6) over a part of a transfer, either way, in its own force model."""
    count = len(states_icrf)
    turned = rotation_of_axes(2, MOON_ROTATION_RAD_S * (stop_tdb_s - transfer.arrival_tdb_s))
    axes = turned @ transfer.moon_pa_axes_icrf
    return refly_many(
        states_icrf,
        np.full(count, start_tdb_s),
        np.full(count, stop_tdb_s),
        np.broadcast_to(transfer.earth_pole_icrf, (count, 3)),
        np.broadcast_to(axes, (count, 3, 3)),
        tolerance,
    )


# --- linear covariance ---------------------------------------------------------------------------------------------


def linear_correction(transfer: Transfer, partials: FlightPartials, injection: InjectionErrors) -> Correction:
    """Covariance of the first correction, its size, and the miss that it spares."""
    spread = partials.correction_gain * injection.sigma
    covariance = spread @ spread.T
    miss = _aim_point_partials(transfer.perilune_state_icrf) @ partials.to_arrival @ partials.to_correction
    return Correction(
        covariance_km2_s2=covariance,
        rms_km_s=root_mean_square(covariance),
        p99_km_s=quantile(covariance, 0.99),
        miss_km=float(np.linalg.norm(miss * injection.sigma)),
    )


def linear_arrivals(
    transfer: Transfer, partials: FlightPartials, injection: InjectionErrors, burn: BurnErrors, draws: FloatArray
) -> Arrivals:
    """Corrections and arrivals of drawn errors (N, 9), see ``error_draws``, by the matrices alone."""
    errors = draws[:, :6] * injection.sigma
    size = np.linalg.norm(errors @ partials.correction_gain.T, axis=1)
    burn_error_km_s = burn.sigma_km_s(size)[:, None] * draws[:, 6:]
    off = errors @ partials.corrected.T + burn_error_km_s @ partials.to_arrival[:, 3:].T
    return Arrivals(size, transfer.perilune_state_icrf + off)


def error_draws(count: int, seed: tuple[int, ...]) -> FloatArray:
    """Standard normal draws (count, 9): six for the injection, three for the burn.

    The first rows do not depend on the count.
    """
    return np.random.default_rng(seed).standard_normal((count, 9))


def aim_point_km(state_icrf: FloatArray) -> FloatArray:
    """Where the incoming asymptotes of Moon-centred hyperbolas (..., 6) pass the Moon: B vectors (..., 3).

    Kizner 1961, Planetary and Space Science 7:125. NaN where the state is bound.
    """
    r, v = state_icrf[..., :3], state_icrf[..., 3:]
    h = np.cross(r, v)
    apsis = _apsis(r, v, h)
    e2 = np.sum(apsis * apsis, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        impact = np.sum(h * h, axis=-1, keepdims=True) / GM_MOON_KM3_S2 / np.sqrt(e2 - 1.0)
    sideways = np.cross(_unit(h), apsis)
    # The asymptote comes in along (apsis + sqrt(e^2 - 1) sideways) / e^2; B is square to it and to h.
    with np.errstate(invalid="ignore"):
        incoming = (apsis + np.sqrt(e2 - 1.0) * sideways) / e2
    aim: FloatArray = impact * np.cross(incoming, _unit(h))
    return aim


def _aim_point_partials(state_icrf: FloatArray) -> FloatArray:
    """Partials (3, 6) of the aim point by the state at perilune."""
    steps = np.repeat([1e-3, 1e-6], 3)
    offsets = np.diag(steps)
    partials: FloatArray = (aim_point_km(state_icrf + offsets) - aim_point_km(state_icrf - offsets)).T / (2.0 * steps)
    return partials


def _apsis(r: FloatArray, v: FloatArray, h: FloatArray) -> FloatArray:
    """Vector to perilune, as long as the eccentricity."""
    vector: FloatArray = np.cross(v, h) / GM_MOON_KM3_S2 - _unit(r)
    return vector


def _unit(vector: FloatArray) -> FloatArray:
    unit: FloatArray = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return unit


# --- arrivals ------------------------------------------------------------------------------------------------------


def perilune_passages(t_tdb_s: float, state_icrf: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Epochs (N,) and states (N, 6) at perilune of the hyperbolas that Moon-centred states (N, 6) at an epoch lie on.

    NaN where the state is bound. Over the minutes at stake the Earth's pull moves neither by more than metres.
    """
    r, v = state_icrf[:, :3], state_icrf[:, 3:]
    h = np.cross(r, v)
    apsis = _apsis(r, v, h)
    e = np.linalg.norm(apsis, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        towards, sideways = apsis / e[:, None], np.cross(_unit(h), apsis / e[:, None])
        anomaly = np.arctan2(np.sum(r * sideways, axis=1), np.sum(r * towards, axis=1))
        hyperbolic = 2.0 * np.arctanh(np.sqrt((e - 1.0) / (e + 1.0)) * np.tan(0.5 * anomaly))
        parameter_km = np.sum(h * h, axis=1) / GM_MOON_KM3_S2
        mean_motion = np.sqrt(GM_MOON_KM3_S2 * ((e * e - 1.0) / parameter_km) ** 3)
        since_s = (e * np.sinh(hyperbolic) - hyperbolic) / mean_motion
    radius_km = parameter_km / (1.0 + e)
    speed_km_s = np.sqrt(GM_MOON_KM3_S2 / parameter_km) * (1.0 + e)
    passage = np.concatenate([radius_km[:, None] * towards, speed_km_s[:, None] * sideways], axis=1)
    passage[np.isnan(since_s)] = np.nan
    return t_tdb_s - since_s, passage


# --- sampling ------------------------------------------------------------------------------------------------------


def flown_arrivals(
    transfer: Transfer, partials: FlightPartials, injection: InjectionErrors, burn: BurnErrors, draws: FloatArray
) -> Arrivals:
    """Corrections and arrivals of drawn errors (N, 9) by true flights; NaN where one cannot be flown or corrected."""
    start = transfer.tli_state_icrf + draws[:, :6] * injection.sigma
    off = _fly(transfer, start, transfer.tli_tdb_s, partials.correction_tdb_s, SAMPLE_TOLERANCE)
    guess = draws[:, :6] * injection.sigma @ partials.corrected[3:].T
    aimed = _velocities_to_aim(transfer, partials, off[:, :3], guess)
    size = np.linalg.norm(aimed - off[:, 3:], axis=1)
    burnt = aimed + burn.sigma_km_s(size)[:, None] * draws[:, 6:]
    state = np.concatenate([off[:, :3], burnt], axis=1)
    ends = _fly(transfer, state, partials.correction_tdb_s, transfer.arrival_tdb_s, SAMPLE_TOLERANCE)
    return Arrivals(size, ends - _moon_state_icrf(transfer))


def _velocities_to_aim(
    transfer: Transfer, partials: FlightPartials, position_icrf_km: FloatArray, guess_km_s: FloatArray
) -> FloatArray:
    """Velocities (N, 3) at the correction that lead from positions (N, 3) there to the perilune position in time.

    Newton's method with the planned flight's own matrix on the velocity at perilune; the guess is its change.
    """
    end = arrival_state_icrf(transfer)
    step = np.linalg.inv(symplectic_inverse(partials.to_arrival)[:3, 3:]).T
    change, velocity = guess_km_s.copy(), np.full_like(position_icrf_km, np.nan)
    going = np.arange(len(change))
    for _ in range(_NEWTON_STEPS):
        states = np.broadcast_to(end, (len(going), 6)).copy()
        states[:, 3:] += change[going]
        reached = _fly(transfer, states, transfer.arrival_tdb_s, partials.correction_tdb_s, SAMPLE_TOLERANCE)
        miss = position_icrf_km[going] - reached[:, :3]
        close = np.linalg.norm(miss, axis=1) < _CLOSE_KM
        velocity[going[close]] = reached[close, 3:]
        change[going] += miss @ step
        going = going[~close]
        if going.size == 0:
            break
    return velocity
