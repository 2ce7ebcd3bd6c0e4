"""What a station over time amounts to: each metric one reduction of its dataset, defined once.

``summary.json`` and the comparison of architectures use the same list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import xarray as xr

from sim.results.station_columns import STATION_TABLES
from sim.units import DAY_S, HOUR_S

Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class StationMetric:
    """A named reduction of a station's dataset; ``better`` says which way is better, if any."""

    name: str
    unit: str
    meaning: str
    better: Literal["more", "less", ""]
    decimals: int
    reduce: Callable[[xr.Dataset], Value]

    def of(self, station: xr.Dataset | None) -> Value:
        """Return the metric, rounded to its decimals; None where there is nothing to reduce."""
        value = None if station is None else self.reduce(station)
        if not isinstance(value, float):
            return value
        return round(value, self.decimals) if np.isfinite(value) else None


def station_metrics(stations: Iterable[xr.Dataset | None]) -> tuple[StationMetric, ...]:
    """Return the metrics that some station of several has: contact by place, light, upkeep, power, tasks."""
    known = [station for station in stations if station is not None]
    points = dict.fromkeys(str(point) for station in known for point in points_of(station))
    by_point = tuple(metric for point in points for metric in point_metrics(point))
    chosen = [metric for metric in (*by_point, *WHOLE) if any(metric.of(station) is not None for station in known)]
    return tuple(chosen)


def points_of(station: xr.Dataset) -> list[str]:
    """Return the places whose contact a station's dataset tells."""
    return [str(point) for point in station["point"].values] if "point" in station else []


POINT_METRICS: tuple[tuple[str, str, str, Literal["more", "less"], str, str], ...] = (
    ("contact_share", "1", "share of time with contact, direct or relayed,", "more", "share", "any"),
    ("relayed_share", "1", "share of time with contact by way of a relay", "more", "share", "relayed"),
    ("longest_gap_h", "h", "longest span without contact", "less", "longest_gap_h", "any"),
    ("gap_95_h", "h", "95th percentile of the spans without contact", "less", "gap_95_h", "any"),
    ("double_share", "1", "share of time with two relays or more", "more", "double_share", ""),
    ("volume_mean_gbit", "Gbit/d", "data a day, on average,", "more", "volume_mean_gbit", "any"),
)
"""Name, unit, meaning, better way, variable of the contact table, and path of the metrics of a place."""


def point_metrics(point: str) -> tuple[StationMetric, ...]:
    """Return the metrics of one place."""
    return tuple(
        StationMetric(
            f"{name}[{point}]",
            unit,
            f"{meaning} at {point}",
            better,
            4 if unit == "1" else 2,
            partial(contact_figure, point=point, source=source, path=path),
        )
        for name, unit, meaning, better, source, path in POINT_METRICS
    )


def contact_figure(station: xr.Dataset, point: str, source: str, path: str) -> Value:
    """Return one figure of one place; None where the station does not tell it."""
    name = f"contact_{source}"
    if name not in station or point not in points_of(station):
        return None
    row = station[name].values[points_of(station).index(point)]
    if not path:
        return float(row)
    return float(row[[str(each) for each in station["path"].values].index(path)])


def mean_light(station: xr.Dataset) -> Value:
    """Return the mean part of the disc in view over the whole horizon."""
    return float(station["light_average_light"].values[station["light_kind"].values == "all"][0])


def longest_dark_d(station: xr.Dataset) -> Value:
    """Return the longest span without light, days."""
    return float(station["dark_duration_h"].values.max()) * HOUR_S / DAY_S if "dark_duration_h" in station else 0.0


UNKEPT = ("flies free", "never in service")
"""Words of upkeep of elements in orbit that nothing is spent on."""


def upkeep(station: xr.Dataset) -> Value:
    """Return the upkeep of all kept orbits together; None where that of one is not known, or none is kept."""
    if "orbit_upkeep_m_s_per_year" not in station:
        return None
    cost = station["orbit_upkeep_m_s_per_year"].values
    is_kept = ~np.isin(station["orbit_upkeep"].values.astype(str), UNKEPT)
    return float(cost[is_kept].sum()) if is_kept.any() and np.isfinite(cost[is_kept]).all() else None


