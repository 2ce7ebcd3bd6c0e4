"""Numbers with units as people write them: ``8.2 t``, ``3.5 days``, ``-2.0 km2/s2``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from sim.document.problem import did_you_mean, shown

_RADIAN_DEG = Decimal("57.29577951308232087679815481410517")

# dimension -> unit -> size in the dimension's first unit. Exact decimals, so that 8.2 t is 8200 kg to the last bit.
_DIMENSIONS: dict[str, dict[str, str | Decimal]] = {
    "mass": {"kg": "1", "t": "1000", "g": "0.001"},
    "length": {"m": "1", "km": "1000", "cm": "0.01"},
    "time": {"s": "1", "min": "60", "h": "3600", "d": "86400", "ms": "0.001", "week": "604800", "yr": "31557600"},
    "angle": {"deg": "1", "rad": _RADIAN_DEG},
    "speed": {"m/s": "1", "km/s": "1000"},
    "speed per time": {"m/s/d": "1", "m/s/yr": Decimal(1) / Decimal("365.25")},
    "energy": {"km2/s2": "1", "m2/s2": "0.000001"},
    "force": {"N": "1", "kN": "1000"},
    "power": {"W": "1", "kW": "1000", "MW": "1000000"},
    "area per mass": {"m2/kg": "1"},
    "share": {"1": "1", "%": "0.01"},
    "stored energy": {"kWh": "1", "Wh": "0.001", "MWh": "1000"},
    "area": {"m2": "1"},
    "share per time": {"/yr": "1", "%/yr": "0.01", "%/month": "0.12", "%/d": "3.6525"},
    "specific energy": {"Wh/kg": "1", "kWh/kg": "1000"},
    "areal mass": {"kg/m2": "1"},
}

_ALIASES = {
    "kilogram": "kg", "kilograms": "kg", "kgs": "kg", "tonne": "t", "tonnes": "t", "ton": "t", "tons": "t",
    "gram": "g", "grams": "g", "metre": "m", "metres": "m", "meter": "m", "meters": "m", "kilometre": "km",
    "kilometres": "km", "kilometer": "km", "kilometers": "km", "sec": "s", "second": "s", "seconds": "s",
    "mins": "min", "minute": "min", "minutes": "min", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "weeks": "week", "degree": "deg", "degrees": "deg", "°": "deg", "radian": "rad",
    "radians": "rad", "mps": "m/s", "m s-1": "m/s", "kmps": "km/s", "km s-1": "km/s", "m/s/day": "m/s/d",
    "m/s per day": "m/s/d", "m/s per d": "m/s/d", "m/s/year": "m/s/yr", "m/s per year": "m/s/yr",
    "km^2/s^2": "km2/s2", "km²/s²": "km2/s2", "km**2/s**2": "km2/s2", "m^2/s^2": "m2/s2", "m²/s²": "m2/s2",
    "newton": "N", "newtons": "N", "kilonewton": "kN", "watt": "W", "watts": "W", "kilowatt": "kW",
    "kilowatts": "kW", "percent": "%", "year": "yr", "years": "yr", "kilowatt hours": "kWh", "watt hours": "Wh",
    "m^2": "m2", "m²": "m2", "square metres": "m2", "%/year": "%/yr", "% per year": "%/yr", "%/day": "%/d",
    "% per day": "%/d", "% per month": "%/month", "kg/m^2": "kg/m2", "kg/m²": "kg/m2",
}  # fmt: skip

_DIMENSION_OF = {unit: dimension for dimension, units in _DIMENSIONS.items() for unit in units}
_FOLDED = {name.casefold(): name for name in _DIMENSION_OF if name.casefold() not in {"mw", "mwh"}}
_EXAMPLES = {
    "mass": "8.2 t", "length": "100 km", "time": "3.5 d", "angle": "51.8 deg", "speed": "900 m/s",
    "speed per time": "0.5 m/s/d", "energy": "-1.8 km2/s2", "force": "7.5 kN", "power": "4 kW", "share": "40 %",
    "area per mass": "0.02 m2/kg",
    "stored energy": "100 kWh", "area": "40 m2", "share per time": "1 %/yr", "specific energy": "160 Wh/kg",
    "areal mass": "3 kg/m2",
}  # fmt: skip
_READABLE = {
    "mass": ("t", "kg"), "length": ("km", "m"), "time": ("d", "h", "min", "s"), "speed": ("m/s",),
    "share per time": ("%/yr",),
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.?(inf|infinity|nan)\b", re.IGNORECASE)
_LONGEST = 80


class QuantityError(ValueError):
    """A text is no quantity of the wanted dimension; carries what is wrong and what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} — {remedy}")


