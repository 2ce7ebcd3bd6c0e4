"""What the catalogue holds. A field's name ends with its unit; the key in a file does not.

Statuses: ``flown`` (a figure of a mission that flew), ``published`` (by maker, agency or manual), ``planned``
(announced for something not built yet), ``assumed`` (recalled, derived or set by us; results that rest on it say so).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.catalog.days import DaySpan, Season
from sim.catalog.figures import ForceFigure, MassFigure, Sourced, SpeedFigure, Status, TimeFigure, UpkeepFigure
from sim.catalog.orbits import LunarOrbit
from sim.document.fields import (
    AzimuthRange,
    Dates,
    Deg,
    DegRange,
    Entry,
    IdOf,
    Km,
    Km2PerS2,
    Latitude,
    Longitude,
    Metre,
    MetrePerS,
    Second,
    SecondRange,
    Share,
)

Phase = Literal["injection", "corrections", "insertion", "loiter", "deorbit", "braking", "descent"]
PHASES: tuple[Phase, ...] = ("injection", "corrections", "insertion", "loiter", "deorbit", "braking", "descent")
"""The burns of a lander, in the order they are made; the injection only where the launcher leaves it to the lander."""
_LANDING: tuple[Phase, ...] = ("deorbit", "braking", "descent")

LauncherId = Annotated[str, IdOf("launchers")]
LaunchSiteId = Annotated[str, IdOf("launch_sites")]
LanderId = Annotated[str, IdOf("landers")]
LandingSiteId = Annotated[str, IdOf("landing_sites")]
StagingOrbitId = Annotated[str, IdOf("staging_orbits")]
PartnerId = Annotated[str, IdOf("partners")]
LunarOrbitId = Annotated[str, IdOf("lunar_orbits")]
GroundStationId = Annotated[str, IdOf("ground_stations")]


class Partner(Entry):
    """Who owns launchers, landers and elements of the station."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    country: str
    """Seat."""


class LaunchSite(Sourced):
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
    seasons: tuple[Season, ...] = ()
    """Parts of the year in which it launches; none: all year."""
    blackout: tuple[DaySpan, ...] = ()
    """UTC days without launches."""

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


class InjectionDispersion(Sourced):
    """Errors of the state after injection: 1 sigma on each axis, the axes independent."""

    position_km: Annotated[Km, Field(ge=0)]
    """Of the position."""
    velocity_m_s: Annotated[MetrePerS, Field(ge=0)]
    """Of the velocity."""


