"""Why one launch day is closed, what would open it, and where the nearest open days lie.

Every relaxation is found and verified by applying it: the lane with its limit moved is searched again on that day, so
what is said to open the day does, and a tenth less does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.window.constraints import Constraint, constraints_of, most_of
from sim.window.explain import weight
from sim.window.light import light_tables
from sim.window.relax import relaxed
from sim.window.search import DayRange, search_lanes
from sim.window.types import Relaxation

FloatArray = NDArray[np.float64]

MOST_STEPS = 60.0
"""Largest relaxation tried, in steps that a planner would call small."""
PRECISION = 0.02
"""Width of the last bracket around a smallest relaxation, of its size."""
LEAST_STEPS = 1e-4
CHUNK_DAYS = 16


@dataclass(frozen=True, slots=True)
class ConstraintState:
    """One constraint on a day: the best margin of any flight (NaN: none to ask), and whether some flight keeps it."""

    name: str
    description: str
    unit: str
    margin: float
    kept: bool


@dataclass(frozen=True, slots=True)
class DayExplained:
    """What is known of a lane on one launch day.

    ``relaxations`` each open the day alone, the smallest first by what a planner would call small.
    ``open_before`` and ``open_after`` are the nearest open days of the horizon, None where there is none; ``found`` is
    the search of the day itself.
    """

    lane: str
    day: np.datetime64
    feasible: bool
    closed_by: tuple[str, ...]
    constraints: tuple[ConstraintState, ...]
    relaxations: tuple[Relaxation, ...]
    open_before: np.datetime64 | None
    open_after: np.datetime64 | None
    found: DayRange


def explain_day(lane: ResolvedLane, days: NDArray[np.datetime64], day_tdb_s: FloatArray, number: int) -> DayExplained:
    """Explain day ``number`` of a horizon ``days`` (N,) with its epochs (N,)."""
    one = slice(number, number + 1)
    day, epoch = days[one], day_tdb_s[one]
    found = _search(lane, day, epoch)
    feasible = bool(found.verdict.feasible[0])
    closed_by = tuple(name for name in found.verdict.closed_by[0].split(";") if name)
    opens = partial(_opens, day, epoch)
    return DayExplained(
        lane=lane.id,
        day=day[0],
        feasible=feasible,
        closed_by=closed_by,
        constraints=_states(lane, found),
        relaxations=() if feasible else single_relaxations(lane, opens, found.verdict.relaxations[0]),
        open_before=_nearest_open(lane, days[:number][::-1], day_tdb_s[:number][::-1]),
        open_after=_nearest_open(lane, days[number + 1 :], day_tdb_s[number + 1 :]),
        found=found,
    )


def _search(lane: ResolvedLane, day: NDArray[np.datetime64], epoch: FloatArray) -> DayRange:
    return search_lanes([lane], day, epoch, light_tables([lane], epoch), lambda *_: None)[lane.id]


def _opens(day: NDArray[np.datetime64], epoch: FloatArray, lane: ResolvedLane) -> bool:
    """Whether a lane is open on a day."""
    return bool(_search(lane, day, epoch).verdict.feasible[0])


def _states(lane: ResolvedLane, found: DayRange) -> tuple[ConstraintState, ...]:
    margin, kept = found.strip_margin[:, 0], found.strip_open[:, 0]
    return tuple(
        ConstraintState(each.name, each.description, each.unit, float(margin[k]), bool(kept[k]))
        for k, each in enumerate(constraints_of(lane))
    )


def single_relaxations(
    lane: ResolvedLane, opens: Callable[[ResolvedLane], bool], known: Relaxation | None = None
) -> tuple[Relaxation, ...]:
    """Smallest relaxation of each constraint that opens the day alone; ``known`` starts the search of its own."""
    constraints = constraints_of(lane)
    found = [
        relaxation
        for constraint, most in zip(constraints, most_of(lane), strict=True)
        if (relaxation := smallest_relaxation(lane, constraint, float(most), opens, known)) is not None
    ]
    return tuple(sorted(found, key=lambda each: weight(each, constraints)))


def smallest_relaxation(
    lane: ResolvedLane,
    constraint: Constraint,
    most: float,
    opens: Callable[[ResolvedLane], bool],
    known: Relaxation | None = None,
) -> Relaxation | None:
    """Smallest amount of one constraint that opens the day, to ``PRECISION``; None where it never does."""

    def opened(amount: float) -> bool:
        changed = relaxed(lane, constraint.name, amount)
        return changed is not None and opens(changed)

    good = min(most, MOST_STEPS * constraint.scale)
    if good <= 0.0 or not opened(good):
        return None
    bad = LEAST_STEPS * constraint.scale
    if opened(bad):
        return Relaxation(constraint.name, bad, constraint.unit)
    if known is not None and known.constraint == constraint.name:
        good, bad = _around(known.amount, good, bad, opened)
    while good > (1.0 + PRECISION) * bad:
        middle = float(np.sqrt(good * bad))
        good, bad = (middle, bad) if opened(middle) else (good, middle)
    return Relaxation(constraint.name, good, constraint.unit)


def _around(amount: float, good: float, bad: float, opened: Callable[[float], bool]) -> tuple[float, float]:
    """Narrow a bracket by a guess: just above it, and a little below."""
    above, below = amount * (1.0 + 0.5 * PRECISION), amount * (1.0 - 0.4 * PRECISION)
    if not bad < below < above < good:
        return good, bad
    if not opened(above):
        return good, above
    return (below, bad) if opened(below) else (above, below)


def _nearest_open(lane: ResolvedLane, days: NDArray[np.datetime64], day_tdb_s: FloatArray) -> np.datetime64 | None:
    """First open one of some days, taken in their order."""
    for start in range(0, len(days), CHUNK_DAYS):
        part = slice(start, start + CHUNK_DAYS)
        order = np.argsort(days[part])
        found = _search(lane, days[part][order], day_tdb_s[part][order]).verdict.feasible
        which = np.flatnonzero(found[np.argsort(order)])
        if len(which):
            day: np.datetime64 = days[part][which[0]]
            return day
    return None
