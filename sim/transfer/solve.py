"""Solve flights to the Moon: sets of them in one call, whole maps, or a single one.

Model: point-mass Earth with J2 about the pole of date, Moon with quadrupole, Sun; DE440; see sim.transfer.collocation.
Stage 1 solves everything with fixed work; what it leaves open is tried again from the guess with a fresh Jacobian in
every sweep (stage 2); near the limit of an inclination the heading is sought that has it (stage 3, sim.transfer.edge).
What does not fly has a reason code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.constants import GM_EARTH_KM3_S2
from sim.threads import for_ranges
from sim.transfer import kernel
from sim.transfer.edge import Side, arrival_asymptote, branch_sides, solve_edge
from sim.transfer.flight import Transfer
from sim.transfer.flight_ephemeris import fit_matrices, padded_granules
from sim.transfer.flight_set import (
    ALL_STAGES,
    CHECK_NODES,
    CONVERGED,
    DECLINATION,
    DIVERGED,
    GUESS_ONLY,
    LUNAR_LATITUDE,
    MAP_NODES,
    REASONS,
    STAGE_1,
    STAGE_2,
    STAGE_3,
    Effort,
    FlightSet,
    FloatArray,
    IntArray,
    Nodes,
    Solutions,
    unsolved,
)
from sim.transfer.lanes import LANES
from sim.transfer.quadrature import leg_quadrature
from sim.units import DAY_S, DEG

__all__ = [
    "ALL_STAGES",
    "CHECK_NODES",
    "CONVERGED",
    "DECLINATION",
    "DIVERGED",
    "GUESS_ONLY",
    "LUNAR_LATITUDE",
    "MAP_NODES",
    "REASONS",
    "STAGE_1",
    "STAGE_2",
    "STAGE_3",
    "Effort",
    "FlightSet",
    "NoTransfer",
    "Nodes",
    "Solutions",
    "TransferProblem",
    "as_transfer",
    "guess_flights",
    "map_flights",
    "node_and_argument",
    "reach_shortfall_rad",
    "solve_flights",
    "solve_transfer",
]

BRANCHES = 4
SHORTEST_FLIGHT_S, LONGEST_FLIGHT_S = 2.2 * DAY_S, 9.0 * DAY_S


@dataclass(frozen=True, slots=True)
class NoTransfer:
    """Why there is no flight, as a value."""

    reason: str
    short_by_deg: float


@dataclass(frozen=True, slots=True)
class TransferProblem:
    """One flight to solve; ``branch`` None takes the one with the smallest injection speed."""

    tli_tdb_s: float
    arrival_tdb_s: float
    parking_radius_km: float
    parking_inclination_rad: float
    perilune_radius_km: float
    lunar_inclination_rad: float
    branch: int | None = None


_SPAN_DAYS = 1024.0


def kernel_ephemeris(start_tdb_s: float, stop_tdb_s: float) -> tuple[float, float, FloatArray]:
    """Start, step and padded granules that cover the epochs; one table serves years, so that calls share it."""
    span_s = _SPAN_DAYS * DAY_S
    first, last = Ephemeris.de440().coverage_tdb_s
    start, stop = np.floor((start_tdb_s - DAY_S) / span_s) * span_s, np.ceil((stop_tdb_s + DAY_S) / span_s) * span_s
    return _padded_ephemeris(max(float(start), min(first, start_tdb_s)), min(float(stop), max(last, stop_tdb_s)))


@lru_cache(maxsize=8)
def _padded_ephemeris(start_tdb_s: float, stop_tdb_s: float) -> tuple[float, float, FloatArray]:
    granules = Ephemeris.de440().granules(start_tdb_s, stop_tdb_s)
    return granules.start_tdb_s, granules.step_s, padded_granules(granules.coefficients)


def owned(values: FloatArray) -> FloatArray:
    """Writable copy: a read-only array would be a second type to the compiler, and compile everything again."""
    return np.array(values, dtype=np.float64, order="C")


def _rule(nodes: int, bunching: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    rule = leg_quadrature(nodes, bunching)
    return rule.odd, rule.even, rule.weights, rule.warp, rule.warp_rate


@dataclass(frozen=True, slots=True)
class _Context:
    """What every stage needs of a set of flights: epochs, poles and axes of the flights, ephemeris, radii, rules."""

    flights: FlightSet
    bodies: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    ephemeris: tuple[float, float, FloatArray]
    radii_km: tuple[float, float]
    nodes: Nodes

    def fly(self, items: IntArray, effort: Effort, headings: FloatArray | None = None) -> Solutions:
        """Solve the numbered items, with headings (n, 2) held where they are not NaN."""
        flights, nodes = self.flights, self.nodes
        found = unsolved(len(items))
        held = np.full((len(items), 2), np.nan) if headings is None else headings
        which = (
            flights.flight[items],
            flights.branch[items],
            np.cos(flights.parking_inclination_rad[items]),
            np.cos(flights.lunar_inclination_rad[items]),
            held,
        )
        rules = _rule(nodes.earth, nodes.earth_bunching), _rule(nodes.moon, nodes.moon_bunching)
        counts, pole = (effort.guess_passes, effort.sweeps, effort.fresh_jacobians), owned(ME_FROM_PA[2])

        def solve(first: int, stop: int) -> None:
            kernel.solve_items(
                first,
                stop,
                which,
                self.bodies,
                pole,
                self.ephemeris,
                fit_matrices(),
                self.radii_km,
                *rules,
                counts,
                LANES,
                found.fields,
            )

        for_ranges(solve, kernel.chunks_of(which))
        return found


def _context(flights: FlightSet, radii_km: tuple[float, float], nodes: Nodes) -> _Context:
    t0, tp = owned(flights.tli_tdb_s), owned(flights.arrival_tdb_s)
    bodies = (t0, tp, owned(earth_pole(t0)), owned(icrf_to_moon_pa(tp)))
    return _Context(flights, bodies, kernel_ephemeris(float(t0.min()), float(tp.max())), radii_km, nodes)


def solve_flights(
    flights: FlightSet,
    parking_radius_km: float,
    perilune_radius_km: float,
    nodes: Nodes = MAP_NODES,
    stages: Iterable[Effort] = ALL_STAGES,
) -> Solutions:
    """Solve a set of flights.

    Parameters
    ----------
    flights : FlightSet
    parking_radius_km, perilune_radius_km : float
        Radii, not altitudes.
    nodes : Nodes
        ``CHECK_NODES`` solves again more finely, to measure the quadrature's error.
    stages : efforts
        Tried in turn on what is still open.

    Returns
    -------
    Solutions
        In the order of the items; the digits do not depend on the number of threads.
    """
    solutions = unsolved(len(flights.flight))
    if len(flights.flight) == 0:
        return solutions
    context = _context(flights, (parking_radius_km, perilune_radius_km), nodes)
    for effort in stages:
        if effort.edge:
            _solve_edge(context, effort, solutions)
            continue
        items = np.flatnonzero(solutions.status == DIVERGED)
        if len(items):
            solutions.put(items, context.fly(items, effort))
    return solutions


def _solve_edge(context: _Context, effort: Effort, solutions: Solutions) -> None:
    """Stage 3 on the items near a limit that are open or may be on the wrong branch."""
    flights = context.flights
    _, tp, earth_poles, moon_axes = context.bodies
    flight, branch = flights.flight, flights.branch

    def to_moon(items: IntArray) -> FloatArray:
        r_km, _ = Ephemeris.de440().moon_geocentric(tp[flight[items]])
        return r_km

    def asymptote(items: IntArray) -> FloatArray:
        return arrival_asymptote(solutions.perilune_state_icrf[items])

    injection, approach = branch_sides(branch)
    earth = Side(0, earth_poles[flight], flights.parking_inclination_rad, injection, to_moon)
    moon = Side(1, (ME_FROM_PA[2] @ moon_axes)[flight], flights.lunar_inclination_rad, approach, asymptote)
    solve_edge((earth, moon), solutions, lambda items, headings: context.fly(items, effort, headings))


def guess_flights(flights: FlightSet, parking_radius_km: float, perilune_radius_km: float) -> Solutions:
    """Apsis states of the first guess, not solved: for other solvers to start from."""
    return solve_flights(flights, parking_radius_km, perilune_radius_km, stages=(GUESS_ONLY,))


def map_flights(
    departures_tdb_s: ArrayLike,
    times_of_flight_s: ArrayLike,
    parking_inclination_rad: float,
    lunar_inclination_rad: float,
) -> FlightSet:
    """All four branches of every pair of departure (D,) and time of flight (T,): items in the order (D, T, 4)."""
    departures, durations = np.asarray(departures_tdb_s, float), np.asarray(times_of_flight_s, float)
    t0 = np.repeat(departures, len(durations))
    count = BRANCHES * len(t0)
    return FlightSet(
        tli_tdb_s=t0,
        arrival_tdb_s=t0 + np.tile(durations, len(departures)),
        flight=np.repeat(np.arange(len(t0)), BRANCHES),
        branch=np.tile(np.arange(BRANCHES), len(t0)),
        parking_inclination_rad=np.full(count, parking_inclination_rad),
        lunar_inclination_rad=np.full(count, lunar_inclination_rad),
    )


def node_and_argument(tli_state_icrf: FloatArray, pole: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Node and argument of latitude (rad) of the parking orbit at injection, on the equator of date.

    The node counts from the ICRF x axis projected on the equator whose pole is ``pole`` (..., 3).
    """
    r, v = tli_state_icrf[..., :3], tli_state_icrf[..., 3:]
    h = np.cross(r, v)
    node = np.cross(pole, h)
    node /= np.linalg.norm(node, axis=-1, keepdims=True)
    x = np.array([1.0, 0.0, 0.0]) - pole * pole[..., :1]
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    y = np.cross(pole, x)
    across = np.cross(h, node)
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    right_ascension = np.arctan2(np.sum(node * y, -1), np.sum(node * x, -1))
    return right_ascension % (2 * np.pi), np.arctan2(np.sum(r * across, -1), np.sum(r * node, -1)) % (2 * np.pi)


