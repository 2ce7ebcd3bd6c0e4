"""Horizon masks: how high the terrain stands in each direction, seen from one spot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.masks import Viewpoint, viewpoint_of
from sim.errors import DataMissingError, UsageError
from sim.units import DEG

FloatArray = NDArray[np.float64]

COLUMNS = "azimuth_deg,elevation_deg"

WIDEST_GAP_DEG = 5.0
"""Between neighbouring azimuths of a mask from a file: the outline is drawn straight across, and at 5 deg that may hide
a hill a kilometre wide 12 km away. Shipped masks and computed ones have 1 deg and less."""


@dataclass(frozen=True, slots=True, eq=False)
class HorizonMask:
    """Elevation of the terrain against azimuth.

    Attributes
    ----------
    azimuth_deg : ndarray (n,)
        Clockwise from north, ascending, in [0, 360).
    elevation_deg : ndarray (n,)
    source : str
        Where it comes from, as outputs say it.
    viewpoint : Viewpoint or None
        The spot it belongs to, where its file tells: some hundred metres aside another mask holds.
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    source: str
    viewpoint: Viewpoint | None = None

    def elevation_at(self, azimuth_rad: ArrayLike) -> FloatArray:
        """Elevation of the terrain, rad, at azimuths (...) in rad; linear between the mask's azimuths."""
        azimuth_deg = np.asarray(azimuth_rad, dtype=np.float64) / DEG
        elevation: FloatArray = np.interp(azimuth_deg, self.azimuth_deg, self.elevation_deg, period=360.0)
        return elevation * DEG

    def lowered(self, by_deg: float, source: str) -> HorizonMask:
        """Return the same outline lower by an angle, under a source of its own."""
        return replace(self, elevation_deg=self.elevation_deg - by_deg, source=source)


def load_horizon_csv(path: Path | str) -> HorizonMask:
    """Read a mask: comment lines with ``#``, the header ``azimuth_deg,elevation_deg``, then rows in degrees.

    It must go all the way round, with no gap between neighbouring azimuths wider than ``WIDEST_GAP_DEG``.

    Raises
    ------
    DataMissingError
        Where there is no such file.
    UsageError
        Naming file and line of what is wrong.
    """
    path = Path(path)
    if not path.is_file():
        message = f"there is no horizon file {path}"
        raise DataMissingError(message)
    numbered = list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))
    comments = " ".join(line.lstrip("# ") for _, line in numbered if line.startswith("#"))
    rows = [(number, line) for number, line in numbered if line.strip() and not line.startswith("#")]
    if not rows or rows[0][1].replace(" ", "") != COLUMNS:
        _refuse(path, rows[0][0] if rows else 1, f"the header must be {COLUMNS}")
    azimuth_deg, elevation_deg = _checked(path, rows[1:])
    _check_all_round(path, rows[1:], azimuth_deg)
    return HorizonMask(azimuth_deg, elevation_deg, f"{path.name}: {comments}", viewpoint_of(comments))


def write_horizon_csv(path: Path | str, mask: HorizonMask) -> None:
    """Write a mask as ``load_horizon_csv`` reads it: elevations to 0.0001 deg, its spot and source in the comments.

    Raises
    ------
    UsageError
        Where the file cannot be written.
    """
    head = ["# horizon elevation mask, deg; azimuth clockwise from local north" + _spot_words(mask.viewpoint)]
    head += [f"# {line}" for line in mask.source.splitlines()]
    rows = [
        f"{azimuth:.10g},{elevation:.4f}"
        for azimuth, elevation in zip(mask.azimuth_deg, mask.elevation_deg, strict=True)
    ]
    try:
        Path(path).write_text("\n".join([*head, COLUMNS, *rows]) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror or error}) — name a file in a folder that is there"
        raise UsageError(message) from None


@cache
def packaged_horizon(name: str) -> HorizonMask:
    """Return a mask that ships with Moonport, by its file name (with or without ``.csv``).

    Raises
    ------
    DataMissingError
        Naming the masks there are.
    """
    path = _folder() / f"{name.removesuffix('.csv')}.csv"
    if not path.is_file():
        message = f"no horizon mask {name!r}; there are: {', '.join(_names())}"
        raise DataMissingError(message)
    return load_horizon_csv(path)


def packaged_horizons() -> tuple[HorizonMask, ...]:
    """Return all masks that ship with Moonport, by name."""
    return tuple(packaged_horizon(name) for name in _names())


def _folder() -> Path:
    return Path(str(files("sim.catalog"))) / "data" / "horizons"


def _names() -> list[str]:
    return sorted(path.stem for path in _folder().glob("*.csv"))


def _spot_words(spot: Viewpoint | None) -> str:
    """Words that ``viewpoint_of`` reads."""
    if spot is None:
        return ""
    return (
        f"; observer {_plain(spot.observer_height_m)}m above terrain at lat {_plain(spot.latitude_deg)} "
        f"lon {_plain(spot.longitude_deg)} E, terrain height {spot.terrain_height_m:.1f} m above R=1737.4 km"
        "; frame MOON_ME (DE421)"
    )


def _plain(number: float) -> str:
    """A number without exponent, to a tenth of a millimetre on the ground."""
    return f"{number:.8f}".rstrip("0").rstrip(".")


def _check_all_round(path: Path, rows: list[tuple[int, str]], azimuth_deg: FloatArray) -> None:
    gaps_deg = np.diff(azimuth_deg, append=azimuth_deg[0] + 360.0)
    widest = int(np.argmax(gaps_deg))
    if gaps_deg[widest] > WIDEST_GAP_DEG:
        first, last = azimuth_deg[widest], azimuth_deg[(widest + 1) % len(azimuth_deg)]
        what = f"nothing is said between azimuth {first:g} and {last:g} deg, {gaps_deg[widest]:g} deg wide"
        _refuse(path, rows[widest][0], f"{what} — a mask goes all round, with gaps of {WIDEST_GAP_DEG:g} deg at most")


def _checked(path: Path, rows: list[tuple[int, str]]) -> tuple[FloatArray, FloatArray]:
    pairs = [_pair(path, number, line) for number, line in rows]
    if len(pairs) < 2:
        _refuse(path, rows[-1][0] if rows else 1, "a mask needs at least two directions")
    for (number, _), (before, _), (after, _) in zip(rows[1:], pairs, pairs[1:], strict=False):
        if after <= before:
            _refuse(path, number, "azimuths must ascend")
    azimuth, elevation = np.array(pairs, dtype=np.float64).T
    return azimuth, elevation


def _pair(path: Path, number: int, line: str) -> tuple[float, float]:
    try:
        azimuth, elevation = (float(cell) for cell in line.split(","))
    except ValueError:
        _refuse(path, number, f"{line!r} is not two numbers")
    if not (0.0 <= azimuth < 360.0 and -90.0 <= elevation <= 90.0):
        _refuse(path, number, "azimuth must lie in [0, 360), elevation in [-90, 90] degrees")
    return azimuth, elevation


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    message = f"{path}:{line}: {what}"
    raise UsageError(message)
