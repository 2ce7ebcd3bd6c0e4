"""What the tolerances of the integrator buy: error and steps of a transfer, a low lunar orbit and a halo orbit.

Run ``python -m tests.studies.propagation_tolerance``. The error is the distance of the final position from that of the
tightest tolerance.

Conclusion: a transfer of five days is within 0.01 mm at 1e-11 (``MAP_TOLERANCE``) and within 0.1 mm at 1e-10; a week of
84 low revolutions is within 0.3 mm at 1e-11 and, like a halo orbit, within 0.01 mm at 1e-13 (``DEFAULT_TOLERANCE``);
tighter, rounding takes over.
"""

import time

import numpy as np

from sim.astro.earth import earth_pole
from sim.astro.nbody import ForceModel, propagate, refly_samples
from sim.astro.orientation import icrf_to_moon_pa

TOLERANCES = (1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8)
TLI_TDB_S = 821016000.0
TLI_STATE = np.array([5133.368513315, 3507.585395213, 2102.411575324, -1.836474222676, 7.391329112731, -7.847378358485])
LOW_STATE = np.array([1837.4, 0.0, 0.0, 0.0, 0.3, np.sqrt(4902.8 / 1837.4 - 0.09)])
HALO_STATE = np.array([-5838.1401509807, 2538.9248662086, 1055.5661969006, -0.6855760598, 0.7512976392, -0.6219139913])
WEEK_S = 604800.0


def transfer(tolerance):
    """Five days in the maps' model, from injection to perilune."""
    arrival = TLI_TDB_S + 432000.0
    return refly_samples(
        TLI_STATE, TLI_TDB_S, arrival, earth_pole(arrival), icrf_to_moon_pa(arrival), [arrival], tolerance
    )


def low_orbit(tolerance):
    """A week at 100 km in a field of degree 20."""
    return propagate(LOW_STATE, TLI_TDB_S, TLI_TDB_S + WEEK_S, ForceModel(moon_degree=20), "moon", tolerance)


def halo_orbit(tolerance):
    """A week of a near-rectilinear halo orbit, degree 8."""
    start = 823041792.7
    return propagate(HALO_STATE, start, start + WEEK_S, ForceModel(), "moon", tolerance)


def best_time_us(flight, tolerance):
    """Best of ten, microseconds."""
    best = np.inf
    for _ in range(10):
        begin = time.perf_counter()
        flight(tolerance)
        best = min(best, time.perf_counter() - begin)
    return best * 1e6


def main():
    """Print the table."""
    print(f"{'flight':12} {'tolerance':>9} {'steps':>6} {'error m':>10} {'time us':>9}")  # noqa: T201
    for flight in (transfer, low_orbit, halo_orbit):
        reference = flight(3e-15).states_icrf[-1]
        for tolerance in TOLERANCES:
            result = flight(tolerance)
            error_m = np.linalg.norm((result.states_icrf[-1] - reference)[:3]) * 1e3
            time_us = best_time_us(flight, tolerance)
            print(f"{flight.__name__:12} {tolerance:9.0e} {result.steps:6d} {error_m:10.2e} {time_us:9.0f}")  # noqa: T201


if __name__ == "__main__":
    main()
