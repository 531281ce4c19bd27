"""The figure of an experiment: each segment's lift over the hold-out, with interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, ended, semicolons
from segtools.languages import header, mark, tr, trn
from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    name_rows,
    number_axis,
    per_cent_axis,
    write,
)
from segtools.plots.colours import INK
from segtools.plots.inputs import segment_rows
from segtools.plots.sentences import points, points_only
from segtools.wording import interval, number, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIGURES = ("treated", "held", "lift", "low", "high", "found")
_HEADS = {
    "segment": header("Segment"),
    "treated": header("Treated"),
    "held": header("Held back"),
    "lift": header("Lift"),
    "low": header("Low"),
    "high": header("High"),
    "found": header("Beyond chance"),
}
_NAMES = {"response": mark("Share who respond"), "spend": mark("Spend")}


def lift_by_segment(
    campaign: Mapping[str, Any],
    *,
    measure: str = "response",
    unit: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw by how much treated customers exceed those held back, by segment.

    Parameters
    ----------
    campaign : mapping
        One of the campaigns of experiment_results.json: ``segments`` and ``everyone``,
        each with ``response`` and ``spend`` (``lift``, ``low``, ``high``, ``found``).
        What may not be told is left out.
    measure : {"response", "spend"}, default="response"
        Points of customers who respond, or money a customer.
    unit : str, default=""
        Of the money.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; what is beyond chance is filled, the rest is hollow.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> own = {"treated": 0.12, "held": 0.08, "lift": 0.04, "low": 0.01, "high": 0.07}
    >>> rows = [{"segment": "Loyal", "response": own | {"found": True}}]
    >>> ax = lift_by_segment({"segments": rows}, ax=Figure().add_subplot())
    >>> ax.get_xlabel()
    'Lift in points (line: 95 % interval; filled: beyond chance)'
    """
    ax = axes_or_current(ax)
    rows = _rows(campaign, measure)
    if rows.empty:
        return empty_note(ax, lift_by_segment_alt(campaign, measure=measure, unit=unit))
    ax.axvline(0, color=INK, alpha=0.55, linestyle=(0, (3, 3)), linewidth=1)
    right: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "ha": "left"}
    for place, row in enumerate(rows.itertuples()):
        ax.hlines(place, row.low, row.high, color=row.colour, linewidth=2.2, alpha=0.75)
        fill = "full" if row.found else "none"
        ax.plot([row.lift], [place], "o", color=row.colour, fillstyle=fill)
        weight = "bold" if row.found else "normal"
        write(ax, 1.01, place, _bare(row.lift, measure), fontweight=weight, **right)
    name_rows(ax, rows["segment"].tolist())
    (per_cent_axis if measure == "response" else number_axis)(ax.xaxis)
    ax.margins(x=0.06)
    title = lift_by_segment_title(campaign, measure=measure, unit=unit)
    return dress(ax, title=title, x=_label(measure, unit))


def lift_by_segment_title(
    campaign: Mapping[str, Any], *, measure: str = "response", unit: str = ""
) -> str:
    """State in which segments the lift is beyond chance.

    Examples
    --------
    >>> own = {"treated": 9.0, "held": 8.0, "lift": 1.0, "low": -1.0, "high": 3.0}
    >>> rows = [{"segment": "Loyal", "spend": own | {"found": False}}]
    >>> lift_by_segment_title({"segments": rows}, measure="spend", unit="EUR")
    'Spend: no lift beyond chance in 1 segment; the largest is 1.00 EUR in Loyal'
    """
    rows = _rows(campaign, measure)
    rows = rows[~rows["whole"]]
    name = tr(_NAMES[measure])
    if rows.empty:
        return tr("{measure}: no lift of a segment may be told", measure=name)
    best = rows.iloc[int(rows["lift"].to_numpy(float).argmax())]
    told = {
        "measure": name,
        "lift": _sized(best["lift"], measure, unit),
        "segment": shorten(best["segment"]),
    }
    found, k = int(rows["found"].sum()), len(rows)
    if not found:
        return trn(
            "{measure}: no lift beyond chance in {n} segment; the largest is {lift} "
            "in {segment}",
            "{measure}: no lift beyond chance in {n} segments; the largest is {lift} "
            "in {segment}",
            k,
            **told,
        )
    return trn(
        "{measure}: lift beyond chance in {found} of {n} segment; the largest is "
        "{lift} in {segment}",
        "{measure}: lift beyond chance in {found} of {n} segments; the largest is "
        "{lift} in {segment}",
        k,
        found=number(found),
        **told,
    )


