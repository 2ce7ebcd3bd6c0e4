"""Eclipses between injection and arrival, against flights integrated and apparent discs compared."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import refly_samples
from sim.astro.orientation import icrf_to_moon_pa
from sim.astro.shadow import longest_run_s, shadow_height_km
from sim.astro.spans import spans_of_samples
from sim.astro.time import tdb_s_from_utc
from sim.constants import AU_KM, R_EARTH_KM, R_MOON_KM, R_SUN_KM
from sim.transfer.eclipse import longest_eclipse_s
from sim.transfer.solve import map_flights, solve_flights
from sim.units import DAY_S, DEG, MINUTE_S

SUN_KM = np.array([AU_KM, 0.0, 0.0])


def discs_touch_rad(position_km, sun_km, radius_km):
    """Apparent distance of the two discs' centres less the sum, and less the difference, of their radii."""
    to_sun = sun_km - position_km
    far, near = np.linalg.norm(to_sun, axis=-1), np.linalg.norm(position_km, axis=-1)
    cosine = np.sum(-position_km * to_sun, axis=-1) / (far * near)
    apart = np.arccos(np.clip(cosine, -1.0, 1.0))
    sun, body = np.arcsin(R_SUN_KM / far), np.arcsin(np.minimum(radius_km / near, 1.0))
    return apart - body - sun, apart - body + sun


@given(
    st.floats(R_EARTH_KM + 100.0, 1.2e6), st.floats(0.0, np.pi), st.sampled_from(["penumbra", "umbra"]), st.booleans()
)
def test_the_cone_is_where_the_discs_meet(distance_km, angle, part, moon):
    radius = R_MOON_KM if moon else R_EARTH_KM
    position = distance_km * np.array([-np.cos(angle), np.sin(angle), 0.0])
    touch = discs_touch_rad(position, SUN_KM, radius)[0 if part == "penumbra" else 1]
    height = float(shadow_height_km(position, SUN_KM, radius, part))
    if abs(touch) * distance_km > 1.0:  # not on the edge itself, where rounding decides
        assert (height < 0.0) == (touch < 0.0)


def test_shadow_of_the_earth_at_the_moon():
    # By similar triangles R + d (S + R)/a and R - d (S - R)/a: 8182 and 4607 km at 384 400 km, 1.22 and 0.69 deg.
    behind = np.array([-384400.0, 0.0, 0.0])
    penumbra = -shadow_height_km(behind, SUN_KM, R_EARTH_KM, "penumbra")
    umbra = -shadow_height_km(behind, SUN_KM, R_EARTH_KM, "umbra")
    assert np.degrees(penumbra / 384400.0) == pytest.approx(1.22, abs=0.01)
    assert np.degrees(umbra / 384400.0) == pytest.approx(0.69, abs=0.01)


def test_the_longest_run_has_edges_between_the_epochs():
    t = np.arange(8.0)[:, None] * np.array([1.0, 1.0, 1.0])
    height = np.array(
        [[1, 1, 1, -1, 1, 1, -1, -1], [-1, -1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 2, 2]], dtype=float
    ).T
    np.testing.assert_allclose(longest_run_s(t, height), [1.5, 1.5, 0.0])


def test_the_longest_run_is_that_of_spans():
    random = np.random.default_rng(5)
    t = np.cumsum(random.uniform(1.0, 9.0, (30, 50)), axis=0)
    height = random.normal(0.3, 1.0, t.shape)
    expected = [spans_of_samples(*column).longest_s for column in zip(t.T, -height.T, strict=True)]
    np.testing.assert_allclose(longest_run_s(t, height), expected, rtol=1e-12)


# Six-hour injections from 2026-01-01 TDB that meet, on one of their 24 flights, a long eclipse by the Earth (1041: 47
# h along the axis of the shadow), or the Moon (1138: 42 h), a graze (433), a stay near perilune of 130 min (1381), and
# a solar eclipse within 20 000 km of the Earth (895).
EPOCHS = (433, 895, 1041, 1138, 1381)
DURATIONS_S = np.array([2.5, 3.5, 4.5, 5.5, 7.0, 8.5]) * DAY_S


