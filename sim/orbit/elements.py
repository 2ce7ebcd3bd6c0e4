"""Kepler orbits about the Moon: elements in one of four frames, to states on ICRF axes and back, and to boinor.

A frame gives an orbit its angles at one epoch; from there on the orbit keeps its plane in inertial space. Elements go
by DE440's GM of the Moon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.frames import icrf_to_earth_moon
from sim.astro.orientation import icrf_to_moon_me, icrf_to_moon_pa
from sim.astro.twobody import orbit_from_state, state_from_orbit
from sim.constants import GM_MOON_KM3_S2, R_MOON_KM
from sim.errors import UsageError
from sim.units import DEG

FloatArray = NDArray[np.float64]
Frame = Literal["moon_me", "moon_pa", "earth_orbit_plane", "icrf"]
FRAMES: tuple[Frame, ...] = get_args(Frame)

_NEWTON_STEPS = 12
"""Measured: what is left of Kepler's equation falls below 1e-15 rad in 6 steps up to eccentricity 0.9, 8 up to 0.99."""


@dataclass(frozen=True, slots=True)
class KeplerOrbit:
    """An elliptical orbit about the Moon by its elements at an epoch.

    Attributes
    ----------
    frame : str
        Axes that the angles count from, as they stand at the epoch: ``frame_axes_icrf``.
    semi_major_axis_km, eccentricity : float
    inclination_rad, argument_of_perilune_rad, node_rad, mean_anomaly_rad : float
        To the frame's equator; from node to perilune; of the ascending node from x; 0 at perilune.
    epoch_tdb_s : float

    Raises
    ------
    UsageError
        For elements that are no ellipse, and for a frame that is not known.
    """

    frame: Frame
    semi_major_axis_km: float
    eccentricity: float
    inclination_rad: float
    argument_of_perilune_rad: float
    node_rad: float
    mean_anomaly_rad: float
    epoch_tdb_s: float

    def __post_init__(self) -> None:
        _check_frame(self.frame)
        if not (np.isfinite(self.semi_major_axis_km) and self.semi_major_axis_km > 0.0):
            message = f"a semi-major axis is a length above 0 km, not {self.semi_major_axis_km:g} km"
            raise UsageError(message)
        if not 0.0 <= self.eccentricity < 1.0:
            message = f"an orbit that stays has an eccentricity from 0 to below 1, not {self.eccentricity:g}"
            raise UsageError(message)
        if not 0.0 <= self.inclination_rad <= np.pi:
            message = f"an inclination lies between 0 and 180 deg, not at {self.inclination_rad / DEG:g} deg"
            raise UsageError(message)

    @property
    def period_s(self) -> float:
        """Time of a revolution."""
        return 2.0 * np.pi / self.mean_motion_rad_s

    @property
    def mean_motion_rad_s(self) -> float:
        """Two pi over the period."""
        return float(np.sqrt(GM_MOON_KM3_S2 / self.semi_major_axis_km**3))

    @property
    def perilune_radius_km(self) -> float:
        """Least distance from the Moon's centre."""
        return self.semi_major_axis_km * (1.0 - self.eccentricity)

    @property
    def apolune_radius_km(self) -> float:
        """Greatest distance from the Moon's centre."""
        return self.semi_major_axis_km * (1.0 + self.eccentricity)

    @property
    def perilune_altitude_km(self) -> float:
        """Least height above 1737.4 km."""
        return self.perilune_radius_km - R_MOON_KM

    @property
    def apolune_altitude_km(self) -> float:
        """Greatest height above 1737.4 km."""
        return self.apolune_radius_km - R_MOON_KM

    @property
    def perilune_speed_km_s(self) -> float:
        """Speed at perilune."""
        return float(np.sqrt(GM_MOON_KM3_S2 / self.perilune_radius_km * (1.0 + self.eccentricity)))


@dataclass(frozen=True, slots=True, eq=False)
class OsculatingElements:
    """Elements of states, each an array of the states' shape; angles in radians.

    ``argument_of_perilune_rad`` and ``node_rad`` run on past full turns, so that they plot without jumps;
    ``mean_anomaly_rad`` lies in [0, 2 pi). An argument means little where the eccentricity is next to nothing.
    """

    semi_major_axis_km: FloatArray
    eccentricity: FloatArray
    inclination_rad: FloatArray
    argument_of_perilune_rad: FloatArray
    node_rad: FloatArray
    mean_anomaly_rad: FloatArray


