"""Lift-offs beside the moment of a plane: the rocket yaws into it on the way up.

A pad with one azimuth passes under the wanted plane at one moment. Before and after, the ascent leaves in the plane of
the pad's azimuth and ends a little beside the wanted plane of the same inclination, by y at the Earth's centre and
heading off it by g. The first stage keeps the azimuth, for its drop zone's sake; then yaw angles that change evenly
with time, α + κ(1 − 2 t/T), small, at a constant acceleration W/T with W and T what is left of speed and time, make up
both,

    V Δg = W α,   R Δy = W T (α/2 + κ/6),   and cost the speed W (α²/2 + κ²/6)

(the linear law is the small-angle form of the bilinear tangent law, Bryson & Ho 1975, section 2.7, which is the
cheapest one). From Kennedy to 51.6 degrees 50 m/s are worth four and a half minutes to either side; the Shuttle's
windows to the station were of five minutes to either side (assumed, recalled).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.transfer.pad import Headings

FloatArray = NDArray[np.float64]

STEERING_RESERVE_KM_S = 0.05
"""Speed that a launcher is taken to keep for steering: what it costs is taken off the mass it injects."""

FIRST_STAGE_SHARE = 0.3
"""Of the speed and of the time of the ascent, flown before the rocket may yaw: assumed."""

MOST_SHIFT_RAD = 0.2
"""Some 45 minutes; small angles no longer hold beyond."""

_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Climb:
    """The ascent as steering sees it: where it ends, how fast, how long and how far downrange."""

    radius_km: float
    speed_km_s: float
    time_s: float
    downrange_rad: float


def _beside(headings: Headings, climb: Climb, shift_rad: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Offset and heading off the wanted plane at the end of an unsteered ascent, and the argument in that plane.

    ``shift_rad`` is how far past the plane's own moment the Earth has turned; the ascent's own node is at zero.
    """
    u, i = headings.argument_rad + climb.downrange_rad, headings.inclination_rad
    zero = np.zeros_like(u)
    place = np.stack([np.cos(u), np.sin(u) * np.cos(i), np.sin(u) * np.sin(i)], -1)
    ahead = np.stack([-np.sin(u), np.cos(u) * np.cos(i), np.cos(u) * np.sin(i)], -1)
    node = np.stack([np.cos(shift_rad), -np.sin(shift_rad), zero], -1)
    normal = np.stack([-np.sin(shift_rad) * np.sin(i), -np.cos(shift_rad) * np.sin(i), np.cos(i)], -1)
    along, across = np.sum(place * node, -1), np.sum(place * np.cross(normal, node), -1)
    return np.sum(place * normal, -1), np.sum(ahead * normal, -1), np.arctan2(across, along)


def steering_loss_km_s(headings: Headings, climb: Climb, shift_rad: FloatArray) -> FloatArray:
    """Speed (A,) spent to yaw into the planes of headings when the Earth has turned by ``shift_rad`` (A,) past it."""
    offset, heading, _ = _beside(headings, climb, shift_rad)
    speed, time = (1.0 - FIRST_STAGE_SHARE) * climb.speed_km_s, (1.0 - FIRST_STAGE_SHARE) * climb.time_s
    alpha = -heading * climb.speed_km_s / speed
    kappa = 6.0 * (-offset * climb.radius_km / (speed * time) - 0.5 * alpha)
    loss: FloatArray = speed * (alpha**2 / 2.0 + kappa**2 / 6.0)
    return loss


def steered(headings: Headings, climb: Climb, shift_rad: FloatArray) -> Headings:
    """Headings (A,) that leave their azimuth when the Earth has turned by ``shift_rad`` (A,) past their planes."""
    _, _, argument = _beside(headings, climb, shift_rad)
    turned = argument - headings.argument_rad - climb.downrange_rad
    return Headings(
        azimuth_rad=headings.azimuth_rad,
        inclination_rad=headings.inclination_rad,
        node_offset_rad=headings.node_offset_rad + shift_rad,
        argument_rad=headings.argument_rad + (turned + np.pi) % (2.0 * np.pi) - np.pi,
        speed_loss_km_s=headings.speed_loss_km_s + steering_loss_km_s(headings, climb, shift_rad),
    )


def steering_limits_rad(
    headings: Headings, climb: Climb, reserve_km_s: float = STEERING_RESERVE_KM_S
) -> tuple[FloatArray, FloatArray]:
    """Earliest (negative) and latest shifts (A,) that the reserve pays for."""
    early, late = (_widest(headings, climb, reserve_km_s, sign) for sign in (-1.0, 1.0))
    return early, late


def _widest(headings: Headings, climb: Climb, reserve_km_s: float, sign: float) -> FloatArray:
    inside, outside = np.zeros(len(headings)), np.full(len(headings), MOST_SHIFT_RAD)
    for _ in range(_HALVINGS):
        middle = 0.5 * (inside + outside)
        paid = steering_loss_km_s(headings, climb, sign * middle) <= reserve_km_s
        inside, outside = np.where(paid, middle, inside), np.where(paid, outside, middle)
    widest: FloatArray = sign * inside
    return widest
