"""Light: what is lit and dark is all there is, and a lower horizon never takes light away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.astro.time import tdb_s_from_utc
from sim.station.horizon import HorizonMask
from sim.station.light import light_series, lit_spans, sun_up_spans
from sim.station.light_statistics import light_statistics
from sim.station.site import site_geometry
from sim.units import DAY_S

START = tdb_s_from_utc("2030-02-01")
STOP = START + 60.0 * DAY_S

few = settings(max_examples=15, deadline=None)


@st.composite
def sites(draw):
    """Somewhere in the far south behind a random skyline."""
    heights = draw(st.lists(st.floats(-3.0, 4.0), min_size=12, max_size=12))
    mask = HorizonMask(np.arange(0.0, 360.0, 30.0), np.array(heights), "made up")
    return site_geometry(draw(st.floats(-90.0, -80.0)), draw(st.floats(-180.0, 180.0)), 1000.0, mask)


def lower(site, by_deg):
    return site_geometry(
        site.latitude_rad * 180.0 / np.pi, site.longitude_rad * 180.0 / np.pi, 1000.0, site.horizon.lowered(by_deg, "")
    )


@few
@given(sites())
def test_lit_and_dark_are_all_the_time(site):
    series = light_series(site, START, STOP)
    lit, dark = lit_spans(series), light_statistics(series).dark
    assert lit.total_s + dark.total_s == pytest.approx(STOP - START, abs=1e-3)
    assert not np.any(dark.contain(0.5 * (lit.start_tdb_s + lit.stop_tdb_s)))


@few
@given(sites(), st.floats(0.0, 2.0))
def test_a_lower_horizon_never_takes_light_away(site, by_deg):
    high, low = (light_series(each, START, STOP) for each in (site, lower(site, by_deg)))
    # Degrees to radians and back turn the place by 1e-16.
    assert np.all(low.sun_fraction >= high.sun_fraction - 1e-9)
    before, after = light_statistics(high), light_statistics(low)
    # Edges are found to a second each; a passage shorter than half an hour may be missed in either.
    slack = (2.0 * len(before.lit) + 1800.0) / (STOP - START)
    after, before = after.whole, before.whole
    assert after.lit_share >= before.lit_share - slack
    assert after.earth_share >= before.earth_share - slack
    assert after.average_fraction >= before.average_fraction - 1e-9


@few
@given(sites())
def test_the_centre_is_up_for_less_of_the_time_than_the_limb(site):
    series = light_series(site, START, STOP)
    # A passage shorter than half an hour may be missed.
    assert sun_up_spans(series).total_s <= lit_spans(series).total_s + 1800.0
