"""Which assumed figures a lane's numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from sim.scenario.resolve import ResolvedLane


def assumed_figures(lane: ResolvedLane) -> tuple[str, ...]:
    """Names of the lane's figures with status ``assumed``, e.g. ``launcher.tli.mass``; sorted."""
    parts = {
        "launcher": lane.launcher,
        "launch_site": lane.launch_site,
        "lander": lane.lander,
        "staging_orbit": lane.staging_orbit,
        "landing_site": lane.landing_site,
    }
    found = {name for part, entry in parts.items() for name in _assumed(part, entry)}
    if not lane.landing_site.has_outline and lane.landing_site.average_light is not None:
        found.add("landing_site.horizon (calibrated to the average light, not terrain-derived)")
    return tuple(sorted(found))


def _assumed(name: str, entry: object) -> Iterator[str]:
    """Walk an entry; a figure or entry whose status is ``assumed`` is named, once for all points of a list."""
    if isinstance(entry, tuple | list):
        for item in entry:
            yield from _assumed(name, item)
    elif isinstance(entry, BaseModel):
        if getattr(entry, "status", None) == "assumed":
            yield name
        for field in type(entry).model_fields:
            yield from _assumed(f"{name}.{field.removesuffix('_deg')}", getattr(entry, field))
