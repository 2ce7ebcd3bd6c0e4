"""Sets of flights to solve, what was found for them, and how hard to try."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.transfer import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CONVERGED, DECLINATION, LUNAR_LATITUDE, DIVERGED = (
    kernel.CONVERGED,
    kernel.DECLINATION,
    kernel.LUNAR_LATITUDE,
    kernel.DIVERGED,
)
REASONS = (
    "flies",
    "declination out of reach of the parking inclination",
    "approach latitude out of reach of the lunar inclination",
    "no solution found",
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Numbers of Gauss nodes (multiples of eight) and the bunching of both legs (tests/studies/node_placing.py)."""

    earth: int = 32
    moon: int = 16
    earth_bunching: float = 0.6
    moon_bunching: float = 0.1


MAP_NODES = Nodes()
CHECK_NODES = Nodes(earth=40, moon=24)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a stage tries: passes of the guess, most sweeps, sweeps with a fresh Jacobian.

    ``edge``: the stage of sim.transfer.edge, which looks for planes at the limit of their inclination.
    """

    guess_passes: int
    sweeps: int
    fresh_jacobians: int
    edge: bool = False


STAGE_1 = Effort(guess_passes=3, sweeps=14, fresh_jacobians=2)
STAGE_2 = Effort(guess_passes=3, sweeps=80, fresh_jacobians=80)
STAGE_3 = Effort(guess_passes=3, sweeps=30, fresh_jacobians=3, edge=True)
ALL_STAGES = (STAGE_1, STAGE_2, STAGE_3)
GUESS_ONLY = Effort(guess_passes=3, sweeps=0, fresh_jacobians=0)


@dataclass(frozen=True, slots=True)
class FlightSet:
    """Flights to solve: f pairs of epochs and n items, each a branch of a flight with its inclinations.

    Items of one flight should stand next to each other: they share its ephemeris fit.
    """

    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    flight: IntArray
    branch: IntArray
    parking_inclination_rad: FloatArray
    lunar_inclination_rad: FloatArray


@dataclass(frozen=True, slots=True)
class Solutions:
    """What was found for n items.

    Attributes
    ----------
    tli_state_icrf, perilune_state_icrf : ndarray (n, 6)
        km, km/s; geocentric just after the impulse, Moon-centred at perilune. Meaningless unless converged.
    status : ndarray (n,) of int
        Index into ``REASONS``; 0 = converged.
    gap_km : ndarray (n,)
        Gap of the legs before the last update.
    sweeps : ndarray (n,) of int
    reach_short : ndarray (n, 2)
        |cos i| − cos(declination) at the Earth and at the Moon; positive where the plane cannot be had.
    """

    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    status: IntArray
    gap_km: FloatArray
    sweeps: IntArray
    reach_short: FloatArray

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which items fly."""
        return np.asarray(self.status == CONVERGED)

    @property
    def fields(self) -> tuple[FloatArray | IntArray, ...]:
        """All arrays, in the order in which the kernel writes them."""
        return (self.tli_state_icrf, self.perilune_state_icrf, self.gap_km, self.status, self.sweeps, self.reach_short)

    def take(self, items: IntArray | NDArray[np.bool_]) -> Solutions:
        """Only some items."""
        return Solutions(
            self.tli_state_icrf[items],
            self.perilune_state_icrf[items],
            self.status[items],
            self.gap_km[items],
            self.sweeps[items],
            self.reach_short[items],
        )

    def put(self, items: IntArray, found: Solutions) -> None:
        """Overwrite the numbered items."""
        for target, values in zip(self.fields, found.fields, strict=True):
            target[items] = values


def unsolved(count: int) -> Solutions:
    """Solutions of ``count`` items before anything is known of them."""
    return Solutions(
        np.full((count, 6), np.nan),
        np.full((count, 6), np.nan),
        np.full(count, DIVERGED, np.int64),
        np.full(count, np.inf),
        np.zeros(count, np.int64),
        np.zeros((count, 2)),
    )
