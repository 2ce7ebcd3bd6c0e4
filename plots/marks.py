"""Many rectangles or steps as one mark: a calendar of thousands of days stays one path per colour, small and fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Box = tuple[float, float, float, float]
_CODES = (Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY)


def runs_of_equal(values: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Cut a sequence into runs of equal neighbours: ``(first, stop)`` with stop exclusive."""
    first = 0
    for position in range(1, len(values) + 1):
        if position == len(values) or values[position] != values[first]:
            yield first, position
            first = position


def rectangles_path(boxes: FloatArray) -> Path:
    """Join boxes (K, 4) of left, bottom, right, top to one compound path."""
    left, bottom, right, top = np.asarray(boxes, dtype=float).T
    corners = np.stack([left, bottom, right, bottom, right, top, left, top, left, bottom], axis=-1).reshape(-1, 2)
    return Path(corners, np.tile(_CODES, len(boxes)))


def add_rectangles(
    ax: Axes,
    boxes: Sequence[Box],
    face: str,
    hatch: str = "",
    hatch_colour: str = "none",
    *,
    as_image: bool = False,
) -> PathPatch | None:
    """Fill boxes with one colour and hatch, in an SVG as an image if asked; nothing is added for no boxes."""
    if not boxes:
        return None
    patch = PathPatch(
        rectangles_path(np.array(boxes)),
        facecolor=face,
        edgecolor=hatch_colour,
        hatch=hatch or None,
        linewidth=0.0,
        antialiased=not hatch,
        rasterized=as_image,
    )
    ax.add_patch(patch)
    return patch


def draw_steps(ax: Axes, values: FloatArray, edges: FloatArray, **look: Any) -> None:
    """Draw values (n,) as a line of steps between edges (n + 1,); levels that stay are one stroke.

    `Axes.stairs` looks for the extent of each of thousands of steps by itself, which takes seconds.
    """
    kept = np.flatnonzero(np.append(True, np.diff(values) != 0.0)) if len(values) else np.empty(0, dtype=int)
    bounds = np.append(edges[:-1][kept], edges[-1])
    ax.plot(np.repeat(bounds, 2)[1:-1], np.repeat(values[kept], 2), **look)


def fill_steps(ax: Axes, values: FloatArray, edges: FloatArray, base: FloatArray | float = 0.0, **look: Any) -> None:
    """Fill steps (n,) between edges (n + 1,) down to a base of the same steps."""
    low = np.repeat(np.broadcast_to(base, values.shape), 2)
    ax.fill_between(np.repeat(edges, 2)[1:-1], low, np.repeat(values, 2), **look)
