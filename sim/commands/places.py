"""Commands about places on the Moon: site, light."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.errors import UsageError
from sim.options import (
    FILE,
    CoordinateCommand,
    as_json_option,
    loudness,
    options,
    out_option,
    quantity,
    seconds,
    utc_date,
)
from sim.screen import print_json, progress_bar, put_table, say

if TYPE_CHECKING:
    from xarray import Dataset

    from sim.catalog.models import LandingSite
    from sim.station.site import SiteGeometry

terrain_options = options(
    click.option(
        "--dem",
        "dems",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Find the horizon from elevation models, fine to coarse.",
    ),
    click.option("--mast", metavar="HEIGHT", help="Of the eye above the ground, with --dem; 2 m by default."),
    click.option(
        "--range", "reach", metavar="DISTANCE", help="How far terrain is looked at, with --dem; 250 km by default."
    ),
)


@click.command(cls=CoordinateCommand)
@click.argument("place")
@click.option("--start", required=True, metavar="UTC", help="First epoch.")
@click.option("--stop", required=True, metavar="UTC", help="Last epoch, included.")
@click.option("--step", default="1h", show_default=True, metavar="TIME", help="Step, e.g. 1h or 10min.")
@terrain_options
@click.option("--csv", "csv_file", type=FILE, metavar="FILE", help="Write the table there, '-' for stdout.")
@click.option("--horizon-csv", "mask_file", type=FILE, metavar="FILE", help="Write the horizon mask there.")
@as_json_option
@loudness
def site(
    place: str,
    start: str,
    stop: str,
    step: str,
    dems: Sequence[Path],
    mast: str | None,
    reach: str | None,
    csv_file: Path | None,
    mask_file: Path | None,
    as_json: bool,
) -> None:
    """Tell Sun and Earth at a place on the Moon.

    PLACE is a landing site of the catalogue, or LAT,LON[,HEIGHT]: degrees north, degrees east, metres. Its horizon is
    the catalogue's mask, or level, or found from elevation models: PDS3 labels of LOLA, GeoTIFF, JPEG 2000.
    """
    from sim.astro.time import tdb_s_from_utc
    from sim.catalog.place import place_words
    from sim.station.place import geometry_of, horizon_source
    from sim.station.site import COLUMNS, site_epochs, site_rows
    from sim.units import M_PER_KM

    landing_site = _place_on_terrain(place, dems, mast, reach)
    epochs = site_epochs(float(tdb_s_from_utc(start)), float(tdb_s_from_utc(stop)), seconds(step, "--step"))
    geometry = geometry_of(landing_site)
    standing = landing_site.model_copy(update={"height_m": round(geometry.height_km * M_PER_KM, 1)})
    say(f"{place_words(standing)}; {landing_site.horizon or horizon_source(geometry)}")
    if mask_file is not None:
        _write_mask(geometry, mask_file)
    rows = list(site_rows(geometry, epochs))
    put_table(COLUMNS, rows, csv_file, as_json=as_json)


def _length(text: str | None, unit: str, option: str) -> float | None:
    return None if text is None else quantity(text, unit, option)


def _write_mask(geometry: SiteGeometry, file: Path) -> None:
    from sim.station.horizon import write_horizon_csv

    if geometry.horizon is None:
        message = "--horizon-csv: the horizon here is level — name elevation models with --dem, or a site with a mask"
        raise UsageError(message)
    write_horizon_csv(file, geometry.horizon)
    say(f"{file}: {len(geometry.horizon.azimuth_deg)} directions")


@click.command(cls=CoordinateCommand)
@click.argument("place")
@click.option("--start", default="2026-01-01", show_default=True, metavar="DATE", help="First UTC day.")
@click.option("--years", type=click.FloatRange(min=0.1, max=100.0), default=18.6, show_default=True, help="How long.")
@click.option("--step", default="1h", show_default=True, metavar="TIME", help="Step, 1min to 1d.")
@terrain_options
@out_option
@as_json_option
@loudness
def light(
    place: str,
    start: str,
    years: float,
    step: str,
    dems: Sequence[Path],
    mast: str | None,
    reach: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Tell light and dark at a place through the Moon's 18.6-year node cycle.

    PLACE and its horizon as for 'moonport site'. Averages by year, lunar season and month, the calendar of dark gaps,
    sight of the Earth. Writes tables and figures into runs/light by default.
    """
    from sim.pipeline import run_light
    from sim.results.site_light import read_summary, summary_text

    landing_site, first = _place_on_terrain(place, dems, mast, reach), utc_date(start, "--start")
    with progress_bar() as progress:
        folder = run_light(
            landing_site, first, years, seconds(step, "--step"), out, progress=progress, draw=_draw_light
        )
    summary = read_summary(folder)
    if as_json:
        print_json({"folder": str(folder), **summary})
    else:
        click.echo(summary_text(summary), nl=False)
    say(f"figures: {folder / 'figures'}")


def _draw_light(data: Dataset, folder: Path) -> list[Path]:
    from plots.site_light import draw_site_light

    return draw_site_light(data, folder)


def _place_on_terrain(place: str, dems: Sequence[Path], mast: str | None, reach: str | None) -> LandingSite:
    from sim.catalog.place import find_place, on_terrain

    return on_terrain(find_place(place.strip()), dems, _length(mast, "m", "--mast"), _length(reach, "km", "--range"))
