"""Eclipses, occultations, conjunctions and passes at the Moon against geometry worked out another way."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.astro.ephemeris import Ephemeris
from sim.astro.limb import angle_rad, limb_clearance_rad
from sim.astro.moon_events import lunar_eclipses, syzygies
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.rotations import rotated
from sim.astro.shadow import shadow_height_km
from sim.astro.sky import moon_from_earth_km, sun_from_earth_km, sun_from_moon_km
from sim.astro.spans import spans
from sim.astro.time import tdb_s_from_utc
from sim.catalog.models import GroundStation
from sim.constants import GM_MOON_KM3_S2, R_EARTH_KM, R_MOON_KM, R_SUN_KM, SPEED_OF_LIGHT_KM_S
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from sim.station.conflicts import Conflict, Forbidden, Landing, arrival_conflicts
from sim.station.conjunctions import conjunctions, separation_rad
from sim.station.contact import earth_elevation, relay_view
from sim.station.eclipses import eclipse_signal, orbit_eclipses, site_eclipses
from sim.station.ground import elevations_rad
from sim.station.horizon import HorizonMask
from sim.station.lunar_path import LONGEST_STEP_S, SitePath, path_step_s
from sim.station.occultations import earth_hidden, tracked
from sim.station.passes import look, passes
from sim.station.site import site_geometry
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S
from tests.two_body_relay import TwoBodyRelay

START = tdb_s_from_utc("2030-01-01T00:00:00")
STATION = GroundStation(
    id="madrid",
    name="Madrid",
    latitude_deg=40.43,
    longitude_deg=-4.25,
    height_m=800.0,
    min_elevation_deg=10.0,
    source="made up",
    status="assumed",
)


def orbit(perilune_km, apolune_km, normal=(0.3, -0.2, 0.93)):
    """A Kepler orbit by its altitudes, its perilune somewhere in the plane of a normal."""
    normal = np.array(normal) / np.linalg.norm(normal)
    along = np.cross(normal, [1.0, 0.0, 0.0])
    along /= np.linalg.norm(along)
    inner, outer = R_MOON_KM + perilune_km, R_MOON_KM + apolune_km
    axes = np.stack([np.cross(along, normal), along, normal])
    return TwoBodyRelay("craft", 0.5 * (inner + outer), (outer - inner) / (outer + inner), axes, START, 0.0)


@cache
def low(days=4.0):
    """A circle at 100 km as an ephemeris of some days."""
    circle = orbit(100.0, 100.0)
    step = even_step_s(R_MOON_KM + 100.0, np.sqrt(GM_MOON_KM3_S2 / (R_MOON_KM + 100.0)))
    return LunarEphemeris("low", START, step, circle.state_icrf(START + step * np.arange(days * DAY_S / step)))


def hidden_sun_share(position_km, sun_km, radius_km):
    """Share of 40 000 points of the Sun's disc whose ray to a place meets a sphere: no cones, no discs compared."""
    to_sun = sun_km - position_km
    u = to_sun / np.linalg.norm(to_sun)
    a = np.cross(u, [0.0, 0.0, 1.0])
    a /= np.linalg.norm(a)
    b = np.cross(u, a)
    k = np.arange(40_000) + 0.5
    reach, angle = np.sqrt(k / len(k)), np.pi * (1.0 + np.sqrt(5.0)) * k
    # The limb as seen from a place stands on the cone of half-angle asin(R/D).
    size = R_SUN_KM * np.sqrt(1.0 - (R_SUN_KM / np.linalg.norm(to_sun)) ** 2)
    points = to_sun + size * reach[:, None] * (np.cos(angle)[:, None] * a + np.sin(angle)[:, None] * b)
    ray = points / np.linalg.norm(points, axis=1, keepdims=True)
    ahead = -ray @ position_km
    missed = np.linalg.norm(position_km + ahead[:, None] * ray, axis=1)
    return np.mean((missed < radius_km) & (ahead > 0.0))


