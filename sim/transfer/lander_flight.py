"""A lander from injection to the ground, the burns that depend on its mass included.

A finite insertion costs more the heavier the lander is for its thrust, and so does braking; what the lander weighs
there depends on the burns before. Where its tanks limit what it takes along, it depends on those after as well: four
rounds settle that to 1e-3 m/s (each leaves about a fifth of the change before, less for a good thrust).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import Lander, StagingOrbit
from sim.transfer.descent import DescentBurns, descent_burns, descent_table
from sim.transfer.direct_descent import DirectDescent, direct_descent_burns, heaviest_direct_kg
from sim.transfer.insertion import insertion_loss_km_s
from sim.transfer.levels import Level, pessimistic_when_low
from sim.transfer.mass_budget import Burns, MassBudget, mass_before_kg, mass_budget

FloatArray = NDArray[np.float64]

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class LanderFlight:
    """N flights to the ground: masses, loss of the finite insertion (N,), burns of the descent, and all burns.

    Where a lander is too heavy for its thrust the braking is NaN and so is all that comes after.
    """

    budget: MassBudget
    insertion_loss_km_s: FloatArray
    descent: DescentBurns
    burns: Burns


def fly_to_ground(
    lander: Lander,
    staging_orbit: StagingOrbit,
    launch_mass_kg: ArrayLike,
    burns: Burns,
    insertion_radius_km: float,
    cross_range_rad: ArrayLike,
    level: Level = "value",
) -> LanderFlight:
    """Fly N landers with known burns up to the staging orbit, and the descent that follows.

    Parameters
    ----------
    launch_mass_kg : array_like (N,)
        At injection (a lander that injects itself: before it).
    burns : Burns
        Impulsive insertion without its loss; deorbit, braking and descent are filled in here.
    insertion_radius_km : float
        Of perilune at insertion.
    cross_range_rad : array_like (N,)
        Angle of the landing place off the orbit's plane.
    """

    def descent_of(braking_mass_kg: ArrayLike) -> DescentBurns:
        return descent_burns(lander, staging_orbit, braking_mass_kg, cross_range_rad, level)

    integrated = lander.descent_is_integrated
    heaviest_kg = descent_table(lander, staging_orbit, level).heaviest_kg if integrated else float("inf")
    return _fly(lander, launch_mass_kg, burns, insertion_radius_km, descent_of, heaviest_kg, level)


def fly_straight_down(
    lander: Lander, flights: DirectDescent, launch_mass_kg: ArrayLike, burns: Burns, level: Level = "value"
) -> LanderFlight:
    """Fly N landers onto the ground without an orbit: ``burns`` without insertion and upkeep.

    Raises ValueError for a lander without thrust.
    """

    def descent_of(braking_mass_kg: ArrayLike) -> DescentBurns:
        return direct_descent_burns(lander, flights, braking_mass_kg, level)

    return _fly(lander, launch_mass_kg, burns, float("inf"), descent_of, heaviest_direct_kg(lander, level), level)


def _fly(
    lander: Lander,
    launch_mass_kg: ArrayLike,
    burns: Burns,
    insertion_radius_km: float,
    descent_of: Callable[[ArrayLike], DescentBurns],
    heaviest_kg: float,
    level: Level,
) -> LanderFlight:
    """Settle mass, loss and braking; ``descent_of`` a mass at ignition, too heavy above ``heaviest_kg``."""
    full, loss, mass = _with_descent(burns, descent_of(0.0)), np.zeros(()), np.zeros(())
    for _ in range(_ROUNDS if lander.sizing == "fits_launcher" else 1):
        loss = _insertion_loss_km_s(lander, launch_mass_kg, full, burns.insertion_km_s, insertion_radius_km, level)
        full = replace(full, insertion_km_s=np.asarray(burns.insertion_km_s) + loss)
        if lander.lands and np.isfinite(heaviest_kg):
            mass = mass_before_kg(lander, launch_mass_kg, full, "braking", level)
            full = replace(full, braking_km_s=descent_of(np.minimum(mass, heaviest_kg)).braking_km_s)
    descent = descent_of(mass)
    full = _with_descent(full, descent)
    return LanderFlight(mass_budget(lander, launch_mass_kg, full, level), loss, descent, full)


def _with_descent(burns: Burns, descent: DescentBurns) -> Burns:
    return replace(
        burns,
        deorbit_km_s=descent.deorbit_km_s,
        braking_km_s=descent.braking_km_s,
        descent_km_s=descent.descent_km_s,
    )


def _insertion_loss_km_s(
    lander: Lander,
    launch_mass_kg: ArrayLike,
    burns: Burns,
    impulse_km_s: ArrayLike,
    radius_km: float,
    level: Level,
) -> FloatArray:
    """Loss of the burn at the mass that makes it; none without a thrust."""
    stage = lander.stage_of("insertion")
    if stage is None or stage.thrust is None:
        return 0.0 * np.asarray(impulse_km_s, dtype=np.float64)
    mass = mass_before_kg(lander, launch_mass_kg, burns, "insertion", level)
    thrust_n, isp_s = pessimistic_when_low(stage.thrust, level), pessimistic_when_low(stage.isp, level)
    return insertion_loss_km_s(impulse_km_s, mass, isp_s, thrust_n, radius_km)
