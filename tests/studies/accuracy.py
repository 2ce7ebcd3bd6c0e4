"""How right the numbers are, measured: ``python -m tests.studies.accuracy`` writes docs/accuracy.md.

It takes some five minutes. Every table is a section, below, in planning.py or in station.py: a title, what it says, its
columns, and its rows, each a function that measures and gives the cells. tests/unit/test_accuracy_page.py sees to it
that the page has these tables.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import ForceModel, propagate
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa
from sim.astro.time import tdb_s_from_scale, tdb_s_from_utc, tdb_s_from_utc_datetime64
from sim.constants import GM_EARTH_KM3_S2, R_EARTH_KM, R_MOON_KM
from sim.transfer.insertion import finite_burn_loss_km_s, insertion_dv_km_s
from sim.transfer.launch import refine_launches
from sim.transfer.solve import TransferProblem, solve_flights, solve_transfer
from sim.units import DAY_S, DEG, HOUR_S, MINUTE_S
from tests.acceptance.test_flown_launches import APOLLO, PAD_39A, launches
from tests.benchmarks.transfer_map import RADII_KM, SAMPLE_STEP, year_map
from tests.independent import GM_EARTH, bulge, dop853, geocentric_third_bodies, pull
from tests.launch_cases import solved
from tests.reflight import perilune_misses
from tests.studies.left_out import EFFECTS, FLIGHTS, measure
from tests.studies.planning import SECTIONS as PLANNING
from tests.studies.station import SECTIONS as STATION
from tests.studies.tables import Section, digits
from tests.truth.test_ephemeris_truth import horizons
from tests.truth.test_orientation_truth import SPICE
from tests.truth.test_propagation_truth import (
    DATA,
    FOUR_DAYS_S,
    GMAT,
    NRHO_END_M,
    NRHO_STATE,
    NRHO_UTC,
    TLI_STATE,
    TLI_TDB_S,
    distance_m,
    heyoka_flight,
    table,
)
from tests.unit.test_launch import misses_km, some_flying

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"

# --- transfers of a map ----------------------------------------------------------------------------------------------


@cache
def reflown():
    """Misses of one transfer in a hundred of the year's map."""
    flights = year_map()
    solutions = solve_flights(flights, *RADII_KM)
    items = np.flatnonzero(solutions.converged)[::SAMPLE_STEP]
    return perilune_misses(flights, solutions, items, RADII_KM[1]), len(items), len(flights.flight)


def spread(values, unit):
    size = np.abs(values)
    return digits(np.median(size), unit), digits(np.percentile(size, 95), unit), digits(size.max(), unit)


def launch_misses():
    found = []
    for lane in ("explorer", "scout", "europe"):
        problem, grid = solved(lane)
        index = some_flying(grid)
        found.append(misses_km(lane, problem, refine_launches(problem, index, grid), index[1]))
    return spread(np.concatenate(found) * 1e3, "m")


MAP = Section(
    "Solved flights, flown again",
    "A year of transfers (1460 injections × 25 times of flight from 2.5 to 7.5 days × 4 branches, parking orbit 185"
    " km at 51.8°, polar perilune at 100 km); one in a hundred flown again in one shot by RKN12(10)17M at 1e-11 on "
    "DE440's own polynomials, in the same forces. Last row: injections rebuilt by vectors from pad, lift-off, "
    "azimuth, ascent and coast, against those of the solved launches.",
    ("", "median", "95 %", "worst"),
    {
        "perilune radius": lambda: spread(reflown()[0].radius_m * 1e3, "mm"),
        "epoch of perilune": lambda: spread(reflown()[0].time_s * 1e6, "µs"),
        "lunar inclination": lambda: spread(reflown()[0].inclination_deg, "deg"),
        "injection of a launch": launch_misses,
    },
)

# --- other programs --------------------------------------------------------------------------------------------------


def by_dop853():
    pole = earth_pole(TLI_TDB_S)

    def acceleration(t, r):
        return pull(GM_EARTH, r) + bulge(GM_EARTH, r, pole) + geocentric_third_bodies(t, r)

    return dop853(acceleration, TLI_STATE, TLI_TDB_S, TLI_TDB_S + FOUR_DAYS_S)


def four_days_against(expected):
    actual = propagate(TLI_STATE, TLI_TDB_S, TLI_TDB_S + FOUR_DAYS_S, ForceModel(moon_degree=0)).states_icrf[-1]
    return (digits(distance_m(actual, expected) * 1e3, "mm"),)


