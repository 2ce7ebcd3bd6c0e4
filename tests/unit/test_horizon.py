"""Horizon masks and their files."""

import numpy as np
import pytest

from sim.errors import DataMissingError, UsageError
from sim.station.horizon import HorizonMask, Viewpoint, load_horizon_csv, packaged_horizon, write_horizon_csv
from sim.units import DEG


def test_a_packaged_mask_knows_its_spot():
    mask = packaged_horizon("connecting-ridge_2m_1deg.csv")
    spot = mask.viewpoint
    assert (spot.latitude_deg, spot.longitude_deg) == (-89.53432, -150.05233)
    assert (spot.terrain_height_m, spot.observer_height_m) == (1653.0, 2.0)
    assert mask.elevation_at(np.array([0.0, 1.0, 2.0]) * DEG) / DEG == pytest.approx([-1.66, -1.60, -1.50])
    assert "LOLA" in mask.source
    assert len(mask.azimuth_deg) == 360


def test_azimuth_goes_round():
    mask = HorizonMask(np.array([10.0, 190.0]), np.array([0.0, 2.0]), "made up")
    azimuth = np.array([10.0, 100.0, 190.0, 280.0, -80.0, 370.0, 370.0 + 360.0]) * DEG
    assert mask.elevation_at(azimuth) / DEG == pytest.approx([0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 0.0])
    assert np.isnan(mask.elevation_at(np.nan))


def test_lowered_keeps_the_outline():
    mask = HorizonMask(np.array([0.0, 90.0]), np.array([1.0, 3.0]), "made up")
    lower = mask.lowered(0.5, "calibrated")
    assert lower.elevation_deg.tolist() == [0.5, 2.5]
    assert lower.source == "calibrated"


def test_unknown_masks_are_named():
    with pytest.raises(DataMissingError, match="malapert-massif_10m_1deg"):
        packaged_horizon("olympus")
    with pytest.raises(DataMissingError, match=r"nowhere\.csv"):
        load_horizon_csv("nowhere.csv")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1: the header must be azimuth_deg,elevation_deg"),
        ("azimuth,elevation\n0,1\n", ":1: the header"),
        ("azimuth_deg,elevation_deg\n0,1\n", ":2: a mask needs at least two"),
        ("# note\nazimuth_deg,elevation_deg\n0,1\n1,high\n", ":4: '1,high' is not two numbers"),
        ("azimuth_deg,elevation_deg\n0,1\n1,2,3\n", ":3: '1,2,3' is not two numbers"),
        ("azimuth_deg,elevation_deg\n0,1\n0,2\n", ":3: azimuths must ascend"),
        ("azimuth_deg,elevation_deg\n0,1\n360,2\n", ":3: azimuth must lie in"),
        ("azimuth_deg,elevation_deg\n0,1\n1,nan\n", ":3: azimuth must lie in"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path, text, complaint):
    path = tmp_path / "mask.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_horizon_csv(path)
    assert complaint in str(caught.value)


def test_a_file_without_comments_has_no_viewpoint(tmp_path):
    path = tmp_path / "mask.csv"
    path.write_text("azimuth_deg,elevation_deg\n" + all_round(5) + "\n")
    assert load_horizon_csv(path).viewpoint is None


def all_round(step, first=0, last=360):
    return "\n".join(f"{azimuth},1" for azimuth in range(first, last, step))


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (all_round(6), ":2: nothing is said between azimuth 0 and 6 deg, 6 deg wide — a mask goes all round"),
        (all_round(1, 10, 90), ":81: nothing is said between azimuth 89 and 10 deg, 281 deg wide"),
        (all_round(5, 4, 354), ":71: nothing is said between azimuth 349 and 4 deg, 15 deg wide"),
        (all_round(2, 0, 100) + "\n" + all_round(2, 110), ":51: nothing is said between azimuth 98 and 110 deg"),
    ],
)
def test_a_mask_that_does_not_go_all_round_is_refused(tmp_path, rows, complaint):
    path = tmp_path / "mask.csv"
    path.write_text(f"azimuth_deg,elevation_deg\n{rows}\n")
    with pytest.raises(UsageError) as caught:
        load_horizon_csv(path)
    assert complaint in str(caught.value)
    assert "gaps of 5 deg at most" in str(caught.value)


def test_a_mask_is_written_and_read_again(tmp_path):
    azimuth = np.arange(0.0, 360.0, 0.25)
    spot = Viewpoint(-89.534321, -150.05, -3.25, 1.5)
    mask = HorizonMask(azimuth, np.sin(azimuth * DEG) * 7.3, "terrain-derived from made.LBL", spot)
    path = tmp_path / "mine.csv"
    write_horizon_csv(path, mask)
    again = load_horizon_csv(path)
    assert np.array_equal(again.azimuth_deg, azimuth)
    # Written to 0.0001 deg.
    assert np.abs(again.elevation_deg - mask.elevation_deg).max() <= 0.5001e-4
    # The ground is written to 0.1 m, as in the shipped files.
    assert again.viewpoint == Viewpoint(-89.534321, -150.05, -3.2, 1.5)
    assert again.source.startswith("mine.csv: ")
    assert again.source.endswith("terrain-derived from made.LBL")
    # What is read can be written again, also a shipped one.
    write_horizon_csv(path, packaged_horizon("connecting-ridge_2m_1deg"))
    assert load_horizon_csv(path).viewpoint == packaged_horizon("connecting-ridge_2m_1deg").viewpoint
    with pytest.raises(UsageError, match="cannot be written"):
        write_horizon_csv(tmp_path / "nowhere" / "mine.csv", mask)
