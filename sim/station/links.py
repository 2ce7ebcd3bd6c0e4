"""Simple link budgets: how many bits a second a range lets through, and how many a day a path brings home.

Rate from the link equation (Wertz & Larson 1999, *Space Mission Analysis and Design*, 3rd ed., section 13.3)::

    Eb/N0 = P + Gt + Gr - free-space loss - other losses - k - T - rate          all in dB

with the free-space loss 20 log10(4 pi d / wavelength) of Recommendation ITU-R P.525. Weather, the Moon's heat in the
beam, multipath at low elevation and the time to find a relay and lock on to it are left to the losses and the margin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.constants import SPEED_OF_LIGHT_KM_S
from sim.station.paths import Paths
from sim.units import M_PER_KM

FloatArray = NDArray[np.float64]

BOLTZMANN_J_K = 1.380649e-23
"""Exact: SI 2019."""

DISH_EFFICIENCY = 0.55
"""Usual for a parabolic dish; Wertz & Larson 1999, section 13.3."""


@dataclass(frozen=True, slots=True)
class Link:
    """One hop, in one direction.

    Attributes
    ----------
    name : str
    frequency_hz, transmitter_power_w : float
    transmitter_gain_dbi, receiver_gain_dbi : float
        Of the antennas; ``dish_gain_dbi`` gives a dish's.
    system_temperature_k : float
        Noise temperature of the receiving system, sky included.
    losses_db : float
        All but free space: lines, pointing, polarisation, air, receiver.
    required_eb_n0_db : float
        Of the code used.
    margin_db : float
        Kept above it.
    greatest_rate_bit_s : float
        What modem and band allow, however near the other end.
    status : str
        ``assumed`` for the presets here.
    """

    name: str
    frequency_hz: float
    transmitter_power_w: float
    transmitter_gain_dbi: float
    receiver_gain_dbi: float
    system_temperature_k: float
    losses_db: float
    required_eb_n0_db: float
    margin_db: float
    greatest_rate_bit_s: float
    status: str = "assumed"


@dataclass(frozen=True, slots=True)
class StationLinks:
    """The hops of a station: to relays, on to the Earth, and straight to the Earth (None: no antenna for it).

    ``stores``: a relay keeps what it hears and sends it on when it sees the Earth; else both hops must stand at once,
    and the slower one sets the rate.
    """

    to_relay: Link
    relay_to_earth: Link
    direct: Link | None = None
    stores: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PathRates:
    """Bits a second at epochs (n,) that the ranges alone allow, whether or not the lines are free.

    Attributes
    ----------
    direct_bit_s : ndarray (n,)
    to_relay_bit_s, backhaul_bit_s : ndarray (R, n)
        Of the two hops through each relay, each by itself.
    """

    direct_bit_s: FloatArray
    to_relay_bit_s: FloatArray
    backhaul_bit_s: FloatArray


def free_space_loss_db(range_km: ArrayLike, frequency_hz: float) -> FloatArray:
    """Free-space basic transmission loss between isotropic antennas (...), dB (ITU-R P.525)."""
    waves = np.asarray(range_km, dtype=np.float64) * (frequency_hz / SPEED_OF_LIGHT_KM_S)
    loss: FloatArray = 20.0 * np.log10(4.0 * np.pi * waves)
    return loss


def dish_gain_dbi(diameter_m: float, frequency_hz: float, efficiency: float = DISH_EFFICIENCY) -> float:
    """Gain of a round dish along its axis, dBi: efficiency times (pi D / wavelength) squared."""
    waves = diameter_m * frequency_hz / (SPEED_OF_LIGHT_KM_S * M_PER_KM)
    return float(10.0 * np.log10(efficiency * (np.pi * waves) ** 2))


def signal_to_noise_db_hz(link: Link, range_km: ArrayLike) -> FloatArray:
    """Carrier power over noise density at ranges (...), dB Hz."""
    radiated = 10.0 * np.log10(link.transmitter_power_w) + link.transmitter_gain_dbi
    noise = 10.0 * np.log10(BOLTZMANN_J_K * link.system_temperature_k)
    received = radiated + link.receiver_gain_dbi - link.losses_db - free_space_loss_db(range_km, link.frequency_hz)
    ratio: FloatArray = received - noise
    return ratio


def data_rate_bit_s(link: Link, range_km: ArrayLike) -> FloatArray:
    """Greatest rate at ranges (...) that keeps the required Eb/N0 and the margin, bit/s; 0 where the range is NaN."""
    spare_db = signal_to_noise_db_hz(link, range_km) - link.required_eb_n0_db - link.margin_db
    rate: FloatArray = np.minimum(10.0 ** (0.1 * np.nan_to_num(spare_db, nan=-np.inf)), link.greatest_rate_bit_s)
    return rate


def range_rates(paths: Paths, links: StationLinks) -> PathRates:
    """Rates of a station's paths at their epochs."""
    nothing = np.zeros(len(paths.t_tdb_s))
    return PathRates(
        nothing if links.direct is None else data_rate_bit_s(links.direct, paths.earth_km),
        data_rate_bit_s(links.to_relay, paths.relay_km),
        data_rate_bit_s(links.relay_to_earth, paths.backhaul_km),
    )