def as_transfer(
    flights: FlightSet, solutions: Solutions, item: int, parking_radius_km: float, perilune_radius_km: float
) -> Transfer:
    """One converged item as a ``Transfer``."""
    flight = flights.flight[item]
    t0, tp = float(flights.tli_tdb_s[flight]), float(flights.arrival_tdb_s[flight])
    pole = earth_pole(t0)
    state = solutions.tli_state_icrf[item]
    speed = float(np.linalg.norm(state[3:]))
    node, argument = node_and_argument(state, pole)
    return Transfer(
        tli_tdb_s=t0,
        arrival_tdb_s=tp,
        parking_radius_km=parking_radius_km,
        parking_inclination_rad=float(flights.parking_inclination_rad[item]),
        perilune_radius_km=perilune_radius_km,
        lunar_inclination_rad=float(flights.lunar_inclination_rad[item]),
        branch=int(flights.branch[item]),
        tli_state_icrf=state,
        perilune_state_icrf=solutions.perilune_state_icrf[item],
        node_rad=float(node),
        argument_rad=float(argument),
        c3_km2_s2=speed**2 - 2.0 * GM_EARTH_KM3_S2 / parking_radius_km,
        tli_dv_km_s=speed - float(np.sqrt(GM_EARTH_KM3_S2 / parking_radius_km)),
        perilune_speed_km_s=float(np.linalg.norm(solutions.perilune_state_icrf[item, 3:])),
        earth_pole_icrf=pole,
        moon_pa_axes_icrf=icrf_to_moon_pa(tp),
    )


