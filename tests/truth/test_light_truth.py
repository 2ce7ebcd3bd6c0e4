"""Light over years against published averages, closed forms, and an integral over the Sun's disc."""

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.constants import AU_KM
from sim.station.horizon import packaged_horizon
from sim.station.light import NODE_PERIOD_S, light_series, sun_up_spans
from sim.station.light_statistics import light_statistics, seasons
from sim.station.site import R_SUN_KM, site_geometry, sub_solar_latitude_rad
from sim.units import DAY_S, DEG, YEAR_S

START = tdb_s_from_utc("2027-01-01")

SYNODIC_D, DRACONIC_YEAR_D = 29.530589, 346.620
"""Mean synodic month and mean draconic (eclipse) year: Explanatory Supplement 2013, and Meeus 1991, chapter 52."""
TILT_DEG = 1.5424
"""Mean inclination of the Moon's equator to the ecliptic: Cassini's laws, e.g. Newhall and Williams 1996."""
MOON_DISTANCE_KM = 384_400.0
SUN_RADIUS_RAD = R_SUN_KM / AU_KM


def masked(name):
    mask = packaged_horizon(name)
    spot = mask.viewpoint
    height_m = spot.terrain_height_m + spot.observer_height_m
    return site_geometry(spot.latitude_deg, spot.longitude_deg, height_m, mask)


@pytest.mark.parametrize(
    ("mask", "published_share", "tolerance"),
    [
        # Malapert's share is published as about 80 %; the others are given with the masks, for the same terrain
        # (LOLA; spots of Gracy & Lee, LPSC 2024 #1695). Two printed digits and masks of one degree: 1.5 %.
        ("malapert-massif_10m_1deg", 0.80, 0.015),
        ("connecting-ridge_2m_1deg", 0.53, 0.015),
        ("connecting-ridge_10m_1deg", 0.57, 0.015),
        ("peak-near-shackleton_2m_1deg", 0.20, 0.015),
        ("peak-near-shackleton_10m_1deg", 0.36, 0.015),
    ],
)
def test_share_of_light_in_2027(mask, published_share, tolerance):
    light = light_statistics(light_series(masked(mask), START, tdb_s_from_utc("2028-01-01")))
    assert light.whole.sun_up_share[0] == pytest.approx(published_share, abs=tolerance)
    # The mean of the disc sees the same: dusk takes of the fraction what dawn adds below the horizon.
    assert light.whole.average_fraction == pytest.approx(light.whole.sun_up_share, abs=0.01)


@pytest.mark.parametrize("latitude_deg", [0.0, 45.0, -70.0, -85.0, -88.0, -90.0])
def test_a_level_horizon_sees_the_sun_half_of_the_time(latitude_deg):
    # Over whole draconic years summers and winters balance; published for level horizons: 49 to 50 %. The Earth's
    # eccentric orbit makes the seasons of one hemisphere longer, at a pole by a few days in a year: 0.5 %.
    years = light_series(site_geometry(latitude_deg, 30.0), START, START + 19.0 * DRACONIC_YEAR_D * DAY_S, 7200.0)
    up = sun_up_spans(years).total_s / (years.stop_tdb_s - years.start_tdb_s)
    assert up == pytest.approx(0.50, abs=0.006)


@pytest.mark.parametrize("longitude_deg", [0.0, 30.0, 90.0, 180.0])
def test_day_at_the_equator_is_half_a_synodic_month_and_longer_where_the_earth_is_seen(longitude_deg):
    # The Moon is 0.15 deg off the Earth as the Sun sees it, outwards at full Moon: near-side noon comes then, so its
    # day is longer by twice that angle, times the cosine of the longitude; on the far side it is as much shorter.
    series = light_series(site_geometry(0.0, longitude_deg), START, START + NODE_PERIOD_S, 6.0 * 3600.0)
    days_d = sun_up_spans(series).duration_s[1:-1] / DAY_S
    excess_d = SYNODIC_D / np.pi * (MOON_DISTANCE_KM / AU_KM) * np.cos(longitude_deg * DEG)
    # 3 minutes: the second harmonics of the Moon's distance (evection and variation, a hundredth of 30 minutes each),
    # and 229 days that do not fill the cycle of the eccentric orbits.
    assert days_d.mean() == pytest.approx(0.5 * SYNODIC_D + excess_d, abs=0.002)
    assert np.ptp(days_d) < 0.2


