"""Whole figures: every file is there, the same bytes each time, and what is drawn is what the results say."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import PathPatch

from plots.calendar import BAR, closing_names, draw_delivery_calendar, year_columns
from plots.compare import draw_compare_calendar
from plots.figures import draw_compare, draw_run, porkchop_figure
from plots.landed_mass import draw_landed_mass, low_case_sentence, never_open_sentence
from plots.lane import best_window, flight_track, view_lanes
from plots.porkchop import best_year, colour_limits, constant_words, draw_porkchop, hole_legend, hole_styles
from plots.style import moonport_style
from plots.trajectory import draw_trajectory, inertial_view, near_moon_view, rotating_view
from tests.factories import written_run

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("runs") / "a", name="As reported", lanes=3, days=430)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("runs") / "b", name="With one more lane", lanes=4, days=430)


@pytest.fixture
def ax():
    with moonport_style():
        yield Figure(figsize=(8, 5)).add_subplot()


def area(patch: PathPatch) -> float:
    """Sum of the areas of a compound path's rectangles."""
    corners = patch.get_path().vertices.reshape(-1, 5, 2)
    return float(np.sum(np.abs((corners[:, 2] - corners[:, 0]).prod(axis=-1))))


@pytest.fixture(scope="module")
def drawn(run, tmp_path_factory):
    return draw_run(run, tmp_path_factory.mktemp("figures"))


def test_every_figure_is_written_as_png_and_svg(drawn):
    lanes = ["heavy_cargo", "medium_cargo", "light_cargo"]
    # what an outcome does not hold (sky, descent) has no figure: tests/unit/test_planning_figures.py
    stems = [
        "calendar",
        "landed_mass",
        "launch_windows",
        "landings",
        "constraints",
        *[f"porkchop_{lane}" for lane in lanes],
    ]
    stems += [f"trajectory_{lane}" for lane in lanes[:2]]  # the third never opens: it has no flight to draw
    assert [path.name for path in drawn] == [f"{stem}.{suffix}" for stem in stems for suffix in ("png", "svg")]
    assert all(path.stat().st_size < MEGABYTE for path in drawn)


def test_same_bytes_each_time_whatever_the_users_own_settings(run, drawn, tmp_path):
    with mpl.rc_context({"font.size": 30.0, "axes.facecolor": "red", "savefig.dpi": 20}):
        again = draw_run(run, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in drawn]


def test_compared_figures_are_the_same_bytes_each_time(run, other, tmp_path):
    first, second = (draw_compare([run, other], tmp_path / folder) for folder in ("one", "two"))
    assert [path.name for path in first[::2]] == ["compare_calendar.png", "compare_metrics.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_pictures_are_not_blank_and_svg_is_sound(drawn):
    for path in drawn:
        if path.suffix == ".png":
            pixels = imread(path)[..., :3]
            assert 0.005 < np.mean(pixels.min(axis=-1) < 0.9) < 0.9  # ink, but not a black page
        else:
            assert ElementTree.fromstring(path.read_text(encoding="utf-8")).tag.endswith("svg")


def test_calendar_gives_every_day_one_cell(run, ax):
    views = view_lanes(run)
    draw_delivery_calendar(ax, views)
    cells = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    # a cell is one day wide and BAR high, however many reasons share it; 1e-6 is rounding
    assert sum(map(area, cells)) == pytest.approx(BAR * sum(view.day.size for view in views), rel=1e-6)


def test_calendar_legend_names_what_closes_days_and_nothing_else(run, ax):
    views = view_lanes(run)
    draw_delivery_calendar(ax, views)
    entries = [text.get_text() for text in ax.figure.legends[0].get_texts()]
    assert len(entries) == 1 + len(closing_names(views))
    assert "closed: Moon's declination out of reach" in entries


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (10, 31, ["16", "17", "18", "21"]),  # a month: every day
        (40, 60, ["1", "8", "15", "22"]),  # two months
    ],
)
def test_a_short_calendar_numbers_its_days_and_shows_no_other(run, ax, first, count, expected):
    view, span = view_lanes(run)[0], slice(first, first + count)
    days = cut(view, span)
    draw_delivery_calendar(ax, [days])
    assert ax.get_xlim() == (year_columns(days.day)[1][0], year_columns(days.day)[1][-1] + 1)
    ticks = zip(ax.get_xticks(minor=True), ax.get_xticklabels(minor=True), strict=True)
    at = {float(place): label.get_text().split("\n")[0] for place, label in ticks}
    assert set(expected) <= set(at.values())
    columns = dict(zip(year_columns(days.day)[1].tolist(), days.day.tolist(), strict=True))
    assert all(columns[int(place)].day == int(number) for place, number in at.items())


