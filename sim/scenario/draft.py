"""What could be read of a scenario: checks speak of it even when other parts of the file could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.catalog.models import Catalog, Lander, LandingSite, Launcher, LaunchSite, StagingOrbit
from sim.document.bind import Failed
from sim.document.nodes import MapNode, place_of
from sim.document.problem import Problem, Severity, dotted, problem_at
from sim.scenario.model import Delivery, Horizon, Lane, Scenario, Station

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DraftLane:
    """A lane that could be read, with those of its objects that could be read."""

    id: str
    lane: Lane
    launcher: Launcher | None
    launch_site: LaunchSite | None
    lander: Lander | None
    orbit: StagingOrbit | None
    site: LandingSite | None

    def path(self, *more: str | int) -> KeyPath:
        """Give the path of a key of this lane."""
        return ("lanes", self.id, *more)


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a scenario; None where something could not."""

    root: MapNode
    catalog: Catalog
    horizon: Horizon | None
    station: Station | None
    lanes: tuple[DraftLane, ...]
    deliveries: tuple[Delivery, ...]
    broken: frozenset[tuple[str, str]]
    scenario: Scenario | None

    @staticmethod
    def of(
        fields: Mapping[str, Any], root: MapNode, broken: frozenset[tuple[str, str]], done: Scenario | None
    ) -> Draft:
        """Collect what could be read."""
        values = {key: None if isinstance(value, Failed) else value for key, value in fields.items()}
        catalog, station = fields["catalog"], values["station"]
        lanes = tuple(_draft_lane(key, lane, catalog, station) for key, lane in (values["lanes"] or {}).items())
        deliveries = tuple(values["deliveries"] or ())
        return Draft(root, catalog, values["horizon"], station, lanes, deliveries, broken, done)

    def problem(self, path: KeyPath, what: str, remedy: str, severity: Severity = "error") -> Problem:
        """Make a problem of the value at ``path``."""
        return problem_at(place_of(self.root, path), dotted(path), what, remedy, severity)

    def warning(self, path: KeyPath, what: str, remedy: str) -> Problem:
        """Make a warning about the value at ``path``."""
        return self.problem(path, what, remedy, "warning")


def _draft_lane(key: str, lane: Lane, catalog: Catalog, station: Station | None) -> DraftLane:
    site: LandingSite | None = catalog.landing_sites.get(lane.site) if lane.site else None
    if lane.site is None and station is not None:
        site = station.site if isinstance(station.site, LandingSite) else catalog.landing_sites.get(station.site)
    return DraftLane(
        key,
        lane,
        catalog.launchers.get(lane.launcher),
        catalog.launch_sites.get(lane.launch_site),
        catalog.landers.get(lane.lander),
        catalog.staging_orbits.get(lane.staging.orbit),
        site,
    )


Check = Callable[[Draft], Iterator[Problem]]
