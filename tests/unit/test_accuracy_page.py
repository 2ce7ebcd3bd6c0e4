"""The page of measured errors has the tables its command makes; the digits are those of the day it ran."""

import re

import pytest

from tests.studies.accuracy import HEAD, PAGE, SECTIONS

TEXT = PAGE.read_text(encoding="utf-8")
UNITS = {"mm": 1e-3, "m": 1.0, "µs": 1e-6, "deg": 1.0}


def table(title):
    """Columns, and cells by first cell, of the table under a heading."""
    part = TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines]
    return tuple(rows[0]), {row[0]: row[1:] for row in rows[2:]}


def test_the_page_has_the_sections_in_their_order():
    assert TEXT.startswith(HEAD)
    assert re.findall(r"^## (.*)$", TEXT, re.MULTILINE) == [section.title for section in SECTIONS]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_every_table_is_that_of_its_section(section):
    columns, rows = table(section.title)
    assert columns == section.columns
    assert list(rows) == list(section.rows)
    for cells in rows.values():
        assert len(cells) == len(columns) - 1
        assert all((re.search(r"\d", cell) or cell == "none at hand") and "nan" not in cell for cell in cells)
        assert re.search(r"\d", cells[-1])


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_every_text_is_that_of_its_section(section):
    assert " ".join(section.text.split()) in " ".join(TEXT.split())


@pytest.mark.parametrize(
    ("row", "p95", "worst"),
    [("perilune radius", 0.1, 1.0), ("epoch of perilune", 1e-3, 1e-3), ("lunar inclination", 1e-5, 1e-5)],
)
def test_what_was_measured_is_what_is_promised(row, p95, worst):
    """README and model promise 0.1 m for 95 % of a map and 1 m at worst, a millisecond, 1e-5 deg."""
    _, rows = table("Solved flights, flown again")
    values = [float(number) * UNITS[unit] for number, unit in (cell.split() for cell in rows[row])]
    assert values[1] < p95
    assert values[2] < worst
