"""Time scales: people say UTC, the inside counts TDB seconds past J2000 (JD 2451545.0 TDB).

TAI-UTC is the table of leap seconds inside ERFA, frozen after its end (37 s since 2017). TDB-TT is the series of
Fairhead & Bretagnon 1990 (ERFA ``dtdb``, geocentre). One float64 of seconds resolves 0.24 microseconds until 2068.
astropy is not needed here: all comes from ERFA directly, so nothing can reach for the network.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, get_args, overload

import erfa
import numpy as np
from astropy_iers_data import IERS_LEAP_SECOND_FILE
from numpy.typing import ArrayLike, NDArray

from sim.astro.tabulated import Tabulated
from sim.errors import UsageError
from sim.units import DAY_S

FloatArray = NDArray[np.float64]
Scale = Literal["UTC", "TAI", "TT", "TDB"]

J2000_JD = 2451545.0
TT_MINUS_TAI_S = 32.184


def _read_leap_seconds() -> date:
    """Give ERFA the table of leap seconds of the package astropy-iers-data; its date of expiry.

    Without this the table would depend on whether astropy, which does the same, was imported before.
    """
    lines = Path(IERS_LEAP_SECOND_FILE).read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    table = np.array(
        [(int(year), int(month), float(offset)) for _, _, month, year, offset in rows],
        dtype=[("year", "i4"), ("month", "i4"), ("tai_utc", "f8")],
    )
    erfa.leap_seconds.update(table)
    expiry = next(line.split("on", 1)[1].strip() for line in lines if "expires on" in line)
    return datetime.strptime(expiry, "%d %B %Y").replace(tzinfo=UTC).date()


_LEAP_SECONDS_END = _read_leap_seconds()

_EPOCH = re.compile(
    r"\s*(?P<year>\d{4})-(?:(?P<month>\d\d)-(?P<day>\d\d)|(?P<doy>\d{3}))"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d*)?))?)?"
    r"(?:(?P<zulu>Z)|\s+(?P<scale>UTC|TAI|TT|TDB))?\s*"
)


class EpochError(UsageError, ValueError):
    """A text that is no epoch."""


def configure_offline() -> None:
    """Keep astropy off the network, and let its Earth-orientation tables run past their end.

    To be called before anything imports ``astropy.time`` (boinor does). With astropy's defaults every call tries the
    network, and UT1 beyond the predictions raises.
    """
    from astropy.utils import data, iers

    iers.conf.auto_download = False
    iers.conf.auto_max_age = None
    iers.conf.iers_degraded_accuracy = "warn"
    data.conf.allow_internet = False
    warnings.filterwarnings("ignore", message=".*dubious year.*")


@overload
def tdb_s_from_utc(text: str) -> float: ...
@overload
def tdb_s_from_utc(text: list[str] | tuple[str, ...] | NDArray[np.str_]) -> FloatArray: ...
def tdb_s_from_utc(text: str | list[str] | tuple[str, ...] | NDArray[np.str_]) -> float | FloatArray:
    """Epochs from ISO text, UTC unless it says otherwise.

    Parameters
    ----------
    text : str or sequence of str
        ``2029-01-01``, ``2029-01-01T12:00``, ``2016-12-31T23:59:60.5Z``, ``2029-001T00:00:00``, ``... TDB``.

    Returns
    -------
    float or ndarray (n,)
        TDB seconds past J2000. Before 1972, when UTC also stepped by 0.05 and 0.1 s, good to 0.1 s on those days.

    Raises
    ------
    EpochError
        Naming the text that is no epoch.
    """
    return tdb_s_from_scale(text, "UTC")


@overload
def tdb_s_from_scale(text: str, scale: str) -> float: ...
@overload
def tdb_s_from_scale(text: list[str] | tuple[str, ...] | NDArray[np.str_], scale: str) -> FloatArray: ...
def tdb_s_from_scale(text: str | list[str] | tuple[str, ...] | NDArray[np.str_], scale: str) -> float | FloatArray:
    """Epochs from ISO text in a scale, UTC, TAI, TT or TDB; a scale named in the text goes before.

    Raises
    ------
    EpochError
        Naming the text that is no epoch, or the unknown scale.
    """
    wanted = _scale(scale)
    texts = [text] if isinstance(text, str) else [str(one) for one in text]
    parsed = [_parse(one, wanted) for one in texts]
    epochs = np.empty(len(parsed))
    for one in sorted({used for used, _, _ in parsed}):
        rows = [i for i, (used, _, _) in enumerate(parsed) if used == one]
        days = np.array([parsed[i][1] for i in rows], dtype=np.float64)
        seconds = np.array([parsed[i][2] for i in rows], dtype=np.float64)
        epochs[rows] = _tdb_s(days, seconds, one)
    return float(epochs[0]) if isinstance(text, str) else epochs


def tdb_s_from_utc_datetime64(moments: ArrayLike) -> FloatArray:
    """Epochs of UTC ``datetime64`` values (...), which know no leap second; NaT gives NaN."""
    exact = np.asarray(moments).astype("datetime64[us]")
    day = exact.astype("datetime64[D]")
    days = (day - np.datetime64("2000-01-01", "D")).astype(np.float64)
    seconds = (exact - day).astype(np.float64) / 1e6
    missing = np.isnat(exact)
    epochs = _tdb_s(np.where(missing, 0.0, days), np.where(missing, 0.0, seconds), "UTC")
    return np.where(missing, np.nan, epochs)


def utc_days(start: date | str, end: date | str) -> tuple[NDArray[np.datetime64], FloatArray]:
    """Every UTC date from start to end, both included, and the epoch of its 00:00 UTC.

    Returns
    -------
    days : ndarray (n,) of datetime64[D]
    starts : ndarray (n,)
        TDB seconds past J2000.
    """
    days = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)
    return days, tdb_s_from_utc_datetime64(days)


def utc_datetime64(t_tdb_s: ArrayLike) -> NDArray[np.datetime64]:
    """UTC as ``datetime64[ms]`` (...), rounded; a leap second becomes the second after it; NaN gives NaT."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    year, month, day, clock = _calendar(t, "UTC", 3)
    dates = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    hours, minutes, seconds, thousandths = clock
    ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
    moments = (dates.astype("datetime64[D]") + (day - 1)).astype("datetime64[ms]") + ms
    return np.where(np.isfinite(t), moments, np.datetime64("NaT", "ms"))


