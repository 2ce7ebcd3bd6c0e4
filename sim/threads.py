"""Threads over independent parts of a work; results never depend on how many there are.

Kernels release the interpreter's lock, so plain threads use all cores. Work started from inside a thread of ours runs
serially there: the outermost split, over whole days of flights, is the best one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_PARTS_PER_THREAD = 4

_state = threading.local()
_jobs = os.cpu_count() or 1


def set_jobs(jobs: int | None) -> int:
    """Use ``jobs`` threads from now on, all cores where None; returns the number."""
    global _jobs  # noqa: PLW0603
    _jobs = max(1, jobs or os.cpu_count() or 1)
    return _jobs


def _inside(function: Callable[[T], R]) -> Callable[[T], R]:
    def run(item: T) -> R:
        _state.inside = True
        return function(item)

    return run


def map_threads(function: Callable[[T], R], items: Iterable[T], done: Callable[[int], None] | None = None) -> list[R]:
    """Call ``function`` on every item; results in order. ``done`` is told the number of finished items."""
    work = list(items)
    if _jobs == 1 or len(work) < 2 or getattr(_state, "inside", False):
        return _mapped(function, work, done)
    results: list[R] = []
    with ThreadPoolExecutor(min(_jobs, len(work))) as pool:
        for result in pool.map(_inside(function), work):
            results.append(result)
            if done:
                done(len(results))
    return results


def _mapped(function: Callable[[T], R], work: list[T], done: Callable[[int], None] | None) -> list[R]:
    results: list[R] = []
    for item in work:
        results.append(function(item))
        if done:
            done(len(results))
    return results


def for_ranges(function: Callable[[int, int], None], count: int) -> None:
    """Call ``function(start, stop)`` on ranges that together cover 0 to ``count``."""
    parts = min(count, _PARTS_PER_THREAD * _jobs)
    edges = [count * k // max(1, parts) for k in range(parts + 1)]
    map_threads(lambda k: function(edges[k], edges[k + 1]), range(parts))
