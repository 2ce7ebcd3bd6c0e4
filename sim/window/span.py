"""When a day's launch window opens and closes: along the headings of the best flight's plane and time of flight.

The days are searched at a few headings. Between one that is open and its neighbour that is not, the limit is where the
least margin, taken as linear, crosses zero: a few minutes off at most. ``launch_curve`` gives the whole curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]


def launch_spans(flights: Candidates, best: NDArray[np.int64], least_margin: FloatArray, shape: tuple[int, ...],
                 continuous: bool) -> FloatArray:
    """Lift-off at opening and closing (TDB s) and the azimuths there (rad), (4, B).

    Parameters
    ----------
    flights : Candidates
        All flights of a problem in grid order, ``shape`` (days, headings, injections, times of flight, approaches).
    best : ndarray (B,)
        Numbers of the best flights.
    least_margin : ndarray (M,)
        Least margin of each flight over its constraints, in units of their scales; NaN where a margin is not known.
    continuous : bool
        Whether the pad may fly headings between those searched; otherwise a window is an instant.
    """
    if not continuous or len(best) == 0:
        at = flights.liftoff_tdb_s[best], flights.azimuth_rad[best]
        return np.stack([at[0], at[0], at[1], at[1]])
    headings = shape[1]
    day, heading, injection, time, approach = np.unravel_index(best, shape)
    rows = np.arange(headings)[:, None]
    grid = np.ravel_multi_index((day[None], rows, injection[None], time[None], approach[None]), shape)
    liftoff, margin = flights.liftoff_tdb_s[grid], least_margin[grid]
    azimuth = np.unwrap(flights.azimuth_rad[grid], axis=0)
    low, high = _open_run(margin >= 0.0, heading)
    ends = [_end(liftoff, azimuth, margin, low, -1), _end(liftoff, azimuth, margin, high, 1)]
    times, angles = np.stack([end[0] for end in ends]), np.stack([end[1] for end in ends])
    inside = (rows >= low) & (rows <= high)
    times = np.concatenate([times, np.where(inside, liftoff, np.nan)])
    angles = np.concatenate([angles, azimuth])
    column = np.arange(len(best))
    first, last = np.nanargmin(times, axis=0), np.nanargmax(times, axis=0)
    turned = angles % (2.0 * np.pi)
    return np.stack([times[first, column], times[last, column], turned[first, column], turned[last, column]])


def _open_run(is_open: NDArray[np.bool_], heading: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last heading of the open run around each best one."""
    low, high = heading.copy(), heading.copy()
    column = np.arange(len(heading))
    for _ in range(len(is_open)):
        below, above = np.maximum(low - 1, 0), np.minimum(high + 1, len(is_open) - 1)
        low = np.where(is_open[below, column], below, low)
        high = np.where(is_open[above, column], above, high)
    return low, high


def _end(liftoff: FloatArray, azimuth: FloatArray, margin: FloatArray, edge: NDArray[np.int64],
         step: int) -> tuple[FloatArray, FloatArray]:
    """Lift-off and azimuth where the margin crosses zero beyond ``edge``; the edge itself where nothing is known there."""
    column = np.arange(len(edge))
    beyond = np.clip(edge + step, 0, len(liftoff) - 1)
    inner, outer = margin[edge, column], margin[beyond, column]
    known = (beyond != edge) & np.isfinite(outer) & (outer < 0.0) & np.isfinite(liftoff[beyond, column])
    share = np.where(known, inner / np.where(known, inner - outer, 1.0), 0.0)
    here, there = (edge, column), (beyond, column)
    time_gap = np.where(known, liftoff[there] - liftoff[here], 0.0)
    return liftoff[here] + share * time_gap, azimuth[here] + share * np.where(known, azimuth[there] - azimuth[here], 0.0)
