"""Commands about orbits at the Moon: families of periodic ones, and frozen ones."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from sim.commands.frozen import frozen
from sim.errors import UsageError
from sim.options import FILE, as_json_option, loudness, out_option
from sim.screen import print_json, say, table_text

if TYPE_CHECKING:
    from sim.orbit.periodic import Branch, Family, Point
    from sim.results.orbit_family import FamilySheet


@click.group()
def orbit() -> None:
    """Look at orbits about the Moon and its libration points."""


orbit.add_command(frozen)


@orbit.command()
@click.option("--kind", type=click.Choice(["halo", "dro"]), default="halo", show_default=True, help="Which family.")
@click.option("--point", type=click.Choice(["L1", "L2"]), help="Of halos; L2 by default.")
@click.option("--branch", type=click.Choice(["north", "south"]), help="Of halos: where they are far; south by default.")
@click.option("--csv", "csv_file", type=FILE, metavar="FILE", help="Write all members there too, '-' for stdout.")
@out_option
@as_json_option
@loudness
def family(
    kind: str, point: str | None, branch: str | None, csv_file: Path | None, out: Path | None, as_json: bool
) -> None:
    """Compute a family of periodic orbits.

    Halos from the Moon's orbit plane to the near-rectilinear one that touches the Moon, or distant retrograde orbits
    (dro) from the Moon's surface outwards, in the three-body problem of Earth and Moon. Shows some members; writes all
    of them and a figure into runs/family_KIND by default.
    """
    if kind == "dro" and (point or branch):
        message = "--point and --branch tell halos apart; distant retrograde orbits are one family — leave them out"
        raise UsageError(message)
    started = time.monotonic()
    from sim.results.orbit_family import SCREEN_HEAD, family_sheet, screen_rows, summary_document, table_rows

    which = (None, None) if kind == "dro" else (cast("Point", point or "L2"), cast("Branch", branch or "south"))
    sheet = family_sheet(cast("Family", kind), *which)
    if csv_file is not None and str(csv_file) != "-":
        _write_text(csv_file, table_rows(sheet))
    folder = _written(sheet, out, started)
    if as_json:
        print_json({"folder": str(folder), **summary_document(sheet)})
    elif csv_file is not None and str(csv_file) == "-":
        click.echo(table_rows(sheet), nl=False)
    else:
        click.echo(f"{sheet.name}: {len(sheet.values['period_d'])} members, some of them")
        click.echo(table_text(SCREEN_HEAD, screen_rows(sheet)), nl=False)
    say(f"all members and the figure: {folder}")


def _written(sheet: FamilySheet, out: Path | None, started: float) -> Path:
    """Write a family's folder whole, with its figure."""
    from plots.halo_family import draw_family
    from sim.pipeline import RUNS, writing_to
    from sim.results.orbit_family import KIND, write_family
    from sim.results.provenance import provenance_document
    from sim.results.run_folder import resolved, run_folder

    words = [word for word in (sheet.kind, sheet.point, sheet.branch) if word is not None]
    target = resolved(out or RUNS / "_".join(["family", *words]).lower())
    with writing_to(target), run_folder(target, kind=KIND) as folder:
        provenance = provenance_document(" ".join(words), kind=KIND, elapsed_s=time.monotonic() - started)
        write_family(folder, sheet, provenance)
        draw_family(sheet, folder / "figures")
    return target


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise UsageError(message) from error
