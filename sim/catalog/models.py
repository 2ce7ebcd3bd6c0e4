"""What the catalogue holds. A field's name ends with its unit; the key in a file does not.

Statuses: ``flown`` (a figure of a mission that flew), ``published`` (by maker, agency or manual), ``planned``
(announced for something not built yet), ``assumed`` (recalled, derived or set by us; results that rest on it say so).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sim.document.fields import (
    AzimuthRange,
    Dates,
    Deg,
    DegRange,
    Entry,
    Figure,
    IdOf,
    Km,
    Km2PerS2,
    Latitude,
    Longitude,
    Metre,
    Second,
    SecondRange,
    Share,
)

Status = Literal["flown", "published", "planned", "assumed"]
Phase = Literal["corrections", "insertion", "loiter", "descent"]
PHASES: tuple[Phase, ...] = ("corrections", "insertion", "loiter", "descent")
"""The burns after injection, in the order they are made."""

LauncherId = Annotated[str, IdOf("launchers")]
LaunchSiteId = Annotated[str, IdOf("launch_sites")]
LanderId = Annotated[str, IdOf("landers")]
LandingSiteId = Annotated[str, IdOf("landing_sites")]
StagingOrbitId = Annotated[str, IdOf("staging_orbits")]
PartnerId = Annotated[str, IdOf("partners")]


class _RangedFigure(Figure):
    status: Status

    @model_validator(mode="after")
    def _range_holds_value(self) -> Self:
        if not self.low <= self.value <= self.high:
            message = "value lies outside low to high — order them low, value, high"
            raise ValueError(message)
        return self


class MassFigure(_RangedFigure):
    """A mass, kg."""

    unit: ClassVar[str] = "kg"


class SpeedFigure(_RangedFigure):
    """A delta-v, m/s."""

    unit: ClassVar[str] = "m/s"


class TimeFigure(_RangedFigure):
    """A specific impulse, s."""

    unit: ClassVar[str] = "s"


class ForceFigure(_RangedFigure):
    """A thrust, N."""

    unit: ClassVar[str] = "N"


class UpkeepFigure(_RangedFigure):
    """Delta-v spent per day to keep an orbit, m/s/d."""

    unit: ClassVar[str] = "m/s/d"


class _Sourced(Entry):
    source: str
    """Where the figures without a source of their own come from."""
    status: Status
    """How firm they are."""
    note: str = ""
    """A remark."""


class Partner(Entry):
    """Who owns launchers, landers and elements of the station."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    country: str
    """Seat."""


class LaunchSite(_Sourced):
    """A launch complex. Either a range of azimuths, or the inclinations its drop zones allow."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    latitude_deg: Latitude
    """Geodetic, WGS84."""
    longitude_deg: Longitude
    """East."""
    height_m: Metre = 0.0
    """Above the ellipsoid."""
    azimuth_range_deg: AzimuthRange | None = None
    """Clockwise from north, relative to the turning Earth; a first value above the second crosses north."""
    allowed_inclinations_deg: Annotated[tuple[Deg, ...], Field(min_length=1)] | None = None
    """Of the parking orbit; one within 0.3 deg of the latitude is flown due east."""
    heading: Literal["north", "south"] = "north"
    """Which of the two azimuths of an allowed inclination is flown."""
    turnaround_s: Second = 0.0
    """Least time between two launches from here."""
    booked: Dates = ()
    """UTC dates that are taken."""

    @model_validator(mode="after")
    def _one_kind_of_limit(self) -> Self:
        if (self.azimuth_range_deg is None) == (self.allowed_inclinations_deg is None):
            message = "needs either azimuth_range or allowed_inclinations — write one of the two"
            raise ValueError(message)
        return self


class TliPoint(Entry):
    """Mass injected to a given energy."""

    c3_km2_s2: Km2PerS2
    """Twice the specific orbital energy about the Earth after injection."""
    mass: MassFigure
    """What leaves the Earth, lander and cargo together."""


class UpperStage(Entry):
    """The stage that makes the injection: moves one published mass along C3 by the rocket equation."""

    dry_mass: MassFigure
    """Mass at burn-out without what it carries."""
    isp: TimeFigure
    """In vacuum."""


class Launcher(_Sourced):
    """A launch vehicle and what it sends to the Moon."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    partner: PartnerId
    """Who flies it."""
    launch_sites: tuple[LaunchSiteId, ...]
    """Ids of the sites it can fly from."""
    parking_altitude_km: Annotated[Km, Field(ge=140, le=2000)] = 185.0
    """Of the circular orbit before injection, above 6378.1366 km."""
    ascent_time_s: Annotated[Second, Field(gt=0)] = 600.0
    """Lift-off to the parking orbit."""
    ascent_downrange_deg: Annotated[Deg, Field(ge=0, lt=180)] = 22.0
    """Angle at the Earth's centre flown meanwhile, inertial, along the orbit's plane."""
    coast_s: SecondRange = (300.0, 5400.0)
    """Shortest and longest time in the parking orbit before injection."""
    tli: Annotated[tuple[TliPoint, ...], Field(min_length=1)]
    """Injected mass against C3, C3 rising."""
    upper_stage: UpperStage | None = None
    """Needed where tli has one point."""
    available_from: date | None = None
    """First UTC day of lift-off."""
    available_until: date | None = None
    """Last UTC day of lift-off."""
    turnaround_s: Second = 0.0
    """Least time between two launches of this type."""

    @model_validator(mode="after")
    def _table_can_be_read(self) -> Self:
        c3 = [point.c3_km2_s2 for point in self.tli]
        if c3 != sorted(set(c3)):
            message = "the C3 values of tli do not rise — order the points by c3"
            raise ValueError(message)
        if len(c3) == 1 and self.upper_stage is None:
            message = "one point of tli cannot be moved along C3 — add upper_stage or a second point"
            raise ValueError(message)
        return self


