"""The report: one HTML file that needs nothing else, made from a finished run and the figures drawn of it.

Figures are given as files (this package draws nothing); of each picture the smaller of PNG and SVG goes into the page.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from sim.results.compare import Comparison, cell
from sim.results.explained import ClosureRow, RobustnessRow, best_window_number, closure_rows, robustness_rows
from sim.results.report_station import FILTERS, station_cards, station_section
from sim.results.run import LaneRun, Run, WindowRow
from sim.results.summary import SHORT_HORIZON_D

MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
CARDS = {
    "days_open": "days with some lane open",
    "windows": "windows of all lanes",
    "first_open_day": "first open launch day",
    "longest_closed_d": "longest wait with every lane closed",
    "best_landed_payload_kg": "most cargo in one landing",
    "landed_per_year_kg": "cargo a year, were every window used once",
}
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for the page: its name (``porkchop_heavy_cargo``), what it shows, and the file as a data URI."""

    name: str
    caption: str
    uri: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why days are closed: the constraint, what it asks, and the days.

    ``days_named`` name it, ``closes_alone`` name nothing else; on ``days_closed`` no flight keeps it by itself (None
    for what has no mask of its own).
    """

    name: str
    asks: str
    days_named: int
    closes_alone: int
    days_closed: int | None
    share_percent: float


@dataclass(frozen=True, slots=True)
class LaneSection:
    """One lane of the report; ``best`` and ``slips`` are those of the window that lands most."""

    lane: LaneRun
    days: int
    days_open: int
    reasons: tuple[Reason, ...]
    closures: tuple[ClosureRow, ...]
    best: RobustnessRow | None
    slips: tuple[RobustnessRow, ...]
    pictures: tuple[Picture, ...]


def write_report(run: Run, figures: Sequence[Path], path: Path) -> Path:
    """Write the report of a run to ``path`` and return it."""
    path.write_text(report_html(run, figures), encoding="utf-8", newline="\n")
    return path


def write_comparison_report(comparison: Comparison, figures: Sequence[Path], path: Path) -> Path:
    """Write the report of a comparison to ``path`` and return it."""
    page = environment().get_template("comparison.html.j2")
    path.write_text(page.render(comparison=comparison, pictures=pictures(figures)), encoding="utf-8", newline="\n")
    return path


def report_html(run: Run, figures: Sequence[Path]) -> str:
    """Return the report of a run.

    Parameters
    ----------
    run : Run
    figures : sequence of Path
        PNG and SVG files; those named ``<kind>_<lane>`` go to their lane, ``station_<kind>`` to the station, the
        others to the top.
    """
    drawn = pictures(figures)
    lanes = [lane_section(run, lane, drawn) for lane in run.lanes]
    taken = {picture.name for section in lanes for picture in section.pictures}
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            cards=cards(run) if run.lanes or run.station is None else station_cards(run.station),
            places=places(run),
            overview=[picture for picture in drawn if picture.name not in taken and not of_station(picture)],
            lanes=lanes,
            station=None if run.station is None else station_section(run.station),
            station_pictures=station_pictures(drawn),
            conventions=run.provenance.get("conventions", {}),
        )
    )


def of_station(picture: Picture) -> bool:
    """Whether a picture belongs to the station's section."""
    return picture.name.startswith("station_")


STATION_PARTS = {
    "station_timeline": "whole",
    "station_orbits": "orbits",
    "station_ground_tracks": "orbits",
    "station_perilunes": "orbits",
    "station_coverage": "contact",
    "station_gaps": "contact",
    "station_contact": "contact",
    "station_light_calendar": "light",
    "station_horizon": "light",
    "station_dark_gaps": "light",
    "station_power": "power",
    "station_sizing": "sizing",
    "station_tasks": "tasks",
}
"""Beside which table of the station a picture stands, by the beginning of its name."""


def station_pictures(drawn: Sequence[Picture]) -> dict[str, list[Picture]]:
    """Return the station's pictures by the part of its section in which they stand; ``other`` for unknown ones."""
    parts: dict[str, list[Picture]] = {part: [] for part in (*STATION_PARTS.values(), "other")}
    for picture in filter(of_station, drawn):
        part = next((part for kind, part in STATION_PARTS.items() if picture.name.startswith(kind)), "other")
        parts[part].append(picture)
    return parts


