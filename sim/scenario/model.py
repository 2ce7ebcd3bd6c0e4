"""The scenario as a person writes it, frozen and checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.catalog.models import (
    Catalog,
    LanderId,
    LandingSite,
    LandingSiteId,
    LauncherId,
    LaunchSiteId,
    Partner,
    PartnerId,
    StagingOrbitId,
)
from sim.document.fields import (
    Deg,
    DegRange,
    Entry,
    IdOf,
    Kg,
    KiloWatt,
    Km,
    Km2PerS2,
    MetrePerS,
    SecondRange,
)

DAY_S = 86400.0

Objective = Literal["landed_payload", "time_of_flight", "earliest_landing", "insertion_dv"]
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


class Power(Entry):
    """Electric power an element draws."""

    active_kw: Annotated[KiloWatt, Field(ge=0)]
    """By day, at work."""
    night_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """Through the lunar night."""


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
    owner: PartnerId | None = None
    """Who it belongs to."""
    note: str = ""
    """A remark."""


class ElementOrbit(Entry):
    """An orbit at the Moon by the altitudes of its apsides; say in which frame its inclination counts."""

    frame: Literal["moon_me", "earth_orbit_plane", "icrf"]
    """Axes that the inclination counts from."""
    perilune_altitude_km: Annotated[Km, Field(gt=0)]
    """Above 1737.4 km."""
    apolune_altitude_km: Annotated[Km, Field(gt=0)]
    """Above 1737.4 km."""
    inclination_deg: Annotated[Deg, Field(ge=0, le=180)]
    """To the frame's equator."""


class OrbitElement(Entry):
    """A piece of the station in lunar orbit."""

    id: str
    """Name by which tables know it."""
    name: str = ""
    """Name for people."""
    kind: Literal["relay", "orbiter", "station"]
    """What it is."""
    orbit: ElementOrbit | None = None
    """Where it flies."""
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


class TransferSpec(Entry):
    """The flight to the Moon."""

    kind: Literal["direct"] = "direct"
    """From a parking orbit straight to perilune, without a stop."""
    time_of_flight_s: Annotated[SecondRange, Field()]
    """Shortest and longest time from injection to perilune."""
    perilune_altitude_km: Annotated[Km, Field(gt=0, le=10000)] = 100.0
    """Height over 1737.4 km at which the flight arrives and insertion is made."""
    inclination_deg: Annotated[Deg, Field(gt=0, lt=180)] = 90.0
    """Of the arrival, to the Moon's equator; left out: that of the staging orbit."""

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
    lanes: Annotated[dict[str, Lane], Field(min_length=1)]
    """Ways of delivering, by names of your own."""
    deliveries: tuple[Delivery, ...] = ()
    """What has to arrive."""
    catalog: Catalog
    """Entries of the scenario's own, by kind and id, laid over the shipped ones."""
