"""Commands about single days and flights: launches, why, cycle, propagate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import NothingFeasibleError
from sim.options import (
    FILE,
    CoordinateCommand,
    as_json_option,
    check_lane,
    jobs_option,
    loaded_scenario,
    loudness,
    out_option,
    seconds,
    settings_option,
    utc_date,
)
from sim.screen import print_json, progress_bar, put_table, say, say_all

if TYPE_CHECKING:
    from xarray import Dataset


@click.command()
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
    loaded = loaded_scenario(scenario, settings)
    check_lane(loaded, lane)
    step_s = seconds(step, "--step")
    from sim.single_day import launch_table

    table = launch_table(loaded, lane, day, arrival, step_s, jobs=jobs)
    put_table(table.columns, table.rows, csv_file, as_json=as_json)
    if not any(row[table.columns.index("feasible")] == "true" for row in table.rows):
        message = f"lane {lane} finds no launch that is open; the column closed_by says why"
        raise NothingFeasibleError(message)


@click.command()
@click.argument("scenario", type=FILE)
@click.option("--lane", required=True, metavar="LANE", help="Lane of the scenario.")
@click.option("--day", required=True, metavar="DATE", help="UTC day of lift-off.")
@settings_option
@jobs_option
@as_json_option
@loudness
def why(scenario: Path, lane: str, day: str, settings: Sequence[str], jobs: int | None, as_json: bool) -> None:
    """Say why a day is closed, and what would open it.

    Each constraint with the best margin of the day, the smallest single relaxations, and the nearest open days.
    """
    loaded = loaded_scenario(scenario, settings)
    check_lane(loaded, lane)
    from sim.results.why import why_document, why_text
    from sim.single_day import explain_launch_day

    resolved, explained = explain_launch_day(loaded, lane, day, jobs=jobs)
    if as_json:
        print_json(why_document(resolved, explained))
    else:
        click.echo(why_text(resolved, explained), nl=False)


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE ...]")
@click.option("--start", default="2026-01-01", show_default=True, metavar="DATE", help="First UTC day.")
@click.option("--years", type=click.FloatRange(min=0.1, max=100.0), default=18.6, show_default=True, help="How long.")
@click.option("--launcher", metavar="ID", help="Launcher for all sites; each site's heaviest in service by default.")
@out_option
@jobs_option
@as_json_option
@loudness
def cycle(
    sites: Sequence[str],
    start: str,
    years: float,
    launcher: str | None,
    out: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Look through the Moon's 18.6-year node cycle.

    Each launch SITE of the catalogue (all of them by default), day by day, coarsely: open days, best landed mass,
    coast, against the Moon's declination. Writes tables and a figure into runs/cycle by default.
    """
    from sim.pipeline import run_cycle
    from sim.results.node_cycle import read_summary, summary_text

    first = utc_date(start, "--start")
    with progress_bar() as progress:
        folder = run_cycle(sites, launcher, first, years, out, jobs=jobs, progress=progress, draw=_draw_cycle)
    summary = read_summary(folder)
    if as_json:
        print_json({"folder": str(folder), **summary})
    else:
        click.echo(summary_text(summary), nl=False)
    say(f"figures: {folder / 'figures'}")


def _draw_cycle(data: Dataset, folder: Path) -> list[Path]:
    from plots.node_cycle import draw_node_cycle

    return draw_node_cycle(data, folder)


@click.command(cls=CoordinateCommand)
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
