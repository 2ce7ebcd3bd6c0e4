"""Members of periodic families from JPL's catalogue, for tests.

JPL Three-Body Periodic Orbits (ssd.jpl.nasa.gov/tools/periodic_orbits.html), mass ratio 0.01215058560962404: x0, z0,
vy0 at a perpendicular crossing, period and stability index in the problem's units. The index of a distant retrograde
orbit is 1.
"""

import numpy as np

from sim.orbit.periodic import PeriodicOrbit

START_TDB_S = 8.2e8  # 2025-12-26


def member(family, state, period, index, point=None, branch=None):
    x, z, vy = state
    return PeriodicOrbit(family, point, branch, np.array([x, 0.0, z, 0.0, vy, 0.0]), period, np.nan, index)


NRHO_9_2 = member(
    "halo",
    (1.0220210834341630, -0.18209648779790591, -0.10325542020688042),
    1.5111054628730460,
    1.3228145455949900,
    "L2",
    "south",
)
HALO_L2 = member(  # row 600: 13.1 days
    "halo",
    (1.1309068606587671, -0.17559943116832186, -0.22540528573226756),
    3.0195648424992565,
    39.371257503568600,
    "L2",
    "south",
)
QUEQIAO_LIKE = member(  # row 1480: 14.8 days, low amplitude as Queqiao's
    "halo",
    (1.1806927608811382, -0.014483225000973226, -0.15706182910975111),
    3.4138155371583592,
    596.56024642202203,
    "L2",
    "south",
)
DRO_70000 = member("dro", (0.80591079311650515, 0.0, 0.51916995982435687), 3.2014543457713667, 1.0)
DRO_31600 = member("dro", (0.90668606911016691, 0.0, 0.48268635279185140), 1.1478169491263817, 1.0)
