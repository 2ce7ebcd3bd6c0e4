"""Flights of a node cycle: every day, time of flight and branch from one site, coarsely solved.

Each flight takes the heading that loses the least speed of those that reach the Moon. The closing of lift-off, coast
and injection is that of sim.transfer.launch: lift-off fixes a plane, the plane an injection, and the Moon drags the
plane by half a degree an hour. The pseudostate guess times a launch to some minutes, the coarse solution to some
seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole, earth_rotation_angle
from sim.catalog.models import Launcher, LaunchSite
from sim.catalog.performance import injected_mass_kg
from sim.constants import EARTH_ROTATION_RAD_S, G0_KM_S2, GM_EARTH_KM3_S2, R_EARTH_KM, R_MOON_KM
from sim.transfer.insertion import insertion_dv_km_s
from sim.transfer.launch import parking_rates_rad_s
from sim.transfer.pad import Headings, Pad, azimuth_span_deg, headings_at, pad_of, site_headings, spread_azimuths_rad
from sim.transfer.solve import Effort, FlightSet, Nodes, Solutions, node_and_argument, solve_flights
from sim.transfer.timing import guess_tli_states
from sim.units import DAY_S, DEG, HOUR_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

TIMES_OF_FLIGHT_S = np.linspace(3.0, 6.0, 13) * DAY_S
LUNAR_INCLINATION_RAD, PERILUNE_RADIUS_KM = 90.0 * DEG, R_MOON_KM + 100.0

COARSE_NODES = Nodes(earth=16, moon=8)
COARSE = (Effort(guess_passes=3, sweeps=4, fresh_jacobians=2),)
MOST_GAP_KM = 30.0
"""Largest gap of the legs before the last update, which shrinks it tenfold; away from the edge it is below 6 km."""

HEADING_STEP_DEG = 0.5
REACH_MARGINS_RAD = (0.5 * DEG, 2.0 * DEG)
"""Inclination flown beyond the declination of the guess's aim point: at first, and where that finds no flight."""
CLOSED_DAY_MARGINS_RAD = (5.0 * DEG, 10.0 * DEG, 20.0 * DEG)
"""For days when all pass at midnight: aimed for one end of the day, flown at the other, a declination away."""
FIRST_ANOMALY, KEPLER_STEPS = 2.75, 6

USUAL_SLOPE, MOST_SLOPE = 0.04, 0.8
"""Of the injection implied by the one assumed: the Moon moves half a degree while the Earth turns fifteen."""
OTHER_REVOLUTION_S = 2500.0
FIRST_TLI_S = 0.75 * HOUR_S
CLOSINGS, GOOD_CLOSING_S, MOST_CLOSING_S = 3, 240.0, 600.0
"""A closing further off than the first is solved again, some times; one beyond the second does not count."""

SIDES, APPROACHES = 2, 2


@dataclass(frozen=True, slots=True)
class GenericLanding:
    """What every flight does at the Moon; assumed, like the storable landers of the catalogue.

    Attributes
    ----------
    corrections_km_s : on the way.
    descent_km_s : from a circle of 100 km to touchdown (network studies: 1.87 to 2.04 km/s).
    isp_s : of one storable engine for all burns.
    """

    corrections_km_s: float = 0.03
    descent_km_s: float = 1.95
    isp_s: float = 315.0

    def landed_share(self, loi_dv_km_s: FloatArray) -> FloatArray:
        """Share of the injected mass that touches down (rocket equation), any shape."""
        dv_km_s = self.corrections_km_s + loi_dv_km_s + self.descent_km_s
        share: FloatArray = np.exp(-dv_km_s / (G0_KM_S2 * self.isp_s))
        return share


GENERIC_LANDING = GenericLanding()


@dataclass(frozen=True, slots=True)
class HeadingTable:
    """Headings of a site by rising reach (H,), and for each the one of least speed loss that reaches as far."""

    headings: Headings
    reach_rad: FloatArray
    cheapest: IntArray

    def reaching(self, declination_rad: FloatArray) -> IntArray:
        """Heading of least speed loss that reaches a declination; the furthest one where none does."""
        place = np.searchsorted(self.reach_rad, declination_rad)
        return self.cheapest[np.minimum(place, len(self.cheapest) - 1)]


