"""How the Moon is turned: principal axes (PA) and mean Earth / polar axis (ME).

Until 2051 the axes are JPL's numerically integrated librations of DE421 (Folkner, Williams & Boggs 2009, IPN Progress
Report 42-178), read from the binary kernel in the package lunarsky; outside it the analytic series of the IAU stands
in.
Sites and maps are in ME, gravity coefficients in PA: the two differ by 870 m at the surface.
"""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jplephem.pck import PCK, Segment
from numpy.typing import ArrayLike, NDArray

from sim.astro.rotations import FloatArray, euler_313, rotation_of_axes
from sim.errors import DataMissingError
from sim.units import DAY_S, DEG

J2000_JD = 2451545.0
PA_DE421 = 31006
"""NAIF's frame number of MOON_PA_DE421."""

SOURCE_KERNEL = "DE421 librations (moon_pa_de421_1900-2050.bpc)"
SOURCE_SERIES = "IAU WGCCRE 2015 series (about 65 m, at most 160 m at the surface, from DE421)"

_ARCSEC = DEG / 3600.0

ME_FROM_PA: FloatArray = (
    rotation_of_axes(2, 67.92 * _ARCSEC) @ rotation_of_axes(1, 78.56 * _ARCSEC) @ rotation_of_axes(0, 0.30 * _ARCSEC)
).T
"""x_ME = ME_FROM_PA x_PA for DE421: angles of NAIF's frame kernel moon_080317.tf."""
ME_FROM_PA.flags.writeable = False


def kernel_path() -> Path:
    """File of the DE421 librations, out of the package lunarsky (which is not imported).

    Raises
    ------
    DataMissingError
        Where the package or its file is not there.
    """
    spec = find_spec("lunarsky")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    for folder in folders:
        path = folder / "data" / "pck" / "moon_pa_de421_1900-2050.bpc"
        if path.is_file():
            return path
    message = "the Moon orientation kernel moon_pa_de421_1900-2050.bpc is not installed: pip install lunarsky"
    raise DataMissingError(message)


def coverage_tdb_s() -> tuple[float, float]:
    """First and last epoch of the DE421 librations, TDB seconds past J2000."""
    segment = _segment()
    return float(segment.initial_second), float(segment.final_second)


