"""What the power of the station is computed from: light, elements with loads and sources, batteries.

Plain values in kW, kWh and hours of an even grid of time; `sim.station.power_inputs` makes them from a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import NONE, Spans

FloatArray = NDArray[np.float64]

PLUTONIUM_238_HALF_LIFE_YR = 87.7
"""NUBASE2020: Kondev et al. 2021, Chin. Phys. C 45, 030001."""


class State(IntEnum):
    """What an element does in a step, from nothing to all; the first two draw and give nothing."""

    ABSENT = 0
    """Not yet landed."""
    DEAD = 1
    """Without power for longer than it survives; for good."""
    UNPOWERED = 2
    """Even its dormant load and heat are not fully met."""
    DORMANT = 3
    """Put to sleep because power is short."""
    NIGHT = 4
    """Its night load: in the dark, or by day where power is short."""
    ACTIVE = 5
    """At work."""


@dataclass(frozen=True, slots=True, eq=False)
class Sunlight:
    """The Sun at the station on an even grid of epochs.

    Attributes
    ----------
    t_tdb_s : ndarray (n,)
        Even and ascending, two at least.
    sun_fraction : ndarray (n,)
        Part of the Sun's disc in sight, 0 to 1, eclipses included; a straight line between epochs.
    sun_azimuth_rad, sun_elevation_rad : ndarray (n,)
    sun_distance_au : ndarray (n,) or float
    """

    t_tdb_s: FloatArray
    sun_fraction: FloatArray
    sun_azimuth_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_distance_au: FloatArray | float = 1.0

    @property
    def step_s(self) -> float:
        """Step of the grid."""
        return float((self.t_tdb_s[-1] - self.t_tdb_s[0]) / (len(self.t_tdb_s) - 1))


@dataclass(frozen=True, slots=True)
class Loads:
    """Electric loads by state, the heat that the dark asks for, and how long the element lives without either.

    Between ``active_kw`` in full light and ``night_kw`` in the dark a load follows the part of the Sun's disc in sight.
    """

    active_kw: float = 0.0
    night_kw: float = 0.0
    dormant_kw: float = 0.0
    keep_alive_heat_kw: float = 0.0
    survives_without_s: float = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """A solar array. ``mounting`` is a key of `sim.station.solar.MOUNTINGS`.

    ``sun_fraction`` (n,), part of the disc that the array itself sees (from a mast), stands in for the station's.
    """

    area_m2: float
    efficiency: float = 0.30
    mounting: str = "vertical_mast"
    tilt_rad: float = 0.0
    azimuth_rad: float = 0.0
    sides: int = 1
    degradation_per_yr: float = 0.0
    dust: float = 0.0
    sun_fraction: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Isotope:
    """A radioisotope source: power and heat on arrival, which halve with the half-life."""

    power_kw: float = 0.0
    heat_kw: float = 0.0
    half_life_yr: float = PLUTONIUM_238_HALF_LIFE_YR
    degradation_per_yr: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Reactor:
    """A reactor: steady power but for its outages."""

    power_kw: float
    outages: Spans = NONE


@dataclass(frozen=True, slots=True)
class Store:
    """A battery; ``usable_kwh`` is what may be taken from it when full and new."""

    usable_kwh: float = 0.0
    charge_efficiency: float = 1.0
    discharge_efficiency: float = 1.0
    self_discharge_per_yr: float = 0.0
    fade_per_yr: float = 0.0
    reserve: float = 0.0
    charge_on_arrival: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class PoweredElement:
    """An element of the station as its power sees it.

    Attributes
    ----------
    name : str
    arrival_tdb_s : float
        It is there from the first epoch of the grid that is not before; infinity: never.
    grid : str
        Elements of one grid share power; empty: on its own.
    priority : int
        Lower ones sleep first when power is short; of equal ones, the later in the list.
    """

    name: str
    loads: Loads = Loads()
    arrival_tdb_s: float = -np.inf
    panels: Panels | None = None
    isotope: Isotope | None = None
    reactor: Reactor | None = None
    store: Store = field(default_factory=Store)
    grid: str = ""
    priority: int = 0

    @property
    def grid_name(self) -> str:
        """Name of its grid, its own where it has no cable."""
        return self.grid or self.name