@overload
def utc_text(t_tdb_s: float, digits: int = 3) -> str: ...
@overload
def utc_text(t_tdb_s: FloatArray, digits: int = 3) -> NDArray[np.str_]: ...
def utc_text(t_tdb_s: float | FloatArray, digits: int = 3) -> str | NDArray[np.str_]:
    """UTC as ``YYYY-MM-DDThh:mm:ss.sssZ``, rounded with the carry done right; NaN gives an empty text."""
    text = text_in_scale(t_tdb_s, "UTC", digits)
    if isinstance(text, str):
        return f"{text}Z" if text else ""
    return np.where(text == "", "", np.char.add(text, "Z"))


@overload
def text_in_scale(t_tdb_s: float, scale: str, digits: int = 3) -> str: ...
@overload
def text_in_scale(t_tdb_s: FloatArray, scale: str, digits: int = 3) -> NDArray[np.str_]: ...
def text_in_scale(t_tdb_s: float | FloatArray, scale: str, digits: int = 3) -> str | NDArray[np.str_]:
    """Epochs as ``YYYY-MM-DDThh:mm:ss.sss`` in UTC, TAI, TT or TDB, with 0 to 9 digits; NaN gives an empty text.

    Raises
    ------
    EpochError
        For an unknown scale.
    """
    t = np.asarray(t_tdb_s, dtype=np.float64)
    year, month, day, clock = _calendar(t.ravel(), _scale(scale), digits)
    fields = zip(*(column.tolist() for column in (year, month, day, *clock)), strict=True)
    texts = [_written(row, digits) for row in fields]
    kept = [text if ok else "" for text, ok in zip(texts, np.isfinite(t.ravel()), strict=True)]
    return kept[0] if t.ndim == 0 else np.array(kept, dtype=np.str_).reshape(t.shape)


def tt_minus_tdb_s(t_tdb_s: ArrayLike) -> FloatArray:
    """TT - TDB in seconds at TDB epochs (...), at the geocentre; within 1.7 ms of zero."""
    return -_TDB_MINUS_TT(t_tdb_s)[..., 0]


def julian_date_tt(t_tdb_s: ArrayLike) -> tuple[float, FloatArray]:
    """Two-part Julian date in TT, as ERFA wants it."""
    t = np.asarray(t_tdb_s, dtype=np.float64)
    return J2000_JD, (t + tt_minus_tdb_s(t)) / DAY_S


def leap_seconds_end() -> date:
    """When the table of leap seconds expires; after it TAI-UTC is taken as frozen."""
    return _LEAP_SECONDS_END


