"""From elevation models to the horizon: how high the terrain stands in each direction, seen from one spot.

Rays start from the eye every 0.05 deg of azimuth; along each, heights are taken bilinearly between pixel centres, ever
further apart, and the point seen under the steepest angle is kept. Geometry is exact on the sphere: a point at the
central angle t and radius r has tan(elevation) = (r cos t - eye) / (r sin t). A direction of the result is the highest
of the rays that lie within half a step of it, both ends included: outlines are never too low for lying between rays.

What sampling can miss: between samples a slope s rises by half their distance times s, so the elevation may be short by
s/2 times the ratio of distance to range. The ratios below keep that under 0.01 deg for slopes of 35 deg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.rotations import east_north_up
from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.terrain.dem import Dem, part_within, reach_km, terrain_heights_m, window
from sim.terrain.march import march
from sim.threads import for_ranges
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]

RANGE_KM = 250.0
"""From a peak of 8 km the horizon of the sphere is 167 km away, and a peak as high shows from twice as far."""

STEP_DEG = 0.5
LEAST_KNOWN_KM = 10.0
"""In a direction where terrain is known less far than this the limb of the sphere of 1737.4 km bounds the view too."""

_RAY_DEG = 0.05
_FAR_RATIO = 5e-4
_NEAR_RATIO = 1.5e-3
"""Steps to the range: near by at the kinks between pixels, which are sharp; further on by half a pixel; then as far as
the elevation asks for."""


@dataclass(frozen=True, slots=True, eq=False)
class TerrainHorizon:
    """The outline of the terrain from one spot, at one or more heights of the eye.

    Attributes
    ----------
    latitude_deg, longitude_deg : float
        ME axes, east positive.
    terrain_height_m : float
        Of the ground below the eye, above 1737.4 km.
    eye_heights_m : tuple of float
        Above the ground.
    azimuth_deg : ndarray (n,)
        Clockwise from north, even, from 0.
    elevation_deg : ndarray (h, n)
        For each height of the eye.
    reach_km : ndarray (n,)
        To where the terrain is known in each direction: the range asked for, or less.
    range_km : float
    dems : tuple of str
        Files and resolutions in words, fine to coarse.
    """

    latitude_deg: float
    longitude_deg: float
    terrain_height_m: float
    eye_heights_m: tuple[float, ...]
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    reach_km: FloatArray
    range_km: float
    dems: tuple[str, ...]


def terrain_horizon(
    dems: Sequence[Dem],
    latitude_deg: float,
    longitude_deg: float,
    eye_heights_m: Sequence[float],
    range_km: float = RANGE_KM,
    step_deg: float = STEP_DEG,
) -> TerrainHorizon:
    """Find the horizon of a spot at several heights of the eye in one pass.

    Parameters
    ----------
    dems : sequence of Dem
        In any order. Near by the finest holds; each hands over to the next coarser one where that one's pixels are as
        small as the steps, if it reaches further; where one has no height the next coarser one is asked.
    latitude_deg, longitude_deg : float
        ME axes.
    eye_heights_m : sequence of float
        Above the ground, which is interpolated bilinearly.
    range_km : float
        How far terrain is looked at, along the ground.
    step_deg : float
        Of azimuth; 360 is a multiple of it, and it of 0.1 deg.

    Raises
    ------
    UsageError
        For a spot without terrain, an eye below it, a range that is none, or a step that does not divide the circle.
    """
    _check(eye_heights_m, range_km, step_deg)
    ordered = sorted(dems, key=lambda dem: dem.resolution_m)
    ground_m = _ground_m(ordered, latitude_deg, longitude_deg)
    distances_km = sample_distances_km(ordered[0].resolution_m / M_PER_KM, range_km)
    steepest, seen_to = _marched(ordered, latitude_deg, longitude_deg, ground_m, eye_heights_m, distances_km)
    return TerrainHorizon(
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        terrain_height_m=ground_m,
        eye_heights_m=tuple(eye_heights_m),
        azimuth_deg=_around_deg(step_deg),
        elevation_deg=np.arctan(_over_bins(steepest, step_deg, np.max).T) / DEG,
        reach_km=np.minimum(_over_bins(seen_to[:, None], step_deg, np.min)[:, 0], range_km),
        range_km=range_km,
        dems=tuple(dem.words for dem in ordered),
    )


def sample_distances_km(pixel_km: float, range_km: float) -> FloatArray:
    """Distances along the ground at which rays are sampled, from half a pixel to the range."""
    near = _geometric(pixel_km / 2.0, min(pixel_km / 2.0 / _NEAR_RATIO, range_km), _NEAR_RATIO)
    middle = np.arange(near[-1], min(pixel_km / 2.0 / _FAR_RATIO, range_km), pixel_km / 2.0)[1:]
    last = middle[-1] if len(middle) else near[-1]
    far = _geometric(last, range_km, _FAR_RATIO)[1:] if last < range_km else np.empty(0)
    return np.concatenate([near, middle, far])


def _geometric(first: float, last: float, ratio: float) -> FloatArray:
    count = max(2, int(np.ceil(np.log(last / first) / ratio)) + 1) if last > first else 1
    return np.geomspace(first, max(first, last), count)


def _check(eye_heights_m: Sequence[float], range_km: float, step_deg: float) -> None:
    if not eye_heights_m or not all(0.0 <= height <= 1000.0 for height in eye_heights_m):
        message = f"the eye stands 0 to 1000 m above the ground, not at {list(eye_heights_m)} m — give e.g. 2 m"
        raise UsageError(message)
    if not 1.0 <= range_km <= 1000.0:
        message = f"a range of {range_km:g} km is none — give 1 km to 1000 km; 250 km see all that shows from a peak"
        raise UsageError(message)
    rays = step_deg / _RAY_DEG
    if not (abs(rays - round(rays)) < 1e-9 and round(rays) % 2 == 0 and round(360.0 / _RAY_DEG) % round(rays) == 0):
        message = f"a step of {step_deg:g} deg does not divide the circle evenly — give e.g. 0.5 or 1 deg"
        raise UsageError(message)


def _ground_m(dems: Sequence[Dem], latitude_deg: float, longitude_deg: float) -> float:
    for dem in dems:
        height = float(terrain_heights_m(dem, latitude_deg, longitude_deg))
        if np.isfinite(height):
            return height
    names = ", ".join(dem.name for dem in dems) or "no file"
    message = f"{names}: no terrain at {latitude_deg:g}, {longitude_deg:g} — name a model that holds the place"
    raise UsageError(message)


def _marched(
    dems: Sequence[Dem],
    latitude_deg: float,
    longitude_deg: float,
    ground_m: float,
    eye_heights_m: Sequence[float],
    distances_km: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Steepest tangents (rays, eyes), and the distance (rays,), km, to where the terrain is known."""
    angles = distances_km / R_MOON_KM
    arcs = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    axes = east_north_up(latitude_deg * DEG, longitude_deg * DEG)
    azimuths = _around_deg(_RAY_DEG) * DEG
    eyes_km = R_MOON_KM + (ground_m + np.array(eye_heights_m, dtype=np.float64)) / M_PER_KM
    parts = _parts(dems, latitude_deg, longitude_deg, distances_km)
    steepest = np.full((len(azimuths), len(eyes_km)), -np.inf)
    known_km = np.zeros(len(azimuths))

    def rays(first: int, last: int) -> None:
        seen = np.zeros((last - first, len(angles)), dtype=np.bool_)
        for numbers, figures, grid, until in parts:
            march(
                numbers, figures, grid, axes, azimuths[first:last], arcs, 0, until, eyes_km, steepest[first:last], seen
            )
        known_km[first:last] = _known_km(seen, distances_km)

    for_ranges(rays, len(azimuths))
    limb = -np.sqrt(np.maximum((eyes_km / R_MOON_KM) ** 2 - 1.0, 0.0))
    near = known_km < LEAST_KNOWN_KM
    steepest[near] = np.maximum(steepest[near], limb)
    return steepest, known_km


