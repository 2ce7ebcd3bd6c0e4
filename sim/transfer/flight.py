"""One direct flight from a parking orbit to perilune, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BRANCH_NAMES = (
    "ascending injection, ascending approach",
    "ascending injection, descending approach",
    "descending injection, ascending approach",
    "descending injection, descending approach",
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A solved flight: circular parking orbit, tangential impulse at perigee, perilune passage.

    Attributes
    ----------
    tli_tdb_s, arrival_tdb_s : float
        Injection impulse and perilune passage, TDB seconds past J2000.
    parking_radius_km, parking_inclination_rad : float
        Of the circular parking orbit; inclination to the Earth's equator of date.
    perilune_radius_km, lunar_inclination_rad : float
        Of the arrival; inclination to the Moon's mean equator (ME frame) at arrival.
    branch : int
        0..3, see ``BRANCH_NAMES``.
    tli_state_icrf, perilune_state_icrf : ndarray (6,)
        km, km/s: geocentric just after the impulse; Moon-centred at perilune before any burn.
    node_rad, argument_rad : float
        Right ascension of the parking orbit's node (from the x axis projected on the equator of date) and argument of
        latitude of the injection.
    c3_km2_s2, tli_dv_km_s, perilune_speed_km_s : float
    earth_pole_icrf : ndarray (3,)
        Earth's pole of date used for J2 and for the inclination.
    moon_pa_axes_icrf : ndarray (3, 3)
        Rows: the Moon's principal axes at arrival.
    """

    tli_tdb_s: float
    arrival_tdb_s: float
    parking_radius_km: float
    parking_inclination_rad: float
    perilune_radius_km: float
    lunar_inclination_rad: float
    branch: int
    tli_state_icrf: FloatArray
    perilune_state_icrf: FloatArray
    node_rad: float
    argument_rad: float
    c3_km2_s2: float
    tli_dv_km_s: float
    perilune_speed_km_s: float
    earth_pole_icrf: FloatArray
    moon_pa_axes_icrf: FloatArray

    @property
    def time_of_flight_s(self) -> float:
        """Injection to perilune."""
        return self.arrival_tdb_s - self.tli_tdb_s
