"""JSON Schema of scenario files, generated from the models: editors use it to complete and check."""

from __future__ import annotations

import json
from typing import Any

from sim.catalog.loader import KINDS
from sim.scenario.model import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """Give the schema of a scenario file.

    Keys that a parent may hold are not required where ``extends`` stands; entries under ``catalog`` and ``partners``
    may hold any part of an entry, as they are laid over the shipped ones.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    required = [key for key in schema.pop("required") if key != "catalog"]
    schema["properties"] = {
        "extends": {"type": "string", "description": "Parent file; the path counts from this file's folder."},
        **schema["properties"],
    }
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    definitions = schema["$defs"]
    for name in [model.__name__ for model in KINDS.values()]:
        _make_partial(definitions[name])
    definitions["Catalog"].pop("required")
    for name in ("SurfaceElement", "OrbitElement", "Delivery"):
        definitions[name]["properties"]["id"] = {"type": "string"}
    return {"$schema": DIALECT, **schema, "title": "Moonport scenario"}


def _make_partial(definition: dict[str, Any]) -> None:
    definition.pop("required", None)
    definition["properties"].pop("id", None)


def schema_text() -> str:
    """Write the schema as JSON."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
