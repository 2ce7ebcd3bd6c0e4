"""The command line: exit codes, what goes to stdout and what to stderr, and no traceback for a user's slip."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import sim.commands.runs
from sim.cli import execute
from sim.errors import DataMissingError, NothingFeasibleError

ROOT = Path(__file__).parents[2]
ILRS = str(ROOT / "scenarios/ilrs_2026.yaml")
EUROPE = str(ROOT / "scenarios/ilrs_with_europe.yaml")
BROKEN = str(ROOT / "tests/data/broken/units.yaml")
SITE = ["--start", "2027-01-01", "--stop", "2027-01-01T02:00"]
SITE_HEAD = (
    "utc,sun_azimuth_deg,sun_elevation_deg,horizon_at_sun_deg,sun_fraction,earth_azimuth_deg,earth_elevation_deg,"
    "earth_visible,sub_earth_lat_deg,sub_earth_lon_deg,sub_solar_lat_deg,sub_solar_lon_deg"
)


@pytest.fixture
def moonport(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder; gives exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = execute(arguments)
        return code, *capsys.readouterr()

    return call


def test_help_lists_every_command(moonport):
    code, out, _ = moonport("--help")
    assert code == 0
    for name in (
        "run", "compare", "validate", "explain", "launches", "site", "propagate", "plot", "schema", "init", "catalog",
        "doctor",
    ):  # fmt: skip
        assert f"\n  {name} " in out
        assert moonport(name, "--help")[0] == 0


def test_help_imports_nothing_heavy():
    code = "import sys; from sim.cli import execute; execute(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.rpartition("\n[")[2].replace("'", "").replace("]", "").strip().split(", "))
    assert "click" in loaded
    assert not loaded & {"numpy", "pydantic", "yaml", "rich", "numba", "astropy", "matplotlib", "xarray", "scipy"}


def test_validate_imports_no_physics():
    code = f"import sys; from sim.cli import execute; execute(['validate', {ILRS!r}]); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"'numba'", "'astropy'", "'matplotlib'", "'xarray'"} & set(done.stdout.split(", "))


def test_version(moonport):
    assert moonport("--version")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("run",),
        ("run", "--jobs", "0", ILRS),
        ("validate",),
        ("validate", "no_such_file.yaml"),
        ("validate", BROKEN),
        ("run", BROKEN),
        ("run", ILRS, "--set", "lanes.heavy_cargo.lander=storable_hvy"),
        ("compare", ILRS),
        ("explain", ILRS, "lane"),
        ("launches", ILRS, "--lane", "no_such_lane"),
        ("launches", ILRS, "--lane", "heavy_cargo", "--step", "10"),
        ("launches", ILRS, "--lane", "heavy_cargo", "--step", "0 min"),
        ("site", "malapert_masif", *SITE),
        ("site", "95,10", *SITE),
        ("site", "1,2,3,4", *SITE),
        ("site", "nan,nan", *SITE),
        ("site", "10,10", "--start", "2027-01-02", "--stop", "2027-01-01"),
        ("site", "10,10", "--start", "soon", "--stop", "2027-01-01"),
        ("site", "10,10", *SITE, "--step", "1 kg"),
        ("site", "10,10", *SITE, "--csv", "no/such/folder/x.csv"),
        ("propagate", "no_such_file.oem", "--to", "2030-01-01"),
        ("propagate", BROKEN, "--to", "2030-01-01"),
        ("plot", "no_such_folder"),
        ("init", "--from", "ilrs_2027"),
        ("catalog", "launcher"),
        ("catalog", "launchers", "argonaut"),
    ],
)
def test_bad_usage_is_two_and_said_without_traceback(moonport, arguments):
    code, out, err = moonport(*arguments)
    assert code == 2
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


def test_dates_outside_the_ephemeris_are_four(moonport):
    code, _, err = moonport("site", "10,10", "--start", "2700-01-01", "--stop", "2700-01-02")
    assert code == 4
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NothingFeasibleError("never"), 3),
        (DataMissingError("no kernel"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes_of_errors(moonport, monkeypatch, error, code):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(sim.commands.runs, "loaded_scenario", fail)
    found, out, err = moonport("run", ILRS)
    assert (found, out) == (code, "")
    assert "Traceback" not in err


def test_our_own_fault_is_one():
    code = (
        "import sys, sim.cli, sim.commands.runs\n"
        "def fail(*a, **k): raise ZeroDivisionError('oops')\n"
        "sim.commands.runs.loaded_scenario = fail\n"
        f"sys.argv = ['moonport', 'run', {ILRS!r}]\n"
        "sim.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "fault of Moonport's own" in done.stderr


def test_validate(moonport):
    code, out, err = moonport("validate", ILRS, EUROPE)
    assert code == 0
    assert "connecting_ridge 89.53° S 150.05° W" in out
    assert err.startswith("warning: ")
    assert moonport("validate", "--strict", EUROPE)[0] == 2
    assert moonport("validate", "-q", EUROPE) == (0, "", "")
    code, out, err = moonport("validate", "--json", EUROPE, BROKEN)
    document = json.loads(out)
    assert (code, err, document["valid"]) == (2, "", False)
    assert [len(file["errors"]) for file in document["files"]] == [0, 5]
    assert document["files"][0]["warnings"][0]["path"] == "lanes.europe.lander"


def test_settings_are_logged(moonport):
    code, out, err = moonport("explain", ILRS, "lanes.scout", "--set", "lanes.scout.corrections_dv=50 m/s")
    assert code == 0
    assert "corrections_dv: 50 m/s" in out
    assert err == "--set lanes.scout.corrections_dv: (nothing) → 50 m/s\n"
    code, out, _ = moonport("explain", ILRS, "lanes.scout.lander", "--json")
    assert json.loads(out)["lanes.scout.lander"]["value"] == "luna_27"


@pytest.mark.parametrize(
    "place", ["-41.6,-154", "-41.6,206", "-.5,10", "10,-10", "-41.6,-154,-1200", "malapert_massif"]
)
def test_a_place_may_begin_with_a_minus(moonport, place):
    code, out, err = moonport("site", place, *SITE, "--csv", "-")
    assert code == 0
    assert out.splitlines()[0] == SITE_HEAD
    assert len(out.splitlines()) == 4
    assert "1737.4 km" in err


def test_the_place_may_come_last(moonport):
    first = moonport("site", "-41.6,-154", *SITE, "--csv", "-")
    assert moonport("site", *SITE, "--csv", "-", "-41.6,-154") == first


def test_an_unknown_option_is_still_one(moonport):
    code, _, err = moonport("site", "-x", "10,10", *SITE)
    assert code == 2
    assert "-x" in err


def test_site_table(moonport, tmp_path):
    code, out, err = moonport("site", "malapert_massif", *SITE, "--csv", "site.csv")
    assert (code, out) == (0, "")
    assert "3 rows in site.csv" in err
    lines = (tmp_path / "site.csv").read_text().splitlines()
    assert lines[0] == SITE_HEAD
    assert lines[1].startswith("2027-01-01T00:00:00.000Z,")
    assert lines[1].split(",")[7] in {"true", "false"}
    code, out, _ = moonport("site", "malapert_massif", *SITE, "--json")
    rows = json.loads(out)
    assert [row["utc"][11:16] for row in rows] == ["00:00", "01:00", "02:00"]
    assert isinstance(rows[0]["earth_visible"], bool)
    assert isinstance(rows[0]["sun_elevation_deg"], float)


def test_start_and_stop_may_be_equal(moonport):
    code, out, _ = moonport("site", "0,0", "--start", "2027-01-01", "--stop", "2027-01-01", "--csv", "-", "-q")
    assert (code, len(out.splitlines())) == (0, 2)


def test_init(moonport, tmp_path):
    assert moonport("init", "--from", "ilrs_2026")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"ilrs_2026.yaml", "ilrs_base.yaml"}
    assert moonport("validate", "ilrs_2026.yaml")[0] == 0
    assert moonport("init")[0] == 0
    assert moonport("validate", "scenario.yaml")[0] == 0
    (tmp_path / "scenario.yaml").write_text("mine")
    code, _, err = moonport("init")
    assert code == 2
    assert "already here" in err


def test_catalog(moonport):
    code, out, _ = moonport("catalog")
    assert code == 0
    assert all(f"\n{kind}\n" in f"\n{out}" for kind in ("launchers", "landers", "landing_sites"))
    assert "storable_heavy" in moonport("catalog", "landers")[1]
    assert "status: planned" in moonport("catalog", "argonaut")[1]
    assert moonport("catalog", "landers", "argonaut")[1] == moonport("catalog", "argonaut")[1]
    document = json.loads(moonport("catalog", "long_march_5", "--json")[1])
    assert document[0]["tli"][0]["mass"]["value"] == "8.35 t"


def test_schema(moonport):
    assert json.loads(moonport("schema")[1])["title"] == "Moonport scenario"


def test_doctor(moonport):
    code, out, _ = moonport("doctor")
    assert code == 0
    assert "JPL DE440" in out
    assert "never used" in out
    assert json.loads(moonport("doctor", "--json")[1])["problems"] == []


def test_a_closed_pipe_is_no_fault():
    command = f"{sys.executable} -m sim.cli catalog | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode in {0, 141}
    assert "Traceback" not in done.stderr
