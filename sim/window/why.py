"""Why one launch day is closed, what would open it, and where the nearest open days lie.

Every relaxation is found and verified by applying it: the lane with its limit moved is searched again on that day, so
what is said to open the day does, and a tenth less does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.window.candidates import Candidates
from sim.window.constraints import CALENDAR, Constraint, constraints_of, most_of
from sim.window.explain import rounded_up, weight
from sim.window.light import light_tables
from sim.window.relax import BY_WHOLE_DAYS, relaxed
from sim.window.search import DayRange, search_lanes
from sim.window.types import Relaxation

FloatArray = NDArray[np.float64]

MOST_STEPS = 60.0
"""Largest relaxation tried, in steps that a planner would call small."""
PRECISION = 0.02
"""Width of the last bracket around a smallest relaxation, of its size."""
LEAST_STEPS = 1e-4
CHUNK_DAYS = 16
LOOK_DAYS = 200
"""Days looked through on either side for an open one: a polar site's half year of shadow, and some weeks."""


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
    ``open_before`` and ``open_after`` are the nearest open days, None where there is none among the ``LOOK_DAYS`` on
    that side that the calendar allows; ``looked_through`` tells whether those were all days of the horizon on that
    side. ``found`` is the search of the day itself.
    """

    lane: str
    day: np.datetime64
    feasible: bool
    closed_by: tuple[str, ...]
    constraints: tuple[ConstraintState, ...]
    relaxations: tuple[Relaxation, ...]
    open_before: np.datetime64 | None
    open_after: np.datetime64 | None
    looked_through: tuple[bool, bool]
    found: DayRange


def explain_day(lane: ResolvedLane, days: NDArray[np.datetime64], day_tdb_s: FloatArray, number: int) -> DayExplained:
    """Explain day ``number`` of a horizon ``days`` (N,) with its epochs (N,)."""
    one = slice(number, number + 1)
    day, epoch = days[one], day_tdb_s[one]
    found = _search(lane, day, epoch)
    feasible = bool(found.verdict.feasible[0])
    closed_by = tuple(name for name in found.verdict.closed_by[0].split(";") if name)
    opens = partial(_opens, day, epoch)
    (before, all_before), (after, all_after) = (
        _nearest_open(lane, days[part], day_tdb_s[part])
        for part in (np.arange(number)[::-1], np.arange(number + 1, len(days)))
    )
    return DayExplained(
        lane=lane.id,
        day=day[0],
        feasible=feasible,
        closed_by=closed_by,
        constraints=_states(lane, found),
        relaxations=() if feasible else single_relaxations(lane, opens, found.verdict.relaxations[0]),
        open_before=before,
        open_after=after,
        looked_through=(all_before, all_after),
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
    smallest = _fewest_days if constraint.name in BY_WHOLE_DAYS else _least
    guess = known.amount if known is not None and known.constraint == constraint.name else None
    return Relaxation(constraint.name, smallest(good, LEAST_STEPS * constraint.scale, guess, opened), constraint.unit)


def _fewest_days(good: float, bad: float, guess: float | None, opened: Callable[[float], bool]) -> float:
    """Smallest whole number up to ``good`` that opens the day."""
    low, high = 0, int(np.floor(good))
    if guess is not None and 1 <= round(guess) <= high and opened(round(guess)) and not opened(round(guess) - 1):
        return float(round(guess))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if opened(middle) else (middle, high)
    return float(high)


def _least(good: float, bad: float, guess: float | None, opened: Callable[[float], bool]) -> float:
    """Smallest amount between ``bad`` and ``good`` that opens the day, to ``PRECISION``, and still does as written."""
    if opened(bad):
        return bad
    if guess is not None:
        good, bad = _around(guess, good, bad, opened)
    while good > (1.0 + PRECISION) * bad:
        middle = float(rounded_up(float(np.sqrt(good * bad))))
        good, bad = (middle, bad) if opened(middle) else (good, middle)
    return good


def _around(amount: float, good: float, bad: float, opened: Callable[[float], bool]) -> tuple[float, float]:
    """Narrow a bracket by a guess: just above it, and a little below."""
    above, below = float(rounded_up(amount)), amount * (1.0 - 0.4 * PRECISION)
    if not bad < below < above < good:
        return good, bad
    if not opened(above):
        return good, above
    return (below, bad) if opened(below) else (above, below)


def _nearest_open(
    lane: ResolvedLane, days: NDArray[np.datetime64], day_tdb_s: FloatArray
) -> tuple[np.datetime64 | None, bool]:
    """First open one of some days, taken in their order, and whether all were looked at."""
    allowed = np.flatnonzero(_calendar_allows(lane, days))
    for start in range(0, min(len(allowed), LOOK_DAYS), CHUNK_DAYS):
        which = np.sort(allowed[start : start + CHUNK_DAYS])
        which = which if days[which[0]] <= days[which[-1]] else which[::-1]
        found = which[_search(lane, days[which], day_tdb_s[which]).verdict.feasible]
        if len(found):
            day: np.datetime64 = days[found.min()]
            return day, True
    return None, len(allowed) <= LOOK_DAYS


def _calendar_allows(lane: ResolvedLane, days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Days (N,) that no constraint of the date alone closes."""
    if len(days) == 0:
        return np.zeros(0, bool)
    number = np.arange(len(days))
    nothing_but_days = Candidates(**{field.name: number for field in fields(Candidates)})  # type: ignore[arg-type]
    calendar = [constraint for constraint in constraints_of(lane) if constraint.name in CALENDAR]
    allows = [constraint.margin(lane, days, nothing_but_days) >= 0.0 for constraint in calendar]
    return np.asarray(np.all(allows, axis=0))
