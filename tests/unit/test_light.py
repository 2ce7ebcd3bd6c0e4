"""Light at a site: series, spans, gaps, seasons and counts."""

import numpy as np
import pytest

from sim.astro.spans import NONE, spans, spans_of_samples
from sim.astro.time import tdb_s_from_utc, utc_text
from sim.errors import DataMissingError, UsageError
from sim.station.horizon import packaged_horizon
from sim.station.light import earth_spans, light_series, lit_spans, sun_up_spans
from sim.station.light_statistics import calendar_edges_tdb_s, gaps_by_year, light_statistics, seasons
from sim.station.site import site_ephemeris, site_geometry, sub_solar_latitude_rad
from sim.transfer.landing_light import light_table
from sim.transfer.landing_query import light_left_at
from sim.units import DAY_S, DEG, HOUR_S, YEAR_S
from sim.window.light import site_sky

START = tdb_s_from_utc("2027-03-05T07:00:00")
YEAR = (START, START + 365.0 * DAY_S)


def masked(name):
    mask = packaged_horizon(name)
    spot = mask.viewpoint
    height_m = spot.terrain_height_m + spot.observer_height_m
    return site_geometry(spot.latitude_deg, spot.longitude_deg, height_m, mask)


RIDGE, SHACKLETON = masked("connecting-ridge_10m_1deg"), masked("peak-near-shackleton_10m_1deg")


@pytest.fixture(scope="module")
def series():
    return light_series(RIDGE, *YEAR)


def test_a_series_is_the_sky_on_even_epochs_up_to_its_stop(series):
    assert series.epochs_tdb_s[0] == START
    assert len(series.epochs_tdb_s) == 365 * 24 + 1
    assert series.stop_tdb_s == YEAR[1]
    sky = site_ephemeris(RIDGE, series.epochs_tdb_s)
    np.testing.assert_array_equal(series.sun_fraction, sky.sun_fraction)
    np.testing.assert_array_equal(series.earth_above_horizon_rad > 0.0, sky.earth_visible)
    assert light_series(RIDGE, START, START + 2.5 * HOUR_S).stop_tdb_s == START + 3.0 * HOUR_S


def test_blocks_join_without_a_seam():
    long = light_series(RIDGE, START, START + 20_000.0 * 900.0, 900.0)
    sky = site_ephemeris(RIDGE, long.epochs_tdb_s)
    assert len(long.sun_fraction) == 20_001
    # Sums of three products, in another order: 1e-16 of a radian.
    np.testing.assert_allclose(long.sun_above_horizon_rad, sky.sun_above_horizon_rad, atol=1e-14)


@pytest.mark.parametrize(
    ("stop_s", "step_s", "says"), [(0.0, 60.0, "a stop after"), (9.0, 0.0, "step"), (1e9, 1.0, "longer")]
)
def test_a_series_that_cannot_be_is_refused(stop_s, step_s, says):
    with pytest.raises(UsageError, match=says):
        light_series(RIDGE, START, START + stop_s, step_s)


def test_dates_outside_the_ephemeris_are_missing_data():
    with pytest.raises(DataMissingError):
        light_series(RIDGE, -2e10, -2e10 + DAY_S)


@pytest.mark.parametrize(("found", "radii"), [(lit_spans, -1.0), (sun_up_spans, 0.0)])
def test_edges_of_light_stand_where_the_limb_or_the_centre_meets_the_horizon(series, found, radii):
    lit = found(series)
    edges = np.concatenate([lit.start_tdb_s, lit.stop_tdb_s])
    sky = site_ephemeris(RIDGE, edges[(edges > YEAR[0]) & (edges < YEAR[1])])
    over = sky.sun_above_horizon_rad - radii * sky.sun_radius_rad
    # An edge is closed in on to a second; the Sun runs along 1.4e-4 deg in it, over slopes of the mask below 0.33.
    assert np.abs(over).max() / DEG < 5e-5
    assert len(lit) > 10


def test_spans_hold_what_a_finer_look_sees():
    month = light_series(RIDGE, START, START + 30.0 * DAY_S)
    fine = light_series(RIDGE, START, START + 30.0 * DAY_S, 60.0)
    lit = lit_spans(month)
    seen = spans_of_samples(fine.epochs_tdb_s, fine.sun_above_horizon_rad + fine.sun_radius_rad)
    assert len(lit) == len(seen)
    # A straight line over a minute: kinks of the mask leave a second or two.
    np.testing.assert_allclose(lit.start_tdb_s, seen.start_tdb_s, atol=3.0)
    np.testing.assert_allclose(lit.stop_tdb_s, seen.stop_tdb_s, atol=3.0)


