"""What is to be said of a scenario that is only checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.catalog.show import coordinates
from sim.errors import ScenarioError
from sim.scenario.loader import LoadedScenario, load_scenario
from sim.scenario.resolve import station_site


def validated(path: Path, settings: Sequence[str]) -> dict[str, Any]:
    """Check one file: its errors, its warnings, and in words what it holds."""
    try:
        loaded = load_scenario(path, settings)
    except ScenarioError as error:
        errors = [problem_document(item) for item in error.problems]
        return {"file": str(path), "errors": errors, "warnings": [], "about": ""}
    warnings = [problem_document(item) for item in loaded.warnings]
    return {"file": str(path), "errors": [], "warnings": warnings, "about": about(loaded)}


def problem_document(item: Any) -> dict[str, Any]:
    """Give a problem for JSON."""
    keys = ("file", "line", "column", "path", "what", "remedy", "severity")
    return {key: getattr(item, key) for key in keys} | {"text": str(item)}


def about(loaded: LoadedScenario) -> str:
    """Say in words what a scenario holds, so that a slip can be seen."""
    scenario, site = loaded.scenario, station_site(loaded.scenario)
    where = coordinates(site.latitude_deg, site.longitude_deg)
    days = f"{scenario.horizon.start} to {scenario.horizon.end}"
    lanes = f"lanes {', '.join(scenario.lanes)}" if scenario.lanes else "no lanes: the station alone"
    return f"{scenario.name}; site {site.id} {where}; {lanes}; {days}"
