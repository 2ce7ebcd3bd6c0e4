"""The energy balance of one grid, step by step.

Between two epochs sources and loads run in straight lines, so their difference changes sign at most once: a step is one
or two pieces, each all charge or all discharge, and its energies are exact.

When power is short, elements are stepped down in the order of the rows, first from full to night load, then to sleep,
until what the step lacks can be taken from the battery above its reserve. Where all sleep, the reserve is used too;
what is then still lacking is taken from the elements in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit

FloatArray = NDArray[np.float64]

# Columns of ``loads_kw``.
DORMANT, NIGHT, ACTIVE = 0, 1, 2
# Columns of ``store``; leak and fade are the shares that remain after a step.
USABLE, CHARGE, FADE, CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY, LEAK, RESERVE = 0, 1, 2, 3, 4, 5, 6
STORE_COLUMNS = 7
# Columns of ``totals``: kW, means of a step, but for the capacity at its start (kWh).
SUPPLY, WANTED, USED, UNMET, CURTAILED, LOST, ARRIVED, CAPACITY = 0, 1, 2, 3, 4, 5, 6, 7
TOTAL_COLUMNS = 8
# Columns of the balance of a step, kWh, in the kernel.
_STORED, _UNMET, _CURTAILED, _LOST = 0, 1, 2, 3

_SMALL_KWH = 1e-9
"""Less than this is rounding of many steps: a few millijoules."""


@jit()
def below_zero_kwh(first_kw: float, last_kw: float, hours: float) -> float:
    """Return the energy that a power in a straight line lacks while below zero."""
    if first_kw >= 0.0 and last_kw >= 0.0:
        return 0.0
    if first_kw <= 0.0 and last_kw <= 0.0:
        return -0.5 * (first_kw + last_kw) * hours
    low = min(first_kw, last_kw)
    return 0.5 * low * low / (max(first_kw, last_kw) - low) * hours


@jit()
def charge(balance: FloatArray, energy_kwh: float, capacity_kwh: float, efficiency: float) -> None:
    """Put a surplus into the battery; what it cannot hold is curtailed."""
    room = max(capacity_kwh - balance[_STORED], 0.0)
    taken = min(energy_kwh, room / efficiency)
    balance[_STORED] += min(taken * efficiency, room)
    balance[_LOST] += taken * (1.0 - efficiency)
    balance[_CURTAILED] += energy_kwh - taken


@jit()
def discharge(balance: FloatArray, energy_kwh: float, efficiency: float) -> None:
    """Take a deficit out of the battery; what it cannot give is unmet."""
    given = min(energy_kwh, balance[_STORED] * efficiency)
    drawn = min(given / efficiency, balance[_STORED])
    balance[_STORED] -= drawn
    balance[_LOST] += drawn - given
    balance[_UNMET] += energy_kwh - given


@jit()
def balance_step(
    balance: FloatArray, first_kw: float, last_kw: float, hours: float, capacity_kwh: float, efficiencies: FloatArray
) -> None:
    """Run a surplus (or deficit, below zero) in a straight line through the battery, in the order it comes."""
    lacking = below_zero_kwh(first_kw, last_kw, hours)
    surplus = below_zero_kwh(-first_kw, -last_kw, hours)
    if first_kw >= 0.0:
        charge(balance, surplus, capacity_kwh, efficiencies[0])
        discharge(balance, lacking, efficiencies[1])
    else:
        discharge(balance, lacking, efficiencies[1])
        charge(balance, surplus, capacity_kwh, efficiencies[0])


@jit()
def load_kw(level: int, loads_kw: FloatArray, sun: float, heat_kw: float) -> float:
    """Return the load of an element at a level, never above its full load, with its electric heat."""
    full = float(loads_kw[NIGHT] + (loads_kw[ACTIVE] - loads_kw[NIGHT]) * sun)
    return (full if level == ACTIVE else min(full, float(loads_kw[level]))) + heat_kw


@jit()
def pool_stores(store: FloatArray, usable_kwh: FloatArray, is_on: NDArray[np.bool_], pool: FloatArray) -> None:
    """Write what the batteries are together into ``pool``, efficiencies and shares weighted by capacity.

    Columns as those of ``store``; charge and fade have no use here.
    """
    pool[:] = 0.0
    for row in range(len(usable_kwh)):
        if is_on[row]:
            pool[USABLE] += usable_kwh[row]
            for column in range(CHARGE_EFFICIENCY, STORE_COLUMNS):
                pool[column] += usable_kwh[row] * store[row, column]
    if pool[USABLE] > _SMALL_KWH:
        pool[CHARGE_EFFICIENCY:] /= pool[USABLE]
    else:
        pool[USABLE] = 0.0
        pool[CHARGE_EFFICIENCY:] = 1.0


@jit()
def step_down(
    levels: NDArray[np.int64], by_level_kw: FloatArray, net_kw: FloatArray, hours: float, spare_kwh: float
) -> None:
    """Lower levels, and the net power (2,) with them, until what the step lacks is no more than there is to spare.

    ``by_level_kw`` (E, 3, 2): load by level at both ends; a row that is off has level -1.
    """
    for level in (NIGHT, DORMANT):
        for row in range(len(levels)):
            if below_zero_kwh(net_kw[0], net_kw[1], hours) <= spare_kwh + _SMALL_KWH:
                return
            if levels[row] <= level:
                continue
            now, low = by_level_kw[row, levels[row]], by_level_kw[row, level]
            if low[0] < now[0] or low[1] < now[1]:
                net_kw[0] += now[0] - low[0]
                net_kw[1] += now[1] - low[1]
                levels[row] = level


@jit()
def ask_loads(
    step: int,
    sun: FloatArray,
    loads_kw: FloatArray,
    heat_kw: FloatArray,
    supply_kw: FloatArray,
    is_on: NDArray[np.bool_],
    levels: NDArray[np.int64],
    by_level_kw: FloatArray,
    net_kw: FloatArray,
) -> float:
    """Set all elements to full service; write their loads by level (E, 3, 2) and the net power (2,).

    Returns the mean power of the sources.
    """
    net_kw[:] = 0.0
    supplied = 0.0
    for row in range(len(is_on)):
        levels[row] = ACTIVE if is_on[row] else -1
        if not is_on[row]:
            continue
        for end in range(2):
            at = step + end
            for level in range(3):
                by_level_kw[row, level, end] = load_kw(level, loads_kw[row], sun[at], heat_kw[row, at])
            net_kw[end] += supply_kw[row, at] - by_level_kw[row, ACTIVE, end]
        supplied += 0.5 * (supply_kw[row, step] + supply_kw[row, step + 1])
    return supplied


@jit()
def state_of(level: int, sun: float, cut_kwh: float) -> int:
    """Return the code of `sim.station.power_types.State` of an element that is on."""
    if cut_kwh > _SMALL_KWH:
        return 2
    return 4 if level == ACTIVE and sun < 0.5 else 3 + level


@jit()
def run_grid(
    hours: float,
    sun: FloatArray,
    supply_kw: FloatArray,
    heat_kw: FloatArray,
    loads_kw: FloatArray,
    first: NDArray[np.int64],
    store: FloatArray,
    survives_h: FloatArray,
    state: NDArray[np.int8],
    wanted_kw: FloatArray,
    used_kw: FloatArray,
    totals: FloatArray,
    stored_kwh: FloatArray,
) -> None:
    """Balance a grid of E elements over n epochs; the last five arrays, zero before, are written.

    Parameters
    ----------
    hours : float
        Step.
    sun : ndarray (n,)
        Part of the disc in sight.
    supply_kw, heat_kw : ndarray (E, n)
        Sources, and electric heat.
    loads_kw : ndarray (E, 3)
        Columns above.
    first : ndarray (E,)
        Index of the epoch from which each is there.
    store : ndarray (E, 7)
        Columns above.
    survives_h : ndarray (E,)
        Longest time unpowered.
    state, wanted_kw, used_kw : ndarray (E, n - 1)
        State; mean load of full service, and what of it was met.
    totals : ndarray (n - 1, 8)
        Columns above.
    stored_kwh : ndarray (n - 1,)
        In the batteries at the end of each step.
    """
    rows, epochs = supply_kw.shape
    is_on = np.zeros(rows, np.bool_)
    without_h = np.zeros(rows)
    usable = store[:, USABLE].copy()
    levels = np.zeros(rows, np.int64)
    by_level = np.zeros((rows, 3, 2))
    net, pool, efficiencies, balance = np.zeros(2), np.zeros(STORE_COLUMNS), np.ones(2), np.zeros(4)
    for step in range(epochs - 1):
        balance[1:] = 0.0
        arrived = 0.0
        for row in range(rows):
            if step == first[row]:
                is_on[row] = True
                arrived += usable[row] * store[row, CHARGE]
        supplied = ask_loads(step, sun, loads_kw, heat_kw, supply_kw, is_on, levels, by_level, net)
        pool_stores(store, usable, is_on, pool)
        efficiencies[:] = pool[CHARGE_EFFICIENCY : DISCHARGE_EFFICIENCY + 1]
        # Where capacity faded away, or died with its element, the charge in it is lost.
        balance[_LOST] = max(balance[_STORED] + arrived - pool[USABLE], 0.0)
        balance[_STORED] += arrived - balance[_LOST]
        spare = max(balance[_STORED] - pool[RESERVE] * pool[USABLE], 0.0) * efficiencies[1]
        step_down(levels, by_level, net, hours, spare)
        balance_step(balance, net[0], net[1], hours, pool[USABLE], efficiencies)
        leaked = balance[_STORED] * (1.0 - pool[LEAK])
        balance[_STORED] -= leaked
        balance[_LOST] += leaked
        stored_kwh[step] = balance[_STORED]
        totals[step, SUPPLY] = supplied
        totals[step, UNMET] = balance[_UNMET] / hours
        totals[step, CURTAILED] = balance[_CURTAILED] / hours
        totals[step, LOST] = balance[_LOST] / hours
        totals[step, ARRIVED] = arrived / hours
        totals[step, CAPACITY] = pool[USABLE]
        lacking = balance[_UNMET]
        for row in range(rows):
            if not is_on[row]:
                state[row, step] = 1 if step > first[row] else 0
                continue
            loads = by_level[row, levels[row]]
            load = 0.5 * (loads[0] + loads[1])
            cut = min(load * hours, lacking)
            lacking -= cut
            wanted_kw[row, step] = 0.5 * (by_level[row, ACTIVE, 0] + by_level[row, ACTIVE, 1])
            used_kw[row, step] = load - cut / hours
            totals[step, WANTED] += wanted_kw[row, step]
            totals[step, USED] += used_kw[row, step]
            state[row, step] = state_of(levels[row], 0.5 * (sun[step] + sun[step + 1]), cut)
            usable[row] *= store[row, FADE]
            without_h[row] = without_h[row] + hours if cut > _SMALL_KWH else 0.0
            # The sum of many steps rounds.
            is_on[row] = without_h[row] <= survives_h[row] * (1.0 + 1e-9)
