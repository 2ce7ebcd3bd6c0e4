"""Whole runs over a short horizon: what the folder holds, that it is right, the same every time, and safe."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.astro.ephemeris import Ephemeris
from sim.astro.time import tdb_s_from_utc
from sim.cli import execute
from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.results.columns import LAUNCH_CURVE, TABLES
from sim.results.oem import read_oem
from sim.results.propagate import propagate_oem
from sim.results.run import load_run
from sim.results.station_columns import STATION_TABLES
from sim.scenario import load_scenario
from sim.scenario.shipped import shipped_folder, shipped_names

ROOT = Path(__file__).parents[2]
ILRS = str(ROOT / "scenarios" / "ilrs_2026.yaml")
STARTER = str(ROOT / "scenarios" / "starter.yaml")
SHORT = "horizon={start: 2031-01-01, end: 2031-01-14}"
FEW = "horizon={start: 2031-01-11, end: 2031-01-14}"
FEW_OF = {  # scenarios of flights that flew: days around them
    "apollo_11": "horizon={start: 1969-07-15, end: 1969-07-18}",
    "chandrayaan_3_like": "horizon={start: 2023-07-13, end: 2023-07-16}",
    "chang_e_6_like": "horizon={start: 2024-05-02, end: 2024-05-05}",
    "lro_like": "horizon={start: 2009-06-17, end: 2009-06-20}",
}
NOTHING = "lanes.cargo.constraints.min_landed_payload=90 t"


def command(*arguments, wait=True, folder=None):
    """Start the command line in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *map(str, arguments)],
        cwd=folder or ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    if not wait:
        return process
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run ilrs_2026 over two weeks with one thread, in a process of its own."""
    target = tmp_path_factory.mktemp("runs") / "ilrs"
    code, _, err = command("run", ILRS, "--set", SHORT, "--jobs", "1", "-o", target)
    assert code == 0, err
    return target


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_runs(name, tmp_path, capsys):
    path = shipped_folder() / f"{name}.yaml"
    target = tmp_path / "run"
    assert execute(["run", str(path), "--set", FEW_OF.get(name, FEW), "-o", str(target)]) == 0, capsys.readouterr().err
    lanes = load_scenario(path).scenario.lanes
    launches = rows_of(target / "tables" / "launches.csv")
    assert len(launches) == 4 * len(lanes)
    assert [row["lane"] for row in launches[::4]] == list(lanes)
    for file, columns in TABLES.items():
        with (target / "tables" / file).open(encoding="utf-8") as stream:
            assert stream.readline().rstrip("\n").split(",") == [column.name for column in columns]
    for file in ("results.nc", "summary.json", "provenance.json", "scenario.resolved.yaml", "report.html"):
        assert (target / file).stat().st_size > 0
    for file in ("calendar.png", "landed_mass.svg") if lanes else ("station_timeline.png", "station_contact.svg"):
        assert (target / "figures" / file).stat().st_size > 1000
    windows = rows_of(target / "tables" / "windows.csv")
    assert len(list((target / "ephem").glob("*_window_*.oem"))) == len(windows) == len(load_run(target).flights.flight)


def test_tables_agree_with_each_other(folder):
    launches = rows_of(folder / "tables" / "launches.csv")
    windows = rows_of(folder / "tables" / "windows.csv")
    constraints = rows_of(folder / "tables" / "constraints.csv")
    summary = json.loads((folder / "summary.json").read_text())
    assert {row["feasible"] for row in launches} <= {"true", "false"}
    for row in launches:
        assert (row["feasible"] == "true") == bool(row["best_liftoff_utc"]) == (not row["closed_by"])
    for lane, values in summary["lanes"].items():
        mine = [row for row in launches if row["lane"] == lane]
        assert values["days_open"] == sum(row["feasible"] == "true" for row in mine)
        assert values["windows"] == sum(row["lane"] == lane for row in windows)
        assert {row["constraint"] for row in constraints if row["lane"] == lane} >= {
            word for row in mine for word in row["closed_by"].split(";") if word
        }
    for row in windows:
        day = next(x for x in launches if x["lane"] == row["lane"] and x["best_liftoff_utc"] == row["best_liftoff_utc"])
        assert day["landed_payload_kg"] == row["landed_payload_kg"]
        assert row["open_utc"] <= row["best_liftoff_utc"] <= row["close_utc"]
        assert row["best_tli_utc"] < row["best_arrival_utc"] < row["best_landing_utc"]


def perilune_of(state_icrf, t_tdb_s):
    """Lowest radius (km) and how long (s) after ``t`` it comes, of a geocentric state at the Moon."""
    moon = np.concatenate(Ephemeris.de440().moon_geocentric(t_tdb_s))
    r, v = np.split(state_icrf - moon, 2)
    radius, rising = np.linalg.norm(r), r @ v
    late_s = -rising / (v @ v - GM_MOON_KM3_S2 / radius)
    return radius + 0.5 * rising * late_s / radius, late_s


def test_the_oem_of_every_window_arrives_when_flown_again(folder):
    windows = rows_of(folder / "tables" / "windows.csv")
    assert len(windows) >= 5
    for row in windows:
        path = folder / "ephem" / f"{row['lane']}_window_{int(row['window']):03d}.oem"
        segment = read_oem(path).segments[0]
        arrival = float(segment.t_tdb_s[-1])
        assert arrival == pytest.approx(float(tdb_s_from_utc(row["best_arrival_utc"])), abs=6e-4)
        flown = propagate_oem(path, row["best_arrival_utc"], moon_gravity=2)
        at = float(tdb_s_from_utc(row["best_arrival_utc"]))
        radius_km, late_s = perilune_of(flown.final_state_icrf, at)
        # The same forces, but for the Moon's libration (the search turns its axes evenly), the Earth's pole of date (it
        # keeps that of the injection), and GRAIL's GM of the Moon (4902.79981 against DE440's 4902.80012): together
        # 0.1 m of radius, 3 m and 1.5 ms along the path. The table's epoch is rounded to a millisecond.
        assert (radius_km - R_MOON_KM - 100.0) * 1e3 == pytest.approx(0.0, abs=0.5)
        assert late_s == pytest.approx(0.0, abs=3e-3)
        # Degree 8, as `propagate` flies by default, moves the perilune by some tens of metres.
        finer = propagate_oem(path, row["best_arrival_utc"])
        assert abs(perilune_of(finer.final_state_icrf, at)[0] - R_MOON_KM - 100.0) * 1e3 < 150.0


def test_oem_ends_at_the_perilune_that_was_asked_for(folder):
    for path in (folder / "ephem").glob("*_window_*.oem"):
        segment = read_oem(path).segments[0]
        radius_km, late_s = perilune_of(segment.states_icrf[-1], float(segment.t_tdb_s[-1]))
        # A nanometre of state in the file, 1e-12 km/s; the flight itself was solved to millimetres.
        assert radius_km == pytest.approx(R_MOON_KM + 100.0, abs=1e-4)
        assert late_s == pytest.approx(0.0, abs=1e-4)


def digests(folder, *patterns):
    files = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
def test_one_thread_and_two_write_the_same_bytes(folder, tmp_path):
    other = tmp_path / "ilrs"
    code, _, err = command("run", ILRS, "--set", SHORT, "--jobs", "2", "-o", other)
    assert code == 0, err
    patterns = ("tables/*", "summary.json", "scenario.resolved.yaml", "figures/*")
    assert digests(folder, *patterns) == digests(other, *patterns)
    assert len(digests(folder, "tables/*")) == len(TABLES) + len(STATION_TABLES) + 1


def hidden_folder(parent, process, limit_s=300.0):
    """Wait until a run writes its hidden folder."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        found = [path for path in parent.iterdir() if path.is_dir() and (path / "tables").is_dir()]
        if found:
            return found[0]
        time.sleep(0.005)
    return None


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_run_killed_in_the_middle_leaves_nothing_behind(tmp_path):
    target = tmp_path / "run"
    process = command("run", STARTER, "--set", FEW, "-o", target, wait=False)
    half = hidden_folder(tmp_path, process)
    assert half is not None
    assert half != target
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not target.exists()
    code, _, err = command("run", STARTER, "--set", FEW, "-o", target)
    assert code == 0, err
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (target / "report.html").is_file()


