"""Launches that flew: lift-off against azimuth of the Apollo landings, of LRO and Chang'e-5, Chang'e-6's long wait.

Lift-offs and launch azimuths of Apollo: Orloff 2000, Apollo by the Numbers, NASA SP-2000-4029, as are the ignitions of
translunar injection and lunar orbit insertion. The model flies to a perilune passage three minutes after the ignition
of the insertion (it burnt six minutes), with the injection as one impulse.
"""

from datetime import date

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc, utc_days, utc_text
from sim.catalog.loader import load_catalog
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.pipeline import silent
from sim.scenario import load_scenario
from sim.single_day import launch_table
from sim.transfer.launch import LaunchProblem, solve_launches
from sim.transfer.pad import headings_at, pad_of
from sim.transfer.solve import CONVERGED
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S
from sim.window.light import light_tables
from sim.window.search import search_lanes
from sim.window.windows import lane_outcome
from tests.launch_cases import SCENARIOS, changed, lane

SITES = load_catalog().launch_sites
PAD_39A = SITES["ksc_lc39"].model_copy(update={"latitude_deg": 28.608, "longitude_deg": -80.604, "height_m": 0.0})
PARKING_KM = R_EARTH_KM + 185.2  # 100 nautical miles
PERILUNE_KM = R_MOON_KM + 111.0  # 60 nautical miles
ASCENT_S = 709.0  # Apollo 11: orbit insertion 00:11:49 after lift-off (SP-2000-4029) ...
DOWNRANGE_RAD = 26.8 * DEG  # ... at 32.67 N, 52.69 W: the angle between that place and the pad, both inertial
BEYOND_ONE_REVOLUTION_S = 6300.0  # injection was in the second revolution
PACIFIC, ATLANTIC = 1, 0  # descending, ascending injection


def launches(
    site, day, azimuths_deg, arrival_utc, lunar_inclination_deg, parking_km=PARKING_KM, ascent=None, coast_s=None
):
    _, epochs = utc_days(date.fromisoformat(day), date.fromisoformat(day))
    pad = pad_of(site)
    ascent_s, downrange_rad = ascent or (ASCENT_S, DOWNRANGE_RAD)
    problem = LaunchProblem(
        day_tdb_s=epochs,
        pad=pad,
        headings=headings_at(pad, np.radians(azimuths_deg), parking_km),
        time_of_flight_s=np.array([75.0 * HOUR_S]),
        parking_radius_km=parking_km,
        perilune_radius_km=PERILUNE_KM,
        lunar_inclination_rad=lunar_inclination_deg * DEG,
        ascent_s=ascent_s,
        downrange_rad=downrange_rad,
        least_coast_s=BEYOND_ONE_REVOLUTION_S if coast_s is None else coast_s,
        arrival_tdb_s=float(tdb_s_from_utc(arrival_utc)) if isinstance(arrival_utc, str) else arrival_utc,
    )
    return solve_launches(problem)


def test_apollo_11_azimuth_against_lift_off():
    # The flight's own targeting: 72 deg at 13:31:28 UTC to 108 deg at 17:54:32 UTC; insertion ignition 17:21:50 UTC.
    found = launches(PAD_39A, "1969-07-16", [72.0, 72.058, 108.0], "1969-07-19T17:25:00", 170.0)
    branch = (0, slice(None), PACIFIC, 0, 1)
    assert np.all(found.status[branch] == CONVERGED)
    opens, flown, closes = found.liftoff_tdb_s[branch]
    # Two minutes, 0.3 deg of azimuth: the approach (descending or ascending, 165 or 175 deg) moves the times so much.
    assert opens == pytest.approx(float(tdb_s_from_utc("1969-07-16T13:31:28")), abs=2 * MINUTE_S)
    assert flown == pytest.approx(float(tdb_s_from_utc("1969-07-16T13:32:00")), abs=2 * MINUTE_S)
    assert closes == pytest.approx(float(tdb_s_from_utc("1969-07-16T17:54:32")), abs=3 * MINUTE_S)
    # The burn lasted from 16:16:16 to 16:22:03 UTC; an impulse stands for its middle.
    assert found.tli_tdb_s[branch][1] == pytest.approx(float(tdb_s_from_utc("1969-07-16T16:19:10")), abs=2 * MINUTE_S)


