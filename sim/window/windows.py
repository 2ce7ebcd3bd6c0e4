"""From judged days to a lane's outcome: windows as runs of open days, each with its best flight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.orientation import icrf_to_moon_pa
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.scenario.resolve import ResolvedLane
from sim.transfer.flight import Transfer
from sim.transfer.levels import Level
from sim.transfer.solve import node_and_argument
from sim.units import DEG
from sim.window.assumed import assumed_figures
from sim.window.candidates import Candidates
from sim.window.choose import best_of_groups
from sim.window.constraints import constraints_of
from sim.window.explain import closures, in_words, nearest_open
from sim.window.landed import Landed, landed_at
from sim.window.per_day import PORKCHOP_REASONS
from sim.window.plan import times_of_flight
from sim.window.robustness import slips
from sim.window.search import DayRange
from sim.window.sight import eclipse_s
from sim.window.types import BestFlight, ConstraintStrip, LaneOutcome, Window

FloatArray = NDArray[np.float64]

PER_DAY = {
    "best_liftoff_tdb_s": "liftoff_tdb_s",
    "best_azimuth_rad": "azimuth_rad",
    "parking_inclination_rad": "inclination_rad",
    "coast_s": "coast_s",
    "tli_tdb_s": "tli_tdb_s",
    "arrival_tdb_s": "arrival_tdb_s",
    "landing_tdb_s": "landing_tdb_s",
    "c3_km2_s2": "c3_km2_s2",
    "tli_dv_km_s": "tli_dv_km_s",
    "loi_dv_km_s": "loi_dv_km_s",
    "loi_loss_km_s": "loi_loss_km_s",
    "descent_dv_km_s": "descent_dv_km_s",
    "landed_payload_kg": "landed_payload_kg",
    "sun_above_horizon_rad": "sun_above_horizon_rad",
    "light_left_s": "light_left_s",
    "contact_rad": "contact_rad",
}
"""Column of the launches, and the field of the day's best flight it comes from."""


