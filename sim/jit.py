"""Compiled kernels: numba with a disk cache that notices every edit.

Numba's cache looks at the file of the compiled function alone and misses edits in jitted functions that it imports.
Here the cache folder is named by a hash of all kernel sources, so a changed source compiles afresh. Kernels are serial
and release the interpreter's lock: threads are made outside, in sim.threads.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_KEEP_CACHES = 3


def _kernel_hash() -> str:
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for source in sorted(root.rglob("*.py")):
        text = source.read_bytes()
        if b"sim.jit" in text or source.name == "constants.py":
            digest.update(source.relative_to(root).as_posix().encode())
            digest.update(text)
    return digest.hexdigest()[:16]


def cache_root() -> Path:
    """Folder of all that Moonport keeps between runs."""
    base = os.environ.get("MOONPORT_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "moonport"


def _forget_old_caches(root: Path, current: Path) -> None:
    try:
        others = sorted((p for p in root.glob("numba-*") if p != current), key=lambda p: p.stat().st_mtime)
    except OSError:
        return
    for old in others[: -(_KEEP_CACHES - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def kernel_cache_dir() -> Path:
    """Folder of the compiled kernels of exactly these sources."""
    return cache_root() / f"numba-{_kernel_hash()}"


def kernels_are_cached() -> bool:
    """Whether some kernels of these sources were compiled before on this machine."""
    return any(kernel_cache_dir().rglob("*.nbi")) if kernel_cache_dir().is_dir() else False


def _prepare_cache() -> None:
    folder = kernel_cache_dir()
    if not folder.is_dir():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        _forget_old_caches(folder.parent, folder)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


_prepare_cache()

import numba  # noqa: E402  (the cache folder must be set first)

numba.config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR", "")
# Fused and reordered arithmetic, but NaN and infinity keep their meaning.
_FASTMATH = {"contract", "reassoc", "arcp", "nsz"}


def jit(*, fastmath: bool = False, inline: bool = False) -> Callable[[F], F]:
    """Decorate a kernel: compiled, cached on disk, IEEE division, without the interpreter's lock (see sim.threads)."""
    decorate: Callable[[F], F] = numba.njit(
        cache=True,
        nogil=True,
        fastmath=_FASTMATH if fastmath else False,
        error_model="numpy",
        inline="always" if inline else "never",
    )
    return decorate
