"""A family of periodic orbits on disk: a folder of kind ``family`` with a table, a summary and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.orbit.crtbp import LENGTH_KM, MASS_RATIO, TIME_S, libration_points
from sim.orbit.families import distant_retrograde_orbit, dro_family, halo_family, halo_orbit
from sim.orbit.periodic import (
    Branch,
    Family,
    PeriodicOrbit,
    Point,
    amplitude_km,
    moon_centred_km,
    radii_km,
    sampled,
)
from sim.results.columns import Column, integer
from sim.results.run import PROVENANCE, SUMMARY, write_json
from sim.results.tables import column_entry, csv_text
from sim.units import DAY_S

FloatArray = NDArray[np.float64]

KIND = "family"
TABLE = "family.csv"
SHOWN: Final = 14
"""Members in the table on the screen."""
DRAWN: Final = 24
"""Members whose paths are drawn."""
_PATH_POINTS: Final = 401
_RESONANCES: Final[dict[Family, tuple[str, ...]]] = {"halo": ("9:2", "4:1", "3:1"), "dro": ("2:1", "3:1", "4:1")}


def _number(name: str, meaning: str, unit: str, decimals: int) -> Column:
    return Column(name, meaning, "number", name, unit, 1.0, decimals)


COLUMNS: Final = (
    integer("member", "along the family, from its start"),
    _number("period_d", "of a revolution", "d", 6),
    _number("amplitude_km", "halo: greatest distance from the Moon's orbit plane; retrograde: half length", "km", 3),
    _number("perilune_altitude_km", "least distance from the Moon's centre, less 1737.4 km", "km", 3),
    _number("apolune_altitude_km", "greatest distance from the Moon's centre, less 1737.4 km", "km", 3),
    _number("jacobi", "x^2 + y^2 + 2 (1 - mu)/r1 + 2 mu/r2 - v^2", "1", 12),
    _number("stability_index", "half sum of the largest multiplier and its inverse; 1 is stable", "1", 6),
    _number("x", "at the perpendicular crossing, barycentric turning axes", "Earth-Moon distance", 15),
    _number("z", "there", "Earth-Moon distance", 15),
    _number("vy", "there", "distance times angular speed", 15),
    _number("period", "of a revolution", "inverse of the angular speed", 15),
)


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A member that is pointed out: its resonance, its place in the columns' values, its path."""

    resonance: str
    values: Mapping[str, float]
    path_km: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FamilySheet:
    """A family as its folder and its figure show it.

    Attributes
    ----------
    kind, point, branch : str
        As in `sim.orbit.periodic.PeriodicOrbit`.
    values : mapping
        A column's name to the values (N,) of all members.
    paths_km : ndarray (D, S, 3)
        Drawn members from the Moon on turning axes, x away from the Earth; ``drawn`` (D,) says which.
    marks : tuple of Mark
        Members of well-known resonances.
    points_km : mapping
        Libration points near the Moon to their x from it.
    """

    kind: Family
    point: Point | None
    branch: Branch | None
    values: Mapping[str, FloatArray]
    drawn: NDArray[np.int64]
    paths_km: FloatArray
    marks: tuple[Mark, ...]
    points_km: Mapping[str, float]

    @property
    def name(self) -> str:
        """Words for it: ``southern L2 halos``."""
        return f"{self.branch}ern {self.point} halos" if self.kind == "halo" else "distant retrograde orbits"


def family_sheet(kind: Family, point: Point | None = None, branch: Branch | None = None) -> FamilySheet:
    """Compute a family (of halos: of a point and branch) and what its folder and figure show of it."""
    if kind == "halo" and (point is None or branch is None):
        message = "a family of halos needs its point and branch — give --point L2 --branch south"
        raise UsageError(message)
    members = halo_family(point, branch) if point is not None and branch is not None else dro_family()
    values = family_values(members)
    drawn = spread(values, DRAWN)
    return FamilySheet(
        kind=kind,
        point=point,
        branch=branch,
        values=values,
        drawn=drawn,
        paths_km=np.stack([_path_km(members[i]) for i in drawn]),
        marks=tuple(_marks(kind, point, branch)),
        points_km={name: (libration_points()[name].x - 1.0 + MASS_RATIO) * LENGTH_KM for name in ("L1", "L2")},
    )


def family_values(members: Sequence[PeriodicOrbit]) -> dict[str, FloatArray]:
    """Return the values (N,) of every column for N orbits, by its name."""
    radii = np.array([radii_km(member) for member in members])
    return {
        "member": np.arange(len(members), dtype=np.float64),
        "period_d": np.array([member.period_s for member in members]) / DAY_S,
        "amplitude_km": np.array([amplitude_km(member) for member in members]),
        "perilune_altitude_km": radii[:, 0] - R_MOON_KM,
        "apolune_altitude_km": radii[:, 1] - R_MOON_KM,
        "jacobi": np.array([member.jacobi for member in members]),
        "stability_index": np.array([member.stability_index for member in members]),
        "x": np.array([member.state[0] for member in members]),
        "z": np.array([member.state[2] for member in members]),
        "vy": np.array([member.state[4] for member in members]),
        "period": np.array([member.period for member in members]),
    }


