"""Delta-v from the staging orbit to touchdown: deorbit, braking, descent.

*Integrated* (landers whose stages have a thrust): a drop from an ellipse to the circle at perilune, the impulse that
lowers the opposite side to 15 km, braking and landing as in ``powered_descent``. Braking depends on the mass at
ignition: a table over it is made once for a lander, staging orbit and level. An engine can be throttled: a lander so
light that full thrust would take more than the best thrust for its mass (about 3.8 times its weight there) brakes with
that.

*Figure* (the others): the catalogue states the descent from a circle of 100 km altitude, deorbit and hover included.
From another orbit the impulsive parts change and the rest stays: the drop to the circle at perilune, the deorbit
impulse, and the speed at 15 km that braking has to take away. It is split into the same three burns.

A site beside the plane adds a turn of the circle's plane by the cross-range, a quarter turn before the site:
2 v sin(chi / 2), counted with the deorbit.

The 15 km: Chang'e-5 and -6 brake from a perilune of about 15 km (Xinhua 2020-12-02), as did Apollo (50 000 ft).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import ArrayLike, NDArray

from sim.catalog.models import Lander, Stage, StagingOrbit
from sim.constants import G0_KM_S2, R_MOON_KM
from sim.transfer.descent_profile import PoweredDescent, descent_over_time
from sim.transfer.insertion import apsis_speed_km_s
from sim.transfer.levels import Level, pessimistic_when_high, pessimistic_when_low
from sim.transfer.powered_descent import (
    GRAVITY_KM_S2,
    Gate,
    approach_leg,
    gate_above_a_glide,
    landing_legs,
    solve_braking,
)
from sim.units import M_PER_KM

FloatArray = NDArray[np.float64]

REFERENCE_ALTITUDE_KM = 100.0
BRAKING_ALTITUDE_KM = 15.0

_WEAKEST, _STRONGEST, _BURNS = 0.5, 5.0, 46
"""Thrust over weight at ignition of the burns that are integrated, and how many; even in the inverse (in mass)."""
_DEGREE = 14
_ROWS = 1001
"""Rows of the table: between them linear, within 0.01 m/s of the integrated burns."""


@dataclass(frozen=True, slots=True)
class DescentTable:
    """Integrated descents of one lander from one staging orbit over the mass at ignition of braking, arrays (L,).

    Attributes
    ----------
    mass_kg : ndarray (L,)
        Rising; ``braking_dv_km_s`` and ``braking_time_s`` belong to it.
    throttled_below_kg : float
        Lighter landers brake at the thrust that is best for their mass, with the delta-v of the first row.
    heaviest_kg : float
        Heavier ones cannot land: ``heavier_because`` says why.
    deorbit_dv_km_s : float
        Drop to the circle at perilune and the impulse to 15 km, without a turn of the plane.
    descent_dv_km_s, descent_time_s : float
        Approach, hover, divert and touchdown.
    """

    mass_kg: FloatArray
    braking_dv_km_s: FloatArray
    braking_time_s: FloatArray
    throttled_below_kg: float
    heaviest_kg: float
    heavier_because: str
    deorbit_dv_km_s: float
    descent_dv_km_s: float
    descent_time_s: float

    def braking_dv_of_km_s(self, mass_kg: ArrayLike) -> FloatArray:
        """Delta-v of braking at given masses at ignition; NaN where the lander is too heavy to land."""
        return self._over_mass(mass_kg, self.braking_dv_km_s)

    def time_of_s(self, mass_kg: ArrayLike) -> FloatArray:
        """Time from ignition of braking to touchdown; NaN where the lander is too heavy to land."""
        return self._over_mass(mass_kg, self.braking_time_s) + self.descent_time_s

    def _over_mass(self, mass_kg: ArrayLike, column: FloatArray) -> FloatArray:
        mass = np.asarray(mass_kg, dtype=np.float64)
        return np.where(mass <= self.heaviest_kg, np.interp(mass, self.mass_kg, column), np.nan)


@dataclass(frozen=True, slots=True)
class DescentBurns:
    """Delta-v (N,) of the three burns from the staging orbit to touchdown."""

    deorbit_km_s: FloatArray
    braking_km_s: FloatArray
    descent_km_s: FloatArray

    @property
    def total_km_s(self) -> FloatArray:
        """All of it."""
        total: FloatArray = self.deorbit_km_s + self.braking_km_s + self.descent_km_s
        return total


@dataclass(frozen=True, slots=True)
class LandingEngine:
    """What lands a lander, at one level: its engines, what it leaves at the gate, its allowances."""

    braking_thrust_n: float
    braking_exhaust_km_s: float
    landing_thrust_n: float
    landing_exhaust_km_s: float
    dropped_kg: float
    hover_s: float
    divert_m: float


def braking_radius_km(perilune_altitude_km: ArrayLike) -> FloatArray:
    """Radius at which braking starts: 15 km up, or perilune where that is lower."""
    return R_MOON_KM + np.minimum(BRAKING_ALTITUDE_KM, np.asarray(perilune_altitude_km, dtype=np.float64))


def deorbit_dv_km_s(perilune_altitude_km: ArrayLike, apolune_altitude_km: ArrayLike) -> FloatArray:
    """Drop to the circle at perilune and the impulse that lowers the opposite side to where braking starts."""
    perilune = R_MOON_KM + np.asarray(perilune_altitude_km, dtype=np.float64)
    apolune = R_MOON_KM + np.asarray(apolune_altitude_km, dtype=np.float64)
    braking = braking_radius_km(perilune_altitude_km)
    dv: FloatArray = apsis_speed_km_s(perilune, apolune) - apsis_speed_km_s(perilune, braking)
    return dv


def braking_speed_km_s(perilune_altitude_km: ArrayLike) -> FloatArray:
    """Speed where braking starts, at perilune of the deorbit ellipse."""
    perilune = R_MOON_KM + np.asarray(perilune_altitude_km, dtype=np.float64)
    return apsis_speed_km_s(braking_radius_km(perilune_altitude_km), perilune)


def impulsive_descent_km_s(perilune_altitude_km: ArrayLike, apolune_altitude_km: ArrayLike) -> FloatArray:
    """Delta-v of the impulsive parts of a descent: drop to the circle at perilune, deorbit, speed left at braking.

    A perilune below the braking altitude is braked from directly.
    """
    total: FloatArray = deorbit_dv_km_s(perilune_altitude_km, apolune_altitude_km) + braking_speed_km_s(
        perilune_altitude_km
    )
    return total


def plane_turn_dv_km_s(perilune_altitude_km: ArrayLike, cross_range_rad: ArrayLike) -> FloatArray:
    """Impulse that turns the circle at perilune's height by the cross-range; its sign does not matter."""
    radius = R_MOON_KM + np.asarray(perilune_altitude_km, dtype=np.float64)
    chi = np.abs(np.asarray(cross_range_rad, dtype=np.float64))
    dv: FloatArray = 2.0 * apsis_speed_km_s(radius, radius) * np.sin(0.5 * chi)
    return dv


