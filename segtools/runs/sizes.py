"""How many customers segments have, as anybody but the analyst may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.disclosure import LIMIT, hide_parts

Record = Mapping[str, Any]


def shown_sizes(segments: Sequence[Record], run: Record) -> list[int | None]:
    """Give the customers of each segment, None where they are hidden or unknown.

    Parameters
    ----------
    segments : sequence of mapping
        As ``personas.json`` holds them, with ``n``.
    run : mapping
        What ``run.json`` holds; its ``smallest_cell`` is the limit, by default 10.

    Returns
    -------
    list of int or None
        As everybody knows how many customers there are, a size that would tell a
        hidden one by subtraction is hidden with it; so is one beside an unknown size,
        which may have been hidden for its smallness.

    Examples
    --------
    >>> shown_sizes([{"n": 40}, {"n": 3}, {"n": 20}], {})
    [40, None, None]
    >>> shown_sizes([{"n": 40}, {"n": 25}, {}], {"config": {"smallest_cell": 20}})
    [40, None, None]
    """
    counts = [_count(row.get("n")) for row in segments]
    config = run.get("config")
    cell = _count(config.get("smallest_cell")) if isinstance(config, Mapping) else None
    if not counts:
        return []
    # One customer stands for an unknown number: few enough to be hidden as such.
    hidden = hide_parts([1 if n is None else n for n in counts], cell or LIMIT)
    pairs = zip(counts, hidden, strict=True)
    return [None if n is None or hide else n for n, hide in pairs]


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value >= 0 else None
