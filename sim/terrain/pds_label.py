"""Labels of PDS3 files: ``KEY = VALUE`` lines, as the Planetary Data System Standards Reference 3.8, chapter 12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sim.errors import UsageError

_LONGEST_LABEL = 65536
_STATEMENT = re.compile(r"\s*(\^?[A-Za-z][\w:]*)\s*=\s*(.*)")
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:<([^>]*)>)?\s*")


@dataclass(frozen=True, slots=True)
class Value:
    """What a label says of a key: the text without quotes, and its line, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class PdsLabel:
    """A label: the first value of each key, whatever object it stands in.

    Its functions raise UsageError naming file, line and remedy.
    """

    path: Path
    values: Mapping[str, Value]

    def has(self, key: str) -> bool:
        """Whether it says anything of a key, other than that it does not apply."""
        return key in self.values and self.values[key].text.upper() not in {"N/A", "NULL", "UNK"}

    def value(self, key: str) -> Value:
        """Return the value of a key."""
        if not self.has(key):
            self.refuse(key, f"the label does not say {key}", f"add `{key} = ...`, or fetch the label again")
        return self.values[key]

    def text(self, key: str) -> str:
        """Return a word or a text, in capitals, one blank between words."""
        return " ".join(self.value(key).text.upper().replace("_", " ").split())

    def number(self, key: str, units: Mapping[str, float] | None = None) -> float:
        """Return a number, times the factor of its unit where units are given (capitals; ``""`` for none said)."""
        match = _NUMBER.fullmatch(self.value(key).text)
        if match is None:
            self.refuse(key, f"{key} = {self.value(key).text!r} is no number", "mend it, or fetch the label again")
        if units is None:
            return float(match[1])
        unit = (match[2] or "").strip().upper()
        if unit not in units:
            known = ", ".join(f"<{name}>" for name in units if name)
            self.refuse(key, f"{key} has the unit <{unit}>, which is not known here", f"write it in {known}")
        return float(match[1]) * units[unit]

    def count(self, key: str) -> int:
        """Return a whole number above nothing."""
        number = self.number(key)
        if not (1.0 <= number < 1e9 and number == int(number)):
            self.refuse(key, f"{key} = {number:g} is no count", "mend it, or fetch the label again")
        return int(number)

    def line_of(self, key: str) -> int:
        """Line of a key, 0 where it is missing."""
        return self.values[key].line if key in self.values else 0

    def refuse(self, key: str, what: str, remedy: str) -> NoReturn:
        """Raise UsageError at the line of a key."""
        line = self.line_of(key)
        place = f"{self.path}:{line}" if line else str(self.path)
        message = f"{place}: {what} — {remedy}"
        raise UsageError(message)


def read_label(path: Path) -> PdsLabel:
    """Read the label in a file, which is all of it or stands at its beginning.

    Raises
    ------
    UsageError
        Where it is no PDS3 label.
    """
    with path.open("rb") as file:
        text = file.read(_LONGEST_LABEL).decode("latin-1")
    if not text.lstrip().startswith("PDS_VERSION_ID"):
        message = f"{path}:1: no PDS3 label, which begins with PDS_VERSION_ID — name the .LBL file beside the image"
        raise UsageError(message)
    return PdsLabel(path, _values(text))


def _values(text: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    lines = enumerate(_without_comments(text).splitlines(), start=1)
    for number, line in lines:
        if line.strip() == "END":
            break
        match = _STATEMENT.match(line)
        if match is None:
            continue
        written = match[2]
        while _is_open(written):
            _, more = next(lines, (0, None))
            if more is None:
                break
            written += " " + more.strip()
        found.setdefault(match[1].upper(), Value(_unquoted(written), number))
    return found


def _without_comments(text: str) -> str:
    """Blank comments out, keeping the line ends in them."""
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)


def _is_open(written: str) -> bool:
    bare = re.sub(r'"[^"]*"', "", written)
    return '"' in bare or bare.count("(") > bare.count(")") or bare.count("{") > bare.count("}")


def _unquoted(written: str) -> str:
    text = written.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if quoted else text
