"""Coverage against closed forms, published geometry and plain sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.astro.earth import gcrs_to_itrs, geodetic_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.rotations import rotated_back
from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.constants import R_MOON_KM
from sim.station.contact import earth_elevation
from sim.station.coverage import contact_spans, even_epochs, relay_range
from sim.station.coverage_grid import grid_coverage
from sim.station.ground import elevations_rad
from sim.station.horizon import packaged_horizon
from sim.station.links import dish_gain_dbi, free_space_loss_db
from sim.station.paths import Network, paths_at
from sim.station.site import site_axes_moon_me, site_geometry, site_unit_icrf
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S
from tests.unit.test_relay import relay

START = tdb_s_from_utc("2029-01-01")
L2_KM = 64_500.0  # CR3BP: 0.167833 of the mean distance of 384 400 km, 64 517 km beyond the Moon
COS_HORIZON = R_MOON_KM / L2_KM


@dataclass(frozen=True)
class BehindTheMoon:
    """A point on the line from the Earth through the Moon, beyond it."""

    name: str = "l2"
    beyond_km: float = L2_KM

    def position_icrf_km(self, t_tdb_s):
        moon_km = Ephemeris.de440().moon_geocentric(t_tdb_s)[0]
        return self.beyond_km * moon_km / np.linalg.norm(moon_km, axis=-1, keepdims=True)


@dataclass(frozen=True)
class OverThePoles:
    """A circular orbit in a plane that turns with the Moon and holds its poles."""

    radius_km: float
    period_s: float
    name: str = "polar"

    def position_icrf_km(self, t_tdb_s):
        angle = 2.0 * np.pi * (np.asarray(t_tdb_s) - START) / self.period_s
        level = np.zeros_like(angle)
        return rotated_back(
            icrf_to_moon_me(t_tdb_s), self.radius_km * np.stack([np.cos(angle), level, np.sin(angle)], axis=-1)
        )


def test_the_second_lagrange_point_sees_the_far_side_within_its_horizon_circle():
    latitude, longitude = np.array([-60.0, -20.0, 0.0, 40.0]) * DEG, np.arange(-180.0, 180.0, 12.0) * DEG
    stop = START + 28.0 * DAY_S
    grid = grid_coverage(latitude, longitude, Network((BehindTheMoon(),)), START, stop, HOUR_S)
    t = START + HOUR_S * (np.arange(28 * 24) + 0.5)
    away = BehindTheMoon().position_icrf_km(t) / L2_KM
    for row, lat in enumerate(latitude):
        for column, lon in enumerate(longitude):
            up = site_unit_icrf(site_geometry(lat / DEG, lon / DEG), t)
            # It is up where the angle at the Moon's centre from the place to it is below arccos(R / r).
            share = np.mean(np.sum(up * away, axis=-1) >= COS_HORIZON)
            # A place that has it in its horizon at one look of 672 may go either way.
            assert grid.mean_relays[row, column] == pytest.approx(share, abs=1.5 / len(t))
    # Always 24 deg and more beyond the limb, libration (7.9 deg in longitude, 6.9 in latitude) notwithstanding.
    far = (np.abs(longitude) >= 160.0 * DEG)[None, :] & (np.abs(latitude) <= 41.0 * DEG)[:, None]
    near = (np.abs(longitude) <= 70.0 * DEG)[None, :] & (np.abs(latitude) <= 21.0 * DEG)[:, None]
    assert np.all(grid.mean_relays[far] == 1.0)
    assert np.all(grid.mean_relays[near] == 0.0)


def test_a_relay_straight_behind_the_moon_never_sees_the_earth():
    for beyond_km in (2_000.0, L2_KM):
        relays = (BehindTheMoon(beyond_km=beyond_km),)
        paths = paths_at(site_geometry(0.0, 180.0), Network(relays), START + np.arange(0.0, 28.0, 0.5) * DAY_S)
        # The angle from the middle of the Moon's disc to its limb, all of it.
        np.testing.assert_allclose(paths.backhaul_rad[0], -np.arcsin(R_MOON_KM / beyond_km), atol=1e-7)
        found = contact_spans(site_geometry(0.0, 180.0), Network(relays), START, START + 3.0 * DAY_S, HOUR_S)
        assert found.share(found.in_view[0]) == 1.0
        assert not len(found.any_path)


@pytest.mark.parametrize(("altitude_km", "least_deg"), [(100.0, 0.0), (5_000.0, 0.0), (5_000.0, 10.0)])
def test_a_circular_polar_orbit_over_the_pole_for_its_closed_share(altitude_km, least_deg):
    radius, least = R_MOON_KM + altitude_km, least_deg * DEG
    orbit = OverThePoles(radius, 2.5 * HOUR_S)
    found = contact_spans(
        site_geometry(90.0, 0.0), Network((orbit,), least_elevation_rad=least), START, START + 8 * 2.5 * HOUR_S
    )
    # Half the arc above an elevation: arccos(R cos(e) / r) - e (Wertz & Larson 1999, section 5.2).
    half_arc = np.arccos(R_MOON_KM * np.cos(least) / radius) - least
    # Edges to 0.1 s, 16 of them in 20 h.
    assert found.share(found.in_view[0]) == pytest.approx(half_arc / np.pi, abs=16 * 0.1 / (20.0 * HOUR_S))
    # Gaps of its view: low over the limb it loses the Earth before it sets.
    gaps = found.gaps(found.in_view[0])
    assert gaps.count == 8 + 1
    assert gaps.longest_s == pytest.approx((1.0 - half_arc / np.pi) * 2.5 * HOUR_S, abs=0.2)


def test_an_eccentric_orbit_serves_the_pole_for_the_share_that_keplers_equation_says():
    one, pole = relay(argument_of_perilune_deg=90.0), site_geometry(-90.0, 0.0)
    periods = 4
    stop = START + periods * 2.0 * np.pi / one.mean_motion_rad_s
    found = contact_spans(pole, Network((one,)), START, stop)
    # Of the orbit the part that lies south of the horizon plane, in equal steps of the eccentric anomaly, each with
    # its share of the mean anomaly; the plane as it lay at the start.
    anomaly = (np.arange(400_000) + 0.5) * 2.0 * np.pi / 400_000
    eccentricity, axes = one.eccentricity, one.axes_icrf
    x, y = np.cos(anomaly) - eccentricity, np.sqrt(1.0 - eccentricity**2) * np.sin(anomaly)
    south = -icrf_to_moon_me(START)[2]
    height = one.semi_major_axis_km * (x * (axes[0] @ south) + y * (axes[1] @ south)) - R_MOON_KM
    share = np.mean((height >= 0.0) * (1.0 - eccentricity * np.cos(anomaly)))
    # In four days the Moon's pole moves by 4 arcminutes (18.6 years round 1.5 deg: 4 arcseconds a day, and physical
    # librations of 0.04 deg): 1e-3 rad of 17 000 km, 20 km at 0.5 to 1 km/s: half a minute of 4 x 24.3 h.
    assert found.share(found.in_view[0]) == pytest.approx(share, abs=2 * periods * 40.0 / (stop - START))


def test_the_earth_over_a_level_pole():
    t = START + np.arange(0.0, 18.6 * 365.25, 0.25) * DAY_S
    share = np.mean(earth_elevation(site_geometry(-90.0, 0.0), t) >= 0.0)
    # In plain sums: the Earth's centre south of the plane that touches the pole.
    earth_me_km = -np.einsum("nij,nj->ni", icrf_to_moon_me(t), Ephemeris.de440().moon_geocentric(t)[0])
    # Light time shifts the Earth by 0.006 deg, of the 6.7 deg that it swings up and down: 1e-3 / pi of the time.
    assert share == pytest.approx(np.mean(-earth_me_km[:, 2] >= R_MOON_KM), abs=5e-4)
    # Half, less the parallax of 0.26 deg: a / (6.7 deg pi) of the time. Published for the poles' surroundings on
    # average 0.51 (any part of the Earth's disc of 1 deg radius, over terrain), which the disc's upper limb brackets.
    assert share == pytest.approx(0.5 - 0.259 / (6.7 * np.pi), abs=0.003)
    limb = np.mean(earth_elevation(site_geometry(-90.0, 0.0), t) >= -0.95 * DEG)
    assert share < 0.51 < limb


def test_free_space_loss_and_dish_gain():
    # ITU-R P.525: 32.4 + 20 log f (MHz) + 20 log d (km); 92.44 with GHz (The Lunar Base Handbook, 2nd ed., p. 429).
    for range_km, frequency_hz in ((384_400.0, 8.45e9), (2_000.0, 2.25e9)):
        expected = 92.44 + 20.0 * np.log10(frequency_hz / 1e9) + 20.0 * np.log10(range_km)
        assert free_space_loss_db(range_km, frequency_hz) == pytest.approx(expected, abs=0.01)
    # DSN 34 m beam waveguide antenna at 8.42 GHz: 68.2 dBi (JPL 810-005, module 104), of an efficiency near 0.71.
    assert dish_gain_dbi(34.0, 8.42e9, 0.71) == pytest.approx(68.2, abs=0.3)


def test_ground_stations_as_their_own_elevations_and_the_sites_horizon_say():
    stations = tuple(load_catalog().ground_stations[name] for name in ("goldstone", "canberra"))
    mask = packaged_horizon("connecting-ridge_10m_1deg")
    site = site_geometry(mask.viewpoint.latitude_deg, mask.viewpoint.longitude_deg, 1653.0, mask)
    t = START + np.arange(0.0, 28.0 * DAY_S, 20.0 * MINUTE_S)
    moon_me, moon_km = icrf_to_moon_me(t), Ephemeris.de440().moon_geocentric(t)[0]
    axes = site_axes_moon_me(site)
    site_km = moon_km + rotated_back(moon_me, (R_MOON_KM + site.height_km) * axes[2])
    best = np.full(len(t), -np.inf)
    for station, there in zip(stations, elevations_rad(stations, t, site_km), strict=True):
        place = geodetic_to_itrs(station.latitude_deg, station.longitude_deg, station.height_m)
        line = rotated_back(gcrs_to_itrs(t), place) - site_km
        east, north, up = (axes @ moon_me @ line[..., None])[..., 0].T
        here = np.arctan2(up, np.hypot(east, north)) - mask.elevation_at(np.arctan2(east, north))
        best = np.maximum(best, np.minimum(here, there - station.min_elevation_deg * DEG))
    # The sum above leaves out the light time from the Earth: 0.006 deg, and up to ten times that on a steep flank.
    np.testing.assert_allclose(paths_at(site, Network((), stations), t).direct_rad, best, atol=0.07 * DEG)
    away = np.abs(best) > 0.1 * DEG
    direct = contact_spans(site, Network((), stations), t[0], t[-1], 5.0 * MINUTE_S).direct
    np.testing.assert_array_equal(direct.contain(t[away]), best[away] >= 0.0)


def test_three_stations_round_the_earth_see_the_near_side_always():
    stations = tuple(load_catalog().ground_stations[name] for name in ("goldstone", "madrid", "canberra"))
    found = contact_spans(site_geometry(0.0, 0.0), Network((), stations), START, START + 28.0 * DAY_S, 600.0)
    # The Deep Space Network's antennas, 120 deg apart, cover all beyond 30 000 km.
    assert found.share(found.direct) == 1.0
    alone = contact_spans(site_geometry(0.0, 0.0), Network((), stations[:1]), START, START + 28.0 * DAY_S, 600.0)
    # One station sees the Moon for 9 to 15 h a day, by its declination (latitude 35 deg, above 6 to 10 deg).
    assert 0.33 < alone.share(alone.direct) < 0.6


def test_a_grid_says_what_single_sites_say():
    relays = (relay(), relay(mean_anomaly_deg=180.0, inclination=60.0))
    stations = tuple(load_catalog().ground_stations[name] for name in ("goldstone", "madrid"))
    latitude, longitude = np.array([-75.0, 10.0]) * DEG, np.array([-120.0, 85.0]) * DEG
    stop, step = START + 10.0 * DAY_S, 60.0
    for network in (Network(relays), Network(relays, stations, least_elevation_rad=5.0 * DEG)):
        grid = grid_coverage(latitude, longitude, network, START, stop, step)
        for row in range(2):
            for column in range(2):
                site = site_geometry(latitude[row] / DEG, longitude[column] / DEG)
                one = contact_spans(site, network, START, stop, step)
                distance = relay_range(paths_at(site, network, even_epochs(START, stop, step)))
                here = (row, column)
                # Every edge is rounded to a minute: 40 passes leave 40 x 60 / sqrt(12) s of 10 d at random.
                ways = {"direct": one.direct, "relayed": one.relayed, "any": one.any_path}
                middles = np.arange(START + 0.5 * step, stop, step)
                in_view = np.count_nonzero([view.contain(middles) for view in one.in_view], axis=0)
                assert grid.mean_relays[here] == pytest.approx(sum(map(one.share, one.in_view)), abs=5e-4)
                assert grid.most_relays[here] == in_view.max()
                for name, way in ways.items():
                    assert getattr(grid, f"{name}_share")[here] == pytest.approx(one.share(way), abs=5e-4)
                    ours, theirs = getattr(grid, f"{name}_gaps"), one.gaps(way)
                    assert ours.count[here] == theirs.count
                    assert ours.longest_s[here] == pytest.approx(theirs.longest_s, abs=step)
                    assert ours.p95_s[here] == pytest.approx(theirs.p95_s, abs=step)
                    assert ours.mean_s[here] == pytest.approx(theirs.mean_s, abs=step)
                # A relay moves a kilometre a second: half a minute is 30 km at the edge of a pass.
                assert grid.greatest_range_km[here] == pytest.approx(distance.greatest_km, abs=60.0)
                assert grid.least_range_km[here] == pytest.approx(distance.least_km, abs=60.0)
                assert grid.mean_range_km[here] == pytest.approx(distance.mean_km, rel=2e-3)


def test_edges_are_right_to_a_second():
    mask = packaged_horizon("connecting-ridge_10m_1deg")
    site = site_geometry(mask.viewpoint.latitude_deg, mask.viewpoint.longitude_deg, 1653.0, mask)
    network = Network((relay(apolune=3_000.0, inclination=80.0),))
    stop = START + 4.0 * DAY_S
    found = contact_spans(site, network, START, stop)
    edges = np.concatenate([found.by_relay[0].start_tdb_s, found.by_relay[0].stop_tdb_s])
    edges = edges[(edges > START) & (edges < stop)]
    assert len(edges) > 30
    before, after = (paths_at(site, network, edges + shift).relayed_rad[0] >= 0.0 for shift in (-1.0, 1.0))
    assert np.all(before != after)
    fine = even_epochs(START, stop, 5.0)
    inside = paths_at(site, network, fine).relayed_rad[0] >= 0.0
    near_edge = np.min(np.abs(fine[:, None] - edges), axis=1) < 1.0
    np.testing.assert_array_equal(found.by_relay[0].contain(fine)[~near_edge], inside[~near_edge])
