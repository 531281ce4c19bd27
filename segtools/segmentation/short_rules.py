"""Rules or clusters, asked in every run: what a few short rules would lose.

Rules are grown on the customers that a scheme learned from and judged as the scheme is,
on the period after it; and grown once more for the frozen segments, to be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from segtools.features.catalogue import registered
from segtools.joining import sentences
from segtools.languages import header, tr
from segtools.segmentation.entries import Contest, Entry
from segtools.segmentation.figures import Array, gini_draws, interval
from segtools.segmentation.judging import judged
from segtools.segmentation.place import place
from segtools.segmentation.rules import freeze_labels
from segtools.segmentation.splits import Split, splits_of, weights_of
from segtools.segmentation.surrogate import (
    MAX_LEAVES,
    Surrogate,
    joined,
    surrogate_rules,
)
from segtools.wording import number, percent

GINI = "gini"


def short_rules(
    contest: Contest,
    learning: pd.DataFrame,
    features: pd.DataFrame,
    segments: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Fit short rules to the frozen segments and to every scheme of the contest.

    Parameters
    ----------
    contest : Contest
        As `run_contest` gives it.
    learning : DataFrame
        What the contest learned from and judged on.
    features : DataFrame
        Of the population at the origin, with ``customer_id``.
    segments : DataFrame
        As ``model.assign`` gives it.
    labels : mapping, default=None
        Feature to its label from the catalogue, for the rules in words.

    Returns
    -------
    dict
        What ``selection.json`` keeps: ``rules`` (``segment`` and ``rule`` in words),
        ``agreement`` (share of customers whom rules grown on others put into their own
        segment), ``majority`` (the same for always naming the largest), ``kappa``,
        ``by_segment``, ``schemes`` (of the best entry of each scheme its agreement on
        the judged period and its Gini without and with rules) and ``sentence``; with
        one segment all but `schemes` and `sentence` are empty.
    """
    tried = _tried(contest, learning)
    own = segments[segments["assigned_by"] != "rule"].set_index("customer_id")
    if own["segment_id"].nunique() < 2:
        sentence = tr("Everyone stays in one segment, so no rule is needed.")
        return _empty() | {"schemes": tried, "sentence": sentence}
    known = features.set_index(features["customer_id"].astype(str))
    known = known.loc[own.index].drop(columns="customer_id")
    found = _fitted(known, own, labels or {}, contest.rules.seed)
    return {
        "rules": found.rules.to_dict("records"),
        "agreement": found.agreement,
        "majority": found.majority,
        "kappa": found.kappa,
        "by_segment": found.by_segment,
        "schemes": tried,
        "sentence": sentences([found.sentence, *_lost(tried, contest.winner)]),
    }


def _fitted(
    known: pd.DataFrame, own: pd.DataFrame, labels: Mapping[str, str], seed: int
) -> Surrogate:
    """Fit rules by what no language changes, then say them with names and labels.

    Of equally good cuts the order of columns and segments decides.
    """
    coded = {f.name: f.label for f in registered() if f.name in labels}
    keys = _different({**labels, **coded})
    back = {key: name for name, key in keys.items()}
    found = surrogate_rules(
        known.rename(columns=keys), own["segment_id"], random_state=seed
    )
    said = _different(labels)
    called = dict(zip(own["segment_id"], own["segment"], strict=True))
    uses = [said.get(n, n) for n in (back.get(u, u) for u in found.payload["uses"])]
    shares = {called[i]: share for i, share in found.by_segment.items()}
    return replace(
        found,
        payload=found.payload | {"uses": uses},
        names=[called[i] for i in found.names],
        by_segment=dict(sorted(shares.items())),
    )


def _different(labels: Mapping[str, str]) -> dict[str, str]:
    """Keep labels that no other feature has."""
    counts = Counter(labels.values())
    return {name: label for name, label in labels.items() if counts[label] == 1}


def _empty() -> dict[str, Any]:
    figures_of = dict.fromkeys(("agreement", "majority", "kappa"))
    return {"rules": [], "by_segment": {}} | figures_of


