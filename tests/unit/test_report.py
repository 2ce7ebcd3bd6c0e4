"""The report: whole in one file, true to the results, safe with any text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim.results.compare import compare
from sim.results.report import (
    cards,
    closing_reasons,
    file_stem,
    landed,
    pictures,
    places,
    quantity,
    report_html,
    signed,
    whole,
    write_comparison_report,
    write_report,
)
from sim.results.report_station import (
    contact_rows,
    figures_text,
    hours_text,
    keys_text,
    needs_text,
    power_text,
    rows_of,
    share_text,
    station_cards,
)
from sim.results.station_dataset import station_dataset
from tests.factories import written_run
from tests.station_outcomes import made_up_station

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
VOID = {"meta", "img", "br", "link", "hr", "input"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("runs") / "a", name="As reported", lanes=3, days=200)


@pytest.fixture(scope="module")
def station():
    return station_dataset(made_up_station(days=120))


@pytest.fixture
def figures(tmp_path):
    names = ["calendar.png", "porkchop_heavy_cargo.png", "trajectory_heavy_cargo.png", "porkchop_medium_cargo.png"]
    for name in names:
        (tmp_path / name).write_bytes(PIXEL)
    return [tmp_path / name for name in names]


class Outline(HTMLParser):
    """Checks that tags close in order; collects what the page would load."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.loads = []
        self.ids = set()
        self.targets = set()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.loads += [values[name] for name in ("src", "srcset", "data") if name in values]
        self.ids |= {values["id"]} if "id" in values else set()
        self.targets |= {values["href"][1:]} if values.get("href", "").startswith("#") else set()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(page):
    parser = Outline()
    parser.feed(page)
    return parser


def test_page_is_sound_and_needs_nothing_else(run, figures):
    page = report_html(run, figures)
    found = outline(page)
    assert found.open == []
    assert found.targets <= found.ids
    assert len(found.loads) == 4
    assert all(load.startswith("data:image/png;base64,") for load in found.loads)
    assert not re.search(r"<script|<link|@import|url\(|https?://", page)


def test_page_tells_every_window_of_every_lane(run, figures):
    page = report_html(run, figures)
    for lane in run.lanes:
        assert f">{lane.lane}</h2>" in page
        for window in lane.windows:
            assert str(window.best_liftoff_utc.astype("datetime64[m]")).replace("T", " ") in page
    assert page.count("No window opens in this horizon.") == 1


def test_page_tells_why_days_are_closed_what_is_assumed_and_left_out(run):
    page = report_html(
        replace(run, provenance={"conventions": {"omissions": ["relativity"], "frame": "ICRF axes"}}), []
    )
    assert "the launcher carries the lander at the C3 asked for" in page
    assert "<code>launcher.tli</code>" in page
    assert "<li>relativity</li>" in page
    assert "<dd>ICRF axes</dd>" in page


def test_figures_stand_with_their_lane(run, figures):
    page = report_html(run, figures)
    places = [page.index(text) for text in ("<figure>", ">heavy_cargo</h2>", ">medium_cargo</h2>", ">light_cargo</h2>")]
    counts = [page.count("<figure>", start, stop) for start, stop in zip(places, [*places[1:], len(page)], strict=True)]
    assert counts == [1, 2, 1, 0]


def test_reasons_come_commonest_first(run):
    lane = run.lanes[2]
    reasons = closing_reasons(lane, run.summary["lanes"][lane.lane])
    days = [reason.days_named for reason in reasons]
    assert days == sorted(days, reverse=True)
    assert reasons[0].name == "launcher_mass"
    assert reasons[0].share_percent == 100.0


def test_text_of_a_scenario_cannot_become_markup(run):
    named = replace(run, header=replace(run.header, name="<script>alert(1)</script>", purpose="a & b < c"))
    page = report_html(named, [])
    assert "<script>" not in page
    assert "a &amp; b &lt; c" in page


