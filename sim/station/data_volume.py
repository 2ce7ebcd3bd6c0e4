"""Data brought home: rates along a site's paths, summed over the spans in which these are open.

Within a step a rate is the mean of its ends, and it counts for the part of the step that the spans cover, so that
passes are not rounded to whole steps. A station speaks on one path at a time, the fastest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.astro.spans import Spans
from sim.station.coverage import ContactSpans
from sim.station.links import StationLinks, range_rates
from sim.station.paths import Paths
from sim.units import DAY_S

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DataVolume:
    """Bits that reach the Earth, day by day from the start (D,); the last day may be a part of one.

    Attributes
    ----------
    day_start_tdb_s, day_length_s : ndarray (D,)
    direct_bit : ndarray (D,)
    relayed_bit : ndarray (R, D)
        By relay, on the day they arrive.
    greatest_store_bit : ndarray (R,)
        Most that a relay holds at once; zero where it does not store.
    left_bit : ndarray (R,)
        What it still holds at the end.
    """

    day_start_tdb_s: FloatArray
    day_length_s: FloatArray
    direct_bit: FloatArray
    relayed_bit: FloatArray
    greatest_store_bit: FloatArray
    left_bit: FloatArray

    @property
    def total_bit(self) -> FloatArray:
        """All paths together (D,)."""
        total: FloatArray = self.direct_bit + np.sum(self.relayed_bit, axis=0)
        return total


def data_volume(paths: Paths, contact: ContactSpans, links: StationLinks) -> DataVolume:
    """Bits that a site brings home between its paths' first and last epoch.

    Parameters
    ----------
    paths : Paths
        On even epochs from the contact's start to its stop (``sim.station.coverage.even_epochs``).
    contact : ContactSpans
        Of the same site and network.
    links : StationLinks
    """
    t, step_s = paths.t_tdb_s, np.diff(paths.t_tdb_s)
    free = range_rates(paths, links)
    direct = _middles(free.direct_bit_s) * contact.direct.covered_s(t) / step_s
    heard = _middles(free.to_relay_bit_s) * _covered(contact.in_view, t) / step_s
    if not links.stores:
        both = np.minimum(_middles(free.to_relay_bit_s), _middles(free.backhaul_bit_s))
        heard = both * _covered(contact.by_relay, t) / step_s
    direct, heard = _one_at_a_time(direct, heard)
    arrived, held = heard * step_s, np.zeros((len(heard), len(step_s) + 1))
    if links.stores:
        is_free = 0.5 * (paths.backhaul_rad[:, 1:] >= 0.0) + 0.5 * (paths.backhaul_rad[:, :-1] >= 0.0)
        arrived, held = _through_a_store(heard * step_s, _middles(free.backhaul_bit_s) * is_free * step_s)
    starts, lengths = _days(t)
    return DataVolume(
        starts,
        lengths,
        _by_day(direct * step_s, t, starts),
        _by_day(arrived, t, starts),
        np.max(held, axis=1, initial=0.0),
        held[:, -1],
    )


def _covered(many: tuple[Spans, ...], t: FloatArray) -> FloatArray:
    return np.array([some.covered_s(t) for some in many]).reshape(len(many), len(t) - 1)


def _middles(rate: FloatArray) -> FloatArray:
    """Mean rates of steps (..., n - 1) from those at their ends (..., n)."""
    return 0.5 * (rate[..., 1:] + rate[..., :-1])


def _one_at_a_time(direct: FloatArray, heard: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rates with only the greatest left in each step; the direct path first, then relays in their order."""
    every = np.concatenate([direct[None], heard])
    chosen = np.argmax(every, axis=0) == np.arange(len(every))[:, None]
    kept = np.where(chosen, every, 0.0)
    return kept[0], kept[1:]


def _through_a_store(heard_bit: FloatArray, sent_at_most_bit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What relays send on in each step (R, m), and what they hold at the edges of steps (R, m + 1).

    A store of any size that is emptied as fast as the way to the Earth allows: what it holds is the sum of what came in
    less what could have gone out, above the lowest that this sum has been (Lindley's recursion, summed).
    """
    zero = np.zeros((len(heard_bit), 1))
    drift = np.concatenate([zero, np.cumsum(heard_bit - sent_at_most_bit, axis=1)], axis=1)
    held = drift - np.minimum.accumulate(drift, axis=1)
    return heard_bit - np.diff(held, axis=1), held


def _days(t: FloatArray) -> tuple[FloatArray, FloatArray]:
    starts = t[0] + DAY_S * np.arange(max(1, int(np.ceil((t[-1] - t[0]) / DAY_S - 1e-9))))
    return starts, np.minimum(starts + DAY_S, t[-1]) - starts


def _by_day(bits: FloatArray, t: FloatArray, day_start_tdb_s: FloatArray) -> FloatArray:
    """Sums (..., D) over days of steps (..., m), by the middle of each step."""
    first = np.searchsorted(0.5 * (t[1:] + t[:-1]), day_start_tdb_s)
    total: FloatArray = np.concatenate([np.zeros((*bits.shape[:-1], 1)), np.cumsum(bits, axis=-1)], axis=-1)
    return np.diff(total[..., np.append(first, bits.shape[-1])], axis=-1)