@contextmanager
def quiet_erfa() -> Iterator[None]:
    """Silence ERFA's "dubious year": years beyond the leap-second table are expected here, and said in provenance."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*dubious year.*")
        yield


def _tdb_minus_tt(t: FloatArray) -> FloatArray:
    values: FloatArray = np.asarray(erfa.dtdb(J2000_JD, t / DAY_S, 0.0, 0.0, 0.0, 0.0))
    return values[:, None]


_TDB_MINUS_TT = Tabulated(_tdb_minus_tt, 2.0 * DAY_S)


def _scale(name: str) -> Scale:
    for scale in get_args(Scale):
        if scale == name.upper():
            found: Scale = scale
            return found
    message = f"unknown time scale {name!r}: use UTC, TAI, TT or TDB"
    raise EpochError(message)


def _parse(text: str, scale: Scale) -> tuple[Scale, int, float]:
    """Scale, days past 2000-01-01 and seconds of the day."""
    match = _EPOCH.fullmatch(text)
    if match is None:
        message = f"{text!r} is no epoch: write 2029-01-01T12:00:00 (UTC), or 2029-01-01T12:00:00 TDB"
        raise EpochError(message)
    used: Scale = "UTC" if match["zulu"] else _scale(match["scale"] or scale)
    try:
        day = _day_number(match)
    except ValueError as error:
        message = f"{text!r} is no epoch: {error}"
        raise EpochError(message) from error
    hour, minute, second = int(match["hour"] or 0), int(match["minute"] or 0), float(match["second"] or 0.0)
    if hour > 23 or minute > 59 or second >= _length_of_minute(used, day, hour, minute):
        message = f"{text!r} is no epoch: there is no such time of day"
        raise EpochError(message)
    return used, day, (hour * 60 + minute) * 60 + second


def _day_number(match: re.Match[str]) -> int:
    year = int(match["year"])
    if match["doy"]:
        day = date(year, 1, 1).toordinal() + int(match["doy"]) - 1
        if date.fromordinal(day).year != year or match["doy"] == "000":
            message = "day of the year is out of range"
            raise ValueError(message)
    else:
        day = date(year, int(match["month"]), int(match["day"])).toordinal()
    return day - date(2000, 1, 1).toordinal()


def _length_of_minute(scale: Scale, day: int, hour: int, minute: int) -> float:
    """61 s at the end of a day with a leap second."""
    if scale != "UTC" or (hour, minute) != (23, 59):
        return 60.0
    year_month_day = [(d.year, d.month, d.day) for d in map(_date, (day, day + 1))]
    with quiet_erfa():
        before, after = (float(erfa.dat(*ymd, 0.0)) for ymd in year_month_day)
    return 60.0 + round(after - before)


def _date(day: int) -> date:
    return date.fromordinal(date(2000, 1, 1).toordinal() + day)


def _tdb_s(days: FloatArray, seconds: FloatArray, scale: Scale) -> FloatArray:
    """Epochs of whole days past 2000-01-01 and seconds of the day in a scale."""
    if scale == "UTC":
        days, seconds = _tai_from_utc(days, seconds)
    if scale in {"UTC", "TAI"}:
        seconds = seconds + TT_MINUS_TAI_S
    t = (days - 0.5) * DAY_S + seconds
    # TT serves as the argument of TDB-TT: the difference of 2 ms changes it by less than a picosecond.
    return t if scale == "TDB" else t + _TDB_MINUS_TT(t)[..., 0]


def _tai_from_utc(days: FloatArray, seconds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whole days and seconds of the day in TAI."""
    whole = J2000_JD - 0.5 + days
    with quiet_erfa():
        year, month, day, _ = erfa.jd2cal(whole, 0.0)
        offset = erfa.dat(year, month, day, np.minimum(seconds / DAY_S, 1.0))
    return days, seconds + offset


def _julian_date(t: FloatArray, scale: Scale) -> tuple[FloatArray, FloatArray]:
    """Two-part Julian date, whole (to half a day) and fraction; J2000 where the epoch is not finite."""
    finite = np.where(np.isfinite(t), t, 0.0)
    days = np.floor(finite / DAY_S)
    seconds = finite - days * DAY_S
    if scale != "TDB":
        seconds = seconds + tt_minus_tdb_s(finite)
    if scale in {"UTC", "TAI"}:
        seconds = seconds - TT_MINUS_TAI_S
    if scale != "UTC":
        return J2000_JD + days, seconds / DAY_S
    with quiet_erfa():
        whole, fraction = erfa.taiutc(J2000_JD + days, seconds / DAY_S)
    return whole, fraction


def _calendar(
    t: FloatArray, scale: Scale, digits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
    """Year, month, day and (hour, minute, second, fraction as an integer of ``digits`` digits), rounded."""
    whole, fraction = _julian_date(t, scale)
    with quiet_erfa():
        year, month, day, clock = erfa.d2dtf(scale, digits, whole, fraction)
    columns = tuple(np.asarray(clock[name], dtype=np.int64) for name in ("h", "m", "s", "f"))
    return np.asarray(year, np.int64), np.asarray(month, np.int64), np.asarray(day, np.int64), columns


def _written(row: tuple[int, ...], digits: int) -> str:
    year, month, day, hour, minute, second, fraction = row
    moment = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    return f"{moment}.{fraction:0{digits}d}" if digits else moment
