"""Outcomes as one labelled file, ``results.nc``: every variable says its unit and what it is.

Groups: ``/`` (what the run is, as attributes), ``/lanes/<lane>`` (launches by ``day``; ``porkchop_*`` by ``day`` and
``time_of_flight``; constraint masks by ``constraint`` and ``day``; ``window_*`` by ``window``; ``closure_* chance_*
robustness_* profile_* sky_* horizon_*`` by a dimension of that name, where there are any), ``/flights`` (the best
flight of every window, sampled) and ``/station`` (see `sim.results.station_dataset`). Units are those people read, as
in the tables; epochs are UTC to the millisecond, in ``/flights`` TDB seconds past J2000 as well; vectors are geocentric
on ICRF axes, km, where they do not say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.astro.time import utc_datetime64
from sim.results.columns import LAUNCHES, PORKCHOP, WINDOWS
from sim.results.labels import Variables, axis, labelled, words
from sim.results.planning_dataset import planning_variables
from sim.results.tables import launch_values, window_values
from sim.results.tracks import FlightTrack
from sim.units import DAY_S, M_PER_KM
from sim.window.types import LaneOutcome

FloatArray = NDArray[np.float64]

EPOCH_UNITS = "milliseconds since 2000-01-01"
DAY_UNITS = "days since 2000-01-01"
ENGINE: Literal["h5netcdf"] = "h5netcdf"
LANES_GROUP = "lanes"
FLIGHTS_GROUP = "flights"
STATION_GROUP = "station"
PACKED_FROM = 8192  # values; below, chunks cost more time than they save room
PACKED = {"zlib": True, "complevel": 1, "shuffle": True}
LANE_WIDE = ("lane", "day", "assumed", "window")
TRACK_VECTORS = {
    "position_icrf_km": ("km", "vehicle, geocentric, ICRF axes"),
    "velocity_icrf_km_s": ("km/s", "velocity of the vehicle, geocentric, ICRF axes"),
    "moon_icrf_km": ("km", "Moon, geocentric, ICRF axes"),
    "moon_velocity_icrf_km_s": ("km/s", "velocity of the Moon, geocentric, ICRF axes"),
}


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What a run is: the scenario's title and horizon (ISO dates), its landing site, and who owns each lane."""

    name: str
    purpose: str
    as_of: str
    start: str
    end: str
    site: str
    partners: Mapping[str, str]


def write_dataset(
    path: Path,
    lanes: Sequence[xr.Dataset],
    flights: xr.Dataset,
    attributes: Mapping[str, str],
    station: xr.Dataset | None = None,
) -> None:
    """Write ``results.nc``.

    Parameters
    ----------
    path : Path
        Replaced if there.
    lanes : sequence of Dataset
        From `lane_dataset`, in the scenario's order.
    flights : Dataset
        From `flights_dataset`.
    attributes : mapping
        Of the root group: what the run is, and its conventions.
    station : Dataset, optional
        From `sim.results.station_dataset.station_dataset`.
    """
    names = ";".join(lane.attrs["lane"] for lane in lanes)
    groups = {"/": xr.Dataset(attrs=dict(attributes) | {"lanes": names})}
    groups |= {f"/{LANES_GROUP}/{lane.attrs['lane']}": lane for lane in lanes}
    groups |= {f"/{FLIGHTS_GROUP}": flights} | ({} if station is None else {f"/{STATION_GROUP}": station})
    encoding = {group: encodings(dataset) for group, dataset in groups.items()}
    xr.DataTree.from_dict(groups).to_netcdf(path, mode="w", engine=ENGINE, encoding=encoding)


