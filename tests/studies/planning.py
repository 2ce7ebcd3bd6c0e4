"""Sections of docs/accuracy.md on what a planner asks: light, launch day, shadow and sight, descent, relays."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import ForceModel, propagate
from sim.astro.shadow import shadow_height_km
from sim.astro.time import tdb_s_from_utc
from sim.astro.twobody import two_body_state
from sim.catalog.loader import load_catalog
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.station.ground import limb_clearances_rad
from sim.station.site import site_ephemeris, site_geometry
from sim.transfer.descent import deorbit_dv_km_s
from sim.transfer.eclipse import longest_eclipse_s
from sim.transfer.sample import sample_transfer
from sim.transfer.solve import TransferProblem, solve_flights, solve_transfer
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S
from tests.acceptance.test_flown_launches import PACIFIC, PAD_39A, launches
from tests.benchmarks.transfer_map import RADII_KM, SAMPLE_STEP, year_map
from tests.selenographic import sun_elevation_deg
from tests.studies.tables import Section, digits
from tests.truth.test_descent_truth import allowances_km_s, best_steering_dv_km_s, braked
from tests.truth.test_site_truth import SUN_OVER_LANDINGS
from tests.unit.test_eclipse import integrated_min
from tests.unit.test_relay import START, relay

# --- light -----------------------------------------------------------------------------------------------------------


def sun(latitude_deg, longitude_deg, utc, published_deg):
    """Sun's elevation at a place and time."""
    sky = site_ephemeris(site_geometry(latitude_deg, longitude_deg), tdb_s_from_utc(utc))
    by_almanac = sun_elevation_deg(latitude_deg, longitude_deg, tdb_s_from_utc(utc))
    return (
        f"{published_deg}°" if published_deg else "none at hand",
        f"{by_almanac:.2f}°",
        f"{float(sky.sun_elevation_rad) / DEG:.2f}°",
    )


LIGHT = Section(
    "The Sun over landings that landed",
    "Elevation of the Sun's centre. Two decimals: Fjeld and Scotti 2009, Apollo Lunar Surface Journal, at their "
    "places and times (those of Apollo 15 at second hand, as a public test cites the table); their two computations "
    "differ by up to 0.5°. One decimal: Orloff 2000, NASA SP-2000-4029, recalled; Apollo 16 landed nearly six hours "
    "late, and its figure is that of the planned time. Formulas: Meeus 1998, chapters 25, 47 and 53, without physical "
    "librations.",
    ("", "published", "short formulas", "ours"),
    {landing: partial(sun, *published) for landing, published in SUN_OVER_LANDINGS.items()},
)

# --- Apollo 11's way -------------------------------------------------------------------------------------------------


def clock(t_tdb_s, start_utc):
    """Minutes after a moment, with a sign."""
    return f"{(float(t_tdb_s) - tdb_s_from_utc(start_utc)) / MINUTE_S:+.1f} min"


@cache
def launch_day():
    """Lift-offs at 72 and 108 degrees of azimuth for the arrival that was flown."""
    found = launches(PAD_39A, "1969-07-16", [72.0, 108.0], "1969-07-19T17:25:00", 170.0)
    return found.liftoff_tdb_s[0, :, PACIFIC, 0, 1]


@cache
def approach():
    """Last hours before the insertion: epochs, geocentric positions, Moon and Sun."""
    start, stop = tdb_s_from_utc("1969-07-16T16:19:10"), tdb_s_from_utc("1969-07-19T17:25:00")
    radii = R_EARTH_KM + 185.2, R_MOON_KM + 111.0
    transfer = solve_transfer(TransferProblem(start, stop, radii[0], 32.5 * DEG, radii[1], 170.0 * DEG))
    t = stop - np.arange(6.0 * HOUR_S, -1.0, -5.0)
    ephemeris = Ephemeris.de440()
    place = sample_transfer(transfer, t).states_icrf[:, :3]
    return t, place, ephemeris.moon_geocentric(t)[0], ephemeris.sun_geocentric(t)[0]


def signal_lost():
    t, place, moon, _ = approach()
    clear = limb_clearances_rad([load_catalog().ground_stations["madrid"]], t, place, moon)[0]
    return "1969-07-19T17:13", clock(t[np.argmax(clear < 0.0)], "1969-07-19T17:13:00")


def into_shadow():
    t, place, moon, sun_km = approach()
    umbra = shadow_height_km(place - moon, sun_km - moon, R_MOON_KM, "umbra") < 0.0
    hours = (t[np.argmax(umbra)] - tdb_s_from_utc("1969-07-16T13:32:00")) / HOUR_S
    return "told at 71.5 h", f"from {hours:.1f} h"


APOLLO_DAY = Section(
    "Apollo 11 from the pad to the far side",
    "Opening and closing: the flight's own targeting, for the arrival flown. Loss of signal: the hour and minute given "
    "in Houston that day (1:13 p.m. EDT), seen from Madrid. The Moon's shadow: when the crew told of stars and corona "
    "(time since lift-off, voice transcript); they had been in it for a while.",
    ("", "flown", "ours"),
    {
        "azimuth 72°, opening": lambda: ("1969-07-16T13:31:28", clock(launch_day()[0], "1969-07-16T13:31:28")),
        "azimuth 108°, closing": lambda: ("1969-07-16T17:54:32", clock(launch_day()[1], "1969-07-16T17:54:32")),
        "loss of signal behind the Moon": signal_lost,
        "umbra of the Moon": into_shadow,
    },
)

