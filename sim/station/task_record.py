"""Science tasks of a scenario's station, worked on as its light, contact, power and crew allow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import spans
from sim.scenario.model import Scenario
from sim.scenario.science import ScienceTask
from sim.station.light import LightSeries
from sim.station.outcome import ContactRecord, LightRecord, TaskRecord
from sim.station.power_record import StationPower
from sim.station.shortfall import state_spans, surplus_kw
from sim.station.task_inputs import SkySpans, stays_of, task_of
from sim.station.tasks import LIMITS, Task, TaskProgress, schedule_tasks

FloatArray = NDArray[np.float64]


def station_tasks(
    scenario: Scenario,
    arrival_tdb_s: Mapping[str, float],
    series: LightSeries,
    light: LightRecord,
    contact: ContactRecord,
    power: StationPower | None,
) -> tuple[TaskRecord, ...]:
    """Work on a scenario's tasks over its horizon; ``arrival_tdb_s`` says from when on each element is there."""
    if not scenario.science:
        return ()
    t = series.epochs_tdb_s
    sky = SkySpans(
        float(t[0]),
        float(t[-1]),
        light.dark.gaps(float(t[0]), float(t[-1])),
        light.earth_up,
        contact.relay_up,
        contact.spans["direct"],
        contact.spans["relayed"],
    )
    tasks = [_task(each, sky, arrival_tdb_s[each.at], power) for each in scenario.science]
    history = None if power is None else power.history
    at = [each.at for each in scenario.science if history is not None and each.at in history.elements]
    pools = {name: surplus_kw(history, name) for name in at} if history is not None else {}
    progress = schedule_tasks(t, tasks, pools, stays_of(scenario.crew))
    return tuple(_record(scenario.science[row], progress, row) for row in range(len(tasks)))


def _task(task: ScienceTask, sky: SkySpans, arrival_tdb_s: float, power: StationPower | None) -> Task:
    if power is None or task.at not in power.history.elements:
        always = spans([sky.start_tdb_s], [sky.stop_tdb_s])
        return task_of(task, sky, always, arrival_tdb_s)
    return task_of(task, sky, state_spans(power.history, task.at), arrival_tdb_s, task.at)


def _record(task: ScienceTask, progress: TaskProgress, row: int) -> TaskRecord:
    lost = dict(zip(LIMITS, progress.closed_h[row].tolist(), strict=True))
    waited = sorted(((need, hours) for need, hours in lost.items() if hours > 0.0), key=lambda pair: -pair[1])
    return TaskRecord(
        task=task.id,
        name=task.name or task.id,
        element=task.at,
        work_h=float(progress.work_h[row]),
        t_tdb_s=progress.t_tdb_s,
        done_h=np.concatenate([[0.0], progress.done_h[row]]),
        done_tdb_s=float(progress.done_tdb_s[row]),
        waited_for=tuple(waited),
    )
