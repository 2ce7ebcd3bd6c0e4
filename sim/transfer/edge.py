"""Stage 3: flights at the limit of their inclination, where two branches meet and end.

Near the limit the two planes of one inclination through the Moon (ascending and descending branch) run together, the
gap's Jacobian loses rank, and a solver that holds the inclination fails, or finds the other branch's flight. So here
the *heading* ψ of the plane at the Moon is held, from due east, and the inclination i(ψ) is what comes out: a smooth
function with one extremum, cos i ≈ cos δ cos(ψ − ψ0). Its crossings of the wanted inclination are the flights: the one
on the branch's own side of ψ0 is taken; where the extremum does not reach it, there is none, and by how much is known.
The same holds at the Moon, with the heading of the approach at the arrival asymptote.

tests/studies/edge_of_reach.py compares what is found with and without this stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_MOON_KM3_S2
from sim.transfer.flight_set import CONVERGED, DECLINATION, DIVERGED, LUNAR_LATITUDE, FloatArray, IntArray, Solutions
from sim.transfer.kernel import EDGE_RAD

BoolArray = NDArray[np.bool_]
Fly = Callable[[IntArray, FloatArray], Solutions]
"""Solve numbered items with headings (n, 2) held at Earth and Moon, NaN where the inclination is."""

FIRST_STEP_RAD = 0.06
"""Half a degree inside the limit the headings are 4° from due east at i = 20°, more above."""

SUSPECT_RAD = 0.06
"""A flight that heads less than this to its branch's side may be the other branch's."""

WIDEST_RAD = 0.6
ROUNDS = 10
COSINE_TOLERANCE = 1e-10
"""Of cos i: 2e-8 degrees at i = 15°."""


@dataclass(frozen=True, slots=True)
class Side:
    """One end of n items' flights: the Earth's (column 0) or the Moon's (1).

    Attributes
    ----------
    pole_icrf : ndarray (n, 3)
    inclination_rad : ndarray (n,)
        Wanted.
    branch_side : ndarray (n,)
        −1 or +1: to which side of the limit the branch heads, from north as −.
    hinge_icrf : function
        Directions (m, 3) that numbered items' planes hold: to the Moon at arrival, or of the arrival at the Moon.
    """

    column: int
    pole_icrf: FloatArray
    inclination_rad: FloatArray
    branch_side: FloatArray
    hinge_icrf: Callable[[IntArray], FloatArray]

    def take(self, items: IntArray) -> Side:
        """Only some items."""
        pole, inclination, side = self.pole_icrf[items], self.inclination_rad[items], self.branch_side[items]
        return Side(self.column, pole, inclination, side, lambda some: self.hinge_icrf(items[some]))

    @property
    def sense(self) -> FloatArray:
        """+1 for a prograde plane, whose limit heads due east, −1 for a retrograde one (due west)."""
        return np.where(np.cos(self.inclination_rad) >= 0.0, 1.0, -1.0)

    @property
    def limit_heading_rad(self) -> FloatArray:
        """Heading at the limit, by geometry alone."""
        return np.where(self.sense > 0.0, 0.0, np.pi)

    @property
    def wanted(self) -> FloatArray:
        """|cos i|."""
        cosine: FloatArray = np.abs(np.cos(self.inclination_rad))
        return cosine

    def reached(self, found: Solutions) -> FloatArray:
        """|cos i| of what was found, NaN where nothing was."""
        state = found.tli_state_icrf if self.column == 0 else found.perilune_state_icrf
        h = np.cross(state[:, :3], state[:, 3:])
        cosine = self.sense * np.sum(h * self.pole_icrf, axis=1) / np.linalg.norm(h, axis=1)
        return np.where(found.converged, cosine, np.nan)


def margin_rad(inclination_rad: FloatArray, reach_short: FloatArray) -> FloatArray:
    """Inclination (or its supplement) less the declination, from |cos i| − cos δ."""
    cos_i = np.abs(np.cos(inclination_rad))
    margin: FloatArray = np.arccos(cos_i) - np.arccos(np.clip(cos_i - reach_short, -1.0, 1.0))
    return margin


def branch_sides(branch: IntArray) -> tuple[FloatArray, FloatArray]:
    """Sides of injection and approach: −1 ascending, +1 descending."""
    return 2.0 * (branch // 2).astype(np.float64) - 1.0, 2.0 * (branch % 2).astype(np.float64) - 1.0


def solve_edge(sides: tuple[Side, Side], solutions: Solutions, fly: Fly) -> None:
    """Find what stages 1 and 2 left open, or put on the wrong branch, within ``EDGE_RAD`` of a limit.

    ``solutions`` is written in place: flights found, or the reason with the shortfall that is left.
    """
    margins = [np.abs(margin_rad(side.inclination_rad, solutions.reach_short[:, side.column])) for side in sides]
    for side, margin, other in zip(sides, margins, margins[::-1], strict=True):
        near = np.flatnonzero((margin < EDGE_RAD) & (margin <= other))
        items = near[(solutions.status[near] == DIVERGED) | _suspect(side.take(near), solutions.take(near))]
        if len(items):
            search(side.take(items), items, fly, solutions)


def _suspect(side: Side, solutions: Solutions) -> BoolArray:
    """Which flights do not clearly head to their branch's side of the limit."""
    state = solutions.tli_state_icrf if side.column == 0 else solutions.perilune_state_icrf
    normal = _unit(np.cross(state[:, :3], state[:, 3:]))
    east = _unit(np.cross(side.pole_icrf, side.hinge_icrf(np.arange(len(normal)))))
    away = np.sum(normal * east, axis=1) * side.branch_side
    return np.asarray(solutions.converged & (away < np.sin(SUSPECT_RAD)))


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def arrival_asymptote(perilune_state_icrf: FloatArray) -> FloatArray:
    """Direction (n, 3) in which a vehicle with this state at perilune came in: P/e + Q √(1 − 1/e²)."""
    r, v = perilune_state_icrf[:, :3], perilune_state_icrf[:, 3:]
    radius, speed = np.linalg.norm(r, axis=1, keepdims=True), np.linalg.norm(v, axis=1, keepdims=True)
    cosine = 1.0 / (radius * speed**2 / GM_MOON_KM3_S2 - 1.0)
    asymptote: FloatArray = cosine * r / radius + np.sqrt(1.0 - cosine**2) * v / speed
    return asymptote


