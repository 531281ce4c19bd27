"""Judge five goal-driven segments on the period after ``as_of``, on many data sets.

    .venv/bin/python benchmarks/contest.py [--seeds 20] [--first 0] [--only WORD]
        [--out FOLDER]

For the Complete Journey at two origins, CDNOW and three simulated shops: features are
built as a run builds them, segments learned as the final leg learns them, and judged
on a period that nothing has read. Beside them the contest's baselines and, as the
ceiling, one prediction a customer (the best of three fixed learners on the same
features, chosen on the judged period: in the ceiling's favour) that learned from one
period, as in a run, and where segments learn from the period before, too, another that
does so as well; five bands of the first, cut as segments are; and the five intervals of
it, and of the simulated shops' own expectation, that turn out best in hindsight, which
is the most that any five bands of them can reach. All groups are ranked by what they
spent when they were learned. What chance does is shown by drawing the judged customers
again, and by the seeds' own spread. One line of JSON a case goes to FOLDER, and cases
that are there are not computed again.
"""

from __future__ import annotations

import argparse
import json
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

import contest_cases
import numpy as np
import pandas as pd
from contest_cases import GOAL, Case

from segtools.segmentation.bands import optimal_cuts
from segtools.segmentation.ceiling import predict_each
from segtools.segmentation.entries import Rules
from segtools.segmentation.figures import Part, bootstrap_weights, figures
from segtools.segmentation.freeze import final_task
from segtools.segmentation.judging import CAP_QUANTILE
from segtools.segmentation.scheme import Task, known_scheme, schemes
from segtools.segmentation.scorecard import RANKING, capped
from segtools.segmentation.splits import task_of

N_SEGMENTS, MIN_SHARE, SEED, N_DRAWS = 5, 0.03, 1, 400
# Smallest share of the individual prediction's Gini and eta2, and the least eta2.
ASKED = {
    "complete_journey": (0.95, 0.90, 0.68),
    "cdnow": (0.95, 0.80, 0.29),
}
OTHERS = (0.95, 0.90, 0.0)


def measure(case: Case) -> dict[str, Any]:
    """Learn segments, baselines and ceiling of a case; judge all on what came later."""
    rows = case.learning[case.learning["part"] == "final_learn"]
    learn = rows.drop(columns="part").set_index("customer_id")
    at = case.features.set_index("customer_id")
    y, before = case.later.to_numpy(float), learn["outcome"].to_numpy(float)
    cap = float(np.quantile(before, CAP_QUANTILE, method="inverted_cdf"))
    rules = Rules(GOAL, N_SEGMENTS, MIN_SHARE, SEED, "goal")
    given = case.learning, case.features, rules, N_SEGMENTS
    final = final_task(*given, case.plan)
    task = task_of(learn, at.assign(outcome=y), rules, N_SEGMENTS)
    labels = {"segments": five_segments(final, task, at)}
    for base in schemes("baseline"):
        known = base.learn(task)
        labels[base.name] = known.labels(task.features), known.labels(at)
    groups = labels["segments"][1]
    parts = {name: ranked(*own, before, y, cap) for name, own in labels.items()}
    found = {name: figures_of(part) for name, part in parts.items()}
    alone = predict_each(task.features, np.minimum(before, cap), at, GOAL, SEED)
    found |= ceilings(list(alone.values()), case.truth, y, cap)
    if final.earlier is not None:
        more = [single(p, y, cap) for p in predict_from_both(final, at)]
        found["individual_of_both"] = at_best(more)
    share = np.unique(groups, return_counts=True)[1] / len(groups)
    return {
        "figures": found,
        "customers": len(y),
        "segments": len(share),
        "smallest_share": float(share.min()),
        "chance": chance(parts, [alone_part(p, y, cap) for p in alone.values()]),
    }


