"""Science tasks over years: how much is done by when, and what kept each from being done sooner.

Every need that is a matter of place and time is a set of spans; their intersection, cut by the steps of the grid, is
where a task could be worked on. There tasks share the power to spare and the crew's hours: higher priority first, equal
ones in turn, the least advanced first. Several tasks may be worked on at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans, intersection, spans
from sim.errors import UsageError
from sim.station.task_kernel import BY_CREW, BY_POWER, run_tasks
from sim.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]

LIMITS = ("arrival", "element", "light", "contact", "sky", "power", "crew")
"""What may keep a task from being worked on: its element not landed (or not yet set up), asleep or dead; then its
needs."""

SPAN_LIMITS = LIMITS[1:5]
"""Those that are spans of time."""

_ROUNDING_H = 1e-6
_CLOCKS_APART_S = 1.0
"""TDB and UTC run apart by milliseconds over a year."""

DONE_SHARE = 1.0 - 1e-9
"""From here on a task is done: sums of hours round."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Work and what it needs.

    Attributes
    ----------
    name : str
    work_h : float
        Hours in all, more than none.
    needs : mapping of str to Spans
        Where each need of `SPAN_LIMITS` holds; one left out always does.
    power_kw : float
        From the surplus of ``pool``.
    pool : str
        Name of a supply of surplus power, as given to `schedule_tasks`.
    crew : float
        Crew hours for an hour of work.
    start_tdb_s : float
        No work before; infinity: never.
    priority : int
    """

    name: str
    work_h: float
    needs: Mapping[str, Spans] = field(default_factory=dict)
    power_kw: float = 0.0
    pool: str = ""
    crew: float = 0.0
    start_tdb_s: float = -np.inf
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """People at the station from one epoch to another, with hours of work in a day and the share for science."""

    count: float
    start_tdb_s: float
    stop_tdb_s: float
    work_per_day_h: float = 8.0
    science: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class TaskProgress:
    """Progress of T tasks over n epochs, n - 1 steps.

    Attributes
    ----------
    t_tdb_s : ndarray (n,)
    tasks : tuple of str
    work_h : ndarray (T,)
        Hours asked.
    done_h : ndarray (T, n - 1)
        Hours done by the end of each step.
    done_tdb_s : ndarray (T,)
        End of the step in which it was done; NaN where it never was.
    open_h : ndarray (T,)
        Hours in which all needs but power and crew held, until it was done.
    closed_h : ndarray (T, L)
        Hours, until it was done, in which each of `LIMITS` did not hold: needs that fail together count each. Power
        and crew count the open hours that were lost to them.
    alone_h : ndarray (T, L)
        Those of them in which nothing else failed: what would be won if that one need fell.
    crew_offered_h, crew_used_h : ndarray (n - 1,)
        Crew hours for science by step: spread evenly, and used.
    """

    t_tdb_s: FloatArray
    tasks: tuple[str, ...]
    work_h: FloatArray
    done_h: FloatArray
    done_tdb_s: FloatArray
    open_h: FloatArray
    closed_h: FloatArray
    alone_h: FloatArray
    crew_offered_h: FloatArray
    crew_used_h: FloatArray

    @property
    def done_share(self) -> FloatArray:
        """Share of each task done by the end of each step (T, n - 1)."""
        return self.done_h / self.work_h[:, None]

    @property
    def limited_by(self) -> tuple[str, ...]:
        """What cost each task most hours by itself, else most hours at all; empty where nothing did."""
        return tuple(_worst(alone, closed) for alone, closed in zip(self.alone_h, self.closed_h, strict=True))


def schedule_tasks(
    t_tdb_s: FloatArray,
    tasks: Sequence[Task],
    surplus_kw: Mapping[str, FloatArray] | None = None,
    stays: Sequence[Stay] = (),
) -> TaskProgress:
    """Work on tasks over the steps of an even grid of epochs (n,).

    Parameters
    ----------
    t_tdb_s : ndarray (n,)
    tasks : sequence of Task
    surplus_kw : mapping of str to ndarray (n - 1,)
        Power to spare in each step, by the name of the pool.
    stays : sequence of Stay
        Of crews. A crew's hours may be used at any time of their day (counted from the first epoch).

    Raises
    ------
    UsageError
        For work of no hours, a need that is not known, or power from a pool that is not given.
    """
    pools = {"": np.zeros(len(t_tdb_s) - 1)} | dict(surplus_kw or {})
    _check(tasks, pools)
    hours = np.diff(t_tdb_s) / HOUR_S
    open_spans = [_open_spans(task, t_tdb_s) for task in tasks]
    open_h = np.array([each.covered_s(t_tdb_s) / HOUR_S for each in open_spans]).reshape(len(tasks), len(hours))
    day = ((t_tdb_s[:-1] - t_tdb_s[0] + _CLOCKS_APART_S) // DAY_S).astype(np.int64)
    people_h, offered_h = _crew_hours(stays, t_tdb_s)
    done_h, lost_h, used_h = np.zeros(open_h.shape), np.zeros((len(tasks), 2)), np.zeros(len(hours))
    work_h = np.array([task.work_h for task in tasks], dtype=np.float64)
    run_tasks(
        open_h,
        work_h,
        np.array([task.priority for task in tasks], dtype=np.float64),
        np.array([task.power_kw for task in tasks], dtype=np.float64),
        np.array([list(pools).index(task.pool) for task in tasks], dtype=np.int64),
        np.array([pool * hours for pool in pools.values()]),
        np.array([task.crew for task in tasks], dtype=np.float64),
        people_h,
        day,
        np.bincount(day, weights=offered_h).astype(np.float64),
        done_h,
        lost_h,
        used_h,
    )
    done_tdb_s = _done_epochs(done_h, work_h, t_tdb_s)
    until = np.where(np.isnan(done_tdb_s), t_tdb_s[-1], done_tdb_s)
    lost = np.zeros((len(tasks), 2, len(LIMITS)))
    for row, task in enumerate(tasks):
        lost[row] = _lost_hours(task, t_tdb_s[0], until[row], lost_h[row])
    open_until = [each.within(t_tdb_s[0], stop).total_s / HOUR_S for each, stop in zip(open_spans, until, strict=True)]
    return TaskProgress(
        t_tdb_s,
        tuple(task.name for task in tasks),
        work_h,
        done_h,
        done_tdb_s,
        np.array(open_until),
        lost[:, 0],
        lost[:, 1],
        offered_h,
        used_h,
    )


def _open_spans(task: Task, t_tdb_s: FloatArray) -> Spans:
    """Where everything but power and crew holds."""
    there = spans([max(task.start_tdb_s, t_tdb_s[0])], [t_tdb_s[-1]])
    return reduce(intersection, task.needs.values(), there)


def _crew_hours(stays: Sequence[Stay], t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Hours of people being there, and hours of theirs for science spread evenly, by step."""
    people, offered = np.zeros(len(t_tdb_s) - 1), np.zeros(len(t_tdb_s) - 1)
    for stay in stays:
        there = stay.count * spans([stay.start_tdb_s], [stay.stop_tdb_s]).covered_s(t_tdb_s) / HOUR_S
        people += there
        offered += there * stay.work_per_day_h / 24.0 * stay.science
    return people, offered


