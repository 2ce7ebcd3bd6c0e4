"""When a day's launch window opens and closes: along the headings of the best flight's plane and time of flight.

Where a heading is open and its neighbour is not, the limit lies where the first margin that breaks, taken as linear
between the two, crosses zero: within a minute or so. ``launch_curve`` gives the whole curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def launch_span(
    liftoff_tdb_s: FloatArray, azimuth_rad: FloatArray, margins: FloatArray, best: int
) -> tuple[float, float, float, float]:
    """Lift-off at opening and closing (TDB s) and the azimuths there (rad), of the open run around heading ``best``.

    Parameters
    ----------
    liftoff_tdb_s, azimuth_rad : ndarray (F,)
        In order of heading; lift-off NaN where nothing flies, azimuth without jumps.
    margins : ndarray (C, F)
        Zero or more is satisfied, NaN unknown.
    best : int
        A heading that is open.
    """
    is_open = np.all(margins >= 0.0, axis=0)
    low = high = best
    while low > 0 and is_open[low - 1]:
        low -= 1
    while high + 1 < len(is_open) and is_open[high + 1]:
        high += 1
    points = [(float(liftoff_tdb_s[k]), float(azimuth_rad[k])) for k in range(low, high + 1)]
    for edge, beyond in ((low, low - 1), (high, high + 1)):
        if 0 <= beyond < len(is_open) and np.isfinite(liftoff_tdb_s[beyond]):
            share = _share(margins[:, edge], margins[:, beyond])
            points.append(
                (
                    float(liftoff_tdb_s[edge] + share * (liftoff_tdb_s[beyond] - liftoff_tdb_s[edge])),
                    float(azimuth_rad[edge] + share * (azimuth_rad[beyond] - azimuth_rad[edge])),
                )
            )
    opening, closing = min(points), max(points)
    return opening[0], closing[0], opening[1] % (2.0 * np.pi), closing[1] % (2.0 * np.pi)


def _share(inner: FloatArray, outer: FloatArray) -> float:
    """Share of the step to the closed neighbour at which the first of its broken margins crosses zero."""
    broken = outer < 0.0
    if not broken.any() or np.isnan(outer).any() or not np.isfinite(inner[broken]).all():
        return 0.0
    return float(np.min(inner[broken] / (inner[broken] - outer[broken])))
