"""Elementary rotations of axes, as stacks of 3 by 3 matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def rotation_of_axes(axis: int, angle_rad: ArrayLike) -> FloatArray:
    """Matrix that gives a vector's components on axes turned by an angle about one of them.

    Parameters
    ----------
    axis : int
        0, 1 or 2: about x, y or z.
    angle_rad : float or ndarray (...)

    Returns
    -------
    ndarray (..., 3, 3)
        ``R1``, ``R2`` or ``R3`` of the astronomical literature (Explanatory Supplement 2013, section 7.2.4).
    """
    angle = np.asarray(angle_rad, dtype=np.float64)
    cosine, sine = np.cos(angle), np.sin(angle)
    second, third = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., axis, axis] = 1.0
    matrix[..., second, second] = cosine
    matrix[..., third, third] = cosine
    matrix[..., second, third] = sine
    matrix[..., third, second] = -sine
    return matrix


def east_north_up(latitude_rad: float, longitude_rad: float) -> FloatArray:
    """Rows east, north and up (3, 3), on body-fixed axes, of a place; at a pole the longitude says north."""
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    sin_lon, cos_lon = np.sin(longitude_rad), np.cos(longitude_rad)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


def euler_313(first_rad: ArrayLike, second_rad: ArrayLike, third_rad: ArrayLike) -> FloatArray:
    """``R3(third) R1(second) R3(first)``, written out because it is made for hundreds of thousands of epochs.

    Returns
    -------
    ndarray (..., 3, 3)
    """
    c1, s1 = np.cos(first_rad), np.sin(first_rad)
    c2, s2 = np.cos(second_rad), np.sin(second_rad)
    c3, s3 = np.cos(third_rad), np.sin(third_rad)
    matrix = np.empty((*np.shape(c1), 3, 3))
    matrix[..., 0, 0] = c3 * c1 - s3 * c2 * s1
    matrix[..., 0, 1] = c3 * s1 + s3 * c2 * c1
    matrix[..., 0, 2] = s3 * s2
    matrix[..., 1, 0] = -s3 * c1 - c3 * c2 * s1
    matrix[..., 1, 1] = -s3 * s1 + c3 * c2 * c1
    matrix[..., 1, 2] = c3 * s2
    matrix[..., 2, 0] = s2 * s1
    matrix[..., 2, 1] = -s2 * c1
    matrix[..., 2, 2] = c2
    return matrix


def rotated(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Apply matrices (..., 3, 3) to vectors (..., 3)."""
    product: FloatArray = np.einsum("...ij,...j->...i", matrix, vector)
    return product


def rotated_back(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Apply the transposes of matrices (..., 3, 3) to vectors (..., 3)."""
    product: FloatArray = np.einsum("...ji,...j->...i", matrix, vector)
    return product
