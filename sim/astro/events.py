"""When something happens: the one search for events of any function of time.

A function is looked at every ``step_s``, its own step; where its sign changes, and where it turns so near zero between
three looks that it may have touched it, all places are closed in on together. An event shorter than about half a step
that does not show in the curve of its neighbours is missed: the step is for who knows the function to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from sim.astro.spans import NONE, Spans, spans

FloatArray = NDArray[np.float64]

EDGE_S = 0.05
"""Edges are closed in on to this."""

_AT_ONCE = 100_000
_GRAZE = 0.5
"""A turn is looked at where the parabola through it misses zero by less than this share of its second difference."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A function of time to search.

    Attributes
    ----------
    value : callable
        Takes epochs (n,), gives values (n,); smooth between its kinks. NaN counts as below zero.
    step_s : float
        Step at which nothing of interest is missed.
    """

    value: Callable[[FloatArray], FloatArray]
    step_s: float


def spans_where(signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S) -> Spans:
    """Return the spans between two epochs in which a signal is zero or more."""
    return spans_about_samples(signal, *sampled(signal, start_tdb_s, stop_tdb_s), edge_s)


def spans_about_samples(signal: Signal, t_tdb_s: FloatArray, value: FloatArray, edge_s: float = EDGE_S) -> Spans:
    """Return the spans in which a signal is zero or more, from its values (n,) at even epochs (n,) known already."""
    if not len(t_tdb_s):
        return NONE
    t, value = _with_grazes(signal, t_tdb_s, value)
    rises, falls = _edges(signal, t, value, edge_s)
    first = [t[0]] if value[0] >= 0.0 else []
    last = [t[-1]] if value[-1] >= 0.0 else []
    return spans(np.concatenate([first, rises]), np.concatenate([falls, last]))


def crossings(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return the epochs at which a signal rises through zero, and those at which it falls."""
    t, value = sampled(signal, start_tdb_s, stop_tdb_s)
    t, value = _with_grazes(signal, t, value)
    return _edges(signal, t, value, edge_s)


def maxima(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return epochs and values of the local maxima strictly between two epochs."""
    t, value = sampled(signal, start_tdb_s, stop_tdb_s)
    turn = np.flatnonzero((value[1:-1] > value[:-2]) & (value[1:-1] >= value[2:])) + 1
    return _turns(lambda epochs: -signal.value(epochs), t, turn, edge_s, -1.0)


def minima(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return epochs and values of the local minima strictly between two epochs."""
    at, value = maxima(Signal(lambda t: -signal.value(t), signal.step_s), start_tdb_s, stop_tdb_s, edge_s)
    return at, -value


def sampled(signal: Signal, start_tdb_s: float, stop_tdb_s: float) -> tuple[FloatArray, FloatArray]:
    """Return epochs from start to stop by at most the signal's step, both ends included, and the values there."""
    if stop_tdb_s < start_tdb_s:
        return np.empty(0), np.empty(0)
    count = max(1, int(np.ceil((stop_tdb_s - start_tdb_s) / signal.step_s)))
    t = np.linspace(start_tdb_s, stop_tdb_s, count + 1)
    parts = [_value(signal, t[first : first + _AT_ONCE]) for first in range(0, len(t), _AT_ONCE)]
    return t, np.concatenate(parts)


def _value(signal: Signal, t: FloatArray) -> FloatArray:
    value = np.asarray(signal.value(t), dtype=np.float64)
    return np.where(np.isnan(value), -np.inf, value)


def _with_grazes(signal: Signal, t: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Samples with those added where the signal turns across zero between them."""
    side = np.where(value >= 0.0, 1.0, -1.0)
    height = side * value
    with np.errstate(invalid="ignore"):
        bend = height[:-2] - 2.0 * height[1:-1] + height[2:]
        vertex = height[1:-1] - (height[2:] - height[:-2]) ** 2 / (8.0 * bend)
        same = (side[:-2] == side[1:-1]) & (side[1:-1] == side[2:])
        turns = (height[1:-1] <= height[:-2]) & (height[1:-1] <= height[2:]) & (bend > 0.0)
        near = vertex < _GRAZE * bend
    turn = np.flatnonzero(same & turns & near & np.isfinite(bend)) + 1
    added_t, added = [np.empty(0)], [np.empty(0)]
    for sign in (1.0, -1.0):
        some = turn[side[turn] == sign]
        at, least = _turns(_times(signal, sign), t, some, t[1] - t[0], sign)
        over = np.where(least >= 0.0, 1.0, -1.0) != sign
        added_t.append(at[over])
        added.append(least[over])
    more_t, more = np.concatenate(added_t), np.concatenate(added)
    order = np.argsort(np.concatenate([t, more_t]), kind="stable")
    return np.concatenate([t, more_t])[order], np.concatenate([value, more])[order]


def _times(signal: Signal, sign: float) -> Callable[[FloatArray], FloatArray]:
    return lambda epochs: sign * _value(signal, epochs)


def _turns(
    function: Callable[[FloatArray], FloatArray], t: FloatArray, turn: NDArray[np.intp], edge_s: float, sign: float
) -> tuple[FloatArray, FloatArray]:
    """Epochs and values (times ``sign``) of the least of ``function`` about samples ``turn``."""
    if not len(turn):
        return np.empty(0), np.empty(0)
    bracket = (t[turn - 1], t[turn], t[turn + 1])
    tolerances = {"xatol": 0.1 * edge_s, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}
    found = elementwise.find_minimum(_in_any_shape(function), bracket, tolerances=tolerances, maxiter=60)
    at: FloatArray = np.where(np.isfinite(found.x), found.x, t[turn])
    return at, sign * function(at)


def _edges(signal: Signal, t: FloatArray, value: FloatArray, edge_s: float) -> tuple[FloatArray, FloatArray]:
    """Epochs of rising and of falling through zero."""
    up = value >= 0.0
    edge = np.flatnonzero(up[1:] != up[:-1])
    if not len(edge):
        return np.empty(0), np.empty(0)
    at = _closed_in(signal, t[edge], t[edge + 1], edge_s)
    return at[up[edge + 1]], at[~up[edge + 1]]


def _closed_in(signal: Signal, before: FloatArray, after: FloatArray, edge_s: float) -> FloatArray:
    """Roots between pairs of epochs (n,), all at once (Chandrupatla's method)."""
    tolerances = {"xatol": 0.5 * edge_s, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}

    def finite(epochs: FloatArray) -> FloatArray:
        return np.maximum(_value(signal, epochs), -1e300)

    found = elementwise.find_root(_in_any_shape(finite), (before, after), tolerances=tolerances, maxiter=60)
    root: FloatArray = np.asarray(found.x)
    return root


def _in_any_shape(function: Callable[[FloatArray], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    def shaped(t: FloatArray) -> FloatArray:
        values: FloatArray = function(np.ravel(t)).reshape(np.shape(t))
        return values

    return shaped
