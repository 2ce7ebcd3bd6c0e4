"""Made-up results that look like real ones: quick, the same every time, without an ephemeris.

Nothing here is physics. The Moon goes round on a tilted circle, a flight is a smooth curve from the parking orbit to
it, and a lane is open where three made-up conditions meet, so that every kind of closed day occurs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.results.tracks import Burn, FlightTrack
from sim.transfer.flight import Transfer
from sim.units import DAY_S, DEG
from sim.window.types import BestFlight, ConstraintStrip, LaneOutcome, Window

J2000_DAY = np.datetime64("2000-01-01", "D")
NOON_S = 43200.0
TDB_MINUS_UTC_S = 69.184  # TAI - UTC = 37 s since 2017 plus TT - TAI = 32.184 s; TDB - TT (< 2 ms) left out
MOON_RADIUS_KM = 384400.0
MOON_RATE_RAD_S = 2.0 * np.pi / (27.321661 * DAY_S)
MOON_TILT_RAD = 24.0 * DEG
PARKING_RADIUS_KM = 6563.0
PERILUNE_RADIUS_KM = 1837.4
TIMES_OF_FLIGHT_S = np.arange(3.5, 6.01, 0.25) * DAY_S
REASONS = ("flies", "declination out of reach", "launcher too weak", "no landed mass")
CONSTRAINTS = (
    ("declination_reach", "the parking orbit reaches the Moon's declination at arrival", "deg"),
    ("launcher_mass", "the launcher carries the lander at the C3 asked for", "kg"),
    ("insertion_dv", "insertion below the limit", "m/s"),
    ("landed_payload", "some cargo lands", "kg"),
    ("sun_at_landing", "the Sun stands as asked at landing", "deg"),
    ("availability", "launcher and lander are in service", "d"),
)


def day_tdb_s(day):
    """TDB seconds past J2000 of 00:00 UTC, to 2 ms."""
    return (day - J2000_DAY).astype(float) * DAY_S - NOON_S + TDB_MINUS_UTC_S


def moon_state(t_tdb_s):
    """Position (..., 3) km and velocity (..., 3) km/s on a tilted circle."""
    angle = MOON_RATE_RAD_S * np.asarray(t_tdb_s)
    tilt = np.array([1.0, np.cos(MOON_TILT_RAD), np.sin(MOON_TILT_RAD)])
    along = np.stack([np.cos(angle), np.sin(angle), np.sin(angle)], axis=-1) * tilt
    across = np.stack([-np.sin(angle), np.cos(angle), np.cos(angle)], axis=-1) * tilt
    return MOON_RADIUS_KM * along, MOON_RADIUS_KM * MOON_RATE_RAD_S * across


def flight_position_km(share, tli_tdb_s, arrival_tdb_s):
    """Geocentric path (..., 3) at ``share`` (0 injection, 1 perilune) of the flight."""
    moon, velocity = moon_state(arrival_tdb_s)
    radial = moon / np.linalg.norm(moon)
    forward = velocity / np.linalg.norm(velocity)
    short = MOON_RADIUS_KM - PERILUNE_RADIUS_KM
    radius = PARKING_RADIUS_KM + (short - PARKING_RADIUS_KM) * share**0.62
    swing = -174.0 * DEG * (1.0 - share) ** 6
    return radius[..., None] * (np.cos(swing)[..., None] * radial + np.sin(swing)[..., None] * forward)


def transfer(tli_tdb_s=9.2e8, time_of_flight_s=4.5 * DAY_S, branch=0):
    """Return a flight whose figures have the right size."""
    arrival = tli_tdb_s + time_of_flight_s
    start = flight_position_km(np.array(0.0), tli_tdb_s, arrival)
    perilune = moon_state(arrival)[0] / MOON_RADIUS_KM * -PERILUNE_RADIUS_KM
    return Transfer(
        tli_tdb_s=tli_tdb_s,
        arrival_tdb_s=arrival,
        parking_radius_km=PARKING_RADIUS_KM,
        parking_inclination_rad=28.5 * DEG,
        perilune_radius_km=PERILUNE_RADIUS_KM,
        lunar_inclination_rad=90.0 * DEG,
        branch=branch,
        tli_state_icrf=np.concatenate([start, [0.0, 10.9, 0.0]]),
        perilune_state_icrf=np.concatenate([perilune, [0.0, 0.0, 2.46]]),
        node_rad=1.0,
        argument_rad=2.0,
        c3_km2_s2=-1.9,
        tli_dv_km_s=3.13,
        perilune_speed_km_s=2.46,
        earth_pole_icrf=np.array([0.0, 0.0, 1.0]),
        moon_pa_axes_icrf=np.eye(3),
    )


def flight_track(best, samples=121):
    """Return the sampled path of a window's best flight."""
    tli, arrival = best.transfer.tli_tdb_s, best.transfer.arrival_tdb_s
    share = np.linspace(0.0, 1.0, samples)
    t_tdb_s = tli + share * (arrival - tli)
    position = flight_position_km(share, tli, arrival)
    moon, moon_velocity = moon_state(t_tdb_s)
    burns = (
        Burn("translunar_injection", tli, best.tli_dv_km_s, position[0], moon[0]),
        Burn("lunar_orbit_insertion", arrival, best.loi_dv_km_s, position[-1], moon[-1]),
    )
    velocity = np.gradient(position, t_tdb_s, axis=0)
    return FlightTrack(best.lane, best.window, t_tdb_s, position, velocity, moon, moon_velocity, burns)


