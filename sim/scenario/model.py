"""The scenario as a person writes it, frozen and checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.catalog.models import (
    Catalog,
    DaySpan,
    GroundStationId,
    LanderId,
    LandingSite,
    LandingSiteId,
    LauncherId,
    LaunchSiteId,
    LunarOrbit,
    LunarOrbitId,
    Partner,
    PartnerId,
    Season,
    StagingOrbitId,
)
from sim.document.fields import (
    CountRange,
    Dates,
    Deg,
    DegRange,
    Entry,
    IdOf,
    Kg,
    Km,
    Km2PerS2,
    Latitude,
    Longitude,
    Metre,
    MetrePerS,
    Second,
    SecondRange,
    Share,
    SquareMetrePerKg,
)
from sim.scenario.power import Battery, Heat, Power, PowerService, Source
from sim.scenario.science import CrewStay, ScienceTask

DAY_S = 86400.0

Objective = Literal["landed_payload", "time_of_flight", "earliest_landing", "insertion_dv"]
MOST_REVOLUTIONS = 60
"""Of a phasing orbit: two months of one-day ellipses."""

LaneId = Annotated[str, IdOf("lanes")]
ElementId = Annotated[str, IdOf("station_elements")]
DeliveryId = Annotated[str, IdOf("deliveries")]


class Horizon(Entry):
    """The launch days that are searched, both ends included."""

    start: date
    """First UTC day of lift-off."""
    end: date
    """Last UTC day of lift-off."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            message = f"the horizon ends ({self.end}) before it starts ({self.start}) — swap the two"
            raise ValueError(message)
        return self


class SurfaceElement(Entry):
    """A piece of the station on the surface."""

    id: str
    """Name by which deliveries and tables know it."""
    name: str = ""
    """Name for people."""
    mass_kg: Annotated[Kg, Field(gt=0)]
    """What has to be landed."""
    power: Power | None = None
    """Left out: it draws none."""
    heat: Heat | None = None
    """Left out: it needs none in the dark."""
    source: Source | None = None
    """What feeds it, and those on its cable."""
    battery: Battery | None = None
    """What it stores, for itself and those on its cable."""
    grid: str = ""
    """Name of the cable it hangs on; elements of one name share power. Left out: it is on its own."""
    owner: PartnerId | None = None
    """Who it belongs to."""
    note: str = ""
    """A remark."""

    @property
    def has_power(self) -> bool:
        """Whether it draws, makes or stores any."""
        return bool(self.power or self.heat or self.source or self.battery)


class StationKeeping(Entry):
    """How an orbit is kept. What is left out is chosen by the kind of orbit."""

    perilune_band_km: Annotated[Km, Field(gt=0)] | None = None
    """Perilune may move by so much before it is put back."""
    argument_band_deg: Annotated[Deg, Field(gt=0, le=90)] | None = None
    """The argument of perilune likewise."""
    delta_v_m_s: Annotated[MetrePerS, Field(gt=0)] | None = None
    """What is aboard for it: its end is the end of life."""


class OrbitElement(Entry):
    """A piece of the station in lunar orbit."""

    id: str
    """Name by which tables know it."""
    name: str = ""
    """Name for people."""
    kind: Literal["relay", "orbiter", "station"]
    """What it is."""
    orbit: LunarOrbitId | LunarOrbit | None = None
    """Where it flies: id of a lunar orbit of the catalogue, or an orbit written out."""
    phase: Annotated[Share, Field(ge=0, lt=1)] = 0.0
    """Part of a revolution by which it runs ahead of the orbit's own place: to spread several on one orbit."""
    keeping: StationKeeping | Literal["none"] = StationKeeping()
    """How its orbit is kept; ``none``: it flies free, until it falls."""
    sunlight_m2_kg: Annotated[SquareMetrePerKg, Field(ge=0, le=10)] = 0.0
    """Cr A/m: area that sunlight pushes, per mass."""
    since: date | None = None
    """First UTC day of service; left out: the start of the horizon."""
    until: date | None = None
    """Last UTC day of service."""
    owner: PartnerId | None = None
    """Who it belongs to."""
    note: str = ""
    """A remark."""


class Station(Entry):
    """Where the station stands and what belongs to it."""

    site: Annotated[str, IdOf("landing_sites")] | LandingSite
    """Id of a landing site, or a site written out (latitude, longitude, ...)."""
    surface: tuple[SurfaceElement, ...] = ()
    """What stands on the ground."""
    orbit: tuple[OrbitElement, ...] = ()
    """What flies above it."""
    power: PowerService = PowerService()
    """What is wanted of its power."""


class CoveragePoint(Entry):
    """A place on the Moon whose contact is looked at beside the station's."""

    id: str
    """Its key in the file."""
    latitude_deg: Latitude
    """Mean-Earth axes, north positive."""
    longitude_deg: Longitude
    """East."""
    height_m: Metre = 0.0
    """Above 1737.4 km."""
    min_elevation_deg: Annotated[Deg, Field(ge=0, lt=90)] = 5.0
    """Over the level horizon, for relays and the Earth alike."""