@pytest.mark.slow
def test_two_runs_at_once_leave_one_whole_folder(tmp_path):
    target = tmp_path / "run"
    processes = [
        command("run", STARTER, "--set", FEW, "--set", f"purpose=number {number}", "-o", target, wait=False)
        for number in (1, 2)
    ]
    errors = [process.communicate(timeout=600)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    run = load_run(target)
    assert run.header.purpose in {"number 1", "number 2"}
    # Every file is of the same run.
    assert json.loads((target / "summary.json").read_text())["scenario"]["purpose"] == run.header.purpose
    assert run.header.purpose in (target / "scenario.resolved.yaml").read_text()


NO_NETWORK = """
import socket, sys
tried = []
def refuse(*arguments, **named):
    tried.append(arguments)
    raise OSError("no network here")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
from sim.cli import execute
code = execute(sys.argv[1:])
assert not tried, tried
sys.exit(code)
"""


def test_a_run_never_asks_the_network(tmp_path):
    arguments = ["run", STARTER, "--set", FEW, "-o", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_nothing_feasible_is_exit_code_3_with_a_whole_folder(tmp_path, capsys):
    target = tmp_path / "run"
    assert execute(["run", STARTER, "--set", FEW, "--set", NOTHING, "-o", str(target)]) == 3
    assert "no lane can deliver on any day" in capsys.readouterr().err
    assert rows_of(target / "tables" / "windows.csv") == []
    launches = rows_of(target / "tables" / "launches.csv")
    assert {row["closed_by"] for row in launches} <= {"landed_mass", "landed_mass;sun_at_landing"}
    assert list((target / "ephem").glob("*_window_*")) == []
    assert (target / "report.html").is_file()


def test_a_foreign_folder_is_refused_before_any_work(tmp_path, capsys):
    (tmp_path / "diary.txt").write_text("mine")
    begin = time.monotonic()
    assert execute(["run", STARTER, "-o", str(tmp_path)]) == 2
    assert time.monotonic() - begin < 5.0  # seconds: no search was made
    assert str(tmp_path) in capsys.readouterr().err
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_launches_prints_its_columns(tmp_path, capsys):
    target = tmp_path / "launches.csv"
    arguments = ["launches", ILRS, "--lane", "explorer", "--day", "2031-01-11", "--step", "30min", "--csv", str(target)]
    code = execute(arguments)
    rows = rows_of(target)
    assert code == 0, capsys.readouterr().err
    assert list(rows[0]) == [column.name for column in LAUNCH_CURVE]
    times = [row["liftoff_utc"] for row in rows]
    assert times == sorted(times)
    assert sum(text[14:] in {"00:00.000Z", "30:00.000Z"} for text in times) >= 10
    assert {row["feasible"] for row in rows} <= {"true", "false"}
    assert all(90.0 - 1e-6 <= float(row["azimuth_deg"]) <= 175.0 + 1e-6 for row in rows)


def test_launches_to_a_fixed_arrival_covers_the_days_that_reach_it(tmp_path, capsys):
    target = tmp_path / "launches.csv"
    execute(["launches", ILRS, "--lane", "scout", "--arrival", "2031-01-16T09:00:00", "--csv", str(target)])
    rows = [row for row in rows_of(target) if row["tli_utc"]]
    assert rows, capsys.readouterr().err
    assert {row["arrival_utc"] for row in rows} == {"2031-01-16T09:00:00.000Z"}
    assert len({row["liftoff_utc"][:10] for row in rows}) >= 2


def test_launches_on_a_day_out_of_reach_is_exit_code_3(capsys):
    # Due east the parking orbit lies at 19.5 deg; the Moon, at 24 deg in 2029, is out of reach for days.
    due_east = "catalog.launch_sites.wenchang.azimuth_range=[90 deg, 90.5 deg]"
    days = ("2029-01-01", "2029-01-07", "2029-01-13")
    codes = {day: execute(["launches", ILRS, "--lane", "explorer", "--day", day, "--set", due_east]) for day in days}
    assert set(codes.values()) <= {0, 3}
    assert 3 in codes.values(), codes
    assert "closed_by says why" in capsys.readouterr().err


def test_plot_draws_the_same_figures_again(folder, capsys):
    before = digests(folder, "figures/*")
    (folder / "figures" / "calendar.png").unlink()
    assert execute(["plot", str(folder)]) == 0, capsys.readouterr().err
    assert digests(folder, "figures/*") == before


def test_compare_sets_two_runs_side_by_side(folder, tmp_path, capsys):
    starter = tmp_path / "starter"
    assert execute(["run", STARTER, "--set", SHORT, "-o", str(starter)]) == 0
    target = tmp_path / "compared"
    capsys.readouterr()
    assert execute(["compare", str(folder), str(starter), "-o", str(target)]) == 0
    out = capsys.readouterr().out
    assert "ILRS as reported in 2026" in out
    assert "My first station" in out
    assert (target / "report.html").is_file()
    assert any((target / "figures").glob("*.png"))


def test_propagate_flies_what_run_wrote(folder, tmp_path, capsys):
    source = next((folder / "ephem").glob("scout*.oem"))
    target = tmp_path / "on.oem"
    arguments = ["propagate", str(source), "--to", "2031-01-15T00:00:00", "--moon-gravity", "2", "-o", str(target)]
    assert execute(arguments) == 0, capsys.readouterr().err
    assert read_oem(target).segments[0].centre == "EARTH"
