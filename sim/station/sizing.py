"""How large arrays and batteries must be: the smallest of the one for a given other, and the curve of both.

The battery starts full and new, and nothing sleeps: what is asked is the load of full service, met from above the
battery's reserve. With more array the charge is at every epoch at least what it was, and with more battery too, but for
what leaks out of a larger reserve: bisection finds the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import UsageError
from sim.station.power import full_load_kw, source_kw
from sim.station.power_types import PoweredElement, Store, Sunlight
from sim.station.solar import age_yr, solar_power_kw
from sim.station.storage_kernel import sequent_peak_kwh, steps_short
from sim.units import HOUR_S, YEAR_S

FloatArray = NDArray[np.float64]

CLOSED_IN = 1e-5
"""Sizes are closed in on to this share."""

CURVE_AREAS = 17
"""Areas by which a curve is first found; ``FINER_AREAS`` follow on each side of the lightest."""
FINER_AREAS = 4
WIDTH = 4.0
"""Times the least area to which a curve goes at first; it goes on until the lightest lies within."""

_WIDENINGS = 8
_DOUBLINGS = 40
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class SpecificMass:
    """What sizes weigh: arrays with mast and drive, and packs, of whose nameplate a share is used."""

    array_kg_per_m2: float
    battery_wh_per_kg: float
    depth_of_discharge: float

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
    store : Store
        Efficiencies, self-discharge, fade and reserve of the battery; its size has no meaning.
    mass : SpecificMass
    """

    step_h: float
    load_kw: FloatArray
    other_kw: FloatArray
    per_m2_kw: FloatArray
    store: Store
    mass: SpecificMass

    @property
    def is_steady(self) -> bool:
        """Whether the battery neither leaks nor fades."""
        return self.store.self_discharge_per_yr == 0.0 and self.store.fade_per_yr == 0.0

    @property
    def lasting(self) -> float:
        """Share of the capacity that outlasts the whole time."""
        return float((1.0 - self.store.fade_per_yr) ** (self.step_yr * (len(self.load_kw) - 1)))

    @property
    def step_yr(self) -> float:
        """Step in years."""
        return self.step_h * HOUR_S / YEAR_S

    def net_kw(self, area_m2: float) -> FloatArray:
        """Surplus over the load (n,) with an array of this area."""
        net: FloatArray = area_m2 * self.per_m2_kw + self.other_kw - self.load_kw
        return net


@dataclass(frozen=True, slots=True)
class Fit:
    """Sizes that fit: array, usable capacity, share of time served, masses."""

    area_m2: float
    usable_kwh: float
    served_time: float
    array_kg: float
    battery_kg: float

    @property
    def mass_kg(self) -> float:
        """Of both."""
        return self.array_kg + self.battery_kg


@dataclass(frozen=True, slots=True)
class NoFit:
    """No size fits, and why."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class TradeCurve:
    """Smallest battery for each area (m,), ascending: NaN where none fits.

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


def grid_sizing(elements: Sequence[PoweredElement], light: Sunlight, store: Store, mass: SpecificMass) -> SizingProblem:
    """Ask what array and what battery the elements of a cable need, were they all there from the first epoch.

    The array is of the kinds they have, in the same proportions; isotopes and reactors count; ``store`` is what the
    battery is like.

    Raises
    ------
    UsageError
        Where none of them has an array.
    """
    arrays = [element.panels for element in elements if element.panels is not None]
    if not arrays:
        message = "there is no array to size: give at least one element with an array"
        raise UsageError(message)
    there = [replace(element, arrival_tdb_s=-np.inf) for element in elements]
    load = np.sum([full_load_kw(element, light) for element in there], axis=0)
    other = np.sum([source_kw(replace(element, panels=None), light) for element in there], axis=0)
    age = age_yr(-np.inf, light.t_tdb_s)
    of_all = np.sum([solar_power_kw(panels, light, age) for panels in arrays], axis=0)
    per_m2 = of_all / sum(panels.area_m2 for panels in arrays)
    return SizingProblem(light.step_s / HOUR_S, load, other, per_m2, store, mass)


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
    store = problem.store
    peak = sequent_peak_kwh(net, problem.step_h, store.charge_efficiency, store.discharge_efficiency)
    most = peak / (1.0 - store.reserve)
    if allowed == 0 and problem.is_steady:
        return _fit(problem, area_m2, most)
    found = _smallest(lambda capacity: _steps_short(problem, net, capacity) <= allowed, most / problem.lasting)
    if found is None:
        return NoFit("the battery loses more of its charge than the sources give")
    return _fit(problem, area_m2, found)


def smallest_array(problem: SizingProblem, usable_kwh: float, served: float = 1.0) -> Fit | NoFit:
    """Find the least area with which a given battery serves the wanted share of time."""
    allowed = _allowed(problem, served)

    def serves(area: float) -> bool:
        net = problem.net_kw(area)
        # Without a battery there is no charge that could have come with it.
        is_fed = usable_kwh == 0.0 or _lasts(problem, net, served)
        return is_fed and _steps_short(problem, net, usable_kwh) <= allowed

    if serves(0.0):
        return _fit(problem, 0.0, usable_kwh)
    if not problem.per_m2_kw.any():
        return NoFit("no light falls on the array")
    found = _smallest(serves, _guess_m2(problem))
    if found is None:
        no_battery = "without a battery no array serves through the dark"
        return NoFit(no_battery if usable_kwh == 0.0 else "the battery does not last from light to light")
    return _fit(problem, found, usable_kwh)


