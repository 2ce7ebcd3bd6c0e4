"""Solved flights flown again in one shot at tight tolerance: how far they miss what they promise."""

from dataclasses import dataclass

import numpy as np

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.nbody import refly_many
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa
from sim.constants import GM_MOON_KM3_S2
from sim.units import DEG, M_PER_KM


@dataclass(frozen=True, slots=True)
class Misses:
    """Of n flights, signed: perilune radius, epoch of perilune, lunar and parking inclination, flown minus wanted."""

    radius_m: np.ndarray
    time_s: np.ndarray
    inclination_deg: np.ndarray
    parking_inclination_deg: np.ndarray


def perilune_misses(flights, solutions, items, perilune_radius_km):
    """Fly the numbered items from injection to arrival with RKN12 on DE440's own polynomials."""
    flight = flights.flight[items]
    t0, tp = flights.tli_tdb_s[flight], flights.arrival_tdb_s[flight]
    ends = refly_many(solutions.tli_state_icrf[items], t0, tp, earth_pole(t0), icrf_to_moon_pa(tp))
    moon_r, moon_v = Ephemeris.de440().moon_geocentric(tp)
    r, v = ends[:, :3] - moon_r, ends[:, 3:] - moon_v
    radius, r_v = np.linalg.norm(r, axis=1), np.sum(r * v, axis=1)
    # r·v grows by v² − μ/r a second: its zero is the true perilune, to first order in some milliseconds
    late = -r_v / (np.sum(v * v, axis=1) - GM_MOON_KM3_S2 / radius)
    lowest = radius - 0.5 * r_v * -late / radius
    inclination = inclination_to(icrf_to_moon_me(tp)[:, 2], r, v) - flights.lunar_inclination_rad[items]
    start = solutions.tli_state_icrf[items]
    parking = inclination_to(earth_pole(t0), start[:, :3], start[:, 3:]) - flights.parking_inclination_rad[items]
    return Misses((lowest - perilune_radius_km) * M_PER_KM, late, inclination / DEG, parking / DEG)


def inclination_to(pole, r, v):
    h = np.cross(r, v)
    return np.arccos(np.sum(h * pole, axis=1) / np.linalg.norm(h, axis=1))
