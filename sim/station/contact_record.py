"""What is told of contact: places over the horizon, and the map of the whole Moon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import union
from sim.scenario.model import CoveragePoint, Scenario
from sim.station.coverage import contact_spans_of, even_epochs, relay_range
from sim.station.coverage_grid import global_coverage
from sim.station.data_volume import data_volume
from sim.station.elements import ElementFlight
from sim.station.links import USUAL_LINKS, StationLinks
from sim.station.outcome import ContactRecord, MapRecord
from sim.station.paths import Network, paths_at
from sim.station.place import horizon_source
from sim.station.relay import RelayOrbit
from sim.station.site import SiteGeometry, site_geometry
from sim.units import DEG

FloatArray = NDArray[np.float64]

MAP_STEP_S = 600.0
LEAST_ON_MAP_RAD = 5.0 * DEG
_BITS = 1e9


def network_of(scenario: Scenario, relays: Sequence[RelayOrbit], least_elevation_rad: float | None = None) -> Network:
    """Give the relays and ground stations of a scenario as one network."""
    stations = tuple(scenario.catalog.ground_stations[key] for key in scenario.coverage.ground_stations)
    if least_elevation_rad is None:
        return Network(tuple(relays), stations)
    return Network(tuple(relays), stations, least_elevation_rad=least_elevation_rad)


def links_of(scenario: Scenario) -> StationLinks:
    """Give the links of a scenario's station."""
    return replace(USUAL_LINKS, stores=scenario.coverage.relaying == "stored")


def contact_record(
    name: str,
    site: SiteGeometry,
    network: Network,
    links: StationLinks,
    start_tdb_s: float,
    stop_tdb_s: float,
    step_s: float,
) -> ContactRecord:
    """Look at the contact of one place over the horizon."""
    paths = paths_at(site, network, even_epochs(start_tdb_s, stop_tdb_s, step_s))
    found = contact_spans_of(site, network, paths)
    volume = data_volume(paths, found, links)
    relayed_bit = np.sum(volume.relayed_bit, axis=0)
    in_view = np.count_nonzero(paths.relayed_rad >= 0.0, axis=0)
    distance = relay_range(paths)
    return ContactRecord(
        point=name,
        horizon=horizon_source(site),
        latitude_rad=site.latitude_rad,
        longitude_rad=site.longitude_rad,
        spans={"direct": found.direct, "relayed": found.relayed, "any": found.any_path},
        relay_up=union(*found.in_view),
        relays_in_view_mean=float(in_view.mean()),
        relays_in_view_most=int(in_view.max(initial=0)),
        double_share=float((in_view >= 2).mean()),
        range_mean_km=distance.mean_km,
        range_most_km=distance.greatest_km,
        volume_gbit={
            "direct": volume.direct_bit / _BITS,
            "relayed": relayed_bit / _BITS,
            "any": volume.total_bit / _BITS,
        },
        greatest_store_gbit=float(np.max(volume.greatest_store_bit, initial=0.0)) / _BITS,
        link=link_words(links),
    )


def link_words(links: StationLinks) -> str:
    """Say what the links are."""
    names = [link.name for link in (links.to_relay, links.relay_to_earth, links.direct) if link is not None]
    stored = "; relays keep what they hear until they see the Earth" if links.stores else ""
    return f"{'; '.join(names)} (assumed){stored}"


def point_site(point: CoveragePoint) -> SiteGeometry:
    """Give a point of the scenario's coverage its place; its horizon is level."""
    return site_geometry(point.latitude_deg, point.longitude_deg, point.height_m)


def map_record(
    scenario: Scenario, relays: Sequence[ElementFlight], start_tdb_s: float, stop_tdb_s: float
) -> MapRecord | None:
    """Look at contact all over the Moon for a part of the horizon; None where no map is asked for.

    The part begins when the last relay comes into service, or with the horizon's last days where that is too late.
    """
    asked = scenario.coverage
    length_s = min(asked.map_length_s, stop_tdb_s - start_tdb_s)
    if length_s <= 0.0:
        return None
    start_tdb_s = min(max([start_tdb_s, *(relay.start_tdb_s for relay in relays)]), stop_tdb_s - length_s)
    network = network_of(scenario, relays, LEAST_ON_MAP_RAD)
    found = global_coverage(network, start_tdb_s, start_tdb_s + length_s, MAP_STEP_S, asked.map_step_deg)
    return MapRecord(
        start_tdb_s=start_tdb_s,
        stop_tdb_s=start_tdb_s + length_s,
        step_s=MAP_STEP_S,
        min_elevation_rad=LEAST_ON_MAP_RAD,
        latitude_rad=found.latitude_rad,
        longitude_rad=found.longitude_rad,
        relayed_share=found.relayed_share,
        any_share=found.any_share,
        longest_gap_s=found.any_gaps.longest_s,
        relays_in_view_mean=found.mean_relays,
    )
