"""Coverage of one site: when it reaches the Earth, directly or by relay, and how long it has to wait.

Paths are looked at every minute; edges of spans are closed in on to 0.05 s. A pass shorter than about half a minute may
be missed. What is left out (refraction, relays' light time) moves an edge by some seconds where a line of sight turns
slowly, and by a minute and more for the Earth, that takes hours to climb a degree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, spans_of_sampled
from sim.astro.spans import Spans, union
from sim.errors import UsageError
from sim.station.gaps import GapStatistics, gap_statistics
from sim.station.paths import Network, Paths, paths_at
from sim.station.site import SiteGeometry
from sim.threads import map_threads
from sim.units import MINUTE_S

FloatArray = NDArray[np.float64]

STEP_S = MINUTE_S


@dataclass(frozen=True, slots=True, eq=False)
class ContactSpans:
    """When each kind of path is open, between two epochs.

    Attributes
    ----------
    start_tdb_s, stop_tdb_s : float
    names : tuple of str
        Of the R relays.
    direct : Spans
        The Earth, or a ground station, seen from the site.
    in_view : tuple of Spans, length R
        Each relay above the site's horizon, whether or not it reaches the Earth then.
    by_relay : tuple of Spans, length R
        The path through each relay, site to relay and relay to Earth at once.
    """

    start_tdb_s: float
    stop_tdb_s: float
    names: tuple[str, ...]
    direct: Spans
    in_view: tuple[Spans, ...]
    by_relay: tuple[Spans, ...]

    @property
    def relayed(self) -> Spans:
        """When some relay carries."""
        return union(*self.by_relay)

    @property
    def any_path(self) -> Spans:
        """When the site reaches the Earth at all."""
        return union(self.direct, *self.by_relay)

    def share(self, path: Spans) -> float:
        """Part of the time, 0 to 1."""
        return path.total_s / (self.stop_tdb_s - self.start_tdb_s)

    def gaps(self, path: Spans) -> GapStatistics:
        """Figures of the time in which a path is closed."""
        return gap_statistics(path, self.start_tdb_s, self.stop_tdb_s)


@dataclass(frozen=True, slots=True)
class RangeStatistics:
    """Least, mean and greatest distance, km; NaN where there is never a path."""

    least_km: float
    mean_km: float
    greatest_km: float


def contact_spans(
    site: SiteGeometry, network: Network, start_tdb_s: float, stop_tdb_s: float, step_s: float = STEP_S
) -> ContactSpans:
    """Find when each path of a site to the Earth is open, edges to a tenth of a second.

    Parameters
    ----------
    site : SiteGeometry
    network : Network
    start_tdb_s, stop_tdb_s : float
        TDB seconds past J2000.
    step_s : float
        Step at which paths are looked at.

    Raises
    ------
    UsageError
        For a stop that is not after the start, or a step that is not positive.
    DataMissingError
        For epochs outside the ephemeris.
    """
    return contact_spans_of(site, network, paths_at(site, network, even_epochs(start_tdb_s, stop_tdb_s, step_s)))


def even_epochs(start_tdb_s: float, stop_tdb_s: float, step_s: float) -> FloatArray:
    """Epochs from start to stop, both included, evenly and at most a step apart.

    Raises
    ------
    UsageError
        For a stop that is not after the start, or a step that is not positive.
    """
    if not (stop_tdb_s > start_tdb_s and step_s > 0.0):
        message = "coverage needs a stop after the start and a positive step"
        raise UsageError(message)
    return np.linspace(start_tdb_s, stop_tdb_s, int(np.ceil((stop_tdb_s - start_tdb_s) / step_s)) + 1)


def contact_spans_of(site: SiteGeometry, network: Network, paths: Paths) -> ContactSpans:
    """Find the same from paths on even epochs that are known already."""
    t, relays = paths.t_tdb_s, range(len(network.relays))

    def closed_in(value: FloatArray, again: Callable[[Paths], FloatArray], part: Network) -> Spans:
        signal = Signal(lambda epochs: again(paths_at(site, part, epochs)), float(t[1] - t[0]))
        return spans_of_sampled(signal, t, value)

    def of_relay(number: int) -> tuple[Spans, Spans]:
        alone = replace(network, relays=network.relays[number : number + 1])
        view = closed_in(paths.view_rad[number], lambda some: some.view_rad[0], alone)
        return view, closed_in(paths.relayed_rad[number], lambda some: some.relayed_rad[0], alone)

    by_relay = map_threads(of_relay, relays)
    return ContactSpans(
        float(t[0]),
        float(t[-1]),
        network.names,
        closed_in(paths.direct_rad, lambda some: some.direct_rad, replace(network, relays=())),
        tuple(view for view, _ in by_relay),
        tuple(relayed for _, relayed in by_relay),
    )


def relay_range(paths: Paths) -> RangeStatistics:
    """Sum up the distance to the nearest relay with a path."""
    is_open = paths.relayed_rad >= 0.0
    nearest = np.min(np.where(is_open, paths.relay_km, np.inf), axis=0, initial=np.inf)
    nearest = nearest[np.isfinite(nearest)]
    if not len(nearest):
        return RangeStatistics(np.nan, np.nan, np.nan)
    return RangeStatistics(float(nearest.min()), float(nearest.mean()), float(nearest.max()))
