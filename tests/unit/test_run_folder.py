import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sim.errors import UsageError
from sim.results import run_folder as module
from sim.results.run_folder import SUFFIX, clear_leftovers, kind_of, machine_mark, run_folder

ROOT = Path(__file__).parents[2]
FILES = 40
WHOLE = ["provenance.json", "value.txt"]
WRITER = f"""
import json, sys, time
from pathlib import Path
from sim.results.run_folder import run_folder
mark, pause, target = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
with run_folder(target) as folder:
    for number in range({FILES}):
        (folder / f"{{number}}.txt").write_text(mark)
        print(number, flush=True)
        time.sleep(pause)
    (folder / "provenance.json").write_text(json.dumps({{"moonport": "0", "kind": "run", "mark": mark}}))
"""


def write(target, mark="a", kind="run"):
    with run_folder(target, kind) as folder:
        fill(folder, mark, kind)


def fill(folder, mark="a", kind="run"):
    (folder / "value.txt").write_text(mark, encoding="utf-8")
    (folder / "provenance.json").write_text(json.dumps({"moonport": "0", "kind": kind}), encoding="utf-8")


def writer(target, mark="a", pause=0.0):
    command = [sys.executable, "-c", WRITER, mark, str(pause), str(target)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_appears_at_the_end(tmp_path):
    target = tmp_path / "deep" / "run"
    with run_folder(target) as folder:
        fill(folder)
        assert not target.exists()
        assert folder.parent == target.parent
        assert folder.name.startswith(".run.")
    assert names(target.parent) == ["run"]
    assert names(target) == ["provenance.json", "value.txt"]


def test_an_older_run_is_replaced_whole(tmp_path):
    write(tmp_path / "run", "old")
    (tmp_path / "run" / "extra.txt").write_text("x", encoding="utf-8")
    write(tmp_path / "run", "new")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["provenance.json", "value.txt"]
    assert (tmp_path / "run" / "value.txt").read_text(encoding="utf-8") == "new"


def test_without_exchange_an_older_run_is_replaced_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "exchange", lambda one, other: False)
    write(tmp_path / "run", "old")
    write(tmp_path / "run", "new")
    assert names(tmp_path) == ["run"]
    assert (tmp_path / "run" / "value.txt").read_text(encoding="utf-8") == "new"


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "run").mkdir()
    write(tmp_path / "run")
    assert names(tmp_path / "run") == ["provenance.json", "value.txt"]


@pytest.mark.parametrize("content", ["notes.txt", ".hidden", "provenance.json"])
def test_a_foreign_folder_is_refused_and_untouched(tmp_path, content):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / content).write_text('{"kind": "run"}', encoding="utf-8")
    with pytest.raises(UsageError, match="not empty and no Moonport folder"), run_folder(foreign):
        pytest.fail("the body must not run")
    assert names(foreign) == [content]
    assert names(tmp_path) == ["foreign"]


def test_a_comparison_does_not_replace_a_run(tmp_path):
    write(tmp_path / "run")
    with pytest.raises(UsageError, match="holds a Moonport run, so no comparison"):
        write(tmp_path / "run", kind="comparison")
    assert kind_of(tmp_path / "run") == "run"


def test_a_file_is_refused(tmp_path):
    (tmp_path / "run").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        write(tmp_path / "run")


def test_the_working_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="cannot be replaced whole"):
        write(".")


def test_a_name_too_long_is_refused_in_words(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / ("x" * 250))


def test_a_place_below_a_file_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "file" / "run")


def test_a_link_is_followed(tmp_path):
    write(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "value.txt").read_text(encoding="utf-8") == "new"


def interrupted_fill(folder, error):
    fill(folder, "new")
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_exception_leaves_everything_as_it_was(tmp_path, error):
    write(tmp_path / "run", "old")
    with pytest.raises(error), run_folder(tmp_path / "run") as folder:
        interrupted_fill(folder, error)
    assert names(tmp_path) == ["run"]
    assert (tmp_path / "run" / "value.txt").read_text(encoding="utf-8") == "old"


