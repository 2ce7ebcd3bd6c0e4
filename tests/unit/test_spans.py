"""Spans of time against boolean masks of whole seconds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.astro.spans import NONE, Spans, intersection, length_in_each_s, spans, spans_of_samples, union

SECONDS = 40
CENTRES = np.arange(SECONDS) + 0.5

masks = st.lists(st.booleans(), min_size=SECONDS, max_size=SECONDS).map(np.array)


def of_mask(mask):
    """Spans whose ends are whole seconds, one second for each True."""
    return spans(np.flatnonzero(mask), np.flatnonzero(mask) + 1)


def assert_are(found, mask):
    """The spans hold where the mask does, in order, and neither overlap nor touch."""
    np.testing.assert_array_equal(found.contain(CENTRES), mask)
    assert found.total_s == mask.sum()
    assert np.all(found.stop_tdb_s > found.start_tdb_s)
    assert np.all(found.start_tdb_s[1:] > found.stop_tdb_s[:-1])


@given(masks, masks)
def test_the_algebra_is_that_of_masks(one, other):
    first, second = of_mask(one), of_mask(other)
    assert_are(union(first, second), one | other)
    assert_are(intersection(first, second), one & other)
    assert_are(intersection(second, first), one & other)
    assert_are(first.gaps(0.0, SECONDS), ~one)
    assert_are(union(), np.zeros(SECONDS, dtype=bool))


@given(masks, st.integers(-3, SECONDS + 3), st.integers(-3, SECONDS + 3))
def test_cutting_and_gaps_between_any_two_epochs(mask, start, stop):
    here = (start < CENTRES) & (stop > CENTRES)
    found = of_mask(mask)
    assert_are(found.within(start, stop), mask & here)
    outside = max(0, min(stop, 0) - start) + max(0, stop - max(start, SECONDS))
    gaps = found.gaps(start, stop)
    np.testing.assert_array_equal(gaps.contain(CENTRES), ~mask & here)
    assert gaps.total_s == (~mask & here).sum() + outside


@given(st.lists(st.tuples(st.integers(0, SECONDS), st.integers(0, SECONDS)), max_size=12))
def test_any_pairs_become_spans(pairs):
    start, stop = np.array(pairs, dtype=float).reshape(-1, 2).T
    assert_are(spans(start, stop), np.any((start[:, None] < CENTRES) & (stop[:, None] > CENTRES), axis=0))


@given(masks, masks)
def test_length_in_each(one, other):
    held, each = of_mask(one), of_mask(other)
    expected = [
        one[int(start) : int(stop)].sum() for start, stop in zip(each.start_tdb_s, each.stop_tdb_s, strict=True)
    ]
    np.testing.assert_array_equal(length_in_each_s(held, each), expected)


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 3.0, np.nan, -np.inf, np.inf]), min_size=1, max_size=30))
def test_samples_hold_where_straight_lines_between_them_do(values):
    value = np.array(values)
    t = np.arange(len(value), dtype=float)
    found = spans_of_samples(t, value)
    dense = np.linspace(0.0, len(value) - 1.0, 40 * (len(value) - 1) + 1) + 0.003
    dense = dense[dense < t[-1]]
    # Infinite ones as the function takes them; a NaN counts as -1.
    lines = np.interp(dense, t, np.clip(np.where(np.isnan(value), -1.0, value), -1e300, 1e300))
    clear = np.abs(lines) > 1e-9
    np.testing.assert_array_equal(found.contain(dense)[clear], (lines >= 0.0)[clear])


def test_samples_of_yes_and_no_change_half_way():
    found = spans_of_samples(np.arange(5.0), np.array([1.0, -1.0, -1.0, 1.0, 1.0]))
    np.testing.assert_array_equal(found.start_tdb_s, [0.0, 2.5])
    np.testing.assert_array_equal(found.stop_tdb_s, [0.5, 4.0])


def test_starts_belong_to_a_span_and_stops_do_not():
    assert spans([1.0], [2.0]).contain([0.999, 1.0, 1.999, 2.0, np.nan]).tolist() == [False, True, True, False, False]
    assert spans([1.0], [2.0]).contain(1.5).shape == ()


def test_measures():
    some = spans([0.0, 10.0], [1.0, 13.0])
    assert (len(some), some.total_s, some.longest_s) == (2, 4.0, 3.0)
    assert some.longer_than(1.0).start_tdb_s.tolist() == [10.0]
    assert (len(NONE), NONE.total_s, NONE.longest_s) == (0, 0.0, 0.0)
    assert len(intersection(NONE, some)) == len(intersection(some, NONE)) == 0
    assert NONE.gaps(2.0, 5.0).duration_s.tolist() == [3.0]
    assert len(some.gaps(5.0, 5.0)) == 0


def test_no_samples_and_no_ends():
    assert len(spans_of_samples(np.empty(0), np.empty(0))) == 0
    assert len(spans([np.nan, 0.0, 2.0], [1.0, np.nan, 2.0])) == 0


def test_spans_are_frozen():
    with pytest.raises(AttributeError):
        Spans(np.zeros(1), np.ones(1)).start_tdb_s = np.ones(1)
