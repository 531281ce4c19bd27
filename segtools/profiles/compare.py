"""What separates two segments: shares that differ between them beyond chance."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pandas as pd
from scipy import stats

from segtools.intervals import newcombe
from segtools.languages import header, tr, trn
from segtools.profiles.choose import subject
from segtools.profiles.claim import MIN_CUSTOMERS, Claim
from segtools.profiles.profile import Segmented
from segtools.profiles.statements import FALSE_DISCOVERIES, MIN_DIFFERENCE, all_claims
from segtools.profiles.topics import TOPICS
from segtools.schema import ConfigError, did_you_mean
from segtools.wording import percent

_COLUMNS = ["topic", "statement", "first", "second", "difference", "low", "high"]
_COLUMNS += ["first_n", "second_n", "computation"]
_SHARES = ("first", "second", "difference", "low", "high")
Pairs = list[tuple[Claim, Claim]]


def compare_personas(
    data: Segmented, a: str | None = None, b: str | None = None, *, currency: str = ""
) -> pd.DataFrame:
    """Say what separates two segments, in shares of their customers.

    Parameters
    ----------
    data : Segmented
    a, b : str, optional
        Ids of segments, or their names. Without them the two that are most alike: if
        little separates these, they may be one. Of a single segment there is nothing
        to compare, and the frame is empty.
    currency : str, default=""
        Sign or code shown beside money.

    Returns
    -------
    DataFrame
        One row a statement, the largest difference first: ``topic``, ``statement``,
        the shares of the ``first`` and ``second`` segment, their ``difference`` with
        its 95 % interval (``low``, ``high``; Newcombe 1998, method 10), of how many
        customers each is (``first_n``, ``second_n``), and the ``computation`` that
        both can be recomputed by. A row differs by 8 points or more, among at least 10
        customers of each, with false discoveries controlled at 5 % over all that was
        compared; of each feature only the comparison that tells most. ``attrs`` has
        the ``segments`` (ids), their ``names`` and how many were ``compared``.

    Raises
    ------
    ConfigError
        If there is no such segment, both are the same, or only one is named.
    """
    first, second, pairs = _chosen(data, a, b, all_claims(data, currency))
    rows = [_row(*pair) for pair in _apart(pairs)]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    names = data.segments.drop_duplicates("segment_id").set_index("segment_id")
    frame.attrs |= {
        "segments": [first, second],
        "names": [str(names.at[i, "segment"]) for i in (first, second)],
        "compared": len(pairs),
    }
    return frame


def _chosen(
    data: Segmented, a: str | None, b: str | None, claims: list[Claim]
) -> tuple[str, str, Pairs]:
    ids = sorted(data.segments["segment_id"].unique())
    if a is not None and b is not None:
        first, second = _named(data, a), _named(data, b)
        if first == second:
            raise ConfigError(
                f"compare_personas must get two segments, but both are {a!r}. "
                "Name another one."
            )
        return first, second, _pairs(claims, first, second)
    if (a, b) != (None, None):
        raise ConfigError(
            "compare_personas must get two segments or none, but it got one. "
            "Name the other one, too."
        )
    if len(ids) < 2:
        return ids[0], ids[0], []
    every = [(i, j, _pairs(claims, i, j)) for i, j in combinations(ids, 2)]
    return min(every, key=lambda pair: _distance(pair[2]))


def _named(data: Segmented, wanted: str) -> str:
    known = data.segments.drop_duplicates("segment_id")
    names = dict(zip(known["segment"], known["segment_id"], strict=True))
    names |= {i: i for i in known["segment_id"]}
    if wanted not in names:
        raise ConfigError(
            f"compare_personas must get segments of the run, but {wanted!r} is none. "
            f"{did_you_mean(str(wanted), map(str, names))}"
        )
    return str(names[wanted])


def _pairs(claims: Iterable[Claim], first: str, second: str) -> Pairs:
    """Bring together what was counted in both segments, among enough customers."""
    both: dict[str, dict[str, Claim]] = {first: {}, second: {}}
    for claim in claims:
        if claim.segment_id in both and claim.n >= MIN_CUSTOMERS:
            key = str(sorted(claim.computation.items(), key=str))
            both[claim.segment_id][key] = claim
    # The order of the claims is the data's; what both lack is not compared.
    return [(c, both[second][k]) for k, c in both[first].items() if k in both[second]]


def _distance(pairs: Pairs) -> float:
    """Give the mean difference in share; what cannot be compared is far away."""
    gaps = [abs(x.share - y.share) for x, y in pairs]
    return sum(gaps) / len(gaps) if gaps else 1.0


def _apart(pairs: Pairs) -> Pairs:
    if not pairs:
        return []
    chances = [_p_value(x, y) for x, y in pairs]
    adjusted = stats.false_discovery_control(chances)
    found = [
        pair
        for pair, p in zip(pairs, adjusted, strict=True)
        if p <= FALSE_DISCOVERIES and abs(_gap(pair)) >= MIN_DIFFERENCE
    ]
    found.sort(key=lambda pair: (-abs(_gap(pair)), pair[0].text))
    best: dict[tuple[str, str], tuple[Claim, Claim]] = {}
    for pair in found:
        best.setdefault(subject(pair[0]), pair)
    return list(best.values())


def _gap(pair: tuple[Claim, Claim]) -> float:
    return pair[0].share - pair[1].share


def _p_value(x: Claim, y: Claim) -> float:
    table = [[x.holders, x.n - x.holders], [y.holders, y.n - y.holders]]
    return float(stats.fisher_exact(table).pvalue)


def _row(x: Claim, y: Claim) -> list[Any]:
    low, high = newcombe(x.holders, x.n, y.holders, y.n)
    shares = [x.share, y.share, x.share - y.share, float(low), float(high)]
    return [x.topic, x.said, *shares, x.n, y.n, x.computation]


def comparison_table(comparison: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """Give a comparison under the segments' names, for a page.

    Parameters
    ----------
    comparison : DataFrame
        As `compare_personas` gives it.
    most : int, default=12
        Rows at most.
    """
    first, second = comparison.attrs["names"]
    if first == second:
        first, second = comparison.attrs["segments"]
    heads = {
        "topic": header("About"),
        "statement": header("Statement"),
        "first": first,
        "second": second,
        "difference": header("Difference"),
        "low": header("Low"),
        "high": header("High"),
        "first_n": tr("n of {segment}", segment=first),
        "second_n": tr("n of {segment}", segment=second),
    }
    table = comparison.head(most)[list(heads)].rename(columns=heads)
    table["About"] = [tr(TOPICS[topic]) for topic in table["About"]]
    table.attrs = {"formats": {heads[name]: "percent" for name in _SHARES}}
    return table


def comparison_sentence(comparison: pd.DataFrame) -> str:
    """Say how many statements separate two segments, and which one most."""
    first, second = comparison.attrs["names"]
    if len(set(comparison.attrs["segments"])) == 1:
        return tr("There is one segment only: nothing to compare it with.")
    if comparison.empty:
        return trn(
            "Nothing among {n} comparison separates {first} from {second} beyond "
            "chance by 8 points or more: they may be one segment.",
            "Nothing among {n} comparisons separates {first} from {second} beyond "
            "chance by 8 points or more: they may be one segment.",
            comparison.attrs["compared"],
            n=str(comparison.attrs["compared"]),
            first=first,
            second=second,
        )
    top = comparison.iloc[0]
    return trn(
        "{n} statement separates {first} from {second}, most of all: {statement} "
        "({share} against {other}).",
        "{n} statements separate {first} from {second}, most of all: {statement} "
        "({share} against {other}).",
        len(comparison),
        first=first,
        second=second,
        statement=top["statement"],
        share=percent(top["first"]),
        other=percent(top["second"]),
    )
