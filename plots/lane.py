"""One lane as the figures read it: plain arrays out of a run's dataset, in the units people see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from plots.style import words
from sim.results.run import LaneRun, Run, WindowRow
from sim.results.tracks import Burn, FlightTrack
from sim.units import M_PER_KM

FloatArray = NDArray[np.float64]

UNEXPLAINED = "unexplained"
"""Stands for the reason of a closed day that the results give none for."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane over N launch days, T times of flight and W windows.

    Attributes
    ----------
    lane, way : str
        Its id, and its vehicles in words.
    assumed : tuple of str
        Assumed figures its numbers rest on.
    day : ndarray (N,) datetime64[D]
    is_open : ndarray (N,) bool
    closed_by : list of str, length N
        Names joined with ``;``.
    constraints : list of str
        Names in the order they are asked.
    constraint_open : ndarray (C, N) bool
        Where some flight of the day satisfies the constraint.
    nearly_open : ndarray (N,) bool
        Closed days that a small relaxation of one constraint would open; all False where not worked out.
    landed_payload_kg : ndarray (N,)
        NaN on closed days.
    time_of_flight_d : ndarray (T,)
    total_dv_m_s, porkchop_payload_kg : ndarray (N, T)
        Injection and insertion together; landed payload. NaN: none.
    reason : ndarray (N, T) of int
        0 flies, otherwise an index into ``reasons``.
    reasons : list of str
    windows : tuple of WindowRow
    """

    lane: str
    way: str
    assumed: tuple[str, ...]
    day: NDArray[np.datetime64]
    is_open: NDArray[np.bool_]
    closed_by: list[str]
    constraints: list[str]
    constraint_open: NDArray[np.bool_]
    nearly_open: NDArray[np.bool_]
    landed_payload_kg: FloatArray
    time_of_flight_d: FloatArray
    total_dv_m_s: FloatArray
    porkchop_payload_kg: FloatArray
    reason: NDArray[np.int64]
    reasons: list[str]
    windows: tuple[WindowRow, ...]


def view_lane(lane: LaneRun) -> LaneView:
    """Take what is drawn out of a lane's dataset."""
    data = lane.data
    is_open = data["feasible"].values.astype(bool)
    return LaneView(
        lane=lane.lane,
        way=f"{words(lane.launcher)} from {words(lane.launch_site)}, {words(lane.lander)}",
        assumed=lane.assumed,
        day=data["day"].values.astype("datetime64[D]"),
        is_open=is_open,
        closed_by=["" if is_open[i] else str(names) or UNEXPLAINED for i, names in enumerate(data["closed_by"].values)],
        constraints=[str(name) for name in data["constraint"].values],
        constraint_open=data["constraint_open"].values.astype(bool),
        nearly_open=~is_open & nearly_open(data),
        landed_payload_kg=data["landed_payload_kg"].values,
        time_of_flight_d=data["time_of_flight"].values,
        total_dv_m_s=data["porkchop_tli_dv_m_s"].values + data["porkchop_loi_dv_m_s"].values,
        porkchop_payload_kg=data["porkchop_landed_payload_kg"].values,
        reason=data["porkchop_reason"].values.astype(np.int64),
        reasons=[str(reason) for reason in data["reason"].values],
        windows=lane.windows,
    )


def nearly_open(data: xr.Dataset) -> NDArray[np.bool_]:
    """Days (N,) that a small relaxation of one constraint opens."""
    if "relaxation_is_small" not in data:
        return np.zeros(data.sizes["day"], dtype=bool)
    found: NDArray[np.bool_] = data["relaxation_is_small"].values.astype(bool)
    return found


def view_lanes(run: Run) -> list[LaneView]:
    """Take what is drawn out of every lane of a run, in the scenario's order."""
    return [view_lane(lane) for lane in run.lanes]


def best_window(view: LaneView) -> WindowRow | None:
    """Return the window whose best flight lands most, the first of equals; None without windows."""
    return max(view.windows, key=lambda window: window.landed_payload_kg, default=None)


def flight_track(run: Run, lane: str, window: int) -> FlightTrack | None:
    """Return the sampled best flight of a window, None when the run keeps none."""
    flights = run.flights
    if not flights.sizes.get("flight", 0):
        return None
    found = np.flatnonzero((flights["flight_lane"].values == lane) & (flights["flight_window"].values == window))
    if found.size == 0:
        return None
    row = flights.isel(flight=int(found[0]))
    kept = np.isfinite(row["t_tdb_s"].values)
    vectors = ("position_icrf_km", "velocity_icrf_km_s", "moon_icrf_km", "moon_velocity_icrf_km_s")
    burns = tuple(
        Burn(
            name=str(row["burn"].values[number]),
            t_tdb_s=float(row["burn_tdb_s"].values[number]),
            dv_km_s=float(row["burn_dv_m_s"].values[number]) / M_PER_KM,
            position_icrf_km=row["burn_position_icrf_km"].values[number],
            moon_icrf_km=row["burn_moon_icrf_km"].values[number],
        )
        for number in range(flights.sizes["burn"])
    )
    states = {name: row[name].values[kept] for name in vectors}
    return FlightTrack(lane=lane, window=window, t_tdb_s=row["t_tdb_s"].values[kept], burns=burns, **states)
