"""A solved flight as a path: states at any epochs between injection and perilune."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.astro.nbody import Trajectory, refly_samples
from sim.transfer.flight import Transfer

FloatArray = NDArray[np.float64]


def even_epochs(transfer: Transfer, count: int = 181) -> FloatArray:
    """Epochs (count,), TDB s, from injection to perilune: closer near both ends, where a flight turns fastest."""
    share = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, count)))
    epochs: FloatArray = transfer.tli_tdb_s + share * transfer.time_of_flight_s
    epochs[-1] = transfer.arrival_tdb_s
    return epochs


def sample_transfer(transfer: Transfer, epochs_tdb_s: ArrayLike | None = None) -> Trajectory:
    """Fly a transfer by integration in the force model it was solved in (RKN12, tolerance 1e-11).

    Parameters
    ----------
    transfer : Transfer
    epochs_tdb_s : array_like (S,), optional
        Rising, between injection and arrival; those of ``even_epochs`` by default.

    Returns
    -------
    Trajectory
        Geocentric states (S, 6) on ICRF axes, km and km/s; the first may be just after the injection impulse, the last
        at perilune before any burn.
    """
    epochs = even_epochs(transfer) if epochs_tdb_s is None else np.asarray(epochs_tdb_s, float)
    return refly_samples(
        transfer.tli_state_icrf,
        transfer.tli_tdb_s,
        transfer.arrival_tdb_s,
        transfer.earth_pole_icrf,
        transfer.moon_pa_axes_icrf,
        epochs,
    )
