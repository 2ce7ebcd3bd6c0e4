"""From bytes to nodes: YAML events composed by us, so that bad texts end in clear problems and never in a crash.

PyYAML scans and parses; its composer is not used because it follows aliases and nesting without limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.document.core_schema import typed_scalar
from sim.document.nodes import ListNode, MapNode, Node, ScalarNode
from sim.document.problem import Position, Problem, problem_at, shown
from sim.errors import ScenarioError

DEEPEST = 40
MOST_NODES = 50_000
LARGEST_BYTES = 2_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scan:
    """What could be read of a text: its tree, None where even that fails, and the problems of its form."""

    root: Node | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    is_map: bool
    at: Position
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_at: dict[str, Position] = field(default_factory=dict)
    key: ScalarNode | None = None
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class _Measured:
    node: Node
    size: int
    depth: int


class _Stop(Exception):
    """The text cannot be read any further; the problem is noted."""


@dataclass(slots=True)
class _Composer:
    file: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Measured | None] = field(default_factory=dict)
    root: Node | None = None
    documents: int = 0

    def at(self, mark: Any) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1)

    def note(self, at: Position, what: str, remedy: str) -> None:
        path = ".".join(level.key.text if level.key else "" for level in self.stack if level.is_map).strip(".")
        self.problems.append(problem_at(at, path, what, remedy))

    def stop(self, at: Position, what: str, remedy: str) -> None:
        self.note(at, what, remedy)
        raise _Stop

    def take(self, event: Any) -> None:
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.stop(self.at(event.start_mark), "a second document begins here", "keep one document in a file")

    def scalar(self, event: Any) -> None:
        at = self.at(event.start_mark)
        self.refuse_tag(event, at)
        value = typed_scalar(event.value) if event.implicit[0] else event.value
        self.place(_Measured(ScalarNode(value, event.value, at), 1, 1), event.anchor)

    def begin(self, event: Any) -> None:
        at = self.at(event.start_mark)
        self.refuse_tag(event, at)
        if len(self.stack) >= DEEPEST:
            self.stop(at, f"nested deeper than {DEEPEST} levels", "flatten the file")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(isinstance(event, yaml.MappingStartEvent), at, event.anchor))

    def end(self, _event: Any) -> None:
        level = self.stack.pop()
        node: Node = (
            MapNode(level.entries, level.at, level.key_at) if level.is_map else ListNode(tuple(level.items), level.at)
        )
        self.place(_Measured(node, level.size, level.depth), level.anchor)

    def alias(self, event: Any) -> None:
        at = self.at(event.start_mark)
        target = self.anchors.get(event.anchor)
        if target is None:
            state = "is still open: it would contain itself" if event.anchor in self.anchors else "was never set"
            self.stop(at, f"the alias *{event.anchor} {state}", "write the value out")
            return
        self.place(target, None)

    def refuse_tag(self, event: Any, at: Position) -> None:
        if event.tag is not None and event.tag != "!":
            self.note(at, f"the tag {shown(event.tag)} is not allowed", "remove it; types follow from the schema")

    def place(self, child: _Measured, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = child
        if not self.stack:
            self.root = child.node
            return
        level = self.stack[-1]
        self.measure(level, child)
        if not level.is_map:
            level.items.append(child.node)
        elif level.key is None:
            level.key = self.as_key(child.node)
        else:
            self.enter(level, level.key, child.node)
            level.key = None

    def measure(self, level: _Open, child: _Measured) -> None:
        level.size += child.size
        level.depth = max(level.depth, child.depth + 1)
        if level.size > MOST_NODES or level.depth > DEEPEST:
            limit = f"{MOST_NODES} values" if level.size > MOST_NODES else f"{DEEPEST} levels"
            self.stop(child.node.at, f"the file grows beyond {limit}", "write less, or fewer aliases")

    def as_key(self, node: Node) -> ScalarNode:
        if isinstance(node, ScalarNode):
            return node
        self.note(node.at, "a key must be one word, not a collection", "write `key: value`")
        return ScalarNode(None, "", node.at)

    def enter(self, level: _Open, key: ScalarNode, value: Node) -> None:
        if key.text == "<<":
            self.note(key.at, "merge keys (<<) are not read", "use `extends:` or write the values out")
        elif key.text in level.entries:
            first = level.key_at[key.text].line
            self.note(key.at, f"the key is written twice, first in line {first}", "keep one of them")
        else:
            level.entries[key.text] = value
            level.key_at[key.text] = key.at


_HANDLERS: dict[type, Callable[[_Composer, Any], None]] = {
    yaml.DocumentStartEvent: _Composer.document,
    yaml.ScalarEvent: _Composer.scalar,
    yaml.MappingStartEvent: _Composer.begin,
    yaml.SequenceStartEvent: _Composer.begin,
    yaml.MappingEndEvent: _Composer.end,
    yaml.SequenceEndEvent: _Composer.end,
    yaml.AliasEvent: _Composer.alias,
}


def read_bytes(raw: bytes, file: str) -> Node:
    """Read a YAML document from UTF-8 bytes; raises ScenarioError with every problem of its form."""
    return _faultless(scan_bytes(raw, file))


def scan_bytes(raw: bytes, file: str) -> Scan:
    """Read a YAML document from UTF-8 bytes as far as it can be read."""
    if len(raw) > LARGEST_BYTES:
        return Scan(None, (_whole(file, f"is larger than {LARGEST_BYTES // 1_000_000} MB", "split the file"),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = f"byte {raw[error.start]:#04x} is not UTF-8 text"
        return Scan(None, (Problem(file, line, column, "", what, "save the file as UTF-8"),))
    return scan_text(text, file)


def read_text(text: str, file: str) -> Node:
    """Read a YAML document from text; raises ScenarioError with every problem of its form."""
    return _faultless(scan_text(text, file))


def scan_text(text: str, file: str) -> Scan:
    """Read a YAML document from text as far as it can be read."""
    composer = _Composer(file)
    try:
        for event in _events(text):
            composer.take(event)
    except _Stop:
        return Scan(None, tuple(composer.problems))
    except (yaml.YAMLError, ValueError) as error:
        return Scan(None, (*composer.problems, _syntax_problem(error, file)))
    if composer.root is None:
        composer.problems.append(_whole(file, "the file is empty", "start with `moonport: 1`; see `moonport init`"))
    return Scan(composer.root, tuple(composer.problems))


def _faultless(scan: Scan) -> Node:
    if scan.root is None or scan.problems:
        raise ScenarioError(scan.problems)
    return scan.root


def read_file(path: Path, file: str | None = None) -> Node:
    """Read a YAML file; ``file`` is the name to use in messages. Raises ScenarioError."""
    return _faultless(scan_file(path, file))


def scan_file(path: Path, file: str | None = None) -> Scan:
    """Read a YAML file as far as it can be read."""
    name = file or str(path)
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Scan(None, (_whole(name, f"cannot be read: {reason}", "check the file's name"),))
    return scan_bytes(raw, name)


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_LOADER)


def _whole(file: str, what: str, remedy: str) -> Problem:
    return Problem(file, 0, 0, "", what, remedy)


def _syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
    remedy = "check indentation, brackets, quotes and the space after each colon"
    if mark is None:
        return _whole(file, f"is not YAML: {what}", remedy)
    return Problem(file, mark.line + 1, mark.column + 1, "", f"is not YAML: {what}", remedy)
