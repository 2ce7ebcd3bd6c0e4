"""Rules that no launch day can satisfy, told before anything is searched: each a warning with its margin and remedy.

Only what is certain without flying is told: limits are taken wide, so silence does not mean that a day is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import acos, asin, cos, degrees, pi, radians, sin, sqrt, tan

import numpy as np

from sim.catalog.models import LandingSite, LaunchSite, StagingOrbit
from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, R_EARTH_KM, R_MOON_KM
from sim.document.problem import Problem
from sim.scenario.draft import Draft, DraftLane
from sim.scenario.model import Horizon, Phasing
from sim.units import DAY_S, HOUR_S, MINUTE_S

HIGHEST_SUN_MARGIN_DEG = 1.6
"""The Sun's declination at the Moon: at latitude φ it never stands above 90° - |φ| + 1.6°."""

LONGEST_LUNAR_DAY_D = 29.84
"""Longest synodic month: Meeus, Astronomical Algorithms, chapter 49 (29.27 to 29.84 d)."""

LONGEST_POLAR_DAY_D = 173.4
"""Half a draconic year (346.62 d): how long the Sun stays above the plane at a pole of the Moon."""

LIBRATION_DEG = (6.9, 8.2)
"""Greatest latitude and longitude of the Earth over the Moon: the optical libration, with the physical one."""

MASK_ALLOWANCE_DEG = 5.0
"""A horizon mask may lie below the level: peaks see that far beyond it at most."""

SUNRISE_DEG = -0.833
"""Elevation of the Sun's centre at rising: refraction 34', radius 16'."""

ASYMPTOTE_ALLOWANCE_DEG = 2.0
"""An approach may aim this far off the Moon's own declination at arrival."""

HALF_MONTH_D = 14.0
"""In half a month the Moon crosses the equator: every pad reaches it on some day."""


def check_staging_orbit_passes_over_site(draft: Draft) -> Iterator[Problem]:
    """Check that the orbit, which passes over latitudes up to its inclination, comes within the lander's reach."""
    for lane in _landing_from_orbit(draft):
        if lane.orbit is None or lane.site is None or lane.lander is None:
            continue
        own = lane.lane.constraints.cross_range_deg
        highest = min(lane.orbit.inclination_deg, 180.0 - lane.orbit.inclination_deg)
        reach = highest + (lane.lander.cross_range_deg if own is None else own)
        short = abs(lane.site.latitude_deg) - reach
        if short > 0.0:
            what = f"{lane.orbit.id} and cross-range reach {reach:g}° of latitude, the site lies {short:.2f}° beyond"
            remedy = "take a steeper orbit, a nearer site or more cross-range"
            yield draft.warning(lane.path("staging", "orbit"), what, remedy)


def _landing_from_orbit(draft: Draft) -> Iterator[DraftLane]:
    """Lanes that wait in an orbit and land."""
    for lane in draft.lanes:
        if lane.lander is not None and lane.lander.lands and lane.lane.transfer.kind == "direct":
            yield lane


def check_loiter_leaves_a_pass(draft: Draft) -> Iterator[Problem]:
    """Check that the lander may wait for one revolution at least: it lands from a pass over the site."""
    for lane in _landing_from_orbit(draft):
        longest = lane.lane.staging.loiter_s[1]
        if lane.orbit is not None and longest < (period := _lunar_period_s(lane.orbit)):
            what = (
                f"the lander waits {longest / HOUR_S:.1f} h at most, a revolution of {lane.orbit.id} takes"
                f" {period / HOUR_S:.1f} h: it may never pass its site"
            )
            yield draft.warning(lane.path("staging", "loiter"), what, "allow a day at least, e.g. [0 d, 3 d]")


def _lunar_period_s(orbit: StagingOrbit) -> float:
    axis = R_MOON_KM + 0.5 * (orbit.perilune_altitude_km + orbit.apolune_altitude_km)
    return 2.0 * pi * sqrt(axis**3 / GM_MOON_KM3_S2)


def check_coast_leaves_room(draft: Draft) -> Iterator[Problem]:
    """Check that a coast asked for overlaps with what the launcher can do."""
    for lane in draft.lanes:
        asked = lane.lane.constraints.coast_s
        if asked is None or lane.launcher is None:
            continue
        low, high = lane.launcher.coast_s
        gap = max(asked[0] - high, low - asked[1])
        if gap > 0.0:
            what = (
                f"the coast asked for misses what {lane.launcher.id} can do"
                f" ({low / MINUTE_S:g} to {high / MINUTE_S:g} min) by {gap / MINUTE_S:g} min"
            )
            yield draft.warning(lane.path("constraints", "coast"), what, "let the two ranges overlap")


