"""Exact landing margins where they decide what a closed day lacks.

The search of landings tells of a flight that cannot land only how good each condition could be by itself, which bounds
its trouble from below. Here the nearest landing chance is looked for among a day's flights, the least bound first,
until no flight is left whose bound is below the smallest relaxation that is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing import first_landing
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import LaunchProblem, refine_from
from sim.window.candidates import Candidates, flies
from sim.window.chance import landing_rule, moon_poles, staging_radii_km
from sim.window.constraints import LANDING, Constraint, constraints_of, margins, most_of
from sim.window.evaluate import evaluate, evaluate_nearest
from sim.window.explain import single_trouble, trouble
from sim.window.fine import stacked
from sim.window.plan import BEYOND_LOITER_S

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

LOITER_PICKS = 3
"""Flights of a day that are judged at the end of a longer wait: those that land with the least more of it."""

ROUNDS = (4, 8, 16, 32, 64, 128, 256)

NEARLY = 0.02
"""Shortfall, in steps that a planner would call small, that may come of solving a flight roughly."""

NINE_TENTHS = 0.9

SETTLING = 6
"""How often the nearest flight of a day may turn out to be further off than it seemed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """M flights in order of day, their margins (C, M), and which of them are known exactly."""

    flights: Candidates
    margin: FloatArray
    exact: BoolArray


def roughly(flights: Candidates, margin: FloatArray) -> Judged:
    """Copy of flights as the search of landings left them: known exactly where they land, or do not fly."""
    return Judged(stacked([flights]), margin.copy(), (flights.landing_reason == 0) | ~flies(flights))


def by_day(parts: Sequence[Judged]) -> Judged:
    """Flights of several searches in order of day."""
    flights = stacked([part.flights for part in parts])
    order = np.argsort(flights.day, kind="stable")
    margin = np.concatenate([part.margin for part in parts], axis=1)[:, order]
    return Judged(flights.take(order), margin, np.concatenate([part.exact for part in parts])[order])


def sharpened(lane: ResolvedLane, day: NDArray[np.datetime64], found: Judged, light: LightTable) -> Judged:
    """Replace landing margins of the flights that may be nearest to opening their day; arrays are changed in place."""
    if not lane.waits_in_orbit:
        return found
    constraints, flights = constraints_of(lane), found.flights
    is_closed = np.ones(len(day), bool)
    is_closed[flights.day[np.all(found.margin >= 0.0, axis=0)]] = False
    others = [k for k, constraint in enumerate(constraints) if constraint.name not in LANDING]
    sound = np.all(found.margin[others] >= _nearly_none(constraints)[others], axis=0) & is_closed[flights.day]
    _sharpen_waits(lane, day, found, sound, light)
    for count in ROUNDS:
        bound = trouble(found.margin, constraints)
        pending = sound & ~found.exact & (bound < _best_known(lane, len(day), found)[flights.day])
        which = _least_of_day(flights.day, bound, np.flatnonzero(pending), count)
        if len(which) == 0:
            break
        _replace(lane, day, found, which, evaluate_nearest(lane, flights.take(which), light, 0.0))
    return found


def nearly_open(lane: ResolvedLane, days: int, found: Judged) -> FloatArray:
    """Margins (C, M) as they would be if nine tenths of what each closed day lacks at least were given."""
    constraints, margin = constraints_of(lane), found.margin.copy()
    weights = _known_weights(lane, found)
    nearest = _least_of_day(found.flights.day, weights, np.flatnonzero(np.isfinite(weights)), 1)
    which = np.argmax(margin[:, nearest] < 0.0, axis=0)
    given = np.zeros((len(constraints), days))
    given[which, found.flights.day[nearest]] = -NINE_TENTHS * margin[which, nearest]
    return margin + given[:, found.flights.day]


def _known_weights(lane: ResolvedLane, found: Judged) -> FloatArray:
    """Weight (M,) of the only relaxation a flight needs; infinite where it is not known exactly."""
    return np.where(found.exact, single_trouble(found.margin, constraints_of(lane), most_of(lane)), np.inf)


def _nearly_none(constraints: Sequence[Constraint]) -> FloatArray:
    """Margins (C, 1) that count as kept while flights are known roughly."""
    return np.array([[-NEARLY * constraint.scale] for constraint in constraints])


