"""Flying the first state of an orbit ephemeris message to another epoch, as the command ``propagate`` does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.astro.ephemeris import Ephemeris
from sim.astro.gravity import GravityField, gravity_field
from sim.astro.gravity_file import read_gravity_file
from sim.astro.nbody import DEFAULT_MOON_DEGREE, DEFAULT_TOLERANCE, Centre, ForceModel, Trajectory, propagate
from sim.astro.orientation import orientation_source
from sim.astro.time import tdb_s_from_scale, tdb_s_from_utc, text_in_scale, utc_text
from sim.constants import R_EARTH_KM, R_MOON_KM
from sim.results.oem import SAME_AXES, OemSegment, oem_text, read_oem, write_atomically
from sim.units import MINUTE_S

FloatArray = NDArray[np.float64]

SAMPLE_STEP_S: Final = 600.0
MOST_SAMPLES: Final = 5000


@dataclass(frozen=True, slots=True)
class Propagation:
    """What a flight came to.

    Attributes
    ----------
    segment : OemSegment
        States in the centre, frame and time system of the message flown; the last is that at the epoch asked for.
    text : str
        The message as written.
    out : Path or None
        Where it was written.
    forces : ForceModel
    notes : tuple of str
        What was assumed, and what a person should know of the path.
    steps : int
        Steps of the integrator.
    """

    segment: OemSegment
    text: str
    out: Path | None
    forces: ForceModel
    notes: tuple[str, ...]
    steps: int

    @property
    def final_state_icrf(self) -> FloatArray:
        """State (6,) at the epoch asked for, km and km/s from the centre."""
        last: FloatArray = self.segment.states_icrf[-1]
        return last


def propagate_oem(
    path: Path | str,
    to_utc: str,
    forces: str | Sequence[str] = ("earth", "moon", "sun"),
    moon_gravity: str | int | Path | None = None,
    srp_m2_kg: float = 0.0,
    out: Path | str | None = None,
) -> Propagation:
    """Fly the first state of a message to an epoch.

    Forwards the result has a state every ten minutes (fewer on flights longer than a month) and ends with the one at
    ``to_utc``; backwards it has that one alone, as the states of a message must rise in time.

    Parameters
    ----------
    path : path
        The message; its first state is flown.
    to_utc : str
        ISO text, UTC unless it names another scale.
    forces : str or sequence of str
        Some of earth (with J2), moon, sun; a text is split at commas.
    moon_gravity : int, str or path, optional
        Degree of the packaged field, or a file of coefficients; degree 8 when None.
    srp_m2_kg : float
        Cr A/m of a sphere in sunlight.
    out : path, optional
        Where to write; nothing is written when None.

    Raises
    ------
    UsageError, ScenarioError, DataMissingError
        Where an argument, a file or an epoch cannot be used.
    """
    model = force_model(forces, moon_gravity, srp_m2_kg)
    source = read_oem(path).segments[0]
    t0, t1 = float(source.t_tdb_s[0]), tdb_s_from_utc(to_utc)
    centre: Centre = "moon" if source.centre == "MOON" else "earth"
    flight = propagate(source.states_icrf[0], t0, t1, model, centre, sample_tdb_s=_sample_epochs(t0, t1, source))
    notes = (*describe_forces(model, t0, t1), *_described_path(flight))
    segment = OemSegment(
        object_name=source.object_name,
        object_id=source.object_id,
        centre=source.centre,
        frame=source.frame,
        time_system=source.time_system,
        t_tdb_s=flight.t_tdb_s,
        states_icrf=flight.states_icrf,
        comments=notes,
    )
    text = oem_text([segment])
    target = Path(out) if out is not None else None
    if target is not None:
        write_atomically(target, text)
    return Propagation(segment, text, target, model, notes, flight.steps)


def force_model(forces: str | Sequence[str], moon_gravity: str | int | Path | None, srp_m2_kg: float) -> ForceModel:
    """Force model of the command's options; raises UsageError or ScenarioError where they make none."""
    words = forces.split(",") if isinstance(forces, str) else forces
    bodies = tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
    gravity = moon_gravity_option(moon_gravity)
    if isinstance(gravity, GravityField):
        return ForceModel(bodies=bodies, moon_field=gravity, srp_m2_kg=srp_m2_kg)
    return ForceModel(bodies=bodies, moon_degree=gravity, srp_m2_kg=srp_m2_kg)


