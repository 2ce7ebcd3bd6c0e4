"""The Sun over a place on the Moon by an almanac's short formulas: a second way, which shares nothing with the first.

Meeus 1998, Astronomical Algorithms, 2nd ed.: chapter 25 (Sun, low accuracy), 47 (the Moon's mean arguments and the
largest terms of its place), 53 (selenographic place of the Sun, Cassini's laws, equator of 1.54242 deg). Left out:
physical librations (0.04 deg), nutation, light time.
"""

from __future__ import annotations

import numpy as np

INCLINATION_DEG = 1.54242
SECONDS_A_CENTURY = 36525.0 * 86400.0


def sun_elevation_deg(latitude_deg, east_longitude_deg, t_tdb_s):
    """Elevation of the Sun's centre above the level plane of a place, degrees; seconds of TDB past J2000."""
    t = t_tdb_s / SECONDS_A_CENTURY
    colongitude, sub_solar = _sun_at_moon_deg(t)
    north, around = np.radians(latitude_deg), np.radians(colongitude + east_longitude_deg)
    above = np.sin(np.radians(sub_solar)) * np.sin(north) + np.cos(np.radians(sub_solar)) * np.cos(north) * np.sin(
        around
    )
    return float(np.degrees(np.arcsin(above)))


def _sun_at_moon_deg(t):
    """Colongitude and latitude of the Sun's place over the Moon (Meeus, 53), t in Julian centuries past J2000."""
    mean, elongation = 218.3164477 + 481267.88123421 * t, 297.8501921 + 445267.1114034 * t
    sun_anomaly, anomaly = 357.5291092 + 35999.0502909 * t, 134.9633964 + 477198.8675055 * t
    argument, node = 93.2720950 + 483202.0175233 * t, 125.0445479 - 1934.1362891 * t

    def s(angle_deg):
        return np.sin(np.radians(angle_deg))

    longitude = mean + 6.289 * s(anomaly) + 1.274 * s(2 * elongation - anomaly) + 0.658 * s(2 * elongation)
    latitude = 5.128 * s(argument) + 0.281 * s(anomaly + argument)
    sun = 280.46646 + 36000.76983 * t + 1.914602 * s(sun_anomaly) + 0.019993 * s(2 * sun_anomaly)
    distances = 385000.56 / 149_597_870.7
    from_moon = sun + 180.0 + np.degrees(distances) * np.cos(np.radians(latitude)) * s(sun - longitude)
    beta, w, tilt = np.radians(distances * latitude), np.radians(from_moon - node), np.radians(INCLINATION_DEG)
    a = np.arctan2(np.sin(w) * np.cos(beta) * np.cos(tilt) - np.sin(beta) * np.sin(tilt), np.cos(w) * np.cos(beta))
    b = np.arcsin(-np.sin(w) * np.cos(beta) * np.sin(tilt) - np.sin(beta) * np.cos(tilt))
    return 90.0 - (np.degrees(a) - argument), np.degrees(b)
