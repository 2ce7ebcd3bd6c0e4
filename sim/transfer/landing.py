"""When a lander that waits in its staging orbit can land: passes abeam the site, in reach and in the right light.

Geometry. With h the orbit's unit normal and s the site's unit vector (both ICRF), the site lies ``asin(h . s)`` beside
the plane: the cross-range a descent has to make up. Each turn offers one chance: the descent begins from the circle at
the height of perilune, entered at a perilune passage, and the landing epoch is when the lander, moving along that circle,
first comes abeam of the site (its angle from perilune equals that of the site's projection on the plane)::

                  perilune  p           landing = perilune passage + angle (p -> site) / circle rate
                     *  <--- insertion
                 .       .
               .           o  abeam the site s; powered descent takes place around here
                 .       .
                     *               the plane regresses about the Moon's pole, the site turns with the Moon

Simplifications. Touchdown differs from the abeam epoch by the braking time, 5 to 15 minutes (0.1 degrees of Sun). For a
circular staging orbit the circle is the orbit and nothing else is simplified; from an ellipse the lander first drops to
the circle at perilune, which costs what ``descent`` charges and takes less than one turn of that circle. A landing is a
question of waiting only: nobody adjusts the period to make a pass fall better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.constants import MOON_ROTATION_RAD_S
from sim.jit import jit, prange
from sim.transfer.landing_light import (
    Band,
    LightTable,
    SiteLight,
    best_light_between,
    best_of_cell_range,
    cell_of,
    light_at,
    light_margin,
    light_table,
    site_at,
)
from sim.transfer.staging import StagingMotion, orbit_axes_icrf, staging_motion

__all__ = ["LANDING_REASONS", "LandingChances", "LandingRule", "SiteLight", "first_landing"]

FloatArray = NDArray[np.float64]

LANDS, NO_LIGHT, OUT_OF_PLANE, NEVER_TOGETHER, NO_FLIGHT, OUTSIDE_GRID = range(6)
LANDING_REASONS = (
    "lands",
    "Sun never as asked within the loiter range",
    "site never within cross-range during the loiter range",
    "site within cross-range only while the Sun is not as asked",
    "no flight arrives",
    "loiter range outside the dates of the site's light",
)

_TWO_PI = 2.0 * np.pi
_SLACK = 1.02  # site and plane turn by under 1 % of a revolution of a low orbit while the lander circles once
_SITE_RATE_RAD_S = 1.02 * MOON_ROTATION_RAD_S  # librations and the chords of the grid add less than 2 %
_SCAN_STEP_S = 43200.0  # cross-range is a sine of a month's period: 12 h leave its crossings known to minutes


@dataclass(frozen=True, slots=True)
class LandingRule:
    """What a landing must satisfy: how long to wait, how far beside the plane, and the Sun (None: any).

    A loiter range shorter than one turn is widened to one turn from its start, so that "no loiter" means the first pass.
    """

    loiter_s: tuple[float, float]
    cross_range_rad: float
    sun_elevation_rad: Band = None
    sun_above_horizon_rad: Band = None


@dataclass(frozen=True, slots=True)
class LandingChances:
    """First feasible landing of N flights and how near the others come.

    Attributes
    ----------
    reason : ndarray (N,) int8
        Index into ``LANDING_REASONS``; 0 lands.
    landing_tdb_s, loiter_s, cross_range_rad, sun_elevation_rad, sun_above_horizon_rad : ndarray (N,)
        Of the first feasible landing; NaN where there is none. Cross-range is not signed.
    best_light_margin_rad : ndarray (N,)
        Best margin of the Sun at any epoch of the loiter range; negative: short by that much; inf: not asked.
    best_cross_range_margin_rad : ndarray (N,)
        Best of (limit - cross-range) over the passes of the loiter range.
    light_in_plane_margin_rad : ndarray (N,)
        Best light margin over the passes within cross-range: at the landing where the flight lands, negative where
        light and plane are never right together, NaN otherwise.
    """

    reason: NDArray[np.int8]
    landing_tdb_s: FloatArray
    loiter_s: FloatArray
    cross_range_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    best_light_margin_rad: FloatArray
    best_cross_range_margin_rad: FloatArray
    light_in_plane_margin_rad: FloatArray


class _Orbit(NamedTuple):
    """One staging orbit as the kernels take it: epoch, axes, rates."""

    start_tdb_s: float
    normal: FloatArray
    apsis: FloatArray
    pole: FloatArray
    turn_s: float
    node_rate: float
    apsis_rate: float
    circle_rate: float


class _Span(NamedTuple):
    """Loiter range as epochs, and the sine of the cross-range limit."""

    start_tdb_s: float
    stop_tdb_s: float
    sine_limit: float


def first_landing(
    arrival_tdb_s: FloatArray,
    perilune_state_icrf: FloatArray,
    moon_pole_icrf: FloatArray,
    perilune_radius_km: float,
    apolune_radius_km: float,
    light: SiteLight,
    rule: LandingRule,
) -> LandingChances:
    """Find for N flights the first pass that can land, and the best margins within the loiter range.

    Parameters
    ----------
    arrival_tdb_s : ndarray (N,)
        Insertion at perilune, TDB seconds past J2000; NaN where no flight arrives.
    perilune_state_icrf : ndarray (N, 6)
        Moon-centred state there; its plane and apsis line are taken over by the staging orbit.
    moon_pole_icrf : ndarray (3,) or (N, 3)
        The Moon's pole (third row of its axes at arrival); it moves 0.04 degrees in 25 days.
    perilune_radius_km, apolune_radius_km : float
        Of the staging orbit.
    light : SiteLight
    rule : LandingRule
    """
    arrival = np.ascontiguousarray(arrival_tdb_s, dtype=np.float64)
    normal, apsis = orbit_axes_icrf(np.ascontiguousarray(perilune_state_icrf, dtype=np.float64))
    pole = np.ascontiguousarray(np.broadcast_to(np.asarray(moon_pole_icrf, dtype=np.float64), normal.shape))
    cos_inclination = np.einsum("ij,ij->i", normal, pole)
    motion = staging_motion(perilune_radius_km, apolune_radius_km, cos_inclination)
    table = light_table(light, rule.sun_elevation_rad, rule.sun_above_horizon_rad)
    limits = np.array([rule.loiter_s[0], rule.loiter_s[1], np.sin(min(rule.cross_range_rad, 0.5 * np.pi))])
    return _chances(arrival, normal, apsis, pole, motion, table, limits)


def _chances(
    arrival: FloatArray,
    normal: FloatArray,
    apsis: FloatArray,
    pole: FloatArray,
    motion: StagingMotion,
    table: LightTable,
    limits: FloatArray,
) -> LandingChances:
    reason = np.empty(arrival.shape, np.int8)
    out = np.empty((8, arrival.size))
    rates = np.stack((motion.turn_s, motion.node_rate_rad_s, motion.apsis_rate_rad_s, motion.circle_rate_rad_s), axis=-1)
    _search_flights(arrival, normal, apsis, pole, rates, table, limits, reason, out)
    return LandingChances(reason, *out)


@jit()
def _site_in_orbit(orbit, light, t_tdb_s):  # type: ignore[no-untyped-def]
    """Site in the axes (perilune at insertion, along the motion, normal) of the orbit, regression taken out."""
    x, y, z = site_at(light, t_tdb_s)
    pole, h, p = orbit.pole, orbit.normal, orbit.apsis
    turn = -orbit.node_rate * (t_tdb_s - orbit.start_tdb_s)
    c, s = np.cos(turn), np.sin(turn)
    along = (1.0 - c) * (pole[0] * x + pole[1] * y + pole[2] * z)
    rx = c * x + s * (pole[1] * z - pole[2] * y) + along * pole[0]
    ry = c * y + s * (pole[2] * x - pole[0] * z) + along * pole[1]
    rz = c * z + s * (pole[0] * y - pole[1] * x) + along * pole[2]
    qx, qy, qz = h[1] * p[2] - h[2] * p[1], h[2] * p[0] - h[0] * p[2], h[0] * p[1] - h[1] * p[0]
    return (
        p[0] * rx + p[1] * ry + p[2] * rz,
        qx * rx + qy * ry + qz * rz,
        h[0] * rx + h[1] * ry + h[2] * rz,
    )


@jit()
def _angle_ahead(orbit, light, t_tdb_s, moved_rad):  # type: ignore[no-untyped-def]
    """Angle from a lander that has moved ``moved_rad`` since the perilune of insertion to the site, [-pi, pi)."""
    a, b, _ = _site_in_orbit(orbit, light, t_tdb_s)
    angle = np.arctan2(b, a) - moved_rad
    return angle - _TWO_PI * np.floor(angle / _TWO_PI + 0.5)


@jit()
def _landing_of_turn(orbit, light, turn):  # type: ignore[no-untyped-def]
    """Epoch of the first abeam passage after perilune passage number ``turn``, and the sine of the cross-range.

    One Newton step with the measured drift of the site leaves under a millisecond for a low orbit.
    """
    perilune = orbit.start_tdb_s + turn * orbit.turn_s
    apsis_moved = orbit.apsis_rate * (perilune - orbit.start_tdb_s)
    ahead = _angle_ahead(orbit, light, perilune, apsis_moved)
    if ahead < 0.0:
        ahead += _TWO_PI
    wait = ahead / orbit.circle_rate
    left = _angle_ahead(orbit, light, perilune + wait, apsis_moved + ahead)
    drift = left / wait if wait > 1.0 else 0.0
    landing = perilune + wait + left / (orbit.circle_rate - drift)
    _, _, sine = _site_in_orbit(orbit, light, landing)
    return landing, sine


@jit()
def _turn_before(orbit, t_tdb_s):  # type: ignore[no-untyped-def]
    """Last turn that certainly lands before an epoch, or 0: from it on no landing after the epoch is missed."""
    elapsed = t_tdb_s - orbit.start_tdb_s - _SLACK * _TWO_PI / orbit.circle_rate
    return max(0, int(np.floor(elapsed / orbit.turn_s)))


@jit()
def _site_speed(orbit):  # type: ignore[no-untyped-def]
    """No site changes its sine of cross-range faster than this, 1/s."""
    return _SITE_RATE_RAD_S + abs(orbit.node_rate)


@jit()
def _next_lit_turn(orbit, light, turn, landing):  # type: ignore[no-untyped-def]
    """Turn to try after a dark pass: the next one, or the first near the next lit cell."""
    cell, _ = cell_of(light, landing)
    lit = light.next_lit[cell]
    if lit == cell:
        return turn + 1
    return max(turn + 1, _turn_before(orbit, light.start_tdb_s + lit * light.step_s))


@jit()
def _first_feasible(orbit, light, span):  # type: ignore[no-untyped-def]
    """First landing with light inside the span, NaN when none, and its sine of cross-range."""
    turn = _turn_before(orbit, span.start_tdb_s)
    while True:
        landing, sine = _landing_of_turn(orbit, light, turn)
        if landing > span.stop_tdb_s:
            return np.nan, np.nan
        outside = abs(sine) - span.sine_limit
        if landing < span.start_tdb_s:
            turn += 1
        elif outside > 0.0:
            turn = max(turn + 1, _turn_before(orbit, landing + outside / _site_speed(orbit)))
        else:
            elevation, above = light_at(light, landing)
            if light_margin(light.bands_rad, elevation, above) >= 0.0:
                return landing, sine
            turn = _next_lit_turn(orbit, light, turn, landing)


@jit()
def _best_light_in_plane(orbit, light, span):  # type: ignore[no-untyped-def]
    """Best light margin over the passes in reach; turns that cannot better it are skipped unseen."""
    best = -np.inf
    turn = _turn_before(orbit, span.start_tdb_s)
    while orbit.start_tdb_s + turn * orbit.turn_s <= span.stop_tdb_s:
        perilune = orbit.start_tdb_s + turn * orbit.turn_s
        first, _ = cell_of(light, perilune)
        last, _ = cell_of(light, perilune + _SLACK * _TWO_PI / orbit.circle_rate)
        turn += 1
        if best_of_cell_range(light, first, last) <= best:
            continue
        landing, sine = _landing_of_turn(orbit, light, turn - 1)
        outside = abs(sine) - span.sine_limit
        if outside > 0.0:
            turn = max(turn, _turn_before(orbit, landing + outside / _site_speed(orbit)))
        elif span.start_tdb_s <= landing <= span.stop_tdb_s:
            elevation, above = light_at(light, landing)
            best = max(best, light_margin(light.bands_rad, elevation, above))
    return best


@jit()
def _least_sine_near(orbit, light, span, t_tdb_s, least):  # type: ignore[no-untyped-def]
    """Smallest |sine of cross-range| of the passes next to an epoch and inside the span, or ``least``."""
    turn = max(0, _turn_before(orbit, t_tdb_s) - 1)
    for number in range(turn, turn + 5):
        landing, sine = _landing_of_turn(orbit, light, number)
        if span.start_tdb_s <= landing <= span.stop_tdb_s:
            least = min(least, abs(sine))
        if landing > t_tdb_s + orbit.turn_s:
            break
    return least


@jit()
def _least_sine(orbit, light, span):  # type: ignore[no-untyped-def]
    """Smallest |sine of cross-range| over the passes of the span.

    The cross-range is scanned coarsely; passes are evaluated at both ends of the span and where it vanishes or turns.
    """
    count = max(2, int(np.ceil((span.stop_tdb_s - span.start_tdb_s) / _SCAN_STEP_S)))
    step = (span.stop_tdb_s - span.start_tdb_s) / count
    least = _least_sine_near(orbit, light, span, span.start_tdb_s, np.inf)
    least = _least_sine_near(orbit, light, span, span.stop_tdb_s - orbit.turn_s, least)
    _, _, f0 = _site_in_orbit(orbit, light, span.start_tdb_s)
    _, _, f1 = _site_in_orbit(orbit, light, span.start_tdb_s + step)
    if f0 * f1 < 0.0:
        least = _least_sine_near(orbit, light, span, span.start_tdb_s + step * f0 / (f0 - f1), least)
    for number in range(2, count + 1):
        t = span.start_tdb_s + number * step
        _, _, f2 = _site_in_orbit(orbit, light, t)
        if f1 * f2 < 0.0:
            least = _least_sine_near(orbit, light, span, t + step * f2 / (f1 - f2), least)
        elif abs(f1) < min(abs(f0), abs(f2)) and f0 * f1 > 0.0 and abs(f1) < least:
            vertex = 0.5 * (f0 - f2) / (f0 - 2.0 * f1 + f2)
            least = _least_sine_near(orbit, light, span, t + step * (vertex - 1.0), least)
        f0, f1 = f1, f2
    return least


@jit()
def _search(orbit, light, span, result):  # type: ignore[no-untyped-def]
    """Fill the eight results of one flight; returns its reason."""
    result[5] = best_light_between(light, span.start_tdb_s, span.stop_tdb_s)
    result[6] = np.arcsin(span.sine_limit) - np.arcsin(min(1.0, _least_sine(orbit, light, span)))
    if result[5] < 0.0:
        return NO_LIGHT
    landing, sine = _first_feasible(orbit, light, span)
    if landing == landing:  # not NaN
        elevation, above = light_at(light, landing)
        result[0], result[1], result[2] = landing, landing - orbit.start_tdb_s, np.arcsin(min(1.0, abs(sine)))
        result[3], result[4] = elevation, above
        result[7] = light_margin(light.bands_rad, elevation, above)
        return LANDS
    result[7] = _best_light_in_plane(orbit, light, span)
    if result[7] == -np.inf:
        result[7] = np.nan
        return OUT_OF_PLANE
    return NEVER_TOGETHER


@jit(parallel=True)
def _search_flights(arrival, normal, apsis, pole, rates, light, limits, reason, out):  # type: ignore[no-untyped-def]
    """Search every flight by itself: its digits depend on no neighbour and no thread."""
    grid_stop = light.start_tdb_s + light.step_s * light.next_lit.size
    for i in prange(arrival.size):
        result = np.full(8, np.nan)
        orbit = _Orbit(
            arrival[i], normal[i], apsis[i], pole[i], rates[i, 0], rates[i, 1], rates[i, 2], rates[i, 3]
        )
        start = arrival[i] + limits[0]
        span = _Span(start, max(arrival[i] + limits[1], start + rates[i, 0]), limits[2])
        if not np.isfinite(arrival[i] + normal[i, 0] + apsis[i, 0]):
            reason[i] = NO_FLIGHT
        elif arrival[i] < light.start_tdb_s or span.stop_tdb_s > grid_stop:
            reason[i] = OUTSIDE_GRID
        else:
            reason[i] = _search(orbit, light, span, result)
        out[:, i] = result
