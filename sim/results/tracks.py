"""A flown path, sampled for figures: what the ``flights`` group of a run's dataset is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Burn:
    """An impulse on the way.

    ``position_icrf_km`` and ``moon_icrf_km`` (3,) are the vehicle and the Moon seen from the Earth's centre.
    """

    name: str
    t_tdb_s: float
    dv_km_s: float
    position_icrf_km: FloatArray
    moon_icrf_km: FloatArray


@dataclass(frozen=True, slots=True)
class FlightTrack:
    """The best flight of a window at S epochs, geocentric on ICRF axes, with the Moon beside it.

    Attributes
    ----------
    lane, window : str, int
        The window it belongs to.
    t_tdb_s : ndarray (S,)
        Epochs, rising.
    position_icrf_km, velocity_icrf_km_s : ndarray (S, 3)
        The vehicle, from the Earth's centre.
    moon_icrf_km, moon_velocity_icrf_km_s : ndarray (S, 3)
        The Moon, from the Earth's centre, at the same epochs.
    burns : tuple of Burn
        In order of time; the same names in every flight of a run.
    """

    lane: str
    window: int
    t_tdb_s: FloatArray
    position_icrf_km: FloatArray
    velocity_icrf_km_s: FloatArray
    moon_icrf_km: FloatArray
    moon_velocity_icrf_km_s: FloatArray
    burns: tuple[Burn, ...]