def check_phasing_is_longer_than_parking(draft: Draft) -> Iterator[Problem]:
    """Check that the phasing ellipse lies above the parking orbit it is entered from."""
    for lane in draft.lanes:
        phasing = lane.lane.transfer.phasing
        if phasing is None or lane.launcher is None:
            continue
        parking = R_EARTH_KM + lane.launcher.parking_altitude_km
        axis = _phasing_axis_km(phasing, lane.launcher.parking_altitude_km)
        if axis <= parking:
            periods_min = [2.0 * pi * sqrt(a**3 / GM_EARTH_KM3_S2) / MINUTE_S for a in (axis, parking)]
            what = f"the phasing orbit takes {periods_min[0]:.1f} min, the parking orbit {periods_min[1]:.1f} min"
            remedy = f"write more than {periods_min[1]:.0f} min or an apogee above the parking orbit, e.g. period: 24 h"
            yield draft.problem(lane.path("transfer", "phasing"), what, remedy)


def _phasing_axis_km(phasing: Phasing, parking_altitude_km: float) -> float:
    """Semi-major axis of a phasing ellipse: by Kepler's third law from its period, or from its apsides."""
    if phasing.period_s is not None:
        return float((GM_EARTH_KM3_S2 * (phasing.period_s / (2.0 * pi)) ** 2) ** (1.0 / 3.0))
    return R_EARTH_KM + 0.5 * (parking_altitude_km + (phasing.apogee_altitude_km or 0.0))


def phasing_c3_km2_s2(phasing: Phasing, parking_altitude_km: float) -> float:
    """Twice the specific energy of a phasing ellipse about the Earth, km2/s2."""
    return -GM_EARTH_KM3_S2 / _phasing_axis_km(phasing, parking_altitude_km)


def check_direct_descent_can_be_flown(draft: Draft) -> Iterator[Problem]:
    """Check that a lander that comes straight down lands, and has a thrust: its braking is always integrated."""
    for lane in draft.lanes:
        if lane.lane.transfer.kind != "direct_descent" or lane.lander is None:
            continue
        if not lane.lander.descent_is_integrated:
            lacks = "no thrust is known for its descent" if lane.lander.lands else "none of its stages flies descent"
            what = f"{lane.lander.id} cannot come straight down: {lacks}"
            yield draft.problem(lane.path("lander"), what, "take another lander, or transfer kind: direct")


def check_orbiters_have_no_landing_rules(draft: Draft) -> Iterator[Problem]:
    """Check that a lander that stays in orbit is asked for nothing on the ground."""
    rules = ("sun_elevation_deg", "sun_above_horizon_deg", "lit_after_landing_s", "contact_at_landing")
    for lane in draft.lanes:
        if lane.lander is None or lane.lander.lands:
            continue
        for rule in rules:
            if getattr(lane.lane.constraints, rule) is not None:
                key = rule.removesuffix("_deg").removesuffix("_s")
                what = f"{lane.lander.id} stays in orbit: {key} does nothing"
                yield draft.warning(lane.path("constraints", key), what, "leave it out, or take a lander that lands")


def check_sun_can_stand_that_high(draft: Draft) -> Iterator[Problem]:
    """Check that the Sun, never above 90° - |φ| + 1.6° at latitude φ, can stand as high as asked."""
    for lane in draft.lanes:
        wanted = lane.lane.constraints.sun_elevation_deg
        if lane.site is None or wanted is None:
            continue
        highest = 90.0 - abs(lane.site.latitude_deg) + HIGHEST_SUN_MARGIN_DEG
        if wanted[0] > highest:
            what = f"the Sun never stands above {highest:.2f}° at {lane.site.id}, {wanted[0] - highest:.2f}° short"
            remedy = "near a pole write sun_above_horizon instead"
            yield draft.warning(lane.path("constraints", "sun_elevation"), what, remedy)


