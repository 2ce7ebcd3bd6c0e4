"""Landing straight from the arrival hyperbola: against integration, Surveyor and Luna 9."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.constants import GM_EARTH_KM3_S2, R_MOON_KM
from sim.transfer.direct_descent import (
    DirectDescent,
    direct_descent,
    direct_descent_burns,
    heaviest_direct_kg,
    impact_velocity_km_s,
    incoming_asymptote_icrf,
    solve_direct_braking,
)
from sim.transfer.lander_flight import fly_straight_down
from sim.transfer.mass_budget import Burns
from sim.transfer.powered_descent import GRAVITY_KM_S2, landing_legs

GM_MOON = 4902.800118  # DE440
G0 = 9.80665e-3
DEG = np.pi / 180.0


def fall(t, state):
    return np.concatenate((state[3:], -GM_MOON * state[:3] / np.linalg.norm(state[:3]) ** 3))


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.floats(0.7, 1.4), st.floats(2.0, 75.0))
def test_the_hyperbola_hits_the_site(excess_km_s, angle_deg):
    # Back from the site by DOP853 for three days: far out the motion must have the excess speed and run along the
    # asymptote, the site standing at the angle asked. From 200 000 km and more gravity still turns the path by up to
    # 0.02 rad; what it holds of the speed, 2 mu / r, is taken off exactly.
    climb, level = impact_velocity_km_s(excess_km_s, angle_deg * DEG)
    start = np.array([R_MOON_KM, 0.0, 0.0, climb, level, 0.0])
    end = solve_ivp(fall, (0.0, -3e5), start, method="DOP853", rtol=1e-11, atol=1e-9).y[:, -1]
    far = np.linalg.norm(end[:3])
    assert np.sqrt(end[3:] @ end[3:] - 2.0 * GM_MOON / far) == pytest.approx(excess_km_s, rel=1e-9)
    from_where = end[:3] / far
    angle = np.arccos(from_where @ np.array([1.0, 0.0, 0.0]))
    assert angle == pytest.approx(angle_deg * DEG, abs=0.02)


def test_straight_down():
    climb, level = impact_velocity_km_s(np.array([1.0, 1.0]), np.array([0.0, 1e-9]))
    np.testing.assert_allclose(climb, -np.sqrt(1.0 + 2.0 * GM_MOON / R_MOON_KM), rtol=1e-12)
    np.testing.assert_allclose(level, 0.0, atol=1e-8)


def test_the_asymptote_of_a_perilune_state():
    r, speed = 1837.4, 2.5
    state = np.array([r, 0.0, 0.0, 0.0, speed, 0.0])
    along, excess = incoming_asymptote_icrf(state)
    back = solve_ivp(fall, (0.0, -5e6), state, method="DOP853", rtol=1e-11, atol=1e-9).y[:, -1]
    # 5e6 s back the motion still bends by mu / (r v^2), about 1e-3.
    np.testing.assert_allclose(along, back[3:] / np.linalg.norm(back[3:]), atol=2e-3)
    assert excess == pytest.approx(np.sqrt(speed**2 - 2 * GM_MOON / r), rel=1e-12)
    closed = np.array([r, 0.0, 0.0, 0.0, 1.7, 0.0])
    assert np.isnan(incoming_asymptote_icrf(closed)[1])


def test_a_site_under_perilune_is_hit_flat_or_not_at_all():
    state = np.array([[1837.4, 0.0, 0.0, 0.0, 2.5, 0.0]] * 3)
    along, _ = incoming_asymptote_icrf(state[:1])
    below, perilune, behind = -along[0], np.array([1.0, 0.0, 0.0]), along[0]
    found = direct_descent(state, np.stack([below, perilune, behind]))
    assert found.incidence_rad[0] == pytest.approx(0.0, abs=1e-7)
    assert found.incidence_margin_rad[0] == pytest.approx(45.0 * DEG, abs=1e-7)
    # The hyperbola through perilune's direction but down on the ground comes in flat, a little short of level.
    assert 85.0 * DEG < found.incidence_rad[1] < 90.0 * DEG
    assert found.incidence_rad[2] > 90.0 * DEG
    assert np.all(found.incidence_margin_rad[1:] < 0.0)


def test_surveyor():
    # Surveyor (NASA SP-184, recalled): 2.6 km/s unbraked, solid motor of 8 000 to 10 000 lbf lit at 75 km, 40 s to
    # about 110 m/s at 11 km. Surveyor 1 weighed 995 kg: 9 000 lbf are 24.8 lunar weights; Isp some 275 s. A burn of
    # 64 km and 40 s, ended by us at 2 km and 63 m/s, by them at 110 m/s and light: 10 %.
    weights = 40.03e3 / 995.2 / 1000.0
    burn = solve_direct_braking(np.array([weights]), 275.0 * G0, np.array([2.61]), np.array([6.0 * DEG]))
    assert burn.time_s[0] == pytest.approx(40.0, rel=0.10)
    assert burn.ignition_altitude_km[0] - 2.0 == pytest.approx(75.3 - 11.0, rel=0.10)
    # Flights of 63 to 66 hours arrive with 1.0 to 1.2 km/s.
    speeds = np.hypot(*impact_velocity_km_s(np.array([1.0, 1.2]), 0.1))
    assert speeds[0] < 2.61 < speeds[1]


def test_luna_9_came_straight_down_where_it_landed():
    # 1966-02-03 18:45 UTC, 7.1 N 64.4 W, launched 79 h before (injection 78 h); vertical arrival chose the place. The
    # direction a coplanar conic of that length comes from, by patched conics: good to some degrees.
    t = tdb_s_from_utc("1966-02-03T18:45:00")
    r_moon, v_moon = Ephemeris.de440().moon_geocentric(t)
    r, perigee = np.linalg.norm(r_moon), 6570.0

    def flight_h(eccentricity):
        a = perigee / (1.0 - eccentricity)
        anomaly = np.arccos(np.clip((1.0 - r / a) / eccentricity, -1.0, 1.0))
        return np.sqrt(a**3 / GM_EARTH_KM3_S2) * (anomaly - eccentricity * np.sin(anomaly)) / 3600.0

    eccentricity = brentq(lambda e: flight_h(e) - 78.0, (r - perigee) / (r + perigee) + 1e-9, 0.9999)
    a = perigee / (1.0 - eccentricity)
    speed2 = GM_EARTH_KM3_S2 * (2.0 / r - 1.0 / a)
    level = np.sqrt(GM_EARTH_KM3_S2 * a * (1.0 - eccentricity**2)) / r
    north = np.cross(np.cross(r_moon, v_moon), r_moon)
    relative = np.sqrt(speed2 - level**2) * r_moon / r + level * north / np.linalg.norm(north) - v_moon
    from_me = ME_FROM_PA @ icrf_to_moon_pa(t) @ (-relative / np.linalg.norm(relative))
    longitude_deg, latitude_deg = np.degrees(np.arctan2(from_me[1], from_me[0])), np.degrees(np.arcsin(from_me[2]))
    assert longitude_deg == pytest.approx(-64.4, abs=5.0)
    assert latitude_deg == pytest.approx(7.1, abs=8.0)  # the plane of the flight is left out
    # Landing speed unbraked: 2.6 km/s, as published.
    assert np.hypot(*impact_velocity_km_s(np.linalg.norm(relative), 0.0)) == pytest.approx(2.6, abs=0.05)


def test_braking_is_what_an_integration_in_cartesian_axes_needs():
    weights, exhaust, incidence, impact = 3.0, 315.0 * G0, 30.0 * DEG, 2.6
    burn = solve_direct_braking(np.array([weights * GRAVITY_KM_S2]), exhaust, np.array([impact]), np.array([incidence]))
    radius = R_MOON_KM + burn.ignition_altitude_km[0]
    speed = np.sqrt(impact**2 - 2 * GM_MOON * (1 / R_MOON_KM - 1 / radius))
    level = impact * np.sin(incidence) * R_MOON_KM / radius

    def rates(t, s):
        thrust = weights * GRAVITY_KM_S2 / (1.0 - weights * GRAVITY_KM_S2 * t / exhaust)
        return np.concatenate(
            (s[2:], -GM_MOON * s[:2] / np.linalg.norm(s[:2]) ** 3 - thrust * s[2:] / np.linalg.norm(s[2:]))
        )

    start = np.array([radius, 0.0, -np.sqrt(speed**2 - level**2), level])
    end = solve_ivp(rates, (0.0, burn.time_s[0]), start, method="DOP853", rtol=1e-11, atol=1e-11).y[:, -1]
    # 64 steps through a quick turn at the end: some metres and centimetres a second.
    assert np.linalg.norm(end[:2]) - R_MOON_KM == pytest.approx(2.0, abs=0.02)
    climb, left = end[2:] @ end[:2] / np.linalg.norm(end[:2]), np.linalg.norm(end[2:])
    assert -climb * left == pytest.approx(2.0 * 1e-3 * 1.97, rel=0.02)


def made_up_flights(speed_km_s, incidence_deg):
    speed, incidence = np.atleast_1d(speed_km_s).astype(float), np.radians(np.atleast_1d(incidence_deg))
    return DirectDescent(incidence, speed, speed, incidence, 45.0 * DEG - incidence)


def test_the_table_gives_what_single_burns_give():
    lander = load_catalog().landers["chang_e_3"]
    rng = np.random.default_rng(1)
    speed, incidence, mass = rng.uniform(2.42, 2.8, 40), rng.uniform(0.0, 65.0, 40), rng.uniform(300.0, 3700.0, 40)
    burns = direct_descent_burns(lander, made_up_flights(speed, incidence), mass)
    single = solve_direct_braking(
        np.minimum(7.5 / mass, 25.0 * GRAVITY_KM_S2), 310.0 * G0, speed, np.radians(incidence)
    )
    rest = sum(leg.dv_km_s for leg in landing_legs(lander.hover_s, lander.divert_m)[1:])
    np.testing.assert_allclose(burns.braking_km_s, single.braking_dv_km_s, atol=6e-4)  # 0.02 % of it
    np.testing.assert_allclose(burns.descent_km_s, single.approach_dv_km_s + rest, atol=6e-4)
    assert np.all(burns.deorbit_km_s == 0.0)


def test_too_flat_and_too_heavy_are_nan():
    lander = load_catalog().landers["chang_e_3"]
    heaviest = heaviest_direct_kg(lander)
    burns = direct_descent_burns(lander, made_up_flights(2.6, [10.0, 80.0, 120.0]), 1000.0)
    assert np.isfinite(burns.total_km_s[0])
    assert np.all(np.isnan(burns.total_km_s[1:]))
    heavy = direct_descent_burns(lander, made_up_flights(2.6, 10.0), np.array([heaviest * 0.999, heaviest * 1.001]))
    assert np.isfinite(heavy.total_km_s[0])
    assert np.isnan(heavy.total_km_s[1])


def test_landing_without_an_orbit_saves_neither_more_nor_less_than_physics():
    lander = load_catalog().landers["chang_e_3"]
    flight = fly_straight_down(lander, made_up_flights(2.6, [0.0, 40.0]), 3780.0, Burns(0.03, 0.0, 0.0, 0.0))
    spent = flight.descent.total_km_s + 0.03
    np.testing.assert_allclose(flight.budget.landed_kg, 3780.0 * np.exp(-spent / (310.0 * G0)), rtol=1e-12)
    assert np.all((flight.descent.total_km_s > 2.6) & (flight.descent.total_km_s < 3.6))
    assert np.all(flight.insertion_loss_km_s == 0.0)


@pytest.mark.parametrize("isp_s", [200.0, 315.0, 420.0, 450.0])
def test_more_thrust_always_saves_in_the_whole_table(isp_s):
    weights, speed, incidence = (
        axis.ravel()
        for axis in np.meshgrid(
            np.geomspace(1.2, 25.0, 20), [2.38, 2.85], np.radians([0.0, 15.0, 40.0, 70.0]), indexing="ij"
        )
    )
    burns = solve_direct_braking(weights * GRAVITY_KM_S2, isp_s * G0, speed, incidence)
    # A burn that overshoots and turns the motion round would stand out as dearer than its weaker neighbour.
    assert np.all(np.diff(burns.braking_dv_km_s.reshape(20, -1), axis=0) < 0.0)
