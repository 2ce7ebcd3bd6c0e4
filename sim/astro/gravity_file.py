"""Reading gravity coefficients from text: the packaged field and a user's own.

The file's form: comments start with ``#`` and one of them says ``GM_m3_s2 <value>`` and ``R_ref_m <value>``; a row is
``n m Cbar Sbar``, fully normalised (4 pi, no Condon-Shortley phase), in the body's principal axes; absent rows are zero
(the central term is 1 all the same); further columns, such as uncertainties, are not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.document.problem import Problem
from sim.errors import ScenarioError, UsageError

FloatArray = NDArray[np.float64]

HIGHEST_DEGREE = 1200
"""Beyond it the double-precision columns start to underflow near the poles."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?"
_HEADER_KEYS = {"GM_m3_s2": (1e3, 1e21), "R_ref_m": (1.0, 1e9)}
_FORM = "write rows as 'n m Cbar Sbar', fully normalised, comments after '#'"


@dataclass(frozen=True, slots=True)
class GravityCoefficients:
    """Fully normalised coefficients, index [n, m], (degree + 1, degree + 1)."""

    name: str
    gm_km3_s2: float
    reference_radius_km: float
    cosine: FloatArray
    sine: FloatArray


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    degree: int
    order: int
    cosine: float
    sine: float


def read_gravity_file(path: Path | str, name: str | None = None) -> GravityCoefficients:
    """Read a gravity field.

    Raises
    ------
    UsageError
        Where there is no such file.
    ScenarioError
        With every problem of the file, each with its line.
    """
    source = Path(path)
    lines = _text_lines(source)
    problems: list[Problem] = []
    header = {key: _header_value(source, lines, key, span, problems) for key, span in _HEADER_KEYS.items()}
    rows = list(_rows(source, lines, problems))
    problems.extend(_repeated_rows(source, rows))
    if not rows and not problems:
        problems.append(_problem(source, 1, "holds no coefficient", _FORM))
    if problems:
        raise ScenarioError(problems)
    cosine, sine = _tables(rows)
    return GravityCoefficients(name or source.name, header["GM_m3_s2"] * 1e-9, header["R_ref_m"] * 1e-3, cosine, sine)


def _text_lines(source: Path) -> list[str]:
    if not source.is_file():
        message = f"{source}: no such gravity file"
        raise UsageError(message)
    try:
        return source.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, OSError) as error:
        raise ScenarioError([_problem(source, 1, f"cannot be read as text ({error})", _FORM)]) from error


def _header_value(
    source: Path, lines: list[str], key: str, span: tuple[float, float], problems: list[Problem]
) -> float:
    pattern = re.compile(rf"\b{key}\b\s*[:=]?\s*({_NUMBER})")
    for number, line in enumerate(lines, start=1):
        found = pattern.search(line) if line.lstrip().startswith("#") else None
        if found:
            value = _float(found.group(1))
            if span[0] <= value <= span[1]:
                return value
            problems.append(_problem(source, number, f"{key} {value:g} is not a body's", "give m^3/s^2 and m"))
            return math.nan
    problems.append(_problem(source, 1, f"does not say {key}", "add a comment '# GM_m3_s2 <value>   R_ref_m <value>'"))
    return math.nan


def _rows(source: Path, lines: list[str], problems: list[Problem]) -> Iterator[_Row]:
    for number, line in enumerate(lines, start=1):
        words = line.split("#", 1)[0].replace(",", " ").split()
        if words:
            row = _row(number, words)
            if isinstance(row, _Row):
                yield row
            else:
                problems.append(_problem(source, number, row, _FORM))


def _row(line: int, words: list[str]) -> _Row | str:
    """Return the row, or what is wrong with it."""
    if len(words) < 4:
        return f"a row has {len(words)} columns instead of 4"
    if not (words[0].isdecimal() and words[1].isdecimal()):
        return f"degree {words[0]!r} and order {words[1]!r} are not whole numbers from 0 up"
    degree, order = int(words[0]), int(words[1])
    cosine, sine = _float(words[2]), _float(words[3])
    checks = (
        (order > degree, f"order {order} is above degree {degree}"),
        (degree > HIGHEST_DEGREE, f"degree {degree} is above {HIGHEST_DEGREE}, the highest that is supported"),
        (not (math.isfinite(cosine) and math.isfinite(sine)), f"{words[2]!r} {words[3]!r} are not finite numbers"),
        (degree == 0 and abs(cosine - 1.0) > 1e-6, f"the central coefficient is {cosine:g} instead of 1"),
        (degree > 0 and max(abs(cosine), abs(sine)) > 0.1, "a coefficient above 0.1 is no normalised coefficient"),
    )
    wrong = next((what for bad, what in checks if bad), None)
    return wrong or _Row(line, degree, order, cosine, sine)


def _repeated_rows(source: Path, rows: list[_Row]) -> Iterator[Problem]:
    seen: dict[tuple[int, int], int] = {}
    for row in rows:
        first = seen.setdefault((row.degree, row.order), row.line)
        if first != row.line:
            what = f"degree {row.degree} order {row.order} stands in line {first} already"
            yield _problem(source, row.line, what, "keep one of the two rows")


def _tables(rows: list[_Row]) -> tuple[FloatArray, FloatArray]:
    size = max(row.degree for row in rows) + 1
    cosine, sine = np.zeros((size, size)), np.zeros((size, size))
    for row in rows:
        cosine[row.degree, row.order] = row.cosine
        sine[row.degree, row.order] = row.sine if row.order else 0.0
    cosine[0, 0] = 1.0
    return cosine, sine


def _float(word: str) -> float:
    """Value of a number in Python's or Fortran's spelling, NaN where it is none."""
    try:
        return float(re.sub("[dD]", "e", word))
    except ValueError:
        return math.nan


def _problem(source: Path, line: int, what: str, remedy: str) -> Problem:
    return Problem(file=str(source), line=line, column=1, path="", what=what, remedy=remedy, severity="error")
