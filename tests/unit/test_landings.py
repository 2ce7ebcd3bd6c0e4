"""Lists of landing chances, and the tables of light and contact behind them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_utc
from sim.constants import R_MOON_KM
from sim.station.contact import contact_over_descent, relay_elevation
from sim.station.elements import relays_of
from sim.station.place import geometry_of
from sim.station.site import site_ephemeris
from sim.transfer.landing import first_landing
from sim.window.chance import landing_rule
from sim.window.landings import NAMES, landing_list, sky_over_landing, staged_state
from sim.window.light import light_tables
from sim.window.plan import BEYOND_LOITER_S
from tests.factories import lane_outcome, transfer
from tests.launch_cases import changed, days, lane

DAY_S, DEG = 86400.0, np.pi / 180.0
ARRIVAL = tdb_s_from_utc("2024-05-08T02:00:00")


def far_side(**parts):
    return changed(lane("far_side", "chang_e_6_like"), **parts) if parts else lane("far_side", "chang_e_6_like")


def arrived(inclination_deg, node_rad=2.0, argument_rad=1.0):
    """Return a window whose best flight arrives on an orbit of that inclination to the Moon's equator."""
    pa_axes = icrf_to_moon_pa(ARRIVAL)
    node, inclination = node_rad, inclination_deg * DEG
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    across = np.cos(inclination) * np.array([-np.sin(node), np.cos(node), 0.0]) + np.sin(inclination) * np.eye(3)[2]
    p = np.cos(argument_rad) * to_node + np.sin(argument_rad) * across
    q = -np.sin(argument_rad) * to_node + np.cos(argument_rad) * across
    state = np.concatenate([1937.4 * p @ (ME_FROM_PA @ pa_axes), 2.5 * q @ (ME_FROM_PA @ pa_axes)])
    flight = replace(
        transfer(ARRIVAL - 4.7 * DAY_S, 4.7 * DAY_S),
        perilune_state_icrf=state,
        moon_pa_axes_icrf=pa_axes,
        lunar_inclination_rad=inclination,
    )
    window = lane_outcome("far_side").windows[0]
    return replace(window, best=replace(window.best, transfer=flight, landing_tdb_s=ARRIVAL + 20.0 * DAY_S))


@pytest.fixture(scope="module")
def light():
    day, epochs = days("2024-05-03", 1)
    del day
    return light_tables([far_side()], epochs)["far_side"]


def test_every_pass_from_the_shortest_wait_to_three_days_beyond_the_longest_is_listed(light):
    one = far_side()
    chances = landing_list(one, arrived(one.staging_orbit.inclination_deg), light)
    low, high = one.lane.staging.loiter_s
    turn_s = 2.12 * 3600.0  # period of a 200 km circle: 127.4 min
    assert low <= chances.loiter_s[0] < low + 1.1 * turn_s
    assert high + 3.0 * DAY_S - 1.1 * turn_s < chances.loiter_s[-1] <= high + 3.0 * DAY_S
    np.testing.assert_allclose(np.diff(chances.landing_tdb_s), turn_s, rtol=0.02)
    np.testing.assert_array_equal(np.diff(chances.revolution), 1)
    np.testing.assert_allclose(chances.loiter_s, chances.landing_tdb_s - ARRIVAL)
    nearest = np.argmin(np.abs(chances.landing_tdb_s - (ARRIVAL + 20.0 * DAY_S)))
    assert chances.taken == nearest


def test_the_sky_of_a_chance_is_that_of_the_site_then(light):
    one = far_side()
    chances = landing_list(one, arrived(one.staging_orbit.inclination_deg), light)
    site = geometry_of(one.landing_site, calibrate=True)
    sky = site_ephemeris(site, chances.landing_tdb_s)
    # Linear between half hours: the Sun moves 0.25 degrees in a cell, whose arc leaves its chord by 2e-6 rad.
    np.testing.assert_allclose(chances.sun_elevation_rad, sky.sun_elevation_rad, atol=5e-6)
    np.testing.assert_allclose(chances.sun_azimuth_rad, sky.sun_azimuth_rad, rtol=1e-12)
    np.testing.assert_allclose(chances.earth_azimuth_rad, sky.earth_azimuth_rad, rtol=1e-12)
    assert np.all(chances.earth_elevation_rad < 0.0)  # the far side
    expected = relay_elevation(site, relays_of(one), chances.landing_tdb_s)
    np.testing.assert_allclose(chances.relay_elevation_rad, expected, rtol=0.0, atol=1e-12)


def test_what_closes_a_chance_is_what_the_lane_asks(light):
    one = far_side()
    chances = landing_list(one, arrived(one.staging_orbit.inclination_deg), light)
    site, asked = geometry_of(one.landing_site, calibrate=True), one.lane.constraints
    t, elevation = chances.landing_tdb_s, chances.sun_elevation_rad / DEG
    back = t[:, None] - np.arange(0.0, 901.0, 300.0)
    contact = np.min(relay_elevation(site, relays_of(one), back), axis=1)
    low, high = asked.sun_elevation_deg
    broken = {
        "cross_range": chances.cross_range_rad > one.cross_range_deg * DEG,
        "sun_at_landing": (elevation < low) | (elevation > high),
        "light_after_landing": chances.light_left_s < asked.lit_after_landing_s,
        "loiter": chances.loiter_s > one.lane.staging.loiter_s[1],
    }
    for name, expected in broken.items():
        told = np.array([name in why.split(";") for why in chances.closed_by])
        np.testing.assert_array_equal(told, expected)
    told = np.array(["contact_at_landing" in why.split(";") for why in chances.closed_by])
    # The search interpolates between its 5-minute points: rise and set of a relay are known to a minute or so.
    sure = np.abs(contact) > 2.0 * DEG
    np.testing.assert_array_equal(told[sure], (contact < 0.0)[sure])
    assert set(NAMES.values()) >= {name for why in chances.closed_by for name in why.split(";") if name}


