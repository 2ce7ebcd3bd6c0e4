"""Halo, near-rectilinear and distant retrograde orbits in DE440: flown by a second hand, and against published figures.

The near-rectilinear halo orbit of NASA's lunar check case 8 is flown in test_propagation_truth.py.
"""

import numpy as np
import pytest

from sim.astro.earth import earth_pole
from sim.astro.gravity import GRGM660PRIM_PATH
from sim.astro.gravity_file import read_gravity_file
from sim.astro.nbody import propagate
from sim.orbit.families import distant_retrograde_orbit
from sim.orbit.halo_flight import NoPeriodicFlight, PeriodicFlight, fly_periodic_orbit
from sim.orbit.halo_upkeep import UpkeepErrors, station_keeping
from tests.independent import GM_EARTH, GM_SUN, bulge, dop853, moon_and_sun, moon_harmonics, pull
from tests.periodic_orbits import (
    DRO_31600,
    DRO_70000,
    HALO_L2,
    NRHO_9_2,
    QUEQIAO_LIKE,
    START_TDB_S,
    member,
)

DAY_S = 86400.0
YEAR_S = 365.25 * DAY_S


@pytest.fixture(scope="module")
def year():
    """The 9:2 orbit for a year, and seven weeks on for the last manoeuvres' aims."""
    return fly_periodic_orbit(NRHO_9_2, "gateway", START_TDB_S, START_TDB_S + YEAR_S + 45 * DAY_S)


def flown(orbit, days=75.0, **options):
    return fly_periodic_orbit(orbit, "station", START_TDB_S, START_TDB_S + days * DAY_S, **options)


def moon_centred(coefficients):
    """Force model of the flights, written in plain NumPy."""

    def acceleration(t, d):
        moon, sun = moon_and_sun(t)
        pole = earth_pole(t)
        earth = pull(GM_EARTH, d + moon) + bulge(GM_EARTH, d + moon, pole)
        moved = pull(GM_EARTH, moon) + bulge(GM_EARTH, moon, pole)
        sunward = pull(GM_SUN, d + moon - sun) - pull(GM_SUN, moon - sun)
        # beyond 20 000 km degrees above the fourth pull by less than 4e-15 km/s^2: millimetres in a segment
        degree = 8 if np.linalg.norm(d) < 20000.0 else 4
        own = pull(coefficients.gm_km3_s2, d) + moon_harmonics(t, d, coefficients, degree)
        return earth - moved + sunward + own

    return acceleration


def test_a_year_of_the_9_2_orbit_is_continuous_by_a_second_hand(year):
    """Six segments flown by DOP853 with forces written twice: past apolune and past perilune."""
    assert year.gap_m < 0.1
    assert year.gap_mm_s < 0.1
    acceleration = moon_centred(read_gravity_file(GRGM660PRIM_PATH))
    epochs, states = year.patch_tdb_s, year.patch_states_icrf
    for k in (8, 9, 10, 101, 180, 219):
        end = dop853(acceleration, states[k], epochs[k], epochs[k + 1], tolerance=1e-11)
        off_m = 1e3 * np.linalg.norm(end[:3] - states[k + 1, :3])
        # measured 1 cm at most, through perilune (the degrees left out here, and rounding stretched by the passage)
        assert off_m < 0.1


def test_the_ephemeris_flies_by_the_patches(year):
    inside = (year.patch_tdb_s > year.ephemeris.start_tdb_s) & (year.patch_tdb_s < year.ephemeris.stop_tdb_s)
    read = year.ephemeris.state_icrf(year.patch_tdb_s[inside])
    # 0.15 m near perilune at 0.3 rad a step, less out here
    assert 1e3 * np.linalg.norm(read[:, :3] - year.patch_states_icrf[inside, :3], axis=1).max() < 0.1


def test_between_the_even_epochs_near_perilune(year):
    """Interpolation against flights from the nearest even epoch."""
    ephemeris = year.ephemeris
    distance = np.linalg.norm(ephemeris.states_icrf[:, :3], axis=1)
    for k in np.flatnonzero(distance < 4500.0)[:12]:
        start = ephemeris.epochs_tdb_s[k]
        middle = start + 0.5 * ephemeris.step_s
        expected = propagate(ephemeris.states_icrf[k], start, middle, year.forces, "moon").states_icrf[-1]
        # m; measured 0.15 at most
        assert 1e3 * np.linalg.norm(ephemeris.state_icrf(middle)[:3] - expected[:3]) < 0.5


