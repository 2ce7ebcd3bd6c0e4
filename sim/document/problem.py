"""A thing wrong in a file, said so that a person can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

_SHOWN_LENGTH = 60
_MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: line and column count from 1; line 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line and not self.file.startswith("--") else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to write instead.

    ``path`` is the dotted key (``lanes.heavy.launcher``), empty for the file as a whole. A problem of severity
    ``warning`` lets the run go on.
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        in_a_file = self.line and not self.file.startswith("--")
        place = f"{self.file}:{self.line}:{self.column}" if in_a_file else self.file
        middle = f" {self.path}:" if self.path else ""
        return f"{place}:{middle} {self.what} — {self.remedy}"


def problem_at(at: Position, path: str, what: str, remedy: str, severity: Severity = "error") -> Problem:
    """Build a problem from a position."""
    return Problem(at.file, at.line, at.column, path, what, remedy, severity)


def dotted(path: Iterable[str | int]) -> str:
    """Join a path of keys and list indices: ``("lanes", "a", "loiter", 0)`` gives ``lanes.a.loiter[0]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return printable(text)


def shown(text: object) -> str:
    """Quote a text for a message: one line, no control characters, not too long."""
    raw = str(text)
    short = raw if len(raw) <= _SHOWN_LENGTH else raw[: _SHOWN_LENGTH - 1] + "…"
    return f"'{printable(short)}'"


def printable(text: str) -> str:
    """Replace what cannot be printed on one line."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was most likely meant, or None."""
    by_fold = {name.casefold().replace("-", "_").replace(" ", "_"): name for name in known}
    folded = word[:_SHOWN_LENGTH].casefold().replace("-", "_").replace(" ", "_")
    hits = difflib.get_close_matches(folded, by_fold, n=1, cutoff=0.6)
    return by_fold[hits[0]] if hits else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Make the remedy of a misspelt word: the nearest known one, else the whole list."""
    names = sorted(known)
    hit = nearest(word, names)
    if hit is not None:
        return f"did you mean {hit!r}?"
    if not names:
        return "there is none to choose from"
    return f"write one of: {', '.join(names)}" if len(names) <= _MOST_LISTED else "`moonport catalog` lists them"
