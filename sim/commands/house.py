"""Commands about the catalogue and the installation: catalog, doctor."""

from __future__ import annotations

import click

from sim.options import as_json_option
from sim.screen import print_json


@click.command()
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


@click.command()
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
