"""A run on disk: what is written into its folder, and the same read back for figures and comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.errors import UsageError
from sim.results.dataset import (
    FLIGHTS_GROUP,
    LANES_GROUP,
    STATION_GROUP,
    RunHeader,
    flights_dataset,
    lane_dataset,
    read_dataset,
    write_dataset,
)
from sim.results.explained import lane_lands
from sim.results.provenance import conventions
from sim.results.station import write_station_tables
from sim.results.station_dataset import station_dataset
from sim.results.station_summary import summarise_station
from sim.results.summary import summarise
from sim.results.tables import write_tables
from sim.results.tracks import FlightTrack
from sim.station.outcome import StationOutcome
from sim.window.types import LaneOutcome

RESULTS = "results.nc"
SUMMARY = "summary.json"
PROVENANCE = "provenance.json"
RESOLVED = "scenario.resolved.yaml"
TABLES = "tables"


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A delivery window as it stands in the results; days and epochs in UTC, the rest in the units of the names."""

    window: int
    days: int
    first_day: np.datetime64
    last_day: np.datetime64
    best_day: np.datetime64
    open_utc: np.datetime64
    close_utc: np.datetime64
    best_liftoff_utc: np.datetime64
    best_tli_utc: np.datetime64
    best_arrival_utc: np.datetime64
    best_landing_utc: np.datetime64
    tof_d: float
    c3_km2_s2: float
    tli_dv_m_s: float
    loi_dv_m_s: float
    descent_dv_m_s: float
    landed_payload_kg: float
    landed_payload_low_kg: float
    landed_payload_high_kg: float
    loiter_d: float


@dataclass(frozen=True, slots=True)
class LaneRun:
    """One lane of a run: its ids, its dataset (see `sim.results.dataset`), its windows, and whether it lands."""

    lane: str
    launcher: str
    launch_site: str
    lander: str
    landing_site: str
    staging_orbit: str
    partner: str
    assumed: tuple[str, ...]
    data: xr.Dataset
    windows: tuple[WindowRow, ...]
    lands: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, all in memory: nothing of it is read from the folder later.

    ``flights`` has dims flight, sample, burn, axis (no flight where no window opened); ``summary`` and ``provenance``
    are the JSON documents; ``station`` is the station over time (see `sim.results.station_dataset`), None where it was
    not looked at.
    """

    path: Path
    header: RunHeader
    lanes: tuple[LaneRun, ...]
    flights: xr.Dataset
    summary: Mapping[str, Any]
    provenance: Mapping[str, Any]
    station: xr.Dataset | None = None

    @property
    def name(self) -> str:
        """Name of the scenario, of the architecture."""
        return self.header.name

    def lane(self, lane: str) -> LaneRun:
        """Return a lane by its id; `UsageError` when the run has none of that name."""
        for found in self.lanes:
            if found.lane == lane:
                return found
        message = f"{self.path}: no lane {lane!r}; it has {', '.join(each.lane for each in self.lanes)}"
        raise UsageError(message)


def write_results(
    folder: Path,
    header: RunHeader,
    outcomes: Sequence[LaneOutcome],
    tracks: Sequence[FlightTrack],
    resolved_yaml: str,
    provenance: Mapping[str, Any],
    station: StationOutcome | None = None,
) -> Run:
    """Write tables, dataset, summary, provenance and the resolved scenario into an existing folder.

    ``provenance`` is `sim.results.provenance.provenance_document`'s; all other files are the same, byte for byte, for
    the same arguments. Returns what `load_run` would read back, without reading.
    """
    lanes = [lane_dataset(outcome, header.partners.get(outcome.lane, "")) for outcome in outcomes]
    write_tables(folder / TABLES, outcomes, conventions())
    flights, summary = flights_dataset(tracks), summarise(header, lanes)
    over_time = None if station is None else station_dataset(station)
    if station is not None and over_time is not None:
        write_station_tables(folder / TABLES, station)
        summary["station"] = summarise_station(over_time)
    write_dataset(folder / RESULTS, lanes, flights, root_attributes(header), over_time)
    write_json(folder / SUMMARY, summary)
    write_json(folder / PROVENANCE, provenance)
    (folder / RESOLVED).write_text(resolved_yaml, encoding="utf-8", newline="")
    return Run(folder, header, tuple(lane_run(lane) for lane in lanes), flights, summary, provenance, over_time)


def root_attributes(header: RunHeader) -> dict[str, str]:
    """Return what the root of ``results.nc`` says about the run."""
    title = {name: value for name, value in asdict(header).items() if name != "partners"}
    said = {name: value for name, value in conventions().items() if isinstance(value, str)}
    return title | said


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document, two spaces a level; NaN is an error."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


def load_run(path: str | Path) -> Run:
    """Read a run folder.

    Raises
    ------
    UsageError
        When the folder is not a run folder, or a part of it is missing or damaged.
    """
    folder = Path(path)
    summary, provenance = read_json(folder, SUMMARY), read_json(folder, PROVENANCE)
    if provenance.get("kind") != "run":
        raise UsageError(not_a_run(folder, f"{PROVENANCE} is of another kind"))
    try:
        header = RunHeader(**summary["scenario"])
        lanes = tuple(lane_run(read_dataset(folder / RESULTS, f"{LANES_GROUP}/{lane}")) for lane in summary["lanes"])
        flights = read_dataset(folder / RESULTS, FLIGHTS_GROUP)
        station = read_dataset(folder / RESULTS, STATION_GROUP) if "station" in summary else None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(not_a_run(folder, f"{RESULTS} or {SUMMARY} is damaged ({error})")) from error
    return Run(folder, header, lanes, flights, summary, provenance, station)


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Return a JSON document of a run folder; `UsageError` when there is none to read."""
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(not_a_run(folder, f"{name}: {error}")) from error
    return document if isinstance(document, dict) else {}


def not_a_run(folder: Path, why: str) -> str:
    """Return the message for a folder that cannot be read as a run."""
    return f"{folder} is not a finished Moonport run folder: {why} — give a folder that 'moonport run' wrote"


def lane_run(data: xr.Dataset) -> LaneRun:
    """Return a lane out of its dataset."""
    ids = {name: str(data.attrs[name]) for name in LANE_IDS}
    assumed = tuple(figure for figure in str(data.attrs["assumed"]).split(";") if figure)
    return LaneRun(**ids, assumed=assumed, data=data, windows=window_rows(data), lands=lane_lands(data))


LANE_IDS = ("lane", "launcher", "launch_site", "lander", "landing_site", "staging_orbit", "partner")


def window_rows(data: xr.Dataset) -> tuple[WindowRow, ...]:
    """Return the windows of a lane's dataset, in order."""
    fields = [name for name in WindowRow.__slots__ if name != "window"]
    columns = {"window": data["window"].values} | {name: data[f"window_{name}"].values for name in fields}
    return tuple(window_row({k: v[i] for k, v in columns.items()}) for i in range(data.sizes["window"]))


def window_row(row: Mapping[str, Any]) -> WindowRow:
    """Return one window with plain numbers."""
    whole = {name: int(row[name]) for name in ("window", "days")}
    dates = {name: row[name].astype("datetime64[D]") for name in ("first_day", "last_day", "best_day")}
    return WindowRow(**{k: v if isinstance(v, np.datetime64) else float(v) for k, v in row.items()} | whole | dates)
