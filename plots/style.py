"""The look of every figure: colours, type and the way a file is written. Nothing here knows what is drawn.

Colours are Okabe and Ito's set for the colour-blind (Okabe & Ito 2008, *Color Universal Design*) and the ``cividis``
map (Nunez, Anderton & Renslow 2018, doi:10.1371/journal.pone.0199239), whose lightness grows steadily, so that a figure
says the same in grey.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

INK = "#1c2733"
MUTED = "#5b6875"
FAINT = "#c9d0d6"
PAPER = "#ffffff"
GROUND = "#f4f5f6"

EARTH_COLOUR = "#0072b2"
MOON_COLOUR = "#8d949a"
BURN_COLOUR = "#d55e00"

MAP = "cividis"
MAP_REVERSED = "cividis_r"

OPEN_SHADES = ("#4d86bd", "#376ea6", "#24568c", "#143e6e", "#08264d")
"""Open days from little to much, all darker than any closed day."""

RUN_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""One colour for each compared run, in the order given."""

RUN_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++")

RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.facecolor": PAPER,
    "axes.unicode_minus": True,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "moonport",
    "svg.fonttype": "path",
    "path.simplify": True,
    "image.composite_image": False,
}

PNG_DPI = 160
RASTER_DPI = 150
"""Of meshes inside an SVG."""

PLACE_DECIMALS = 6

_PATH_DATA = re.compile(r' d="[^"]*"')
_LONG_DECIMALS = re.compile(r"(\.\d\d)\d+")

DENSE_RECTANGLES = 7000
"""More rectangles than this in one figure are drawn as an image inside the SVG, to keep it under a megabyte."""


@contextmanager
def moonport_style() -> Iterator[None]:
    """Draw and save with our settings on matplotlib's defaults, whatever the user's own matplotlibrc says.

    A name in a script that the font does not hold shows as boxes, without a warning for every letter.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", RC))
        yield


def new_figure(width_in: float, height_in: float) -> Figure:
    """Make a figure on the Agg canvas, without pyplot's global state."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, folder: Path, stem: str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write ``stem.png`` and ``stem.svg``; the same figure always gives the same bytes (no date, fixed ids)."""
    folder.mkdir(parents=True, exist_ok=True)
    freeze_layout(figure)
    paths = [folder / f"{stem}.{suffix}" for suffix in formats]
    for path in paths:
        if path.suffix == ".svg":
            path.write_text(_svg_text(figure), encoding="utf-8", newline="\n")
        else:
            figure.set_dpi(PNG_DPI)
            FigureCanvasAgg(figure).print_png(path, metadata={"Software": "Moonport"})
    return paths


def freeze_layout(figure: Figure) -> None:
    """Place everything once; otherwise each file format would lay the page out again.

    Places are rounded to millionths of the page: the solver's last digits differ from time to time, and the names of
    clip paths in an SVG hang on them.
    """
    # Type is not as wide at every resolution: laid out for another one, the ends of lines would be cut.
    figure.set_dpi(PNG_DPI)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for ax in figure.axes:
        ax.set_position(np.round(ax.get_position(original=True).bounds, PLACE_DECIMALS).tolist())


def write_title(figure: Figure, title: str, subtitle: str) -> None:
    """Write a bold title and a quiet line below it, at the left of the page."""
    figure.suptitle(f"{shorten(title, 100)}\n ", x=0.008, ha="left", fontsize=12, fontweight="bold")
    below = 1.0 - 0.29 / figure.get_figheight()
    figure.text(0.008, below, shorten(subtitle, 150), ha="left", va="top", fontsize=9, color=MUTED)


def _svg_text(figure: Figure) -> str:
    """Return the figure as SVG with its paths in hundredths of a point: half the size, the same picture."""
    buffer = StringIO()
    figure.set_dpi(RASTER_DPI)
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": "Moonport"})
    return _PATH_DATA.sub(lambda found: _LONG_DECIMALS.sub(r"\1", found.group()), buffer.getvalue())


def lightness(colour: str) -> float:
    """CIE 1976 L* (0..100) of an sRGB colour: what is left of it in grey (IEC 61966-2-1, CIE 15)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116.0 * luminance ** (1.0 / 3.0) - 16.0 if luminance > 0.008856 else 903.3 * luminance


def shorten(text: str, length: int) -> str:
    """Cut a text that would run off the page."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def words(identifier: str) -> str:
    """Turn an id into words: ``long_march_10`` becomes ``long march 10``."""
    return identifier.replace("_", " ")
