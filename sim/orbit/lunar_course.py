"""The course of a flight about the Moon: flown by chunks, corrected where its bands ask for it, and kept in files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.astro.time import utc_text
from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.orbit.checkpoint import load_checkpoint, save_checkpoint
from sim.orbit.elements import Frame, KeplerOrbit, elements_of, orbit_of, state_icrf
from sim.orbit.keeping import (
    LOOK_AHEAD_S,
    Keeping,
    PathAhead,
    correction,
    delta_v_icrf_km_s,
    eccentricity_vector,
    out_of_bands,
    wait_s,
)
from sim.orbit.lunar_kernel import (
    APOLUNE,
    FULL,
    IMPACT,
    LOST,
    PASSAGE_DONE,
    PASSAGE_FLIGHT,
    PASSAGE_SIZE,
    PASSAGE_STATE,
    PASSAGE_TIME,
    PERILUNE,
    REACHED,
    STATE,
    TIME,
    Samples,
    Watch,
    fly,
)
from sim.orbit.lunar_problem import TOLERANCE, LunarFlightProblem, Setting
from sim.units import DAY_S

FloatArray = NDArray[np.float64]
Progress = Callable[[float], None]

CHECKPOINT_S = 20.0
"""Least time by the clock between two checkpoints."""

_CHUNK_S = 30.0 * DAY_S
_LOOKS_A_REVOLUTION = 24
_PASSAGES_A_LOOK = 24
"""Perilunes flown before it is looked whether all were in their bands: few cost looks, many are flown again."""

_DEEP_KM = R_MOON_KM - 30.0
"""A look ahead goes on to here, just above where the series of the field ends."""


@dataclass(slots=True)
class Course:
    """How far a flight got: what a checkpoint keeps."""

    flight: FloatArray
    samples: FloatArray
    done: int
    outcome: int = REACHED
    event: FloatArray = field(default_factory=lambda: np.full(7, np.nan))
    burn_s: list[float] = field(default_factory=list)
    burn_km_s: list[FloatArray] = field(default_factory=list)
    passed: FloatArray = field(default_factory=lambda: np.empty((0, PASSAGE_SIZE)))
    """The last perilune passed since the last burn, (1, 16), if any: where the flight can go back to."""


def start_or_resume(problem: LunarFlightProblem, setting: Setting) -> Course:
    """Go on from the checkpoint of this flight, or begin."""
    kept = load_checkpoint(problem.checkpoint, setting.key) if problem.checkpoint is not None else None
    return _start(problem, setting) if kept is None else _resumed(kept, setting)


def _start(problem: LunarFlightProblem, setting: Setting) -> Course:
    """Stand at the earlier of epoch and start."""
    orbit = problem.orbit
    course = Course(
        flight=np.concatenate([[orbit.epoch_tdb_s - setting.zero_tdb_s, 0.0], state_icrf(orbit)]),
        samples=np.empty((setting.count, 6)),
        done=0,
    )
    if orbit.epoch_tdb_s > problem.start_tdb_s:
        outcome = _advance(setting, course, 0.0, watch=_unkept(setting.watch), exactly=True, sampling=False)
        if outcome != REACHED:
            when = utc_text(setting.zero_tdb_s + course.event[0], 0)
            message = (
                f"{problem.name}: flown back from its epoch it would have left the ground at {when}, after the "
                "horizon begins: give it an epoch at or before the start"
            )
            raise UsageError(message)
        course.flight[1] = 0.0
    return course


def fly_to_the_end(problem: LunarFlightProblem, setting: Setting, course: Course, progress: Progress | None) -> None:
    """Fly by chunks; after each a checkpoint may be written, which changes nothing of the flight."""
    saved = time.monotonic()
    while course.outcome == REACHED and course.flight[TIME] < setting.stop_s:
        chunk_s = min(setting.stop_s, _CHUNK_S * (np.floor(course.flight[TIME] / _CHUNK_S) + 1.0))
        while course.outcome == REACHED and course.flight[TIME] < chunk_s:
            course.outcome = _fly_on(problem, setting, course, chunk_s)
        finished = course.outcome != REACHED or course.flight[TIME] >= setting.stop_s
        if problem.checkpoint is not None and (finished or time.monotonic() - saved >= CHECKPOINT_S):
            save_checkpoint(problem.checkpoint, setting.key, _kept(course))
            saved = time.monotonic()
        if progress is not None:
            progress(min(1.0, float(course.flight[TIME]) / setting.stop_s))
    if course.outcome == LOST:
        when = utc_text(setting.zero_tdb_s + float(course.flight[TIME]), 0)
        message = f"{problem.name}: the flight cannot be followed beyond {when}"
        raise UsageError(message)


def _fly_on(problem: LunarFlightProblem, setting: Setting, course: Course, until_s: float) -> int:
    """Fly to a time, or through the burns that come before it."""
    if problem.keeping is not None and problem.keeping.law == "apsides":
        return _fly_past_perilunes(problem, setting, problem.keeping, course, until_s)
    outcome = _advance(setting, course, until_s)
    return _correct(problem, setting, course) if outcome in {PERILUNE, APOLUNE} else outcome


def _fly_past_perilunes(
    problem: LunarFlightProblem, setting: Setting, keeping: Keeping, course: Course, until_s: float
) -> int:
    """Fly on; where perilunes leave their bands, go back to the one before the first that does and burn from there.

    The ground counts as out of the bands. The first perilune after a burn is let pass: there is none to go back to.
    """
    before = len(course.passed)
    passages = np.concatenate([course.passed, np.empty((_PASSAGES_A_LOOK, PASSAGE_SIZE))])
    outcome, count = _advance_noting(setting, course, until_s, passages[before:])
    passages = passages[: before + count]
    out = np.flatnonzero(_out_of_bands(setting, problem.orbit.frame, keeping, passages)[1:])
    if len(out) == 0 and not (outcome == IMPACT and len(passages)):
        course.passed = passages[-1:].copy()
        return REACHED if outcome == FULL else outcome
    back = passages[out[0] if len(out) else -1]
    course.flight[:], course.done = back[PASSAGE_FLIGHT:], int(back[PASSAGE_DONE])
    course.passed = passages[:0].copy()
    return _correct(problem, setting, course)


def _out_of_bands(setting: Setting, frame: Frame, keeping: Keeping, passages: FloatArray) -> NDArray[np.bool_]:
    if len(passages) == 0:
        return np.zeros(0, dtype=bool)
    perilune_km, argument_rad = _at_perilune(passages, setting.zero_tdb_s, frame)
    return out_of_bands(keeping, perilune_km, argument_rad)


def _at_perilune(passages: FloatArray, zero_tdb_s: float, frame: Frame) -> tuple[FloatArray, FloatArray]:
    """Osculating altitude and argument of perilune of passages."""
    t_tdb_s = zero_tdb_s + passages[:, PASSAGE_TIME]
    found = elements_of(passages[:, PASSAGE_STATE:PASSAGE_DONE], t_tdb_s, frame)
    perilune_km = found.semi_major_axis_km * (1.0 - found.eccentricity) - R_MOON_KM
    return perilune_km, found.argument_of_perilune_rad


def _advance(
    setting: Setting,
    course: Course,
    until_s: float,
    *,
    watch: Watch | None = None,
    exactly: bool = False,
    sampling: bool = True,
) -> int:
    """Fly on to a time, or to what comes before; return the outcome."""
    none = np.empty((0, PASSAGE_SIZE))
    return _advance_noting(setting, course, until_s, none, watch=watch, exactly=exactly, sampling=sampling)[0]


def _advance_noting(
    setting: Setting,
    course: Course,
    until_s: float,
    passages: FloatArray,
    *,
    watch: Watch | None = None,
    exactly: bool = False,
    sampling: bool = True,
) -> tuple[int, int]:
    """Fly on to a time, or to what comes before; return the outcome and how many passages were noted."""
    out = course.samples if sampling else course.samples[:0]
    outcome, course.done, event, passed = fly(
        setting.force,
        course.flight,
        until_s,
        exactly,
        TOLERANCE,
        watch or setting.watch,
        setting.even,
        out,
        course.done,
        passages,
    )
    if outcome != REACHED:
        course.event = event
    return int(outcome), int(passed)


def _correct(problem: LunarFlightProblem, setting: Setting, course: Course) -> int:
    """Fly the impulses that an orbit out of its bands needs; the flight stops at none of its apsides meanwhile."""
    orbit, keeping = problem.orbit, problem.keeping
    if keeping is None:
        return REACHED
    now = _osculating(problem, setting, course.flight[TIME], course.flight[STATE:])
    ahead = _path_ahead(problem, setting, course.flight, LOOK_AHEAD_S[keeping.law])
    for impulse in correction(orbit, keeping, now, ahead):
        now = _osculating(problem, setting, course.flight[TIME], course.flight[STATE:])
        at_s = course.flight[TIME] + wait_s(impulse, now)
        outcome = _advance(setting, course, at_s, watch=_unkept(setting.watch), exactly=True)
        if outcome != REACHED or course.flight[TIME] >= setting.stop_s:
            return outcome
        dv = delta_v_icrf_km_s(impulse, course.flight[STATE:])
        course.flight[STATE + 3 :] += dv
        course.burn_s.append(float(course.flight[TIME]))
        course.burn_km_s.append(dv)
    return REACHED


def _path_ahead(problem: LunarFlightProblem, setting: Setting, flight: FloatArray, look_s: float) -> PathAhead:
    """Fly on without burns, into the ground if need be, and tell the elements by revolution."""
    now = _osculating(problem, setting, flight[TIME], flight[STATE:])
    step_s = now.period_s / _LOOKS_A_REVOLUTION
    states = np.empty((int(look_s / step_s), 6))
    watch = _unkept(setting.watch)._replace(floor_km=_DEEP_KM)
    even = Samples(float(flight[TIME]), step_s)
    passages = np.empty((len(states) // 4, PASSAGE_SIZE))
    _, done, _, passed = fly(
        setting.force, flight.copy(), flight[TIME] + look_s, False, TOLERANCE, watch, even, states, 0, passages
    )
    t_tdb_s = setting.zero_tdb_s + even.first_s + step_s * np.arange(done)
    found = elements_of(states[:done], t_tdb_s, problem.orbit.frame)
    whole = done // _LOOKS_A_REVOLUTION * _LOOKS_A_REVOLUTION
    vector = eccentricity_vector(found.eccentricity[:whole], found.argument_of_perilune_rad[:whole])
    if passed:
        perilune_km, argument_rad = _at_perilune(passages[:passed], setting.zero_tdb_s, problem.orbit.frame)
    else:
        perilune_km = (found.semi_major_axis_km * (1.0 - found.eccentricity) - R_MOON_KM)[-1:]
        argument_rad = found.argument_of_perilune_rad[-1:]
    return PathAhead(
        semi_major_axis_km=float(found.semi_major_axis_km[:_LOOKS_A_REVOLUTION].mean()),
        eccentricity_vector=vector.reshape(-1, _LOOKS_A_REVOLUTION, 2).mean(axis=1),
        perilune_altitude_km=perilune_km,
        argument_of_perilune_rad=argument_rad,
    )


def _unkept(watch: Watch) -> Watch:
    """Return the stops of a flight without bands."""
    return Watch(watch.floor_km, watch.ceiling_km, 0.0, np.inf, 0.0, np.inf)


def _osculating(problem: LunarFlightProblem, setting: Setting, t_s: float, state: FloatArray) -> KeplerOrbit:
    return orbit_of(state, setting.zero_tdb_s + t_s, problem.orbit.frame)


# --- checkpoints ---------------------------------------------------------------------------------------------------


def _kept(course: Course) -> dict[str, FloatArray]:
    return {
        "flight": course.flight,
        "samples": course.samples[: course.done],
        "outcome": np.array(float(course.outcome)),
        "event": course.event,
        "burn_s": np.array(course.burn_s),
        "burn_km_s": np.reshape(np.array(course.burn_km_s), (-1, 3)),
        "passed": course.passed,
    }


def _resumed(kept: dict[str, FloatArray], setting: Setting) -> Course:
    done = len(kept["samples"])
    samples = np.empty((setting.count, 6))
    samples[:done] = kept["samples"]
    return Course(
        flight=kept["flight"],
        samples=samples,
        done=done,
        outcome=int(kept["outcome"]),
        event=kept["event"],
        burn_s=kept["burn_s"].tolist(),
        burn_km_s=list(kept["burn_km_s"]),
        passed=kept["passed"],
    )