def spread(values: Mapping[str, FloatArray], count: int) -> NDArray[np.int64]:
    """Return the numbers of about ``count`` members, first and last among them, evenly apart in size and perilune."""
    shape = np.stack([values["amplitude_km"], values["perilune_altitude_km"]], axis=1)
    way = np.concatenate([[0.0], np.linalg.norm(np.diff(shape / np.ptp(shape, axis=0), axis=0), axis=1).cumsum()])
    places = np.searchsorted(way, np.linspace(0.0, way[-1], count))
    return np.unique(np.minimum(places, len(way) - 1)).astype(np.int64)


def _path_km(orbit: PeriodicOrbit) -> FloatArray:
    path: FloatArray = moon_centred_km(sampled(orbit, _PATH_POINTS)[1], orbit.mass_ratio)[:, :3]
    return path


def _marks(kind: Family, point: Point | None, branch: Branch | None) -> list[Mark]:
    """Return the resonances that the family has; the near-rectilinear one where two members match."""
    found = []
    for resonance in _RESONANCES[kind]:
        try:
            if point is not None and branch is not None:
                orbit = halo_orbit(point, branch, resonance=resonance, near_rectilinear=True)
            else:
                orbit = distant_retrograde_orbit(resonance=resonance)
        except UsageError:
            continue
        values = {name: float(value[0]) for name, value in family_values([orbit]).items()}
        found.append(Mark(resonance, values, _path_km(orbit)))
    return found


# --- folder and screen ---------------------------------------------------------------------------------------------


def table_rows(sheet: FamilySheet) -> str:
    """Return every member as CSV text, as in ``family.csv``."""
    return csv_text(COLUMNS, [sheet.values])


def write_family(folder: Path, sheet: FamilySheet, provenance: Mapping[str, Any]) -> None:
    """Write table, columns, summary and provenance of a family into an existing folder."""
    (folder / TABLE).write_text(table_rows(sheet), encoding="utf-8", newline="")
    write_json(folder / "columns.json", {TABLE: [column_entry(column) for column in COLUMNS]})
    write_json(folder / SUMMARY, summary_document(sheet))
    write_json(folder / PROVENANCE, {**provenance, "three_body_problem": _model()})


def _model() -> dict[str, Any]:
    return {
        "model": "circular restricted three-body problem; the conventions of flights above do not hold for it",
        "mass_ratio": MASS_RATIO,
        "distance_km": LENGTH_KM,
        "time_unit_s": TIME_S,
    }


def summary_document(sheet: FamilySheet) -> dict[str, Any]:
    """Return ``summary.json``: the family's ranges and its members of well-known resonances."""
    values = sheet.values
    ranges = ("period_d", "amplitude_km", "perilune_altitude_km", "jacobi", "stability_index")
    return {
        "kind": sheet.kind,
        "point": sheet.point,
        "branch": sheet.branch,
        "members": len(values["period_d"]),
        "ranges": {name: [_rounded(values[name].min()), _rounded(values[name].max())] for name in ranges},
        "resonant": {mark.resonance: {name: _rounded(mark.values[name]) for name in _SCREEN} for mark in sheet.marks},
        "some": [{name: _rounded(values[name][i]) for name in _SCREEN} for i in spread(values, SHOWN)],
    }


def _rounded(value: float) -> float:
    """Return a figure without the digits that rounding makes, and without a sign of zero."""
    return round(float(value), 9) + 0.0


_SCREEN: Final = {
    "period_d": "period d",
    "amplitude_km": "amplitude km",
    "perilune_altitude_km": "perilune alt. km",
    "apolune_altitude_km": "apolune alt. km",
    "jacobi": "Jacobi",
    "stability_index": "stability index",
}
_SCREEN_DECIMALS: Final = (3, 0, 0, 0, 5, 3)
SCREEN_HEAD: Final = (*_SCREEN.values(), "resonance")


def screen_rows(sheet: FamilySheet) -> list[tuple[str, ...]]:
    """Return some members, and those of well-known resonances, along the family as texts under ``SCREEN_HEAD``."""
    shown = spread(sheet.values, SHOWN)
    chosen = [(float(i), {name: float(sheet.values[name][i]) for name in _SCREEN}, "") for i in shown]
    chosen += [(_place_of(sheet, mark), dict(mark.values), mark.resonance) for mark in sheet.marks]
    return [
        (*(f"{values[name]:z.{n}f}" for name, n in zip(_SCREEN, _SCREEN_DECIMALS, strict=True)), resonance)
        for _, values, resonance in sorted(chosen, key=lambda each: each[0])
    ]


def _place_of(sheet: FamilySheet, mark: Mark) -> float:
    """Return between which members a mark lies, by perilune: it only falls along halos, and only grows otherwise."""
    altitude = sheet.values["perilune_altitude_km"]
    sign = 1.0 if altitude[-1] > altitude[0] else -1.0
    place = np.searchsorted(sign * altitude, sign * mark.values["perilune_altitude_km"])
    return float(place) - 0.5
