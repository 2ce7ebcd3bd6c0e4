"""The stages wired together: a scenario's lanes searched, written into a run folder, compared, one day tabled."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.astro.time import tdb_s_from_utc, utc_days, utc_text
from sim.catalog.loader import load_catalog
from sim.errors import UsageError
from sim.results.columns import LAUNCH_CURVE
from sim.results.compare import compare, write_comparison
from sim.results.dataset import RunHeader
from sim.results.flown import flight_track, write_flight_oem
from sim.results.node_cycle import write_node_cycle
from sim.results.provenance import provenance_document
from sim.results.report import write_comparison_report, write_report
from sim.results.run import Run, load_run, write_results
from sim.results.run_folder import resolved, run_folder
from sim.results.tables import csv_text
from sim.results.tracks import FlightTrack
from sim.scenario.explain import resolved_yaml
from sim.scenario.loader import LoadedScenario
from sim.scenario.model import Scenario
from sim.scenario.resolve import ResolvedLane, resolve_lane, resolve_lanes
from sim.threads import set_jobs
from sim.units import DAY_S
from sim.warm import compiling_beside
from sim.window.detail import detailed
from sim.window.launch_curve import LaunchCurve, launch_curve, no_launch
from sim.window.light import light_tables
from sim.window.node_cycle import node_cycles
from sim.window.search import search_lanes
from sim.window.types import LaneOutcome
from sim.window.why import DayExplained, explain_day
from sim.window.windows import lane_outcome

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
DrawRun = Callable[[Run, Path], list[Path]]
DrawCompare = Callable[[Sequence[Run], Path], list[Path]]

DrawCycle = Callable[[xr.Dataset, Path], list[Path]]

RUNS = Path("runs")

MOST_ROWS = 20_000
"""Most lift-offs a launch table holds for one day."""


def silent(label: str, done: int, total: int) -> None:
    """Progress that tells nothing."""


def folder_name(name: str) -> str:
    """Name of a scenario as a folder: lower case, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "run"


def find_windows(scenario: Scenario, progress: Progress = silent) -> tuple[LaneOutcome, ...]:
    """Search all launch days of all lanes of a scenario."""
    lanes = resolve_lanes(scenario)
    day, day_tdb_s = utc_days(scenario.horizon.start, scenario.horizon.end)
    progress("light at the landing sites", 0, 1)
    light = light_tables(lanes, day_tdb_s)
    progress("light at the landing sites", 1, 1)
    found = search_lanes(lanes, day, day_tdb_s, light, progress)
    outcomes = []
    for number, lane in enumerate(lanes, start=1):
        outcome = lane_outcome(lane, day, day_tdb_s, found[lane.id])
        outcomes.append(detailed(lane, outcome, light[lane.id]))
        progress("looking closely at the windows", number, len(lanes))
    return tuple(outcomes)


def fly_best(outcomes: Sequence[LaneOutcome], progress: Progress = silent) -> tuple[FlightTrack, ...]:
    """Fly the best flight of every window again, sampled."""
    windows = [window for outcome in outcomes for window in outcome.windows]
    tracks = []
    for number, window in enumerate(windows, start=1):
        tracks.append(flight_track(window.best))
        progress("flying the best flights", number, len(windows))
    return tuple(tracks)


def run_header(scenario: Scenario, lanes: Sequence[ResolvedLane]) -> RunHeader:
    """Title, horizon, site and owners of a scenario."""
    return RunHeader(
        name=scenario.name,
        purpose=scenario.purpose,
        as_of="" if scenario.as_of is None else scenario.as_of.isoformat(),
        start=scenario.horizon.start.isoformat(),
        end=scenario.horizon.end.isoformat(),
        site=lanes[0].landing_site.id,
        partners={lane.id: lane.partner for lane in lanes},
    )


@contextmanager
def writing_to(target: Path) -> Iterator[None]:
    """Say of a write that failed where it was, as an error of use: a full disk, a folder that cannot be made."""
    try:
        yield
    except OSError as error:
        message = f"{target}: cannot be written: {error.strerror or error} — free some space or give another -o"
        raise UsageError(message) from error


