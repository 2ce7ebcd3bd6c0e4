"""Figures against stored pictures, without their words: type differs between builds, shapes and colours must not.

Draw the stored pictures again, after looking at them, with ``python -m tests.images.test_images``.
"""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.testing.decorators import remove_ticks_and_titles
from matplotlib.text import Text

from plots.calendar import HEADER_ROWS, draw_delivery_calendar, year_columns
from plots.compare import draw_compare_calendar
from plots.constraint_stack import draw_constraint_stack
from plots.coverage_map import draw_global_coverage
from plots.descent import draw_descents
from plots.landed_mass import draw_landed_mass
from plots.landing_days import days_around_best, draw_landing_days
from plots.lane import best_window, flight_track, view_lanes
from plots.launch_windows import azimuth_limits, best_month, draw_launch_windows
from plots.light_calendar import draw_light_calendar
from plots.orbits import draw_orbits
from plots.planning import view_chances, view_launches, view_profile, view_sky
from plots.porkchop import draw_porkchop
from plots.reasons import reason_styles
from plots.sky import draw_sky
from plots.station_timeline import days_of, draw_station_timeline, timeline_rows
from plots.station_views import dark_spans, sites_of, view_map
from plots.style import MAP, lightness, moonport_style
from plots.trajectory import draw_trajectory
from sim.results.station_dataset import station_dataset
from tests.factories import written_run
from tests.station_outcomes import made_up_station

BASELINE = Path(__file__).parent / "baseline"
SIZE_IN = (6.0, 3.0)
DPI = 60

# RMS of 8-bit colour differences. Measured: landed mass drawn 1 % too high 2.9, a lost hatch 7.6, a reason in another
# colour 9.2, windows one day late 20. Builds of Agg differ by a level or two on edges, below 1 over a whole picture.
TOLERANCE = 2.0


def draw_calendar(ax, run):
    draw_delivery_calendar(ax, view_lanes(run))


def draw_porkchop_of_delta_v(ax, run):
    draw_porkchop(ax, view_lanes(run)[0], "total_dv", slice(0, 90))


def draw_porkchop_of_payload(ax, run):
    draw_porkchop(ax, view_lanes(run)[1], "landed_payload", hatched=False)


def draw_landed(ax, run):
    draw_landed_mass(ax, view_lanes(run)[0])


def draw_compared(ax, run):
    draw_compare_calendar(ax, [run, run])


def draw_flight(frame):
    def draw(ax, run):
        view = view_lanes(run)[0]
        draw_trajectory(ax, flight_track(run, view.lane, best_window(view).window), frame)

    return draw


def draw_launches(ax, run):
    view, launches = view_lanes(run)[0], view_launches(run.lanes[0])
    span = best_month(view)
    draw_launch_windows(ax, view, launches, span, azimuth_limits(launches, span), reason_styles(view.constraints))


def draw_landings(ax, run):
    view, lane = view_lanes(run)[0], run.lanes[0]
    draw_landing_days(ax, view, view_launches(lane), view_chances(lane), days_around_best(view))


def draw_sky_with_chances(ax, run):
    sky = view_sky(run.lanes[0], None)
    draw_sky(ax, sky, next(each for each in view_chances(run.lanes[0]) if each.window == sky.window))


def draw_thrusts(ax, run):
    draw_descents(ax, {lane.lane: view_profile(lane, None) for lane in run.lanes[:2]}, "thrust")


def draw_stack(ax, run):
    view = view_lanes(run)[1]
    draw_constraint_stack(ax, view, slice(0, 365), reason_styles(view.constraints))


PLANNED = {
    "launch_windows": draw_launches,
    "landings": draw_landings,
    "sky": draw_sky_with_chances,
    "descent_thrust": draw_thrusts,
    "constraints": draw_stack,
    "calendar_nearly_open": draw_calendar,
}
"""Pictures of a run that holds what explains, lists and tests its windows."""


def draw_timeline(ax, station):
    draw_station_timeline(ax, station, timeline_rows(station))


def draw_turning_orbits(ax, station):
    draw_orbits(ax, station, "rotating")


def draw_coverage(ax, station):
    found = view_map(station)
    draw_global_coverage(ax, found.latitude_deg, found.longitude_deg, found.relayed_share, sites_of(station))


