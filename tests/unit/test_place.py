"""Landing sites of the catalogue become geometries."""

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.catalog.models import LandingSite
from sim.errors import DataMissingError
from sim.station.horizon import packaged_horizon
from sim.station.place import LEVEL, geometry_of, horizon_source, nearest_outline
from sim.station.site import site_ephemeris, site_geometry

RIDGE = {"latitude_deg": -89.45, "longitude_deg": -137.3}


def test_a_mask_of_the_catalogue_or_of_a_file(tmp_path):
    named = geometry_of(LandingSite(**RIDGE, horizon="connecting-ridge_2m_1deg.csv"))
    assert named.horizon is packaged_horizon("connecting-ridge_2m_1deg.csv")
    path = tmp_path / "mine.csv"
    path.write_text("azimuth_deg,elevation_deg\n" + "".join(f"{5 * k},{k % 2}\n" for k in range(72)))
    own = geometry_of(LandingSite(**RIDGE, horizon=str(path)))
    assert own.horizon.elevation_deg.tolist() == [0.0, 1.0] * 36
    assert horizon_source(own).startswith("mine.csv")


def test_no_mask_is_level():
    site = geometry_of(LandingSite(**RIDGE, average_light=0.92, height_m=1500.0))
    assert site.horizon is None
    assert site.height_km == 1.5
    assert horizon_source(site) == LEVEL


def test_a_published_average_can_be_met():
    site = geometry_of(LandingSite(**RIDGE, average_light=0.92), calibrate=True)
    assert "calibrated, not terrain-derived: connecting-ridge" in horizon_source(site)
    t = tdb_s_from_utc("2025-01-01") + 86400.0 * np.arange(0.0, 6793.0, 0.9)
    # 1 %: other epochs than those of the calibration.
    assert np.mean(site_ephemeris(site, t).sun_above_horizon_rad > 0.0) == pytest.approx(0.92, abs=0.01)


def test_far_from_every_mask_the_outline_is_level():
    assert nearest_outline(site_geometry(10.0, 20.0)).source == "level outline"
    assert "peak-near-shackleton" in nearest_outline(site_geometry(-88.8, 123.4)).source


def test_a_missing_mask():
    with pytest.raises(DataMissingError):
        geometry_of(LandingSite(**RIDGE, horizon="/nowhere/mask.csv"))
