"""The figure of the contest: every scheme's judgement with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, commas, ended, semicolons
from segtools.languages import header, mark, markc, tr, trc, trn
from segtools.plots.canvas import axes_or_current, dress, empty_note, name_rows, write
from segtools.plots.colours import ACCENT, INK, OTHER
from segtools.plots.inputs import part_of
from segtools.wording import interval, is_missing, number, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What each figure of the contest is called, in a sentence and on the axis.
FIGURES = {
    "gini": (mark("Gini"), mark("Gini")),
    "r2": (mark("R²"), mark("R² out of sample")),
    "eta2": (mark("eta²"), mark("eta², the share of variance between groups")),
}
_REACHES = {
    "gini": (
        mark("{scheme} reaches a Gini of {value}"),
        mark("{scheme} reaches a Gini (outcome capped) of {value}"),
    ),
    "r2": (
        mark("{scheme} reaches an R² of {value}"),
        mark("{scheme} reaches an R² (outcome capped) of {value}"),
    ),
    "eta2": (
        mark("{scheme} reaches an eta² of {value}"),
        mark("{scheme} reaches an eta² (outcome capped) of {value}"),
    ),
}
_ROLES = {
    "scheme": markc("role in the contest", "scheme"),
    "baseline": markc("role in the contest", "baseline"),
    "ceiling": markc("role in the contest", "ceiling"),
}
_SHAPES = {
    "scheme": mark("round: scheme"),
    "baseline": mark("square: baseline"),
    "ceiling": mark("diamond: ceiling"),
}
_MARKERS = {"scheme": "o", "baseline": "s", "ceiling": "D"}
_NUMBERS = (header("Value"), header("Low"), header("High"))


def contest_intervals(
    contest: Mapping[str, Any],
    *,
    figure: str = "gini",
    most: int = 14,
    ax: Axes | None = None,
) -> Axes:
    """Draw every scheme's figure with its interval, best on top.

    Parameters
    ----------
    contest : mapping
        The record of contest.json; read are ``schemes`` (``scheme``, ``label``,
        ``role``, ``n_segments``, ``eligible``, ``figures``) and ``winner``. Of a
        scheme that competes with several numbers of segments the winning entry is
        drawn, or else its best.
    figure : str, default="gini"
        ``gini``, ``r2``, ``eta2`` or the same with ``_capped``.
    most : int, default=14
        How many rows at most; the winner is always among them.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Raises
    ------
    ValueError
        If `figure` is none of these.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> entry = {"scheme": "rfm", "label": "RFM", "role": "scheme", "n_segments": 5,
    ...          "figures": {"gini": {"value": 0.45, "low": 0.43, "high": 0.47}}}
    >>> record = {"schemes": [entry], "winner": "rfm"}
    >>> ax = contest_intervals(record, ax=Figure().add_subplot())
    >>> ax.get_xlabel()
    'Gini (line: interval; round: scheme)'
    """
    ax = axes_or_current(ax)
    rows = _drawn(contest, figure, most)
    if rows.empty:
        return empty_note(ax, contest_intervals_alt(contest, figure=figure))
    for place, row in enumerate(rows.itertuples()):
        _interval(ax, place, row)
    roles = [r for r in _MARKERS if r in set(rows["Role"])]
    name_rows(ax, [_row_name(row) for row in rows.itertuples()])
    for label, chosen in zip(ax.get_yticklabels(), rows["Winner"], strict=True):
        label.set_fontweight("bold" if chosen else "normal")
    ax.margins(x=0.06)
    axis = tr(
        "{figure} (line: interval; {shapes})",
        figure=_figure_name(figure, axis=True),
        shapes=commas(tr(_SHAPES[role]) for role in roles),
    )
    return dress(ax, title=contest_intervals_title(contest, figure=figure), x=axis)


def contest_intervals_title(contest: Mapping[str, Any], *, figure: str = "gini") -> str:
    """State what the winner reaches, and the best baseline.

    Examples
    --------
    >>> contest_intervals_title({"schemes": [], "winner": None})
    'No scheme was judged'
    """
    rows = _entries(contest, figure)
    if rows.empty:
        return tr("No scheme was judged")
    winner = rows[rows["Winner"]]
    base = rows[rows["Role"] == "baseline"]
    rival = {
        "baseline": shorten(base.iloc[0]["Scheme"]) if len(base) else "",
        "reached": number(base.iloc[0]["Value"], 3) if len(base) else "",
    }
    if winner.empty and len(base):
        return tr(
            "No scheme won; {figure} of the best baseline ({baseline}) {reached}",
            figure=_figure_name(figure),
            **rival,
        )
    if winner.empty:
        return tr("No scheme won")
    first = winner.iloc[0]
    words = _REACHES[figure.removesuffix("_capped")][figure.endswith("_capped")]
    value, scheme = number(first["Value"], 3), shorten(first["Scheme"])
    best = tr(words, scheme=scheme, value=value)
    if not len(base):
        return best
    return tr("{best}, the best baseline ({baseline}) {reached}", best=best, **rival)


def contest_intervals_alt(contest: Mapping[str, Any], *, figure: str = "gini") -> str:
    """State the finding of `contest_intervals` with every scheme's value.

    Examples
    --------
    >>> contest_intervals_alt({"schemes": [], "winner": None})
    'No scheme was judged.'
    """
    rows = _drawn(contest, figure)
    title = contest_intervals_title(contest, figure=figure)
    if rows.empty:
        return ended(title)
    parts = []
    for row in rows.itertuples():
        band = interval(row.Low, row.High, lambda v: number(v, 3))
        value = f"{plain(row.Scheme)} {number(row.Value, 3)}"
        parts.append(bracketed(value, band))
    return tr(
        "{title}. {figure} from high to low: {parts}.",
        title=title,
        figure=_figure_name(figure),
        parts=semicolons(parts),
    )


def contest_intervals_table(
    contest: Mapping[str, Any], *, figure: str = "gini", most: int = 14
) -> pd.DataFrame:
    """Give the numbers of `contest_intervals`, one row a scheme, best first.

    Examples
    --------
    >>> entry = {"scheme": "rfm", "label": "RFM", "role": "scheme", "n_segments": 5,
    ...          "figures": {"gini": {"value": 0.45, "low": 0.43, "high": 0.47}}}
    >>> contest_intervals_table({"schemes": [entry], "winner": "rfm"}).T[0].tolist()
    ['RFM', 'scheme', 5, 0.45, 0.43, 0.47, True, '']
    """
    shown = _drawn(contest, figure, most)
    roles = [trc("role in the contest", _ROLES.get(r, r)) for r in shown["Role"]]
    shown = shown.assign(Role=pd.Series(roles, dtype=object))
    shown.attrs["formats"] = dict.fromkeys(_NUMBERS, ".3f")
    return shown


def _drawn(contest: Mapping[str, Any], figure: str, most: int = 14) -> pd.DataFrame:
    """Choose the rows that are drawn, each with the key of its role."""
    rows = _entries(contest, figure)
    shown = rows.head(most)
    if not shown["Winner"].any():
        shown = pd.concat([rows.head(most - 1), rows[rows["Winner"]].head(1)])
        shown = shown if rows["Winner"].any() else rows.head(most)
    return shown.reset_index(drop=True)


def contest_intervals_height(
    contest: Mapping[str, Any], *, figure: str = "gini", most: int = 14
) -> float:
    """Give the height that the figure needs, in inches."""
    rows = contest_intervals_table(contest, figure=figure, most=most)
    return 1.35 + 0.36 * max(1, len(rows))


def _entries(contest: Mapping[str, Any], figure: str) -> pd.DataFrame:
    """Read one entry a scheme, highest value first."""
    known = [*FIGURES, *(f"{name}_capped" for name in FIGURES)]
    if figure not in known:
        raise ValueError(
            f"figure must be one of {known}, but it is {figure!r}. Choose one of them."
        )
    columns = [header("Scheme"), header("Role"), header("Segments"), *_NUMBERS]
    columns += [header("Winner"), header("Not chosen because")]
    read = [
        (entry["scheme"], _entry(contest, entry, figure))
        for entry in part_of(contest, "schemes", "contest")
        if (entry.get("figures") or {}).get(figure)
    ]
    keys = pd.Series([key for key, _ in read], dtype=object)
    rows = pd.DataFrame([row for _, row in read], columns=columns)
    order = rows.sort_values(["Winner", "Value"], ascending=False, kind="stable").index
    keep = order[~keys.loc[order].duplicated().to_numpy()]
    rows = rows.loc[keep].sort_values("Value", ascending=False, kind="stable")
    return rows.astype({"Winner": bool}).reset_index(drop=True)


def _entry(
    contest: Mapping[str, Any], entry: Mapping[str, Any], figure: str
) -> list[Any]:
    found = entry["figures"][figure]
    asked = contest.get("n_segments")
    won = entry["scheme"] == contest.get("winner") and (
        asked is None or asked in (entry.get("asked"), entry.get("n_segments"))
    )
    return [
        entry.get("label") or entry["scheme"],
        entry.get("role", "scheme"),
        entry.get("n_segments"),
        *(found.get(key.lower()) for key in _NUMBERS),
        won,
        entry.get("why_not") or "",
    ]


def _interval(ax: Axes, place: int, row: Any) -> None:
    ours = row.Role == "scheme"
    colour = ACCENT if row.Winner else (INK if ours else OTHER)
    if not is_missing(row.Low) and not is_missing(row.High):
        ax.hlines(place, row.Low, row.High, color=colour, linewidth=2.2, alpha=0.75)
    ax.plot(
        [row.Value],
        [place],
        _MARKERS.get(row.Role, "o"),
        color=colour,
        markersize=8 if row.Winner else 6,
        fillstyle="none" if row.Role == "ceiling" else "full",
    )
    right = {"transform": ax.get_yaxis_transform(), "ha": "left"}
    weight = "bold" if row.Winner else "normal"
    write(ax, 1.01, place, number(row.Value, 3), fontweight=weight, **right)


def _row_name(row: Any) -> str:
    name = shorten(row.Scheme, 40)
    if row.Role != "scheme":
        role = trc("role in the contest", _ROLES.get(row.Role, row.Role))
        return tr("{name} ({role})", name=name, role=role)
    if is_missing(row.Segments):
        return tr("{name} (barred)", name=name) if row[8] else name
    named = {"name": name, "n": number(row.Segments)}
    if row[8]:
        return trn(
            "{name}, {n} segment (barred)",
            "{name}, {n} segments (barred)",
            row.Segments,
            **named,
        )
    return trn("{name}, {n} segment", "{name}, {n} segments", row.Segments, **named)


def _figure_name(figure: str, *, axis: bool = False) -> str:
    base = figure.removesuffix("_capped")
    name = tr(FIGURES.get(base, (base, base))[axis])
    return tr("{figure} (outcome capped)", figure=name) if base != figure else name
