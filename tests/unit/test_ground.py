"""Ground stations: elevations against astropy, the Moon's limb against lines of sight and against Apollo 11."""

import numpy as np
import pytest

from sim.astro.earth import gcrs_to_itrs, geodetic_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.rotations import rotated_back
from sim.astro.shadow import shadow_height_km
from sim.astro.time import configure_offline, tdb_s_from_utc
from sim.catalog.models import GroundStation
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.station.ground import elevations_rad, limb_clearances_rad
from sim.transfer.sample import sample_transfer
from sim.transfer.solve import TransferProblem, solve_transfer
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S


def station(latitude_deg, longitude_deg, height_m=0.0, least_deg=5.0):
    return GroundStation(
        id="here",
        name="here",
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        height_m=height_m,
        min_elevation_deg=least_deg,
        source="made up",
        status="assumed",
    )


GOLDSTONE, MADRID, CANBERRA = station(35.426, -116.890, 1001.0), station(40.43, -4.25, 830.0), station(-35.40, 148.98)
SOUTH_POLE = station(-90.0, 0.0)


def test_elevations_are_those_of_astropy():
    configure_offline()
    from astropy import units
    from astropy.coordinates import GCRS, AltAz, CartesianRepresentation, EarthLocation, SkyCoord
    from astropy.time import Time

    t = tdb_s_from_utc("2019-03-04T05:00:00") + np.linspace(0.0, 5.0, 12) * DAY_S
    moon, _ = Ephemeris.de440().moon_geocentric(t)
    moment = Time(2451545.0, t / DAY_S, format="jd", scale="tdb")
    for place in (GOLDSTONE, MADRID, CANBERRA):
        where = EarthLocation.from_geodetic(place.longitude_deg, place.latitude_deg, place.height_m * units.m)
        sky = SkyCoord(GCRS(CartesianRepresentation(moon.T * units.km), obstime=moment))
        theirs = sky.transform_to(AltAz(obstime=moment, location=where)).alt.to_value(units.deg)
        ours = elevations_rad([place], t, moon)[0] / DEG
        # 1.5 arcsec: theirs has polar motion (0.4 arcsec) and diurnal aberration (0.3 arcsec).
        np.testing.assert_allclose(ours, theirs, atol=1.5 / 3600.0)


def test_straight_up_and_the_other_side_of_the_earth():
    t = np.array([8.0e8, 8.1e8])
    up = rotated_back(gcrs_to_itrs(t), geodetic_to_itrs(35.426, -116.890, 500_000.0))
    assert np.all(elevations_rad([GOLDSTONE], t, up) > 89.99 * DEG)
    # A degree at the end: up is the ellipsoid's normal there, off the radius by up to 0.2 deg, seen from 13 000 km.
    assert np.all(elevations_rad([GOLDSTONE], t, -up) < -89.0 * DEG)


def test_the_moon_over_the_south_pole_stands_as_high_as_its_declination():
    t = tdb_s_from_utc("2025-03-01") + np.arange(28) * DAY_S
    moon, _ = Ephemeris.de440().moon_geocentric(t)
    itrs = np.einsum("nij,nj->ni", gcrs_to_itrs(t), moon)
    distance = np.linalg.norm(itrs, axis=1)
    # Parallax exactly: the station is 6356.752 km (WGS 84) down the axis.
    expected = np.arctan2(-itrs[:, 2] - 6356.7523142, np.hypot(itrs[:, 0], itrs[:, 1]))
    np.testing.assert_allclose(elevations_rad([SOUTH_POLE], t, moon)[0], expected, atol=1e-9)
    assert distance.min() > 350e3


