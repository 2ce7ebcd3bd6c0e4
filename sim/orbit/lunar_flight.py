"""Years of an orbit about the Moon, flown: where it is, what it costs to keep, and how it ends.

The Moon's field to a degree chosen by height, the Earth with its J2, the Sun, and sunlight with the shadows of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.frames import state_moon_icrf_to_moon_me
from sim.astro.orientation import orientation_source
from sim.astro.time import utc_text
from sim.errors import UsageError
from sim.orbit.elements import KeplerOrbit
from sim.orbit.ephemeris import LunarEphemeris
from sim.orbit.keeping import Burn, Keeping
from sim.orbit.lunar_course import Course, Progress, fly_to_the_end, start_or_resume
from sim.orbit.lunar_kernel import ESCAPE, IMPACT
from sim.orbit.lunar_problem import (
    ESCAPE_RADIUS_KM,
    LEAST_SAMPLES,
    LunarFlightProblem,
    Setting,
    check_problem,
    setting_of,
)
from sim.threads import map_threads
from sim.units import DEG, YEAR_S

FloatArray = NDArray[np.float64]
End = Literal["horizon", "impact", "escape"]


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """Where on the Moon an orbit ended: latitude and longitude (ME, radians), speed over the ground."""

    latitude_rad: float
    longitude_rad: float
    speed_km_s: float


@dataclass(frozen=True, slots=True, eq=False)
class LunarFlight:
    """An orbit flown over a horizon.

    Attributes
    ----------
    ephemeris : LunarEphemeris
        To the horizon or a step beyond; to the last even epoch before an earlier end. Near a burn, where the velocity
        jumps, what lies between its epochs is off by up to a tenth of burn times step.
    degree : int
        Of the Moon's field.
    forces, orientation : str
        In words: what acted, and what the Moon's orientation rests on.
    end : str
        horizon, impact or escape.
    end_tdb_s : float
    end_reason : str
    ground : GroundPoint or None
        Of an impact.
    burns : tuple of Burn
        Within the horizon, in order of time.
    """

    ephemeris: LunarEphemeris
    degree: int
    forces: str
    orientation: str
    end: End
    end_tdb_s: float
    end_reason: str
    ground: GroundPoint | None
    burns: tuple[Burn, ...]

    @property
    def upkeep_m_s_per_year(self) -> float:
        """Delta-v of all burns over the time flown in the horizon."""
        return sum(burn.dv_m_s for burn in self.burns) / (self.end_tdb_s - self.ephemeris.start_tdb_s) * YEAR_S


def fly_orbits(problems: Sequence[LunarFlightProblem]) -> list[LunarFlight]:
    """Fly several orbits side by side, in threads."""
    return map_threads(_fly, problems)


def fly_orbit(
    orbit: KeplerOrbit,
    name: str,
    start_tdb_s: float,
    stop_tdb_s: float,
    *,
    srp_m2_kg: float = 0.0,
    degree: int | None = None,
    keeping: Keeping | None = None,
    terrain_margin_km: float = 0.0,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> LunarFlight:
    """Fly an orbit over a horizon, or until it ends.

    Parameters
    ----------
    orbit : KeplerOrbit
        Flown from its epoch: forwards to the start, or backwards, uncontrolled, and from there again over the horizon.
    name : str
        Of the ephemeris.
    start_tdb_s, stop_tdb_s : float
    srp_m2_kg : float
        Cr A/m of a sphere in sunlight.
    degree : int, optional
        Of GRGM660PRIM, 0 to 50; by the height of perilune when None (``field_degree.degree_for``).
    keeping : Keeping, optional
        Bands to keep; free flight when None.
    terrain_margin_km : float
        Height above 1737.4 km at which the orbit meets the ground.
    checkpoint : Path, optional
        File to keep progress in, and to go on from where it is that of the same flight.
    progress : callable, optional
        Told the share of the flight done.

    Raises
    ------
    UsageError
        For an orbit that begins in the ground, or meets it before the horizon begins.
    DataMissingError
        Where DE440 does not reach.
    """
    problem = LunarFlightProblem(
        orbit, name, start_tdb_s, stop_tdb_s, srp_m2_kg, degree, keeping, terrain_margin_km, checkpoint
    )
    return _fly(problem, progress)


def _fly(problem: LunarFlightProblem, progress: Progress | None = None) -> LunarFlight:
    check_problem(problem)
    setting = setting_of(problem)
    course = start_or_resume(problem, setting)
    fly_to_the_end(problem, setting, course, progress)
    return _flight(problem, setting, course)


# --- what came of it -----------------------------------------------------------------------------------------------


def _flight(problem: LunarFlightProblem, setting: Setting, course: Course) -> LunarFlight:
    end: End = {IMPACT: "impact", ESCAPE: "escape"}.get(course.outcome, "horizon")  # type: ignore[assignment]
    if end != "horizon" and setting.zero_tdb_s + float(course.event[0]) > problem.stop_tdb_s:
        end = "horizon"  # the last even step may reach beyond it
    end_s = setting.stop_s if end == "horizon" else float(course.event[0])
    end_tdb_s = problem.stop_tdb_s if end == "horizon" else setting.zero_tdb_s + end_s
    if course.done < LEAST_SAMPLES:
        message = (
            f"{problem.name}: the orbit ends ({end}) at {_utc(setting, end_s)}, before the horizon or within minutes "
            "of its start: give a higher perilune, another inclination or a later epoch"
        )
        raise UsageError(message)
    ground = _ground_point(end_tdb_s, course.event[1:]) if end == "impact" else None
    return LunarFlight(
        ephemeris=LunarEphemeris(
            problem.name, problem.start_tdb_s, setting.even.step_s, course.samples[: course.done].copy()
        ),
        degree=setting.degree,
        forces=_forces_words(setting.degree, problem.srp_m2_kg),
        orientation=orientation_source(np.array([setting.zero_tdb_s, end_tdb_s])),
        end=end,
        end_tdb_s=end_tdb_s,
        end_reason=_reason(end, ground, _utc(setting, end_s)),
        ground=ground,
        burns=tuple(
            Burn(setting.zero_tdb_s + t_s, dv)
            for t_s, dv in zip(course.burn_s, course.burn_km_s, strict=True)
            if setting.even.first_s <= t_s <= end_tdb_s - setting.zero_tdb_s
        ),
    )


def _ground_point(t_tdb_s: float, state: FloatArray) -> GroundPoint:
    place = state_moon_icrf_to_moon_me(t_tdb_s, state)
    x, y, z = place[:3]
    latitude, longitude = np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)
    return GroundPoint(float(latitude), float(longitude), float(np.linalg.norm(place[3:])))


def _reason(end: End, ground: GroundPoint | None, when: str) -> str:
    if ground is not None:
        north, east = ground.latitude_rad / DEG, ground.longitude_rad / DEG
        return f"meets the ground at {north:.2f}° N {east:.2f}° E, {ground.speed_km_s:.3f} km/s, {when}"
    if end == "escape":
        return f"leaves the Moon's neighbourhood ({ESCAPE_RADIUS_KM:.0f} km), outside any stable frame, {when}"
    return "flies to the end of the horizon"


def _forces_words(degree: int, srp_m2_kg: float) -> str:
    moon = f"Moon GRGM660PRIM {degree} x {degree}" if degree else "Moon as a point"
    light = f", sunlight on {srp_m2_kg:g} m²/kg with shadows" if srp_m2_kg else ""
    return f"{moon}, Earth with J2, Sun (DE440){light}"


def _utc(setting: Setting, t_s: float) -> str:
    return utc_text(setting.zero_tdb_s + t_s, 0)
