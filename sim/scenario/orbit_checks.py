"""Rules of the station's orbits: above the ground, and where something can stay."""

from __future__ import annotations

from collections.abc import Iterator

from sim.catalog.orbits import LunarOrbit
from sim.constants import R_MOON_KM, SYNODIC_MONTH_D
from sim.document.nodes import find
from sim.document.problem import Problem
from sim.scenario.draft import Draft, KeyPath
from sim.units import DAY_S

STABLE_RADIUS_KM = 58_000.0
"""The nearest libration point, L1, stands so far from the Moon: beyond it an ellipse about the Moon is none."""


FAMILY_RANGES = {
    "L1 halo": ((7.833, 12.104), (100.0, 95_924.0)),
    "L2 halo": ((5.921, 14.831), (100.0, 77_787.0)),
    "distant retrograde orbit": ((0.0751, 26.15), (1738.0, 200_000.0)),
}
"""Periods (d) and amplitudes (km) from end to end of the families that `sim.orbit.families` follows; a test holds them
to it, as checking a file must not take the time to compute one."""


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


def check_family_has_the_member(draft: Draft) -> Iterator[Problem]:
    """Check that a halo or distant retrograde orbit lies within its family, by period or amplitude."""
    for path, orbit in _orbits(draft):
        if orbit.kind == "kepler":
            continue
        family = f"{orbit.point} halo" if orbit.kind == "halo" else "distant retrograde orbit"
        (shortest, longest), (least, most) = FAMILY_RANGES[family]
        period_d = _period_d(orbit)
        if period_d is not None and not shortest <= period_d <= longest:
            what = f"no {family} takes {period_d:.4g} d"
            yield draft.problem(path, what, f"stay within {shortest:g} to {longest:g} d")
        if orbit.amplitude_km is not None and not least <= orbit.amplitude_km <= most:
            what = f"no {family} has an amplitude of {orbit.amplitude_km:g} km"
            yield draft.problem(path, what, f"stay within {least:g} to {most:g} km")


def _period_d(orbit: LunarOrbit) -> float | None:
    """Period of a member named by its period or its resonance, days."""
    if orbit.resonance is None:
        return None if orbit.period_s is None else orbit.period_s / DAY_S
    revolutions, months = (int(word) for word in orbit.resonance.split(":"))
    return SYNODIC_MONTH_D * months / revolutions


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
    return [(path, orbit) for path, orbit in _orbits(draft) if orbit.kind == "kepler"]


def _orbits(draft: Draft) -> list[tuple[KeyPath, LunarOrbit]]:
    """Orbits that the scenario writes or uses, each once, with the key that says so."""
    found: dict[str, tuple[KeyPath, LunarOrbit]] = {}
    for index, item in enumerate(draft.station.orbit if draft.station is not None else ()):
        path: KeyPath = ("station", "orbit", index, "orbit")
        if isinstance(item.orbit, LunarOrbit):
            found[f"{index}"] = path, item.orbit
        elif item.orbit is not None and item.orbit in draft.catalog.lunar_orbits:
            mine: KeyPath = ("catalog", "lunar_orbits", item.orbit)
            where = mine if find(draft.root, mine) is not None else path
            found.setdefault(f"id {item.orbit}", (where, draft.catalog.lunar_orbits[item.orbit]))
    return list(found.values())
