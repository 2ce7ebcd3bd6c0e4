"""How a reason for a closed day looks: one colour and one hatch each, the same in every figure.

Every face is paler than the palest open shade, so open and closed part in grey; among themselves the reasons part by
hatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plots.style import words


@dataclass(frozen=True, slots=True)
class ReasonStyle:
    """Colour of the face, hatch and its colour, and the words of the legend."""

    name: str
    label: str
    face: str
    hatch: str
    hatch_colour: str


_KNOWN: Mapping[str, tuple[str, str, str, str]] = {
    "availability": ("vehicle not available", "#ffffff", "||||", "#8a939b"),
    "turnaround": ("pad booked, or turning around", "#cfe6f5", "\\\\\\\\", "#3a7299"),
    "azimuth": ("no allowed azimuth reaches the Moon", "#e4e6e8", "////", "#8a939b"),
    "declination": ("Moon's declination out of reach", "#d6d9dc", "", "#8a939b"),
    "latitude": ("approach latitude out of reach", "#e9e4f3", "----", "#6d6480"),
    "liftoff": ("pad does not pass under the plane", "#eceef0", "\\\\\\\\", "#7d868e"),
    "arc": ("injection on the other arc", "#eceef0", "++", "#7d868e"),
    "transfer": ("no transfer found", "#ffffff", "xxx", "#8a939b"),
    "time_of_flight": ("time of flight", "#d9e8d2", "\\\\\\", "#4f7a3c"),
    "coast": ("coast to injection", "#d9e8d2", "..", "#4f7a3c"),
    "injection_energy": ("injection energy", "#f2bda6", "\\\\\\\\", "#a84a1a"),
    "launcher_mass": ("launcher's mass", "#f2bda6", "////", "#a84a1a"),
    "insertion_dv": ("insertion delta-v", "#e6bdd5", "++++", "#8f4a73"),
    "propellant": ("lander's propellant", "#e6bdd5", "xxxx", "#8f4a73"),
    "landed_mass": ("landed payload", "#f7d596", "....", "#8f6200"),
    "landing_thrust": ("too little thrust to land", "#e6bdd5", "||||", "#8f4a73"),
    "cross_range": ("site out of the orbit's reach", "#b3e0d1", "----", "#0b6b51"),
    "sun": ("Sun at landing", "#f9f3bd", "oo", "#8d8300"),
    "season": ("launch out of season", "#cfe6f5", "....", "#3a7299"),
    "blackout": ("blackout dates", "#cfe6f5", "xxxx", "#3a7299"),
    "between": ("too soon after another launch", "#cfe6f5", "++++", "#3a7299"),
    "launch_light": ("daylight or night at lift-off", "#fdf8dc", "----", "#8d8300"),
    "lit_after": ("sunlight left after landing", "#f9f3bd", "////", "#8d8300"),
    "contact": ("contact at landing", "#dcd3ee", "||||", "#5b4a8a"),
    "eclipse": ("eclipse on the way", "#dfe3ea", "oo", "#4c5a70"),
    "injection_sight": ("injection in sight of a station", "#dcd3ee", "////", "#5b4a8a"),
    "insertion_sight": ("insertion in sight of a station", "#dcd3ee", "\\\\\\\\", "#5b4a8a"),
    "loiter": ("loiter out of its range", "#b3e0d1", "....", "#0b6b51"),
    "incidence": ("steepness of a direct descent", "#b3e0d1", "xx", "#0b6b51"),
}

_KEYWORDS: tuple[tuple[str, str], ...] = (
    ("injection_arc", "arc"),
    ("season", "season"),
    ("blackout", "blackout"),
    ("between", "between"),
    ("liftoff_light", "launch_light"),
    ("lit_after", "lit_after"),
    ("light_after", "lit_after"),
    ("light_left", "lit_after"),
    ("thrust", "landing_thrust"),
    ("contact", "contact"),
    ("eclipse", "eclipse"),
    ("injection_in_sight", "injection_sight"),
    ("insertion_in_sight", "insertion_sight"),
    ("loiter", "loiter"),
    ("incidence", "incidence"),
    ("turnaround", "turnaround"),
    ("avail", "availability"),
    ("booked", "turnaround"),
    ("sun", "sun"),
    ("declination", "declination"),
    ("latitude", "latitude"),
    ("azimuth", "azimuth"),
    ("liftoff", "liftoff"),
    ("lift-off", "liftoff"),
    ("pass under", "liftoff"),
    ("time_of_flight", "time_of_flight"),
    ("time of flight", "time_of_flight"),
    ("coast", "coast"),
    ("energy", "injection_energy"),
    ("c3", "injection_energy"),
    ("launcher", "launcher_mass"),
    ("insertion", "insertion_dv"),
    ("propellant", "propellant"),
    ("landed", "landed_mass"),
    ("payload", "landed_mass"),
    ("cross", "cross_range"),
    ("landing", "cross_range"),
    ("transfer", "transfer"),
    ("solution", "transfer"),
)
"""The first word found in a reason's name says which look it has: names and whole phrases both find theirs."""

_SPARE_FACES = ("#dcd3ee", "#cbe8c4", "#f3d0d0", "#d7e3c0", "#cfdfe0", "#eadfcd")
_SPARE_HATCHES = ("///", "\\\\\\", "+++", "xx", "..", "--")
_SPARE_HATCH_COLOUR = "#6d6480"


def reason_styles(names: Iterable[str]) -> dict[str, ReasonStyle]:
    """Give each reason its look: ours for the known ones, a spare one in order of first appearance for the others."""
    styles: dict[str, ReasonStyle] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        key = _known_key(name)
        if key is None or key in taken:
            styles[name] = _spare_style(name, len(styles) - len(taken))
        else:
            styles[name] = ReasonStyle(name, *_KNOWN[key])
            taken.add(key)
    return styles


def _known_key(name: str) -> str | None:
    lowered = name.lower()
    return next((key for keyword, key in _KEYWORDS if keyword in lowered), None)


def _spare_style(name: str, number: int) -> ReasonStyle:
    count = len(_SPARE_FACES)
    hatch = _SPARE_HATCHES[(number + number // count) % count]
    return ReasonStyle(name, words(name), _SPARE_FACES[number % count], hatch, _SPARE_HATCH_COLOUR)