def descent_dv_km_s(
    lander: Lander, staging_orbit: StagingOrbit, cross_range_rad: ArrayLike, level: Level = "value"
) -> FloatArray:
    """Delta-v (N,) from the staging orbit to touchdown by the catalogue's figure, for landings at cross-ranges (N,).

    ``level`` "low" takes the figure that lands least: the highest delta-v. NaN without a figure.
    """
    if lander.descent_dv is None:
        return np.full(np.shape(cross_range_rad), np.nan)
    figure_km_s = pessimistic_when_high(lander.descent_dv, level) / M_PER_KM
    low, high = staging_orbit.perilune_altitude_km, staging_orbit.apolune_altitude_km
    moved = impulsive_descent_km_s(low, high) - impulsive_descent_km_s(REFERENCE_ALTITUDE_KM, REFERENCE_ALTITUDE_KM)
    dv: FloatArray = figure_km_s + moved + plane_turn_dv_km_s(low, cross_range_rad)
    return dv


def descent_burns(
    lander: Lander,
    staging_orbit: StagingOrbit,
    braking_mass_kg: ArrayLike,
    cross_range_rad: ArrayLike,
    level: Level = "value",
) -> DescentBurns:
    """Burns (N,) from the staging orbit to touchdown of landers with a mass at ignition of braking (N,).

    An orbiter burns nothing. NaN where the lander is too heavy for its thrust: ``why_it_cannot_land`` says so in words.
    """
    mass, aside = np.broadcast_arrays(np.asarray(braking_mass_kg, dtype=np.float64), cross_range_rad)
    if not lander.lands:
        nothing = np.zeros(mass.shape)
        return DescentBurns(nothing, nothing, nothing)
    if lander.descent_is_integrated:
        table = descent_table(lander, staging_orbit, level)
        turn = plane_turn_dv_km_s(staging_orbit.perilune_altitude_km, aside)
        descent = np.full(mass.shape, table.descent_dv_km_s)
        return DescentBurns(table.deorbit_dv_km_s + turn, table.braking_dv_of_km_s(mass), descent)
    return _split_figure(descent_dv_km_s(lander, staging_orbit, aside, level), staging_orbit, aside)