def lost(station: xr.Dataset) -> Value:
    """Return how many elements in orbit end before the horizon without being retired."""
    if "orbit_end" not in station:
        return None
    return int(np.isin(station["orbit_end"].values, ("impact", "escape", "propellant")).sum())


def dead(station: xr.Dataset) -> Value:
    """Return how many surface elements are lost for want of power."""
    return int((~np.isnat(station["element_died_utc"].values)).sum()) if "element_died_utc" in station else None


def served(station: xr.Dataset) -> Value:
    """Return the share of time in which the worst cable meets every load; None where nothing ever arrives."""
    if "grid_served_share" not in station:
        return None
    known = station["grid_served_share"].values
    return float(np.nanmin(known)) if np.isfinite(known).any() else None


def unmet(station: xr.Dataset) -> Value:
    """Return the energy missing on all cables; None where nothing ever arrives."""
    if "grid_unmet_kwh" not in station:
        return None
    known = station["grid_unmet_kwh"].values
    return float(np.nansum(known)) if np.isfinite(known).any() else None


def done(station: xr.Dataset) -> Value:
    """Return the share of the tasks' hours that are done."""
    if "task_done_h" not in station:
        return None
    return float(station["task_done_h"].values.sum() / station["task_work_h"].values.sum())


WHOLE = (
    StationMetric(
        "average_light", "1", "mean part of the Sun's disc above the terrain at the site", "more", 4, mean_light
    ),
    StationMetric("longest_dark_d", "d", "longest span without light at the site", "less", 2, longest_dark_d),
    StationMetric("upkeep_m_s_per_year", "m/s/a", "delta-v a year that keeps all orbits", "less", 1, upkeep),
    StationMetric("orbiters_lost", "1", "elements in orbit that fall, escape or run dry", "less", 0, lost),
    StationMetric("elements_dead", "1", "surface elements lost for want of power", "less", 0, dead),
    StationMetric(
        "power_served_share",
        "1",
        "share of time with every load met, that of elements that died included, worst cable",
        "more",
        4,
        served,
    ),
    StationMetric("power_unmet_kwh", "kWh", "load not met, that of elements that died included", "less", 1, unmet),
    StationMetric("tasks_done_share", "1", "share of the science tasks' hours done", "more", 4, done),
)


def summarise_station(station: xr.Dataset) -> dict[str, Any]:
    """Return the station's part of ``summary.json``: its metrics with their units, its orbits and sizes in words."""
    metrics = station_metrics([station])
    return {
        "site": station.attrs["site"],
        "horizon": station.attrs["horizon"],
        "metrics": {metric.name: metric.of(station) for metric in metrics},
        "units": {metric.name: metric.unit for metric in metrics},
        "meanings": {metric.name: metric.meaning for metric in metrics},
        "orbits": orbit_words(station),
        "sizing": sizing_of_cables(station),
        "tables": list(STATION_TABLES),
    }


def sizing_of_cables(station: xr.Dataset) -> dict[str, str]:
    """Return what array and battery would be enough, in words, by cable; those without an array are left out."""
    if "grid" not in station:
        return {}
    told = zip(station["grid"].values, station["grid_sizing"].values, strict=True)
    return {str(grid): str(said) for grid, said in told if said}


def orbit_words(station: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return what is said of each element in orbit."""
    if "orbit" not in station:
        return {}
    names: Sequence[str] = ("kind", "words", "status", "forces", "end", "upkeep", "note")
    texts = {name: station[f"orbit_{name}"].values for name in names}
    cost = station["orbit_upkeep_m_s_per_year"].values
    return {
        str(element): {name: str(values[index]) for name, values in texts.items()}
        | {"upkeep_m_s_per_year": round(float(cost[index]), 3) if np.isfinite(cost[index]) else None}
        for index, element in enumerate(station["orbit"].values)
    }
