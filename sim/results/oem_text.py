"""The lines of an orbit ephemeris message: cut into sections, keys and rows checked for form."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.document.problem import Problem, shown

REQUIRED: Final = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME", "STOP_TIME")
_HEADER_REQUIRED: Final = ("CCSDS_OEM_VERS", "CREATION_DATE", "ORIGINATOR")
_VERSIONS: Final = ("1.0", "2.0", "3.0")
_ROW_FORM: Final = "write 'epoch x y z vx vy vz' in km and km/s"
_SHOWN_PROBLEMS: Final = 20
_FARTHEST_KM: Final = 1e9


@dataclass(frozen=True, slots=True)
class Value:
    """A key's value and its line."""

    text: str
    line: int


@dataclass(slots=True)
class Section:
    """The header, or a metadata block with the lines of data after it, while a file is read."""

    line: int
    values: dict[str, Value] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    rows: list[Value] = field(default_factory=list)
    closed: bool = False

    def value(self, key: str) -> str:
        """Text of a key, empty where it is not there."""
        found = self.values.get(key)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class StateRow:
    """One line of data: its epoch as written, and km and km/s."""

    line: int
    epoch: str
    state: tuple[float, ...]


def problem(source: Path, line: int, what: str, remedy: str) -> Problem:
    """Say what is wrong in a line of a file."""
    return Problem(file=str(source), line=line, column=1, path="", what=what, remedy=remedy)


def split_sections(source: Path, lines: Sequence[str]) -> tuple[list[Section], list[object]]:
    """Cut a message into its header (first, always there) and its metadata blocks with their data."""
    sections, problems = [Section(line=1)], list[object]()
    covariance = False
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if line in {"COVARIANCE_START", "COVARIANCE_STOP"}:
            covariance = line == "COVARIANCE_START"
        elif line == "META_START":
            covariance = False
            sections.append(Section(line=number))
        elif line and not covariance:
            wrong = _take(sections, Value(line, number))
            if wrong and len(problems) < _SHOWN_PROBLEMS:
                problems.append(problem(source, number, *wrong))
    return sections, problems


def _take(sections: list[Section], line: Value) -> tuple[str, str] | None:
    """Put a line where it belongs; what is wrong with it and what to do, if it belongs nowhere."""
    section = sections[-1]
    in_data = len(sections) > 1 and section.closed
    if line.text == "COMMENT" or line.text.startswith("COMMENT "):
        section.comments.append(line.text[8:].strip())
    elif in_data:
        section.rows.append(line)
    elif line.text == "META_STOP" and len(sections) > 1:
        section.closed = True
    elif "=" in line.text:
        key, _, value = (part.strip() for part in line.text.partition("="))
        if key in section.values:
            return f"{shown(key)} stands in line {section.values[key].line} already", "keep one of the two"
        section.values[key] = Value(value, line.line)
    else:
        return (
            f"{shown(line.text)} is neither 'KEY = value' nor META_START or META_STOP",
            "see CCSDS 502.0-B, section 5",
        )
    return None


def checked_sections(source: Path, header: Section, metadata: Sequence[Section], problems: list[object]) -> None:
    """Add what is missing or of no known form in the keys."""
    version = header.value("CCSDS_OEM_VERS")
    if not version:
        problems.insert(0, problem(source, 1, "is no OEM in key-value form", "begin with 'CCSDS_OEM_VERS = 2.0'"))
        return
    problems.extend(_missing(source, header, _HEADER_REQUIRED))
    if version not in _VERSIONS:
        line = header.values["CCSDS_OEM_VERS"].line
        problems.append(problem(source, line, f"version {shown(version)} is not known", f"use {', '.join(_VERSIONS)}"))
    if not metadata:
        problems.append(problem(source, 1, "holds no segment", "add META_START ... META_STOP and states"))
    for section in metadata:
        problems.extend(_missing(source, section, REQUIRED))
        problems.extend(_unfinished(source, section))


def _missing(source: Path, section: Section, keys: Iterable[str]) -> Iterator[Problem]:
    for key in keys:
        if not section.value(key):
            yield problem(source, section.line, f"{key} is missing", f"add '{key} = ...' to this block")


def _unfinished(source: Path, section: Section) -> Iterator[Problem]:
    if not section.closed:
        yield problem(source, section.line, "the block is not closed", "add META_STOP after its keys")
    elif not section.rows:
        yield problem(source, section.line, "the segment holds no state", _ROW_FORM)


def state_rows(source: Path, section: Section, problems: list[object]) -> list[StateRow]:
    """Rows of a section's data; adds the problems of those of no known form."""
    rows: list[StateRow] = []
    for raw in section.rows:
        row = _state_row(raw)
        if isinstance(row, StateRow):
            rows.append(row)
        elif len(problems) < _SHOWN_PROBLEMS:
            problems.append(problem(source, raw.line, row, _ROW_FORM))
    return rows


def _state_row(raw: Value) -> StateRow | str:
    """Return the row, or what is wrong with it."""
    words = raw.text.split()
    if len(words) not in {7, 10}:
        return f"a row of states has 7 columns (10 with accelerations), not {len(words)}"
    numbers = [_number(word) for word in words[1:]]
    wrong = next((word for word, number in zip(words[1:], numbers, strict=True) if not math.isfinite(number)), None)
    if wrong is not None:
        return f"{shown(wrong)} is not a finite number"
    distance_km = math.hypot(*numbers[:3])
    if not 0.0 < distance_km < _FARTHEST_KM:
        return f"a position {distance_km:g} km from the centre cannot be flown"
    return StateRow(raw.line, words[0], tuple(numbers[:6]))


def _number(word: str) -> float:
    try:
        return math.nan if "_" in word else float(word)
    except ValueError:
        return math.nan
