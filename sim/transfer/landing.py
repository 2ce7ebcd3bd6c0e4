"""When a lander that waits in its staging orbit can land: passes abeam the site, in reach and in the right light.

Geometry. With h the orbit's unit normal and s the site's unit vector (both ICRF), the site lies ``asin(h . s)`` beside
the plane: the cross-range a descent has to make up. Each turn offers one chance: the descent begins from the circle at
the height of perilune, entered at a perilune passage, and the landing epoch is when the lander, moving along that
circle, first comes abeam of the site (its angle from perilune equals that of the site's projection on the plane)::

                  perilune  p           landing = perilune passage + angle (p -> site) / circle rate
                     *  <--- insertion
                 .       .
               .           o  abeam the site s; powered descent takes place around here
                 .       .
                     *               the plane regresses about the Moon's pole, the site turns with the Moon

Simplifications. Touchdown differs from the abeam epoch by the braking time, 5 to 15 minutes (0.1 degrees of Sun). For a
circular staging orbit the circle is the orbit and nothing else is simplified; from an ellipse the lander first drops to
the circle at perilune, which costs what ``descent`` charges and takes less than one turn of that circle. A landing is a
question of waiting only: nobody adjusts the period to make a pass fall better.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.transfer.landing_kernel import VALUES, list_passes, search_flights
from sim.transfer.landing_light import (
    BROKEN,
    CONTACT_SCALE_RAD,
    LIGHT_LEFT_SCALE_S,
    LIGHT_SCALE_RAD,
    Band,
    LightTable,
    SiteLight,
    light_table,
)
from sim.transfer.staging import StagingMotion, orbit_axes_icrf, staging_motion

__all__ = [
    "LANDING_REASONS",
    "Contact",
    "LandingChances",
    "LandingRule",
    "NearestLanding",
    "Passes",
    "SiteLight",
    "StagedFlights",
    "first_landing",
    "nearest_landing",
    "passes_between",
    "staged_flights",
    "table_for",
]

Contact = Literal["earth", "relay", "earth_or_relay"]

FloatArray = NDArray[np.float64]

LANDING_REASONS = (
    "lands",
    "Sun never as asked within the loiter range",
    "site never within cross-range during the loiter range",
    "site within cross-range only while the Sun is not as asked",
    "no flight arrives",
    "loiter range outside the dates of the site's light",
    "light never lasts as long as asked within the loiter range",
    "no contact as asked within the loiter range",
    "site within cross-range, Sun, light left and contact never as asked together",
)


@dataclass(frozen=True, slots=True)
class LandingRule:
    """What a landing must satisfy: how long to wait, how far beside the plane, Sun, light left, contact (None: any).

    A loiter range shorter than one turn is widened to one turn from its start: "no loiter" means the first pass.
    ``lit_after_s`` is the least time until sunset; ``contact`` says what must have been in view over the last 15
    minutes of the descent, and the site's light has to know it.
    """

    loiter_s: tuple[float, float]
    cross_range_rad: float
    sun_elevation_rad: Band = None
    sun_above_horizon_rad: Band = None
    lit_after_s: float | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class LandingChances:
    """First feasible landing of N flights and how near the others come.

    Attributes
    ----------
    reason : ndarray (N,) int8
        Index into ``LANDING_REASONS``; 0 lands.
    landing_tdb_s, loiter_s, cross_range_rad, sun_elevation_rad, sun_above_horizon_rad : ndarray (N,)
        Of the first feasible landing; NaN where there is none. Cross-range is not signed.
    best_light_margin_rad : ndarray (N,)
        Best margin of the Sun at any epoch of the loiter range; negative: short by that much; inf: not asked.
    best_cross_range_margin_rad : ndarray (N,)
        Best of (limit - cross-range) over the passes of the loiter range.
    light_in_plane_margin_rad : ndarray (N,)
        Best light margin over the passes within cross-range: at the landing where the flight lands, negative where
        light and plane are never right together, NaN otherwise.
    light_left_s, contact_rad : ndarray (N,)
        Of the first feasible landing: time until sunset (30 days: a month or more), and the least height of what is
        asked to be in view over the 15 minutes before (inf: not asked).
    best_light_left_margin_s, best_contact_margin_rad : ndarray (N,)
        Best at any epoch of the loiter range; inf: neither is asked.
    light_left_in_plane_margin_s, contact_in_plane_margin_rad : ndarray (N,)
        As ``light_in_plane_margin_rad``, all three at the same pass: the one with the fewest broken conditions, then
        the least trouble.
    """

    reason: NDArray[np.int8]
    landing_tdb_s: FloatArray
    loiter_s: FloatArray
    cross_range_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    best_light_margin_rad: FloatArray
    best_cross_range_margin_rad: FloatArray
    light_in_plane_margin_rad: FloatArray
    light_left_s: FloatArray
    contact_rad: FloatArray
    best_light_left_margin_s: FloatArray
    best_contact_margin_rad: FloatArray
    light_left_in_plane_margin_s: FloatArray
    contact_in_plane_margin_rad: FloatArray

    @property
    def light_margin_rad(self) -> FloatArray:
        """Margin (N,) of the Sun that judges each flight: at a pass in reach, or anywhere where the site forbids."""
        return self._judged(self.best_light_margin_rad, self.light_in_plane_margin_rad)

    @property
    def light_left_margin_s(self) -> FloatArray:
        """Margin (N,) of the light left, likewise."""
        return self._judged(self.best_light_left_margin_s, self.light_left_in_plane_margin_s)

    @property
    def contact_margin_rad(self) -> FloatArray:
        """Margin (N,) of contact, likewise."""
        return self._judged(self.best_contact_margin_rad, self.contact_in_plane_margin_rad)

    def _judged(self, anywhere: FloatArray, in_plane: FloatArray) -> FloatArray:
        return np.where(np.isin(self.reason, _SITE_REASONS), anywhere, in_plane)


_SITE_REASONS = (1, 6, 7)
"""Reasons that lie with the site alone, wherever the plane is."""


CONDITIONS = ("cross_range", "light", "light_left", "contact", "loiter")
"""What a landing chance may break, in the order of ``NearestLanding.alone``."""

_SCALES = (LIGHT_SCALE_RAD, LIGHT_SCALE_RAD, LIGHT_LEFT_SCALE_S, CONTACT_SCALE_RAD, 86400.0)
_FLIGHTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class NearestLanding:
    """Of N flights, the landing chance that is the least trouble; arrays (N,), NaN where there is none to judge.

    Margins in the order of ``CONDITIONS``; negative: the chance breaks that condition by so much; inf: not asked. The
    flight lands as asked where none is negative, and the chance is then the first such.

    Attributes
    ----------
    landing_tdb_s, loiter_s, cross_range_rad, sun_elevation_rad, sun_above_horizon_rad, light_left_s, contact_rad
        Of the chance, as in ``LandingChances``.
    cross_range_margin_rad, light_margin_rad, light_left_margin_s, contact_margin_rad, loiter_margin_s
    revolution : ndarray (N,)
        Perilune passages from insertion to the landing, whole numbers.
    alone : ndarray (N, 5)
        By condition: how far it alone must give way at the chance where that is least (0: the flight lands); NaN where
        no chance breaks but this one.
    """

    landing_tdb_s: FloatArray
    loiter_s: FloatArray
    cross_range_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    light_left_s: FloatArray
    contact_rad: FloatArray
    cross_range_margin_rad: FloatArray
    light_margin_rad: FloatArray
    light_left_margin_s: FloatArray
    contact_margin_rad: FloatArray
    loiter_margin_s: FloatArray
    revolution: FloatArray
    alone: FloatArray


@dataclass(frozen=True, slots=True)
class Passes:
    """Every pass of N flights from the shortest loiter on, arrays (N, T), NaN behind the last one.

    ``margins`` (5, N, T) by ``CONDITIONS``; ``revolution`` counts perilune passages since insertion.
    """

    landing_tdb_s: FloatArray
    loiter_s: FloatArray
    cross_range_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    light_left_s: FloatArray
    contact_rad: FloatArray
    revolution: FloatArray
    margins: FloatArray


@dataclass(frozen=True, slots=True)
class StagedFlights:
    """N flights in their staging orbits, as the kernels take them."""

    arrival_tdb_s: FloatArray
    normal_icrf: FloatArray
    apsis_icrf: FloatArray
    pole_icrf: FloatArray
    rates: FloatArray

    @property
    def arrays(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """In the order of the kernels."""
        return self.arrival_tdb_s, self.normal_icrf, self.apsis_icrf, self.pole_icrf, self.rates

    def __getitem__(self, which: slice) -> StagedFlights:
        """Return some of them."""
        return StagedFlights(*(array[which] for array in self.arrays))


def table_for(light: SiteLight, rule: LandingRule) -> LightTable:
    """Index of a site's light for a rule, to be made once where ``first_landing`` is called often."""
    return light_table(
        light, rule.sun_elevation_rad, rule.sun_above_horizon_rad, rule.lit_after_s, rule.contact is not None
    )


