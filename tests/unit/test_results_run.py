import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.astro.time import utc_datetime64
from sim.errors import UsageError
from sim.results.columns import TABLES
from sim.results.provenance import conventions, provenance_document
from sim.results.run import load_run, write_results
from tests.factories import flight_tracks, lane_outcome, outcomes, run_header, written_run

ROOT = Path(__file__).parents[2]
WRITE = "import sys; from pathlib import Path; from tests.factories import written_run; written_run(Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("run"))


def test_the_folder_is_complete(run):
    names = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    tables = {f"tables/{name}" for name in (*TABLES, "columns.json")}
    assert names == tables | {"results.nc", "summary.json", "provenance.json", "scenario.resolved.yaml"}


def test_every_variable_says_what_it_is(run):
    for dataset in [lane.data for lane in run.lanes] + [run.flights]:
        for name, variable in dataset.variables.items():
            assert variable.attrs["long_name"], name
            if variable.dtype.kind == "f":
                assert variable.attrs["units"], name


def test_launches_come_back_exactly(run):
    outcome = outcomes()[0]
    data = run.lane("heavy_cargo").data
    np.testing.assert_array_equal(data["day"].values.astype("datetime64[D]"), outcome.day)
    np.testing.assert_array_equal(data["feasible"].values, outcome.feasible)
    np.testing.assert_array_equal(data["loi_dv_m_s"].values, outcome.launches["loi_dv_km_s"] * 1e3)
    np.testing.assert_array_equal(data["tli_utc"].values, utc_datetime64(outcome.launches["tli_tdb_s"]))
    assert tuple(data["closed_by"].values) == outcome.closed_by
    assert data["feasible"].dtype == bool


def test_masks_and_margins_come_back_exactly(run):
    outcome = outcomes()[0]
    data = run.lane("heavy_cargo").data
    for strip in outcome.constraints:
        np.testing.assert_array_equal(data["constraint_open"].sel(constraint=strip.name).values, strip.open)
        np.testing.assert_array_equal(data["constraint_margin"].sel(constraint=strip.name).values, strip.margin)
    assert tuple(data["constraint_unit"].values) == tuple(strip.unit for strip in outcome.constraints)


def test_the_porkchop_keeps_a_reason_for_every_hole(run):
    data = run.lane("heavy_cargo").data
    flies = data["porkchop_reason"].values == 0
    np.testing.assert_array_equal(np.isfinite(data["porkchop_tli_dv_m_s"].values), flies)
    assert data["porkchop_reason"].dims == ("day", "time_of_flight")
    assert data["reason"].values[0] == "flies"
    assert data["time_of_flight"].attrs["units"] == "d"


def test_windows_come_back_in_days_and_utc(run):
    window = outcomes()[0].windows[1]
    row = run.lane("heavy_cargo").windows[1]
    assert (row.window, row.days) == (1, window.days)
    assert row.first_day == outcomes()[0].day[window.first_day]
    assert row.last_day - row.first_day == np.timedelta64(window.days - 1, "D")
    assert row.best_landing_utc == utc_datetime64(window.best.landing_tdb_s)
    assert row.landed_payload_low_kg == window.best.landed_payload_low_kg


def test_flights_are_sampled_beside_the_moon(run):
    tracks = flight_tracks(outcomes())
    assert dict(run.flights.sizes) == {"flight": len(tracks), "sample": 121, "axis": 3, "burn": 2}
    np.testing.assert_array_equal(run.flights["position_icrf_km"].values[0], tracks[0].position_icrf_km)
    np.testing.assert_array_equal(run.flights["t_tdb_s"].values[0], tracks[0].t_tdb_s)
    assert list(run.flights["burn"].values) == ["translunar_injection", "lunar_orbit_insertion"]
    assert run.flights["burn_dv_m_s"].values[0, 0] == tracks[0].burns[0].dv_km_s * 1e3


