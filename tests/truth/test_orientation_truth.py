"""Orientation of Moon and Earth against SPICE, JPL Horizons and the SOFA cookbook."""

import json
from pathlib import Path

import erfa
import numpy as np
import pytest

from sim.astro.earth import earth_rotation_angle, gcrs_to_itrs
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_utc, tdb_s_from_utc_datetime64
from sim.units import DAY_S, DEG

DATA = Path(__file__).parent.parent / "data"
SPICE = json.loads((DATA / "moon_orientation_spice.json").read_text())


@pytest.mark.parametrize("case", SPICE["icrf_to_moon_pa"], ids=lambda case: str(case["jd_tdb"]))
def test_principal_axes_agree_with_spice(case):
    # 1e-9 (2 mm on the ground): same kernel, same angles.
    assert np.abs(icrf_to_moon_pa((case["jd_tdb"] - 2451545.0) * DAY_S) - case["R"]).max() < 1e-9


@pytest.mark.parametrize("case", SPICE["icrf_to_moon_me"], ids=lambda case: str(case["jd_tdb"]))
def test_mean_earth_axes_agree_with_spice(case):
    assert np.abs(icrf_to_moon_me((case["jd_tdb"] - 2451545.0) * DAY_S) - case["R"]).max() < 1e-9


def test_a_vector_turns_as_in_spice():
    case = SPICE["vector_case"]
    t = case["et_s_past_J2000_tdb"]
    # A metre: three printed decimals of km at lunar distance, and the epoch's digits.
    assert icrf_to_moon_pa(t) @ case["J2000_km"] == pytest.approx(case["MOON_PA_DE421_km"], abs=1e-3)
    assert icrf_to_moon_me(t) @ case["J2000_km"] == pytest.approx(case["MOON_ME_DE421_km"], abs=1e-3)


def test_pole_agrees_with_horizons():
    table = np.loadtxt(DATA / "horizons_moon_pole_me.csv", delimiter=",", skiprows=4)
    moments = np.datetime64("2000-01-01T12:00") + np.rint((table[:, 0] - 2451545.0) * 86400e3).astype("timedelta64[ms]")
    pole = icrf_to_moon_me(tdb_s_from_utc_datetime64(moments))[:, 2]
    ascension, declination = table[:, 1] * DEG, table[:, 2] * DEG
    level = np.cos(declination)
    published = np.stack([level * np.cos(ascension), level * np.sin(ascension), np.sin(declination)], axis=1)
    # 1e-4 deg: five printed decimals, DE441 librations against DE421 (2e-5 deg seen).
    assert np.linalg.norm(pole - published, axis=1).max() < 1e-4 * DEG


def test_earth_attitude_of_the_sofa_cookbook():
    """SOFA Tools for Earth Attitude, section 5.5: 2007 April 5, 12:00 UTC, IAU 2006/2000A, CIO based."""
    t = tdb_s_from_utc("2007-04-05T12:00:00")
    published = [
        [0.973104317697536, 0.230363826239128, -0.000703163481769],
        [-0.230363800456036, 0.973104570632801, 0.000118545368117],
        [0.000711560162594, 0.000046626402444, 0.999999745754024],
    ]
    # 5e-9 (3 cm on the ground): the example adds observed pole offsets of 0.3 mas, and UT1 of its time (2e-5 s).
    # The example's polar motion, left out of ours, is put on top.
    polar_motion = erfa.pom00(0.0349282 / 3600.0 * DEG, 0.4833163 / 3600.0 * DEG, erfa.sp00(2454195.5, 0.5))
    assert np.abs(polar_motion @ gcrs_to_itrs(t) - published).max() < 5e-9
    assert earth_rotation_angle(t) / DEG == pytest.approx(13.318492966097, abs=3e-7)
