"""Kepler orbits: elements, states, frames and boinor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.astro.frames import state_moon_icrf_to_moon_me
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_utc
from sim.astro.twobody import two_body_state
from sim.errors import UsageError
from sim.orbit.elements import (
    FRAMES,
    KeplerOrbit,
    boinor_orbit,
    elements_of,
    frame_axes_icrf,
    orbit_from_apsis_altitudes,
    orbit_from_apsis_radii,
    orbit_from_boinor,
    orbit_of,
    perifocal_axes_icrf,
    state_icrf,
)

HOUR_S, DEG = 3600.0, np.pi / 180.0
START = float(tdb_s_from_utc("2029-01-01"))
ELY = KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, 56.2 * DEG, 90.0 * DEG, 20.0 * DEG, 120.0 * DEG, START)
ELEMENTS = ("semi_major_axis_km", "eccentricity", "inclination_rad", "argument_of_perilune_rad", "node_rad")


@given(
    frame=st.sampled_from(FRAMES),
    e=st.floats(0.01, 0.95),
    angles=st.tuples(st.floats(0.02, np.pi - 0.02), *[st.floats(0.01, 2.0 * np.pi - 0.01)] * 3),
)
def test_elements_come_back_from_the_state(frame, e, angles):
    orbit = KeplerOrbit(frame, 9000.0, e, *angles, START)
    back = orbit_of(state_icrf(orbit), START, frame)
    # Rounding of the state, seen through the anomaly of a long ellipse (1/(1-e) = 20) and a node of a flat one (50).
    assert [getattr(back, name) for name in ELEMENTS] == pytest.approx(
        [getattr(orbit, name) for name in ELEMENTS], rel=1e-10, abs=1e-10
    )
    turned = (back.mean_anomaly_rad - orbit.mean_anomaly_rad + np.pi) % (2.0 * np.pi) - np.pi
    assert abs(turned) < 1e-10


def test_boinor_knows_the_same_orbit_and_gives_it_back():
    out = boinor_orbit(ELY)
    assert out.a.to_value("km") == pytest.approx(6541.4, rel=1e-12)
    assert out.ecc.value == pytest.approx(0.6, rel=1e-12)
    assert out.period.to_value("s") == pytest.approx(ELY.period_s, rel=1e-12)
    icrf = orbit_of(state_icrf(ELY), START, "icrf")
    assert out.inc.to_value("rad") == pytest.approx(icrf.inclination_rad, abs=1e-12)
    assert out.raan.to_value("rad") == pytest.approx(icrf.node_rad, abs=1e-12)
    assert out.argp.to_value("rad") == pytest.approx(icrf.argument_of_perilune_rad, abs=1e-12)
    back = orbit_from_boinor(out, "earth_orbit_plane")
    assert back.epoch_tdb_s == pytest.approx(START, abs=1e-5)  # a Julian date in two parts
    # The plane of the epoch turns by 2.7e-6 rad/s: 1e-5 s of the epoch are 3e-11 rad.
    assert [getattr(back, name) for name in ELEMENTS] == pytest.approx(
        [getattr(ELY, name) for name in ELEMENTS], rel=1e-10
    )


def test_a_two_body_flight_keeps_its_elements_in_axes_held_still():
    t = START + HOUR_S * np.arange(0.0, 40.0, 4.0)
    states = np.array([two_body_state(state_icrf(ELY), epoch - START, "moon") for epoch in t])
    found = elements_of(states, t, "icrf")
    # Farnocchia's solver stops at some 1e-10 rad.
    np.testing.assert_allclose(found.semi_major_axis_km, 6541.4, rtol=1e-8)
    for name in ELEMENTS[1:]:
        np.testing.assert_allclose(getattr(found, name), getattr(found, name)[0], rtol=1e-8)
    mean = np.unwrap(found.mean_anomaly_rad)
    np.testing.assert_allclose(np.diff(mean), ELY.mean_motion_rad_s * 4.0 * HOUR_S, rtol=1e-7)


def test_nodes_do_not_turn_with_the_moon():
    """Over a month the Moon's own node swings by well under a degree against the stars; its axes turn fully round."""
    t = START + 86400.0 * np.arange(28.0)
    states = np.tile(state_icrf(ELY), (28, 1))
    found = elements_of(states, t, "moon_me")
    assert np.ptp(found.node_rad) < 1.0 * DEG
    assert np.ptp(found.inclination_rad) < 1.0 * DEG
    np.testing.assert_allclose(elements_of(states[0], t[0], "moon_me").node_rad, found.node_rad[0], atol=1e-12)


def test_moon_frames_are_the_moons_axes_at_the_epoch():
    np.testing.assert_array_equal(frame_axes_icrf("moon_pa", START), icrf_to_moon_pa(START))
    np.testing.assert_array_equal(frame_axes_icrf("moon_me", START), icrf_to_moon_me(START))
    orbit = orbit_from_apsis_altitudes(
        "moon_me", 100.0, 100.0, 90.0 * DEG, epoch_tdb_s=START, argument_of_perilune_rad=90.0 * DEG
    )
    over_the_pole = state_moon_icrf_to_moon_me(START, state_icrf(orbit))
    np.testing.assert_allclose(over_the_pole[:3], [0.0, 0.0, 1837.4], atol=1e-9)


def test_queqiao_2_by_altitudes_and_by_radii():
    """Planned 200 x 16 000 km of altitude, 24.3 h; flown set by radii 1991.69 x 18 678.5 km, 26.2 h (CNSA 2024)."""
    planned = orbit_from_apsis_altitudes("moon_me", 200.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=START)
    flown = orbit_from_apsis_radii("moon_me", 1991.69, 18_678.5, 119.25 * DEG, epoch_tdb_s=START)
    assert planned.period_s == pytest.approx(24.3 * HOUR_S, abs=0.05 * HOUR_S)  # the digits given
    assert flown.period_s == pytest.approx(26.2 * HOUR_S, abs=0.05 * HOUR_S)
    assert planned.perilune_altitude_km == pytest.approx(200.0)
    assert flown.apolune_radius_km == pytest.approx(18_678.5)


def test_axes_of_the_orbit_are_right_handed():
    axes = perifocal_axes_icrf(ELY)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(axes) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eccentricity": 1.0}, "from 0 to below 1"),
        ({"semi_major_axis_km": -1.0}, "above 0 km"),
        ({"inclination_rad": 4.0}, "between 0 and 180"),
        ({"frame": "eci"}, "one of moon_me"),
    ],
)
def test_elements_that_are_no_orbit_are_refused(change, said):
    values = {name: getattr(ELY, name) for name in KeplerOrbit.__slots__} | change
    with pytest.raises(UsageError, match=said):
        KeplerOrbit(**values)


def test_swapped_apsides_are_refused():
    with pytest.raises(UsageError, match="swap"):
        orbit_from_apsis_altitudes("icrf", 200.0, 100.0, 0.0, epoch_tdb_s=START)


def test_states_without_values_give_elements_without_values():
    states = np.stack([state_icrf(ELY), np.full(6, np.nan), state_icrf(ELY)])
    found = elements_of(states, START + np.zeros(3), "icrf")
    assert np.isnan(found.eccentricity).tolist() == [False, True, False]
    assert np.isnan(found.node_rad).tolist() == [False, True, False]
