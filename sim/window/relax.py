"""A lane with one constraint relaxed: what "opens by 2 degrees of Sun" means, so that it can be applied and tried.

Every constraint that has a limit in the scenario or the catalogue has a function ``(lane, amount) -> lane`` here, the
amount in the constraint's own unit. A constraint without one (no lift-off on that date, no flight found) cannot be
relaxed. ``relaxed`` gives the lane, or None where asking for less makes no sense (a payload below nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.catalog.days import DaySpan, Season, joined
from sim.catalog.models import Launcher, TliPoint
from sim.catalog.performance import Level, injected_mass_kg
from sim.scenario.resolve import ResolvedLane
from sim.transfer.pad import azimuth_span_deg
from sim.units import DAY_S, MINUTE_S
from sim.window.plan import LONGEST_FLIGHT_S

SHORTEST_FLIGHT_S = 2.2 * DAY_S

WIDEST_C3_KM2_S2 = (-6.0, 6.0)
"""Injections to the Moon and well beyond; a launcher's curve is sampled that far."""
C3_STEP_KM2_S2 = 0.05
"""Chords of the rocket equation between such points are off by less than 0.1 kg."""

BY_WHOLE_DAYS = frozenset({"availability", "season", "blackout"})
"""Constraints whose limits are dates."""

Relaxed = Callable[[ResolvedLane, float], ResolvedLane | None]
Band = tuple[float, float]


def relaxed(lane: ResolvedLane, constraint: str, amount: float) -> ResolvedLane | None:
    """Return the lane with one constraint relaxed by ``amount`` of its unit; None where that cannot be."""
    change = RELAXED.get(constraint)
    return None if change is None else change(lane, amount)


def with_constraints(lane: ResolvedLane, **update: Any) -> ResolvedLane:
    """Return the lane with other limits."""
    constraints = lane.lane.constraints.model_copy(update=update)
    return replace(lane, lane=lane.lane.model_copy(update={"constraints": constraints}))


def _wider(band: Band | None, amount: float) -> Band | None:
    return None if band is None else (band[0] - amount, band[1] + amount)


