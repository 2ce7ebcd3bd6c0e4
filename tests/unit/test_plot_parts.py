"""The small parts figures are made of: colours, reasons, rectangles, date columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plots.calendar import payload_shade, year_columns
from plots.compare import number_text
from plots.marks import rectangles_path, runs_of_equal
from plots.reasons import _KNOWN, reason_styles
from plots.style import OPEN_SHADES, RUN_COLOURS, RUN_HATCHES, lightness, words
from sim.transfer.solve import REASONS
from sim.window.constraints import CONSTRAINTS


@pytest.mark.parametrize(("colour", "expected"), [("#000000", 0.0), ("#ffffff", 100.0), ("#777777", 50.03)])
def test_lightness_of_black_white_and_the_middle_grey(colour, expected):
    # CIE L* of sRGB 119/255: Y = 0.1845, L* = 116 Y^(1/3) - 16 = 50.03; 0.01 is the rounding of that figure
    assert lightness(colour) == pytest.approx(expected, abs=0.01)


def test_open_and_closed_days_part_in_grey():
    palest_open = max(lightness(shade) for shade in OPEN_SHADES)
    darkest_closed = min(lightness(face) for _, face, _, _ in _KNOWN.values())
    # 15 of L* is six just noticeable differences (about 2.3 each, Mahy, Van Eycken & Oosterlinck 1994)
    assert darkest_closed - palest_open > 15.0


def test_open_shades_darken_step_by_step():
    steps = -np.diff([lightness(shade) for shade in OPEN_SHADES])
    assert steps.min() > 5.0  # two just noticeable differences


def test_reasons_part_in_grey_by_shade_or_hatch():
    looks = [(round(lightness(face) / 4.0), hatch) for _, face, hatch, _ in _KNOWN.values()]
    assert len(set(looks)) == len(looks)


def test_hatches_show_in_grey():
    for _, face, hatch, hatch_colour in _KNOWN.values():
        assert not hatch or lightness(face) - lightness(hatch_colour) > 25.0


def test_known_reasons_keep_their_look_in_any_company():
    alone = reason_styles(["sun_at_landing"])["sun_at_landing"]
    among = reason_styles(["declination_reach", "launcher_mass", "sun_at_landing"])["sun_at_landing"]
    assert alone == among


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("declination_reach", "Moon's declination out of reach"),
        ("declination out of reach", "Moon's declination out of reach"),
        ("launcher too weak", "launcher's mass"),
        ("no landed mass", "landed payload"),
        ("sun_at_landing", "Sun at landing"),
        ("turnaround", "pad booked, or turning around"),
    ],
)
def test_names_and_phrases_find_their_look(name, label):
    assert reason_styles([name])[name].label == label


def test_every_constraint_and_solver_reason_has_a_look_of_its_own():
    for names in ([constraint.name for constraint in CONSTRAINTS], REASONS[1:]):
        styles = reason_styles(names)
        assert {style.label for style in styles.values()} <= {label for label, *_ in _KNOWN.values()}
        assert len({style.label for style in styles.values()}) == len(names)


def test_unknown_and_repeated_reasons_get_looks_of_their_own():
    names = ["landed_payload", "landed payload too low", "dust storm", "strike", "dust storm"]
    styles = reason_styles(names)
    assert list(styles) == ["landed_payload", "landed payload too low", "dust storm", "strike"]
    assert len({(style.face, style.hatch) for style in styles.values()}) == 4
    assert len({style.label for style in styles.values()}) == 4


def test_many_unknown_reasons_stay_apart():
    styles = reason_styles([f"reason {number}" for number in range(12)]).values()
    assert len({(style.face, style.hatch) for style in styles}) == 12


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_runs_cover_the_sequence_once(values):
    runs = list(runs_of_equal(values))
    assert [first for first, _ in runs] == [0] + [stop for _, stop in runs[:-1]]
    assert runs[-1][1] == len(values)
    assert all(len(set(values[first:stop])) == 1 for first, stop in runs)
    assert all(values[stop - 1] != values[stop] for _, stop in runs[:-1])


def test_nothing_has_no_runs():
    assert list(runs_of_equal([])) == []


def test_rectangles_keep_their_corners():
    path = rectangles_path(np.array([[0.0, 1.0, 2.0, 4.0], [5.0, 1.0, 6.0, 2.0]]))
    assert path.vertices.shape == (10, 2)
    assert path.vertices[:4].tolist() == [[0.0, 1.0], [2.0, 1.0], [2.0, 4.0], [0.0, 4.0]]


def test_months_start_in_the_same_column_every_year():
    day = np.array(
        ["2028-01-01", "2028-02-29", "2028-03-01", "2029-02-28", "2029-03-01", "2029-12-31"], "datetime64[D]"
    )
    year, column = year_columns(day)
    assert year.tolist() == [2028, 2028, 2028, 2029, 2029, 2029]
    assert column.tolist() == [0, 59, 60, 58, 60, 365]


@pytest.mark.parametrize(
    ("payload", "best", "shade"),
    [(1000.0, 1000.0, 4), (985.0, 1000.0, 3), (960.0, 1000.0, 2), (910.0, 1000.0, 1), (10.0, 1000.0, 0)],
)
def test_shade_follows_the_share_of_the_best(payload, best, shade):
    assert payload_shade(payload, best) == shade


def test_shade_without_payload_is_the_darkest():
    assert payload_shade(float("nan"), 1000.0) == payload_shade(0.0, 0.0) == len(OPEN_SHADES) - 1


@pytest.mark.parametrize(
    ("value", "text"), [(1951.0, "1\u202f951"), (0.763302, "0.763"), (1664.595, "1\u202f665"), (4.0, "4")]
)
def test_numbers_as_people_read_them(value, text):
    assert number_text(value) == text


def test_words_of_an_id():
    assert words("long_march_10") == "long march 10"


def test_compared_runs_part_in_grey():
    looks = {(round(lightness(colour) / 4.0), hatch) for colour, hatch in zip(RUN_COLOURS, RUN_HATCHES, strict=True)}
    assert len(looks) == len(RUN_COLOURS)