def draw_light(ax, station):
    start_d, length_d = dark_spans(station)
    gaps = np.stack([start_d, start_d + length_d], axis=-1)
    draw_light_calendar(ax, days_of(station["time"].values), station["sun_fraction"].values, gaps, 3.0)


STATION = {
    "station_timeline": draw_timeline,
    "station_orbits": draw_turning_orbits,
    "station_coverage": draw_coverage,
    "station_light_calendar": draw_light,
}
"""Pictures of a made-up station."""

PICTURES = {
    "calendar": draw_calendar,
    "porkchop_total_dv": draw_porkchop_of_delta_v,
    "porkchop_landed_payload": draw_porkchop_of_payload,
    "landed_mass": draw_landed,
    "compare_calendar": draw_compared,
    "trajectory_inertial": draw_flight("inertial"),
    "trajectory_rotating": draw_flight("rotating"),
    "trajectory_near_moon": draw_flight("near_moon"),
}


def draw_without_words(name, run, path):
    with moonport_style():
        figure = Figure(figsize=SIZE_IN, dpi=DPI)
        ax = figure.add_axes((0.02, 0.02, 0.96, 0.96))
        (PICTURES | PLANNED | STATION)[name](ax, run)
        remove_ticks_and_titles(figure)
        figure.legends.clear()
        for words in figure.findobj(Text):
            words.set_visible(False)
        FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return small_run(tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    return small_run(tmp_path_factory.mktemp("runs") / "planned", planned=True)


@pytest.fixture(scope="module")
def station():
    return station_dataset(made_up_station())


def small_run(folder, planned=False):
    return written_run(folder, name="Small", lanes=3, days=500, planned=planned)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_as_stored(name, run, tmp_path):
    drawn = draw_without_words(name, run, tmp_path / f"{name}.png")
    assert compare_images(str(BASELINE / f"{name}.png"), str(drawn), tol=TOLERANCE) is None


@pytest.mark.parametrize("name", PLANNED)
def test_picture_of_a_planned_run_is_as_stored(name, planned, tmp_path):
    drawn = draw_without_words(name, planned, tmp_path / f"{name}.png")
    assert compare_images(str(BASELINE / f"{name}.png"), str(drawn), tol=TOLERANCE) is None


@pytest.mark.parametrize("name", STATION)
def test_picture_of_a_station_is_as_stored(name, station, tmp_path):
    drawn = draw_without_words(name, station, tmp_path / f"{name}.png")
    assert compare_images(str(BASELINE / f"{name}.png"), str(drawn), tol=TOLERANCE) is None


def test_every_open_day_is_darker_than_any_closed_day_in_a_grey_copy(run):
    view = view_lanes(run)[0]
    with moonport_style():
        figure = Figure(figsize=(20.0, 1.5), dpi=100)
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        draw_delivery_calendar(ax, [view])
        figure.legends.clear()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    grey = lightness_of(np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255.0)
    year, column = year_columns(view.day)
    centres = ax.transData.transform(np.stack([column + 0.5, HEADER_ROWS + (year - year[0]) + 0.5], axis=-1))
    days = np.array([np.median(grey[int(y) - 8 : int(y) + 9, int(x) - 1 : int(x) + 2]) for x, y in centres])
    # 10 of L* is four just noticeable differences (about 2.3 each, Mahy, Van Eycken & Oosterlinck 1994)
    assert days[view.is_open].max() + 10.0 < days[~view.is_open].min()


def lightness_of(rgb):
    """CIE L* of sRGB values in 0..1, as `plots.style.lightness` but for arrays."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 116.0 * np.cbrt(linear @ np.array([0.2126, 0.7152, 0.0722])) - 16.0


def test_colour_map_grows_steadily_in_grey():
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    steps = np.diff([lightness(to_hex(colour)) for colour in colormaps[MAP](np.linspace(0.0, 1.0, 32))])
    assert steps.min() > 0.0


if __name__ == "__main__":
    import tempfile

    BASELINE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for pictures, is_planned in ((PICTURES, False), (PLANNED, True)):
            made = small_run(Path(folder) / f"planned_{is_planned}", is_planned)
            for each in pictures:
                draw_without_words(each, made, BASELINE / f"{each}.png")
    for each in STATION:
        draw_without_words(each, station_dataset(made_up_station()), BASELINE / f"{each}.png")
