"""Why a day is closed, on margins made by hand; what is said to open a day does open it."""

import math

import numpy as np
import pytest

from sim.window.constraints import Constraint
from sim.window.explain import closures, in_words, judge_days, nearest_open, rounded_up, smaller
from sim.window.types import Relaxation

NAN = math.nan


def constraint(name, unit, scale):
    return Constraint(name, name, unit, scale, lambda *_: np.zeros(1), lambda _: True)


THREE = (constraint("reach", "deg", 1.0), constraint("mass", "kg", 100.0), constraint("light", "deg", 0.5))


def words(verdict):
    return tuple(in_words(each) for each in verdict.relaxations)


def judged(flights_by_day, **more):
    """Judge days given as lists of flights, a flight a triple of margins."""
    day = np.array([number for number, flights in enumerate(flights_by_day) for _ in flights], dtype=np.int64)
    margins = np.array([flight for flights in flights_by_day for flight in flights], float).reshape(-1, 3).T
    return judge_days(day, len(flights_by_day), margins, THREE, **more)


def test_one_good_flight_opens_the_day():
    verdict = judged([[(-1.0, NAN, NAN), (0.0, 0.0, 0.0)], [(1.0, -1.0, 1.0)]])
    assert list(verdict.feasible) == [True, False]
    assert verdict.closed_by == ("", "mass")
    assert words(verdict) == ("", "mass by 1 kg")


def test_the_easiest_flight_names_the_reason():
    verdict = judged([[(1.0, -5.0, -1.0), (1.0, -5.0, 1.0), (1.0, -9.0, -1.0)]])
    assert verdict.closed_by == ("mass",)


def test_the_reason_is_what_opens_the_day_with_the_least():
    # 5 kg are 0.05 of a small step, 0.1 deg 0.2: one flight near by counts before many far off.
    verdict = judged([[(1.0, -5.0, 1.0), (1.0, 1.0, -0.1), (1.0, 1.0, -0.2)]])
    assert verdict.closed_by == ("mass",)
    assert words(verdict) == ("mass by 5 kg",)


def test_among_equally_hard_flights_the_combination_that_most_share():
    verdict = judged([[(1.0, -5.0, -1.0), (-1.0, 1.0, -0.1), (-1.0, 1.0, -0.2)]])
    assert verdict.closed_by == ("reach;light",)


def test_several_constraints_are_joined_in_their_order():
    verdict = judged([[(1.0, -5.0, -1.0)]])
    assert verdict.closed_by == ("mass;light",)
    assert words(verdict) == ("",)  # no single one would do


def test_a_flight_that_is_not_there_breaks_only_what_kept_it():
    verdict = judged([[(-2.0, NAN, NAN), (-1.0, NAN, NAN)]])
    assert verdict.closed_by == ("reach",)
    assert words(verdict) == ("",)  # what the flight would be like is not known


def test_a_known_flight_counts_before_an_unknown_one():
    verdict = judged([[(-0.01, NAN, NAN), (1.0, -500.0, -0.1)]])
    assert verdict.closed_by == ("mass;light",)


def test_the_smallest_relaxation_is_weighed_by_the_scales():
    # 90 kg are 0.9 of a small step, 0.4 deg 0.8, 2 deg of reach 2.
    verdict = judged([[(1.0, -90.0, 1.0), (1.0, 1.0, -0.4), (-2.0, 1.0, 1.0)]])
    assert words(verdict) == ("light by 0.4 deg",)


def test_a_day_without_flights_is_closed_without_a_name():
    verdict = judged([[], [(1.0, 1.0, 1.0)]])
    assert list(verdict.feasible) == [False, True]
    assert verdict.closed_by == ("", "")


def test_constraint_without_unit_leaves_no_blank():
    bare = (constraint("liftoff", "", 1.0),)
    assert words(judge_days(np.array([0]), 1, np.array([[-1.0]]), bare)) == ("liftoff by 1",)


def test_what_is_known_roughly_names_reasons_but_no_relaxation():
    flights = [[(1.0, 1.0, -0.1), (1.0, -90.0, 1.0)]]
    rough = judged(flights, exact=np.array([False, True]))
    assert words(rough) == ("mass by 90 kg",)
    assert words(judged(flights, exact=np.array([False, False]))) == ("",)


def test_a_constraint_is_relaxed_no_further_than_it_can_be():
    flights = [[(1.0, 1.0, -0.1), (1.0, -90.0, 1.0)]]
    assert words(judged(flights, most=np.array([9.0, 900.0, 0.05]))) == ("mass by 90 kg",)
    assert words(judged(flights, most=np.zeros(3))) == ("",)


def test_nearest_open_days():
    before, after = nearest_open(np.array([False, True, False, False, True, False]))
    assert before.tolist() == [-1, 1, 1, 1, 4, 4]
    assert after.tolist() == [1, 1, 4, 4, 4, -1]


def test_closures_are_the_runs_of_closed_days():
    good, heavy, dark = (1.0, 1.0, 1.0), (1.0, -90.0, 1.0), (1.0, 1.0, -0.4)
    found = closures("lane", judged([[heavy], [dark], [dark], [good], [heavy]]), THREE)
    first, second = found
    assert (first.first_day, first.last_day, first.open_before, first.open_after) == (0, 2, -1, 3)
    assert first.closed_by == ("light", "mass")
    assert (first.relaxation, first.relaxed_day) == (Relaxation("light", 0.4, "deg"), 1)
    assert (second.first_day, second.last_day, second.open_before, second.open_after) == (4, 4, 3, -1)
    assert closures("lane", judged([[good]]), THREE) == ()


def test_the_smaller_of_two_relaxations():
    one, other = Relaxation("mass", 90.0, "kg"), Relaxation("light", 0.4, "deg")
    assert smaller(one, other, THREE) == smaller(other, one, THREE) == other
    assert smaller(None, one, THREE) == smaller(one, None, THREE) == one
    assert smaller(None, None, THREE) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.13201, "0.133"), (1500.01, "1510"), (0.0, "0"), (1.0, "1"), (99.91, "100"), (2.001e-9, "2.01e-09")],
)
def test_relaxations_are_rounded_up_to_three_digits(value, text):
    assert rounded_up(value) == text
    assert float(text) >= value


def test_a_relaxation_as_written_suffices_for_any_shortfall():
    for short in np.geomspace(1e-6, 1e5, 500):
        assert float(rounded_up(short)) >= short
