"""Where a horizon comes from, in a few words: the header of a mask's file is too long for a line."""

from __future__ import annotations

from pathlib import PurePath

CALIBRATED = "calibrated, not terrain-derived"
TERRAIN_DERIVED = "terrain-derived"
LEVEL = "level horizon"


def horizon_words(source: str) -> str:
    """Say where a horizon comes from, without the header of its file: ``horizon: connecting ridge, 10 m mast``."""
    if not source or source.startswith(LEVEL):
        return LEVEL
    before, _, after = source.partition(": ")
    if before == CALIBRATED:
        return f"horizon: {CALIBRATED} ({_stem_words(after.partition(' lowered')[0])})"
    return f"horizon: {before if before.startswith(TERRAIN_DERIVED) else _stem_words(before)}"


def _stem_words(file: str) -> str:
    """Name of a mask's file in words: the place, and the height of the mast above the ground if it says one."""
    parts = PurePath(file).name.removesuffix(".csv").split("_")
    masts = [f"{part[:-1]} m mast" for part in parts if part[-1:] == "m" and part[:-1].isdigit()]
    names = [part for part in parts if not (part[:-1].isdigit() or part.removesuffix("deg").isdigit())]
    return ", ".join([" ".join(names).replace("-", " "), *masts])
