"""Time and memory of a horizon from a large elevation model.

    python -m tests.benchmarks.terrain_horizon [--pixels 7600] [--size 40] [--jobs N]

Makes a rough model about the south pole in a temporary folder (as 16-bit LOLA files), and finds the horizon of a spot
on it at two heights of the eye, to 250 km and every half degree. Compiling is told apart; memory is the peak of the
whole process, the file's mapped pages included.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sim.terrain.dem import open_dem
from sim.terrain.horizon import terrain_horizon
from sim.threads import set_jobs
from tests.dems import polar_grid, write_pds


def write_rough(folder, pixels, size_m, dtype):
    """Write waves of many lengths, line by line; returns the label."""
    label = write_pds(
        folder, "rough", polar_grid(pixels, size_m), np.zeros((1, 1)), dtype, lines=pixels, samples=pixels
    )
    x_km = (np.arange(pixels) - pixels / 2) * size_m / 1000.0
    lengths_km = np.geomspace(2.0, 120.0, 14)[:, None]
    with label.with_suffix(".IMG").open("wb") as file:
        for y_km in x_km:
            turn = np.arange(len(lengths_km))[:, None]
            along = np.cos(turn) * x_km + np.sin(turn) * y_km
            height_m = np.sum(12.0 * lengths_km * np.sin(2 * np.pi * along / lengths_km + turn), axis=0)
            file.write((np.rint(height_m / 0.5) if dtype == "<i2" else height_m).astype(dtype).tobytes())
    return label


def tell(text):
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def peak_mb():
    """Peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pixels", type=int, default=7600)
    parser.add_argument("--size", type=float, default=40.0, help="of a pixel, m")
    parser.add_argument("--jobs", type=int)
    asked = parser.parse_args()
    tell(f"{set_jobs(asked.jobs)} threads, {asked.pixels} x {asked.pixels} pixels of {asked.size:g} m")
    for dtype in ("<i2", "<f4"):
        with tempfile.TemporaryDirectory() as folder:
            label = write_rough(Path(folder), asked.pixels, asked.size, dtype)
            before = peak_mb()
            for name in ("first, compiling", "again"):
                start = time.perf_counter()
                outline = terrain_horizon([open_dem(label)], -89.5, 40.0, [2.0, 10.0])
                took = time.perf_counter() - start
                tell(f"{dtype}  {name:18s} {took:6.2f} s   peak {peak_mb():6.0f} MB (before {before:.0f} MB)")
            tell(f"     horizon {outline.elevation_deg.min():.2f} to {outline.elevation_deg.max():.2f} deg")


if __name__ == "__main__":
    main()
