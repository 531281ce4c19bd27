"""Which segments a page can be narrowed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from segtools.plots.colours import OTHER, segment_colours
from segtools.plots.rows import segment_key
from segtools.report.templating import anchor

__all__ = ["segment_filter"]


def segment_filter(
    selection: Mapping[str, Any], content: str
) -> list[dict[str, str | bool]]:
    """List the segments of a run that a page shows row by row or card by card.

    Parameters
    ----------
    selection : mapping
        The content of ``selection.json``; empty before stage 03.
    content : str
        The page's own HTML.

    Returns
    -------
    list of dict
        By rank: ``id`` (safe in an address), ``name``, ``key`` (as on the rows),
        ``colour``, ``card`` (the id of its card) and ``drawn``, whether figures tell
        the segment by a colour of its own. Empty where the page shows fewer than two.

    Examples
    --------
    >>> rows = [{"segment_id": f"S{i}", "name": f"N{i}", "rank": i} for i in (1, 2)]
    >>> page = "".join(f'<tr data-segment="{segment_key(r["name"])}">' for r in rows)
    >>> [row["id"] for row in segment_filter({"segments": rows}, page)]
    ['S1', 'S2']
    >>> segment_filter({"segments": rows}, "<p>No rows.</p>")
    []
    """
    rows = sorted(selection.get("segments") or [], key=lambda r: r.get("rank") or 0)
    colours = segment_colours(str(row["name"]) for row in rows)
    found = [_entry(row, colours[str(row["name"])]) for row in rows]
    shown = [entry for entry in found if f'data-segment="{entry["key"]}"' in content]
    return found if len(shown) > 1 else []


def _entry(row: Mapping[str, Any], colour: str) -> dict[str, str | bool]:
    return {
        "id": re.sub(r"[^A-Za-z0-9-]+", "-", str(row["segment_id"])),
        "name": str(row["name"]),
        "key": segment_key(row["name"]),
        "colour": colour,
        "card": anchor(row["segment_id"]),
        "drawn": colour != OTHER,
    }
