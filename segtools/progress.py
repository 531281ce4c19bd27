"""How far long work has come, for somebody who waits before a notebook.

It shows and changes nothing: the items pass through in their order, and where nobody
sits (`is_live`) they merely pass. One bar at a time: work within work shows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from html import escape
from typing import Any, TypeVar

from segtools.joining import colon
from segtools.languages import tr
from segtools.live import asked, is_live, shell
from segtools.markup import Display
from segtools.wording import number, plain

T = TypeVar("T")
# 0 turns progress off where it would be shown.
VARIABLE = "SEGTOOLS_PROGRESS"
_STYLE = "width:24ch;max-width:40%;vertical-align:middle"
_WORK: dict[str, Any] = {}  # the cell whose work shows a bar; empty where none does


def progress(
    items: Iterable[T], what: str, *, total: int | None = None, show: bool | None = None
) -> Iterator[T]:
    """Hand items through, and show in a live notebook how many are done.

    Parameters
    ----------
    items : iterable
        The work, in its order.
    what : str
        What is done, such as ``"Schemes of the contest"``.
    total : int, optional
        How many items there are; default their length. Where neither is known, only
        the number of those done is shown.
    show : bool, optional
        Whether to show it; default in a live notebook, unless ``SEGTOOLS_PROGRESS``
        is 0. False is always silent; True shows wherever there is a kernel.

    Yields
    ------
    object
        Each item, as it is.

    Examples
    --------
    >>> list(progress("abc", "Letters"))
    ['a', 'b', 'c']
    """
    cell = _cell(show)
    if cell is None or _WORK.get("cell") == cell:
        yield from items
        return
    _WORK["cell"] = cell
    if total is None and isinstance(items, Sized):
        total = len(items)
    try:
        yield from _shown(items, plain(tr(what)), total)
    finally:
        if _WORK.get("cell") == cell:
            _WORK.clear()


def _cell(show: bool | None) -> int | None:
    """Give the number of the cell that is to show a bar; None where none is to.

    By its number, because the work of a cell that failed may never be closed: its
    trace holds it.
    """
    at = shell()
    wanted = (is_live() and asked(VARIABLE) is not False) if show is None else show
    return int(at.execution_count) if wanted and at is not None else None


def _shown(items: Iterable[T], what: str, total: int | None) -> Iterator[T]:
    from IPython.display import display

    bar = display(_bar(what, 0, total), display_id=True)
    told = 0
    try:
        for done, item in enumerate(items, 1):
            yield item
            if total is None or _percent(done, total) > _percent(told, total):
                bar.update(_bar(what, done, total))
                told = done
    finally:
        bar.update(Display("", ""))  # what is done, or given up, needs no bar


def _percent(done: int, total: int) -> int:
    return 100 * done // max(total, 1)


def _bar(what: str, done: int, total: int | None) -> Display:
    """Draw how far it is, in words and as a bar that a screen reader can name."""
    many = number(done)
    if total is not None:
        many = tr("{done} of {total}", done=many, total=number(total))
    said = colon(what, many)
    most = "" if total is None else f' max="{max(total, 1)}" value="{done}"'
    bar = f'<progress{most} aria-label="{escape(what)}" style="{_STYLE}"></progress>'
    return Display(f"<div>{bar} {escape(said)}</div>", said)
