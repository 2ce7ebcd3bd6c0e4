"""Accelerations that the integrator flies by: the map's force model and the general one.

Kernels only. Axes are ICRF; a vector written as three floats x, y, z is in km, an acceleration in km/s^2.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.astro.gravity import field_acceleration
from sim.astro.surroundings import (
    EARTH_POLE,
    MOON,
    MOON_AXES,
    SUN,
    Surroundings,
    granule_position,
    three_columns,
)
from sim.constants import (
    AU_KM,
    GM_EARTH_KM3_S2,
    GM_MOON_KM3_S2,
    GM_SUN_KM3_S2,
    J2_EARTH,
    R_EARTH_KM,
    R_MOON_KM,
    R_SUN_KM,
)
from sim.jit import jit

FloatArray = NDArray[np.float64]

J2_R2_KM2: Final = J2_EARTH * R_EARTH_KM * R_EARTH_KM


class MapForce(NamedTuple):
    """What ``map_acceleration`` needs for one flight.

    ``earth_pole_icrf`` (3,) stays as given; ``quadrupole`` (3, 3, 3) holds Q0, Qc, Qs (km^5/s^2) about the Moon's axes
    at arrival, which turn at ``rate_rad_s`` and stand there ``arrival_s`` after the start.
    """

    around: Surroundings
    earth_pole_icrf: FloatArray
    quadrupole: FloatArray
    rate_rad_s: float
    arrival_s: float


class GeneralForce(NamedTuple):
    """What ``general_acceleration`` needs for one flight; a body with GM zero is not there.

    ``j2_r2_km2`` is J2 R^2 of the Earth (0: none), ``moon_degree`` and ``moon_series`` as in GravityField,
    ``light_km_s2`` the acceleration by sunlight at 1 au (0: none), ``shadows`` whether Earth and Moon cast any.
    """

    around: Surroundings
    moon_centred: bool
    gm_earth_km3_s2: float
    gm_moon_km3_s2: float
    gm_sun_km3_s2: float
    j2_r2_km2: float
    moon_radius_km: float
    moon_degree: int
    moon_series: FloatArray
    light_km_s2: float
    shadows: bool


@jit()
def point_mass(gm: float, x: float, y: float, z: float) -> Any:
    """Pull of a body on a point at x, y, z from it."""
    r2 = x * x + y * y + z * z
    k = -gm / (r2 * np.sqrt(r2))
    return k * x, k * y, k * z


@jit()
def point_mass_with_j2(gm: float, j2_r2: float, x: float, y: float, z: float, pole: Any) -> Any:
    """Pull of an oblate body, its pole a unit vector (Vallado 2013, eq. 8-30, written without axes)."""
    r2 = x * x + y * y + z * z
    k = -gm / (r2 * np.sqrt(r2))
    px, py, pz = pole
    height = x * px + y * py + z * pz
    bulge = 1.5 * j2_r2 / r2
    radial = k * (1.0 + bulge * (1.0 - 5.0 * height * height / r2))
    polar = 2.0 * k * bulge * height
    return radial * x + polar * px, radial * y + polar * py, radial * z + polar * pz


@jit()
def quadrupole(q: Any, cosine: float, sine: float, x: float, y: float, z: float) -> Any:
    """Pull of Q = Q0 + Qc cos + Qs sin at d: a = 2 Q d / d^5 - 5 (d.Q d) d / d^7."""
    q0, qc, qs = q[0], q[1], q[2]
    qx = (
        (q0[0, 0] + qc[0, 0] * cosine + qs[0, 0] * sine) * x
        + (q0[0, 1] + qc[0, 1] * cosine + qs[0, 1] * sine) * y
        + (q0[0, 2] + qc[0, 2] * cosine + qs[0, 2] * sine) * z
    )
    qy = (
        (q0[1, 0] + qc[1, 0] * cosine + qs[1, 0] * sine) * x
        + (q0[1, 1] + qc[1, 1] * cosine + qs[1, 1] * sine) * y
        + (q0[1, 2] + qc[1, 2] * cosine + qs[1, 2] * sine) * z
    )
    qz = (
        (q0[2, 0] + qc[2, 0] * cosine + qs[2, 0] * sine) * x
        + (q0[2, 1] + qc[2, 1] * cosine + qs[2, 1] * sine) * y
        + (q0[2, 2] + qc[2, 2] * cosine + qs[2, 2] * sine) * z
    )
    r2 = x * x + y * y + z * z
    inverse_r5 = 1.0 / (r2 * r2 * np.sqrt(r2))
    k = -5.0 * (x * qx + y * qy + z * qz) / r2
    return inverse_r5 * (2.0 * qx + k * x), inverse_r5 * (2.0 * qy + k * y), inverse_r5 * (2.0 * qz + k * z)


@jit()
def map_acceleration(t_s: float, x: float, y: float, z: float, force: MapForce) -> Any:
    """Geocentric acceleration in the model of the transfer maps.

    Earth with J2 about a fixed pole; Moon with its quadrupole on uniformly turning axes; Sun; indirect terms.
    """
    table = force.around.table
    index, place = granule_position(t_s, force.around.offset_s, force.around.step_s, len(table))
    mx, my, mz = three_columns(table[index], MOON, place)
    sx, sy, sz = three_columns(table[index], SUN, place)
    pole = (force.earth_pole_icrf[0], force.earth_pole_icrf[1], force.earth_pole_icrf[2])
    ex, ey, ez = point_mass_with_j2(GM_EARTH_KM3_S2, J2_R2_KM2, x, y, z, pole)
    dx, dy, dz = x - mx, y - my, z - mz
    ax, ay, az = point_mass(GM_MOON_KM3_S2, dx, dy, dz)
    ix, iy, iz = point_mass(GM_MOON_KM3_S2, mx, my, mz)
    angle = 2.0 * force.rate_rad_s * (t_s - force.arrival_s)
    qx, qy, qz = quadrupole(force.quadrupole, np.cos(angle), np.sin(angle), dx, dy, dz)
    bx, by, bz = point_mass(GM_SUN_KM3_S2, x - sx, y - sy, z - sz)
    jx, jy, jz = point_mass(GM_SUN_KM3_S2, sx, sy, sz)
    return (
        ex + (ax + ix) + qx + (bx + jx),
        ey + (ay + iy) + qy + (by + jy),
        ez + (az + iz) + qz + (bz + jz),
    )


@jit()
def general_acceleration(t_s: float, x: float, y: float, z: float, force: GeneralForce) -> Any:
    """Acceleration relative to the Earth or the Moon in the general model.

    The centre's own acceleration is that by the point masses of the other bodies asked for, and for the Moon by the
    Earth's J2 too. (Left out: the Moon's pull on the Earth's bulge, 1.5e-14 km/s^2, 0.9 m in four days.)
    """
    table = force.around.table
    index, place = granule_position(t_s, force.around.offset_s, force.around.step_s, len(table))
    piece = table[index]
    mx, my, mz = three_columns(piece, MOON, place)
    sx, sy, sz = three_columns(piece, SUN, place)
    ox, oy, oz = (mx, my, mz) if force.moon_centred else (0.0, 0.0, 0.0)
    to_earth = (x + ox, y + oy, z + oz)
    to_moon = (x, y, z) if force.moon_centred else (x - mx, y - my, z - mz)
    to_sun = (x + ox - sx, y + oy - sy, z + oz - sz)
    ax, ay, az = _earth(force, piece, place, to_earth, (mx, my, mz))
    bx, by, bz = _moon(force, piece, place, to_moon, (mx, my, mz))
    cx, cy, cz = 0.0, 0.0, 0.0
    if force.gm_sun_km3_s2 > 0.0:
        dx, dy, dz = point_mass(force.gm_sun_km3_s2, to_sun[0], to_sun[1], to_sun[2])
        ix, iy, iz = point_mass(force.gm_sun_km3_s2, sx - ox, sy - oy, sz - oz)
        cx, cy, cz = dx + ix, dy + iy, dz + iz
    if force.light_km_s2 > 0.0:
        lx, ly, lz = _sunlight(force, to_earth, to_moon, to_sun)
        cx, cy, cz = cx + lx, cy + ly, cz + lz
    return ax + bx + cx, ay + by + cy, az + bz + cz


@jit()
def _earth(force: GeneralForce, piece: Any, place: float, to_earth: Any, moon: Any) -> Any:
    """Earth's pull, less its pull on the Moon where that is the centre."""
    if force.gm_earth_km3_s2 <= 0.0:
        return 0.0, 0.0, 0.0
    pole = three_columns(piece, EARTH_POLE, place) if force.j2_r2_km2 > 0.0 else (0.0, 0.0, 0.0)
    gm, j2_r2 = force.gm_earth_km3_s2, force.j2_r2_km2
    ax, ay, az = point_mass_with_j2(gm, j2_r2, to_earth[0], to_earth[1], to_earth[2], pole)
    if force.moon_centred:
        ix, iy, iz = point_mass_with_j2(gm, j2_r2, moon[0], moon[1], moon[2], pole)
        return ax - ix, ay - iy, az - iz
    return ax, ay, az


