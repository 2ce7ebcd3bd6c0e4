"""First guess of a flight: Wilson's pseudostate (Wilson 1970, AIAA J. 8:485), two or three passes, without failure.

An aim point stands for the Moon's pull: the Earth conic from perigee flies to it as if the Moon were not there; the
velocity there, relative to the Moon, sets a hyperbola of the wanted perilune and lunar inclination, which is flown
back 1.2 days from perilune; a straight line along its velocity through that point gives the next aim point.

The Earth conic with perigee r0 through radius R in a given time is found on eccentric anomaly E, which is regular
through apogee: e = (R/r0 − 1)/(R/r0 − cos E), a = (R − r0 cos E)/(1 − cos E), T(E) = √(a³/μ)(E − e sin E).
"""

from __future__ import annotations

import numpy as np

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2
from sim.jit import jit
from sim.transfer.flight_ephemeris import EARTH_HINGE, EARTH_POLE, MOON_HINGE, MOON_POLE
from sim.transfer.lanes import (
    APPROACH_SIDE,
    COS_LUNAR,
    COS_PARKING,
    DURATION,
    INJECTION_SIDE,
    LANES,
    LUNAR_HEADING,
    PARKING_HEADING,
    PX,
    PY,
    PZ,
    QX,
    QY,
    QZ,
    WX,
    WY,
    WZ,
    row,
    rows,
)
from sim.transfer.series import sin_cos, sinh_cosh

FLY_BACK_S = 1.2 * 86400.0
FIRST_ANOMALY = 2.75
FIRST_HYPERBOLIC_ANOMALY = 3.2
FIRST_SPHERE_KM = 92000.0

# Rows of the work table.
AIM_X, AIM_Y, AIM_Z = rows(0, 3)  # aim point, later the velocity relative to the Moon
DISTANCE, ANOMALY, HYPERBOLIC, SPHERE, REL_SPEED2, MOON_E, MOON_A, MOON_MEAN = rows(3, 8)
MOON_RX, MOON_RY, MOON_RZ, MOON_VX, MOON_VY, MOON_VZ = rows(11, 6)  # geocentric Moon at arrival
EARTH_SHORT, MOON_SHORT = rows(17, 2)  # |cos i| − cos(declination), positive where the plane cannot be had
WORK_SIZE = row(19)


@jit(fastmath=True)
def plane_normal(ux, uy, uz, kx, ky, kz, cos_i, sign):
    """Normal of the plane of inclination i about k through the unit vector u, and |cos i| − cos(declination).

    The motion there heads away from due east by an angle whose cosine is cos i/cos δ, towards k for ``sign`` −1 and
    away from it for +1; where the plane cannot be had, the nearest one (due east or west).
    """
    ex, ey, ez, cos_dec = east_of(ux, uy, uz, kx, ky, kz)
    alpha = min(1.0, max(-1.0, cos_i / cos_dec))
    hx, hy, hz = normal_of_heading(ux, uy, uz, ex, ey, ez, alpha, sign * np.sqrt(1.0 - alpha * alpha))
    return hx, hy, hz, abs(cos_i) - cos_dec


@jit(fastmath=True)
def east_of(ux, uy, uz, kx, ky, kz):
    """East k × u/|·| at the unit vector u, and the cosine of the declination |k × u|."""
    ex, ey, ez = ky * uz - kz * uy, kz * ux - kx * uz, kx * uy - ky * ux
    cos_dec = np.sqrt(ex * ex + ey * ey + ez * ez)
    return ex / cos_dec, ey / cos_dec, ez / cos_dec, cos_dec


@jit(fastmath=True)
def normal_of_heading(ux, uy, uz, ex, ey, ez, cosine, sine):
    """Normal cos ψ north + sin ψ east of the plane through u that heads ψ from due east there; u × east = north."""
    nx, ny, nz = uy * ez - uz * ey, uz * ex - ux * ez, ux * ey - uy * ex
    return cosine * nx + sine * ex, cosine * ny + sine * ey, cosine * nz + sine * ez


@jit(fastmath=True)
def store_frame(frame, ux, uy, uz, hx, hy, hz, cos_nu, sin_nu, l):
    """Perifocal frame of a plane with normal h in which the unit vector u has the true anomaly ν; returns t = h × u."""
    tx, ty, tz = hy * uz - hz * uy, hz * ux - hx * uz, hx * uy - hy * ux
    frame[PX + l], frame[QX + l] = cos_nu * ux - sin_nu * tx, sin_nu * ux + cos_nu * tx
    frame[PY + l], frame[QY + l] = cos_nu * uy - sin_nu * ty, sin_nu * uy + cos_nu * ty
    frame[PZ + l], frame[QZ + l] = cos_nu * uz - sin_nu * tz, sin_nu * uz + cos_nu * tz
    frame[WX + l], frame[WY + l], frame[WZ + l] = hx, hy, hz
    return tx, ty, tz


