"""A relay on a Kepler orbit: positions in closed form, for tests of what relays serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.astro.twobody import orbit_from_state
from sim.constants import GM_MOON_KM3_S2
from sim.orbit.elements import KeplerOrbit, eccentric_anomaly_rad, perifocal_axes_icrf


@dataclass(frozen=True, slots=True, eq=False)
class TwoBodyRelay:
    """A relay on a Kepler orbit about the Moon.

    Attributes
    ----------
    name : str
    semi_major_axis_km, eccentricity : float
    axes_icrf : ndarray (3, 3)
        Rows: to perilune, along the motion there, normal of the orbit.
    epoch_tdb_s, mean_anomaly_rad : float
        The mean anomaly at the epoch.
    """

    name: str
    semi_major_axis_km: float
    eccentricity: float
    axes_icrf: np.ndarray
    epoch_tdb_s: float
    mean_anomaly_rad: float

    @property
    def mean_motion_rad_s(self) -> float:
        """Two pi over the period."""
        return float(np.sqrt(GM_MOON_KM3_S2 / self.semi_major_axis_km**3))

    def position_icrf_km(self, t_tdb_s: Any) -> np.ndarray:
        """Position (..., 3) at epochs (...)."""
        anomaly = self._eccentric_anomaly_rad(t_tdb_s)
        x = np.cos(anomaly) - self.eccentricity
        y = np.sqrt(1.0 - self.eccentricity**2) * np.sin(anomaly)
        return self._on_icrf(self.semi_major_axis_km * x, self.semi_major_axis_km * y)

    def state_icrf(self, t_tdb_s: Any) -> np.ndarray:
        """State (..., 6), km and km/s, at epochs (...)."""
        anomaly = self._eccentric_anomaly_rad(t_tdb_s)
        rate = self.mean_motion_rad_s / (1.0 - self.eccentricity * np.cos(anomaly))
        x = -self.semi_major_axis_km * rate * np.sin(anomaly)
        y = self.semi_major_axis_km * rate * np.sqrt(1.0 - self.eccentricity**2) * np.cos(anomaly)
        return np.concatenate([self.position_icrf_km(t_tdb_s), self._on_icrf(x, y)], axis=-1)

    def to_boinor(self, t_tdb_s: float | None = None) -> Any:
        """Return the orbit as a boinor ``Orbit`` at an epoch (left out: its own)."""
        epoch = self.epoch_tdb_s if t_tdb_s is None else t_tdb_s
        return orbit_from_state(self.state_icrf(epoch), epoch, "moon")

    def _eccentric_anomaly_rad(self, t_tdb_s: Any) -> np.ndarray:
        elapsed = np.asarray(t_tdb_s, dtype=np.float64) - self.epoch_tdb_s
        mean = np.mod(self.mean_anomaly_rad + self.mean_motion_rad_s * elapsed + np.pi, 2.0 * np.pi) - np.pi
        return eccentric_anomaly_rad(mean, self.eccentricity)

    def _on_icrf(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        vectors: np.ndarray = x[..., None] * self.axes_icrf[0] + y[..., None] * self.axes_icrf[1]
        return vectors


def kepler_relay(name: str, orbit: KeplerOrbit) -> TwoBodyRelay:
    """Return a relay that keeps an orbit's elements."""
    return TwoBodyRelay(
        name=name,
        semi_major_axis_km=orbit.semi_major_axis_km,
        eccentricity=orbit.eccentricity,
        axes_icrf=perifocal_axes_icrf(orbit),
        epoch_tdb_s=orbit.epoch_tdb_s,
        mean_anomaly_rad=orbit.mean_anomaly_rad,
    )