def check_day_lasts_that_long(draft: Draft) -> Iterator[Problem]:
    """Check that the site's longest day holds the light asked for after landing; a mask may see further."""
    for lane in draft.lanes:
        asked = lane.lane.constraints.lit_after_landing_s
        if asked is None or lane.site is None or lane.site.has_outline:
            continue
        longest_d = _longest_day_d(lane.site)
        if asked / DAY_S > longest_d:
            what = (
                f"the longest day at {lane.site.id} lasts {longest_d:.1f} d,"
                f" {asked / DAY_S - longest_d:.1f} d less than asked"
            )
            remedy = f"ask for less than {longest_d:.1f} d, or land nearer to a pole"
            yield draft.warning(lane.path("constraints", "lit_after_landing"), what, remedy)


def _longest_day_d(site: LandingSite) -> float:
    """Longest time with the Sun's centre above the level: the day arc cos H = -tan φ tan δ at its own midsummer."""
    cosine = -tan(radians(min(abs(site.latitude_deg), 89.999))) * tan(radians(HIGHEST_SUN_MARGIN_DEG))
    return LONGEST_POLAR_DAY_D if cosine <= -1.0 else LONGEST_LUNAR_DAY_D * acos(cosine) / pi


def check_contact_can_be_had(draft: Draft) -> Iterator[Problem]:
    """Check that the Earth can stand above the site's horizon, and that a relay is there, where they are asked for."""
    for lane in draft.lanes:
        asked = lane.lane.constraints.contact_at_landing
        if asked is None or lane.site is None or draft.station is None:
            continue
        relay = any(item.kind == "relay" and item.orbit is not None for item in draft.station.orbit)
        short = -_highest_earth_deg(lane.site) - (MASK_ALLOWANCE_DEG if lane.site.has_outline else 0.0)
        told = []
        if asked != "relay" and short > 0.0:
            told.append(f"the Earth never rises at {lane.site.id}, {short:.1f}° short")
        if asked != "earth" and not relay:
            told.append("the station has no relay with an orbit")
        if len(told) == (2 if asked == "earth_or_relay" else 1):
            remedy = "add a relay with an orbit to station.orbit" if not relay else "write contact_at_landing: relay"
            yield draft.warning(lane.path("constraints", "contact_at_landing"), "; ".join(told), remedy)


def _highest_earth_deg(site: LandingSite) -> float:
    """Highest elevation that the Earth's centre reaches over the level plane of a site, libration at its best."""
    most_latitude, most_longitude = LIBRATION_DEG
    east = (site.longitude_deg + 180.0) % 360.0 - 180.0
    longitude = radians(east - max(-most_longitude, min(most_longitude, east)))
    best = max(
        sin(radians(site.latitude_deg)) * sin(radians(b))
        + cos(radians(site.latitude_deg)) * cos(radians(b)) * cos(longitude)
        for b in np.linspace(-most_latitude, most_latitude, 21)
    )
    return degrees(asin(min(best, 1.0)))


def check_some_launch_day_is_left(draft: Draft) -> Iterator[Problem]:
    """Check that seasons, blackouts and launches already dated leave a day of the horizon."""
    for lane in draft.lanes:
        if draft.horizon is None or lane.launch_site is None or _has_launch_days(lane, draft.horizon):
            continue
        if left := [name for name, alone in _calendar_rules(lane, lane.launch_site) if alone]:
            count = (draft.horizon.end - draft.horizon.start).days + 1
            what = f"{', '.join(left)} leave none of the {count} days of the horizon: every day is closed"
            yield draft.warning(lane.path(), what, "widen the horizon or the seasons, or drop a date")


def _calendar_rules(lane: DraftLane, site: LaunchSite) -> list[tuple[str, bool]]:
    """Names of the rules of the calendar, with whether the lane or its pad has them."""
    between = lane.lane.constraints.days_between_launches_s is not None
    return [
        ("seasons", bool(lane.lane.seasons or site.seasons)),
        ("blackout", bool(lane.lane.blackout or site.blackout)),
        ("days_between_launches", between and bool(lane.lane.launched or site.booked)),
    ]


def _has_launch_days(lane: DraftLane, horizon: Horizon) -> bool:
    return next(_launch_days(lane, horizon), None) is not None


def _launch_days(lane: DraftLane, horizon: Horizon) -> Iterator[date]:
    """Days of the horizon on which the calendar lets a lane launch."""
    sites = () if lane.launch_site is None else (lane.launch_site,)
    taken = (*lane.lane.launched, *(day for site in sites for day in site.booked))
    apart_d = (lane.lane.constraints.days_between_launches_s or 0.0) / DAY_S
    for number in range((horizon.end - horizon.start).days + 1):
        day = horizon.start + timedelta(days=number)
        in_season = all(
            not owner.seasons or any(each.holds(day) for each in owner.seasons) for owner in (lane.lane, *sites)
        )
        blacked_out = any(span.holds(day) for owner in (lane.lane, *sites) for span in owner.blackout)
        if in_season and not blacked_out and all(abs((day - other).days) >= apart_d for other in taken):
            yield day


