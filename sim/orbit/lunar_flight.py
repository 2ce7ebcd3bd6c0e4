"""Years of an orbit about the Moon, flown: where it is, what it costs to keep, and how it ends.

The Moon's field to a degree chosen by height, the Earth with its J2, the Sun, and sunlight with the shadows of both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.forces import GeneralForce
from sim.astro.frames import state_moon_icrf_to_moon_me
from sim.astro.nbody import ForceModel, general_force
from sim.astro.orientation import orientation_source
from sim.astro.time import utc_text
from sim.constants import R_MOON_KM
from sim.errors import DataMissingError, UsageError
from sim.orbit.checkpoint import key_of, load_checkpoint, save_checkpoint
from sim.orbit.elements import KeplerOrbit, orbit_of, state_icrf
from sim.orbit.ephemeris import LunarEphemeris, even_step_s
from sim.orbit.field_degree import MOST_DEGREE, degree_for
from sim.orbit.keeping import (
    Burn,
    Keeping,
    check_keeping,
    correction,
    delta_v_icrf_km_s,
    eccentricity_vector,
    wait_s,
)
from sim.orbit.lunar_kernel import (
    APOLUNE,
    ESCAPE,
    IMPACT,
    LOST,
    PERILUNE,
    REACHED,
    STATE,
    TIME,
    Samples,
    Watch,
    fly,
)
from sim.threads import map_threads
from sim.units import DAY_S, DEG, YEAR_S

FloatArray = NDArray[np.float64]
End = Literal["horizon", "impact", "escape"]
Progress = Callable[[float], None]

TOLERANCE = 1e-12
"""Of a step: a year of an orbit of 6541.4 km, e 0.6 ends within 2 cm of the flight at 1e-13, ten days at 100 km too."""

ESCAPE_RADIUS_KM = 60_000.0
"""About the distance of the libration points: outside it no orbit about the Moon stays."""

CHECKPOINT_S = 20.0
"""Least time by the clock between two checkpoints."""

_CHUNK_S = 30.0 * DAY_S
_LEAST_SAMPLES = 4


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


@dataclass(frozen=True, slots=True)
class LunarFlightProblem:
    """A flight asked for, as ``fly_orbit`` takes it."""

    orbit: KeplerOrbit
    name: str
    start_tdb_s: float
    stop_tdb_s: float
    srp_m2_kg: float = 0.0
    degree: int | None = None
    keeping: Keeping | None = None
    terrain_margin_km: float = 0.0
    checkpoint: Path | None = None


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
    _check(problem)
    setting = _setting(problem)
    course = _start_or_resume(problem, setting)
    _fly_to_the_end(problem, setting, course, progress)
    return _flight(problem, setting, course)


# --- what is asked -------------------------------------------------------------------------------------------------


def _check(problem: LunarFlightProblem) -> None:
    orbit, margin_km = problem.orbit, problem.terrain_margin_km
    if problem.stop_tdb_s <= problem.start_tdb_s:
        message = f"{problem.name}: the horizon ends before it begins: swap start and stop"
        raise UsageError(message)
    if orbit.perilune_altitude_km <= margin_km:
        message = (
            f"{problem.name}: perilune lies {orbit.perilune_altitude_km:.1f} km above 1737.4 km, which is in the "
            f"ground: raise it above {margin_km:g} km, by a longer axis or a smaller eccentricity"
        )
        raise UsageError(message)
    if orbit.apolune_radius_km >= ESCAPE_RADIUS_KM:
        message = (
            f"{problem.name}: apolune lies {orbit.apolune_radius_km:.0f} km from the Moon, where no orbit stays: keep "
            f"it below {ESCAPE_RADIUS_KM:.0f} km, or ask for a halo or distant retrograde orbit"
        )
        raise UsageError(message)
    if problem.degree is not None and not 0 <= problem.degree <= MOST_DEGREE:
        message = f"{problem.name}: the Moon's field is known to degree {MOST_DEGREE}, not {problem.degree}"
        raise UsageError(message)
    if problem.keeping is not None:
        check_keeping(orbit, problem.keeping)
    _check_covered(problem)


def _check_covered(problem: LunarFlightProblem) -> None:
    first, last = Ephemeris.de440().coverage_tdb_s
    epochs = (problem.orbit.epoch_tdb_s, problem.start_tdb_s, problem.stop_tdb_s)
    # The last even epoch lies up to a step after the stop.
    if not (first <= min(epochs) and max(epochs) + DAY_S <= last):
        years = [f"{2000.0 + edge / YEAR_S:.0f}" for edge in (first, last)]
        message = f"{problem.name}: DE440 covers {years[0]} to {years[1]}, not all of this flight: shorten the horizon"
        raise DataMissingError(message, first, last)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What stays the same all through a flight; times count from ``zero_tdb_s``."""

    zero_tdb_s: float
    degree: int
    force: GeneralForce
    watch: Watch
    even: Samples
    count: int
    key: str

    @property
    def stop_s(self) -> float:
        return self.even.first_s + self.even.step_s * (self.count - 1)