def orbit_from_apsis_radii(
    frame: Frame,
    perilune_radius_km: float,
    apolune_radius_km: float,
    inclination_rad: float,
    *,
    epoch_tdb_s: float,
    argument_of_perilune_rad: float = 0.5 * np.pi,
    node_rad: float = 0.0,
    mean_anomaly_rad: float = 0.0,
) -> KeplerOrbit:
    """Return the orbit between two distances from the Moon's centre; raises UsageError where they are swapped."""
    if not 0.0 < perilune_radius_km <= apolune_radius_km:
        message = (
            f"perilune ({perilune_radius_km:g} km from the centre) lies at or below apolune "
            f"({apolune_radius_km:g} km): swap the two"
        )
        raise UsageError(message)
    return KeplerOrbit(
        frame=frame,
        semi_major_axis_km=0.5 * (perilune_radius_km + apolune_radius_km),
        eccentricity=(apolune_radius_km - perilune_radius_km) / (apolune_radius_km + perilune_radius_km),
        inclination_rad=inclination_rad,
        argument_of_perilune_rad=argument_of_perilune_rad,
        node_rad=node_rad,
        mean_anomaly_rad=mean_anomaly_rad,
        epoch_tdb_s=epoch_tdb_s,
    )


def orbit_from_apsis_altitudes(
    frame: Frame,
    perilune_altitude_km: float,
    apolune_altitude_km: float,
    inclination_rad: float,
    *,
    epoch_tdb_s: float,
    argument_of_perilune_rad: float = 0.5 * np.pi,
    node_rad: float = 0.0,
    mean_anomaly_rad: float = 0.0,
) -> KeplerOrbit:
    """Return the orbit between two heights above 1737.4 km; raises UsageError where they are swapped."""
    return orbit_from_apsis_radii(
        frame,
        R_MOON_KM + perilune_altitude_km,
        R_MOON_KM + apolune_altitude_km,
        inclination_rad,
        epoch_tdb_s=epoch_tdb_s,
        argument_of_perilune_rad=argument_of_perilune_rad,
        node_rad=node_rad,
        mean_anomaly_rad=mean_anomaly_rad,
    )


# --- frames --------------------------------------------------------------------------------------------------------


def frame_axes_icrf(frame: str, t_tdb_s: ArrayLike) -> FloatArray:
    """Rows x, y, z of a frame at epochs (...) on ICRF axes, (..., 3, 3).

    ``moon_me``, ``moon_pa``: mean Earth and principal axes. ``earth_orbit_plane``: z along the normal of the Earth's
    path about the Moon, x to the Earth (the plane in which Ely 2005, J. Astronaut. Sci. 53, 301, gives frozen orbits;
    there x is left to the node). An orbit takes the axes at its epoch and keeps them.
    """
    _check_frame(frame)
    if frame == "icrf":
        return np.broadcast_to(np.eye(3), (*np.shape(t_tdb_s), 3, 3))
    if frame == "moon_me":
        return icrf_to_moon_me(t_tdb_s)
    if frame == "moon_pa":
        return icrf_to_moon_pa(t_tdb_s)
    return np.diag([-1.0, -1.0, 1.0]) @ icrf_to_earth_moon(t_tdb_s)


def _check_frame(frame: str) -> None:
    if frame not in FRAMES:
        message = f"no frame {frame!r}: write one of {', '.join(FRAMES)}"
        raise UsageError(message)


def equator_axes_icrf(frame: str, t_tdb_s: ArrayLike, x_at_tdb_s: float) -> FloatArray:
    """Rows of axes that follow a frame's equator but do not turn with it, (..., 3, 3).

    z is the frame's at each epoch; x is the frame's at ``x_at_tdb_s``, laid into the equator of each epoch.
    """
    z = frame_axes_icrf(frame, t_tdb_s)[..., 2, :]
    kept = frame_axes_icrf(frame, x_at_tdb_s)[0]
    x = kept - (z @ kept)[..., None] * z
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    return np.stack([x, np.cross(z, x), z], axis=-2)


# --- elements to states --------------------------------------------------------------------------------------------


def perifocal_axes_icrf(orbit: KeplerOrbit) -> FloatArray:
    """Rows to perilune, along the motion there, and normal of the orbit, on ICRF axes (3, 3)."""
    node, argument, inclination = orbit.node_rad, orbit.argument_of_perilune_rad, orbit.inclination_rad
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    normal = np.array([np.sin(inclination) * np.sin(node), -np.sin(inclination) * np.cos(node), np.cos(inclination)])
    perilune = np.cos(argument) * to_node + np.sin(argument) * np.cross(normal, to_node)
    axes = np.stack([perilune, np.cross(normal, perilune), normal])
    return np.asarray(axes @ frame_axes_icrf(orbit.frame, orbit.epoch_tdb_s))


