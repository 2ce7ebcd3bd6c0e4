import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import UsageError
from sim.results.compare import (
    compare,
    comparison_csv,
    comparison_document,
    comparison_text,
    lanes_csv,
    write_comparison,
)
from sim.results.dataset import lane_dataset
from sim.results.run_folder import kind_of
from sim.results.summary import (
    METRICS,
    best_payload_by_day,
    landed_per_year,
    landed_total,
    longest_run,
    value_range,
)
from tests.factories import outcomes, written_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return written_run(folder / "a", "Alone", 1), written_run(folder / "b", "With partners", 2)


def test_the_summary_and_the_comparison_say_the_same(runs):
    comparison = compare(runs)
    assert comparison.architectures == ("Alone", "With partners")
    for row in comparison.rows:
        assert row.values == tuple(run.summary["architecture"][row.metric] for run in runs)


def test_metrics_are_what_their_names_say(runs):
    run = runs[1]
    summary = run.summary["architecture"]
    open_days = np.any([lane.data["feasible"].values for lane in run.lanes], axis=0)
    payload = np.array([lane.data["landed_payload_kg"].values for lane in run.lanes])
    assert summary["days_open"] == open_days.sum()
    assert summary["fraction_open"] == pytest.approx(open_days.mean(), abs=5e-7)  # six decimals are kept
    assert summary["best_landed_payload_kg"] == pytest.approx(np.nanmax(payload), abs=5e-4)  # three decimals
    assert summary["median_landed_payload_kg"] == pytest.approx(
        np.median(np.nanmax(payload[:, open_days], axis=0)), abs=5e-4
    )
    total = sum(window.landed_payload_kg for lane in run.lanes for window in lane.windows)
    assert summary["landed_if_every_window_kg"] == pytest.approx(total, abs=5e-4)
    assert summary["landed_per_year_kg"] is None  # 120 days say nothing of a year
    year = [lane_dataset(outcome) for outcome in outcomes(2, 366)]
    assert landed_per_year(year) == pytest.approx(landed_total(year) * 365.25 / 366, rel=1e-12)
    assert summary["windows"] == sum(len(lane.windows) for lane in run.lanes)
    assert summary["assumed_figures"] == 4
    first = min(lane.data["landing_utc"].values[lane.data["feasible"].values].min() for lane in run.lanes)
    assert summary["first_landing_utc"] == f"{first}Z"
    shares = [sum(window.landed_payload_kg for window in lane.windows) / total for lane in run.lanes]
    assert summary["largest_partner_share"] == pytest.approx(max(shares), abs=5e-7)


def test_the_longest_run_of_days():
    assert longest_run(np.array([], dtype=bool)) == 0
    assert longest_run(np.array([False, False])) == 0
    assert longest_run(np.array([True, False, True, True, False, True])) == 2
    assert longest_run(np.ones(4, dtype=bool)) == 4


def test_the_best_lane_of_the_day_counts(runs):
    lanes = [lane.data for lane in runs[1].lanes]
    best = best_payload_by_day(lanes)
    alone = [best_payload_by_day([lane]) for lane in lanes]
    np.testing.assert_array_equal(best, np.fmax(*alone))


def test_ranges_hold_open_days_only(runs):
    lane = runs[0].lanes[0].data
    low, high = value_range(lane, "tof_d")
    assert 4.2 - 1e-6 <= low <= high <= 5.0 + 1e-6  # the made-up flights take 4.6 +- 0.4 d
    assert runs[0].summary["lanes"]["heavy_cargo"]["ranges"]["tof_d"] == [low, high]


def test_the_better_architecture_is_marked(runs):
    rows = {row.metric: row for row in compare(runs).rows}
    assert rows["days_open"].best == (1,)
    assert rows["longest_closed_d"].best == (1,)
    assert rows["days"].best == ()
    assert compare([runs[0], runs[0]]).rows[3].best == ()


def test_a_run_without_lanes_has_no_figures_of_them(runs):
    alone = replace(runs[0], lanes=())
    rows = {row.metric: row for row in compare([alone, *runs]).rows}
    assert rows["lanes"].values[0] == 0
    assert {row.values[0] for name, row in rows.items() if name != "lanes"} == {None}
    assert rows["assumed_figures"].best == (1,)
    assert 0 not in {index for row in rows.values() for index in row.best}


def test_equal_names_are_numbered(runs):
    assert compare([runs[0], runs[0], runs[1]]).architectures == ("Alone", "Alone (2)", "With partners")


