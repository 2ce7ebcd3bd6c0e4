"""Scenarios: the chain of files, settings, every domain check by its message, and what comes out."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from sim.errors import ScenarioError, UsageError
from sim.scenario import load_scenario, resolve_lanes
from sim.scenario.checks import CHECKS
from sim.scenario.explain import explain, explained_document, resolved_yaml
from sim.scenario.schema import scenario_schema, schema_text
from sim.scenario.shipped import copy_shipped, copy_starter, shipped_folder, shipped_names

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))

GOOD = """\
moonport: 1
name: A small one
horizon: {start: 2029-01-01, end: 2029-12-31}
station: {site: connecting_ridge}
lanes:
  cargo:
    launcher: long_march_10
    launch_site: wenchang
    transfer: {time_of_flight: [4 d, 6 d]}
    staging: {orbit: llo_polar_100, loiter: [0 d, 10 d]}
    lander: storable_heavy
"""


@pytest.fixture
def load(tmp_path):
    """Load GOOD with settings."""
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return lambda *settings: load_scenario(path, settings)


def messages(call, *settings):
    with pytest.raises(ScenarioError) as caught:
        call(*settings)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_is_valid(path):
    loaded = load_scenario(path)
    assert bool(loaded.scenario.lanes) != path.stem.startswith("relay_trade")
    heavy = [str(warning) for warning in loaded.warnings]
    assert (len(heavy) == 1) == (path.stem == "ilrs_with_europe")


def test_argonaut_shows_its_mass_problem():
    (warning,) = load_scenario(ROOT / "scenarios/ilrs_with_europe.yaml").warnings
    assert warning.path == "lanes.europe.lander"
    # 10 t less what Ariane 64 carries to C3 -1.8: 8.6 t at -2, about 0.15 t less a unit of C3.
    assert re.search(r"weighs 10000 kg .* sends 85\d\d kg .* 14\d\d kg too heavy.*launcher_mass", warning.what)


def test_a_lighter_argonaut_is_fine():
    settings = ["catalog.launchers.ariane_64.tli=[{c3: -2 km2/s2, mass: 10.5 t}]"]
    loaded = load_scenario(ROOT / "scenarios/ilrs_with_europe.yaml", settings)
    assert loaded.warnings == ()
    assert loaded.scenario.catalog.launchers["ariane_64"].tli[0].mass.status == "assumed"


def test_defaults_and_units(load):
    lane = load().scenario.lanes["cargo"]
    assert lane.transfer.time_of_flight_s == (345600.0, 518400.0)
    assert (lane.transfer.perilune_altitude_km, lane.transfer.inclination_deg) == (100.0, None)
    assert (lane.corrections_dv_m_s, lane.objective) == (30.0, "landed_payload")
    assert lane.constraints.min_landed_payload_kg is None


def test_flights_arrive_at_the_inclination_of_their_orbit(load):
    def approach_deg(*settings):
        (lane,) = resolve_lanes(load(*settings).scenario)
        return lane.approach_inclination_deg

    assert approach_deg("lanes.cargo.staging.orbit=llo_frozen_86") == 86.0
    assert approach_deg("lanes.cargo.transfer.inclination=80 deg") == 80.0
    # No approach is flatter than its asymptote's latitude: an equatorial orbit is reached by turning the plane.
    assert approach_deg("catalog.staging_orbits.llo_polar_100.inclination=178.75 deg") == 168.0
    assert approach_deg("catalog.staging_orbits.llo_polar_100.inclination=0 deg") == 12.0


def test_phasing_orbits(load):
    def phasing(text):
        return load(f"lanes.cargo.transfer.phasing={{{text}}}").scenario.lanes["cargo"].transfer.phasing

    assert phasing("period: 24 h, revolutions: 3").revolutions == (3, 3)
    assert phasing("apogee_altitude: 36500 km, revolutions: [36, 42]").apogee_altitude_km == 36500.0
    for text, words in {
        "revolutions: 3": "needs either period or apogee_altitude",
        "period: 24 h, apogee_altitude: 9000 km, revolutions: 3": "needs either period or apogee_altitude",
        "period: 24 h, revolutions: [4, 2]": "revolutions do not rise within 1 to 60",
        "period: 24 h, revolutions: 2.5": "does not fit",
    }.items():
        (told,) = messages(phasing, text)
        assert words in told


def test_relays_and_stations_come_with_the_lane(load):
    orbit = "frame: icrf, perilune_altitude: 200 km, apolune_altitude: 16000 km, inclination: 62.4 deg"
    (lane,) = resolve_lanes(
        load(
            f"station.orbit=[{{id: r, kind: relay, orbit: {{{orbit}, epoch: 2029-01-01T06:00:00}}}},"
            " {id: o, kind: orbiter}]",
            "lanes.cargo.constraints.insertion_in_sight_of=[madrid, kashi]",
        ).scenario
    )
    assert [(relay.id, relay.orbit.epoch) for relay in lane.relays] == [("r", "2029-01-01T06:00:00")]
    assert lane.relays[0].orbit.argument_of_perilune_deg == 90.0
    assert [station.id for station in lane.insertion_stations] == ["madrid", "kashi"]
    assert lane.injection_stations == ()
    assert lane.horizon_start == date(2029, 1, 1)
    told = messages(load, f"station.orbit=[{{id: r, kind: relay, orbit: {{{orbit}, epoch: soon}}}}]")
    assert "'soon' is no UTC epoch" in told[0]


def test_unknown_ground_stations_are_told(load):
    (told,) = messages(load, "lanes.cargo.constraints.injection_in_sight_of=[madird]")
    assert "'madird' is not among the ground stations" in told
    assert "did you mean 'madrid'" in told


def test_a_scenario_is_frozen(load):
    with pytest.raises(Exception, match="frozen"):
        load().scenario.lanes["cargo"].launcher = "other"


def test_lanes_are_resolved(load):
    (lane,) = resolve_lanes(load("lanes.cargo.available_from=2029-06-01", "lanes.cargo.site=malapert_massif").scenario)
    assert (lane.launcher.id, lane.launch_site.id, lane.lander.id) == ("long_march_10", "wenchang", "storable_heavy")
    assert (lane.landing_site.id, lane.partner) == ("malapert_massif", "cnsa")
    assert (lane.available_from, lane.available_until) == (date(2029, 6, 1), None)
    assert lane.turnaround_s == 90 * 86400.0
    assert lane.cross_range_deg == lane.lander.cross_range_deg
    assert lane.coast_s == lane.launcher.coast_s


def test_a_site_of_its_own(tmp_path, load):
    (tmp_path / "mask.csv").write_text("# seen from lat -45.0 lon 10.0 E\n0,1.0\n180,2.0\n")
    site = "{latitude: -45 deg, longitude: 10 deg, height: 120 m, horizon: mask.csv}"
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace("site: connecting_ridge", f"site: {site}").replace("llo_polar_100", "llo_polar_200"))
    path.write_text(path.read_text().replace("6 d]}", "6 d], perilune_altitude: 200 km}"))
    (lane,) = resolve_lanes(load_scenario(path).scenario)
    assert (lane.landing_site.latitude_deg, lane.landing_site.height_m) == (-45.0, 120.0)
    assert lane.landing_site.horizon == str(tmp_path / "mask.csv")
    path.write_text(path.read_text().replace("mask.csv", "nomask.csv"))
    assert "there is no horizon mask 'nomask.csv'" in messages(lambda: load_scenario(path))[0]


def test_parents(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/base.yaml").write_text(GOOD)
    (tmp_path / "middle.yaml").write_text("extends: deep/base.yaml\nlanes: {cargo: {lander: storable_medium}}\n")
    top = tmp_path / "top.yaml"
    top.write_text("extends: middle.yaml\nname: Top\nlanes:\n  cargo: null\n  new:\n    launcher: long_march_5\n")
    found = messages(lambda: load_scenario(top))
    assert any("lanes.new.lander: is missing" in text for text in found)
    assert not any("cargo" in text for text in found)
    top.write_text("extends: middle.yaml\nname: Top\n")
    loaded = load_scenario(top)
    assert loaded.scenario.lanes["cargo"].lander == "storable_medium"
    assert [path.name for path in loaded.files] == ["top.yaml", "middle.yaml", "base.yaml"]
    assert str(loaded.sources["lanes.cargo.lander"]).endswith("middle.yaml:2")
    assert str(loaded.sources["lanes.cargo.launcher"]).endswith("base.yaml:7")


def test_a_chain_is_not_endless(tmp_path):
    for i in range(30):
        (tmp_path / f"s{i}.yaml").write_text(f"extends: s{i + 1}.yaml\n")
    assert "more than 20 files extend each other" in messages(lambda: load_scenario(tmp_path / "s0.yaml"))[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: [a]", "names no file"),
        ('extends: "a\\0b"', "names no file"),
        ("extends: .", "does not exist"),
        ("extends: s.yaml", "extends itself"),
        ("- a\n- b", "the file is not a mapping"),
        ("just text", "the file is not a mapping"),
    ],
)
def test_bad_files(tmp_path, text, message):
    path = tmp_path / "s.yaml"
    path.write_text(text)
    assert message in messages(lambda: load_scenario(path))[0]


def test_no_file_and_a_folder(tmp_path):
    assert "cannot be read" in messages(lambda: load_scenario(tmp_path / "none.yaml"))[0]
    assert "cannot be read" in messages(lambda: load_scenario(tmp_path))[0]


def test_settings(load):
    loaded = load("lanes.cargo.corrections_dv=40 m/s", "name=Renamed", "purpose=", "as_of=2026-01-01", "as_of=null")
    assert loaded.scenario.lanes["cargo"].corrections_dv_m_s == 40.0
    assert (loaded.scenario.name, loaded.scenario.as_of) == ("Renamed", None)
    assert [str(change) for change in loaded.overrides][:2] == [
        "lanes.cargo.corrections_dv: (nothing) → 40 m/s",
        "name: A small one → Renamed",
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("name", "--set: 'name' is no setting — write key=value"),
        ("=x", "is no setting"),
        ("a..b=x", "is no setting"),
        ("lanes.cargo.lander=[", "--set lanes.cargo.lander"),
        ("lanes.cargo.transfer.time_of_flight.7=1 d", "'7' is no item of a list of 2"),
        ("lanes.cargo.lander=storable_hvy", "did you mean 'storable_heavy'?"),
        ("horizen.start=2029-01-01", "horizen: unknown key — did you mean 'horizon'?"),
    ],
)
def test_bad_settings(load, setting, message):
    assert any(message in text for text in messages(load, setting))


def test_an_item_of_a_list_is_set(load):
    loaded = load("lanes.cargo.transfer.time_of_flight[0]=3 d")
    assert loaded.scenario.lanes["cargo"].transfer.time_of_flight_s == (259200.0, 518400.0)


def test_own_entries_are_laid_over_the_catalogue(load):
    loaded = load(
        "catalog.launchers.long_march_10.available_from=2029-03-01",
        "catalog.landers.storable_heavy.payload_max=3 t",
        "catalog.launchers.long_march_5.upper_stage=null",
        "catalog.launchers.long_march_5.tli=[{c3: -3 km2/s2, mass: 9 t}, {c3: 0 km2/s2, mass: 8 t}]",
    )
    catalog = loaded.scenario.catalog
    assert catalog.launchers["long_march_10"].available_from == date(2029, 3, 1)
    assert catalog.launchers["long_march_10"].tli[0].mass.value == 27000.0
    assert catalog.landers["storable_heavy"].payload_max.value == 3000.0
    assert catalog.launchers["long_march_5"].upper_stage is None


def test_an_override_does_not_leak_into_the_shipped_catalogue(load):
    load("catalog.launchers.long_march_10.available_from=2029-03-01")
    assert load().scenario.catalog.launchers["long_march_10"].available_from == date(2028, 1, 1)


OFFSET_SITE = "latitude: -85.9 deg, longitude: 2.1 deg, source: me, status: assumed, horizon"
RELAY = "id: relay, kind: relay"
TWO = "id: one, lane: cargo, after: [two]}, {id: two, lane: cargo, after: [one]"
MAST = "[{id: mast, mass: 1 t}]"

# One line a check: settings, severity, the key it speaks of, words of its message.
CASES = {
    "check_horizon_within_ephemeris": (["horizon.end=2700-01-01"], "error", "horizon.end", "outside the ephemeris"),
    "check_horizon_within_orientation": (
        ["horizon.start=2049-01-01", "horizon.end=2055-01-01"], "warning", "horizon.end", "IAU series",
    ),
    "check_horizon_within_utc": (
        ["horizon.start=1959-01-01", "horizon.end=1959-12-31"], "warning", "horizon.start", "before UTC began",
    ),
    "check_horizon_is_not_endless": (["horizon.end=2079-01-01"], "warning", "horizon", "spans 50 years"),
    "check_coordinates_not_swapped": (
        ["station.site={latitude: 150 deg, longitude: -89 deg}"], "error", "station.site.latitude", "look swapped",
    ),
    "check_masks_belong_to_their_sites": (
        [f"catalog.landing_sites.off={{{OFFSET_SITE}: malapert-massif_10m_1deg.csv}}", "station.site=off"],
        "error", "catalog.landing_sites.off", "km away",
    ),
    "check_launchers_fly_from_their_sites": (
        ["lanes.cargo.launch_site=kourou"], "warning", "lanes.cargo.launch_site", "no pad at kourou",
    ),
    "check_every_lander_fits_its_launcher": (
        ["lanes.cargo.launcher=long_march_5", "lanes.cargo.lander=argonaut"],
        "warning", "lanes.cargo.lander", "too heavy",
    ),
    "check_plane_change_is_meant": (
        ["lanes.cargo.transfer.inclination=45 deg"],
        "warning", "lanes.cargo.transfer.inclination", "turns the plane by 45°",
    ),
    "check_perilune_matches_staging_orbit": (
        ["lanes.cargo.transfer.perilune_altitude=200 km"],
        "error", "lanes.cargo.transfer.perilune_altitude", "has 100 km",
    ),
    "check_inclinations_reachable_from_pad": (
        ["lanes.cargo.launch_site=low", "catalog.launch_sites.low={name: Low, latitude: 19.6 deg, longitude: 111 deg, "
         "allowed_inclinations: [10 deg, 19.6 deg], source: a test, status: assumed}"],
        "error", "lanes.cargo.launch_site", "9.60° below its latitude",
    ),
    "check_staging_orbit_passes_over_site": (
        ["lanes.cargo.staging.orbit=llo_frozen_50"], "warning", "lanes.cargo.staging.orbit", "38.53° beyond",
    ),
    "check_sun_can_stand_that_high": (
        ["lanes.cargo.constraints.sun_elevation=[5 deg, 14 deg]"],
        "warning", "lanes.cargo.constraints.sun_elevation", "never stands above 2.07°",
    ),
    "check_lanes_available_within_horizon": (
        ["lanes.cargo.available_from=2031-01-01"], "warning", "lanes.cargo", "after the horizon's end",
    ),
    "check_coast_leaves_room": (
        ["lanes.cargo.constraints.coast=[5 h, 6 h]"], "warning", "lanes.cargo.constraints.coast",
        "(5 to 90 min) by 210 min",
    ),
    "check_loiter_leaves_a_pass": (
        # 2 pi sqrt(1837.4^3 / 4902.8) = 7067 s.
        ["lanes.cargo.staging.loiter=[0 h, 1 h]"], "warning", "lanes.cargo.staging.loiter", "takes 2.0 h",
    ),
    "check_phasing_is_longer_than_parking": (
        # 2 pi sqrt(6563.1^3 / 398600.4) = 5291 s.
        ["lanes.cargo.transfer.phasing={period: 80 min, revolutions: 3}"],
        "error", "lanes.cargo.transfer.phasing", "takes 80.0 min, the parking orbit 88.2 min",
    ),
    "check_direct_descent_can_be_flown": (
        ["lanes.cargo.lander=lro", "lanes.cargo.transfer.kind=direct_descent"],
        "error", "lanes.cargo.lander", "none of its stages flies descent",
    ),
    "check_orbiters_have_no_landing_rules": (
        ["lanes.cargo.lander=lro", "lanes.cargo.constraints.sun_elevation=[1 deg, 2 deg]"],
        "warning", "lanes.cargo.constraints.sun_elevation", "lro stays in orbit",
    ),
    "check_day_lasts_that_long": (
        # acos(-tan 41.64 tan 1.6) / pi of the longest month: 0.508 * 29.84 d.
        ["lanes.cargo.site=chang_e_6", "lanes.cargo.constraints.lit_after_landing=20 d"],
        "warning", "lanes.cargo.constraints.lit_after_landing", "lasts 15.2 d, 4.8 d less",
    ),
    "check_contact_can_be_had": (
        # 153.99 W is 145.79 deg from the nearest Earth in longitude: the best of the librations leaves it far below.
        ["lanes.cargo.site=chang_e_6", "lanes.cargo.constraints.contact_at_landing=earth"],
        "warning", "lanes.cargo.constraints.contact_at_landing", "the Earth never rises at chang_e_6",
    ),
    "check_some_launch_day_is_left": (
        ["horizon.end=2029-01-31", "lanes.cargo.seasons=[{start: 05-01, end: 09-30}]"],
        "warning", "lanes.cargo", "seasons leave none of the 31 days",
    ),
    "check_liftoff_light_can_be_had": (
        # At 80 N on 15 January the Sun (-21.0 deg) culminates 11.0 deg below the horizon, where -0.8 is its rising.
        ["horizon.end=2029-01-15", "lanes.cargo.constraints.liftoff_light=day",
         "catalog.launch_sites.wenchang.latitude=80 deg"],
        "warning", "lanes.cargo.constraints.liftoff_light", "no day at wenchang on any launch day, 10.2° of Sun short",
    ),
    "check_pad_reaches_the_moon": (
        ["horizon={start: 2029-08-01, end: 2029-08-02}", "lanes.cargo.transfer.time_of_flight=[4 d, 4.5 d]",
         "catalog.launch_sites.wenchang={latitude: 2 deg, azimuth_range: [88 deg, 92 deg]}"],
        "warning", "lanes.cargo.launch_site", "planes from wenchang reach 2.8°",
    ),
    "check_partners_take_part": (["partners={esa: {}}"], "warning", "lanes.cargo", "cnsa, who flies this lane"),
    "check_ids_are_unique": (
        ["station.surface=[{id: mast, mass: 1 t}, {id: mast, mass: 2 t}]"], "error", "station", "'mast' is given twice",
    ),
    "check_cargo_travels_once": (
        [f"station.surface={MAST}", "deliveries=[{id: a, lane: cargo, cargo: [mast, mast]}]"],
        "error", "deliveries[0].cargo", "already delivered by a",
    ),
    "check_deliveries_do_not_wait_for_each_other": (
        [f"deliveries=[{{{TWO}}}]"], "error", "deliveries[0].after", "waits for a delivery that waits for it",
    ),
    "check_deliveries_within_horizon": (
        ["deliveries=[{id: a, lane: cargo, not_before: 2040-01-01}]"],
        "warning", "deliveries[0].not_before", "after the horizon's end",
    ),
    "check_something_is_asked": (["lanes=null"], "error", "", "neither lanes nor elements"),
    "check_orbits_stay_above_the_ground": (
        [f"station.orbit=[{{{RELAY}, orbit: {{frame: moon_me, inclination: 62 deg, perilune_radius: 200 km,"
         " apolune_radius: 16000 km}}]"],
        "error", "station.orbit[0].orbit", "perilune stands 1537 km below the surface",
    ),
    "check_orbits_stay_at_the_moon": (
        [f"station.orbit=[{{{RELAY}, orbit: {{frame: icrf, inclination: 62 deg, semi_major_axis: 50000 km,"
         " eccentricity: 0.2}}]"],
        "error", "station.orbit[0].orbit", "apolune stands 60000 km from the Moon",
    ),
    "check_family_has_the_member": (
        [f"station.orbit=[{{{RELAY}, orbit: {{kind: halo, point: L2, branch: south, period: 40 d}}}}]"],
        "error", "station.orbit[0].orbit", "no L2 halo takes 40 d",
    ),
    "check_elements_serve_within_the_horizon": (
        [f"station.orbit=[{{{RELAY}, orbit: nrho_9_2, since: 2099-01-01}}]"],
        "warning", "station.orbit[0].since", "after the horizon's end",
    ),
    "check_tasks_have_power_where_they_ask_for_it": (
        [f"station.surface={MAST}", "science=[{id: geo, at: mast, work: 4 h, needs: {power: 1 kW}}]"],
        "error", "science[0].needs.power", "takes power at mast, which has none",
    ),
    "check_places_do_not_take_the_stations_name": (
        ["coverage={points: {station: {latitude: 0 deg, longitude: 180 deg}}}"],
        "error", "coverage.points.station", "the station's own site",
    ),
    "check_cables_are_not_named_like_elements_without_one": (
        ["station.surface=[{id: mast, mass: 1 t}, {id: hut, mass: 1 t, grid: mast}]"],
        "error", "station.surface[1].grid", "the cable 'mast'",
    ),
    "check_arrays_on_masts_have_a_horizon": (
        ["station.surface=[{id: plant, mass: 1 t, source: {solar: {area: 9 m2, mast_height: 5 m}}}]"],
        "error", "station.surface[0].source.solar.mast_height", "masks at 2 m and 10 m",
    ),
    "check_delivered_orbiters_serve_after_delivery": (
        [f"station.orbit=[{{{RELAY}, orbit: queqiao_2_planned}}]", "deliveries=[{id: a, lane: cargo, cargo: [relay]}]"],
        "warning", "station.orbit[0]", "a has yet to bring it",
    ),
}  # fmt: skip


def test_every_check_has_its_case():
    assert set(CASES) == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("name", CASES)
def test_checks(load, name):
    settings, severity, path, words = CASES[name]
    if severity == "error":
        with pytest.raises(ScenarioError) as caught:
            load(*settings)
        problems = caught.value.problems
    else:
        problems = load(*settings).warnings
    found = [problem for problem in problems if words in problem.what + problem.remedy]
    assert [problem.path for problem in found][:1] == [path]
    assert found[0].severity == severity
    assert found[0].remedy


def test_a_mast_needs_terrain_where_no_mask_is_known(load):
    array = "station.surface=[{id: plant, mass: 1 t, source: {solar: {area: 9 m2, mast_height: 10 m}}}]"
    assert load(array).warnings == ()  # the site's own mask is of 10 m
    (text,) = messages(load, array, "station.site=connecting_ridge_best_lit")
    assert "no horizon is known 10 m above the ground of connecting_ridge_best_lit" in text
    assert "give the site terrain" in text


def test_many_deliveries_after_a_shortened_horizon_are_one_warning(load):
    late = ", ".join(f"{{id: {name}, lane: cargo, not_before: 2040-01-01}}" for name in "abc")
    (warning,) = load(f"deliveries=[{late}]").warnings
    assert warning.path == "deliveries"
    assert warning.what.endswith("2029-12-31: a, b, c")


def test_the_good_one_has_no_problem(load):
    assert load().warnings == ()


def test_form_and_domain_and_names_are_told_together(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(GOOD.replace("storable_heavy", "storable_hevy").replace("2029-12-31", "2700-12-31") + "name: x\n")
    found = messages(lambda: load_scenario(path))
    assert [re.search("twice|DE440|did you mean", text).group() for text in found] == ["DE440", "did you mean", "twice"]
    assert [int(text.split(":")[1]) for text in found] == [3, 11, 12]


def test_what_is_resolved_stands_by_itself(tmp_path):
    for path in SHIPPED:
        first = load_scenario(path).scenario
        copy = tmp_path / "resolved.yaml"
        copy.write_text(resolved_yaml(first), encoding="utf-8")
        again = load_scenario(copy).scenario
        assert again.model_copy(update={"partners": first.partners}) == first
        assert resolved_yaml(again) == resolved_yaml(first)


def test_explain_names_the_place_of_each_value(load):
    loaded = load("lanes.cargo.corrections_dv=40 m/s")
    text = explain(loaded, "lanes.cargo")
    assert re.search(r"lander: storable_heavy +# .*s\.yaml:11\n", text)
    assert re.search(r"corrections_dv: 40 m/s +# --set lanes\.cargo\.corrections_dv\n", text)
    assert re.search(r"objective: landed_payload +# default\n", text)
    assert re.search(r"value: 27 t +# catalog/launchers\.yaml:\d+\n", explain(loaded, "catalog.launchers"))
    assert explained_document(loaded, "lanes.cargo.lander")["lanes.cargo.lander"]["value"] == "storable_heavy"
    with pytest.raises(UsageError, match="did you mean 'lanes'"):
        explain(loaded, "lane")


def test_the_committed_schema_is_the_generated_one():
    # After a change of the models: moonport schema > docs/schema.json
    assert (ROOT / "docs/schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_schema_speaks_of_yaml_keys():
    schema = json.loads(schema_text())
    assert {"extends", "lanes", "horizon"} <= set(schema["properties"])
    assert "time_of_flight" in schema["$defs"]["TransferSpec"]["properties"]
    assert "tli" in scenario_schema()["$defs"]["Launcher"]["properties"]
    assert schema["$defs"]["Launcher"]["properties"]["parking_altitude"]["type"] == "string"


def test_a_shipped_scenario_is_copied_with_its_parents(tmp_path):
    assert shipped_folder().is_dir()
    assert [path.name for path in copy_shipped("ilrs_2026", tmp_path)] == ["ilrs_2026.yaml", "ilrs_base.yaml"]
    copy_shipped("ilrs_2026.yaml", tmp_path)
    assert load_scenario(tmp_path / "ilrs_2026.yaml").scenario.name == "ILRS as reported in 2026"
    (tmp_path / "ilrs_base.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"ilrs_base\.yaml is already here and differs"):
        copy_shipped("ilrs_2026", tmp_path)
    with pytest.raises(UsageError, match="did you mean 'ilrs_2026'"):
        copy_shipped("irls_2026", tmp_path)
    assert "starter" in shipped_names()


def test_the_starter(tmp_path):
    (path,) = copy_starter(tmp_path)
    assert load_scenario(path).warnings == ()
