"""The event search against functions whose events are known, and against dense sampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.events import (
    EDGE_S,
    Signal,
    crossings,
    greatest_in,
    maxima,
    minima,
    sampled,
    spans_where,
    spans_within,
)
from sim.astro.spans import NONE, spans

# Edges are promised to EDGE_S; the functions below are exact, so nothing else is allowed for.
LATE = 9.0e8
"""Epochs as they are met, thirty years past J2000: a double then resolves 1e-7 s."""


def assert_edges(found, starts, stops, within=EDGE_S):
    np.testing.assert_allclose(found.start_tdb_s, starts, rtol=0.0, atol=within)
    np.testing.assert_allclose(found.stop_tdb_s, stops, rtol=0.0, atol=within)


def wave(period_s, offset=0.0, since=LATE):
    return lambda t: np.sin(2.0 * np.pi * (t - since) / period_s) - offset


def test_edges_of_a_sine():
    k = np.arange(10)
    found = spans_where(Signal(wave(6000.0), 700.0), LATE + 10.0, LATE + 59000.0)
    assert_edges(found, LATE + np.maximum(6000.0 * k, 10.0), LATE + 6000.0 * k + 3000.0)
    rises, falls = crossings(Signal(wave(6000.0), 700.0), LATE + 10.0, LATE + 59000.0)
    np.testing.assert_allclose(rises, LATE + 6000.0 * k[1:], rtol=0.0, atol=EDGE_S)
    np.testing.assert_allclose(falls, LATE + 6000.0 * k + 3000.0, rtol=0.0, atol=EDGE_S)


def test_turns_of_a_sine():
    k = np.arange(10)
    at, value = maxima(Signal(wave(6000.0, 0.25), 700.0), LATE, LATE + 60000.0)
    # A top is flat: 0.05 s aside the sine is less by (2 pi 0.05/6000)^2/2 = 1.4e-9.
    np.testing.assert_allclose(at, LATE + 6000.0 * k + 1500.0, rtol=0.0, atol=EDGE_S)
    np.testing.assert_allclose(value, 0.75, atol=1.4e-9)
    at, value = minima(Signal(wave(6000.0, 0.25), 700.0), LATE, LATE + 60000.0)
    np.testing.assert_allclose(at, LATE + 6000.0 * k + 4500.0, rtol=0.0, atol=EDGE_S)
    np.testing.assert_allclose(value, -1.25, atol=1.4e-9)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-1.0, 1.0), st.floats(2500.0, 20000.0), st.floats(0.0, 6.3)), min_size=1, max_size=4),
    st.floats(-1.0, 1.0),
    st.floats(1.0, 30000.0),
)
def test_spans_of_sums_of_waves_are_those_of_dense_samples(waves, offset, length_s):
    def value(t):
        return offset + sum(size * np.sin(2.0 * np.pi * t / period + phase) for size, period, phase in waves)

    found = spans_where(Signal(value, 300.0), 0.0, length_s)
    t = np.linspace(0.0, length_s, 4000, endpoint=False)
    steepest = sum(abs(size) * 2.0 * np.pi / period for size, period, _ in waves)
    # What is promised of edges in time, in value; events of seconds that only just touch zero are below that.
    clear = np.abs(value(t)) > steepest * EDGE_S + 1e-9
    np.testing.assert_array_equal(found.contain(t)[clear], (value(t) >= 0.0)[clear])


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("at", [0.0, 13.0, 150.0, 297.0])
@pytest.mark.parametrize("half_s", [100.0, 10.0, 1.0])
def test_a_graze_between_two_looks_is_found(sign, at, half_s):
    """A parabola that passes zero for some seconds, a step being 300 s."""
    centre = LATE + 3000.0 + at
    signal = Signal(lambda t: sign * (half_s**2 - (t - centre) ** 2), 300.0)
    found = spans_where(signal, LATE, LATE + 9000.0)
    edges = centre - half_s, centre + half_s
    if sign > 0.0:
        assert_edges(found, [edges[0]], [edges[1]])
    else:
        assert_edges(found, [LATE, edges[1]], [edges[0], LATE + 9000.0])


@pytest.mark.parametrize("from_end_s", [120.0, 60.0, 280.0])
@pytest.mark.parametrize("last", [False, True])
def test_an_event_within_the_first_or_the_last_step_is_found(from_end_s, last):
    start, stop = LATE, LATE + 9000.0
    centre = stop - from_end_s if last else start + from_end_s
    signal = Signal(lambda t: 20.0**2 - (t - centre) ** 2, 300.0)
    assert_edges(spans_where(signal, start, stop), [centre - 20.0], [centre + 20.0])
    at, value = maxima(signal, start, stop)
    np.testing.assert_allclose(at, [centre], rtol=0.0, atol=EDGE_S)
    np.testing.assert_allclose(value, [400.0], atol=1e-2)


def test_what_only_comes_near_is_no_event():
    assert len(spans_where(Signal(lambda t: -1e-6 - (t - 4321.0) ** 2, 300.0), 0.0, 9000.0)) == 0
    assert len(spans_where(Signal(lambda t: -1.0 + 0.0 * t, 300.0), 0.0, 9000.0)) == 0


def test_what_always_holds_is_one_span():
    assert_edges(spans_where(Signal(lambda t: 0.0 * t, 300.0), 1.0, 9000.0), [1.0], [9000.0], 0.0)
    assert_edges(spans_where(Signal(lambda t: np.full(t.shape, np.inf), 300.0), 1.0, 9.0), [1.0], [9.0], 0.0)


@pytest.mark.parametrize("unknown", [np.nan, -np.inf])
def test_an_unknown_value_counts_as_below_zero(unknown):
    """A path that ends: a step down from a steady value to nothing."""
    signal = Signal(lambda t: np.where((t > 1000.0) & (t < 5000.0), 7.0, unknown), 300.0)
    assert_edges(spans_where(signal, 0.0, 9000.0), [1000.0], [5000.0])
    assert len(spans_where(Signal(lambda t: np.full(t.shape, unknown), 300.0), 0.0, 9000.0)) == 0
    assert len(maxima(signal, 0.0, 9000.0)[0]) == 0
    ending = Signal(lambda t: np.where(t < 5000.0, np.sin(t / 400.0), unknown), 300.0)
    assert_edges(spans_where(ending, 1.0, 9000.0), [1.0, 800.0 * np.pi], [400.0 * np.pi, 1200.0 * np.pi])
    assert_edges(spans_where(ending, 1.0, 9000.0).within(4000.0, 9000.0), [], [])
    # Maxima at 628 and 3142 s; the rise towards 5000 s ends in nothing.
    np.testing.assert_allclose(maxima(ending, 0.0, 9000.0)[0], [200.0 * np.pi, 1000.0 * np.pi], atol=EDGE_S)


def test_one_epoch_and_no_time_at_all():
    signal = Signal(wave(6000.0, since=0.0), 300.0)
    for start, stop in ((100.0, 100.0), (100.0, 50.0)):
        assert len(spans_where(signal, start, stop)) == 0
        assert [len(each) for each in (*crossings(signal, start, stop), *maxima(signal, start, stop))] == [0] * 4
    assert len(sampled(signal, 100.0, 50.0)[0]) == 0
    # Less than a step, all of it within.
    assert_edges(spans_where(signal, 100.0, 120.0), [100.0], [120.0], 0.0)


def test_an_edge_on_a_look_is_found_once():
    found = spans_where(Signal(lambda t: t - 600.0, 300.0), 0.0, 900.0)
    assert_edges(found, [600.0], [900.0], 0.0)
    found = spans_where(Signal(lambda t: 600.0 - t, 300.0), 0.0, 900.0)
    assert_edges(found, [0.0], [600.0])
    rises, falls = crossings(Signal(lambda t: np.abs(t - 600.0), 300.0), 0.0, 900.0)
    assert len(rises) == len(falls) == 0


def test_steps_and_ends_of_sampling():
    t, value = sampled(Signal(lambda t: 2.0 * t, 300.0), 0.0, 1000.0)
    np.testing.assert_allclose(t, [0.0, 250.0, 500.0, 750.0, 1000.0])
    np.testing.assert_allclose(value, 2.0 * t)


def test_greatest_in_each_span():
    inside = spans([0.0, 7000.0, 13000.0], [3000.0, 7500.0, 14900.0])
    at, value = greatest_in(Signal(wave(6000.0, since=0.0), 300.0), inside)
    # In the first a turn, in the second the later end of a rise, in the third a turn again.
    np.testing.assert_allclose(at, [1500.0, 7500.0, 13500.0], atol=EDGE_S)
    np.testing.assert_allclose(value, 1.0, atol=1.4e-9)
    assert len(greatest_in(Signal(wave(6000.0), 300.0), NONE)[0]) == 0


def test_spans_within_spans():
    # Above 0.999 999 9 for 0.85 s about each top; 33 looks at 3000 s are 94 s apart.
    top = Signal(wave(6000.0, 0.999_999_9, since=0.0), 300.0)
    half_s = np.arccos(0.999_999_9) * 6000.0 / (2.0 * np.pi)
    inside = spans([0.0, 6000.0, 13501.0], [3000.0, 7500.0, 15000.0])
    assert_edges(spans_within(top, inside), [1500.0 - half_s, 7500.0 - half_s], [1500.0 + half_s, 7500.0])
    everything = Signal(lambda t: 1.0 + 0.0 * t, 300.0)
    assert_edges(spans_within(everything, inside), inside.start_tdb_s, inside.stop_tdb_s, 0.0)
    assert len(spans_within(top, NONE)) == 0
    nothing = Signal(lambda t: np.full(t.shape, np.nan), 300.0)
    assert len(spans_within(nothing, inside)) == 0


@settings(max_examples=30)
@given(st.floats(-0.9, 0.9), st.floats(0.0, 4000.0), st.floats(10.0, 4000.0))
def test_spans_within_are_spans_where_cut(offset, start, length_s):
    signal = Signal(wave(6000.0, offset, since=0.0), 100.0)
    many = spans([start, start + 9000.0], [start + length_s, start + 9000.0 + length_s])
    found = spans_within(signal, many)
    expected = [spans_where(signal, one, one + length_s) for one in many.start_tdb_s]
    starts, stops = (np.concatenate([getattr(each, end) for each in expected]) for end in ("start_tdb_s", "stop_tdb_s"))
    long = stops - starts > 2.0 * EDGE_S  # what is left of a span at an end may be less than an edge is known to
    kept = found.longer_than(2.0 * EDGE_S)
    if long.sum() == len(kept):
        assert_edges(kept, starts[long], stops[long], 2.0 * EDGE_S)
    else:
        assert abs(found.total_s - (stops - starts).sum()) < 4.0 * EDGE_S
