"""Rates of links and the bits that paths bring home."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.spans import spans
from sim.astro.time import tdb_s_from_utc
from sim.station.coverage import ContactSpans, contact_spans, even_epochs
from sim.station.data_volume import data_volume
from sim.station.links import (
    DIRECT_TO_EARTH_X,
    RELAY_TO_EARTH_KA,
    SURFACE_TO_RELAY_KA,
    SURFACE_TO_RELAY_S,
    USUAL_LINKS,
    Link,
    StationLinks,
    data_rate_bit_s,
    range_rates,
    signal_to_noise_db_hz,
)
from sim.station.paths import Network, Paths, paths_at
from sim.station.site import site_geometry
from sim.units import DAY_S
from tests.unit.test_relay import relay

START = tdb_s_from_utc("2029-01-01")


def flat_link(rate_bit_s):
    """A link that carries one rate from anywhere."""
    return replace(SURFACE_TO_RELAY_KA, transmitter_power_w=1e12, greatest_rate_bit_s=rate_bit_s)


def steady_paths(count, relays=1):
    t = 60.0 * np.arange(count)
    one, many = np.ones(count), np.ones((relays, count))
    return Paths(t, one, many, many, 4e5 * one, 1e4 * many, 4e5 * many)


def test_a_link_by_hand():
    link = Link("by hand", 1e9, 10.0, 20.0, 30.0, 290.0, 2.0, 4.0, 3.0, 1e12)
    # 10 + 20 + 30 - 2 dB, less 92.45 + 0 + 60 dB of free space (1 GHz, 1000 km), and k T: -203.98 dBW/Hz at 290 K.
    assert signal_to_noise_db_hz(link, 1000.0) == pytest.approx(58.0 - 152.45 + 203.98, abs=0.01)
    assert data_rate_bit_s(link, 1000.0) == pytest.approx(10.0 ** (0.1 * (109.53 - 7.0)), rel=3e-3)


def test_rates_fall_with_the_square_of_the_range_and_never_pass_the_greatest():
    far = data_rate_bit_s(SURFACE_TO_RELAY_S, np.array([20_000.0, 40_000.0]))
    assert far[0] == pytest.approx(4.0 * far[1], rel=1e-12)
    assert data_rate_bit_s(SURFACE_TO_RELAY_S, 10.0) == SURFACE_TO_RELAY_S.greatest_rate_bit_s
    np.testing.assert_array_equal(data_rate_bit_s(SURFACE_TO_RELAY_S, np.array([np.nan])), [0.0])


def test_presets_say_that_they_are_assumed_and_carry_something():
    for link, range_km in ((SURFACE_TO_RELAY_S, 16_000.0), (RELAY_TO_EARTH_KA, 4e5), (DIRECT_TO_EARTH_X, 4e5)):
        assert link.status == "assumed"
        assert data_rate_bit_s(link, range_km) > 1e4


def test_a_path_is_as_fast_as_its_slower_hop_and_the_fastest_path_carries():
    paths = steady_paths(61)
    whole = spans([0.0], [3600.0])
    links = StationLinks(flat_link(8.0), flat_link(5.0), flat_link(6.0))
    free = range_rates(paths, links)
    assert (free.direct_bit_s[0], free.to_relay_bit_s[0, 0], free.backhaul_bit_s[0, 0]) == (6.0, 8.0, 5.0)
    both = data_volume(paths, contact_of(paths, spans([1800.0], [3600.0]), whole, whole), links)
    np.testing.assert_allclose([both.direct_bit[0], both.relayed_bit[0, 0]], [6.0 * 1800.0, 5.0 * 1800.0])
    no_dish = replace(links, direct=None)
    assert data_volume(paths, contact_of(paths, spans([], []), whole, whole), no_dish).total_bit[0] == 5.0 * 3600.0


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=12))
def test_covered_time_is_that_of_the_spans_within(lengths):
    edges = np.cumsum(lengths)
    some = spans(edges[:-1:2], edges[1::2])
    cells = np.linspace(-1.0, 40.0, 17)
    expected = [some.within(low, high).total_s for low, high in pairwise(cells)]
    np.testing.assert_allclose(some.covered_s(cells), expected, atol=1e-12)
    assert not spans([], []).covered_s(cells).any()


def contact_of(paths, direct, in_view, by_relay):
    return ContactSpans(paths.t_tdb_s[0], paths.t_tdb_s[-1], ("a",), direct, (in_view,), (by_relay,))


def test_a_day_of_a_steady_pass():
    paths = steady_paths(2 * 1440 + 1)
    # Open for 1000.5 s of the first day and 500 s over midnight.
    carried = spans([1000.0, DAY_S - 200.0], [2000.5, DAY_S + 300.0])
    links = StationLinks(flat_link(8.0), flat_link(5.0))
    found = data_volume(paths, contact_of(paths, spans([], []), carried, carried), links)
    np.testing.assert_allclose(found.total_bit, [5.0 * 1200.5, 5.0 * 300.0])
    np.testing.assert_array_equal(found.greatest_store_bit, [0.0])


def test_a_relay_that_stores_sends_on_later():
    paths = steady_paths(1440 + 1)
    away = paths.t_tdb_s < 6000.0
    paths = replace(paths, backhaul_rad=np.where(away, -1.0, 1.0)[None])
    heard = spans([0.0], [3000.0])
    links = StationLinks(flat_link(8.0), flat_link(5.0), stores=True)
    found = data_volume(paths, contact_of(paths, spans([], []), heard, spans([], [])), links)
    # 3000 s at 8 bit/s are held until it sees the Earth, then they go out at 5 bit/s.
    assert found.greatest_store_bit[0] == pytest.approx(24_000.0)
    assert found.total_bit.sum() == pytest.approx(24_000.0)
    assert found.left_bit[0] == pytest.approx(0.0, abs=1e-6)
    at_once = data_volume(paths, contact_of(paths, spans([], []), heard, spans([], [])), replace(links, stores=False))
    assert at_once.total_bit.sum() == 0.0


def test_nothing_is_lost_on_the_way_through_a_store():
    site, network = site_geometry(-45.0, 170.0), Network((relay(), relay(apolune=3_000.0, mean_anomaly_deg=90.0)))
    t = even_epochs(START, START + 5.25 * DAY_S, 120.0)
    paths, contact = paths_at(site, network, t), contact_spans(site, network, t[0], t[-1])
    slow = StationLinks(SURFACE_TO_RELAY_KA, flat_link(30.0e6), DIRECT_TO_EARTH_X, stores=True)
    fast = replace(slow, relay_to_earth=flat_link(1e12))
    late, soon = data_volume(paths, contact, slow), data_volume(paths, contact, fast)
    assert late.relayed_bit.sum() + late.left_bit.sum() == pytest.approx(
        soon.relayed_bit.sum() + soon.left_bit.sum(), rel=1e-9
    )
    assert np.all(late.greatest_store_bit >= soon.greatest_store_bit)
    assert np.all(late.relayed_bit >= 0.0)
    assert len(late.total_bit) == 6
    assert late.day_length_s[-1] == pytest.approx(0.25 * DAY_S)


def test_the_usual_links_bring_home_no_more_than_they_can():
    site, network = site_geometry(-89.0, 10.0), Network((relay(),))
    t = even_epochs(START, START + 3.0 * DAY_S, 60.0)
    found = data_volume(paths_at(site, network, t), contact_spans(site, network, t[0], t[-1]), USUAL_LINKS)
    most = SURFACE_TO_RELAY_KA.greatest_rate_bit_s * DAY_S
    assert np.all(found.total_bit <= most * (1.0 + 1e-12))
    assert np.all(found.total_bit > 0.0)
