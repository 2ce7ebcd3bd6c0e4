"""Sun and Earth at a site: geometry, table, edges."""

import numpy as np
import pytest

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.time import tdb_s_from_utc, utc_text
from sim.constants import SPEED_OF_LIGHT_KM_S
from sim.errors import UsageError
from sim.station.horizon import HorizonMask, packaged_horizon
from sim.station.site import (
    COLUMNS,
    calibrated_horizon,
    disc_fraction,
    site_columns,
    site_ephemeris,
    site_epochs,
    site_geometry,
    site_rows,
    site_unit_icrf,
)
from sim.units import DEG

T = tdb_s_from_utc("2031-05-01") + 86400.0 * np.arange(0.0, 366.0, 0.37)


def test_at_the_sub_solar_point_the_sun_stands_overhead():
    sky = site_ephemeris(site_geometry(0.0, 0.0), T)
    for i in (0, 100, 500):
        under = site_geometry(sky.sub_solar_lat_rad[i] / DEG, sky.sub_solar_lon_rad[i] / DEG)
        assert site_ephemeris(under, T[i]).sun_elevation_rad / DEG == pytest.approx(90.0, abs=1e-6)
        under = site_geometry(sky.sub_earth_lat_rad[i] / DEG, sky.sub_earth_lon_rad[i] / DEG)
        # 3e-5 deg: light reaches the site 6 ms before the Moon's centre, and the Earth moves at 30 km/s.
        assert site_ephemeris(under, T[i]).earth_elevation_rad / DEG == pytest.approx(90.0, abs=3e-5)


def test_parallax_lowers_the_earth():
    centre = site_ephemeris(site_geometry(0.0, 90.0), T)
    # The Earth is 221 lunar radii away: on the horizon it stands 0.26 deg lower than from the Moon's centre.
    geocentric = np.arcsin(np.cos(centre.sub_earth_lat_rad) * np.cos(centre.sub_earth_lon_rad - 90.0 * DEG))
    assert np.mean(geocentric - centre.earth_elevation_rad) / DEG == pytest.approx(0.26, abs=0.02)


def test_light_time_sets_the_earth_back():
    ephemeris = Ephemeris.de440()
    sky = site_ephemeris(site_geometry(0.0, 0.0), T)
    moon_km = ephemeris.earth_ssb(T)[0] + ephemeris.moon_geocentric(T)[0]
    distance_km = np.linalg.norm(ephemeris.moon_geocentric(T)[0], axis=1)
    then_km = ephemeris.earth_ssb(T - distance_km / SPEED_OF_LIGHT_KM_S)[0] - moon_km
    x, y, _ = np.einsum("nij,nj->in", icrf_to_moon_me(T), then_km)
    # 1e-8 rad: the light time itself changes by 1e-4 when the Earth is set back. Without light time: 1e-4 rad.
    assert sky.sub_earth_lon_rad == pytest.approx(np.arctan2(y, x), abs=2e-8)


@pytest.mark.parametrize("latitude_deg", [-90.0, -89.5, 89.0])
def test_near_a_pole_the_sun_stays_low(latitude_deg):
    sky = site_ephemeris(site_geometry(latitude_deg, 12.0), T)
    # Tilt of the Moon's axis to the ecliptic: 1.54 deg, and the Sun's parallax is nothing.
    assert sky.sun_elevation_rad.max() / DEG < 90.0 - abs(latitude_deg) + 1.6
    assert 0.3 < np.mean(sky.sun_fraction) < 0.7


def test_the_unit_vector_turns_with_the_moon():
    unit = site_unit_icrf(site_geometry(-89.5, 100.0), T)
    assert unit.shape == (T.size, 3)
    assert np.linalg.norm(unit, axis=1) == pytest.approx(np.ones(T.size))


def test_disc_fraction():
    radius = np.full(5, 0.0047)
    assert disc_fraction(np.array([-0.01, -0.0047, 0.0, 0.0047, 0.2]), radius).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    # Half a radius above the line: 1 - (acos(1/2) - sqrt(3)/4) / pi, the segment of 120 deg.
    assert disc_fraction(np.array([0.5]), np.array([1.0]))[0] == pytest.approx(1.0 - (np.pi / 3 - 3**0.5 / 4) / np.pi)
    assert np.isnan(disc_fraction(np.array([np.nan]), np.array([1.0]))[0])