def test_the_sky_is_that_of_the_kernel():
    t = START + np.random.default_rng(3).uniform(0.0, 3e7, 300)
    ephemeris = Ephemeris.de440()
    assert np.abs(moon_from_earth_km(t) - ephemeris.moon_geocentric(t)[0]).max() < 1e-3  # measured: 0.5 m
    # Where the Sun was in the barycentric frame when its light left, turned by the aberration of the observer's speed
    # (classical; the terms in v^2/c^2 are 5e-9 rad, and 0.75 km of the course's bend 5e-9 more).
    earth_km, earth_km_s = ephemeris.earth_ssb(t)
    moon_km, moon_km_s = ephemeris.moon_geocentric(t)
    cases = (sun_from_earth_km, earth_km, earth_km_s), (sun_from_moon_km, earth_km + moon_km, earth_km_s + moon_km_s)
    for function, place_km, speed_km_s in cases:
        light_s = np.linalg.norm(ephemeris.sun_ssb(t)[0] - place_km, axis=1) / SPEED_OF_LIGHT_KM_S
        seen = ephemeris.sun_ssb(t - light_s)[0] - place_km
        seen = seen / np.linalg.norm(seen, axis=1)[:, None] + speed_km_s / SPEED_OF_LIGHT_KM_S
        assert angle_rad(function(t), seen).max() < 3e-8  # 0.006 arcseconds, of 20


def test_eclipses_of_a_low_orbit_are_where_rays_are_blocked():
    path = low()
    found = orbit_eclipses(path, "moon", START, path.stop_tdb_s)
    # A circle of 117.8 minutes: one a revolution, 48 of them; the shadow takes up to 2 asin(1737/1837)/2pi of it.
    period_s = 2.0 * np.pi * np.sqrt((R_MOON_KM + 100.0) ** 3 / GM_MOON_KM3_S2)
    assert len(found) == len(found.umbra) == round(4.0 * DAY_S / period_s)
    assert 0.3 < found.penumbra.longest_s / period_s < np.arcsin(R_MOON_KM / (R_MOON_KM + 100.0)) / np.pi + 0.01
    np.testing.assert_allclose(found.umbra_s, found.umbra.duration_s)
    np.testing.assert_array_equal(found.covered_share, 1.0)
    for edges, inside in ((found.penumbra.start_tdb_s, 1.0), (found.penumbra.stop_tdb_s, -1.0)):
        for edge in edges[1:-1:9]:
            share = [
                hidden_sun_share(path.position_icrf_km(t), sun_from_moon_km(t), R_MOON_KM)
                for t in (edge - inside * 0.5, edge + inside * 0.5)
            ]
            # The Sun takes 7 s to set here; half a second in, a sliver of it is covered.
            assert share[0] == 0.0
            assert share[1] > 0.0
    for edges, inside in ((found.umbra.start_tdb_s, 1.0), (found.umbra.stop_tdb_s, -1.0)):
        for edge in edges[1:-1:9]:
            share = [
                hidden_sun_share(path.position_icrf_km(t), sun_from_moon_km(t), R_MOON_KM)
                for t in (edge - inside * 0.5, edge + inside * 0.5)
            ]
            assert share[0] < 1.0
            assert share[1] == 1.0


@pytest.mark.parametrize("body", ["moon", "earth"])
def test_a_relays_eclipses_are_those_of_dense_samples(body):
    """Every ten seconds for forty days about an eclipse of the Moon (2029-12-20) and the season of the orbit's."""
    start, stop = START - 20.0 * DAY_S, START + 20.0 * DAY_S
    to_sun = sun_from_moon_km(START)
    path = orbit(200.0, 16_000.0, normal=np.cross(to_sun, [0.1, 0.3, 1.0]))
    found = orbit_eclipses(path, body, start, stop)
    t = np.arange(start, stop, 10.0)
    radius = R_MOON_KM if body == "moon" else R_EARTH_KM
    sun = sun_from_moon_km(t) if body == "moon" else sun_from_earth_km(t)
    position = path.position_icrf_km(t) + (0.0 if body == "moon" else moon_from_earth_km(t))
    for part, where in (("penumbra", found.penumbra), ("umbra", found.umbra)):
        height = shadow_height_km(position, sun, radius, part)
        clear = np.abs(height) > 0.2  # km: 0.05 s at 2 km/s and some
        assert len(where) > 0
        np.testing.assert_array_equal(where.contain(t)[clear], height[clear] < 0.0)
    for n, (at, share) in enumerate(zip(found.greatest_tdb_s, found.covered_share, strict=True)):
        assert found.penumbra.start_tdb_s[n] <= at <= found.penumbra.stop_tdb_s[n]
        if 0.0 < share < 1.0:
            assert (found.umbra_s[n] == 0.0) or share == pytest.approx(1.0)
            origin = 0.0 if body == "moon" else moon_from_earth_km(at)
            sun_at = sun_from_moon_km(at) if body == "moon" else sun_from_earth_km(at)
            counted = hidden_sun_share(path.position_icrf_km(at) + origin, sun_at, radius)
            # Points of a disc count its share to 1/sqrt(40 000) at most.
            assert share == pytest.approx(counted, abs=5e-3)


