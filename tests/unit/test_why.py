"""Why a day is closed: what is said of it, and that it can be applied as it is written."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from sim.results.why import SETTINGS, setting, why_document, why_text
from sim.scenario import load_scenario
from sim.scenario.resolve import resolve_lane
from sim.window.constraints import constraints_of
from sim.window.explain import weight
from sim.window.types import Relaxation
from sim.window.why import LEAST_STEPS, LOOK_DAYS, explain_day, single_relaxations, smallest_relaxation
from tests.launch_cases import SCENARIOS, changed, days, lane
from tests.tight_lanes import opens, scout, tight_lanes

# Scenario, lane, day, settings: closed for different reasons.
CLOSED = {
    "Sun": ("ilrs_2026", "heavy_cargo", "2030-01-15", ()),
    "insertion": ("ilrs_2026", "explorer", "2029-05-20", ()),
    "waiting": ("ilrs_2026", "scout", "2031-01-07", ("lanes.scout.staging.loiter=[1 d, 1.2 d]",)),
    "energy": ("ilrs_2026", "scout", "2031-01-11", ("lanes.scout.constraints.max_c3=-2.1 km2/s2",)),
    "coast": ("ilrs_2026", "scout", "2031-01-07", ("lanes.scout.constraints.coast=[5 min, 16 min]",)),
    "cargo": ("ilrs_2026", "heavy_cargo", "2031-01-12", ("lanes.heavy_cargo.constraints.min_landed_payload=4.6 t",)),
    "azimuth": (
        "ilrs_2026",
        "heavy_cargo",
        "2029-01-07",
        ("catalog.launch_sites.wenchang.azimuth_range=[86 deg, 95 deg]", "lanes.heavy_cargo.constraints={}"),
    ),
}


def loaded(name, settings=()):
    return load_scenario(SCENARIOS / f"{name}.yaml", settings).scenario


@cache
def explained(case):
    """Explain a day of ``CLOSED`` within forty days around it."""
    name, lane_id, day, settings = CLOSED[case]
    one = resolve_lane(loaded(name, settings), lane_id)
    start = date.fromisoformat(day) - timedelta(days=20)
    return one, explain_day(one, *days(start.isoformat(), 41), 20)


@pytest.mark.parametrize("case", CLOSED)
def test_closed_days_say_why_and_what_opens_them(case):
    one, found = explained(case)
    assert not found.feasible
    names = [each.name for each in constraints_of(one)]
    assert [each.name for each in found.constraints] == names
    assert found.closed_by
    assert set(found.closed_by) <= set(names)
    assert found.relaxations, found.closed_by
    weights = [weight(each, constraints_of(one)) for each in found.relaxations]
    assert weights == sorted(weights)
    assert len({each.constraint for each in found.relaxations}) == len(weights)


@pytest.mark.parametrize("case", CLOSED)
def test_what_is_written_opens_the_day_in_a_scenario(case):
    name, lane_id, day, settings = CLOSED[case]
    one, found = explained(case)
    said = [(each, setting(one, each)) for each in found.relaxations]
    assert any(text for _, text in said)
    for each, text in said:
        if text:
            again = resolve_lane(loaded(name, (*settings, text)), lane_id)
            assert opens(again, day), (each, text)
        else:
            assert each.constraint not in SETTINGS


@pytest.mark.parametrize("case", CLOSED)
def test_text_and_document_tell_the_same(case):
    one, found = explained(case)
    text, document = why_text(one, found), why_document(one, found)
    assert text.startswith(f"{one.id} is closed on {found.day} by ")
    assert document["closed_by"] == list(found.closed_by)
    assert document["day"] == str(found.day)
    for each in document["relaxations"]:
        assert f"{each['constraint']} by {each['amount']:.6g} {each['unit']}" in text
        assert each["set"] in text
    for each in document["constraints"]:
        assert each["kept"] == (each["margin"] is not None and each["margin"] >= 0.0) or each["margin"] is None
        assert each["description"] in text


def test_an_open_day_has_nothing_to_relax():
    one = scout()
    found = explain_day(one, *days("2031-01-05", 20), 9)
    assert found.feasible
    assert found.closed_by == ()
    assert found.relaxations == ()
    assert (found.open_before, found.open_after) == (np.datetime64("2031-01-13"), np.datetime64("2031-01-15"))
    assert "is open on 2031-01-14" in why_text(one, found)
    assert all(each.kept for each in found.constraints)


def test_days_that_the_calendar_closes_are_moved_by_whole_days():
    late = scout(available_from=date(2031, 1, 12))
    found = explain_day(late, *days("2031-01-01", 20), 2)
    assert found.relaxations[0] == Relaxation("availability", 9.0, "d")
    assert found.open_before is None
    assert found.looked_through[0]
    assert found.open_after == np.datetime64("2031-01-12")
    text = why_text(late, found)
    assert "none before in the horizon" in text
    assert "2031-01-12 (9 d after)" in text


def test_no_more_than_some_days_are_looked_through():
    never, _ = tight_lanes()["launcher_mass"]
    found = explain_day(never, *days("2031-01-01", LOOK_DAYS + 40), 10)
    assert (found.open_before, found.open_after) == (None, None)
    assert found.looked_through == (True, False)
    assert f"none in the nearest {LOOK_DAYS} days after" in why_text(never, found)


def opening_at(limits):
    """Tell by made-up rules whether a lane is open: a limit of one constraint moved far enough."""

    def is_open(one):
        return any(is_moved(one) for is_moved in limits)

    return is_open


def test_each_constraint_is_tried_alone_and_found_within_two_percent():
    one = changed(lane("explorer", "ilrs_2026"), constraints={"max_c3_km2_s2": -2.0})
    limits = one.lane.constraints
    found = single_relaxations(
        one,
        opening_at(
            [
                lambda each: each.lane.constraints.max_insertion_dv_m_s >= limits.max_insertion_dv_m_s + 37.3,
                lambda each: each.lane.constraints.max_c3_km2_s2 >= limits.max_c3_km2_s2 + 0.123,
                lambda each: each.lane.staging.loiter_s[1] > 1e9,
            ]
        ),
    )
    assert [each.constraint for each in found] == ["injection_energy", "insertion_dv"]
    assert 0.123 <= found[0].amount <= 0.123 * 1.03
    assert 37.3 <= found[1].amount <= 37.3 * 1.03


def test_a_good_guess_changes_nothing_but_the_number_of_trials():
    one = lane("explorer", "ilrs_2026")
    constraint = next(each for each in constraints_of(one) if each.name == "insertion_dv")
    limit = one.lane.constraints.max_insertion_dv_m_s

    def tried(known):
        trials = []

        def is_open(each):
            trials.append(each)
            return each.lane.constraints.max_insertion_dv_m_s >= limit + 37.3

        return smallest_relaxation(one, constraint, np.inf, is_open, known), len(trials)

    (alone, many), (guessed, few) = tried(None), tried(Relaxation("insertion_dv", 37.3, "m/s"))
    assert few < many
    assert alone.amount == pytest.approx(37.3, rel=0.03)
    assert guessed.amount == pytest.approx(37.3, rel=0.03)
    # A guess of another constraint, and one that is wrong, do no harm.
    assert tried(Relaxation("coast", 37.3, "min"))[0] == alone
    assert tried(Relaxation("insertion_dv", 5.0, "m/s"))[0].amount == pytest.approx(37.3, rel=0.03)


def test_what_cannot_be_relaxed_is_not_tried():
    one = lane("scout", "ilrs_2026")
    by_name = {each.name: each for each in constraints_of(one)}
    assert smallest_relaxation(one, by_name["transfer"], 0.0, lambda _: True) is None
    assert smallest_relaxation(one, by_name["loiter"], np.inf, lambda _: False) is None
    least = smallest_relaxation(one, by_name["loiter"], np.inf, lambda _: True)
    assert least.amount == LEAST_STEPS * by_name["loiter"].scale


def test_limits_of_the_catalogue_that_no_key_names_are_left_to_the_reader():
    one = replace(lane("heavy_cargo", "ilrs_2026"))
    assert setting(one, Relaxation("launcher_mass", 100.0, "kg")) == ""
    assert setting(one, Relaxation("azimuth", 2.5, "deg")) == (
        "catalog.launch_sites.wenchang.azimuth_range=[87.5 deg, 177.5 deg]"
    )
