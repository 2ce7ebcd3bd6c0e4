"""Commands that compute or draw whole runs: run, station, compare, plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import NothingFeasibleError, UsageError
from sim.options import FILE, as_json_option, jobs_option, loaded_scenario, loudness, out_option, settings_option
from sim.screen import print_json, progress_bar, say, say_all, station_text, windows_text

if TYPE_CHECKING:
    from sim.results.run import Run
    from sim.scenario.loader import LoadedScenario


@click.command()
@click.argument("scenario", type=FILE)
@out_option
@settings_option
@jobs_option
@as_json_option
@loudness
def run(scenario: Path, out: Path | None, settings: Sequence[str], jobs: int | None, as_json: bool) -> None:
    """Find the delivery windows of SCENARIO, and what becomes of its station.

    Writes tables, figures and a report into a run folder, runs/NAME by default.
    """
    loaded = loaded_scenario(scenario, settings)
    result = _run(loaded, out, jobs)
    if not result.lanes:
        _tell_station(result, as_json=as_json)
        return
    if as_json:
        from sim.results.explained import closures_document

        closures = closures_document([lane.data for lane in result.lanes])
        print_json({"folder": str(result.path), **result.summary, "closures": closures})
    else:
        from sim.results.explained import never_open

        unused = never_open([lane.data for lane in result.lanes]) if any(lane.windows for lane in result.lanes) else []
        click.echo(windows_text(result.path, unused), nl=False)
        click.echo("\n" + station_text(result.summary["station"]), nl=False)
    say(f"report: {result.path / 'report.html'}")
    if not any(lane.windows for lane in result.lanes):
        from sim.results.explained import closest_miss

        miss = closest_miss([lane.data for lane in result.lanes])
        message = f"no lane can deliver on any day; {miss} (tables/launches.csv says what closes each day)"
        raise NothingFeasibleError(message)


@click.command()
@click.argument("scenario", type=FILE)
@out_option
@settings_option
@jobs_option
@as_json_option
@loudness
def station(scenario: Path, out: Path | None, settings: Sequence[str], jobs: int | None, as_json: bool) -> None:
    """Look at the station of SCENARIO over time alone, without its windows.

    Orbits and their upkeep, contact, light, power, science; deliveries land on their planned dates. Writes a run
    folder, runs/NAME_station by default.
    """
    from sim.pipeline import RUNS, folder_name

    loaded = loaded_scenario(scenario, settings)
    place = out or RUNS / f"{folder_name(loaded.path.stem)}_station"
    _tell_station(_run(loaded, place, jobs, windows=False), as_json=as_json)


def _tell_station(result: Run, *, as_json: bool) -> None:
    if as_json:
        print_json({"folder": str(result.path), **result.summary})
    else:
        click.echo(station_text(result.summary["station"]), nl=False)
    say(f"report: {result.path / 'report.html'}")


def _run(loaded: LoadedScenario, out: Path | None, jobs: int | None, *, windows: bool = True) -> Run:
    from sim.jit import kernels_are_cached
    from sim.pipeline import run_scenario

    if not kernels_are_cached():
        say("first run of this version here: compiling, which takes about a minute")
    with progress_bar() as progress:
        return run_scenario(loaded, out, jobs=jobs, windows=windows, progress=progress, draw=_draw_run)


def _draw_run(result: Run, folder: Path) -> list[Path]:
    from plots.figures import draw_run

    return draw_run(result, folder)


def _draw_compare(results: Sequence[Run], folder: Path) -> list[Path]:
    from plots.figures import draw_compare

    return draw_compare(results, folder)


@click.command()
@click.argument("what", nargs=-1, required=True, type=FILE, metavar="A B ...")
@out_option
@settings_option
@jobs_option
@as_json_option
@loudness
def compare(what: Sequence[Path], out: Path | None, settings: Sequence[str], jobs: int | None, as_json: bool) -> None:
    """Set scenarios, or finished run folders, side by side."""
    if len(what) < 2:
        message = "a comparison needs two scenarios or run folders"
        raise UsageError(message)
    from sim.pipeline import compare_runs
    from sim.results.compare import compare as compared
    from sim.results.compare import comparison_document, comparison_text
    from sim.results.run import load_run

    loaded = [None if item.is_dir() else loaded_scenario(item, settings) for item in what]
    results = []
    for item, scenario in zip(what, loaded, strict=True):
        say(f"{item} ...")
        results.append(load_run(item) if scenario is None else _run(scenario, None, jobs))
    folder = compare_runs(results, out, draw=_draw_compare)
    comparison = compared(results)
    if as_json:
        print_json({"folder": str(folder), **comparison_document(comparison)})
    else:
        click.echo(comparison_text(comparison), nl=False)
    say(f"figures: {folder / 'figures'}")


@click.command()
@click.argument("folder", type=FILE, metavar="RUN")
@as_json_option
@loudness
def plot(folder: Path, as_json: bool) -> None:
    """Draw the figures of a finished run again.

    RUN is a run folder; its report is written anew too.
    """
    from sim.pipeline import redraw

    files = redraw(folder, _draw_run)
    if as_json:
        print_json([str(path) for path in files])
    say_all(files, unless=as_json)
