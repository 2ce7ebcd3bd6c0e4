"""The same flights solved with boinor: its Cowell propagator inside ``scipy.optimize.root``.

Given to boinor: Moonport's guess; the unknowns and the gap of Moonport's kernel (node, argument and speed at both
apsides; position and velocity where the legs meet, 28 hours before perilune), which converge far better than shooting
from one end; the same forces and DE440 coefficients; ``root`` as it comes, whose tolerance is just enough for the
acceptance, a gap below 0.1 m and 1e-8 km/s as in the kernel. Everything compiled is warmed before the clock starts.

Two ways to state the force, both measured:

* ``PARTS``: as boinor offers it, ``func_twobody`` plus ``third_body`` of Moon and Sun, where they stand by a compiled
  function; what boinor lacks (J2 about the pole of date, the Moon's quadrupole) in another compiled function.
* ``KERNEL``: Moonport's own compiled force in one call, so that what is left is boinor's Cowell (scipy's DOP853).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from boinor.core.perturbations import third_body
from boinor.core.propagation import cowell
from boinor.core.propagation.base import func_twobody
from scipy.optimize import root

from sim.astro.ephemeris import Ephemeris
from sim.astro.forces import J2_R2_KM2, MapForce, map_acceleration, point_mass, point_mass_with_j2, quadrupole
from sim.astro.nbody import moon_quadrupoles
from sim.astro.surroundings import MOON, SUN, Surroundings, granule_position, moon_and_sun, three_columns
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, GM_SUN_KM3_S2, MOON_ROTATION_RAD_S
from sim.jit import jit
from sim.transfer.lanes import MATCH_BEFORE_ARRIVAL_S

PARTS, KERNEL = "parts", "kernel"

RELATIVE_TOLERANCE = 1e-11
"""boinor's default; its flights then meet perilune within 2 cm when flown again, 1e-10 leaves decimetres."""

GAP_KM, GAP_KM_S = 1e-4, 1e-8
SCALE_S = 1e4
"""A km/s of gap weighs as 10 000 km: both errors of the guess are then of one size."""


@dataclass(frozen=True, slots=True)
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


def force_by_parts(field, start_s):
    """boinor's documented way: the two-body slope plus perturbations, each a call."""
    where = field.table, field.offset_s, field.step_s

    def moon(t):
        return body_position(t + start_s, MOON, *where)

    def sun(t):
        return body_position(t + start_s, SUN, *where)

    def slope(t, u, k):
        du = func_twobody(t, u, k) + figures(t + start_s, u, moon(t), field.pole, field.quadrupole, field.arrival_s)
        du[3:] += third_body(t, u, k, GM_MOON_KM3_S2, moon) + third_body(t, u, k, GM_SUN_KM3_S2, sun)
        return du

    return slope


FORCES = {PARTS: force_by_parts, KERNEL: force_by_kernel}


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


def flown(state, seconds, force):
    """boinor's Cowell over ``seconds`` of either sign."""
    r, v = cowell(GM_EARTH_KM3_S2, state[:3], state[3:], [seconds], RELATIVE_TOLERANCE, f=force)
    return np.concatenate([r[0], v[0]])


def gap_of(problem, way):
    """Position and scaled velocity of the Earth leg's end minus the Moon leg's, of the six unknowns."""
    field = field_of(problem)
    earth_force, moon_force = FORCES[way](field, 0.0), FORCES[way](field, field.arrival_s)
    moon = np.concatenate(Ephemeris.de440().moon_geocentric(problem.arrival_tdb_s))

    def gap(x):
        tli = apsis_state(problem.tli_guess, problem.earth_pole, x[:3])
        perilune = apsis_state(problem.perilune_guess, problem.moon_pole, x[3:]) + moon
        here = flown(tli, field.arrival_s - MATCH_BEFORE_ARRIVAL_S, earth_force)
        off = here - flown(perilune, -MATCH_BEFORE_ARRIVAL_S, moon_force)
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
