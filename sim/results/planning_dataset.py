"""Closures, landing chances, robustness, descent and sky of a lane as labelled variables of ``results.nc``.

Each is flat along a dimension of its own, the window of every entry beside it; texts that repeat are kept as codes
with their meanings. A lane without one of them has not its dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.results.columns import CLOSURES, DESCENT, HORIZON, LANDINGS, ROBUSTNESS, SKY, Column
from sim.results.labels import Variables, axis, labelled, words
from sim.results.planning import (
    Values,
    closure_values,
    descent_values,
    horizon_values,
    landing_values,
    robustness_values,
    sky_values,
)
from sim.window.types import LaneOutcome


def planning_variables(outcome: LaneOutcome) -> Variables:
    """Return the variables of what explains, lists and tests the windows of a lane."""
    chances, descent = landing_values(outcome), descent_values(outcome)
    return (
        flat("closure", CLOSURES, closure_values(outcome))
        | flat("chance", LANDINGS, chances)
        | coded("chance", "closed", chances["closed_by"], "what closes the chance")
        | flat("robustness", ROBUSTNESS, robustness_values(outcome))
        | flat("profile", DESCENT, descent)
        | coded("profile", "phase", descent["phase"], "phase of the descent")
        | flat("sky", SKY, sky_values(outcome))
        | flat("horizon", HORIZON, horizon_values(outcome))
        | sources_of_horizons(outcome)
    )


def flat(dim: str, columns: Sequence[Column], values: Values) -> Variables:
    """Return columns as variables along one dimension, ``closure_days`` and the like; none without rows."""
    left_out = {"lane"} | ({"closed_by"} if dim == "chance" else set())
    kept = [column for column in columns if column.name not in left_out]
    if len(values[kept[0].source]) == 0:
        return {}
    names = {column: column.name if column.name == dim else f"{dim}_{column.name}" for column in kept}
    return {names[column]: labelled((dim,), column, values[column.source]) for column in kept}


def coded(dim: str, name: str, texts: Sequence[str], meaning: str) -> Variables:
    """Return repeating texts as codes along ``dim``, and what the codes mean."""
    if not texts:
        return {}
    kinds = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    codes = np.array([kinds[text] for text in texts], dtype=np.int16)
    label: dict[str, Any] = {"units": "1", "long_name": f"{meaning}: index into {dim}_{name}"}
    return {
        f"{dim}_{name}_code": ((dim,), codes, label),
        f"{dim}_{name}": axis(f"{dim}_{name}", words(kinds), "", meaning),
    }


def sources_of_horizons(outcome: LaneOutcome) -> Variables:
    """Return where each site's horizon comes from, window by window; empty for a level one."""
    if not outcome.sky:
        return {}
    numbers = np.array([track.window for track in outcome.sky], dtype=np.int64)
    texts = words(track.mask_source for track in outcome.sky)
    return {
        "sky_of_window": axis("sky_of_window", numbers, "", "window whose landing the sky is drawn for"),
        "horizon_source": axis("sky_of_window", texts, "", "where the site's horizon comes from, empty: level"),
    }