def by_heyoka():
    import heyoka

    return four_days_against(heyoka_flight(heyoka, TLI_STATE, TLI_TDB_S, FOUR_DAYS_S, earth_pole(TLI_TDB_S)))


def gmat(with_jupiter):
    worst = 0.0
    for case in GMAT["cases"]:
        if ("Jupiter barycentre" in case["bodies"]) != with_jupiter:
            continue
        text, scale = case["epoch"].rsplit(" ", 1)
        t0 = float(tdb_s_from_scale(text, scale))
        bodies = tuple(body for body in ("earth", "moon", "sun") if body.capitalize() in case["bodies"])
        gm = {f"gm_{body}_km3_s2": GMAT["gm_km3_s2"][body] for body in ("earth", "moon", "sun")}
        forces = ForceModel(bodies=bodies, earth_j2=False, moon_degree=0, **gm)
        end = propagate(case["x0"], t0, t0 + case["duration_s"], forces).states_icrf[-1]
        worst = max(worst, float(distance_m(end, case["x1"])))
    return (digits(worst, "m"),)


def stk():
    rows = table("stk_moon_point_mass.csv")
    t0 = float(tdb_s_from_utc("2004-06-01T12:00:00"))
    t = t0 + np.round((rows[:, 0] - rows[0, 0]) * 288) * 300.0
    forces = ForceModel(bodies=("moon",), moon_degree=0, gm_moon_km3_s2=4902.8005821478)
    flight = propagate(rows[0, 1:], t0, t[-1], forces, "moon", sample_tdb_s=t)
    return (digits(distance_m(flight.states_icrf, rows[:, 1:]).max() * 1e3, "mm"),)


def nesc():
    t0 = float(tdb_s_from_utc(NRHO_UTC))
    end = propagate(NRHO_STATE, t0, t0 + 604800.0, ForceModel(earth_j2=False, moon_degree=8), "moon").states_icrf[-1]
    return (digits(float(distance_m(end, NRHO_END_M / 1e3)), "m"),)


PROGRAMS = Section(
    "Propagation against other programs",
    "Distance at the end. The first two fly the same equations by other integrators, their force code written "
    "apart; "
    f"the others are published results (tests/data/{DATA.name}).",
    ("", "off by"),
    {
        "four days to the Moon, scipy DOP853": lambda: four_days_against(by_dop853()),
        "four days to the Moon, heyoka (Taylor)": by_heyoka,
        "GMAT, point masses, a day, without planets": lambda: gmat(False),
        "GMAT, the same with Jupiter, which our model has not": lambda: gmat(True),
        "STK, low lunar orbit, 3 days": stk,
        "NASA NESC check case, halo orbit, GRAIL 8×8, 7 days (simulators spread over 150 m)": nesc,
    },
)

# --- ephemeris and orientation ---------------------------------------------------------------------------------------


def positions(name, method):
    t, r, _ = horizons(name)
    return (digits(np.linalg.norm(getattr(Ephemeris.de440(), method)(t)[0] - r, axis=1).max() * 1e3, "m"),)


def orientation(key, function):
    cases = SPICE[key]
    off = max(np.abs(function((case["jd_tdb"] - 2451545.0) * DAY_S) - case["R"]).max() for case in cases)
    return (digits(off, "rad"),)


def pole():
    rows = np.loadtxt(DATA.parent / "horizons_moon_pole_me.csv", delimiter=",", skiprows=4)
    moments = np.datetime64("2000-01-01T12:00") + np.rint((rows[:, 0] - 2451545.0) * 86400e3).astype("timedelta64[ms]")
    ours = icrf_to_moon_me(tdb_s_from_utc_datetime64(moments))[:, 2]
    level = np.cos(rows[:, 2] * DEG)
    ascension = rows[:, 1] * DEG
    published = np.stack([level * np.cos(ascension), level * np.sin(ascension), np.sin(rows[:, 2] * DEG)], axis=1)
    return (digits(np.linalg.norm(ours - published, axis=1).max() / DEG, "deg"),)