def run_scenario(
    loaded: LoadedScenario,
    out: Path | None = None,
    *,
    jobs: int | None = None,
    progress: Progress = silent,
    draw: DrawRun | None = None,
) -> Run:
    """Find a scenario's windows and write the run folder, which appears whole or not at all.

    Parameters
    ----------
    loaded : LoadedScenario
    out : Path, optional
        The run folder; ``runs/NAME`` by default, NAME that of the file.
    jobs : int, optional
        Threads; all cores by default. Digits do not depend on it.
    progress : callable
        Told ``(label, done, total)``.
    draw : callable, optional
        Draws the figures of a run into a folder and returns their paths.
    """
    started = time.monotonic()
    scenario = loaded.scenario
    target = resolved(out or RUNS / folder_name(loaded.path.stem))
    threads = set_jobs(jobs)
    header = run_header(scenario, resolve_lanes(scenario))
    text = resolved_yaml(scenario)
    with writing_to(target), run_folder(target) as folder:
        with compiling_beside(threads):
            outcomes = find_windows(scenario, progress)
            tracks = fly_best(outcomes, progress)
        provenance = provenance_document(text, jobs=threads, elapsed_s=time.monotonic() - started)
        run = write_results(folder, header, outcomes, tracks, text, provenance)
        ephemerides = folder / "ephem"
        ephemerides.mkdir()
        for track in tracks:
            write_flight_oem(ephemerides, track)
        progress("figures and report", 0, 1)
        figures = draw(run, folder / "figures") if draw else []
        write_report(run, figures, folder / "report.html")
        progress("figures and report", 1, 1)
    return replace(run, path=target)


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
    shortest, longest = lane.lane.transfer.time_of_flight_s
    longest += lane.launcher.ascent_time_s + lane.coast_s[1]
    first, last = (date.fromisoformat(utc_text(arrival_tdb_s - span)[:10]) for span in (longest, shortest))
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]


def _reaches(lane: ResolvedLane, day_tdb_s: float, arrival_tdb_s: float) -> bool:
    """Whether some lift-off of the day can meet the arrival within the lane's times of flight, or nearly so."""
    shortest, longest = lane.lane.transfer.time_of_flight_s
    before = lane.launcher.ascent_time_s + lane.coast_s[1]
    earliest, latest = arrival_tdb_s - longest - before - DAY_S, arrival_tdb_s - shortest
    return day_tdb_s + DAY_S > earliest and day_tdb_s < latest


def _first_open_day(lane: ResolvedLane, scenario: Scenario) -> date:
    days, epochs = utc_days(scenario.horizon.start, scenario.horizon.end)
    light = light_tables([lane], epochs)
    for start in range(0, len(days), 64):
        part = slice(start, start + 64)
        found = search_lanes([lane], days[part], epochs[part], light, silent)[lane.id]
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


def run_cycle(
    sites: Sequence[str],
    launcher: str | None,
    start: date,
    years: float,
    out: Path | None = None,
    *,
    jobs: int | None = None,
    progress: Progress = silent,
    draw: DrawCycle | None = None,
) -> Path:
    """Fly every day of a node cycle from launch sites of the catalogue (none named: all) into a folder of its own."""
    started = time.monotonic()
    target, threads = resolved(out or RUNS / "cycle"), set_jobs(jobs)
    with writing_to(target), run_folder(target, kind="cycle") as folder:
        found = node_cycles(load_catalog(), sites, launcher, start, years, progress)
        asked = f"{' '.join(sites)} {launcher or ''} {start} {years:g}"
        provenance = provenance_document(asked, kind="cycle", jobs=threads, elapsed_s=time.monotonic() - started)
        data = write_node_cycle(folder, found, provenance)
        if draw:
            draw(data, folder / "figures")
    return target


def redraw(path: Path, draw: DrawRun) -> list[Path]:
    """Draw the figures of a finished run again, and its report."""
    run = load_run(path)
    figures = draw(run, path / "figures")
    write_report(run, figures, path / "report.html")
    return figures


def compare_runs(runs: Sequence[Run], out: Path | None = None, *, draw: DrawCompare | None = None) -> Path:
    """Write the comparison of finished runs into a folder."""
    target = resolved(out or RUNS / "compare" / "_vs_".join(folder_name(run.name) for run in runs)[:120])
    comparison = compare(runs)
    with writing_to(target), run_folder(target, kind="comparison") as folder:
        write_comparison(folder, comparison, runs)
        figures = draw(runs, folder / "figures") if draw else []
        write_comparison_report(comparison, figures, folder / "report.html")
    return target
