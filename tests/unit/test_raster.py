"""Elevation models in GeoTIFF and JPEG 2000: the same heights as in PDS3, and maps of other bodies refused."""

import sys

import numpy as np
import pytest

from sim.errors import DataMissingError, UsageError
from sim.terrain.dem import open_dem, pixel_of, terrain_heights_m
from sim.terrain.horizon import terrain_horizon
from tests.dems import crater, cylindrical_grid, heights_on, polar_grid, write_pds

SOUTH = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m"


@pytest.fixture
def tiff(tmp_path):
    """Write a GeoTIFF; rasterio is needed."""
    rasterio = pytest.importorskip("rasterio")

    def write(name, numbers, transform, crs, **more):
        scale, offset, unit = (more.pop(key, None) for key in ("scale", "offset", "unit"))
        path = tmp_path / name
        profile = {"height": numbers.shape[-2], "width": numbers.shape[-1], "count": 1, "dtype": numbers.dtype, **more}
        with rasterio.open(path, "w", transform=rasterio.Affine(*transform), crs=crs, **profile) as file:
            file.write(numbers if numbers.ndim == 3 else numbers[None])
            if scale is not None:
                file.scales, file.offsets = (scale,), (offset or 0.0,)
            if unit is not None:
                file.units = (unit,)
        return path

    return write


def rough(direction):
    return 60000.0 * direction[..., 0] + 500.0 * np.sin(40.0 * direction[..., 1])


PIXELS = 120
GRID = polar_grid(PIXELS, 400.0)
HEIGHTS = heights_on(GRID, (PIXELS, PIXELS), rough).astype(np.float32)
CORNER = (400.0, 0.0, -24000.0, 0.0, -400.0, 24000.0)
PLACES = np.array([-89.7, -89.5, -89.9]), np.array([10.0, -120.0, 60.0])


def test_a_polar_map_is_the_same_as_in_pds3(tmp_path, tiff):
    ours = open_dem(write_pds(tmp_path, "made", GRID, HEIGHTS.astype(float), "<f4"))
    theirs = open_dem(tiff("map.tif", HEIGHTS, CORNER, SOUTH))
    assert theirs.kind == "TIF, polar stereographic"
    assert np.stack(pixel_of(theirs, *PLACES)) == pytest.approx(np.stack(pixel_of(ours, *PLACES)), abs=1e-8)
    assert terrain_heights_m(theirs, *PLACES) == pytest.approx(terrain_heights_m(ours, *PLACES), abs=1e-3)


def test_the_same_horizon_from_both(tmp_path, tiff):
    heights = heights_on(GRID, (PIXELS, PIXELS), crater(1500.0, 10.0, 0.3)).astype(np.float32)
    ours = open_dem(write_pds(tmp_path, "made", GRID, heights.astype(float), "<f4"))
    theirs = open_dem(tiff("map.tif", heights, CORNER, SOUTH))
    found = [terrain_horizon([dem], -89.95, 50.0, [2.0], range_km=8.0) for dem in (ours, theirs)]
    # A part of the file is read here, with its own first line and column.
    assert np.allclose(found[0].elevation_deg, found[1].elevation_deg, atol=1e-9)


@pytest.mark.parametrize(
    ("crs", "unit_m", "scale"),
    [
        ("IAU_2015:30135", 1.0, 1.0),
        ("+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=km", 1000.0, 1.0),
        # True to scale at 80 S: Snyder 1987, eq. 21-7: k0 = (1 + sin 80 deg) / 2.
        ("+proj=stere +lat_0=-90 +lat_ts=-80 +lon_0=0 +R=1737400 +units=m", 1.0, (1 + np.sin(np.radians(80))) / 2),
    ],
)
def test_polar_systems_of_the_moon(tiff, crs, unit_m, scale):
    dem = open_dem(tiff("map.tif", HEIGHTS, tuple(scale * part / unit_m for part in CORNER), crs))
    plain = open_dem(tiff("plain.tif", HEIGHTS, CORNER, SOUTH))
    assert np.stack(pixel_of(dem, *PLACES)) == pytest.approx(np.stack(pixel_of(plain, *PLACES)), abs=1e-7)


