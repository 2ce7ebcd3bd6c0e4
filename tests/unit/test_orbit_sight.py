"""Who sees an element in orbit, and the Moon's own course, as they are told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.scenario import load_scenario
from sim.station.elements import station_flights
from sim.station.moon_course import moon_events
from sim.station.orbit_sight import Place, orbit_sight
from sim.station.passes import look
from sim.station.site import site_geometry
from sim.units import DAY_S, DEG

STATIONS = ("goldstone", "madrid", "canberra")


@cache
def few_days():
    """The relay of a shipped scenario over ten days."""
    loaded = load_scenario("scenarios/relay_trade_queqiao_2.yaml", ("horizon.end=2030-01-10",)).scenario
    return loaded, station_flights(loaded)[0]


def test_passes_and_hidden_spans_are_those_of_dense_looks():
    scenario, flight = few_days()
    site, least = site_geometry(-45.44, 177.60), 5.0 * DEG
    stations = [scenario.catalog.ground_stations[name] for name in STATIONS]
    found = orbit_sight(flight, [Place("far", site, least)], stations)
    t = np.arange(flight.start_tdb_s + 30.0, flight.end_tdb_s, 60.0)
    _, elevation, distance_km = look(site, flight, t)
    passes = found.passes[0]
    np.testing.assert_array_equal(passes.above.contain(t), elevation >= least)
    for start, stop, top, far in zip(
        passes.above.start_tdb_s, passes.above.stop_tdb_s, passes.culmination_rad, passes.range_km, strict=True
    ):
        inside = (t >= start) & (t < stop)
        assert elevation[inside].max() <= top + 1e-9
        assert distance_km[inside].min() - 100.0 <= far <= distance_km[inside].max() + 100.0
    assert found.hidden_share == pytest.approx(found.hidden.total_s / (flight.end_tdb_s - flight.start_tdb_s))
    # Three antennas a third of the Earth apart lose it behind the Moon alone, but for the parallax of a place.
    assert found.tracked_share == pytest.approx(1.0 - found.hidden_share, abs=0.01)
    assert np.isnan(orbit_sight(flight, (), ()).tracked_share)


def test_the_course_of_the_moon_is_that_of_the_almanac():
    course = moon_events(tdb_s_from_utc("2029-01-01"), tdb_s_from_utc("2030-01-01"))
    assert [event.start_tdb_s for event in course] == sorted(event.start_tdb_s for event in course)
    eclipses = [event for event in course if event.kind == "lunar_eclipse"]
    # NASA, Five Millennium Canon: total on 2029-01-01 (greatest before this span begins), 2029-06-26 and 2029-12-20.
    middles = [0.5 * (event.start_tdb_s + event.stop_tdb_s) for event in eclipses]
    for found, utc in zip(middles[-2:], ("2029-06-26T03:22", "2029-12-20T22:42"), strict=True):
        assert abs(found - tdb_s_from_utc(utc)) < 300.0
    assert all(event.what.startswith("total") and event.size > 1.0 for event in eclipses[-2:])
    new = [event.start_tdb_s for event in course if event.kind == "new_moon"]
    assert np.diff(new) / DAY_S == pytest.approx(29.53, abs=0.35)
    assert {event.unit for event in course if event.kind in {"perigee", "apogee"}} == {"km"}
