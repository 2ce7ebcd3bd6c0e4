"""A made-up station that looks like a real one: quick, the same every time, without an ephemeris.

Nothing here is physics: relays go round on fixed ellipses, light and Earth come and go by sines, contact by the clock.
"""

from __future__ import annotations

import numpy as np

from sim.astro.spans import spans, spans_of_samples
from sim.astro.time import tdb_s_from_utc
from sim.station.outcome import (
    NO_POWER,
    Arrival,
    ContactRecord,
    Event,
    GridRecord,
    LightPeriod,
    LightRecord,
    MapRecord,
    MoonEvent,
    OrbitRecord,
    OrbitSight,
    PassRecord,
    SizeRecord,
    SizingRecord,
    StateRecord,
    StationOutcome,
    TaskRecord,
)
from sim.units import DAY_S, DEG, HOUR_S

GM = 4902.8
MONTH_S = 29.53 * DAY_S


def made_up_station(start="2030-01-01", days=400, relays=2):
    """Return a station of ``days`` days with some relays, contact at two places, power and tasks."""
    begin = tdb_s_from_utc(start)
    stop = begin + days * DAY_S
    light = made_up_light(begin, stop)
    contacts = (
        made_up_contact("station", -89.5, begin, stop, 14.0),
        made_up_contact("far_side", -45.0, begin, stop, 9.0),
    )
    orbits = tuple(made_up_orbit(f"relay_{number + 1}", number / relays, begin, stop) for number in range(relays))
    return StationOutcome(
        start_tdb_s=begin,
        stop_tdb_s=stop,
        orbits=orbits,
        sights=tuple(made_up_sight(orbit.element, begin, stop) for orbit in orbits),
        contacts=contacts,
        map=made_up_map(begin),
        light=light,
        grids=(made_up_grid("main", light), made_up_grid("observatory", light)),
        states=(
            made_up_states("command_centre", light),
            made_up_states("energy_1", light),
            StateRecord("flag", "", begin, np.nan, np.full(len(light.t_tdb_s), NO_POWER, dtype=np.int8), 1.0),
        ),
        tasks=(made_up_task("radio", light, 2000.0), made_up_task("geology", light, 600.0)),
        arrivals=(
            Arrival("energy_first", "medium_cargo", begin + 60 * DAY_S, ("energy_1",), "best flight of window 2"),
            Arrival("ilrs_1", "heavy_cargo", begin + 200 * DAY_S, ("command_centre",), "best flight of window 7"),
        ),
        moon=(
            MoonEvent("perigee", begin + 3.0 * DAY_S, begin + 3.0 * DAY_S, 362_000.0, "km"),
            MoonEvent("lunar_eclipse", begin + 9.0 * DAY_S, begin + 9.2 * DAY_S, 1.2, "1", "total"),
        ),
        events=made_up_events(light, contacts, begin, stop),
    )


def made_up_sight(element, begin, stop):
    """A pass of ten hours a day over each place, an hour behind the Moon a day."""
    day = np.arange(begin, stop, DAY_S)
    above = spans(day + HOUR_S, day + 11.0 * HOUR_S).within(begin, stop)
    middle = 0.5 * (above.start_tdb_s + above.stop_tdb_s)
    tops, ranges = np.full(len(middle), 60.0 * DEG), np.full(len(middle), 12_000.0)
    passes = tuple(PassRecord(point, above, middle, tops, ranges) for point in ("station", "far_side"))
    hidden = spans(day + 20.0 * HOUR_S, day + 21.0 * HOUR_S).within(begin, stop)
    return OrbitSight(element, passes, hidden, hidden.total_s / (stop - begin), np.nan)


def made_up_light(begin, stop):
    """Light of a polar site: a Sun that circles low, higher in summer."""
    t = np.arange(begin, stop + 1.0, HOUR_S)
    azimuth = 2.0 * np.pi * (t - begin) / MONTH_S % (2.0 * np.pi)
    elevation = 1.5 * DEG * np.sin(2.0 * np.pi * (t - begin) / (346.6 * DAY_S)) + 0.4 * DEG * np.sin(azimuth)
    mask_azimuth = np.arange(0.0, 360.0) * DEG
    mask = (0.6 * np.sin(3.0 * mask_azimuth) + 0.5 * np.cos(7.0 * mask_azimuth)) * DEG
    above = elevation - np.interp(azimuth, mask_azimuth, mask, period=2.0 * np.pi)
    earth_elevation = 6.0 * DEG * np.sin(2.0 * np.pi * (t - begin) / (27.2 * DAY_S))
    earth_azimuth = (6.0 * DEG * np.cos(2.0 * np.pi * (t - begin) / (27.5 * DAY_S))) % (2.0 * np.pi)
    earth_above = earth_elevation - np.interp(earth_azimuth, mask_azimuth, mask, period=2.0 * np.pi)
    lit = spans_of_samples(t, above + 0.27 * DEG)
    fraction = np.clip(0.5 + above / (0.54 * DEG), 0.0, 1.0)
    return LightRecord(
        site="connecting_ridge",
        horizon="made up",
        t_tdb_s=t,
        sun_fraction=fraction,
        sun_azimuth_rad=azimuth,
        sun_elevation_rad=elevation,
        sun_above_rad=above,
        earth_azimuth_rad=earth_azimuth,
        earth_elevation_rad=earth_elevation,
        earth_above_rad=earth_above,
        mask_azimuth_rad=mask_azimuth,
        mask_elevation_rad=mask,
        dark=lit.gaps(begin, stop),
        earth_up=spans_of_samples(t, earth_above),
        periods=tuple(
            made_up_period(kind, name, begin, stop, float(fraction.mean()), lit)
            for kind, name in (("year", "2030"), ("season", "summer from 2030-01-01"), ("all", "horizon"))
        ),
    )


