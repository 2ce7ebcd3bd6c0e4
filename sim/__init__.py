"""Moonport: ephemeris-true delivery windows and kilograms for lunar stations.

The names below are loaded when first used, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Transfer": "sim.transfer.flight",
    "TransferProblem": "sim.transfer.solve",
    "NoTransfer": "sim.transfer.solve",
    "solve_transfer": "sim.transfer.solve",
    "transfer_map": "sim.transfer.map",
    "sample_transfer": "sim.transfer.sample",
    "write_transfer_oem": "sim.results.flown",
    "transfer_orbits": "sim.astro.twobody",
    "sky_coordinates": "sim.astro.twobody",
    "halo_orbit": "sim.orbit.families",
    "fly_orbit": "sim.orbit.lunar_flight",
    "KeplerOrbit": "sim.orbit.elements",
    "boinor_orbit": "sim.orbit.elements",
    "orbit_from_boinor": "sim.orbit.elements",
    "load_scenario": "sim.scenario",
    "find_windows": "sim.pipeline",
    "look_at_station": "sim.pipeline",
    "run_scenario": "sim.pipeline",
    "load_run": "sim.results.run",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        message = f"module 'sim' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