def icrf_to_moon_pa(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation from ICRF to the Moon's principal axes (DE421); its rows are those axes in ICRF.

    Parameters
    ----------
    t_tdb_s : float or ndarray (...)
        NaN gives a matrix of NaN.

    Returns
    -------
    ndarray (..., 3, 3)
    """
    t = np.asarray(t_tdb_s, dtype=np.float64)
    covered = _covered(t)
    if covered.all():
        return euler_313(*_angles(t))
    matrix = np.empty((*t.shape, 3, 3))
    matrix[covered] = euler_313(*_angles(t[covered]))
    matrix[~covered] = ME_FROM_PA.T @ iau_icrf_to_moon_me(t[~covered])
    return matrix


def icrf_to_moon_me(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation from ICRF to the Moon's mean Earth / polar axis frame (DE421), (..., 3, 3); rows are its axes."""
    return ME_FROM_PA @ icrf_to_moon_pa(t_tdb_s)


def moon_rotation_icrf_rad_s(t_tdb_s: ArrayLike) -> FloatArray:
    """Angular velocity of the Moon's axes, on ICRF axes, (..., 3), rad/s."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    covered = _covered(t)
    spin = np.empty((*t.shape, 3))
    for chosen, angles in ((covered, _angles), (~covered, _iau_angles)):
        before, after = (angles(t[chosen] + shift) for shift in (-_RATE_S, _RATE_S))
        rates = [(late - early) / (2.0 * _RATE_S) for early, late in zip(before, after, strict=True)]
        spin[chosen] = _spin(angles(t[chosen]), rates)
    return spin


def orientation_source(t_tdb_s: ArrayLike) -> str:
    """Say in words what the orientation at these epochs rests on."""
    covered = _covered(np.asarray(t_tdb_s, dtype=np.float64))
    if covered.all():
        return SOURCE_KERNEL
    return f"{SOURCE_KERNEL}; outside 1900-2051 {SOURCE_SERIES}" if covered.any() else SOURCE_SERIES


def _covered(t: FloatArray) -> NDArray[np.bool_]:
    start, stop = coverage_tdb_s()
    inside: NDArray[np.bool_] = (t >= start) & (t <= stop)
    return inside


@cache
def _segment() -> Segment:
    kernel = PCK.open(str(kernel_path()))
    atexit.register(kernel.close)
    for segment in kernel.segments:
        if segment.body == PA_DE421:
            return segment
    message = f"{kernel_path().name} holds no frame {PA_DE421}: pip install --force-reinstall lunarsky"
    raise DataMissingError(message)


def _angles(t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Libration angles phi, theta, psi, each of the shape of ``t``."""
    angles = _segment().compute(J2000_JD, np.atleast_1d(t).ravel() / DAY_S, derivative=False)
    phi, theta, psi = (angle.reshape(t.shape) for angle in angles)
    return phi, theta, psi


_RATE_S = 60.0
"""Half the span of the central difference of the angles: their third derivatives leave 1e-18 rad/s."""


def _spin(angles: tuple[FloatArray, FloatArray, FloatArray], rates: Sequence[FloatArray]) -> FloatArray:
    """Angular velocity (n, 3) of axes R3(psi) R1(theta) R3(phi): a turn about each of three lines, summed."""
    phi, theta, _ = angles
    node = np.stack([np.cos(phi), np.sin(phi), np.zeros_like(phi)], axis=-1)
    pole = np.stack([np.sin(theta) * np.sin(phi), -np.sin(theta) * np.cos(phi), np.cos(theta)], axis=-1)
    z = np.array([0.0, 0.0, 1.0])
    spin: FloatArray = rates[0][..., None] * z + rates[1][..., None] * node + rates[2][..., None] * pole
    return spin


# Archinal et al. 2018 (IAU WGCCRE 2015), Celest. Mech. Dyn. Astron. 130:22, table 2: E1..E13, deg and deg/day,
# and the amplitudes, deg, of sin E in the pole's right ascension, cos E in its declination, sin E in the rotation.
_SERIES = np.array(
    [
        (125.045, -0.0529921, -3.8787, 1.5419, 3.5610),
        (250.089, -0.1059842, -0.1204, 0.0239, 0.1208),
        (260.008, 13.0120009, 0.0700, -0.0278, -0.0642),
        (176.625, 13.3407154, -0.0172, 0.0068, 0.0158),
        (357.529, 0.9856003, 0.0, 0.0, 0.0252),
        (311.589, 26.4057084, 0.0072, -0.0029, -0.0066),
        (134.963, 13.0649930, 0.0, 0.0009, -0.0047),
        (276.617, 0.3287146, 0.0, 0.0, -0.0046),
        (34.226, 1.7484877, 0.0, 0.0, 0.0028),
        (15.134, -0.1589763, -0.0052, 0.0008, 0.0052),
        (119.743, 0.0036096, 0.0, 0.0, 0.0040),
        (239.961, 0.1643573, 0.0, 0.0, 0.0019),
        (25.053, 12.9590088, 0.0043, -0.0009, -0.0044),
    ]
)


def iau_icrf_to_moon_me(t_tdb_s: ArrayLike) -> FloatArray:
    """Rotation from ICRF to the Moon's ME frame by the analytic series of the IAU, (..., 3, 3).

    Within 160 m of DE421 at the surface. Archinal et al. 2018, table 2.
    """
    return euler_313(*_iau_angles(np.asarray(t_tdb_s, dtype=np.float64)))


def _iau_angles(t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    days = t / DAY_S
    centuries = days / 36525.0
    argument = (_SERIES[:, 0] + _SERIES[:, 1] * days[..., None]) * DEG
    sine, cosine = np.sin(argument), np.cos(argument)
    ascension = 269.9949 + 0.0031 * centuries + sine @ _SERIES[:, 2]
    declination = 66.5392 + 0.0130 * centuries + cosine @ _SERIES[:, 3]
    rotation = 38.3213 + 13.17635815 * days - 1.4e-12 * days**2 + sine @ _SERIES[:, 4]
    return (90.0 + ascension) * DEG, (90.0 - declination) * DEG, rotation * DEG
