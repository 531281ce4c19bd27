"""Choose method and number together: goal, size, actions, and whether it comes again.

The rule: of the schemes whose segments are large enough and no more than the team has
actions for, those whose figure of the goal cannot be told from the best are equals.
Among equals come those first whose segments come again when learned on other customers,
then the simplest method, then the fewest segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import bracketed
from segtools.languages import header, tr, trn
from segtools.segmentation.apart_scheme import awake, days_at_origin
from segtools.segmentation.entries import FIGURE, Contest, Entry, Rules
from segtools.segmentation.figures import interval
from segtools.segmentation.scheme import known_scheme
from segtools.segmentation.splits import task_of
from segtools.segmentation.stability.agreement import adjusted_rand, crossed
from segtools.segmentation.stability.select import AGREEMENT
from segtools.wording import MISSING, number, rounded
from segtools.wording import interval as band

N_RESAMPLES = 5
MAX_FINALISTS = 4
MAX_ROWS = 5_000


@dataclass(frozen=True)
class Weighed:
    """The contest with its winner, and every scheme's row of reasons."""

    contest: Contest
    rows: list[dict[str, Any]]
    sentence: str

    def record(self) -> dict[str, Any]:
        """Give what ``selection.json`` keeps under ``choice``."""
        return {"sentence": self.sentence, "schemes": self.rows, "asked": AGREEMENT}


def weigh(contest: Contest, learning: pd.DataFrame) -> Weighed:
    """Choose among the contest's equals by what comes again, then by simplicity.

    Parameters
    ----------
    contest : Contest
        As `run_contest` gives it; not changed.
    learning : DataFrame
        As `build_learning` gives it; equals are learned again on five bootstrap
        samples of the part ``final_learn`` (of at most 5,000 of its customers), and
        all pairs of the five are compared on everyone.

    Returns
    -------
    Weighed
        Its ``contest`` has the winner; ``rows`` hold ``scheme``, ``label``,
        ``n_segments``, ``smallest_share``, ``figure`` (value and interval),
        ``stability`` (median, lowest and highest adjusted Rand index; None where not
        asked), ``chosen`` and ``why_not``.
    """
    own = [e for e in contest.entries if e.role == "scheme" or contest.eligible(e)]
    if contest.winner is None:
        rows = [
            _row(e, None, e.why_not or tr("Nothing was chosen by figures."))
            for e in own
        ]
        return Weighed(contest, rows, contest.reason)
    equals = _equals(contest)
    found = {id(e): _stability(contest, e, learning) for e in equals}
    steady = [e for e in equals if found[id(e)]["median"] >= AGREEMENT]
    winner = min(steady or equals, key=_simplest)
    chosen = replace(contest, winner=winner)
    sentence = _sentence(contest, winner, found, steady=bool(steady))
    if winner is not contest.winner:
        chosen.reason = sentence
    rows = [
        _row(e, found.get(id(e)), _why_not(chosen, e, found), chosen=e is winner)
        for e in own
    ]
    return Weighed(chosen, rows, sentence)


def _simplest(entry: Entry) -> tuple[int, int, int]:
    return entry.simplicity, entry.n_segments or 0, entry.asked


def _equals(contest: Contest) -> list[Entry]:
    """Candidates that the best one does not clearly beat; the simplest of them."""
    every = sorted(
        (e for e in contest.candidates() if _as_good(contest, e)), key=_simplest
    )
    best = _best(contest)
    return every[:MAX_FINALISTS] + ([best] if best not in every[:MAX_FINALISTS] else [])


def _best(contest: Contest) -> Entry:
    own = contest.candidates()
    return max(own, key=lambda e: (float(e.draws[FIGURE][0]), -e.simplicity))


def _as_good(contest: Contest, entry: Entry) -> bool:
    best = _best(contest)
    behind = interval(best.draws[FIGURE] - entry.draws[FIGURE])
    return entry is best or behind["low"] <= 0


def _stability(
    contest: Contest, entry: Entry, learning: pd.DataFrame
) -> dict[str, float]:
    """Learn on bootstrap samples and compare where everyone comes to stand.

    Who stands apart by rule does so every time, which would only flatter.
    """
    rows = learning[learning["part"] == "final_learn"].drop(columns="part")
    rules, n = contest.rules, len(rows)
    rows = rows[awake(rows, rules, days_at_origin(rules, contest.plan))]
    rules = replace(rules, min_share=min(rules.min_share * n / max(len(rows), 1), 1.0))
    rows = rows.sort_values("customer_id", kind="stable").set_index("customer_id")
    rng = np.random.default_rng([rules.seed, *entry.scheme.encode()])
    if len(rows) > MAX_ROWS:
        rows = rows.iloc[np.sort(rng.choice(len(rows), MAX_ROWS, replace=False))]
    labels = [_learned_again(rules, entry, rows, rng) for _ in range(N_RESAMPLES)]
    return _agreement(labels)


