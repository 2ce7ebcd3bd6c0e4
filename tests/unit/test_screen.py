"""What the screen says of windows and tables."""

import json

import pytest

from sim.results.explained import never_open
from sim.screen import put_table, windows_table, windows_text
from tests.factories import written_run

ROW = {
    "lane": "orbiter",
    "open_utc": "2009-06-01T17:10:16.447Z",
    "close_utc": "2009-07-31T13:29:01.903Z",
    "days": "61",
    "best_liftoff_utc": "2009-07-28T13:41:19.627Z",
    "best_landing_utc": "2009-08-02T15:19:56.298Z",
    "tof_d": "5.000000",
    "loi_dv_m_s": "491.127",
    "landed_payload_kg": "92.000",
}


def cells(text):
    """Cells of each line of a table, which stand two spaces apart."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_an_orbiter_delivers_kilograms_in_orbit():
    head, row = cells(windows_table([ROW], ["orbiter"]))
    assert (head[5], head[-1]) == ("in orbit", "delivered kg")
    assert row[-1] == "92"


def test_a_lander_lands_tonnes():
    head, row = cells(windows_table([ROW | {"landed_payload_kg": "5230.000"}]))
    assert (head[5], head[-1]) == ("landing", "landed t")
    assert row[-1] == "5.23"


def test_lanes_of_both_kinds_share_a_unit():
    head, heavy, light = cells(
        windows_table([ROW | {"lane": "cargo", "landed_payload_kg": "5230.000"}, ROW], ["orbiter"])
    )
    assert (head[5], head[-1]) == ("landing / in orbit", "delivered kg")
    assert (heavy[-1], light[-1]) == ("5230", "92")


def test_a_lane_that_never_opens_is_told_below_the_table(tmp_path):
    run = written_run(tmp_path / "a", lanes=3, days=200)
    notes = never_open([lane.data for lane in run.lanes])
    assert len(notes) == 1
    assert notes[0].startswith("light_cargo: no open day - launcher_mass, ")
    lines = windows_text(run.path, notes).splitlines()
    assert lines[-1] == notes[0]
    assert "landing" in lines[0]


def test_the_closest_miss_of_a_lane_that_never_opens(tmp_path):
    from sim.results.run import write_results
    from tests.factories import lane_outcome, run_header
    from tests.planning import with_planning

    outcome = with_planning(lane_outcome("light_cargo", days=200, closed=True))
    run = write_results(tmp_path, run_header(days=200), [outcome], (), "", {"kind": "run"})
    (note,) = never_open([run.lanes[0].data])
    assert ("closest miss: " in note) == any(closure.relaxation for closure in outcome.closures)


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("-3", -3), ("3.0", 3.0), ("true", True), ("", None), ("a", "a")]
)
def test_whole_numbers_stay_whole_in_json(capsys, text, value):
    put_table(["revolution"], [[text]], None, as_json=True)
    found = json.loads(capsys.readouterr().out)[0]["revolution"]
    assert found == value
    assert type(found) is type(value)