def test_a_mask_hides_sun_and_earth():
    wall = HorizonMask(np.array([0.0, 180.0]), np.array([80.0, 80.0]), "made up")
    sky = site_ephemeris(site_geometry(-89.5, 0.0, 0.0, wall), T)
    assert sky.sun_fraction.max() == 0.0
    assert not sky.earth_visible.any()
    assert sky.horizon_at_sun_rad / DEG == pytest.approx(np.full(T.size, 80.0))


def test_nan_epochs():
    wall = packaged_horizon("malapert-massif_10m_1deg")
    for horizon in (None, wall):
        sky = site_ephemeris(site_geometry(-86.0, 2.0, 5000.0, horizon), np.array([np.nan, T[0]]))
        assert np.isnan(sky.sun_fraction[0])
        assert not sky.earth_visible[0]
        assert np.isfinite(sky.sun_above_horizon_rad[1])


def test_a_calibrated_horizon_meets_its_average():
    site = site_geometry(-89.45, 222.0)
    outline = packaged_horizon("connecting-ridge_10m_1deg")
    mask = calibrated_horizon(site, outline, 0.9, T)
    sky = site_ephemeris(site_geometry(-89.45, 222.0, 0.0, mask), T)
    # One epoch of a thousand.
    assert np.mean(sky.sun_above_horizon_rad > 0.0) == pytest.approx(0.9, abs=1.5 / T.size)
    assert mask.source.startswith("calibrated, not terrain-derived: connecting-ridge_10m_1deg.csv lowered by")


def test_epochs_include_both_ends():
    start, stop = tdb_s_from_utc("2029-01-01"), tdb_s_from_utc("2029-01-01T03:00:00")
    assert utc_text(site_epochs(start, stop, 3600.0)).tolist() == [f"2029-01-01T0{h}:00:00.000Z" for h in range(4)]
    assert utc_text(site_epochs(start, stop, 7200.0)).tolist() == [f"2029-01-01T0{h}:00:00.000Z" for h in (0, 2)]
    assert site_epochs(start, start, 3600.0).size == 1


@pytest.mark.parametrize(("stop_s", "step_s"), [(-1.0, 10.0), (10.0, 0.0), (10.0, -1.0), (10.0, np.nan), (1e9, 1e-2)])
def test_epochs_that_make_no_sense(stop_s, step_s):
    with pytest.raises(UsageError):
        site_epochs(0.0, stop_s, step_s)


@pytest.mark.parametrize("place", [(91.0, 0.0, 0.0), (np.nan, 0.0, 0.0), (0.0, 400.0, 0.0), (0.0, 0.0, 1e6)])
def test_places_that_are_none(place):
    with pytest.raises(UsageError, match="no place on the Moon"):
        site_geometry(*place)


def test_table_is_text_in_the_order_of_the_columns():
    site = site_geometry(-41.6, -154.0)
    rows = list(site_rows(site, T[:3]))
    assert len(rows) == 3
    assert all(len(row) == len(COLUMNS) for row in rows)
    first = dict(zip(COLUMNS, rows[0], strict=True))
    assert first["utc"] == "2031-05-01T00:00:00.000Z"
    assert first["horizon_at_sun_deg"] == "0.000000"
    assert first["earth_visible"] == "false"
    assert tuple(site_columns(site, T[:3])) == COLUMNS
    longitudes = site_columns(site, T)["sub_solar_lon_deg"]
    assert longitudes.min() < -170.0 < 170.0 < longitudes.max() <= 180.0


def test_east_is_at_ninety_degrees():
    # From a place on the equator 90 deg west of the sub-solar point, the Sun is rising in the east.
    sub_solar_deg = site_ephemeris(site_geometry(0.0, 0.0), T[0]).sub_solar_lon_rad / DEG
    sky = site_ephemeris(site_geometry(0.0, float(sub_solar_deg) - 90.0), T[0])
    assert sky.sun_azimuth_rad / DEG == pytest.approx(90.0, abs=2.0)
    assert sky.sun_elevation_rad / DEG == pytest.approx(0.0, abs=0.1)
    assert sky.sun_fraction == pytest.approx(0.5, abs=0.5)
