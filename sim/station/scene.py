"""Earth, ground stations and relays around the Moon at given epochs: made once, then looked at from many places.

Everything is on the Moon's mean Earth axes, where a place on the ground stands still. A relay's way to the Earth
belongs to the scene, for it is the same for every place: past the Moon's limb to the Earth's centre, or, where ground
stations are asked for, to one that has the relay above its own horizon. Light time is left out for relays (under 0.1 s
from the ground, 1e-3 degrees; 1.3 s to the Earth, 0.006 degrees); the Earth is seen from the ground where its light
came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.earth import gcrs_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.orientation import icrf_to_moon_me
from sim.astro.rotations import rotated
from sim.astro.tabulated import Tabulated
from sim.catalog.models import GroundStation
from sim.station.ground import station_axes_itrs, station_place_itrs_km
from sim.station.horizon import HorizonMask
from sim.station.relay import RelayOrbit
from sim.station.sightline import elevation_rad, horizon_below_rad, limb_at_craft_rad
from sim.station.site import Source
from sim.units import DAY_S, DEG

FloatArray = NDArray[np.float64]

ABSENT_RAD = -0.5 * np.pi
"""Height of what is not there: a relay before its start or after its end."""

NO_MASKS: Mapping[str, HorizonMask] = MappingProxyType({})

# About the solar system's barycentre, for its light time: 0.2 mm/s are lost between nodes of a day, 0.2 mm of place.
_EARTH_KM_S = Tabulated(lambda t: Ephemeris.de440().earth_ssb(t)[1], DAY_S)


@dataclass(frozen=True, slots=True, eq=False)
class StationTrack:
    """A ground station carried round by the Earth.

    Attributes
    ----------
    offset_me_km : ndarray (n, 3)
        From the Earth's centre, on the Moon's ME axes.
    axes_me : ndarray (n, 3, 3)
        Rows east, north and up of the station.
    least_rad : float
        Elevation from which on it follows.
    horizon : HorizonMask or None
        Its own; the higher of it and ``least_rad`` counts.
    """

    offset_me_km: FloatArray
    axes_me: FloatArray
    least_rad: float
    horizon: HorizonMask | None

    def height_rad(self, line_me_km: FloatArray) -> FloatArray:
        """How far a craft (n,) stands above what hides it from the station; lines (n, 3) from station to craft."""
        east_north_up = rotated(self.axes_me, line_me_km)
        return elevation_rad(east_north_up) - self._floor_rad(east_north_up)

    def floor_rad(self, line_me_km: FloatArray) -> FloatArray:
        """Elevation (n,) from which on the station follows a craft, in the direction of lines (n, 3) to it."""
        return np.broadcast_to(self._floor_rad(rotated(self.axes_me, line_me_km)), (len(line_me_km),))

    def _floor_rad(self, east_north_up: FloatArray) -> FloatArray | float:
        if self.horizon is None:
            return self.least_rad
        return np.maximum(self.least_rad, horizon_below_rad(east_north_up, self.horizon))


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What a place on the Moon may see at epochs (n,), on ME axes from the Moon's centre.

    Attributes
    ----------
    t_tdb_s : ndarray (n,)
    earth : Source
        Its centre.
    stations : tuple of StationTrack
        Empty: the Earth's centre stands for a station.
    relays_me_km : ndarray (R, n, 3)
        NaN where a relay is not there.
    backhaul_rad : ndarray (R, n)
        How far a relay's line to the Earth is from being cut, negative where it is: by the Moon's limb (angle at the
        relay), or by the horizon of the ground station that sees it best.
    """

    t_tdb_s: FloatArray
    earth: Source
    stations: tuple[StationTrack, ...]
    relays_me_km: FloatArray
    backhaul_rad: FloatArray


def scene_of(
    relays: Sequence[RelayOrbit],
    stations: Sequence[GroundStation],
    t_tdb_s: ArrayLike,
    masks: Mapping[str, HorizonMask] = NO_MASKS,
) -> Scene:
    """Place relays, ground stations and the Earth at epochs (n,), TDB seconds past J2000.

    ``masks`` holds horizons of ground stations by their id; a station without one has a level horizon.

    Raises
    ------
    DataMissingError
        For epochs outside the ephemeris.
    """
    t = np.atleast_1d(np.asarray(t_tdb_s, dtype=np.float64))
    moon_me, earth_icrf_km = icrf_to_moon_me(t), -Ephemeris.de440().moon_geocentric(t)[0]
    earth = Source(rotated(moon_me, earth_icrf_km), rotated(moon_me, _EARTH_KM_S(t)))
    tracks = _tracks(stations, t, moon_me, masks)
    relays_me_km = np.empty((len(relays), len(t), 3))
    backhaul = np.empty((len(relays), len(t)))
    for number, relay in enumerate(relays):
        relays_me_km[number] = rotated(moon_me, relay.position_icrf_km(t))
        backhaul[number] = backhaul_rad(relays_me_km[number], earth.r_km, tracks)
    return Scene(t, earth, tracks, relays_me_km, backhaul)


def backhaul_rad(relay_me_km: FloatArray, earth_me_km: FloatArray, stations: Sequence[StationTrack]) -> FloatArray:
    """How far a relay's line to the Earth is from being cut (n,), as ``Scene.backhaul_rad``; vectors (n, 3)."""
    if not stations:
        return present(limb_at_craft_rad(relay_me_km, earth_me_km))
    margins = []
    for station in stations:
        station_me_km = earth_me_km + station.offset_me_km
        height = station.height_rad(relay_me_km - station_me_km)
        margins.append(np.minimum(height, limb_at_craft_rad(relay_me_km, station_me_km)))
    best: FloatArray = np.max(margins, axis=0)
    return present(best)


def present(height_rad: FloatArray) -> FloatArray:
    """Heights with those of what is not there (NaN) far below the horizon."""
    return np.where(np.isnan(height_rad), ABSENT_RAD, height_rad)


def _tracks(
    stations: Sequence[GroundStation], t: FloatArray, moon_me: FloatArray, masks: Mapping[str, HorizonMask]
) -> tuple[StationTrack, ...]:
    if not stations:
        return ()
    with np.errstate(invalid="ignore"):
        itrs_to_me = moon_me @ np.swapaxes(gcrs_to_itrs(t), -1, -2)
    return tuple(
        StationTrack(
            rotated(itrs_to_me, station_place_itrs_km(station)),
            station_axes_itrs(station) @ np.swapaxes(itrs_to_me, -1, -2),
            station.min_elevation_deg * DEG,
            masks.get(station.id),
        )
        for station in stations
    )
