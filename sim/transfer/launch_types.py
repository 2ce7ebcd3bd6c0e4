"""What is asked of a launch search, and what it finds: days x headings x injections x times of flight x approaches."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.transfer.pad import Headings, Pad
from sim.transfer.phasing import PhasingOrbit

FloatArray = NDArray[np.float64]

NO_LIFTOFF = -1
"""Status of an item whose lift-off falls on another date; other statuses are those of sim.transfer.solve."""

INJECTIONS, APPROACHES = 2, 2


@dataclass(frozen=True, slots=True)
class LaunchProblem:
    """Days × headings × times of flight from one pad.

    ``arrival_tdb_s``, where given, fixes the perilune passage for all items; ``time_of_flight_s`` then only starts the
    search. ``least_coast_s`` chooses the revolution: the coast is the first that is at least so long.

    With ``phasing_period_s`` the flight goes on from the parking orbit into an ellipse of that period, for
    ``phasing_revolutions`` (T,) revolutions, one number for each item of the time-of-flight axis (see ``phased``).
    """

    day_tdb_s: FloatArray
    pad: Pad
    headings: Headings
    time_of_flight_s: FloatArray
    parking_radius_km: float
    perilune_radius_km: float
    lunar_inclination_rad: float
    ascent_s: float
    downrange_rad: float
    least_coast_s: float
    arrival_tdb_s: float | None = None
    phasing_period_s: float | None = None
    phasing_revolutions: NDArray[np.int64] | None = None

    @property
    def phasing_orbit(self) -> PhasingOrbit | None:
        """Ellipse before the injection, None where there is none."""
        period_s = self.phasing_period_s
        return None if period_s is None else PhasingOrbit(self.parking_radius_km, period_s)

    @property
    def phasing_s(self) -> FloatArray:
        """Time in the ellipse, one for each item of the time-of-flight axis (T,)."""
        if self.phasing_period_s is None or self.phasing_revolutions is None:
            return np.zeros(len(self.time_of_flight_s))
        return np.asarray(self.phasing_period_s * self.phasing_revolutions, np.float64)

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Days, headings, injections, times of flight, approaches."""
        return (len(self.day_tdb_s), len(self.headings), INJECTIONS, len(self.time_of_flight_s), APPROACHES)


def phased(problem: LaunchProblem, period_s: float, revolutions: range | tuple[int, ...]) -> LaunchProblem:
    """Return a problem with every time of flight after every number of phasing revolutions: revolutions x times."""
    times = problem.time_of_flight_s
    return replace(
        problem,
        time_of_flight_s=np.tile(times, len(revolutions)),
        phasing_period_s=period_s,
        phasing_revolutions=np.repeat(np.array(revolutions, np.int64), len(times)),
    )


@dataclass(frozen=True, slots=True)
class Launches:
    """What was found, arrays of the items' shape: ``LaunchProblem.shape`` or, for picked ones, (M,); states (..., 6).

    ``status`` is ``NO_LIFTOFF`` or a status of sim.transfer.solve; other values are NaN where it is not 0.
    ``reach_margin_rad`` is the parking inclination less the declination it has to reach (known for all items);
    ``mismatch_s`` is what is left of the closing equation, seconds.
    """

    status: NDArray[np.int8]
    liftoff_tdb_s: FloatArray
    coast_s: FloatArray
    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    reach_margin_rad: FloatArray
    mismatch_s: FloatArray


def picked(launches: Launches, index: tuple[NDArray[np.int64], ...]) -> Launches:
    """Return some of the launches by index, arrays (M,)."""
    return Launches(**{field.name: getattr(launches, field.name)[index] for field in fields(Launches)})
