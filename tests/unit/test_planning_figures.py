"""Figures of launch windows, landings, sky, descent and constraints: what is drawn is what the results say."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from plots.calendar import NEARLY_OPEN_NOTE, draw_delivery_calendar
from plots.constraint_stack import (
    ALL,
    LINE_LENGTH,
    STRIP,
    closing_constraints,
    draw_constraint_stack,
    named_days,
    never_lines,
)
from plots.descent import PANELS, draw_descents, phase_words
from plots.figures import draw_run
from plots.landing_days import ROOM_DAYS, SHOWN_DAYS, days_around_best, draw_landing_days
from plots.lane import view_lanes
from plots.launch_windows import (
    BAR,
    PIECES,
    azimuth_limits,
    best_month,
    draw_launch_windows,
    hour_label,
    hour_limits,
    window_bars,
)
from plots.planning import (
    best_window_number,
    view_chances,
    view_launches,
    view_profile,
    view_sky,
)
from plots.planning_figures import planning_figures
from plots.reasons import reason_styles
from plots.sky import draw_sky, whole_circle, without_jumps
from plots.style import moonport_style, save_figure
from sim.results.horizon_words import horizon_words
from sim.results.run import load_run
from tests.factories import outcomes, written_run
from tests.planning import with_planning

MEGABYTE = 1_000_000
STEMS = ["launch_windows", "landings", "sky", "descent", "constraints"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("runs") / "a", name="As reported", lanes=3, days=200, planned=True)


@pytest.fixture(scope="module")
def outcome():
    return with_planning(outcomes(3, 200)[0])


@pytest.fixture
def ax():
    with moonport_style():
        yield Figure(figsize=(8, 5)).add_subplot()


@pytest.fixture(scope="module")
def drawn(run, tmp_path_factory):
    return draw_run(run, tmp_path_factory.mktemp("figures"))


def area(patch: PathPatch) -> float:
    corners = patch.get_path().vertices.reshape(-1, 5, 2)
    return float(np.sum(np.abs((corners[:, 2] - corners[:, 0]).prod(axis=-1))))


def test_every_figure_is_written_and_small(drawn):
    names = {path.name for path in drawn}
    assert {f"{stem}.{suffix}" for stem in STEMS for suffix in ("png", "svg")} <= names
    assert all(path.stat().st_size < MEGABYTE for path in drawn)


def test_the_folder_alone_draws_the_same(run, drawn, tmp_path):
    again = draw_run(load_run(run.path), tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in drawn]


def test_what_has_nothing_to_show_is_not_drawn(tmp_path):
    plain = written_run(tmp_path / "plain", lanes=1, days=200)
    assert [stem for stem, _ in planning_figures(plain, view_lanes(plain))] == [
        "launch_windows",
        "landings",
        "constraints",
    ]


def test_a_run_that_never_opens_draws_its_constraints_alone(run):
    closed = replace(run, lanes=run.lanes[2:])
    assert [stem for stem, _ in planning_figures(closed, view_lanes(closed))] == ["constraints"]


def test_the_best_month_has_the_most_open_days(run):
    view = view_lanes(run)[0]
    span = best_month(view)
    months = view.day.astype("datetime64[M]")
    most = max(np.count_nonzero(view.is_open[months == month]) for month in np.unique(months))
    assert np.unique(months[span]).size == 1
    assert np.count_nonzero(view.is_open[span]) == most


def test_bars_reach_from_opening_to_closing(run):
    view, launches = view_lanes(run)[0], view_launches(run.lanes[0])
    span = best_month(view)
    corners, azimuth = window_bars(launches, span)
    bars = corners.reshape(-1, PIECES, 4, 2)
    shown = np.flatnonzero(view.is_open[span])
    assert bars[:, 0, 0, 0] == pytest.approx(shown + (1.0 - BAR) / 2.0)
    # made-up windows: half an hour before the best lift-off to forty minutes after; a millisecond is 3e-7 h
    assert bars[:, 0, 0, 1] == pytest.approx(launches.best_h[span][shown] - 0.5, abs=1e-6)
    assert bars[:, -1, 2, 1] == pytest.approx(launches.best_h[span][shown] + 40.0 / 60.0, abs=1e-6)
    assert np.diff(azimuth.reshape(-1, PIECES)).min() > 0.0


def test_hours_count_from_midnight_of_the_launch_day(run, outcome):
    launches = view_launches(run.lanes[0])
    expected = (outcome.launches["best_liftoff_tdb_s"] - outcome.day_tdb_s) / 3600.0
    # the tables keep UTC to the millisecond: 3e-7 h
    np.testing.assert_allclose(launches.best_h, expected, atol=1e-6)


def test_azimuths_through_north_do_not_turn_round(run):
    launches = view_launches(run.lanes[0])
    north = replace(
        launches,
        open_azimuth_deg=np.where(np.isfinite(launches.open_h), 355.0, np.nan),
        close_azimuth_deg=np.where(np.isfinite(launches.open_h), 5.0, np.nan),
        best_azimuth_deg=np.where(np.isfinite(launches.open_h), 358.0, np.nan),
    )
    _, azimuth = window_bars(north, slice(0, 200))
    assert azimuth.min() > 355.0
    assert azimuth.max() < 365.0
    assert azimuth_limits(north, slice(0, 200)) == (355.0, 365.0)


def test_hours_hold_every_window_and_no_other_day_without_need(run):
    view, launches = view_lanes(run)[0], view_launches(run.lanes[0])
    low, high = hour_limits(launches, best_month(view))
    span = best_month(view)
    assert 0.0 <= low <= np.nanmin(launches.open_h[span])
    assert np.nanmax(launches.close_h[span]) <= high <= 24.0


def test_hour_limits_of_a_day_without_a_window():
    nothing = np.full(3, np.nan)
    launches = view_of_hours(nothing, nothing)
    assert hour_limits(launches, slice(0, 3)) == (0.0, 24.0)


def test_a_window_across_midnight_is_shown_whole():
    launches = view_of_hours(np.array([23.0]), np.array([25.5]))
    low, high = hour_limits(launches, slice(0, 1))
    assert (low, high) == (21.0, 27.0)
    assert [hour_label(hour) for hour in (0.0, 6.0, 24.0, 25.0, -1.0)] == [
        "00:00",
        "06:00",
        "24:00",
        "01:00 +1 d",
        "23:00 -1 d",
    ]


def view_of_hours(open_h, close_h):
    from plots.planning import LaunchView

    same = np.where(np.isfinite(open_h), 90.0, np.nan)
    return LaunchView(open_h, close_h, open_h, same, same, same, open_h, open_h)


def test_closed_days_of_the_month_say_why(run, ax):
    view, launches = view_lanes(run)[0], view_launches(run.lanes[0])
    span = best_month(view)
    draw_launch_windows(ax, view, launches, span, azimuth_limits(launches, span), reason_styles(view.constraints))
    cells = sum(area(patch) for patch in ax.patches if isinstance(patch, PathPatch))
    height = np.diff(hour_limits(launches, span))[0] * 0.1 * 0.85
    # a closed day is one day wide and the row high, however many reasons share it; 1e-6 is rounding
    assert cells == pytest.approx(height * np.count_nonzero(~view.is_open[span]), rel=1e-6)


def test_landing_days_show_every_open_day_and_the_chances_that_can_be_taken(run, outcome, ax):
    view = view_lanes(run)[0]
    span = days_around_best(view)
    assert span.stop - span.start <= SHOWN_DAYS
    assert view.is_open[span.start : span.start + ROOM_DAYS + 1].any()  # no more closed days at the edge than the room
    draw_landing_days(ax, view, view_launches(run.lanes[0]), view_chances(run.lanes[0]), span)
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["landing"].get_xdata().size == np.count_nonzero(view.is_open[span])
    shown = [w.index for w in outcome.windows if span.start <= w.best_day < span.stop]
    open_chances = sum(each.closed_by.count("") for each in outcome.landings if each.window in shown)
    assert lines["landing chance of a window's best flight"].get_xdata().size == open_chances
    bottom, top = ax.get_ylim()
    assert all(bottom < line.get_ydata().min() and line.get_ydata().max() < top for line in lines.values())


def test_landings_lie_a_loiter_after_arrival(run, outcome):
    launches = view_launches(run.lanes[0])
    loiter_d = (outcome.launches["landing_tdb_s"] - outcome.launches["arrival_tdb_s"]) / 86400.0
    np.testing.assert_allclose(launches.landing_d - launches.arrival_d, loiter_d, atol=1e-7)  # two roundings of 0.5 ms
    best = run.lanes[0].windows[0]
    day = (best.best_day - run.lanes[0].data["day"].values[0].astype("datetime64[D]")).astype(int)
    assert launches.landing_d[day] == pytest.approx(date2num(best.best_landing_utc), abs=1e-7)


def test_the_sky_marks_each_chance_once_and_the_landing_flown(run, outcome, ax):
    view, lane = view_lanes(run)[0], run.lanes[0]
    sky = view_sky(lane, best_window_number(view))
    chances = next(each for each in view_chances(lane) if each.window == sky.window)
    draw_sky(ax, sky, chances)
    lines = {line.get_label(): line for line in ax.lines}
    listed = next(each for each in outcome.landings if each.window == sky.window)
    count = listed.closed_by.count("")
    assert lines["landing chance that can be taken"].get_xdata().size == count
    assert lines["landing chance, closed"].get_xdata().size == len(listed.closed_by) - count
    flown = lines["landing flown"].get_xydata()[0]
    taken = listed.taken
    assert flown == pytest.approx(np.degrees([listed.sun_azimuth_rad[taken], listed.sun_elevation_rad[taken]]))


def test_the_suns_chances_lie_on_its_track(run):
    lane = run.lanes[0]
    sky = view_sky(lane, None)
    chances = next(each for each in view_chances(lane) if each.window == sky.window)
    here = np.interp(chances.landing_d, sky.time_d, sky.sun_elevation_deg)
    inside = (chances.landing_d > sky.time_d[0]) & (chances.landing_d < sky.time_d[-1])
    # chords of a track of 1.2 deg sampled every 0.08 d: (0.08 * 2 pi / 29.5)^2 / 8 * 1.2 < 1e-4 deg
    np.testing.assert_allclose(chances.sun_elevation_deg[inside], here[inside], atol=1e-4)


def test_what_lies_outside_the_panel_is_neither_drawn_nor_named(run, ax):
    sky = view_sky(run.lanes[0], None)
    count = sky.time_d.size
    sinking = replace(sky, sun_elevation_deg=np.linspace(20.0, -60.0, count), earth_elevation_deg=np.full(count, -30.0))
    draw_sky(ax, sinking, None)
    low, high = ax.get_ylim()
    assert -30.0 < low
    assert ax.texts
    assert all(low <= text.xy[1] <= high for text in ax.texts)
    named = [label for label in ax.get_legend_handles_labels()[1]]
    assert named == ["Sun"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "level horizon"),
        ("connecting-ridge_10m_1deg.csv: horizon elevation mask, deg; azimuth", "horizon: connecting ridge, 10 m mast"),
        ("masks/my_own-ridge.csv: by hand: 2024", "horizon: my own ridge"),
        (
            "calibrated, not terrain-derived: connecting-ridge_2m_1deg.csv lowered by 0.31 deg so that",
            "horizon: calibrated, not terrain-derived (connecting ridge, 2 m mast)",
        ),
    ],
)
def test_a_horizon_is_named_without_the_header_of_its_file(source, said):
    assert horizon_words(source) == said


def test_a_climbing_sun_has_its_dates_at_the_side(run, ax):
    sky = view_sky(run.lanes[0], None)
    climbing = replace(
        sky,
        sun_azimuth_deg=np.full(sky.time_d.size, 89.0),
        sun_elevation_deg=np.linspace(-5.0, 60.0, sky.time_d.size),
    )
    draw_sky(ax, climbing, None)
    assert {text.get_ha() for text in ax.texts} == {"left"}
    ax.clear()
    draw_sky(ax, sky, None)
    assert {text.get_ha() for text in ax.texts} == {"center"}


def test_a_horizon_is_carried_on_to_north():
    azimuth, elevation = whole_circle(np.array([0.0, 120.0, 359.0]), np.array([1.0, 2.0, 3.0]))
    assert (azimuth.tolist(), elevation.tolist()) == ([0.0, 120.0, 359.0, 360.0], [1.0, 2.0, 3.0, 1.0])
    assert whole_circle(azimuth, elevation)[0] is azimuth


def test_few_landings_are_written_out(run, ax):
    lane = run.lanes[0]
    view = view_lanes(run)[0]
    few = np.flatnonzero(view.is_open)[:2]
    is_open = np.isin(np.arange(view.day.size), few)
    draw_landing_days(ax, replace(view, is_open=is_open), view_launches(lane), [], slice(0, view.day.size))
    landing = lane.data["landing_utc"].values[few[0]].astype("datetime64[m]").item()
    assert ax.texts[0].get_text().startswith(f"{landing:%d %b %H:%M} after ")


def test_constraints_that_never_close_are_named_in_lines_that_fit(run):
    view = view_lanes(run)[0]
    many = replace(
        view,
        constraints=[*view.constraints, *(f"rule number {k} of many" for k in range(20))],
    )
    lines = never_lines(many, slice(0, view.day.size))
    assert len(lines) > 2
    assert max(map(len, lines)) <= LINE_LENGTH
    assert "rule number 19 of many" in " ".join(lines)
    assert never_lines(replace(view, closed_by=[";".join(view.constraints)] * view.day.size), slice(0, 5)) == []


def test_tracks_break_at_north():
    azimuth, elevation = without_jumps(np.array([358.0, 359.0, 1.0, 2.0]), np.arange(4.0))
    np.testing.assert_array_equal(azimuth, [358.0, 359.0, np.nan, 1.0, 2.0])
    np.testing.assert_array_equal(elevation, [0.0, 1.0, np.nan, 2.0, 3.0])


def test_a_sky_without_a_list_of_chances_draws(run, ax):
    draw_sky(ax, view_sky(run.lanes[0], None), None)
    assert {"Sun", "Earth"} <= {line.get_label() for line in ax.lines}


@pytest.mark.parametrize("panel", PANELS)
def test_a_descent_is_drawn_in_the_units_of_its_axis(run, outcome, ax, panel):
    profile = view_profile(run.lanes[0], None)
    draw_descents(ax, {"heavy_cargo": profile}, panel)
    found = outcome.descents[0]
    expected = {
        "km": found.altitude_km,
        "m/s": found.speed_km_s * 1000.0 if panel == "speed" else found.vertical_speed_km_s * 1000.0,
        "thrust above the horizontal, °": np.degrees(found.pitch_rad),
        "kN": found.thrust_n / 1000.0,
        "t": found.mass_kg / 1000.0,
    }[ax.get_ylabel()]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), expected, rtol=1e-12)


def test_phases_are_named_with_their_ends(run):
    profile = view_profile(run.lanes[0], None)
    assert [name for name, _ in profile.phases] == ["braking", "approach", "hover"]
    assert profile.phases[-1][1] == profile.time_s[-1]
    start_km = f"{profile.altitude_km[0]:.0f} km"
    assert phase_words("heavy", profile).endswith(f"; 2000 m/s from {start_km}")
    assert phase_words("heavy", profile, 2000.4).endswith(f"; 2000 m/s from {start_km}")  # a direct descent
    assert phase_words("heavy", profile, 2019.6).endswith(
        f"2000 m/s from {start_km}, without deorbit; 2020 m/s with it"
    )


def test_the_stack_shows_closing_constraints_and_all_of_them(run, ax):
    view = view_lanes(run)[0]
    span = slice(0, view.day.size)
    names = closing_constraints(view, span)
    draw_constraint_stack(ax, view, span, reason_styles(view.constraints))
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [*(name.replace("_", " ") for name in names), ALL]
    cells = sum(area(patch) for patch in ax.patches if isinstance(patch, PathPatch))
    # each strip covers every day; the last one the open days, and those kept by different flights: here none
    assert cells == pytest.approx(STRIP * (len(names) * view.day.size + np.count_nonzero(view.is_open)), rel=1e-6)
    assert [text.get_text() for text in ax.texts][-1] == f"{np.count_nonzero(view.is_open)} d"


def test_a_strip_is_broken_on_the_days_that_name_its_constraint(run, ax):
    view = view_lanes(run)[0]
    first = view.constraints[0]
    closed_by = ["" if is_open else f"{first};no_such_rule" for is_open in view.is_open]
    # every flight keeps every constraint, none keeps all: the days are closed all the same, and named
    apart = replace(view, closed_by=closed_by, constraint_open=np.ones_like(view.constraint_open))
    span = slice(0, view.day.size)
    assert closing_constraints(apart, span) == [first, "no_such_rule"]
    assert np.array_equal(named_days(apart, span, first), ~view.is_open)
    draw_constraint_stack(ax, apart, span, reason_styles([first, "no_such_rule"]))
    said = [text.get_text() for text in ax.texts]
    assert said == [f"{np.count_nonzero(view.is_open)} d"] * 3
    assert first.replace("_", " ") not in " ".join(never_lines(apart, span))


def test_days_kept_by_different_flights_are_told_apart(run, ax):
    view = view_lanes(run)[0]
    lost = np.flatnonzero(view.is_open)[:5]
    fewer = view.is_open.copy()
    fewer[lost] = False
    span = slice(0, view.day.size)
    draw_constraint_stack(ax, replace(view, is_open=fewer), span, reason_styles(view.constraints))
    apart = ax.patches[-2]  # drawn before the open days
    assert area(apart) == pytest.approx(STRIP * 5)


def test_the_calendar_marks_days_that_are_nearly_open(run, ax):
    view = view_lanes(run)[0]
    draw_delivery_calendar(ax, [view])
    assert view.nearly_open.any()
    assert not (view.nearly_open & view.is_open).any()
    assert np.count_nonzero(view.nearly_open) in [line.get_xdata().size for line in ax.lines]
    assert NEARLY_OPEN_NOTE in ax.figure.legends[0].get_title().get_text()


def test_small_relaxations_only_are_marked(run, outcome):
    small = [r is not None and r.amount in {0.3, 60.0, 8.0} for r in outcome.relaxations]
    assert view_lanes(run)[0].nearly_open.tolist() == small


def test_a_long_source_of_the_horizon_does_not_push_the_panels_off_the_page(run, tmp_path):
    lane = run.lanes[0]
    named = replace(lane, data=lane.data.assign(horizon_source=("sky_of_window", ["a very long name " * 20])))
    odd = replace(run, lanes=(named, *run.lanes[1:]))
    figure = dict(planning_figures(odd, view_lanes(odd)))["sky"]
    with moonport_style():
        save_figure(figure, tmp_path, "sky", ("png",))  # a page that cannot be laid out warns: an error here
    assert figure.axes[0].get_position().width > 0.8  # of the page


@pytest.mark.parametrize("days", [1, 5, 75])
def test_short_horizons_draw(days, tmp_path):
    short = written_run(tmp_path / "run", lanes=1, days=days, start="2029-03-10", planned=True)
    assert all(path.stat().st_size > 1000 for path in draw_run(short, tmp_path / "figures"))
