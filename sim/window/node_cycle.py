"""The long view: what a launch site can send to the Moon on every day of the 18.6 years of the lunar node.

The Moon's greatest declination swings between 28.7 and 18.1 degrees from one decade to the other; a pad that is bound
to low inclinations, or loses speed away from due east, lives by it. This is a coarse map (sim.window.cycle_flights):
every day, every time of flight and all four branches, each with the heading that loses the least speed of those that
reach the Moon. ``check_cycle`` measures its error against the full solver, and tests/benchmarks/node_cycle.py
that of its choice of flights.

Landing is a generic one: insertion into a polar circle of 100 km, a fixed descent, one storable engine, no light asked
for. Mass landed counts all that touches down, lander and cargo. Dates in service, turnaround and booked days of site
and launcher are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.time import utc_days
from sim.catalog.models import Catalog, Launcher
from sim.catalog.performance import TYPICAL_C3_KM2_S2, injected_mass_kg
from sim.constants import EARTH_ROTATION_RAD_S, GM_EARTH_KM3_S2
from sim.errors import UsageError
from sim.threads import map_threads
from sim.transfer.insertion import insertion_dv_km_s
from sim.transfer.launch import Launches, LaunchProblem, refine_from
from sim.transfer.solve import CONVERGED
from sim.units import DAY_S, DEG
from sim.window.cycle_flights import (
    APPROACHES,
    LUNAR_INCLINATION_RAD,
    PERILUNE_RADIUS_KM,
    USUAL_SLOPE,
    CycleFlights,
    CycleProblem,
    cycle_problem,
    fly_days,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Progress = Callable[[str, int, int], None]

FIRST_YEAR, LAST_YEAR = 1551, 2648
NODE_CYCLE_YEARS = 18.6
"""Period of the Moon's node, 6798.4 days (Meeus 1998, *Astronomical Algorithms*, chapter 47)."""
DAYS_PER_YEAR = 365.25

CHUNK_DAYS = 128
CHECK_EVERY = 23
"""Days between best flights that are checked: shares no factor with week or month."""

PER_FLIGHT = (
    "landed_mass_kg",
    "injected_mass_kg",
    "c3_km2_s2",
    "loi_dv_km_s",
    "liftoff_tdb_s",
    "tli_tdb_s",
    "time_of_flight_s",
    "coast_s",
)


@dataclass(frozen=True, slots=True)
class NodeCycle:
    """Best launch of every day from one site with one launcher, arrays (N,); NaN on closed days unless said.

    Attributes
    ----------
    site, site_name, launcher, launcher_name : str
        Ids, and names for people.
    least_inclination_rad, greatest_inclination_rad : float
        Of the parking orbits the site reaches, retrograde ones by their supplement.
    flights_a_day : int
        Flights solved each day.
    day : ndarray datetime64[D]
        UTC date of lift-off.
    open : ndarray of bool
        Some flight keeps the azimuths of the site and the coast of the launcher.
    open_flights : ndarray of int
        How many of the day's flights do.
    landed_mass_kg, injected_mass_kg : ndarray
        Of the flight that lands most: what touches down, lander and cargo; and what leaves the Earth.
    c3_km2_s2, loi_dv_km_s, liftoff_tdb_s, tli_tdb_s, time_of_flight_s, coast_s : ndarray
    azimuth_rad, parking_inclination_rad : ndarray
        Of the same flight.
    branch : ndarray of int
        Of the same flight; -1 on closed days.
    window_s : ndarray
        Time in which the pad, within its azimuths, passes under planes to that flight's arrival; by geometry alone,
        coast not asked, good to some minutes. NaN for a site that flies fixed inclinations.
    reach_margin_rad : ndarray
        Furthest inclination of the site less the declination to be reached, of the easiest flight; every day.
    moon_declination_rad : ndarray
        At noon UTC, to the equator of date; every day.
    """

    site: str
    site_name: str
    launcher: str
    launcher_name: str
    least_inclination_rad: float
    greatest_inclination_rad: float
    flights_a_day: int
    day: NDArray[np.datetime64]
    open: NDArray[np.bool_]
    open_flights: IntArray
    landed_mass_kg: FloatArray
    injected_mass_kg: FloatArray
    c3_km2_s2: FloatArray
    loi_dv_km_s: FloatArray
    liftoff_tdb_s: FloatArray
    tli_tdb_s: FloatArray
    time_of_flight_s: FloatArray
    coast_s: FloatArray
    azimuth_rad: FloatArray
    parking_inclination_rad: FloatArray
    branch: IntArray
    window_s: FloatArray
    reach_margin_rad: FloatArray
    moon_declination_rad: FloatArray


