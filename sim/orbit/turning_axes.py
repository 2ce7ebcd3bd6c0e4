"""Periodic orbits of the restricted problem laid out along the real Moon's path.

The axes turn and breathe with DE440's Moon: x from the Earth to the Moon, z along its orbital angular momentum, the
unit of length the distance of the moment. So the Moon stays at x = 1 - mu. The unit of time is the mean one, of
384 400 km, so that phases keep pace with the calendar over years.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.frames import icrf_to_earth_moon
from sim.astro.rotations import rotated, rotated_back
from sim.orbit.crtbp import TIME_S, flown
from sim.orbit.periodic import PeriodicOrbit

FloatArray = NDArray[np.float64]

_RATE_S: Final = 60.0
"""Half the span of the central difference of axes and distance: leaves 1e-9 of their rates."""


def reference_states(orbit: PeriodicOrbit, phase: ArrayLike) -> FloatArray:
    """States (..., 6) of an orbit in its own units from the Moon's centre, at phases (...) in periods.

    Phase 0 is the perpendicular crossing of y = 0 that lies further from the Moon (of a halo: apolune).
    """
    phases = np.asarray(phase, dtype=np.float64)
    turns, place = np.unique(np.mod(phases.ravel(), 1.0), return_inverse=True)
    start = _far_crossing(orbit)
    states = flown(start, orbit.period * turns, orbit.mass_ratio) - np.array(
        [1.0 - orbit.mass_ratio, 0.0, 0.0, 0.0, 0.0, 0.0]
    )
    ordered: FloatArray = states[place].reshape(*phases.shape, 6)
    return ordered


def _far_crossing(orbit: PeriodicOrbit) -> FloatArray:
    """State at the perpendicular crossing further from the Moon, exactly perpendicular."""
    given, half = np.asarray(orbit.state), flown(orbit.state, [0.5 * orbit.period], orbit.mass_ratio)[0]
    moon = np.array([1.0 - orbit.mass_ratio, 0.0, 0.0])
    far = given if np.linalg.norm(given[:3] - moon) >= np.linalg.norm(half[:3] - moon) else half
    square: FloatArray = far * np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    return square


def to_moon_icrf(t_tdb_s: ArrayLike, states: FloatArray) -> FloatArray:
    """States (..., 6) in units of the problem from the Moon's centre to km and km/s on ICRF axes, at epochs (...)."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    before, here, after = (_laid(t + shift, states[..., :3]) for shift in (-_RATE_S, 0.0, _RATE_S))
    carried = (after - before) / (2.0 * _RATE_S)
    own = _laid(t, states[..., 3:]) / TIME_S
    return np.concatenate([here, carried + own], axis=-1)


def from_moon_icrf(t_tdb_s: ArrayLike, r_icrf_km: FloatArray) -> FloatArray:
    """Positions (..., 3) from the Moon's centre, km on ICRF axes, to the problem's axes and units."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    turned: FloatArray = rotated(icrf_to_earth_moon(t), r_icrf_km) / moon_distance_km(t)[..., None]
    return turned


def moon_distance_km(t_tdb_s: ArrayLike) -> FloatArray:
    """Distance of the Moon from the Earth at epochs (...)."""
    distance: FloatArray = np.linalg.norm(Ephemeris.de440().moon_geocentric(t_tdb_s)[0], axis=-1)
    return distance


def _laid(t_tdb_s: FloatArray, vectors: FloatArray) -> FloatArray:
    laid: FloatArray = rotated_back(icrf_to_earth_moon(t_tdb_s), vectors) * moon_distance_km(t_tdb_s)[..., None]
    return laid