def test_one_run_is_no_comparison(runs):
    with pytest.raises(UsageError, match="two runs or more"):
        compare(runs[:1])


def test_different_horizons_are_pointed_out(runs, tmp_path):
    shorter = written_run(tmp_path / "short", "Short", 1, days=60)
    note, unranked = compare([runs[0], shorter]).notes
    assert unranked.startswith("no best is marked where the horizon decides: lanes_delivering, days_open, ")
    assert note == "horizons differ: Alone: 2029-01-01 to 2029-04-30; Short: 2029-01-01 to 2029-03-01"
    assert note in comparison_text(compare([runs[0], shorter]))
    assert compare(runs).notes == ()


def test_counts_of_unlike_horizons_and_dates_of_moved_ones_are_not_ranked(runs, tmp_path):
    shorter = written_run(tmp_path / "short", "Short", 2, days=60)
    rows = {row.metric: row for row in compare([runs[0], shorter]).rows}
    assert rows["days_open"].values[0] != rows["days_open"].values[1]
    counted = ("days_open", "windows", "longest_closed_d", "landed_if_every_window_kg", "lanes_delivering")
    assert [rows[name].best for name in (*counted, "first_open_day")] == [()] * 6
    assert rows["fraction_open"].best
    moved = replace(runs[1], header=replace(runs[1].header, start="2030-01-01", end="2030-04-30"))
    rows = {row.metric: row for row in compare([runs[0], moved]).rows}  # as long, a year later
    assert rows["days_open"].best == (1,)
    assert rows["first_landing_utc"].best == ()


def test_every_landing_site_of_a_run_is_compared(runs):
    lanes = tuple(replace(lane, landing_site=site) for lane, site in zip(runs[1].lanes, ("a", "b"), strict=True))
    (note,) = compare([runs[0], replace(runs[1], lanes=lanes)]).notes
    assert note == "landing sites differ: Alone: connecting_ridge; With partners: a, b"


def test_dates_are_better_earlier(runs):
    better = {row.metric: row.better for row in compare(runs).rows if row.unit == "UTC"}
    assert better == {"first_open_day": "earlier", "first_landing_utc": "earlier"}


def test_tables_have_a_row_a_metric_and_a_row_a_lane(runs):
    comparison = compare(runs)
    rows = list(csv.reader(io.StringIO(comparison_csv(comparison))))
    assert rows[0] == ["metric", "unit", "Alone", "With partners"]
    assert [row[0] for row in rows[1:]] == [metric.name for metric in METRICS]
    lanes = list(csv.DictReader(io.StringIO(lanes_csv(comparison))))
    assert [(row["architecture"], row["lane"]) for row in lanes] == [
        ("Alone", "heavy_cargo"),
        ("With partners", "heavy_cargo"),
        ("With partners", "medium_cargo"),
    ]
    assert lanes[0]["days_open"] == str(runs[0].summary["lanes"]["heavy_cargo"]["days_open"])


def test_the_screen_table_is_aligned(runs):
    lines = comparison_text(compare(runs)).splitlines()
    assert len(lines) == len(METRICS) + 3
    assert lines[-1] == "* best of its row; unit 1: a plain number, a count or a share of 1"
    assert re.search(r"days_open +d +\d+ +\d+\*", "\n".join(lines))
    assert all(line == line.rstrip() for line in lines)


def test_the_folder_is_a_comparison_and_the_same_each_time(runs, tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write_comparison(folder, compare(runs), runs)
    assert kind_of(folders[0]) == "comparison"
    for name in ("comparison.json", "comparison.csv", "lanes.csv"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    document = json.loads((folders[0] / "comparison.json").read_text(encoding="utf-8"))
    assert document == comparison_document(compare(runs))
    assert document["metrics"]["days_open"]["best"] == ["With partners"]


def test_a_run_that_never_delivers_can_be_compared(runs, tmp_path):
    from sim.results.run import load_run, write_results
    from tests.factories import lane_outcome, run_header

    header = run_header("Never", days=120)
    write_results(tmp_path, header, [lane_outcome(closed=True)], (), "", {"kind": "run", "moonport": "0.1.0"})
    comparison = compare([runs[0], load_run(tmp_path)])
    rows = {row.metric: row for row in comparison.rows}
    assert rows["best_landed_payload_kg"].values[1] is None
    assert rows["first_landing_utc"].best == ()
    assert rows["lanes_delivering"].values == (1, 0)
    assert "None" not in comparison_text(comparison)
