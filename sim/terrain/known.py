"""Horizons that were found before: kept for the process and, beside the compiled kernels, on disk.

What identifies one: the files by path, size and time of change, the spot and settings, and the sources of this package.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from sim.jit import kernel_cache_dir
from sim.terrain.dem import checked, opened
from sim.terrain.horizon import RANGE_KM, STEP_DEG, TerrainHorizon, terrain_horizon

_ARRAYS = ("azimuth_deg", "elevation_deg", "reach_km")
_TUPLES = ("eye_heights_m", "dems")
_NUMBERS = ("latitude_deg", "longitude_deg", "terrain_height_m", "range_km")

Identity = tuple[tuple[str, int, int], ...]


def known_horizon(
    dem_files: Sequence[Path | str],
    latitude_deg: float,
    longitude_deg: float,
    eye_heights_m: Sequence[float],
    range_km: float = RANGE_KM,
    step_deg: float = STEP_DEG,
) -> TerrainHorizon:
    """Find a horizon as ``terrain_horizon`` does, or take the one found before.

    Raises
    ------
    DataMissingError, UsageError
        As ``open_dem`` and ``terrain_horizon`` do.
    """
    files = tuple(str(Path(file).resolve()) for file in dem_files)
    identity = tuple(_identity(file) for name in files for file in opened(name).files)
    heights = tuple(float(height) for height in eye_heights_m)
    return _kept(files, identity, float(latitude_deg), float(longitude_deg), heights, float(range_km), float(step_deg))


@lru_cache(maxsize=64)
def _kept(
    files: tuple[str, ...],
    identity: Identity,
    latitude_deg: float,
    longitude_deg: float,
    eye_heights_m: tuple[float, ...],
    range_km: float,
    step_deg: float,
) -> TerrainHorizon:
    settings = (latitude_deg, longitude_deg, eye_heights_m, range_km, step_deg)
    digest = hashlib.sha256(repr((_sources(), files, identity, settings)).encode()).hexdigest()
    path = kernel_cache_dir().parent / "horizons" / f"{digest[:32]}.npz"
    found = _read(path)
    if found is None:
        dems = [checked(opened(file)) for file in files]
        found = terrain_horizon(dems, latitude_deg, longitude_deg, eye_heights_m, range_km, step_deg)
        _write(path, found)
    return found


def _identity(file: Path) -> tuple[str, int, int]:
    about = file.stat()
    return str(file), about.st_size, about.st_mtime_ns


@cache
def _sources() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> TerrainHorizon | None:
    """Read a kept horizon; None where there is none, or a damaged one."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            fields: dict[str, Any] = {name: kept[name] for name in _ARRAYS}
            fields |= {name: float(kept[name]) for name in _NUMBERS}
            fields |= {name: tuple(kept[name].tolist()) for name in _TUPLES}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return TerrainHorizon(**fields)


def _write(path: Path, horizon: TerrainHorizon) -> None:
    """Keep a horizon; a folder that cannot be written to is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            fields: dict[str, Any] = {name: getattr(horizon, name) for name in (*_ARRAYS, *_TUPLES, *_NUMBERS)}
            np.savez(file, **fields)
        os.replace(file.name, path)  # noqa: PTH105
    except OSError:
        return
