"""The figure of the life cycle: the stage some time ago against that of now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import ended, sentences
from segtools.languages import current, header, markc, tr, trc, trn
from segtools.plots.canvas import axes_or_current, dress, empty_note, name_rows
from segtools.plots.colours import INK
from segtools.plots.heat import draw_map, hidden_sentence, name_columns
from segtools.plots.inputs import columns_of
from segtools.wording import number, plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NEEDED = ["from", "to", "customers"]
_FRAME: dict[str, Any] = {"edgecolor": INK, "linewidth": 1.2}
# The order of life; whatever else there is follows.
_ORDER = (
    markc("stage of life", "new"),
    markc("stage of life", "active"),
    markc("stage of life", "loyal"),
    markc("stage of life", "at risk"),
    markc("stage of life", "lapsed"),
    markc("stage of life", "won back"),
    markc("stage of life", "no order yet"),
)


def lifecycle_flow(
    flows: pd.DataFrame, *, days: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a map of numbers: rows are the stages then, columns those of now.

    Parameters
    ----------
    flows : DataFrame
        ``from``, ``to`` (stages) and ``customers``, missing where hidden.
    days : int, default=None
        How long ago *then* was, for the label.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed. A cell's colour is its share of what its row shows;
        the frames mark who is in the same stage.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> flows = pd.DataFrame({"from": ["loyal", "loyal"], "to": ["loyal", "lapsed"],
    ...                       "customers": [60, 40]})
    >>> ax = lifecycle_flow(flows, days=90, ax=Figure().add_subplot())
    >>> [text.get_text() for text in ax.texts]
    ['60', '40']
    """
    from matplotlib.patches import Rectangle

    ax = axes_or_current(ax)
    rows = _rows(flows)
    if rows.empty:
        return empty_note(ax, lifecycle_flow_alt(flows))
    before, now = _order(rows["from"]), _order(rows["to"])
    draw_map(ax, rows, before, now)
    for same in rows.loc[rows["from"] == rows["to"], "to"].unique():
        corner = (now.index(same) - 0.48, before.index(same) - 0.46)
        ax.add_patch(Rectangle(corner, 0.96, 0.92, fill=False, **_FRAME))
    name_rows(ax, map(stage_said, before), width=20)
    name_columns(ax, [stage_said(stage) for stage in now])
    dress(ax, title=lifecycle_flow_title(flows), x=_label(days), grid="")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def lifecycle_flow_title(flows: pd.DataFrame) -> str:
    """State the largest change of stage.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["loyal", "loyal"], "to": ["loyal", "lapsed"],
    ...                       "customers": [60, 40]})
    >>> lifecycle_flow_title(flows)
    'The largest change of stage: loyal to lapsed (40 customers)'
    """
    rows = _rows(flows)
    if rows.empty:
        return tr("Nobody has ordered yet")
    most = _most(rows[rows["from"] != rows["to"]])
    unseen = rows["customers"].isna().any()
    if most is None and unseen:
        return tr("Too few changed stage to be shown")
    if most is None:
        return tr("Nobody changed stage")
    stages = {side: shorten(stage_said(most[side])) for side in ("from", "to")}
    n = int(most["customers"])
    if unseen:
        return trn(
            "The largest change of stage shown: {from} to {to} ({n} customer)",
            "The largest change of stage shown: {from} to {to} ({n} customers)",
            n,
            **stages,
        )
    return trn(
        "The largest change of stage: {from} to {to} ({n} customer)",
        "The largest change of stage: {from} to {to} ({n} customers)",
        n,
        **stages,
    )


def lifecycle_flow_alt(flows: pd.DataFrame) -> str:
    """State the finding of `lifecycle_flow`, and where most stayed.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["loyal", "loyal"], "to": ["loyal", "lapsed"],
    ...                       "customers": [60, 40]})
    >>> print(lifecycle_flow_alt(flows))
    The largest change of stage: loyal to lapsed (40 customers). Most of those who \
stayed in a stage: 60, loyal.
    """
    rows = _rows(flows)
    title = lifecycle_flow_title(flows)
    most = _most(rows[rows["from"] == rows["to"]])
    unseen = hidden_sentence(int(rows["customers"].isna().sum()))
    if most is None:
        return sentences([ended(title), unseen])
    told = tr(
        "{title}. Most of those who stayed in a stage: {n}, {stage}.",
        title=title,
        n=number(most["customers"]),
        stage=stage_said(most["to"]),
    )
    return sentences([told, unseen])


def lifecycle_flow_table(flows: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `lifecycle_flow`, one row a pair of stages.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["loyal"], "to": ["lapsed"], "customers": [40]})
    >>> lifecycle_flow_table(flows)
        Then     Now  Customers
    0  loyal  lapsed         40
    """
    rows = _rows(flows)
    rows = rows.assign(**{side: rows[side].map(stage_said) for side in ("from", "to")})
    rows.columns = pd.Index([header("Then"), header("Now"), header("Customers")])
    rows.attrs["formats"] = {"Customers": "count"}
    rows.attrs["said"] = {"Then": trc("stage of life", "Then")}
    return rows


def lifecycle_flow_height(flows: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.5 + 0.4 * max(1, _rows(flows)["from"].nunique())


def _rows(flows: pd.DataFrame) -> pd.DataFrame:
    rows = columns_of(flows, _NEEDED, "flows")[_NEEDED].reset_index(drop=True)
    names = {c: rows[c].map(plain).astype(object) for c in ("from", "to")}
    return rows.assign(**names).astype({"customers": "Int64"})


def _order(stages: pd.Series) -> list[str]:
    """List the stages in the order of life."""
    there = list(dict.fromkeys(stages))
    known = [s for s in _ORDER if s in there]
    return known + [s for s in there if s not in _ORDER]


def stage_said(stage: str) -> str:
    """Say a stage of life; another word stays.

    Examples
    --------
    >>> stage_said("won back")
    'won back'
    """
    return trc("stage of life", stage) if stage in _ORDER else stage


def _label(days: int | None) -> str:
    if days is None:
        return tr(
            "Customers by stage then (rows) and now (columns); colour: share of row"
        )
    return trn(
        "Customers by stage {n} day ago (rows) and now (columns); colour: share of row",
        "Customers by stage {n} days ago (rows) and now (columns); colour: share of "
        "row",
        days,
        n=days if current().is_english else number(days),
    )


def _most(rows: pd.DataFrame) -> pd.Series | None:
    """Give the flow of most customers, if one is shown."""
    known = rows[rows["customers"].fillna(0) > 0]
    if known.empty:
        return None
    return known.iloc[int(known["customers"].astype(int).to_numpy().argmax())]
