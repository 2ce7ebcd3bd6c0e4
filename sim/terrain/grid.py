"""Where a direction from the Moon's centre falls on an elevation model: map projection and pixel grid in one.

On a sphere of unit radius a map is polar stereographic, x = f cos(lat) sin(lon - lon0), y = -pole f cos(lat)
cos(lon - lon0), f = 2 / (1 + pole sin(lat)) (Snyder 1987, USGS PP 1395, eqs 21-5 to 21-11 on the sphere; for the south
its radius is 2 tan(pi/4 + lat/2)), or simple cylindrical, x = lon - lon0, y = lat. Lines count down the map from 0,
columns to the right from 0; whole numbers are pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import R_MOON_KM
from sim.units import DEG, M_PER_KM

FloatArray = NDArray[np.float64]

SOUTH, CYLINDRICAL, NORTH = -1, 0, 1


@dataclass(frozen=True, slots=True)
class MapGrid:
    """Projection and pixels of an elevation model.

    Attributes
    ----------
    pole : int
        ``SOUTH`` or ``NORTH`` of a polar stereographic map, ``CYLINDRICAL`` otherwise.
    centre_longitude_rad : float
    origin_line, origin_column : float
        Where x and y are zero; may lie outside the map and between pixels.
    lines_per_unit, columns_per_unit : float
        Pixels to a unit of y and of x, the Moon's radius being one (to a radian of a cylindrical map); lines run
        against y, so the first is negative on a map with north up.
    """

    pole: int
    centre_longitude_rad: float
    origin_line: float
    origin_column: float
    lines_per_unit: float
    columns_per_unit: float

    @property
    def resolution_m(self) -> float:
        """Size of a pixel at the centre of the map (at the equator of a cylindrical one)."""
        return M_PER_KM * R_MOON_KM / min(abs(self.lines_per_unit), abs(self.columns_per_unit))

    def shifted(self, lines: int, columns: int) -> MapGrid:
        """Return the grid of a part that begins so many lines and columns further on."""
        return MapGrid(
            self.pole,
            self.centre_longitude_rad,
            self.origin_line - lines,
            self.origin_column - columns,
            self.lines_per_unit,
            self.columns_per_unit,
        )

    def row(self) -> FloatArray:
        """Return the figures as kernels take them (7,)."""
        return np.array(
            [
                self.pole,
                np.cos(self.centre_longitude_rad),
                np.sin(self.centre_longitude_rad),
                self.origin_line,
                self.origin_column,
                self.lines_per_unit,
                self.columns_per_unit,
            ]
        )


def unit_vector_me(latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> FloatArray:
    """Unit vectors (..., 3), ME axes, of latitudes and east longitudes (...)."""
    latitude, longitude = np.broadcast_arrays(
        np.asarray(latitude_rad, dtype=np.float64), np.asarray(longitude_rad, dtype=np.float64)
    )
    level = np.cos(latitude)
    return np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=-1)


def latitude_longitude_deg(grid: MapGrid, line: ArrayLike, column: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Latitude and east longitude (...), degrees, of pixels (...); longitude within 180 degrees of the map's centre."""
    x = (np.asarray(column, dtype=np.float64) - grid.origin_column) / grid.columns_per_unit
    y = (np.asarray(line, dtype=np.float64) - grid.origin_line) / grid.lines_per_unit
    if grid.pole == CYLINDRICAL:
        latitude, longitude = y, x
    else:
        latitude = grid.pole * (np.pi / 2.0 - 2.0 * np.arctan(np.hypot(x, y) / 2.0))
        longitude = np.arctan2(x, -grid.pole * y)
    return latitude / DEG, (longitude + grid.centre_longitude_rad) / DEG
