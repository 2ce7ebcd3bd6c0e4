"""Why a day is closed, in words and as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sim.scenario.resolve import ResolvedLane
from sim.units import DAY_S, MINUTE_S
from sim.window.explain import in_words, rounded_up
from sim.window.relax import relaxed
from sim.window.types import Relaxation
from sim.window.why import LOOK_DAYS, ConstraintState, DayExplained

Setting = Callable[[ResolvedLane], tuple[str, str]]


def why_text(lane: ResolvedLane, explained: DayExplained) -> str:
    """Explanation of a day as lines for the screen."""
    return "\n".join(_lines(lane, explained)) + "\n"


def why_document(lane: ResolvedLane, explained: DayExplained) -> dict[str, Any]:
    """Explanation of a day for ``--json``."""
    return {
        "lane": explained.lane,
        "day": str(explained.day),
        "feasible": explained.feasible,
        "closed_by": list(explained.closed_by),
        "relaxations": [
            {
                "constraint": each.constraint,
                "amount": float(rounded_up(each.amount)),
                "unit": each.unit,
                "set": setting(lane, each),
            }
            for each in explained.relaxations
        ],
        "constraints": [
            {
                "name": each.name,
                "description": each.description,
                "kept": each.kept,
                "margin": float(f"{each.margin:.6g}") if np.isfinite(each.margin) else None,
                "unit": each.unit,
            }
            for each in explained.constraints
        ],
        "open_before": None if explained.open_before is None else str(explained.open_before),
        "open_after": None if explained.open_after is None else str(explained.open_after),
    }


def _lines(lane: ResolvedLane, explained: DayExplained) -> Iterator[str]:
    if explained.feasible:
        yield f"{explained.lane} is open on {explained.day}: one flight or more keeps every constraint"
    else:
        reasons = _listed(explained.closed_by) or "no flight at all"
        yield f"{explained.lane} is closed on {explained.day} by {reasons}"
    yield ""
    yield "the best any flight of the day does, each by itself:"
    yield from _table([_state_row(each, explained.closed_by) for each in explained.constraints])
    if any(each.kept and each.name in explained.closed_by for each in explained.constraints):
        yield "  (APART: some flight keeps it, but none that keeps the others as well)"
    yield ""
    if not explained.feasible:
        yield from _relaxation_lines(lane, explained)
    yield f"nearest open days: {_neighbour(explained, -1)}, {_neighbour(explained, 1)}"


def _relaxation_lines(lane: ResolvedLane, explained: DayExplained) -> Iterator[str]:
    if not explained.relaxations:
        several = "several constraints bind at once" if len(explained.closed_by) > 1 else "none is small enough"
        yield f"no single relaxation that was tried opens it: {several}"
    else:
        yield "any one of these opens it (each was applied and tried; a tenth less does not do), the smallest first:"
        rows = [(f"  {in_words(each)}", _try(lane, each)) for each in explained.relaxations]
        yield from _table(rows)
    yield ""


def _try(lane: ResolvedLane, relaxation: Relaxation) -> str:
    change = setting(lane, relaxation)
    return f"--set '{change}'" if change else ""


def _listed(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _state_row(state: ConstraintState, closed_by: Sequence[str]) -> tuple[str, ...]:
    mark = "  BROKEN" if not state.kept else "  APART " if state.name in closed_by else "  kept  "
    return mark, state.name, _margin(state), state.description


def _margin(state: ConstraintState) -> str:
    if np.isnan(state.margin):
        return "no flight to ask"
    if np.isinf(state.margin) or not state.unit:
        return ""
    digits = "+.0f" if abs(state.margin) >= 1e4 else "+.4g"
    return f"{state.margin:{digits}} {state.unit}"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _neighbour(explained: DayExplained, side: int) -> str:
    day, word = (explained.open_before, "before") if side < 0 else (explained.open_after, "after")
    if day is None and explained.looked_through[side > 0]:
        return f"none {word} in the horizon"
    if day is None:
        return f"none in the nearest {LOOK_DAYS} days {word}"
    distance = abs(int((day - explained.day).astype(int)))
    return f"{day} ({distance} d {word})"


def setting(lane: ResolvedLane, relaxation: Relaxation) -> str:
    """Relaxation as the scenario would say it (``key=value`` of ``--set``), empty where it has no such key."""
    changed = relaxed(lane, relaxation.constraint, float(rounded_up(relaxation.amount)))
    if changed is None or relaxation.constraint not in SETTINGS:
        return ""
    key, value = SETTINGS[relaxation.constraint](changed)
    return f"{key}={value}"


def _band(pair: tuple[float, float] | None, unit: str, factor: float = 1.0) -> str:
    low, high = pair or (0.0, 0.0)
    return f"[{low / factor:.6g} {unit}, {high / factor:.6g} {unit}]"


def _of_lane(key: str, value: Callable[[ResolvedLane], str]) -> Setting:
    return lambda lane: (f"lanes.{lane.id}.{key}", value(lane))


def _sun(lane: ResolvedLane) -> tuple[str, str]:
    asked = lane.lane.constraints
    name = "sun_elevation" if asked.sun_above_horizon_deg is None else "sun_above_horizon"
    band = asked.sun_above_horizon_deg or asked.sun_elevation_deg
    return f"lanes.{lane.id}.constraints.{name}", _band(band, "deg")


def _azimuth(lane: ResolvedLane) -> tuple[str, str]:
    return f"catalog.launch_sites.{lane.launch_site.id}.azimuth_range", _band(lane.launch_site.azimuth_range_deg, "deg")


def _inclinations(lane: ResolvedLane) -> tuple[str, str]:
    allowed = ", ".join(f"{each:.6g} deg" for each in lane.launch_site.allowed_inclinations_deg or ())
    return f"catalog.launch_sites.{lane.launch_site.id}.allowed_inclinations", f"[{allowed}]"


SETTINGS: dict[str, Setting] = {
    "azimuth": _azimuth,
    "declination_reach": _inclinations,
    "coast": _of_lane("constraints.coast", lambda lane: _band(lane.coast_s, "min", MINUTE_S)),
    "time_of_flight": _of_lane(
        "transfer.time_of_flight", lambda lane: _band(lane.lane.transfer.time_of_flight_s, "d", DAY_S)
    ),
    "injection_energy": _of_lane(
        "constraints.max_c3", lambda lane: f"{lane.lane.constraints.max_c3_km2_s2:.6g} km2/s2"
    ),
    "insertion_dv": _of_lane(
        "constraints.max_insertion_dv", lambda lane: f"{lane.lane.constraints.max_insertion_dv_m_s:.6g} m/s"
    ),
    "landed_mass": _of_lane(
        "constraints.min_landed_payload", lambda lane: f"{lane.lane.constraints.min_landed_payload_kg:.6g} kg"
    ),
    "eclipse_in_transit": _of_lane(
        "constraints.max_eclipse", lambda lane: f"{(lane.lane.constraints.max_eclipse_s or 0.0) / MINUTE_S:.6g} min"
    ),
    "cross_range": _of_lane("constraints.cross_range", lambda lane: f"{lane.cross_range_deg:.6g} deg"),
    "loiter": _of_lane("staging.loiter", lambda lane: _band(lane.lane.staging.loiter_s, "d", DAY_S)),
    "sun_at_landing": _sun,
    "light_after_landing": _of_lane(
        "constraints.lit_after_landing",
        lambda lane: f"{(lane.lane.constraints.lit_after_landing_s or 0.0) / DAY_S:.6g} d",
    ),
}
"""Where a relaxed limit stands in a scenario: key and value, from the relaxed lane."""
