"""The station's tables, dataset and metrics out of a made-up outcome."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sim.astro.spans import spans
from sim.results.dataset import ENGINE, encodings
from sim.results.station import gap_figures, station_tables_text
from sim.results.station_columns import STATION_TABLES
from sim.results.station_dataset import station_dataset
from sim.results.station_summary import station_metrics, summarise_station
from sim.screen import station_text
from sim.units import DAY_S, HOUR_S
from tests.station_outcomes import made_up_station


@pytest.fixture(scope="module")
def outcome():
    return made_up_station()


@pytest.fixture(scope="module")
def station(outcome):
    return station_dataset(outcome)


def table(outcome, name):
    return list(csv.DictReader(io.StringIO(station_tables_text(outcome)[name])))


def test_every_table_has_its_columns_and_rows(outcome):
    texts = station_tables_text(outcome)
    assert set(texts) == set(STATION_TABLES)
    for name, columns in STATION_TABLES.items():
        head = texts[name].splitlines()[0].split(",")
        assert head == [column.name for column in columns]
        assert len(texts[name].splitlines()) > 1, name


def test_contact_tells_share_and_gaps_of_each_path(outcome):
    rows = {(row["point"], row["path"]): row for row in table(outcome, "contact.csv")}
    assert set(rows) == {(point, path) for point in ("station", "far_side") for path in ("direct", "relayed", "any")}
    far = rows["far_side", "any"]
    assert far["share"] == rows["far_side", "relayed"]["share"]
    assert float(rows["far_side", "direct"]["longest_gap_h"]) == pytest.approx(400 * 24.0)
    assert float(rows["far_side", "direct"]["volume_mean_gbit"]) == 0.0
    assert rows["far_side", "any"]["volume_mean_gbit"] == rows["far_side", "relayed"]["volume_mean_gbit"]


def test_gap_figures_of_two_hours_a_day():
    day = np.arange(10) * DAY_S
    figures = gap_figures(spans(day, day + 2.0 * HOUR_S), 0.0, 10.0 * DAY_S)
    assert figures["share"] == pytest.approx(2.0 / 24.0)
    assert figures["gaps"] == 10
    assert figures["longest_gap_s"] == figures["gap_95_s"] == pytest.approx(22.0 * HOUR_S)


def test_daily_shares_add_up(station, outcome):
    shares = station["contact_daily_share"].values[0, station["path"].values.tolist().index("any")]
    assert shares.min() >= 0.0
    assert shares.max() <= 1.0 + 1e-6
    assert shares.sum() * DAY_S == pytest.approx(outcome.contacts[0].spans["any"].total_s, rel=1e-5)


def test_the_dataset_survives_the_file(station, tmp_path):
    station.to_netcdf(tmp_path / "s.nc", engine=ENGINE, encoding=encodings(station))
    with xr.open_dataset(tmp_path / "s.nc", engine=ENGINE) as read:
        assert set(read.variables) == set(station.variables)
        np.testing.assert_allclose(read["contact_share"], station["contact_share"])


def test_every_variable_says_what_it_is(station):
    assert all("long_name" in variable.attrs for variable in station.variables.values())


def test_metrics_name_places_and_leave_out_what_is_not_there(station):
    names = [metric.name for metric in station_metrics([station])]
    assert {"contact_share[station]", "longest_gap_h[far_side]", "upkeep_m_s_per_year", "average_light"} <= set(names)
    bare = station_dataset(made_up_station(days=40, relays=0))
    assert "upkeep_m_s_per_year" not in [metric.name for metric in station_metrics([bare])]
    both = station_metrics([station, None])
    assert both[0].of(None) is None


def test_sizes_have_a_row_for_each_cable_and_question(outcome):
    sizes = table(outcome, "sizing.csv")
    assert [(row["grid"], row["what"]) for row in sizes] == [
        (grid, what) for grid in ("main", "observatory") for what in ("own_array", "own_battery", "lightest")
    ]
    none = sizes[1]
    assert (none["area_m2"], none["usable_kwh"], none["mass_kg"], none["note"]) == (
        "",
        "120.000",
        "",
        "it does not last",
    )
    best = min(
        (row for row in table(outcome, "sizing_curve.csv") if row["grid"] == "main" and row["usable_kwh"]),
        key=lambda row: float(row["array_kg"]) + float(row["battery_kg"]),
    )
    assert best["area_m2"] == sizes[2]["area_m2"]


def test_elements_without_power_have_no_hours(outcome):
    flag = table(outcome, "surface_elements.csv")[2]
    assert (flag["element"], flag["grid"], flag["active_h"], flag["dead_h"]) == ("flag", "", "", "")
    assert flag["arrival_utc"] == "2030-01-01T00:00:00.000Z"


def test_elements_are_told_also_where_none_has_power(outcome):
    bare = station_dataset(replace(outcome, grids=(), states=outcome.states[2:]))
    assert bare["element"].values.tolist() == ["flag"]


def test_a_cable_where_nothing_arrives_is_no_share(outcome):
    never = replace(outcome.grids[0], served_share=np.nan, unmet_kwh=np.nan)
    both = station_dataset(replace(outcome, grids=(never, outcome.grids[1])))
    metrics = {metric.name: metric.of(both) for metric in station_metrics([both])}
    assert metrics["power_served_share"] == pytest.approx(outcome.grids[1].served_share, abs=5e-5)
    alone = station_dataset(replace(outcome, grids=(never,)))
    names = [metric.name for metric in station_metrics([alone])]
    assert not {"power_served_share", "power_unmet_kwh"} & set(names)


def test_the_screen_tells_what_would_be_enough(station):
    lines = station_text(summarise_station(station)).splitlines()
    at = lines.index(next(line for line in lines if line.startswith("cable")))
    assert lines[at].endswith("what would be enough")
    assert [line.partition(" ")[0] for line in lines[at + 1 :]] == ["main", "observatory"]


def test_average_light_is_one_number_wherever_it_is_told(outcome, station):
    (period,) = (each for each in outcome.light.periods if each.kind == "all")
    (row,) = (each for each in table(outcome, "light.csv") if each["kind"] == "all")
    assert float(row["average_light"]) == pytest.approx(period.average_light, abs=5e-5)
    assert station["light_average_light"].values[-1] == period.average_light
    assert summarise_station(station)["metrics"]["average_light"] == round(period.average_light, 4)


def test_the_summary_is_plain(station):
    import json

    told = summarise_station(station)
    assert told["metrics"]["upkeep_m_s_per_year"] == pytest.approx(42.0)
    assert told["orbits"]["relay_1"]["status"] == "planned"
    assert told["sizing"]["main"].startswith("at all times: its 60 m2 of array want 1067 kWh usable; no array")
    json.dumps(told, allow_nan=False)
