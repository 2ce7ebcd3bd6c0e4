import csv
import io
import json
import re

import numpy as np
import pytest

from sim.results.columns import LAUNCHES, TABLES, WINDOWS, Column
from sim.results.tables import closing_days, columns_document, csv_text, number_texts, tables_text, write_tables
from tests.factories import lane_outcome, outcomes

# The stable interface: scripts read these columns in this order; others may only follow.
STATED = {
    "windows.csv": "lane,window,open_utc,close_utc,days,best_liftoff_utc,best_tli_utc,best_arrival_utc,"
    "best_landing_utc,tof_d,c3_km2_s2,tli_dv_m_s,loi_dv_m_s,descent_dv_m_s,landed_payload_kg",
    "launches.csv": "lane,day,feasible,liftoff_open_utc,liftoff_close_utc,azimuth_open_deg,azimuth_close_deg,"
    "best_liftoff_utc,best_azimuth_deg,parking_inclination_deg,coast_min,tli_utc,arrival_utc,landing_utc,tof_d,"
    "tli_dv_m_s,loi_dv_m_s,landed_payload_kg,closed_by,relaxation",
}
PATTERNS = {
    "utc": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "boolean": r"true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "integer": r"-?\d+",
}


@pytest.fixture(scope="module")
def tables():
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in tables_text(outcomes(3, 90)).items()}


def pattern(column: Column) -> str:
    if column.kind == "number":
        return rf"-?\d+\.\d{{{column.decimals}}}"
    return PATTERNS.get(column.kind, r"(?s).*")


@pytest.mark.parametrize("name", STATED)
def test_the_stated_columns_come_first(name):
    header = tables_text(outcomes(1, 30))[name].splitlines()[0]
    assert header.startswith(STATED[name] + ",")


@pytest.mark.parametrize(
    ("name", "column"), [(n, c) for n, cs in TABLES.items() for c in cs], ids=lambda x: str(x)[:40]
)
def test_every_cell_has_its_columns_form(tables, name, column):
    cells = [row[column.name] for row in tables[name]]
    form = re.compile(pattern(column))
    assert [cell for cell in cells if cell and not form.fullmatch(cell)] == []


@pytest.mark.parametrize("columns", TABLES.values(), ids=TABLES.keys())
def test_angles_have_six_decimals_and_names_say_the_unit(columns):
    angles = [column for column in columns if column.unit == "deg"]
    assert all(column.decimals == 6 and column.name.endswith("_deg") for column in angles)


def test_open_days_are_full_and_closed_days_say_why(tables):
    filled = [c.name for c in LAUNCHES if c.kind in {"utc", "number"} and c.source in lane_outcome().launches]
    for row in tables["launches.csv"]:
        is_open = row["feasible"] == "true"
        assert is_open == (row["closed_by"] == "")
        assert all(bool(row[name]) == is_open for name in filled)


def test_one_row_a_lane_and_day(tables):
    days = [(row["lane"], row["day"]) for row in tables["launches.csv"]]
    assert len(days) == len(set(days)) == 3 * 90
    assert days[0] == ("heavy_cargo", "2029-01-01")


def test_windows_repeat_the_launch_of_their_best_day(tables):
    launches = {(row["lane"], row["best_liftoff_utc"]): row for row in tables["launches.csv"] if row["tli_utc"]}
    assert tables["windows.csv"]
    for window in tables["windows.csv"]:
        day = launches[window["lane"], window["best_liftoff_utc"]]
        for name in ("tof_d", "tli_dv_m_s", "loi_dv_m_s", "descent_dv_m_s", "landed_payload_kg"):
            assert window[name] == day[name]


def test_values_are_converted_to_what_people_read():
    outcome = lane_outcome(days=60)
    window = outcome.windows[0]
    row = next(csv.DictReader(io.StringIO(tables_text([outcome])["windows.csv"])))
    assert float(row["tli_dv_m_s"]) == pytest.approx(window.best.tli_dv_km_s * 1e3, abs=5e-4)  # written to 1 mm/s
    assert float(row["tof_d"]) == pytest.approx(window.best.transfer.time_of_flight_s / 86400.0, abs=5e-7)
    assert float(row["best_azimuth_deg"]) == pytest.approx(np.degrees(window.best.azimuth_rad), abs=5e-7)
    assert float(row["coast_min"]) == pytest.approx(window.best.coast_s / 60.0, abs=5e-5)
    assert row["assumed"] == "launcher.tli;lander.dry_mass"


def test_numbers_without_value_are_empty_and_zero_has_no_sign():
    values = np.array([np.nan, np.inf, -0.0, -0.0004, 0.0005, -1.25])
    assert number_texts(values, 3) == ["", "", "0.000", "0.000", "0.001", "-1.250"]


def test_cells_with_commas_are_quoted():
    column = Column("relaxation", "words", "text", "relaxation")
    text = csv_text([column], [{"relaxation": ["wait, or lift", 'a "b"']}])
    assert list(csv.reader(io.StringIO(text))) == [["relaxation"], ["wait, or lift"], ['a "b"']]


def test_a_run_without_windows_still_has_every_table():
    texts = tables_text([lane_outcome(closed=True, days=20)])
    assert texts["windows.csv"] == ",".join(column.name for column in WINDOWS) + "\n"
    assert texts["launches.csv"].count("\n") == 21


def test_constraints_count_days(tables):
    outcome = lane_outcome(days=90)
    rows = {row["constraint"]: row for row in tables["constraints.csv"] if row["lane"] == outcome.lane}
    assert list(rows) == [strip.name for strip in outcome.constraints]
    for strip in outcome.constraints:
        row = rows[strip.name]
        assert int(row["days_open"]) == np.count_nonzero(strip.open)
        assert int(row["days_open"]) + int(row["days_closed"]) == 90
        assert int(row["closes_alone"]) == outcome.closed_by.count(strip.name)


def test_closing_days_compares_whole_names():
    closed_by = ["sun", "sun;mass", "sun_at_landing", ""]
    assert closing_days(closed_by, "sun") == {"days_named": 2, "closes_alone": 1}


def test_columns_json_explains_every_column(tmp_path):
    write_tables(tmp_path, outcomes(1, 30), {"frame": "ICRF", "time_scale": "UTC"})
    document = json.loads((tmp_path / "columns.json").read_text(encoding="utf-8"))
    assert document["conventions"]["time_scale"] == "UTC"
    assert document["assumed"] == {"heavy_cargo": ["launcher.tli", "lander.dry_mass"]}
    for name, entries in document["tables"].items():
        header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert header == ",".join(entry["name"] for entry in entries)
        assert all(entry["meaning"] for entry in entries)
        assert all(entry["unit"] for entry in entries if entry["type"] == "number")


def test_files_have_unix_line_ends(tmp_path):
    write_tables(tmp_path, outcomes(1, 30), columns_document({}, {}))
    assert all(b"\r" not in path.read_bytes() for path in tmp_path.iterdir())
