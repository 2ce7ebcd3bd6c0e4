"""The reference of scenario keys is complete and up to date; pages point at files that exist."""

import re
import runpy
from pathlib import Path

import pytest

from sim.catalog.models import Lander, Launcher
from sim.scenario.model import Lane, Scenario

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
REFERENCE = (ROOT / "docs/scenario.md").read_text(encoding="utf-8")


def test_reference_of_keys_is_up_to_date():
    # After a change of the models: python docs/scenario_keys.py
    assert runpy.run_path(str(ROOT / "docs/scenario_keys.py"))["page"](REFERENCE) == REFERENCE


@pytest.mark.parametrize("model", [Scenario, Lane, Launcher, Lander])
def test_every_key_of_a_model_has_a_row(model):
    section = REFERENCE.split(f"### {model.__name__}\n")[1].split("### ")[0]
    keys = set(model.model_json_schema(by_alias=True)["properties"]) - {"id"}
    assert keys <= set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))


def test_every_key_says_what_it_means():
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", REFERENCE, re.MULTILINE)
    assert len(rows) > 100
    assert [key for key, meaning in rows if not meaning.strip()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
