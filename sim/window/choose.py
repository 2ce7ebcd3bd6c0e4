"""The best flight of a day, by the lane's objective."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Objective
from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]


def cost(objective: Objective, flights: Candidates) -> FloatArray:
    """What the objective wants least of, (M,)."""
    if objective == "time_of_flight":
        return flights.arrival_tdb_s - flights.tli_tdb_s
    if objective == "earliest_landing":
        return flights.landing_tdb_s
    if objective == "insertion_dv":
        return flights.loi_dv_km_s
    return -flights.landed_payload_kg


def best_of_groups(
    objective: Objective, flights: Candidates, group: NDArray[np.int64], allowed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Index of the best allowed flight of every group that has one, by rising group number.

    Equals in the objective (a full hold, say) are told apart by spare landed mass, then by total delta-v.
    """
    which = np.flatnonzero(allowed)
    if len(which) == 0:
        return which
    part = flights.take(which)
    total = part.tli_dv_km_s + part.loi_dv_km_s
    order = np.lexsort((total, -part.spare_kg, cost(objective, part), group[which]))
    ranked = which[order]
    first = np.ones(len(ranked), bool)
    first[1:] = np.diff(group[ranked]) > 0
    return ranked[first]