def test_eclipses_at_a_site_are_those_of_the_moon():
    """A site at the middle of the near side sees each eclipse of the Moon as one of the Sun, overhead."""
    start, stop = tdb_s_from_utc("2029-01-01T00:00:00"), tdb_s_from_utc("2031-01-01T00:00:00")
    near, far = site_geometry(0.0, 0.0), site_geometry(0.0, 180.0)
    found = site_eclipses(near, start, stop)
    seen_from_earth = lunar_eclipses(start, stop)
    assert len(found.eclipses) == len(seen_from_earth) == 4
    assert found.sun_up.all()
    assert found.in_sight.total_s == pytest.approx(found.eclipses.penumbra.total_s)
    # The Moon's middle and the site are 1737 km apart along the axis of the shadow, not across it.
    np.testing.assert_allclose(
        found.eclipses.greatest_tdb_s, seen_from_earth.greatest_tdb_s, rtol=0.0, atol=10.0 * 60.0
    )
    # The middle of the disc is in the umbra where the shadow, without an atmosphere, reaches over it.
    covered = (seen_from_earth.umbral_magnitude > 0.55).tolist()
    assert (found.eclipses.umbra_s > 0.0).tolist() == covered
    behind = site_eclipses(far, start, stop)
    assert behind.in_sight.total_s == 0.0
    assert not behind.sun_up.any()


def test_a_path_that_ends_has_no_eclipse_after():
    path = low()
    found = orbit_eclipses(path, "moon", START, path.stop_tdb_s + 10.0 * DAY_S)
    whole = orbit_eclipses(path, "moon", START, path.stop_tdb_s)
    assert len(found) == len(whole)
    np.testing.assert_allclose(found.penumbra.stop_tdb_s, whole.penumbra.stop_tdb_s, rtol=0.0, atol=0.1)
    assert len(orbit_eclipses(path, "moon", path.stop_tdb_s + DAY_S, path.stop_tdb_s + 2.0 * DAY_S)) == 0


def test_steps_follow_the_speed():
    # 0.3 of 1737.4 km at 1.633 km/s; at 2.2 km/s of the relay's perilune; what stands still is looked at half-hourly.
    assert path_step_s(low(), START, START + DAY_S) == pytest.approx(319.0, abs=1.0)
    assert path_step_s(orbit(200.0, 16_000.0), START, START + 30.0 * DAY_S) == pytest.approx(244.0, abs=1.0)
    assert path_step_s(SitePath(site_geometry(-89.0, 0.0)), START, START + DAY_S) == LONGEST_STEP_S


@given(
    st.tuples(*[st.floats(-3.0, 3.0)] * 3).filter(lambda v: np.linalg.norm(v) > 1.01),
    st.tuples(*[st.floats(-3.0, 3.0)] * 3).filter(lambda v: np.linalg.norm(v) > 1.01),
)
def test_the_limb_is_where_the_line_of_sight_meets_the_sphere(first, second):
    first, second = np.array(first), np.array(second)
    line = second - first
    if np.linalg.norm(line) < 1e-3:
        return
    share = np.clip(-(first @ line) / (line @ line), 0.0, 1.0)
    nearest = np.linalg.norm(first + share * line)
    clearance = float(limb_clearance_rad(first, second, 1.0))
    assert clearance == float(limb_clearance_rad(second, first, 1.0))
    if abs(nearest - 1.0) > 1e-9:
        assert (clearance > 0.0) == (nearest > 1.0)


def line_is_blocked(path, from_km, t):
    """Whether the segment from a place (from the Moon's centre) to a path meets the Moon."""
    position = path.position_icrf_km(t)
    line = position - from_km
    share = np.clip(-np.sum(from_km * line, axis=-1) / np.sum(line * line, axis=-1), 0.0, 1.0)
    return np.linalg.norm(from_km + share[:, None] * line, axis=-1) < R_MOON_KM