@pytest.mark.parametrize(
    ("crs", "per_degree"),
    [
        ("+proj=longlat +R=1737400", (1.0, 1.0)),
        ("+proj=eqc +lat_ts=0 +lon_0=0 +R=1737400 +units=m", (np.pi / 180 * 1737400.0,) * 2),
        (
            "+proj=eqc +lat_ts=60 +lon_0=0 +R=1737400 +units=m",
            (np.pi / 180 * 1737400.0 * 0.5, np.pi / 180 * 1737400.0),
        ),
    ],
)
def test_cylindrical_systems_of_the_moon(tiff, crs, per_degree):
    def gentle(direction):
        return 2000.0 * direction[..., 0] - 1000.0 * direction[..., 1] + 1500.0 * direction[..., 2]

    heights = heights_on(cylindrical_grid(2, 0.0), (360, 720), gentle).astype(np.float32)
    east, north = per_degree
    dem = open_dem(tiff("map.tif", heights, (east / 2, 0, -180 * east, 0, -north / 2, 90 * north), crs))
    assert np.ravel(pixel_of(dem, 89.75, -179.75)) == pytest.approx([0.0, 0.0], abs=1e-9)
    # 1500 sin(30) + cos(30) (2000 cos(50) - 1000 sin(50)); pixels of 15 km cut 0.1 m off.
    assert terrain_heights_m(dem, 30.0, 50.0) == pytest.approx(1199.9, abs=0.2)


def test_scale_nodata_and_unit(tiff):
    numbers = np.rint(HEIGHTS / 0.5).astype(np.int16)
    numbers[0, 0] = -32768
    halves = open_dem(tiff("halves.tif", numbers, CORNER, SOUTH, scale=0.5, nodata=-32768))
    assert terrain_heights_m(halves, *PLACES) == pytest.approx(rough_at(*PLACES), abs=0.5)
    kilometres = open_dem(tiff("km.tif", HEIGHTS / 1000, CORNER, SOUTH, unit="km"))
    assert terrain_heights_m(kilometres, *PLACES) == pytest.approx(rough_at(*PLACES), abs=0.2)


def rough_at(latitude, longitude):
    level = np.cos(np.radians(latitude))
    return rough(np.stack([level * np.cos(np.radians(longitude)), level * np.sin(np.radians(longitude))], axis=-1))


@pytest.mark.parametrize(
    ("crs", "complaint"),
    [
        ("EPSG:3031", r"its coordinate system is of WGS 84 \(6378.137 km, 1/f 298.257\), not of the Moon — take a map"),
        ("+proj=stere +lat_0=-90 +R=3396190", "not of the Moon"),
        ("+proj=stere +lat_0=-85 +lon_0=20 +R=1737400", "the map is centred at -85 deg — take one centred on a pole"),
        ("+proj=sinu +R=1737400", "the map projection 'sinusoidal' is not read here — take a polar"),
        (None, "the file does not say its map projection — take one"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # rasterio warns of a file without a map
def test_maps_that_are_refused(tiff, crs, complaint):
    with pytest.raises(UsageError, match=complaint):
        open_dem(tiff("map.tif", HEIGHTS, CORNER, crs))


def test_files_that_are_refused(tmp_path, tiff):
    with pytest.raises(UsageError, match="the map is turned — take one with its lines along a map axis"):
        open_dem(tiff("turned.tif", HEIGHTS, (400.0, 10.0, 0.0, 10.0, -400.0, 0.0), SOUTH))
    with pytest.raises(UsageError, match="has 2 bands — an elevation model has one"):
        open_dem(tiff("two.tif", np.stack([HEIGHTS, HEIGHTS]), CORNER, SOUTH, count=2))
    with pytest.raises(UsageError, match="they look like radii: the label needs OFFSET = 1737400, a raster heights"):
        open_dem(tiff("radii.tif", HEIGHTS + 1737400, CORNER, SOUTH))
    whole = tiff("whole.tif", HEIGHTS, CORNER, SOUTH).read_bytes()
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no image at all")
    with pytest.raises(UsageError, match=r"broken.tif cannot be read .* — fetch it again"):
        open_dem(broken)
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=r"broken.tif.* cannot be read .* fetch it again"):
        open_dem(broken)


def test_a_jpeg_2000_needs_its_label(tmp_path, tiff):
    numbers = np.rint(HEIGHTS / 0.5).astype(np.int16)
    lossless = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    path = tiff("made.jp2", numbers, CORNER, SOUTH, **lossless)
    with pytest.raises(DataMissingError, match=r"nothing says what its whole numbers mean — put the label made.LBL"):
        open_dem(path)
    label = write_pds(tmp_path, "made", GRID, HEIGHTS.astype(float))
    label.write_text(label.read_text().replace('"made.IMG"', '"made.jp2"'))
    for named in (path, label):
        dem = open_dem(named)
        assert dem.files == (label, path)
        assert terrain_heights_m(dem, *PLACES) == pytest.approx(rough_at(*PLACES), abs=0.5)
    label.write_text(label.read_text().replace("= 120\n", "= 121\n"))
    with pytest.raises(UsageError, match=r"made.jp2 has 120 lines of 120, the label says 121 of 121 — it is another"):
        open_dem(path)


def test_without_rasterio_the_remedy_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rasterio", None)
    path = tmp_path / "map.tif"
    path.write_bytes(b"")
    with pytest.raises(DataMissingError, match=r"which is not installed — pip install 'moonport\[terrain\]'"):
        open_dem(path)
