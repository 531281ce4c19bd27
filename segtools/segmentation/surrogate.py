"""Rules or clusters? How well a few short rules repeat segments.

A shallow decision tree (Breiman et al. 1984) is fitted to the segments, and how often
it names the right one is measured on customers that it was not grown on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import tr, trc, trn
from segtools.schema import DataError
from segtools.segmentation.figures import Part, figures
from segtools.segmentation.phrases import all_of, bounded
from segtools.segmentation.place import place
from segtools.segmentation.rules import freeze_labels
from segtools.wording import number, percent

Ints = NDArray[np.int64]
MAX_LEAVES = 8
N_FOLDS = 5
MAX_ROWS = 20_000


@dataclass(frozen=True)
class Surrogate:
    """A few short rules that repeat segments, and how well.

    Attributes
    ----------
    payload : dict
        Frozen form of kind ``rules``, as `place` and ``model.json`` take it; its
        labels are places in `names`.
    names : list of str
        The segments, in order.
    agreement : float
        Share of customers whom rules grown on others put into their own segment.
    majority : float
        The same for always naming the largest segment.
    kappa : float
        Cohen's: 0 for agreement by chance, 1 for full agreement.
    by_segment : dict
        Segment to the share of its customers whom the rules find.
    loss : dict
        ``gini`` and ``eta2`` of the segments less those of the rules, on the outcome;
        empty where none was given.
    """

    payload: dict[str, Any]
    names: list[str]
    agreement: float
    majority: float
    kappa: float
    by_segment: dict[str, float]
    loss: dict[str, float]

    @property
    def rules(self) -> pd.DataFrame:
        """One row a rule: ``segment`` and ``rule`` in words."""
        lines = _lines(self.payload)
        rows = [(self.names[label], text) for label, text in lines]
        return pd.DataFrame(rows, columns=["segment", "rule"])

    @property
    def sentence(self) -> str:
        """Say what the rules repeat and what they lose."""
        n = len(_lines(self.payload))
        said = trn(
            "{n} short rule puts {agreement} of the customers into their own segment "
            "(kappa {kappa}; always naming the largest segment would be right for "
            "{majority}); {other} would stand in another one",
            "{n} short rules put {agreement} of the customers into their own segment "
            "(kappa {kappa}; always naming the largest segment would be right for "
            "{majority}); {other} would stand in another one",
            n,
            agreement=percent(self.agreement),
            kappa=number(self.kappa, 2),
            majority=percent(self.majority),
            other=percent(1 - self.agreement),
        )
        if not self.loss:
            return tr("{rules}.", rules=said)
        return _with_loss(said, self.loss["gini"])


def surrogate_rules(
    features: pd.DataFrame,
    segments: pd.Series | NDArray[Any],
    *,
    outcome: pd.Series | None = None,
    max_leaves: int = MAX_LEAVES,
    random_state: int = 1,
) -> Surrogate:
    """Fit a shallow set of rules to any segments and measure how well it repeats them.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        In original units, ``customer_id`` as index; missing values are allowed.
    segments : Series or array of shape (n_customers,)
        Each customer's segment; a Series is matched by its index.
    outcome : Series, default=None
        What customers did next; with it the loss is also told on the outcome.
    max_leaves : int, default=8
        Most rules.
    random_state : int, default=1
        Decides between equally good cuts.

    Returns
    -------
    Surrogate
        Agreement is cross-fitted over five folds by a hash of the customer, so that
        the order of rows changes nothing. Of more than 20,000 customers the
        20,000 with the lowest hash are taken.

    Raises
    ------
    DataError
        If a customer has no segment, or all have the same.

    Examples
    --------
    >>> features = pd.DataFrame({"spend": np.arange(100.0)})
    >>> segments = np.where(features["spend"] > 40, "big", "small")
    >>> found = surrogate_rules(features, segments)
    >>> found.rules["rule"].tolist()
    ['spend up to 40', 'spend above 40']
    """
    given = matched(features, segments)
    names = sorted({str(s) for s in given})
    label = given.astype(str).map(names.index).to_numpy(np.int64)
    drawn = hashes(features.index)
    rows = np.argsort(drawn, kind="stable")[:MAX_ROWS]
    X, own, fold = features.iloc[rows], label[rows], drawn[rows] % N_FOLDS
    said = _cross_fitted(X, own, fold, max_leaves, random_state)
    found = (said == own).mean()
    share = np.bincount(own, minlength=len(names)) / len(own)
    chance = float(share @ (np.bincount(said, minlength=len(names)) / len(own)))
    by_segment = {
        n: float((said[own == i] == i).mean()) for i, n in enumerate(names) if share[i]
    }
    return Surrogate(
        payload=joined(freeze_labels(X, own, random_state, max_leaves)),
        names=names,
        agreement=float(found),
        majority=float(share.max()),
        kappa=float((found - chance) / (1 - chance)) if chance < 1 else 0.0,
        by_segment=by_segment,
        loss={} if outcome is None else _loss(outcome.reindex(X.index), own, said),
    )


def compare_rules(
    features: pd.DataFrame,
    solutions: dict[str, pd.Series | NDArray[Any]],
    *,
    outcome: pd.Series | None = None,
    max_leaves: int = MAX_LEAVES,
    random_state: int = 1,
) -> pd.DataFrame:
    """Fit short rules to several solutions and tabulate what each would lose.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        As for `surrogate_rules`.
    solutions : dict
        Name to each customer's segment; those of a single segment are left out.
    outcome : Series, default=None
    max_leaves : int, default=8
    random_state : int, default=1

    Returns
    -------
    DataFrame
        One row a solution: ``solution``, ``n_segments``, ``n_rules``, ``agreement``,
        ``majority``, ``kappa``, ``gini_lost`` (missing without an outcome) and
        ``sentence``.

    Examples
    --------
    >>> features = pd.DataFrame({"spend": np.arange(100.0)})
    >>> halves = np.where(features["spend"] > 40, "big", "small")
    >>> compare_rules(features, {"halves": halves})["agreement"].tolist()
    [0.99]
    """
    rows = []
    several = {n: s for n, s in solutions.items() if pd.Series(s).nunique() > 1}
    for name, segments in several.items():
        asked = {"max_leaves": max_leaves, "random_state": random_state}
        found = surrogate_rules(features, segments, outcome=outcome, **asked)
        rows.append(
            {
                "solution": name,
                "n_segments": len(found.names),
                "n_rules": len(found.rules),
                "agreement": found.agreement,
                "majority": found.majority,
                "kappa": found.kappa,
                "gini_lost": found.loss.get("gini", np.nan),
                "sentence": found.sentence,
            }
        )
    return pd.DataFrame(rows)


def matched(features: pd.DataFrame, segments: pd.Series | NDArray[Any]) -> pd.Series:
    """Give every row its segment, a Series by its index, or refuse."""
    if isinstance(segments, pd.Series):
        given = segments.reindex(features.index)
    else:
        given = pd.Series(np.asarray(segments), features.index)
    lacking = int(given.isna().sum())
    if lacking:
        raise DataError(
            f"Every customer must have a segment, but {lacking:,} of {len(given):,} "
            "have none. Match segments and features by customer_id."
        )
    if given.nunique() < 2:
        raise DataError(
            f"There must be two segments to tell apart, but all {len(given):,} "
            "customers are in one. No rule is needed."
        )
    return given


def hashes(index: pd.Index) -> Ints:
    """Give a number to each row that depends on its name alone."""
    found = [hashlib.sha256(str(i).encode()).digest()[:6] for i in index]
    return np.array([int.from_bytes(d) for d in found], dtype=np.int64)


def _cross_fitted(
    X: pd.DataFrame, own: Ints, fold: Ints, max_leaves: int, seed: int
) -> Ints:
    """Give every customer the segment that rules grown on other folds name."""
    said = np.full(len(own), int(np.bincount(own).argmax()), dtype=np.int64)
    for f in range(N_FOLDS):
        out = fold == f
        if out.any() and not out.all():
            payload = freeze_labels(X[~out], own[~out], seed, max_leaves)
            said[out] = place(payload, X[out]).labels
    return said


def _loss(outcome: pd.Series, own: Ints, said: Ints) -> dict[str, float]:
    y = outcome.fillna(0).to_numpy(float)
    weights = [np.ones((1, len(y)))]
    both = []
    for groups in (own, said):
        mean = pd.Series(y).groupby(own).mean().reindex(groups).to_numpy()
        part = Part(y, y, mean, mean, groups)
        both.append(figures([part], weights))
    return {n: float(both[0][n][0] - both[1][n][0]) for n in ("gini", "eta2")}


def _with_loss(rules: str, loss: float) -> str:
    change = number(abs(loss), 3)
    if abs(loss) < 0.0005:
        return tr("{rules}, and the Gini on the outcome stays the same.", rules=rules)
    if loss > 0:
        return tr(
            "{rules}, and the Gini on the outcome falls by {change}.",
            rules=rules,
            change=change,
        )
    return tr(
        "{rules}, and the Gini on the outcome rises by {change}.",
        rules=rules,
        change=change,
    )


def joined(payload: dict[str, Any]) -> dict[str, Any]:
    """Make one rule of two that lie side by side and name the same segment."""
    tree = payload["tree"]
    left, right, label = tree["left"], tree["right"], tree["label"]
    for node in reversed(range(len(left))):  # children come after their parents
        below, above = left[node], right[node]
        leaves = below >= 0 and left[below] < 0 and left[above] < 0
        if leaves and label[below] == label[above]:
            left[node] = right[node] = -1
            tree["feature"][node], tree["upper"][node] = -2, 0.0
            label[node] = label[below]
    return payload


def _lines(payload: dict[str, Any]) -> list[tuple[int, str]]:
    """Write each leaf as the bounds that lead to it, in the order of the tree."""
    tree, uses = payload["tree"], payload["uses"]
    lines = []
    waiting: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if tree["left"][node] < 0:
            parts = [_bounded(uses[j], *b) for j, b in sorted(bounds.items())]
            said = all_of(parts) or trc("rule", "everyone")
            lines.append((tree["label"][node], said))
            continue
        column, cut = tree["feature"][node], float(tree["upper"][node])
        low, high = bounds.get(column, (-np.inf, np.inf))
        above = bounds | {column: (max(cut, low), high)}
        below = bounds | {column: (low, min(cut, high))}
        waiting += [(tree["right"][node], above), (tree["left"][node], below)]
    return lines


def _bounded(name: str, low: float, high: float) -> str:
    return bounded(
        name, None if low == -np.inf else low, None if high == np.inf else high
    )
