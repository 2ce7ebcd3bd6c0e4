"""Laying one tree over another: mappings merge, lists and scalars replace, null removes."""

from __future__ import annotations

from sim.document.nodes import ListNode, MapNode, Node, is_null


def merge(under: Node, over: Node) -> Node:
    """Lay ``over`` on ``under``. Nulls stay as marks, so that a further layer below is removed too: see `pruned`."""
    if not (isinstance(under, MapNode) and isinstance(over, MapNode)):
        return over
    entries = dict(under.entries)
    for key, value in over.entries.items():
        entries[key] = merge(entries[key], value) if key in entries else value
    return MapNode(entries, over.at, {**under.key_at, **over.key_at})


def pruned(node: Node) -> Node:
    """Drop every key whose value is null."""
    if isinstance(node, MapNode):
        kept = {key: pruned(value) for key, value in node.entries.items() if not is_null(value)}
        return MapNode(kept, node.at, node.key_at)
    if isinstance(node, ListNode):
        return ListNode(tuple(pruned(item) for item in node.items), node.at)
    return node
