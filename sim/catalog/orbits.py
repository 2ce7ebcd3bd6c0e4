"""Orbits at the Moon in which relays, orbiters and stations stay."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.catalog.figures import Sourced, Status
from sim.constants import R_MOON_KM
from sim.document.fields import Deg, Km, Second, Share, UtcText, yaml_key

_RESONANCE = re.compile(r"[1-9]\d?:[1-9]\d?")

_SIZES = (
    ("perilune_altitude_km", "apolune_altitude_km"),
    ("perilune_radius_km", "apolune_radius_km"),
    ("semi_major_axis_km", "eccentricity"),
)
_PERIODIC = ("amplitude_km", "period_s", "resonance")
_OF_ELLIPSES = (
    *("frame", "inclination_deg", "argument_of_perilune_deg", "node_deg", "mean_anomaly_deg"),
    *(name for pair in _SIZES for name in pair),
)
_OF_FAMILIES = (*_PERIODIC, "point", "branch", "phase")


class LunarOrbit(Sourced):
    """An orbit about the Moon or one of its libration points.

    ``kepler``: by the size of an ellipse (altitudes, radii, or semi-major axis and eccentricity), its angles and the
    frame they count in. ``halo`` and ``dro``: a member of the family, by its amplitude, its period or its resonance.
    """

    id: str = "here"
    """Its key in the file."""
    name: str = ""
    """Name for people."""
    kind: Literal["kepler", "halo", "dro"] = "kepler"
    """An ellipse about the Moon; a halo about L1 or L2, near-rectilinear ones included; a distant retrograde orbit."""
    frame: Literal["moon_me", "moon_pa", "earth_orbit_plane", "icrf"] | None = None
    """Axes that inclination, node and argument count from: the Moon's mean-Earth or principal axes held at the epoch,
    the plane of the Earth's path about the Moon then (x to the Earth), or ICRF."""
    perilune_altitude_km: Km | None = None
    """Above 1737.4 km."""
    apolune_altitude_km: Km | None = None
    """Above 1737.4 km."""
    perilune_radius_km: Km | None = None
    """From the Moon's centre."""
    apolune_radius_km: Km | None = None
    """From the Moon's centre."""
    semi_major_axis_km: Annotated[Km, Field(gt=0)] | None = None
    """With ``eccentricity``, in place of apsides."""
    eccentricity: Annotated[float, Field(ge=0, lt=1)] | None = None
    """With ``semi_major_axis``."""
    inclination_deg: Annotated[Deg, Field(ge=0, le=180)] | None = None
    """To the frame's equator."""
    argument_of_perilune_deg: Annotated[Deg, Field(ge=-360, le=360)] = 90.0
    """From the node to perilune: 90 deg puts apolune over the south, 270 deg over the north."""
    node_deg: Annotated[Deg, Field(ge=-360, le=360)] = 0.0
    """Of the ascending node, from the frame's x axis."""
    mean_anomaly_deg: Annotated[Deg, Field(ge=-360, le=360)] = 0.0
    """At the epoch; 0 deg is perilune."""
    epoch: UtcText | None = None
    """UTC, e.g. ``2030-01-01T00:00:00``; left out: the start of service, or of the horizon."""
    point: Literal["L1", "L2"] | None = None
    """Of a halo."""
    branch: Literal["north", "south"] | None = None
    """Of a halo: over which pole its furthest point stands."""
    amplitude_km: Annotated[Km, Field(gt=0)] | None = None
    """Of a halo: greatest distance from the plane of the Moon's orbit, on the branch's side; of a DRO: half its
    length along the line from Earth to Moon."""
    period_s: Annotated[Second, Field(gt=0)] | None = None
    """Of one revolution."""
    resonance: str | None = None
    """Revolutions in synodic months, e.g. ``"9:2"`` (quoted)."""
    phase: Annotated[Share, Field(ge=0, lt=1)] = 0.0
    """Of a halo or DRO: part of the period since its furthest point from the Moon, at the epoch."""
    source: str = "the scenario"
    """Where it comes from."""
    status: Status = "assumed"
    """How firm it is."""

    @property
    def apsis_radii_km(self) -> tuple[float, float]:
        """Perilune and apolune of an ellipse, from the Moon's centre."""
        if self.perilune_altitude_km is not None and self.apolune_altitude_km is not None:
            return R_MOON_KM + self.perilune_altitude_km, R_MOON_KM + self.apolune_altitude_km
        if self.perilune_radius_km is not None and self.apolune_radius_km is not None:
            return self.perilune_radius_km, self.apolune_radius_km
        size, eccentricity = self.semi_major_axis_km or 0.0, self.eccentricity or 0.0
        return size * (1.0 - eccentricity), size * (1.0 + eccentricity)

    @model_validator(mode="after")
    def _keys_are_those_of_its_kind(self) -> Self:
        others = _OF_FAMILIES if self.kind == "kepler" else _OF_ELLIPSES
        if self.kind == "dro":
            others = (*others, "point", "branch")
        stray = [name for name in others if name in self.model_fields_set and getattr(self, name) is not None]
        if stray:
            key = yaml_key(stray[0])
            message = f"{key} does not belong to an orbit of kind {self.kind} — take it out, or change kind"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _an_ellipse_is_whole(self) -> Self:
        if self.kind != "kepler":
            return self
        if self.frame is None or self.inclination_deg is None:
            message = "an ellipse needs its frame and inclination — write frame: moon_me and inclination: 62.4 deg"
            raise ValueError(message)
        given = [pair for pair in _SIZES if any(getattr(self, name) is not None for name in pair)]
        if len(given) != 1 or any(getattr(self, name) is None for name in given[0]):
            message = (
                "the size of an ellipse is said once — write perilune_altitude and apolune_altitude, or "
                "perilune_radius and apolune_radius, or semi_major_axis and eccentricity"
            )
            raise ValueError(message)
        if self.apsis_radii_km[1] < self.apsis_radii_km[0]:
            message = "apolune is below perilune — swap the two"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _a_family_member_is_named(self) -> Self:
        if self.kind == "kepler":
            return self
        if sum(getattr(self, name) is not None for name in _PERIODIC) != 1:
            message = f"a {self.kind} needs one of amplitude, period and resonance — write e.g. period: 6.56 d"
            raise ValueError(message)
        if self.kind == "halo" and (self.point is None or self.branch is None):
            message = "a halo needs its point and branch — write point: L2 and branch: south"
            raise ValueError(message)
        if self.resonance is not None and _RESONANCE.fullmatch(self.resonance) is None:
            message = f'{self.resonance!r} is no resonance — write revolutions and synodic months, like "9:2"'
            raise ValueError(message)
        return self