def encodings(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return how each variable of a group is stored."""
    return {str(name): encoding_of(variable) for name, variable in dataset.variables.items()}


def encoding_of(variable: xr.Variable) -> dict[str, Any]:
    """Return how a variable is stored: epochs as whole milliseconds or days, longer arrays compressed."""
    kind = variable.dtype.kind
    encoding: dict[str, Any] = PACKED.copy() if kind in "fiM" and variable.size > PACKED_FROM else {}
    if kind == "M":
        whole_days = np.datetime_data(variable.dtype)[0] == "s"
        return encoding | {"units": DAY_UNITS if whole_days else EPOCH_UNITS, "dtype": "int64"}
    return encoding


def lane_dataset(outcome: LaneOutcome, partner: str = "") -> xr.Dataset:
    """Return one lane as a labelled dataset: launches, porkchop, masks, windows, and what explains and tests them."""
    variables = (
        launch_variables(outcome)
        | porkchop_variables(outcome)
        | constraint_variables(outcome)
        | window_variables(outcome)
        | planning_variables(outcome)
    )
    ids = ("lane", "launcher", "launch_site", "lander", "landing_site", "staging_orbit")
    attributes = {name: getattr(outcome, name) for name in ids}
    attributes |= {"partner": partner, "assumed": ";".join(outcome.assumed)}
    attributes["lands"] = "true" if outcome.lands else "false"
    return xr.Dataset(variables, lane_coordinates(outcome), attributes)


def lane_coordinates(outcome: LaneOutcome) -> Variables:
    """Return the axes of a lane: day, time of flight, constraint, reason, window."""
    strips = outcome.constraints
    return {
        "day": (("day",), outcome.day.astype("datetime64[s]"), {"long_name": "UTC date of lift-off"}),
        "time_of_flight": axis("time_of_flight", outcome.time_of_flight_s / DAY_S, "d", "injection to perilune"),
        "constraint": axis("constraint", words(strip.name for strip in strips), "", "constraint"),
        "constraint_unit": axis("constraint", words(strip.unit for strip in strips), "", "unit of the margin"),
        "constraint_text": axis("constraint", words(strip.description for strip in strips), "", "what is asked"),
        "reason": axis("reason", words(outcome.reasons), "", "meaning of the codes of porkchop_reason"),
        "window": axis("window", np.array([w.index for w in outcome.windows], dtype=np.int64), "", "window"),
    }


def launch_variables(outcome: LaneOutcome) -> Variables:
    """Return the best launch of each day, by the columns of ``launches.csv``."""
    values = launch_values(outcome)
    known = [column for column in LAUNCHES if column.source in values and column.name not in LANE_WIDE]
    return {column.name: labelled(("day",), column, values[column.source]) for column in known}


def porkchop_variables(outcome: LaneOutcome) -> Variables:
    """Return the maps of launch day and time of flight, and why a cell is empty."""
    dims = ("day", "time_of_flight")
    found = outcome.porkchop
    maps = {f"porkchop_{c.name}": labelled(dims, c, found[c.source]) for c in PORKCHOP if c.source in found}
    meaning = {"units": "1", "long_name": "0 flies, otherwise why not: index into reason"}
    return maps | {"porkchop_reason": (dims, np.asarray(found["reason"], dtype=np.int8), meaning)}


def constraint_variables(outcome: LaneOutcome) -> Variables:
    """Return the masks and margins of every constraint by day."""
    dims = ("constraint", "day")
    shape = (len(outcome.constraints), len(outcome.day))
    masks = np.array([strip.open for strip in outcome.constraints], dtype=bool).reshape(shape)
    margins = np.array([strip.margin for strip in outcome.constraints], dtype=np.float64).reshape(shape)
    return {
        "constraint_open": (dims, masks, {"long_name": "some flight of the day satisfies the constraint"}),
        "constraint_margin": (
            dims,
            margins,
            {"units": "see constraint_unit", "long_name": "best margin of the day, negative: short by that much"},
        ),
    }


def window_variables(outcome: LaneOutcome) -> Variables:
    """Return the windows and their best flights, by the columns of ``windows.csv``, and their days."""
    values = window_values(outcome)
    kept = [column for column in WINDOWS if column.name not in LANE_WIDE]
    found = {f"window_{column.name}": labelled(("window",), column, values[column.source]) for column in kept}
    days = outcome.day.astype("datetime64[s]")
    for name in ("first_day", "last_day", "best_day"):
        index = np.array([getattr(window, name) for window in outcome.windows], dtype=np.int64)
        meaning = f"{name.split('_')[0]} launch day of the window, UTC date"
        found[f"window_{name}"] = (("window",), days[index], {"long_name": meaning})
    return found


def flights_dataset(tracks: Sequence[FlightTrack]) -> xr.Dataset:
    """Return the sampled best flights, dims flight, sample, burn and axis; shorter flights end in NaN."""
    samples = max((track.t_tdb_s.size for track in tracks), default=0)
    burns = tuple(burn.name for burn in tracks[0].burns) if tracks else ()
    variables = flight_ids(tracks) | track_variables(tracks, samples) | burn_variables(tracks, len(burns))
    coordinates = {"burn": axis("burn", words(burns), "", "burn"), "axis": axis("axis", words("xyz"), "", "ICRF axis")}
    attributes = {"frame": "ICRF axes, origin at the Earth's centre", "time_scale": "TDB seconds past J2000, and UTC"}
    return xr.Dataset(variables, coordinates, attributes)


def flight_ids(tracks: Sequence[FlightTrack]) -> Variables:
    """Return the lane and window of each flight."""
    numbers = np.array([track.window for track in tracks], dtype=np.int64)
    return {
        "flight_lane": axis("flight", words(track.lane for track in tracks), "", "lane of the flight"),
        "flight_window": axis("flight", numbers, "", "window whose best flight it is"),
    }


def track_variables(tracks: Sequence[FlightTrack], samples: int) -> Variables:
    """Return epochs and states of vehicle and Moon along each flight."""
    epochs = padded([track.t_tdb_s for track in tracks], samples, ())
    pairs = {name: padded([getattr(track, name) for track in tracks], samples, (3,)) for name in TRACK_VECTORS}
    dims = ("flight", "sample")
    return {
        "t_tdb_s": (dims, epochs, {"units": "s", "long_name": "epoch, TDB past J2000"}),
        "t_utc": (dims, utc_datetime64(epochs), {"long_name": "epoch, UTC"}),
    } | {
        name: ((*dims, "axis"), pairs[name], {"units": units, "long_name": meaning})
        for name, (units, meaning) in TRACK_VECTORS.items()
    }


def burn_variables(tracks: Sequence[FlightTrack], count: int) -> Variables:
    """Return epoch, size and place of each burn, with the Moon's place at that epoch."""
    burns = [burn for track in tracks for burn in track.burns]
    shape = (len(tracks), count)
    epochs = np.array([burn.t_tdb_s for burn in burns], dtype=np.float64).reshape(shape)
    sizes = np.array([burn.dv_km_s for burn in burns], dtype=np.float64).reshape(shape) * M_PER_KM
    place = np.array([burn.position_icrf_km for burn in burns], dtype=np.float64).reshape((*shape, 3))
    moon = np.array([burn.moon_icrf_km for burn in burns], dtype=np.float64).reshape((*shape, 3))
    dims = ("flight", "burn")
    return {
        "burn_tdb_s": (dims, epochs, {"units": "s", "long_name": "epoch of the burn, TDB past J2000"}),
        "burn_utc": (dims, utc_datetime64(epochs), {"long_name": "epoch of the burn, UTC"}),
        "burn_dv_m_s": (dims, sizes, {"units": "m/s", "long_name": "impulse"}),
        "burn_position_icrf_km": ((*dims, "axis"), place, {"units": "km", "long_name": "geocentric place of the burn"}),
        "burn_moon_icrf_km": ((*dims, "axis"), moon, {"units": "km", "long_name": "geocentric Moon at the burn"}),
    }


def padded(rows: Sequence[FloatArray], samples: int, tail: tuple[int, ...]) -> FloatArray:
    """Return rows of unequal length as one array (len(rows), samples, *tail), NaN behind the shorter ones."""
    filled = np.full((len(rows), samples, *tail), np.nan)
    for number, row in enumerate(rows):
        filled[number, : len(row)] = row
    return filled


def read_dataset(path: Path, group: str | None) -> xr.Dataset:
    """Return a group of ``results.nc``, in memory, the file closed again."""
    decode = xr.coders.CFDatetimeCoder(time_unit="ms")
    opened = xr.open_dataset(path, engine=ENGINE, group=group, decode_times=decode, decode_timedelta=False)
    with opened as dataset:
        return dataset.load()
