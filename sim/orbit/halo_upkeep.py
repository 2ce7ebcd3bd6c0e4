"""What it costs a year to stay on a halo, near-rectilinear halo or distant retrograde orbit: crossing control.

At crossings of the plane of the turning x and z axes the vehicle makes the least manoeuvre after which, as far as it
knows, it will cross that plane some revolutions later with the reference's velocity along x: x-axis crossing control
(Guzzetti, Zimovan, Howell & Davis 2017, AAS 17-395; Davis et al. 2017, AAS 17-826). The state is known with errors of
navigation, the manoeuvre is flown with errors of execution, sunlight pushes more or less than expected.

Assumed: errors are normal, independent at each manoeuvre and the same on every axis; the vehicle starts with an error
of navigation off the reference; nothing else disturbs (no wheel unloading, no leaks, no missed manoeuvre).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.astro.events import Signal, crossings
from sim.astro.frames import icrf_to_earth_moon
from sim.astro.nbody import general_force
from sim.astro.segments import accelerations, fly_segments
from sim.errors import UsageError
from sim.orbit.crossing_control import Crossings, Rules, Targets, fly_trial
from sim.orbit.crtbp import TIME_S
from sim.orbit.halo_flight import PeriodicFlight
from sim.orbit.periodic import PeriodicOrbit
from sim.orbit.turning_axes import from_moon_icrf
from sim.threads import map_threads
from sim.units import YEAR_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_RATE_S: Final = 60.0
_LOOKS: Final = 60
_STEADY: Final = 1.5
"""Growth of errors in a revolution below which a manoeuvre every fourth revolution will do (distant retrograde)."""

_SLOW: Final = 10.0
"""Growth of errors in a revolution up to which one manoeuvre a revolution will do, aimed far ahead."""

_FAST: Final = 300.0
"""Growth from which two crossings ahead are too near: so soon, much besides the growing error moves the speed there."""

_WINDOW: Final = 0.1
"""Of a period: a crossing is looked for this long before and after the reference's, which are half a period apart."""


@dataclass(frozen=True, slots=True)
class CrossingControl:
    """How the orbit is kept.

    Attributes
    ----------
    every : int
        Manoeuvres at each such crossing of y = 0, counted from one far from the Moon: 1 is each, 2 one a revolution at
        the far one (a halo's apolune), 8 one in four revolutions.
    ahead : int
        Crossings from a manoeuvre to the one it aims for.
    met_km_s : float
        A target is met within this. Assumed: 0.45 m/s.
    least_dv_km_s : float
        Smaller manoeuvres are left out. Assumed: 3 cm/s.
    """

    every: int
    ahead: int
    met_km_s: float = 4.5e-4
    least_dv_km_s: float = 3e-5


@dataclass(frozen=True, slots=True)
class UpkeepErrors:
    """One-sigma errors, a third of the three-sigma figures in brackets.

    Navigation's and the size's are of the order studied for the 9:2 orbit; the others are assumed.

    Attributes
    ----------
    position_km, velocity_km_s : float
        Of navigation, on each axis (10 km and 10 cm/s).
    dv_share, dv_direction_rad, dv_fixed_km_s : float
        Of a manoeuvre's execution (1 %, 1 deg, 1.42 mm/s on each axis).
    sunlight_share : float
        Of the push of sunlight, one draw a trial (30 %); counts where the flight's forces have sunlight.
    """

    position_km: float = 10.0 / 3.0
    velocity_km_s: float = 1e-4 / 3.0
    dv_share: float = 0.01 / 3.0
    dv_direction_rad: float = float(np.radians(1.0)) / 3.0
    dv_fixed_km_s: float = 1.42e-6 / 3.0
    sunlight_share: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Upkeep:
    """Cost of station-keeping.

    Attributes
    ----------
    trial_dv_m_s_year : ndarray (T,)
        Of each trial, m/s a year; NaN where the vehicle was lost.
    trial_departure_km : ndarray (T,)
        Greatest distance from the reference at a manoeuvre.
    manoeuvre_dv_m_s : ndarray (T, M)
        Each manoeuvre; NaN after a loss.
    span_s : float
        From the first manoeuvre to one interval after the last: what the cost is divided by.
    control : CrossingControl
    errors : UpkeepErrors
    """

    trial_dv_m_s_year: FloatArray
    trial_departure_km: FloatArray
    manoeuvre_dv_m_s: FloatArray
    span_s: float
    control: CrossingControl
    errors: UpkeepErrors

    @property
    def mean_m_s_year(self) -> float:
        """Mean over the trials that stayed, so too low where some were lost; NaN where none stayed."""
        kept = self.trial_dv_m_s_year[np.isfinite(self.trial_dv_m_s_year)]
        return float(kept.mean()) if len(kept) else float("nan")

    @property
    def spread_m_s_year(self) -> float:
        """Standard deviation over the trials that stayed; NaN where fewer than two did."""
        kept = self.trial_dv_m_s_year[np.isfinite(self.trial_dv_m_s_year)]
        return float(kept.std(ddof=1)) if len(kept) > 1 else float("nan")

    @property
    def lost(self) -> int:
        """Trials that left the reference."""
        return int(np.isnan(self.trial_dv_m_s_year).sum())


