"""Power of the station over years: who runs, who sleeps, what the batteries hold, at the step of the light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import FloatArray
from sim.errors import UsageError
from sim.station.power_kernel import (
    ARRIVED,
    CAPACITY,
    CURTAILED,
    LOST,
    SUPPLY,
    TOTAL_COLUMNS,
    UNMET,
    USED,
    WANTED,
    run_grid,
)
from sim.station.power_types import Isotope, PoweredElement, Reactor, State, Store, Sunlight
from sim.station.solar import MOUNTINGS, age_yr, solar_power_kw
from sim.units import HOUR_S, YEAR_S

_EVEN = 1e-5
"""Share of a step by which epochs may be uneven: grids of UTC are rounded to milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class PowerHistory:
    """Power of E elements on G grids over n epochs, n - 1 steps. Powers are means of a step.

    For each grid and step: supply + arrived = used + curtailed + lost + gain of what is stored.

    Attributes
    ----------
    t_tdb_s : ndarray (n,)
        Step k runs from epoch k to epoch k + 1.
    elements, grids : tuple of str
        Names, in order.
    grid_of : tuple of str
        Grid of each element.
    state : ndarray of int8 (E, n - 1)
        Codes of `State`.
    wanted_kw, used_kw : ndarray (E, n - 1)
        Load of full service, electric heat included, and what of it was met.
    died_tdb_s : ndarray (E,)
        Epoch from which an element is dead, NaN where it lives.
    dead_kw : ndarray (G, n - 1)
        Load of full service of elements that died, which no one asks any more.
    supply_kw, grid_wanted_kw, grid_used_kw, unmet_kw, curtailed_kw, lost_kw, arrived_kw : ndarray (G, n - 1)
        By grid: what sources give; what full service asks; what is met; what lacked although all slept that could;
        what could be neither used nor stored; losses in batteries; charge that landed with batteries.
    stored_kwh : ndarray (G, n - 1)
        In the batteries at the end of the step, above what must stay in them.
    capacity_kwh : ndarray (G, n - 1)
        Most they hold.
    """

    t_tdb_s: FloatArray
    elements: tuple[str, ...]
    grids: tuple[str, ...]
    grid_of: tuple[str, ...]
    state: NDArray[np.int8]
    wanted_kw: FloatArray
    used_kw: FloatArray
    died_tdb_s: FloatArray
    dead_kw: FloatArray
    supply_kw: FloatArray
    grid_wanted_kw: FloatArray
    grid_used_kw: FloatArray
    unmet_kw: FloatArray
    curtailed_kw: FloatArray
    lost_kw: FloatArray
    arrived_kw: FloatArray
    stored_kwh: FloatArray
    capacity_kwh: FloatArray

    @property
    def step_h(self) -> float:
        """Hours of a step."""
        return float((self.t_tdb_s[-1] - self.t_tdb_s[0]) / (len(self.t_tdb_s) - 1) / HOUR_S)

    @property
    def missing_kw(self) -> FloatArray:
        """What full service asks beyond what is met, by element (E, n - 1)."""
        return self.wanted_kw - self.used_kw

    @property
    def grid_missing_kw(self) -> FloatArray:
        """What full service asks beyond what is met, by grid (G, n - 1)."""
        return self.grid_wanted_kw - self.grid_used_kw

    def imbalance_kwh(self) -> FloatArray:
        """Energy that came in less all that went out or stayed (G, n - 1): rounding alone."""
        flow_kw = self.supply_kw + self.arrived_kw - self.grid_used_kw - self.curtailed_kw - self.lost_kw
        gain = np.diff(self.stored_kwh, axis=1, prepend=0.0)
        left: FloatArray = flow_kw * self.step_h - gain
        return left


def simulate_power(elements: Sequence[PoweredElement], light: Sunlight) -> PowerHistory:
    """Balance sources, loads and batteries of all elements over the epochs of the light.

    Raises
    ------
    UsageError
        For epochs that are not even, light of another length, two elements of one name, or an unknown mounting.
    """
    _check(elements, light)
    epochs = len(light.t_tdb_s)
    grids = tuple(dict.fromkeys(element.grid_name for element in elements))
    state = np.zeros((len(elements), epochs - 1), dtype=np.int8)
    wanted, used = np.zeros(state.shape), np.zeros(state.shape)
    totals, stored = np.zeros((len(grids), epochs - 1, TOTAL_COLUMNS)), np.zeros((len(grids), epochs - 1))
    for place, grid in enumerate(grids):
        rows = _in_shedding_order(elements, grid)
        members = [elements[row] for row in rows]
        state[rows], wanted[rows], used[rows] = _balance_grid(members, light, totals[place], stored[place])
    by_column = np.moveaxis(totals, -1, 0).copy()
    grid_of = tuple(element.grid_name for element in elements)
    return PowerHistory(
        light.t_tdb_s,
        tuple(element.name for element in elements),
        grids,
        grid_of,
        state,
        wanted,
        used,
        _deaths(state, light.t_tdb_s),
        np.array([_dead_kw(elements, state, light, grid) for grid in grids]),
        by_column[SUPPLY],
        by_column[WANTED],
        by_column[USED],
        by_column[UNMET],
        by_column[CURTAILED],
        by_column[LOST],
        by_column[ARRIVED],
        stored,
        by_column[CAPACITY],
    )