def check_liftoff_light_can_be_had(draft: Draft) -> Iterator[Problem]:
    """Check that the Sun rises (or sets) at the pad on some day on which the lane may launch."""
    for lane in draft.lanes:
        asked = lane.lane.constraints.liftoff_light
        if asked is None or draft.horizon is None or lane.launch_site is None:
            continue
        latitude = abs(lane.launch_site.latitude_deg)
        north = 1.0 if lane.launch_site.latitude_deg >= 0.0 else -1.0
        suns = [north * sun_declination_deg(day) for day in _launch_days(lane, draft.horizon)]
        noon, midnight = (90.0 - latitude + max(suns, default=90.0)), (latitude + min(suns, default=-90.0) - 90.0)
        short = SUNRISE_DEG - noon if asked == "day" else midnight - SUNRISE_DEG
        if short > 0.0:
            what = f"there is no {asked} at {lane.launch_site.id} on any launch day, {short:.1f}° of Sun short"
            remedy = "widen the horizon or the seasons, or leave liftoff_light out"
            yield draft.warning(lane.path("constraints", "liftoff_light"), what, remedy)


def sun_declination_deg(day: date) -> float:
    """Declination of the Sun at 12:00 UTC, within 0.02 deg: low-precision formulae of the Astronomical Almanac, C5."""
    days = (day - date(2000, 1, 1)).days
    anomaly = radians(357.528 + 0.9856003 * days)
    longitude = radians(280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2.0 * anomaly))
    return degrees(asin(sin(radians(23.439 - 4e-7 * days)) * sin(longitude)))


def check_pad_reaches_the_moon(draft: Draft) -> Iterator[Problem]:
    """Check that the steepest plane of a pad reaches the Moon's declination on some arrival; short horizons only."""
    for lane in draft.lanes:
        if draft.horizon is None or lane.launch_site is None:
            continue
        least = _least_moon_declination_deg(draft.horizon, lane.lane.transfer.time_of_flight_s)
        short = least - ASYMPTOTE_ALLOWANCE_DEG - _steepest_deg(lane.launch_site)
        if short > 0.0:
            what = (
                f"planes from {lane.launch_site.id} reach {_steepest_deg(lane.launch_site):.1f}° of declination, the"
                f" Moon stands {least:.1f}° off the equator or more at arrival: {short:.1f}° short"
            )
            remedy = "widen the horizon by a week, or the pad's azimuths"
            yield draft.warning(lane.path("launch_site"), what, remedy)


def _steepest_deg(site: LaunchSite) -> float:
    """Greatest |declination| that a pad's parking orbits pass over: cos i = cos φ sin A."""
    if site.allowed_inclinations_deg is not None:
        return max(min(i, 180.0 - i) for i in site.allowed_inclinations_deg)
    first, last = site.azimuth_range_deg or (0.0, 0.0)
    span = (last - first) % 360.0
    if any((pole - first) % 360.0 <= span for pole in (0.0, 180.0)):
        return 90.0
    sine = min(abs(sin(radians(azimuth))) for azimuth in (first, last))
    return degrees(acos(cos(radians(site.latitude_deg)) * sine))


def _least_moon_declination_deg(horizon: Horizon, time_of_flight_s: tuple[float, float]) -> float:
    """Least |declination| of the Moon over the arrivals of a horizon; 0 where those span half a month."""
    from sim.astro.ephemeris import Ephemeris

    days = (horizon.end - horizon.start).days + 1
    shortest, longest = time_of_flight_s
    if days + (longest - shortest) / DAY_S > HALF_MONTH_D:
        return 0.0
    start = datetime(horizon.start.year, horizon.start.month, horizon.start.day, tzinfo=UTC)
    first_s = (start - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() + shortest
    epochs = np.arange(first_s, first_s + days * DAY_S + (longest - shortest), HOUR_S)
    moon, _ = Ephemeris.de440().moon_geocentric(epochs)
    return float(np.degrees(np.min(np.abs(np.arcsin(moon[:, 2] / np.linalg.norm(moon, axis=-1))))))
