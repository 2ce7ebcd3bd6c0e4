"""Conversions between frames, named ``state_{from}_to_{to}``.

``gcrs``: centred on the Earth, ICRF axes. ``moon_icrf``: centred on the Moon, ICRF axes. ``moon_me`` and ``moon_pa``:
centred on the Moon and turning with it (mean Earth / polar axis, and principal axes), so that a site at rest has no
velocity. A state is position km and velocity km/s, (..., 6); epochs are TDB seconds past J2000, (...).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa, moon_rotation_icrf_rad_s
from sim.astro.rotations import rotated, rotated_back

FloatArray = NDArray[np.float64]


def state_gcrs_to_moon_icrf(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Earth's centre to the Moon's, axes unchanged."""
    return state - _moon_state(t_tdb_s)


def state_moon_icrf_to_gcrs(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Moon's centre to the Earth's, axes unchanged."""
    return state + _moon_state(t_tdb_s)


def state_moon_icrf_to_moon_me(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """To axes that turn with the Moon (ME); the velocity is relative to them."""
    return _to_turning(icrf_to_moon_me(t_tdb_s), moon_rotation_icrf_rad_s(t_tdb_s), state)


def state_moon_me_to_moon_icrf(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From axes that turn with the Moon (ME) to inertial ones."""
    return _from_turning(icrf_to_moon_me(t_tdb_s), moon_rotation_icrf_rad_s(t_tdb_s), state)


def state_moon_icrf_to_moon_pa(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """To the Moon's principal axes; the velocity is relative to them."""
    return _to_turning(icrf_to_moon_pa(t_tdb_s), moon_rotation_icrf_rad_s(t_tdb_s), state)


def state_moon_pa_to_moon_icrf(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Moon's principal axes to inertial ones."""
    return _from_turning(icrf_to_moon_pa(t_tdb_s), moon_rotation_icrf_rad_s(t_tdb_s), state)


def state_gcrs_to_moon_me(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Earth's centre to axes that turn with the Moon (ME)."""
    return state_moon_icrf_to_moon_me(t_tdb_s, state_gcrs_to_moon_icrf(t_tdb_s, state))


def state_moon_me_to_gcrs(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From axes that turn with the Moon (ME) to the Earth's centre."""
    return state_moon_icrf_to_gcrs(t_tdb_s, state_moon_me_to_moon_icrf(t_tdb_s, state))


def state_gcrs_to_moon_pa(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Earth's centre to the Moon's principal axes."""
    return state_moon_icrf_to_moon_pa(t_tdb_s, state_gcrs_to_moon_icrf(t_tdb_s, state))


def state_moon_pa_to_gcrs(t_tdb_s: ArrayLike, state: FloatArray) -> FloatArray:
    """From the Moon's principal axes to the Earth's centre."""
    return state_moon_icrf_to_gcrs(t_tdb_s, state_moon_pa_to_moon_icrf(t_tdb_s, state))


def icrf_to_earth_moon(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation from ICRF to the turning Earth-Moon axes of date, (..., 3, 3).

    x from the Earth to the Moon, z along the Moon's orbital angular momentum, y completes.
    """
    r_km, v_km_s = Ephemeris.de440().moon_geocentric(t_tdb_s)
    x, z = _unit(r_km), _unit(np.cross(r_km, v_km_s))
    return np.stack([x, np.cross(z, x), z], axis=-2)


def position_gcrs_to_earth_moon(t_tdb_s: ArrayLike, r_gcrs_km: FloatArray) -> FloatArray:
    """Geocentric positions (..., 3) on the turning Earth-Moon axes, km; the Moon stands on the x axis."""
    return rotated(icrf_to_earth_moon(t_tdb_s), r_gcrs_km)


def position_earth_moon_to_gcrs(t_tdb_s: ArrayLike, r_earth_moon_km: FloatArray) -> FloatArray:
    """Positions (..., 3) on the turning Earth-Moon axes back to GCRS, km."""
    return rotated_back(icrf_to_earth_moon(t_tdb_s), r_earth_moon_km)


def _moon_state(t_tdb_s: ArrayLike) -> FloatArray:
    return np.concatenate(Ephemeris.de440().moon_geocentric(t_tdb_s), axis=-1)


def _to_turning(axes: FloatArray, spin_icrf_rad_s: FloatArray, state: FloatArray) -> FloatArray:
    r_km, v_km_s = state[..., :3], state[..., 3:]
    relative = v_km_s - np.cross(spin_icrf_rad_s, r_km)
    return np.concatenate([rotated(axes, r_km), rotated(axes, relative)], axis=-1)


def _from_turning(axes: FloatArray, spin_icrf_rad_s: FloatArray, state: FloatArray) -> FloatArray:
    r_km, relative = rotated_back(axes, state[..., :3]), rotated_back(axes, state[..., 3:])
    return np.concatenate([r_km, relative + np.cross(spin_icrf_rad_s, r_km)], axis=-1)


def _unit(vector: FloatArray) -> FloatArray:
    unit: FloatArray = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return unit
