"""What the search of landings asks of a site's light and contact: at an epoch, and at best within a span of time."""

from __future__ import annotations

import numpy as np

from sim.jit import jit
from sim.transfer.landing_light import (
    BROKEN,
    CONTACT_SCALE_RAD,
    LIGHT_LEFT_SCALE_S,
    LIGHT_SCALE_RAD,
    FloatArray,
    LightTable,
    SitePath,
    SunTrack,
    Vector,
    best_in_cell,
    light_margin,
)


@jit()
def _best_in_part(light: LightTable, cell: int, x_from: float, x_to: float) -> float:
    elevation, above = light.sun_elevation_rad, light.sun_above_horizon_rad
    best = best_in_cell(
        light.bands_rad, elevation[cell], elevation[cell + 1], above[cell], above[cell + 1], x_from, x_to
    )
    margin: float = min(best, light.most_margin_rad[cell])
    return margin


@jit()
def cell_of(start_tdb_s: float, step_s: float, cells: int, t_tdb_s: float) -> tuple[int, float]:
    """Cell of an epoch, clamped to the grid, and the fraction of the cell that has passed."""
    x = (t_tdb_s - start_tdb_s) / step_s
    cell = min(max(int(np.floor(x)), 0), cells - 1)
    return cell, x - cell


@jit()
def _cell(light: LightTable, t_tdb_s: float) -> tuple[int, float]:
    return cell_of(light.start_tdb_s, light.step_s, light.next_lit.size, t_tdb_s)


@jit()
def best_of_cell_range(table: FloatArray, first: int, last: int) -> float:
    """Best value of a range table in the cells first..last inclusive, in constant time; -inf when there are none."""
    if last < first:
        return -np.inf
    power = 0
    while (2 << power) <= last - first + 1:
        power += 1
    best: float = max(table[power, first], table[power, last + 1 - (1 << power)])
    return best