def test_the_earth_is_hidden_where_the_line_is_blocked():
    path = low()
    found = earth_hidden(path, START, path.stop_tdb_s)
    t = np.arange(START, path.stop_tdb_s, 5.0)
    near_edge = np.abs(t[:, None] - np.append(found.start_tdb_s, found.stop_tdb_s)).min(axis=1) < 0.1
    blocked = line_is_blocked(path, -moon_from_earth_km(t), t)
    np.testing.assert_array_equal(found.contain(t)[~near_edge], blocked[~near_edge])
    assert 40 < len(found) < 50
    # A station 6371 km off the Earth's centre sees the limb pass up to 6371/384400 rad of orbit sooner or later.
    station = earth_hidden(path, START, path.stop_tdb_s, STATION)
    shift = np.abs(station.start_tdb_s - found.start_tdb_s)
    angle_s = 6378.0 / 356_000.0 / np.sqrt(GM_MOON_KM3_S2 / (R_MOON_KM + 100.0) ** 3)
    assert 1.0 < shift.max() < angle_s / np.sin(40.0 * DEG)


def test_tracked_is_high_enough_and_not_hidden():
    path = low()
    found = tracked(path, STATION, START, path.stop_tdb_s)
    t = np.arange(START, path.stop_tdb_s, 20.0)
    height = elevations_rad([STATION], t, path.position_icrf_km(t) + moon_from_earth_km(t))[0] - 10.0 * DEG
    hidden = earth_hidden(path, START, path.stop_tdb_s, STATION).contain(t)
    near_edge = np.abs(t[:, None] - np.append(found.start_tdb_s, found.stop_tdb_s)).min(axis=1) < 0.1
    np.testing.assert_array_equal(found.contain(t)[~near_edge], ((height >= 0.0) & ~hidden)[~near_edge])
    assert 0.05 < found.total_s / (path.stop_tdb_s - START) < 0.4


def test_the_limb_is_that_of_a_relays_contact():
    """The sign of the relay's own clearance from the limb, computed by angles at the relay."""
    relay = orbit(200.0, 16_000.0)
    t = START + np.arange(0.0, 5.0 * DAY_S, 60.0)
    clearance = relay_view(site_geometry(-89.0, 0.0), [relay], t).earth_clearance_rad[0]
    hidden = earth_hidden(relay, START, START + 5.0 * DAY_S).contain(t)
    clear = np.abs(clearance) > 1e-5
    np.testing.assert_array_equal(hidden[clear], (clearance < 0.0)[clear])


def test_conjunctions_are_at_full_and_new_moons():
    site = SitePath(site_geometry(-89.5, 0.0))
    stop = START + 365.0 * DAY_S
    phases = syzygies(START, stop)
    for at, epochs in (("path", phases.full_tdb_s), ("earth", phases.new_tdb_s)):
        found = conjunctions(site, at, START, stop)
        t = np.arange(START, stop, 600.0)
        apart = separation_rad(site, at, t)
        np.testing.assert_array_equal(found.close.contain(t), apart < found.limit_rad)
        # Each belongs to one phase; the latitude of most others keeps the Sun more than three degrees off.
        assert 3 <= len(found) <= 9
        assert np.abs(found.nearest_tdb_s[:, None] - epochs).min(axis=1).max() < 2.0 * HOUR_S
        assert np.all(found.separation_rad < found.limit_rad)
        inside = found.close.contain(t)
        assert found.separation_rad.min() <= apart[inside].min() <= found.separation_rad.min() + 1e-4
        wide = conjunctions(site, at, START, stop, limit_rad=8.0 * DEG)
        assert len(wide) == len(epochs)


def test_an_eclipse_is_a_conjunction():
    """At greatest eclipse a site sees Sun and Earth closer than the sum of their radii (1.0 + 0.3 degrees)."""
    site = site_geometry(0.0, 0.0)
    start, stop = tdb_s_from_utc("2029-01-01T00:00:00"), tdb_s_from_utc("2030-01-01T00:00:00")
    eclipses = site_eclipses(site, start, stop).eclipses
    apart = separation_rad(SitePath(site), "path", eclipses.greatest_tdb_s)
    assert np.all(apart < 1.31 * DEG)


def below(path, t):
    """Latitude and longitude, degrees, of the place a path is over."""
    x, y, z = rotated(icrf_to_moon_me(t), path.position_icrf_km(t))
    return np.arctan2(z, np.hypot(x, y)) / DEG, np.arctan2(y, x) / DEG


