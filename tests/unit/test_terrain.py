"""From elevation models to the horizon of a site: masks, what is kept of them, scenarios and the command."""

import json
import os

import numpy as np
import pytest

import sim.terrain.known
from sim.catalog.models import LandingSite, Terrain
from sim.cli import execute
from sim.errors import DataMissingError, ScenarioError, UsageError
from sim.scenario import load_scenario
from sim.scenario.resolve import station_site
from sim.station.horizon import load_horizon_csv
from sim.station.place import geometry_of, horizon_source
from sim.station.terrain import terrain_masks
from sim.terrain.dem import open_dem
from sim.terrain.horizon import sample_distances_km, terrain_horizon
from tests.dems import crater, elevation_deg, heights_on, polar_grid, write_pds

SPOT = (-89.95, 50.0)
RIM_KM = 8.0


@pytest.fixture(scope="module")
def label(tmp_path_factory):
    """A crater whose rim stands 1500 m above and 8 km around the spot, on ground of 120 m."""
    grid = polar_grid(240, 100.0)

    def heights(direction):
        return 120.0 + crater(1500.0, RIM_KM, 0.3, *SPOT)(direction)

    return write_pds(tmp_path_factory.mktemp("dems"), "made", grid, heights_on(grid, (240, 240), heights))


@pytest.fixture
def kept_apart(tmp_path, monkeypatch):
    """Give kept horizons a folder of their own, and count how often one is found anew."""
    monkeypatch.setattr(sim.terrain.known, "kernel_cache_dir", lambda: tmp_path / "cache" / "numba")
    sim.terrain.known._kept.cache_clear()
    found = []

    def counted(*arguments):
        found.append(arguments)
        return terrain_horizon(*arguments)

    monkeypatch.setattr(sim.terrain.known, "terrain_horizon", counted)
    yield found
    sim.terrain.known._kept.cache_clear()


def test_masks_at_two_heights_in_one_pass(label, kept_apart):
    low, high = terrain_masks([label], *SPOT, (2.0, 10.0), range_km=9.0)
    assert len(kept_apart) == 1
    for mask, eye_m in ((low, 2.0), (high, 10.0)):
        rim_deg = elevation_deg(1620.0, RIM_KM / 1737.4, 120.0 + eye_m)
        # A sharp crest between pixels of 100 m is cut by up to 15 m: 0.1 deg at 8 km.
        assert mask.elevation_deg == pytest.approx(np.full(720, rim_deg), abs=0.1)
        assert mask.viewpoint.observer_height_m == eye_m
        assert mask.viewpoint.terrain_height_m == pytest.approx(120.0, abs=0.3)
    assert low.source == (
        "terrain-derived from made.LBL, 2 m mast: made.LBL (100 m), range 9 km, "
        "every 0.5 deg the highest within 0.25 deg"
    )
    (wide,) = terrain_masks([label], *SPOT)
    assert "range 250 km (terrain known to 11 km in each direction)" in wide.source


def test_a_horizon_is_kept_until_a_file_changes(label, kept_apart):
    masks = [terrain_masks([label], *SPOT, range_km=9.0)[0] for _ in range(2)]
    assert len(kept_apart) == 1
    sim.terrain.known._kept.cache_clear()
    masks += terrain_masks([label], *SPOT, range_km=9.0)
    assert len(kept_apart) == 1
    assert all(np.array_equal(mask.elevation_deg, masks[0].elevation_deg) for mask in masks)
    assert {mask.source for mask in masks} == {masks[0].source}
    terrain_masks([label], *SPOT, (3.0,), range_km=9.0)
    assert len(kept_apart) == 2
    image = label.with_suffix(".IMG")
    os.utime(image, ns=(image.stat().st_atime_ns, image.stat().st_mtime_ns + 1_000_000))
    terrain_masks([label], *SPOT, range_km=9.0)
    assert len(kept_apart) == 3


def test_a_damaged_kept_horizon_is_found_anew(label, kept_apart, tmp_path):
    terrain_masks([label], *SPOT, range_km=9.0)
    (kept,) = (tmp_path / "cache" / "horizons").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    sim.terrain.known._kept.cache_clear()
    terrain_masks([label], *SPOT, range_km=9.0)
    assert len(kept_apart) == 2


def test_samples_lie_ever_further_apart():
    """Each step is at most the half pixel, or what the range allows; ratios as in sim.terrain.horizon."""
    distances = sample_distances_km(0.02, 250.0)
    steps, at = np.diff(distances), distances[:-1]
    assert (distances[0], distances[-1]) == pytest.approx((0.01, 250.0))
    assert np.all(steps > 0.0)
    assert np.all(steps <= np.maximum(np.minimum(0.01, 1.5e-3 * at), 5.0e-4 * at) * 1.01)
    assert sample_distances_km(0.5, 1.0)[-1] == pytest.approx(1.0)
    assert sample_distances_km(8.0, 3.0).tolist() == [4.0]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((*SPOT, [-1.0]), r"the eye stands 0 to 1000 m above the ground, not at \[-1.0\] m"),
        ((*SPOT, [2.0], 0.0), "a range of 0 km is none — give 1 km to 1000 km"),
        ((*SPOT, [2.0], 9.0, 0.7), "a step of 0.7 deg does not divide the circle evenly — give e.g. 0.5 or 1 deg"),
        ((10.0, 20.0, [2.0]), "made.LBL: no terrain at 10, 20 — name a model that holds the place"),
    ],
)
def test_what_cannot_be_asked(label, arguments, complaint):
    with pytest.raises(UsageError, match=complaint):
        terrain_horizon([open_dem(label)], *arguments)


