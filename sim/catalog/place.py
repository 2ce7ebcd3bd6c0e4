"""A place on the Moon as a person names it: an id of the catalogue, or coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from sim.catalog.loader import load_catalog
from sim.catalog.models import LandingSite, Terrain
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


def on_terrain(
    place: LandingSite, dems: Sequence[Path], mast_height_m: float | None, range_km: float | None
) -> LandingSite:
    """Give a place elevation models to find its horizon from, in the stead of its mask; the same without any.

    Raises
    ------
    UsageError
        For a mast or a range without elevation models, or one that is none.
    """
    asked = {"mast_height_m": mast_height_m, "range_km": range_km}
    given = {name: value for name, value in asked.items() if value is not None}
    if not dems:
        if given:
            message = (
                "a mast and a range belong to elevation models — name these with --dem; a mask of the catalogue says "
                "its mast in its name, and each has a site of its own"
            )
            raise UsageError(message)
        return place
    try:
        terrain = Terrain(dem=tuple(str(file) for file in dems), **given)
    except ValidationError:
        message = "a mast stands 0 to 1000 m above the ground, and the range is 1 to 1000 km — give e.g. 2 m and 250 km"
        raise UsageError(message) from None
    return place.model_copy(update={"horizon": None, "terrain": terrain})


def place_words(place: LandingSite) -> str:
    """Say in words where the place is and how high it lies."""
    where = coordinates(place.latitude_deg, place.longitude_deg)
    return f"{place.id}: {where}, {place.height_m:g} m above 1737.4 km"
