"""Orbit ephemeris messages: CCSDS 502.0-B (Orbit Data Messages), OEM in key-value form.

What is understood: centre EARTH or MOON, frame ICRF or EME2000 (taken as the same axes: they differ by 23 mas), time
system UTC, TAI, TT or TDB; accelerations and covariances are passed over. Inside, epochs are TDB seconds past J2000.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.astro.time import tdb_s_from_scale, text_in_scale
from sim.errors import ScenarioError, UsageError
from sim.results.oem_text import REQUIRED, Section, checked_sections, problem, split_sections, state_rows

FloatArray = NDArray[np.float64]

CENTRES: Final = ("EARTH", "MOON")
FRAMES: Final = ("ICRF", "EME2000")
TIME_SYSTEMS: Final = ("UTC", "TAI", "TT", "TDB")
SAME_AXES: Final = "ICRF and EME2000 are taken as the same axes (they differ by 0.023 arcsec)"

_EPOCH_RESOLUTION_S: Final = 2e-7
_LINE_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class OemSegment:
    """One object's states.

    Attributes
    ----------
    object_name, object_id : str
    centre, frame, time_system : str
        As the message says them, in capitals.
    t_tdb_s : ndarray (N,)
        Rising.
    states_icrf : ndarray (N, 6)
        km and km/s from the centre.
    comments : tuple of str
        Of the metadata block.
    """

    object_name: str
    object_id: str
    centre: str
    frame: str
    time_system: str
    t_tdb_s: FloatArray
    states_icrf: FloatArray
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OemFile:
    """A whole message; ``comments`` are those of its header."""

    version: str
    originator: str
    creation_date: str
    segments: tuple[OemSegment, ...]
    comments: tuple[str, ...] = ()


# --- reading -------------------------------------------------------------------------------------------------------


def read_oem(path: Path | str) -> OemFile:
    """Read a message.

    Raises
    ------
    UsageError
        Where there is no such file.
    ScenarioError
        With every problem found, each with its line.
    """
    source = Path(path)
    sections, problems = split_sections(source, _text_of(source).splitlines())
    header, metadata = sections[0], sections[1:]
    checked_sections(source, header, metadata, problems)
    for section in metadata:
        _check_understood(source, section, problems)
    if problems:
        raise ScenarioError(problems)
    segments = [_segment(source, section, problems) for section in metadata]
    if problems:
        raise ScenarioError(problems)
    return OemFile(
        version=header.value("CCSDS_OEM_VERS"),
        originator=header.value("ORIGINATOR"),
        creation_date=header.value("CREATION_DATE"),
        segments=tuple(segment for segment in segments if segment is not None),
        comments=tuple(header.comments),
    )


def _text_of(source: Path) -> str:
    if not source.is_file():
        message = f"{source}: no such file"
        raise UsageError(message)
    try:
        return source.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        what = f"cannot be read as text ({error})"
        raise ScenarioError([problem(source, 1, what, "give an OEM in key-value form")]) from error


def _check_understood(source: Path, section: Section, problems: list[object]) -> None:
    for key, known in (("CENTER_NAME", CENTRES), ("REF_FRAME", FRAMES), ("TIME_SYSTEM", TIME_SYSTEMS)):
        if key in section.values and section.value(key).upper() not in known:
            what = f"{key} {section.value(key)} is not understood"
            problems.append(problem(source, section.values[key].line, what, f"use one of {', '.join(known)}"))


def _segment(source: Path, section: Section, problems: list[object]) -> OemSegment | None:
    scale = section.value("TIME_SYSTEM").upper()
    known = len(problems)
    rows = state_rows(source, section, problems)
    if len(problems) > known:
        return None
    epochs = _epochs(source, [(row.line, row.epoch) for row in rows], scale, problems)
    for key in ("START_TIME", "STOP_TIME"):
        _epochs(source, [(section.values[key].line, section.value(key))], scale, problems)
    _check_rising(source, [row.line for row in rows], epochs, problems)
    return OemSegment(
        object_name=section.value("OBJECT_NAME"),
        object_id=section.value("OBJECT_ID"),
        centre=section.value("CENTER_NAME").upper(),
        frame=section.value("REF_FRAME").upper(),
        time_system=scale,
        t_tdb_s=epochs,
        states_icrf=np.array([row.state for row in rows]),
        comments=tuple(section.comments),
    )


def _epochs(source: Path, texts: Sequence[tuple[int, str]], scale: str, problems: list[object]) -> FloatArray:
    """Epochs of texts with their lines; all at once, one by one only to find which is wrong."""
    bare = [text.removesuffix("Z") for _, text in texts]
    try:
        return tdb_s_from_scale(bare, scale)
    except UsageError:
        epochs = [_epoch(source, line, text, scale, problems) for (line, _), text in zip(texts, bare, strict=True)]
        return np.array(epochs)


def _epoch(source: Path, line: int, text: str, scale: str, problems: list[object]) -> float:
    try:
        return tdb_s_from_scale(text, scale)
    except UsageError:
        what = f"{text!r} is no epoch"
        problems.append(problem(source, line, what, "write it as 2029-01-01T12:00:00.000 or 2029-001T12:00:00.000"))
        return float("nan")


def _check_rising(source: Path, lines: Sequence[int], epochs: FloatArray, problems: list[object]) -> None:
    for index in np.flatnonzero(np.diff(epochs) <= 0.0)[:1]:
        what = "the epoch is not after the one before"
        problems.append(problem(source, lines[int(index) + 1], what, "put the states in the order of time"))


# --- writing -------------------------------------------------------------------------------------------------------


def oem_text(
    segments: Sequence[OemSegment],
    *,
    creation_utc: str | None = None,
    originator: str = "MOONPORT",
    comments: Iterable[str] = (),
) -> str:
    """Text of a message of version 2.0, positions to 1e-9 km and velocities to 1e-12 km/s.

    Parameters
    ----------
    segments : sequence of OemSegment
    creation_utc : str, optional
        ISO text without zone. When None: now, or the environment's SOURCE_DATE_EPOCH.
    originator : str
    comments : iterable of str
        For the header.
    """
    lines = ["CCSDS_OEM_VERS = 2.0", *_comment_lines(comments)]
    lines += [f"CREATION_DATE = {creation_utc or _now()}", f"ORIGINATOR = {originator}", ""]
    for index, segment in enumerate(segments):
        lines += _segment_lines(segment) if index == 0 else ["", *_segment_lines(segment)]
    return "\n".join(lines) + "\n"


def write_oem(
    path: Path | str,
    segments: Sequence[OemSegment],
    *,
    creation_utc: str | None = None,
    originator: str = "MOONPORT",
    comments: Iterable[str] = (),
) -> None:
    """Write a message as ``oem_text`` makes it: to a file beside it first, then renamed."""
    write_atomically(
        Path(path), oem_text(segments, creation_utc=creation_utc, originator=originator, comments=comments)
    )


def write_atomically(target: Path, text: str) -> None:
    """Write a text so that the file is there whole or not at all.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="ascii", newline="\n")
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        message = f"{target}: cannot be written: {error.strerror or error}"
        raise UsageError(message) from error


