"""A guessed path made one free flight: multiple shooting by least corrections.

The path is states at patch epochs. Each is flown to the next patch; where it misses, all states are corrected together
by the least change that closes the linearised gaps. The normal equations of that are block tridiagonal: a year or ten
are one banded system and one flight of all segments a round.

Far from the flight Newton's steps go astray: over years a small gap can ask for a vast correction. So at first gaps may
stay open at a price, the path staying near the guess: minimise |path - guess|^2 + |gap|^2/slack, the slack falling
tenfold a round (weak-constraint smoothing; each round a Gauss-Newton step). Then plain Newton closes the gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, solveh_banded

from sim.astro.nbody import ForceModel
from sim.astro.segments import fly_segments
from sim.orbit.crtbp import LENGTH_KM, SPEED_KM_S

FloatArray = NDArray[np.float64]

_WEIGHT = np.repeat([LENGTH_KM, SPEED_KM_S], 3)
"""What counts as one in a correction or a gap."""

_SLACKS = tuple(10.0**-k for k in range(9))
_LOOSE, _TIGHT = 1e-9, 1e-12
"""Tolerances of the flights while gaps are open, and after."""

_MOST_ROUNDS = 20
CLOSED_KM = 1e-4
CLOSED_KM_S = 1e-7
_WILD = 1.0
"""A correction of this part of a patch's distance from the Moon, once the gaps were small, has lost the path."""


@dataclass(frozen=True, slots=True, eq=False)
class FreePath:
    """Patch states that fly into each other.

    Attributes
    ----------
    patch_tdb_s : ndarray (N,)
    states_icrf : ndarray (N, 6)
        From the Moon's centre, km and km/s.
    gap_km, gap_km_s : float
        Largest that is left between a flown state and the next patch.
    rounds : int
        Corrections made.
    """

    patch_tdb_s: FloatArray
    states_icrf: FloatArray
    gap_km: float
    gap_km_s: float
    rounds: int


@dataclass(frozen=True, slots=True)
class NoFreePath:
    """No free flight was found near the guess.

    Attributes
    ----------
    reason : str
    gap_km, gap_km_s : float
        Smallest largest gap that was reached; infinite where the guess itself cannot be flown.
    rounds : int
    """

    reason: str
    gap_km: float
    gap_km_s: float
    rounds: int


def free_path(patch_tdb_s: FloatArray, guess_icrf: FloatArray, forces: ForceModel) -> FreePath | NoFreePath:
    """Find the free flight near guessed states (N, 6) at rising patch epochs (N,), N from 2 up.

    Epochs stay; states change. Gaps close to 10 cm and 0.1 mm/s; over decades rounding keeps them from millimetres.
    """
    states = np.array(guess_icrf, dtype=np.float64)
    best = (np.inf, np.inf)
    for done in range(len(_SLACKS) + _MOST_ROUNDS):
        slack = _SLACKS[done] if done < len(_SLACKS) else 0.0
        ends, partials = fly_segments(
            states[:-1], patch_tdb_s[:-1], patch_tdb_s[1:], forces, tolerance=_LOOSE if slack else _TIGHT
        )
        gaps = ends - states[1:]
        if not (np.isfinite(gaps).all() and np.isfinite(partials).all()):
            return NoFreePath("a segment runs into the Moon", *best, done)
        gap = _largest(gaps)
        best = min(best, gap)
        if not slack and gap[0] < CLOSED_KM and gap[1] < CLOSED_KM_S:
            return FreePath(patch_tdb_s, states, *gap, done)
        change = _change(states, guess_icrf, partials, gaps, slack)
        if change is None or _share(change, states) > _WILD:
            return NoFreePath("the corrections grow instead of closing the gaps", *best, done)
        states += change
    reason = f"gaps of {1e3 * best[0]:.3g} m do not close: rounding, where the flight is too long for one piece"
    return NoFreePath(reason, *best, len(_SLACKS) + _MOST_ROUNDS)


def _largest(gaps: FloatArray) -> tuple[float, float]:
    km, km_s = (np.linalg.norm(part, axis=1).max() for part in (gaps[:, :3], gaps[:, 3:]))
    return float(km), float(km_s)


def _share(change: FloatArray, states: FloatArray) -> float:
    moved, distance = (np.linalg.norm(some[:, :3], axis=1) for some in (change, states))
    return float((moved / distance).max())


def _change(
    states: FloatArray, guess: FloatArray, partials: FloatArray, gaps: FloatArray, slack: float
) -> FloatArray | None:
    """Correction of all states: with slack the least of the whole way from the guess, without it the least itself."""
    try:
        if not slack:
            return least_correction(partials, gaps)
        back = guess - states
        opened = gaps + np.einsum("kij,kj->ki", partials, back[:-1]) - back[1:]
        return back + least_correction(partials, opened, slack)
    except LinAlgError:
        return None


def least_correction(partials: FloatArray, gaps: FloatArray, slack: float = 0.0) -> FloatArray:
    """Least corrections (n + 1, 6) d with partials_k d_k - d_(k+1) = -gap_k, all in units of the Earth-Moon system.

    Parameters
    ----------
    partials : ndarray (n, 6, 6)
    gaps : ndarray (n, 6)
        Flown state less the next patch, km and km/s.
    slack : float
        Above zero: |d|^2 + |gap left|^2/slack is least instead.

    Raises
    ------
    LinAlgError
        Where the segments grow too fast for double precision.
    """
    count = len(gaps)
    scaled = partials * _WEIGHT / _WEIGHT[:, None]
    diagonal = scaled @ scaled.transpose(0, 2, 1) + (1.0 + slack) * np.eye(6)
    band = _banded(diagonal, -scaled[1:].transpose(0, 2, 1))
    multiplier = solveh_banded(band, -(gaps / _WEIGHT).ravel()).reshape(count, 6)
    correction = np.zeros((count + 1, 6))
    correction[:-1] += np.einsum("kij,ki->kj", scaled, multiplier)
    correction[1:] -= multiplier
    return np.asarray(correction * _WEIGHT)


def _banded(diagonal: FloatArray, above: FloatArray) -> FloatArray:
    """Upper band of a symmetric matrix of 6 x 6 blocks: (n, 6, 6) on, (n - 1, 6, 6) right of the diagonal."""
    count = len(diagonal)
    band = np.zeros((12, 6 * count))
    for column in range(6):
        for row in range(6):
            band[5 + row - column, 6 + column :: 6] = above[:, row, column]
            if row <= column:
                band[11 + row - column, column::6] = diagonal[:, row, column]
    return band
