"""What people see on the screen: data on stdout, everything else on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sim.errors import UsageError

KG_PER_T = 1000.0


def keep(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    """Keep ``--quiet`` or ``--verbose`` for `is_asked`."""
    ctx.meta[f"moonport.{option.name}"] = value


def is_asked(name: str) -> bool:
    """Whether the running command was given ``quiet`` or ``verbose``."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and bool(ctx.meta.get(f"moonport.{name}"))


def say(text: str, *, unless: bool = False) -> None:
    """Tell something on stderr, if people want to hear."""
    if not unless and not is_asked("quiet"):
        click.echo(text, err=True)


def say_all(lines: Iterable[object], *, unless: bool = False) -> None:
    """Tell several things on stderr."""
    for line in lines:
        say(str(line), unless=unless)


def complain(text: str) -> None:
    """Tell what goes wrong on stderr, wanted or not."""
    click.echo(text, err=True)


def print_json(document: Any) -> None:
    """Write one JSON document on stdout."""
    import json

    click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=str))


class Progress:
    """Reports of a long work: ``progress(label, done, total)``, from any number of stages in turn.

    Draws a bar where stderr is a terminal; otherwise it is silent, or with ``--verbose`` tells each stage once.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._told: set[str] = set()
        self._start = time.monotonic()
        self._draw = not is_asked("quiet") and sys.stderr.isatty()
        self._tell = is_asked("verbose")

    def __call__(self, label: str, done: float, total: float) -> None:
        """Report that ``done`` of ``total`` of the stage ``label`` is done."""
        if self._draw:
            self._advance(label, done, total)
        elif self._tell and label not in self._told:
            self._told.add(label)
            say(f"[{time.monotonic() - self._start:6.1f} s] {label}")

    def _advance(self, label: str, done: float, total: float) -> None:
        if self._bar is None:
            self._bar = _started_bar()
        if label not in self._tasks:
            self._tasks[label] = self._bar.add_task(label, total=total)
        self._bar.update(self._tasks[label], completed=done, total=total)

    def close(self) -> None:
        """Leave the screen tidy."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _started_bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a `Progress` that is closed at the end."""
    progress = Progress()
    try:
        yield progress
    finally:
        progress.close()


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay a table out in columns; numbers to the right, words to the left."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    right = [all(_is_number(row[i]) for row in rows) and bool(rows) for i in range(len(head))]
    return "".join(_aligned(line, widths, right) + "\n" for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True))
    return "  ".join(cells).rstrip()


def _is_number(text: str) -> bool:
    return text == "" or text.lstrip("+-").replace(".", "", 1).isdigit()


def windows_table(windows: Sequence[Mapping[str, str]], orbiters: Collection[str] = ()) -> str:
    """Lay out delivery windows (rows of ``windows.csv``), the best flight of each.

    Lanes among ``orbiters`` land nothing: the end of their flights is said to be in orbit. Cargo stands in tonnes, in
    kilograms where some window's is below one tonne.
    """
    in_orbit = {row["lane"] in orbiters for row in windows}
    end = " / ".join(word for word, said in (("landing", False), ("in orbit", True)) if said in in_orbit)
    unit = "kg" if any(float(row["landed_payload_kg"]) < KG_PER_T for row in windows) else "t"
    cargo = f"{'delivered' if True in in_orbit else 'landed'} {unit}"
    head = ("lane", "opens", "closes", "days", "best lift-off", end, "flight d", "insertion m/s", cargo)
    return table_text(head, [_window_cells(row, unit) for row in windows])


def _window_cells(row: Mapping[str, str], unit: str) -> tuple[str, ...]:
    payload_kg = float(row["landed_payload_kg"])
    return (
        row["lane"],
        row["open_utc"][:10],
        row["close_utc"][:10],
        row["days"],
        row["best_liftoff_utc"][:16].replace("T", " "),
        row["best_landing_utc"][:16].replace("T", " "),
        f"{float(row['tof_d']):.2f}",
        f"{float(row['loi_dv_m_s']):.0f}",
        f"{payload_kg:.0f}" if unit == "kg" else f"{payload_kg / KG_PER_T:.2f}",
    )


