"""How large arrays and batteries must be: the smallest of the one for a given other, and the curve of both.

The battery starts full, nothing is kept in reserve and nothing sleeps: what is asked is the load of full service. With
more array or more battery the charge is at every epoch at least what it was, so the share of time served only grows:
bisection finds the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import UsageError
from sim.station.power import full_load_kw, source_kw
from sim.station.power_types import Panels, PoweredElement, Sunlight
from sim.station.solar import age_yr, solar_power_kw
from sim.station.storage_kernel import sequent_peak_kwh, steps_short
from sim.units import HOUR_S, YEAR_S

FloatArray = NDArray[np.float64]

CLOSED_IN = 1e-6
"""Sizes are closed in on to this share."""

_DOUBLINGS = 40
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class SpecificMass:
    """What sizes weigh. Assumed: arrays with mast and drive 4 kg/m2; packs 160 Wh/kg, used to 80 %."""

    array_kg_per_m2: float = 4.0
    battery_wh_per_kg: float = 160.0
    depth_of_discharge: float = 0.8

    def array_kg(self, area_m2: ArrayLike) -> FloatArray:
        """Mass of an area (...)."""
        return np.asarray(area_m2, dtype=np.float64) * self.array_kg_per_m2

    def battery_kg(self, usable_kwh: ArrayLike) -> FloatArray:
        """Mass of a usable capacity (...)."""
        return np.asarray(usable_kwh, dtype=np.float64) / self.depth_of_discharge * 1000.0 / self.battery_wh_per_kg


@dataclass(frozen=True, slots=True, eq=False)
class SizingProblem:
    """Power over an even grid of epochs (n,), straight lines between them.

    Attributes
    ----------
    step_h : float
    load_kw : ndarray (n,)
        What is asked.
    other_kw : ndarray (n,)
        What sources beside the array give.
    per_m2_kw : ndarray (n,)
        What one square metre of array gives.
    charge_efficiency, discharge_efficiency, self_discharge_per_yr : float
    mass : SpecificMass
    """

    step_h: float
    load_kw: FloatArray
    other_kw: FloatArray
    per_m2_kw: FloatArray
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    self_discharge_per_yr: float = 0.0
    mass: SpecificMass = SpecificMass()

    @property
    def kept(self) -> float:
        """Share of the charge that outlasts a step."""
        return float(np.exp(-self.self_discharge_per_yr * self.step_h * HOUR_S / YEAR_S))

    def net_kw(self, area_m2: float) -> FloatArray:
        """Surplus over the load (n,) with an array of this area."""
        net: FloatArray = area_m2 * self.per_m2_kw + self.other_kw - self.load_kw
        return net


@dataclass(frozen=True, slots=True)
class Fit:
    """Sizes that fit: array, usable capacity, share of time served, mass of both."""

    area_m2: float
    usable_kwh: float
    served_time: float
    mass_kg: float


@dataclass(frozen=True, slots=True)
class NoFit:
    """No size fits, and why."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class TradeCurve:
    """Smallest battery for each area (m,): NaN where none fits.

    Attributes
    ----------
    area_m2, usable_kwh, array_kg, battery_kg : ndarray (m,)
    """

    area_m2: FloatArray
    usable_kwh: FloatArray
    array_kg: FloatArray
    battery_kg: FloatArray

    @property
    def mass_kg(self) -> FloatArray:
        """Array and battery together (m,)."""
        return self.array_kg + self.battery_kg

    @property
    def lightest(self) -> int | None:
        """Place of the least mass, None where nothing fits."""
        return None if np.isnan(self.mass_kg).all() else int(np.nanargmin(self.mass_kg))


def grid_sizing(
    elements: Sequence[PoweredElement],
    light: Sunlight,
    panels: Panels,
    *,
    self_discharge_per_yr: float = 0.0,
    efficiencies: tuple[float, float] = (0.95, 0.95),
    mass: SpecificMass | None = None,
) -> SizingProblem:
    """Ask what array of the kind of ``panels``, there from the first epoch, and what battery the elements need.

    Their own arrays and batteries stay out; isotopes and reactors count. Loads begin with the elements' arrival.
    """
    if not elements:
        message = "there is nothing to power: name at least one element"
        raise UsageError(message)
    load, other = np.zeros(len(light.t_tdb_s)), np.zeros(len(light.t_tdb_s))
    for element in elements:
        is_there = light.t_tdb_s >= element.arrival_tdb_s
        load += np.where(is_there, full_load_kw(element, light), 0.0)
        other += np.where(is_there, source_kw(replace(element, panels=None), light), 0.0)
    one_m2 = solar_power_kw(replace(panels, area_m2=1.0), light, age_yr(-np.inf, light.t_tdb_s))
    hours = light.step_s / HOUR_S
    return SizingProblem(hours, load, other, one_m2, *efficiencies, self_discharge_per_yr, mass or SpecificMass())


