"""Shadows of Earth and Moon as cones, and how long a track stays in one.

Earth and Moon are spheres and the Sun is one; the shadow is the cone of Montenbruck & Gill 2000, Satellite Orbits,
section 3.4.2, which is the same as comparing apparent radii: the Sun is partly covered where it stands closer to a
body's centre than the sum of both, wholly where closer than their difference. Left out: the atmosphere and the Earth's
oblateness (21 km); light time where the Sun's place is that of ``sun_geocentric_km`` (20 arcseconds), not with the
apparent Sun of ``sim.astro.sky``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.sky import moon_from_earth_km
from sim.astro.tabulated import Tabulated
from sim.constants import R_SUN_KM
from sim.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
Part = Literal["penumbra", "umbra"]

_SUN = Tabulated(lambda t: Ephemeris.de440().sun_geocentric(t)[0], DAY_S)


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Inner products (...) of vectors (..., 3)."""
    product: FloatArray = a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]
    return product


def length(a: FloatArray) -> FloatArray:
    """Lengths (...) of vectors (..., 3)."""
    return np.sqrt(dot(a, a))


def shadow_height_km(
    position_km: FloatArray, sun_km: FloatArray, body_radius_km: float, part: Part = "penumbra"
) -> FloatArray:
    """Distance from the edge of a body's shadow, (...), km: negative inside it.

    ``position_km`` and ``sun_km`` (..., 3) count from the body's centre; on the sunlit side of the body it is the
    height above the sphere that the cone touches. Montenbruck & Gill 2000, eq. 3.81 to 3.84.
    """
    distance = length(sun_km)
    behind = -dot(position_km, sun_km) / distance
    return height_behind_km(behind, dot(position_km, position_km), distance, body_radius_km, part)


def height_behind_km(
    behind_km: FloatArray, distance2_km2: FloatArray, sun_km: FloatArray, radius_km: float, part: Part
) -> FloatArray:
    """Height above the shadow from the distance behind the body, along its shadow's axis."""
    widens = 1.0 if part == "penumbra" else -1.0
    sine = (R_SUN_KM + widens * radius_km) / sun_km
    cosine = np.sqrt(1.0 - sine**2)
    beyond = np.maximum(behind_km, 0.0)
    off_axis = np.sqrt(np.maximum(distance2_km2 - beyond**2, 0.0))
    height: FloatArray = off_axis - (radius_km + widens * beyond * sine) / cosine
    return height


def longest_run_s(t_tdb_s: FloatArray, height_km: FloatArray) -> FloatArray:
    """Longest time below zero, arrays (K, N) to (N,); edges by straight lines between the epochs."""
    # Not by sim.astro.spans: hundred thousands of flights, each with epochs of its own, go through together, and of
    # the spans only the longest is wanted. The edges are those of spans_of_samples, held to them by a test.
    inside = height_km < 0.0
    longest = np.zeros(t_tdb_s.shape[1])
    since = np.where(inside[0], t_tdb_s[0], np.nan)
    for k in range(1, len(t_tdb_s)):
        crosses = np.flatnonzero(inside[k] != inside[k - 1])
        before, after = height_km[k - 1, crosses], height_km[k, crosses]
        edge = t_tdb_s[k - 1, crosses] + (t_tdb_s[k, crosses] - t_tdb_s[k - 1, crosses]) * before / (before - after)
        leaves = after >= 0.0
        longest[crosses] = np.where(leaves, np.fmax(longest[crosses], edge - since[crosses]), longest[crosses])
        since[crosses] = np.where(leaves, np.nan, edge)
    return np.fmax(longest, np.where(inside[-1], t_tdb_s[-1] - since, 0.0))


def _hourly(body: Callable[[FloatArray], FloatArray], t_tdb_s: FloatArray) -> FloatArray:
    """Positions (..., 3) by straight lines between full hours; NaN at an unknown epoch."""
    first, last = np.floor(np.nanmin(t_tdb_s) / HOUR_S), np.ceil(np.nanmax(t_tdb_s) / HOUR_S)
    hours = np.arange(first, last + 1.0) * HOUR_S
    return np.stack([np.interp(t_tdb_s, hours, column) for column in body(hours).T], axis=-1)


def sun_geocentric_km(t_tdb_s: FloatArray) -> FloatArray:
    """Sun from the Earth (..., 3), to 10 km: straight lines between full hours."""
    return _hourly(_SUN, t_tdb_s)


def moon_geocentric_km(t_tdb_s: FloatArray) -> FloatArray:
    """Moon from the Earth (..., 3), to 5 km: straight lines between full hours."""
    return _hourly(moon_from_earth_km, t_tdb_s)
