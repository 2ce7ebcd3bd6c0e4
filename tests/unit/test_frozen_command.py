"""The command about frozen orbits and its figure."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from plots.frozen import FlownTrack, draw_stability, frozen_figure
from sim.commands.frozen import frozen
from sim.errors import NothingFeasibleError, UsageError
from sim.orbit.frozen import stability_picture
from sim.units import DEG

ELY = ["--semi-major-axis", "6541.4km", "--eccentricity", "0.6"]


def run(*arguments):
    return CliRunner().invoke(frozen, [*arguments], catch_exceptions=True)


def test_the_table_lists_frozen_inclinations():
    rows = json.loads(run(*ELY, "--json").stdout)
    assert [(row["argument_of_perilune_deg"], row["stable"]) for row in rows] == [
        (90, True), (90, True), (270, True), (270, True)
    ]  # fmt: skip
    assert rows[0]["inclination_deg"] == pytest.approx(52.42, abs=0.05)  # 51.7 by the Earth alone, and J2
    assert rows[0]["libration_years"] == pytest.approx(1.3, abs=0.1)


def test_a_folder_gets_the_flight_and_the_figure(tmp_path):
    done = run(*ELY, "--inclination", "56.2", "--years", "0.2", "-o", str(tmp_path / "new"))
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "frozen.png", "frozen.svg", "frozen_track.csv"
    ]  # fmt: skip
    head, first = (tmp_path / "new" / "frozen_track.csv").read_text().splitlines()[:2]
    assert head == "utc,eccentricity,argument_of_perilune_deg"
    # Mean of the first revolution, from e 0.6 and 90 deg.
    assert [float(word) for word in first.split(",")[1:]] == pytest.approx([0.6, 90.0], rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["--semi-major-axis", "6541.4", "--eccentricity", "0.6"], UsageError, "--semi-major-axis"),
        (["--semi-major-axis", "3000km", "--eccentricity", "0.6"], UsageError, "no perilune above the ground"),
        ([*ELY[:2], "--eccentricity", "0.7", "--refine", "--argument", "90", "--inclination", "0"], UsageError, "ends"),
    ],
)
def test_what_cannot_be_is_said(arguments, kind, said):
    error = run(*arguments).exception
    assert isinstance(error, kind | NothingFeasibleError)
    assert said in str(error)


def test_the_figure_marks_frozen_orbits_ground_and_tracks():
    picture = stability_picture(6541.4, 0.6, 56.2 * DEG, points=31)
    track = FlownTrack("flown", np.column_stack([np.full(50, 0.6), np.linspace(6.0, 7.0, 50)]))
    ax = frozen_figure(picture, [track], "words").axes[0]
    lines = {line.get_label(): line for line in ax.get_lines()}
    np.testing.assert_allclose(lines["frozen, stable"].get_xdata(), [90.0, 270.0])
    drawn = lines["flown"].get_xdata()
    assert np.isnan(drawn).sum() == 1  # broken where the argument passes a full turn
    assert np.nanmax(drawn) < 360.0
    assert any("ground" in text.get_text() for text in ax.texts)
    bare = Figure().add_subplot()
    draw_stability(bare, picture)
    assert bare.get_xlim() == (0.0, 360.0)
