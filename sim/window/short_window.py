"""Open and close of the day's launch window where a pad flies fixed inclinations: the time that yaw steering buys.

The launcher's reserve for steering, or as much of it as the flight's masses allow, sets how far from the moment of the
plane it may lift off; the loss grows with the square of that time (``sim.transfer.steering``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.constants import EARTH_ROTATION_RAD_S, GM_EARTH_KM3_S2
from sim.scenario.resolve import ResolvedLane
from sim.transfer.launch import LaunchProblem
from sim.transfer.pad import parking_speed_km_s
from sim.transfer.steering import STEERING_RESERVE_KM_S, Climb, steering_limits_rad
from sim.units import DAY_S
from sim.window.candidates import Candidates
from sim.window.constraints import margins
from sim.window.evaluate import reweighed

FloatArray = NDArray[np.float64]


def climb_of(problem: LaunchProblem) -> Climb:
    """Return the ascent of a problem."""
    radius = problem.parking_radius_km
    return Climb(radius, parking_speed_km_s(radius), problem.ascent_s, problem.downrange_rad)


def short_spans(
    lane: ResolvedLane, problem: LaunchProblem, day: NDArray[np.datetime64], best: Candidates
) -> tuple[FloatArray, FloatArray]:
    """Lift-off (B,) at opening and closing around each best flight, within its UTC day."""
    early, late = steering_limits_rad(problem.headings, climb_of(problem))
    reach = np.sqrt(_affordable_share(lane, problem, day, best))
    opens = best.liftoff_tdb_s + reach * early[best.heading] / EARTH_ROTATION_RAD_S
    closes = best.liftoff_tdb_s + reach * late[best.heading] / EARTH_ROTATION_RAD_S
    midnight = problem.day_tdb_s[best.day]
    return np.maximum(opens, midnight), np.minimum(closes, midnight + DAY_S - 1e-3)


def _affordable_share(
    lane: ResolvedLane, problem: LaunchProblem, day: NDArray[np.datetime64], best: Candidates
) -> FloatArray:
    """Share of the reserve (B,) that can be spent before a margin of mass is gone, margins taken as linear in it."""
    escape2 = 2.0 * GM_EARTH_KM3_S2 / problem.parking_radius_km
    speed = np.sqrt(best.c3_for_mass_km2_s2 + escape2) + STEERING_RESERVE_KM_S
    before, after = margins(lane, day, best), margins(lane, day, reweighed(lane, best, speed**2 - escape2))
    lost = after < 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(lost, before / (before - after), 1.0)
    least: FloatArray = np.clip(np.nan_to_num(np.min(share, axis=0)), 0.0, 1.0)
    return least
