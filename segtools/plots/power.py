"""The figure of a planned experiment: the chance to find a lift, by its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.joining import ended, semicolons
from segtools.languages import header, mark, tr
from segtools.plots.canvas import (
    axes_or_current,
    dress,
    empty_note,
    entitle,
    number_axis,
    per_cent_axis,
)
from segtools.plots.colours import INK
from segtools.plots.inputs import part_of, segment_rows
from segtools.plots.labels import LINE, name_beside
from segtools.plots.sentences import points, points_only
from segtools.wording import percent, plain, rounded, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOWEST, _AROUND = 4.0, 1.3
# What a plan calls everyone, where it does not say so itself.
_EVERYONE = mark("Everyone")
# Where along the figure's scale the twin says the chance.
_AT = {
    header("Chance at a quarter"): 0.25,
    header("Chance at half"): 0.5,
    header("Chance at the end"): 1.0,
}


def power_curves(
    plan: Mapping[str, Any], *, unit: str = "", ax: Axes | None = None
) -> Axes:
    """Draw how likely a lift of each size is to be found, one line a segment.

    Parameters
    ----------
    plan : mapping
        The plan of experiment.json: ``curves`` (``segment``, ``effect``, ``power``),
        ``segments`` and ``everyone`` (``smallest_effect``), ``unit`` (share or money),
        ``effect`` (worth finding, or None) and ``aimed_power``.
    unit : str, default=""
        Of the money.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed; segments too small to be tested are left out.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> curve = [{"segment": "Loyal", "effect": e, "power": p}
    ...          for e, p in ((0.0, 0.05), (0.03, 0.8))]
    >>> plan = {"curves": curve, "segments": [{"segment": "Loyal",
    ...     "smallest_effect": 0.03}], "unit": "share", "aimed_power": 0.8}
    >>> ax = power_curves(plan, ax=Figure().add_subplot())
    >>> ax.get_xlabel()
    'True lift in points'
    """
    ax = axes_or_current(ax)
    rows = _rows(plan)
    if rows.empty:
        return empty_note(ax, power_curves_alt(plan, unit=unit))
    curves = pd.DataFrame(plan["curves"])
    ends = []
    for row in rows.itertuples():
        own = curves[curves["segment"] == row.segment]
        dashes = (0, (3, 2)) if row.whole else "-"
        ax.plot(own["effect"], own["power"], color=row.colour, linestyle=dashes)
        ends.append((float(own["effect"].max()), float(own["power"].iloc[-1])))
    aimed = float(plan.get("aimed_power") or 0.8)
    ax.axhline(aimed, color=INK, alpha=0.35, linewidth=0.9)
    effect = plan.get("effect")
    if effect is not None:
        ax.axvline(effect, color=INK, alpha=0.55, linestyle=(0, (3, 3)), linewidth=1)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(0, curves["effect"].max())
    share = plan["unit"] == "share"
    (per_cent_axis if share else number_axis)(ax.xaxis)
    per_cent_axis(ax.yaxis)
    dress(ax, x=_label(plan, unit), y=tr("Chance to find it, %"), grid="both")
    step = LINE / (power_curves_height(plan) - _AROUND)
    names = [
        f"{shorten(_called(r), 24)} {_bare(r.effect, plan)}" for r in rows.itertuples()
    ]
    name_beside(ax, ends, names, step=step, width=38, colours=rows["colour"].tolist())
    return entitle(ax, power_curves_title(plan, unit=unit))


def power_curves_title(plan: Mapping[str, Any], *, unit: str = "") -> str:
    """State the smallest lift that is found four times in five, best and worst.

    Examples
    --------
    >>> plan = {"unit": "money", "aimed_power": 0.8, "curves": [], "segments": [
    ...     {"segment": "A", "smallest_effect": 3.0},
    ...     {"segment": "B", "smallest_effect": 9.5}]}
    >>> power_curves_title(plan, unit="EUR").replace("\u202f", " ")
    'Found with 80 %: a lift of 3 EUR in A, of no less than 9.5 EUR in B'
    """
    rows = _rows(plan)
    rows = rows[~rows["whole"]]
    if rows.empty:
        return tr("No segment is large enough, or known well enough, to be tested")
    best, worst = (
        rows.loc[pick(rows.index, key=lambda i: rows.at[i, "effect"])]
        for pick in (min, max)
    )
    found = {
        "chance": percent(plan.get("aimed_power") or 0.8),
        "lift": _sized(best["effect"], plan, unit),
        "segment": shorten(best["segment"]),
    }
    if len(rows) == 1:
        return tr("Found with {chance}: a lift of {lift} in {segment}", **found)
    return tr(
        "Found with {chance}: a lift of {lift} in {segment}, of no less than {larger} "
        "in {other}",
        larger=_sized(worst["effect"], plan, unit),
        other=shorten(worst["segment"]),
        **found,
    )


def power_curves_alt(plan: Mapping[str, Any], *, unit: str = "") -> str:
    """State the finding of `power_curves` with every segment's smallest lift.

    Examples
    --------
    >>> power_curves_alt({"curves": [], "segments": [], "unit": "share"})
    'No segment is large enough, or known well enough, to be tested.'
    """
    rows = _rows(plan)
    title = power_curves_title(plan, unit=unit)
    if rows.empty:
        return ended(title)
    each = semicolons(
        f"{plain(_called(r))} {_bare(r.effect, plan)}" for r in rows.itertuples()
    )
    return tr(
        "{title}. Smallest lift that is found so often: {each}.", title=title, each=each
    )


def power_curves_table(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `power_curves`: each smallest lift, and three of its chances.

    Examples
    --------
    >>> curves = [{"segment": "A", "effect": e, "power": e / 8} for e in (0.0, 2, 4)]
    >>> plan = {"unit": "money", "curves": curves, "segments": [
    ...     {"segment": "A", "smallest_effect": 3.0}]}
    >>> power_curves_table(plan).T[0].tolist()
    ['A', 3.0, 0.125, 0.25, 0.5]
    """
    rows, curves = _rows(plan), pd.DataFrame(plan["curves"])
    top = 0.0 if curves.empty else float(curves["effect"].max())
    called = [_called(row) for row in rows.itertuples()]
    table = pd.DataFrame(
        {
            header("Segment"): pd.Series(called, index=rows.index, dtype=object),
            header("Smallest lift"): rows["effect"],
        }
    )
    for name, part in _AT.items():
        table[name] = [_power_at(curves, s, top * part) for s in rows["segment"]]
    way = "percent" if plan["unit"] == "share" else ".2f"
    table.attrs["formats"] = {"Smallest lift": way} | dict.fromkeys(_AT, "percent")
    return table.reset_index(drop=True)


