"""Whatever a file holds, loading it returns or raises ScenarioError; and quantities survive being written."""

import math
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.document.nodes import plain
from sim.document.problem import Problem
from sim.document.quantity import QuantityError, format_quantity, parse_quantity
from sim.document.reader import read_text
from sim.document.write import yaml_text
from sim.errors import ScenarioError
from sim.scenario import load_scenario
from sim.scenario.explain import resolved_yaml

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASE = (SCENARIOS / "ilrs_base.yaml").read_text(encoding="utf-8")
STARTER = (SCENARIOS / "starter.yaml").read_text(encoding="utf-8")
UNITS = ("kg", "km", "m", "s", "deg", "m/s", "m/s/d", "km2/s2", "N", "kW", "1")

# Loading takes some 5 ms; a shared machine may take much longer now and then, so no deadline.
FUZZ = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load(folder, raw, overrides=()):
    """Load raw bytes as a scenario; every problem must be printable and well formed."""
    path = folder / "fuzzed.yaml"
    path.write_bytes(raw)
    problems = ()
    try:
        resolved_yaml(load_scenario(path, overrides).scenario)
    except ScenarioError as error:
        problems = error.problems or (None,)
    for problem in problems:
        assert isinstance(problem, Problem)
        assert str(problem).replace(str(folder), "").isprintable()
        str(problem).encode("utf-8")


TOKENS = st.sampled_from(
    [
        "null", "~", "[]", "{}", "''", ".nan", "-.inf", "1e999", "0", "-1", "yes", "!!str x", "&a", "*a", "<<: {}",
        "9999-99-99", "2029-01-01", "0001-01-01", "9999-12-31", "1e400 t", "-5 kg", "100 km", "3.5 d", "[1 d, 2 d]",
        "[2 d, 1 d]", "\x00", "\t", "- ", ": ", "? ", "| ", "> ", "%", "@", "`", "\u2028", "\U0001f600", "catalog",
        "lanes", "extends: fuzzed.yaml", "extends: /dev/null", "horizon", "{a: {b: {c: {}}}}", "9" * 5000, "x" * 5000,
    ]
)  # fmt: skip


@FUZZ
@given(data=st.binary(max_size=300))
def test_random_bytes(tmp_path, data):
    load(tmp_path, data)


@FUZZ
@given(text=st.text(max_size=300))
def test_random_text(tmp_path, text):
    load(tmp_path, text.encode("utf-8", errors="surrogatepass"))


@FUZZ
@given(seed=st.integers(0, 2**32), count=st.integers(1, 8), tokens=st.lists(TOKENS, min_size=8, max_size=8))
def test_shipped_files_mutated(tmp_path, seed, count, tokens):
    chance = random.Random(seed)
    text = chance.choice([BASE, STARTER])
    for token in tokens[:count]:
        start = chance.randrange(len(text))
        stop = min(len(text), start + chance.choice([0, 1, 1, 3, 10, 60]))
        text = text[:start] + chance.choice([token, "", text[stop : stop + 40]]) + text[stop:]
    load(tmp_path, text.encode("utf-8"))


@FUZZ
@given(seed=st.integers(0, 2**32), token=TOKENS)
def test_values_replaced_line_by_line(tmp_path, seed, token):
    chance = random.Random(seed)
    lines = chance.choice([BASE, STARTER]).splitlines()
    for _ in range(chance.randint(1, 4)):
        i = chance.randrange(len(lines))
        key = lines[i].partition(":")[0]
        lines[i] = chance.choice([f"{key}: {token}", key, lines[i] + token, "", lines[chance.randrange(len(lines))]])
    load(tmp_path, "\n".join(lines).encode("utf-8"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | TOKENS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "moonport",
        "name",
        "purpose",
        "as_of",
        "horizon",
        "partners",
        "station",
        "lanes",
        "deliveries",
        "catalog",
        "extends",
    ]
)


@FUZZ
@given(document=st.dictionaries(KEYS, VALUES, max_size=8))
def test_documents_of_right_keys_and_wrong_values(tmp_path, document):
    load(tmp_path, yaml_text(document).encode("utf-8", errors="surrogatepass"))


@FUZZ
@given(
    settings_=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "lanes.cargo.launcher", "lanes.cargo.transfer.time_of_flight[0]", "lanes.cargo", "lanes", "catalog",
                    "catalog.launchers.long_march_10.tli", "catalog.landers.storable_heavy.stages[0].isp",
                    "station.site",
                    "horizon.end", "catalog.launchers", "lanes.cargo.constraints", "extends", "partners.cnsa", "", "..",
                ]
            ),
            st.text(max_size=20) | TOKENS,
        ),
        max_size=3,
    )
)  # fmt: skip
def test_settings(tmp_path, settings_):
    load(tmp_path, STARTER.encode(), [f"{key}={value}" for key, value in settings_])


@given(value=st.floats(allow_nan=False, allow_infinity=False), unit=st.sampled_from(UNITS))
def test_quantities_survive_being_written(value, unit):
    assert parse_quantity(format_quantity(value, unit), unit) == value


@given(text=st.text(max_size=40), unit=st.sampled_from(UNITS))
def test_any_text_is_a_finite_quantity_or_told(text, unit):
    try:
        value = parse_quantity(text, unit)
    except QuantityError:
        return
    assert math.isfinite(value)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(
    tree=st.dictionaries(
        st.text(min_size=1, max_size=10).filter(lambda key: key != "<<"), TREES, min_size=1, max_size=4
    )
)
def test_trees_survive_being_written(tree):
    if "<<" not in str(tree):
        assert plain(read_text(yaml_text(tree), "f")) == tree
