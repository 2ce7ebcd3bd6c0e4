"""How the Earth is turned: IAU 2006/2000A precession and nutation, Earth rotation angle, WGS 84 places.

UT1-TAI is the IERS C04 series of the package astropy-iers-data, frozen after its end (UT1 then drifts from the true
one by some tenths of a second a year: 15 arcseconds of rotation a second). Polar motion (at most 0.6 arcseconds, 19 m
on the ground) and the observed pole offsets (below 0.001 arcseconds) are left out.
"""

from __future__ import annotations

from functools import cache

import erfa
import numpy as np
from astropy_iers_data import IERS_B_FILE
from numpy.typing import ArrayLike, NDArray

from sim.astro.rotations import rotation_of_axes
from sim.astro.tabulated import Tabulated
from sim.astro.time import J2000_JD, TT_MINUS_TAI_S, quiet_erfa, tt_minus_tdb_s
from sim.constants import EARTH_ROTATION_RAD_S
from sim.units import DAY_S, DEG, M_PER_KM

FloatArray = NDArray[np.float64]

WGS84 = 1
"""ERFA's number of the reference ellipsoid."""


def gcrs_to_itrs(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation from GCRS to the turning Earth (ITRS without polar motion), (..., 3, 3).

    Epochs are TDB seconds past J2000. IERS Conventions 2010 (TN 36), equation 5.1 with W = 1.
    """
    _, intermediate = pole_and_intermediate(t_tdb_s)
    matrix: FloatArray = rotation_of_axes(2, earth_rotation_angle(t_tdb_s)) @ intermediate
    return matrix


def earth_pole(t_tdb_s: ArrayLike) -> FloatArray:
    """Celestial intermediate pole of date in GCRS, unit vectors (..., 3): the axis of rotation and of J2."""
    x_y_s = _POLE(t_tdb_s)
    return _unit_pole(x_y_s)


def pole_and_intermediate(t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Pole (..., 3) and the matrix C (..., 3, 3) from GCRS to the celestial intermediate frame of date.

    C changes by 0.2 arcseconds a day, so one serves a day of ``r_gcrs = C^T R3(-angle) r_itrs``, with ``angle`` from
    ``earth_rotation_angle``. IERS TN 36, equation 5.6; the pole's X, Y and the locator s by ERFA ``xys06a``.
    """
    x_y_s = _POLE(t_tdb_s)
    matrix: FloatArray = np.asarray(erfa.c2ixys(x_y_s[..., 0], x_y_s[..., 1], x_y_s[..., 2]))
    return _unit_pole(x_y_s), matrix


def earth_rotation_angle(t_tdb_s: ArrayLike) -> FloatArray:
    """Earth rotation angle (...), radians in [0, 2 pi). IERS TN 36, equation 5.15."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    tai_s = t + tt_minus_tdb_s(t) - TT_MINUS_TAI_S
    ut1_s = tai_s + np.interp(tai_s, *_ut1_minus_tai())
    # The whole days go in apart: the fraction keeps its digits.
    days = np.floor(ut1_s / DAY_S)
    angle: FloatArray = np.asarray(erfa.era00(J2000_JD + days, ut1_s / DAY_S - days))
    return angle


def earth_rotation_gcrs_rad_s(t_tdb_s: ArrayLike) -> FloatArray:
    """Angular velocity of the turning Earth on GCRS axes, (..., 3), rad/s."""
    return EARTH_ROTATION_RAD_S * earth_pole(t_tdb_s)


def geodetic_to_itrs(latitude_deg: ArrayLike, longitude_deg: ArrayLike, height_m: ArrayLike = 0.0) -> FloatArray:
    """Place on WGS 84 (geodetic latitude, east longitude, height above the ellipsoid) in ITRS, km, (..., 3)."""
    latitude, longitude = np.asarray(latitude_deg) * DEG, np.asarray(longitude_deg) * DEG
    place_m: FloatArray = np.asarray(erfa.gd2gc(WGS84, longitude, latitude, height_m))
    return place_m / M_PER_KM


def earth_orientation_end_tdb_s() -> float:
    """Last epoch with a measured UT1; frozen after it."""
    tai_s, _ = _ut1_minus_tai()
    return float(tai_s[-1]) + TT_MINUS_TAI_S


def _pole_coordinates(t: FloatArray) -> FloatArray:
    x_y_s = erfa.xys06a(J2000_JD, (t + tt_minus_tdb_s(t)) / DAY_S)
    return np.stack(x_y_s, axis=-1)


# One-day nodes: nutation's shortest large terms have nine days; 23 microarcseconds are lost, 0.7 mm on the ground.
_POLE = Tabulated(_pole_coordinates, DAY_S)


def _unit_pole(x_y_s: FloatArray) -> FloatArray:
    x, y = x_y_s[..., 0], x_y_s[..., 1]
    return np.stack([x, y, np.sqrt(1.0 - x**2 - y**2)], axis=-1)


@cache
def _ut1_minus_tai() -> tuple[FloatArray, FloatArray]:
    """TAI seconds past J2000 and UT1-TAI in seconds, daily since 1962; without the jumps of leap seconds."""
    table = np.loadtxt(IERS_B_FILE, comments="#", usecols=(0, 1, 2, 4, 7))
    year, month, day = table[:, :3].astype(np.int32).T
    with quiet_erfa():
        tai_minus_utc: FloatArray = np.asarray(erfa.dat(year, month, day, 0.0))
    utc_s = (table[:, 3] - 51544.5) * DAY_S
    return utc_s + tai_minus_utc, table[:, 4] - tai_minus_utc
