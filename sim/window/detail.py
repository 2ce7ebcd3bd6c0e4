"""What is worked out once a lane's windows are known: landing chances, sky, descent, dispersion of the best flights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.resolve import ResolvedLane
from sim.threads import map_threads
from sim.transfer.descent import descent_profile
from sim.transfer.landing_light import LightTable
from sim.window.landings import landing_list, sky_over_landing
from sim.window.robustness import dispersions
from sim.window.types import DescentProfile, LandingList, LaneOutcome, Window

FloatArray = NDArray[np.float64]


def detailed(lane: ResolvedLane, outcome: LaneOutcome, light: LightTable) -> LaneOutcome:
    """Outcome with every window's landing chances and dispersion, and the sky and descent of the lane's best window."""
    if not outcome.windows:
        return outcome
    best = best_window(outcome)
    dispersed = dispersions(lane, outcome.windows, light, sampled=[best.index])
    if not lane.waits_in_orbit:
        return replace(outcome, dispersions=dispersed)
    chances = tuple(map_threads(lambda window: landing_list(lane, window, light), outcome.windows))
    profile = descent_of(lane, best)
    return replace(
        outcome,
        landings=chances,
        sky=(sky_over_landing(lane, best, _of_window(chances, best)),),
        descents=() if profile is None else (profile,),
        dispersions=dispersed,
    )


def best_window(outcome: LaneOutcome) -> Window:
    """Window whose best flight lands the most."""
    return max(outcome.windows, key=lambda window: window.best.landed_payload_kg)


def _of_window(chances: tuple[LandingList, ...], window: Window) -> LandingList:
    return next(each for each in chances if each.window == window.index)


def descent_of(lane: ResolvedLane, window: Window) -> DescentProfile | None:
    """Powered descent of a window's best flight; None for a lander whose descent is a figure of the catalogue."""
    if not lane.lander.descent_is_integrated:
        return None
    flown = descent_profile(lane.lander, lane.staging_orbit, window.best.braking_mass_kg)
    if flown is None:
        return None
    return DescentProfile(
        lane=lane.id,
        window=window.index,
        time_s=flown.time_s,
        altitude_km=flown.altitude_km,
        downrange_km=flown.downrange_km,
        speed_km_s=flown.speed_km_s,
        vertical_speed_km_s=flown.vertical_speed_km_s,
        pitch_rad=flown.pitch_rad,
        thrust_n=flown.thrust_n,
        mass_kg=flown.mass_kg,
        dv_km_s=flown.dv_km_s,
        phase=flown.phase,
    )
