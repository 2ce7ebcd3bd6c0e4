"""What a run amounts to: each metric one reduction of the lanes' datasets, defined once.

``summary.json`` and the comparison of architectures use the same list, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.results.dataset import RunHeader
from sim.results.explained import closures_summary, lane_lands, robustness_summary
from sim.results.tables import closing_days, named_reasons
from sim.units import DAY_S, YEAR_S

Value = float | int | str | None
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Lanes = Sequence[xr.Dataset]

DAYS_PER_YEAR = YEAR_S / DAY_S
SHORT_HORIZON_D = 183
"""Launch days below which a horizon says nothing of a year: windows follow the month, and the light the seasons."""
RANGES = ("c3_km2_s2", "tof_d", "tli_dv_m_s", "loi_dv_m_s", "descent_dv_m_s", "loiter_d", "landed_payload_kg")


@dataclass(frozen=True, slots=True)
class Metric:
    """A named reduction of one or more lanes; ``better`` says which way is better, if any.

    ``grows`` marks what depends on how long the horizon is (counts, totals): those of unlike horizons cannot be ranked.
    """

    name: str
    unit: str
    meaning: str
    better: Literal["more", "less", "earlier", ""]
    decimals: int
    reduce: Callable[[Lanes], Value]
    grows: bool = False

    def of(self, lanes: Lanes) -> Value:
        """Return the metric, rounded to its decimals; None where there is nothing to reduce."""
        value = self.reduce(lanes)
        if not isinstance(value, float):
            return value
        return round(value, self.decimals) if np.isfinite(value) else None


def summarise(header: RunHeader, lanes: Lanes) -> dict[str, Any]:
    """Return ``summary.json``: the scenario's title, the architecture's metrics and each lane's."""
    return {
        "scenario": asdict(header) | {"partners": dict(header.partners)},
        "architecture": {metric.name: metric.of(lanes) for metric in METRICS},
        "lanes": {lane.attrs["lane"]: lane_summary(lane) for lane in lanes},
        "units": {metric.name: metric.unit for metric in METRICS} | units_of_ranges(lanes),
        "meanings": {metric.name: metric.meaning for metric in METRICS},
    }


def lane_summary(lane: xr.Dataset) -> dict[str, Any]:
    """Return one lane's ids, metrics, ranges over its open days, and what closes the others."""
    ids = ("launcher", "launch_site", "lander", "landing_site", "staging_orbit", "partner")
    return (
        {name: lane.attrs[name] for name in ids}
        | {"lands": lane_lands(lane)}
        | {metric.name: metric.of([lane]) for metric in METRICS if metric.name not in MANY_LANES}
        | {
            "ranges": {name: value_range(lane, name) for name in RANGES if name in lane},
            "closed_by": closing_counts(lane),
            "closures": closures_summary(lane),
            "robustness": robustness_summary(lane),
            "assumed": [figure for figure in lane.attrs["assumed"].split(";") if figure],
        }
    )


def closing_counts(lane: xr.Dataset) -> dict[str, dict[str, int]]:
    """Return, for each constraint, the closed days that name it and those that name it alone."""
    closed_by = lane["closed_by"].values.tolist()
    masked = lane["constraint"].values.tolist()
    names = masked + [name for name in named_reasons(closed_by) if name not in masked]
    return {name: closing_days(closed_by, name) for name in names}


def value_range(lane: xr.Dataset, name: str) -> list[float] | None:
    """Return least and greatest of a quantity over the open days."""
    values = lane[name].values[lane["feasible"].values]
    known = values[np.isfinite(values)]
    return [round(float(known.min()), 6), round(float(known.max()), 6)] if known.size else None


def units_of_ranges(lanes: Lanes) -> dict[str, str]:
    """Return the units of the quantities whose ranges are given."""
    return {name: lane[name].attrs["units"] for lane in lanes for name in RANGES if name in lane}


def open_days(lane: xr.Dataset) -> NDArray[np.datetime64]:
    """Return the launch days on which the lane is open."""
    found: NDArray[np.datetime64] = lane["day"].values[lane["feasible"].values]
    return found


def all_days(lanes: Lanes) -> NDArray[np.datetime64]:
    """Return the days of the horizon, those of any lane."""
    none: list[NDArray[np.datetime64]] = [np.array([], dtype="datetime64[s]")]
    return np.unique(np.concatenate(none + [lane["day"].values for lane in lanes]))


def any_open(lanes: Lanes) -> BoolArray:
    """Return, for each day of the horizon, whether some lane is open."""
    days = all_days(lanes)
    found = np.zeros(days.size, dtype=bool)
    for lane in lanes:
        found[np.searchsorted(days, open_days(lane))] = True
    return found


def best_payload_by_day(lanes: Lanes) -> FloatArray:
    """Return, for each day of the horizon, what the best open lane lands; NaN on closed days."""
    days = all_days(lanes)
    best = np.full(days.size, np.nan)
    for lane in lanes:
        at = np.searchsorted(days, open_days(lane))
        best[at] = np.fmax(best[at], lane["landed_payload_kg"].values[lane["feasible"].values])
    return best


