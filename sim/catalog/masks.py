"""Where horizon masks were made: the spot and the height of the eye that the head of a mask's file tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sim.catalog.loader import HORIZONS, horizon_file, horizon_names
from sim.catalog.models import LandingSite

_NUMBER = r"(-?\d+(?:\.\d+)?)"
_PLACE = re.compile(
    rf"observer {_NUMBER} ?m above terrain at lat {_NUMBER} lon {_NUMBER} E, terrain height {_NUMBER} m"
)
_HEAD = 2000
"""Characters of a file in which its head lies."""

_SAME_DEG = 1e-5
"""Coordinates within this, a third of a metre, are of one spot."""


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """The spot a mask was made for (Moon ME, degrees; metres above 1737.4 km, and of the eye above the ground)."""

    latitude_deg: float
    longitude_deg: float
    terrain_height_m: float
    observer_height_m: float


def viewpoint_of(comments: str) -> Viewpoint | None:
    """Read the spot out of a mask's comments; None where they tell none."""
    match = _PLACE.search(comments)
    if match is None:
        return None
    observer, latitude, longitude, terrain = (float(group) for group in match.groups())
    return Viewpoint(latitude, longitude, terrain, observer)


def masks_by_height(site: LandingSite) -> dict[float, Path]:
    """Return the masks of a site's spot by the height of their eye, m: its own, and the catalogue's made there too."""
    own = horizon_file(site.horizon) if site.horizon is not None else None
    spot = None if own is None else _viewpoint(own)
    if own is None or spot is None:
        return {}
    found = {spot.observer_height_m: own}
    for name in horizon_names():
        other = _viewpoint(HORIZONS / name)
        if other is not None and _is_same_spot(spot, other):
            found.setdefault(other.observer_height_m, HORIZONS / name)
    return dict(sorted(found.items()))


def _viewpoint(path: Path) -> Viewpoint | None:
    return viewpoint_of(path.read_text(encoding="utf-8", errors="replace")[:_HEAD])


def _is_same_spot(one: Viewpoint, other: Viewpoint) -> bool:
    apart = abs(one.latitude_deg - other.latitude_deg), abs(one.longitude_deg - other.longitude_deg)
    return max(apart) < _SAME_DEG
