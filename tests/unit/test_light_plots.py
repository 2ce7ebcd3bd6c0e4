"""Figures of light over years: what is drawn is what was given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from plots.dark_gaps import draw_dark_gaps
from plots.light_calendar import by_row_and_day, draw_light_calendar, row_starts_d
from plots.light_seasons import LOOKS, draw_seasons
from plots.polar_horizon import Track, draw_polar_horizon
from plots.style import moonport_style, new_figure

FIRST_D = float(np.datetime64("2027-11-01").astype("datetime64[D]").astype(int))
NEW_YEAR_D = float(np.datetime64("2028-01-01").astype("datetime64[D]").astype(int))
TIME_D = FIRST_D + np.arange(0.0, 100.0 * 24.0) / 24.0


@pytest.fixture
def figure():
    with moonport_style():
        yield new_figure(8.0, 4.0)


def test_samples_stand_in_their_year_and_day():
    grid = by_row_and_day(TIME_D, TIME_D - NEW_YEAR_D, "year")
    assert grid.shape == (2, 366 * 4)
    assert np.isnan(grid[0, : 304 * 4]).all()  # before 1 November
    # Six hours, their mean 2.5 hours after the first.
    assert grid[1, 0] == pytest.approx(2.5 / 24.0)
    assert grid[1, 39 * 4 - 1] == pytest.approx(39.0 - 3.5 / 24.0)
    assert np.isnan(grid[1, 39 * 4 :]).all()  # from 9 February


def test_samples_a_millisecond_before_their_hour_leave_no_stripes():
    noise_d = 2e-8 * np.sin(np.arange(len(TIME_D)))
    grid = by_row_and_day(TIME_D + noise_d, np.ones(len(TIME_D)), "month")
    assert grid.shape == (4, 31 * 24)
    assert np.nansum(grid) == len(TIME_D)
    assert row_starts_d(TIME_D - 1e-8, "month")[0] == FIRST_D


def test_gaps_are_outlined_in_every_row_and_counted_once(figure):
    ax = figure.add_subplot()
    gaps = np.array([[NEW_YEAR_D - 4.0, NEW_YEAR_D + 8.0], [FIRST_D + 2.0, FIRST_D + 3.0]])
    fraction = np.where((TIME_D > gaps[0, 0]) & (TIME_D < gaps[0, 1]), 0.0, 1.0)
    image = draw_light_calendar(ax, TIME_D, fraction, gaps, longer_than_d=5.0)
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert [(round(box.get_x()), round(box.get_width())) for box in boxes] == [(361, 4), (0, 8)]
    assert [text.get_text() for text in ax.texts] == ["12"]
    assert image.get_clim() == (0.0, 1.0)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2027", "2028"]


def test_a_calendar_without_gaps_has_no_outlines(figure):
    ax = figure.add_subplot()
    draw_light_calendar(ax, TIME_D, np.ones(len(TIME_D)), row="month")
    assert not ax.patches
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2027-11", "2027-12", "2028-01", "2028-02"]


def test_longest_gaps_are_named_apart_from_each_other(figure):
    ax = figure.add_subplot()
    start, length = NEW_YEAR_D + np.array([0.0, 30.0, 1000.0, 2000.0]), np.array([12.0, 11.9, 9.0, 3.0])
    draw_dark_gaps(ax, start, length, (NEW_YEAR_D - 10.0, NEW_YEAR_D + 3000.0), bridged_d=10.0, labelled=2)
    words = [text.get_text() for text in ax.texts]
    assert words == ["10 d ", "12.0 d\n01 Jan 2028", "9.0 d\n27 Sep 2030"]
    drawn = {line.get_label(): line.get_ydata() for line in ax.get_lines()}
    np.testing.assert_array_equal(drawn["dark gap"], [9.0, 3.0])
    np.testing.assert_array_equal(drawn["longer than can be bridged"], [12.0, 11.9])
    assert ax.get_ylim()[1] > 12.0


def test_no_gap_at_all_leaves_an_empty_axis(figure):
    ax = figure.add_subplot()
    draw_dark_gaps(ax, np.empty(0), np.empty(0), (NEW_YEAR_D, NEW_YEAR_D + 100.0))
    assert not ax.texts
    assert ax.get_ylim()[0] == 0.0


def test_the_ground_lies_around_the_rim_and_tracks_over_it(figure):
    ax = figure.add_subplot(projection="polar")
    azimuth = np.arange(0.0, 360.0, 1.0)
    sun = Track("Sun", azimuth, 0.5 * np.sin(np.radians(azimuth)))
    earth = Track("Earth", np.full(9, 40.0), np.linspace(-8.0, 8.0, 9))
    draw_polar_horizon(ax, azimuth, 2.0 + np.cos(np.radians(azimuth)), [sun], [earth])
    middle, rim = ax.get_ylim()
    assert rim < -0.5
    assert middle > 8.0
    drawn = {line.get_label(): line for line in ax.get_lines()}
    np.testing.assert_allclose(drawn["Sun"].get_ydata(), sun.elevation_deg)
    below = drawn["Earth"].get_ydata() < rim
    assert not below.any()
    assert np.isnan(drawn["Earth"].get_ydata()[0])
    assert ax.get_theta_direction() == -1


def test_a_horizon_asks_for_a_polar_axis(figure):
    with pytest.raises(TypeError, match="polar"):
        draw_polar_horizon(figure.add_subplot(), np.array([0.0, 180.0]), np.zeros(2), [])


def test_seasons_are_bars_of_their_length_and_those_cut_by_the_dates_are_hollow(figure):
    ax = figure.add_subplot()
    edges = NEW_YEAR_D + np.array([0.0, 40.0, 213.0, 387.0, 420.0])
    is_summer = np.array([True, False, True, False])
    draw_seasons(ax, edges, np.array([90.0, 41.4, 71.6, 8.0]), is_summer, "disc in view, mean, %", 115.0)
    assert [bar.get_height() for bar in ax.patches] == [90.0, 41.4, 71.6, 8.0]
    np.testing.assert_allclose(
        [bar.get_x() + 0.5 * bar.get_width() for bar in ax.patches], 0.5 * (edges[1:] + edges[:-1])
    )
    faces = [bar.get_facecolor() for bar in ax.patches]
    assert faces[0] == faces[3] == to_rgba("white")
    assert faces[1:3] == [to_rgba(LOOKS[False][1]), to_rgba(LOOKS[True][1])]
    assert [text.get_text() for text in ax.texts] == ["41", "72"]
    assert ax.get_ylim() == (0.0, 115.0)
