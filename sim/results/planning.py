"""What explains, lists and tests a window, as rows of tables: closures, landing chances, robustness, descent, sky.

Each function maps the sources of columns (`sim.results.columns`) to values in inside units; without rows the values
are empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.columns import CLOSURES, ROBUSTNESS, Column
from sim.window.types import Closure, Dispersion, LaneOutcome, Relaxation, Slip, Window

Values = dict[str, Any]
Days = NDArray[np.datetime64]

EXTRAS = ("loi_loss_km_s", "phasing_revolutions", "light_left_s", "contact_rad", "eclipse_s")
LANDING_ARRAYS = (
    "landing_tdb_s",
    "loiter_s",
    "revolution",
    "cross_range_rad",
    "sun_azimuth_rad",
    "sun_elevation_rad",
    "sun_above_horizon_rad",
    "light_left_s",
    "earth_azimuth_rad",
    "earth_elevation_rad",
    "relay_elevation_rad",
)
DESCENT_ARRAYS = (
    "time_s",
    "altitude_km",
    "downrange_km",
    "speed_km_s",
    "vertical_speed_km_s",
    "pitch_rad",
    "thrust_n",
    "mass_kg",
    "dv_km_s",
)
SKY_ARRAYS = ("t_tdb_s", "sun_azimuth_rad", "sun_elevation_rad", "earth_azimuth_rad", "earth_elevation_rad")
HORIZON_ARRAYS = ("mask_azimuth_rad", "mask_elevation_rad")
DISPERSION_FIGURES = (
    "correction_rms_m_s",
    "correction_p99_m_s",
    "miss_km",
    "budget_share",
    "lit_share",
    "monte_carlo_rms_m_s",
    "monte_carlo_p99_m_s",
    "monte_carlo_lit_share",
)


def day_values(outcome: LaneOutcome) -> Values:
    """Return what ``launches.csv`` says of the way out of each day (N,); nothing of what was not worked out."""
    found: Values = {}
    if outcome.open_before.size:
        found["open_before"] = dates_at(outcome.day, outcome.open_before)
        found["open_after"] = dates_at(outcome.day, outcome.open_after)
    if outcome.relaxations:
        found |= relaxation_values(outcome.relaxations)
    return found


def dates_at(day: Days, index: Iterable[int]) -> Days:
    """Return the dates (M,) of day numbers (M,), NaT for -1."""
    number = np.asarray(index, dtype=np.int64).reshape(-1)
    known = day[np.maximum(number, 0)].astype("datetime64[D]")
    return np.where(number >= 0, known, np.datetime64("NaT", "D"))


def relaxation_values(relaxations: Sequence[Relaxation | None]) -> Values:
    """Return name, size and unit of relaxations (M,) and whether each is small; empty where there is none."""
    return {
        "relaxed_constraint": [each.constraint if each else "" for each in relaxations],
        "relaxation_amount": [each.amount if each else np.nan for each in relaxations],
        "relaxation_unit": [each.unit if each else "" for each in relaxations],
        "relaxation_is_small": [each is not None and is_small(each) for each in relaxations],
    }


def is_small(relaxation: Relaxation) -> bool:
    """Whether a planner would call a relaxation small: at most the constraint's own scale, if it has one."""
    return relaxation.amount <= small_amounts().get(relaxation.constraint, -1.0)


@cache
def small_amounts() -> dict[str, float]:
    """Return the relaxation of each constraint that a planner would call small, in its unit."""
    # imported when a run is written: the constraints bring the solver's kernels, which reading a run does without
    from sim.window.constraints import CONSTRAINTS

    return {constraint.name: constraint.scale for constraint in CONSTRAINTS}


def window_extras(outcome: LaneOutcome, window: Window) -> Values:
    """Return what ``windows.csv`` says of a window's best flight beyond the flight itself, NaN where not worked out."""
    launches = outcome.launches
    found: Values = {name: float(launches[name][window.best_day]) if name in launches else np.nan for name in EXTRAS}
    chances = next((each for each in outcome.landings if each.window == window.index), None)
    spread = next((each for each in outcome.dispersions if each.window == window.index), None)
    return found | {
        "landing_chances": np.nan if chances is None else float(chances.closed_by.count("")),
        "correction_p99_m_s": np.nan if spread is None else spread.correction_p99_m_s,
        "lit_share": np.nan if spread is None else spread.lit_share,
    }