def pictures(figures: Sequence[Path]) -> tuple[Picture, ...]:
    """Return each picture once, in the order given, from the smaller of its files."""
    smallest: dict[str, Path] = {}
    for path in figures:
        if path.suffix in MEDIA_TYPES:
            smallest[path.stem] = min(smallest.get(path.stem, path), path, key=lambda file: file.stat().st_size)
    return tuple(Picture(name, caption(name), data_uri(path)) for name, path in smallest.items())


def data_uri(path: Path) -> str:
    """Return a picture file as a data URI."""
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


CAPTIONS = {
    "calendar": "Every launch day of every lane: open days dark, closed days by what closes them.",
    "landed_mass": "Cargo delivered by launch day, with low and high figures at the best flight of each window.",
    "launch_windows": "When the pad opens and closes, day by day, through the month with the most open days.",
    "landings": "When each launch lands, and how long it waits in lunar orbit.",
    "sky": "Sun and Earth over the horizon of the landing site, with the landing chances of the best flight.",
    "descent": "From the start of braking to the ground.",
    "constraints": "Which days each constraint leaves open, and the days on which one flight keeps them all.",
    "porkchop": "Launch day against time of flight: what a flight costs and what it delivers.",
    "trajectory": "The flight that delivers most, from injection to perilune.",
    "compare_calendar": "Open launch days of every lane of every architecture.",
    "compare_metrics": "The architectures in numbers; the best value of each is bold.",
    "compare_station": "The stations in numbers, by place and as a whole; the best value of each is bold.",
    "compare_gaps": "How often contact is missing and for how long, by place.",
    "station_timeline": "All that happens to the station: light, Earth, relays, power, eclipses, arrivals.",
    "station_orbits": "The orbits about the Moon: on fixed axes, on axes that turn with the Earth, on the Moon's own.",
    "station_ground_tracks": "Where each element in orbit stands overhead.",
    "station_perilunes": "Whether the orbits last: height of perilune, and shape and direction of the ellipses.",
    "station_coverage_global": "Contact all over the Moon: share of time by relay, and the longest time without any.",
    "station_coverage_pole": "The same about the pole.",
    "station_gaps": "How often contact is missing and for how long, by place and way.",
    "station_contact": "Contact and data, day by day.",
    "station_light_calendar": "Light at the site; the long dark spans outlined, with their days.",
    "station_horizon": "The horizon around the site, with the ways of Sun and Earth over it.",
    "station_dark_gaps": "Each span without light, by its length.",
    "station_power": "Power supplied, asked and stored, and what each element does; below, around the worst span.",
    "station_sizing": "The smallest battery for each array, and what both weigh; a diamond at the lightest pair.",
    "station_tasks": "Science tasks: how far each gets, and what it waits for.",
}


def caption(name: str) -> str:
    """Return what a figure shows, by the beginning of its name."""
    return next((text for kind, text in CAPTIONS.items() if name == kind or name.startswith(f"{kind}_")), name)


def lane_section(run: Run, lane: LaneRun, drawn: Sequence[Picture]) -> LaneSection:
    """Return what the page says of a lane."""
    summary = run.summary["lanes"][lane.lane]
    number = best_window_number(lane.data)
    robustness = [row for row in robustness_rows(lane.data) if row.window == number]
    stems = {f"porkchop_{file_stem(lane.lane)}", f"trajectory_{file_stem(lane.lane)}"}
    return LaneSection(
        lane=lane,
        days=int(summary["days"]),
        days_open=int(summary["days_open"]),
        reasons=closing_reasons(lane, summary),
        closures=closure_rows(lane.data),
        best=next((row for row in robustness if row.slip_d == 0), None),
        slips=tuple(row for row in robustness if row.slip_d),
        pictures=tuple(picture for picture in drawn if picture.name in stems),
    )


