"""Errors a person can act on. Each carries the exit code of the command it ends."""

from __future__ import annotations

from collections.abc import Sequence


class MoonportError(Exception):
    """An error that is said in one clear message, without a traceback."""

    exit_code = 1


class UsageError(MoonportError):
    """A command was used in a way that cannot work."""

    exit_code = 2


class ScenarioError(MoonportError):
    """A file cannot be read as what it should be; holds every problem found, not the first only."""

    exit_code = 2

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NothingFeasibleError(MoonportError):
    """The question was understood and the answer is: never."""

    exit_code = 3


class DataMissingError(MoonportError):
    """A kernel or data file is missing, or does not cover the dates asked for (TDB seconds past J2000)."""

    exit_code = 4

    def __init__(self, message: str, start_tdb_s: float | None = None, stop_tdb_s: float | None = None) -> None:
        self.start_tdb_s = start_tdb_s
        self.stop_tdb_s = stop_tdb_s
        super().__init__(message)