def _split_figure(total_km_s: FloatArray, orbit: StagingOrbit, cross_range_rad: FloatArray) -> DescentBurns:
    """Deorbit by impulses, descent as the approach and touchdown without allowances; braking is the rest."""
    low, high = orbit.perilune_altitude_km, orbit.apolune_altitude_km
    deorbit = deorbit_dv_km_s(low, high) + plane_turn_dv_km_s(low, cross_range_rad)
    descent = np.full(total_km_s.shape, sum(leg.dv_km_s for leg in landing_legs(0.0, 0.0)))
    return DescentBurns(deorbit, total_km_s - deorbit - descent, descent)


def descent_table(lander: Lander, staging_orbit: StagingOrbit, level: Level = "value") -> DescentTable:
    """Integrate the descents of a lander from its staging orbit; made once for the same figures.

    ``level`` "low" takes the lowest thrust and Isp. Raises ValueError for a lander without thrust.
    """
    return _table(landing_engine(lander, level), staging_orbit.perilune_altitude_km, staging_orbit.apolune_altitude_km)


def descent_profile(
    lander: Lander, staging_orbit: StagingOrbit, braking_mass_kg: float, level: Level = "value"
) -> PoweredDescent | None:
    """Fly the descent of a lander of a given mass at ignition of braking; None where it cannot land."""
    table, engine = descent_table(lander, staging_orbit, level), landing_engine(lander, level)
    if not braking_mass_kg <= table.heaviest_kg:
        return None
    radius, speed = _braking_start(staging_orbit.perilune_altitude_km)
    acceleration = np.array([engine.braking_thrust_n / M_PER_KM / max(braking_mass_kg, table.throttled_below_kg)])
    braking = solve_braking(acceleration, engine.braking_exhaust_km_s, radius, speed, gate_above_a_glide())
    legs = landing_legs(engine.hover_s, engine.divert_m)
    exhaust = engine.landing_exhaust_km_s
    return descent_over_time(braking, radius, speed, braking_mass_kg, legs, exhaust, engine.dropped_kg)


def why_it_cannot_land(
    lander: Lander, staging_orbit: StagingOrbit, braking_mass_kg: float, level: Level = "value"
) -> str | None:
    """Say in words why a lander of a given mass at ignition of braking cannot land; None where it can."""
    if not lander.descent_is_integrated:
        return None
    table = descent_table(lander, staging_orbit, level)
    if not braking_mass_kg > table.heaviest_kg:
        return None
    over_kg = braking_mass_kg - table.heaviest_kg
    return f"{table.heavier_because}: {over_kg:.0f} kg over {table.heaviest_kg:.0f} kg at ignition"