def search(side: Side, items: IntArray, fly: Fly, solutions: Solutions) -> None:
    """Seek the headings of n items that give the wanted inclination: parabolas through the last three tried."""
    every = np.arange(len(items))
    heading = side.limit_heading_rad[:, None] + np.array([-FIRST_STEP_RAD, 0.0, FIRST_STEP_RAD])
    reached = np.stack([_flown(side, items, fly, every, column)[0] for column in heading.T], axis=1)
    seeking = np.asarray(np.isfinite(reached).all(axis=1))
    for _ in range(ROUNDS):
        which = np.flatnonzero(seeking)
        if len(which) == 0:
            return
        here = side.take(which)
        at, top = next_heading(heading[which], reached[which], here)
        value, found = _flown(side, items, fly, which, at)
        met = np.abs(value - here.wanted) < COSINE_TOLERANCE
        none = ~met & (top < here.wanted) & (np.abs(value - top) < COSINE_TOLERANCE)
        _keep(items[which[met]], found.take(met), solutions)
        _refuse(items[which[none]], (here.wanted - value)[none], here.column, solutions)
        farthest = np.argmax(np.abs(heading[which] - at[:, None]), axis=1)
        heading[which, farthest], reached[which, farthest] = at, value
        seeking[which] = np.isfinite(value) & ~met & ~none


def _flown(side: Side, items: IntArray, fly: Fly, which: IntArray, heading: FloatArray) -> tuple[FloatArray, Solutions]:
    """Fly some of the items with a heading held at this side; |cos i| that comes out, and the flights."""
    headings = np.full((len(which), 2), np.nan)
    headings[:, side.column] = heading
    found = fly(items[which], headings)
    return side.take(which).reached(found), found


def _keep(items: IntArray, found: Solutions, solutions: Solutions) -> None:
    """Write flights; the shortfall of reach stays the guess's, as with all other flights."""
    short = solutions.reach_short[items]
    solutions.put(items, found)
    solutions.reach_short[items] = short


def _refuse(items: IntArray, short: FloatArray, column: int, solutions: Solutions) -> None:
    """Give the reason of items without a flight; one that holds the other branch's flight keeps it."""
    bare = solutions.status[items] != CONVERGED
    solutions.status[items[bare]] = DECLINATION if column == 0 else LUNAR_LATITUDE
    solutions.reach_short[items[bare], column] = short[bare]


def next_heading(heading: FloatArray, reached: FloatArray, side: Side) -> tuple[FloatArray, FloatArray]:
    """Where the parabola through three points (n, 3) has the wanted value on the branch's side, or its top.

    Returns the heading and the parabola's top value.
    """
    x0, x1, x2 = heading.T
    y0, y1, y2 = reached.T
    first = (y1 - y0) / (x1 - x0)
    second = ((y2 - y1) / (x2 - x1) - first) / (x2 - x0)
    centre = 0.5 * (x0 + x1) - 0.5 * first / second
    top = y0 - second * (centre - x0) ** 2
    away = np.sqrt(np.maximum((top - side.wanted) / -second, 0.0))
    at = centre + side.sense * side.branch_side * away
    limit = side.limit_heading_rad
    return np.clip(at, limit - WIDEST_RAD, limit + WIDEST_RAD), top