def source_kw(element: PoweredElement, light: Sunlight) -> FloatArray:
    """Return what an element's sources give together (n,), kW, as if it were there from the first epoch."""
    age = age_yr(element.arrival_tdb_s, light.t_tdb_s)
    power = np.zeros(len(age))
    if element.panels is not None:
        power += solar_power_kw(element.panels, light, age)
    if element.isotope is not None:
        power += _isotope_kw(element.isotope, age)
    if element.reactor is not None:
        power += _reactor_kw(element.reactor, light.t_tdb_s)
    return power


def electric_heat_kw(element: PoweredElement, light: Sunlight) -> FloatArray:
    """Return the electric power (n,) that keeps an element warm: what its isotopes leave to be made."""
    own = np.zeros(len(light.t_tdb_s))
    if element.isotope is not None:
        age = age_yr(element.arrival_tdb_s, light.t_tdb_s)
        own = element.isotope.heat_kw * 0.5 ** (age / element.isotope.half_life_yr)
    heat: FloatArray = np.maximum(element.loads.keep_alive_heat_kw - own, 0.0) * (1.0 - light.sun_fraction)
    return heat


def full_load_kw(element: PoweredElement, light: Sunlight) -> FloatArray:
    """Return the load (n,), kW, of an element's full service, electric heat included, as if it were always there."""
    loads = element.loads
    by_light: FloatArray = loads.night_kw + (loads.active_kw - loads.night_kw) * light.sun_fraction
    return by_light + electric_heat_kw(element, light)


def _isotope_kw(isotope: Isotope, age: FloatArray) -> FloatArray:
    power: FloatArray = (
        isotope.power_kw * 0.5 ** (age / isotope.half_life_yr) * (1.0 - isotope.degradation_per_yr) ** age
    )
    return power


def _reactor_kw(reactor: Reactor, t_tdb_s: FloatArray) -> FloatArray:
    return np.where(reactor.outages.contain(t_tdb_s), 0.0, reactor.power_kw)


def _balance_grid(
    members: Sequence[PoweredElement], light: Sunlight, totals: FloatArray, stored_kwh: FloatArray
) -> tuple[NDArray[np.int8], FloatArray, FloatArray]:
    """Balance the elements of one grid; return their states, loads wanted and loads met (E, n - 1)."""
    shape = (len(members), len(light.t_tdb_s) - 1)
    state, wanted, used = np.zeros(shape, dtype=np.int8), np.zeros(shape), np.zeros(shape)
    loads = [element.loads for element in members]
    run_grid(
        light.step_s / HOUR_S,
        np.ascontiguousarray(light.sun_fraction, dtype=np.float64),
        np.array([source_kw(element, light) for element in members]),
        np.array([electric_heat_kw(element, light) for element in members]),
        np.array([(load.dormant_kw, load.night_kw, load.active_kw) for load in loads], dtype=np.float64),
        np.searchsorted(light.t_tdb_s, [element.arrival_tdb_s for element in members]).astype(np.int64),
        np.array([_store_row(element.store, light.step_s / YEAR_S) for element in members], dtype=np.float64),
        np.array([load.survives_without_s / HOUR_S for load in loads]),
        state,
        wanted,
        used,
        totals,
        stored_kwh,
    )
    return state, wanted, used


def _store_row(store: Store, step_yr: float) -> tuple[float, ...]:
    """Row of the kernel's ``store``."""
    return (
        store.usable_kwh,
        store.charge_on_arrival,
        (1.0 - store.fade_per_yr) ** step_yr,
        store.charge_efficiency,
        store.discharge_efficiency,
        float(np.exp(-store.self_discharge_per_yr * step_yr)),
        store.reserve,
    )


def _in_shedding_order(elements: Sequence[PoweredElement], grid: str) -> list[int]:
    """Places of a grid's elements, those first that sleep first."""
    members = [place for place, element in enumerate(elements) if element.grid_name == grid]
    return sorted(members, key=lambda place: (elements[place].priority, -place))


def _deaths(state: NDArray[np.int8], t_tdb_s: FloatArray) -> FloatArray:
    is_dead = state == State.DEAD
    deaths: FloatArray = np.where(is_dead.any(axis=1), t_tdb_s[is_dead.argmax(axis=1)], np.nan)
    return deaths


def _dead_kw(elements: Sequence[PoweredElement], state: NDArray[np.int8], light: Sunlight, grid: str) -> FloatArray:
    """Load (n - 1,), mean of each step, that the dead of a grid would ask for full service."""
    total = np.zeros(state.shape[1])
    for element, codes in zip(elements, state, strict=True):
        is_dead = codes == State.DEAD
        if element.grid_name == grid and is_dead.any():
            full_kw = full_load_kw(element, light)
            total += np.where(is_dead, 0.5 * (full_kw[:-1] + full_kw[1:]), 0.0)
    return total


def _check(elements: Sequence[PoweredElement], light: Sunlight) -> None:
    t = light.t_tdb_s
    if len(t) < 2 or not np.allclose(np.diff(t), light.step_s, rtol=0.0, atol=_EVEN * light.step_s):
        message = "the epochs of the light are not even: give two or more, one step apart"
        raise UsageError(message)
    own = [each.panels.sun_fraction for each in elements if each.panels and each.panels.sun_fraction is not None]
    if any(np.shape(fraction) != t.shape for fraction in (light.sun_fraction, *own)):
        message = f"the light does not stand at the {len(t)} epochs: give one value for each"
        raise UsageError(message)
    names = [element.name for element in elements]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        message = f"two elements are called {doubled[0]}: give each a name of its own"
        raise UsageError(message)
    for element in elements:
        if element.panels is not None and element.panels.mounting not in MOUNTINGS:
            message = f"{element.panels.mounting} is no mounting: write {', '.join(MOUNTINGS)}"
            raise UsageError(message)
