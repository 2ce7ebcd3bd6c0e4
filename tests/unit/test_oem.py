"""Orbit ephemeris messages: written, read back, read by another program, damaged."""

import random

import numpy as np
import pytest
from oem import OrbitEphemerisMessage

from sim.astro.time import quiet_erfa, tdb_s_from_scale
from sim.errors import MoonportError, ScenarioError, UsageError
from sim.results.oem import OemSegment, epoch_texts, oem_text, read_oem, write_oem

MESSAGE = """CCSDS_OEM_VERS = 2.0
COMMENT made by hand
CREATION_DATE = 2026-01-01T00:00:00
ORIGINATOR = TEST

META_START
COMMENT a comment
OBJECT_NAME = LANDER
OBJECT_ID = 2029-001A
CENTER_NAME = EARTH
REF_FRAME = EME2000
TIME_SYSTEM = TDB
START_TIME = 2029-01-01T00:00:00
STOP_TIME = 2029-001T00:10:00.5
META_STOP
2029-01-01T00:00:00.000 7000.0 0.0 0.0 0.0 7.5 0.0
2029-001T00:10:00.5Z 6000.0 3.5E+03 -1.0d0 0.0 7.5 0.0 0.0 0.0 0.0
COVARIANCE_START
EPOCH = 2029-01-01T00:00:00
1.0
COVARIANCE_STOP
"""
GOOD = MESSAGE.replace("-1.0d0", "-1.0")


def segment(time_system="UTC", centre="MOON", frame="ICRF", count=4):
    start = tdb_s_from_scale("2029-03-01T00:00:00.25", time_system)
    states = np.arange(6.0 * count).reshape(count, 6) * 1.23456789012345 + 2000.0
    return OemSegment(
        "LANDER 1", "2029-009A", centre, frame, time_system, start + 60.0 * np.arange(count), states, ("a",)
    )


def write(tmp_path, text):
    path = tmp_path / "case.oem"
    path.write_text(text)
    return path


def test_a_message_is_read(tmp_path):
    message = read_oem(write(tmp_path, GOOD))
    (only,) = message.segments
    assert (message.version, message.originator, message.comments) == ("2.0", "TEST", ("made by hand",))
    assert (only.object_name, only.object_id, only.centre, only.frame) == ("LANDER", "2029-001A", "EARTH", "EME2000")
    assert only.comments == ("a comment",)
    # 2029-01-01T00:00 TDB: 29 years of 365 days and 8 leap days after 2000-01-01T12:00, less half a day
    assert only.t_tdb_s[0] == (29 * 365 + 8 - 0.5) * 86400.0
    assert only.t_tdb_s[1] - only.t_tdb_s[0] == pytest.approx(600.5, abs=2e-7)
    np.testing.assert_array_equal(only.states_icrf[1], [6000.0, 3500.0, -1.0, 0.0, 7.5, 0.0])


@pytest.mark.parametrize("time_system", ["UTC", "TAI", "TT", "TDB"])
@pytest.mark.parametrize(("centre", "frame"), [("EARTH", "EME2000"), ("MOON", "ICRF")])
def test_what_is_written_is_read_back(tmp_path, time_system, centre, frame):
    path, written = tmp_path / "out.oem", segment(time_system, centre, frame)
    write_oem(path, [written, written], creation_utc="2026-01-01T00:00:00", comments=("header",))
    message = read_oem(path)
    assert message.comments == ("header",)
    assert len(message.segments) == 2
    for back in message.segments:
        assert (back.centre, back.frame, back.time_system) == (centre, frame, time_system)
        np.testing.assert_allclose(back.t_tdb_s, written.t_tdb_s, atol=2.5e-7)  # float64 of seconds since J2000
        np.testing.assert_allclose(back.states_icrf[:, :3], written.states_icrf[:, :3], atol=5.1e-10)  # 9 decimals
        np.testing.assert_allclose(back.states_icrf[:, 3:], written.states_icrf[:, 3:], atol=6e-13)  # 12 decimals


def test_another_program_reads_what_is_written(tmp_path):
    path, written = tmp_path / "out.oem", segment()
    write_oem(path, [written], comments=("x" * 300, "Δ is not ASCII"))
    with quiet_erfa():  # astropy calls 2029 a dubious year
        other = OrbitEphemerisMessage.open(path)
    assert other.segments[0].metadata["CENTER_NAME"] == "MOON"
    assert len(other.states) == 4
    for state, expected in zip(other.states, written.states_icrf, strict=True):
        np.testing.assert_allclose(state.vector, expected, atol=5.1e-10)