def _tried(contest: Contest, learning: pd.DataFrame) -> list[dict[str, Any]]:
    """Compare the best entry of each scheme, and the winner, with rules for it."""
    entries = [e for e in contest.entries if contest.eligible(e)]
    best = {id(e): e for name in _names(entries) if (e := contest.entry(name))}
    if contest.winner is not None:
        best |= {id(contest.winner): contest.winner}
    splits = splits_of(learning, contest.plan["evidence"]) if best else []
    draws = max((len(e.draws[GINI]) - 1 for e in best.values()), default=0)
    weights = weights_of(splits, draws, contest.rules.seed)
    return [
        _compared(e, splits, weights, contest.rules.seed)
        for e in entries
        if id(e) in best
    ]


def _names(entries: Iterable[Entry]) -> list[str]:
    return list(dict.fromkeys(e.scheme for e in entries))


def _compared(
    entry: Entry, splits: list[Split], weights: list[Array], seed: int
) -> dict[str, Any]:
    parts, right, n = [], 0, 0
    for (learn, judge), (before, groups) in zip(splits, entry.labels, strict=True):
        X, at = (f[sorted(f.columns.drop("outcome"))] for f in (learn, judge))
        payload = joined(freeze_labels(X, before, seed, MAX_LEAVES))
        said = place(payload, at).labels
        parts.append(judged(place(payload, X).labels, said, learn, judge))
        right, n = right + int((said == groups).sum()), n + len(said)
    # On the draws of the contest itself, so that both can be compared in pairs.
    own, ruled = entry.draws[GINI], gini_draws(parts, weights)
    return {
        "scheme": entry.scheme,
        "label": entry.label,
        "n_segments": entry.n_segments,
        "agreement": right / n,
        GINI: interval(own),
        f"{GINI}_of_rules": interval(ruled),
        f"{GINI}_lost": interval(own - ruled),
    }


def _lost(tried: list[dict[str, Any]], winner: Entry | None) -> list[str]:
    """Say what rules lose of the goal's figure for the winner, if anything won."""
    for row in tried:
        if winner is None or row["scheme"] != winner.scheme:
            continue
        if row["n_segments"] == winner.n_segments:
            lost, whole = row[f"{GINI}_lost"], row[GINI]["value"]
            said = tr(
                "On the judged period rules agree on {agreement} of the customers and "
                "lose {lost} of the winner's Gini of {gini} (95 % interval {low} to "
                "{high}).",
                agreement=percent(row["agreement"]),
                lost=number(lost["value"], 3),
                gini=number(whole, 3),
                low=number(lost["low"], 3),
                high=number(lost["high"], 3),
            )
            return [said]
    return []


def rules_table(found: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the rules for people, each with how many of its segment they find.

    Parameters
    ----------
    found : dict
        As `short_rules` gives it.

    Returns
    -------
    DataFrame
        ``Segment``, ``Rule`` and ``Found``, the share of the segment's customers.
    """
    rows = [
        (r["segment"], r["rule"], found["by_segment"].get(r["segment"]))
        for r in found["rules"]
    ]
    columns = [header("Segment"), header("Rule"), header("Found")]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs["formats"] = {"Found": "percent"}
    return table


def schemes_table(found: dict[str, Any]) -> pd.DataFrame:
    """Tabulate what short rules keep of every scheme, on the judged period.

    Parameters
    ----------
    found : dict
        As `short_rules` gives it.
    """
    rows = [
        {
            header("Scheme"): r["label"],
            header("Segments"): r["n_segments"],
            header("Rules agree"): r["agreement"],
            header("Gini"): r[GINI]["value"],
            header("Gini of rules"): r[f"{GINI}_of_rules"]["value"],
            header("Lost"): r[f"{GINI}_lost"]["value"],
            header("low"): r[f"{GINI}_lost"]["low"],
            header("high"): r[f"{GINI}_lost"]["high"],
        }
        for r in found["schemes"]
    ]
    columns = ["Scheme", "Segments", "Rules agree", "Gini", "Gini of rules"]
    table = pd.DataFrame(rows, columns=[*columns, "Lost", "low", "high"])
    table.attrs["formats"] = {"Rules agree": "percent"}
    table.attrs["formats"] |= dict.fromkeys(table.columns[3:], ".3f")
    return table
