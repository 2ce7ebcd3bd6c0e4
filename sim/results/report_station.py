"""What the report says of a station over time: its headline numbers and the rows of its tables, out of the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sim.results.station_summary import station_metrics

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"

STATION_CARDS = {
    "contact_share[station]": "of the time with contact",
    "longest_gap_h[station]": "longest time without contact",
    "average_light": "of the Sun's disc in view at the site, on average",
    "longest_dark_d": "longest time without light",
    "upkeep_m_s_per_year": "a year keep all orbits",
    "orbiters_lost": "elements in orbit lost",
    "elements_dead": "surface elements lost for want of power",
    "power_served_share": "of the time every load is met, worst cable",
    "tasks_done_share": "of the science tasks' hours done",
}
"""Metrics of `sim.results.station_summary` that head the page, and how they read behind their number."""

PATHS = {"direct": "directly", "relayed": "by relay", "any": "either"}
ENDS = {
    "horizon": "in service to the end",
    "retired": "retired",
    "impact": "falls",
    "escape": "escapes",
    "propellant": "out of propellant",
    "undelivered": "never delivered",
}
SIZES = {
    "own_array": "battery for its array",
    "own_battery": "array for its battery",
    "lightest": "the lightest pair",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of the page: its variables by name, plain values."""

    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return a value; None where the dataset does not tell it."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class StationSection:
    """The station's part of the page; tables without rows are left out.

    ``links``, ``horizons`` and ``array_horizons`` are what data volumes, light, and the light of arrays on masts rest
    on, each said once.
    """

    site: str
    cards: tuple[tuple[str, str], ...]
    orbits: tuple[Row, ...]
    contact: tuple[Row, ...]
    links: tuple[str, ...]
    light: tuple[Row, ...]
    horizons: tuple[str, ...]
    power: tuple[Row, ...]
    array_horizons: tuple[str, ...]
    sizes: tuple[Row, ...]
    surface: tuple[Row, ...]
    tasks: tuple[Row, ...]
    arrivals: tuple[Row, ...]


def station_section(station: xr.Dataset) -> StationSection:
    """Return what the page says of a station."""
    return StationSection(
        site=str(station.attrs["site"]),
        cards=station_cards(station),
        orbits=rows_of(station, "orbit"),
        contact=contact_rows(station),
        links=texts_of(station, "contact_link"),
        light=rows_of(station, "light"),
        horizons=tuple(dict.fromkeys((str(station.attrs["horizon"]), *texts_of(station, "contact_horizon")))),
        power=rows_of(station, "grid"),
        array_horizons=texts_of(station, "grid_array_horizon"),
        sizes=rows_of(station, "sizing"),
        surface=rows_of(station, "element"),
        tasks=rows_of(station, "task"),
        arrivals=rows_of(station, "arrival"),
    )


def rows_of(station: xr.Dataset, dim: str) -> tuple[Row, ...]:
    """Return the variables along one dimension as rows, without the dimension's name before theirs."""
    if dim not in station.sizes:
        return ()
    named = {
        str(name).removeprefix(f"{dim}_"): variable.values
        for name, variable in station.variables.items()
        if variable.dims == (dim,)
    }
    return tuple(Row({name: plain(values[i]) for name, values in named.items()}) for i in range(station.sizes[dim]))


def contact_rows(station: xr.Dataset) -> tuple[Row, ...]:
    """Return a row for each place and way of contact; what belongs to the place stands in its first."""
    rows = []
    for number, place in enumerate(rows_of(station, "point")):
        told = {name.removeprefix("contact_"): value for name, value in place.values.items()}
        for column, path in enumerate(station["path"].values):
            ways = {
                str(name).removeprefix("contact_"): plain(variable.values[number, column])
                for name, variable in station.variables.items()
                if variable.dims == ("point", "path")
            }
            rows.append(Row((told if column == 0 else {}) | ways | {"way": PATHS[str(path)], "first": column == 0}))
    return tuple(rows)


def texts_of(station: xr.Dataset, name: str) -> tuple[str, ...]:
    """Return the texts of a variable, each once, none empty."""
    return tuple(dict.fromkeys(str(text) for text in station[name].values if text)) if name in station else ()