def runs(days: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last index of each run of true days."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], days, [False]]).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2):
        yield int(first), int(stop) - 1


def payload_at(lane: ResolvedLane, best: Candidates, level: Level) -> FloatArray:
    """Landed payload (B,) of the best flights with the figures at one level, kg; 0 where the lander cannot fly then."""
    landed = landed_at(lane, best, level)
    budget = landed.flown.budget
    carried = landed.injected_mass_kg >= budget.launch_mass_kg - 1e-6
    return np.where(carried & budget.fits_tanks, np.maximum(budget.landed_payload_kg, 0.0), 0.0)


def lane_outcome(
    lane: ResolvedLane, day: NDArray[np.datetime64], day_tdb_s: FloatArray, found: DayRange
) -> LaneOutcome:
    """Gather what was found of a lane."""
    low, high = (payload_at(lane, found.best, level) for level in ("low", "high"))
    launches = _launches(len(day), found, low, high)
    windows = tuple(_windows(lane, found, low, high))
    before, after = nearest_open(found.verdict.feasible)
    strips = tuple(
        ConstraintStrip(
            constraint.name, constraint.description, constraint.unit, found.strip_open[k], found.strip_margin[k]
        )
        for k, constraint in enumerate(constraints_of(lane))
    )
    return LaneOutcome(
        lane=lane.id,
        launcher=lane.launcher.id,
        launch_site=lane.launch_site.id,
        lander=lane.lander.id,
        landing_site=lane.landing_site.id,
        staging_orbit=lane.staging_orbit.id,
        assumed=assumed_figures(lane),
        day=day,
        day_tdb_s=day_tdb_s,
        launches=launches,
        feasible=found.verdict.feasible,
        closed_by=found.verdict.closed_by,
        relaxation=tuple(in_words(each) for each in found.verdict.relaxations),
        time_of_flight_s=times_of_flight(lane),
        porkchop=found.porkchop,
        reasons=PORKCHOP_REASONS,
        constraints=strips,
        windows=windows,
        closures=closures(lane.id, found.verdict, constraints_of(lane)),
        open_before=before,
        open_after=after,
        relaxations=found.verdict.relaxations,
        slips=slips(windows, found.verdict.feasible, launches),
        lands=lane.lands,
    )


def _launches(days: int, found: DayRange, low: FloatArray, high: FloatArray) -> dict[str, NDArray[Any]]:
    """Best launch of each day, (N,) with NaN where there is none."""
    best = found.best
    columns = {name: getattr(best, field) for name, field in PER_DAY.items()}
    if not np.isfinite(columns["contact_rad"]).all():
        del columns["contact_rad"]  # nothing was asked to be in view
    columns["tof_s"] = best.arrival_tdb_s - best.tli_tdb_s
    columns["eclipse_s"] = eclipse_s(best)
    columns["phasing_revolutions"] = best.phasing.astype(np.float64)
    columns["branch"] = (2 * best.injection + best.approach).astype(np.float64)
    columns["landed_payload_low_kg"], columns["landed_payload_high_kg"] = low, high
    names = ("liftoff_open_tdb_s", "liftoff_close_tdb_s", "azimuth_open_rad", "azimuth_close_rad")
    columns |= dict(zip(names, found.span, strict=True))
    launches = {}
    for name, values in columns.items():
        launches[name] = np.full(days, np.nan)
        launches[name][found.best_day] = values
    return launches


def _windows(lane: ResolvedLane, found: DayRange, low: FloatArray, high: FloatArray) -> Iterator[Window]:
    spans = list(runs(found.verdict.feasible))
    starts = np.array([first for first, _ in spans], np.int64)
    group = np.searchsorted(starts, found.best_day, side="right")
    bests = best_of_groups(lane.lane.objective, found.best, group, np.ones(len(group), bool))
    for index, ((first, last), best) in enumerate(zip(spans, bests, strict=True), start=1):
        inside = np.flatnonzero(group == index)
        yield Window(
            lane=lane.id,
            index=index,
            first_day=first,
            last_day=last,
            best_day=int(found.best_day[best]),
            open_tdb_s=float(found.span[0, inside[0]]),
            close_tdb_s=float(found.span[1, inside[-1]]),
            best=_best_flight(lane, index, found.best, int(best), float(low[best]), float(high[best])),
        )


def _best_flight(lane: ResolvedLane, window: int, best: Candidates, item: int, low: float, high: float) -> BestFlight:
    one = best.take(np.array([item]))
    landed = landed_at(lane, one)
    return BestFlight(
        lane=lane.id,
        window=window,
        transfer=_transfer(lane, one),
        liftoff_tdb_s=float(one.liftoff_tdb_s[0]),
        azimuth_rad=float(one.azimuth_rad[0]),
        coast_s=float(one.coast_s[0]),
        landing_tdb_s=float(one.landing_tdb_s[0]),
        c3_km2_s2=float(one.c3_km2_s2[0]),
        tli_dv_km_s=float(one.tli_dv_km_s[0]),
        loi_dv_km_s=float(one.loi_dv_km_s[0]),
        descent_dv_km_s=float(one.descent_dv_km_s[0]),
        injected_mass_kg=float(_after_injection_kg(landed)[0]),
        landed_payload_kg=float(one.landed_payload_kg[0]),
        landed_payload_low_kg=low,
        landed_payload_high_kg=high,
        propellant_kg={stage: float(burnt[0]) for stage, burnt in landed.flown.budget.propellant_kg.items()},
        sun_elevation_rad=float(one.sun_elevation_rad[0]),
        sun_above_horizon_rad=float(one.sun_above_horizon_rad[0]),
        braking_mass_kg=float(landed.braking_mass_kg[0]),
    )


def _after_injection_kg(landed: Landed) -> FloatArray:
    """Mass (B,) after the injection, also where the lander makes it itself."""
    after = landed.flown.budget.mass_after_kg
    return after.get("injection", landed.flown.budget.launch_mass_kg)


def _transfer(lane: ResolvedLane, one: Candidates) -> Transfer:
    pole = earth_pole(float(one.tli_tdb_s[0]))
    node, argument = node_and_argument(one.tli_state_icrf[0], pole)
    return Transfer(
        tli_tdb_s=float(one.tli_tdb_s[0]),
        arrival_tdb_s=float(one.arrival_tdb_s[0]),
        parking_radius_km=R_EARTH_KM + lane.launcher.parking_altitude_km,
        parking_inclination_rad=float(one.inclination_rad[0]),
        perilune_radius_km=R_MOON_KM + lane.lane.transfer.perilune_altitude_km,
        lunar_inclination_rad=lane.approach_inclination_deg * DEG,
        branch=int(2 * one.injection[0] + one.approach[0]),
        tli_state_icrf=one.tli_state_icrf[0],
        perilune_state_icrf=one.perilune_state_icrf[0],
        node_rad=float(node),
        argument_rad=float(argument),
        c3_km2_s2=float(one.c3_km2_s2[0]),
        tli_dv_km_s=float(one.tli_dv_km_s[0]),
        perilune_speed_km_s=float(np.linalg.norm(one.perilune_state_icrf[0, 3:])),
        earth_pole_icrf=pole,
        moon_pa_axes_icrf=icrf_to_moon_pa(float(one.arrival_tdb_s[0])),
    )