def closure_values(outcome: LaneOutcome) -> Values:
    """Return the rows of ``closures.csv`` of one lane."""
    found = outcome.closures
    if not found:
        return no_rows(CLOSURES)
    first, last, relaxed, before, after = (
        dates_at(outcome.day, [getattr(closure, name) for closure in found])
        for name in ("first_day", "last_day", "relaxed_day", "open_before", "open_after")
    )
    return {
        "lane": [outcome.lane] * len(found),
        "first_day": first,
        "last_day": last,
        "days": [closure.last_day - closure.first_day + 1 for closure in found],
        "closed_by": [";".join(closure.closed_by) for closure in found],
        "relaxation": [relaxation_words(outcome, closure) for closure in found],
        "relaxed_day": relaxed,
        "open_before": before,
        "open_after": after,
    } | relaxation_values([closure.relaxation for closure in found])


def relaxation_words(outcome: LaneOutcome, closure: Closure) -> str:
    """Return a closure's relaxation in the words of the day it opens."""
    if closure.relaxation is None or closure.relaxed_day < 0:
        return ""
    return outcome.relaxation[closure.relaxed_day]


def landing_values(outcome: LaneOutcome) -> Values:
    """Return the rows of ``landings.csv`` of one lane: every landing chance of every window's best flight."""
    lists = outcome.landings
    numbers = [np.arange(len(each.closed_by)) for each in lists]
    taken = [number == each.taken for number, each in zip(numbers, lists, strict=True)]
    return chained(lists, LANDING_ARRAYS) | {
        "lane": [outcome.lane] * sum(len(each.closed_by) for each in lists),
        "chance": joined(numbers),
        "closed_by": [names for each in lists for names in each.closed_by],
        "taken": joined(taken).astype(bool),
    }


def descent_values(outcome: LaneOutcome) -> Values:
    """Return the powered descents of a lane, point by point, with the phase of each point."""
    profiles = outcome.descents
    return chained(profiles, DESCENT_ARRAYS) | {"phase": [name for each in profiles for name in each.phase]}


def sky_values(outcome: LaneOutcome) -> Values:
    """Return Sun and Earth over the sites of a lane's landings, epoch by epoch."""
    return chained(outcome.sky, SKY_ARRAYS)


def horizon_values(outcome: LaneOutcome) -> Values:
    """Return the horizons of the same sites, azimuth by azimuth, one after the other."""
    return chained(outcome.sky, HORIZON_ARRAYS)


def chained(parts: Sequence[Any], names: Sequence[str]) -> Values:
    """Return arrays of several windows, one behind the other, with the window of each value."""
    rows = [np.full(len(getattr(part, names[0])), part.window) for part in parts]
    return {"window": joined(rows)} | {name: joined([getattr(part, name) for part in parts]) for name in names}


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one behind the other, an empty one for none."""
    return np.concatenate(parts) if parts else np.zeros(0)


def robustness_values(outcome: LaneOutcome) -> Values:
    """Return the rows of ``robustness.csv`` of one lane: each window's best day, and its slips."""
    rows = [row for window in outcome.windows for row in robustness_rows(outcome, window)]
    if not rows:
        return no_rows(ROBUSTNESS)
    blank = dict.fromkeys((column.source for column in ROBUSTNESS), np.nan) | {"lane": outcome.lane}
    filled = [blank | row for row in rows]
    return {column.source: [row[column.source] for row in filled] for column in ROBUSTNESS}


def robustness_rows(outcome: LaneOutcome, window: Window) -> list[Values]:
    """Return the best day's row with its dispersion, if there is one, and a row for each slip."""
    spreads = [each for each in outcome.dispersions if each.window == window.index]
    slips = [each for each in outcome.slips if each.window == window.index]
    best: Values = {"window": window.index, "slip_d": 0, "feasible": True, "searched": True}
    best |= {"payload_change_kg": 0.0, "landing_shift_s": 0.0, "wait_d": 0}
    return [best | dispersion_row(each) for each in spreads] + [slip_row(each) for each in slips]


def dispersion_row(dispersion: Dispersion) -> Values:
    """Return a dispersion under the sources of the columns; without samples their number stays empty."""
    found: Values = {name: getattr(dispersion, name) for name in DISPERSION_FIGURES}
    return found | {"samples": dispersion.samples or np.nan}


def slip_row(slip: Slip) -> Values:
    """Return a slip under the sources of the columns."""
    return {
        "window": slip.window,
        "slip_d": slip.days,
        "feasible": slip.feasible,
        "payload_change_kg": slip.payload_change_kg,
        "landing_shift_s": slip.landing_shift_s,
        "wait_d": np.nan if slip.wait_days < 0 else slip.wait_days,
        "searched": slip.searched,
    }


def no_rows(columns: Sequence[Column]) -> Values:
    """Return the sources of a table without rows."""
    return {column.source: [] for column in columns}