def test_smaller_file_of_a_picture_goes_in(tmp_path):
    (tmp_path / "calendar.png").write_bytes(PIXEL)
    (tmp_path / "calendar.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    found = pictures([tmp_path / "calendar.png", tmp_path / "calendar.svg", tmp_path / "notes.txt"])
    assert [picture.name for picture in found] == ["calendar"]
    assert found[0].uri.startswith("data:image/svg+xml;base64,")


def test_same_page_each_time(run, figures, tmp_path):
    pages = [write_report(run, figures, tmp_path / name).read_bytes() for name in ("one.html", "two.html")]
    assert pages[0] == pages[1]


def test_comparison_page(run, figures, tmp_path):
    path = write_comparison_report(compare([run, run]), figures[:1], tmp_path / "report.html")
    page = path.read_text(encoding="utf-8")
    assert outline(page).open == []
    assert "As reported (2)" in page
    assert "most cargo landed by one flight" in page


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1951, "d", "1\u202f951\u202fd"),
        (103873.746, "kg/a", "103\u202f874\u202fkg"),
        (None, "kg", "–"),
        ("2029-05-09", "UTC", "2029-05-09"),
        (480, "1", "480"),
    ],
)
def test_headline_numbers(value, unit, text):
    assert quantity(value, unit) == text


def test_nothing_has_no_sign():
    assert [signed(value, 1) for value in (-0.04, 0.0, 0.04, -0.06, 0.06, None)] == [
        "0", "0", "0", "\N{MINUS SIGN}0.1", "+0.1", "–",
    ]  # fmt: skip


def test_one_number_where_low_and_high_are_alike(run):
    window = run.lanes[0].windows[0]
    assert landed(
        replace(window, landed_payload_kg=92.0, landed_payload_low_kg=90.0, landed_payload_high_kg=100.0)
    ) == ("92 (90–100)")
    assert (
        landed(replace(window, landed_payload_kg=92.0, landed_payload_low_kg=91.9, landed_payload_high_kg=92.1)) == "92"
    )


def test_an_orbiter_lands_nothing(run):
    lanes = tuple(replace(lane, lands=False) for lane in run.lanes)
    page = report_html(replace(run, lanes=lanes), [])
    assert "ending in lunar orbit" in page
    assert "<th>Delivered" in page
    assert "most cargo in one flight" in page
    assert not re.search(r"landing at|<th>Landed|lands in the light|most cargo in one landing", page)


def test_every_landing_site_is_named(run):
    sites = ("apollo_site_2", "apollo_site_3", "apollo_site_5")
    lanes = tuple(replace(lane, landing_site=site) for lane, site in zip(run.lanes, sites, strict=True))
    assert places(replace(run, lanes=lanes)) == "landing at apollo site 2, apollo site 3 and apollo site 5"
    assert places(run) == "landing at connecting ridge"


def test_a_short_horizon_says_nothing_of_a_year(run, tmp_path):
    short = written_run(tmp_path / "short", lanes=1, days=60)
    assert not any("a year" in meaning for _, meaning in cards(short))
    assert any("a year" in meaning for _, meaning in cards(run))  # 200 days


def test_days_named_and_days_that_no_flight_keeps(run):
    lane = run.lanes[0]
    reasons = closing_reasons(lane, run.summary["lanes"][lane.lane])
    shut = dict(
        zip(lane.data["constraint"].values.tolist(), (~lane.data["constraint_open"].values).sum(1), strict=True)
    )
    assert reasons
    assert [reason.days_closed for reason in reasons] == [shut[reason.name] for reason in reasons]


def test_not_a_number_is_a_dash():
    assert whole(float("nan")) == "–"


def test_lane_ids_make_safe_file_names():
    assert file_stem("heavy cargo/2 é") == "heavy_cargo_2__"


def test_templates_travel_with_the_package():
    from importlib.resources import files

    names = {Path(str(entry)).name for entry in files("sim.results").joinpath("templates").iterdir()}
    assert {"page.html.j2", "report.html.j2", "comparison.html.j2", "figure.html.j2", "station.html.j2"} <= names


