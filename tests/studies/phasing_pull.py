"""What the pull of Moon and Sun, left out of phasing ellipses, does to them: perigee height, plane and timing.

Run ``python -m tests.studies.phasing_pull``. Ellipses start at a perigee of 185 km in a plane of 28.5 degrees, on eight
dates of a lunar month and with four nodes, and fly with Earth and J2 alone and with Moon and Sun as well. Compared is
the perigee after so many revolutions; worst of the 32, root mean square in brackets.

Conclusion: one revolution of 24 hours is right to 9 km of perigee height, 0.06 degrees of plane and 25 s (worst of 32;
half of that is usual), five of them to 41 km, 0.24 degrees and 124 s, a fortnight and more of 10-hour ellipses to
18 km, 0.14 degrees and 46 s: corrections of some metres a second at apogee, which missions make. Ten kilometres of
perigee height change the injection from the ellipse by 0.3 m/s.
"""

import numpy as np

from sim.astro.nbody import ForceModel, propagate
from sim.constants import GM_EARTH_KM3_S2, R_EARTH_KM
from sim.transfer.phasing import PhasingOrbit
from sim.units import DAY_S, DEG, HOUR_S

START_TDB_S = 9.0e8
PERIGEE_KM = R_EARTH_KM + 185.0
CASES = ((10.0, 5), (10.0, 40), (24.0, 1), (24.0, 3), (24.0, 5))


def start_state(orbit, node_rad, inclination_rad=28.5 * DEG, argument_rad=0.5):
    """Perigee state of an ellipse on the axes of ICRF."""
    cn, sn, ci, si = np.cos(node_rad), np.sin(node_rad), np.cos(inclination_rad), np.sin(inclination_rad)
    along, across = np.array([cn, sn, 0.0]), np.array([-sn * ci, cn * ci, si])
    ca, sa = np.cos(argument_rad), np.sin(argument_rad)
    place, ahead = ca * along + sa * across, -sa * along + ca * across
    return np.concatenate([orbit.perigee_radius_km * place, orbit.perigee_speed_km_s * ahead])


def perigee(state0, start, expected_s, bodies):
    """Epoch and state of a perigee, an hour or so from where it is expected."""
    around = start + expected_s + np.arange(-6000.0, 6000.0, 4.0)
    forces = ForceModel(bodies=bodies)
    flown = propagate(state0, start, around[-1], forces, "earth", 1e-12, around).states_icrf
    rate = np.sum(flown[:, :3] * flown[:, 3:], axis=1)
    k = int(np.flatnonzero((rate[:-1] < 0.0) & (rate[1:] >= 0.0))[0])
    share = rate[k] / (rate[k] - rate[k + 1])
    return around[k] + 4.0 * share, flown[k] + share * (flown[k + 1] - flown[k])


def differences(hours, revolutions, date, node_rad):
    """Perigee height km, plane deg, argument deg, time s: with Moon and Sun less without."""
    orbit = PhasingOrbit(PERIGEE_KM, hours * HOUR_S)
    start, state0 = START_TDB_S + date * DAY_S, start_state(orbit, node_rad)
    # The ellipse that touches the orbit at perigee is not the mean one: the bulge makes the period minutes longer.
    period_s = perigee(state0, start, orbit.period_s, ("earth",))[0] - start
    t_one, one = perigee(state0, start, revolutions * period_s, ("earth",))
    t_all, full = perigee(state0, start, revolutions * period_s, ("earth", "moon", "sun"))
    normals = [np.cross(s[:3], s[3:]) / np.linalg.norm(np.cross(s[:3], s[3:])) for s in (one, full)]
    plane = np.linalg.norm(normals[1] - normals[0]) / DEG
    places = [s[:3] / np.linalg.norm(s[:3]) for s in (one, full)]
    turned = np.dot(np.cross(places[0], places[1]), normals[0]) / DEG
    return np.linalg.norm(full[:3]) - np.linalg.norm(one[:3]), plane, turned, t_all - t_one


def main():
    """Print the table."""
    print(f"{'hours':>5} {'revs':>4} {'perigee km':>18} {'plane deg':>18} {'argument deg':>18} {'time s':>18}")  # noqa: T201
    for hours, revolutions in CASES:
        found = np.array(
            [differences(hours, revolutions, 3.4 * k, 0.5 * np.pi * quarter) for k in range(8) for quarter in range(4)]
        )
        worst, usual = np.abs(found).max(axis=0), np.sqrt(np.mean(found**2, axis=0))
        cells = " ".join(f"{w:9.3f} ({u:6.3f})" for w, u in zip(worst, usual, strict=True))
        print(f"{hours:5.0f} {revolutions:4d} {cells}")  # noqa: T201
    speed = np.sqrt(2.0 * GM_EARTH_KM3_S2 / np.array([PERIGEE_KM, PERIGEE_KM + 10.0]) - 1.9)
    circle = np.sqrt(2.0 * GM_EARTH_KM3_S2 / np.array([PERIGEE_KM, PERIGEE_KM + 10.0]) - 9.4)
    print(f"10 km of perigee height: {1e3 * np.diff(speed - circle)[0]:.2f} m/s of injection from the ellipse")  # noqa: T201


if __name__ == "__main__":
    main()
