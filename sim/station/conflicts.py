"""What an arrival collides with: spans that forbid it, and other arrivals at its site too soon before or after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.astro.spans import Spans


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing: what lands, where, and between which epochs (the same twice for one moment)."""

    name: str
    site: str
    start_tdb_s: float
    stop_tdb_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Forbidden:
    """Spans in which nothing may land at a site (None: at any), and the reason, as people read it."""

    reason: str
    spans: Spans
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that an arrival collides with.

    Attributes
    ----------
    reason : str
        Of the spans that forbid it, or ``another arrival``.
    start_tdb_s, stop_tdb_s : float
        The span that forbids it, or the other arrival.
    other : str or None
        The other arrival's name.
    """

    reason: str
    start_tdb_s: float
    stop_tdb_s: float
    other: str | None = None


ANOTHER_ARRIVAL = "another arrival"


def sun_eclipsed(in_sight: Spans, site: str) -> Forbidden:
    """Forbid landings at a site while the Earth covers a part of the Sun there."""
    return Forbidden("Sun eclipsed by the Earth", in_sight, site)


def without_contact(silent: Spans, site: str) -> Forbidden:
    """Forbid landings at a site that nothing reaches."""
    return Forbidden("no contact", silent, site)


def arrival_conflicts(
    arrivals: Sequence[Landing], forbidden: Sequence[Forbidden], apart_s: float = 0.0
) -> tuple[tuple[Conflict, ...], ...]:
    """What each of some arrivals collides with, in the order of the arrivals; empty where nothing does.

    Parameters
    ----------
    arrivals : sequence of Landing
    forbidden : sequence of Forbidden
        An arrival collides with each span that it overlaps, and with one that it only touches at the span's start.
    apart_s : float
        Two arrivals at one site collide where less than this lies between the end of one and the start of the other;
        0 asks only that they neither overlap nor touch.
    """
    return tuple(
        (*_forbidding(arrival, forbidden), *_too_close(arrival, arrivals[:n], arrivals[n + 1 :], apart_s))
        for n, arrival in enumerate(arrivals)
    )


def _forbidding(arrival: Landing, forbidden: Sequence[Forbidden]) -> list[Conflict]:
    return [
        Conflict(each.reason, float(start), float(stop))
        for each in forbidden
        if each.site is None or each.site == arrival.site
        for start, stop in _met(each.spans, arrival)
    ]


def _met(spans: Spans, arrival: Landing) -> list[tuple[float, float]]:
    """Spans that an arrival meets: starts included, stops not, as in ``Spans.contain``."""
    first = int(np.searchsorted(spans.stop_tdb_s, arrival.start_tdb_s, side="right"))
    last = int(np.searchsorted(spans.start_tdb_s, arrival.stop_tdb_s, side="right"))
    return list(zip(spans.start_tdb_s[first:last], spans.stop_tdb_s[first:last], strict=True))


def _too_close(arrival: Landing, before: Sequence[Landing], after: Sequence[Landing], apart_s: float) -> list[Conflict]:
    """Other arrivals at the same site with less than ``apart_s``, or nothing, between."""
    return [
        Conflict(ANOTHER_ARRIVAL, other.start_tdb_s, other.stop_tdb_s, other.name)
        for other in (*before, *after)
        if other.site == arrival.site and (_between_s(arrival, other) <= 0.0 or _between_s(arrival, other) < apart_s)
    ]


def _between_s(one: Landing, other: Landing) -> float:
    """Time between two arrivals; negative where they overlap."""
    return max(one.start_tdb_s, other.start_tdb_s) - min(one.stop_tdb_s, other.stop_tdb_s)
