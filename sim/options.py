"""Options that commands share, and reading what people give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.errors import UsageError
from sim.screen import keep, say_all

if TYPE_CHECKING:
    from sim.scenario.loader import LoadedScenario

Function = TypeVar("Function", bound=Callable[..., Any])

_COORDINATES = re.compile(r"-\.?\d[\d.]*(,[-+]?[\d.]+){1,2}")


class CoordinateCommand(click.Command):
    """A command whose argument may begin with a minus: ``-41.6,-154`` is a place, not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set places apart from options by a blank, which the command strips."""
        return super().parse_args(ctx, [f" {arg}" if _COORDINATES.fullmatch(arg) else arg for arg in args])


def options(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """Make one decorator of several."""

    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


as_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON alone to stdout.")
settings_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a value of the scenario."
)
jobs_option = click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Threads to use; all by default.")
out_option = click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results.")
loudness = options(
    click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=keep, help="Tell more on stderr."),
    click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=keep, help="Tell only what goes wrong."),
)
FILE = click.Path(path_type=Path)


def quantity(text: str, unit: str, option: str) -> float:
    """Read a quantity and give it in ``unit``; raises UsageError naming the option."""
    from sim.document.quantity import QuantityError, parse_quantity

    try:
        return parse_quantity(text, unit)
    except QuantityError as error:
        message = f"{option}: {error}"
        raise UsageError(message) from None


def seconds(text: str, option: str) -> float:
    """Read a step of time; raises UsageError naming the option."""
    step_s = quantity(text, "s", option)
    if step_s <= 0.0:
        message = f"{option}: {text} is no step — write more than nothing, e.g. 1h"
        raise UsageError(message)
    return step_s


def utc_date(text: str, option: str) -> date:
    """Read a UTC date; raises UsageError naming the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{option}: {text!r} is no date; write it as 2031-04-05"
        raise UsageError(message) from None


def check_lane(loaded: LoadedScenario, lane: str) -> None:
    """Raise UsageError unless the scenario has the lane."""
    from sim.document.problem import did_you_mean, shown

    if lane not in loaded.scenario.lanes:
        message = f"the scenario has no lane {shown(lane)}: {did_you_mean(lane, loaded.scenario.lanes)}"
        raise UsageError(message)


def loaded_scenario(path: Path, settings: Sequence[str]) -> LoadedScenario:
    """Load a scenario with its ``--set`` changes, and tell of these and of the warnings."""
    from sim.scenario import load_scenario

    loaded = load_scenario(path, settings)
    say_all(f"--set {change}" for change in loaded.overrides)
    say_all(f"warning: {problem}" for problem in loaded.warnings)
    return loaded
