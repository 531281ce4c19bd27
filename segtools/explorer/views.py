"""What the explorer shows, as finished displays: escaped, with a plain-text twin."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from segtools.explorer.examples import NOTE, examples_table
from segtools.explorer.figures import members_histogram, moved_sizes
from segtools.explorer.kept import kept_by_language
from segtools.explorer.members import distribution, middles
from segtools.explorer.moves import (
    looked,
    moved_sentence,
    moved_table,
    sizes_of,
)
from segtools.explorer.opened import Explored
from segtools.explorer.pairs import compared_sentence, compared_table
from segtools.languages import header, tr, trn
from segtools.plots.colours import segment_colours
from segtools.plots.display import Display, finding, together
from segtools.plots.display import table as any_table
from segtools.plots.presentation import present
from segtools.segmentation.cuts import Cut, no_cuts_sentence
from segtools.wording import listed, plain, shorten

# One figure has room for so many segments.
MOST_PANELS = 4


def table(frame: pd.DataFrame, *, caption: str) -> Display:
    """Show a table without a script, which a control's markup would not run."""
    return any_table(frame, caption=caption, interactive=False)


@kept_by_language(8)
def overview(explored: Explored) -> Display:
    """Tabulate the segments: customers, value, and value each."""
    rows = segment_sizes(explored)
    n = len(explored.features)
    money = header("Value")
    if explored.currency:
        money = f"{money} ({plain(explored.currency)})"
    frame = pd.DataFrame(
        {
            header("Segment"): rows["segment"],
            header("Id"): rows["segment_id"],
            header("Customers"): rows["after"],
            header("Share"): rows["after"].astype(float) / n,
            money: rows["value_after"],
            header("Value each"): rows["value_after"] / rows["after"].astype(float),
        }
    )
    ways = {"Customers": "count", "Share": "percent", money: "count"}
    frame.attrs["formats"] = ways | {"Value each": "rounded"}
    return table(frame, caption=tr("Segments"))


@lru_cache(maxsize=8)
def segment_sizes(explored: Explored) -> pd.DataFrame:
    """Give customers and value by segment; as ``Move.sizes``, with nothing moved."""
    ids = [str(s["segment_id"]) for s in explored.model.every]
    own = explored.segments["segment_id"].astype(str)
    place = own.map({i: n for n, i in enumerate(ids)}).to_numpy(np.int64)
    return sizes_of(explored, place, place)


@kept_by_language(64)
def members_view(
    explored: Explored, feature: str, segments: tuple[str, ...]
) -> Display:
    """Show how a feature is spread over the members of some segments.

    Parameters
    ----------
    explored : Explored
    feature : str
        A numeric feature's name.
    segments : tuple of str
        Ids; of more than four the first four by rank are drawn, and it is said.
    """
    chosen = [i for i in explored.names if i in segments]
    if not chosen:
        return finding(tr("No segment is chosen. Choose one or more."))
    drawn = chosen[:MOST_PANELS]
    rows = distribution(explored, feature)
    spread = rows[rows["segment_id"].isin(drawn)].reset_index(drop=True)
    spread = spread.set_index("segment_id").loc[drawn].reset_index()
    names = explored.names
    middle, sizes = middles(explored, feature), segment_sizes(explored)
    label, unit = explored.numeric[feature]
    n = dict(zip(sizes["segment_id"], sizes["after"], strict=True))
    spread.attrs = {
        "label": label,
        "unit": unit,
        "middles": {names[i]: middle[i] for i in drawn},
        "sizes": {names[i]: n[i] for i in drawn},
        "colours": segment_colours(names.values()),
    }
    said = [_definition(explored, feature)]
    if len(chosen) > len(drawn):
        left = listed(shorten(names[i]) for i in chosen[MOST_PANELS:])
        said.append(
            trn(
                "Only {n} segment is drawn; left out: {others}.",
                "Only {n} segments are drawn; left out: {others}.",
                MOST_PANELS,
                others=left,
            )
        )
    shown = [finding(s) for s in said if s]
    return together(*shown, present(members_histogram, spread))


def _definition(explored: Explored, feature: str) -> str:
    entry = next(e for e in explored.catalogue if e["name"] == feature)
    return plain(entry.get("definition", ""))


@kept_by_language(64)
def compare_view(explored: Explored, first: str, second: str) -> Display:
    """Show two segments beside each other, the most telling feature first."""
    names = explored.names
    if first == second:
        return finding(tr("Both segments are the same. Choose another one to compare."))
    caption = tr(
        "{first} beside {second}",
        first=shorten(names[first]),
        second=shorten(names[second]),
    )
    return together(
        finding(compared_sentence(explored, first, second)),
        table(compared_table(explored, first, second), caption=caption),
    )


@kept_by_language(64)
def examples_view(explored: Explored, segment_id: str) -> Display:
    """Show example customers of a segment by their stand-ins."""
    name = shorten(explored.names[segment_id])
    rows = examples_table(explored, segment_id)
    if rows.empty:
        few = trn(
            "{segment} has fewer than {n} customer, so that no example is shown.",
            "{segment} has fewer than {n} customers, so that no example is shown.",
            explored.smallest_cell,
            segment=name,
        )
        return finding(few)
    caption = tr("Example customers of {segment}", segment=name)
    return together(table(rows, caption=caption), finding(tr(NOTE)))


@kept_by_language(64)
def move_view(explored: Explored, cut: Cut, to: float) -> Display:
    """Show what a moved cut does to sizes, value and stability."""
    move = looked(explored, cut, to)
    sizes = move.sizes.copy()
    sizes.attrs = {"currency": explored.currency}
    return together(
        finding(moved_sentence(explored, move)),
        table(moved_table(explored, move), caption=tr("Before and after")),
        present(moved_sizes, sizes),
    )


def no_cuts_view(explored: Explored) -> Display:
    """Say that the model has no cut, and why."""
    return finding(no_cuts_sentence(explored.model))


def first_view(explored: Explored, why: str) -> Display:
    """Show what can be seen without controls: segments, and the two farthest apart.

    Parameters
    ----------
    explored : Explored
    why : str
        Why there are no controls, and what to do.
    """
    ids = list(explored.names)
    shown = [finding(why), overview(explored)]
    if len(ids) > 1:
        shown.append(compare_view(explored, ids[0], ids[-1]))
    feature = next(iter(explored.numeric), None)
    if feature is not None:
        shown.append(members_view(explored, feature, tuple(ids[:MOST_PANELS])))
    return together(*shown)