def first_landing(
    arrival_tdb_s: FloatArray,
    perilune_state_icrf: FloatArray,
    moon_pole_icrf: FloatArray,
    perilune_radius_km: float,
    apolune_radius_km: float,
    light: SiteLight | LightTable,
    rule: LandingRule,
) -> LandingChances:
    """Find for N flights the first pass that can land, and the best margins within the loiter range.

    Parameters
    ----------
    arrival_tdb_s : ndarray (N,)
        Insertion at perilune, TDB seconds past J2000; NaN where no flight arrives.
    perilune_state_icrf : ndarray (N, 6)
        Moon-centred state there; its plane and apsis line are taken over by the staging orbit.
    moon_pole_icrf : ndarray (3,) or (N, 3)
        The Moon's pole (third row of its axes at arrival); it moves 0.04 degrees in 25 days.
    perilune_radius_km, apolune_radius_km : float
        Of the staging orbit.
    light : SiteLight or LightTable
        A table holds what ``rule`` asks of light and contact already; it is not looked at again.
    rule : LandingRule
    """
    table = light if isinstance(light, LightTable) else table_for(light, rule)
    flights = staged_flights(
        arrival_tdb_s, perilune_state_icrf, moon_pole_icrf, perilune_radius_km, apolune_radius_km, table
    )
    limits = np.array([*rule.loiter_s, np.sin(min(rule.cross_range_rad, 0.5 * np.pi))])
    count = len(flights.arrival_tdb_s)
    reason, out = np.empty(count, np.int8), np.empty((VALUES, count))
    search_flights(*flights.arrays, table, limits, reason, out)
    return LandingChances(reason, *out)