def usual_control(stability_index: float) -> CrossingControl:
    """Control suited to how fast errors grow.

    Where they hardly grow, one manoeuvre in four revolutions at the far crossing; up to tenfold a revolution (9:2
    orbit: 2.2) one a revolution; both aimed six and a half revolutions ahead. Above, one at each crossing, aimed one
    revolution ahead, or two where errors grow three-hundredfold. Found by trial on one halo of each kind: with other
    aims more vehicles were lost. An orbit whose errors grow a thousandfold a revolution (14.8 days) is mostly lost with
    the usual navigation errors, and sometimes with a third of them: look at ``Upkeep.lost``.
    """
    growth = stability_index + np.sqrt(max(0.0, stability_index**2 - 1.0))
    if growth <= _SLOW:
        return CrossingControl(every=2 if growth > _STEADY else 8, ahead=13)
    return CrossingControl(every=1, ahead=2 if growth < _FAST else 4)


def look_ahead_s(orbit: PeriodicOrbit, control: CrossingControl | None = None) -> float:
    """How much longer than the time of interest a reference must be flown for its last manoeuvres to have an aim."""
    ahead = (control or usual_control(orbit.stability_index)).ahead
    return (0.5 * ahead + 1.0) * orbit.period * TIME_S


def station_keeping(
    flight: PeriodicFlight,
    *,
    control: CrossingControl | None = None,
    errors: UpkeepErrors | None = None,
    trials: int = 10,
    seed: int = 0,
) -> Upkeep:
    """Fly a periodic orbit with errors, and keep it.

    Parameters
    ----------
    flight : PeriodicFlight
        The reference. Manoeuvres are made while what they aim for lies within its ephemeris, so the reference should
        outlast the time of interest by ``look_ahead_s``.
    control : CrossingControl, optional
        ``usual_control`` when None.
    errors : UpkeepErrors, optional
        The published ones when None.
    trials : int
        Trial ``i`` draws from (seed, i), whatever the number of trials.
    seed : int

    Raises
    ------
    UsageError
        Where the reference is too short for two manoeuvres.
    """
    how, wrong = control or usual_control(flight.orbit.stability_index), errors or UpkeepErrors()
    base_tdb_s, stop_tdb_s = flight.ephemeris.start_tdb_s, flight.ephemeris.stop_tdb_s
    force = general_force(flight.forces, base_tdb_s, stop_tdb_s, "moon")
    marks, first = _crossings(flight)
    targets = _targets(flight, marks, first, how)
    rules = Rules(how.met_km_s, how.least_dv_km_s, wrong.dv_share, wrong.dv_direction_rad, wrong.dv_fixed_km_s)

    def fly(index: int) -> tuple[FloatArray, FloatArray]:
        spent, off = np.full(len(targets.at), np.nan), np.full(len(targets.at), np.nan)
        knowledge, draws, sunlight = _drawn(wrong, len(targets.at), (seed, index))
        true_force = force._replace(light_km_s2=force.light_km_s2 * max(0.0, sunlight))
        fly_trial(force, true_force, marks, targets, rules, knowledge, draws, spent, off)
        return spent, off

    flown = map_threads(fly, range(trials))
    dv_m_s = 1e3 * np.array([spent for spent, _ in flown])
    times = marks.t_s[targets.at]
    span_s = float((times[-1] - times[0]) * len(times) / (len(times) - 1))
    return Upkeep(
        trial_dv_m_s_year=dv_m_s.sum(axis=1) * YEAR_S / span_s,
        trial_departure_km=np.array([np.nanmax(off) for _, off in flown]),
        manoeuvre_dv_m_s=dv_m_s,
        span_s=span_s,
        control=how,
        errors=wrong,
    )


