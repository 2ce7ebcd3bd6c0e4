"""Sections of docs/accuracy.md on the station over time: its orbits, the Moon's events, light, terrain."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from sim.astro.time import tdb_s_from_utc
from sim.orbit.crtbp import flown_with_transition, jacobi_constant, stability_index
from sim.orbit.elements import elements_of, orbit_from_apsis_altitudes
from sim.orbit.families import halo_orbit
from sim.orbit.frozen import frozen_orbits
from sim.orbit.halo_flight import fly_periodic_orbit
from sim.orbit.halo_upkeep import UpkeepErrors, look_ahead_s, station_keeping
from sim.orbit.keeping import keeping_of
from sim.orbit.lunar_flight import LunarFlightProblem, fly_orbit, fly_orbits
from sim.station.light import light_series
from sim.station.light_statistics import light_statistics
from sim.station.site import site_geometry
from sim.terrain.horizon import terrain_horizon
from sim.units import DAY_S, DEG, MINUTE_S, YEAR_S
from tests.dems import polar_grid
from tests.periodic_orbits import DRO_31600, HALO_L2, NRHO_9_2, QUEQIAO_LIKE, START_TDB_S
from tests.studies.tables import Section, digits
from tests.truth.test_halo_in_ephemeris import GRGM660PRIM_PATH, dop853, moon_centred, read_gravity_file
from tests.truth.test_light_truth import DRACONIC_YEAR_D, SUN_RADIUS_RAD, TILT_DEG, masked
from tests.truth.test_light_truth import START as LIGHT_START
from tests.truth.test_lunar_flight import ELY, low
from tests.truth.test_lunar_flight import START as LOW_START
from tests.truth.test_moon_events import START as FIRST
from tests.truth.test_moon_events import STOP as LAST
from tests.truth.test_moon_events import all_apsides, eclipses, epochs, nearest, node_passages, rows
from tests.truth.test_periodic_orbits import MU_JPL, NRHO_9_2_PERIOD, catalogue, state_of
from tests.truth.test_terrain_horizon import highest_deg, made, rim

# --- periodic orbits -------------------------------------------------------------------------------------------------


@cache
def closures():
    """What a revolution of every row of JPL's catalogue misses: place, Jacobi constant, stability index (rows,)."""
    found = []
    for row in catalogue():
        state = state_of(row)
        end, transition = flown_with_transition(state, float(row["period"]), MU_JPL)
        jacobi = abs(jacobi_constant(state, MU_JPL) / float(row["jacobi"]) - 1.0) if row["jacobi"] else 0.0
        told = float(row["stability_index"]) if row["stability_index"] else np.nan
        found.append((np.abs(end - state).max(), jacobi, abs(stability_index(transition) / told - 1.0)))
    return np.array(found)


def worst(values):
    return digits(np.nanmedian(values)), digits(np.nanmax(values))


def resonance():
    orbit = halo_orbit("L2", "south", resonance="9:2")
    off = abs(orbit.period / NRHO_9_2_PERIOD - 1.0)
    return digits(off), digits(off)


PERIODIC = Section(
    "Periodic orbits",
    "Halos and distant retrograde orbits of JPL's catalogue of three-body orbits "
    "(tests/data/periodic_orbits_jpl.csv), each flown for its period, in its own units (384 400 km, a month of 2π). "
    "Three rows of stable orbits tell an index above 1 by the rounding of a double root; they are the worst of the "
    "third line. The last line is the scale: nine revolutions in two synodic months are 9:2 here, the catalogue's row "
    "comes close to it.",
    ("", "median", "worst"),
    {
        "closure after a period": lambda: worst(closures()[:, 0]),
        "Jacobi constant, relative": lambda: worst(closures()[:, 1]),
        "stability index, relative": lambda: worst(closures()[:, 2]),
        "period of the 9:2 halo, relative": resonance,
    },
)

# --- orbits flown ----------------------------------------------------------------------------------------------------


@cache
def year_of(orbit):
    """A periodic orbit in DE440 for a year, and on for what the last manoeuvres aim at."""
    return fly_periodic_orbit(orbit, "one", START_TDB_S, START_TDB_S + YEAR_S + look_ahead_s(orbit))


def second_hand():
    year = year_of(NRHO_9_2)
    acceleration = moon_centred(read_gravity_file(GRGM660PRIM_PATH))
    t, states = year.patch_tdb_s, year.patch_states_icrf
    ends = [dop853(acceleration, states[k], t[k], t[k + 1], tolerance=1e-11) for k in (8, 9, 10, 101)]
    off = [np.linalg.norm(end[:3] - states[k + 1, :3]) for end, k in zip(ends, (8, 9, 10, 101), strict=True)]
    return "0 m", f"{digits(1e3 * max(off), 'm')} a segment"


