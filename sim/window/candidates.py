"""Every flight of a lane on some days, as arrays: the candidates that constraints judge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.transfer.launch import LaunchProblem
from sim.transfer.solve import CONVERGED

FloatArray = NDArray[np.float64]
Index = tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """M flights of one lane, arrays (M,), states (M, 6); NaN where a flight does not get that far.

    ``day``, ``heading``, ``injection``, ``time``, ``approach`` are indices into the launch problem's shape; ``phasing``
    counts revolutions before the injection; ``status`` is that of the launch. ``c3_for_mass_km2_s2`` is the energy the
    launcher feels, with the speed it loses by not flying due east. ``staged_state_icrf`` is that at perilune with its
    velocity turned into the staging orbit's plane; ``loi_dv_km_s`` has ``loi_loss_km_s`` in it, the finite burn's.

    ``impact_speed_km_s`` and ``incidence_*`` (from the vertical) are of flights that descend straight from the arrival.

    Margins of the landing are those of the first chance that can be taken; where there is none, of a chance that is
    near (``sim.window.evaluate.evaluate_nearest``), or the best that each could be by itself.
    """

    day: NDArray[np.int64]
    heading: NDArray[np.int64]
    injection: NDArray[np.int64]
    time: NDArray[np.int64]
    approach: NDArray[np.int64]
    phasing: NDArray[np.int64]
    status: NDArray[np.int8]
    reach_margin_rad: FloatArray
    liftoff_tdb_s: FloatArray
    azimuth_rad: FloatArray
    inclination_rad: FloatArray
    coast_s: FloatArray
    tli_tdb_s: FloatArray
    arrival_tdb_s: FloatArray
    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    staged_state_icrf: FloatArray
    c3_km2_s2: FloatArray
    c3_for_mass_km2_s2: FloatArray
    tli_dv_km_s: FloatArray
    own_tli_dv_km_s: FloatArray
    loi_dv_km_s: FloatArray
    loi_loss_km_s: FloatArray
    descent_dv_km_s: FloatArray
    impact_speed_km_s: FloatArray
    incidence_rad: FloatArray
    incidence_margin_rad: FloatArray
    landing_tdb_s: FloatArray
    landing_reason: NDArray[np.int8]
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    light_margin_rad: FloatArray
    cross_range_rad: FloatArray
    cross_range_margin_rad: FloatArray
    loiter_margin_s: FloatArray
    light_left_s: FloatArray
    light_left_margin_s: FloatArray
    contact_rad: FloatArray
    contact_margin_rad: FloatArray
    injected_mass_kg: FloatArray
    launch_mass_kg: FloatArray
    thrust_margin_kg: FloatArray
    propellant_margin_kg: FloatArray
    landed_payload_kg: FloatArray
    spare_kg: FloatArray

    def take(self, which: Any) -> Candidates:
        """Return some of them."""
        return Candidates(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def all_flights(problem: LaunchProblem, times: NDArray[np.int64]) -> Index:
    """Index of every flight of a problem at some of its times of flight, in order of day."""
    day, heading, injection, time, approach = np.indices((*problem.shape[:3], len(times), problem.shape[4])).reshape(
        5, -1
    )
    return day, heading, injection, times[time], approach


def flies(candidates: Candidates) -> NDArray[np.bool_]:
    """Which candidates reach the Moon."""
    flying: NDArray[np.bool_] = candidates.status == CONVERGED
    return flying


def kinds(flights: Candidates) -> list[tuple[int, int, int, int]]:
    """Day and kind (injection, time of flight, approach) of each flight."""
    names = ("day", "injection", "time", "approach")
    return list(zip(*(getattr(flights, name).tolist() for name in names), strict=True))