def test_hidden_means_that_the_line_of_sight_meets_the_moon():
    rng = np.random.default_rng(5)
    t = 8.0e8 + rng.uniform(0.0, 28.0, 400) * DAY_S
    moon, _ = Ephemeris.de440().moon_geocentric(t)
    direction = rng.normal(size=(400, 3))
    craft = moon + direction / np.linalg.norm(direction, axis=1)[:, None] * rng.uniform(1750.0, 6000.0, (400, 1))
    clear = limb_clearances_rad([MADRID], t, craft, moon)[0]
    place = rotated_back(gcrs_to_itrs(t), geodetic_to_itrs(40.43, -4.25, 830.0))
    along = craft - place
    share = np.clip(np.sum((moon - place) * along, axis=1) / np.sum(along**2, axis=1), 0.0, 1.0)
    closest = np.linalg.norm(place + share[:, None] * along - moon, axis=1)
    np.testing.assert_array_equal(clear < 0.0, closest < R_MOON_KM)
    assert 20 < np.sum(clear < 0.0) < 380  # a cone of a tenth of the sky or so lies behind the Moon


def test_unknown_epochs_stay_unknown():
    t = np.array([8.0e8, np.nan])
    moon, _ = Ephemeris.de440().moon_geocentric(t)
    assert np.isnan(elevations_rad([MADRID], t, moon)[0]).tolist() == [False, True]
    assert np.isnan(limb_clearances_rad([MADRID], t, moon + 2000.0, moon)[0]).tolist() == [False, True]


@pytest.fixture(scope="module")
def apollo_11():
    """Last hours before insertion: epochs, geocentric positions, Moon and Sun.

    Injection and insertion as in Orloff 2000, NASA SP-2000-4029: ignition 1969-07-19 17:21:50 UTC, six minutes' burn.
    """
    start, stop = tdb_s_from_utc("1969-07-16T16:19:10"), tdb_s_from_utc("1969-07-19T17:25:00")
    radii = R_EARTH_KM + 185.2, R_MOON_KM + 111.0
    transfer = solve_transfer(TransferProblem(start, stop, radii[0], 32.5 * DEG, radii[1], 170.0 * DEG))
    t = stop - np.arange(6.0 * HOUR_S, -1.0, -10.0)
    ephemeris = Ephemeris.de440()
    place = sample_transfer(transfer, t).states_icrf[:, :3]
    return t, place, ephemeris.moon_geocentric(t)[0], ephemeris.sun_geocentric(t)[0]


def test_apollo_11_passed_behind_the_moon_eight_minutes_before_its_burn(apollo_11):
    t, place, moon, _ = apollo_11
    clear = limb_clearances_rad([GOLDSTONE, MADRID, CANBERRA], t, place, moon)
    lost = t[np.argmax(clear < 0.0, axis=1)]
    # 17:13 UTC (1:13 p.m. in Houston's reports of the day, EDT); half a minute of rounding, and half a minute for the
    # inclination of the approach (165 or 175 deg move it by 20 s).
    assert lost == pytest.approx(tdb_s_from_utc("1969-07-19T17:13:00"), abs=MINUTE_S)
    assert np.all(clear[:, -1] < 0.0)


def test_madrid_saw_apollo_11_go(apollo_11):
    t, place, _, _ = apollo_11
    heights = elevations_rad([GOLDSTONE, MADRID, CANBERRA], t, place)[:, -1] / DEG
    # Evening in Spain, early morning in California, night in Australia; the Moon was five days old.
    assert heights[1] > 30.0
    assert heights[0] < 5.0
    assert heights[2] < 0.0


def test_apollo_11_flew_into_the_moons_shadow_on_its_last_morning(apollo_11):
    """Told at 71 h 30 min, some 11 000 miles away: the corona, and stars for the first time (voice transcript)."""
    t, place, moon, sun = apollo_11
    umbra = shadow_height_km(place - moon, sun - moon, R_MOON_KM, "umbra") < 0.0
    told = tdb_s_from_utc("1969-07-16T13:32:00") + 71.5 * HOUR_S
    assert umbra[np.searchsorted(t, told)]
    began = t[np.argmax(umbra)]
    # They were there for a while before they told: we say 1.1 h, less than two.
    assert 0.0 < told - began < 2.0 * HOUR_S
