"""Ticks that matplotlib chooses, with the decimal sign of the language in use."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from segtools.languages import current


class Said(ScalarFormatter):
    """Writes as ScalarFormatter does, but for the decimal sign."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one tick."""
        return signed(super().__call__(x, pos))

    def get_offset(self) -> str:
        """Write what all ticks have in common, at the end of the axis."""
        return signed(super().get_offset())


def signed(text: str) -> str:
    """Give a number that has a point the decimal sign of the language in use.

    Examples
    --------
    >>> signed("0.25")
    '0.25'
    """
    return text.replace(".", current().decimal)


def say_ticks(ax: Axes) -> None:
    """Let the ticks of an Axes have the decimal sign of the language in use."""
    axes: list[Any] = [ax.xaxis, ax.yaxis]
    for axis in axes if current().decimal != "." else ():
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Said(useLocale=False))