def power_curves_height(plan: Mapping[str, Any]) -> float:
    """Give the height that the figure needs, in inches: a line for each name."""
    return max(_LOWEST, _AROUND + LINE * len(_rows(plan)))


def _rows(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Read what may be tested, by segment and, at the end, for everyone."""
    part_of(plan, "curves", "plan")
    rows = segment_rows(plan, ["smallest_effect"], "plan")
    rows["whole"] = False
    whole = plan.get("everyone") or {}
    if whole:
        name = whole.get("segment") or _EVERYONE
        more = {"segment": name, "smallest_effect": whole.get("smallest_effect")}
        rows.loc[len(rows)] = more | {"colour": INK, "whole": True}
    rows = rows.rename(columns={"smallest_effect": "effect"})
    rows = rows[rows["effect"].notna()].reset_index(drop=True)
    return rows.astype({"effect": float, "whole": bool})


def _power_at(curves: pd.DataFrame, segment: str, size: float) -> float:
    own = curves[curves["segment"] == segment]
    known = float(own["effect"].max()) + 1e-12 >= size
    power = np.interp(size, own["effect"].to_numpy(float), own["power"].to_numpy(float))
    return float(power) if known else float("nan")


def _called(row: Any) -> str:
    name = str(row.segment)
    return tr(_EVERYONE) if row.whole and name == _EVERYONE else name


def _label(plan: Mapping[str, Any], unit: str) -> str:
    if plan["unit"] == "share":
        return tr("True lift in points")
    if not plain(unit):
        return tr("True lift in money")
    return tr("True lift in {unit}", unit=plain(unit))


def _bare(value: float, plan: Mapping[str, Any]) -> str:
    return points_only(value) if plan["unit"] == "share" else rounded(value)


def _sized(value: float, plan: Mapping[str, Any], unit: str) -> str:
    if plan["unit"] == "share":
        return points(value)
    return f"{rounded(value)} {plain(unit)}".strip()