def test_a_site_on_terrain(label):
    terrain = Terrain(dem=(str(label),), mast_height_m=10.0, range_km=9.0)
    site = geometry_of(LandingSite(latitude_deg=SPOT[0], longitude_deg=SPOT[1], terrain=terrain))
    assert horizon_source(site).startswith("terrain-derived from made.LBL, 10 m mast: ")
    # A site that says no height stands on the terrain.
    assert site.height_km == pytest.approx(0.12, abs=0.0003)
    said = geometry_of(LandingSite(latitude_deg=SPOT[0], longitude_deg=SPOT[1], height_m=150.0, terrain=terrain))
    assert said.height_km == 0.15
    with pytest.raises(ValueError, match="has both a horizon and terrain"):
        LandingSite(latitude_deg=SPOT[0], longitude_deg=SPOT[1], terrain=terrain, horizon="mine.csv")


SCENARIO = """
extends: ilrs_base.yaml
name: on terrain
station:
  site:
    latitude: {latitude} deg
    longitude: {longitude} deg
    {horizon}
"""


def scenario(folder, horizon):
    path = folder / "own.yaml"
    text = SCENARIO.format(latitude=SPOT[0], longitude=SPOT[1], horizon=horizon)
    path.write_text(text.replace("ilrs_base.yaml", str(base_scenario())))
    return path


def base_scenario():
    from pathlib import Path

    return Path(__file__).parents[2] / "scenarios" / "ilrs_base.yaml"


def test_a_scenario_names_its_elevation_models(label):
    """Files lie beside the scenario that names them."""
    path = scenario(label.parent, "terrain: {dem: [made.LBL], mast_height: 10 m, range: 9 km}")
    terrain = station_site(load_scenario(path).scenario).terrain
    assert terrain == Terrain(dem=(str(label),), mast_height_m=10.0, range_km=9.0)


@pytest.mark.parametrize(
    ("horizon", "complaint"),
    [
        (
            "terrain: {dem: [made.LBL, gone.tif]}",
            "station.site.terrain.dem[1]: there is no elevation model 'gone.tif' — name a PDS3 label, GeoTIFF",
        ),
        ("terrain: {dem: []}", "station.site.terrain.dem"),
        (
            "terrain: {dem: [made.LBL], mast: 3 m}",
            "terrain.mast: unknown key — write one of: dem, mast_height, range",
        ),
        (
            "terrain: {dem: [made.LBL]}\n    horizon: connecting-ridge_2m_1deg.csv",
            "station.site: has both a horizon and terrain — write one of the two",
        ),
    ],
)
def test_slips_in_a_scenario(label, horizon, complaint):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(scenario(label.parent, horizon))
    assert complaint in str(caught.value)


def test_a_catalogue_site_of_the_scenario_names_its_elevation_models(label):
    path = scenario(label.parent, "height: 1 m")
    text = "catalog: {landing_sites: {connecting_ridge: {horizon: null, terrain: {dem: [made.LBL]}}}}\n"
    path.write_text(path.read_text() + text)
    site = load_scenario(path).scenario.catalog.landing_sites["connecting_ridge"]
    assert site.horizon is None
    assert site.terrain.dem == (str(label),)


COMMAND = ("site", "-89.95,50", "--start", "2030-01-01", "--stop", "2030-01-01T01:00")


def test_the_site_command_with_an_elevation_model(label, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    dem = ("--dem", str(label), "--mast", "10 m", "--range", "9 km")
    assert execute([*COMMAND, *dem, "--horizon-csv", "mask.csv", "--json"]) == 0
    out, told = capsys.readouterr()
    assert "120 m above 1737.4 km; terrain-derived from made.LBL, 10 m mast" in told
    assert "mask.csv: 720 directions" in told
    rim_deg = elevation_deg(1620.0, RIM_KM / 1737.4, 130.0)
    rows = json.loads(out)
    # As above: a crest cut by the pixels.
    assert rows[0]["horizon_at_sun_deg"] == pytest.approx(rim_deg, abs=0.1)
    mask = load_horizon_csv("mask.csv")
    assert (mask.viewpoint.latitude_deg, mask.viewpoint.observer_height_m) == (-89.95, 10.0)
    assert rows[0]["horizon_at_sun_deg"] == pytest.approx(
        float(mask.elevation_at(np.radians(rows[0]["sun_azimuth_deg"]))) * 180 / np.pi, abs=1e-5
    )


@pytest.mark.parametrize(
    ("more", "code", "complaint"),
    [
        (("--mast", "3 m"), 2, "a mast and a range belong to elevation models — name these with --dem"),
        (("--dem", "gone.lbl"), 4, "there is no elevation model"),
        (("--dem", "{label}", "--mast", "high"), 2, "--mast: 'high' is not a number with a unit"),
        (("--dem", "{label}", "--range", "0.1 km"), 2, "the range is 1 to 1000 km"),
        (("--horizon-csv", "mask.csv"), 2, "the horizon here is level — name elevation models with --dem"),
    ],
)
def test_slips_on_the_command_line(label, tmp_path, monkeypatch, capsys, more, code, complaint):
    monkeypatch.chdir(tmp_path)
    assert execute([*COMMAND, *[part.format(label=label) for part in more]]) == code
    assert complaint in capsys.readouterr().err


def test_the_mask_of_a_catalogue_site_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert execute(["site", "malapert_massif", *COMMAND[2:], "--horizon-csv", "mask.csv"]) == 0
    assert len(load_horizon_csv("mask.csv").azimuth_deg) == 360
    assert "malapert-massif_10m_1deg" in capsys.readouterr().err


def test_a_missing_model_is_missing_data(tmp_path):
    terrain = Terrain(dem=(str(tmp_path / "gone.lbl"),))
    with pytest.raises(DataMissingError, match="there is no elevation model"):
        geometry_of(LandingSite(latitude_deg=-89.0, longitude_deg=0.0, terrain=terrain))
