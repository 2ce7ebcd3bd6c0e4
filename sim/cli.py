"""The command ``moonport``: the group of commands, exit codes, and what becomes of errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from sim.commands.flights import cycle, launches, propagate, why
from sim.commands.house import catalog, doctor
from sim.commands.orbit import orbit
from sim.commands.places import light, site
from sim.commands.runs import compare, plot, run, station
from sim.commands.scenarios import explain, init, schema, validate
from sim.errors import MoonportError, ScenarioError, UsageError
from sim.screen import complain

OK, OUR_FAULT, INTERRUPTED = 0, 1, 130

COMMANDS = (
    *(run, station, compare, validate, explain, launches, why, cycle, site, light, orbit, propagate, plot),
    *(schema, init, catalog, doctor),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="moonport")
def cli() -> None:
    """Plan deliveries to a lunar station: on which days, how many kilograms, and what closes the other days."""


for _command in COMMANDS:
    cli.add_command(_command)


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