def _setting(problem: LunarFlightProblem) -> _Setting:
    orbit = problem.orbit
    degree = degree_for(orbit.perilune_altitude_km) if problem.degree is None else problem.degree
    zero = min(orbit.epoch_tdb_s, problem.start_tdb_s)
    step_s = even_step_s(orbit.perilune_radius_km, orbit.perilune_speed_km_s)
    count = max(_LEAST_SAMPLES, int(np.ceil((problem.stop_tdb_s - problem.start_tdb_s) / step_s)) + 1)
    model = ForceModel(moon_degree=degree, srp_m2_kg=problem.srp_m2_kg)
    latest = max(orbit.epoch_tdb_s, problem.start_tdb_s + step_s * count)
    return _Setting(
        zero_tdb_s=zero,
        degree=degree,
        force=general_force(model, zero, latest, "moon"),
        watch=_watch(problem),
        even=Samples(problem.start_tdb_s - zero, step_s),
        count=count,
        key=key_of(orbit, problem.start_tdb_s, problem.stop_tdb_s, model, problem.keeping, _watch(problem), TOLERANCE),
    )


def _watch(problem: LunarFlightProblem) -> Watch:
    """Stops of the flight: every perilune where the argument is watched, otherwise apsides out of their bands."""
    floor_km, keeping = R_MOON_KM + problem.terrain_margin_km, problem.keeping
    if keeping is None:
        return Watch(floor_km, ESCAPE_RADIUS_KM, 0.0, np.inf, 0.0, np.inf)
    low_km, high_km = (R_MOON_KM + edge for edge in keeping.perilune_altitude_km)
    if keeping.argument_of_perilune_rad is not None:
        low_km = np.inf
    low_apolune_km, high_apolune_km = (R_MOON_KM + edge for edge in keeping.apolune_altitude_km or (-R_MOON_KM, np.inf))
    return Watch(floor_km, ESCAPE_RADIUS_KM, low_km, high_km, low_apolune_km, high_apolune_km)


# --- the flight ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """How far a flight got: what a checkpoint keeps."""

    flight: FloatArray
    samples: FloatArray
    done: int
    after_last: FloatArray
    outcome: int = REACHED
    event: FloatArray = field(default_factory=lambda: np.full(7, np.nan))
    burn_s: list[float] = field(default_factory=list)
    burn_km_s: list[FloatArray] = field(default_factory=list)


def _start_or_resume(problem: LunarFlightProblem, setting: _Setting) -> _Course:
    kept = load_checkpoint(problem.checkpoint, setting.key) if problem.checkpoint is not None else None
    return _start(problem, setting) if kept is None else _resumed(kept, setting)


def _start(problem: LunarFlightProblem, setting: _Setting) -> _Course:
    """Stand at the earlier of epoch and start."""
    orbit = problem.orbit
    course = _Course(
        flight=np.concatenate([[orbit.epoch_tdb_s - setting.zero_tdb_s, 0.0], state_icrf(orbit)]),
        samples=np.empty((setting.count, 6)),
        done=0,
        after_last=eccentricity_vector(orbit),
    )
    if orbit.epoch_tdb_s > problem.start_tdb_s:
        free = setting.watch._replace(least_perilune_km=0.0, most_perilune_km=np.inf, least_apolune_km=0.0)
        free = free._replace(most_apolune_km=np.inf)
        outcome = _advance(setting, course, 0.0, watch=free, exactly=True, sampling=False)
        if outcome != REACHED:
            when = utc_text(setting.zero_tdb_s + course.event[0], 0)
            message = (
                f"{problem.name}: flown back from its epoch it would have left the ground at {when}, after the "
                "horizon begins: give it an epoch at or before the start"
            )
            raise UsageError(message)
        course.flight[1] = 0.0
    return course


def _fly_to_the_end(problem: LunarFlightProblem, setting: _Setting, course: _Course, progress: Progress | None) -> None:
    """Fly by chunks; after each a checkpoint may be written, which changes nothing of the flight."""
    saved, begun_s = time.monotonic(), course.flight[TIME]
    while course.outcome == REACHED and course.flight[TIME] < setting.stop_s:
        chunk_s = min(setting.stop_s, _CHUNK_S * (np.floor(course.flight[TIME] / _CHUNK_S) + 1.0))
        while course.outcome == REACHED and course.flight[TIME] < chunk_s:
            outcome = _advance(setting, course, chunk_s)
            if outcome in {PERILUNE, APOLUNE}:
                outcome = _correct(problem, setting, course)
            course.outcome = outcome
        finished = course.outcome != REACHED or course.flight[TIME] >= setting.stop_s
        if problem.checkpoint is not None and (finished or time.monotonic() - saved >= CHECKPOINT_S):
            save_checkpoint(problem.checkpoint, setting.key, _kept(course))
            saved = time.monotonic()
        if progress is not None:
            progress(min(1.0, (course.flight[TIME] - begun_s) / (setting.stop_s - begun_s)))
    if course.outcome == LOST:
        message = f"{problem.name}: the flight cannot be followed beyond {_utc(setting, course.flight[TIME])}"
        raise UsageError(message)


