"""Slow search of landings that shares nothing with the kernels but the rates of the staging orbit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from sim.transfer.landing import LandingRule, SiteLight
from sim.transfer.staging import staging_motion

SAMPLES = 240  # along a turn: the site is abeam once in it, so a bracket needs no more


@dataclass(frozen=True)
class Case:
    """One flight with its site, light and rule."""

    arrival_tdb_s: float
    perilune_state: np.ndarray
    pole: np.ndarray
    perilune_radius_km: float
    apolune_radius_km: float
    light: SiteLight
    rule: LandingRule


def interpolated(light: SiteLight, values, t):
    grid = light.start_tdb_s + light.step_s * np.arange(len(light.sun_elevation_rad))
    if values.ndim == 1:
        return np.interp(t, grid, values)
    return np.stack([np.interp(t, grid, values[:, axis]) for axis in range(3)], axis=-1)


def band_margin(band, value):
    if band is None:
        return np.full(np.shape(value), np.inf)
    return np.minimum(value - band[0], band[1] - value)


def margin_at(case: Case, t):
    elevation = interpolated(case.light, case.light.sun_elevation_rad, t)
    above = interpolated(case.light, case.light.sun_above_horizon_rad, t)
    margin = np.minimum(
        band_margin(case.rule.sun_elevation_rad, elevation), band_margin(case.rule.sun_above_horizon_rad, above)
    )
    if case.light.is_eclipsed is None or np.isinf(margin).all():
        return margin
    cell = np.floor((t - case.light.start_tdb_s) / case.light.step_s).astype(int)
    return np.where(case.light.is_eclipsed[cell], np.minimum(margin, -0.5 * np.pi), margin)


def turned(axis, angle, vectors):
    return Rotation.from_rotvec(np.multiply.outer(angle, axis)).apply(vectors)


class Passes:
    """Every pass of a case: landing epoch and cross-range of each turn, by bisection on positions in space."""

    def __init__(self, case: Case) -> None:
        self.case = case
        r, v = case.perilune_state[:3], case.perilune_state[3:]
        self.apsis, normal = r / np.linalg.norm(r), np.cross(r, v)
        self.normal = normal / np.linalg.norm(normal)
        motion = staging_motion(
            case.perilune_radius_km, case.apolune_radius_km, np.array([float(self.normal @ case.pole)])
        )
        self.turn_s = motion.turn_s.item()
        self.node, self.argument = motion.node_rate_rad_s.item(), motion.apsis_rate_rad_s.item()
        self.circle = motion.circle_rate_rad_s.item()
        self.start = case.arrival_tdb_s + case.rule.loiter_s[0]
        self.stop = max(case.arrival_tdb_s + case.rule.loiter_s[1], self.start + self.turn_s)
        turns = np.arange(int((self.stop - case.arrival_tdb_s) / self.turn_s) + 1)
        t = self._abeam(case.arrival_tdb_s + turns * self.turn_s)
        self.t = t[(t >= self.start) & (t <= self.stop)]
        _, _, normal_at = self._axes(self.t, self.t)
        site = interpolated(case.light, case.light.site_unit_icrf, self.t)
        self.cross_range = np.abs(np.arcsin(np.einsum("ij,ij->i", normal_at, site)))

    def _axes(self, perilune, t):
        """Radial, along and normal unit vectors of the lander at t, on the circle entered at a perilune passage."""
        angle = self.argument * (perilune - self.case.arrival_tdb_s) + self.circle * (t - perilune)
        radial = turned(self.normal, angle, self.apsis)
        node = self.node * (t - self.case.arrival_tdb_s)
        radial = turned(self.case.pole, node, radial)
        normal = turned(self.case.pole, node, np.tile(self.normal, (len(t), 1)))
        return radial, np.cross(normal, radial), normal

    def _ahead(self, perilune, t):
        """Parts of the site's direction along the motion and outward: the site is abeam as the first falls to 0."""
        radial, along, _ = self._axes(perilune, t)
        site = interpolated(self.case.light, self.case.light.site_unit_icrf, t)
        return np.einsum("ij,ij->i", along, site), np.einsum("ij,ij->i", radial, site)

    def _abeam(self, perilune):
        steps = np.linspace(0.0, 1.05 * 2 * np.pi / self.circle, SAMPLES + 1)
        low = np.full(perilune.shape, np.nan)
        for a, b in itertools.pairwise(steps):
            before, _ = self._ahead(perilune, perilune + a)
            after, outward = self._ahead(perilune, perilune + b)
            low = np.where(np.isnan(low) & (before >= 0.0) & (after < 0.0) & (outward > 0.0), a, low)
        high = low + steps[1]
        for _ in range(40):
            middle = 0.5 * (low + high)
            still_ahead = self._ahead(perilune, perilune + middle)[0] >= 0.0
            low, high = np.where(still_ahead, middle, low), np.where(still_ahead, high, middle)
        return perilune + low


def light_left_at(light: SiteLight, t: float) -> float:
    """Time until the Sun sinks below the horizon, by walking over the grid."""
    grid = light.start_tdb_s + light.step_s * np.arange(len(light.sun_elevation_rad))
    above = light.sun_above_horizon_rad
    if np.interp(t, grid, above) < 0.0:
        return 0.0
    for low, high, start in zip(above[:-1], above[1:], grid[:-1], strict=True):
        sunset = start + light.step_s * low / (low - high) if low >= 0.0 > high else -np.inf
        if sunset >= t:
            return min(sunset - t, 30 * 86400.0)
    return min(grid[-1] - t, 30 * 86400.0)


def margins_at(case: Case, passes: Passes, stop: float):
    """Margins (5, K) of the passes: cross-range, light, light left, contact, loiter."""
    contact = np.full(passes.t.shape, np.inf)
    if case.rule.contact is not None:
        step = case.light.contact_step_s or case.light.step_s
        grid = case.light.start_tdb_s + step * np.arange(len(case.light.contact_rad))
        contact = np.interp(passes.t, grid, case.light.contact_rad)
    left = np.full(passes.t.shape, np.inf)
    if case.rule.lit_after_s is not None:
        left = np.array([light_left_at(case.light, t) for t in passes.t]) - case.rule.lit_after_s
    return np.stack(
        (case.rule.cross_range_rad - passes.cross_range, margin_at(case, passes.t), left, contact, stop - passes.t)
    )
