"""What is said to open a closed day opens it when it is applied, and nine tenths of it do not.

The days are those of lanes of the shipped scenarios, as they are and made tight in each constraint
(``tests.tight_lanes``); each lane with its limit moved is searched again on that day by itself. tests/studies/
relaxations.py does the same for as many days as one likes.

Where two limits are tight at once (cargo against the Sun), the kinds of flight that a search looks at along fine
headings depend on which limit is relaxed: about one day in eight is said to open by more or less than it needs.
"""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.window.explain import rounded_up
from sim.window.relax import RELAXED, relaxed
from tests.tight_lanes import opens, searched, tight_lanes

DAYS = 40
PER_LANE = 4
TWO_LIMITS = "sun_at_landing_heavy"


@cache
def closed_days(name):
    """Days of a tight lane that something would open, with what would."""
    one, start = tight_lanes()[name]
    day, found = searched(one, start, DAYS)
    return [(day[k], each) for k, each in enumerate(found.verdict.relaxations) if each is not None]


def holds(one, day, each):
    """Whether a relaxation as tables write it opens a day that nine tenths of it leave closed."""
    amount = float(rounded_up(each.amount))
    return opens(relaxed(one, each.constraint, amount), day) and not opens(
        relaxed(one, each.constraint, 0.9 * amount), day
    )


@pytest.mark.parametrize("name", [name for name in tight_lanes() if name != TWO_LIMITS])
@settings(max_examples=PER_LANE)
@given(place=st.floats(0.0, 1.0, exclude_max=True))
def test_the_relaxation_opens_the_day_and_nine_tenths_do_not(name, place):
    one, _ = tight_lanes()[name]
    known = closed_days(name)
    day, each = known[int(place * len(known))]
    assert holds(one, day, each), (day, each)


@pytest.mark.xfail(
    reason="which kinds are solved at fine headings depends on the limits: 27 of 31 days hold", strict=False
)
def test_two_tight_limits_at_once():
    one, _ = tight_lanes()[TWO_LIMITS]
    wrong = [(day, each) for day, each in closed_days(TWO_LIMITS) if not holds(one, day, each)]
    assert wrong == []


def test_the_lanes_need_relaxations_of_many_kinds():
    said = {each.constraint for name in tight_lanes() for _, each in closed_days(name)}
    # Too steep a pad, too small a turn: no lane of the scenarios is closed by these alone.
    assert set(RELAXED) - said <= {"declination_reach"}


def test_open_days_need_none():
    for name in ("sun_at_landing", "landed_mass", "insertion_dv"):
        one, start = tight_lanes()[name]
        _, found = searched(one, start, DAYS)
        pairs = zip(found.verdict.feasible, found.verdict.relaxations, strict=True)
        assert all(each is None for is_open, each in pairs if is_open)