def test_text_depends_on_nothing_but_its_arguments(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert oem_text([segment()]) == oem_text([segment()])
    assert "CREATION_DATE = 2023-11-14T22:13:20" in oem_text([segment()])  # 1.7e9 s past 1970


def test_epochs_are_written_with_the_digits_they_need():
    start = tdb_s_from_scale("2029-03-01T00:00:00", "UTC")
    assert epoch_texts(np.array([start]), "UTC") == ["2029-03-01T00:00:00.000"]
    assert epoch_texts(np.array([start, start + 0.000125]), "UTC")[1] == "2029-03-01T00:00:00.000125"


DAMAGE = [
    ("", 1, "no OEM"),
    ("hello\n", 1, "no OEM"),
    ("<?xml version='1.0'?>\n<oem></oem>\n", 1, "no OEM"),
    (GOOD.replace("2.0\n", "9.0\n", 1), 1, "version '9.0' is not known"),
    (GOOD.replace("ORIGINATOR = TEST\n", ""), 1, "ORIGINATOR is missing"),
    (GOOD.replace("CENTER_NAME = EARTH", "CENTER_NAME = MARS"), 10, "CENTER_NAME MARS is not understood"),
    (GOOD.replace("EME2000", "ITRF-97"), 11, "REF_FRAME ITRF-97 is not understood"),
    (GOOD.replace("= TDB", "= GPS"), 12, "TIME_SYSTEM GPS is not understood"),
    (GOOD.replace("OBJECT_ID = 2029-001A\n", ""), 6, "OBJECT_ID is missing"),
    (GOOD.replace("OBJECT_ID = 2029-001A", "OBJECT_ID ="), 6, "OBJECT_ID is missing"),
    (GOOD.replace("TIME_SYSTEM = TDB", "TIME_SYSTEM = TDB\nTIME_SYSTEM = UTC"), 13, "stands in line 12 already"),
    (GOOD.replace("META_STOP\n", ""), 15, "neither"),
    (GOOD.split("META_START")[0], 1, "holds no segment"),
    (GOOD.split("2029-01-01T00:00:00.000")[0], 6, "holds no state"),
    (GOOD.replace("7000.0 0.0", "7000.0"), 16, "7 columns"),
    (GOOD.replace("7000.0", "seven"), 16, "'seven' is not a finite number"),
    (GOOD.replace("7000.0", "nan"), 16, "'nan' is not a finite number"),
    (GOOD.replace("7000.0", "1e400"), 16, "not a finite number"),
    (GOOD.replace("7000.0", "7_000"), 16, "not a finite number"),
    (GOOD.replace("7000.0", "0.0"), 16, "cannot be flown"),
    (GOOD.replace("00:00.000 7000", "00:61.000 7000"), 16, "is no epoch"),
    (GOOD.replace("2029-01-01T00:00:00.000", "2029-13-01T00:00:00.000"), 16, "is no epoch"),
    (GOOD.replace("START_TIME = 2029-01-01T00:00:00", "START_TIME = soon"), 13, "'soon' is no epoch"),
    (GOOD.replace("2029-001T00:10:00.5Z", "2028-001T00:10:00.5Z"), 17, "not after the one before"),
    (MESSAGE, 17, "'-1.0d0' is not a finite number"),
]


@pytest.mark.parametrize(("text", "line", "what"), DAMAGE)
def test_damage_is_said_with_its_line(tmp_path, text, line, what):
    path = write(tmp_path, text)
    with pytest.raises(ScenarioError, match=what) as caught:
        read_oem(path)
    assert any(problem.line == line for problem in caught.value.problems), caught.value
    assert all(problem.file == str(path) for problem in caught.value.problems)
    assert str(caught.value).startswith(f"{path}:")


def test_all_problems_are_said_at_once(tmp_path):
    text = GOOD.replace("EARTH", "MARS").replace("= TDB", "= GPS").replace("ORIGINATOR = TEST\n", "")
    with pytest.raises(ScenarioError) as caught:
        read_oem(write(tmp_path, text))
    assert len(caught.value.problems) == 3


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_oem(tmp_path / "none.oem")
    with pytest.raises(UsageError, match="no such file"):
        read_oem(tmp_path)
    path = tmp_path / "binary.oem"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ScenarioError, match="cannot be read as text"):
        read_oem(path)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_oem(tmp_path / "no" / "such" / "out.oem", [segment()])
    assert list(tmp_path.iterdir()) == []


def refusal(path):
    try:
        read_oem(path)
    except MoonportError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(200))
def test_random_damage_never_ends_in_a_traceback(tmp_path, seed):
    """Cut, double and overwrite pieces of a good file: it is read, or its problems are said with the file."""
    rng = random.Random(seed)
    data = bytearray(GOOD.encode())
    for _ in range(rng.randint(1, 6)):
        a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        match rng.randrange(4):
            case 0:
                del data[a : min(b, a + 40)]
            case 1:
                data[a:a] = data[a : min(b, a + 60)]
            case 2:
                data[a : a + 1] = bytes([rng.randrange(256)])
            case _:
                data[a:a] = rng.choice([b"\n", b"=", b" ", b"META_STOP\n", b"META_START\n", b"\x00", b"-", b"9" * 30])
    path = tmp_path / "damaged.oem"
    path.write_bytes(bytes(data))
    error = refusal(path)
    assert error is None or (str(path) in str(error) and error.exit_code == 2)
