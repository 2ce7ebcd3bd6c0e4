"""What becomes of a station over time, as values: orbits, contact, light, power, tasks, and one list of events.

Times are TDB seconds past J2000, angles rad, lengths km, unless a name says otherwise. A part that the scenario does
not ask for is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans

FloatArray = NDArray[np.float64]

EventKind = Literal[
    "dark",
    "earth_below_horizon",
    "sun_eclipsed_by_earth",
    "sun_beside_earth",
    "moon_beside_sun",
    "no_relay",
    "no_contact",
    "orbiter_eclipse_by_moon",
    "orbiter_eclipse_by_earth",
    "orbiter_behind_moon",
    "lunar_eclipse",
    "power_shortfall",
    "element_dead",
    "upkeep_burn",
    "end_of_life",
    "task_done",
    "arrival",
    "arrival_conflict",
    "window",
]

EVENT_MEANINGS: dict[EventKind, str] = {
    "dark": "none of the Sun's disc above the terrain",
    "earth_below_horizon": "the Earth's centre below the terrain",
    "sun_eclipsed_by_earth": "the Earth covers part of the Sun at the site",
    "sun_beside_earth": "Sun and Earth stand close together in the site's sky: ground stations look into the Sun",
    "moon_beside_sun": "site and Sun stand close together seen from the Earth: its antennas look into the Sun",
    "no_relay": "no relay that reaches the Earth is above the terrain",
    "no_contact": "neither the Earth nor a relay that reaches it is above the terrain",
    "orbiter_eclipse_by_moon": "in the Moon's shadow, penumbra included",
    "orbiter_eclipse_by_earth": "in the Earth's shadow, penumbra included",
    "orbiter_behind_moon": "the Moon hides the Earth's centre from it",
    "lunar_eclipse": "the Moon in the Earth's penumbra, seen from the Earth; the size is that of the umbral magnitude",
    "power_shortfall": "some load is not met, that of elements that died left out",
    "element_dead": "lost for want of power",
    "upkeep_burn": "a burn that keeps the orbit",
    "end_of_life": "an orbiter falls, escapes, retires or has no more propellant",
    "task_done": "a science task has all its hours",
    "arrival": "a delivery lands",
    "arrival_conflict": "a landing meets what forbids it",
    "window": "launch days of a lane that are open",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to the station; one without length has equal start and stop.

    ``size`` is in ``unit``; NaN where there is nothing to count.
    """

    kind: EventKind
    subject: str
    start_tdb_s: float
    stop_tdb_s: float
    size: float = np.nan
    unit: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class OrbitRecord:
    """One element in orbit: how it flew, what its upkeep took, how it ended.

    Attributes
    ----------
    element, kind, orbit, status : str
        Id, relay/orbiter/station, what orbit in words, and how firm that is (flown, published, planned, assumed).
    frame : str
        Axes of the daily elements.
    forces : str
        The force model in words, degree of the field included.
    moon_degree : int
    period_s : float
    start_tdb_s, end_tdb_s : float
        Of its service within the horizon.
    end : str
        horizon, retired, impact, escape, propellant or undelivered.
    end_latitude_rad, end_longitude_rad : float
        Where it fell (Moon ME); NaN where it did not.
    upkeep_m_s_per_year, upkeep_spread_m_s : float
        NaN where it flies free.
    upkeep : str
        How it is kept, in words.
    burn_tdb_s, burn_m_s : ndarray (B,)
    note : str
        What else is to be known, e.g. how far from its reference.
    day_tdb_s : ndarray (D,)
        Noons of the days told: the osculating elements there, in ``frame``.
    semi_major_axis_km, eccentricity, inclination_rad, argument_of_perilune_rad, node_rad : ndarray (D,)
    perilune_altitude_km, apolune_altitude_km : ndarray (D,)
        Of the osculating ellipse; of halos and distant retrograde orbits least and greatest height over a revolution.
    track_tdb_s : ndarray (K,)
        Epochs of the path drawn.
    track_velocity_icrf_km_s : ndarray (K, 3)
    track_icrf_km, track_rotating_km, track_moon_me_km : ndarray (K, 3)
        The same path from the Moon's centre on fixed axes, on axes that turn with the Earth (x away from it, z along
        the normal of the Moon's orbit), and on the Moon's own.
    """

    element: str
    kind: str
    orbit: str
    status: str
    frame: str
    forces: str
    moon_degree: int
    period_s: float
    start_tdb_s: float
    end_tdb_s: float
    end: str
    end_latitude_rad: float
    end_longitude_rad: float
    upkeep_m_s_per_year: float
    upkeep_spread_m_s: float
    upkeep: str
    burn_tdb_s: FloatArray
    burn_m_s: FloatArray
    note: str
    day_tdb_s: FloatArray
    semi_major_axis_km: FloatArray
    eccentricity: FloatArray
    inclination_rad: FloatArray
    argument_of_perilune_rad: FloatArray
    node_rad: FloatArray
    perilune_altitude_km: FloatArray
    apolune_altitude_km: FloatArray
    track_tdb_s: FloatArray
    track_icrf_km: FloatArray
    track_velocity_icrf_km_s: FloatArray
    track_rotating_km: FloatArray
    track_moon_me_km: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PassRecord:
    """Passes of an element in orbit above the horizon of one place.

    Attributes
    ----------
    point : str
    above : Spans
        From rise to set (M of them).
    culmination_tdb_s, culmination_rad, range_km : ndarray (M,)
        When it stands highest, its elevation and its distance then.
    """

    point: str
    above: Spans
    culmination_tdb_s: FloatArray
    culmination_rad: FloatArray
    range_km: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class OrbitSight:
    """Who sees an element in orbit over its service.

    Attributes
    ----------
    element : str
    passes : tuple of PassRecord
        One for the station's site and for each point.
    hidden : Spans
        The Moon stands between it and the Earth's centre.
    hidden_share : float
    tracked_share : float
        Share of time in which one of the scenario's ground stations sees it; NaN where none is named.
    """

    element: str
    passes: tuple[PassRecord, ...]
    hidden: Spans
    hidden_share: float
    tracked_share: float