def test_perilune_of_the_9_2_orbit(year):
    """In the band of 3000 to 3700 km; the restricted problem's own is 3248 km.

    Measured 3205 to 3558 km over one and ten years, 3368 on average; ranges quoted for ephemeris orbits (3196 to
    3366 km) depend on the epoch, and on perilune being held or, as here, left free.
    """
    low, high = year.perilune_radius_km
    assert 3000.0 < low < 3300.0
    assert 3400.0 < high < 3700.0


def test_the_9_2_orbit_stays_near_its_reference(year):
    assert year.departure_share < 0.1  # measured 0.06: the Sun's pull, which the restricted problem does not know
    distance = np.linalg.norm(year.ephemeris.states_icrf[:, :3], axis=1)
    assert 65000.0 < distance.max() < 78000.0  # 71 220 km times the Moon's distance of date


def test_station_keeping_of_the_9_2_orbit(year):
    """A few m/s a year with navigation errors of 10 km and 10 cm/s (3 sigma): Guzzetti et al. and Davis et al. 2017."""
    upkeep = station_keeping(year, trials=4)
    assert upkeep.lost == 0
    assert upkeep.span_s > YEAR_S
    assert 1.0 < upkeep.mean_m_s_year < 8.0
    assert np.all(upkeep.trial_dv_m_s_year < 20.0)
    # at apolune, 70 000 km away; along the path some hours early or late at most
    assert upkeep.trial_departure_km.max() < 3500.0


def test_phase_is_where_the_flight_starts():
    apolune, perilune = (flown(NRHO_9_2, 20.0, phase=phase).ephemeris.states_icrf[0, :3] for phase in (0.0, 0.5))
    assert 66000.0 < np.linalg.norm(apolune) < 77000.0
    # within a couple of hours of perilune, where the distance grows by 1.5 km/s
    assert np.linalg.norm(perilune) < 15000.0


@pytest.mark.parametrize("orbit", [HALO_L2, QUEQIAO_LIKE], ids=["13 days", "14.8 days"])
def test_halo_orbits(orbit):
    flight = flown(orbit)
    assert isinstance(flight, PeriodicFlight)
    assert flight.gap_m < 0.1
    assert flight.departure_share < 0.06  # measured 0.01 and 0.03
    # beyond the Moon all the time
    assert flight.ephemeris.step_s == pytest.approx(3600.0, rel=0.01)


def test_station_keeping_of_a_halo_as_queqiao():
    """Of the order of Queqiao's 16 m/s a year, with navigation of 3 km and 3 cm/s (3 sigma).

    No validation: Queqiao's navigation is not known here, and cost goes with it (1 km and 1 cm/s: 10 m/s a year).
    """
    flight = flown(QUEQIAO_LIKE, 230.0)
    upkeep = station_keeping(flight, trials=4, errors=UpkeepErrors(position_km=1.0, velocity_km_s=1e-5))
    assert upkeep.lost <= 1
    assert 8.0 < upkeep.mean_m_s_year < 32.0  # a factor of two about the flown


@pytest.mark.parametrize("orbit", [DRO_31600, DRO_70000], ids=["31600 km", "70000 km"])
def test_distant_retrograde_orbits_for_two_years(orbit):
    flight = flown(orbit, 730.0)
    assert isinstance(flight, PeriodicFlight)
    assert flight.gap_m < 0.1
    assert flight.departure_share < 0.3
    upkeep = station_keeping(flight, trials=2)
    assert upkeep.lost == 0
    assert upkeep.mean_m_s_year < 5.0  # tiny beside a halo's; navigation alone moves the manoeuvres


@pytest.mark.parametrize("amplitude_km", [3000.0, 10000.0, 20000.0])
def test_close_distant_retrograde_orbits_stay(amplitude_km):
    flight = flown(distant_retrograde_orbit(amplitude_km=amplitude_km), 100.0)
    assert isinstance(flight, PeriodicFlight)
    assert flight.gap_m < 0.1
    assert flight.departure_share < 0.25  # measured 0.18, 0.09 and 0.09 over a year


def test_an_orbit_that_cannot_be_flown_says_why():
    # the Sun pulls the distant retrograde orbit of 101 200 km (JPL's catalogue) apart
    wide = member("dro", (0.72826048178147090, 0.0, 0.63882904855069411), 4.5116876314821610, 1.0)
    found = flown(wide, 730.0)
    assert isinstance(found, NoPeriodicFlight)
    assert found.reason
