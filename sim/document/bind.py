"""From nodes to frozen models: every problem is noted with its place, and reading goes on.

A model is walked field by field with the types it declares. Pydantic then checks the limits of each model by itself,
so that one bad value hides nothing else.
"""

from __future__ import annotations

import math
import re
import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim.document.fields import Figure, IdOf, InUnit, OneForBoth, yaml_key
from sim.document.nodes import ListNode, MapNode, Node, ScalarNode, is_null, kind_of
from sim.document.problem import Position, Problem, did_you_mean, dotted, problem_at, shown
from sim.document.quantity import QuantityError, example_of, parse_quantity

Path = tuple[str | int, ...]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Failed:
    """Stands for a value that could not be read; its problem is noted."""


FAILED = Failed()


@dataclass(slots=True)
class Binder:
    """Reads nodes as declared types, collecting problems. ``known`` maps kinds of ids to the ids there are."""

    known: Mapping[str, Collection[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, at: Position, path: Path, what: str, remedy: str) -> Failed:
        """Note a problem; gives `FAILED` to return."""
        self.problems.append(problem_at(at, dotted(path), what, remedy))
        return FAILED

    def bind(self, node: Node, wanted: Any, path: Path = (), marks: tuple[Any, ...] = ()) -> Any:
        """Read ``node`` as ``wanted``; gives `FAILED` where that is impossible."""
        if get_origin(wanted) is Annotated:
            inner, *more = get_args(wanted)
            return self.bind(node, inner, path, (*marks, *more))
        if get_origin(wanted) is not None:
            return self._generic(node, wanted, path, marks)
        if isinstance(wanted, type) and issubclass(wanted, Figure):
            return self._figure(node, wanted, path)
        if isinstance(wanted, type) and issubclass(wanted, BaseModel):
            return self.model(node, wanted, path)
        return self._scalar(node, wanted, path, marks)

    def _generic(self, node: Node, wanted: Any, path: Path, marks: tuple[Any, ...]) -> Any:
        origin, inner = get_origin(wanted), get_args(wanted)
        if origin in {Union, types.UnionType}:
            return self._union(node, inner, path, marks)
        if origin is tuple:
            return self._tuple(node, inner, path, marks)
        if origin is dict:
            return self._dict(node, inner[1], path)
        return self._literal(node, inner, path)

    def model(self, node: Node, model: type[BaseModel], path: Path, given: Mapping[str, Any] | None = None) -> Any:
        """Read a mapping as a model; ``given`` are values that do not stand in the file (an entry's id)."""
        if not isinstance(node, MapNode):
            return self.note(node.at, path, f"{kind_of(node)} stands where a mapping belongs", _keys_remedy(model))
        fields = {yaml_key(name): info for name, info in model.model_fields.items()}
        values: dict[str, Any] = dict(given or {})
        for key, child in node.entries.items():
            if key not in fields:
                self._unknown_key(node.key_at.get(key, child.at), (*path, key), set(fields))
            elif not is_null(child):
                values[key] = self._field(child, fields[key], (*path, key), model)
        self._missing(node, fields, values, path)
        failed = any(isinstance(value, Failed) for value in values.values())
        complete = all(key in values for key, info in fields.items() if info.is_required())
        if failed or not complete:
            self._good_parts(node, fields, values, path)
            return FAILED
        return self._validated(node, model, values, path)

    def _good_parts(
        self, node: MapNode, fields: Mapping[str, FieldInfo], values: Mapping[str, Any], path: Path
    ) -> None:
        """Check the limits of what could be read of a model that cannot be made."""
        for key, value in values.items():
            if key in node.entries and key in fields and not isinstance(value, Failed):
                self._within(node.entries[key], fields[key], value, (*path, key))

    def partial(self, node: Node, model: type[BaseModel], skip: Collection[str]) -> dict[str, Any]:
        """Read the fields of a model one by one, by name: `FAILED` where one cannot be read, defaults where left out.

        Limits that span fields are not checked. ``skip`` are fields left alone.
        """
        if not isinstance(node, MapNode):
            self.note(node.at, (), f"{kind_of(node)} stands where a mapping belongs", _keys_remedy(model))
            return {}
        fields = {name: info for name, info in model.model_fields.items() if name not in skip}
        for key, child in node.entries.items():
            if key not in {yaml_key(name) for name in fields}:
                self._unknown_key(node.key_at.get(key, child.at), (key,), {yaml_key(name) for name in fields})
        self._missing(node, {yaml_key(name): info for name, info in fields.items()}, node.entries, ())
        return {name: self._part(node, model, name, info) for name, info in fields.items()}

    def _part(self, node: MapNode, model: type[BaseModel], name: str, info: FieldInfo) -> Any:
        child = node.entries.get(yaml_key(name))
        if child is None:
            return FAILED if info.is_required() else info.get_default(call_default_factory=True)
        value = self._field(child, info, (yaml_key(name),), model)
        return FAILED if isinstance(value, Failed) else self._within(child, info, value, (yaml_key(name),))

    def _within(self, node: Node, info: FieldInfo, value: Any, path: Path) -> Any:
        if not info.metadata:
            return value
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[(info.annotation, *info.metadata)])  # type: ignore[arg-type]
        try:
            return adapter.validate_python(value, strict=True)
        except ValidationError as error:
            what, remedy = _in_words(error.errors(include_url=False)[0], _unit_of(info))
            return self.note(node.at, path, what, remedy)

    def sections(self, node: Node, path: Path, names: Collection[str]) -> dict[str, MapNode]:
        """Split a mapping of mappings by its known names; everything else is a problem."""
        if not isinstance(node, MapNode):
            self.note(node.at, path, f"{kind_of(node)} stands where a mapping belongs", f"write {', '.join(names)}")
            return {}
        found: dict[str, MapNode] = {}
        for name, child in node.entries.items():
            if name not in names:
                self._unknown_key(node.key_at.get(name, child.at), (*path, name), set(names))
            elif isinstance(child, MapNode):
                found[name] = self._entries(child, (*path, name))
            elif not is_null(child):
                self.note(child.at, (*path, name), f"{kind_of(child)} stands where a mapping belongs", "write `id: {}`")
        return found

    def _entries(self, node: MapNode, path: Path) -> MapNode:
        good = {
            key: child
            for key, child in node.entries.items()
            if self._is_id(node.key_at.get(key, child.at), key, (*path, key)) and not is_null(child)
        }
        return MapNode(good, node.at, node.key_at)

    def _field(self, node: Node, info: FieldInfo, path: Path, model: type[BaseModel]) -> Any:
        if issubclass(model, Figure) and info.annotation is float:
            return self._scalar(node, float, path, (InUnit(model.unit),))
        return self.bind(node, info.annotation, path, tuple(info.metadata))

    def _unknown_key(self, at: Position, path: Path, known: set[str]) -> None:
        self.note(at, path, "unknown key", did_you_mean(str(path[-1]), known - {"id"}))

    def _missing(self, node: MapNode, fields: Mapping[str, FieldInfo], values: Mapping[str, Any], path: Path) -> None:
        for key, info in fields.items():
            if info.is_required() and key not in values:
                example = _example(info)
                self.note(node.at, (*path, key), "is missing", f"add `{key}: {example}`")

    def _validated(self, node: MapNode, model: type[BaseModel], values: Mapping[str, Any], path: Path) -> Any:
        try:
            return model.model_validate(dict(values))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                keys = tuple(part for part in detail["loc"] if isinstance(part, str))[:1]
                child = node.entries.get(keys[0], node) if keys else node
                fields = {yaml_key(name): info for name, info in model.model_fields.items()}
                unit = _unit_of(fields[keys[0]]) if keys and keys[0] in fields else ""
                what, remedy = _in_words(detail, unit)
                self.note(child.at, (*path, *keys), what, remedy)
            return FAILED

    def _union(self, node: Node, options: tuple[Any, ...], path: Path, marks: tuple[Any, ...]) -> Any:
        if is_null(node) and type(None) in options:
            return None
        rest = [option for option in options if option is not type(None)]
        if len(rest) == 1:
            return self.bind(node, rest[0], path, marks)
        models = [option for option in rest if isinstance(option, type) and issubclass(option, BaseModel)]
        others = [option for option in rest if option not in models]
        wanted = models[0] if isinstance(node, MapNode) and models else others[0]
        return self.bind(node, wanted, path, marks)

    def _tuple(self, node: Node, items: tuple[Any, ...], path: Path, marks: tuple[Any, ...]) -> Any:
        many = len(items) == 2 and items[1] is Ellipsis
        count = "a list" if many else f"a list of {len(items)} values"
        if isinstance(node, ScalarNode) and any(isinstance(mark, OneForBoth) for mark in marks):
            value = self.bind(node, items[0], path, marks)
            return value if isinstance(value, Failed) else (value, value)
        if not isinstance(node, ListNode):
            return self.note(node.at, path, f"{kind_of(node)} stands where {count} belongs", _list_remedy(marks, many))
        if not many and len(node.items) != len(items):
            return self.note(
                node.at, path, f"has {len(node.items)} values, not {len(items)}", _list_remedy(marks, many)
            )
        wanted = [items[0]] * len(node.items) if many else items
        pairs = enumerate(zip(node.items, wanted, strict=True))
        values = tuple(self.bind(child, kind, (*path, i), marks) for i, (child, kind) in pairs)
        return FAILED if any(isinstance(value, Failed) for value in values) else values

    def _dict(self, node: Node, wanted: Any, path: Path) -> Any:
        if not isinstance(node, MapNode):
            return self.note(node.at, path, f"{kind_of(node)} stands where a mapping belongs", "write `id: {...}`")
        values = {}
        for key, child in node.entries.items():
            if self._is_id(node.key_at.get(key, child.at), key, (*path, key)) and not is_null(child):
                values[key] = self._named(child, wanted, key, (*path, key))
        good = {key: value for key, value in values.items() if not isinstance(value, Failed)}
        return FAILED if values and not good else good

    def _named(self, node: Node, wanted: Any, key: str, path: Path) -> Any:
        has_id = isinstance(wanted, type) and issubclass(wanted, BaseModel) and "id" in wanted.model_fields
        return self.model(node, wanted, path, {"id": key}) if has_id else self.bind(node, wanted, path)

    def _is_id(self, at: Position, key: str, path: Path) -> bool:
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,63}", key):
            return True
        self.note(at, path, f"{shown(key)} cannot be an id", "use letters, digits, `_` and `-`, at most 64")
        return False

    def _literal(self, node: Node, choices: tuple[Any, ...], path: Path) -> Any:
        value = node.value if isinstance(node, ScalarNode) else None
        if value in choices and not isinstance(value, bool):
            return value
        said = shown(node.text) if isinstance(node, ScalarNode) else kind_of(node)
        words = [str(choice) for choice in choices]
        text = node.text if isinstance(node, ScalarNode) else ""
        remedy = f"write {text} without quotes" if text in words else did_you_mean(text, words)
        return self.note(node.at, path, f"{said} is not among the choices", remedy)

    def _figure(self, node: Node, wanted: type[Figure], path: Path) -> Any:
        if isinstance(node, ScalarNode):
            value = self._quantity(node, wanted.unit, path)
            if isinstance(value, Failed):
                return value
            return wanted(value=value, low=value, high=value, source=f"{node.at}", status="assumed")
        return self.model(node, wanted, path)

    def _scalar(self, node: Node, wanted: Any, path: Path, marks: tuple[Any, ...]) -> Any:
        if not isinstance(node, ScalarNode):
            return self.note(node.at, path, f"{kind_of(node)} stands where one value belongs", _value_remedy(wanted))
        for mark in marks:
            if isinstance(mark, InUnit):
                return self._quantity(node, mark.unit, path)
            if isinstance(mark, IdOf):
                return self._id(node, mark.kind, path)
        return self._plain(node, wanted, path)

    def _quantity(self, node: ScalarNode, unit: str, path: Path) -> Any:
        if isinstance(node.value, bool) or node.value is None:
            return self.note(node.at, path, f"{kind_of(node)} stands where a quantity belongs", _quantity_remedy(unit))
        try:
            return parse_quantity(node.text, unit)
        except QuantityError as error:
            return self.note(node.at, path, error.what, error.remedy)

    def _id(self, node: ScalarNode, kind: str, path: Path) -> Any:
        known = self.known.get(kind)
        if known is None or node.text in known:
            return node.text
        what = f"{shown(node.text)} is not among the {kind.replace('_', ' ')}"
        return self.note(node.at, path, what, did_you_mean(node.text, known))

    def _plain(self, node: ScalarNode, wanted: Any, path: Path) -> Any:
        if wanted is date:
            return self._date(node, path)
        value = node.text if wanted is str and node.value is not None else node.value
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            return self.note(node.at, path, f"{kind_of(node)} ({shown(node.text)}) does not fit", _value_remedy(wanted))
        if isinstance(value, float) and not math.isfinite(value):
            return self.note(node.at, path, f"{shown(node.text)} is not a finite number", "write a finite number")
        return value

    def _date(self, node: ScalarNode, path: Path) -> Any:
        try:
            if _DATE.fullmatch(node.text):
                return date.fromisoformat(node.text)
        except ValueError:
            return self.note(node.at, path, f"{shown(node.text)} is not in the calendar", "check month and day")
        return self.note(node.at, path, f"{shown(node.text)} is not a date", "write year-month-day, e.g. 2031-07-15")


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _unit_of(info: FieldInfo) -> str:
    unit = next((mark.unit for mark in info.metadata if isinstance(mark, InUnit)), "")
    return "" if unit == "1" else unit