def lift_by_segment_alt(
    campaign: Mapping[str, Any], *, measure: str = "response", unit: str = ""
) -> str:
    """State the finding of `lift_by_segment` with every lift and interval.

    Examples
    --------
    >>> lift_by_segment_alt({"segments": []})
    'Share who respond: no lift of a segment may be told.'
    """
    rows = _rows(campaign, measure)
    title = lift_by_segment_title(campaign, measure=measure, unit=unit)
    if rows.empty:
        return ended(title)
    parts = []
    for row in rows.itertuples():
        band = interval(row.low, row.high, lambda v: _bare(v, measure))
        lift = f"{plain(row.segment)} {_bare(row.lift, measure)}"
        parts.append(bracketed(lift, band))
    lifts = {"title": title, "lifts": semicolons(parts)}
    if measure == "response":
        return tr("{title}. Lifts in points: {lifts}.", **lifts)
    if not unit:
        return tr("{title}. Lifts in money: {lifts}.", **lifts)
    return tr("{title}. Lifts in {unit}: {lifts}.", unit=plain(unit), **lifts)


def lift_by_segment_table(
    campaign: Mapping[str, Any], *, measure: str = "response"
) -> pd.DataFrame:
    """Give the numbers of `lift_by_segment`, one row a segment, everyone last.

    Examples
    --------
    >>> own = {"treated": 9.0, "held": 8.0, "lift": 1.0, "low": -1.0, "high": 3.0}
    >>> rows = [{"segment": "Loyal", "spend": own | {"found": False}}]
    >>> lift_by_segment_table({"segments": rows}, measure="spend").T[0].tolist()
    ['Loyal', 9.0, 8.0, 1.0, -1.0, 3.0, 'no']
    """
    rows = _rows(campaign, measure)[list(_HEADS)]
    rows["found"] = [tr("yes") if found else tr("no") for found in rows["found"]]
    rows = rows.rename(columns=_HEADS)
    way = "percent" if measure == "response" else ".2f"
    heads = ("Treated", "Held back", "Lift", "Low", "High")
    rows.attrs["formats"] = dict.fromkeys(heads, way)
    return rows


def lift_by_segment_height(
    campaign: Mapping[str, Any], *, measure: str = "response"
) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.35 + 0.36 * max(1, len(_rows(campaign, measure)))


def _rows(campaign: Mapping[str, Any], measure: str) -> pd.DataFrame:
    """Read one row a segment, everyone last; what may not be told is left out."""
    if measure not in _NAMES:
        raise ValueError(
            f"measure must be one of {list(_NAMES)}, but it is {measure!r}. "
            "Choose one of them."
        )
    told = segment_rows(campaign, [measure], "campaign")
    rows = [_row(s, f, c, whole=False) for s, f, c in told.itertuples(index=False)]
    whole = (campaign.get("everyone") or {}).get(measure)
    if whole:
        rows.append(_row(tr("Everyone"), whole, INK, whole=True))
    columns = ["segment", *_FIGURES, "colour", "whole"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame[frame["lift"].notna() & frame["low"].notna()].reset_index(drop=True)
    numbers = dict.fromkeys(_FIGURES[:-1], float)
    return frame.astype(numbers | {"found": bool, "whole": bool})


def _row(
    segment: Any, figures: Mapping[str, Any] | None, colour: str, *, whole: bool
) -> dict[str, Any]:
    own = {name: (figures or {}).get(name) for name in _FIGURES}
    return {"segment": segment, **own, "colour": colour, "whole": whole}


def _bare(value: float, measure: str) -> str:
    """Write a lift without its unit: points, or money to the cent where it is small."""
    if measure == "response":
        return points_only(value)
    return number(value, 2) if abs(value) < 100 else rounded(value)


def _sized(value: float, measure: str, unit: str) -> str:
    if measure == "response":
        return points(value)
    return f"{_bare(value, measure)} {plain(unit)}".strip()


def _label(measure: str, unit: str) -> str:
    if measure == "response":
        return tr("Lift in points (line: 95 % interval; filled: beyond chance)")
    if not unit:
        return tr("Lift in money (line: 95 % interval; filled: beyond chance)")
    return tr(
        "Lift in {unit} (line: 95 % interval; filled: beyond chance)", unit=plain(unit)
    )