def heading_table(site: LaunchSite, parking_radius_km: float) -> HeadingTable:
    """Headings across the azimuth range of a site, due east among them if it can, or its allowed inclinations."""
    if site.azimuth_range_deg is None:
        heads = site_headings(site, parking_radius_km, 1)
    else:
        heads = headings_at(pad_of(site), _azimuths_rad(site.azimuth_range_deg), parking_radius_km)
    reach = np.minimum(heads.inclination_rad, np.pi - heads.inclination_rad)
    order = np.argsort(reach, kind="stable")
    loss = heads.speed_loss_km_s[order]
    cheapest = np.array([k + int(np.argmin(loss[k:])) for k in range(len(loss))])
    sorted_heads = Headings(**{field.name: getattr(heads, field.name)[order] for field in fields(Headings)})
    return HeadingTable(sorted_heads, reach[order], cheapest)


def _azimuths_rad(azimuth_range_deg: tuple[float, float]) -> FloatArray:
    span = azimuth_span_deg(azimuth_range_deg)
    even = spread_azimuths_rad(azimuth_range_deg, int(np.ceil(span / HEADING_STEP_DEG)) + 1)
    holds_east = (90.0 - azimuth_range_deg[0]) % 360.0 <= span
    return np.append(even, 0.5 * np.pi) if holds_east else even


@dataclass(frozen=True, slots=True)
class CycleProblem:
    """A site, a launcher and a landing; ``time_of_flight_s`` (T,) are those flown each day."""

    site: LaunchSite
    launcher: Launcher
    pad: Pad
    table: HeadingTable
    time_of_flight_s: FloatArray
    landing: GenericLanding

    @property
    def parking_radius_km(self) -> float:
        """Radius of the parking orbit."""
        return R_EARTH_KM + self.launcher.parking_altitude_km

    @property
    def flights_a_day(self) -> int:
        """Flights solved for each day: sides of injection × times of flight × approaches."""
        return SIDES * len(self.time_of_flight_s) * APPROACHES


def cycle_problem(
    site: LaunchSite,
    launcher: Launcher,
    time_of_flight_s: FloatArray = TIMES_OF_FLIGHT_S,
    landing: GenericLanding = GENERIC_LANDING,
) -> CycleProblem:
    """Gather what a node cycle of a site needs."""
    table = heading_table(site, R_EARTH_KM + launcher.parking_altitude_km)
    return CycleProblem(site, launcher, pad_of(site), table, time_of_flight_s, landing)


@dataclass(frozen=True, slots=True)
class CycleFlights:
    """Coarse flights of D days, arrays (n,) in the order day, side of injection, time of flight, approach.

    ``heading`` is the number in the heading table; ``flies``: solved and closed; ``is_open``: flies, lifts off on its
    day, with a coast the launcher allows.
    ``reach_margin_rad`` is the furthest reach of the site less the declination of the aim point, known for all;
    other values mean nothing where it does not fly.
    """

    time_of_flight_s: FloatArray
    branch: IntArray
    heading: IntArray
    liftoff_tdb_s: FloatArray
    tli_tdb_s: FloatArray
    coast_s: FloatArray
    c3_km2_s2: FloatArray
    loi_dv_km_s: FloatArray
    injected_mass_kg: FloatArray
    landed_mass_kg: FloatArray
    reach_margin_rad: FloatArray
    flies: BoolArray
    is_open: BoolArray

    def take(self, which: IntArray) -> CycleFlights:
        """Return some of them."""
        return CycleFlights(**{field.name: getattr(self, field.name)[which] for field in fields(CycleFlights)})

    def put(self, which: IntArray, found: CycleFlights) -> None:
        """Overwrite some of them."""
        for field in fields(CycleFlights):
            getattr(self, field.name)[which] = getattr(found, field.name)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What is to be flown, arrays (n,); ``noon_angle_rad`` is the pad's right ascension at noon of the day."""

    branch: IntArray
    time_of_flight_s: FloatArray
    noon_tdb_s: FloatArray
    noon_angle_rad: FloatArray
    heading: IntArray

    def take(self, which: IntArray) -> _Cells:
        """Return some of them."""
        return _Cells(**{field.name: getattr(self, field.name)[which] for field in fields(_Cells)})