_S_BAND_HZ, _X_BAND_HZ = 2.25e9, 8.475e9
_KA_UP_HZ, _KA_DOWN_HZ = 27.25e9, 26.25e9

SURFACE_TO_RELAY_S = Link(
    name="surface to relay, S band, small antenna",
    frequency_hz=_S_BAND_HZ,
    transmitter_power_w=5.0,
    transmitter_gain_dbi=6.0,
    receiver_gain_dbi=dish_gain_dbi(1.0, _S_BAND_HZ),
    system_temperature_k=400.0,
    losses_db=3.0,
    required_eb_n0_db=2.0,
    margin_db=3.0,
    greatest_rate_bit_s=2.0e6,
)
"""Assumed: round figures of a small lander; the relay's dish is a metre wide and sees the warm Moon."""

SURFACE_TO_RELAY_KA = Link(
    name="surface to relay, Ka band, 0.5 m dish",
    frequency_hz=_KA_UP_HZ,
    transmitter_power_w=5.0,
    transmitter_gain_dbi=dish_gain_dbi(0.5, _KA_UP_HZ),
    receiver_gain_dbi=dish_gain_dbi(1.0, _KA_UP_HZ),
    system_temperature_k=500.0,
    losses_db=4.0,
    required_eb_n0_db=2.0,
    margin_db=3.0,
    greatest_rate_bit_s=100.0e6,
)
"""Assumed: round figures of a station with a tracking dish."""

RELAY_TO_EARTH_X = Link(
    name="relay to Earth, X band, 1 m dish to 18 m",
    frequency_hz=_X_BAND_HZ,
    transmitter_power_w=20.0,
    transmitter_gain_dbi=dish_gain_dbi(1.0, _X_BAND_HZ),
    receiver_gain_dbi=dish_gain_dbi(18.0, _X_BAND_HZ),
    system_temperature_k=150.0,
    losses_db=3.0,
    required_eb_n0_db=2.0,
    margin_db=3.0,
    greatest_rate_bit_s=10.0e6,
)
"""Assumed: round figures; the Moon in the beam warms the receiver."""

RELAY_TO_EARTH_KA = Link(
    name="relay to Earth, Ka band, 1 m dish to 18 m",
    frequency_hz=_KA_DOWN_HZ,
    transmitter_power_w=20.0,
    transmitter_gain_dbi=dish_gain_dbi(1.0, _KA_DOWN_HZ),
    receiver_gain_dbi=dish_gain_dbi(18.0, _KA_DOWN_HZ),
    system_temperature_k=300.0,
    losses_db=6.0,
    required_eb_n0_db=2.0,
    margin_db=3.0,
    greatest_rate_bit_s=100.0e6,
)
"""Assumed: round figures; 3 dB more loss than in X band, for rain and pointing."""

DIRECT_TO_EARTH_X = Link(
    name="surface to Earth, X band, 0.3 m dish to 35 m",
    frequency_hz=_X_BAND_HZ,
    transmitter_power_w=10.0,
    transmitter_gain_dbi=dish_gain_dbi(0.3, _X_BAND_HZ),
    receiver_gain_dbi=dish_gain_dbi(35.0, _X_BAND_HZ),
    system_temperature_k=150.0,
    losses_db=3.0,
    required_eb_n0_db=2.0,
    margin_db=3.0,
    greatest_rate_bit_s=10.0e6,
)
"""Assumed: round figures of a small dish on a mast."""

USUAL_LINKS = StationLinks(SURFACE_TO_RELAY_KA, RELAY_TO_EARTH_KA, DIRECT_TO_EARTH_X)
"""Assumed throughout."""
