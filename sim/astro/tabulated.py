"""Slow functions of time, sampled once on a fixed grid and interpolated.

The grid is fixed (whole multiples of the step from J2000), so a value never depends on which other epochs were asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

POINTS = 6
"""Nodes of the Lagrange polynomial around an epoch."""

_NODES = 128
"""Nodes sampled at a time."""

_WEIGHTS = np.array([1.0 / np.prod([float(j - k) for k in range(POINTS) if k != j]) for j in range(POINTS)])


def _lagrange(position: FloatArray) -> FloatArray:
    """Lagrange weights (POINTS, n) at a position in node steps from the first of the nodes."""
    gaps = position - np.arange(POINTS)[:, None]
    rows = [np.prod(np.delete(gaps, j, axis=0), axis=0) for j in range(POINTS)]
    weights: FloatArray = _WEIGHTS[:, None] * np.stack(rows)
    return weights


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
        block = np.floor_divide(steps, _NODES).astype(np.int64)
        values = np.empty((flat.size, self._block(int(block[0]) if block.size else 0).shape[1]))
        for index in np.unique(block):
            chosen = block == index
            values[chosen] = self._inside(int(index), steps[chosen] - index * _NODES)
        values[np.isnan(flat)] = np.nan
        return values.reshape(*t.shape, values.shape[1])

    def _inside(self, index: int, position: FloatArray) -> FloatArray:
        before = POINTS // 2 - 1
        node = np.floor(position).astype(np.int64)
        weights = _lagrange(position - node + before)
        table = self._block(index)
        return sum(
            (weights[j, :, None] * table[node + j] for j in range(POINTS)), np.zeros((node.size, table.shape[1]))
        )

    def _block(self, index: int) -> FloatArray:
        if index not in self._blocks:
            before = POINTS // 2 - 1
            nodes = np.arange(index * _NODES - before, (index + 1) * _NODES + POINTS - before, dtype=np.float64)
            self._blocks[index] = self.function(nodes * self.step_s)
        return self._blocks[index]
