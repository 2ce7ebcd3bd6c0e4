"""Launch-day rules: when pad, launcher and lane may launch at all.

Margins as in sim.window.constraints: functions ``(lane, days, flights) -> (M,)``, zero or more where the rule is kept.
All but ``liftoff_light`` depend on the day alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_rotation_angle, pole_and_intermediate
from sim.astro.ephemeris import Ephemeris
from sim.catalog.models import DaySpan, Season
from sim.scenario.resolve import ResolvedLane
from sim.units import DAY_S, DEG
from sim.window.candidates import Candidates

FloatArray = NDArray[np.float64]
Days = NDArray[np.datetime64]

SUNRISE_DEG = -0.833
"""Elevation of the Sun's centre at rise and set: 34' of refraction and a radius of 16' (Explanatory Supplement to the
Astronomical Almanac, 2013, section 12.2)."""

SUN_STEP_S = 0.25 * DAY_S
"""The Sun's direction is taken as linear between nodes so far apart: 0.1 arcseconds."""


def _days_number(days: Days, when: date) -> FloatArray:
    """Days from ``when`` to each day."""
    number: FloatArray = (days - np.datetime64(when)).astype(np.float64)
    return number


def availability(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days inside the time that lane, launcher and lander are all there."""
    margin = np.full(len(days), np.inf)
    if lane.available_from is not None:
        margin = np.minimum(margin, _days_number(days, lane.available_from))
    if lane.available_until is not None:
        margin = np.minimum(margin, -_days_number(days, lane.available_until))
    return margin[flights.day]


def turnaround(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days beyond the turnaround, the longer of pad and launcher, from the nearest date booked at the pad."""
    return _apart(lane.launch_site.booked, days, max(lane.turnaround_s / DAY_S, 1.0))[flights.day]


def days_between_launches(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days beyond the least time to the lane's dated launches and to the pad's booked ones."""
    least = (lane.lane.constraints.days_between_launches_s or 0.0) / DAY_S
    return _apart((*lane.lane.launched, *lane.launch_site.booked), days, least)[flights.day]


def _apart(taken: Sequence[date], days: Days, least_d: float) -> FloatArray:
    """Distance (N,) of each day from the nearest date that is taken, less the least, days."""
    distances = [np.abs(_days_number(days, when)) for when in taken]
    nearest: FloatArray = np.min([np.full(len(days), np.inf), *distances], axis=0)
    return nearest - least_d


def season(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days inside the launch seasons of pad and lane, 0 on a season's first and last; negative: days away from one."""
    margins = [_inside_season(seasons, days) for seasons in (lane.launch_site.seasons, lane.lane.seasons) if seasons]
    margin: FloatArray = np.min([np.full(len(days), np.inf), *margins], axis=0)
    return margin[flights.day]


def _inside_season(seasons: Sequence[Season], days: Days) -> FloatArray:
    # A year to either side: the nearest season may begin in the next one.
    around = np.arange(np.min(days) - np.timedelta64(366, "D"), np.max(days) + np.timedelta64(367, "D"))
    held = np.array([any(one.holds(when) for one in seasons) for when in around.astype(object)])
    return _inside(held)[np.searchsorted(around, days)]


def _inside(held: NDArray[np.bool_]) -> FloatArray:
    """Days (N,) to the end of a held run, or, negative, to the nearest held day; infinite where nothing changes."""
    numbers = np.arange(len(held), dtype=np.float64)
    return np.where(held, _nearest(numbers, ~held) - 1.0, -_nearest(numbers, held))


def _nearest(numbers: FloatArray, marked: NDArray[np.bool_]) -> FloatArray:
    """Distance (N,) to the nearest marked number; infinite without any."""
    at = numbers[marked]
    if len(at) == 0:
        return np.full(len(numbers), np.inf)
    after = np.searchsorted(at, numbers)
    left, right = at[np.clip(after - 1, 0, None)], at[np.clip(after, None, len(at) - 1)]
    return np.minimum(np.abs(numbers - left), np.abs(numbers - right))


def blackout(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Days outside the blackouts of pad and lane, at least 1; negative inside: days to move to get out of it."""
    spans: tuple[DaySpan, ...] = (*lane.launch_site.blackout, *lane.lane.blackout)
    if not spans:
        return np.full(len(flights.day), np.inf)
    first = min([np.min(days), *(np.datetime64(span.start) for span in spans)]) - np.timedelta64(1, "D")
    last = max([np.max(days), *(np.datetime64(span.end) for span in spans)]) + np.timedelta64(2, "D")
    around = np.arange(first, last)
    barred = np.zeros(len(around), bool)
    for span in spans:
        barred |= (around >= np.datetime64(span.start)) & (around <= np.datetime64(span.end))
    # A day inside needs to move past the last barred day: its distance to the nearest free one.
    numbers = np.arange(len(around), dtype=np.float64)
    margin = np.where(barred, -_nearest(numbers, ~barred), _nearest(numbers, barred))
    return margin[np.searchsorted(around, days)][flights.day]


def liftoff_light(lane: ResolvedLane, days: Days, flights: Candidates) -> FloatArray:
    """Degrees of Sun above (day) or below (night) ``SUNRISE_DEG`` at the pad at lift-off; NaN without a lift-off."""
    elevation = pad_sun_elevation_rad(lane, flights.liftoff_tdb_s) / DEG
    above = elevation - SUNRISE_DEG
    return -above if lane.lane.constraints.liftoff_light == "night" else above


def pad_sun_elevation_rad(lane: ResolvedLane, t_tdb_s: FloatArray) -> FloatArray:
    """Elevation (M,) of the Sun's centre over the pad's level plane at epochs (M,), without refraction; NaN for NaN.

    Geometric from the Earth's centre: parallax (9 arcseconds), aberration (20) and light time left out.
    """
    elevation = np.full(t_tdb_s.shape, np.nan)
    known = np.isfinite(t_tdb_s)
    if not known.any():
        return elevation
    t = t_tdb_s[known]
    sun = _sun_intermediate(t)
    angle = earth_rotation_angle(t) + lane.launch_site.longitude_deg * DEG
    latitude = lane.launch_site.latitude_deg * DEG
    across = np.cos(latitude) * (np.cos(angle) * sun[:, 0] + np.sin(angle) * sun[:, 1])
    elevation[known] = np.arcsin(np.clip(across + np.sin(latitude) * sun[:, 2], -1.0, 1.0))
    return elevation


def _sun_intermediate(t_tdb_s: FloatArray) -> FloatArray:
    """Directions to the Sun (M, 3) in the celestial intermediate frame of date, from nodes ``SUN_STEP_S`` apart."""
    first = np.floor(t_tdb_s.min() / SUN_STEP_S)
    nodes = SUN_STEP_S * np.arange(first, np.floor(t_tdb_s.max() / SUN_STEP_S) + 2)
    sun, _ = Ephemeris.de440().sun_geocentric(nodes)
    turned = np.einsum("nij,nj->ni", pole_and_intermediate(nodes)[1], sun / np.linalg.norm(sun, axis=1)[:, None])
    return np.stack([np.interp(t_tdb_s, nodes, turned[:, axis]) for axis in range(3)], axis=1)