def _in_words(detail: Mapping[str, Any], unit: str = "") -> tuple[str, str]:
    limits = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt", "less_than": "lt"}
    kind, context = str(detail["type"]), detail.get("ctx", {})
    if kind in limits:
        words = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}[limits[kind]]
        said, limit = (f"{number:g} {unit}".strip() for number in (detail["input"], context[limits[kind]]))
        return f"{shown(said)} is out of range", f"write {words} {limit}"
    if kind == "too_short":
        return "is empty", "write at least one"
    if kind in {"string_too_short", "string_too_long"}:
        return "is empty or too long", "write a short text"
    message = str(context.get("error", detail["msg"]))
    what, _, remedy = message.partition(" — ")
    return what, remedy or "see `moonport schema`"


def _keys_remedy(model: type[BaseModel]) -> str:
    keys = [yaml_key(name) for name, info in model.model_fields.items() if name != "id" and info.is_required()]
    return f"write its keys below it ({', '.join(keys) or 'all may be left out'})"


def _list_remedy(marks: tuple[Any, ...], many: bool) -> str:
    example = next((example_of(mark.unit) for mark in marks if isinstance(mark, InUnit)), None)
    if example is None:
        return "write `[a, b, ...]`"
    return f"write e.g. `[{example}]`" if many else f"write lower and upper end, like `[{example}, {example}]`"


def _quantity_remedy(unit: str) -> str:
    return f"write e.g. {example_of(unit)!r}"


def _value_remedy(wanted: Any) -> str:
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false", date: "a date"}
    return f"write {words.get(wanted, 'one value')}"


def _example(info: FieldInfo) -> str:
    for mark in info.metadata:
        if isinstance(mark, InUnit):
            return example_of(mark.unit) if info.annotation is float else f"[{example_of(mark.unit)}, ...]"
    return "1" if info.annotation is int else "..."
