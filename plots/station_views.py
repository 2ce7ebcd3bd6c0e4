"""A station's dataset as the figures read it: plain arrays in days since 1970, hours, degrees and kilowatts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from plots.coverage_map import Site
from plots.polar_horizon import Track
from plots.power_timeline import GridView, StateView
from plots.sizing import SizingView
from plots.station_timeline import days_of
from plots.style import words
from plots.tasks import LIMIT_LOOKS, TaskView

FloatArray = NDArray[np.float64]

A_MOMENT_D = 1e-6
SYNODIC_MONTH_D = 29.53
"""The Sun goes once around the sky of a place on the Moon."""
YEAR_D = 365.25
ZOOM_ROOM_D = 6.0
"""Around the worst gap of power, before and after."""
LONGEST_ZOOM_D = 60.0
CAP_DEG = 60.0
"""A map of a pole reaches to this latitude, or as far as the farthest place marked."""
MOST_TRACK_POINTS = 1500


def floats(values: NDArray[np.float32]) -> FloatArray:
    """Numbers in eight bytes, as sums and shares need them."""
    return np.asarray(values, dtype=np.float64)


def span_days(station: xr.Dataset) -> tuple[float, float]:
    """First and last epoch of the horizon, which is of whole days; samples may reach past it."""
    first, last = days_of(station["time"].values[[0, -1]])
    return float(first), float(np.floor(last + A_MOMENT_D))


def day_words(day: float) -> str:
    """Write a day since 1970 as a date."""
    return str(np.datetime64(round(day), "D"))


def site_latitude_deg(station: xr.Dataset) -> float:
    """Latitude of the station's own site; NaN where no contact is told."""
    return float(station["contact_latitude_deg"].values[0]) if "contact_latitude_deg" in station else np.nan


def sites_of(station: xr.Dataset) -> list[Site]:
    """Places of contact with latitude and east longitude; the station goes by the name of its site."""
    if "point" not in station:
        return []
    names = [str(name) for name in station["point"].values]
    names[0] = words(str(station.attrs["site"]))
    places = zip(station["contact_latitude_deg"].values, station["contact_longitude_deg"].values, strict=True)
    return [(words(name), float(lat), float(lon)) for name, (lat, lon) in zip(names, places, strict=True)]


def gap_minutes(station: xr.Dataset, point: str, path: str) -> FloatArray:
    """Lengths of the spans without contact of a place by a path."""
    if "gap_duration_h" not in station:
        return np.empty(0)
    chosen = (station["gap_point"].values == point) & (station["gap_path"].values == path)
    minutes: FloatArray = 60.0 * station["gap_duration_h"].values[chosen]
    return minutes


def paths_of(station: xr.Dataset, point: int) -> list[str]:
    """Ways of contact that a place ever has; both together only where it has both, or none."""
    share = dict(zip(station["path"].values.tolist(), station["contact_share"].values[point].tolist(), strict=True))
    ways = [name for name in ("direct", "relayed") if share[name] > 0.0]
    return ways if len(ways) == 1 else [*ways, "any"]


@dataclass(frozen=True, slots=True, eq=False)
class MapView:
    """Contact over a part of the Moon: middles of cells in degrees, share by relays, hours of the longest gap."""

    latitude_deg: FloatArray
    longitude_deg: FloatArray
    relayed_share: FloatArray
    longest_gap_h: FloatArray


def view_map(station: xr.Dataset) -> MapView | None:
    """Return the map of the whole Moon; None where there is none."""
    if "map_relayed_share" not in station:
        return None
    axes = (station["latitude"].values, station["longitude"].values)
    return MapView(*axes, floats(station["map_relayed_share"].values), floats(station["map_longest_gap_h"].values))


def cap_of(found: MapView, pole: str, sites: Sequence[Site]) -> MapView:
    """Cut a map to the ground about a pole, to 60 degrees or so far that every place of that half is on it."""
    sign = -1.0 if pole == "south" else 1.0
    here = [sign * latitude for _, latitude, _ in sites if sign * latitude > 0.0]
    needed = [max(0.0, 5.0 * np.floor((latitude - 1.0) / 5.0)) for latitude in here]
    kept = sign * found.latitude_deg > min([CAP_DEG, *needed])
    return MapView(found.latitude_deg[kept], found.longitude_deg, found.relayed_share[kept], found.longest_gap_h[kept])


def sun_tracks(station: xr.Dataset) -> list[Track]:
    """The Sun's way through the months in which it stands highest and lowest, and one between them."""
    day, azimuth, elevation = sky_of(station, "sun")
    starts = np.arange(day[0], min(day[-1], day[0] + YEAR_D) - SYNODIC_MONTH_D, SYNODIC_MONTH_D / 6.0)
    if not len(starts):
        return [Track("Sun", azimuth, elevation)]
    middle = np.searchsorted(day, starts + 0.5 * SYNODIC_MONTH_D)
    months = [slice(*np.searchsorted(day, (start, start + SYNODIC_MONTH_D))) for start in starts]
    mean = np.array([elevation[month].mean() for month in months])
    high, low = int(np.argmax(mean)), int(np.argmin(mean))
    between = int(np.argmin(np.abs(mean - 0.5 * (mean[high] + mean[low]))))
    chosen = {"highest": high, "between": between, "lowest": low}
    return [
        Track(f"Sun {name}: month about {day_words(day[middle[at]])}", azimuth[months[at]], elevation[months[at]])
        for name, at in chosen.items()
    ]