@dataclass(frozen=True, slots=True)
class CycleCheck:
    """Largest differences of best flights from the same ones by the full solver, and how many were compared.

    ``lost`` counts those that the full solver does not find.
    """

    flights: int
    lost: int
    landed_mass_kg: float
    c3_km2_s2: float
    loi_dv_km_s: float
    liftoff_s: float
    coast_s: float


def best_launcher(catalog: Catalog, site_id: str, day: date) -> Launcher:
    """Launcher of a site that injects most, of those in service on a day; of all where none is.

    Raises
    ------
    UsageError
        Where no launcher of the catalogue flies from the site.
    """
    here = [launcher for launcher in catalog.launchers.values() if site_id in launcher.launch_sites]
    if not here:
        message = f"no launcher of the catalogue flies from {site_id} — name one with --launcher"
        raise UsageError(message)
    flying = [each for each in here if _in_service(each, day)] or here
    return max(flying, key=lambda launcher: float(injected_mass_kg(launcher, TYPICAL_C3_KM2_S2)))


def _in_service(launcher: Launcher, day: date) -> bool:
    first, last = launcher.available_from, launcher.available_until
    return (first is None or first <= day) and (last is None or day <= last)


def node_cycles(
    catalog: Catalog, sites: Sequence[str], launcher: str | None, start: date, years: float, progress: Progress
) -> tuple[tuple[NodeCycle, CycleCheck], ...]:
    """Node cycles of several sites, each with its check.

    Parameters
    ----------
    catalog : Catalog
    sites : sequence of str
        Ids; all sites that some launcher flies from, where none is named.
    launcher : str, optional
        Id; that of ``best_launcher`` on the first day for each site, where None.
    start : date
        First UTC day of lift-off.
    years : float
        Of 365.25 days.
    progress : callable
        Told ``(label, done, total)``.

    Raises
    ------
    UsageError
        For an id the catalogue does not hold, or a site without a launcher.
    """
    if not FIRST_YEAR <= start.year or start.year + years > LAST_YEAR:
        message = f"--start: {start} and {years:g} years leave {FIRST_YEAR} to {LAST_YEAR}, which the ephemeris covers"
        raise UsageError(message)
    chosen = [_known(catalog.launch_sites, "launch site", site) for site in sites or _served(catalog)]
    rocket = None if launcher is None else _known(catalog.launchers, "launcher", launcher)
    problems = [cycle_problem(site, rocket or best_launcher(catalog, site.id, start)) for site in chosen]
    found = []
    for number, problem in enumerate(problems):
        progress("flying the node cycle", number, len(problems))
        cycle = node_cycle(problem, start, years)
        found.append((cycle, check_cycle(problem, cycle)))
    progress("flying the node cycle", len(problems), len(problems))
    return tuple(found)


def _known(entries: Any, kind: str, key: str) -> Any:
    if key not in entries:
        message = f"there is no {kind} {key!r} — the catalogue holds {', '.join(entries)}"
        raise UsageError(message)
    return entries[key]


def _served(catalog: Catalog) -> list[str]:
    served = {site for launcher in catalog.launchers.values() for site in launcher.launch_sites}
    return [site for site in catalog.launch_sites if site in served]