class Launcher(Sourced):
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
    dispersion: InjectionDispersion | None = None
    """How far an injection may be off; left out: a typical one is assumed."""

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
    """Of all its engines together: for burn losses and the powered descent."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """What it flies; a phase no stage names falls to the stage of the next one that is named."""
    residual_fraction: Annotated[Share, Field(ge=0, lt=1)] = 0.02
    """Share of the loaded propellant that cannot be burnt."""


class Lander(Sourced):
    """A vehicle that is injected to the Moon: lands with cargo, or stays in orbit where no stage flies ``descent``."""

    id: str
    """Its key in the file."""
    name: str
    """Name for people."""
    partner: PartnerId
    """Who builds it."""
    launch_mass: MassFigure
    """At injection, fuelled, cargo included; one that makes its own injection: before it."""
    sizing: Literal["fixed", "fits_launcher"] = "fixed"
    """``fixed``: always weighs launch_mass; ``fits_launcher``: what the launcher carries, at most launch_mass."""
    payload_max: MassFigure | None = None
    """Most cargo it has room for; what could land beyond it is spare."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    """In the order they burn."""
    descent: Literal["integrated", "figure"] | None = None
    """How the descent's delta-v is found; left out: integrated where the stages that brake and descend have a
    thrust, else from the figure."""
    descent_dv: SpeedFigure | None = None
    """From a circular orbit of 100 km altitude to touchdown, deorbit and hover included."""
    hover_s: Annotated[Second, Field(ge=0)] = 30.0
    """Allowance of an integrated descent for hovering over the site."""
    divert_m: Annotated[Metre, Field(ge=0)] = 200.0
    """Allowance of an integrated descent for going aside."""
    cross_range_deg: Annotated[Deg, Field(ge=0, le=90)] = 1.0
    """Angle off its orbit's plane that the lander can reach."""
    available_from: date | None = None
    """First UTC day of lift-off."""
    available_until: date | None = None
    """Last UTC day of lift-off."""

    @model_validator(mode="after")
    def _every_phase_is_flown_once(self) -> Self:
        flown = [phase for stage in self.stages for phase in stage.phases]
        if flown != [phase for phase in PHASES if phase in flown]:
            message = f"the stages fly {', '.join(flown)} — give each of {', '.join(PHASES)} to one stage, in order"
            raise ValueError(message)
        if not self.lands and any(phase in flown for phase in _LANDING):
            message = "its stages leave orbit but none flies descent — add descent to the last stage"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _descent_can_be_found(self) -> Self:
        if not self.lands:
            return self
        if self.descent == "integrated" and not self._brakes_with_known_thrust:
            message = "an integrated descent needs a thrust — add thrust to the stages that brake and descend"
            raise ValueError(message)
        if not self.descent_is_integrated and self.descent_dv is None:
            message = "nothing says what its descent takes — add descent_dv, or a thrust to the stages that descend"
            raise ValueError(message)
        return self

    @property
    def lands(self) -> bool:
        """Whether it goes to the ground: some stage flies ``descent``. If not, its cargo ends in the staging orbit."""
        return any("descent" in stage.phases for stage in self.stages)

    @property
    def descent_is_integrated(self) -> bool:
        """Whether the descent's delta-v comes from flying it, not from the figure."""
        return self.lands and self.descent != "figure" and self._brakes_with_known_thrust

    @property
    def _brakes_with_known_thrust(self) -> bool:
        braking, descending = self.stage_of("braking"), self.stage_of("descent")
        return all(stage is not None and stage.thrust is not None for stage in (braking, descending))

    def stage_of(self, phase: Phase) -> Stage | None:
        """Give the stage that flies a phase: the one that names it or the next phase named; None after the last."""
        later = PHASES[PHASES.index(phase) :]
        return next((stage for each in later for stage in self.stages if each in stage.phases), None)


class Terrain(Entry):
    """Elevation models of a site's surroundings, from which its horizon is found."""

    dem: Annotated[tuple[str, ...], Field(min_length=1)]
    """Files beside the scenario, fine for near by and coarse for far: PDS3 labels, GeoTIFF, JPEG 2000."""
    mast_height_m: Annotated[Metre, Field(ge=0, le=1000)] = 2.0
    """Of the eye above the ground: camera, antenna or solar panel."""
    range_km: Annotated[Km, Field(ge=1, le=1000)] = 250.0
    """How far terrain is looked at."""


class LandingSite(Sourced):
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
    """Horizon mask: the name of one of the catalogue's, which says its mast, or a CSV file beside the scenario."""
    terrain: Terrain | None = None
    """Elevation models to find the horizon from; instead of a mask."""
    average_light: Annotated[Share, Field(ge=0, le=1)] | None = None
    """Published share of time in sunlight."""
    source: str = "the scenario"
    """Where its coordinates and light come from."""
    status: Status = "assumed"
    """How firm they are."""

    @model_validator(mode="after")
    def _one_horizon(self) -> Self:
        if self.horizon is not None and self.terrain is not None:
            message = "has both a horizon and terrain — write one of the two (`horizon: null` drops an inherited mask)"
            raise ValueError(message)
        return self

    @property
    def has_outline(self) -> bool:
        """Whether its horizon is that of the terrain, by a mask or an elevation model, not level or calibrated."""
        return self.horizon is not None or self.terrain is not None


class StagingOrbit(Sourced):
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


class GroundStation(Sourced):
    """An antenna site on the Earth that follows flights to the Moon."""

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
    min_elevation_deg: Annotated[Deg, Field(ge=-5, le=90)] = 5.0
    """Lowest elevation at which it follows."""


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
    ground_stations: dict[str, GroundStation]
    """Antennas on the Earth."""
    lunar_orbits: dict[str, LunarOrbit]
    """Where relays, orbiters and stations stay."""


__all__ = [
    "PHASES",
    "Catalog",
    "DaySpan",
    "Deg",
    "DegRange",
    "GroundStation",
    "InjectionDispersion",
    "Lander",
    "LandingSite",
    "LaunchSite",
    "Launcher",
    "LunarOrbit",
    "Partner",
    "Season",
    "Stage",
    "StagingOrbit",
    "Terrain",
    "TliPoint",
    "UpperStage",
]
