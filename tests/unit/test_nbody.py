"""The force model's parts, one at a time, and the tables behind them."""

import numpy as np
import pytest

from sim.astro.earth import earth_pole
from sim.astro.ephemeris import Ephemeris
from sim.astro.forces import sun_fraction
from sim.astro.nbody import SOLAR_PRESSURE_N_M2, ForceModel, propagate, refly, refly_many, refly_samples
from sim.astro.orientation import icrf_to_moon_pa
from sim.astro.surroundings import (
    COLUMNS,
    EARTH_POLE,
    MOON,
    MOON_AXES,
    SUN,
    granule_position,
    surroundings,
    three_columns,
)
from sim.constants import AU_KM, R_EARTH_KM, R_MOON_KM, R_SUN_KM
from sim.errors import DataMissingError, UsageError

T0 = 9.2e8
DAY_S = 86400.0
FAR_STATE = np.array([250000.0, -200000.0, 80000.0, 0.3, 0.6, 0.1])


@pytest.fixture(scope="module")
def around():
    return surroundings(T0, T0 + 20 * DAY_S, moon_axes=True, earth_pole_of_date=True)


def column(around, t_s, first):
    index, place = granule_position(t_s, around.offset_s, around.step_s, len(around.table))
    return np.array(three_columns(around.table[index], first, place))


@pytest.mark.parametrize("t_s", np.linspace(0.0, 20 * DAY_S, 23))
def test_tables_are_the_ephemeris_and_the_orientation(around, t_s):
    ephemeris = Ephemeris.de440()
    t = T0 + t_s
    np.testing.assert_allclose(column(around, t_s, MOON), ephemeris.moon_geocentric(t)[0], atol=1e-6)  # 1 mm
    np.testing.assert_allclose(column(around, t_s, SUN), ephemeris.sun_geocentric(t)[0], atol=1e-3)  # 1 m
    rows = np.array([column(around, t_s, MOON_AXES + 3 * k) for k in range(3)])
    np.testing.assert_allclose(rows, icrf_to_moon_pa(t), atol=1e-12)  # rad; float time is 1e-7 s, turning 3e-13
    np.testing.assert_allclose(column(around, t_s, EARTH_POLE), earth_pole(t), atol=1e-9)
    assert around.table.shape[2] == COLUMNS


def test_flight_backwards_uses_the_same_tables():
    """Tables reach back when the flight does: three days back and forth."""
    there = propagate(FAR_STATE, T0, T0 - 3 * DAY_S, ForceModel()).states_icrf[-1]
    again = propagate(there, T0 - 3 * DAY_S, T0, ForceModel()).states_icrf[-1]
    np.testing.assert_allclose(again[:3], FAR_STATE[:3], atol=1e-6)


def test_sunlight_pushes_away_from_the_sun_as_at_one_au():
    """Displacement a t^2 / 2 of a free body far from everything, one hour, 1 m^2/kg."""
    hour = 3600.0
    lit = propagate(FAR_STATE, T0, T0 + hour, ForceModel(srp_m2_kg=1.0)).states_icrf[-1]
    dark = propagate(FAR_STATE, T0, T0 + hour, ForceModel()).states_icrf[-1]
    from_sun = FAR_STATE[:3] - Ephemeris.de440().sun_geocentric(T0)[0]
    expected = SOLAR_PRESSURE_N_M2 / 1e3 * AU_KM**2 / np.linalg.norm(from_sun) ** 3 * from_sun * hour**2 / 2
    np.testing.assert_allclose((lit - dark)[:3], expected, rtol=1e-3)  # the tide on the displacement


def test_disc_of_the_sun_is_covered_as_geometry_says():
    sun = np.array([-AU_KM, 0.0, 0.0])
    behind = np.array([10000.0, 0.0, 0.0])
    assert sun_fraction(tuple(behind), tuple(behind - sun), R_EARTH_KM) == 0.0
    before = -behind
    assert sun_fraction(tuple(before), tuple(before - sun), R_EARTH_KM) == 1.0
    beside = np.array([10000.0, 9000.0, 0.0])
    assert sun_fraction(tuple(beside), tuple(beside - sun), R_EARTH_KM) == 1.0


def test_half_the_sun_is_seen_where_the_limb_cuts_its_centre():
    """Seen from close by, the limb is all but straight against the Sun's disc."""
    distance_km = 1800.0
    limb = np.arcsin(R_MOON_KM / distance_km)
    place = distance_km * np.array([np.cos(limb), np.sin(limb), 0.0])
    fraction = sun_fraction(tuple(place), tuple(place - np.array([-AU_KM, 0.0, 0.0])), R_MOON_KM)
    assert fraction == pytest.approx(0.5, abs=0.01)


def test_annular_eclipse_leaves_a_ring():
    far = np.array([500000.0, 0.0, 0.0])
    expected = 1.0 - (np.arcsin(R_MOON_KM / 5e5) / np.arcsin(R_SUN_KM / (AU_KM + 5e5))) ** 2
    assert sun_fraction(tuple(far), tuple(far + np.array([AU_KM, 0.0, 0.0])), R_MOON_KM) == pytest.approx(expected)


