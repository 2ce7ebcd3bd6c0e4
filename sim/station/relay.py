"""Relays at the Moon: where they are at an epoch.

``RelayOrbit`` is all that coverage asks of an orbit. ``TwoBodyRelay`` is its simplest form, a Kepler orbit that keeps
its elements: good for the geometry of a day and for the long-term average of a frozen orbit, not for its position
after months (at the Moon the Earth, J2 and C22 turn node and apsides by degrees a month).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.frames import icrf_to_earth_moon
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.time import tdb_s_from_utc
from sim.astro.twobody import orbit_from_state
from sim.catalog.orbits import LunarOrbit
from sim.constants import GM_MOON_KM3_S2
from sim.scenario.model import OrbitElement
from sim.scenario.resolve import ResolvedLane
from sim.units import DEG

FloatArray = NDArray[np.float64]

_NEWTON_STEPS = 12
"""Measured: what is left of Kepler's equation falls below 1e-15 rad in 6 steps up to eccentricity 0.9, 8 up to 0.99."""


class RelayOrbit(Protocol):
    """What a relay's orbit has to tell."""

    @property
    def name(self) -> str:
        """Id in the scenario."""
        ...

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) from the Moon's centre on ICRF axes, at epochs (...) in TDB seconds past J2000."""
        ...


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
    axes_icrf: FloatArray
    epoch_tdb_s: float
    mean_anomaly_rad: float

    @property
    def mean_motion_rad_s(self) -> float:
        """Two pi over the period."""
        return float(np.sqrt(GM_MOON_KM3_S2 / self.semi_major_axis_km**3))

    def position_icrf_km(self, t_tdb_s: ArrayLike) -> FloatArray:
        """Position (..., 3) at epochs (...)."""
        anomaly = self._eccentric_anomaly_rad(t_tdb_s)
        x = np.cos(anomaly) - self.eccentricity
        y = np.sqrt(1.0 - self.eccentricity**2) * np.sin(anomaly)
        return self._on_icrf(self.semi_major_axis_km * x, self.semi_major_axis_km * y)

    def state_icrf(self, t_tdb_s: ArrayLike) -> FloatArray:
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

    def _eccentric_anomaly_rad(self, t_tdb_s: ArrayLike) -> FloatArray:
        elapsed = np.asarray(t_tdb_s, dtype=np.float64) - self.epoch_tdb_s
        mean = np.mod(self.mean_anomaly_rad + self.mean_motion_rad_s * elapsed + np.pi, 2.0 * np.pi) - np.pi
        return eccentric_anomaly_rad(mean, self.eccentricity)

    def _on_icrf(self, x: FloatArray, y: FloatArray) -> FloatArray:
        vectors: FloatArray = x[..., None] * self.axes_icrf[0] + y[..., None] * self.axes_icrf[1]
        return vectors


def eccentric_anomaly_rad(mean_anomaly_rad: FloatArray, eccentricity: float) -> FloatArray:
    """Solve Kepler's equation for mean anomalies (...) in [-pi, pi].

    Newton from the start of Danby 1987, Celest. Mech. 40, 303.
    """
    anomaly = mean_anomaly_rad + 0.85 * eccentricity * np.sign(mean_anomaly_rad)
    for _ in range(_NEWTON_STEPS):
        miss = anomaly - eccentricity * np.sin(anomaly) - mean_anomaly_rad
        anomaly = anomaly - miss / (1.0 - eccentricity * np.cos(anomaly))
        if np.all(np.abs(miss) < 1e-14):
            break
    return anomaly


def two_body_relay(element: OrbitElement, default_epoch_tdb_s: float) -> TwoBodyRelay:
    """Place a relay of the scenario; ``default_epoch_tdb_s`` is its epoch where it has none of its own.

    Raises
    ------
    ValueError
        For an element without an orbit.
    """
    orbit = element.orbit
    if not isinstance(orbit, LunarOrbit) or orbit.frame is None:
        message = f"relay {element.id} has no ellipse"
        raise ValueError(message)
    epoch = default_epoch_tdb_s if orbit.epoch is None else tdb_s_from_utc(orbit.epoch)
    perilune, apolune = orbit.apsis_radii_km
    return TwoBodyRelay(
        name=element.id,
        semi_major_axis_km=0.5 * (perilune + apolune),
        eccentricity=(apolune - perilune) / (apolune + perilune),
        axes_icrf=_orbit_axes(orbit) @ frame_axes_icrf(orbit.frame, epoch),
        epoch_tdb_s=epoch,
        mean_anomaly_rad=orbit.mean_anomaly_deg * DEG,
    )


def relays_of(lane: ResolvedLane) -> tuple[TwoBodyRelay, ...]:
    """Relays that a lane's lander can use."""
    start = tdb_s_from_utc(lane.horizon_start.isoformat())
    return tuple(two_body_relay(element, start) for element in lane.relays)


def frame_axes_icrf(frame: str, epoch_tdb_s: float) -> FloatArray:
    """Rows x, y, z of a relay's frame at its epoch, which the orbit then keeps, on ICRF axes (3, 3).

    ``earth_orbit_plane``: z along the normal of the Earth's path about the Moon, x to the Earth (the plane in which
    Ely 2005, J. Astronaut. Sci. 53, 301, gives frozen orbits; there x is left to the node).
    """
    if frame == "icrf":
        return np.eye(3)
    if frame == "moon_me":
        return icrf_to_moon_me(epoch_tdb_s)
    return np.diag([-1.0, -1.0, 1.0]) @ icrf_to_earth_moon(epoch_tdb_s)


def _orbit_axes(orbit: LunarOrbit) -> FloatArray:
    """Rows to perilune, along the motion there and normal (3, 3), on the axes of the orbit's frame."""
    node, argument = orbit.node_deg * DEG, orbit.argument_of_perilune_deg * DEG
    inclination = (orbit.inclination_deg or 0.0) * DEG
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    normal = np.array([np.sin(inclination) * np.sin(node), -np.sin(inclination) * np.cos(node), np.cos(inclination)])
    ahead = np.cross(normal, to_node)
    perilune = np.cos(argument) * to_node + np.sin(argument) * ahead
    return np.stack([perilune, np.cross(normal, perilune), normal])
