"""Figures of power, tasks and sizes: what they show of given data."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from plots.power_timeline import (
    STATE_LOOKS,
    GridView,
    StateView,
    between,
    draw_power_timeline,
    draw_states,
    state_legend,
    states_between,
)
from plots.sizing import SizingView, draw_trade_curve
from plots.style import BURN_COLOUR, lightness
from plots.tasks import LIMIT_LOOKS, TaskView, draw_task_limits, draw_task_progress, limit_legend
from sim.station.power_types import State
from sim.station.tasks import LIMITS

FIRST_D = 21915.0
"""2030-01-01."""


def grid_view(days, missing=True):
    steps = days * 24
    edge = FIRST_D + np.arange(steps + 1) / 24.0
    light = (np.arange(steps) // 168 % 2 == 0).astype(float)
    wanted = 1.0 + 3.0 * light
    used = np.where(np.arange(steps) % 500 < 3, 0.5, wanted) if missing else wanted
    stored = 50.0 + 30.0 * np.cos(np.arange(steps) / 50.0)
    return GridView("main", edge, light, 10.0 * light, wanted, used, stored, np.full(steps, 80.0))


def state_view(days):
    steps = days * 24
    state = np.full((2, steps), int(State.ACTIVE), dtype=np.int8)
    state[0, 100:130] = State.UNPOWERED
    state[1, :48] = State.ABSENT
    return StateView(("hut", "late_rover"), FIRST_D + np.arange(steps + 1) / 24.0, state)


def labels(ax):
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def rectangle_count(patch):
    return len(patch.get_path().vertices) // 5


class TestPowerTimeline:
    def test_a_month_is_drawn_by_steps_with_what_is_missing(self):
        axes = Figure().subplots(3, 1)
        draw_power_timeline(axes, grid_view(30))
        assert labels(axes[0]) == ["sources could give", "load met", "missing", "load of full service"]
        assert axes[0].get_xlim() == (FIRST_D, FIRST_D + 30.0)

    def test_nothing_missing_is_not_in_the_legend(self):
        axes = Figure().subplots(3, 1)
        draw_power_timeline(axes, grid_view(30, missing=False))
        assert "missing" not in labels(axes[0])

    def test_years_are_drawn_by_days_with_short_days_marked(self):
        axes = Figure().subplots(3, 1)
        view = grid_view(700)
        draw_power_timeline(axes, view)
        assert labels(axes[0])[-1] == "days on which power is missing"
        (rug,) = [patch for patch in axes[0].patches if patch.get_facecolor() == to_rgba(BURN_COLOUR)]
        # Days that follow each other are one mark.
        short_days = np.unique(np.flatnonzero(view.wanted_kw > view.used_kw) // 24)
        runs = 1 + np.count_nonzero(np.diff(short_days) > 1)
        assert rectangle_count(rug) == runs

    def test_without_a_battery_it_says_so(self):
        axes = Figure().subplots(3, 1)
        view = grid_view(5)
        bare = GridView(view.grid, view.edge_d, view.light, view.supply_kw, view.wanted_kw, view.used_kw,
                        np.zeros(120), np.zeros(120))  # fmt: skip
        draw_power_timeline(axes, bare)
        assert [text.get_text() for text in axes[1].texts] == ["no battery"]

    def test_a_view_is_cut_to_whole_steps(self):
        cut = between(grid_view(30), FIRST_D + 2.0, FIRST_D + 3.5)
        assert (cut.edge_d[0], cut.edge_d[-1]) == pytest.approx((FIRST_D + 2.0, FIRST_D + 3.5))
        assert len(cut.light) == len(cut.edge_d) - 1 == 36
        states = states_between(state_view(30), FIRST_D + 2.0, FIRST_D + 3.5)
        assert states.state.shape == (2, 36)
        assert len(states.edge_d) == 37


class TestStates:
    def test_each_run_is_one_box_and_absence_is_white(self):
        ax = Figure().subplots()
        draw_states(ax, state_view(30))
        assert sorted(rectangle_count(patch) for patch in ax.patches) == [1, 3]
        assert [label.get_text() for label in ax.get_yticklabels()] == ["hut", "late rover"]

    def test_over_months_a_day_shows_its_worst(self):
        ax = Figure().subplots()
        draw_states(ax, state_view(100))
        boxes = [patch.get_path().get_extents() for patch in ax.patches if patch.get_hatch()]
        # Hours 100 to 130 touch the fifth and the sixth day.
        assert (boxes[0].x0 - FIRST_D, boxes[0].x1 - FIRST_D) == pytest.approx((4.0, 6.0))

    def test_the_legend_names_what_occurs(self):
        assert [patch.get_label() for patch in state_legend(state_view(30))] == ["at work", "without power"]

    def test_every_state_has_a_look_that_parts_in_grey(self):
        assert set(STATE_LOOKS) == {int(state) for state in State} - {int(State.ABSENT)}
        looks = [(round(lightness(face) / 8.0), hatch) for _, face, hatch, _ in STATE_LOOKS.values()]
        assert len(set(looks)) == len(looks)


class TestTasks:
    VIEW = TaskView(
        ("drill_core", "radio_sky"),
        FIRST_D + np.arange(11.0),
        np.array([np.minimum(np.arange(1.0, 11.0) / 4.0, 1.0), np.full(10, 0.25)]),
        np.array([FIRST_D + 4.0, np.nan]),
        np.array([96.0, 200.0]),
        LIMITS,
        np.array([[0.0, 0.0, 24.0, 0.0, 0.0, 0.0, 12.0], [48.0, 0.0, 0.0, 0.0, 24.0, 0.0, 0.0]]),
    )

    def test_it_says_when_a_task_was_done_and_how_much_of_the_other(self):
        ax = Figure().subplots()
        draw_task_progress(ax, self.VIEW)
        assert [text.get_text() for text in ax.texts] == ["96 h done 05 Jan 2030", "25% of 200 h"]

    def test_a_line_climbs_from_the_foot_of_its_row_to_the_top_and_ends_there(self):
        ax = Figure().subplots()
        draw_task_progress(ax, self.VIEW)
        days, height = ax.lines[0].get_data()
        assert days[-1] == FIRST_D + 4.0
        assert (height[0], height[-1]) == pytest.approx((0.35, -0.35))

    def test_bars_of_what_lacks_are_days_long(self):
        ax = Figure().subplots()
        draw_task_limits(ax, self.VIEW)
        assert max(patch.get_x() + patch.get_width() for patch in ax.patches) == pytest.approx(2.0)  # 48 h
        assert [patch.get_label() for patch in limit_legend(self.VIEW)] == ["not yet there", "light", "sky", "crew"]

    def test_every_limit_has_a_look_that_parts_in_grey(self):
        assert tuple(LIMIT_LOOKS) == LIMITS
        looks = [(round(lightness(face) / 8.0), hatch) for _, face, hatch, _ in LIMIT_LOOKS.values()]
        assert len(set(looks)) == len(looks)


def said(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


class TestTradeCurve:
    def test_the_lightest_is_named_on_both(self):
        axes = Figure().subplots(1, 2)
        area = np.array([10.0, 20.0, 30.0, 40.0])
        usable = np.array([np.nan, 100.0, 60.0, 55.0])
        draw_trade_curve(*axes, SizingView(area, usable, 4.0 * area, usable / 0.128))
        assert said(axes[0]) == ["lightest: 30 m², 60 kWh"]
        assert said(axes[1])[-1] == f"lightest: {120.0 + 60.0 / 0.128:.0f} kg"

    @pytest.mark.parametrize(("own_kwh", "marker"), [(80.0, "o"), (9000.0, "^")])
    def test_what_there_is_is_marked_within_the_panel(self, own_kwh, marker):
        axes = Figure().subplots(1, 2)
        area = np.array([10.0, 20.0, 30.0, 40.0])
        usable = np.array([np.nan, 100.0, 60.0, 55.0])
        draw_trade_curve(*axes, SizingView(area, usable, 4.0 * area, usable / 0.128, 25.0, own_kwh))
        assert said(axes[0])[-1] == f"as it is: 25 m², {own_kwh:,.0f} kWh"
        (spot,) = [line for line in axes[0].lines if line.get_marker() == marker]
        assert spot.get_ydata()[0] <= axes[0].get_ylim()[1]

    def test_where_nothing_fits_it_says_so(self):
        axes = Figure().subplots(1, 2)
        area = np.array([10.0, 20.0])
        draw_trade_curve(*axes, SizingView(area, area * np.nan, area, area * np.nan))
        assert [text.get_text() for text in axes[0].texts] == ["no battery fits"]
