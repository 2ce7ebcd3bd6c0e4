"""A folder that appears whole or not at all.

The results are written into a hidden folder beside the target, named for the process that writes it, and renamed into
place at the end. An older Moonport folder of the same kind is swapped out in one step where the system can (Linux),
in two renames elsewhere; between the two the target is missing for an instant, but never half.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import json
import os
import re
import shutil
import socket
import stat
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sim.errors import UsageError

MARKER = "provenance.json"
SUFFIX = ".moonport-part"
STRANGERS_KEPT_S = 86400.0
RENAME_EXCHANGE = 2  # linux/fs.h
AT_FDCWD = -100  # fcntl.h
MOVED_MEANWHILE = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}
ATTEMPTS = 100

_counter = itertools.count()
_part_name = re.compile(r"\..+\.([0-9a-f]{8})-(\d+)-(\d+)-\d+" + re.escape(SUFFIX))


@contextmanager
def run_folder(target: str | Path, kind: str = "run") -> Iterator[Path]:
    """Give a hidden folder to write into; rename it to ``target`` at the end, or remove it after any exception.

    Parameters
    ----------
    target : path
        Parents are made. What stands there may be nothing, an empty folder, or a Moonport folder of the same kind.
    kind : str
        ``run`` or ``comparison``; the folder's ``provenance.json`` must say the same.

    Raises
    ------
    UsageError
        Before anything is computed, when the target cannot or must not be replaced; again at the end, should that
        have changed meanwhile.
    """
    place = resolved(target)
    check_replaceable(place, kind)
    part = make_part(place)
    try:
        yield part
        put_in_place(part, place, kind)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def resolved(target: str | Path) -> Path:
    """Return the folder meant, links followed."""
    try:
        return Path(target).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        message = f"{target} leads nowhere: {error} — name another folder with -o"
        raise UsageError(message) from error


def check_replaceable(place: Path, kind: str) -> bool:
    """Return whether a folder of this kind stands at ``place``; `UsageError` unless results may be put there."""
    if is_other_than_folder(place):
        message = f"{place} is a file — name a folder with -o"
        raise UsageError(message)
    if place == Path.cwd() or is_mount(place):
        message = f"{place} cannot be replaced whole (it is the working folder or a mount) — name a folder inside it"
        raise UsageError(message)
    found, full = look(place)
    if full and found != kind:
        what = f"holds a Moonport {found}" if found else "is not empty and no Moonport folder"
        message = f"{place} {what}, so no {kind} is written over it — name another folder with -o, or remove it"
        raise UsageError(message)
    return full


def is_other_than_folder(place: Path) -> bool:
    """Return whether a file or the like stands at ``place``, by one look: another writer may swap it between two."""
    try:
        return not stat.S_ISDIR(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_mount(place: Path) -> bool:
    """Return whether a file system is mounted at ``place``; a folder that vanishes meanwhile is none."""
    try:
        return place.is_mount()
    except FileNotFoundError:
        return False


def look(place: Path) -> tuple[str | None, bool]:
    """Return kind and whether there is anything inside, of one and the same folder even while others replace it."""
    for _ in range(ATTEMPTS):
        before = identity(place)
        with contextlib.suppress(FileNotFoundError):
            seen = kind_of(place), before is not None and any(place.iterdir())
            if identity(place) == before:
                return seen
    message = f"{place} keeps changing — name another folder with -o"
    raise UsageError(message)


def identity(place: Path) -> int | None:
    """Return the number of the folder's inode, None when there is none."""
    try:
        return place.stat().st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def kind_of(folder: Path) -> str | None:
    """Return ``run`` or ``comparison`` for a finished Moonport folder, otherwise None."""
    try:
        document = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(document, dict) and "moonport" in document
    return str(document.get("kind")) if known else None


def make_part(place: Path) -> Path:
    """Make the hidden folder of this process, and clear those of dead ones."""
    part = place.parent / f".{place.name}.{part_mark()}{SUFFIX}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(place.parent)
        part.mkdir()
    except OSError as error:
        message = f"{place} cannot be written: {error.strerror or error} — name another folder with -o"
        raise UsageError(message) from error
    return part


def part_mark() -> str:
    """Return ``machine-pid-start-number``: who writes a hidden folder."""
    pid = os.getpid()
    return f"{machine_mark()}-{pid}-{started(pid) or time.time_ns()}-{next(_counter)}"


def clear_leftovers(parent: Path) -> None:
    """Remove the hidden folders in ``parent`` whose writers are dead."""
    for entry in sorted(parent.glob(f".*{SUFFIX}")):
        match = _part_name.fullmatch(entry.name)
        if match and is_left_over(entry, match[1], int(match[2]), int(match[3])):
            shutil.rmtree(entry, ignore_errors=True)


def is_left_over(entry: Path, machine: str, pid: int, start: int) -> bool:
    """Return whether the writer is dead; one of another machine counts as dead after a day."""
    if machine == machine_mark() and os.name == "posix":
        return not is_alive(pid, start)
    with contextlib.suppress(OSError):
        return time.time() - entry.stat().st_mtime > STRANGERS_KEPT_S
    return False


def is_alive(pid: int, start: int) -> bool:
    """Return whether the process that began at ``start`` still runs (where starts are unknown: whether any does)."""
    if Path("/proc/self/stat").exists():
        return started(pid) == start
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def started(pid: int) -> int | None:
    """Return a process's start in clock ticks since boot (field 22 of /proc/pid/stat), None if unknown or dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


@cache
def machine_mark() -> str:
    """Return eight hex digits for this machine and process namespace, within which process ids mean something."""
    try:
        namespace = (
            f"{Path('/proc/self/ns/pid').readlink()} {Path('/proc/sys/kernel/random/boot_id').read_text('ascii')}"
        )
    except OSError:
        namespace = ""
    return f"{zlib.crc32(f'{socket.gethostname()} {namespace}'.encode()):08x}"


def put_in_place(part: Path, place: Path, kind: str) -> None:
    """Rename the finished folder to ``place``; of several writers the last one stays, whole."""
    for _ in range(ATTEMPTS):
        try:
            if not check_replaceable(place, kind):
                move_to_free(part, place)
            elif not exchange(part, place):
                swap_in_two(part, place)
        except OSError as error:
            if error.errno in MOVED_MEANWHILE and part.exists():
                continue
            message = f"the results cannot be moved to {place}: {error.strerror} — name another folder with -o"
            raise UsageError(message) from error
        return
    message = f"{place} keeps changing while it is to be replaced — name another folder with -o"
    raise UsageError(message)


def move_to_free(part: Path, place: Path) -> None:
    """Rename onto nothing or an empty folder."""
    if os.name == "nt" and place.is_dir():
        place.rmdir()
    part.rename(place)


def swap_in_two(part: Path, place: Path) -> None:
    """Move the old folder aside under a hidden name, then the new one in; the old one is removed."""
    aside = place.parent / f".{place.name}.{part_mark()}{SUFFIX}"
    place.rename(aside)
    try:
        part.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system or the file system cannot.

    ``renameat2(2)`` with RENAME_EXCHANGE: Linux 3.15, glibc 2.28. Raises FileNotFoundError when one has gone.
    """
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number == errno.ENOENT:
        raise FileNotFoundError(number, os.strerror(number), str(other))
    return False
