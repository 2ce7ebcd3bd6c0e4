"""The same flights solved with boinor: its Cowell propagator inside ``scipy.optimize.root``.

Given to boinor: Moonport's guess; the unknowns and the gap of Moonport's kernel (node, argument and speed at both
apsides; position and velocity where the legs meet, 28 hours before perilune), which converge as well as shooting from
one end and faster on the hard flights; the same forces and the same DE440; ``root`` as it comes, whose tolerance is
just enough for the acceptance, a gap below 0.1 m and 1e-8 km/s as in the kernel; boinor's default tolerance of 1e-11,
whose flights meet perilune as well as the kernel's when flown again. Everything compiled is warmed before the clock
starts.

Three ways to use it, from the ordinary to the utmost; how much faster Moonport is depends on it, so all are measured:

* ``DOCUMENTED``: as boinor's documentation shows it. ``Orbit.propagate`` with ``CowellPropagator(f=...)``, where f is
  ``func_twobody`` plus ``third_body`` of Moon and Sun, whose places come from interpolants (scipy's Hermite splines
  through DE440 every half hour, good to a millimetre; boinor's own interpolant is linear). What boinor lacks (J2 about
  the pole of date, the Moon's quadrupole) is one compiled function.
* ``CORE``: the same force, but the core function ``cowell`` without orbits and units, and Moon and Sun from a compiled
  table of DE440's coefficients.
* ``KERNEL``: as ``CORE``, with Moonport's whole compiled force in one call: what is left is scipy's DOP853, which is
  boinor's Cowell.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from astropy import units
from boinor.core.perturbations import third_body
from boinor.core.propagation import cowell
from boinor.core.propagation.base import func_twobody
from boinor.twobody.propagation import CowellPropagator
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import root

from sim.astro.ephemeris import Ephemeris
from sim.astro.forces import J2_R2_KM2, MapForce, map_acceleration, point_mass, point_mass_with_j2, quadrupole
from sim.astro.nbody import moon_quadrupoles
from sim.astro.surroundings import MOON, SUN, Surroundings, granule_position, moon_and_sun, three_columns
from sim.astro.twobody import orbit_from_state, state_from_orbit
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, GM_SUN_KM3_S2, MOON_ROTATION_RAD_S
from sim.jit import jit
from sim.transfer.lanes import MATCH_BEFORE_ARRIVAL_S

DOCUMENTED, CORE, KERNEL = "documented", "core", "kernel"

RELATIVE_TOLERANCE = 1e-11
"""boinor's default."""

GAP_KM, GAP_KM_S = 1e-4, 1e-8
SCALE_S = 1e4
"""A km/s of gap weighs as 10 000 km: both errors of the guess are then of one size."""


SAMPLE_S = 1800.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One flight: epochs, guessed apsis states (geocentric; Moon-centred), poles (3,), principal axes (3, 3)."""

    tli_tdb_s: float
    arrival_tdb_s: float
    tli_guess: np.ndarray
    perilune_guess: np.ndarray
    earth_pole: np.ndarray
    moon_pole: np.ndarray
    moon_axes: np.ndarray


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``root`` found, and the CPU seconds it took from the guess."""

    converged: bool
    tli_state: np.ndarray
    cpu_s: float


class Field(NamedTuple):
    """Arguments of the compiled forces; times count from injection."""

    table: np.ndarray
    offset_s: float
    step_s: float
    pole: np.ndarray
    quadrupole: np.ndarray
    arrival_s: float


@jit()
def kernel_slope(t, u, table, offset_s, step_s, pole, quad, arrival_s):
    """Derivative of a geocentric state (6,) by the maps' force."""
    force = MapForce(Surroundings(table, offset_s, step_s), pole, quad, MOON_ROTATION_RAD_S, arrival_s)
    ax, ay, az = map_acceleration(t, u[0], u[1], u[2], force)
    return np.array((u[3], u[4], u[5], ax, ay, az))


@jit()
def body_position(t, column, table, offset_s, step_s):
    """Geocentric Moon or Sun (3,)."""
    index, place = granule_position(t, offset_s, step_s, len(table))
    x, y, z = three_columns(table[index], column, place)
    return np.array((x, y, z))


@jit()
def figures(t, u, moon, pole, quad, arrival_s):
    """What boinor has no function for: J2 about the pole of date and the Moon's quadrupole, as a slope (6,)."""
    px, py, pz = point_mass(GM_EARTH_KM3_S2, u[0], u[1], u[2])
    jx, jy, jz = point_mass_with_j2(GM_EARTH_KM3_S2, J2_R2_KM2, u[0], u[1], u[2], (pole[0], pole[1], pole[2]))
    angle = 2.0 * MOON_ROTATION_RAD_S * (t - arrival_s)
    dx, dy, dz = u[0] - moon[0], u[1] - moon[1], u[2] - moon[2]
    qx, qy, qz = quadrupole(quad, np.cos(angle), np.sin(angle), dx, dy, dz)
    return np.array((0.0, 0.0, 0.0, jx - px + qx, jy - py + qy, jz - pz + qz))


