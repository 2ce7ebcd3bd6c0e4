"""Eclipses on the way to the Moon: how long the Sun stays covered, in one piece, between injection and arrival.

Most flights are in shadow, if at all, within hours of one of their ends, where a conic is exact enough: a leg about
the Earth to 60 000 km and one about the Moon from 10 000 km (sim.transfer.end_legs). The few that may meet a shadow
between them (sim.transfer.shadow_search) are flown again in the map's forces, their path interpolated between some
states.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.astro.earth import earth_pole
from sim.astro.nbody import refly_many
from sim.astro.orientation import icrf_to_moon_pa
from sim.astro.shadow import Part, longest_run_s, moon_geocentric_km, shadow_height_km, sun_geocentric_km
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.threads import map_threads
from sim.transfer.end_legs import (
    Flights,
    ShadowTrack,
    earth_leg,
    earth_shadow_on_moon_leg_km,
    moon_leg,
    moon_shadow_on_earth_leg_km,
)
from sim.transfer.shadow_search import may_be_shaded_between

FloatArray = NDArray[np.float64]

_CHUNK = 4096


def longest_eclipse_s(
    tli_state_icrf: FloatArray,
    tli_tdb_s: FloatArray,
    perilune_state_icrf: FloatArray,
    arrival_tdb_s: FloatArray,
    part: Part = "penumbra",
) -> FloatArray:
    """Longest time in one piece that Earth or Moon covers the Sun, between injection and arrival.

    Parameters
    ----------
    tli_state_icrf, perilune_state_icrf : ndarray (N, 6)
        km, km/s: geocentric at perigee just after the impulse, Moon-centred at perilune.
    tli_tdb_s, arrival_tdb_s : ndarray (N,)
    part : str
        ``penumbra``: any of the Sun covered; ``umbra``: all of it.

    Returns
    -------
    ndarray (N,)
        Seconds; 0 where there is none, NaN where there is no flight.
    """
    longest = np.full(len(tli_tdb_s), np.nan)
    known = np.isfinite(tli_state_icrf).all(axis=1) & np.isfinite(perilune_state_icrf).all(axis=1)
    flights = np.flatnonzero(known & np.isfinite(tli_tdb_s) & np.isfinite(arrival_tdb_s))
    chunks = [flights[start : start + _CHUNK] for start in range(0, len(flights), _CHUNK)]

    def solve(some: NDArray[np.int64]) -> FloatArray:
        ends = Flights(tli_state_icrf[some], tli_tdb_s[some], perilune_state_icrf[some], arrival_tdb_s[some])
        return _longest_of(ends, part)

    for some, found in zip(chunks, map_threads(solve, chunks), strict=True):
        longest[some] = found
    return longest


def _longest_of(flights: Flights, part: Part) -> FloatArray:
    """Longest eclipse of each flight: on the two legs alone, or on the whole way where it may matter."""
    departure, arrival = earth_leg(flights, part), moon_leg(flights, part)
    longest = np.maximum(
        longest_run_s(departure.t_tdb_s, departure.earth_km), longest_run_s(arrival.t_tdb_s, arrival.moon_km)
    )
    between = may_be_shaded_between(flights, departure, arrival)
    if between.any():
        way = _whole_way(flights.take(between), _columns(departure, between), _columns(arrival, between), part)
        longest[between] = np.maximum(longest_run_s(way.t_tdb_s, way.earth_km), longest_run_s(way.t_tdb_s, way.moon_km))
    return longest


def _columns(track: ShadowTrack, which: NDArray[np.bool_]) -> ShadowTrack:
    return ShadowTrack(track.t_tdb_s[:, which], track.earth_km[:, which], track.moon_km[:, which])


_TOLERANCE = 1e-8
_STATES, _STEPS = 18, 20
"""States flown between the legs, and the steps of the path between two of them."""


def _whole_way(flights: Flights, departure: ShadowTrack, arrival: ShadowTrack, part: Part) -> ShadowTrack:
    """Heights above both shadows from injection to arrival: leg, flown path, leg."""
    t, position = _flown_path(flights, departure.t_tdb_s[-1], arrival.t_tdb_s[0])
    sun, moon = sun_geocentric_km(t), moon_geocentric_km(t)
    earth_km = shadow_height_km(position, sun, R_EARTH_KM, part)
    moon_km = shadow_height_km(position - moon, sun - moon, R_MOON_KM, part)
    return ShadowTrack(
        np.concatenate([departure.t_tdb_s[:-1], t, arrival.t_tdb_s[1:]]),
        np.concatenate([departure.earth_km[:-1], earth_km, earth_shadow_on_moon_leg_km(flights, arrival, part)[1:]]),
        np.concatenate([moon_shadow_on_earth_leg_km(flights, departure, part)[:-1], moon_km, arrival.moon_km[1:]]),
    )


def _flown_path(flights: Flights, start_tdb_s: FloatArray, stop_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Epochs (K, N) and geocentric positions (K, N, 3) between two epochs of each flight, flown in the map's forces.

    States stand closer at both ends, where the path bends; cubics by place and velocity run between them.
    """
    pole, axes = earth_pole(flights.tli_tdb_s), icrf_to_moon_pa(flights.arrival_tdb_s)
    state, now = flights.tli_state_icrf, flights.tli_tdb_s
    moments = _moments(flights, start_tdb_s, stop_tdb_s)
    states = []
    for moment in moments:
        # The Moon's quadrupole, which wants its axes at the end of the flight, is not felt before.
        state = refly_many(state, now, moment, pole, axes, _TOLERANCE)
        states.append(state)
        now = moment
    return _between(moments, np.stack(states))


def _moments(flights: Flights, start_tdb_s: FloatArray, stop_tdb_s: FloatArray) -> FloatArray:
    """Epochs (K, N) whose steps grow with the time from either end of the flight."""
    duration = flights.arrival_tdb_s - flights.tli_tdb_s
    first, last = (start_tdb_s - flights.tli_tdb_s) / duration, (stop_tdb_s - flights.tli_tdb_s) / duration
    bounds = np.log(first / (1.0 - first)), np.log(last / (1.0 - last))
    share = np.linspace(0.0, 1.0, _STATES)[:, None]
    moments: FloatArray = flights.tli_tdb_s + duration / (1.0 + np.exp(-bounds[0] - (bounds[1] - bounds[0]) * share))
    return moments


def _between(t_tdb_s: FloatArray, states: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cubics between states (K, N, 6) at epochs (K, N): epochs and positions, ``_STEPS`` to each piece."""
    s = (np.arange(_STEPS) / _STEPS)[:, None, None, None]
    length = np.diff(t_tdb_s, axis=0)[..., None]
    start, stop = states[:-1], states[1:]
    position = (
        (1.0 + 2.0 * s) * (1.0 - s) ** 2 * start[..., :3]
        + s**2 * (3.0 - 2.0 * s) * stop[..., :3]
        + length * (s * (1.0 - s) ** 2 * start[..., 3:] + s**2 * (s - 1.0) * stop[..., 3:])
    )
    epochs = t_tdb_s[:-1] + s[..., 0] * length[..., 0]
    count = states.shape[1]
    path = np.swapaxes(position, 0, 1).reshape(-1, count, 3), states[-1:, :, :3]
    times = np.swapaxes(epochs, 0, 1).reshape(-1, count), t_tdb_s[-1:]
    return np.concatenate(times), np.concatenate(path)
