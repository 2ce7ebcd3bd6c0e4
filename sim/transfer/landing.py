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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.transfer.landing_kernel import search_flights
from sim.transfer.landing_light import Band, LightTable, SiteLight, light_table
from sim.transfer.staging import StagingMotion, orbit_axes_icrf, staging_motion

__all__ = ["LANDING_REASONS", "LandingChances", "LandingRule", "SiteLight", "first_landing", "table_for"]

FloatArray = NDArray[np.float64]

LANDING_REASONS = (
    "lands",
    "Sun never as asked within the loiter range",
    "site never within cross-range during the loiter range",
    "site within cross-range only while the Sun is not as asked",
    "no flight arrives",
    "loiter range outside the dates of the site's light",
)


@dataclass(frozen=True, slots=True)
class LandingRule:
    """What a landing must satisfy: how long to wait, how far beside the plane, and the Sun (None: any).

    A loiter range shorter than one turn is widened to one turn from its start: "no loiter" means the first pass.
    """

    loiter_s: tuple[float, float]
    cross_range_rad: float
    sun_elevation_rad: Band = None
    sun_above_horizon_rad: Band = None


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


def table_for(light: SiteLight, rule: LandingRule) -> LightTable:
    """Index of a site's light for a rule, to be made once where ``first_landing`` is called often."""
    return light_table(light, rule.sun_elevation_rad, rule.sun_above_horizon_rad)


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
        A table holds the Sun's bands already; those of ``rule`` are not looked at again.
    rule : LandingRule
    """
    table = light if isinstance(light, LightTable) else table_for(light, rule)
    arrival = np.ascontiguousarray(arrival_tdb_s, dtype=np.float64)
    normal, apsis = orbit_axes_icrf(np.asarray(perilune_state_icrf, dtype=np.float64))
    pole = np.ascontiguousarray(np.broadcast_to(np.asarray(moon_pole_icrf, dtype=np.float64), normal.shape))
    cos_inclination = np.einsum("ij,ij->i", normal, pole)
    motion = staging_motion(perilune_radius_km, apolune_radius_km, cos_inclination)
    rates = _rates(motion, cos_inclination, table.site_rate_rad_s)
    limits = np.array([*rule.loiter_s, np.sin(min(rule.cross_range_rad, 0.5 * np.pi))])
    reason = np.empty(arrival.shape, np.int8)
    out = np.empty((8, arrival.size))
    search_flights(arrival, normal, apsis, pole, rates, table, limits, reason, out)
    return LandingChances(reason, *out)


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
