"""The scenarios that come with Moonport, and starting from one of them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sim.document.problem import did_you_mean, shown
from sim.errors import DataMissingError, UsageError
from sim.scenario.extends import read_chain

STARTER = "starter"


def shipped_folder() -> Path:
    """Find the folder of the shipped scenarios."""
    spec = find_spec("sim._scenarios")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    places.append(str(Path(__file__).parents[2] / "scenarios"))
    for place in places:
        if any(Path(place).glob("*.yaml")):
            return Path(place)
    message = "the shipped scenarios are missing: install Moonport again"
    raise DataMissingError(message)


def shipped_names() -> list[str]:
    """List the shipped scenarios."""
    return sorted(path.stem for path in shipped_folder().glob("*.yaml"))


def copy_shipped(name: str, into: Path) -> list[Path]:
    """Copy a shipped scenario and its parents; gives the new files, the scenario's first."""
    stem = name.removesuffix(".yaml")
    if stem not in shipped_names():
        message = f"there is no shipped scenario {shown(name)}: {did_you_mean(stem, shipped_names())}"
        raise UsageError(message)
    chain = read_chain(shipped_folder() / f"{stem}.yaml")
    return _copied([(path, into / path.name) for path in chain.files])


def copy_starter(into: Path) -> list[Path]:
    """Write a first scenario with comments, ``scenario.yaml``."""
    return _copied([(shipped_folder() / f"{STARTER}.yaml", into / "scenario.yaml")])


def _copied(pairs: list[tuple[Path, Path]]) -> list[Path]:
    for source, target in pairs:
        if target.exists() and (not target.is_file() or target.read_bytes() != source.read_bytes()):
            message = f"{target.name} is already here and differs: move it away, or work in another folder"
            raise UsageError(message)
    try:
        for source, target in pairs:
            target.write_bytes(source.read_bytes())
    except OSError as error:
        message = f"cannot write here: {error.strerror}"
        raise UsageError(message) from error
    return [target for _, target in pairs]
