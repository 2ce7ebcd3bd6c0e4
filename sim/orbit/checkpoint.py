"""Files in which a long flight keeps how far it got, so that it can go on after an interruption."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]

_KEY = "key"


def key_of(*parts: object) -> str:
    """Return a hash of everything a flight hangs on: its parts as they print, and the sources that fly it."""
    text = "\n".join([_sources_hash(), *(repr(part) for part in parts)])
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _sources_hash() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for folder in (here, here.parent / "astro"):
        for source in sorted(folder.glob("*.py")):
            digest.update(source.name.encode())
            digest.update(source.read_bytes())
    digest.update((here.parent / "constants.py").read_bytes())
    return digest.hexdigest()


def save_checkpoint(path: Path, key: str, arrays: Arrays) -> None:
    """Write arrays under a key, aside and then renamed, so that the file is always a whole one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):  # a flight without a place for its checkpoint is flown all the same
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, aside, key, arrays)


def _write(path: Path, aside: Path, key: str, arrays: Arrays) -> None:
    try:
        with aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **{_KEY: np.array(key)}, **arrays)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def load_checkpoint(path: Path, key: str) -> Arrays | None:
    """Return the arrays of a file; None where there is none, it is damaged, or it is another flight's."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            if str(found[_KEY]) != key:
                return None
            return {name: found[name] for name in found.files if name != _KEY}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