def landing_engine(lander: Lander, level: Level) -> LandingEngine:
    """Figures of the stages that brake and land; the braking stage is dropped where it is not the landing one."""
    braking, landing = lander.stage_of("braking"), lander.stage_of("descent")
    if braking is None or landing is None or braking.thrust is None or landing.thrust is None:
        message = f"the descent of {lander.id} cannot be integrated — its braking or descending stage has no thrust"
        raise ValueError(message)
    return LandingEngine(
        braking_thrust_n=pessimistic_when_low(braking.thrust, level),
        braking_exhaust_km_s=_exhaust_km_s(braking, level),
        landing_thrust_n=pessimistic_when_low(landing.thrust, level),
        landing_exhaust_km_s=_exhaust_km_s(landing, level),
        dropped_kg=0.0 if braking is landing else pessimistic_when_high(braking.dry_mass, level),
        hover_s=lander.hover_s,
        divert_m=lander.divert_m,
    )


def _exhaust_km_s(stage: Stage, level: Level) -> float:
    return G0_KM_S2 * pessimistic_when_low(stage.isp, level)


def _braking_start(perilune_altitude_km: float) -> tuple[float, float]:
    """Radius and speed at ignition of braking."""
    return float(braking_radius_km(perilune_altitude_km)), float(braking_speed_km_s(perilune_altitude_km))


@lru_cache(maxsize=64)
def _table(engine: LandingEngine, perilune_altitude_km: float, apolune_altitude_km: float) -> DescentTable:
    radius, speed = _braking_start(perilune_altitude_km)
    dv_of, time_of, least, most = _braking_curve(engine.braking_exhaust_km_s, radius, speed, gate_above_a_glide())
    thrust_kn = engine.braking_thrust_n / M_PER_KM
    slowness = np.linspace(least, most, _ROWS)
    mass, dv = thrust_kn * slowness, dv_of(slowness)
    at_gate_kg = engine.landing_thrust_n / M_PER_KM / approach_leg().thrust_km_s2 + engine.dropped_kg
    lands = np.logical_and.accumulate(mass <= at_gate_kg * np.exp(dv / engine.braking_exhaust_km_s))
    light_kg = at_gate_kg * float(np.exp(dv[0] / engine.braking_exhaust_km_s))
    legs = landing_legs(engine.hover_s, engine.divert_m)
    return DescentTable(
        mass_kg=mass,
        braking_dv_km_s=dv,
        braking_time_s=time_of(slowness),
        throttled_below_kg=float(mass[0]),
        heaviest_kg=float(mass[lands][-1]) if lands[0] else light_kg,
        heavier_because=f"thrust too small {'to brake' if lands.all() else 'for the approach'}",
        deorbit_dv_km_s=float(deorbit_dv_km_s(perilune_altitude_km, apolune_altitude_km)),
        descent_dv_km_s=sum(leg.dv_km_s for leg in legs),
        descent_time_s=sum(leg.time_s for leg in legs),
    )


@lru_cache(maxsize=64)
def _braking_curve(
    exhaust_km_s: float, start_radius_km: float, start_speed_km_s: float, gate: Gate
) -> tuple[Chebyshev, Chebyshev, float, float]:
    """Delta-v and time of braking over mass per thrust (s^2/km), from the best thrust to the weakest.

    Least squares of degree ``_DEGREE``: within 0.02 m/s and 0.1 ms of burns between the fitted ones.
    """
    slowness = np.linspace(1.0 / _STRONGEST, 1.0 / _WEAKEST, _BURNS) / GRAVITY_KM_S2
    burns = solve_braking(1.0 / slowness, exhaust_km_s, start_radius_km, start_speed_km_s, gate)
    met = np.isfinite(burns.dv_km_s)
    dv = Chebyshev.fit(slowness[met], burns.dv_km_s[met], _DEGREE)
    time = Chebyshev.fit(slowness[met], burns.time_s[met], _DEGREE)
    weakest, strongest = float(slowness[met][-1]), float(slowness[met][0])
    roots = dv.deriv().roots()
    real = np.real(roots[np.abs(np.imag(roots)) < 1e-9])
    flat = [float(x) for x in real if strongest < x < weakest and dv.deriv(2)(x) > 0.0]
    return dv, time, min(flat, key=dv, default=strongest), weakest
