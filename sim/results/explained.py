"""Closures and robustness of a lane read back out of its dataset, for the summary, the report and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from sim.window.constraints import CONSTRAINTS

LONGEST = 3
"""Closures that the summary names, the longest first; ``tables/closures.csv`` has them all."""


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A run of closed launch days; dates are ISO text, empty for none, ``relaxation`` in words."""

    first_day: str
    last_day: str
    days: int
    closed_by: tuple[str, ...]
    relaxation: str
    relaxed_day: str
    open_before: str
    open_after: str
    is_small: bool


@dataclass(frozen=True, slots=True)
class RobustnessRow:
    """A window's best day (``slip_d`` 0, with its dispersion) or one of its slips; None for what is not known.

    A slip beyond the horizon was not ``searched``.
    """

    window: int
    slip_d: int
    feasible: bool
    payload_change_kg: float | None
    landing_shift_d: float | None
    wait_d: float | None
    correction_rms_m_s: float | None
    correction_p99_m_s: float | None
    miss_km: float | None
    budget_share: float | None
    lit_share: float | None
    monte_carlo_p99_m_s: float | None
    monte_carlo_lit_share: float | None
    searched: bool = True


def closure_rows(lane: xr.Dataset) -> tuple[ClosureRow, ...]:
    """Return the closures of a lane in order of time; none where the run does not hold them."""
    count = lane.sizes.get("closure", 0)
    if not count:
        return ()
    dates = {name: date_words(lane, f"closure_{name}") for name in DATES}
    words = {name: lane[f"closure_{name}"].values.tolist() for name in ("days", "closed_by", "relaxation")}
    small = lane["closure_relaxation_is_small"].values
    return tuple(
        ClosureRow(
            **{name: texts[k] for name, texts in dates.items()},
            days=int(words["days"][k]),
            closed_by=tuple(str(words["closed_by"][k]).split(";")),
            relaxation=str(words["relaxation"][k]),
            is_small=bool(small[k]),
        )
        for k in range(count)
    )


DATES = ("first_day", "last_day", "relaxed_day", "open_before", "open_after")


def date_words(lane: xr.Dataset, name: str) -> list[str]:
    """Return the dates of a variable as ISO text, empty for none."""
    day = lane[name].values.astype("datetime64[D]")
    return ["" if np.isnat(each) else str(each) for each in day]


def robustness_rows(lane: xr.Dataset) -> tuple[RobustnessRow, ...]:
    """Return the slips and dispersions of a lane's windows; none where the run does not hold them."""
    fields = [name for name in RobustnessRow.__slots__ if name not in {"window", "slip_d", "feasible", "searched"}]
    count = lane.sizes.get("robustness", 0)
    searched = lane.get("robustness_searched")
    return tuple(
        RobustnessRow(
            window=int(lane["robustness_window"].values[k]),
            slip_d=int(lane["robustness_slip_d"].values[k]),
            feasible=bool(lane["robustness_feasible"].values[k]),
            searched=searched is None or bool(searched.values[k]),
            **{name: known(lane[f"robustness_{name}"].values[k]) for name in fields},
        )
        for k in range(count)
    )


def known(value: float) -> float | None:
    """Return a figure to six decimals, None for NaN."""
    return round(float(value), 6) if np.isfinite(value) else None


def best_window_number(lane: xr.Dataset) -> int | None:
    """Return the number of the window that lands most, the first of equals; None without windows."""
    if not lane.sizes.get("window", 0):
        return None
    payload = np.nan_to_num(lane["window_landed_payload_kg"].values, nan=-np.inf)
    return int(lane["window"].values[np.argmax(payload)])


def closures_summary(lane: xr.Dataset) -> dict[str, Any] | None:
    """Return how many closures there are, what would open them, and the longest; None where the run has none."""
    rows = closure_rows(lane)
    if not rows:
        return None
    longest = sorted(rows, key=lambda row: -row.days)[:LONGEST]
    return {
        "count": len(rows),
        "opened_by_small_relaxation": sum(row.is_small for row in rows),
        "relaxed": relaxed_counts(lane),
        "longest": [document(row) for row in longest],
    }


def relaxed_counts(lane: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return, for each constraint whose relaxation alone opens a closure, how many, and the least amount with unit."""
    names = lane["closure_relaxed_constraint"].values
    amounts, units = lane["closure_relaxation_amount"].values, lane["closure_relaxation_unit"].values
    found = {}
    for name in dict.fromkeys(names.tolist()):
        here = names == name
        if name:
            least = known(amounts[here].min())
            found[str(name)] = {"closures": int(here.sum()), "least": least, "unit": str(units[here][0])}
    return found


def robustness_summary(lane: xr.Dataset) -> list[dict[str, Any]]:
    """Return slips and dispersion of the lane's best window."""
    best = best_window_number(lane)
    return [document(row) for row in robustness_rows(lane) if row.window == best]


def document(row: ClosureRow | RobustnessRow) -> dict[str, Any]:
    """Return a row for a JSON document; an empty text becomes None."""
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(row).items()}
    return {name: None if value == "" else value for name, value in found.items()}


def lane_lands(lane: xr.Dataset) -> bool:
    """Whether a lane lands what it carries; an orbiter's flight ends in the staging orbit."""
    return str(lane.attrs.get("lands", "true")) == "true"


def closures_document(lanes: Sequence[xr.Dataset]) -> list[dict[str, Any]]:
    """Return every closure of several lanes, for ``--json``."""
    return [{"lane": lane.attrs["lane"]} | document(row) for lane in lanes for row in closure_rows(lane)]


def closest_miss(lanes: Sequence[xr.Dataset]) -> str:
    """Say which closed day would open with the smallest single relaxation, by what a planner would call small."""
    misses = [miss for lane in lanes for miss in lane_misses(lane)]
    if not misses:
        return "no single relaxation would open a day"
    _, lane_id, words = min(misses)
    return f"the closest miss: {lane_id} on {words}"


def lane_misses(lane: xr.Dataset) -> list[tuple[float, str, str]]:
    """Return the relaxations that open a closed run: size by the constraint's scale, lane, day and words."""
    scales = {constraint.name: constraint.scale for constraint in CONSTRAINTS}
    misses = []
    for k, row in enumerate(closure_rows(lane)):
        if row.relaxation:
            name = str(lane["closure_relaxed_constraint"].values[k])
            weight = float(lane["closure_relaxation_amount"].values[k]) / scales[name]
            misses.append((weight, str(lane.attrs["lane"]), f"{row.relaxed_day} would open with {row.relaxation}"))
    return misses


def never_open(lanes: Sequence[xr.Dataset]) -> list[str]:
    """Say of each lane that opens on no day what closes it, the commonest first, and what comes nearest to opening."""
    return [never_open_words(lane) for lane in lanes if not lane["feasible"].values.any()]


def never_open_words(lane: xr.Dataset) -> str:
    """Say what closes a lane that never opens."""
    counts = Counter(name for words in lane["closed_by"].values.tolist() for name in words.split(";") if name)
    misses = lane_misses(lane)
    miss = f"closest miss: {min(misses)[2]}" if misses else "no single relaxation would open a day"
    return f"{lane.attrs['lane']}: no open day - {', '.join(name for name, _ in counts.most_common())}; {miss}"
