"""Upkeep: the two laws on unperturbed orbits, where what they do is known, and the search for where a path stays."""

from __future__ import annotations

import numpy as np
import pytest

from sim.astro.twobody import two_body_state
from sim.errors import UsageError
from sim.orbit.elements import orbit_from_apsis_altitudes, orbit_of, state_icrf
from sim.orbit.keeping import (
    Impulse,
    Keeping,
    PathAhead,
    correction,
    delta_v_icrf_km_s,
    eccentricity_vector,
    keeping_of,
    out_of_bands,
    stays_longest_about,
    wait_s,
)
from sim.orbit.monthly_swing import perilune_swing_km
from sim.units import DEG

LOW = orbit_from_apsis_altitudes("icrf", 50.0, 50.0, 90.0 * DEG, epoch_tdb_s=0.0)
LONG = orbit_from_apsis_altitudes("icrf", 500.0, 8000.0, 60.0 * DEG, epoch_tdb_s=0.0, mean_anomaly_rad=0.3)

SWUNG = orbit_from_apsis_altitudes("earth_orbit_plane", 200.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=0.0)


def still(orbit, points=40):
    """A path of an orbit that does not change."""
    vector = eccentricity_vector(np.full(points, orbit.eccentricity), np.full(points, orbit.argument_of_perilune_rad))
    heights = np.full(points, orbit.perilune_altitude_km)
    return PathAhead(orbit.semi_major_axis_km, vector, heights, np.full(points, orbit.argument_of_perilune_rad))


def burnt(orbit, impulses):
    """The orbit after impulses, unperturbed between, and what they cost in m/s."""
    now, cost_m_s = orbit, 0.0
    for impulse in impulses:
        elapsed_s = wait_s(impulse, now)
        state = two_body_state(state_icrf(now), elapsed_s, "moon")
        dv = delta_v_icrf_km_s(impulse, state)
        state[3:] += dv
        cost_m_s += 1e3 * np.linalg.norm(dv)
        now = orbit_of(state, now.epoch_tdb_s + elapsed_s, "icrf")
    return now, cost_m_s


def test_two_burns_bring_a_drifted_low_orbit_back():
    drifted = orbit_from_apsis_altitudes(
        "icrf", 30.0, 74.0, 90.0 * DEG, epoch_tdb_s=0.0, argument_of_perilune_rad=200.0 * DEG, mean_anomaly_rad=1.0
    )
    keeping = keeping_of(LOW, perilune_band_km=15.0)
    back, cost_m_s = burnt(drifted, correction(LOW, keeping, drifted, still(drifted)))
    # First order in e = 0.012: a hundredth of the change of 22 km.
    assert back.perilune_altitude_km == pytest.approx(50.0, abs=1.0)
    assert back.apolune_altitude_km == pytest.approx(50.0, abs=1.0)
    # v |de| / 2 = 1655 * 0.0123 / 2, and the axis back from 1789.4 to 1787.4 km on the way.
    assert cost_m_s == pytest.approx(1655.0 * 0.0123 / 2.0, rel=0.02)


def test_a_burn_at_apolune_sets_perilune_exactly():
    moved, cost_m_s = burnt(LONG, [Impulse("apolune", perilune_change_km=80.0)])
    assert moved.perilune_altitude_km == pytest.approx(580.0, abs=1e-6)
    assert moved.apolune_altitude_km == pytest.approx(8000.0, abs=1e-3)  # to Farnocchia's solver
    assert moved.argument_of_perilune_rad == pytest.approx(LONG.argument_of_perilune_rad, abs=1e-6)
    r_p, r_a, gm = 2237.4 + 80.0, 9737.4, 4902.800118
    speeds = [np.sqrt(2.0 * gm * p / (r_a * (r_a + p))) for p in (2237.4, r_p)]
    assert cost_m_s == pytest.approx(1e3 * (speeds[1] - speeds[0]), rel=1e-6)


def test_two_burns_at_the_minor_axis_turn_the_line_of_apsides():
    keeping = Keeping("apsides", (250.0, 750.0), argument_of_perilune_rad=(87.0 * DEG, 93.0 * DEG))
    off = orbit_from_apsis_altitudes(
        "icrf", 500.0, 8000.0, 60.0 * DEG, epoch_tdb_s=0.0, argument_of_perilune_rad=86.0 * DEG, mean_anomaly_rad=0.3
    )
    impulses = correction(LONG, keeping, off, still(off))
    back, cost_m_s = burnt(off, impulses)
    # Second order in dv/v = 0.03: a tenth of a degree, some km.
    assert back.argument_of_perilune_rad / DEG == pytest.approx(90.0, abs=0.2)
    assert back.perilune_altitude_km == pytest.approx(500.0, abs=5.0)
    assert back.semi_major_axis_km == pytest.approx(off.semi_major_axis_km, rel=0.005)
    e, p = off.eccentricity, off.semi_major_axis_km * (1.0 - off.eccentricity**2)
    radial_m_s = 2e3 * np.sqrt(4902.8 / p) * e * np.sin(2.0 * DEG)  # one burn where both ellipses cross
    assert cost_m_s == pytest.approx(0.5 * radial_m_s, rel=0.01)


def test_orbits_within_their_bands_are_left_alone():
    keeping = keeping_of(LONG)
    ahead = still(LONG)
    assert not out_of_bands(keeping, ahead.perilune_altitude_km, ahead.argument_of_perilune_rad).any()
    assert correction(LONG, keeping, LONG, still(LONG)) == ()


def test_a_path_is_held_where_it_stays_longest():
    angle = np.linspace(0.0, 2.0 * np.pi, 60)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    middle = np.array([3.0, 1.0])
    np.testing.assert_allclose(stays_longest_about(ring + middle, 1.01), middle, atol=0.01)
    line = np.arange(20.0)[:, None]
    assert stays_longest_about(line, 2.6)[0] == pytest.approx(2.5, abs=0.1)  # points 0 to 5
    np.testing.assert_array_equal(stays_longest_about(ring * 100.0, 0.1), ring[0] * 100.0)


@pytest.mark.parametrize(
    ("orbit", "bands", "said"),
    [
        (LOW, {"perilune_band_km": 60.0}, "narrower than the altitude"),
        (LOW, {"perilune_band_km": 2.0}, "at least 8 km"),
        (LOW, {"argument_band_rad": 0.1}, "follows from its apsides"),
        (LONG, {"apolune_band_km": 100.0}, "no band of apolune"),
    ],
)
def test_bands_that_cannot_be_kept_are_refused(orbit, bands, said):
    with pytest.raises(UsageError, match=said):
        keeping_of(orbit, **bands)


def test_default_bands_follow_the_kind_of_orbit():
    assert keeping_of(LOW).perilune_altitude_km == pytest.approx((30.0, 70.0))
    assert keeping_of(LONG).perilune_altitude_km == pytest.approx((250.0, 750.0))
    low_km, high_km = keeping_of(SWUNG).perilune_altitude_km
    assert low_km == pytest.approx(100.0)
    assert high_km == pytest.approx(200.0 + 3.0 * perilune_swing_km(SWUNG))
    assert keeping_of(SWUNG, perilune_band_km=80.0).perilune_altitude_km == pytest.approx((120.0, 280.0))
    assert keeping_of(LONG).argument_of_perilune_rad == pytest.approx((75.0 * DEG, 105.0 * DEG))