def _strips(count, rng, phase):
    """Margins (name → (N,)) that swing with the month, the half year and noise."""
    index = np.arange(count)
    month = np.sin(2.0 * np.pi * (index / 27.32 + phase))
    season = np.sin(2.0 * np.pi * (index / 365.25 + phase))
    noise = rng.normal(scale=0.05, size=count)
    margins = {
        "declination_reach": 12.0 * (month + 0.6),
        "launcher_mass": 300.0 * (np.cos(2.0 * np.pi * index / 27.55) + 0.8 + noise),
        "insertion_dv": 40.0 * (np.cos(2.0 * np.pi * index / 13.8 + phase) + 1.2),
        "landed_payload": np.where(month > -0.95, 900.0 + 200.0 * month, np.nan),
        "sun_at_landing": 1.5 * (season + 0.7 + noise),
        "availability": index - 0.05 * count,
    }
    return tuple(
        ConstraintStrip(n, d, u, np.nan_to_num(margins[n], nan=-1.0) >= 0.0, margins[n]) for n, d, u in CONSTRAINTS
    )


def _launches(start_tdb_s, feasible, rng):
    """Best launch of each day, NaN on closed days."""
    index = np.arange(start_tdb_s.size)
    wave = np.sin(2.0 * np.pi * index / 27.32)
    liftoff = start_tdb_s + (0.5 + 0.4 * wave) * DAY_S
    tli = liftoff + 3000.0
    tof = (4.6 + 0.4 * wave) * DAY_S
    columns = {
        "liftoff_open_tdb_s": liftoff - 1800.0,
        "liftoff_close_tdb_s": liftoff + 2400.0,
        "azimuth_open_rad": (95.0 + 3.0 * wave) * DEG,
        "azimuth_close_rad": (110.0 + 3.0 * wave) * DEG,
        "best_liftoff_tdb_s": liftoff,
        "best_azimuth_rad": (102.0 + 3.0 * wave) * DEG,
        "parking_inclination_rad": (24.0 + 2.0 * wave) * DEG,
        "coast_s": 1500.0 + 300.0 * wave,
        "tli_tdb_s": tli,
        "arrival_tdb_s": tli + tof,
        "landing_tdb_s": tli + tof + (3.0 + 2.0 * wave) * DAY_S,
        "tof_s": tof,
        "c3_km2_s2": -1.9 + 0.15 * wave,
        "tli_dv_km_s": 3.13 + 0.01 * wave,
        "loi_dv_km_s": 0.84 + 0.03 * wave + rng.normal(scale=0.002, size=index.size),
        "descent_dv_km_s": 1.95 + 0.0 * wave,
        "landed_payload_kg": 1400.0 - 250.0 * wave + rng.normal(scale=5.0, size=index.size),
    }
    return {name: np.where(feasible, values, np.nan) for name, values in columns.items()}


def _porkchop(launches, reach):
    """Made-up (N, T) maps around the best launch, with holes where the Moon is out of reach."""
    bend = ((TIMES_OF_FLIGHT_S[None, :] - 4.6 * DAY_S) / DAY_S) ** 2
    wave = np.sin(2.0 * np.pi * np.arange(reach.size) / 27.32)[:, None]
    reason = np.where(reach[:, None], np.where(bend + 0.3 * wave > 1.9, 3, 0), 1).astype(np.int8)
    maps = {
        "tli_dv_km_s": 3.13 + 0.01 * wave + 0.002 * bend,
        "loi_dv_km_s": 0.84 + 0.03 * wave + 0.04 * bend,
        "c3_km2_s2": -1.9 + 0.15 * wave + 0.1 * bend,
        "landed_payload_kg": 1400.0 - 250.0 * wave - 300.0 * bend,
    }
    return {name: np.where(reason == 0, values, np.nan) for name, values in maps.items()} | {"reason": reason}


