"""The command about frozen orbits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import NothingFeasibleError, UsageError
from sim.options import as_json_option, loudness, out_option
from sim.screen import put_table, say

if TYPE_CHECKING:
    from sim.orbit.elements import KeplerOrbit
    from sim.orbit.frozen import FrozenOrbit

COLUMNS = ("argument_of_perilune_deg", "inclination_deg", "frame", "stable", "libration_years")


@click.command()
@click.option("--semi-major-axis", required=True, metavar="LENGTH", help="E.g. 6541.4km.")
@click.option("--eccentricity", required=True, type=click.FloatRange(0.0, 1.0, max_open=True), help="E.g. 0.6.")
@click.option(
    "--frame",
    type=click.Choice(["earth_orbit_plane", "moon_me"]),
    help="Frame of the orbit flown: the plane of the Earth's path for a high orbit, the Moon's equator for a low one.",
)
@click.option("--argument", type=click.Choice(["90", "270"]), default="90", show_default=True, help="Of perilune, deg.")
@click.option(
    "--inclination", type=click.FloatRange(0.0, 180.0), help="To fly, deg; the first stable one if not given."
)
@click.option("--refine", is_flag=True, help="Move the inclination until the argument stays in a real flight.")
@click.option("--epoch", default="2030-01-01", show_default=True, metavar="UTC", help="Of the flight.")
@click.option("--years", type=click.FloatRange(0.1, 30.0), default=2.0, show_default=True, help="To fly.")
@out_option
@as_json_option
@loudness
def frozen(
    semi_major_axis: str,
    eccentricity: float,
    frame: str | None,
    argument: str,
    inclination: float | None,
    refine: bool,
    epoch: str,
    years: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Find orbits whose eccentricity and argument of perilune stay.

    A table of the frozen orbits of an axis and eccentricity, by the averaged pull of Earth and Moon; with -o one of
    them is flown for years and drawn over the paths that its neighbours take.
    """
    from sim.constants import R_MOON_KM
    from sim.orbit.field_degree import degree_for
    from sim.orbit.frozen import frozen_orbits, natural_frame
    from sim.scenario.orbit_checks import STABLE_RADIUS_KM

    a_km = _length_km(semi_major_axis)
    if a_km * (1.0 + eccentricity) > STABLE_RADIUS_KM:
        message = (
            f"apolune at {a_km * (1.0 + eccentricity):.0f} km: beyond {STABLE_RADIUS_KM:.0f} km the Earth takes it"
        )
        raise UsageError(message)
    zonals = degree_for(max(1.0, a_km * (1.0 - eccentricity) - R_MOON_KM))
    found = frozen_orbits(a_km, eccentricity, zonals)
    own = natural_frame(a_km)
    put_table(COLUMNS, [_row(orbit, own) for orbit in found], None, as_json=as_json)
    if frame not in {None, own} and inclination is None:
        message = f"the table's inclinations count from {own}: give --inclination to fly in {frame}"
        raise UsageError(message)
    if out is None and not refine:
        return
    orbit = _to_fly(found, a_km, eccentricity, frame, argument, inclination, epoch)
    if refine:
        orbit = _refined(orbit)
    if out is not None:
        _fly_and_draw(orbit, zonals, years, out)


def _length_km(text: str) -> float:
    from sim.document.quantity import QuantityError, parse_quantity

    try:
        return parse_quantity(text, "km")
    except QuantityError as error:
        message = f"--semi-major-axis: {error}"
        raise UsageError(message) from None


def _row(orbit: FrozenOrbit, frame: str) -> tuple[str, ...]:
    from sim.units import DEG, YEAR_S

    years = f"{orbit.libration_s / YEAR_S:.2f}" if orbit.is_stable else ""
    return (
        f"{orbit.argument_of_perilune_rad / DEG:.0f}",
        f"{orbit.inclination_rad / DEG:.2f}",
        frame,
        "true" if orbit.is_stable else "false",
        years,
    )


def _to_fly(
    found: tuple[FrozenOrbit, ...],
    a_km: float,
    eccentricity: float,
    frame: str | None,
    argument: str,
    inclination_deg: float | None,
    epoch: str,
) -> KeplerOrbit:
    from sim.astro.time import tdb_s_from_utc
    from sim.orbit.elements import KeplerOrbit
    from sim.orbit.frozen import natural_frame
    from sim.units import DEG

    argument_rad = float(argument) * DEG
    choices = [one for one in found if one.is_stable and abs(one.argument_of_perilune_rad - argument_rad) < DEG]
    if inclination_deg is None and not choices:
        message = (
            f"no stable frozen orbit with its argument at {argument} deg: give --inclination, or another --argument"
        )
        raise NothingFeasibleError(message)
    return KeplerOrbit(
        frame=frame or natural_frame(a_km),  # type: ignore[arg-type]
        semi_major_axis_km=a_km,
        eccentricity=eccentricity,
        inclination_rad=choices[0].inclination_rad if inclination_deg is None else inclination_deg * DEG,
        argument_of_perilune_rad=argument_rad,
        node_rad=0.0,
        mean_anomaly_rad=0.0,
        epoch_tdb_s=float(tdb_s_from_utc(epoch)),
    )


def _refined(orbit: KeplerOrbit) -> KeplerOrbit:
    from sim.orbit.frozen import refined
    from sim.units import DEG

    better = refined(orbit)
    say(f"flown, the argument stays at an inclination of {better.inclination_rad / DEG:.2f} deg ({better.frame})")
    return better


def _fly_and_draw(orbit: KeplerOrbit, zonals: int, years: float, out: Path) -> None:
    from plots.frozen import FlownTrack, draw_frozen
    from sim.astro.time import utc_text
    from sim.orbit.frozen import stability_picture, track
    from sim.orbit.lunar_flight import fly_orbit
    from sim.pipeline import writing_to
    from sim.screen import write_csv
    from sim.units import DEG, YEAR_S

    flight = fly_orbit(orbit, "flown", orbit.epoch_tdb_s, orbit.epoch_tdb_s + years * YEAR_S)
    t_tdb_s, elements = track(flight, orbit)
    picture = stability_picture(orbit.semi_major_axis_km, orbit.eccentricity, orbit.inclination_rad, zonals)
    rows = [
        (utc, f"{e:.5f}", f"{argument / DEG:.3f}")
        for utc, (e, argument) in zip(utc_text(t_tdb_s, 0), elements, strict=True)
    ]
    with writing_to(out):
        out.mkdir(parents=True, exist_ok=True)
        write_csv(out / "frozen_track.csv", ("utc", "eccentricity", "argument_of_perilune_deg"), rows)
    angles = f"i {orbit.inclination_rad / DEG:.1f}°, argument {orbit.argument_of_perilune_rad / DEG:.0f}°"
    name = f"flown from e {orbit.eccentricity:g}, {angles}"
    start, frame = utc_text(orbit.epoch_tdb_s, 0)[:10], orbit.frame.replace("_", " ")
    words = f"{years:g} years from {start}, {flight.forces}; {frame}"
    draw_frozen(picture, [FlownTrack(name, elements)], words, out)
    say(f"{flight.end_reason}; figure and table in {out}")
