"""Field types of the models that people fill in, with the unit each is held in.

A field's name ends with its unit (``latitude_deg``); the key a person writes does not (``latitude: 51.88 deg``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sim.document.quantity import dimension_of, example_of, units_of

UNIT_SUFFIXES = {
    "_kg_per_m2": "kg/m2",
    "_wh_per_kg": "Wh/kg",
    "_per_yr": "/yr",
    "_km2_s2": "km2/s2",
    "_m_s_per_day": "m/s/d",
    "_m2_kg": "m2/kg",
    "_m_s": "m/s",
    "_deg": "deg",
    "_km": "km",
    "_kg": "kg",
    "_kwh": "kWh",
    "_kw": "kW",
    "_m2": "m2",
    "_yr": "yr",
    "_s": "s",
    "_m": "m",
}


def yaml_key(name: str) -> str:
    """Name the YAML key of a field: its name without the unit."""
    for suffix in UNIT_SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


@dataclass(frozen=True, slots=True)
class InUnit:
    """Mark of a float (or of each float of a tuple) that people write with a unit."""

    unit: str

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        inner = handler(core_schema)
        quantity = quantity_schema(self.unit)
        if inner.get("type") != "array":
            return quantity
        count = len(inner.get("prefixItems", ()))
        return {"type": "array", "items": quantity, "minItems": count, "maxItems": count}


@dataclass(frozen=True, slots=True)
class IdOf:
    """Mark of a text that names an entry of ``kind`` (``launchers``, ``lanes``, ...)."""

    kind: str


@dataclass(frozen=True, slots=True)
class OneForBoth:
    """Mark of a pair for which one value may stand: ``5`` is ``[5, 5]``."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        pair = handler(core_schema)
        return {"anyOf": [pair["prefixItems"][0], pair]}


def quantity_schema(unit: str) -> dict[str, Any]:
    """JSON Schema of a quantity."""
    if unit == "1":
        return {"type": ["number", "string"], "description": "a share: 0.4 or 40 %"}
    text = f"{dimension_of(unit)} with a unit ({', '.join(units_of(unit))}), e.g. {example_of(unit)}"
    return {"type": "string", "description": text}


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        message = "the lower end is above the upper — swap the two"
        raise ValueError(message)
    return pair


Km = Annotated[float, InUnit("km")]
Metre = Annotated[float, InUnit("m")]
Deg = Annotated[float, InUnit("deg")]
Second = Annotated[float, InUnit("s")]
Kg = Annotated[float, InUnit("kg")]
MetrePerS = Annotated[float, InUnit("m/s")]
Km2PerS2 = Annotated[float, InUnit("km2/s2")]
KiloWatt = Annotated[float, InUnit("kW")]
SquareMetrePerKg = Annotated[float, InUnit("m2/kg")]
KiloWattHour = Annotated[float, InUnit("kWh")]
SquareMetre = Annotated[float, InUnit("m2")]
Year = Annotated[float, InUnit("yr")]
SharePerYear = Annotated[float, InUnit("/yr")]
WattHourPerKg = Annotated[float, InUnit("Wh/kg")]
KgPerSquareMetre = Annotated[float, InUnit("kg/m2")]
Share = Annotated[float, InUnit("1")]

Latitude = Annotated[float, InUnit("deg"), Field(ge=-90, le=90)]
Longitude = Annotated[float, InUnit("deg"), Field(ge=-180, le=360)]

DegRange = Annotated[tuple[float, float], InUnit("deg"), AfterValidator(_ordered)]
SecondRange = Annotated[tuple[float, float], InUnit("s"), AfterValidator(_ordered)]
CountRange = Annotated[tuple[int, int], OneForBoth()]
AzimuthRange = Annotated[tuple[float, float], InUnit("deg")]

Dates = tuple[date, ...]


def _epoch(text: str) -> str:
    if _UTC.fullmatch(text) is None:
        message = f"{text!r} is no UTC epoch — write e.g. 2030-01-01T12:00:00"
        raise ValueError(message)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not in the calendar — check day and time"
        raise ValueError(message) from None
    return text


_UTC = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")
UtcText = Annotated[str, AfterValidator(_epoch)]
"""An epoch in UTC as text."""


class Entry(BaseModel):
    """Base of all models read from files: frozen, strict, no key beyond the known ones."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=yaml_key,
        validate_by_name=True,
        validate_by_alias=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Figure(Entry):
    """An uncertain figure: nominal value with its range, where it comes from, and how firm it is."""

    unit: ClassVar[str]

    value: float
    low: float
    high: float
    source: str
    status: str

    def at(self, level: str) -> float:
        """Give the figure at ``value``, ``low`` or ``high``."""
        return float(getattr(self, level))
