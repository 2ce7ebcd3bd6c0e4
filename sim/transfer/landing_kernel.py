"""The search of landings, flight by flight: kernels behind ``sim.transfer.landing``, which explains the geometry.

No pass is looked at without need. Out of reach, the next pass worth a look comes no sooner than the cross-range can
shrink to the limit at its greatest rate; in the dark, no sooner than the next lit cell of the site's light.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit
from sim.transfer.landing_light import FloatArray, LightTable, SitePath, Vector
from sim.transfer.landing_query import (
    best_contact_between,
    best_left_between,
    best_light_between,
    best_of_cell_range,
    cell_of,
    contact_at,
    light_at,
    light_left_at,
    light_margin_at,
    merit_of,
    more_as_asked,
    more_margins_at,
    path_of,
    site_at,
    sun_of,
)

LANDS, NO_LIGHT, OUT_OF_PLANE, NEVER_TOGETHER, NO_FLIGHT, OUTSIDE_GRID, TOO_SHORT_LIGHT, NO_CONTACT, NEVER_ALL = range(
    9
)

VALUES = 14
"""Of each flight: see ``search_flights``."""

_TWO_PI = 2.0 * np.pi
_SCAN_STEP_S = 43200.0  # cross-range is a sine of a month's period: 12 h leave its crossings known to minutes


class Orbit(NamedTuple):
    """One staging orbit: epoch and axes (ICRF) at insertion, rates of ``StagingMotion``, and two bounds.

    ``sine_rate``: the sine of cross-range never changes faster, 1/s. ``slack``: site, node and perilune shift a landing
    from one turn to the next by less than this factor of a turn.
    """

    start_tdb_s: float
    normal: Vector
    apsis: Vector
    pole: Vector
    turn_s: float
    node_rate: float
    apsis_rate: float
    circle_rate: float
    sine_rate: float
    slack: float


class Span(NamedTuple):
    """Loiter range as epochs, and the sine of the cross-range limit."""

    start_tdb_s: float
    stop_tdb_s: float
    sine_limit: float


@jit()
def _turned(axis: Vector, x: float, y: float, z: float, c: float, s: float) -> Vector:
    """Vector (x, y, z) turned about an axis by the angle of cosine c and sine s (Rodrigues)."""
    along = (1.0 - c) * (axis[0] * x + axis[1] * y + axis[2] * z)
    return (
        c * x + s * (axis[1] * z - axis[2] * y) + along * axis[0],
        c * y + s * (axis[2] * x - axis[0] * z) + along * axis[1],
        c * z + s * (axis[0] * y - axis[1] * x) + along * axis[2],
    )


@jit()
def _beside(path: SitePath, t_tdb_s: float, hx: float, hy: float, hz: float) -> float:
    """Sine of the angle of the site from the plane of normal (hx, hy, hz)."""
    x, y, z = site_at(path, t_tdb_s)
    return x * hx + y * hy + z * hz


@jit()
def _site_in_orbit(orbit: Orbit, path: SitePath, t_tdb_s: float, c: float, s: float) -> Vector:
    """Site in the axes (perilune of insertion, along the motion, normal) of the orbit; c, s undo the regression."""
    x, y, z = site_at(path, t_tdb_s)
    h, p = orbit.normal, orbit.apsis
    rx, ry, rz = _turned(orbit.pole, x, y, z, c, s)
    qx, qy, qz = h[1] * p[2] - h[2] * p[1], h[2] * p[0] - h[0] * p[2], h[0] * p[1] - h[1] * p[0]
    return (
        p[0] * rx + p[1] * ry + p[2] * rz,
        qx * rx + qy * ry + qz * rz,
        h[0] * rx + h[1] * ry + h[2] * rz,
    )


@jit()
def _regression(orbit: Orbit, elapsed_s: float) -> tuple[float, float]:
    """Cosine and sine of the turn about the pole that takes the plane back to that of insertion."""
    turn = -orbit.node_rate * elapsed_s
    return np.cos(turn), np.sin(turn)


@jit()
def _angle_between(a0: float, b0: float, a1: float, b1: float) -> float:
    """Angle from (a0, b0) to (a1, b1); a series (1e-8 rad) while it is small, which is nearly always."""
    across, along = a0 * b1 - b0 * a1, a0 * a1 + b0 * b1
    x = across / along
    if abs(x) < 0.03 and along > 0.0:
        return x * (1.0 - x * x / 3.0)
    angle: float = np.arctan2(across, along)
    return angle


@jit()
def _landing_of_turn(orbit: Orbit, path: SitePath, turn: int) -> tuple[float, float]:
    """Epoch of the first abeam passage after perilune passage number ``turn``, and the sine of the cross-range.

    One Newton step with the measured drift of the site leaves under a millisecond for a low orbit.
    """
    elapsed = turn * orbit.turn_s
    perilune = orbit.start_tdb_s + elapsed
    c, s = _regression(orbit, elapsed)
    a0, b0, sine0 = _site_in_orbit(orbit, path, perilune, c, s)
    ahead = np.arctan2(b0, a0) - orbit.apsis_rate * elapsed
    ahead -= _TWO_PI * np.floor(ahead / _TWO_PI)
    wait = ahead / orbit.circle_rate
    more = -orbit.node_rate * wait  # a milliradian: the turn goes on by its series
    level = 1.0 - 0.5 * more * more
    a, b, sine = _site_in_orbit(orbit, path, perilune + wait, c * level - s * more, s * level + c * more)
    left = _angle_between(a0, b0, a, b)
    if wait < 1.0:
        return perilune + wait + left / orbit.circle_rate, sine
    rest = left / (orbit.circle_rate - left / wait)
    return perilune + wait + rest, sine + (sine - sine0) * rest / wait


@jit()
def _turn_before(orbit: Orbit, t_tdb_s: float) -> int:
    """Last turn that certainly lands before an epoch, or 0: from it on no landing after the epoch is missed."""
    elapsed = t_tdb_s - orbit.start_tdb_s - orbit.slack * _TWO_PI / orbit.circle_rate
    return max(0, int(np.floor(elapsed / orbit.turn_s)))


@jit()
def _turns_ahead(orbit: Orbit, landing: float, t_tdb_s: float) -> int:
    """Count the turns that certainly pass from one landing before the landings after an epoch begin; at least one.

    Landings follow each other by a turn, give or take what the site moves along the orbit meanwhile.
    """
    return max(1, int(np.floor((t_tdb_s - landing) / (orbit.turn_s * orbit.slack))))


@jit()
def _turns_to_light(orbit: Orbit, light: LightTable, landing: float) -> int:
    """Count the turns to pass over after a dark pass: to the next one, or to the first near the next lit cell."""
    cell, _ = cell_of(light.start_tdb_s, light.step_s, light.next_lit.size, landing)
    lit = light.next_lit[cell]
    return _turns_ahead(orbit, landing, light.start_tdb_s + lit * light.step_s)


@jit()
def _first_feasible(orbit: Orbit, light: LightTable, span: Span) -> tuple[float, float]:
    """First landing with light and contact inside the span, NaN when none, and its sine of cross-range."""
    path, sun, asks_more = path_of(light), sun_of(light), light.range_left.size > 0
    turn = _turn_before(orbit, span.start_tdb_s)
    while True:
        landing, sine = _landing_of_turn(orbit, path, turn)
        if landing > span.stop_tdb_s:
            return np.nan, np.nan
        outside = abs(sine) - span.sine_limit
        if landing < span.start_tdb_s:
            turn += 1
        elif outside > 0.0:
            turn += _turns_ahead(orbit, landing, landing + outside / orbit.sine_rate)
        else:
            if light_margin_at(sun, landing) >= 0.0 and (not asks_more or more_as_asked(light, landing)):
                return landing, sine
            turn += _turns_to_light(orbit, light, landing)


@jit()
def _best_merit_of_turns(orbit: Orbit, path: SitePath, range_merit: FloatArray, turn: int, count: int) -> float:
    """No landing of these turns has a better merit than this."""
    perilune = orbit.start_tdb_s + turn * orbit.turn_s
    stop = perilune + (count - 1) * orbit.turn_s + orbit.slack * _TWO_PI / orbit.circle_rate
    cells = range_merit.shape[1]
    first, _ = cell_of(path.start_tdb_s, path.step_s, cells, perilune)
    last, _ = cell_of(path.start_tdb_s, path.step_s, cells, stop)
    return best_of_cell_range(range_merit, first, last)


@jit()
def _best_in_plane(orbit: Orbit, light: LightTable, span: Span) -> float:
    """Landing of best merit among the passes in reach, NaN when none is in reach.

    The merit is the light margin unless more is asked. Turns that cannot better it are passed over, by the dozen.
    """
    best, found = -np.inf, np.nan
    path, sun, asks_more = path_of(light), sun_of(light), light.range_left.size > 0
    turn = _turn_before(orbit, span.start_tdb_s)
    while orbit.start_tdb_s + turn * orbit.turn_s <= span.stop_tdb_s:
        if best > -np.inf and _best_merit_of_turns(orbit, path, light.range_merit, turn, 12) <= best:
            turn += 12
            continue
        landing, sine = _landing_of_turn(orbit, path, turn)
        outside = abs(sine) - span.sine_limit
        if span.start_tdb_s <= landing <= span.stop_tdb_s and outside <= 0.0:
            merit = light_margin_at(sun, landing)
            if asks_more:
                merit = merit_of(merit, *more_margins_at(light, landing))
            if merit > best:
                best, found = merit, landing
        turn += _turns_ahead(orbit, landing, landing + outside / orbit.sine_rate)
    return found


@jit()
def _least_sine_near(orbit: Orbit, path: SitePath, span: Span, t_tdb_s: float, least: float) -> float:
    """Smallest |sine of cross-range| of the passes next to an epoch and inside the span, or ``least``."""
    turn = _turn_before(orbit, t_tdb_s)
    for number in range(turn, turn + 5):
        landing, sine = _landing_of_turn(orbit, path, number)
        if span.start_tdb_s <= landing <= span.stop_tdb_s:
            least = min(least, abs(sine))
        if landing > t_tdb_s:
            break
    return least


@jit()
def _least_sine_at_ends(orbit: Orbit, path: SitePath, span: Span, f_start: float, f_stop: float, least: float) -> float:
    """As ``_least_sine_near`` for the first and last passes of the span, where these can be better than ``least``."""
    within = 3.0 * orbit.turn_s * orbit.sine_rate
    if abs(f_start) - within < least:
        least = _least_sine_near(orbit, path, span, span.start_tdb_s, least)
    if abs(f_stop) - within < least:
        least = _least_sine_near(orbit, path, span, span.stop_tdb_s, least)
    return least


@jit()
def _least_sine(orbit: Orbit, path: SitePath, span: Span) -> float:
    """Smallest |sine of cross-range| over the passes of the span.

    The cross-range is scanned coarsely; passes are evaluated where it vanishes or turns, and at the ends.
    """
    count = max(2, int(np.ceil((span.stop_tdb_s - span.start_tdb_s) / _SCAN_STEP_S)))
    step = (span.stop_tdb_s - span.start_tdb_s) / count
    c, s = _regression(orbit, orbit.start_tdb_s - span.start_tdb_s)
    x, y, z = _turned(orbit.pole, orbit.normal[0], orbit.normal[1], orbit.normal[2], c, s)
    c, s = _regression(orbit, -step)
    f_start = f0 = f1 = _beside(path, span.start_tdb_s, x, y, z)
    least = np.inf
    for number in range(1, count + 1):
        t = span.start_tdb_s + number * step
        x, y, z = _turned(orbit.pole, x, y, z, c, s)
        f2 = _beside(path, t, x, y, z)
        if f1 * f2 < 0.0:
            least = _least_sine_near(orbit, path, span, t + step * f2 / (f1 - f2), least)
        elif abs(f1) < min(abs(f0), abs(f2), least) and f0 * f1 > 0.0:
            vertex = 0.5 * (f0 - f2) / (f0 - 2.0 * f1 + f2)
            least = _least_sine_near(orbit, path, span, t + step * (vertex - 1.0), least)
        f0, f1 = f1, f2
    return _least_sine_at_ends(orbit, path, span, f_start, f1, least)


@jit()
def _never_more(light: LightTable, span: Span, result: FloatArray) -> int:
    """Fill the best margins of light left and contact in the span; the reason where one of them never will do."""
    result[10] = best_left_between(light, span.start_tdb_s, span.stop_tdb_s) - light.lit_after_s
    result[11] = best_contact_between(light, span.start_tdb_s, span.stop_tdb_s)
    if result[10] < 0.0:
        return TOO_SHORT_LIGHT
    return NO_CONTACT if result[11] < 0.0 else LANDS


@jit()
def _search(orbit: Orbit, light: LightTable, span: Span, result: FloatArray) -> int:
    """Fill the values of one flight; returns its reason."""
    result[5] = best_light_between(light, span.start_tdb_s, span.stop_tdb_s)
    result[6] = np.arcsin(span.sine_limit) - np.arcsin(min(1.0, _least_sine(orbit, path_of(light), span)))
    result[10] = result[11] = np.inf
    never = LANDS if light.range_left.size == 0 else _never_more(light, span, result)
    if result[5] < 0.0:
        return NO_LIGHT
    if never != LANDS:
        return never
    landing, sine = _first_feasible(orbit, light, span)
    if not np.isnan(landing):
        elevation, above = light_at(sun_of(light), landing)
        result[0], result[1], result[2] = landing, landing - orbit.start_tdb_s, np.arcsin(min(1.0, abs(sine)))
        result[3], result[4] = elevation, above
        result[8], result[9] = light_left_at(light, landing), contact_at(light, landing)
        result[7] = light_margin_at(sun_of(light), landing)
        result[12], result[13] = result[8] - light.lit_after_s, result[9]
        return LANDS
    landing = _best_in_plane(orbit, light, span)
    if np.isnan(landing):
        return OUT_OF_PLANE
    result[7] = light_margin_at(sun_of(light), landing)
    result[12], result[13] = more_margins_at(light, landing)
    return NEVER_TOGETHER if result[12] >= 0.0 and result[13] >= 0.0 else NEVER_ALL


@jit()
def _orbit_of(
    arrival: FloatArray, normal: FloatArray, apsis: FloatArray, pole: FloatArray, rates: FloatArray, i: int
) -> Orbit:
    h = (normal[i, 0], normal[i, 1], normal[i, 2])
    p = (apsis[i, 0], apsis[i, 1], apsis[i, 2])
    z = (pole[i, 0], pole[i, 1], pole[i, 2])
    return Orbit(arrival[i], h, p, z, rates[i, 0], rates[i, 1], rates[i, 2], rates[i, 3], rates[i, 4], rates[i, 5])


@jit()
def search_flights(
    arrival: FloatArray,
    normal: FloatArray,
    apsis: FloatArray,
    pole: FloatArray,
    rates: FloatArray,
    light: LightTable,
    limits: FloatArray,
    reason: NDArray[np.int8],
    out: FloatArray,
) -> None:
    """Search every flight by itself: its digits depend on no neighbour and no thread.

    ``arrival`` (N,), ``normal``, ``apsis``, ``pole`` (N, 3), ``rates`` (N, 6) the last six fields of an orbit,
    ``limits`` (shortest and longest loiter, sine of the cross-range limit). Fills ``reason`` (N,) and ``out``
    (``VALUES``, N) in the order of the fields of ``LandingChances``.
    """
    grid_stop = light.start_tdb_s + light.step_s * light.next_lit.size
    for i in range(arrival.size):
        result = np.full(VALUES, np.nan)
        orbit = _orbit_of(arrival, normal, apsis, pole, rates, i)
        start = arrival[i] + limits[0]
        span = Span(start, max(arrival[i] + limits[1], start + rates[i, 0]), limits[2])
        if not np.isfinite(arrival[i] + normal[i, 0] + rates[i, 4]):
            reason[i] = NO_FLIGHT
        elif arrival[i] < light.start_tdb_s or span.stop_tdb_s > grid_stop:
            reason[i] = OUTSIDE_GRID
        else:
            reason[i] = _search(orbit, light, span, result)
        out[:, i] = result


@jit()
def list_passes(
    arrival: FloatArray,
    normal: FloatArray,
    apsis: FloatArray,
    pole: FloatArray,
    rates: FloatArray,
    light: LightTable,
    start: FloatArray,
    stop: FloatArray,
    revolution: NDArray[np.int64],
    out: FloatArray,
) -> None:
    """List every pass from ``start`` to ``stop`` (N,), whatever its light.

    Fills ``out`` (N, T, 6): landing epoch, sine of cross-range (signed), Sun's elevation and height above the horizon,
    light left, contact; what follows the last pass is left alone. ``revolution`` (N,): the turn of the first one.
    """
    for i in range(arrival.size):
        if not np.isfinite(arrival[i] + normal[i, 0] + rates[i, 4] + stop[i]):
            continue
        orbit = _orbit_of(arrival, normal, apsis, pole, rates, i)
        turn, count = _turn_before(orbit, start[i]), 0
        while count < out.shape[1]:
            landing, sine = _landing_of_turn(orbit, path_of(light), turn)
            if landing > stop[i]:
                break
            if landing >= start[i]:
                if count == 0:
                    revolution[i] = turn
                out[i, count, 0], out[i, count, 1] = landing, sine
                out[i, count, 2], out[i, count, 3] = light_at(sun_of(light), landing)
                out[i, count, 4], out[i, count, 5] = light_left_at(light, landing), contact_at(light, landing)
                count += 1
            turn += 1
