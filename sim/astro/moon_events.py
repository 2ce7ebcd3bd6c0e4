"""Events of the Moon's own course: apsides, nodes, syzygies, and eclipses of the Moon.

Geocentric, the Moon where it is (without the 1.3 s of its light), the Sun apparent, as almanacs have it for the
purpose; epochs are TDB seconds past J2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import erfa
import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, crossings, maxima, minima, spans_within
from sim.astro.limb import angle_rad
from sim.astro.rotations import rotated
from sim.astro.shadow import Part
from sim.astro.sky import moon_from_earth_km, sun_from_earth_km
from sim.astro.spans import Spans, length_in_each_s
from sim.astro.time import julian_date_tt
from sim.constants import R_EARTH_KM, R_SUN_KM
from sim.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
Enlargement = Literal["danjon", "chauvenet"]

STEP_S = DAY_S
"""Step at which the Moon's course is looked at: apsides, nodes and syzygies are a week apart at least."""

R_MOON_BY_PARALLAX = 0.2725076
"""The Moon's radius over the Earth's equatorial one, by which eclipse catalogues reckon (IAU 1982)."""

_HALF_ECLIPSE_S = 5.0 * HOUR_S
"""No eclipse of the Moon lasts longer than that to either side of its greatest: the longest penumbral ones, 3.2 h."""

_EARTH_AT_45_DEG = 0.998340
"""Mean radius of the Earth's shadow over the equatorial radius, that of latitude 45 degrees."""


@dataclass(frozen=True, slots=True, eq=False)
class Apsides:
    """Perigees and apogees of the Moon.

    Attributes
    ----------
    perigee_tdb_s, perigee_km : ndarray (P,)
    apogee_tdb_s, apogee_km : ndarray (A,)
        Epochs, and distances from the Earth's centre.
    """

    perigee_tdb_s: FloatArray
    perigee_km: FloatArray
    apogee_tdb_s: FloatArray
    apogee_km: FloatArray

    def __len__(self) -> int:
        """Return how many there are together."""
        return len(self.perigee_tdb_s) + len(self.apogee_tdb_s)


@dataclass(frozen=True, slots=True, eq=False)
class NodePassages:
    """Epochs at which the Moon's centre crosses the ecliptic of date northwards (ascending) and southwards."""

    ascending_tdb_s: FloatArray
    descending_tdb_s: FloatArray

    def __len__(self) -> int:
        """Return how many there are together."""
        return len(self.ascending_tdb_s) + len(self.descending_tdb_s)


@dataclass(frozen=True, slots=True, eq=False)
class Syzygies:
    """Epochs at which the Moon's ecliptic longitude of date is that of the Sun (new), and opposite to it (full)."""

    new_tdb_s: FloatArray
    full_tdb_s: FloatArray

    def __len__(self) -> int:
        """Return how many there are together."""
        return len(self.new_tdb_s) + len(self.full_tdb_s)


@dataclass(frozen=True, slots=True, eq=False)
class LunarEclipses:
    """Eclipses of the Moon as seen from the Earth, (M,) each.

    Attributes
    ----------
    greatest_tdb_s : ndarray
        When the Moon's centre is nearest the axis of the shadow.
    kind : ndarray of str
        N (penumbral), P (partial) or T (total).
    gamma : ndarray
        Distance from the axis then, in equatorial radii of the Earth; positive north of it.
    penumbral_magnitude, umbral_magnitude : ndarray
        Part of the Moon's diameter in the penumbra and in the umbra; the umbral one is negative where it misses.
    penumbral_semi_s, partial_semi_s, total_semi_s : ndarray
        Half of the time from first to last contact with the penumbra, with the umbra, and wholly in the umbra; 0 where
        there is none.
    """

    greatest_tdb_s: FloatArray
    kind: NDArray[np.str_]
    gamma: FloatArray
    penumbral_magnitude: FloatArray
    umbral_magnitude: FloatArray
    penumbral_semi_s: FloatArray
    partial_semi_s: FloatArray
    total_semi_s: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.greatest_tdb_s)


def apsides(start_tdb_s: float, stop_tdb_s: float) -> Apsides:
    """Perigees and apogees of the Moon between two epochs."""
    distance = moon_distance_signal()
    return Apsides(*minima(distance, start_tdb_s, stop_tdb_s), *maxima(distance, start_tdb_s, stop_tdb_s))


def node_passages(start_tdb_s: float, stop_tdb_s: float) -> NodePassages:
    """Passages of the Moon through the ecliptic of date between two epochs."""
    return NodePassages(*crossings(moon_latitude_signal(), start_tdb_s, stop_tdb_s))


def syzygies(start_tdb_s: float, stop_tdb_s: float) -> Syzygies:
    """New and full Moons between two epochs."""
    return Syzygies(*crossings(elongation_signal(), start_tdb_s, stop_tdb_s))


