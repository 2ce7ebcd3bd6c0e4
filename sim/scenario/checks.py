"""Rules of the domain, one small function each: what a scenario must satisfy beyond its form.

An error stops; a warning tells of what is legal but cannot work, with its margin, and lets the other lanes run. Every
check takes a draft, so that it can speak even when other parts of the file could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import cos, hypot, radians
from pathlib import Path

from sim.catalog.loader import horizon_file
from sim.catalog.models import Lander, LandingSite, Launcher
from sim.constants import R_MOON_KM
from sim.document.nodes import MapNode, Node, ScalarNode, find, is_null
from sim.document.problem import Problem
from sim.document.quantity import QuantityError, parse_quantity
from sim.scenario import feasibility, orbit_checks, station_checks
from sim.scenario.draft import Check, Draft, DraftLane, KeyPath
from sim.scenario.feasibility import phasing_c3_km2_s2
from sim.scenario.model import Lane

EPHEMERIS_FIRST = date(1550, 1, 2)
EPHEMERIS_LAST = date(2650, 1, 1)
ORIENTATION_LAST = date(2050, 12, 31)
UTC_FIRST = date(1960, 1, 1)
LONG_HORIZON_YEARS = 30.0

MASK_REACH_KM = 0.1
"""A horizon mask further from its site than this says nothing about it."""

DUE_EAST_WITHIN_DEG = 0.3
"""An inclination this near the latitude is quoted rounded, and flown due east."""

LITTLE_TURN_DEG = 15.0
"""A plane change up to this angle is taken to be meant."""


def run_checks(draft: Draft) -> Iterator[Problem]:
    """Run every check."""
    for check in CHECKS:
        yield from check(draft)


def check_horizon_within_ephemeris(draft: Draft) -> Iterator[Problem]:
    """Check that DE440, which covers 1550 to 2650, covers the horizon."""
    for end in ("start", "end"):
        day = getattr(draft.horizon, end, None)
        if day is not None and not EPHEMERIS_FIRST <= day <= EPHEMERIS_LAST:
            what = f"{day} lies outside the ephemeris DE440"
            yield draft.problem(("horizon", end), what, f"stay within {EPHEMERIS_FIRST} to {EPHEMERIS_LAST}")


def check_horizon_within_orientation(draft: Draft) -> Iterator[Problem]:
    """Check that the Moon's orientation is known precisely, as it is to the end of 2050."""
    if draft.horizon is not None and ORIENTATION_LAST < draft.horizon.end <= EPHEMERIS_LAST:
        what = f"{draft.horizon.end} lies after the lunar orientation kernel ({ORIENTATION_LAST})"
        yield draft.warning(("horizon", "end"), what, "later days use the IAU series, off by 65 m mean, 130 m at most")


def check_horizon_within_utc(draft: Draft) -> Iterator[Problem]:
    """Check that UTC existed, as it does since 1960 (good to 0.1 s before it had leap seconds, in 1972)."""
    if draft.horizon is not None and EPHEMERIS_FIRST <= draft.horizon.start < UTC_FIRST:
        what = f"{draft.horizon.start} lies before UTC began"
        yield draft.warning(("horizon", "start"), what, "times before 1960 are counted as if it had")


def check_horizon_is_not_endless(draft: Draft) -> Iterator[Problem]:
    """Check that the search does not span many decades."""
    if draft.horizon is None:
        return
    years = ((draft.horizon.end - draft.horizon.start).days + 1) / 365.25
    if years > LONG_HORIZON_YEARS:
        what = f"the horizon spans {years:.0f} years: the search will take long and much memory"
        yield draft.warning(("horizon",), what, "shorten it if that is not wanted")


def check_coordinates_not_swapped(draft: Draft) -> Iterator[Problem]:
    """Check for a latitude beyond 90° beside a longitude within: a swap."""
    for path in _coordinate_paths(draft.root):
        latitude, longitude = (_degrees(find(draft.root, (*path, key))) for key in ("latitude", "longitude"))
        if latitude is not None and longitude is not None and abs(latitude) > 90.0 >= abs(longitude):
            what = f"latitude {latitude:g}° with longitude {longitude:g}° look swapped"
            yield draft.problem((*path, "latitude"), what, "latitude is north and within ±90 deg, longitude is east")


def _coordinate_paths(root: MapNode) -> list[KeyPath]:
    paths: list[KeyPath] = [("station", "site")]
    for kind in ("launch_sites", "landing_sites", "ground_stations"):
        section = find(root, ("catalog", kind))
        paths += [("catalog", kind, key) for key in section.entries] if isinstance(section, MapNode) else []
    return paths


def _degrees(node: Node | None) -> float | None:
    try:
        return parse_quantity(node.text, "deg") if isinstance(node, ScalarNode) else None
    except QuantityError:
        return None


def check_masks_belong_to_their_sites(draft: Draft) -> Iterator[Problem]:
    """Check that masks are used at the coordinates in their headers alone."""
    for entry in _unique_sites(draft):
        away_km = _mask_distance_km(entry)
        if away_km is not None and away_km > MASK_REACH_KM:
            what = f"the horizon mask of site {entry.id} was made {away_km:.2f} km away"
            yield draft.problem(_site_path(draft, entry), what, "use the coordinates in its header, or no mask")


