"""Coverage of a grid of places with a level horizon: the whole Moon, or the surroundings of a pole.

Every place is looked at in the middle of each step, and the look stands for the step: shares, gaps and means are
multiples of it. Against the spans of one site (sim.station.coverage) a gap is true to one step. The Earth is seen from
every place where its light came from as seen from the Moon's centre (2 km beside, 0.1 arcseconds).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.station import coverage_kernel as kernel
from sim.station.coverage_kernel import cover_places
from sim.station.paths import Network
from sim.station.scene import Scene, scene_of
from sim.threads import map_threads
from sim.units import DEG, MINUTE_S

FloatArray = NDArray[np.float64]

GRID_STEP_S = 5.0 * MINUTE_S

_PLACES_AT_ONCE = 256


@dataclass(frozen=True, slots=True, eq=False)
class GapFigures:
    """Gaps of one kind of path at every place of a grid, as ``GapStatistics``; arrays of the grid's shape."""

    count: NDArray[np.int64]
    longest_s: FloatArray
    mean_s: FloatArray
    p95_s: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GridCoverage:
    """How well every place of a grid is served.

    Attributes
    ----------
    latitude_rad : ndarray (A,)
        Middles of the cells, ME, ascending.
    longitude_rad : ndarray (B,)
        East, ascending.
    start_tdb_s, stop_tdb_s, step_s : float
    names : tuple of str
        Of the relays.
    direct_share, relayed_share, any_share : ndarray (A, B)
        Parts of the time with a path of that kind, 0 to 1.
    direct_gaps, relayed_gaps, any_gaps : GapFigures
    mean_relays, most_relays : ndarray (A, B)
        Relays above the horizon at once.
    least_range_km, mean_range_km, greatest_range_km : ndarray (A, B)
        To the nearest relay with a path, over the time with one; NaN where there is none ever.
    """

    latitude_rad: FloatArray
    longitude_rad: FloatArray
    start_tdb_s: float
    stop_tdb_s: float
    step_s: float
    names: tuple[str, ...]
    direct_share: FloatArray
    relayed_share: FloatArray
    any_share: FloatArray
    direct_gaps: GapFigures
    relayed_gaps: GapFigures
    any_gaps: GapFigures
    mean_relays: FloatArray
    most_relays: NDArray[np.int64]
    least_range_km: FloatArray
    mean_range_km: FloatArray
    greatest_range_km: FloatArray


def global_coverage(
    network: Network,
    start_tdb_s: float,
    stop_tdb_s: float,
    step_s: float = GRID_STEP_S,
    cell_deg: float = 2.0,
) -> GridCoverage:
    """Coverage of the whole Moon in cells of equal degrees: 2 degrees give 90 by 180 places.

    Horizons are level at zero, or at the network's least elevation where that is higher.

    Raises
    ------
    UsageError
        For a stop that is not after the start, or a step or cell that is not positive.
    DataMissingError
        For epochs outside the ephemeris.
    """
    latitude, longitude = _middles(-90.0, 90.0, cell_deg), _middles(-180.0, 180.0, cell_deg)
    return grid_coverage(latitude * DEG, longitude * DEG, network, start_tdb_s, stop_tdb_s, step_s)


