"""Write the tables of docs/scenario.md from the models: ``python docs/scenario_keys.py``.

Everything in that file after the marker is generated; the text before it is written by hand.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.catalog.loader import KINDS
from sim.catalog.models import Catalog, Partner
from sim.document.fields import Figure, IdOf, InUnit, yaml_key
from sim.document.quantity import dimension_of, example_of, format_quantity, units_of
from sim.scenario.model import Scenario

PAGE = Path(__file__).with_name("scenario.md")
MARKER = "<!-- The tables below are written by docs/scenario_keys.py. -->\n"
KEYED = tuple(KINDS.values())
EXTENDS = "| `extends` | text | | Parent file; the path counts from this file's folder. |"
PATHS = {"Scenario": "the file itself", "Partner": "partners.ID", "Catalog": "catalog"}


def sections(model: type[BaseModel], path: str, seen: set[type[BaseModel]]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Walk the models from a root, each once, with the key where it stands."""
    if model in seen or issubclass(model, Figure):
        return
    seen.add(model)
    yield path, model
    for name, info in model.model_fields.items():
        for inner, suffix in inner_models(info.annotation):
            yield from sections(inner, f"{path}.{yaml_key(name)}{suffix}".removeprefix("."), seen)


def inner_models(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """Models inside an annotation, and what a key to them ends with: ``[]`` in a list, ``.ID`` in a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, ""
        return
    suffix = {tuple: "[]", dict: ".ID"}.get(get_origin(annotation), "")
    for argument in get_args(annotation):
        yield from ((model, suffix + more) for model, more in inner_models(argument))


def value_words(annotation: Any, marks: tuple[Any, ...] = ()) -> str:
    """What may be written for a field: a dimension, the kind of an id, choices, or the name of a table."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return value_words(arguments[0], (*arguments[1:], *marks))
    if origin in {types.UnionType, Union}:
        return " or ".join(value_words(argument, marks) for argument in arguments if argument is not type(None))
    dimension = next((dimension_of(mark.unit) for mark in marks if isinstance(mark, InUnit)), "")
    if origin is not None:
        return CONTAINERS[origin](arguments, dimension)
    kind = next((f"id of {mark.kind}" for mark in marks if isinstance(mark, IdOf)), "")
    return kind or dimension or _plain_words(annotation)


def _tuple_words(arguments: tuple[Any, ...], dimension: str) -> str:
    if arguments[-1] is Ellipsis:
        return f"list of {value_words(arguments[0])}"
    return "[" + ", ".join(dimension or value_words(argument) for argument in arguments) + "]"


CONTAINERS: dict[Any, Callable[[tuple[Any, ...], str], str]] = {
    tuple: _tuple_words,
    dict: lambda arguments, _: f"mapping of ids to {value_words(arguments[1])}",
    Literal: lambda arguments, _: " \\| ".join(f"`{choice}`" for choice in arguments),
}


def _plain_words(annotation: Any) -> str:
    if issubclass(annotation, Figure):
        return f"[figure](#figures): {dimension_of(annotation.unit)}"
    if issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return {date: "date", str: "text", float: "number", int: "number"}[annotation]


def default_words(info: FieldInfo) -> str:
    """What holds where the key is left out."""
    if info.is_required():
        return "must be there"
    value = info.get_default(call_default_factory=True)
    if value is None or value in ((), "", {}):
        return ""
    if isinstance(value, BaseModel):
        return "the defaults"
    return f"`{_shown(value, unit_of(info))}`"


def unit_of(info: FieldInfo) -> str | None:
    """Unit that a field is held in."""
    aliased = [mark for part in get_args(info.annotation) for mark in getattr(part, "__metadata__", ())]
    return next((mark.unit for mark in (*info.metadata, *aliased) if isinstance(mark, InUnit)), None)


def _shown(value: Any, unit: str | None) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(item, unit) for item in value) + "]"
    return format_quantity(value, unit) if isinstance(value, float) and unit is not None else str(value)


def table(path: str, model: type[BaseModel]) -> str:
    """Section of one model."""
    title = model.__name__
    rows = [f"### {title}", "", f"`{path}`: {_one_line(model.__doc__)}", ""]
    rows += ["| key | value | left out | meaning |", "|---|---|---|---|"]
    rows += [EXTENDS] if model is Scenario else []
    rows += [row(name, info) for name, info in model.model_fields.items() if name != "id" or model not in KEYED]
    return "\n".join(rows) + "\n"


def row(name: str, info: FieldInfo) -> str:
    """Row of one key."""
    optional = name == "catalog" or name in KINDS
    words = value_words(info.annotation, tuple(info.metadata)), "" if optional else default_words(info)
    return f"| `{yaml_key(name)}` | {words[0]} | {words[1]} | {_one_line(info.description)} |"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("``", "`").split())


def units_table() -> str:
    """Units and an example of each dimension."""
    units = ("kg", "km", "s", "deg", "m/s", "m/s/d", "km2/s2", "N", "kW", "kWh", "Wh/kg", "m2", "kg/m2", "m2/kg", "/yr")
    rows = [
        f"| {dimension_of(unit)} | {', '.join(f'`{each}`' for each in units_of(unit))} | `{example_of(unit)}` |"
        for unit in units
    ]
    rows += ["| share | none, or `%` | `0.02`, `2 %` |", "| date | | `2029-01-01` |"]
    return "\n".join(["### Units", "", "| dimension | units | example |", "|---|---|---|", *rows]) + "\n"


def tables() -> str:
    """Everything that follows the marker."""
    seen: set[type[BaseModel]] = set()
    parts: Mapping[type[BaseModel], str] = {
        model: PATHS.get(model.__name__, path)
        for root, start in ((Scenario, ""), (Partner, "partners.ID"), (Catalog, "catalog"))
        for path, model in sections(root, start, seen)
    }
    return "\n".join([units_table(), *(table(path, model) for model, path in parts.items())])


def page(text: str) -> str:
    """Give the page with its tables renewed."""
    return text.partition(MARKER)[0] + MARKER + "\n" + tables()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