SKY = Section(
    "Ephemeris and orientation",
    "Largest difference. JPL Horizons computes from DE441, 1970 to 2040; SPICE from the same DE421 kernel.",
    ("", "off by"),
    {
        "Moon from the Earth, JPL Horizons": lambda: positions("horizons_moon_geocentric.csv", "moon_geocentric"),
        "Earth from the barycentre, JPL Horizons": lambda: positions("horizons_earth_ssb.csv", "earth_ssb"),
        "Sun from the barycentre, JPL Horizons": lambda: positions("horizons_sun_ssb.csv", "sun_ssb"),
        "Moon's principal axes, SPICE": lambda: orientation("icrf_to_moon_pa", icrf_to_moon_pa),
        "Moon's mean-Earth axes, SPICE": lambda: orientation("icrf_to_moon_me", icrf_to_moon_me),
        "Moon's pole, JPL Horizons (five decimals printed)": pole,
    },
)

# --- flights that flew -----------------------------------------------------------------------------------------------


@cache
def flight(start, arrival, parking_deg, perilune_km, lunar_deg):
    t0, t1 = float(tdb_s_from_utc(start)), float(tdb_s_from_utc(arrival))
    radii = R_EARTH_KM + 185.0, R_MOON_KM + perilune_km
    return solve_transfer(TransferProblem(t0, t1, radii[0], parking_deg * DEG, radii[1], lunar_deg * DEG))


def lro():
    return flight("2009-06-18T22:16:00", "2009-06-23T10:06:00", 28.3, 100.0, 90.0)


def change_5():
    return flight("2020-11-23T21:06:00", "2020-11-28T13:06:00", 19.6, 100.0, 43.0)


def apollo_11():
    return flight("1969-07-16T16:19:10", "1969-07-19T17:25:00", 32.5, 111.0, 170.0)


def circle_dv_km_s(transfer):
    return float(
        insertion_dv_km_s(transfer.perilune_speed_km_s, transfer.perilune_radius_km, transfer.perilune_radius_km)
    )


def speed_at_334_km():
    """Speed of Apollo 11's flight where its injection was measured, ten seconds after cutoff."""
    transfer = apollo_11()
    radius_km = np.linalg.norm([6369.71, 1759.66, 1175.11])  # of its published place (Orloff 2000, SP-2000-4029)
    return float(np.sqrt(transfer.c3_km2_s2 + 2.0 * GM_EARTH_KM3_S2 / radius_km))


def apollo_insertion():
    transfer = apollo_11()
    return float(insertion_dv_km_s(transfer.perilune_speed_km_s, transfer.perilune_radius_km, R_MOON_KM + 314.0))


def apollo_launch(row):
    _, liftoff, azimuth_deg, _, loi_h, injection = row
    start = float(tdb_s_from_utc(liftoff))
    azimuths = azimuth_deg + np.array([-1.0, 0.0, 1.0])
    found = launches(PAD_39A, liftoff[:10], azimuths, start + loi_h * HOUR_S + 3 * MINUTE_S, 160.0)
    times = found.liftoff_tdb_s[0, :, injection, 0, :]
    best = int(np.argmin(np.abs(times[1] - start)))
    late_s = times[1, best] - start
    slope = (times[2, best] - times[0, best]) / 2.0
    return f"{liftoff[:16]}, {azimuth_deg:.1f}°", f"{late_s / MINUTE_S:+.1f} min, or {-late_s / slope:+.2f}°"


FLOWN = Section(
    "Flights that flew",
    "LRO and Chang'e-5: between the epochs flown (NASA LROC news 146 and 147; CNSA), against another program's "
    "impulsive flights, insertion to a 100 km circle; LRO's first burn was 567 m/s into 220 × 3100 km, part of "
    "that. Apollo: Orloff 2000, NASA SP-2000-4029; the lift-off at the flown azimuth for the flown arrival, or what"
    " azimuth that is worth. The flights steered their injections out of the plane and were corrected on the way.",
    ("", "reference", "ours"),
    {
        "LRO, injection": lambda: ("3130 m/s", f"{lro().tli_dv_km_s * 1e3:.0f} m/s"),
        "LRO, C3": lambda: ("-2.15 km²/s²", f"{lro().c3_km2_s2:.2f} km²/s²"),
        "LRO, insertion": lambda: ("837 to 847 m/s", f"{circle_dv_km_s(lro()) * 1e3:.0f} m/s"),
        "Chang'e-5, injection": lambda: ("3143 m/s", f"{change_5().tli_dv_km_s * 1e3:.0f} m/s"),
        "Chang'e-5, insertion": lambda: ("804 to 816 m/s", f"{circle_dv_km_s(change_5()) * 1e3:.0f} m/s"),
        "Apollo 11, speed after injection": lambda: ("10.834 km/s", f"{speed_at_334_km():.3f} km/s"),
        "Apollo 11, insertion to 111 × 314 km": lambda: (
            "889 m/s (burnt, plane change and loss included)",
            f"{apollo_insertion() * 1e3:.0f} m/s",
        ),
        **{f"Apollo {row[0]}, lift-off": (lambda row=row: apollo_launch(row)) for row in APOLLO},
    },
)