def file_stem(lane: str) -> str:
    """Return a lane's id as it stands in names of figure files."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_.-") else "_" for letter in lane)


def closing_reasons(lane: LaneRun, summary: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Return the reasons for a lane's closed days, the commonest first."""
    texts = zip(lane.data["constraint"].values, lane.data["constraint_text"].values, strict=True)
    asks = {str(name): str(text) for name, text in texts}
    shut = dict(zip(asks, np.count_nonzero(~lane.data["constraint_open"].values, axis=1).tolist(), strict=True))
    days = max(int(summary["days"]), 1)
    found = [
        Reason(name, asks.get(name, ""), named, count["closes_alone"], shut.get(name), 100.0 * named / days)
        for name, count in summary["closed_by"].items()
        if (named := count["days_named"])
    ]
    return tuple(sorted(found, key=lambda reason: -reason.days_named))


def cards(run: Run) -> list[tuple[str, str]]:
    """Return the run's headline numbers: (value with unit, meaning); a year's cargo of no short horizon."""
    values, units = run.summary["architecture"], run.summary["units"]
    labels = dict(CARDS)
    if values["days"] < SHORT_HORIZON_D:
        del labels["landed_per_year_kg"]
    if not all(lane.lands for lane in run.lanes):
        labels["best_landed_payload_kg"] = "most cargo in one flight"
    return [(quantity(values.get(name), units[name]), label) for name, label in labels.items()]


def places(run: Run) -> str:
    """Say where the run's lanes land, every site once."""
    sites = dict.fromkeys(words(lane.landing_site) for lane in run.lanes if lane.lands)
    if not sites:
        return "ending in lunar orbit"
    return f"landing at {listed(tuple(sites))}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def quantity(value: float | str | None, unit: str) -> str:
    """Return a value with its unit as people read it; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    shown = {"1": "", "kg/a": "kg"}.get(unit, unit)
    return f"{whole(value)}{THIN_SPACE}{shown}".strip()


def whole(value: float) -> str:
    """Return a number without decimals, thousands apart; a dash for NaN."""
    return f"{value:,.0f}".replace(",", THIN_SPACE) if np.isfinite(value) else "–"


def minute(epoch: np.datetime64) -> str:
    """Return an epoch to the minute, ``2029-01-01 12:30``; a dash for none."""
    return "–" if np.isnat(epoch) else str(np.datetime_as_string(epoch, unit="m")).replace("T", " ")


def landed(window: WindowRow) -> str:
    """Return a window's landed payload with its low and high figures, kg; one number where they are alike."""
    low, high = whole(window.landed_payload_low_kg), whole(window.landed_payload_high_kg)
    if not np.isfinite((window.landed_payload_low_kg, window.landed_payload_high_kg)).all() or low == high:
        return whole(window.landed_payload_kg)
    return f"{whole(window.landed_payload_kg)} ({low}–{high})"


def signed(value: float | None, decimals: int = 0) -> str:
    """Return a difference with its sign, a dash for none; what rounds to nothing is 0."""
    if value is None:
        return "–"
    if round(value, decimals) == 0.0:
        return "0"
    return f"{value:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def fixed(value: float | None) -> str:
    """Return a figure to one decimal, a dash for none."""
    return "–" if value is None else f"{value:.1f}"


def percent(share: float | None) -> str:
    """Return a share in per cent, a dash for none; only what is whole reads 100 %."""
    if share is None:
        return "–"
    return f"{min(100.0 * share, 100.0 if share >= 1.0 else 99.9):.1f} %"


def words(identifier: str) -> str:
    """Return an id as words."""
    return identifier.replace("_", " ")


@cache
def environment() -> jinja2.Environment:
    """Return the templates beside this module, with our filters; everything put into them is escaped."""
    texts = {
        entry.name: entry.read_text(encoding="utf-8") for entry in files("sim.results").joinpath("templates").iterdir()
    }
    made = jinja2.Environment(
        loader=jinja2.DictLoader(texts),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"whole": whole, "minute": minute, "landed": landed, "words": words, "metric_cell": cell}
    made.filters |= {"signed": signed, "percent": percent, "fixed": fixed} | FILTERS
    return made
