"""Paths between a place on the Moon and the Earth, direct and by relay: how far each is from being cut, and how long.

Stands on the same scene and the same lines of sight as the contact that landings ask for (sim.station.contact).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.catalog.models import GroundStation
from sim.constants import R_MOON_KM
from sim.station.contact import direct_height_rad, relays_in_view
from sim.station.horizon import HorizonMask
from sim.station.relay import RelayOrbit
from sim.station.scene import NO_MASKS, scene_of
from sim.station.sightline import NO_LEAST_RAD
from sim.station.site import SiteGeometry, site_axes_moon_me
from sim.threads import map_threads

FloatArray = NDArray[np.float64]

_EPOCHS_AT_ONCE = 40_000


@dataclass(frozen=True, slots=True)
class Network:
    """What may carry a site's words to the Earth.

    Attributes
    ----------
    relays : tuple of RelayOrbit
        A relay without a position (NaN) is not there.
    stations : tuple of GroundStation
        A path ends at any of them that is in view, so the Earth's turning counts; empty: at the Earth's centre.
    masks : mapping
        Horizons of ground stations by their id; those without one have a level horizon.
    least_elevation_rad : float
        At the site, for Earth and relays alike, where its horizon is lower.
    """

    relays: tuple[RelayOrbit, ...] = ()
    stations: tuple[GroundStation, ...] = ()
    masks: Mapping[str, HorizonMask] = field(default_factory=lambda: NO_MASKS)
    least_elevation_rad: float = NO_LEAST_RAD

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the relays."""
        return tuple(relay.name for relay in self.relays)


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Paths of one site at epochs (n,), through R relays; heights in rad, not negative where the line is free.

    Attributes
    ----------
    t_tdb_s : ndarray (n,)
    direct_rad : ndarray (n,)
        Of the Earth, or of the ground station seen best.
    view_rad : ndarray (R, n)
        Of each relay above the site's horizon; -pi/2 where it is not there.
    backhaul_rad : ndarray (R, n)
        Of each relay's own line to the Earth.
    earth_km : ndarray (n,)
        From the site to the Earth's centre.
    relay_km, backhaul_km : ndarray (R, n)
        From the site to each relay, and from each relay to the Earth's centre; NaN where it is not there.
    """

    t_tdb_s: FloatArray
    direct_rad: FloatArray
    view_rad: FloatArray
    backhaul_rad: FloatArray
    earth_km: FloatArray
    relay_km: FloatArray
    backhaul_km: FloatArray

    @property
    def relayed_rad(self) -> FloatArray:
        """Of the path through each relay (R, n): the lesser of both its lines."""
        return np.minimum(self.view_rad, self.backhaul_rad)


def paths_at(site: SiteGeometry, network: Network, t_tdb_s: FloatArray) -> Paths:
    """Paths of a site at epochs (n,), TDB seconds past J2000.

    Raises
    ------
    DataMissingError
        For epochs outside the ephemeris.
    """
    firsts = range(0, max(1, len(t_tdb_s)), _EPOCHS_AT_ONCE)
    parts = map_threads(lambda first: _paths(site, network, t_tdb_s[first : first + _EPOCHS_AT_ONCE]), firsts)
    columns = (np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in Paths.__slots__)
    return Paths(*columns)


def _paths(site: SiteGeometry, network: Network, t: FloatArray) -> Paths:
    scene = scene_of(network.relays, network.stations, t, network.masks)
    view = relays_in_view(site, scene, network.least_elevation_rad)
    site_km = (R_MOON_KM + site.height_km) * site_axes_moon_me(site)[2]
    return Paths(
        scene.t_tdb_s,
        direct_height_rad(site, scene, network.least_elevation_rad),
        view.elevation_rad,
        view.earth_clearance_rad,
        np.linalg.norm(scene.earth.r_km - site_km, axis=-1),
        np.linalg.norm(scene.relays_me_km - site_km, axis=-1),
        np.linalg.norm(scene.relays_me_km - scene.earth.r_km, axis=-1),
    )