# --- what is left out ------------------------------------------------------------------------------------------------


def left_out(name):
    found = measure(EFFECTS[name])
    low, high = found.size_km.min(), found.size_km.max()
    worst = found.correction_m_s.max()
    return f"{digits(low)} to {digits(high)}", digits(worst) if worst >= 1e-4 else "below 0.0001"


OMITTED = Section(
    "What the force model leaves out",
    f"The same {len(FLIGHTS)} injections ({', '.join(f'{days:g}' for _, days, _ in FLIGHTS)} days to the Moon, parking "
    "orbit 185 km at 51.8°) flown with each effect added: by how far they miss the place at arrival, and the "
    "delta-v that undoes it a day after injection. A planner that knew the effect would aim it off for nothing; "
    "even all of them together stay far below the 30 m/s that a lane sets aside for corrections, most of which are "
    "the launcher's own errors. Earth: EGM2008; planets: DE440; relativity: IERS TN 36, eq. 10.12; light: 4.56e-6 "
    "N/m² at 1 au. UT1 is frozen where the IERS table ends; in the ten years to 2026 it moved by 0.7 s against "
    "atomic time.",
    ("", "miss at arrival, km", "delta-v to correct, m/s"),
    {name: (lambda name=name: left_out(name)) for name in EFFECTS},
)


def burn_loss(dv_km_s, minutes, radius_km, gm_ratio=1.0):
    loss = gm_ratio * float(finite_burn_loss_km_s(dv_km_s, minutes * MINUTE_S, radius_km))
    return f"{dv_km_s * 1e3:.0f} m/s", f"{loss * 1e3:.0f} m/s ({100.0 * loss / dv_km_s:.1f} %)"


EARTH_OVER_MOON = GM_EARTH_KM3_S2 / 4902.800118
BURNS = Section(
    "Burns of finite length",
    "A burn of length T about an apsis costs more by (μ/r³) T²/24 of its delta-v, to second order (Robbins 1966, AIAA "
    "Journal 4(8), 1417-1423; it overstates burns beyond a quarter of an hour). Launchers' published masses to the Moon"
    " hold the loss of the injection already; that of the insertion is charged where the lander's thrust is known, in "
    "parts where a burn would last more than half an hour.",
    ("", "impulse", "loss"),
    {
        "injection, 6 min (Saturn V)": lambda: burn_loss(3.14, 6.0, R_EARTH_KM + 185.0, EARTH_OVER_MOON),
        "injection, 12 min (a weaker upper stage)": lambda: burn_loss(3.14, 12.0, R_EARTH_KM + 185.0, EARTH_OVER_MOON),
        "insertion, 6 min (Apollo 11)": lambda: burn_loss(0.84, 6.0, R_MOON_KM + 100.0),
        "insertion, 17 min (Chang'e-5)": lambda: burn_loss(0.81, 17.0, R_MOON_KM + 100.0),
    },
)

SECTIONS = (MAP, PROGRAMS, SKY, FLOWN, *PLANNING, *STATION, OMITTED, BURNS)
HEAD = """# Accuracy

Written by `python -m tests.studies.accuracy`; every number is measured by it. The tests hold the same quantities to
limits; where a limit and a measurement differ by much, the test says why.
"""


def page(progress: Callable[[str], object] = str) -> str:
    """Measure everything and write the page."""
    parts = [HEAD]
    for section in SECTIONS:
        progress(section.title)
        lines = [f"## {section.title}", "", textwrap.fill(section.text, 118, break_on_hyphens=False), ""]
        lines += ["| " + " | ".join(section.columns) + " |", "|---" * len(section.columns) + "|"]
        lines += ["| " + " | ".join((label, *row())) + " |" for label, row in section.rows.items()]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def main() -> None:
    """Write docs/accuracy.md."""
    PAGE.write_text(page(lambda title: sys.stderr.write(f"{title} ...\n")), encoding="utf-8")


if __name__ == "__main__":
    main()
