"""Closures, landing chances and robustness: in tables, dataset, summary and report, and read back from the folder."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.columns import TABLES, Column
from sim.results.explained import closure_rows, closures_document, robustness_rows
from sim.results.planning import dates_at, is_small
from sim.results.report import percent, report_html, signed
from sim.results.run import load_run, write_results
from sim.results.tables import tables_text
from sim.window.constraints import CONSTRAINTS
from sim.window.types import Relaxation
from tests.factories import outcomes, run_header, written_run
from tests.planning import with_planning

# The stable interface: scripts read these columns in this order; others may only follow.
STATED = {
    "closures.csv": "lane,first_day,last_day,days,closed_by,relaxation,relaxed_day,open_before,open_after",
    "landings.csv": "lane,window,chance,landing_utc,loiter_d,revolution,cross_range_deg,sun_azimuth_deg,"
    "sun_elevation_deg,sun_above_horizon_deg,light_left_d,earth_azimuth_deg,earth_elevation_deg,relay_elevation_deg,"
    "closed_by,taken",
    "robustness.csv": "lane,window,slip_d,feasible,payload_change_kg,landing_shift_d,wait_d,correction_rms_m_s,"
    "correction_p99_m_s,miss_km,budget_share,lit_share",
}
PATTERNS = {
    "utc": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "date": r"\d{4}-\d\d-\d\d",
    "boolean": r"true|false",
    "integer": r"-?\d+",
}
ADDED = [
    "open_before",
    "open_after",
    "relaxed_constraint",
    "loi_loss_m_s",
    "light_left_d",
    "contact_deg",
    "eclipse_min",
]


@pytest.fixture(scope="module")
def found():
    return tuple(map(with_planning, outcomes(3, 200)))


@pytest.fixture(scope="module")
def tables(found):
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in tables_text(found).items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("run"), lanes=3, days=200, planned=True)


def pattern(column: Column) -> str:
    if column.kind == "number":
        return rf"-?\d+\.\d{{{column.decimals}}}"
    return PATTERNS.get(column.kind, r"(?s).*")


@pytest.mark.parametrize("name", STATED)
def test_the_stated_columns_come_first(found, name):
    assert tables_text(found[:1])[name].splitlines()[0].startswith(STATED[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_has_its_columns_form(tables, name):
    assert tables[name]
    for column in TABLES[name]:
        form = re.compile(pattern(column))
        assert [
            row[column.name] for row in tables[name] if row[column.name] and not form.fullmatch(row[column.name])
        ] == []


def test_without_planning_the_tables_are_headers_and_the_new_columns_empty():
    texts = tables_text(outcomes(1, 30))
    assert [len(texts[name].splitlines()) for name in STATED] == [1, 1, 1]
    rows = list(csv.DictReader(io.StringIO(texts["launches.csv"])))
    assert {row[name] for row in rows for name in ADDED} == {""}


def test_closures_hold_every_closed_day_once(found, tables):
    for outcome in found:
        rows = [row for row in tables["closures.csv"] if row["lane"] == outcome.lane]
        assert sum(int(row["days"]) for row in rows) == np.count_nonzero(~outcome.feasible)


def test_a_closures_relaxed_day_lies_in_it_and_says_the_relaxation(tables):
    launches = {(row["lane"], row["day"]): row for row in tables["launches.csv"]}
    relaxed = [row for row in tables["closures.csv"] if row["relaxed_day"]]
    assert relaxed
    for row in relaxed:
        assert row["first_day"] <= row["relaxed_day"] <= row["last_day"]
        day = launches[row["lane"], row["relaxed_day"]]
        for name in ("relaxation", "relaxed_constraint", "relaxation_amount", "relaxation_unit", "relaxation_is_small"):
            assert row[name] == day[name] != ""


def test_open_neighbours_are_open_days(tables):
    is_open = {(row["lane"], row["day"]): row["feasible"] == "true" for row in tables["launches.csv"]}
    for row in tables["launches.csv"]:
        for name in ("open_before", "open_after"):
            assert not row[name] or is_open[row["lane"], row[name]]
        if row["feasible"] == "true":
            assert row["open_before"] == row["open_after"] == row["day"]


def test_one_landing_is_taken_a_window_and_chances_follow_the_loiter(tables):
    windows = {(row["lane"], row["window"]): row for row in tables["windows.csv"]}
    for key, window in windows.items():
        rows = [row for row in tables["landings.csv"] if (row["lane"], row["window"]) == key]
        assert [row["taken"] for row in rows].count("true") == 1
        assert sum(row["closed_by"] == "" for row in rows) == int(window["landing_chances"])
        assert [int(row["chance"]) for row in rows] == list(range(len(rows)))
        assert sorted(float(row["loiter_d"]) for row in rows) == [float(row["loiter_d"]) for row in rows]


def test_a_closed_slip_costs_no_figure_but_a_wait(tables):
    slips = [row for row in tables["robustness.csv"] if row["slip_d"] != "0"]
    assert {row["slip_d"] for row in slips} == {"1", "2", "14"}
    closed = [row for row in slips if row["feasible"] == "false"]
    assert closed
    assert {row["payload_change_kg"] for row in closed} == {""}
    assert all(row["wait_d"] == "" or int(row["wait_d"]) > 0 for row in closed)


def test_sampling_is_given_where_it_was_done(tables):
    best = [row for row in tables["robustness.csv"] if row["samples"]]
    assert len(best) == 2  # the best window of each lane that opens
    assert all(row["slip_d"] == "0" and row["monte_carlo_p99_m_s"] for row in best)


def test_every_variable_says_what_it_is(run):
    for lane in run.lanes:
        for name, variable in lane.data.variables.items():
            assert variable.attrs["long_name"], name
            if variable.dtype.kind == "f":
                assert variable.attrs["units"], name


def test_the_folder_gives_back_what_was_found(run, found):
    outcome, data = found[0], load_run(run.path).lanes[0].data
    chances = outcome.landings[1]
    here = data["chance_window"].values == chances.window
    np.testing.assert_array_equal(data["chance_loiter_d"].values[here], chances.loiter_s * (1.0 / 86400.0))
    texts = data["chance_closed"].values[data["chance_closed_code"].values[here]]
    assert tuple(texts) == chances.closed_by
    assert int(np.flatnonzero(data["chance_taken"].values[here])[0]) == chances.taken
    np.testing.assert_array_equal(data["profile_altitude_km"].values, outcome.descents[0].altitude_km)
    np.testing.assert_array_equal(data["sky_sun_elevation_deg"].values, np.degrees(outcome.sky[0].sun_elevation_rad))
    assert data["horizon_source"].values.tolist() == ["made-up hills"]
    assert [str(each) for each in data["open_before"].values.astype("datetime64[D]")[-3:]] == [
        str(outcome.day[index]) for index in outcome.open_before[-3:]
    ]


def test_closures_and_robustness_are_read_back(run, found):
    lane = load_run(run.path).lanes[0]
    rows = closure_rows(lane.data)
    assert [row.days for row in rows] == [each.last_day - each.first_day + 1 for each in found[0].closures]
    assert [row.closed_by for row in rows] == [each.closed_by for each in found[0].closures]
    assert rows[0].open_before == ""  # the horizon begins closed
    robustness = robustness_rows(lane.data)
    assert len(robustness) == len(found[0].slips) + len(found[0].dispersions)
    assert robustness[0].correction_p99_m_s == found[0].dispersions[0].correction_p99_m_s
    assert all(row.searched for row in robustness)


def test_a_slip_beyond_the_horizon_reads_back_as_not_searched(found, tmp_path):
    unsearched = tuple(replace(each, feasible=False, wait_days=-1, searched=False) for each in found[0].slips)
    written = write_results(
        tmp_path, run_header(days=200), [replace(found[0], slips=unsearched)], (), "", {"kind": "run"}
    )
    rows = [row for row in robustness_rows(written.lanes[0].data) if row.slip_d]
    assert rows
    assert not any(row.searched for row in rows)
    assert "beyond the horizon" in report_html(written, [])


def test_the_summary_counts_closures_and_tells_the_best_windows_slips(run, found):
    summary = json.loads((run.path / "summary.json").read_text(encoding="utf-8"))["lanes"]
    heavy = summary["heavy_cargo"]
    assert heavy["closures"]["count"] == len(found[0].closures)
    days = [row["days"] for row in heavy["closures"]["longest"]]
    assert days == sorted((c.last_day - c.first_day + 1 for c in found[0].closures), reverse=True)[:3]
    assert heavy["closures"]["relaxed"]["launcher_mass"] == {
        "closures": sum(
            c.relaxation is not None and c.relaxation.constraint == "launcher_mass" for c in found[0].closures
        ),
        "least": 60.0,
        "unit": "kg",
    }
    assert [row["slip_d"] for row in heavy["robustness"]] == [0, 1, 2, 14]
    assert summary["light_cargo"]["robustness"] == []  # never opens


def test_a_run_without_planning_says_none(tmp_path):
    lane = written_run(tmp_path, lanes=1, days=30).summary["lanes"]["heavy_cargo"]
    assert lane["closures"] is None
    assert lane["robustness"] == []


def test_document_of_closures_is_json(run):
    document = closures_document([lane.data for lane in run.lanes])
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {row["lane"] for row in document} == {"heavy_cargo", "medium_cargo", "light_cargo"}


def test_same_bytes_each_time(tmp_path):
    for name in ("one", "two"):
        written_run(tmp_path / name, lanes=2, days=60, planned=True)
    for file in ("results.nc", "summary.json", "tables/landings.csv", "tables/closures.csv", "tables/robustness.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_no_day_is_no_date():
    day = np.array(["2029-01-01", "2029-01-02"], dtype="datetime64[D]")
    assert [str(each) for each in dates_at(day, [-1, 0, 1])] == ["NaT", "2029-01-01", "2029-01-02"]


@given(st.sampled_from(CONSTRAINTS), st.floats(0.0, 1e4))
def test_small_is_what_the_constraint_calls_small(constraint, amount):
    relaxation = Relaxation(constraint.name, amount, constraint.unit)
    assert is_small(relaxation) == (amount <= constraint.scale)


def test_an_unknown_constraints_relaxation_is_never_small():
    assert not is_small(Relaxation("dust_storm", 0.0, ""))


def test_report_tells_closures_slips_and_the_correction(run):
    page = report_html(run, [])
    assert "what would open them" in page
    assert "<b>launcher mass by 60 kg</b>" in page  # small: bold
    assert "launcher mass by 900 kg" in page
    assert "If the best flight slips" in page
    assert "14.8 m/s at 99 %" in page
    assert page.count("By sampling: 15.1 m/s") == 2


def test_report_of_a_run_without_planning_leaves_them_out(tmp_path):
    page = report_html(written_run(tmp_path, lanes=1, days=30), [])
    assert "what would open them" not in page
    assert "slips" not in page


def test_differences_and_shares_in_words():
    assert [signed(None), signed(-12.3), signed(0.06, 1)] == ["–", "\N{MINUS SIGN}12", "+0.1"]
    assert [percent(None), percent(0.9999), percent(1.0)] == ["–", "99.9 %", "100.0 %"]
