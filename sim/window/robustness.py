"""How a window bears what goes wrong: a slip of the launch by days, and the errors of its injection.

A slip is looked up among the launch days already searched. An injection's errors are carried to the first correction,
to arrival and into the search of landings (sim.transfer.dispersion): by matrices for every window, and by true flights
where samples are asked for. Both draw the same errors, so that they differ by what is not linear alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.orientation import ME_FROM_PA
from sim.constants import R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.threads import map_threads
from sim.transfer.dispersion import (
    Arrivals,
    BurnErrors,
    InjectionErrors,
    error_draws,
    flight_partials,
    flown_arrivals,
    linear_arrivals,
    linear_correction,
    perilune_passages,
)
from sim.transfer.flight import Transfer
from sim.transfer.insertion import plane_change_at_perilune
from sim.transfer.landing import first_landing
from sim.transfer.landing_light import LightTable
from sim.units import DEG, M_PER_KM
from sim.window.chance import SAME_PLANE_RAD, landing_rule
from sim.window.types import BestFlight, Dispersion, Slip, Window

FloatArray = NDArray[np.float64]

SLIP_DAYS = (1, 2, 14)

TYPICAL_INJECTION = InjectionErrors(position_km=1.0, velocity_km_s=1e-3)
"""Of a launcher without a figure of its own. Assumed: with it the first correction stays within the 30 m/s that a lane
keeps by default, 99 times in 100; single flights need less (LRO: 1.3 m/s on 2009-06-19, LROC news of 2009-06-20)."""

BURN = BurnErrors()
"""Of corrections: 1 % and 1 cm/s on each axis, assumed."""

LINEAR_DRAWS = 500
"""Arrivals drawn for the chance of light by matrices: its standard error is at most 2.2 %."""

SAMPLES = 200
"""True flights drawn for a window that is sampled."""

SEED = 20310112
"""Root of all draws; those of a window follow from it and the window's number."""


def slips(
    windows: Sequence[Window],
    feasible: NDArray[np.bool_],
    launches: Mapping[str, NDArray[Any]],
    days: Sequence[int] = SLIP_DAYS,
) -> tuple[Slip, ...]:
    """Cost of slipping each window's best day by some days.

    Parameters
    ----------
    windows : sequence of Window
        Of one lane.
    feasible : ndarray (N,) bool
        Whether each launch day is open.
    launches : mapping of str to ndarray (N,)
        ``landed_payload_kg`` and ``landing_tdb_s`` of each day's best launch, NaN where there is none.
    days : sequence of int
        Sizes of the slips.
    """
    waits = days_to_next_open(feasible)
    payload_kg, landing_tdb_s = launches["landed_payload_kg"], launches["landing_tdb_s"]

    def slip(window: Window, later: int) -> Slip:
        best, slipped = window.best_day, window.best_day + later
        known = slipped < len(feasible)  # beyond the horizon nothing was searched
        feasible_then = known and bool(feasible[slipped])
        return Slip(
            lane=window.lane,
            window=window.index,
            days=later,
            feasible=feasible_then,
            payload_change_kg=float(payload_kg[slipped] - payload_kg[best]) if feasible_then else np.nan,
            landing_shift_s=float(landing_tdb_s[slipped] - landing_tdb_s[best]) if feasible_then else np.nan,
            wait_days=int(waits[slipped]) if known else -1,
            searched=known,
        )

    return tuple(slip(window, later) for window in windows for later in days)


