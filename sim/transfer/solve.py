"""Solve flights to the Moon: sets of them in one call, whole maps, or a single one.

Model: point-mass Earth with J2 about the pole of date, Moon with quadrupole, Sun; DE440; see sim.transfer.collocation.
Stage 1 solves everything with fixed work; what it leaves open is tried again from the guess with a fresh Jacobian in
every sweep (stage 2). What then stays open has a reason code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import ME_FROM_PA, icrf_to_moon_pa
from sim.constants import GM_EARTH_KM3_S2
from sim.threads import for_ranges
from sim.transfer import kernel
from sim.transfer.flight import Transfer
from sim.transfer.flight_ephemeris import fit_matrices, padded_granules
from sim.transfer.lanes import LANES
from sim.transfer.quadrature import leg_quadrature
from sim.units import DAY_S, DEG

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BRANCHES = 4
SHORTEST_FLIGHT_S, LONGEST_FLIGHT_S = 2.0 * DAY_S, 7.5 * DAY_S

CONVERGED, DECLINATION, LUNAR_LATITUDE, DIVERGED = (
    kernel.CONVERGED,
    kernel.DECLINATION,
    kernel.LUNAR_LATITUDE,
    kernel.DIVERGED,
)
REASONS = (
    "flies",
    "declination out of reach of the parking inclination",
    "approach latitude out of reach of the lunar inclination",
    "no solution found",
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Numbers of Gauss nodes (multiples of four) and the bunching of both legs (tests/studies/node_placing.py)."""

    earth: int = 32
    moon: int = 16
    earth_bunching: float = 0.6
    moon_bunching: float = 0.1


MAP_NODES = Nodes()
CHECK_NODES = Nodes(earth=40, moon=24)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a stage tries: passes of the guess, most sweeps, sweeps with a fresh Jacobian."""

    guess_passes: int
    sweeps: int
    fresh_jacobians: int


STAGE_1 = Effort(guess_passes=3, sweeps=14, fresh_jacobians=2)
STAGE_2 = Effort(guess_passes=3, sweeps=80, fresh_jacobians=80)
GUESS_ONLY = Effort(guess_passes=3, sweeps=0, fresh_jacobians=0)


@dataclass(frozen=True, slots=True)
class FlightSet:
    """Flights to solve: f pairs of epochs and n items, each a branch of a flight with its inclinations.

    Items of one flight should stand next to each other: they share its ephemeris fit.
    """

    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    flight: IntArray
    branch: IntArray
    parking_inclination_rad: FloatArray
    lunar_inclination_rad: FloatArray


@dataclass(frozen=True, slots=True)
class Solutions:
    """What was found for n items.

    Attributes
    ----------
    tli_state_icrf, perilune_state_icrf : ndarray (n, 6)
        km, km/s; geocentric just after the impulse, Moon-centred at perilune. Meaningless unless converged.
    status : ndarray (n,) of int
        Index into ``REASONS``; 0 = converged.
    gap_km : ndarray (n,)
        Gap of the legs before the last update.
    sweeps : ndarray (n,) of int
    reach_short : ndarray (n, 2)
        |cos i| − cos(declination) at the Earth and at the Moon; positive where the plane cannot be had.
    """

    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    status: IntArray
    gap_km: FloatArray
    sweeps: IntArray
    reach_short: FloatArray

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which items fly."""
        return self.status == CONVERGED


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


def _rule(nodes: int, bunching: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    rule = leg_quadrature(nodes, bunching)
    return rule.integration, rule.warp, rule.warp_rate


def _solve_stage(flights: FlightSet, items: IntArray, context: tuple[object, ...], nodes: Nodes, effort: Effort,
                 solutions: Solutions) -> None:
    """Solve the numbered items and write them into ``solutions``."""
    bodies, ephemeris, radii = context
    count = len(items)
    out = (np.empty((count, 6)), np.empty((count, 6)), np.empty(count), np.empty(count, np.int64),
           np.empty(count, np.int64), np.empty((count, 2)))
    which = (flights.flight[items], flights.branch[items], np.cos(flights.parking_inclination_rad[items]),
             np.cos(flights.lunar_inclination_rad[items]))
    earth, moon = _rule(nodes.earth, nodes.earth_bunching), _rule(nodes.moon, nodes.moon_bunching)
    counts, pole = (effort.guess_passes, effort.sweeps, effort.fresh_jacobians), owned(ME_FROM_PA[2])

    def solve(first: int, stop: int) -> None:
        kernel.solve_items(first, stop, which, bodies, pole, ephemeris, fit_matrices(), radii, earth, moon, counts, LANES, out)

    for_ranges(solve, kernel.chunks_of(which))
    targets = (solutions.tli_state_icrf, solutions.perilune_state_icrf, solutions.gap_km, solutions.status,
               solutions.sweeps, solutions.reach_short)
    for target, found in zip(targets, out, strict=True):
        target[items] = found


def _empty_solutions(count: int) -> Solutions:
    return Solutions(np.full((count, 6), np.nan), np.full((count, 6), np.nan), np.full(count, DIVERGED, np.int64),
                     np.full(count, np.inf), np.zeros(count, np.int64), np.zeros((count, 2)))


def solve_flights(flights: FlightSet, parking_radius_km: float, perilune_radius_km: float, nodes: Nodes = MAP_NODES,
                  stages: Iterable[Effort] = (STAGE_1, STAGE_2)) -> Solutions:
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
    count = len(flights.flight)
    solutions = _empty_solutions(count)
    if count == 0:
        return solutions
    t0, tp = owned(flights.tli_tdb_s), owned(flights.arrival_tdb_s)
    bodies = (t0, tp, owned(earth_pole(t0)), owned(icrf_to_moon_pa(tp)))
    context = (bodies, kernel_ephemeris(float(t0.min()), float(tp.max())), (parking_radius_km, perilune_radius_km))
    open_items = np.arange(count)
    for effort in stages:
        _solve_stage(flights, open_items, context, nodes, effort, solutions)
        open_items = np.flatnonzero(solutions.status == DIVERGED)
        if len(open_items) == 0:
            break
    return solutions


def guess_flights(flights: FlightSet, parking_radius_km: float, perilune_radius_km: float) -> Solutions:
    """Apsis states of the first guess, not solved: for other solvers to start from."""
    return solve_flights(flights, parking_radius_km, perilune_radius_km, stages=(GUESS_ONLY,))


def map_flights(departures_tdb_s: ArrayLike, times_of_flight_s: ArrayLike, parking_inclination_rad: float,
                lunar_inclination_rad: float) -> FlightSet:
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


def as_transfer(flights: FlightSet, solutions: Solutions, item: int, parking_radius_km: float,
                perilune_radius_km: float) -> Transfer:
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
    return np.maximum(0.0, declination - np.arccos(cos_i))


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
        np.array([problem.tli_tdb_s]), np.array([problem.arrival_tdb_s]), np.zeros(count, np.int64), branches,
        np.full(count, problem.parking_inclination_rad), np.full(count, problem.lunar_inclination_rad),
    )
    solutions = solve_flights(flights, problem.parking_radius_km, problem.perilune_radius_km, CHECK_NODES)
    if not solutions.converged.any():
        return _no_transfer(problem, solutions)
    speed = np.linalg.norm(solutions.tli_state_icrf[:, 3:], axis=1)
    best = int(np.argmin(np.where(solutions.converged, speed, np.inf)))
    return as_transfer(flights, solutions, best, problem.parking_radius_km, problem.perilune_radius_km)