def fill_beside_foreign(folder, target):
    fill(folder)
    target.mkdir()
    (target / "thesis.txt").write_text("x", encoding="utf-8")


def test_a_folder_that_becomes_foreign_meanwhile_is_kept(tmp_path):
    target = tmp_path / "run"
    with pytest.raises(UsageError, match="not empty"), run_folder(target) as folder:
        fill_beside_foreign(folder, target)
    assert names(target) == ["thesis.txt"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("older", [False, True])
def test_a_killed_writer_leaves_no_half_folder_and_the_next_clears_up(tmp_path, older):
    target = tmp_path / "run"
    if older:
        write(target, "old")
    process = writer(target, pause=0.05)
    while process.stdout.readline() != "5\n":
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert target.exists() == older
    assert [name.endswith(SUFFIX) for name in names(tmp_path)] == [True] + [False] * older
    write(target, "new")
    assert names(tmp_path) == ["run"]
    assert (target / "value.txt").read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_live_writer_is_left_alone(tmp_path):
    process = writer(tmp_path / "run", "slow", pause=0.02)
    assert process.stdout.readline() == "0\n"
    write(tmp_path / "run", "fast")
    assert (tmp_path / "run" / "value.txt").read_text(encoding="utf-8") == "fast"
    process.communicate()
    assert process.returncode == 0
    assert names(tmp_path) == ["run"]
    assert {(tmp_path / "run" / f"{n}.txt").read_text(encoding="utf-8") for n in range(FILES)} == {"slow"}


def test_writers_at_once_leave_one_whole_folder(tmp_path):
    target = tmp_path / "run"
    processes = [writer(target, str(number)) for number in range(4)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0] * 4
    assert names(tmp_path) == ["run"]
    marks = {(target / f"{number}.txt").read_text(encoding="utf-8") for number in range(FILES)}
    assert len(marks) == 1
    assert json.loads((target / "provenance.json").read_text(encoding="utf-8"))["mark"] in marks


def listing(folder):
    try:
        return names(folder)
    except FileNotFoundError:
        return None


@pytest.mark.parametrize("swap", [True, False], ids=["exchange", "two renames"])
def test_many_replacements_at_once_never_show_half_a_folder(tmp_path, monkeypatch, swap):
    if not swap:
        monkeypatch.setattr(module, "exchange", lambda one, other: False)
    target, failures, halves = tmp_path / "run", [], []
    write(target)

    def replace_often(mark):
        try:
            for _ in range(25):
                write(target, mark)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=replace_often, args=(mark,)) for mark in "ab"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        before, found = module.identity(target), listing(target)
        # A listing taken while the folder was swapped out is of the old one, which is being removed.
        halves += [found] if module.identity(target) == before is not None and found != WHOLE else []
        time.sleep(0.001)
    assert failures == []
    assert halves == []
    assert names(tmp_path) == ["run"]


def part_of(parent, machine, pid, start, age_s=0.0):
    part = parent / f".run.{machine}-{pid}-{start}-0{SUFFIX}"
    part.mkdir()
    os.utime(part, (time.time() - age_s,) * 2)
    return part


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs process start times")
def test_a_process_id_used_again_does_not_protect_a_leftover(tmp_path):
    old = part_of(tmp_path, machine_mark(), os.getpid(), 1)
    mine = part_of(tmp_path, machine_mark(), os.getpid(), module.started(os.getpid()))
    clear_leftovers(tmp_path)
    assert (old.exists(), mine.exists()) == (False, True)


def test_another_machines_folder_is_kept_for_a_day(tmp_path):
    fresh = part_of(tmp_path, "00000000", 1, 1)
    stale = part_of(tmp_path, "00000000", 2, 1, age_s=2 * 86400.0)
    clear_leftovers(tmp_path)
    assert (fresh.exists(), stale.exists()) == (True, False)


def test_other_hidden_folders_are_never_touched(tmp_path):
    for name in (".git", ".run.old", f".mine{SUFFIX}", f".run.xyz-1-1-1{SUFFIX}"):
        (tmp_path / name).mkdir()
    clear_leftovers(tmp_path)
    assert len(names(tmp_path)) == 4
