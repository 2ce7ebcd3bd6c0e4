"""What README.md shows works: its scenario, commands, Python and run folder, and CI runs its test command."""

import re
import shlex
import shutil
from math import pi
from pathlib import Path

import pytest
import yaml

from sim.cli import cli, execute

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FEW_DAYS = ("--set", "horizon.start=2031-01-11", "--set", "horizon.end=2031-01-13")


def blocks(language):
    """Fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands():
    """Lines that call moonport by name; those of the two set-up commands call it inside their environment."""
    return [line for block in blocks("bash") for line in block.splitlines() if line.startswith("moonport ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Everything the README's commands make, run in its order, on a few days of the horizon."""
    path = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        codes = {line: execute(arguments(line)) for line in commands()}
    return path, codes


def arguments(line):
    words = shlex.split(line)[1:]
    return [*words, *(FEW_DAYS if words[0] == "run" else ()), *(("--quiet",) if words[0] == "run" else ())]


def test_every_command_of_the_readme_succeeds(folder):
    _, codes = folder
    assert len(codes) > 10
    assert {line for line, code in codes.items() if code != 0} == set()


def test_the_run_folder_holds_what_the_readme_lists(folder):
    listed = re.findall(r"^  ([\w./*]+)", blocks("text")[0], re.MULTILINE)
    path, _ = folder
    assert len(listed) > 8
    assert [name for name in listed if not list((path / "runs/scenario").glob(name))] == []


def test_the_scenario_is_the_one_that_init_writes(folder):
    path, _ = folder
    written = (path / "scenario.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(blocks("yaml")[0]) == yaml.safe_load(written)


def test_the_table_of_commands_is_complete():
    assert set(re.findall(r"^\| `moonport (\w+)", README, re.MULTILINE)) == set(cli.commands)


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python")[0], "README.md", "exec"), {})
    assert re.search(r"injection 31\d\d m/s, C3 -[12]\.\d\d km2/s2", capsys.readouterr().out)
    assert (tmp_path / "flight.oem").is_file()


@pytest.mark.filterwarnings("ignore")
def test_the_example_with_boinor_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(blocks("python")[1], "README.md", "exec"), names)
    assert capsys.readouterr().out == "ends by horizon; Moon to degree 12\n"
    assert abs(names["later"].mean_anomaly_rad - pi) < 1e-9
    assert names["later"].semi_major_axis_km == pytest.approx(6541.4, rel=1e-12)
    assert (tmp_path / "relay.png").stat().st_size > 10_000


def test_the_two_commands_name_files_that_exist_and_ci_runs_the_second():
    first, second = (block.strip() for block in blocks("bash")[:2])
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install -c constraints.txt . &&")
    assert (ROOT / first.split()[-1]).is_file()
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "install -q -c constraints.txt -e '.[test]'" in script
    assert "-c constraints.txt -e '.[test]'" in second
    command = "-m pytest -n auto --dist loadfile"
    assert second.endswith(command)
    assert f"check python {command}" in script


def test_shipped_scenarios_named_in_the_readme_exist():
    assert all((ROOT / name).is_file() for name in re.findall(r"scenarios/\w+\.yaml", README))
    assert shutil.which("bash") is None or (ROOT / ".ci/run").stat().st_mode & 0o100


def test_the_explanation_shown_is_what_the_command_says(folder, capsys):
    path, _ = folder
    line = re.search(r"^moonport why [^\n]+", "\n".join(commands()), re.MULTILINE).group()
    assert f"`{line}`" in README
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        assert execute(arguments(line)) == 0
    said = capsys.readouterr().out
    shown = [part for part in blocks("text")[1].splitlines() if part.strip() != "..."]
    assert len(shown) > 8
    assert [part for part in shown if part not in said.splitlines()] == []
