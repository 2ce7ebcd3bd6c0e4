"""When something happens: the one search for events of any function of time.

A function is looked at every ``step_s``, its own step; where its sign changes, and where it turns so near zero between
three looks that it may have touched it, all places are closed in on together. An event shorter than about half a step
that does not show in the curve of its neighbours is missed: the step is for who knows the function to choose. The first
step and the last are looked at eight times as closely, for want of neighbours.
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
_LOOKS = 33
_END_PARTS = 8
_LOWEST = -1e300
"""Stands for minus infinity where a search calculates with it."""

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
    return spans_of_sampled(signal, *sampled(signal, start_tdb_s, stop_tdb_s), edge_s)


def spans_of_sampled(signal: Signal, t_tdb_s: FloatArray, value: FloatArray, edge_s: float = EDGE_S) -> Spans:
    """Return the same where the signal is known already on even epochs (n,), no more than its step apart."""
    if not len(t_tdb_s):
        return NONE
    t, value = _with_grazes(signal, t_tdb_s, np.where(np.isnan(value), -np.inf, value), edge_s)
    rises, falls = _edges(signal, t, value, edge_s)
    first = [t[0]] if value[0] >= 0.0 else []
    last = [t[-1]] if value[-1] >= 0.0 else []
    return spans(np.concatenate([first, rises]), np.concatenate([falls, last]))


def crossings(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return the epochs at which a signal rises through zero, and those at which it falls."""
    t, value = sampled(signal, start_tdb_s, stop_tdb_s)
    if not len(t):
        return np.empty(0), np.empty(0)
    t, value = _with_grazes(signal, t, value, edge_s)
    return _edges(signal, t, value, edge_s)