def test_a_lane_that_never_opens_is_kept_with_its_reasons(run):
    lane = run.lane("light_cargo")
    assert lane.windows == ()
    assert not lane.data["feasible"].values.any()
    assert run.summary["lanes"]["light_cargo"]["closed_by"]["launcher_mass"]["days_named"] == 120


def test_what_was_written_equals_what_is_read(tmp_path):
    found = outcomes(2, 60)
    written = write_results(
        tmp_path, run_header(days=60), found, flight_tracks(found), "", {"kind": "run", "moonport": "0"}
    )
    read = load_run(tmp_path)
    assert read.header == written.header
    assert json.loads(json.dumps(written.summary)) == read.summary
    for one, other in zip(written.lanes, read.lanes, strict=True):
        assert one.windows == other.windows
        assert set(one.data.variables) == set(other.data.variables)


def test_nothing_feasible_is_still_a_run(tmp_path):
    found = [lane_outcome(closed=True, days=10)]
    write_results(tmp_path, run_header(days=10), found, (), "", {"kind": "run", "moonport": "0"})
    run = load_run(tmp_path)
    assert run.summary["architecture"]["days_open"] == 0
    assert run.summary["architecture"]["best_landed_payload_kg"] is None
    assert run.flights.sizes["flight"] == 0


def test_flights_of_unequal_length_end_in_nan(tmp_path):
    found = outcomes(1, 60)
    first, second = (window.best for window in found[0].windows[:2])
    from tests.factories import flight_track

    tracks = (flight_track(first, 5), flight_track(second, 8))
    flights = write_results(tmp_path, run_header(), found, tracks, "", {"kind": "run", "moonport": "0"}).flights
    assert np.isnan(flights["position_icrf_km"].values[0, 5:]).all()
    assert np.isnat(flights["t_utc"].values[0, 5:]).all()
    assert np.isfinite(flights["position_icrf_km"].values[1]).all()


def test_the_same_input_gives_the_same_bytes_in_any_process(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for seed, folder in enumerate(folders):
        environment = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, cwd=tmp_path, env=environment)
    contents = [{p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders]
    assert contents[0] == contents[1]


def test_unknown_lanes_are_named_with_those_there_are(run):
    with pytest.raises(UsageError, match="no lane 'x'; it has heavy_cargo, medium_cargo, light_cargo"):
        run.lane("x")


@pytest.mark.parametrize("damage", ["missing", "empty", "summary", "dataset", "comparison"])
def test_what_is_no_run_folder_is_refused_in_words(tmp_path, damage):
    folder = tmp_path / "run"
    if damage != "missing":
        folder.mkdir()
    if damage in {"summary", "dataset", "comparison"}:
        written_run(folder, lanes=1, days=30)
    if damage == "summary":
        (folder / "summary.json").write_text("{", encoding="utf-8")
    if damage == "dataset":
        (folder / "results.nc").write_bytes(b"no dataset")
    if damage == "comparison":
        (folder / "provenance.json").write_text('{"kind": "comparison", "moonport": "0"}', encoding="utf-8")
    with pytest.raises(UsageError, match="is not a finished Moonport run folder") as caught:
        load_run(folder)
    assert caught.value.exit_code == 2


def test_provenance_names_versions_kernels_and_the_scenario():
    document = provenance_document("moonport: 1\n", jobs=2, elapsed_s=1.23456, extra={"note": "x"})
    # sha256sum of the text "moonport: 1\n"
    assert document["scenario_sha256"] == "877fe1be21681875c4a0f1aac22ed16efafc854941fb6d07249f1490c056ace6"
    assert document["versions"]["numpy"] == np.__version__
    assert {kernel["file"] for kernel in document["kernels"]} == {"de440.bsp", "moon_pa_de421_1900-2050.bpc"}
    assert document["conventions"] == conventions()
    assert (document["jobs"], document["elapsed_s"], document["note"]) == (2, 1.235, "x")
    json.dumps(document, allow_nan=False)
