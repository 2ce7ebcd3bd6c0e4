"""Candidate flights made by hand: everything satisfied unless a test says otherwise."""

from dataclasses import fields

import numpy as np

from sim.units import DAY_S, DEG
from sim.window.candidates import Candidates

TLI_TDB_S = 9.0e8
GOOD = {
    "reach_margin_rad": 5.0 * DEG,
    "liftoff_tdb_s": TLI_TDB_S - 2400.0,
    "azimuth_rad": 100.0 * DEG,
    "inclination_rad": 25.0 * DEG,
    "coast_s": 1800.0,
    "tli_tdb_s": TLI_TDB_S,
    "arrival_tdb_s": TLI_TDB_S + 4.5 * DAY_S,
    "c3_km2_s2": -2.0,
    "c3_for_mass_km2_s2": -2.0,
    "tli_dv_km_s": 3.13,
    "loi_dv_km_s": 0.84,
    "descent_dv_km_s": 1.95,
    "impact_speed_km_s": 2.6,
    "incidence_rad": 20.0 * DEG,
    "incidence_margin_rad": 25.0 * DEG,
    "landing_tdb_s": TLI_TDB_S + 7.0 * DAY_S,
    "sun_elevation_rad": 1.5 * DEG,
    "sun_above_horizon_rad": 2.0 * DEG,
    "light_margin_rad": 1.0 * DEG,
    "cross_range_rad": 0.1 * DEG,
    "cross_range_margin_rad": 0.9 * DEG,
    "loiter_margin_s": 0.5 * DAY_S,
    "light_left_s": 8.0 * DAY_S,
    "light_left_margin_s": 1.0 * DAY_S,
    "contact_rad": 3.0 * DEG,
    "contact_margin_rad": 3.0 * DEG,
    "own_tli_dv_km_s": 0.0,
    "loi_loss_km_s": 0.004,
    "thrust_margin_kg": 900.0,
    "injected_mass_kg": 9000.0,
    "launch_mass_kg": 8000.0,
    "propellant_margin_kg": 100.0,
    "landed_payload_kg": 500.0,
    "spare_kg": 0.0,
}


def candidates(count=1, **changes):
    """Return ``count`` good flights, each on a day of its own, with some fields changed (a value, or one a flight)."""
    values = {}
    for field in fields(Candidates):
        name = field.name
        if name.endswith("_icrf"):
            values[name] = np.zeros((count, 6))
        elif name in GOOD:
            values[name] = np.broadcast_to(np.asarray(changes.get(name, GOOD[name]), float), count).copy()
        else:
            default = np.arange(count) if name == "day" else 0
            kind = np.int8 if name in {"status", "landing_reason"} else np.int64
            values[name] = np.broadcast_to(np.asarray(changes.get(name, default), kind), count).copy()
    return Candidates(**values)
