"""From the mass a launcher injects to the cargo on the ground: the rocket equation, phase by phase and stage by stage.

Each stage burns for the phases it serves and is dropped, with the propellant it cannot burn, after the last of them;
the last stage lands with its own, or stays in orbit with it where no stage lands. Cargo is what is left of the mass
that arrives without that stage and its residuals. Launch mass = propellant burnt + stages dropped + mass landed,
exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import PHASES, Lander, Phase, Stage, StagingOrbit
from sim.constants import G0_KM_S2
from sim.transfer.levels import Level, pessimistic_when_high, pessimistic_when_low
from sim.units import DAY_S, M_PER_KM

FloatArray = NDArray[np.float64]

_ROUNDING_KG = 1e-6


_WITH_MARGIN = frozenset({"insertion", "loiter", "deorbit", "braking", "descent"})


@dataclass(frozen=True, slots=True)
class Burns:
    """Delta-v of each phase, km/s; shapes broadcast to that of the launch mass.

    ``margin`` is a share added to insertion, upkeep, deorbit, braking and descent when they are flown.
    """

    corrections_km_s: ArrayLike
    insertion_km_s: ArrayLike
    loiter_km_s: ArrayLike
    descent_km_s: ArrayLike
    injection_km_s: ArrayLike = 0.0
    deorbit_km_s: ArrayLike = 0.0
    braking_km_s: ArrayLike = 0.0
    margin: float = 0.0

    def of(self, phase: Phase) -> FloatArray:
        """Delta-v flown in a phase, margin included."""
        planned = np.asarray(getattr(self, f"{phase}_km_s"), dtype=np.float64)
        return planned * (1.0 + self.margin) if phase in _WITH_MARGIN else planned


@dataclass(frozen=True, slots=True)
class MassBudget:
    """Where the mass of N flights goes, kg; mappings go by phase or by stage id.

    Attributes
    ----------
    launch_mass_kg : ndarray (N,)
        Mass injected to the Moon.
    mass_after_kg : mapping of phase to ndarray (N,)
        After the burn, before a stage is dropped.
    propellant_kg, residual_kg : mapping of stage id to ndarray (N,)
        Burnt, and left in the tanks.
    propellant_margin_kg : mapping of stage id to ndarray (N,)
        Tank capacity less burnt and residual; negative: the tanks are too small by that much.
    dropped_kg : ndarray (N,)
        Stages left behind, with their residuals.
    landed_kg, landed_payload_kg : ndarray (N,)
        Everything that touches down (an orbiter: that stays in its orbit), and the cargo in it, at most the lander's
        payload_max. Negative cargo: the lander itself is too heavy by that much.
    spare_kg : ndarray (N,)
        Landed mass beyond payload_max: reserve or ballast.
    """

    launch_mass_kg: FloatArray
    mass_after_kg: Mapping[str, FloatArray]
    propellant_kg: Mapping[str, FloatArray]
    residual_kg: Mapping[str, FloatArray]
    propellant_margin_kg: Mapping[str, FloatArray]
    dropped_kg: FloatArray
    landed_kg: FloatArray
    landed_payload_kg: FloatArray
    spare_kg: FloatArray

    @property
    def least_propellant_margin_kg(self) -> FloatArray:
        """Margin (N,) of the stage whose tanks are the tightest."""
        least: FloatArray = np.min(np.stack(tuple(self.propellant_margin_kg.values())), axis=0)
        return least

    @property
    def fits_tanks(self) -> NDArray[np.bool_]:
        """Whether every stage holds the propellant it needs, (N,)."""
        return np.asarray(self.least_propellant_margin_kg >= -_ROUNDING_KG)


def flown_mass_kg(lander: Lander, injected_mass_kg: ArrayLike, level: Level = "value") -> FloatArray:
    """Mass (N,) a lander flies with on a launcher that injects ``injected_mass_kg`` (N,).

    A ``fixed`` lander weighs what it weighs, also where that is more than the launcher carries.
    """
    injected = np.asarray(injected_mass_kg, dtype=np.float64)
    own = pessimistic_when_low(lander.launch_mass, level)
    if lander.sizing == "fixed":
        return np.where(np.isnan(injected), np.nan, own)
    return np.minimum(injected, own)


def loiter_upkeep_dv_km_s(staging_orbit: StagingOrbit, loiter_s: ArrayLike, level: Level = "value") -> FloatArray:
    """Delta-v (N,) that keeps the staging orbit while the lander waits."""
    per_day_km_s = pessimistic_when_high(staging_orbit.upkeep_m_s_per_day, level) / M_PER_KM
    dv: FloatArray = per_day_km_s * np.asarray(loiter_s, dtype=np.float64) / DAY_S
    return dv


def mass_budget(lander: Lander, launch_mass_kg: ArrayLike, burns: Burns, level: Level = "value") -> MassBudget:
    """Fly N landers from injection to the ground, or into their orbit.

    Where the tanks cannot hold what the launch mass needs, a lander that ``fits_launcher`` flies lighter, with less
    cargo, until they can; a ``fixed`` one keeps its mass and shows a negative margin.
    """
    plans = _stage_plans(lander, burns, level)
    return _flown(lander, _taken_along(lander, launch_mass_kg, plans), plans, level)


def mass_before_kg(
    lander: Lander, launch_mass_kg: ArrayLike, burns: Burns, phase: Phase, level: Level = "value"
) -> FloatArray:
    """Mass (N,) at the start of a phase, of the same flight as ``mass_budget``.

    Only burns before the phase count, and for a lander that ``fits_launcher`` those that fill its tanks.
    """
    plans = _stage_plans(lander, burns, level)
    mass = _taken_along(lander, launch_mass_kg, plans)
    for plan in plans:
        start = mass
        for flown, ratio in plan.ratios.items():
            if flown == phase:
                return mass
            mass = mass * ratio
        mass = mass - plan.dry_kg - (start - mass) * plan.residual_per_burnt
    message = f"{lander.id} flies no {phase}"
    raise ValueError(message)


def _taken_along(lander: Lander, launch_mass_kg: ArrayLike, plans: tuple[_StagePlan, ...]) -> FloatArray:
    """Launch mass (N,) broadcast with the burns, lighter where the tanks ask for it."""
    shapes = [ratio.shape for plan in plans for ratio in plan.ratios.values()]
    shape = np.broadcast_shapes(np.shape(launch_mass_kg), *shapes)
    launch: FloatArray = np.broadcast_to(np.asarray(launch_mass_kg, dtype=np.float64), shape)
    return np.minimum(launch, _launch_mass_of_full_tanks(plans)) if lander.sizing == "fits_launcher" else launch


@dataclass(frozen=True, slots=True)
class _StagePlan:
    """A stage at one level: mass ratio of each phase it flies, dry mass, tank, residual per kg burnt."""

    id: str
    ratios: Mapping[Phase, FloatArray]
    dry_kg: float
    tank_kg: float
    residual_per_burnt: float


def _stage_plans(lander: Lander, burns: Burns, level: Level) -> tuple[_StagePlan, ...]:
    """Who flies what: a phase that no stage names falls to the stage of the next one; none after the last one named."""
    flown_by = {phase: lander.stage_of(phase) for phase in PHASES}
    return tuple(
        _plan(stage, {phase: burns.of(phase) for phase in PHASES if flown_by[phase] is stage}, level)
        for stage in lander.stages
    )


def _plan(stage: Stage, dv_km_s: Mapping[Phase, FloatArray], level: Level) -> _StagePlan:
    exhaust_km_s = G0_KM_S2 * pessimistic_when_low(stage.isp, level)
    return _StagePlan(
        id=stage.id,
        ratios={phase: np.exp(-dv / exhaust_km_s) for phase, dv in dv_km_s.items()},
        dry_kg=pessimistic_when_high(stage.dry_mass, level),
        tank_kg=pessimistic_when_low(stage.propellant, level),
        residual_per_burnt=stage.residual_fraction / (1.0 - stage.residual_fraction),
    )


def _launch_mass_of_full_tanks(plans: tuple[_StagePlan, ...]) -> FloatArray:
    """Largest launch mass for which no stage needs more than its tanks hold.

    The mass at the start of a stage is gain * launch - loss, so each tank sets its limit in closed form.
    """
    gain, loss = np.float64(1.0), np.float64(0.0)
    limit: FloatArray = np.asarray(np.inf)
    for plan in plans:
        burnt_share = 1.0 - np.prod(np.stack(np.broadcast_arrays(1.0, *plan.ratios.values())), axis=0)
        loaded_share = burnt_share * (1.0 + plan.residual_per_burnt)
        with np.errstate(divide="ignore"):
            limit = np.minimum(limit, (plan.tank_kg / loaded_share + loss) / gain)
        gain = gain * (1.0 - loaded_share)
        loss = loss * (1.0 - loaded_share) + plan.dry_kg
    return limit


def _flown(lander: Lander, launch: FloatArray, plans: tuple[_StagePlan, ...], level: Level) -> MassBudget:
    mass = launch
    after: dict[str, FloatArray] = {}
    propellant: dict[str, FloatArray] = {}
    residual: dict[str, FloatArray] = {}
    dropped = np.zeros_like(launch)
    for plan in plans:
        start = mass
        for phase, ratio in plan.ratios.items():
            mass = after[phase] = mass * ratio
        propellant[plan.id] = start - mass
        residual[plan.id] = propellant[plan.id] * plan.residual_per_burnt
        if plan is not plans[-1]:
            left = plan.dry_kg + residual[plan.id]
            mass, dropped = mass - left, dropped + left
    useful = mass - plans[-1].dry_kg - residual[plans[-1].id]
    payload = (
        useful if lander.payload_max is None else np.minimum(useful, pessimistic_when_low(lander.payload_max, level))
    )
    margin = {plan.id: plan.tank_kg - propellant[plan.id] - residual[plan.id] for plan in plans}
    return MassBudget(launch, after, propellant, residual, margin, dropped, mass, payload, useful - payload)
