"""What a search of delivery windows finds: plain frozen values, the source of every table and figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.transfer.flight import Transfer

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BestFlight:
    """The best flight of a window, from lift-off to touchdown.

    Masses in kg; ``landed_payload_*`` is cargo without the lander's dry mass at the nominal, low and high figures.
    ``propellant_kg`` maps stage id to the nominal propellant burnt; ``braking_mass_kg`` is the mass at ignition of the
    braking burn.
    """

    lane: str
    window: int
    transfer: Transfer
    liftoff_tdb_s: float
    azimuth_rad: float
    coast_s: float
    landing_tdb_s: float
    c3_km2_s2: float
    tli_dv_km_s: float
    loi_dv_km_s: float
    descent_dv_km_s: float
    injected_mass_kg: float
    landed_payload_kg: float
    landed_payload_low_kg: float
    landed_payload_high_kg: float
    propellant_kg: Mapping[str, float]
    sun_elevation_rad: float
    sun_above_horizon_rad: float
    braking_mass_kg: float = np.nan


@dataclass(frozen=True, slots=True)
class Window:
    """A run of consecutive launch days, ``first_day`` to ``last_day`` inclusive (indices into the lane's days)."""

    lane: str
    index: int
    first_day: int
    last_day: int
    best_day: int
    open_tdb_s: float
    close_tdb_s: float
    best: BestFlight

    @property
    def days(self) -> int:
        """Number of launch days in the window."""
        return self.last_day - self.first_day + 1


@dataclass(frozen=True, slots=True)
class ConstraintStrip:
    """One constraint over the days: ``open`` where some flight of the day satisfies it.

    ``margin`` (N,) is the best margin of any flight of the day in ``unit`` (negative: short by that much, NaN: no
    flight to ask).
    """

    name: str
    description: str
    unit: str
    open: NDArray[np.bool_]
    margin: FloatArray


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The smallest change of one constraint alone that opens a day: ``amount`` (positive) in ``unit``."""

    constraint: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Closure:
    """A run of closed launch days, ``first_day`` to ``last_day`` inclusive, and what would open some of it.

    ``closed_by`` are the constraints that close its days, most frequent first; ``relaxation`` the smallest single one
    (``relaxed_day`` opens with it), None where none alone would do. ``open_before`` and ``open_after`` are the nearest
    open days, -1 where there is none.
    """

    lane: str
    first_day: int
    last_day: int
    closed_by: tuple[str, ...]
    relaxation: Relaxation | None
    relaxed_day: int
    open_before: int
    open_after: int


@dataclass(frozen=True, slots=True)
class LandingList:
    """Every landing chance of a window's best flight inside the loiter range and a little beyond, arrays (K,).

    ``revolution`` counts perilune passages since insertion. ``earth_elevation_rad`` is above the local horizon;
    ``relay_elevation_rad`` that of the best relay which itself sees the Earth (NaN without relays). ``closed_by``
    joins with ``;`` what closes a chance, empty where it can be taken; ``taken`` is the number of the one flown.
    """

    lane: str
    window: int
    landing_tdb_s: FloatArray
    loiter_s: FloatArray
    revolution: NDArray[np.int64]
    cross_range_rad: FloatArray
    sun_azimuth_rad: FloatArray
    sun_elevation_rad: FloatArray
    sun_above_horizon_rad: FloatArray
    light_left_s: FloatArray
    earth_azimuth_rad: FloatArray
    earth_elevation_rad: FloatArray
    relay_elevation_rad: FloatArray
    closed_by: tuple[str, ...]
    taken: int


@dataclass(frozen=True, slots=True)
class DescentProfile:
    """A powered descent over time, arrays (K,), from the start of braking; ``phase`` names each point's phase.

    ``downrange_km`` is what is left to the landing place along the ground, ``pitch_rad`` the thrust's angle above the
    local horizontal, ``speed_km_s`` relative to the Moon's centre (not turning).
    """

    lane: str
    window: int
    time_s: FloatArray
    altitude_km: FloatArray
    downrange_km: FloatArray
    speed_km_s: FloatArray
    vertical_speed_km_s: FloatArray
    pitch_rad: FloatArray
    thrust_n: FloatArray
    mass_kg: FloatArray
    dv_km_s: FloatArray
    phase: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """What a slip of some days from a window's best day costs.

    ``payload_change_kg`` and ``landing_shift_s`` against the best flight, NaN where the later day is closed;
    ``wait_days`` are the days from the slipped date to the next open one (0: open itself; -1: none left). A slipped
    date beyond the horizon was not ``searched``: neither open nor closed, ``feasible`` False and ``wait_days`` -1.
    """

    lane: str
    window: int
    days: int
    feasible: bool
    payload_change_kg: float
    landing_shift_s: float
    wait_days: int
    searched: bool = True


@dataclass(frozen=True, slots=True)
class Dispersion:
    """What the injection's errors cost on a window's best flight.

    ``correction_*_m_s``: root mean square, and 99th percentile, of the first correction by linear covariance;
    ``budget_share``: chance that the lane's allowance for corrections covers it; ``lit_share``: chance that a flight
    corrected within it lands as the lane asks. ``miss_km``: miss of the aim point if nothing were corrected (1 sigma,
    linear, in the plane across the arrival asymptote). ``monte_carlo_*`` are the same by sampling, NaN where none was
    run; ``samples`` how many.
    """

    lane: str
    window: int
    correction_rms_m_s: float
    correction_p99_m_s: float
    miss_km: float
    budget_share: float
    lit_share: float
    monte_carlo_rms_m_s: float
    monte_carlo_p99_m_s: float
    monte_carlo_lit_share: float
    samples: int


@dataclass(frozen=True, slots=True)
class SkyTrack:
    """Sun and Earth over a landing site around a window's landing, arrays (K,), and the site's horizon (H,).

    Azimuths from north over east, elevations of the discs' centres above the local horizontal plane; ``mask_*`` is the
    horizon mask (azimuth rising), ``mask_source`` where it comes from (empty: a level horizon).
    """

    lane: str
    window: int
    t_tdb_s: FloatArray
    sun_azimuth_rad: FloatArray
    sun_elevation_rad: FloatArray
    earth_azimuth_rad: FloatArray
    earth_elevation_rad: FloatArray
    mask_azimuth_rad: FloatArray
    mask_elevation_rad: FloatArray
    mask_source: str


def _no_days() -> NDArray[np.int64]:
    """Day numbers of an outcome that has not been asked for them."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class LaneOutcome:
    """All that was found for one lane over N launch days and T times of flight.

    Attributes
    ----------
    lane, launcher, launch_site, lander, landing_site, staging_orbit : str
        Ids.
    assumed : tuple of str
        Figures with status ``assumed`` that the lane's numbers rest on, e.g. ``launcher.tli``.
    day : ndarray (N,) datetime64[D]
        UTC date of lift-off; ``day_tdb_s`` its 00:00 UTC.
    launches : mapping of str to ndarray (N,)
        The best launch of each day, NaN where there is none: ``liftoff_open_tdb_s liftoff_close_tdb_s
        azimuth_open_rad azimuth_close_rad best_liftoff_tdb_s best_azimuth_rad parking_inclination_rad coast_s tli_tdb_s
        arrival_tdb_s landing_tdb_s tof_s c3_km2_s2 tli_dv_km_s loi_dv_km_s descent_dv_km_s
        landed_payload_kg``, and where they were worked out
        ``loi_loss_km_s phasing_revolutions light_left_s contact_rad eclipse_s``.
    feasible : ndarray (N,) bool
    closed_by : tuple of str, length N
        Names of the constraints that close the day joined with ``;`` (empty where feasible).
    relaxation : tuple of str, length N
        The smallest single relaxation that opens the day, in words (empty where feasible or none alone would do).
    time_of_flight_s : ndarray (T,)
    porkchop : mapping of str to ndarray (N, T)
        Best over azimuth and branch at that time of flight, NaN where none: ``tli_dv_km_s loi_dv_km_s c3_km2_s2
        landed_payload_kg`` and ``reason`` (int8: 0 flies, otherwise index into ``reasons``).
    reasons : tuple of str
        Meaning of the reason codes.
    constraints : tuple of ConstraintStrip
    windows : tuple of Window
    closures : tuple of Closure
        The runs of closed days.
    open_before, open_after : ndarray (N,) int64
        Nearest open day before and after (a day that is open: itself), -1 none; length 0 where not worked out.
    relaxations : tuple of Relaxation or None, length N
        The smallest single relaxation as figures; length 0 where not worked out.
    landings : tuple of LandingList
        One a window: every landing chance of its best flight.
    sky : tuple of SkyTrack
        Sun and Earth over the site around the landings.
    descents : tuple of DescentProfile
        The powered descent of the lane's best window.
    slips : tuple of Slip
    dispersions : tuple of Dispersion
    lands : bool
        False for an orbiter: its flights end, and its cargo is delivered, in the staging orbit; ``landing_*`` are then
        the epochs of insertion.
    """

    lane: str
    launcher: str
    launch_site: str
    lander: str
    landing_site: str
    staging_orbit: str
    assumed: tuple[str, ...]
    day: NDArray[np.datetime64]
    day_tdb_s: FloatArray
    launches: Mapping[str, NDArray[Any]]
    feasible: NDArray[np.bool_]
    closed_by: tuple[str, ...]
    relaxation: tuple[str, ...]
    time_of_flight_s: FloatArray
    porkchop: Mapping[str, NDArray[Any]]
    reasons: tuple[str, ...]
    constraints: tuple[ConstraintStrip, ...]
    windows: tuple[Window, ...]
    closures: tuple[Closure, ...] = ()
    open_before: NDArray[np.int64] = field(default_factory=_no_days)
    open_after: NDArray[np.int64] = field(default_factory=_no_days)
    relaxations: tuple[Relaxation | None, ...] = ()
    landings: tuple[LandingList, ...] = ()
    sky: tuple[SkyTrack, ...] = ()
    descents: tuple[DescentProfile, ...] = ()
    slips: tuple[Slip, ...] = ()
    dispersions: tuple[Dispersion, ...] = ()
    lands: bool = True
