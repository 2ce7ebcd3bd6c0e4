"""Uncertain figures by their unit, and what every sourced entry says of itself."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from sim.document.fields import Entry, Figure

Status = Literal["flown", "published", "planned", "assumed"]


class _RangedFigure(Figure):
    status: Status

    @model_validator(mode="after")
    def _range_holds_value(self) -> Self:
        if not self.low <= self.value <= self.high:
            message = "value lies outside low to high — order them low, value, high"
            raise ValueError(message)
        return self


class MassFigure(_RangedFigure):
    """A mass, kg."""

    unit: ClassVar[str] = "kg"


class SpeedFigure(_RangedFigure):
    """A delta-v, m/s."""

    unit: ClassVar[str] = "m/s"


class TimeFigure(_RangedFigure):
    """A specific impulse, s."""

    unit: ClassVar[str] = "s"


class ForceFigure(_RangedFigure):
    """A thrust, N."""

    unit: ClassVar[str] = "N"


class UpkeepFigure(_RangedFigure):
    """Delta-v spent per day to keep an orbit, m/s/d."""

    unit: ClassVar[str] = "m/s/d"


class Sourced(Entry):
    """An entry that says where it comes from."""

    source: str
    """Where the figures without a source of their own come from."""
    status: Status
    """How firm they are."""
    note: str = ""
    """A remark."""
