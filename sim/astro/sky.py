"""Where Sun and Moon stand, to metres, for searches that look at many epochs.

The Sun is the apparent one: set back by the time its light takes and, with that, shifted by the aberration of the body
that it is seen from (20 arcseconds, which turn a shadow by 38 km at the Moon's distance). Light is taken to be instant
between Earth and Moon, which move by one another at 1 km/s: a kilometre.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.tabulated import Tabulated
from sim.constants import SPEED_OF_LIGHT_KM_S
from sim.units import DAY_S

FloatArray = NDArray[np.float64]


def moon_from_earth_km(t_tdb_s: ArrayLike) -> FloatArray:
    """Moon from the Earth's centre (..., 3) on ICRF axes at epochs (...), TDB seconds past J2000; to 0.5 m."""
    return _MOON(t_tdb_s)


def sun_from_earth_km(t_tdb_s: ArrayLike) -> FloatArray:
    """Apparent Sun from the Earth's centre (..., 3), to 20 m: what casts the Earth's shadow."""
    return _SUN_OF_EARTH(t_tdb_s)


def sun_from_moon_km(t_tdb_s: ArrayLike) -> FloatArray:
    """Apparent Sun from the Moon's centre (..., 3), to 1 m: what casts the Moon's shadow."""
    return _SUN_OF_MOON(t_tdb_s)


def _moon(t: FloatArray) -> FloatArray:
    return Ephemeris.de440().moon_geocentric(t)[0]


def _sun(t: FloatArray) -> FloatArray:
    return Ephemeris.de440().sun_geocentric(t)[0]


def _sun_of_earth(t: FloatArray) -> FloatArray:
    return _sun(t - _light_s(_sun(t)))


def _sun_of_moon(t: FloatArray) -> FloatArray:
    # In axes that move with the body its shadow is at rest, and the Sun moves: both are taken where they were when
    # the light left; that the body's course bends meanwhile leaves 1 km of 150 million out.
    then = t - _light_s(_sun(t) - _moon(t))
    return _sun(then) - _moon(then)


def _light_s(r_km: FloatArray) -> FloatArray:
    time_s: FloatArray = np.linalg.norm(r_km, axis=-1) / SPEED_OF_LIGHT_KM_S
    return time_s


# Six-hour nodes lose centimetres of the Moon (0.06 rad a node), one-day nodes metres of the Sun.
_MOON = Tabulated(_moon, DAY_S / 4.0)
_SUN_OF_EARTH = Tabulated(_sun_of_earth, DAY_S)
_SUN_OF_MOON = Tabulated(_sun_of_moon, DAY_S / 4.0)