def _advance(
    setting: _Setting,
    course: _Course,
    until_s: float,
    *,
    watch: Watch | None = None,
    exactly: bool = False,
    sampling: bool = True,
) -> int:
    """Fly on to a time, or to what comes before; return the outcome."""
    out = course.samples if sampling else course.samples[:0]
    outcome, course.done, event = fly(
        setting.force,
        course.flight,
        until_s,
        exactly,
        TOLERANCE,
        watch or setting.watch,
        setting.even,
        out,
        course.done,
    )
    if outcome != REACHED:
        course.event = event
    return int(outcome)


def _correct(problem: LunarFlightProblem, setting: _Setting, course: _Course) -> int:
    """Fly the impulses that an orbit out of its bands needs; the flight stops at none of its apsides meanwhile."""
    if problem.keeping is None:
        return REACHED
    blind = Watch(setting.watch.floor_km, setting.watch.ceiling_km, 0.0, np.inf, 0.0, np.inf)
    now = _osculating(problem, setting, course.event[0], course.event[1:])
    impulses = correction(problem.orbit, problem.keeping, now, course.after_last)
    for impulse in impulses:
        now = _osculating(problem, setting, course.flight[TIME], course.flight[STATE:])
        outcome = _advance(setting, course, course.flight[TIME] + wait_s(impulse, now), watch=blind, exactly=True)
        if outcome != REACHED or course.flight[TIME] >= setting.stop_s:
            return outcome
        dv = delta_v_icrf_km_s(impulse, course.flight[STATE:])
        course.flight[STATE + 3 :] += dv
        course.burn_s.append(float(course.flight[TIME]))
        course.burn_km_s.append(dv)
    if impulses:
        now = _osculating(problem, setting, course.flight[TIME], course.flight[STATE:])
        course.after_last = eccentricity_vector(now)
    return REACHED


def _osculating(problem: LunarFlightProblem, setting: _Setting, t_s: float, state: FloatArray) -> KeplerOrbit:
    return orbit_of(state, setting.zero_tdb_s + t_s, problem.orbit.frame)


# --- checkpoints ---------------------------------------------------------------------------------------------------


def _kept(course: _Course) -> dict[str, FloatArray]:
    return {
        "flight": course.flight,
        "samples": course.samples[: course.done],
        "after_last": course.after_last,
        "outcome": np.array(float(course.outcome)),
        "event": course.event,
        "burn_s": np.array(course.burn_s),
        "burn_km_s": np.reshape(np.array(course.burn_km_s), (-1, 3)),
    }


def _resumed(kept: dict[str, FloatArray], setting: _Setting) -> _Course:
    done = len(kept["samples"])
    samples = np.empty((setting.count, 6))
    samples[:done] = kept["samples"]
    return _Course(
        flight=kept["flight"],
        samples=samples,
        done=done,
        after_last=kept["after_last"],
        outcome=int(kept["outcome"]),
        event=kept["event"],
        burn_s=kept["burn_s"].tolist(),
        burn_km_s=list(kept["burn_km_s"]),
    )


# --- what came of it -----------------------------------------------------------------------------------------------


def _flight(problem: LunarFlightProblem, setting: _Setting, course: _Course) -> LunarFlight:
    end: End = {IMPACT: "impact", ESCAPE: "escape"}.get(course.outcome, "horizon")  # type: ignore[assignment]
    end_s = setting.stop_s if end == "horizon" else float(course.event[0])
    end_tdb_s = problem.stop_tdb_s if end == "horizon" else setting.zero_tdb_s + end_s
    if course.done < _LEAST_SAMPLES:
        message = (
            f"{problem.name}: the orbit ends ({end}) at {_utc(setting, end_s)}, before the horizon or within minutes "
            "of its start: give a higher perilune, another inclination or a later epoch"
        )
        raise UsageError(message)
    ground = _ground_point(end_tdb_s, course.event[1:]) if end == "impact" else None
    samples = course.samples[: course.done].copy()
    samples.flags.writeable = False
    return LunarFlight(
        ephemeris=LunarEphemeris(problem.name, problem.start_tdb_s, setting.even.step_s, samples),
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
            if t_s >= setting.even.first_s
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


def _utc(setting: _Setting, t_s: float) -> str:
    return str(utc_text(setting.zero_tdb_s + t_s, 0))