class Coverage(Entry):
    """What is looked at of contact: places, ground stations, and the map of the whole Moon."""

    points: dict[str, CoveragePoint] = Field(default_factory=dict)
    """Places beside the station's site, by names of your own."""
    ground_stations: tuple[GroundStationId, ...] = ()
    """Ids of ground stations on the Earth that hold the link; left out: the Earth's centre, day and night."""
    step_s: Annotated[Second, Field(ge=10, le=3600)] = 60.0
    """Step at which paths are looked at, and relays in view counted; edges of spans are closed in on to a second."""
    relaying: Literal["at_once", "stored"] = "at_once"
    """For the data a day: `at_once`, both hops of a relay stand together; `stored`: a relay keeps what it hears until
    it sees the Earth."""
    map_step_deg: Annotated[Deg, Field(ge=1, le=30)] = 4.0
    """Latitudes and longitudes of the map stand so far apart."""
    map_length_s: Annotated[Second, Field(ge=0)] = 28.0 * DAY_S
    """Time over which the map counts, from when the last relay serves; ``0 d``: no map."""


class Phasing(Entry):
    """An ellipse about the Earth, flown for some revolutions between the parking orbit and the injection.

    Give its period or its apogee; its perigee is the parking orbit's height.
    """

    period_s: Annotated[Second, Field(gt=0)] | None = None
    """Time of one revolution."""
    apogee_altitude_km: Annotated[Km, Field(gt=0)] | None = None
    """Above 6378.1366 km."""
    revolutions: CountRange
    """Fewest and most whole revolutions, ``[2, 5]``; one number where there is no choice."""
    injection_by: Literal["launcher", "lander"] = "launcher"
    """Who burns from the ellipse to the Moon."""

    @model_validator(mode="after")
    def _one_size_is_given(self) -> Self:
        if (self.period_s is None) == (self.apogee_altitude_km is None):
            message = "needs either period or apogee_altitude — write one of the two"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _revolutions_are_few(self) -> Self:
        if not 1 <= self.revolutions[0] <= self.revolutions[1] <= MOST_REVOLUTIONS:
            message = f"revolutions do not rise within 1 to {MOST_REVOLUTIONS} — write e.g. [1, 5]"
            raise ValueError(message)
        return self


class TransferSpec(Entry):
    """The flight to the Moon."""

    kind: Literal["direct", "direct_descent"] = "direct"
    """``direct``: from the parking orbit to perilune and into the staging orbit; ``direct_descent``: from the
    parking orbit to the ground, without a lunar orbit."""
    time_of_flight_s: Annotated[SecondRange, Field()]
    """Shortest and longest time from injection to perilune."""
    injection: Literal["any", "ascending", "descending"] = "any"
    """Where the parking orbit crosses to the Moon: on its way north, or south (from Florida: over the Atlantic, or over
    the Pacific)."""
    phasing: Phasing | None = None
    """Ellipse about the Earth before the injection; left out: none."""
    perilune_altitude_km: Annotated[Km, Field(gt=0, le=8000)] = 100.0
    """Height over 1737.4 km at which the flight arrives and insertion is made."""
    inclination_deg: Annotated[Deg, Field(gt=0, lt=180)] | None = None
    """Of the approach, to the Moon's equator; left out: that of the staging orbit, moved into 12 to 168 deg. Where
    the two differ, the plane is turned with the insertion."""

    @model_validator(mode="after")
    def _times_are_flyable(self) -> Self:
        if not (2.2 * DAY_S <= self.time_of_flight_s[0] and self.time_of_flight_s[1] <= 9.0 * DAY_S):
            message = "time_of_flight leaves what a direct flight can do — stay within 2.2 d to 9 d"
            raise ValueError(message)
        return self


class Staging(Entry):
    """The lunar orbit in which the lander waits."""

    orbit: StagingOrbitId
    """Id of a staging orbit of the catalogue."""
    loiter_s: SecondRange = (0.0, 25.0 * DAY_S)
    """Shortest and longest wait."""

    @model_validator(mode="after")
    def _loiter_is_sane(self) -> Self:
        if self.loiter_s[0] < 0 or self.loiter_s[1] > 366.0 * DAY_S:
            message = "loiter is below zero or beyond a year — write e.g. [0 d, 25 d]"
            raise ValueError(message)
        return self


