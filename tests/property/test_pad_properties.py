"""Properties of launch headings, for any pad and any azimuth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalog.loader import load_catalog
from sim.constants import R_EARTH_KM
from sim.transfer.pad import DUE_EAST_WITHIN_RAD, azimuth_of_inclination, headings_at, pad_of
from sim.units import DEG
from tests.pad_geometry import ascent

SITE = load_catalog().launch_sites["wenchang"]
latitudes = st.floats(-70.0, 70.0)
azimuths = st.floats(0.0, 360.0, exclude_max=True)
altitudes = st.floats(150.0, 2000.0)


def site_at(latitude_deg):
    return SITE.model_copy(update={"latitude_deg": latitude_deg})


@given(latitudes, st.floats(0.0, 90.0), st.sampled_from(["north", "south"]), altitudes)
def test_inclination_comes_back_from_its_azimuth(latitude_deg, share, heading, altitude_km):
    pad, radius = pad_of(site_at(latitude_deg)), R_EARTH_KM + altitude_km
    reach = abs(pad.latitude_rad)
    least = reach + 1.001 * DUE_EAST_WITHIN_RAD
    inclination = least + share / 90.0 * (np.pi - 2.0 * least)
    azimuth = azimuth_of_inclination(pad, inclination, heading, radius)
    heads = headings_at(pad, azimuth, radius)
    assert heads.inclination_rad[0] == pytest.approx(inclination, abs=1e-9)
    northward = np.cos(heads.argument_rad[0]) > 0.0
    assert northward == (heading == "north")


@given(latitudes, azimuths, altitudes)
def test_headings_are_the_sum_of_vectors(latitude_deg, azimuth_deg, altitude_km):
    site, radius = site_at(latitude_deg), R_EARTH_KM + altitude_km
    start = ascent(site, 8.0e8, azimuth_deg * DEG, radius)
    heads = headings_at(pad_of(site), azimuth_deg * DEG, radius)
    # arccos near a grazing 0 or 180 deg keeps half the digits
    assert np.cos(heads.inclination_rad[0]) == pytest.approx(np.cos(start.inclination_rad), abs=1e-12)
    height = np.sin(heads.argument_rad[0]) * np.sin(start.inclination_rad)
    assert height == pytest.approx(start.up @ start.pole, abs=1e-12)


@given(latitudes, azimuths)
def test_no_heading_is_cheaper_than_due_east_or_below_the_latitude(latitude_deg, azimuth_deg):
    pad = pad_of(site_at(latitude_deg))
    heads = headings_at(pad, azimuth_deg * DEG, R_EARTH_KM + 200.0)
    assert heads.speed_loss_km_s[0] >= -1e-12
    assert np.sin(heads.inclination_rad[0]) >= abs(np.sin(pad.latitude_rad)) - 1e-12


@given(latitudes, azimuths)
def test_pad_north_and_south_of_the_equator_mirror_each_other(latitude_deg, azimuth_deg):
    north = headings_at(pad_of(site_at(latitude_deg)), azimuth_deg * DEG, R_EARTH_KM + 200.0)
    south = headings_at(pad_of(site_at(-latitude_deg)), (180.0 - azimuth_deg) * DEG, R_EARTH_KM + 200.0)
    assert south.inclination_rad == pytest.approx(north.inclination_rad, abs=1e-9)
    assert np.cos(south.argument_rad) == pytest.approx(-np.cos(north.argument_rad), abs=1e-9)
