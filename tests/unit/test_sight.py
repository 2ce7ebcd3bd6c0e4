"""Margins of shadow and sight, on solved flights of a lane and on flights that are none."""

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.earth import gcrs_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.rotations import rotated
from sim.catalog.loader import load_catalog
from sim.constants import R_MOON_KM
from sim.transfer.eclipse import longest_eclipse_s
from sim.units import MINUTE_S
from sim.window.sight import (
    eclipse,
    eclipse_s,
    has_eclipse_limit,
    injection_in_sight,
    insertion_in_sight,
    watches_injection,
    watches_insertion,
)
from tests.candidates import candidates
from tests.launch_cases import changed, lane, solved
from tests.unit.test_launch import some_flying

DAYS = np.arange("2029-01-01", "2029-01-29", dtype="datetime64[D]")
STATIONS = load_catalog().ground_stations
WORLD = tuple(STATIONS[name] for name in ("goldstone", "madrid", "canberra"))


@pytest.fixture(scope="module")
def flights():
    """Flights of a lane that fly, and a last one that does not."""
    _, grid = solved("heavy_cargo")
    index = some_flying(grid)
    count = len(index[0])
    empty = candidates(count + 1)
    known = {
        name: np.concatenate([getattr(grid, name)[index], np.full_like(getattr(grid, name)[index][:1], np.nan)])
        for name in ("tli_state_icrf", "perilune_state_icrf", "tli_tdb_s", "arrival_tdb_s")
    }
    return replace(empty, **known)


def watched(**stations):
    return replace(lane("heavy_cargo"), **stations)


def test_eclipses_count_against_the_limit_in_minutes(flights):
    limited = changed(lane("heavy_cargo"), constraints={"max_eclipse_s": 600.0})
    ends = flights.tli_state_icrf, flights.tli_tdb_s, flights.perilune_state_icrf, flights.arrival_tdb_s
    expected = 10.0 - longest_eclipse_s(*ends) / MINUTE_S
    np.testing.assert_array_equal(eclipse(limited, DAYS, flights), expected)
    np.testing.assert_array_equal(eclipse_s(flights)[:-1] >= 0.0, True)
    assert np.isnan(expected[-1])
    assert (expected < 0.0).any()
    assert (expected > 0.0).any()
    assert has_eclipse_limit(limited)
    assert not has_eclipse_limit(lane("heavy_cargo"))


def test_injection_is_seen_by_the_best_station(flights):
    alone = [injection_in_sight(watched(injection_stations=(one,)), DAYS, flights) for one in WORLD]
    together = injection_in_sight(watched(injection_stations=WORLD), DAYS, flights)
    np.testing.assert_allclose(together, np.max(alone, axis=0), rtol=1e-12)
    assert np.isnan(together[-1])
    assert watches_injection(watched(injection_stations=WORLD))
    assert not watches_injection(lane("heavy_cargo"))


def test_a_station_below_the_injection_sees_it_overhead(flights):
    place = rotated(gcrs_to_itrs(flights.tli_tdb_s[0]), flights.tli_state_icrf[0, :3])
    latitude = np.degrees(np.arctan2(place[2], np.hypot(place[0], place[1])))
    longitude = np.degrees(np.arctan2(place[1], place[0]))
    below = WORLD[0].model_copy(
        update={"latitude_deg": latitude, "longitude_deg": longitude, "min_elevation_deg": 10.0, "height_m": 0.0}
    )
    margin = injection_in_sight(watched(injection_stations=(below,)), DAYS, flights)
    # Geocentric latitude taken for geodetic: 0.2 deg, 21 km on the ground, 6 deg seen from 200 km below.
    assert 72.0 < margin[0] <= 80.0


def test_insertion_is_hidden_behind_the_moon_whoever_looks(flights):
    margin = insertion_in_sight(watched(insertion_stations=WORLD), DAYS, flights)
    moon, _ = Ephemeris.de440().moon_geocentric(flights.arrival_tdb_s)
    perilune = flights.perilune_state_icrf[:, :3]
    # From the Earth's centre: beyond the Moon and inside its outline, 30 km for the stations' parallax of a degree.
    outward = np.sum(perilune * moon, axis=1) / np.linalg.norm(moon, axis=1)
    beside = np.sqrt(np.sum(perilune**2, axis=1) - outward**2)
    hidden = (outward > 0.0) & (beside < R_MOON_KM - 30.0)
    assert np.all(margin[hidden] < 0.0)
    clear = (outward < 0.0) | (beside > R_MOON_KM + 30.0)
    seen = [insertion_in_sight(watched(insertion_stations=(one,)), DAYS, flights)[clear] >= 0.0 for one in _all_round()]
    # Eight stations with a mask at the horizon round the globe: one of them always has the Moon up.
    assert np.all(np.any(seen, axis=0))
    assert clear.any()
    assert np.isnan(margin[-1])
    assert watches_insertion(watched(insertion_stations=WORLD))


def _all_round():
    change = {"latitude_deg": 0.0, "min_elevation_deg": 0.0, "height_m": 0.0}
    return [WORLD[0].model_copy(update=change | {"longitude_deg": 45.0 * k - 180.0}) for k in range(8)]


def test_the_mask_moves_the_margin_degree_by_degree(flights):
    lower = tuple(one.model_copy(update={"min_elevation_deg": one.min_elevation_deg - 2.0}) for one in WORLD)
    before = injection_in_sight(watched(injection_stations=WORLD), DAYS, flights)
    after = injection_in_sight(watched(injection_stations=lower), DAYS, flights)
    np.testing.assert_allclose(after - before, np.where(np.isnan(before), np.nan, 2.0), atol=1e-9)


def test_nobody_asked_to_look_closes_nothing(flights):
    assert np.all(injection_in_sight(lane("heavy_cargo"), DAYS, flights) == np.inf)
    assert np.all(insertion_in_sight(lane("heavy_cargo"), DAYS, flights) == np.inf)