def trade_curve(problem: SizingProblem, area_m2: ArrayLike, served: float = 1.0) -> TradeCurve:
    """Find the smallest battery for each of some areas (m,)."""
    areas = np.asarray(area_m2, dtype=np.float64)
    fits = [smallest_battery(problem, float(area), served) for area in areas]
    usable = np.array([fit.usable_kwh if isinstance(fit, Fit) else np.nan for fit in fits])
    return TradeCurve(areas, usable, problem.mass.array_kg(areas), problem.mass.battery_kg(usable))


def lightest_pair(problem: SizingProblem, served: float = 1.0, up_to_m2: float = 0.0) -> tuple[Fit | NoFit, TradeCurve]:
    """Find the lightest array and battery, and the curve on which they lie: from the least area that can fit upwards.

    Parameters
    ----------
    problem : SizingProblem
    served : float
        Share of time.
    up_to_m2 : float
        An area that the curve reaches in any case.
    """
    least = _least_area(problem, served)
    if least is None:
        return NoFit("no light falls on the array"), trade_curve(problem, [], served)
    far = max(WIDTH * least, up_to_m2, _guess_m2(problem))
    curve = trade_curve(problem, least + (far - least) * np.linspace(0.0, 1.0, CURVE_AREAS) ** 2, served)
    for _ in range(_WIDENINGS):
        # A lighter pair may lie beyond only while the array alone weighs less than the best pair.
        best = curve.lightest
        if best is not None and (best < len(curve.area_m2) - 1 or curve.mass_kg[best] <= curve.array_kg[-1]):
            break
        far *= 2.0
        curve = _joined(curve, trade_curve(problem, [0.75 * far, far], served))
    best = curve.lightest
    if best is None:
        return NoFit("no battery lasts from light to light, however large the array"), curve
    curve = _joined(curve, trade_curve(problem, _between(curve.area_m2, best), served))
    best = curve.lightest or 0
    return _fit(problem, float(curve.area_m2[best]), float(curve.usable_kwh[best])), curve


def _least_area(problem: SizingProblem, served: float) -> float | None:
    """Find the area below which the sources give too little over the whole time; None without light.

    What is short often enough to need no battery may be less.
    """
    if _lasts(problem, problem.net_kw(0.0), served):
        return 0.0
    if not problem.per_m2_kw.any():
        return None
    fed = _smallest(lambda area: _lasts(problem, problem.net_kw(area), served), _guess_m2(problem))
    bare = smallest_array(problem, 0.0, served)
    return bare.area_m2 if isinstance(bare, Fit) and (fed is None or bare.area_m2 < fed) else fed


def _guess_m2(problem: SizingProblem) -> float:
    """Area that gives the load on average; 0 where no light falls on it."""
    output = float(problem.per_m2_kw.mean())
    return float(problem.load_kw.mean()) / output if output > 0.0 else 0.0


def _between(areas: FloatArray, place: int) -> FloatArray:
    """Areas between one and its neighbours."""
    ends = areas[[max(place - 1, 0), place, min(place + 1, len(areas) - 1)]]
    parts = [np.linspace(ends[side], ends[side + 1], FINER_AREAS + 2)[1:-1] for side in range(2)]
    return np.setdiff1d(np.concatenate(parts), areas)


def _joined(one: TradeCurve, other: TradeCurve) -> TradeCurve:
    order = np.argsort(np.concatenate([one.area_m2, other.area_m2]), kind="stable")
    names = ("area_m2", "usable_kwh", "array_kg", "battery_kg")
    return TradeCurve(*(np.concatenate([getattr(one, name), getattr(other, name)])[order] for name in names))


def _allowed(problem: SizingProblem, served: float) -> int:
    """Steps that may be short."""
    if not 0.0 < served <= 1.0:
        message = f"the share of time served lies above 0 and up to 1, not {served:g}"
        raise UsageError(message)
    return int((1.0 - served) * (len(problem.load_kw) - 1) + 1e-9)


def _steps_short(problem: SizingProblem, net_kw: FloatArray, usable_kwh: float) -> int:
    store = problem.store
    kept = float(np.exp(-store.self_discharge_per_yr * problem.step_yr))
    lasting = (1.0 - store.fade_per_yr) ** problem.step_yr
    efficiencies = (store.charge_efficiency, store.discharge_efficiency)
    return int(steps_short(net_kw, problem.step_h, usable_kwh, *efficiencies, kept, lasting, store.reserve))


def _lasts(problem: SizingProblem, net_kw: FloatArray, served: float) -> bool:
    """Whether over the whole time as much can be stored as the served share of what is drawn."""
    stored = np.maximum(net_kw, 0.0).mean() * problem.store.charge_efficiency
    drawn = np.maximum(-net_kw, 0.0).mean() / problem.store.discharge_efficiency
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
    masses = float(problem.mass.array_kg(area_m2)), float(problem.mass.battery_kg(usable_kwh))
    return Fit(area_m2, usable_kwh, served_time(problem, area_m2, usable_kwh), *masses)
