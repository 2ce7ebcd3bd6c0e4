"""Light of a place through years: the folder that ``moonport light`` writes."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import xarray as xr

from sim.cli import execute
from sim.results.dataset import ENGINE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("light") / "ridge"
    assert execute(["light", "connecting_ridge", "--start", "2029-01-01", "--years", "2", "-o", str(place), "-q"]) == 0
    return place


def rows(folder, name):
    with (folder / "tables" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_years_seasons_and_months_each_fill_the_time(folder):
    table = rows(folder, "light.csv")
    whole = table[-1]
    assert (whole["kind"], whole["start_utc"], whole["stop_utc"]) == (
        "all", "2029-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z",
    )  # fmt: skip
    for kind, count in (("year", 2), ("season", 6), ("month", 24)):
        some = [row for row in table if row["kind"] == kind]
        assert len(some) == count
        assert [row["stop_utc"] for row in some[:-1]] == [row["start_utc"] for row in some[1:]]
        ends = np.array([[row["start_utc"][:-1], row["stop_utc"][:-1]] for row in some], dtype="datetime64[ms]")
        length = (ends[:, 1] - ends[:, 0]).astype(float)
        light = np.array([float(row["average_light"]) for row in some])
        assert np.average(light, weights=length) == pytest.approx(float(whole["average_light"]), abs=1e-4)


def test_gaps_are_counted_by_the_year_in_which_they_begin(folder):
    gaps, years = rows(folder, "dark_gaps.csv"), rows(folder, "dark_gaps_by_year.csv")
    assert [row["year"] for row in years] == ["2029", "2030"]
    for row in years:
        lengths = [float(gap["duration_h"]) / 24.0 for gap in gaps if gap["start_utc"].startswith(row["year"])]
        assert int(row["count"]) == len(lengths)
        assert float(row["total_d"]) == pytest.approx(sum(lengths), abs=1e-3)
        assert float(row["longest_d"]) == pytest.approx(max(lengths), abs=1e-3)


def test_summary_file_and_figures_say_the_same(folder):
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    whole = rows(folder, "light.csv")[-1]
    assert summary["average_light"] == pytest.approx(float(whole["average_light"]), abs=1e-4)
    assert summary["longest_dark"]["days"] == pytest.approx(float(whole["longest_dark_d"]), abs=1e-4)
    assert summary["winter_average_light"] < summary["average_light"] < summary["summer_average_light"]
    with xr.open_dataset(folder / "light.nc", engine=ENGINE) as data:
        assert float(data["sun_fraction"].mean()) == pytest.approx(summary["average_light"], abs=1e-4)
    drawn = {path.stem for path in (folder / "figures").glob("*.png")}
    assert drawn == {"light_calendar", "dark_gaps", "seasons", "horizon"}


def test_a_gap_that_outlasts_the_dates_ends_with_them(tmp_path, capsys):
    chosen = ["--start", "2044-06-01", "--years", "0.1", "-o", str(tmp_path / "pole"), "-q"]
    assert execute(["light", "-90,0", *chosen]) == 0
    (gap,) = rows(tmp_path / "pole", "dark_gaps.csv")
    # 37 days within the polar night that begins in March 2044.
    assert (gap["start_utc"], gap["stop_utc"]) == ("2044-06-01T00:00:00.000Z", "2044-07-08T00:00:00.000Z")
    (whole,) = (row for row in rows(tmp_path / "pole", "light.csv") if row["kind"] == "all")
    assert (float(whole["average_light"]), float(whole["longest_dark_d"])) == (0.0, 37.0)
    said = capsys.readouterr().out
    assert "longest lit         none" in said
    assert said.endswith("horizon             level horizon\n")


def test_a_place_without_a_mask_says_that_its_horizon_is_calibrated(tmp_path, capsys):
    chosen = ["--start", "2029-01-01", "--years", "0.1", "-o", str(tmp_path / "peak"), "-q"]
    assert execute(["light", "shackleton_peak", *chosen]) == 0
    assert "horizon             calibrated, not terrain-derived (peak near shackleton" in capsys.readouterr().out


def test_the_earth_is_always_up_at_the_middle_of_the_near_side(tmp_path, capsys):
    assert execute(["light", "0,0", "--start", "2029-01-01", "--years", "2.5", "-o", str(tmp_path / "m"), "-q"]) == 0
    assert {row["earth_up_share"] for row in rows(tmp_path / "m", "light.csv")} == {"1.0000"}
    assert "Earth's centre up   100 % of the time" in capsys.readouterr().out
    # Summers and winters of the equator are alike: a figure of them would say nothing.
    assert not list((tmp_path / "m" / "figures").glob("seasons*"))


def test_a_place_without_a_name_is_told_by_its_coordinates(tmp_path, capsys):
    chosen = ["--start", "2029-01-01", "--years", "0.1", "-o", str(tmp_path / "here")]
    assert execute(["light", "20.19,30.77", *chosen]) == 0
    said = capsys.readouterr().out
    assert said.startswith("20.19° N 30.77° E")
    assert "here" not in said.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 2, "no landing site"),
        (["apollo_11", "--step", "1s"], 2, "every minute to every day"),
        (["apollo_11", "--start", "2649-01-01"], 4, "covers 1550 to 2650"),
        (["apollo_11", "--start", "9999-12-01"], 2, "leave the calendar"),
        (["apollo_11", "--years", "500"], 2, "--years"),
    ],
)
def test_what_cannot_be_looked_at_is_said_and_leaves_nothing(words, code, said, tmp_path, capsys):
    target = tmp_path / "light"
    assert execute(["light", *words, "-o", str(target)]) == code
    assert said in capsys.readouterr().err
    assert not target.exists()