def five_segments(
    final: Task, task: Task, at: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Learn as a run does; place those learned from, and everybody at ``as_of``."""
    learned = known_scheme("goal").learn(final)
    groups = learned.labels(at)
    # Who has no history is in the lowest band, as the frozen model's ladder says.
    groups[at["recency_days"].isna().to_numpy()] = groups.max()
    return learned.labels(task.features), groups


def chance(parts: dict[str, Part], alone: list[Part]) -> dict[str, list[float]]:
    """Draw the judged customers again: 95 % intervals of the ratio and of the lead."""
    weights = bootstrap_weights(len(alone[0].outcome), N_DRAWS, SEED)
    drawn = {n: figures([part], [weights])["gini"] for n, part in parts.items()}
    own = drawn.pop("segments")
    best = max((figures([p], [weights])["gini"] for p in alone), key=itemgetter(0))
    base = max(drawn.values(), key=itemgetter(0))
    both = {"ratio": own / best, "lead": own - base}
    return {k: np.quantile(v[1:], [0.025, 0.975]).tolist() for k, v in both.items()}


def predict_from_both(task: Task, at: pd.DataFrame) -> list[np.ndarray]:
    """Let the three learners learn from the period before, too."""
    periods = [task.features.assign(outcome=task.outcome), task.earlier]
    rows = pd.concat(periods, ignore_index=True)
    y = np.concatenate([capped(p["outcome"].to_numpy(float)) for p in periods])
    learn = rows.drop(columns="outcome")
    return list(predict_each(learn, y, at[learn.columns], GOAL, SEED).values())


def ceilings(
    alone: list[np.ndarray], truth: pd.Series | None, y: np.ndarray, cap: float
) -> dict[str, dict[str, float]]:
    """Judge what one number a customer can reach: itself, in bands, in hindsight."""
    ways = {
        "individual": single,
        "individual_in_five": in_bands,
        "individual_in_hindsight": in_hindsight,
    }
    found = {way: at_best([do(p, y, cap) for p in alone]) for way, do in ways.items()}
    if truth is not None:
        found["truth_in_hindsight"] = in_hindsight(truth.to_numpy(float), y, cap)
    return found


def at_best(found: list[dict[str, float]]) -> dict[str, float]:
    return {k: max(each[k] for each in found) for k in ("gini", "eta2_capped")}


def grouped(
    first: np.ndarray, groups: np.ndarray, before: np.ndarray, y: np.ndarray, cap: float
) -> dict[str, float]:
    return figures_of(ranked(first, groups, before, y, cap))


def ranked(
    first: np.ndarray, groups: np.ndarray, before: np.ndarray, y: np.ndarray, cap: float
) -> Part:
    """Put groups beside what came later, ranked by what theirs spent before."""
    mean = pd.Series(before).groupby(first).mean()
    expected = mean.reindex(groups).fillna(before.mean()).to_numpy(float)
    return Part(y, np.minimum(y, cap), expected, expected, groups)


def figures_of(part: Part, explained: str = "eta2_capped") -> dict[str, float]:
    drawn = figures([part], [np.ones((1, len(part.outcome)))])
    return {"gini": float(drawn["gini"][0]), "eta2_capped": float(drawn[explained][0])}


def single(predicted: np.ndarray, y: np.ndarray, cap: float) -> dict[str, float]:
    # Everybody is a group of his own, so that R2 takes the place of eta2.
    return figures_of(alone_part(predicted, y, cap), "r2_capped")


def alone_part(predicted: np.ndarray, y: np.ndarray, cap: float) -> Part:
    none = np.zeros(len(y), dtype=np.int64)
    return Part(y, np.minimum(y, cap), predicted, predicted, none)


def in_bands(predicted: np.ndarray, y: np.ndarray, cap: float) -> dict[str, float]:
    """Cut a prediction as the segments are cut: what five bands of it leave."""
    cuts = optimal_cuts(
        predicted, predicted, n_bands=N_SEGMENTS, min_share=MIN_SHARE, ranking=RANKING
    )
    groups = np.searchsorted(cuts, predicted, side="right")
    return grouped(groups, groups, groups.astype(float), y, cap)


def in_hindsight(score: np.ndarray, y: np.ndarray, cap: float) -> dict[str, float]:
    """Cut a score into the five intervals with the largest eta2 that there can be.

    The cuts are those that are best for the judged outcomes themselves, which nobody
    knows beforehand: no cuts of this score have a larger eta2.
    """
    capped = pd.Series(np.minimum(y, cap))
    by = capped.groupby(score).agg(["mean", "size"])
    levels = by.index.to_numpy(float)
    cuts = optimal_cuts(
        levels,
        by["mean"].to_numpy(float),
        n_bands=N_SEGMENTS,
        min_share=MIN_SHARE,
        max_levels=len(levels),
        weights=by["size"].to_numpy(float),
    )
    groups = np.searchsorted(cuts, score, side="right")
    return grouped(groups, groups, groups.astype(float), y, cap)


def judged(name: str, result: dict[str, Any]) -> dict[str, float]:
    """Give ratios and whether each figure that was asked for is reached (1 or 0)."""
    least_gini, least_eta2, level = ASKED.get(name.split()[0], OTHERS)
    by = result["figures"]
    own, best = by["segments"], by["individual"]
    both = by.get("individual_of_both", best)
    bases = [by[b.name]["gini"] for b in schemes("baseline")]
    gini = own["gini"] / best["gini"]
    eta2 = own["eta2_capped"] / best["eta2_capped"]
    return {
        "gini": own["gini"],
        "gini_individual": best["gini"],
        "gini_ratio": gini,
        "eta2": own["eta2_capped"],
        "eta2_individual": best["eta2_capped"],
        "eta2_ratio": eta2,
        "best_baseline": max(bases),
        "smallest_share": result["smallest_share"],
        "reaches_gini": float(gini >= least_gini),
        "beats_baselines": float(own["gini"] > max(bases)),
        "reaches_eta2": float(own["eta2_capped"] >= least_eta2 * best["eta2_capped"]),
        "reaches_level": float(own["eta2_capped"] >= level),
        "large_enough": float(result["smallest_share"] >= MIN_SHARE),
        "gini_of_both": float(own["gini"] >= least_gini * both["gini"]),
    }


def show(results: dict[str, dict[str, Any]]) -> None:
    rows = {name: judged(name, r) for name, r in results.items()}
    kinds: dict[str, list[str]] = {}
    for name in rows:
        real = name.split()[0] in ASKED
        kinds.setdefault(name if real else name.split()[0], []).append(name)
    keys = list(next(iter(rows.values())))
    others = [s.name for s in schemes("baseline")]
    others += [
        "individual_of_both",
        "individual_in_five",
        "individual_in_hindsight",
        "truth_in_hindsight",
    ]
    for kind, own in kinds.items():
        print(f"\n{kind}" + (f", median of {len(own)} seeds" if len(own) > 1 else ""))
        for key in keys[:8]:
            values = [rows[n][key] for n in own]
            low, high = min(values), max(values)
            spread = f"  ({low:.3f} to {high:.3f})" if len(own) > 1 else ""
            print(f"  {key:20}{median(values):8.3f}{spread}")
        for base in others:
            given = [f[base] for n in own if base in (f := results[n]["figures"])]
            if not given:
                continue
            texts = [f"{median(g[k] for g in given):8.3f}" for k in given[0]]
            print(f"  {base:20}{''.join(texts)}   (Gini, eta2 capped)")
        for key in keys[8:]:
            reached = sum(rows[n][key] for n in own)
            print(f"  {key:20}{reached:5.0f} of {len(own)}")
        show_chance([results[n]["chance"] for n in own], [rows[n] for n in own])


def show_chance(drawn: list[dict[str, Any]], rows: list[dict[str, float]]) -> None:
    """Say what is left when chance is told from the method: over seeds, and in each."""
    leads = [row["gini"] - row["best_baseline"] for row in rows]
    for key, values, least in (
        ("ratio", [row["gini_ratio"] for row in rows], OTHERS[0]),
        ("lead", leads, 0.0),
    ):
        below = sum(each[key][1] < least for each in drawn)
        above = sum(each[key][0] >= least for each in drawn)
        text = f"  {key}: mean {np.mean(values):.3f}"
        if len(values) > 1:
            text += f" +- {1.96 * np.std(values, ddof=1) / len(values) ** 0.5:.3f}"
        print(f"{text}; whole interval below {least:g}: {below}, above: {above}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--out", type=Path, default=Path("reports/benchmarks/contest"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "results.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    results = {r["case"]: r for r in map(json.loads, lines)}
    wanted = [
        n for n in contest_cases.names(given.seeds, given.first) if given.only in n
    ]
    for name in wanted:
        if name not in results:
            results[name] = {"case": name} | measure(contest_cases.make(name))
            with path.open("a") as file:
                file.write(json.dumps(results[name]) + "\n")
    show({n: results[n] for n in wanted})


if __name__ == "__main__":
    main()