def _sharpen_waits(
    lane: ResolvedLane, day: NDArray[np.datetime64], found: Judged, sound: BoolArray, light: LightTable
) -> None:
    """Look past the longest wait of the flights that can land soonest after it."""
    asked = np.flatnonzero(sound & ~found.exact)
    if len(asked) == 0:
        return
    more = _more_wait_s(lane, found.flights.take(asked), light)
    which = asked[_least_of_day(found.flights.day[asked], more, np.flatnonzero(np.isfinite(more)), LOITER_PICKS)]
    if len(which):
        _replace(lane, day, found, which, evaluate_nearest(lane, found.flights.take(which), light, BEYOND_LOITER_S))


def _more_wait_s(lane: ResolvedLane, flights: Candidates, light: LightTable) -> FloatArray:
    """Time (M,) by which the longest wait is too short for a landing with all that is asked; NaN where none comes."""
    rule = landing_rule(lane)
    longer = replace(rule, loiter_s=(rule.loiter_s[0], rule.loiter_s[1] + BEYOND_LOITER_S))
    arrival = flights.arrival_tdb_s
    state, pole = flights.staged_state_icrf, moon_poles(arrival)
    found = first_landing(arrival, state, pole, *staging_radii_km(lane), light, longer)
    return found.landing_tdb_s - arrival - rule.loiter_s[1]


def settled(
    lane: ResolvedLane, problem: LaunchProblem, day: NDArray[np.datetime64], found: Judged, light: LightTable
) -> Judged:
    """Solve the flight nearest to opening each closed day exactly: its margins become the lower of both solutions.

    What it lacks then opens the day whether the flight is solved roughly, to be found, or exactly, to be flown. One
    that lacks more than it seemed gives way to the next.
    """
    done = np.zeros(len(found.exact), bool)
    is_closed = np.ones(len(day), bool)
    is_closed[found.flights.day[np.all(found.margin >= 0.0, axis=0)]] = False
    for _ in range(SETTLING):
        weights = np.where(is_closed[found.flights.day], _known_weights(lane, found), np.inf)
        nearest = _least_of_day(found.flights.day, weights, np.flatnonzero(np.isfinite(weights)), 1)
        which = nearest[~done[nearest]]
        if len(which) == 0:
            break
        _settle(lane, problem, day, found, which, light)
        done[which] = True
    return found


def _settle(
    lane: ResolvedLane,
    problem: LaunchProblem,
    day: NDArray[np.datetime64],
    found: Judged,
    which: IntArray,
    light: LightTable,
) -> None:
    """Solve flights exactly and lower their margins to what they then are."""
    part = found.flights.take(which)
    index = (part.day, part.heading, part.injection, part.time, part.approach)
    launches = refine_from(problem, index, part.tli_tdb_s, part.liftoff_tdb_s, part.coast_s)
    flights = stacked([evaluate(lane, problem, launches, index, light)])
    beyond_s = np.where(part.loiter_margin_s < 0.0, BEYOND_LOITER_S, 0.0)
    lands = lane.waits_in_orbit & (flights.landing_reason != 0)
    for some_s in np.unique(beyond_s[lands]):
        some = np.flatnonzero(lands & (beyond_s == some_s))
        _put(flights, some, evaluate_nearest(lane, flights.take(some), light, float(some_s)))
    found.margin[:, which] = np.minimum(found.margin[:, which], margins(lane, day, flights))
    found.exact[which] &= flies(flights)


def _best_known(lane: ResolvedLane, days: int, found: Judged) -> FloatArray:
    """Smallest weight of a single relaxation (N,) among flights that are known."""
    best = np.full(days, np.inf)
    np.minimum.at(best, found.flights.day, _known_weights(lane, found))
    return best


def _least_of_day(day: IntArray, bound: FloatArray, which: IntArray, count: int) -> IntArray:
    """Of the flights ``which``, ``count`` of each day with the least bound."""
    ranked = which[np.lexsort((bound[which], day[which]))]
    place = np.arange(len(ranked)) - np.searchsorted(day[ranked], day[ranked])
    return ranked[place < count]


def _replace(
    lane: ResolvedLane, day: NDArray[np.datetime64], found: Judged, which: IntArray, nearer: Candidates
) -> None:
    _put(found.flights, which, nearer)
    found.margin[:, which] = margins(lane, day, nearer)
    found.exact[which] = True


def _put(flights: Candidates, which: IntArray, others: Candidates) -> None:
    for field in fields(Candidates):
        getattr(flights, field.name)[which] = getattr(others, field.name)
