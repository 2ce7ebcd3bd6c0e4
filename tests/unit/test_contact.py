"""Contact of places on the Moon with the Earth and with relays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.astro.ephemeris import Ephemeris
from sim.astro.time import tdb_s_from_utc
from sim.constants import R_MOON_KM
from sim.station.contact import contact_over_descent, earth_elevation, relay_elevation, relay_view
from sim.station.horizon import HorizonMask
from sim.station.site import site_ephemeris, site_geometry, site_unit_icrf
from tests.unit.test_relay import relay

DAY_S, DEG = 86400.0, np.pi / 180.0
START = tdb_s_from_utc("2029-01-01")
EPOCHS = START + np.arange(0.0, 28.0 * DAY_S, 7200.0)


@dataclass(frozen=True)
class Overhead:
    """A relay that stays above a place, at a distance from the Moon's centre."""

    name: str
    site: object
    radius_km: float

    def position_icrf_km(self, t_tdb_s):
        return self.radius_km * site_unit_icrf(self.site, t_tdb_s)


def test_the_earth_never_rises_in_the_middle_of_the_far_side_and_never_sets_on_the_near_side():
    # Libration swings the Earth by 8 degrees in longitude and 7 in latitude (mean libration amplitudes), parallax 0.3.
    assert earth_elevation(site_geometry(0.0, 180.0), EPOCHS).max() < -(90.0 - 12.0) * DEG
    assert earth_elevation(site_geometry(0.0, 0.0), EPOCHS).min() > (90.0 - 12.0) * DEG


def test_earth_elevation_counts_from_the_horizon_mask():
    site = site_geometry(0.0, 60.0)
    wall = HorizonMask(np.array([0.0, 180.0]), np.array([5.0, 5.0]), "a wall of 5 degrees")
    walled = site_geometry(0.0, 60.0, 0.0, wall)
    np.testing.assert_allclose(earth_elevation(walled, EPOCHS), earth_elevation(site, EPOCHS) - 5.0 * DEG)
    np.testing.assert_array_equal(earth_elevation(walled, EPOCHS) > 0.0, site_ephemeris(walled, EPOCHS).earth_visible)


def test_a_relay_overhead_stands_in_the_zenith():
    site = site_geometry(-41.6, 170.0)
    view = relay_view(site, (Overhead("up", site, 20_000.0),), EPOCHS)
    # The arctangent of a horizontal part of rounding size: 1e-12 of the distance.
    np.testing.assert_allclose(view.elevation_rad[0], 0.5 * np.pi, atol=1e-7)


def test_a_relay_over_the_far_side_is_hidden_from_the_earth_where_it_is_low():
    site = site_geometry(0.0, 180.0)
    low, high = Overhead("low", site, 2_000.0), Overhead("high", site, 60_000.0)
    clearance = relay_view(site, (low, high), EPOCHS).earth_clearance_rad
    # From 2 000 km the Moon's disc has a radius of 60 degrees, from 60 000 km of 1.7; libration takes the Earth 10
    # degrees from the far side's axis at most, so the high relay loses it only when the libration is small.
    assert np.all(clearance[0] < -45.0 * DEG)
    assert np.arcsin(R_MOON_KM / 60_000.0) / DEG == pytest.approx(1.7, abs=0.05)
    assert np.any(clearance[1] > 0.0)
    assert np.all(clearance[1] > -1.8 * DEG)
    found = relay_elevation(site, (low, high), EPOCHS)
    np.testing.assert_array_equal(found >= 0.0, clearance[1] >= 0.0)


def test_limb_clearance_agrees_with_the_line_of_sight():
    one, site = relay(perilune=200.0, apolune=3_000.0, inclination=20.0), site_geometry(0.0, 90.0)
    t = START + np.arange(0.0, DAY_S, 60.0)
    relay_km, earth_km = one.position_icrf_km(t), -Ephemeris.de440().moon_geocentric(t)[0]
    ray = earth_km - relay_km
    ahead = np.clip(-np.sum(relay_km * ray, axis=-1) / np.sum(ray * ray, axis=-1), 0.0, 1.0)
    nearest_km = np.linalg.norm(relay_km + ahead[:, None] * ray, axis=-1)
    clearance = relay_view(site, (one,), t).earth_clearance_rad[0]
    np.testing.assert_array_equal(clearance < 0.0, nearest_km < R_MOON_KM)
    assert 0 < np.count_nonzero(clearance < 0.0) < len(t)


