"""Nominal, low and high: every uncertain figure at the end that lands least, or most.

A level names its outcome. At "low" masses to be carried, delta-v and upkeep stand at their high figures, specific
impulse and capabilities at their low ones, all at once: a corner of the box of figures, not a probability.
"""

from __future__ import annotations

from typing import Literal, Protocol

Level = Literal["value", "low", "high"]


class Ranged(Protocol):
    """A figure with its range."""

    @property
    def value(self) -> float:
        """Nominal."""

    @property
    def low(self) -> float:
        """Lowest."""

    @property
    def high(self) -> float:
        """Highest."""


def pessimistic_when_low(figure: Ranged, level: Level) -> float:
    """Figure at a level where more of it lands more: specific impulse, tank, capability."""
    return {"value": figure.value, "low": figure.low, "high": figure.high}[level]


def pessimistic_when_high(figure: Ranged, level: Level) -> float:
    """Figure at a level where more of it lands less: dry mass, delta-v, upkeep."""
    return {"value": figure.value, "low": figure.high, "high": figure.low}[level]
