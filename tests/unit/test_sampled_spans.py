"""Spans of a signal that is known already on even epochs."""

import numpy as np

from sim.astro.events import Signal, sampled, spans_of_sampled, spans_where


def test_known_samples_give_the_same_spans():
    signal = Signal(lambda t: np.sin(0.3 * t) + 0.2 * np.cos(1.1 * t) - 0.1, 1.0)
    once, again = spans_where(signal, 0.0, 200.0), spans_of_sampled(signal, *sampled(signal, 0.0, 200.0))
    np.testing.assert_array_equal(once.start_tdb_s, again.start_tdb_s)
    np.testing.assert_array_equal(once.stop_tdb_s, again.stop_tdb_s)
    assert len(once) > 5


def test_a_straight_or_a_constant_signal_has_no_turns():
    rising = Signal(lambda t: t - 5.25, 1.0)
    assert spans_where(rising, 0.0, 10.0).start_tdb_s[0] == np.float64(5.25)
    steady = Signal(lambda t: np.full(t.shape, -1.0), 1.0)
    assert len(spans_where(steady, 0.0, 10.0)) == 0


def test_what_is_not_known_counts_as_below_zero():
    signal = Signal(lambda t: np.where(t < 4.4, 1.0, np.nan), 1.0)
    found = spans_of_sampled(signal, np.arange(11.0), signal.value(np.arange(11.0)))
    assert found.start_tdb_s[0] == 0.0
    assert abs(found.stop_tdb_s[0] - 4.4) < 0.05  # events.EDGE_S
    assert len(spans_of_sampled(signal, np.empty(0), np.empty(0))) == 0
