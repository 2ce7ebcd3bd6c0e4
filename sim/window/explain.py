"""Why a day is closed: which constraints bind, and the smallest single relaxation that would open it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.window.constraints import Constraint

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """Over N days: feasible, the constraints that close a day, and the relaxation that opens it, both as text."""

    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    relaxation: tuple[str, ...]


def judge_days(
    day: NDArray[np.int64], days: int, margins: FloatArray, constraints: tuple[Constraint, ...]
) -> DayVerdict:
    """Judge days from the margins (C, M) of their flights; ``day`` (M,) rises.

    A day is closed by the constraints that its easiest flight breaks: where some flight breaks one alone, the one that
    is the least short of opening the day; else the flight that breaks the fewest, among equals the combination that
    most flights share. A flight that is not there breaks what kept it from being there alone, for nothing is
    known beyond.
    """
    satisfied = margins >= 0.0
    unknown = np.isnan(margins)
    feasible = np.zeros(days, bool)
    good = np.all(satisfied, axis=0)
    feasible[day[good]] = True
    broken = ~satisfied & ~unknown
    codes = np.sum(broken * (1 << np.arange(len(constraints), dtype=np.int64))[:, None], axis=0)
    counts = np.sum(broken, axis=0) + 100 * unknown.any(axis=0)
    closed, relaxations = [""] * days, [""] * days
    starts = np.searchsorted(day, np.arange(days + 1))
    for number in np.flatnonzero(~feasible):
        part = slice(starts[number], starts[number + 1])
        nearest = _nearest(margins[:, part], counts[part], constraints)
        closed[number] = nearest[0].name if nearest else _names(codes[part], counts[part], constraints)
        relaxations[number] = _words(*nearest) if nearest else ""
    return DayVerdict(feasible, tuple(closed), tuple(relaxations))


def _names(codes: NDArray[np.int64], counts: NDArray[np.int64], constraints: tuple[Constraint, ...]) -> str:
    if len(codes) == 0:
        return ""
    easiest = codes[counts == counts.min()]
    kinds, many = np.unique(easiest, return_counts=True)
    code = int(kinds[np.argmax(many)])
    return ";".join(constraint.name for k, constraint in enumerate(constraints) if code >> k & 1)


def _nearest(
    margins: FloatArray, counts: NDArray[np.int64], constraints: tuple[Constraint, ...]
) -> tuple[Constraint, float] | None:
    """Constraint whose smallest relaxation alone opens the day, and how much; only flights known to the end count."""
    one = np.flatnonzero(counts == 1)
    if len(one) == 0:
        return None
    which = np.argmax(margins[:, one] < 0.0, axis=0)
    short = -margins[which, one]
    weights = short / np.array([constraint.scale for constraint in constraints])[which]
    best = int(np.argmin(weights))
    return constraints[which[best]], float(short[best])


def trouble(margins: FloatArray, constraints: tuple[Constraint, ...]) -> FloatArray:
    """How far a flight (M,) is from flying: 0 where it does, the weight of the only relaxation it needs, else more."""
    scales = np.array([constraint.scale for constraint in constraints])
    short = np.where(np.isnan(margins), 0.0, np.maximum(0.0, -margins) / scales[:, None])
    many = np.sum(short > 0.0, axis=0)
    total: FloatArray = np.sum(short, axis=0) + 1e6 * np.maximum(0, many - 1) + 1e9 * np.isnan(margins).any(axis=0)
    return total


def _words(constraint: Constraint, short: float) -> str:
    return f"{constraint.name} by {_rounded_up(short)} {constraint.unit}".rstrip()


def _rounded_up(value: float) -> str:
    """Three significant digits, rounded up: the relaxation as written must suffice."""
    if value <= 0.0 or not np.isfinite(value):
        return "0"
    step = 10.0 ** (np.floor(np.log10(value)) - 2)
    return f"{np.ceil(value / step) * step:.6g}"