@jit(fastmath=True)
def solve_earth_anomaly(work, values, perigee, iterations, lanes):
    """Eccentric anomaly at the aim point so that the flight takes its time (Newton, analytic derivative)."""
    for l in range(lanes):
        x, y, z = work[AIM_X + l], work[AIM_Y + l], work[AIM_Z + l]
        work[DISTANCE + l] = np.sqrt(x * x + y * y + z * z)
    for _ in range(iterations):
        for l in range(lanes):
            anomaly, distance = work[ANOMALY + l], work[DISTANCE + l]
            s, c = sin_cos(anomaly)
            rho = distance / perigee
            a = (distance - perigee * c) / (1.0 - c)
            e = (rho - 1.0) / (rho - c)
            root = np.sqrt(a * a * a / GM_EARTH_KM3_S2)
            time = root * (anomaly - e * s)
            da = s * (perigee - distance) / ((1.0 - c) * (1.0 - c))
            rate = 1.5 * time / a * da + root * (1.0 - e * c + e * s * s / (rho - c))
            work[ANOMALY + l] = min(5.0, max(0.8, anomaly - (time - values[DURATION + l]) / rate))


@jit(fastmath=True)
def earth_conic(work, table, values, perigee, frame, speed, lanes):
    """Plane, perifocal frame and perigee speed of the Earth conic; leaves the velocity relative to the Moon in AIM."""
    for l in range(lanes):
        rho = work[DISTANCE + l] / perigee
        s, c = sin_cos(work[ANOMALY + l])
        e = (rho - 1.0) / (rho - c)
        d = 1.0 - e * c
        cos_nu, sin_nu = (c - e) / d, np.sqrt(max(1e-12, 1.0 - e * e)) * s / d
        inverse = 1.0 / work[DISTANCE + l]
        ux, uy, uz = work[AIM_X + l] * inverse, work[AIM_Y + l] * inverse, work[AIM_Z + l] * inverse
        kx, ky, kz = table[EARTH_POLE + l], table[EARTH_POLE + LANES + l], table[EARTH_POLE + 2 * LANES + l]
        hx, hy, hz, short = plane_normal(ux, uy, uz, kx, ky, kz, values[COS_PARKING + l], values[INJECTION_SIDE + l])
        tx, ty, tz = store_frame(frame, ux, uy, uz, hx, hy, hz, cos_nu, sin_nu, l)
        v0 = np.sqrt(GM_EARTH_KM3_S2 * (1.0 + e) / perigee)
        mu_h = GM_EARTH_KM3_S2 / (perigee * v0)
        radial, along = mu_h * e * sin_nu, mu_h * (1.0 + e * cos_nu)
        speed[l] = v0
        work[EARTH_SHORT + l] = short
        vx = radial * ux + along * tx - work[MOON_VX + l]
        vy = radial * uy + along * ty - work[MOON_VY + l]
        vz = radial * uz + along * tz - work[MOON_VZ + l]
        work[AIM_X + l], work[AIM_Y + l], work[AIM_Z + l] = vx, vy, vz
        work[REL_SPEED2 + l] = vx * vx + vy * vy + vz * vz


@jit(fastmath=True)
def solve_moon_anomaly(work, perilune, repeats, iterations, lanes):
    """Hyperbola whose speed 1.2 days before perilune is the relative speed; its hyperbolic anomaly there."""
    for _ in range(repeats):
        for l in range(lanes):
            energy2 = max(0.01, work[REL_SPEED2 + l] - 2.0 * GM_MOON_KM3_S2 / work[SPHERE + l])
            a = GM_MOON_KM3_S2 / energy2
            work[MOON_A + l] = a
            work[MOON_E + l] = 1.0 + perilune / a
            work[MOON_MEAN + l] = np.sqrt(GM_MOON_KM3_S2 / a) / a * FLY_BACK_S
        for _ in range(iterations):
            for l in range(lanes):
                anomaly, e = work[HYPERBOLIC + l], work[MOON_E + l]
                s, c = sinh_cosh(anomaly)
                step = (e * s - anomaly - work[MOON_MEAN + l]) / (e * c - 1.0)
                work[HYPERBOLIC + l] = min(6.0, max(0.5, anomaly - step))
        for l in range(lanes):
            s, c = sinh_cosh(work[HYPERBOLIC + l])
            work[SPHERE + l] = work[MOON_A + l] * (work[MOON_E + l] * c - 1.0)


