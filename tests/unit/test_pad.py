"""What a launch pad reaches, against vectors in the inertial frame and against pads that fly."""

import numpy as np
import pytest

from sim.catalog.loader import load_catalog
from sim.constants import R_EARTH_KM
from sim.transfer.pad import azimuth_of_inclination, headings_at, pad_of, parking_speed_km_s, site_headings
from sim.units import DEG
from tests.pad_geometry import ascent

SITES = load_catalog().launch_sites
RADIUS_KM = R_EARTH_KM + 185.0
LIFTOFF_TDB_S = 9.2e8


def test_pad_of_vostochny_turns_as_fast_as_its_geocentric_latitude_says():
    pad = pad_of(SITES["vostochny"])
    # tan(geocentric) = (1 - e^2) tan(geodetic) on WGS 84, e^2 = 6.69437999e-3; 280 m of height change it by 1e-6 deg.
    assert np.tan(pad.latitude_rad) == pytest.approx((1.0 - 6.69437999e-3) * np.tan(51.88 * DEG), rel=1e-6)
    assert pad.longitude_rad == pytest.approx(128.33 * DEG, abs=1e-12)
    # An equatorial point moves 0.4651 km/s, one at 51.88 deg cos(51.88) of it and 0.2 % more for the flattening.
    assert pad.turning_speed_km_s == pytest.approx(0.4651 * np.cos(51.88 * DEG), rel=0.003)


@pytest.mark.parametrize("site_id", ["wenchang", "vostochny", "kourou", "ksc_lc39"])
@pytest.mark.parametrize("azimuth_deg", [0.0, 35.0, 90.0, 93.5, 135.0, 180.0, 250.0, 350.0])
def test_velocity_triangle_is_the_sum_of_vectors(site_id, azimuth_deg):
    site = SITES[site_id]
    start = ascent(site, LIFTOFF_TDB_S, azimuth_deg * DEG, RADIUS_KM)
    heads = headings_at(pad_of(site), azimuth_deg * DEG, RADIUS_KM)
    assert heads.inclination_rad[0] == pytest.approx(start.inclination_rad, abs=1e-12)
    node = np.cross(start.pole, start.normal)
    node /= np.linalg.norm(node)
    across = np.cross(start.normal, node)
    argument = np.arctan2(start.up @ across, start.up @ node)
    assert heads.argument_rad[0] == pytest.approx(argument, abs=1e-11)
    meridian = start.up - (start.up @ start.pole) * start.pole
    offset = np.arctan2(np.cross(node, meridian) @ start.pole, node @ meridian)
    assert np.cos(heads.node_offset_rad[0] - offset) == pytest.approx(1.0, abs=1e-14)
    east = ascent(site, LIFTOFF_TDB_S, 90.0 * DEG, RADIUS_KM)
    loss = start.relative_speed_km_s - east.relative_speed_km_s
    assert heads.speed_loss_km_s[0] == pytest.approx(loss, abs=1e-12)


def test_nothing_is_lost_due_east_and_twice_the_turning_due_west():
    pad = pad_of(SITES["kourou"])
    east, west = headings_at(pad, [90.0 * DEG, 270.0 * DEG], RADIUS_KM).speed_loss_km_s
    assert east == pytest.approx(0.0, abs=1e-12)
    assert west == pytest.approx(2.0 * pad.turning_speed_km_s, abs=1e-12)


def test_due_east_reaches_the_geocentric_latitude():
    for site in SITES.values():
        pad = pad_of(site)
        heads = headings_at(pad, 90.0 * DEG, RADIUS_KM)
        assert heads.inclination_rad[0] == pytest.approx(abs(pad.latitude_rad), abs=1e-12)


def test_apollo_11_flew_the_inclination_its_azimuth_gives():
    # Orloff 2000, Apollo by the Numbers (NASA SP-2000-4029): launch azimuth 72.058 deg, parking orbit of 32.521 deg.
    # 0.3 deg: the guided ascent yawed out of the plane that it left the pad in.
    heads = headings_at(pad_of(SITES["ksc_lc39"]), 72.058 * DEG, RADIUS_KM)
    assert heads.inclination_rad[0] / DEG == pytest.approx(32.521, abs=0.3)


def test_azimuth_range_of_kourou_crosses_north():
    heads = site_headings(SITES["kourou"], RADIUS_KM, 5)
    # 350 to 93.5 deg by way of north: steps of a quarter of 103.5 deg
    assert np.degrees(heads.azimuth_rad) == pytest.approx([350.0, 15.875, 41.75, 67.625, 93.5])
    assert heads.inclination_rad[0] > 90.0 * DEG  # west of north against the Earth's turning: retrograde
    assert heads.inclination_rad[-1] < 7.0 * DEG


def test_whole_circle_and_single_azimuth_are_ranges_too():
    site = SITES["kourou"].model_copy(update={"azimuth_range_deg": (90.0, 90.0)})
    assert np.degrees(site_headings(site, RADIUS_KM, 5).azimuth_rad) == pytest.approx([90.0])


def test_allowed_inclinations_within_a_third_of_a_degree_of_the_latitude_mean_due_east():
    site = SITES["vostochny"]
    heads = site_headings(site, RADIUS_KM, 5)
    # 51.7 deg lies 0.01 deg from the geocentric latitude, and just below: 90 deg; the others fly north-east and north
    assert np.degrees(heads.azimuth_rad[0]) == pytest.approx(90.0)
    assert heads.inclination_rad[1:] / DEG == pytest.approx([64.8, 98.0], abs=1e-9)
    south = site_headings(site.model_copy(update={"heading": "south"}), RADIUS_KM, 5)
    assert np.sin(south.azimuth_rad) == pytest.approx(np.sin(heads.azimuth_rad))
    assert np.cos(south.azimuth_rad) == pytest.approx(-np.cos(heads.azimuth_rad), abs=1e-12)


def test_an_inclination_below_the_latitude_is_refused_with_both_figures():
    pad = pad_of(SITES["vostochny"])
    with pytest.raises(ValueError, match=r"inclination 45\.00 deg is below the pad's latitude 51\.69 deg"):
        azimuth_of_inclination(pad, 45.0 * DEG, "north", RADIUS_KM)


def test_retrograde_inclination_that_just_cannot_be_had_is_flown_due_west():
    pad = pad_of(SITES["vostochny"])
    beyond = np.pi - pad.latitude_rad + 0.1 * DEG
    assert azimuth_of_inclination(pad, beyond, "north", RADIUS_KM) == pytest.approx(1.5 * np.pi)


def test_parking_speed():
    # Apollo 11 in its parking orbit: 25 567.8 ft/s, space-fixed (Orloff 2000, SP-2000-4029); 3 m/s for J2 and height.
    assert parking_speed_km_s(RADIUS_KM) == pytest.approx(7.7931, abs=0.003)