@dataclass(frozen=True, slots=True)
class _Timed:
    """Injection epochs assumed, the lift-off and coast that their planes imply, and the slope of that map, (n,)."""

    tli_tdb_s: FloatArray
    liftoff_tdb_s: FloatArray
    coast_s: FloatArray
    slope: FloatArray

    def take(self, which: IntArray) -> _Timed:
        """Return some of them."""
        return _Timed(*(getattr(self, field.name)[which] for field in fields(_Timed)))

    def closing_s(self, ascent_s: float) -> FloatArray:
        """How far Newton's next injection epoch lies from the last."""
        implied = self.liftoff_tdb_s + ascent_s + self.coast_s
        closing: FloatArray = (implied - self.tli_tdb_s) / (1.0 - self.slope)
        return closing


def fly_days(problem: CycleProblem, day_tdb_s: FloatArray) -> CycleFlights:
    """Fly all cells of some days (D,), 00:00 UTC each.

    Each cell takes the cheapest heading that reaches its aim point by the first margin. Those at the edge that are not
    open then take the next; days on which nothing is open are tried with headings further from the edge.
    """
    cells = _all_cells(problem, day_tdb_s + 0.5 * DAY_S)
    tli, declination = _aimed(problem, cells)
    flights = _steered(problem, cells, tli, declination, REACH_MARGINS_RAD[0])

    def fly_again(which: BoolArray, margin_rad: float) -> None:
        changes = problem.table.reaching(declination + margin_rad) != flights.heading
        again = np.flatnonzero(which & changes & ~flights.is_open)
        if len(again):
            flights.put(again, _steered(problem, cells.take(again), tli[again], declination[again], margin_rad))

    for margin in REACH_MARGINS_RAD[1:]:
        fly_again(problem.table.reach_rad[flights.heading] - declination < margin, margin)
    for margin in CLOSED_DAY_MARGINS_RAD:
        is_open = flights.is_open.reshape(-1, problem.flights_a_day).any(axis=1)
        fly_again(np.repeat(~is_open, problem.flights_a_day), margin)
    return flights


def _all_cells(problem: CycleProblem, noon_tdb_s: FloatArray) -> _Cells:
    """All cells of some days, with the heading of least loss."""
    shape = (len(noon_tdb_s), SIDES, len(problem.time_of_flight_s), APPROACHES)
    day, side, time, approach = np.indices(shape).reshape(4, -1)
    angle = earth_rotation_angle(noon_tdb_s) + problem.pad.longitude_rad
    return _Cells(
        branch=2 * side + approach,
        time_of_flight_s=problem.time_of_flight_s[time],
        noon_tdb_s=noon_tdb_s[day],
        noon_angle_rad=angle[day],
        heading=np.full(day.size, problem.table.cheapest[0]),
    )


def _aimed(problem: CycleProblem, cells: _Cells) -> tuple[FloatArray, FloatArray]:
    """Injection epochs, and the declination (its size) of the aim points, by the guess with the cheapest heading."""
    ascent = problem.launcher.ascent_time_s
    start = cells.noon_tdb_s + ascent + FIRST_TLI_S
    tli = start + _timed(problem, cells, start, _guess(problem, cells, start)).closing_s(ascent)
    aim = propagate_conic(_guess(problem, cells, tli), cells.time_of_flight_s)
    sine = np.sum(aim * earth_pole(tli), axis=1) / np.linalg.norm(aim, axis=1)
    return tli, np.abs(np.arcsin(sine))


