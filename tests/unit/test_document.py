"""YAML by the 1.2 core schema, with places, and bad texts that end in problems."""

import math

import pytest

from sim.document.core_schema import typed_scalar
from sim.document.merge import merge, pruned
from sim.document.nodes import find, leaves, plain
from sim.document.problem import did_you_mean, dotted, shown
from sim.document.quantity import QuantityError, format_quantity, parse_quantity
from sim.document.reader import DEEPEST, read_bytes, read_text
from sim.document.write import yaml_text
from sim.errors import ScenarioError


def problems_of(text):
    with pytest.raises(ScenarioError) as caught:
        read_text(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


# YAML 1.2.2, 10.3.2 and its contrast with 1.1, where the last eight are booleans, octal, sexagesimal and dates.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-7", -7),
        ("0o14", 12),
        ("0xff", 255),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("yes", "yes"),
        ("off", "off"),
        ("n", "n"),
        ("012", 12),
        ("1:30", "1:30"),
        ("2029-01-01", "2029-01-01"),
        ("1_000", "1_000"),
        ("nULL", "nULL"),
    ],
)
def test_core_schema(text, value):
    assert typed_scalar(text) == value
    assert type(typed_scalar(text)) is type(value)


def test_nan_is_a_number_here_and_refused_later():
    assert math.isnan(typed_scalar(".nan"))


def test_a_quoted_scalar_is_text():
    assert plain(read_text("a: '1'\nb: \"true\"\nc: 1", "f")) == {"a": "1", "b": "true", "c": 1}


def test_every_node_has_its_place():
    root = read_text("a:\n  b: [1,\n      2]\n", "f.yaml")
    node = find(root, ("a", "b", 1))
    assert (node.at.line, node.at.column, str(node.at)) == (3, 7, "f.yaml:3")
    assert root.key_at["a"].line == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: a: the key is written twice, first in line 1 — keep one of them"),
        ("a: !!str x", "f.yaml:1:4: a: the tag 'tag:yaml.org,2002:str' is not allowed"),
        ("a: !x {b: 1}", "the tag '!x' is not allowed"),
        ("a: {<<: {b: 1}}", "f.yaml:1:5: a.<<: merge keys (<<) are not read"),
        ("a: &x [*x]", "the alias *x is still open: it would contain itself"),
        ("a: *nobody", "the alias *nobody was never set"),
        ("{[a]: 1}", "a key must be one word"),
        ("a: 1\n--- \nb: 2", "a second document begins here"),
        ("[" * (DEEPEST + 1), f"nested deeper than {DEEPEST} levels"),
        ("[" * 100_000, f"nested deeper than {DEEPEST} levels"),
        ("a: [1", "is not YAML"),
        ("a: 1\n\tb: 2", "is not YAML"),
        ("%YAML 9.9\n---\na: 1", "is not YAML"),
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("a: \x07", "is not YAML"),
    ],
)
def test_bad_forms(text, message):
    assert any(message in problem for problem in problems_of(text))


def test_two_bad_forms_are_both_told():
    assert len(problems_of("a: !x 1\nb: !y 2\nb: 3")) == 3


def test_aliases_cannot_explode():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    assert "grows beyond 50000 values" in problems_of(bomb)[0]


def test_aliases_cannot_nest_without_end():
    chain = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 60))
    assert f"grows beyond {DEEPEST} levels" in problems_of(chain)[0]


def test_honest_aliases_are_read():
    assert plain(read_text("a: &a [1, 2]\nb: *a", "f")) == {"a": [1, 2], "b": [1, 2]}


