"""Epochs from text and back."""

import numpy as np
import pytest

from sim.astro import time
from sim.astro.time import (
    EpochError,
    julian_date_tt,
    leap_seconds_end,
    tdb_s_from_scale,
    tdb_s_from_utc,
    tdb_s_from_utc_datetime64,
    text_in_scale,
    utc_datetime64,
    utc_days,
    utc_text,
)


@pytest.mark.parametrize(
    "text",
    [
        "2029-01-01",
        "2029-01-01Z",
        "2029-01-01T00:00",
        "2029-01-01 00:00:00",
        "2029-01-01T00:00:00.000Z",
        "2029-01-01T00:00:00 UTC",
        "2029-001T00:00:00",
        " 2029-01-01T00:00:00. ",
        "2029-01-01T00:01:09.184 TT",
        "2029-01-01T00:00:37 TAI",
    ],
)
def test_one_epoch_has_many_spellings(text):
    assert tdb_s_from_utc(text) == pytest.approx(tdb_s_from_utc("2029-01-01T00:00:00Z"), abs=1e-6)


def test_tdb_is_taken_as_it_is():
    assert tdb_s_from_utc("2000-01-01T12:00:00 TDB") == 0.0
    assert tdb_s_from_scale("2000-01-02T12:00:00", "tdb") == 86400.0
    assert text_in_scale(0.0, "TDB", 0) == "2000-01-01T12:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2029",
        "2029-13-01",
        "2029-02-29",
        "2029-366",
        "2029-000",
        "2029-01-01T24:00:00",
        "2029-01-01T00:60:00",
        "2029-01-01T00:00:60",
        "2016-12-31T23:59:61",
        "2016-12-31T23:59:60 TT",
        "2029-01-01T00:00:00+08:00",
        "2029-01-01T00:00:00Z TDB",
        "2029-01-01T00:00:00 GPS",
    ],
)
def test_what_is_no_epoch_is_named(text):
    with pytest.raises(EpochError, match="is no epoch"):
        tdb_s_from_utc(text)


def test_an_unknown_scale_is_refused():
    with pytest.raises(EpochError, match="UTC, TAI, TT or TDB"):
        text_in_scale(0.0, "UT1")


def test_rounding_carries_into_the_next_year():
    assert utc_text(tdb_s_from_utc("2028-12-31T23:59:59.9996")) == "2029-01-01T00:00:00.000Z"
    assert utc_text(tdb_s_from_utc("2028-12-31T23:59:59.9994")) == "2028-12-31T23:59:59.999Z"
    assert utc_text(tdb_s_from_utc("2028-12-31T23:59:59.51"), 0) == "2029-01-01T00:00:00Z"


def test_what_is_not_finite_stays_empty():
    epochs = np.array([[0.0, np.nan], [np.inf, 64.183927]])
    assert utc_text(epochs).tolist() == [["2000-01-01T11:58:55.816Z", ""], ["", "2000-01-01T12:00:00.000Z"]]
    assert utc_text(float("nan")) == ""
    assert np.isnat(utc_datetime64(epochs)).tolist() == [[False, True], [True, False]]
    assert np.isnan(tdb_s_from_utc_datetime64(np.array(["NaT", "2029-01-01"], "datetime64[D]"))).tolist() == [
        True,
        False,
    ]


def test_nothing_in_nothing_out():
    assert tdb_s_from_utc([]).size == 0
    assert utc_text(np.empty(0)).size == 0
    assert tdb_s_from_utc_datetime64(np.empty(0, "datetime64[ms]")).size == 0


def test_days_include_both_ends():
    days, starts = utc_days("2028-02-28", "2028-03-01")
    assert days.astype(str).tolist() == ["2028-02-28", "2028-02-29", "2028-03-01"]
    assert utc_text(starts).tolist() == [f"{day}T00:00:00.000Z" for day in days]


def test_an_epoch_does_not_depend_on_its_neighbours():
    moments = np.datetime64("1990-01-01") + np.arange(0, 20000, 7).astype("timedelta64[D]")
    together = tdb_s_from_utc_datetime64(moments)
    assert [float(tdb_s_from_utc_datetime64(one)) for one in moments[::100]] == together[::100].tolist()


def test_the_interpolated_tdb_is_the_series_itself():
    t = np.random.default_rng(3).uniform(-1e9, 2e9, 2000)
    # A nanosecond; the shortest terms of the series have a month.
    assert np.abs(time._TDB_MINUS_TT(t) - time._tdb_minus_tt(t)).max() < 1e-9


def test_julian_date_is_in_two_parts():
    whole, fraction = julian_date_tt(86400.0 * 10000)
    assert whole == 2451545.0
    assert fraction == pytest.approx(10000.0, abs=1e-7)


def test_the_leap_second_table_says_when_it_expires():
    assert leap_seconds_end().year >= 2025
