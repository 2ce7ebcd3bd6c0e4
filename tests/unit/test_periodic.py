"""Periodic orbits as values: correction, samples, radii, members of families and what lies outside them."""

import numpy as np
import pytest

from sim.constants import R_MOON_KM
from sim.errors import UsageError
from sim.orbit.crtbp import (
    LENGTH_KM,
    MASS_RATIO,
    SPEED_KM_S,
    TIME_S,
    flown,
    flown_with_transition,
    jacobi_constant,
    libration_points,
    monodromy,
    state_rate,
)
from sim.orbit.families import (
    LARGEST_DRO_KM,
    SMALLEST_HALO_KM,
    distant_retrograde_orbit,
    dro_family,
    halo_family,
    halo_orbit,
    resonant_period_s,
)
from sim.orbit.periodic import (
    NotPeriodic,
    PeriodicOrbit,
    amplitude_km,
    apolune_radius_km,
    corrected,
    moon_centred_km,
    perilune_radius_km,
    sampled,
)
from sim.units import DAY_S

HALOS = [(point, branch) for point in ("L1", "L2") for branch in ("north", "south")]
START = np.array([1.05, 0.02, -0.15, 0.03, -0.2, 0.05])


def test_scale():
    assert TIME_S == pytest.approx(375190.26, abs=0.01)  # published scale of near-rectilinear halos
    assert SPEED_KM_S * TIME_S == pytest.approx(LENGTH_KM)


def test_rates_are_those_of_a_flight():
    step = 1e-4
    before, after = flown(START, [-step])[0], flown(START, [step])[0]
    # Central difference: the third derivative over 6 times step squared, about 10 times 1e-8.
    assert (after - before) / (2.0 * step) == pytest.approx(state_rate(START), abs=1e-6)


def test_points_stand_still():
    for point in libration_points().values():
        assert np.abs(state_rate([point.x, point.y, 0.0, 0.0, 0.0, 0.0])).max() < 1e-15


def test_transition_by_differences():
    _, transition = flown_with_transition(START, 0.7)
    step = 1e-6
    columns = [(flown(START + d, [0.7])[0] - flown(START - d, [0.7])[0]) / (2.0 * step) for d in step * np.eye(6)]
    # Differences carry the flights' rounding, 1e-15 grown 50 times, over the step.
    assert transition == pytest.approx(np.column_stack(columns), abs=1e-6)


def test_flight_into_the_moon_is_refused():
    with pytest.raises(UsageError, match="centre of Earth or Moon"):
        flown([1.0 - MASS_RATIO + 1e-3, 0.0, 0.0, 0.0, -1e-3, 0.0], [0.1])  # at rest on axes that do not turn


def test_correction_holds_what_is_asked():
    halo = halo_orbit("L2", "south", resonance="9:2")
    guess = halo.state + np.array([1e-3, 0.0, 1e-3, 0.0, -1e-3, 0.0])
    for hold, value in (("x", guess[0]), ("z", guess[2]), ("vy", guess[4]), ("period", halo.period)):
        orbit = corrected("halo", guess, halo.period, point="L2", branch="south", hold=hold)
        assert isinstance(orbit, PeriodicOrbit)
        held = {"x": orbit.state[0], "z": orbit.state[2], "vy": orbit.state[4], "period": orbit.period}[hold]
        assert held == pytest.approx(value, abs=1e-15)
        assert np.abs(flown(orbit.state, [orbit.period])[0] - orbit.state).max() < 1e-10


def test_correction_far_from_any_orbit_tells_why():
    found = corrected("halo", [1.3, 0.0, 0.4, 0.0, 2.0, 0.0], 0.1)
    assert isinstance(found, NotPeriodic)
    assert found.reason


def test_samples_close_and_mirror():
    halo = halo_orbit("L1", "north", amplitude_km=20000.0)
    t, states = sampled(halo, 101)
    assert t[[0, -1]] == pytest.approx([0.0, halo.period])
    assert states[-1] == pytest.approx(states[0], abs=1e-15)
    assert states[:, [0, 2, 4]] == pytest.approx(states[::-1, [0, 2, 4]], abs=1e-15)
    assert jacobi_constant(states) == pytest.approx(halo.jacobi, abs=1e-13)
    half = flown(halo.state, t[:51])
    assert states[:51] == pytest.approx(half, abs=1e-13)


def test_moon_centred_states():
    state = moon_centred_km([[1.0 - MASS_RATIO + 0.1, 0.2, -0.3, 1.0, 2.0, 3.0]])
    expected = [38440.0, 76880.0, -115320.0, SPEED_KM_S, 2.0 * SPEED_KM_S, 3.0 * SPEED_KM_S]
    assert state[0] == pytest.approx(expected, rel=1e-12)


def test_radii_against_dense_samples():
    orbit = distant_retrograde_orbit(amplitude_km=80000.0)
    _, states = sampled(orbit, 20001)
    distance_km = np.linalg.norm(moon_centred_km(states)[:, :3], axis=1)
    assert perilune_radius_km(orbit) == pytest.approx(distance_km.min(), abs=0.01)  # parabola of 257 samples
    assert apolune_radius_km(orbit) == pytest.approx(distance_km.max(), abs=0.01)