@jit(fastmath=True)
def moon_conic(work, table, values, perilune, frame, speed, lanes):
    """Plane, perifocal frame and perilune speed of the lunar hyperbola, and the next aim point."""
    for l in range(lanes):
        a, e = work[MOON_A + l], work[MOON_E + l]
        s, c = sinh_cosh(work[HYPERBOLIC + l])
        q = np.sqrt(e * e - 1.0)
        rate = np.sqrt(GM_MOON_KM3_S2 / a) / a / (e * c - 1.0)
        px, py = a * (e - c), -a * q * s
        wx, wy = a * s * rate, a * q * c * rate
        inverse = 1.0 / np.sqrt(wx * wx + wy * wy)
        cos_v, sin_v = wx * inverse, wy * inverse
        inverse = 1.0 / np.sqrt(work[REL_SPEED2 + l])
        ux, uy, uz = work[AIM_X + l] * inverse, work[AIM_Y + l] * inverse, work[AIM_Z + l] * inverse
        kx, ky, kz = table[MOON_POLE + l], table[MOON_POLE + LANES + l], table[MOON_POLE + 2 * LANES + l]
        hx, hy, hz, short = plane_normal(ux, uy, uz, kx, ky, kz, values[COS_LUNAR + l], values[APPROACH_SIDE + l])
        store_frame(frame, ux, uy, uz, hx, hy, hz, cos_v, sin_v, l)
        work[MOON_SHORT + l] = short
        speed[l] = np.sqrt(GM_MOON_KM3_S2 / a + 2.0 * GM_MOON_KM3_S2 / perilune)
        fx, fy, fz = frame[PX + l], frame[PY + l], frame[PZ + l]
        gx, gy, gz = frame[QX + l], frame[QY + l], frame[QZ + l]
        px, py = px + wx * FLY_BACK_S, py + wy * FLY_BACK_S
        work[AIM_X + l] = work[MOON_RX + l] + px * fx + py * gx
        work[AIM_Y + l] = work[MOON_RY + l] + px * fy + py * gy
        work[AIM_Z + l] = work[MOON_RZ + l] + px * fz + py * gz


@jit(fastmath=True)
def guess_block(work, table, values, radii, passes, earth_frame, earth_speed, moon_frame, moon_speed, lanes):
    """Frames and apsis speeds of both conics for a block of flights.

    ``work`` rows ``MOON_RX`` and on hold the geocentric Moon at arrival; sides are −1 or +1 for the two planes of equal
    inclination through a point (injection: ascending, descending node; approach likewise).
    """
    for l in range(lanes):
        work[AIM_X + l], work[AIM_Y + l], work[AIM_Z + l] = work[MOON_RX + l], work[MOON_RY + l], work[MOON_RZ + l]
        work[ANOMALY + l] = FIRST_ANOMALY
        work[HYPERBOLIC + l] = FIRST_HYPERBOLIC_ANOMALY
        work[SPHERE + l] = FIRST_SPHERE_KM
    for p in range(passes):
        first = p == 0
        solve_earth_anomaly(work, values, radii[0], 5 if first else 2, lanes)
        earth_conic(work, table, values, radii[0], earth_frame, earth_speed, lanes)
        solve_moon_anomaly(work, radii[1], 2 if first else 1, 5 if first else 2, lanes)
        moon_conic(work, table, values, radii[1], moon_frame, moon_speed, lanes)


@jit()
def hold_headings(work, table, values, radii, earth_frame, moon_frame):
    """Give the planes the headings that are held, where there are any, and hinge them there.

    The Earth plane is hinged at the aim point, the Moon plane at the arrival asymptote. A plane with a held heading is
    tilted across its hinge instead of being turned about the pole: its inclination becomes a result, and stays a smooth
    one where the inclination that is wanted ceases to exist.
    """
    for l in range(LANES):
        if not np.isnan(values[PARKING_HEADING + l]):
            rho, cos_anomaly = work[DISTANCE + l] / radii[0], np.cos(work[ANOMALY + l])
            e = (rho - 1.0) / (rho - cos_anomaly)
            cos_nu = (cos_anomaly - e) / (1.0 - e * cos_anomaly)
            sign = 1.0 if work[ANOMALY + l] < np.pi else -1.0
            set_heading(earth_frame, table, EARTH_POLE, EARTH_HINGE, cos_nu, sign, values[PARKING_HEADING + l], l)
        if not np.isnan(values[LUNAR_HEADING + l]):
            cos_nu = 1.0 / work[MOON_E + l]
            set_heading(moon_frame, table, MOON_POLE, MOON_HINGE, cos_nu, 1.0, values[LUNAR_HEADING + l], l)


@jit()
def set_heading(frame, table, pole, hinge, cos_nu, sign, heading, l):
    """Turn a frame about its direction u of angle ν to a heading there; the hinge is t = h × u."""
    sin_nu = sign * np.sqrt(max(0.0, 1.0 - cos_nu * cos_nu))
    ux = cos_nu * frame[PX + l] + sin_nu * frame[QX + l]
    uy = cos_nu * frame[PY + l] + sin_nu * frame[QY + l]
    uz = cos_nu * frame[PZ + l] + sin_nu * frame[QZ + l]
    kx, ky, kz = table[pole + l], table[pole + LANES + l], table[pole + 2 * LANES + l]
    ex, ey, ez, _ = east_of(ux, uy, uz, kx, ky, kz)
    hx, hy, hz = normal_of_heading(ux, uy, uz, ex, ey, ez, np.cos(heading), np.sin(heading))
    tx, ty, tz = store_frame(frame, ux, uy, uz, hx, hy, hz, cos_nu, sin_nu, l)
    table[hinge + l], table[hinge + LANES + l], table[hinge + 2 * LANES + l] = tx, ty, tz