def lunar_eclipses(start_tdb_s: float, stop_tdb_s: float, enlargement: Enlargement = "danjon") -> LunarEclipses:
    """Eclipses of the Moon whose greatest moment lies between two epochs.

    Parameters
    ----------
    start_tdb_s, stop_tdb_s : float
    enlargement : {"danjon", "chauvenet"}
        How the Earth's atmosphere widens its shadow by convention: Danjon's lunar parallax times 1.01 (Espenak & Meeus
        2009, Five Millennium Canon of Lunar Eclipses, NASA/TP-2009-214172), or Chauvenet's both cones
        times 51/50 (Explanatory Supplement 1992, chapter 8).
    """
    t, apart = minima(axis_distance_signal(), start_tdb_s, stop_tdb_s)
    touched = (_reach_signal("penumbra", +1.0, enlargement).value(t) >= 0.0) if len(t) else np.zeros(0, dtype=bool)
    t, apart = t[touched], apart[touched]
    around = Spans(t - _HALF_ECLIPSE_S, t + _HALF_ECLIPSE_S)
    penumbra, umbra, moon = _radii_rad(t, enlargement)

    def semi_s(part: Part, moons: float) -> FloatArray:
        return 0.5 * length_in_each_s(spans_within(_reach_signal(part, moons, enlargement), around), around)

    return LunarEclipses(
        greatest_tdb_s=t,
        kind=np.where(apart < umbra - moon, "T", np.where(apart < umbra + moon, "P", "N")),
        gamma=_gamma(t, apart),
        penumbral_magnitude=(penumbra + moon - apart) / (2.0 * moon),
        umbral_magnitude=(umbra + moon - apart) / (2.0 * moon),
        penumbral_semi_s=semi_s("penumbra", +1.0),
        partial_semi_s=semi_s("umbra", +1.0),
        total_semi_s=semi_s("umbra", -1.0),
    )


def moon_distance_signal() -> Signal:
    """Distance of the Moon from the Earth's centre, km."""
    return Signal(lambda t: np.linalg.norm(moon_from_earth_km(t), axis=-1), STEP_S)


def moon_latitude_signal() -> Signal:
    """Ecliptic latitude of date of the Moon as its sine: the ecliptic of IAU 2006 precession (ERFA ``ecm06``)."""
    return Signal(lambda t: _unit(_of_date(t, moon_from_earth_km(t)))[..., 2], STEP_S)


def elongation_signal() -> Signal:
    """Sine of the Moon's ecliptic longitude of date less the Sun's: rises through zero at a new Moon."""

    def sine(t: FloatArray) -> FloatArray:
        moon, sun = _of_date(t, moon_from_earth_km(t)), _of_date(t, sun_from_earth_km(t))
        cross = sun[..., 0] * moon[..., 1] - sun[..., 1] * moon[..., 0]
        elongation: FloatArray = cross / (np.hypot(moon[..., 0], moon[..., 1]) * np.hypot(sun[..., 0], sun[..., 1]))
        return elongation

    return Signal(sine, STEP_S)


def axis_distance_signal() -> Signal:
    """Angle of the Moon's centre from the axis of the Earth's shadow, at the Earth's centre, rad."""
    return Signal(lambda t: angle_rad(moon_from_earth_km(t), -sun_from_earth_km(t)), STEP_S)


def _reach_signal(part: Part, moons: float, enlargement: Enlargement) -> Signal:
    """How far into a part of the shadow the Moon's near limb (+1) or far limb (-1) has come, rad."""

    def reach(t: FloatArray) -> FloatArray:
        penumbra, umbra, moon = _radii_rad(t, enlargement)
        shadow = penumbra if part == "penumbra" else umbra
        return shadow + moons * moon - axis_distance_signal().value(t)

    return Signal(reach, STEP_S)


def _radii_rad(t: FloatArray, enlargement: Enlargement) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Apparent radii of penumbra, umbra and Moon, by convention, at the Earth's centre."""
    moon_km, sun_km = (np.linalg.norm(body(t), axis=-1) for body in (moon_from_earth_km, sun_from_earth_km))
    parallax, solar_parallax = np.arcsin(R_EARTH_KM / moon_km), np.arcsin(R_EARTH_KM / sun_km)
    sun = np.arcsin(R_SUN_KM / sun_km)
    moon = np.arcsin(R_MOON_BY_PARALLAX * R_EARTH_KM / moon_km)
    if enlargement == "danjon":
        shadow = 1.01 * parallax + solar_parallax
        return shadow + sun, shadow - sun, moon
    shadow = _EARTH_AT_45_DEG * parallax + solar_parallax
    return 1.02 * (shadow + sun), 1.02 * (shadow - sun), moon


def _gamma(t: FloatArray, apart: FloatArray) -> FloatArray:
    moon = moon_from_earth_km(t)
    north = np.sign(moon_latitude_signal().value(t)) if len(t) else np.empty(0)
    gamma: FloatArray = north * np.linalg.norm(moon, axis=-1) * np.sin(apart) / R_EARTH_KM
    return gamma


def _of_date(t: FloatArray, r_icrf_km: FloatArray) -> FloatArray:
    """Vectors (..., 3) on axes of the mean ecliptic and equinox of date."""
    return rotated(np.asarray(erfa.ecm06(*julian_date_tt(t))), r_icrf_km)


def _unit(a: FloatArray) -> FloatArray:
    unit: FloatArray = a / np.linalg.norm(a, axis=-1, keepdims=True)
    return unit
