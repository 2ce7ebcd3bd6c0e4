"""A flight about the Moon as it is asked for, checked, and what stays the same all through it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.astro.ephemeris import Ephemeris
from sim.astro.forces import GeneralForce
from sim.astro.nbody import ForceModel, general_force
from sim.constants import R_MOON_KM
from sim.errors import DataMissingError, UsageError
from sim.orbit.checkpoint import key_of
from sim.orbit.elements import KeplerOrbit
from sim.orbit.ephemeris import even_step_s
from sim.orbit.field_degree import MOST_DEGREE, degree_for
from sim.orbit.keeping import LOOK_AHEAD_S, Keeping, check_keeping
from sim.orbit.lunar_kernel import Samples, Watch
from sim.units import DAY_S, YEAR_S

TOLERANCE = 1e-12
"""Of a step: a year of an orbit of 6541.4 km, e 0.6 ends within 2 cm of the flight at 1e-13, ten days at 100 km too."""

ESCAPE_RADIUS_KM = 60_000.0
"""About the distance of the libration points: outside it no orbit about the Moon stays."""

LEAST_SAMPLES = 4


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


def check_problem(problem: LunarFlightProblem) -> None:
    """Raise UsageError or DataMissingError, with the remedy, for a flight that cannot be flown."""
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
    # The last even epoch lies up to a step after the stop, and keeping looks ahead.
    if not (first <= min(epochs) and max(epochs) + _look_ahead_s(problem) + DAY_S <= last):
        years = [f"{2000.0 + edge / YEAR_S:.0f}" for edge in (first, last)]
        message = f"{problem.name}: DE440 covers {years[0]} to {years[1]}, not all of this flight: shorten the horizon"
        raise DataMissingError(message, first, last)


@dataclass(frozen=True, slots=True)
class Setting:
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
        """Time of the last sample."""
        return self.even.first_s + self.even.step_s * (self.count - 1)


def setting_of(problem: LunarFlightProblem) -> Setting:
    """Choose field and epochs, and prepare the forces."""
    orbit = problem.orbit
    degree = degree_for(orbit.perilune_altitude_km) if problem.degree is None else problem.degree
    zero = min(orbit.epoch_tdb_s, problem.start_tdb_s)
    step_s = even_step_s(orbit.perilune_radius_km, orbit.perilune_speed_km_s)
    count = max(LEAST_SAMPLES, int(np.ceil((problem.stop_tdb_s - problem.start_tdb_s) / step_s)) + 1)
    model = ForceModel(moon_degree=degree, srp_m2_kg=problem.srp_m2_kg)
    latest = max(orbit.epoch_tdb_s, problem.start_tdb_s + step_s * count) + _look_ahead_s(problem)
    return Setting(
        zero_tdb_s=zero,
        degree=degree,
        force=general_force(model, zero, latest, "moon"),
        watch=_watch_of(problem),
        even=Samples(problem.start_tdb_s - zero, step_s),
        count=count,
        key=key_of(
            orbit, problem.start_tdb_s, problem.stop_tdb_s, model, problem.keeping, _watch_of(problem), TOLERANCE
        ),
    )


def _look_ahead_s(problem: LunarFlightProblem) -> float:
    return 0.0 if problem.keeping is None else LOOK_AHEAD_S[problem.keeping.law]


def _watch_of(problem: LunarFlightProblem) -> Watch:
    """Stops of the flight: ground and escape, and apsides out of the bands of the law eccentricity_vector."""
    floor_km, keeping = R_MOON_KM + problem.terrain_margin_km, problem.keeping
    if keeping is None or keeping.law == "apsides":
        return Watch(floor_km, ESCAPE_RADIUS_KM, 0.0, np.inf, 0.0, np.inf)
    low_km, high_km = (R_MOON_KM + edge for edge in keeping.perilune_altitude_km)
    low_apolune_km, high_apolune_km = (R_MOON_KM + edge for edge in keeping.apolune_altitude_km or (-R_MOON_KM, np.inf))
    return Watch(floor_km, ESCAPE_RADIUS_KM, low_km, high_km, low_apolune_km, high_apolune_km)
