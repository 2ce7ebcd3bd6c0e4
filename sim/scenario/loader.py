"""Load a scenario: file, parents, settings, catalogue, model, domain checks; all problems at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.catalog.loader import HORIZONS, KINDS, extended_catalog, horizon_file, known_ids
from sim.catalog.models import Catalog, LandingSite, Terrain
from sim.document.bind import FAILED, Binder, Failed
from sim.document.merge import pruned
from sim.document.nodes import ListNode, MapNode, Node, ScalarNode, find, leaves
from sim.document.problem import Position, Problem, dotted, shown
from sim.errors import ScenarioError
from sim.scenario.checks import run_checks
from sim.scenario.draft import Draft
from sim.scenario.extends import Override, override, read_chain
from sim.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario that holds together.

    Attributes
    ----------
    scenario : Scenario
    warnings : tuple of Problem
        What is legal but cannot work, or worth a look.
    sources : mapping of str to Position
        Dotted key of each value written in a file to its place.
    path : Path
        The file that was asked for; ``files`` are that and its parents.
    overrides : tuple of Override
        Values given on the command line, with what they replaced.
    merged : MapNode
        The merged tree as written, before defaults; without nulls.
    """

    scenario: Scenario
    warnings: tuple[Problem, ...]
    sources: Mapping[str, Position]
    path: Path
    files: tuple[Path, ...]
    overrides: tuple[Override, ...]
    merged: MapNode


