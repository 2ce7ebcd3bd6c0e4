"""One battery against one power in a straight line from epoch to epoch: for sizing, thousands of times over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit
from sim.station.power_kernel import below_zero_kwh

FloatArray = NDArray[np.float64]

_SMALL_KWH = 1e-9


@jit()
def sequent_peak_kwh(net_kw: FloatArray, hours: float, charge_efficiency: float, discharge_efficiency: float) -> float:
    """Return the least battery, full at first and without self-discharge, that never runs dry.

    The sequent-peak algorithm: how far the battery is below full, K, is carried along, K = max(0, K + out - in); its
    highest value is the capacity (Thomas & Burden 1963, Operations Research in Water Quality Management; after Rippl
    1883, Min. Proc. Inst. Civ. Eng. 71, 270).
    """
    below, most = 0.0, 0.0
    for step in range(len(net_kw) - 1):
        first, last = net_kw[step], net_kw[step + 1]
        drawn = below_zero_kwh(first, last, hours) / discharge_efficiency
        stored = below_zero_kwh(-first, -last, hours) * charge_efficiency
        if first >= 0.0:
            below = max(below - stored, 0.0) + drawn
            most = max(most, below)
        else:
            most = max(most, below + drawn)
            below = max(below + drawn - stored, 0.0)
    return most


@jit()
def steps_short(
    net_kw: FloatArray,
    hours: float,
    capacity_kwh: float,
    charge_efficiency: float,
    discharge_efficiency: float,
    kept: float,
    lasting: float,
    reserve: float,
) -> int:
    """Count the steps in which a battery, full at first, cannot give all from above a reserve.

    ``kept`` of its charge and ``lasting`` of its capacity outlast a step; ``reserve`` is a share of the capacity.
    """
    held = capacity_kwh
    short = 0
    for step in range(len(net_kw) - 1):
        held = min(held, capacity_kwh)
        first, last = net_kw[step], net_kw[step + 1]
        drawn = below_zero_kwh(first, last, hours) / discharge_efficiency
        stored = below_zero_kwh(-first, -last, hours) * charge_efficiency
        if first >= 0.0:
            held = min(held + stored, capacity_kwh)
        spare = max(held - reserve * capacity_kwh, 0.0)
        if drawn > spare + _SMALL_KWH:
            short += 1
        held -= min(drawn, spare)
        if first < 0.0:
            held = min(held + stored, capacity_kwh)
        held *= kept
        capacity_kwh *= lasting
    return short
