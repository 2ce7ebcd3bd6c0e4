"""The tree of a YAML text, every node with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sim.document.problem import Position

ScalarValue: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A leaf: its value by the YAML 1.2 core schema and its text as written."""

    value: ScalarValue
    text: str
    at: Position


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence."""

    items: tuple[Node, ...]
    at: Position


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping from keys, always text, to nodes; ``key_at`` holds the place of each key."""

    entries: Mapping[str, Node]
    at: Position
    key_at: Mapping[str, Position] = field(default_factory=dict)


Node: TypeAlias = ScalarNode | ListNode | MapNode


def is_null(node: Node) -> bool:
    """Whether the node is YAML's null."""
    return isinstance(node, ScalarNode) and node.value is None


def kind_of(node: Node) -> str:
    """Name the kind of a node in words for a message."""
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    names = {type(None): "nothing", bool: "true or false", int: "a bare number", float: "a bare number", str: "text"}
    return names[type(node.value)]


def plain(node: Node) -> object:
    """Strip positions: nested dicts, lists and scalars."""
    if isinstance(node, MapNode):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return node.value


def find(node: Node, path: tuple[str | int, ...]) -> Node | None:
    """Follow a path of keys and indices; None where it leads nowhere."""
    here: Node | None = node
    for part in path:
        here = _child(here, part)
        if here is None:
            return None
    return here


def _child(node: Node | None, part: str | int) -> Node | None:
    if isinstance(node, MapNode):
        return node.entries.get(str(part))
    if isinstance(node, ListNode) and isinstance(part, int) and 0 <= part < len(node.items):
        return node.items[part]
    return None


def place_of(root: Node, path: tuple[str | int, ...]) -> Position:
    """Say where the value at ``path`` was written; where it was not, the nearest node above it."""
    here: Node = root
    for part in path:
        below = _child(here, part)
        if below is None:
            break
        here = below
    return here.at


def leaves(node: Node, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Node]]:
    """List every leaf (and empty collection) with its path, in document order."""
    children: list[tuple[str | int, Node]] = []
    if isinstance(node, MapNode):
        children = list(node.entries.items())
    elif isinstance(node, ListNode):
        children = list(enumerate(node.items))
    if not children:
        return [(path, node)]
    return [leaf for part, child in children for leaf in leaves(child, (*path, part))]
