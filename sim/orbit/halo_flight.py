"""Periodic orbits of the restricted problem flown in the real field of DE440, for years.

The periodic orbit, laid along the Moon's real path (sim.orbit.turning_axes), is the guess of a free flight
(sim.orbit.multiple_shooting), with four patches a revolution, none at an apsis: the perilune of the real orbit comes
hours early or late, and a patch there would have to cross over to the other side. An orbit that errors do not grow on
(a distant retrograde one) needs that for its first revolutions only and is then flown on: over years its phase drifts
from that of the periodic orbit, and to hold it to the calendar would be to fight resonances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.astro.events import Signal, minima
from sim.astro.nbody import ForceModel
from sim.astro.segments import sample_segments
from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.orbit.crtbp import LENGTH_KM, TIME_S
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from sim.orbit.multiple_shooting import FreePath, NoFreePath, free_path
from sim.orbit.periodic import PeriodicOrbit
from sim.orbit.turning_axes import from_moon_icrf, reference_states, to_moon_icrf

FloatArray = NDArray[np.float64]

_PATCHES: Final = 4
"""A revolution, an eighth of it from the crossings of y = 0."""

_MARGIN: Final = 2.0
"""Revolutions before the start and after the stop that are solved too: nothing holds the ends of a path near its orbit,
and without them the first and the last perilune of the 9:2 orbit come out up to 500 km high."""

_GROWING: Final = 1.05
"""Stability index from which errors grow: such an orbit is shot for over its whole length."""

_STRETCH: Final = 8.0
"""Revolutions shot for at the start of an orbit that does not grow."""

_CURVE_POINTS: Final = 4000
_LOOKS: Final = 60
"""At the distance, a revolution: for perilunes and departures."""

_LOST_SHARE: Final = 0.5
"""A flight that leaves its periodic orbit by this part of its size is another orbit."""


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicFlight:
    """A periodic orbit's flight in the real field.

    Attributes
    ----------
    orbit : PeriodicOrbit
        The reference, in the restricted problem.
    ephemeris : LunarEphemeris
        States from start to stop.
    forces : ForceModel
    phase : float
        At the start.
    period_s : float
        Of the reference, in the mean unit of time.
    patch_tdb_s : ndarray (N,)
        From two revolutions before the start to two after the stop.
    patch_states_icrf : ndarray (N, 6)
        From the Moon's centre, km and km/s.
    gap_m, gap_mm_s : float
        Largest discontinuity at a patch.
    departure_km, departure_share : float
        Greatest distance from the curve of the reference in the turning axes, scaled to 384 400 km between Earth and
        Moon; and as a share of the curve's greatest distance from the Moon. Being early or late on it does not count.
    perilune_radius_km : tuple of float
        Least and greatest over the passages.
    """

    orbit: PeriodicOrbit
    ephemeris: LunarEphemeris
    forces: ForceModel
    phase: float
    period_s: float
    patch_tdb_s: FloatArray
    patch_states_icrf: FloatArray
    gap_m: float
    gap_mm_s: float
    departure_km: float
    departure_share: float
    perilune_radius_km: tuple[float, float]


@dataclass(frozen=True, slots=True)
class NoPeriodicFlight:
    """The orbit could not be flown in the real field.

    Attributes
    ----------
    reason : str
    gap_km, gap_km_s : float
        Smallest largest gap between segments that was reached.
    departure_share : float
        Of the flight that was found but left its orbit; NaN where none was found.
    """

    reason: str
    gap_km: float
    gap_km_s: float
    departure_share: float = np.nan


def fly_periodic_orbit(
    orbit: PeriodicOrbit,
    name: str,
    start_tdb_s: float,
    stop_tdb_s: float,
    *,
    phase: float = 0.0,
    forces: ForceModel | None = None,
) -> PeriodicFlight | NoPeriodicFlight:
    """Fly a periodic orbit from start to stop without a manoeuvre.

    Parameters
    ----------
    orbit : PeriodicOrbit
    name : str
        Of the ephemeris.
    start_tdb_s, stop_tdb_s : float
        Twenty years of the 9:2 orbit can be flown.
    phase : float
        Where on the orbit the flight starts, in periods from the perpendicular crossing of y = 0 further from the Moon:
        a halo's apolune. Approximate, as the flight is only near the orbit: of the 9:2 orbit the perilunes come up to
        some hours early or late.
    forces : ForceModel, optional
        Earth with J2, Moon to degree 8 and Sun when None.

    Returns
    -------
    PeriodicFlight, or NoPeriodicFlight with the reason.

    Raises
    ------
    UsageError
        Where stop is not after start.
    DataMissingError
        Where the ephemeris does not reach.
    """
    if not stop_tdb_s > start_tdb_s:
        message = "a flight stops after it starts"
        raise UsageError(message)
    acting = forces or ForceModel()
    curve = reference_states(orbit, np.arange(_CURVE_POINTS) / _CURVE_POINTS)
    if np.linalg.norm(curve[:, :3], axis=1).min() * LENGTH_KM < R_MOON_KM:
        return NoPeriodicFlight("the orbit runs through the Moon", np.inf, np.inf)
    path = _path(orbit, start_tdb_s, stop_tdb_s, phase, acting)
    if isinstance(path, NoFreePath):
        return NoPeriodicFlight(path.reason, path.gap_km, path.gap_km_s)
    ephemeris = _ephemeris(name, path, curve, start_tdb_s, stop_tdb_s, acting)
    return _judged(orbit, ephemeris, path, curve, phase, acting)


def _path(
    orbit: PeriodicOrbit, start_tdb_s: float, stop_tdb_s: float, phase: float, forces: ForceModel
) -> FreePath | NoFreePath:
    """Patch states from before start to after stop."""
    period_s = orbit.period * TIME_S
    first, last = phase - _MARGIN, phase + _MARGIN + (stop_tdb_s - start_tdb_s) / period_s
    counts = np.arange(np.floor(first * _PATCHES - 0.5), np.ceil(last * _PATCHES - 0.5) + 1.0)
    phases = (counts + 0.5) / _PATCHES
    patch_tdb_s = start_tdb_s + (phases - phase) * period_s
    guess = to_moon_icrf(patch_tdb_s, reference_states(orbit, phases))
    grows = orbit.stability_index > _GROWING
    shot = len(counts) if grows else max(2, int(np.searchsorted(patch_tdb_s, start_tdb_s + _STRETCH * period_s)))
    found = free_path(patch_tdb_s[:shot], guess[:shot], forces)
    return found if isinstance(found, NoFreePath) or shot >= len(counts) else _flown_on(found, patch_tdb_s, forces)


def _flown_on(path: FreePath, patch_tdb_s: FloatArray, forces: ForceModel) -> FreePath:
    """Extend a path by flying its last patch to the remaining epochs."""
    shot = len(path.patch_tdb_s)
    later = sample_segments(path.states_icrf[-1:], path.patch_tdb_s[-1:], patch_tdb_s[shot:], forces)
    states = np.concatenate([path.states_icrf, later])
    return FreePath(patch_tdb_s, states, path.gap_km, path.gap_km_s, path.rounds)


def _ephemeris(
    name: str, path: FreePath, curve: FloatArray, start_tdb_s: float, stop_tdb_s: float, forces: ForceModel
) -> LunarEphemeris:
    """Even epochs from start to stop, so close that what lies between is good to a metre at perilune."""
    distance = np.linalg.norm(curve[:, :3], axis=1) * LENGTH_KM
    nearest = int(distance.argmin())
    speed_km_s = float(np.linalg.norm(curve[nearest, 3:])) * LENGTH_KM / TIME_S
    duration_s = stop_tdb_s - start_tdb_s
    count = max(3, int(np.ceil(duration_s / even_step_s(float(distance[nearest]), speed_km_s))))
    step_s = duration_s / count
    t = start_tdb_s + step_s * np.arange(count + 1)
    return LunarEphemeris(name, start_tdb_s, step_s, sample_segments(path.states_icrf, path.patch_tdb_s, t, forces))


def _judged(
    orbit: PeriodicOrbit, ephemeris: LunarEphemeris, path: FreePath, curve: FloatArray, phase: float, forces: ForceModel
) -> PeriodicFlight | NoPeriodicFlight:
    """Measure how near the flight stays; one that leaves its orbit is none."""
    period_s = orbit.period * TIME_S
    t = np.linspace(ephemeris.start_tdb_s, ephemeris.stop_tdb_s, _looks(ephemeris, period_s))
    turned = from_moon_icrf(t, ephemeris.position_icrf_km(t))
    if not np.isfinite(turned).all():
        return NoPeriodicFlight("the flight runs into the Moon", path.gap_km, path.gap_km_s)
    departure = float(cKDTree(curve[:, :3]).query(turned)[0].max())
    share = departure / float(np.linalg.norm(curve[:, :3], axis=1).max())
    if share > _LOST_SHARE:
        return NoPeriodicFlight("the flight leaves its orbit", path.gap_km, path.gap_km_s, share)
    return PeriodicFlight(
        orbit=orbit,
        ephemeris=ephemeris,
        forces=forces,
        phase=phase,
        period_s=period_s,
        patch_tdb_s=path.patch_tdb_s,
        patch_states_icrf=path.states_icrf,
        gap_m=1e3 * path.gap_km,
        gap_mm_s=1e6 * path.gap_km_s,
        departure_km=departure * LENGTH_KM,
        departure_share=share,
        perilune_radius_km=_perilunes(ephemeris, period_s),
    )


def _looks(ephemeris: LunarEphemeris, period_s: float) -> int:
    return 2 + int(_LOOKS * (ephemeris.stop_tdb_s - ephemeris.start_tdb_s) / period_s)


def _perilunes(ephemeris: LunarEphemeris, period_s: float) -> tuple[float, float]:
    """Least and greatest radius of the perilune passages; of the path, where there is no passage."""

    def distance_km(t_tdb_s: FloatArray) -> FloatArray:
        distance: FloatArray = np.linalg.norm(ephemeris.position_icrf_km(t_tdb_s), axis=-1)
        return distance

    _, radii = minima(Signal(distance_km, period_s / _LOOKS), ephemeris.start_tdb_s, ephemeris.stop_tdb_s, 1.0)
    if not len(radii):
        radii = distance_km(ephemeris.epochs_tdb_s)
    return float(radii.min()), float(radii.max())
