"""What a solar array gives: sunlight, the angle it falls at, age and dust."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.station.power_types import Panels, Sunlight
from sim.units import YEAR_S

FloatArray = NDArray[np.float64]

SOLAR_CONSTANT_KW_M2 = 1.361
"""At 1 au: Kopp & Lean 2011, Geophys. Res. Lett. 38, L01706 (1360.8 +- 0.5 W/m2)."""


def _tracking(_: Panels, light: Sunlight) -> FloatArray:
    return np.ones_like(light.sun_elevation_rad)


def _vertical_mast(_: Panels, light: Sunlight) -> FloatArray:
    """Upright and turned to the Sun's azimuth: the light falls at the Sun's elevation."""
    cosine: FloatArray = np.cos(light.sun_elevation_rad)
    return cosine


def _fixed(panels: Panels, light: Sunlight) -> FloatArray:
    """Cosine between the Sun and the normal of a plate that leans by its tilt towards its azimuth."""
    elevation, tilt = light.sun_elevation_rad, panels.tilt_rad
    along = np.cos(elevation) * np.cos(light.sun_azimuth_rad - panels.azimuth_rad)
    cosine = np.sin(elevation) * np.cos(tilt) + along * np.sin(tilt)
    facing: FloatArray = np.abs(cosine) if panels.sides == 2 else np.maximum(cosine, 0.0)
    return facing


MOUNTINGS: dict[str, Callable[[Panels, Sunlight], FloatArray]] = {
    "tracking": _tracking,
    "vertical_mast": _vertical_mast,
    "fixed": _fixed,
}
"""Share of a beam that an array takes, for epochs (n,), by how it is mounted."""


def solar_power_kw(panels: Panels, light: Sunlight, age_yr: FloatArray | float = 0.0) -> FloatArray:
    """Return what an array gives (n,), kW, at an age (n,) in years."""
    fraction = light.sun_fraction if panels.sun_fraction is None else panels.sun_fraction
    irradiance_kw_m2 = SOLAR_CONSTANT_KW_M2 * fraction / np.square(light.sun_distance_au)
    kept = panels.efficiency * (1.0 - panels.dust) * (1.0 - panels.degradation_per_yr) ** np.asarray(age_yr)
    power: FloatArray = panels.area_m2 * kept * irradiance_kw_m2 * MOUNTINGS[panels.mounting](panels, light)
    return power


def age_yr(arrival_tdb_s: float, t_tdb_s: FloatArray) -> FloatArray:
    """Years since arrival (n,), 0 before; minus infinity stands for the first epoch."""
    start = t_tdb_s[0] if np.isneginf(arrival_tdb_s) else arrival_tdb_s
    years: FloatArray = np.maximum(t_tdb_s - start, 0.0) / YEAR_S
    return years
