"""Where power falls short, and the figures by which a station's power is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans, spans
from sim.errors import UsageError
from sim.station.power import PowerHistory
from sim.station.power_types import State

FloatArray = NDArray[np.float64]

SHORT_KW = 1e-6
"""A milliwatt less than asked is rounding."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Steps on end in which a grid does not give what full service asks.

    Attributes
    ----------
    grid : str
    start_tdb_s, stop_tdb_s : float
        To a step.
    missing_kwh : float
        What full service asked beyond what was met.
    peak_kw : float
        Most missing, mean of a step.
    worst : State
        Lowest state of an element of the grid that is there and not dead at the start.
    """

    grid: str
    start_tdb_s: float
    stop_tdb_s: float
    missing_kwh: float
    peak_kw: float
    worst: State


@dataclass(frozen=True, slots=True)
class PowerSummary:
    """Power of one grid in a few figures; the dead count as if they still asked for full service.

    Attributes
    ----------
    grid : str
    served_time : float
        Share of the time since the first arrival in which nothing lacks; NaN where nothing ever arrives.
    missing_kwh : float
        What full service asks beyond what is met, in all; likewise.
    """

    grid: str
    served_time: float
    missing_kwh: float


def shortfalls(history: PowerHistory) -> tuple[Shortfall, ...]:
    """List all shortfalls, by grid and in order of time."""
    return tuple(each for place in range(len(history.grids)) for each in _of_grid(history, place))


def power_summaries(history: PowerHistory) -> tuple[PowerSummary, ...]:
    """Sum up each grid."""
    return tuple(_summary(history, place) for place in range(len(history.grids)))


def state_spans(history: PowerHistory, element: str, at_least: State = State.NIGHT) -> Spans:
    """Return where an element is in a state or a better one, to a step.

    Raises
    ------
    UsageError
        For an element that is not there.
    """
    if element not in history.elements:
        message = f"{element} is not among the elements: {', '.join(history.elements)}"
        raise UsageError(message)
    state = history.state[history.elements.index(element)]
    first, stop = _runs(state >= at_least)
    return spans(history.t_tdb_s[first], history.t_tdb_s[stop])


def surplus_kw(history: PowerHistory, element: str) -> FloatArray:
    """Return what the element's grid could give beyond loads and charging (n - 1,), mean of each step."""
    grid = history.grid_of[history.elements.index(element)]
    spare: FloatArray = history.curtailed_kw[history.grids.index(grid)]
    return spare


def _runs(holds: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First step and the step after the last of each run."""
    change = np.diff(np.concatenate([[0], holds.astype(np.int8), [0]]))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _of_grid(history: PowerHistory, place: int) -> Iterator[Shortfall]:
    grid, hours = history.grids[place], history.step_h
    missing = history.grid_missing_kw[place]
    state = history.state[[row for row, name in enumerate(history.grid_of) if name == grid]]
    for first, stop in zip(*_runs(missing > SHORT_KW), strict=True):
        here = state[:, first:stop]
        # One that dies within the shortfall counts, one that was dead or away before does not.
        there = here[here[:, 0] > State.DEAD]
        yield Shortfall(
            grid,
            float(history.t_tdb_s[first]),
            float(history.t_tdb_s[stop]),
            float(missing[first:stop].sum() * hours),
            float(missing[first:stop].max()),
            State(int(there.min())),
        )


def _summary(history: PowerHistory, place: int) -> PowerSummary:
    grid = history.grids[place]
    state = history.state[[row for row, name in enumerate(history.grid_of) if name == grid]]
    there = (state != State.ABSENT).any(axis=0)
    missing = history.grid_missing_kw[place] + history.dead_kw[place]
    steps = int(there.sum())
    return PowerSummary(
        grid,
        1.0 - float((missing > SHORT_KW).sum()) / steps if steps else float("nan"),
        float(missing.sum() * history.step_h) if steps else float("nan"),
    )
