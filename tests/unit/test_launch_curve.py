"""The launch window of a day: even lift-offs, one curve an injection, ends at the limits of the pad."""

import numpy as np
import pytest

from sim.units import DAY_S, DEG
from sim.window.launch_curve import launch_curve
from sim.window.light import light_tables
from sim.window.search import search_lanes
from tests.launch_cases import changed, days, lane
from tests.pad_geometry import ascent, injection_place_km

STEP_S = 600.0


def curve_of(resolved, start, step_s=STEP_S, arrival_tdb_s=None):
    day, epochs = days(start, 1)
    light = light_tables([resolved], epochs)[resolved.id]
    return launch_curve(resolved, day, epochs, light, step_s, arrival_tdb_s), float(epochs[0])


@pytest.fixture(scope="module")
def wenchang():
    return curve_of(lane("explorer"), "2031-01-09")


def test_lift_offs_stand_on_the_grid_exactly_or_at_an_end(wenchang):
    curve, midnight = wenchang
    flights = curve.flights
    offset = (flights.liftoff_tdb_s - midnight) / STEP_S
    even = np.abs(offset - np.round(offset)) * STEP_S < 1e-3  # a millisecond: what the tables print
    assert even.sum() >= 10
    # What is not even stands at a limit, and says at which.
    at_limit = np.array(curve.limit) != ""
    assert np.all(even | at_limit)
    assert {"azimuth", "coast"} <= set(curve.limit)


def test_grid_is_complete_between_the_ends(wenchang):
    curve, midnight = wenchang
    for injection in (0, 1):
        times = np.sort(curve.flights.liftoff_tdb_s[curve.flights.injection == injection])
        first, last = np.ceil((times[0] - midnight) / STEP_S), np.floor((times[-1] - midnight) / STEP_S)
        wanted = midnight + STEP_S * np.arange(first, last + 1)
        nearest = np.abs(times[:, None] - wanted[None, :]).min(axis=0)
        assert nearest.max() < 1e-3


def test_lift_off_against_azimuth_is_monotone_and_ends_at_the_limits_of_the_pad(wenchang):
    curve, _ = wenchang
    low, high = lane("explorer").launch_site.azimuth_range_deg
    lines = {(i, r) for i, r in zip(curve.flights.injection, curve.revolution, strict=True)}
    assert len(lines) == 3  # the ascending injection in the first and, further south, in the second revolution
    ends = []
    for injection, revolution in lines:
        mine = (curve.flights.injection == injection) & (curve.revolution == revolution)
        azimuth = np.degrees(curve.flights.azimuth_rad[mine])
        assert np.all(np.diff(curve.flights.liftoff_tdb_s[mine]) >= 0.0)
        moves = np.diff(azimuth)
        assert np.all(moves > -1e-9) or np.all(moves < 1e-9)
        assert np.all((azimuth > low - 1e-6) & (azimuth < high + 1e-6))
        assert len(np.unique(curve.flights.approach[mine])) == 1
        ends += [azimuth.min(), azimuth.max()]
    assert min(ends) == pytest.approx(low, abs=1e-6)
    assert max(ends) == pytest.approx(high, abs=1e-6)


def test_limits_are_closed_in_on_to_the_second(wenchang):
    curve, _ = wenchang
    resolved = lane("explorer")
    low, high = resolved.coast_s
    coast = curve.flights.coast_s[np.array(curve.limit) == "coast"]
    assert len(coast) >= 2
    # Half a second of lift-off is less than 0.1 s of coast; the constraint leaves a second below the shortest coast.
    near = np.minimum(np.abs(coast - (low - 1.0)), np.abs(coast - high))
    assert near.max() < 0.2
    mass = curve.flights.injected_mass_kg[np.array(curve.limit) == "launcher_mass"]
    assert len(mass) >= 1
    # 0.3 deg a minute of azimuth is some kilograms a second of lift-off at most.
    assert mass == pytest.approx(resolved.lander.launch_mass.value, abs=5.0)
    assert np.all(mass >= resolved.lander.launch_mass.value)


def test_a_wide_coast_range_holds_every_revolution():
    resolved = changed(lane("explorer"), constraints={"coast_s": (300.0, 12000.0)})
    curve, _ = curve_of(resolved, "2031-01-09")
    assert {1, 2} <= set(curve.revolution)
    assert curve.flights.coast_s.max() > 300.0 + 2 * 5300.0 - 300.0
    assert curve.flights.coast_s.min() > 298.9
    for revolution in np.unique(curve.revolution):
        mine = curve.revolution == revolution
        # From lift-off: ascent of some 20 deg and the coast, in revolutions of some 88 min.
        turns = curve.flights.coast_s[mine] / 5290.0 + 0.06
        assert np.all(np.abs(turns - (revolution - 0.5)) < 0.6)


