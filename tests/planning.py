"""Made-up closures, landing chances, skies, descents, slips and dispersions for the outcomes of `tests.factories`.

As there, nothing is physics: sizes and shapes are right, so that tables and figures look as they will.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.units import DAY_S, DEG
from sim.window.types import (
    Closure,
    DescentProfile,
    Dispersion,
    LandingList,
    LaneOutcome,
    Relaxation,
    SkyTrack,
    Slip,
)

REVOLUTION_S = 7070.0
SYNODIC_S = 29.530589 * DAY_S
MASK_DEG = 0.8
PHASES = (("braking", 480.0), ("approach", 90.0), ("hover", 30.0))
# constraint: (small amount, large amount) in the unit of its strip; the constraints' own scales lie between
AMOUNTS = {"sun_at_landing": (0.3, 4.0), "launcher_mass": (60.0, 900.0), "insertion_dv": (8.0, 70.0)}


def with_planning(outcome: LaneOutcome) -> LaneOutcome:
    """Return the outcome with everything that explains, lists and tests its windows."""
    before, after = nearest_open(outcome.feasible)
    relaxations = tuple(relaxation_of(outcome, index) for index in range(outcome.day.size))
    landings = tuple(landing_list(outcome, window) for window in outcome.windows)
    best = max(outcome.windows, key=lambda window: window.best.landed_payload_kg, default=None)
    return replace(
        outcome,
        launches=dict(outcome.launches) | extra_launch_columns(outcome),
        relaxation=tuple("" if r is None else f"{r.constraint} by {r.amount:g} {r.unit}" for r in relaxations),
        relaxations=relaxations,
        open_before=before,
        open_after=after,
        closures=tuple(closures(outcome, relaxations, before, after)),
        landings=landings,
        sky=() if best is None else (sky_track(best),),
        descents=() if best is None else (descent_profile(best),),
        slips=tuple(slip(outcome, window, days) for window in outcome.windows for days in (1, 2, 14)),
        dispersions=tuple(dispersion(window, window is best) for window in outcome.windows),
    )


def nearest_open(feasible):
    """Return the nearest open day before and after each day, itself where open, -1 none."""
    index = np.arange(feasible.size)
    before = np.maximum.accumulate(np.where(feasible, index, -1))
    after = np.minimum.accumulate(np.where(feasible, index, feasible.size)[::-1])[::-1]
    return before, np.where(after == feasible.size, -1, after)


def relaxation_of(outcome, index):
    """Return a small or a large relaxation, by turns, on days closed by one constraint."""
    name = outcome.closed_by[index]
    if name not in AMOUNTS:
        return None
    unit = next(strip.unit for strip in outcome.constraints if strip.name == name)
    return Relaxation(name, AMOUNTS[name][index // 3 % 2], unit)


def closures(outcome, relaxations, before, after):
    """Runs of closed days."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~outcome.feasible, [False]]).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2):
        days = range(int(first), int(stop))
        names = dict.fromkeys(name for day in days for name in outcome.closed_by[day].split(";"))
        found = [day for day in days if relaxations[day] is not None]
        relaxed = min(found, key=lambda day: relaxations[day].amount, default=-1)
        relaxation = relaxations[relaxed] if found else None
        yield Closure(
            outcome.lane, days[0], days[-1], tuple(names), relaxation, relaxed, int(before[first]), int(after[first])
        )


def extra_launch_columns(outcome):
    """What a flight says beyond its basic figures, NaN on closed days."""
    wave = np.sin(2.0 * np.pi * np.arange(outcome.day.size) / 27.32)
    columns = {
        "loi_loss_km_s": 0.004 + 0.001 * wave,
        "phasing_revolutions": np.round(1.0 + wave),
        "light_left_s": (9.0 + 3.0 * wave) * DAY_S,
        "contact_rad": (4.0 + 2.0 * wave) * DEG,
        "eclipse_s": 1200.0 * (1.0 + wave),
    }
    return {name: np.where(outcome.feasible, values, np.nan) for name, values in columns.items()}


def sun_azimuth_rad(t_tdb_s):
    """Azimuth of a Sun that goes round once in a synodic month."""
    return (-2.0 * np.pi * np.asarray(t_tdb_s) / SYNODIC_S) % (2.0 * np.pi)


def sun_elevation_rad(t_tdb_s):
    """Elevation of a Sun that stays near a polar horizon."""
    return (0.9 + 1.2 * np.cos(sun_azimuth_rad(t_tdb_s) - 1.0)) * DEG