def put_table(columns: Sequence[str], rows: Sequence[Sequence[str]], csv_file: Path | None, *, as_json: bool) -> None:
    """Put a table of texts where it is wanted: a CSV file, CSV or JSON on stdout, or laid out for reading."""
    if csv_file is not None and str(csv_file) != "-":
        write_csv(csv_file, columns, rows)
        say(f"{len(rows)} rows in {csv_file}")
    if as_json:
        print_json([dict(zip(columns, map(_json_value, row), strict=True)) for row in rows])
    elif csv_file is None:
        click.echo(table_text(columns, rows), nl=False)
    elif str(csv_file) == "-":
        click.echo(csv_text(columns, rows), nl=False)


def _json_value(text: str) -> bool | int | float | str | None:
    if text in {"true", "false"}:
        return text == "true"
    if not text:
        return None
    if not _is_number(text):
        return text
    return float(text) if "." in text else int(text)


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as CSV."""
    import csv
    import io

    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([columns, *rows])
    return stream.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table into a CSV file."""
    try:
        path.write_text(csv_text(columns, rows), encoding="utf-8", newline="")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise UsageError(message) from error


def windows_text(folder: Path, notes: Iterable[str] = ()) -> str:
    """Read the windows of a run folder and lay them out, notes (of lanes that never open) below."""
    import csv
    import json

    with (folder / "tables" / "windows.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lanes = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["lanes"]
    orbiters = [name for name, said in lanes.items() if not said.get("lands", True)]
    table = windows_table(rows, orbiters) if rows else "no window opens\n"
    return table + "".join(f"{note}\n" for note in notes)


def station_text(summary: Mapping[str, Any]) -> str:
    """Lay out what is told of a station over time: elements in orbit, places, the other metrics, sizes of power."""
    metrics, units = summary["metrics"], summary["units"]
    parts = []
    if summary["orbits"]:
        rows = [_orbit_cells(name, told) for name, told in summary["orbits"].items()]
        parts.append(table_text(("in orbit", "orbit", "ends", "upkeep m/s a year"), rows))
    points = dict.fromkeys(name.partition("[")[2].rstrip("]") for name in metrics if "[" in name)
    kinds = dict.fromkeys(name.partition("[")[0] for name in metrics if "[" in name)
    if points:
        rows = [(point, *(_figure(metrics.get(f"{kind}[{point}]")) for kind in kinds)) for point in points]
        parts.append(table_text(("contact", *(kind.replace("_", " ") for kind in kinds)), rows))
    others = [
        (name.replace("_", " "), *_in_unit(value, units[name])) for name, value in metrics.items() if "[" not in name
    ]
    parts.append(table_text((f"station at {summary['site']}", "", ""), others))
    if summary["sizing"]:
        parts.append(table_text(("cable", "what would be enough"), list(summary["sizing"].items())))
    return "\n".join(parts)


def _orbit_cells(name: str, told: Mapping[str, Any]) -> tuple[str, ...]:
    cost = told["upkeep_m_s_per_year"]
    untold = "flies free" if told["upkeep"] == "flies free" else "not known"
    return name, told["words"], told["end"], untold if cost is None else f"{cost:.1f}"


def _in_unit(value: float | int | str | None, unit: str) -> tuple[str, str]:
    """Write a figure and its unit; a share as per cent, a count without one."""
    if unit != "1":
        return _figure(value), unit
    return (f"{100.0 * value:.1f}", "%") if isinstance(value, float) else (_figure(value), "")


def _figure(value: float | int | str | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def tell_validity(result: Mapping[str, Any], *, strict: bool) -> None:
    """Tell what a check of a scenario found: problems on stderr, a word of praise on stdout."""
    bad = bool(result["errors"]) or (strict and bool(result["warnings"]))
    for item in result["errors"]:
        complain(item["text"])
    for item in result["warnings"]:
        complain(f"error: {item['text']}") if strict else say(f"warning: {item['text']}")
    if not bad and not is_asked("quiet"):
        click.echo(f"{result['file']}: valid. {result['about']}")
