"""Long flights about the Moon: ends, epochs, checkpoints, upkeep, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.astro.nbody import ForceModel, propagate
from sim.astro.time import tdb_s_from_utc
from sim.astro.twobody import two_body_state
from sim.errors import DataMissingError, UsageError
from sim.orbit import lunar_course
from sim.orbit.elements import KeplerOrbit, elements_of, orbit_from_apsis_altitudes, state_icrf
from sim.orbit.field_degree import degree_for, left_out_mgal
from sim.orbit.keeping import keeping_of
from sim.orbit.lunar_flight import LunarFlightProblem, fly_orbit, fly_orbits
from sim.orbit.lunar_kernel import kepler_state
from sim.units import DAY_S, DEG, HOUR_S

START = float(tdb_s_from_utc("2029-02-25T12:00:00"))
ELY = KeplerOrbit("earth_orbit_plane", 6541.4, 0.6, 56.2 * DEG, 90.0 * DEG, 0.0, 0.0, START)
DOOMED = orbit_from_apsis_altitudes("moon_me", 200.0, 16_000.0, 62.4 * DEG, epoch_tdb_s=START)
MONTHS = 100.0 * DAY_S


def distance_m(a, b):
    return 1e3 * np.linalg.norm(np.asarray(a)[..., :3] - np.asarray(b)[..., :3], axis=-1)


@pytest.mark.parametrize("elapsed_s", [-3000.0, 0.0, 60.0, 20_000.0])
@pytest.mark.parametrize("scale", [1.0, 1.5], ids=["ellipse", "hyperbola"])
def test_the_arc_between_steps_is_boinors(elapsed_s, scale):
    state = state_icrf(ELY) * np.repeat([1.0, scale], 3)
    out = np.empty(6)
    kepler_state(4902.800118, state, elapsed_s, out)
    # A micrometre: rounding of 10 000 km and boinor's own stopping.
    np.testing.assert_allclose(out, two_body_state(state, elapsed_s, "moon"), atol=1e-9 if scale == 1.0 else 1e-6)


def test_the_field_follows_the_height():
    heights = [30.0, 100.0, 300.0, 500.0, 880.0, 2000.0, 10_000.0]
    degrees = [degree_for(height) for height in heights]
    assert degrees == sorted(degrees, reverse=True)
    assert (degrees[0], degrees[-1]) == (50, 8)
    # GRAIL's spectrum, left out above a degree: 11.5 mGal above 20 and 1.8 above 50 at 100 km, 0.14 above 8 at 1000 km.
    assert left_out_mgal(100.0)[20] == pytest.approx(11.5, rel=0.01)
    assert left_out_mgal(100.0)[50] == pytest.approx(1.8, rel=0.15)  # all of it beyond the file: Kaula's rule
    assert left_out_mgal(1000.0)[8] == pytest.approx(0.14, rel=0.05)


def test_the_flight_is_the_propagators():
    """A fifth of a year by the general propagator at a tighter tolerance."""
    flight = fly_orbit(ELY, "ely", START, START + 70.0 * DAY_S, srp_m2_kg=0.02)
    path = flight.ephemeris
    forces = ForceModel(moon_degree=flight.degree, srp_m2_kg=0.02)
    end = propagate(state_icrf(ELY), START, path.stop_tdb_s, forces, "moon").states_icrf[-1]
    # Edges of shadows are where the steps of both differ most: 0.1 m.
    assert distance_m(path.states_icrf[-1], end) < 0.5
    assert path.stop_tdb_s >= START + 70.0 * DAY_S
    assert "GRGM660PRIM 12 x 12" in flight.forces
    assert "sunlight on 0.02" in flight.forces
    assert "DE421" in flight.orientation


def test_it_passes_its_elements_at_its_epoch_wherever_that_lies():
    whole = fly_orbit(ELY, "ely", START, START + 20.0 * DAY_S).ephemeris
    later = fly_orbit(ELY, "ely", START - 20.0 * DAY_S, START + 1.0 * DAY_S).ephemeris
    earlier = fly_orbit(ELY, "ely", START + 15.0 * DAY_S, START + 16.0 * DAY_S).ephemeris
    # There and back again, and the polynomial between even epochs: centimetres.
    assert distance_m(later.position_icrf_km(START), state_icrf(ELY)) < 0.2
    then = START + 15.3 * DAY_S
    assert distance_m(earlier.position_icrf_km(then), whole.position_icrf_km(then)) < 0.2
    assert earlier.start_tdb_s == START + 15.0 * DAY_S


def test_an_impact_ends_the_flight():
    flight = fly_orbit(DOOMED, "doomed", START, START + 20.0 * DAY_S)
    path = flight.ephemeris
    assert flight.end == "impact"
    assert path.stop_tdb_s <= flight.end_tdb_s < path.stop_tdb_s + path.step_s
    assert np.isnan(path.position_icrf_km(flight.end_tdb_s + path.step_s)).all()
    forces = ForceModel(moon_degree=flight.degree)
    end = propagate(state_icrf(DOOMED), START, flight.end_tdb_s, forces, "moon").states_icrf[-1]
    # The path between steps is true to centimetres, the way down here some hundred m/s.
    assert np.linalg.norm(end[:3]) == pytest.approx(1737.4, abs=1e-4)
    assert flight.end_reason.startswith("meets the ground at")
    higher = fly_orbit(DOOMED, "doomed", START, START + 20.0 * DAY_S, terrain_margin_km=10.0)
    assert 0.0 < flight.end_tdb_s - higher.end_tdb_s < HOUR_S


def test_an_escape_ends_the_flight():
    far = KeplerOrbit("earth_orbit_plane", 38_000.0, 0.5, 0.0, 0.0, 0.0, np.pi, START)
    flight = fly_orbit(far, "far", START, START + 60.0 * DAY_S)
    assert flight.end == "escape"
    assert "60000 km" in flight.end_reason
    assert np.linalg.norm(flight.ephemeris.states_icrf[-1, :3]) < 60_000.0
    assert flight.ground is None


# --- checkpoints ---------------------------------------------------------------------------------------------------


class Interrupted(Exception):
    """Someone pulled the plug."""


def stop_after(share):
    def progress(done):
        if done > share:
            raise Interrupted

    return progress


def same_flights(one, other):
    assert one.ephemeris.states_icrf.tobytes() == other.ephemeris.states_icrf.tobytes()
    assert [burn.t_tdb_s for burn in one.burns] == [burn.t_tdb_s for burn in other.burns]
    assert [burn.dv_icrf_km_s.tobytes() for burn in one.burns] == [burn.dv_icrf_km_s.tobytes() for burn in other.burns]
    assert (one.end, one.end_tdb_s, one.end_reason) == (other.end, other.end_tdb_s, other.end_reason)


@pytest.mark.parametrize("kept", [False, True], ids=["free", "kept"])
def test_an_interruption_changes_nothing(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(lunar_course, "CHECKPOINT_S", 0.0)
    keeping = keeping_of(ELY, perilune_band_km=60.0) if kept else None
    arguments = (ELY, "ely", START, START + MONTHS)
    whole = fly_orbit(*arguments, keeping=keeping)
    assert bool(whole.burns) == kept
    file = tmp_path / "flights" / "ely.npz"
    for share in (0.2, 0.5):
        with pytest.raises(Interrupted):
            fly_orbit(*arguments, keeping=keeping, checkpoint=file, progress=stop_after(share))
    told = []
    resumed = fly_orbit(*arguments, keeping=keeping, checkpoint=file, progress=told.append)
    same_flights(resumed, whole)
    assert len(told) < 4  # of four months
    same_flights(fly_orbit(*arguments, keeping=keeping, checkpoint=file), whole)
    assert [path.name for path in file.parent.iterdir()] == ["ely.npz"]


def test_damaged_and_foreign_checkpoints_are_left_aside(tmp_path):
    file = tmp_path / "ely.npz"
    whole = fly_orbit(ELY, "ely", START, START + 3.0 * DAY_S, checkpoint=file)
    good = file.read_bytes()
    for content in (good[: len(good) // 2], b"nothing of the kind", b"", good[:200] + b"\0" * 400 + good[600:]):
        file.write_bytes(content)
        same_flights(fly_orbit(ELY, "ely", START, START + 3.0 * DAY_S, checkpoint=file), whole)
    file.write_bytes(good)
    other = replace(ELY, eccentricity=0.59)
    flight = fly_orbit(other, "ely", START, START + 3.0 * DAY_S, checkpoint=file)
    same_flights(flight, fly_orbit(other, "ely", START, START + 3.0 * DAY_S))


def test_flights_side_by_side_are_each_the_single_one():
    problems = [LunarFlightProblem(replace(ELY, node_rad=k), f"{k}", START, START + 5.0 * DAY_S) for k in range(3)]
    for flight, problem in zip(fly_orbits(problems), problems, strict=True):
        same_flights(flight, fly_orbit(problem.orbit, problem.name, START, START + 5.0 * DAY_S))
        assert flight.ephemeris.name == problem.name


# --- upkeep --------------------------------------------------------------------------------------------------------


def test_a_doomed_orbit_is_kept_by_burns_at_apolune():
    keeping = keeping_of(DOOMED, perilune_band_km=120.0)
    flight = fly_orbit(DOOMED, "kept", START, START + 60.0 * DAY_S, keeping=keeping)
    assert flight.end == "horizon"
    path = flight.ephemeris
    height_km = np.linalg.norm(path.states_icrf[:, :3], axis=1) - 1737.4
    # The month's swing of perilune in one revolution is up to some tens of km here: the band is met on the whole.
    assert height_km.min() > 50.0
    for burn in flight.burns:
        assert np.linalg.norm(path.position_icrf_km(burn.t_tdb_s)) > 15_000.0
        assert 0.1 < burn.dv_m_s < 30.0
    years = 60.0 / 365.25
    assert flight.upkeep_m_s_per_year == pytest.approx(sum(burn.dv_m_s for burn in flight.burns) / years, rel=1e-6)


def test_an_argument_is_kept_within_its_band():
    """At 75 degrees to the Moon's equator the Earth turns the line of apsides, out of its band without burns."""
    orbit = orbit_from_apsis_altitudes("moon_me", 800.0, 8000.0, 75.0 * DEG, epoch_tdb_s=START)
    keeping = keeping_of(orbit, perilune_band_km=700.0, argument_band_rad=6.0 * DEG)
    ranges = []
    for one in (None, keeping):
        path = fly_orbit(orbit, "one", START, START + 80.0 * DAY_S, keeping=one, degree=8).ephemeris
        found = elements_of(path.states_icrf, path.epochs_tdb_s, "moon_me")
        ranges.append(np.abs(found.argument_of_perilune_rad / DEG - 90.0).max())
    assert ranges[0] > 9.0
    assert ranges[1] < 7.5  # the band, and a revolution or two until both burns are done


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("orbit", "said"),
    [
        (replace(ELY, eccentricity=0.8), "in the ground"),
        (replace(ELY, semi_major_axis_km=40_000.0), "no orbit stays"),
    ],
)
def test_orbits_that_cannot_begin_are_refused(orbit, said):
    with pytest.raises(UsageError, match=said):
        fly_orbit(orbit, "bad", START, START + DAY_S)


