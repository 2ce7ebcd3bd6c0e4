"""Whole figures of what a planner lives by: daily launch windows, landings, the sky there, the descent, the masks.

A figure with nothing to show is not made: None stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from plots.calendar import closing_names
from plots.constraint_stack import (
    ALL,
    ALL_COLOUR,
    APART_COLOUR,
    APART_LABEL,
    LEFT_COLOUR,
    LEFT_LABEL,
    closing_constraints,
    draw_constraint_stack,
    never_lines,
)
from plots.descent import PANELS, draw_descents, phase_words
from plots.landing_days import days_around_best, draw_landing_days
from plots.lane import LaneView
from plots.launch_windows import azimuth_limits, azimuth_words, best_month, draw_launch_windows
from plots.planning import (
    ProfileView,
    best_window_number,
    view_chances,
    view_launches,
    view_profile,
    view_sky,
)
from plots.porkchop import best_year, best_year_words, span_words
from plots.reasons import ReasonStyle, reason_styles
from plots.sky import draw_sky
from plots.style import new_figure, shorten, words, write_title
from sim.results.horizon_words import horizon_words
from sim.results.run import LaneRun, Run

WIDTH_IN = 12.0
WHOLE_DAYS = 400
"""Horizons up to this length are shown whole by the constraint stack."""

TITLE_LENGTH = 110
ONE_AZIMUTH_DEG = 0.1
"""A month whose azimuths differ by less says it once, without a colour bar."""

Lanes = Sequence[tuple[LaneRun, LaneView]]


def planning_figures(run: Run, views: Sequence[LaneView]) -> Iterator[tuple[str, Figure]]:
    """Make the figures that have something to show, each with the stem of its file."""
    lanes = list(zip(run.lanes, views, strict=True))
    made = {
        "launch_windows": launch_windows_figure,
        "landings": landings_figure,
        "sky": sky_figure,
        "descent": descent_figure,
        "constraints": constraints_figure,
    }
    for stem, make in made.items():
        figure = make(run, lanes)
        if figure is not None:
            yield stem, figure


def launch_windows_figure(run: Run, lanes: Lanes) -> Figure | None:
    """Daily launch windows through the best month of every lane that opens."""
    shown = [(lane, view) for lane, view in lanes if view.is_open.any()]
    if not shown:
        return None
    figure = new_figure(WIDTH_IN, 1.5 + 2.6 * len(shown))
    write_title(
        figure,
        f"Daily launch windows through the best month: {run.name}",
        "bar: lift-off from opening to closing around the day's best flight (ring), in the colour of the azimuth",
    )
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    styles = reason_styles([name for _, view in lanes for name in [*view.constraints, *closing_names([view])]])
    for panel, (lane, view) in zip(panels, shown, strict=True):
        launches, span = view_launches(lane), best_month(view)
        limits = azimuth_limits(launches, span)
        bars = draw_launch_windows(panel, view, launches, span, limits, styles)
        month = view.day[span.start].astype("datetime64[M]").item()
        title = f"{view.lane}, {month:%B %Y}   ·   {view.way}"
        is_one = limits[1] - limits[0] < ONE_AZIMUTH_DEG
        panel.set_title(shorten(f"{title}   ·   {azimuth_words(limits)}" if is_one else title, TITLE_LENGTH))
        scale = figure.colorbar(bars, ax=panel, label="azimuth, °", pad=0.01, aspect=14)
        scale.ax.set_visible(not is_one)
    names = {name for _, view in shown for closed in view.closed_by[best_month(view)] for name in closed.split(";")}
    reason_legend(figure, [style for name, style in styles.items() if name in names])
    return figure


def reason_legend(figure: Figure, styles: Sequence[ReasonStyle], before: Sequence[Patch] = ()) -> None:
    """Say below the panels what the looks of closed days mean; nothing where there is nothing to say."""
    handles = [*before]
    handles += [
        Patch(
            facecolor=style.face,
            edgecolor=style.hatch_colour,
            hatch=style.hatch or None,
            linewidth=0.0,
            label=f"closed: {style.label}",
        )
        for style in styles
    ]
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=8, handleheight=1.3)


def landings_figure(run: Run, lanes: Lanes) -> Figure | None:
    """Launch day against landing day around the best flight of every lane that opens."""
    shown = [(lane, view) for lane, view in lanes if view.is_open.any()]
    if not shown:
        return None
    figure = new_figure(WIDTH_IN, 1.4 + 3.0 * len(shown))
    write_title(
        figure,
        f"Launch day and landing day: {run.name}",
        "around the lane's best flight; days in UTC; launch days that share a landing stand at one height",
    )
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    entries: dict[str, Artist] = {}
    for panel, (lane, view) in zip(panels, shown, strict=True):
        draw_landing_days(panel, view, view_launches(lane), view_chances(lane), days_around_best(view))
        panel.set_title(shorten(f"{view.lane}   ·   {view.way}", TITLE_LENGTH))
        entries |= legend_entries(panel)
    panels[-1].set_xlabel("launch day")
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def legend_entries(ax: Axes) -> dict[str, Artist]:
    """Return what a panel would put into a legend, by its words."""
    handles, labels = ax.get_legend_handles_labels()
    return dict(zip(labels, handles, strict=True))


def sky_figure(run: Run, lanes: Lanes) -> Figure | None:
    """Sun and Earth over the horizon of every lane's site around its best landing."""
    numbers = {view.lane: best_window_number(view) for _, view in lanes}
    skies = [(lane, view_sky(lane, numbers[lane.lane])) for lane, _ in lanes]
    shown = [(lane, sky) for lane, sky in skies if sky is not None]
    if not shown:
        return None
    figure = new_figure(WIDTH_IN, 1.4 + 3.0 * len(shown))
    write_title(
        figure,
        f"Sun and Earth over the landing site: {run.name}",
        "landing chances of the best flight stand where the Sun then is; dashed: level horizon; dates at 00:00 UTC",
    )
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    entries: dict[str, Artist] = {}
    for panel, (lane, sky) in zip(panels, shown, strict=True):
        chances = next((each for each in view_chances(lane) if each.window == sky.window), None)
        draw_sky(panel, sky, chances)
        title = f"{lane.lane}, window {sky.window}: {words(lane.landing_site)}   ·   {horizon_words(sky.mask_source)}"
        panel.set_title(shorten(title, TITLE_LENGTH))
        entries |= legend_entries(panel)
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=5, fontsize=8)
    return figure


