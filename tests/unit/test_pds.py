"""Elevation models of PDS3: pixels stand where the archive says, and damaged files are refused with a remedy."""

import numpy as np
import pytest

from sim.errors import DataMissingError, UsageError
from sim.terrain.dem import open_dem, part_within, pixel_of, reach_km, terrain_heights_m
from sim.terrain.grid import latitude_longitude_deg
from tests.dems import cylindrical_grid, heights_on, polar_grid, write_pds


def bumps(direction):
    """Some kilometres up and down, smooth; in metres."""
    return 3000.0 * direction[..., 0] * 20.0 + 500.0 * np.sin(40.0 * direction[..., 1])


def gentle(direction):
    return 2000.0 * direction[..., 0] - 1000.0 * direction[..., 1] + 1500.0 * direction[..., 2]


@pytest.fixture
def polar(tmp_path):
    """A label that can be changed, and how to write it anew."""
    grid = polar_grid(120, 400.0)
    heights = heights_on(grid, (120, 120), bumps)

    def write(dtype="<i2", **changes):
        return write_pds(tmp_path, "made", grid, changes.pop("heights", heights), dtype, **changes)

    return write


def test_pixels_of_lola_polar_maps(tmp_path):
    """LDEM_80S_20M: 30400 lines, offsets 15199.5: the pole lies between four pixels, 0 deg east upwards.

    LRO-L-LOLA-4-GDR-V1.0, DSMAP_POLAR.CAT: rho = 2 R tan(pi/4 + lat/2), x = rho sin(lon), y = rho cos(lon),
    sample = x / scale + SAMPLE_PROJECTION_OFFSET + 1, line = LINE_PROJECTION_OFFSET + 1 - y / scale; from 1.
    """
    grid = polar_grid(30400, 20.0)
    label = write_pds(tmp_path, "ldem", polar_grid(4, 20.0), np.zeros((4, 4)))
    dem = open_dem(label)
    assert dem.resolution_m == pytest.approx(20.0)
    for latitude, longitude in ((-89.53432, -150.05233), (-85.0, 33.0), (-80.5, 179.0)):
        rho_m = 2.0 * 1737400.0 * np.tan(np.pi / 4 + np.radians(latitude) / 2)
        x_m, y_m = rho_m * np.sin(np.radians(longitude)), rho_m * np.cos(np.radians(longitude))
        line, column = pixel_of(dem, latitude, longitude)
        assert (column - 1.5) * 20.0 == pytest.approx(x_m, abs=1e-6)
        assert (1.5 - line) * 20.0 == pytest.approx(y_m, abs=1e-6)
        back = latitude_longitude_deg(grid, 15199.5 - y_m / 20.0, 15199.5 + x_m / 20.0)
        assert back == pytest.approx((latitude, longitude), abs=1e-10)


def test_pixels_of_lola_global_maps(tmp_path):
    """LDEM_4: 720 x 1440, offsets 359.5 and 719.5: the first pixel is centred at 89.875 N, 0.125 E.

    LRO-L-LOLA-4-GDR-V1.0, DSMAP.CAT: longitude = 180 + (sample - 719.5 - 1) / 4, latitude = -(line - 359.5 - 1) / 4.
    """
    grid = cylindrical_grid(4)
    dem = open_dem(write_pds(tmp_path, "ldem_4", grid, heights_on(grid, (720, 1440), gentle)))
    assert pixel_of(dem, 89.875, 0.125) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert pixel_of(dem, 0.125, 180.125) == pytest.approx((359.0, 720.0), abs=1e-9)
    # Numbers are half metres; between pixels of 7.6 km the bend of the ground is below 0.1 m.
    latitude, longitude = np.array([12.3, -66.6, 5.0, 89.95]), np.array([100.0, -170.0, 0.0, 10.0])
    x = np.cos(np.radians(latitude)) * np.cos(np.radians(longitude))
    y = np.cos(np.radians(latitude)) * np.sin(np.radians(longitude))
    wanted = gentle(np.stack([x, y, np.sin(np.radians(latitude))], axis=-1))
    assert terrain_heights_m(dem, latitude[:3], longitude[:3]) == pytest.approx(wanted[:3], abs=0.5)
    # Beyond the outermost centres a map is level: here 5 km of slope.
    assert terrain_heights_m(dem, latitude[3], longitude[3]) == pytest.approx(wanted[3], abs=6.0)
    assert reach_km(dem, 0.0, 0.0) == pytest.approx(np.pi * 1737.4)


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<i4", "<f4"])
def test_the_same_heights_in_every_type(polar, dtype):
    dem = open_dem(polar(dtype))
    place = np.array([-89.7, -89.5]), np.array([10.0, -120.0])
    x, y = np.cos(np.radians(place[0])) * np.array([np.cos(np.radians(place[1])), np.sin(np.radians(place[1]))])
    wanted = bumps(np.stack([x, y], axis=-1))
    # Half a metre steps, and the bend between pixels of 400 m.
    assert terrain_heights_m(dem, *place) == pytest.approx(wanted, abs=0.5)
    assert np.isnan(terrain_heights_m(dem, -80.0, 0.0))
    assert dem.kind == "PDS3, polar stereographic"