def state_icrf(orbit: KeplerOrbit) -> FloatArray:
    """State (6,) of an orbit at its epoch: km and km/s from the Moon's centre, ICRF axes."""
    a_km, e = orbit.semi_major_axis_km, orbit.eccentricity
    mean = np.mod(orbit.mean_anomaly_rad + np.pi, 2.0 * np.pi) - np.pi
    anomaly = float(eccentric_anomaly_rad(np.array(mean), e))
    flat = np.sqrt(1.0 - e * e)
    rate = orbit.mean_motion_rad_s / (1.0 - e * np.cos(anomaly))
    place = a_km * np.array([np.cos(anomaly) - e, flat * np.sin(anomaly)])
    velocity = a_km * rate * np.array([-np.sin(anomaly), flat * np.cos(anomaly)])
    axes = perifocal_axes_icrf(orbit)[:2]
    return np.concatenate([place @ axes, velocity @ axes])


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


# --- states to elements --------------------------------------------------------------------------------------------


def elements_of(states_icrf: ArrayLike, t_tdb_s: ArrayLike, frame: Frame) -> OsculatingElements:
    """Return the osculating elements of states (..., 6) at epochs (...), in order of time along the last axis.

    Angles count from the frame's equator at each epoch, nodes from its x axis at the first epoch (so a path is not
    carried round by the Moon's rotation, and the elements of a single state are those of ``KeplerOrbit``). States of
    NaN give elements of NaN.
    """
    states, t = np.asarray(states_icrf, dtype=np.float64), np.asarray(t_tdb_s, dtype=np.float64)
    axes = equator_axes_icrf(frame, t, float(t.ravel()[0]))
    r, v = ((axes @ part[..., None])[..., 0] for part in (states[..., :3], states[..., 3:]))
    distance = np.linalg.norm(r, axis=-1)
    h = np.cross(r, v)
    to_perilune = np.cross(v, h) / GM_MOON_KM3_S2 - r / distance[..., None]
    e = np.linalg.norm(to_perilune, axis=-1)
    a_km = 1.0 / (2.0 / distance - np.sum(v * v, axis=-1) / GM_MOON_KM3_S2)
    inclination = np.arctan2(np.hypot(h[..., 0], h[..., 1]), h[..., 2])
    node = np.arctan2(h[..., 0], -h[..., 1])
    to_node = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=-1)
    ahead = np.cross(h / np.linalg.norm(h, axis=-1, keepdims=True), to_node)
    argument = np.arctan2(np.sum(to_perilune * ahead, axis=-1), np.sum(to_perilune * to_node, axis=-1))
    with np.errstate(invalid="ignore"):
        anomaly = np.arctan2(np.sum(r * v, axis=-1) / np.sqrt(GM_MOON_KM3_S2 * a_km), 1.0 - distance / a_km)
    mean = np.mod(anomaly - e * np.sin(anomaly), 2.0 * np.pi)
    return OsculatingElements(a_km, e, inclination, _continuous(argument), _continuous(node), mean)


def orbit_of(state: ArrayLike, t_tdb_s: float, frame: Frame) -> KeplerOrbit:
    """Return the osculating orbit of one state (6,); raises UsageError where it is no ellipse."""
    found = elements_of(state, t_tdb_s, frame)
    return KeplerOrbit(
        frame=frame,
        semi_major_axis_km=float(found.semi_major_axis_km),
        eccentricity=float(found.eccentricity),
        inclination_rad=float(found.inclination_rad),
        argument_of_perilune_rad=float(found.argument_of_perilune_rad),
        node_rad=float(found.node_rad),
        mean_anomaly_rad=float(found.mean_anomaly_rad),
        epoch_tdb_s=t_tdb_s,
    )


def _continuous(angle_rad: FloatArray) -> FloatArray:
    """Angles from [0, 2 pi) at the first on, without jumps along the last axis."""
    turns = np.mod(angle_rad, 2.0 * np.pi)
    known = np.isfinite(turns)
    if turns.ndim == 1 and known.any():
        turns[known] = np.unwrap(turns[known])
    return turns


# --- boinor --------------------------------------------------------------------------------------------------------


def boinor_orbit(orbit: KeplerOrbit) -> Any:
    """Return an orbit as boinor's ``Orbit`` about the Moon, ICRF axes, at its epoch."""
    return orbit_from_state(state_icrf(orbit), orbit.epoch_tdb_s, "moon")


def orbit_from_boinor(orbit: Any, frame: Frame = "icrf") -> KeplerOrbit:
    """Return boinor's ``Orbit`` about the Moon (ICRF axes) by its elements in a frame."""
    t_tdb_s, state = state_from_orbit(orbit)
    return orbit_of(state, t_tdb_s, frame)