def _drawn(errors: UpkeepErrors, count: int, seed: tuple[int, int]) -> tuple[FloatArray, FloatArray, float]:
    """Errors of the start and of knowledge (count + 1, 6), draws of executions (count, 7), share of sunlight."""
    draws = np.random.default_rng(seed)
    sunlight = 1.0 + errors.sunlight_share * float(draws.standard_normal())
    each = draws.standard_normal((count + 1, 13))
    sigma = np.repeat([errors.position_km, errors.velocity_km_s], 3)
    return each[:, :6] * sigma, np.ascontiguousarray(each[1:, 6:]), sunlight


def _crossings(flight: PeriodicFlight) -> tuple[Crossings, int]:
    """Crossings of the reference, and the index of the first far one."""
    ephemeris = flight.ephemeris
    signal = Signal(lambda t: from_moon_icrf(t, ephemeris.position_icrf_km(t))[..., 1], flight.period_s / _LOOKS)
    rises, falls = crossings(signal, ephemeris.start_tdb_s, ephemeris.stop_tdb_s, 1e-3)
    t = np.sort(np.concatenate([rises, falls]))
    states = _on_reference(flight, t)
    axes, rates = _axes(t)
    x, x_rate = np.ascontiguousarray(axes[:, 0]), np.ascontiguousarray(rates[:, 0])
    y, y_rate = np.ascontiguousarray(axes[:, 1]), np.ascontiguousarray(rates[:, 1])
    speed = (x * states[:, 3:] + x_rate * states[:, :3]).sum(axis=1)
    marks = Crossings(t - ephemeris.start_tdb_s, states, x, y, x_rate, y_rate, speed, _WINDOW * flight.period_s)
    distance = np.linalg.norm(states[:, :3], axis=1)
    return marks, 0 if distance[::2].mean() >= distance[1::2].mean() else 1


def _on_reference(flight: PeriodicFlight, t_tdb_s: FloatArray) -> FloatArray:
    return np.ascontiguousarray(flight.ephemeris.state_icrf(t_tdb_s))


def _axes(t_tdb_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turning axes (n, 3, 3), rows on ICRF, and their rates, 1/s."""
    before, here, after = (icrf_to_earth_moon(t_tdb_s + shift) for shift in (-_RATE_S, 0.0, _RATE_S))
    return here, (after - before) / (2.0 * _RATE_S)


def _targets(flight: PeriodicFlight, marks: Crossings, first: int, control: CrossingControl) -> Targets:
    """Manoeuvres at crossings, each with its aim and how that answers to it."""
    at = np.arange(first, len(marks.t_s) - control.ahead, control.every)
    if len(at) < 2:
        message = (
            f"the reference crosses the plane {len(marks.t_s)} times, too few for two manoeuvres that aim "
            f"{control.ahead} crossings ahead: fly it for longer"
        )
        raise UsageError(message)
    t_tdb_s = flight.ephemeris.start_tdb_s + marks.t_s
    _, steps = fly_segments(marks.states[:-1], t_tdb_s[:-1], t_tdb_s[1:], flight.forces)
    answer = _answers(flight, marks, t_tdb_s)
    slope = np.empty((len(at), control.ahead, 3))
    for row, k in enumerate(at):
        carried = np.eye(6)
        for ahead in range(control.ahead):
            carried = steps[k + ahead] @ carried
            slope[row, ahead] = (answer[k + ahead + 1] @ carried)[3:]
    return Targets(at, slope)


def _answers(flight: PeriodicFlight, marks: Crossings, t_tdb_s: FloatArray) -> FloatArray:
    """Derivative (K, 6) of the speed along x at the crossing by the state there at the reference's time of crossing."""
    pull = accelerations(marks.states, t_tdb_s, flight.forces)
    r, v = marks.states[:, :3], marks.states[:, 3:]
    rise = (marks.y * v + marks.y_rate * r).sum(axis=1)
    gain = (marks.x * pull + 2.0 * marks.x_rate * v).sum(axis=1)
    speed = np.concatenate([marks.x_rate, marks.x], axis=1)
    height = np.concatenate([marks.y, np.zeros_like(marks.y)], axis=1)
    answer: FloatArray = speed - (gain / rise)[:, None] * height
    return answer
