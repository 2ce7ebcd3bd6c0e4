"""Kernel: rays over elevation models, keeping the steepest tangent of elevation along each.

The figures of a grid come as in ``MapGrid.row``, those of the pixels as ``(metres per unit, metres at zero, missing)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.jit import jit

FloatArray = NDArray[np.float64]


@jit(inline=True)
def _line_and_column(grid: FloatArray, x: float, y: float, z: float) -> tuple[float, float]:
    """Pixel, not rounded, in the direction (x, y, z), a unit vector on ME axes."""
    near = x * grid[1] + y * grid[2]
    aside = y * grid[1] - x * grid[2]
    if grid[0] == 0.0:
        return grid[3] + grid[5] * math.asin(min(1.0, max(-1.0, z))), grid[4] + grid[6] * math.atan2(aside, near)
    f = 2.0 / max(1.0 + grid[0] * z, 1e-12)
    return grid[3] - grid[5] * grid[0] * f * near, grid[4] + grid[6] * f * aside


@jit(inline=True)
def _pixel_m(pixels: NDArray[Any], figures: FloatArray, line: int, column: int) -> float:
    raw = float(pixels[line, column])
    if raw == figures[2]:
        return math.nan
    return float(figures[1] + figures[0] * raw)


@jit(inline=True)
def _height_m(pixels: NDArray[Any], figures: FloatArray, grid: FloatArray, x: float, y: float, z: float) -> float:
    """Bilinear height (m) in a direction; NaN off the map and where one of the four pixels is missing.

    Half a pixel beyond the outermost centres the map still holds: it is taken as level there. A cylindrical map that
    goes all the way round joins at its seam.
    """
    lines, columns = pixels.shape
    line, column = _line_and_column(grid, x, y, z)
    joined = False
    if grid[0] == 0.0:
        around = 2.0 * math.pi * abs(grid[6])
        joined = abs(around - columns) < 1e-3
        column -= around * math.floor((column + 0.5) / around)
    if not (-0.5 <= line <= lines - 0.5 and -0.5 <= column <= columns - 0.5):
        return math.nan
    line = min(max(line, 0.0), lines - 1.0)
    if not joined:
        column = min(max(column, 0.0), columns - 1.0)
    low_line, low_column = math.floor(line), math.floor(column)
    share_line, share_column = line - low_line, column - low_column
    i, j = int(low_line), int(low_column)
    after_i, after_j = min(i + 1, lines - 1), j + 1
    if joined:
        j, after_j = j % columns, after_j % columns
    else:
        after_j = min(after_j, columns - 1)
    here, beside = _pixel_m(pixels, figures, i, j), _pixel_m(pixels, figures, i, after_j)
    below, across = _pixel_m(pixels, figures, after_i, j), _pixel_m(pixels, figures, after_i, after_j)
    upper, lower = here + share_column * (beside - here), below + share_column * (across - below)
    return float(upper + share_line * (lower - upper))


@jit()
def heights_m(pixels: NDArray[Any], figures: FloatArray, grid: FloatArray, directions: FloatArray) -> FloatArray:
    """Bilinear heights (n,), m, in directions (n, 3), unit vectors on ME axes; NaN where there is none."""
    found = np.empty(len(directions))
    for k in range(len(directions)):
        found[k] = _height_m(pixels, figures, grid, directions[k, 0], directions[k, 1], directions[k, 2])
    return found


@jit()
def march(
    pixels: NDArray[Any],
    figures: FloatArray,
    grid: FloatArray,
    axes: FloatArray,
    azimuths: FloatArray,
    arcs: FloatArray,
    first: int,
    last: int,
    eyes_km: FloatArray,
    steepest: FloatArray,
    seen: NDArray[np.bool_],
) -> None:
    """March rays over one elevation model, where no finer one was found before.

    Parameters
    ----------
    pixels : ndarray (lines, columns)
    figures, grid : ndarray (3,), (7,)
    axes : ndarray (3, 3)
        Rows east, north, up of the eye, ME.
    azimuths : ndarray (r,)
        Of the rays, rad.
    arcs : ndarray (s, 2)
        Cosine and sine of the angle at the Moon's centre from the eye to each sample.
    first, last : int
        The samples this model is asked for.
    eyes_km : ndarray (h,)
        Distances of the eyes from the Moon's centre.
    steepest : ndarray (r, h)
        Largest tangent of elevation so far; changed.
    seen : ndarray (r, s), bool
        Samples that have a height; changed.
    """
    for ray in range(len(azimuths)):
        sin_az, cos_az = math.sin(azimuths[ray]), math.cos(azimuths[ray])
        ahead_x = sin_az * axes[0, 0] + cos_az * axes[1, 0]
        ahead_y = sin_az * axes[0, 1] + cos_az * axes[1, 1]
        ahead_z = sin_az * axes[0, 2] + cos_az * axes[1, 2]
        for sample in range(first, last):
            if seen[ray, sample]:
                continue
            cosine, sine = arcs[sample, 0], arcs[sample, 1]
            x = cosine * axes[2, 0] + sine * ahead_x
            y = cosine * axes[2, 1] + sine * ahead_y
            z = cosine * axes[2, 2] + sine * ahead_z
            height = _height_m(pixels, figures, grid, x, y, z)
            if math.isnan(height):
                continue
            seen[ray, sample] = True
            radius_km = R_MOON_KM + 1e-3 * height
            up, level = radius_km * cosine, radius_km * sine
            for eye in range(len(eyes_km)):
                tangent = (up - eyes_km[eye]) / level
                steepest[ray, eye] = max(steepest[ray, eye], tangent)
