"""Figures of a station over time: each is drawn from its dataset, what the dataset lacks is left out."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from plots.compare_station import bar_rows, compare_station_figures, gaps_at
from plots.daily_contact import share_words
from plots.figures import draw_compare, draw_run
from plots.marks import draw_steps, fill_steps
from plots.orbits import VIEWS, by_fortnight, in_front, overhead_deg, smooth_path
from plots.power_timeline import GridView
from plots.station_figures import station_figures
from plots.station_timeline import days_of, is_crowded, share_in_bins, timeline_rows
from plots.station_views import (
    cap_of,
    gap_minutes,
    paths_of,
    span_days,
    sun_tracks,
    view_grids,
    view_map,
    view_tasks,
    waited_hours,
    worst_span,
)
from plots.station_work_figures import power_figures
from plots.style import freeze_layout, moonport_style, new_figure
from sim.constants import R_MOON_KM
from sim.results.compare import compare
from sim.results.run import Run
from sim.results.station_dataset import station_dataset
from tests.factories import run_header, written_run
from tests.station_outcomes import made_up_station

STEMS = [
    "station_timeline",
    "station_orbits",
    "station_ground_tracks",
    "station_perilunes",
    "station_coverage_global",
    "station_coverage_pole",
    "station_gaps",
    "station_contact",
    "station_light_calendar",
    "station_horizon",
    "station_dark_gaps",
    "station_power_main",
    "station_power_observatory",
    "station_sizing_main",
    "station_sizing_observatory",
    "station_tasks",
]


@pytest.fixture(scope="module")
def outcome():
    return made_up_station(days=120)


@pytest.fixture(scope="module")
def station(outcome):
    return station_dataset(outcome)


def run_of(station, name="Made up"):
    header = replace(run_header(name, "2030-01-01", 120), partners={})
    return Run(None, header, (), None, {"lanes": {}}, {"moonport": "0"}, station)


def stems(station):
    with moonport_style():
        return [stem for stem, _ in station_figures(run_of(station))]


def test_every_figure_is_drawn_without_a_warning(station):
    with moonport_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = dict(station_figures(run_of(station)))
        for figure in figures.values():
            freeze_layout(figure)
    assert list(figures) == STEMS
    assert all(figure.axes for figure in figures.values())


def test_what_the_station_lacks_is_left_out(outcome):
    bare = replace(
        outcome, orbits=(), sights=(), contacts=(), map=None, grids=(), states=(), tasks=(), arrivals=(), events=()
    )
    assert stems(station_dataset(bare)) == ["station_light_calendar", "station_horizon", "station_dark_gaps"]
    always = replace(outcome.light, dark=outcome.light.dark.within(0.0, 1.0), mask_azimuth_rad=np.empty(0))
    assert stems(station_dataset(replace(bare, light=always))) == ["station_light_calendar"]
    assert stems(None) == []


def test_a_run_without_lanes_draws_its_station_alone(outcome, tmp_path):
    small = station_dataset(replace(outcome, orbits=(), sights=(), map=None, grids=(), states=(), tasks=()))
    paths = draw_run(run_of(small), tmp_path)
    names = [path.name for path in paths]
    assert names[:2] == ["station_timeline.png", "station_timeline.svg"]
    assert all(name.startswith("station_") for name in names)
    assert all(path.stat().st_size < 1_000_000 for path in paths)


def test_the_stations_figures_follow_the_windows(station, tmp_path):
    run = replace(written_run(tmp_path / "run", lanes=1, days=60), station=station.drop_dims(["orbit", "grid"]))
    names = [path.stem for path in draw_run(run, tmp_path / "figures")[::2]]
    assert names[0] == "calendar"
    first = names.index("station_timeline")
    assert not any(name.startswith("station_") for name in names[:first])
    assert all(name.startswith("station_") for name in names[first:])


def test_runs_without_lanes_are_compared_by_their_stations(station, tmp_path):
    runs = [run_of(station, "One"), run_of(station_dataset(made_up_station(days=90, relays=1)), "Other")]
    names = [path.name for path in draw_compare(runs, tmp_path)[::2]]
    assert names == ["compare_station.png", "compare_gaps.png"]
    lines = bar_rows(compare(runs).rows)
    assert [place for place, _ in lines[:2]] == ["station", "far side"]
    assert [row.metric for row, _ in lines[0][1]] == [
        "contact_share[station]",
        "relayed_share[station]",
        "longest_gap_h[station]",
        "gap_95_h[station]",
    ]
    assert "upkeep_m_s_per_year" in {row.metric for _, shown in lines[2:] for row, _ in shown}


def test_a_run_without_the_place_keeps_the_colours_of_the_others(station):
    runs = [run_of(None, "None"), run_of(station, "Some")]
    assert [(number, name) for number, name, _ in gaps_at(runs, "far_side")] == [(1, "Some")]
    assert list(compare_station_figures([run_of(None), run_of(None, "b")])) == []


def test_gaps_are_those_of_the_place_and_the_way(outcome, station):
    gaps = outcome.contacts[1].spans["any"].gaps(outcome.start_tdb_s, outcome.stop_tdb_s)
    np.testing.assert_allclose(gap_minutes(station, "far_side", "any"), gaps.duration_s / 60.0, rtol=1e-12)
    assert paths_of(station, 0) == ["direct", "relayed", "any"]
    assert paths_of(station, 1) == ["relayed"]  # both together is that one alone


def test_events_fall_into_rows_named_by_site_and_count_only_the_horizon(station):
    rows = {(row.kind, row.subject): row for row in timeline_rows(station)}
    assert ("no_contact", "connecting_ridge") in rows
    assert len(rows["arrival", ""].start_day) == 1  # the other lands on day 200 of 120
    assert len(rows["dark", "connecting_ridge"].start_day) == station.sizes["dark"]


def test_too_many_short_events_show_their_share(station):
    rows = {(row.kind, row.subject): row for row in timeline_rows(station)}
    first, last = span_days(station)
    far, dark = rows["no_contact", "far_side"], rows["dark", "connecting_ridge"]
    assert is_crowded(far, last - first)  # one each day
    assert not is_crowded(dark, last - first)
    assert is_crowded(replace(far, stop_day=far.start_day + 1e-3), 2500.0) is False  # 120 strokes in seven years
    assert is_crowded(replace(far, start_day=np.repeat(far.start_day, 3), stop_day=np.repeat(far.start_day, 3)), 2500.0)
    edges, share = share_in_bins(far, (first, last))
    # What the bins hold is what the events last; epochs are milliseconds.
    assert np.sum(share * np.diff(edges)) == pytest.approx(np.sum(far.stop_day - far.start_day), abs=1e-6)


def test_paths_behind_the_moon_are_hidden():
    path = np.array([[0.0, 2000.0, 100.0], [0.0, -2000.0, 100.0], [3000.0, 2000.0, 0.0]])
    page = in_front(path, VIEWS["inertial"])  # seen from -y: +y lies behind
    assert np.isnan(page[0]).all()
    np.testing.assert_array_equal(page[1:], [[0.0, 100.0], [3000.0, 0.0]])


def test_a_smoothed_path_stays_on_its_circle():
    angle = np.linspace(0.0, 4.0 * np.pi, 121)
    circle = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=-1) * 2.0 * R_MOON_KM
    fine = smooth_path(np.concatenate([circle, np.full((5, 3), np.nan)]))
    assert len(fine) > 3 * len(circle)
    # 60 points a revolution: a cubic spline errs by h^4 / 384 = 3e-7 inside, some times that at the ends.
    np.testing.assert_allclose(np.linalg.norm(fine, axis=-1), 2.0 * R_MOON_KM, rtol=1e-5)


def test_a_ground_track_runs_to_the_edge_of_the_page():
    longitude = np.radians([170.0, -170.0, -160.0])
    path = np.stack([np.cos(longitude), np.sin(longitude), np.array([0.0, 0.0, 1.0])], axis=-1)
    east, north = overhead_deg(path)
    np.testing.assert_allclose(east, [170.0, 180.0, np.nan, -180.0, -170.0, -160.0])
    np.testing.assert_allclose(north, [0.0, 0.0, np.nan, 0.0, 0.0, 45.0], atol=1e-12)


def test_fortnights_keep_the_least_and_the_most():
    day, height = np.arange(30.0), np.arange(30.0) ** 2
    middle, mean, least, most = by_fortnight(day, height)
    np.testing.assert_allclose(middle, [6.5, 20.5, 28.5])
    np.testing.assert_array_equal([least, most], [[0.0, 196.0, 784.0], [169.0, 729.0, 841.0]])
    assert mean[2] == pytest.approx(0.5 * (784.0 + 841.0))


def test_steps_that_stay_are_one_stroke():
    ax = new_figure(3.0, 2.0).add_subplot()
    draw_steps(ax, np.array([1.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0.0, 1.0], [2.0, 1.0], [2.0, 2.0], [3.0, 2.0]])
    fill_steps(ax, np.array([1.0, 2.0]), np.array([0.0, 1.0, 3.0]), np.array([0.5, 0.0]))
    corners = ax.collections[0].get_paths()[0].vertices
    assert {(0.0, 0.5), (1.0, 1.0), (1.0, 2.0), (3.0, 2.0), (3.0, 0.0)} <= set(map(tuple, corners.tolist()))


def test_a_map_of_the_pole_holds_its_places(station):
    found = view_map(station)
    south = cap_of(found, "south", [("site", -89.5, 0.0), ("far side", -45.4, 177.0), ("other half", 20.0, 0.0)])
    assert south.latitude_deg.max() == pytest.approx(-44.0)
    assert south.relayed_share.shape == (len(south.latitude_deg), len(south.longitude_deg))
    half = cap_of(found, "south", [("near the equator", -0.7, 23.0)])
    assert half.latitude_deg.max() == pytest.approx(-4.0)  # the middle of the last cell wholly in that half
    north = cap_of(found, "north", [])
    assert north.latitude_deg.min() == pytest.approx(64.0)  # middles of cells of four degrees, poleward of 60


def test_months_of_the_sun_differ_in_height(station):
    tracks = sun_tracks(station)
    means = [track.elevation_deg.mean() for track in tracks]
    assert means[0] > means[1] > means[2]
    assert tracks[0].name.startswith("Sun highest: month about 2030-")


def test_the_worst_gap_of_power_is_shown(station):
    view = next(view_grids(station))
    hours = np.arange(0.0, 100.0, 1.0 / 24.0)
    wanted = np.ones(len(hours) - 1)
    used = np.where((hours[:-1] > 20.0) & (hours[:-1] < 21.0) | (hours[:-1] > 60.0) & (hours[:-1] < 63.0), 0.0, 1.0)
    short = GridView("main", hours, wanted, wanted, wanted, used, wanted, wanted)
    first, stop = worst_span(short)
    assert first == pytest.approx(54.0, abs=0.1)
    assert stop == pytest.approx(69.0, abs=0.1)
    assert worst_span(replace(short, used_kw=wanted))[0] >= hours[0]
    assert len(view.supply_kw) == len(view.edge_d) - 1


def test_an_element_that_never_serves_is_named_and_has_no_perilune(outcome):
    orbit = outcome.orbits[0]
    empty = {name: np.full_like(orbit.day_tdb_s, np.nan) for name in ("perilune_altitude_km", "eccentricity")}
    path = {name: getattr(orbit, name)[:1] for name in ("track_icrf_km", "track_rotating_km", "track_moon_me_km")}
    never = replace(orbit, track_tdb_s=orbit.track_tdb_s[:1], **path, **empty)
    with moonport_style():
        figures = dict(
            station_figures(run_of(station_dataset(replace(outcome, orbits=(never,), sights=outcome.sights[:1]))))
        )
    assert "station_perilunes" not in figures
    assert figures["station_orbits"].legends[0].get_texts()[0].get_text().endswith("never in service")


def test_a_short_horizon_shows_its_power_once():
    short = station_dataset(made_up_station(days=40))
    with moonport_style():
        panels = [len(figure.axes) for _, figure in power_figures("Made up", short)]
    assert panels == [4, 3]  # the second cable has no element told of


def test_a_cable_on_which_nothing_flows_has_no_figure(station):
    idle = station.copy()
    for name in ("supply_kw", "load_kw", "unmet_kw"):
        idle[name] = idle[name].where(idle["grid"] != "main", 0.0)
    with moonport_style():
        assert [stem for stem, _ in power_figures("Made up", idle)] == ["station_power_observatory"]


def test_tasks_tell_what_they_wait_for(station):
    view = view_tasks(station)
    assert view.waited_h[0, view.limits.index("light")] == 1200.0
    assert view.done_share[:, -1].max() <= 1.0 + 1e-6  # four-byte numbers
    assert waited_hours("light=3.5;power=1") == {"light": 3.5, "power": 1.0}
    assert waited_hours("") == {}


def test_only_what_is_whole_reads_whole():
    assert [share_words(share) for share in (0.0, 1e-6, 0.9999, 1.0)] == ["never", "0.1 %", "99.9 %", "100.0 %"]


def test_the_horizon_ends_with_a_whole_day(station):
    first, last = span_days(station)
    assert last - first == 120.0
    assert days_of(station["time"].values[:1])[0] == first
