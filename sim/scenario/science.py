"""Science and crew as a person writes them: tasks with what they need, and who is there to work."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.document.fields import Entry, IdOf, KiloWatt, Second, Share


class TaskNeeds(Entry):
    """What must hold while a task is worked on. A need left out asks nothing."""

    light: Literal["any", "lit", "dark"] = "any"
    """``lit``: a part of the Sun's disc is above the horizon; ``dark``: none."""
    contact: Literal["none", "any", "direct", "relay"] = "none"
    """``direct``: the Earth hears the station; ``relay``: through a relay; ``any``: one of the two."""
    sky: Literal["any", "quiet", "earth"] = "any"
    """``quiet``: neither Earth nor relay above the horizon, for radio astronomy; ``earth``: the Earth is in view."""
    power_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """Taken from what sources give beyond loads and charging; 0 kW where the element's own load holds it."""
    crew: Annotated[float, Field(ge=0)] = 0.0
    """Crew hours for each hour of work."""


class ScienceTask(Entry):
    """Work to be done at an element."""

    id: str
    """Name by which tables know it."""
    name: str = ""
    """Name for people."""
    at: Annotated[str, IdOf("station_elements")]
    """Id of the surface element; work rests while it sleeps."""
    work_s: Annotated[Second, Field(gt=0)]
    """Time of work in all, e.g. ``500 h``."""
    needs: TaskNeeds = TaskNeeds()
    """What must hold."""
    after_arrival_s: Annotated[Second, Field(ge=0)] = 0.0
    """Between the element's landing and the first work."""
    priority: int = 0
    """Tasks of higher priority take power and crew first; equal ones in turn, the least advanced first."""


class CrewStay(Entry):
    """People at the station for a time."""

    id: str
    """Name by which tables know it."""
    count: Annotated[int, Field(ge=1)]
    """How many."""
    arrive: date
    """UTC day on which they land; they work from the next."""
    depart: date
    """UTC day on which they leave; they work until the day before."""
    work_per_day_s: Annotated[Second, Field(gt=0, le=86400)] = 28800.0
    """Of each of them."""
    science: Annotated[Share, Field(ge=0, le=1)] = 0.5
    """Share of it for science; the rest is upkeep. Assumed: half."""

    @model_validator(mode="after")
    def _stay_runs_forward(self) -> Self:
        if self.depart <= self.arrive:
            message = f"the crew departs ({self.depart}) before it has arrived ({self.arrive}) — swap the two"
            raise ValueError(message)
        return self