def _best(lane, number, launches, day):
    """Return the best flight of a window out of the day's launch."""
    row = {name: float(values[day]) for name, values in launches.items()}
    flight = replace(transfer(row["tli_tdb_s"], row["tof_s"], number % 4), c3_km2_s2=row["c3_km2_s2"])
    return BestFlight(
        lane=lane,
        window=number,
        transfer=flight,
        liftoff_tdb_s=row["best_liftoff_tdb_s"],
        azimuth_rad=row["best_azimuth_rad"],
        coast_s=row["coast_s"],
        landing_tdb_s=row["landing_tdb_s"],
        c3_km2_s2=row["c3_km2_s2"],
        tli_dv_km_s=row["tli_dv_km_s"],
        loi_dv_km_s=row["loi_dv_km_s"],
        descent_dv_km_s=row["descent_dv_km_s"],
        injected_mass_kg=8200.0,
        landed_payload_kg=row["landed_payload_kg"],
        landed_payload_low_kg=row["landed_payload_kg"] - 400.0,
        landed_payload_high_kg=row["landed_payload_kg"] + 350.0,
        propellant_kg={"descent_stage": 3900.25},
        sun_elevation_rad=1.4 * DEG,
        sun_above_horizon_rad=0.9 * DEG,
    )


def _windows(lane, feasible, launches):
    """Runs of feasible days."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], feasible, [False]]).astype(np.int8)))
    windows = []
    for number, (first, stop) in enumerate(edges.reshape(-1, 2)):
        best_day = int(first + np.argmax(launches["landed_payload_kg"][first:stop]))
        windows.append(
            Window(
                lane=lane,
                index=number,
                first_day=int(first),
                last_day=int(stop - 1),
                best_day=best_day,
                open_tdb_s=float(launches["liftoff_open_tdb_s"][first]),
                close_tdb_s=float(launches["liftoff_close_tdb_s"][stop - 1]),
                best=_best(lane, number, launches, best_day),
            )
        )
    return tuple(windows)


def lane_outcome(lane="heavy_cargo", start="2029-01-01", days=120, seed=0, closed=False):
    """Return one lane's made-up outcome; ``closed`` gives a lane that never opens (its launcher is too weak)."""
    rng = np.random.default_rng(seed)
    day = np.datetime64(start, "D") + np.arange(days)
    strips = _strips(days, rng, 0.17 * seed)
    if closed:
        strips = tuple(
            replace(s, open=np.zeros(days, bool), margin=np.full(days, -2310.0)) if s.name == "launcher_mass" else s
            for s in strips
        )
    feasible = np.all([strip.open for strip in strips], axis=0)
    start_tdb_s = day_tdb_s(day)
    launches = _launches(start_tdb_s, feasible, rng)
    shut = [[strip.name for strip in strips if not strip.open[i]] for i in range(days)]
    reach = next(strip.open for strip in strips if strip.name == "declination_reach")
    return LaneOutcome(
        lane=lane,
        launcher="long_march_10",
        launch_site="wenchang",
        lander="storable_heavy",
        landing_site="connecting_ridge",
        staging_orbit="llo_polar_100",
        assumed=("launcher.tli", "lander.dry_mass"),
        day=day,
        day_tdb_s=start_tdb_s,
        launches=launches,
        feasible=feasible,
        closed_by=tuple(";".join(names) for names in shut),
        relaxation=tuple(f"relax {names[0]} a little, or wait" if len(names) == 1 else "" for names in shut),
        time_of_flight_s=TIMES_OF_FLIGHT_S,
        porkchop=_porkchop(launches, reach),
        reasons=REASONS,
        constraints=strips,
        windows=_windows(lane, feasible, launches),
    )


def outcomes(lanes=3, days=120, start="2029-01-01"):
    """Several lanes, the last of which never opens when there are three or more."""
    names = ("heavy_cargo", "medium_cargo", "light_cargo", "europe_cargo", "crew_cargo")[:lanes]
    return tuple(
        lane_outcome(name, start, days, seed, closed=lanes >= 3 and seed == lanes - 1)
        for seed, name in enumerate(names)
    )


def flight_tracks(found, samples=121):
    """Return a sampled path for the best flight of every window."""
    return tuple(flight_track(window.best, samples) for outcome in found for window in outcome.windows)


def run_header(name="ILRS, made up", start="2029-01-01", days=120, **changes):
    """Return the title of a made-up run."""
    from sim.results.run import RunHeader

    end = np.datetime64(start, "D") + (days - 1)
    header = RunHeader(
        name=name,
        purpose="Robotic build-up at the south pole from Wenchang and Vostochny",
        as_of="2026-11-01",
        start=start,
        end=str(end),
        site="connecting_ridge",
        partners={"heavy_cargo": "cnsa", "medium_cargo": "roscosmos", "europe_cargo": "esa"},
    )
    return replace(header, **changes)


def written_run(folder: Path, name="ILRS, made up", lanes=3, days=120, start="2029-01-01", planned=False):
    """Write a made-up run into ``folder`` (created) and return the loaded run.

    ``planned`` adds what explains, lists and tests the windows.
    """
    from sim.results.run import load_run, write_results
    from tests.planning import with_planning

    found = outcomes(lanes, days, start)
    if planned:
        found = tuple(map(with_planning, found))
    folder.mkdir(parents=True, exist_ok=True)
    write_results(
        folder,
        run_header(name, start, days),
        found,
        flight_tracks(found),
        resolved_yaml=f"moonport: 1\nname: {name}\n",
        provenance={"kind": "run", "moonport": "0.1.0"},
    )
    return load_run(folder)