# --- eclipses --------------------------------------------------------------------------------------------------------


@cache
def eclipses():
    """Longest eclipses (min) of one in 300 of the year's flights: ours, integrated, and with shadows 60 km off."""
    flights = year_map()
    solutions = solve_flights(flights, *RADII_KM)
    items = np.flatnonzero(solutions.converged)[:: 3 * SAMPLE_STEP]
    starts, stops = (epochs[flights.flight[items]] for epochs in (flights.tli_tdb_s, flights.arrival_tdb_s))
    states = solutions.tli_state_icrf[items]
    ours = longest_eclipse_s(states, starts, solutions.perilune_state_icrf[items], stops) / MINUTE_S
    ends = zip(states, starts, stops, strict=True)
    return ours, np.array([integrated_min(*end, shadows_grow_km=(0.0, -60.0, 60.0)) for end in ends])


def eclipse_errors(shortest_min, longest_min):
    ours, integrated = eclipses()
    chosen = (integrated[:, 0] >= shortest_min) & (integrated[:, 0] < longest_min)
    off_s = np.abs(ours - integrated[:, 0])[chosen] * MINUTE_S
    outside = (ours < integrated[:, 1] - 0.3) | (ours > integrated[:, 2] + 0.3)
    counts = f"{chosen.sum()}", f"{np.sum(outside & chosen)}"
    return counts[0], *(digits(np.percentile(off_s, part), "s") for part in (50, 95, 100)), counts[1]


ECLIPSES = Section(
    "Eclipses on the way",
    "Longest time in the shadow of Earth or Moon, penumbra included, by conics of both ends, against the same flights "
    "integrated and looked at 3000 times each (one in three hundred of the year above). Long eclipses that graze a "
    "shadow hang on kilometres: the last column counts those off by more than shadows 60 km narrower or wider would "
    "make them (and 0.3 min).",
    ("", "flights", "median off", "95 %", "worst", "off by more than 60 km"),
    {
        "none, or below half an hour": lambda: eclipse_errors(0.0, 30.0),
        "half an hour and more": lambda: eclipse_errors(30.0, np.inf),
    },
)

# --- descent ---------------------------------------------------------------------------------------------------------


def against_best(weights):
    return f"{best_steering_dv_km_s(weights) * 1e3:.1f} m/s", f"{braked(weights).dv_km_s[0] * 1e3:.1f} m/s"


def whole_descent():
    total = deorbit_dv_km_s(100.0, 100.0) + braked(np.linspace(1.6, 4.0, 25)).dv_km_s + allowances_km_s()
    return "1870 to 2050 m/s", f"{total.min() * 1e3:.0f} to {total.max() * 1e3:.0f} m/s"


DESCENTS = Section(
    "Powered descents",
    "Braking from 15 km with the linear-tangent law, against the best steering that a polynomial of degree five finds "
    "by collocation of another integrator in Cartesian axes (tests/truth/test_descent_truth.py). Whole descent from a "
    "circle of 100 km, 30 s of hover and 200 m of divert included, storable engines of 1.6 to 4 lunar weights: the "
    "range of studies and of Apollo's planning.",
    ("", "reference", "ours"),
    {
        "braking, thrust of 1.5 lunar weights": lambda: against_best(1.5),
        "braking, thrust of 2.5 lunar weights": lambda: against_best(2.5),
        "100 km to the ground": whole_descent,
    },
)

# --- relays ----------------------------------------------------------------------------------------------------------


def relay_against_boinor():
    one = relay(frame="icrf", node_deg=40.0, mean_anomaly_deg=75.0)
    expected = two_body_state(one.state_icrf(START), 30.0 * DAY_S, "moon")
    miss = np.linalg.norm(one.position_icrf_km(START + 30.0 * DAY_S) - expected[:3])
    return (digits(miss * 1e6, "mm"),)


def relay_drift(days):
    """How far a relay of Queqiao-2's size is from its ellipse: medians over a day."""
    one = relay(node_deg=40.0, mean_anomaly_deg=75.0)
    t = START + (days - 1.0) * DAY_S + np.linspace(0.0, DAY_S, 97)
    forces = ForceModel(moon_degree=8)
    flown = propagate(one.state_icrf(START), START, float(t[-1]), forces, "moon", sample_tdb_s=t).states_icrf[:, :3]
    place = one.position_icrf_km(t)
    apart = np.linalg.norm(np.cross(flown, place), axis=1), np.sum(flown * place, axis=1)
    return (f"{np.median(np.linalg.norm(flown - place, axis=1)):.0f} km, {np.median(np.arctan2(*apart)) / DEG:.1f}°",)


RELAYS = Section(
    "Relays as two-body orbits",
    "A relay on 200 × 16 000 km about the Moon, inclined by 119°: against boinor, and how far the real field (Moon to "
    "degree 8, Earth, Sun) takes it from its ellipse: medians over the day named, kilometres, and degrees seen from "
    "the Moon's centre. Operators keep such orbits in phase; for a date years ahead the plane and phase of a relay are "
    "a choice of the scenario.",
    ("", "off by"),
    {
        "against boinor, 30 days": relay_against_boinor,
        "against the real field, 1st day": lambda: relay_drift(1),
        "7th day": lambda: relay_drift(7),
        "30th day": lambda: relay_drift(30),
    },
)

SECTIONS = (LIGHT, APOLLO_DAY, ECLIPSES, DESCENTS, RELAYS)
