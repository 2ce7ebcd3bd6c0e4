"""How long contact is missing: figures of the gaps between spans of contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.astro.spans import Spans

USUAL_SHARE = 0.95
"""Of gaps, or of moments, that a 95th percentile speaks of."""


@dataclass(frozen=True, slots=True)
class GapStatistics:
    """Figures of the gaps in a span of time; one that the start or the stop cuts counts with what lies inside.

    Attributes
    ----------
    count : int
    total_s, longest_s, mean_s : float
        Zero without gaps.
    p95_s : float
        95th percentile over the gaps, every gap of one weight, linear between neighbours.
    wait_p95_s : float
        95th percentile over the moments of the span of the time from a moment to the next contact: whoever wants to
        speak at a moment of no choice waits no longer than this in 95 % of cases. A gap that the stop cuts ends there.
    """

    count: int
    total_s: float
    longest_s: float
    mean_s: float
    p95_s: float
    wait_p95_s: float


def gap_statistics(contact: Spans, start_tdb_s: float, stop_tdb_s: float) -> GapStatistics:
    """Figures of the gaps that spans of contact leave from start to stop."""
    length_s = contact.gaps(start_tdb_s, stop_tdb_s).duration_s
    if not len(length_s):
        return GapStatistics(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return GapStatistics(
        len(length_s),
        float(length_s.sum()),
        float(length_s.max()),
        float(length_s.mean()),
        float(np.quantile(length_s, USUAL_SHARE)),
        _usual_wait_s(length_s, stop_tdb_s - start_tdb_s),
    )


def _usual_wait_s(length_s: np.ndarray[tuple[int], np.dtype[np.float64]], span_s: float) -> float:
    """The wait w that is exceeded in 5 % of the span: the sum of (gap - w) over the gaps longer than w.

    That sum is convex in w and made of straight pieces, one for each number of longest gaps: the greatest of their
    roots is its own.
    """
    longest_first = np.sort(length_s)[::-1]
    excess_s = np.cumsum(longest_first) - (1.0 - USUAL_SHARE) * span_s
    return max(0.0, float(np.max(excess_s / np.arange(1, len(length_s) + 1))))
