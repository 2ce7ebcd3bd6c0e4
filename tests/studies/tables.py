"""A table of docs/accuracy.md: what it says, and the functions that measure its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page; ``rows`` maps the first cell of a row to the function that measures the others."""

    title: str
    text: str
    columns: tuple[str, ...]
    rows: dict[str, Callable[[], Cells]]


def digits(value: float, unit: str = "") -> str:
    """Two significant digits."""
    return f"{float(f'{value:.2g}'):g} {unit}".rstrip()