def made_up_period(kind, name, begin, stop, average, lit):
    """Light of a part of the time; the same for every part."""
    dark = lit.gaps(begin, stop)
    return LightPeriod(
        kind, name, begin, stop, average, average, average, 0.5, dark.longest_s, lit.longest_s, len(dark)
    )


def made_up_contact(point, latitude_deg, begin, stop, hours):
    """Contact for some hours of every 24 by a relay, and two weeks a month directly."""
    day = np.arange(begin, stop, DAY_S)
    relayed = spans(day + 2.0 * HOUR_S * np.sin(day / DAY_S), day + hours * HOUR_S).within(begin, stop)
    volume = 80.0 + 20.0 * np.sin(day / (5.0 * DAY_S))
    month = np.arange(begin, stop, 27.2 * DAY_S)
    direct = spans(month, month + (13.6 * DAY_S if point == "station" else 0.0)).within(begin, stop)
    either = spans(
        np.concatenate([relayed.start_tdb_s, direct.start_tdb_s]),
        np.concatenate([relayed.stop_tdb_s, direct.stop_tdb_s]),
    )
    return ContactRecord(
        point=point,
        horizon="made up",
        latitude_rad=latitude_deg * DEG,
        longitude_rad=-2.6,
        spans={"direct": direct, "relayed": relayed, "any": either},
        relay_up=relayed,
        relays_in_view_mean=0.9,
        relays_in_view_most=2,
        double_share=0.25,
        range_mean_km=11_000.0,
        range_most_km=17_500.0,
        volume_gbit={"direct": 0.0 * day, "relayed": volume, "any": volume},
        greatest_store_gbit=0.0,
        link="assumed links",
    )


