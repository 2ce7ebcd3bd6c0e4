"""Time scales against published epochs."""

import pytest

from sim.astro.time import tdb_s_from_utc, text_in_scale, utc_text


def test_spice_et_of_the_noon_of_j2000():
    # NAIF time tutorial: 2000 JAN 01 12:00 UTC is ET 64.183927; SPICE's TDB series is good to 30 microseconds.
    assert tdb_s_from_utc("2000-01-01T12:00:00") == pytest.approx(64.183927, abs=5e-5)


@pytest.mark.parametrize(
    ("utc", "tai_minus_utc_s"),
    [("1972-01-01", 10), ("1999-01-01", 32), ("2012-07-01", 35), ("2017-01-01", 37), ("2040-06-01", 37)],
)
def test_tai_minus_utc_of_bulletin_c(utc, tai_minus_utc_s):
    # IERS Bulletin C; the last row: the table is frozen after its end.
    t = tdb_s_from_utc(utc)
    assert text_in_scale(t, "TAI", 3) == f"{utc}T00:00:{tai_minus_utc_s:02d}.000"


def test_the_leap_second_of_2016():
    # IERS Bulletin C 52: 2016-12-31T23:59:60 exists, so that day has 86 401 s.
    before, leap, after = (
        tdb_s_from_utc(text) for text in ("2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")
    )
    assert leap - before == pytest.approx(1.0, abs=1e-6)
    assert after - leap == pytest.approx(1.0, abs=1e-6)
    assert utc_text(leap + 0.25) == "2016-12-31T23:59:60.250Z"
    assert utc_text(leap + 0.9996) == "2017-01-01T00:00:00.000Z"