def test_gaps_count_in_the_year_they_begin():
    edges = tdb_s_from_utc(["2027-12-30T00:00:00", "2028-01-03T00:00:00", "2028-05-01T00:00:00", "2028-05-02T00:00:00"])
    table = gaps_by_year(spans(edges[::2], edges[1::2]), START, START + 2.0 * YEAR_S)
    assert table.year.tolist() == [2027, 2028, 2029]
    assert table.count.tolist() == [1, 1, 0]
    assert table.total_s / DAY_S == pytest.approx([4.0, 1.0, 0.0])
    assert table.longest_s / DAY_S == pytest.approx([4.0, 1.0, 0.0])
    assert gaps_by_year(NONE, START, START + 1.0).count.tolist() == [0]


def test_light_left_is_what_landing_windows_tell():
    sky = site_sky(RIDGE, *YEAR)
    table = light_table(sky.light, None, None, 2.0 * DAY_S)
    halves = light_series(RIDGE, table.start_tdb_s, YEAR[1], 1800.0)
    epochs = START + DAY_S * np.linspace(0.0, 300.0, 400)
    left = spans_of_samples(halves.epochs_tdb_s, halves.sun_above_horizon_rad).left_s(epochs)
    # Both clocks resolve 0.1 microseconds.
    assert [light_left_at(table, t) for t in epochs] == pytest.approx(left.tolist(), abs=1e-6)
    assert np.any(left == 0.0)
    assert left.max() > 3.0 * DAY_S


def test_statistics_are_those_of_the_spans(series):
    light = light_statistics(series)
    whole = YEAR[1] - YEAR[0]
    assert light.lit.total_s + light.dark.total_s == pytest.approx(whole, abs=1e-3)
    total = light.whole
    assert total.lit_share[0] == pytest.approx(light.lit.total_s / whole)
    assert total.sun_up_share[0] == pytest.approx(sun_up_spans(series).total_s / whole)
    assert total.earth_share[0] == pytest.approx(earth_spans(series).total_s / whole)
    mean = np.trapezoid(series.sun_fraction) / (len(series.sun_fraction) - 1)
    assert total.average_fraction[0] == pytest.approx(mean)
    assert total.longest_dark_s[0] == light.dark.longest_s > 3.0 * DAY_S
    assert total.longest_lit_s[0] == light.lit.longest_s
    assert total.dark_spans[0] == len(light.dark)


@pytest.mark.parametrize("table", ["by_month", "by_year", "by_season"])
def test_periods_together_are_the_whole(series, table):
    light = light_statistics(series)
    periods = getattr(light, table)
    duration = periods.stop_tdb_s - periods.start_tdb_s
    assert duration.sum() == pytest.approx(YEAR[1] - YEAR[0], abs=1e-3)
    for name in ("average_fraction", "sun_up_share", "lit_share", "earth_share"):
        together = np.sum(getattr(periods, name) * duration) / duration.sum()
        assert together == pytest.approx(getattr(light.whole, name)[0], abs=1e-9)
    assert periods.longest_dark_s.max() <= light.dark.longest_s
    assert np.all(periods.longest_dark_s + periods.longest_lit_s <= duration + 1e-3)


def test_months_and_years_of_the_calendar():
    stop = tdb_s_from_utc("2028-01-01T00:00:00")
    assert utc_text(calendar_edges_tdb_s(START, stop, "Y")).tolist() == [
        "2027-03-05T07:00:00.000Z",
        "2028-01-01T00:00:00.000Z",
    ]
    months = utc_text(calendar_edges_tdb_s(START, stop, "M")).tolist()
    assert months[1:3] == ["2027-04-01T00:00:00.000Z", "2027-05-01T00:00:00.000Z"]
    assert len(months) == 11


def test_lunar_seasons_alternate_and_are_turned_about_in_the_other_hemisphere():
    south, north = (seasons(site_geometry(latitude, 0.0), START, START + 4.0 * YEAR_S) for latitude in (-80.0, 80.0))
    np.testing.assert_allclose(south.start_tdb_s, north.start_tdb_s, atol=2.0)
    np.testing.assert_array_equal(south.is_summer, ~north.is_summer)
    assert np.all(south.is_summer[1:] != south.is_summer[:-1])
    middle = sub_solar_latitude_rad(0.5 * (south.start_tdb_s + south.stop_tdb_s))
    np.testing.assert_array_equal(middle < 0.0, south.is_summer)
    np.testing.assert_array_equal(south.start_tdb_s[1:], south.stop_tdb_s[:-1])


def test_time_left_and_time_before_in_spans():
    lit = spans([0.0, 10.0], [4.0, 20.0])
    np.testing.assert_array_equal(lit.left_s([-1.0, 0.0, 3.0, 4.0, 5.0, 12.0, 30.0]), [0, 4, 1, 0, 0, 8, 0])
    np.testing.assert_array_equal(lit.total_before_s([-1.0, 2.0, 7.0, 15.0, 99.0]), [0, 2, 4, 9, 14])
    assert (lit.longest.start_tdb_s[0], lit.longest.stop_tdb_s[0]) == (10.0, 20.0)
    assert len(NONE.longest) == 0
    np.testing.assert_array_equal(NONE.left_s([1.0, 2.0]), [0, 0])
    np.testing.assert_array_equal(NONE.total_before_s([1.0, 2.0]), [0, 0])