def test_every_launch_of_the_curve_injects_where_its_ascent_leads(wenchang):
    from sim.window.plan import launch_problem

    curve, midnight = wenchang
    resolved = lane("explorer")
    problem = launch_problem(resolved, np.array([midnight]), np.array([5.0 * DAY_S]))
    for item in range(0, len(curve.feasible), 5):
        flight = curve.flights.take(item)
        start = ascent(resolved.launch_site, flight.liftoff_tdb_s, flight.azimuth_rad, problem.parking_radius_km)
        place = injection_place_km(start, problem, flight.coast_s)
        assert np.linalg.norm(place - flight.tli_state_icrf[:3]) < 0.02
        assert flight.inclination_rad == pytest.approx(start.inclination_rad, abs=1e-9)


def test_launches_are_judged_by_name(wenchang):
    curve, _ = wenchang
    assert len(curve.feasible) == len(curve.closed_by) == len(curve.flights.day)
    assert all(bool(why) != good for why, good in zip(curve.closed_by, curve.feasible, strict=True))


def test_an_azimuth_range_across_north_goes_on_through_zero():
    resolved = changed(lane("europe"), launch_site={"azimuth_range_deg": (340.0, 40.0)}, objective="time_of_flight")
    curve, midnight = curve_of(resolved, "2031-01-09", 1800.0)
    azimuth = np.degrees(curve.flights.azimuth_rad)
    assert azimuth.max() > 330.0
    assert azimuth.min() < 45.0
    assert np.all((azimuth > 339.999) | (azimuth < 40.001))
    for injection in (0, 1):
        mine = curve.flights.injection == injection
        signed = (azimuth[mine] + 180.0) % 360.0 - 180.0
        assert np.all(np.diff(signed) > 0.0) or np.all(np.diff(signed) < 0.0)
    offset = (curve.flights.liftoff_tdb_s - midnight) / 1800.0
    # So near north the plane turns little: 1.2 h of lift-offs hold two or three half hours.
    assert (np.abs(offset - np.round(offset)) < 1e-6).sum() >= 2


def test_allowed_inclinations_give_short_windows_around_their_moment():
    curve, _ = curve_of(lane("scout"), "2031-01-09")
    flights = curve.flights
    inclinations = np.round(np.degrees(flights.inclination_rad), 1)
    assert set(inclinations) == {51.7, 64.8, 98.0}
    for inclination in set(inclinations):
        for injection in (0, 1):
            mine = (inclinations == inclination) & (flights.injection == injection)
            if not mine.any():
                continue
            minutes = np.ptp(flights.liftoff_tdb_s[mine]) / 60.0
            # 50 m/s of steering: sim.transfer.steering; due east the plane hardly turns with the pad.
            assert 20.0 < minutes < 60.0 if inclination == 51.7 else 8.0 < minutes < 20.0
            ends = np.array(curve.limit)[mine][[0, -1]]
            assert set(ends) <= {"steering", "date", "launcher_mass", "landed_mass"}
            assert len(np.unique(np.round(np.degrees(flights.azimuth_rad[mine]), 6))) == 1
            assert flights.c3_for_mass_km2_s2[mine][0] > flights.c3_for_mass_km2_s2[mine].min()


def test_a_fixed_arrival_is_kept_by_every_launch():
    _, epochs = days("2031-01-13", 1)
    arrival = float(epochs[0]) + 0.5 * DAY_S
    curve, _ = curve_of(lane("explorer"), "2031-01-09", 1200.0, arrival)
    assert len(curve.feasible) > 3
    assert np.all(curve.flights.arrival_tdb_s == arrival)
    low, high = lane("explorer").lane.transfer.time_of_flight_s
    duration = curve.flights.arrival_tdb_s - curve.flights.tli_tdb_s
    outside = (duration < low) | (duration > high)
    named = np.array(["time_of_flight" in why for why in curve.closed_by])
    np.testing.assert_array_equal(outside, named)


def test_a_day_that_cannot_fly_at_all_says_why():
    # Due east from Wenchang the parking orbit lies at 19.5 deg: the Moon, at 24 deg in 2029, is out of reach for days.
    resolved = changed(lane("explorer"), launch_site={"azimuth_range_deg": (90.0, 91.0)})
    reasons = {curve_of(resolved, f"2029-01-{day:02d}")[0].day_closed_by for day in range(1, 15, 3)}
    assert "azimuth" in reasons