def cut(view, span):
    return replace(
        view,
        day=view.day[span],
        is_open=view.is_open[span],
        closed_by=view.closed_by[span],
        nearly_open=view.nearly_open[span],
        landed_payload_kg=view.landed_payload_kg[span],
        windows=(),
    )


def test_calendar_says_assumed(run, ax):
    draw_delivery_calendar(ax, view_lanes(run)[:1])
    assert any(text.get_text().endswith("†") for text in ax.texts)


def test_porkchop_shows_every_transfer_and_its_holes_their_reasons(run, ax):
    view = view_lanes(run)[0]
    mesh = draw_porkchop(ax, view, "total_dv")
    assert np.array_equal(np.ma.getmaskarray(mesh.get_array()), (view.reason != 0).T)
    holes = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    step_d = view.time_of_flight_d[1] - view.time_of_flight_d[0]
    assert sum(map(area, holes)) == pytest.approx(step_d * np.count_nonzero(view.reason), rel=1e-6)
    assert len(holes) == len(hole_styles(view))


@pytest.mark.parametrize("lost_kg", [0.0, 1300.0])
def test_payload_is_shown_on_open_days_where_something_lands(run, ax, lost_kg):
    view = view_lanes(run)[0]
    weak = replace(view, porkchop_payload_kg=view.porkchop_payload_kg - lost_kg)
    mesh = draw_porkchop(ax, weak, "landed_payload")
    lands = (weak.reason == 0) & (weak.porkchop_payload_kg > 0.0) & weak.is_open[:, None]
    assert np.array_equal(~np.ma.getmaskarray(mesh.get_array()), lands.T)
    labels = [handle.get_label() for handle in hole_legend(weak, slice(None))]
    assert ("no cargo lands" in labels) == (lost_kg > 0.0)
    assert "day closed: Sun at landing" in labels


def test_lane_that_never_opens_shows_no_payload(run, ax):
    closed = view_lanes(run)[2]
    assert np.ma.getmaskarray(draw_porkchop(ax, closed, "landed_payload").get_array()).all()


def test_porkchop_units(run):
    view = view_lanes(run)[0]
    low, high = colour_limits(view.total_dv_m_s)
    assert 3800.0 < low < high < 4300.0  # m/s: injection about 3130, insertion about 840


def test_colour_limits_of_nothing():
    assert colour_limits(np.full((2, 2), np.nan)) == (0.0, 1.0)
    assert colour_limits(np.full((2, 2), 5.0)) == (4.5, 5.5)


def test_one_payload_is_written_in_place_of_a_colour_bar(run):
    assert constant_words(np.array([500.0, np.nan, 500.0]), "kg") == "500 kg"
    assert constant_words(np.array([500.0, 501.0]), "kg") == constant_words(np.array([np.nan]), "kg") == ""
    view = view_lanes(run)[0]
    same = replace(
        view,
        porkchop_payload_kg=np.where(view.porkchop_payload_kg > 0.0, 500.0, np.nan),
        landed_payload_kg=np.where(view.is_open, 500.0, np.nan),
    )
    assert any(title.endswith(": 500 kg on every open day") for title in porkchop_titles(run, same))
    differs = replace(same, landed_payload_kg=np.where(view.is_open, np.arange(view.day.size) + 1.0, np.nan))
    assert any(title.endswith(": 500 kg for every flight shown") for title in porkchop_titles(run, differs))
    bars = [panel for panel in porkchop_figure(run, same).axes if panel.get_ylabel() == "kg"]
    assert [panel.get_visible() for panel in bars] == [False]


def porkchop_titles(run, view):
    with moonport_style():
        return [panel.get_title(loc="left") for panel in porkchop_figure(run, view).axes]


def test_a_lane_that_never_opens_has_no_panel_of_payload(run):
    closed = view_lanes(run)[2]
    titles = " ".join(porkchop_titles(run, closed))
    assert "delta-v" in titles
    assert "payload" not in titles
    assert not any("day closed" in handle.get_label() for handle in hole_legend(closed, slice(None)))