def propagate_conic(perigee_state: FloatArray, time_s: FloatArray) -> FloatArray:
    """Positions (n, 3) on Earth ellipses some time after perigee (Kepler's equation, Newton), km.

    The guess's conic flies to its aim point in the time of flight, so this is the aim point.
    """
    r, v = perigee_state[:, :3], perigee_state[:, 3:]
    radius, speed2 = np.linalg.norm(r, axis=1), np.sum(v * v, axis=1)
    a = 1.0 / (2.0 / radius - speed2 / GM_EARTH_KM3_S2)
    e = 1.0 - radius / a
    mean = np.sqrt(GM_EARTH_KM3_S2 / a) / a * time_s
    anomaly = np.full_like(mean, FIRST_ANOMALY)
    for _ in range(KEPLER_STEPS):
        anomaly -= (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    along, ahead = a * (np.cos(anomaly) - e), a * np.sqrt(1.0 - e * e) * np.sin(anomaly)
    place: FloatArray = r * (along / radius)[:, None] + v * (ahead / np.sqrt(speed2))[:, None]
    return place


def _flight_set(problem: CycleProblem, cells: _Cells, tli_tdb_s: FloatArray) -> FlightSet:
    return FlightSet(
        tli_tdb_s=tli_tdb_s,
        arrival_tdb_s=tli_tdb_s + cells.time_of_flight_s,
        flight=np.arange(tli_tdb_s.size),
        branch=cells.branch,
        parking_inclination_rad=problem.table.headings.inclination_rad[cells.heading],
        lunar_inclination_rad=np.full(tli_tdb_s.size, LUNAR_INCLINATION_RAD),
    )


def _guess(problem: CycleProblem, cells: _Cells, tli_tdb_s: FloatArray) -> FloatArray:
    flights = _flight_set(problem, cells, tli_tdb_s)
    return guess_tli_states(flights, problem.parking_radius_km, PERILUNE_RADIUS_KM)


def _timed(
    problem: CycleProblem, cells: _Cells, tli_tdb_s: FloatArray, states: FloatArray, last: _Timed | None = None
) -> _Timed:
    """Lift-off, nearest to the last one or to noon, and first coast long enough that planes imply; slope since last."""
    heads, turn = problem.table.headings, 2.0 * np.pi
    node_rates, argument_rates = parking_rates_rad_s(problem.parking_radius_km, heads.inclination_rad)
    node_rate, rate = node_rates[cells.heading], argument_rates[cells.heading]
    node, argument = node_and_argument(states, earth_pole(tli_tdb_s))
    angle = argument - heads.argument_rad[cells.heading] - np.radians(problem.launcher.ascent_downrange_deg)
    least = rate * problem.launcher.coast_s[0]
    coast = (least + (angle - least) % turn) / rate
    near = cells.noon_tdb_s if last is None else last.liftoff_tdb_s
    pad = cells.noon_angle_rad + EARTH_ROTATION_RAD_S * (near - cells.noon_tdb_s)
    ahead = node - node_rate * coast + heads.node_offset_rad[cells.heading] - pad
    liftoff = near + ((ahead + np.pi) % turn - np.pi) / EARTH_ROTATION_RAD_S
    timed = _Timed(tli_tdb_s, liftoff, coast, np.full(coast.shape, USUAL_SLOPE))
    return timed if last is None else replace(timed, slope=_slope(timed, last))


def _slope(timed: _Timed, last: _Timed) -> FloatArray:
    """Slope seen since the last time; the last one where nothing moved or the coast changed its revolution."""
    moved, change = timed.tli_tdb_s - last.tli_tdb_s, timed.coast_s - last.coast_s
    seen = (np.abs(moved) > 1.0) & (np.abs(change) < OTHER_REVOLUTION_S)
    slope = (timed.liftoff_tdb_s - last.liftoff_tdb_s + change) / np.where(seen, moved, np.inf)
    return np.where(seen, np.clip(slope, -MOST_SLOPE, MOST_SLOPE), last.slope)


def _steered(
    problem: CycleProblem, cells: _Cells, tli_tdb_s: FloatArray, declination_rad: FloatArray, margin_rad: float
) -> CycleFlights:
    """Fly cells with the cheapest heading that reaches beyond the declination by a margin, or the furthest."""
    steered = replace(cells, heading=problem.table.reaching(declination_rad + margin_rad))
    guessed = _timed(problem, steered, tli_tdb_s, _guess(problem, steered, tli_tdb_s))
    timed, solutions = _solved(problem, steered, guessed)
    # The step from guess to solution says nothing of the slope: the guess's planes are a degree off.
    timed = replace(timed, slope=guessed.slope)
    flights = _landed(problem, steered, timed, solutions)
    which = np.flatnonzero(_is_loose(problem, timed, solutions))
    timed = timed.take(which)
    for _ in range(CLOSINGS):
        if len(which):
            part = steered.take(which)
            timed, solutions = _solved(problem, part, timed)
            flights.put(which, _landed(problem, part, timed, solutions))
            loose = _is_loose(problem, timed, solutions)
            which, timed = which[loose], timed.take(np.flatnonzero(loose))
    return flights


def _is_loose(problem: CycleProblem, timed: _Timed, solutions: Solutions) -> BoolArray:
    """Whether a flight's closing is too far off to be left alone."""
    closing = np.abs(timed.closing_s(problem.launcher.ascent_time_s))
    loose: BoolArray = (closing > GOOD_CLOSING_S) & (solutions.gap_km < MOST_GAP_KM)
    return loose


def _solved(problem: CycleProblem, cells: _Cells, last: _Timed) -> tuple[_Timed, Solutions]:
    """Coarse solutions at the next injection epoch, and what they imply."""
    tli = last.tli_tdb_s + last.closing_s(problem.launcher.ascent_time_s)
    flights = _flight_set(problem, cells, tli)
    solutions = solve_flights(flights, problem.parking_radius_km, PERILUNE_RADIUS_KM, COARSE_NODES, COARSE)
    return _timed(problem, cells, tli, solutions.tli_state_icrf, last), solutions


def _landed(problem: CycleProblem, cells: _Cells, timed: _Timed, solutions: Solutions) -> CycleFlights:
    """Masses of solved cells, and which are open; what the closing still misses goes to the lift-off."""
    heads, launcher = problem.table.headings, problem.launcher
    escape2 = 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km
    speed = np.linalg.norm(solutions.tli_state_icrf[:, 3:], axis=1)
    arrival_speed = np.linalg.norm(solutions.perilune_state_icrf[:, 3:], axis=1)
    loi = insertion_dv_km_s(arrival_speed, PERILUNE_RADIUS_KM, PERILUNE_RADIUS_KM)
    injected = injected_mass_kg(launcher, (speed + heads.speed_loss_km_s[cells.heading]) ** 2 - escape2)
    closing = timed.closing_s(launcher.ascent_time_s)
    tli = timed.tli_tdb_s + closing
    liftoff = tli - launcher.ascent_time_s - timed.coast_s
    flies = (solutions.gap_km < MOST_GAP_KM) & (np.abs(closing) < MOST_CLOSING_S)
    on_day = np.abs(liftoff - cells.noon_tdb_s) <= 0.5 * DAY_S
    coasts = (timed.coast_s >= launcher.coast_s[0]) & (timed.coast_s <= launcher.coast_s[1])
    return CycleFlights(
        time_of_flight_s=cells.time_of_flight_s,
        branch=cells.branch,
        heading=cells.heading,
        liftoff_tdb_s=liftoff,
        tli_tdb_s=tli,
        coast_s=timed.coast_s,
        c3_km2_s2=speed**2 - escape2,
        loi_dv_km_s=loi,
        injected_mass_kg=injected,
        landed_mass_kg=injected * problem.landing.landed_share(loi),
        reach_margin_rad=problem.table.reach_rad[-1] - _aim_declination(problem, cells, solutions),
        flies=flies,
        is_open=flies & on_day & coasts & (injected > 0.0),
    )


def _aim_declination(problem: CycleProblem, cells: _Cells, solutions: Solutions) -> FloatArray:
    """Size of the declination of the aim points, from |cos i| − cos(declination)."""
    cos_i = np.abs(np.cos(problem.table.headings.inclination_rad[cells.heading]))
    declination: FloatArray = np.arccos(np.clip(cos_i - solutions.reach_short[:, 0], -1.0, 1.0))
    return declination
