"""Rules of the station's orbits: above the ground, and where something can stay."""

from __future__ import annotations

from collections.abc import Iterator

from sim.catalog.orbits import LunarOrbit
from sim.constants import R_MOON_KM
from sim.document.nodes import find
from sim.document.problem import Problem
from sim.scenario.draft import Draft, KeyPath

STABLE_RADIUS_KM = 58_000.0
"""The nearest libration point, L1, stands so far from the Moon: beyond it an ellipse about the Moon is none."""


def check_orbits_stay_above_the_ground(draft: Draft) -> Iterator[Problem]:
    """Check that no perilune lies below the Moon's mean radius."""
    for path, orbit in _ellipses(draft):
        perilune_km, _ = orbit.apsis_radii_km
        if perilune_km > R_MOON_KM:
            continue
        what = (
            f"perilune stands {R_MOON_KM - perilune_km:.0f} km below the surface ({perilune_km:.0f} km from the centre)"
        )
        if orbit.perilune_radius_km is not None:
            remedy = "radii count from there: write perilune_altitude if this is a height"
        else:
            remedy = "raise it above 0 km of altitude"
        yield draft.problem(path, what, remedy)


def check_orbits_stay_at_the_moon(draft: Draft) -> Iterator[Problem]:
    """Check that no apolune lies beyond the libration points."""
    for path, orbit in _ellipses(draft):
        _, apolune_km = orbit.apsis_radii_km
        if apolune_km > STABLE_RADIUS_KM:
            what = f"apolune stands {apolune_km:.0f} km from the Moon: the Earth takes it away"
            yield draft.problem(path, what, f"stay within {STABLE_RADIUS_KM:.0f} km, or take kind: halo or dro")


def check_elements_serve_within_the_horizon(draft: Draft) -> Iterator[Problem]:
    """Check that an element in orbit is in service on some day of the horizon."""
    if draft.station is None or draft.horizon is None:
        return
    for index, item in enumerate(draft.station.orbit):
        if item.since is not None and item.until is not None and item.until < item.since:
            what = f"{item.id} is in service until {item.until}, before it begins on {item.since}"
            yield draft.problem(("station", "orbit", index, "until"), what, "swap the two")
        elif item.since is not None and item.since > draft.horizon.end:
            what = f"{item.id} begins service on {item.since}, after the horizon's end {draft.horizon.end}"
            yield draft.warning(("station", "orbit", index, "since"), what, "widen the horizon or bring it forward")
        elif item.until is not None and item.until < draft.horizon.start:
            what = f"{item.id} ends service on {item.until}, before the horizon's start {draft.horizon.start}"
            yield draft.warning(("station", "orbit", index, "until"), what, "move the horizon or extend it")


def _ellipses(draft: Draft) -> list[tuple[KeyPath, LunarOrbit]]:
    """Ellipses that the scenario writes or uses, each once, with the key that says so."""
    found: dict[str, tuple[KeyPath, LunarOrbit]] = {}
    for index, item in enumerate(draft.station.orbit if draft.station is not None else ()):
        path: KeyPath = ("station", "orbit", index, "orbit")
        if isinstance(item.orbit, LunarOrbit):
            found[f"{index}"] = path, item.orbit
        elif item.orbit is not None and item.orbit in draft.catalog.lunar_orbits:
            mine: KeyPath = ("catalog", "lunar_orbits", item.orbit)
            where = mine if find(draft.root, mine) is not None else path
            found.setdefault(f"id {item.orbit}", (where, draft.catalog.lunar_orbits[item.orbit]))
    return [(path, orbit) for path, orbit in found.values() if orbit.kind == "kepler"]
