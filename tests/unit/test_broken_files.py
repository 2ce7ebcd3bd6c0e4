"""Broken files, each with all it must be told of and nothing else, in one line each."""

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario import load_scenario

FOLDER = Path(__file__).parents[1] / "data" / "broken"

EXPECTED = {
    "bomb": ["4:4: e: the file grows beyond 50000 values — write less, or fewer aliases"],
    "catalogue": [
        "8:11: catalog.launchers.mine.source: is missing — add `source: ...`",
        "8:11: catalog.launchers.mine.status: is missing — add `status: ...`",
        "8:11: catalog.launchers.mine.launch_sites: is missing — add `launch_sites: ...`",
        "8:11: catalog.launchers.mine.tli: is missing — add `tli: ...`",
        "9:48: catalog.launchers.long_march_5.tli[0].mass: value lies outside low to high"
        " — order them low, value, high",
        "11:24: catalog.landers.argonaut.stages: is empty — write at least one",
        "13:13: catalog.landing_sites.offset: the horizon mask of site offset was made 2.79 km away"
        " — use the coordinates in its header, or no mask",
        "14:3: catalog.rockets: unknown key — write one of: ground_stations, landers, landing_sites, launch_sites,"
        " launchers, lunar_orbits, staging_orbits",
    ],
    "cycle_a": ["cycle_b.yaml:2:10: extends: cycle_a.yaml extends itself through cycle_a.yaml → cycle_b.yaml"],
    "dates": [
        "3:8: as_of: '2026-02-30' is not in the calendar — check month and day",
        "4:18: horizon.start: 1549-01-01 lies outside the ephemeris DE440 — stay within 1550-01-02 to 2650-01-01",
        "4:35: horizon.end: 2651-01-01 lies outside the ephemeris DE440 — stay within 1550-01-02 to 2650-01-01",
        "10:21: lanes.cargo.available_from: 'tomorrow' is not a date — write year-month-day, e.g. 2031-07-15",
    ],
    "domain": [
        "3:10: horizon: the horizon ends (2029-01-01) before it starts (2029-12-31) — swap the two",
        "5:3: station: the id 'mast' is given twice — rename one of them",
        "11:32: lanes.cargo.transfer.time_of_flight: the lower end is above the upper — swap the two",
        "12:45: lanes.cargo.staging.loiter: the lower end is above the upper — swap the two",
        "14:38: lanes.cargo.constraints.sun_above_horizon: the lower end is above the upper — swap the two",
        "16:35: deliveries[0].after: one waits for a delivery that waits for it — break the circle",
        "17:35: deliveries[1].after: two waits for a delivery that waits for it — break the circle",
        "17:49: deliveries[1].cargo: mast is already delivered by one — let one delivery carry it",
    ],
    "duplicate_key": [
        "3:1: name: the key is written twice, first in line 2 — keep one of them",
        "15:1: purpse: unknown key — did you mean 'purpose'?",
    ],
    "missing_parent": [
        "1:10: extends: the parent 'cycle_c.yaml' does not exist"
        " — the path counts from this file's folder; did you mean 'cycle_b.yaml'?"
    ],
    "names": [
        "8:5: lanes.cargo.luncher: unknown key — did you mean 'launcher'?",
        "9:15: lanes.cargo.launcher: 'long_march_100' is not among the launchers — did you mean 'long_march_10'?",
        "10:18: lanes.cargo.launch_site: 'wenchung' is not among the launch sites — did you mean 'wenchang'?",
        "12:22: lanes.cargo.staging.orbit: 'llo_polar_10' is not among the staging orbits"
        " — did you mean 'llo_polar_100'?",
        "13:13: lanes.cargo.lander: 'storable_hevy' is not among the landers — did you mean 'storable_heavy'?",
        "14:16: lanes.cargo.objective: 'landed_payloads' is not among the choices — did you mean 'landed_payload'?",
    ],
    "swapped": [
        "5:20: station.site.latitude: latitude 150.05° with longitude -89.53° look swapped"
        " — latitude is north and within ±90 deg, longitude is east"
    ],
    "syntax": ["is not YAML: "],
    "tags": [
        "1:1: horizon: is missing — add `horizon: ...`",
        "1:1: station: is missing — add `station: ...`",
        "2:7: name: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed"
        " — remove it; types follow from the schema",
        "2:7: name: a list stands where one value belongs — write text",
        "3:10: purpose: the tag '!secret' is not allowed — remove it; types follow from the schema",
    ],
    "units": [
        "10:63: lanes.cargo.transfer.perilune_altitude: '100' has no unit — add one of m, km, cm: e.g. '100 km'",
        "11:46: lanes.cargo.staging.loiter[0]: '0 kg' is a mass, wanted is a time — write e.g. '3.5 d'",
        "11:52: lanes.cargo.staging.loiter[1]: 'dy' is not a unit known here — did you mean 'd'?",
        "13:37: lanes.cargo.constraints.max_insertion_dv: '.inf' is not a finite number — write e.g. '900 m/s'",
        "13:63: lanes.cargo.constraints.min_landed_payload: '1e999 t' is not a finite number — write e.g. '8.2 t'",
    ],
    "wrong_kinds": [
        "1:11: moonport: '1' is not among the choices — write 1 without quotes",
        "2:7: name: a list stands where one value belongs — write text",
        "3:10: horizon: text stands where a mapping belongs — write its keys below it (start, end)",
        "4:44: station.surface: a mapping stands where a list belongs — write `[a, b, ...]`",
        "7:15: lanes.cargo.launcher: a mapping stands where one value belongs — write text",
        "9:32: lanes.cargo.transfer.time_of_flight: has 3 values, not 2"
        " — write lower and upper end, like `[3.5 d, 3.5 d]`",
        "10:14: lanes.cargo.staging: text stands where a mapping belongs — write its keys below it (orbit)",
        "12:18: lanes.cargo.constraints: text stands where a mapping belongs"
        " — write its keys below it (all may be left out)",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_broken_files_tell_everything(name):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(FOLDER / f"{name}.yaml")
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(EXPECTED[name]), "\n".join(told)
    for text, expected in zip(told, EXPECTED[name], strict=True):
        assert expected in text


def test_every_broken_file_is_expected():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(EXPECTED) | {"cycle_b"}
