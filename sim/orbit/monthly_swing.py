"""How far the Earth swings the perilune of an orbit to and fro, twice a month."""

from __future__ import annotations

import numpy as np

from sim.constants import GM_EARTH_KM3_S2, GM_MOON_KM3_S2, MOON_ROTATION_RAD_S
from sim.orbit.elements import KeplerOrbit, frame_axes_icrf, perifocal_axes_icrf


def perilune_swing_km(orbit: KeplerOrbit) -> float:
    """Amplitude, about its mean, of the swing of perilune twice a month, by the quadrupole of an Earth on a circle.

    With P to perilune, Q along the motion there, u to the Earth and d its distance, the pull averaged over a revolution
    changes the eccentricity by

        de/dt = 15/2 GM_E / (d^3 n) e sqrt(1 - e^2) (P.u)(Q.u)

    (Lidov 1962, Planet. Space Sci. 9, 719; Tremaine & Yavetz 2014, Am. J. Phys. 82, 769, for the vectors). As u turns
    at n_E, the product swings at 2 n_E by half of |p| |q|, the lengths of P and Q laid into the plane of the Earth's
    path; with GM_E/d^3 = n_E^2 GM_E/(GM_E + GM_M) perilune swings by

        15/8 GM_E/(GM_E + GM_M) n_E/n a e sqrt(1 - e^2) |p| |q|.

    In elements to that plane |p| |q| is |cos i| at arguments of 90 and 270 degrees. Left out: terms of once and three
    times a month by the eccentricity of the Earth's path, up to an eighth of this, and those of second order in n_E/n:
    flown, the swing is less by 1 to 6 per cent with periods of 12 h, by a third with 26 h.
    """
    a_km, e = orbit.semi_major_axis_km, orbit.eccentricity
    share = GM_EARTH_KM3_S2 / (GM_EARTH_KM3_S2 + GM_MOON_KM3_S2)
    perilune, motion, _ = perifocal_axes_icrf(orbit)
    normal = frame_axes_icrf("earth_orbit_plane", orbit.epoch_tdb_s)[2]
    in_plane = np.sqrt((1.0 - (perilune @ normal) ** 2) * (1.0 - (motion @ normal) ** 2))
    slowness = MOON_ROTATION_RAD_S / orbit.mean_motion_rad_s
    return float(15.0 / 8.0 * share * slowness * a_km * e * np.sqrt(1.0 - e * e) * in_plane)