@dataclass(frozen=True, slots=True)
class MoonEvent:
    """Something in the Moon's own course; one without length has equal start and stop. ``size`` as of ``Event``."""

    kind: str
    start_tdb_s: float
    stop_tdb_s: float
    size: float = np.nan
    unit: str = ""
    what: str = ""


PATHS = ("direct", "relayed", "any")
"""Ways of contact: the Earth itself, by way of a relay, either."""


@dataclass(frozen=True, slots=True, eq=False)
class ContactRecord:
    """Contact of one place over the horizon.

    Attributes
    ----------
    point, horizon : str
        Id, and what its horizon rests on.
    latitude_rad, longitude_rad : float
    spans : dict
        By ``PATHS``: when there is contact.
    relay_up : Spans
        When some relay is above the horizon, whether or not it reaches the Earth.
    relays_in_view_mean : float
    relays_in_view_most : int
    double_share : float
        Share of time with two relays or more.
    range_mean_km, range_most_km : float
        To the nearest relay in contact; NaN where there never is one.
    volume_gbit : dict
        By ``PATHS``: data a day (D,) that goes each way, by the faster one at a time, and both together.
    greatest_store_gbit : float
        Most that a relay holds at once, where relays store; else 0.
    link : str
        What the volume assumes.
    """

    point: str
    horizon: str
    latitude_rad: float
    longitude_rad: float
    spans: dict[str, Spans]
    relay_up: Spans
    relays_in_view_mean: float
    relays_in_view_most: int
    double_share: float
    range_mean_km: float
    range_most_km: float
    volume_gbit: dict[str, FloatArray]
    greatest_store_gbit: float
    link: str


@dataclass(frozen=True, slots=True, eq=False)
class MapRecord:
    """Contact all over the Moon for a part of the horizon: arrays (latitudes, longitudes) of any contact."""

    start_tdb_s: float
    stop_tdb_s: float
    step_s: float
    min_elevation_rad: float
    latitude_rad: FloatArray
    longitude_rad: FloatArray
    relayed_share: FloatArray
    any_share: FloatArray
    longest_gap_s: FloatArray
    relays_in_view_mean: FloatArray


@dataclass(frozen=True, slots=True)
class LightPeriod:
    """Light at the site in a part of the time.

    Attributes
    ----------
    kind : str
        all, year, season or month: UTC calendar, lunar season (half a draconic year).
    name : str
    start_tdb_s, stop_tdb_s : float
    average_light : float
        Mean part of the Sun's disc above the horizon.
    sun_up_share, lit_share, earth_up_share : float
        Of the time: the Sun's centre up; any of its disc; the Earth's centre.
    longest_dark_s, longest_lit_s : float
        Of what lies within it.
    dark_spans : int
    """

    kind: str
    name: str
    start_tdb_s: float
    stop_tdb_s: float
    average_light: float
    sun_up_share: float
    lit_share: float
    earth_up_share: float
    longest_dark_s: float
    longest_lit_s: float
    dark_spans: int


@dataclass(frozen=True, slots=True, eq=False)
class LightRecord:
    """Light and the Earth at the site on an even grid (N,), and the spans in which it is dark.

    Attributes
    ----------
    site, horizon : str
        Id, and what the horizon rests on.
    t_tdb_s, sun_fraction, sun_azimuth_rad, sun_elevation_rad, sun_above_rad, earth_azimuth_rad, earth_elevation_rad,
    earth_above_rad : ndarray (N,)
    mask_azimuth_rad, mask_elevation_rad : ndarray (M,)
    dark, earth_up : Spans
        None of the disc above the terrain; the Earth's centre above it.
    periods : tuple of LightPeriod
        Years, seasons, the whole; months where they are asked for.
    """

    site: str
    horizon: str
    t_tdb_s: FloatArray
    sun_fraction: FloatArray
    sun_azimuth_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_rad: FloatArray
    earth_azimuth_rad: FloatArray
    earth_elevation_rad: FloatArray
    earth_above_rad: FloatArray
    mask_azimuth_rad: FloatArray
    mask_elevation_rad: FloatArray
    dark: Spans
    earth_up: Spans
    periods: tuple[LightPeriod, ...]


