"""The two clocks of a persona card, hours and weekdays, in the language in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segtools.languages import current, header, mark, tr
from segtools.plots.rhythm import day_names

__all__ = ["Clock", "clocks"]


@dataclass(frozen=True)
class Clock:
    """What a panel says: labels and ticks are written already, the rest is to be said.

    Attributes
    ----------
    title, caption, peak : str
        Messages.
    unit : str
        The English header of the labels.
    labels, ticks : sequence of str
    """

    title: str
    caption: str
    peak: str
    unit: str
    labels: Sequence[str]
    ticks: Sequence[str]


def clocks() -> dict[str, Clock]:
    """Give the clocks by their key in a persona's record.

    Examples
    --------
    >>> clocks()["weekdays"].ticks
    ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
    """
    return {
        "hours": Clock(
            title=mark("When in the day"),
            caption=mark("{segment}: when in the day"),
            peak=mark("Most orders at {when}: {share}, everyone {everyone}"),
            unit=header("Hour"),
            labels=[f"{hour}:00" for hour in range(24)],
            ticks=["0", "6", "12", "18", tr("24 h")],
        ),
        "weekdays": Clock(
            title=mark("When in the week"),
            caption=mark("{segment}: when in the week"),
            peak=mark("Most orders on {when}: {share}, everyone {everyone}"),
            unit=header("Day"),
            labels=day_names(),
            ticks=_short_day_names(),
        ),
    }


def _short_day_names() -> list[str]:
    """Give the names of the days as short as they may be, from Monday on."""
    if current().is_english:
        return [day[:2] for day in day_names()]
    names = current().locale.days["stand-alone"]["short"]
    return [str(names[day]) for day in range(7)]
