"""Date axes that read the same in every figure; x counts days since 1970-01-01, as matplotlib does."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, DayLocator

FEW_DAYS = 10.0


def show_days(ax: Axes, first_day: float, stop_day: float) -> None:
    """Show launch days from ``first_day`` up to ``stop_day`` (exclusive); never finer than a day."""
    ax.set_xlim(first_day, stop_day)
    if stop_day - first_day <= FEW_DAYS:
        ax.xaxis.set_major_locator(DayLocator())
        ax.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
        return
    locator = AutoDateLocator(minticks=4, maxticks=14)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def show_days_upwards(ax: Axes, first_day: float, stop_day: float) -> None:
    """Show days from ``first_day`` up to ``stop_day`` along the vertical axis; never finer than a day."""
    ax.set_ylim(first_day, stop_day)
    locator = DayLocator() if stop_day - first_day <= FEW_DAYS else AutoDateLocator(minticks=4, maxticks=8)
    ax.yaxis.set_major_locator(locator)
    ax.yaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
