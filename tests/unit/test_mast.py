"""Arrays on masts: which horizons are known at a height, and the light over them."""

import numpy as np
import pytest

from sim.astro.time import tdb_s_from_utc
from sim.catalog.masks import masks_by_height
from sim.catalog.models import LandingSite, Terrain
from sim.errors import UsageError
from sim.scenario.model import SurfaceElement
from sim.scenario.power import SolarArray, Source
from sim.station.eclipses import eclipsed_light, site_eclipses
from sim.station.horizon import HorizonMask, packaged_horizon, write_horizon_csv
from sim.station.light import light_series
from sim.station.mast import mast_heights_m, mast_light, over_mask
from sim.station.place import geometry_of, mast_masks
from sim.units import DAY_S
from tests.dems import crater, elevation_deg, heights_on, polar_grid, write_pds

RIDGE = LandingSite(
    id="ridge",
    latitude_deg=-89.53432,
    longitude_deg=-150.05233,
    height_m=1653.0,
    horizon="connecting-ridge_2m_1deg.csv",
)
START = tdb_s_from_utc("2029-06-10")


def array(name, **more):
    return SurfaceElement(id=name, mass_kg=1.0, source=Source(solar=SolarArray(area_m2=5.0, **more)))


def test_heights_are_each_told_once():
    surface = [
        array("a", mast_height_m=10.0),
        array("b"),
        array("c", mast_height_m=4.0),
        array("d", mast_height_m=10.0),
    ]
    assert mast_heights_m([*surface, SurfaceElement(id="flag", mass_kg=1.0)]) == (4.0, 10.0)


def test_the_catalogue_knows_a_spot_at_several_heights():
    assert [path.name for path in masks_by_height(RIDGE).values()] == [
        "connecting-ridge_2m_1deg.csv",
        "connecting-ridge_10m_1deg.csv",
    ]
    assert list(masks_by_height(RIDGE)) == [2.0, 10.0]
    assert masks_by_height(RIDGE.model_copy(update={"horizon": None, "average_light": 0.9})) == {}


def test_a_mask_of_a_file_serves_its_own_height(tmp_path):
    spot = packaged_horizon("connecting-ridge_2m_1deg").viewpoint
    path = tmp_path / "mine.csv"
    azimuth = np.arange(0.0, 360.0, 5.0)
    own = type(spot)(-10.0, 20.0, 0.0, 6.0)
    write_horizon_csv(path, HorizonMask(azimuth, 0.0 * azimuth + 2.0, "mine", own))
    site = LandingSite(latitude_deg=-10.0, longitude_deg=20.0, horizon=str(path))
    assert list(masks_by_height(site)) == [6.0]
    (mask,) = mast_masks(site, (6.0,))
    assert set(mask.elevation_deg) == {2.0}
    with pytest.raises(UsageError, match="no horizon is known 10 m above here"):
        mast_masks(site, (6.0, 10.0))


def test_the_light_of_a_mast_is_that_of_a_site_with_its_mask():
    series = light_series(geometry_of(RIDGE), START, START + 30.0 * DAY_S)
    eclipses = site_eclipses(geometry_of(RIDGE), START, START + 30.0 * DAY_S)
    assert len(eclipses.eclipses.penumbra) == 1  # the total eclipse of the Moon of 2029 June 26
    found = mast_light(RIDGE, (2.0, 10.0), series, eclipses)
    np.testing.assert_array_equal(found[2.0].sun_fraction, eclipsed_light(series, eclipses))
    tall = RIDGE.model_copy(update={"horizon": "connecting-ridge_10m_1deg.csv"})
    there = light_series(geometry_of(tall), START, START + 30.0 * DAY_S)
    np.testing.assert_array_equal(found[10.0].sun_fraction, eclipsed_light(there, eclipses))
    assert found[10.0].horizon == "10 m: connecting-ridge_10m_1deg.csv"
    # From above the terrain stands lower: more light, an hour at a time and on the whole.
    assert found[10.0].sun_fraction.mean() > found[2.0].sun_fraction.mean()
    assert mast_light(RIDGE, (), series, eclipses) == {}


def test_the_earth_keeps_the_site_s_horizon():
    series = light_series(geometry_of(RIDGE), START, START + 2.0 * DAY_S)
    (mask,) = mast_masks(RIDGE, (10.0,))
    np.testing.assert_array_equal(over_mask(series, mask).earth_above_horizon_rad, series.earth_above_horizon_rad)


def test_elevation_models_know_every_height(tmp_path):
    spot = (-89.95, 50.0)
    grid = polar_grid(240, 100.0)
    label = write_pds(tmp_path, "made", grid, heights_on(grid, (240, 240), crater(1500.0, 8.0, 0.3, *spot)))
    terrain = Terrain(dem=(str(label),), mast_height_m=2.0, range_km=9.0)
    site = LandingSite(latitude_deg=spot[0], longitude_deg=spot[1], terrain=terrain)
    low, high = mast_masks(site, (2.0, 100.0))
    # The rim seen from 98 m higher up: a crest between pixels of 100 m is cut by up to 15 m, 0.1 deg at 8 km.
    lower_deg = np.subtract(*(elevation_deg(1500.0, 8.0 / 1737.4, eye_m) for eye_m in (2.0, 100.0)))
    assert np.mean(low.elevation_deg - high.elevation_deg) == pytest.approx(lower_deg, abs=0.02)
    np.testing.assert_array_equal(low.elevation_deg, geometry_of(site).horizon.elevation_deg)
    assert "100 m mast" in high.source
