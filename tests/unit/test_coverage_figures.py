"""Maps of coverage and histograms of gaps: where places lie on the page, what the words say."""

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from plots.coverage_map import _on_page, draw_global_coverage, draw_polar_coverage
from plots.gaps import draw_gap_histogram, duration_words
from plots.style import moonport_style, new_figure


@pytest.fixture
def ax():
    with moonport_style():
        yield new_figure(6.0, 4.0).add_subplot()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_page_shows_the_near_side_up_in_the_south_and_down_in_the_north():
    for pole, latitude, near in (("south", -80.0, 1.0), ("north", 80.0, -1.0)):
        x, y = _on_page(np.full(3, latitude), np.array([0.0, 90.0, 180.0]), pole)
        # Stereographic: 2 tan(5 deg) in degrees, 10.025.
        np.testing.assert_allclose(x, [0.0, 10.0255, 0.0], atol=1e-3)
        np.testing.assert_allclose(y, [near * 10.0255, 0.0, -near * 10.0255], atol=1e-3)


def test_a_global_map_names_its_sides_and_its_site(ax):
    latitude, longitude = np.arange(-75.0, 90.0, 30.0), np.arange(-165.0, 180.0, 30.0)
    share = np.linspace(0.0, 1.0, 72).reshape(6, 12)
    mesh = draw_global_coverage(ax, latitude, longitude, share, [("here", 10.0, 200.0)])
    assert mesh.get_clim() == (0.0, 1.0)
    np.testing.assert_array_equal(np.ravel(mesh.get_array()), share.ravel())
    assert {"near side", "far side", "here", "50 %"} <= set(texts(ax))
    spot = next(line for line in ax.lines if line.get_marker() == "o")
    assert (spot.get_xdata()[0], spot.get_ydata()[0]) == (-160.0, 10.0)
    assert ax.get_xlim() == (-180.0, 180.0)


def test_a_polar_map_shows_only_sites_of_its_pole(ax):
    latitude, longitude = np.arange(-89.75, -80.0, 0.5), np.arange(-177.5, 180.0, 5.0)
    sites = [("south", -85.0, 30.0), ("north", 85.0, 30.0), ("too far", -70.0, 30.0)]
    draw_polar_coverage(ax, latitude, longitude, np.full((20, 72), 1.0), "south", sites)
    words = texts(ax)
    assert "south" in words
    assert not {"north", "too far"} & set(words)
    assert "85° S" in words
    assert any("near side" in text for text in words)
    assert not any("%" in text for text in words)  # everywhere the same: no lines of equal share


def test_a_histogram_counts_every_gap_and_tells_the_longest(ax):
    draw_gap_histogram(ax, {"one_relay": np.array([0.2, 30.0, 45.0, 330.0]), "two_relays": np.empty(0)})
    outlines = [patch for patch in ax.patches if isinstance(patch, StepPatch) and not patch.get_fill()]
    assert [outline.get_data().values.sum() for outline in outlines] == [4, 0]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["one relay: 4 gaps, longest 5.5 h", "two relays: no gap"]
    marks = [line for line in ax.lines if line.get_marker() == "v"]
    assert [mark.get_xdata()[0] for mark in marks] == [330.0]


def test_a_histogram_of_nothing_still_draws(ax):
    draw_gap_histogram(ax, {"always": np.empty(0)})
    assert ax.get_legend().get_texts()[0].get_text() == "always: no gap"


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1.0, "1 min"), (99.0, "99 min"), (330.0, "5.5 h"), (10_800.0, "7.5 d")]
)
def test_durations_are_said_in_their_natural_unit(minutes, expected):
    assert duration_words(minutes) == expected