@dataclass(frozen=True, slots=True)
class _Parts:
    number: Decimal
    unit: str


def dimension_of(unit: str) -> str:
    """Name the dimension of a unit."""
    return _DIMENSION_OF[unit]


def example_of(unit: str) -> str:
    """Give an example of a quantity that can stand where ``unit`` is wanted."""
    return _EXAMPLES[_DIMENSION_OF[unit]]


def units_of(unit: str) -> tuple[str, ...]:
    """List the units of the same dimension."""
    return tuple(_DIMENSIONS[_DIMENSION_OF[unit]])


def parse_quantity(text: str, unit: str) -> float:
    """Read a number with a unit and give it in ``unit``; raises QuantityError."""
    parts = _split(text.strip(), unit)
    written = _known_unit(parts.unit, unit)
    wanted, found = _DIMENSION_OF[unit], _DIMENSION_OF[written]
    if wanted != found:
        what = f"{shown(text)} is {_a(found)}, wanted is {_a(wanted)}"
        raise QuantityError(what, f"write e.g. {example_of(unit)!r}")
    return _converted(parts.number, _size(written), _size(unit), text)


def format_quantity(value: float, unit: str) -> str:
    """Write a quantity, in the unit that makes it shortest, so that `parse_quantity` gives the same float again."""
    exact = f"{value!r}" if unit == "1" else f"{value!r} {unit}"
    readable = [_in_unit(value, unit, other) for other in _READABLE.get(_DIMENSION_OF[unit], ())]
    choices = [text for text in (*readable, _trimmed(value, unit), exact) if _reads_as(text, unit, value)]
    shortest = min(len(text) for text in choices)
    return next(text for text in choices if len(text) <= shortest + 2)


def _reads_as(text: str, unit: str, value: float) -> bool:
    try:
        return parse_quantity(text, unit) == value
    except QuantityError:
        return False


def _in_unit(value: float, unit: str, other: str) -> str:
    number = value * float(_size(unit) / _size(other))
    return _trimmed(number, other) if abs(number) >= 1.0 else ""


def _trimmed(number: float, unit: str) -> str:
    text = f"{number:.15g}"
    return text if unit == "1" else f"{text} {unit}"


def _size(unit: str) -> Decimal:
    return Decimal(_DIMENSIONS[_DIMENSION_OF[unit]][unit])


def _a(dimension: str) -> str:
    return f"an {dimension}" if dimension[0] in "aeiou" else f"a {dimension}"


def _split(text: str, unit: str) -> _Parts:
    remedy = f"write e.g. {example_of(unit)!r}"
    if _NOT_A_NUMBER.match(text):
        what = f"{shown(text)} is not a finite number"
        raise QuantityError(what, remedy)
    match = _NUMBER.match(text)
    if match is None or len(text) > _LONGEST:
        what = f"{shown(text)} is not a number with a unit"
        raise QuantityError(what, remedy)
    rest = text[match.end() :].strip()
    if rest[:1] in {",", "_"} or rest[:1].isdigit():
        what = f"{shown(text)} is not one number"
        raise QuantityError(what, "write a decimal point and no thousands separators")
    if not math.isfinite(float(match.group())):
        what = f"{shown(text)} is not a finite number"
        raise QuantityError(what, remedy)
    if not rest and unit != "1":
        what = f"{shown(text)} has no unit"
        raise QuantityError(what, f"add one of {', '.join(units_of(unit))}: {remedy[6:]}")
    return _Parts(Decimal(match.group()), rest or "1")


def _known_unit(written: str, unit: str) -> str:
    if written in _DIMENSION_OF:
        return written
    found = _ALIASES.get(written.casefold()) or _FOLDED.get(written.casefold())
    if found is None:
        remedy = did_you_mean(written, units_of(unit))
        what = f"{shown(written)} is not a unit known here"
        raise QuantityError(what, remedy)
    return found


def _converted(number: Decimal, written: Decimal, wanted: Decimal, text: str) -> float:
    if float(number) == 0.0:
        return 0.0
    try:
        value = float(number * written / wanted)
    except (DecimalException, OverflowError):
        value = math.inf
    if not math.isfinite(value):
        what = f"{shown(text)} is not a finite number"
        raise QuantityError(what, "write a number of sensible size")
    return value