def _learned_again(
    rules: Rules, entry: Entry, rows: pd.DataFrame, rng: np.random.Generator
) -> NDArray[np.int64]:
    drawn = np.sort(rng.integers(len(rows), size=len(rows)))
    again = rows.iloc[drawn]
    # An id of its own for every row, as learners expect.
    again.index = pd.Index([f"{i}/{k}" for k, i in enumerate(again.index)])
    task = task_of(again, rows, rules, entry.asked)
    return known_scheme(entry.scheme).learn(task).labels(task.at)


def _agreement(labels: Sequence[NDArray[np.int64]]) -> dict[str, float]:
    """Compare all pairs of partitions.

    Examples
    --------
    >>> one, other = np.array([0, 0, 1]), np.array([1, 1, 0])
    >>> _agreement([one, other])
    {'median': 1.0, 'low': 1.0, 'high': 1.0}
    """
    values = [
        adjusted_rand(crossed(a, b, int(a.max()) + 1, int(b.max()) + 1))
        for a, b in combinations(labels, 2)
    ]
    return {
        "median": float(np.median(values)),
        "low": float(min(values)),
        "high": float(max(values)),
    }


def _why_not(contest: Contest, entry: Entry, found: dict[int, Any]) -> str:
    """Say why a scheme was not chosen; empty for the one that was."""
    winner = contest.winner
    if entry is winner:
        return ""
    if entry.why_not:
        return entry.why_not
    if entry not in contest.candidates():
        return tr("The configuration asks for another method.")
    if not _as_good(contest, entry):
        return tr("It tells the outcome apart clearly worse than the best.")
    if id(entry) not in found:
        return tr("It is as good, but less simple.")
    if found[id(entry)]["median"] < AGREEMENT <= found[id(winner)]["median"]:
        return tr("It is as good, but does not come again on other customers.")
    return tr("It is as good, but less simple or has more segments.")


def _row(
    entry: Entry,
    stability: dict[str, float] | None,
    why_not: str,
    *,
    chosen: bool = False,
) -> dict[str, Any]:
    return {
        "scheme": entry.scheme,
        "label": entry.label,
        "asked": entry.asked,
        "n_segments": entry.n_segments,
        "smallest_share": entry.smallest_share,
        "figure": interval(entry.draws[FIGURE]) if entry.draws else None,
        "stability": stability,
        "chosen": chosen,
        "why_not": why_not,
    }


def _sentence(
    contest: Contest, winner: Entry, found: dict[int, Any], *, steady: bool
) -> str:
    figures = {
        "scheme": _called(winner),
        "agreement": rounded(found[id(winner)]["median"]),
        "asked": rounded(AGREEMENT),
    }
    if not steady:
        return tr(
            "{scheme} stands, but not firmly: learned on other customers, its segments "
            "agree to {agreement} ({asked} was asked), and no equal does better than "
            "that limit. Treat customers near a border with care.",
            **figures,
        )
    if winner is contest.winner:
        return tr(
            "{scheme} stands: learned on other customers, its segments agree to "
            "{agreement} ({asked} was asked).",
            **figures,
        )
    before = contest.winner
    assert before is not None
    return tr(
        "{scheme} takes the place of {other} with {others}: both are as good at the "
        "goal, but learned on other customers, its segments agree to {agreement}, "
        "those of the other only to {less} ({asked} was asked).",
        other=before.label,
        others=number(before.n_segments),
        less=rounded(found[id(before)]["median"]),
        **figures,
    )


def _called(entry: Entry) -> str:
    return trn(
        "{scheme} with {n} segment",
        "{scheme} with {n} segments",
        entry.n_segments or 0,
        scheme=entry.label,
    )


def choice_table(choice: dict[str, Any]) -> pd.DataFrame:
    """Tabulate schemes with all that decides, the chosen one first.

    Parameters
    ----------
    choice : dict
        As `Weighed.record` gives it.
    """
    rows = sorted(
        choice["schemes"], key=lambda r: (not r["chosen"], bool(r["why_not"]))
    )
    table = pd.DataFrame(
        {
            header("Scheme"): [r["label"] for r in rows],
            header("Segments"): [r["n_segments"] for r in rows],
            header("Smallest"): [r["smallest_share"] for r in rows],
            header("Gini"): [_with_band(r["figure"], "value") for r in rows],
            header("Comes again"): [_with_band(r["stability"], "median") for r in rows],
            header("Not chosen because"): [r["why_not"] for r in rows],
        }
    )
    table.attrs["formats"] = {"Smallest": "percent"}
    return table


def _with_band(found: dict[str, float] | None, key: str) -> str:
    if found is None:
        return MISSING
    return bracketed(rounded(found[key]), band(found["low"], found["high"]))
