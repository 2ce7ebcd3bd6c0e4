"""Physical constants, each with its source. Units are in the names."""

# JPL DE440: Park, Folkner, Williams & Boggs 2021, AJ 161:105, table 2 and the kernel's header.
GM_EARTH_KM3_S2 = 398600.435507
GM_MOON_KM3_S2 = 4902.800118
GM_SUN_KM3_S2 = 132712440041.279419
AU_KM = 149597870.7
SPEED_OF_LIGHT_KM_S = 299792.458

# IERS Conventions 2010 (TN 36), table 1.1, zero-tide equatorial radius; J2 of EGM2008 (TN 36, table 6.2), tide-free.
R_EARTH_KM = 6378.1366
J2_EARTH = 1.0826253e-3

# Mean lunar radius: IAU WGCCRE 2015 (Archinal et al. 2018). Heights above the Moon count from it.
R_MOON_KM = 1737.4

# Nominal solar radius: IAU 2015 resolution B3.
R_SUN_KM = 695700.0

# Lunar quadrupole of GRGM660PRIM (Lemoine et al. 2013, doi:10.1002/jgre.20118), unnormalised: C20 = sqrt(5) Cbar20,
# C22 = sqrt(5/12) Cbar22, reference radius 1738 km, axes: DE421 principal axes.
R_MOON_GRAVITY_KM = 1738.0
C20_MOON = -2.032203952770473e-04
C22_MOON = 2.2379998291696247e-05

# Mean synodic month, days: Meeus 1998, Astronomical Algorithms, eq. 49.1.
SYNODIC_MONTH_D = 29.530589

# Mean sidereal rotation of the Moon, IAU WGCCRE 2015: 13.17635815 deg/day.
MOON_ROTATION_RAD_S = 13.17635815 * 3.141592653589793 / 180.0 / 86400.0

# Rate of the Earth rotation angle, IAU 2000 (IERS TN 36, eq. 5.15), rad per UT1 second.
EARTH_ROTATION_RAD_S = 7.292115146706979e-05

# Standard gravity in the definition of specific impulse (CGPM 1901), km/s^2.
G0_KM_S2 = 9.80665e-3
