"""Commands about scenario files: validate, explain, schema, init."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sim.errors import ScenarioError
from sim.options import FILE, as_json_option, loaded_scenario, loudness, settings_option
from sim.screen import print_json, say, say_all, tell_validity


@click.command()
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


@click.command()
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

    loaded = loaded_scenario(scenario, settings)
    if as_json:
        print_json(explained_document(loaded, key))
    else:
        click.echo(explained(loaded, key), nl=False)


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from sim.scenario.schema import schema_text

    click.echo(schema_text(), nl=False)


@click.command()
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
