"""Rules that can never hold: their limits against the ephemeris and closed forms, and silence where a day may open."""

from datetime import date

import numpy as np
import pytest

from sim.astro.earth import gcrs_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.time import tdb_s_from_utc
from sim.catalog.loader import load_catalog
from sim.catalog.models import DaySpan, LandingSite, LaunchSite, Season
from sim.scenario import load_scenario
from sim.scenario.feasibility import (
    _highest_earth_deg,
    _least_moon_declination_deg,
    _longest_day_d,
    _steepest_deg,
    phasing_c3_km2_s2,
    sun_declination_deg,
)
from sim.scenario.model import Horizon, Phasing
from tests.unit.test_scenario import GOOD


def site(latitude_deg, longitude_deg=0.0, horizon=None):
    return LandingSite.model_construct(
        id="s", latitude_deg=latitude_deg, longitude_deg=longitude_deg, horizon=horizon, height_m=0.0
    )


@pytest.fixture
def warnings(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return lambda *settings: [warning.path for warning in load_scenario(path, settings).warnings]


@pytest.mark.parametrize("day", [date(1969, 7, 16), date(2009, 12, 21), date(2029, 1, 15), date(2045, 3, 20)])
def test_declination_of_the_sun(day):
    t = tdb_s_from_utc(f"{day}T12:00:00")
    sun = gcrs_to_itrs(t) @ Ephemeris.de440().sun_geocentric(t)[0]
    # The almanac gives its low-precision formulae 0.01 deg over 1950 to 2050; the geometric Sun adds its aberration.
    assert sun_declination_deg(day) == pytest.approx(np.degrees(np.arcsin(sun[2] / np.linalg.norm(sun))), abs=0.02)


def test_length_of_the_longest_day():
    assert _longest_day_d(site(0.0)) == pytest.approx(29.84 / 2)  # half of the longest synodic month (Meeus)
    assert _longest_day_d(site(-45.0)) > _longest_day_d(site(10.0))
    # Beyond 90 - 1.6 deg the Sun circles: half of the draconic year of 346.62 d.
    assert _longest_day_d(site(-88.5)) == _longest_day_d(site(90.0)) == pytest.approx(346.62 / 2, abs=0.1)


def test_where_the_earth_rises():
    assert _highest_earth_deg(site(0.0)) == pytest.approx(90.0)
    assert _highest_earth_deg(site(0.0, 95.0)) == pytest.approx(90.0 - (95.0 - 8.2))  # on the equator: longitude alone
    assert _highest_earth_deg(site(-90.0)) == pytest.approx(6.9)  # at a pole: the libration in latitude
    assert _highest_earth_deg(site(-45.44, 177.6)) < -30.0  # Chang'e-4 saw no Earth


def test_contact_is_not_doubted_where_it_may_be_had(warnings):
    assert warnings("lanes.cargo.constraints.contact_at_landing=earth") == []
    relay = "{frame: moon_me, perilune_altitude: 200 km, apolune_altitude: 16000 km, inclination: 62.4 deg}"
    relays = f"station.orbit=[{{id: r, kind: relay, orbit: {relay}}}]"
    far = "lanes.cargo.site=chang_e_6"
    asked = "lanes.cargo.constraints.contact_at_landing="
    assert warnings(relays, far, f"{asked}relay") == []
    assert warnings(relays, far, f"{asked}earth_or_relay") == []
    assert warnings(far, f"{asked}earth_or_relay") == ["lanes.cargo.constraints.contact_at_landing"]
    assert warnings(f"{asked}earth_or_relay") == []
    assert warnings(f"{asked}relay") == ["lanes.cargo.constraints.contact_at_landing"]


@pytest.mark.parametrize(
    ("settings", "closed"),
    [
        (["lanes.cargo.seasons=[{start: 11-01, end: 01-05}]"], False),  # crosses the new year
        (["lanes.cargo.seasons=[{start: 02-01, end: 12-31}]"], True),
        (["lanes.cargo.blackout=[{start: 2029-01-01, end: 2029-01-30}]"], False),
        (["lanes.cargo.blackout=[{start: 2028-12-01, end: 2029-01-31}]"], True),
        (["lanes.cargo.launched=[2029-01-15]", "lanes.cargo.constraints.days_between_launches=16 d"], False),
        (["lanes.cargo.launched=[2029-01-15]", "lanes.cargo.constraints.days_between_launches=17 d"], True),
        (["lanes.cargo.launched=[2029-01-15]"], False),
    ],
)
def test_days_of_the_calendar(warnings, settings, closed):
    assert warnings("horizon.end=2029-01-31", *settings) == (["lanes.cargo"] if closed else [])


def test_seasons_and_spans_hold_their_ends():
    winter = Season(start="11-01", end="02-29")
    assert [winter.holds(date(2029, *day)) for day in [(11, 1), (2, 28), (3, 1), (10, 31)]] == [
        True,
        True,
        False,
        False,
    ]
    summer = Season(start="05-01", end="05-01")
    assert (summer.holds(date(2030, 5, 1)), summer.holds(date(2030, 5, 2))) == (True, False)
    span = DaySpan(start=date(2029, 1, 1), end=date(2029, 1, 2))
    assert [span.holds(date(2029, 1, day)) for day in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize("text", ["02-30", "13-01", "5-1", "2029-05-01", "W01-1", "may"])
def test_days_that_no_year_has(text):
    with pytest.raises(ValueError, match="no day of the year"):
        Season(start=text, end="12-31")


def test_planes_of_a_pad():
    sites = load_catalog().launch_sites
    assert _steepest_deg(sites["kourou"]) == 90.0  # 350 to 93.5 deg crosses north
    assert _steepest_deg(sites["vostochny"]) == 82.0  # of 51.7, 64.8 and 98 deg
    # cos i = cos 28.608 sin 72: 33.4 deg, as flown by the Apollo launches.
    cape = LaunchSite.model_construct(
        latitude_deg=28.608, azimuth_range_deg=(72.0, 108.0), allowed_inclinations_deg=None
    )
    assert _steepest_deg(cape) == pytest.approx(33.4, abs=0.05)


def test_least_declination_of_the_moon():
    # On 2029-08-05 to 07 the Moon stands near its monthly extreme; over a month it crosses zero.
    times = (4.0 * 86400.0, 4.5 * 86400.0)
    assert 20.0 < _least_moon_declination_deg(Horizon(start=date(2029, 8, 1), end=date(2029, 8, 2)), times) < 28.7
    assert _least_moon_declination_deg(Horizon(start=date(2029, 8, 1), end=date(2029, 8, 31)), times) == 0.0


def test_energy_of_a_phasing_orbit():
    # Chandrayaan-3: 170 x 36500 km. a = 24713.1 km, C3 = -398600.4 / a = -16.13 km2/s2.
    by_apogee = Phasing(apogee_altitude_km=36500.0, revolutions=(3, 3))
    assert phasing_c3_km2_s2(by_apogee, 170.0) == pytest.approx(-16.129, abs=1e-3)
    # One sidereal day is the geostationary axis, 42164 km.
    by_period = Phasing(period_s=86164.1, revolutions=(1, 2))
    assert phasing_c3_km2_s2(by_period, 170.0) == pytest.approx(-398600.4 / 42164.2, abs=1e-4)