@jit()
def _moon(force: GeneralForce, piece: Any, place: float, to_moon: Any, moon: Any) -> Any:
    """Moon's pull, less its pull on the Earth where that is the centre."""
    if force.gm_moon_km3_s2 <= 0.0:
        return 0.0, 0.0, 0.0
    dx, dy, dz = to_moon
    if force.moon_degree > 0:
        ax, ay, az = moon_field(force, piece, place, dx, dy, dz)
    else:
        ax, ay, az = point_mass(force.gm_moon_km3_s2, dx, dy, dz)
    if force.moon_centred:
        return ax, ay, az
    ix, iy, iz = point_mass(force.gm_moon_km3_s2, moon[0], moon[1], moon[2])
    return ax + ix, ay + iy, az + iz


@jit()
def moon_field(force: GeneralForce, piece: Any, place: float, dx: float, dy: float, dz: float) -> Any:
    """Moon's pull with its harmonics: into principal axes, the sum, and back."""
    xx, xy, xz = three_columns(piece, MOON_AXES, place)
    yx, yy, yz = three_columns(piece, MOON_AXES + 3, place)
    zx, zy, zz = three_columns(piece, MOON_AXES + 6, place)
    u, v, w = field_acceleration(
        xx * dx + xy * dy + xz * dz,
        yx * dx + yy * dy + yz * dz,
        zx * dx + zy * dy + zz * dz,
        force.gm_moon_km3_s2,
        force.moon_radius_km,
        force.moon_degree,
        force.moon_series,
    )
    return xx * u + yx * v + zx * w, xy * u + yy * v + zy * w, xz * u + yz * v + zz * w