def _around_deg(step_deg: float) -> FloatArray:
    return np.linspace(0.0, 360.0, round(360.0 / step_deg), endpoint=False)


def _known_km(seen: NDArray[np.bool_], distances_km: FloatArray) -> FloatArray:
    """Distance of the last sample with a height on each ray; holes on the way do not count."""
    last = seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    return np.where(seen.any(axis=1), distances_km[last], 0.0)


def _parts(
    dems: Sequence[Dem], latitude_deg: float, longitude_deg: float, distances_km: FloatArray
) -> list[tuple[NDArray[np.generic], FloatArray, FloatArray, int]]:
    """Pixels, figures and grid of each model, and how many samples it is asked for."""
    found = []
    for dem, end_km in zip(dems, handovers_km(dems, latitude_deg, longitude_deg, float(distances_km[-1])), strict=True):
        part = part_within(dem, latitude_deg, longitude_deg, end_km)
        if part[0] >= part[1] or part[2] >= part[3]:
            continue
        numbers, grid = window(dem, part)
        until = int(np.searchsorted(distances_km, end_km, side="right"))
        found.append((numbers, dem.scaling.row(), grid.row(), until))
    return found


def handovers_km(dems: Sequence[Dem], latitude_deg: float, longitude_deg: float, range_km: float) -> list[float]:
    """Distance to which each model, fine to coarse, is used."""
    reach = [reach_km(dem, latitude_deg, longitude_deg) for dem in dems]
    found = []
    for index, dem in enumerate(dems):
        further = [later for later in range(index + 1, len(dems)) if reach[later] > reach[index]]
        follows = [dems[later].resolution_m / M_PER_KM / 2.0 / _FAR_RATIO for later in further]
        found.append(min([range_km, *[end for end in follows if end > dem.resolution_m / M_PER_KM]]))
    return found


def _over_bins(rays: FloatArray, step_deg: float, reduce: object) -> FloatArray:
    """Reduce rays (r, k) to directions (n, k): those within half a step of each, both ends included."""
    half = round(step_deg / _RAY_DEG) // 2
    around = np.concatenate([rays[-half:], rays, rays[:half]])
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * half + 1, axis=0)[:: 2 * half]
    found: FloatArray = reduce(windows, axis=-1)  # type: ignore[operator]
    return found
