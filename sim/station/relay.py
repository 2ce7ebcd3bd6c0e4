"""What coverage asks of a relay's orbit."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class RelayOrbit(Protocol):
    """What a relay's orbit has to tell."""

    @property
    def name(self) -> str:
        """Id in the scenario."""
        ...

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes, at epochs (...) in TDB seconds past J2000."""
        ...