@jit()
def best_light_between(light: LightTable, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Best light margin at any epoch from start to stop, exactly."""
    first, x_first = _cell(light, start_tdb_s)
    last, x_last = _cell(light, stop_tdb_s)
    if first == last:
        return _best_in_part(light, first, x_first, x_last)
    ends = max(_best_in_part(light, first, x_first, 1.0), _best_in_part(light, last, 0.0, x_last))
    return max(ends, best_of_cell_range(light.range_best, first + 1, last - 1))


@jit()
def sun_of(light: LightTable) -> SunTrack:
    """Return the Sun's part of a table."""
    return SunTrack(
        light.start_tdb_s,
        light.step_s,
        light.sun_elevation_rad,
        light.sun_above_horizon_rad,
        light.bands_rad,
        light.most_margin_rad,
    )


@jit()
def light_at(sun: SunTrack, t_tdb_s: float) -> tuple[float, float]:
    """Sun's elevation and height above the horizon at an epoch, linear between grid points."""
    elevation, above = sun.sun_elevation_rad, sun.sun_above_horizon_rad
    cell, x = cell_of(sun.start_tdb_s, sun.step_s, elevation.size - 1, t_tdb_s)
    return (
        elevation[cell] + x * (elevation[cell + 1] - elevation[cell]),
        above[cell] + x * (above[cell + 1] - above[cell]),
    )


@jit()
def path_of(light: LightTable) -> SitePath:
    """Return the site's path alone: tables are passed by value, and a pass needs no more."""
    return SitePath(light.start_tdb_s, light.step_s, light.site_unit_icrf)


@jit()
def site_at(path: SitePath, t_tdb_s: float) -> Vector:
    """Site vector at an epoch, linear between grid points, as three numbers."""
    cell, x = cell_of(path.start_tdb_s, path.step_s, path.site_unit_icrf.shape[0] - 1, t_tdb_s)
    a, b = path.site_unit_icrf[cell], path.site_unit_icrf[cell + 1]
    return a[0] + x * (b[0] - a[0]), a[1] + x * (b[1] - a[1]), a[2] + x * (b[2] - a[2])


@jit()
def light_left_at(light: LightTable, t_tdb_s: float) -> float:
    """Time from an epoch until the Sun's centre sinks below the horizon; 0 in the dark."""
    _, above = light_at(sun_of(light), t_tdb_s)
    if above < 0.0:
        return 0.0
    cell, _ = _cell(light, t_tdb_s)
    left: float = min(light.dark_from_tdb_s[cell] - t_tdb_s, light.longest_left_s)
    return left


@jit()
def contact_at(light: LightTable, t_tdb_s: float) -> float:
    """Contact over the 15 minutes before an epoch, rad above the horizon; infinite where none is asked."""
    contact = light.contact_rad
    if contact.size == 0:
        return np.inf
    x = (t_tdb_s - light.start_tdb_s) / light.contact_step_s
    point = min(max(int(np.floor(x)), 0), contact.size - 2)
    height: float = contact[point] + (x - point) * (contact[point + 1] - contact[point])
    return height


@jit()
def more_margins_at(light: LightTable, t_tdb_s: float) -> tuple[float, float]:
    """Margins at an epoch of light left (s) and contact (rad); infinite where not asked."""
    return light_left_at(light, t_tdb_s) - light.lit_after_s, contact_at(light, t_tdb_s)


@jit()
def light_margin_at(sun: SunTrack, t_tdb_s: float) -> float:
    """How far inside its bands the Sun stands at an epoch, rad; ``ECLIPSED_RAD`` in an eclipse."""
    elevation, above = light_at(sun, t_tdb_s)
    cell, _ = cell_of(sun.start_tdb_s, sun.step_s, sun.most_margin_rad.size, t_tdb_s)
    margin: float = min(light_margin(sun.bands_rad, elevation, above), sun.most_margin_rad[cell])
    return margin


@jit()
def more_as_asked(light: LightTable, t_tdb_s: float) -> bool:
    """Whether light left and contact are as asked."""
    left, seen = more_margins_at(light, t_tdb_s)
    return left >= 0.0 and seen >= 0.0


@jit()
def merit_of(light_rad: float, left_s: float, contact_rad: float) -> float:
    """Light margin where all margins are well; otherwise less the worse: broken conditions count first."""
    trouble = 0.0
    if light_rad < 0.0:
        trouble += BROKEN - light_rad / LIGHT_SCALE_RAD
    if left_s < 0.0:
        trouble += BROKEN - left_s / LIGHT_LEFT_SCALE_S
    if contact_rad < 0.0:
        trouble += BROKEN - contact_rad / CONTACT_SCALE_RAD
    return -trouble if trouble > 0.0 else light_rad


@jit()
def best_left_between(light: LightTable, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Most light left at any epoch from start to stop: at the start, or at a sunrise."""
    first, _ = _cell(light, start_tdb_s)
    last, _ = _cell(light, stop_tdb_s)
    best = max(light_left_at(light, start_tdb_s), best_of_cell_range(light.range_left, first + 1, last - 1))
    for cell in (first, last):
        low, high = light.sun_above_horizon_rad[cell], light.sun_above_horizon_rad[cell + 1]
        if low < 0.0 <= high:
            rise = light.start_tdb_s + light.step_s * (cell + low / (low - high))
            if start_tdb_s <= rise <= stop_tdb_s:
                best = max(best, min(light.dark_from_tdb_s[cell] - rise, light.longest_left_s))
        elif low >= 0.0 and first < cell:
            best = max(best, light_left_at(light, light.start_tdb_s + light.step_s * cell))
    return best


@jit()
def _best_contact_of_points(light: LightTable, start_tdb_s: float, stop_tdb_s: float) -> float:
    best = max(contact_at(light, start_tdb_s), contact_at(light, stop_tdb_s))
    x = (start_tdb_s - light.start_tdb_s) / light.contact_step_s
    y = (stop_tdb_s - light.start_tdb_s) / light.contact_step_s
    for point in range(max(0, int(np.ceil(x))), min(int(np.floor(y)) + 1, light.contact_rad.size)):
        best = max(best, light.contact_rad[point])
    return best


@jit()
def best_contact_between(light: LightTable, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Best contact at any epoch from start to stop; infinite where none is asked."""
    if light.contact_rad.size == 0:
        return np.inf
    first, _ = _cell(light, start_tdb_s)
    last, _ = _cell(light, stop_tdb_s)
    if last - first < 2:
        return _best_contact_of_points(light, start_tdb_s, stop_tdb_s)
    inner_start = light.start_tdb_s + light.step_s * (first + 1)
    inner_stop = light.start_tdb_s + light.step_s * last
    ends = max(
        _best_contact_of_points(light, start_tdb_s, inner_start), _best_contact_of_points(light, inner_stop, stop_tdb_s)
    )
    return max(ends, best_of_cell_range(light.range_contact, first + 1, last - 1))
