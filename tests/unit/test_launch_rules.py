"""Launch-day rules: days counted by hand, the Sun over a pad against almanacs."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.catalog.days import DaySpan, Season
from sim.window.launch_rules import (
    SUNRISE_DEG,
    availability,
    blackout,
    days_between_launches,
    liftoff_light,
    pad_sun_elevation_rad,
    season,
    turnaround,
)
from tests.launch_cases import changed, lane

DAYS = np.arange("2031-01-01", "2031-02-01", dtype="datetime64[D]")


def each_day(**values):
    return SimpleNamespace(day=np.arange(len(DAYS)), **values)


def laned(site=None, **lane_values):
    resolved = changed(lane("explorer"), launch_site=site or {})
    from dataclasses import replace

    return replace(resolved, lane=resolved.lane.model_copy(update=lane_values))


def test_without_rules_every_day_is_free():
    free = laned({"booked": (), "seasons": (), "blackout": ()})
    for rule in (turnaround, season, blackout, days_between_launches):
        assert np.all(rule(free, DAYS, each_day()) == np.inf), rule.__name__


def test_a_season_across_the_new_year_counts_days_to_its_ends():
    wintry = laned(seasons=(Season(start="11-01", end="01-10"), Season(start="01-25", end="02-05")))
    margin = season(wintry, DAYS, each_day())
    assert margin[0] == 9.0  # 1 January: nine days to the last one
    assert margin[9] == 0.0  # the 10th
    assert margin[10] == -1.0
    assert margin[17] == -7.0  # the 18th: eight days past the 10th, seven to the 25th
    assert margin[24] == 0.0
    assert np.all(season(laned(seasons=(Season(start="01-01", end="12-31"),)), DAYS, each_day()) == np.inf)


def test_seasons_of_pad_and_lane_both_hold():
    both = laned({"seasons": (Season(start="01-05", end="12-31"),)}, seasons=(Season(start="01-01", end="01-20"),))
    margin = season(both, DAYS, each_day())
    assert margin[3] == -1.0
    assert margin[4] == 0.0
    assert margin[20] == -1.0
    assert np.flatnonzero(margin >= 0.0).tolist() == list(range(4, 20))


def test_blackout_closes_its_days_alone():
    span = DaySpan(start=date(2031, 1, 10), end=date(2031, 1, 14))
    for resolved in (laned(blackout=(span,)), laned({"blackout": (span,)})):
        margin = blackout(resolved, DAYS, each_day())
        assert np.flatnonzero(margin < 0.0).tolist() == [9, 10, 11, 12, 13]
        assert margin[8] == 1.0
        assert margin[9] == -1.0
        assert margin[11] == -3.0  # the 12th is three days from the 9th and from the 15th


def test_launches_keep_their_distance():
    spaced = laned({"booked": (date(2031, 1, 20),)}, launched=(date(2031, 1, 3),))
    spaced = changed(spaced, constraints={"days_between_launches_s": 5 * 86400.0})
    margin = days_between_launches(spaced, DAYS, each_day())
    assert margin[2] == -5.0
    assert margin[7] == 0.0
    assert margin[16] == -2.0  # the 17th, three days before what is booked
    pad = changed(spaced, launch_site={"turnaround_s": 10 * 86400.0}, launcher={"turnaround_s": 0.0})
    assert turnaround(pad, DAYS, each_day())[9] == 0.0
    assert turnaround(pad, DAYS, each_day())[14] == -5.0


def test_availability_has_two_ends():
    some = changed(lane("explorer"), available_from=date(2031, 1, 5), available_until=date(2031, 1, 9))
    some = changed(some, launcher={"available_from": None, "available_until": None})
    some = changed(some, lander={"available_from": None, "available_until": None})
    assert np.flatnonzero(availability(some, DAYS, each_day()) >= 0.0).tolist() == [4, 5, 6, 7, 8]


def test_the_sun_rises_and_sets_at_kennedy_when_the_sunrise_equation_says():
    # 16 July: declination 21.4 deg, equation of time -6.0 min (Astronomical Almanac's low-precision Sun): noon at
    # 80.604 W at 17:28.4 UTC. 0.2 deg, a minute of time: the declination moves by 0.1 deg between the two.
    cape = changed(lane("explorer"), launch_site={"latitude_deg": 28.608, "longitude_deg": -80.604})
    sine, place, sun = np.sin(np.radians([SUNRISE_DEG, 28.608, 21.4]))
    half_day_h = np.degrees(np.arccos((sine - place * sun) / np.sqrt((1 - place**2) * (1 - sun**2)))) / 15.0
    noon = float(tdb_s_from_utc("1969-07-16T17:28:24"))
    times = np.array([noon - 3600.0 * half_day_h, noon + 3600.0 * half_day_h, np.nan])
    elevation = np.degrees(pad_sun_elevation_rad(cape, times))
    assert elevation[:2] == pytest.approx(SUNRISE_DEG, abs=0.2)
    assert np.isnan(elevation[2])


def test_the_sun_culminates_at_the_complement_of_latitude_at_equinox():
    # Equinox on 2031-03-20 at 19:41 UTC, equation of time -7.5 min (Meeus 1998, chapters 27 and 28): noon then at
    # longitude 15 x (12 - 19.683 + 0.125) = -113.4 deg.
    pad = changed(lane("explorer"), launch_site={"latitude_deg": 19.6, "longitude_deg": -113.4})
    t = np.array([float(tdb_s_from_utc("2031-03-20T19:41:00"))])
    assert np.degrees(pad_sun_elevation_rad(pad, t))[0] == pytest.approx(90.0 - 19.6, abs=0.05)


def test_day_and_night_are_each_other_s_complement():
    times = float(tdb_s_from_utc("2031-01-01T00:00:00")) + np.linspace(0.0, 31 * 86400.0, len(DAYS))
    by_day = changed(lane("explorer"), constraints={"liftoff_light": "day"})
    by_night = changed(lane("explorer"), constraints={"liftoff_light": "night"})
    flights = each_day(liftoff_tdb_s=times)
    assert liftoff_light(by_day, DAYS, flights) == pytest.approx(-liftoff_light(by_night, DAYS, flights), abs=0.0)
