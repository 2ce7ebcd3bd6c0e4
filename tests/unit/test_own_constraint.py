"""The constraint that CONTRIBUTING.md adds, by its very lines: it closes days, says by how much, and can be relaxed."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plots import reasons
from sim.document.bind import Binder
from sim.document.reader import read_text
from sim.pipeline import silent
from sim.results import why as words
from sim.results.why import setting, why_text
from sim.scenario import model
from sim.units import DAY_S
from sim.window import constraints, flight_margins, relax
from sim.window.explain import in_words
from sim.window.light import light_tables
from sim.window.relax import relaxed
from sim.window.search import search_lanes
from sim.window.why import explain_day
from sim.window.windows import lane_outcome
from tests.candidates import candidates
from tests.launch_cases import days, lane

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Adding a constraint\n")[1].split("\n## ")[0]
BLOCKS = dict(re.findall(r"^```python\n# ([^\n]+)\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE))
START, COUNT = "2031-01-11", 12
"""Days that are all open in the first scenario; the coast to the Moon is half an hour longer on some of them."""


def defined(place, module):
    """Execute the lines that belong in a module, among its names."""
    names = dict(vars(module))
    exec(compile(BLOCKS[place], place, "exec"), names)
    return names


def entries(place, module, brackets, **more):
    """Entries of a tuple or mapping, read among the names of their module."""
    return eval(compile(brackets[0] + BLOCKS[place] + brackets[1], place, "eval"), {**vars(module), **more})


def extended_constraints():
    """Constraints of a lane with the example's key."""
    lines = BLOCKS["sim/scenario/model.py, in Constraints"].replace("\n", "\n    ")
    names = dict(vars(model))
    exec(compile(f"class Extended(Constraints):\n    {lines}", "model", "exec"), names)
    return names["Extended"]


@pytest.fixture
def added(monkeypatch):
    """Moonport with the example's lines in their places."""
    journey = defined("sim/window/flight_margins.py", flight_margins)["journey"]
    monkeypatch.setattr(flight_margins, "journey", journey, raising=False)
    entry = entries("sim/window/constraints.py, in CONSTRAINTS", constraints, "()")
    monkeypatch.setattr(constraints, "CONSTRAINTS", (*constraints.CONSTRAINTS, *entry))
    relaxes = defined("sim/window/relax.py", relax)
    for name, change in entries("sim/window/relax.py, in RELAXED", relax, "{}", _journey=relaxes["_journey"]).items():
        monkeypatch.setitem(relax.RELAXED, name, change)
    for name, key in entries("sim/results/why.py, in SETTINGS", words, "{}").items():
        monkeypatch.setitem(words.SETTINGS, name, key)
    looks = reasons._KNOWN | entries("plots/reasons.py, in _KNOWN", reasons, "{}")
    monkeypatch.setattr(reasons, "_KNOWN", looks)
    keywords = entries("plots/reasons.py, in _KEYWORDS", reasons, "()")
    monkeypatch.setattr(reasons, "_KEYWORDS", (*reasons._KEYWORDS, *keywords))


def limited(text=None):
    """Return the lane of the first scenario with ``max_journey`` as a scenario writes it; None leaves it out."""
    plain = lane("cargo", "starter")
    kind = extended_constraints()
    binder = Binder()
    given = binder.bind(read_text("{}" if text is None else f"max_journey: {text}", "example"), kind)
    assert binder.problems == []
    asked = plain.lane.constraints.model_dump() | given.model_dump(exclude_unset=True)
    return replace(plain, lane=plain.lane.model_copy(update={"constraints": kind.model_validate(asked)}))


def searched(one):
    """Search a lane over the days, by the lines that the fixture has put in place."""
    day, epochs = days(START, COUNT)
    found = search_lanes([one], day, epochs, light_tables([one], epochs), silent)[one.id]
    return lane_outcome(one, day, epochs, found)


@pytest.fixture
def closed(added):
    """Days under a limit half an hour above the shortest flight (3.5 d), which ascent and the longer coasts exceed."""
    return searched(limited("3.53 d"))


@pytest.mark.usefixtures("added")
def test_the_margin_is_what_is_left_of_the_limit():
    one = limited("4 d")
    flights = candidates(2, liftoff_tdb_s=9e8, arrival_tdb_s=9e8 + np.array([3.5, 4.25]) * DAY_S)
    entry = constraints.constraints_of(one)[-1]
    assert entry.name == "journey"
    assert list(entry.margin(one, np.array([]), flights)) == [0.5, -0.25]  # binary fractions of a day, exact


@pytest.mark.usefixtures("added")
def test_a_lane_without_the_key_is_as_before():
    assert "journey" not in {each.name for each in constraints.constraints_of(limited())}
    assert searched(limited()).feasible.all()


def test_it_closes_days_and_names_itself(closed):
    assert 0 < closed.feasible.sum() < COUNT
    assert {name for name in closed.closed_by if name} == {"journey"}
    assert [name == "" for name in closed.closed_by] == closed.feasible.tolist()
    strip = next(each for each in closed.constraints if each.name == "journey")
    assert (strip.open == closed.feasible).all()
    best = closed.launches["arrival_tdb_s"] - closed.launches["best_liftoff_tdb_s"]
    assert np.nanmax(best) <= 3.53 * DAY_S


def test_the_smallest_relaxation_of_a_day_is_what_it_is_short_of(closed):
    strip = next(each for each in closed.constraints if each.name == "journey")
    for number in np.flatnonzero(~closed.feasible):
        found = closed.relaxations[number]
        assert (found.constraint, found.unit) == ("journey", "d")
        # The best of the day's flights misses the limit by as much, or one with all else in order by a little more.
        assert -strip.margin[number] <= found.amount < -strip.margin[number] + 0.01
        assert closed.relaxation[number] == in_words(found)


def test_a_day_explained_gives_the_relaxation_and_its_key(closed):
    one = limited("3.53 d")
    day, epochs = days(START, COUNT)
    number = int(np.flatnonzero(~closed.feasible)[0])
    explained = explain_day(one, day, epochs, number)
    journey = next(each for each in explained.relaxations if each.constraint == "journey")
    assert searched(relaxed(one, "journey", journey.amount)).feasible[number]
    assert not searched(relaxed(one, "journey", 0.9 * journey.amount)).feasible[number]
    key, value = setting(one, journey).split("=")
    assert key == "lanes.cargo.constraints.max_journey"
    assert searched(limited(value)).feasible[number]  # as the scenario would say it
    text = why_text(one, explained)
    assert f"cargo is closed on {day[number]} by journey" in text
    assert "lift-off to perilune within the lane's limit" in text


@pytest.mark.usefixtures("added")
def test_it_has_its_own_look():
    looks = reasons.reason_styles([each.name for each in constraints.CONSTRAINTS])
    assert looks["journey"].label == "journey too long"
    faces = [(each.face, each.hatch) for each in looks.values()]
    assert faces.count((looks["journey"].face, looks["journey"].hatch)) == 1


def test_without_a_look_it_gets_a_spare_one():
    assert reasons.reason_styles(["journey"])["journey"].label == "journey"