def test_units_radii_and_kilometres(polar):
    heights = open_dem(polar("<f4")).some()
    label = polar("<f4", unit="KILOMETER", scale=0.001, offset=1737.4)
    assert open_dem(label).scaling.heights_m(heights) == pytest.approx(heights, abs=1e-6)


def test_a_label_at_the_beginning_of_its_image(tmp_path, polar):
    label = polar()
    text = label.read_text().replace('"made.IMG"', "21")
    image = label.with_suffix(".IMG").read_bytes()
    one = tmp_path / "attached.img"
    one.write_bytes(text.encode().ljust(20 * 240, b" ") + image)
    assert np.array_equal(open_dem(one).some(), open_dem(label).some())
    by_bytes = tmp_path / "bytes.img"
    by_bytes.write_bytes(text.replace("= 21\n", "= 4801 <BYTES>\n").encode().ljust(4800, b" ") + image)
    assert np.array_equal(open_dem(by_bytes).some(), open_dem(label).some())


def test_the_image_finds_its_label(tmp_path, polar):
    label = polar()
    assert open_dem(label.with_suffix(".IMG")).files == (label, label.with_suffix(".IMG"))
    label.rename(tmp_path / "other.LBL")
    with pytest.raises(DataMissingError, match=r"has no label — put made.LBL beside it"):
        open_dem(label.with_suffix(".IMG"))


def test_missing_pixels_have_no_height(polar):
    heights = open_dem(polar("<f4")).read((0, 120, 0, 120)).numbers.astype(float)
    heights[60, 60] = np.nan
    dem = open_dem(polar("<i2", heights=heights))
    latitude, longitude = latitude_longitude_deg(dem.grid, np.array([60.0, 59.4, 58.9]), 60.0)
    assert np.isnan(terrain_heights_m(dem, latitude, longitude)).tolist() == [True, True, False]


def test_parts_hold_all_that_is_within_range(polar):
    dem = open_dem(polar())
    assert part_within(dem, -90.0, 0.0, 4.0) == (48, 72, 48, 72)
    assert part_within(dem, -90.0, 0.0, 100.0) == (0, 120, 0, 120)
    first, last, *_ = part_within(dem, 10.0, 0.0, 4.0)
    assert first == last
    # Half a pixel inside the border, 119 / 2 pixels from the pole; a hair more on the sphere than on the map.
    assert reach_km(dem, -90.0, 0.0) == pytest.approx(23.8, abs=0.01)
    assert reach_km(dem, -80.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"lines": 121},
            r"made.LBL:13: made.IMG has 28800 bytes, the label's 121 lines of 120 samples take 29040 — it is",
        ),
        ({"sample_type": "MSB_INTEGER"}, r"made.LBL:18: its heights go from .* — the byte order looks swapped"),
        (
            {"offset": 0.0, "scale": 100.0},
            r"made.LBL:18: its heights go from .* they look like metres taken as kilometres",
        ),
        ({"unit": "KILOMETER", "offset": 1737.4}, r"made.LBL:18: .* metres taken as kilometres: mend UNIT"),
        ({"unit": "INCH"}, r"made.LBL:17: UNIT = INCH is no unit of height — write METER or KILOMETER"),
        ({"sample_type": "CHARACTER"}, r"made.LBL:15: samples of type CHARACTER with 16 bits are not read here"),
        ({"projection": "SINUSOIDAL"}, r"made.LBL:24: the map projection 'SINUSOIDAL' is not read here — take a polar"),
        ({"centre_latitude": -80}, r"made.LBL:30: a polar map with its centre at -80 deg"),
        ({"line_offset": "none"}, r"made.LBL:37: LINE_PROJECTION_OFFSET = 'none <pix>' is no number — mend it"),
        ({"map_scale": 0.0}, r"made.LBL:36: MAP_SCALE is not above nothing"),
        ({"lines": 0}, r"made.LBL:13: LINES = 0 is no count"),
    ],
)
def test_a_label_that_cannot_be_right(polar, changes, complaint):
    with pytest.raises(UsageError, match=complaint):
        open_dem(polar(**changes))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  SCALING_FACTOR          = 0.5\n", "", "made.LBL: the label does not say SCALING_FACTOR — add"),
        ("  LINE_SAMPLES", "  SAMPLES", "made.LBL: the label does not say LINE_SAMPLES"),
        ("= MOON", "= MARS", "made.LBL:4: this is MARS — take an elevation model of the Moon"),
        ("A_AXIS_RADIUS           = 1737.4 <km>", "A_AXIS_RADIUS = 3396.0 <km>", "the map's sphere has 3396 km"),
        ("<m/pix>", "<ft/pix>", "MAP_SCALE has the unit <FT/PIX>, which is not known here — write it in <M/PIX>"),
        ('"EAST"', '"WEST"', "longitudes count to the west"),
        ("MEAN EARTH/POLAR AXIS", "PRINCIPAL AXIS", "principal axes, up to 0.87 km from the mean-Earth axes"),
        ("PDS_VERSION_ID", "PDS_VERSION", "made.LBL:1: no PDS3 label"),
        ('"made.IMG"', '"gone.IMG"', "made.LBL:8: there is no image gone.IMG — put it beside its label"),
        (
            "END_OBJECT                = IMAGE\n",
            "  BANDS = 3\nEND_OBJECT = IMAGE\n",
            "BANDS = 3 — elevation models with 1",
        ),
    ],
)
def test_a_label_that_lacks_or_contradicts(polar, old, new, complaint):
    label = polar()
    text = label.read_text()
    assert old in text
    label.write_text(text.replace(old, new))
    with pytest.raises((UsageError, DataMissingError)) as caught:
        open_dem(label)
    assert complaint in str(caught.value)