def made_up_orbit(name, phase, begin, stop):
    """An ellipse of 200 x 16 000 km of altitude with its apolune over the south."""
    a, e = 9837.4, 0.803
    t = begin + np.arange(0.0, 28.0 * DAY_S, 600.0)
    mean = np.sqrt(GM / a**3) * (t - begin) + 2.0 * np.pi * phase
    anomaly = mean + e * np.sin(mean)
    for _ in range(40):
        anomaly = anomaly - (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    x, y = a * (np.cos(anomaly) - e), a * np.sqrt(1.0 - e * e) * np.sin(anomaly)
    tilt = 62.4 * DEG
    icrf = np.stack([-y, x * np.cos(tilt), x * np.sin(tilt)], axis=-1)
    turn = -2.0 * np.pi * (t - begin) / (27.32 * DAY_S)
    turned = np.stack(
        [
            icrf[:, 0] * np.cos(turn) - icrf[:, 1] * np.sin(turn),
            icrf[:, 0] * np.sin(turn) + icrf[:, 1] * np.cos(turn),
            icrf[:, 2],
        ],
        axis=-1,
    )
    days = np.arange(begin + 0.5 * DAY_S, stop, DAY_S)
    swing = np.sin(2.0 * np.pi * (days - begin) / (200.0 * DAY_S) + phase)
    return OrbitRecord(
        element=name,
        kind="relay",
        orbit="200 x 16000 km",
        status="planned",
        frame="earth_orbit_plane",
        forces="made up",
        moon_degree=8,
        period_s=24.3 * HOUR_S,
        start_tdb_s=begin,
        end_tdb_s=stop,
        end="horizon",
        end_latitude_rad=np.nan,
        end_longitude_rad=np.nan,
        upkeep_m_s_per_year=21.0,
        upkeep_spread_m_s=np.nan,
        upkeep="perilune within 50 km",
        burn_tdb_s=days[20::40],
        burn_m_s=np.full(len(days[20::40]), 2.1),
        note="",
        day_tdb_s=days,
        semi_major_axis_km=a + 0.0 * swing,
        eccentricity=e + 0.005 * swing,
        inclination_rad=(60.0 + 2.0 * swing) * DEG,
        argument_of_perilune_rad=(90.0 + 8.0 * swing) * DEG,
        node_rad=(40.0 - 0.05 * np.arange(len(days))) * DEG,
        perilune_altitude_km=200.0 - 50.0 * swing,
        apolune_altitude_km=16_000.0 + 50.0 * swing,
        track_tdb_s=t,
        track_icrf_km=icrf,
        track_velocity_icrf_km_s=np.gradient(icrf, t, axis=0),
        track_rotating_km=turned,
        track_moon_me_km=turned * np.array([-1.0, -1.0, 1.0]),
    )


def made_up_map(begin):
    """Coverage that grows to the south."""
    latitude, longitude = np.arange(-88.0, 90.0, 4.0) * DEG, np.arange(-178.0, 180.0, 4.0) * DEG
    share = np.clip(0.45 - latitude[:, None] / np.pi + 0.05 * np.cos(longitude), 0.0, 1.0)
    near = np.cos(latitude[:, None]) * np.cos(longitude) > 0.0
    return MapRecord(
        start_tdb_s=begin,
        stop_tdb_s=begin + 28.0 * DAY_S,
        step_s=300.0,
        min_elevation_rad=5.0 * DEG,
        latitude_rad=latitude,
        longitude_rad=longitude,
        relayed_share=share,
        any_share=np.where(near, 1.0, share),
        longest_gap_s=np.where(near, 0.0, (1.0 - share) * DAY_S),
        relays_in_view_mean=2.0 * share,
    )


def made_up_grid(name, light):
    """A cable whose array follows the light and whose battery covers half a day."""
    supply = 20.0 * light.sun_fraction
    load = np.where(light.sun_fraction > 0.0, 9.0, 2.0)
    stored = np.clip(np.cumsum(supply - load), 0.0, 120.0)
    unmet = np.where((stored <= 0.0) & (supply < load), load - supply, 0.0)
    return GridRecord(
        grid=name,
        elements=("energy_1", "command_centre"),
        assumed=("battery.fade",),
        t_tdb_s=light.t_tdb_s,
        supply_kw=supply,
        load_kw=load,
        unmet_kw=unmet,
        stored_kwh=stored,
        usable_kwh=120.0,
        lowest_kwh=float(stored.min()),
        served_share=float((unmet <= 0.0).mean()),
        unmet_kwh=float(unmet.sum()),
        array_light=float(light.sun_fraction.mean()),
        array_horizon="",
        sizing=made_up_sizing(),
    )


def made_up_sizing():
    """A curve that falls like one over the area; no array makes the cable's own battery enough."""
    area = np.linspace(40.0, 160.0, 25)
    usable = np.where(area < 45.0, np.nan, 400.0 + 12_000.0 / (area - 42.0))
    array_kg, battery_kg = 4.0 * area, usable / 0.128
    best = int(np.nanargmin(array_kg + battery_kg))
    own = SizeRecord("own_array", 60.0, 1066.667, 1333.333, 240.0, 8333.333, 1.0)
    none = SizeRecord("own_battery", np.nan, 120.0, 150.0, np.nan, np.nan, np.nan, "it does not last")
    lightest = SizeRecord(
        "lightest", area[best], usable[best], usable[best] / 0.8, array_kg[best], battery_kg[best], 1.0
    )
    return SizingRecord(1.0, (own, none, lightest), 60.0, 120.0, area, usable, array_kg, battery_kg)


def made_up_states(name, light):
    """An element that works by day and sleeps in the longest nights."""
    dark = light.sun_fraction <= 0.0
    state = np.where(dark, 4, 5).astype(np.int8)
    return StateRecord(name, "main", light.t_tdb_s[0], np.nan, state, 1.0)


def made_up_task(name, light, work_h):
    """A task that goes on while it is light."""
    done = np.minimum(np.cumsum(light.sun_fraction > 0.5) * 0.5, work_h)
    finished = light.t_tdb_s[int(np.argmax(done >= work_h))] if done[-1] >= work_h else np.nan
    return TaskRecord(name, name.title(), "observatory", work_h, light.t_tdb_s, done, finished, (("light", 1200.0),))


def made_up_events(light, contacts, begin, stop):
    """Events of every kind that has spans here, in order of time."""
    found = [
        Event("dark", light.site, start, stop_)
        for start, stop_ in zip(light.dark.start_tdb_s, light.dark.stop_tdb_s, strict=True)
    ]
    for contact in contacts:
        gaps = contact.spans["any"].gaps(begin, stop)
        found += [
            Event("no_contact", contact.point, start, end)
            for start, end in zip(gaps.start_tdb_s, gaps.stop_tdb_s, strict=True)
        ]
    found.append(Event("power_shortfall", "main", begin + 150 * DAY_S, begin + 152 * DAY_S, 96.0, "kWh"))
    found.append(Event("sun_eclipsed_by_earth", light.site, begin + 170 * DAY_S, begin + 170.2 * DAY_S, 1.0, "1"))
    found.append(Event("upkeep_burn", "relay_1", begin + 20 * DAY_S, begin + 20 * DAY_S, 2.1, "m/s"))
    found.append(Event("arrival", "energy_first", begin + 60 * DAY_S, begin + 60 * DAY_S))
    found.append(Event("arrival", "ilrs_1", begin + 200 * DAY_S, begin + 200 * DAY_S))
    found += [
        Event("window", "heavy_cargo", begin + (10 + 30 * k) * DAY_S, begin + (16 + 30 * k) * DAY_S) for k in range(12)
    ]
    return tuple(sorted(found, key=lambda event: event.start_tdb_s))