@cache
def flights():
    """Ends of some flights: injection states and epochs, perilune states and epochs."""
    start = tdb_s_from_utc("2026-01-01T00:00:00 TDB") + 21600.0 * np.array(EPOCHS)
    chosen = map_flights(start, DURATIONS_S, 51.8 * DEG, 90.0 * DEG)
    found = solve_flights(chosen, R_EARTH_KM + 185.0, R_MOON_KM + 100.0)
    assert found.converged.all()
    epochs = chosen.tli_tdb_s[chosen.flight], chosen.arrival_tdb_s[chosen.flight]
    return found.tli_state_icrf, epochs[0], found.perilune_state_icrf, epochs[1]


def integrated_min(state, start, stop, shadows_grow_km, samples=3000):
    """Longest eclipse, minutes, of a flight integrated and looked at often, with shadows that much wider each."""
    duration = stop - start
    steps = np.linspace(np.log(60.0 / duration), -np.log(60.0 / duration), samples - 2)
    t = start + duration * np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-steps)), [1.0]])
    place = refly_samples(state, start, stop, earth_pole(start), icrf_to_moon_pa(stop), t).states_icrf[:, :3]
    moon, sun = Ephemeris.de440().moon_geocentric(t)[0], Ephemeris.de440().sun_geocentric(t)[0]
    touches = np.stack(
        [
            discs_touch_rad(r, to_sun, radius_km + wider_km)[0]
            for wider_km in shadows_grow_km
            for r, to_sun, radius_km in ((place, sun, R_EARTH_KM), (place - moon, sun - moon, R_MOON_KM))
        ],
        axis=1,
    )
    runs = longest_run_s(np.broadcast_to(t[:, None], touches.shape), touches)
    return runs.reshape(-1, 2).max(axis=1) / MINUTE_S


def test_eclipses_are_those_of_integrated_flights():
    """Ours lie between the integrated ones with shadows 60 km narrower and wider.

    That is the conics' error where they end, and that of the cubics between flown states; an edge seen between two
    samples adds 0.3 min, or 0.3 % of a stay of days along the shadow.
    """
    every = longest_eclipse_s(*flights()) / MINUTE_S
    looked_at = np.flatnonzero((every > 15.0) | (np.arange(len(every)) % 4 == 2))
    states, starts, _, stops = (part[looked_at] for part in flights())
    found = every[looked_at]
    ends = zip(states, starts, stops, strict=True)
    least, most = np.array([integrated_min(*end, shadows_grow_km=(-60.0, 60.0)) for end in ends]).T
    assert found.max() > 2400.0  # a stay of days is among them
    assert np.sum(found > 60.0) > 10
    assert np.all(found >= least - 0.3 - 0.003 * least)
    assert np.all(found <= most + 0.3 + 0.003 * most)


def test_the_umbra_is_shorter():
    whole, partly = longest_eclipse_s(*flights(), part="umbra"), longest_eclipse_s(*flights())
    assert np.all(whole <= partly)
    assert np.any((whole > 0.0) & (whole < partly))


def test_a_flight_alone_gives_the_same_eclipse_as_among_others():
    # numpy's sums of products (the ephemeris) may differ in their last digit with where an array lies in memory: seen
    # as 1e-7 s of an eclipse of two days. Tables hold thousandths of a minute.
    together = longest_eclipse_s(*flights())
    for which in (slice(3, 4), slice(60, 80)):
        alone = longest_eclipse_s(*(part[which] for part in flights()))
        np.testing.assert_allclose(alone, together[which], rtol=1e-11, atol=1e-6)


def test_no_flight_no_figure():
    states, starts, arrivals, stops = flights()
    missing = np.where(np.arange(len(starts)) == 2, np.nan, starts)
    found = longest_eclipse_s(states[:4], missing[:4], arrivals[:4], stops[:4])
    assert np.isnan(found[2])
    assert np.isfinite(found[[0, 1, 3]]).all()
    assert longest_eclipse_s(np.empty((0, 6)), np.empty(0), np.empty((0, 6)), np.empty(0)).shape == (0,)