def test_polar_night_at_a_level_pole():
    series = light_series(site_geometry(-90.0, 0.0), START, START + NODE_PERIOD_S)
    nights_d = light_statistics(series).dark.duration_s / DAY_S
    # The Sun's latitude runs as TILT sin(2 pi t / year); dark is where the whole disc is below. Single nights scatter
    # by 3 d (the Earth's eccentric orbit, and 0.04 deg of the Moon's wobble, at 0.028 deg a day): 20 of them by 1 d.
    sine = np.arcsin(SUN_RADIUS_RAD / (TILT_DEG * DEG))
    assert nights_d.mean() == pytest.approx(DRACONIC_YEAR_D * (0.5 - sine / np.pi), abs=1.0)
    assert len(nights_d) == 20


@pytest.mark.parametrize("latitude_deg", [-70.0, -80.0, -85.0])
def test_longest_night_at_a_level_site(latitude_deg):
    light = light_statistics(light_series(site_geometry(latitude_deg, 30.0), START, START + NODE_PERIOD_S))
    peak = _peaks_rad(light.seasons).max()
    latitude = latitude_deg * DEG
    level = np.cos(latitude) * np.cos(peak)
    half_day = np.arccos((np.sin(-SUN_RADIUS_RAD) - np.sin(latitude) * np.sin(peak)) / level)
    expected_d = SYNODIC_D * (1.0 - half_day / np.pi)
    # The synodic month itself runs from 29.27 to 29.83 d with the Earth's orbit: 1 %; at 85 deg the Sun's latitude
    # moves by 0.02 deg in a night, that is 0.1 d.
    assert light.dark.longest_s / DAY_S == pytest.approx(expected_d, abs=0.01 * expected_d + 0.1)


def test_lunar_seasons_keep_the_draconic_year_and_the_moons_tilt():
    parts = seasons(site_geometry(-89.5, 0.0), START, START + 19.0 * YEAR_S)
    # The dates cut the first and the last.
    springs = parts.start_tdb_s[1:-1][parts.is_summer[1:-1]]
    # Ends scatter by 3 d, as the polar nights do: 18 years between them.
    year_d = (springs[-1] - springs[0]) / (len(springs) - 1) / DAY_S
    assert year_d == pytest.approx(DRACONIC_YEAR_D, abs=3.0 * 2.0 / (len(springs) - 1))
    peaks_deg = np.abs(_peaks_rad(parts)[1:-1]) / DEG
    # 1.54 deg, on it the monthly wobble of the axis of 0.04 deg.
    assert peaks_deg.min() > TILT_DEG - 0.04
    assert peaks_deg.max() < TILT_DEG + 0.06


def _peaks_rad(parts):
    """Latitude under the Sun where it stands furthest from the equator in each season, by looks half a day apart."""
    looks = np.linspace(parts.start_tdb_s, parts.stop_tdb_s, 360)
    latitude = sub_solar_latitude_rad(looks.ravel()).reshape(looks.shape)
    return latitude[np.argmax(np.abs(latitude), axis=0), np.arange(looks.shape[1])]


@pytest.mark.parametrize("mask", ["connecting-ridge_10m_1deg", "peak-near-shackleton_10m_1deg"])
def test_a_level_edge_stands_well_for_the_skyline_across_the_disc(mask):
    site = masked(mask)
    series = light_series(site, START, START + 2.0 * YEAR_S)
    near = np.abs(series.sun_above_horizon_rad) < 3.0 * DEG
    whole = series.sun_fraction.copy()
    whole[near] = _fraction_by_columns(site.horizon, series, near)
    # Slopes of 0.1 (at most 0.3) at the ridge and 0.13 (1.25) near Shackleton, in degrees a degree.
    assert np.mean(whole) == pytest.approx(np.mean(series.sun_fraction), abs=1e-4)
    assert np.std(whole - series.sun_fraction) < 0.004
    assert np.abs(whole - series.sun_fraction).max() < 0.2


def _fraction_by_columns(mask, series, chosen):
    """Part of the disc above the mask, column by column: Gauss's rule on the angle, 40 columns."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    angle = 0.5 * np.pi * nodes
    radius = series.sun_radius_rad[chosen, None]
    elevation = series.sun_elevation_rad[chosen, None]
    azimuth = series.sun_azimuth_rad[chosen, None] + np.sin(angle) * radius / np.cos(elevation)
    skyline = (mask.elevation_at(azimuth % (2.0 * np.pi)) - elevation) / radius
    seen = np.clip(np.cos(angle) - skyline, 0.0, 2.0 * np.cos(angle))
    return seen @ (0.5 * np.pi * weights * np.cos(angle)) / np.pi
