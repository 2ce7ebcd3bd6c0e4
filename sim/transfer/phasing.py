"""Phasing: some revolutions of an ellipse about the Earth between the parking orbit and the injection.

The ellipse's perigee is the parking orbit's height, at the place of the first burn; whole revolutions later the second
burn, tangential at perigee, injects. The equator's bulge turns the ellipse meanwhile (Kaula 1966, eq. 3.74; Vallado
2013, eq. 9-37 and 9-41, p the semilatus rectum):

    node −3/2 n J2 (R/p)² cos i,   argument of perigee 3/4 n J2 (R/p)² (5 cos² i − 1),

and the period is that from perigee to perigee. The pull of Moon and Sun on the ellipse is left out: after one
revolution of 24 hours at most 9 km of perigee height, 0.06 degrees of plane and 25 s, after five 41 km, 0.24 degrees
and 124 s (tests/studies/phasing_pull.py), which corrections of some metres a second make up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.constants import GM_EARTH_KM3_S2, J2_EARTH, R_EARTH_KM

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PhasingOrbit:
    """An ellipse by its perigee radius and its period."""

    perigee_radius_km: float
    period_s: float

    @property
    def mean_motion_rad_s(self) -> float:
        """Mean rate of the anomaly."""
        return 2.0 * np.pi / self.period_s

    @property
    def semi_major_axis_km(self) -> float:
        """Half the distance of the apsides, of the two-body ellipse with this period."""
        return float(np.cbrt(GM_EARTH_KM3_S2 / self.mean_motion_rad_s**2))

    @property
    def semilatus_rectum_km(self) -> float:
        """A (1 − e²) = 2 r_p − r_p² / a."""
        return 2.0 * self.perigee_radius_km - self.perigee_radius_km**2 / self.semi_major_axis_km

    @property
    def c3_km2_s2(self) -> float:
        """Twice the specific orbital energy."""
        return -GM_EARTH_KM3_S2 / self.semi_major_axis_km

    @property
    def perigee_speed_km_s(self) -> float:
        """Speed at perigee, vis-viva."""
        return float(np.sqrt(2.0 * GM_EARTH_KM3_S2 / self.perigee_radius_km + self.c3_km2_s2))

    @property
    def entry_dv_km_s(self) -> float:
        """Tangential impulse from the circular parking orbit into the ellipse."""
        return self.perigee_speed_km_s - float(np.sqrt(GM_EARTH_KM3_S2 / self.perigee_radius_km))

    def rates_rad_s(self, inclination_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean rates of node and argument of perigee by J2."""
        k = 1.5 * J2_EARTH * (R_EARTH_KM / self.semilatus_rectum_km) ** 2 * self.mean_motion_rad_s
        cos_i = np.cos(inclination_rad)
        return -k * cos_i, 0.5 * k * (5.0 * cos_i**2 - 1.0)


def phasing_period_s(perigee_radius_km: float, apogee_radius_km: float) -> float:
    """Period of the two-body ellipse between two apsides."""
    a = 0.5 * (perigee_radius_km + apogee_radius_km)
    return float(2.0 * np.pi * np.sqrt(a**3 / GM_EARTH_KM3_S2))