def test_the_station_has_its_section_with_its_figures(run, station, figures, tmp_path):
    for name in ("station_power_main.png", "station_orbits.png", "station_of_tomorrow.png"):
        (tmp_path / name).write_bytes(PIXEL)
        figures.append(tmp_path / name)
    page = report_html(replace(run, station=station), figures)
    found = outline(page)
    assert found.open == []
    assert found.targets <= found.ids
    assert {"station", "lane-1"} <= found.ids
    begin, end = page.index('id="station"'), page.index('id="assumptions"')
    assert page.count("<figure>", begin, end) == 3
    assert page.count("<figure>") == 7
    headings = ["Elements in orbit", "Contact", "Light at", "Power", "Elements on the surface", "Science tasks"]
    places = [page.index(f"<h3>{heading}", begin) for heading in [*headings, "Arrivals"]]
    assert places == sorted(places)
    assert page.index("orbits about the Moon", begin) < places[1]  # beside its table
    assert "days with some lane open" in page


def test_a_run_without_lanes_makes_a_sensible_page(run, station):
    page = report_html(replace(run, lanes=(), station=station), [])
    assert outline(page).open == []
    assert "no launch window was searched" in page
    assert "longest time without contact" in page
    assert not re.search(r"launch days are open|days with some lane open|Kilograms|CCSDS|Launch days", page)
    assert page.count('class="cards"') == 1  # at the top, not again in the section


def test_what_the_station_lacks_has_no_table(run):
    outcome = made_up_station(days=30)
    bare = replace(
        outcome, orbits=(), sights=(), contacts=(), map=None, grids=(), states=(), tasks=(), arrivals=(), events=()
    )
    page = report_html(replace(run, station=station_dataset(bare)), [])
    begin, end = page.index('id="station"'), page.index('id="assumptions"')
    assert re.findall(r"<h3>([^<]*)", page[begin:end]) == ["Light at connecting ridge"]


def test_words_of_a_station_cannot_become_markup(run):
    outcome = made_up_station(days=30)
    orbit = replace(outcome.orbits[0], orbit="<script>x</script>", note="a & b")
    page = report_html(
        replace(run, station=station_dataset(replace(outcome, orbits=(orbit,), sights=outcome.sights[:1]))), []
    )
    assert "<script>" not in page
    assert "a &amp; b" in page


def test_tables_of_the_station_say_what_its_dataset_says(station):
    light = rows_of(station, "light")
    assert [row["kind"] for row in light] == ["year", "season", "all"]
    assert light[0]["average_light"] == station["light_average_light"].values[0]
    contact = contact_rows(station)
    assert [row["way"] for row in contact] == ["directly", "by relay", "either"] * 2
    assert [row["point"] for row in contact if row["first"]] == ["station", "far_side"]
    assert contact[1]["share"] == station["contact_share"].values[0, 1]
    assert contact[1]["relays_in_view_mean"] is None
    cards_of_station = dict((meaning, value) for value, meaning in station_cards(station))
    share = float(station["contact_share"].values[0, 2])
    assert cards_of_station["of the time with contact"] == f"{100.0 * share:.1f} %"


def test_units_are_those_people_read():
    assert [hours_text(hours) for hours in (None, 0.7, 3.44, 47.0, 62.4)] == ["–", "42 min", "3.4 h", "47.0 h", "2.6 d"]
    assert [share_text(share) for share in (None, 0.0, 1e-9, 0.99999, 1.0)] == ["–", "0 %", "0.1 %", "99.9 %", "100 %"]
    assert needs_text("light=1200.0;power=3.5;crew=2.0;sky=1.0") == "light 50.0 d, power 3.5 h, crew 2.0 h"
    assert needs_text("") == "–"
    assert [power_text(kw) for kw in (None, 0.0, 0.0155, 0.35, 12.34)] == [
        "–",
        "0 W",
        "15.5 W",
        "0.35 kW",
        "12.3 kW",
    ]
    assert [figures_text(value) for value in (None, 0.0, 0.2449, 12.34, 99.96)] == ["–", "0", "0.245", "12.3", "100"]
    assert keys_text("source.solar.dust;battery.fade") == "solar.dust, battery.fade"


def test_a_comparison_without_lanes_has_no_table_of_them(run, station, tmp_path):
    runs = [replace(run, lanes=(), station=station)] * 2
    page = write_comparison_report(compare(runs), [], tmp_path / "r.html").read_text(encoding="utf-8")
    assert outline(page).open == []
    assert "<h2>Lanes</h2>" not in page
    assert "share of time with contact, direct or relayed, at station" in page