def field_of(problem):
    granules = moon_and_sun(problem.tli_tdb_s, problem.arrival_tdb_s)
    return Field(
        granules.coefficients,
        problem.tli_tdb_s - granules.start_tdb_s,
        granules.step_s,
        np.ascontiguousarray(problem.earth_pole),
        moon_quadrupoles(problem.moon_axes),
        problem.arrival_tdb_s - problem.tli_tdb_s,
    )


def force_by_kernel(field, start_s):
    return lambda t, u, k: kernel_slope(t + start_s, u, *field)


def force_by_parts(field, moon, sun, start_s):
    """boinor's documented way: the two-body slope plus perturbations, each a call; bodies are functions of time."""

    def slope(t, u, k):
        du = func_twobody(t, u, k) + figures(t + start_s, u, moon(t), field.pole, field.quadrupole, field.arrival_s)
        du[3:] += third_body(t, u, k, GM_MOON_KM3_S2, moon) + third_body(t, u, k, GM_SUN_KM3_S2, sun)
        return du

    return slope


def force_of(problem, field, way, start_s):
    """Slope in boinor's form, its time counted from ``start_s`` after injection."""
    if way == KERNEL:
        return force_by_kernel(field, start_s)
    if way == CORE:
        where = field.table, field.offset_s, field.step_s
        moon, sun = (lambda t, body=body: body_position(t + start_s, body, *where) for body in (MOON, SUN))
        return force_by_parts(field, moon, sun, start_s)
    moon, sun = interpolants(problem)
    return force_by_parts(field, lambda t: moon(t + start_s), lambda t: sun(t + start_s), start_s)


@cache
def interpolants(problem):
    """Geocentric Moon and Sun as functions of the time from injection."""
    t = np.arange(-SAMPLE_S, problem.arrival_tdb_s - problem.tli_tdb_s + 2.0 * SAMPLE_S, SAMPLE_S)
    ephemeris = Ephemeris.de440()
    bodies = ephemeris.moon_geocentric(problem.tli_tdb_s + t), ephemeris.sun_geocentric(problem.tli_tdb_s + t)
    return tuple(CubicHermiteSpline(t, *body) for body in bodies)


def rotated(vector, axis, angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return vector * cosine + np.cross(axis, vector) * sine + axis * (axis @ vector) * (1.0 - cosine)


def apsis_state(guess, pole, unknowns):
    """Guess turned by the argument in its plane and by the node about the pole, its speed changed."""
    node, argument, speed = unknowns
    r, v = guess[:3], guess[3:]
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal)
    r, v = rotated(rotated(r, normal, argument), pole, node), rotated(rotated(v, normal, argument), pole, node)
    return np.concatenate([r, v * (1.0 + speed / np.linalg.norm(v))])


def flown_by_core(state, t_tdb_s, seconds, force):
    """The core function over ``seconds`` of either sign."""
    r, v = cowell(GM_EARTH_KM3_S2, state[:3], state[3:], [seconds], RELATIVE_TOLERANCE, f=force)
    return np.concatenate([r[0], v[0]])


def flown_as_documented(state, t_tdb_s, seconds, force):
    """An orbit propagated with the Cowell propagator."""
    method = CowellPropagator(rtol=RELATIVE_TOLERANCE, f=force)
    return state_from_orbit(orbit_from_state(state, t_tdb_s).propagate(seconds * units.s, method=method))[1]


def gap_of(problem, way):
    """Position and scaled velocity of the Earth leg's end minus the Moon leg's, of the six unknowns."""
    field = field_of(problem)
    flown = flown_as_documented if way == DOCUMENTED else flown_by_core
    earth_force, moon_force = (force_of(problem, field, way, start_s) for start_s in (0.0, field.arrival_s))
    moon = np.concatenate(Ephemeris.de440().moon_geocentric(problem.arrival_tdb_s))

    def gap(x):
        tli = apsis_state(problem.tli_guess, problem.earth_pole, x[:3])
        perilune = apsis_state(problem.perilune_guess, problem.moon_pole, x[3:]) + moon
        here = flown(tli, problem.tli_tdb_s, field.arrival_s - MATCH_BEFORE_ARRIVAL_S, earth_force)
        off = here - flown(perilune, problem.arrival_tdb_s, -MATCH_BEFORE_ARRIVAL_S, moon_force)
        off[3:] *= SCALE_S
        return off

    return gap


def solve(problem, way):
    """Solve one flight from its guess."""
    begun = time.process_time()
    gap = gap_of(problem, way)
    found = root(gap, np.zeros(6))
    closed = np.linalg.norm(found.fun[:3]) < GAP_KM and np.linalg.norm(found.fun[3:]) < GAP_KM_S * SCALE_S
    state = apsis_state(problem.tli_guess, problem.earth_pole, found.x[:3])
    return Answer(bool(closed), state, time.process_time() - begun)