@pytest.mark.parametrize("inclination_deg", [165.0, 170.0, 175.0])
@pytest.mark.parametrize("approach", [0, 1])
def test_apollo_11_window_does_not_hang_on_the_approach(inclination_deg, approach):
    found = launches(PAD_39A, "1969-07-16", [72.0, 108.0], "1969-07-19T17:25:00", inclination_deg)
    opens, closes = found.liftoff_tdb_s[0, :, PACIFIC, 0, approach]
    # Goal: 10 minutes and 2 deg; 4 minutes (half a degree) are reached whatever the approach.
    assert opens == pytest.approx(float(tdb_s_from_utc("1969-07-16T13:31:28")), abs=4 * MINUTE_S)
    assert closes == pytest.approx(float(tdb_s_from_utc("1969-07-16T17:54:32")), abs=4 * MINUTE_S)


def test_apollo_11_launch_day_of_the_shipped_scenario():
    loaded = load_scenario(SCENARIOS / "apollo_11.yaml")
    table = launch_table(loaded, "site_2", "1969-07-16", None, 600.0)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    open_rows = [row for row in rows if row["feasible"] == "true"]
    opens, closes = open_rows[0], open_rows[-1]
    # The flight's own targeting; 10 minutes and 2 deg are the goal, one minute (0.15 deg) is reached, with the
    # scenario's own time of flight instead of the flown one.
    for row, azimuth_deg, flown in ((opens, 72.0, "1969-07-16T13:31:28"), (closes, 108.0, "1969-07-16T17:54:32")):
        assert float(row["azimuth_deg"]) == pytest.approx(azimuth_deg, abs=1e-6)
        late_s = float(tdb_s_from_utc(row["liftoff_utc"].rstrip("Z"))) - float(tdb_s_from_utc(flown))
        assert abs(late_s) < 1.5 * MINUTE_S
        assert row["limit"] == "azimuth"
        assert row["revolution"] == "2"
    flown = [float(tdb_s_from_utc(row["liftoff_utc"].rstrip("Z"))) for row in open_rows]
    azimuth = np.interp(
        float(tdb_s_from_utc("1969-07-16T13:32:00")), flown, [float(r["azimuth_deg"]) for r in open_rows]
    )
    assert azimuth == pytest.approx(72.058, abs=0.3)


APOLLO = [  # lift-off UTC, launch azimuth deg, TLI ignition and LOI ignition (hours after lift-off), injection
    ("8", "1968-12-21T12:51:00", 72.124, 2.8436, 69.139, PACIFIC),
    ("10", "1969-05-18T16:49:00", 72.028, 2.5577, 75.932, PACIFIC),
    ("11", "1969-07-16T13:32:00", 72.058, 2.7378, 75.831, PACIFIC),
    ("12", "1969-11-14T16:22:00", 72.029, 2.7897, 83.423, PACIFIC),
    ("14", "1971-01-31T21:03:02", 75.558, 2.4756, 81.945, PACIFIC),
    ("15", "1971-07-26T13:34:00", 80.088, 2.8340, 78.530, PACIFIC),
    ("16", "1972-04-16T17:54:00", 72.034, 2.5602, 74.475, PACIFIC),
    ("17", "1972-12-07T05:33:00", 91.504, 3.2101, 86.240, ATLANTIC),
]


@pytest.mark.parametrize(("number", "liftoff", "azimuth_deg", "tli_h", "loi_h", "injection"), APOLLO)
def test_apollo_lift_offs(number, liftoff, azimuth_deg, tli_h, loi_h, injection):
    flown = float(tdb_s_from_utc(liftoff))
    arrival = flown + loi_h * HOUR_S + 3 * MINUTE_S
    # 160 deg: the approach of Apollo 12 came in at 15 deg of lunar latitude, a more equatorial orbit is out of reach.
    found = launches(PAD_39A, liftoff[:10], azimuth_deg + np.array([-1.0, 0.0, 1.0]), arrival, 160.0)
    times = found.liftoff_tdb_s[0, :, injection, 0, :]
    late_s = times[1] - flown
    off_deg = late_s / ((times[2] - times[0]) / 2.0)
    best = int(np.argmin(np.abs(late_s)))
    # The goal is 10 minutes and 2 deg. Left out: injections steered out of the plane (Apollo 11 by 1.1 deg), flights
    # aimed at a free return and corrected a day later, a burn of six minutes. Both approaches serve.
    assert np.abs(late_s).max() < 8 * MINUTE_S, number
    assert np.abs(off_deg).max() < 1.2, number
    assert np.abs(off_deg[best]) < 0.7, number
    # Middle of the burn, three minutes after ignition; 5 minutes, as the lift-off itself is some minutes off.
    middle = flown + tli_h * HOUR_S + 3 * MINUTE_S
    assert found.tli_tdb_s[0, 1, injection, 0, best] == pytest.approx(middle, abs=5 * MINUTE_S), number