def staged_flights(
    arrival_tdb_s: FloatArray,
    perilune_state_icrf: FloatArray,
    moon_pole_icrf: FloatArray,
    perilune_radius_km: float,
    apolune_radius_km: float,
    table: LightTable,
) -> StagedFlights:
    """Axes and rates of the staging orbits of N flights; parameters as of ``first_landing``."""
    arrival = np.ascontiguousarray(arrival_tdb_s, dtype=np.float64)
    normal, apsis = orbit_axes_icrf(np.asarray(perilune_state_icrf, dtype=np.float64))
    pole = np.ascontiguousarray(np.broadcast_to(np.asarray(moon_pole_icrf, dtype=np.float64), normal.shape))
    cos_inclination = np.einsum("ij,ij->i", normal, pole)
    motion = staging_motion(perilune_radius_km, apolune_radius_km, cos_inclination)
    return StagedFlights(arrival, normal, apsis, pole, _rates(motion, cos_inclination, table.site_rate_rad_s))


def nearest_landing(
    arrival_tdb_s: FloatArray,
    perilune_state_icrf: FloatArray,
    moon_pole_icrf: FloatArray,
    perilune_radius_km: float,
    apolune_radius_km: float,
    light: SiteLight | LightTable,
    rule: LandingRule,
    beyond_s: float = 0.0,
) -> NearestLanding:
    """Judge every pass of N flights from the shortest loiter to the longest and ``beyond_s`` more, and pick one each.

    The one with the fewest broken conditions, then with the least sum of shortfalls, each in units of 0.5 deg of
    cross-range, 0.5 deg of Sun, 0.5 d of light, 1 deg of contact, 1 d of loiter; the earliest of equals. Some 0.1 ms a
    flight; other parameters as of ``first_landing``. Passes beyond the dates of the site's light are not seen.
    """
    table = light if isinstance(light, LightTable) else table_for(light, rule)
    flights = staged_flights(
        arrival_tdb_s, perilune_state_icrf, moon_pole_icrf, perilune_radius_km, apolune_radius_km, table
    )
    count = len(flights.arrival_tdb_s)
    starts = range(0, max(count, 1), _FLIGHTS_AT_ONCE)
    parts = [passes_between(flights[first : first + _FLIGHTS_AT_ONCE], table, rule, beyond_s) for first in starts]
    found = [_least_trouble(part) for part in parts]
    names = [field.name for field in fields(NearestLanding)]
    return NearestLanding(*(np.concatenate([getattr(part, name) for part in found]) for name in names))