def test_finer_steps_keep_the_coarse_launches():
    coarse, _ = curve_of(lane("explorer"), "2031-01-09", 1200.0)
    fine, _ = curve_of(lane("explorer"), "2031-01-09", 600.0)
    gaps = np.abs(coarse.flights.liftoff_tdb_s[:, None] - fine.flights.liftoff_tdb_s[None, :])
    assert gaps.min(axis=1).max() < 1e-3
    near = gaps.argmin(axis=1)
    same = np.abs(np.degrees(coarse.flights.azimuth_rad - fine.flights.azimuth_rad[near])) < 0.001
    # Where both injections lift off at once, the neighbour may be the other one.
    assert same.mean() > 0.9
    assert np.abs(coarse.flights.azimuth_rad / DEG).max() < 360.0


def best_of_day(resolved, start):
    """Best flight of a day as ``run`` finds it, and its window's opening and closing (TDB s)."""
    day, epochs = days(start, 1)
    light = light_tables([resolved], epochs)
    found = search_lanes([resolved], day, epochs, light, lambda *_: None)[resolved.id]
    assert len(found.best_day) == 1
    return found.best, np.sort(found.span[:2, 0])


def stretch_around(resolved, curve, best):
    """First and last lift-off of the open rows, one after the other, that stand around a flight."""
    flights = curve.flights
    liftoff = float(best.liftoff_tdb_s[0])
    mine = flights.injection == best.injection
    if resolved.launch_site.azimuth_range_deg is None:  # a short window around each inclination's own moment
        mine &= np.abs(flights.inclination_rad - best.inclination_rad) < 0.1 * DEG
    near = np.flatnonzero(mine)[np.argmin(np.abs(flights.liftoff_tdb_s[mine] - liftoff))]
    mine &= (curve.revolution == curve.revolution[near]) & (flights.approach == best.approach)
    times, is_open = flights.liftoff_tdb_s[mine], curve.feasible[mine]
    before, after = np.flatnonzero(times <= liftoff + WITHIN_S), np.flatnonzero(times >= liftoff - WITHIN_S)
    assert is_open[before[-1]], "closed before the best flight"
    assert is_open[after[0]], "closed after the best flight"
    shut_before, shut_after = before[~is_open[before]], after[~is_open[after]]
    first = shut_before[-1] + 1 if len(shut_before) else 0
    last = shut_after[0] - 1 if len(shut_after) else len(times) - 1
    return float(times[first]), float(times[last])


WITHIN_S = 2.0
"""The search flies the best flight's own heading, the curve closes in on a limit within half a second."""

RUN_WITHIN_S = 120.0
"""Margins taken as linear across 4.5 deg of azimuth put the ends in ``run`` off by a minute or two (span.py)."""

OPEN_DAYS = [
    ("heavy_cargo", "ilrs_2026", "2029-01-12", True),
    ("heavy_cargo", "ilrs_2026", "2029-03-03", False),
    ("heavy_cargo", "ilrs_2026", "2029-03-06", True),
    ("explorer", "ilrs_2026", "2029-01-16", True),
    ("explorer", "ilrs_2026", "2029-01-21", False),
    ("scout", "ilrs_with_europe", "2031-01-07", True),
    ("lander", "chandrayaan_3_like", "2023-07-14", True),
    ("orbiter", "lro_like", "2009-07-09", True),
]
"""Open days; last: whether ``run`` finds both ends between headings that fly, not beside the reach of the Moon, where
its window stops at the last heading that does."""


@pytest.mark.parametrize(("lane_id", "name", "start", "ends"), OPEN_DAYS)
def test_the_best_flight_of_the_day_lies_in_an_open_stretch(lane_id, name, start, ends):
    resolved = lane(lane_id, name)
    best, window = best_of_day(resolved, start)
    curve, _ = curve_of(resolved, start)
    duration = curve.flights.arrival_tdb_s - curve.flights.tli_tdb_s
    # The curve keeps the best flight's time of flight; a phasing orbit lies before the injection.
    assert duration == pytest.approx(float(best.arrival_tdb_s[0] - best.tli_tdb_s[0]), abs=1.0)
    stretch = np.array(stretch_around(resolved, curve, best))
    assert stretch[0] < window[0] + RUN_WITHIN_S
    assert stretch[1] > window[1] - RUN_WITHIN_S
    if ends:
        assert stretch == pytest.approx(window, abs=RUN_WITHIN_S)


def test_a_line_goes_on_below_the_headings_that_the_grid_finds():
    # On this day the grid of headings finds the approach from 109 deg on: its open launches leave at 103-105 deg.
    curve, _ = curve_of(lane("heavy_cargo", "ilrs_2026"), "2029-03-03")
    azimuth = np.degrees(curve.flights.azimuth_rad)
    assert curve.feasible.sum() > 5
    assert np.all((azimuth[curve.feasible] > 102.0) & (azimuth[curve.feasible] < 106.0))
    # A line ends for a reason of its own, not at a heading of the grid.
    assert "transfer" not in curve.limit
