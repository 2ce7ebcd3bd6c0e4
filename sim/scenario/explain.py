"""The scenario in force: every value with the place it came from, and as one file that stands by itself."""

from __future__ import annotations

from typing import Any

from sim.catalog.loader import KINDS, catalog_nodes
from sim.document.nodes import MapNode, find
from sim.document.problem import Position, did_you_mean, dotted, shown
from sim.document.write import Line, plain_values, yaml_lines, yaml_text
from sim.errors import UsageError
from sim.scenario.loader import LoadedScenario
from sim.scenario.model import Scenario
from sim.scenario.resolve import resolve_lanes

Path = tuple[str | int, ...]

_COMMENT_COLUMN = 56


def resolved_values(scenario: Scenario) -> dict[str, Any]:
    """Give the scenario with its defaults, its partners and the catalogue entries it uses, as plain values."""
    values = plain_values(scenario.model_copy(update={"catalog": scenario.catalog.model_copy(update=_no_entries())}))
    values["partners"] = {key: plain_values(item) for key, item in _partners_in_use(scenario).items()}
    values["catalog"] = {
        kind: {key: plain_values(getattr(scenario.catalog, kind)[key]) for key in keys}
        for kind, keys in _entries_in_use(scenario).items()
    }
    return values


def resolved_yaml(scenario: Scenario) -> str:
    """Write the scenario as one file: it needs no parent and does not change when the shipped catalogue does."""
    return yaml_text(resolved_values(scenario))


def _no_entries() -> dict[str, dict[str, Any]]:
    return {kind: {} for kind in KINDS}


def _partners_in_use(scenario: Scenario) -> dict[str, Any]:
    names = [*scenario.partners, *(lane.partner for lane in resolve_lanes(scenario))]
    names += [item.owner for item in scenario.station.surface + scenario.station.orbit if item.owner]
    names += [lane.lander.partner for lane in resolve_lanes(scenario)]
    names += [lane.launcher.partner for lane in resolve_lanes(scenario)]
    return {key: scenario.catalog.partners[key] for key in dict.fromkeys(names) if key in scenario.catalog.partners}


def _entries_in_use(scenario: Scenario) -> dict[str, list[str]]:
    lanes = resolve_lanes(scenario)
    sites = [lane.landing_site.id for lane in lanes]
    sites += [scenario.station.site] if isinstance(scenario.station.site, str) else []
    used: dict[str, list[str]] = {
        "launch_sites": [site for lane in lanes for site in (lane.launch_site.id, *lane.launcher.launch_sites)],
        "launchers": [lane.launcher.id for lane in lanes],
        "landers": [lane.lander.id for lane in lanes],
        "landing_sites": [site for site in sites if site in scenario.catalog.landing_sites],
        "staging_orbits": [lane.staging_orbit.id for lane in lanes],
        "ground_stations": [item.id for lane in lanes for item in lane.injection_stations + lane.insertion_stations],
    }
    return {kind: list(dict.fromkeys(keys)) for kind, keys in used.items()}


def explain(loaded: LoadedScenario, key: str = "") -> str:
    """Write the scenario in force, or the part of it under ``key``, each value followed by where it was written."""
    path, here = _part(loaded, key)
    return "".join(f"{_commented(line, loaded)}\n" for line in yaml_lines(here, path))


def explained_document(loaded: LoadedScenario, key: str = "") -> dict[str, Any]:
    """Give the same for JSON: dotted key, value and origin of each line."""
    path, here = _part(loaded, key)
    return {
        dotted(leaf): {"value": value, "from": str(origin(loaded, leaf) or "default")}
        for leaf, value in _leaves(here, path)
    }


def _part(loaded: LoadedScenario, key: str) -> tuple[Path, Any]:
    path = _path(key)
    here: Any = resolved_values(loaded.scenario)
    for depth, part in enumerate(path):
        here = _below(here, part, path[:depth])
    return path, here


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    children = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if not children:
        return [(path, value)]
    return [leaf for part, child in children for leaf in _leaves(child, (*path, part))]


def _path(key: str) -> Path:
    parts = [part for part in key.replace("[", ".").replace("]", "").split(".") if part]
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def _below(here: Any, part: str | int, above: Path) -> Any:
    if isinstance(here, dict) and str(part) in here:
        return here[str(part)]
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    known = (
        list(here) if isinstance(here, dict) else [str(i) for i in range(len(here))] if isinstance(here, list) else []
    )
    message = f"there is no {shown(dotted((*above, part)))} in the scenario: {did_you_mean(str(part), known)}"
    raise UsageError(message)


def _commented(line: Line, loaded: LoadedScenario) -> str:
    if line.path is None:
        return line.text
    place = origin(loaded, line.path)
    return f"{line.text:<{_COMMENT_COLUMN}}  # {place if place is not None else 'default'}"


def origin(loaded: LoadedScenario, path: Path) -> Position | None:
    """Say where the value at ``path`` was written: scenario, command line or catalogue; None for a default."""
    found = _deepest(loaded.merged, path)
    if found is None and path[:1] in {("catalog",), ("partners",)}:
        kind, rest = (path[1], path[2:]) if path[0] == "catalog" else ("partners", path[1:])
        shipped = catalog_nodes().get(str(kind))
        found = _deepest(shipped, rest) if shipped is not None else None
    return found


def _deepest(root: MapNode, path: Path) -> Position | None:
    """Find the node at ``path``, or the scalar above it that stands for the whole (``mass: 8 t`` for a figure)."""
    for length in range(len(path), 0, -1):
        node = find(root, path[:length])
        if node is not None:
            return None if length < len(path) and isinstance(node, MapNode) else node.at
    return None
