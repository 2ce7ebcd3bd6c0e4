"""Launches, landing chances, sky and descent as the figures read them: plain arrays in the units people see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from plots.lane import LaneView, best_window
from sim.results.run import LaneRun

FloatArray = NDArray[np.float64]
DAY_MS = 86_400_000.0


@dataclass(frozen=True, slots=True)
class LaunchView:
    """The launches of a lane over N days; hours count from 00:00 UTC of the launch day, NaN on closed days.

    ``arrival_d`` and ``landing_d`` count days since 1970-01-01 UTC, as the axes of dates do.
    """

    open_h: FloatArray
    close_h: FloatArray
    best_h: FloatArray
    open_azimuth_deg: FloatArray
    close_azimuth_deg: FloatArray
    best_azimuth_deg: FloatArray
    arrival_d: FloatArray
    landing_d: FloatArray


@dataclass(frozen=True, slots=True)
class ChanceView:
    """The K landing chances of one window's best flight; ``taken`` is the one flown, -1 for none of them."""

    window: int
    landing_d: FloatArray
    sun_azimuth_deg: FloatArray
    sun_elevation_deg: FloatArray
    closed_by: list[str]
    taken: int


@dataclass(frozen=True, slots=True)
class SkyView:
    """Sun and Earth over a site around a window's landing, and the site's horizon; angles in degrees."""

    window: int
    time_d: FloatArray
    sun_azimuth_deg: FloatArray
    sun_elevation_deg: FloatArray
    earth_azimuth_deg: FloatArray
    earth_elevation_deg: FloatArray
    mask_azimuth_deg: FloatArray
    mask_elevation_deg: FloatArray
    mask_source: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A powered descent; ``phases`` are the names of its phases and the time at which each ends."""

    window: int
    time_s: FloatArray
    altitude_km: FloatArray
    downrange_km: FloatArray
    speed_m_s: FloatArray
    vertical_speed_m_s: FloatArray
    pitch_deg: FloatArray
    thrust_kn: FloatArray
    mass_t: FloatArray
    dv_m_s: FloatArray
    phases: tuple[tuple[str, float], ...]


def view_launches(lane: LaneRun) -> LaunchView:
    """Take the launch windows of every day out of a lane's dataset."""
    data = lane.data
    start_d = data["day"].values.astype("datetime64[D]").astype(float)
    hours = {
        name: (days(data[f"{source}_utc"].values) - start_d) * 24.0
        for name, source in (("open_h", "liftoff_open"), ("close_h", "liftoff_close"), ("best_h", "best_liftoff"))
    }
    return LaunchView(
        **hours,
        open_azimuth_deg=data["azimuth_open_deg"].values,
        close_azimuth_deg=data["azimuth_close_deg"].values,
        best_azimuth_deg=data["best_azimuth_deg"].values,
        arrival_d=days(data["arrival_utc"].values),
        landing_d=days(data["landing_utc"].values),
    )


def days(moments: NDArray[np.datetime64]) -> FloatArray:
    """Return UTC moments as days since 1970-01-01, NaN for NaT."""
    whole = moments.astype("datetime64[ms]")
    counted: FloatArray = np.where(np.isnat(whole), np.nan, whole.astype(np.int64) / DAY_MS)
    return counted


def view_chances(lane: LaneRun) -> list[ChanceView]:
    """Take the landing chances of every window out of a lane's dataset; none where the run does not list them."""
    data = lane.data
    if not data.sizes.get("chance", 0):
        return []
    windows = data["chance_window"].values
    closed = np.array([str(text) for text in data["chance_closed"].values])[data["chance_closed_code"].values]
    found = []
    for window in dict.fromkeys(windows.tolist()):
        here = windows == window
        taken = np.flatnonzero(data["chance_taken"].values[here])
        found.append(
            ChanceView(
                window=int(window),
                landing_d=days(data["chance_landing_utc"].values[here]),
                sun_azimuth_deg=data["chance_sun_azimuth_deg"].values[here],
                sun_elevation_deg=data["chance_sun_elevation_deg"].values[here],
                closed_by=closed[here].tolist(),
                taken=int(taken[0]) if taken.size else -1,
            )
        )
    return found


def view_sky(lane: LaneRun, window: int | None) -> SkyView | None:
    """Take the sky over a window's landing, or else the first sky there is, out of a lane's dataset."""
    data = lane.data
    chosen = _chosen(data, "sky_of_window", window)
    if chosen is None:
        return None
    sky, horizon = data["sky_window"].values == chosen, data["horizon_window"].values == chosen
    bodies = ("sun_azimuth_deg", "sun_elevation_deg", "earth_azimuth_deg", "earth_elevation_deg")
    source = data["horizon_source"].values[data["sky_of_window"].values == chosen][0]
    return SkyView(
        window=chosen,
        time_d=days(data["sky_utc"].values[sky]),
        **{name: data[f"sky_{name}"].values[sky] for name in bodies},
        mask_azimuth_deg=data["horizon_azimuth_deg"].values[horizon],
        mask_elevation_deg=data["horizon_elevation_deg"].values[horizon],
        mask_source=str(source),
    )


def view_profile(lane: LaneRun, window: int | None) -> ProfileView | None:
    """Take the descent of a window, or else the first there is, out of a lane's dataset."""
    data = lane.data
    chosen = _chosen(data, "profile_window", window)
    if chosen is None:
        return None
    here = data["profile_window"].values == chosen
    same = ("time_s", "altitude_km", "downrange_km", "speed_m_s", "vertical_speed_m_s", "pitch_deg", "dv_m_s")
    names = [str(name) for name in data["profile_phase"].values]
    time_s, codes = data["profile_time_s"].values[here], data["profile_phase_code"].values[here].tolist()
    return ProfileView(
        window=chosen,
        **{name: data[f"profile_{name}"].values[here] for name in same},
        thrust_kn=data["profile_thrust_n"].values[here] / 1000.0,
        mass_t=data["profile_mass_kg"].values[here] / 1000.0,
        phases=_phases(time_s, [names[code] for code in codes]),
    )


def _chosen(data: xr.Dataset, name: str, window: int | None) -> int | None:
    """Window asked for where the variable has it, else its first; None where it has none."""
    if name not in data or not data[name].size:
        return None
    windows = data[name].values
    return window if window is not None and window in windows else int(windows[0])


def _phases(time_s: FloatArray, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Name and end of each run of equal phases."""
    last = [k for k in range(len(names)) if k + 1 == len(names) or names[k + 1] != names[k]]
    return tuple((names[k], float(time_s[k])) for k in last)


def best_window_number(view: LaneView) -> int | None:
    """Return the number of the window that lands most; None without windows."""
    window = best_window(view)
    return None if window is None else window.window
