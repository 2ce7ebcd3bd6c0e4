"""Rules of the station's parts among each other: cables, tasks, places by name, and what deliveries bring."""

from __future__ import annotations

from collections.abc import Iterator

from sim.catalog.masks import masks_by_height
from sim.catalog.models import LandingSite
from sim.document.problem import Problem
from sim.scenario.draft import Draft

OWN_SITE = "station"
"""Name of the station's own site among the places of contact."""


def check_tasks_have_power_where_they_ask_for_it(draft: Draft) -> Iterator[Problem]:
    """Check that work which takes power is done at an element that has any."""
    if draft.scenario is None:
        return
    powered = {item.id for item in draft.scenario.station.surface if item.has_power}
    for index, task in enumerate(draft.scenario.science):
        if task.needs.power_kw > 0.0 and task.at not in powered:
            what = f"{task.id} takes power at {task.at}, which has none"
            remedy = f"give {task.at} a source or a grid with a power entry, or leave the need out"
            yield draft.problem(("science", index, "needs", "power"), what, remedy)


def check_places_do_not_take_the_stations_name(draft: Draft) -> Iterator[Problem]:
    """Check that no place of coverage has the name by which the station's own site is told."""
    if draft.scenario is not None and OWN_SITE in draft.scenario.coverage.points:
        what = f"{OWN_SITE!r} is the name of the station's own site, which is always told"
        yield draft.problem(("coverage", "points", OWN_SITE), what, "rename the point, or leave it out")


def check_cables_are_not_named_like_elements_without_one(draft: Draft) -> Iterator[Problem]:
    """Check that no cable has the id of an element that stands on its own: their power would be one."""
    surface = draft.station.surface if draft.station is not None else ()
    alone = {item.id for item in surface if not item.grid}
    for index, item in enumerate(surface):
        if item.grid in alone:
            what = f"the cable {item.grid!r} has the name of an element that is on its own"
            yield draft.problem(
                ("station", "surface", index, "grid"), what, "rename the cable, or hang the element on it"
            )


def check_arrays_on_masts_have_a_horizon(draft: Draft) -> Iterator[Problem]:
    """Check that the horizon is known at the height of every solar array that has a mast of its own."""
    if draft.station is None:
        return
    place = draft.station.site
    site = place if isinstance(place, LandingSite) else draft.catalog.landing_sites.get(place)
    if site is None or site.terrain is not None:
        return
    known = masks_by_height(site)
    for index, item in enumerate(draft.station.surface):
        solar = None if item.source is None else item.source.solar
        if solar is None or solar.mast_height_m is None or solar.mast_height_m in known:
            continue
        what = f"no horizon is known {solar.mast_height_m:g} m above the ground of {site.id}"
        heights = " and ".join(f"{height:g} m" for height in known)
        remedy = (
            f"there are masks at {heights}: write one of these heights, or give the site terrain"
            if known
            else "give the site terrain, or a horizon mask that tells its spot and height, or leave mast_height out"
        )
        yield draft.problem(("station", "surface", index, "source", "solar", "mast_height"), what, remedy)


def check_delivered_orbiters_serve_after_delivery(draft: Draft) -> Iterator[Problem]:
    """Check that an element in orbit which a delivery brings does not serve before that may be launched."""
    if draft.station is None or draft.horizon is None:
        return
    brought = {name: delivery for delivery in draft.deliveries for name in delivery.cargo}
    for index, item in enumerate(draft.station.orbit):
        if item.id not in brought:
            continue
        delivery, since = brought[item.id], item.since or draft.horizon.start
        if item.since is None or (delivery.not_before is not None and since < delivery.not_before):
            what = f"windows count {item.id} from {since}, but {delivery.id} has yet to bring it"
            remedy = "give since: the first day landings may rely on it; the station has it from its delivery on"
            yield draft.warning(("station", "orbit", index), what, remedy)