def reach_shortfall_rad(inclination_rad: ArrayLike, short: ArrayLike) -> FloatArray:
    """How far the declination exceeds the inclination (rad, 0 where it does not), from |cos i| − cos δ."""
    cos_i = np.abs(np.cos(np.asarray(inclination_rad)))
    declination = np.arccos(np.clip(cos_i - np.asarray(short), -1.0, 1.0))
    shortfall: FloatArray = np.maximum(0.0, declination - np.arccos(cos_i))
    return shortfall


def _no_transfer(problem: TransferProblem, solutions: Solutions) -> NoTransfer:
    """Reason of the branch that came nearest: the smallest shortfall of reach, 0 where that is not the reason."""
    inclinations = np.array([problem.parking_inclination_rad, problem.lunar_inclination_rad])
    short = reach_shortfall_rad(inclinations, solutions.reach_short)
    missing = np.where(solutions.status[:, None] == [DECLINATION, LUNAR_LATITUDE], short, 0.0).sum(axis=1)
    nearest = int(np.argmin(missing))
    return NoTransfer(REASONS[int(solutions.status[nearest])], float(missing[nearest]) / DEG)


def solve_transfer(problem: TransferProblem) -> Transfer | NoTransfer:
    """Solve one flight, as finely as the re-flight check asks for; the best branch where none is named."""
    branches = np.arange(BRANCHES) if problem.branch is None else np.array([problem.branch])
    count = len(branches)
    flights = FlightSet(
        np.array([problem.tli_tdb_s]),
        np.array([problem.arrival_tdb_s]),
        np.zeros(count, np.int64),
        branches,
        np.full(count, problem.parking_inclination_rad),
        np.full(count, problem.lunar_inclination_rad),
    )
    solutions = solve_flights(flights, problem.parking_radius_km, problem.perilune_radius_km, CHECK_NODES)
    if not solutions.converged.any():
        return _no_transfer(problem, solutions)
    speed = np.linalg.norm(solutions.tli_state_icrf[:, 3:], axis=1)
    best = int(np.argmin(np.where(solutions.converged, speed, np.inf)))
    return as_transfer(flights, solutions, best, problem.parking_radius_km, problem.perilune_radius_km)
