"""One launch day of a lane: its table of lift-offs, and why it is closed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.astro.ephemeris import Ephemeris
from sim.astro.time import tdb_s_from_utc, utc_days, utc_text
from sim.errors import UsageError
from sim.results.columns import LAUNCH_CURVE
from sim.results.tables import csv_text
from sim.scenario.loader import LoadedScenario
from sim.scenario.model import Scenario
from sim.scenario.resolve import ResolvedLane, resolve_lane
from sim.threads import set_jobs
from sim.units import DAY_S
from sim.window.launch_curve import LaunchCurve, launch_curve, no_launch
from sim.window.light import light_tables
from sim.window.plan import phasing_range_s
from sim.window.search import search_lanes
from sim.window.why import DayExplained, explain_day

MOST_ROWS = 20_000
"""Most lift-offs a launch table holds for one day."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of text, as a CSV file holds them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def launch_table(
    loaded: LoadedScenario,
    lane_id: str,
    day: str | None,
    arrival: str | None,
    step_s: float,
    *,
    jobs: int | None = None,
) -> Table:
    """Launch window of a lane: lift-off against azimuth, coast and injection.

    Parameters
    ----------
    day : str, optional
        UTC date; without it the first open day of the horizon, or with ``arrival`` every day that can reach it.
    arrival : str, optional
        UTC epoch of the perilune passage, which all launches then meet.
    step_s : float
        Step of lift-off times, from 00:00 UTC.
    """
    set_jobs(jobs)
    if DAY_S / step_s > MOST_ROWS:
        message = f"--step: {step_s:g} s makes {DAY_S / step_s:.0f} rows a day; take {DAY_S / MOST_ROWS:g} s or more"
        raise UsageError(message)
    lane = resolve_lane(loaded.scenario, lane_id)
    arrival_tdb_s = None if arrival is None else float(tdb_s_from_utc(arrival))
    blocks = []
    for one in _launch_days(lane, loaded.scenario, day, arrival_tdb_s):
        dates, epochs = utc_days(one, one)
        if arrival_tdb_s is not None and not _reaches(lane, float(epochs[0]), arrival_tdb_s):
            blocks.append(_curve_values(no_launch("time_of_flight")))
            continue
        light = light_tables([lane], epochs)[lane.id]
        blocks.append(_curve_values(launch_curve(lane, dates, epochs, light, step_s, arrival_tdb_s)))
    names = tuple(column.name for column in LAUNCH_CURVE)
    text = csv_text(LAUNCH_CURVE, blocks)
    return Table(names, tuple(tuple(row) for row in list(csv.reader(io.StringIO(text)))[1:]))


def explain_launch_day(
    loaded: LoadedScenario, lane_id: str, day: str, *, jobs: int | None = None
) -> tuple[ResolvedLane, DayExplained]:
    """Explain why a lane is closed on a UTC day (or that it is open), within its scenario's horizon or outside it."""
    set_jobs(jobs)
    lane = resolve_lane(loaded.scenario, lane_id)
    wanted, horizon = _date(day), loaded.scenario.horizon
    Ephemeris.de440().moon_geocentric(utc_days(wanted, wanted)[1])  # a day that it does not cover says so at once
    days, epochs = utc_days(min(horizon.start, wanted), max(horizon.end, wanted))
    number = int((np.datetime64(wanted) - days[0]).astype(int))
    return lane, explain_day(lane, days, epochs, number)


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        message = f"--day: {day!r} is no date; write it as 2031-04-05"
        raise UsageError(message) from None


def _launch_days(lane: ResolvedLane, scenario: Scenario, day: str | None, arrival_tdb_s: float | None) -> list[date]:
    if day is not None:
        return [_date(day)]
    if arrival_tdb_s is None:
        return [_first_open_day(lane, scenario)]
    shortest, longest = _liftoff_to_arrival_s(lane)
    first, last = (date.fromisoformat(utc_text(arrival_tdb_s - span)[:10]) for span in (longest, shortest))
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]


def _liftoff_to_arrival_s(lane: ResolvedLane) -> tuple[float, float]:
    """Shortest and longest time from lift-off to perilune."""
    fewest, most = phasing_range_s(lane)
    shortest, longest = lane.lane.transfer.time_of_flight_s
    return shortest + fewest, longest + most + lane.launcher.ascent_time_s + lane.coast_s[1]


def _reaches(lane: ResolvedLane, day_tdb_s: float, arrival_tdb_s: float) -> bool:
    """Whether some lift-off of the day can meet the arrival within the lane's times of flight, or nearly so."""
    shortest, longest = _liftoff_to_arrival_s(lane)
    earliest, latest = arrival_tdb_s - longest - DAY_S, arrival_tdb_s - shortest
    return day_tdb_s + DAY_S > earliest and day_tdb_s < latest


def _first_open_day(lane: ResolvedLane, scenario: Scenario) -> date:
    days, epochs = utc_days(scenario.horizon.start, scenario.horizon.end)
    light = light_tables([lane], epochs)
    for start in range(0, len(days), 64):
        part = slice(start, start + 64)
        found = search_lanes([lane], days[part], epochs[part], light, lambda *_: None)[lane.id]
        if found.verdict.feasible.any():
            return date.fromisoformat(str(days[part][int(np.argmax(found.verdict.feasible))]))
    return scenario.horizon.start


def _curve_values(curve: LaunchCurve) -> dict[str, Any]:
    """Values of the launch table's columns by source; one empty row where no launch flies at all."""
    flights = curve.flights
    if len(curve.feasible) == 0:
        words = {"feasible": [False], "closed_by": [curve.day_closed_by], "limit": [""]}
        return {"liftoff_tdb_s": np.array([np.nan]), **words} | {
            column.source: np.array([np.nan]) for column in LAUNCH_CURVE if column.kind not in {"text", "boolean"}
        }
    return {
        "liftoff_tdb_s": flights.liftoff_tdb_s,
        "azimuth_rad": flights.azimuth_rad,
        "parking_inclination_rad": flights.inclination_rad,
        "coast_s": flights.coast_s,
        "tli_tdb_s": flights.tli_tdb_s,
        "arrival_tdb_s": flights.arrival_tdb_s,
        "tof_s": flights.arrival_tdb_s - flights.tli_tdb_s,
        "c3_km2_s2": flights.c3_km2_s2,
        "tli_dv_km_s": flights.tli_dv_km_s,
        "loi_dv_km_s": flights.loi_dv_km_s,
        "feasible": curve.feasible.tolist(),
        "closed_by": curve.closed_by,
        "revolution": curve.revolution,
        "limit": curve.limit,
    }
