"""The columns of every table, each said once: name, unit, meaning, where its value comes from, how it is written.

The same columns name and label the variables of ``results.nc``. A column takes its values from a mapping of arrays by
``source`` and multiplies by ``factor`` to get from the units of the inside (km/s, rad, s) to those people read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.units import DAY_S, DEG, M_PER_KM, MINUTE_S

Kind = Literal["text", "integer", "boolean", "utc", "date", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``source`` names its values, ``decimals`` counts digits after the point of a ``number``.

    The values of a ``date`` are datetime64[D], NaT for none; those of a ``utc`` are TDB seconds past J2000.
    """

    name: str
    meaning: str
    kind: Kind
    source: str
    unit: str = ""
    factor: float = 1.0
    decimals: int = 3


def text(name: str, meaning: str) -> Column:
    """Column of words."""
    return Column(name, meaning, "text", name)


def integer(name: str, meaning: str, unit: str = "") -> Column:
    """Column of whole numbers."""
    return Column(name, meaning, "integer", name, unit)


def boolean(name: str, meaning: str) -> Column:
    """Column of ``true`` and ``false``."""
    return Column(name, meaning, "boolean", name)


def utc(name: str, source: str, meaning: str) -> Column:
    """Column of UTC times out of TDB seconds past J2000."""
    return Column(name, meaning, "utc", source, "UTC")


def date(name: str, meaning: str) -> Column:
    """Column of UTC dates."""
    return Column(name, meaning, "date", name, "UTC")


def share(name: str, meaning: str) -> Column:
    """Column of shares from 0 to 1, four decimals."""
    return Column(name, meaning, "number", name, "1", 1.0, 4)


def speed(name: str, meaning: str) -> Column:
    """Column of m/s that are m/s inside too, millimetres a second."""
    return Column(name, meaning, "number", name, "m/s", 1.0, 3)


def angle(name: str, source: str, meaning: str) -> Column:
    """Column of degrees out of radians, six decimals."""
    return Column(name, meaning, "number", source, "deg", 1.0 / DEG, 6)


def delta_v(name: str, source: str, meaning: str) -> Column:
    """Column of m/s out of km/s, millimetres a second."""
    return Column(name, meaning, "number", source, "m/s", M_PER_KM, 3)


def duration(name: str, source: str, meaning: str) -> Column:
    """Column of days out of seconds, six decimals (0.1 s)."""
    return Column(name, meaning, "number", source, "d", 1.0 / DAY_S, 6)


def mass(name: str, meaning: str) -> Column:
    """Column of kilograms, to the gram."""
    return Column(name, meaning, "number", name, "kg", 1.0, 3)


