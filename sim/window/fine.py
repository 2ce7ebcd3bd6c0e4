"""The day's best flight, or the one nearest to flying, along the headings between those that were searched."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.transfer.landing_light import LightTable
from sim.transfer.launch import LaunchProblem, refine_from
from sim.transfer.pad import Headings, headings_at
from sim.transfer.solve import MAP_NODES
from sim.window.candidates import Candidates, flies, kinds
from sim.window.choose import cost
from sim.window.constraints import constraints_of
from sim.window.evaluate import evaluate
from sim.window.explain import shortfall, trouble
from sim.window.plan import fine_azimuths

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FineFlights:
    """Flights of P days at F headings, one injection, time of flight and approach a day.

    ``problem`` has the fine headings behind its own; ``flights`` (P × F) stand day by day in order of heading.
    """

    problem: LaunchProblem
    flights: Candidates
    headings: int


def stacked(parts: list[Candidates]) -> Candidates:
    """Put flights one behind the other."""
    names = [field.name for field in fields(Candidates)]
    return Candidates(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def fine_flights(
    lane: ResolvedLane, problem: LaunchProblem, flights: Candidates, picks: NDArray[np.int64], light: LightTable
) -> FineFlights:
    """Solve picked flights of ``flights`` (grid order) at fine headings."""
    azimuths = fine_azimuths(lane)
    fine = headings_at(problem.pad, azimuths, problem.parking_radius_km)
    joined = replace(problem, headings=_joined(problem.headings, fine))
    known = len(problem.headings)
    if len(picks) == 0 or len(azimuths) < 2:
        return FineFlights(joined, flights.take(slice(0, 0)), len(azimuths))
    start = _starts(problem, flights, picks, np.unwrap(azimuths))
    index = tuple(
        np.repeat(getattr(flights, name)[picks], len(azimuths)) for name in ("day", "injection", "time", "approach")
    )
    full = (index[0], np.tile(known + np.arange(len(azimuths)), len(picks)), *index[1:])
    launches = refine_from(joined, full, *start, nodes=MAP_NODES)
    return FineFlights(joined, evaluate(lane, joined, launches, full, light), len(azimuths))


def _joined(one: Headings, other: Headings) -> Headings:
    return Headings(*(np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(Headings)))


def fine_picks(
    lane: ResolvedLane, flights: Candidates, margin: FloatArray, relaxed_margin: FloatArray
) -> NDArray[np.int64]:
    """The best flight of each open day, the least closed ones of the others; none where nothing flies.

    A closed day has the flight with the least trouble and ``SHORT_KINDS`` more kinds (of injection, time of flight and
    approach) that are short of the least in all, before and after its relaxation (``relaxed_margin``): when a limit is
    relaxed, the flight that opens the day is among them.
    """
    constraints = constraints_of(lane)
    which = np.flatnonzero(flies(flights))
    day, dv = flights.day[which], (flights.tli_dv_km_s + flights.loi_dv_km_s)[which]
    price = cost(lane.lane.objective, flights)[which]
    order = np.lexsort((dv, price, trouble(margin[:, which], constraints), day))
    least = which[order[_first_of_runs(day[order])]]
    is_closed = np.ones(int(day.max(initial=-1)) + 1, bool)
    is_closed[flights.day[np.all(margin >= 0.0, axis=0)]] = False
    more = which[is_closed[day]]
    short = [
        _least_short_kinds(flights, shortfall(part[:, more], constraints), more) for part in (margin, relaxed_margin)
    ]
    picks: NDArray[np.int64] = np.unique(np.concatenate([least, *short]))
    return picks


SHORT_KINDS = 3


def _least_short_kinds(flights: Candidates, short: FloatArray, which: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of flights ``which``, short (M,) of so much, each day's ``SHORT_KINDS`` nearest kinds, at their best heading."""
    day = flights.day[which]
    times = int(flights.time.max(initial=0)) + 1
    kind = (flights.injection[which] * times + flights.time[which]) * 2 + flights.approach[which]
    order = np.lexsort((short, kind, day))
    heading = order[_first_of_runs(day[order] * 4 * times + kind[order])]
    ranked = which[heading[np.lexsort((short[heading], day[heading]))]]
    place = np.arange(len(ranked)) - np.searchsorted(flights.day[ranked], flights.day[ranked])
    least: NDArray[np.int64] = ranked[place < SHORT_KINDS]
    return least


def _first_of_runs(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """First of each run of equal values."""
    return np.concatenate([[True], np.diff(values) != 0]) if len(values) else np.zeros(0, bool)


def _starts(
    problem: LaunchProblem, flights: Candidates, picks: NDArray[np.int64], azimuths: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Injection, lift-off and coast (P × F,) between those of the searched headings of the same kind."""
    days, headings = problem.shape[:2]
    grid = np.arange(len(flights.day)).reshape(days, headings, -1)
    kind = picks - flights.heading[picks] * grid.shape[2] - flights.day[picks] * headings * grid.shape[2]
    rows = grid[flights.day[picks], :, kind]
    known = np.unwrap(problem.headings.azimuth_rad)
    out = np.empty((3, len(picks), len(azimuths)))
    for number, row in enumerate(rows):
        good = row[flies(flights)[row]]
        at = known[flights.heading[good]]
        for k, name in enumerate(("tli_tdb_s", "liftoff_tdb_s", "coast_s")):
            out[k, number] = np.interp(azimuths, at, getattr(flights, name)[good])
    tli, liftoff, coast = (part.ravel() for part in out)
    return tli, liftoff, coast


def missing_kinds(flights: Candidates, best: Candidates, known: Candidates) -> NDArray[np.int64]:
    """A flight of ``flights`` (grid order) for each best one whose day and kind ``known`` does not have."""
    has = set(kinds(known))
    missing = {kind for kind in kinds(best) if kind not in has}
    if not missing:
        return np.zeros(0, np.int64)
    which = np.flatnonzero(flies(flights) & np.isin(flights.day, [kind[0] for kind in missing]))
    rows = {kind: int(row) for kind, row in zip(kinds(flights.take(which)), which, strict=True) if kind in missing}
    return np.array(sorted(rows.values()), np.int64)