def node_cycle(problem: CycleProblem, start: date, years: float = NODE_CYCLE_YEARS) -> NodeCycle:
    """Fly every day of some years from ``start`` (UTC) on, and keep each day's best flight."""
    last = start + timedelta(days=max(0, round(years * DAYS_PER_YEAR) - 1))
    day, day_tdb_s = utc_days(start, last)
    chunks = [day_tdb_s[first : first + CHUNK_DAYS] for first in range(0, len(day), CHUNK_DAYS)]
    parts = map_threads(lambda chunk: _best_of_days(problem, chunk), chunks)
    return NodeCycle(
        site=problem.site.id,
        site_name=problem.site.name,
        launcher=problem.launcher.id,
        launcher_name=problem.launcher.name,
        least_inclination_rad=float(problem.table.reach_rad[0]),
        greatest_inclination_rad=float(problem.table.reach_rad[-1]),
        flights_a_day=problem.flights_a_day,
        day=day,
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _best_of_days(problem: CycleProblem, day_tdb_s: FloatArray) -> dict[str, Any]:
    """Values of a ``NodeCycle`` for some days."""
    flights, count = fly_days(problem, day_tdb_s), problem.flights_a_day
    is_open = flights.is_open.reshape(-1, count)
    landed = np.where(flights.is_open, flights.landed_mass_kg, -np.inf).reshape(-1, count)
    best = flights.take(np.arange(len(day_tdb_s)) * count + np.argmax(landed, axis=1))
    heads, opens = problem.table.headings, is_open.any(axis=1)
    right_ascension, declination = _moon_place(np.concatenate([day_tdb_s + 0.5 * DAY_S, _arrival(best)]))
    days = len(day_tdb_s)
    found = {name: getattr(best, name) for name in PER_FLIGHT} | {
        "azimuth_rad": heads.azimuth_rad[best.heading],
        "parking_inclination_rad": heads.inclination_rad[best.heading],
        "window_s": _window_s(problem, best.branch, right_ascension[days:], declination[days:]),
    }
    return {name: np.where(opens, values, np.nan) for name, values in found.items()} | {
        "open": opens,
        "open_flights": np.count_nonzero(is_open, axis=1),
        "branch": np.where(opens, best.branch, -1),
        "reach_margin_rad": flights.reach_margin_rad.reshape(-1, count).max(axis=1),
        "moon_declination_rad": declination[:days],
    }


def _arrival(flights: CycleFlights) -> FloatArray:
    arrival: FloatArray = flights.tli_tdb_s + flights.time_of_flight_s
    return arrival


def _moon_place(t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Right ascension, from the ICRF x axis laid on the equator of date, and declination of the Moon."""
    r, _ = Ephemeris.de440().moon_geocentric(t_tdb_s)
    pole = earth_pole(t_tdb_s)
    x = np.array([1.0, 0.0, 0.0]) - pole * pole[:, :1]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    along, ahead, up = (np.sum(r * axis, axis=1) for axis in (x, np.cross(pole, x), pole))
    return np.arctan2(ahead, along), np.arctan2(up, np.hypot(along, ahead))


def _window_s(
    problem: CycleProblem, branch: IntArray, right_ascension: FloatArray, declination: FloatArray
) -> FloatArray:
    """Time in which planes to a place in the sky pass over the pad within its azimuths.

    The pad's right ascension at lift-off is the node's plus the heading's offset; the node of a plane of inclination i
    lies west of the place by atan2(sin u cos i, cos u), sin u = sin δ/sin i, cos u > 0 for ascending injections.
    """
    limits = problem.site.azimuth_range_deg
    if limits is None:
        return np.full(len(branch), np.nan)
    heads = problem.table.headings
    order = np.argsort((heads.azimuth_rad / DEG - limits[0] + 1e-9) % 360.0)
    inclination, offset = heads.inclination_rad[order], heads.node_offset_rad[order]
    sine = np.sin(declination)[:, None] / np.sin(inclination)
    cosine = np.sqrt(np.maximum(0.0, 1.0 - sine**2)) * np.where(branch < APPROACHES, 1.0, -1.0)[:, None]
    angle = right_ascension[:, None] - np.arctan2(sine * np.cos(inclination), cosine) + offset
    step = np.abs(np.angle(np.exp(1j * np.diff(angle, axis=1))))
    reached = np.abs(sine) <= 1.0
    turned = np.sum(np.where(reached[:, 1:] & reached[:, :-1], step, 0.0), axis=1)
    window: FloatArray = turned / (EARTH_ROTATION_RAD_S * (1.0 - USUAL_SLOPE))
    return window


def check_cycle(problem: CycleProblem, cycle: NodeCycle, every: int = CHECK_EVERY) -> CycleCheck:
    """Solve the best flight of every so many days again, fully, and give the largest differences."""
    rows = np.flatnonzero(cycle.open)[::every]
    full = _full_launches(problem, cycle, rows)
    known = full.status == CONVERGED
    kept = rows[known]
    escape2 = 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km
    speed = np.linalg.norm(full.tli_state_icrf[known, 3:], axis=1)
    arrival_speed = np.linalg.norm(full.perilune_state_icrf[known, 3:], axis=1)
    loi = insertion_dv_km_s(arrival_speed, PERILUNE_RADIUS_KM, PERILUNE_RADIUS_KM)
    loss = problem.table.headings.speed_loss_km_s[_heading_numbers(problem, cycle.azimuth_rad[kept])]
    landed = injected_mass_kg(problem.launcher, (speed + loss) ** 2 - escape2) * problem.landing.landed_share(loi)
    return CycleCheck(
        flights=len(rows),
        lost=len(rows) - len(kept),
        landed_mass_kg=_largest(landed - cycle.landed_mass_kg[kept]),
        c3_km2_s2=_largest(speed**2 - escape2 - cycle.c3_km2_s2[kept]),
        loi_dv_km_s=_largest(loi - cycle.loi_dv_km_s[kept]),
        liftoff_s=_largest(full.liftoff_tdb_s[known] - cycle.liftoff_tdb_s[kept]),
        coast_s=_largest(full.coast_s[known] - cycle.coast_s[kept]),
    )


def _largest(differences: FloatArray) -> float:
    return float(np.max(np.abs(differences), initial=0.0))


def _heading_numbers(problem: CycleProblem, azimuth_rad: FloatArray) -> IntArray:
    numbers: IntArray = np.argmin(np.abs(problem.table.headings.azimuth_rad - azimuth_rad[:, None]), axis=1)
    return numbers


def _full_launches(problem: CycleProblem, cycle: NodeCycle, rows: IntArray) -> Launches:
    """The best flights of some days by the full solver and the closing of sim.transfer.launch."""
    _, day_tdb_s = utc_days(cycle.day[0].item(), cycle.day[-1].item())
    launch = LaunchProblem(
        day_tdb_s=day_tdb_s,
        pad=problem.pad,
        headings=problem.table.headings,
        time_of_flight_s=problem.time_of_flight_s,
        parking_radius_km=problem.parking_radius_km,
        perilune_radius_km=PERILUNE_RADIUS_KM,
        lunar_inclination_rad=LUNAR_INCLINATION_RAD,
        ascent_s=problem.launcher.ascent_time_s,
        downrange_rad=problem.launcher.ascent_downrange_deg * DEG,
        least_coast_s=problem.launcher.coast_s[0],
    )
    time = np.argmin(np.abs(problem.time_of_flight_s - cycle.time_of_flight_s[rows, None]), axis=1)
    side, approach = np.divmod(cycle.branch[rows], APPROACHES)
    index = (rows, _heading_numbers(problem, cycle.azimuth_rad[rows]), side, time, approach)
    return refine_from(launch, index, cycle.tli_tdb_s[rows], cycle.liftoff_tdb_s[rows], cycle.coast_s[rows])
