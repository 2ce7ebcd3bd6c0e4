"""Exact landing margins where they decide what a closed day lacks.

The search of landings tells of a flight that cannot land only how good each condition could be by itself, which bounds
its trouble from below. Here the nearest landing chance is looked for among a day's flights, the least bound first,
until no flight is left whose bound is below the smallest relaxation that is known.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.window.candidates import Candidates, flies
from sim.window.constraints import LANDING, constraints_of, margins, most_of
from sim.window.evaluate import evaluate_nearest
from sim.window.explain import single_trouble, trouble
from sim.window.plan import BEYOND_LOITER_S

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

LOITER_PICKS = 6
"""Flights of a day whose longer waits are looked through: those that the next light finds with the least more wait."""

ROUNDS = (4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Judged:
    """M flights in order of day, their margins (C, M), and which of them are known exactly."""

    flights: Candidates
    margin: FloatArray
    exact: BoolArray


def sharpened(
    lane: ResolvedLane, day: NDArray[np.datetime64], flights: Candidates, margin: FloatArray, light: LightTable
) -> Judged:
    """Replace landing margins of the flights that may be nearest to opening their day; arrays are changed in place."""
    found = Judged(flights, margin, (flights.landing_reason == 0) | ~flies(flights))
    if not lane.waits_in_orbit:
        return found
    is_closed = np.ones(len(day), bool)
    is_closed[flights.day[np.all(margin >= 0.0, axis=0)]] = False
    others = [k for k, constraint in enumerate(constraints_of(lane)) if constraint.name not in LANDING]
    sound = np.all(margin[others] >= 0.0, axis=0) & is_closed[flights.day]
    _sharpen_waits(lane, day, found, sound, light)
    for count in ROUNDS:
        bound = trouble(found.margin, constraints_of(lane))
        pending = sound & ~found.exact & (bound < _best_known(lane, len(day), found)[flights.day])
        which = _least_of_day(flights.day, bound, np.flatnonzero(pending), count)
        if len(which) == 0:
            break
        _replace(lane, day, found, which, evaluate_nearest(lane, flights.take(which), light, 0.0))
    return found


def _sharpen_waits(
    lane: ResolvedLane, day: NDArray[np.datetime64], found: Judged, sound: BoolArray, light: LightTable
) -> None:
    """Look past the longest wait of the flights that reach the next light soonest."""
    flights = found.flights
    stop = flights.arrival_tdb_s + lane.lane.staging.loiter_s[1]
    cell = np.clip((np.nan_to_num(stop) - light.start_tdb_s) / light.step_s, 0, len(light.next_lit) - 1).astype(int)
    more = light.start_tdb_s + light.step_s * light.next_lit[cell] - stop
    which = _least_of_day(flights.day, more, np.flatnonzero(sound & ~found.exact), LOITER_PICKS)
    if len(which):
        _replace(lane, day, found, which, evaluate_nearest(lane, flights.take(which), light, BEYOND_LOITER_S))


def _best_known(lane: ResolvedLane, days: int, found: Judged) -> FloatArray:
    """Smallest weight of a single relaxation (N,) among flights that are known."""
    weights = single_trouble(found.margin, constraints_of(lane), most_of(lane))
    best = np.full(days, np.inf)
    np.minimum.at(best, found.flights.day[found.exact], weights[found.exact])
    return best


def _least_of_day(day: IntArray, bound: FloatArray, which: IntArray, count: int) -> IntArray:
    """Of the flights ``which``, ``count`` of each day with the least bound."""
    ranked = which[np.lexsort((bound[which], day[which]))]
    place = np.arange(len(ranked)) - np.searchsorted(day[ranked], day[ranked])
    return ranked[place < count]


def _replace(
    lane: ResolvedLane, day: NDArray[np.datetime64], found: Judged, which: IntArray, nearer: Candidates
) -> None:
    for field in fields(Candidates):
        getattr(found.flights, field.name)[which] = getattr(nearer, field.name)
    found.margin[:, which] = margins(lane, day, nearer)
    found.exact[which] = True