def _done_epochs(done_h: FloatArray, work_h: FloatArray, t_tdb_s: FloatArray) -> FloatArray:
    is_done = done_h >= DONE_SHARE * work_h[:, None]
    epochs: FloatArray = np.where(is_done.any(axis=1), t_tdb_s[1 + is_done.argmax(axis=1)], np.nan)
    return epochs


def _lost_hours(task: Task, first: float, until: float, lost_h: FloatArray) -> FloatArray:
    """Hours from the first epoch until one that each limit closed, and that it closed alone (2, L)."""
    start = min(max(task.start_tdb_s, first), until)
    needs = {name: where.within(start, until) for name, where in task.needs.items()}
    everything = spans([start], [until])
    closed, alone = {"arrival": start - first}, {"arrival": start - first}
    together = reduce(intersection, needs.values(), everything).total_s
    for name, where in needs.items():
        others = [other for key, other in needs.items() if key != name]
        closed[name] = until - start - where.total_s
        alone[name] = reduce(intersection, others, everything).total_s - together
    spent = {"power": lost_h[BY_POWER], "crew": lost_h[BY_CREW]}
    rows = [[part.get(name, 0.0) / HOUR_S + spent.get(name, 0.0) for name in LIMITS] for part in (closed, alone)]
    return np.array(rows)


def _worst(alone_h: FloatArray, closed_h: FloatArray) -> str:
    """Name of the limit that cost most, the arrival only where nothing else did; rounding of hours is none."""
    for first, hours in ((1, alone_h), (1, closed_h), (0, closed_h)):
        if hours[first:].max() > _ROUNDING_H:
            return LIMITS[first + int(np.argmax(hours[first:]))]
    return ""


def _check(tasks: Sequence[Task], pools: Mapping[str, FloatArray]) -> None:
    for task in tasks:
        unknown = sorted(set(task.needs) - set(SPAN_LIMITS))
        if unknown:
            message = f"{task.name}: {unknown[0]} is no need: take {', '.join(SPAN_LIMITS)}"
            raise UsageError(message)
        if not task.work_h > 0.0:
            message = f"{task.name}: the work must be more than 0 h, not {task.work_h:g} h"
            raise UsageError(message)
        if (task.power_kw > 0.0 and not task.pool) or task.pool not in pools:
            message = f"{task.name}: its power comes from {task.pool or 'nowhere'}: give that pool's surplus"
            raise UsageError(message)
