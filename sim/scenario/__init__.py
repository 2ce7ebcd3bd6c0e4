"""Text to a validated, frozen scenario: extends, schema, domain checks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.loader import LoadedScenario, load_scenario
    from sim.scenario.resolve import ResolvedLane, resolve_lanes

_HOME = {"LoadedScenario": "loader", "load_scenario": "loader", "ResolvedLane": "resolve", "resolve_lanes": "resolve"}

__all__ = ["LoadedScenario", "ResolvedLane", "load_scenario", "resolve_lanes"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that importing a part stays light."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"sim.scenario.{_HOME[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