def maxima(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return epochs and values of the local maxima strictly between two epochs; none beside a NaN."""
    t, value = sampled(signal, start_tdb_s, stop_tdb_s)
    if not len(t):
        return np.empty(0), np.empty(0)
    t, value = _with_fine_ends(signal, t, value)
    known = np.isfinite(value[:-2]) & np.isfinite(value[2:])
    turn = np.flatnonzero(known & (value[1:-1] > value[:-2]) & (value[1:-1] >= value[2:])) + 1
    return _turns(_times(signal, -1.0), t, turn, edge_s, -1.0)


def minima(
    signal: Signal, start_tdb_s: float, stop_tdb_s: float, edge_s: float = EDGE_S
) -> tuple[FloatArray, FloatArray]:
    """Return epochs and values of the local minima strictly between two epochs."""
    at, value = maxima(Signal(lambda t: -signal.value(t), signal.step_s), start_tdb_s, stop_tdb_s, edge_s)
    return at, -value


def greatest_in(signal: Signal, inside: Spans, edge_s: float = EDGE_S) -> tuple[FloatArray, FloatArray]:
    """Return epoch and value of the greatest of a signal in each of some spans (M,); it may stand at an end.

    All spans at once, each looked at in 33 places, whatever the signal's step, and closed in on about the best of them.
    """
    if not len(inside):
        return np.empty(0), np.empty(0)
    return _greatest(signal, *_looks(signal, inside), edge_s)


def spans_within(signal: Signal, inside: Spans, edge_s: float = EDGE_S) -> Spans:
    """Return where a signal is zero or more within some spans; as ``spans_where``, but for many spans at once.

    Each is looked at in 33 places, whatever the signal's step, and where the signal is greatest in it.
    """
    if not len(inside):
        return NONE
    t, value = _looks(signal, inside)
    best_t, best = _greatest(signal, t, value, edge_s)
    t, value = np.vstack([t, best_t]), np.vstack([value, best])
    order = np.argsort(t, axis=0, kind="stable")
    t, up = np.take_along_axis(t, order, axis=0), np.take_along_axis(value, order, axis=0) >= 0.0
    look, span = np.nonzero(up[1:] != up[:-1])
    at = _closed_in(signal, t[look, span], t[look + 1, span], edge_s) if len(look) else np.empty(0)
    rises = up[look + 1, span]
    starts = np.concatenate([inside.start_tdb_s[up[0]], at[rises]])
    stops = np.concatenate([inside.stop_tdb_s[up[-1]], at[~rises]])
    return spans(np.sort(starts), np.sort(stops))


def _looks(signal: Signal, inside: Spans) -> tuple[FloatArray, FloatArray]:
    """Epochs and values (33, M) over some spans."""
    t = np.linspace(inside.start_tdb_s, inside.stop_tdb_s, _LOOKS)
    return t, _value(signal, t.ravel()).reshape(t.shape)


def _greatest(signal: Signal, t: FloatArray, value: FloatArray, edge_s: float) -> tuple[FloatArray, FloatArray]:
    """Epoch and value (M,) of the greatest about the best of some looks (33, M)."""
    best, span = np.argmax(value, axis=0), np.arange(t.shape[1])
    at, greatest = t[best, span], value[best, span]
    turn = np.flatnonzero((best > 0) & (best < len(t) - 1))
    look = best[turn]
    known = np.isfinite(value[look - 1, turn]) & np.isfinite(value[look + 1, turn])
    turn, look = turn[known], look[known]
    bracket = (t[look - 1, turn], t[look, turn], t[look + 1, turn])
    at[turn], greatest[turn] = _least_in(_times(signal, -1.0), bracket, edge_s, -1.0)
    return at, greatest


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


def _with_fine_ends(signal: Signal, t: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Samples with more in the first step and the last, where a turn has no neighbours on both sides."""
    fine = [_finer(signal, t[0], t[1]), _finer(signal, t[-2], t[-1])]
    return _merged([(t, value), *fine])


def _finer(signal: Signal, start_tdb_s: float, stop_tdb_s: float) -> tuple[FloatArray, FloatArray]:
    t = np.linspace(start_tdb_s, stop_tdb_s, _END_PARTS + 1)
    return t, _value(signal, t)


def _merged(samples: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    t, first = np.unique(np.concatenate([some[0] for some in samples]), return_index=True)
    return t, np.concatenate([some[1] for some in samples])[first]


def _with_grazes(signal: Signal, t: FloatArray, value: FloatArray, edge_s: float) -> tuple[FloatArray, FloatArray]:
    """Samples with those added where the signal turns across zero between them; ``t`` even, two or more."""
    even = [(t, value), _finer(signal, t[0], t[1]), _finer(signal, t[-2], t[-1])]
    return _merged([*even, *(_grazes(signal, *some, edge_s) for some in even)])


def _grazes(signal: Signal, t: FloatArray, value: FloatArray, edge_s: float) -> tuple[FloatArray, FloatArray]:
    """Turns across zero between even samples that do not show it."""
    side = np.where(value >= 0.0, 1.0, -1.0)
    height = side * value
    with np.errstate(invalid="ignore", divide="ignore"):
        bend = height[:-2] - 2.0 * height[1:-1] + height[2:]
        vertex = height[1:-1] - (height[2:] - height[:-2]) ** 2 / (8.0 * bend)
        same = (side[:-2] == side[1:-1]) & (side[1:-1] == side[2:])
        turns = (height[1:-1] <= height[:-2]) & (height[1:-1] <= height[2:]) & (bend > 0.0)
        near = vertex < _GRAZE * bend
    turn = np.flatnonzero(same & turns & near & np.isfinite(bend)) + 1
    found = []
    for sign in (1.0, -1.0):
        at, least = _turns(_times(signal, sign), t, turn[side[turn] == sign], edge_s, sign)
        over = np.where(least >= 0.0, 1.0, -1.0) != sign
        found.append((at[over], least[over]))
    return np.concatenate([at for at, _ in found]), np.concatenate([least for _, least in found])


def _times(signal: Signal, sign: float) -> Callable[[FloatArray], FloatArray]:
    return lambda epochs: sign * _value(signal, epochs)


def _turns(
    function: Callable[[FloatArray], FloatArray], t: FloatArray, turn: NDArray[np.intp], edge_s: float, sign: float
) -> tuple[FloatArray, FloatArray]:
    """Epochs and values (times ``sign``) of the least of ``function`` about samples ``turn``."""
    return _least_in(function, (t[turn - 1], t[turn], t[turn + 1]), edge_s, sign)


def _least_in(
    function: Callable[[FloatArray], FloatArray],
    bracket: tuple[FloatArray, FloatArray, FloatArray],
    edge_s: float,
    sign: float,
) -> tuple[FloatArray, FloatArray]:
    """Epochs and values (times ``sign``) of the least of ``function`` between epochs (n,) in threes, all at once."""
    if not len(bracket[1]):
        return np.empty(0), np.empty(0)
    tolerances = {"xatol": 0.1 * edge_s, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}
    found = elementwise.find_minimum(_in_any_shape(function), bracket, tolerances=tolerances, maxiter=60)
    at: FloatArray = np.where(np.isfinite(found.x), found.x, bracket[1])
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
        return np.maximum(_value(signal, epochs), _LOWEST)

    found = elementwise.find_root(_in_any_shape(finite), (before, after), tolerances=tolerances, maxiter=60)
    root: FloatArray = np.asarray(found.x)
    return root


def _in_any_shape(function: Callable[[FloatArray], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    def shaped(t: FloatArray) -> FloatArray:
        values: FloatArray = function(np.ravel(t)).reshape(np.shape(t))
        return values

    return shaped