def grid_coverage(
    latitude_rad: FloatArray,
    longitude_rad: FloatArray,
    network: Network,
    start_tdb_s: float,
    stop_tdb_s: float,
    step_s: float = GRID_STEP_S,
) -> GridCoverage:
    """Coverage at every pair of latitudes (A,) and east longitudes (B,) on the sphere of 1737.4 km; errors as above."""
    if not (stop_tdb_s > start_tdb_s and step_s > 0.0):
        message = "coverage needs a stop after the start and a positive step"
        raise UsageError(message)
    count = int(np.ceil((stop_tdb_s - start_tdb_s) / step_s))
    step = (stop_tdb_s - start_tdb_s) / count
    scene = scene_of(network.relays, network.stations, start_tdb_s + step * (np.arange(count) + 0.5), network.masks)
    figures = _covered(_places_me_km(latitude_rad, longitude_rad), scene, max(0.0, network.least_elevation_rad))
    columns = np.moveaxis(figures.reshape(len(latitude_rad), len(longitude_rad), kernel.FIGURES), -1, 0)
    direct, relayed, any_path = (
        columns[4 * kind : 4 * kind + 4] for kind in (kernel.DIRECT, kernel.RELAYED, kernel.ANY)
    )
    return GridCoverage(
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        start_tdb_s=start_tdb_s,
        stop_tdb_s=stop_tdb_s,
        step_s=step,
        names=network.names,
        direct_share=1.0 - direct[kernel.TOTAL] / count,
        relayed_share=1.0 - relayed[kernel.TOTAL] / count,
        any_share=1.0 - any_path[kernel.TOTAL] / count,
        direct_gaps=_gap_figures(direct, step),
        relayed_gaps=_gap_figures(relayed, step),
        any_gaps=_gap_figures(any_path, step),
        mean_relays=columns[kernel.MEAN_RELAYS],
        most_relays=columns[kernel.MOST_RELAYS].astype(np.int64),
        least_range_km=columns[kernel.LEAST_RANGE],
        mean_range_km=columns[kernel.MEAN_RANGE],
        greatest_range_km=columns[kernel.GREATEST_RANGE],
    )


def _middles(first_deg: float, last_deg: float, cell_deg: float) -> FloatArray:
    """Middles of cells that fill a range, at most so large."""
    if not cell_deg > 0.0:
        message = f"cells of a coverage map must be positive, not {cell_deg:g} deg"
        raise UsageError(message)
    count = int(np.ceil((last_deg - first_deg) / cell_deg - 1e-9))
    middles: FloatArray = first_deg + (np.arange(count) + 0.5) * (last_deg - first_deg) / count
    return middles


def _places_me_km(latitude_rad: FloatArray, longitude_rad: FloatArray) -> FloatArray:
    """Places (A B, 3) on the sphere."""
    latitude, longitude = (angle.ravel() for angle in np.meshgrid(latitude_rad, longitude_rad, indexing="ij"))
    level = np.cos(latitude)
    place: FloatArray = R_MOON_KM * np.stack(
        [level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=-1
    )
    return place


def _covered(places_km: FloatArray, scene: Scene, least_rad: float) -> FloatArray:
    """Figures (P, FIGURES) of places."""
    earth_km = scene.earth.seen_from(0.0)
    stations, ups, floors = _station_tables(scene, earth_km)
    figures = np.empty((len(places_km), kernel.FIGURES))

    def part(first: int) -> None:
        some = slice(first, first + _PLACES_AT_ONCE)
        cover_places(
            places_km[some],
            earth_km,
            stations,
            ups,
            floors,
            scene.relays_me_km,
            scene.backhaul_rad >= 0.0,
            float(_signed_square(np.sin(least_rad))),
            figures[some],
        )

    map_threads(part, range(0, len(places_km), _PLACES_AT_ONCE))
    return figures


def _station_tables(scene: Scene, earth_km: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stations and their verticals (G, n, 3), and the signed square of the sine of their floor (G, n).

    A station's own horizon is taken in the direction of the Moon's centre, a quarter of a degree from any place on it.
    """
    shape = (len(scene.stations), len(earth_km), 3)
    places = np.array([earth_km + station.offset_me_km for station in scene.stations]).reshape(shape)
    ups = np.array([station.axes_me[:, 2] for station in scene.stations]).reshape(shape)
    floors = [station.floor_rad(-place) for station, place in zip(scene.stations, places, strict=True)]
    return places, np.ascontiguousarray(ups), _signed_square(np.sin(np.array(floors).reshape(shape[:2])))


def _signed_square(value: FloatArray | float) -> FloatArray:
    square: FloatArray = value * np.abs(value)
    return square


def _gap_figures(columns: FloatArray, step_s: float) -> GapFigures:
    count = columns[kernel.COUNT]
    mean = columns[kernel.TOTAL] / np.maximum(count, 1.0)
    return GapFigures(
        count.astype(np.int64), step_s * columns[kernel.LONGEST], step_s * mean, step_s * columns[kernel.P95]
    )
