"""Periodic orbits of the three-body problem against JPL's catalogue, published families and a second integrator."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.orbit.crtbp import (
    LENGTH_KM,
    TIME_S,
    flown,
    flown_with_transition,
    jacobi_constant,
    libration_points,
    monodromy,
    stability_index,
)
from sim.orbit.families import distant_retrograde_orbit, halo_family, halo_orbit
from sim.orbit.periodic import (
    PeriodicOrbit,
    amplitude_km,
    apolune_radius_km,
    corrected,
    perilune_radius_km,
)

MU_JPL = 1.215058560962404e-2
TABLE = Path(__file__).parents[1] / "data" / "periodic_orbits_jpl.csv"
NRHO_9_2 = np.array([1.0220210834341630, 0.0, -0.18209648779790591, 0.0, -0.10325542020688042, 0.0])
NRHO_9_2_PERIOD = 1.5111054628730460


def catalogue():
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def state_of(row):
    return np.array([float(row["x0"]), 0.0, float(row["z0"]), 0.0, float(row["vy0"]), 0.0])


ROWS = [pytest.param(row, id=f"{row['family']} {row['row']}") for row in catalogue()]


@pytest.mark.parametrize("row", ROWS)
def test_rows_of_the_catalogue(row):
    state, period = state_of(row), float(row["period"])
    end, transition = flown_with_transition(state, period, MU_JPL)
    # The rows leave out y, vx and vz below 1e-9 and close to 2e-10 at worst: theirs, since corrected ones close better.
    assert np.abs(end - state).max() < 1e-9
    if row["jacobi"]:
        assert jacobi_constant(state, MU_JPL) == pytest.approx(float(row["jacobi"]), rel=1e-12)
    if row["stability_index"]:
        # The catalogue's eigenvalues split the double 1: it has 1.0000049 where the orbit is stable.
        assert stability_index(transition) == pytest.approx(float(row["stability_index"]), rel=1e-5)


@pytest.mark.parametrize("row", ROWS)
def test_rows_corrected(row):
    state, period = state_of(row), float(row["period"])
    family = "dro" if row["family"] == "DRO" else "halo"
    orbit = corrected(family, state, period, mass_ratio=MU_JPL)
    assert isinstance(orbit, PeriodicOrbit)
    # The rows' own closure, and for those through 30 km from the Moon's centre (1479 on) what that leaves of it.
    assert orbit.state == pytest.approx(state, abs=2e-10)
    assert orbit.period == pytest.approx(period, abs=2e-8)
    half, _ = flown_with_transition(orbit.state, 0.5 * orbit.period, MU_JPL)
    # Half a period on they cross perpendicularly; speeds there reach 13 where perilune is 30 km from the centre.
    assert np.abs(half[[1, 3, 5]]).max() < 1e-11 * max(1.0, np.abs(half).max())


def test_stable_rows_that_tell_more_than_one():
    """Rows 1535 and 1479 tell 1.0000049 and 1.0000025, yet 1525 between them 1: a double root split by rounding.

    Half sums of pairs, the double 1 taken out first, find 1 for all three.
    """
    told = {"1535": 1.0000048853457499, "1525": 1.0, "1479": 1.0000024617113199}
    for row in catalogue():
        if row["row"] in told:
            assert float(row["stability_index"]) == told[row["row"]]
            transition = monodromy(state_of(row), float(row["period"]), MU_JPL)
            assert stability_index(transition) == pytest.approx(1.0, abs=1e-12)


def test_libration_points():
    """Values to 1e-15 from the mass ratio of JPL's catalogue, by a root finder of another kind."""
    points = libration_points(MU_JPL)
    expected = {"L1": 0.8369151257723572, "L2": 1.155682165444884, "L3": -1.0050626458102778}
    assert {name: points[name].x for name in expected} == pytest.approx(expected, rel=1e-12)
    assert (points["L4"].x, points["L4"].y) == pytest.approx((0.48784941439037596, 0.8660254037844386), rel=1e-12)
    jacobi = [points[name].jacobi for name in ("L1", "L2", "L3", "L4", "L5")]
    # The last two agree: C = x^2 + y^2 + 2 (1 - mu)/r1 + 2 mu/r2, without the mu (1 - mu) some add.
    published = [3.18834111774924, 3.1721604609685277, 3.012147150680504, 2.9879970511210328, 2.9879970511210328]
    assert jacobi == pytest.approx(published, rel=1e-12)


def test_nine_to_two_is_the_catalogued_one():
    """The family, started in the plane, passes through row 629 at that row's period."""
    orbit = halo_orbit("L2", "south", period_s=NRHO_9_2_PERIOD * TIME_S, mass_ratio=MU_JPL)
    assert orbit.state == pytest.approx(NRHO_9_2, abs=1e-10)  # the row's own closure is 1e-12, through a slope of 0.1
    assert orbit.jacobi == pytest.approx(3.0465008423925202, rel=1e-12)
    assert orbit.stability_index == pytest.approx(1.3228145455949900, rel=1e-9)


