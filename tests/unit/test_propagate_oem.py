"""The backend of the command ``propagate``."""

import numpy as np
import pytest
from oem import OrbitEphemerisMessage

from sim.astro.nbody import ForceModel, propagate
from sim.astro.time import tdb_s_from_scale, tdb_s_from_utc
from sim.errors import DataMissingError, ScenarioError, UsageError
from sim.results.oem import OemSegment, read_oem, write_oem
from sim.results.propagate import SAMPLE_STEP_S, propagate_oem

START_UTC = "2026-01-28T06:42:03.510"
# NASA NESC lunar check case 8, see tests/truth/test_propagation_truth.py
STATE = np.array([-5838.1401509807045, 2538.9248662085738, 1055.5661969005889, -0.68557605982087955])
STATE = np.concatenate([STATE, [0.75129763918015442, -0.62191399130190314]])


@pytest.fixture
def message(tmp_path):
    return make_message(tmp_path)


def make_message(folder, time_system="UTC", centre="MOON", frame="EME2000", state=STATE):
    path = folder / "start.oem"
    t = np.array([tdb_s_from_utc(START_UTC)])
    write_oem(path, [OemSegment("NRHO", "2026-001A", centre, frame, time_system, t, np.array([state]))])
    return path


def test_the_last_line_is_the_state_asked_for(message, tmp_path):
    out = tmp_path / "out.oem"
    result = propagate_oem(message, "2026-01-29T00:00:00", out=out)
    (written,) = read_oem(out).segments
    assert (written.centre, written.frame, written.time_system) == ("MOON", "EME2000", "UTC")
    assert out.read_text() == result.text
    t0, t1 = tdb_s_from_utc(START_UTC), tdb_s_from_utc("2026-01-29T00:00:00")
    expected = propagate(STATE, t0, t1, ForceModel(), "moon").states_icrf[-1]
    assert written.t_tdb_s[-1] == pytest.approx(t1, abs=2.5e-7)
    # the start is rounded to 1e-9 km and 1e-12 km/s by its message; the perilune pass stretches that about 30 times
    np.testing.assert_allclose(written.states_icrf[-1], expected, atol=5e-8)
    np.testing.assert_array_equal(result.final_state_icrf, result.segment.states_icrf[-1])
    assert np.diff(written.t_tdb_s).max() == pytest.approx(SAMPLE_STEP_S, abs=2e-3)
    last = out.read_text().splitlines()[-1].split()
    assert all(len(word.partition(".")[2]) >= 9 for word in last[1:4])
    assert all(len(word.partition(".")[2]) >= 12 for word in last[4:7])


def test_another_program_reads_the_result(message, tmp_path):
    out = tmp_path / "out.oem"
    result = propagate_oem(message, "2026-01-29T00:00:00", out=out)
    other = OrbitEphemerisMessage.open(out)
    assert len(other.states) == len(result.segment.t_tdb_s)
    np.testing.assert_allclose(other.states[-1].vector, result.final_state_icrf, atol=5.1e-10)


@pytest.mark.parametrize("time_system", ["TAI", "TT", "TDB"])
def test_the_time_system_changes_nothing_but_the_text(tmp_path, time_system):
    result = propagate_oem(make_message(tmp_path, time_system), "2026-01-28T12:00:00")
    reference = propagate_oem(make_message(tmp_path, "UTC"), "2026-01-28T12:00:00")
    # start and end are the same instants to the digits of the text: 2.5e-7 s at 2 km/s
    np.testing.assert_allclose(result.final_state_icrf, reference.final_state_icrf, atol=1e-6)
    epoch = result.text.rstrip().splitlines()[-1].split()[0]
    assert tdb_s_from_scale(epoch, time_system) == pytest.approx(tdb_s_from_utc("2026-01-28T12:00:00"), abs=2.5e-7)


def test_the_notes_say_what_was_assumed(message):
    text = propagate_oem(message, "2026-01-28T12:00:00", srp_m2_kg=0.02).text
    for word in (
        "ICRF and EME2000 are taken as the same axes",
        "DE440",
        "GRGM660PRIM to degree 8",
        "J2",
        "DE421",
        "0.02 m2/kg",
    ):
        assert f"{word}" in text
    assert "COMMENT" in text


def test_forces_alone_and_together(message):
    alone = propagate_oem(message, "2026-01-28T12:00:00", forces="moon", moon_gravity=0)
    both = propagate_oem(message, "2026-01-28T12:00:00", forces=" Earth , moon ")
    assert alone.forces.bodies == ("moon",)
    assert both.forces.bodies == ("earth", "moon")
    assert np.linalg.norm(alone.final_state_icrf[:3] - both.final_state_icrf[:3]) > 0.1


def test_a_gravity_file_acts_with_its_own_figures(message, tmp_path):
    field = tmp_path / "point.txt"
    field.write_text("# GM_m3_s2 4.902800118e12 R_ref_m 1738000\n0 0 1 0\n")
    by_file = propagate_oem(message, "2026-01-28T12:00:00", moon_gravity=field)
    as_point = propagate_oem(message, "2026-01-28T12:00:00", moon_gravity="0")
    np.testing.assert_allclose(by_file.final_state_icrf, as_point.final_state_icrf, rtol=1e-12)
    assert by_file.forces.field.name == "point.txt"


def test_backwards_there_is_the_one_state(message):
    result = propagate_oem(message, "2026-01-27T00:00:00")
    assert len(result.segment.t_tdb_s) == 1
    assert result.segment.t_tdb_s[0] == tdb_s_from_utc("2026-01-27T00:00:00")


def test_no_time_gives_the_state_itself(message):
    result = propagate_oem(message, START_UTC)
    assert len(result.segment.t_tdb_s) == 1
    np.testing.assert_allclose(result.final_state_icrf, STATE, atol=5.1e-10)


def test_a_flight_into_the_ground_is_said(tmp_path):
    fall = np.array([1900.0, 0.0, 0.0, -1.0, 0.1, 0.0])
    result = propagate_oem(make_message(tmp_path, state=fall), "2026-01-28T07:02:03.51", moon_gravity=0)
    assert any("below the surface of the Moon" in note for note in result.notes)


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"forces": "earth,mars"}, UsageError, "mars"),
        ({"forces": ""}, UsageError, "forces are some of"),
        ({"moon_gravity": "51"}, UsageError, "known to degree 50"),
        ({"moon_gravity": "-1"}, UsageError, "not -1"),
        ({"moon_gravity": "none.txt"}, UsageError, "no such gravity file"),
        ({"srp_m2_kg": -1.0}, UsageError, "from 0 up"),
        ({"srp_m2_kg": float("nan")}, UsageError, "from 0 up"),
        ({"to_utc": "tomorrow"}, UsageError, "no epoch"),
        ({"to_utc": "2700-01-01"}, DataMissingError, "DE440"),
        ({"path": "none.oem"}, UsageError, "no such file"),
    ],
)
def test_what_cannot_be_done_is_said(message, options, error, what):
    arguments = {"path": message, "to_utc": "2026-01-28T12:00:00"} | options
    with pytest.raises(error, match=what):
        propagate_oem(**arguments)


def test_a_start_far_outside_the_ephemeris_is_said(tmp_path):
    path = make_message(tmp_path)
    path.write_text(path.read_text().replace("2026-01-28", "9026-01-28"))
    with pytest.raises((DataMissingError, ScenarioError)):
        propagate_oem(path, "9026-02-28")
