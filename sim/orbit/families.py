"""Families of halo and distant retrograde orbits by pseudo-arclength continuation, and their members by what one asks.

A family is a curve in the space of x, z, vy at a perpendicular crossing and the period (Doedel et al. 2003, Int. J.
Bifurcation Chaos 13:1353; Howell 1984, Celest. Mech. 32:53). It is followed along its tangent, so that it may turn back
in period or amplitude. In this system (lengths with `sim.orbit.crtbp.LENGTH_KM`):

* L2 halos shorten all the way, from 14.83 d in the plane to 5.92 d where they touch the Moon. Their amplitude is
  greatest at 10.2 d; between 66 561 and 77 787 km it has two members, the near-rectilinear one closer to the Moon.
* L1 halos grow in amplitude all the way, to 95 925 km where they touch the Moon. Their period rises from 11.91 to
  12.10 d, falls to 7.83 d, and rises again to 8.40 d.
* Distant retrograde orbits grow in period with their size.

Where several members match, the first from the start of the family is meant (the plane, or the Moon's surface), and
the last with ``near_rectilinear``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from sim.constants import R_MOON_KM, SYNODIC_MONTH_D
from sim.errors import MoonportError, UsageError
from sim.orbit.crtbp import LENGTH_KM, MASS_RATIO
from sim.orbit.periodic import (
    Branch,
    NotPeriodic,
    PeriodicOrbit,
    Point,
    amplitude_km,
    corrected,
    crossing_on_plane,
    curve_tangent,
    orbit_of,
    perilune_radius_km,
    unknowns_of,
)
from sim.units import DAY_S

FloatArray = NDArray[np.float64]
Measure = Callable[[PeriodicOrbit], float]

SYNODIC_MONTH_S: Final = SYNODIC_MONTH_D * DAY_S
"""Mean time from new Moon to new Moon at J2000: Meeus 1998, Astronomical Algorithms, eq. 49.1."""

SMALLEST_HALO_KM: Final = 100.0
"""Amplitude of the first halo of a family, a step away from the plane."""

LARGEST_DRO_KM: Final = 200_000.0
"""Half length at which the family of distant retrograde orbits is left: half-way to the Earth."""

_AT_THE_PLANE: Final[dict[str, tuple[float, float, float]]] = {
    "L1": (0.8234, 0.1263, 2.743),
    "L2": (1.1809, -0.1559, 3.4155),
}
"""x, vy and period of the planar Lyapunov orbit where the halos branch off, rounded: for L2 row 1524 of JPL's catalogue
of three-body orbits (ssd.jpl.nasa.gov/tools/periodic_orbits.html), for L1 corrected here. The first halo is corrected
from them with z held, and from guesses a thousandth beside them just as well."""

_SCALE: Final = np.array([1.0, 1.0, 1.0, 0.3])
"""Of the unknowns along the curve: a period changes by 2 where a place changes by 0.2."""
_FIRST_STEP: Final = 1e-3
_LONGEST_STEP: Final = {"halo": 0.006, "dro": 0.02}
"""So that straight lines between members draw the kinks of the stability index; retrograde orbits have none."""
_SHORTEST_STEP: Final = 1e-7
_SHARPEST_TURN: Final = np.cos(np.radians(4.0))
_GROWTH: Final = 1.4
_MOST_MEMBERS: Final = 2000


# --- members -------------------------------------------------------------------------------------------------------


@cache
def halo_orbit(
    point: Point,
    branch: Branch,
    *,
    amplitude_km: float | None = None,
    period_s: float | None = None,
    resonance: str | None = None,
    near_rectilinear: bool = False,
    mass_ratio: float = MASS_RATIO,
) -> PeriodicOrbit:
    """Return the halo orbit with an amplitude, a period or a resonance, one of the three.

    Parameters
    ----------
    point : str
        L1 or L2.
    branch : str
        north or south: over which pole its crossing further from the Moon lies.
    amplitude_km : float, optional
        Greatest distance from the plane of the Moon's orbit.
    period_s : float, optional
    resonance : str, optional
        Revolutions in synodic months, as ``"9:2"``.
    near_rectilinear : bool
        Of several such members the one nearest to the Moon rather than the one nearest to the plane.
    mass_ratio : float

    Raises
    ------
    UsageError
        Where no member is like that; it gives the family's range.
    """
    members = halo_family(point, branch, mass_ratio=mass_ratio)
    return _member(members, f"{point} halo", amplitude_km, period_s, resonance, last=near_rectilinear)


@cache
def distant_retrograde_orbit(
    *,
    amplitude_km: float | None = None,
    period_s: float | None = None,
    resonance: str | None = None,
    mass_ratio: float = MASS_RATIO,
) -> PeriodicOrbit:
    """Return the distant retrograde orbit with a half length along the line to the Earth, a period or a resonance.

    One of the three, as in `halo_orbit`; `UsageError` with the family's range where no member is like that.
    """
    members = dro_family(mass_ratio=mass_ratio)
    return _member(members, "distant retrograde orbit", amplitude_km, period_s, resonance, last=False)


def resonant_period_s(resonance: str) -> float:
    """Return the period of a resonance ``"9:2"``: 9 revolutions in 2 synodic months."""
    revolutions, colon, months = resonance.partition(":")
    if not (colon and revolutions.isdecimal() and months.isdecimal() and int(revolutions) and int(months)):
        message = f'{resonance!r} is no resonance — write revolutions and synodic months, like "9:2"'
        raise UsageError(message)
    return SYNODIC_MONTH_S * int(months) / int(revolutions)


def _member(
    members: Sequence[PeriodicOrbit],
    name: str,
    amplitude: float | None,
    period_s: float | None,
    resonance: str | None,
    *,
    last: bool,
) -> PeriodicOrbit:
    if sum(value is not None for value in (amplitude, period_s, resonance)) != 1:
        message = f"one of amplitude, period and resonance tells which {name} is meant — give one of them"
        raise UsageError(message)
    if amplitude is not None:
        return _member_with(members, amplitude_km, amplitude, last, f"{name} has an amplitude", "km", 1.0)
    wanted_s = resonant_period_s(resonance) if resonance is not None else float(period_s or 0.0)
    what = f"{name} has a period" if resonance is None else f"{name} has the resonance {resonance}, a period"
    return _member_with(members, _period_s, wanted_s, last, what, "d", DAY_S)


def _member_with(
    members: Sequence[PeriodicOrbit], measure: Measure, value: float, last: bool, what: str, unit: str, unit_size: float
) -> PeriodicOrbit:
    """Return the first or last member with a value of ``measure``, between two of the family by root finding."""
    beyond = np.array([measure(member) for member in members]) - value
    brackets = np.flatnonzero(beyond[:-1] * beyond[1:] <= 0.0)
    if not brackets.size:
        low, high = (beyond + value)[[beyond.argmin(), beyond.argmax()]] / unit_size
        message = (
            f"no {what} of {value / unit_size:.6g} {unit}: the family goes from {low:.6g} to {high:.6g} {unit} "
            "— ask for one of those"
        )
        raise UsageError(message)
    at = int(brackets[-1 if last else 0])
    one, other = members[at], members[at + 1]

    def miss(share: float) -> float:
        return measure(_between(one, other, share)) - value

    if miss(0.0) == 0.0:
        return one
    return other if miss(1.0) == 0.0 else _between(one, other, float(brentq(miss, 0.0, 1.0, xtol=1e-15)))


def _between(one: PeriodicOrbit, other: PeriodicOrbit, share: float) -> PeriodicOrbit:
    """Return the member a share of the way from one to another near by: on the plane across the chord there."""
    start, stop = unknowns_of(one), unknowns_of(other)
    found = crossing_on_plane(start + share * (stop - start), (stop - start) / _SCALE**2, one.mass_ratio)
    if isinstance(found, NotPeriodic):
        raise MoonportError(found.reason)
    return orbit_of(found, one.family, one.point, one.branch, one.mass_ratio)


def _period_s(orbit: PeriodicOrbit) -> float:
    return orbit.period_s


# --- families ------------------------------------------------------------------------------------------------------


@cache
def halo_family(point: Point, branch: Branch, *, mass_ratio: float = MASS_RATIO) -> tuple[PeriodicOrbit, ...]:
    """Return the halos of a point from an amplitude of 100 km to the near-rectilinear one that touches the Moon.

    The last one's perilune is at `sim.constants.R_MOON_KM`. Members of greatest amplitude, and of longest and shortest
    period, are among them.
    """
    if branch == "north":
        return tuple(_mirrored(member) for member in halo_family(point, "south", mass_ratio=mass_ratio))
    if point not in _AT_THE_PLANE or branch != "south":
        message = f"halos are of point L1 or L2 and branch north or south, not {point} {branch}"
        raise UsageError(message)
    x, vy, period = _AT_THE_PLANE[point]
    guess = np.array([x, 0.0, -SMALLEST_HALO_KM / LENGTH_KM, 0.0, vy, 0.0])
    first = _found(corrected("halo", guess, period, point=point, branch=branch, mass_ratio=mass_ratio))
    members = _followed(first, np.array([0.0, -1.0, 0.0, 0.0]), _above_the_moon_km)
    return _with_turns(_with_turns(members, amplitude_km), _period_s)


@cache
def dro_family(*, mass_ratio: float = MASS_RATIO) -> tuple[PeriodicOrbit, ...]:
    """Return the distant retrograde orbits from one along the Moon's surface to one of 200 000 km half length.

    The first is corrected from the circle about the Moon alone, flown backwards, as seen on the turning axes.
    """
    r = R_MOON_KM / LENGTH_KM
    rate = np.sqrt(mass_ratio / r**3)
    guess = np.array([1.0 - mass_ratio - r, 0.0, 0.0, 0.0, r * (rate + 1.0), 0.0])
    first = _found(corrected("dro", guess, 2.0 * np.pi / (rate + 1.0), hold="x", mass_ratio=mass_ratio))
    return tuple(_followed(first, np.array([-1.0, 0.0, 0.0, 0.0]), lambda orbit: LARGEST_DRO_KM - amplitude_km(orbit)))


def _above_the_moon_km(orbit: PeriodicOrbit) -> float:
    return perilune_radius_km(orbit) - R_MOON_KM


def _found(orbit: PeriodicOrbit | NotPeriodic) -> PeriodicOrbit:
    if isinstance(orbit, NotPeriodic):
        raise MoonportError(orbit.reason)
    return orbit


def _mirrored(orbit: PeriodicOrbit) -> PeriodicOrbit:
    """Return the orbit's image in the plane of the Moon's orbit."""
    state = orbit.state * np.array([1.0, 1.0, -1.0, 1.0, 1.0, -1.0])
    return replace(orbit, state=state, branch="north" if orbit.branch == "south" else "south")


def _followed(first: PeriodicOrbit, heading: FloatArray, left: Measure) -> list[PeriodicOrbit]:
    """Follow a family from its first member until nothing is ``left``, ending with the member where that is 0."""
    members = [first]
    for unknowns in _curve(first, heading):
        members.append(orbit_of(unknowns, first.family, first.point, first.branch, first.mass_ratio))
        if left(members[-1]) <= 0.0:
            break
    one, other = members[-2:]
    share = brentq(lambda share: left(_between(one, other, share)), 0.0, 1.0, xtol=1e-13)
    return [*members[:-1], _between(one, other, float(share))]


def _curve(first: PeriodicOrbit, heading: FloatArray) -> Iterator[FloatArray]:
    """Yield the unknowns (4,) of one member after the other: along the tangent, then back to the curve across it."""
    mu, unknowns, step = first.mass_ratio, unknowns_of(first), _FIRST_STEP
    longest = _LONGEST_STEP[first.family]
    tangent = _ahead(unknowns, heading, mu)
    for _ in range(_MOST_MEMBERS):
        found = crossing_on_plane(unknowns + step * _SCALE**-1 * tangent, tangent * _SCALE, mu)
        after = None if isinstance(found, NotPeriodic) else _ahead(found, tangent, mu)
        if after is None or isinstance(found, NotPeriodic) or after @ tangent < _SHARPEST_TURN:
            step *= 0.5
            if step < _SHORTEST_STEP:
                break
            continue
        step = min(step * _GROWTH, longest) if after @ tangent > np.sqrt(_SHARPEST_TURN) else step
        unknowns, tangent = found, after
        yield unknowns
    message = "the family cannot be followed to its end"
    raise MoonportError(message)


def _ahead(unknowns: FloatArray, heading: FloatArray, mass_ratio: float) -> FloatArray:
    """Return the unit tangent (4,) of the curve in scaled unknowns, along rather than against a heading."""
    tangent = curve_tangent(unknowns, _SCALE, mass_ratio)
    return tangent if tangent @ heading >= 0.0 else -tangent


def _with_turns(members: Sequence[PeriodicOrbit], measure: Measure) -> tuple[PeriodicOrbit, ...]:
    """Return the family with the members added where ``measure`` turns back, so that its range is the true one."""
    values = np.array([measure(member) for member in members])
    together = list(members)
    for i in reversed(range(1, len(members) - 1)):
        ahead, behind = values[i + 1] - values[i], values[i] - values[i - 1]
        if ahead * behind < 0.0:
            together[i] = _extreme(members[i - 1], members[i + 1], measure, np.sign(ahead))
    return tuple(together)


def _extreme(one: PeriodicOrbit, other: PeriodicOrbit, measure: Measure, sign: float) -> PeriodicOrbit:
    """Return the member between two others of least (sign 1) or greatest (sign -1) ``measure``."""
    best = minimize_scalar(
        lambda share: sign * measure(_between(one, other, share)), bounds=(0.0, 1.0), options={"xatol": 1e-6}
    )
    return _between(one, other, float(best.x))