@pytest.mark.parametrize("mask_deg", [None, 8.0])
def test_passes_of_a_low_orbit(mask_deg):
    path = low()
    latitude, longitude = below(path, START + 2.0 * DAY_S)
    mask = None if mask_deg is None else HorizonMask(np.array([0.0]), np.array([mask_deg]), "a ring")
    site = site_geometry(latitude, longitude + 0.5, horizon=mask)
    found = passes(site, path, START, path.stop_tdb_s)
    mask_rad = (mask_deg or 0.0) * DEG
    t = np.arange(START, path.stop_tdb_s, 5.0)
    elevation = look(site, path, t)[1]
    above = found.above.contain(t)
    clear = np.abs(elevation - mask_rad) > 0.05 * DEG  # it turns 0.9 degrees a second at most
    np.testing.assert_array_equal(above[clear], (elevation >= mask_rad)[clear])
    assert len(found) > 2
    assert found.culmination_rad.max() > 60.0 * DEG
    # Horizon to horizon through the zenith: 2 acos(1737.4/1837.4) of 2 pi in 117.8 minutes, 12.4 minutes.
    assert found.above.longest_s < 12.5 * MINUTE_S
    for start, stop, at, height in zip(
        found.above.start_tdb_s, found.above.stop_tdb_s, found.culmination_tdb_s, found.culmination_rad, strict=True
    ):
        within = (t > start) & (t < stop)
        assert start <= at <= stop
        assert height >= elevation[within].max()
        assert height == pytest.approx(elevation[within].max(), abs=2.3 * DEG)  # 2.5 s


def test_a_relay_is_above_a_site_as_its_contact_says():
    site, relay = site_geometry(-45.0, 170.0), orbit(200.0, 16_000.0)
    stop = START + 5.0 * DAY_S
    found = passes(site, relay, START, stop)
    t = np.arange(START, stop, 60.0)
    elevation = relay_view(site, [relay], t).elevation_rad[0]
    clear = np.abs(elevation) > 1e-3 * DEG
    np.testing.assert_array_equal(found.above.contain(t)[clear], (elevation >= 0.0)[clear])


def test_the_earth_stands_where_the_site_sees_it():
    """``look`` at the Earth as a path, against the site's own ephemeris (which sets it back by its light, 1e-5 rad)."""

    class Earth:
        def position_icrf_km(self, t_tdb_s):
            return -moon_from_earth_km(t_tdb_s)

    site = site_geometry(-60.0, 25.0, 1500.0)
    t = START + np.arange(0.0, 30.0 * DAY_S, DAY_S)
    np.testing.assert_allclose(look(site, Earth(), t)[1], earth_elevation(site, t), rtol=0.0, atol=3e-5)


def test_signals_take_no_epochs():
    assert eclipse_signal(low(), "moon", "umbra", 60.0).value(np.empty(0)).shape == (0,)


def test_arrivals_collide_with_what_forbids_them_and_with_one_another():
    arrivals = [
        Landing("cargo-1", "ridge", 100.0, 110.0),
        Landing("cargo-2", "ridge", 160.0, 170.0),
        Landing("crew-1", "crater", 105.0, 108.0),
        Landing("crew-2", "ridge", 400.0, 400.0),
    ]
    eclipse = Forbidden("eclipse of the Sun", spans([90.0, 300.0], [105.0, 400.0]), "ridge")
    silence = Forbidden("no contact", spans([107.0], [165.0]))
    one, two, three, four = arrival_conflicts(arrivals, [eclipse, silence], apart_s=60.0)
    assert one == (
        Conflict("eclipse of the Sun", 90.0, 105.0),
        Conflict("no contact", 107.0, 165.0),
        Conflict("another arrival", 160.0, 170.0, "cargo-2"),
    )
    assert two == (Conflict("no contact", 107.0, 165.0), Conflict("another arrival", 100.0, 110.0, "cargo-1"))
    assert three == (Conflict("no contact", 107.0, 165.0),)
    assert four == ()  # at the very stop of the eclipse


@pytest.mark.parametrize(("apart_s", "collide"), [(0.0, False), (50.0, False), (50.1, True)])
def test_arrivals_just_apart_do_not_collide(apart_s, collide):
    arrivals = [Landing("a", "ridge", 0.0, 10.0), Landing("b", "ridge", 60.0, 60.0)]
    assert [len(found) == 1 for found in arrival_conflicts(arrivals, [], apart_s)] == [collide, collide]


def test_a_moment_collides_at_the_start_of_a_span_and_with_its_like():
    moment = Landing("a", "ridge", 50.0, 50.0)
    forbidden = Forbidden("night", spans([50.0], [60.0]))
    assert len(arrival_conflicts([moment], [forbidden])[0]) == 1
    both = arrival_conflicts([moment, Landing("b", "ridge", 50.0, 50.0)], [])
    assert [found[0].other for found in both] == ["b", "a"]
    assert arrival_conflicts([], [forbidden]) == ()