def landing_list(outcome, window):
    """A chance every revolution from three days of loiter to two weeks, dark ones and late ones closed."""
    arrival, taken_tdb_s = window.best.transfer.arrival_tdb_s, window.best.landing_tdb_s
    revolution = np.arange(int(3.0 * DAY_S / REVOLUTION_S), int(17.0 * DAY_S / REVOLUTION_S))
    landing = arrival + revolution * REVOLUTION_S
    taken = int(np.argmin(np.abs(landing - taken_tdb_s)))
    elevation = sun_elevation_rad(landing)
    above = elevation - MASK_DEG * DEG
    loiter = landing - arrival
    closed = [
        ";".join(["sun_at_landing"] * bool(a < 0.0) + ["loiter"] * bool(wait > 14.0 * DAY_S))
        for a, wait in zip(above, loiter, strict=True)
    ]
    return LandingList(
        lane=outcome.lane,
        window=window.index,
        landing_tdb_s=landing,
        loiter_s=loiter,
        revolution=revolution,
        cross_range_rad=0.4 * np.sin(revolution / 40.0) * DEG,
        sun_azimuth_rad=sun_azimuth_rad(landing),
        sun_elevation_rad=elevation,
        sun_above_horizon_rad=above,
        light_left_s=np.where(above > 0.0, 6.0 * DAY_S, 0.0),
        earth_azimuth_rad=np.full(landing.size, 20.0 * DEG),
        earth_elevation_rad=3.0 * np.cos(landing / (27.2 * DAY_S) * 2.0 * np.pi) * DEG,
        relay_elevation_rad=np.full(landing.size, np.nan),
        closed_by=tuple(closed),
        taken=taken,
    )


def sky_track(window, half_span_s=16.0 * DAY_S):
    """Sun and Earth around the landing, over hills."""
    t_tdb_s = window.best.landing_tdb_s + np.linspace(-half_span_s, half_span_s, 400)
    month = 2.0 * np.pi * t_tdb_s / (27.2 * DAY_S)
    azimuth = np.linspace(0.0, 2.0 * np.pi, 361)
    return SkyTrack(
        lane=window.lane,
        window=window.index,
        t_tdb_s=t_tdb_s,
        sun_azimuth_rad=sun_azimuth_rad(t_tdb_s),
        sun_elevation_rad=sun_elevation_rad(t_tdb_s),
        earth_azimuth_rad=(20.0 + 7.0 * np.sin(month)) * DEG % (2.0 * np.pi),
        earth_elevation_rad=(1.0 + 5.0 * np.cos(month)) * DEG,
        mask_azimuth_rad=azimuth,
        mask_elevation_rad=(MASK_DEG + 0.7 * np.sin(3.0 * azimuth) + 0.3 * np.sin(17.0 * azimuth)) * DEG,
        mask_source="made-up hills",
    )


def descent_profile(window):
    """A braking from 15 km, an approach and a hover."""
    total = sum(length for _, length in PHASES)
    time = np.linspace(0.0, total, 301)
    share = time / total
    braking = time < PHASES[0][1]
    speed = np.where(
        braking, 1.692 - 1.64 * time / PHASES[0][1], np.maximum(0.0, 0.052 * (1.0 - (time - 480.0) / 90.0))
    )
    ends = np.cumsum([length for _, length in PHASES])
    thrust = np.where(braking, 45000.0, np.where(time < ends[1], 26000.0, 13000.0))
    slower = 0.8 + 0.02 * len(window.lane)  # lanes differ
    return DescentProfile(
        lane=window.lane,
        window=window.index,
        time_s=time * slower,
        altitude_km=np.where(time < ends[1], 15.0 * np.cos(np.minimum(time / ends[1], 1.0) * np.pi / 2.0) ** 1.3, 0.03),
        downrange_km=430.0 * (1.0 - share) ** 1.8,
        speed_km_s=speed,
        vertical_speed_km_s=-0.06 * np.sin(np.pi * np.minimum(time / ends[1], 1.0)),
        pitch_rad=np.where(braking, 8.0 + 50.0 * share**3, 90.0) * DEG,
        thrust_n=thrust / slower,
        mass_kg=15000.0 - np.cumsum(thrust) * (time[1] - time[0]) / 3100.0,
        dv_km_s=2.0 * share**1.1,
        phase=tuple(PHASES[min(int(np.searchsorted(ends, t, side="right")), 2)][0] for t in time),
    )


def slip(outcome, window, days):
    """What launching some days after the best day costs."""
    index = window.best_day + days
    later = outcome.feasible[index:]
    is_open = bool(later.size and later[0])
    best = window.best
    payload = float(outcome.launches["landed_payload_kg"][index]) - best.landed_payload_kg if is_open else np.nan
    shift = float(outcome.launches["landing_tdb_s"][index]) - best.landing_tdb_s if is_open else np.nan
    wait = int(np.argmax(later)) if later.any() else -1
    return Slip(outcome.lane, window.index, days, is_open, payload, shift, wait)


def dispersion(window, is_best):
    """Corrections of the usual size; sampled for the best window only."""
    sampled = (7.3, 15.1, 0.991) if is_best else (np.nan, np.nan, np.nan)
    return Dispersion(
        lane=window.lane,
        window=window.index,
        correction_rms_m_s=7.1,
        correction_p99_m_s=14.8,
        miss_km=2300.0,
        budget_share=0.998,
        lit_share=0.993,
        monte_carlo_rms_m_s=sampled[0],
        monte_carlo_p99_m_s=sampled[1],
        monte_carlo_lit_share=sampled[2],
        samples=200 if is_best else 0,
    )
