"""From plain values back to YAML text that reads the same, and from models to plain values with units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from sim.document.core_schema import typed_scalar
from sim.document.fields import Figure, InUnit, yaml_key
from sim.document.quantity import format_quantity

Path = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z0-9_.+\-][A-Za-z0-9_.+/²%\- ()]*(?<! )")
_LONGEST_FLOW = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A line of YAML, and the path of the value it ends with (None for the head of a block)."""

    text: str
    path: Path | None


def plain_values(model: BaseModel) -> dict[str, Any]:
    """Turn a model into nested dicts under its YAML keys, quantities as text with their units; None is left out."""
    values: dict[str, Any] = {}
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None or name == "id" or (value == "" and not info.is_required()):
            continue
        values[yaml_key(name)] = _plain_value(value, _unit_of(model, info.annotation, tuple(info.metadata)))
    return values


def _unit_of(model: BaseModel, annotation: Any, marks: tuple[Any, ...]) -> str | None:
    if isinstance(model, Figure) and annotation is float:
        return model.unit
    unit = next((mark.unit for mark in marks if isinstance(mark, InUnit)), None)
    if unit is not None:
        return unit
    if get_origin(annotation) is Annotated:
        return _unit_of(model, get_args(annotation)[0], tuple(get_args(annotation)[1:]))
    units = [_unit_of(model, inner, ()) for inner in get_args(annotation)]
    return next((unit for unit in units if unit is not None), None)


def _plain_value(value: Any, unit: str | None) -> Any:
    if isinstance(value, BaseModel):
        named = "id" in type(value).model_fields and isinstance(value, BaseModel)
        return ({"id": value.id} if named else {}) | plain_values(value)  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {key: plain_values(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain_value(item, unit) for item in value]
    if isinstance(value, float) and unit is not None:
        return format_quantity(value, unit)
    return value.isoformat() if isinstance(value, date) else value


def yaml_text(values: Mapping[str, Any]) -> str:
    """Write nested values as YAML."""
    return "".join(f"{line.text}\n" for line in yaml_lines(values))


def yaml_lines(value: Any, path: Path = (), depth: int = 0) -> list[Line]:
    """Write nested values as YAML, line by line with their paths."""
    indent = "  " * depth
    if isinstance(value, Mapping):
        return [
            line for key, item in value.items() for line in _entry(f"{indent}{_key(key)}:", item, (*path, key), depth)
        ]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [line for i, item in enumerate(value) for line in _item(indent, item, (*path, i), depth)]
    return [Line(indent + _scalar(value), path)]


def _entry(head: str, item: Any, path: Path, depth: int) -> list[Line]:
    flow = _flow(item)
    scalar = not isinstance(item, Mapping) and not _is_list(item)
    if flow is not None and (scalar or len(head) + len(flow) < _LONGEST_FLOW):
        return [Line(f"{head} {flow}", path)]
    return [Line(head, None), *yaml_lines(item, path, depth + 1)]


def _item(indent: str, item: Any, path: Path, depth: int) -> list[Line]:
    flow = _flow(item)
    if flow is not None and len(indent) + len(flow) < _LONGEST_FLOW:
        return [Line(f"{indent}- {flow}", path)]
    first, *rest = yaml_lines(item, path, depth + 1)
    return [Line(f"{indent}- {first.text.lstrip()}", first.path), *rest]


def _flow(value: Any) -> str | None:
    """Write a scalar, or a collection of scalars on one line; None for what is nested deeper."""
    if isinstance(value, Mapping):
        if any(isinstance(item, Mapping) or (_is_list(item) and item) for item in value.values()) and value:
            return None
        return "{" + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if _is_list(value):
        if any(isinstance(item, Mapping) or _is_list(item) for item in value):
            return None
        return "[" + ", ".join(_scalar(item) for item in value) + "]"
    return _scalar(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _key(key: Any) -> str:
    return _scalar(str(key))


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    readable = _PLAIN.fullmatch(text) is not None and typed_scalar(text) == text and not text.startswith("- ")
    return text if readable and text != "-" and ": " not in text and " #" not in text else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08X}"
