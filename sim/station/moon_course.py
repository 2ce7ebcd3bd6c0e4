"""The Moon's own course over the horizon, as planners read it in an almanac: apsides, nodes, syzygies, its eclipses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.astro.moon_events import LunarEclipses, apsides, lunar_eclipses, node_passages, syzygies
from sim.station.outcome import MoonEvent

FloatArray = NDArray[np.float64]

ECLIPSE_WORDS = {"N": "penumbral", "P": "partial", "T": "total"}


def moon_events(start_tdb_s: float, stop_tdb_s: float) -> tuple[MoonEvent, ...]:
    """List perigees and apogees, nodes, new and full Moons and eclipses of the Moon, in order of time."""
    return tuple(sorted(_events(start_tdb_s, stop_tdb_s), key=lambda event: (event.start_tdb_s, event.kind)))


def _events(start_tdb_s: float, stop_tdb_s: float) -> Iterator[MoonEvent]:
    span = start_tdb_s, stop_tdb_s
    distances, nodes, moons = apsides(*span), node_passages(*span), syzygies(*span)
    yield from _moments("perigee", distances.perigee_tdb_s, distances.perigee_km)
    yield from _moments("apogee", distances.apogee_tdb_s, distances.apogee_km)
    yield from _moments("ascending_node", nodes.ascending_tdb_s)
    yield from _moments("descending_node", nodes.descending_tdb_s)
    yield from _moments("new_moon", moons.new_tdb_s)
    yield from _moments("full_moon", moons.full_tdb_s)
    yield from _eclipses(lunar_eclipses(*span))


def _moments(kind: str, at_tdb_s: FloatArray, distance_km: FloatArray | None = None) -> Iterator[MoonEvent]:
    for number, t in enumerate(at_tdb_s.tolist()):
        if distance_km is None:
            yield MoonEvent(kind, t, t)
        else:
            yield MoonEvent(kind, t, t, float(distance_km[number]), "km")


def _eclipses(found: LunarEclipses) -> Iterator[MoonEvent]:
    """Eclipses from first to last contact with the penumbra, with the magnitude in the umbra, or the penumbra."""
    for number, t in enumerate(found.greatest_tdb_s.tolist()):
        kind, half_s = str(found.kind[number]), float(found.penumbral_semi_s[number])
        magnitude = found.penumbral_magnitude if kind == "N" else found.umbral_magnitude
        what = f"{ECLIPSE_WORDS[kind]}; part of the Moon's diameter in the {'penumbra' if kind == 'N' else 'umbra'}"
        yield MoonEvent("lunar_eclipse", t - half_s, t + half_s, float(magnitude[number]), "1", what)