def test_numbers_that_are_no_heights(polar):
    heights = np.linspace(-2000.0, 2000.0, 14400).reshape(120, 120)
    with pytest.raises(UsageError, match="they look like radii: the label needs OFFSET = 1737400"):
        open_dem(polar("<f4", heights=1737400.0 + heights))
    with pytest.raises(UsageError, match="they look like radii"):
        open_dem(polar("<f4", heights=1737.4 + heights / 1000.0, unit="KILOMETER"))
    with pytest.raises(UsageError, match="no pixel holds a height, all are marked as missing — take another"):
        open_dem(polar(heights=np.full((120, 120), np.nan)))
    with pytest.raises(
        UsageError, match=r"from -16384 to .* see to scale, offset, byte order, and the mark of missing"
    ):
        open_dem(polar(missing=0, heights=np.where(heights > 1900.0, np.nan, heights), image=_with_holes(heights)))


def _with_holes(heights):
    return np.where(heights > 1900.0, -32768, heights / 0.5).astype("<i2").tobytes()


def test_kilometres_taken_as_metres_are_too_flat(tmp_path):
    grid = polar_grid(300, 400.0)
    heights = heights_on(grid, (300, 300), bumps) / 1000.0
    with pytest.raises(UsageError, match="over 120 km: too flat for the Moon — they look like kilometres"):
        open_dem(write_pds(tmp_path, "flat", grid, heights, "<f4"))
    # Without any relief it is made on purpose.
    assert open_dem(write_pds(tmp_path, "level", grid, 0.0 * heights, "<f4")).resolution_m == pytest.approx(400.0)


def test_a_map_whose_offsets_and_latitudes_disagree(tmp_path):
    grid = cylindrical_grid(2)
    label = write_pds(tmp_path, "shifted", grid, heights_on(grid, (360, 720), gentle), line_offset=170)
    label.write_text(label.read_text().replace("MAP_SCALE ", "MAXIMUM_LATITUDE = 90 <deg>\n  MAP_SCALE ", 1))
    with pytest.raises(UsageError, match=r"puts the upper edge at 85.2500 deg, MAXIMUM_LATITUDE says 90"):
        open_dem(label)


def test_files_that_are_none(tmp_path):
    with pytest.raises(DataMissingError, match="there is no elevation model"):
        open_dem(tmp_path / "nowhere.lbl")
    other = tmp_path / "notes.txt"
    other.write_text("no map")
    with pytest.raises(UsageError, match=r"notes.txt: .txt is not read here — give .lbl, .img, .tif or .jp2"):
        open_dem(other)