class Constraints(Entry):
    """What a launch day must satisfy. A constraint left out closes nothing."""

    max_insertion_dv_m_s: Annotated[MetrePerS, Field(gt=0)] | None = None
    """Most the insertion may take."""
    max_c3_km2_s2: Km2PerS2 | None = None
    """Most energy of injection: twice the specific orbital energy about the Earth."""
    min_landed_payload_kg: Annotated[Kg, Field(ge=0)] | None = None
    """Left out: more than nothing must land."""
    sun_elevation_deg: DegRange | None = None
    """Sun above the level horizontal plane at touchdown; for middle latitudes."""
    sun_above_horizon_deg: DegRange | None = None
    """Centre of the Sun above the local horizon at touchdown; for polar sites."""
    cross_range_deg: Annotated[Deg, Field(gt=0, le=90)] | None = None
    """Left out: the lander's own."""
    coast_s: SecondRange | None = None
    """Left out: the launcher's own."""
    lit_after_landing_s: Annotated[Second, Field(ge=0)] | None = None
    """Least time from touchdown until the Sun's centre sinks below the local horizon."""
    contact_at_landing: Literal["earth", "relay", "earth_or_relay"] | None = None
    """Who must stand above the local horizon through the descent and at touchdown: the Earth's centre, or a relay of
    the station that itself sees the Earth."""
    max_eclipse_s: Annotated[Second, Field(ge=0)] | None = None
    """Longest single stay in shadow, penumbra included, between injection and arrival."""
    injection_in_sight_of: tuple[GroundStationId, ...] = ()
    """Ids of ground stations: one of them at least sees the injection."""
    insertion_in_sight_of: tuple[GroundStationId, ...] = ()
    """Ids of ground stations: one of them at least sees the insertion."""
    liftoff_light: Literal["day", "night"] | None = None
    """Sun above or below the horizon of the pad at lift-off."""
    days_between_launches_s: Annotated[Second, Field(ge=0)] | None = None
    """Least time to the launches of this lane that are already dated (``launched``) or booked at the pad."""


class Lane(Entry):
    """One way of delivering: a launcher from a site, a flight, a waiting orbit, a lander."""

    launcher: LauncherId
    """Id of a launcher."""
    launch_site: LaunchSiteId
    """Id of a launch site; the launcher must fly from there."""
    transfer: TransferSpec
    """The flight to the Moon."""
    staging: Staging
    """Where the lander waits, and for how long."""
    lander: LanderId
    """Id of a lander."""
    site: LandingSiteId | None = None
    """Left out: the station's."""
    partner: PartnerId | None = None
    """Left out: the launcher's."""
    objective: Objective = "landed_payload"
    """What the best flight of a window has most (or least) of."""
    corrections_dv_m_s: Annotated[MetrePerS, Field(ge=0, le=1000)] = 30.0
    """Kept for corrections on the way; the lander makes them."""
    available_from: date | None = None
    """First UTC day of lift-off; left out: when launcher and lander are there."""
    available_until: date | None = None
    """Last UTC day of lift-off."""
    seasons: tuple[Season, ...] = ()
    """Parts of the year in which this lane launches; none: all year."""
    blackout: tuple[DaySpan, ...] = ()
    """UTC days on which it does not."""
    launched: Dates = ()
    """UTC dates of its launches that are already fixed."""
    delta_v_margin: Annotated[Share, Field(ge=0, le=1)] = 0.0
    """Share added to the delta-v of insertion, upkeep and descent."""
    constraints: Constraints = Constraints()
    """What closes its days."""


class Delivery(Entry):
    """Something that has to arrive."""

    id: str
    """Name by which other deliveries know it."""
    name: str = ""
    """Name for people."""
    lane: LaneId
    """How it goes."""
    not_before: date | None = None
    """Earliest UTC day of lift-off."""
    cargo: tuple[ElementId, ...] = ()
    """Ids of surface elements."""
    after: tuple[DeliveryId, ...] = ()
    """Deliveries that must have landed before."""
    note: str = ""
    """A remark."""


class Scenario(Entry):
    """A whole scenario: the merged file, and the catalogue as the scenario sees it."""

    moonport: Literal[1]
    """Version of the file format."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Title of reports and figures."""
    purpose: str = ""
    """One sentence for the report."""
    as_of: date | None = None
    """The facts are those known on this day."""
    horizon: Horizon
    """Launch days that are searched."""
    partners: dict[str, Partner] = Field(default_factory=dict)
    """Those that take part; an id of the catalogue may stay empty: ``cnsa: {}``."""
    station: Station
    """What the deliveries are for."""
    lanes: dict[str, Lane] = Field(default_factory=dict)
    """Ways of delivering, by names of your own; none: the station is looked at alone."""
    deliveries: tuple[Delivery, ...] = ()
    """What has to arrive."""
    science: tuple[ScienceTask, ...] = ()
    """Work to be done at the elements."""
    crew: tuple[CrewStay, ...] = ()
    """Who is there to work."""
    coverage: Coverage = Coverage()
    """What is looked at of contact."""
    catalog: Catalog
    """Entries of the scenario's own, by kind and id, laid over the shipped ones."""