class Stage(Entry):
    """A propulsive stage of a lander. A stage is dropped after the last phase it serves."""

    id: str
    """Name in the propellant tables."""
    dry_mass: MassFigure
    """Empty."""
    propellant: MassFigure
    """Capacity of the tanks."""
    isp: TimeFigure
    """In vacuum."""
    thrust: ForceFigure | None = None
    """For burn times."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """What it flies; a phase no stage names falls to the stage of the next one."""
    residual_fraction: Annotated[Share, Field(ge=0, lt=1)] = 0.02
    """Share of the loaded propellant that cannot be burnt."""


class Lander(_Sourced):
    """A vehicle that is injected to the Moon and lands with cargo."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    partner: PartnerId
    """Who builds it."""
    launch_mass: MassFigure
    """At injection, fuelled, cargo included."""
    sizing: Literal["fixed", "fits_launcher"] = "fixed"
    """``fixed``: always weighs launch_mass; ``fits_launcher``: what the launcher carries, at most launch_mass."""
    payload_max: MassFigure | None = None
    """Most cargo it has room for; what could land beyond it is spare."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    """In the order they burn."""
    descent_dv: SpeedFigure
    """From a circular orbit of 100 km altitude to touchdown, deorbit and hover included."""
    cross_range_deg: Annotated[Deg, Field(ge=0, le=90)] = 1.0
    """Angle off its orbit's plane that the lander can reach."""
    available_from: date | None = None
    """First UTC day of lift-off."""
    available_until: date | None = None
    """Last UTC day of lift-off."""

    @model_validator(mode="after")
    def _every_phase_is_flown_once(self) -> Self:
        flown = [phase for stage in self.stages for phase in stage.phases]
        if flown != [phase for phase in PHASES if phase in flown] or "descent" not in flown:
            message = f"the stages fly {', '.join(flown)} — give each of {', '.join(PHASES)} to one stage, in order"
            raise ValueError(message)
        return self


class LandingSite(_Sourced):
    """A place on the Moon, mean-Earth axes (DE421), height above 1737.4 km."""

    id: str = "here"
    """Its key in the file."""
    name: str = ""
    """Name for people."""
    latitude_deg: Latitude
    """North positive."""
    longitude_deg: Longitude
    """East."""
    height_m: Metre = 0.0
    """Above the sphere of 1737.4 km."""
    horizon: str | None = None
    """Horizon mask: the name of one of the catalogue's, or a CSV file beside the scenario."""
    average_light: Annotated[Share, Field(ge=0, le=1)] | None = None
    """Published share of time in sunlight."""
    source: str = "the scenario"
    """Where its coordinates and light come from."""
    status: Status = "assumed"
    """How firm they are."""


class StagingOrbit(_Sourced):
    """A lunar orbit where landers wait."""

    id: str
    """Its key in the file."""
    name: str = ""
    """Name for people."""
    frame: Literal["moon_me"]
    """Mean-Earth axes of the Moon."""
    perilune_altitude_km: Annotated[Km, Field(gt=0)]
    """Above 1737.4 km."""
    apolune_altitude_km: Annotated[Km, Field(gt=0)]
    """Above 1737.4 km."""
    inclination_deg: Annotated[Deg, Field(ge=0, le=180)]
    """To the Moon's equator."""
    upkeep_m_s_per_day: UpkeepFigure
    """Spent while waiting."""

    @model_validator(mode="after")
    def _apolune_is_above(self) -> Self:
        if self.apolune_altitude_km < self.perilune_altitude_km:
            message = "apolune is below perilune — swap the two"
            raise ValueError(message)
        return self


class Catalog(Entry):
    """All entries by kind and id."""

    partners: dict[str, Partner]
    """Who takes part."""
    launch_sites: dict[str, LaunchSite]
    """Where rockets start."""
    launchers: dict[str, Launcher]
    """Rockets, and what they send to the Moon."""
    landers: dict[str, Lander]
    """Vehicles that land cargo."""
    landing_sites: dict[str, LandingSite]
    """Places on the Moon."""
    staging_orbits: dict[str, StagingOrbit]
    """Where landers wait."""


__all__ = [
    "PHASES",
    "Catalog",
    "Deg",
    "DegRange",
    "Lander",
    "LandingSite",
    "LaunchSite",
    "Launcher",
    "Partner",
    "Stage",
    "StagingOrbit",
    "TliPoint",
    "UpperStage",
]