@dataclass(frozen=True, slots=True)
class SizeRecord:
    """An array and a battery that serve a cable for the wanted share of time; NaN, and why, where none do.

    ``what`` is one of ``SIZES``; ``nameplate_kwh`` is the whole capacity of which ``usable_kwh`` may be used.
    """

    what: str
    area_m2: float
    usable_kwh: float
    nameplate_kwh: float
    array_kg: float
    battery_kg: float
    served_share: float
    note: str = ""


SIZES = ("own_array", "own_battery", "lightest")
"""The smallest battery for the array it has, the smallest array for the battery it has, the lightest pair of both."""


@dataclass(frozen=True, slots=True, eq=False)
class SizingRecord:
    """Array and battery of a cable for a wanted share of time, all its elements there from the start.

    Attributes
    ----------
    availability : float
    sizes : tuple of SizeRecord
        In the order of ``SIZES``.
    own_area_m2, own_usable_kwh : float
        What the cable has.
    area_m2, usable_kwh, array_kg, battery_kg : ndarray (M,)
        The smallest battery for each of some areas, NaN where none fits.
    """

    availability: float
    sizes: tuple[SizeRecord, ...]
    own_area_m2: float
    own_usable_kwh: float
    area_m2: FloatArray
    usable_kwh: FloatArray
    array_kg: FloatArray
    battery_kg: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GridRecord:
    """Power of one cable's elements on the grid of the light (N,), kW, and the store in kWh.

    ``usable_kwh`` is the most that its batteries ever hold, ``lowest_kwh`` the least they do once there are any, NaN
    where there never are. ``load_kw`` and ``unmet_kw`` count elements that died as if they still asked for full
    service; ``served_share`` is NaN where no element ever arrives. ``array_light`` is the mean part of the Sun's disc
    that its arrays see, NaN where it has none, ``array_horizon`` what the horizons of those on masts rest on.
    ``assumed`` names keys left to assumed values.
    """

    grid: str
    elements: tuple[str, ...]
    assumed: tuple[str, ...]
    t_tdb_s: FloatArray
    supply_kw: FloatArray
    load_kw: FloatArray
    unmet_kw: FloatArray
    stored_kwh: FloatArray
    usable_kwh: float
    lowest_kwh: float
    served_share: float
    unmet_kwh: float
    array_light: float
    array_horizon: str
    sizing: SizingRecord | None


@dataclass(frozen=True, slots=True, eq=False)
class StateRecord:
    """One surface element: when it is there, what it does in each step of the grid, its end.

    ``state`` holds codes of ``STATES``, or ``NO_POWER`` throughout for an element that neither draws nor gives any;
    such a one has no grid.
    """

    element: str
    grid: str
    arrival_tdb_s: float
    died_tdb_s: float
    state: NDArray[np.int8]
    step_h: float


STATES = ("absent", "dead", "unpowered", "dormant", "night", "active")
"""What a surface element does, by code."""

NO_POWER = -1
"""In place of a code: the element has nothing to do with power."""


@dataclass(frozen=True, slots=True, eq=False)
class TaskRecord:
    """One science task: hours done at the epochs (N,) of the light, and what held it up."""

    task: str
    name: str
    element: str
    work_h: float
    t_tdb_s: FloatArray
    done_h: FloatArray
    done_tdb_s: float
    waited_for: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery's landing: what it brings, what its date rests on, and what it meets that forbids it.

    ``landing_tdb_s`` is NaN where no window is left for it; where the lane does not land it is the arrival in orbit.
    """

    delivery: str
    lane: str
    landing_tdb_s: float
    cargo: tuple[str, ...]
    basis: str
    lands: bool = True
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class StationOutcome:
    """The station of one scenario over its horizon; ``sights`` go with ``orbits``."""

    start_tdb_s: float
    stop_tdb_s: float
    orbits: tuple[OrbitRecord, ...]
    sights: tuple[OrbitSight, ...]
    contacts: tuple[ContactRecord, ...]
    map: MapRecord | None
    light: LightRecord
    grids: tuple[GridRecord, ...]
    states: tuple[StateRecord, ...]
    tasks: tuple[TaskRecord, ...]
    arrivals: tuple[Arrival, ...]
    moon: tuple[MoonEvent, ...]
    events: tuple[Event, ...]
