"""The best flight of a day by each objective."""

import numpy as np
import pytest

from sim.units import DAY_S
from sim.window.choose import best_of_groups, cost
from tests.candidates import TLI_TDB_S, candidates

FLIGHTS = candidates(
    4,
    landed_payload_kg=[500.0, 700.0, 600.0, 900.0],
    arrival_tdb_s=TLI_TDB_S + np.array([4.5, 5.0, 4.0, 3.5]) * DAY_S,
    landing_tdb_s=TLI_TDB_S + np.array([7.0, 6.0, 9.0, 5.0]) * DAY_S,
    loi_dv_km_s=[0.81, 0.84, 0.83, 0.80],
)
ALLOWED = np.array([True, True, True, False])


@pytest.mark.parametrize(
    ("objective", "best"), [("landed_payload", 1), ("time_of_flight", 2), ("earliest_landing", 1), ("insertion_dv", 0)]
)
def test_each_objective_takes_its_best_allowed_flight(objective, best):
    assert list(best_of_groups(objective, FLIGHTS, np.zeros(4, np.int64), ALLOWED)) == [best]


def test_every_group_has_its_own_best_by_rising_number():
    group = np.array([5, 2, 2, 5])
    assert list(best_of_groups("landed_payload", FLIGHTS, group, np.ones(4, bool))) == [1, 3]
    assert list(best_of_groups("landed_payload", FLIGHTS, group, ALLOWED)) == [1, 0]


def test_nothing_allowed_gives_nothing():
    assert len(best_of_groups("landed_payload", FLIGHTS, np.zeros(4, np.int64), np.zeros(4, bool))) == 0


def test_equals_are_told_apart_by_spare_mass_then_by_delta_v():
    same = candidates(4, landed_payload_kg=1000.0, spare_kg=[5.0, 50.0, 50.0, 20.0], loi_dv_km_s=[0.8, 0.84, 0.83, 0.7])
    assert list(best_of_groups("landed_payload", same, np.zeros(4, np.int64), np.ones(4, bool))) == [2]


def test_a_flight_that_never_lands_is_never_the_earliest():
    never = candidates(2, landing_tdb_s=[np.nan, TLI_TDB_S + 9.0 * DAY_S])
    assert list(best_of_groups("earliest_landing", never, np.zeros(2, np.int64), np.ones(2, bool))) == [1]


def test_cost_is_what_is_wanted_least_of():
    assert cost("landed_payload", FLIGHTS)[1] == -700.0
    assert cost("time_of_flight", FLIGHTS)[2] == pytest.approx(4.0 * DAY_S)
