from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sim.constants import C20_MOON, GM_MOON_KM3_S2, MOON_ROTATION_RAD_S, R_MOON_GRAVITY_KM
from sim.transfer.staging import orbit_axes_icrf, secular_rates, staging_motion


def j2_motion(_, state):
    r = state[:3]
    d = np.linalg.norm(r)
    k = -1.5 * C20_MOON * GM_MOON_KM3_S2 * R_MOON_GRAVITY_KM**2 / d**5
    z2 = 5.0 * (r[2] / d) ** 2
    return np.concatenate((state[3:], -GM_MOON_KM3_S2 * r / d**3 - k * r * (np.array([1.0, 1.0, 3.0]) - z2)))


@pytest.mark.parametrize("inclination_deg", [50.0, 137.0])
def test_node_and_perilune_move_as_an_integrated_orbit_does(inclination_deg):
    inclination, a, e = np.radians(inclination_deg), 2600.0, 0.25
    p = np.array([1.0, 0.0, 0.0])
    q = np.array([0.0, np.cos(inclination), np.sin(inclination)])
    speed = np.sqrt(GM_MOON_KM3_S2 / a * (1 + e) / (1 - e))
    period = 2 * np.pi * np.sqrt(a**3 / GM_MOON_KM3_S2)
    start = np.concatenate((a * (1 - e) * p, speed * q))
    days = 40 * period
    times = np.linspace(0.0, days, 8001)
    flown = solve_ivp(j2_motion, (0.0, days), start, "DOP853", times, rtol=1e-11, atol=1e-9).y.T
    h = np.cross(flown[:, :3], flown[:, 3:])
    node = np.unwrap(np.arctan2(h[:, 0], -h[:, 1]))
    excentricity = (
        np.cross(flown[:, 3:], h) / GM_MOON_KM3_S2 - flown[:, :3] / np.linalg.norm(flown[:, :3], axis=1)[:, None]
    )
    along_node = np.stack((np.cos(node), np.sin(node), 0 * node), axis=1)
    across = np.cross(h / np.linalg.norm(h, axis=1)[:, None], along_node)
    perilune = np.unwrap(np.arctan2(np.sum(excentricity * across, axis=1), np.sum(excentricity * along_node, axis=1)))
    node_rate, apsis_rate, _ = secular_rates(a, e, np.cos(inclination))
    # First order in J2 (2e-4), osculating for mean elements, a fit through short-period waves: 1 %.
    assert np.polyfit(times, node, 1)[0] == pytest.approx(node_rate, rel=0.01)
    assert np.polyfit(times, perilune, 1)[0] == pytest.approx(apsis_rate, rel=0.02, abs=2e-10)


def test_a_polar_plane_stands_still_and_a_circle_has_one_rate():
    motion = staging_motion(1837.4, 1837.4, np.array([0.0, 0.5]))
    assert motion.node_rate_rad_s[0] == 0.0
    # 100 km, i = 60 deg: -1.5 n J2 (R/a)^2 cos i = -0.60 deg a day.
    assert np.degrees(motion.node_rate_rad_s[1]) * 86400 == pytest.approx(-0.60, abs=0.01)
    # On a circle perilune to perilune plus the drift of perilune is the turn itself.
    together = 2 * np.pi / motion.turn_s + motion.apsis_rate_rad_s
    np.testing.assert_allclose(together, motion.circle_rate_rad_s, rtol=1e-14)
    np.testing.assert_allclose(motion.turn_s, 7067.0, rtol=1e-3)  # Kepler's period at 100 km, 117.8 minutes


def test_axes_are_orthogonal_units_and_nan_passes():
    state = np.array([[1837.4, 0, 0, 0, 1.0, 2.2], [np.nan] * 6])
    normal, apsis = orbit_axes_icrf(state)
    assert normal[0] @ apsis[0] == pytest.approx(0.0, abs=1e-15)
    assert np.linalg.norm(normal[0]) == pytest.approx(1.0)
    assert np.all(np.isnan(normal[1]))
    assert pytest.approx(13.176, abs=1e-3) == np.degrees(MOON_ROTATION_RAD_S) * 86400