def served_time(problem: SizingProblem, area_m2: float, usable_kwh: float) -> float:
    """Share of steps in which an array and a battery give all that is asked."""
    return 1.0 - _steps_short(problem, problem.net_kw(area_m2), usable_kwh) / (len(problem.load_kw) - 1)


def smallest_battery(problem: SizingProblem, area_m2: float, served: float = 1.0) -> Fit | NoFit:
    """Find the least usable capacity with which a given array serves the wanted share of time.

    ``NoFit`` where the sources give less over the whole time than that share of the loads takes, losses included: any
    battery would only live on the charge that it came with.
    """
    net = problem.net_kw(area_m2)
    allowed = _allowed(problem, served)
    if _steps_short(problem, net, 0.0) <= allowed:
        return _fit(problem, area_m2, 0.0)
    if not _lasts(problem, net, served):
        return NoFit("over the whole time the sources give less than the loads take and the battery loses")
    most = sequent_peak_kwh(net, problem.step_h, problem.charge_efficiency, problem.discharge_efficiency)
    if allowed == 0 and problem.self_discharge_per_yr == 0.0:
        return _fit(problem, area_m2, most)
    found = _smallest(lambda capacity: _steps_short(problem, net, capacity) <= allowed, most)
    return NoFit("its self-discharge outruns the sources") if found is None else _fit(problem, area_m2, found)


def smallest_array(problem: SizingProblem, usable_kwh: float, served: float = 1.0) -> Fit | NoFit:
    """Find the least area with which a given battery serves the wanted share of time."""
    allowed = _allowed(problem, served)

    def serves(area: float) -> bool:
        net = problem.net_kw(area)
        return _steps_short(problem, net, usable_kwh) <= allowed and _lasts(problem, net, served)

    if serves(0.0):
        return _fit(problem, 0.0, usable_kwh)
    output = float(problem.per_m2_kw.mean())
    if output <= 0.0:
        return NoFit("no light falls on the array")
    found = _smallest(serves, float(problem.load_kw.mean()) / output)
    if found is None:
        return NoFit("the battery does not last from light to light, however large the array")
    return _fit(problem, found, usable_kwh)


def trade_curve(problem: SizingProblem, area_m2: ArrayLike, served: float = 1.0) -> TradeCurve:
    """Find the smallest battery for each of some areas (m,)."""
    areas = np.asarray(area_m2, dtype=np.float64)
    fits = [smallest_battery(problem, float(area), served) for area in areas]
    usable = np.array([fit.usable_kwh if isinstance(fit, Fit) else np.nan for fit in fits])
    return TradeCurve(areas, usable, problem.mass.array_kg(areas), problem.mass.battery_kg(usable))


def _allowed(problem: SizingProblem, served: float) -> int:
    """Steps that may be short."""
    if not 0.0 < served <= 1.0:
        message = f"the share of time served lies above 0 and up to 1, not {served:g}"
        raise UsageError(message)
    return int((1.0 - served) * (len(problem.load_kw) - 1) + 1e-9)


def _steps_short(problem: SizingProblem, net_kw: FloatArray, usable_kwh: float) -> int:
    efficiencies = (problem.charge_efficiency, problem.discharge_efficiency)
    return int(steps_short(net_kw, problem.step_h, usable_kwh, *efficiencies, problem.kept))


def _lasts(problem: SizingProblem, net_kw: FloatArray, served: float) -> bool:
    """Whether over the whole time as much can be stored as the served share of what is drawn."""
    stored = np.maximum(net_kw, 0.0).mean() * problem.charge_efficiency
    drawn = np.maximum(-net_kw, 0.0).mean() / problem.discharge_efficiency
    return bool(stored >= served * drawn)


def _smallest(serves: Callable[[float], bool], guess: float) -> float | None:
    """Find the least size that serves, by doubling and halving; None where none does."""
    low, high = 0.0, max(guess, 1e-3)
    for _ in range(_DOUBLINGS):
        if serves(high):
            break
        low, high = high, 2.0 * high
    else:
        return None
    for _ in range(_HALVINGS):
        if high - low <= CLOSED_IN * high:
            break
        middle = 0.5 * (low + high)
        low, high = (low, middle) if serves(middle) else (middle, high)
    return high


def _fit(problem: SizingProblem, area_m2: float, usable_kwh: float) -> Fit:
    mass = problem.mass.array_kg(area_m2) + problem.mass.battery_kg(usable_kwh)
    return Fit(area_m2, usable_kwh, served_time(problem, area_m2, usable_kwh), float(mass))
