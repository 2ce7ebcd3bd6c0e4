"""Node cycles on disk: a folder of kind ``cycle`` with tables, one labelled file, a summary and where it comes from.

``node_cycle.nc`` holds dims ``site`` and ``day``, in the units people read; ``tables/node_cycle.csv`` the same by rows,
``tables/months.csv`` every site's months.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.results.columns import (
    ARRIVAL_UTC,
    BRANCH,
    C3,
    COAST,
    DAY,
    LOI_DV,
    PARKING_INCLINATION,
    TIME_OF_FLIGHT,
    TLI_UTC,
    Column,
    angle,
    boolean,
    integer,
    mass,
    share,
    text,
    utc,
)
from sim.results.dataset import ENGINE, encodings
from sim.results.labels import axis, labelled, words
from sim.results.provenance import conventions
from sim.results.run import PROVENANCE, SUMMARY, TABLES, write_json
from sim.results.run_folder import kind_of
from sim.results.tables import column_entry, csv_text
from sim.units import DEG, HOUR_S
from sim.window.node_cycle import CycleCheck, NodeCycle

KIND = "cycle"
DATASET = "node_cycle.nc"

SITE = text("site", "launch site")
LANDED = mass("landed_mass_kg", "most that touches down, lander and cargo, generic landing at a pole")
DAYS = (
    boolean("open", "some flight keeps the site's azimuths and the launcher's coast"),
    integer("open_flights", "flights of the day that do, of all times of flight and branches"),
    LANDED,
    mass("injected_mass_kg", "mass after injection of the flight that lands most; so are the columns that follow"),
    utc("liftoff_utc", "liftoff_tdb_s", "lift-off"),
    TLI_UTC,
    ARRIVAL_UTC,
    TIME_OF_FLIGHT,
    angle("azimuth_deg", "azimuth_rad", "pad azimuth, clockwise from north, relative to the turning Earth"),
    PARKING_INCLINATION,
    COAST,
    C3,
    LOI_DV,
    BRANCH,
    Column(
        "window_h",
        "time in which the pad passes, within its azimuths, under planes to that arrival; geometry alone",
        "number",
        "window_s",
        "h",
        1.0 / HOUR_S,
        3,
    ),
    angle("reach_margin_deg", "reach_margin_rad", "furthest inclination of the site less the declination to reach"),
    angle("moon_declination_deg", "moon_declination_rad", "Moon's declination at noon UTC, equator of date"),
)
MONTHS = (
    SITE,
    text("month", "UTC month of lift-off"),
    share("open_share", "days open, of the month's days flown"),
    mass("best_landed_mass_kg", "most that touches down on any day of the month"),
    mass("least_landed_mass_kg", "least of the month's open days"),
    Column("least_coast_min", "least coast of the month's best flights", "number", "least_coast_min", "min", 1.0, 4),
    Column("median_coast_min", "median of the same", "number", "median_coast_min", "min", 1.0, 4),
    Column("greatest_coast_min", "greatest of the same", "number", "greatest_coast_min", "min", 1.0, 4),
    Column("median_window_h", "median of the days' windows", "number", "median_window_h", "h", 1.0, 3),
    Column(
        "greatest_declination_deg",
        "greatest size of the Moon's declination in the month",
        "number",
        "greatest_declination_deg",
        "deg",
        1.0,
        6,
    ),
)


def write_node_cycle(
    folder: Path, found: Sequence[tuple[NodeCycle, CycleCheck]], provenance: Mapping[str, Any]
) -> xr.Dataset:
    """Write tables, dataset, summary and provenance of cycles over the same days into an existing folder.

    ``provenance`` is `sim.results.provenance.provenance_document`'s with kind ``cycle``. Returns what
    `load_node_cycle` would read back.
    """
    data = node_cycle_dataset([cycle for cycle, _ in found])
    data.to_netcdf(folder / DATASET, mode="w", engine=ENGINE, encoding=encodings(data))
    tables = folder / TABLES
    tables.mkdir(parents=True, exist_ok=True)
    days = csv_text((SITE, DAY, *DAYS), [day_values(cycle) for cycle, _ in found])
    months = csv_text(MONTHS, [month_values(data, str(site)) for site in data["site"].values])
    for name, content in (("node_cycle.csv", days), ("months.csv", months)):
        (tables / name).write_text(content, encoding="utf-8", newline="")
    write_json(tables / "columns.json", columns_document())
    write_json(folder / SUMMARY, summary_document(data, [check for _, check in found]))
    write_json(folder / PROVENANCE, provenance)
    return data


def load_node_cycle(folder: Path) -> xr.Dataset:
    """Read the dataset of a folder that ``moonport cycle`` wrote; `UsageError` where it is none."""
    if kind_of(folder) != KIND or not (folder / DATASET).is_file():
        message = f"{folder} holds no node cycle — give a folder that 'moonport cycle' wrote"
        raise UsageError(message)
    decode = xr.coders.CFDatetimeCoder(time_unit="ms")
    with xr.open_dataset(folder / DATASET, engine=ENGINE, decode_times=decode, decode_timedelta=False) as opened:
        return opened.load()


def columns_document() -> dict[str, Any]:
    """Return the conventions of the tables, and name, unit and meaning of each column."""
    tables = {"node_cycle.csv": (SITE, DAY, *DAYS), "months.csv": MONTHS}
    return {
        "conventions": conventions(),
        "tables": {name: [column_entry(column) for column in columns] for name, columns in tables.items()},
    }


def day_values(cycle: NodeCycle) -> dict[str, Any]:
    """Return the rows of ``node_cycle.csv`` of one site: source name → N values, inside units."""
    count = len(cycle.day)
    own = {column.source: getattr(cycle, column.source) for column in DAYS if hasattr(cycle, column.source)}
    return own | {
        "site": [cycle.site] * count,
        "day": np.datetime_as_string(cycle.day, unit="D").tolist(),
        "arrival_tdb_s": cycle.tli_tdb_s + cycle.time_of_flight_s,
        "tof_s": cycle.time_of_flight_s,
    }


def node_cycle_dataset(cycles: Sequence[NodeCycle]) -> xr.Dataset:
    """Return cycles over the same days as one labelled dataset, dims ``site`` and ``day``."""
    values = [day_values(cycle) for cycle in cycles]
    variables = {
        column.name: labelled(("site", "day"), column, np.stack([each[column.source] for each in values]))
        for column in DAYS
    }
    day = cycles[0].day.astype("datetime64[s]")
    coordinates = {
        "site": axis("site", words(cycle.site for cycle in cycles), "", "launch site"),
        "site_name": axis("site", words(cycle.site_name for cycle in cycles), "", "its name"),
        "launcher": axis("site", words(cycle.launcher for cycle in cycles), "", "launcher"),
        "launcher_name": axis("site", words(cycle.launcher_name for cycle in cycles), "", "its name"),
        "least_inclination_deg": _per_site(cycles, "least_inclination_rad", "least inclination the site reaches"),
        "greatest_inclination_deg": _per_site(cycles, "greatest_inclination_rad", "greatest; retrograde: supplement"),
        "day": (("day",), day, {"long_name": "UTC date of lift-off"}),
    }
    said = {name: value for name, value in conventions().items() if isinstance(value, str)}
    return with_months(xr.Dataset(variables, coordinates, said | {"flights_a_day": cycles[0].flights_a_day}))


def with_months(data: xr.Dataset) -> xr.Dataset:
    """Return the dataset with the columns of ``months.csv`` as variables ``month_*``, dims ``site`` and ``month``."""
    months = [month_values(data, str(site)) for site in data["site"].values]
    first = np.array(months[0]["month"], dtype="datetime64[M]").astype("datetime64[s]")
    variables = {
        f"month_{column.name}": labelled(("site", "month"), column, np.stack([each[column.source] for each in months]))
        for column in MONTHS
        if column.kind == "number"
    }
    return data.assign(variables).assign_coords(month=(("month",), first, {"long_name": "first UTC day of the month"}))


def _per_site(cycles: Sequence[NodeCycle], name: str, meaning: str) -> tuple[tuple[str, ...], Any, dict[str, Any]]:
    return axis("site", np.array([getattr(cycle, name) for cycle in cycles]) / DEG, "deg", meaning)


def month_values(data: xr.Dataset, site: str) -> dict[str, Any]:
    """Return the rows of ``months.csv`` of one site, values in the units of the columns."""
    one = data.sel(site=site)
    months = one["day"].values.astype("datetime64[M]")
    starts = np.flatnonzero(np.concatenate([[True], months[1:] != months[:-1]]))

    def each(values: NDArray[Any], reduce: Any) -> NDArray[np.float64]:
        parts = (part[np.isfinite(part)] for part in np.split(np.asarray(values, dtype=float), starts[1:]))
        return np.array([reduce(part) if part.size else np.nan for part in parts])

    coast, landed = one["coast_min"].values, one["landed_mass_kg"].values
    return {
        "site": [site] * len(starts),
        "month": np.datetime_as_string(months[starts], unit="M").tolist(),
        "open_share": each(one["open"].values, np.mean),
        "best_landed_mass_kg": each(landed, np.max),
        "least_landed_mass_kg": each(landed, np.min),
        "least_coast_min": each(coast, np.min),
        "median_coast_min": each(coast, np.median),
        "greatest_coast_min": each(coast, np.max),
        "median_window_h": each(one["window_h"].values, np.median),
        "greatest_declination_deg": each(np.abs(one["moon_declination_deg"].values), np.max),
    }


def summary_document(data: xr.Dataset, checks: Sequence[CycleCheck]) -> dict[str, Any]:
    """Return ``summary.json``: days, open days, best and least landed mass of every site, and its check."""
    day = np.datetime_as_string(data["day"].values.astype("datetime64[D]"))
    sites = {
        str(site): site_summary(data.sel(site=site)) | {"largest_differences_from_full_solver": asdict(check)}
        for site, check in zip(data["site"].values, checks, strict=True)
    }
    return {"start": str(day[0]), "end": str(day[-1]), "flights_a_day": data.attrs["flights_a_day"], "sites": sites}


def site_summary(one: xr.Dataset) -> dict[str, Any]:
    """Return a site's figures; None where no day is open."""
    is_open = one["open"].values.astype(bool)
    landed = one["landed_mass_kg"].values
    day = np.datetime_as_string(one["day"].values.astype("datetime64[D]"))
    some = bool(is_open.any())
    return {
        "launcher": str(one["launcher"].values),
        "days": int(is_open.size),
        "days_open": int(np.count_nonzero(is_open)),
        "best_day": str(day[int(np.nanargmax(landed))]) if some else None,
        "best_landed_mass_kg": round(float(np.nanmax(landed)), 3) if some else None,
        "median_landed_mass_kg": round(float(np.nanmedian(landed)), 3) if some else None,
        "least_landed_mass_kg": round(float(np.nanmin(landed)), 3) if some else None,
    }


def summary_text(document: Mapping[str, Any]) -> str:
    """Return a summary as lines for the screen."""
    lines = [f"{document['start']} to {document['end']}, {document['flights_a_day']} flights a day"]
    for site, found in document["sites"].items():
        check = found["largest_differences_from_full_solver"]
        lines.append(f"{site} with {found['launcher']}: {found['days_open']} of {found['days']} days open")
        if found["days_open"]:
            lines.append(
                f"  lands {found['least_landed_mass_kg']:.0f} to {found['best_landed_mass_kg']:.0f} kg, median "
                f"{found['median_landed_mass_kg']:.0f} kg; best on {found['best_day']}"
            )
            lines.append(
                f"  {check['flights']} best flights solved fully: landed mass within {check['landed_mass_kg']:.2f} kg, "
                f"lift-off within {check['liftoff_s']:.0f} s, coast within {check['coast_s']:.0f} s, "
                f"{check['lost']} not found"
            )
    return "\n".join(lines) + "\n"


def read_summary(folder: Path) -> dict[str, Any]:
    """Return ``summary.json`` of a folder."""
    document: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return document
