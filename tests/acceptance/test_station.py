"""The station over time as a command: what the folder holds, that it is the same every time, and clear errors."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from sim.cli import execute
from sim.results.oem import read_oem
from sim.results.run import load_run
from sim.results.station_columns import STATION_TABLES

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
ILRS = str(SCENARIOS / "ilrs_2026.yaml")
SHORT = "horizon={start: 2031-01-01, end: 2031-01-31}"
TRADE = ("queqiao_2", "ely", "halo", "nrho")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    folder = tmp_path_factory.mktemp("station") / "run"
    settings = [SHORT, "deliveries=null", "coverage.map_length=7 d", "coverage.map_step=15 deg"]
    assert (
        execute(["station", ILRS, "-q", "-o", str(folder), *(word for each in settings for word in ("--set", each))])
        == 0
    )
    return folder


def test_it_writes_every_table_and_figure(station):
    for name, columns in STATION_TABLES.items():
        head = (station / "tables" / name).read_text(encoding="utf-8").splitlines()[0]
        assert head == ",".join(column.name for column in columns)
    drawn = {path.stem for path in (station / "figures").glob("*.png")}
    assert {
        *(
            "station_timeline",
            "station_orbits",
            "station_ground_tracks",
            "station_perilunes",
            "station_coverage_global",
        ),
        *("station_coverage_pole", "station_gaps", "station_light_calendar", "station_horizon", "station_power_main"),
        *("station_contact", "station_tasks", "station_sizing_main"),
    } <= drawn
    assert "Station" in (station / "report.html").read_text(encoding="utf-8")


def test_contact_tells_of_direct_and_relayed_paths(station):
    rows = {(row["point"], row["path"]): row for row in rows_of(station / "tables" / "contact.csv")}
    shares = {key: float(row["share"]) for key, row in rows.items()}
    assert shares["far_side", "direct"] == 0.0  # 45 S 177 E: the Earth never rises there
    assert 0.3 < shares["station", "direct"] < 0.7  # half of each month at a pole, less or more by terrain
    for point in ("station", "far_side"):
        assert shares[point, "any"] >= max(shares[point, "direct"], shares[point, "relayed"])
    gaps = rows_of(station / "tables" / "contact_gaps.csv")
    longest = max(float(row["duration_h"]) for row in gaps if (row["point"], row["path"]) == ("far_side", "any"))
    assert longest == pytest.approx(float(rows["far_side", "any"]["longest_gap_h"]), abs=1e-3)


def test_events_are_in_order_of_time_and_explained(station):
    events = rows_of(station / "tables" / "station_events.csv")
    starts = [row["start_utc"] for row in events]
    assert starts == sorted(starts)
    meanings = json.loads((station / "tables" / "columns.json").read_text(encoding="utf-8"))["event_kinds"]
    assert {row["kind"] for row in events} <= set(meanings)
    assert {"dark", "earth_below_horizon", "no_contact"} <= {row["kind"] for row in events}


def test_power_keeps_its_books(station):
    rows = rows_of(station / "tables" / "power.csv")
    assert [row["grid"] for row in rows] == ["main"]
    assert 0.0 < float(rows[0]["served_share"]) <= 1.0
    hours = sum(float(rows_of(station / "tables" / "surface_elements.csv")[0][f"{state}_h"]) for state in
                ("active", "night", "dormant", "unpowered", "dead"))  # fmt: skip
    assert hours == pytest.approx(31 * 24.0, abs=1.5)  # there from the start, as nothing brings it


def test_elements_in_orbit_go_out_as_oem(station):
    segment = read_oem(station / "ephem" / "queqiao_2.oem").segments[0]
    assert segment.centre == "MOON"
    radius = np.linalg.norm(segment.states_icrf[:, :3], axis=1)
    # 200 x 16 000 km of altitude; perilune swings by some 160 km under the Earth, and is kept above 100 km.
    assert 1737.4 + 60.0 < radius.min() < 1737.4 + 900.0
    assert radius.max() == pytest.approx(1737.4 + 16000.0, abs=800.0)


def test_the_folder_can_be_read_plotted_and_compared(station, tmp_path):
    run = load_run(station)
    assert run.station is not None
    assert run.lanes == ()
    assert execute(["plot", str(station), "-q"]) == 0
    assert execute(["compare", str(station), str(station), "-q", "-o", str(tmp_path / "both")]) == 0
    rows = rows_of(tmp_path / "both" / "comparison.csv")
    assert {"contact_share[station]", "contact_share[far_side]"} <= {row["metric"] for row in rows}


def test_the_same_scenario_gives_the_same_bytes(tmp_path):
    digests = []
    for number, jobs in enumerate(("1", "2")):
        folder = tmp_path / f"run_{number}"
        arguments = ["station", str(SCENARIOS / "relay_trade_ely.yaml"), "-q", "-o", str(folder), "--jobs", jobs]
        assert execute([*arguments, "--set", "horizon.end=2030-01-07", "--set", "coverage.map_length=0 d"]) == 0
        files = sorted([*(folder / "tables").glob("*.csv"), folder / "summary.json"])
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert digests[0] == digests[1]


@pytest.mark.parametrize("name", TRADE)
def test_the_relay_trade_runs(name, tmp_path, capsys):
    arguments = ["run", str(SCENARIOS / f"relay_trade_{name}.yaml"), "--json", "-q", "-o", str(tmp_path / name)]
    assert execute([*arguments, "--set", "horizon.end=2030-01-31", "--set", "coverage.map_length=0 d"]) == 0
    told = json.loads(capsys.readouterr().out)["station"]["metrics"]
    if name == "ely":  # three on it: continuous at the pole, as Ely 2005 found
        assert told["relayed_share[station]"] == pytest.approx(1.0, abs=0.01)
    if name == "halo":  # Queqiao-1 saw Chang'e-4's site nearly always
        assert told["relayed_share[far_side]"] > 0.99
    if name == "nrho":  # z below the pole's plane for 97.6 % of the 9:2 orbit in the restricted problem
        assert 0.95 < told["relayed_share[station]"] <= 1.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["station.orbit=[{id: a, kind: relay, orbit: {kind: halo, point: L2, branch: south, amplitude: 500000 km}}]"],
         "no L2 halo has an amplitude of 500000 km"),
        (["station.orbit=[{id: a, kind: relay, orbit: {frame: icrf, inclination: 9 deg, perilune_radius: 200 km,"
          " apolune_radius: 9000 km}}]"], "below the surface"),
        (["station.orbit=[{id: a, kind: relay, orbit: {inclination: 9 deg, perilune_altitude: 200 km,"
          " apolune_altitude: 900 km}}]"], "needs its frame"),
        (["horizon={start: 2649-12-01, end: 2650-03-01}"], "ephemeris"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_clear_error(settings, said, tmp_path, capsys):
    arguments = ["station", str(SCENARIOS / "relay_trade_nrho.yaml"), "-q", "-o", str(tmp_path / "run")]
    code = execute([*arguments, *(word for each in settings for word in ("--set", each))])
    told = capsys.readouterr().err
    assert code == 2
    assert said in told
    assert not (tmp_path / "run").exists()
