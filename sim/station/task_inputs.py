"""From the scenario's science and crew, and the sky over the station, to tasks that can be scheduled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sim.astro.spans import NONE, Spans, union
from sim.astro.time import tdb_s_from_utc
from sim.scenario.science import CrewStay, ScienceTask, TaskNeeds
from sim.station.tasks import Stay, Task
from sim.units import HOUR_S


@dataclass(frozen=True, slots=True, eq=False)
class SkySpans:
    """What holds when at the station, from one epoch to another.

    Attributes
    ----------
    start_tdb_s, stop_tdb_s : float
    lit : Spans
        A part of the Sun's disc is in sight.
    earth : Spans
        The Earth is above the horizon.
    relay : Spans
        A relay is above the horizon.
    direct_contact, relay_contact : Spans
        The Earth hears the station, by itself and through a relay.
    """

    start_tdb_s: float
    stop_tdb_s: float
    lit: Spans
    earth: Spans = NONE
    relay: Spans = NONE
    direct_contact: Spans = NONE
    relay_contact: Spans = NONE

    def without(self, where: Spans) -> Spans:
        """Return where something does not hold."""
        return where.gaps(self.start_tdb_s, self.stop_tdb_s)


def task_of(task: ScienceTask, sky: SkySpans, element_up: Spans, arrival_tdb_s: float, pool: str = "") -> Task:
    """Describe a task of the scenario to the scheduler.

    ``element_up`` says where its element is awake (`sim.station.shortfall.state_spans`), ``pool`` names the surplus
    that its power comes from.
    """
    return Task(
        task.id,
        task.work_s / HOUR_S,
        {"element": element_up} | needs_of(task.needs, sky),
        task.needs.power_kw,
        pool if task.needs.power_kw > 0.0 else "",
        task.needs.crew,
        arrival_tdb_s + task.after_arrival_s,
        task.priority,
    )


def needs_of(needs: TaskNeeds, sky: SkySpans) -> dict[str, Spans]:
    """Where each need holds, by its name among `sim.station.tasks.LIMITS`; what asks nothing is left out."""
    found: dict[str, Spans] = {}
    if needs.light != "any":
        found["light"] = sky.lit if needs.light == "lit" else sky.without(sky.lit)
    if needs.contact != "none":
        either = union(sky.direct_contact, sky.relay_contact)
        found["contact"] = {"direct": sky.direct_contact, "relay": sky.relay_contact, "any": either}[needs.contact]
    if needs.sky != "any":
        found["sky"] = sky.earth if needs.sky == "earth" else sky.without(union(sky.earth, sky.relay))
    return found


def stays_of(crew: Sequence[CrewStay]) -> tuple[Stay, ...]:
    """Describe crews to the scheduler: they work from the day after they land until the day before they leave."""
    return tuple(
        Stay(
            each.count,
            tdb_s_from_utc((each.arrive + timedelta(days=1)).isoformat()),
            tdb_s_from_utc(each.depart.isoformat()),
            each.work_per_day_s / HOUR_S,
            each.science,
        )
        for each in crew
    )