LANE = text("lane", "lane of the scenario: one way of delivering")
ASSUMED = text("assumed", "figures with status assumed that the row rests on, joined with ;")
COAST = Column("coast_min", "from the end of ascent to injection", "number", "coast_s", "min", 1.0 / MINUTE_S, 4)
C3 = Column(
    "c3_km2_s2", "twice the specific energy about the Earth after injection", "number", "c3_km2_s2", "km2/s2", 1.0, 6
)
TLI_UTC = utc("tli_utc", "tli_tdb_s", "translunar injection: impulse at perigee")
ARRIVAL_UTC = utc("arrival_utc", "arrival_tdb_s", "perilune passage, the middle of insertion")
LANDING_UTC = utc("landing_utc", "landing_tdb_s", "touchdown; of an orbiter the insertion into its orbit")
TIME_OF_FLIGHT = duration("tof_d", "tof_s", "injection to perilune")
LOITER = duration("loiter_d", "loiter_s", "perilune to touchdown")
TLI_DV = delta_v("tli_dv_m_s", "tli_dv_km_s", "injection: tangential impulse from the circular parking orbit")
LOI_DV = delta_v("loi_dv_m_s", "loi_dv_km_s", "insertion at perilune, with the finite burn's loss if thrust is known")
DESCENT_DV = delta_v("descent_dv_m_s", "descent_dv_km_s", "staging orbit to touchdown, deorbit and hover included")
PARKING_INCLINATION = angle(
    "parking_inclination_deg", "parking_inclination_rad", "parking orbit's inclination to the Earth's equator of date"
)
LANDED = mass("landed_payload_kg", "cargo landed (of an orbiter: in orbit), without its dry mass, nominal figures")
LANDED_LOW = mass(
    "landed_payload_low_kg",
    "the same with every uncertain figure at its unfavourable end at once; 0 where the lander then cannot fly or land",
)
LANDED_HIGH = mass("landed_payload_high_kg", "the same with every uncertain figure at its favourable end")
SUN_ELEVATION = angle("sun_elevation_deg", "sun_elevation_rad", "Sun's geometric topocentric elevation at landing")
SUN_ABOVE_HORIZON = angle(
    "sun_above_horizon_deg", "sun_above_horizon_rad", "Sun's centre above the local horizon at landing"
)
BRANCH = integer("branch", "0..3: ascending or descending injection, ascending or descending approach")
DAY = text("day", "UTC date of lift-off")
FEASIBLE = boolean("feasible", "some flight of the day satisfies every constraint")
CLOSED_BY = text("closed_by", "constraints that close the day, joined with ;")
RELAXATION = text("relaxation", "smallest single relaxation that opens the day, empty if none does alone")
OPEN_BEFORE = date("open_before", "nearest open launch day before (an open day: itself)")
OPEN_AFTER = date("open_after", "nearest open launch day after (an open day: itself)")
RELAXED = (
    text("relaxed_constraint", "constraint of the smallest single relaxation"),
    Column(
        "relaxation_amount",
        "size of that relaxation",
        "number",
        "relaxation_amount",
        "relaxation_unit",
        1.0,
        6,
    ),
    text("relaxation_unit", "unit of that relaxation"),
    boolean("relaxation_is_small", "that relaxation is one a planner would call small"),
)
LIGHT_LEFT = duration("light_left_d", "light_left_s", "from landing until the Sun's centre sinks below the horizon")
FLIGHT_EXTRAS = (
    delta_v("loi_loss_m_s", "loi_loss_km_s", "part of loi_dv_m_s: what the finite burn costs beyond an impulse"),
    integer("phasing_revolutions", "revolutions in the phasing orbit before injection"),
    LIGHT_LEFT,
    angle("contact_deg", "contact_rad", "least elevation, above the local horizon, of what must be in view at landing"),
    Column(
        "eclipse_min", "longest eclipse between injection and arrival", "number", "eclipse_s", "min", 1.0 / MINUTE_S, 3
    ),
)
CORRECTION_P99 = speed("correction_p99_m_s", "99th percentile of the first correction, by linear covariance")
LIT_SHARE = share("lit_share", "chance that a flight corrected within its allowance lands in the light asked for")