def test_nine_to_two_by_resonance():
    """2/9 of 29.530589 d is 1.511199 units of time where the catalogued row, closest to it, has 1.511105."""
    orbit = halo_orbit("L2", "south", resonance="9:2")
    assert orbit.period_s == pytest.approx(29.530589 * 86400.0 * 2.0 / 9.0, rel=1e-12)
    assert orbit.period == pytest.approx(NRHO_9_2_PERIOD, rel=7e-5)
    # The periods differ by 9.4e-5, and along the family x moves by 0.076, vy by 0.166 a unit of period.
    assert orbit.state == pytest.approx(NRHO_9_2, abs=0.18 * 9.4e-5)
    # 3248.2 and 71 219.7 km for the row, in kilometres of this scale.
    assert perilune_radius_km(orbit) == pytest.approx(3248.2, abs=1.5)
    assert apolune_radius_km(orbit) == pytest.approx(71219.7, abs=3.0)


def test_first_halo_bifurcates_from_the_plane():
    """Row 1524, of 40 km in the catalogue's scale, and the family's first member of 100 km."""
    first = halo_family("L2", "south", mass_ratio=MU_JPL)[0]
    row = next(row for row in catalogue() if row["row"] == "1524")
    # Amplitudes below 2.6e-4 change the rest by their square, 7e-8 times about 10.
    assert first.state[[0, 4]] == pytest.approx(state_of(row)[[0, 4]], abs=1e-6)
    assert first.period == pytest.approx(float(row["period"]), abs=1e-6)


def test_near_rectilinear_range():
    """L2 halos are near-rectilinear, by the index that leaves 1, from 1850 to 17 350 km of perilune.

    Zimovan, Howell & Davis 2017, Near rectilinear halo orbits and their application in cis-lunar space, 3rd IAA
    Conference on Dynamics and Control of Space Systems; the figures are recalled and rounded to 50 km.
    """
    inner = perilune_where_index_leaves_one(stable_d=5.93, unstable_d=6.3)
    outer = perilune_where_index_leaves_one(stable_d=10.2, unstable_d=10.8)
    assert inner == pytest.approx(1850.0, abs=50.0)  # measured 1832.6
    assert outer == pytest.approx(17350.0, abs=50.0)  # measured 17390.7


def perilune_where_index_leaves_one(stable_d, unstable_d):
    for _ in range(16):  # to a few seconds of period, 100 m of perilune
        middle_d = 0.5 * (stable_d + unstable_d)
        orbit = halo_orbit("L2", "south", period_s=middle_d * 86400.0)
        stable = orbit.stability_index < 1.0 + 1e-9
        stable_d, unstable_d = (middle_d, unstable_d) if stable else (stable_d, middle_d)
    return perilune_radius_km(orbit)


def test_queqiao_halo():
    """A z amplitude of 13 000 km at L2 belongs to a period of 14 to 15 d."""
    orbit = halo_orbit("L2", "south", amplitude_km=13000.0)
    assert amplitude_km(orbit) == pytest.approx(13000.0, rel=1e-12)
    assert orbit.state[2] == pytest.approx(-13000.0 / LENGTH_KM)
    assert 14.0 < orbit.period_s / 86400.0 < 15.0


def test_retrograde_orbits_by_period():
    """Every distant retrograde row is met by the family at its period."""
    for row in catalogue():
        if row["family"] == "DRO":
            orbit = distant_retrograde_orbit(period_s=float(row["period"]) * TIME_S, mass_ratio=MU_JPL)
            # The rows close to 7e-12, and their x is known to that times a slope of about 1.
            assert orbit.state == pytest.approx(state_of(row), abs=1e-10)


def test_flight_by_heyoka():
    """Taylor integration in 80-bit arithmetic of the equations on turning axes: nothing is shared with ours."""
    heyoka = pytest.importorskip("heyoka")
    integrator = turning_axes_integrator(heyoka)
    for row in catalogue():
        state, period = state_of(row), float(row["period"])
        integrator.time = np.longdouble(0.0)
        integrator.state[:] = state.astype(np.longdouble)
        integrator.propagate_until(np.longdouble(period))
        miss = np.abs(flown(state, [period], MU_JPL)[0] - integrator.state.astype(np.float64)).max()
        # Rounding: 3e-14 at most, 5e-13 through 30 km from the Moon's centre (rows 1479 on).
        assert miss < (2e-12 if float(row["period"]) < 1.0 else 1e-13)


def turning_axes_integrator(heyoka):
    exact = np.longdouble
    x, y, z, vx, vy, vz = heyoka.make_vars("x", "y", "z", "vx", "vy", "vz")
    mu, one = exact(MU_JPL), exact(1.0)
    to_earth = (one - mu) * ((x + mu) ** 2 + y**2 + z**2) ** exact(-1.5)
    to_moon = mu * ((x - one + mu) ** 2 + y**2 + z**2) ** exact(-1.5)
    rates = [
        (x, vx),
        (y, vy),
        (z, vz),
        (vx, exact(2.0) * vy + x - to_earth * (x + mu) - to_moon * (x - one + mu)),
        (vy, exact(-2.0) * vx + y - (to_earth + to_moon) * y),
        (vz, -(to_earth + to_moon) * z),
    ]
    return heyoka.taylor_adaptive(rates, np.zeros(6, dtype=exact), fp_type=exact, compact_mode=True)
