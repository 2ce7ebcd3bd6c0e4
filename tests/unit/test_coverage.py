"""Gaps, spans of contact and grids of coverage: their bookkeeping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.limb import limb_clearance_rad
from sim.astro.spans import NONE, spans
from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.errors import UsageError
from sim.station.coverage import contact_spans, even_epochs, relay_range
from sim.station.coverage_grid import global_coverage, grid_coverage
from sim.station.gaps import gap_statistics
from sim.station.horizon import HorizonMask
from sim.station.paths import Network, paths_at
from sim.station.scene import ABSENT_RAD
from sim.station.sightline import limb_at_craft_rad
from sim.station.site import site_geometry
from sim.units import DAY_S, DEG, HOUR_S
from tests.unit.test_relay import relay

START = tdb_s_from_utc("2029-01-01")
STOP = START + 3.0 * DAY_S
PLACES = np.array([-80.0, -20.0, 45.0]) * DEG, np.array([-170.0, -60.0, 30.0, 120.0]) * DEG


@dataclass(frozen=True)
class Ending:
    """A relay that is gone after an epoch."""

    relay: object
    stop_tdb_s: float
    name: str = "ending"

    def position_icrf_km(self, t_tdb_s):
        position = self.relay.position_icrf_km(t_tdb_s)
        return np.where((np.asarray(t_tdb_s) < self.stop_tdb_s)[..., None], position, np.nan)


def test_figures_of_gaps_by_hand():
    contact = spans([10.0, 30.0, 60.0], [20.0, 50.0, 100.0])
    found = gap_statistics(contact, 0.0, 100.0)
    # Gaps of 10, 10 and 10 s; 5 % of 100 s is 5 s: sum(10 - w) = 5 gives w = 10 - 5/3.
    assert (found.count, found.total_s, found.longest_s, found.mean_s, found.p95_s) == (3, 30.0, 10.0, 10.0, 10.0)
    assert found.wait_p95_s == pytest.approx(10.0 - 5.0 / 3.0)
    whole = gap_statistics(NONE, 0.0, 100.0)
    assert (whole.count, whole.longest_s, whole.wait_p95_s) == (1, 100.0, pytest.approx(95.0))
    none = gap_statistics(spans([0.0], [100.0]), 0.0, 100.0)
    assert (none.count, none.longest_s, none.mean_s, none.p95_s, none.wait_p95_s) == (0, 0.0, 0.0, 0.0, 0.0)
    short = gap_statistics(spans([0.0, 52.0], [50.0, 100.0]), 0.0, 100.0)
    assert short.wait_p95_s == 0.0  # 98 % of moments need not wait


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.floats(0.5, 30.0), min_size=2, max_size=20))
def test_the_usual_wait_is_that_of_moments_drawn_at_random(lengths):
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    contact = spans(edges[1:-1:2], edges[2::2])
    moments = (np.arange(40_000) + 0.5) / 40_000 * edges[-1]
    nexts = np.append(contact.start_tdb_s, edges[-1])
    wait = np.where(contact.contain(moments), 0.0, nexts[np.searchsorted(nexts, moments)] - moments)
    found = gap_statistics(contact, 0.0, edges[-1])
    # The quantile of 40 000 moments is one of them: steps of a 40 000th of the span.
    assert found.wait_p95_s == pytest.approx(np.quantile(wait, 0.95), abs=edges[-1] / 10_000)


def test_even_epochs_hold_both_ends_and_refuse_nonsense():
    t = even_epochs(0.0, 100.0, 30.0)
    assert (t[0], t[-1], len(t)) == (0.0, 100.0, 5)
    with pytest.raises(UsageError, match="stop after the start"):
        even_epochs(0.0, 0.0, 30.0)
    with pytest.raises(UsageError, match="positive step"):
        contact_spans(site_geometry(0.0, 0.0), Network(), START, STOP, 0.0)
    with pytest.raises(UsageError, match="positive step"):
        grid_coverage(*PLACES, Network(), START, STOP, -1.0)
    with pytest.raises(UsageError, match="cells"):
        global_coverage(Network(), START, STOP, cell_deg=0.0)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.floats(1738.0, 80_000.0),
    st.floats(0.0, np.pi),
    st.floats(-1.0, 1.0),
)
def test_both_angles_from_the_limb_have_one_sign(radius_km, turn_rad, tilt):
    craft = radius_km * np.array([np.cos(turn_rad), np.sin(turn_rad) * np.cos(tilt), np.sin(turn_rad) * np.sin(tilt)])
    earth = np.array([384_400.0, 0.0, 0.0])
    here, there = limb_at_craft_rad(craft, earth), limb_clearance_rad(craft, earth, 1737.4)
    # At the limb itself rounding may say one or the other: arccos near 1 keeps 1e-8 rad.
    assert np.sign(here) == np.sign(there) or max(abs(here), abs(there)) < 1e-6


def test_a_relay_serves_until_it_is_gone():
    site, one = site_geometry(-85.0, 170.0), relay()
    whole = contact_spans(site, Network((one,)), START, STOP)
    end = 0.5 * (whole.by_relay[0].start_tdb_s[1] + whole.by_relay[0].stop_tdb_s[1])
    cut = contact_spans(site, Network((Ending(one, end),)), START, STOP)
    for ours, theirs in zip((*cut.by_relay, *cut.in_view), (*whole.by_relay, *whole.in_view), strict=True):
        expected = theirs.within(START, end)
        np.testing.assert_allclose(ours.start_tdb_s, expected.start_tdb_s, atol=0.1)
        np.testing.assert_allclose(ours.stop_tdb_s, expected.stop_tdb_s, atol=0.1)
    assert cut.by_relay[0].stop_tdb_s[-1] == pytest.approx(end, abs=0.1)
    paths = paths_at(site, Network((Ending(one, end),)), np.array([STOP]))
    assert paths.view_rad[0, 0] == paths.backhaul_rad[0, 0] == ABSENT_RAD
    grid = grid_coverage(*PLACES, Network((Ending(one, START),)), START, STOP)
    assert np.all(grid.most_relays == 0)
    assert np.all(np.isnan(grid.mean_range_km))
    assert np.all(grid.any_share == grid.direct_share)


def test_without_relays_only_the_direct_path_counts():
    site = site_geometry(-85.0, 30.0)
    found = contact_spans(site, Network(), START, STOP)
    assert found.share(found.relayed) == 0.0
    assert found.share(found.any_path) == found.share(found.direct)
    assert found.gaps(found.relayed).longest_s == STOP - START
    assert np.isnan(relay_range(paths_at(site, Network(), even_epochs(START, STOP, 300.0))).mean_km)
    grid = grid_coverage(*PLACES, Network(), START, STOP)
    assert np.all(grid.relayed_share == 0.0)
    assert np.all(grid.relayed_gaps.longest_s == pytest.approx(STOP - START))


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.floats(0.0, 360.0), st.floats(20.0, 150.0), st.floats(500.0, 20_000.0), st.booleans())
def test_another_relay_never_lowers_coverage(anomaly, inclination, apolune, with_stations):
    stations = (load_catalog().ground_stations["madrid"],) if with_stations else ()
    first, second = relay(), relay(apolune=apolune, inclination=inclination, mean_anomaly_deg=anomaly)
    alone, both = (grid_coverage(*PLACES, Network(some, stations), START, STOP) for some in ((first,), (first, second)))
    for name in ("relayed_share", "any_share", "mean_relays"):
        assert np.all(getattr(both, name) >= getattr(alone, name))
    assert np.all(both.any_gaps.longest_s <= alone.any_gaps.longest_s)
    for grid in (alone, both):
        assert np.all(grid.any_share >= np.maximum(grid.direct_share, grid.relayed_share))
        assert np.all(grid.any_share <= np.minimum(1.0, grid.direct_share + grid.relayed_share) + 1e-12)
        assert np.all(grid.most_relays >= grid.mean_relays)
    site = site_geometry(-80.0, 120.0)
    one, two = (
        contact_spans(site, Network(some, stations), START, STOP, 300.0) for some in ((first,), (first, second))
    )
    assert two.share(two.relayed) >= one.share(one.relayed)
    assert two.share(two.any_path) >= max(two.share(two.direct), two.share(two.relayed))


def test_grids_lie_where_they_are_said_to():
    network = Network((relay(),))
    whole = global_coverage(network, START, START + HOUR_S, cell_deg=30.0)
    assert whole.any_share.shape == (6, 12)
    np.testing.assert_allclose(whole.latitude_rad / DEG, [-75.0, -45.0, -15.0, 15.0, 45.0, 75.0])
    np.testing.assert_allclose(whole.longitude_rad[[0, -1]] / DEG, [-165.0, 165.0])
    # The Earth is up over half the Moon, less its own parallax and plus nothing: 0.5 - 0.0045 / 2 of the sphere.
    fine = global_coverage(Network(), START, START + HOUR_S, cell_deg=2.0)
    ground = np.cos(fine.latitude_rad)
    assert np.average(fine.direct_share.mean(axis=1), weights=ground) == pytest.approx(0.49774, abs=1e-3)


def test_a_station_behind_its_mountains_sees_less():
    station = load_catalog().ground_stations["madrid"]
    wall = HorizonMask(np.array([0.0, 90.0, 180.0, 270.0]), np.array([0.0, 60.0, 0.0, 0.0]), "a wall in the east")
    site = site_geometry(0.0, 0.0)
    free, walled = (
        contact_spans(site, Network((), (station,), masks), START, STOP, 600.0) for masks in ({}, {"madrid": wall})
    )
    assert 0.0 < walled.share(walled.direct) < free.share(free.direct)
    # The Moon rises behind the wall and sets over the sea: ends stay, starts come later.
    assert walled.direct.stop_tdb_s[0] == pytest.approx(free.direct.stop_tdb_s[0], abs=1.0)
    grid_free, grid_walled = (
        grid_coverage(np.zeros(1), np.zeros(1), Network((), (station,), masks), START, STOP, 60.0)
        for masks in ({}, {"madrid": wall})
    )
    assert grid_free.direct_share[0, 0] == pytest.approx(free.share(free.direct), abs=1e-3)
    assert grid_walled.direct_share[0, 0] == pytest.approx(walled.share(walled.direct), abs=1e-3)


def test_the_higher_of_mask_and_least_elevation_counts():
    mask = HorizonMask(np.array([0.0, 180.0]), np.array([8.0, -2.0]), "a slope")
    site, t = site_geometry(-70.0, 10.0, 0.0, mask), START + np.arange(0.0, 28.0, 0.1) * DAY_S
    network = Network((relay(),))
    free = paths_at(site, network, t)
    raised = paths_at(site, Network(network.relays, least_elevation_rad=5.0 * DEG), t)
    level = paths_at(site_geometry(-70.0, 10.0), network, t)
    expected = np.minimum(free.view_rad, level.view_rad - 5.0 * DEG)
    np.testing.assert_allclose(raised.view_rad, expected, atol=1e-14)