ROBOTIC = [  # site, lift-off and injection UTC, perilune UTC, lunar inclination, azimuths tried, coast at least
    ("cape_canaveral", "2009-06-18T21:32:00", "2009-06-18T22:13:00", "2009-06-23T10:06:00", 90.0),
    ("wenchang", "2020-11-23T20:30:12", "2020-11-23T21:06:00", "2020-11-28T13:06:00", 135.0),
]


@pytest.mark.parametrize(("site", "liftoff", "tli", "arrival", "inclination_deg"), ROBOTIC, ids=["LRO", "Chang'e-5"])
def test_robotic_lift_offs_from_their_arrival(site, liftoff, tli, arrival, inclination_deg):
    """Lift-off and arrival give the azimuth; with it, the injection must come out when it was made.

    Epochs: NASA LROC news 146 and 147 (separation from the Centaur 22:16, its burn ended minutes before); CNSA.
    """
    azimuths = np.arange(90.0, 104.1, 1.0)
    ascent = (700.0, 28.0 * DEG)  # typical of Centaur and of Long March 5: assumed
    found = launches(SITES[site], liftoff[:10], azimuths, arrival, inclination_deg, R_EARTH_KM + 185.0, ascent, 300.0)
    late_s = found.liftoff_tdb_s[0, :, ATLANTIC, 0, 0] - float(tdb_s_from_utc(liftoff))
    azimuth = np.interp(0.0, late_s, azimuths)
    # Both ranges hold what was flown: low inclinations, some degrees south of due east.
    assert 91.0 < azimuth < 102.0
    early_s = np.interp(azimuth, azimuths, found.tli_tdb_s[0, :, ATLANTIC, 0, 0]) - float(tdb_s_from_utc(tli))
    assert abs(early_s) < 6 * MINUTE_S


def test_change_6_waits_for_the_morning_at_its_site():
    # Landed 2024-06-01 22:23 UTC at 41.64 S, 153.99 W after 24.8 days in lunar orbit (CNSA); insertion 05-08 02:12 UTC.
    site = {"latitude_deg": -41.6385, "longitude_deg": -153.9852, "height_m": -5273.0, "horizon": None}
    like = changed(
        lane("explorer"),
        landing_site=site | {"average_light": None},
        launch_site={"azimuth_range_deg": (97.0, 110.0)},
        launcher={"available_from": None},
        lander={"available_from": None},
        transfer={"time_of_flight_s": (4.0 * DAY_S, 5.0 * DAY_S), "inclination_deg": 137.0},
        # It came in the site's afternoon, and wanted a whole day of light: not the evening but the next morning.
        staging={"loiter_s": (10.0 * DAY_S, 26.0 * DAY_S)},
        staging_orbit={"inclination_deg": 137.0},
        constraints={
            "sun_above_horizon_deg": None,
            "sun_elevation_deg": (5.0, 45.0),
            "cross_range_deg": 4.0,
            "max_insertion_dv_m_s": None,
        },
        objective="earliest_landing",
    )
    day, epochs = utc_days(date(2024, 5, 3), date(2024, 5, 3))
    found = search_lanes([like], day, epochs, light_tables([like], epochs), silent)[like.id]
    outcome = lane_outcome(like, day, epochs, found)
    assert outcome.feasible[0], outcome.closed_by
    loiter_d = float(outcome.launches["landing_tdb_s"][0] - outcome.launches["arrival_tdb_s"][0]) / DAY_S
    landing = utc_text(float(outcome.launches["landing_tdb_s"][0]))
    # The Sun rises there on 29 May, and stood at 37 deg; the plane, whose node is not published, passes within days.
    assert 18.0 < loiter_d < 26.0
    assert "2024-05-27" <= landing[:10] <= "2024-06-03"