WINDOWS = (
    LANE,
    integer("window", "number of the window in its lane, in order of time"),
    utc("open_utc", "open_tdb_s", "first lift-off of the window"),
    utc("close_utc", "close_tdb_s", "last lift-off of the window"),
    integer("days", "launch days in the window", "d"),
    utc("best_liftoff_utc", "best_liftoff_tdb_s", "lift-off of the window's best flight"),
    utc("best_tli_utc", "tli_tdb_s", "translunar injection of the best flight: impulse at perigee"),
    utc("best_arrival_utc", "arrival_tdb_s", "perilune passage of the best flight, the middle of insertion"),
    utc("best_landing_utc", "landing_tdb_s", "touchdown of the best flight; of an orbiter the insertion"),
    TIME_OF_FLIGHT,
    C3,
    TLI_DV,
    LOI_DV,
    DESCENT_DV,
    LANDED,
    LANDED_LOW,
    LANDED_HIGH,
    LOITER,
    SUN_ELEVATION,
    SUN_ABOVE_HORIZON,
    PARKING_INCLINATION,
    angle("best_azimuth_deg", "best_azimuth_rad", "pad azimuth at lift-off, clockwise from north, turning Earth"),
    COAST,
    BRANCH,
    mass("injected_mass_kg", "mass after injection, nominal"),
    text("propellant_kg", "nominal propellant burnt by stage, as stage=kg joined with ;"),
    ASSUMED,
    *FLIGHT_EXTRAS,
    integer("landing_chances", "landing chances that the best flight could take"),
    CORRECTION_P99,
    LIT_SHARE,
)
LAUNCHES = (
    LANE,
    DAY,
    FEASIBLE,
    utc("liftoff_open_utc", "liftoff_open_tdb_s", "first lift-off of the day's launch window"),
    utc("liftoff_close_utc", "liftoff_close_tdb_s", "last lift-off of the day's launch window"),
    angle("azimuth_open_deg", "azimuth_open_rad", "pad azimuth at the first lift-off, clockwise from north"),
    angle("azimuth_close_deg", "azimuth_close_rad", "pad azimuth at the last lift-off, clockwise from north"),
    utc("best_liftoff_utc", "best_liftoff_tdb_s", "lift-off of the day's best flight"),
    angle("best_azimuth_deg", "best_azimuth_rad", "pad azimuth of the best flight, relative to the turning Earth"),
    PARKING_INCLINATION,
    COAST,
    TLI_UTC,
    ARRIVAL_UTC,
    LANDING_UTC,
    TIME_OF_FLIGHT,
    TLI_DV,
    LOI_DV,
    LANDED,
    CLOSED_BY,
    RELAXATION,
    LANDED_LOW,
    LANDED_HIGH,
    C3,
    DESCENT_DV,
    LOITER,
    BRANCH,
    SUN_ABOVE_HORIZON,
    ASSUMED,
    OPEN_BEFORE,
    OPEN_AFTER,
    *RELAXED,
    *FLIGHT_EXTRAS,
)
CONSTRAINTS = (
    LANE,
    text("constraint", "name of the constraint, as in closed_by"),
    integer("days_open", "days on which some flight satisfies this constraint", "d"),
    integer("days_closed", "days on which no flight satisfies this constraint", "d"),
    integer("days_named", "closed days that name this constraint in closed_by", "d"),
    integer("closes_alone", "closed days that name no other constraint", "d"),
    Column(
        "worst_margin",
        "least of the days' best margins (negative: short by that much)",
        "number",
        "worst_margin",
        "margin_unit",
        1.0,
        6,
    ),
    Column("median_margin", "median of the days' best margins", "number", "median_margin", "margin_unit", 1.0, 6),
    text("margin_unit", "unit of the margins"),
    text("description", "what the constraint asks"),
)
LAUNCH_CURVE = (
    utc("liftoff_utc", "liftoff_tdb_s", "lift-off"),
    angle("azimuth_deg", "azimuth_rad", "pad azimuth, clockwise from north, relative to the turning Earth"),
    PARKING_INCLINATION,
    COAST,
    TLI_UTC,
    ARRIVAL_UTC,
    TIME_OF_FLIGHT,
    C3,
    TLI_DV,
    LOI_DV,
    boolean("feasible", "the launch satisfies every constraint of the lane, landing included"),
    text("closed_by", "constraints that close the launch, joined with ;"),
    integer("revolution", "revolution of the parking orbit, from lift-off, in which the injection is made"),
    text("limit", "what the launch stands at the limit of: a constraint, azimuth, steering, reach or date"),
)
PORKCHOP = (C3, TLI_DV, LOI_DV, LANDED)
WINDOW = integer("window", "number of the window in its lane, in order of time")
CLOSURES = (
    LANE,
    date("first_day", "first closed launch day of the run"),
    date("last_day", "last closed launch day of the run"),
    integer("days", "closed launch days in the run", "d"),
    text("closed_by", "constraints that close its days, most frequent first, joined with ;"),
    text("relaxation", "smallest single relaxation that opens one of its days, empty if none does alone"),
    date("relaxed_day", "the day that opens with it"),
    date("open_before", "nearest open launch day before"),
    date("open_after", "nearest open launch day after"),
    *RELAXED,
)
LANDINGS = (
    LANE,
    WINDOW,
    integer("chance", "number of the landing chance, in order of time"),
    LANDING_UTC,
    LOITER,
    integer("revolution", "perilune passages since insertion"),
    angle("cross_range_deg", "cross_range_rad", "angle of the site off the plane of the staging orbit"),
    angle("sun_azimuth_deg", "sun_azimuth_rad", "Sun's azimuth at the site, from north over east"),
    SUN_ELEVATION,
    SUN_ABOVE_HORIZON,
    LIGHT_LEFT,
    angle("earth_azimuth_deg", "earth_azimuth_rad", "Earth's azimuth at the site, from north over east"),
    angle("earth_elevation_deg", "earth_elevation_rad", "Earth's centre above the local horizon"),
    angle("relay_elevation_deg", "relay_elevation_rad", "best relay in view of the Earth, above the local horizon"),
    text("closed_by", "what closes the chance, joined with ;, empty where it can be taken"),
    boolean("taken", "the chance that the window's best flight takes"),
)
ROBUSTNESS = (
    LANE,
    WINDOW,
    integer("slip_d", "days after the window's best day; 0 is the best day itself", "d"),
    boolean("feasible", "the slipped day is known to be open"),
    mass("payload_change_kg", "cargo landed on the slipped day less that of the best flight"),
    duration("landing_shift_d", "landing_shift_s", "landing of the slipped day less that of the best flight"),
    integer("wait_d", "days from the slipped day to the next open one, empty if none is left", "d"),
    speed("correction_rms_m_s", "root mean square of the first correction, by linear covariance"),
    CORRECTION_P99,
    Column("miss_km", "perilune miss (1 sigma) if nothing were corrected", "number", "miss_km", "km", 1.0, 3),
    share("budget_share", "chance that the allowance for corrections covers the first one"),
    LIT_SHARE,
    speed("monte_carlo_rms_m_s", "root mean square of the first correction, by sampling"),
    speed("monte_carlo_p99_m_s", "99th percentile of the first correction, by sampling"),
    share("monte_carlo_lit_share", "chance of landing lit, by sampling"),
    integer("samples", "samples of that"),
    boolean("searched", "the slipped day is inside the horizon; beyond it nothing was searched"),
)
DESCENT = (
    WINDOW,
    Column("time_s", "since the start of braking", "number", "time_s", "s"),
    Column("altitude_km", "above the landing place", "number", "altitude_km", "km"),
    Column("downrange_km", "left to the landing place, along the ground", "number", "downrange_km", "km"),
    delta_v("speed_m_s", "speed_km_s", "speed relative to the Moon's centre"),
    delta_v("vertical_speed_m_s", "vertical_speed_km_s", "speed upwards"),
    angle("pitch_deg", "pitch_rad", "thrust above the local horizontal"),
    Column("thrust_n", "thrust", "number", "thrust_n", "N"),
    mass("mass_kg", "mass of the lander with what it carries"),
    delta_v("dv_m_s", "dv_km_s", "delta-v spent since the start of braking"),
)
SKY = (
    WINDOW,
    utc("utc", "t_tdb_s", "epoch"),
    angle("sun_azimuth_deg", "sun_azimuth_rad", "Sun's azimuth at the site, from north over east"),
    angle("sun_elevation_deg", "sun_elevation_rad", "Sun's centre above the level horizon"),
    angle("earth_azimuth_deg", "earth_azimuth_rad", "Earth's azimuth at the site, from north over east"),
    angle("earth_elevation_deg", "earth_elevation_rad", "Earth's centre above the level horizon"),
)
HORIZON = (
    WINDOW,
    angle("azimuth_deg", "mask_azimuth_rad", "azimuth from north over east"),
    angle("elevation_deg", "mask_elevation_rad", "elevation of the terrain above the level horizon"),
)

TABLES = {
    "windows.csv": WINDOWS,
    "launches.csv": LAUNCHES,
    "constraints.csv": CONSTRAINTS,
    "closures.csv": CLOSURES,
    "landings.csv": LANDINGS,
    "robustness.csv": ROBUSTNESS,
}
