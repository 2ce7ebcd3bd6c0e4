"""The command ``moonport``: thin commands over the library; the only module that knows both sim and plots.

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import MoonportError, NothingFeasibleError, ScenarioError, UsageError
from sim.options import (
    FILE,
    CoordinateCommand,
    as_json_option,
    check_lane,
    jobs_option,
    loudness,
    out_option,
    seconds,
    settings_option,
)
from sim.screen import complain, print_json, progress_bar, put_table, say, say_all, tell_validity, windows_text

if TYPE_CHECKING:
    from sim.results.run import Run
    from sim.scenario.loader import LoadedScenario

OK, OUR_FAULT, INTERRUPTED = 0, 1, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="moonport")
def cli() -> None:
    """Plan deliveries to a lunar station: on which days, how many kilograms, and what closes the other days."""


@cli.command()
@click.argument("scenario", type=FILE)
@out_option
@settings_option
@jobs_option
@as_json_option
@loudness
def run(scenario: Path, out: Path | None, settings: Sequence[str], jobs: int | None, as_json: bool) -> None:
    """Find the delivery windows of SCENARIO.

    Writes tables, figures and a report into a run folder, runs/NAME by default.
    """
    loaded = _loaded(scenario, settings)
    result = _run(loaded, out, jobs)
    if as_json:
        print_json({"folder": str(result.path), **result.summary})
    else:
        click.echo(windows_text(result.path), nl=False)
    say(f"report: {result.path / 'report.html'}")
    if not any(lane.windows for lane in result.lanes):
        message = "no lane can deliver on any day; tables/launches.csv says what closes each"
        raise NothingFeasibleError(message)


def _loaded(path: Path, settings: Sequence[str]) -> LoadedScenario:
    from sim.scenario import load_scenario

    loaded = load_scenario(path, settings)
    say_all(f"--set {change}" for change in loaded.overrides)
    say_all(f"warning: {problem}" for problem in loaded.warnings)
    return loaded


def _run(loaded: LoadedScenario, out: Path | None, jobs: int | None) -> Run:
    from sim.jit import kernels_are_cached
    from sim.pipeline import run_scenario

    if not kernels_are_cached():
        say("first run of this version here: compiling, which takes about half a minute")
    with progress_bar() as progress:
        return run_scenario(loaded, out, jobs=jobs, progress=progress, draw=_draw_run)


def _draw_run(result: Run, folder: Path) -> list[Path]:
    from plots.figures import draw_run

    return draw_run(result, folder)


def _draw_compare(results: Sequence[Run], folder: Path) -> list[Path]:
    from plots.figures import draw_compare

    return draw_compare(results, folder)


@cli.command()
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

    loaded = [None if item.is_dir() else _loaded(item, settings) for item in what]
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


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, type=FILE, metavar="SCENARIO...")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@settings_option
@as_json_option
@loudness
def validate(scenarios: Sequence[Path], strict: bool, settings: Sequence[str], as_json: bool) -> None:
    """Check scenarios, without physics.

    Form, units, names, and the rules of the domain.
    """
    from sim.scenario.validate import validated

    results = [validated(path, settings) for path in scenarios]
    bad = [result for result in results if result["errors"] or (strict and result["warnings"])]
    if as_json:
        print_json({"valid": not bad, "files": results})
    else:
        for result in results:
            tell_validity(result, strict=strict)
    if bad:
        raise click.exceptions.Exit(ScenarioError.exit_code)


@cli.command()
@click.argument("scenario", type=FILE)
@click.argument("key", default="")
@settings_option
@as_json_option
@loudness
def explain(scenario: Path, key: str, settings: Sequence[str], as_json: bool) -> None:
    """Show a scenario with the origin of each value.

    The whole SCENARIO as it is in force, or the part under KEY, with the file and line each value came from.
    """
    from sim.scenario.explain import explain as explained
    from sim.scenario.explain import explained_document

    loaded = _loaded(scenario, settings)
    if as_json:
        print_json(explained_document(loaded, key))
    else:
        click.echo(explained(loaded, key), nl=False)


@cli.command()
@click.argument("scenario", type=FILE)
@click.option("--lane", required=True, metavar="LANE", help="Lane of the scenario.")
@click.option("--day", metavar="DATE", help="UTC day of lift-off; the first open one of the horizon by default.")
@click.option("--arrival", metavar="UTC", help="Fix the passage of perilune.")
@click.option("--step", default="10min", show_default=True, metavar="TIME", help="Step of lift-off times.")
@click.option("--csv", "csv_file", type=FILE, metavar="FILE", help="Write the table there, '-' for stdout.")
@settings_option
@jobs_option
@as_json_option
@loudness
def launches(
    scenario: Path,
    lane: str,
    day: str | None,
    arrival: str | None,
    step: str,
    csv_file: Path | None,
    settings: Sequence[str],
    jobs: int | None,
    as_json: bool,
) -> None:
    """Show the launch window of one day.

    Lift-off time against azimuth, coast and injection.
    """
    loaded = _loaded(scenario, settings)
    check_lane(loaded, lane)
    step_s = seconds(step, "--step")
    from sim.pipeline import launch_table

    table = launch_table(loaded, lane, day, arrival, step_s, jobs=jobs)
    put_table(table.columns, table.rows, csv_file, as_json=as_json)
    if not any(row[table.columns.index("feasible")] == "true" for row in table.rows):
        message = f"lane {lane} finds no launch that is open; the column closed_by says why"
        raise NothingFeasibleError(message)


@cli.command(cls=CoordinateCommand)
@click.argument("place")
@click.option("--start", required=True, metavar="UTC", help="First epoch.")
@click.option("--stop", required=True, metavar="UTC", help="Last epoch, included.")
@click.option("--step", default="1h", show_default=True, metavar="TIME", help="Step, e.g. 1h or 10min.")
@click.option("--csv", "csv_file", type=FILE, metavar="FILE", help="Write the table there, '-' for stdout.")
@as_json_option
@loudness
def site(place: str, start: str, stop: str, step: str, csv_file: Path | None, as_json: bool) -> None:
    """Tell Sun and Earth at a place on the Moon.

    PLACE is a landing site of the catalogue, or LAT,LON[,HEIGHT]: degrees north, degrees east, metres.
    """
    from sim.astro.time import tdb_s_from_utc
    from sim.catalog.place import find_place, place_words
    from sim.station.place import LEVEL, geometry_of
    from sim.station.site import COLUMNS, site_epochs, site_rows

    landing_site = find_place(place.strip())
    epochs = site_epochs(float(tdb_s_from_utc(start)), float(tdb_s_from_utc(stop)), seconds(step, "--step"))
    geometry = geometry_of(landing_site)
    say(f"{place_words(landing_site)}; {landing_site.horizon or LEVEL}")
    rows = list(site_rows(geometry, epochs))
    put_table(COLUMNS, rows, csv_file, as_json=as_json)


@cli.command(cls=CoordinateCommand)
@click.argument("file", type=FILE, metavar="FILE.oem")
@click.option("--to", "to_utc", required=True, metavar="UTC", help="Epoch to fly to.")
@click.option("--forces", default="earth,moon,sun", show_default=True, metavar="LIST", help="Bodies that pull.")
@click.option("--moon-gravity", metavar="N|FILE", help="Degree of the packaged field (8 by default), or a file.")
@click.option("--srp", type=float, default=0.0, metavar="CRAM", help="Light pressure: Cr A/m, m2/kg.")
@click.option("-o", "--out", type=FILE, metavar="FILE.oem", help="Write there; stdout by default.")
@as_json_option
@loudness
def propagate(
    file: Path, to_utc: str, forces: str, moon_gravity: str | None, srp: float, out: Path | None, as_json: bool
) -> None:
    """Fly the first state of an OEM to another epoch."""
    from sim.results.propagate import propagate_oem

    flown = propagate_oem(file, to_utc, forces, moon_gravity, srp, out)
    say_all(flown.notes, unless=not (as_json or out is not None))
    if as_json:
        state = [float(value) for value in flown.final_state_icrf]
        print_json({"to": to_utc, "centre": flown.segment.centre, "frame": flown.segment.frame, "state_km_km_s": state})
    elif out is None:
        click.echo(flown.text, nl=False)
    else:
        say(f"{out}: {len(flown.segment.t_tdb_s)} states")


@cli.command()
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


@cli.command()
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from sim.scenario.schema import schema_text

    click.echo(schema_text(), nl=False)


@cli.command()
@click.option("--from", "name", metavar="NAME", help="A shipped scenario, copied with its parents.")
@as_json_option
@loudness
def init(name: str | None, as_json: bool) -> None:
    """Begin a scenario in this folder.

    A first one with comments, or a shipped one by its name.
    """
    from sim.scenario.shipped import copy_shipped, copy_starter, shipped_names

    files = copy_starter(Path()) if name is None else copy_shipped(name, Path())
    if as_json:
        print_json([str(path) for path in files])
    else:
        say_all(f"wrote {path}" for path in files)
        say(f"next: moonport run {files[0]}")
        say(f"shipped: {', '.join(shipped_names())}", unless=name is not None)


@cli.command()
@click.argument("kind_or_id", required=False)
@click.argument("entry_id", required=False)
@as_json_option
def catalog(kind_or_id: str | None, entry_id: str | None, as_json: bool) -> None:
    """List the catalogue, or show an entry.

    All of it, one kind (launchers, landers, ...), or an entry by its id.
    """
    from sim.catalog.loader import KINDS
    from sim.catalog.show import catalog_index, entry_document, entry_text, find_entries, index_text

    if entry_id is None and (kind_or_id is None or kind_or_id in KINDS):
        index = catalog_index(kind_or_id)
        print_json(index) if as_json else click.echo(index_text(index), nl=False)
        return
    found = find_entries(str(entry_id or kind_or_id), kind_or_id if entry_id is not None else None)
    if as_json:
        print_json([entry_document(kind, entry) for (kind, _), entry in found.items()])
    else:
        click.echo("\n".join(entry_text(kind, key, entry) for (kind, key), entry in found.items()), nl=False)


@cli.command()
@as_json_option
def doctor(as_json: bool) -> None:
    """Examine this installation.

    Versions, kernels and the dates they cover, compiled kernels, and what is missing.
    """
    from sim.doctor import examine, report_text
    from sim.errors import DataMissingError

    report = examine()
    print_json(report) if as_json else click.echo(report_text(report), nl=False)
    if report["problems"]:
        raise click.exceptions.Exit(DataMissingError.exit_code)


def execute(arguments: Sequence[str]) -> int:
    """Run the command line; gives its exit code."""
    try:
        outcome = cli.main(list(arguments), prog_name="moonport", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        return INTERRUPTED
    except MoonportError as error:
        complain(str(error) if isinstance(error, ScenarioError) else f"moonport: {error}")
        return error.exit_code
    except BrokenPipeError:
        _leave_pipe()
        return OK
    return outcome if isinstance(outcome, int) else OK


def _leave_pipe() -> None:
    """Let the reader of a pipe go in peace: nothing more can be written."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command ``moonport``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = execute(sys.argv[1:])
    except Exception:
        import traceback

        traceback.print_exc()
        complain("moonport: this is a fault of Moonport's own; please report it with the lines above")
        code = OUR_FAULT
    sys.exit(code)


if __name__ == "__main__":
    main()
