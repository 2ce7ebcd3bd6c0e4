"""Lanes of the shipped scenarios as launch problems, small enough for tests."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from sim.astro.time import utc_days
from sim.scenario import load_scenario
from sim.scenario.resolve import resolve_lane
from sim.transfer.launch import solve_launches
from sim.units import DAY_S
from sim.window.plan import launch_problem

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@cache
def scenario(name="ilrs_with_europe"):
    return load_scenario(SCENARIOS / f"{name}.yaml").scenario


@cache
def lane(lane_id, name="ilrs_with_europe"):
    return resolve_lane(scenario(name), lane_id)


def changed(resolved, **parts):
    """Return a lane with other entries, or with ``constraints``, ``transfer``, ``staging`` or ``objective`` changed."""
    inner = {}
    for name in ("constraints", "transfer", "staging"):
        if name in parts:
            inner[name] = getattr(resolved.lane, name).model_copy(update=parts.pop(name))
    for name in ("objective", "available_from", "available_until", "launched", "seasons", "blackout"):
        if name in parts:
            inner[name] = parts.pop(name)
    from dataclasses import replace

    entries = {name: getattr(resolved, name).model_copy(update=update) for name, update in parts.items()}
    return replace(resolved, lane=resolved.lane.model_copy(update=inner), **entries)


def days(start, count):
    """UTC days (N,) and the TDB seconds of their 00:00."""
    first = date.fromisoformat(start)
    return utc_days(first, first + timedelta(days=count - 1))


@cache
def solved(lane_id, start="2029-01-01", count=28, times_d=(4.5, 5.5)):
    """Problem of a lane over a month, and its launches."""
    _, epochs = days(start, count)
    problem = launch_problem(lane(lane_id), epochs, np.array(times_d) * DAY_S)
    return problem, solve_launches(problem)
