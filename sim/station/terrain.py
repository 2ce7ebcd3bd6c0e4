"""Horizon masks found from elevation models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.catalog.masks import Viewpoint
from sim.station.horizon import HorizonMask
from sim.terrain.horizon import RANGE_KM, STEP_DEG, TerrainHorizon
from sim.terrain.known import known_horizon

TERRAIN_DERIVED = "terrain-derived"
"""How the source of a mask found from elevation models begins."""

MAST_HEIGHT_M = 2.0
"""Of the eye above the ground where nobody says: a low mast or the upper edge of a lander's panels."""


def terrain_masks(
    dem_files: Sequence[Path | str],
    latitude_deg: float,
    longitude_deg: float,
    mast_heights_m: Sequence[float] = (MAST_HEIGHT_M,),
    range_km: float = RANGE_KM,
    step_deg: float = STEP_DEG,
) -> tuple[HorizonMask, ...]:
    """Find the masks of a spot at several heights of the eye, in the time of one; kept for the next time.

    Parameters
    ----------
    dem_files : sequence of path
        Elevation models, fine and coarse ones.
    latitude_deg, longitude_deg : float
        ME axes, east positive.
    mast_heights_m : sequence of float
        Of the eye above the ground.
    range_km, step_deg : float
        How far terrain is looked at, and the step of azimuth.

    Raises
    ------
    DataMissingError, UsageError
        For a file that is missing, damaged or no elevation model of the Moon, and a spot off all of them.
    """
    found = known_horizon(dem_files, latitude_deg, longitude_deg, mast_heights_m, range_km, step_deg)
    return tuple(mask_of(found, index) for index in range(len(found.eye_heights_m)))


def mask_of(found: TerrainHorizon, index: int = 0) -> HorizonMask:
    """Take the mask of one height of the eye; elevations are rounded to 0.0001 deg, as a file holds them."""
    spot = Viewpoint(found.latitude_deg, found.longitude_deg, found.terrain_height_m, found.eye_heights_m[index])
    return HorizonMask(found.azimuth_deg, np.round(found.elevation_deg[index], 4), _words(found, index), spot)


def _words(found: TerrainHorizon, index: int) -> str:
    step_deg = found.azimuth_deg[1] - found.azimuth_deg[0]
    known_km = float(np.min(found.reach_km))
    # Rays end at the last sample before the border: within half a percent the range counts as reached.
    short = f" (terrain known to {known_km:.0f} km in each direction)" if known_km < 0.995 * found.range_km else ""
    return (
        f"{TERRAIN_DERIVED} from {' + '.join(words.partition(' (')[0] for words in found.dems)}, "
        f"{found.eye_heights_m[index]:g} m mast: {', '.join(found.dems)}, range {found.range_km:g} km{short}, "
        f"every {step_deg:g} deg the highest within {step_deg / 2:g} deg"
    )