def test_an_orbit_gone_before_the_horizon_begins_is_refused():
    with pytest.raises(UsageError, match="before the horizon"):
        fly_orbit(DOOMED, "doomed", START + 30.0 * DAY_S, START + 60.0 * DAY_S)
    late = replace(DOOMED, epoch_tdb_s=START + 50.0 * DAY_S)
    with pytest.raises(UsageError, match="epoch at or before the start"):
        fly_orbit(late, "late", START, START + 60.0 * DAY_S)


def test_a_horizon_beyond_the_ephemeris_is_refused():
    with pytest.raises(DataMissingError, match="2650"):
        fly_orbit(ELY, "ely", START, START + 700.0 * 365.25 * DAY_S)
    with pytest.raises(UsageError, match="swap start and stop"):
        fly_orbit(ELY, "ely", START, START - DAY_S)
    with pytest.raises(UsageError, match="degree 50"):
        fly_orbit(ELY, "ely", START, START + DAY_S, degree=60)


def test_bands_in_the_ground_are_refused():
    with pytest.raises(UsageError, match="narrower"):
        keeping_of(DOOMED, perilune_band_km=250.0)


def test_the_orientation_says_where_the_librations_end():
    late = float(tdb_s_from_utc("2050-12-30"))
    flight = fly_orbit(replace(ELY, epoch_tdb_s=late), "late", late, late + 4.0 * DAY_S)
    assert "IAU" in flight.orientation
