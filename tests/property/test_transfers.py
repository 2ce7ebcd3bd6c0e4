"""Any flight of the ordinary kind is found and keeps exactly what was asked for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.orientation import icrf_to_moon_me
from sim.astro.time import tdb_s_from_utc
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.transfer.flight import Transfer
from sim.transfer.solve import TransferProblem, solve_transfer
from sim.units import DAY_S, DEG

START = float(tdb_s_from_utc("2025-01-01T00:00:00 TDB"))


@settings(max_examples=60, deadline=None)
@given(
    day=st.floats(0.0, 9000.0),
    days=st.floats(2.5, 7.5),
    parking_deg=st.one_of(st.floats(35.0, 90.0), st.floats(90.0, 145.0)),
    lunar_deg=st.floats(30.0, 150.0),
    parking_km=st.floats(160.0, 500.0),
    perilune_km=st.floats(15.0, 1000.0),
    branch=st.integers(0, 3),
)
def test_any_flight_keeps_its_apsides_and_inclinations(
    day, days, parking_deg, lunar_deg, parking_km, perilune_km, branch
):
    """Parking inclinations over the Moon's greatest declination of 28.7°, so that all can be had."""
    t0 = START + day * DAY_S
    radii = R_EARTH_KM + parking_km, R_MOON_KM + perilune_km
    flight = solve_transfer(
        TransferProblem(t0, t0 + days * DAY_S, radii[0], parking_deg * DEG, radii[1], lunar_deg * DEG, branch)
    )
    assert isinstance(flight, Transfer)
    moon_pole = icrf_to_moon_me(flight.arrival_tdb_s)[2]
    ends = (
        (flight.tli_state_icrf, radii[0], flight.earth_pole_icrf, parking_deg),
        (flight.perilune_state_icrf, radii[1], moon_pole, lunar_deg),
    )
    for state, radius_km, pole, inclination_deg in ends:
        r, v = state[:3], state[3:]
        h = np.cross(r, v)
        assert abs(np.linalg.norm(r) - radius_km) < 1e-9 * radius_km  # rounding of some sixty frame turns
        assert abs(r @ v) < 1e-9 * np.linalg.norm(r) * np.linalg.norm(v)
        assert abs(h @ pole / np.linalg.norm(h) - np.cos(inclination_deg * DEG)) < 1e-9