def test_bytes_that_are_no_text():
    with pytest.raises(ScenarioError, match=r"^f:2:4: byte 0xff is not UTF-8"):
        read_bytes(b"a: 1\nb: \xff", "f")
    assert plain(read_bytes("\ufeffa: ä".encode(), "f")) == {"a": "ä"}


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("8.2 t", "kg", 8200.0),
        ("8.35t", "kg", 8350.0),
        ("3.5 d", "s", 302400.0),
        ("3.5 days", "s", 302400.0),
        ("36 Hours", "s", 129600.0),
        ("10min", "s", 600.0),
        ("100 km", "km", 100.0),
        ("1653 m", "km", 1.653),
        ("0.9 km/s", "m/s", 900.0),
        ("-2.0 km^2/s^2", "km2/s2", -2.0),
        ("-1.8 km²/s²", "km2/s2", -1.8),
        ("150 m/s/yr", "m/s/d", 150.0 / 365.25),
        ("51.8°", "deg", 51.8),
        ("1 rad", "deg", 57.29577951308232),
        ("7.5 kN", "N", 7500.0),
        ("4 kW", "kW", 4.0),
        ("40 %", "1", 0.4),
        ("0.4", "1", 0.4),
        ("-0 kg", "kg", 0.0),
        ("+1e3 kg", "kg", 1000.0),
    ],
)
def test_quantities(text, unit, value):
    assert parse_quantity(text, unit) == value  # exact: conversion is decimal, rounded once


@pytest.mark.parametrize(
    ("text", "unit", "what", "remedy"),
    [
        ("8.2", "kg", "has no unit", "add one of kg, t, g"),
        ("8.2 km", "kg", "is a length, wanted is a mass", "write e.g. '8.2 t'"),
        ("3 kg", "deg", "is a mass, wanted is an angle", "51.8 deg"),
        ("8.2 tn", "kg", "'tn' is not a unit known here", "did you mean 't'?"),
        ("8,2 t", "kg", "is not one number", "decimal point"),
        ("8 200 kg", "kg", "is not one number", "thousands"),
        ("8_200 kg", "kg", "is not one number", "thousands"),
        ("inf kg", "kg", "not a finite number", "8.2 t"),
        ("-.nan", "kg", "not a finite number", "8.2 t"),
        ("1e999 t", "kg", "not a finite number", "8.2 t"),
        ("1e308 t", "kg", "not a finite number", "sensible"),
        ("heavy", "kg", "not a number with a unit", "8.2 t"),
        ("9" * 100 + " kg", "kg", "not a number with a unit", "8.2 t"),
    ],
)
def test_bad_quantities(text, unit, what, remedy):
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, unit)
    assert what in caught.value.what
    assert remedy in caught.value.remedy


def test_quantities_are_written_as_people_would():
    assert format_quantity(302400.0, "s") == "3.5 d"
    assert format_quantity(720.0, "s") == "12 min"
    assert format_quantity(8200.0, "kg") == "8.2 t"
    assert format_quantity(469.0, "kg") == "469 kg"
    assert format_quantity(0.02, "1") == "0.02"


def test_layers():
    under = read_text("a: {x: 1, y: 2}\nl: [1, 2, 3]\nk: 5", "under")
    over = read_text("a: {y: null, z: 3}\nl: [9]\n", "over")
    merged = pruned(merge(under, over))
    assert plain(merged) == {"a": {"x": 1, "z": 3}, "l": [9], "k": 5}
    assert [f"{dotted(path)} {node.at}" for path, node in leaves(merged)] == [
        "a.x under:1",
        "a.z over:1",
        "l[0] over:2",
        "k under:3",
    ]


def test_what_is_written_reads_the_same():
    values = {
        "a b": {"yes": "yes", "n": "12", "e": "", "t": "true", "c": "x: y # z", "u": "m²"},
        "list": [{"id": "a", "more": {"deep": [1, 2.5, None]}}, {"id": "b"}],
        "empty": {"l": [], "m": {}},
        "odd": ["- a", "-", "*a", "&b", "!t", "%d", "@x", "`", "'", '"', "a\nb", "\x7f", "…", " lead", "trail "],
    }
    assert plain(read_text(yaml_text(values), "f")) == values


def test_words_of_messages():
    assert shown("a\nb\x1b[0m" + "x" * 100).startswith("'a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[0m")
    assert len(shown("x" * 1000)) < 70
    assert did_you_mean("Long-March-5", ["long_march_5", "long_march_10"]) == "did you mean 'long_march_5'?"
    assert did_you_mean("zzz", ["b", "a"]) == "write one of: a, b"
    assert did_you_mean("zzz", []) == "there is none to choose from"
