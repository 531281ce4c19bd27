"""Figures of structure: how many clusters, and do resamples agree on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, ended
from segtools.languages import header, tr, trn
from segtools.plots.canvas import axes_or_current, beside, dress, empty_note, write
from segtools.plots.colours import ACCENT, INK, OTHER
from segtools.plots.inputs import part_of
from segtools.wording import interval, number, rounded, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def gap_curve(verdict: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the gap statistic over the number of clusters, with its standard errors.

    Parameters
    ----------
    verdict : mapping
        The record of verdict.json; read is ``evidence.gap`` with the lists ``k``,
        ``gap``, ``se`` and the chosen ``n_clusters``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> gap = {"k": [1, 2], "gap": [0.3, 0.5], "se": [0.01, 0.01], "n_clusters": 2}
    >>> ax = gap_curve({"evidence": {"gap": gap}}, ax=Figure().add_subplot())
    >>> ax.get_title(loc="left")
    'The gap statistic finds 2 clusters'
    """
    ax = axes_or_current(ax)
    rows = gap_curve_table(verdict)
    if rows.empty:
        return empty_note(ax, gap_curve_alt(verdict))
    k, gap, se = (rows[c].astype(float) for c in ("Clusters", "Gap", "Standard error"))
    ax.errorbar(k, gap, yerr=se, color=OTHER, ecolor=OTHER, marker="o", markersize=4)
    chosen = part_of(verdict, "evidence.gap", "verdict").get("n_clusters")
    spot = rows[rows["Clusters"] == chosen]
    if len(spot):
        height = float(spot["Gap"].iloc[0])
        ax.plot([chosen], [height], "o", color=ACCENT, markersize=9, zorder=4)
        beside(ax, chosen, height, number(chosen), xytext=(0, 11), ha="center")
    ax.set_xticks(k)
    return dress(
        ax,
        title=gap_curve_title(verdict),
        x=tr("Clusters (bars: one standard error)"),
        y=tr("Gap statistic"),
        grid="y",
    )


def gap_curve_title(verdict: Mapping[str, Any]) -> str:
    """State what the gap statistic found.

    Examples
    --------
    >>> gap_curve_title({"evidence": {"gap": {"n_clusters": 1}}})
    'The gap statistic finds no clusters'
    """
    found = part_of(verdict, "evidence.gap", "verdict").get("n_clusters")
    if found is None:
        return tr("The gap statistic was not computed")
    if found == 1:
        return tr("The gap statistic finds no clusters")
    return trn(
        "The gap statistic finds {n} cluster",
        "The gap statistic finds {n} clusters",
        found,
    )


def gap_curve_alt(verdict: Mapping[str, Any]) -> str:
    """State the finding of `gap_curve` with its numbers.

    Examples
    --------
    >>> gap = {"k": [1], "gap": [0.3], "se": [0.01], "n_clusters": 1}
    >>> gap_curve_alt({"evidence": {"gap": gap}})
    'The gap statistic finds no clusters. Gap by number of clusters: 1: 0.3.'
    """
    rows = gap_curve_table(verdict)
    title = gap_curve_title(verdict)
    if rows.empty:
        return ended(title)
    steps = series(rows["Clusters"], rows["Gap"])
    return tr("{title}. Gap by number of clusters: {steps}.", title=title, steps=steps)