def moon_gravity_option(option: str | int | Path | None) -> GravityField | int:
    """Return the degree of the packaged field, or the field of a file."""
    if option is None:
        return DEFAULT_MOON_DEGREE
    text = str(option).strip()
    if text.removeprefix("-").isdecimal() and not Path(text).is_file():
        return int(text)
    return gravity_field(read_gravity_file(Path(text)))


def describe_forces(model: ForceModel, t0_tdb_s: float, t1_tdb_s: float) -> tuple[str, ...]:
    """Say the force model, the frames and the numbers behind them."""
    lines = [
        f"Flown by Moonport: RKN12(10)17M, step error {DEFAULT_TOLERANCE:g}; bodies from {Ephemeris.de440().name}",
        *_body_lines(model, t0_tdb_s, t1_tdb_s),
        SAME_AXES,
    ]
    return tuple(lines)


def _body_lines(model: ForceModel, t0_tdb_s: float, t1_tdb_s: float) -> list[str]:
    lines = []
    if "earth" in model.bodies:
        shape = "J2 about the pole of date" if model.earth_j2 else "point mass"
        lines.append(f"Earth: GM {model.gm_earth_km3_s2:.6f} km3/s2, {shape}")
    if "moon" in model.bodies:
        lines.append(f"Moon: GM {model.effective_gm_moon_km3_s2:.8f} km3/s2, {_moon_shape(model)}")
        if model.field.degree > 0:
            lines.append(f"Moon orientation: {orientation_source(np.array([t0_tdb_s, t1_tdb_s]))}")
    if "sun" in model.bodies:
        lines.append(f"Sun: GM {model.gm_sun_km3_s2:.6f} km3/s2, point mass")
    light = "none" if not model.srp_m2_kg else f"sphere, Cr A/m {model.srp_m2_kg:g} m2/kg, 4.56e-6 N/m2 at 1 au"
    shade = ", shaded by Earth and Moon (penumbra included)" if model.srp_m2_kg and model.shadows else ""
    return [*lines, f"Solar radiation pressure: {light}{shade}"]


def _moon_shape(model: ForceModel) -> str:
    field = model.field
    if field.degree == 0:
        return "point mass"
    return f"{field.name} to degree {field.degree}, R {field.reference_radius_km:.3f} km, principal axes"


def _sample_epochs(t0_tdb_s: float, t1_tdb_s: float, source: OemSegment) -> FloatArray:
    """Epochs of the states to write: whole milliseconds of the message's own time system between start and end."""
    if t1_tdb_s <= t0_tdb_s:
        return np.array([t1_tdb_s])
    step_s = SAMPLE_STEP_S
    if (t1_tdb_s - t0_tdb_s) / step_s > MOST_SAMPLES:
        step_s = MINUTE_S * math.ceil((t1_tdb_s - t0_tdb_s) / MOST_SAMPLES / MINUTE_S)
    between = np.arange(t0_tdb_s + step_s, t1_tdb_s - 1.0, step_s)
    if between.size:
        between = tdb_s_from_scale(text_in_scale(between, source.time_system, 3), source.time_system)
    return np.concatenate([[t0_tdb_s], between, [t1_tdb_s]])


def _described_path(flight: Trajectory) -> tuple[str, ...]:
    """Say where the path passes through a body, which no force model here follows truly."""
    r_centre = flight.states_icrf[:, :3]
    moon_geocentric, _ = Ephemeris.de440().moon_geocentric(flight.t_tdb_s)
    r_earth = r_centre + moon_geocentric if flight.centre == "moon" else r_centre
    distances = (("Earth", R_EARTH_KM, r_earth), ("Moon", R_MOON_KM, r_earth - moon_geocentric))
    notes = []
    for name, radius_km, positions in distances:
        below = np.flatnonzero(np.linalg.norm(positions, axis=1) < radius_km)
        if below.size:
            when = utc_text(float(flight.t_tdb_s[below[0]]))
            notes.append(f"WARNING: below the surface of the {name} at {when}; the path means nothing from there on")
    return tuple(notes)
