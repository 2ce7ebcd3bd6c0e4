"""Compiled kernels: numba with a disk cache that notices every edit.

Numba's cache looks at the file of the compiled function alone and misses edits in jitted functions that it imports.
Here the cache folder is named by a hash of all kernel sources, so a changed source compiles afresh.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

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


def _cache_root() -> Path:
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
    return _cache_root() / f"numba-{_kernel_hash()}"


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
prange = numba.prange


def jit(*, fastmath: bool = False, parallel: bool = False, inline: bool = False) -> Any:
    """Decorate a kernel: compiled without the interpreter, cached on disk, IEEE division."""
    return numba.njit(
        cache=True,
        fastmath=fastmath,
        parallel=parallel,
        error_model="numpy",
        inline="always" if inline else "never",
    )


def set_jobs(jobs: int) -> int:
    """Use ``jobs`` threads in parallel kernels (at most what the machine has); returns the number used."""
    count = max(1, min(jobs, numba.config.NUMBA_NUM_THREADS))
    numba.set_num_threads(count)
    return count
