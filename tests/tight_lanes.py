"""Lanes of the shipped scenarios that one constraint closes on many days, and what opens a day of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from sim.catalog.models import DaySpan, Season
from sim.pipeline import silent
from sim.units import DAY_S, HOUR_S, MINUTE_S
from sim.window.light import light_tables
from sim.window.search import search_lanes
from tests.launch_cases import changed, days, lane, scenario

ANY_SUN = {"sun_above_horizon_deg": None}
"""The station's ridge is dark for half the year; without this rule other constraints close the days."""


def heavy(**parts):
    """Return heavy_cargo of ILRS 2026 without its limits, but for what is given."""
    free = {"min_landed_payload_kg": None} | ANY_SUN
    return changed(lane("heavy_cargo", "ilrs_2026"), **parts | {"constraints": free | parts.get("constraints", {})})


def scout(**parts):
    """Return scout of ILRS 2026 without its limits, but for what is given."""
    return changed(lane("scout", "ilrs_2026"), **parts | {"constraints": ANY_SUN | parts.get("constraints", {})})


def explorer(**parts):
    """Return explorer of ILRS 2026 without its limits, but for what is given."""
    free = {"max_insertion_dv_m_s": None} | ANY_SUN
    return changed(lane("explorer", "ilrs_2026"), **parts | {"constraints": free | parts.get("constraints", {})})


def _less_propellant():
    """Stages of the heavy lander with tanks too small for what Long March 10 injects."""
    lander = lane("heavy_cargo", "ilrs_2026").lander
    return {
        "stages": tuple(stage.model_copy(update={"propellant": _scaled(stage.propellant)}) for stage in lander.stages)
    }


def _scaled(figure):
    return figure.model_copy(update={name: 0.8 * getattr(figure, name) for name in ("value", "low", "high")})


MIDDLE = {"latitude_deg": -45.0, "longitude_deg": 10.0, "horizon": None}
"""A landing site of a middle latitude: a fortnight of light, a fortnight of night."""


def _tight():
    january = (DaySpan(start=date(2031, 1, 1), end=date(2031, 2, 20)),)
    return {
        "sun_at_landing": (lane("scout", "ilrs_2026"), "2031-01-01"),
        "sun_at_landing_heavy": (lane("heavy_cargo", "ilrs_2026"), "2030-01-01"),
        "sun_at_landing_explorer": (lane("explorer", "ilrs_2026"), "2029-05-01"),
        "sun_at_landing_europe": (lane("medium_cargo"), "2032-04-01"),
        "loiter": (
            heavy(constraints={"sun_above_horizon_deg": (0.5, 20.0)}, staging={"loiter_s": (1.0 * DAY_S, 1.5 * DAY_S)}),
            "2031-01-01",
        ),
        "loiter_middle": (
            scout(constraints={"sun_elevation_deg": (5.0, 15.0)}, landing_site=MIDDLE),
            "2031-03-01",
        ),
        "insertion_dv": (explorer(constraints={"max_insertion_dv_m_s": 822.0}), "2031-01-01"),
        "landed_mass": (heavy(constraints={"min_landed_payload_kg": 4550.0}), "2031-01-01"),
        "coast": (scout(constraints={"coast_s": (300.0, 1000.0)}), "2031-01-01"),
        "coast_low": (scout(constraints={"coast_s": (3000.0, 4000.0)}), "2031-01-01"),
        "injection_energy": (heavy(constraints={"max_c3_km2_s2": -2.1}), "2031-01-01"),
        "injection_energy_scout": (scout(constraints={"max_c3_km2_s2": -2.1}), "2031-01-01"),
        "cross_range": (
            scout(
                constraints={"cross_range_deg": 0.2},
                landing_site={"latitude_deg": -75.0, "horizon": None},
                staging={"loiter_s": (0.0, 3.0 * DAY_S)},
            ),
            "2031-01-01",
        ),
        "cross_range_near_the_pole": (
            scout(
                constraints={"cross_range_deg": 0.05},
                landing_site={"latitude_deg": -89.0, "horizon": None},
                staging={"loiter_s": (3.0 * DAY_S, 3.2 * DAY_S)},
            ),
            "2031-01-01",
        ),
        "light_after_landing": (
            scout(constraints={"lit_after_landing_s": 11.0 * DAY_S, "cross_range_deg": 20.0}, landing_site=MIDDLE),
            "2031-01-01",
        ),
        "azimuth": (heavy(launch_site={"azimuth_range_deg": (86.0, 95.0)}), "2029-01-01"),
        "time_of_flight": (
            heavy(transfer={"time_of_flight_s": (4.6 * DAY_S, 4.7 * DAY_S)}, constraints={"max_c3_km2_s2": -1.95}),
            "2031-01-01",
        ),
        "time_of_flight_dv": (
            explorer(
                transfer={"time_of_flight_s": (4.0 * DAY_S, 4.0 * DAY_S)}, constraints={"max_insertion_dv_m_s": 835.0}
            ),
            "2031-01-01",
        ),
        "time_of_flight_sun": (
            changed(lane("explorer", "ilrs_2026"), transfer={"time_of_flight_s": (5.0 * DAY_S, 5.0 * DAY_S)}),
            "2029-05-01",
        ),
        "azimuth_beside_east": (heavy(launch_site={"azimuth_range_deg": (97.0, 100.0)}), "2029-01-01"),
        "eclipse_in_transit": (scout(constraints={"max_eclipse_s": 8.0 * MINUTE_S}), "2031-01-01"),
        "eclipse_in_transit_heavy": (heavy(constraints={"max_eclipse_s": 5.0 * MINUTE_S}), "2031-01-01"),
        "injection_in_sight": (
            replace(scout(), injection_stations=(scenario("ilrs_2026").catalog.ground_stations["malargue"],)),
            "2031-01-01",
        ),
        "launcher_mass": (lane("europe"), "2031-01-01"),
        "propellant": (heavy(lander=_less_propellant() | {"sizing": "fixed"}), "2031-01-01"),
        "availability": (scout(available_from=date(2031, 2, 20)), "2031-01-01"),
        "availability_until": (scout(available_until=date(2031, 1, 3)), "2031-01-01"),
        "turnaround": (
            scout(launch_site={"booked": (date(2031, 1, 20),), "turnaround_s": 30.5 * DAY_S}),
            "2031-01-01",
        ),
        "days_between_launches": (
            scout(
                launch_site={"booked": (date(2031, 1, 20),), "turnaround_s": 0.0},
                launcher={"turnaround_s": 0.0},
                constraints={"days_between_launches_s": 30.0 * DAY_S + 5.0 * HOUR_S},
            ),
            "2031-01-01",
        ),
        "season": (scout(launch_site={"seasons": (Season(start="03-01", end="11-15"),)}), "2031-01-01"),
        "blackout": (scout(launch_site={"blackout": january}), "2031-01-01"),
    }


@cache
def tight_lanes():
    """Lanes and the first of 60 days of each, by the name of the constraint that is tight and a word more."""
    return _tight()


def searched(one, start, count):
    """Days searched by themselves: what is known of ``count`` days from ``start``."""
    day, epochs = days(start, count)
    return day, search_lanes([one], day, epochs, light_tables([one], epochs), silent)[one.id]


def opens(one, day):
    """Whether a lane is open on one day, searched by itself."""
    return bool(searched(one, str(day), 1)[1].verdict.feasible[0])