def gap_curve_table(verdict: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `gap_curve`, one row per number of clusters.

    Examples
    --------
    >>> gap = {"k": [1], "gap": [0.3], "se": [0.01], "n_clusters": 1}
    >>> gap_curve_table({"evidence": {"gap": gap}})
       Clusters  Gap  Standard error
    0         1  0.3            0.01
    """
    gap = part_of(verdict, "evidence.gap", "verdict")
    names = {"k": header("Clusters"), "gap": header("Gap")}
    names |= {"se": header("Standard error")}
    return _columns(gap, names, {"Gap": "rounded", "Standard error": "rounded"})


def agreement_by_k(verdict: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw how well resamples agree, over the number of segments.

    Parameters
    ----------
    verdict : mapping
        The record of verdict.json; read is ``evidence.agreement`` with the lists
        ``k``, ``median``, ``low``, ``high`` and the number ``pairs``.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> found = {"k": [2, 3], "median": [0.9, 0.6], "low": [0.8, 0.5],
    ...          "high": [0.95, 0.7], "pairs": 50}
    >>> record = {"evidence": {"agreement": found}}
    >>> agreement_by_k(record, ax=Figure().add_subplot()).get_title(loc="left")
    'Resamples agree most on 2 segments: 0.9 (0.8 to 0.95)'
    """
    ax = axes_or_current(ax)
    rows = agreement_by_k_table(verdict)
    if rows.empty:
        return empty_note(ax, agreement_by_k_alt(verdict))
    k, median, low, high = (rows[c].astype(float) for c in _AGREEMENT.values())
    ax.fill_between(k, low, high, color=ACCENT, alpha=0.22, linewidth=0)
    ax.plot(k, median, color=ACCENT, marker="o", markersize=5)
    best = int(median.fillna(-1).to_numpy().argmax())
    ax.plot(k.iloc[[best]], median.iloc[[best]], "o", color=ACCENT, markersize=9)
    ax.axhline(1.0, color=INK, alpha=0.3, linewidth=0.8)
    same = tr("the same every time")
    write(ax, float(k.iloc[-1]), 1.03, same, ha="right", va="bottom")
    ax.set(ylim=(min(0.0, float(low.min())), 1.12), xticks=k)
    return dress(
        ax,
        title=agreement_by_k_title(verdict),
        x=_label(verdict),
        y=tr("Adjusted Rand index"),
        grid="y",
    )


def agreement_by_k_title(verdict: Mapping[str, Any]) -> str:
    """State on how many segments resamples agree most.

    Examples
    --------
    >>> agreement_by_k_title({"evidence": {"agreement": {}}})
    'Agreement of resamples was not computed'
    """
    rows = agreement_by_k_table(verdict)
    if rows.empty or rows["Median"].isna().all():
        return tr("Agreement of resamples was not computed")
    best = rows.iloc[int(rows["Median"].astype(float).fillna(-1).to_numpy().argmax())]
    band = interval(best["Low"], best["High"])
    return trn(
        "Resamples agree most on {n} segment: {median}",
        "Resamples agree most on {n} segments: {median}",
        best["Segments"],
        median=bracketed(rounded(best["Median"]), band),
    )


def agreement_by_k_alt(verdict: Mapping[str, Any]) -> str:
    """State the finding of `agreement_by_k` with its numbers.

    Examples
    --------
    >>> found = {"k": [2], "median": [0.9], "low": [0.8], "high": [0.95], "pairs": 50}
    >>> print(agreement_by_k_alt({"evidence": {"agreement": found}}))
    Resamples agree most on 2 segments: 0.9 (0.8 to 0.95). Median adjusted Rand index \
of 50 pairs by number of segments: 2: 0.9.
    """
    rows = agreement_by_k_table(verdict)
    title = agreement_by_k_title(verdict)
    if rows.empty:
        return ended(title)
    told = {"title": title, "steps": series(rows["Segments"], rows["Median"])}
    count = _pairs(verdict)
    if count is None:
        return tr(
            "{title}. Median adjusted Rand index by number of segments: {steps}.",
            **told,
        )
    return trn(
        "{title}. Median adjusted Rand index of {n} pair by number of segments: "
        "{steps}.",
        "{title}. Median adjusted Rand index of {n} pairs by number of segments: "
        "{steps}.",
        count,
        **told,
    )


def agreement_by_k_table(verdict: Mapping[str, Any]) -> pd.DataFrame:
    """Give the numbers of `agreement_by_k`, one row per number of segments.

    Examples
    --------
    >>> found = {"k": [2], "median": [0.9], "low": [0.8], "high": [0.95], "pairs": 50}
    >>> agreement_by_k_table({"evidence": {"agreement": found}})
       Segments  Median  Low  High
    0         2     0.9  0.8  0.95
    """
    agreement = part_of(verdict, "evidence.agreement", "verdict")
    formats = dict.fromkeys(("Median", "Low", "High"), "rounded")
    return _columns(agreement, _AGREEMENT, formats)


_AGREEMENT = {
    "k": header("Segments"),
    "median": header("Median"),
    "low": header("Low"),
    "high": header("High"),
}


def _columns(
    lists: Mapping[str, Any], names: Mapping[str, str], formats: Mapping[str, str]
) -> pd.DataFrame:
    """Set lists of a record side by side; a list that is not there is missing."""
    length = len(lists.get("k") or [])
    rows = pd.DataFrame(
        {label: lists.get(key) or [None] * length for key, label in names.items()}
    )
    rows.attrs["formats"] = dict(formats)
    return rows


def _label(verdict: Mapping[str, Any]) -> str:
    count = _pairs(verdict)
    if count is None:
        return tr("Segments (line: median, band: low to high)")
    return trn(
        "Segments (line: median, band: low to high of {n} pair)",
        "Segments (line: median, band: low to high of {n} pairs)",
        count,
    )


def _pairs(verdict: Mapping[str, Any]) -> int | None:
    count = part_of(verdict, "evidence.agreement", "verdict").get("pairs")
    return None if count is None else int(count)
