"""What a landing at the station may meet that forbids it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.station.eclipses import ShadowSpans
from sim.units import DAY_S

BETWEEN_LANDINGS_S = DAY_S
"""Least time between two landings at one site: crews and tracking follow one at a time (assumed)."""


def conflicts(delivery: str, landing_tdb_s: Mapping[str, float], eclipses: ShadowSpans) -> tuple[str, ...]:
    """Name what the landing of one delivery meets: an eclipse of the Sun by the Earth, other landings within a day."""
    t = landing_tdb_s[delivery]
    if not np.isfinite(t):
        return ()
    found = ["the Earth eclipses the Sun"] if bool(eclipses.spans.contain(t)) else []
    near = [name for name, other in landing_tdb_s.items() if name != delivery and abs(other - t) < BETWEEN_LANDINGS_S]
    return (*found, *(f"{name} lands within a day" for name in near))
