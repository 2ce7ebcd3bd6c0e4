"""Slow functions of time, sampled once on a fixed grid and interpolated.

The grid is fixed (whole multiples of the step from J2000), so a value never depends on which other epochs were asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.jit import jit

FloatArray = NDArray[np.float64]

POINTS = 6
"""Nodes of the Lagrange polynomial around an epoch."""

_NODES = 128
"""Nodes sampled at a time."""

_WEIGHTS = np.array([1.0 / np.prod([float(j - k) for k in range(POINTS) if k != j]) for j in range(POINTS)])


@jit()
def _interpolate(tables: Any, which: Any, position: Any, values: Any) -> None:
    """Lagrange's polynomial through six nodes about each position, counted in steps from the start of its block."""
    before = POINTS // 2 - 1
    gaps = np.empty(POINTS)
    for i in range(len(position)):
        node = int(np.floor(position[i]))
        for k in range(POINTS):
            gaps[k] = position[i] - node + before - k
        values[i] = 0.0
        for j in range(POINTS):
            weight = _WEIGHTS[j]
            for k in range(POINTS):
                if k != j:
                    weight *= gaps[k]
            for column in range(tables.shape[2]):
                values[i, column] += weight * tables[which[i], node + j, column]


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A smooth function of time on nodes ``step_s`` apart, six-point interpolation, filled as needed.

    Attributes
    ----------
    function : callable
        Takes epochs (n,), TDB seconds past J2000, returns (n, k).
    step_s : float
    """

    function: Callable[[FloatArray], FloatArray]
    step_s: float
    _blocks: dict[int, FloatArray] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Values (..., k) at epochs (...); NaN where the epoch is not finite."""
        t = np.asarray(t_tdb_s, dtype=np.float64)
        flat = np.where(np.isfinite(t), t, np.nan).ravel()
        steps: FloatArray = np.nan_to_num(flat) / self.step_s
        indices, which = np.unique(np.floor_divide(steps, _NODES).astype(np.int64), return_inverse=True)
        tables = np.stack([self._block(int(index)) for index in indices] or [self._block(0)])
        values = np.empty((flat.size, tables.shape[2]))
        _interpolate(tables, which, steps - (indices * _NODES)[which] if flat.size else steps, values)
        values[np.isnan(flat)] = np.nan
        return values.reshape(*t.shape, values.shape[1])

    def _block(self, index: int) -> FloatArray:
        if index not in self._blocks:
            before = POINTS // 2 - 1
            nodes = np.arange(index * _NODES - before, (index + 1) * _NODES + POINTS - before, dtype=np.float64)
            self._blocks[index] = self.function(nodes * self.step_s)
        return self._blocks[index]