def test_a_relay_with_its_apolune_in_the_south_serves_the_south_pole_most_of_the_time():
    one, pole = relay(), site_geometry(-89.5, 0.0)
    t = START + np.arange(0.0, 10.0 * DAY_S, 600.0)
    share = np.mean(relay_view(pole, (one,), t).elevation_rad[0] > 0.0)
    # An orbit of eccentricity 0.80 with its perilune 61 degrees north spends over 90 % of its period south of the
    # horizon plane: from Kepler's equation 22 h of 24.3.
    assert 0.85 < share < 0.99


def test_contact_holds_over_the_last_quarter_of_an_hour():
    site, one = site_geometry(-45.0, 170.0), relay(perilune=200.0, apolune=3_000.0, inclination=80.0)
    contact, step = contact_over_descent(site, "relay", (one,), START, 1800.0, 49)
    assert (step, len(contact)) == (300.0, 48 * 6 + 1)
    for number in range(0, len(contact), 17):
        back = START + number * step - np.arange(0.0, 900.5, 15.0)
        dense = relay_view(site, (one,), back).contact_rad[0].min()
        # The least of four samples 5 minutes apart misses a dip between them: 4 degrees of this fast relay's path.
        assert dense - 1e-12 <= contact[number] <= dense + 4.0 * DEG


def test_earth_or_relay_is_the_better_of_both():
    site, one = site_geometry(-85.0, 30.0), relay()
    earth, coarse = contact_over_descent(site, "earth", (), START, 1800.0, 200)
    by_relay, fine = contact_over_descent(site, "relay", (one,), START, 1800.0, 200)
    either, step = contact_over_descent(site, "earth_or_relay", (one,), START, 1800.0, 200)
    assert (coarse, fine, step) == (1800.0, 300.0, 300.0)
    np.testing.assert_allclose(either[::6], np.maximum(earth, by_relay[::6]), atol=1e-12)
    assert np.all(either >= by_relay)
    known = earth_elevation(site, START + 1800.0 * np.arange(200))
    again = contact_over_descent(site, "earth", (), START, 1800.0, 200, known)[0]
    np.testing.assert_allclose(earth, again, rtol=0.0, atol=1e-12)


def test_long_grids_are_worked_in_parts_without_a_seam(monkeypatch):
    site, one = site_geometry(-85.0, 30.0), relay()
    whole, _ = contact_over_descent(site, "relay", (one,), START, 1800.0, 60)
    monkeypatch.setattr("sim.station.contact._EPOCHS_AT_ONCE", 50)
    parts, _ = contact_over_descent(site, "relay", (one,), START, 1800.0, 60)
    # The ends of an array go through other instructions than its middle: the last digit may differ.
    np.testing.assert_allclose(parts, whole, rtol=0.0, atol=1e-14)


def test_without_relays_there_is_no_contact_by_relay():
    site = site_geometry(0.0, 180.0)
    assert np.all(np.isnan(relay_elevation(site, (), EPOCHS)))
    contact, _ = contact_over_descent(site, "relay", (), START, 1800.0, 5)
    assert np.all(contact == -0.5 * np.pi)


@dataclass(frozen=True)
class Ending:
    """A relay that is gone after an epoch."""

    relay: object
    stop_tdb_s: float
    name: str = "ending"

    def position_icrf_km(self, t_tdb_s):
        position = self.relay.position_icrf_km(t_tdb_s)
        return np.where((np.asarray(t_tdb_s) < self.stop_tdb_s)[..., None], position, np.nan)


def test_a_relay_that_is_gone_gives_no_contact():
    site, one = site_geometry(-85.0, 170.0), relay()
    ending = Ending(one, START + 5.0 * DAY_S)
    view = relay_view(site, (ending,), EPOCHS)
    gone = EPOCHS >= START + 5.0 * DAY_S
    assert np.all(view.contact_rad[0, gone] == -0.5 * np.pi)
    np.testing.assert_array_equal(view.contact_rad[0, ~gone], relay_view(site, (one,), EPOCHS[~gone]).contact_rad[0])
    assert np.all(relay_elevation(site, (ending,), EPOCHS)[gone] < 0.0)
    both, alone = (relay_elevation(site, some, EPOCHS) for some in ((ending, one), (one,)))
    np.testing.assert_array_equal(both[gone], alone[gone])
    contact, step = contact_over_descent(site, "relay", (ending,), START, 1800.0, 24 * 20)
    late = START + step * np.arange(len(contact)) >= START + 5.0 * DAY_S
    assert np.all(contact[late] == -0.5 * np.pi)
    assert np.any(contact[~late] > 0.0)
