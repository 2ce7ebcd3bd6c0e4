"""The columns of the station's tables, said once; the variables of the group ``station`` of ``results.nc`` too."""

from __future__ import annotations

from sim.results.columns import Column, angle, boolean, integer, share, text, utc
from sim.units import DAY_S, DEG, HOUR_S

ELEMENT = text("element", "element of the station in orbit")
POINT = text("point", "place on the Moon: the station's site, or a point of the scenario's coverage")


def hours(name: str, source: str, meaning: str) -> Column:
    """Column of hours out of seconds, to 0.4 s."""
    return Column(name, meaning, "number", source, "h", 1.0 / HOUR_S, 4)


def number(name: str, unit: str, meaning: str, decimals: int = 3) -> Column:
    """Column of numbers that are written as they are held."""
    return Column(name, meaning, "number", name, unit, 1.0, decimals)


EVENTS = (
    text("kind", "what kind of event (columns.json says what each means)"),
    text("subject", "site, element, point, lane or task it happens to"),
    utc("start_utc", "start_tdb_s", "begin"),
    utc("stop_utc", "stop_tdb_s", "end; equal to the begin for a moment"),
    hours("duration_h", "duration_s", "length"),
    Column("size", "how much, in the unit beside it", "number", "size", "unit", 1.0, 4),
    text("unit", "unit of the size"),
    text("what", "more in words"),
)
ORBITS = (
    ELEMENT,
    text("kind", "relay, orbiter or station"),
    text("orbit", "its orbit in words"),
    text("status", "how firm the orbit is: flown, published, planned, assumed"),
    text("frame", "axes of the daily elements"),
    text("forces", "force model of its flight"),
    integer("moon_degree", "degree of the Moon's gravity field, chosen by the height of perilune"),
    hours("period_h", "period_s", "of a revolution"),
    utc("start_utc", "start_tdb_s", "first moment of service within the horizon"),
    utc("end_utc", "end_tdb_s", "last moment of service within the horizon"),
    text("end", "why service ends: horizon, retired, impact, escape, propellant; undelivered: it never begins"),
    angle("end_latitude_deg", "end_latitude_rad", "where it falls, mean-Earth axes"),
    angle("end_longitude_deg", "end_longitude_rad", "where it falls, east"),
    number(
        "upkeep_m_s_per_year",
        "m/s/a",
        "delta-v that keeps the orbit, a year; empty: flies free, or not known",
    ),
    number("upkeep_spread_m_s", "m/s/a", "spread of that over trials (one standard deviation), where it was tried"),
    text("upkeep", "how the orbit is kept"),
    integer("burns", "burns made within the horizon"),
    share("earth_hidden_share", "share of its service in which the Moon hides the Earth's centre from it"),
    share("tracked_share", "share of its service in which a ground station of the coverage sees it; empty: none named"),
    text("note", "what else is to be known"),
)
PASSES = (
    ELEMENT,
    POINT,
    utc("rise_utc", "start_tdb_s", "it rises above the place's horizon, or the least elevation there"),
    utc("culmination_utc", "culmination_tdb_s", "it stands highest"),
    utc("set_utc", "stop_tdb_s", "it sets"),
    hours("duration_h", "duration_s", "length"),
    angle("elevation_deg", "culmination_rad", "greatest elevation above the level horizon"),
    number("range_km", "km", "distance from the place then", 1),
)
OCCULTATIONS = (
    ELEMENT,
    utc("start_utc", "start_tdb_s", "the Earth's centre goes behind the Moon's limb, seen from it"),
    utc("stop_utc", "stop_tdb_s", "and comes out again"),
    hours("duration_h", "duration_s", "length"),
)
MOON_EVENTS = (
    text("kind", "perigee, apogee, ascending_node, descending_node, new_moon, full_moon, lunar_eclipse"),
    utc("start_utc", "start_tdb_s", "epoch; of an eclipse its first contact with the penumbra"),
    utc("stop_utc", "stop_tdb_s", "the same; of an eclipse its last contact"),
    Column("size", "how much, in the unit beside it", "number", "size", "unit", 1.0, 4),
    text("unit", "unit of the size"),
    text("what", "more in words"),
)
ELEMENTS = (
    ELEMENT,
    utc("utc", "day_tdb_s", "epoch"),
    number("semi_major_axis_km", "km", "osculating, about the Moon"),
    number("eccentricity", "1", "osculating", 6),
    angle("inclination_deg", "inclination_rad", "to the plane of the frame"),
    angle("argument_of_perilune_deg", "argument_of_perilune_rad", "from the node"),
    angle("node_deg", "node_rad", "ascending node, from the frame's x axis"),
    number("perilune_altitude_km", "km", "above 1737.4 km"),
    number("apolune_altitude_km", "km", "above 1737.4 km"),
)
BURNS = (
    ELEMENT,
    utc("utc", "t_tdb_s", "middle of the burn"),
    number("dv_m_s", "m/s", "its size", 4),
)
CONTACT = (
    POINT,
    text("path", "direct: the Earth itself; relayed: by way of a relay; any: either"),
    angle("latitude_deg", "latitude_rad", "mean-Earth axes"),
    angle("longitude_deg", "longitude_rad", "east"),
    share("share", "share of the horizon with contact"),
    integer("gaps", "spans without contact"),
    hours("longest_gap_h", "longest_gap_s", "longest span without contact"),
    hours("gap_95_h", "gap_95_s", "95th percentile of the spans without contact"),
    hours("mean_gap_h", "mean_gap_s", "mean span without contact"),
    hours("wait_95_h", "wait_95_s", "time to the next contact that is not exceeded at 95 % of all moments"),
    number("relays_in_view_mean", "1", "relays that see both the place and the Earth, on average"),
    integer("relays_in_view_most", "most such relays at once"),
    share("double_share", "share of time with two such relays or more"),
    number("range_mean_km", "km", "to the nearest such relay, on average", 1),
    number("range_most_km", "km", "to the nearest such relay, at most", 1),
    number("volume_mean_gbit", "Gbit/d", "data a day that goes this way, the faster way at a time, on average", 3),
    number("volume_least_gbit", "Gbit/d", "the same on the worst day", 3),
    number("greatest_store_gbit", "Gbit", "most that a relay holds at once; 0 where relays do not store", 3),
    text("horizon", "what the place's horizon rests on"),
    text("link", "what the data volume assumes"),
)
GAPS = (
    POINT,
    text("path", "direct, relayed or any"),
    utc("start_utc", "start_tdb_s", "contact is lost"),
    utc("stop_utc", "stop_tdb_s", "contact is back"),
    hours("duration_h", "duration_s", "length"),
)
LIGHT = (
    text("site", "the station's site"),
    text("kind", "year (UTC), season (lunar, half a draconic year), month, or all of the time"),
    Column("span", "its name; of a season that the dates cut with that word; of the whole: horizon", "text", "name"),
    utc("start_utc", "start_tdb_s", "its begin"),
    utc("stop_utc", "stop_tdb_s", "its end"),
    share("average_light", "mean part of the Sun's disc above the terrain"),
    share("sun_up_share", "share of time with the Sun's centre above the terrain"),
    share("lit_share", "share of time with some of the Sun's disc above the terrain"),
    share("earth_up_share", "share of time with the Earth's centre above the terrain"),
    Column("longest_dark_d", "longest span without any of the disc", "number", "longest_dark_s", "d", 1.0 / DAY_S, 4),
    Column("longest_lit_d", "longest span with some of the disc", "number", "longest_lit_s", "d", 1.0 / DAY_S, 4),
    integer("dark_spans", "spans without any of the disc"),
    text("horizon", "what the horizon rests on"),
)
DARK = (
    text("site", "the station's site"),
    utc("start_utc", "start_tdb_s", "the last of the disc is gone"),
    utc("stop_utc", "stop_tdb_s", "the first of the disc is back"),
    hours("duration_h", "duration_s", "length"),
)
POWER = (
    text("grid", "cable that joins elements, or the one element that has none"),
    text("elements", "its elements, joined with ;"),
    share(
        "served_share",
        "share of the time since the first arrival with every load met, that of elements that died included; "
        "empty: nothing ever arrives",
    ),
    number("unmet_kwh", "kWh", "load not met over the horizon, that of elements that died included; empty likewise"),
    number("usable_kwh", "kWh", "most that may be taken from its batteries when full: nameplate x depth of discharge"),
    number("lowest_kwh", "kWh", "least of that which was stored, once there are batteries; empty: there never are"),
    number("mean_supply_kw", "kW", "what sources could give, on average over the horizon", 6),
    number("mean_load_kw", "kW", "what was asked, likewise, the load of elements that died included", 6),
    share("array_light", "mean part of the Sun's disc that its arrays see, by area; empty: it has none"),
    text("array_horizon", "what the horizons of arrays on masts of their own rest on; empty: none stands on one"),
    text("sizing", "array and battery that would be enough, in words (sizing.csv has the figures)"),
    text("assumed", "keys of its elements' arrays and batteries left to values the format assumes, joined with ;"),
)
SIZING = (
    text("grid", "cable that joins elements, or the one element that has none"),
    share("availability", "wanted share of time with every load met"),
    text(
        "what",
        "own_array: the smallest battery for the array it has; own_battery: the smallest array for the battery it has; "
        "lightest: the lightest pair; all its elements there from the start, with a battery full and new",
    ),
    number("area_m2", "m2", "array; empty: none fits"),
    number("usable_kwh", "kWh", "usable capacity of the battery; empty: none fits"),
    number("nameplate_kwh", "kWh", "its whole capacity, by the depth of discharge"),
    number("array_kg", "kg", "mass of the array, by its areal mass", 1),
    number("battery_kg", "kg", "mass of the battery, by its specific energy", 1),
    number("mass_kg", "kg", "of both", 1),
    share("served_share", "share of time served by the two"),
    text("note", "why none fits"),
)
SIZING_CURVE = (
    text("grid", "cable that joins elements, or the one element that has none"),
    number("area_m2", "m2", "array"),
    number("usable_kwh", "kWh", "usable capacity of the smallest battery for it; empty: none fits"),
    number("array_kg", "kg", "mass of the array", 1),
    number("battery_kg", "kg", "mass of the battery", 1),
)
SURFACE = (
    text("element", "element on the surface"),
    text("grid", "cable it hangs on, or its own name; empty: it has nothing to do with power, and no hours are told"),
    utc("arrival_utc", "arrival_tdb_s", "it is there; empty: never"),
    utc("died_utc", "died_tdb_s", "it is lost for want of power; empty: never"),
    number("active_h", "h", "hours at full service", 1),
    number("night_h", "h", "hours at night load", 1),
    number("dormant_h", "h", "hours put to sleep because power is short", 1),
    number("unpowered_h", "h", "hours without even its dormant load", 1),
    number("dead_h", "h", "hours lost", 1),
)
TASKS = (
    text("task", "task of the scenario"),
    text("name", "name for people"),
    text("element", "element it is done with"),
    number("work_h", "h", "hours asked"),
    number("done_h", "h", "hours done by the end of the horizon"),
    share("done_share", "part of the work that is done"),
    utc("done_utc", "done_tdb_s", "all is done; empty: never"),
    text("waited_for", "hours lost to each need, as need=hours joined with ;, the most first"),
)
MAP = (
    share("relayed_share", "share of time with a relay that sees both the place and the Earth"),
    share("any_share", "share of time with the Earth or such a relay in view"),
    hours("longest_gap_h", "longest_gap_s", "longest span with neither"),
    number("relays_in_view_mean", "1", "such relays in view, on average"),
)
SKY = (
    number("sun_fraction", "1", "part of the Sun's disc above the terrain", 4),
    Column("sun_azimuth_deg", "Sun's azimuth, from north over east", "number", "sun_azimuth_rad", "deg", 1 / DEG),
    Column("sun_elevation_deg", "Sun's centre above the level horizon", "number", "sun_elevation_rad", "deg", 1 / DEG),
    Column("sun_above_deg", "Sun's centre above the terrain", "number", "sun_above_rad", "deg", 1 / DEG),
    Column("earth_azimuth_deg", "Earth's azimuth", "number", "earth_azimuth_rad", "deg", 1 / DEG),
    Column("earth_elevation_deg", "Earth's centre above level", "number", "earth_elevation_rad", "deg", 1 / DEG),
    Column("earth_above_deg", "Earth's centre above the terrain", "number", "earth_above_rad", "deg", 1 / DEG),
)
GRID = (
    number("supply_kw", "kW", "what the sources give"),
    number("load_kw", "kW", "what full service asks, that of elements that died included"),
    number("unmet_kw", "kW", "what is asked and not met"),
    number("stored_kwh", "kWh", "in the batteries"),
)
ARRIVALS = (
    text("delivery", "delivery of the scenario"),
    text("lane", "how it goes"),
    utc("landing_utc", "landing_tdb_s", "landing"),
    text("cargo", "elements that arrive, joined with ;"),
    text("basis", "the windows' best flight, or the planned date where windows were not searched"),
    text("conflicts", "what the landing meets that forbids it, joined with ;"),
    boolean("placed", "it lands within the horizon"),
)

STATION_TABLES = {
    "station_events.csv": EVENTS,
    "station_orbits.csv": ORBITS,
    "orbit_elements.csv": ELEMENTS,
    "upkeep_burns.csv": BURNS,
    "passes.csv": PASSES,
    "occultations.csv": OCCULTATIONS,
    "moon_events.csv": MOON_EVENTS,
    "contact.csv": CONTACT,
    "contact_gaps.csv": GAPS,
    "light.csv": LIGHT,
    "dark_gaps.csv": DARK,
    "power.csv": POWER,
    "sizing.csv": SIZING,
    "sizing_curve.csv": SIZING_CURVE,
    "surface_elements.csv": SURFACE,
    "tasks.csv": TASKS,
    "arrivals.csv": ARRIVALS,
}
