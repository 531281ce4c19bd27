"""What ``selection.json`` keeps: sizes, stability and outcome of what was chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segtools.joining import sentences
from segtools.languages import header, tr, trc, trn
from segtools.segmentation.apart import beside
from segtools.segmentation.entries import Contest
from segtools.segmentation.glance_words import said
from segtools.segmentation.model import SegmentModel
from segtools.wording import general, percent


def outcome_by_segment(model: SegmentModel, learning: pd.DataFrame) -> dict[str, Any]:
    """Give the outcome learned before, by segment.

    Returns
    -------
    dict
        segment_id to ``mean``, ``sd``, ``low`` and ``high`` (95 % interval of the
        mean, normal) and ``n`` customers; empty where there was no outcome. Whoever got
        several campaigns counts once in n, and so widens the interval.
    """
    rows = learning[learning["part"] == "final_learn"]
    if rows.empty or not model.features:
        return {}
    own = model.assign(rows.reset_index(drop=True))["segment_id"].to_numpy()
    found = {}
    for segment_id, part in rows.groupby(own):
        y, n = part["outcome"].astype(float), part["customer_id"].nunique()
        mean, sd = float(y.mean()), float(y.std(ddof=0))
        half = 1.96 * sd / np.sqrt(n)
        found[str(segment_id)] = {
            "mean": mean,
            "sd": sd,
            "low": mean - half,
            "high": mean + half,
            "n": n,
        }
    return found


def selection_record(
    contest: Contest,
    model: SegmentModel,
    segments: pd.DataFrame,
    learning: pd.DataFrame,
    matches: list[Any],
) -> dict[str, Any]:
    """Put together what was chosen, how large and how steady it is."""
    return {
        "chosen": model.payload["kind"],
        "reason": contest.reason,
        "segments": _segment_rows(model, segments),
        "stability": float(segments["confidence"].mean()),
        "outcome_by_segment": outcome_by_segment(model, learning),
        "names_carried_over": [m.__dict__ for m in matches],
        "schemes": _scheme_rows(contest),
    }


def _segment_rows(model: SegmentModel, segments: pd.DataFrame) -> list[dict[str, Any]]:
    n = len(segments)
    sizes = segments["segment_id"].value_counts()
    steady = segments.groupby("segment_id")["confidence"].mean()
    return [
        {
            **s,
            "n": int(sizes.get(s["segment_id"], 0)),
            "share": float(sizes.get(s["segment_id"], 0) / max(n, 1)),
            "stability": float(steady.get(s["segment_id"], np.nan)),
        }
        for s in sorted(model.every, key=lambda s: s["rank"])
    ]


def _scheme_rows(contest: Contest) -> list[dict[str, Any]]:
    return [
        {
            "scheme": e.scheme,
            "label": e.label,
            "asked": e.asked,
            "n_segments": e.n_segments,
            "smallest_share": e.smallest_share,
            "eligible": contest.eligible(e),
            "why_not": e.why_not,
        }
        for e in contest.entries
        if e.role != "ceiling"
    ]


def points_table(model: SegmentModel, labels: dict[str, str]) -> pd.DataFrame:
    """List a scorecard's points by feature and bin, most telling feature first.

    Parameters
    ----------
    model : SegmentModel
        Of kind ``scorecard``; any other gives an empty table.
    labels : dict
        Feature to its label.

    Returns
    -------
    DataFrame
        ``feature``, ``label``, ``bin`` (in words) and ``points``.
    """
    columns = ["feature", header("label"), header("bin"), header("points")]
    bins = model.payload.get("bins", {})
    order = sorted(bins, key=lambda f: (-_span(bins[f]["points"]), f))
    rows = [
        (name, labels.get(name, name), text, points)
        for name in order
        for text, points in _lines(bins[name])
    ]
    return pd.DataFrame(rows, columns=columns)


def _span(points: list[int]) -> int:
    return max(points) - min(points)


def _lines(bins: dict[str, Any]) -> list[tuple[str, int]]:
    lines: list[tuple[float | None, float | None, int]] = []
    low = None
    for high, points in zip([*bins["upper"], None], bins["points"], strict=True):
        if lines and lines[-1][2] == points:
            low = lines.pop()[0]  # neighbours with equal points read as one
        lines.append((low, high, points))
        low = high
    found = [(_between(low, high), points) for low, high, points in lines]
    if bins["missing"] is not None:
        found.append((trc("value", "not known"), bins["missing"]))
    return found


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        if high is None:
            return trc("value", "any")
        return tr("up to {high}", high=general(high, 4))
    if high is None:
        return tr("above {low}", low=general(low, 4))
    return tr("{low} to {high}", low=general(low, 4), high=general(high, 4))


def contest_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the contest for people: scheme, segments, Gini, R² and eta²."""
    rows = []
    for s in record["schemes"]:
        figures = s["figures"]
        rows.append(
            {
                header("Scheme"): s["label"],
                header("Role"): said("role in the contest", s["role"]),
                header("Segments"): s["n_segments"],
                header("Smallest"): s["smallest_share"],
                header("Gini"): _value(figures["gini"]),
                header("low"): _value(figures["gini"], "low"),
                header("high"): _value(figures["gini"], "high"),
                header("R²"): _value(figures["r2"]),
                header("R² capped"): _value(figures["r2_capped"]),
                header("eta² capped"): _value(figures["eta2_capped"]),
            }
        )
    columns = ["Scheme", "Role", "Segments", "Smallest", "Gini", "low", "high"]
    columns += ["R²", "R² capped", "eta² capped"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values("Gini", ascending=False, ignore_index=True)
    figures = ("Gini", "low", "high", "R²", "R² capped", "eta² capped")
    table.attrs["formats"] = {"Smallest": "percent"} | dict.fromkeys(figures, ".3f")
    return table


def _value(figure: dict[str, float] | None, key: str = "value") -> float:
    return float("nan") if figure is None else figure[key]


def sizes_sentence(selection: dict[str, Any]) -> str:
    """Say in one sentence how many segments there are and how large."""
    rows = [r for r in selection["segments"] if "extra" not in r]
    apart = [r for r in selection["segments"] if "extra" in r]
    if len(rows) == 1:
        return tr("Everyone stays in one segment.")
    largest = max(rows, key=lambda r: r["n"])
    smallest = min(rows, key=lambda r: r["n"])
    told = trn(
        "{n} segment: the largest, {largest}, holds {most} of the customers; the "
        "smallest, {smallest}, {least}.",
        "{n} segments: the largest, {largest}, holds {most} of the customers; the "
        "smallest, {smallest}, {least}.",
        len(rows),
        largest=largest["name"],
        most=percent(largest["share"]),
        smallest=smallest["name"],
        least=percent(smallest["share"]),
    )
    return sentences([told, beside(apart)])


def sizes_table(selection: dict[str, Any]) -> pd.DataFrame:
    """Tabulate segments with their size, stability and what they did next."""
    later = selection["outcome_by_segment"]
    table = pd.DataFrame(
        {
            header("Segment"): [r["name"] for r in selection["segments"]],
            header("Id"): [r["segment_id"] for r in selection["segments"]],
            header("Customers"): [r["n"] for r in selection["segments"]],
            header("Share"): [r["share"] for r in selection["segments"]],
            header("Stability"): [r["stability"] for r in selection["segments"]],
            header("Outcome learned"): [
                later.get(r["segment_id"], {}).get("mean", np.nan)
                for r in selection["segments"]
            ],
        }
    )
    table.attrs["formats"] = {"Share": "percent", "Stability": "percent"}
    return table


def outcome_table(selection: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the outcome learned by segment with its interval, for a figure."""
    later = selection["outcome_by_segment"]
    rows = [
        {"segment": r["name"], "rank": r["rank"], **later[r["segment_id"]]}
        for r in selection["segments"]
        if r["segment_id"] in later
    ]
    columns = ["segment", "rank", "mean", "sd", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)
