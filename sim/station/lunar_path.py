"""Where something about the Moon is, as the searches of eclipses, occultations and passes take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import R_MOON_KM
from sim.station.site import SiteGeometry, site_unit_icrf
from sim.units import MINUTE_S

FloatArray = NDArray[np.float64]

LONGEST_STEP_S = 30.0 * MINUTE_S
"""Step for what hardly moves: the Earth's penumbra, 16 000 km wide, takes hours to pass it."""

_SHARE = 0.3
_LOOK_S, _DIFFERENCE_S, _MOST_LOOKS = 10.0 * MINUTE_S, 10.0, 50_000


class LunarPath(Protocol):
    """Where something about the Moon is: a ``LunarEphemeris``, a relay, or a place (``SitePath``)."""

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes at epochs (...); NaN where it is nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class SitePath:
    """A place on the turning Moon as a path."""

    site: SiteGeometry

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes at epochs (...)."""
        place_km: FloatArray = (R_MOON_KM + self.site.height_km) * site_unit_icrf(self.site, t_tdb_s)
        return place_km


def path_step_s(path: LunarPath, start_tdb_s: float, stop_tdb_s: float) -> float:
    """Step in which a path covers 0.3 of the Moon's radius where it is fastest: shadow and limb are not stepped over.

    Speeds are by differences over ten seconds, ten minutes apart over a year; half an hour at most.
    """
    count = int(np.clip((stop_tdb_s - start_tdb_s) / _LOOK_S, 2, _MOST_LOOKS))
    t = np.linspace(start_tdb_s, stop_tdb_s - _DIFFERENCE_S, count)
    moved_km = np.linalg.norm(path.position_icrf_km(t + _DIFFERENCE_S) - path.position_icrf_km(t), axis=-1)
    fastest = float(np.nanmax(np.append(moved_km, 0.0))) / _DIFFERENCE_S
    return min(LONGEST_STEP_S, _SHARE * R_MOON_KM / fastest) if fastest > 0.0 else LONGEST_STEP_S