def perilunes():
    low_km, high_km = year_of(NRHO_9_2).perilune_radius_km
    return "3196 to 3366 km, other epochs", f"{low_km:.0f} to {high_km:.0f} km"


def kept(orbit, published, errors=None):
    found = station_keeping(year_of(orbit), trials=4, errors=errors or UpkeepErrors())
    stay = "" if not found.lost else f" ({found.lost} of 4 trials lost)"
    return published, f"{found.mean_m_s_year:.1f} m/s a year{stay}"


def lro():
    orbit = low(90.0, altitude_km=50.0)
    flight = fly_orbit(
        orbit, "lro", LOW_START, LOW_START + YEAR_S, keeping=keeping_of(orbit, perilune_band_km=20.0), degree=50
    )
    return "about 150 m/s a year", f"{flight.upkeep_m_s_per_year:.0f} m/s a year"


def lro_frozen():
    orbit = orbit_from_apsis_altitudes(
        "moon_me", 30.0, 200.0, 86.0 * DEG, epoch_tdb_s=LOW_START, argument_of_perilune_rad=270.0 * DEG
    )
    keeping = keeping_of(orbit, perilune_band_km=25.0)
    flight = fly_orbit(orbit, "lro", LOW_START, LOW_START + 180.0 * DAY_S, keeping=keeping, degree=50)
    return "0 burns for months", f"{len(flight.burns)} burns in 180 d"


def falls():
    stop = LOW_START + 60.0 * DAY_S
    problems = [LunarFlightProblem(low(170.0, node), f"{node}", LOW_START, stop) for node in range(0, 360, 60)]
    days = [(flight.end_tdb_s - LOW_START) / DAY_S for flight in fly_orbits(problems)]
    return "35 d (PFS-2, 97 × 120 km)", f"{min(days):.1f} to {max(days):.1f} d, six nodes"


def ely():
    path = fly_orbit(ELY, "ely", LOW_START, LOW_START + YEAR_S).ephemeris
    found = elements_of(path.states_icrf, path.epochs_tdb_s, "earth_orbit_plane")
    e, argument = found.eccentricity, found.argument_of_perilune_rad / DEG
    words = f"e {e.min():.3f} to {e.max():.3f}, argument {argument.min():.1f} to {argument.max():.1f}°"
    return "e 0.55 to 0.70, argument within 15° of 90°", words


def frozen():
    found = frozen_orbits(6541.4, 0.6, zonals=0)
    return "51.7°", f"{found[0].inclination_rad / DEG:.2f}°"


FLOWN_ORBITS = Section(
    "Orbits at the Moon, flown",
    "In DE440 and the Moon's field; second hand: segments of the 9:2 orbit by DOP853 with forces written twice. "
    "Upkeep of periodic orbits: crossing control with navigation of 10 km and 10 cm/s (3 sigma; Guzzetti et al. and "
    "Davis et al. 2017); Queqiao-1's as flown, ours with 3 km and 3 cm/s: the figure follows from the navigation "
    "assumed and is no validation. LRO: Beckman 2007, AAS 07-356. PFS-2 fell in 1972. Ely: J. Astronaut. Sci. 53, 301 "
    "(2005), ten years; ours osculating over one. Frozen: e 0.6 under the Earth alone (Kozai 1962).",
    ("", "reference", "ours"),
    {
        "9:2 halo, second hand": second_hand,
        "9:2 halo, radius of perilune through a year": perilunes,
        "9:2 halo, upkeep": lambda: kept(NRHO_9_2, "1 to 5 m/s a year"),
        "halo of 13.1 d, upkeep": lambda: kept(HALO_L2, "not known: 10 km, 10 cm/s"),
        "halo as Queqiao-1's, upkeep": lambda: kept(
            QUEQIAO_LIKE, "16 m/s a year", UpkeepErrors(position_km=1.0, velocity_km_s=1e-5)
        ),
        "distant retrograde orbit of 31 600 km, upkeep": lambda: kept(DRO_31600, "not known: 10 km, 10 cm/s"),
        "polar, 50 km, upkeep (LRO)": lro,
        "LRO's frozen orbit, upkeep": lro_frozen,
        "100 km, 170° to the equator, time to fall": falls,
        "Ely's ellipse through a year": ely,
        "frozen inclination": frozen,
    },
)

# --- the Moon's events -----------------------------------------------------------------------------------------------


def apsis(kind):
    found, table = all_apsides(), rows("apsides", kind)
    at, km = (found.perigee_tdb_s, found.perigee_km) if kind == "0" else (found.apogee_tdb_s, found.apogee_km)
    index, late_s = nearest(epochs(table), at)
    off_km = np.abs(km[index] - [float(row["distance_km"]) for row in table])
    return f"{len(table)}", f"{np.abs(late_s).max() / MINUTE_S:.1f} min", f"{off_km.max():.1f} km"