def longest_run(mask: BoolArray) -> int:
    """Return the length of the longest run of True in (N,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def count_open(lanes: Lanes) -> Value:
    """Return the days with some lane open."""
    return int(any_open(lanes).sum())


def fraction_open(lanes: Lanes) -> Value:
    """Return the share of the horizon's days with some lane open."""
    mask = any_open(lanes)
    return float(mask.mean()) if mask.size else None


def longest_closed(lanes: Lanes) -> Value:
    """Return the longest run of days without an open lane."""
    return longest_run(~any_open(lanes))


def count_windows(lanes: Lanes) -> Value:
    """Return the number of windows of all lanes."""
    return sum(lane.sizes["window"] for lane in lanes)


def count_delivering(lanes: Lanes) -> Value:
    """Return the number of lanes that open at all."""
    return sum(bool(lane["feasible"].values.any()) for lane in lanes)


def first_of(name: str) -> Callable[[Lanes], Value]:
    """Return the reduction to the earliest epoch of a variable over all open days, as UTC text."""

    def reduce(lanes: Lanes) -> Value:
        epochs = [lane[name].values[lane["feasible"].values] for lane in lanes]
        known = [each[~np.isnat(each)].min() for each in epochs if not np.isnat(each).all()]
        return utc_label(min(known), name) if known else None

    return reduce


def utc_label(epoch: np.datetime64, name: str) -> str:
    """Return a date for ``day``, otherwise UTC to the millisecond."""
    unit: Literal["D", "ms"] = "D" if name == "day" else "ms"
    return str(epoch.astype(f"datetime64[{unit}]")) + ("" if unit == "D" else "Z")


def best_payload(lanes: Lanes) -> Value:
    """Return the most that one flight lands."""
    best = best_payload_by_day(lanes)
    return float(np.nanmax(best)) if np.isfinite(best).any() else None


def median_payload(lanes: Lanes) -> Value:
    """Return the median over open days of what the day's best lane lands."""
    best = best_payload_by_day(lanes)
    return float(np.nanmedian(best)) if np.isfinite(best).any() else None


def landed_by_lane(lanes: Lanes) -> list[float]:
    """Return, lane by lane, what the best flights of all windows land together."""
    return [float(np.nansum(lane["window_landed_payload_kg"].values)) for lane in lanes]


def landed_total(lanes: Lanes) -> Value:
    """Return what lands if every window of every lane is used once, by its best flight."""
    return float(sum(landed_by_lane(lanes)))


def landed_per_year(lanes: Lanes) -> Value:
    """Return the same, per Julian year of the horizon; None where that is too short to speak of years."""
    days = all_days(lanes).size
    return float(sum(landed_by_lane(lanes))) * DAYS_PER_YEAR / days if days >= SHORT_HORIZON_D else None


def largest_partner_share(lanes: Lanes) -> Value:
    """Return the share of that mass which the largest partner lands; None when nothing lands or no partner is named."""
    shares: dict[str, float] = {}
    for lane, landed in zip(lanes, landed_by_lane(lanes), strict=True):
        if landed > 0.0:
            shares[lane.attrs["partner"]] = shares.get(lane.attrs["partner"], 0.0) + landed
    return max(shares.values()) / sum(shares.values()) if shares and "" not in shares else None


def count_assumed(lanes: Lanes) -> Value:
    """Return how many assumed figures the lanes rest on, counted lane by lane."""
    return sum(len([figure for figure in lane.attrs["assumed"].split(";") if figure]) for lane in lanes)


METRICS: tuple[Metric, ...] = (
    Metric("lanes", "1", "lanes of the scenario", "", 0, len),
    Metric("lanes_delivering", "1", "lanes that open on some day", "more", 0, count_delivering, grows=True),
    Metric("days", "d", "launch days of the horizon", "", 0, lambda lanes: int(all_days(lanes).size)),
    Metric("days_open", "d", "days with some lane open", "more", 0, count_open, grows=True),
    Metric("fraction_open", "1", "share of days with some lane open", "more", 6, fraction_open),
    Metric(
        "longest_closed_d", "d", "longest run of days with every lane closed", "less", 0, longest_closed, grows=True
    ),
    Metric("windows", "1", "windows of all lanes", "more", 0, count_windows, grows=True),
    Metric("first_open_day", "UTC", "first day with an open lane", "earlier", 0, first_of("day")),
    Metric(
        "first_landing_utc", "UTC", "earliest landing of the days' best flights", "earlier", 0, first_of("landing_utc")
    ),
    Metric("best_landed_payload_kg", "kg", "most cargo landed by one flight", "more", 3, best_payload),
    Metric(
        "median_landed_payload_kg", "kg", "median over open days of the day's best cargo", "more", 3, median_payload
    ),
    Metric(
        "landed_if_every_window_kg",
        "kg",
        "cargo landed if every window is used once, by its best flight",
        "more",
        3,
        landed_total,
        grows=True,
    ),
    Metric("landed_per_year_kg", "kg/a", "the same for each year, of half a year or more", "more", 3, landed_per_year),
    Metric(
        "largest_partner_share",
        "1",
        "share of that cargo landed by the largest partner",
        "less",
        6,
        largest_partner_share,
    ),
    Metric("assumed_figures", "1", "assumed figures the lanes rest on", "less", 0, count_assumed),
)
MANY_LANES = ("lanes", "lanes_delivering", "largest_partner_share")