def load_scenario(path: str | Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Load and check a scenario; raises ScenarioError with every problem found."""
    path = Path(path)
    chain = read_chain(path)
    root, made, bad_settings = override(chain.root, overrides)
    draft, unbound = _bound(root)
    problems = [*chain.problems, *bad_settings, *unbound]
    checked = list(run_checks(draft))
    told_better = {(problem.file, problem.line, problem.column, problem.path) for problem in checked}
    problems = [p for p in problems if (p.file, p.line, p.column, p.path) not in told_better]
    problems += [problem for problem in checked if problem.severity == "error"]
    if problems or draft.scenario is None:
        raise ScenarioError(_in_file_order(problems))
    merged = pruned(root)
    return LoadedScenario(
        scenario=draft.scenario,
        warnings=tuple(_in_file_order([problem for problem in checked if problem.severity == "warning"])),
        sources={dotted(key): node.at for key, node in leaves(merged)},
        path=path,
        files=chain.files,
        overrides=made,
        merged=merged if isinstance(merged, MapNode) else root,
    )


def _in_file_order(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column))


def _bound(root: MapNode) -> tuple[Draft, list[Problem]]:
    """Read the tree as far as it can be read; what can not is noted and left out of the draft."""
    binder = Binder()
    mine = _own_entries(root, binder)
    binder.known = {**known_ids(mine), **_own_ids(root)}
    catalog, broken = extended_catalog(mine, binder)
    catalog = _with_horizons(catalog, root, binder)
    document = pruned(_without(root, {"catalog", "partners"}))
    fields: dict[str, Any] = {name: FAILED for name in Scenario.model_fields}
    fields.update(_parts(document, binder))
    fields["catalog"] = catalog
    fields["partners"] = {key: catalog.partners[key] for key in _partner_ids(root) if key in catalog.partners}
    _set_site_horizon(fields, root, binder)
    readable = not binder.problems and not any(isinstance(value, Failed) for value in fields.values())
    scenario = Scenario.model_construct(**fields) if readable else None
    return Draft.of(fields, root, broken, scenario), binder.problems


def _parts(document: Node, binder: Binder) -> dict[str, Any]:
    """Read the scenario's own keys, each by itself, so that one bad part hides no other."""
    shell = binder.partial(document, Scenario, skip={"catalog", "partners"})
    return {**{"partners": {}, "lanes": {}}, **shell}


def _without(root: MapNode, keys: set[str]) -> MapNode:
    return MapNode({k: v for k, v in root.entries.items() if k not in keys}, root.at, root.key_at)


def _own_entries(root: MapNode, binder: Binder) -> dict[str, MapNode]:
    """Find the scenario's catalogue entries and partners by kind."""
    mine: dict[str, MapNode] = {}
    section = root.entries.get("catalog")
    if section is not None and not _nothing(section):
        mine.update(binder.sections(section, ("catalog",), set(KINDS) - {"partners"}))
    partners = root.entries.get("partners")
    if partners is not None and not _nothing(partners):
        mine.update(binder.sections(MapNode({"partners": partners}, partners.at), (), {"partners"}))
    return mine


def _nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _own_ids(root: MapNode) -> dict[str, set[str]]:
    """List the ids a scenario gives to its own parts."""
    lanes = root.entries.get("lanes")
    listed = {
        "station_elements": [find(root, ("station", "surface")), find(root, ("station", "orbit"))],
        "deliveries": [root.entries.get("deliveries")],
    }
    ids = {kind: {name for node in nodes for name in _ids_in(node)} for kind, nodes in listed.items()}
    return {**ids, "lanes": set(lanes.entries) if isinstance(lanes, MapNode) else set()}


def _ids_in(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, ListNode) else ()
    found = [find(item, ("id",)) for item in items]
    return [node.text for node in found if isinstance(node, ScalarNode)]


def _partner_ids(root: MapNode) -> list[str]:
    node = root.entries.get("partners")
    return [key for key, entry in node.entries.items() if not _nothing(entry)] if isinstance(node, MapNode) else []


def _with_horizons(catalog: Catalog, root: MapNode, binder: Binder) -> Catalog:
    """Turn the horizon and terrain files that the scenario's own sites name into paths that can be opened."""
    section = find(root, ("catalog", "landing_sites"))
    changed = {}
    for key in section.entries if isinstance(section, MapNode) else ():
        site = catalog.landing_sites.get(key)
        if site is not None:
            changed[key] = _with_files(site, root, ("catalog", "landing_sites", key), binder)
    if not changed:
        return catalog
    return catalog.model_copy(update={"landing_sites": {**catalog.landing_sites, **changed}})


def _with_files(site: LandingSite, root: MapNode, path: tuple[str, ...], binder: Binder) -> LandingSite:
    """Turn the files that a site names into paths that can be opened."""
    mask = find(root, (*path, "horizon"))
    if site.horizon is not None and isinstance(mask, ScalarNode) and mask.value is not None:
        site = _opened(site, mask, (*path, "horizon"), binder)
    models = find(root, (*path, "terrain", "dem"))
    if site.terrain is not None and isinstance(models, ListNode):
        site = _with_terrain(site, site.terrain, models, (*path, "terrain", "dem"), binder)
    return site


def _opened(site: LandingSite, node: ScalarNode, key: tuple[str, ...], binder: Binder) -> LandingSite:
    found = horizon_file(node.text, Path(node.at.file).parent) if "\0" not in node.text else None
    if found is None:
        binder.note(node.at, key, f"there is no horizon mask '{node.text}'", "name a CSV beside the scenario")
        return site
    name = found.name if found.parent == HORIZONS else str(found.resolve())
    return site.model_copy(update={"horizon": name})


def _with_terrain(
    site: LandingSite, terrain: Terrain, models: ListNode, key: tuple[str, ...], binder: Binder
) -> LandingSite:
    """Turn the elevation models into absolute paths; each is taken beside the file that names it."""
    named = [node for node in models.items if isinstance(node, ScalarNode)]
    files = [Path(node.at.file).parent / node.text for node in named]
    for number, (node, file) in enumerate(zip(named, files, strict=True)):
        if "\0" in node.text or not file.is_file():
            what = f"there is no elevation model {shown(node.text)}"
            binder.note(node.at, (*key, number), what, "name a PDS3 label, GeoTIFF or JPEG 2000 beside the scenario")
    dem = tuple(str(file.resolve()) for file in files if "\0" not in str(file))
    return site.model_copy(update={"terrain": terrain.model_copy(update={"dem": dem})})


def _set_site_horizon(fields: dict[str, Any], root: MapNode, binder: Binder) -> None:
    station = fields["station"]
    if isinstance(station, Failed) or not isinstance(station.site, LandingSite):
        return
    site = _with_files(station.site, root, ("station", "site"), binder)
    fields["station"] = station.model_copy(update={"site": site})
