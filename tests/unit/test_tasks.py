"""Science tasks and crew time against cases worked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.spans import NONE, spans
from sim.astro.time import tdb_s_from_utc
from sim.errors import UsageError
from sim.scenario.science import CrewStay, ScienceTask, TaskNeeds
from sim.station.task_inputs import SkySpans, needs_of, stays_of, task_of
from sim.station.tasks import LIMITS, Stay, Task, schedule_tasks
from sim.units import DAY_S, HOUR_S

HOURS = np.arange(241) * HOUR_S
"""Ten days."""


def hours(*pairs):
    """Spans from pairs of hours."""
    starts, stops = np.array(pairs, dtype=float).T * HOUR_S
    return spans(starts, stops)


def lost(progress, task, name, alone=False):
    return (progress.alone_h if alone else progress.closed_h)[task, LIMITS.index(name)]


class TestNeeds:
    def test_work_is_done_where_all_needs_hold(self):
        task = Task("survey", 20.0, {"light": hours((0, 30), (50, 100)), "contact": hours((20, 60))})
        progress = schedule_tasks(HOURS, [task])
        # Both: 20 to 30 and 50 to 60.
        assert progress.done_tdb_s[0] == 60 * HOUR_S
        assert progress.done_h[0, [19, 29, 49, 59, -1]] == pytest.approx([0.0, 10.0, 10.0, 20.0, 20.0])
        assert progress.open_h[0] == pytest.approx(20.0)
        assert lost(progress, 0, "light") == pytest.approx(20.0)
        assert lost(progress, 0, "contact") == pytest.approx(20.0)
        assert lost(progress, 0, "light", alone=True) == pytest.approx(20.0)
        assert lost(progress, 0, "contact", alone=True) == pytest.approx(20.0)

    def test_hours_closed_twice_are_nobodys_alone(self):
        task = Task("dark", 500.0, {"light": hours((0, 40)), "sky": hours((0, 60))})
        progress = schedule_tasks(HOURS, [task])
        assert np.isnan(progress.done_tdb_s[0])
        assert progress.done_share[0, -1] == pytest.approx(0.08)
        assert lost(progress, 0, "light") == pytest.approx(200.0)
        assert lost(progress, 0, "sky") == pytest.approx(180.0)
        assert lost(progress, 0, "light", alone=True) == pytest.approx(20.0)
        assert lost(progress, 0, "sky", alone=True) == pytest.approx(0.0)
        assert progress.limited_by == ("light",)

    def test_spans_cut_steps_exactly(self):
        progress = schedule_tasks(HOURS, [Task("a", 1.25, {"light": hours((0.25, 0.5), (0.75, 2.5))})])
        assert progress.done_h[0, :3] == pytest.approx([0.5, 1.25, 1.25])

    def test_no_work_before_the_start_and_none_without_any_window(self):
        late = Task("late", 10.0, start_tdb_s=100 * HOUR_S)
        never = Task("never", 10.0, {"element": NONE})
        gone = Task("gone", 10.0, start_tdb_s=np.inf)
        progress = schedule_tasks(HOURS, [late, never, gone])
        assert progress.done_tdb_s[0] == 110 * HOUR_S
        assert lost(progress, 0, "arrival") == pytest.approx(100.0)
        assert progress.limited_by == ("arrival", "element", "arrival")
        assert progress.done_h[1:].sum() == 0.0


class TestPower:
    def test_power_to_spare_sets_the_pace(self):
        task = Task("drill", 30.0, power_kw=2.0, pool="main")
        progress = schedule_tasks(HOURS, [task], {"main": np.full(240, 0.5)})
        # A quarter of each hour.
        assert progress.done_tdb_s[0] == 120 * HOUR_S
        assert lost(progress, 0, "power") == pytest.approx(90.0)
        assert progress.limited_by == ("power",)

    def test_priority_takes_power_first_and_equal_ones_share_it(self):
        first = Task("first", 20.0, power_kw=1.0, pool="main", priority=1)
        pair = [Task(name, 40.0, power_kw=1.0, pool="main") for name in ("left", "right")]
        progress = schedule_tasks(HOURS, [*pair, first], {"main": np.full(240, 1.0)})
        assert progress.done_tdb_s[2] == 20 * HOUR_S
        assert progress.done_h[:2, 59] == pytest.approx([20.0, 20.0])
        assert progress.done_tdb_s[:2].tolist() == [99 * HOUR_S, 100 * HOUR_S]

    def test_pools_are_apart(self):
        tasks = [Task("a", 10.0, power_kw=1.0, pool="main"), Task("b", 10.0, power_kw=1.0, pool="own")]
        progress = schedule_tasks(HOURS, tasks, {"main": np.ones(240), "own": np.zeros(240)})
        assert progress.done_h[:, -1] == pytest.approx([10.0, 0.0])


class TestCrew:
    def test_a_days_hours_fit_into_its_windows(self):
        # Two people of 8 h, half for science: 8 h a day. Contact for 3 h each day: at 2 crew hours per hour, 3 h.
        contact = hours(*((24 * day + 10, 24 * day + 13) for day in range(10)))
        task = Task("excursion", 12.0, {"contact": contact}, crew=2.0)
        progress = schedule_tasks(HOURS, [task], stays=[Stay(2, 0.0, 240 * HOUR_S, 8.0, 0.5)])
        assert progress.done_tdb_s[0] == (3 * 24 + 13) * HOUR_S
        assert progress.crew_used_h.sum() == pytest.approx(24.0)
        assert progress.crew_offered_h.sum() == pytest.approx(80.0)

    def test_a_days_hours_are_spent_once(self):
        task = Task("lab", 30.0, crew=1.0)
        progress = schedule_tasks(HOURS, [task], stays=[Stay(1, 0.0, 240 * HOUR_S, 6.0)])
        assert progress.done_h[0, [5, 23, 29]] == pytest.approx([6.0, 6.0, 12.0])
        assert progress.done_tdb_s[0] == (4 * 24 + 6) * HOUR_S
        assert lost(progress, 0, "crew") == pytest.approx(4 * 18.0)

    def test_two_hands_of_one_person_are_not_two_people(self):
        progress = schedule_tasks(HOURS, [Task("lift", 50.0, crew=2.0)], stays=[Stay(1, 0.0, 240 * HOUR_S, 24.0)])
        assert progress.done_h[0, 0] == pytest.approx(0.5)

    def test_higher_priority_takes_the_crew_first(self):
        tasks = [Task("low", 30.0, crew=1.0), Task("high", 8.0, crew=1.0, priority=1)]
        progress = schedule_tasks(HOURS, tasks, stays=[Stay(1, 0.0, 240 * HOUR_S, 8.0)])
        assert progress.done_h[:, 23] == pytest.approx([0.0, 8.0])

    def test_nobody_there_nothing_done(self):
        progress = schedule_tasks(HOURS, [Task("lab", 30.0, crew=1.0)])
        assert progress.limited_by == ("crew",)


class TestScenario:
    SKY = SkySpans(
        0.0, 100 * HOUR_S, hours((0, 50)), hours((10, 20)), hours((18, 30)), hours((10, 19)), hours((18, 29))
    )

    @pytest.mark.parametrize(
        ("needs", "name", "expected"),
        [
            (TaskNeeds(light="lit"), "light", 50.0),
            (TaskNeeds(light="dark"), "light", 50.0),
            (TaskNeeds(contact="direct"), "contact", 9.0),
            (TaskNeeds(contact="relay"), "contact", 11.0),
            (TaskNeeds(contact="any"), "contact", 19.0),
            (TaskNeeds(sky="earth"), "sky", 10.0),
            (TaskNeeds(sky="quiet"), "sky", 80.0),
        ],
    )
    def test_needs_become_spans(self, needs, name, expected):
        found = needs_of(needs, self.SKY)
        assert list(found) == [name]
        assert found[name].total_s == pytest.approx(expected * HOUR_S)

    def test_a_task_of_the_scenario(self):
        needs = TaskNeeds(light="lit", power_kw=1.0, crew=2.0)
        written = ScienceTask(id="drill", at="lab", work_s=3.6e5, needs=needs, after_arrival_s=DAY_S)
        task = task_of(written, self.SKY, hours((0, 80)), 1000.0, "main")
        assert (task.name, task.work_h, task.pool, task.start_tdb_s) == ("drill", 100.0, "main", 1000.0 + DAY_S)
        assert sorted(task.needs) == ["element", "light"]

    def test_crews_work_on_whole_days_between_landing_and_leaving(self):
        (stay,) = stays_of([CrewStay(id="one", count=3, arrive=date(2033, 3, 1), depart=date(2033, 3, 11))])
        assert stay.start_tdb_s == tdb_s_from_utc("2033-03-02")
        assert stay.stop_tdb_s == tdb_s_from_utc("2033-03-11")
        assert (stay.count, stay.work_per_day_h, stay.science) == (3, 8.0, 0.5)


@settings(max_examples=40)
@given(st.data())
def test_no_task_gets_more_than_there_is(data):
    count = data.draw(st.integers(1, 5))
    edges = st.lists(st.floats(0.0, 240.0), min_size=2, max_size=8, unique=True).map(sorted)
    tasks = [
        Task(
            f"t{place}",
            data.draw(st.floats(0.5, 200.0)),
            {"light": hours(*zip(pairs[::2], pairs[1::2], strict=False))},
            data.draw(st.floats(0.0, 2.0)),
            "main",
            data.draw(st.floats(0.0, 3.0)),
            priority=data.draw(st.integers(0, 2)),
        )
        for place in range(count)
        for pairs in [data.draw(edges)]
    ]
    surplus = np.array(data.draw(st.lists(st.floats(0.0, 4.0), min_size=10, max_size=10))).repeat(24)
    progress = schedule_tasks(HOURS, tasks, {"main": surplus}, [Stay(2, 20 * HOUR_S, 200 * HOUR_S, 8.0)])
    worked = np.diff(progress.done_h, axis=1, prepend=0.0)
    power = np.array([task.power_kw for task in tasks])
    # Sums of 240 steps round to a few 1e-14.
    assert np.all(worked >= 0.0)
    assert np.all(worked <= 1.0 + 1e-12)
    assert np.all(progress.done_h[:, -1] <= progress.work_h * (1.0 + 1e-12))
    assert np.all(power @ worked <= surplus + 1e-9)
    assert np.all(progress.crew_used_h.reshape(10, 24).sum(axis=1) <= 16.0 + 1e-9)
    # Every open hour was worked or lost to power or crew; the last step may be cut by the end of the work.
    spent = progress.done_h[:, -1] + progress.closed_h[:, -2:].sum(axis=1)
    assert np.all(spent <= progress.open_h + 1e-9)
    assert np.all((spent >= progress.open_h - 1e-9) | ~np.isnan(progress.done_tdb_s))


def test_bad_tasks_are_refused():
    with pytest.raises(UsageError, match="is no need: take element, light"):
        schedule_tasks(HOURS, [Task("a", 1.0, {"mood": NONE})])
    with pytest.raises(UsageError, match="more than 0 h"):
        schedule_tasks(HOURS, [Task("a", 0.0)])
    with pytest.raises(UsageError, match="nowhere"):
        schedule_tasks(HOURS, [Task("a", 1.0, power_kw=1.0)])


def test_no_tasks_no_progress():
    progress = schedule_tasks(HOURS, [])
    assert progress.done_h.shape == (0, 240)
    assert progress.limited_by == ()
