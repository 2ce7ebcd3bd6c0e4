"""What the catalogue holds, as text."""

from __future__ import annotations

from typing import Any

from sim.catalog.loader import KINDS, entry_source, load_catalog
from sim.catalog.performance import TYPICAL_C3_KM2_S2
from sim.document.problem import did_you_mean, shown
from sim.document.write import plain_values, yaml_text
from sim.errors import UsageError


def catalog_index(kind: str | None = None) -> dict[str, dict[str, str]]:
    """Give name by id, by kind; of one kind only where it is named."""
    if kind is not None and kind not in KINDS:
        message = f"the catalogue holds no {shown(kind)}: {did_you_mean(kind, KINDS)}"
        raise UsageError(message)
    catalog = load_catalog()
    return {
        each: {key: _title(entry) for key, entry in getattr(catalog, each).items()}
        for each in KINDS
        if kind in {None, each}
    }


def _title(entry: Any) -> str:
    name = str(entry.name or entry.id)
    if hasattr(entry, "latitude_deg"):
        name += f", {coordinates(entry.latitude_deg, entry.longitude_deg)}"
    if hasattr(entry, "tli"):
        figure = min(entry.tli, key=lambda point: abs(point.c3_km2_s2 - TYPICAL_C3_KM2_S2)).mass
        name += f", {figure.value / 1000.0:g} t to the Moon ({figure.status})"
    if hasattr(entry, "launch_mass"):
        name += f", {entry.launch_mass.value / 1000.0:g} t ({entry.launch_mass.status})"
    return name


def coordinates(latitude_deg: float, longitude_deg: float) -> str:
    """Write coordinates as a person reads them: ``89.53° S 150.05° W``."""
    east = (longitude_deg + 180.0) % 360.0 - 180.0
    north_south, east_west = "NS"[latitude_deg < 0], "EW"[east < 0]
    return f"{abs(latitude_deg):.2f}° {north_south} {abs(east):.2f}° {east_west}"


def find_entries(name: str, kind: str | None = None) -> dict[tuple[str, str], Any]:
    """Find the entries of that id, by kind and id, of one kind where it is named; raises UsageError for none."""
    catalog = load_catalog()
    kinds = list(catalog_index(kind))
    found = {(each, name): getattr(catalog, each)[name] for each in kinds if name in getattr(catalog, each)}
    if not found:
        known = [key for each in kinds for key in getattr(catalog, each)]
        message = f"the catalogue has no entry {shown(name)}: {did_you_mean(name, known + kinds)}"
        raise UsageError(message)
    return found


def index_text(index: dict[str, dict[str, str]]) -> str:
    """Write the index as a list."""
    blocks = []
    for kind, entries in index.items():
        width = max((len(key) for key in entries), default=0)
        blocks.append(f"{kind}\n" + "".join(f"  {key:<{width}}  {title}\n" for key, title in entries.items()))
    return "\n".join(blocks)


def entry_text(kind: str, key: str, entry: Any) -> str:
    """Write an entry as YAML that could stand in a scenario's ``catalog:`` section."""
    return f"# {kind}, {entry_source(kind, key)}\n" + yaml_text({key: plain_values(entry)})


def entry_document(kind: str, entry: Any) -> dict[str, Any]:
    """Give an entry for JSON."""
    return {"kind": kind, "id": entry.id, **plain_values(entry)}