def earth_track(station: xr.Dataset) -> Track:
    """The Earth's way over a year at most, thinned."""
    day, azimuth, elevation = sky_of(station, "earth")
    shown = np.flatnonzero(day <= day[0] + YEAR_D)
    shown = shown[:: max(1, len(shown) // MOST_TRACK_POINTS)]
    length = "a year" if day[-1] > day[0] + YEAR_D else f"{day[-1] - day[0]:.0f} days"
    return Track(f"Earth through {length}", azimuth[shown], elevation[shown])


def sky_of(station: xr.Dataset, body: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Epochs, azimuth and elevation of Sun or Earth."""
    azimuth, elevation = (floats(station[f"{body}_{angle}_deg"].values) for angle in ("azimuth", "elevation"))
    return days_of(station["time"].values), azimuth, elevation


def dark_spans(station: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """Begin and length of the spans without light, days."""
    if "dark_start_utc" not in station:
        return np.empty(0), np.empty(0)
    return days_of(station["dark_start_utc"].values), station["dark_duration_h"].values / 24.0


def view_grids(station: xr.Dataset) -> Iterator[GridView]:
    """Every cable's power by step of the light."""
    if "grid" not in station:
        return
    edge_d, light = days_of(station["time"].values), floats(station["sun_fraction"].values)[:-1]
    for row, name in enumerate(station["grid"].values):
        supply, load, unmet, stored = (
            floats(station[variable].values[row])[:-1]
            for variable in ("supply_kw", "load_kw", "unmet_kw", "stored_kwh")
        )
        capacity = np.full(len(light), float(station["grid_usable_kwh"].values[row]))
        yield GridView(str(name), edge_d, light, supply, load, load - unmet, stored, capacity)


def view_sizing(station: xr.Dataset, grid: str) -> SizingView | None:
    """Sizes of a cable; None where there is no array to size, or nothing that would need one."""
    if "curve" not in station.sizes:
        return None
    here = station["curve_grid"].values == grid
    names = ("area_m2", "usable_kwh", "array_kg", "battery_kg")
    area_m2, usable_kwh, array_kg, battery_kg = (floats(station[f"curve_{name}"].values)[here] for name in names)
    if not here.any() or not area_m2.any() or not np.nansum(usable_kwh) > 0.0:
        return None
    own = {
        what: station[f"sizing_{name}"].values[
            (station["sizing_grid"].values == grid) & (station["sizing_what"].values == what)
        ]
        for what, name in (("own_array", "area_m2"), ("own_battery", "usable_kwh"))
    }
    own_area_m2, own_usable_kwh = float(own["own_array"][0]), float(own["own_battery"][0])
    return SizingView(area_m2, usable_kwh, array_kg, battery_kg, own_area_m2, own_usable_kwh)


def view_states(station: xr.Dataset, grid: str) -> StateView | None:
    """What each element of a cable does by step; None where no element is told of."""
    if "element_state" not in station:
        return None
    rows = np.flatnonzero(station["element_grid"].values == grid)
    names = tuple(str(name) for name in station["element"].values[rows])
    if not names:
        return None
    return StateView(names, days_of(station["time"].values), station["element_state"].values[rows, :-1])


def worst_span(view: GridView) -> tuple[float, float]:
    """Days around the gap that lacks most energy; around the lowest charge where nothing ever lacks."""
    step_h = 24.0 * np.diff(view.edge_d)
    missing_kwh = np.where(view.wanted_kw - view.used_kw > 1e-6, (view.wanted_kw - view.used_kw) * step_h, 0.0)
    if missing_kwh.any():
        first, stop = _worst_run(missing_kwh, view.edge_d)
    else:
        lowest = int(np.argmin(view.stored_kwh)) if view.capacity_kwh.any() else int(np.argmin(view.supply_kw))
        first = stop = float(view.edge_d[lowest])
    first, stop = first - ZOOM_ROOM_D, min(stop + ZOOM_ROOM_D, first - ZOOM_ROOM_D + LONGEST_ZOOM_D)
    return max(first, float(view.edge_d[0])), min(stop, float(view.edge_d[-1]))


def _worst_run(missing_kwh: FloatArray, edge_d: FloatArray) -> tuple[float, float]:
    """Begin and end of the run of short steps that lacks most; runs less than a day apart are one."""
    short = np.flatnonzero(missing_kwh > 0.0)
    breaks = np.flatnonzero(np.diff(edge_d[short]) > 1.0) + 1
    runs = np.split(short, breaks)
    worst = max(runs, key=lambda run: float(missing_kwh[run].sum()))
    return float(edge_d[worst[0]]), float(edge_d[worst[-1] + 1])


def view_tasks(station: xr.Dataset) -> TaskView | None:
    """Progress of the tasks by day; None without tasks."""
    if "task" not in station:
        return None
    work_h = station["task_work_h"].values
    limits = tuple(LIMIT_LOOKS)
    waited = [waited_hours(str(text)) for text in station["task_waited_for"].values]
    done_utc = station["task_done_utc"].values
    return TaskView(
        tasks=tuple(str(name) for name in station["task_name"].values),
        edge_d=days_of(station["task_day"].values),
        done_share=floats(station["task_progress_h"].values)[:, 1:] / work_h[:, None],
        done_d=np.where(np.isnat(done_utc), np.nan, days_of(done_utc)),
        work_h=work_h,
        limits=limits,
        waited_h=np.array([[hours.get(limit, 0.0) for limit in limits] for hours in waited]),
    )


def waited_hours(text: str) -> dict[str, float]:
    """Hours lost to each need out of ``light=1200.0;power=3.5``."""
    pairs = (part.partition("=") for part in text.split(";") if part)
    return {need: float(hours) for need, _, hours in pairs}
