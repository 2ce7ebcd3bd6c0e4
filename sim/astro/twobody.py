"""Two-body orbits and coordinates for other tools: boinor ``Orbit`` and astropy objects out of Moonport's states.

The only module that imports boinor (poliastro's maintained continuation, same interface), and only when it is called:
the import takes seconds. Attractors carry DE440's GM, not boinor's own (its Earth would be 405 m off at the Moon).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2
from sim.errors import UsageError
from sim.units import DAY_S

if TYPE_CHECKING:
    from astropy.coordinates import CartesianRepresentation, SkyCoord
    from astropy.time import Time
    from boinor.bodies import Body
    from boinor.twobody import Orbit

FloatArray = NDArray[np.float64]
Centre = Literal["earth", "moon"]

GM_KM3_S2 = {"earth": GM_EARTH_KM3_S2, "moon": GM_MOON_KM3_S2}


class Flight(Protocol):
    """What ``transfer_orbits`` reads of a solved transfer."""

    @property
    def tli_tdb_s(self) -> float: ...  # noqa: D102
    @property
    def arrival_tdb_s(self) -> float: ...  # noqa: D102
    @property
    def tli_state_icrf(self) -> FloatArray: ...  # noqa: D102
    @property
    def perilune_state_icrf(self) -> FloatArray: ...  # noqa: D102


def orbit_from_state(state_icrf: ArrayLike, t_tdb_s: float, centre: Centre = "earth") -> Orbit:
    """Return the osculating orbit of a state (6,), km and km/s on ICRF axes from the Earth or the Moon."""
    _keep_astropy_offline()
    from astropy import units
    from boinor.twobody import Orbit

    r_km, v_km_s = np.split(_one_state(state_icrf), 2)
    return Orbit.from_vectors(_attractor(centre), r_km * units.km, v_km_s * units.km / units.s, epoch=epoch(t_tdb_s))


def state_from_orbit(orbit: Orbit) -> tuple[float, FloatArray]:
    """Return epoch (TDB s past J2000) and state (6,), km and km/s, of an orbit."""
    from astropy import units

    moment = orbit.epoch.tdb
    t_tdb_s = float((moment.jd1 - 2451545.0) * DAY_S + moment.jd2 * DAY_S)
    parts = [orbit.r.to_value(units.km), orbit.v.to_value(units.km / units.s)]
    return t_tdb_s, np.concatenate(parts)


def transfer_orbits(transfer: Flight) -> tuple[Orbit, Orbit]:
    """Return a transfer's osculating orbits: about the Earth after injection, about the Moon at perilune."""
    departure = orbit_from_state(transfer.tli_state_icrf, transfer.tli_tdb_s, "earth")
    arrival = orbit_from_state(transfer.perilune_state_icrf, transfer.arrival_tdb_s, "moon")
    return departure, arrival


def two_body_state(state_icrf: ArrayLike, duration_s: float, centre: Centre = "earth") -> FloatArray:
    """Return the state (6,) after ``duration_s`` of unperturbed motion (boinor's Farnocchia kernel)."""
    _keep_astropy_offline()
    from boinor.core.propagation.farnocchia import farnocchia_rv

    r_km, v_km_s = np.split(_one_state(state_icrf), 2)
    return np.concatenate(farnocchia_rv(GM_KM3_S2[centre], r_km, v_km_s, float(duration_s)))


def epoch(t_tdb_s: ArrayLike) -> Time:
    """Return epochs as astropy ``Time`` in TDB."""
    _keep_astropy_offline()
    from astropy.time import Time

    return Time(2451545.0, np.asarray(t_tdb_s, dtype=np.float64) / DAY_S, format="jd", scale="tdb")


def cartesian(states: ArrayLike) -> CartesianRepresentation:
    """Return states (..., 6), km and km/s, as an astropy representation with velocities, on the same axes."""
    _keep_astropy_offline()
    from astropy import units
    from astropy.coordinates import CartesianDifferential, CartesianRepresentation

    values = np.asarray(states, dtype=np.float64)
    velocities = CartesianDifferential(values[..., 3:] * units.km / units.s, xyz_axis=-1)
    return CartesianRepresentation(values[..., :3] * units.km, xyz_axis=-1, differentials=velocities)


def sky_coordinates(t_tdb_s: ArrayLike, states_geocentric: ArrayLike) -> SkyCoord:
    """Return geocentric states (..., 6) at epochs (...) as astropy ``SkyCoord`` in GCRS."""
    representation = cartesian(states_geocentric)
    from astropy.coordinates import GCRS, SkyCoord

    return SkyCoord(GCRS(representation, obstime=epoch(t_tdb_s)))


def _keep_astropy_offline() -> None:
    from sim.astro.time import configure_offline

    configure_offline()


def _one_state(state: ArrayLike) -> FloatArray:
    values = np.asarray(state, dtype=np.float64)
    if values.shape != (6,):
        message = f"a state is six numbers, position and velocity, not of shape {values.shape}"
        raise UsageError(message)
    return values


def _attractor(centre: Centre) -> Body:
    from astropy import units
    from boinor import bodies

    body: Any = {"earth": bodies.Earth, "moon": bodies.Moon}[centre]
    return body._replace(k=GM_KM3_S2[centre] * units.km**3 / units.s**2)