def passes_between(flights: StagedFlights, table: LightTable, rule: LandingRule, beyond_s: float = 0.0) -> Passes:
    """List the passes of N flights from the shortest loiter to the longest and ``beyond_s`` more, with margins."""
    start = flights.arrival_tdb_s + rule.loiter_s[0]
    longest = np.maximum(flights.arrival_tdb_s + rule.loiter_s[1], start + flights.rates[:, 0])
    grid_stop = table.start_tdb_s + table.step_s * table.next_lit.size
    stop = np.where(flights.arrival_tdb_s >= table.start_tdb_s, np.minimum(longest + beyond_s, grid_stop), np.nan)
    turns = np.nan_to_num((stop - start) / flights.rates[:, 0], nan=0.0)
    listed = np.full((len(start), max(1, int(np.max(turns, initial=0.0)) + 3), 6), np.nan)
    first = np.zeros(len(start), np.int64)
    list_passes(*flights.arrays, table, start, stop, first, listed)
    landing, sine, elevation, above, left, contact = np.moveaxis(listed, -1, 0)
    cross_range = np.arcsin(np.minimum(1.0, np.abs(sine)))
    margins = (
        np.arcsin(np.sin(min(rule.cross_range_rad, 0.5 * np.pi))) - cross_range,
        band_margin_rad(table, landing, elevation, above),
        left - table.lit_after_s,
        contact,
        longest[:, None] - landing,
    )
    return Passes(
        landing_tdb_s=landing,
        loiter_s=landing - flights.arrival_tdb_s[:, None],
        cross_range_rad=cross_range,
        sun_elevation_rad=elevation,
        sun_above_horizon_rad=above,
        light_left_s=left,
        contact_rad=contact,
        revolution=np.where(np.isnan(landing), np.nan, first[:, None] + np.arange(landing.shape[1])),
        margins=np.stack(margins),
    )


def band_margin_rad(
    table: LightTable, t_tdb_s: FloatArray, elevation_rad: FloatArray, above_rad: FloatArray
) -> FloatArray:
    """How far inside its bands the Sun stands (...) at epochs with its elevation and height above the horizon."""
    middle, half, middle_above, half_above = table.bands_rad
    inside = np.minimum(half - np.abs(elevation_rad - middle), half_above - np.abs(above_rad - middle_above))
    margin: FloatArray = np.minimum(inside, table.most_margin_rad[table.cells(t_tdb_s)])
    return margin


def _least_trouble(passes: Passes) -> NearestLanding:
    short = np.maximum(-passes.margins, 0.0)
    broken, known = short > 0.0, np.isfinite(passes.landing_tdb_s)
    scaled = np.sum(short / np.array(_SCALES)[:, None, None], axis=0)
    trouble = np.where(known, BROKEN * np.sum(broken, axis=0) + scaled, np.inf)
    rows = np.arange(len(trouble))
    pick = np.argmin(trouble, axis=1)
    others = np.sum(broken, axis=0) - broken
    alone = np.min(np.where(known & (others == 0), short, np.inf), axis=2)
    chance = [getattr(passes, name)[rows, pick] for name in _OF_A_CHANCE]
    alone = np.where(np.isinf(alone), np.nan, alone).T
    values = [*chance, *passes.margins[:, rows, pick], passes.revolution[rows, pick], alone]
    return NearestLanding(*values)


_OF_A_CHANCE = tuple(field.name for field in fields(NearestLanding))[:7]


def _rates(motion: StagingMotion, cos_inclination: FloatArray, site_rate_rad_s: float) -> FloatArray:
    """Rates (N, 6) of the kernel: those of the motion, and two bounds.

    The site moves along the Moon's equator, so only the horizontal part of the orbit's normal feels it; 0.01 covers the
    Moon's axis leaving the pole given.
    """
    node_rate = np.abs(motion.node_rate_rad_s)
    sine_rate = (np.sqrt(np.maximum(0.0, 1.0 - cos_inclination**2)) + 0.01) * (site_rate_rad_s + node_rate)
    drift = site_rate_rad_s + node_rate + np.abs(motion.apsis_rate_rad_s)
    slack = 1.0 + 2.0 * drift / motion.circle_rate_rad_s
    turning = (motion.turn_s, motion.node_rate_rad_s, motion.apsis_rate_rad_s, motion.circle_rate_rad_s)
    return np.stack((*turning, sine_rate, slack), axis=-1)
