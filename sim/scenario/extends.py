"""From a scenario file to one merged tree: the chain of parents, then the values given on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.document.merge import merge
from sim.document.nodes import ListNode, MapNode, Node, ScalarNode, find, plain
from sim.document.problem import Problem, did_you_mean, printable, problem_at, shown
from sim.document.reader import read_text, scan_file
from sim.errors import ScenarioError

LONGEST_CHAIN = 20
DEEPEST_KEY = 12


@dataclass(frozen=True, slots=True)
class Override:
    """A value given on the command line, with the one it took the place of (None: there was none)."""

    key: str
    old: object
    new: object

    def __str__(self) -> str:
        return f"{self.key}: {_short(self.old)} → {_short(self.new)}"


def _short(value: object) -> str:
    return "(nothing)" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Chain:
    """A scenario and its parents: the merged tree, the files (the scenario's first), problems of their form."""

    root: MapNode
    files: tuple[Path, ...]
    problems: tuple[Problem, ...]


def read_chain(path: Path) -> Chain:
    """Read a scenario and its parents, the oldest laid lowest.

    Raises ScenarioError for a missing file, a cycle, or a file that cannot be read as a mapping at all.
    """
    problems: list[Problem] = []
    layers: list[MapNode] = []
    files: list[Path] = []
    here: Path | None = path
    told_by: ScalarNode | None = None
    while here is not None:
        _refuse_cycle(here, files, told_by)
        root = _as_mapping(_read_told(here, told_by, problems), problems)
        files.append(here)
        layers.append(MapNode({k: v for k, v in root.entries.items() if k != "extends"}, root.at, root.key_at))
        told_by = _parent(root)
        here = here.parent / told_by.text if told_by is not None else None
    merged: Node = layers[-1]
    for layer in reversed(layers[:-1]):
        merged = merge(merged, layer)
    return Chain(_as_mapping(merged, problems), tuple(files), tuple(problems))


def _read_told(path: Path, told_by: ScalarNode | None, problems: list[Problem]) -> Node:
    if told_by is None or path.is_file():
        scan = scan_file(path)
        problems.extend(scan.problems)
        if scan.root is None:
            raise ScenarioError(problems)
        return scan.root
    what = f"the parent {shown(told_by.text)} does not exist"
    near = did_you_mean(path.name, _siblings(path))
    raise ScenarioError([problem_at(told_by.at, "extends", what, f"the path counts from this file's folder; {near}")])


def _siblings(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.glob("*.yaml")]
    except (OSError, ValueError):
        return []


def _refuse_cycle(path: Path, files: Sequence[Path], told_by: ScalarNode | None) -> None:
    if told_by is None:
        return
    seen = {_real(file) for file in files}
    if _real(path) in seen:
        what = f"{path.name} extends itself through {' → '.join(file.name for file in files)}"
        raise ScenarioError([problem_at(told_by.at, "extends", what, "break the circle")])
    if len(files) >= LONGEST_CHAIN:
        what = f"more than {LONGEST_CHAIN} files extend each other"
        raise ScenarioError([problem_at(told_by.at, "extends", what, "shorten the chain")])


def _real(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, ValueError, RuntimeError):
        return str(path)


def _as_mapping(node: Node, problems: Sequence[Problem]) -> MapNode:
    if isinstance(node, MapNode):
        return node
    problem = problem_at(node.at, "", "the file is not a mapping", "write `key: value` lines; see `moonport init`")
    raise ScenarioError([*problems, problem])


def _parent(root: MapNode) -> ScalarNode | None:
    node = root.entries.get("extends")
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        return None
    if not isinstance(node, ScalarNode) or "\0" in node.text or not node.text:
        problem = problem_at(node.at, "extends", "names no file", "write one file name: `extends: base.yaml`")
        raise ScenarioError([problem])
    return node


def override(root: MapNode, settings: Sequence[str]) -> tuple[MapNode, tuple[Override, ...], tuple[Problem, ...]]:
    """Lay ``key=value`` settings over a tree, in order; the value is YAML, null removes. Bad ones are told and left."""
    made: list[Override] = []
    problems: list[Problem] = []
    for setting in settings:
        try:
            path, value = _setting(setting)
            old = find(root, path)
            root = _as_mapping(_replaced(root, path, value), ())
            made.append(Override(setting.partition("=")[0].strip(), None if old is None else plain(old), plain(value)))
        except ScenarioError as error:
            problems.extend(problem for problem in error.problems if isinstance(problem, Problem))
    return root, tuple(made), tuple(problems)


def _setting(setting: str) -> tuple[tuple[str | int, ...], Node]:
    key, equals, text = setting.partition("=")
    parts = printable(key).strip().replace("[", ".").replace("]", "").split(".")
    if not equals or not all(parts) or len(parts) > DEEPEST_KEY:
        what = f"{shown(setting)} is no setting"
        raise ScenarioError([Problem("--set", 0, 0, "", what, "write key=value: lanes.heavy.launcher=long_march_10")])
    value = read_text(text if text.strip() else "null", f"--set {key.strip()}")
    return tuple(int(part) if part.isdecimal() else part for part in parts), value


def _replaced(node: Node | None, path: tuple[str | int, ...], value: Node) -> Node:
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(node, ListNode):
        return _replaced_item(node, part, rest, value)
    if node is None or isinstance(node, ScalarNode):
        node = MapNode({}, node.at if node is not None else value.at)
    key = str(part)
    below = _replaced(node.entries.get(key), rest, value)
    return MapNode({**node.entries, key: below}, node.at, {key: value.at, **node.key_at})


def _replaced_item(node: ListNode, part: str | int, rest: tuple[str | int, ...], value: Node) -> Node:
    if not isinstance(part, int) or part >= len(node.items):
        what = f"{shown(part)} is no item of a list of {len(node.items)}"
        raise ScenarioError([problem_at(value.at, "", what, f"count items from 0 to {len(node.items) - 1}")])
    items = list(node.items)
    items[part] = _replaced(items[part], rest, value)
    return ListNode(tuple(items), node.at)
