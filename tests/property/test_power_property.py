"""Energy is conserved, batteries keep their limits, and no element gets more than it asks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.station.power import simulate_power
from sim.station.power_types import Isotope, Loads, Panels, PoweredElement, State, Store, Sunlight

STEPS = 200
kilowatts = st.floats(0.0, 5.0)
shares = st.floats(0.05, 1.0)


@st.composite
def elements(draw):
    count = draw(st.integers(1, 4))
    return [draw(element(f"e{place}")) for place in range(count)]


@st.composite
def element(draw, name):
    dormant = draw(kilowatts)
    return PoweredElement(
        name,
        Loads(
            dormant + draw(kilowatts), dormant + draw(kilowatts), dormant, draw(kilowatts), draw(st.floats(0.0, 2e5))
        ),
        arrival_tdb_s=draw(st.floats(-1e6, 4e5)),
        panels=draw(st.none() | st.builds(Panels, st.floats(0.1, 60.0), shares, st.just("tracking"))),
        isotope=draw(st.none() | st.builds(Isotope, kilowatts, kilowatts)),
        store=draw(
            st.builds(Store, st.floats(0.0, 300.0), shares, shares, st.floats(0.0, 5.0), st.floats(0.0, 0.9), shares)
        ),
        grid=draw(st.sampled_from(("", "main"))),
        priority=draw(st.integers(-1, 1)),
    )


@st.composite
def lights(draw):
    """Light that comes and goes in blocks, with slopes between."""
    blocks = draw(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12))
    t = np.arange(STEPS + 1) * 3600.0
    fraction = np.interp(t, np.linspace(0.0, t[-1], len(blocks)), blocks)
    return Sunlight(t, np.where(fraction < 0.4, 0.0, fraction), np.zeros(len(t)), np.zeros(len(t)))


@settings(max_examples=150)
@given(elements(), lights())
def test_energy_is_conserved_and_limits_hold(station, light):
    history = simulate_power(station, light)
    moved = np.abs(history.supply_kw).sum(axis=1) + history.arrived_kw.sum(axis=1) + 1.0
    # Rounding of 200 steps is a few 1e-14 of what moves; 1e-9 is what is asked.
    assert np.all(np.abs(history.imbalance_kwh()).sum(axis=1) <= 1e-9 * moved)
    assert np.all(history.stored_kwh >= 0.0)
    assert np.all(history.stored_kwh <= history.capacity_kwh * (1.0 + 1e-12))
    assert np.all(history.lost_kw >= -1e-12)
    assert np.all(history.curtailed_kw >= -1e-12)
    assert np.all(history.missing_kw >= -1e-12)
    assert np.all(history.used_kw >= -1e-12)
    for place, grid in enumerate(history.grids):
        rows = [row for row, name in enumerate(history.grid_of) if name == grid]
        assert np.allclose(history.used_kw[rows].sum(axis=0), history.grid_used_kw[place], rtol=0.0, atol=1e-12)
        assert np.all(history.unmet_kw[place] <= history.grid_missing_kw[place] + 1e-9)


@settings(max_examples=100)
@given(elements(), lights())
def test_the_dead_never_return(station, light):
    state = simulate_power(station, light).state
    dead = state == State.DEAD
    assert np.all(dead[:, 1:] >= dead[:, :-1])
    assert np.all((state != State.ABSENT)[:, 1:] >= (state != State.ABSENT)[:, :-1])


@settings(max_examples=60)
@given(lights(), st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(0.0, 100.0), st.floats(0.0, 50.0))
def test_more_battery_never_misses_more(light, active, night, usable, more):
    """Where nobody can be put to sleep: sleep is decided for a whole step, and may come a step sooner or later."""

    def missing(capacity):
        store = Store(capacity, 0.9, 0.9)
        hut = PoweredElement("hut", Loads(active, night, max(active, night)), panels=Panels(5.0), store=store)
        return simulate_power([hut], light).unmet_kw.sum()

    assert missing(usable + more) <= missing(usable) + 1e-9


@settings(max_examples=40)
@given(lights(), st.floats(0.0, 3.0), st.floats(0.5, 60.0), st.floats(0.0, 100.0), shares, shares)
def test_the_step_does_not_matter_where_light_and_load_are_straight(light, load, area, usable, charge, discharge):
    """Charge and unmet energy are exact within a step: the same light in four times as many steps gives the same."""
    store = Store(usable, charge, discharge, charge_on_arrival=0.5)
    hut = PoweredElement("hut", Loads(load, load, load), panels=Panels(area, mounting="tracking"), store=store)
    fine_t = np.linspace(light.t_tdb_s[0], light.t_tdb_s[-1], 4 * STEPS + 1)
    fraction = np.interp(fine_t, light.t_tdb_s, light.sun_fraction)
    fine = simulate_power([hut], Sunlight(fine_t, fraction, np.zeros(len(fine_t)), np.zeros(len(fine_t))))
    coarse = simulate_power([hut], light)
    moved = np.abs(coarse.supply_kw).sum() + load * STEPS + 1.0
    # Rounding of 800 steps.
    assert np.abs(fine.stored_kwh[0, 3::4] - coarse.stored_kwh[0]).max() <= 1e-10 * moved
    for name in ("unmet_kw", "curtailed_kw", "lost_kw"):
        parts = getattr(fine, name)[0].reshape(-1, 4).mean(axis=1)
        assert np.abs(parts - getattr(coarse, name)[0]).max() <= 1e-10 * moved
