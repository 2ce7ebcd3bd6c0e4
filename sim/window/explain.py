"""Why a day is closed: which constraints bind, and the smallest single relaxation that would open it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.window.constraints import Constraint
from sim.window.types import Closure, Relaxation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NOT_THERE, NOT_EXACT = 100, 50
"""Weights, in broken constraints, of what is not known of a flight, and of one whose landing is known roughly."""


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """Over N days: feasible, the constraints that close a day joined with ``;``, and the relaxation that opens it."""

    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    relaxations: tuple[Relaxation | None, ...]


def judge_days(
    day: IntArray,
    days: int,
    margins: FloatArray,
    constraints: tuple[Constraint, ...],
    exact: NDArray[np.bool_] | None = None,
    most: FloatArray | None = None,
    there: NDArray[np.bool_] | None = None,
) -> DayVerdict:
    """Judge days from the margins (C, M) of their flights; ``day`` (M,) rises.

    A day is closed by the constraints that its easiest flight breaks: where some flight breaks one alone, the one that
    is the least short of opening the day; else the flight that breaks the fewest, among equals the combination that
    most flights share. A flight that is not there breaks what kept it from being there alone, for nothing is
    known beyond (``there`` (M,): which ones fly; all that is unknown of one that flies follows from what it breaks);
    one that is not ``exact`` (M,) names reasons but no relaxation. ``most`` (C,): how far each constraint can be
    relaxed at all.
    """
    most = np.full(len(constraints), np.inf) if most is None else most
    satisfied = margins >= 0.0
    unknown = np.isnan(margins)
    feasible = np.zeros(days, bool)
    good = np.all(satisfied, axis=0)
    feasible[day[good]] = True
    broken = ~satisfied & ~unknown
    codes = np.sum(broken * (1 << np.arange(len(constraints), dtype=np.int64))[:, None], axis=0)
    absent = unknown.any(axis=0) & (True if there is None else ~there)
    counts = np.sum(broken, axis=0) + NOT_THERE * absent + NOT_EXACT * (unknown.any(axis=0) & ~absent)
    counts += 0 if exact is None else NOT_EXACT * ~exact
    closed: list[str] = [""] * days
    relaxations: list[Relaxation | None] = [None] * days
    starts = np.searchsorted(day, np.arange(days + 1))
    for number in np.flatnonzero(~feasible):
        part = slice(starts[number], starts[number + 1])
        relaxations[number] = nearest = _nearest(margins[:, part], counts[part], constraints, most)
        closed[number] = nearest.constraint if nearest else _names(codes[part], counts[part], constraints)
    return DayVerdict(feasible, tuple(closed), tuple(relaxations))


def _names(codes: IntArray, counts: IntArray, constraints: tuple[Constraint, ...]) -> str:
    if len(codes) == 0:
        return ""
    easiest = codes[counts == counts.min()]
    kinds, many = np.unique(easiest, return_counts=True)
    code = int(kinds[np.argmax(many)])
    return ";".join(constraint.name for k, constraint in enumerate(constraints) if code >> k & 1)


def _nearest(
    margins: FloatArray, counts: IntArray, constraints: tuple[Constraint, ...], most: FloatArray
) -> Relaxation | None:
    """Constraint whose smallest relaxation alone opens the day, and how much; only flights known to the end count."""
    which = np.argmax(margins < 0.0, axis=0)
    needed = -np.take_along_axis(margins, which[None], axis=0)[0]
    one = np.flatnonzero((counts == 1) & (needed <= most[which]))
    if len(one) == 0:
        return None
    short = needed[one]
    weights = short / np.array([constraint.scale for constraint in constraints])[which[one]]
    best = int(np.argmin(weights))
    constraint = constraints[which[one][best]]
    return Relaxation(constraint.name, float(short[best]), constraint.unit)


def shortfall(margins: FloatArray, constraints: tuple[Constraint, ...]) -> FloatArray:
    """Sum of what a flight (M,) is short of, in steps a planner would call small; what is unknown adds very much."""
    scales = np.array([constraint.scale for constraint in constraints])
    short = np.where(np.isnan(margins), 0.0, np.maximum(0.0, -margins) / scales[:, None])
    total: FloatArray = np.sum(short, axis=0) + 1e9 * np.isnan(margins).any(axis=0)
    return total


def trouble(margins: FloatArray, constraints: tuple[Constraint, ...]) -> FloatArray:
    """How far a flight (M,) is from flying: 0 where it does, the weight of the only relaxation it needs, else more."""
    many = np.sum(margins < 0.0, axis=0)
    total: FloatArray = shortfall(margins, constraints) + 1e6 * np.maximum(0, many - 1)
    return total


def single_trouble(margins: FloatArray, constraints: tuple[Constraint, ...], most: FloatArray) -> FloatArray:
    """Weight of the only relaxation that a flight (M,) needs; infinite where it needs none, several, or too much."""
    scales = np.array([constraint.scale for constraint in constraints])
    broken = margins < 0.0
    which = np.argmax(broken, axis=0)
    short = -np.take_along_axis(margins, which[None], axis=0)[0]
    one = (np.sum(broken, axis=0) == 1) & ~np.isnan(margins).any(axis=0) & (short <= most[which])
    return np.where(one, short / scales[which], np.inf)


def weight(relaxation: Relaxation, constraints: Sequence[Constraint]) -> float:
    """Size of a relaxation in steps a planner would call small."""
    return relaxation.amount / _scale(relaxation.constraint, constraints)


def as_large(relaxation: Relaxation | None, name: str, constraints: Sequence[Constraint]) -> float:
    """Amount of the constraint ``name`` that weighs as much as a relaxation; infinite for None."""
    if relaxation is None:
        return np.inf
    return weight(relaxation, constraints) * _scale(name, constraints)


def _scale(name: str, constraints: Sequence[Constraint]) -> float:
    return next((constraint.scale for constraint in constraints if constraint.name == name), np.inf)


def smaller(one: Relaxation | None, other: Relaxation | None, constraints: Sequence[Constraint]) -> Relaxation | None:
    """Return the smaller of two relaxations, the first where they are equal."""
    if one is None or other is None:
        return one or other
    return other if weight(other, constraints) < weight(one, constraints) else one


def in_words(relaxation: Relaxation | None) -> str:
    """Relaxation as tables write it, e.g. ``sun_at_landing by 0.4 deg``; empty for None."""
    if relaxation is None:
        return ""
    return f"{relaxation.constraint} by {rounded_up(relaxation.amount)} {relaxation.unit}".rstrip()


def rounded_up(value: float) -> str:
    """Three significant digits, rounded up: the relaxation as written must suffice."""
    if value <= 0.0 or not np.isfinite(value):
        return "0"
    step = 10.0 ** (np.floor(np.log10(value)) - 2)
    return f"{np.ceil(value / step) * step:.6g}"


def nearest_open(feasible: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Nearest open day before and after each day (N,), itself where open; -1 where there is none."""
    number = np.arange(len(feasible))
    before = np.maximum.accumulate(np.where(feasible, number, -1))
    after = np.minimum.accumulate(np.where(feasible, number, len(feasible))[::-1])[::-1]
    return before, np.where(after == len(feasible), -1, after)


def closures(lane: str, verdict: DayVerdict, constraints: Sequence[Constraint]) -> tuple[Closure, ...]:
    """Runs of closed days, what closes them, and the smallest relaxation that opens some day of each."""
    before, after = nearest_open(verdict.feasible)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], verdict.feasible, [True]]).astype(np.int8)))
    return tuple(
        _closure(lane, verdict, constraints, (int(first), int(stop) - 1), (int(before[first]), int(after[first])))
        for first, stop in edges.reshape(-1, 2)
    )


def _closure(
    lane: str,
    verdict: DayVerdict,
    constraints: Sequence[Constraint],
    days: tuple[int, int],
    neighbours: tuple[int, int],
) -> Closure:
    span = range(days[0], days[1] + 1)
    names = Counter(name for day in span for name in verdict.closed_by[day].split(";") if name)
    known = [(day, relaxation) for day in span if (relaxation := verdict.relaxations[day]) is not None]
    day, best = min(known, key=lambda item: weight(item[1], constraints), default=(-1, None))
    return Closure(lane, *days, tuple(name for name, _ in names.most_common()), best, day, *neighbours)