def plain(value: Any) -> Any:
    """Return a value of a dataset as a template takes it: text, number, epoch; None for NaN and NaT."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value
    found = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(found, float) and not np.isfinite(found) else found


def station_cards(station: xr.Dataset) -> tuple[tuple[str, str], ...]:
    """Return the station's headline numbers: value with unit, and meaning."""
    known = {metric.name: metric for metric in station_metrics([station])}
    told = [(card, known[card].of(station)) for card in STATION_CARDS if card in known]
    return tuple((shown(value, known[card].unit), STATION_CARDS[card]) for card, value in told if value is not None)


def shown(value: float | str, unit: str) -> str:
    """Return a headline number: shares in per cent, others with their unit, three figures below a hundred."""
    if isinstance(value, str):
        return value
    if unit == "1" and isinstance(value, float):
        return share_text(value)
    written = f"{value:,.0f}" if abs(value) >= 100.0 or float(value).is_integer() else f"{value:.3g}"
    named = {"1": "", "m/s/a": "m/s"}.get(unit, unit)
    return f"{written.replace(',', THIN_SPACE)}{THIN_SPACE}{named}".strip()


def share_text(share: float | None) -> str:
    """Return a share in per cent; only what is whole reads 100 %, only nothing 0 %."""
    if share is None:
        return "–"
    if share in {0.0, 1.0}:
        return f"{100.0 * share:.0f} %"
    return f"{float(np.clip(100.0 * share, 0.1, 99.9)):.1f} %"


def hours_text(hours: float | None) -> str:
    """Return hours in their natural unit, a dash for none: ``42 min``, ``3.4 h``, ``2.6 d``."""
    if hours is None:
        return "–"
    if hours < 1.0:
        return f"{60.0 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 48.0 else f"{hours / 24.0:.1f} d"


def number_text(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands apart, a dash for none."""
    return "–" if value is None else f"{value:,.{decimals}f}".replace(",", THIN_SPACE)


def figures_text(value: float | None) -> str:
    """Return a number with three figures at least, a dash for none: ``0.245``, ``12.3``, ``1 240``."""
    if value is None:
        return "–"
    return number_text(value) if abs(value) >= 100.0 else f"{value:.3g}"


def power_text(kilowatts: float | None) -> str:
    """Return a power in its natural unit, a dash for none: ``45 W``, ``0.35 kW``, ``12.3 kW``."""
    if kilowatts is None:
        return "–"
    if abs(kilowatts) < 0.1:
        return f"{1000.0 * kilowatts:.3g} W"
    return f"{number_text(kilowatts, 2 if abs(kilowatts) < 1.0 else 1)} kW"


def listed_text(text: str | None) -> str:
    """Return ids joined with ``;`` as words joined with commas, a dash for none."""
    return ", ".join(part.replace("_", " ") for part in (text or "").split(";") if part) or "–"


def needs_text(text: str | None) -> str:
    """Return what a task waited for, ``light=1200.0;power=3.5``, as words: the three that cost most."""
    pairs = [part.partition("=") for part in (text or "").split(";") if part]
    return ", ".join(f"{need} {hours_text(float(hours))}" for need, _, hours in pairs[:3]) or "–"


def keys_text(text: str | None) -> str:
    """Return keys joined with ``;`` as they are written, without where they stand, a dash for none."""
    return ", ".join(dict.fromkeys(part.replace("source.", "") for part in (text or "").split(";") if part)) or "–"


def size_text(what: str) -> str:
    """Return what is sized, in words."""
    return SIZES.get(what, what)


def day_text(epoch: np.datetime64 | None) -> str:
    """Return the UTC day of an epoch, a dash for none."""
    return "–" if epoch is None else str(epoch.astype("datetime64[D]"))


def end_text(end: str) -> str:
    """Return how service ends, in words."""
    return ENDS.get(end, end)


FILTERS = {
    "share": share_text,
    "hours": hours_text,
    "number": number_text,
    "figures": figures_text,
    "power": power_text,
    "listed": listed_text,
    "needs": needs_text,
    "keys": keys_text,
    "size": size_text,
    "end_of_service": end_text,
    "day": day_text,
}