def _now() -> str:
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated.isdecimal() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _comment_lines(comments: Iterable[str]) -> list[str]:
    plain = (text.encode("ascii", "replace").decode("ascii").replace("\n", " ") for text in comments)
    return [f"COMMENT {text[i : i + _LINE_LENGTH]}" for text in plain for i in range(0, len(text), _LINE_LENGTH)]


def _segment_lines(segment: OemSegment) -> list[str]:
    epochs = epoch_texts(segment.t_tdb_s, segment.time_system)
    values = dict(
        zip(
            REQUIRED,
            (segment.object_name, segment.object_id, segment.centre, segment.frame, segment.time_system),
            strict=False,
        )
    )
    values |= {"START_TIME": epochs[0], "STOP_TIME": epochs[-1]}
    metadata = [f"{key} = {value}" for key, value in values.items()]
    rows = [
        f"{epoch} {x:.9f} {y:.9f} {z:.9f} {vx:.12f} {vy:.12f} {vz:.12f}"
        for epoch, (x, y, z, vx, vy, vz) in zip(epochs, segment.states_icrf.tolist(), strict=True)
    ]
    return ["META_START", *_comment_lines(segment.comments), *metadata, "META_STOP", *rows]


def epoch_texts(t_tdb_s: FloatArray, time_system: str) -> list[str]:
    """Epochs in a time system, with as many digits (3, 6 or 9) as say them to the resolution of a float."""
    for digits in (3, 6):
        texts = text_in_scale(np.asarray(t_tdb_s), time_system, digits).tolist()
        if np.max(np.abs(tdb_s_from_scale(texts, time_system) - t_tdb_s), initial=0.0) < _EPOCH_RESOLUTION_S:
            return list(texts)
    return list(text_in_scale(np.asarray(t_tdb_s), time_system, 9).tolist())