def nodes():
    found = node_passages(FIRST, LAST)
    late_s = np.concatenate(
        [
            nearest(epochs(rows("nodes", kind)), at)[1]
            for kind, at in (("A", found.ascending_tdb_s), ("D", found.descending_tdb_s))
        ]
    )
    return f"{len(late_s)}", f"{np.abs(late_s).max():.0f} s", f"mean {late_s.mean():.0f} s"


def lunar_eclipses_found():
    table, found = rows("eclipses"), eclipses("chauvenet")
    utc = tdb_s_from_utc([f"{row['date']}T{row['greatest_UT']}:00" for row in table])
    same = sum(row["type"][0] == kind for row, kind in zip(table, found.kind.tolist(), strict=True))
    return f"{len(table)}", f"{np.abs(found.greatest_tdb_s - utc).max():.0f} s", f"{same} of the same type"


def lunar_eclipse_sizes():
    table, found = rows("eclipses"), eclipses("chauvenet")
    off = [
        np.abs(getattr(found, name) - [float(row[column]) for row in table]).max()
        for name, column in (("gamma", "gamma"), ("penumbral_magnitude", "pen_mag"), ("umbral_magnitude", "umb_mag"))
    ]
    return f"{len(table)}", digits(off[0]), digits(max(off[1:]))


EVENTS = Section(
    "The Moon's events, 2020 to 2040",
    "Against published tables (tests/data/moon_events; sources in their heads), every fifth row of those of apsides "
    "and nodes. The table of apsides follows a series of Meeus (1998, ch. 50), good to 31 minutes and 12 km of "
    "perigees, 3 minutes and 6 km of apogees: against DE440's own turning points ours are within 0.31 s. Nodes and "
    "eclipses are published to the minute. Eclipses by Chauvenet's rule, as the table; gamma and magnitudes are "
    "printed to 0.001 or less.",
    ("", "rows", "worst", ""),
    {
        "perigees": lambda: apsis("0"),
        "apogees": lambda: apsis("1"),
        "nodes": nodes,
        "eclipses of the Moon, greatest": lunar_eclipses_found,
        "gamma, and magnitudes": lunar_eclipse_sizes,
    },
)

# --- light and terrain -----------------------------------------------------------------------------------------------


def sun_up(mask, published):
    found = light_statistics(light_series(masked(mask), LIGHT_START, tdb_s_from_utc("2028-01-01")))
    return published, f"{100.0 * found.whole.sun_up_share[0]:.1f} %"


def polar_night():
    series = light_series(site_geometry(-90.0, 0.0), LIGHT_START, LIGHT_START + 18.6 * YEAR_S)
    nights_d = light_statistics(series).dark.duration_s / DAY_S
    sine = np.arcsin(SUN_RADIUS_RAD / (TILT_DEG * DEG))
    return f"{DRACONIC_YEAR_D * (0.5 - sine / np.pi):.1f} d", f"{nights_d.mean():.1f} d"


def crater_rim():
    with tempfile.TemporaryDirectory() as folder:
        spot = (-89.8, 130.0)
        dem = made(Path(folder), polar_grid(1200, 50.0), (1200, 1200), rim(1500.0, 10.0, 1.0, spot))
        found = terrain_horizon([dem], *spot, [2.0], range_km=25.0).elevation_deg[0]
    wanted = highest_deg(lambda km: 1500.0 * np.exp(-0.5 * (km - 10.0) ** 2), 5.0, 15.0, 2.0)
    return f"{wanted:.4f}°", f"within {np.abs(found - wanted).max():.4f}°"


LIGHT = Section(
    "Light and terrain",
    "Share of 2027 with the Sun's centre above the masks that ship: Malapert as published (about 80 %), the others as "
    "given with the masks for the same terrain (LOLA; Gracy & Lee, LPSC 2024 #1695). Night at a level pole: the "
    "closed form, and the mean of 20 nights. Crater rim: a made elevation model of 50 m pixels, a ring 10 km off, "
    "seen from 2 m; the closed form on the sphere.",
    ("", "reference", "ours"),
    {
        "Malapert massif, 10 m": lambda: sun_up("malapert-massif_10m_1deg", "about 80 %"),
        "connecting ridge, 2 m": lambda: sun_up("connecting-ridge_2m_1deg", "53 %"),
        "connecting ridge, 10 m": lambda: sun_up("connecting-ridge_10m_1deg", "57 %"),
        "peak near Shackleton, 2 m": lambda: sun_up("peak-near-shackleton_2m_1deg", "20 %"),
        "peak near Shackleton, 10 m": lambda: sun_up("peak-near-shackleton_10m_1deg", "36 %"),
        "night at a level pole": polar_night,
        "horizon of a crater rim": crater_rim,
    },
)

SECTIONS = (PERIODIC, FLOWN_ORBITS, EVENTS, LIGHT)