def test_a_closed_day_has_one_reason_at_every_time_of_flight(run, ax):
    view = view_lanes(run)[0]
    second = replace(view, closed_by=[f"{names};sun_at_landing" if names else "" for names in view.closed_by])
    draw_porkchop(ax, second, "landed_payload")
    low, high = ax.get_ylim()
    corners = [patch.get_path().vertices.reshape(-1, 5, 2) for patch in ax.patches if isinstance(patch, PathPatch)]
    whole = [np.ptp(boxes[..., 1], axis=1) == high - low for boxes in corners]
    width = [np.abs(boxes[:, 2, 0] - boxes[:, 0, 0]) for boxes in corners]
    covered = sum(float(wide[tall].sum()) for wide, tall in zip(width, whole, strict=True))
    assert covered >= np.count_nonzero(~view.is_open)


def test_best_year_lies_in_one_year(run):
    view = view_lanes(run)[0]
    day = view.day[best_year(view)]
    assert np.unique(day.astype("datetime64[Y]")).size == 1


def test_closed_lane_gets_a_sentence(run, ax):
    closed = view_lanes(run)[2]
    draw_landed_mass(ax, closed)
    assert "launcher mass on 100 %" in never_open_sentence(closed)
    assert ax.texts[0].get_text() == never_open_sentence(closed)


def test_low_figures_that_land_nothing_are_said(run):
    view = view_lanes(run)[0]
    assert low_case_sentence(view) == ""
    none = [replace(window, landed_payload_low_kg=0.0) for window in view.windows]
    assert "in any window" in low_case_sentence(replace(view, windows=tuple(none)))
    some = (*none[:2], *view.windows[2:])
    assert f"in 2 of {len(some)} windows" in low_case_sentence(replace(view, windows=some))


def test_landed_mass_in_tonnes_from_zero(run, ax):
    view = view_lanes(run)[0]
    draw_landed_mass(ax, view)
    bottom, top = ax.get_ylim()
    assert bottom == 0.0
    assert max(window.landed_payload_high_kg for window in view.windows) / 1000.0 < top < 4.0


def test_compare_draws_open_days_and_names_missing_lanes(run, other, ax):
    draw_compare_calendar(ax, [run, other])
    said = [text.get_text() for text in ax.texts]
    assert said.count("no such lane") == 1  # the fourth lane, in the first run
    assert f"{int(view_lanes(run)[0].is_open.sum())} d" in said


def track_of(run):
    view = view_lanes(run)[0]
    return flight_track(run, view.lane, best_window(view).window)


def test_moon_stands_still_in_turning_axes(run):
    track = track_of(run)
    view = rotating_view(track)
    assert view.moon.tolist() == [[1.0, 0.0]]
    # perilune of the made-up flight lies 1837.4 km short of the Moon's centre on the line to the Earth
    assert view.path[-1] == pytest.approx([1.0 - 1837.4 / 384400.0, 0.0], abs=1e-9)


def test_fixed_axes_point_to_the_moon_at_arrival(run):
    view = inertial_view(track_of(run))
    assert view.moon[-1] == pytest.approx([384.4, 0.0], abs=1e-9)  # 1000 km
    assert view.moon[0][1] < 0.0  # the Moon comes from behind


def test_perilune_lies_on_the_axis_near_the_moon(run):
    view = near_moon_view(track_of(run))
    assert view.path[-1] == pytest.approx([1.8374, 0.0], abs=1e-9)


@pytest.mark.parametrize("frame", ["inertial", "rotating", "near_moon"])
def test_burns_are_marked_with_their_size(run, ax, frame):
    track = track_of(run)
    draw_trajectory(ax, track, frame)
    said = " ".join(text.get_text() for text in ax.texts)
    assert f"LOI {track.burns[-1].dv_km_s * 1000.0:.0f} m/s" in said
    assert ("TLI" in said) == (frame != "near_moon")


def test_lane_without_windows_has_no_best_flight(run):
    closed = view_lanes(run)[2]
    assert best_window(closed) is None
    assert flight_track(run, closed.lane, 0) is None


def test_any_name_draws(tmp_path):
    name = "a$b$ {c} 月球站 <&> " + "very long " * 20
    odd = written_run(tmp_path / "run", name=name, lanes=1, days=40)
    assert len(draw_run(odd, tmp_path / "figures")) == len(draw_compare([odd, odd], tmp_path / "compared")) + 10


@pytest.mark.parametrize("days", [1, 5, 75])
def test_short_horizons_draw(days, tmp_path):
    short = written_run(tmp_path / "run", lanes=1, days=days, start="2029-03-10")
    assert all(Path(path).stat().st_size > 1000 for path in draw_run(short, tmp_path / "figures"))
