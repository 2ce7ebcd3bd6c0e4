"""Power of a surface element as a person writes it: loads, heat, sources, battery, cable."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.catalog.models import DaySpan
from sim.document.fields import (
    Deg,
    Entry,
    KgPerSquareMetre,
    KiloWatt,
    KiloWattHour,
    Metre,
    Second,
    Share,
    SharePerYear,
    SquareMetre,
    WattHourPerKg,
    Year,
)

Mounting = Literal["tracking", "vertical_mast", "fixed"]


class PowerService(Entry):
    """What is wanted of the station's power."""

    availability: Annotated[Share, Field(gt=0, le=1)] = 1.0
    """Share of time in which every load is to be met: arrays and batteries of each cable are sized for it."""


class Power(Entry):
    """Electric power an element draws, and what becomes of it when there is too little."""

    active_kw: Annotated[KiloWatt, Field(ge=0)]
    """By day, at work."""
    night_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """Through the lunar night."""
    dormant_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """Asleep, when power is short: what must not be switched off."""
    priority: int = 0
    """When power is short, elements of lower priority sleep first; of equal ones, the later in the list."""
    survives_without_s: Annotated[Second, Field(ge=0)] | None = None
    """Longest time short of dormant load and heat; beyond it the element is dead for good. Left out: it always wakes
    again."""

    @model_validator(mode="after")
    def _sleep_takes_least(self) -> Self:
        if self.dormant_kw > max(self.active_kw, self.night_kw):
            message = "dormant takes more than active and night — swap the values"
            raise ValueError(message)
        return self


class Heat(Entry):
    """Heat an element needs in the dark; what radioisotopes do not give, it makes with electric power."""

    keep_alive_kw: Annotated[KiloWatt, Field(ge=0)]
    """Needed while no part of the Sun's disc is in sight; in proportion while a part is."""


class SolarArray(Entry):
    """A solar array; it gives 1361 W/m2 x area x efficiency at 1 au, less what mounting and age take."""

    area_m2: Annotated[SquareMetre, Field(gt=0)]
    """Of cells, on one side."""
    efficiency: Annotated[Share, Field(gt=0, le=1)] = 0.30
    """Of cells and converters when new. Assumed: 30 %."""
    mounting: Mounting = "vertical_mast"
    """``tracking``: square to the Sun; ``vertical_mast``: upright, turning about the mast; ``fixed``."""
    tilt_deg: Annotated[Deg, Field(ge=0, le=180)] = 0.0
    """Of a fixed array: 0 deg lies flat and looks up, 90 deg stands upright."""
    azimuth_deg: Annotated[Deg, Field(ge=-360, le=360)] = 0.0
    """Of a fixed array: where its front looks, clockwise from north."""
    sides: Literal[1, 2] = 1
    """Of a fixed array: 2 where both sides carry cells."""
    degradation_per_yr: Annotated[SharePerYear, Field(ge=0, lt=1)] = 0.01
    """Share of output lost each year, compounding. Assumed: 1 %/yr."""
    dust: Annotated[Share, Field(ge=0, lt=1)] = 0.0
    """Share of light that dust keeps off. Assumed: none."""
    mast_height_m: Annotated[Metre, Field(ge=0, le=1000)] | None = None
    """Of the array above the ground: it sees the Sun over the horizon from there. Left out: the light of the site."""
    areal_mass_kg_per_m2: Annotated[KgPerSquareMetre, Field(gt=0)] = 4.0
    """With mast and drive; for sizing. Assumed."""


class Radioisotope(Entry):
    """A radioisotope source: electric power, heat, or both; both fall with the isotope's decay."""

    power_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """Electric, on arrival."""
    heat_kw: Annotated[KiloWatt, Field(ge=0)] = 0.0
    """For keeping the element warm, on arrival."""
    half_life_yr: Annotated[Year, Field(gt=0)] = 87.7
    """Plutonium-238: 87.7 yr."""
    degradation_per_yr: Annotated[SharePerYear, Field(ge=0, lt=1)] = 0.0
    """Of the converter, on top of the decay; touches the power, not the heat."""


class Fission(Entry):
    """A reactor: steady power by day and night."""

    power_kw: Annotated[KiloWatt, Field(gt=0)]
    """Electric."""
    outages: tuple[DaySpan, ...] = ()
    """UTC days without it."""


class Source(Entry):
    """What feeds an element, and those on its cable."""

    solar: SolarArray | None = None
    """Solar array."""
    radioisotope: Radioisotope | None = None
    """Radioisotope source."""
    fission: Fission | None = None
    """Reactor."""


class Battery(Entry):
    """A battery."""

    capacity_kwh: Annotated[KiloWattHour, Field(gt=0)]
    """Nameplate, when new."""
    depth_of_discharge: Annotated[Share, Field(gt=0, le=1)] = 0.8
    """Share of the capacity that is used. Assumed: 80 %."""
    charge_efficiency: Annotated[Share, Field(gt=0, le=1)] = 0.95
    """Stored of what is put in. Assumed: 95 %."""
    discharge_efficiency: Annotated[Share, Field(gt=0, le=1)] = 0.95
    """Given of what is taken out. Assumed: 95 %."""
    self_discharge_per_yr: Annotated[SharePerYear, Field(ge=0)] = 0.24
    """Share of the charge lost with time. Assumed: 2 %/month."""
    fade_per_yr: Annotated[SharePerYear, Field(ge=0, lt=1)] = 0.02
    """Share of the capacity lost each year, compounding. Assumed: 2 %/yr."""
    reserve: Annotated[Share, Field(ge=0, lt=1)] = 0.2
    """Share of the usable charge kept for dormant loads: below it elements go to sleep. Assumed: 20 %."""
    charge_on_arrival: Annotated[Share, Field(ge=0, le=1)] = 1.0
    """Share of the usable charge it brings."""
    specific_energy_wh_per_kg: Annotated[WattHourPerKg, Field(gt=0)] = 160.0
    """Of the pack; for sizing. Assumed: packs of 150 to 200 Wh/kg."""