def test_moon_alone_keeps_energy_and_angular_momentum():
    state = np.array([1900.0, 100.0, -300.0, 0.2, 1.0, 1.4])
    flight = propagate(state, T0, T0 + 10 * DAY_S, ForceModel(bodies=("moon",), moon_degree=0), "moon")
    gm = 4902.800118  # DE440
    energy = [0.5 * s[3:] @ s[3:] - gm / np.linalg.norm(s[:3]) for s in flight.states_icrf]
    momentum = [np.cross(s[:3], s[3:]) for s in flight.states_icrf]
    assert energy[1] == pytest.approx(energy[0], rel=1e-12)
    np.testing.assert_allclose(momentum[1], momentum[0], rtol=1e-11)


def test_zonal_field_keeps_the_momentum_about_the_earths_pole():
    """Earth with J2 alone: energy with the J2 potential, and the momentum along the pole, do not change."""
    state = np.array([7000.0, 500.0, 1000.0, -1.0, 6.5, 4.0])
    flight = propagate(state, T0, T0 + DAY_S, ForceModel(bodies=("earth",)))
    pole = earth_pole(T0)
    momentum = [np.cross(s[:3], s[3:]) @ pole for s in flight.states_icrf]
    # the pole of date turns by 3e-7 rad in a day
    assert momentum[1] == pytest.approx(momentum[0], rel=1e-8)


def test_moon_and_earth_centred_flights_agree():
    """The same arc about either centre for two days: they differ by the small terms of the centres' own motion."""
    moon0, moon1 = (np.concatenate(Ephemeris.de440().moon_geocentric(t)) for t in (T0, T0 + 2 * DAY_S))
    state = np.array([30000.0, 20000.0, -15000.0, 0.1, -0.2, 0.3])
    about_moon = propagate(state, T0, T0 + 2 * DAY_S, ForceModel(), "moon").states_icrf[-1]
    about_earth = propagate(state + moon0, T0, T0 + 2 * DAY_S, ForceModel(), "earth").states_icrf[-1]
    # 20 m: planets' tides and the bodies' figures in DE440's Moon, 1e-12 km/s^2, left out of both models
    assert np.linalg.norm((about_earth - moon1 - about_moon)[:3]) < 0.02


def test_reflight_samples_end_with_the_reflight():
    state = np.array([5133.368513315, 3507.585395213, 2102.411575324, -1.836474222676, 7.391329112731, -7.847378358485])
    t0, t1 = 821016000.0, 821016000.0 + 432000.0
    pole, axes = earth_pole(t1), icrf_to_moon_pa(t1)
    flight = refly_samples(state, t0, t1, pole, axes, np.linspace(t0, t1, 11))
    np.testing.assert_array_equal(flight.states_icrf[0], state)
    np.testing.assert_array_equal(flight.states_icrf[-1], refly(state, t0, t1, pole, axes))


def test_a_reflight_that_cannot_be_flown_is_nan_and_spoils_no_other():
    fall = np.array([7000.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    states = np.array([fall, FAR_STATE])
    t0 = np.full(2, T0)
    poles, axes = np.tile(earth_pole(T0), (2, 1)), np.tile(np.eye(3), (2, 1, 1))
    ends = refly_many(states, t0, t0 + DAY_S, poles, axes)
    assert np.isnan(ends[0]).all()
    assert np.isfinite(ends[1]).all()
    assert refly_many(states[:0], t0[:0], t0[:0], poles[:0], axes[:0]).shape == (0, 6)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"state0_icrf": np.zeros(6)}, "six finite numbers"),
        ({"state0_icrf": np.full(6, np.nan)}, "six finite numbers"),
        ({"state0_icrf": np.ones(5)}, "six finite numbers"),
        ({"sample_tdb_s": [T0 + 5.0, T0 + 1.0]}, "follow the flight"),
        ({"sample_tdb_s": [T0 - 1.0]}, "follow the flight"),
        ({"sample_tdb_s": [T0 + 101.0]}, "follow the flight"),
        ({"state0_icrf": [7000.0, 0.0, 0.0, 0.0, 0.0, 0.0], "t1_tdb_s": T0 + DAY_S}, "cannot be followed"),
    ],
)
def test_what_cannot_be_flown_is_said(change, what):
    arguments = {"state0_icrf": FAR_STATE, "t0_tdb_s": T0, "t1_tdb_s": T0 + 100.0, "forces": ForceModel()} | change
    with pytest.raises(UsageError, match=what):
        propagate(**arguments)


def test_a_flight_past_the_ephemeris_is_said():
    with pytest.raises(DataMissingError) as caught:
        propagate(FAR_STATE, T0, 3e10, ForceModel())
    assert caught.value.stop_tdb_s < 3e10


def test_unknown_bodies_are_refused():
    with pytest.raises(UsageError, match="venus"):
        ForceModel(bodies=("earth", "venus"))
    with pytest.raises(UsageError, match="none"):
        ForceModel(bodies=())