def days_to_next_open(feasible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Days (N,) from each day to the next open one, 0 on an open day, -1 where none follows."""
    count = len(feasible)
    number = np.arange(count)
    following = np.minimum.accumulate(np.where(feasible, number, count)[::-1])[::-1]
    return np.where(following < count, following - number, -1)


def injection_errors(lane: ResolvedLane) -> InjectionErrors:
    """Return the launcher's errors of injection, or typical ones."""
    own = lane.launcher.dispersion
    return TYPICAL_INJECTION if own is None else InjectionErrors(own.position_km, own.velocity_m_s / M_PER_KM)


def dispersions(
    lane: ResolvedLane,
    windows: Sequence[Window],
    light: LightTable,
    sampled: Collection[int] = (),
    samples: int = SAMPLES,
) -> tuple[Dispersion, ...]:
    """Dispersion of every window's best flight; those whose index is among ``sampled`` are also flown."""

    def one(window: Window) -> Dispersion:
        return dispersion_of(lane, window.best, light, samples if window.index in sampled else 0)

    return tuple(map_threads(one, windows))


def dispersion_of(lane: ResolvedLane, best: BestFlight, light: LightTable, samples: int = 0) -> Dispersion:
    """What the injection's errors cost on a window's best flight.

    Parameters
    ----------
    lane : ResolvedLane
    best : BestFlight
    light : LightTable
        Of the landing site, made with the lane's landing rule.
    samples : int
        True flights drawn to check the matrices; 0 is none. The figures of few samples are rough: with 200 the 99th
        percentile stands on two flights.
    """
    injection, flight = injection_errors(lane), best.transfer
    allowance_km_s = lane.lane.corrections_dv_m_s / M_PER_KM
    partials = flight_partials(flight)
    correction = linear_correction(flight, partials, injection)
    draws = error_draws(max(LINEAR_DRAWS, samples), (SEED, best.window))
    linear = linear_arrivals(flight, partials, injection, BURN, draws[:LINEAR_DRAWS])
    flown = flown_arrivals(flight, partials, injection, BURN, draws[:samples]) if samples else None
    return Dispersion(
        lane=best.lane,
        window=best.window,
        correction_rms_m_s=correction.rms_km_s * M_PER_KM,
        correction_p99_m_s=correction.p99_km_s * M_PER_KM,
        miss_km=correction.miss_km,
        budget_share=correction.chance_within(allowance_km_s),
        lit_share=lit_share(lane, flight, linear, allowance_km_s, light),
        monte_carlo_rms_m_s=np.nan if flown is None else _rms_m_s(flown.correction_km_s),
        monte_carlo_p99_m_s=np.nan if flown is None else _p99_m_s(flown.correction_km_s),
        monte_carlo_lit_share=np.nan if flown is None else lit_share(lane, flight, flown, allowance_km_s, light),
        samples=samples,
    )


def _rms_m_s(correction_km_s: FloatArray) -> float:
    return float(np.sqrt(np.nanmean(correction_km_s**2))) * M_PER_KM


def _p99_m_s(correction_km_s: FloatArray) -> float:
    return float(np.nanquantile(correction_km_s, 0.99)) * M_PER_KM


def lit_share(
    lane: ResolvedLane, flight: Transfer, arrivals: Arrivals, allowance_km_s: float, light: LightTable
) -> float:
    """Share of the flights corrected within the allowance that find a landing as the lane asks for.

    A flight that would pass below the mean radius of the Moon finds none. NaN where the allowance covers no flight,
    for an orbiter, and for a lander that descends without an orbit.
    """
    within = arrivals.correction_km_s <= allowance_km_s
    if not lane.lands or lane.lane.transfer.kind == "direct_descent" or not within.any():
        return np.nan
    arrival, passage = perilune_passages(flight.arrival_tdb_s, arrivals.state_icrf[within])
    above = np.linalg.norm(passage[:, :3], axis=1) > R_MOON_KM
    pole, staging = ME_FROM_PA[2] @ flight.moon_pa_axes_icrf, lane.staging_orbit
    chances = first_landing(
        np.where(above, arrival, np.nan),
        _staged(lane, flight, passage, pole),
        pole,
        R_MOON_KM + staging.perilune_altitude_km,
        R_MOON_KM + staging.apolune_altitude_km,
        light,
        landing_rule(lane),
    )
    return float(np.mean(chances.reason == 0))


def _staged(lane: ResolvedLane, flight: Transfer, passage_icrf: FloatArray, pole_icrf: FloatArray) -> FloatArray:
    """States (N, 6) at perilune in the staging orbit's plane, which the insertion turns to where it has to."""
    wanted = lane.staging_orbit.inclination_deg * DEG
    if abs(wanted - flight.lunar_inclination_rad) <= SAME_PLANE_RAD:
        return passage_icrf
    return plane_change_at_perilune(passage_icrf, pole_icrf, wanted).state_icrf
