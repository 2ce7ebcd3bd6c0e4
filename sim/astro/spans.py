"""Spans of time: where something holds, as sorted pairs of epochs that can be joined, cut and counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Spans that neither overlap nor touch, in order of time.

    Attributes
    ----------
    start_tdb_s, stop_tdb_s : ndarray (M,)
        Any clock will do; Moonport's is TDB seconds past J2000.
    """

    start_tdb_s: FloatArray
    stop_tdb_s: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.start_tdb_s)

    @property
    def duration_s(self) -> FloatArray:
        """Length of each (M,)."""
        return self.stop_tdb_s - self.start_tdb_s

    @property
    def total_s(self) -> float:
        """Length of all together."""
        return float(self.duration_s.sum())

    @property
    def longest(self) -> Spans:
        """The longest alone, the first of them where several are; none of none."""
        first = int(np.argmax(self.duration_s)) if len(self) else 0
        return Spans(self.start_tdb_s[first : first + 1], self.stop_tdb_s[first : first + 1])

    @property
    def longest_s(self) -> float:
        """Length of the longest, 0 where there is none."""
        return float(self.duration_s.max(initial=0.0))

    def contain(self, t_tdb_s: ArrayLike) -> NDArray[np.bool_]:
        """Whether each epoch (...) lies in a span, starts included, stops not."""
        t = np.asarray(t_tdb_s, dtype=np.float64)
        if not len(self):
            return np.zeros(t.shape, dtype=bool)
        index = np.searchsorted(self.start_tdb_s, t, side="right") - 1
        inside: NDArray[np.bool_] = (index >= 0) & (t < self.stop_tdb_s[np.maximum(index, 0)])
        return inside

    def left_s(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Time from each epoch (...) to the end of the span it lies in, starts and stops included; 0 outside."""
        t = np.asarray(t_tdb_s, dtype=np.float64)
        if not len(self):
            return np.zeros(t.shape)
        index = np.searchsorted(self.start_tdb_s, t, side="right") - 1
        left = self.stop_tdb_s[np.maximum(index, 0)] - t
        return np.where(index >= 0, np.maximum(left, 0.0), 0.0)

    def total_before_s(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Length (...) of what of them lies before each epoch (...)."""
        if not len(self):
            return np.zeros(np.shape(t_tdb_s))
        reached = np.cumsum(self.duration_s)
        edges = np.stack([self.start_tdb_s, self.stop_tdb_s], axis=1).ravel()
        t = np.asarray(t_tdb_s, dtype=np.float64)
        total: FloatArray = np.interp(t, edges, np.stack([reached - self.duration_s, reached], axis=1).ravel())
        return total

    def covered_s(self, edge_tdb_s: ArrayLike) -> FloatArray:
        """Length of what of them lies between neighbouring edges (n,), (n - 1,)."""
        covered: FloatArray = np.diff(self.total_before_s(edge_tdb_s))
        return covered

    def within(self, start_tdb_s: float, stop_tdb_s: float) -> Spans:
        """Return what of them lies between two epochs."""
        return intersection(self, spans([start_tdb_s], [stop_tdb_s]))

    def longer_than(self, duration_s: float) -> Spans:
        """Return those that last longer."""
        keep = self.duration_s > duration_s
        return Spans(self.start_tdb_s[keep], self.stop_tdb_s[keep])

    def gaps(self, start_tdb_s: float, stop_tdb_s: float) -> Spans:
        """Return the spans between them from start to stop."""
        inside = self.within(start_tdb_s, stop_tdb_s)
        starts = np.concatenate([[start_tdb_s], inside.stop_tdb_s])
        stops = np.concatenate([inside.start_tdb_s, [stop_tdb_s]])
        return Spans(starts[stops > starts], stops[stops > starts])


_MOST = 1e300
"""Stands for infinity where edges are drawn by straight lines."""

NONE = Spans(np.empty(0), np.empty(0))
"""No span."""


def spans(start_tdb_s: ArrayLike, stop_tdb_s: ArrayLike) -> Spans:
    """Return spans in order, those that overlap or touch made one, those of no length left out."""
    start, stop = (np.asarray(ends, dtype=np.float64).ravel() for ends in (start_tdb_s, stop_tdb_s))
    keep = stop > start
    order = np.argsort(start[keep], kind="stable")
    start, stop = start[keep][order], stop[keep][order]
    if not len(start):
        return NONE
    reached = np.maximum.accumulate(stop)
    fresh = np.concatenate([[True], start[1:] > reached[:-1]])
    last = np.concatenate([np.flatnonzero(fresh)[1:] - 1, [len(start) - 1]])
    return Spans(start[fresh], reached[last])


def union(*many: Spans) -> Spans:
    """Return where any of them holds."""
    return spans(
        np.concatenate([each.start_tdb_s for each in many] or [np.empty(0)]),
        np.concatenate([each.stop_tdb_s for each in many] or [np.empty(0)]),
    )


def intersection(first: Spans, second: Spans) -> Spans:
    """Return where both hold."""
    if not len(first) or not len(second):
        return NONE
    # Every span of the one is cut by those of the other that overlap it.
    low = np.searchsorted(second.stop_tdb_s, first.start_tdb_s, side="right")
    high = np.searchsorted(second.start_tdb_s, first.stop_tdb_s, side="left")
    counts = np.maximum(high - low, 0)
    one = np.repeat(np.arange(len(first)), counts)
    other = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    start = np.maximum(first.start_tdb_s[one], second.start_tdb_s[other])
    stop = np.minimum(first.stop_tdb_s[one], second.stop_tdb_s[other])
    return spans(start, stop)


def length_in_each_s(held: Spans, each: Spans) -> FloatArray:
    """How long something holds within each of some spans (M,)."""
    both = intersection(held, each)
    index = np.searchsorted(each.start_tdb_s, both.start_tdb_s, side="right") - 1
    return np.bincount(index, weights=both.duration_s, minlength=len(each)).astype(np.float64)


def spans_of_samples(t_tdb_s: FloatArray, value: FloatArray) -> Spans:
    """Return where a sampled quantity is zero or more, its edges by straight lines between samples.

    ``t_tdb_s`` (N,) ascends. ``value`` (N,) counts as negative where it is NaN; given as 1 and -1 for yes and no, edges
    lie half-way.
    """
    _, at, _ = crossings_of_samples(t_tdb_s, value)
    return _between_edges(at, bool(value[0] >= 0.0), t_tdb_s[0], t_tdb_s[-1]) if len(value) else NONE


def crossings_of_samples(
    t_tdb_s: FloatArray, value: FloatArray
) -> tuple[NDArray[np.intp], FloatArray, NDArray[np.bool_]]:
    """Return where a sampled quantity passes zero, by straight lines between samples, in order of time.

    Takes what ``spans_of_samples`` takes. Three arrays (E,): index of the sample before, epoch, and whether it rises.
    """
    known = np.clip(np.where(np.isnan(value), -1.0, value), -_MOST, _MOST)
    up = known >= 0.0
    cell = np.flatnonzero(up[1:] != up[:-1])
    before, after = known[cell], known[cell + 1]
    at: FloatArray = t_tdb_s[cell] + (t_tdb_s[cell + 1] - t_tdb_s[cell]) * before / (before - after)
    return cell, at, up[cell + 1]


def _between_edges(edge_tdb_s: FloatArray, starts_up: bool, start_tdb_s: float, stop_tdb_s: float) -> Spans:
    """Spans from edges in order that alternate up and down."""
    first = [start_tdb_s] if starts_up else []
    ends_up = starts_up == (len(edge_tdb_s) % 2 == 0)
    edges = np.concatenate([first, edge_tdb_s, [stop_tdb_s] if ends_up else []])
    return spans(edges[::2], edges[1::2])
