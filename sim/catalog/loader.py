"""The shipped catalogue, and the same with a scenario's own entries laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.catalog.models import (
    Catalog,
    GroundStation,
    Lander,
    LandingSite,
    Launcher,
    LaunchSite,
    LunarOrbit,
    Partner,
    StagingOrbit,
)
from sim.document.bind import Binder, Failed
from sim.document.merge import merge, pruned
from sim.document.nodes import MapNode, Node
from sim.document.problem import Position, dotted
from sim.document.reader import read_file
from sim.errors import DataMissingError, ScenarioError

KINDS: dict[str, type[BaseModel]] = {
    "partners": Partner,
    "launch_sites": LaunchSite,
    "launchers": Launcher,
    "landers": Lander,
    "landing_sites": LandingSite,
    "staging_orbits": StagingOrbit,
    "ground_stations": GroundStation,
    "lunar_orbits": LunarOrbit,
}
DATA = Path(__file__).parent / "data"
HORIZONS = DATA / "horizons"


@cache
def catalog_nodes() -> Mapping[str, MapNode]:
    """Give the shipped entries of each kind as nodes."""
    return {kind: _entries(DATA / f"{kind}.yaml") for kind in KINDS}


def _entries(path: Path) -> MapNode:
    node = read_file(path, f"catalog/{path.name}")
    if not isinstance(node, MapNode):
        message = f"the catalogue file {path.name} is damaged: install Moonport again"
        raise DataMissingError(message)
    return node


@cache
def load_catalog() -> Catalog:
    """Give the shipped catalogue, frozen."""
    nodes = catalog_nodes()
    binder = Binder(known={kind: set(entries.entries) for kind, entries in nodes.items()})
    found: dict[str, Any] = {kind: _bind_entries(binder, kind, entries) for kind, entries in nodes.items()}
    if binder.problems:
        raise ScenarioError(binder.problems)
    return Catalog.model_construct(None, **found)


def _bind_entries(binder: Binder, kind: str, entries: MapNode) -> dict[str, BaseModel]:
    return {
        key: model
        for key, node in entries.entries.items()
        if not isinstance(model := binder.model(node, KINDS[kind], (kind, key), {"id": key}), Failed)
    }


def known_ids(over: Mapping[str, MapNode]) -> dict[str, set[str]]:
    """List the ids of each kind, the scenario's own among them."""
    mine = {kind: set(over[kind].entries) if kind in over else set() for kind in KINDS}
    return {kind: set(entries.entries) | mine[kind] for kind, entries in catalog_nodes().items()}


def extended_catalog(over: Mapping[str, MapNode], binder: Binder) -> tuple[Catalog, frozenset[tuple[str, str]]]:
    """Lay a scenario's entries over the shipped ones.

    Problems go to ``binder``. Returns the catalogue and the (kind, id) of entries that were damaged and left out.
    """
    shipped = load_catalog()
    if not over:
        return shipped, frozenset()
    found: dict[str, Any] = {kind: dict(getattr(shipped, kind)) for kind in KINDS}
    broken = set()
    for kind, entries in over.items():
        for key, node in entries.entries.items():
            entry = _laid_over(binder, kind, key, node)
            found[kind][key] = entry
            if isinstance(entry, Failed):
                del found[kind][key]
                broken.add((kind, key))
    return Catalog.model_construct(None, **found), frozenset(broken)


def _laid_over(binder: Binder, kind: str, key: str, node: Node) -> BaseModel | Failed:
    under = catalog_nodes()[kind].entries.get(key)
    whole = pruned(merge(under, node) if under is not None else node)
    path = ("partners", key) if kind == "partners" else ("catalog", kind, key)
    model = binder.model(whole, KINDS[kind], path, {"id": key})
    return model if isinstance(model, (BaseModel, Failed)) else Failed()


def horizon_file(name: str, beside: Path | None = None) -> Path | None:
    """Find a horizon mask: a CSV beside the scenario, or one of the catalogue's by name; None where there is none."""
    places = [HORIZONS / name, HORIZONS / f"{name}.csv"]
    if beside is not None:
        places.insert(0, beside / name)
    return next((place for place in places if place.is_file()), None)


def horizon_names() -> list[str]:
    """List the shipped horizon masks."""
    return sorted(path.name for path in HORIZONS.glob("*.csv"))


def entry_source(kind: str, key: str) -> Position:
    """Say where a shipped entry is written."""
    entries = catalog_nodes()[kind]
    if key not in entries.entries:
        message = f"there is no {dotted((kind, key))}"
        raise KeyError(message)
    return entries.key_at[key]