def _unique_sites(draft: Draft) -> list[LandingSite]:
    return list({lane.site.id: lane.site for lane in draft.lanes if lane.site is not None}.values())


def _site_path(draft: Draft, site: LandingSite) -> KeyPath:
    mine: KeyPath = ("catalog", "landing_sites", site.id)
    return mine if find(draft.root, mine) is not None else ("station", "site")


def _mask_distance_km(site: LandingSite) -> float | None:
    path = horizon_file(site.horizon) if site.horizon else None
    if site.horizon and Path(site.horizon).is_absolute():
        path = Path(site.horizon)
    text = path.read_text(encoding="utf-8", errors="replace")[:2000] if path is not None and path.is_file() else ""
    match = re.search(r"lat\s+(-?[\d.]+)\s+lon\s+(-?[\d.]+)", text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    east = radians((site.longitude_deg - longitude + 180.0) % 360.0 - 180.0) * cos(radians(latitude))
    return R_MOON_KM * hypot(radians(site.latitude_deg - latitude), east)


def check_launchers_fly_from_their_sites(draft: Draft) -> Iterator[Problem]:
    """Check that a launcher flies from one of the sites its entry names."""
    for lane in draft.lanes:
        if lane.launcher is not None and lane.lane.launch_site not in lane.launcher.launch_sites:
            what = f"{lane.launcher.id} has no pad at {lane.lane.launch_site}"
            yield draft.warning(
                lane.path("launch_site"), what, f"its sites are {', '.join(lane.launcher.launch_sites)}"
            )


def check_every_lander_fits_its_launcher(draft: Draft) -> Iterator[Problem]:
    """Check that no lander weighs more than its launcher sends to the Moon, or into the orbit where it leaves it."""
    for lane in draft.lanes:
        if lane.launcher is None or lane.lander is None:
            continue
        carried_kg = _carried_kg(lane.lane, lane.launcher)
        needed_kg, word = _least_mass_kg(lane.lander)
        if needed_kg > carried_kg:
            what = (
                f"{lane.lander.id} weighs {needed_kg:.0f} kg {word}, {lane.launcher.id} sends {carried_kg:.0f} kg"
                f" to the Moon: {needed_kg - carried_kg:.0f} kg too heavy, every day is closed by launcher_mass"
            )
            yield draft.warning(lane.path("lander"), what, "take a lighter lander or a stronger launcher")


def _carried_kg(lane: Lane, launcher: Launcher) -> float:
    from sim.catalog.performance import TYPICAL_C3_KM2_S2, injected_mass_kg

    phasing = lane.transfer.phasing
    left_to_lander = phasing is not None and phasing.injection_by == "lander"
    c3 = phasing_c3_km2_s2(phasing, launcher.parking_altitude_km) if phasing and left_to_lander else TYPICAL_C3_KM2_S2
    return float(injected_mass_kg(launcher, c3))


def _least_mass_kg(lander: Lander) -> tuple[float, str]:
    if lander.sizing == "fixed":
        return lander.launch_mass.value, "at launch"
    return sum(stage.dry_mass.value for stage in lander.stages), "dry"


def check_plane_change_is_meant(draft: Draft) -> Iterator[Problem]:
    """Check that an approach written out lies in its staging orbit's plane: turning it with the insertion costs."""
    for lane in draft.lanes:
        asked = lane.lane.transfer.inclination_deg
        if lane.orbit is None or asked is None:
            continue
        turn = abs(asked - lane.orbit.inclination_deg)
        if turn > LITTLE_TURN_DEG:
            what = (
                f"the flight arrives at {asked:g}°, the staging orbit {lane.orbit.id} lies at"
                f" {lane.orbit.inclination_deg:g}°: the insertion turns the plane by {turn:g}° or more"
            )
            remedy = "leave transfer.inclination out, or take another orbit, if that is not wanted"
            yield draft.warning(lane.path("transfer", "inclination"), what, remedy)


def check_perilune_matches_staging_orbit(draft: Draft) -> Iterator[Problem]:
    """Check that the arrival's perilune is the orbit's: insertion is one burn there."""
    for lane in draft.lanes:
        if lane.orbit is None or lane.lane.transfer.kind == "direct_descent":
            continue
        asked, given = lane.lane.transfer.perilune_altitude_km, lane.orbit.perilune_altitude_km
        if abs(asked - given) > 1.0:
            what = f"the flight passes perilune at {asked:g} km, the staging orbit {lane.orbit.id} has {given:g} km"
            remedy = f"write perilune_altitude: {given:g} km"
            yield draft.problem(lane.path("transfer", "perilune_altitude"), what, remedy)


def check_inclinations_reachable_from_pad(draft: Draft) -> Iterator[Problem]:
    """Check that no allowed inclination lies below the latitude of its pad: no launch reaches it."""
    for lane in draft.lanes:
        if lane.launch_site is None:
            continue
        latitude = abs(lane.launch_site.latitude_deg)
        for inclination in lane.launch_site.allowed_inclinations_deg or ():
            least = min(inclination, 180.0 - inclination)
            if least < latitude - DUE_EAST_WITHIN_DEG:
                what = f"{lane.launch_site.id} allows {inclination:g}°, {latitude - least:.2f}° below its latitude"
                remedy = f"no launch reaches that: allow inclinations from {latitude:.1f}° on"
                yield draft.problem(lane.path("launch_site"), what, remedy)


def check_lanes_available_within_horizon(draft: Draft) -> Iterator[Problem]:
    """Check that lane, launcher and lander each are there on some day of the horizon."""
    if draft.horizon is None:
        return
    for lane in draft.lanes:
        for name, since, until in _spans(lane):
            if since is not None and since > draft.horizon.end:
                what = f"{name} is available from {since}, after the horizon's end {draft.horizon.end}"
                yield draft.warning(lane.path(), what, "every day is closed by availability: widen the horizon")
            if until is not None and until < draft.horizon.start:
                what = f"{name} is available until {until}, before the horizon's start {draft.horizon.start}"
                yield draft.warning(lane.path(), what, "every day is closed by availability: move the horizon")


def _spans(lane: DraftLane) -> list[tuple[str, date | None, date | None]]:
    held = [("the lane", lane.lane), ("its launcher", lane.launcher), ("its lander", lane.lander)]
    return [(name, item.available_from, item.available_until) for name, item in held if item is not None]


def check_partners_take_part(draft: Draft) -> Iterator[Problem]:
    """Check that the partners of lanes are among those listed, where any are."""
    section = draft.root.entries.get("partners")
    if not isinstance(section, MapNode) or not section.entries:
        return
    for lane in draft.lanes:
        partner = lane.lane.partner or (lane.launcher.partner if lane.launcher else None)
        if partner is not None and partner not in section.entries:
            what = f"{partner}, who flies this lane, is not among the partners"
            yield draft.warning(lane.path(), what, f"add `{partner}: {{}}` to partners")


def check_ids_are_unique(draft: Draft) -> Iterator[Problem]:
    """Check that elements and deliveries are named once."""
    elements = draft.station.surface + draft.station.orbit if draft.station is not None else ()
    for path, items in ((("station",), elements), (("deliveries",), draft.deliveries)):
        seen: set[str] = set()
        for item in items:
            if item.id in seen:
                yield draft.problem(path, f"the id {item.id!r} is given twice", "rename one of them")
            seen.add(item.id)


def check_cargo_travels_once(draft: Draft) -> Iterator[Problem]:
    """Check that an element is delivered by one delivery."""
    taken: dict[str, str] = {}
    for index, delivery in enumerate(draft.deliveries):
        for name in delivery.cargo:
            if name in taken:
                what = f"{name} is already delivered by {taken[name]}"
                yield draft.problem(("deliveries", index, "cargo"), what, "let one delivery carry it")
            taken.setdefault(name, delivery.id)


def check_deliveries_do_not_wait_for_each_other(draft: Draft) -> Iterator[Problem]:
    """Check that the order of deliveries has no circle."""
    before = {delivery.id: set(delivery.after) for delivery in draft.deliveries}
    free: set[str] = set()
    while ready := {key for key, waits in before.items() if key not in free and waits & before.keys() <= free}:
        free |= ready
    for index, delivery in enumerate(draft.deliveries):
        if delivery.id not in free:
            what = f"{delivery.id} waits for a delivery that waits for it"
            yield draft.problem(("deliveries", index, "after"), what, "break the circle")


def check_deliveries_within_horizon(draft: Draft) -> Iterator[Problem]:
    """Check that deliveries can be launched inside the horizon; one warning for all that cannot."""
    if draft.horizon is None:
        return
    dated = [(index, item.id, item.not_before) for index, item in enumerate(draft.deliveries) if item.not_before]
    late = [each for each in dated if each[2] > draft.horizon.end]
    if len(late) == 1:
        index, _, day = late[0]
        what = f"not before {day} is after the horizon's end {draft.horizon.end}"
        yield draft.warning(("deliveries", index, "not_before"), what, "widen the horizon or bring it forward")
    elif late:
        names = ", ".join(name for _, name, _ in late)
        what = f"{len(late)} deliveries are not before a day after the horizon's end {draft.horizon.end}: {names}"
        yield draft.warning(("deliveries",), what, "widen the horizon or bring them forward")


def check_something_is_asked(draft: Draft) -> Iterator[Problem]:
    """Check that there are lanes, or elements of a station to look at."""
    lanes = draft.root.entries.get("lanes")
    unread = lanes is not None and not is_null(lanes) and not (isinstance(lanes, MapNode) and not lanes.entries)
    if draft.station is None or unread:
        return
    if not draft.station.orbit and not draft.station.surface:
        yield draft.problem((), "has neither lanes nor elements of a station", "add lanes, or station.orbit")


CHECKS: tuple[Check, ...] = tuple(
    value
    for rules in (globals(), vars(feasibility), vars(orbit_checks), vars(station_checks))
    for name, value in list(rules.items())
    if name.startswith("check_") and callable(value)
)
