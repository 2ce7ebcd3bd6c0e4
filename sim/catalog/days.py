"""Days of the calendar on which launches may or may not be made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sim.document.fields import Entry

_LEAP_YEAR, _COMMON_YEAR = 2024, 2023


def _in_calendar(text: str) -> str:
    try:
        if re.fullmatch(r"\d\d-\d\d", text):
            return date.fromisoformat(f"{_LEAP_YEAR}-{text}").strftime("%m-%d")
    except ValueError:
        pass
    message = f"{text!r} is no day of the year — write month-day, e.g. 05-01"
    raise ValueError(message)


MonthDay = Annotated[str, AfterValidator(_in_calendar)]
"""A day of every year, ``MM-DD``."""


class Season(Entry):
    """A part of every year, both ends included; one that starts later than it ends crosses the new year."""

    start: MonthDay
    """First day, ``MM-DD``."""
    end: MonthDay
    """Last day, ``MM-DD``."""

    def holds(self, day: date) -> bool:
        """Whether a UTC day lies in it."""
        here = f"{day:%m-%d}"
        inside = (self.start <= here, here <= self.end)
        return all(inside) if self.start <= self.end else any(inside)

    def longer(self, days: int) -> Season:
        """Return the season with so many days more at each end of a common year; the whole year where they meet."""
        first, last = self.start.replace("02-29", "03-01"), self.end.replace("02-29", "02-28")
        start, end = (date.fromisoformat(f"{_COMMON_YEAR}-{text}") for text in (first, last))
        around = 0 if self.start <= self.end else 365
        if (end - start).days + around + 2 * days >= 364:
            return Season(start="01-01", end="12-31")
        return Season(start=f"{start - timedelta(days=days):%m-%d}", end=f"{end + timedelta(days=days):%m-%d}")


class DaySpan(Entry):
    """A run of UTC days, both ends included."""

    start: date
    """First day."""
    end: date
    """Last day."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            message = f"the span ends ({self.end}) before it starts ({self.start}) — swap the two"
            raise ValueError(message)
        return self

    def holds(self, day: date) -> bool:
        """Whether a UTC day lies in it."""
        return self.start <= day <= self.end


def joined(spans: Iterable[DaySpan]) -> tuple[DaySpan, ...]:
    """Spans in order of time, those that overlap or follow each other made one."""
    found: list[DaySpan] = []
    for span in sorted(spans, key=lambda each: each.start):
        if found and span.start <= found[-1].end + timedelta(days=1):
            found[-1] = DaySpan(start=found[-1].start, end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)