def descent_figure(run: Run, lanes: Lanes) -> Figure | None:
    """Powered descent of every lane that has one, on common axes."""
    found = {view.lane: view_profile(lane, best_window_number(view)) for lane, view in lanes}
    profiles: dict[str, ProfileView] = {lane: each for lane, each in found.items() if each is not None}
    whole_m_s = {view.lane: {window.window: window.descent_dv_m_s for window in view.windows} for _, view in lanes}
    if not profiles:
        return None
    figure = new_figure(WIDTH_IN, 8.4 + 0.2 * len(profiles))
    write_title(figure, f"Powered descent: {run.name}", "best flight of each lane; dots end the phases")
    rows: list[Any] = [["path", "path", "path"], ["altitude", "speed", "vertical"], ["pitch", "thrust", "mass"]]
    panels = figure.subplot_mosaic(rows)
    for name in PANELS:
        draw_descents(panels[name], profiles, name)
    handles = panels["path"].get_legend_handles_labels()[0]
    said = [phase_words(lane, each, whole_m_s[lane].get(each.window)) for lane, each in profiles.items()]
    figure.legend(handles, said, loc="outside lower center", ncols=1, fontsize=8)
    return figure


def constraints_figure(run: Run, lanes: Lanes) -> Figure | None:
    """Constraint stacks of all lanes whose days are not all open."""
    shown = [(view, stack_span(view)) for _, view in lanes if not view.is_open[stack_span(view)].all()]
    if not shown:
        return None
    rows = [len(closing_constraints(view, span)) + 2.6 + 0.6 * len(never_lines(view, span)) for view, span in shown]
    figure = new_figure(WIDTH_IN, 1.7 + 0.24 * sum(rows))
    write_title(
        figure,
        f"What each constraint closes: {run.name}",
        "a strip is broken on days that the constraint closes, alone or with others; days it leaves at the right"
        f"{_year_note(shown)}",
    )
    panels = figure.subplots(len(shown), 1, squeeze=False, height_ratios=rows)[:, 0]
    styles = reason_styles([name for view, _ in shown for name in [*view.constraints, *closing_names([view])]])
    names = {name for view, span in shown for name in closing_constraints(view, span)}
    for panel, (view, span) in zip(panels, shown, strict=True):
        draw_constraint_stack(panel, view, span, styles)
        panel.set_title(shorten(f"{view.lane}, {span_words(view, span)}   ·   {view.way}", TITLE_LENGTH))
    before = [
        Patch(facecolor=LEFT_COLOUR, label=LEFT_LABEL),
        Patch(facecolor=ALL_COLOUR, label=f"open: {ALL}"),
        Patch(facecolor=APART_COLOUR, label=APART_LABEL),
    ]
    reason_legend(figure, [style for name, style in styles.items() if name in names], before)
    return figure


def _year_note(shown: Sequence[tuple[LaneView, slice]]) -> str:
    """Say why a year of each lane is shown; nothing where whole horizons are."""
    chosen = list(dict.fromkeys(best_year_words(view) for view, span in shown if view.day[span].size < view.day.size))
    return f"; shown: {' or '.join(chosen)}" if chosen else ""


def stack_span(view: LaneView) -> slice:
    """Days the constraint stack shows: all of a short horizon, else the lane's best year."""
    return slice(0, view.day.size) if view.day.size <= WHOLE_DAYS else best_year(view)