@pytest.mark.parametrize(("point", "branch"), HALOS)
def test_halo_family_from_the_plane_to_the_moon(point, branch):
    members = halo_family(point, branch)
    assert amplitude_km(members[0]) == pytest.approx(SMALLEST_HALO_KM)
    assert perilune_radius_km(members[-1]) == pytest.approx(R_MOON_KM, abs=1e-6)
    radii = [perilune_radius_km(member) for member in members]
    assert (np.diff(radii) < 0.0).all()
    assert {(member.point, member.branch) for member in members} == {(point, branch)}
    for member in members[::10]:
        _, states = sampled(member, 400)
        r_km = moon_centred_km(states)[:, :3]
        z = r_km[:, 2] if branch == "north" else -r_km[:, 2]
        assert z.argmax() in {0, 399}  # the crossing at the start is the highest place of the branch's side
        assert z.max() == pytest.approx(amplitude_km(member))
        assert z.max() >= -z.min()
        moon = np.linalg.norm(r_km[[0, 199]], axis=1)
        assert moon[0] > moon[1]


def test_branches_are_mirrors():
    for north, south in zip(halo_family("L2", "north"), halo_family("L2", "south"), strict=True):
        assert north.state == pytest.approx(south.state * np.array([1.0, 1.0, -1.0, 1.0, 1.0, 1.0]), abs=0.0)
        assert north.state[2] > 0.0 > south.state[2]
    north = halo_family("L2", "north")[5]
    assert np.abs(flown(north.state, [north.period])[0] - north.state).max() < 1e-9  # unstable by a factor of 1200


def test_members_close():
    for member in (*halo_family("L1", "south")[::12], *halo_family("L2", "south")[::12], *dro_family()[::20]):
        miss = np.abs(flown(member.state, [member.period])[0] - member.state).max()
        growth = np.abs(monodromy(member.state, member.period)).max()
        assert miss < 2e-15 * growth + 1e-12


def test_folds():
    outer = halo_orbit("L2", "south", amplitude_km=70000.0)
    inner = halo_orbit("L2", "south", amplitude_km=70000.0, near_rectilinear=True)
    assert perilune_radius_km(outer) > 30000.0
    assert perilune_radius_km(inner) == pytest.approx(3249.0, abs=5.0)  # all but the 9:2 member
    assert amplitude_km(outer) == pytest.approx(amplitude_km(inner))
    first = halo_orbit("L1", "south", period_s=8.0 * DAY_S)
    last = halo_orbit("L1", "south", period_s=8.0 * DAY_S, near_rectilinear=True)
    assert first.period == pytest.approx(last.period)
    assert perilune_radius_km(first) > 6000.0 > 3000.0 > perilune_radius_km(last)


def test_greatest_members_are_in_the_family():
    members = halo_family("L2", "south")
    greatest = max(members, key=amplitude_km)
    i = members.index(greatest)
    near = [amplitude_km(halo_orbit("L2", "south", period_s=greatest.period_s + d)) for d in (-900.0, 900.0)]
    assert 0 < i < len(members) - 1
    assert amplitude_km(greatest) > max(near)


def test_retrograde_family():
    members = dro_family()
    assert perilune_radius_km(members[0]) == pytest.approx(R_MOON_KM, abs=1e-6)
    assert amplitude_km(members[-1]) == pytest.approx(LARGEST_DRO_KM)
    assert (np.diff([member.period for member in members]) > 0.0).all()
    assert (np.diff([amplitude_km(member) for member in members]) > 0.0).all()
    assert max(member.stability_index for member in members) == pytest.approx(1.0, abs=1e-9)
    for member in members[::30]:
        r = moon_centred_km(sampled(member, 9)[1])
        assert (r[:, 0] * r[:, 4] - r[:, 1] * r[:, 3] < 0.0).all()  # retrograde


def test_resonance():
    assert resonant_period_s("9:2") == pytest.approx(29.530589 * DAY_S * 2.0 / 9.0)
    for wrong in ("9", "9:0", "0:2", "a:b", "9:2:1", "-9:2", ""):
        with pytest.raises(UsageError, match="write revolutions and synodic months"):
            resonant_period_s(wrong)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"amplitude_km": 99000.0}, "no L2 halo has an amplitude of 99000 km: the family goes from 100 to 77787.4 km"),
        ({"amplitude_km": 50.0}, "from 100 to"),
        ({"period_s": 20.0 * DAY_S}, "no L2 halo has a period of 20 d: the family goes from 5.92 to 14.8319 d"),
        ({"resonance": "1:1"}, "resonance 1:1, a period of 29.5306 d"),
        ({}, "give one of them"),
        ({"period_s": 6e5, "resonance": "9:2"}, "give one of them"),
    ],
)
def test_outside_the_family(wanted, words):
    with pytest.raises(UsageError, match=words):
        halo_orbit("L2", "north", **wanted)


def test_outside_the_retrograde_family():
    with pytest.raises(UsageError, match="no distant retrograde orbit has an amplitude of 300000 km"):
        distant_retrograde_orbit(amplitude_km=300000.0)


def test_unknown_family():
    with pytest.raises(UsageError, match="point L1 or L2"):
        halo_family("L3", "south")


@pytest.mark.parametrize("point", ["L1", "L2"])
def test_first_halo_from_guesses_a_thousandth_beside(point):
    first = halo_family(point, "south")[0]
    for shares in ((1.001, 0.999, 1.001), (0.999, 0.999, 0.999), (0.999, 1.001, 1.001)):
        guess = first.state * [shares[0], 1.0, 1.0, 1.0, shares[1], 1.0]
        found = corrected("halo", guess, first.period * shares[2])
        assert isinstance(found, PeriodicOrbit)
        assert found.state == pytest.approx(first.state, abs=1e-12)
        assert found.period == pytest.approx(first.period, abs=1e-10)
