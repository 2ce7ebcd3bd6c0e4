"""``moonport orbit family``: table, folder, figure, and what it refuses."""

import csv
import io
import json

import matplotlib as mpl
import numpy as np
import pytest

from plots.halo_family import halo_figure, retrograde_figure
from plots.style import moonport_style
from sim.cli import execute
from sim.constants import R_MOON_KM
from sim.orbit.periodic import PeriodicOrbit, corrected
from sim.results.orbit_family import family_sheet, spread
from sim.results.run_folder import kind_of


@pytest.fixture
def moonport(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder; gives exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = execute(arguments)
        return code, *capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def halos():
    return family_sheet("halo", "L2", "south")


def test_family_by_default_is_that_of_the_near_rectilinear_station(moonport, tmp_path):
    code, out, err = moonport("orbit", "family")
    assert code == 0
    folder = tmp_path / "runs/family_halo_l2_south"
    assert "southern L2 halos" in out.splitlines()[0]
    assert [line.split()[-1] for line in out.splitlines() if line.endswith((":1", ":2"))] == ["3:1", "4:1", "9:2"]
    assert str(folder) in err
    assert kind_of(folder) == "family"
    assert sorted(path.name for path in folder.iterdir()) == [
        "columns.json",
        "family.csv",
        "figures",
        "provenance.json",
        "summary.json",
    ]
    assert (folder / "figures/family_halo.png").is_file()
    provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert provenance["three_body_problem"]["distance_km"] == 384400.0


def test_csv_rows_are_periodic_orbits(moonport, tmp_path):
    code, out, _ = moonport("orbit", "family", "--point", "L1", "--branch", "north", "--csv", "-", "-o", "here", "-q")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert out == (tmp_path / "here/family.csv").read_text("utf-8")
    for row in rows[::40]:
        state = [float(row["x"]), 0.0, float(row["z"]), 0.0, float(row["vy"]), 0.0]
        orbit = corrected("halo", state, float(row["period"]), point="L1", branch="north")
        assert isinstance(orbit, PeriodicOrbit)
        assert orbit.state == pytest.approx(state, abs=1e-12)  # the table's fifteen digits, grown a thousandfold
        assert orbit.jacobi == pytest.approx(float(row["jacobi"]), abs=1e-11)


def test_json_of_retrograde_orbits(moonport, tmp_path):
    code, out, _ = moonport("orbit", "family", "--kind", "dro", "--csv", "all.csv", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ranges"]["amplitude_km"][1] == pytest.approx(200000.0)
    assert told["resonant"]["2:1"]["period_d"] == pytest.approx(29.530589 / 2.0)
    assert len((tmp_path / "all.csv").read_text("utf-8").splitlines()) == told["members"] + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "dro", "--point", "L1"], "leave them out"),
        (["--csv", "nowhere/all.csv"], "cannot be written"),
        (["--point", "L3"], "L3"),
    ],
)
def test_refusals(moonport, arguments, words):
    code, _, err = moonport("orbit", "family", *arguments)
    assert code == 2
    assert words in err


def test_sheet(halos):
    altitude = halos.values["perilune_altitude_km"]
    assert altitude[-1] == pytest.approx(0.0, abs=1e-6)
    assert halos.drawn[0] == 0
    assert halos.drawn[-1] == len(altitude) - 1
    distance_km = np.linalg.norm(halos.paths_km, axis=2)
    assert distance_km.min(axis=1) == pytest.approx(altitude[halos.drawn] + R_MOON_KM, rel=2e-4)  # 401 points a path
    assert halos.points_km["L2"] == pytest.approx(64500.0, abs=100.0)  # textbooks: 64 500 km beyond the Moon


def test_spread_keeps_both_ends():
    line = np.linspace(0.0, 1.0, 101)
    chosen = spread({"amplitude_km": line**2, "perilune_altitude_km": -line}, 5)
    assert chosen[0] == 0
    assert chosen[-1] == 100
    assert len(chosen) == 5


def test_figures_name_what_they_show(halos):
    with moonport_style(), mpl.rc_context():
        halo, retrograde = halo_figure(halos), retrograde_figure(family_sheet("dro"))
    said = {text.get_text() for ax in halo.axes for text in ax.texts}
    assert {"Moon", "L2", "9:2"} <= said
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in (*halo.axes[:4], *retrograde.axes[:2]))
    (side, *_) = halo.axes
    assert len(side.collections[0].get_paths()) == len(halos.drawn)
    assert side.patches[0].get_radius() == pytest.approx(R_MOON_KM / 1000.0)  # the Moon to scale