@jit()
def _sunlight(force: GeneralForce, to_earth: Any, to_moon: Any, to_sun: Any) -> Any:
    """Push of sunlight on a sphere, away from the Sun, dimmed in the shadows of Earth and Moon."""
    x, y, z = to_sun
    r2 = x * x + y * y + z * z
    push = force.light_km_s2 * AU_KM * AU_KM / (r2 * np.sqrt(r2))
    if force.shadows:
        push *= sun_fraction(to_earth, to_sun, R_EARTH_KM) * sun_fraction(to_moon, to_sun, R_MOON_KM)
    return push * x, push * y, push * z


@jit()
def sun_fraction(to_body: Any, to_sun: Any, body_radius_km: float) -> Any:
    """Part of the Sun's disc not covered by a body's disc (Montenbruck & Gill 2000, eq. 3.85-3.94).

    ``to_body`` and ``to_sun`` are the vehicle's position as seen from the body and from the Sun, km.
    """
    bx, by, bz = to_body
    sx, sy, sz = to_sun
    body_km = np.sqrt(bx * bx + by * by + bz * bz)
    sun_km = np.sqrt(sx * sx + sy * sy + sz * sz)
    cosine = (bx * sx + by * sy + bz * sz) / (body_km * sun_km)
    sun = np.arcsin(R_SUN_KM / sun_km)
    body = np.arcsin(min(1.0, body_radius_km / body_km))
    apart = np.arccos(min(1.0, max(-1.0, cosine)))
    if apart >= sun + body or body_km > sun_km:
        return 1.0
    if apart <= abs(body - sun):
        return 0.0 if body >= sun else 1.0 - (body / sun) ** 2
    x = (apart * apart + sun * sun - body * body) / (2.0 * apart)
    y = np.sqrt(max(0.0, sun * sun - x * x))
    covered = sun * sun * np.arccos(x / sun) + body * body * np.arccos((apart - x) / body) - apart * y
    return 1.0 - covered / (np.pi * sun * sun)
