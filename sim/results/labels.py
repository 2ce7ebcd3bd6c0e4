"""Labelled variables of ``results.nc``: values along named dimensions, each with its unit and what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.time import utc_datetime64
from sim.results.columns import Column

Variable = tuple[tuple[str, ...], Any, dict[str, Any]]
Variables = dict[str, Variable]


def axis(dim: str, values: Any, units: str, long_name: str) -> Variable:
    """Return a variable along one dimension."""
    return (dim,), values, {"units": units, "long_name": long_name} if units else {"long_name": long_name}


def words(texts: Iterable[str]) -> NDArray[np.str_]:
    """Return texts (N,) as an array that stays one of texts when empty."""
    return np.array(list(texts), dtype=np.str_)


def labelled(dims: tuple[str, ...], column: Column, values: Any) -> Variable:
    """Return a column's values in the units people read, with unit and meaning."""
    if column.kind == "utc":
        return dims, utc_moments(np.asarray(values, dtype=np.float64)), {"long_name": f"{column.meaning}, UTC"}
    if column.kind in {"text", "boolean"}:
        shaped = words(values) if column.kind == "text" else np.asarray(values, dtype=bool)
        return dims, shaped, {"long_name": column.meaning}
    if column.kind == "date":
        return dims, np.asarray(values, dtype="datetime64[s]"), {"long_name": f"{column.meaning}, UTC date"}
    scaled = np.asarray(values, dtype=np.float64) * column.factor
    return dims, scaled, {"units": column.unit or "1", "long_name": column.meaning}


def utc_moments(t_tdb_s: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return UTC to the millisecond; NaT for NaN, which many closed days make worth skipping."""
    moments = np.full(t_tdb_s.shape, np.datetime64("NaT", "ms"))
    known = np.isfinite(t_tdb_s)
    moments[known] = utc_datetime64(t_tdb_s[known])
    return moments
