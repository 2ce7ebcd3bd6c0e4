"""Who works when: tasks share power and crew step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BY_POWER, BY_CREW = 0, 1
"""Columns of ``lost_h``."""


@jit()
def sort_tasks(order: IntArray, priority: FloatArray, share: FloatArray) -> None:
    """Sort in place: higher priority first, then the least advanced, then as listed."""
    for place in range(1, len(order)):
        task = order[place]
        before = place - 1
        while before >= 0:
            other = order[before]
            if priority[other] > priority[task]:
                break
            if priority[other] == priority[task] and (
                share[other] < share[task] or (share[other] == share[task] and other < task)
            ):
                break
            order[before + 1] = other
            before -= 1
        order[before + 1] = task


@jit()
def run_tasks(
    open_h: FloatArray,
    work_h: FloatArray,
    priority: FloatArray,
    power_kw: FloatArray,
    pool: IntArray,
    surplus_kwh: FloatArray,
    crew: FloatArray,
    people_h: FloatArray,
    day: IntArray,
    bank_h: FloatArray,
    done_h: FloatArray,
    lost_h: FloatArray,
    crew_used_h: FloatArray,
) -> None:
    """Work on T tasks over m steps; the last three arrays are written, ``surplus_kwh`` and ``bank_h`` used up.

    Parameters
    ----------
    open_h : ndarray (T, m)
        Hours of each step in which all needs but power and crew hold.
    work_h, priority, power_kw, crew : ndarray (T,)
        Hours asked; order; power; crew hours for an hour of work.
    pool : ndarray (T,)
        Row of ``surplus_kwh`` that a task takes its power from.
    surplus_kwh : ndarray (P, m)
    people_h : ndarray (m,)
        Most crew hours of a step: all people at once.
    day : ndarray (m,)
        Row of ``bank_h`` for each step.
    bank_h : ndarray (D,)
        Crew hours of each day.
    done_h : ndarray (T, m)
        Hours done by the end of each step.
    lost_h : ndarray (T, 2)
        Open hours lost to power and to crew.
    crew_used_h : ndarray (m,)
    """
    tasks, steps = open_h.shape
    done, share = np.zeros(tasks), np.zeros(tasks)
    order = np.arange(tasks)
    for step in range(steps):
        sort_tasks(order, priority, share)
        people = people_h[step]
        for task in order:
            left = work_h[task] - done[task]
            if left > 0.0 and open_h[task, step] > 0.0:
                hours = open_h[task, step]
                if power_kw[task] > 0.0:
                    hours = min(hours, surplus_kwh[pool[task], step] / power_kw[task])
                    lost_h[task, BY_POWER] += open_h[task, step] - hours
                if crew[task] > 0.0:
                    powered = hours
                    hours = min(hours, min(bank_h[day[step]], people) / crew[task])
                    lost_h[task, BY_CREW] += powered - hours
                hours = min(hours, left)
                # What is left is never below nothing, whatever the last digit.
                surplus_kwh[pool[task], step] = max(surplus_kwh[pool[task], step] - hours * power_kw[task], 0.0)
                bank_h[day[step]] = max(bank_h[day[step]] - hours * crew[task], 0.0)
                people = max(people - hours * crew[task], 0.0)
                crew_used_h[step] += hours * crew[task]
                done[task] += hours
                share[task] = done[task] / work_h[task]
            done_h[task, step] = done[task]