def _days(amount: float) -> timedelta:
    """Whole days: less than a day moves no date."""
    return timedelta(days=amount // 1)


def _shifted(day: date | None, by: timedelta) -> date | None:
    return None if day is None else day + by


def _availability(lane: ResolvedLane, amount: float) -> ResolvedLane:
    parts: dict[str, Any] = {"launcher": lane.launcher, "lander": lane.lander, "lane": lane.lane}
    longer: dict[str, Any] = {
        name: part.model_copy(
            update={
                "available_from": _shifted(part.available_from, -_days(amount)),
                "available_until": _shifted(part.available_until, _days(amount)),
            }
        )
        for name, part in parts.items()
    }
    return replace(lane, **longer)


def _turnaround(lane: ResolvedLane, amount: float) -> ResolvedLane:
    shorter = {"turnaround_s": max(0.0, lane.turnaround_s - amount * DAY_S)}
    return replace(
        lane,
        launcher=lane.launcher.model_copy(update=shorter),
        launch_site=lane.launch_site.model_copy(update=shorter),
    )


def _azimuth(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    limits = lane.launch_site.azimuth_range_deg
    if limits is None:
        return None
    low, high = limits
    if azimuth_span_deg(limits) >= 360.0:
        return None
    span = azimuth_span_deg(limits) + 2.0 * amount
    wider = (0.0, 360.0) if span >= 360.0 else ((low - amount) % 360.0, (high + amount) % 360.0)
    return replace(lane, launch_site=lane.launch_site.model_copy(update={"azimuth_range_deg": wider}))


def _declination_reach(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    allowed = lane.launch_site.allowed_inclinations_deg
    if allowed is None:
        return None
    steepest = max(min(each, 180.0 - each) for each in allowed)
    more = (*allowed, min(90.0, steepest + amount))
    return replace(lane, launch_site=lane.launch_site.model_copy(update={"allowed_inclinations_deg": more}))


def _coast(lane: ResolvedLane, amount: float) -> ResolvedLane:
    low, high = lane.coast_s
    return with_constraints(lane, coast_s=(max(0.0, low - amount * MINUTE_S), high + amount * MINUTE_S))


def _time_of_flight(lane: ResolvedLane, amount: float) -> ResolvedLane:
    low, high = lane.lane.transfer.time_of_flight_s
    wider = (max(SHORTEST_FLIGHT_S, low - amount * DAY_S), min(LONGEST_FLIGHT_S, high + amount * DAY_S))
    transfer = lane.lane.transfer.model_copy(update={"time_of_flight_s": wider})
    return replace(lane, lane=lane.lane.model_copy(update={"transfer": transfer}))


def _injection_energy(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    limit = lane.lane.constraints.max_c3_km2_s2
    return None if limit is None else with_constraints(lane, max_c3_km2_s2=limit + amount)


def _heavier(figure: Any, amount: float) -> Any:
    return figure.model_copy(update={name: getattr(figure, name) + amount for name in ("value", "low", "high")})


def _launcher_mass(lane: ResolvedLane, amount: float) -> ResolvedLane:
    points = tuple(point.model_copy(update={"mass": _heavier(point.mass, amount)}) for point in _curve(lane.launcher))
    return replace(lane, launcher=lane.launcher.model_copy(update={"tli": points}))


def _curve(launcher: Launcher) -> Sequence[TliPoint]:
    """Points of what a launcher sends to the Moon; where the rocket equation goes beyond its table, points of that."""
    points = launcher.tli
    if launcher.upper_stage is None:
        return points
    below = np.arange(WIDEST_C3_KM2_S2[0], points[0].c3_km2_s2, C3_STEP_KM2_S2)
    above = np.arange(WIDEST_C3_KM2_S2[1], points[-1].c3_km2_s2, -C3_STEP_KM2_S2)[::-1]
    return (*_sampled(launcher, below), *points, *_sampled(launcher, above))


def _sampled(launcher: Launcher, c3_km2_s2: NDArray[np.float64]) -> Iterator[TliPoint]:
    levels: tuple[Level, ...] = ("value", "low", "high")
    masses = np.stack([injected_mass_kg(launcher, c3_km2_s2, level) for level in levels], axis=-1)
    point = launcher.tli[0]
    for c3, mass in zip(c3_km2_s2.tolist(), masses.tolist(), strict=True):
        figure = point.mass.model_copy(update=dict(zip(levels, mass, strict=True)))
        yield point.model_copy(update={"c3_km2_s2": c3, "mass": figure})


def _insertion_dv(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    limit = lane.lane.constraints.max_insertion_dv_m_s
    return None if limit is None else with_constraints(lane, max_insertion_dv_m_s=limit + amount)


def _propellant(lane: ResolvedLane, amount: float) -> ResolvedLane:
    stages = tuple(
        stage.model_copy(update={"propellant": _heavier(stage.propellant, amount)}) for stage in lane.lander.stages
    )
    return replace(lane, lander=lane.lander.model_copy(update={"stages": stages}))


def _landed_mass(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    least = lane.lane.constraints.min_landed_payload_kg
    return None if least is None or least < amount else with_constraints(lane, min_landed_payload_kg=least - amount)


def _cross_range(lane: ResolvedLane, amount: float) -> ResolvedLane:
    return with_constraints(lane, cross_range_deg=min(90.0, lane.cross_range_deg + amount))


def _sun(lane: ResolvedLane, amount: float) -> ResolvedLane:
    asked = lane.lane.constraints
    return with_constraints(
        lane,
        sun_elevation_deg=_wider(asked.sun_elevation_deg, amount),
        sun_above_horizon_deg=_wider(asked.sun_above_horizon_deg, amount),
    )


def _light_left(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    asked = lane.lane.constraints.lit_after_landing_s
    return None if asked is None else with_constraints(lane, lit_after_landing_s=max(0.0, asked - amount * DAY_S))


def _loiter(lane: ResolvedLane, amount: float) -> ResolvedLane:
    low, high = lane.lane.staging.loiter_s
    staging = lane.lane.staging.model_copy(update={"loiter_s": (low, high + amount * DAY_S)})
    return replace(lane, lane=lane.lane.model_copy(update={"staging": staging}))


def _eclipse(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    limit = lane.lane.constraints.max_eclipse_s
    return None if limit is None else with_constraints(lane, max_eclipse_s=limit + amount * MINUTE_S)


def _lower_masks(name: str) -> Relaxed:
    def change(lane: ResolvedLane, amount: float) -> ResolvedLane:
        lower: dict[str, Any] = {
            name: tuple(
                station.model_copy(update={"min_elevation_deg": station.min_elevation_deg - amount})
                for station in getattr(lane, name)
            )
        }
        return replace(lane, **lower)

    return change


def _launch_gap(lane: ResolvedLane, amount: float) -> ResolvedLane | None:
    gap = lane.lane.constraints.days_between_launches_s
    return None if gap is None else with_constraints(lane, days_between_launches_s=max(0.0, gap - amount * DAY_S))


def _longer(seasons: Sequence[Season], by: timedelta) -> tuple[Season, ...]:
    """Seasons that begin earlier and end later, at most a year long."""
    return tuple(season.longer(by.days) for season in seasons)


def _season(lane: ResolvedLane, amount: float) -> ResolvedLane:
    by = _days(amount)
    site = lane.launch_site.model_copy(update={"seasons": _longer(lane.launch_site.seasons, by)})
    return replace(
        lane, launch_site=site, lane=lane.lane.model_copy(update={"seasons": _longer(lane.lane.seasons, by)})
    )


def _blackout(lane: ResolvedLane, amount: float) -> ResolvedLane:
    """Blackouts of pad and lane, joined where they touch, begin later and end earlier; those that vanish are gone."""
    by = _days(amount)
    if not by:
        return lane
    ends = [(span.start + by, span.end - by) for span in joined((*lane.launch_site.blackout, *lane.lane.blackout))]
    shorter = tuple(DaySpan(start=start, end=end) for start, end in ends if start <= end)
    site = lane.launch_site.model_copy(update={"blackout": ()})
    return replace(lane, launch_site=site, lane=lane.lane.model_copy(update={"blackout": shorter}))


RELAXED: dict[str, Relaxed] = {
    "availability": _availability,
    "turnaround": _turnaround,
    "days_between_launches": _launch_gap,
    "season": _season,
    "blackout": _blackout,
    "azimuth": _azimuth,
    "declination_reach": _declination_reach,
    "coast": _coast,
    "time_of_flight": _time_of_flight,
    "injection_energy": _injection_energy,
    "launcher_mass": _launcher_mass,
    "insertion_dv": _insertion_dv,
    "propellant": _propellant,
    "landed_mass": _landed_mass,
    "eclipse_in_transit": _eclipse,
    "injection_in_sight": _lower_masks("injection_stations"),
    "cross_range": _cross_range,
    "loiter": _loiter,
    "sun_at_landing": _sun,
    "light_after_landing": _light_left,
}
"""How each constraint is relaxed, by its name."""
