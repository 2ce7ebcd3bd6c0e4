"""Powered descents: altitude over the ground left to go, and speed, pitch, thrust, mass and delta-v over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from plots.planning import ProfileView
from plots.style import FAINT, RUN_COLOURS, words

LINES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))

LEAST_DEORBIT_M_S = 1.0
"""A descent that costs no more than this beside its powered part has no burn before it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows: fields of `ProfileView` across and up, and their labels."""

    across: str
    up: str
    title: str
    across_label: str
    up_label: str


PANELS: Mapping[str, Panel] = {
    "path": Panel("downrange_km", "altitude_km", "Altitude over the ground left to go", "left to go, km", "km"),
    "altitude": Panel("time_s", "altitude_km", "Altitude", "s after the start of braking", "km"),
    "speed": Panel("time_s", "speed_m_s", "Speed", "s after the start of braking", "m/s"),
    "vertical": Panel("time_s", "vertical_speed_m_s", "Speed upwards", "s after the start of braking", "m/s"),
    "pitch": Panel("time_s", "pitch_deg", "Pitch", "s after the start of braking", "thrust above the horizontal, °"),
    "thrust": Panel("time_s", "thrust_kn", "Thrust", "s after the start of braking", "kN"),
    "mass": Panel("time_s", "mass_t", "Mass", "s after the start of braking", "t"),
}


def draw_descents(ax: Axes, profiles: Mapping[str, ProfileView], panel: str) -> None:
    """Draw one quantity of every lane's descent; dots end the phases."""
    shown = PANELS[panel]
    for number, (lane, profile) in enumerate(profiles.items()):
        across, up = getattr(profile, shown.across), getattr(profile, shown.up)
        colour = RUN_COLOURS[number % len(RUN_COLOURS)]
        ax.plot(
            across,
            up,
            color=colour,
            linewidth=1.5,
            linestyle=LINES[number % len(LINES)],
            label=lane,
        )
        ends = [int(np.searchsorted(profile.time_s, end)) for _, end in profile.phases]
        ax.plot(across[ends], up[ends], linestyle="none", marker="o", markersize=3.6, color=colour)
    if shown.across == "downrange_km":
        ax.invert_xaxis()
    ax.set_title(shown.title)
    ax.set_xlabel(shown.across_label)
    ax.set_ylabel(shown.up_label)
    ax.grid(visible=True, color=FAINT, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def phase_words(lane: str, profile: ProfileView, whole_m_s: float | None = None) -> str:
    """Say a lane's phases, when they end, and what they cost: ``heavy: braking to 480 s, ...; 1985 m/s from 15 km``.

    ``whole_m_s`` is what the tables give for the way from the staging orbit: the deorbit burn is in it.
    """
    phases = ", ".join(f"{words(name)} to {end:.0f} s" for name, end in profile.phases)
    powered_m_s = float(profile.dv_m_s[-1])
    cost = f"{powered_m_s:.0f} m/s from {profile.altitude_km[0]:.0f} km"
    if whole_m_s is None or whole_m_s - powered_m_s < LEAST_DEORBIT_M_S:
        return f"{lane}: {phases}; {cost}"
    return f"{lane}: {phases}; {cost}, without deorbit; {whole_m_s:.0f} m/s with it"
