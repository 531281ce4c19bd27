"""The figure of a persona's statements: its share beside everyone's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, ended, semicolons
from segtools.languages import header, tr
from segtools.plots.canvas import (
    axes_or_current,
    beside,
    dress,
    empty_note,
    name_rows,
    per_cent_axis,
)
from segtools.plots.colours import ACCENT, EVERYONE, INK, is_colour
from segtools.plots.inputs import part_of
from segtools.wording import interval, is_missing, percent, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = {
    "text": header("Statement"),
    "share": header("Segment"),
    "low": header("Low"),
    "high": header("High"),
    "base_share": header("Everyone"),
    "n": header("Customers"),
}
# What ends a sentence, of which no other is to be made.
_STOPS = ".。"
_SHARES = ("Segment", "Low", "High", "Everyone")


def paired_statements(
    persona: Mapping[str, Any],
    *,
    statements: int = 10,
    topic: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each evidenced statement's share in the segment above everyone's.

    Parameters
    ----------
    persona : mapping
        One entry of ``segments`` in personas.json; read are ``segment``, ``colour``
        and ``statements`` (``text``, ``share``, ``low``, ``high``, ``base_share``,
        ``n``, ``topic``). Statements without a share are left out.
    statements : int, default=10
        How many at most, in the record's order.
    topic : str, default=None
        Only statements of this topic; None takes all.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> said = {"text": "Buy on Sundays", "share": 0.6, "low": 0.5, "high": 0.7,
    ...         "base_share": 0.2, "n": 90, "topic": "habit"}
    >>> ax = paired_statements({"segment": "Late", "statements": [said]},
    ...                        ax=Figure().add_subplot())
    >>> [float(bar.get_width()) for bar in ax.patches]
    [0.6, 0.2]
    """
    ax = axes_or_current(ax)
    rows = paired_statements_table(persona, statements=statements, topic=topic)
    if rows.empty:
        return empty_note(ax, paired_statements_alt(persona, topic=topic))
    given = persona.get("colour")
    colour = given if is_colour(given) else ACCENT
    shares, base = rows["Segment"].astype(float), rows["Everyone"].astype(float)
    places = [float(p) for p in range(len(rows))]
    ours, theirs = [p - 0.15 for p in places], [p + 0.23 for p in places]
    ax.barh(ours, shares, height=0.4, color=colour)
    ax.barh(theirs, base.fillna(0), height=0.26, color=EVERYONE)
    ax.hlines(ours, rows["Low"].astype(float), rows["High"].astype(float), color=INK)
    for row, mine, other in zip(rows.to_dict("records"), ours, theirs, strict=True):
        share, top, everyone = row["Segment"], row["High"], row["Everyone"]
        end = share if is_missing(top) else max(share, top)
        beside(ax, end, mine, percent(share))
        if not is_missing(everyone):
            beside(ax, everyone, other, percent(everyone), fontsize="x-small")
    name_rows(ax, rows["Statement"].tolist(), width=44, lines=2)
    ax.set_xlim(0, 1.04)
    per_cent_axis(ax.xaxis)
    title = paired_statements_title(persona, statements=statements, topic=topic)
    label = tr("Share of customers, % (line: interval; grey: everyone)")
    return dress(ax, title=title, x=label)


def paired_statements_title(
    persona: Mapping[str, Any], *, statements: int = 10, topic: str | None = None
) -> str:
    """State the statement in which the segment differs most from everyone.

    Examples
    --------
    >>> paired_statements_title({"segment": "Late", "statements": []})
    'Late: no statement is evidenced by a share'
    """
    name = shorten(part_of(persona, "segment", "persona"))
    rows = paired_statements_table(persona, statements=statements, topic=topic)
    if rows.empty:
        return tr("{segment}: no statement is evidenced by a share", segment=name)
    apart = (rows["Segment"].astype(float) - rows["Everyone"].astype(float)).abs()
    most = rows.iloc[int(apart.fillna(-1).to_numpy().argmax())]
    told = {
        "segment": name,
        "statement": shorten(most["Statement"], 70).rstrip(_STOPS),
        "share": percent(most["Segment"]),
    }
    if is_missing(most["Everyone"]):
        return tr("{segment}: {statement} ({share})", **told)
    return tr(
        "{segment}: {statement} ({share}, everyone {base})",
        base=percent(most["Everyone"]),
        **told,
    )


def paired_statements_alt(
    persona: Mapping[str, Any], *, statements: int = 10, topic: str | None = None
) -> str:
    """State the finding of `paired_statements` with every share.

    Examples
    --------
    >>> paired_statements_alt({"segment": "Late", "statements": []})
    'Late: no statement is evidenced by a share.'
    """
    title = paired_statements_title(persona, statements=statements, topic=topic)
    rows = paired_statements_table(persona, statements=statements, topic=topic)
    if rows.empty:
        return ended(title)
    parts = []
    for row in rows.to_dict("records"):
        band = interval(row["Low"], row["High"], percent)
        share = bracketed(percent(row["Segment"]), band)
        told = tr(
            "{statement}: {share} against {base} of everyone",
            statement=row["Statement"].rstrip(_STOPS),
            share=share,
            base=percent(row["Everyone"]),
        )
        parts.append(told)
    return tr(
        "{title}. Shares by statement: {parts}.", title=title, parts=semicolons(parts)
    )


def paired_statements_table(
    persona: Mapping[str, Any], *, statements: int = 10, topic: str | None = None
) -> pd.DataFrame:
    """Give the numbers of `paired_statements`, one row a statement.

    Examples
    --------
    >>> said = {"text": "Buy on Sundays", "share": 0.6, "low": 0.5, "high": 0.7,
    ...         "base_share": 0.2, "n": 90, "topic": "habit"}
    >>> rows = paired_statements_table({"segment": "Late", "statements": [said]})
    >>> rows[["Statement", "Segment", "Everyone"]]
            Statement  Segment  Everyone
    0  Buy on Sundays      0.6       0.2
    """
    said = [
        [plain(s.get("text", "")), *(s.get(key) for key in list(_COLUMNS)[1:])]
        for s in part_of(persona, "statements", "persona")
        if not is_missing(s.get("share")) and topic in (None, s.get("topic"))
    ]
    rows = pd.DataFrame(said[:statements], columns=list(_COLUMNS.values()))
    rows.attrs["formats"] = dict.fromkeys(_SHARES, "percent")
    return rows


def paired_statements_height(
    persona: Mapping[str, Any], *, statements: int = 10, topic: str | None = None
) -> float:
    """Give the height that the figure needs, in inches."""
    rows = paired_statements_table(persona, statements=statements, topic=topic)
    return 1.35 + 0.46 * max(1, len(rows))
