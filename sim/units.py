"""Units of the inside, said once.

Inside Moonport every float is in km, km/s, s, kg or rad; an epoch is TDB seconds past J2000 (JD 2451545.0 TDB);
a vector has shape ``(..., 3)``, float64, on ICRF axes unless its name says another frame. The unit is part of the
name (``time_of_flight_s``). People see m/s, days, UTC and degrees: these factors convert at the door.
"""

from math import pi

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
YEAR_S = 365.25 * DAY_S

DEG = pi / 180.0
"""Radians in a degree."""

M_PER_KM = 1000.0
"""Metres in a kilometre; also (m/s) in a (km/s)."""
