"""A place on the Moon as a person names it: an id of the catalogue, or coordinates."""

from __future__ import annotations

from sim.catalog.loader import load_catalog
from sim.catalog.models import LandingSite
from sim.catalog.show import coordinates
from sim.document.problem import did_you_mean, shown
from sim.errors import UsageError


def find_place(text: str) -> LandingSite:
    """Find a landing site by its id, or make one of ``LAT,LON[,HEIGHT]``: degrees east, metres above 1737.4 km."""
    sites = load_catalog().landing_sites
    if text in sites:
        return sites[text]
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        message = f"there is no landing site {shown(text)}: {did_you_mean(text, sites)}; or write LAT,LON[,HEIGHT]"
        raise UsageError(message) from None
    if len(numbers) not in {2, 3}:
        message = f"{shown(text)} is no place — write LAT,LON or LAT,LON,HEIGHT, e.g. -41.6,-154"
        raise UsageError(message)
    latitude, longitude, height = (*numbers, 0.0)[:3]
    return LandingSite.model_construct(
        id="here", latitude_deg=latitude, longitude_deg=longitude, height_m=height, horizon=None, average_light=None
    )


def place_words(place: LandingSite) -> str:
    """Say in words where the place is and how high it lies."""
    where = coordinates(place.latitude_deg, place.longitude_deg)
    return f"{place.id}: {where}, {place.height_m:g} m above 1737.4 km"
