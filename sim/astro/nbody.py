"""Flights in the field of Earth, Moon and Sun: the maps' model flown again, and propagation in a model of one's choice.

Axes are ICRF, km and km/s; epochs are TDB seconds past J2000; bodies stand where DE440 says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.forces import (
    J2_R2_KM2,
    GeneralForce,
    MapForce,
    general_acceleration,
    map_acceleration,
)
from sim.astro.gravity import GravityField, grgm660prim
from sim.astro.rkn import ARRIVED, TOO_MANY_STEPS, make_integrator
from sim.astro.surroundings import Surroundings, moon_and_sun, surroundings
from sim.constants import (
    C20_MOON,
    C22_MOON,
    GM_EARTH_KM3_S2,
    GM_MOON_KM3_S2,
    GM_SUN_KM3_S2,
    MOON_ROTATION_RAD_S,
    R_MOON_GRAVITY_KM,
)
from sim.errors import UsageError
from sim.jit import jit

FloatArray = NDArray[np.float64]
Centre = Literal["earth", "moon"]

BODIES = ("earth", "moon", "sun")
DEFAULT_MOON_DEGREE = 8
DEFAULT_TOLERANCE = 1e-13

MAP_TOLERANCE = 1e-11
"""Of a transfer flown again: within 0.1 mm at the Moon (tests/studies/propagation_tolerance.py)."""

SOLAR_PRESSURE_N_M2 = 4.56e-6
"""Sunlight at 1 au on an absorbing surface: Montenbruck & Gill 2000, Satellite Orbits, eq. 3.69."""


integrate_general = make_integrator(general_acceleration)
_integrate_map = make_integrator(map_acceleration)


@dataclass(frozen=True, slots=True)
class ForceModel:
    """What pulls and pushes.

    Attributes
    ----------
    bodies : tuple of str
        Any of earth, moon, sun.
    earth_j2 : bool
        Whether the Earth's J2 acts, about its pole of date (where the Earth is among the bodies).
    moon_degree : int
        Degree of the Moon's field; 0 is a point mass.
    moon_field : GravityField or None
        A field of one's own, used to its full degree; None is GRGM660PRIM to ``moon_degree``.
    srp_m2_kg : float
        Cr A/m of a sphere in sunlight; 0 is none.
    shadows : bool
        Whether Earth and Moon shade the sunlight (penumbra by the covered part of the Sun's disc).
    gm_earth_km3_s2, gm_moon_km3_s2, gm_sun_km3_s2 : float
        DE440's; the Moon's is None for that of the field, or DE440's for a point mass.
    """

    bodies: tuple[str, ...] = BODIES
    earth_j2: bool = True
    moon_degree: int = DEFAULT_MOON_DEGREE
    moon_field: GravityField | None = None
    srp_m2_kg: float = 0.0
    shadows: bool = True
    gm_earth_km3_s2: float = GM_EARTH_KM3_S2
    gm_moon_km3_s2: float | None = None
    gm_sun_km3_s2: float = GM_SUN_KM3_S2

    def __post_init__(self) -> None:
        unknown = [body for body in self.bodies if body not in BODIES]
        if unknown or not self.bodies:
            message = f"forces are some of {', '.join(BODIES)}; {', '.join(unknown) or 'none'} was asked for"
            raise UsageError(message)
        if not 0.0 <= self.srp_m2_kg < np.inf:
            message = f"Cr A/m is a number of m^2/kg from 0 up, not {self.srp_m2_kg}"
            raise UsageError(message)

    @property
    def field(self) -> GravityField:
        """The Moon's field that acts."""
        return self.moon_field if self.moon_field is not None else grgm660prim(self.moon_degree)

    @property
    def effective_gm_moon_km3_s2(self) -> float:
        """The Moon's GM that acts, in its pull on the vehicle and on the Earth alike."""
        if self.gm_moon_km3_s2 is not None:
            return self.gm_moon_km3_s2
        return self.field.gm_km3_s2 if self.field.degree > 0 else GM_MOON_KM3_S2


@dataclass(frozen=True, slots=True)
class Trajectory:
    """States at epochs.

    Attributes
    ----------
    t_tdb_s : ndarray (N,)
    states_icrf : ndarray (N, 6)
        km and km/s from ``centre``.
    centre : str
        earth or moon.
    steps : int
        Steps of the integrator.
    """

    t_tdb_s: FloatArray
    states_icrf: FloatArray
    centre: Centre
    steps: int


# --- the model of one's choice -------------------------------------------------------------------------------------


def propagate(
    state0_icrf: ArrayLike,
    t0_tdb_s: float,
    t1_tdb_s: float,
    forces: ForceModel,
    centre: Centre = "earth",
    tolerance: float = DEFAULT_TOLERANCE,
    sample_tdb_s: ArrayLike | None = None,
) -> Trajectory:
    """Fly a state from t0 to t1, which may lie before.

    Parameters
    ----------
    state0_icrf : array_like (6,)
        km and km/s from ``centre``.
    t0_tdb_s, t1_tdb_s : float
    forces : ForceModel
    centre : str
        earth or moon; of the given and the returned states.
    tolerance : float
        Bound of a step's error, position over distance and velocity over speed.
    sample_tdb_s : array_like (N,), optional
        Epochs to give states at, in the order of flight, between t0 and t1; t0 and t1 when None.

    Raises
    ------
    UsageError
        Where the flight cannot be followed (into a body's centre), or the samples are out of order.
    DataMissingError
        Where the ephemeris does not reach.
    """
    start = _checked_state(state0_icrf)
    t = np.asarray([t0_tdb_s, t1_tdb_s] if sample_tdb_s is None else sample_tdb_s, dtype=np.float64)
    force = general_force(forces, t0_tdb_s, t1_tdb_s, centre)
    sample_s = _checked_samples(t - t0_tdb_s, t1_tdb_s - t0_tdb_s)
    states, status, steps = _fly_general(force, start, t1_tdb_s - t0_tdb_s, tolerance, sample_s)
    _require_arrival(status, steps)
    return Trajectory(t, states, centre, steps)


def _checked_state(state: ArrayLike) -> FloatArray:
    values = np.array(state, dtype=np.float64)
    if values.shape != (6,) or not np.isfinite(values).all() or not values[:3].any():
        message = "a state is six finite numbers, position and velocity, away from the centre"
        raise UsageError(message)
    return values


def _checked_samples(sample_s: FloatArray, duration_s: float) -> FloatArray:
    forward = sample_s * (1.0 if duration_s >= 0.0 else -1.0)
    if sample_s.size and (np.any(np.diff(forward) < 0.0) or forward[0] < 0.0 or forward[-1] > abs(duration_s)):
        message = "sample epochs must follow the flight and lie within it"
        raise UsageError(message)
    return np.ascontiguousarray(sample_s)


def general_force(forces: ForceModel, t0_tdb_s: float, t1_tdb_s: float, centre: Centre) -> GeneralForce:
    """Context of ``general_acceleration`` for flights between two epochs, time counted from the first given."""
    has_earth, has_moon, has_sun = (body in forces.bodies for body in BODIES)
    j2 = has_earth and forces.earth_j2
    field = forces.field
    degree = field.degree if has_moon else 0
    around = surroundings(t0_tdb_s, t1_tdb_s, moon_axes=degree > 0, earth_pole_of_date=j2)
    return GeneralForce(
        around=around,
        moon_centred=centre == "moon",
        gm_earth_km3_s2=forces.gm_earth_km3_s2 if has_earth else 0.0,
        gm_moon_km3_s2=forces.effective_gm_moon_km3_s2 if has_moon else 0.0,
        gm_sun_km3_s2=forces.gm_sun_km3_s2 if has_sun else 0.0,
        j2_r2_km2=J2_R2_KM2 if j2 else 0.0,
        moon_radius_km=field.reference_radius_km,
        moon_degree=degree,
        moon_series=field.series,
        light_km_s2=SOLAR_PRESSURE_N_M2 * forces.srp_m2_kg / 1000.0,
        shadows=forces.shadows,
    )


def _require_arrival(status: int, steps: int) -> None:
    if status == ARRIVED:
        return
    why = f"it takes more than {steps} steps" if status == TOO_MANY_STEPS else "it runs into the centre of a body"
    message = f"the flight cannot be followed: {why}"
    raise UsageError(message)


@jit()
def _fly_general(force: Any, state: Any, duration_s: float, tolerance: float, sample_s: Any) -> Any:
    samples = np.empty((sample_s.size, 6))
    status, steps = integrate_general(force, state, duration_s, tolerance, sample_s, samples)
    return samples, status, steps


# --- the model of the transfer maps --------------------------------------------------------------------------------


def refly(
    tli_state_icrf: ArrayLike,
    tli_tdb_s: float,
    arrival_tdb_s: float,
    earth_pole_icrf: ArrayLike,
    moon_pa_axes_at_arrival: ArrayLike,
    tolerance: float = MAP_TOLERANCE,
) -> FloatArray:
    """Fly one transfer of a map again, from injection to arrival, in the map's own force model.

    Parameters
    ----------
    tli_state_icrf : array_like (6,)
        Geocentric, just after the impulse.
    tli_tdb_s, arrival_tdb_s : float
    earth_pole_icrf : array_like (3,)
        Unit vector; J2 acts about it all the way.
    moon_pa_axes_at_arrival : array_like (3, 3)
        Rows: the Moon's principal axes at arrival, turned uniformly about the third before.
    tolerance : float

    Returns
    -------
    ndarray (6,)
        Geocentric state at arrival; NaN where the flight cannot be followed.
    """
    return refly_many(
        np.asarray(tli_state_icrf, dtype=np.float64)[None],
        np.array([tli_tdb_s]),
        np.array([arrival_tdb_s]),
        np.asarray(earth_pole_icrf, dtype=np.float64)[None],
        np.asarray(moon_pa_axes_at_arrival, dtype=np.float64)[None],
        tolerance,
    ).reshape(6)


def refly_many(
    tli_states_icrf: FloatArray,
    tli_tdb_s: FloatArray,
    arrival_tdb_s: FloatArray,
    earth_pole_icrf: FloatArray,
    moon_pa_axes_at_arrival: FloatArray,
    tolerance: float = MAP_TOLERANCE,
) -> FloatArray:
    """Fly N transfers again, as ``refly``: states (N, 6), epochs (N,), poles (N, 3), axes (N, 3, 3) to (N, 6)."""
    departures = np.asarray(tli_tdb_s, dtype=np.float64)
    arrivals = np.asarray(arrival_tdb_s, dtype=np.float64)
    if departures.size == 0:
        return np.empty((0, 6))
    both = np.concatenate([departures, arrivals])
    granules = moon_and_sun(both.min(), both.max())
    return np.asarray(
        _fly_maps(
            np.array(tli_states_icrf, dtype=np.float64),
            departures - granules.start_tdb_s,
            arrivals - departures,
            np.ascontiguousarray(earth_pole_icrf, dtype=np.float64),
            moon_quadrupoles(moon_pa_axes_at_arrival),
            granules.coefficients,
            granules.step_s,
            tolerance,
        )
    )


def refly_samples(
    tli_state_icrf: ArrayLike,
    tli_tdb_s: float,
    arrival_tdb_s: float,
    earth_pole_icrf: ArrayLike,
    moon_pa_axes_at_arrival: ArrayLike,
    sample_tdb_s: ArrayLike,
    tolerance: float = MAP_TOLERANCE,
) -> Trajectory:
    """Fly one transfer as ``refly`` and give the geocentric states at sample epochs between injection and arrival."""
    t = np.asarray(sample_tdb_s, dtype=np.float64)
    granules = moon_and_sun(tli_tdb_s, arrival_tdb_s)
    duration_s = arrival_tdb_s - tli_tdb_s
    force = MapForce(
        around=Surroundings(granules.coefficients, tli_tdb_s - granules.start_tdb_s, granules.step_s),
        earth_pole_icrf=np.ascontiguousarray(earth_pole_icrf, dtype=np.float64),
        quadrupole=moon_quadrupoles(moon_pa_axes_at_arrival),
        rate_rad_s=MOON_ROTATION_RAD_S,
        arrival_s=duration_s,
    )
    sample_s = _checked_samples(t - tli_tdb_s, duration_s)
    states, status, steps = _fly_map(force, _checked_state(tli_state_icrf), duration_s, tolerance, sample_s)
    _require_arrival(status, steps)
    return Trajectory(t, states, "earth", steps)


def moon_quadrupoles(moon_pa_axes: ArrayLike) -> FloatArray:
    """Q0, Qc, Qs (..., 3, 3, 3) in km^5/s^2 from the Moon's principal axes (..., 3, 3), rows, ICRF.

    With d from the Moon the potential is d.Qd / d^5 (positive), Q = Q0 + Qc cos 2a + Qs sin 2a after a turn by a about
    the third axis: the second-degree harmonics C20 and C22 written as a matrix.
    """
    axes = np.asarray(moon_pa_axes, dtype=np.float64)
    x, y, z = axes[..., 0, :], axes[..., 1, :], axes[..., 2, :]
    scale = GM_MOON_KM3_S2 * R_MOON_GRAVITY_KM**2
    polar = scale * C20_MOON * (1.5 * _outer(z, z) - 0.5 * np.eye(3))
    cosine = 3.0 * scale * C22_MOON * (_outer(x, x) - _outer(y, y))
    sine = 3.0 * scale * C22_MOON * (_outer(x, y) + _outer(y, x))
    return np.stack([polar, cosine, sine], axis=-3)


def _outer(a: FloatArray, b: FloatArray) -> FloatArray:
    product: FloatArray = a[..., :, None] * b[..., None, :]
    return product


@jit()
def _fly_map(force: Any, state: Any, duration_s: float, tolerance: float, sample_s: Any) -> Any:
    samples = np.empty((sample_s.size, 6))
    status, steps = _integrate_map(force, state, duration_s, tolerance, sample_s, samples)
    return samples, status, steps


@jit()
def _fly_maps(
    states: Any,
    offset_s: Any,
    duration_s: Any,
    poles: Any,
    quadrupoles: Any,
    table: Any,
    step_s: float,
    tolerance: float,
) -> Any:
    none, nowhere = np.empty(0), np.empty((0, 6))
    for i in range(len(states)):
        around = Surroundings(table, offset_s[i], step_s)
        force = MapForce(around, poles[i], quadrupoles[i], MOON_ROTATION_RAD_S, duration_s[i])
        status, _ = _integrate_map(force, states[i], duration_s[i], tolerance, none, nowhere)
        if status != ARRIVED:
            states[i] = np.nan
    return states
