"""The figure of sizes: where the customers are, and where the money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import ended, semicolons
from segtools.languages import header, said_header, tr
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    entitle,
    name_rows,
    panels,
)
from segtools.plots.colours import INK
from segtools.plots.inputs import segment_rows
from segtools.wording import (
    is_missing,
    percent,
    plain,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHARES = {
    "share": header("Share of customers"),
    "value_share": header("Share of value"),
}


def segment_sizes_and_value(
    personas: Mapping[str, Any] | pd.DataFrame, *, ax: Axes | None = None
) -> Axes:
    """Draw each segment's share of customers beside its share of value.

    Parameters
    ----------
    personas : mapping or DataFrame
        The record of personas.json, or one row a segment with ``segment``, ``share``
        and ``value_share`` (0 to 1); ``rank`` and ``colour`` are optional.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; the two panels are its ``child_axes``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shares = pd.DataFrame(
    ...     {"segment": ["Loyal"], "share": [0.2], "value_share": [0.7]}
    ... )
    >>> ax = segment_sizes_and_value(shares, ax=Figure().add_subplot())
    >>> [float(bar.get_width()) for bar in ax.child_axes[1].patches]
    [0.7]
    """
    ax = axes_or_current(ax)
    rows = segment_rows(personas, list(_SHARES), "personas")
    if rows.empty:
        return empty_note(ax, segment_sizes_and_value_alt(personas))
    pair = panels(ax, 2, columns=2, gap=(0.09, 0.0))
    limit = 1.18 * max(0.02, *(rows[c].astype(float).max() for c in _SHARES))
    for panel, (column, label) in zip(pair, _SHARES.items(), strict=True):
        shares = rows[column].astype(float)
        bars: dict[str, Any] = {"color": rows["colour"].tolist(), "height": 0.62}
        panel.barh(range(len(rows)), shares.fillna(0), **bars)
        for place, share in enumerate(shares):
            beside(panel, 0 if is_missing(share) else share, place, percent(share))
        name_rows(panel, rows["segment"].tolist())
        panel.set(xlim=(min(0, shares.min()), limit), xticks=[])
        dress(panel, x=tr("{measure}, %", measure=said_header(label)), grid="")
        panel.spines["bottom"].set_visible(False)
        panel.axvline(0, color=INK, alpha=0.35, linewidth=0.8)
    pair[1].set_yticklabels([])
    return entitle(ax, segment_sizes_and_value_title(personas))


def segment_sizes_and_value_title(personas: Mapping[str, Any] | pd.DataFrame) -> str:
    """State which segment holds most of the value, and how many it is.

    Examples
    --------
    >>> shares = pd.DataFrame(
    ...     {"segment": ["Loyal"], "share": [0.2], "value_share": [0.7]}
    ... )
    >>> segment_sizes_and_value_title(shares).replace("\u202f", " ")
    'Loyal: 20 % of customers, 70 % of value'
    """
    rows = segment_rows(personas, list(_SHARES), "personas")
    if rows.empty:
        return tr("There are no segments")
    value = rows["value_share"].astype(float)
    chosen = value if value.notna().any() else rows["share"].astype(float)
    top = rows.iloc[int(chosen.fillna(-1).to_numpy().argmax())]
    return tr(
        "{segment}: {share} of customers, {value} of value",
        segment=shorten(top["segment"]),
        share=percent(top["share"]),
        value=percent(top["value_share"]),
    )


def segment_sizes_and_value_alt(personas: Mapping[str, Any] | pd.DataFrame) -> str:
    """State the finding of `segment_sizes_and_value` with every segment's shares.

    Examples
    --------
    >>> shares = pd.DataFrame({"segment": ["A"], "share": [1], "value_share": [1]})
    >>> print(segment_sizes_and_value_alt(shares).replace("\u202f", " "))
    A: 100 % of customers, 100 % of value. Customers and value by segment: A 100 % and \
100 %.
    """
    rows = segment_rows(personas, list(_SHARES), "personas")
    title = segment_sizes_and_value_title(personas)
    if rows.empty:
        return ended(title)
    each = semicolons(
        tr(
            "{segment} {share} and {value}",
            segment=plain(r.segment),
            share=percent(r.share),
            value=percent(r.value_share),
        )
        for r in rows.itertuples()
    )
    return tr(
        "{title}. Customers and value by segment: {each}.", title=title, each=each
    )


def segment_sizes_and_value_table(
    personas: Mapping[str, Any] | pd.DataFrame,
) -> pd.DataFrame:
    """Give the numbers of `segment_sizes_and_value`, one row a segment.

    Examples
    --------
    >>> shares = pd.DataFrame({"segment": ["A"], "share": [1], "value_share": [1]})
    >>> segment_sizes_and_value_table(shares)
      Segment  Share of customers  Share of value
    0       A                   1               1
    """
    rows = segment_rows(personas, list(_SHARES), "personas").drop(columns="colour")
    rows = rows.rename(columns={"segment": header("Segment")} | _SHARES)
    rows.attrs["formats"] = dict.fromkeys(_SHARES.values(), "percent")
    return rows


def segment_sizes_and_value_height(personas: Mapping[str, Any] | pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.05 + 0.4 * max(1, len(segment_sizes_and_value_table(personas)))
