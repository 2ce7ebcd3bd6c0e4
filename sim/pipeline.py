"""The stages wired together: a scenario's lanes searched, written into a run folder, compared, one day tabled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.astro.time import tdb_s_from_utc, utc_days
from sim.catalog.loader import load_catalog
from sim.catalog.models import LandingSite
from sim.catalog.place import place_words
from sim.errors import UsageError
from sim.results.compare import compare, write_comparison
from sim.results.dataset import RunHeader
from sim.results.flown import flight_track, write_flight_oem, write_orbit_oem
from sim.results.node_cycle import write_node_cycle
from sim.results.provenance import provenance_document
from sim.results.report import write_comparison_report, write_report
from sim.results.run import Run, load_run, write_results
from sim.results.run_folder import resolved, run_folder
from sim.results.site_light import write_site_light
from sim.results.tracks import FlightTrack
from sim.scenario.explain import resolved_yaml
from sim.scenario.loader import LoadedScenario
from sim.scenario.model import Scenario
from sim.scenario.resolve import ResolvedLane, resolve_lanes, station_site
from sim.station.arrivals import planned_arrivals
from sim.station.light import light_series
from sim.station.light_record import light_record
from sim.station.outcome import StationOutcome
from sim.station.place import geometry_of
from sim.station.simulate import simulate_station
from sim.threads import set_jobs
from sim.units import DAY_S, MINUTE_S, YEAR_S
from sim.warm import compiling_beside
from sim.window.arrivals import launch_spans, placed_arrivals
from sim.window.detail import detailed
from sim.window.light import light_tables
from sim.window.node_cycle import node_cycles
from sim.window.search import search_lanes
from sim.window.types import LaneOutcome
from sim.window.windows import lane_outcome

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
DrawRun = Callable[[Run, Path], list[Path]]
DrawCompare = Callable[[Sequence[Run], Path], list[Path]]

DrawCycle = Callable[[xr.Dataset, Path], list[Path]]

RUNS = Path("runs")


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


def look_at_station(
    scenario: Scenario, outcomes: Sequence[LaneOutcome] | None, progress: Progress = silent
) -> StationOutcome:
    """Look at a scenario's station over time; deliveries land by the windows found, or by the file where None are."""
    arrivals = planned_arrivals(scenario) if outcomes is None else placed_arrivals(scenario, outcomes)
    return simulate_station(scenario, arrivals, launch_spans(outcomes or ()), progress)


def run_header(scenario: Scenario, lanes: Sequence[ResolvedLane]) -> RunHeader:
    """Title, horizon, site and owners of a scenario."""
    return RunHeader(
        name=scenario.name,
        purpose=scenario.purpose,
        as_of="" if scenario.as_of is None else scenario.as_of.isoformat(),
        start=scenario.horizon.start.isoformat(),
        end=scenario.horizon.end.isoformat(),
        site=lanes[0].landing_site.id if lanes else station_site(scenario).id,
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
    windows: bool = True,
    progress: Progress = silent,
    draw: DrawRun | None = None,
) -> Run:
    """Find a scenario's windows, look at its station, and write the run folder, which appears whole or not at all.

    Parameters
    ----------
    loaded : LoadedScenario
    out : Path, optional
        The run folder; ``runs/NAME`` by default, NAME that of the file.
    jobs : int, optional
        Threads; all cores by default. Digits do not depend on it.
    windows : bool
        Whether to search the lanes; otherwise the station is looked at alone, its deliveries by their planned dates.
    progress : callable
        Told ``(label, done, total)``.
    draw : callable, optional
        Draws the figures of a run into a folder and returns their paths.
    """
    started = time.monotonic()
    scenario = loaded.scenario
    target = resolved(out or RUNS / folder_name(loaded.path.stem))
    threads = set_jobs(jobs)
    searched = windows and bool(scenario.lanes)
    header = run_header(scenario, resolve_lanes(scenario) if searched else ())
    text = resolved_yaml(scenario)
    with writing_to(target), run_folder(target) as folder:
        with compiling_beside(threads, windows=searched):
            outcomes = find_windows(scenario, progress) if searched else ()
            tracks = fly_best(outcomes, progress)
            station = look_at_station(scenario, outcomes if searched else None, progress)
        provenance = provenance_document(text, jobs=threads, elapsed_s=time.monotonic() - started)
        run = write_results(folder, header, outcomes, tracks, text, provenance, station)
        ephemerides = folder / "ephem"
        ephemerides.mkdir()
        for track in tracks:
            write_flight_oem(ephemerides, track)
        for orbit in station.orbits:
            write_orbit_oem(ephemerides, orbit)
        progress("figures and report", 0, 1)
        figures = draw(run, folder / "figures") if draw else []
        write_report(run, figures, folder / "report.html")
        progress("figures and report", 1, 1)
    return replace(run, path=target)


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


def run_light(
    site: LandingSite,
    start: date,
    years: float,
    step_s: float,
    out: Path | None = None,
    *,
    progress: Progress = silent,
    draw: DrawCycle | None = None,
) -> Path:
    """Look at a place's light from a UTC day on, whole days, into a folder of its own."""
    started = time.monotonic()
    target = resolved(out or RUNS / "light")
    days = round(years * YEAR_S / DAY_S)
    if days > (date.max - start).days:
        message = f"--start: {start} and {years:g} years leave the calendar, and the ephemeris — begin before 2650"
        raise UsageError(message)
    stop = start + timedelta(days=days)
    first, last = (float(tdb_s_from_utc(day.isoformat())) for day in (start, stop))
    if not MINUTE_S <= step_s <= DAY_S:
        message = f"--step {step_s:g} s: light is looked at every minute to every day — write e.g. 1h"
        raise UsageError(message)
    with writing_to(target), run_folder(target, kind="light") as folder:
        progress("light", 0, 1)
        # UTC days are not whole in TDB, by microseconds: steps that reach to the stop.
        step = (last - first) / np.ceil((last - first) / step_s - 1e-6)
        series = light_series(geometry_of(site, calibrate=True), first, last, float(step))
        place = place_words(site).removeprefix("here: ")
        light = light_record(place.partition(",")[0] if site.id == "here" else site.id, series, by_month=True)
        progress("light", 1, 1)
        asked = f"{site.model_dump_json()} {start} {years:g} {step_s:g}"
        provenance = provenance_document(asked, kind="light", elapsed_s=time.monotonic() - started)
        data = write_site_light(folder, light, place, provenance)
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