def test_the_first_open_chance_is_the_landing_that_the_search_finds(light):
    one = far_side(constraints={"cross_range_deg": 40.0, "sun_elevation_deg": (0.0, 60.0)})
    table = light_tables([one], days("2024-05-03", 1)[1])["far_side"]
    window = arrived(one.staging_orbit.inclination_deg)
    chances = landing_list(one, window, table)
    radius = R_MOON_KM + one.staging_orbit.perilune_altitude_km
    flight = window.best.transfer
    pole = (ME_FROM_PA @ flight.moon_pa_axes_icrf)[2]
    rule = landing_rule(one)
    state = flight.perilune_state_icrf[None, :]
    found = first_landing(np.array([ARRIVAL]), state, pole, radius, radius, table, rule)
    open_ones = np.flatnonzero([not why for why in chances.closed_by])
    assert found.reason[0] == 0
    assert chances.landing_tdb_s[open_ones[0]] == found.landing_tdb_s[0]
    assert chances.light_left_s[open_ones[0]] == found.light_left_s[0]


def test_the_plane_is_turned_to_that_of_the_staging_orbit():
    one = far_side()
    flight = arrived(one.staging_orbit.inclination_deg - 5.0, argument_rad=0.5).best.transfer
    state = staged_state(one, flight)
    np.testing.assert_array_equal(state[:3], flight.perilune_state_icrf[:3])
    normal = np.cross(state[:3], state[3:])
    pole = (ME_FROM_PA @ flight.moon_pa_axes_icrf)[2]
    cosine = normal @ pole / np.linalg.norm(normal)
    # Perilune stands 21 degrees from the equator, so the inclination can be had exactly.
    assert np.arccos(cosine) / DEG == pytest.approx(one.staging_orbit.inclination_deg, abs=1e-9)
    assert np.linalg.norm(state[3:]) == pytest.approx(np.linalg.norm(flight.perilune_state_icrf[3:]))
    same = arrived(one.staging_orbit.inclination_deg).best.transfer
    assert staged_state(one, same) is same.perilune_state_icrf


def test_the_sky_runs_from_arrival_to_a_day_after_the_last_chance(light):
    one = far_side()
    window = arrived(one.staging_orbit.inclination_deg)
    chances = landing_list(one, window, light)
    sky = sky_over_landing(one, window, chances)
    assert sky.t_tdb_s[0] == ARRIVAL
    assert 0.0 < chances.landing_tdb_s[-1] + DAY_S - sky.t_tdb_s[-1] <= 7200.0
    assert (sky.mask_source, set(sky.mask_elevation_rad)) == ("", {0.0})
    polar = lane("heavy_cargo")
    assert sky_over_landing(polar, window).mask_elevation_rad.max() > 0.0
    assert sky_over_landing(polar, window).mask_source


def test_light_tables_know_what_each_lane_asks_and_reach_beyond_the_last_landing():
    one, plain = far_side(), far_side(constraints={"contact_at_landing": None, "lit_after_landing_s": None})
    _, epochs = days("2024-05-03", 2)
    asking = light_tables([one], epochs)["far_side"]
    bare = light_tables([plain], epochs)["far_side"]
    assert asking.asks_more
    assert not bare.asks_more
    assert bare.contact_rad.size == 0
    stop = asking.start_tdb_s + asking.step_s * asking.next_lit.size
    latest = epochs[-1] + one.lane.transfer.time_of_flight_s[1] + one.lane.staging.loiter_s[1]
    assert stop > latest + BEYOND_LOITER_S + 30.0 * DAY_S  # light left is told up to 30 days
    site = geometry_of(one.landing_site, calibrate=True)
    points = asking.next_lit.size + 1
    contact, step = contact_over_descent(site, "relay", relays_of(one), asking.start_tdb_s, asking.step_s, points)
    assert step == asking.contact_step_s
    np.testing.assert_allclose(asking.contact_rad, contact, atol=1e-12)


def test_no_landing_is_offered_while_the_earth_covers_the_sun():
    one = changed(lane("site_3", "apollo_11"), constraints={"sun_above_horizon_deg": (-90.0, 90.0)})
    # Total eclipse of the Moon of 26 June 2029, greatest at 03:22 UT (NASA, Five Millennium Canon).
    _, epochs = days("2029-06-20", 3)
    table = light_tables([one], epochs)[one.id]
    grid = table.start_tdb_s + table.step_s * (np.arange(len(table.most_margin_rad)) + 0.5)
    covered = grid[np.isfinite(table.most_margin_rad)]
    greatest = tdb_s_from_utc("2029-06-26T03:22:00")
    first = covered[np.abs(covered - greatest) < DAY_S]
    assert abs(np.mean(first) - greatest) < 1800.0
    assert 3.0 * 3600.0 < len(first) * table.step_s < 5.0 * 3600.0
